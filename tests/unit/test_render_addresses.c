/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The renderer at geo names with addresses: what exists, what is beside them, in which order they come. */
#include "tests/unit/scene.h"

#include "geoxdp/limits.h"

#include <libknot/descriptor.h>

#define SOA	"SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n"
#define UK	826
#define US	840

/*
 *   www     both families at both sites, several at eu
 *   four    A alone, wherever
 *   six     AAAA at us alone: nobody is told that it does not exist
 *   only6   no A at all
 *   @       the apex, beside SOA, NS and MX of the zone file
 *   *.cdn   a wildcard, with TXT in the zone file
 */
static int setup(void **state)
{
	static const char *const www[] = { "192.0.2.1 2001:db8::1 192.0.2.3 192.0.2.2", "192.0.2.9 2001:db8::9" };
	static const char *const four[] = { "192.0.2.1", "192.0.2.9" };
	static const char *const six[] = { "192.0.2.1", "192.0.2.9 2001:db8::9" };
	static const char *const only6[] = { "2001:db8::1", "2001:db8::9" };
	struct scene *scene = gx_calloc(1, sizeof(*scene));
	struct gx_map *map;

	*state = scene;
	scene_init(scene);
	scene_zone(scene, "example.com.",
		   "@ MX 10 mail\n@ A 203.0.113.1\n@ TXT apex\nwww A 203.0.113.2\nwww TXT beside\n"
		   "alias CNAME www\nto-apex CNAME @\n*.cdn TXT wild\n*.cdn A 203.0.113.3\nmany A 192.0.2.10\n"
		   "many A 192.0.2.11\nmany A 192.0.2.12\nto-many CNAME many\n");
	map = &scene->config.maps[scene->config.n_maps++];
	scene_rule(scene, map, GX_RULE_DEFAULT, "", "eu us");
	scene_rule(scene, map, GX_RULE_COUNTRY, "840", "us eu");
	gx_map_sort(map);
	scene_addresses(scene, "www.example.com.", 0, 0, www);
	scene_addresses(scene, "four.example.com.", 0, 0, four);
	scene_addresses(scene, "six.example.com.", 0, 0, six);
	scene_addresses(scene, "only6.example.com.", 0, 0, only6);
	scene_addresses(scene, "example.com.", 0, 0, www);
	scene_addresses(scene, "*.cdn.example.com.", 0, 0, www);
	return 0;
}

static int teardown(void **state)
{
	scene_free(*state);
	free(*state);
	return 0;
}

static void a_geo_name_has_the_addresses_of_the_first_site(void **state)
{
	assert_string_equal(scene_ask(*state, "www.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\nwww.example.com. 60 A 192.0.2.9\n");
	assert_string_equal(scene_ask(*state, "www.example.com.", KNOT_RRTYPE_AAAA, UK),
			    "NOERROR aa\nwww.example.com. 60 AAAA 2001:db8::1\n");
	/* In the order written, not in that of zones. */
	assert_string_equal(scene_ask(*state, "www.example.com.", KNOT_RRTYPE_A, UK),
			    "NOERROR aa\nwww.example.com. 60 A 192.0.2.1\nwww.example.com. 60 A 192.0.2.3\n"
			    "www.example.com. 60 A 192.0.2.2\n");
}

static void existence_of_a_family_does_not_depend_on_the_client(void **state)
{
	struct gx_rendered answer;
	struct scene *scene = *state;

	assert_string_equal(scene_ask(scene, "six.example.com.", KNOT_RRTYPE_AAAA, UK),
			    "NOERROR aa\nsix.example.com. 60 AAAA 2001:db8::9\n");
	for (uint32_t location = 0; location <= US; location += US) {
		assert_string_equal(scene_ask(scene, "four.example.com.", KNOT_RRTYPE_AAAA, location),
				    "NOERROR aa nodata\n; example.com. 600 " SOA);
		assert_int_equal(gx_render(scene->renderer, scene_name(scene, "four.example.com."), KNOT_RRTYPE_AAAA,
					   location, &answer), 0);
		assert_int_equal(answer.n_picks, 0);	/* scope 0 */
	}
}

static void addresses_hide_only_addresses_of_the_zone_file(void **state)
{
	assert_string_equal(scene_ask(*state, "www.example.com.", KNOT_RRTYPE_TXT, US),
			    "NOERROR aa\nwww.example.com. 300 TXT \"beside\"\n");
	assert_string_equal(scene_ask(*state, "www.example.com.", KNOT_RRTYPE_MX, US),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
	assert_string_equal(scene_ask(*state, "www.example.com.", KNOT_RRTYPE_CNAME, US),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
}

static void any_is_the_rrset_of_one_family(void **state)
{
	assert_string_equal(scene_ask(*state, "www.example.com.", KNOT_RRTYPE_ANY, US),
			    "NOERROR aa\nwww.example.com. 60 A 192.0.2.9\n");
	assert_string_equal(scene_ask(*state, "only6.example.com.", KNOT_RRTYPE_ANY, US),
			    "NOERROR aa\nonly6.example.com. 60 AAAA 2001:db8::9\n");
	assert_string_equal(scene_ask(*state, "only6.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
}

static void the_apex_keeps_what_else_it_has(void **state)
{
	assert_string_equal(scene_ask(*state, "example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\nexample.com. 60 A 192.0.2.9\n");
	assert_string_equal(scene_ask(*state, "example.com.", KNOT_RRTYPE_SOA, US),
			    "NOERROR aa\nexample.com. 3600 " SOA);
	assert_string_equal(scene_ask(*state, "example.com.", KNOT_RRTYPE_NS, US),
			    "NOERROR aa\nexample.com. 86400 NS ns1.example.com.\n;; ns1.example.com. 300 A 192.0.2.53\n");
	assert_string_equal(scene_ask(*state, "example.com.", KNOT_RRTYPE_MX, US),
			    "NOERROR aa\nexample.com. 300 MX 10 mail.example.com.\n");
	assert_string_equal(scene_ask(*state, "no.example.com.", KNOT_RRTYPE_A, US),
			    "NXDOMAIN aa\n; example.com. 600 " SOA);
}

/* RFC 4035 3.1.4.1: the zone above the cut has it, also where the apex below is a geo name. */
static void ds_of_a_geo_apex_is_that_of_the_zone_above(void **state)
{
	static const char *const addresses[] = { "192.0.2.1", "192.0.2.9" };
	struct scene *scene = *state;

	scene_zone(scene, "com.", "example NS ns1.example\n"
		   "example DS 1 8 2 0000000000000000000000000000000000000000000000000000000000000000\n");
	scene_addresses(scene, "example.com.", 0, 0, addresses);
	assert_memory_equal(scene_ask(scene, "example.com.", KNOT_RRTYPE_DS, US),
			    "NOERROR aa\nexample.com. 300 DS 1 8 2 ", 37);
	assert_string_equal(scene_ask(scene, "example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\nexample.com. 60 A 192.0.2.9\n");
}

static void cnames_lead_to_addresses(void **state)
{
	assert_string_equal(scene_ask(*state, "alias.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\nalias.example.com. 300 CNAME www.example.com.\n"
			    "www.example.com. 60 A 192.0.2.9\n");
	assert_string_equal(scene_ask(*state, "to-apex.example.com.", KNOT_RRTYPE_MX, US),
			    "NOERROR aa\nto-apex.example.com. 300 CNAME example.com.\n"
			    "example.com. 300 MX 10 mail.example.com.\n");
}

static void an_address_given_twice_is_one_record(void **state)
{
	static const char *const twice[] = { "192.0.2.1 192.0.2.1 2001:db8::1 192.0.2.2", "192.0.2.9" };
	struct scene *scene = *state;

	scene_addresses(scene, "twice.example.com.", 0, 0, twice);
	assert_string_equal(scene_ask(scene, "twice.example.com.", KNOT_RRTYPE_A, UK),
			    "NOERROR aa\ntwice.example.com. 60 A 192.0.2.1\ntwice.example.com. 60 A 192.0.2.2\n");
}

/* --- rotation ---------------------------------------------------------------------------------- */

/* The first address of each order, as text separated by blanks. */
static char *first_addresses(struct scene *scene, const char *name, uint16_t type, uint32_t location)
{
	knot_dname_t *qname = scene_name(scene, name);
	struct gx_rendered answer;
	char *text = strdup("");

	if (!scene->renderer)
		scene->renderer = gx_renderer_new(&scene->config);
	assert_int_equal(gx_render(scene->renderer, qname, type, location, &answer), 0);
	for (unsigned int i = 0, rotations = answer.rotations; i < rotations; i++) {
		char *whole, *line;

		assert_int_equal(gx_render_rotated(scene->renderer, qname, type, location, i, &answer), 0);
		whole = scene_text(qname, type, &answer);
		line = strstr(whole, type == KNOT_RRTYPE_AAAA ? " AAAA " : " A ");
		line = strchr(line + 1, ' ') + 1;
		scene_append(&text, "%.*s ", (int)strcspn(line, "\n"), line);
		free(whole);
	}
	return text;
}

static void assert_first(struct scene *scene, const char *name, uint16_t type, uint32_t location, const char *expected)
{
	char *text = first_addresses(scene, name, type, location);

	assert_string_equal(text, expected);
	free(text);
}

static void addresses_at_the_end_of_an_answer_come_in_every_rotation(void **state)
{
	assert_first(*state, "www.example.com.", KNOT_RRTYPE_A, UK, "192.0.2.1 192.0.2.3 192.0.2.2 ");
	assert_first(*state, "alias.example.com.", KNOT_RRTYPE_A, UK, "192.0.2.1 192.0.2.3 192.0.2.2 ");
	assert_first(*state, "www.example.com.", KNOT_RRTYPE_A, US, "192.0.2.9 ");
	assert_first(*state, "www.example.com.", KNOT_RRTYPE_AAAA, UK, "2001:db8::1 ");
	assert_first(*state, "many.example.com.", KNOT_RRTYPE_A, UK, "192.0.2.10 192.0.2.11 192.0.2.12 ");
	assert_first(*state, "to-many.example.com.", KNOT_RRTYPE_A, UK, "192.0.2.10 192.0.2.11 192.0.2.12 ");
	assert_first(*state, "x.cdn.example.com.", KNOT_RRTYPE_A, UK, "192.0.2.1 192.0.2.3 192.0.2.2 ");
	assert_first(*state, "*.cdn.example.com.", KNOT_RRTYPE_A, UK, "192.0.2.1 192.0.2.3 192.0.2.2 ");
}

static void a_rotation_keeps_the_order_around_the_circle(void **state)
{
	struct scene *scene = *state;
	knot_dname_t *qname = scene_name(scene, "www.example.com.");
	struct gx_rendered answer;

	scene->renderer = gx_renderer_new(&scene->config);
	assert_int_equal(gx_render_rotated(scene->renderer, qname, KNOT_RRTYPE_A, UK, 1, &answer), 0);
	scene->text = scene_text(qname, KNOT_RRTYPE_A, &answer);
	assert_string_equal(scene->text,
			    "NOERROR aa\nwww.example.com. 60 A 192.0.2.3\nwww.example.com. 60 A 192.0.2.2\n"
			    "www.example.com. 60 A 192.0.2.1\n");
}

/* 40 addresses in 32 orders: the first ones are spread over all. */
static void many_addresses_rotate_by_larger_steps(void **state)
{
	struct scene *scene = *state;
	char *text = strdup(""), *first;

	for (int i = 0; i < 40; i++)
		scene_append(&text, "%s192.0.2.%d", i ? " " : "", i);
	scene_addresses(scene, "forty.example.com.", 0, 0, (const char *const[]){ text, text });
	first = first_addresses(scene, "forty.example.com.", KNOT_RRTYPE_A, UK);
	assert_memory_equal(first, "192.0.2.0 192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.5 ", 50);
	assert_non_null(strstr(first, " 192.0.2.38 "));
	free(first);
	free(text);
}

/* --- wildcards --------------------------------------------------------------------------------- */

static void a_wildcard_has_addresses_and_what_the_zone_file_has_beside_them(void **state)
{
	assert_string_equal(scene_ask(*state, "a.b.cdn.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\na.b.cdn.example.com. 60 A 192.0.2.9\n");
	assert_string_equal(scene_ask(*state, "a.cdn.example.com.", KNOT_RRTYPE_TXT, US),
			    "NOERROR aa\na.cdn.example.com. 300 TXT \"wild\"\n");
	assert_string_equal(scene_ask(*state, "a.cdn.example.com.", KNOT_RRTYPE_MX, US),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
	assert_string_equal(scene_ask(*state, "x.*.cdn.example.com.", KNOT_RRTYPE_A, US),
			    "NXDOMAIN aa\n; example.com. 600 " SOA);
}

/* The answer of a wildcard as it stands behind a longer question: its pointers moved. */
static char *moved_text(const knot_dname_t *qname, const knot_dname_t *wildcard, uint16_t type,
			const struct gx_rendered *answer)
{
	uint8_t octets[GX_TCP_MAX_OCTETS];
	uint16_t offsets[GX_SHIFT_POINTERS];
	struct gx_rendered moved = *answer;
	int count = gx_rendered_pointers(answer, offsets, GX_SHIFT_POINTERS);

	assert_int_equal(answer->base_octets, knot_dname_size(wildcard));
	assert_in_range(count, 0, GX_SHIFT_POINTERS);
	memcpy(octets, answer->octets, answer->len_octets);
	for (int i = 0; i < count; i++)
		knot_wire_write_u16(octets + offsets[i], knot_wire_read_u16(octets + offsets[i]) +
							 knot_dname_size(qname) - answer->base_octets);
	moved.octets = octets;
	return scene_text(qname, type, &moved);
}

/* The same octets behind a question of any length, but for the pointers that do not lead to its name. */
static void the_answer_of_a_wildcard_holds_for_questions_of_any_length(void **state)
{
	static const uint16_t types[] = { KNOT_RRTYPE_A, KNOT_RRTYPE_AAAA, KNOT_RRTYPE_TXT, KNOT_RRTYPE_MX,
					  KNOT_RRTYPE_ANY };
	static const char *const names[] = { "x.cdn.example.com.", "some.longer.name.cdn.example.com." };
	struct scene *scene = *state;

	scene->renderer = gx_renderer_new(&scene->config);
	for (size_t i = 0; i < NUMBER(types); i++) {
		for (size_t j = 0; j < NUMBER(names); j++) {
			knot_dname_t *qname = scene_name(scene, names[j]);
			knot_dname_t *wildcard = scene_name(scene, "*.cdn.example.com.");
			struct gx_rendered answer;
			char *text, *expected = strdup(scene_ask(scene, names[j], types[i], UK));

			assert_int_equal(gx_render(scene->renderer, wildcard, types[i], UK, &answer), 0);
			text = moved_text(qname, wildcard, types[i], &answer);
			assert_string_equal(text, expected);
			free(text);
			free(expected);
		}
	}
}

static void chains_from_wildcards_hold_for_questions_of_any_length(void **state)
{
	static const struct pair pairs[] = { { 0, "alias.example.com." }, { US, "host.example.net." }, { 0 } };
	struct scene *scene = *state;
	struct gx_rendered answer;

	scene_geo(scene, "*.chain.example.com.", 0, scene_map(scene, pairs));
	scene->renderer = gx_renderer_new(&scene->config);
	for (uint32_t location = 0; location <= US; location += US) {
		knot_dname_t *wildcard = scene_name(scene, "*.chain.example.com.");
		char *expected = strdup(scene_ask(scene, "x.y.chain.example.com.", KNOT_RRTYPE_A, location)), *text;

		gx_render(scene->renderer, wildcard, KNOT_RRTYPE_A, location, &answer);
		text = moved_text(scene_name(scene, "x.y.chain.example.com."), wildcard, KNOT_RRTYPE_A, &answer);
		assert_string_equal(text, expected);
		assert_int_equal(answer.octets[0], 0xc0);
		assert_int_equal(answer.octets[1], 12);
		free(text);
		free(expected);
	}
}

/* A pointer to the wildcard's own name would mean the name in question: there is no pointer but the owners'. */
static void a_wildcard_that_leads_to_itself_is_not_compressed(void **state)
{
	struct scene *scene = *state;
	knot_dname_t *wildcard = scene_name(scene, "*.self.example.org.");
	struct gx_rendered answer;
	char *text;

	scene_zone(scene, "example.org.", "*.self MX 10 *.self\n*.self A 192.0.2.7\n");
	scene->renderer = gx_renderer_new(&scene->config);
	assert_int_equal(gx_render(scene->renderer, wildcard, KNOT_RRTYPE_MX, 0, &answer), 0);
	assert_int_equal(answer.base_octets, 0);
	text = scene_text(scene_name(scene, "any.self.example.org."), KNOT_RRTYPE_MX, &answer);
	assert_string_equal(text, "NOERROR aa\nany.self.example.org. 300 MX 10 *.self.example.org.\n"
				  ";; *.self.example.org. 300 A 192.0.2.7\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_geo_name_has_the_addresses_of_the_first_site),
		TEST(existence_of_a_family_does_not_depend_on_the_client),
		TEST(addresses_hide_only_addresses_of_the_zone_file),
		TEST(any_is_the_rrset_of_one_family),
		TEST(the_apex_keeps_what_else_it_has),
		TEST(ds_of_a_geo_apex_is_that_of_the_zone_above),
		TEST(cnames_lead_to_addresses),
		TEST(an_address_given_twice_is_one_record),
		TEST(addresses_at_the_end_of_an_answer_come_in_every_rotation),
		TEST(a_rotation_keeps_the_order_around_the_circle),
		TEST(many_addresses_rotate_by_larger_steps),
		TEST(a_wildcard_has_addresses_and_what_the_zone_file_has_beside_them),
		TEST(the_answer_of_a_wildcard_holds_for_questions_of_any_length),
		TEST(chains_from_wildcards_hold_for_questions_of_any_length),
		TEST(a_wildcard_that_leads_to_itself_is_not_compressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
