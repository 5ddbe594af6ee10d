/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling the tables of a generation, beside the kernel's verifier. */
#include <bpf/bpf.h>
#include <errno.h>

#include "user/sys/cookies.h"
#include "user/sys/fill.h"
#include "user/sys/object_impl.h"

static bool gx_is_shared(const struct gx_object *object, const struct bpf_map *map)
{
	for (size_t i = 0; i < object->n_shared; i++)
		if (object->shared[i] == map)
			return true;
	return false;
}

static int gx_fill_table(const struct gx_filling *filling, const struct bpf_map *map, const void *content,
			 size_t octets, struct gx_failure *failure)
{
	return gx_is_shared(filling->object, map) ? 0 : gx_fill_array(map, content, octets, failure);
}

static int gx_cut_and_fill(const struct gx_filling *filling, enum gx_family family, struct gx_failure *failure)
{
	const struct geoxdp_bpf *skel = filling->object->skel;
	const struct bpf_map *map = family == GX_IPV4 ? skel->maps.countries4 : skel->maps.countries6;
	struct gx_leaves leaves;
	int error;

	if (gx_is_shared(filling->object, map))
		return 0;
	gx_image_leaves(filling->image, family, &leaves);
	error = gx_fill_trie(map, &leaves, failure);
	gx_leaves_free(&leaves);
	return error;
}

/* About half of all, by a thread of its own: the names, and the IPv6 trie. */
struct gx_half {
	const struct gx_filling *filling;
	struct gx_failure failure;
	int error;
};

static void *gx_fill_half(void *argument)
{
	struct gx_half *half = argument;
	const struct gx_image *image = half->filling->image;

	half->error = gx_fill_table(half->filling, half->filling->object->skel->maps.names, image->names,
				    image->n_name_slots * sizeof(*image->names), &half->failure);
	if (!half->error)
		half->error = gx_cut_and_fill(half->filling, GX_IPV6, &half->failure);
	return NULL;
}

static int gx_fill_bypass(const struct bpf_map *map, const struct gx_services *services, struct gx_failure *failure)
{
	if (services->n_bypass > GX_BYPASS_MAX)
		return gx_fail(failure, E2BIG, "at most 256", "bypass: %zu prefixes", services->n_bypass);
	for (uint32_t i = 0; i < services->n_bypass; i++) {
		const struct gx_prefix *prefix = &services->bypass[i];
		bool ipv4 = prefix->addr.family == GX_IPV4;
		struct gx_bypass entry = { .prefix_bits = prefix->bits + (ipv4 ? 96 : 0) };

		if (ipv4)
			entry.address[10] = entry.address[11] = 0xff;
		gx_addr_to_octets(&prefix->addr, entry.address + (ipv4 ? 12 : 0));
		if (bpf_map_update_elem(bpf_map__fd(map), &i, &entry, BPF_ANY))
			return gx_fail(failure, errno, NULL, "map bypass: fill");
	}
	return 0;
}

/* All but the names. */
static int gx_fill_arrays(const struct gx_filling *filling, struct gx_failure *failure)
{
	const struct gx_object *object = filling->object;
	const struct geoxdp_bpf *skel = object->skel;
	const struct gx_image *image = filling->image;
	const struct {
		const struct bpf_map *map;
		const void *content;
		size_t octets;
	} arrays[] = {
		{ skel->maps.index4, image->index[GX_IPV4].words, image->index[GX_IPV4].n_words * sizeof(uint64_t) },
		{ skel->maps.index6, image->index[GX_IPV6].words, image->index[GX_IPV6].n_words * sizeof(uint64_t) },
		{ skel->maps.pilots, image->pilots, image->n_buckets },
		{ skel->maps.names_long, image->names_long, image->n_names_long * sizeof(*image->names_long) },
		{ skel->maps.types, image->types, image->n_types * sizeof(*image->types) },
		{ skel->maps.gap_lists, image->gap_lists, image->n_gap_lists * sizeof(*image->gap_lists) },
		{ skel->maps.gaps, image->gaps, image->n_gaps * sizeof(*image->gaps) },
		{ skel->maps.choices, image->choices, image->n_choices * sizeof(*image->choices) },
		{ skel->maps.answers, image->answers, image->n_cells * sizeof(*image->answers) },
		{ skel->maps.options, image->options, image->n_options * sizeof(*image->options) },
		{ skel->maps.option_units, image->option_units,
		  image->n_option_units * sizeof(*image->option_units) },
		{ skel->maps.units, image->units, image->n_units * sizeof(*image->units) },
		{ skel->maps.checks, image->checks, image->n_checks * sizeof(*image->checks) },
		{ skel->maps.locations, image->locations, image->n_locations * sizeof(*image->locations) },
		{ skel->maps.services, object->services.slots, object->services.n_slots * sizeof(struct gx_service) },
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(arrays) / sizeof(*arrays) && !error; i++)
		error = gx_fill_table(filling, arrays[i].map, arrays[i].content, arrays[i].octets, failure);
	return error;
}

/* The other half. */
static int gx_fill_here(const struct gx_filling *filling, struct gx_failure *failure)
{
	const struct geoxdp_bpf *skel = filling->object->skel;
	const struct gx_services *services = filling->services;
	uint32_t zero = 0;
	int error;

	error = gx_fill_arrays(filling, failure);
	if (!error)
		error = gx_fill_bypass(skel->maps.bypass, services, failure);
	if (!error && services->cookies)
		error = gx_cookies_fill(bpf_map__fd(skel->maps.cookies), services->cookies, failure);
	if (error)
		return error;
	if (bpf_map_update_elem(bpf_map__fd(skel->maps.meta), &zero, filling->meta, BPF_ANY))
		return gx_fail(failure, errno, NULL, "map meta: fill");
	return gx_cut_and_fill(filling, GX_IPV4, failure);
}

static int gx_fill_all(const struct gx_filling *filling)
{
	struct gx_half half = { .filling = filling };
	pthread_t thread;
	bool beside = !pthread_create(&thread, NULL, gx_fill_half, &half);
	int error = gx_fill_here(filling, filling->failure);

	if (beside)
		pthread_join(thread, NULL);
	else
		gx_fill_half(&half);
	if (!error && half.error) {
		*filling->failure = half.failure;
		error = half.error;
	}
	return error;
}

static void *gx_fill_in_thread(void *argument)
{
	struct gx_filling *filling = argument;

	filling->error = gx_fill_all(filling);
	return NULL;
}

void gx_begin_filling(struct gx_filling *filling)
{
	filling->is_begun = !pthread_create(&filling->thread, NULL, gx_fill_in_thread, filling);
}

int gx_end_filling(struct gx_filling *filling)
{
	if (!filling->is_begun)
		return gx_fill_all(filling);
	pthread_join(filling->thread, NULL);
	return filling->error;
}
