/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of runs of items, each different run stored once: what is equal is shared. */
#ifndef GEOXDP_CORE_POOL_H
#define GEOXDP_CORE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gx_pool_slot {
	uint64_t hash;
	uint32_t first;		/* 0: empty */
	uint32_t count;
};

/* Zero-initialise before use. */
struct gx_pool {
	void *items;		/* item 0 is zero and belongs to no run */
	size_t count;		/* item 0 included; 0: nothing was put */
	size_t capacity;
	struct gx_pool_slot *slots;
	size_t n_slots;		/* a power of two, or 0 */
	size_t n_runs;
};

/**
 * gx_pool_put - the place of a run, which is added unless it is there
 * @items: padding in them counts
 * @count: at least 1
 * @item_octets: the same in every call
 * @is_new: may be NULL
 *
 * Returns the number of its first item. A run is found where it was put as a whole, not as a part of others.
 */
uint32_t gx_pool_put(struct gx_pool *pool, const void *items, size_t count, size_t item_octets, bool *is_new);

/* Frees all but the items, which the caller may have taken. */
void gx_pool_free_index(struct gx_pool *pool);
void gx_pool_free(struct gx_pool *pool);

#endif
