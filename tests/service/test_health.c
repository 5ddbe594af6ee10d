/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What results make of checks, and checks of units; checks of one generation and the next; files as switches. */
#include "tests/service/health_scene.h"

#define BOTH	(GX_UNIT_DOWN | GX_UNIT_PENDING)

/* A unit that a file switches, and the words of its reports. */
struct stage {
	struct folder *folder;
	struct scene scene;
	char *path;
	char down[256], up[256];
};

static void stage_set_up(struct stage *stage, void **state)
{
	stage->folder = *state;
	stage->path = folder_put(stage->folder, "switch", "up");
	snprintf(stage->down, sizeof(stage->down), "c %s: says down", stage->path);
	snprintf(stage->up, sizeof(stage->up), "c %s: says up", stage->path);
	scene_set_up(&stage->scene);
}

/* One attempt with this in the file. */
static void stage_say(struct stage *stage, const char *word)
{
	folder_put(stage->folder, "switch", word);
	scene_attempts(&stage->scene, 1);
}

static void test_the_nth_failure_in_a_row_takes_it_down_and_the_first_is_told_as_pending(void **state)
{
	struct stage stage;
	struct scene *scene = &stage.scene;

	stage_set_up(&stage, state);
	scene_file(scene, scene_unit(scene, "eu"), stage.path)->down = 3;
	scene->checks[1].up = 2;
	scene_set(scene);
	stage_say(&stage, "up");
	assert_nothing_told(scene);
	stage_say(&stage, "down");
	assert_told(scene, 1, GX_UNIT_PENDING, stage.down);
	stage_say(&stage, "down");
	assert_nothing_told(scene);
	stage_say(&stage, "down");
	assert_told(scene, 1, GX_UNIT_DOWN, stage.down);
	stage_say(&stage, "down");
	assert_nothing_told(scene);

	stage_say(&stage, "up");
	assert_told(scene, 1, BOTH, stage.up);
	stage_say(&stage, "up");
	assert_told(scene, 1, 0, stage.up);
	assert_int_equal(scene_counts(scene).attempts, 7);
	assert_int_equal(scene_counts(scene).failures, 4);
	assert_int_equal(scene_counts(scene).flips, 2);
	assert_int_equal(scene_counts(scene).undecided, 0);
	scene_tear_down(scene);
}

static void test_with_thresholds_of_one_the_first_result_decides(void **state)
{
	struct stage stage;

	stage_set_up(&stage, state);
	scene_file(&stage.scene, scene_unit(&stage.scene, "eu"), stage.path);
	scene_set(&stage.scene);
	stage_say(&stage, "down");
	assert_told(&stage.scene, 1, GX_UNIT_DOWN, stage.down);
	stage_say(&stage, "up");
	assert_told(&stage.scene, 1, 0, stage.up);
	scene_tear_down(&stage.scene);
}

static void test_flapping_below_the_threshold_never_flips(void **state)
{
	struct stage stage;

	stage_set_up(&stage, state);
	scene_file(&stage.scene, scene_unit(&stage.scene, "eu"), stage.path)->down = 2;
	scene_set(&stage.scene);
	for (int i = 0; i < 4; i++) {
		stage_say(&stage, "down");
		assert_told(&stage.scene, 1, GX_UNIT_PENDING, stage.down);
		stage_say(&stage, "up");
		assert_told(&stage.scene, 1, 0, stage.up);
	}
	assert_int_equal(scene_counts(&stage.scene).flips, 0);
	scene_tear_down(&stage.scene);
}

/* And pending only where the next results could bring it up: all that are down have begun to rise. */
static void test_a_unit_is_down_while_any_of_its_checks_is(void **state)
{
	struct stage stage;
	struct scene *scene = &stage.scene;
	char *other, other_down[256], other_up[256];

	stage_set_up(&stage, state);
	other = folder_put(stage.folder, "other", "up");
	snprintf(other_down, sizeof(other_down), "c %s: says down", other);
	snprintf(other_up, sizeof(other_up), "c %s: says up", other);
	scene_unit(scene, "eu");
	scene_file(scene, 1, stage.path)->up = 2;
	scene_file(scene, 1, other)->up = 2;
	scene_set(scene);

	folder_put(stage.folder, "switch", "down");
	scene_until_told(scene);
	assert_told(scene, 1, GX_UNIT_DOWN, stage.down);
	folder_put(stage.folder, "other", "down");
	scene_attempts(scene, 2);
	assert_nothing_told(scene);

	/* One of the two rises, and is up: the other holds the unit down. */
	folder_put(stage.folder, "switch", "up");
	scene_attempts(scene, 6);
	assert_nothing_told(scene);
	folder_put(stage.folder, "other", "up");
	scene_until_told(scene);
	assert_told(scene, 1, BOTH, other_up);
	scene_until_told(scene);
	assert_told(scene, 1, 0, other_up);
	scene_tear_down(scene);
}

static void test_the_same_check_keeps_its_state_under_another_number(void **state)
{
	struct stage stage;
	struct scene *scene = &stage.scene;

	stage_set_up(&stage, state);
	scene_unit(scene, "eu");
	scene_file(scene, 1, stage.path)->down = 3;
	scene_set(scene);
	stage_say(&stage, "down");
	assert_told(scene, 1, GX_UNIT_PENDING, stage.down);
	stage_say(&stage, "down");

	/* Another generation has another unit in front of it; what is behind the ends of texts does not count. */
	scene->units[2] = scene->units[1];
	scene->n_units = 1;
	scene_unit(scene, "asia");
	scene->n_units = 3;
	scene->checks[1].unit = 2;
	strcpy(scene->checks[1].name + 10, "garbage");
	scene_set(scene);
	assert_nothing_told(scene);
	stage_say(&stage, "down");
	assert_told(scene, 2, GX_UNIT_DOWN, stage.down);
	assert_int_equal(scene_counts(scene).attempts, 3);
	scene_tear_down(scene);
}

static void test_a_kept_check_keeps_its_schedule(void **state)
{
	struct stage stage;
	struct scene *scene = &stage.scene;

	stage_set_up(&stage, state);
	scene_file(scene, scene_unit(scene, "eu"), stage.path)->interval_ms = 60000;
	scene_set(scene);
	scene_attempts(scene, 1);
	for (int i = 0; i < 5; i++)
		scene_set(scene);
	scene_run_ms(scene, 100);
	assert_int_equal(scene_counts(scene).attempts, 1);
	/* A changed one is new, and looked at at once. */
	scene->checks[1].interval_ms = 50000;
	scene_set(scene);
	scene_attempts(scene, 1);
	assert_int_equal(scene_counts(scene).checks, 1);
	scene_tear_down(scene);
}

static void test_a_changed_check_begins_where_its_unit_is(void **state)
{
	struct stage stage;
	struct scene *scene = &stage.scene;

	stage_set_up(&stage, state);
	scene_unit(scene, "eu");
	scene_file(scene, 1, stage.path)->up = 3;
	scene->units[1].flags = GX_UNIT_SITE | GX_UNIT_DRAINED | GX_UNIT_DOWN;
	scene_set(scene);
	assert_nothing_told(scene);
	stage_say(&stage, "up");
	assert_told(scene, 1, BOTH, stage.up);
	/* Its threshold changes: it is down still, and its run begins anew. */
	scene->checks[1].up = 2;
	scene_set(scene);
	assert_told(scene, 1, GX_UNIT_DOWN, "its checks changed");
	stage_say(&stage, "up");
	assert_told(scene, 1, BOTH, stage.up);
	stage_say(&stage, "up");
	assert_told(scene, 1, 0, stage.up);
	scene_tear_down(scene);
}

static void test_a_unit_comes_up_when_its_failing_check_is_gone(void **state)
{
	struct stage stage;
	struct scene *scene = &stage.scene;

	stage_set_up(&stage, state);
	scene_unit(scene, "eu");
	scene_file(scene, 1, stage.path);
	scene_file(scene, 1, folder_path(stage.folder, "missing"));
	scene_set(scene);
	folder_put(stage.folder, "switch", "down");
	scene_attempts(scene, 2);
	assert_told(scene, 1, GX_UNIT_DOWN, stage.down);
	scene->checks[1] = scene->checks[2];
	scene->n_checks = 2;
	scene_set(scene);
	assert_told(scene, 1, 0, "its checks changed");

	scene->units[1].flags = BOTH;
	scene->n_checks = 1;
	scene_set(scene);
	assert_told(scene, 1, 0, "it has no check any more");
	scene_run_ms(scene, 150);
	assert_nothing_told(scene);
	assert_int_equal(scene_counts(scene).checks, 0);
	scene_tear_down(scene);
}

static void test_equal_checks_are_two(void **state)
{
	struct stage stage;
	struct scene *scene = &stage.scene;

	stage_set_up(&stage, state);
	scene_unit(scene, "eu");
	scene_file(scene, 1, stage.path);
	scene_file(scene, 1, stage.path);
	scene_set(scene);
	assert_int_equal(scene_counts(scene).checks, 2);
	scene->n_checks = 2;
	scene_set(scene);
	assert_int_equal(scene_counts(scene).checks, 1);
	scene->n_checks = 3;
	scene_set(scene);
	assert_int_equal(scene_counts(scene).checks, 2);
	scene_attempts(scene, 4);
	scene_tear_down(scene);
}

static void test_only_the_first_word_down_is_a_failure(void **state)
{
	static const struct {
		const char *content;
		const char *says;	/* NULL: it is up */
	} cases[] = {
		{ "down", "says down" },
		{ "down\n", "says down" },
		{ "\n\t down for maintenance\n", "says down" },
		{ "DOWN\r\n", "says DOWN" },
		{ "up", NULL },
		{ "", NULL },
		{ "\n", NULL },
		{ "downtown", NULL },
		{ "dow", NULL },
		{ "not down", NULL },
		{ "up\ndown\n", NULL },
	};
	struct folder *folder = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene scene;
		char *path = folder_put(folder, "switch", cases[i].content), why[256];

		scene_set_up(&scene);
		scene_file(&scene, scene_unit(&scene, "eu"), path);
		scene_set(&scene);
		scene_attempts(&scene, 1);
		snprintf(why, sizeof(why), "c %s: %s", path, cases[i].says ? cases[i].says : "");
		if (cases[i].says)
			assert_told(&scene, 1, GX_UNIT_DOWN, why);
		else
			assert_nothing_told(&scene);
		assert_int_equal(scene_counts(&scene).undecided, 0);
		scene_tear_down(&scene);
	}
}

static void test_a_file_that_is_not_there_is_no_order_to_go_down(void **state)
{
	struct stage stage;
	char why[256];

	stage_set_up(&stage, state);
	scene_file(&stage.scene, scene_unit(&stage.scene, "eu"), stage.path);
	scene_set(&stage.scene);
	stage_say(&stage, "down");
	assert_told(&stage.scene, 1, GX_UNIT_DOWN, stage.down);
	assert_int_equal(unlink(stage.path), 0);
	scene_attempts(&stage.scene, 1);
	snprintf(why, sizeof(why), "c %s: is not there", stage.path);
	assert_told(&stage.scene, 1, 0, why);
	scene_tear_down(&stage.scene);
}

static void test_what_is_no_file_says_nothing_and_blocks_nothing(void **state)
{
	struct folder *folder = *state;
	struct scene scene;
	char *path = folder_path(folder, "fifo"), why[256];

	assert_int_equal(mkfifo(path, 0600), 0);
	scene_set_up(&scene);
	scene_file(&scene, scene_unit(&scene, "eu"), path);
	scene_set(&scene);
	scene_attempts(&scene, 3);
	snprintf(why, sizeof(why), "c %s: is no regular file", path);
	assert_undecided(&scene, why);
	scene.n_checks = 1;
	scene_file(&scene, 1, folder->path);
	scene_set(&scene);
	scene_attempts(&scene, 1);
	snprintf(why, sizeof(why), "c %s: is no regular file", folder->path);
	assert_undecided(&scene, why);
	scene_tear_down(&scene);
}

/* The tables are the kernel's memory, and others can write to it. */
static void test_a_table_full_of_garbage_is_survived(void **state)
{
	struct scene scene;
	uint32_t seed = 1;

	scene_set_up(&scene);
	memset(scene.units, 'u', sizeof(scene.units));
	scene.n_units = SCENE_MAX;
	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < sizeof(scene.checks); i++) {
			seed = seed * 1664525 + 1013904223;
			((uint8_t *)scene.checks)[i] = 'a' + (seed >> 24) % 20;
		}
		for (size_t i = 0; i < SCENE_MAX; i++) {
			scene.checks[i].kind = i % 7;
			/* No name is resolved, and no program of the machine started. */
			scene.checks[i].unit = i % 7 == GX_CHECK_FILE ? i : 1000 + i;
			scene.units[i].flags = 0;
		}
		scene.checks[4].unit = 0;
		scene.n_checks = SCENE_MAX;
		scene_set(&scene);
		/* 11, 18 and 25: what has a unit, and a kind that looks at one. */
		assert_int_equal(scene_counts(&scene).checks, 3);
	}
	scene_tear_down(&scene);
}

static void test_numbers_of_a_table_that_are_in_no_range_are_made_to_fit(void **state)
{
	struct stage stage;
	struct scene *scene = &stage.scene;
	struct gx_check *check;
	uint64_t begin;

	stage_set_up(&stage, state);
	check = scene_file(scene, scene_unit(scene, "eu"), stage.path);
	check->interval_ms = check->timeout_ms = check->up = check->down = 0;
	check->jitter_percent = 255;
	begin = now_ms(); /* before the first: one that ends late shortens nothing */
	scene_set(scene);
	scene_attempts(scene, 2);
	/* Half of 100 ms, and libevent's clock has steps of four. */
	assert_true(now_ms() - begin >= 40);
	assert_nothing_told(scene);
	scene_tear_down(scene);
}

/* How long the program takes does not matter here. */
static void test_more_arguments_than_the_table_has_are_not_looked_for(void **state)
{
	struct scene scene;
	struct gx_check *check;

	scene_set_up(&scene);
	check = scene_exec(&scene, scene_unit(&scene, "eu"), (const char *const[]){ "/bin/true", NULL });
	check->n_arguments = UINT16_MAX;
	check->interval_ms = check->timeout_ms = 60000;
	scene_set(&scene);
	scene_attempts(&scene, 1);
	assert_nothing_told(&scene);
	assert_int_equal(scene_counts(&scene).failures, 0);
	assert_int_equal(scene_counts(&scene).undecided, 0);
	scene_tear_down(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_the_nth_failure_in_a_row_takes_it_down_and_the_first_is_told_as_pending),
		folder_test(test_with_thresholds_of_one_the_first_result_decides),
		folder_test(test_flapping_below_the_threshold_never_flips),
		folder_test(test_a_unit_is_down_while_any_of_its_checks_is),
		folder_test(test_the_same_check_keeps_its_state_under_another_number),
		folder_test(test_a_kept_check_keeps_its_schedule),
		folder_test(test_a_changed_check_begins_where_its_unit_is),
		folder_test(test_a_unit_comes_up_when_its_failing_check_is_gone),
		folder_test(test_equal_checks_are_two),
		folder_test(test_only_the_first_word_down_is_a_failure),
		folder_test(test_a_file_that_is_not_there_is_no_order_to_go_down),
		folder_test(test_what_is_no_file_says_nothing_and_blocks_nothing),
		cmocka_unit_test(test_a_table_full_of_garbage_is_survived),
		folder_test(test_numbers_of_a_table_that_are_in_no_range_are_made_to_fit),
		cmocka_unit_test(test_more_arguments_than_the_table_has_are_not_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
