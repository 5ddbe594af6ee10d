/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: the walk through a shape that brings the answers of one class into their order. */
#ifndef GEOXDP_CORE_WALK_H
#define GEOXDP_CORE_WALK_H

#include "user/core/shapes.h"

/* Clients that have the same answers in the same order. */
struct gx_walk_group {
	uint8_t slots[GX_SPREAD_SLOTS];
	size_t n_slots;
	uint32_t leaves[GX_OPTIONS_MAX];	/* nodes */
	size_t n;
};

struct gx_walk {
	struct gx_builder *builder;
	struct gx_shape *shape;
	size_t class_id;
	struct gx_walk_group *groups;	/* GX_SPREAD_SLOTS of them */
	size_t n_groups;
	bool by_query;			/* something was drawn so */
	bool is_cut;			/* there are more options than GX_OPTIONS_MAX */
};

/**
 * gx_walk - fill the groups of a class
 *
 * Depth first: for the first geo name on the way its first alternative, for the next one its first, and so on; then
 * the last one's second. What needs all that an option before it needs is left away: it would never be taken.
 * Each alternative of a geo name may have its share of the options that are left, so that where there are too many, no
 * site is left away for the many targets of another.
 */
void gx_walk(struct gx_walk *walk);

/* The rule that holds for the class of the walk. */
const struct gx_rule *gx_walk_rule(const struct gx_walk *walk, const struct gx_geo *geo);

/* The node for an alternative of another node's next geo name; rendered to see what comes behind it. */
uint32_t gx_shape_child(struct gx_walk *walk, uint32_t parent, const struct gx_force *force);

#endif
