/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory that lives as long as one configuration: an arena, freed in one call. */
#include "user/core/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The least and the most that a block has. The fuzzers have all small: what is beyond its end is seen. */
#ifdef GX_ARENA_BLOCK_OCTETS
#define GX_ARENA_BLOCK_MAX	GX_ARENA_BLOCK_OCTETS
#else
#define GX_ARENA_BLOCK_OCTETS	(64 * 1024)
#define GX_ARENA_BLOCK_MAX	(((size_t)4 << 20) - sizeof(struct gx_arena_block))	/* whole large pages */
#endif
#define GX_ARENA_ALIGN		16
#define GX_LARGE_PAGE_OCTETS	((size_t)2 << 20)

struct gx_arena_block {
	struct gx_arena_block *next;
	size_t used;
	size_t size;
	_Alignas(GX_ARENA_ALIGN) unsigned char octets[];
};

static void __attribute__((noreturn)) die_out_of_memory(void)
{
	fputs("geoxdp: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

static size_t multiply(size_t count, size_t octets)
{
	size_t all;

	if (__builtin_mul_overflow(count, octets, &all) || all > SIZE_MAX / 2)
		die_out_of_memory();
	return all ? all : 1; /* malloc(0) may return NULL, which callers would take for an absent array */
}

/*
 * Large tables take whole large pages, where the machine has them for those who ask: the first touch of each small page
 * costs as much as what is then written into it. Not for what grows: realloc() moves pages of one mapping, and copies
 * over several.
 */
void *gx_alloc(size_t count, size_t octets)
{
	size_t all = multiply(count, octets);
	void *memory;

	if (all < GX_LARGE_PAGE_OCTETS)
		return gx_realloc(NULL, all);
	all = (all + GX_LARGE_PAGE_OCTETS - 1) & ~(GX_LARGE_PAGE_OCTETS - 1);
	memory = aligned_alloc(GX_LARGE_PAGE_OCTETS, all);
	if (!memory)
		die_out_of_memory();
	madvise(memory, all, MADV_HUGEPAGE);
	return memory;
}

void *gx_calloc(size_t count, size_t octets)
{
	size_t all = multiply(count, octets);

	return memset(gx_alloc(1, all), 0, all);
}

void *gx_realloc(void *memory, size_t octets)
{
	void *larger = realloc(memory, octets ? octets : 1);

	if (!larger)
		die_out_of_memory();
	return larger;
}

static struct gx_arena_block *add_block(struct gx_arena *arena, size_t octets)
{
	struct gx_arena_block *block;

	block = gx_calloc(1, sizeof(*block) + octets);
	block->size = octets;
	arena->octets += octets;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

/* Half of what there is: the blocks of a large arena are large pages, and of a small one little is left over. */
static size_t block_octets(const struct gx_arena *arena, size_t wanted)
{
	size_t octets = arena->octets / 2;

	if (octets < GX_ARENA_BLOCK_OCTETS)
		octets = GX_ARENA_BLOCK_OCTETS;
	if (octets > GX_ARENA_BLOCK_MAX)
		octets = GX_ARENA_BLOCK_MAX;
	return octets > wanted ? octets : wanted;
}

void *gx_arena_alloc(struct gx_arena *arena, size_t octets)
{
	struct gx_arena_block *block = arena->blocks;
	void *memory;

	if (octets > SIZE_MAX / 2)
		die_out_of_memory();
	octets = (octets + GX_ARENA_ALIGN - 1) & ~(size_t)(GX_ARENA_ALIGN - 1);
	if (octets == 0)
		octets = GX_ARENA_ALIGN;	/* two allocations never share an address */
	if (!block || block->size - block->used < octets)
		block = add_block(arena, block_octets(arena, octets));
	memory = block->octets + block->used;
	block->used += octets;
	return memory;
}

char *gx_arena_strndup(struct gx_arena *arena, const char *text, size_t octets)
{
	size_t len = strnlen(text, octets);
	char *copy = gx_arena_alloc(arena, len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *gx_arena_strdup(struct gx_arena *arena, const char *text)
{
	return gx_arena_strndup(arena, text, strlen(text));
}

char *gx_arena_printf(struct gx_arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return gx_arena_strdup(arena, "");
	text = gx_arena_alloc(arena, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}

void gx_arena_free(struct gx_arena *arena)
{
	struct gx_arena_block *block = arena->blocks;

	while (block) {
		struct gx_arena_block *next = block->next;

		free(block);
		block = next;
	}
	*arena = (struct gx_arena){0};
}
