/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nanoseconds a packet, for each kind of query, net of an empty program.
 *
 *	packets [--rounds N] [--quick] [--only KIND] [--json FILE] [--check]
 *
 * With --check nothing is timed: small worlds, and each reply is compared with that of the program alone (TAP).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "naive.skel.h"
#include "tests/bench/stream.h"

#define PLAIN(...) PACKET(PACKET_NO_EDNS, __VA_ARGS__)

/* A kind of query, and how it is asked: of which world, hot, cold, or one query again and again. */
struct row {
	struct stream_kind kind;
	bool is_big;		/* a million names and prefixes */
	bool one, hot, cold;
	double goal_hot, goal_cold;	/* 0: none */
};

#define WILD(depth_) \
	{ { .name = "wildcard, " #depth_ " deep", .reason = GX_SERVED_GEO, .names = STREAM_WILD, .depth = (depth_), \
	    .query = PLAIN(.pad_to = 60) }, .hot = true }

static struct row rows[] = {
	{ { .name = "plain geo A", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .has_naive = true, .query = PLAIN() },
	  .one = true, .hot = true, .cold = true, .goal_hot = 75, .goal_cold = 180 },
	{ { .name = "static A", .reason = GX_SERVED_STATIC, .has_naive = true,
	    .query = PLAIN(.qname = WORLD_STATIC) }, .one = true, .hot = true },
	{ { .name = "geo A, OPT", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .has_naive = true,
	    .query = PACKET() }, .hot = true, .cold = true },
	{ { .name = "geo A, IPv6", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .has_naive = true,
	    .query = PLAIN(PACKET_IPV6) }, .hot = true, .cold = true },
	{ { .name = "geo A, VLAN", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .has_naive = true,
	    .query = PLAIN(.vlans = 1) }, .hot = true },
	{ { .name = "geo A, ECS, IPv4", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .has_naive = true, .ecs = true,
	    .query = PACKET() }, .hot = true, .cold = true },
	{ { .name = "geo A, ECS, IPv6, VLAN", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .has_naive = true,
	    .ecs = true, .query = PACKET(PACKET_IPV6, .vlans = 1) }, .one = true, .hot = true, .cold = true, .goal_hot = 90 },
	{ { .name = "geo A, DO", .reason = GX_SERVED_GEO, .names = STREAM_GEO,
	    .query = PACKET(.opt_flags = PACKET_DO) }, .hot = true },
	{ { .name = "CNAME chain of 3", .reason = GX_SERVED_GEO, .query = PLAIN(.qname = WORLD_CHAIN) }, .hot = true },
	{ { .name = "AAAA, NODATA", .reason = GX_SERVED_NODATA, .names = STREAM_GEO,
	    .query = PLAIN(.qtype = KNOT_RRTYPE_AAAA) }, .hot = true },
	{ { .name = "name of 255 octets", .reason = GX_SERVED_GEO, .query = PLAIN(.qname = "", .pad_to = 320) },
	  .hot = true },
	WILD(1), WILD(2), WILD(4), WILD(8),
	{ { .name = "not for us: port", .reason = GX_PASSED_PORT, .query = PLAIN(.destination_port = 5353) },
	  .hot = true, .goal_hot = 8 },
	{ { .name = "not for us: TCP", .reason = GX_PASSED_PROTOCOL, .query = PLAIN(.protocol = IPPROTO_TCP) },
	  .hot = true, .goal_hot = 8 },
	{ { .name = "miss: name of no zone", .reason = GX_PASSED_NAME, .names = STREAM_ABSENT, .depth = 1,
	    .query = PLAIN(.qname = "elsewhere.test.") }, .hot = true, .goal_hot = 40 },
	{ { .name = "plain geo A, a million", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .has_naive = true,
	    .query = PLAIN() }, .is_big = true, .hot = true, .cold = true, .goal_cold = 300 },
	{ { .name = "geo A, IPv6, a million", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .has_naive = true,
	    .query = PLAIN(PACKET_IPV6) }, .is_big = true, .cold = true, .goal_cold = 300 },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))
#define ASKED 3	/* ways in which a row can be asked */

static const size_t asked_counts[ASKED] = { STREAM_ONE, STREAM_HOT, STREAM_COLD };
static const char *const asked_names[ASKED] = { "one", "hot", "cold" };

struct bench {
	struct world worlds[2];
	struct naive_bpf *naives[2];
	struct stream *streams[N_ROWS][ASKED];	/* NULL: not asked so */
};

static bool is_asked(const struct row *row, int asked)
{
	return asked == 0 ? row->one : asked == 1 ? row->hot : row->cold;
}

static void open_all(struct bench *bench, const struct bench_options *options)
{
	static const struct world_plan plans[2] = { { 10000, 256, 0, 1 }, { 1000000, 65536, 1000000, 1 } };
	static const struct world_plan check[2] = { { 100, 0, 2000, 3 }, { 1000, 64, 10000, 1 } };
	static const struct world_plan quick[2] = { { 10000, 256, 0, 1 }, { 100000, 65536, 100000, 1 } };
	const struct world_plan *chosen = options->check ? check : options->quick ? quick : plans;

	for (int i = 0; i < 2; i++) {
		fprintf(stderr, "world of %zu names\n", chosen[i].names);
		world_make(&bench->worlds[i], &chosen[i]);
		world_load(&bench->worlds[i]);
		bench->naives[i] = stream_load_naive(&bench->worlds[i]);
	}
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].kind.query.qname && !rows[i].kind.query.qname[0])
			rows[i].kind.query.qname = world_long_name();
		for (int asked = 0; asked < ASKED; asked++) {
			size_t count = options->check && asked ? 256u * (unsigned int)asked : asked_counts[asked];

			if (!is_asked(&rows[i], asked) || (options->only && strcmp(options->only, rows[i].kind.name) != 0))
				continue;
			bench->streams[i][asked] = gx_calloc(1, sizeof(struct stream));
			stream_open(bench->streams[i][asked], &rows[i].kind, &bench->worlds[rows[i].is_big],
				    bench->naives[rows[i].is_big], count);
		}
	}
}

static void close_all(struct bench *bench)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		for (int asked = 0; asked < ASKED; asked++) {
			if (bench->streams[i][asked])
				stream_close(bench->streams[i][asked]);
			free(bench->streams[i][asked]);
		}
	}
	for (int i = 0; i < 2; i++) {
		naive_bpf__destroy(bench->naives[i]);
		world_free(&bench->worlds[i]);
	}
}

/* --- results ----------------------------------------------------------------------------------- */

static void run_round(void *context, unsigned int round)
{
	struct bench *bench = context;

	for (size_t i = 0; i < N_ROWS; i++)
		for (int asked = 0; asked < ASKED; asked++)
			if (bench->streams[i][asked])
				stream_round(bench->streams[i][asked], round);
}

static double goal_of(const struct row *row, int asked)
{
	if (asked == 0)
		return row->kind.reason == GX_SERVED_GEO && !row->kind.ecs ? 60 : 0;
	return asked == 1 ? row->goal_hot : row->goal_cold;
}

static void show(const struct bench *bench, unsigned int rounds, unsigned int thrown, json_t *json)
{
	json_t *list = json_array();

	printf("%s\nnet of an empty program, medians of %u rounds, %u thrown away\n"
	       "hot: %u queries of %u clients; cold: %u of as many\n\n"
	       "%-26s %-5s %10s %8s %9s %6s %7s\n", bench_machine(), rounds, thrown, STREAM_HOT, STREAM_CLIENTS,
	       STREAM_COLD, "", "", "x naive", "ns", "naive ns", "goal", "empty");
	for (size_t i = 0; i < N_ROWS; i++) {
		for (int asked = 0; asked < ASKED; asked++) {
			const struct stream *stream = bench->streams[i][asked];
			double ns, naive, empty, goal = goal_of(&rows[i], asked);

			if (!stream)
				continue;
			ns = stream_net_ns(stream, FEED_PRODUCT, rounds);
			naive = rows[i].kind.has_naive ? stream_net_ns(stream, FEED_NAIVE, rounds) : 0;
			empty = bench_median(stream->ns[FEED_EMPTY], rounds);
			printf("%-26s %-5s ", rows[i].kind.name, asked_names[asked]);
			if (rows[i].kind.has_naive)
				printf("%9.1fx %8.1f %9.1f ", naive / ns, ns, naive);
			else
				printf("%10s %8.1f %9s ", "", ns, "");
			if (goal > 0)
				printf("%6.0f ", goal);
			else
				printf("%6s ", "");
			printf("%7.1f\n", empty);
			json_array_append_new(list, json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "kind", rows[i].kind.name,
							      "stream", asked_names[asked], "ns", ns, "naive_ns", naive,
							      "empty_ns", empty, "goal_ns", goal));
		}
	}
	json_object_set_new(json, "packets", list);
}

static int check(const struct bench *bench)
{
	unsigned int tests = 0, failures = 0;

	for (size_t i = 0; i < N_ROWS; i++) {
		for (int asked = 0; asked < ASKED; asked++) {
			const char *wrong;

			if (!bench->streams[i][asked])
				continue;
			wrong = stream_check(bench->streams[i][asked]);
			printf("%sok %u - benchmark: %s, %s\n", wrong ? "not " : "", ++tests, rows[i].kind.name,
			       asked_names[asked]);
			if (wrong)
				printf("# %s\n", wrong);
			failures += wrong != NULL;
		}
	}
	printf("1..%u\n", tests);
	return failures != 0;
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_read_options(argc, argv);
	static struct bench bench;
	unsigned int thrown;
	int status = 0;
	json_t *json;

	if (options.check && geteuid() != 0) {
		printf("ok 1 - benchmark # SKIP needs root\n1..1\n");
		return 0;
	}
	open_all(&bench, &options);
	if (options.check) {
		status = check(&bench);
	} else {
		run_round(&bench, 0);	/* pages in */
		thrown = bench_rounds(options.rounds, run_round, &bench);
		json = bench_json("packets", options.rounds, thrown);
		show(&bench, options.rounds, thrown, json);
		bench_write_json(json, options.json);
	}
	close_all(&bench);
	return status;
}
