/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The image: names that say the same share answers, and names that a careless key would take for these do not. */
#include "tests/unit/image_tables.h"
#include "user/core/choice.h"

#include <xxhash.h>

#define LONG "x-name-of-forty-eight-octets-and-not-one-octet-more"

static const struct gx_name *slot_of(struct fixture *fixture, const char *name)
{
	char text[300];
	const struct gx_name *slot;

	snprintf(text, sizeof(text), "%s.example.com.", name);
	slot = find_name(&fixture->image, scene_name(&fixture->scene, text));
	assert_non_null(slot);
	return slot;
}

/* Rendered once: the second name has the entries of the first. */
static bool are_shared(struct fixture *fixture, const char *a, const char *b)
{
	const struct gx_name *left = slot_of(fixture, a), *right = slot_of(fixture, b);

	return left->types == right->types && left->ref_a == right->ref_a && left->ref_aaaa == right->ref_aaaa;
}

static void make_zone(struct fixture *fixture, const char *text)
{
	scene_zone(&fixture->scene, "example.com.", text);
	build(fixture);
	assert_int_equal(assert_all_agree(fixture), 0);
}

static void names_with_equal_records_share_them(void **state)
{
	struct fixture *fixture = *state;

	make_zone(fixture, "a A 192.0.2.1\na TXT x\nlonger A 192.0.2.1\nlonger TXT x\nb.a A 192.0.2.1\nb.a TXT x\n"
		  "x1 CNAME ns1\nx2 CNAME ns1\nx1.ent.a MX 5 ns1\nx2.ent.a MX 5 ns1\nx.empty TXT x\n"
		  "d1 NS ns.example.net.\nd2 NS ns.example.net.\n");
	assert_findings(fixture, "");
	assert_true(are_shared(fixture, "a", "longer"));
	assert_true(are_shared(fixture, "a", "b.a"));
	assert_true(are_shared(fixture, "x1", "x2"));
	assert_true(are_shared(fixture, "x1.ent.a", "x2.ent.a"));
	assert_true(are_shared(fixture, "ent.a", "empty"));
	assert_true(are_shared(fixture, "d1", "d2"));
}

static void records_that_differ_are_not_shared(void **state)
{
	struct fixture *fixture = *state;

	make_zone(fixture, "a 60 A 192.0.2.1\nb 61 A 192.0.2.1\nc 60 A 192.0.2.2\nd 60 A 192.0.2.1\nd 60 A 192.0.2.2\n"
		  "e 60 AAAA 2001:db8::1\nf 60 A 192.0.2.1\nf TXT x\ng TXT xy\nh TXT x y\ni SPF xy\nj.j A 192.0.2.1\n");
	for (const char *a = "abcdefghij"; *a; a++)
		for (const char *b = a + 1; *b; b++)
			assert_false(are_shared(fixture, (char[]){ *a, 0 }, (char[]){ *b, 0 }));
}

/* Names in answers are compressed to the end of the question's. */
static void length_and_parent_count_where_answers_hold_names(void **state)
{
	struct fixture *fixture = *state;

	make_zone(fixture, "x CNAME t.sub\nxx CNAME t.sub\ny.sub CNAME t.sub\ny.sob CNAME t.sub\nt.sub A 192.0.2.1\n"
		  "m MX 5 t.sub\nmm MX 5 t.sub\nm.sub MX 5 t.sub\n"
		  "d NS ns.example.net.\ndd NS ns.example.net.\nd.sub NS ns.example.net.\n");
	assert_false(are_shared(fixture, "x", "xx"));
	assert_false(are_shared(fixture, "y.sub", "y.sob"));
	assert_false(are_shared(fixture, "m", "mm"));
	assert_false(are_shared(fixture, "d", "dd"));
}

/* The first of each pair is in its own answer, at once or at the end of a chain, or what is below it is. */
static void names_that_answers_speak_of_are_not_shared(void **state)
{
	struct fixture *fixture = *state;

	make_zone(fixture, "m1 MX 5 m1\nm2 MX 5 m1\nn1 MX 5 x.n1\nn2 MX 5 x.n1\nx.n1 A 192.0.2.1\n"
		  "d1 NS ns.d1\nd2 NS ns.d1\nns.d1 A 192.0.2.2\n"
		  "p1 CNAME x.p1\np2 CNAME x.p1\nx.p1 MX 5 y.x.p1\ny.x.p1 A 192.0.2.3\n"
		  "q1 CNAME z.example.net.\nq2 CNAME z.example.net.\n");
	assert_false(are_shared(fixture, "m1", "m2"));
	assert_false(are_shared(fixture, "n1", "n2"));
	assert_false(are_shared(fixture, "d1", "d2"));
	assert_false(are_shared(fixture, "p1", "p2"));
	assert_true(are_shared(fixture, "q1", "q2"));
	/* A DNAME makes names that nobody wrote: x.p1 could become one below another. */
	scene_zone(&fixture->scene, "example.net.", "z CNAME x.q1.dname\ndname DNAME example.com.\n");
	build(fixture);
	assert_int_equal(assert_all_agree(fixture), 0);
	assert_false(are_shared(fixture, "q1", "q2"));
}

/* 73 addresses fit into 1,232 octets behind a short name, and then come in several orders. */
static void length_counts_where_it_decides_how_an_answer_is_stored(void **state)
{
	struct fixture *fixture = *state;
	char *text = strdup("");

	for (int i = 1; i <= 73; i++)
		scene_append(&text, "short A 192.0.2.%d\n" LONG " A 192.0.2.%d\n", i, i);
	scene_zone(&fixture->scene, "example.com.", text);
	free(text);
	build(fixture);
	assert_int_equal(fixture->image.answers[slot_of(fixture, "short")->ref_a & GX_REF_INDEX].variants, 32);
	assert_int_equal(fixture->image.answers[slot_of(fixture, LONG)->ref_a & GX_REF_INDEX].variants, 1);
}

static void what_there_is_to_say_is_said_of_each_name(void **state)
{
	struct fixture *fixture = *state;
	char *text = strdup(""), *expected = strdup("");

	for (int i = 0; i < 80; i++)
		scene_append(&text, "one A 192.0.2.%d\ntwo A 192.0.2.%d\n", i, i);
	scene_zone(&fixture->scene, "example.com.", text);
	build(fixture);
	for (int i = 0; i < 2; i++)
		scene_append(&expected, "%d: warning: the answer to %s.example.com. A takes 1280 octets, so that every client must "
			     "ask again over TCP: a reply of at most 1232 octets in all would be right\n", 5 + i,
			     i ? "two" : "one");
	assert_findings(fixture, expected);
	free(expected);
	free(text);
}

static void what_is_wrong_is_said_of_each_name(void **state)
{
	struct fixture *fixture = *state;
	char *text = strdup("w1 CNAME c0\nw2 CNAME c0\n"), *found;

	for (int i = 0; i < 17; i++)
		scene_append(&text, "c%d CNAME c%d\n", i, i + 1);
	scene_append(&text, "c17 A 192.0.2.1\n");
	scene_zone(&fixture->scene, "example.com.", text);
	free(text);
	build(fixture);
	found = scene_findings(&fixture->scene);
	assert_non_null(strstr(found, "from w1.example.com."));
	assert_non_null(strstr(found, "from w2.example.com."));
	free(found);
}

static void zones_have_negative_answers_of_their_own(void **state)
{
	struct fixture *fixture = *state;

	scene_zone(&fixture->scene, "example.com.", "a A 192.0.2.1\nb A 192.0.2.1\nsub NS ns.sub\nc.sub A 192.0.2.1\n");
	scene_zone(&fixture->scene, "sub.example.com.", "a A 192.0.2.1\n");
	build(fixture);
	assert_int_equal(assert_all_agree(fixture), 0);
	assert_true(are_shared(fixture, "a", "b"));
	assert_false(are_shared(fixture, "a", "a.sub"));
}

/* --- geo names --------------------------------------------------------------------------------- */

static struct gx_check_plan plans[] = { { .name = "one", .kind = GX_CHECK_TCP }, { .name = "two", .kind = GX_CHECK_TCP } };
static size_t checks[] = { 0, 1 };

static struct gx_geo_site *last_resort(struct scene *scene, const char *address)
{
	struct gx_geo_site *site = gx_arena_alloc(&scene->config.arena, sizeof(*site));

	site->addresses = gx_arena_alloc(&scene->config.arena, sizeof(*site->addresses));
	site->n_addresses = 1;
	assert_int_equal(gx_parse_addr(address, site->addresses), 0);
	return site;
}

/* One thing of a geo name with addresses is another. Returns false: nothing, it says the same. */
static bool vary(struct scene *scene, struct gx_geo *geo, size_t what)
{
	static uint32_t weights[] = { 1, 2 }, other[] = { 2, 1 };

	switch (what) {
	case 0:
		geo->ttl_s = 61;
		return true;
	case 1:
		geo->ttl_min_s = 5;
		return true;
	case 2:
		geo->map = 1;
		return true;
	case 3:
		geo->sites[0].weights = weights;
		return true;
	case 4:
		geo->sites[0].weights = weights;
		geo->by = GX_BY_QUERY;
		return true;
	case 5:
		geo->n_checks = 1;
		geo->checks = checks;
		return true;
	case 6:
		geo->n_checks = 1;
		geo->checks = checks + 1;
		return true;
	case 7:
		geo->last_resort = last_resort(scene, "192.0.2.9");
		return true;
	case 8:
		geo->last_resort = last_resort(scene, "2001:db8::9");
		return true;
	case 9:
		geo->sites[0].n_addresses = 1;
		return true;
	case 10:
		geo->sites[1].addresses[0].value++;
		return true;
	case 11:
		geo->sites[1].addresses[0] = geo->sites[1].addresses[1];
		return true;
	case 12:
		geo->sites[0].weights = other;
		return true;
	}
	return false;
}

#define VARIATIONS 13

static uint64_t digest_answer(const struct gx_image *image, uint32_t cell)
{
	uint8_t octets[GX_TCP_MAX_OCTETS + GX_CELL_OCTETS];
	const struct gx_answer *first = &image->answers[cell];

	return cell ? XXH3_64bits_withSeed(octets, read_cells(image, cell, first->base_octets, octets), first->variants) : 0;
}

static uint64_t digest_options(const struct gx_image *image, uint32_t option)
{
	uint64_t hash = 0;

	for (const struct gx_option *at = &image->options[option]; option; at++) {
		const uint64_t all[] = { digest_answer(image, cell_at(image, at->answer, at->address)),
					 digest_answer(image, cell_at(image, at->clamped, at->address)), at->flags };

		hash = XXH3_64bits_withSeed(all, sizeof(all), hash);
		for (uint32_t i = 0; i < at->n_units; i++)
			hash = XXH3_64bits_withSeed(image->units[image->option_units[at->units + i].unit].name,
						    GX_UNIT_NAME_OCTETS, hash);
		if (at->flags & GX_OPTION_LAST)
			break;
	}
	return hash;
}

static uint64_t digest_choice(const struct gx_image *image, const struct gx_choice *choice)
{
	bool is_spread = gx_choice_is_spread(choice);
	uint64_t all[] = { is_spread ? choice->answer & GX_CHOICE_KIND : 0, 0, digest_options(image, choice->option) };
	const struct gx_choice *spread = &image->choices[choice->answer & GX_CHOICE_NUMBER];

	for (size_t i = 0; is_spread && i < GX_SPREAD_SLOTS; i++)
		all[1] = all[1] * 31 + digest_choice(image, &spread[i]);
	if (!is_spread)
		all[1] = digest_answer(image, cell_at(image, choice->answer, choice->address));
	return XXH3_64bits(all, sizeof(all));
}

/* All that clients of all classes can ever get for a reference. */
static uint64_t digest_ref(const struct gx_image *image, uint32_t ref)
{
	uint64_t hash = ref & GX_REF_KIND;

	if (hash == GX_REF_FIXED)
		return digest_answer(image, ref & GX_REF_INDEX);
	for (size_t i = 0; hash && i < image->n_classes; i++)
		hash = hash * 31 + digest_choice(image, &image->choices[(ref & GX_REF_INDEX) + i]);
	return hash;
}

/* As if it were alone: the same configuration with no geo name but this one. */
static void assert_as_alone(struct fixture *fixture, const struct gx_geo *geo)
{
	const struct gx_name *slot = find_name(&fixture->image, geo->owner), *alone;
	struct gx_config config = fixture->scene.config;
	struct gx_image image = {0};
	struct gx_diag diag = {0};

	config.geos = (struct gx_geo *)geo;
	config.n_geos = 1;
	assert_int_equal(gx_image_build(&image, &config, &diag), 0);
	alone = find_name(&image, geo->owner);
	assert_int_equal(image.n_classes, fixture->image.n_classes);
	for (uint16_t type = 1; type < 70; type++)
		assert_true(digest_ref(&image, find_ref(&image, alone, type)) ==
			    digest_ref(&fixture->image, find_ref(&fixture->image, slot, type)));
	gx_image_free(&image);
	gx_diag_free(&diag);
}

static void make_maps(struct scene *scene, enum gx_all_down all_down)
{
	for (size_t i = 0; i < 2; i++) {
		struct gx_map *map = &scene->config.maps[scene->config.n_maps++];

		scene_rule(scene, map, GX_RULE_DEFAULT, "", i ? "eu us" : "us eu");
		scene_rule(scene, map, GX_RULE_COUNTRY, "840", "us");
		gx_map_sort(map);
		map->all_down = all_down;
	}
	scene->config.plans = plans;
	scene->config.n_plans = NUMBER(plans);
}

static void geo_names_share_only_with_those_that_are_the_same(void **state)
{
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	char a[64], b[64];

	make_maps(scene, GX_ALL_DOWN_ALL);
	scene_zone(scene, "example.com.", "");
	for (size_t i = 0; i < 2 * (VARIATIONS + 1); i++) {
		char *owner = gx_arena_printf(&scene->config.arena, "%s%zu.example.com.", i % 2 ? "x" : LONG, i / 2);

		vary(scene, scene_addresses(scene, owner, 0, 0, (const char *const[]){
			"192.0.2.1 192.0.2.2", "192.0.2.3 2001:db8::3" }), i / 2);
	}
	build(fixture);
	for (size_t i = 0; i < scene->config.n_geos; i++)
		assert_as_alone(fixture, &scene->config.geos[i]);
	for (size_t i = 0; i <= VARIATIONS; i++) {
		snprintf(a, sizeof(a), LONG "%zu", i);
		snprintf(b, sizeof(b), "x%zu", i);
		/* With a last resort there may be an answer with names in it. */
		assert_int_equal(are_shared(fixture, a, b), i != 7 && i != 8);
		for (size_t j = 0; j < i; j++) {
			snprintf(b, sizeof(b), LONG "%zu", j);
			assert_false(are_shared(fixture, a, b));
		}
	}
}

/* NODATA of a geo name holds the SOA. */
static void names_count_where_all_down_is_nodata(void **state)
{
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	const char *const addresses[] = { "192.0.2.1", "192.0.2.2" };

	make_maps(scene, GX_ALL_DOWN_NONE);
	scene_zone(scene, "example.com.", "");
	scene_addresses(scene, "hostmaster.example.com.", 0, 0, addresses);	/* in the SOA */
	scene_addresses(scene, "hostmistre.example.com.", 0, 0, addresses);
	scene_addresses(scene, "likemistre.example.com.", 0, 0, addresses);
	scene_addresses(scene, "x.example.com.", 0, 0, addresses);
	scene_addresses(scene, "hostmistre.x.example.com.", 0, 0, addresses);
	build(fixture);
	for (size_t i = 0; i < scene->config.n_geos; i++)
		assert_as_alone(fixture, &scene->config.geos[i]);
	assert_true(are_shared(fixture, "hostmistre", "likemistre"));
	assert_false(are_shared(fixture, "hostmistre", "hostmaster"));
	assert_false(are_shared(fixture, "hostmistre", "hostmistre.x"));
}

static void geo_cnames_share_by_length_and_target(void **state)
{
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	size_t map = scene_map(scene, (const struct pair[]){ { 0, "eu.example.com." }, { US, "us.g.example.com." }, { 0, NULL } });
	size_t other = scene_map(scene, (const struct pair[]){ { 0, "eu.example.com." }, { US, "us.h.example.com." }, { 0, NULL } });

	scene_zone(scene, "example.com.", "eu A 192.0.2.1\nus.g A 192.0.2.2\nus.h A 192.0.2.2\n");
	scene_geo(scene, "a.example.com.", 0, map);
	scene_geo(scene, "b.example.com.", 0, map);
	scene_geo(scene, "c.example.com.", 0, other);
	scene_geo(scene, "dd.example.com.", 0, map);
	scene_geo(scene, "e.g.example.com.", 0, map);
	scene_geo(scene, "g.example.com.", 0, map);	/* above a target */
	build(fixture);
	assert_int_equal(assert_all_agree(fixture), 0);
	for (size_t i = 0; i < scene->config.n_geos; i++)
		assert_as_alone(fixture, &scene->config.geos[i]);
	assert_true(are_shared(fixture, "a", "b"));
	assert_false(are_shared(fixture, "a", "c"));
	assert_false(are_shared(fixture, "a", "dd"));
	assert_false(are_shared(fixture, "a", "e.g"));
	assert_false(are_shared(fixture, "a", "g"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(names_with_equal_records_share_them),
		TEST(records_that_differ_are_not_shared),
		TEST(length_and_parent_count_where_answers_hold_names),
		TEST(names_that_answers_speak_of_are_not_shared),
		TEST(length_counts_where_it_decides_how_an_answer_is_stored),
		TEST(what_there_is_to_say_is_said_of_each_name),
		TEST(what_is_wrong_is_said_of_each_name),
		TEST(zones_have_negative_answers_of_their_own),
		TEST(geo_names_share_only_with_those_that_are_the_same),
		TEST(names_count_where_all_down_is_nodata),
		TEST(geo_cnames_share_by_length_and_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
