/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp stats: how many packets were answered, or passed and why. */
#include <bpf/bpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/sys/serving.h"

static volatile sig_atomic_t gx_interrupted;

static void gx_interrupt(int signal)
{
	gx_interrupted = 1;
}

static int gx_look_at_counts(const char *interface, uint64_t counts[GX_REASON_COUNT], struct gx_failure *failure)
{
	char path[GX_PATH_OCTETS + 8];
	struct gx_serving serving;
	int error = gx_serving_open(&serving, interface, failure), fd;

	if (error)
		return error;
	snprintf(path, sizeof(path), "%s/stats", serving.folder);
	fd = bpf_obj_get(path);
	gx_serving_close(&serving);
	if (fd < 0)
		return gx_fail(failure, errno, NULL, "%s: open", path);
	error = gx_stats_read(fd, counts, failure);
	close(fd);
	return error;
}

static int gx_read_counts(const char *interface, uint64_t counts[GX_REASON_COUNT], struct gx_failure *failure)
{
	int error = -1;

	/* A swap may unpin the counters between finding and opening them. */
	for (int look = 0; look < GX_LOOKS && error; look++)
		error = gx_look_at_counts(interface, counts, failure);
	return error;
}

static json_t *gx_counts_json(const char *interface, const uint64_t *counts)
{
	json_t *reasons = json_object();

	for (unsigned int i = 0; i < GX_REASON_COUNT; i++)
		json_object_set_new(reasons, gx_reason_name(i), json_integer(counts[i]));
	return json_pack("{s:s, s:o}", "interface", interface, "counts", reasons);
}

/* before: the counts an interval ago, or NULL: no rates. Reasons that never occurred are left out. */
static void gx_counts_print(const char *interface, const uint64_t *counts, const uint64_t *before, double seconds)
{
	const char *kinds[] = { "SERVED", "PASSED", "DROPPED", "BUG" };

	printf("%s%s%s\n", gx_colour(STDOUT_FILENO, GX_BOLD), interface, gx_colour(STDOUT_FILENO, GX_PLAIN));
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(*kinds); kind++) {
		uint64_t sum = 0;

		for (unsigned int i = 0; i < GX_REASON_COUNT; i++)
			sum += strcmp(gx_reason_kind_name(i), kinds[kind]) ? 0 : counts[i];
		if (!sum && kind >= 2)
			continue;
		printf("  %12llu %s\n", (unsigned long long)sum, kinds[kind]);
		for (unsigned int i = 0; i < GX_REASON_COUNT; i++) {
			if (!counts[i] || strcmp(gx_reason_kind_name(i), kinds[kind]))
				continue;
			printf("  %12llu   %-18s %s", (unsigned long long)counts[i], gx_reason_name(i), gx_reason_text(i));
			if (before && seconds > 0)
				printf(" (%.0f/s)", (counts[i] - before[i]) / seconds);
			putchar('\n');
		}
	}
}

static int gx_stats_once(const struct gx_command *command, const struct gx_options *options, const char **interfaces,
			 size_t count, uint64_t (*before)[GX_REASON_COUNT], double seconds)
{
	json_t *list = options->json ? json_array() : NULL;
	int result = GX_EXIT_DONE;

	for (size_t i = 0; i < count; i++) {
		uint64_t counts[GX_REASON_COUNT];
		struct gx_failure failure;

		if (gx_read_counts(interfaces[i], counts, &failure)) {
			gx_complain(command, "%s", failure.text);
			result = GX_EXIT_FAILED;
			continue;
		}
		if (list)
			json_array_append_new(list, gx_counts_json(interfaces[i], counts));
		else
			gx_counts_print(interfaces[i], counts, seconds > 0 ? before[i] : NULL, seconds);
		memcpy(before[i], counts, sizeof(counts));
	}
	if (list)
		gx_print_json(list);
	return result;
}

static int gx_stats_watch(const struct gx_command *command, const struct gx_options *options, const char **interfaces,
			  size_t count, uint64_t (*before)[GX_REASON_COUNT])
{
	double interval = *options->watch ? atof(options->watch) : 1, elapsed = 0;
	struct timespec pause, last, now;
	int result;

	if (!(interval >= 0.1 && interval <= 3600)) {
		gx_complain(command, "--watch %s: 0.1 to 3600 seconds", options->watch);
		return GX_EXIT_USAGE;
	}
	pause.tv_sec = interval;
	pause.tv_nsec = (interval - pause.tv_sec) * 1e9;
	signal(SIGINT, gx_interrupt);
	signal(SIGTERM, gx_interrupt);
	clock_gettime(CLOCK_MONOTONIC, &last);
	do {
		if (!options->json)
			printf("%s", isatty(STDOUT_FILENO) ? "\033[H\033[J" : "");
		result = gx_stats_once(command, options, interfaces, count, before, elapsed);
		fflush(stdout);
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
		elapsed = now.tv_sec - last.tv_sec + (now.tv_nsec - last.tv_nsec) / 1e9;
		last = now;
	} while (!gx_interrupted && result == GX_EXIT_DONE && !ferror(stdout));
	return result;
}

int gx_cmd_stats(const struct gx_command *command, const struct gx_options *options)
{
	uint64_t (*before)[GX_REASON_COUNT];
	const char **interfaces;
	size_t count;
	int result;

	count = gx_serving_interfaces(options, &interfaces);
	if (!count) {
		gx_complain(command, "%s (`geoxdp up` starts)", gx_nothing_serves());
		return GX_EXIT_FAILED;
	}
	before = calloc(count, sizeof(*before));
	if (!before)
		return GX_EXIT_FAILED;
	if (options->watch)
		result = gx_stats_watch(command, options, interfaces, count, before);
	else
		result = gx_stats_once(command, options, interfaces, count, before, 0);
	free(before);
	return result;
}
