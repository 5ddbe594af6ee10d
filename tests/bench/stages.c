/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each stage of the program costs: the same queries through builds that end behind one stage each, over the tables
 * of the product, taking turns with the product itself.
 *
 *	stages [--rounds N] [--quick] [--json FILE] [--check]
 *
 * With --check nothing is timed: does each build end where it should (TAP)?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "geoxdp/abi.h"

#include "geoxdp.skel.h"
#include "tests/bench/stages.h"
#include "tests/bench/stream.h"

#define VARIABLES_MAX	4096	/* octets of .rodata */

static const char *const stage_names[FEED_STAGES + 1] = {
	[STAGE_BEGIN] = "verdict, counter", [STAGE_FRAME] = "frame", [STAGE_QUESTION] = "question, slot of the name",
	[STAGE_NAME] = "what it says of the type", [STAGE_EDNS] = "EDNS", [STAGE_CLIENT] = "client",
	[STAGE_LOCATION] = "location, choice", [STAGE_ANSWER] = "answer", [FEED_STAGES] = "reply",
};

static const struct stream_kind kinds[] = {
	{ .name = "plain geo A", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .query = PACKET(PACKET_NO_EDNS) },
	{ .name = "OPT, ECS, IPv6, VLAN", .reason = GX_SERVED_GEO, .names = STREAM_GEO, .ecs = true,
	  .query = PACKET(PACKET_IPV6, .vlans = 1) },
};

#define N_KINDS		(sizeof(kinds) / sizeof(kinds[0]))
/* What a stage costs when all is in the nearest cache, and what waiting for memory adds. */
enum asked { ONE, HOT, COLD, ASKED };

static const size_t asked_counts[ASKED] = { STREAM_ONE, STREAM_HOT, STREAM_COLD };
static const char *const asked_names[ASKED] = { "one", "hot", "cold" };

#define N_STREAMS	(ASKED * N_KINDS)

struct stages {
	struct world world;
	struct bpf_object *objects[FEED_STAGES];
	struct stream streams[N_STREAMS];
};

/* --- the builds -------------------------------------------------------------------------------- */

/* Where a constant stands in .rodata. NULL: nowhere. */
static const struct btf_var_secinfo *find_variable(const struct btf *btf, const char *name)
{
	int section = btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC);
	const struct btf_type *type = btf__type_by_id(btf, (__u32)section);
	const struct btf_var_secinfo *info = type ? btf_var_secinfos(type) : NULL;

	for (unsigned int i = 0; info && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf__type_by_id(btf, info[i].type)->name_off), name))
			return &info[i];
	return NULL;
}

/* The constants that the loader gave to the product, into those of a build, which may lie elsewhere. */
static void copy_constants(const struct world *world, const struct bpf_object *object, struct bpf_map *map)
{
	struct geoxdp_bpf *product = geoxdp_bpf__open();
	const struct btf *from = bpf_object__btf(product->obj), *to = bpf_object__btf(object);
	const struct btf_type *type = btf__type_by_id(from, (__u32)btf__find_by_name_kind(from, ".rodata", BTF_KIND_DATASEC));
	const struct btf_var_secinfo *infos = btf_var_secinfos(type);
	uint8_t values[VARIABLES_MAX], *target;
	int fd = world_map(world, "geoxdp_b.rodata");
	size_t octets;
	__u32 zero = 0;

	target = (uint8_t *)bpf_map__initial_value(map, &octets);
	if (fd < 0 || !target || type->size > sizeof(values) || bpf_map_lookup_elem(fd, &zero, values))
		bench_fail("constants: read");
	for (unsigned int i = 0; i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(from, btf__type_by_id(from, infos[i].type)->name_off);
		const struct btf_var_secinfo *info = find_variable(to, name);

		if (info && info->size == infos[i].size && info->offset + info->size <= octets)
			memcpy(target + info->offset, values + infos[i].offset, info->size);
	}
	close(fd);
	geoxdp_bpf__destroy(product);
}

static struct bpf_object *load_build(const struct world *world, const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_map *map;

	if (!object)
		bench_fail("%s: open", path);
	bpf_object__for_each_map(map, object) {
		int fd;

		if (strstr(bpf_map__name(map), ".rodata")) {
			copy_constants(world, object, map);
			continue;
		}
		fd = world_map(world, bpf_map__name(map));
		if (fd < 0 ? bpf_map__set_autocreate(map, false) : bpf_map__reuse_fd(map, fd))
			bench_fail("%s: share", bpf_map__name(map));
		if (fd >= 0)
			close(fd);
	}
	if (bpf_object__load(object))
		bench_fail("%s: load", path);
	return object;
}

static void open_all(struct stages *stages, const struct bench_options *options, const char *self)
{
	const struct world_plan plan = { 10000, 256, 0, 1, false }, small = { 100, 0, 2000, 1, false };

	world_make(&stages->world, options->check ? &small : &plan);
	world_build(&stages->world);
	world_load(&stages->world);
	for (int i = 0; i < FEED_STAGES; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s-%d.bpf.o", self, i);
		stages->objects[i] = load_build(&stages->world, path);
	}
	for (size_t i = 0; i < N_STREAMS; i++) {
		size_t count = asked_counts[i % ASKED];

		if (options->check && count != STREAM_ONE)
			count = 256;
		stream_open(&stages->streams[i], &kinds[i / ASKED], &stages->world, NULL, count);
		for (unsigned int stage = 0; stage < FEED_STAGES; stage++)
			stream_add(&stages->streams[i], FEED_STAGE + stage,
				   bpf_program__fd(bpf_object__find_program_by_name(stages->objects[stage], "geoxdp")));
	}
}

static void close_all(struct stages *stages)
{
	for (size_t i = 0; i < N_STREAMS; i++)
		stream_close(&stages->streams[i]);
	for (int i = 0; i < FEED_STAGES; i++)
		bpf_object__close(stages->objects[i]);
	world_free(&stages->world);
}

/* --- results ----------------------------------------------------------------------------------- */

static void run_round(void *context, unsigned int round)
{
	struct stages *stages = context;

	for (size_t i = 0; i < N_STREAMS; i++)
		stream_round(&stages->streams[i], round);
}

/* Net of the empty program, up to the end of a stage; the last one is the product. */
static double up_to(const struct stream *stream, int stage, unsigned int rounds)
{
	if (stage < 0)
		return 0;
	return stream_net_ns(stream, stage < FEED_STAGES ? FEED_STAGE + (unsigned int)stage : FEED_PRODUCT, rounds);
}

static void show(const struct stages *stages, unsigned int rounds, unsigned int thrown, json_t *json)
{
	json_t *list = json_array();

	printf("%s\nnanoseconds of each stage, and up to its end; medians of %u rounds, %u thrown away\n", bench_machine(),
	       rounds, thrown);
	world_say(&stages->world, stdout);
	printf("\n%-28s", "");
	for (size_t i = 0; i < N_KINDS; i++)
		printf(" %-50s", kinds[i].name);
	printf("\n%-28s", "");
	for (size_t i = 0; i < N_STREAMS; i++)
		printf(" %8s, up to", asked_names[i % ASKED]);
	printf("\n");
	for (int stage = 0; stage <= FEED_STAGES; stage++) {
		printf("%-28s", stage_names[stage]);
		for (size_t i = 0; i < N_STREAMS; i++) {
			double end = up_to(&stages->streams[i], stage, rounds);
			double ns = end - up_to(&stages->streams[i], stage - 1, rounds);

			printf(" %8.1f %7.1f", ns, end);
			json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:f, s:f}", "kind", kinds[i / ASKED].name,
							      "stream", asked_names[i % ASKED], "stage",
							      stage_names[stage], "ns", ns, "up_to_ns", end));
		}
		printf("\n");
	}
	json_object_set_new(json, "stages", list);
}

/* Each round fails where a build did not count all queries as ended at its stage. */
static int check(struct stages *stages)
{
	run_round(stages, 0);
	for (size_t i = 0; i < N_STREAMS; i++)
		printf("ok %zu - benchmark: stages of %s end where they should\n", i + 1, kinds[i / ASKED].name);
	printf("1..%zu\n", N_STREAMS);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_read_options(argc, argv);
	static struct stages stages;
	unsigned int thrown;
	int status = 0;
	json_t *json;

	if (options.check && geteuid() != 0) {
		printf("ok 1 - benchmark: stages # SKIP needs root\n1..1\n");
		return 0;
	}
	open_all(&stages, &options, argv[0]);
	if (options.check) {
		status = check(&stages);
	} else {
		run_round(&stages, 0);	/* pages in */
		thrown = bench_rounds(options.rounds, run_round, &stages);
		json = bench_json("stages", &options, thrown);
		show(&stages, options.rounds, thrown, json);
		bench_write_json(json, options.json);
	}
	close_all(&stages);
	return status;
}
