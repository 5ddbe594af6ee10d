/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From 64-bit keys to 32-bit numbers, by hash: what is remembered of record offsets, place ids and pairs. */
#ifndef GEOXDP_CORE_INTMAP_H
#define GEOXDP_CORE_INTMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gx_intmap_slot {
	uint64_t key;
	uint32_t value;
	bool used;
};

/* Zero-initialise before use. */
struct gx_intmap {
	struct gx_intmap_slot *slots;
	size_t n_slots;		/* a power of two, or 0 */
	size_t count;
};

/* Put a number under a key; one that is there already is replaced. */
void gx_intmap_put(struct gx_intmap *map, uint64_t key, uint32_t value);

/**
 * gx_intmap_find - look a key up
 * @value: written on success; may be NULL
 */
bool gx_intmap_find(const struct gx_intmap *map, uint64_t key, uint32_t *value);

void gx_intmap_free(struct gx_intmap *map);

#endif
