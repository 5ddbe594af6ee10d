/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The renderer: each rule of DNS that an answer has to keep, seen through libknot's parser. */
#include "tests/unit/scene.h"

#include <errno.h>

#include <libknot/descriptor.h>

#define SOA	"SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n"
#define UK	826
#define US	840
#define JP	392

/*
 * The set-up of the classic article, and the odd ends of it:
 *
 *   example.com  www, cdn -> geo -> eu or us; localhost
 *   example.org  another loaded zone
 */
static const char example_com[] =
	"eu A 192.0.2.1\neu AAAA 2001:db8::1\n"
	"us A 192.0.2.2\nus AAAA 2001:db8::2\nus TXT \"only here\"\n"
	"www CNAME geo\ncdn CNAME GEO.Example.COM.\n"
	"deep CNAME www\n"
	"many A 192.0.2.10\nmany A 192.0.2.11\nmany MX 10 mail\n"
	"a.ent A 192.0.2.20\n"
	"geo CNAME backend-default\n"
	"*.wild A 192.0.2.30\n*.alias CNAME geo\n"
	"to-wild CNAME x.y.wild\nto-alias CNAME x.alias\nto-ent CNAME ent\n"
	"to-nothing CNAME nothing\nto-org CNAME www.example.org.\nto-world CNAME www.example.net.\n"
	"to-sub CNAME www.sub\nto-cut CNAME sub\nto-dname CNAME x.old\nto-old CNAME old\n"
	"to-localhost CNAME localhost\n"
	"sub NS ns.sub\nsub DS 1 8 2 0000000000000000000000000000000000000000000000000000000000000000\n"
	"ns.sub A 192.0.2.40\nold DNAME new\nold TXT \"old\"\n"
	"loop1 CNAME loop2\nloop2 CNAME loop1\nself CNAME self\n"
	"keyed CNAME eu\nkeyed KEY 0 3 8 AA==\n"
	"*.closer A 192.0.2.50\n"
	"tlsa TLSA 3 1 1 00\ntlsa NSEC us TLSA\ntlsa RRSIG NSEC 13 3 300 20300101000000 20200101000000 1 @ AAAA\n"
	"*.cut NS ns1\nto-star-cut CNAME x.cut\n";

static int setup(void **state)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { US, "us.example.com." }, { 0 } };
	static const struct pair far[] = { { 0, "www.example.org." }, { JP, "host.example.net." },
					   { US, "geo.example.com." }, { 0 } };
	struct scene *scene = gx_calloc(1, sizeof(*scene));
	size_t map, far_map;

	*state = scene;
	scene_init(scene);
	scene_zone(scene, "example.com.", example_com);
	scene_zone(scene, "example.org.", "www A 198.51.100.1\nback CNAME www.example.com.\n");
	map = scene_map(scene, pairs);
	far_map = scene_map(scene, far);
	scene_geo(scene, "geo.example.com.", 0, map);
	scene_geo(scene, "far.example.com.", 0, far_map);
	scene_geo(scene, "g.new.closer.example.com.", 0, map);
	scene_localhost(scene, "localhost.example.com.", 0);
	return 0;
}

static int teardown(void **state)
{
	scene_free(*state);
	free(*state);
	return 0;
}

/* --- geo names --------------------------------------------------------------------------------- */

static void geo_name_is_a_cname_and_the_chain_goes_on_to_the_address(void **state)
{
	assert_string_equal(scene_ask(*state, "geo.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\n"
			    "geo.example.com. 60 CNAME us.example.com.\n"
			    "us.example.com. 300 A 192.0.2.2\n");
	assert_string_equal(scene_ask(*state, "geo.example.com.", KNOT_RRTYPE_AAAA, UK),
			    "NOERROR aa\n"
			    "geo.example.com. 60 CNAME eu.example.com.\n"
			    "eu.example.com. 300 AAAA 2001:db8::1\n");
}

static void unknown_location_gets_the_default(void **state)
{
	assert_string_equal(scene_ask(*state, "geo.example.com.", KNOT_RRTYPE_A, GX_LOCATION_UNKNOWN),
			    "NOERROR aa\n"
			    "geo.example.com. 60 CNAME eu.example.com.\n"
			    "eu.example.com. 300 A 192.0.2.1\n");
}

static void static_cname_leads_to_the_geo_name(void **state)
{
	assert_string_equal(scene_ask(*state, "deep.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\n"
			    "deep.example.com. 300 CNAME www.example.com.\n"
			    "www.example.com. 300 CNAME geo.example.com.\n"
			    "geo.example.com. 60 CNAME us.example.com.\n"
			    "us.example.com. 300 A 192.0.2.2\n");
}

static void targets_match_without_regard_to_case(void **state)
{
	assert_string_equal(scene_ask(*state, "cdn.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\n"
			    "cdn.example.com. 300 CNAME geo.example.com.\n"
			    "geo.example.com. 60 CNAME us.example.com.\n"
			    "us.example.com. 300 A 192.0.2.2\n");
}

static void geo_name_exists_for_every_type(void **state)
{
	/* What the type has at one site only is NODATA at the other: never NXDOMAIN (RFC 2308, 8020). */
	assert_string_equal(scene_ask(*state, "geo.example.com.", KNOT_RRTYPE_TXT, UK),
			    "NOERROR aa nodata\n"
			    "geo.example.com. 60 CNAME eu.example.com.\n"
			    "; example.com. 600 " SOA);
	assert_string_equal(scene_ask(*state, "geo.example.com.", KNOT_RRTYPE_TXT, US),
			    "NOERROR aa\n"
			    "geo.example.com. 60 CNAME us.example.com.\n"
			    "us.example.com. 300 TXT \"only here\"\n");
	for (uint16_t type = 1; type < GX_TYPE_META_MIN; type++) {
		const char *text = scene_ask(*state, "geo.example.com.", type, UK);

		assert_memory_equal(text, "NOERROR aa", 10);
	}
}

static void types_beside_a_cname_do_not_follow_it(void **state)
{
	static const uint16_t types[] = { KNOT_RRTYPE_RRSIG, KNOT_RRTYPE_NSEC };

	for (size_t i = 0; i < NUMBER(types); i++) {
		assert_string_equal(scene_ask(*state, "geo.example.com.", types[i], US),
				    "NOERROR aa nodata\n; example.com. 600 " SOA);
		assert_string_equal(scene_ask(*state, "www.example.com.", types[i], US),
				    "NOERROR aa nodata\n; example.com. 600 " SOA);
	}
	assert_string_equal(scene_ask(*state, "keyed.example.com.", KNOT_RRTYPE_KEY, 0),
			    "NOERROR aa\nkeyed.example.com. 300 KEY 0 3 8 AA==\n");
	/* Where there is none, the CNAME is followed, as by NSD and Knot. */
	assert_string_equal(scene_ask(*state, "www.example.com.", KNOT_RRTYPE_KEY, US),
			    "NOERROR aa nodata\nwww.example.com. 300 CNAME geo.example.com.\n"
			    "geo.example.com. 60 CNAME us.example.com.\n; example.com. 600 " SOA);
}

static void cname_asked_for_is_answered_alone(void **state)
{
	assert_string_equal(scene_ask(*state, "geo.example.com.", KNOT_RRTYPE_CNAME, US),
			    "NOERROR aa\ngeo.example.com. 60 CNAME us.example.com.\n");
	assert_string_equal(scene_ask(*state, "www.example.com.", KNOT_RRTYPE_CNAME, US),
			    "NOERROR aa\nwww.example.com. 300 CNAME geo.example.com.\n");
	assert_string_equal(scene_ask(*state, "eu.example.com.", KNOT_RRTYPE_CNAME, US),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
}

static void any_is_one_rrset(void **state)
{
	assert_string_equal(scene_ask(*state, "geo.example.com.", KNOT_RRTYPE_ANY, US),
			    "NOERROR aa\ngeo.example.com. 60 CNAME us.example.com.\n");
	assert_string_equal(scene_ask(*state, "www.example.com.", KNOT_RRTYPE_ANY, US),
			    "NOERROR aa\nwww.example.com. 300 CNAME geo.example.com.\n");
	assert_string_equal(scene_ask(*state, "many.example.com.", KNOT_RRTYPE_ANY, US),
			    "NOERROR aa\nmany.example.com. 300 A 192.0.2.10\nmany.example.com. 300 A 192.0.2.11\n");
	assert_string_equal(scene_ask(*state, "tlsa.example.com.", KNOT_RRTYPE_ANY, US),
			    "NOERROR aa\ntlsa.example.com. 300 TLSA 3 1 1 00\n");
	assert_string_equal(scene_ask(*state, "ent.example.com.", KNOT_RRTYPE_ANY, US),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
	assert_string_equal(scene_ask(*state, "keyed.example.com.", KNOT_RRTYPE_ANY, 0),
			    "NOERROR aa\nkeyed.example.com. 300 CNAME eu.example.com.\n");
}

static void geo_name_hides_what_the_zone_file_has(void **state)
{
	assert_null(strstr(scene_ask(*state, "geo.example.com.", KNOT_RRTYPE_A, 0), "backend-default"));
}

static void localhost_is_the_location_of_the_client(void **state)
{
	assert_string_equal(scene_ask(*state, "localhost.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\nlocalhost.example.com. 60 A 127.0.3.72\n");
	assert_string_equal(scene_ask(*state, "localhost.example.com.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa\nlocalhost.example.com. 60 A 127.0.0.0\n");
	assert_string_equal(scene_ask(*state, "localhost.example.com.", KNOT_RRTYPE_A, 999),
			    "NOERROR aa\nlocalhost.example.com. 60 A 127.0.3.231\n");
	assert_string_equal(scene_ask(*state, "localhost.example.com.", KNOT_RRTYPE_AAAA, US),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
	assert_string_equal(scene_ask(*state, "localhost.example.com.", KNOT_RRTYPE_CNAME, US),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
	assert_string_equal(scene_ask(*state, "to-localhost.example.com.", KNOT_RRTYPE_A, UK),
			    "NOERROR aa\n"
			    "to-localhost.example.com. 300 CNAME localhost.example.com.\n"
			    "localhost.example.com. 60 A 127.0.3.58\n");
}

/* --- chains ------------------------------------------------------------------------------------ */

static void chains_go_on_through_loaded_zones(void **state)
{
	assert_string_equal(scene_ask(*state, "to-org.example.com.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa\n"
			    "to-org.example.com. 300 CNAME www.example.org.\n"
			    "www.example.org. 300 A 198.51.100.1\n");
	assert_string_equal(scene_ask(*state, "back.example.org.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\n"
			    "back.example.org. 300 CNAME www.example.com.\n"
			    "www.example.com. 300 CNAME geo.example.com.\n"
			    "geo.example.com. 60 CNAME us.example.com.\n"
			    "us.example.com. 300 A 192.0.2.2\n");
}

static void soa_is_that_of_the_last_name(void **state)
{
	assert_string_equal(scene_ask(*state, "to-org.example.com.", KNOT_RRTYPE_TXT, 0),
			    "NOERROR aa nodata\n"
			    "to-org.example.com. 300 CNAME www.example.org.\n"
			    "; example.org. 600 SOA ns1.example.org. hostmaster.example.org. 1 86400 7200 604800 600\n");
}

static void geo_names_lead_to_geo_names_and_out_of_the_loaded_zones(void **state)
{
	assert_string_equal(scene_ask(*state, "far.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\n"
			    "far.example.com. 60 CNAME geo.example.com.\n"
			    "geo.example.com. 60 CNAME us.example.com.\n"
			    "us.example.com. 300 A 192.0.2.2\n");
	assert_string_equal(scene_ask(*state, "far.example.com.", KNOT_RRTYPE_A, JP),
			    "NOERROR aa\nfar.example.com. 60 CNAME host.example.net.\n");
	assert_string_equal(scene_ask(*state, "far.example.com.", KNOT_RRTYPE_A, UK),
			    "NOERROR aa\n"
			    "far.example.com. 60 CNAME www.example.org.\n"
			    "www.example.org. 300 A 198.51.100.1\n");
}

static void chain_out_of_the_loaded_zones_ends_with_its_cnames(void **state)
{
	static const char expected[] = "NOERROR aa\nto-world.example.com. 300 CNAME www.example.net.\n";

	assert_string_equal(scene_ask(*state, "to-world.example.com.", KNOT_RRTYPE_A, 0), expected);
	assert_string_equal(scene_ask(*state, "to-world.example.com.", KNOT_RRTYPE_DS, 0), expected);
}

/* RFC 1034 4.3.2, 3b. */
static void chain_into_a_delegation_ends_with_the_referral(void **state)
{
	static const char referral[] = "; sub.example.com. 300 NS ns.sub.example.com.\n"
				       ";; ns.sub.example.com. 300 A 192.0.2.40\n";
	char expected[256];

	snprintf(expected, sizeof(expected), "NOERROR aa\nto-sub.example.com. 300 CNAME www.sub.example.com.\n%s",
		 referral);
	assert_string_equal(scene_ask(*state, "to-sub.example.com.", KNOT_RRTYPE_A, 0), expected);
	assert_string_equal(scene_ask(*state, "to-sub.example.com.", KNOT_RRTYPE_DS, 0), expected);
	snprintf(expected, sizeof(expected), "NOERROR aa\nto-cut.example.com. 300 CNAME sub.example.com.\n%s", referral);
	assert_string_equal(scene_ask(*state, "to-cut.example.com.", KNOT_RRTYPE_A, 0), expected);
}

static void chain_goes_on_behind_a_dname_rfc6672(void **state)
{
	assert_string_equal(scene_ask(*state, "to-dname.example.com.", KNOT_RRTYPE_A, 0),
			    "NXDOMAIN aa\nto-dname.example.com. 300 CNAME x.old.example.com.\n"
			    "old.example.com. 300 DNAME new.example.com.\n"
			    "x.old.example.com. 300 CNAME x.new.example.com.\n; example.com. 600 " SOA);
}

static void chain_to_a_wildcard_delegation_is_passed(void **state)
{
	assert_int_equal(scene_ask_error(*state, "to-star-cut.example.com.", KNOT_RRTYPE_A, 0), -ENOENT);
}

static void owner_of_a_dname_is_data(void **state)
{
	assert_string_equal(scene_ask(*state, "to-old.example.com.", KNOT_RRTYPE_TXT, 0),
			    "NOERROR aa\n"
			    "to-old.example.com. 300 CNAME old.example.com.\n"
			    "old.example.com. 300 TXT \"old\"\n");
}

static void ds_is_answered_above_the_cut(void **state)
{
	assert_string_equal(scene_ask(*state, "to-cut.example.com.", KNOT_RRTYPE_DS, 0),
			    "NOERROR aa\n"
			    "to-cut.example.com. 300 CNAME sub.example.com.\n"
			    "sub.example.com. 300 DS 1 8 2 "
			    "0000000000000000000000000000000000000000000000000000000000000000\n");
}

static void rcode_is_that_of_the_last_name(void **state)
{
	assert_string_equal(scene_ask(*state, "to-nothing.example.com.", KNOT_RRTYPE_A, 0),
			    "NXDOMAIN aa\n"
			    "to-nothing.example.com. 300 CNAME nothing.example.com.\n"
			    "; example.com. 600 " SOA);
}

static void loops_are_refused(void **state)
{
	struct gx_rendered answer;
	struct scene *scene = *state;

	assert_int_equal(scene_ask_error(scene, "loop1.example.com.", KNOT_RRTYPE_A, 0), -ELOOP);
	assert_int_equal(scene_ask_error(scene, "self.example.com.", KNOT_RRTYPE_A, 0), -ELOOP);
	assert_int_equal(gx_render(scene->renderer, scene_name(scene, "self.example.com."),
				   KNOT_RRTYPE_CNAME, 0, &answer), 0);
}

static void chains_are_bounded(void **state)
{
	struct scene *scene = gx_calloc(1, sizeof(*scene));
	char *text = strdup("");

	(void)state;
	scene_init(scene);
	for (int i = 0; i < 20; i++)
		scene_append(&text, "c%d CNAME c%d\n", i, i + 1);
	scene_append(&text, "c20 A 192.0.2.1\n");
	scene_zone(scene, "example.com.", text);
	assert_int_equal(scene_ask_error(scene, "c3.example.com.", KNOT_RRTYPE_A, 0), -E2BIG);
	/* 16 CNAMEs and the address. */
	assert_non_null(strstr(scene_ask(scene, "c4.example.com.", KNOT_RRTYPE_A, 0), "A 192.0.2.1"));
	free(text);
	scene_free(scene);
	free(scene);
}

/* --- names that exist, and that do not --------------------------------------------------------- */

static void positive_answers_have_the_whole_rrset(void **state)
{
	assert_string_equal(scene_ask(*state, "many.example.com.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa\n"
			    "many.example.com. 300 A 192.0.2.10\n"
			    "many.example.com. 300 A 192.0.2.11\n");
	assert_string_equal(scene_ask(*state, "many.example.com.", KNOT_RRTYPE_MX, 0),
			    "NOERROR aa\nmany.example.com. 300 MX 10 mail.example.com.\n");
}

static void negative_ttl_is_the_lesser_of_soa_and_minimum(void **state)
{
	struct scene *scene = *state;
	struct gx_zone *zone = &scene->config.zones[scene->config.n_zones++];
	struct gx_where where = { .file = "pdns.conf", .line = 1 };
	const uint8_t soa[] = "\002ns\000\001h\000\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\x0e\x10";

	zone->apex = scene_name(scene, "example.net.");
	gx_zone_add(zone, zone->apex, KNOT_RRTYPE_SOA, 900, soa, sizeof(soa) - 1, &where);
	assert_int_equal(gx_zone_finish(zone, &scene->diag), 0);
	/* 900 < 3600; in example.com it is 600 < 3600 the other way round. */
	assert_string_equal(scene_ask(scene, "example.net.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa nodata\n; example.net. 900 SOA ns. h. 1 2 3 4 3600\n");
	assert_string_equal(scene_ask(scene, "example.com.", KNOT_RRTYPE_SOA, 0),
			    "NOERROR aa\nexample.com. 3600 " SOA);
}

static void zone_without_soa_has_no_negative_answer(void **state)
{
	struct scene *scene = *state;
	struct gx_zone *zone = &scene->config.zones[scene->config.n_zones++];

	zone->apex = scene_name(scene, "example.net.");
	assert_int_equal(gx_zone_finish(zone, &scene->diag), 0);
	assert_int_equal(scene_ask_error(scene, "example.net.", KNOT_RRTYPE_A, 0), -ENOENT);
}

static void empty_non_terminals_are_nodata(void **state)
{
	assert_string_equal(scene_ask(*state, "ent.example.com.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
	assert_string_equal(scene_ask(*state, "to-ent.example.com.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa nodata\n"
			    "to-ent.example.com. 300 CNAME ent.example.com.\n"
			    "; example.com. 600 " SOA);
}

static void names_that_do_not_exist_are_nxdomain(void **state)
{
	assert_string_equal(scene_ask(*state, "no.example.com.", KNOT_RRTYPE_A, 0),
			    "NXDOMAIN aa\n; example.com. 600 " SOA);
	assert_string_equal(scene_ask(*state, "below.geo.example.com.", KNOT_RRTYPE_A, 0),
			    "NXDOMAIN aa\n; example.com. 600 " SOA);
}

static void wildcards_synthesise_names_in_chains(void **state)
{
	assert_string_equal(scene_ask(*state, "to-wild.example.com.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa\n"
			    "to-wild.example.com. 300 CNAME x.y.wild.example.com.\n"
			    "x.y.wild.example.com. 300 A 192.0.2.30\n");
	assert_string_equal(scene_ask(*state, "to-wild.example.com.", KNOT_RRTYPE_AAAA, 0),
			    "NOERROR aa nodata\n"
			    "to-wild.example.com. 300 CNAME x.y.wild.example.com.\n"
			    "; example.com. 600 " SOA);
	assert_string_equal(scene_ask(*state, "to-alias.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\n"
			    "to-alias.example.com. 300 CNAME x.alias.example.com.\n"
			    "x.alias.example.com. 300 CNAME geo.example.com.\n"
			    "geo.example.com. 60 CNAME us.example.com.\n"
			    "us.example.com. 300 A 192.0.2.2\n");
}

static void geo_names_may_be_wildcards(void **state)
{
	struct scene *scene = *state;

	scene_geo(scene, "*.any.example.com.", 0, 0);
	assert_string_equal(scene_ask(scene, "x.y.any.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa\n"
			    "x.y.any.example.com. 60 CNAME us.example.com.\n"
			    "us.example.com. 300 A 192.0.2.2\n");
	assert_string_equal(scene_ask(scene, "any.example.com.", KNOT_RRTYPE_A, US),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
}

/* g.new.closer is a geo name: so new.closer exists, and *.closer does not reach it or what is below it. */
static void geo_names_make_the_names_above_them_exist(void **state)
{
	assert_string_equal(scene_ask(*state, "other.closer.example.com.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa\nother.closer.example.com. 300 A 192.0.2.50\n");
	assert_string_equal(scene_ask(*state, "new.closer.example.com.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa nodata\n; example.com. 600 " SOA);
	assert_string_equal(scene_ask(*state, "x.new.closer.example.com.", KNOT_RRTYPE_A, 0),
			    "NXDOMAIN aa\n; example.com. 600 " SOA);
}

static void nothing_is_answered_outside_loaded_zones_and_below_cuts(void **state)
{
	static const char *const names[] = { "example.net.", "sub.example.com.", "ns.sub.example.com.",
					     "x.old.example.com.", "com.", "." };

	for (size_t i = 0; i < NUMBER(names); i++)
		assert_int_equal(scene_ask_error(*state, names[i], KNOT_RRTYPE_A, 0), -ENOENT);
}

static void child_zone_answers_for_its_apex_and_the_parent_for_its_ds(void **state)
{
	struct scene *scene = *state;

	scene_zone(scene, "sub.example.com.", "www A 203.0.113.1\n");
	assert_string_equal(scene_ask(scene, "to-sub.example.com.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa\n"
			    "to-sub.example.com. 300 CNAME www.sub.example.com.\n"
			    "www.sub.example.com. 300 A 203.0.113.1\n");
	assert_string_equal(scene_ask(scene, "sub.example.com.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa nodata\n; sub.example.com. 600 SOA ns1.sub.example.com. "
			    "hostmaster.sub.example.com. 1 86400 7200 604800 600\n");
	assert_memory_equal(scene_ask(scene, "sub.example.com.", KNOT_RRTYPE_DS, 0),
			    "NOERROR aa\nsub.example.com. 300 DS 1 8 2 ", 41);
}

/* --- octets ------------------------------------------------------------------------------------ */

/* www.example.com A: both CNAMEs and the address, each name as a pointer where it can be. */
static void names_are_compressed_against_the_question(void **state)
{
	static const uint8_t expected[] = {
		0xc0, 12, 0, 5, 0, 1, 0, 0, 1, 44, 0, 6, 3, 'g', 'e', 'o', 0xc0, 16,
		0xc0, 45, 0, 5, 0, 1, 0, 0, 0, 60, 0, 5, 2, 'u', 's', 0xc0, 16,
		0xc0, 63, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 2,
	};
	struct scene *scene = *state;
	struct gx_rendered answer;

	scene->renderer = gx_renderer_new(&scene->config);
	assert_int_equal(gx_render(scene->renderer, scene_name(scene, "www.example.com."), KNOT_RRTYPE_A,
				   US, &answer), 0);
	assert_int_equal(answer.len_octets, sizeof(expected));
	assert_memory_equal(answer.octets, expected, sizeof(expected));
	assert_int_equal(answer.ancount, 3);
	assert_int_equal(answer.nscount, 0);
	assert_int_equal(answer.arcount, 0);
}

static void an_answer_does_not_depend_on_the_one_before(void **state)
{
	static const char *const names[] = { "www.example.com.", "to-org.example.com.", "many.example.com.",
					     "no.example.com.", "back.example.org." };
	struct scene *scene = *state;

	for (size_t i = 0; i < NUMBER(names); i++) {
		char *fresh;

		gx_renderer_free(scene->renderer);
		scene->renderer = NULL;
		fresh = strdup(scene_ask(scene, names[i], KNOT_RRTYPE_A, US));
		for (size_t j = 0; j < NUMBER(names); j++) {
			scene_ask(scene, names[j], KNOT_RRTYPE_TXT, UK);
			scene_ask_error(scene, "loop1.example.com.", KNOT_RRTYPE_A, UK);
			assert_string_equal(scene_ask(scene, names[i], KNOT_RRTYPE_A, US), fresh);
		}
		free(fresh);
	}
}

static void an_answer_names_the_map_entries_it_depends_on(void **state)
{
	struct scene *scene = *state;
	struct gx_rendered answer;

	scene->renderer = gx_renderer_new(&scene->config);
	gx_render(scene->renderer, scene_name(scene, "far.example.com."), KNOT_RRTYPE_A, US, &answer);
	assert_int_equal(answer.n_picks, 2);
	assert_ptr_equal(answer.picks[0].geo, &scene->config.geos[1]);
	assert_int_equal(answer.picks[0].site, 2);
	assert_ptr_equal(answer.picks[1].geo, &scene->config.geos[0]);
	assert_int_equal(answer.picks[1].site, 1);
	assert_false(answer.by_location);
	gx_render(scene->renderer, scene_name(scene, "far.example.com."), KNOT_RRTYPE_NSEC, US, &answer);
	assert_int_equal(answer.n_picks, 0);
	gx_render(scene->renderer, scene_name(scene, "localhost.example.com."), KNOT_RRTYPE_A, US, &answer);
	assert_true(answer.by_location);
	gx_render(scene->renderer, scene_name(scene, "localhost.example.com."), KNOT_RRTYPE_TXT, US,
		  &answer);
	assert_false(answer.by_location);
}

static void an_answer_no_message_can_hold_is_refused(void **state)
{
	struct scene *scene = *state;
	char *text = strdup(""), *strings = strdup("");

	for (int i = 0; i < 30; i++)
		scene_append(&strings, " %0250d", i);
	for (int i = 0; i < 10; i++)
		scene_append(&text, "big TXT %d%s\n", i, strings);
	scene_zone(scene, "example.net.", text);
	assert_int_equal(scene_ask_error(scene, "big.example.net.", KNOT_RRTYPE_TXT, 0), -EMSGSIZE);
	assert_string_equal(scene_ask(scene, "big.example.net.", KNOT_RRTYPE_A, 0),
			    "NOERROR aa nodata\n; example.net. 600 SOA ns1.example.net. "
			    "hostmaster.example.net. 1 86400 7200 604800 600\n");
	free(strings);
	free(text);
}

static void a_geo_name_of_255_octets(void **state)
{
	struct scene *scene = *state;
	char *name = strdup("");

	for (int i = 0; i < 3; i++)
		scene_append(&name, "%063d.", i);
	scene_append(&name, "%049d.example.com.", 0);
	assert_int_equal(knot_dname_size(scene_name(scene, name)), 255);
	scene_geo(scene, name, 0, 0);
	assert_non_null(strstr(scene_ask(scene, name, KNOT_RRTYPE_A, US), " 60 CNAME us.example.com.\n"));
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(geo_name_is_a_cname_and_the_chain_goes_on_to_the_address),
		TEST(unknown_location_gets_the_default),
		TEST(static_cname_leads_to_the_geo_name),
		TEST(targets_match_without_regard_to_case),
		TEST(geo_name_exists_for_every_type),
		TEST(types_beside_a_cname_do_not_follow_it),
		TEST(cname_asked_for_is_answered_alone),
		TEST(any_is_one_rrset),
		TEST(geo_name_hides_what_the_zone_file_has),
		TEST(localhost_is_the_location_of_the_client),
		TEST(chains_go_on_through_loaded_zones),
		TEST(soa_is_that_of_the_last_name),
		TEST(geo_names_lead_to_geo_names_and_out_of_the_loaded_zones),
		TEST(chain_out_of_the_loaded_zones_ends_with_its_cnames),
		TEST(chain_into_a_delegation_ends_with_the_referral),
		TEST(chain_goes_on_behind_a_dname_rfc6672),
		TEST(chain_to_a_wildcard_delegation_is_passed),
		TEST(owner_of_a_dname_is_data),
		TEST(ds_is_answered_above_the_cut),
		TEST(rcode_is_that_of_the_last_name),
		TEST(loops_are_refused),
		TEST(chains_are_bounded),
		TEST(positive_answers_have_the_whole_rrset),
		TEST(negative_ttl_is_the_lesser_of_soa_and_minimum),
		TEST(zone_without_soa_has_no_negative_answer),
		TEST(empty_non_terminals_are_nodata),
		TEST(names_that_do_not_exist_are_nxdomain),
		TEST(wildcards_synthesise_names_in_chains),
		TEST(geo_names_may_be_wildcards),
		TEST(geo_names_make_the_names_above_them_exist),
		TEST(nothing_is_answered_outside_loaded_zones_and_below_cuts),
		TEST(child_zone_answers_for_its_apex_and_the_parent_for_its_ds),
		TEST(names_are_compressed_against_the_question),
		TEST(an_answer_does_not_depend_on_the_one_before),
		TEST(an_answer_names_the_map_entries_it_depends_on),
		TEST(an_answer_no_message_can_hold_is_refused),
		TEST(a_geo_name_of_255_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
