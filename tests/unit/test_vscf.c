/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vscf, gdnsd's configuration language: gdnsd.config(5), LOW-LEVEL SYNTAX and INCLUDING OTHER FILES. */
#include "tests/unit/folder.h"

#include "user/core/vscf.h"

/* The tree in one line: {key:value} and [value]. */
static char *show(struct folder *folder, const struct gx_yaml *node)
{
	bool list = node->kind == GX_YAML_LIST;
	char *text;

	if (node->kind == GX_YAML_TEXT)
		return gx_arena_strdup(&folder->arena, node->text);
	text = gx_arena_strdup(&folder->arena, list ? "[" : "{");
	for (size_t i = 0; i < node->n; i++)
		text = gx_arena_printf(&folder->arena, "%s%s%s%s%s", text, i ? " " : "",
				       list ? "" : node->keys[i]->text, list ? "" : ":", show(folder, node->items[i]));
	return gx_arena_printf(&folder->arena, "%s%s", text, list ? "]" : "}");
}

static void assert_tree(struct folder *folder, const char *text, const char *expected)
{
	struct gx_yaml *root = gx_vscf_read(&folder->arena, folder_put(folder, "config", text), &folder->diag);

	assert_string_equal(folder_findings(folder), "");
	assert_non_null(root);
	assert_string_equal(show(folder, root), expected);
}

static void assert_refused(struct folder *folder, const char *text, const char *expected)
{
	assert_null(gx_vscf_read(&folder->arena, folder_put(folder, "config", text), &folder->diag));
	assert_string_equal(folder_findings(folder), expected);
}

/* The three forms that the manual calls identical, and others. */
static void test_forms(void **state)
{
	static const char expected[] = "{options:{listen:[192.0.2.1 192.0.2.2]}}";

	assert_tree(*state, "options = {\n  listen = [ 192.0.2.1, 192.0.2.2 ],\n}\n", expected);
	assert_tree(*state, "\"options\" => {\n listen => [ 192.0.2.1 192.0.2.2 ]\n}", expected);
	assert_tree(*state, "options={listen=[192.0.2.1 192.0.2.2]}", expected);
	assert_tree(*state, "\xef\xbb\xbfoptions => {\r\n listen => [192.0.2.1,192.0.2.2,],\r\n}\r\n", expected);
	assert_tree(*state, "", "{}");
	assert_tree(*state, "[ a { b => c } [] ]", "[a {b:c} []]");
}

static void test_comments(void **state)
{
	assert_tree(*state, "# shell\na => b ; zone\n;=>\nc => d# at once\n#", "{a:b c:d}");
}

/* The manual's own strings. */
static void test_strings(void **state)
{
	assert_tree(*state, "[example \"example\" ex\\097mpl\\e \"ex\\097mpl\\e\"]",
		    "[example example example example]");
	assert_tree(*state, "[internal\\\"doublequote \"internal\\\"doublequote\"]",
		    "[internal\"doublequote internal\"doublequote]");
	assert_tree(*state, "[white\\ space \"white space\"]", "[white space white space]");
	assert_tree(*state, "[\"\\\\===\" \"\\092===\" \\092\\=\\=\\= \\\\\\=\\=\\=]", "[\\=== \\=== \\=== \\===]");
	assert_tree(*state, "2001:DB8::/32 => %multifo!x", "{2001:DB8::/32:%multifo!x}");
}

static void test_places(void **state)
{
	struct folder *folder = *state;
	struct gx_yaml *root = gx_vscf_read(
		&folder->arena, folder_put(folder, "config", "a => {\n\n  b => [ c\n d ]\n}"), &folder->diag);
	struct gx_yaml *list = gx_tree_find(gx_tree_find(root, "a"), "b");

	assert_int_equal(list->where.line, 3);
	assert_int_equal(list->items[0]->where.line, 3);
	assert_int_equal(list->items[0]->where.column, 10);
	assert_int_equal(list->items[1]->where.line, 4);
	assert_int_equal(list->items[1]->where.column, 2);
	assert_null(gx_tree_find(root, "b"));
	assert_null(gx_tree_find(NULL, "b"));
}

static void test_includes(void **state)
{
	struct folder *folder = *state;

	folder_put(folder, "list", "[ 127.0.0.1, 127.0.0.2 ]");
	folder_put(folder, "hash", "b => c");
	folder_put(folder, "d/one", "e => 1");
	folder_put(folder, "d/two", "f => $include{../list}");
	assert_tree(folder, "a => $include{list}", "{a:[127.0.0.1 127.0.0.2]}");
	assert_tree(folder, "a => { x => y, $include{ \"hash\" }, $include{d} z => 0 }",
		    "{a:{x:y b:c e:1 f:[127.0.0.1 127.0.0.2] z:0}}");
	assert_tree(folder, "$include{d/*}", "{e:1 f:[127.0.0.1 127.0.0.2]}");
}

static void test_refused_includes(void **state)
{
	struct folder *folder = *state;

	folder_put(folder, "list", "[]");
	folder_put(folder, "d/one", "e => 1");
	folder_put(folder, "d/two", "f => 1");
	assert_refused(folder, "a => 1\n$include{none}",
		       "F/config:2: F/none cannot be read: the path of an existing file would be right\n");
	assert_refused(folder, "$include{list}",
		       "F/config:1: F/list is an array where keys are wanted: a hash would be right\n");
	assert_refused(folder, "a => $include{d}",
		       "F/config:1: 2 files where one value is wanted: the path of one file would be right\n");
	assert_refused(folder, "a => $include{config}",
		       "F/config:1: not so many nested hashes, arrays and files would be right instead of "
		       "' $include{config}'\n");
}

static void test_refused(void **state)
{
	assert_refused(*state, "a => {\n b => c\n",
		       "F/config:3: a key or '}' would be right, but the file ends here\n");
	assert_refused(*state, "a => [ b", "F/config:1: a value would be right, but the file ends here\n");
	assert_refused(*state, "a b", "F/config:1: '=>' would be right instead of 'b'\n");
	assert_refused(*state, "a => }", "F/config:1: a value would be right instead of '}'\n");
	assert_refused(*state, "\n}", "F/config:2: a key would be right instead of '}'\n");
	assert_refused(*state, "a => \"b", "F/config:1: a closing '\"' would be right, but the file ends here\n");
	assert_refused(*state, "a => \\999",
		       "F/config:1: a character, or three digits from 001 to 255, would be right behind "
		       "a backslash instead of '999'\n");
	assert_refused(*state, "a => $b", "F/config:1: a value would be right, but the file ends here\n");
	assert_refused(*state, "[ a ] b", "F/config:1: nothing behind the array would be right instead of 'b'\n");
}

static void test_repeated_keys(void **state)
{
	struct folder *folder = *state;

	assert_non_null(
		gx_vscf_read(&folder->arena, folder_put(folder, "config", "a => 1\nb => 2\na => 3"), &folder->diag));
	assert_string_equal(folder_findings(folder),
			    "F/config:3: 'a' is given twice, first at F/config:1: one of them would be right\n");
}

static void test_depth(void **state)
{
	struct folder *folder = *state;
	char text[4 * GX_VSCF_DEPTH_MAX + 8] = "";

	for (int i = 0; i < GX_VSCF_DEPTH_MAX; i++)
		strcat(text, "a={");
	strcat(text, "b=1");
	assert_null(gx_vscf_read(&folder->arena, folder_put(folder, "config", text), &folder->diag));
	assert_int_equal(folder->diag.errors, 1);
	assert_non_null(strstr(folder_findings(folder), "not so many nested hashes, arrays and files would be right"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_forms),   folder_test(test_comments),	    folder_test(test_strings),
		folder_test(test_places),  folder_test(test_includes),	    folder_test(test_refused_includes),
		folder_test(test_refused), folder_test(test_repeated_keys), folder_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
