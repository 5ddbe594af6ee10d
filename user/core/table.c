/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: the flat open-addressed table of names. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "geoxdp/hash.h"
#include "user/core/image_impl.h"

/* Seeds tried before the table is doubled. */
#define SEEDS_PER_SIZE 16
/* Names of which chance gives each seed about the same fill. */
#define MANY_NAMES	65536
/* 4 GiB of slots. */
#define MAX_SLOTS ((size_t)1 << 26)

struct place {
	uint32_t number;	/* load + 1; 0: empty */
	uint32_t home;		/* its home slot */
};

struct placing {
	const struct gx_builder *builder;
	uint64_t *hashes;	/* of each load */
	struct place *slots;
	size_t n_slots;
	uint64_t seed;
	bool is_hashed;		/* with this seed */
};

/*
 * Linear probing that gives a slot to the name that is further from home (Robin Hood hashing, Celis 1986).
 * The same slots are taken in any case, so a reader may stop at the first empty one; but the farthest name
 * is much nearer: with a million names in 4 million slots 8 probes are enough for all, where first come,
 * first served would take 16 times the slots.
 */
static bool place(struct placing *placing, uint32_t load)
{
	size_t mask = placing->n_slots - 1, far = 0;
	struct place moving = { load + 1, gx_hash_slot(placing->hashes[load], mask) };
	size_t at = moving.home;

	for (; far < GX_NAME_PROBES; at = (at + 1) & mask, far++) {
		struct place *slot = &placing->slots[at], other = *slot;

		if (!other.number) {
			*slot = moving;
			return true;
		}
		if (((at - other.home) & mask) < far) {
			*slot = moving;
			moving = other;
			far = (at - moving.home) & mask;
		}
	}
	return false;
}

/* Hashes do not depend on the size of the table. */
static void hash_all(struct placing *placing, uint64_t seed)
{
	if (placing->is_hashed && placing->seed == seed)
		return;
	placing->is_hashed = true;
	placing->seed = seed;
	for (size_t i = 0; i < placing->builder->n_loads; i++) {
		gx_ask_ahead(placing->builder->loads, i, placing->builder->n_loads, name);
		placing->hashes[i] = gx_name_hash(placing->builder->loads[i].name, seed);
	}
}

/* Returns how many find a place before one does not. */
static size_t place_all(struct placing *placing)
{
	size_t placed = 0;

	memset(placing->slots, 0, placing->n_slots * sizeof(*placing->slots));
	while (placed < placing->builder->n_loads && place(placing, (uint32_t)placed))
		placed++;
	return placed;
}

/* A size and a seed with which every name is found within GX_NAME_PROBES. The same names give the same. */
static bool find_size(struct placing *placing)
{
	size_t n_loads = placing->builder->n_loads;

	placing->n_slots = GX_NAME_PROBES;
	while (placing->n_slots / 2 < n_loads)
		placing->n_slots *= 2;
	for (; placing->n_slots <= MAX_SLOTS; placing->n_slots *= 2) {
		placing->slots = gx_realloc(placing->slots, placing->n_slots * sizeof(*placing->slots));
		for (uint64_t i = 0; i < SEEDS_PER_SIZE; i++) {
			size_t placed;

			hash_all(placing, i * GX_HASH_MULTIPLIER);
			placed = place_all(placing);
			if (placed == n_loads)
				return true;
			/* Of many names, where one seed falls far short, so do the others. */
			if (n_loads >= MANY_NAMES && placed < n_loads - n_loads / 4)
				break;
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

static void fill_slot(struct gx_builder *builder, struct gx_name *out, const struct gx_load *load,
		      uint64_t hash)
{
	struct gx_padded_name name;

	gx_pad_name(&name, load->name);
	*out = (struct gx_name){
		.tag = gx_hash_tag(hash),
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
static void fill_slots(struct gx_builder *builder, const struct placing *placing)
{
	uint32_t *slot_of = gx_calloc(builder->n_loads, sizeof(*slot_of));
	struct gx_image *image = builder->image;

	for (size_t i = 0; i < placing->n_slots; i++)
		if (placing->slots[i].number)
			slot_of[placing->slots[i].number - 1] = (uint32_t)i;
	for (size_t i = 0; i < builder->n_loads; i++) {
		const struct gx_load *load = &builder->loads[i];
		size_t labels = count_labels(load->name);

		gx_ask_ahead(builder->loads, i, builder->n_loads, name);
		fill_slot(builder, &image->names[slot_of[i]], load, placing->hashes[i]);
		image->label_max = labels > image->label_max ? labels : image->label_max;
		image->n_enclosers += (load->flags & (GX_NAME_WILDCARD | GX_NAME_BELOW)) != 0;
		/* The last entry of a name with a wildcard in front of it is the wildcard's slot. */
		if (load->flags & GX_NAME_WILDCARD)
			image->types[load->types + load->n_types + 1].ref = slot_of[load->wildcard];
	}
	free(slot_of);
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

int gx_image_names(struct gx_builder *builder)
{
	struct placing placing = { .builder = builder };
	struct gx_where where = { .file = builder->config->file };
	struct gx_image *image = builder->image;
	int ret = 0;

	placing.hashes = gx_calloc(builder->n_loads, sizeof(*placing.hashes));
	if (!find_size(&placing)) {
		gx_error(builder->diag, &where, "%zu names to be loaded: at most %zu would be right",
			 builder->n_loads, MAX_SLOTS / 4);
		ret = -EINVAL;
		goto out;
	}
	image->names = gx_calloc(placing.n_slots, sizeof(*image->names));
	image->n_name_slots = placing.n_slots;
	image->n_names = builder->n_loads;
	image->name_seed = placing.seed;
	fill_slots(builder, &placing);
	fill_end_filter(builder->config, image->end_filter);
out:
	free(placing.hashes);
	free(placing.slots);
	return ret;
}
