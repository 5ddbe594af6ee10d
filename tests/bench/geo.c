/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Geo look-ups alone, in the kernel: the LPM tries, the index, what was refused for it, and a flat array as the floor.
 *
 *	geo [--json] [--rounds N] [GEOIP GEOIP6]
 *
 * Each round runs all programs over all streams of addresses, one after the other, so that whatever else the machine
 * does meets all alike. Printed are medians over the rounds, net of the empty program. Rounds in which the host took
 * more than 2 % of the processors away are thrown away and counted.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include <linux/bpf.h>

#include "geoxdp/abi.h"

#include "geo_bench.skel.h"
#include "tests/bench/forms.h"
#include "tests/bench/geo.h"
#include "user/core/index.h"
#include "user/core/source.h"
#include "user/sys/fill.h"

#define ROUNDS		15
#define ROUNDS_MAX	200
#define LOOK_UPS	16384
#define HOT		4096
#define COLD		(1u << 20)
#define STEAL_PERCENT	2
#define GROWTHS		4	/* 10^3 to 10^6 ranges */

enum mix { ONE, SPACE_HOT, PREFIX_HOT, SPACE_COLD, PREFIX_COLD, MIXES };

static const char *const mix_names[MIXES] = { "one", "space", "prefixes", "space, cold", "prefixes, cold" };
static const uint32_t mix_sizes[MIXES] = { 1, HOT, HOT, COLD, COLD };

static double now_s(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what)
{
	fprintf(stderr, "geo: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Deterministic (xorshift): every run looks up the same addresses. */
static uint64_t next_random(void)
{
	static uint64_t seed = 88172645463325252ull;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
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
	family->n_runs = gx_partition_runs(&family->partition, class_of, GX_CLASSES_MAX, &family->runs);
	begin = now_s();
	if (gx_index_build(&family->index, &family->partition, class_of, GX_CLASSES_MAX))
		fail("index");
	family->build_s = now_s() - begin;
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
static void read_world(struct world *world, const char *const files[GX_FAMILIES])
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		struct gx_source source = { .file = files[family] };
		struct gx_entries entries[GX_FAMILIES] = {0};
		struct gx_locations *locations = gx_locations_new();
		struct gx_diag diag = {0};

		if (gx_source_read(&source, locations, entries, &diag)) {
			fprintf(stderr, "geo: %s: cannot be read (install tor-geoipdb, or name two country files)\n",
				files[family]);
			exit(1);
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
		fail("load (needs root)");
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (gx_fill_array(tables[i].map, tables[i].words, tables[i].pages * 4096, &failure))
			fail(failure.text);
	if (gx_fill_array(skel->maps.index4, index4->words, index4->n_words * sizeof(*index4->words), &failure) ||
	    gx_fill_array(skel->maps.index6, index6->words, index6->n_words * sizeof(*index6->words), &failure))
		fail(failure.text);
	if (gx_fill_trie(skel->maps.countries4, &world->of[GX_IPV4].leaves, &failure) ||
	    gx_fill_trie(skel->maps.countries6, &world->of[GX_IPV6].leaves, &failure))
		fail(failure.text);
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
	double ns[MIXES][ROUNDS_MAX];
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
	double begin = now_s();

	if (bpf_prog_test_run_opts(bpf_program__fd(subject->program), &opts))
		fail(subject->name);
	return (now_s() - begin) * 1e9 / LOOK_UPS;
}

/* Ticks that the host took away, and all ticks. */
static void read_steal(uint64_t *steal, uint64_t *all)
{
	unsigned long long ticks[8] = {0};
	FILE *file = fopen("/proc/stat", "r");

	if (!file || fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1], &ticks[2],
			    &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7]) != 8)
		fail("/proc/stat");
	fclose(file);
	*steal = ticks[7];
	*all = 0;
	for (int i = 0; i < 8; i++)
		*all += ticks[i];
}

/* Returns the rounds that were thrown away. */
static unsigned int run_rounds(struct subject *subjects, unsigned int rounds)
{
	unsigned int thrown = 0;

	for (unsigned int round = 0; round < rounds;) {
		uint64_t steal[2], all[2];

		read_steal(&steal[0], &all[0]);
		for (enum mix mix = 0; mix < MIXES; mix++) {
			for (size_t i = 0; i < SUBJECTS; i++) {
				/* What the one before left in the caches is no business of a hot one. */
				if (mix_sizes[mix] <= HOT)
					measure(&subjects[i], mix, 0);
				subjects[i].ns[mix][round] = measure(&subjects[i], mix, next_random() % COLD);
			}
		}
		read_steal(&steal[1], &all[1]);
		if ((steal[1] - steal[0]) * 100 > STEAL_PERCENT * (all[1] - all[0]) && thrown < ROUNDS_MAX)
			thrown++;
		else
			round++;
	}
	return thrown;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return a < b ? -1 : a > b;
}

static double median(const double *values, unsigned int count)
{
	double sorted[ROUNDS_MAX];

	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), compare);
	return sorted[count / 2];
}

static double net(const struct subject *subjects, size_t i, enum mix mix, unsigned int rounds)
{
	const struct subject *empty = &subjects[subjects[i].family == GX_IPV4 ? 0 : N_IPV4];
	double ns = median(subjects[i].ns[mix], rounds) - median(empty->ns[mix], rounds);

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

static void show_json(const struct subject *subjects, const struct world *world, unsigned int rounds)
{
	const char *comma = "";

	printf("{\"rounds\": %u, \"lookups\": [", rounds);
	for (size_t i = 0; i < SUBJECTS; i++) {
		const struct family *of = &world->of[subjects[i].family];

		if (i == 0 || i == N_IPV4)
			continue;
		for (enum mix mix = 0; mix < MIXES; mix++) {
			printf("%s\n{\"form\": \"%s\", \"family\": %d, \"mix\": \"%s\", \"ns\": %.2f, \"ranges\": %zu, "
			       "\"octets\": %zu, \"index_build_ms\": %.2f}", comma, subjects[i].name,
			       subjects[i].family == GX_IPV4 ? 4 : 6, mix_names[mix], net(subjects, i, mix, rounds),
			       of->n_runs, subjects[i].octets, of->build_s * 1e3);
			comma = ",";
		}
	}
	printf("\n]}\n");
}

static void bench_world(struct world *world, unsigned int rounds, bool json)
{
	struct subject *subjects = gx_calloc(SUBJECTS, sizeof(*subjects));
	struct geo_bench *skel = load(world);
	unsigned int thrown;

	list_subjects(subjects, skel, world);
	run_rounds(subjects, 1);	/* pages in */
	thrown = run_rounds(subjects, rounds);
	if (thrown)
		fprintf(stderr, "geo: %u rounds with more than %d %% steal were thrown away\n", thrown, STEAL_PERCENT);
	if (json)
		show_json(subjects, world, rounds);
	else
		show_table(subjects, world, rounds);
	geo_bench__destroy(skel);
	free(subjects);
	free_world(world);
}

int main(int argc, char **argv)
{
	const char *files[GX_FAMILIES] = { "/usr/share/tor/geoip", "/usr/share/tor/geoip6" };
	struct world world = {0};
	unsigned int rounds = ROUNDS, named = 0;
	struct utsname kernel;
	bool json = false;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (!strcmp(argv[i], "--rounds") && i + 1 < argc)
			rounds = (unsigned int)atoi(argv[++i]);
		else if (argv[i][0] != '-' && named < GX_FAMILIES)
			files[named++] = argv[i];
		else
			rounds = 0;
	}
	if (rounds < 1 || rounds > ROUNDS_MAX || named == 1) {
		fprintf(stderr, "usage: geo [--json] [--rounds 1..%d] [GEOIP GEOIP6]\n", ROUNDS_MAX);
		return 2;
	}
	uname(&kernel);
	if (!json)
		printf("Linux %s %s, medians of %u rounds of %d look-ups, net of an empty program\n", kernel.release,
		       kernel.machine, rounds, LOOK_UPS);
	read_world(&world, files);
	bench_world(&world, rounds, json);
	for (size_t i = 0, count = 1000; i < GROWTHS && !json; i++, count *= 10) {
		make_world(&world, count);
		bench_world(&world, rounds, json);
	}
	return 0;
}
