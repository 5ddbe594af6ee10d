/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queries cut at every length, with every bit flipped, and mutated at random: passed untouched, or answered right. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/lib/cases.h"
#include "tests/lib/oracle.h"
#include "tests/lib/wire.h"

#define ROUNDS		100000
#define COOKIE		"01234567and a server's part that may be of any length"
#define SEED		0x67656f78
#define FRAME_MIN	WIRE_ETHERNET_OCTETS	/* BPF_PROG_RUN takes no shorter ones; see test_pure_frame.c */

/* Valid queries, of every form that is answered. */
static const struct packet valid[] = {
	PACKET(.pad_to = 0),
	PACKET(.pad_to = 0, PACKET_NO_EDNS),
	PACKET(PACKET_IPV6, .flags1 = PACKET_RD, PACKET_OPTIONS(PACKET_ECS6("2001:db8:1::", 56))),
	PACKET(.vlans = 1, PACKET_OPTIONS(PACKET_ECS4("10.1.5.0", 24))),
	PACKET(.vlans = 2, PACKET_IPV6, .qtype = KNOT_RRTYPE_MX, .opt_flags = PACKET_DO,
	       PACKET_OPTIONS({ .code = KNOT_EDNS_OPTION_COOKIE, .data = "8octets.", .data_octets = 8 },
			      PACKET_ECS4("10.5.0.7", 32))),
	PACKET(.qname = "big.example.com.", .opt_size = 512, PACKET_OPTIONS(PACKET_ECS6("2002:a05:7::", 48))),
};

/* Fail with the frame at hand. octets: before it was cut or changed. */
static void fail_frame(const char *wrong, const uint8_t *frame, size_t octets, const struct node_outcome *out)
{
	node_show_frame("query", frame, octets);
	node_show_frame("came back", out->frame, out->octets);
	fail_msg("%s", wrong);
}

/* Send; the checker, and for a reply the oracle, must agree. */
static enum gx_reason_kind judge(const uint8_t *frame, size_t octets)
{
	static struct node_outcome out;
	const char *wrong = node_send(frame, octets, &out);

	if (!wrong && node_reason_kind(out.reason) == GX_KIND_SERVED)
		wrong = node_check_answer(&out);
	if (wrong)
		fail_frame(wrong, frame, octets, &out);
	return node_reason_kind(out.reason);
}

/* Every frame cut short is passed: its headers say more than there is. */
static void frame_cut_at_every_length_is_passed(void **state)
{
	for (size_t i = 0; i < NUMBER(valid); i++) {
		uint8_t frame[PACKET_MAX_OCTETS];
		struct packet packet = valid[i];
		size_t octets;

		packet.pad_to = 0;
		octets = packet_build(&packet, frame);
		assert_int_equal(judge(frame, octets), GX_KIND_SERVED);
		for (size_t cut = FRAME_MIN; cut < octets; cut++)
			assert_int_equal(judge(frame, cut), GX_KIND_PASSED);
	}
}

/* Every message cut short, with lengths that say so, is passed: no query ends early. */
static void message_cut_at_every_length_is_passed(void **state)
{
	for (size_t i = 0; i < NUMBER(valid); i++) {
		uint8_t frame[PACKET_MAX_OCTETS];
		struct packet packet = valid[i];
		size_t padded = packet_build(&packet, frame), octets;
		struct query query;

		assert_null(query_read(frame, padded, &query));
		octets = query.message_octets;
		for (packet.message_cut = 1; packet.message_cut <= octets; packet.message_cut++) {
			packet.pad_to = 0;
			assert_int_equal(judge(frame, packet_build(&packet, frame)), GX_KIND_PASSED);
			/* The octets that were cut off are there as padding: none of them may be read. */
			packet.pad_to = padded;
			assert_int_equal(judge(frame, packet_build(&packet, frame)), GX_KIND_PASSED);
		}
	}
}

/* Every bit of a frame, flipped alone. */
static void every_flipped_bit_is_passed_or_answered_right(void **state)
{
	size_t served = 0, passed = 0;

	for (size_t i = 0; i < NUMBER(valid); i++) {
		uint8_t frame[PACKET_MAX_OCTETS];
		size_t octets = packet_build(&valid[i], frame);

		for (size_t bit = 0; bit < octets * 8; bit++) {
			frame[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			if (judge(frame, octets) == GX_KIND_SERVED)
				served++;
			else
				passed++;
			frame[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		}
	}
	/* IDs, MAC addresses, ports, TTLs, letters' case and more are no reason to pass; most of the rest is. */
	assert_in_range(served, 1000, 5000);
	assert_in_range(passed, 1000, 5000);
}

/* --- at random --------------------------------------------------------------------------------- */

static unsigned int seed = SEED;

static uint32_t any(uint32_t below)
{
	return ((uint32_t)rand_r(&seed) << 16 ^ (uint32_t)rand_r(&seed)) % below;
}

static int one_in(uint32_t count)
{
	return any(count) == 0;
}

static const char *any_address(int family, char *text)
{
	static const char *const near[] = { "10.5.0.7", "10.1.5.7", "64.1.2.3", "203.0.113.7", "2001:db8:5::7",
					    "2001:db8:1::7", "2002:a05:7::", "2001:0:c000:235:0:d1b0:f5fa:fff8",
					    "64:ff9b::10.1.5.7", "fe80::1" };
	uint8_t octets[16] = {0};

	inet_pton(family, near[family == AF_INET ? any(4) : 4 + any(NUMBER(near) - 4)], octets);
	for (int i = 0; i < 16; i++) {
		if (one_in(4))
			octets[i] ^= (uint8_t)any(256);
	}
	inet_ntop(family, octets, text, INET6_ADDRSTRLEN);
	return text;
}

static const char *any_name(char *text)
{
	static const char *const names[] = { "www.example.com.", "geo.example.com.", "localhost.example.com.",
					     "us.example.com.", "big.example.com.", "bigg.example.com.",
					     "secure.example.com.", "top.example.com.", "mail.example.com.",
					     "any.wild.example.com.", "n.a.m.e.wild.example.com." };

	if (one_in(4))
		world_name(WORLD_NAME_MIN + any(WORLD_NAME_MAX - WORLD_NAME_MIN + 1), text);
	else
		strcpy(text, names[any(NUMBER(names))]);
	for (char *at = text; *at; at++) {
		if (*at >= 'a' && *at <= 'z' && one_in(3))
			*at -= 'a' - 'A';
	}
	return text;
}

static uint16_t any_type(void)
{
	static const uint16_t types[] = { KNOT_RRTYPE_A, KNOT_RRTYPE_A, KNOT_RRTYPE_AAAA, KNOT_RRTYPE_TXT,
					  KNOT_RRTYPE_MX, KNOT_RRTYPE_HTTPS, KNOT_RRTYPE_CNAME, KNOT_RRTYPE_ANY,
					  KNOT_RRTYPE_KEY, KNOT_RRTYPE_SOA };

	return one_in(8) ? (uint16_t)any(65536) : types[any(NUMBER(types))];
}

struct scrap {
	char name[WORLD_NAME_TEXT], source[INET6_ADDRSTRLEN], address[INET6_ADDRSTRLEN];
	struct packet_option options[3];
};

static void any_options(struct packet *packet, struct scrap *scrap)
{
	packet->options = scrap->options;
	packet->n_options = any(3);
	for (size_t i = 0; i < packet->n_options; i++) {
		int family = one_in(3) ? AF_INET6 : AF_INET;

		scrap->options[i] = (struct packet_option){ .code = (uint16_t)any(20), .data = "0123456789",
							    .data_octets = any(11) };
		if (one_in(8))
			scrap->options[i] = (struct packet_option){ .code = KNOT_EDNS_OPTION_COOKIE, .data = COOKIE,
								    .data_octets = one_in(2) ? 8 : any(sizeof(COOKIE)) };
		if (one_in(3))
			continue;
		scrap->options[i] = (struct packet_option){
			.code = KNOT_EDNS_OPTION_CLIENT_SUBNET,
			.family = family == AF_INET ? 1 : 2,
			.source_bits = (uint8_t)(one_in(3) ? 0 : family == AF_INET ? 32 : 128),
			.address = any_address(family, scrap->address),
		};
		if (one_in(16))
			scrap->options[i].source_bits = (uint8_t)any(130);
		if (!scrap->options[i].source_bits)
			scrap->options[i].address = NULL;
	}
}

static void any_packet(struct packet *packet, struct scrap *scrap)
{
	*packet = (struct packet)PACKET(
		.family = one_in(2) ? AF_INET6 : AF_INET, .vlans = one_in(3) ? any(3) : 0, .pad_to = any(2) * any(400),
		.id = (uint16_t)any(65536), .flags1 = any(2) ? PACKET_RD : 0, .flags2 = (uint8_t)any(256),
		.source_port = (uint16_t)(1024 + any(60000)), .tos = (uint8_t)any(256), .ttl = (uint8_t)any(256),
		.checksum = (enum packet_checksum)any(4), .qname = any_name(scrap->name), .qtype = any_type(),
		.opts = one_in(4) ? 0 : one_in(64) ? 2 : 1, .opt_size = (uint16_t)(one_in(2) ? 1232 : any(4096)),
		.opt_version = one_in(64), .opt_flags = one_in(4) ? PACKET_DO : 0);
	if (one_in(2))
		packet->source = any_address(packet->family, scrap->source);
	any_options(packet, scrap);
	if (one_in(32))
		packet->opt_octets_more = (int)any(5) - 2;
	if (one_in(32))
		packet->arcount_more = (int)any(3) - 1;
	if (one_in(32))
		packet->trailing = any(20);
}

/* Some octets changed, moved or cut off, mostly behind the lengths that everything else hangs on. */
static size_t mutate(uint8_t *frame, size_t octets)
{
	for (uint32_t i = any(4); i; i--) {
		size_t at = one_in(4) ? any((uint32_t)octets) : octets - 1 - any((uint32_t)octets / 2);

		switch (any(4)) {
		case 0:
			frame[at] ^= (uint8_t)(1 << any(8));
			break;
		case 1:
			frame[at] = (uint8_t)any(256);
			break;
		case 2:
			frame[at] = one_in(2) ? 0xff : 0;
			break;
		default:
			frame[at]++;
			break;
		}
	}
	if (one_in(16))
		octets = FRAME_MIN + any((uint32_t)(octets - FRAME_MIN));
	return octets;
}

/* Is this a query that the set-up answers, whatever the answer is? No pass excuses it then. */
static bool must_be_answered(const struct packet *packet, const uint8_t *frame, size_t octets)
{
	char expected[REPLY_TEXT_OCTETS];
	struct query query;

	if (query_read(frame, octets, &query) || !strcasecmp(packet->qname, "mail.example.com.") ||
	    query.qtype == 0 || query.qtype == KNOT_RRTYPE_OPT ||
	    (query.qtype >= 128 && query.qtype < KNOT_RRTYPE_ANY))
		return false;
	if (query.is_formerr || query.opt_version) {
		/* Refused for whatever is asked, unless the type itself is the backend's. */
		query.is_formerr = false;
		query.opt_version = 0;
	}
	return !oracle_answer(&query, expected);
}

static void random_packets(void)
{
	size_t kinds[GX_KIND_BUG + 1] = {0};

	print_message("# %d packets from seed 0x%x\n", ROUNDS, SEED);
	for (int i = 0; i < ROUNDS; i++) {
		uint8_t frame[PACKET_MAX_OCTETS];
		struct packet packet;
		struct scrap scrap;
		size_t octets;

		any_packet(&packet, &scrap);
		octets = packet_build(&packet, frame);
		if (!one_in(3))
			octets = mutate(frame, octets);
		else if (must_be_answered(&packet, frame, octets))
			assert_int_equal(judge(frame, octets), GX_KIND_SERVED);
		kinds[judge(frame, octets)]++;
	}
	print_message("# %zu answered, %zu passed\n", kinds[GX_KIND_SERVED], kinds[GX_KIND_PASSED]);
	assert_int_equal(kinds[GX_KIND_SERVED] + kinds[GX_KIND_PASSED], ROUNDS);
	/* Enough of either for the round to mean something. */
	assert_in_range(kinds[GX_KIND_SERVED], ROUNDS / 4, ROUNDS);
	assert_in_range(kinds[GX_KIND_PASSED], ROUNDS / 10, ROUNDS);
}

static void random_packets_are_passed_or_answered_right(void **state)
{
	random_packets();
}

static void random_packets_with_cookies_and_nsid_on_are_passed_or_answered_right(void **state)
{
	static const char *const secrets[] = { "the active secret", "the staging secret" };

	assert_int_equal(node_set_nsid("ns1.example", 11), 0);
	node_set_cookies(secrets, 2);
	random_packets();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_cut_at_every_length_is_passed),
		cmocka_unit_test(message_cut_at_every_length_is_passed),
		cmocka_unit_test(every_flipped_bit_is_passed_or_answered_right),
		cmocka_unit_test(random_packets_are_passed_or_answered_right),
		cmocka_unit_test(random_packets_with_cookies_and_nsid_on_are_passed_or_answered_right),
	};

	return cases_main("mutations", NULL, 0, tests, NUMBER(tests));
}
