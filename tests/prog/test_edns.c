/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EDNS (RFC 6891) and transaction signatures: the additional section of a query. */
#include <string.h>

#include "tests/lib/cases.h"
#include "tests/lib/wire.h"

#define COOKIE		{ .code = KNOT_EDNS_OPTION_COOKIE, .data = "8octets.", .data_octets = 8 }
#define NSID		{ .code = KNOT_EDNS_OPTION_NSID }
#define EXPIRE		{ .code = KNOT_EDNS_OPTION_EXPIRE }
#define UNKNOWN		{ .code = 100 }
#define FOUR(...)	__VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__
#define SIXTEEN(...)	FOUR(__VA_ARGS__), FOUR(__VA_ARGS__), FOUR(__VA_ARGS__), FOUR(__VA_ARGS__)

#define RECORD(type_, class_) { .owner = "key.example.", .type = (type_), .rclass = (class_), .rdata = "rdata", \
				.rdata_octets = 5 }
#define TSIG		RECORD(KNOT_RRTYPE_TSIG, KNOT_CLASS_ANY)
#define SIG0		{ .owner = ".", .type = KNOT_RRTYPE_SIG, .rclass = KNOT_CLASS_ANY, .rdata = "rdata", \
			  .rdata_octets = 5 }
#define ADDRESS		{ .owner = "a.example.", .type = KNOT_RRTYPE_A, .rclass = KNOT_CLASS_IN, \
			  .rdata = "addr", .rdata_octets = 4 }
#define BADVERS		"BADVERS\n"
#define FORMERR		"FORMERR\n"
#define SECURE_US \
	"NOERROR aa\nsecure.example.com. 60 CNAME www.signed.example.\nwww.signed.example. 300 A 192.0.2.80\n"

static const struct packet_case cases[] = {
	/* OPT in the query <=> OPT in the reply; version, size, flags and options are checked of every reply */
	SERVED("no_opt_without_opt", GEO, WORLD_WWW_US, PACKET_NO_EDNS),
	SERVED("no_opt_without_opt_ipv6", GEO, WORLD_WWW_US, PACKET_NO_EDNS, PACKET_IPV6),
	SERVED("opt_of_a_static_answer", STATIC, "NOERROR aa\nus.example.com. 300 A 192.0.2.2\n",
	       .qname = "us.example.com."),
	SERVED("do_comes_back_rfc3225", GEO, WORLD_WWW_US, .opt_flags = PACKET_DO),
	SERVED("z_bit_of_opt_does_not_come_back_rfc8906", GEO, WORLD_WWW_US, .opt_flags = 0x40),
	SERVED("all_flags_but_do_do_not_come_back", GEO, WORLD_WWW_US, .opt_flags = 0xffff),
	SERVED("z_bits_without_do_do_not_come_back", GEO, WORLD_WWW_US, .opt_flags = 0x7fff),
	SERVED("size_0_counts_as_512", GEO, WORLD_WWW_US, .opt_size = 0),
	SERVED("size_511_counts_as_512", GEO, WORLD_WWW_US, .opt_size = 511),
	SERVED("size_65535_is_taken", GEO, WORLD_WWW_US, .opt_size = 65535),

	/* Options */
	SERVED("unknown_option_does_not_come_back_rfc8906", GEO, WORLD_WWW_US, PACKET_OPTIONS(UNKNOWN)),
	SERVED("cookie_nsid_and_expire_do_not_come_back", GEO, WORLD_WWW_US, PACKET_OPTIONS(COOKIE, NSID, EXPIRE)),
	SERVED("option_of_the_last_code_is_ignored", GEO, WORLD_WWW_US, PACKET_OPTIONS({ .code = 65535 })),
	SERVED("same_unknown_option_twice_is_ignored", GEO, WORLD_WWW_US, PACKET_OPTIONS(UNKNOWN, UNKNOWN)),
	SERVED("sixteen_options_are_looked_at", GEO, WORLD_WWW_US, PACKET_OPTIONS(SIXTEEN(COOKIE))),
	SERVED("client_subnet_is_found_as_the_sixteenth_option", GEO, WORLD_WWW_JP "; scope 16\n",
	       PACKET_OPTIONS(FOUR(COOKIE), FOUR(NSID), FOUR(COOKIE), NSID, NSID, NSID, PACKET_ECS4("10.1.5.0", 24))),
	PASSED("seventeen_options_are_passed", OPTIONS, PACKET_OPTIONS(SIXTEEN(NSID), NSID)),
	PASSED("client_subnet_as_the_seventeenth_option_is_passed", OPTIONS,
	       PACKET_OPTIONS(SIXTEEN(NSID), PACKET_ECS4("10.1.5.0", 24))),
	SERVED("option_longer_than_the_opt_is_formerr", FORMERR, FORMERR,
	       PACKET_OPTIONS({ .code = 100, .data = "data", .data_octets = 4, .octets_more = 1 })),
	SERVED("option_of_65535_octets_is_formerr", FORMERR, FORMERR,
	       PACKET_OPTIONS({ .code = 100, .octets_more = 65535 })),
	SERVED("option_shorter_than_its_data_leaves_a_part_and_is_formerr", FORMERR, FORMERR,
	       PACKET_OPTIONS({ .code = 100, .data = "data", .data_octets = 4, .octets_more = -1 })),
	SERVED("second_option_malformed_is_formerr", FORMERR, FORMERR,
	       PACKET_OPTIONS(COOKIE, { .code = 100, .octets_more = 1 })),
	SERVED("formerr_has_do_of_the_query", FORMERR, FORMERR, .opt_flags = PACKET_DO,
	       PACKET_OPTIONS({ .code = 100, .octets_more = 1 })),

	/* Version (RFC 6891 6.1.3, RFC 8906 8.2) */
	SERVED("version_1_is_badvers_rfc6891_6_1_3", BADVERS, BADVERS, .opt_version = 1),
	SERVED("version_1_is_badvers_ipv6", BADVERS, BADVERS, .opt_version = 1, PACKET_IPV6),
	SERVED("version_255_is_badvers", BADVERS, BADVERS, .opt_version = 255),
	SERVED("version_1_with_z_is_badvers_without_z_rfc8906", BADVERS, BADVERS, .opt_version = 1, .opt_flags = 0x40),
	SERVED("version_1_with_an_option_is_badvers_without_it_rfc8906", BADVERS, BADVERS, .opt_version = 1,
	       PACKET_OPTIONS(UNKNOWN)),
	SERVED("version_1_with_do_is_badvers", BADVERS, BADVERS, .opt_version = 1, .opt_flags = PACKET_DO),
	SERVED("version_1_with_client_subnet_is_badvers_without_it", BADVERS, BADVERS, .opt_version = 1,
	       PACKET_OPTIONS(PACKET_ECS4("10.1.5.0", 24))),
	SERVED("version_1_with_options_of_another_form_is_badvers", BADVERS, BADVERS, .opt_version = 1,
	       PACKET_OPTIONS({ .code = 100, .octets_more = 7 })),
	SERVED("version_1_at_a_static_name_is_badvers", BADVERS, BADVERS, .opt_version = 1,
	       .qname = "us.example.com."),
	PASSED("version_1_at_a_name_that_is_not_loaded_is_passed", NAME, .opt_version = 1,
	       .qname = "mail.example.net."),

	/* One OPT, with the root as its owner (RFC 6891 6.1.1) */
	SERVED("two_opts_are_formerr_rfc6891_6_1_1", FORMERR, FORMERR, .opts = 2),
	SERVED("three_opts_are_formerr", FORMERR, FORMERR, .opts = 3),
	SERVED("two_opts_of_version_1_are_formerr", FORMERR, FORMERR, .opts = 2, .opt_version = 1),
	SERVED("opt_with_an_owner_is_formerr_rfc6891_6_1_2", FORMERR, FORMERR, .opt_owner = "example.com."),
	SERVED("opt_with_an_owner_of_255_octets_is_formerr", FORMERR, FORMERR, .opt_owner =
	       "a23456789012345678901234567890123456789012345678901234567890123.b23456789012345678901234567890123456789"
	       "012345678901234567890123.c23456789012345678901234567890123456789012345678901234567890123.d2345678901234"
	       "56789012345678901234567890123456789012345678901."),
	SERVED("opt_with_an_owner_and_version_1_is_formerr", FORMERR, FORMERR, .opt_owner = "o.", .opt_version = 1),
	PASSED("opt_that_is_counted_but_not_there_is_passed", ADDITIONAL, .arcount_more = 1),
	PASSED("opt_that_is_there_but_not_counted_is_passed", ADDITIONAL, .arcount_more = -1),
	PASSED("opt_with_rdata_beyond_the_message_is_passed", ADDITIONAL, .opt_octets_more = 1),
	PASSED("opt_with_rdata_of_65535_octets_is_passed", ADDITIONAL, .opt_octets_more = 65535),
	PASSED("octets_behind_the_opt_are_passed", ADDITIONAL, .trailing = 1),
	PASSED("many_octets_behind_the_opt_are_passed", ADDITIONAL, .trailing = 300),

	/* Other records: the fast path does not know what they ask for */
	PASSED("tsig_behind_the_opt_is_passed_rfc8945", SIGNED_QUERY, .after = TSIG),
	PASSED("tsig_before_the_opt_is_passed", SIGNED_QUERY, .before = TSIG),
	PASSED("tsig_alone_is_passed", SIGNED_QUERY, .after = TSIG, PACKET_NO_EDNS),
	PASSED("sig0_behind_the_opt_is_passed_rfc2931", SIGNED_QUERY, .after = SIG0),
	PASSED("sig0_alone_is_passed", SIGNED_QUERY, .after = SIG0, PACKET_NO_EDNS),
	PASSED("tsig_behind_a_malformed_opt_is_passed", SIGNED_QUERY, .after = TSIG,
	       PACKET_OPTIONS({ .code = 100, .octets_more = 1 })),
	PASSED("tsig_behind_version_1_is_passed", SIGNED_QUERY, .after = TSIG, .opt_version = 1),
	PASSED("address_record_behind_the_opt_is_passed", ADDITIONAL, .after = ADDRESS),
	PASSED("address_record_before_the_opt_is_passed", ADDITIONAL, .before = ADDRESS),
	PASSED("address_record_alone_is_passed", ADDITIONAL, .after = ADDRESS, PACKET_NO_EDNS),
	PASSED("address_record_behind_a_malformed_opt_is_passed", ADDITIONAL, .after = ADDRESS,
	       PACKET_OPTIONS({ .code = 100, .octets_more = 1 })),

	/* DNSSEC: DO=1 for a signed zone never gets an unsigned answer (RFC 4035 3.1) */
	PASSED("do_in_a_chain_into_a_signed_zone_is_passed_rfc4035", DNSSEC, .qname = "secure.example.com.",
	       .opt_flags = PACKET_DO),
	PASSED("do_in_a_chain_into_a_signed_zone_is_passed_wherever_it_ends", DNSSEC, .qname = "secure.example.com.",
	       .opt_flags = PACKET_DO, .source = "203.0.113.7"),
	PASSED("do_at_an_rrset_without_rrsig_is_passed_rfc4035", DNSSEC, .qname = "www.signed.example.",
	       .opt_flags = PACKET_DO),
	SERVED("without_do_a_signed_zone_is_answered", GEO, SECURE_US, .qname = "secure.example.com."),
	SERVED("without_edns_a_signed_zone_is_answered", GEO, SECURE_US, .qname = "secure.example.com.",
	       PACKET_NO_EDNS),
	SERVED("malformed_opt_in_a_signed_zone_is_formerr", FORMERR, FORMERR, .qname = "secure.example.com.",
	       .opt_flags = PACKET_DO, PACKET_OPTIONS({ .code = 100, .octets_more = 1 })),
};

/* An OPT cut anywhere with the length of the message right is malformed, and nothing else is made of it. */
static void options_cut_at_each_length_are_formerr(void **state)
{
	static const char data[] = "0123456789";

	for (size_t octets = 1; octets < 4 + sizeof(data); octets++) {
		/* One option of code 100 and OPTION-LENGTH 11, of which so many octets are there. */
		uint8_t frame[PACKET_MAX_OCTETS];
		const struct packet packet = PACKET(
			.message_cut = 4 + sizeof(data) - octets,
			.opt_octets_more = (int)octets - 4 - (int)sizeof(data),
			PACKET_OPTIONS({ .code = 100, .data = data, .data_octets = sizeof(data) }));

		expect_frame(frame, packet_build(&packet, frame), GX_SERVED_FORMERR, FORMERR);
	}
}

/* An OPT whose owner is a pointer is not one whose owner is the root, wherever the pointer leads. */
static void opt_with_a_compressed_owner_is_formerr(void **state)
{
	const struct packet packet = PACKET(.opt_owner = "a.");
	uint8_t frame[PACKET_MAX_OCTETS];
	size_t octets = packet_build(&packet, frame), owner = octets - WIRE_OPT_OCTETS - 2;

	/* "a." takes three octets, a pointer to the question two. */
	frame[owner] = 0xc0;
	frame[owner + 1] = WIRE_DNS_OCTETS;
	memmove(frame + owner + 2, frame + owner + 3, WIRE_OPT_OCTETS - 1);
	wire_put16(frame + WIRE_ETHERNET_OCTETS + 2, octets - 1 - WIRE_ETHERNET_OCTETS);
	wire_put16(frame + WIRE_ETHERNET_OCTETS + 20 + 4, octets - 1 - WIRE_ETHERNET_OCTETS - 20);
	expect_frame(frame, octets - 1, GX_SERVED_FORMERR, FORMERR);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_cut_at_each_length_are_formerr),
		cmocka_unit_test(opt_with_a_compressed_owner_is_formerr),
	};

	return cases_main("edns", cases, NUMBER(cases), tests, NUMBER(tests));
}
