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
	PASSED("name_that_does_not_exist_is_passed", DNSSEC, ASKED("nothing")),
	PASSED("what_a_wildcard_synthesises_is_passed", DNSSEC, ASKED("any.wild")),
};

int main(void)
{
	return cases_main("signed", cases, NUMBER(cases), NULL, 0);
}
