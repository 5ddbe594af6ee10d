/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wildcards (RFC 4592): names that do not exist are synthesised, and only where no closer name exists. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/cases.h"

#define AT(name)	.qname = name ".wild.example.com."
#define CNAME(name)	name ".wild.example.com. 300 CNAME geo.example.com.\n"
#define US(name)	"NOERROR aa\n" CNAME(name) WORLD_US
#define NXDOMAIN	"NXDOMAIN aa\n" WORLD_SOA
#define NODATA		"NOERROR aa\n" WORLD_SOA
#define SUB		"NOERROR\n; sub.wild.example.com. 300 NS ns.elsewhere.example.\n"

static const struct packet_case cases[] = {
	SERVED("wildcard_synthesises_a_name_rfc4592_2_1", GEO, US("any"), AT("any")),
	SERVED("wildcard_synthesises_a_name_ipv6", GEO, US("any"), AT("any"), PACKET_IPV6, .vlans = 2),
	SERVED("wildcard_synthesises_a_name_without_edns", GEO, US("any"), AT("any"), PACKET_NO_EDNS),
	SERVED("wildcard_synthesises_a_name_of_two_labels", GEO, US("any.body"), AT("any.body")),
	SERVED("wildcard_synthesises_a_name_of_eight_labels", GEO, US("a.b.c.d.e.f.g.h"), AT("a.b.c.d.e.f.g.h")),
	SERVED("wildcard_synthesises_a_name_of_nine_labels", GEO, US("a.b.c.d.e.f.g.h.i"), AT("a.b.c.d.e.f.g.h.i")),
	SERVED("wildcard_is_answered_by_its_own_name_rfc4592_2_3", GEO, US("*"), AT("*")),
	SERVED("wildcard_folds_case_rfc4343", GEO, US("any"), .qname = "aNY.wILD.eXAMPLE.cOM."),
	SERVED("wildcard_gives_each_location_its_answer", GEO, "NOERROR aa\n" CNAME("any") WORLD_JP, AT("any"),
	       .source = "10.1.5.7"),
	SERVED("wildcard_has_the_scope_of_the_answer", GEO, US("any") "; scope 14\n", AT("any"),
	       PACKET_OPTIONS(PACKET_ECS4("10.5.0.0", 24))),
	SERVED("wildcard_answers_cname", STATIC, "NOERROR aa\n" CNAME("any"), AT("any"), .qtype = KNOT_RRTYPE_CNAME),
	SERVED("wildcard_answers_nodata_for_other_types", NODATA,
	       "NOERROR aa\n" CNAME("any") "geo.example.com. 60 CNAME us.example.com.\n" WORLD_SOA, AT("any"),
	       .qtype = KNOT_RRTYPE_MX),
	SERVED("wildcard_and_badvers", BADVERS, "BADVERS\n", AT("any"), .opt_version = 1),
	SERVED("wildcard_and_formerr", FORMERR, "FORMERR\n", AT("any"), .opts = 2),

	/* RFC 4592 2.2.1, 3.3.1: a closer name keeps the wildcard off itself, and off what is below it */
	SERVED("name_beside_a_wildcard_is_not_synthesised", STATIC,
	       "NOERROR aa\ncloser.wild.example.com. 300 A 192.0.2.70\n", AT("closer")),
	SERVED("name_below_a_closer_name_is_not_synthesised", NXDOMAIN, NXDOMAIN, AT("any.closer")),
	SERVED("name_two_labels_below_a_closer_name_is_not_synthesised", NXDOMAIN, NXDOMAIN, AT("any.body.closer")),
	SERVED("empty_non_terminal_is_not_synthesised_rfc4592_2_2_2", NODATA, NODATA, AT("ent")),
	SERVED("name_below_an_empty_non_terminal_is_not_synthesised", NXDOMAIN, NXDOMAIN, AT("any.ent")),
	SERVED("name_below_that_exists_is_not_synthesised", STATIC,
	       "NOERROR aa\na.ent.wild.example.com. 300 A 192.0.2.71\n", AT("a.ent")),
	SERVED("delegation_is_not_synthesised_rfc1034_4_3_2", REFERRAL, SUB, AT("sub")),
	SERVED("name_below_a_delegation_is_not_synthesised", REFERRAL, SUB, AT("any.sub")),
	SERVED("name_below_the_wildcard_itself_is_not_synthesised_rfc4592_2_3", NXDOMAIN, NXDOMAIN, AT("any.*")),
	SERVED("name_in_front_of_which_a_wildcard_stands_is_not_synthesised", NODATA, NODATA,
	       .qname = "wild.example.com."),
	SERVED("name_that_only_ends_in_the_same_octets_is_not_synthesised", NXDOMAIN, NXDOMAIN,
	       .qname = "any.swild.example.com."),
	SERVED("name_with_the_octets_of_the_wildcard_in_a_label_is_not_synthesised", NXDOMAIN, NXDOMAIN,
	       .qname = "any\\004wild.example.com."),
};

/* A label of every length, and so names of odd and even length, whose answers point at them. */
static void label_of_every_length_is_synthesised(void **state)
{
	for (size_t octets = 1; octets <= KNOT_DNAME_MAXLABELLEN; octets++) {
		char label[64] = {0}, name[128], text[REPLY_TEXT_OCTETS];
		const struct packet packet = PACKET(.qname = name, .opts = octets & 1);

		memset(label, 'q', octets);
		sprintf(name, "%s.wild.example.com.", label);
		sprintf(text, "NOERROR aa\n%s.wild.example.com. 300 CNAME geo.example.com.\n" WORLD_US, label);
		expect_packet(&packet, GX_SERVED_GEO, text);
	}
}

/* The parent may begin anywhere in the longest name, behind the longest headers. */
static void long_labels_in_front_are_synthesised(void **state)
{
	static const size_t longest[] = { 44, 63, 63, 63 };	/* in front of wild.example.com. : 255 octets */
	char name[WORLD_NAME_TEXT] = "";
	size_t octets = 0;

	for (size_t i = 0; i < NUMBER(longest); i++) {
		for (size_t j = 0; j < longest[i]; j++)
			name[octets++] = 'q';
		name[octets++] = '.';
	}
	strcpy(name + octets, "wild.example.com.");
	for (size_t from = 0; from < octets; from++) {
		const struct packet packet = PACKET(.qname = name + from);
		const struct packet behind = PACKET(.qname = name + from, PACKET_IPV6, .vlans = 2, PACKET_NO_EDNS);

		if (name[from] == '.')
			continue;
		expect_packet(&packet, GX_SERVED_GEO, NULL);
		expect_packet(&behind, GX_SERVED_GEO, NULL);
	}
}

/* Beyond the forty octets that stand in a name's slot, and up to the longest name. */
static void long_name_is_synthesised(void **state)
{
	char parent[WORLD_NAME_TEXT], name[WORLD_NAME_TEXT + 64];
	const struct packet packet = PACKET(.qname = name);

	world_name(WORLD_WILD_OCTETS, parent);
	for (size_t octets = 1; WORLD_WILD_OCTETS + 1 + octets <= KNOT_DNAME_MAXLEN; octets++) {
		memset(name, 'q', octets);
		sprintf(name + octets, ".%s", parent);
		expect_packet(&packet, GX_SERVED_GEO, NULL);
		/* Another octet in the last label but two of the parent, and it is another name. */
		name[octets + 1 + 64 + 30] = 'm';
		expect_packet(&packet, GX_SERVED_NXDOMAIN, NULL);
	}
	expect_packet(&(struct packet)PACKET(.qname = parent), GX_SERVED_GEO, NULL);
}

/* Names of every depth below wildcards of every depth, and beside them. */
static void wildcards_of_every_depth_synthesise_names_of_every_depth(void **state)
{
	for (size_t depth = 0; depth <= 125; depth++) {
		enum gx_reason reason = GX_SERVED_NXDOMAIN;
		char parent[WORLD_NAME_TEXT];

		world_repeat('w', depth, parent);
		for (size_t i = 0; i < WORLD_WILD_DEPTHS; i++)
			reason = world_wild_depth[i] == depth ? GX_SERVED_GEO : reason;
		for (size_t labels = 1; labels <= 126 - depth; labels = labels < 10 ? labels + 1 : labels * 2) {
			char name[WORLD_NAME_TEXT] = "";
			const struct packet packet = PACKET(.qname = name);

			for (size_t i = 0; i < labels; i++)
				strcat(name, "y.");
			strcat(name, parent);
			expect_packet(&packet, reason, NULL);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(label_of_every_length_is_synthesised),
		cmocka_unit_test(long_labels_in_front_are_synthesised),
		cmocka_unit_test(long_name_is_synthesised),
		cmocka_unit_test(wildcards_of_every_depth_synthesise_names_of_every_depth),
	};

	return cases_main("wildcards", cases, NUMBER(cases), tests, NUMBER(tests));
}
