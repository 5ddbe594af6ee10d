/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole set-ups, good and bad: each must give exactly the findings that its file `expect` lists. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "user/core/native.h"
#include "user/core/text.h"

typedef int read_config(struct gx_config *config, const char *file, struct gx_diag *diag, struct gx_progress *progress);

/* A folder of set-ups of one kind. */
struct group {
	const char *folder;
	const char *file; /* that a set-up starts at */
	read_config *read;
	size_t least; /* set-ups: an empty folder must not pass for a test */
	bool good;
};

/* All findings as `geoxdp check` prints them. */
static char *show_findings(struct gx_arena *arena, const struct gx_diag *diag)
{
	char *text = gx_arena_strdup(arena, "");

	for (size_t i = 0; i < diag->count; i++) {
		const struct gx_finding *finding = &diag->findings[i];
		const char *line = "";

		if (finding->where.line)
			line = gx_arena_printf(arena, ":%u", finding->where.line);
		if (finding->where.column)
			line = gx_arena_printf(arena, "%s:%u", line, finding->where.column);
		text = gx_arena_printf(arena, "%s%s%s: %s%s\n", text, finding->where.file, line,
				       finding->severity == GX_WARNING ? "warning: " : "", finding->text);
	}
	return text;
}

/* Returns whether the set-up in this folder gives what its file `expect` says. */
static bool check_case(const struct group *group, const char *folder)
{
	struct gx_arena arena = { 0 };
	struct gx_config config = { 0 };
	struct gx_diag diag = { 0 };
	struct gx_text expect = { 0 };
	const char *wanted, *found;
	bool passed = true;
	int ret;

	ret = group->read(&config, gx_arena_printf(&arena, "%s/%s", folder, group->file), &diag, NULL);
	found = show_findings(&arena, &diag);
	if (gx_text_read(&expect, gx_arena_printf(&arena, "%s/expect", folder), NULL, &diag) < 0) {
		printf("%s: has no readable file `expect`\n", folder);
		passed = false;
	}
	wanted = expect.data ? expect.data : "";
	if (strcmp(wanted, found) != 0) {
		printf("--- %s: expected\n%s+++ found\n%s", folder, wanted, found);
		passed = false;
	}
	if ((ret == 0) != group->good) {
		printf("%s: reading %s returned %d\n", folder, group->file, ret);
		passed = false;
	}
	gx_text_free(&expect);
	gx_config_free(&config);
	gx_diag_free(&diag);
	gx_arena_free(&arena);
	return passed;
}

static void check_group(const struct group *group)
{
	struct dirent **entries;
	size_t cases = 0, failed = 0;
	int count = scandir(group->folder, &entries, NULL, alphasort);

	assert_true(count >= 0);
	for (int i = 0; i < count; i++) {
		char folder[512];

		if (entries[i]->d_name[0] != '.') {
			snprintf(folder, sizeof(folder), "%s/%s", group->folder, entries[i]->d_name);
			failed += !check_case(group, folder);
			cases++;
		}
		free(entries[i]);
	}
	free(entries);
	assert_int_equal(failed, 0);
	assert_true(cases >= group->least);
}

static void test_bad_set_ups_give_their_findings(void **state)
{
	check_group(&(struct group){ "tests/data/bad", "pdns.conf", gx_config_read_pdns, 40, false });
}

static void test_good_set_ups_give_warnings_at_most(void **state)
{
	check_group(&(struct group){ "tests/data/good", "pdns.conf", gx_config_read_pdns, 8, true });
}

static void test_bad_native_set_ups_give_their_findings(void **state)
{
	check_group(&(struct group){ "tests/data/bad-native", "geoxdp.conf", gx_config_read_native, 60, false });
}

static void test_good_native_set_ups_give_warnings_at_most(void **state)
{
	check_group(&(struct group){ "tests/data/good-native", "geoxdp.conf", gx_config_read_native, 8, true });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_set_ups_give_their_findings),
		cmocka_unit_test(test_good_set_ups_give_warnings_at_most),
		cmocka_unit_test(test_bad_native_set_ups_give_their_findings),
		cmocka_unit_test(test_good_native_set_ups_give_warnings_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
