/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests of an image's tables: what is the same in two generations is in the kernel once. */
#include "user/core/digest.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

static void set_digest(struct gx_digest *out, const char *table, XXH128_hash_t hash)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->table, sizeof(out->table), "%s", table);
	out->digest[0] = hash.high64;
	out->digest[1] = hash.low64;
}

/* Keys and values of a trie, which lie apart. */
static XXH128_hash_t hash_leaves(const struct gx_leaves *leaves)
{
	const void *keys = leaves->family == GX_IPV4 ? (const void *)leaves->keys4 : (const void *)leaves->keys6;
	size_t key_octets = leaves->family == GX_IPV4 ? sizeof(*leaves->keys4) : sizeof(*leaves->keys6);
	const XXH128_hash_t both[] = {
		XXH3_128bits(keys, leaves->count * key_octets),
		XXH3_128bits(leaves->values, leaves->count * sizeof(*leaves->values)),
	};

	return XXH3_128bits(both, sizeof(both));
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
	for (size_t i = 0; i < n_arrays; i++)
		set_digest(&out[i], arrays[i].table, XXH3_128bits(arrays[i].content, arrays[i].octets));
	set_digest(&out[n_arrays], "countries4", hash_leaves(&image->leaves[GX_IPV4]));
	set_digest(&out[n_arrays + 1], "countries6", hash_leaves(&image->leaves[GX_IPV6]));
}
