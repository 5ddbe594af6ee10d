/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The size of replies: what fits, and TC=1 for what does not (RFC 1035 4.2.1, RFC 2181 9, RFC 6891 6.2.3). */
#include <stdio.h>
#include <string.h>

#include "tests/lib/cases.h"

#define TC		"NOERROR aa tc\n"
#define BIG		.qname = "big.example.com."	/* 17 octets: the answer is at an odd offset */
#define BIGG		.qname = "bigg.example.com."	/* 18 octets: at an even one */
#define TXT(name)	.qname = name ".example.com.", .qtype = KNOT_RRTYPE_TXT
#define ECS4(address_, source)	PACKET_OPTIONS(PACKET_ECS4(address_, source))

static const struct packet_case cases[] = {
	SERVED("big_answer_without_edns_is_truncated_odd_offset", TRUNCATED, TC, BIG, PACKET_NO_EDNS),
	SERVED("big_answer_without_edns_is_truncated_even_offset", TRUNCATED, TC, BIGG, PACKET_NO_EDNS),
	SERVED("big_answer_without_edns_is_truncated_ipv6", TRUNCATED, TC, BIG, PACKET_NO_EDNS, PACKET_IPV6),
	SERVED("big_answer_at_size_512_is_truncated_odd_offset", TRUNCATED, TC, BIG, .opt_size = 512),
	SERVED("big_answer_at_size_512_is_truncated_even_offset", TRUNCATED, TC, BIGG, .opt_size = 512),
	SERVED("big_answer_at_size_511_is_truncated", TRUNCATED, TC, BIG, .opt_size = 511),
	SERVED("big_answer_at_size_0_is_truncated", TRUNCATED, TC, BIG, .opt_size = 0),
	SERVED("truncated_reply_has_do_of_the_query", TRUNCATED, TC, BIG, .opt_size = 512, .opt_flags = PACKET_DO),
	SERVED("truncated_reply_has_the_client_subnet", TRUNCATED, TC "; scope 14\n", BIG, .opt_size = 512,
	       ECS4("10.5.0.0", 24)),
	SERVED("truncated_reply_shrinks_a_padded_frame", TRUNCATED, TC, BIG, .opt_size = 512, .pad_to = 1000),
	SERVED("truncated_reply_keeps_vlan_tags", TRUNCATED, TC, BIG, .opt_size = 512, .vlans = 2),
	SERVED("reply_of_512_octets_fits_without_edns", STATIC, NULL, TXT("fit"), PACKET_NO_EDNS),
	SERVED("reply_of_513_octets_is_truncated_without_edns", TRUNCATED, TC, TXT("fat"), PACKET_NO_EDNS),
	SERVED("reply_of_512_octets_and_an_opt_is_truncated_at_512", TRUNCATED, TC, TXT("fit"), .opt_size = 512),
	SERVED("reply_of_1232_octets_fits_at_1232", STATIC, NULL, TXT("top")),
	SERVED("reply_of_1232_octets_fits_at_1232_ipv6", STATIC, NULL, TXT("top"), PACKET_IPV6, .vlans = 2),
	SERVED("reply_of_1232_octets_fits_at_65535", STATIC, NULL, TXT("top"), .opt_size = 65535),
	SERVED("reply_of_1232_octets_is_truncated_at_1231", TRUNCATED, TC, TXT("top"), .opt_size = 1231),
	SERVED("reply_of_1232_octets_is_truncated_without_edns", TRUNCATED, TC, TXT("top"), PACKET_NO_EDNS),
	SERVED("reply_of_1232_octets_and_a_client_subnet_is_truncated", TRUNCATED, TC "; scope 0\n", TXT("top"),
	       ECS4("10.5.0.0", 24)),
	SERVED("reply_of_1233_octets_is_truncated_at_any_size_flag_day_2020", TRUNCATED, TC, TXT("tip"),
	       .opt_size = 65535),
	SERVED("reply_of_1233_octets_is_truncated_without_edns", TRUNCATED, TC, TXT("tip"), PACKET_NO_EDNS),
};

static char *many(const char *owner, const char *net, char *text)
{
	int octets = sprintf(text, "NOERROR aa\n%s.example.com. 60 CNAME many-%s.example.com.\n", owner,
			     net[0] == '1' ? "us" : "eu");

	for (int i = 1; i <= WORLD_MANY; i++)
		octets += sprintf(text + octets, "many-%s.example.com. 300 A %s.%d\n", net[0] == '1' ? "us" : "eu",
				  net, i);
	return text;
}

/* Over several cells of the table, at odd and even offsets. */
static void big_answer_fits_at_1232(void **state)
{
	static const char *const owners[] = { "big", "bigg" };

	for (size_t i = 0; i < NUMBER(owners); i++) {
		char name[64], text[REPLY_TEXT_OCTETS];
		struct packet packet = PACKET(.qname = name);

		sprintf(name, "%s.example.com.", owners[i]);
		expect_packet(&packet, GX_SERVED_GEO, many(owners[i], "198.51.100", text));
		packet.source = "203.0.113.7";
		expect_packet(&packet, GX_SERVED_GEO, many(owners[i], "203.0.113", text));
		packet.family = AF_INET6;
		packet.source = "fe80::7";
		packet.vlans = 1;
		expect_packet(&packet, GX_SERVED_GEO, text);
	}
}

static const struct packet bordering[] = {
	PACKET(BIG),
	PACKET(BIGG),
	PACKET(BIG, ECS4("10.5.0.0", 24)),
	PACKET(BIGG, ECS4("10.5.0.7", 32), PACKET_IPV6),
	PACKET(BIG, PACKET_OPTIONS(PACKET_ECS6("2001:db8:5::7", 128))),
};

/* The border is exact: the reply's own size fits, one octet less does not. */
static void size_offered_is_kept_to_the_octet(void **state)
{
	for (size_t i = 0; i < NUMBER(bordering); i++) {
		struct packet packet = bordering[i];
		size_t octets = expect_packet(&packet, GX_SERVED_GEO, NULL)->reply.message_octets;

		assert_in_range(octets, 513, 1231);
		packet.opt_size = (uint16_t)octets;
		assert_int_equal(expect_packet(&packet, GX_SERVED_GEO, NULL)->reply.message_octets, octets);
		packet.opt_size = (uint16_t)(octets - 1);
		expect_packet(&packet, GX_SERVED_TRUNCATED, NULL);
		packet.opt_size = (uint16_t)(octets + 1);
		expect_packet(&packet, GX_SERVED_GEO, NULL);
	}
}

static void replies_at_the_limits_are_as_long_as_the_limits(void **state)
{
	const struct packet fit = PACKET(TXT("fit"), PACKET_NO_EDNS), top = PACKET(TXT("top"));

	assert_int_equal(expect_packet(&fit, GX_SERVED_STATIC, NULL)->reply.message_octets, 512);
	assert_int_equal(expect_packet(&top, GX_SERVED_STATIC, NULL)->reply.message_octets, 1232);
}

/* A query larger than its reply, up to the largest frame, and every reply from far below its size to far above. */
static void frame_of_any_size_becomes_the_reply(void **state)
{
	for (size_t octets = 60; octets <= PACKET_MAX_OCTETS; octets += 7) {
		const struct packet small = PACKET(.pad_to = octets), large = PACKET(BIG, .pad_to = octets);

		expect_packet(&small, GX_SERVED_GEO, WORLD_WWW_US);
		expect_packet(&large, GX_SERVED_GEO, NULL);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(big_answer_fits_at_1232),
		cmocka_unit_test(size_offered_is_kept_to_the_octet),
		cmocka_unit_test(replies_at_the_limits_are_as_long_as_the_limits),
		cmocka_unit_test(frame_of_any_size_becomes_the_reply),
	};

	return cases_main("sizes", cases, NUMBER(cases), tests, NUMBER(tests));
}
