/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spreads: which slots of a weighted choice go to whom. */
#include "user/core/spread.h"

#include <stdlib.h>
#include <xxhash.h>

#include "user/core/mem.h"

uint64_t gx_lot_name(const void *name, size_t octets)
{
	return XXH3_64bits(name, octets);
}

/* What orders lots by remainder, or pairs by hash; the larger key first. */
struct rank {
	uint64_t key, name;
	uint32_t lot, slot;
};

static int compare_ranks(const void *left, const void *right)
{
	const struct rank *a = left, *b = right;

	if (a->key != b->key)
		return a->key > b->key ? -1 : 1;
	if (a->name != b->name)
		return a->name > b->name ? -1 : 1;
	if (a->lot != b->lot)
		return a->lot < b->lot ? -1 : 1;
	return a->slot < b->slot ? -1 : a->slot > b->slot;
}

/* Slots of each lot. */
static uint32_t *apportion(const struct gx_lot *lots, size_t n_lots, size_t n_slots)
{
	uint32_t *shares = gx_calloc(n_lots, sizeof(*shares));
	struct rank *ranks = gx_calloc(n_lots, sizeof(*ranks));
	uint64_t total = 0;
	size_t left = n_slots;

	for (size_t i = 0; i < n_lots; i++)
		total += lots[i].weight;
	for (size_t i = 0; i < n_lots; i++) {
		uint64_t exact = (uint64_t)lots[i].weight * n_slots;

		shares[i] = (uint32_t)(exact / total);
		left -= shares[i];
		ranks[i] = (struct rank){ exact % total, lots[i].name, (uint32_t)i, 0 };
	}
	qsort(ranks, n_lots, sizeof(*ranks), compare_ranks);
	for (size_t i = 0; i < left; i++)
		shares[ranks[i].lot]++;
	free(ranks);
	return shares;
}

void gx_spread_assign(const struct gx_lot *lots, size_t n_lots, const uint8_t *slots, size_t n_slots, uint32_t *out)
{
	uint32_t *shares = apportion(lots, n_lots, n_slots);
	struct rank *ranks = gx_calloc(n_lots * n_slots, sizeof(*ranks));
	size_t n = 0;

	for (size_t slot = 0; slot < n_slots; slot++) {
		out[slot] = UINT32_MAX;
		for (size_t lot = 0; lot < n_lots; lot++) {
			uint8_t number = slots[slot];

			ranks[n++] = (struct rank){ XXH3_64bits_withSeed(&number, 1, lots[lot].name),
						    lots[lot].name, (uint32_t)lot, (uint32_t)slot };
		}
	}
	qsort(ranks, n, sizeof(*ranks), compare_ranks);
	for (size_t i = 0; i < n; i++) {
		if (out[ranks[i].slot] != UINT32_MAX || !shares[ranks[i].lot])
			continue;
		out[ranks[i].slot] = ranks[i].lot;
		shares[ranks[i].lot]--;
	}
	free(ranks);
	free(shares);
}
