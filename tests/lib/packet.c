/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A query as an Ethernet frame. */
#include "tests/lib/packet.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/dname.h>

#include "tests/lib/wire.h"

#define VLAN_TCI	0x6064		/* priority 3, VLAN 100 */
#define GARBAGE_SUM	0x1234
#define IPV4_OPTION_NOP	1

static size_t put_name(uint8_t *to, const char *text)
{
	if (!knot_dname_from_str(to, text, KNOT_DNAME_MAXLEN)) {
		fprintf(stderr, "%s: no domain name\n", text);
		abort();
	}
	return knot_dname_size(to);
}

static void put_address(uint8_t *to, int family, const char *text)
{
	if (inet_pton(family, text, to) != 1) {
		fprintf(stderr, "%s: no address\n", text);
		abort();
	}
}

/* --- the message ------------------------------------------------------------------------------- */

/* The data of a client subnet option (RFC 7871 6). */
static size_t put_client_subnet(uint8_t *to, const struct packet_option *option)
{
	size_t octets = (option->source_bits + 7u) / 8 + (size_t)option->address_octets_more;
	uint8_t address[64] = {0};

	if (option->address)
		put_address(address, strchr(option->address, ':') ? AF_INET6 : AF_INET, option->address);
	wire_put16(to, option->family);
	to[2] = option->source_bits;
	to[3] = option->scope_bits;
	memcpy(to + 4, address, octets);
	return 4 + octets;
}

static size_t put_option(uint8_t *to, const struct packet_option *option)
{
	size_t octets = option->data_octets;

	if (option->code == KNOT_EDNS_OPTION_CLIENT_SUBNET && !option->data)
		octets = put_client_subnet(to + 4, option);
	else if (option->data)
		memcpy(to + 4, option->data, octets);
	wire_put16(to, option->code);
	wire_put16(to + 2, octets + option->octets_more);
	return 4 + octets;
}

/* RFC 6891 6.1.2 */
static size_t put_opt(uint8_t *to, const struct packet *packet)
{
	size_t owner = put_name(to, packet->opt_owner), octets = 0;
	uint8_t *fixed = to + owner, *options = fixed + 10;

	for (size_t i = 0; i < packet->n_options; i++)
		octets += put_option(options + octets, &packet->options[i]);
	wire_put16(fixed, KNOT_RRTYPE_OPT);
	wire_put16(fixed + 2, packet->opt_size);
	fixed[4] = 0;
	fixed[5] = packet->opt_version;
	wire_put16(fixed + 6, packet->opt_flags);
	wire_put16(fixed + 8, octets + packet->opt_octets_more);
	return owner + 10 + octets;
}

static size_t put_record(uint8_t *to, const struct packet_record *record)
{
	size_t owner;
	uint8_t *fixed;

	if (!record->type)
		return 0;
	owner = put_name(to, record->owner);
	fixed = to + owner;
	wire_put16(fixed, record->type);
	wire_put16(fixed + 2, record->rclass);
	wire_put32(fixed + 4, 0);
	wire_put16(fixed + 8, record->rdata_octets);
	if (record->rdata_octets)
		memcpy(fixed + 10, record->rdata, record->rdata_octets);
	return owner + 10 + record->rdata_octets;
}

static size_t put_question(uint8_t *to, const struct packet *packet)
{
	size_t octets;

	if (packet->qname_wire) {
		memcpy(to, packet->qname_wire, packet->qname_wire_octets);
		octets = packet->qname_wire_octets;
	} else {
		octets = put_name(to, packet->qname);
	}
	wire_put16(to + octets, packet->qtype);
	wire_put16(to + octets + 2, packet->qclass);
	return octets + 4;
}

static size_t put_message(uint8_t *to, const struct packet *packet)
{
	size_t octets = WIRE_DNS_OCTETS, records = packet->opts;

	records += (packet->before.type != 0) + (packet->after.type != 0);
	wire_put16(to, packet->id);
	to[2] = packet->flags1;
	to[3] = packet->flags2;
	wire_put16(to + 4, packet->qdcount);
	wire_put16(to + 6, packet->ancount);
	wire_put16(to + 8, packet->nscount);
	wire_put16(to + 10, records + packet->arcount_more);
	for (unsigned int i = 0; i < packet->qdcount && i < 2; i++)
		octets += put_question(to + octets, packet);
	octets += put_record(to + octets, &packet->before);
	for (unsigned int i = 0; i < packet->opts; i++)
		octets += put_opt(to + octets, packet);
	octets += put_record(to + octets, &packet->after);
	memset(to + octets, PACKET_FILLER, packet->trailing);
	octets += packet->trailing;
	return octets > packet->message_cut ? octets - packet->message_cut : 0;
}

/* --- the frame around it ----------------------------------------------------------------------- */

static size_t put_ethernet(uint8_t *frame, const struct packet *packet)
{
	size_t offset = 2 * WIRE_MAC_OCTETS;
	uint16_t type = packet->family == AF_INET6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP;

	memcpy(frame, packet->mac_to, WIRE_MAC_OCTETS);
	memcpy(frame + WIRE_MAC_OCTETS, packet->mac_from, WIRE_MAC_OCTETS);
	for (unsigned int i = 0; i < packet->vlans; i++) {
		wire_put16(frame + offset, i + 1 < packet->vlans ? PACKET_8021AD : PACKET_8021Q);
		wire_put16(frame + offset + 2, VLAN_TCI + i);
		offset += WIRE_VLAN_OCTETS;
	}
	wire_put16(frame + offset, packet->ethertype ? packet->ethertype : type);
	return offset + 2;
}

/* Returns the octets of the header, options included. */
static size_t put_ipv4(uint8_t *ip, const struct packet *packet, size_t udp_octets)
{
	size_t octets = packet->ihl > 5 ? packet->ihl * 4u : WIRE_IPV4_OCTETS;

	ip[0] = (uint8_t)((packet->version ? packet->version : 4) << 4 | packet->ihl);
	ip[1] = packet->tos;
	wire_put16(ip + 2, octets + udp_octets + packet->ip_octets_more);
	wire_put16(ip + 4, packet->ip_id);
	wire_put16(ip + 6, packet->fragment);
	ip[8] = packet->ttl;
	ip[9] = packet->protocol;
	wire_put16(ip + 10, 0);
	put_address(ip + 12, AF_INET, packet->source ? packet->source : PACKET_CLIENT4);
	put_address(ip + 16, AF_INET, packet->destination ? packet->destination : PACKET_SERVICE4);
	memset(ip + WIRE_IPV4_OCTETS, IPV4_OPTION_NOP, octets - WIRE_IPV4_OCTETS);
	wire_put16(ip + 10, (uint16_t)~wire_fold(wire_sum(0, ip, octets)));
	return octets;
}

static size_t put_ipv6(uint8_t *ip, const struct packet *packet, size_t udp_octets)
{
	size_t extension_octets = packet->has_extension ? 8 : 0;
	uint8_t *extension = ip + WIRE_IPV6_OCTETS;
	uint32_t version = packet->version ? packet->version : 6;

	wire_put32(ip, version << 28 | (uint32_t)packet->tos << 20 | packet->flow);
	wire_put16(ip + 4, extension_octets + udp_octets + packet->ip_octets_more);
	ip[6] = packet->has_extension ? packet->extension : packet->protocol;
	ip[7] = packet->ttl;
	put_address(ip + 8, AF_INET6, packet->source ? packet->source : PACKET_CLIENT6);
	put_address(ip + 24, AF_INET6, packet->destination ? packet->destination : PACKET_SERVICE6);
	memset(extension, 0, extension_octets);
	if (packet->has_extension)
		extension[0] = packet->protocol;
	return WIRE_IPV6_OCTETS + extension_octets;
}

static void put_checksum(uint8_t *udp, const uint8_t *addresses, size_t address_octets, size_t octets,
			 enum packet_checksum kind)
{
	uint32_t sum = wire_sum(0, addresses, 2 * address_octets) + IPPROTO_UDP + (uint32_t)octets;
	uint16_t value;

	wire_put16(udp + 6, 0);
	switch (kind) {
	case PACKET_CHECKSUM_GOOD:
		value = (uint16_t)~wire_fold(wire_sum(sum, udp, octets));
		wire_put16(udp + 6, value ? value : 0xffff);
		return;
	case PACKET_CHECKSUM_PARTIAL:
		wire_put16(udp + 6, wire_fold(sum));
		return;
	case PACKET_CHECKSUM_GARBAGE:
		wire_put16(udp + 6, GARBAGE_SUM);
		return;
	case PACKET_CHECKSUM_ZERO:
		return;
	}
}

size_t packet_build(const struct packet *packet, uint8_t *frame)
{
	uint8_t message[PACKET_MAX_OCTETS] = {0}, *ip, *udp;
	size_t octets = put_message(message, packet), offset;
	bool ipv6 = packet->family == AF_INET6;

	memset(frame, PACKET_FILLER, PACKET_MAX_OCTETS);
	offset = put_ethernet(frame, packet);
	ip = frame + offset;
	offset += ipv6 ? put_ipv6(ip, packet, WIRE_UDP_OCTETS + octets) :
			 put_ipv4(ip, packet, WIRE_UDP_OCTETS + octets);
	udp = frame + offset;
	memcpy(udp + WIRE_UDP_OCTETS, message, octets);
	wire_put16(udp, packet->source_port);
	wire_put16(udp + 2, packet->destination_port);
	wire_put16(udp + 4, WIRE_UDP_OCTETS + octets + packet->udp_octets_more);
	put_checksum(udp, ip + (ipv6 ? 8 : 12), ipv6 ? 16 : 4, WIRE_UDP_OCTETS + octets, packet->checksum);
	offset += WIRE_UDP_OCTETS + octets;
	if (offset < packet->pad_to)
		offset = packet->pad_to;
	return offset - packet->frame_cut;
}
