/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nanoseconds a packet, for each kind of query, net of an empty program.
 *
 *	packets [--rounds N] [--quick] [--only TEXT] [--json FILE] [--lines FILE] [--check]
 *
 * With --check nothing is timed: small worlds, and each reply is compared with that of the program alone (TAP).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "naive.skel.h"
#include "tests/bench/stream.h"

#define PLAIN(...) PACKET(PACKET_NO_EDNS, __VA_ARGS__)

/* In which ways a row can be asked: one query again and again, few clients, each query of another client. */
enum asked { ONE, HOT, COLD, ASKED };

static const size_t asked_counts[ASKED] = { STREAM_ONE, STREAM_HOT, STREAM_COLD };
static const char *const asked_names[ASKED] = { "one", "hot", "cold" };

#define AS_ONE	(1u << ONE)
#define AS_HOT	(1u << HOT)
#define AS_COLD	(1u << COLD)
#define AS_BOTH	(AS_HOT | AS_COLD)

/* To be reached: nanoseconds, and how many times less than the naive program. 0: nothing in particular. */
struct row_goal {
	double ns, stretch_ns, ratio;
};

/* A kind of query, and how it is asked, of which world. */
struct row {
	struct stream_kind kind;
	bool is_big;		/* a million names and prefixes */
	unsigned int asked;
	struct row_goal goals[ASKED];
};

/* Names that are not there, below the zone's apex. */
#define ABSENT(depth_, ...) \
	{ { .name = "NXDOMAIN, " #depth_ " down", .reason = GX_SERVED_NXDOMAIN, .names = STREAM_ABSENT, .depth = (depth_), \
	    .query = PLAIN(.qname = WORLD_APEX) }, .asked = AS_BOTH, __VA_ARGS__ }
#define WILD(depth_) \
	{ { .name = "wildcard, " #depth_ " down", .reason = GX_SERVED_GEO, .names = STREAM_WILD, .depth = (depth_), \
	    .query = PLAIN(.pad_to = 60) }, .asked = AS_HOT }
#define GEO(name_, ...) \
	.kind = { .name = (name_), .reason = GX_SERVED_GEO, .names = STREAM_GEO, .has_naive = true, __VA_ARGS__ }
#define PASS_GOAL .goals = { [HOT] = { 8 }, [COLD] = { 8 } }
#define MISS_GOAL .goals = { [HOT] = { 40 }, [COLD] = { 40 } }
#define ABSENT_GOAL .goals = { [HOT] = { 150 }, [COLD] = { 150 } }

static struct row rows[] = {
	{ GEO("plain geo A", .query = PLAIN()), .asked = AS_ONE | AS_BOTH,
	  .goals = { [ONE] = { 60, 50 }, [HOT] = { 75, 65, 12 }, [COLD] = { 180, 140, 12 } } },
	{ { .name = "plain static A", .reason = GX_SERVED_STATIC, .has_naive = true,
	    .query = PLAIN(.qname = WORLD_STATIC) }, .asked = AS_ONE | AS_BOTH, .goals = { [ONE] = { 60, 50 } } },
	{ GEO("geo A, mixed case", .mixed_case = true, .query = PLAIN()), .asked = AS_ONE | AS_HOT },
	{ GEO("geo A, OPT", .query = PACKET()), .asked = AS_BOTH },
	{ GEO("geo A, IPv6", .query = PLAIN(PACKET_IPV6)), .asked = AS_BOTH },
	{ GEO("geo A, VLAN", .query = PLAIN(.vlans = 1)), .asked = AS_HOT },
	{ GEO("geo A, ECS, IPv4", .ecs = true, .query = PACKET()), .asked = AS_BOTH },
	{ GEO("geo A, OPT, ECS, IPv6, VLAN", .ecs = true, .query = PACKET(PACKET_IPV6, .vlans = 1)),
	  .asked = AS_ONE | AS_BOTH, .goals = { [HOT] = { 90, 75 } } },
	{ { .name = "geo A, DO, unsigned zone", .reason = GX_SERVED_GEO, .names = STREAM_GEO,
	    .query = PACKET(.opt_flags = PACKET_DO) }, .asked = AS_HOT },
	{ { .name = "CNAME chain of 3", .reason = GX_SERVED_GEO, .query = PLAIN(.qname = WORLD_CHAIN) }, .asked = AS_BOTH },
	{ { .name = "AAAA, NODATA", .reason = GX_SERVED_NODATA, .names = STREAM_GEO,
	    .query = PLAIN(.qtype = KNOT_RRTYPE_AAAA) }, .asked = AS_BOTH },
	{ { .name = "name of 255 octets", .reason = GX_SERVED_GEO, .query = PLAIN(.qname = "", .pad_to = 320) },
	  .asked = AS_HOT },
	WILD(1), WILD(3), WILD(8),
	ABSENT(1), ABSENT(3, ABSENT_GOAL), ABSENT(8),
	{ { .name = "not for us: port", .reason = GX_PASSED_PORT, .query = PLAIN(.destination_port = 5353) },
	  .asked = AS_BOTH, PASS_GOAL },
	{ { .name = "not for us: TCP", .reason = GX_PASSED_PROTOCOL, .query = PLAIN(.protocol = IPPROTO_TCP) },
	  .asked = AS_BOTH, PASS_GOAL },
	{ { .name = "miss: to another address", .reason = GX_PASSED_SERVICE, .query = PLAIN(.destination = "192.0.2.54") },
	  .asked = AS_BOTH, MISS_GOAL },
	{ { .name = "miss: name of no zone", .reason = GX_PASSED_NAME, .names = STREAM_ABSENT, .depth = 1,
	    .query = PLAIN(.qname = "elsewhere.test.") }, .asked = AS_BOTH, MISS_GOAL },
	{ { .name = "static A, DO, signed zone", .reason = GX_SERVED_STATIC,
	    .query = PACKET(.qname = WORLD_NSEC_HOST, .opt_flags = PACKET_DO) }, .asked = AS_HOT },
	{ { .name = "NXDOMAIN, DO, NSEC", .reason = GX_SERVED_NXDOMAIN, .names = STREAM_ABSENT, .depth = 1,
	    .query = PACKET(.qname = WORLD_NSEC, .opt_flags = PACKET_DO) }, .asked = AS_BOTH },
	{ { .name = "NXDOMAIN, DO, NSEC3", .reason = GX_SERVED_NXDOMAIN, .names = STREAM_ABSENT, .depth = 1,
	    .query = PACKET(.qname = WORLD_NSEC3, .opt_flags = PACKET_DO) }, .asked = AS_BOTH },
	{ GEO("plain geo A, a million", .query = PLAIN()), .is_big = true, .asked = AS_BOTH,
	  .goals = { [COLD] = { 300, 220, 8 } } },
	{ GEO("geo A, IPv6, a million", .query = PLAIN(PACKET_IPV6)), .is_big = true, .asked = AS_BOTH,
	  .goals = { [COLD] = { 300, 220, 8 } } },
};

#define N_ROWS	(sizeof(rows) / sizeof(rows[0]))
#define WORLDS	2

struct bench {
	struct world worlds[WORLDS];
	struct naive_bpf *naives[WORLDS];	/* NULL: no row asks this world */
	struct stream *streams[N_ROWS][ASKED];	/* NULL: not asked so */
};

/* Is a row asked in this way, and its text in what --only says? */
static bool is_wanted(const struct row *row, enum asked asked, const struct bench_options *options)
{
	char name[128];

	snprintf(name, sizeof(name), "%s, %s", row->kind.name, asked_names[asked]);
	return row->asked & 1u << asked && (!options->only || strstr(name, options->only));
}

static bool is_world_wanted(int number, const struct bench_options *options)
{
	for (size_t i = 0; i < N_ROWS; i++)
		for (int asked = 0; asked < ASKED; asked++)
			if (rows[i].is_big == number && is_wanted(&rows[i], asked, options))
				return true;
	return false;
}

static void open_worlds(struct bench *bench, const struct bench_options *options)
{
	static const struct world_plan plans[WORLDS] = { { 10000, 256, 0, 1, false }, { 1000000, 65536, 1000000, 1, false } };
	static const struct world_plan check[WORLDS] = { { 100, 0, 2000, 3, false }, { 1000, 64, 10000, 1, false } };
	static const struct world_plan quick[WORLDS] = { { 10000, 256, 0, 1, false }, { 50000, 4096, 100000, 1, false } };
	const struct world_plan *chosen = options->check ? check : options->quick ? quick : plans;

	for (int i = 0; i < WORLDS; i++) {
		if (!is_world_wanted(i, options))
			continue;
		world_make(&bench->worlds[i], &chosen[i]);
		world_build(&bench->worlds[i]);
		world_load(&bench->worlds[i]);
		world_say(&bench->worlds[i], stderr);
		bench->naives[i] = stream_load_naive(&bench->worlds[i]);
	}
}

static void open_all(struct bench *bench, const struct bench_options *options)
{
	open_worlds(bench, options);
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].kind.query.qname && !rows[i].kind.query.qname[0])
			rows[i].kind.query.qname = world_long_name();
		for (int asked = 0; asked < ASKED; asked++) {
			size_t count = options->check && asked ? 256u * (unsigned int)asked : asked_counts[asked];

			if (!is_wanted(&rows[i], asked, options))
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
	for (int i = 0; i < WORLDS; i++) {
		if (!bench->naives[i])
			continue;
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

static void show_row(const struct stream *stream, const struct row *row, enum asked asked, unsigned int rounds, json_t *json)
{
	const struct row_goal *goals = &row->goals[asked];
	const struct bench_goal ns_goal = { goals->ns, goals->stretch_ns, "ns", false };
	const struct bench_goal ratio_goal = { goals->ratio, 0, "x naive", true };
	const char *name = row->kind.name, *how = asked_names[asked];
	double ns = stream_net_ns(stream, FEED_PRODUCT, rounds), naive = 0, empty = bench_median(stream->ns[FEED_EMPTY], rounds);

	printf("%-28s %-5s ", name, how);
	if (row->kind.has_naive) {
		naive = stream_net_ns(stream, FEED_NAIVE, rounds);
		printf("%8.1fx %8.1f %9.1f ", naive / ns, ns, naive);
	} else {
		printf("%9s %8.1f %9s ", "", ns, "");
	}
	if (goals->ns > 0)
		printf("%6.0f  %-8s", goals->ns, bench_verdict(&ns_goal, ns));
	else
		printf("%6s  %-8s", "", "");
	printf(" %6.1f\n", empty);
	json_array_append_new(json_object_get(json, "packets"), json_pack(
		"{s:s, s:s, s:f, s:f, s:f, s:f}", "kind", name, "stream", how, "ns", ns, "naive_ns", naive, "empty_ns", empty,
		"goal_ns", goals->ns));
	if (goals->ns > 0)
		bench_put_goal(json, &ns_goal, ns, "%s, %s", name, how);
	if (goals->ratio > 0)
		bench_put_goal(json, &ratio_goal, naive / ns, "%s, %s: against naive", name, how);
}

/* What the running kernel's verifier looked at until it took the program. */
static void put_instructions(const struct bench *bench, json_t *json)
{
	const struct bench_goal goal = { 500000, 200000, "insns", false };
	struct bpf_prog_info info = {};
	__u32 octets = sizeof(info);

	for (int i = 0; i < WORLDS; i++) {
		if (!bench->naives[i])
			continue;
		if (bpf_obj_get_info_by_fd(gx_object_prog_fd(bench->worlds[i].object), &info, &octets))
			bench_fail("product: read what the kernel says");
		printf("\nverifier: %s instructions\n", bench_count_text(info.verified_insns));
		bench_put_goal(json, &goal, info.verified_insns, "verifier, this kernel");
		return;
	}
}

static void show(const struct bench *bench, unsigned int rounds, unsigned int thrown, json_t *json)
{
	printf("%s\nwhole packets, net of an empty program, medians of %u rounds, %u thrown away\n"
	       "hot: %s queries of %s clients; cold: %s of as many\n", bench_machine(), rounds, thrown,
	       bench_count_text(STREAM_HOT), bench_count_text(STREAM_CLIENTS), bench_count_text(STREAM_COLD));
	for (int i = 0; i < WORLDS; i++)
		if (bench->naives[i])
			world_say(&bench->worlds[i], stdout);
	printf("\n%-28s %-5s %9s %8s %9s %6s %9s %6s\n", "", "", "x naive", "ns", "naive ns", "goal", "", "empty");
	json_object_set_new(json, "packets", json_array());
	for (size_t i = 0; i < N_ROWS; i++)
		for (int asked = 0; asked < ASKED; asked++)
			if (bench->streams[i][asked])
				show_row(bench->streams[i][asked], &rows[i], asked, rounds, json);
	put_instructions(bench, json);
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

/* Of the program that is asked first. */
static void write_lines(const struct bench *bench, const char *path)
{
	for (int i = 0; path && i < WORLDS; i++) {
		if (bench->naives[i]) {
			bench_write_lines(gx_object_prog_fd(bench->worlds[i].object), path);
			return;
		}
	}
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
	write_lines(&bench, options.lines);
	if (options.check) {
		status = check(&bench);
	} else {
		run_round(&bench, 0);	/* pages in */
		thrown = bench_rounds(options.rounds, run_round, &bench);
		json = bench_json("packets", &options, thrown);
		show(&bench, options.rounds, thrown, json);
		bench_write_json(json, options.json);
	}
	close_all(&bench);
	return status;
}
