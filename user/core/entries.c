/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries: what the lines of one source say, as prefixes. */
#include "user/core/partition.h"

#include <stdlib.h>
#include <string.h>

void gx_entries_reserve(struct gx_entries *entries, size_t count)
{
	if (entries->list || !count)
		return;
	entries->list = gx_alloc(count, sizeof(*entries->list));
	entries->capacity = count;
}

void gx_entries_add(struct gx_entries *entries, enum gx_family family, gx_u128 first, unsigned int bits,
		    uint32_t location, uint32_t line)
{
	gx_grow(&entries->list, entries->count, entries->capacity);
	entries->list[entries->count++] = (struct gx_entry){
		.first = gx_prefix_around(family, first, bits).addr.value,
		.location = location,
		.line = line,
		.bits = (uint8_t)bits,
	};
}

void gx_entries_add_range(struct gx_entries *entries, enum gx_family family, gx_u128 first, gx_u128 last,
			  uint32_t location, uint32_t line)
{
	for (;;) {
		unsigned int bits = gx_fit_bits(family, first, last);
		struct gx_prefix block = gx_prefix_around(family, first, bits);
		gx_u128 block_last = gx_prefix_last(&block);

		gx_entries_add(entries, family, first, bits, location, line);
		if (block_last >= last)
			return;
		first = block_last + 1;
	}
}

/* a stands at or before b. */
static bool in_order(const struct gx_entry *a, const struct gx_entry *b)
{
	return a->first < b->first || (a->first == b->first && a->bits <= b->bits);
}

/* Merge the sorted runs [0, middle) and [middle, count) of from into to; equal ones keep their order. */
static void merge_runs(struct gx_entry *to, const struct gx_entry *from, size_t middle, size_t count)
{
	size_t left = 0, right = middle;

	while (left < middle && right < count)
		*to++ = in_order(&from[left], &from[right]) ? from[left++] : from[right++];
	memcpy(to, from + left, (middle - left) * sizeof(*to));
	memcpy(to + (middle - left), from + right, (count - right) * sizeof(*to));
}

/* Merge sort, since qsort() may reorder equal prefixes, of which the later must win. */
void gx_entries_sort(struct gx_entries *entries)
{
	struct gx_entry *from = entries->list, *to;
	size_t sorted = 1;

	/* Most sources are sorted as they come. */
	while (sorted < entries->count && in_order(&from[sorted - 1], &from[sorted]))
		sorted++;
	if (sorted >= entries->count)
		return;
	to = gx_calloc(entries->count, sizeof(*to));
	for (size_t width = 1; width < entries->count; width *= 2) {
		struct gx_entry *swap = from;

		for (size_t i = 0; i < entries->count; i += 2 * width) {
			size_t rest = entries->count - i;

			merge_runs(to + i, from + i, width < rest ? width : rest,
				   2 * width < rest ? 2 * width : rest);
		}
		from = to;
		to = swap;
	}
	free(to);
	entries->list = from;
	entries->capacity = entries->count;	/* from may be the buffer allocated here */
}

void gx_entries_free(struct gx_entries *entries)
{
	free(entries->list);
	*entries = (struct gx_entries){0};
}
