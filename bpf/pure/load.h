/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loads and stores at any alignment, in the program and on the host. */
#ifndef GEOXDP_PURE_LOAD_H
#define GEOXDP_PURE_LOAD_H

#include <linux/types.h>
#include <bpf/bpf_endian.h>

#define gx_inline static inline __attribute__((always_inline))

/*
 * What parsers return: GX_GO_ON, or the reason (include/geoxdp/reason.h) at which the packet's way ends.
 */
#define GX_GO_ON (-1)

/*
 * Keeps a value from being merged into later arithmetic. "32-bit pointer arithmetic prohibited" (Linux 6.18,
 * clang 14): the difference of data_end and data, used as an int, was computed in 32 bits. "invalid access to
 * packet" (the same): a bounded count was computed anew from others, its bounds forgotten. "pointer arithmetic on
 * pkt_end prohibited" (the same): p > end had become p >= end + 1, to take the sum out of a loop.
 */
#define GX_OPAQUE(value) asm volatile("" : "+r"(value))

/*
 * A reason on a way that few packets take, out of line: clang sets the reasons of many such ways in front of the
 * branches to them, where all packets pass, an instruction in forty.
 */
gx_inline int gx_leave(int reason)
{
	GX_OPAQUE(reason);
	return reason;
}

#ifdef __bpf__
/*
 * A packed or memcpy access makes clang 14 emit one load per octet; the architectures with an XDP JIT load
 * and store unaligned words.
 */
#define GX_LOAD(type, from)	 (*(const type *)(from))
#define GX_STORE(type, to, what) (*(type *)(to) = (what))
#else
#include <string.h>
#define GX_LOAD(type, from)                                                                        \
	({                                                                                         \
		type gx_loaded_;                                                                   \
		memcpy(&gx_loaded_, (from), sizeof(gx_loaded_));                                   \
		gx_loaded_;                                                                        \
	})
#define GX_STORE(type, to, what)                                                                   \
	({                                                                                         \
		type gx_stored_ = (what);                                                          \
		memcpy((to), &gx_stored_, sizeof(gx_stored_));                                     \
	})
#endif

/* The lower half. clang makes two shifts of a mask, and one move of this. */
gx_inline __u64 gx_low32(__u64 word)
{
#ifdef __bpf__
	__u32 low;

	asm("%0 = %1" : "=w"(low) : "w"((__u32)word));
	return low;
#else
	return (__u32)word;
#endif
}

gx_inline __u16 gx_load16(const __u8 *from)
{
	return bpf_ntohs(GX_LOAD(__be16, from));
}

/* <bpf/bpf_endian.h> has these for big endian alone. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define gx_le64(word) (word)
#define gx_le32(word) (word)
#else
#define gx_le64(word) __builtin_bswap64(word)
#define gx_le32(word) __builtin_bswap32(word)
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* The n octets, 1 to 7, in front of end, as the low octets of a word in native order. */
#define GX_LOAD_TAIL(end, n) (GX_LOAD(__u64, (end) - 8) >> (-8 * (n) & 63))
/* Low half of ::ffff:a.b.c.d in native order. */
#define GX_MAPPED_WORD(address) ((__u64)(address) << 32 | 0xffff0000u)
/* And the address out of it. */
#define gx_mapped_ipv4(word) ((__u32)((word) >> 32))
/* What was read with a word from its first four octets, and from its last. */
#define gx_word_first32(word) ((__u32)(word))
#define gx_word_last32(word) ((__u32)((word) >> 32))
#else
#define GX_LOAD_TAIL(end, n) (GX_LOAD(__u64, (end) - 8) << (-8 * (n) & 63))
#define GX_MAPPED_WORD(address) (0x0000ffffull << 32 | (address))
#define gx_mapped_ipv4(word) ((__u32)(word))
#define gx_word_first32(word) ((__u32)((word) >> 32))
#define gx_word_last32(word) ((__u32)(word))
#endif

/* Is it one? Whatever the address. */
gx_inline int gx_is_mapped(__u64 word)
{
	return (word & ~(GX_MAPPED_WORD(~0u) ^ GX_MAPPED_WORD(0))) == GX_MAPPED_WORD(0);
}

#endif
