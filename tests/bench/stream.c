/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream of queries to a world, through each of the variants. */
#include "tests/bench/stream.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/bpf.h>

#include "feed.skel.h"
#include "naive.skel.h"

/* Queries that a variant answers before it is timed, so that the caches hold what its tables leave there. */
#define WARM_QUERIES	(1u << 16)
/* Queries that are then timed in a round. */
#define TIMED_QUERIES	(1u << 15)
#define CHECK_QUERIES	128

/* --- tables of the product --------------------------------------------------------------------- */

static void share(const struct world *world, struct bpf_map *map)
{
	int fd = world_map(world, bpf_map__name(map));

	if (fd < 0) /* the product has no such table in this set-up */
		return;
	if (bpf_map__reuse_fd(map, fd))
		bench_fail("%s: share", bpf_map__name(map));
	close(fd);
}

static void fill_names(const struct world *world, const struct naive_bpf *naive)
{
	const struct gx_image *image = &world->image;
	int fd = bpf_map__fd(naive->maps.naive_names);

	for (size_t i = 0; i < image->n_name_slots; i++) {
		const struct gx_name *slot = &image->names[i];
		struct naive_name value = { slot->ref_a, slot->ref_aaaa };
		struct naive_key key = {0};

		if (!slot->len_octets || slot->len_octets > sizeof(key.name))
			continue;
		memcpy(key.name, slot->octets, sizeof(slot->octets));
		if (slot->len_octets > GX_NAME_INLINE_OCTETS)
			memcpy(key.name + GX_NAME_INLINE_OCTETS, image->names_long[slot->rest].octets,
			       sizeof(key.name) - GX_NAME_INLINE_OCTETS);
		if (bpf_map_update_elem(fd, &key, &value, BPF_ANY))
			bench_fail("naive_names: fill");
	}
}

struct naive_bpf *stream_load_naive(const struct world *world)
{
	struct naive_bpf *naive = naive_bpf__open();

	if (!naive)
		bench_fail("naive: open");
	share(world, naive->maps.choices);
	share(world, naive->maps.answers);
	share(world, naive->maps.countries4);
	share(world, naive->maps.countries6);
	bpf_map__set_max_entries(naive->maps.naive_names, (uint32_t)world->image.n_names + 1);
	if (naive_bpf__load(naive))
		bench_fail("naive: load");
	fill_names(world, naive);
	return naive;
}

/* --- queries ----------------------------------------------------------------------------------- */

static const char *name_for(const struct stream *stream, uint64_t random, char *text)
{
	const struct stream_kind *kind = stream->kind;
	char *to = text;

	switch (kind->names) {
	case STREAM_GEO:
		return world_name_text(random % stream->world->plan.names, text);
	case STREAM_WILD:
	case STREAM_ABSENT:
		for (unsigned int i = 0; i < kind->depth; i++, random = bench_mix(random))
			to += sprintf(to, "x%x.", (unsigned int)(random & 0xffffff));
		strcpy(to, kind->names == STREAM_WILD ? WORLD_WILD : kind->query.qname);
		return text;
	default:
		return kind->query.qname;
	}
}

/* Each letter upper or lower case with the same chance, as resolvers send names that make answers hard to forge (0x20). */
static void mix_case(uint64_t random, char *text)
{
	for (; *text; text++, random = bench_mix(random))
		if (isalpha((unsigned char)*text) && random & 1)
			*text ^= 0x20;
}

/* The query of this number. Returns its octets. */
static size_t make_query(const struct stream *stream, size_t number, uint8_t *frame)
{
	const struct stream_kind *kind = stream->kind;
	enum gx_family family = kind->query.family == AF_INET6 ? GX_IPV6 : GX_IPV4;
	bool is_cold = stream->count > STREAM_HOT;
	uint64_t who = is_cold ? number : bench_mix(number) % STREAM_CLIENTS, random = bench_mix(who ^ 0x5eed) << 8;
	struct gx_addr client = world_client(stream->world, family, &random);
	char name[WORLD_NAME_TEXT], address[GX_ADDR_TEXT_OCTETS];
	struct packet packet = kind->query;
	struct packet_option option = {
		.code = KNOT_EDNS_OPTION_CLIENT_SUBNET, .family = family == GX_IPV4 ? 1 : 2, .address = address,
		.source_bits = family == GX_IPV4 ? 24 : 56,
	};

	client.value &= ~(gx_u128)0 << (kind->ecs ? gx_family_bits(family) - option.source_bits : 0);
	gx_show_addr(&client, address);
	packet.qname = name_for(stream, bench_mix(number ^ 0xabcdef), name);
	if (kind->mixed_case)
		mix_case(bench_mix(number ^ 0x20), name);
	packet.id = (uint16_t)bench_mix(number);
	packet.source_port = (uint16_t)(1024 + bench_mix(number) % 60000);
	if (kind->ecs) {
		packet.options = &option;
		packet.n_options = 1;
	} else {
		packet.source = address;
	}
	return packet_build(&packet, frame);
}

/* Of slots that have room for each of the first queries, and eight octets more: names differ in length. */
static size_t slot_octets(const struct stream *stream)
{
	size_t longest = 0;

	for (size_t i = 0; i < stream->count && i < CHECK_QUERIES; i++) {
		uint8_t frame[PACKET_MAX_OCTETS];
		size_t octets = make_query(stream, i, frame);

		longest = octets > longest ? octets : longest;
	}
	return longest + 8 <= FEED_ROOM(128) ? 128 : longest + 8 <= FEED_ROOM(256) ? 256 : 512;
}

static void make_queries(struct stream *stream, size_t slot)
{
	size_t octets = (stream->count * slot + 4095) / 4096 * 4096, room = FEED_ROOM(slot);
	int fd = bpf_map__fd(stream->feed->maps.frames);
	uint8_t *slots = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), frame[PACKET_MAX_OCTETS];

	if (slots == MAP_FAILED)
		bench_fail("frames: map");
	for (size_t i = 0; i < stream->count; i++) {
		uint64_t count = make_query(stream, i, frame);

		if (count > room) {
			errno = 0;
			bench_fail("%s: a query of %zu octets, where %zu fit", stream->kind->name, (size_t)count, room);
		}
		memcpy(slots + i * slot, &count, sizeof(count));
		memcpy(slots + i * slot + sizeof(count), frame, count);
	}
	munmap(slots, octets);
}

void stream_open(struct stream *stream, const struct stream_kind *kind, struct world *world,
		 const struct naive_bpf *naive, size_t count)
{
	struct feed_bpf *feed = feed_bpf__open();
	size_t slot;

	world_cut(world);
	*stream = (struct stream){ .kind = kind, .world = world, .count = count, .feed = feed };
	if (!feed)
		bench_fail("feed: open");
	slot = slot_octets(stream);
	bpf_map__set_max_entries(feed->maps.frames, (uint32_t)((count * slot + 4095) / 4096));
	feed->rodata->slot_octets = (uint32_t)slot;
	if (feed_bpf__load(feed))
		bench_fail("feed: load (needs root)");
	stream_add(stream, FEED_EMPTY, bpf_program__fd(feed->progs.empty));
	stream_add(stream, FEED_PRODUCT, gx_object_prog_fd(world->object));
	if (kind->has_naive && naive) {
		stream_add(stream, FEED_NAIVE, bpf_program__fd(naive->progs.naive));
		stream->naive_stats = bpf_map__fd(naive->maps.naive_stats);
	}
	feed->bss->feed_mask = count - 1;
	make_queries(stream, slot);
}

void stream_add(struct stream *stream, unsigned int variant, int program)
{
	if (bpf_map_update_elem(bpf_map__fd(stream->feed->maps.programs), &variant, &program, BPF_ANY))
		bench_fail("programs: fill");
	stream->takes_part[variant] = true;
}

void stream_close(struct stream *stream)
{
	feed_bpf__destroy(stream->feed);
	stream->feed = NULL;
}

/* --- running ----------------------------------------------------------------------------------- */

static bool is_counted(unsigned int variant)
{
	return variant != FEED_EMPTY && variant != FEED_GROW;
}

/* What a variant counted as it should be. */
static uint64_t read_count(const struct stream *stream, unsigned int variant)
{
	uint64_t counts[GX_REASON_COUNT], values[256], sum = 0;
	struct gx_failure failure;
	__u32 answered = 1;

	if (variant == FEED_PRODUCT || variant >= FEED_STAGE) {
		if (gx_stats_read(gx_object_stats_fd(stream->world->object), counts, &failure))
			bench_fail("%s", failure.text);
		return counts[variant == FEED_PRODUCT ? stream->kind->reason : STREAM_STAGE_REASON];
	}
	if (libbpf_num_possible_cpus() > 256 || bpf_map_lookup_elem(stream->naive_stats, &answered, values))
		bench_fail("naive_stats: read");
	for (int i = 0; i < libbpf_num_possible_cpus(); i++)
		sum += values[i];
	return sum;
}

struct run {
	uint32_t action;
	uint32_t octets;
	uint8_t frame[PACKET_MAX_OCTETS];	/* that the last one left */
};

static void run_program(struct stream *stream, unsigned int variant, uint64_t first, uint32_t repeat,
			struct run *run)
{
	struct feed_bpf *feed = stream->feed;
	const struct bpf_program *programs[FEED_VARIANTS] = {
		feed->progs.feed_empty, feed->progs.feed_product, feed->progs.feed_naive, feed->progs.feed_grow,
		feed->progs.feed_stage0, feed->progs.feed_stage1, feed->progs.feed_stage2, feed->progs.feed_stage3,
		feed->progs.feed_stage4, feed->progs.feed_stage5, feed->progs.feed_stage6, feed->progs.feed_stage7,
	};
	struct xdp_md ctx = { .data_end = FEED_START_OCTETS, .ingress_ifindex = (uint32_t)stream->live_interface };
	uint8_t frame[FEED_START_OCTETS] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame), .data_out = run->frame,
		    .data_size_out = sizeof(run->frame), .repeat = (int)repeat);

	if (stream->live_interface) {
		opts.ctx_in = &ctx;
		opts.ctx_size_in = sizeof(ctx);
		opts.data_out = NULL;
		opts.data_size_out = 0;
		opts.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
		opts.batch_size = STREAM_BATCH;
		stream->sent += repeat;
	}
	feed->bss->feed_next = first;
	if (bpf_prog_test_run_opts(bpf_program__fd(programs[variant]), &opts))
		bench_fail("%s: run", stream->kind->name);
	run->action = opts.retval;
	run->octets = opts.data_size_out;
}

/*
 * Nanoseconds a packet of one variant, in its own steady state: it has answered other queries until now, in the
 * same system call, since the caches keep little of what they held before one. first: a multiple of FEED_BATCH.
 */
static double time_variant(struct stream *stream, unsigned int variant, uint64_t first)
{
	const uint32_t queries = WARM_QUERIES + TIMED_QUERIES + 1; /* the last one ends the time of the batch before it */
	uint64_t before = is_counted(variant) ? read_count(stream, variant) : 0;
	struct run run;

	stream->feed->bss->feed_first = first + WARM_QUERIES;
	stream->feed->bss->feed_spent_ns = 0;
	run_program(stream, variant, first, queries, &run);
	if (is_counted(variant) && read_count(stream, variant) - before != queries) {
		errno = 0;
		bench_fail("%s: %u queries, and %llu ended as they should", stream->kind->name, queries,
			   (unsigned long long)(read_count(stream, variant) - before));
	}
	return (double)stream->feed->bss->feed_spent_ns / TIMED_QUERIES;
}

void stream_round(struct stream *stream, unsigned int round)
{
	uint64_t first = bench_mix(round) % stream->count & ~(uint64_t)(FEED_BATCH - 1);
	unsigned int variants[FEED_VARIANTS], count = 0;

	for (unsigned int i = 0; i < FEED_VARIANTS; i++)
		if (stream->takes_part[i])
			variants[count++] = i;
	for (unsigned int i = 0; i < count; i++) {
		/* Each is the first one in some of the rounds. */
		unsigned int variant = variants[(i + round) % count];

		stream->ns[variant][round] = time_variant(stream, variant, first);
	}
}

double stream_net_ns(const struct stream *stream, unsigned int variant, unsigned int rounds)
{
	double differences[BENCH_ROUNDS_MAX];

	for (unsigned int i = 0; i < rounds; i++)
		differences[i] = stream->ns[variant][i] - stream->ns[FEED_EMPTY][i];
	return bench_median(differences, rounds);
}

/* --- checking ---------------------------------------------------------------------------------- */

static const char *check_reply(const struct stream *stream, unsigned int variant, const struct run *run,
			       const struct gx_outcome *expected)
{
	static char text[256];

	if (run->action == expected->action && run->octets == expected->octets &&
	    !memcmp(run->frame, expected->frame, expected->octets))
		return NULL;
	snprintf(text, sizeof(text), "%s: action %u, %u octets, where the program alone gives action %u, %zu octets, or "
		 "these differ", variant == FEED_NAIVE ? "naive" : "product", run->action, run->octets,
		 expected->action, expected->octets);
	return text;
}

const char *stream_check(struct stream *stream)
{
	size_t count = stream->count < CHECK_QUERIES ? stream->count : CHECK_QUERIES;
	struct gx_outcome expected;
	const char *wrong = NULL;
	struct gx_failure failure;
	struct run run;

	for (size_t i = 0; i < count && !wrong; i++) {
		uint8_t frame[PACKET_MAX_OCTETS];
		size_t octets = make_query(stream, i, frame);

		if (gx_object_run(stream->world->object, frame, octets, &expected, &failure))
			bench_fail("%s", failure.text);
		if (expected.reason != stream->kind->reason)
			return "the query does not end as its kind says";
		for (unsigned int variant = FEED_PRODUCT; variant <= FEED_NAIVE && !wrong; variant++) {
			uint64_t before;
			/*
			 * Now and then with all others before it: the last one must come out as if it were alone. Not
			 * always, since the kernel waits for an RCU period before and after repeats.
			 */
			uint32_t repeat = i % 64 == 0 ? (uint32_t)stream->count + 1 : 1;

			if (!stream->takes_part[variant])
				continue;
			before = read_count(stream, variant);
			run_program(stream, variant, i + 1 - repeat, repeat, &run);
			wrong = check_reply(stream, variant, &run, &expected);
			if (!wrong && read_count(stream, variant) - before != repeat)
				wrong = "not all queries on the way ended as their kind says";
		}
	}
	return wrong;
}
