/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The Internet checksum (RFC 1071), put together from parts. */
#ifndef GEOXDP_PURE_CSUM_H
#define GEOXDP_PURE_CSUM_H

#include "bpf/pure/load.h"

/*
 * A sum is kept in 64 bits and in native order: RFC 1071 2(B) makes the one's complement sum independent of
 * the order, up to a final swap that loads and stores in native order do by themselves. It stays below 2^47: what a
 * reply is put together from are at most some hundred words of 32 bits, of which those at odd offsets count 2^8
 * times.
 */

/* Add 8 octets. */
gx_inline __u64 gx_csum_add64(__u64 sum, __u64 word)
{
	return sum + gx_low32(word) + (word >> 32);
}

/* 16-bit sum with the carries added in; sum below 2^47, where three additions leave no carry. */
gx_inline __u16 gx_csum_fold(__u64 sum)
{
	sum = gx_low32(sum) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/**
 * gx_csum_part - add a part that was summed as if it began at an even offset
 * @sum: so far
 * @part: native order, below 2^38
 * @offset: where the part stands in the datagram; at an odd one its octets change halves (RFC 1071 2(B)), which a
 *	shift by
 *	eight does, as 2^16 is 1 in one's complement
 */
gx_inline __u64 gx_csum_part(__u64 sum, __u64 part, __u32 offset)
{
	return sum + (part << (offset & 1) * 8);
}

/* The value of the UDP field: a computed 0 is sent as 0xffff (RFC 768). */
gx_inline __u16 gx_csum_udp(__u64 sum)
{
	__u16 field = ~gx_csum_fold(sum);

	return field ? field : 0xffff;
}

#endif
