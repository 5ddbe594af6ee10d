/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which TCP connections `geoxdp run` takes over. */
#ifndef GEOXDP_MAPS_STEER_H
#define GEOXDP_MAPS_STEER_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "geoxdp/abi.h"

/* Twice what a generation has: the new entries come before the old ones go. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * GX_SERVICE_MAX);
	__type(key, struct gx_service);
	__type(value, __u32);
} steer_services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2 * GX_BYPASS_MAX);
	__type(key, struct gx_lpm6_key);
	__type(value, __u32);
} steer_bypass SEC(".maps");

/* The listening sockets: 0 of IPv4, 1 of IPv6. */
struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} steer_sockets SEC(".maps");

#endif
