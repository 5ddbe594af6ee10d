/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A DNS query as an Ethernet frame. */
#include "user/core/frame.h"

#include <arpa/inet.h>
#include <libknot/libknot.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <string.h>

#include "geoxdp/dns.h"
#include "geoxdp/limits.h"

#define GX_FRAME_ID	0x4758
#define GX_FRAME_PORT	53000
#define GX_UDP_OCTETS	8

static void gx_put16(uint8_t *to, uint16_t value)
{
	to[0] = value >> 8;
	to[1] = value;
}

static uint32_t gx_sum(const uint8_t *octets, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += i & 1 ? octets[i] : octets[i] << 8;
	return sum;
}

static uint16_t gx_complement(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* The client subnet option as data of an OPT (RFC 7871 6). Returns its octets. */
static uint16_t gx_render_ecs(const struct gx_prefix *prefix, uint8_t *option)
{
	uint16_t address = (prefix->bits + 7) / 8;
	uint8_t octets[16];

	gx_addr_to_octets(&prefix->addr, octets);
	gx_put16(option, prefix->addr.family == GX_IPV4 ? GX_ECS_FAMILY_IPV4 : GX_ECS_FAMILY_IPV6);
	option[2] = prefix->bits;
	option[3] = 0;
	memcpy(option + GX_ECS_FIXED_OCTETS, octets, address);
	return GX_ECS_FIXED_OCTETS + address;
}

static size_t gx_render_message(const struct gx_query *query, uint8_t *message, size_t room)
{
	knot_pkt_t *packet = knot_pkt_new(message, room, NULL);
	knot_rrset_t opt;
	size_t octets;

	knot_wire_set_id(message, GX_FRAME_ID);
	knot_pkt_put_question(packet, query->name, KNOT_CLASS_IN, query->type);
	if (query->edns) {
		knot_edns_init(&opt, GX_REPLY_MAX_OCTETS, 0, GX_OPT_VERSION, NULL);
		if (query->dnssec)
			knot_edns_set_do(&opt);
		if (query->has_ecs) {
			uint8_t option[GX_ECS_FIXED_OCTETS + 16];
			uint16_t len = gx_render_ecs(&query->ecs, option);

			knot_edns_add_option(&opt, GX_OPTION_ECS, len, option, NULL);
		}
		knot_pkt_begin(packet, KNOT_ADDITIONAL);
		knot_pkt_put(packet, KNOT_COMPR_HINT_NONE, &opt, KNOT_PF_FREE);
	}
	octets = packet->size;
	knot_pkt_free(packet);
	return octets;
}

size_t gx_frame_wrap(const struct gx_ends *ends, const uint8_t *message, size_t message_octets, uint8_t *frame)
{
	bool ipv6 = ends->client.family == GX_IPV6;
	uint8_t *ip = frame + ETH_HLEN, *udp = ip + (ipv6 ? 40 : 20), *dns = udp + GX_UDP_OCTETS;
	uint8_t *addresses = ip + (ipv6 ? 8 : 12);
	size_t octets = GX_UDP_OCTETS + message_octets, address_octets = ipv6 ? 16 : 4;
	uint16_t checksum;

	memset(frame, 0, dns - frame);
	memcpy(frame, ends->mac, 6);
	frame[6] = frame[11] = 2; /* a locally administered address */
	gx_put16(frame + 12, ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	gx_addr_to_octets(&ends->client, addresses);
	gx_addr_to_octets(&ends->server, addresses + address_octets);
	if (ipv6) {
		ip[0] = 0x60;
		gx_put16(ip + 4, octets);
		ip[6] = IPPROTO_UDP;
		ip[7] = 64;
	} else {
		ip[0] = 0x45;
		gx_put16(ip + 2, 20 + octets);
		ip[8] = 64;
		ip[9] = IPPROTO_UDP;
		gx_put16(ip + 10, gx_complement(gx_sum(ip, 20)));
	}
	memcpy(dns, message, message_octets);
	/* The program answers neither port 0 nor, since it may be a server, port 53. */
	gx_put16(udp, ends->client_port && ends->client_port != GX_PORT_DNS ? ends->client_port : GX_FRAME_PORT);
	gx_put16(udp + 2, GX_PORT_DNS);
	gx_put16(udp + 4, octets);
	checksum = gx_complement(gx_sum(addresses, 2 * address_octets) + gx_sum(udp, octets) + IPPROTO_UDP + octets);
	gx_put16(udp + 6, checksum ? checksum : 0xffff);
	return dns - frame + message_octets;
}

size_t gx_frame_query(const struct gx_query *query, uint8_t *frame)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	const struct gx_ends ends = { .client = query->client, .server = query->server, .mac = mac };
	uint8_t message[1024] = {};

	memset(frame, 0, GX_FRAME_OCTETS);
	return gx_frame_wrap(&ends, message, gx_render_message(query, message, sizeof(message)), frame);
}

size_t gx_frame_message(const uint8_t *frame, size_t octets)
{
	size_t offset = ETH_HLEN + (frame[12] == (ETHERTYPE_IPV6 >> 8) ? 40 : 20) + GX_UDP_OCTETS;

	return octets >= offset + GX_DNS_HEADER_OCTETS ? offset : 0;
}
