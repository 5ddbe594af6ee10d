/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A query as an Ethernet frame: a valid one, of which a test changes single things.
 *
 *	static const struct packet response = PACKET(.flags1 = PACKET_QR);
 */
#ifndef GEOXDP_TESTS_LIB_PACKET_H
#define GEOXDP_TESTS_LIB_PACKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libknot/consts.h>
#include <libknot/descriptor.h>
#include <libknot/rrtype/opt.h>

#define PACKET_MAX_OCTETS	2048
#define PACKET_MAX_VLANS	4

/* First and second octet of the flags in the DNS header. */
#define PACKET_QR		0x80
#define PACKET_OPCODE(number)	((number) << 3)
#define PACKET_AA		0x04
#define PACKET_TC		0x02
#define PACKET_RD		0x01
#define PACKET_RA		0x80
#define PACKET_Z		0x40
#define PACKET_AD		0x20
#define PACKET_CD		0x10
/* Flags of an OPT. */
#define PACKET_DO		0x8000
/* Fragment field of IPv4. */
#define PACKET_DF		0x4000
#define PACKET_MF		0x2000

#define PACKET_8021Q		0x8100
#define PACKET_8021AD		0x88a8

#define PACKET_MAC_TO		{ 0x02, 0, 0, 0, 0, 0x01 }
#define PACKET_MAC_FROM		{ 0x02, 0, 0, 0, 0, 0x02 }

/* Octets that stand where nothing should be read. */
#define PACKET_FILLER		0x55

#define PACKET_SERVICE4		"192.0.2.53"
#define PACKET_SERVICE6		"2001:db8::53"
#define PACKET_CLIENT4		"10.5.0.7"
#define PACKET_CLIENT6		"2001:db8:5::7"

/* What stands in the UDP checksum of the query. */
enum packet_checksum {
	PACKET_CHECKSUM_GOOD,
	PACKET_CHECKSUM_PARTIAL,	/* the folded pseudo-header only: a local veth or virtio host */
	PACKET_CHECKSUM_ZERO,
	PACKET_CHECKSUM_GARBAGE,
};

/* An EDNS option. A client subnet option is made of its fields, unless data is set. */
struct packet_option {
	uint16_t code;
	const char *data;
	size_t data_octets;
	uint16_t family;
	uint8_t source_bits;
	uint8_t scope_bits;
	const char *address;		/* text of either family; NULL: zeros */
	int address_octets_more;	/* than source_bits need */
	int octets_more;		/* what OPTION-LENGTH says beyond the truth */
};

#define PACKET_ECS4(address_, bits) \
	{ .code = KNOT_EDNS_OPTION_CLIENT_SUBNET, .family = 1, .source_bits = (bits), .address = (address_) }
#define PACKET_ECS6(address_, bits) \
	{ .code = KNOT_EDNS_OPTION_CLIENT_SUBNET, .family = 2, .source_bits = (bits), .address = (address_) }

/* An additional record other than the OPT; there is none where type is 0. */
struct packet_record {
	const char *owner;		/* text */
	uint16_t type;
	uint16_t rclass;
	const char *rdata;
	size_t rdata_octets;
};

struct packet {
	/* Ethernet */
	uint8_t mac_to[6], mac_from[6];
	unsigned int vlans;		/* tags; the outer ones of several are 802.1ad */
	uint16_t ethertype;		/* 0: of the family */
	size_t pad_to;			/* octets of the frame, at least */
	size_t frame_cut;		/* octets missing at the end */

	/* IPv4 and IPv6 */
	int family;
	const char *source, *destination;	/* NULL: PACKET_CLIENT4 and so on */
	uint8_t version;			/* 0: of the family */
	uint8_t ihl;
	uint8_t tos;
	uint16_t ip_id;
	uint16_t fragment;
	uint8_t ttl;
	uint8_t protocol;
	bool has_extension;		/* IPv6: an extension header before UDP */
	uint8_t extension;		/* its type */
	uint32_t flow;
	int ip_octets_more;		/* what the length says beyond the truth */

	/* UDP */
	uint16_t source_port, destination_port;
	enum packet_checksum checksum;
	int udp_octets_more;

	/* DNS */
	uint16_t id;
	uint8_t flags1, flags2;
	uint16_t qdcount, ancount, nscount;	/* qdcount: the question is written as often, twice at most */
	int arcount_more;
	const char *qname;		/* text */
	const char *qname_wire;		/* instead; malformed names */
	size_t qname_wire_octets;
	uint16_t qtype, qclass;
	size_t trailing;		/* octets behind the last record, within the UDP length */
	size_t message_cut;		/* octets missing at the end of the message; all lengths say so */

	/* EDNS */
	unsigned int opts;		/* how many times the OPT is there */
	const char *opt_owner;		/* text */
	uint16_t opt_size;
	uint8_t opt_version;
	uint16_t opt_flags;
	int opt_octets_more;		/* what RDLENGTH says beyond the truth */
	const struct packet_option *options;
	size_t n_options;
	struct packet_record before, after;	/* around the OPT */
};

/* A change follows the valid value that it overrides. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define PACKET_VALID \
	.mac_to = PACKET_MAC_TO, .mac_from = PACKET_MAC_FROM, .pad_to = 60, .family = AF_INET, .ihl = 5, \
	.tos = 0xb9, .ip_id = 0x1d1d, .ttl = 57, .protocol = IPPROTO_UDP, .flow = 0x12345, \
	.source_port = 53053, .destination_port = 53, .id = 0xbeef, .qdcount = 1, \
	.qname = "www.example.com.", .qtype = KNOT_RRTYPE_A, .qclass = KNOT_CLASS_IN, \
	.opts = 1, .opt_owner = ".", .opt_size = 1232

#define PACKET(...) { PACKET_VALID, __VA_ARGS__ }

#define PACKET_IPV6		.family = AF_INET6
#define PACKET_NO_EDNS		.opts = 0
#define PACKET_OPTIONS(...) \
	.options = (const struct packet_option[]){ __VA_ARGS__ }, \
	.n_options = sizeof((const struct packet_option[]){ __VA_ARGS__ }) / sizeof(struct packet_option)
#define PACKET_EXTENSION(type)	PACKET_IPV6, .has_extension = true, .extension = (type)
#define PACKET_WIRE_NAME(octets) .qname_wire = (octets), .qname_wire_octets = sizeof(octets) - 1

/**
 * packet_build - write the frame
 * @frame: PACKET_MAX_OCTETS; what is behind the frame is filled with PACKET_FILLER
 *
 * Returns its octets.
 */
size_t packet_build(const struct packet *packet, uint8_t *frame);

#endif
