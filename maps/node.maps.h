/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The node: which addresses it serves, what it counted, which generation this is. */
#ifndef GEOXDP_MAPS_NODE_H
#define GEOXDP_MAPS_NODE_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "geoxdp/abi.h"
#include "geoxdp/reason.h"

/* max_entries is what the addresses need, set before loading. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gx_service);
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, GX_REASON_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gx_meta);
} meta SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gx_cookie_secrets);
} cookies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, GX_BYPASS_MAX);
	__type(key, __u32);
	__type(value, struct gx_bypass);
} bypass SEC(".maps");

#endif
