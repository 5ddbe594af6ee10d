/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parsers of bpf/pure on the host, one after the other as the program calls them, held to plain readers. The
 * frame is as long as its memory, so that ASan sees every octet read beyond it.
 *
 * Input: an even octet and a frame, or an odd one and a DNS message, which is put into a frame.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/pure/client.h"
#include "bpf/pure/edns.h"
#include "bpf/pure/frame.h"
#include "bpf/pure/question.h"
#include "tests/lib/packet.h"
#include "tests/lib/query.h"
#include "tests/lib/wire.h"

#define SEED		0x123456789abcdefull
#define NAME_PADDED	256

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t octets);

/* RFC 1035 3.1. Octets of the name, or 0. */
static size_t walk_name(const uint8_t *name, size_t room)
{
	size_t at = 0;

	while (at < room && at < 255) {
		if (name[at] == 0)
			return at + 1;
		if (name[at] > 63)
			return 0;
		at += 1u + name[at];
	}
	return 0;
}

static uint8_t fold(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
}

/* Octet by octet, in the two forms of geoxdp/hash.h. */
static uint64_t hash_name(const uint8_t *name, size_t len, int exact)
{
	uint64_t hash = SEED, word;

	for (size_t at = 0; at < len; at += 8) {
		uint8_t octets[8];

		for (size_t i = 0; i < 8; i++) {
			octets[i] = at + i < len ? name[at + i] : 0;
			octets[i] = exact ? fold(octets[i]) : octets[i] | 0x20;
		}
		memcpy(&word, octets, sizeof(word));
		hash = gx_hash_word(hash, word);
	}
	return gx_hash_end(hash, (uint32_t)len);
}

static int is_sum(uint64_t sum, const uint8_t *octets, size_t count)
{
	return gx_csum_fold(sum) % 0xffff == htons(wire_fold(wire_sum(0, octets, count))) % 0xffff;
}

/* As gx_compare_name() of bpf/kern/find.h, which needs a map. */
static uint64_t compare(const uint8_t *name, const uint8_t *end, uint32_t len, const struct gx_hashed *hashed,
			const uint8_t stored[NAME_PADDED])
{
	__u64 words[NAME_PADDED / 8];
	uint64_t begin, rest;

	memcpy(words, stored, NAME_PADDED);
	begin = gx_compare_begin(hashed, len, words);
	if (!begin || len <= GX_NAME_INLINE_OCTETS)
		return begin;
	rest = gx_compare_rest(name, end, len, words + GX_NAME_INLINE_WORDS);
	return rest ? begin + (rest & ~GX_SAME_NAME) : 0;
}

/* How the program hashes a name, sums it, and compares it: with itself, and with one that differs in an octet. */
static void check_name(const uint8_t *name, const uint8_t *end, uint32_t len)
{
	uint8_t came[NAME_PADDED] = {0}, stored[NAME_PADDED] = {0};
	struct gx_hashed hashed;
	uint64_t same;

	memcpy(came, name, len);
	for (uint32_t i = 0; i < len; i++)
		stored[i] = fold(name[i]);
	for (int exact = 0; exact < 2; exact++) {
		MUST(gx_hash_name(name, end, len, SEED, exact, &hashed) == 0);
		MUST(hashed.hash == hash_name(name, len, exact));
		MUST(memcmp(hashed.words, came, sizeof(hashed.words)) == 0);
	}
	MUST(is_sum(gx_sum_name(name, end, len), name, len));
	same = compare(name, end, len, &hashed, stored);
	MUST(same && is_sum(same & ~GX_SAME_NAME, name, len));
	for (uint32_t i = 0; i < len; i++) {
		uint8_t kept = stored[i];

		stored[i] = fold(kept ^ 0x20);
		MUST(!compare(name, end, len, &hashed, stored) == (stored[i] != kept));
		stored[i] = fold(kept ^ 1);
		MUST(!compare(name, end, len, &hashed, stored));
		stored[i] = kept;
	}
}

/* As gx_parse_additional() of bpf/kern/parse.h, which needs a context. */
static int parse_additional(const uint8_t *dns, const uint8_t *end, uint32_t offset, uint32_t octets,
			    struct gx_edns *edns)
{
	int verdict = GX_GO_ON;
	uint32_t count = gx_load16(dns + 10);

	for (uint32_t i = 0; i < GX_QUERY_MAX_RRS && i < count; i++) {
		int result = gx_parse_record(dns, end, offset, octets, edns, &offset);

		if (result == GX_SERVED_FORMERR)
			verdict = result;
		else if (result != GX_GO_ON)
			return result;
	}
	return offset == octets ? verdict : GX_PASSED_ADDITIONAL;
}

static void check_client(const struct gx_packet *packet, const struct gx_edns *edns, const struct query *query)
{
	struct gx_client client;
	uint8_t address[16] = {0};
	size_t octets = query->is_ipv6 ? 16 : 4;

	gx_find_client(packet, edns, &client);
	MUST(client.scoped == (query_ecs_source(query) != 0));
	if (client.scoped) {
		MUST(edns->ecs_family == wire_get16(query->ecs) && edns->ecs_source_bits == query->ecs[2]);
		octets = query->ecs_octets - 4;
		memcpy(address, query->ecs + 4, octets);
	} else {
		memcpy(address, query->source, octets);
	}
	/* What was unwrapped from an IPv6 address is held to the oracle by packets.c. */
	if (!client.scope_offset)
		MUST(memcmp(client.address, address, sizeof(address)) == 0);
}

/* What goes on must be a query by the letter, and say what the plain reader says. */
static void check_query(const uint8_t *frame, size_t octets, const struct gx_packet *packet, uint32_t name_octets,
			const struct gx_edns *edns, int reason)
{
	struct query query;
	const char *fault = query_read(frame, octets, &query);

	if (fault)
		fprintf(stderr, "%s\n", fault);
	MUST(!fault);
	MUST(query.qname_octets == name_octets && query.message_octets == packet->dns_octets);
	MUST(query.dns == frame + packet->dns_offset && query.is_ipv6 == !!packet->is_ipv6);
	MUST(query.is_formerr == (reason == GX_SERVED_FORMERR));
	MUST(!query.opts == !edns->present);
	if (query.is_formerr)
		return;
	if (query.opts)
		MUST(query.opt_size == edns->udp_octets && query.opt_version == edns->version &&
		     query.dnssec_ok == !!edns->flags1);
	if (query.opt_version == 0) {
		MUST(!query.ecs == !edns->has_ecs);
		check_client(packet, edns, &query);
	}
}

static void run(const uint8_t *frame, size_t octets)
{
	const uint8_t *end = frame + octets, *dns, *tail;
	struct gx_packet packet = {0};
	struct gx_edns edns = {0};
	uint8_t service[16] = { [10] = 0xff, [11] = 0xff };
	uint32_t len, room, guessed;
	__u64 labels = 0;
	uint16_t qtype;
	int reason;

	if (gx_parse_frame(frame, end, &packet) != GX_GO_ON)
		return;
	if (packet.is_ipv6)
		inet_pton(AF_INET6, PACKET_SERVICE6, service);
	else
		inet_pton(AF_INET, PACKET_SERVICE4, service + 12);
	MUST(packet.dns_offset + packet.dns_octets <= octets);
	dns = frame + packet.dns_offset;
	if (memcmp(packet.destination, service, sizeof(service)) || packet.dns_octets < GX_DNS_HEADER_OCTETS ||
	    packet.dns_octets > GX_QUERY_OFFSET_MASK || gx_check_header(dns, &packet.arcount) != GX_GO_ON)
		return;
	MUST(packet.arcount == gx_load16(dns + 10));
	room = packet.dns_octets - GX_DNS_HEADER_OCTETS;
	guessed = gx_guess_name(dns, end, packet.dns_octets, packet.arcount);
	len = gx_measure_name(dns + GX_DNS_HEADER_OCTETS, end, room, &labels);
	MUST(len == walk_name(dns + GX_DNS_HEADER_OCTETS, room));
	MUST((labels & 0xff) < GX_NAME_MAX_LABELS);
	if (!len)
		return;
	check_name(dns + GX_DNS_HEADER_OCTETS, end, len);
	if (len + GX_QUESTION_TAIL_OCTETS > room)
		return;
	tail = dns + GX_DNS_HEADER_OCTETS + len;
	qtype = gx_load16(tail);
	if (gx_load16(tail + 2) != GX_CLASS_IN || qtype == 0 || qtype == GX_TYPE_OPT ||
	    (qtype >= GX_TYPE_META_MIN && qtype <= GX_TYPE_META_MAX && qtype != GX_TYPE_ANY))
		return;
	reason = parse_additional(dns, end, GX_DNS_HEADER_OCTETS + len + GX_QUESTION_TAIL_OCTETS, packet.dns_octets,
				  &edns);
	/* Without records, or with no more than an OPT without options. */
	room -= len + GX_QUESTION_TAIL_OCTETS;
	if (reason == GX_GO_ON && (packet.arcount == 0 || (packet.arcount == 1 && room == GX_OPT_OCTETS)))
		MUST(guessed == len);
	if (reason == GX_GO_ON || reason == GX_SERVED_FORMERR)
		check_query(frame, octets, &packet, len, &edns, reason);
}

/* Put a message into a frame that is right in front of it. Returns the octets of the frame. */
static size_t wrap(const uint8_t *message, size_t octets, uint8_t *frame)
{
	static const struct packet valid = PACKET(.pad_to = 0);
	size_t front = WIRE_ETHERNET_OCTETS + WIRE_IPV4_OCTETS + WIRE_UDP_OCTETS;

	packet_build(&valid, frame);
	memcpy(frame + front, message, octets);
	wire_put16(frame + WIRE_ETHERNET_OCTETS + 2, WIRE_IPV4_OCTETS + WIRE_UDP_OCTETS + octets);
	wire_put16(frame + WIRE_ETHERNET_OCTETS + WIRE_IPV4_OCTETS + 4, WIRE_UDP_OCTETS + octets);
	return front + octets;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t octets)
{
	uint8_t frame[PACKET_MAX_OCTETS], *exact;

	if (octets < 1 || octets > 1500)
		return 0;
	if (input[0] & 1)
		octets = wrap(input + 1, octets - 1, frame);
	else
		memcpy(frame, input + 1, --octets);
	exact = malloc(octets ? octets : 1);
	if (!exact)
		abort();
	memcpy(exact, frame, octets);
	run(exact, octets);
	free(exact);
	return 0;
}
