/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets at random through the program, judged by readers that share nothing with it: packets [SEED [COUNT]]
 *
 * A packet is passed as it was, or answered right: well-formed, within the client's size, to the question that was
 * asked, with the records that the set-up gives. A query that must be answered is. No reason is a bug's. Some come
 * over TCP, and what one name answers is drawn from spreads.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <bpf/bpf.h>

#include "geoxdp/abi.h"
#include "tests/lib/node.h"
#include "tests/lib/oracle.h"
#include "tests/lib/wire.h"
#include "tests/lib/world.h"

#define COUNT		100000
#define SEED		0x67656f78
#define SEED_STEP	2654435761u		/* odd, so that no two in 2^32 are the same */
#define FRAME_MIN	WIRE_ETHERNET_OCTETS	/* BPF_PROG_RUN takes no shorter ones */
#define NUMBER(array)	(sizeof(array) / sizeof((array)[0]))

static unsigned int state;

static uint32_t any(uint32_t below)
{
	return ((uint32_t)rand_r(&state) << 16 ^ (uint32_t)rand_r(&state)) % below;
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
					     "any.wild.example.com.", "n.a.m.e.wild.example.com.",
					     "n.o.t.h.i.n.g.example.com.", "any.closer.wild.example.com.",
					     "far.wild.example.com.", "any.far.wild.example.com.",
					     "www.in.far.example.com.", "d.e.e.p.cut.example.com.",
					     "far.cut.example.com.", "any.d.d.d.d.x.", "any.w.w.w.x." };

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

/* What the spread by query may have given. */
static const uint32_t drawn[] = { WORLD_US_CODE, WORLD_JP_CODE, 0 };

static void put_choice(uint32_t index, struct gx_choice choice)
{
	if (bpf_map_update_elem(node_map("choices"), &index, &choice, BPF_ANY))
		abort();
}

/* Make the answer of geo.example.com in the US a spread: of the US's, Japan's and the default one. */
static void put_spread(uint16_t type, uint32_t kind, uint32_t first)
{
	static const char *const clients[NUMBER(drawn)] = { "10.5.0.7", "10.1.0.7", "203.0.113.7" };
	uint32_t index[NUMBER(drawn)];
	struct gx_choice choices[NUMBER(drawn)];

	for (size_t i = 0; i < NUMBER(drawn); i++) {
		index[i] = node_choice("geo.example.com.", type, clients[i]);
		if (bpf_map_lookup_elem(node_map("choices"), &index[i], &choices[i]))
			abort();
	}
	for (uint32_t i = 0; i < GX_SPREAD_SLOTS; i++) {
		uint32_t which = any(NUMBER(drawn));

		put_choice(first + i, choices[which]);
		if (kind == GX_CHOICE_BY_CLIENT)
			oracle_spread.by_client[i] = drawn[which];
	}
	put_choice(index[0], (struct gx_choice){ .answer = kind | first });
}

static void put_spreads(void)
{
	state = SEED;
	put_spread(KNOT_RRTYPE_A, GX_CHOICE_BY_CLIENT, node_spread());
	put_spread(KNOT_RRTYPE_AAAA, GX_CHOICE_BY_QUERY, node_spread() + GX_SPREAD_SLOTS);
	oracle_spread.is_on = true;
}

/* As node_check_answer(), for any of the answers that can be drawn. */
static const char *check_answer(const struct node_outcome *out)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < NUMBER(drawn); i++) {
		oracle_spread.by_query = drawn[i];
		wrong = node_check_answer(out);
		if (!wrong || out->query.qtype != KNOT_RRTYPE_AAAA)
			break;
	}
	return wrong;
}

/* Is this a query that the set-up answers, whatever the answer is? No pass excuses it then. */
static bool must_be_answered(const struct packet *packet, const uint8_t *frame, size_t octets, bool over_tcp)
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
	query.over_tcp = over_tcp;
	/* What even a reply over TCP cannot hold, the backend answers. */
	return !oracle_answer(&query, expected) && !(over_tcp && strstr(expected, " tc\n"));
}

/* Send one packet. Returns 0, or -1: it was printed what is wrong. */
static int send_any(size_t kinds[])
{
	static const uint64_t mark = GX_TCP_MARK;
	static struct node_outcome out;
	uint8_t frame[PACKET_MAX_OCTETS];
	struct packet packet;
	struct scrap scrap;
	bool must = false, over_tcp = one_in(4);
	const char *wrong;
	size_t octets;

	any_packet(&packet, &scrap);
	octets = packet_build(&packet, frame);
	if (!one_in(3))
		octets = mutate(frame, octets);
	else
		must = must_be_answered(&packet, frame, octets, over_tcp);
	wrong = over_tcp ? node_send_marked(frame, octets, (const uint8_t *)&mark, sizeof(mark), &out) :
			   node_send(frame, octets, &out);
	if (!wrong && node_reason_kind(out.reason) == GX_KIND_SERVED)
		wrong = check_answer(&out);
	else if (!wrong && (must || node_reason_kind(out.reason) == GX_KIND_BUG))
		wrong = node_reason_name(out.reason);
	if (wrong) {
		fprintf(stderr, "%s\n", wrong);
		node_show_frame("query", frame, octets);
		node_show_frame("came back", out.frame, out.octets);
		return -1;
	}
	kinds[node_reason_kind(out.reason)]++;
	return 0;
}

/* Returns whether all were right, and enough of either kind for that to mean something. */
static bool send_all(unsigned int seed, size_t count)
{
	size_t kinds[GX_KIND_BUG + 1] = {0};

	for (size_t i = 0; i < count; i++) {
		/* A packet has a seed of its own, so that it can be sent alone. */
		unsigned int own = seed + (unsigned int)i * SEED_STEP;

		state = own;
		if (send_any(kinds)) {
			fprintf(stderr, "`packets 0x%x 1` sends it again\n", own);
			return false;
		}
	}
	printf("# NOTE %zu packets at random from seed 0x%x: %zu answered, %zu passed\n", count, seed,
	       kinds[GX_KIND_SERVED], kinds[GX_KIND_PASSED]);
	return count < 1000 || (kinds[GX_KIND_SERVED] > count / 4 && kinds[GX_KIND_PASSED] > count / 10);
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 0) : SEED;
	size_t count = argc > 2 ? strtoull(argv[2], NULL, 0) : COUNT;
	int error = node_up();
	bool right;

	if (error) {
		printf("1..1\n%s\n", error == -EPERM ? "ok 1 - packets # SKIP needs root: BPF_PROG_RUN" :
							"not ok 1 - the set-up is loaded");
		return error != -EPERM;
	}
	put_spreads();
	right = send_all(seed, count);
	node_down();
	printf("1..1\n%sok 1 - packets_at_random_are_passed_or_answered_right\n", right ? "" : "not ");
	return !right;
}
