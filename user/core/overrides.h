/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overrides: the content of `nets4` and `nets6`, and how to get from one content to another while packets look. */
#ifndef GEOXDP_CORE_OVERRIDES_H
#define GEOXDP_CORE_OVERRIDES_H

#include <stdbool.h>
#include <stddef.h>

#include "geoxdp/abi.h"
#include "user/core/addr.h"

/* A prefix with what stands under it in the trie. */
struct gx_override {
	struct gx_prefix prefix;
	struct gx_leaf leaf;
};

/* A list of them; zero-initialise before use, free list. */
struct gx_overrides {
	struct gx_override *list;
	size_t count;
	size_t capacity;
};

void gx_overrides_add(struct gx_overrides *overrides, const struct gx_prefix *prefix, const struct gx_leaf *leaf);

/* The prefix under which addresses are looked up: of IPv6 forms that carry an IPv4 address, that. */
struct gx_prefix gx_override_prefix(const struct gx_prefix *prefix);

/**
 * gx_overrides_leaves - the leaves that give these overrides, with exact scopes
 * @family: of the overrides
 * @wanted: location and class of each prefix, the longest of them speaks; the depths are not read
 * @out: zero-initialised; a complete and disjoint partition of the address space, in ascending order. Where no override
 *	speaks, leaves are of GX_CLASS_NONE, and their depths say how far that holds. Empty where wanted is empty
 *
 * Blocks of IPv6 that carry IPv4 addresses are never looked up; overrides of such prefixes are to be given as IPv4.
 */
void gx_overrides_leaves(enum gx_family family, const struct gx_overrides *wanted, struct gx_overrides *out);

/* One update of a trie. */
struct gx_override_step {
	struct gx_override entry;
	bool remove;
};

struct gx_override_steps {
	struct gx_override_step *list;	/* free it */
	size_t count;
	size_t capacity;
};

/**
 * gx_overrides_plan - from what a trie holds to the leaves of other overrides, by single updates
 * @now: what the trie holds, in any order; need not be a partition
 * @wanted: as above
 * @steps: zero-initialised; receives the updates, to be made in this order
 *
 * After each step every address has its location of before or of after, and a scope in which all have the same, if
 * this holds of what the trie holds now. Nothing is done for what stays as it is.
 *
 * The way there: first the space is cut so finely that no leaf holds both what changes and what does not, with the
 * old locations and depths that fit both; then leaf after leaf changes, each with its own prefix as its scope; then
 * what can be merged is.
 */
void gx_overrides_plan(enum gx_family family, const struct gx_overrides *now, const struct gx_overrides *wanted,
		       struct gx_override_steps *steps);

#endif
