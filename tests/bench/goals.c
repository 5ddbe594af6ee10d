/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is to be reached and what was: one table of the results of several benchmarks.
 *
 *	goals JSON_FILE...
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/bench/harness.h"

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "?";
}

int main(int argc, char **argv)
{
	unsigned int missed = 0, absent = 0;
	char machine[512] = "";

	for (int i = 1; i < argc; i++) {
		json_error_t error;
		json_t *json = json_load_file(argv[i], 0, &error);

		if (!json) {
			printf("\n%s: no result (%s)\n", argv[i], error.text);
			absent++;
			continue;
		}
		if (strcmp(machine, text_of(json, "machine")) != 0) {
			snprintf(machine, sizeof(machine), "%s", text_of(json, "machine"));
			printf("\n%s\n", machine);
		}
		printf("\n%-58s %-8s %8s %8s %10s\n", text_of(json, "benchmark"), "", "goal", "stretch", "measured");
		missed += bench_show_goals(json);
		printf("%lld rounds, %lld thrown away%s\n", json_integer_value(json_object_get(json, "rounds")),
		       json_integer_value(json_object_get(json, "thrown_away")),
		       json_is_true(json_object_get(json, "quick")) ? "; --quick: of smaller worlds, not to be compared" : "");
		json_decref(json);
	}
	printf("\n%u goals not met%s\n", missed, absent ? ", and not all were measured" : "");
	return 0;
}
