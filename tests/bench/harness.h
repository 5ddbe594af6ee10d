/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all benchmarks share: time, rounds, medians, the machine's name, and how results are written. */
#ifndef GEOXDP_TESTS_BENCH_HARNESS_H
#define GEOXDP_TESTS_BENCH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#define BENCH_ROUNDS		15
#define BENCH_ROUNDS_MAX	200
#define BENCH_STEAL_PERCENT	2

/* Seconds of the monotonic clock. */
double bench_now_s(void);

/* Deterministic: every run, and every variant in it, is asked the same. */
uint64_t bench_random(uint64_t *state);
/* The same number for the same input, whoever asks. */
uint64_t bench_mix(uint64_t number);

/* "1,234,567"; of static storage, good for four calls. */
const char *bench_count_text(size_t number);

/* Print what went wrong, with errno where that is set, and exit with 1. */
void bench_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* What a command line says. */
struct bench_options {
	unsigned int rounds;	/* kept ones */
	const char *json;	/* file, or NULL */
	bool check;		/* no timing: is what is measured what it says? */
	bool quick;		/* smaller worlds */
	const char *only;	/* rows with this in their names, for a profiler; NULL: all */
	const char *lines;	/* file for bench_write_lines(), or NULL */
};

/* Read the command line of a benchmark; what is wrong with it ends the process with status 2. */
struct bench_options bench_read_options(int argc, char **argv);

/* Write where the machine code of each line of a program is: address, 0, file:line: text. See tools/profile. */
void bench_write_lines(int prog_fd, const char *path);

/**
 * bench_rounds - run rounds until as many are kept as are wanted
 * @rounds: how many
 * @run: one round; its number among those that are kept
 *
 * A round during which the host took more than BENCH_STEAL_PERCENT of the processors away is run again.
 *
 * Returns the rounds that were thrown away.
 */
unsigned int bench_rounds(unsigned int rounds, void (*run)(void *context, unsigned int round), void *context);

double bench_median(const double *values, unsigned int count);

/* "Linux 6.18 x86_64, 2 x Intel(R) ..."; of static storage. */
const char *bench_machine(void);

/* Machine and kernel, rounds and what was thrown away: the beginning of every result. */
json_t *bench_json(const char *what, const struct bench_options *options, unsigned int thrown);

/* What is to be reached. */
struct bench_goal {
	double goal, stretch;	/* 0: none */
	const char *unit;	/* "ns", "x", "%", "ms", ... */
	bool at_least;		/* else at most */
};

/* "met", "stretch", "not met"; without a goal: "". */
const char *bench_verdict(const struct bench_goal *goal, double measured);

/* Note in a result what was measured of what is to be reached: a line of the last table of `make bench`. */
void bench_put_goal(json_t *json, const struct bench_goal *goal, double measured, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The goals of a result as lines of a table. Returns how many are not met. */
unsigned int bench_show_goals(const json_t *json);

/* Write and free. file NULL: nothing is written. */
void bench_write_json(json_t *json, const char *file);

#endif
