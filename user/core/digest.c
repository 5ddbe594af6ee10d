/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests of an image's tables: what is the same in two generations is in the kernel once. */
#include "user/core/digest.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

static void set_digest(struct gx_digest *out, const char *table, uint64_t high, uint64_t low)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->table, sizeof(out->table), "%s", table);
	out->digest[0] = high;
	out->digest[1] = low;
}

void gx_image_digest(const struct gx_image *image, struct gx_digest out[GX_DIGESTS_MAX])
{
	const struct {
		const char *table;
		const void *content;
		size_t octets;
	} arrays[] = {
		{ "index4", image->index[GX_IPV4].words, image->index[GX_IPV4].n_words * sizeof(uint64_t) },
		{ "index6", image->index[GX_IPV6].words, image->index[GX_IPV6].n_words * sizeof(uint64_t) },
		{ "pilots", image->pilots, image->n_buckets },
		{ "names", image->names, image->n_name_slots * sizeof(*image->names) },
		{ "names_long", image->names_long, image->n_names_long * sizeof(*image->names_long) },
		{ "types", image->types, image->n_types * sizeof(*image->types) },
		{ "gap_lists", image->gap_lists, image->n_gap_lists * sizeof(*image->gap_lists) },
		{ "gaps", image->gaps, image->n_gaps * sizeof(*image->gaps) },
		{ "answers", image->answers, image->n_cells * sizeof(*image->answers) },
		{ "options", image->options, image->n_options * sizeof(*image->options) },
		{ "option_units", image->option_units, image->n_option_units * sizeof(*image->option_units) },
		{ "checks", image->checks, image->n_checks * sizeof(*image->checks) },
		{ "locations", image->locations, image->n_locations * sizeof(*image->locations) },
	};
	const size_t n_arrays = sizeof(arrays) / sizeof(*arrays);

	_Static_assert(sizeof(arrays) / sizeof(*arrays) + GX_FAMILIES <= GX_DIGESTS_MAX, "all tables have a place");
	memset(out, 0, GX_DIGESTS_MAX * sizeof(*out));
	for (size_t i = 0; i < n_arrays; i++) {
		XXH128_hash_t hash = XXH3_128bits(arrays[i].content, arrays[i].octets);

		set_digest(&out[i], arrays[i].table, hash.high64, hash.low64);
	}
	for (int family = 0; family < GX_FAMILIES; family++) {
		const struct gx_leaves_sum *sum = &image->leaves[family];

		set_digest(&out[n_arrays + (size_t)family], family == GX_IPV4 ? "countries4" : "countries6", sum->digest[0],
			   sum->digest[1]);
	}
}
