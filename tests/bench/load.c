/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the parsed form to serving, by size: classes, leaves, index and answers in user space, then program and tables.
 *
 *	load [--rounds N] [--quick] [--json FILE]
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/harness.h"
#include "tests/bench/world.h"
#include "user/core/index.h"

static const struct world_plan plans[] = {
	{ 1000, 256, 10000, 1 }, { 1000, 256, 0, 1 }, { 10000, 256, 0, 1 }, { 100000, 256, 0, 1 }, { 1000, 256, 5000000, 1 },
};

#define N_PLANS (sizeof(plans) / sizeof(plans[0]))
#define ROUNDS	5	/* each takes seconds */

struct load {
	size_t n_plans;
	size_t leaves[N_PLANS];
	double image_ms[N_PLANS][BENCH_ROUNDS_MAX], index_ms[N_PLANS][BENCH_ROUNDS_MAX], load_ms[N_PLANS][BENCH_ROUNDS_MAX];
	double free_ms[N_PLANS][BENCH_ROUNDS_MAX];
};

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

static void run_round(void *context, unsigned int round)
{
	struct load *load = context;

	for (size_t i = 0; i < load->n_plans; i++) {
		struct world world;
		double begin;

		world_make(&world, &plans[i]);
		world_load(&world);
		load->leaves[i] = world.image.leaves[GX_IPV4].count + world.image.leaves[GX_IPV6].count;
		load->image_ms[i][round] = world.image_s * 1e3;
		load->load_ms[i][round] = world.load_s * 1e3;
		load->index_ms[i][round] = time_index(&world) * 1e3;
		begin = bench_now_s();
		gx_object_free(world.object);
		load->free_ms[i][round] = (bench_now_s() - begin) * 1e3;
		world.object = NULL;
		world_free(&world);
	}
}

static void show(const struct load *load, unsigned int rounds, unsigned int thrown, json_t *json)
{
	json_t *list = json_array();

	printf("%s\nfrom the parsed form to filled tables, medians of %u rounds, %u thrown away; milliseconds\n\n"
	       "%9s %10s %10s %10s %10s %12s %10s %10s\n", bench_machine(), rounds, thrown, "names", "prefixes", "leaves",
	       "image", "index of it", "load, tries", "all", "release");
	for (size_t i = 0; i < load->n_plans; i++) {
		double image = bench_median(load->image_ms[i], rounds), index = bench_median(load->index_ms[i], rounds);
		double tables = bench_median(load->load_ms[i], rounds), release = bench_median(load->free_ms[i], rounds);
		char prefixes[32] = "real";

		if (plans[i].prefixes)
			snprintf(prefixes, sizeof(prefixes), "%zu", plans[i].prefixes);
		printf("%9zu %10s %10zu %10.0f %11.0f %12.0f %9.0f %10.0f\n", plans[i].names, prefixes, load->leaves[i], image,
		       index, tables, image + tables, release);
		json_array_append_new(list, json_pack("{s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "names",
						      (json_int_t)plans[i].names, "prefixes",
						      (json_int_t)plans[i].prefixes, "leaves",
						      (json_int_t)load->leaves[i], "image_ms", image, "index_ms", index,
						      "load_ms", tables, "release_ms", release));
	}
	json_object_set_new(json, "load", list);
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_read_options(argc, argv);
	struct load *load = gx_calloc(1, sizeof(*load));
	unsigned int rounds = options.rounds == BENCH_ROUNDS ? ROUNDS : options.rounds, thrown;
	json_t *json;

	load->n_plans = options.quick ? 3 : N_PLANS;
	thrown = bench_rounds(rounds, run_round, load);
	json = bench_json("load", rounds, thrown);
	show(load, rounds, thrown, json);
	bench_write_json(json, options.json);
	free(load);
	return 0;
}
