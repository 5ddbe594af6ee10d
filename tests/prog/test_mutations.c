/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queries cut at every length, and with every bit flipped: passed untouched, or answered right. */
#include "tests/lib/cases.h"
#include "tests/lib/wire.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_cut_at_every_length_is_passed),
		cmocka_unit_test(message_cut_at_every_length_is_passed),
		cmocka_unit_test(every_flipped_bit_is_passed_or_answered_right),
	};

	return cases_main("mutations", NULL, 0, tests, NUMBER(tests));
}
