/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units, checks and locations of an image. */
#include "tests/unit/options_text.h"

static const char *const arguments[] = { "/bin/probe", "--site={site}", "{address}" };

static struct gx_check_plan plans[] = {
	{ .name = "web", .kind = GX_CHECK_HTTP, .up = 2, .down = 3, .jitter_percent = 10, .interval_ms = 1000,
	  .timeout_ms = 500, .port = 80, .status_min = 200, .status_max = 399,
	  .text = "http://{address}/{site}/{address}", .match = "^ok {site}$", .where = { .line = 11 } },
	{ .name = "tcp", .kind = GX_CHECK_TCP, .up = 1, .down = 1, .interval_ms = 100, .timeout_ms = 100, .port = 443,
	  .where = { .line = 12 } },
	{ .name = "run", .kind = GX_CHECK_EXEC, .up = 1, .down = 1, .arguments = (const char **)arguments,
	  .n_arguments = 3, .where = { .line = 13 } },
	{ .name = "file", .kind = GX_CHECK_FILE, .up = 1, .down = 1, .text = "/run/{site}", .where = { .line = 14 } },
};

static size_t web_and_tcp[] = { 0, 1 }, run_and_file[] = { 2, 3 };

/* Two geo names with checks over a map of eu and us, which share an address. */
static void make(struct fixture *fixture)
{
	static const char *const first[] = { "192.0.2.1 2001:db8::1", "192.0.2.2" };
	static const char *const second[] = { "192.0.2.1", "192.0.2.3" };
	struct scene *scene = &fixture->scene;
	struct gx_map *map = &scene->config.maps[scene->config.n_maps++];
	struct gx_geo *geo;

	scene->config.plans = plans;
	scene->config.n_plans = NUMBER(plans);
	map->name = "map";
	scene_rule(scene, map, GX_RULE_DEFAULT, "0", "eu us");
	scene_zone(scene, "example.com.", "eu A 192.0.2.1\n");
	geo = scene_addresses(scene, "a.example.com.", 0, 0, first);
	geo->checks = web_and_tcp;
	geo->n_checks = 2;
	geo = scene_addresses(scene, "b.example.com.", 0, 0, second);
	geo->checks = web_and_tcp;
	geo->n_checks = 1;
}

/* The nth check, from 1 on. */
static const struct gx_check *check_at(const struct fixture *fixture, size_t number)
{
	assert_in_range(number, 1, fixture->image.n_checks - 1);
	return &fixture->image.checks[number];
}

static void assert_check(const struct fixture *fixture, size_t number, const char *unit, const char *name,
			 const char *address, const char *target)
{
	const struct gx_check *check = check_at(fixture, number);

	assert_string_equal(fixture->image.units[check->unit].name, unit);
	assert_string_equal(check->name, name);
	assert_string_equal(check->address, address);
	assert_string_equal(check->target, target);
}

static void units_are_sites_first_and_then_targets_each_once(void **state)
{
	static const char *const names[] = {
		"eu", "us", "web 192.0.2.1", "tcp 192.0.2.1", "web 2001:db8::1", "tcp 2001:db8::1", "web 192.0.2.2",
		"tcp 192.0.2.2", "web 192.0.2.3",
	};
	struct fixture *fixture = *state;

	make(fixture);
	build(fixture);
	assert_int_equal(fixture->image.n_units, 1 + NUMBER(names));
	for (size_t i = 0; i < NUMBER(names); i++) {
		assert_string_equal(fixture->image.units[1 + i].name, names[i]);
		assert_int_equal(fixture->image.units[1 + i].flags, i < 2 ? GX_UNIT_SITE : 0);
	}
	assert_int_equal(fixture->image.n_checks, 1 + NUMBER(names) - 2);
	assert_options(fixture, "b.example.com.", GX_TYPE_A, 0,
		       "[eu, web 192.0.2.1] 60 192.0.2.1\n[us, web 192.0.2.3] 60 192.0.2.3\n");
	assert_options(fixture, "a.example.com.", GX_TYPE_AAAA, 0, "");
}

static void checks_of_targets_have_their_address(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_check *check;

	make(fixture);
	build(fixture);
	assert_check(fixture, 1, "web 192.0.2.1", "web", "192.0.2.1", "http://192.0.2.1/eu/192.0.2.1");
	assert_check(fixture, 4, "tcp 2001:db8::1", "tcp", "2001:db8::1", "");
	check = check_at(fixture, 1);
	assert_string_equal(check->match, "^ok eu$");
	assert_int_equal(check->kind, GX_CHECK_HTTP);
	assert_int_equal(check->up, 2);
	assert_int_equal(check->down, 3);
	assert_int_equal(check->jitter_percent, 10);
	assert_int_equal(check->interval_ms, 1000);
	assert_int_equal(check->timeout_ms, 500);
	assert_int_equal(check->port, 80);
	assert_int_equal(check->status_min, 200);
	assert_int_equal(check->status_max, 399);
	assert_int_equal(check_at(fixture, 4)->port, 443);
}

static void checks_of_sites_act_on_the_site(void **state)
{
	static struct gx_site_plan sites[] = {
		{ .name = "eu", .checks = run_and_file, .n_checks = 2, .has_address = true },
		{ .name = "nobody", .checks = run_and_file, .n_checks = 2 },
	};
	struct fixture *fixture = *state;
	const struct gx_check *check;

	make(fixture);
	assert_int_equal(gx_parse_addr("198.51.100.7", &sites[0].address), 0);
	fixture->scene.config.site_plans = sites;
	fixture->scene.config.n_site_plans = NUMBER(sites);
	build(fixture);
	check = check_at(fixture, 1);
	assert_string_equal(fixture->image.units[check->unit].name, "eu");
	assert_int_equal(check->n_arguments, 3);
	assert_memory_equal(check->target, "/bin/probe\0--site=eu\000198.51.100.7", sizeof("/bin/probe\0--site=eu\000198.51.100.7"));
	assert_check(fixture, 2, "eu", "file", "", "/run/eu");
}

static void name_of_a_target_is_where_to_connect(void **state)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { US, "us.example.com." }, { 0 } };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	struct gx_geo *geo;

	scene_zone(scene, "example.com.", "eu A 192.0.2.1\nus A 192.0.2.2\n");
	scene->config.plans = plans;
	scene->config.n_plans = NUMBER(plans);
	geo = scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs));
	geo->checks = &web_and_tcp[1];
	geo->n_checks = 1;
	build(fixture);
	assert_check(fixture, 1, "tcp eu.example.com.", "tcp", "eu.example.com", "");
	assert_options(fixture, "geo.example.com.", KNOT_RRTYPE_CNAME, 0,
		       "[eu.example.com., tcp eu.example.com.] 60 eu.example.com.\n"
		       "[us.example.com., tcp us.example.com.] 60 us.example.com.\n");
}

/* Build a site with a check, and expect one error. */
static void assert_refused(void **state, struct gx_check_plan *plan, const char *text)
{
	struct gx_site_plan site = { .name = "eu", .checks = (size_t[]){ 0 }, .n_checks = 1 };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;

	make(fixture);
	for (size_t i = 0; i < scene->config.n_geos; i++)
		scene->config.geos[i].n_checks = 0;
	scene->config.plans = plan;
	scene->config.n_plans = 1;
	scene->config.site_plans = &site;
	scene->config.n_site_plans = 1;
	assert_int_equal(gx_image_build(&fixture->image, &scene->config, &scene->diag), -EINVAL);
	assert_findings(fixture, text);
}

static void text_too_long_for_its_field_is_an_error(void **state)
{
	struct gx_check_plan plan = { .name = "long", .kind = GX_CHECK_FILE, .where = { .file = "f", .line = 7 } };
	char path[600] = {0};

	memset(path, '/', 512);
	plan.text = path;
	assert_refused(state, &plan, "7: the path of check long for site eu takes 512 octets: a shorter one would be right "
		       "(there is room for 511)\n");
}

static void check_of_a_site_without_an_address_cannot_connect(void **state)
{
	struct gx_check_plan plan = { .name = "tcp", .kind = GX_CHECK_TCP, .where = { .file = "f", .line = 7 } };

	assert_refused(state, &plan, "7: the address of check tcp has {address}, and site eu has none: `address` in `sites` "
		       "would be right\n");
}

static void locations_have_names_and_classes(void **state)
{
	struct fixture *fixture = *state;
	struct gx_locations *table = fixture->scene.config.locations;
	uint32_t office = gx_locations_number(table, &(struct gx_location){ .own = "office" }, GX_SPEAKS_OWN);
	uint32_t both = gx_locations_combine(table, US, office);

	make(fixture);
	build(fixture);
	assert_string_equal(fixture->image.locations[US].name, "US");
	assert_string_equal(fixture->image.locations[0].name, "");
	assert_string_equal(fixture->image.locations[office].name, "office");
	assert_string_equal(fixture->image.locations[both].name, "");
	for (size_t i = 0; i < fixture->image.n_locations; i++)
		assert_int_equal(fixture->image.locations[i].class_id, fixture->image.class_of[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(units_are_sites_first_and_then_targets_each_once, setup, teardown),
		cmocka_unit_test_setup_teardown(checks_of_targets_have_their_address, setup, teardown),
		cmocka_unit_test_setup_teardown(checks_of_sites_act_on_the_site, setup, teardown),
		cmocka_unit_test_setup_teardown(name_of_a_target_is_where_to_connect, setup, teardown),
		cmocka_unit_test_setup_teardown(text_too_long_for_its_field_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(check_of_a_site_without_an_address_cannot_connect, setup, teardown),
		cmocka_unit_test_setup_teardown(locations_have_names_and_classes, setup, teardown),
	};

	return cmocka_run_group_tests_name("image units", tests, NULL, NULL);
}
