/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The image: classes by lists of sites, addresses in all their orders, and wildcards. */
#include "tests/unit/image_tables.h"

/* Locations beyond the countries, in the order of their numbers. */
static uint32_t add_location(struct fixture *fixture, const char *own, uint16_t country, uint32_t asn)
{
	struct gx_location location = { .own = own, .country = country, .asn = asn };

	return gx_locations_number(fixture->scene.config.locations, &location, GX_SPEAKS_ALL);
}

static struct gx_map *add_map(struct fixture *fixture)
{
	return &fixture->scene.config.maps[fixture->scene.config.n_maps++];
}

/* The cell for a number beyond the countries. */
static uint16_t class_of(struct fixture *fixture, uint32_t location)
{
	assert_true(location < fixture->image.n_locations);
	return fixture->image.class_of[location];
}

static const char zone[] = "eu A 192.0.2.1\nus A 192.0.2.2\nwww A 203.0.113.1\n";

/* --- classes ----------------------------------------------------------------------------------- */

/* The first site alone is not it: the next ones answer when the first is down, or lacks a family. */
static void the_order_of_sites_makes_the_class(void **state)
{
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	struct gx_map *map = add_map(fixture);

	scene_zone(scene, "example.com.", zone);
	scene_rule(scene, map, GX_RULE_DEFAULT, "", "eu us");
	scene_rule(scene, map, GX_RULE_COUNTRY, "56", "eu us");
	scene_rule(scene, map, GX_RULE_COUNTRY, "392", "us eu");
	scene_rule(scene, map, GX_RULE_COUNTRY, "826", "eu");
	scene_rule(scene, map, GX_RULE_CONTINENT, "NA", "us eu");
	gx_map_sort(map);
	build(fixture);
	assert_int_equal(fixture->image.n_classes, 3);
	/* Numbered by their lowest location, which is 28, Antigua and Barbuda, and then the UK. */
	assert_int_equal(class_of(fixture, 0), 0);
	assert_int_equal(class_of(fixture, BELGIUM), 0);
	assert_int_equal(class_of(fixture, 28), 1);
	assert_int_equal(class_of(fixture, US), 1);
	assert_int_equal(class_of(fixture, JP), 1);
	assert_int_equal(class_of(fixture, UK), 2);
}

static void locations_beyond_the_countries_have_classes(void **state)
{
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	struct gx_map *map = add_map(fixture);
	uint32_t office, asn, asn_elsewhere, shop;

	gx_locations_want(scene->config.locations, "AS64500");
	office = add_location(fixture, "office", UK, 0);
	asn = add_location(fixture, NULL, UK, 64500);
	asn_elsewhere = add_location(fixture, NULL, US, 64500);
	shop = add_location(fixture, "shop", US, 0);
	scene_zone(scene, "example.com.", zone);
	scene_rule(scene, map, GX_RULE_DEFAULT, "", "eu");
	scene_rule(scene, map, GX_RULE_COUNTRY, "840", "us");
	scene_rule(scene, map, GX_RULE_ASN, "AS64500", "eu us");
	scene_rule(scene, map, GX_RULE_OWN, "office", "us eu");
	gx_map_sort(map);
	build(fixture);
	assert_int_equal(fixture->image.n_locations, 1004);
	assert_int_equal(fixture->image.n_classes, 4);
	assert_int_equal(class_of(fixture, US), 1);
	assert_int_equal(class_of(fixture, office), 2);
	assert_int_equal(class_of(fixture, asn), 3);
	assert_int_equal(class_of(fixture, asn_elsewhere), 3);
	assert_int_equal(class_of(fixture, shop), 1);	/* no map names it: as its country */
}

static void localhost_tells_the_country_of_finer_locations(void **state)
{
	struct fixture *fixture = *state;
	uint32_t office = add_location(fixture, "office", US, 0);

	scene_zone(&fixture->scene, "example.com.", zone);
	scene_localhost(&fixture->scene, "localhost.example.com.", 0);
	build(fixture);
	assert_int_equal(cell_of(fixture, "localhost.example.com.", GX_TYPE_A, office),
			 cell_of(fixture, "localhost.example.com.", GX_TYPE_A, US));
}

/* --- addresses --------------------------------------------------------------------------------- */

static void make_addresses(struct fixture *fixture, const char *owner, const char *eu, const char *us)
{
	struct scene *scene = &fixture->scene;
	struct gx_map *map;

	if (!scene->config.n_maps) {
		map = add_map(fixture);
		scene_zone(scene, "example.com.",
			   "www TXT beside\n@ MX 10 mail\nalias CNAME www\n*.cdn MX 10 mail\na.b.cdn A 203.0.113.5\n"
			   "sub.cdn NS ns.sub.cdn\nns.sub.cdn A 203.0.113.6\n*.star CNAME www\nx.star A 203.0.113.7\n");
		scene_rule(scene, map, GX_RULE_DEFAULT, "", "eu us");
		scene_rule(scene, map, GX_RULE_COUNTRY, "840", "us eu");
		gx_map_sort(map);
	}
	scene_addresses(scene, owner, 0, 0, (const char *const[]){ eu, us });
}

static void assert_kind(struct fixture *fixture, const char *name, uint16_t type, uint32_t kind)
{
	assert_int_equal(ref_of(fixture, name, type) & GX_REF_KIND, kind);
}

static void geo_names_with_addresses_agree_with_the_renderer(void **state)
{
	struct fixture *fixture = *state;

	make_addresses(fixture, "www.example.com.", "192.0.2.1 2001:db8::1", "192.0.2.2 2001:db8::2");
	make_addresses(fixture, "example.com.", "192.0.2.1 192.0.2.3", "192.0.2.2");
	make_addresses(fixture, "six.example.com.", "192.0.2.1", "192.0.2.2 2001:db8::2");
	build(fixture);
	assert_findings(fixture, "");
	assert_loaded(fixture, "*.cdn.example.com. *.star.example.com. a.b.cdn.example.com. alias.example.com. "
		      "b.cdn.example.com. cdn.example.com. example.com. ns1.example.com. six.example.com. star.example.com. "
		      "sub.cdn.example.com. www.example.com. x.star.example.com. ");
	assert_int_equal(assert_all_agree(fixture), 0);
	assert_kind(fixture, "www.example.com.", GX_TYPE_A, GX_REF_CLASS);
	assert_kind(fixture, "www.example.com.", GX_TYPE_AAAA, GX_REF_CLASS);
	assert_kind(fixture, "www.example.com.", KNOT_RRTYPE_TXT, GX_REF_FIXED);
	assert_kind(fixture, "www.example.com.", KNOT_RRTYPE_MX, GX_REF_FIXED);
	assert_kind(fixture, "example.com.", KNOT_RRTYPE_SOA, GX_REF_FIXED);
	assert_kind(fixture, "example.com.", KNOT_RRTYPE_NS, GX_REF_FIXED);
	assert_kind(fixture, "example.com.", KNOT_RRTYPE_MX, GX_REF_FIXED);
	/* What no site has is the same for everyone; so is what only one has. */
	assert_kind(fixture, "example.com.", GX_TYPE_AAAA, GX_REF_FIXED);
	assert_kind(fixture, "six.example.com.", GX_TYPE_AAAA, GX_REF_FIXED);
	assert_kind(fixture, "alias.example.com.", KNOT_RRTYPE_TXT, GX_REF_FIXED);
}

static void several_addresses_are_stored_in_every_order(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_answer *cells = NULL;
	uint32_t cell;

	/* 8 addresses of 16 octets take three cells. */
	make_addresses(fixture, "www.example.com.",
		       "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6 192.0.2.7 192.0.2.8", "192.0.2.9");
	build(fixture);
	cell = cell_of(fixture, "www.example.com.", GX_TYPE_A, 0);
	cells = &fixture->image.answers[cell];
	assert_int_equal(cells[0].variants, 8);
	assert_int_equal(cells[0].len_octets, 8 * 16);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(cells[3 * i].len_octets, 8 * 16);
		assert_int_equal(cells[3 * i].variants, i ? 1 : 8);
		assert_int_equal(cells[3 * i + 1].len_octets, 0);
		assert_int_equal(cells[3 * i].octets[15], 1 + i);	/* the first address */
	}
	assert_int_equal(answer_of(fixture, "www.example.com.", GX_TYPE_A, US)->variants, 1);
	assert_int_equal(assert_all_agree(fixture), 0);
}

static void more_than_32_addresses_are_stored_in_32_orders(void **state)
{
	struct fixture *fixture = *state;
	char *text = strdup("");

	for (int i = 0; i < 40; i++)
		scene_append(&text, "%s192.0.2.%d", i ? " " : "", i);
	make_addresses(fixture, "www.example.com.", text, "192.0.2.100");
	build(fixture);
	assert_int_equal(answer_of(fixture, "www.example.com.", GX_TYPE_A, 0)->variants,
			 GX_ANSWER_VARIANTS_MAX);
	free(text);
}

/* Two lists that begin alike: the first order is the same, the group is not. */
static void answers_are_shared_only_where_all_orders_are_the_same(void **state)
{
	struct fixture *fixture = *state;

	make_addresses(fixture, "ww1.example.com.", "192.0.2.1 192.0.2.2", "192.0.2.9");
	make_addresses(fixture, "ww2.example.com.", "192.0.2.1 192.0.2.2", "192.0.2.1");
	make_addresses(fixture, "ww3.example.com.", "192.0.2.2 192.0.2.1", "192.0.2.9");
	build(fixture);
	assert_int_equal(cell_of(fixture, "ww1.example.com.", GX_TYPE_A, 0),
			 cell_of(fixture, "ww2.example.com.", GX_TYPE_A, 0));
	assert_int_equal(cell_of(fixture, "ww1.example.com.", GX_TYPE_A, US),
			 cell_of(fixture, "ww3.example.com.", GX_TYPE_A, US));
	assert_int_not_equal(cell_of(fixture, "ww1.example.com.", GX_TYPE_A, 0),
			     cell_of(fixture, "ww3.example.com.", GX_TYPE_A, 0));
	assert_int_equal(assert_all_agree(fixture), 0);
}

static void an_oversize_answer_has_one_order(void **state)
{
	struct fixture *fixture = *state;
	char *text = strdup("");
	const struct gx_answer *cell;

	for (int i = 0; i < 100; i++)
		scene_append(&text, "%s192.0.2.%d", i ? " " : "", i);
	make_addresses(fixture, "www.example.com.", text, "192.0.2.200");
	build(fixture);
	cell = answer_of(fixture, "www.example.com.", GX_TYPE_A, 0);
	assert_int_equal(cell->variants, 1);
	assert_int_equal(cell->len_octets, 1600);
	free(text);
}

/* --- wildcards --------------------------------------------------------------------------------- */

static uint32_t found(struct fixture *fixture, const char *name, uint16_t type)
{
	return gx_image_find(&fixture->image, scene_name(&fixture->scene, name), type);
}

static void make_wildcards(struct fixture *fixture)
{
	make_addresses(fixture, "www.example.com.", "192.0.2.1", "192.0.2.2");
	make_addresses(fixture, "*.cdn.example.com.", "192.0.2.1 192.0.2.3", "192.0.2.2");
	make_addresses(fixture, "deep.geo.cdn.example.com.", "192.0.2.4", "192.0.2.5");
	make_addresses(fixture, "*.new.example.com.", "192.0.2.6", "192.0.2.7");
	scene_zone(&fixture->scene, "child.cdn.example.com.", "www A 203.0.113.9\n");
	build(fixture);
}

static void wildcards_are_loaded_with_all_that_exists(void **state)
{
	struct fixture *fixture = *state;

	make_wildcards(fixture);
	assert_findings(fixture, "");
	assert_loaded(fixture,
		      "*.cdn.example.com. *.new.example.com. *.star.example.com. a.b.cdn.example.com. "
		      "alias.example.com. b.cdn.example.com. cdn.example.com. child.cdn.example.com. "
		      "deep.geo.cdn.example.com. example.com. geo.cdn.example.com. new.example.com. "
		      "ns1.child.cdn.example.com. ns1.example.com. star.example.com. sub.cdn.example.com. "
		      "www.child.cdn.example.com. www.example.com. x.star.example.com. ");
	assert_int_equal(assert_all_agree(fixture), 0);
}

static void a_wildcard_answers_for_names_that_do_not_exist(void **state)
{
	struct fixture *fixture = *state;
	uint32_t ref;

	make_wildcards(fixture);
	ref = ref_of(fixture, "*.cdn.example.com.", GX_TYPE_A);
	assert_int_equal(ref & GX_REF_KIND, GX_REF_CLASS);
	assert_int_equal(found(fixture, "x.cdn.example.com.", GX_TYPE_A), ref);
	assert_int_equal(found(fixture, "a.b.c.d.e.f.g.x.cdn.example.com.", GX_TYPE_A), ref);
	assert_int_equal(found(fixture, "*.cdn.example.com.", GX_TYPE_A), ref);
	assert_int_equal(found(fixture, "x.cdn.example.com.", KNOT_RRTYPE_MX),
			 ref_of(fixture, "*.cdn.example.com.", KNOT_RRTYPE_MX));
	assert_int_equal(found(fixture, "x.star.example.com.", GX_TYPE_A), ref_of(fixture, "x.star.example.com.", GX_TYPE_A));
	assert_int_not_equal(found(fixture, "x.star.example.com.", GX_TYPE_A),
			     ref_of(fixture, "*.star.example.com.", GX_TYPE_A));
	/* However far below, and deeper than any loaded name. */
	assert_int_equal(found(fixture, "1.2.3.4.5.6.7.8.9.cdn.example.com.", GX_TYPE_A), ref);
	assert_int_equal(found(fixture, "y.star.example.com.", GX_TYPE_A),
			 ref_of(fixture, "*.star.example.com.", GX_TYPE_A));
	assert_int_equal(found(fixture, "z.new.example.com.", GX_TYPE_A),
			 ref_of(fixture, "*.new.example.com.", GX_TYPE_A));
}

/* RFC 4592 2.2.2, 4.2: nothing is synthesised where, or below where, something exists. */
static void a_wildcard_does_not_reach_what_exists_and_what_is_below_it(void **state)
{
	static const struct {
		const char *name;
		uint8_t rcode, flags;
	} rows[] = {
		{ "b.cdn.example.com.", GX_RCODE_NOERROR, GX_ANSWER_NODATA | GX_DNS1_AA },
		{ "x.b.cdn.example.com.", GX_RCODE_NXDOMAIN, GX_DNS1_AA },
		{ "a.b.cdn.example.com.", GX_RCODE_NOERROR, GX_DNS1_AA },
		{ "x.a.b.cdn.example.com.", GX_RCODE_NXDOMAIN, GX_DNS1_AA },
		{ "sub.cdn.example.com.", GX_RCODE_NOERROR, GX_ANSWER_REFERRAL },
		{ "ns.sub.cdn.example.com.", GX_RCODE_NOERROR, GX_ANSWER_REFERRAL },
		{ "x.sub.cdn.example.com.", GX_RCODE_NOERROR, GX_ANSWER_REFERRAL },
		{ "cdn.example.com.", GX_RCODE_NOERROR, GX_ANSWER_NODATA | GX_DNS1_AA },
		{ "child.cdn.example.com.", GX_RCODE_NOERROR, GX_ANSWER_NODATA | GX_DNS1_AA },
		{ "x.child.cdn.example.com.", GX_RCODE_NXDOMAIN, GX_DNS1_AA },
		{ "x.*.cdn.example.com.", GX_RCODE_NXDOMAIN, GX_DNS1_AA },
		{ "x.geo.cdn.example.com.", GX_RCODE_NXDOMAIN, GX_DNS1_AA },
		{ "x.deep.geo.cdn.example.com.", GX_RCODE_NXDOMAIN, GX_DNS1_AA },
		{ "x.www.example.com.", GX_RCODE_NXDOMAIN, GX_DNS1_AA },
		{ "x.example.com.", GX_RCODE_NXDOMAIN, GX_DNS1_AA },
		{ "example.com.", GX_RCODE_NOERROR, GX_ANSWER_NODATA | GX_DNS1_AA },
	};
	struct fixture *fixture = *state;

	make_wildcards(fixture);
	for (size_t i = 0; i < NUMBER(rows); i++) {
		uint32_t ref = found(fixture, rows[i].name, GX_TYPE_A);
		const struct gx_answer *answer = &fixture->image.answers[ref & GX_REF_INDEX];

		assert_int_equal(ref & GX_REF_KIND, GX_REF_FIXED);
		assert_int_equal(answer->rcode, rows[i].rcode);
		assert_int_equal(answer->flags & ~GX_ANSWER_SPECIAL, rows[i].flags);
	}
	assert_int_equal(found(fixture, ".", GX_TYPE_A), GX_REF_NONE);
	assert_int_equal(found(fixture, "example.org.", GX_TYPE_A), GX_REF_NONE);
	assert_int_equal(found(fixture, "deep.geo.cdn.example.com.", GX_TYPE_A) & GX_REF_KIND, GX_REF_CLASS);
}

/* No backend knows of these: it would say NXDOMAIN, and resolvers that nothing is below (RFC 8020). */
static void names_that_exist_for_a_geo_name_alone_are_nodata(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_answer *cell;

	make_wildcards(fixture);
	cell = answer_of(fixture, "new.example.com.", GX_TYPE_A, 0);
	assert_int_equal(cell->flags, GX_ANSWER_NODATA | GX_ANSWER_SPECIAL | GX_DNS1_AA);
	assert_int_equal(cell->rcode, GX_RCODE_NOERROR);
	assert_int_equal(found(fixture, "geo.cdn.example.com.", KNOT_RRTYPE_TXT) & GX_REF_KIND, GX_REF_FIXED);
	assert_int_equal(find_name(&fixture->image, scene_name(&fixture->scene, "new.example.com."))->flags,
			 GX_NAME_WILDCARD);
}

/* Any name with two labels less: "*." and the rest is never longer than the question. */
static void the_longest_names_are_synthesised(void **state)
{
	struct fixture *fixture = *state;
	char *parent = strdup(""), *name = strdup("");

	for (int i = 0; i < 3; i++)
		scene_append(&parent, "%063d.", i);
	scene_append(&parent, "%047d.example.com.", 0);
	make_addresses(fixture, gx_arena_printf(&fixture->scene.config.arena, "*.%s", parent), "192.0.2.1",
		       "192.0.2.2");
	build(fixture);
	scene_append(&name, "y.%s", parent);
	assert_int_equal(knot_dname_size(scene_name(&fixture->scene, name)), 255);
	assert_int_not_equal(found(fixture, name, GX_TYPE_A), GX_REF_NONE);
	free(parent);
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(the_order_of_sites_makes_the_class),
		TEST(locations_beyond_the_countries_have_classes),
		TEST(localhost_tells_the_country_of_finer_locations),
		TEST(geo_names_with_addresses_agree_with_the_renderer),
		TEST(several_addresses_are_stored_in_every_order),
		TEST(more_than_32_addresses_are_stored_in_32_orders),
		TEST(answers_are_shared_only_where_all_orders_are_the_same),
		TEST(an_oversize_answer_has_one_order),
		TEST(wildcards_are_loaded_with_all_that_exists),
		TEST(a_wildcard_answers_for_names_that_do_not_exist),
		TEST(a_wildcard_does_not_reach_what_exists_and_what_is_below_it),
		TEST(names_that_exist_for_a_geo_name_alone_are_nodata),
		TEST(the_longest_names_are_synthesised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
