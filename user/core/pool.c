/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of runs of items, each different run stored once. */
#include "user/core/pool.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "user/core/mem.h"

#define MIN_SLOTS 64
#define MIN_ITEMS 64

/* At most half full. */
static void grow_index(struct gx_pool *pool)
{
	struct gx_pool_slot *old = pool->slots;
	size_t n_old = pool->n_slots;

	if (pool->n_runs * 2 < n_old)
		return;
	pool->n_slots = n_old ? n_old * 2 : MIN_SLOTS;
	pool->slots = gx_calloc(pool->n_slots, sizeof(*pool->slots));
	for (size_t i = 0; i < n_old; i++) {
		size_t to = old[i].hash & (pool->n_slots - 1);

		if (!old[i].first)
			continue;
		while (pool->slots[to].first)
			to = (to + 1) & (pool->n_slots - 1);
		pool->slots[to] = old[i];
	}
	free(old);
}

static uint32_t append(struct gx_pool *pool, const void *items, size_t count, size_t item_octets)
{
	uint32_t first;

	if (!pool->count)
		pool->count = 1;
	while (pool->capacity < pool->count + count) {
		pool->capacity = pool->capacity ? pool->capacity * 2 : MIN_ITEMS;
		pool->items = gx_realloc(pool->items, pool->capacity * item_octets);
	}
	memset(pool->items, 0, item_octets);
	first = (uint32_t)pool->count;
	memcpy((char *)pool->items + pool->count * item_octets, items, count * item_octets);
	pool->count += count;
	return first;
}

uint32_t gx_pool_put(struct gx_pool *pool, const void *items, size_t count, size_t item_octets, bool *is_new)
{
	uint64_t hash = XXH3_64bits(items, count * item_octets);
	struct gx_pool_slot *slot;
	size_t mask;

	grow_index(pool);
	mask = pool->n_slots - 1;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		slot = &pool->slots[i];
		if (!slot->first)
			break;
		if (slot->hash == hash && slot->count == count &&
		    !memcmp((char *)pool->items + slot->first * item_octets, items, count * item_octets)) {
			if (is_new)
				*is_new = false;
			return slot->first;
		}
	}
	*slot = (struct gx_pool_slot){ hash, append(pool, items, count, item_octets), (uint32_t)count };
	pool->n_runs++;
	if (is_new)
		*is_new = true;
	return slot->first;
}

void gx_pool_free_index(struct gx_pool *pool)
{
	free(pool->slots);
	pool->slots = NULL;
	pool->n_slots = 0;
	pool->n_runs = 0;
}

void gx_pool_free(struct gx_pool *pool)
{
	gx_pool_free_index(pool);
	free(pool->items);
	*pool = (struct gx_pool){0};
}
