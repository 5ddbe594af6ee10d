/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spreads: a choice that is drawn out of 256, by the client's prefix or at random. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <libknot/dname.h>

#include "geoxdp/abi.h"
#include "geoxdp/hash.h"
#include "tests/lib/cases.h"

#define GEO	.qname = "geo.example.com."
#define US	"NOERROR aa\n" WORLD_US
#define EU	"NOERROR aa\n" WORLD_EU
#define JP	"NOERROR aa\n" WORLD_JP
#define CLIENTS	10000

/* The choice of geo.example.com A in the US, which is what the tests make a spread; and the answers there are. */
static struct {
	int choices;
	uint32_t index;
	struct gx_choice before, us, eu, jp;
} geo;

static struct gx_choice choice_at(uint32_t index)
{
	struct gx_choice choice;

	assert_int_equal(bpf_map_lookup_elem(geo.choices, &index, &choice), 0);
	return choice;
}

static void put_choice(uint32_t index, struct gx_choice choice)
{
	assert_int_equal(bpf_map_update_elem(geo.choices, &index, &choice, BPF_ANY), 0);
}

static void put_answer(uint32_t index, uint32_t answer)
{
	put_choice(index, (struct gx_choice){ .answer = answer });
}

static int set_up(void **state)
{
	geo.choices = node_map("choices");
	geo.index = node_choice("geo.example.com.", KNOT_RRTYPE_A, "10.5.0.7");
	geo.before = choice_at(geo.index);
	geo.us = geo.before;
	geo.eu = choice_at(node_choice("geo.example.com.", KNOT_RRTYPE_A, "203.0.113.7"));
	geo.jp = choice_at(node_choice("geo.example.com.", KNOT_RRTYPE_A, "10.1.0.7"));
	return 0;
}

static int tear_down(void **state)
{
	put_choice(geo.index, geo.before);
	return 0;
}

/* The first slots are the US's, the next Europe's, all others Japan's. */
static void put_spread(uint32_t kind, uint32_t us, uint32_t eu)
{
	for (uint32_t i = 0; i < GX_SPREAD_SLOTS; i++)
		put_choice(node_spread() + i, i < us ? geo.us : i < us + eu ? geo.eu : geo.jp);
	put_answer(geo.index, kind | node_spread());
}

static const struct node_outcome *ask(const struct packet *packet)
{
	static struct node_outcome out;
	uint8_t frame[PACKET_MAX_OCTETS];
	const char *wrong = node_send(frame, packet_build(packet, frame), &out);

	if (wrong)
		fail_msg("%s", wrong);
	assert_int_equal(out.reason, GX_SERVED_GEO);
	return &out;
}

/* Without the line that tells the scope. */
static bool is_answer(const struct node_outcome *out, const char *text)
{
	return !strncmp(out->reply.text, text, strlen(text));
}

/* A client prefix of the US: 10.2.0.0/24 and on. */
static const char *client_text(unsigned int prefix, unsigned int host)
{
	static char text[INET_ADDRSTRLEN];

	sprintf(text, "10.%u.%u.%u", 2 + (prefix >> 8), prefix & 0xff, host);
	return text;
}

static uint32_t slot_of(unsigned int prefix)
{
	return gx_hash_spread((uint64_t)(10u << 24 | (2 + (prefix >> 8)) << 16 | (prefix & 0xff) << 8) << 32,
			      GX_SPREAD_BITS4);
}

/* Which slot a client has is counted; that the program takes this slot's answer is seen of each of them. */
static void by_client_shares_follow_the_weights(void **state)
{
	unsigned int counts[GX_SPREAD_SLOTS] = {0}, us = 0, eu = 0;

	put_spread(GX_CHOICE_BY_CLIENT, 128, 64);
	for (unsigned int i = 0; i < CLIENTS; i++) {
		const struct packet packet = PACKET(GEO, .source = client_text(i, 7));
		uint32_t slot = slot_of(i);
		const struct node_outcome *out = ask(&packet);

		assert_string_equal(out->reply.text, slot < 128 ? US : slot < 192 ? EU : JP);
		counts[slot]++;
		us += slot < 128;
		eu += slot >= 128 && slot < 192;
	}
	assert_in_range(us, CLIENTS / 2 - CLIENTS / 50, CLIENTS / 2 + CLIENTS / 50);
	assert_in_range(eu, CLIENTS / 4 - CLIENTS / 50, CLIENTS / 4 + CLIENTS / 50);
	for (size_t i = 0; i < GX_SPREAD_SLOTS; i++)	/* 39 each, were they all the same */
		assert_in_range(counts[i], 10, 80);
}

static void by_client_is_the_same_for_a_prefix_however_it_asks(void **state)
{
	put_spread(GX_CHOICE_BY_CLIENT, 86, 85);
	for (unsigned int i = 0; i < 64; i++) {
		const char *first;

		for (unsigned int host = 0; host < 256; host += 51) {
			char text[INET_ADDRSTRLEN];
			const struct packet packet = PACKET(GEO, .source = strcpy(text, client_text(i, host)));
			const struct packet ecs = PACKET(GEO, PACKET_OPTIONS(PACKET_ECS4(text, 32)), PACKET_IPV6);

			first = slot_of(i) < 86 ? US : slot_of(i) < 171 ? EU : JP;
			assert_string_equal(ask(&packet)->reply.text, first);
			assert_true(is_answer(ask(&ecs), first));
		}
	}
}

/* 56 bits of an IPv6 address decide, and no bit behind them; other prefixes get all there is. */
static void by_client_is_the_same_for_a_prefix_of_ipv6(void **state)
{
	unsigned int us = 0;

	put_spread(GX_CHOICE_BY_CLIENT, 128, 128);
	for (unsigned int i = 0; i < 512; i++) {
		char text[INET6_ADDRSTRLEN];
		const struct packet packet = PACKET(GEO, PACKET_IPV6, .source = text);
		uint32_t slot = gx_hash_spread(0x20010db800050000ull + (uint64_t)i * 256, GX_SPREAD_BITS6);

		sprintf(text, "2001:db8:%x:%x::7", 5 + (i >> 8), i << 8 & 0xffff);
		assert_string_equal(ask(&packet)->reply.text, slot < 128 ? US : EU);
		sprintf(text, "2001:db8:%x:%xff:ffff:ffff:ffff:ffff", 5 + (i >> 8), i & 0xff);
		assert_string_equal(ask(&packet)->reply.text, slot < 128 ? US : EU);
		us += slot < 128;
	}
	assert_in_range(us, 200, 312);
}

struct scope_case {
	struct packet packet;
	unsigned int by_client, by_query;
};

static const struct scope_case scopes[] = {
	{ PACKET(GEO, PACKET_OPTIONS(PACKET_ECS4("10.5.0.0", 24))), 24, 14 },
	{ PACKET(GEO, PACKET_OPTIONS(PACKET_ECS4("10.5.0.0", 16))), 24, 14 },
	{ PACKET(GEO, PACKET_OPTIONS(PACKET_ECS4("10.5.0.7", 32)), PACKET_IPV6), 24, 14 },
	{ PACKET(GEO, PACKET_OPTIONS(PACKET_ECS6("2001:db8:5::", 48))), 56, 46 },
	{ PACKET(GEO, PACKET_OPTIONS(PACKET_ECS6("2001:db8:5:1234::", 64))), 56, 46 },
	{ PACKET(GEO, PACKET_OPTIONS(PACKET_ECS6("::ffff:10.5.0.7", 128))), 120, 110 },
	{ PACKET(GEO, PACKET_OPTIONS(PACKET_ECS6("2002:a05:7::", 48))), 40, 30 },
	{ PACKET(GEO, PACKET_OPTIONS(PACKET_ECS4(NULL, 0))), 0, 0 },
};

static void scope_by_client_is_the_prefix_drawn_by(void **state)
{
	put_spread(GX_CHOICE_BY_CLIENT, 86, 85);
	for (size_t i = 0; i < NUMBER(scopes); i++)
		assert_int_equal(ask(&scopes[i].packet)->reply.scope_bits, scopes[i].by_client);
}

static void scope_by_query_is_the_leaf_s(void **state)
{
	put_spread(GX_CHOICE_BY_QUERY, 86, 85);
	for (size_t i = 0; i < NUMBER(scopes); i++)
		assert_int_equal(ask(&scopes[i].packet)->reply.scope_bits, scopes[i].by_query);
}

/* A leaf that is deeper than the prefix: its depth. */
static void scope_by_client_is_never_shorter_than_the_leaf_s(void **state)
{
	const struct packet packet = PACKET(GEO, PACKET_OPTIONS(PACKET_ECS4("10.5.0.7", 32)));
	struct gx_lpm4_key key = { .prefix_bits = 28, .address = { 10, 5, 0, 0 } };
	const struct gx_leaf leaf = { .class_id = node_class("10.5.0.7"), .class_bits = 28, .location_bits = 28 };

	put_spread(GX_CHOICE_BY_CLIENT, 86, 85);
	assert_int_equal(bpf_map_update_elem(node_map("nets4"), &key, &leaf, BPF_ANY), 0);
	assert_int_equal(ask(&packet)->reply.scope_bits, 28);
	assert_int_equal(bpf_map_delete_elem(node_map("nets4"), &key), 0);
	assert_int_equal(ask(&packet)->reply.scope_bits, 24);
}

/* RFC 7871: every address in the scope of an answer gets this answer. */
static void every_address_in_the_scope_gets_the_same(void **state)
{
	unsigned int seed = 7871;

	put_spread(GX_CHOICE_BY_CLIENT, 86, 85);
	for (int i = 0; i < 2000; i++) {
		uint32_t address = 10u << 24 | ((uint32_t)rand_r(&seed) & 0xffffff), behind;
		char text[INET_ADDRSTRLEN], first[REPLY_TEXT_OCTETS];
		const struct packet packet = PACKET(GEO, PACKET_OPTIONS(PACKET_ECS4(text, 32)));
		const struct node_outcome *out;

		inet_ntop(AF_INET, &(struct in_addr){ htonl(address) }, text, sizeof(text));
		out = ask(&packet);
		strcpy(first, out->reply.text);
		behind = (uint32_t)(0xffffffffull >> out->reply.scope_bits);
		address = (address & ~behind) | ((uint32_t)rand_r(&seed) & behind);
		inet_ntop(AF_INET, &(struct in_addr){ htonl(address) }, text, sizeof(text));
		assert_string_equal(ask(&packet)->reply.text, first);
	}
}

/* The first and the last slot differ from all others: 20,000 draws miss one of them once in 10^33. */
static void by_query_draws_every_slot(void **state)
{
	const struct packet packet = PACKET(GEO);
	unsigned int first = 0, last = 0;

	put_spread(GX_CHOICE_BY_QUERY, 1, GX_SPREAD_SLOTS - 2);
	for (int i = 0; i < 20000; i++) {
		const struct node_outcome *out = ask(&packet);

		first += is_answer(out, US);
		last += is_answer(out, JP);
		assert_true(is_answer(out, US) || is_answer(out, EU) || is_answer(out, JP));
	}
	assert_in_range(first, 1, 400);
	assert_in_range(last, 1, 400);
}

static void slot_without_an_answer_is_passed(void **state)
{
	const struct packet packet = PACKET(GEO);

	put_spread(GX_CHOICE_BY_CLIENT, 0, 0);
	for (uint32_t i = 0; i < GX_SPREAD_SLOTS; i++)
		put_answer(node_spread() + i, 0);
	expect_packet(&packet, GX_PASSED_LOCATION, NULL);
	put_answer(geo.index, GX_CHOICE_BY_QUERY | node_spread());
	expect_packet(&packet, GX_PASSED_LOCATION, NULL);
}

static void spread_out_of_range_is_passed(void **state)
{
	const struct packet packet = PACKET(GEO);

	put_answer(geo.index, GX_CHOICE_BY_QUERY | (node_spread() + NODE_SPREADS * GX_SPREAD_SLOTS));
	expect_packet(&packet, GX_PASSED_LOCATION, NULL);
	put_answer(geo.index, GX_CHOICE_BY_CLIENT | GX_CHOICE_NUMBER);
	expect_packet(&packet, GX_PASSED_LOCATION, NULL);
}

/* Each slot is one address, and says its number. */
static void slots_can_be_addresses(void **state)
{
	put_spread(GX_CHOICE_BY_CLIENT, 0, 0);
	for (uint32_t i = 0; i < GX_SPREAD_SLOTS; i++)
		put_choice(node_spread() + i, (struct gx_choice){ .answer = GX_CHOICE_ADDRESS | i,
								  .address = htonl(192u << 24 | i) });
	for (unsigned int i = 0; i < 64; i++) {
		const struct packet packet = PACKET(GEO, .source = client_text(i, 7));
		char expected[128];

		sprintf(expected, "NOERROR aa\ngeo.example.com. %u A 192.0.0.%u\n", slot_of(i), slot_of(i));
		assert_string_equal(ask(&packet)->reply.text, expected);
	}
}

/* A spread that a slot leads to is none, and no address either. */
static void slot_that_is_a_spread_is_passed(void **state)
{
	const struct packet packet = PACKET(GEO);

	put_spread(GX_CHOICE_BY_CLIENT, 0, 0);
	for (uint32_t i = 0; i < GX_SPREAD_SLOTS; i++)
		put_answer(node_spread() + i, GX_CHOICE_BY_QUERY | node_spread());
	expect_packet(&packet, GX_PASSED_LOCATION, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(by_client_shares_follow_the_weights),
		TEST(by_client_is_the_same_for_a_prefix_however_it_asks),
		TEST(by_client_is_the_same_for_a_prefix_of_ipv6),
		TEST(scope_by_client_is_the_prefix_drawn_by),
		TEST(scope_by_query_is_the_leaf_s),
		TEST(scope_by_client_is_never_shorter_than_the_leaf_s),
		TEST(every_address_in_the_scope_gets_the_same),
		TEST(by_query_draws_every_slot),
		TEST(slot_without_an_answer_is_passed),
		TEST(spread_out_of_range_is_passed),
		TEST(slots_can_be_addresses),
		TEST(slot_that_is_a_spread_is_passed),
	};

	return cases_main("spreads", NULL, 0, tests, NUMBER(tests));
}
