/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a query frame by the letter of the RFCs. Plain on purpose: it judges the program under test. */
#include "tests/lib/query.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <string.h>

#include "tests/lib/edns.h"
#include "tests/lib/packet.h"
#include "tests/lib/wire.h"

#define MULTICAST_MAC	1	/* lowest bit of the first octet */
#define VLANS_MAX	2
#define SIZE_MIN	512
#define SIZE_MAX_SENT	1232
#define SIZE_MAX_TCP	3072

/* --- Ethernet, IP and UDP ---------------------------------------------------------------------- */

static bool is_unicast4(const uint8_t *address)
{
	return address[0] != 0 && address[0] != 127 && address[0] < 224;
}

static bool is_unicast6(const uint8_t *address)
{
	static const uint8_t unspecified[16], loopback[16] = { [15] = 1 };
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return address[0] != 0xff && memcmp(address, unspecified, 16) && memcmp(address, loopback, 16) &&
	       memcmp(address, mapped, 12);
}

static bool is_service(int family, const uint8_t *address)
{
	const char *text = family == AF_INET ? PACKET_SERVICE4 : PACKET_SERVICE6;
	uint8_t service[16];

	inet_pton(family, text, service);
	return !memcmp(address, service, family == AF_INET ? 4 : 16);
}

static const char *read_ethernet(const uint8_t *frame, const uint8_t *end, struct query *query)
{
	const uint8_t *type = frame + 2 * WIRE_MAC_OCTETS;
	int vlans = 0;

	if (end - frame < WIRE_ETHERNET_OCTETS)
		return "no Ethernet header";
	if (frame[0] & MULTICAST_MAC || frame[WIRE_MAC_OCTETS] & MULTICAST_MAC)
		return "not unicast";
	while (wire_get16(type) == PACKET_8021Q || wire_get16(type) == PACKET_8021AD) {
		if (++vlans > VLANS_MAX)
			return "too many VLAN tags";
		if (end - type < 2 + WIRE_VLAN_OCTETS)
			return "VLAN tag cut off";
		type += WIRE_VLAN_OCTETS;
	}
	if (wire_get16(type) != ETHERTYPE_IP && wire_get16(type) != ETHERTYPE_IPV6)
		return "neither IPv4 nor IPv6";
	query->is_ipv6 = wire_get16(type) == ETHERTYPE_IPV6;
	query->ip = type + 2;
	return NULL;
}

/* ip_octets: header and payload, as the header says. */
static const char *read_ipv4(const uint8_t *end, struct query *query, size_t *ip_octets)
{
	const uint8_t *ip = query->ip;

	if (end - ip < WIRE_IPV4_OCTETS || ip[0] >> 4 != 4 || (ip[0] & 15) != 5)
		return "no IPv4 header without options";
	if (wire_get16(ip + 6) & ~(0x8000 | PACKET_DF))
		return "fragment";
	if (ip[9] != IPPROTO_UDP)
		return "not UDP";
	if (!is_service(AF_INET, ip + 16))
		return "no service address";
	if (!is_unicast4(ip + 12) || !memcmp(ip + 12, ip + 16, 4))
		return "source that must not be answered";
	query->source = ip + 12;
	query->udp = ip + WIRE_IPV4_OCTETS;
	*ip_octets = wire_get16(ip + 2);
	return NULL;
}

static const char *read_ipv6(const uint8_t *end, struct query *query, size_t *ip_octets)
{
	const uint8_t *ip = query->ip;

	if (end - ip < WIRE_IPV6_OCTETS || ip[0] >> 4 != 6)
		return "no IPv6 header";
	if (ip[6] != IPPROTO_UDP)
		return "not UDP";
	if (!is_service(AF_INET6, ip + 24))
		return "no service address";
	if (!is_unicast6(ip + 8) || !memcmp(ip + 8, ip + 24, 16))
		return "source that must not be answered";
	query->source = ip + 8;
	query->udp = ip + WIRE_IPV6_OCTETS;
	*ip_octets = WIRE_IPV6_OCTETS + wire_get16(ip + 4);
	return NULL;
}

static const char *read_udp(const uint8_t *end, size_t ip_octets, struct query *query)
{
	const uint8_t *udp = query->udp;
	size_t header = (size_t)(udp - query->ip), octets;

	if (end - udp < WIRE_UDP_OCTETS)
		return "UDP header cut off";
	octets = wire_get16(udp + 4);
	if (octets < WIRE_UDP_OCTETS || header + octets != ip_octets || (size_t)(end - udp) < octets)
		return "UDP length wrong";
	if (query->is_ipv6 && wire_get16(udp + 6) == 0)
		return "IPv6 without UDP checksum";
	if (wire_get16(udp + 2) != 53 || wire_get16(udp) == 0 || wire_get16(udp) == 53)
		return "port";
	query->dns = udp + WIRE_UDP_OCTETS;
	query->message_octets = octets - WIRE_UDP_OCTETS;
	return NULL;
}

/* --- DNS --------------------------------------------------------------------------------------- */

static const char *read_question(struct query *query)
{
	const uint8_t *dns = query->dns, *name = dns + WIRE_DNS_OCTETS;
	size_t octets = 0, room;
	uint8_t label;

	if (query->message_octets < WIRE_DNS_OCTETS)
		return "DNS header cut off";
	if (dns[2] & (PACKET_QR | PACKET_OPCODE(15)))
		return "response or opcode";
	if (wire_get16(dns + 4) != 1 || wire_get16(dns + 6) || wire_get16(dns + 8))
		return "record counts";
	room = query->message_octets - WIRE_DNS_OCTETS;
	do {
		if (octets >= room || name[octets] > KNOT_DNAME_MAXLABELLEN)
			return "question name malformed";
		label = name[octets];
		octets += label + 1u;
		if (octets > KNOT_DNAME_MAXLEN)
			return "question name too long";
	} while (label);
	if (octets + 4 > room)
		return "question cut off";
	query->qname = name;
	query->qname_octets = octets;
	query->question_octets = octets + 4;
	query->qtype = wire_get16(name + octets);
	return wire_get16(name + octets + 2) == KNOT_CLASS_IN ? NULL : "class";
}

/* Is this the data of a valid client subnet option of a query? RFC 7871 6. */
static bool is_client_subnet(const uint8_t *data, size_t octets)
{
	unsigned int bits = octets >= 4 ? data[2] : 0;

	if (octets < 4 || wire_get16(data) < 1 || wire_get16(data) > 2)
		return false;
	if (bits > (wire_get16(data) == 1 ? 32 : 128) || data[3] != 0 || octets != 4 + (bits + 7) / 8)
		return false;
	for (unsigned int bit = bits; bit < (octets - 4) * 8; bit++) {
		if (data[4 + bit / 8] & 0x80 >> bit % 8)
			return false;
	}
	return true;
}

static void read_options(const uint8_t *options, size_t octets, struct query *query)
{
	while (octets) {
		size_t data_octets;

		if (octets < 4 || octets - 4 < wire_get16(options + 2)) {
			query->is_formerr = true;
			return;
		}
		data_octets = wire_get16(options + 2);
		if (wire_get16(options) == KNOT_EDNS_OPTION_CLIENT_SUBNET) {
			if (query->ecs || !is_client_subnet(options + 4, data_octets))
				query->is_formerr = true;
			query->ecs = options + 4;
			query->ecs_octets = data_octets;
		}
		/* "only the first (the one closest to the DNS header) is considered" (RFC 7873 5.2) */
		if (wire_get16(options) == KNOT_EDNS_OPTION_COOKIE && !query->cookie) {
			if (edns_server.n_secrets && edns_cookie_is_malformed(data_octets))
				query->is_formerr = true;
			query->cookie = options + 4;
			query->cookie_octets = data_octets;
		}
		if (wire_get16(options) == KNOT_EDNS_OPTION_NSID)
			query->wants_nsid = true;
		options += 4 + data_octets;
		octets -= 4 + data_octets;
	}
}

/* Octets of an owner name, the pointer of a compressed one included; 0: malformed. */
static size_t owner_octets(const uint8_t *owner, size_t room)
{
	size_t octets = 0;

	while (octets < room) {
		uint8_t label = owner[octets];

		if (label >= 0xc0)
			return octets + 2;
		if (label > KNOT_DNAME_MAXLABELLEN)
			return 0;
		octets += label + 1u;
		if (!label)
			return octets;
	}
	return 0;
}

static const char *read_record(const uint8_t **at, size_t *room, struct query *query)
{
	size_t owner = owner_octets(*at, *room), octets;
	const uint8_t *fixed = *at + owner;

	if (!owner || owner + 10 > *room || owner + 10 + wire_get16(fixed + 8) > *room)
		return "additional record malformed";
	octets = wire_get16(fixed + 8);
	if (wire_get16(fixed) != KNOT_RRTYPE_OPT)
		return "additional record other than OPT";
	if (owner != 1 || query->opts)
		query->is_formerr = true;
	if (!query->opts++) {
		query->opt_size = wire_get16(fixed + 2);
		query->opt_version = fixed[5];
		query->dnssec_ok = fixed[6] & 0x80;
		if (query->opt_version == 0)
			read_options(fixed + 10, octets, query);
	}
	*at = fixed + 10 + octets;
	*room -= owner + 10 + octets;
	return NULL;
}

const char *query_read(const uint8_t *frame, size_t octets, struct query *query)
{
	const uint8_t *end = frame + octets, *at;
	size_t ip_octets = 0, room;
	const char *fault;

	*query = (struct query){0};
	fault = read_ethernet(frame, end, query);
	if (!fault)
		fault = query->is_ipv6 ? read_ipv6(end, query, &ip_octets) : read_ipv4(end, query, &ip_octets);
	if (!fault)
		fault = read_udp(end, ip_octets, query);
	if (!fault)
		fault = read_question(query);
	if (fault)
		return fault;
	at = query->qname + query->question_octets;
	room = query->message_octets - WIRE_DNS_OCTETS - query->question_octets;
	for (unsigned int i = 0; !fault && i < wire_get16(query->dns + 10); i++)
		fault = read_record(&at, &room, query);
	if (fault)
		return fault;
	if (query->is_formerr)
		query->ecs = NULL;
	return room ? "octets behind the last record" : NULL;
}

size_t query_reply_limit(const struct query *query)
{
	if (query->over_tcp)
		return SIZE_MAX_TCP;
	if (!query->opts || query->opt_size < SIZE_MIN)
		return SIZE_MIN;
	return query->opt_size < SIZE_MAX_SENT ? query->opt_size : SIZE_MAX_SENT;
}
