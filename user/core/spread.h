/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spreads: which slots of a weighted choice go to whom. */
#ifndef GEOXDP_CORE_SPREAD_H
#define GEOXDP_CORE_SPREAD_H

#include <stddef.h>
#include <stdint.h>

/* One of those that are drawn from. */
struct gx_lot {
	uint64_t name;		/* hash of its name: the same on all nodes and in all generations */
	uint32_t weight;	/* 1 to 1000000 */
};

/* Hash of a name, for struct gx_lot. */
uint64_t gx_lot_name(const void *name, size_t octets);

/**
 * gx_spread_assign - share slots out by weight
 * @lots: 1 or more
 * @slots: below GX_SPREAD_SLOTS, each once
 * @out: receives, for each slot, the index of its lot
 *
 * Each lot gets its share of the slots, rounded by largest remainder (Hamilton). Which ones is up to the names: a
 * lot that comes, goes or changes its weight moves few slots but those that it gets or gives away. For all pairs of
 * slot and lot in the order of their hashes, the slot goes to the lot while that one wants more (as in rendezvous
 * hashing, but with exact counts).
 */
void gx_spread_assign(const struct gx_lot *lots, size_t n_lots, const uint8_t *slots, size_t n_slots, uint32_t *out);

#endif
