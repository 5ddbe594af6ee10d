/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream of queries to a world, through each of the variants. */
#ifndef GEOXDP_TESTS_BENCH_STREAM_H
#define GEOXDP_TESTS_BENCH_STREAM_H

#include "tests/bench/harness.h"
#include "tests/bench/world.h"
#include "tests/lib/packet.h"

/* What the queries ask for. */
enum stream_names {
	STREAM_FIXED,		/* qname of the packet */
	STREAM_GEO,		/* the world's geo names, each with the same chance */
	STREAM_WILD,		/* below the wildcard, depth labels */
	STREAM_ABSENT,		/* names below qname that are not there */
};

/* A kind of query. */
struct stream_kind {
	const char *name;
	enum gx_reason reason;		/* what becomes of each */
	enum stream_names names;
	unsigned int depth;		/* labels in front */
	bool has_naive;			/* the naive program gives the same answer */
	bool mixed_case;		/* of names that are made, not of qname */
	bool ecs;			/* a client subnet option with the client; the source is a resolver */
	struct packet query;		/* the rest */
};

/* What a program that was ended early counts: a reason that no query of a benchmark has. */
#define STREAM_STAGE_REASON	GX_PASSED_NO_ROOM

#define STREAM_BATCH	64	/* live frames that are sent at once, as a card's driver would */

#define STREAM_ONE	1u
#define STREAM_HOT	16384u		/* queries, of STREAM_CLIENTS clients */
#define STREAM_CLIENTS	4096u
#define STREAM_COLD	(1u << 20)	/* queries, each of another client */

struct stream {
	const struct stream_kind *kind;
	const struct world *world;
	size_t count;			/* queries; a power of two */
	struct feed_bpf *feed;
	int naive_stats;		/* map, or -1 */
	bool takes_part[FEED_VARIANTS];
	int live_interface;		/* 0: frames are the test's only; else live ones, which leave by it */
	uint64_t sent;			/* live frames */
	double ns[FEED_VARIANTS][BENCH_ROUNDS_MAX];
};

/* The naive program over the tables of a world. */
struct naive_bpf *stream_load_naive(const struct world *world);

/**
 * stream_open - make the queries, and load what feeds them
 * @stream: filled; the world must be loaded, and stay
 * @naive: of the world
 * @count: STREAM_ONE, STREAM_HOT, STREAM_COLD
 */
void stream_open(struct stream *stream, const struct stream_kind *kind, struct world *world,
		 const struct naive_bpf *naive, size_t count);
/* Let one more variant take part: a program. Stages count in the product's `stats`, as STREAM_STAGE_REASON. */
void stream_add(struct stream *stream, unsigned int variant, int program);
void stream_close(struct stream *stream);

/*
 * All variants, one after the other, over the same queries; times go to ns[][round]. Fails when an answer was
 * missing.
 */
void stream_round(struct stream *stream, unsigned int round);

/* Net of the empty program, nanoseconds. */
double stream_net_ns(const struct stream *stream, unsigned int variant, unsigned int rounds);

/**
 * stream_check - is the reply to each query that which the program gives to the query alone?
 *
 * Returns NULL, or what is wrong.
 */
const char *stream_check(struct stream *stream);

#endif
