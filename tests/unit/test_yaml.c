/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML documents as trees: what is read, where it stands, and what is refused. */
#include "tests/unit/folder.h"

#include "user/core/yaml.h"

/* Write a file of these octets, and read it. */
static struct gx_yaml *read_octets(struct folder *folder, const char *octets, size_t len)
{
	char *path = folder_path(folder, "test.yaml");
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(octets, 1, len, file), len);
	fclose(file);
	return gx_yaml_read(&folder->arena, path, &folder->diag);
}

static struct gx_yaml *read_text(struct folder *folder, const char *text)
{
	return read_octets(folder, text, strlen(text));
}

static struct gx_yaml *read_good(struct folder *folder, const char *text)
{
	struct gx_yaml *root = read_text(folder, text);

	if (folder->diag.count)
		print_message("%s\n", folder->diag.findings[0].text);
	assert_int_equal(folder->diag.count, 0);
	assert_non_null(root);
	return root;
}

/* That exactly this is found, in the order of the file; then forget it. */
static void expect_finding(struct folder *folder, size_t i, uint32_t line, uint32_t column, const char *text)
{
	const struct gx_finding *finding;

	gx_diag_sort(&folder->diag);
	assert_in_range(folder->diag.count, i + 1, SIZE_MAX);
	finding = &folder->diag.findings[i];
	assert_string_equal(finding->text, text);
	assert_int_equal(finding->where.line, line);
	assert_int_equal(finding->where.column, column);
	assert_int_equal(finding->severity, GX_ERROR);
}

static void forget(struct folder *folder)
{
	gx_diag_free(&folder->diag);
}

/* --- what is read ------------------------------------------------------------------------------ */

static void test_nodes_know_their_kind_and_place(void **state)
{
	struct gx_yaml *root = read_good(*state, "# comment\n"
						 "text: one\n"
						 "list: [a, 'b c']\n"
						 "mapping:\n"
						 "  inner: \"x\"\n"
						 "nothing:\n");

	assert_int_equal(root->kind, GX_YAML_MAPPING);
	assert_int_equal(root->n, 4);
	assert_string_equal(root->keys[0]->text, "text");
	assert_int_equal(root->keys[0]->where.line, 2);
	assert_int_equal(root->items[0]->kind, GX_YAML_TEXT);
	assert_int_equal(root->items[0]->where.column, 7);
	assert_int_equal(root->items[1]->kind, GX_YAML_LIST);
	assert_int_equal(root->items[1]->n, 2);
	assert_string_equal(root->items[1]->items[1]->text, "b c");
	assert_int_equal(root->items[1]->items[1]->where.line, 3);
	assert_int_equal(root->items[1]->items[1]->where.column, 11);
	assert_string_equal(root->items[2]->keys[0]->text, "inner");
	assert_int_equal(root->items[3]->kind, GX_YAML_NOTHING);
	assert_string_equal(root->items[3]->text, "");
}

/* YAML 1.1 takes NO for false, 010 for 8 and 1:30 for 90. */
static void test_all_scalars_are_text(void **state)
{
	struct gx_yaml *root =
		read_good(*state, "[NO, 010, 1:30, 0x1f, 1e3, 2024-01-01, 2001:db8::1, a:b, '~', \"\"]\n");
	static const char *const texts[] = { "NO",	   "010",	  "1:30", "0x1f", "1e3",
					     "2024-01-01", "2001:db8::1", "a:b",  "~",	  "" };

	assert_int_equal(root->n, 10);
	for (size_t i = 0; i < root->n; i++) {
		assert_int_equal(root->items[i]->kind, GX_YAML_TEXT);
		assert_string_equal(root->items[i]->text, texts[i]);
	}
}

static void test_null_is_nothing(void **state)
{
	struct gx_yaml *root = read_good(*state, "[~, null]\n");

	assert_int_equal(root->items[0]->kind, GX_YAML_NOTHING);
	assert_int_equal(root->items[1]->kind, GX_YAML_NOTHING);
}

static void test_line_ends_and_marks_are_as_they_come(void **state)
{
	struct gx_yaml *root = read_good(*state, "\xef\xbb\xbf---\r\na: 1\r\nb: \xc3\xa9");

	assert_int_equal(root->n, 2);
	assert_string_equal(root->items[0]->text, "1");
	assert_string_equal(root->items[1]->text, "\xc3\xa9");
	assert_int_equal(root->keys[1]->where.line, 3);
}

static void test_many_keys_take_no_time(void **state)
{
	struct folder *folder = *state;
	size_t capacity = 4 << 20, len = 0;
	char *text = gx_arena_alloc(&folder->arena, capacity);
	struct gx_yaml *root;

	for (unsigned int i = 0; i < 100000; i++)
		len += (size_t)snprintf(text + len, capacity - len, "key%u: %u\n", i, i);
	root = read_good(folder, text);
	assert_int_equal(root->n, 100000);
	assert_string_equal(root->keys[77777]->text, "key77777");
}

/* --- what is refused --------------------------------------------------------------------------- */

static void test_syntax_errors_say_where_and_why(void **state)
{
	struct folder *folder = *state;

	assert_null(read_text(folder, "a:\n\tb: c\n"));
	expect_finding(folder, 0, 2, 1,
		       "not YAML: found character that cannot start any token while scanning for the next token: "
		       "indent with blanks, not with tabs");
	forget(folder);
	assert_null(read_text(folder, "a: [b,\nc: d\n"));
	expect_finding(
		folder, 0, 3, 1,
		"not YAML: did not find expected ',' or ']' while parsing a flow sequence that begins in line 1: "
		"close the list with ']', with commas between its items");
	forget(folder);
	assert_null(read_text(folder, "name: @\n"));
	expect_finding(folder, 0, 1, 7,
		       "not YAML: found character that cannot start any token while scanning for the next token: "
		       "put quotes around text that begins so, such as \"@\"");
}

static void test_octets_that_are_not_utf8_say_where(void **state)
{
	struct folder *folder = *state;

	assert_null(read_text(folder, "a: 1\n\xc3\xa9: \xff\n"));
	expect_finding(folder, 0, 2, 4, "not YAML: invalid leading UTF-8 octet: plain text in UTF-8 would be right");
	forget(folder);
	assert_null(read_text(folder, "\xff\xfe"
				      "a"));
	expect_finding(folder, 0, 1, 1, "not YAML: invalid leading UTF-8 octet: plain text in UTF-8 would be right");
	forget(folder);
	assert_null(read_octets(folder, "a\0:\0", 4));
	expect_finding(folder, 0, 1, 0, "a NUL octet: a plain text file would be right, not a binary or UTF-16 one");
}

static void test_repeated_keys_are_left_out(void **state)
{
	struct folder *folder = *state;
	struct gx_yaml *root = read_text(folder, "a: 1\nb: 2\na: 3\n\"a\": 4\n");

	assert_int_equal(folder->diag.count, 2);
	expect_finding(folder, 0, 3, 1, "key 'a' is given twice, first in line 1: once would be right");
	expect_finding(folder, 1, 4, 1, "key 'a' is given twice, first in line 1: once would be right");
	assert_int_equal(root->n, 2);
	assert_string_equal(root->items[0]->text, "1");
	assert_string_equal(root->keys[1]->text, "b");
}

static void test_keys_that_are_no_text_are_left_out(void **state)
{
	struct folder *folder = *state;
	struct gx_yaml *root = read_text(folder, "? [a]\n: b\n? {c: d}\n: 1\n~: 2\ne: 3\n");

	assert_int_equal(folder->diag.count, 3);
	expect_finding(folder, 0, 1, 3, "a list as a key: a word would be right");
	expect_finding(folder, 1, 3, 3, "a mapping as a key: a word would be right");
	expect_finding(folder, 2, 5, 1, "nothing as a key: a word would be right");
	assert_int_equal(root->n, 1);
	assert_string_equal(root->keys[0]->text, "e");
}

static void test_anchors_aliases_and_tags_are_refused(void **state)
{
	struct folder *folder = *state;
	struct gx_yaml *root = read_text(folder, "a: &x [1]\nb: *x\nc: !!int 5\nd: !own {}\n");

	assert_int_equal(folder->diag.count, 4);
	expect_finding(folder, 0, 1, 4,
		       "anchor '&x': write out what it stands for, or put quotes around text that begins with '&'");
	expect_finding(folder, 1, 2, 4,
		       "alias '*x': write out what it stands for, or put quotes around text that begins with '*'");
	expect_finding(folder, 2, 3, 4,
		       "tag 'tag:yaml.org,2002:int': remove it, or put quotes around text that begins with '!'");
	expect_finding(folder, 3, 4, 4, "tag '!own': remove it, or put quotes around text that begins with '!'");
	assert_int_equal(root->items[0]->n, 1);
	assert_int_equal(root->items[1]->kind, GX_YAML_BROKEN);
}

/* What expands to a billion nodes elsewhere costs nothing here. */
static void test_a_bomb_of_aliases_does_not_expand(void **state)
{
	struct folder *folder = *state;
	struct gx_yaml *root = read_text(folder, "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n");

	assert_int_equal(folder->diag.errors, 7);
	assert_int_equal(root->items[2]->n, 2);
	assert_int_equal(root->items[2]->items[0]->n, 0);
}

static void test_a_second_document_is_refused(void **state)
{
	struct folder *folder = *state;

	assert_null(read_text(folder, "a: 1\n---\nb: 2\n"));
	expect_finding(folder, 0, 2, 1,
		       "a second document begins here: one document, without a line '---' between its parts, would be "
		       "right");
}

static void test_files_without_content_are_refused(void **state)
{
	static const char *const texts[] = { "", "\n\n", "# nothing\n" };
	struct folder *folder = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_null(read_text(folder, texts[i]));
		expect_finding(folder, 0, 0, 0, "the file is empty: a YAML document would be right");
		forget(folder);
	}
}

static void test_text_with_nul_is_refused(void **state)
{
	struct folder *folder = *state;
	struct gx_yaml *root = read_text(folder, "a: \"b\\0c\"\n");

	expect_finding(folder, 0, 1, 4, "text with a NUL character: text without '\\0' would be right");
	assert_int_equal(root->items[0]->kind, GX_YAML_BROKEN);
}

static void test_nesting_has_a_bound(void **state)
{
	struct folder *folder = *state;
	char text[2 * 5000 + 1];

	memset(text, '[', 5000);
	memset(text + 5000, ']', 5000);
	text[10000] = '\0';
	assert_null(read_text(folder, text));
	expect_finding(folder, 0, 1, GX_YAML_DEPTH_MAX + 1,
		       "lists and mappings nested more than 16 deep: fewer levels would be right");
	forget(folder);
	assert_non_null(read_text(folder, "[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]"));
	assert_int_equal(folder->diag.count, 0);
}

static void test_files_that_cannot_be_read(void **state)
{
	struct folder *folder = *state;

	assert_null(gx_yaml_read(&folder->arena, folder_path(folder, "none"), &folder->diag));
	expect_finding(folder, 0, 0, 0,
		       "cannot be read (No such file or directory): write the path of an existing file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_nodes_know_their_kind_and_place),
		folder_test(test_all_scalars_are_text),
		folder_test(test_null_is_nothing),
		folder_test(test_line_ends_and_marks_are_as_they_come),
		folder_test(test_many_keys_take_no_time),
		folder_test(test_syntax_errors_say_where_and_why),
		folder_test(test_octets_that_are_not_utf8_say_where),
		folder_test(test_repeated_keys_are_left_out),
		folder_test(test_keys_that_are_no_text_are_left_out),
		folder_test(test_anchors_aliases_and_tags_are_refused),
		folder_test(test_a_bomb_of_aliases_does_not_expand),
		folder_test(test_a_second_document_is_refused),
		folder_test(test_files_without_content_are_refused),
		folder_test(test_text_with_nul_is_refused),
		folder_test(test_nesting_has_a_bound),
		folder_test(test_files_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
