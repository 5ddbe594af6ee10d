/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compact geo index: the classes of a partition in the form that the program looks them up in. */
#include "user/core/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/pure/index.h"

/*
 * Borders that a child of a table is to have on average: fewer make ways shorter, more make tables smaller. Measured on
 * real data (docs/performance.md).
 */
#define GX_INDEX_CHILD_BORDERS	4
/* A cache line: a fragment lies in as few as can be. */
#define GX_INDEX_LINE_WORDS	8
/* For an index of few ranges: its first table has up to half as many. */
#define MIN_WORDS		4096

/* A range of numbers of 64 bits: it ends before the next. */
struct border {
	uint64_t first;
	uint16_t class_id;
};

struct borders {
	struct border *list;
	size_t count;
	size_t capacity;
};

/* An IPv6 /64 with borders within. */
struct deep {
	uint64_t high;
	size_t begin, end;	/* of its borders in `low` */
};

struct builder {
	struct gx_index *index;
	struct borders high, low;
	struct deep *deep;
	size_t n_deep, deep_capacity;

	const struct border *list;	/* what is being indexed: the upper halves, or one deep block */
	size_t count;
	size_t used;			/* words */
	size_t holes[GX_INDEX_LINE_WORDS];	/* rest of a line, by its words; each holds the next; 0: none */
};

/* --- memory ------------------------------------------------------------------------------------ */

static __u64 *word_at(struct builder *builder, size_t word)
{
	return &builder->index->words[word];
}

/* Zeroed words at the end. */
static size_t take_words(struct builder *builder, size_t count)
{
	struct gx_index *index = builder->index;
	size_t first = builder->used;

	builder->used += count;
	if (builder->used > index->n_words_allocated) {
		index->n_words_allocated = 2 * builder->used;
		index->words = gx_realloc(index->words, index->n_words_allocated * sizeof(*index->words));
	}
	memset(index->words + first, 0, count * sizeof(*index->words));
	return first;
}

/* Leave the rest of a line to fragments that fit into it. */
static void end_line(struct builder *builder)
{
	size_t left = -builder->used % GX_INDEX_LINE_WORDS, hole;

	if (!left)
		return;
	hole = take_words(builder, left);
	*word_at(builder, hole) = builder->holes[left];
	builder->holes[left] = hole;
}

/* Words of a narrow fragment, an even number up to a line: within one line, in the rest of one where possible. */
static size_t take_narrow(struct builder *builder, size_t count)
{
	size_t left, word;

	for (left = count; left < GX_INDEX_LINE_WORDS; left++) {
		word = builder->holes[left];
		if (!word)
			continue;
		builder->holes[left] = *word_at(builder, word);
		*word_at(builder, word) = 0;
		if (left > count) {
			*word_at(builder, word + count) = builder->holes[left - count];
			builder->holes[left - count] = word + count;
		}
		return word;
	}
	left = -builder->used % GX_INDEX_LINE_WORDS;
	if (left < count)
		end_line(builder);
	return take_words(builder, count);
}

/* --- fragments --------------------------------------------------------------------------------- */

static void put_lane(struct builder *builder, size_t word, size_t lane, uint64_t value)
{
	__u64 *at = word_at(builder, word + lane / 4);
	unsigned int shift = 16 * (lane % 4);

	*at = (*at & ~(0xffffull << shift)) | value << shift;
}

/* A block of numbers, and the borders behind its first number. */
struct block {
	uint64_t first;
	unsigned int bits;	/* 2^bits numbers */
	size_t begin, end;	/* begin is at least 1: the list begins with the range of the first number */
};

/* Do 15 bits say where the borders are? */
static bool is_narrow(const struct builder *builder, const struct block *block)
{
	uint64_t below = block->bits > 15 ? (1ull << (block->bits - 15)) - 1 : 0;

	for (size_t i = block->begin; i < block->end; i++)
		if (builder->list[i].first & below)
			return false;
	return true;
}

static uint32_t add_narrow(struct builder *builder, const struct block *block)
{
	size_t count = block->end - block->begin, groups = count / 4 + 1, word = take_narrow(builder, 2 * groups);

	for (size_t i = 0; i < 4 * groups; i++) {
		const struct border *border = &builder->list[block->begin + i];

		put_lane(builder, word, i,
			 i < count ? 0x8000 | ((border->first << (64 - block->bits) >> 49) - 1) : 0xffff);
		put_lane(builder, word + groups, i, i <= count ? border[-1].class_id : 0);
	}
	return GX_INDEX_NARROW | (uint32_t)(groups - 1) << 28 | (uint32_t)word;
}

static uint32_t add_wide(struct builder *builder, const struct block *block)
{
	size_t count = block->end - block->begin, groups = count / 4 + 1, word = take_words(builder, 5 * groups);

	for (size_t i = 0; i < 4 * groups; i++) {
		const struct border *border = &builder->list[block->begin + i];

		*word_at(builder, word + i) = i < count ? border->first - 1 : ~0ull;
		put_lane(builder, word + 4 * groups, i, i <= count ? border[-1].class_id : 0);
	}
	return GX_INDEX_WIDE | (uint32_t)(groups - 1) << 28 | (uint32_t)word;
}

static uint32_t common_bits(uint64_t a, uint64_t b)
{
	return a == b ? 64 : (uint32_t)__builtin_clzll(a ^ b);
}

/* A block within one range. */
static uint32_t leaf_entry(const struct builder *builder, const struct block *block)
{
	const struct border *range = &builder->list[block->begin - 1];
	uint32_t depth = 0;

	if (range != builder->list)
		depth = 1 + common_bits(block->first, range->first - 1);
	if (block->end < builder->count) {
		uint32_t behind = 1 + common_bits(block->first, range[1].first);

		depth = behind > depth ? behind : depth;
	}
	return GX_INDEX_LEAF | depth << 16 | range->class_id;
}

/* --- tables ------------------------------------------------------------------------------------ */

static uint32_t add_block(struct builder *builder, const struct block *block, unsigned int levels);

/*
 * As many bits as leave few borders for each child, but enough of them that the levels that are left can take the rest.
 */
static unsigned int choose_stride(const struct block *block, unsigned int levels)
{
	size_t count = block->end - block->begin;
	unsigned int stride = 1, later = (levels - 1) * GX_INDEX_LEVEL_BITS;

	while (stride < GX_INDEX_STRIDE_MAX && (size_t)GX_INDEX_CHILD_BORDERS << stride < count)
		stride++;
	if (block->bits > later && stride < block->bits - later)
		stride = block->bits - later;
	return stride < block->bits ? stride : block->bits;
}

static uint32_t add_table(struct builder *builder, const struct block *block, unsigned int levels)
{
	unsigned int stride = choose_stride(block, levels);
	size_t words = stride > 1 ? (size_t)1 << (stride - 1) : 1, word, border = block->begin;
	struct block child = { .bits = block->bits - stride };

	if (words >= GX_INDEX_LINE_WORDS)
		end_line(builder);
	word = take_words(builder, words + words % 2);
	for (size_t i = 0; i < (size_t)1 << stride; i++) {
		uint64_t last;
		uint32_t entry;

		child.first = block->first + ((uint64_t)i << child.bits);
		last = child.first + ((1ull << child.bits) - 1);
		while (border < block->end && builder->list[border].first <= child.first)
			border++;
		child.begin = border;
		while (border < block->end && builder->list[border].first <= last)
			border++;
		child.end = border;
		entry = add_block(builder, &child, levels - 1);
		*word_at(builder, word + i / 2) |= (uint64_t)entry << 32 * (i % 2);
	}
	return GX_INDEX_TABLE | (uint32_t)stride << 25 | (uint32_t)word;
}

/* The entry of a block. levels: tables that may be on the way from here. */
static uint32_t add_block(struct builder *builder, const struct block *block, unsigned int levels)
{
	size_t count = block->end - block->begin;

	if (!count)
		return leaf_entry(builder, block);
	if (count <= GX_INDEX_BORDERS_MAX)
		return is_narrow(builder, block) ? add_narrow(builder, block) : add_wide(builder, block);
	return add_table(builder, block, levels);
}

static uint32_t add_list(struct builder *builder, const struct border *list, size_t count)
{
	const struct block all = { .bits = 64, .begin = 1, .end = count };

	builder->list = list;
	builder->count = count;
	return add_block(builder, &all, GX_INDEX_LEVELS);
}

/* --- from ranges to borders of 64 bits --------------------------------------------------------- */

static void add_border(struct borders *borders, uint64_t first, uint16_t class_id)
{
	gx_grow(&borders->list, borders->count, borders->capacity);
	borders->list[borders->count++] = (struct border){ first, class_id };
}

/* A border within an IPv6 /64; class_before: of the range that it ends. */
static void add_deep(struct builder *builder, uint64_t high, uint64_t low, uint16_t class_id, uint16_t class_before)
{
	struct deep *deep = builder->n_deep ? &builder->deep[builder->n_deep - 1] : NULL;
	struct border *last = &builder->high.list[builder->high.count - 1];

	if (!deep || deep->high != high) {
		gx_grow(&builder->deep, builder->n_deep, builder->deep_capacity);
		deep = &builder->deep[builder->n_deep++];
		*deep = (struct deep){ .high = high, .begin = builder->low.count };
		add_border(&builder->low, 0, class_before);
		if (last->first == high)
			last->class_id = GX_CLASS_NONE;
		else
			add_border(&builder->high, high, GX_CLASS_NONE);
		if (high != UINT64_MAX)
			add_border(&builder->high, high + 1, class_id);
	} else if (high != UINT64_MAX) {
		last->class_id = class_id;
	}
	add_border(&builder->low, low, class_id);
	deep->end = builder->low.count;
}

/*
 * The borders, and how many runs they are of. Of IPv6, the upper halves; what changes within one goes to `low`. A
 * border right behind a deep block is there already.
 */
static size_t split(struct builder *builder, const struct gx_partition *partition, const uint16_t *class_of,
		    size_t locations)
{
	struct borders *borders = &builder->high;
	uint16_t class_before = GX_CLASS_NONE;
	size_t count = 0;

	for (size_t at = 0; at < partition->count; count++) {
		struct gx_class_run run = gx_partition_next_run(partition, class_of, locations, &at);
		uint64_t high = partition->family == GX_IPV4 ? (uint64_t)run.first << 32 : (uint64_t)(run.first >> 64);
		uint64_t low = partition->family == GX_IPV4 ? 0 : (uint64_t)run.first;

		if (low)
			add_deep(builder, high, low, run.class_id, class_before);
		else if (borders->count && borders->list[borders->count - 1].first == high)
			borders->list[borders->count - 1].class_id = run.class_id;
		else
			add_border(borders, high, run.class_id);
		class_before = run.class_id;
	}
	return count;
}

static void add_deep_list(struct builder *builder)
{
	uint32_t *entries = gx_calloc(builder->n_deep, sizeof(*entries));
	size_t word;

	for (size_t i = 0; i < builder->n_deep; i++) {
		const struct deep *deep = &builder->deep[i];

		entries[i] = add_list(builder, builder->low.list + deep->begin, deep->end - deep->begin);
	}
	end_line(builder);
	word = take_words(builder, 2 * builder->n_deep);
	builder->index->root.deep_word = (uint32_t)word;
	builder->index->root.deep_count = (uint32_t)builder->n_deep;
	for (size_t i = 0; i < builder->n_deep; i++) {
		*word_at(builder, word + 2 * i) = builder->deep[i].high;
		*word_at(builder, word + 2 * i + 1) = entries[i];
	}
	free(entries);
}

/*
 * Room for what so many ranges become with most data, of which memory takes what is written: what grows is copied, and
 * each copy is touched for the first time.
 */
static void reserve(struct builder *builder, size_t ranges)
{
	builder->high.capacity = ranges + 1;
	builder->high.list = gx_alloc(builder->high.capacity, sizeof(*builder->high.list));
	builder->index->n_words_allocated = 2 * ranges + MIN_WORDS;
	builder->index->words = gx_alloc(builder->index->n_words_allocated, sizeof(*builder->index->words));
}

int gx_index_build(struct gx_index *index, const struct gx_partition *partition, const uint16_t *class_of,
		   size_t locations)
{
	struct builder builder = { .index = index };

	reserve(&builder, partition->count);
	index->n_runs = split(&builder, partition, class_of, locations);
	take_words(&builder, GX_INDEX_LINE_WORDS); /* a hole at word 0 would be none */
	index->root.entry = add_list(&builder, builder.high.list, builder.high.count);
	if (builder.n_deep)
		add_deep_list(&builder);
	free(builder.high.list);
	free(builder.low.list);
	free(builder.deep);
	take_words(&builder, GX_INDEX_END_WORDS);
	index->n_words = builder.used;
	index->root.words = (uint32_t)builder.used;
	return builder.used > GX_INDEX_WORDS_MAX ? -E2BIG : 0;
}

void gx_index_free(struct gx_index *index)
{
	free(index->words);
	*index = (struct gx_index){0};
}
