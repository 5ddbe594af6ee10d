/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings: kept in order, bounded per file, and quoting safely. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "user/core/diag.h"

static void errors_are_counted_and_warnings_are_not(void **state)
{
	const struct gx_where where = { .file = "a", .line = 3, .column = 7 };
	struct gx_diag diag = {0};

	gx_warn(&diag, &where, "%s: %s", "odd", "even");
	assert_int_equal(diag.errors, 0);
	gx_error(&diag, &where, "%d is wrong: %d", 1, 2);
	assert_int_equal(diag.errors, 1);
	assert_int_equal(diag.count, 2);
	assert_int_equal(diag.findings[0].severity, GX_WARNING);
	assert_string_equal(diag.findings[0].text, "odd: even");
	assert_int_equal(diag.findings[1].severity, GX_ERROR);
	assert_string_equal(diag.findings[1].text, "1 is wrong: 2");
	assert_string_equal(diag.findings[1].where.file, "a");
	assert_int_equal(diag.findings[1].where.line, 3);
	assert_int_equal(diag.findings[1].where.column, 7);
	gx_diag_free(&diag);
	assert_int_equal(diag.count, 0);
}

static void file_names_are_copied(void **state)
{
	char name[] = "a";
	struct gx_diag diag = {0};

	gx_error(&diag, &(struct gx_where){ .file = name }, "x");
	name[0] = 'b';
	gx_error(&diag, &(struct gx_where){ .file = name }, "x");
	assert_string_equal(diag.findings[0].where.file, "a");
	assert_string_equal(diag.findings[1].where.file, "b");
	gx_diag_free(&diag);
}

static void a_finding_may_be_of_no_file(void **state)
{
	struct gx_diag diag = {0};

	gx_error(&diag, &(struct gx_where){0}, "x");
	gx_error(&diag, &(struct gx_where){ .file = "a" }, "y");
	gx_diag_sort(&diag);
	assert_null(diag.findings[0].where.file);
	assert_string_equal(diag.findings[1].where.file, "a");
	gx_diag_free(&diag);
}

static void many_findings_of_one_file_are_counted_and_not_kept(void **state)
{
	struct gx_diag diag = {0};

	for (uint32_t i = 1; i <= 10 * GX_FINDINGS_PER_FILE; i++)
		gx_error(&diag, &(struct gx_where){ .file = "a", .line = i }, "x");
	assert_int_equal(diag.count, GX_FINDINGS_PER_FILE);
	assert_int_equal(diag.errors, 10 * GX_FINDINGS_PER_FILE);
	assert_int_equal(diag.findings[diag.count - 1].where.line, GX_FINDINGS_PER_FILE);
	/* Another file has its own room. */
	gx_error(&diag, &(struct gx_where){ .file = "b" }, "x");
	assert_int_equal(diag.count, GX_FINDINGS_PER_FILE + 1);
	gx_diag_free(&diag);
}

static void warnings_never_crowd_out_an_error(void **state)
{
	struct gx_diag diag = {0};

	for (uint32_t i = 1; i <= 10 * GX_FINDINGS_PER_FILE; i++)
		gx_warn(&diag, &(struct gx_where){ .file = "a", .line = i }, "x");
	gx_error(&diag, &(struct gx_where){ .file = "a", .line = 9999 }, "the error");
	assert_int_equal(diag.count, GX_FINDINGS_PER_FILE + 1);
	assert_string_equal(diag.findings[diag.count - 1].text, "the error");
	gx_diag_free(&diag);
}

static void sorting_is_by_first_sight_of_the_file_then_place_then_arrival(void **state)
{
	static const struct {
		struct gx_where where;
		const char *text;
	} added[] = {
		{ { "z", 9, 0 }, "5" }, { { "a", 2, 0 }, "8" }, { { "z", 1, 4 }, "2" },
		{ { "z", 1, 0 }, "1" }, { { "a", 0, 0 }, "7" }, { { "z", 1, 9 }, "3" },
		{ { "z", 1, 9 }, "4" }, { { "z", 10, 0 }, "6" },
	};
	struct gx_diag diag = {0};

	for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++)
		gx_error(&diag, &added[i].where, "%s", added[i].text);
	gx_diag_sort(&diag);
	for (size_t i = 0; i < diag.count; i++)
		assert_int_equal(diag.findings[i].text[0], '1' + (int)i);
	gx_diag_free(&diag);
}

static void sorting_nothing_is_nothing(void **state)
{
	struct gx_diag diag = {0};

	gx_diag_sort(&diag);
	assert_int_equal(diag.count, 0);
	gx_diag_free(&diag);
}

static void a_quote_is_printable_whatever_the_text_is(void **state)
{
	char buffer[GX_QUOTE_OCTETS];

	assert_string_equal(gx_quote("us", 2, buffer), "'us'");
	assert_string_equal(gx_quote("us, and more", 2, buffer), "'us'");
	assert_string_equal(gx_quote("", 0, buffer), "''");
	assert_string_equal(gx_quote("a\0b\n\x1b[31m\x7f\xc3\xa9", 12, buffer),
			    "'a\\x00b\\x0a\\x1b[31m\\x7f\\xc3\\xa9'");
}

static void a_quote_of_a_long_text_is_cut_and_fits(void **state)
{
	char text[3 * GX_QUOTE_OCTETS];
	char buffer[GX_QUOTE_OCTETS + 1];

	buffer[GX_QUOTE_OCTETS] = '*';
	for (size_t len = 0; len <= sizeof(text); len++) {
		size_t quoted;

		memset(text, len % 2 ? '\xff' : 'x', sizeof(text));
		gx_quote(text, len, buffer);
		quoted = strlen(buffer);
		assert_true(quoted < GX_QUOTE_OCTETS);
		assert_int_equal(buffer[0], '\'');
		assert_int_equal(buffer[quoted - 1], '\'');
		if (len > GX_QUOTE_OCTETS)
			assert_memory_equal(buffer + quoted - 4, "...'", 4);
	}
	assert_int_equal(buffer[GX_QUOTE_OCTETS], '*');
}

static void memory_of_an_arena_is_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 65535, 65536, 65537, 1 << 20, 8 };
	struct gx_arena arena = {0};
	unsigned char *blocks[sizeof(sizes) / sizeof(sizes[0])];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		blocks[i] = gx_arena_alloc(&arena, sizes[i]);
		assert_int_equal((uintptr_t)blocks[i] % 16, 0);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(blocks[i][j], 0);
		memset(blocks[i], 0xaa, sizes[i]);
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(blocks[i], blocks[j]);
	}
	gx_arena_free(&arena);
	assert_null(arena.blocks);
}

static void texts_in_an_arena_are_copies_that_end(void **state)
{
	struct gx_arena arena = {0};
	char text[] = "geoxdp";

	assert_string_equal(gx_arena_strdup(&arena, text), "geoxdp");
	assert_ptr_not_equal(gx_arena_strdup(&arena, text), text);
	assert_string_equal(gx_arena_strndup(&arena, text, 3), "geo");
	assert_string_equal(gx_arena_strndup(&arena, text, 99), "geoxdp");
	assert_string_equal(gx_arena_printf(&arena, "%s-%d", text, 4), "geoxdp-4");
	gx_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_counted_and_warnings_are_not),
		cmocka_unit_test(file_names_are_copied),
		cmocka_unit_test(a_finding_may_be_of_no_file),
		cmocka_unit_test(many_findings_of_one_file_are_counted_and_not_kept),
		cmocka_unit_test(warnings_never_crowd_out_an_error),
		cmocka_unit_test(sorting_is_by_first_sight_of_the_file_then_place_then_arrival),
		cmocka_unit_test(sorting_nothing_is_nothing),
		cmocka_unit_test(a_quote_is_printable_whatever_the_text_is),
		cmocka_unit_test(a_quote_of_a_long_text_is_cut_and_fits),
		cmocka_unit_test(memory_of_an_arena_is_zeroed_aligned_and_apart),
		cmocka_unit_test(texts_in_an_arena_are_copies_that_end),
	};

	return cmocka_run_group_tests_name("diag", tests, NULL, NULL);
}
