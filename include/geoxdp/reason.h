/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The outcomes of a packet: one list, from which the program counts and the commands print. */
#ifndef GEOXDP_REASON_H
#define GEOXDP_REASON_H

/*
 * X(NAME, kind, "text")
 *
 * kind: SERVED: answered here; PASSED: handed on untouched; DROPPED: discarded on purpose; BUG: must never
 * happen, the packet is discarded because it was written to already. The order is the index into `stats`
 * and part of the ABI: append only, and count GX_ABI_VERSION up otherwise.
 */
#define GX_REASONS(X) \
	X(SERVED_GEO,		SERVED,	"answer that depends on the client") \
	X(SERVED_STATIC,	SERVED,	"answer that is the same for every client") \
	X(SERVED_NODATA,	SERVED,	"the name exists, the type does not (SOA)") \
	X(SERVED_NXDOMAIN,	SERVED,	"the name does not exist (SOA)") \
	X(SERVED_REFERRAL,	SERVED,	"delegated: the servers of the zone below") \
	X(SERVED_TRUNCATED,	SERVED,	"TC=1: the answer exceeds what the client takes") \
	X(SERVED_FORMERR,	SERVED,	"FORMERR: malformed EDNS or client subnet") \
	X(SERVED_BADVERS,	SERVED,	"BADVERS: EDNS version above 0") \
	X(PASSED_FRAME,		PASSED,	"frame too short, not unicast, or for another host") \
	X(PASSED_ETHERTYPE,	PASSED,	"neither IPv4 nor IPv6 behind at most two VLAN tags") \
	X(PASSED_IP_HEADER,	PASSED,	"IP header malformed, with options, or with extension headers") \
	X(PASSED_FRAGMENT,	PASSED,	"IPv4 fragment") \
	X(PASSED_PROTOCOL,	PASSED,	"not UDP") \
	X(PASSED_PORT,		PASSED,	"not to port 53") \
	X(PASSED_UDP_LENGTH,	PASSED,	"UDP length contradicts the IP length") \
	X(PASSED_CHECKSUM,	PASSED,	"UDP over IPv6 without a checksum") \
	X(PASSED_SERVICE,	PASSED,	"not to a service address") \
	X(PASSED_SOURCE,	PASSED,	"source address or port that must not be answered") \
	X(PASSED_DNS_SHORT,	PASSED,	"shorter than a DNS header and a question") \
	X(PASSED_RESPONSE,	PASSED,	"QR=1: a response") \
	X(PASSED_OPCODE,	PASSED,	"opcode other than QUERY, or AA or TC set") \
	X(PASSED_COUNTS,	PASSED,	"record counts other than one question and up to four additionals") \
	X(PASSED_QNAME,		PASSED,	"question name malformed or compressed") \
	X(PASSED_QCLASS,	PASSED,	"class other than IN") \
	X(PASSED_QTYPE,		PASSED,	"meta type (AXFR, IXFR, TSIG, ...)") \
	X(PASSED_NAME,		PASSED,	"name is not loaded") \
	X(PASSED_TYPE,		PASSED,	"name is loaded, this type is not") \
	X(PASSED_ADDITIONAL,	PASSED,	"additional record malformed or other than OPT, or octets behind it") \
	X(PASSED_SIGNED_QUERY,	PASSED,	"TSIG or SIG(0)") \
	X(PASSED_OPTIONS,	PASSED,	"too many EDNS options") \
	X(PASSED_DNSSEC,	PASSED,	"DO=1, and a signature or a proof is not in the tables") \
	X(PASSED_EXPIRED,	PASSED,	"signatures of geo names have run out") \
	X(PASSED_LOCATION,	PASSED,	"no location or no answer for this client in the tables") \
	X(PASSED_NO_ROOM,	PASSED,	"the driver has no room to grow the packet") \
	X(BUG_WRITE,		BUG,	"a bounds check failed after the packet had been resized")

#define GX_REASON_ENUM(name, kind, text) GX_##name,
enum gx_reason {
	GX_REASONS(GX_REASON_ENUM)
	GX_REASON_COUNT
};
#undef GX_REASON_ENUM

enum gx_reason_kind {
	GX_KIND_SERVED,
	GX_KIND_PASSED,
	GX_KIND_DROPPED,
	GX_KIND_BUG,
};

#endif
