/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A flood of queries out of an interface, by live frames, and how many of them are answered.
 *
 *	flood INTERFACE SECONDS NAMES COUNTRIES	queries for n0 to nNAMES.example.com, of clients all over the world
 *	flood --reflect INTERFACE		what no responder can be faster than: grow each frame, and send it back
 *
 * Prints: queries a second, answers a second, other replies a second.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <linux/bpf.h>
#include <linux/if_link.h>

#include "flood.skel.h"
#include "tests/bench/feed.h"
#include "tests/bench/harness.h"
#include "tests/lib/packet.h"
#include "user/core/addr.h"

#define QUERIES		(1u << 16)
#define SLOT		128
#define BATCH		64	/* frames that are sent at once, as a card's driver would */
#define AT_ONCE		(1u << 14)	/* in one system call */
#define SOURCES_MAX	(1u << 20)

/* Beginnings of IPv4 ranges of the country data that may be asked from. */
static size_t read_sources(const char *path, uint32_t *sources)
{
	FILE *file = fopen(path, "r");
	char line[128];
	size_t count = 0;

	if (!file)
		bench_fail("%s: read", path);
	while (fgets(line, sizeof(line), file) && count < SOURCES_MAX) {
		unsigned long first, last;

		if (sscanf(line, "%lu,%lu,", &first, &last) == 2 && first >> 24 && first >> 24 != 127 && first >> 24 < 224)
			sources[count++] = (uint32_t)(first + (last - first) / 2);
	}
	fclose(file);
	errno = 0;
	if (!count)
		bench_fail("%s: no ranges", path);
	return count;
}

static void make_queries(const struct flood_bpf *flood, unsigned int names, const char *countries)
{
	uint32_t *sources = calloc(SOURCES_MAX, sizeof(*sources));
	size_t count = sources ? read_sources(countries, sources) : 0;
	uint8_t *slots = mmap(NULL, (size_t)QUERIES * SLOT, PROT_READ | PROT_WRITE, MAP_SHARED,
			      bpf_map__fd(flood->maps.frames), 0), frame[PACKET_MAX_OCTETS];

	if (slots == MAP_FAILED || !count)
		bench_fail("queries: make");
	for (size_t i = 0; i < QUERIES; i++) {
		struct gx_addr client = { GX_IPV4, sources[bench_mix(i) % count] };
		char name[64], address[GX_ADDR_TEXT_OCTETS];
		struct packet packet = PACKET(PACKET_NO_EDNS, .qname = name, .source = address, .id = (uint16_t)i);
		uint64_t octets;

		snprintf(name, sizeof(name), "n%u.example.com.", (unsigned int)(bench_mix(~i) % names));
		gx_show_addr(&client, address);
		packet.source_port = (uint16_t)(1024 + bench_mix(i) % 60000);
		octets = packet_build(&packet, frame);
		memcpy(slots + i * SLOT, &octets, sizeof(octets));
		memcpy(slots + i * SLOT + sizeof(octets), frame, octets);
	}
	munmap(slots, (size_t)QUERIES * SLOT);
	free(sources);
}

static uint64_t read_count(const struct flood_bpf *flood, uint32_t what)
{
	uint64_t values[256], sum = 0;

	if (libbpf_num_possible_cpus() > 256 || bpf_map_lookup_elem(bpf_map__fd(flood->maps.flood_counts), &what, values))
		bench_fail("flood_counts: read");
	for (int i = 0; i < libbpf_num_possible_cpus(); i++)
		sum += values[i];
	return sum;
}

/* Returns the seconds it took. */
static double send_for(const struct flood_bpf *flood, double seconds)
{
	uint8_t frame[FEED_START_OCTETS] = {0};
	struct xdp_md ctx = { .data_end = sizeof(frame) };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame), .ctx_in = &ctx,
		    .ctx_size_in = sizeof(ctx), .repeat = AT_ONCE, .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .batch_size = BATCH);
	double begin = bench_now_s();

	while (bench_now_s() - begin < seconds)
		if (bpf_prog_test_run_opts(bpf_program__fd(flood->progs.flood_send), &opts))
			bench_fail("live frames: send");
	return bench_now_s() - begin;
}

static void attach(const struct bpf_program *program, int interface)
{
	if (bpf_xdp_attach(interface, bpf_program__fd(program), XDP_FLAGS_DRV_MODE, NULL))
		bench_fail("attach");
}

int main(int argc, char **argv)
{
	const struct timespec on_the_way = { .tv_nsec = 100000000 };	/* what was sent last is answered too */
	bool reflect = argc == 3 && !strcmp(argv[1], "--reflect");
	struct flood_bpf *flood = flood_bpf__open();
	uint64_t sent, answered, other;
	int interface;
	double seconds;

	if (!reflect && argc != 5) {
		fprintf(stderr, "usage: flood INTERFACE SECONDS NAMES COUNTRIES\n       flood --reflect INTERFACE\n");
		return 2;
	}
	interface = (int)if_nametoindex(argv[reflect ? 2 : 1]);
	if (!interface || !flood)
		bench_fail("%s", argv[reflect ? 2 : 1]);
	bpf_map__set_max_entries(flood->maps.frames, QUERIES * SLOT / FEED_PAGE_OCTETS);
	flood->rodata->slot_octets = SLOT;
	flood->rodata->out_ifindex = (uint32_t)interface;
	flood->bss->feed_mask = QUERIES - 1;
	if (flood_bpf__load(flood))
		bench_fail("load");
	if (reflect) {
		attach(flood->progs.grow, interface);
		return 0;
	}
	make_queries(flood, (unsigned int)atoi(argv[3]), argv[4]);
	attach(flood->progs.flood_receive, interface);
	seconds = send_for(flood, atof(argv[2]));
	nanosleep(&on_the_way, NULL);
	sent = read_count(flood, FLOOD_SENT);
	answered = read_count(flood, FLOOD_ANSWERED);
	other = read_count(flood, FLOOD_OTHER);
	printf("%llu %llu %llu %f\n", (unsigned long long)sent, (unsigned long long)answered, (unsigned long long)other, seconds);
	bpf_xdp_detach(interface, XDP_FLAGS_DRV_MODE, NULL);
	flood_bpf__destroy(flood);
	return 0;
}
