/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Geo maps: the most specific rule decides, and existence never depends on the client. */
#include "tests/unit/scene.h"

#define BE 56
#define RU 643
#define US 840

struct fixture {
	struct scene scene;
	struct gx_map *map;
};

static void put_member(struct gx_group *group, uint16_t country)
{
	group->members[country / 8] |= 1 << (country & 7);
}

/* One rule of each kind, and each with a site of its own. */
static int setup(void **state)
{
	struct fixture *fixture = gx_calloc(1, sizeof(*fixture));
	struct scene *scene = &fixture->scene;
	struct gx_map *map;

	scene_init(scene);
	fixture->map = map = &scene->config.maps[scene->config.n_maps++];
	scene->config.groups = gx_arena_alloc(&scene->config.arena, 2 * sizeof(*scene->config.groups));
	scene->config.n_groups = 2;
	put_member(&scene->config.groups[0], US);
	put_member(&scene->config.groups[0], RU);
	put_member(&scene->config.groups[1], US);
	put_member(&scene->config.groups[1], BE);
	scene_rule(scene, map, GX_RULE_DEFAULT, "", "default");
	scene_rule(scene, map, GX_RULE_CONTINENT, "EU", "continent");
	scene_rule(scene, map, GX_RULE_GROUP, "1", "group1");
	scene_rule(scene, map, GX_RULE_GROUP, "0", "group0");
	scene_rule(scene, map, GX_RULE_COUNTRY, "276", "country");
	scene_rule(scene, map, GX_RULE_REGION, "US/CA", "region");
	scene_rule(scene, map, GX_RULE_CITY, "US/CA/Los Angeles", "city");
	scene_rule(scene, map, GX_RULE_CITY, "US//Springfield", "anywhere");
	scene_rule(scene, map, GX_RULE_ASN, "as64500", "asn");
	scene_rule(scene, map, GX_RULE_OWN, "office", "own");
	scene_rule(scene, map, GX_RULE_COUNTRY, "124", "other-country");
	gx_map_sort(map);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	scene_free(&fixture->scene);
	free(fixture);
	return 0;
}

static void assert_site(struct fixture *fixture, const char *site, struct gx_location location)
{
	const struct gx_rule *rule = gx_map_find(fixture->map, fixture->scene.config.groups, &location);

	assert_non_null(rule);
	assert_string_equal(fixture->map->sites[rule->sites[0]], site);
}

/* own > ASN > city > region > country > group > continent > default */
static void the_most_specific_rule_decides(void **state)
{
	struct gx_location at = { .own = "office", .asn = 64500, .city = "Los Angeles", .region = "CA",
				  .country = US, .continent = "EU" };

	assert_site(*state, "own", at);
	at.own = NULL;
	assert_site(*state, "asn", at);
	at.asn = 64501;
	assert_site(*state, "city", at);
	at.city = "San Diego";
	assert_site(*state, "region", at);
	at.region = "NV";
	assert_site(*state, "group1", at);
	at.country = 276;
	assert_site(*state, "country", at);
	at.country = 250;
	assert_site(*state, "continent", at);
	strcpy(at.continent, "AS");
	assert_site(*state, "default", at);
}

static void what_is_not_known_is_not_matched(void **state)
{
	assert_site(*state, "default", (struct gx_location){ 0 });
	assert_site(*state, "default", (struct gx_location){ .own = "Office" });
	assert_site(*state, "default", (struct gx_location){ .own = "" });
	assert_site(*state, "default", (struct gx_location){ .country = 999 });
	assert_site(*state, "default", (struct gx_location){ .region = "CA" });
	assert_site(*state, "continent", (struct gx_location){ .continent = "EU" });
	assert_site(*state, "other-country", (struct gx_location){ .country = 124, .region = "CA", .continent = "NA" });
}

static void regions_and_cities_match_in_any_case_and_a_city_in_any_region(void **state)
{
	assert_site(*state, "region", (struct gx_location){ .country = US, .region = "ca" });
	assert_site(*state, "city", (struct gx_location){ .country = US, .region = "Ca", .city = "los ANGELES" });
	assert_site(*state, "group1", (struct gx_location){ .country = US, .city = "Los Angeles" });
	assert_site(*state, "group1", (struct gx_location){ .country = US, .region = "C", .city = "Los Angeles" });
	assert_site(*state, "anywhere", (struct gx_location){ .country = US, .region = "IL", .city = "Springfield" });
	assert_site(*state, "anywhere", (struct gx_location){ .country = US, .city = "Springfield" });
	assert_site(*state, "other-country", (struct gx_location){ .country = 124, .city = "Springfield" });
}

/* groups[1] stands before groups[0] in the map's file. */
static void of_several_groups_the_first_in_the_file_decides(void **state)
{
	assert_site(*state, "group1", (struct gx_location){ .country = US });
	assert_site(*state, "group1", (struct gx_location){ .country = BE, .continent = "EU" });
	assert_site(*state, "group0", (struct gx_location){ .country = RU, .continent = "EU" });
}

static void a_map_of_many_countries_finds_each(void **state)
{
	struct scene *scene = &((struct fixture *)*state)->scene;
	struct gx_map *map = &scene->config.maps[scene->config.n_maps++];

	for (int country = 60; country > 0; country--)
		scene_rule(scene, map, GX_RULE_COUNTRY,
			   gx_arena_printf(&scene->config.arena, "%d", 16 * country), "site");
	for (uint16_t country = 0; country <= GX_LOCATION_ISO_MAX; country++) {
		struct gx_location at = { .country = country };
		const struct gx_rule *rule;

		gx_map_sort(map);
		rule = gx_map_find(map, NULL, &at);
		if (country && country % 16 == 0 && country <= 960)
			assert_int_equal(rule->country, country);
		else
			assert_null(rule);	/* no default, which the readers refuse */
	}
}

/* --- sites with addresses ---------------------------------------------------------------------- */

static void the_first_site_of_the_list_with_the_family_answers_and_else_any(void **state)
{
	struct scene *scene = &((struct fixture *)*state)->scene;
	struct gx_map *map = &scene->config.maps[scene->config.n_maps];
	static const char *const mixed[] = { "192.0.2.1", "192.0.2.2 2001:db8::2", "192.0.2.3 2001:db8::3" };
	static const char *const old[] = { "192.0.2.1", "192.0.2.2", "" };
	const struct gx_rule *a_first, *c_first, *a_only;
	struct gx_geo *geo;

	a_first = scene_rule(scene, map, GX_RULE_COUNTRY, "1", "a b c");
	c_first = scene_rule(scene, map, GX_RULE_COUNTRY, "2", "c b a");
	a_only = scene_rule(scene, map, GX_RULE_DEFAULT, "", "a");
	geo = scene_addresses(scene, "www.example.com.", 0, scene->config.n_maps++, mixed);
	assert_int_equal(gx_geo_find_site(geo, map, a_first, GX_IPV4), 0);
	assert_int_equal(gx_geo_find_site(geo, map, a_first, GX_IPV6), 1);
	assert_int_equal(gx_geo_find_site(geo, map, c_first, GX_IPV6), 2);
	/* None of the list has one: the first of the map that does, so that AAAA exists for everyone. */
	assert_int_equal(gx_geo_find_site(geo, map, a_only, GX_IPV6), 1);
	geo = scene_addresses(scene, "old.example.com.", 0, scene->config.n_maps - 1, old);
	assert_int_equal(gx_geo_find_site(geo, map, c_first, GX_IPV4), 1);
	assert_int_equal(gx_geo_find_site(geo, map, c_first, GX_IPV6), GX_SITE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(the_most_specific_rule_decides),
		TEST(what_is_not_known_is_not_matched),
		TEST(regions_and_cities_match_in_any_case_and_a_city_in_any_region),
		TEST(of_several_groups_the_first_in_the_file_decides),
		TEST(a_map_of_many_countries_finds_each),
		TEST(the_first_site_of_the_list_with_the_family_answers_and_else_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
