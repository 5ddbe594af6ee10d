/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overrides: the content of `nets4` and `nets6`, and how to get from one content to another while packets look. */
#include "user/core/overrides.h"

#include <stdlib.h>
#include <string.h>

#include "user/core/intmap.h"
#include "user/core/mem.h"
#include "user/core/partition.h"

/*
 * What can be said of a block: a location with its class, or that no override speaks. They are numbered, since the
 * partition takes numbers for locations; 0 is the partition's own.
 */
#define VALUE_NONE 1u

struct values {
	struct gx_leaf *list;		/* location and class of each number; the depths are 0 */
	size_t count, capacity;
	struct gx_intmap numbers;	/* location and class -> number */
};

static uint32_t number_of(struct values *values, const struct gx_leaf *leaf)
{
	struct gx_leaf value = { .location = leaf->location, .class_id = leaf->class_id };
	uint32_t number;

	if (leaf->class_id == GX_CLASS_NONE)
		return VALUE_NONE;
	if (gx_intmap_find(&values->numbers, (uint64_t)value.class_id << 32 | value.location, &number))
		return number;
	gx_grow(&values->list, values->count, values->capacity);
	number = (uint32_t)values->count++;
	values->list[number] = value;
	gx_intmap_put(&values->numbers, (uint64_t)value.class_id << 32 | value.location, number);
	return number;
}

static void values_init(struct values *values)
{
	*values = (struct values){0};
	for (uint32_t number = 0; number <= VALUE_NONE; number++) {
		gx_grow(&values->list, values->count, values->capacity);
		values->list[values->count++] = (struct gx_leaf){ .class_id = GX_CLASS_NONE };
	}
}

static void values_free(struct values *values)
{
	free(values->list);
	gx_intmap_free(&values->numbers);
}

void gx_overrides_add(struct gx_overrides *overrides, const struct gx_prefix *prefix, const struct gx_leaf *leaf)
{
	gx_grow(&overrides->list, overrides->count, overrides->capacity);
	overrides->list[overrides->count++] = (struct gx_override){ *prefix, *leaf };
}

struct gx_prefix gx_override_prefix(const struct gx_prefix *prefix)
{
	const unsigned int ipv4_bits = gx_family_bits(GX_IPV4);
	unsigned int offset_bits, bits;
	struct gx_addr carried;

	if (!gx_prefix_carries_ipv4(prefix) || !gx_embedded_ipv4(&prefix->addr, &carried, &offset_bits))
		return *prefix;
	/* What Teredo has in front of the client's address does not tell clients apart. */
	bits = prefix->bits > offset_bits ? prefix->bits - offset_bits : 0;
	return gx_prefix_around(GX_IPV4, carried.value, bits < ipv4_bits ? bits : ipv4_bits);
}

/* The space by the numbers of what is said of it. */
static void divide(struct gx_partition *partition, enum gx_family family, struct values *values,
		   const struct gx_overrides *overrides)
{
	struct gx_entries entries = {0};

	gx_partition_init(partition, family);
	gx_entries_add(&entries, family, 0, 0, VALUE_NONE, 1);
	for (size_t i = 0; i < overrides->count; i++) {
		const struct gx_override *override = &overrides->list[i];

		gx_entries_add(&entries, family, override->prefix.addr.value, override->prefix.bits,
			       number_of(values, &override->leaf), 1);
	}
	gx_partition_overlay(partition, NULL, &entries, 0);
	gx_entries_free(&entries);
}

static struct gx_prefix leaf_prefix(const struct gx_leaves *leaves, size_t i)
{
	if (leaves->family == GX_IPV4)
		return (struct gx_prefix){ gx_addr_from_octets(GX_IPV4, leaves->keys4[i].address),
					   leaves->keys4[i].prefix_bits };
	return (struct gx_prefix){ gx_addr_from_octets(GX_IPV6, leaves->keys6[i].address),
				   leaves->keys6[i].prefix_bits };
}

/* Cut a space into leaves. Their location is the number that partition has; class_of: by number. */
static void cut(const struct gx_partition *partition, const uint16_t *class_of, size_t n_numbers,
		struct gx_overrides *out)
{
	struct gx_leaves leaves;

	gx_partition_leaves(partition, class_of, n_numbers, &leaves);
	for (size_t i = 0; i < leaves.count; i++) {
		struct gx_prefix prefix = leaf_prefix(&leaves, i);

		gx_overrides_add(out, &prefix, &leaves.values[i]);
	}
	gx_leaves_free(&leaves);
}

/* The leaf as the trie has it: what the number stands for, with the depths that were computed. */
static struct gx_leaf with_value(const struct gx_leaf *value, const struct gx_leaf *depths)
{
	return (struct gx_leaf){
		.location = value->location,
		.class_id = value->class_id,
		.class_bits = depths->class_bits,
		.location_bits = depths->location_bits,
	};
}

static void cut_wanted(const struct gx_partition *partition, const struct values *values, struct gx_overrides *out)
{
	uint16_t *class_of = gx_calloc(values->count, sizeof(*class_of));

	for (size_t i = 0; i < values->count; i++)
		class_of[i] = values->list[i].class_id;
	cut(partition, class_of, values->count, out);
	for (size_t i = 0; i < out->count; i++)
		out->list[i].leaf = with_value(&values->list[out->list[i].leaf.location], &out->list[i].leaf);
	free(class_of);
}

void gx_overrides_leaves(enum gx_family family, const struct gx_overrides *wanted, struct gx_overrides *out)
{
	struct gx_partition partition;
	struct values values;

	if (!wanted->count)
		return;
	values_init(&values);
	divide(&partition, family, &values, wanted);
	cut_wanted(&partition, &values, out);
	gx_partition_free(&partition);
	values_free(&values);
}

/* --- from one content to another --------------------------------------------------------------- */

/* What was said and what will be said of a block. The first values->count labels are of what stays as it is. */
struct label {
	uint32_t old, new;
};

/* The space by what becomes of it. */
struct change {
	struct gx_partition partition;	/* by label */
	struct label *labels;
	size_t n_labels, capacity;
	struct gx_intmap numbers;	/* old and new -> label */
};

static uint32_t label_of(struct change *change, uint32_t old, uint32_t new)
{
	uint32_t label;

	if (old == GX_LOCATION_IPV4 || old == new)
		return old;
	if (gx_intmap_find(&change->numbers, (uint64_t)old << 32 | new, &label))
		return label;
	gx_grow(&change->labels, change->n_labels, change->capacity);
	label = (uint32_t)change->n_labels++;
	change->labels[label] = (struct label){ old, new };
	gx_intmap_put(&change->numbers, (uint64_t)old << 32 | new, label);
	return label;
}

static void add_range(struct gx_partition *partition, gx_u128 first, uint32_t label)
{
	if (partition->count && partition->ranges[partition->count - 1].location == label)
		return;
	gx_grow(&partition->ranges, partition->count, partition->capacity);
	partition->ranges[partition->count++] = (struct gx_range){ .first = first, .location = label };
}

static void compare(struct change *change, const struct values *values, const struct gx_partition *old,
		    const struct gx_partition *new)
{
	size_t i = 0, j = 0;

	*change = (struct change){ .partition = { .family = old->family } };
	for (uint32_t number = 0; number < values->count; number++) {
		gx_grow(&change->labels, change->n_labels, change->capacity);
		change->labels[change->n_labels++] = (struct label){ number, number };
	}
	for (;;) {
		const struct gx_range *a = &old->ranges[i], *b = &new->ranges[j];
		bool more_old = i + 1 < old->count, more_new = j + 1 < new->count;
		bool next_old = more_old && (!more_new || a[1].first <= b[1].first);
		bool next_new = more_new && (!more_old || b[1].first <= a[1].first);

		add_range(&change->partition, a->first > b->first ? a->first : b->first,
			  label_of(change, a->location, b->location));
		if (!next_old && !next_new)
			return;
		i += next_old;
		j += next_new;
	}
}

/*
 * The leaves of both contents cut along each other's borders; location: the label. What changes is of one class, which
 * nothing else is: it is no part of the scopes beside it. Classes are numbered anew, so that there is one left.
 */
static void cut_change(const struct change *change, const struct values *values, struct gx_overrides *out)
{
	uint16_t *class_of = gx_calloc(change->n_labels, sizeof(*class_of)), n_classes = VALUE_NONE + 1;
	struct gx_intmap classes = {0};

	class_of[VALUE_NONE] = VALUE_NONE;
	for (size_t i = VALUE_NONE + 1; i < values->count; i++) {
		uint32_t number;

		if (!gx_intmap_find(&classes, values->list[i].class_id, &number)) {
			number = n_classes++;
			gx_intmap_put(&classes, values->list[i].class_id, number);
		}
		class_of[i] = (uint16_t)number;
	}
	for (size_t i = values->count; i < change->n_labels; i++)
		class_of[i] = n_classes;
	cut(&change->partition, class_of, change->n_labels, out);
	for (size_t i = 0; i < out->count; i++) {
		struct gx_override *leaf = &out->list[i];

		/* While its neighbours change one after the other, a leaf can only speak for itself. */
		if (leaf->leaf.location >= values->count)
			leaf->leaf.class_bits = leaf->leaf.location_bits = (uint8_t)leaf->prefix.bits;
	}
	gx_intmap_free(&classes);
	free(class_of);
}

static int compare_overrides(const void *left, const void *right)
{
	const struct gx_prefix *a = &((const struct gx_override *)left)->prefix;
	const struct gx_prefix *b = &((const struct gx_override *)right)->prefix;

	if (a->addr.value != b->addr.value)
		return a->addr.value < b->addr.value ? -1 : 1;
	return a->bits < b->bits ? -1 : a->bits > b->bits;
}

static void add_step(struct gx_override_steps *steps, const struct gx_prefix *prefix, struct gx_leaf leaf, bool remove)
{
	gx_grow(&steps->list, steps->count, steps->capacity);
	steps->list[steps->count++] = (struct gx_override_step){ { *prefix, leaf }, remove };
}

/* Entries of the one list whose prefix is in it alone, or, for a put, which differ; both lists are sorted. */
static void add_steps(struct gx_override_steps *steps, const struct gx_overrides *of, const struct gx_overrides *than,
		      bool remove, bool known)
{
	for (size_t i = 0, j = 0; i < of->count; i++) {
		const struct gx_override *entry = &of->list[i];
		bool is_there;

		while (j < than->count && compare_overrides(&than->list[j], entry) < 0)
			j++;
		is_there = j < than->count && !compare_overrides(&than->list[j], entry);
		if (is_there != known || (known && !memcmp(&entry->leaf, &than->list[j].leaf, sizeof(entry->leaf))))
			continue;
		add_step(steps, &entry->prefix, entry->leaf, remove);
	}
}

/* The fine leaves with what is said of them: before, or after. */
static void say(const struct gx_overrides *fine, const struct change *change, const struct values *values, bool after,
		struct gx_overrides *out)
{
	for (size_t i = 0; i < fine->count; i++) {
		const struct gx_override *leaf = &fine->list[i];
		const struct label *label = &change->labels[leaf->leaf.location];
		struct gx_leaf said = with_value(&values->list[after ? label->new : label->old], &leaf->leaf);

		gx_overrides_add(out, &leaf->prefix, &said);
	}
}

void gx_overrides_plan(enum gx_family family, const struct gx_overrides *now, const struct gx_overrides *wanted,
		       struct gx_override_steps *steps)
{
	struct gx_overrides start = {0}, fine = {0}, before = {0}, after = {0}, end = {0};
	struct gx_partition old, new;
	struct change change;
	struct values values;

	if (!now->count && !wanted->count)
		return;
	for (size_t i = 0; i < now->count; i++)
		gx_overrides_add(&start, &now->list[i].prefix, &now->list[i].leaf);
	if (start.count)
		qsort(start.list, start.count, sizeof(*start.list), compare_overrides);
	values_init(&values);
	divide(&old, family, &values, now);
	divide(&new, family, &values, wanted);
	compare(&change, &values, &old, &new);
	cut_change(&change, &values, &fine);
	say(&fine, &change, &values, false, &before);
	say(&fine, &change, &values, true, &after);
	if (wanted->count)
		cut_wanted(&new, &values, &end);

	/*
	 * Every fine leaf lies within a leaf that says the same of it: scopes get narrower, and nothing else
	 * changes.
	 */
	add_steps(steps, &before, &start, false, false);
	add_steps(steps, &before, &start, false, true);
	add_steps(steps, &start, &before, true, false);
	/* The change. */
	add_steps(steps, &after, &before, false, true);
	/* And back: around fine leaves, instead of them, and what is left of them. */
	add_steps(steps, &end, &after, false, false);
	add_steps(steps, &end, &after, false, true);
	add_steps(steps, &after, &end, true, false);

	gx_partition_free(&old);
	gx_partition_free(&new);
	gx_partition_free(&change.partition);
	free(change.labels);
	gx_intmap_free(&change.numbers);
	values_free(&values);
	free(start.list);
	free(fine.list);
	free(before.list);
	free(after.list);
	free(end.list);
}
