/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What waiting for memory costs on this machine, by the size of what is read: the floor below every look-up in
 * tables of that size, and why what is hot for the program need not be near the processor.
 *
 *	memory [--rounds N] [--quick] [--json FILE]
 *
 * `in turn`: each load says where the next one is, as from a name to its choice to its answer. `at once`: the
 * places are known beforehand, so that the processor has many on the way. And what the first touch of a page costs
 * a process: building and loading large tables is made of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "tests/bench/harness.h"

#define LINE_OCTETS	64
#define LOADS		(1u << 18)
#define SIZES		14	/* from 32 KB, doubling, to 256 MB */
#define SMALLEST	(32u << 10)
#define PAGE_OCTETS	4096
#define PAGES		4096

struct line {
	uint64_t next;
	uint64_t rest[LINE_OCTETS / sizeof(uint64_t) - 1];
};

struct memory {
	struct line *lines;	/* as many as the largest size has, in the pages that BPF maps have */
	unsigned int sizes;
	double turn_ns[SIZES][BENCH_ROUNDS_MAX], once_ns[SIZES][BENCH_ROUNDS_MAX];
	double page_ns[BENCH_ROUNDS_MAX];
};

static uint64_t sink;	/* what was read is used */

/* One cycle through the first lines, in random order (Sattolo 1986). */
static void link_lines(struct line *lines, size_t count)
{
	uint64_t random = 1;

	for (size_t i = 0; i < count; i++)
		lines[i].next = i;
	for (size_t i = count - 1; i > 0; i--) {
		size_t other = bench_random(&random) % i;
		uint64_t next = lines[i].next;

		lines[i].next = lines[other].next;
		lines[other].next = next;
	}
}

static double time_turn(const struct line *lines, size_t loads)
{
	uint64_t at = sink % 1;
	double begin = bench_now_s();

	for (size_t i = 0; i < loads; i++)
		at = lines[at].next;
	sink += at;
	return (bench_now_s() - begin) * 1e9 / (double)loads;
}

static double time_once(const struct line *lines, size_t count)
{
	uint64_t sum = 0, random = sink;
	double begin = bench_now_s();

	for (size_t i = 0; i < LOADS; i++)
		sum += lines[bench_mix(random + i) & (count - 1)].next;
	sink += sum;
	return (bench_now_s() - begin) * 1e9 / LOADS;
}

static uint8_t *map_small_pages(size_t octets)
{
	void *memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		bench_fail("%zu octets: map", octets);
	madvise(memory, octets, MADV_NOHUGEPAGE);
	return memory;
}

static double time_pages(void)
{
	uint8_t *memory = map_small_pages(PAGES * PAGE_OCTETS);
	double begin = bench_now_s(), end;

	for (size_t i = 0; i < PAGES; i++)
		*(volatile uint8_t *)(memory + i * PAGE_OCTETS) = 1;
	end = bench_now_s();
	munmap(memory, PAGES * PAGE_OCTETS);
	return (end - begin) * 1e9 / PAGES;
}

static void run_round(void *context, unsigned int round)
{
	struct memory *memory = context;

	memory->page_ns[round] = time_pages();

	for (unsigned int i = 0; i < memory->sizes; i++) {
		size_t count = ((size_t)SMALLEST << i) / LINE_OCTETS;

		link_lines(memory->lines, count);
		time_turn(memory->lines, count < LOADS ? count : LOADS);	/* what is near then is what fits */
		memory->turn_ns[i][round] = time_turn(memory->lines, LOADS);
		memory->once_ns[i][round] = time_once(memory->lines, count);
	}
}

static void show(const struct memory *memory, unsigned int rounds, unsigned int thrown, json_t *json)
{
	json_t *list = json_array();

	printf("%s\nnanoseconds a load, medians of %u rounds, %u thrown away\n\n%10s %10s %10s\n", bench_machine(), rounds, thrown,
	       "KB", "in turn", "at once");
	for (unsigned int i = 0; i < memory->sizes; i++) {
		double turn = bench_median(memory->turn_ns[i], rounds), once = bench_median(memory->once_ns[i], rounds);
		size_t kilobytes = ((size_t)SMALLEST << i) >> 10;

		printf("%10s %10.1f %10.1f\n", bench_count_text(kilobytes), turn, once);
		json_array_append_new(list, json_pack("{s:I, s:f, s:f}", "kilobytes", (json_int_t)kilobytes, "turn_ns", turn,
						      "once_ns", once));
	}
	printf("\nfirst touch of a page of %d octets: %.0f ns\n", PAGE_OCTETS, bench_median(memory->page_ns, rounds));
	json_object_set_new(json, "memory", list);
	json_object_set_new(json, "first_touch_ns", json_real(bench_median(memory->page_ns, rounds)));
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_read_options(argc, argv);
	static struct memory memory;
	size_t octets;
	unsigned int thrown;
	json_t *json;

	memory.sizes = options.quick ? SIZES / 2 : SIZES;
	octets = (size_t)SMALLEST << (memory.sizes - 1);
	memory.lines = (struct line *)map_small_pages(octets);
	run_round(&memory, 0);	/* pages in */
	thrown = bench_rounds(options.rounds, run_round, &memory);
	json = bench_json("memory", &options, thrown);
	show(&memory, options.rounds, thrown, json);
	bench_write_json(json, options.json);
	munmap(memory.lines, octets);
	return 0;
}
