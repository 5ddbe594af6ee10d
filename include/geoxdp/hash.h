/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The hashes that the loader places by and the XDP program finds by. */
#ifndef GEOXDP_HASH_H
#define GEOXDP_HASH_H

#include <linux/types.h>

#include "geoxdp/limits.h"

#define GX_HASH_INLINE static inline __attribute__((always_inline, unused))

/* 2^64 / golden ratio, odd: Knuth's multiplicative hashing. */
#define GX_HASH_MULTIPLIER 0x9E3779B97F4A7C15ull

/* In eight octets, the bits in which letters of the two cases differ. */
#define GX_CASE_BITS 0x2020202020202020ull

/*
 * The hash runs over the wire name, root label included, zero-padded to whole words of 8 octets:
 *
 *   hash = seed; for each word: hash = gx_hash_word(hash, word | GX_CASE_BITS); hash = gx_hash_end(hash, length)
 *
 * Words are loaded in the machine's own order, on both sides: a table is built on the machine that reads it.
 * The length tells names apart whose padding would otherwise be part of them.
 *
 * Names that differ in the case bits of octets that are no letters, as '-' and a carriage return do, have the same
 * hash with every seed. Where two such names are loaded, hashes are exact: over words that are folded
 * (RFC 4343 3), in place of words with these bits set.
 *
 * It spreads names, it does not stop an attacker: whoever chooses the loaded names is the operator.
 */
GX_HASH_INLINE __u64 gx_hash_word(__u64 hash, __u64 word)
{
	/*
	 * The upper octets of the product depend on all lower ones: they go where the next product spreads them
	 * from.
	 */
	return __builtin_bswap64((hash ^ word) * GX_HASH_MULTIPLIER);
}

GX_HASH_INLINE __u64 gx_hash_end(__u64 hash, __u32 len_octets)
{
	return gx_hash_word(hash, len_octets);
}

/*
 * The slot of a name in `names`, without a second probe (perfect hashing by pilots: Pibiri and Trani, PTHash,
 * 2021). Names fall into buckets, and the loader finds for each bucket a pilot, one octet, with which all its names
 * come to slots of their own. What is not loaded comes to some slot as well: that holds another name, or none.
 */
GX_HASH_INLINE __u32 gx_hash_bucket(__u64 hash, __u32 mask)
{
	return (__u32)hash & mask;
}

/*
 * The pilot is spread over the whole word: names of one bucket have the same lower bits, and if only those were
 * changed, two that meet would meet with each pilot. slots: of the table, any number.
 */
GX_HASH_INLINE __u32 gx_hash_slot(__u64 hash, __u32 pilot, __u32 slots)
{
	hash = (hash ^ pilot * GX_HASH_MULTIPLIER) * GX_HASH_MULTIPLIER;
	return (hash >> 32) * slots >> 32;
}

/*
 * Bit of the filter of names' ends: the last eight octets of a wire name, as one word in native order; folded or
 * not, as the bit in which the cases differ does not count. A name that ends as no apex does is in no loaded zone,
 * and need not be looked for; one that does may be.
 */
GX_HASH_INLINE __u32 gx_hash_end_of_name(__u64 octets)
{
	return (octets | GX_CASE_BITS) * GX_HASH_MULTIPLIER >> 55 & (64 * GX_END_FILTER_WORDS - 1);
}

/*
 * The slot of a service address in `services`, given as two words in native order, without a second probe: the loader
 * looks for odd factors with which each has a slot of its own. shift: 64 less the bits of a slot's number.
 *
 * The last octet of each word can be its upper one, which a product alone leaves there: without the shift between the
 * two, networks and hosts that differ in those would be 256 values, whatever the factors.
 */
GX_HASH_INLINE __u32 gx_hash_service(__u64 high, __u64 low, const volatile __u64 factors[2], __u32 shift)
{
	high *= factors[0];
	return ((high ^ high >> 32) ^ low) * factors[1] >> shift;
}

/*
 * Slot of a spread for the clients of a prefix: high is the upper half of an address as a number, of an IPv4
 * address its 32 bits and then zeros; prefix_bits is GX_SPREAD_BITS4 or GX_SPREAD_BITS6. There is no seed: all
 * nodes and all generations give a client the same slot.
 */
GX_HASH_INLINE __u32 gx_hash_spread(__u64 high, __u32 prefix_bits)
{
	return gx_hash_end(gx_hash_word(0, high >> (64 - prefix_bits)), prefix_bits) >> 32 & (GX_SPREAD_SLOTS - 1);
}

#endif
