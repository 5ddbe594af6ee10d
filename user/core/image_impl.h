/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What only the image modules see: an image being built. */
#ifndef GEOXDP_CORE_IMAGE_IMPL_H
#define GEOXDP_CORE_IMAGE_IMPL_H

#include "user/core/image.h"
#include "user/core/render.h"

/* Finds an answer that is stored already. */
struct gx_cell_slot {
	uint32_t hash;
	uint32_t cell;		/* 0: empty */
};

/* A name that will be loaded. */
struct gx_load {
	const knot_dname_t *name;	/* lower case, in the configuration */
	uint32_t ref_a;
	uint32_t ref_aaaa;
	uint32_t types;
	uint16_t flags;
	uint8_t n_types;
};

/* RR types, ascending. */
struct gx_type_set {
	uint16_t *types;
	size_t count;
	size_t capacity;
};

/* What may come at the end of any chain that begins at a name. */
struct gx_ends {
	struct gx_type_set types;
	bool is_signed;
	bool known;
};

struct gx_builder {
	struct gx_image *image;
	const struct gx_config *config;
	struct gx_diag *diag;
	struct gx_renderer *renderer;
	const struct gx_lookup *lookup;

	uint32_t *location_of;		/* of each class, one that stands for it */
	const struct gx_rule **rule_of;	/* [map * n_classes + class] */

	struct gx_load *loads;
	size_t n_loads, loads_capacity;
	struct gx_dict loaded;		/* -> loads */

	struct gx_ends *geo_ends;	/* of each geo name */
	uint32_t *seen;			/* stamp of each geo name, when its ends are looked for */
	uint32_t stamp;

	/* Of each zone, the cells that its names share; 0: not rendered yet. */
	struct gx_zone_cells {
		uint32_t nxdomain;
		uint32_t nodata;
	} *zone_cells;

	size_t names_long_capacity, types_capacity, choices_capacity, cells_capacity;
	struct gx_cell_slot *cell_index;
	size_t n_cell_slots;
};

/**
 * gx_image_classes - number the classes: locations that get the same sites in the same order of all maps are one
 *
 * Class 0 is the unknown location's, the others are numbered in the order of their lowest location, so that
 * a map that names other sites keeps the numbers. Fills class_of, n_classes, location_of and rule_of.
 *
 * Returns 0, or -EINVAL: more than GX_CLASSES_MAX, with a finding.
 */
int gx_image_classes(struct gx_builder *builder);

/* Collect the names to be loaded. */
void gx_image_collect(struct gx_builder *builder);

/**
 * gx_image_ends - the types that the chains from a name can end in, other than those of the name alone
 * @ends: zero-initialised; free ends->types.types
 */
void gx_image_ends(struct gx_builder *builder, const knot_dname_t *name, struct gx_ends *ends);

/* Render what a name says of each type: refs, types, choices and answers. */
void gx_image_render(struct gx_builder *builder, struct gx_load *load);

/**
 * gx_image_store - the cell of an answer, stored once however often it occurs
 * @rendered: its octets are followed by those of its other orders, rendered->rotations in all
 * @qname_octets: of the question; an answer that exceeds even a reply over TCP keeps its length and counts only,
 *	since all that is ever sent of it is TC=1
 */
uint32_t gx_image_store(struct gx_builder *builder, const struct gx_rendered *rendered, size_t qname_octets);

/* Does an answer to a question of this length exceed even the largest reply over UDP? */
bool gx_answer_is_oversize(size_t len_octets, size_t qname_octets);
/* And the largest over TCP? */
bool gx_answer_is_unsendable(size_t len_octets, size_t qname_octets);

/* The flat table of all loads. Returns 0, or -EINVAL with a finding: too many names. */
int gx_image_names(struct gx_builder *builder);

#endif
