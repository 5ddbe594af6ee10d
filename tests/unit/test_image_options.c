/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options: what a choice becomes as sites and targets go down. */
#include "tests/unit/options_text.h"

#define ZONE "eu A 192.0.2.1\nus A 192.0.2.2\njp A 192.0.2.3\nlast A 192.0.2.9\nwww CNAME geo\n"

static const char *const plain[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3 2001:db8::3" };

static void assert_kind(struct fixture *fixture, const char *name, uint16_t type, uint32_t kind)
{
	assert_int_equal(ref_of(fixture, name, type) & GX_REF_KIND, kind);
}

/* Sites eu, us, jp: default eu; US: us jp; Japan: jp. */
static struct gx_map *make_map(struct fixture *fixture)
{
	struct scene *scene = &fixture->scene;
	struct gx_map *map = &scene->config.maps[scene->config.n_maps];

	map->name = "map";
	scene_rule(scene, map, GX_RULE_DEFAULT, "0", "eu us");
	scene_rule(scene, map, GX_RULE_COUNTRY, "840", "us jp");
	scene_rule(scene, map, GX_RULE_COUNTRY, "392", "jp");
	gx_map_sort(map);
	return &scene->config.maps[scene->config.n_maps++];
}

static struct gx_geo *make_addresses(struct fixture *fixture, const char *const *addresses)
{
	struct scene *scene = &fixture->scene;

	if (!scene->config.n_maps)
		make_map(fixture);
	if (!scene->config.n_zones)
		scene_zone(scene, "example.com.", ZONE);
	return scene_addresses(scene, "geo.example.com.", 0, 0, addresses);
}

static struct gx_check_plan web_plan = {
	.name = "web", .kind = GX_CHECK_TCP, .up = 2, .down = 3, .interval_ms = 1000, .timeout_ms = 500, .port = 80,
};

static void give_checks(struct scene *scene, struct gx_geo *geo)
{
	static size_t first[] = { 0 };

	scene->config.plans = &web_plan;
	scene->config.n_plans = 1;
	geo->checks = first;
	geo->n_checks = 1;
}

/* --- order ------------------------------------------------------------------------------------- */

static void sites_follow_the_rule_s_list_the_default_s_and_the_map_s(void **state)
{
	struct fixture *fixture = *state;

	make_addresses(fixture, plain);
	build(fixture);
	assert_options(fixture, "geo.example.com.", GX_TYPE_A, 0, "[eu] 60 192.0.2.1\n[us] 60 192.0.2.2\n[jp] 60 192.0.2.3\n");
	assert_options(fixture, "geo.example.com.", GX_TYPE_A, 840,
		       "[us] 60 192.0.2.2\n[jp] 60 192.0.2.3\n[eu] 60 192.0.2.1\n");
	assert_options(fixture, "geo.example.com.", GX_TYPE_A, 392,
		       "[jp] 60 192.0.2.3\n[eu] 60 192.0.2.1\n[us] 60 192.0.2.2\n");
	/* The only site with an IPv6 address: nothing can change, and nobody gets anything else. */
	assert_options(fixture, "geo.example.com.", GX_TYPE_AAAA, 840, "");
	assert_kind(fixture, "geo.example.com.", GX_TYPE_AAAA, GX_REF_FIXED);
	assert_kind(fixture, "geo.example.com.", KNOT_RRTYPE_MX, GX_REF_FIXED);
}

static void order_ends_after_eight_sites_or_the_rule_s_own(void **state)
{
	struct scene *scene = &((struct fixture *)*state)->scene;
	struct gx_map *map = &scene->config.maps[0];
	const struct gx_rule *other;
	uint32_t order[12];
	size_t listed;

	scene_rule(scene, map, GX_RULE_COUNTRY, "4", "a b");
	other = scene_rule(scene, map, GX_RULE_COUNTRY, "8", "a b c d e f g h i j");
	scene_rule(scene, map, GX_RULE_DEFAULT, "0", "l b k");
	assert_int_equal(gx_map_order(map, &map->rules[0], NULL, GX_IPV4, order, &listed), 8);
	assert_int_equal(listed, 2);
	assert_memory_equal(order, ((uint32_t[]){ 0, 1, 10, 11, 2, 3, 4, 5 }), 8 * sizeof(*order));
	assert_int_equal(gx_map_order(map, other, NULL, GX_IPV4, order, NULL), 10);
	assert_int_equal(order[9], 9);
}

static void aliases_and_cname_targets_have_the_options_of_the_chain(void **state)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { US, "us.example.com." }, { 0 } };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;

	scene_zone(scene, "example.com.", ZONE);
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs));
	build(fixture);
	assert_options(fixture, "www.example.com.", GX_TYPE_A, 0,
		       "[eu.example.com.] 300 geo.example.com. eu.example.com. 192.0.2.1\n"
		       "[us.example.com.] 300 geo.example.com. us.example.com. 192.0.2.2\n");
	assert_options(fixture, "www.example.com.", KNOT_RRTYPE_CNAME, 0, "");
	assert_options(fixture, "geo.example.com.", KNOT_RRTYPE_CNAME, US,
		       "[us.example.com.] 60 us.example.com.\n[eu.example.com.] 60 eu.example.com.\n");
}

/* Two geo names, one behind the other: the second one's alternatives before the first one's. */
static void chain_of_two_geo_names_is_searched_depth_first(void **state)
{
	static const char *const inner[] = { "192.0.2.11", "192.0.2.12" };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	static const struct pair pairs[] = { { 0, "inner.example.com." }, { US, "jp.example.com." }, { 0 } };
	struct gx_map *map;

	scene_zone(scene, "example.com.", ZONE);
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs));
	map = &scene->config.maps[scene->config.n_maps++];
	scene_rule(scene, map, GX_RULE_DEFAULT, "0", "eu us");
	map->all_down = GX_ALL_DOWN_LAST;
	scene_addresses(scene, "inner.example.com.", 0, 1, inner);
	build(fixture);
	assert_options(fixture, "geo.example.com.", GX_TYPE_A, 0,
		       "[inner.example.com., eu] 60 inner.example.com. 192.0.2.11\n"
		       "[inner.example.com., us] 60 inner.example.com. 192.0.2.12\n"
		       "[jp.example.com.] 60 jp.example.com. 192.0.2.3 keep\n");
	assert_options(fixture, "geo.example.com.", GX_TYPE_A, US,
		       "[jp.example.com.] 60 jp.example.com. 192.0.2.3\n"
		       "[inner.example.com., eu] 60 inner.example.com. 192.0.2.11\n"
		       "[inner.example.com., us] 60 inner.example.com. 192.0.2.12\n");
}

/* --- addresses --------------------------------------------------------------------------------- */

static void checked_addresses_are_answered_in_all_subsets(void **state)
{
	static const char *const addresses[] = { "192.0.2.1 192.0.2.4 192.0.2.5", "192.0.2.2", "" };
	struct fixture *fixture = *state;

	give_checks(&fixture->scene, make_addresses(fixture, addresses));
	build(fixture);
	assert_options(fixture, "geo.example.com.", GX_TYPE_A, 0,
		       "[eu, web 192.0.2.1, web 192.0.2.4, web 192.0.2.5] 60 192.0.2.1 192.0.2.4 192.0.2.5\n"
		       "[eu, web 192.0.2.1, web 192.0.2.4] 60 192.0.2.1 192.0.2.4\n"
		       "[eu, web 192.0.2.1, web 192.0.2.5] 60 192.0.2.1 192.0.2.5\n"
		       "[eu, web 192.0.2.4, web 192.0.2.5] 60 192.0.2.4 192.0.2.5\n"
		       "[eu, web 192.0.2.1] 60 192.0.2.1\n"
		       "[eu, web 192.0.2.4] 60 192.0.2.4\n"
		       "[eu, web 192.0.2.5] 60 192.0.2.5\n"
		       "[us, web 192.0.2.2] 60 192.0.2.2\n");
}

/* The unit of the nth address. */
static struct gx_unit *address_unit(struct fixture *fixture, unsigned int number)
{
	char name[GX_UNIT_NAME_OCTETS];

	snprintf(name, sizeof(name), "web 192.0.2.%u", number);
	return unit_of(&fixture->image, name);
}

/* Addresses that an answer names; all of them must be up. */
static unsigned int count_named(struct fixture *fixture, unsigned int count, char *text)
{
	unsigned int named = 0;
	char *cursor = text, *word;

	while ((word = strsep(&cursor, " "))) {
		unsigned int number;

		if (sscanf(word, "192.0.2.%u", &number) != 1)
			continue;
		assert_in_range(number, 1, count);
		assert_int_equal(address_unit(fixture, number)->flags, 0);
		named++;
	}
	return named;
}

/* Sets of addresses are down at random. The answer names none of these, and one that is up while there is any. */
static void check_downs(struct fixture *fixture, unsigned int count)
{
	struct gx_choice choice = choice_of(fixture, "geo.example.com.", GX_TYPE_A, 0);
	unsigned int seed = count;

	for (int round = 0; round < 60; round++) {
		unsigned int up = 0, named;
		char *text;

		for (unsigned int i = 1; i <= count; i++) {
			address_unit(fixture, i)->flags = rand_r(&seed) % 60 < round ? GX_UNIT_DOWN : 0;
			up += !address_unit(fixture, i)->flags;
		}
		text = cell_text(fixture, "geo.example.com.", GX_TYPE_A,
				 selected_cell(fixture, choice));
		named = count_named(fixture, count, text);
		if (count <= 4)
			assert_int_equal(named, up);
		else if (count <= 20)
			assert_true(!named == !up);
		free(text);
	}
}

static void no_answer_names_what_is_down(void **state)
{
	static const unsigned int counts[] = { 2, 3, 4, 5, 6, 7, 9, 20, 40, 60 };

	for (size_t i = 0; i < NUMBER(counts); i++) {
		struct fixture *fixture = *state;
		char *all = strdup("");
		const char *addresses[3] = { NULL, "198.51.100.1", "" };

		for (unsigned int j = 1; j <= counts[i]; j++)
			scene_append(&all, "%s192.0.2.%u", j > 1 ? " " : "", j);
		addresses[0] = all;
		give_checks(&fixture->scene, make_addresses(fixture, addresses));
		build(fixture);
		/* Beyond 31 options for each of two sites, some are left away, and that is said once. */
		assert_int_equal(fixture->scene.diag.count, counts[i] > 6);
		check_downs(fixture, counts[i]);
		free(all);
		teardown(state);
		setup(state);
	}
}

/* --- all down ---------------------------------------------------------------------------------- */

static void all_down_none_is_nodata(void **state)
{
	struct fixture *fixture = *state;

	make_addresses(fixture, plain);
	fixture->scene.config.maps[0].all_down = GX_ALL_DOWN_NONE;
	build(fixture);
	assert_options(fixture, "geo.example.com.", GX_TYPE_A, 392,
		       "[jp] 60 192.0.2.3\n[eu] 60 192.0.2.1\n[us] 60 192.0.2.2\n[] nodata\n");
	assert_options(fixture, "geo.example.com.", GX_TYPE_AAAA, 392, "[jp] 60 2001:db8::3\n[] nodata\n");
	assert_kind(fixture, "geo.example.com.", GX_TYPE_AAAA, GX_REF_CLASS);
}

static void last_resort_is_answered_when_all_is_down(void **state)
{
	struct fixture *fixture = *state;
	static struct gx_addr address;
	static struct gx_geo_site resort = { .addresses = &address, .n_addresses = 1 };

	assert_int_equal(gx_parse_addr("192.0.2.9", &address), 0);
	make_addresses(fixture, plain)->last_resort = &resort;
	fixture->scene.config.maps[0].all_down = GX_ALL_DOWN_LAST;	/* the last resort speaks */
	build(fixture);
	assert_options(fixture, "www.example.com.", GX_TYPE_A, 392,
		       "[jp] 300 geo.example.com. 192.0.2.3\n[eu] 300 geo.example.com. 192.0.2.1\n"
		       "[us] 300 geo.example.com. 192.0.2.2\n[] 300 geo.example.com. 192.0.2.9\n");
	assert_options(fixture, "geo.example.com.", GX_TYPE_AAAA, 392, "[jp] 60 2001:db8::3\n[] nodata\n");
}

static void last_resort_of_a_cname_is_a_target(void **state)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { US, "us.example.com." }, { 0 } };
	static struct gx_geo_site resort;
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;

	scene_zone(scene, "example.com.", ZONE);
	resort.target = scene_name(scene, "last.example.com.");
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs))->last_resort = &resort;
	build(fixture);
	assert_options(fixture, "geo.example.com.", GX_TYPE_A, 0,
		       "[eu.example.com.] 60 eu.example.com. 192.0.2.1\n"
		       "[us.example.com.] 60 us.example.com. 192.0.2.2\n[] 60 last.example.com. 192.0.2.9\n");
	assert_int_not_equal(ref_of(fixture, "last.example.com.", GX_TYPE_A), GX_REF_NONE);
}

static void clamped_answers_have_the_lower_ttl(void **state)
{
	struct fixture *fixture = *state;

	make_addresses(fixture, plain)->ttl_min_s = 5;
	build(fixture);
	assert_options(fixture, "geo.example.com.", GX_TYPE_A, 0,
		       "[eu] 5/60 192.0.2.1\n[us] 5/60 192.0.2.2\n[jp] 5/60 192.0.2.3\n");
	/* One answer, but a drain lowers its TTL. */
	assert_options(fixture, "geo.example.com.", GX_TYPE_AAAA, 0, "[jp] 5/60 2001:db8::3\n");
}

/* A TTL that no choice has room for, and a lower one: both have cells, or none of them. */
static void ttl_beyond_a_choice_has_cells_with_the_lower_one_too(void **state)
{
	static const uint32_t ttls[] = { GX_CHOICE_NUMBER, GX_CHOICE_NUMBER + 1u, INT32_MAX };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < NUMBER(ttls); i++) {
		struct gx_geo *geo = make_addresses(fixture, plain);
		char expected[256], *text;

		geo->ttl_s = ttls[i];
		geo->ttl_min_s = 10;
		build(fixture);
		snprintf(expected, sizeof(expected),
			 "[eu] 10/%u 192.0.2.1\n[us] 10/%u 192.0.2.2\n[jp] 10/%u 192.0.2.3\n", ttls[i], ttls[i], ttls[i]);
		assert_options(fixture, "geo.example.com.", GX_TYPE_A, 0, expected);
		for (size_t unit = 1; unit < fixture->image.n_units; unit++)
			if (!strcmp(fixture->image.units[unit].name, "eu"))
				fixture->image.units[unit].flags |= GX_UNIT_DRAINED;
		text = cell_text(fixture, "geo.example.com.", GX_TYPE_A,
				 selected_cell(fixture, choice_of(fixture, "geo.example.com.", GX_TYPE_A, 0)));
		assert_string_equal(text, "10 192.0.2.2");
		free(text);
		teardown(state);
		setup(state);
		fixture = *state;
	}
}

/* --- weights ----------------------------------------------------------------------------------- */

/* The first of the slots of a choice that is a spread. */
static const struct gx_choice *slots_of(struct fixture *fixture, const struct gx_choice *choice, uint32_t kind)
{
	assert_int_equal(choice->answer & GX_CHOICE_KIND, kind);
	assert_int_equal(choice->option, 0);
	assert_true((choice->answer & GX_CHOICE_NUMBER) + GX_SPREAD_SLOTS <= fixture->image.n_choices);
	return &fixture->image.choices[choice->answer & GX_CHOICE_NUMBER];
}

static void assert_share(struct fixture *fixture, const struct gx_choice *slots, const char *answer, int from, int to)
{
	int count = 0;

	for (int i = 0; i < GX_SPREAD_SLOTS; i++) {
		char *text = cell_text(fixture, "geo.example.com.", GX_TYPE_A, selected_cell(fixture, slots[i]));

		count += !strcmp(text, answer);
		free(text);
	}
	assert_in_range(count, from, to);
}

static void weighted_sites_share_the_slots_and_what_is_down_is_redistributed(void **state)
{
	static uint32_t weights[] = { 50, 30, 20 };
	struct fixture *fixture = *state;
	uint32_t before[GX_SPREAD_SLOTS];
	const struct gx_choice *slots;
	struct gx_choice choice;
	struct gx_map *map = make_map(fixture);

	map->weights = weights;
	map->rules[map->n_rules - 1].n_sites = 0;
	map->rules[map->n_rules - 1].sites[map->rules[map->n_rules - 1].n_sites++] = 0;
	map->rules[map->n_rules - 1].sites[map->rules[map->n_rules - 1].n_sites++] = 1;
	map->rules[map->n_rules - 1].sites[map->rules[map->n_rules - 1].n_sites++] = 2;
	make_addresses(fixture, plain);
	build(fixture);
	choice = choice_of(fixture, "geo.example.com.", GX_TYPE_A, 0);
	slots = slots_of(fixture, &choice, GX_CHOICE_BY_CLIENT);
	assert_share(fixture, slots, "60 192.0.2.1", 128, 128);
	assert_share(fixture, slots, "60 192.0.2.2", 77, 77);
	assert_share(fixture, slots, "60 192.0.2.3", 51, 51);
	for (int i = 0; i < GX_SPREAD_SLOTS; i++)
		before[i] = selected_cell(fixture, slots[i]);
	for (int site = 0; site < 3; site++) {
		static const char *const names[] = { "eu", "us", "jp" };
		static const char *const answers[] = { "60 192.0.2.1", "60 192.0.2.2", "60 192.0.2.3" };
		uint32_t own = 0, total = 100 - weights[site];

		unit_of(&fixture->image, names[site])->flags |= GX_UNIT_DRAINED;
		for (int i = 0; i < GX_SPREAD_SLOTS; i++) {
			char *text = cell_text(fixture, "geo.example.com.", GX_TYPE_A, before[i]);
			bool was_own = !strcmp(text, answers[site]);

			own += was_own;
			if (!was_own)	/* nobody else moves */
				assert_int_equal(selected_cell(fixture, slots[i]), before[i]);
			free(text);
		}
		for (int other = 0; other < 3; other++) {
			int share = (int)(GX_SPREAD_SLOTS * weights[other] / total);

			assert_share(fixture, slots, answers[other], other == site ? 0 : share - 1,
				     other == site ? 0 : share + 2);
		}
		unit_of(&fixture->image, names[site])->flags &= ~(__u32)GX_UNIT_DRAINED;
	}
	/* The US lists us and jp: these two share, and eu follows. */
	choice = choice_of(fixture, "geo.example.com.", GX_TYPE_A, 840);
	slots = slots_of(fixture, &choice, GX_CHOICE_BY_CLIENT);
	assert_share(fixture, slots, "60 192.0.2.2", 153, 154);
	assert_share(fixture, slots, "60 192.0.2.3", 102, 103);
	/* Japan lists one: nothing to draw from. */
	assert_options(fixture, "geo.example.com.", GX_TYPE_A, 392,
		       "[jp] 60 192.0.2.3\n[eu] 60 192.0.2.1\n[us] 60 192.0.2.2\n");
}

static void weight_of_0_follows_when_the_others_are_down(void **state)
{
	static uint32_t weights[] = { 1, 1, 0 };
	struct fixture *fixture = *state;
	struct gx_map *map = make_map(fixture);
	const struct gx_choice *slots;
	struct gx_choice choice;

	map->weights = weights;
	map->by = GX_BY_QUERY;
	make_addresses(fixture, plain);
	build(fixture);
	choice = choice_of(fixture, "geo.example.com.", GX_TYPE_A, 0);
	slots = slots_of(fixture, &choice, GX_CHOICE_BY_QUERY);
	assert_share(fixture, slots, "60 192.0.2.1", 128, 128);
	assert_share(fixture, slots, "60 192.0.2.2", 128, 128);
	unit_of(&fixture->image, "eu")->flags = GX_UNIT_DOWN;
	assert_share(fixture, slots, "60 192.0.2.2", 256, 256);
	unit_of(&fixture->image, "us")->flags = GX_UNIT_DOWN;
	assert_share(fixture, slots, "60 192.0.2.3", 256, 256);
}

static void weighted_addresses_are_answered_one_by_one(void **state)
{
	static const char *const addresses[] = { "192.0.2.1 192.0.2.4", "192.0.2.2", "192.0.2.3" };
	static uint32_t weights[] = { 3, 1 };
	struct fixture *fixture = *state;
	const struct gx_choice *slots;
	struct gx_choice choice;
	struct gx_geo *geo = make_addresses(fixture, addresses);

	geo->sites[0].weights = weights;
	give_checks(&fixture->scene, geo);
	build(fixture);
	choice = choice_of(fixture, "geo.example.com.", GX_TYPE_A, 0);
	slots = slots_of(fixture, &choice, GX_CHOICE_BY_CLIENT);
	assert_share(fixture, slots, "60 192.0.2.1", 192, 192);
	assert_share(fixture, slots, "60 192.0.2.4", 64, 64);
	unit_of(&fixture->image, "web 192.0.2.1")->flags = GX_UNIT_DOWN;
	assert_share(fixture, slots, "60 192.0.2.4", 256, 256);
	unit_of(&fixture->image, "web 192.0.2.4")->flags = GX_UNIT_DOWN;
	assert_share(fixture, slots, "60 192.0.2.2", 256, 256);
}

/* A site that comes takes slots from the others, which exchange few among themselves. */
static void new_site_moves_few_clients_but_its_own(void **state)
{
	struct fixture *fixture = *state;
	uint32_t weights[2][4] = { { 10, 10, 10, 0 }, { 10, 10, 10, 10 } };
	static const char *const addresses[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4" };
	char *answers[2][GX_SPREAD_SLOTS];
	int moved = 0, own = 0;

	for (int round = 0; round < 2; round++) {
		struct scene *scene = &fixture->scene;
		struct gx_map *map = &scene->config.maps[scene->config.n_maps++];
		const struct gx_choice *slots;
		struct gx_choice choice;

		scene_rule(scene, map, GX_RULE_DEFAULT, "0", "one two three four");
		map->weights = weights[round];
		make_addresses(fixture, addresses);
		build(fixture);
		choice = choice_of(fixture, "geo.example.com.", GX_TYPE_A, 0);
		slots = slots_of(fixture, &choice, GX_CHOICE_BY_CLIENT);
		for (int i = 0; i < GX_SPREAD_SLOTS; i++)
			answers[round][i] = cell_text(fixture, "geo.example.com.", GX_TYPE_A,
						      cell_at(&fixture->image, slots[i].answer, slots[i].address));
		teardown(state);
		setup(state);
		fixture = *state;
	}
	for (int i = 0; i < GX_SPREAD_SLOTS; i++) {
		own += !strcmp(answers[1][i], "60 192.0.2.4");
		moved += strcmp(answers[0][i], answers[1][i]) && strcmp(answers[1][i], "60 192.0.2.4");
		free(answers[0][i]);
		free(answers[1][i]);
	}
	assert_int_equal(own, 64);
	assert_in_range(moved, 0, 12);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sites_follow_the_rule_s_list_the_default_s_and_the_map_s, setup, teardown),
		cmocka_unit_test_setup_teardown(order_ends_after_eight_sites_or_the_rule_s_own, setup, teardown),
		cmocka_unit_test_setup_teardown(aliases_and_cname_targets_have_the_options_of_the_chain, setup, teardown),
		cmocka_unit_test_setup_teardown(chain_of_two_geo_names_is_searched_depth_first, setup, teardown),
		cmocka_unit_test_setup_teardown(checked_addresses_are_answered_in_all_subsets, setup, teardown),
		cmocka_unit_test_setup_teardown(no_answer_names_what_is_down, setup, teardown),
		cmocka_unit_test_setup_teardown(all_down_none_is_nodata, setup, teardown),
		cmocka_unit_test_setup_teardown(last_resort_is_answered_when_all_is_down, setup, teardown),
		cmocka_unit_test_setup_teardown(last_resort_of_a_cname_is_a_target, setup, teardown),
		cmocka_unit_test_setup_teardown(clamped_answers_have_the_lower_ttl, setup, teardown),
		cmocka_unit_test_setup_teardown(ttl_beyond_a_choice_has_cells_with_the_lower_one_too, setup, teardown),
		cmocka_unit_test_setup_teardown(weighted_sites_share_the_slots_and_what_is_down_is_redistributed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(weight_of_0_follows_when_the_others_are_down, setup, teardown),
		cmocka_unit_test_setup_teardown(weighted_addresses_are_answered_one_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(new_site_moves_few_clients_but_its_own, setup, teardown),
	};

	return cmocka_run_group_tests_name("image options", tests, NULL, NULL);
}
