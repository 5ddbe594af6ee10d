/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The only place that returns an XDP action; it counts the reason. */
#ifndef GEOXDP_KERN_VERDICT_H
#define GEOXDP_KERN_VERDICT_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "geoxdp/reason.h"
#include "maps/node.maps.h"

#define GX_REASON_KIND(name, kind, text) [GX_##name] = GX_KIND_##kind,
static const __u8 gx_reason_kinds[GX_REASON_COUNT] = { GX_REASONS(GX_REASON_KIND) };
#undef GX_REASON_KIND

static __always_inline int gx_verdict(__u32 reason)
{
	__u64 *counter;

	if (reason >= GX_REASON_COUNT)
		reason = GX_BUG_WRITE;
	counter = bpf_map_lookup_elem(&stats, &reason);
	if (counter)
		(*counter)++;

	switch (gx_reason_kinds[reason]) {
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
