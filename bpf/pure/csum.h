/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The Internet checksum (RFC 1071), put together from parts. */
#ifndef GEOXDP_PURE_CSUM_H
#define GEOXDP_PURE_CSUM_H

#include "bpf/pure/load.h"

/*
 * A sum is kept in 64 bits and in native order: RFC 1071 2(B) makes the one's complement sum independent of
 * the order, up to a final swap that loads and stores in native order do by themselves. 2^32 additions of
 * 32-bit words fit.
 */

/* Add 8 octets. */
gx_inline __u64 gx_csum_add64(__u64 sum, __u64 word)
{
	return sum + (__u32)word + (word >> 32);
}

/* 16-bit sum with the carries added in. */
gx_inline __u16 gx_csum_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/**
 * gx_csum_part - add a part that was summed as if it began at an even offset
 * @sum: so far
 * @part: folded, native order
 * @offset: where the part stands in the datagram; at an odd one its octets change halves (RFC 1071 2(B))
 */
gx_inline __u64 gx_csum_part(__u64 sum, __u16 part, __u32 offset)
{
	return sum + (offset & 1 ? (__u16)(part << 8 | part >> 8) : part);
}

/* The value of the UDP field: a computed 0 is sent as 0xffff (RFC 768). */
gx_inline __u16 gx_csum_udp(__u64 sum)
{
	__u16 field = ~gx_csum_fold(sum);

	return field ? field : 0xffff;
}

#endif
