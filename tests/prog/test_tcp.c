/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions that user space took over TCP and gives to the program: the sizes of UDP do not count (RFC 7766). */
#include <stdio.h>
#include <string.h>

#include "geoxdp/abi.h"
#include "tests/lib/cases.h"

#define TXT(name)	.qname = name ".example.com.", .qtype = KNOT_RRTYPE_TXT
#define BIG		.qname = "big.example.com."	/* more than 512 octets, fewer than 1232 */
#define ECS4		PACKET_OPTIONS(PACKET_ECS4("10.5.0.0", 24))

static const uint64_t mark = GX_TCP_MARK;

static const struct node_outcome *send_marked(const struct packet *packet, const void *metadata, size_t metadata_octets,
					      enum gx_reason reason)
{
	static struct node_outcome out;
	uint8_t frame[PACKET_MAX_OCTETS];
	const char *wrong = node_send_marked(frame, packet_build(packet, frame), metadata, metadata_octets, &out);

	if (!wrong && node_reason_kind(out.reason) == GX_KIND_SERVED)
		wrong = node_check_answer(&out);
	if (wrong)
		fail_msg("%s: %s", packet->qname, wrong);
	assert_string_equal(node_reason_name(out.reason), node_reason_name(reason));
	return &out;
}

static const struct node_outcome *send_over_tcp(const struct packet *packet, enum gx_reason reason)
{
	return send_marked(packet, &mark, sizeof(mark), reason);
}

/* The oracle has the whole answer, and the reply must not be truncated. */
static void answer_beyond_udp_is_whole_over_tcp(void **state)
{
	const struct packet packets[] = {
		PACKET(BIG, PACKET_NO_EDNS),	    PACKET(BIG, .opt_size = 512),
		PACKET(BIG, ECS4, .opt_size = 512), PACKET(TXT("fat"), PACKET_NO_EDNS),
		PACKET(TXT("top"), .opt_size = 0),  PACKET(TXT("top"), PACKET_NO_EDNS, PACKET_IPV6),
		PACKET(TXT("tip")),		    PACKET(TXT("tip"), PACKET_NO_EDNS, .vlans = 2),
		PACKET(TXT("tcp"), PACKET_NO_EDNS), PACKET(TXT("tcp"), PACKET_NO_EDNS, PACKET_IPV6, .vlans = 2),
	};

	for (size_t i = 0; i < NUMBER(packets); i++) {
		bool is_geo = !strcmp(packets[i].qname, "big.example.com.");

		expect_packet(&packets[i], GX_SERVED_TRUNCATED, NULL);
		assert_false(send_over_tcp(&packets[i], is_geo ? GX_SERVED_GEO : GX_SERVED_STATIC)->reply.is_truncated);
	}
}

static void largest_answer_over_tcp_has_3072_octets(void **state)
{
	const struct packet packet = PACKET(TXT("tcp"), PACKET_NO_EDNS);

	assert_int_equal(send_over_tcp(&packet, GX_SERVED_STATIC)->reply.message_octets, GX_TCP_MAX_OCTETS);
}

/* TC=1 over TCP would lead nowhere: the backend answers. */
static void answer_beyond_tcp_is_passed_and_truncated_over_udp(void **state)
{
	const struct packet packets[] = {
		PACKET(TXT("too"), PACKET_NO_EDNS),
		PACKET(TXT("too")),
		PACKET(TXT("tcp")),	/* the OPT is too much */
		PACKET(TXT("tcp"), ECS4),
	};

	for (size_t i = 0; i < NUMBER(packets); i++) {
		expect_packet(&packets[i], GX_SERVED_TRUNCATED, NULL);
		send_over_tcp(&packets[i], GX_PASSED_NO_ROOM);
	}
}

/* What names of all lengths share and no reply can hold has no octets, and no pointers to move. */
static void shared_answer_beyond_tcp_is_truncated_at_names_of_every_length(void **state)
{
	static const char *const parents[] = { "vast.example.com.", "farm.example.com." };

	for (size_t i = 0; i < NUMBER(parents); i++) {
		for (size_t octets = 1; octets <= KNOT_DNAME_MAXLABELLEN; octets++) {
			char name[128];
			const struct packet packet = PACKET(.qname = name, .qtype = KNOT_RRTYPE_TXT, .opts = octets & 1);

			memset(name, octets == 1 ? '*' : 'q', octets);
			sprintf(name + octets, ".%s", parents[i]);
			expect_packet(&packet, GX_SERVED_TRUNCATED, NULL);
			send_over_tcp(&packet, GX_PASSED_NO_ROOM);
		}
	}
	expect_packet(&(struct packet)PACKET(TXT("farm")), GX_SERVED_TRUNCATED, NULL);
}

/* At the shortest name, and at no other. */
static void shared_answer_that_just_fits_over_tcp_is_passed_at_longer_names(void **state)
{
	const struct packet shortest = PACKET(TXT("*.tight"), PACKET_NO_EDNS), longer = PACKET(TXT("qq.tight"), PACKET_NO_EDNS);

	assert_int_equal(send_over_tcp(&shortest, GX_SERVED_STATIC)->reply.message_octets, GX_TCP_MAX_OCTETS);
	expect_packet(&shortest, GX_SERVED_TRUNCATED, NULL);
	expect_packet(&longer, GX_SERVED_TRUNCATED, NULL);
	send_over_tcp(&longer, GX_PASSED_NO_ROOM);
}

static void what_is_small_enough_is_answered_alike(void **state)
{
	const struct packet packets[] = {
		PACKET(), PACKET(PACKET_NO_EDNS), PACKET(PACKET_IPV6, .vlans = 2), PACKET(ECS4),
		PACKET(.pad_to = PACKET_MAX_OCTETS),
	};
	const struct packet unknown = PACKET(.qname = "mail.example.net."), badvers = PACKET(.opt_version = 1);

	for (size_t i = 0; i < NUMBER(packets); i++) {
		const struct node_outcome *out = send_over_tcp(&packets[i], GX_SERVED_GEO);

		expect_packet(&packets[i], GX_SERVED_GEO, out->reply.text);
	}
	send_over_tcp(&unknown, GX_PASSED_NAME);
	send_over_tcp(&badvers, GX_SERVED_BADVERS);
}

/* What other programs put in front of a frame from the wire says nothing about TCP. */
static void other_metadata_is_no_mark(void **state)
{
	const struct packet packet = PACKET(TXT("top"), PACKET_NO_EDNS);
	uint64_t metadata[4] = { mark, mark, mark, mark };

	for (size_t octets = 4; octets <= sizeof(metadata); octets += 4) {
		if (octets != sizeof(mark))
			send_marked(&packet, metadata, octets, GX_SERVED_TRUNCATED);
	}
	for (int bit = 0; bit < 64; bit++) {
		metadata[0] = mark ^ 1ull << bit;
		send_marked(&packet, metadata, sizeof(mark), GX_SERVED_TRUNCATED);
	}
	metadata[0] = mark;
	send_marked(&packet, metadata, sizeof(mark), GX_SERVED_STATIC);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(answer_beyond_udp_is_whole_over_tcp),
		cmocka_unit_test(largest_answer_over_tcp_has_3072_octets),
		cmocka_unit_test(answer_beyond_tcp_is_passed_and_truncated_over_udp),
		cmocka_unit_test(shared_answer_beyond_tcp_is_truncated_at_names_of_every_length),
		cmocka_unit_test(shared_answer_that_just_fits_over_tcp_is_passed_at_longer_names),
		cmocka_unit_test(what_is_small_enough_is_answered_alike),
		cmocka_unit_test(other_metadata_is_no_mark),
	};

	return cases_main("tcp", NULL, 0, tests, NUMBER(tests));
}
