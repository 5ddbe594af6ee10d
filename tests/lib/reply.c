/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judging a reply frame by the query frame that it answers. Shares no code with the program under test. */
#include "tests/lib/reply.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libknot/codes.h>
#include <libknot/errcode.h>
#include <libknot/packet/pkt.h>
#include <libknot/rrset-dump.h>

#include "tests/lib/packet.h"
#include "tests/lib/wire.h"

#define TTL_SENT	64
#define SIZE_SENT	1232
#define RECORDS_MAX	128
#define SUM_RIGHT	0xffff	/* of octets that hold their own checksum (RFC 1071 1) */

/* --- a message as text ------------------------------------------------------------------------- */

static void append(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(char *text, const char *format, ...)
{
	size_t octets = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + octets, REPLY_TEXT_OCTETS - octets, format, args);
	va_end(args);
}

/* Records of one RRset stand side by side; their order among each other says nothing (RFC 1034 3.6). */
static bool stands_behind(const knot_rrset_t *a, const knot_rrset_t *b)
{
	return a->type == b->type && knot_dname_is_equal(a->owner, b->owner) &&
	       knot_rdata_cmp(a->rrs.rdata, b->rrs.rdata) > 0;
}

static void sort_records(const knot_pktsection_t *section, const knot_rrset_t **records)
{
	for (uint16_t i = 0; i < section->count; i++) {
		const knot_rrset_t *rr = knot_pkt_rr(section, i);
		uint16_t to = i;

		for (; to > 0 && stands_behind(records[to - 1], rr); to--)
			records[to] = records[to - 1];
		records[to] = rr;
	}
}

static const char *append_section(char *text, const knot_pkt_t *packet, knot_section_t id, const char *title)
{
	const knot_pktsection_t *section = knot_pkt_section(packet, id);
	char owner[KNOT_DNAME_TXT_MAXLEN + 1], type[16], data[4096];
	const knot_rrset_t *records[RECORDS_MAX];

	if (section->count > RECORDS_MAX)
		return "more records than expected";
	sort_records(section, records);
	for (uint16_t i = 0; i < section->count; i++) {
		const knot_rrset_t *rr = records[i];

		if (rr->type == KNOT_RRTYPE_OPT)
			continue;
		if (rr->rclass != KNOT_CLASS_IN || !knot_dname_to_str(owner, rr->owner, sizeof(owner)) ||
		    knot_rrtype_to_string(rr->type, type, sizeof(type)) < 0 ||
		    knot_rrset_txt_dump_data(rr, 0, data, sizeof(data), &KNOT_DUMP_STYLE_DEFAULT) < 0)
			return "a record cannot be shown";
		append(text, "%s%s %u %s %s\n", title, owner, rr->ttl, type, data);
	}
	return NULL;
}

static const char *append_message(char *text, const knot_pkt_t *packet)
{
	const knot_lookup_t *rcode = knot_lookup_by_id(knot_rcode_names, knot_pkt_ext_rcode(packet));
	const char *fault;

	append(text, "%s%s%s\n", rcode ? rcode->name : "unknown rcode",
	       knot_wire_get_aa(packet->wire) ? " aa" : "", knot_wire_get_tc(packet->wire) ? " tc" : "");
	fault = append_section(text, packet, KNOT_ANSWER, "");
	if (!fault)
		fault = append_section(text, packet, KNOT_AUTHORITY, "; ");
	return fault ? fault : append_section(text, packet, KNOT_ADDITIONAL, ";; ");
}

const char *reply_text(const uint8_t *message, size_t octets, char *text)
{
	uint8_t copy[KNOT_WIRE_MAX_PKTSIZE];
	knot_pkt_t *packet;
	const char *fault = "libknot cannot read the message";

	text[0] = '\0';
	memcpy(copy, message, octets);
	packet = knot_pkt_new(copy, octets, NULL);
	if (packet && knot_pkt_parse(packet, 0) == KNOT_EOK)
		fault = append_message(text, packet);
	knot_pkt_free(packet);
	return fault;
}

/* --- Ethernet, IP and UDP ---------------------------------------------------------------------- */

static const char *check_ethernet(const uint8_t *frame, const uint8_t *reply, const struct query *query)
{
	size_t octets = (size_t)(query->ip - frame);

	if (memcmp(reply, frame + WIRE_MAC_OCTETS, WIRE_MAC_OCTETS) ||
	    memcmp(reply + WIRE_MAC_OCTETS, frame, WIRE_MAC_OCTETS))
		return "MAC addresses are not exchanged";
	if (memcmp(reply + 2 * WIRE_MAC_OCTETS, frame + 2 * WIRE_MAC_OCTETS, octets - 2 * WIRE_MAC_OCTETS))
		return "VLAN tags or Ethernet type changed";
	return NULL;
}

/* octets: of the reply from here to its end. */
static const char *check_ipv4(const uint8_t *asked, const uint8_t *ip, size_t octets)
{
	if (ip[0] != 0x45)
		return "IPv4: version or header length";
	if (ip[1] != 0)
		return "IPv4: DSCP or ECN was taken from the query";
	if (wire_get16(ip + 2) != octets)
		return "IPv4: total length";
	if (wire_get16(ip + 4) != 0 || wire_get16(ip + 6) != PACKET_DF)
		return "IPv4: ID or fragment field";
	if (ip[8] != TTL_SENT || ip[9] != IPPROTO_UDP)
		return "IPv4: TTL or protocol";
	if (memcmp(ip + 12, asked + 16, 4) || memcmp(ip + 16, asked + 12, 4))
		return "IPv4: addresses are not exchanged";
	if (wire_fold(wire_sum(0, ip, WIRE_IPV4_OCTETS)) != SUM_RIGHT)
		return "IPv4: header checksum";
	return NULL;
}

static const char *check_ipv6(const uint8_t *asked, const uint8_t *ip, size_t octets)
{
	static const uint8_t version[4] = { 6 << 4 };

	if (memcmp(ip, version, sizeof(version)))
		return "IPv6: version, traffic class or flow label";
	if (wire_get16(ip + 4) != octets - WIRE_IPV6_OCTETS)
		return "IPv6: payload length";
	if (ip[6] != IPPROTO_UDP || ip[7] != TTL_SENT)
		return "IPv6: next header or hop limit";
	if (memcmp(ip + 8, asked + 24, 16) || memcmp(ip + 24, asked + 8, 16))
		return "IPv6: addresses are not exchanged";
	return NULL;
}

static const char *check_udp(const uint8_t *asked, const uint8_t *udp, size_t octets, const uint8_t *addresses,
			     size_t address_octets)
{
	uint32_t sum = wire_sum(IPPROTO_UDP + (uint32_t)octets, addresses, 2 * address_octets);

	if (memcmp(udp, asked + 2, 2) || memcmp(udp + 2, asked, 2))
		return "UDP: ports are not exchanged";
	if (wire_get16(udp + 4) != octets)
		return "UDP: length";
	if (wire_get16(udp + 6) == 0)
		return "UDP: no checksum";
	if (wire_fold(wire_sum(sum, udp, octets)) != SUM_RIGHT)
		return "UDP: checksum";
	return NULL;
}

/* --- DNS --------------------------------------------------------------------------------------- */

static const char *check_header(const struct query *query, struct reply *out)
{
	const uint8_t *dns = out->dns;
	bool is_answer = (dns[3] & 15) == KNOT_RCODE_NOERROR || (dns[3] & 15) == KNOT_RCODE_NXDOMAIN;

	if (memcmp(dns, query->dns, 2))
		return "DNS: ID";
	if (!(dns[2] & PACKET_QR) || dns[2] & PACKET_OPCODE(15))
		return "DNS: QR or opcode";
	if ((dns[2] ^ query->dns[2]) & PACKET_RD)
		return "DNS: RD";
	if (dns[3] & (PACKET_RA | PACKET_Z | PACKET_AD | PACKET_CD))
		return "DNS: RA, Z, AD or CD is set (RFC 1035 4.1.1, RFC 4035 3.1.6)";
	if (query->is_formerr ? (dns[3] & 15) != KNOT_RCODE_FORMERR :
	    query->opt_version ? (dns[3] & 15) != (KNOT_RCODE_BADVERS & 15) : !is_answer)
		return "DNS: rcode";
	if (!(dns[2] & PACKET_AA) != (query->is_formerr || query->opt_version))
		return "DNS: AA";
	if (wire_get16(dns + 4) != 1)
		return "DNS: QDCOUNT";
	out->is_truncated = dns[2] & PACKET_TC;
	if ((out->is_truncated || query->is_formerr || query->opt_version) &&
	    (wire_get16(dns + 6) || wire_get16(dns + 8) || wire_get16(dns + 10) != (query->opts != 0)))
		return "DNS: records where there should be none";
	return NULL;
}

/* The client subnet, the only option that comes back: as it came, but for the scope. */
static const char *check_options(const struct query *query, const uint8_t *options, size_t octets, struct reply *out)
{
	bool wanted = query->ecs && !query->is_formerr && !query->opt_version;

	if (!wanted)
		return octets ? "OPT: an option that was not asked for" : NULL;
	if (octets != 4 + query->ecs_octets || wire_get16(options) != KNOT_EDNS_OPTION_CLIENT_SUBNET ||
	    wire_get16(options + 2) != query->ecs_octets)
		return "OPT: no client subnet, or not it alone (RFC 7871 7.2.1)";
	if (memcmp(options + 4, query->ecs, 3) || memcmp(options + 8, query->ecs + 4, query->ecs_octets - 4))
		return "OPT: FAMILY, SOURCE or ADDRESS of the client subnet changed";
	out->scope_bits = options[7];
	if (out->scope_bits > (wire_get16(query->ecs) == 1 ? 32 : 128))
		return "OPT: scope beyond the address";
	return NULL;
}

/* The OPT is the last record: it stands where records end, and reaches to the end. */
static const char *check_opt(const struct query *query, size_t offset, struct reply *out)
{
	const uint8_t *opt = out->dns + offset;
	size_t octets = out->message_octets - offset;

	if (!query->opts)
		return octets ? "an OPT that was not asked for" : NULL;
	if (octets < WIRE_OPT_OCTETS || opt[0] != 0 || wire_get16(opt + 1) != KNOT_RRTYPE_OPT)
		return "no OPT at the end";
	out->opt = opt + 1;
	if (wire_get16(opt + 3) != SIZE_SENT)
		return "OPT: size";
	out->rcode |= (uint16_t)(opt[5] << 4);
	if ((opt[5] != 0) != (!query->is_formerr && query->opt_version))
		return "OPT: extended rcode";
	if (opt[6] != 0)
		return "OPT: version";
	if (wire_get16(opt + 7) & ~PACKET_DO)
		return "OPT: Z bits came back";
	/* Of an OPT that is refused it is not said which flags count. */
	if (query->is_formerr ? wire_get16(opt + 7) && !query->dnssec_ok :
				!(wire_get16(opt + 7) & PACKET_DO) == query->dnssec_ok)
		return "OPT: DO";
	if (wire_get16(opt + 9) != octets - WIRE_OPT_OCTETS)
		return "OPT: RDLENGTH, or octets behind the message";
	return check_options(query, opt + WIRE_OPT_OCTETS, octets - WIRE_OPT_OCTETS, out);
}

/* Offset behind a name, compressed or not; 0: cut off. */
static size_t skip_name(const uint8_t *dns, size_t offset, size_t octets)
{
	while (offset < octets) {
		uint8_t label = dns[offset];

		if (label >= 0xc0)
			return offset + 2;
		offset += label + 1u;
		if (!label)
			return offset;
	}
	return 0;
}

/* Offset behind all records but the OPT; 0: cut off. */
static size_t skip_records(const struct query *query, const struct reply *reply)
{
	const uint8_t *dns = reply->dns;
	size_t count = (size_t)wire_get16(dns + 6) + wire_get16(dns + 8) + wire_get16(dns + 10);
	size_t offset = WIRE_DNS_OCTETS + query->question_octets;

	if (count < (query->opts != 0))
		return 0;
	count -= query->opts != 0;
	for (size_t i = 0; i < count; i++) {
		offset = skip_name(dns, offset, reply->message_octets);
		if (!offset || offset + 10 > reply->message_octets)
			return 0;
		offset += 10 + wire_get16(dns + offset + 8);
	}
	return offset > reply->message_octets ? 0 : offset;
}

static const char *check_message(const struct query *query, struct reply *out)
{
	const char *fault = check_header(query, out);
	size_t offset;

	if (fault)
		return fault;
	out->rcode = out->dns[3] & 15;
	if (out->message_octets > query_reply_limit(query))
		return "DNS: larger than the client takes";
	if (out->message_octets < WIRE_DNS_OCTETS + query->question_octets ||
	    memcmp(out->dns + WIRE_DNS_OCTETS, query->qname, query->question_octets))
		return "DNS: the question is not as it was sent";
	offset = skip_records(query, out);
	if (!offset)
		return "DNS: records cut off";
	fault = check_opt(query, offset, out);
	if (!fault)
		fault = reply_text(out->dns, out->message_octets, out->text);
	if (!fault && query->ecs && !query->opt_version)
		append(out->text, "; scope %u\n", out->scope_bits);
	return fault;
}

const char *reply_check(const uint8_t *frame, size_t octets, const uint8_t *reply, size_t reply_octets,
			bool over_tcp, struct query *query, struct reply *out)
{
	const char *fault = query_read(frame, octets, query);
	size_t ip_offset, dns_offset, ip_octets;
	const uint8_t *ip, *udp;

	query->over_tcp = over_tcp;
	memset(out, 0, offsetof(struct reply, text) + 1);
	if (fault)
		return fault;
	ip_offset = (size_t)(query->ip - frame);
	dns_offset = (size_t)(query->dns - frame);
	if (reply_octets < dns_offset + WIRE_DNS_OCTETS)
		return "shorter than a DNS header";
	ip = reply + ip_offset;
	udp = reply + (query->udp - frame);
	ip_octets = reply_octets - ip_offset;
	out->dns = reply + dns_offset;
	out->message_octets = reply_octets - dns_offset;
	fault = check_ethernet(frame, reply, query);
	if (!fault)
		fault = query->is_ipv6 ? check_ipv6(query->ip, ip, ip_octets) : check_ipv4(query->ip, ip, ip_octets);
	if (!fault)
		fault = check_udp(query->udp, udp, ip_octets - (size_t)(udp - ip), ip + (query->is_ipv6 ? 8 : 12),
				  query->is_ipv6 ? 16 : 4);
	return fault ? fault : check_message(query, out);
}
