/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SHA-1 (RFC 3174), the hash of NSEC3 (RFC 5155 11). */
#ifndef GEOXDP_PURE_SHA1_H
#define GEOXDP_PURE_SHA1_H

#include "bpf/pure/load.h"

#define GX_SHA1_BLOCK_OCTETS	64
#define GX_SHA1_BLOCK_WORDS	(GX_SHA1_BLOCK_OCTETS / 4)
/* Behind the message: one octet 0x80, zeros, and in the last eight its length in bits (RFC 3174 4). */
#define GX_SHA1_PADDING_OCTETS	9

struct gx_sha1 {
	__u32 state[5];
	__u32 words[GX_SHA1_BLOCK_WORDS];	/* of the block, as numbers; the schedule is made in their place */
};

gx_inline void gx_sha1_begin(struct gx_sha1 *sha1)
{
	sha1->state[0] = 0x67452301;
	sha1->state[1] = 0xefcdab89;
	sha1->state[2] = 0x98badcfe;
	sha1->state[3] = 0x10325476;
	sha1->state[4] = 0xc3d2e1f0;
}

gx_inline __u32 gx_rotate32(__u32 word, int by)
{
	return word << by | word >> (32 - by);
}

/* RFC 3174 6.2: the word of a round; from the 17th on, in the place of the one that is no longer needed. */
gx_inline __u32 gx_sha1_schedule(__u32 *words, int round)
{
	__u32 *word = &words[round & 15];

	if (round >= 16)
		*word = gx_rotate32(
			words[(round + 13) & 15] ^ words[(round + 8) & 15] ^ words[(round + 2) & 15] ^ *word, 1);
	return *word;
}

/* RFC 3174 5. */
gx_inline __u32 gx_sha1_function(int round, __u32 b, __u32 c, __u32 d)
{
	if (round < 20)
		return (d ^ (b & (c ^ d))) + 0x5a827999;
	if (round < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (round < 60)
		return ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

/* The block in words into the state. */
gx_inline void gx_sha1_block(struct gx_sha1 *sha1)
{
	__u32 a = sha1->state[0], b = sha1->state[1], c = sha1->state[2], d = sha1->state[3], e = sha1->state[4];

#pragma GCC unroll 80
	for (int round = 0; round < 80; round++) {
		__u32 next =
			gx_rotate32(a, 5) + gx_sha1_function(round, b, c, d) + e + gx_sha1_schedule(sha1->words, round);

		/* The schedule stays in memory: in variables, clang 14 takes more stack than there is. */
		asm volatile("" : : : "memory");
		e = d;
		d = c;
		c = gx_rotate32(b, 30);
		b = a;
		a = next;
	}
	sha1->state[0] += a;
	sha1->state[1] += b;
	sha1->state[2] += c;
	sha1->state[3] += d;
	sha1->state[4] += e;
}

#endif
