/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From 64-bit keys to 32-bit numbers, by hash. */
#include "user/core/intmap.h"

#include <stdlib.h>

#include "geoxdp/hash.h"
#include "user/core/mem.h"

#define GX_INTMAP_MIN_SLOTS	64

/* The slot of the key, or the empty one where it would stand. */
static struct gx_intmap_slot *slot_of(const struct gx_intmap *map, uint64_t key)
{
	size_t mask = map->n_slots - 1;
	size_t i = (size_t)(gx_hash_word(0, key) >> 16) & mask;

	while (map->slots[i].used && map->slots[i].key != key)
		i = (i + 1) & mask;
	return &map->slots[i];
}

/* At most half full: a table that is nearly full is searched for long. */
static void grow(struct gx_intmap *map)
{
	struct gx_intmap larger = { .n_slots = map->n_slots ? map->n_slots * 2 : GX_INTMAP_MIN_SLOTS };

	larger.slots = gx_calloc(larger.n_slots, sizeof(*larger.slots));
	larger.count = map->count;
	for (size_t i = 0; i < map->n_slots; i++) {
		if (map->slots[i].used)
			*slot_of(&larger, map->slots[i].key) = map->slots[i];
	}
	free(map->slots);
	*map = larger;
}

void gx_intmap_put(struct gx_intmap *map, uint64_t key, uint32_t value)
{
	struct gx_intmap_slot *slot;

	if (map->count * 2 >= map->n_slots)
		grow(map);
	slot = slot_of(map, key);
	map->count += !slot->used;
	*slot = (struct gx_intmap_slot){ .key = key, .value = value, .used = true };
}

bool gx_intmap_find(const struct gx_intmap *map, uint64_t key, uint32_t *value)
{
	const struct gx_intmap_slot *slot;

	if (!map->n_slots)
		return false;
	slot = slot_of(map, key);
	if (slot->used && value)
		*value = slot->value;
	return slot->used;
}

void gx_intmap_free(struct gx_intmap *map)
{
	free(map->slots);
	*map = (struct gx_intmap){0};
}
