/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the cost of a whole answer, memory and load times grow: with names, with prefixes, with maps.
 *
 *	growth [--rounds N] [--quick] [--only TEXT] [--json FILE] [--lines FILE] [--check]
 *
 * Beside the JSON file, the same name with .svg gets the plot. All worlds are loaded at once, and asked in turn.
 *
 * --only asks those with the text in their names, as in "prefixes 1,000,000, hot", and prints nothing: for a profiler.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "tests/bench/plot.h"
#include "tests/bench/stream.h"

/* A series: one number grows, the others stay. */
static const struct world_plan steps[] = {
	{ 100, 0, 10000, 1, false },	  { 1000, 0, 10000, 1, false },	  { 10000, 0, 10000, 1, false },
	{ 100000, 65536, 10000, 1, false }, { 1000000, 65536, 10000, 1, false },
	{ 1000, 0, 100, 1, false },	  { 1000, 0, 1000, 1, false },	  { 1000, 0, 10000, 1, false },
	{ 1000, 0, 100000, 1, false },	  { 1000, 0, 1000000, 1, true },  { 1000, 0, 5000000, 1, true },
	{ 1000, 0, 100000, 1, false },	  { 1000, 0, 100000, 4, false },  { 1000, 0, 100000, 16, false },
	{ 1000, 0, 100000, 64, false },
};

#define N_STEPS		(sizeof(steps) / sizeof(steps[0]))
#define GOAL_FROM	6	/* 10^3 ranges */
#define GOAL_TO		9	/* 10^6 */

static const struct series {
	const char *name;
	size_t first, count;
} series[] = { { "names", 0, 5 }, { "prefixes", 5, 6 }, { "maps", 11, 4 } };

#define N_SERIES (sizeof(series) / sizeof(series[0]))

static const struct stream_kind kind = {
	.name = "plain geo A", .reason = GX_SERVED_GEO, .names = STREAM_GEO,
	.query = PACKET(PACKET_NO_EDNS),
};

struct step {
	bool is_open;
	bool asks[2];			/* cold, hot */
	struct world world;
	struct stream hot, cold;
	size_t leaves, names, answers, choices;
	size_t ranges[GX_FAMILIES], index_octets[GX_FAMILIES];
	size_t names_octets, answers_octets, choices_octets, tries_octets;
};

struct growth {
	struct step *steps;
	size_t count;			/* opened ones */
};

static size_t value_of(size_t number, size_t index)
{
	return number == 0 ? steps[index].names : number == 1 ? steps[index].prefixes : steps[index].maps;
}

/* Is it asked, by what --only says? */
static bool is_asked(size_t index, bool hot, const char *only)
{
	char name[64];
	size_t number = 0;

	while (index >= series[number].first + series[number].count)
		number++;
	snprintf(name, sizeof(name), "%s %s, %s", series[number].name, bench_count_text(value_of(number, index)),
		 hot ? "hot" : "cold");
	return !only || strstr(name, only);
}

/* What the kernel says that a table of the product takes; 0: it does not say. */
static size_t map_octets(const struct world *world, const char *name)
{
	size_t octets = 0;
	char path[64], line[128];
	int fd = world_map(world, name);
	FILE *file;

	if (fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %zu", &octets) == 1)
			break;
	if (file)
		fclose(file);
	close(fd);
	return octets;
}

static void open_step(struct step *step, const struct world_plan *plan, const struct bench_options *options)
{
	const struct gx_image *image = &step->world.image;

	world_make(&step->world, plan);
	world_build(&step->world);
	world_load(&step->world);
	world_say(&step->world, stderr);
	stream_open(&step->hot, &kind, &step->world, NULL, options->check ? 256 : STREAM_HOT);
	stream_open(&step->cold, &kind, &step->world, NULL, options->check ? 512 : STREAM_COLD / 4);
	step->is_open = true;
	step->names = image->n_names;
	step->answers = image->n_answers;
	step->choices = image->n_choices;
	for (int family = 0; family < GX_FAMILIES; family++) {
		step->leaves += image->leaves[family].count;
		step->index_octets[family] = image->index[family].n_words * sizeof(uint64_t);
		step->ranges[family] = image->index[family].n_runs;
	}
	step->names_octets = map_octets(&step->world, "names") + map_octets(&step->world, "names_long");
	step->answers_octets = map_octets(&step->world, "answers");
	step->choices_octets = map_octets(&step->world, "choices");
	if (!plan->no_tries)
		step->tries_octets = map_octets(&step->world, "countries4") + map_octets(&step->world, "countries6");
	if (!options->check)
		world_shrink(&step->world);
}

static void open_all(struct growth *growth, const struct bench_options *options)
{
	size_t opened = 0;

	for (size_t i = 0; i < (options->check ? 1 : N_STEPS); i++) {
		struct step *step = &growth->steps[i];

		if (options->quick && (steps[i].names > 100000 || steps[i].prefixes > 100000))
			continue;
		for (int hot = 0; hot < 2; hot++)
			step->asks[hot] = options->check || is_asked(i, hot, options->only);
		if (!step->asks[false] && !step->asks[true])
			continue;
		open_step(step, &steps[i], options);
		opened++;
		if (options->lines)
			bench_write_lines(gx_object_prog_fd(step->world.object), options->lines);
	}
	if (!opened)
		bench_fail("--only %s: no such row", options->only);
}

static void close_step(struct step *step)
{
	stream_close(&step->hot);
	stream_close(&step->cold);
	world_free(&step->world);
}

static void run_round(void *context, unsigned int round)
{
	struct growth *growth = context;

	for (size_t i = 0; i < growth->count; i++) {
		if (!growth->steps[i].is_open)
			continue;
		if (growth->steps[i].asks[true])
			stream_round(&growth->steps[i].hot, round);
		if (growth->steps[i].asks[false])
			stream_round(&growth->steps[i].cold, round);
	}
}

/* --- results ----------------------------------------------------------------------------------- */

static double per(size_t octets, size_t count)
{
	return count ? (double)octets / (double)count : 0;
}

/* What is missing is nothing: "". */
static void show_octets(size_t octets, size_t count)
{
	if (octets)
		printf(" %8.1f", per(octets, count));
	else
		printf(" %8s", "");
}

static void show_step(size_t number, size_t index, const struct step *step, const struct step *base, unsigned int rounds,
		      json_t *list)
{
	double hot = stream_net_ns(&step->hot, FEED_PRODUCT, rounds), cold = stream_net_ns(&step->cold, FEED_PRODUCT, rounds);

	printf("%10s %7.2fx %7.2fx %7.1f %7.1f %8.0f %8.0f", bench_count_text(value_of(number, index)),
	       hot / stream_net_ns(&base->hot, FEED_PRODUCT, rounds),
	       cold / stream_net_ns(&base->cold, FEED_PRODUCT, rounds), hot, cold, step->world.image_s * 1e3,
	       step->world.load_s * 1e3);
	show_octets(step->index_octets[GX_IPV4], step->ranges[GX_IPV4]);
	show_octets(step->index_octets[GX_IPV6], step->ranges[GX_IPV6]);
	show_octets(step->tries_octets, step->leaves);
	show_octets(step->names_octets + step->choices_octets, step->names);
	show_octets(step->answers_octets, step->answers);
	printf("\n");
	json_array_append_new(list, json_pack(
		"{s:s, s:I, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"series", series[number].name, "size", (json_int_t)value_of(number, index), "hot_ns", hot, "cold_ns", cold,
		"image_ms", step->world.image_s * 1e3, "load_ms", step->world.load_s * 1e3,
		"ranges4", (json_int_t)step->ranges[GX_IPV4], "ranges6", (json_int_t)step->ranges[GX_IPV6],
		"leaves", (json_int_t)step->leaves, "index4_octets", (json_int_t)step->index_octets[GX_IPV4],
		"index6_octets", (json_int_t)step->index_octets[GX_IPV6], "tries_octets", (json_int_t)step->tries_octets,
		"names", (json_int_t)step->names, "names_octets", (json_int_t)step->names_octets,
		"choices_octets", (json_int_t)step->choices_octets, "answers", (json_int_t)step->answers,
		"answers_octets", (json_int_t)step->answers_octets));
}

/* The growth of a whole hit. */
static void put_goals(const struct growth *growth, unsigned int rounds, json_t *json)
{
	const struct bench_goal hot_goal = { 1.2, 1.1, "x", false }, cold_goal = { 3, 2, "x", false };
	const struct step *from = &growth->steps[GOAL_FROM], *to = &growth->steps[GOAL_TO];

	if (!from->is_open || !to->is_open)
		return;
	bench_put_goal(json, &hot_goal, stream_net_ns(&to->hot, FEED_PRODUCT, rounds) /
		       stream_net_ns(&from->hot, FEED_PRODUCT, rounds), "a hit, from %s to %s IPv4 ranges, hot",
		       bench_count_text(from->ranges[GX_IPV4]), bench_count_text(to->ranges[GX_IPV4]));
	bench_put_goal(json, &cold_goal, stream_net_ns(&to->cold, FEED_PRODUCT, rounds) /
		       stream_net_ns(&from->cold, FEED_PRODUCT, rounds), "a hit, from %s to %s IPv4 ranges, cold",
		       bench_count_text(from->ranges[GX_IPV4]), bench_count_text(to->ranges[GX_IPV4]));
}

static void show(const struct growth *growth, unsigned int rounds, unsigned int thrown, json_t *json)
{
	json_t *list = json_array();

	printf("%s\na whole geo answer, net of an empty program, medians of %u rounds, %u thrown away\n", bench_machine(),
	       rounds, thrown);
	for (size_t number = 0; number < N_SERIES; number++) {
		const struct step *base = NULL;

		printf("\n%10s %8s %8s %7s %7s %8s %8s %8s %8s %8s %8s %8s\n", series[number].name, "hot", "cold", "hot ns",
		       "cold ns", "image ms", "load ms", "o/range4", "o/range6", "o/leaf", "o/name", "o/answer");
		for (size_t i = series[number].first; i < series[number].first + series[number].count; i++) {
			if (!growth->steps[i].is_open)
				continue;
			base = base ? base : &growth->steps[i];
			show_step(number, i, &growth->steps[i], base, rounds, list);
		}
	}
	json_object_set_new(json, "growth", list);
}

static void plot(const struct growth *growth, unsigned int rounds, const char *json_file)
{
	struct plot_point points[2 * N_STEPS];
	struct plot_line lines[2 * N_SERIES];
	char path[4096];
	size_t n_lines = 0, n_points = 0;

	for (size_t number = 0; number < 2 * N_SERIES; number++) {
		const struct series *of = &series[number / 2];
		struct plot_line *line = &lines[n_lines];
		size_t base = n_points;

		for (size_t i = of->first; i < of->first + of->count; i++) {
			const struct step *step = &growth->steps[i];

			if (step->is_open)
				points[n_points++] = (struct plot_point){ (double)value_of(number / 2, i),
					stream_net_ns(number & 1 ? &step->cold : &step->hot, FEED_PRODUCT, rounds) };
		}
		*line = (struct plot_line){ .points = points + base, .count = n_points - base };
		snprintf(line->name, sizeof(line->name), "%s, %s", of->name, number & 1 ? "cold" : "hot");
		n_lines++;
	}
	snprintf(path, sizeof(path), "%.*s.svg", (int)(strlen(json_file) - strlen(".json")), json_file);
	if (plot_write(path, "A whole geo answer as the tables grow", bench_machine(), "entries", "ns", lines, n_lines))
		bench_fail("%s: write", path);
}

static int check(struct growth *growth)
{
	const char *wrong = stream_check(&growth->steps[0].hot);

	printf("%sok 1 - benchmark: growth\n1..1\n", wrong ? "not " : "");
	if (wrong)
		printf("# %s\n", wrong);
	return wrong != NULL;
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_read_options(argc, argv);
	struct growth growth = { .steps = gx_calloc(N_STEPS, sizeof(struct step)), .count = N_STEPS };
	unsigned int thrown;
	int status = 0;
	json_t *json;

	if (options.check && geteuid() != 0) {
		printf("ok 1 - benchmark: growth # SKIP needs root\n1..1\n");
		return 0;
	}
	open_all(&growth, &options);
	if (options.check) {
		status = check(&growth);
	} else {
		run_round(&growth, 0);	/* pages in */
		thrown = bench_rounds(options.rounds, run_round, &growth);
		if (options.only)
			goto out;
		json = bench_json("growth", &options, thrown);
		show(&growth, options.rounds, thrown, json);
		put_goals(&growth, options.rounds, json);
		if (options.json && strstr(options.json, ".json"))
			plot(&growth, options.rounds, options.json);
		bench_write_json(json, options.json);
	}
out:
	for (size_t i = 0; i < N_STEPS; i++)
		if (growth.steps[i].is_open)
			close_step(&growth.steps[i]);
	free(growth.steps);
	return status;
}
