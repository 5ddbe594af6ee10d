/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all benchmarks share: time, rounds, medians, the machine's name, and how results are written. */
#include "tests/bench/harness.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* Rounds are not thrown away for ever. */
#define THROWN_MAX 50

double bench_now_s(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t bench_mix(uint64_t number)
{
	number += 0x9e3779b97f4a7c15ull;
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ull;
	number = (number ^ number >> 27) * 0x94d049bb133111ebull;
	return number ^ number >> 31;
}

uint64_t bench_random(uint64_t *state)
{
	return bench_mix((*state)++);
}

const char *bench_count_text(size_t number)
{
	static char texts[4][32];
	static unsigned int next;
	char *text = texts[next++ % 4], digits[32];
	size_t count = (size_t)snprintf(digits, sizeof(digits), "%zu", number), to = 0;

	for (size_t i = 0; i < count; i++) {
		if (i && (count - i) % 3 == 0)
			text[to++] = ',';
		text[to++] = digits[i];
	}
	text[to] = 0;
	return text;
}

void bench_fail(const char *format, ...)
{
	int error = errno;
	va_list args;

	fputs("bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	if (error)
		fprintf(stderr, ": %s", strerror(error));
	fputc('\n', stderr);
	exit(1);
}

struct bench_options bench_read_options(int argc, char **argv)
{
	struct bench_options options = { .rounds = BENCH_ROUNDS };

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json") && i + 1 < argc)
			options.json = argv[++i];
		else if (!strcmp(argv[i], "--rounds") && i + 1 < argc)
			options.rounds = (unsigned int)atoi(argv[++i]);
		else if (!strcmp(argv[i], "--only") && i + 1 < argc)
			options.only = argv[++i];
		else if (!strcmp(argv[i], "--lines") && i + 1 < argc)
			options.lines = argv[++i];
		else if (!strcmp(argv[i], "--check"))
			options.check = true;
		else if (!strcmp(argv[i], "--quick"))
			options.quick = true;
		else
			options.rounds = 0;
	}
	if (options.rounds < 1 || options.rounds > BENCH_ROUNDS_MAX) {
		fprintf(stderr, "usage: %s [--rounds 1..%d] [--quick] [--only NAME] [--json FILE] [--lines FILE] [--check]\n", argv[0],
			BENCH_ROUNDS_MAX);
		exit(2);
	}
	return options;
}

/* --- rounds ------------------------------------------------------------------------------------ */

/* Ticks that the host took away, and all ticks. */
static void read_steal(uint64_t *steal, uint64_t *all)
{
	unsigned long long ticks[8] = {0};
	FILE *file = fopen("/proc/stat", "r");

	if (!file || fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1], &ticks[2],
			    &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7]) != 8)
		bench_fail("/proc/stat: read");
	fclose(file);
	*steal = ticks[7];
	*all = 0;
	for (int i = 0; i < 8; i++)
		*all += ticks[i];
}

unsigned int bench_rounds(unsigned int rounds, void (*run)(void *context, unsigned int round), void *context)
{
	unsigned int thrown = 0;

	for (unsigned int round = 0; round < rounds;) {
		uint64_t steal[2], all[2];

		read_steal(&steal[0], &all[0]);
		run(context, round);
		read_steal(&steal[1], &all[1]);
		if ((steal[1] - steal[0]) * 100 <= BENCH_STEAL_PERCENT * (all[1] - all[0]))
			round++;
		else if (++thrown > THROWN_MAX)
			bench_fail("more than %d rounds with more than %d %% steal: a quieter machine is needed",
				   THROWN_MAX, BENCH_STEAL_PERCENT);
	}
	return thrown;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return a < b ? -1 : a > b;
}

double bench_median(const double *values, unsigned int count)
{
	double sorted[BENCH_ROUNDS_MAX];

	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), compare);
	return count & 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* --- results ----------------------------------------------------------------------------------- */

static void read_processor(char *text, size_t octets)
{
	char line[256];
	FILE *file = fopen("/proc/cpuinfo", "r");

	snprintf(text, octets, "processors");
	while (file && fgets(line, sizeof(line), file)) {
		char *colon = strchr(line, ':');

		if (!colon || strncmp(line, "model name", 10) != 0)
			continue;
		colon[strcspn(colon, "\n")] = 0;
		snprintf(text, octets, "%s", colon + 2);
		break;
	}
	if (file)
		fclose(file);
}

const char *bench_machine(void)
{
	static char text[512];
	char processor[256];
	struct utsname kernel;

	uname(&kernel);
	read_processor(processor, sizeof(processor));
	snprintf(text, sizeof(text), "Linux %.64s %.32s, %ld x %s", kernel.release, kernel.machine,
		 sysconf(_SC_NPROCESSORS_ONLN), processor);
	return text;
}

json_t *bench_json(const char *what, const struct bench_options *options, unsigned int thrown)
{
	return json_pack("{s:s, s:s, s:i, s:i, s:b}", "benchmark", what, "machine", bench_machine(), "rounds",
			 (int)options->rounds, "thrown_away", (int)thrown, "quick", options->quick);
}

const char *bench_verdict(const struct bench_goal *goal, double measured)
{
	double sign = goal->at_least ? -1 : 1;

	if (goal->goal <= 0)
		return "";
	if (goal->stretch > 0 && sign * measured <= sign * goal->stretch)
		return "stretch";
	return sign * measured <= sign * goal->goal ? "met" : "not met";
}

void bench_put_goal(json_t *json, const struct bench_goal *goal, double measured, const char *format, ...)
{
	json_t *goals = json_object_get(json, "goals");
	char what[128];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (!goals) {
		goals = json_array();
		json_object_set_new(json, "goals", goals);
	}
	json_array_append_new(goals, json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:s}", "what", what, "unit", goal->unit,
					       "bound", goal->at_least ? "at least" : "at most", "goal", goal->goal,
					       "stretch", goal->stretch, "measured", measured, "verdict",
					       bench_verdict(goal, measured)));
}

unsigned int bench_show_goals(const json_t *json)
{
	const char *what, *unit, *bound, *verdict;
	double goal, stretch, measured;
	unsigned int missed = 0;
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(json, "goals"), i, line) {
		char text[32] = "";

		if (json_unpack(line, "{s:s, s:s, s:s, s:F, s:F, s:F, s:s}", "what", &what, "unit", &unit, "bound", &bound,
				"goal", &goal, "stretch", &stretch, "measured", &measured, "verdict", &verdict))
			bench_fail("goal %zu: not of the form that is written", i);
		if (stretch > 0)
			snprintf(text, sizeof(text), "%g", stretch);
		printf("%-58s %-8s %8g %8s %10.2f %-8s %s\n", what, bound, goal, text, measured, unit, verdict);
		missed += !strcmp(verdict, "not met");
	}
	return missed;
}

void bench_write_json(json_t *json, const char *file)
{
	if (file && json_dump_file(json, file, JSON_INDENT(1) | JSON_REAL_PRECISION(6)))
		bench_fail("%s: write", file);
	json_decref(json);
}
