/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The complete, disjoint partition of an address space into ranges of one location each. */
#include "user/core/partition.h"

#include <stdlib.h>

/* One prefix of each length, 0 to 128, and the bottom. */
#define GX_NESTING_MAX	130

/* Prefixes that carry IPv4 addresses, in ascending order: see gx_embedded_ipv4(). */
static const struct {
	uint64_t high, low;	/* halves of the first address */
	unsigned int bits;
} ipv4_blocks[] = {
	{ 0, 0x0000ffff00000000, 96 },		/* ::ffff:0:0/96, v4-mapped */
	{ 0x0064ff9b00000000, 0, 96 },		/* 64:ff9b::/96, NAT64 */
	{ 0x2001000000000000, 0, 32 },		/* 2001::/32, Teredo */
	{ 0x2002000000000000, 0, 16 },		/* 2002::/16, 6to4 */
};

/* Put a range at the end; merged with the one before it where the same line decided both. */
static void append(struct gx_partition *partition, gx_u128 first, const struct gx_range *decided)
{
	if (partition->count) {
		const struct gx_range *last = &partition->ranges[partition->count - 1];

		if (last->location == decided->location && last->line == decided->line &&
		    last->source == decided->source && last->place_line == decided->place_line &&
		    last->place_source == decided->place_source)
			return;
	}
	gx_grow(&partition->ranges, partition->count, partition->capacity);
	partition->ranges[partition->count] = *decided;
	partition->ranges[partition->count++].first = first;
}

static struct gx_prefix ipv4_block(size_t i)
{
	return gx_prefix_around(GX_IPV6, (gx_u128)ipv4_blocks[i].high << 64 | ipv4_blocks[i].low,
				ipv4_blocks[i].bits);
}

bool gx_prefix_carries_ipv4(const struct gx_prefix *prefix)
{
	if (prefix->addr.family != GX_IPV6)
		return false;
	for (size_t i = 0; i < sizeof(ipv4_blocks) / sizeof(ipv4_blocks[0]); i++) {
		struct gx_prefix block = ipv4_block(i);

		if (prefix->bits >= block.bits &&
		    gx_common_bits(GX_IPV6, prefix->addr.value, block.addr.value) >= block.bits)
			return true;
	}
	return false;
}

void gx_partition_init(struct gx_partition *partition, enum gx_family family)
{
	static const struct gx_range unknown = { .location = GX_LOCATION_UNKNOWN };
	static const struct gx_range ipv4 = { .location = GX_LOCATION_IPV4 };

	*partition = (struct gx_partition){ .family = family };
	append(partition, 0, &unknown);
	if (family != GX_IPV6)
		return;
	for (size_t i = 0; i < sizeof(ipv4_blocks) / sizeof(ipv4_blocks[0]); i++) {
		struct gx_prefix block = ipv4_block(i);

		append(partition, block.addr.value, &ipv4);
		append(partition, gx_prefix_last(&block) + 1, &unknown);
	}
}

/* A source flattened: ranges in ascending order, where it says nothing GX_LOCATION_SILENT. */
struct flat {
	struct gx_range *ranges;
	size_t count;
	size_t capacity;
};

static void flat_add(struct flat *flat, gx_u128 first, const struct gx_range *speaks)
{
	/* A longer prefix that begins where its covering one does speaks from there on. */
	if (flat->count && flat->ranges[flat->count - 1].first == first)
		flat->count--;
	gx_grow(&flat->ranges, flat->count, flat->capacity);
	flat->ranges[flat->count] = *speaks;
	flat->ranges[flat->count++].first = first;
}

/* The prefixes around the current address, the longest on top. */
struct nesting {
	struct {
		gx_u128 last;
		struct gx_range speaks;
	} level[GX_NESTING_MAX];
	unsigned int top;
};

/* Leave the prefixes that end before an address: behind each, the one around it speaks again. */
static void leave_before(struct nesting *nesting, gx_u128 address, struct flat *flat)
{
	while (nesting->level[nesting->top].last < address) {
		gx_u128 next = nesting->level[nesting->top].last + 1;

		nesting->top--;
		flat_add(flat, next, &nesting->level[nesting->top].speaks);
	}
}

/* entries: sorted. */
static void flatten(const struct gx_entries *entries, enum gx_family family, uint16_t source,
		    struct flat *flat)
{
	gx_u128 space_last = gx_family_last(family);
	struct nesting nesting = {0};

	nesting.level[0].last = space_last;
	nesting.level[0].speaks.location = GX_LOCATION_SILENT;
	flat_add(flat, 0, &nesting.level[0].speaks);
	for (size_t i = 0; i < entries->count; i++) {
		const struct gx_entry *entry = &entries->list[i];
		struct gx_prefix prefix = gx_prefix_around(family, entry->first, entry->bits);

		if (i + 1 < entries->count && entry[1].first == entry->first &&
		    entry[1].bits == entry->bits)
			continue;	/* of equal prefixes the later wins */
		if (entry->location == GX_LOCATION_COVERING)
			continue;
		leave_before(&nesting, entry->first, flat);
		nesting.top++;
		nesting.level[nesting.top].last = gx_prefix_last(&prefix);
		nesting.level[nesting.top].speaks = (struct gx_range){
			.location = entry->location,
			.line = entry->line,
			.place_line = entry->line,
			.source = source,
			.place_source = source,
		};
		flat_add(flat, entry->first, &nesting.level[nesting.top].speaks);
	}
	/* Prefixes that reach to the end of the space have nothing behind them. */
	while (nesting.level[nesting.top].last < space_last)
		leave_before(&nesting, nesting.level[nesting.top].last + 1, flat);
}

/* What is known where this is what earlier sources and this source say. */
static struct gx_range decide(struct gx_locations *locations, const struct gx_range *earlier,
			      const struct gx_range *source)
{
	struct gx_range decided = *source;
	unsigned int speaks = GX_SPEAKS_PLACE;

	if (earlier->location == GX_LOCATION_IPV4 || source->location == GX_LOCATION_SILENT)
		return *earlier;
	if (locations) {
		speaks = gx_locations_speaks(locations, source->location);
		decided.location = gx_locations_combine(locations, earlier->location, source->location);
	}
	if (speaks == GX_SPEAKS_ASN && decided.location == earlier->location)
		return *earlier;
	if (!(speaks & GX_SPEAKS_PLACE)) {
		decided.place_line = earlier->place_line;
		decided.place_source = earlier->place_source;
	}
	return decided;
}

void gx_partition_overlay(struct gx_partition *partition, struct gx_locations *locations, struct gx_entries *entries,
			  uint16_t source)
{
	struct gx_partition result = { .family = partition->family };
	struct flat flat = {0};
	gx_u128 first = 0;
	size_t i = 0, j = 0;

	gx_entries_sort(entries);
	/* As many as there can be, of which memory takes what is written. */
	flat.capacity = 2 * entries->count + 1;
	flat.ranges = gx_alloc(flat.capacity, sizeof(*flat.ranges));
	flatten(entries, partition->family, source, &flat);
	result.capacity = partition->count + flat.count;
	result.ranges = gx_alloc(result.capacity, sizeof(*result.ranges));
	for (;;) {
		bool more_earlier = i + 1 < partition->count;
		bool more_source = j + 1 < flat.count;
		struct gx_range decided = decide(locations, &partition->ranges[i], &flat.ranges[j]);

		append(&result, first, &decided);
		if (!more_earlier && !more_source)
			break;
		/* On to the next border of either. */
		if (!more_source || (more_earlier && partition->ranges[i + 1].first <
						     flat.ranges[j + 1].first)) {
			first = partition->ranges[++i].first;
		} else {
			first = flat.ranges[++j].first;
			if (more_earlier && partition->ranges[i + 1].first == first)
				i++;
		}
	}
	free(flat.ranges);
	gx_partition_free(partition);
	*partition = result;
}

const struct gx_range *gx_partition_find(const struct gx_partition *partition, gx_u128 address)
{
	size_t low = 0, high = partition->count;	/* ranges[low].first <= address */

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (partition->ranges[middle].first <= address)
			low = middle;
		else
			high = middle;
	}
	return &partition->ranges[low];
}

gx_u128 gx_range_last(const struct gx_partition *partition, const struct gx_range *range)
{
	if (range + 1 == partition->ranges + partition->count)
		return gx_family_last(partition->family);
	return range[1].first - 1;
}

void gx_partition_free(struct gx_partition *partition)
{
	free(partition->ranges);
	*partition = (struct gx_partition){0};
}
