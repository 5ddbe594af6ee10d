/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DO=1 in signed zones: each answer with all that belongs into it, or none (RFC 4035 3.1). */
#include "tests/lib/cases.h"

#define AT(name)	.qname = name ".sealed.example."
#define ASKED(name)	AT(name), .opt_flags = PACKET_DO
#define SEAL(owner, ttl, type, labels) \
	owner "sealed.example. " #ttl " RRSIG " type " 13 " #labels " 300 20300101000000 20200101000000 7 sealed.example. c2lnbmVk\n"
#define RECORD(owner, type, rdata, labels) owner "sealed.example. 300 " type " " rdata "\n" SEAL(owner, 300, type, labels)
#define SOA	"; sealed.example. 600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n" \
		SEAL("; ", 600, "SOA", 2)
#define NSEC(owner, next, types, labels) \
	"; " owner "sealed.example. 300 NSEC " next "sealed.example. " types "\n" SEAL("; " owner, 300, "NSEC", labels)
#define ADDRESS(owner, address) \
	";; " owner "sealed.example. 300 A " address "\n" SEAL(";; " owner, 300, "A", 3)
#define ALIAS	"NOERROR aa\n" RECORD("alias.", "CNAME", "www.sealed.example.", 3) RECORD("www.", "A", "192.0.2.90", 3)
#define TO_GEO(name) RECORD(name ".geo.", "CNAME", "geo.example.com.", 3)
#define TO_GEO_COVERED	NSEC("*.geo.", "insecure.", "CNAME RRSIG NSEC", 3)
#define NXDOMAIN_TEXT	"NXDOMAIN aa\n" SOA NSEC("", "alias.", "NS SOA RRSIG NSEC DNSKEY", 2) NSEC("mx.", "ns1.", "MX RRSIG NSEC", 3)
#define LONG_LABEL "a2345678901234567890123456789012345678901234567890123456789."
#define LONG	LONG_LABEL LONG_LABEL LONG_LABEL
#define DIGEST	"00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"

static const struct packet_case cases[] = {
	SERVED("answer_has_the_rrsig_rfc4035_3_1_1", STATIC, "NOERROR aa\n" RECORD("www.", "A", "192.0.2.90", 3), ASKED("www")),
	SERVED("answer_has_no_rrsig_without_do_rfc4035_3_1", STATIC, "NOERROR aa\nwww.sealed.example. 300 A 192.0.2.90\n",
	       AT("www")),
	SERVED("each_rrset_of_a_chain_has_its_rrsig", STATIC, ALIAS, ASKED("alias")),
	SERVED("case_is_folded_with_do_as_well", STATIC, "NOERROR aa\n" RECORD("www.", "A", "192.0.2.90", 3),
	       .qname = "wWw.SEALED.example.", .opt_flags = PACKET_DO),
	SERVED("dnskey_is_answered", STATIC, "NOERROR aa\n" RECORD("", "DNSKEY", "257 3 13 c2lnbmVk", 2),
	       .qname = "sealed.example.", .qtype = KNOT_RRTYPE_DNSKEY, .opt_flags = PACKET_DO),
	SERVED("dnskey_is_answered_without_do", STATIC, "NOERROR aa\nsealed.example. 300 DNSKEY 257 3 13 c2lnbmVk\n",
	       .qname = "sealed.example.", .qtype = KNOT_RRTYPE_DNSKEY),
	SERVED("nsec_is_answered", STATIC, "NOERROR aa\n" RECORD("mx.", "NSEC", "ns1.sealed.example. MX RRSIG NSEC", 3),
	       ASKED("mx"), .qtype = KNOT_RRTYPE_NSEC),
	SERVED("rrsig_is_answered_with_those_of_one_rrset", STATIC, "NOERROR aa\n" SEAL("www.", 300, "A", 3), ASKED("www"),
	       .qtype = KNOT_RRTYPE_RRSIG),
	SERVED("any_is_answered_with_one_rrset_and_its_rrsig_rfc8482", STATIC,
	       "NOERROR aa\n" RECORD("www.", "A", "192.0.2.90", 3), ASKED("www"), .qtype = KNOT_RRTYPE_ANY),
	SERVED("additional_addresses_have_their_rrsigs_rfc4035_3_1_1", STATIC,
	       "NOERROR aa\n" RECORD("mx.", "MX", "10 www.sealed.example.", 3) ADDRESS("www.", "192.0.2.90"), ASKED("mx"),
	       .qtype = KNOT_RRTYPE_MX),

	SERVED("nodata_has_soa_and_the_nsec_rfc4035_3_1_3_1", NODATA,
	       "NOERROR aa\n" SOA NSEC("www.", "", "A RRSIG NSEC", 3), ASKED("www"), .qtype = KNOT_RRTYPE_TXT),
	SERVED("nodata_without_do_has_neither", NODATA,
	       "NOERROR aa\n; sealed.example. 600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n",
	       AT("www"), .qtype = KNOT_RRTYPE_TXT),
	SERVED("nodata_of_an_empty_non_terminal_has_the_nsec_before_it", NODATA,
	       "NOERROR aa\n" SOA NSEC("alias.", "below.ent.", "CNAME RRSIG NSEC", 3), ASKED("ent")),
	SERVED("nodata_of_a_wildcard_asked_for_by_name", NODATA,
	       "NOERROR aa\n" SOA NSEC("*.wild.", "www.", "A RRSIG NSEC", 3), ASKED("*.wild"), .qtype = KNOT_RRTYPE_TXT),
	SERVED("chain_to_nothing_has_both_proofs_rfc4035_3_1_3_2", NXDOMAIN,
	       "NXDOMAIN aa\n" RECORD("to-nothing.", "CNAME", "nothing.sealed.example.", 3) SOA
	       NSEC("mx.", "ns1.", "MX RRSIG NSEC", 3) NSEC("", "alias.", "NS SOA RRSIG NSEC DNSKEY", 2), ASKED("to-nothing")),
	SERVED("chain_through_a_wildcard_has_its_proof_rfc4035_3_1_3_3", STATIC,
	       "NOERROR aa\n" RECORD("to-wild.", "CNAME", "any.wild.sealed.example.", 3)
	       RECORD("any.wild.", "A", "192.0.2.94", 3) NSEC("*.wild.", "www.", "A RRSIG NSEC", 3), ASKED("to-wild")),

	SERVED("secure_delegation_has_its_ds_rfc4035_3_1_4", REFERRAL,
	       "NOERROR\n; secure.sealed.example. 300 NS ns1.sealed.example.\n"
	       "; secure.sealed.example. 300 DS 1 13 2 " DIGEST "\n" SEAL("; secure.", 300, "DS", 3) ADDRESS("ns1.", "192.0.2.53"), ASKED("secure")),
	SERVED("insecure_delegation_has_its_nsec_rfc4035_3_1_4", REFERRAL,
	       "NOERROR\n; insecure.sealed.example. 300 NS ns.insecure.sealed.example.\n"
	       NSEC("insecure.", "mx.", "NS RRSIG NSEC", 3) ";; ns.insecure.sealed.example. 300 A 192.0.2.92\n", ASKED("insecure")),
	SERVED("name_below_an_insecure_delegation_is_the_same_referral", REFERRAL,
	       "NOERROR\n; insecure.sealed.example. 300 NS ns.insecure.sealed.example.\n"
	       NSEC("insecure.", "mx.", "NS RRSIG NSEC", 3) ";; ns.insecure.sealed.example. 300 A 192.0.2.92\n",
	       ASKED("far.below.insecure")),
	SERVED("ds_is_signed_above_the_cut", STATIC, "NOERROR aa\n" RECORD("secure.", "DS", "1 13 2 " DIGEST, 3),
	       ASKED("secure"), .qtype = KNOT_RRTYPE_DS),
	SERVED("ds_that_is_not_there_has_soa_and_nsec", NODATA,
	       "NOERROR aa\n" SOA NSEC("insecure.", "mx.", "NS RRSIG NSEC", 3), ASKED("insecure"), .qtype = KNOT_RRTYPE_DS),

	PASSED("rrset_without_rrsig_is_passed", DNSSEC, ASKED("unsigned")),
	SERVED("rrset_without_rrsig_is_answered_without_do", STATIC, "NOERROR aa\nunsigned.sealed.example. 300 A 192.0.2.93\n",
	       AT("unsigned")),

	SERVED("nxdomain_has_what_covers_the_name_and_the_wildcard_rfc4035_3_1_3_2", NXDOMAIN,
	       "NXDOMAIN aa\n" SOA NSEC("", "alias.", "NS SOA RRSIG NSEC DNSKEY", 2) NSEC("mx.", "ns1.", "MX RRSIG NSEC", 3),
	       ASKED("nothing")),
	SERVED("nxdomain_has_a_nsec_once_that_covers_both_rfc4035_3_1_3_2", NXDOMAIN,
	       "NXDOMAIN aa\n" SOA NSEC("", "alias.", "NS SOA RRSIG NSEC DNSKEY", 2), ASKED("aa")),
	SERVED("nxdomain_below_a_name_has_its_nsec", NXDOMAIN,
	       "NXDOMAIN aa\n" SOA NSEC("mx.", "ns1.", "MX RRSIG NSEC", 3), ASKED("a.b.c.mx")),
	SERVED("nxdomain_below_an_empty_non_terminal_in_front", NXDOMAIN,
	       "NXDOMAIN aa\n" SOA NSEC("alias.", "below.ent.", "CNAME RRSIG NSEC", 3), ASKED("a.ent")),
	SERVED("nxdomain_below_an_empty_non_terminal_behind", NXDOMAIN,
	       "NXDOMAIN aa\n" SOA NSEC("alias.", "below.ent.", "CNAME RRSIG NSEC", 3)
	       NSEC("below.ent.", "*.geo.", "A RRSIG NSEC", 4), ASKED("c.ent")),
	SERVED("nxdomain_behind_the_last_name_has_the_nsec_that_leads_to_the_apex", NXDOMAIN,
	       "NXDOMAIN aa\n" SOA NSEC("", "alias.", "NS SOA RRSIG NSEC DNSKEY", 2) NSEC("www.", "", "A RRSIG NSEC", 3),
	       ASKED("zz")),
	SERVED("nxdomain_of_any_type", NXDOMAIN,
	       "NXDOMAIN aa\n" SOA NSEC("", "alias.", "NS SOA RRSIG NSEC DNSKEY", 2) NSEC("mx.", "ns1.", "MX RRSIG NSEC", 3),
	       ASKED("nothing"), .qtype = KNOT_RRTYPE_NSEC, PACKET_IPV6, .vlans = 2),
	SERVED("nxdomain_has_scope_0_rfc7871_7_4", NXDOMAIN, NXDOMAIN_TEXT "; scope 0\n", ASKED("nothing"),
	       PACKET_OPTIONS(PACKET_ECS4("10.5.0.0", 24))),
	SERVED("nxdomain_folds_case_rfc4343", NXDOMAIN,
	       "NXDOMAIN aa\n" SOA NSEC("", "alias.", "NS SOA RRSIG NSEC DNSKEY", 2) NSEC("mx.", "ns1.", "MX RRSIG NSEC", 3),
	       .qname = "nOTHING.Sealed.eXample.", .opt_flags = PACKET_DO),
	SERVED("nxdomain_without_do_has_no_proof", NXDOMAIN,
	       "NXDOMAIN aa\n; sealed.example. 600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n",
	       AT("nothing")),
	SERVED("nxdomain_that_does_not_fit_with_its_proofs_is_cut_rfc2181_9", TRUNCATED, "NXDOMAIN aa tc\n", ASKED(LONG "nothing"),
	       .opt_size = 512),
	PASSED("name_that_begins_as_one_that_exists_is_passed", DNSSEC, ASKED("www\\000")),

	SERVED("wildcard_has_what_covers_the_name_rfc4035_3_1_3_3", STATIC,
	       "NOERROR aa\n" RECORD("any.wild.", "A", "192.0.2.94", 3) NSEC("*.wild.", "www.", "A RRSIG NSEC", 3), ASKED("any.wild")),
	SERVED("wildcard_in_front_of_it_is_covered_by_the_nsec_before", STATIC,
	       "NOERROR aa\n" RECORD("\\!.wild.", "A", "192.0.2.94", 3) NSEC("unsigned.", "*.wild.", "A RRSIG NSEC", 3), ASKED("!.wild")),
	SERVED("wildcard_without_the_type_has_both_proofs_rfc4035_3_1_3_4", NODATA,
	       "NOERROR aa\n" SOA NSEC("*.wild.", "www.", "A RRSIG NSEC", 3) NSEC("unsigned.", "*.wild.", "A RRSIG NSEC", 3),
	       ASKED("!.wild"), .qtype = KNOT_RRTYPE_TXT),
	SERVED("wildcard_without_the_type_has_a_nsec_once_that_says_both", NODATA,
	       "NOERROR aa\n" SOA NSEC("*.wild.", "www.", "A RRSIG NSEC", 3), ASKED("a.b.c.wild"), .qtype = KNOT_RRTYPE_TXT),
	SERVED("wildcard_asked_for_by_name_has_no_proof", STATIC, "NOERROR aa\n" RECORD("*.wild.", "A", "192.0.2.94", 3), ASKED("*.wild")),
	SERVED("wildcard_that_leads_to_a_geo_name_has_its_proof", GEO, "NOERROR aa\n" TO_GEO("any") WORLD_US TO_GEO_COVERED, ASKED("any.geo")),
	SERVED("wildcard_that_leads_to_a_geo_name_has_the_scope", GEO,
	       "NOERROR aa\n" TO_GEO("any") "geo.example.com. 60 CNAME jp.example.com.\njp.example.com. 300 A 192.0.2.3\n" TO_GEO_COVERED
	       "; scope 16\n", ASKED("any.geo"), PACKET_OPTIONS(PACKET_ECS4("10.1.5.0", 24))),
	PASSED("nsec_of_a_wildcard_is_not_synthesised", DNSSEC, ASKED("any.wild"), .qtype = KNOT_RRTYPE_NSEC),
};

/* Of more than 512 octets, and as many as are offered: the proofs are sent whole over TCP. */
static void proofs_are_whole_over_tcp(void **state)
{
	static const uint64_t mark = GX_TCP_MARK;
	const struct packet packet = PACKET(ASKED(LONG "nothing"), .opt_size = 512);
	static struct node_outcome out;
	uint8_t frame[PACKET_MAX_OCTETS];
	size_t octets = packet_build(&packet, frame);

	assert_null(node_send_marked(frame, octets, (const uint8_t *)&mark, sizeof(mark), &out));
	assert_int_equal(out.reason, GX_SERVED_NXDOMAIN);
	assert_in_range(out.reply.message_octets, 513, GX_TCP_MAX_OCTETS);
	assert_string_equal(out.reply.text, NXDOMAIN_TEXT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_are_whole_over_tcp),
	};

	return cases_main("signed", cases, NUMBER(cases), tests, NUMBER(tests));
}
