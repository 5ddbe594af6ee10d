/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The DNS header and the question: what is a query for us, and how names are found. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/cases.h"
#include "tests/lib/wire.h"

#define POINTER_TO_QUESTION	"\xc0\x0c"
#define LABEL_64		"\x40" "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LABEL_63		"\x3f" "123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define WWW			"\3www\7example\3com"
#define ROOT			"\0"

#define NODATA_WWW	"NOERROR aa\n" WORLD_WWW "geo.example.com. 60 CNAME us.example.com.\n" WORLD_SOA
#define US_TXT \
	"NOERROR aa\n" WORLD_WWW "geo.example.com. 60 CNAME us.example.com.\nus.example.com. 300 TXT \"only here\"\n"
#define LOCATION_A(address)	"NOERROR aa\nlocalhost.example.com. 60 A " address "\n"
#define NXDOMAIN	"NXDOMAIN aa\n" WORLD_SOA
#define NXDOMAIN_X	"NXDOMAIN aa\n; x. 600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n"
#define GEO_CNAME_US		"NOERROR aa\ngeo.example.com. 60 CNAME us.example.com.\n"

static const struct packet_case cases[] = {
	/* Header (RFC 1035 4.1.1); that ID and RD come back is checked of every reply */
	PASSED("response_is_never_answered_rfc1035", RESPONSE, .flags1 = PACKET_QR),
	PASSED("response_with_everything_set_is_never_answered", RESPONSE, .flags1 = 0xff, .flags2 = 0xff),
	PASSED("opcode_iquery_is_passed", OPCODE, .flags1 = PACKET_OPCODE(1)),
	PASSED("opcode_status_is_passed", OPCODE, .flags1 = PACKET_OPCODE(2)),
	PASSED("opcode_notify_is_passed", OPCODE, .flags1 = PACKET_OPCODE(4)),
	PASSED("opcode_update_is_passed", OPCODE, .flags1 = PACKET_OPCODE(5)),
	PASSED("opcode_dso_is_passed", OPCODE, .flags1 = PACKET_OPCODE(6)),
	PASSED("opcode_15_is_passed_rfc8906", OPCODE, .flags1 = PACKET_OPCODE(15)),
	PASSED("query_with_aa_is_passed", OPCODE, .flags1 = PACKET_AA),
	PASSED("query_with_tc_is_passed", OPCODE, .flags1 = PACKET_TC),
	SERVED("rd_0_comes_back", GEO, WORLD_WWW_US, .flags1 = 0),
	SERVED("rd_1_comes_back", GEO, WORLD_WWW_US, .flags1 = PACKET_RD),
	SERVED("cd_does_not_come_back_rfc4035_3_1_6", GEO, WORLD_WWW_US, .flags2 = PACKET_CD),
	SERVED("ad_does_not_come_back_rfc8906", GEO, WORLD_WWW_US, .flags2 = PACKET_AD),
	SERVED("ra_does_not_come_back", GEO, WORLD_WWW_US, .flags2 = PACKET_RA),
	SERVED("z_does_not_come_back_rfc8906", GEO, WORLD_WWW_US, .flags2 = PACKET_Z),
	SERVED("rcode_of_a_query_does_not_come_back", GEO, WORLD_WWW_US, .flags2 = KNOT_RCODE_REFUSED),
	SERVED("id_0_comes_back", GEO, WORLD_WWW_US, .id = 0),
	SERVED("id_ffff_comes_back", GEO, WORLD_WWW_US, .id = 0xffff),

	/* Counts (RFC 9619: QDCOUNT) */
	PASSED("qdcount_0_is_passed", COUNTS, .qdcount = 0),
	PASSED("qdcount_2_is_passed_rfc9619", COUNTS, .qdcount = 2),
	PASSED("qdcount_256_is_passed", COUNTS, .qdcount = 256),
	PASSED("ancount_1_is_passed", COUNTS, .ancount = 1),
	PASSED("ancount_256_is_passed", COUNTS, .ancount = 256),
	PASSED("nscount_1_is_passed", COUNTS, .nscount = 1),
	PASSED("nscount_256_is_passed", COUNTS, .nscount = 256),
	PASSED("arcount_beyond_four_is_passed", COUNTS, .arcount_more = 4),
	PASSED("arcount_257_is_passed", COUNTS, .arcount_more = 256),

	/* The name in the question (RFC 1035 2.3.4, 4.1.2) */
	PASSED("compressed_question_is_passed", QNAME, PACKET_WIRE_NAME(POINTER_TO_QUESTION)),
	PASSED("question_compressed_in_its_end_is_passed", QNAME, PACKET_WIRE_NAME("\3www" POINTER_TO_QUESTION)),
	PASSED("label_of_64_octets_is_passed", QNAME, PACKET_WIRE_NAME(LABEL_64 ROOT)),
	PASSED("label_type_10_is_passed", QNAME, PACKET_WIRE_NAME("\x81" "a" ROOT)),
	PASSED("label_of_63_octets_is_looked_up", NAME, PACKET_WIRE_NAME(LABEL_63 ROOT)),
	PASSED("name_of_256_octets_is_passed", QNAME,
	       PACKET_WIRE_NAME(LABEL_63 LABEL_63 LABEL_63 "\x3e"
				"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd" ROOT)),
	PASSED("name_of_255_octets_is_looked_up", NAME,
	       PACKET_WIRE_NAME(LABEL_63 LABEL_63 LABEL_63 "\x3d"
				"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abc" ROOT)),
	PASSED("name_that_does_not_end_is_passed", QNAME, PACKET_WIRE_NAME(WWW), PACKET_NO_EDNS, .message_cut = 4),
	PASSED("name_that_ends_the_message_is_passed", DNS_SHORT, PACKET_NO_EDNS, .message_cut = 4),
	PASSED("question_without_its_last_octet_is_passed", DNS_SHORT, PACKET_NO_EDNS, .message_cut = 1),
	PASSED("question_without_any_octet_is_passed", QNAME, PACKET_NO_EDNS, .message_cut = 21),
	PASSED("header_without_its_last_octet_is_passed", DNS_SHORT, PACKET_NO_EDNS, .message_cut = 22),
	PASSED("octets_behind_the_question_are_passed", ADDITIONAL, PACKET_NO_EDNS, .trailing = 1),
	PASSED("root_is_not_loaded", NAME, .qname = "."),
	PASSED("name_above_a_loaded_zone_is_passed", NAME, .qname = "com."),
	PASSED("name_beside_a_loaded_zone_is_passed", NAME, .qname = "example.net."),
	PASSED("name_that_continues_a_loaded_zone_is_passed", NAME, .qname = "eexample.com."),
	PASSED("name_with_other_label_borders_is_passed", NAME, .qname = "www\\007example.com."),
	SERVED("name_below_a_loaded_one_is_nxdomain", NXDOMAIN, NXDOMAIN, .qname = "www.www.example.com."),
	SERVED("name_that_continues_a_loaded_one_is_nxdomain", NXDOMAIN, NXDOMAIN, .qname = "wwww.example.com."),
	SERVED("name_in_a_loaded_zone_that_no_map_needs_is_answered", STATIC,
	       "NOERROR aa\nstatic.example.com. 300 A 192.0.2.9\n", .qname = "static.example.com."),

	/* Case (RFC 4343); the octets of the question are checked of every reply */
	SERVED("case_is_folded_upper_rfc4343", GEO, WORLD_WWW_US, .qname = "WWW.EXAMPLE.COM."),
	SERVED("case_is_folded_mixed_rfc4343", GEO, WORLD_WWW_US, .qname = "wWw.ExAmPlE.cOm."),
	SERVED("octets_that_are_no_letters_are_compared_as_they_are", GEO,
	       "NOERROR aa\n\\225\\250\\`\\{.x. 300 CNAME geo.example.com.\n" WORLD_US, .qname = WORLD_ODD),
	SERVED("octets_with_their_top_bit_are_not_folded", NXDOMAIN, NXDOMAIN_X, .qname = "\\193\\218\\096\\123.x."),
	SERVED("octet_before_A_is_not_folded", NXDOMAIN, NXDOMAIN_X, .qname = "\\225\\250\\064\\123.x."),
	SERVED("octet_behind_Z_is_not_folded", NXDOMAIN, NXDOMAIN_X, .qname = "\\225\\250\\096\\091.x."),

	/* Class and type */
	PASSED("class_ch_is_passed", QCLASS, .qclass = KNOT_CLASS_CH),
	PASSED("class_any_is_passed", QCLASS, .qclass = KNOT_CLASS_ANY),
	PASSED("class_none_is_passed", QCLASS, .qclass = KNOT_CLASS_NONE),
	PASSED("class_0_is_passed", QCLASS, .qclass = 0),
	PASSED("class_257_is_passed", QCLASS, .qclass = 257),
	PASSED("type_0_is_passed", QTYPE, .qtype = 0),
	PASSED("type_opt_is_passed", QTYPE, .qtype = KNOT_RRTYPE_OPT),
	PASSED("type_128_is_meta_and_passed_rfc6895_3_1", QTYPE, .qtype = 128),
	PASSED("type_tkey_is_passed", QTYPE, .qtype = KNOT_RRTYPE_TKEY),
	PASSED("type_tsig_is_passed", QTYPE, .qtype = KNOT_RRTYPE_TSIG),
	PASSED("type_ixfr_is_passed", QTYPE, .qtype = KNOT_RRTYPE_IXFR),
	PASSED("type_axfr_is_passed", QTYPE, .qtype = KNOT_RRTYPE_AXFR),
	PASSED("type_254_is_meta_and_passed", QTYPE, .qtype = 254),
	SERVED("type_127_is_no_meta_type", NODATA, NODATA_WWW, .qtype = 127),
	SERVED("type_256_is_no_meta_type", NODATA, NODATA_WWW, .qtype = KNOT_RRTYPE_URI),
	SERVED("type_1000_at_a_geo_name_is_nodata_rfc8906", NODATA, NODATA_WWW, .qtype = 1000),
	SERVED("type_ffff_at_a_geo_name_is_nodata", NODATA, NODATA_WWW, .qtype = 0xffff),
	SERVED("any_at_an_alias_is_its_cname_rfc8482", STATIC, "NOERROR aa\n" WORLD_WWW, .qtype = KNOT_RRTYPE_ANY),
	SERVED("any_at_a_geo_name_is_its_cname_rfc8482", GEO, GEO_CNAME_US, .qname = "geo.example.com.",
	       .qtype = KNOT_RRTYPE_ANY),
	SERVED("any_at_addresses_is_one_rrset_rfc8482", STATIC, "NOERROR aa\nus.example.com. 300 A 192.0.2.2\n",
	       .qname = "us.example.com.", .qtype = KNOT_RRTYPE_ANY),

	/* Answers */
	SERVED("a_geo_name_answers_a", GEO, "NOERROR aa\n" WORLD_US, .qname = "geo.example.com."),
	SERVED("a_geo_name_answers_aaaa", GEO,
	       "NOERROR aa\ngeo.example.com. 60 CNAME us.example.com.\nus.example.com. 300 AAAA 2001:db8::2\n",
	       .qname = "geo.example.com.", .qtype = KNOT_RRTYPE_AAAA),
	SERVED("a_geo_name_answers_cname", GEO, GEO_CNAME_US, .qname = "geo.example.com.", .qtype = KNOT_RRTYPE_CNAME),
	SERVED("a_geo_name_has_soa_in_nodata_rfc2308", NODATA,
	       "NOERROR aa\ngeo.example.com. 60 CNAME us.example.com.\n" WORLD_SOA, .qname = "geo.example.com.",
	       .qtype = KNOT_RRTYPE_MX),
	SERVED("an_https_query_at_a_live_name_is_nodata_never_nxdomain", NODATA, NODATA_WWW,
	       .qtype = KNOT_RRTYPE_HTTPS),
	SERVED("a_type_that_only_one_site_has_is_answered_there", GEO, US_TXT, .qtype = KNOT_RRTYPE_TXT),
	SERVED("a_type_that_only_one_site_has_is_nodata_elsewhere", NODATA,
	       "NOERROR aa\n" WORLD_WWW "geo.example.com. 60 CNAME eu.example.com.\n" WORLD_SOA,
	       .qtype = KNOT_RRTYPE_TXT, .source = "203.0.113.7"),
	SERVED("cname_of_an_alias_is_the_same_for_all", STATIC, "NOERROR aa\n" WORLD_WWW, .qtype = KNOT_RRTYPE_CNAME),
	SERVED("a_target_is_the_same_for_all", STATIC, "NOERROR aa\neu.example.com. 300 A 192.0.2.1\n",
	       .qname = "eu.example.com."),
	SERVED("a_target_has_soa_in_nodata_rfc2308", NODATA, "NOERROR aa\n" WORLD_SOA, .qname = "eu.example.com.",
	       .qtype = KNOT_RRTYPE_MX),
	SERVED("localhost_probe_tells_the_country", GEO, LOCATION_A("127.0.3.72"), .qname = "localhost.example.com."),
	SERVED("localhost_probe_tells_a_country_that_no_map_names", GEO, LOCATION_A("127.0.3.58"),
	       .qname = "localhost.example.com.", .source = "64.1.2.3"),
	SERVED("localhost_probe_tells_unknown", GEO, LOCATION_A("127.0.0.0"), .qname = "localhost.example.com.",
	       .source = "203.0.113.7"),
	SERVED("localhost_probe_tells_the_country_ipv6", GEO, LOCATION_A("127.0.1.136"),
	       .qname = "localhost.example.com.", .source = "2001:db8:1::7", PACKET_IPV6),
	SERVED("localhost_probe_has_no_other_type", NODATA, "NOERROR aa\n" WORLD_SOA, .qname = "localhost.example.com.",
	       .qtype = KNOT_RRTYPE_AAAA),
};

/* --- names of every form ----------------------------------------------------------------------- */

static char *cname_text(const char *name, char *text)
{
	sprintf(text, "NOERROR aa\n%s 300 CNAME geo.example.com.\n" WORLD_US, name);
	return text;
}

static void names_of_5_to_255_octets_are_found(void **state)
{
	for (size_t octets = WORLD_NAME_MIN; octets <= WORLD_NAME_MAX; octets++) {
		char name[WORLD_NAME_TEXT], text[REPLY_TEXT_OCTETS];
		struct packet packet = PACKET(.qname = world_name(octets, name));
		const struct node_outcome *out;

		out = expect_packet(&packet, GX_SERVED_GEO, cname_text(name, text));
		assert_int_equal(out->query.qname_octets, octets);
		packet.family = AF_INET6;
		expect_packet(&packet, GX_SERVED_GEO, text);
		/* Above, a message whose OPT is behind the name; here, one that the name's end ends. */
		packet.opts = 0;
		expect_packet(&packet, GX_SERVED_GEO, text);
	}
}

static void name_of_127_labels_is_found(void **state)
{
	const struct packet packet = PACKET(.qname = world_deep_name());
	char text[REPLY_TEXT_OCTETS];
	const struct node_outcome *out = expect_packet(&packet, GX_SERVED_GEO, cname_text(world_deep_name(), text));

	assert_int_equal(out->query.qname_octets, KNOT_DNAME_MAXLEN);
}

/* RFC 1035: one label more, and the name is too long. */
static void name_of_128_labels_is_passed(void **state)
{
	char name[2 * 128 + 1];
	struct packet packet = PACKET(.qname_wire = name, .qname_wire_octets = sizeof(name));

	for (size_t i = 0; i < 128; i++)
		memcpy(name + 2 * i, "\1d", 2);
	name[sizeof(name) - 1] = 0;
	expect_packet(&packet, GX_PASSED_QNAME, NULL);
}

/* A hash is not a name: any other octet anywhere in a name is another name. */
static void name_that_differs_in_one_octet_is_another_name(void **state)
{
	static const size_t lengths[] = { 5, 8, 9, 16, 39, 40, 41, 47, 48, 49, 64, 65, 128, 254, 255 };

	for (size_t i = 0; i < NUMBER(lengths); i++) {
		char text[WORLD_NAME_TEXT];
		const struct packet packet = PACKET(.qname = world_name(lengths[i], text), PACKET_NO_EDNS);
		uint8_t frame[PACKET_MAX_OCTETS], *name = frame + WIRE_ETHERNET_OCTETS + 20 + 8 + 12;
		size_t octets = packet_build(&packet, frame);

		for (size_t at = 0; at < lengths[i]; at++) {
			if (!isalpha(name[at]))
				continue; /* a label's length */
			name[at] ^= 0x03; /* another letter, or a character next to the letters */
			if (at == lengths[i] - 2) /* another zone */
				expect_frame(frame, octets, GX_PASSED_NAME, NULL);
			else
				expect_frame(frame, octets, GX_SERVED_NXDOMAIN, NXDOMAIN_X);
			name[at] ^= 0x03;
		}
		expect_frame(frame, octets, GX_SERVED_GEO, NULL);
	}
}

/* Google Public DNS sends random case to everyone (0x20). Every letter in either case, one at a time. */
static void case_of_each_letter_is_folded_and_comes_back(void **state)
{
	/* 25 and 51: names that begin with z. */
	static const size_t lengths[] = { 5, 8, 9, 25, 39, 40, 41, 48, 49, 51, 255 };

	for (size_t i = 0; i < NUMBER(lengths); i++) {
		char text[WORLD_NAME_TEXT];
		const struct packet packet = PACKET(.qname = world_name(lengths[i], text), PACKET_NO_EDNS);
		uint8_t frame[PACKET_MAX_OCTETS], *name = frame + WIRE_ETHERNET_OCTETS + 20 + 8 + 12;
		size_t octets = packet_build(&packet, frame);
		const struct node_outcome *out;

		for (size_t at = 0; at < lengths[i]; at++) {
			if (!isalpha(name[at]))
				continue;
			name[at] = (uint8_t)toupper(name[at]);
			out = expect_frame(frame, octets, GX_SERVED_GEO, NULL);
			assert_null(node_check_answer(out));
		}
	}
}

/* RFC 2181 11: any octet can be in a label. Of each, another bit makes another name, but for the case of letters. */
static void labels_have_any_octet_rfc2181_11(void **state)
{
	for (unsigned int first = 0; first < 256; first += 32) {
		char text[WORLD_NAME_TEXT];
		const struct packet packet = PACKET(.qname = world_octets(first, text), PACKET_NO_EDNS);
		uint8_t frame[PACKET_MAX_OCTETS], *label = frame + WIRE_ETHERNET_OCTETS + 20 + 8 + 12 + 1;
		size_t octets = packet_build(&packet, frame);

		expect_frame(frame, octets, GX_SERVED_GEO, NULL);
		for (unsigned int at = 0; at < 32; at++) {
			for (unsigned int bit = 1; bit < 256; bit <<= 1) {
				bool is_case = bit == 0x20 && first + at < 128 && isalpha((int)(first + at));

				label[at] ^= bit;
				expect_frame(frame, octets, is_case ? GX_SERVED_GEO : GX_SERVED_NXDOMAIN, NULL);
				label[at] ^= bit;
			}
		}
	}
	for (unsigned int octet = 0; octet < 256; octet++) {
		char name[64];

		sprintf(name, "a\\%03ub.wild.example.com.", octet);
		expect_packet(&(struct packet)PACKET(.qname = name), GX_SERVED_GEO, NULL);
		sprintf(name, "\\%03u.example.com.", octet);
		expect_packet(&(struct packet)PACKET(.qname = name), GX_SERVED_NXDOMAIN, NULL);
	}
}

/* The owner of the first record points to the question, and so has its case. */
static void owner_in_the_answer_has_the_case_of_the_question_rfc4343(void **state)
{
	const struct packet packet = PACKET(.qname = "wWW.eXamPLe.COM.");
	const struct node_outcome *out = expect_packet(&packet, GX_SERVED_GEO, WORLD_WWW_US);
	const uint8_t *owner = out->reply.dns + WIRE_DNS_OCTETS + out->query.question_octets;

	assert_memory_equal(owner, POINTER_TO_QUESTION, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_5_to_255_octets_are_found),
		cmocka_unit_test(name_of_127_labels_is_found),
		cmocka_unit_test(name_of_128_labels_is_passed),
		cmocka_unit_test(name_that_differs_in_one_octet_is_another_name),
		cmocka_unit_test(case_of_each_letter_is_folded_and_comes_back),
		cmocka_unit_test(labels_have_any_octet_rfc2181_11),
		cmocka_unit_test(owner_in_the_answer_has_the_case_of_the_question_rfc4343),
	};

	return cases_main("questions", cases, NUMBER(cases), tests, NUMBER(tests));
}
