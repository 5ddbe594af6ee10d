/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the parsed form to serving, by size: classes, leaves, index and answers in user space, then program and tables,
 * then the swap; and releasing what served before.
 *
 *	load [--rounds N] [--quick] [--json FILE]
 *
 * In namespaces of its own: what it pins and attaches vanishes with it.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include "tests/bench/harness.h"
#include "tests/bench/world.h"
#include "user/core/digest.h"
#include "user/core/index.h"

#define ROUNDS		5	/* each takes seconds */
#define LOOPBACK	1	/* its interface, in every network namespace */
#define SLAB_NOISE	1024	/* kilobytes */
#define FOLDER		"/sys/fs/bpf/first"

/* What is timed, milliseconds. */
enum step { IMAGE, INDEX, TABLES, REST, SWAP, RELEASE, STEPS };

static const char *const step_names[STEPS] = { "image", "index", "tables", "rest", "swap", "release" };

static const struct subject {
	struct world_plan plan;
	bool index_only;	/* filling the tries of so many takes half a minute */
} subjects[] = {
	{ { 1000, 256, 10000, 1, false }, false }, { { 1000, 256, 0, 1, false }, false }, { { 10000, 256, 0, 1, false }, false },
	{ { 100000, 256, 0, 1, false }, false },   { { 1000, 256, 3800000, 1, false }, true },
};

#define N_SUBJECTS	(sizeof(subjects) / sizeof(subjects[0]))
#define GOAL_ALL	3	/* all real ranges and 100,000 names */
#define GOAL_INDEX	4	/* 5 million ranges */

struct load {
	bool is_open[N_SUBJECTS];
	struct world worlds[N_SUBJECTS];
	char folders[N_SUBJECTS][64];	/* where the first generation of each is pinned */
	size_t ranges[N_SUBJECTS], prefixes[N_SUBJECTS];
	double ms[STEPS][N_SUBJECTS][BENCH_ROUNDS_MAX];
};

/* --- steps ------------------------------------------------------------------------------------- */

/* The index alone, a second time: it is part of the image. */
static double time_index(const struct world *world)
{
	double begin = bench_now_s();

	for (int family = 0; family < GX_FAMILIES; family++) {
		struct gx_index index = {0};

		if (gx_index_build(&index, &world->config.partition[family], world->image.class_of, world->image.n_locations))
			bench_fail("index: build");
		gx_index_free(&index);
	}
	return bench_now_s() - begin;
}

/* Program and tables but for the tries, which are those of the first generation, as in a swap without new countries. */
static double time_rest(const struct world *world, const char *before)
{
	struct gx_meta meta = { .abi_version = GX_ABI_VERSION };
	struct gx_object *object;
	double begin = bench_now_s(), end;

	gx_image_digest(&world->image, meta.digests);
	for (size_t i = 0; i < GX_DIGESTS_MAX; i++)
		if (strncmp(meta.digests[i].table, "countries", 9) != 0)
			meta.digests[i].digest[0]++;
	object = world_load_object(world, &meta, before);
	end = bench_now_s();
	gx_object_free(object);
	return end - begin;
}

/* A program that passes everything: what serves before. */
static int load_pass(void)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_XDP);

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", pass, sizeof(pass) / sizeof(pass[0]), &opts);
}

/* One call: the kernel waits until no packet is in the program that served. */
static double time_swap(const struct world *world)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_SKB_MODE);
	int pass = load_pass(), link = bpf_link_create(pass, LOOPBACK, BPF_XDP, &opts);
	double begin = bench_now_s(), end;

	if (link < 0 || bpf_link_update(link, gx_object_prog_fd(world->object), NULL))
		bench_fail("link: make and update");
	end = bench_now_s();
	close(link);
	close(pass);
	return end - begin;
}

/* Kilobytes that the kernel holds and cannot give up. */
static long read_slab(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	long kilobytes = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "SUnreclaim: %ld", &kilobytes) == 1)
			break;
	if (file)
		fclose(file);
	return kilobytes;
}

/* The kernel frees tries behind our back: until its memory becomes less, and then no more for a while. */
static double time_release(struct world *world)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	double begin = bench_now_s(), last = begin;
	long least = read_slab();

	gx_object_free(world->object);
	world->object = NULL;
	for (double now = begin; now - last < (last > begin ? 0.1 : 2); now = bench_now_s()) {
		long slab = read_slab();

		if (slab < least - SLAB_NOISE) {
			least = slab;
			last = now;
		}
		nanosleep(&pause, NULL);
	}
	return last - begin;
}

static void run_round(void *context, unsigned int round)
{
	struct load *load = context;

	for (size_t i = 0; i < N_SUBJECTS; i++) {
		struct world *world = &load->worlds[i];

		if (!load->is_open[i])
			continue;
		gx_image_free(&world->image);
		world_build(world);
		load->ms[IMAGE][i][round] = world->image_s * 1e3;
		load->ms[INDEX][i][round] = time_index(world) * 1e3;
		if (subjects[i].index_only)
			continue;
		world_load(world);
		load->ms[TABLES][i][round] = world->load_s * 1e3;
		load->ms[SWAP][i][round] = time_swap(world) * 1e3;
		load->ms[RELEASE][i][round] = time_release(world) * 1e3;
		load->ms[REST][i][round] = time_rest(world, load->folders[i]) * 1e3;
	}
}

/* --- before and after -------------------------------------------------------------------------- */

/* The first generation of each, whose tries are shared with later ones. */
static void open_all(struct load *load, const struct bench_options *options)
{
	struct gx_failure failure;

	if (unshare(CLONE_NEWNS | CLONE_NEWNET) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
		bench_fail("namespaces: make (needs root)");
	for (size_t i = 0; i < N_SUBJECTS; i++) {
		struct world *world = &load->worlds[i];

		if (options->quick && i >= 2)
			continue;
		load->is_open[i] = true;
		world_make(world, &subjects[i].plan);
		world_build(world);
		for (int family = 0; family < GX_FAMILIES; family++) {
			load->ranges[i] += world->image.index[family].n_runs;
			load->prefixes[i] += world->image.leaves[family].count;
		}
		if (subjects[i].index_only)
			continue;
		world_load(world);
		snprintf(load->folders[i], sizeof(load->folders[i]), FOLDER "%zu", i);
		if (mkdir(load->folders[i], 0700) || gx_object_pin(world->object, load->folders[i], &failure))
			bench_fail("%s: pin", load->folders[i]);
		gx_object_free(world->object);
		world->object = NULL;
	}
}

static double median_of(const struct load *load, enum step step, size_t i, unsigned int rounds)
{
	return bench_median(load->ms[step][i], rounds);
}

static void put_goals(const struct load *load, unsigned int rounds, json_t *json)
{
	const struct bench_goal rest_goal = { 150, 80, "ms", false }, all_goal = { 2500, 0, "ms", false };
	const struct bench_goal index_goal = { 1500, 0, "ms", false };
	double image, swap;

	if (load->is_open[GOAL_ALL]) {
		image = median_of(load, IMAGE, GOAL_ALL, rounds);
		swap = median_of(load, SWAP, GOAL_ALL, rounds);
		bench_put_goal(json, &rest_goal, image + median_of(load, REST, GOAL_ALL, rounds) + swap,
			       "real ranges, 100,000 names to serving, without tries");
		bench_put_goal(json, &all_goal, image + median_of(load, TABLES, GOAL_ALL, rounds) + swap,
			       "real ranges, 100,000 names to serving, with tries");
	}
	if (load->is_open[GOAL_INDEX])
		bench_put_goal(json, &index_goal, median_of(load, INDEX, GOAL_INDEX, rounds), "index of %s ranges",
			       bench_count_text(load->ranges[GOAL_INDEX]));
}

static void show(const struct load *load, unsigned int rounds, unsigned int thrown, json_t *json)
{
	json_t *list = json_array();

	printf("%s\nfrom the parsed form to serving, medians of %u rounds, %u thrown away; milliseconds\n"
	       "tables: program and all tables; rest: the same with tries that are there already\n\n"
	       "%9s %9s %10s %10s", bench_machine(), rounds, thrown, "names", "data", "ranges", "prefixes");
	for (enum step step = 0; step < STEPS; step++)
		printf(" %8s", step_names[step]);
	printf("\n");
	for (size_t i = 0; i < N_SUBJECTS; i++) {
		json_t *line;

		if (!load->is_open[i])
			continue;
		printf("%9s %9s %10s %10s", bench_count_text(subjects[i].plan.names), subjects[i].plan.prefixes ? "random" : "real",
		       bench_count_text(load->ranges[i]), bench_count_text(load->prefixes[i]));
		line = json_pack("{s:I, s:I, s:I}", "names", (json_int_t)subjects[i].plan.names, "ranges",
				 (json_int_t)load->ranges[i], "prefixes", (json_int_t)load->prefixes[i]);
		for (enum step step = 0; step < STEPS; step++) {
			char key[32];

			if (subjects[i].index_only && step != IMAGE && step != INDEX)
				continue;
			printf(" %8.1f", median_of(load, step, i, rounds));
			snprintf(key, sizeof(key), "%s_ms", step_names[step]);
			json_object_set_new(line, key, json_real(median_of(load, step, i, rounds)));
		}
		printf("\n");
		json_array_append_new(list, line);
	}
	json_object_set_new(json, "load", list);
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_read_options(argc, argv);
	struct load *load = gx_calloc(1, sizeof(*load));
	unsigned int thrown;
	json_t *json;

	if (options.rounds == BENCH_ROUNDS)
		options.rounds = ROUNDS;
	open_all(load, &options);
	run_round(load, 0);	/* pages in */
	thrown = bench_rounds(options.rounds, run_round, load);
	json = bench_json("load", &options, thrown);
	show(load, options.rounds, thrown, json);
	put_goals(load, options.rounds, json);
	bench_write_json(json, options.json);
	for (size_t i = 0; i < N_SUBJECTS; i++)
		if (load->is_open[i])
			world_free(&load->worlds[i]);
	free(load);
	return 0;
}
