/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SipHash-2-4 (Aumasson and Bernstein, 2012) over whole words and a tail. */
#ifndef GEOXDP_PURE_SIPHASH_H
#define GEOXDP_PURE_SIPHASH_H

#include "bpf/pure/load.h"

struct gx_sip {
	__u64 v0, v1, v2, v3;
};

gx_inline __u64 gx_rotate_left(__u64 word, int bits)
{
	return word << bits | word >> (64 - bits);
}

gx_inline void gx_sip_round(struct gx_sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = gx_rotate_left(s->v1, 13) ^ s->v0;
	s->v3 = gx_rotate_left(s->v3, 16) ^ s->v2;
	s->v0 = gx_rotate_left(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = gx_rotate_left(s->v1, 17) ^ s->v2;
	s->v3 = gx_rotate_left(s->v3, 21) ^ s->v0;
	s->v2 = gx_rotate_left(s->v2, 32);
}

gx_inline void gx_sip_word(struct gx_sip *s, __u64 word)
{
	s->v3 ^= word;
	gx_sip_round(s);
	gx_sip_round(s);
	s->v0 ^= word;
}

/**
 * gx_siphash - hash n words and a tail of at most seven octets
 * @key: 16 octets, as two words read in little-endian order, as the others are
 * @words: n of them
 * @tail: the octets behind them; the eighth octet is the length of all modulo 256
 */
gx_inline __u64 gx_siphash(const __u64 key[2], const __u64 *words, __u32 n, __u64 tail)
{
	struct gx_sip s = {
		.v0 = key[0] ^ 0x736f6d6570736575ull,
		.v1 = key[1] ^ 0x646f72616e646f6dull,
		.v2 = key[0] ^ 0x6c7967656e657261ull,
		.v3 = key[1] ^ 0x7465646279746573ull,
	};

	for (__u32 i = 0; i < n; i++)
		gx_sip_word(&s, words[i]);
	gx_sip_word(&s, tail);
	s.v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		gx_sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

#endif
