/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Image: shapes. Everything about the options of a geo name and a type but the octets: which answers there are, and for
 * each class of locations in which order they are preferred. It is the same for all names whose CNAMEs lead there.
 */
#ifndef GEOXDP_CORE_SHAPES_H
#define GEOXDP_CORE_SHAPES_H

#include "user/core/image_impl.h"

/*
 * What is picked on the way: a tree. A node is the choices so far; where another geo name comes next, its children are
 * that one's alternatives, else it is a leaf: a variant, which can be rendered.
 */
struct gx_shape_node {
	uint32_t parent;		/* of node 0: 0 */
	uint32_t depth;			/* forces on the way from node 0 */
	struct gx_force force;		/* of the parent's next geo name */
	const struct gx_geo *next;	/* NULL: a leaf */
	enum gx_family family;		/* that next is asked for */
	int err;			/* of a leaf: it cannot be rendered */
	uint32_t units;			/* of a leaf: first of n_units in the option units */
	uint32_t n_units;
	uint32_t variant;		/* of a leaf; UINT32_MAX: none yet */
};

struct gx_shape_option {
	uint32_t variant;
	uint32_t units;
	uint16_t n_units;
	uint16_t flags;			/* GX_OPTION_KEEP */
};

/* Options in order of preference: at least one. The first may be one that cannot be rendered. */
struct gx_shape_group {
	uint32_t first;
	uint32_t count;
};

/* What a list of sites gives: one group, or several that share the slots of a spread. */
struct gx_shape_list {
	uint32_t first_group;
	uint32_t n_groups;
	uint32_t spread;		/* several: GX_CHOICE_BY_* */
	uint32_t slots;			/* several: the first of GX_SPREAD_SLOTS numbers of groups, from first_group on */
};

struct gx_shape {
	const struct gx_geo *geo;
	uint16_t type;
	bool by_location;		/* an answer is (GX_GEO_LOCATION) */
	struct gx_shape_node *nodes;
	size_t n_nodes, nodes_capacity;
	struct gx_intmap children;
	uint32_t *variants;		/* nodes */
	size_t n_variants, variants_capacity;
	struct gx_shape_option *options;
	size_t n_options, options_capacity;
	struct gx_shape_group *groups;
	size_t n_groups, groups_capacity;
	struct gx_shape_list *lists;
	size_t n_lists, lists_capacity;
	uint8_t *slots;
	size_t n_slots, slots_capacity;
	uint32_t *list_of;		/* of each class */

	/* Of names that got the same answers: these, and the reference. */
	struct gx_pool answers;
	struct gx_intmap ref_of;
};

/**
 * gx_image_shape - the shape of a geo name and type, which stays until the next call; geo names may share it
 * @geo: not GX_GEO_LOCATION
 */
struct gx_shape *gx_image_shape(struct gx_builder *builder, const struct gx_geo *geo, uint16_t type);

/* The choices of a variant. Returns how many. */
size_t gx_shape_forces(const struct gx_shape *shape, uint32_t variant, struct gx_force forces[GX_CHAIN_MAX + 1]);

void gx_shape_free(struct gx_shape *shape);

#endif
