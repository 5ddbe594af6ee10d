/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where addresses are: the tries that operators inspect, and the compact index that the program looks at. */
#ifndef GEOXDP_MAPS_GEO_H
#define GEOXDP_MAPS_GEO_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "geoxdp/abi.h"

#define GX_TRIE(map_name, key_type) \
	struct { \
		__uint(type, BPF_MAP_TYPE_LPM_TRIE); \
		__uint(map_flags, BPF_F_NO_PREALLOC); \
		__uint(max_entries, 1); \
		__type(key, struct key_type); \
		__type(value, struct gx_leaf); \
	} map_name SEC(".maps")

GX_TRIE(countries4, gx_lpm4_key);
GX_TRIE(countries6, gx_lpm6_key);
GX_TRIE(nets4, gx_lpm4_key);
GX_TRIE(nets6, gx_lpm6_key);

/* One value of as many words as the image needs, set before loading; the loader fills it through mmap. */
#define GX_INDEX(map_name) \
	struct { \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(map_flags, BPF_F_MMAPABLE); \
		__uint(max_entries, 1); \
		__uint(key_size, sizeof(__u32)); \
		__uint(value_size, sizeof(__u64)); \
	} map_name SEC(".maps")

GX_INDEX(index4);
GX_INDEX(index6);

#endif
