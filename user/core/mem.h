/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory that lives as long as one configuration: an arena, freed in one call. */
#ifndef GEOXDP_CORE_MEM_H
#define GEOXDP_CORE_MEM_H

#include <stddef.h>

/* Zero-initialise before use: struct gx_arena arena = {0}. */
struct gx_arena {
	struct gx_arena_block *blocks;
	size_t octets;		/* of all blocks */
};

/**
 * gx_arena_alloc - zeroed memory from the arena, aligned to 16 octets
 * @arena: the arena
 * @octets: size, may be 0
 *
 * Returns the memory; never NULL: a process that is out of memory prints so and exits with 1, since a
 * half-built configuration is of no use and nothing has been changed yet.
 */
void *gx_arena_alloc(struct gx_arena *arena, size_t octets);
char *gx_arena_strdup(struct gx_arena *arena, const char *text);
char *gx_arena_strndup(struct gx_arena *arena, const char *text, size_t octets);
char *gx_arena_printf(struct gx_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void gx_arena_free(struct gx_arena *arena);

/* malloc family that never returns NULL, for what is freed on its own. */
void *gx_calloc(size_t count, size_t octets);
void *gx_alloc(size_t count, size_t octets);	/* what it holds is not defined */
void *gx_realloc(void *memory, size_t octets);

/*
 * In loops over many names or what belongs to them, which lie anywhere in memory: ask for those of an element so
 * much further on. They are there when it is its turn, instead of being waited for.
 */
#define GX_AHEAD	16
#define gx_ask_ahead(array, i, count, member)                                                      \
	__builtin_prefetch((array)[(i) + GX_AHEAD < (count) ? (i) + GX_AHEAD : (i)].member)

/**
 * gx_grow - make room for one more element of a growing array
 * @array: pointer to the array pointer (malloc family)
 * @count: elements in use
 * @capacity: elements allocated, updated
 */
#define gx_grow(array, count, capacity)                                                            \
	do {                                                                                       \
		if ((count) == (capacity)) {                                                       \
			(capacity) = (capacity) ? (capacity) * 2 : 16;                             \
			*(array) = gx_realloc(*(array), (capacity) * sizeof(**(array)));           \
		}                                                                                  \
	} while (0)

#endif
