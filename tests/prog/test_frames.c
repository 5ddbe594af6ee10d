/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ethernet, IP and UDP: which frames are answered, and what the reply's own headers are. */
#include <net/ethernet.h>
#include <string.h>

#include "tests/lib/cases.h"
#include "tests/lib/wire.h"

#define MULTICAST_MAC	{ 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 }
#define BROADCAST_MAC	{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }
#define RESERVED_BIT	0x8000	/* of the fragment field */

static const struct packet_case cases[] = {
	/* Ethernet and VLAN tags */
	SERVED("ipv4_query_is_answered", GEO, WORLD_WWW_US),
	SERVED("ipv6_query_is_answered", GEO, WORLD_WWW_US, PACKET_IPV6),
	SERVED("vlan_tag_is_kept_ipv4", GEO, WORLD_WWW_US, .vlans = 1),
	SERVED("vlan_tag_is_kept_ipv6", GEO, WORLD_WWW_US, .vlans = 1, PACKET_IPV6),
	SERVED("two_vlan_tags_are_kept_ipv4", GEO, WORLD_WWW_US, .vlans = 2),
	SERVED("two_vlan_tags_are_kept_ipv6", GEO, WORLD_WWW_US, .vlans = 2, PACKET_IPV6),
	PASSED("three_vlan_tags_are_passed_ipv4", ETHERTYPE, .vlans = 3),
	PASSED("three_vlan_tags_are_passed_ipv6", ETHERTYPE, .vlans = 3, PACKET_IPV6),
	PASSED("arp_is_passed", ETHERTYPE, .ethertype = ETHERTYPE_ARP),
	PASSED("frame_to_broadcast_is_passed", FRAME, .mac_to = BROADCAST_MAC),
	PASSED("frame_to_multicast_is_passed", FRAME, .mac_to = MULTICAST_MAC),
	PASSED("frame_from_multicast_is_passed", FRAME, .mac_from = MULTICAST_MAC),
	SERVED("ethernet_padding_is_cut_off", GEO, WORLD_WWW_US, .pad_to = 300),
	SERVED("ethernet_padding_is_cut_off_ipv6", GEO, WORLD_WWW_US, .pad_to = 1514, PACKET_IPV6),

	/* IPv4 (RFC 791) */
	PASSED("ipv4_options_are_passed_ihl_6", IP_HEADER, .ihl = 6),
	PASSED("ipv4_options_are_passed_ihl_15", IP_HEADER, .ihl = 15),
	PASSED("ipv4_header_shorter_than_a_header_is_passed_ihl_4", IP_HEADER, .ihl = 4),
	PASSED("ipv4_version_5_is_passed", IP_HEADER, .version = 5),
	PASSED("ipv4_type_with_ipv6_header_is_passed", IP_HEADER, .ethertype = ETHERTYPE_IP, PACKET_IPV6),
	PASSED("ipv4_first_fragment_is_passed", FRAGMENT, .fragment = PACKET_MF),
	PASSED("ipv4_later_fragment_is_passed", FRAGMENT, .fragment = PACKET_MF | 185),
	PASSED("ipv4_last_fragment_is_passed", FRAGMENT, .fragment = 1),
	PASSED("ipv4_fragment_of_the_last_offset_bit_is_passed", FRAGMENT, .fragment = 0x1000),
	SERVED("ipv4_df_is_no_fragment", GEO, WORLD_WWW_US, .fragment = PACKET_DF),
	SERVED("ipv4_reserved_bit_is_no_fragment", GEO, WORLD_WWW_US, .fragment = RESERVED_BIT),
	PASSED("ipv4_tcp_is_passed", PROTOCOL, .protocol = IPPROTO_TCP),
	PASSED("ipv4_icmp_is_passed", PROTOCOL, .protocol = IPPROTO_ICMP),
	SERVED("ipv4_reply_has_a_ttl_of_its_own", GEO, WORLD_WWW_US, .ttl = 1),
	SERVED("ipv4_reply_has_no_dscp_or_ecn_of_the_query", GEO, WORLD_WWW_US, .tos = 0xff),
	PASSED("ipv4_length_beyond_the_frame_is_passed", UDP_LENGTH, .ip_octets_more = 400, .udp_octets_more = 400),
	PASSED("ipv4_length_longer_than_udp_is_passed", UDP_LENGTH, .ip_octets_more = 1, .pad_to = 120),
	PASSED("ipv4_length_shorter_than_udp_is_passed", UDP_LENGTH, .ip_octets_more = -1),
	PASSED("ipv4_length_of_a_frame_cut_by_one_is_passed", UDP_LENGTH, .frame_cut = 1),

	/* IPv6 (RFC 8200) */
	PASSED("ipv6_hop_by_hop_is_passed", IP_HEADER, PACKET_EXTENSION(IPPROTO_HOPOPTS)),
	PASSED("ipv6_routing_header_is_passed", IP_HEADER, PACKET_EXTENSION(IPPROTO_ROUTING)),
	PASSED("ipv6_fragment_header_is_passed", IP_HEADER, PACKET_EXTENSION(IPPROTO_FRAGMENT)),
	PASSED("ipv6_destination_options_are_passed", IP_HEADER, PACKET_EXTENSION(IPPROTO_DSTOPTS)),
	PASSED("ipv6_version_4_is_passed", IP_HEADER, PACKET_IPV6, .version = 4),
	PASSED("ipv6_type_with_ipv4_header_is_passed", IP_HEADER, .ethertype = ETHERTYPE_IPV6),
	PASSED("ipv6_tcp_is_passed", PROTOCOL, PACKET_IPV6, .protocol = IPPROTO_TCP),
	PASSED("ipv6_icmp_is_passed", PROTOCOL, PACKET_IPV6, .protocol = IPPROTO_ICMPV6),
	SERVED("ipv6_reply_has_a_hop_limit_of_its_own", GEO, WORLD_WWW_US, PACKET_IPV6, .ttl = 1),
	SERVED("ipv6_reply_has_no_class_or_flow_of_the_query", GEO, WORLD_WWW_US, PACKET_IPV6, .tos = 0xff,
	       .flow = 0xfffff),
	PASSED("ipv6_length_beyond_the_frame_is_passed", UDP_LENGTH, PACKET_IPV6, .ip_octets_more = 400,
	       .udp_octets_more = 400),
	PASSED("ipv6_length_longer_than_udp_is_passed", UDP_LENGTH, PACKET_IPV6, .ip_octets_more = 1, .pad_to = 120),
	PASSED("ipv6_length_shorter_than_udp_is_passed", UDP_LENGTH, PACKET_IPV6, .ip_octets_more = -1),
	PASSED("ipv6_length_of_a_frame_cut_by_one_is_passed", UDP_LENGTH, PACKET_IPV6, .frame_cut = 1),

	/* UDP (RFC 768): its length, and who must not be answered */
	PASSED("udp_length_longer_than_ip_is_passed", UDP_LENGTH, .udp_octets_more = 1, .pad_to = 120),
	PASSED("udp_length_shorter_than_ip_is_passed", UDP_LENGTH, .udp_octets_more = -1),
	PASSED("udp_length_0_is_passed", UDP_LENGTH, PACKET_IPV6, .message_cut = 1000, .udp_octets_more = -8,
	       .ip_octets_more = -8),
	PASSED("udp_length_below_a_header_is_passed", UDP_LENGTH, .message_cut = 1000, .udp_octets_more = -1,
	       .ip_octets_more = -1),
	PASSED("udp_without_a_message_is_passed", DNS_SHORT, .message_cut = 1000),
	PASSED("udp_to_another_port_is_passed", PORT, .destination_port = 5353),
	PASSED("udp_to_another_port_is_passed_ipv6", PORT, .destination_port = 54, PACKET_IPV6),
	PASSED("udp_to_a_port_that_is_53_in_its_lower_octet_is_passed", PORT, .destination_port = 0x0135),
	PASSED("udp_from_port_0_is_passed", SOURCE, .source_port = 0),
	PASSED("udp_from_port_53_is_passed", SOURCE, .source_port = 53),
	PASSED("udp_from_port_53_is_passed_ipv6", SOURCE, .source_port = 53, PACKET_IPV6),
	SERVED("udp_from_a_low_port_is_answered", GEO, WORLD_WWW_US, .source_port = 1),
	SERVED("udp_checksum_partial_is_recomputed_ipv4", GEO, WORLD_WWW_US, .checksum = PACKET_CHECKSUM_PARTIAL),
	SERVED("udp_checksum_partial_is_recomputed_ipv6", GEO, WORLD_WWW_US, .checksum = PACKET_CHECKSUM_PARTIAL,
	       PACKET_IPV6),
	SERVED("udp_checksum_0_is_answered_with_one_ipv4", GEO, WORLD_WWW_US, .checksum = PACKET_CHECKSUM_ZERO),
	PASSED("udp_checksum_0_is_passed_ipv6_rfc8200_8_1", CHECKSUM, .checksum = PACKET_CHECKSUM_ZERO, PACKET_IPV6),
	PASSED("udp_checksum_0_is_passed_ipv6_behind_vlan_tags", CHECKSUM, .checksum = PACKET_CHECKSUM_ZERO, PACKET_IPV6,
	       .vlans = 2),
	SERVED("udp_checksum_garbage_is_not_patched_ipv4", GEO, WORLD_WWW_US, .checksum = PACKET_CHECKSUM_GARBAGE),
	SERVED("udp_checksum_garbage_is_not_patched_ipv6", GEO, WORLD_WWW_US, .checksum = PACKET_CHECKSUM_GARBAGE,
	       PACKET_IPV6),

	/* Addresses */
	PASSED("query_to_another_address_is_passed_ipv4", SERVICE, .destination = "192.0.2.54"),
	PASSED("query_to_another_address_is_passed_ipv6", SERVICE, .destination = "2001:db8::54", PACKET_IPV6),
	PASSED("query_to_a_service_address_with_another_high_half_is_passed", SERVICE, .destination = "2001:db9::53",
	       PACKET_IPV6),
	PASSED("query_to_the_mapped_form_of_a_service_address_is_passed", SERVICE,
	       .destination = "::ffff:192.0.2.54", PACKET_IPV6),
	PASSED("query_to_the_mapped_form_of_the_ipv4_service_address_is_passed", SERVICE,
	       .destination = "::ffff:" PACKET_SERVICE4, PACKET_IPV6),
	PASSED("query_to_broadcast_is_passed", SERVICE, .destination = "255.255.255.255"),
	PASSED("query_to_multicast_is_passed", SERVICE, .destination = "224.0.0.251"),
	PASSED("query_to_the_zero_address_is_passed", SERVICE, .destination = "::", PACKET_IPV6),
	PASSED("query_from_broadcast_is_passed", SOURCE, .source = "255.255.255.255"),
	PASSED("query_from_multicast_is_passed_ipv4", SOURCE, .source = "224.0.0.1"),
	PASSED("query_from_multicast_is_passed_ipv6", SOURCE, .source = "ff02::1", PACKET_IPV6),
	PASSED("query_from_the_zero_address_is_passed_ipv4", SOURCE, .source = "0.0.0.0"),
	PASSED("query_from_the_zero_address_is_passed_ipv6", SOURCE, .source = "::", PACKET_IPV6),
	PASSED("query_from_loopback_is_passed_ipv4", SOURCE, .source = "127.0.0.53"),
	PASSED("query_from_loopback_is_passed_ipv6", SOURCE, .source = "::1", PACKET_IPV6),
	PASSED("query_from_class_e_is_passed", SOURCE, .source = "240.0.0.1"),
	PASSED("query_from_a_mapped_address_is_passed_ipv6", SOURCE, .source = "::ffff:10.5.0.7", PACKET_IPV6),
	PASSED("query_from_the_service_address_itself_is_passed_ipv4", SOURCE, .source = PACKET_SERVICE4),
	PASSED("query_from_the_service_address_itself_is_passed_ipv6", SOURCE, .source = PACKET_SERVICE6,
	       PACKET_IPV6),
	SERVED("query_from_the_last_unicast_address_is_answered", GEO, WORLD_WWW_EU, .source = "223.255.255.255"),
	SERVED("query_from_a_link_local_address_is_answered", GEO, WORLD_WWW_EU, .source = "fe80::1", PACKET_IPV6),
};

/* RFC 768, RFC 8200 8.1: a computed checksum of 0 is sent as 0xffff. The ID makes the sum what is wanted. */
static void computed_checksum_0_is_sent_as_ffff(int family)
{
	struct packet packet = PACKET(.id = 0, .family = family);
	const struct node_outcome *out = expect_packet(&packet, GX_SERVED_GEO, WORLD_WWW_US);
	const uint8_t *udp = out->reply.dns - WIRE_UDP_OCTETS;

	assert_int_not_equal(wire_get16(udp + 6), 0xffff);
	packet.id = wire_get16(udp + 6); /* what the sum lacks up to 0xffff, whose complement is 0 */
	out = expect_packet(&packet, GX_SERVED_GEO, WORLD_WWW_US);
	assert_int_equal(wire_get16(out->reply.dns - WIRE_UDP_OCTETS + 6), 0xffff);
}

static void computed_checksum_0_is_sent_as_ffff_ipv4_rfc768(void **state)
{
	computed_checksum_0_is_sent_as_ffff(AF_INET);
}

static void computed_checksum_0_is_sent_as_ffff_ipv6_rfc8200_8_1(void **state)
{
	computed_checksum_0_is_sent_as_ffff(AF_INET6);
}

/* The checksum is right for any carry: over IDs and ports that make the sum wrap in every way. */
static void checksum_is_right_for_every_carry_rfc1071(void **state)
{
	for (unsigned int i = 0; i < 2048; i++) {
		const struct packet packet = PACKET(.id = (uint16_t)(i * 32 + 31),
						    .source_port = (uint16_t)(0xffff - i),
						    .family = i & 1 ? AF_INET : AF_INET6);

		expect_packet(&packet, GX_SERVED_GEO, WORLD_WWW_US);
	}
}

/* A frame that ends within a header says so by its reason, whatever the header is. */
static void frame_that_ends_within_a_header_is_passed(void **state)
{
	static const struct {
		struct packet query;
		size_t octets;
		enum gx_reason reason;
	} frames[] = {
		{ PACKET(.vlans = 1), WIRE_ETHERNET_OCTETS + 3, GX_PASSED_FRAME },
		{ PACKET(.vlans = 2), WIRE_ETHERNET_OCTETS + 7, GX_PASSED_FRAME },
		{ PACKET(.vlans = 0), WIRE_ETHERNET_OCTETS, GX_PASSED_IP_HEADER },
		{ PACKET(.vlans = 0), WIRE_ETHERNET_OCTETS + 19, GX_PASSED_IP_HEADER },
		{ PACKET(PACKET_IPV6), WIRE_ETHERNET_OCTETS + 39, GX_PASSED_IP_HEADER },
		{ PACKET(.vlans = 0), WIRE_ETHERNET_OCTETS + 20 + 7, GX_PASSED_UDP_LENGTH },
		{ PACKET(PACKET_IPV6), WIRE_ETHERNET_OCTETS + 40 + 7, GX_PASSED_UDP_LENGTH },
	};

	for (size_t i = 0; i < NUMBER(frames); i++) {
		uint8_t frame[PACKET_MAX_OCTETS];

		packet_build(&frames[i].query, frame);
		expect_frame(frame, frames[i].octets, frames[i].reason, NULL);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(computed_checksum_0_is_sent_as_ffff_ipv4_rfc768),
		cmocka_unit_test(computed_checksum_0_is_sent_as_ffff_ipv6_rfc8200_8_1),
		cmocka_unit_test(checksum_is_right_for_every_carry_rfc1071),
		cmocka_unit_test(frame_that_ends_within_a_header_is_passed),
	};

	return cases_main("frames", cases, NUMBER(cases), tests, NUMBER(tests));
}
