/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The look-up in the compact geo index; geoxdp/abi.h draws its form.
 *
 * A look-up is one load for each table, two or three with real data, and one cache line of a narrow fragment, whose
 * up to 15 borders are compared at once, without a branch that depends on the data.
 */
#ifndef GEOXDP_PURE_INDEX_H
#define GEOXDP_PURE_INDEX_H

#include "bpf/pure/load.h"
#include "geoxdp/abi.h"

/* What a look-up gives: the class in the lower half, the depth in the upper. */
#define GX_INDEX_CLASS(result) ((result) & 0xffff)
#define GX_INDEX_DEPTH(result) ((result) >> 16)

/* 1 and the top bit in each of the four 16-bit lanes of a word. */
#define GX_LANES_ONE 0x0001000100010001ull
#define GX_LANES_TOP 0x8000800080008000ull

/* Sum of the lanes, each of which is small. */
#define GX_LANES_SUM(lanes) ((lanes) * GX_LANES_ONE >> 48)

/* Position of the highest bit set, counted from 1; value below 2^15. As many as powers of two are not above it. */
gx_inline __u32 gx_index_top_bit(__u64 value)
{
	__u64 lanes = value * GX_LANES_ONE | GX_LANES_TOP, count;

	count = (lanes - 0x0008000400020001ull) >> 15 & GX_LANES_ONE;
	count += (lanes - 0x0080004000200010ull) >> 15 & GX_LANES_ONE;
	count += (lanes - 0x0800040002000100ull) >> 15 & GX_LANES_ONE;
	count += (lanes - 0x8000400020001000ull) >> 15 & GX_LANES_ONE;
	return GX_LANES_SUM(count);
}

/*
 * Position of the highest bit set, counted from 0. By halves: __builtin_clzll() makes clang 14 run out of memory.
 */
gx_inline __u32 gx_index_top_bit64(__u64 value)
{
	__u32 bit = 0;

#pragma GCC unroll 6
	for (__u32 half = 32; half; half >>= 1) {
		__u64 upper = value >> half, is_empty = (__s64)(upper - 1) >> 63;

		value = (value & is_empty) | (upper & ~is_empty);
		bit += half & ~is_empty;
	}
	return bit;
}

/* What comes first in a word has its lower bits: there it is what comes first in memory, or the other way around. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define GX_INDEX_FLIP 0
#else
#define GX_INDEX_FLIP ~0u
#endif

gx_inline __u64 gx_index_lane(const __u64 *words, __u32 lane)
{
	GX_OPAQUE(lane); /* "R7 unbounded memory access" (Linux 6.1, clang 14): the mask was dropped behind slot - 1 */
	lane &= 4 * GX_INDEX_GROUPS_MAX - 1;
	return GX_LOAD(__u16, (const __u8 *)words + 2 * (lane ^ (GX_INDEX_FLIP & 3)));
}

/*
 * The class of an address within the block of 2^bits numbers of a narrow fragment; place: the upper 15 bits of
 * where it is in there. Depth: one more than the bits in common with the nearer of the addresses outside; a border
 * of the block is further away than any within.
 */
gx_inline __u32 gx_index_narrow(const __u64 *keys, __u32 groups, __u64 place, __u32 bits, __u32 want_depth)
{
	__u64 lanes = place * GX_LANES_ONE, not_below = 0, before, behind;
	__u32 slot, class_id;

#pragma GCC unroll 4
	for (__u32 group = 0; group < GX_INDEX_GROUPS_MAX; group++) {
		__u64 beyond = (__s64)((__u64)groups - 1 - group) >> 63;	/* all ones behind the keys */

		not_below += ((keys[group] | beyond) - lanes) >> 15 & GX_LANES_ONE;
	}
	slot = (4 * GX_INDEX_GROUPS_MAX - GX_LANES_SUM(not_below)) & (4 * GX_INDEX_GROUPS_MAX - 1);
	class_id = gx_index_lane(keys + groups, slot);
	if (!want_depth)
		return class_id;
	before = slot ? place ^ (gx_index_lane(keys, slot - 1) & 0x7fff) : 0x7fff;
	behind = place ^ ((gx_index_lane(keys, slot) & 0x7fff) + 1);
	if (behind < before)
		before = behind;
	return (80 - bits - gx_index_top_bit(before & 0x7fff)) << 16 | class_id;
}

/* The same for borders of 64 bits. Few blocks of real data need them: a loop that ends at the border will do. */
gx_inline __u32 gx_index_wide(const __u64 *keys, __u32 groups, __u64 address, __u32 want_depth)
{
	__u64 before = ~0ull, behind;
	__u32 slot, class_id;

	for (slot = 0; slot < 4 * GX_INDEX_GROUPS_MAX - 1; slot++)
		if (keys[slot] >= address)
			break;
	class_id = gx_index_lane(keys + 4 * groups, slot);
	if (!want_depth)
		return class_id;
	if (slot)
		before = address ^ keys[slot - 1];
	behind = keys[slot] == ~0ull ? ~0ull : address ^ (keys[slot] + 1);
	if (behind < before)
		before = behind;
	return (64 - gx_index_top_bit64(before)) << 16 | class_id;
}

/**
 * gx_index_find - class and depth of a number of 64 bits
 * @words, @root: of the index; the root is read anew for each check, as the verifier knows what it holds in the map
 *	alone
 * @entry: of all numbers of 64 bits
 * @address: an IPv4 address in the upper half, or the upper or lower half of an IPv6 address
 * @want_depth: 0: the depth need not be right
 *
 * Return: GX_INDEX_CLASS() and GX_INDEX_DEPTH(). Of the upper half of an IPv6 address, GX_CLASS_NONE: that block may be
 * deep; gx_index_find_deep() gives the entry for the lower half, and 64 is to be added to that depth.
 */
gx_inline __u32 gx_index_find(const __u64 *words, const volatile struct gx_index_root *root, __u32 entry, __u64 address,
			      __u32 want_depth)
{
	__u64 rest = address, word, octet;	/* of the address, what no table took yet, from the top bit on */
	__u32 bits = 64, stride;

	for (__u32 level = 0; level < GX_INDEX_LEVELS; level++) {
		if (entry < GX_INDEX_TABLE)
			break;
		stride = entry >> 25 & 31;
		octet = 8 * (__u64)(entry & (GX_INDEX_WORDS_MAX - 1)) +
			4 * (rest >> (64 - stride) ^ (GX_INDEX_FLIP & 1));
		rest <<= stride;
		bits -= stride;
		if (octet > 8 * (__u64)(root->words - GX_INDEX_END_WORDS))
			return GX_CLASS_NONE;
		entry = GX_LOAD(__u32, (const __u8 *)words + octet);
	}
	if (entry < GX_INDEX_NARROW)
		return entry;
	word = entry & 0x0fffffff;
	if (word > root->words - GX_INDEX_END_WORDS)
		return GX_CLASS_NONE;
	if (entry < GX_INDEX_WIDE)
		return gx_index_narrow(words + word, (entry >> 28 & 3) + 1, rest >> 49, bits, want_depth);
	return gx_index_wide(words + word, (entry >> 28 & 3) + 1, address, want_depth);
}

/* 1 where a is above b, else 0, without a branch. */
gx_inline __u32 gx_index_above(__u64 a, __u64 b)
{
	return ((~b & a) | ((~b | a) & (b - a))) >> 63;
}

/**
 * gx_index_find_deep - the entry of an IPv6 /64 with borders within
 * @words, @root: of the index
 * @high: upper half of the address
 *
 * Return: the entry, or 0: the block is none of these.
 */
gx_inline __u32 gx_index_find_deep(const __u64 *words, const volatile struct gx_index_root *root, __u64 high)
{
	__u32 word = root->deep_word, deep_count = root->deep_count;

	for (__u32 step = 0; step < GX_INDEX_DEEP_STEPS && deep_count > 1; step++) {
		__u32 half = deep_count >> 1, middle = word + 2 * half;

		if (middle > root->words - GX_INDEX_END_WORDS)
			return 0;
		/* On to the upper part, unless it begins above. A product: for a mask, verifiers look at both ways. */
		word += 2 * half * (1 - gx_index_above(words[middle], high));
		deep_count -= half;
	}
	if (word > root->words - GX_INDEX_END_WORDS || words[word] != high)
		return 0;
	return words[word + 1];
}

#endif
