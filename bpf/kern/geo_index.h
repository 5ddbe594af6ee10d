/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The compact geo index in maps. */
#ifndef GEOXDP_KERN_GEO_INDEX_H
#define GEOXDP_KERN_GEO_INDEX_H

#include "bpf/kern/settings.h"
#include "bpf/pure/index.h"
#include "maps/geo.maps.h"

/* All words of an index are one value: one look-up, and then loads that the verifier knows the bound of. */
gx_inline const __u64 *gx_index_words(const void *map)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem((void *)map, &zero);
}

/*
 * The class of an address in the lower half, its depth in the upper; see gx_index_find(). An address is in host order.
 */
gx_inline __u32 gx_index_find4(__u32 address, __u32 want_depth)
{
	const __u64 *words = gx_index_words(&index4);

	if (!words)
		return GX_CLASS_NONE;
	return gx_index_find(words, &index_roots[0], index_roots[0].entry, (__u64)address << 32, want_depth);
}

gx_inline __u32 gx_index_find_half6(__u32 entry, __u64 address, __u32 want_depth)
{
	const __u64 *words = gx_index_words(&index6);

	return words ? gx_index_find(words, &index_roots[1], entry, address, want_depth) : GX_CLASS_NONE;
}

/*
 * The lower half of an address whose upper half is a block with borders within, if it is one: few are. Verified
 * once.
 */
__attribute__((noinline)) __u32 gx_index_find_deep6(__u64 high, __u64 low, __u32 want_depth)
{
	const __u64 *words = gx_index_words(&index6);
	__u32 entry = words ? gx_index_find_deep(words, &index_roots[1], high) : 0;

	return entry ? gx_index_find_half6(entry, low, want_depth) + (64 << 16) : GX_CLASS_NONE;
}

gx_inline __u32 gx_index_find6(__u64 high, __u64 low, __u32 want_depth)
{
	__u32 found = gx_index_find_half6(index_roots[1].entry, high, want_depth);

	if (GX_INDEX_CLASS(found) != GX_CLASS_NONE || index_roots[1].deep_count == 0)
		return found;
	return gx_index_find_deep6(high, low, want_depth);
}

#endif
