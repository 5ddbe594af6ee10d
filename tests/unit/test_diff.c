/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing configurations: shares, countries and prefixes that are told something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/diff.h"
#include "user/core/name.h"

#define DE	  276
#define FR	  250
#define US	  840
#define MAX_RULES 8

/* Two configurations, old and new, each with one map of the sites eu and us. */
struct fixture {
	struct gx_config config[2];
	struct gx_map map[2];
	struct gx_geo geos[2][4];
	struct gx_rule rules[2][MAX_RULES];
	struct gx_entries entries[2][GX_FAMILIES];
	struct gx_diff diff;
};

static const char *const site_names[] = { "eu", "us" };
static uint32_t site_numbers[] = { 0, 1 };

static void rule(struct fixture *fixture, int side, enum gx_rule_kind kind, uint16_t country, uint32_t site)
{
	struct gx_map *map = &fixture->map[side];

	map->rules[map->n_rules++] = (struct gx_rule){
		.kind = kind, .country = country, .key = "", .n_sites = 1, .sites = &site_numbers[site]
	};
}

static struct gx_geo *geo(struct fixture *fixture, int side, const char *owner, enum gx_geo_kind kind)
{
	struct gx_config *config = &fixture->config[side];
	struct gx_geo *new = &config->geos[config->n_geos++];
	knot_dname_storage_t name;

	gx_parse_name(owner, NULL, name, NULL);
	*new = (struct gx_geo){ .owner = gx_name_lower(&config->arena, name),
				.kind = kind,
				.ttl_s = 60,
				.sites = gx_arena_alloc(&config->arena, 2 * sizeof(struct gx_geo_site)) };
	return new;
}

static void target(struct fixture *fixture, int side, struct gx_geo *of, uint32_t site, const char *text)
{
	knot_dname_storage_t name;

	gx_parse_name(text, NULL, name, NULL);
	of->sites[site].target = gx_name_lower(&fixture->config[side].arena, name);
}

/* addresses: separated by blanks. */
static void addresses(struct fixture *fixture, int side, struct gx_geo *of, uint32_t site, const char *text)
{
	struct gx_geo_site *to = &of->sites[site];
	char *copy = gx_arena_strdup(&fixture->config[side].arena, text), *rest = copy, *word;

	to->addresses = gx_arena_alloc(&fixture->config[side].arena, 8 * sizeof(*to->addresses));
	while ((word = strsep(&rest, " ")))
		assert_int_equal(gx_parse_addr(word, &to->addresses[to->n_addresses++]), 0);
}

static void located(struct fixture *fixture, int side, const char *prefix, uint32_t location)
{
	struct gx_prefix parsed;

	assert_int_equal(gx_parse_prefix(prefix, &parsed), 0);
	gx_entries_add(&fixture->entries[side][parsed.addr.family], parsed.addr.family, parsed.addr.value, parsed.bits,
		       location, 1);
}

static struct gx_diff *compare(struct fixture *fixture, size_t max_prefixes)
{
	for (int side = 0; side < 2; side++) {
		struct gx_config *config = &fixture->config[side];

		for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
			gx_partition_init(&config->partition[family], family);
			gx_partition_overlay(&config->partition[family], config->locations,
					     &fixture->entries[side][family], 0);
		}
	}
	gx_diff_configs(&fixture->diff, &fixture->config[0], &fixture->config[1], max_prefixes);
	return &fixture->diff;
}

static int setup(void **state)
{
	struct fixture *fixture = gx_calloc(1, sizeof(*fixture));

	for (int side = 0; side < 2; side++) {
		struct gx_config *config = &fixture->config[side];

		fixture->map[side] = (struct gx_map){
			.name = "map", .rules = fixture->rules[side], .n_sites = 2, .sites = (const char **)site_names
		};
		config->locations = gx_locations_new();
		config->maps = &fixture->map[side];
		config->n_maps = 1;
		config->geos = fixture->geos[side];
	}
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	gx_diff_free(&fixture->diff);
	for (int side = 0; side < 2; side++) {
		for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
			gx_partition_free(&fixture->config[side].partition[family]);
			gx_entries_free(&fixture->entries[side][family]);
		}
		gx_locations_free(fixture->config[side].locations);
		gx_arena_free(&fixture->config[side].arena);
	}
	free(fixture);
	return 0;
}

/* Both sides: www CNAME eu, for US us; 0.0.0.0/2 is DE, 64.0.0.0/3 US; 2000::/4 DE. */
static void same_on_both(struct fixture *fixture)
{
	for (int side = 0; side < 2; side++) {
		struct gx_geo *www = geo(fixture, side, "www.example.com.", GX_GEO_CNAME);

		target(fixture, side, www, 0, "eu.example.com.");
		target(fixture, side, www, 1, "us.example.com.");
		rule(fixture, side, GX_RULE_COUNTRY, US, 1);
		located(fixture, side, "0.0.0.0/2", DE);
		located(fixture, side, "64.0.0.0/3", US);
		located(fixture, side, "2000::/4", DE);
	}
}

static void defaults(struct fixture *fixture)
{
	rule(fixture, 0, GX_RULE_DEFAULT, 0, 0);
	rule(fixture, 1, GX_RULE_DEFAULT, 0, 0);
}

static void assert_prefix(const struct gx_diff_prefix *prefix, const char *expected)
{
	char text[GX_ADDR_TEXT_OCTETS];

	assert_string_equal(gx_show_prefix(&prefix->prefix, text), expected);
}

/* --- tests ------------------------------------------------------------------------------------- */

static void test_nothing_differs(void **state)
{
	struct fixture *fixture = *state;
	struct gx_diff *diff;

	same_on_both(fixture);
	defaults(fixture);
	diff = compare(fixture, 10);
	assert_int_equal(diff->n_geos, 1);
	assert_int_equal(diff->geos[0].n_moves, 0);
	assert_true(diff->geos[0].share[GX_IPV4] == 0);
	assert_int_equal(diff->geos[0].n_prefixes[GX_IPV4], 0);
}

static void test_a_country_goes_elsewhere(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_diff_move *move;
	const struct gx_diff_geo *www;

	same_on_both(fixture);
	rule(fixture, 1, GX_RULE_COUNTRY, DE, 1);
	defaults(fixture);
	gx_map_sort(&fixture->map[1]);
	www = &compare(fixture, 10)->geos[0];
	assert_int_equal(www->n_moves, 1);
	assert_true(www->share[GX_IPV4] == 0.25);
	/* Without Teredo, 2001::/32, and 6to4, 2002::/16, which count as IPv4. */
	assert_true(www->share[GX_IPV6] == 0.5 - 0x1p-29 - 0x1p-13);
	move = &www->moves[0];
	assert_string_equal(move->from.site, "eu");
	assert_string_equal(move->to.site, "us");
	assert_string_equal(move->from.answer, "eu.example.com.");
	assert_string_equal(move->to.answer, "us.example.com.");
	assert_int_equal(move->n_countries, 1);
	assert_int_equal(move->countries[0].country, DE);
	assert_true(move->countries[0].share[GX_IPV4] == 0.25);
	assert_int_equal(www->n_prefixes[GX_IPV4], 1);
	assert_prefix(&www->prefixes[GX_IPV4][0], "0.0.0.0/2");
}

static void test_borders_that_change_nothing_merge(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_diff_geo *www;

	same_on_both(fixture);
	located(fixture, 1, "1.0.0.0/8", FR);
	located(fixture, 0, "128.0.0.0/9", US);
	located(fixture, 0, "128.128.0.0/9", US);
	defaults(fixture);
	www = &compare(fixture, 10)->geos[0];
	assert_int_equal(www->n_moves, 1);
	assert_int_equal(www->all_prefixes[GX_IPV4], 1);
	assert_prefix(&www->prefixes[GX_IPV4][0], "128.0.0.0/8");
	/* Where the new configuration does not know, the old one says which country it was. */
	assert_int_equal(www->moves[0].countries[0].country, US);
	assert_true(www->moves[0].share[GX_IPV4] == 0x1p-8);
}

static void test_the_largest_prefixes_are_kept(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_diff_geo *www;

	same_on_both(fixture);
	located(fixture, 1, "130.0.0.0/24", US);
	located(fixture, 1, "140.0.0.0/16", US);
	located(fixture, 1, "150.0.0.0/24", US);
	located(fixture, 1, "160.0.0.0/8", US);
	defaults(fixture);
	www = &compare(fixture, 3)->geos[0];
	assert_int_equal(www->all_prefixes[GX_IPV4], 4);
	assert_int_equal(www->n_prefixes[GX_IPV4], 3);
	assert_prefix(&www->prefixes[GX_IPV4][0], "160.0.0.0/8");
	assert_prefix(&www->prefixes[GX_IPV4][1], "140.0.0.0/16");
	assert_prefix(&www->prefixes[GX_IPV4][2], "130.0.0.0/24");
}

static void test_moves_are_sorted_and_prefixes_follow(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_diff_geo *www;

	same_on_both(fixture);
	located(fixture, 1, "130.0.0.0/8", US); /* eu -> us, small */
	located(fixture, 1, "64.0.0.0/3", DE);	/* us -> eu, large */
	defaults(fixture);
	www = &compare(fixture, 10)->geos[0];
	assert_int_equal(www->n_moves, 2);
	assert_string_equal(www->moves[0].from.site, "us");
	assert_string_equal(www->moves[1].from.site, "eu");
	assert_prefix(&www->prefixes[GX_IPV4][0], "64.0.0.0/3");
	assert_int_equal(www->prefixes[GX_IPV4][0].move, 0);
	assert_int_equal(www->prefixes[GX_IPV4][1].move, 1);
}

static void test_a_name_of_one_only(void **state)
{
	struct fixture *fixture = *state;
	struct gx_diff *diff;

	geo(fixture, 0, "a.example.com.", GX_GEO_LOCATION);
	geo(fixture, 1, "b.example.com.", GX_GEO_LOCATION);
	defaults(fixture);
	diff = compare(fixture, 10);
	assert_int_equal(diff->n_geos, 2);
	assert_non_null(diff->geos[0].from);
	assert_null(diff->geos[0].to);
	assert_null(diff->geos[1].from);
	assert_non_null(diff->geos[1].to);
}

static void test_what_is_told_counts_not_its_name(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_diff_geo *www;
	struct gx_geo *from, *to;

	from = geo(fixture, 0, "www.example.com.", GX_GEO_ADDRESS);
	to = geo(fixture, 1, "www.example.com.", GX_GEO_ADDRESS);
	addresses(fixture, 0, from, 0, "192.0.2.1 192.0.2.2 2001:db8::1");
	addresses(fixture, 0, from, 1, "192.0.2.9");
	addresses(fixture, 1, to, 0, "192.0.2.8");
	addresses(fixture, 1, to, 1, "2001:db8::1 192.0.2.2 192.0.2.1");
	for (int side = 0; side < 2; side++) {
		located(fixture, side, "0.0.0.0/1", US);
		rule(fixture, side, GX_RULE_COUNTRY, US, side ? 0 : 1);
	}
	rule(fixture, 0, GX_RULE_DEFAULT, 0, 0);
	rule(fixture, 1, GX_RULE_DEFAULT, 0, 1);
	www = &compare(fixture, 10)->geos[0];
	assert_int_equal(www->n_moves, 1);
	assert_true(www->share[GX_IPV4] == 0.5);
	/* Neither site has its own IPv6 address in both: the other site's is told. */
	assert_string_equal(www->moves[0].from.site, "us, eu");
	assert_string_equal(www->moves[0].from.answer, "192.0.2.9 2001:db8::1");
	assert_string_equal(www->moves[0].to.answer, "192.0.2.8 2001:db8::1");
}

static void test_a_probe_tells_countries(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_diff_geo *probe;

	geo(fixture, 0, "localhost.example.com.", GX_GEO_LOCATION);
	geo(fixture, 1, "localhost.example.com.", GX_GEO_LOCATION);
	located(fixture, 0, "10.0.0.0/8", DE);
	located(fixture, 1, "10.0.0.0/8", US);
	defaults(fixture);
	probe = &compare(fixture, 10)->geos[0];
	assert_int_equal(probe->n_moves, 1);
	assert_string_equal(probe->moves[0].from.site, "DE");
	assert_string_equal(probe->moves[0].from.answer, "127.0.1.20");
	assert_string_equal(probe->moves[0].to.answer, "127.0.3.72");
	assert_int_equal(probe->moves[0].countries[0].country, US);
}

static void test_the_whole_space_moves(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_diff_geo *www;

	same_on_both(fixture);
	fixture->map[0].n_rules = fixture->map[1].n_rules = 0;
	rule(fixture, 0, GX_RULE_DEFAULT, 0, 0);
	rule(fixture, 1, GX_RULE_DEFAULT, 0, 1);
	www = &compare(fixture, 10)->geos[0];
	assert_true(www->share[GX_IPV4] == 1);
	assert_true(www->share[GX_IPV6] > 0.99 && www->share[GX_IPV6] <= 1);
	assert_prefix(&www->prefixes[GX_IPV4][0], "0.0.0.0/0");
	assert_int_equal(www->all_prefixes[GX_IPV4], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_differs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_country_goes_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_borders_that_change_nothing_merge, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_largest_prefixes_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moves_are_sorted_and_prefixes_follow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_name_of_one_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_told_counts_not_its_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_probe_tells_countries, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_whole_space_moves, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
