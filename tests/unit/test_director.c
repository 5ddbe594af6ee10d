/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Director maps: their grammar, the folder rules of geo-maps, and what is said of mistakes. */
#include <errno.h>

#include "tests/unit/folder.h"
#include "user/core/director.h"
#include "user/core/name.h"

static const knot_dname_t zone[] = "\007example\003com";

static struct gx_director read_in(struct folder *folder, const char *text, const knot_dname_t *geo_zone)
{
	struct gx_where named = { .file = "pdns.conf", .line = 3 };
	char *path = folder_put(folder, "geo.map", text);
	size_t errors = folder->diag.errors;
	struct gx_director director;
	int ret;

	ret = gx_director_read(&director, &folder->arena, path, &named, geo_zone, &folder->diag);
	assert_int_equal(ret, folder->diag.errors == errors ? 0 : -EINVAL);
	assert_string_equal(director.map.name, path);
	return director;
}

/* The director as "record: location=target line, ...", the default first. */
static char *show(struct folder *folder, const struct gx_director *director)
{
	const struct gx_map *map = &director->map;
	knot_dname_txt_storage_t name;
	char *text;

	text = gx_arena_printf(&folder->arena, "%s:", director->record ? gx_show_name(director->record, name) : "none");
	for (size_t i = 0; i < map->n_rules; i++) {
		const struct gx_rule *rule = &map->rules[(i + map->n_rules - 1) % map->n_rules];

		assert_int_equal(rule->n_sites, 1);
		gx_show_name(director->sites[rule->sites[0]].target, name);
		assert_string_equal(map->sites[rule->sites[0]], name);
		text = gx_arena_printf(&folder->arena, "%s %u=%s:%u", text, rule->country, name, rule->where.line);
	}
	return text;
}

#define assert_director(folder, text, shown, findings)                  \
	do {                                                            \
		struct gx_director read = read_in(folder, text, zone);  \
                                                                        \
		assert_string_equal(show(folder, &read), shown);        \
		assert_string_equal(folder_findings(folder), findings); \
	} while (0)

static void test_plain(void **state)
{
	struct folder *folder = *state;
	struct gx_director director;

	assert_director(folder, "$RECORD geo.example.com.\n$ORIGIN example.com.\n0 eu\n840 us\n",
			"geo.example.com.: 0=eu.example.com.:3 840=us.example.com.:4", "");
	director = read_in(folder, "$RECORD geo\n826 eu.\n0 eu.\n840 us.\n56 EU.\n", zone);
	/* The default is the last rule, countries ascend, and equal targets are one site. */
	assert_string_equal(show(folder, &director), "geo.example.com.: 0=eu.:3 56=eu.:5 826=eu.:2 840=us.:4");
	assert_int_equal(director.map.n_sites, 2);
	assert_int_equal(director.map.rules[3].kind, GX_RULE_DEFAULT);
	assert_int_equal(director.map.rules[2].kind, GX_RULE_COUNTRY);
	assert_string_equal(director.map.rules[2].key, "US");
	assert_int_equal(director.record_where.line, 1);
}

static void test_directives_stand_anywhere(void **state)
{
	assert_director((struct folder *)*state,
			"0 eu\n$ORIGIN sites.example.net\n840 us.other.org.\n\t$RECORD\tgeo \n",
			"geo.example.com.: 0=eu.sites.example.net.:1 840=us.other.org.:3", "");
}

static void test_comments_blanks_and_zeros(void **state)
{
	assert_director((struct folder *)*state,
			"\xef\xbb\xbf# comment\r\n\r\n  # comment\r\n \t\r\n$RECORD geo\r\n"
			" 000 \t a.b. the default\r\n0056 a.b. # Belgium\r\n900 c.d.",
			"geo.example.com.: 0=a.b.:6 56=a.b.:7 900=c.d.:8", "");
}

static void test_case(void **state)
{
	assert_director((struct folder *)*state, "$RECORD GEO.Example.COM.\n$ORIGIN EXAMPLE.com.\n0 EU\n",
			"geo.example.com.: 0=eu.example.com.:3", "");
}

static void test_origin(void **state)
{
	struct folder *folder = *state;

	assert_director(folder, "$RECORD geo\n$ORIGIN .\n0 a.b\n", "geo.example.com.: 0=a.b.:3", "");
	assert_director(folder, "$RECORD geo\n0 a.b\n", "geo.example.com.: 0=a.b.:2", "");
	assert_director(folder, "$RECORD geo\n0 eu\n", "geo.example.com.: 0=eu.:2",
			"F/geo.map:2: warning: target eu means the top-level name 'eu.', since the file has no "
			"$ORIGIN: a line '$ORIGIN ZONE.' would be right\n");
	assert_director(folder, "$RECORD geo\n$ORIGIN a.\n$ORIGIN b.\n0 x\n", "geo.example.com.: 0=x.a.:4",
			"F/geo.map:3: $ORIGIN is given twice, first in line 2: one $ORIGIN that holds for all "
			"lines of the file would be right\n");
	/* Targets that would need a broken $ORIGIN are left out, so that they make no further findings. */
	assert_director(folder, "$RECORD geo\n$ORIGIN a..b\n0 x\n840 y.\n", "geo.example.com.: 840=y.:4",
			"F/geo.map:2: $ORIGIN 'a..b' is not a domain name: a label must not be empty\n");
	assert_director(folder, "$RECORD geo\n$ORIGIN\n0 x.\n", "geo.example.com.: 0=x.:3",
			"F/geo.map:2: $ORIGIN without a name: $ORIGIN NAME would be right\n");
}

static void test_record(void **state)
{
	struct folder *folder = *state;

	assert_director(folder, "$RECORD example.com.\n0 a.\n", "example.com.: 0=a.:2", "");
	assert_director(folder, "$RECORD example.net.\n0 a.\n", "none: 0=a.:2",
			"F/geo.map:1: $RECORD example.net. lies outside of geo-zone example.com.: a name within "
			"it, or one relative to it, would be right\n");
	/* The original took notexample.com for a name within example.com. */
	assert_director(folder, "$RECORD notexample.com.\n0 a.\n", "none: 0=a.:2",
			"F/geo.map:1: $RECORD notexample.com. lies outside of geo-zone example.com.: a name within "
			"it, or one relative to it, would be right\n");
	assert_director(folder, "$RECORD geo.example.com\n0 a.\n", "geo.example.com.example.com.: 0=a.:2",
			"F/geo.map:1: warning: $RECORD geo.example.com has no trailing dot and means "
			"geo.example.com.example.com.: 'geo.example.com.' or a name relative to geo-zone would be "
			"right\n");
	assert_director(folder, "$RECORD a\n$RECORD b\n0 a.\n", "a.example.com.: 0=a.:3",
			"F/geo.map:2: $RECORD is given twice, first in line 1: one file for each geo name would be "
			"right\n");
	assert_director(folder, "$RECORD a b\n0 a.\n", "none: 0=a.:2",
			"F/geo.map:1: 'b' behind the name of $RECORD: a name and nothing else would be right\n");
	assert_director(folder, "0 a.\n", "none: 0=a.:1",
			"F/geo.map:0: no $RECORD: a line '$RECORD NAME' with the geo name would be right\n");
}

static void test_record_without_geo_zone(void **state)
{
	struct folder *folder = *state;
	struct gx_director director;

	director = read_in(folder, "$RECORD geo\n0 a.\n", NULL);
	assert_string_equal(show(folder, &director), "none: 0=a.:2");
	director = read_in(folder, "$RECORD geo.example.net.\n0 a.\n", NULL);
	assert_string_equal(show(folder, &director), "geo.example.net.: 0=a.:2");
	assert_string_equal(folder_findings(folder), "");
}

static void test_numbers(void **state)
{
	struct folder *folder = *state;

	assert_director(folder, "$RECORD g\n0 a.\n839 b.\n840 c.\n65536 d.\n4294968136 e.\n1000 f.\n999 g.\n",
			"g.example.com.: 0=a.:2 840=c.:4 999=g.:8",
			"F/geo.map:3: no country has the number 839: an ISO 3166-1 numeric code, such as 840 for "
			"the United States, would be right\n"
			"F/geo.map:5: no country has the number 65536: an ISO 3166-1 numeric code, such as 840 for "
			"the United States, would be right\n"
			"F/geo.map:6: no country has the number 4294968136: an ISO 3166-1 numeric code, such as 840 "
			"for the United States, would be right\n"
			"F/geo.map:7: no country has the number 1000: an ISO 3166-1 numeric code, such as 840 for "
			"the United States, would be right\n");
	assert_director(folder, "$RECORD g\n0 a.\n840 b.\n0840 c.\n", "g.example.com.: 0=a.:2 840=c.:4",
			"F/geo.map:4: warning: 0840 is given twice, first in line 3: this line counts, remove the "
			"other\n");
	assert_director(folder, "$RECORD g\n840 b.\n", "g.example.com.: 840=b.:2",
			"F/geo.map:0: no default: a line '0 TARGET' for all countries that are not listed would be "
			"right\n");
}

static void test_lines_that_cannot_be_read(void **state)
{
	assert_director((struct folder *)*state,
			"$RECORD g\n0 a.\nus b.\n840\n-1 c.\n840,d.\n$TTL 300\n$RECORDg\n0x10 e.\n826 # f\n56 a..b\n",
			"g.example.com.: 0=a.:2",
			"F/geo.map:3: 'us' is not a country number: 840 (United States) would be right\n"
			"F/geo.map:4: 840 has no target: NUMBER TARGET would be right\n"
			"F/geo.map:5: '-1' is not a country number: NUMBER TARGET, $RECORD NAME, $ORIGIN NAME or # "
			"would be right\n"
			"F/geo.map:6: '840,d.' is not a country number: NUMBER TARGET, $RECORD NAME, $ORIGIN NAME "
			"or # would be right\n"
			"F/geo.map:7: unknown '$TTL': $RECORD or $ORIGIN would be right\n"
			"F/geo.map:8: unknown '$RECORDg': $RECORD would be right\n"
			"F/geo.map:9: '0x10' is not a country number: NUMBER TARGET, $RECORD NAME, $ORIGIN NAME or "
			"# would be right\n"
			"F/geo.map:10: 826 has no target: NUMBER TARGET would be right\n"
			"F/geo.map:11: target 'a..b' is not a domain name: a label must not be empty\n");
}

static void test_unreadable(void **state)
{
	struct gx_where named = { .file = "pdns.conf", .line = 3 };
	struct folder *folder = *state;
	struct gx_director director;

	assert_int_equal(gx_director_read(&director, &folder->arena, folder_path(folder, "none"), &named, zone,
					  &folder->diag),
			 -EINVAL);
	assert_null(director.record);
	assert_int_equal(director.map.n_rules, 0);
	assert_string_equal(folder_findings(folder), "pdns.conf:3: F/none cannot be read (No such file or "
						     "directory): write the path of an existing file\n");
}

static char *list(struct folder *folder, const char *maps)
{
	struct gx_where where = { .file = "pdns.conf", .line = 3 };
	char *text = gx_arena_strdup(&folder->arena, "");
	const char **files;
	size_t count;

	files = gx_director_list(&folder->arena, folder->path, maps, &where, &folder->diag, &count);
	for (size_t i = 0; i < count; i++)
		text = gx_arena_printf(&folder->arena, "%s%s ", text, files[i] + strlen(folder->path) + 1);
	return text;
}

static void test_list_of_files_and_folders(void **state)
{
	struct folder *folder = *state;

	folder_put(folder, "one", "");
	folder_put(folder, "d/b.map", "");
	folder_put(folder, "d/a~", "");
	folder_put(folder, "d/.swp", "");
	folder_put(folder, "d/sub.map/x", "");
	folder_put(folder, "e/.x", "");
	assert_int_equal(symlink("../one", folder_path(folder, "d/link")), 0);
	assert_string_equal(list(folder, " d/ ,one,"), "d/a~ d/b.map d/link one ");
	assert_string_equal(list(folder, "./one\td"), "one d/a~ d/b.map d/link ");
	assert_string_equal(list(folder, ""), "");
	assert_string_equal(folder_findings(folder), "");
	assert_string_equal(list(folder, "none,one e"), "one ");
	assert_string_equal(
		folder_findings(folder),
		"pdns.conf:3: geo-maps: F/none cannot be read (No such file or directory): name an existing file "
		"or folder\n"
		"pdns.conf:3: warning: geo-maps folder F/e holds no file: put the director maps there\n");
}

/* A name that is said must not vanish unnoticed: its file is listed, and reported when it is read. */
static void test_broken_link_is_listed(void **state)
{
	struct folder *folder = *state;

	folder_put(folder, "d/a", "");
	assert_int_equal(symlink("nowhere", folder_path(folder, "d/b")), 0);
	assert_string_equal(list(folder, "d"), "d/a d/b ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_plain),
		folder_test(test_directives_stand_anywhere),
		folder_test(test_comments_blanks_and_zeros),
		folder_test(test_case),
		folder_test(test_origin),
		folder_test(test_record),
		folder_test(test_record_without_geo_zone),
		folder_test(test_numbers),
		folder_test(test_lines_that_cannot_be_read),
		folder_test(test_unreadable),
		folder_test(test_list_of_files_and_folders),
		folder_test(test_broken_link_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
