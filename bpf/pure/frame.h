/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the frame to the DNS message: Ethernet, VLAN tags, IPv4 or IPv6, UDP. */
#ifndef GEOXDP_PURE_FRAME_H
#define GEOXDP_PURE_FRAME_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>

#include "bpf/pure/load.h"
#include "geoxdp/dns.h"
#include "geoxdp/limits.h"
#include "geoxdp/reason.h"

#define GX_VLAN_OCTETS	4
#define GX_IPV4_OCTETS	20
#define GX_IPV6_OCTETS	40
#define GX_UDP_OCTETS	8

/* Where things are in a query that may be answered. Offsets count from the start of the frame. */
struct gx_packet {
	__u16 ip_offset;
	__u16 is_ipv6;
	__u32 dns_offset;
	__u32 dns_octets;	/* from the UDP length: what the frame has behind it is padding */
	__u32 arcount;		/* additional records */
	__u64 source[2];	/* as read; IPv4 as ::ffff:a.b.c.d */
	__u64 destination[2];
};

/*
 * IPv4 (RFC 791 3.1). Options, fragments and lengths that do not agree with the frame are the stack's work.
 *
 *  | 4 ver, 4 IHL | TOS | total length | ID | 3 flags, 13 offset | TTL | protocol | checksum | source | destination |
 *    0              1     2              4    6                    8     9          10         12       16
 */
gx_inline int gx_parse_ipv4(const __u8 *ip, const void *end, struct gx_packet *packet, __u32 *ip_octets)
{
	if ((const void *)(ip + GX_IPV4_OCTETS) > end || ip[0] != 0x45)
		return gx_leave(GX_PASSED_IP_HEADER);
	if (gx_load16(ip + 6) & 0x3fff) /* MF, or an offset; the reserved bit and DF are nobody's business */
		return gx_leave(GX_PASSED_FRAGMENT);
	if (ip[9] != IPPROTO_UDP)
		return gx_leave(GX_PASSED_PROTOCOL);
	*ip_octets = gx_load16(ip + 2);
	packet->source[0] = 0;
	packet->source[1] = GX_MAPPED_WORD(GX_LOAD(__u32, ip + 12));
	packet->destination[0] = 0;
	packet->destination[1] = GX_MAPPED_WORD(GX_LOAD(__u32, ip + 16));
	return GX_GO_ON;
}

/*
 * IPv6 (RFC 8200 3). Only UDP as the next header: extension headers are the stack's work.
 *
 *  | 4 ver, 8 class, 20 flow label | payload length | next header | hop limit | source | destination |
 *    0                               4                6             7           8        24
 */
gx_inline int gx_parse_ipv6(const __u8 *ip, const void *end, struct gx_packet *packet, __u32 *ip_octets)
{
	if ((const void *)(ip + GX_IPV6_OCTETS) > end || ip[0] >> 4 != 6)
		return gx_leave(GX_PASSED_IP_HEADER);
	if (ip[6] == IPPROTO_HOPOPTS || ip[6] == IPPROTO_ROUTING || ip[6] == IPPROTO_FRAGMENT ||
	    ip[6] == IPPROTO_DSTOPTS)
		return gx_leave(GX_PASSED_IP_HEADER);
	if (ip[6] != IPPROTO_UDP)
		return gx_leave(GX_PASSED_PROTOCOL);
	*ip_octets = GX_IPV6_OCTETS + gx_load16(ip + 4);
	packet->source[0] = GX_LOAD(__u64, ip + 8);
	packet->source[1] = GX_LOAD(__u64, ip + 16);
	packet->destination[0] = GX_LOAD(__u64, ip + 24);
	packet->destination[1] = GX_LOAD(__u64, ip + 32);
	return GX_GO_ON;
}

/*
 * Addresses that must not be answered, since the reply would go to many, to nobody or back to ourselves:
 * multicast, broadcast, unspecified, loopback, and the address that was asked.
 */
gx_inline int gx_source_unfit(const struct gx_packet *packet)
{
	__u64 high = bpf_be64_to_cpu(packet->source[0]);
	__u64 low = bpf_be64_to_cpu(packet->source[1]);
	__u32 octet = low >> 24 & 0xff;

	if (packet->source[1] == packet->destination[1] && packet->source[0] == packet->destination[0])
		return 1;
	if (!packet->is_ipv6)
		return octet == 0 || octet == 127 || octet >= 224; /* RFC 1122 3.2.1.3, RFC 5771, 240/4 */
	return high >> 56 == 0xff || (high == 0 && (low <= 1 || low >> 32 == 0xffff)); /* RFC 4291 */
}

/**
 * gx_parse_frame - find the DNS message
 * @data: start of the frame
 * @end: behind its last octet
 * @packet: filled
 *
 * Return: GX_GO_ON, or the reason to pass. Nothing is said yet about the service address.
 */
gx_inline int gx_parse_frame(const __u8 *data, const void *end, struct gx_packet *packet)
{
	__u32 ip_octets = 0, offset = ETH_HLEN, udp_octets;
	const __u8 *ip, *udp;
	__u16 protocol;
	int reason;

	if ((const void *)(data + ETH_HLEN) > end || (data[0] | data[6]) & 1)
		return gx_leave(GX_PASSED_FRAME);
	protocol = gx_load16(data + 12);
	for (int i = 0; i < GX_VLAN_MAX; i++) {
		if (protocol != ETH_P_8021Q && protocol != ETH_P_8021AD)
			break;
		if ((const void *)(data + offset + GX_VLAN_OCTETS) > end)
			return gx_leave(GX_PASSED_FRAME);
		protocol = gx_load16(data + offset + 2);
		offset += GX_VLAN_OCTETS;
	}

	ip = data + offset;
	packet->ip_offset = offset;
	packet->is_ipv6 = protocol == ETH_P_IPV6;
	if (packet->is_ipv6) {
		reason = gx_parse_ipv6(ip, end, packet, &ip_octets);
		offset += GX_IPV6_OCTETS;
	} else if (protocol == ETH_P_IP) {
		reason = gx_parse_ipv4(ip, end, packet, &ip_octets);
		offset += GX_IPV4_OCTETS;
	} else {
		return gx_leave(GX_PASSED_ETHERTYPE);
	}
	if (reason != GX_GO_ON)
		return reason;

	udp = data + offset;
	if ((const void *)(udp + GX_UDP_OCTETS) > end)
		return gx_leave(GX_PASSED_UDP_LENGTH);
	if (gx_load16(udp + 2) != GX_PORT_DNS)
		return gx_leave(GX_PASSED_PORT);
	udp_octets = gx_load16(udp + 4);
	/* The UDP length, the IP length and the frame must tell the same story (RFC 768). */
	if (udp_octets < GX_UDP_OCTETS || ip_octets != offset - packet->ip_offset + udp_octets ||
	    (const void *)(ip + (ip_octets & 0x1ffff)) > end)
		return gx_leave(GX_PASSED_UDP_LENGTH);
	/* RFC 8200 8.1: discarded, but for tunnels that the stack knows of. */
	if (packet->is_ipv6 && GX_LOAD(__u16, udp + 6) == 0)
		return gx_leave(GX_PASSED_CHECKSUM);
	/* Port 0 takes no reply; port 53 may be a server that answers the answer. */
	if (gx_load16(udp) == 0 || gx_load16(udp) == GX_PORT_DNS || gx_source_unfit(packet))
		return gx_leave(GX_PASSED_SOURCE);

	packet->dns_offset = offset + GX_UDP_OCTETS;
	packet->dns_octets = udp_octets - GX_UDP_OCTETS;
	return GX_GO_ON;
}

#endif
