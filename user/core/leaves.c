/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaves: the partition cut into prefixes for the tries, with the depths that become the ECS scope. */
#include "user/core/partition.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* What two neighbouring ranges must have in common to count as one. */
struct likeness {
	bool by_class;			/* otherwise by location */
	const uint16_t *class_of;
	size_t locations;
};

static uint16_t class_of_location(const struct likeness *like, uint32_t location)
{
	if (location == GX_LOCATION_IPV4)
		return GX_CLASS_NONE;
	if (location == GX_LOCATION_UNKNOWN || location >= like->locations)
		return 0;
	return like->class_of[location];
}

static bool is_alike(const struct likeness *like, const struct gx_range *a, const struct gx_range *b)
{
	if (a->location == GX_LOCATION_IPV4 || b->location == GX_LOCATION_IPV4)
		return false;
	if (a->location == b->location)
		return true;
	return like->by_class &&
	       class_of_location(like, a->location) == class_of_location(like, b->location);
}

/* Neighbouring ranges that are alike: indices, the end not included, and addresses, both included. */
struct run {
	size_t begin, end;
	gx_u128 first, last;
};

/* The run that begins at this range and ends before a limit. */
static struct run run_from(const struct gx_partition *partition, const struct likeness *like,
			   size_t begin, size_t limit)
{
	const struct gx_range *ranges = partition->ranges;
	struct run run = { .begin = begin, .end = begin + 1, .first = ranges[begin].first };

	while (run.end < limit && is_alike(like, &ranges[run.end - 1], &ranges[run.end]))
		run.end++;
	run.last = gx_range_last(partition, &ranges[run.end - 1]);
	return run;
}

/*
 * The shortest prefix around the address that lies within the run: one bit longer than what the address has
 * in common with the nearest address outside. A border at the end of the space has no address behind it.
 */
static unsigned int depth_in_run(enum gx_family family, const struct run *run, gx_u128 address)
{
	unsigned int depth = 0;

	if (run->first != 0)
		depth = 1 + gx_common_bits(family, address, run->first - 1);
	if (run->last != gx_family_last(family)) {
		unsigned int after = 1 + gx_common_bits(family, address, run->last + 1);

		depth = after > depth ? after : depth;
	}
	return depth;
}

/* Room for so many, of which memory takes what is written. */
static void reserve(struct gx_leaves *leaves, size_t capacity)
{
	if (leaves->family == GX_IPV4)
		leaves->keys4 = gx_alloc(capacity, sizeof(*leaves->keys4));
	else
		leaves->keys6 = gx_alloc(capacity, sizeof(*leaves->keys6));
	leaves->values = gx_alloc(capacity, sizeof(*leaves->values));
	leaves->capacity = capacity;
}

static void grow(struct gx_leaves *leaves)
{
	leaves->capacity *= 2;
	if (leaves->family == GX_IPV4)
		leaves->keys4 = gx_realloc(leaves->keys4, leaves->capacity * sizeof(*leaves->keys4));
	else
		leaves->keys6 = gx_realloc(leaves->keys6, leaves->capacity * sizeof(*leaves->keys6));
	leaves->values = gx_realloc(leaves->values, leaves->capacity * sizeof(*leaves->values));
}

static void add_leaf(struct gx_leaves *leaves, const struct gx_prefix *prefix,
		     const struct gx_leaf *value)
{
	if (leaves->count == leaves->capacity)
		grow(leaves);
	if (leaves->family == GX_IPV4) {
		leaves->keys4[leaves->count].prefix_bits = prefix->bits;
		gx_addr_to_octets(&prefix->addr, leaves->keys4[leaves->count].address);
	} else {
		leaves->keys6[leaves->count].prefix_bits = prefix->bits;
		gx_addr_to_octets(&prefix->addr, leaves->keys6[leaves->count].address);
	}
	leaves->values[leaves->count++] = *value;
}

/* Cut a run of one location, which lies within a run of one class. */
static void cut_run(struct gx_leaves *leaves, const struct run *location, const struct run *class,
		    struct gx_leaf value)
{
	enum gx_family family = leaves->family;
	gx_u128 first = location->first;

	for (;;) {
		struct gx_prefix prefix = gx_prefix_around(
			family, first, gx_fit_bits(family, first, location->last));
		gx_u128 last = gx_prefix_last(&prefix);

		/* No border lies within the prefix: any address in it has the same depths. */
		value.class_bits = (uint8_t)depth_in_run(family, class, first);
		value.location_bits = (uint8_t)depth_in_run(family, location, first);
		add_leaf(leaves, &prefix, &value);
		if (last == location->last)
			return;
		first = last + 1;
	}
}

void gx_partition_leaves(const struct gx_partition *partition, const uint16_t *class_of,
			 size_t locations, struct gx_leaves *out)
{
	const struct likeness by_class = {
		.by_class = true,
		.class_of = class_of,
		.locations = locations,
	};
	const struct likeness by_location = { .by_class = false };
	struct run class, location;

	*out = (struct gx_leaves){ .family = partition->family };
	reserve(out, 3 * partition->count + 1);	/* with real data two for each range */
	for (size_t i = 0; i < partition->count; i = class.end) {
		class = run_from(partition, &by_class, i, partition->count);
		for (size_t j = class.begin; j < class.end; j = location.end) {
			uint32_t number = partition->ranges[j].location;
			struct gx_leaf value = {
				.location = number == GX_LOCATION_IPV4 ? GX_LOCATION_UNKNOWN : number,
				.class_id = class_of_location(&by_class, number),
			};

			location = run_from(partition, &by_location, j, class.end);
			cut_run(out, &location, &class, value);
		}
	}
}

/* Runs of one location: with all of them, they say what is cut. */
struct hashed_runs {
	uint64_t before[2];	/* hash of those before */
	struct {
		gx_u128 first;
		uint64_t location, class_id;
	} list[128];
};

static void hash_runs(const struct hashed_runs *runs, size_t count, uint64_t digest[2])
{
	XXH128_hash_t hash = XXH3_128bits(runs, offsetof(struct hashed_runs, list) + count * sizeof(*runs->list));

	digest[0] = hash.high64;
	digest[1] = hash.low64;
}

void gx_partition_sum_leaves(const struct gx_partition *partition, const uint16_t *class_of, size_t locations,
			     struct gx_leaves_sum *out)
{
	const struct likeness by_class = { .by_class = true, .class_of = class_of, .locations = locations };
	const struct likeness by_location = { .by_class = false };
	struct hashed_runs hashed = {0};
	struct run run;
	size_t n = 0;

	*out = (struct gx_leaves_sum){0};
	for (size_t i = 0; i < partition->count; i = run.end) {
		uint32_t number = partition->ranges[i].location;

		run = run_from(partition, &by_location, i, partition->count);
		out->count += gx_count_prefixes(run.first, run.last);
		hashed.list[n].first = run.first;
		hashed.list[n].location = number;
		hashed.list[n++].class_id = class_of_location(&by_class, number);
		if (n == sizeof(hashed.list) / sizeof(*hashed.list) || run.end == partition->count) {
			hash_runs(&hashed, n, out->digest);
			memcpy(hashed.before, out->digest, sizeof(hashed.before));
			n = 0;
		}
	}
}

struct gx_class_run gx_partition_next_run(const struct gx_partition *partition, const uint16_t *class_of,
					  size_t locations, size_t *at)
{
	const struct likeness like = { .by_class = true, .class_of = class_of, .locations = locations };
	const struct gx_range *ranges = partition->ranges, *first = &ranges[*at];

	while (++*at < partition->count && is_alike(&like, &ranges[*at - 1], &ranges[*at]))
		;
	return (struct gx_class_run){ first->first, class_of_location(&like, first->location) };
}

void gx_leaves_free(struct gx_leaves *leaves)
{
	if (leaves->family == GX_IPV4)
		free(leaves->keys4);
	else
		free(leaves->keys6);
	free(leaves->values);
	*leaves = (struct gx_leaves){0};
}

unsigned int gx_partition_depth(const struct gx_partition *partition, const uint16_t *class_of,
				size_t locations, gx_u128 address)
{
	const struct likeness like = {
		.by_class = class_of != NULL,
		.class_of = class_of,
		.locations = locations,
	};
	const struct gx_range *ranges = partition->ranges;
	size_t begin = (size_t)(gx_partition_find(partition, address) - ranges);
	struct run run;

	while (begin > 0 && is_alike(&like, &ranges[begin - 1], &ranges[begin]))
		begin--;
	run = run_from(partition, &like, begin, partition->count);
	return depth_in_run(partition->family, &run, address);
}
