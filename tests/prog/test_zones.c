/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole zones: what exists, what does not, and what is delegated (RFC 1034 4.3.2, RFC 2308, RFC 8020). */
#include <stdio.h>
#include <string.h>

#include "tests/lib/cases.h"
#include "tests/lib/wire.h"

#define AT(name)	.qname = name ".example.com."
#define NXDOMAIN	"NXDOMAIN aa\n" WORLD_SOA
#define NODATA		"NOERROR aa\n" WORLD_SOA
#define CUT_NS \
	"; cut.example.com. 300 NS ns.cut.example.com.\n; cut.example.com. 300 NS ns.elsewhere.example.\n" \
	"; cut.example.com. 300 NS static.example.com.\n"
#define CUT_GLUE \
	";; ns.cut.example.com. 300 A 192.0.2.72\n;; ns.cut.example.com. 300 AAAA 2001:db8::72\n" \
	";; static.example.com. 300 A 192.0.2.9\n"
#define CUT		"NOERROR\n" CUT_NS CUT_GLUE
#define SUB		"NOERROR\n; sub.wild.example.com. 300 NS ns.elsewhere.example.\n"
#define DIGEST		"00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"
#define MX \
	"NOERROR aa\nmx.example.com. 300 MX 10 static.example.com.\nmx.example.com. 300 MX 20 eu.example.com.\n" \
	"mx.example.com. 300 MX 30 mail.elsewhere.example.\n;; static.example.com. 300 A 192.0.2.9\n" \
	";; eu.example.com. 300 A 192.0.2.1\n;; eu.example.com. 300 AAAA 2001:db8::1\n"

static const struct packet_case cases[] = {
	SERVED("nxdomain_has_the_soa_with_the_lesser_ttl_rfc2308", NXDOMAIN, NXDOMAIN, AT("nothing")),
	SERVED("nxdomain_two_labels_down", NXDOMAIN, NXDOMAIN, AT("www.nothing")),
	SERVED("nxdomain_eight_labels_down", NXDOMAIN, NXDOMAIN, AT("a.b.c.d.e.f.g.h")),
	SERVED("nxdomain_nine_labels_down", NXDOMAIN, NXDOMAIN, AT("a.b.c.d.e.f.g.h.i")),
	SERVED("nxdomain_for_every_type_rfc8020", NXDOMAIN, NXDOMAIN, AT("nothing"), .qtype = KNOT_RRTYPE_TXT),
	SERVED("nxdomain_for_any", NXDOMAIN, NXDOMAIN, AT("nothing"), .qtype = KNOT_RRTYPE_ANY),
	SERVED("nxdomain_for_ds", NXDOMAIN, NXDOMAIN, AT("nothing"), .qtype = KNOT_RRTYPE_DS),
	SERVED("nxdomain_below_a_name_with_data", NXDOMAIN, NXDOMAIN, AT("any.static")),
	SERVED("nxdomain_below_a_geo_name", NXDOMAIN, NXDOMAIN, AT("any.geo")),
	SERVED("nxdomain_below_a_cname", NXDOMAIN, NXDOMAIN, AT("any.www")),
	SERVED("nxdomain_below_an_empty_non_terminal", NXDOMAIN, NXDOMAIN, AT("any.ent.wild")),
	SERVED("nxdomain_has_scope_0_rfc7871_7_4", NXDOMAIN, NXDOMAIN "; scope 0\n", AT("nothing"),
	       PACKET_OPTIONS(PACKET_ECS4("10.5.0.0", 24))),
	SERVED("nxdomain_without_edns", NXDOMAIN, NXDOMAIN, AT("nothing"), PACKET_NO_EDNS),
	SERVED("nxdomain_in_a_signed_zone_without_do", NXDOMAIN,
	       "NXDOMAIN aa\n; signed.example. 600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n",
	       .qname = "nothing.signed.example."),
	PASSED("nxdomain_in_a_signed_zone_with_do_is_passed_rfc4035", DNSSEC, .qname = "nothing.signed.example.",
	       .opt_flags = PACKET_DO),
	SERVED("badvers_at_a_name_that_does_not_exist", BADVERS, "BADVERS\n", AT("nothing"), .opt_version = 1),
	SERVED("formerr_at_a_name_that_does_not_exist", FORMERR, "FORMERR\n", AT("nothing"), .opts = 2),
	SERVED("cname_to_nothing_is_nxdomain_rfc2308_2_1", NXDOMAIN,
	       "NXDOMAIN aa\nto-nothing.example.com. 300 CNAME nothing.example.com.\n" WORLD_SOA, AT("to-nothing")),

	SERVED("nodata_of_an_empty_non_terminal_rfc4592_2_2_2", NODATA, NODATA, AT("ent.wild")),
	SERVED("nodata_of_an_empty_non_terminal_for_any", NODATA, NODATA, AT("ent.wild"), .qtype = KNOT_RRTYPE_ANY),
	SERVED("nodata_at_the_apex", NODATA, NODATA, .qname = "example.com."),
	SERVED("soa_at_the_apex", STATIC,
	       "NOERROR aa\nexample.com. 3600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n",
	       .qname = "example.com.", .qtype = KNOT_RRTYPE_SOA),
	SERVED("ns_at_the_apex_has_its_addresses", STATIC,
	       "NOERROR aa\nexample.com. 300 NS ns1.example.com.\n;; ns1.example.com. 300 A 192.0.2.53\n",
	       .qname = "example.com.", .qtype = KNOT_RRTYPE_NS),
	SERVED("apex_of_one_label_is_answered", NODATA,
	       "NOERROR aa\n; x. 600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n", .qname = "x."),
	SERVED("mx_has_the_addresses_that_its_zone_knows_rfc1034_4_3_2", STATIC, MX, AT("mx"), .qtype = KNOT_RRTYPE_MX),

	SERVED("delegation_is_a_referral_without_aa", REFERRAL, CUT, AT("cut")),
	SERVED("name_below_a_delegation_is_the_referral", REFERRAL, CUT, AT("www.cut")),
	SERVED("name_far_below_a_delegation_is_the_referral", REFERRAL, CUT, AT("a.b.c.d.e.f.g.h.cut")),
	SERVED("glue_itself_is_the_referral", REFERRAL, CUT, AT("ns.cut")),
	SERVED("ns_of_a_delegation_is_the_referral", REFERRAL, CUT, AT("cut"), .qtype = KNOT_RRTYPE_NS),
	SERVED("any_of_a_delegation_is_the_referral", REFERRAL, CUT, AT("cut"), .qtype = KNOT_RRTYPE_ANY),
	SERVED("referral_without_glue", REFERRAL, SUB, AT("sub.wild")),
	SERVED("ds_is_answered_above_the_cut_rfc4035_3_1_4_1", STATIC,
	       "NOERROR aa\ncut.example.com. 300 DS 1 13 2 " DIGEST "\n", AT("cut"), .qtype = KNOT_RRTYPE_DS),
	SERVED("ds_that_is_not_there_is_nodata_of_the_zone_above", NODATA, NODATA, AT("sub.wild"), .qtype = KNOT_RRTYPE_DS),
	SERVED("ds_below_the_cut_is_the_referral", REFERRAL, CUT, AT("www.cut"), .qtype = KNOT_RRTYPE_DS),
	SERVED("cname_into_a_delegation_ends_with_the_referral", STATIC,
	       "NOERROR aa\nto-cut.example.com. 300 CNAME www.cut.example.com.\n" CUT_NS CUT_GLUE, AT("to-cut")),
	SERVED("glue_that_is_needed_is_not_left_away_rfc9471", TRUNCATED, "NOERROR tc\n", AT("glue"), PACKET_NO_EDNS),
	SERVED("glue_that_is_needed_fits_below_the_cut_as_well", REFERRAL, NULL, AT("any.glue")),
	SERVED("addresses_that_are_not_needed_are_left_away_rfc2181_9", REFERRAL, NULL, AT("beside"), PACKET_NO_EDNS),
	SERVED("addresses_that_are_not_needed_are_there_where_they_fit", REFERRAL, NULL, AT("any.beside")),

	SERVED("owner_of_a_dname_is_answered", STATIC, "NOERROR aa\ntree.example.com. 300 TXT \"root\"\n", AT("tree"),
	       .qtype = KNOT_RRTYPE_TXT),
	PASSED("name_below_a_dname_is_passed", TYPE, AT("any.tree")),
	PASSED("name_far_below_a_dname_is_passed", TYPE, AT("a.b.c.tree")),

	/* in.far. is a zone, and far. does not exist in the zone above it, which speaks of it */
	SERVED("zone_below_a_name_that_does_not_exist_is_answered", STATIC,
	       "NOERROR aa\nwww.in.far.example.com. 300 A 192.0.2.90\n", AT("www.in.far")),
	SERVED("nxdomain_below_a_zone_below_a_name_that_does_not_exist", NXDOMAIN,
	       "NXDOMAIN aa\n; in.far.example.com. 600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n",
	       AT("a.b.in.far")),
	SERVED("name_above_a_zone_does_not_exist_for_that", NXDOMAIN, NXDOMAIN, AT("far")),
	SERVED("name_above_a_zone_does_not_exist_for_any_type", NXDOMAIN, NXDOMAIN, AT("far"), .qtype = KNOT_RRTYPE_DS),
	SERVED("name_beside_a_zone_below_a_name_that_does_not_exist", NXDOMAIN, NXDOMAIN, AT("beside.far")),
	SERVED("name_above_a_zone_is_synthesised_by_the_zone_above", GEO,
	       "NOERROR aa\nfar.wild.example.com. 300 CNAME geo.example.com.\n" WORLD_US, AT("far.wild")),
	SERVED("name_above_a_zone_is_synthesised_for_other_types", NODATA,
	       "NOERROR aa\nfar.wild.example.com. 300 CNAME geo.example.com.\n"
	       "geo.example.com. 60 CNAME us.example.com.\n" WORLD_SOA, AT("far.wild"), .qtype = KNOT_RRTYPE_MX),
	SERVED("name_beside_a_zone_is_synthesised_by_the_zone_above", GEO,
	       "NOERROR aa\na.far.wild.example.com. 300 CNAME geo.example.com.\n" WORLD_US, AT("a.far.wild")),
	SERVED("name_above_a_zone_below_a_delegation_is_the_referral", REFERRAL, CUT, AT("far.cut")),
	SERVED("ds_above_a_zone_below_a_delegation_is_the_referral", REFERRAL, CUT, AT("far.cut"), .qtype = KNOT_RRTYPE_DS),
	SERVED("name_beside_a_zone_below_a_delegation_is_the_referral", REFERRAL, CUT, AT("a.far.cut")),
	SERVED("ds_of_a_zone_below_a_delegation_is_the_referral_rfc4035_3_1_4_1", REFERRAL, CUT, AT("in.far.cut"),
	       .qtype = KNOT_RRTYPE_DS),
	SERVED("ds_of_a_zone_below_a_name_that_does_not_exist_is_nxdomain", NXDOMAIN, NXDOMAIN, AT("in.far"),
	       .qtype = KNOT_RRTYPE_DS),
	PASSED("name_above_a_zone_below_a_dname_is_passed", NAME, AT("far.tree")),
	PASSED("name_beside_a_zone_below_a_dname_is_passed", NAME, AT("a.far.tree")),
	SERVED("zone_below_a_dname_is_answered", STATIC,
	       "NOERROR aa\nwww.in.far.tree.example.com. 300 A 192.0.2.90\n", AT("www.in.far.tree")),
	PASSED("name_above_a_zone_below_a_signed_one_is_passed_with_do", DNSSEC, .qname = "far.signed.example.",
	       .opt_flags = PACKET_DO),
	PASSED("name_beside_a_zone_below_a_signed_one_is_passed_with_do", DNSSEC, .qname = "a.far.signed.example.",
	       .opt_flags = PACKET_DO),
	SERVED("name_above_a_zone_below_a_signed_one_is_answered_without_do", NXDOMAIN,
	       "NXDOMAIN aa\n; signed.example. 600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n",
	       .qname = "far.signed.example."),
	SERVED("zone_below_names_of_no_zone_is_answered", STATIC,
	       "NOERROR aa\nwww.in.far.outside.test. 300 A 192.0.2.90\n", .qname = "www.in.far.outside.test."),
	PASSED("name_above_all_zones_is_passed", NAME, .qname = "outside.test."),
	PASSED("name_beside_all_zones_is_passed", NAME, .qname = "a.far.outside.test."),
	PASSED("name_of_one_label_above_all_zones_is_passed", NAME, .qname = "test."),
	PASSED("root_is_passed", NAME, .qname = "."),
};

/*
 * The owner of the SOA is a pointer into the question, wherever the zone's name stands in it: at even and at odd
 * offsets.
 */
static void nxdomain_at_names_of_every_length(void **state)
{
	char name[WORLD_NAME_TEXT] = "";
	size_t octets = 0;

	while (octets < 4 * 61 - 1) {
		name[octets] = octets % 62 == 61 ? '.' : 'q';
		octets++;
	}
	strcpy(name + octets, ".signed.example.");
	for (size_t from = octets > 236 ? octets - 236 : 0; from < octets; from++) {
		const struct packet packet = PACKET(.qname = name + from, .opts = from & 1);
		const struct packet other = PACKET(.qname = name + from, PACKET_IPV6, .vlans = 2, .opts = !(from & 1));

		if (name[from] == '.')
			continue;
		expect_packet(&packet, GX_SERVED_NXDOMAIN, NULL);
		expect_packet(&other, GX_SERVED_NXDOMAIN, NULL);
	}
}

/* A referral has many pointers, in owners and in data. */
static void referral_at_names_of_every_length(void **state)
{
	static const char *const cuts[] = { "cut.example.com.", "glue.example.com.", "beside.example.com." };

	for (size_t i = 0; i < NUMBER(cuts); i++) {
		for (size_t octets = 1; octets <= KNOT_DNAME_MAXLABELLEN; octets++) {
			char name[128];
			const struct packet packet = PACKET(.qname = name, .vlans = octets & 1);

			memset(name, 'q', octets);
			sprintf(name + octets, ".%s", cuts[i]);
			expect_packet(&packet, GX_SERVED_REFERRAL, NULL);
		}
	}
}

/* Of 127 labels, any number below the closest encloser. */
static void nxdomain_at_the_deepest_names(void **state)
{
	const char *deep = world_deep_name();

	for (size_t labels = 1; labels <= 126; labels++) {
		char name[WORLD_NAME_TEXT] = "";
		const struct packet packet = PACKET(.qname = name);

		for (size_t i = 0; i < labels; i++)
			strcat(name, "y.");
		strcat(name, deep + 2 * labels);
		expect_packet(&packet, GX_SERVED_NXDOMAIN, NULL);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nxdomain_at_names_of_every_length),
		cmocka_unit_test(referral_at_names_of_every_length),
		cmocka_unit_test(nxdomain_at_the_deepest_names),
	};

	return cases_main("zones", cases, NUMBER(cases), tests, NUMBER(tests));
}
