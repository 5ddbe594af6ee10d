/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Geo look-ups alone, in the kernel: the LPM tries, the index, what was refused for it, and a flat array as the floor.
 *
 *	geo [--rounds N] [--quick] [--json FILE] [--check]
 *
 * Each round runs all programs over all streams of addresses, one after the other, so that whatever else the machine
 * does meets all alike. Printed are medians over the rounds, net of the empty program. The real country data, then
 * random ranges from 10^3 to 10^6; with --quick the real data only. With --check nothing is timed: do all find the
 * same (TAP)?
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>

#include "geoxdp/abi.h"

#include "geo_bench.skel.h"
#include "tests/bench/forms.h"
#include "tests/bench/geo.h"
#include "tests/bench/harness.h"
#include "tests/lib/runs.h"
#include "user/core/index.h"
#include "user/core/source.h"
#include "user/sys/fill.h"

#define LOOK_UPS	16384
#define WARM_RUNS	4	/* of other addresses, before what is timed */
#define HOT		4096
#define COLD		(1u << 20)
#define CHECKED		256
#define GROWTHS		4	/* 10^3 to 10^6 ranges */

static const char *const tor_files[GX_FAMILIES] = { "/usr/share/tor/geoip", "/usr/share/tor/geoip6" };

/* Of IPv4 and IPv6, the index. */
static const struct bench_goal ratio_goal = { 20, 40, "x", true };
static const struct bench_goal octets_goals[GX_FAMILIES] = { { 12, 6, "octets", false }, { 12, 11, "octets", false } };

enum mix { ONE, SPACE_HOT, PREFIX_HOT, SPACE_COLD, PREFIX_COLD, MIXES };

static const char *const mix_names[MIXES] = { "one", "space", "prefixes", "space, cold", "prefixes, cold" };
static const uint32_t mix_sizes[MIXES] = { 1, HOT, HOT, COLD, COLD };

static uint64_t next_random(void)
{
	static uint64_t state;

	return bench_random(&state);
}

/* --- what is looked up ------------------------------------------------------------------------- */

struct family {
	struct gx_partition partition;
	struct gx_leaves leaves;
	struct gx_class_run *runs;
	size_t n_runs;
	struct gx_index index;
	double build_s;
};

struct world {
	struct family of[GX_FAMILIES];
	struct bench_form flat, ranges, chunks;
};

static void build_family(struct family *family, const uint16_t *class_of)
{
	double begin;

	gx_partition_leaves(&family->partition, class_of, GX_CLASSES_MAX, &family->leaves);
	family->n_runs = list_runs(&family->partition, class_of, GX_CLASSES_MAX, &family->runs);
	begin = bench_now_s();
	if (gx_index_build(&family->index, &family->partition, class_of, GX_CLASSES_MAX))
		bench_fail("index");
	family->build_s = bench_now_s() - begin;
}

static void build_world(struct world *world)
{
	static uint16_t class_of[GX_CLASSES_MAX];
	const struct family *ipv4 = &world->of[GX_IPV4];

	for (size_t i = 0; i < GX_CLASSES_MAX; i++)
		class_of[i] = (uint16_t)i;
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		build_family(&world->of[family], class_of);
	world->flat = bench_flat(ipv4->runs, ipv4->n_runs);
	world->ranges = bench_ranges(ipv4->runs, ipv4->n_runs);
	world->chunks = bench_chunks(ipv4->runs, ipv4->n_runs);
}

static void free_world(struct world *world)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		gx_partition_free(&world->of[family].partition);
		gx_leaves_free(&world->of[family].leaves);
		gx_index_free(&world->of[family].index);
		free(world->of[family].runs);
	}
	free(world->flat.words);
	free(world->ranges.words);
	free(world->chunks.words);
	*world = (struct world){0};
}

/* The real data, each country a class of its own. */
static void read_world(struct world *world)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		struct gx_source source = { .file = tor_files[family] };
		struct gx_entries entries[GX_FAMILIES] = {0};
		struct gx_locations *locations = gx_locations_new();
		struct gx_diag diag = {0};

		if (gx_source_read(&source, locations, entries, &diag)) {
			errno = 0;
			bench_fail("%s: cannot be read (Debian's tor-geoipdb has it)", tor_files[family]);
		}
		gx_partition_init(&world->of[family].partition, family);
		gx_partition_overlay(&world->of[family].partition, locations, &entries[family], 0);
		gx_entries_free(&entries[GX_IPV4]);
		gx_entries_free(&entries[GX_IPV6]);
		gx_locations_free(locations);
		gx_diag_free(&diag);
	}
	build_world(world);
}

/* Random prefixes as long as real ones are, until there are about this many ranges. */
static void make_world(struct world *world, size_t count)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		struct gx_partition *partition = &world->of[family].partition;
		struct gx_entries entries = {0};

		for (size_t i = 0; i < count * 5 / 9; i++) {
			unsigned int bits = family == GX_IPV4 ? 16 + next_random() % 9 : 28 + next_random() % 21;
			gx_u128 first = family == GX_IPV4 ? (gx_u128)(uint32_t)next_random() :
							    (gx_u128)(next_random() >> 3 | 1ull << 61) << 64;

			gx_entries_add(&entries, family, first, bits, 1 + (uint32_t)(next_random() % 250), 1);
		}
		gx_partition_init(partition, family);
		gx_partition_overlay(partition, NULL, &entries, 0);
		gx_entries_free(&entries);
	}
	build_world(world);
}

/* --- tables ------------------------------------------------------------------------------------ */

static size_t stream_at(enum gx_family family, enum mix mix)
{
	size_t first = 0;

	for (int i = 0; i < (int)family * MIXES + (int)mix; i++)
		first += mix_sizes[i % MIXES];
	return first;
}

static gx_u128 address_for(const struct family *family, enum mix mix)
{
	bool is_ipv4 = family->leaves.family == GX_IPV4;
	uint64_t high = next_random(), low = next_random();
	size_t leaf = next_random() % family->leaves.count;
	unsigned int bits;
	gx_u128 random = is_ipv4 ? (uint32_t)(high >> 16) : (gx_u128)high << 64 | low, first;

	if (mix == SPACE_HOT || mix == SPACE_COLD)	/* of IPv6, 2000::/3 */
		return is_ipv4 ? random : random >> 3 | (gx_u128)1 << 125;
	first = gx_addr_from_octets(family->leaves.family, is_ipv4 ? family->leaves.keys4[leaf].address :
								     family->leaves.keys6[leaf].address).value;
	bits = is_ipv4 ? family->leaves.keys4[leaf].prefix_bits : family->leaves.keys6[leaf].prefix_bits;
	return first | (bits ? random & (gx_family_last(family->leaves.family) >> bits) : random);
}

static struct bench_form make_streams(const struct world *world)
{
	size_t octets = (stream_at(GX_IPV6, PREFIX_COLD) + COLD) * 16;
	struct bench_form form = { .count = (octets / 8 + BENCH_PAGE_WORDS) / BENCH_PAGE_WORDS * BENCH_PAGE_WORDS };

	form.words = gx_calloc(form.count, sizeof(*form.words));
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		for (enum mix mix = 0; mix < MIXES; mix++) {
			for (size_t i = 0; i < mix_sizes[mix]; i++) {
				gx_u128 address = address_for(&world->of[family], mix);
				uint64_t *words = form.words + 2 * (stream_at(family, mix) + i);

				words[0] = family == GX_IPV4 ? (uint64_t)address << 32 : (uint64_t)(address >> 64);
				words[1] = family == GX_IPV4 ? 0 : (uint64_t)address;
			}
		}
	}
	return form;
}

static struct geo_bench *load(const struct world *world)
{
	struct geo_bench *skel = geo_bench__open();
	const struct gx_index *index4 = &world->of[GX_IPV4].index, *index6 = &world->of[GX_IPV6].index;
	struct bench_form streams = make_streams(world);
	struct gx_failure failure;
	const struct {
		struct bpf_map *map;
		const void *words;
		size_t pages;
	} tables[] = {
		{ skel->maps.flat, world->flat.words, world->flat.count / BENCH_PAGE_WORDS },
		{ skel->maps.ranges4, world->ranges.words, world->ranges.count / BENCH_PAGE_WORDS },
		{ skel->maps.chunks4, world->chunks.words, world->chunks.count / BENCH_PAGE_WORDS },
		{ skel->maps.addresses, streams.words, streams.count / BENCH_PAGE_WORDS },
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		bpf_map__set_max_entries(tables[i].map, (uint32_t)tables[i].pages);
	bpf_map__set_max_entries(skel->maps.countries4, (uint32_t)world->of[GX_IPV4].leaves.count);
	bpf_map__set_max_entries(skel->maps.countries6, (uint32_t)world->of[GX_IPV6].leaves.count);
	bpf_map__set_value_size(skel->maps.index4, (uint32_t)(index4->n_words * sizeof(*index4->words)));
	bpf_map__set_value_size(skel->maps.index6, (uint32_t)(index6->n_words * sizeof(*index6->words)));
	skel->rodata->index_roots[0] = index4->root;
	skel->rodata->index_roots[1] = index6->root;
	if (geo_bench__load(skel))
		bench_fail("load (needs root)");
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (gx_fill_array(tables[i].map, tables[i].words, tables[i].pages * 4096, &failure))
			bench_fail("%s", failure.text);
	if (gx_fill_array(skel->maps.index4, index4->words, index4->n_words * sizeof(*index4->words), &failure) ||
	    gx_fill_array(skel->maps.index6, index6->words, index6->n_words * sizeof(*index6->words), &failure))
		bench_fail("%s", failure.text);
	if (gx_fill_trie(skel->maps.countries4, &world->of[GX_IPV4].leaves, &failure) ||
	    gx_fill_trie(skel->maps.countries6, &world->of[GX_IPV6].leaves, &failure))
		bench_fail("%s", failure.text);
	free(streams.words);
	return skel;
}

/* --- measuring --------------------------------------------------------------------------------- */

/* The first of a family is the empty program. */
struct subject {
	const char *name;
	enum gx_family family;
	const struct bpf_program *program;
	size_t octets;		/* of its tables; 0: none, or the kernel's */
	double ns[MIXES][BENCH_ROUNDS_MAX];
};

#define SUBJECTS 11
#define N_IPV4	 7

static void list_subjects(struct subject *subjects, const struct geo_bench *skel, const struct world *world)
{
	size_t index4 = world->of[GX_IPV4].index.n_words * 8, index6 = world->of[GX_IPV6].index.n_words * 8;
	const struct subject list[SUBJECTS] = {
		{ "empty", GX_IPV4, skel->progs.bench_empty, 0, {{0}} },
		{ "LPM trie", GX_IPV4, skel->progs.bench_lpm4, 0, {{0}} },
		{ "index", GX_IPV4, skel->progs.bench_index4, index4, {{0}} },
		{ "index, scope", GX_IPV4, skel->progs.bench_index4_depth, index4, {{0}} },
		{ "ranges", GX_IPV4, skel->progs.bench_ranges, world->ranges.count * 8, {{0}} },
		{ "16-8-8", GX_IPV4, skel->progs.bench_chunks, world->chunks.count * 8, {{0}} },
		{ "2^24 array", GX_IPV4, skel->progs.bench_flat24, world->flat.count * 8, {{0}} },
		{ "empty", GX_IPV6, skel->progs.bench_empty, 0, {{0}} },
		{ "LPM trie", GX_IPV6, skel->progs.bench_lpm6, 0, {{0}} },
		{ "index", GX_IPV6, skel->progs.bench_index6, index6, {{0}} },
		{ "index, scope", GX_IPV6, skel->progs.bench_index6_depth, index6, {{0}} },
	};

	memcpy(subjects, list, sizeof(list));
}

static double measure(const struct subject *subject, enum mix mix, uint64_t first)
{
	uint64_t arguments[4] = { stream_at(subject->family, mix), mix_sizes[mix] - 1, first, LOOK_UPS };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = arguments, .ctx_size_in = sizeof(arguments));
	double begin = bench_now_s();

	if (bpf_prog_test_run_opts(bpf_program__fd(subject->program), &opts))
		bench_fail("%s", subject->name);
	return (bench_now_s() - begin) * 1e9 / LOOK_UPS;
}

struct run {
	struct geo_bench *skel;
	struct subject subjects[SUBJECTS];
};

static void run_round(void *context, unsigned int round)
{
	struct run *run = context;

	for (enum mix mix = 0; mix < MIXES; mix++) {
		for (size_t i = 0; i < SUBJECTS; i++) {
			struct subject *subject = &run->subjects[i];
			uint64_t first = next_random() % COLD;

			/* What the one before left in the caches is no business of this one, nor are the addresses. */
			for (int warm = 0; warm < WARM_RUNS; warm++)
				measure(subject, mix, next_random() % COLD);
			measure(&run->subjects[subject->family == GX_IPV4 ? 0 : N_IPV4], mix, first);
			subject->ns[mix][round] = measure(subject, mix, first);
		}
	}
}

static double net(const struct subject *subjects, size_t i, enum mix mix, unsigned int rounds)
{
	const struct subject *empty = &subjects[subjects[i].family == GX_IPV4 ? 0 : N_IPV4];
	double ns = bench_median(subjects[i].ns[mix], rounds) - bench_median(empty->ns[mix], rounds);

	return ns > 0.1 ? ns : 0.1;
}

/* --- output ------------------------------------------------------------------------------------ */

static void show_table(const struct subject *subjects, const struct world *world, unsigned int rounds)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		const struct family *of = &world->of[family];
		size_t lpm = family == GX_IPV4 ? 1 : N_IPV4 + 1;

		printf("\nIPv%d: %zu ranges, %zu prefixes; index built in %.1f ms\n%-14s", family == GX_IPV4 ? 4 : 6,
		       of->n_runs, of->leaves.count, of->build_s * 1e3, "ns, and x LPM");
		for (enum mix mix = 0; mix < MIXES; mix++)
			printf(" %16s", mix_names[mix]);
		printf("  octets/range\n");
		for (size_t i = family == GX_IPV4 ? 1 : N_IPV4 + 1; i < (family == GX_IPV4 ? N_IPV4 : SUBJECTS); i++) {
			printf("%-14s", subjects[i].name);
			for (enum mix mix = 0; mix < MIXES; mix++) {
				double ns = net(subjects, i, mix, rounds);

				printf(" %8.1f %6.1fx", ns, net(subjects, lpm, mix, rounds) / ns);
			}
			if (subjects[i].octets)
				printf(" %13.2f", (double)subjects[i].octets / (double)of->n_runs);
			printf("\n");
		}
	}
}

static void add_json(const struct subject *subjects, const struct world *world, unsigned int rounds, json_t *list)
{
	for (size_t i = 0; i < SUBJECTS; i++) {
		const struct family *of = &world->of[subjects[i].family];

		if (i == 0 || i == N_IPV4)
			continue;
		for (enum mix mix = 0; mix < MIXES; mix++)
			json_array_append_new(list, json_pack(
				"{s:s, s:i, s:s, s:f, s:I, s:I, s:f}", "form", subjects[i].name, "family",
				subjects[i].family == GX_IPV4 ? 4 : 6, "mix", mix_names[mix], "ns",
				net(subjects, i, mix, rounds), "ranges", (json_int_t)of->n_runs, "octets",
				(json_int_t)subjects[i].octets, "index_build_ms", of->build_s * 1e3));
	}
}

/* Of the real data. */
static void put_goals(const struct subject *subjects, const struct world *world, unsigned int rounds, json_t *json)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		size_t lpm = family == GX_IPV4 ? 1 : N_IPV4 + 1, index = lpm + 1;
		int number = family == GX_IPV4 ? 4 : 6;

		bench_put_goal(json, &ratio_goal, net(subjects, lpm, PREFIX_HOT, rounds) / net(subjects, index, PREFIX_HOT, rounds),
			       "IPv%d index against the LPM trie, prefixes, hot", number);
		bench_put_goal(json, &ratio_goal, net(subjects, lpm, PREFIX_COLD, rounds) / net(subjects, index, PREFIX_COLD, rounds),
			       "IPv%d index against the LPM trie, prefixes, cold", number);
		bench_put_goal(json, &octets_goals[family], (double)subjects[index].octets / (double)world->of[family].n_runs,
			       "IPv%d index, octets for a range", number);
	}
}

/* Returns the rounds that were thrown away. */
static unsigned int bench_world(struct world *world, const struct bench_options *options, bool is_real, json_t *json)
{
	struct run *run = gx_calloc(1, sizeof(*run));
	unsigned int thrown;

	run->skel = load(world);
	list_subjects(run->subjects, run->skel, world);
	run_round(run, 0);	/* pages in */
	thrown = bench_rounds(options->rounds, run_round, run);
	show_table(run->subjects, world, options->rounds);
	add_json(run->subjects, world, options->rounds, json_object_get(json, "lookups"));
	if (is_real)
		put_goals(run->subjects, world, options->rounds, json);
	geo_bench__destroy(run->skel);
	free(run);
	free_world(world);
	return thrown;
}

/* What a program found for one address. */
static uint64_t find_one(const struct run *run, size_t i, enum mix mix, uint64_t number)
{
	uint64_t arguments[4] = { stream_at(run->subjects[i].family, mix), mix_sizes[mix] - 1, number, 1 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = arguments, .ctx_size_in = sizeof(arguments));

	if (bpf_prog_test_run_opts(bpf_program__fd(run->subjects[i].program), &opts))
		bench_fail("%s", run->subjects[i].name);
	return run->skel->bss->sum;
}

/* Depth and class of the trie, or the class alone where the form has no depth; the array of /24 is not exact. */
static int check_world(struct world *world)
{
	struct run *run = gx_calloc(1, sizeof(*run));
	unsigned int tests = 0, failures = 0;

	run->skel = load(world);
	list_subjects(run->subjects, run->skel, world);
	for (size_t i = 0; i < SUBJECTS; i++) {
		const struct subject *subject = &run->subjects[i];
		size_t lpm = subject->family == GX_IPV4 ? 1 : N_IPV4 + 1;
		bool has_depth = !strcmp(subject->name, "index, scope") || !strcmp(subject->name, "16-8-8");
		unsigned int wrong = 0;

		if (i == 0 || i == N_IPV4 || i == lpm || !strcmp(subject->name, "2^24 array"))
			continue;
		for (uint64_t number = 0; number < CHECKED; number++) {
			enum mix mix = number & 1 ? PREFIX_COLD : SPACE_COLD;
			uint64_t mask = has_depth ? 0xffffff : 0xffff;

			wrong += (find_one(run, i, mix, number) & mask) != (find_one(run, lpm, mix, number) & mask);
		}
		printf("%sok %u - benchmark: IPv%d %s finds what the trie does\n", wrong ? "not " : "", ++tests,
		       subject->family == GX_IPV4 ? 4 : 6, subject->name);
		failures += wrong != 0;
	}
	printf("1..%u\n", tests);
	geo_bench__destroy(run->skel);
	free(run);
	free_world(world);
	return failures != 0;
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_read_options(argc, argv);
	struct world world = {0};
	unsigned int thrown;
	json_t *json;

	if (options.check) {
		if (geteuid() != 0) {
			printf("ok 1 - benchmark: geo # SKIP needs root\n1..1\n");
			return 0;
		}
		make_world(&world, 5000);
		return check_world(&world);
	}
	printf("%s\ngeo look-ups alone, medians of %u rounds of %s, net of an empty program\n", bench_machine(),
	       options.rounds, bench_count_text(LOOK_UPS));
	json = json_pack("{s:[]}", "lookups");
	read_world(&world);
	thrown = bench_world(&world, &options, true, json);
	for (size_t i = 0, count = 1000; i < GROWTHS && !options.quick; i++, count *= 10) {
		make_world(&world, count);
		thrown += bench_world(&world, &options, false, json);
	}
	printf("\n%u rounds thrown away\n", thrown);
	json_object_update_new(json, bench_json("geo look-ups", &options, thrown));
	bench_write_json(json, options.json);
	return 0;
}
