/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The image: the content of every table of a generation, before anything is loaded into the kernel. */
#ifndef GEOXDP_CORE_IMAGE_H
#define GEOXDP_CORE_IMAGE_H

#include "geoxdp/abi.h"
#include "user/core/config.h"
#include "user/core/index.h"

/* Zero-initialise before use. Every table has at least one entry, since a BPF map cannot be empty. */
struct gx_image {
	/* Classes: what the maps tell apart. */
	uint16_t *class_of;	/* by location number */
	size_t n_locations;
	size_t n_classes;

	/* Tries are cut out of the configuration when they are filled, by gx_image_leaves(): most are there already. */
	const struct gx_partition *partition;	/* of each family */
	struct gx_leaves_sum leaves[GX_FAMILIES];
	struct gx_index index[GX_FAMILIES];	/* the same classes, for the program */
	bool lookup_lpm;			/* the program looks at the leaves instead */

	struct gx_name *names;	/* n_name_slots */
	size_t n_name_slots;
	uint8_t *pilots;	/* of the buckets of names, n_buckets: a power of two, and at least 8 */
	size_t n_buckets;
	size_t n_names;
	size_t n_enclosers;	/* names with GX_NAME_WILDCARD or GX_NAME_BELOW */
	size_t label_min;	/* the fewest labels of a name, root not counted, */
	size_t label_max;	/* and the most */
	uint64_t name_seed;
	bool hash_exact;	/* see geoxdp/hash.h */
	uint64_t end_filter[GX_END_FILTER_WORDS];	/* the ends of all apexes */
	struct gx_name_rest *names_long;
	size_t n_names_long;
	struct gx_type *types;
	size_t n_types;
	struct gx_gap_list *gap_lists;	/* entry 0 of these is not used */
	size_t n_gap_lists;
	struct gx_gap *gaps;
	size_t n_gaps;
	struct gx_choice *choices;
	size_t n_choices;
	struct gx_answer *answers;	/* cells */
	size_t n_cells;
	size_t n_answers;

	/* What choices can become, and by what. Entry 0 of each is not used. */
	struct gx_option *options;
	size_t n_options;
	struct gx_unit_ref *option_units;
	size_t n_option_units;
	struct gx_unit *units;		/* sites first, each name once */
	size_t n_units;
	struct gx_check *checks;
	size_t n_checks;
	struct gx_location_name *locations;	/* n_locations, by location number */

	uint64_t signed_until_s;	/* when the first signature runs out that was made for it; 0: none was made */
	uint64_t renew_s;		/* when they should be made anew */
};

/**
 * gx_image_build - classes, indexes, names, choices and rendered answers of a configuration
 * @image: zero-initialised; free with gx_image_free() also on error
 * @config: read without errors; must live as long as the image
 * @diag: findings that only show when answers are rendered: answers that exceed every UDP reply, chains of CNAMEs
 *	that are too long (warnings); CNAMEs that loop, more than GX_CLASSES_MAX classes, tables beyond what
 *	references can count (errors)
 *
 * The same configuration gives the same image. Loaded are all names that exist in a zone: its nodes down to its
 * delegations, empty non-terminals, geo names, and what exists because a geo name is below; and names above a zone
 * that is below another one, where these do not exist (GX_NAME_BETWEEN).
 *
 * Returns 0 or -EINVAL.
 */
int gx_image_build(struct gx_image *image, const struct gx_config *config, struct gx_diag *diag);
void gx_image_free(struct gx_image *image);

/* What the trie of a family holds; free with gx_leaves_free(). */
void gx_image_leaves(const struct gx_image *image, enum gx_family family, struct gx_leaves *out);

/**
 * gx_image_find - what the image says of a name and type, by the way the program finds it
 * @name: lower case; may be one that a wildcard synthesises
 *
 * Returns a reference as in abi.h; GX_REF_NONE: passed.
 */
uint32_t gx_image_find(const struct gx_image *image, const knot_dname_t *name, uint16_t type);

/* The pointers of a stored answer with base_octets, out of the cells behind it. */
struct gx_shift gx_image_shift(const struct gx_answer *first);

#endif
