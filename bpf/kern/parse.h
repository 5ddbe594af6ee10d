/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parsers of bpf/pure behind global functions: the verifier takes each on its own, once, so that the many
 * ways out of their loops do not multiply with what follows.
 */
#ifndef GEOXDP_KERN_PARSE_H
#define GEOXDP_KERN_PARSE_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/pure/edns.h"
#include "bpf/pure/frame.h"
#include "bpf/pure/question.h"

/* Bound of every offset into a frame that is answered: a query that long is passed. */
#define GX_OFFSET_MASK 0x3fff

gx_inline const __u8 *gx_data(const struct xdp_md *ctx)
{
	return (const __u8 *)(long)ctx->data;
}

gx_inline const void *gx_data_end(const struct xdp_md *ctx)
{
	return (const void *)(long)ctx->data_end;
}

/* Octets of the frame. */
gx_inline __u32 gx_frame_octets(const struct xdp_md *ctx)
{
	__u64 octets = gx_data_end(ctx) - (const void *)gx_data(ctx);

	GX_OPAQUE(octets);
	return octets;
}

/*
 * See gx_parse_record(). offsets: of the record in the upper half, octets of the message in the lower.
 *
 * Return: offset behind the record in the upper half, and in the lower a reason, or 0xffff for GX_GO_ON.
 */
__attribute__((noinline)) __u32 gx_parse_record_at(struct xdp_md *ctx, __u32 dns_offset, __u32 offsets,
						   struct gx_edns *edns)
{
	const __u8 *dns = gx_data(ctx) + (dns_offset & 0xff);
	__u32 behind = 0;
	int reason;

	if (!edns)
		return GX_PASSED_ADDITIONAL;
	reason = gx_parse_record(dns, gx_data_end(ctx), offsets >> 16 & GX_OFFSET_MASK, offsets & GX_OFFSET_MASK,
				 edns, &behind);
	return behind << 16 | (reason & 0xffff);
}

/**
 * gx_parse_additional - read the additional section of a query
 * @packet: where the message is, and how many records it has
 * @offset: behind the question; the last record must end with the message
 * @edns: zeroed; filled
 *
 * Return: as gx_parse_record(); FORMERR only once all records were seen.
 */
gx_inline int gx_parse_additional(struct xdp_md *ctx, const struct gx_packet *packet, __u32 offset,
				  struct gx_edns *edns)
{
	int verdict = GX_GO_ON;

	for (__u32 i = 0; i < GX_QUERY_MAX_RRS; i++) {
		__u32 result;

		if (i >= packet->arcount)
			break;
		result = gx_parse_record_at(ctx, packet->dns_offset, offset << 16 | packet->dns_octets, edns);
		offset = result >> 16;
		result &= 0xffff;
		if (result == GX_SERVED_FORMERR)
			verdict = GX_SERVED_FORMERR;
		else if (result != (GX_GO_ON & 0xffff))
			return result;
	}
	return offset == packet->dns_octets ? verdict : GX_PASSED_ADDITIONAL;
}

#endif
