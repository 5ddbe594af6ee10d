/* SPDX-License-Identifier: GPL-3.0-or-later */
/* named.conf: tokens, the zones that are taken from it, and what is said of mistakes. */
#include <errno.h>

#include "tests/unit/folder.h"
#include "user/core/name.h"
#include "user/core/named_conf.h"

/* The zones as "name file:line of the statement", one a line, with the folder's path left away. */
static char *read_zones(struct folder *folder, const char *text)
{
	char *path = folder_put(folder, "named.conf", text), *zones = gx_arena_strdup(&folder->arena, "");
	size_t skip = strlen(folder->path) + 1, errors = folder->diag.errors;
	struct gx_where named = { .file = "pdns.conf", .line = 2 };
	struct gx_named_conf conf = { 0 };
	knot_dname_txt_storage_t name;
	int ret;

	ret = gx_named_conf_read(&conf, &folder->arena, path, &named, &folder->diag);
	assert_int_equal(ret, folder->diag.errors == errors ? 0 : -EINVAL);
	for (size_t i = 0; i < conf.n_zones; i++) {
		const struct gx_named_zone *zone = &conf.zones[i];

		zones = gx_arena_printf(&folder->arena, "%s%s %s %s:%u\n", zones, gx_show_name(zone->name, name),
					zone->file + (zone->file[0] == '/' && zone->file[1] == 't' ? skip : 0),
					zone->where.file + skip, zone->where.line);
	}
	gx_named_conf_free(&conf);
	return zones;
}

#define assert_zones(folder, text, zones, findings)                     \
	do {                                                            \
		assert_string_equal(read_zones(folder, text), zones);   \
		assert_string_equal(folder_findings(folder), findings); \
	} while (0)

#define GOOD "zone \"ok\" { type master; file \"ok\"; };\n"

static void test_forms_of_a_zone(void **state)
{
	struct folder *folder = *state;

	assert_zones(folder,
		     "zone \"A.example\" {\n\ttype master;\n\tfile \"a\";\n};\n"
		     "zone \"b.example.\" IN { file \"b\"; type primary; };\n"
		     "zone c.example in{type native;file c;};\n"
		     "ZONE \"d.example\" { FILE \"/d\"; also-notify { 192.0.2.1; }; };",
		     "a.example. a named.conf:1\n"
		     "b.example. b named.conf:5\n"
		     "c.example. c named.conf:6\n"
		     "d.example. /d named.conf:7\n",
		     "");
	assert_zones(folder, "", "", "");
	assert_zones(folder, ";;", "", "");
}

static void test_comments(void **state)
{
	assert_zones((struct folder *)*state,
		     "/* zone \"x\" { */ zone // { \"\n\"a\" # };\n{ /**/ file \"f//#/*\" /* */; }//\n;/* *** */",
		     "a. f//#/* named.conf:1\n", "");
}

static void test_quoting(void **state)
{
	struct folder *folder = *state;

	assert_zones(folder, "zone \"a\" { file \"x y;}{\\\"\\\\\"; };", "a. x y;}{\"\\ named.conf:1\n", "");
	/* Words of ours as values. */
	assert_zones(folder, "zone \"zone\" { file \"file\"; };\nkey \"zone\" { secret \"zone { \"; };\n",
		     "zone. file named.conf:1\n", "");
}

static void test_unknown_statements(void **state)
{
	assert_zones((struct folder *)*state,
		     "acl lan { 192.0.2.0/24; !{ 10/8; 11/8; }; };\n"
		     "controls { inet * port 953 allow { any; } keys { k; }; };\n"
		     "options { zone-statistics yes; listen-on port 53 { any; }; file \"x\"; };\n"
		     "zone \"a\" { update-policy { grant k zonesub any; }; file \"f\"; journal \"file\"; };\n"
		     "statistics-channels { };\n"
		     "trusted-keys { \"a\" 257 3 8 \"zone\"; };\n" GOOD,
		     "a. f named.conf:4\nok. ok named.conf:7\n", "");
}

static void test_directory(void **state)
{
	struct folder *folder = *state;

	/* It holds for zones before it too, as in BIND, and is relative to named.conf. */
	assert_zones(folder, GOOD "options { directory \"zones\"; };\n", "ok. zones/ok named.conf:1\n", "");
	assert_zones(folder, "options { directory \"/var\"; };\n" GOOD, "ok. /var/ok named.conf:2\n", "");
}

static void test_include(void **state)
{
	struct folder *folder = *state;

	folder_put(folder, "d/a.conf", "zone \"a\" { file \"a\"; };\ninclude \"b.conf\";\n");
	folder_put(folder, "d/b.conf", "zone \"b\" { file \"b\"; };");
	assert_zones(folder, "options { directory \"d\"; };\ninclude \"a.conf\";\n" GOOD,
		     "a. d/a d/a.conf:1\nb. d/b d/b.conf:1\nok. d/ok named.conf:3\n", "");
	assert_zones(folder, "include \"d/c.conf\";\n" GOOD, "ok. ok named.conf:2\n",
		     "F/named.conf:1: F/d/c.conf cannot be read (No such file or directory): write the path of "
		     "an existing file\n");
	folder_put(folder, "d/b.conf", "include \"d/../d/b.conf\";\n");
	folder_put(folder, "d/a.conf", "include \"named.conf\";\n");
	assert_zones(folder, "include \"d/a.conf\";\n" GOOD, "ok. ok named.conf:2\n",
		     "F/d/a.conf:1: include F/named.conf: a file that does not include itself would be right\n");
}

static void test_include_too_deep(void **state)
{
	struct folder *folder = *state;

	for (int i = 0; i < 12; i++) {
		folder_put(folder, gx_arena_printf(&folder->arena, "d/%d.conf", i),
			   gx_arena_printf(&folder->arena, "include \"d/%d.conf\";", i + 1));
	}
	assert_zones(folder, "include \"d/0.conf\";\n" GOOD, "ok. ok named.conf:2\n",
		     "F/d/8.conf:1: include F/d/9.conf: files nested at most 10 deep would be right\n");
}

static void test_zones_that_are_not_read(void **state)
{
	assert_zones((struct folder *)*state,
		     "zone \".\" { type hint; file \"h\"; };\n"
		     "zone \"s\" { type SLAVE; };\n"
		     "zone \"c\" CHAOS { type master; file \"c\"; };\n"
		     "view \"v\" { zone \"w\" { type master; file \"w\"; }; };\n" GOOD,
		     "ok. ok named.conf:5\n",
		     "F/named.conf:1: warning: zone . is of type hint and is not read: master, primary or "
		     "native would be\n"
		     "F/named.conf:2: warning: zone s is of type SLAVE and is not read: master, primary or "
		     "native would be\n"
		     "F/named.conf:3: warning: zone c is of class CHAOS and is not read: class IN would be\n"
		     "F/named.conf:4: warning: the zones of a view are not read: write those that are to be "
		     "answered outside of views\n");
}

static void test_bad_zones(void **state)
{
	struct folder *folder = *state;

	assert_zones(folder, "zone \"a\" { type master; };\n" GOOD, "ok. ok named.conf:2\n",
		     "F/named.conf:1: zone a has no file: add file \"...\";\n");
	assert_zones(folder, "zone \"a\" { type; file \"a\"; };\n" GOOD, "ok. ok named.conf:2\n",
		     "F/named.conf:1: type has no value: type \"...\"; would be right\n");
	assert_zones(folder, "zone \"a\" { type nativ; file \"a\"; };\n" GOOD, "ok. ok named.conf:2\n",
		     "F/named.conf:1: zone a has the unknown type 'nativ': native would be right\n");
	assert_zones(folder, "zone \"a\" { type xyz; file \"a\"; };\n" GOOD, "ok. ok named.conf:2\n",
		     "F/named.conf:1: zone a has the unknown type 'xyz': master, primary or native would be "
		     "right\n");
	assert_zones(folder, "zone \"a..b\" { file \"a\"; };\n" GOOD, "ok. ok named.conf:2\n",
		     "F/named.conf:1: zone 'a..b' is not a domain name: a label must not be empty\n");
	assert_zones(folder, "zone { file \"a\"; };\n" GOOD, "ok. ok named.conf:2\n",
		     "F/named.conf:1: zone has no name: zone \"example.com\" { ... }; would be right\n");
	assert_zones(folder, "zone \"a\";\n" GOOD, "ok. ok named.conf:2\n",
		     "F/named.conf:1: ';' where the '{' of zone a must stand: zone \"a\" { type master; file "
		     "\"...\"; }; would be right\n");
	assert_zones(folder, GOOD GOOD, "ok. ok named.conf:1\n",
		     "F/named.conf:2: zone ok is given twice, first at F/named.conf:1: remove one of them\n");
}

static void test_semicolons(void **state)
{
	struct folder *folder = *state;

	assert_zones(folder, "zone \"a\" { type master; file \"a\"; }\n" GOOD,
		     "a. a named.conf:1\nok. ok named.conf:2\n",
		     "F/named.conf:2: 'zone' where a ';' must stand behind the block of zone a: write it there\n");
	assert_zones(folder, "zone \"a\" {\n\ttype master\n\tfile \"a\"\n};\n" GOOD,
		     "a. a named.conf:1\nok. ok named.conf:5\n",
		     "F/named.conf:3: 'file' where a ';' must stand behind type: write it there\n"
		     "F/named.conf:4: '}' where a ';' must stand behind file: write it there\n");
	/* A statement that is skipped must not swallow the zone behind it. */
	assert_zones(folder, "logging { }\n" GOOD, "ok. ok named.conf:2\n",
		     "F/named.conf:2: 'zone' where a ';' must stand behind the statement 'logging': write it "
		     "there\n");
	assert_zones(folder, GOOD "acl a { any; }", "ok. ok named.conf:1\n",
		     "F/named.conf:2: 'the end of the file' where a ';' must stand behind the statement 'acl': "
		     "write it there\n");
}

static void test_braces(void **state)
{
	struct folder *folder = *state;

	assert_zones(folder, GOOD "zone \"a\" {\n\tfile \"a\";\n", "ok. ok named.conf:1\n",
		     "F/named.conf:2: the block of zone a has no end: close it with '};'\n");
	assert_zones(folder, GOOD "options {\n\tx { y; };\n", "ok. ok named.conf:1\n",
		     "F/named.conf:2: the block of options has no end: close it with '};'\n");
	assert_zones(folder, GOOD "logging\n{ x { y; };\n", "ok. ok named.conf:1\n",
		     "F/named.conf:3: the block that begins here has no end: close it with '};'\n");
	assert_zones(folder, "};\n}\n" GOOD, "ok. ok named.conf:3\n",
		     "F/named.conf:1: a '}' too many: remove it, or open its block\n"
		     "F/named.conf:2: a '}' too many: remove it, or open its block\n");
	assert_zones(folder, "options directory \"x\";\n" GOOD, "ok. ok named.conf:2\n",
		     "F/named.conf:1: 'directory' where the '{' of options must stand: options { ... }; would be "
		     "right\n");
}

static void test_no_end(void **state)
{
	struct folder *folder = *state;

	assert_zones(folder, "zone \"a\" {\n\tfile \"a;\n};\n" GOOD, "a. a named.conf:1\nok. ok named.conf:4\n",
		     "F/named.conf:2: this string has no end: close it with a quote in the same line\n");
	assert_zones(folder, GOOD "/* zone\n\n", "ok. ok named.conf:1\n",
		     "F/named.conf:2: this comment has no end: close it with */\n");
	assert_zones(folder, GOOD "/*/", "ok. ok named.conf:1\n",
		     "F/named.conf:2: this comment has no end: close it with */\n");
	assert_zones(folder, GOOD "zone \"", "ok. ok named.conf:1\n",
		     "F/named.conf:2: this string has no end: close it with a quote in the same line\n"
		     "F/named.conf:2: 'the end of the file' where the '{' of zone  must stand: zone \"\" { type "
		     "master; file \"...\"; }; would be right\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_forms_of_a_zone),  folder_test(test_comments),
		folder_test(test_quoting),	    folder_test(test_unknown_statements),
		folder_test(test_directory),	    folder_test(test_include),
		folder_test(test_include_too_deep), folder_test(test_zones_that_are_not_read),
		folder_test(test_bad_zones),	    folder_test(test_semicolons),
		folder_test(test_braces),	    folder_test(test_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
