/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The additional section of a query: OPT and EDNS Client Subnet, validated to the last bit. */
#ifndef GEOXDP_PURE_EDNS_H
#define GEOXDP_PURE_EDNS_H

#include "bpf/pure/cookie.h"
#include "bpf/pure/load.h"
#include "geoxdp/dns.h"
#include "geoxdp/limits.h"
#include "geoxdp/reason.h"

/*
 * Bound of offsets into a message, which is shorter. "invalid access to packet" (Linux 6.1, clang 14): with a
 * larger one the pointer may be more than 65,535 octets behind the frame's start, where comparing it proves nothing.
 */
#define GX_QUERY_OFFSET_MASK 0x7fff

/* What a query says by EDNS; all zero: nothing. */
struct gx_edns {
	__u8	present;
	__u8	version;
	__u8	flags1;		/* GX_OPT1_DO or 0 */
	__u8	has_ecs;
	__u16	udp_octets;	/* as offered */
	__u16	ecs_family;
	__u8	ecs_source_bits;
	__u8	wants_nsid;
	__u8	cookie_octets;	/* of the first cookie option; 0: none */
	__u8	bad_cookie;	/* of a length that none has (RFC 7873 5.2.2) */
	__u16	ecs_at;		/* where the option is in the message, 0: there is none, */
	__u16	cookie_at;	/* and the first of these */
	__u64	ecs_address[2];	/* as read, zero-padded; an IPv4 address in the first four octets */
	struct gx_cookie cookie; /* with a server's part where cookie_octets is GX_COOKIE_OCTETS */
};

gx_inline __u32 gx_ecs_address_octets(__u32 source_bits)
{
	return (source_bits + 7) / 8;
}

/* Copy n < 16 octets in at most four steps. Both sides are checked. Return: 0, or -1 beyond a bound. */
gx_inline int gx_copy_octets(__u8 *to, const void *to_end, const __u8 *from, const void *from_end, __u32 n)
{
#define GX_COPY_STEP(type)                                                                         \
	do {                                                                                       \
		if (n & sizeof(type)) {                                                            \
			if ((const void *)(from + sizeof(type)) > from_end ||                      \
			    (const void *)(to + sizeof(type)) > to_end)                            \
				return -1;                                                         \
			GX_STORE(type, to, GX_LOAD(type, from));                                   \
			to += sizeof(type);                                                        \
			from += sizeof(type);                                                      \
		}                                                                                  \
	} while (0)
	GX_COPY_STEP(__u64);
	GX_COPY_STEP(__u32);
	GX_COPY_STEP(__u16);
	GX_COPY_STEP(__u8);
	return 0;
}

/* Up to 16 octets of the packet, zero-padded, as two words in network order. Return: 0, or -1 beyond the end. */
gx_inline int gx_load_padded(const __u8 *from, const void *end, __u32 n, __u64 out[2])
{
	__u64 word = 0;
	__u32 shift = 0, half = 0;

	out[0] = 0;
	out[1] = 0;
	if (n & 16) {
		if ((const void *)(from + 16) > end)
			return -1;
		out[0] = GX_LOAD(__u64, from);
		out[1] = GX_LOAD(__u64, from + 8);
		return 0;
	}
	if (n & 8) {
		if ((const void *)(from + 8) > end)
			return -1;
		out[0] = GX_LOAD(__u64, from);
		from += 8;
		half = 1;
	}
	/* The rest is gathered as a number from the top octet down: the same on either byte order. */
	shift = 64;
	if (n & 4) {
		if ((const void *)(from + 4) > end)
			return -1;
		shift -= 32;
		word |= (__u64)bpf_ntohl(GX_LOAD(__u32, from)) << shift;
		from += 4;
	}
	if (n & 2) {
		if ((const void *)(from + 2) > end)
			return -1;
		shift -= 16;
		word |= (__u64)gx_load16(from) << shift;
		from += 2;
	}
	if (n & 1) {
		if ((const void *)(from + 1) > end)
			return -1;
		shift -= 8;
		word |= (__u64)*from << shift;
	}
	if (half)
		out[1] = bpf_cpu_to_be64(word);
	else
		out[0] = bpf_cpu_to_be64(word);
	return 0;
}

/* Octets behind the prefix are zero (RFC 7871 6: "trailing bits"). */
gx_inline int gx_ecs_bits_beyond(const __u64 address[2], __u32 source_bits)
{
	__u64 high = bpf_be64_to_cpu(address[0]);
	__u64 low = bpf_be64_to_cpu(address[1]);

	if (source_bits >= 128)
		return 0;
	if (source_bits >= 64)
		return (low & (~0ull >> (source_bits & 63))) != 0;
	return low != 0 || (high & (~0ull >> source_bits)) != 0;
}

/**
 * gx_parse_ecs - read a client subnet option
 * @data: its FAMILY
 * @end: bound of what may be read
 * @octets: OPTION-LENGTH, known to lie within the OPT
 * @edns: receives it
 *
 * Return: GX_GO_ON or GX_SERVED_FORMERR. RFC 7871 6, 7.1.2: FAMILY 1 or 2 (0 is no exception here, see
 * docs/conformance.md), SOURCE within the family, SCOPE 0, ADDRESS as long as SOURCE says and zero behind it.
 */
gx_inline int gx_parse_ecs(const __u8 *data, const void *end, __u32 octets, struct gx_edns *edns)
{
	__u32 source_bits, max_bits;
	__u16 family;

	if (octets < GX_ECS_FIXED_OCTETS || (const void *)(data + GX_ECS_FIXED_OCTETS) > end)
		return GX_SERVED_FORMERR;
	family = gx_load16(data);
	if (family == GX_ECS_FAMILY_IPV4)
		max_bits = 32;
	else if (family == GX_ECS_FAMILY_IPV6)
		max_bits = 128;
	else
		return GX_SERVED_FORMERR;
	source_bits = data[2];
	if (source_bits > max_bits || data[3] != 0 ||
	    octets != GX_ECS_FIXED_OCTETS + gx_ecs_address_octets(source_bits))
		return GX_SERVED_FORMERR;
	if (gx_load_padded(data + GX_ECS_FIXED_OCTETS, end, gx_ecs_address_octets(source_bits), edns->ecs_address) ||
	    gx_ecs_bits_beyond(edns->ecs_address, source_bits))
		return GX_SERVED_FORMERR;
	edns->has_ecs = 1;
	edns->ecs_family = family;
	edns->ecs_source_bits = source_bits;
	return GX_GO_ON;
}

/*
 * Read a cookie option: of several the first, the others are ignored whatever they are (RFC 7873 5.2). The server's
 * part is of use only in the form that RFC 9018 gives it.
 */
gx_inline void gx_parse_cookie(const __u8 *data, const void *end, __u32 octets, struct gx_edns *edns)
{
	if ((octets != GX_COOKIE_CLIENT_OCTETS && octets < GX_COOKIE_MIN_OCTETS) || octets > GX_COOKIE_MAX_OCTETS ||
	    (const void *)(data + GX_COOKIE_CLIENT_OCTETS) > end) {
		edns->bad_cookie = 1;
		return;
	}
	edns->cookie_octets = octets;
	edns->cookie.client = GX_LOAD(__u64, data);
	if (octets != GX_COOKIE_OCTETS || (const void *)(data + GX_COOKIE_OCTETS) > end)
		return;
	edns->cookie.head = GX_LOAD(__u64, data + 8);
	edns->cookie.hash = GX_LOAD(__u64, data + 16);
}

/* An option that was found: its data, and OPTION-LENGTH. NULL: a bound that cannot fail did. */
gx_inline const __u8 *gx_open_option(const __u8 *dns, const void *end, __u32 offset, __u32 *octets)
{
	const __u8 *option = dns + (offset & GX_QUERY_OFFSET_MASK);

	if ((const void *)(option + GX_OPTION_HEADER_OCTETS) > end)
		return NULL;
	*octets = gx_load16(option + 2);
	return option + GX_OPTION_HEADER_OCTETS;
}

/*
 * The options of an OPT between two offsets of the message (RFC 6891 6.1.2). Those that matter are found in the loop
 * and read behind it: read within, verifiers take what reads them in each turn. Where they are stands in edns, of
 * whose values these know nothing: in variables, each turn was one of more cases.
 */
gx_inline int gx_parse_options(const __u8 *dns, const void *end, __u32 offset, __u32 behind, struct gx_edns *edns)
{
	const __u8 *data;
	__u32 octets, code;

	for (int i = 0; i < GX_QUERY_MAX_OPTIONS; i++) {
		__u32 at = offset;

		if (offset == behind)
			break;
		data = dns + (offset & GX_QUERY_OFFSET_MASK);
		if (offset + GX_OPTION_HEADER_OCTETS > behind || (const void *)(data + GX_OPTION_HEADER_OCTETS) > end)
			return GX_SERVED_FORMERR;
		code = gx_load16(data);
		offset += GX_OPTION_HEADER_OCTETS + gx_load16(data + 2);
		if (offset > behind)
			return GX_SERVED_FORMERR;
		if (code == GX_OPTION_ECS) {
			if (edns->ecs_at)
				return GX_SERVED_FORMERR;
			edns->ecs_at = at;
		}
		if (code == GX_OPTION_COOKIE && !edns->cookie_at)
			edns->cookie_at = at;
		if (code == GX_OPTION_NSID)
			edns->wants_nsid = 1;
	}
	if (offset != behind)
		return GX_PASSED_OPTIONS;
	if (edns->cookie_at) {
		data = gx_open_option(dns, end, edns->cookie_at, &octets);
		if (data)
			gx_parse_cookie(data, end, octets, edns);
	}
	if (!edns->ecs_at)
		return GX_GO_ON;
	data = gx_open_option(dns, end, edns->ecs_at, &octets);
	return data ? gx_parse_ecs(data, end, octets, edns) : GX_SERVED_FORMERR;
}

/* Offset behind an owner name, which may be compressed; 0: malformed. */
gx_inline __u32 gx_skip_owner(const __u8 *dns, const void *end, __u32 offset, __u32 octets)
{
	for (int i = 0; i < GX_NAME_MAX_LABELS; i++) {
		const __u8 *label = dns + (offset & GX_QUERY_OFFSET_MASK);

		if (offset >= octets || (const void *)(label + 1) > end)
			return 0;
		if (*label >= 0xc0)
			return offset + 2;
		if (*label > 63)
			return 0;
		offset += *label + 1;
		if (*label == 0)
			return offset;
	}
	return 0;
}

/*
 * Behind the owner of a record (RFC 1035 4.1.3):
 *
 *  | TYPE | CLASS | TTL       | RDLENGTH | RDATA
 *    0      2       4           8          10
 */
#define GX_RR_FIXED_OCTETS 10

/**
 * gx_parse_record - read one additional record of a query
 * @dns: the message
 * @end: bound of what may be read
 * @offset: of the record
 * @octets: length of the message, at most GX_QUERY_OFFSET_MASK
 * @edns: receives what an OPT says, also when FORMERR is returned
 * @behind: receives the offset behind the record
 *
 * Return: GX_GO_ON; GX_SERVED_FORMERR: two OPTs, an OPT whose owner is not the root (RFC 6891 6.1.1), malformed
 * options; or the reason to pass.
 */
gx_inline int gx_parse_record(const __u8 *dns, const void *end, __u32 offset, __u32 octets, struct gx_edns *edns,
			      __u32 *behind)
{
	__u32 fixed = gx_skip_owner(dns, end, offset, octets);
	const __u8 *rr = dns + (fixed & GX_QUERY_OFFSET_MASK);
	__u16 type;

	if (fixed == 0 || fixed + GX_RR_FIXED_OCTETS > octets || (const void *)(rr + GX_RR_FIXED_OCTETS) > end)
		return GX_PASSED_ADDITIONAL;
	type = gx_load16(rr);
	*behind = fixed + GX_RR_FIXED_OCTETS + gx_load16(rr + 8);
	if (*behind > octets)
		return GX_PASSED_ADDITIONAL;
	if (type == GX_TYPE_TSIG || type == GX_TYPE_SIG)
		return GX_PASSED_SIGNED_QUERY;
	if (type != GX_TYPE_OPT)
		return GX_PASSED_ADDITIONAL;
	if (edns->present || fixed != offset + 1) {
		edns->present = 1;
		return GX_SERVED_FORMERR;
	}
	edns->present = 1;
	edns->udp_octets = gx_load16(rr + 2);
	edns->version = rr[5];
	edns->flags1 = rr[6] & GX_OPT1_DO;
	/* What another version's options look like is not known (RFC 6891 6.1.3). */
	if (edns->version != GX_OPT_VERSION)
		return GX_GO_ON;
	return gx_parse_options(dns, end, fixed + GX_RR_FIXED_OCTETS, *behind, edns);
}

#endif
