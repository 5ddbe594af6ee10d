/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What names say: from the question to the cells of the answer. */
#ifndef GEOXDP_MAPS_NAMES_H
#define GEOXDP_MAPS_NAMES_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "geoxdp/abi.h"

/* max_entries is what the image needs, set before loading; the loader fills them through mmap. */
#define GX_TABLE(map_name, value_type) \
	struct { \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(map_flags, BPF_F_MMAPABLE); \
		__uint(max_entries, 1); \
		__type(key, __u32); \
		__type(value, struct value_type); \
	} map_name SEC(".maps")

/*
 * One value of an octet for each bucket of names, as many as the image needs, set before loading; filled through
 * mmap.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u64));
} pilots SEC(".maps");

GX_TABLE(names, gx_name);
GX_TABLE(names_long, gx_name_rest);
GX_TABLE(types, gx_type);
GX_TABLE(gap_lists, gx_gap_list);
GX_TABLE(gaps, gx_gap);
GX_TABLE(choices, gx_choice);
GX_TABLE(answers, gx_answer);

/* What choices can become, and by what: for user space alone. */
GX_TABLE(options, gx_option);
GX_TABLE(option_units, gx_unit_ref);
GX_TABLE(units, gx_unit);
GX_TABLE(checks, gx_check);
GX_TABLE(locations, gx_location_name);

#endif
