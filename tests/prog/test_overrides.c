/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables that are written while the program serves: nets4 and nets6, choices and answers act at once. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <bpf/bpf.h>
#include <libknot/dname.h>

#include "geoxdp/abi.h"
#include "tests/lib/cases.h"
#include "tests/lib/wire.h"

#define NO_SUCH_CLASS	(GX_CLASS_NONE - 1)
#define NO_SUCH_PLACE	0x7fffffffu

/* --- leaves ------------------------------------------------------------------------------------ */

/* A key of either family, which is what the longer one is. */
static struct gx_lpm6_key key_of(int family, const char *address, uint32_t bits)
{
	struct gx_lpm6_key key = { .prefix_bits = bits };

	assert_int_equal(inet_pton(family, address, key.address), 1);
	return key;
}

static int open_map(const char *name)
{
	int map = node_map(name);

	assert_true(map >= 0);
	return map;
}

static void put_net(int family, const char *address, uint32_t bits, struct gx_leaf leaf)
{
	struct gx_lpm6_key key = key_of(family, address, bits);

	assert_int_equal(bpf_map_update_elem(open_map(family == AF_INET ? "nets4" : "nets6"), &key, &leaf, BPF_ANY),
			 0);
}

static void remove_net(int family, const char *address, uint32_t bits)
{
	struct gx_lpm6_key key = key_of(family, address, bits);

	assert_int_equal(bpf_map_delete_elem(open_map(family == AF_INET ? "nets4" : "nets6"), &key), 0);
}

/* What the country tables say of an address. */
static struct gx_leaf leaf_of(int family, const char *address)
{
	struct gx_lpm6_key key = key_of(family, address, family == AF_INET ? 32 : 128);
	int map = open_map(family == AF_INET ? "countries4" : "countries6");
	struct gx_leaf leaf;

	assert_int_equal(bpf_map_lookup_elem(map, &key, &leaf), 0);
	return leaf;
}

/* A leaf of Japan, as deep as an override is. */
static struct gx_leaf japan(uint8_t bits)
{
	struct gx_leaf leaf = leaf_of(AF_INET, "10.1.0.0");

	leaf.class_bits = bits;
	leaf.location_bits = bits;
	return leaf;
}

/* The oracle knows nothing of overrides: only the text and what the checker sees by itself. */
static void expect_text(const struct packet *packet, const char *text)
{
	uint8_t frame[PACKET_MAX_OCTETS];
	static struct node_outcome out;
	const char *wrong = node_send(frame, packet_build(packet, frame), &out);

	if (wrong)
		fail_msg("%s", wrong);
	assert_int_equal(node_reason_kind(out.reason), GX_KIND_SERVED);
	assert_string_equal(out.reply.text, text);
}

static void nets4_overrides_the_country_and_acts_at_once(void **state)
{
	const struct packet packet = PACKET(.source = "10.5.0.7"), beside = PACKET(.source = "10.5.1.7");
	const struct packet ecs = PACKET(PACKET_OPTIONS(PACKET_ECS4("10.5.0.0", 24)));

	expect_text(&packet, WORLD_WWW_US);
	put_net(AF_INET, "10.5.0.0", 24, japan(24));
	expect_text(&packet, WORLD_WWW_JP);
	expect_text(&beside, WORLD_WWW_US);
	expect_text(&ecs, WORLD_WWW_JP "; scope 24\n");
	remove_net(AF_INET, "10.5.0.0", 24);
	expect_text(&packet, WORLD_WWW_US);
	expect_text(&ecs, WORLD_WWW_US "; scope 14\n");
}

static void nets6_overrides_the_country_and_acts_at_once(void **state)
{
	const struct packet packet = PACKET(.source = "2001:db8:5::7", PACKET_IPV6);
	const struct packet beside = PACKET(.source = "2001:db8:6::7", PACKET_IPV6);
	const struct packet ecs = PACKET(PACKET_OPTIONS(PACKET_ECS6("2001:db8:5::", 48)));

	put_net(AF_INET6, "2001:db8:5::", 48, japan(48));
	expect_text(&packet, WORLD_WWW_JP);
	expect_text(&beside, WORLD_WWW_US);
	expect_text(&ecs, WORLD_WWW_JP "; scope 48\n");
	remove_net(AF_INET6, "2001:db8:5::", 48);
	expect_text(&packet, WORLD_WWW_US);
}

static void longest_net_decides(void **state)
{
	const struct packet packet = PACKET(.source = "10.5.0.7"), beside = PACKET(.source = "10.5.1.7");

	put_net(AF_INET, "10.5.0.0", 16, japan(16));
	put_net(AF_INET, "10.5.0.0", 24, leaf_of(AF_INET, "203.0.113.0"));
	expect_text(&packet, WORLD_WWW_EU);
	expect_text(&beside, WORLD_WWW_JP);
	remove_net(AF_INET, "10.5.0.0", 24);
	remove_net(AF_INET, "10.5.0.0", 16);
}

static void net_of_a_location_is_told_by_the_localhost_probe(void **state)
{
	const struct packet packet = PACKET(.source = "203.0.113.7", .qname = WORLD_LOCALHOST);
	const struct packet ecs = PACKET(PACKET_OPTIONS(PACKET_ECS4("203.0.113.0", 24)), .qname = WORLD_LOCALHOST);

	put_net(AF_INET, "203.0.113.0", 24, japan(24));
	expect_text(&packet, "NOERROR aa\nlocalhost.example.com. 60 A 127.0.1.136\n");
	expect_text(&ecs, "NOERROR aa\nlocalhost.example.com. 60 A 127.0.1.136\n; scope 24\n");
	remove_net(AF_INET, "203.0.113.0", 24);
}

/* An IPv6 form of an IPv4 address is looked up in nets4, and the scope counts from where the address stands. */
static void nets4_acts_on_an_address_carried_in_ipv6(void **state)
{
	const struct packet six_to_four = PACKET(PACKET_OPTIONS(PACKET_ECS6("2002:a05:7::", 48)));
	const struct packet mapped = PACKET(PACKET_OPTIONS(PACKET_ECS6("::ffff:10.5.0.7", 128)));

	put_net(AF_INET, "10.5.0.0", 24, japan(24));
	expect_text(&six_to_four, WORLD_WWW_JP "; scope 40\n");
	expect_text(&mapped, WORLD_WWW_JP "; scope 120\n");
	remove_net(AF_INET, "10.5.0.0", 24);
}

/* A leaf of no class is the rest next to an override: the country speaks, with the deeper of both depths. */
static void net_of_no_class_leaves_the_country_and_deepens_the_scope(void **state)
{
	const struct packet ecs = PACKET(PACKET_OPTIONS(PACKET_ECS4("10.5.1.0", 24)));
	const struct packet probe = PACKET(PACKET_OPTIONS(PACKET_ECS4("10.5.1.0", 24)), .qname = WORLD_LOCALHOST);
	struct gx_leaf rest = { .class_id = GX_CLASS_NONE, .class_bits = 24, .location_bits = 20 };

	put_net(AF_INET, "10.5.0.0", 16, rest);
	expect_text(&ecs, WORLD_WWW_US "; scope 24\n");
	expect_text(&probe, "NOERROR aa\nlocalhost.example.com. 60 A 127.0.3.72\n; scope 20\n");
	rest.class_bits = 13;
	rest.location_bits = 0;
	put_net(AF_INET, "10.5.0.0", 16, rest);
	expect_text(&ecs, WORLD_WWW_US "; scope 14\n");
	expect_text(&probe, "NOERROR aa\nlocalhost.example.com. 60 A 127.0.3.72\n; scope 14\n");
	remove_net(AF_INET, "10.5.0.0", 16);
}

static void class_out_of_range_is_passed(void **state)
{
	const struct packet packet = PACKET(.source = "10.5.0.7"), fixed = PACKET(.qname = "us.example.com.");
	const struct packet probe = PACKET(.qname = WORLD_LOCALHOST);

	put_net(AF_INET, "10.5.0.0", 24, (struct gx_leaf){ .location = WORLD_GB_CODE, .class_id = NO_SUCH_CLASS });
	expect_packet(&packet, GX_PASSED_LOCATION, NULL);
	expect_packet(&fixed, GX_SERVED_STATIC, NULL);
	expect_text(&probe, "NOERROR aa\nlocalhost.example.com. 60 A 127.0.3.58\n");
	remove_net(AF_INET, "10.5.0.0", 24);
}

/* Not even the first number out of range reaches the choices of another question. */
static void class_just_out_of_range_reaches_nobody_elses_answer(void **state)
{
	const struct packet packet = PACKET(.source = "10.5.0.7");
	static struct node_outcome out;
	uint8_t frame[PACKET_MAX_OCTETS];
	size_t octets = packet_build(&packet, frame);
	uint16_t classes = 0;

	for (uint16_t class = 0; class < 100; class++) {
		put_net(AF_INET, "10.5.0.0", 24, (struct gx_leaf){ .class_id = class });
		assert_null(node_send(frame, octets, &out));
		if (out.reason == GX_PASSED_LOCATION)
			continue;
		assert_int_equal(class, classes++);	/* from 0 on, without a gap */
		assert_true(!strcmp(out.reply.text, WORLD_WWW_US) || !strcmp(out.reply.text, WORLD_WWW_EU) ||
			    !strcmp(out.reply.text, WORLD_WWW_JP));
	}
	remove_net(AF_INET, "10.5.0.0", 24);
	assert_in_range(classes, 3, 20);
}

static void location_just_out_of_range_reaches_nobody_elses_answer(void **state)
{
	const struct packet probe = PACKET(.qname = WORLD_LOCALHOST);

	for (uint32_t location = 1000; location < 1100; location++) {
		put_net(AF_INET, "10.5.0.0", 24, (struct gx_leaf){ .location = location });
		expect_packet(&probe, GX_PASSED_LOCATION, NULL);
	}
	remove_net(AF_INET, "10.5.0.0", 24);
}

static void location_out_of_range_is_passed(void **state)
{
	const struct packet packet = PACKET(.source = "10.5.0.7"), probe = PACKET(.qname = WORLD_LOCALHOST);
	struct gx_leaf leaf = japan(24);

	leaf.location = NO_SUCH_PLACE;
	put_net(AF_INET, "10.5.0.0", 24, leaf);
	expect_packet(&probe, GX_PASSED_LOCATION, NULL);
	expect_text(&packet, WORLD_WWW_JP);
	remove_net(AF_INET, "10.5.0.0", 24);
}

/* No leaf: nothing is known, not even that the location is unknown. The index, which gives classes, has no gaps. */
static void address_without_a_leaf_is_passed(void **state)
{
	const struct packet packet = PACKET(.source = "64.1.2.3", .qname = WORLD_LOCALHOST);
	const struct packet beside = PACKET(.source = "10.5.0.7", .qname = WORLD_LOCALHOST);
	const struct packet by_class = PACKET(.source = "64.1.2.3");
	struct gx_lpm6_key key = key_of(AF_INET, "64.0.0.0", 4);
	struct gx_leaf leaf;
	int map = open_map("countries4");

	assert_int_equal(bpf_map_lookup_elem(map, &key, &leaf), 0);
	assert_int_equal(bpf_map_delete_elem(map, &key), 0);
	expect_packet(&packet, GX_PASSED_LOCATION, NULL);
	expect_packet(&beside, GX_SERVED_GEO, NULL);
	expect_packet(&by_class, GX_SERVED_GEO, WORLD_WWW_EU);
	assert_int_equal(bpf_map_update_elem(map, &key, &leaf, BPF_ANY), 0);
	expect_packet(&packet, GX_SERVED_GEO, NULL);
}

/* --- answers and choices ----------------------------------------------------------------------- */

#define TOP_OTHERS	(WIRE_DNS_OCTETS + 17 + 4 + WIRE_OPT_OCTETS)	/* octets around the answer at "top" */
#define TOP_OCTETS	(1232 - TOP_OTHERS)
#define CHOICES_MAX	65536

/* The first cell of the answer of this length. */
static uint32_t find_cell(size_t octets, struct gx_answer *header)
{
	int map = open_map("answers");
	uint32_t cell = 0;

	do {
		cell++;
		assert_int_equal(bpf_map_lookup_elem(map, &cell, header), 0);
	} while (header->len_octets != octets);
	return cell;
}

static void write_answer(uint32_t first, const struct gx_answer *header, const uint8_t *octets)
{
	int map = open_map("answers");

	for (uint32_t i = 0; i * GX_CELL_OCTETS < header->len_octets; i++) {
		struct gx_answer cell = i ? (struct gx_answer){0} : *header;
		size_t left = header->len_octets - i * GX_CELL_OCTETS;
		uint32_t index = first + i;

		memcpy(cell.octets, octets + i * GX_CELL_OCTETS, left < GX_CELL_OCTETS ? left : GX_CELL_OCTETS);
		assert_int_equal(bpf_map_update_elem(map, &index, &cell, BPF_ANY), 0);
	}
}

/* A TXT record at the question's name that takes this many octets; owner, type, class, TTL and RDLENGTH are 12. */
static void render_txt(uint8_t *octets, size_t count)
{
	size_t left = count - 12;

	memset(octets, 't', count);
	wire_put16(octets, 0xc000 | WIRE_DNS_OCTETS);
	wire_put16(octets + 2, KNOT_RRTYPE_TXT);
	wire_put16(octets + 4, KNOT_CLASS_IN);
	wire_put32(octets + 6, 300);
	wire_put16(octets + 10, left);
	for (uint8_t *string = octets + 12; left; left -= 1 + string[0], string += 1 + string[0])
		string[0] = left > 256 ? 255 : (uint8_t)(left - 1);
}

/* Whole cells, the last words, the last octets: what was stored is what is sent. */
static void answer_of_every_length_is_copied_whole(void **state)
{
	struct packet packet = PACKET(.qname = "top.example.com.", .qtype = KNOT_RRTYPE_TXT);
	const struct packet bare = PACKET(.qname = "top.example.com.", .qtype = KNOT_RRTYPE_TXT, PACKET_NO_EDNS);
	uint8_t octets[GX_ANSWER_MAX_OCTETS], frame[PACKET_MAX_OCTETS];
	static struct node_outcome out;
	struct gx_answer header;
	uint32_t cell = find_cell(TOP_OCTETS, &header);

	for (size_t count = 13; count <= TOP_OCTETS; count++) {
		const struct packet *sent = count & 1 || count > 512 - TOP_OTHERS ? &packet : &bare;

		packet.opt_size = (uint16_t)(TOP_OTHERS + count);	/* to the octet; below 512 it is not heeded */
		render_txt(octets, count);
		header.len_octets = (uint16_t)count;
		header.sum = wire_fold(wire_sum(0, octets, count));
		write_answer(cell, &header, octets);
		assert_null(node_send(frame, packet_build(sent, frame), &out));
		assert_int_equal(out.reason, GX_SERVED_STATIC);
		assert_memory_equal(out.reply.dns + WIRE_DNS_OCTETS + out.query.question_octets, octets, count);
	}
}

/* --- names ------------------------------------------------------------------------------------- */

/* The name is not found any more: its zone says that it does not exist, whatever the oracle says. */
static void expect_changed(const struct packet *packet)
{
	static struct node_outcome out;
	uint8_t frame[PACKET_MAX_OCTETS];

	assert_null(node_send(frame, packet_build(packet, frame), &out));
	assert_string_equal(node_reason_name(out.reason), node_reason_name(GX_SERVED_NXDOMAIN));
}

/* A slot with the hash of another name: what is compared is the name. */
static void hash_alone_is_not_a_name(void **state)
{
	static const size_t lengths[] = { 5, 8, 9, 39, 40, 41 };
	int map = open_map("names");
	struct gx_name name;

	for (size_t i = 0; i < NUMBER(lengths); i++) {
		char text[WORLD_NAME_TEXT];
		const struct packet packet = PACKET(.qname = world_name(lengths[i], text));
		size_t inlined = lengths[i] < sizeof(name.octets) ? lengths[i] : sizeof(name.octets);
		uint8_t wire[256];
		uint32_t slot = 0;

		assert_non_null(knot_dname_from_str(wire, text, sizeof(wire)));
		do {
			assert_int_equal(bpf_map_lookup_elem(map, &slot, &name), 0);
			slot++;
		} while (name.len_octets != lengths[i] || memcmp(name.octets, wire, inlined));
		slot--;
		for (size_t at = 0; at < inlined; at++) {
			((uint8_t *)name.octets)[at] ^= 1;
			assert_int_equal(bpf_map_update_elem(map, &slot, &name, BPF_ANY), 0);
			expect_changed(&packet);
			((uint8_t *)name.octets)[at] ^= 1;
		}
		name.len_octets++;
		assert_int_equal(bpf_map_update_elem(map, &slot, &name, BPF_ANY), 0);
		expect_changed(&packet);
		name.len_octets--;
		assert_int_equal(bpf_map_update_elem(map, &slot, &name, BPF_ANY), 0);
		expect_packet(&packet, GX_SERVED_GEO, NULL);
	}
}

/* The octets behind the first forty are compared as well, each of them. */
static void rest_of_a_long_name_is_compared(void **state)
{
	char text[WORLD_NAME_TEXT];
	const struct packet packet = PACKET(.qname = world_name(WORLD_NAME_MAX, text));
	int map = open_map("names_long");
	struct gx_name_rest rest;
	uint8_t wire[256];
	uint32_t index = 0;

	assert_non_null(knot_dname_from_str(wire, text, sizeof(wire)));
	do {
		assert_int_equal(bpf_map_lookup_elem(map, &index, &rest), 0);
		index++;
	} while (memcmp(rest.octets, wire + GX_NAME_INLINE_OCTETS, WORLD_NAME_MAX - GX_NAME_INLINE_OCTETS));
	index--;
	for (size_t at = 0; at < WORLD_NAME_MAX - GX_NAME_INLINE_OCTETS; at++) {
		((uint8_t *)rest.octets)[at] ^= 1;
		assert_int_equal(bpf_map_update_elem(map, &index, &rest, BPF_ANY), 0);
		expect_changed(&packet);
		((uint8_t *)rest.octets)[at] ^= 1;
	}
	assert_int_equal(bpf_map_update_elem(map, &index, &rest, BPF_ANY), 0);
	expect_packet(&packet, GX_SERVED_GEO, NULL);
}

/* A choice of 0 is no answer: drained, or never rendered. */
static void choice_without_an_answer_is_passed(void **state)
{
	const struct packet packet = PACKET(.qname = "geo.example.com."), fixed = PACKET(.qname = "us.example.com.");
	const struct gx_choice none = {0};
	static struct gx_choice kept[CHOICES_MAX];
	int map = open_map("choices");
	uint32_t count = 0;

	while (count < NUMBER(kept) && !bpf_map_lookup_elem(map, &count, &kept[count]))
		count++;
	assert_in_range(count, 3, NUMBER(kept) - 1);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(bpf_map_update_elem(map, &i, &none, BPF_ANY), 0);
	expect_packet(&packet, GX_PASSED_LOCATION, NULL);
	expect_packet(&fixed, GX_SERVED_STATIC, NULL);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(bpf_map_update_elem(map, &i, &kept[i], BPF_ANY), 0);
	expect_packet(&packet, GX_SERVED_GEO, NULL);
}

/* Ask for an address that is written into the choice of a name. */
static void expect_address(const struct packet *packet, const char *name, uint32_t ttl, const char *address)
{
	const struct gx_choice choice = { .answer = GX_CHOICE_ADDRESS | ttl, .address = inet_addr(address) };
	uint32_t index = node_choice(name, KNOT_RRTYPE_A, "10.5.0.7");
	char expected[WORLD_NAME_TEXT + 64];
	uint8_t frame[PACKET_MAX_OCTETS];
	static struct node_outcome out;
	int map = open_map("choices");
	struct gx_choice before;

	snprintf(expected, sizeof(expected), "NOERROR aa\n%s %u A %s\n", name, ttl, address);
	assert_int_equal(bpf_map_lookup_elem(map, &index, &before), 0);
	assert_int_equal(bpf_map_update_elem(map, &index, &choice, BPF_ANY), 0);
	assert_null(node_send(frame, packet_build(packet, frame), &out));
	assert_int_equal(bpf_map_update_elem(map, &index, &before, BPF_ANY), 0);
	assert_int_equal(out.reason, GX_SERVED_GEO);
	if (strncasecmp(out.reply.text, expected, strlen(expected)))
		assert_string_equal(out.reply.text, expected);
}

/* A choice that is an address is sent as it stands in the table, and acts at once. */
static void address_of_a_choice_is_sent(void **state)
{
	static const uint32_t ttls[] = { 0, 1, 60, 0xffff, 0x10000, 0x12345678, GX_CHOICE_NUMBER };
	static const char *const addresses[] = { "0.0.0.0", "0.0.0.1", "1.0.0.0", "192.0.2.255", "255.255.255.255" };
	static const struct packet packet = PACKET(.qname = "gEo.eXaMpLe.cOm.");

	for (size_t i = 0; i < NUMBER(ttls); i++)
		for (size_t j = 0; j < NUMBER(addresses); j++)
			expect_address(&packet, "geo.example.com.", ttls[i], addresses[j]);
}

/* At even and odd offsets, with all that the OPT can bring along: nothing of this makes it too large for UDP. */
static void address_of_a_choice_is_sent_for_names_of_every_length(void **state)
{
	char name[WORLD_NAME_TEXT];

	for (size_t octets = WORLD_NAME_MIN; octets <= WORLD_NAME_MAX; octets++) {
		const struct packet packets[] = {
			PACKET(.qname = name),
			PACKET(.qname = name, PACKET_NO_EDNS),
			PACKET(.qname = name, PACKET_IPV6,
			       PACKET_OPTIONS({ .code = KNOT_EDNS_OPTION_NSID }, PACKET_ECS4("10.5.0.7", 32))),
		};

		world_name(octets, name);
		for (size_t i = 0; i < NUMBER(packets); i++)
			expect_address(&packets[i], name, 0xfedcba9, "192.0.2.254");
	}
}

/* Variants of an answer, such as rotations, are chosen per query, and all of them are. */
static void every_variant_of_a_choice_is_sent(void **state)
{
	const struct packet packet = PACKET(.qname = "big.example.com.");
	uint8_t frame[PACKET_MAX_OCTETS];
	unsigned int firsts[WORLD_MANY + 1] = {0}, different = 0;
	static struct node_outcome out;

	for (int i = 0; i < 2000; i++) {
		const uint8_t *record;

		assert_null(node_send(frame, packet_build(&packet, frame), &out));
		assert_null(node_check_answer(&out));
		/* The CNAME, "many-us" and a pointer in its data; the first A behind it. */
		record = out.reply.dns + WIRE_DNS_OCTETS + out.query.question_octets + 12 + 8 + 2;
		assert_int_equal(wire_get16(record + 2), KNOT_RRTYPE_A);
		assert_in_range(record[15], 1, WORLD_MANY);
		different += !firsts[record[15]]++;
	}
	assert_in_range(different, 2, WORLD_MANY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nets4_overrides_the_country_and_acts_at_once),
		cmocka_unit_test(nets6_overrides_the_country_and_acts_at_once),
		cmocka_unit_test(longest_net_decides),
		cmocka_unit_test(net_of_a_location_is_told_by_the_localhost_probe),
		cmocka_unit_test(nets4_acts_on_an_address_carried_in_ipv6),
		cmocka_unit_test(net_of_no_class_leaves_the_country_and_deepens_the_scope),
		cmocka_unit_test(class_out_of_range_is_passed),
		cmocka_unit_test(class_just_out_of_range_reaches_nobody_elses_answer),
		cmocka_unit_test(location_just_out_of_range_reaches_nobody_elses_answer),
		cmocka_unit_test(location_out_of_range_is_passed),
		cmocka_unit_test(address_without_a_leaf_is_passed),
		cmocka_unit_test(answer_of_every_length_is_copied_whole),
		cmocka_unit_test(hash_alone_is_not_a_name),
		cmocka_unit_test(rest_of_a_long_name_is_compared),
		cmocka_unit_test(choice_without_an_answer_is_passed),
		cmocka_unit_test(address_of_a_choice_is_sent),
		cmocka_unit_test(address_of_a_choice_is_sent_for_names_of_every_length),
		cmocka_unit_test(every_variant_of_a_choice_is_sent),
	};

	return cases_main("overrides", NULL, 0, tests, NUMBER(tests));
}
