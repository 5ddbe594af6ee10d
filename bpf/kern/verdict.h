/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The only place that returns an XDP action; it counts the reason. */
#ifndef GEOXDP_KERN_VERDICT_H
#define GEOXDP_KERN_VERDICT_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/pure/load.h"
#include "geoxdp/reason.h"
#include "maps/node.maps.h"

#define GX_REASON_KIND(name, kind, text) [GX_##name] = GX_KIND_##kind,
static const __u8 gx_reason_kinds[GX_REASON_COUNT] = { GX_REASONS(GX_REASON_KIND) };
#undef GX_REASON_KIND

/*
 * The kind is read before the call: "R2 unbounded memory access" (Linux 6.12, clang 14), since a reason that comes
 * back from the stack, where it was the key, has lost its bounds there.
 */
static __always_inline int gx_verdict(__u32 reason)
{
	__u64 *counter;
	__u32 kind;

	if (reason >= GX_REASON_COUNT)
		reason = GX_BUG_WRITE;
	kind = gx_reason_kinds[reason];
	GX_OPAQUE(kind);
	counter = bpf_map_lookup_elem(&stats, &reason);
	if (counter)
		(*counter)++;

	switch (kind) {
	case GX_KIND_SERVED:
		return XDP_TX;
	case GX_KIND_PASSED:
		return XDP_PASS;
	case GX_KIND_DROPPED:
		return XDP_DROP;
	default:
		return XDP_ABORTED; /* seen by the xdp:xdp_exception tracepoint */
	}
}

#endif
