/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling the tables of a generation. */
#include <bpf/bpf.h>
#include <errno.h>
#include <pthread.h>

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

static int gx_fill_arrays(const struct gx_object *object, const struct gx_image *image, struct gx_failure *failure)
{
	const struct geoxdp_bpf *skel = object->skel;
	const struct {
		const struct bpf_map *map;
		const void *content;
		size_t octets;
	} arrays[] = {
		{ skel->maps.index4, image->index[GX_IPV4].words, image->index[GX_IPV4].n_words * sizeof(uint64_t) },
		{ skel->maps.index6, image->index[GX_IPV6].words, image->index[GX_IPV6].n_words * sizeof(uint64_t) },
		{ skel->maps.pilots, image->pilots, image->n_buckets },
		{ skel->maps.names, image->names, image->n_name_slots * sizeof(*image->names) },
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
		if (!gx_is_shared(object, arrays[i].map))
			error = gx_fill_array(arrays[i].map, arrays[i].content, arrays[i].octets, failure);
	return error;
}

/* The prefixes of a trie are cut for it alone: there are millions. */
struct gx_trie_job {
	const struct gx_image *image;
	enum gx_family family;
	const struct bpf_map *map;
	struct gx_failure *failure;
	int error;
};

static void *gx_cut_and_fill(void *argument)
{
	struct gx_trie_job *job = argument;
	struct gx_leaves leaves;

	gx_image_leaves(job->image, job->family, &leaves);
	job->error = gx_fill_trie(job->map, &leaves, job->failure);
	gx_leaves_free(&leaves);
	return NULL;
}

/* Both at once, of those that are not there already. */
static int gx_fill_tries(const struct gx_object *object, const struct gx_image *image, struct gx_failure *failure)
{
	struct gx_failure beside;
	struct gx_trie_job ipv4 = { image, GX_IPV4, object->skel->maps.countries4, failure, 0 };
	struct gx_trie_job ipv6 = { image, GX_IPV6, object->skel->maps.countries6, &beside, 0 };
	pthread_t thread;
	bool is_beside = false;

	if (!gx_is_shared(object, ipv6.map)) {
		is_beside = !pthread_create(&thread, NULL, gx_cut_and_fill, &ipv6);
		if (!is_beside)
			gx_cut_and_fill(&ipv6);
	}
	if (!gx_is_shared(object, ipv4.map))
		gx_cut_and_fill(&ipv4);
	if (is_beside)
		pthread_join(thread, NULL);
	if (!ipv4.error && ipv6.error)
		*failure = beside;
	return ipv4.error ? : ipv6.error;
}

int gx_object_fill(const struct gx_object *object, const struct gx_image *image, const struct gx_services *services,
		   const struct gx_meta *meta, struct gx_failure *failure)
{
	const struct geoxdp_bpf *skel = object->skel;
	uint32_t zero = 0;
	int error;

	error = gx_fill_arrays(object, image, failure);
	if (!error)
		error = gx_fill_bypass(skel->maps.bypass, services, failure);
	if (!error && services->cookies)
		error = gx_cookies_fill(bpf_map__fd(skel->maps.cookies), services->cookies, failure);
	if (error)
		return error;
	if (bpf_map_update_elem(bpf_map__fd(skel->maps.meta), &zero, meta, BPF_ANY))
		return gx_fail(failure, errno, NULL, "map meta: fill");
	return gx_fill_tries(object, image, failure);
}
