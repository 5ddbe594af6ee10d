/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Selection: which of its options a choice takes, given what is up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "user/core/select.h"

/*
 * One list from option 1 on: eu needs unit 1, us unit 2, and both with their target 3 and 4. Answers are 100, 200
 * and so on, clamped ones 1 more. Unit 5 is of an option that stands alone, from 4 on.
 */
enum { EU = 1, US, EU_TARGET, US_TARGET, ALONE, UNITS };

#define ADDRESS 0x010200c0	/* of the first option; the others have cells */

struct scene {
	struct gx_choice choices[4];
	struct gx_option options[6];
	struct gx_unit_ref refs[8];
	struct gx_unit units[UNITS];
	struct gx_selection selection;
};

static struct scene scene_of(uint16_t last_flags)
{
	return (struct scene){
		.choices = { { .answer = 100 }, { 100, ADDRESS, 1, 0 }, { 200, 0, 1, 0 }, { 400, 0, 4, 0 } },
		.options = {
			[1] = { 100, 101, ADDRESS, 1, 2, 0 },
			[2] = { 200, 201, 0, 3, 2, last_flags ? 0 : GX_OPTION_LAST },
			[3] = { 300, 301, 0, 0, 0, GX_OPTION_LAST },
			[4] = { 400, 401, 0, 5, 1, GX_OPTION_LAST | last_flags },
		},
		.refs = { [1] = { .unit = EU }, { .unit = EU_TARGET }, { .unit = US }, { .unit = US_TARGET },
			  { .unit = ALONE } },
	};
}

static struct gx_selection *connect(struct scene *scene)
{
	scene->selection = (struct gx_selection){
		scene->choices, 4, scene->options, 5, scene->refs, 6, scene->units, UNITS,
	};
	return &scene->selection;
}

/* What a choice with these options has then. */
static uint32_t selected(const struct gx_selection *selection, uint32_t first, uint32_t current)
{
	const struct gx_choice choice = { .answer = current, .address = 9, .option = first };
	const struct gx_choice out = gx_select_choice(selection, choice);

	assert_int_equal(out.option, first);
	/* The address goes with the answer. */
	assert_int_equal(out.address, out.answer == current ? 9 : out.answer / 100 == 1 ? ADDRESS : 0);
	return out.answer;
}

static void test_the_first_that_is_up(void **state)
{
	struct scene scene = scene_of(0);
	struct gx_selection *selection = connect(&scene);

	assert_int_equal(selected(selection, 1, 7), 100);
	scene.units[EU_TARGET].flags = GX_UNIT_DOWN;
	assert_int_equal(selected(selection, 1, 7), 200);
	scene.units[EU_TARGET].flags = 0;
	scene.units[EU].flags = GX_UNIT_SITE | GX_UNIT_DOWN;
	assert_int_equal(selected(selection, 1, 7), 200);
}

static void test_a_drain_clamps_what_comes_after(void **state)
{
	struct scene scene = scene_of(0);
	struct gx_selection *selection = connect(&scene);

	scene.units[EU].flags = GX_UNIT_DRAINED;
	assert_int_equal(selected(selection, 1, 7), 201);
	scene.units[EU].flags = 0;
	scene.units[US].flags = GX_UNIT_DRAINED;
	assert_int_equal(selected(selection, 1, 7), 100);	/* what comes after does not matter */
}

static void test_pending_clamps(void **state)
{
	struct scene scene = scene_of(0);
	struct gx_selection *selection = connect(&scene);

	scene.units[EU_TARGET].flags = GX_UNIT_PENDING;
	assert_int_equal(selected(selection, 1, 7), 101);
	scene.units[EU_TARGET].flags = GX_UNIT_PENDING | GX_UNIT_DOWN;
	assert_int_equal(selected(selection, 1, 7), 201);
}

static void test_none_is_up(void **state)
{
	struct scene scene = scene_of(0);
	struct gx_selection *selection = connect(&scene);

	scene.units[EU_TARGET].flags = scene.units[US_TARGET].flags = GX_UNIT_DOWN;
	assert_int_equal(selected(selection, 1, 7), 100);
	scene.units[EU].flags = GX_UNIT_DRAINED;			/* down is better than drained */
	assert_int_equal(selected(selection, 1, 7), 201);
	scene.units[US].flags = GX_UNIT_DRAINED;			/* all are drained: the first */
	assert_int_equal(selected(selection, 1, 7), 101);
	scene.units[ALONE].flags = GX_UNIT_DOWN;
	assert_int_equal(selected(selection, 4, 7), 400);
}

static void test_a_last_resort_needs_nothing(void **state)
{
	struct scene scene = scene_of(GX_OPTION_KEEP);	/* and the list goes on to 300 */
	struct gx_selection *selection = connect(&scene);

	scene.units[EU].flags = scene.units[US].flags = GX_UNIT_DOWN;
	assert_int_equal(selected(selection, 1, 7), 300);
	scene.units[US].flags = GX_UNIT_DRAINED;
	assert_int_equal(selected(selection, 1, 7), 301);
}

static void test_keep(void **state)
{
	struct scene scene = scene_of(GX_OPTION_KEEP);
	struct gx_selection *selection = connect(&scene);

	assert_int_equal(selected(selection, 4, 7), 400);
	scene.units[ALONE].flags = GX_UNIT_DOWN;
	assert_int_equal(selected(selection, 4, 7), 7);
	scene.units[ALONE].flags = GX_UNIT_DRAINED;
	assert_int_equal(selected(selection, 4, 7), 7);
}

/* The generation before kept it; this one has never been asked, and has the answer that it was built with. */
static void test_recall_what_was_up_last(void **state)
{
	struct scene scene = scene_of(0);
	struct gx_selection *selection = connect(&scene);

	scene.options[2].flags = GX_OPTION_LAST | GX_OPTION_KEEP;
	gx_select_recall(selection);
	assert_int_equal(scene.choices[1].answer, 100);			/* all are up */
	scene.units[EU].flags = scene.units[US].flags = GX_UNIT_DOWN;
	scene.units[EU].fell = 1;
	scene.units[US].fell = 2;
	gx_select_recall(selection);
	assert_int_equal(scene.choices[0].answer, 100);			/* of no list */
	assert_int_equal(scene.choices[1].answer, 200);
	assert_int_equal(scene.choices[1].address, 0);
	assert_int_equal(scene.choices[3].answer, 400);			/* up */
	scene.units[US_TARGET].flags = GX_UNIT_DOWN;			/* fell before its site, with eu */
	scene.units[US_TARGET].fell = 1;
	gx_select_recall(selection);
	assert_int_equal(scene.choices[1].answer, 100);			/* the first of two that fell together */
	scene.units[EU].flags = GX_UNIT_DRAINED;
	gx_select_recall(selection);
	assert_int_equal(scene.choices[1].answer, 200);
	scene.units[US].flags = scene.units[US_TARGET].flags = 0;
	scene.choices[1].answer = 7;
	gx_select_recall(selection);
	assert_int_equal(scene.choices[1].answer, 7);			/* something is up: gx_select_all() takes it */
	scene.units[US].flags = GX_UNIT_DOWN;
	scene.options[2].flags = GX_OPTION_LAST;
	gx_select_recall(selection);
	assert_int_equal(scene.choices[1].answer, 7);			/* nothing is kept */
}

static void test_broken_tables_change_nothing(void **state)
{
	struct scene scene = scene_of(0);
	struct gx_selection *selection = connect(&scene);

	assert_int_equal(selected(selection, 5, 7), 7);		/* no such option */
	assert_int_equal(selected(selection, UINT32_MAX, 7), 7);
	scene.options[4].flags = 0;					/* no end */
	scene.units[ALONE].flags = GX_UNIT_DOWN;
	assert_int_equal(selected(selection, 4, 7), 7);
	scene.refs[1].unit = UNITS;					/* no such unit */
	assert_int_equal(selected(selection, 1, 7), 7);
	scene.refs[1].unit = EU;
	scene.options[1].units = UINT32_MAX;				/* beyond option_units */
	assert_int_equal(selected(selection, 1, 7), 7);
}

static void test_all_choices(void **state)
{
	struct scene scene = scene_of(0);
	struct gx_selection *selection = connect(&scene);

	assert_int_equal(gx_select_all(selection), 1);			/* the one that says 200 */
	assert_int_equal(gx_select_all(selection), 0);
	scene.units[EU].flags = GX_UNIT_DRAINED;
	assert_int_equal(gx_select_all(selection), 2);
	assert_int_equal(scene.choices[0].answer, 100);			/* has no options */
	assert_int_equal(scene.choices[1].answer, 201);
	assert_int_equal(scene.choices[1].address, 0);
	assert_int_equal(scene.choices[2].answer, 201);
	assert_int_equal(scene.choices[3].answer, 400);
	scene.units[EU].flags = 0;
	assert_int_equal(gx_select_all(selection), 2);
	assert_int_equal(scene.choices[1].answer, 100);
	assert_int_equal(scene.choices[1].address, ADDRESS);
	scene.choices[1].address = 0;					/* another address is another answer */
	assert_int_equal(gx_select_all(selection), 1);
	assert_int_equal(scene.choices[1].address, ADDRESS);
}

static void test_what_still_names_a_drained_site(void **state)
{
	struct scene scene = scene_of(0);
	struct gx_selection *selection = connect(&scene);

	gx_select_all(selection);
	assert_int_equal(gx_select_count(selection, GX_UNIT_DRAINED), 0);
	scene.units[EU].flags = GX_UNIT_DRAINED;
	assert_int_equal(gx_select_count(selection, GX_UNIT_DRAINED), 2);	/* not yet selected anew */
	scene.units[ALONE].flags = GX_UNIT_DRAINED;
	gx_select_all(selection);
	assert_int_equal(gx_select_count(selection, GX_UNIT_DRAINED), 1);	/* nothing else is left */
	scene.units[US].flags = GX_UNIT_DRAINED;
	gx_select_all(selection);
	assert_int_equal(gx_select_count(selection, GX_UNIT_DRAINED), 3);
	assert_int_equal(gx_select_count(selection, GX_UNIT_DOWN), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_that_is_up),
		cmocka_unit_test(test_a_drain_clamps_what_comes_after),
		cmocka_unit_test(test_pending_clamps),
		cmocka_unit_test(test_none_is_up),
		cmocka_unit_test(test_a_last_resort_needs_nothing),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_recall_what_was_up_last),
		cmocka_unit_test(test_broken_tables_change_nothing),
		cmocka_unit_test(test_all_choices),
		cmocka_unit_test(test_what_still_names_a_drained_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
