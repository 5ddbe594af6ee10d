/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the packet benchmarks and their programs share. */
#ifndef GEOXDP_TESTS_BENCH_FEED_H
#define GEOXDP_TESTS_BENCH_FEED_H

#include <linux/types.h>

#define FEED_PAGE_OCTETS	4096
/* A query with the longest name over IPv6, two VLAN tags, an OPT and a client subnet; in words. */
#define FEED_FRAME_OCTETS	384
/* Slots are of 128, 256 or 512 octets: a word, and the room for a frame, all of which is copied each time. */
#define FEED_ROOM(slot)		((slot) == 512 ? FEED_FRAME_OCTETS : (slot) - 8)
/* Each frame is given its room anew from this length on. */
#define FEED_START_OCTETS	60

/* Queries that are brought into the caches at once: what a driver polls for (NAPI_POLL_WEIGHT). */
#define FEED_BATCH		64

/* Value of `frames`: slots of slot_octets, none across pages. A slot is a word with the octets, then the frame. */
struct feed_page {
	__u64 words[FEED_PAGE_OCTETS / 8];
};

/* Slots of the program array. */
#define FEED_EMPTY	0
#define FEED_PRODUCT	1
#define FEED_NAIVE	2
#define FEED_GROW	3	/* grows each query as an answer does, and nothing else */
#define FEED_STAGE	4	/* the product's program, ended early: FEED_STAGES of them */
#define FEED_STAGES	8
#define FEED_VARIANTS	(FEED_STAGE + FEED_STAGES)

/* An A record with a compressed owner. */
#define FEED_ANSWER_OCTETS 16

/* Keys of `flood_counts`. */
#define FLOOD_SENT	0
#define FLOOD_ANSWERED	1	/* NOERROR with records */
#define FLOOD_OTHER	2	/* any other reply, or what a program sent back */

/* Key and value of `naive_names`. */
#define NAIVE_KEY_OCTETS 64

struct naive_key {
	__u8 name[NAIVE_KEY_OCTETS];	/* folded, zero-padded */
};

struct naive_name {
	__u32 ref_a, ref_aaaa;		/* as in struct gx_name */
};

#endif
