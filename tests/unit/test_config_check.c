/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is checked of geo names and maps beyond what a director map can say. */
#include "tests/unit/scene.h"
#include "user/core/config_impl.h"

static int setup(void **state)
{
	struct scene *scene = gx_calloc(1, sizeof(*scene));

	scene_init(scene);
	scene_zone(scene, "example.com.",
		   "eu A 192.0.2.1\nus A 192.0.2.2\nbackend CNAME eu\n@ A 203.0.113.1\nwww A 203.0.113.1\n"
		   "www TXT beside\nsub NS ns.sub\nns.sub A 203.0.113.2\nback CNAME geo\n");
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	scene_free(*state);
	free(*state);
	return 0;
}

static void assert_findings(struct scene *scene, const char *expected)
{
	char *text;

	gx_config_sort_geos(&scene->config);
	/* Not all geo names: of most tests, the one that `back` leads to. */
	gx_config_check(&scene->config, false, &scene->diag);
	text = scene_findings(scene);
	assert_string_equal(text, expected);
	free(text);
}

/* A map, and a CNAME geo name whose targets are named as the sites. */
static struct gx_map *add_map(struct scene *scene)
{
	return &scene->config.maps[scene->config.n_maps++];
}

static void add_cnames(struct scene *scene, const char *owner, size_t map_index)
{
	struct gx_map *map = &scene->config.maps[map_index];
	struct gx_geo_site *sites = gx_arena_alloc(&scene->config.arena, map->n_sites * sizeof(*sites));

	gx_map_sort(map);
	for (size_t i = 0; i < map->n_sites; i++) {
		sites[i].target = scene_name(scene, gx_arena_printf(&scene->config.arena, "%s.example.com.",
								    map->sites[i]));
		sites[i].where = (struct gx_where){ .file = "conf", .line = 10, .column = i + 1 };
	}
	scene->targets[map_index] = sites;
	scene_geo(scene, owner, 0, map_index);
}

static void targets_of_later_sites_are_checked_too(void **state)
{
	struct scene *scene = *state;
	struct gx_map *map = add_map(scene);

	scene_rule(scene, map, GX_RULE_DEFAULT, "", "eu us gone");
	scene_rule(scene, map, GX_RULE_OWN, "office", "lost");
	add_cnames(scene, "geo.example.com.", 0);
	scene->config.zones[0].file = "zone";
	assert_findings(scene, "10: target lost.example.com. of geo name geo.example.com. does not exist in zone "
			"example.com.: add it to zone, or name another\n"
			"10: target gone.example.com. of geo name geo.example.com. does not exist in zone "
			"example.com.: add it to zone, or name another\n");
}

static void loops_through_later_sites_are_found(void **state)
{
	struct scene *scene = *state;
	struct gx_map *map = add_map(scene);

	scene_rule(scene, map, GX_RULE_DEFAULT, "", "eu back");
	add_cnames(scene, "geo.example.com.", 0);
	assert_findings(scene, "13: CNAME loop back.example.com. -> geo.example.com. -> back.example.com.: a target "
			"with an address would be right\n");
}

/* Each of them leads on to the other for the ASN alone. */
static void loops_between_maps_are_found_by_every_kind_of_rule(void **state)
{
	static const struct {
		enum gx_rule_kind kind;
		const char *key;
	} rules[] = { { GX_RULE_OWN, "office" }, { GX_RULE_ASN, "AS64500" }, { GX_RULE_CITY, "US/CA/Los Angeles" },
		      { GX_RULE_CITY, "US//Springfield" }, { GX_RULE_REGION, "US/CA" }, { GX_RULE_COUNTRY, "840" },
		      { GX_RULE_COUNTRY, "950" }, { GX_RULE_GROUP, "0" }, { GX_RULE_CONTINENT, "EU" } };

	for (size_t i = 0; i < NUMBER(rules); i++) {
		struct scene *scene = *state;
		struct gx_group group = { .name = "group" };

		group.members[840 / 8] = 1 << (840 & 7);
		scene->config.groups = &group;
		scene->config.n_groups = 1;
		for (int j = 0; j < 2; j++) {
			struct gx_map *map = add_map(scene);

			scene_rule(scene, map, GX_RULE_DEFAULT, "", "eu");
			scene_rule(scene, map, rules[i].kind, rules[i].key, j ? "one" : "two");
			add_cnames(scene, j ? "two.example.com." : "one.example.com.", j);
		}
		assert_findings(scene, "10: CNAME loop one.example.com. -> two.example.com. -> one.example.com.: a "
				"target with an address would be right\n");
		teardown(state);
		setup(state);
	}
}

static void addresses_stand_beside_all_but_a_cname(void **state)
{
	static const char *const addresses[] = { "192.0.2.1", "192.0.2.2" };
	struct scene *scene = *state;
	struct gx_map *map = add_map(scene);
	const char *file;

	scene_rule(scene, map, GX_RULE_DEFAULT, "", "eu us");
	scene_addresses(scene, "example.com.", 0, 0, addresses);
	scene_addresses(scene, "www.example.com.", 0, 0, addresses);
	scene_addresses(scene, "*.cdn.example.com.", 0, 0, addresses);
	assert_findings(scene, "");
	scene_addresses(scene, "backend.example.com.", 0, 0, addresses);
	scene_addresses(scene, "x.sub.example.com.", 0, 0, addresses);
	scene_addresses(scene, "sub.example.com.", 0, 0, addresses);
	file = scene->config.zones[0].file;
	assert_findings(scene, gx_arena_printf(&scene->config.arena,
			"1: geo name backend.example.com. has a CNAME at %s:7, which cannot stand beside addresses "
			"(RFC 1034 3.6.2): remove it there, or choose another name\n"
			"1: geo name sub.example.com. lies where sub.example.com. is delegated, in %s: a name "
			"elsewhere would be right\n"
			"1: geo name x.sub.example.com. lies where sub.example.com. is delegated, in %s: a name "
			"elsewhere would be right\n", file, file, file));
}

static void a_cname_stands_neither_at_the_apex_nor_beside_data(void **state)
{
	struct scene *scene = *state;
	struct gx_map *map = add_map(scene);

	scene_rule(scene, map, GX_RULE_DEFAULT, "", "eu");
	add_cnames(scene, "example.com.", 0);
	add_cnames(scene, "*.any.example.com.", 0);
	assert_findings(scene, "1: geo name example.com. is the apex of its zone, where a CNAME cannot stand beside "
			"SOA and NS (RFC 1034 3.6.2): a name below it would be right\n");
}

static void a_list_of_sites_without_a_family_is_warned_of(void **state)
{
	static const char *const addresses[] = { "192.0.2.1", "192.0.2.2 2001:db8::2" };
	struct scene *scene = *state;
	struct gx_map *map = add_map(scene);

	scene_rule(scene, map, GX_RULE_DEFAULT, "", "eu us");
	scene_rule(scene, map, GX_RULE_COUNTRY, "840", "us");
	scene_addresses(scene, "www.example.com.", 0, 0, addresses);
	assert_findings(scene, "");
	scene_rule(scene, map, GX_RULE_COUNTRY, "826", "eu");
	assert_findings(scene, "1: warning: geo name www.example.com. has no IPv6 address for the clients that "
			"map:3 sends to site eu, so that they get that of site us: an address of eu would be right, or a list of "
			"sites that goes on\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(targets_of_later_sites_are_checked_too),
		TEST(loops_through_later_sites_are_found),
		TEST(loops_between_maps_are_found_by_every_kind_of_rule),
		TEST(addresses_stand_beside_all_but_a_cname),
		TEST(a_cname_stands_neither_at_the_apex_nor_beside_data),
		TEST(a_list_of_sites_without_a_family_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
