/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: the flat table of names, and the pilots that say where each is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/pure/csum.h"
#include "geoxdp/hash.h"
#include "user/core/image_impl.h"

/*
 * Names for each bucket at most, and slots: so a pilot is found for each bucket with nearly every seed, up to some
 * million names. With 3 for each bucket a quarter of the slots would have to stay empty.
 */
#define NAMES_PER_BUCKET 2
#define SLOTS(names)	((names) + (names) / 9 + 1)
/* Buckets with fewer would be no whole value of a map. */
#define MIN_BUCKETS	8
#define SEEDS		64
/* 4 GiB of slots. */
#define MAX_NAMES	((size_t)50000000)

struct gx_placing {
	const struct gx_builder *builder;
	bool is_found;		/* a slot for each */
	size_t n_buckets, n_slots;
	uint64_t seed;
	bool exact;		/* hashes, see geoxdp/hash.h */
	uint64_t *hashes;	/* of each load */
	uint32_t *slot_of;	/* of each load */
	uint32_t *begins;	/* of each bucket, and of one more, in loads */
	uint32_t *loads;	/* by bucket */
	uint32_t *order;	/* buckets, the fullest first */
	uint64_t *taken;	/* slots, a bit each */
	uint8_t *pilots;
};

static void hash_all(struct gx_placing *placing)
{
	const struct gx_builder *builder = placing->builder;

	for (size_t i = 0; i < builder->n_loads; i++) {
		gx_ask_ahead(builder->loads, i, builder->n_loads, name);
		placing->hashes[i] = gx_name_hash(builder->loads[i].name, placing->seed, placing->exact);
	}
}

static size_t bucket_of(const struct gx_placing *placing, size_t load)
{
	return gx_hash_bucket(placing->hashes[load], (uint32_t)(placing->n_buckets - 1));
}

/* Counted, summed up, and dealt out from the last one on: then each begin is where it should be. */
static void fill_buckets(struct gx_placing *placing)
{
	size_t n_loads = placing->builder->n_loads;

	memset(placing->begins, 0, (placing->n_buckets + 1) * sizeof(*placing->begins));
	for (size_t i = 0; i < n_loads; i++)
		placing->begins[bucket_of(placing, i)]++;
	for (size_t i = 0; i < placing->n_buckets; i++)
		placing->begins[i + 1] += placing->begins[i];
	for (size_t i = n_loads; i-- > 0;)
		placing->loads[--placing->begins[bucket_of(placing, i)]] = (uint32_t)i;
}

static size_t bucket_size(const struct gx_placing *placing, size_t bucket)
{
	return placing->begins[bucket + 1] - placing->begins[bucket];
}

/* Full buckets while slots are free: a name alone finds one to the end. */
static void sort_buckets(struct gx_placing *placing)
{
	size_t largest = 0, at = 0;

	for (size_t i = 0; i < placing->n_buckets; i++)
		largest = bucket_size(placing, i) > largest ? bucket_size(placing, i) : largest;
	for (size_t size = largest; size > 0; size--)
		for (size_t i = 0; i < placing->n_buckets; i++)
			if (bucket_size(placing, i) == size)
				placing->order[at++] = (uint32_t)i;
	while (at < placing->n_buckets)
		placing->order[at++] = UINT32_MAX;
}

/* Give each name of a bucket the slot that this pilot says. false: one is taken, and none was given. */
static bool try_pilot(struct gx_placing *placing, size_t bucket, uint32_t pilot)
{
	size_t begin = placing->begins[bucket], end = placing->begins[bucket + 1];

	for (size_t i = begin; i < end; i++) {
		uint32_t load = placing->loads[i];
		uint32_t slot = gx_hash_slot(placing->hashes[load], pilot, (uint32_t)placing->n_slots);

		if (placing->taken[slot / 64] >> slot % 64 & 1) {
			while (i-- > begin) {
				slot = placing->slot_of[placing->loads[i]];
				placing->taken[slot / 64] &= ~(1ull << slot % 64);
			}
			return false;
		}
		placing->taken[slot / 64] |= 1ull << slot % 64;
		placing->slot_of[load] = slot;
	}
	return true;
}

/* Two names of a bucket that no pilot parts, nor any seed. */
static bool has_equal_hashes(const struct gx_placing *placing, size_t bucket)
{
	for (size_t i = placing->begins[bucket]; i < placing->begins[bucket + 1]; i++)
		for (size_t j = placing->begins[bucket]; j < i; j++)
			if (placing->hashes[placing->loads[i]] == placing->hashes[placing->loads[j]])
				return true;
	return false;
}

/* Return: n_buckets, or a bucket for which there is no pilot. */
static size_t place_all(struct gx_placing *placing)
{
	memset(placing->taken, 0, (placing->n_slots / 64 + 1) * sizeof(*placing->taken));
	memset(placing->pilots, 0, placing->n_buckets);
	for (size_t i = 0; i < placing->n_buckets && placing->order[i] != UINT32_MAX; i++) {
		uint32_t pilot = 0;

		while (pilot < GX_PILOTS && !try_pilot(placing, placing->order[i], pilot))
			pilot++;
		if (pilot == GX_PILOTS)
			return placing->order[i];
		placing->pilots[placing->order[i]] = (uint8_t)pilot;
	}
	return placing->n_buckets;
}

/*
 * A seed with which every name has a slot of its own, and the form of the hash: exact where names need it. The same
 * names give the same.
 */
static bool find_seed(struct gx_placing *placing)
{
	uint64_t seeds = 0;

	while (seeds < SEEDS) {
		size_t stuck;

		placing->seed = seeds++ * GX_HASH_MULTIPLIER;
		hash_all(placing);
		fill_buckets(placing);
		sort_buckets(placing);
		stuck = place_all(placing);
		if (stuck == placing->n_buckets)
			return true;
		if (!placing->exact && has_equal_hashes(placing, stuck)) {
			placing->exact = true;
			seeds = 0;
		}
	}
	return false;
}

static uint32_t add_rest(struct gx_builder *builder, const uint8_t *octets)
{
	struct gx_image *image = builder->image;

	if (!image->n_names_long) {
		gx_grow(&image->names_long, image->n_names_long, builder->names_long_capacity);
		image->names_long[image->n_names_long++] = (struct gx_name_rest){0};
	}
	gx_grow(&image->names_long, image->n_names_long, builder->names_long_capacity);
	memcpy(image->names_long[image->n_names_long].octets, octets, GX_NAME_REST_OCTETS);
	return image->n_names_long++;
}

static size_t count_labels(const knot_dname_t *name)
{
	size_t labels = 0;

	for (; *name; name += 1 + *name)
		labels++;
	return labels;
}

static void fill_slot(struct gx_builder *builder, struct gx_name *out, const struct gx_load *load)
{
	struct gx_padded_name name;
	uint64_t sum = 0;

	gx_pad_name(&name, load->name);
	for (size_t i = 0; i * sizeof(*name.words) < name.len_octets; i++)
		sum = gx_csum_add64(sum, name.words[i]);
	*out = (struct gx_name){
		.sum = gx_csum_fold(sum),
		.len_octets = name.len_octets,
		.n_types = load->n_types,
		.flags = load->flags,
		.ref_a = load->ref_a,
		.ref_aaaa = load->ref_aaaa,
		.types = load->types,
	};
	memcpy(out->octets, name.words, sizeof(out->octets));
	if (name.len_octets > GX_NAME_INLINE_OCTETS)
		out->rest = add_rest(builder, (const uint8_t *)name.words + GX_NAME_INLINE_OCTETS);
}

/* In the order of the loads: names lie side by side in it, while what is written needs not be waited for. */
static void fill_slots(struct gx_builder *builder, const struct gx_placing *placing)
{
	struct gx_image *image = builder->image;

	for (size_t i = 0; i < builder->n_loads; i++) {
		const struct gx_load *load = &builder->loads[i];
		size_t labels = count_labels(load->name);

		gx_ask_ahead(builder->loads, i, builder->n_loads, name);
		fill_slot(builder, &image->names[placing->slot_of[i]], load);
		image->label_max = labels > image->label_max ? labels : image->label_max;
		image->n_enclosers += (load->flags & (GX_NAME_WILDCARD | GX_NAME_BELOW)) != 0;
		/* The last entry of a name with a wildcard in front of it is the wildcard's slot. */
		if (load->flags & GX_NAME_WILDCARD)
			image->types[load->types + load->n_types + 1].ref = placing->slot_of[load->wildcard];
	}
}

/* An apex of less than eight octets is no whole end: any name may be below it. */
static void fill_end_filter(const struct gx_config *config, uint64_t filter[GX_END_FILTER_WORDS])
{
	for (size_t i = 0; i < config->n_zones; i++) {
		size_t octets = knot_dname_size(config->zones[i].apex);
		uint64_t end;
		uint32_t bit;

		if (octets < sizeof(end)) {
			memset(filter, 0xff, GX_END_FILTER_WORDS * sizeof(*filter));
			return;
		}
		memcpy(&end, config->zones[i].apex + octets - sizeof(end), sizeof(end));
		bit = gx_hash_end_of_name(end);
		filter[bit / 64] |= 1ull << bit % 64;
	}
}

struct gx_placing *gx_image_begin_names(const struct gx_builder *builder)
{
	struct gx_placing *placing = gx_calloc(1, sizeof(*placing));
	size_t n_loads = builder->n_loads;

	*placing = (struct gx_placing){ .builder = builder, .n_buckets = MIN_BUCKETS, .n_slots = SLOTS(n_loads) };
	if (n_loads > MAX_NAMES)
		return placing;
	while (placing->n_buckets * NAMES_PER_BUCKET < n_loads)
		placing->n_buckets *= 2;
	placing->hashes = gx_calloc(n_loads, sizeof(*placing->hashes));
	placing->slot_of = gx_calloc(n_loads, sizeof(*placing->slot_of));
	placing->begins = gx_calloc(placing->n_buckets + 1, sizeof(*placing->begins));
	placing->loads = gx_calloc(n_loads, sizeof(*placing->loads));
	placing->order = gx_calloc(placing->n_buckets, sizeof(*placing->order));
	placing->taken = gx_calloc(placing->n_slots / 64 + 1, sizeof(*placing->taken));
	placing->pilots = gx_calloc(placing->n_buckets, sizeof(*placing->pilots));
	return placing;
}

void gx_image_place_names(struct gx_placing *placing)
{
	placing->is_found = placing->builder->n_loads <= MAX_NAMES && find_seed(placing);
}

static int check_placing(const struct gx_placing *placing, const struct gx_builder *builder)
{
	struct gx_where where = { .file = builder->config->file };

	if (placing->is_found)
		return 0;
	if (builder->n_loads > MAX_NAMES)
		gx_error(builder->diag, &where, "%zu names to be loaded: at most %zu would be right", builder->n_loads, MAX_NAMES);
	else
		gx_error(builder->diag, &where, "%zu names to be loaded: none of %d seeds gives each a slot of its own; is a "
			 "name there twice?", builder->n_loads, SEEDS);
	return -EINVAL;
}

int gx_image_end_names(struct gx_builder *builder, struct gx_placing *placing)
{
	struct gx_image *image = builder->image;
	int err;

	err = check_placing(placing, builder);
	image->pilots = placing->pilots;
	image->n_buckets = placing->n_buckets;
	if (!err) {
		image->names = gx_calloc(placing->n_slots, sizeof(*image->names));
		image->n_name_slots = placing->n_slots;
		image->n_names = builder->n_loads;
		image->name_seed = placing->seed;
		image->hash_exact = placing->exact;
		fill_slots(builder, placing);
		fill_end_filter(builder->config, image->end_filter);
	}
	free(placing->hashes);
	free(placing->slot_of);
	free(placing->begins);
	free(placing->loads);
	free(placing->order);
	free(placing->taken);
	free(placing);
	return err;
}
