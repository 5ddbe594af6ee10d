/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Live frames on one core: made, answered, sent and thrown away there, beside a program that only grows them and sends.
 *
 *	live [--rounds N] [--quick] [--json FILE]
 *
 * BPF_F_TEST_XDP_LIVE_FRAMES: frames as a driver's, which really leave by an interface. That is one end of a veth
 * pair; at the other a program counts and drops them. All of it on one processor, in a network namespace of its
 * own.
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include "feed.skel.h"
#include "tests/bench/stream.h"

#define PROCESSOR	1	/* of two; the first has the interrupts */

static const struct stream_kind kinds[] = {
	{ .name = "plain geo A", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .query = PACKET(PACKET_NO_EDNS) },
	{ .name = "plain static A", .reason = GX_SERVED_STATIC, .query = PACKET(PACKET_NO_EDNS, .qname = WORLD_STATIC) },
};

#define N_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

struct live {
	struct world world;
	struct stream streams[N_KINDS];
};

/* One processor, and two ends of a cable there. Returns the interface that frames leave by. */
static int make_interfaces(void)
{
	cpu_set_t processors;

	CPU_ZERO(&processors);
	CPU_SET(PROCESSOR % sysconf(_SC_NPROCESSORS_ONLN), &processors);
	if (unshare(CLONE_NEWNET) || sched_setaffinity(0, sizeof(processors), &processors))
		bench_fail("network namespace: make (needs root)");
	if (system("ip link add out0 type veth peer name in0 && ip link set out0 up && ip link set in0 up"))
		bench_fail("veth pair: make");
	return (int)if_nametoindex("out0");
}

static void open_all(struct live *live, const struct bench_options *options)
{
	const struct world_plan plan = { options->quick ? 1000 : 10000, 256, 0, 1, false };
	int out = make_interfaces(), in = (int)if_nametoindex("in0");

	world_make(&live->world, &plan);
	world_build(&live->world);
	world_load(&live->world);
	for (size_t i = 0; i < N_KINDS; i++) {
		struct stream *stream = &live->streams[i];

		stream_open(stream, &kinds[i], &live->world, NULL, STREAM_HOT);
		stream_add(stream, FEED_GROW, bpf_program__fd(stream->feed->progs.grow));
		stream->live_interface = out;
	}
	if (bpf_xdp_attach(in, bpf_program__fd(live->streams[0].feed->progs.sink), XDP_FLAGS_DRV_MODE, NULL))
		bench_fail("in0: attach");
}

static void run_round(void *context, unsigned int round)
{
	struct live *live = context;

	for (size_t i = 0; i < N_KINDS; i++)
		stream_round(&live->streams[i], round);
}

/* A frame that was lost on the way cost less than one that arrived. */
static void check_arrival(const struct live *live)
{
	uint64_t sent = 0, sunk = live->streams[0].feed->bss->feed_sunk;

	for (size_t i = 0; i < N_KINDS; i++)
		sent += live->streams[i].sent;
	if (sunk < sent - sent / 100) {
		errno = 0;
		bench_fail("of %s frames %s arrived", bench_count_text(sent), bench_count_text(sunk));
	}
	printf("of %s frames %s arrived\n", bench_count_text(sent), bench_count_text(sunk));
}

static void show(const struct live *live, unsigned int rounds, unsigned int thrown, json_t *json)
{
	const struct bench_goal goal = { 95, 0, "%", true };
	json_t *list = json_array();

	printf("%s\nlive frames on one processor, generator included, medians of %u rounds, %u thrown away\n", bench_machine(),
	       rounds, thrown);
	world_say(&live->world, stdout);
	check_arrival(live);
	printf("\n%-16s %12s %12s %18s %12s\n", "", "of grow", "frames/s", "grow, frames/s", "ns a frame");
	for (size_t i = 0; i < N_KINDS; i++) {
		const struct stream *stream = &live->streams[i];
		double ns = bench_median(stream->ns[FEED_PRODUCT], rounds), grow = bench_median(stream->ns[FEED_GROW], rounds);

		printf("%-16s %11.1f%% %12s %18s %12.1f\n", kinds[i].name, 100 * grow / ns,
		       bench_count_text((size_t)(1e9 / ns)), bench_count_text((size_t)(1e9 / grow)), ns);
		json_array_append_new(list, json_pack("{s:s, s:f, s:f}", "kind", kinds[i].name, "ns", ns, "grow_ns", grow));
		bench_put_goal(json, &goal, 100 * grow / ns, "%s, live frames: share of grow and send", kinds[i].name);
	}
	json_object_set_new(json, "live", list);
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_read_options(argc, argv);
	static struct live live;
	unsigned int thrown;
	json_t *json;

	open_all(&live, &options);
	run_round(&live, 0);	/* pages in */
	thrown = bench_rounds(options.rounds, run_round, &live);
	json = bench_json("live frames", &options, thrown);
	show(&live, options.rounds, thrown, json);
	bench_write_json(json, options.json);
	for (size_t i = 0; i < N_KINDS; i++)
		stream_close(&live.streams[i]);
	world_free(&live.world);
	return 0;
}
