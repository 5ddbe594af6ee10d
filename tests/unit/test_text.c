/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading text files, cutting lines into words, numbers, hints, paths; and domain names as text. */
#include <errno.h>

#include "tests/unit/folder.h"
#include "user/core/name.h"
#include "user/core/text.h"

static void assert_lines(struct folder *folder, const char *content, const char *const *lines)
{
	char *path = folder_put(folder, "text", content);
	struct gx_text text;
	uint32_t number = 0;
	char *line;

	assert_int_equal(gx_text_read(&text, path, NULL, &folder->diag), 0);
	while ((line = gx_text_line(&text))) {
		assert_non_null(*lines);
		assert_string_equal(line, *lines++);
		assert_int_equal(gx_text_where(&text).line, ++number);
	}
	assert_null(*lines);
	assert_null(gx_text_line(&text));
	gx_text_free(&text);
}

static void test_line_ends(void **state)
{
	assert_lines(*state, "", (const char *const[]){ NULL });
	assert_lines(*state, "\n", (const char *const[]){ "", NULL });
	assert_lines(*state, "a\nb\n", (const char *const[]){ "a", "b", NULL });
	assert_lines(*state, "a\nb", (const char *const[]){ "a", "b", NULL });
	assert_lines(*state, "a\r\n\r\nb\r\n", (const char *const[]){ "a", "", "b", NULL });
	assert_lines(*state, "a\r\nb\r", (const char *const[]){ "a", "b", NULL });
	/* A CR within a line is no line end. */
	assert_lines(*state, "a\rb\n", (const char *const[]){ "a\rb", NULL });
}

static void test_byte_order_mark(void **state)
{
	assert_lines(*state,
		     "\xef\xbb\xbf"
		     "a\nb\n",
		     (const char *const[]){ "a", "b", NULL });
	assert_lines(*state, "\xef\xbb\xbf", (const char *const[]){ NULL });
	/* Only at the head of the file. */
	assert_lines(*state,
		     "a\n\xef\xbb\xbf"
		     "b\n",
		     (const char *const[]){ "a",
					    "\xef\xbb\xbf"
					    "b",
					    NULL });
}

static void test_file_longer_than_a_chunk(void **state)
{
	struct folder *folder = *state;
	size_t len = 300000;
	char *content = gx_calloc(len + 1, 1);
	struct gx_text text;

	memset(content, 'x', len);
	assert_int_equal(gx_text_read(&text, folder_put(folder, "text", content), NULL, &folder->diag), 0);
	assert_int_equal(text.len, len);
	assert_string_equal(gx_text_line(&text), content);
	gx_text_free(&text);
	free(content);
}

static void test_unreadable(void **state)
{
	struct folder *folder = *state;
	struct gx_where named = { .file = "named.conf", .line = 7 };
	struct gx_text text = { .line = 42 };

	assert_int_equal(gx_text_read(&text, folder_path(folder, "none"), NULL, &folder->diag), -ENOENT);
	assert_int_equal(gx_text_read(&text, folder->path, NULL, &folder->diag), -EISDIR);
	assert_int_equal(gx_text_read(&text, folder_path(folder, "none"), &named, &folder->diag), -ENOENT);
	/* Written on success only. */
	assert_int_equal(text.line, 42);
	assert_string_equal(folder_findings(folder),
			    "F/none:0: cannot be read (No such file or directory): write the path of an existing file\n"
			    "F:0: cannot be read (Is a directory): name a file in it\n"
			    "named.conf:7: F/none cannot be read (No such file or directory): write the path of an "
			    "existing file\n");
}

/* It was waited for until somebody would write to it. */
static void test_a_fifo_without_a_writer_is_not_waited_for(void **state)
{
	struct folder *folder = *state;
	struct gx_text text = {};
	char path[4200];

	snprintf(path, sizeof(path), "%s/fifo", folder->path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(gx_text_read(&text, path, NULL, &folder->diag), -ENODATA);
	unlink(path);
}

static void test_nul_octet(void **state)
{
	struct folder *folder = *state;
	char *path = folder_put(folder, "text", "a\nb\n");
	FILE *file = fopen(path, "a");
	struct gx_text text;

	assert_non_null(file);
	assert_int_equal(fwrite("c\0d\n", 1, 4, file), 4);
	fclose(file);
	assert_int_equal(gx_text_read(&text, path, NULL, &folder->diag), -EINVAL);
	assert_string_equal(folder_findings(folder), "F/text:3: a NUL octet: a plain text file would be "
						     "right, not a binary or UTF-16 one\n");
}

static void test_words(void **state)
{
	char list[] = " ,a, b\t,,c ", blank[] = " \t ", trimmed[] = "\t a b \t";
	char *cursor = list;

	assert_string_equal(gx_text_word(&cursor, " \t,"), "a");
	assert_string_equal(gx_text_word(&cursor, " \t,"), "b");
	assert_string_equal(gx_text_word(&cursor, " \t,"), "c");
	assert_null(gx_text_word(&cursor, " \t,"));
	assert_null(gx_text_word(&cursor, " \t,"));
	cursor = blank;
	assert_null(gx_text_word(&cursor, " \t"));
	assert_string_equal(gx_text_trim(trimmed), "a b");
	assert_string_equal(gx_text_trim(blank), "");
}

static void test_numbers(void **state)
{
	uint32_t out = 77;

	assert_int_equal(gx_text_number("", 10, &out), -EINVAL);
	assert_int_equal(gx_text_number("-1", 10, &out), -EINVAL);
	assert_int_equal(gx_text_number("+1", 10, &out), -EINVAL);
	assert_int_equal(gx_text_number(" 1", 10, &out), -EINVAL);
	assert_int_equal(gx_text_number("1x", 10, &out), -EINVAL);
	assert_int_equal(gx_text_number("11", 10, &out), -ERANGE);
	assert_int_equal(gx_text_number("4294967297", 10, &out), -ERANGE);
	assert_int_equal(gx_text_number("4294967296", UINT32_MAX, &out), -ERANGE);
	assert_int_equal(gx_text_number("18446744073709551617", UINT32_MAX, &out), -ERANGE);
	assert_int_equal(gx_text_number("99999999999999999999x", UINT32_MAX, &out), -EINVAL);
	assert_int_equal(out, 77);
	assert_int_equal(gx_text_number("0000000000000000000000010", 10, &out), 0);
	assert_int_equal(out, 10);
	assert_int_equal(gx_text_number("4294967295", UINT32_MAX, &out), 0);
	assert_true(out == UINT32_MAX);
}

static void test_suggestions(void **state)
{
	static const char *const words[] = { "geo-zone", "geo-ttl", "geo-ns-ttl" };

	assert_string_equal(gx_text_suggest("geo-zome", words, 3, 2), "geo-zone");
	assert_string_equal(gx_text_suggest("GEO-ZONE", words, 3, 0), "geo-zone");
	/* Two neighbours swapped are one edit. */
	assert_string_equal(gx_text_suggest("goe-zone", words, 3, 1), "geo-zone");
	assert_string_equal(gx_text_suggest("geo-ns-ttl", words, 3, 3), "geo-ns-ttl");
	assert_null(gx_text_suggest("geo-maps", words, 3, 2));
	assert_null(gx_text_suggest("", words, 3, 3));
	assert_null(gx_text_suggest("a-word-that-is-much-longer-than-any-setting-there-is", words, 3, 60));
}

static void test_paths(void **state)
{
	struct folder *folder = *state;
	struct gx_arena *arena = &folder->arena;

	assert_string_equal(gx_text_path(arena, "a/b", "c"), "a/b/c");
	assert_string_equal(gx_text_path(arena, "a/b/", "./c"), "a/b/c");
	assert_string_equal(gx_text_path(arena, "/", "c"), "/c");
	assert_string_equal(gx_text_path(arena, "", "./c"), "./c");
	assert_string_equal(gx_text_path(arena, NULL, "c"), "c");
	assert_string_equal(gx_text_path(arena, "a", "/c"), "/c");
	assert_string_equal(gx_text_directory(arena, "a/b"), "a");
	assert_string_equal(gx_text_directory(arena, "b"), "");
	assert_string_equal(gx_text_directory(arena, "/b"), "/");
}

static void assert_name(const char *text, const char *origin, const char *expected)
{
	knot_dname_storage_t name, origin_name;
	knot_dname_txt_storage_t shown;

	if (origin)
		assert_int_equal(gx_parse_name(origin, NULL, origin_name, NULL), 0);
	assert_int_equal(gx_parse_name(text, origin ? origin_name : NULL, name, NULL), 0);
	assert_string_equal(gx_show_name(name, shown), expected);
}

static void assert_no_name(const char *text, const char *expected)
{
	knot_dname_storage_t name = { 0xaa };
	const char *rule = NULL;

	assert_int_equal(gx_parse_name(text, NULL, name, &rule), -EINVAL);
	assert_string_equal(rule, expected);
	assert_int_equal(name[0], 0xaa);
}

#define L63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"
#define L62 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghij"
#define L61 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghi"

static void test_names(void **state)
{
	assert_name("a.B", NULL, "a.B.");
	assert_name("a.b.", "c", "a.b.");
	assert_name("a", "b.c.", "a.b.c.");
	assert_name(".", "b.c.", ".");
	assert_name("*._tcp", "b", "*._tcp.b.");
	assert_name("a\\.b", "c", "a\\.b.c.");
	/* A dot that is escaped does not make a name absolute. */
	assert_name("a\\.", "c", "a\\..c.");
	assert_name("\\097", NULL, "a.");
	/* 64 + 64 + 64 + 62 + 1 = 255 octets. */
	assert_name(L63 "." L63 "." L63 "." L61, NULL, L63 "." L63 "." L63 "." L61 ".");
}

static void test_names_that_are_none(void **state)
{
	knot_dname_storage_t origin, name;
	const char *rule;

	assert_no_name("", "it must not be empty");
	assert_no_name("..", "a label must not be empty");
	assert_no_name(".a", "a label must not be empty");
	assert_no_name("a..b", "a label must not be empty");
	assert_no_name(L63 "x", "a label may have 63 octets at most");
	assert_no_name(L63 "." L63 "." L63 "." L62, "a name may have 255 octets at most");
	assert_no_name("a b", "write it in printable ASCII, an international name in its xn-- form");
	assert_no_name("\xc3\xa9", "write it in printable ASCII, an international name in its xn-- form");
	assert_no_name("a\\", "a backslash takes one character, or three digits up to 255");
	assert_no_name("a\\25", "a backslash takes one character, or three digits up to 255");
	assert_no_name("a\\256", "a backslash takes one character, or three digits up to 255");
	assert_int_equal(gx_parse_name("o", NULL, origin, NULL), 0);
	assert_int_equal(gx_parse_name(L63 "." L63 "." L63 "." L61, origin, name, &rule), -EINVAL);
	assert_string_equal(rule, "with its origin, a name may have 255 octets at most");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_line_ends),
		folder_test(test_byte_order_mark),
		folder_test(test_file_longer_than_a_chunk),
		folder_test(test_unreadable),
		folder_test(test_a_fifo_without_a_writer_is_not_waited_for),
		folder_test(test_nul_octet),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_suggestions),
		folder_test(test_paths),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
