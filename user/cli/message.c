/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS messages for people and for programs, printed by libknot. */
#include "user/cli/message.h"

#include <errno.h>
#include <libknot/libknot.h>
#include <libknot/rrset-dump.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geoxdp/dns.h"
#include "user/core/addr.h"

static const struct {
	knot_section_t section;
	const char *title;
	const char *key;
} gx_sections[] = {
	{ KNOT_ANSWER, "ANSWER", "answer" },
	{ KNOT_AUTHORITY, "AUTHORITY", "authority" },
	{ KNOT_ADDITIONAL, "ADDITIONAL", "additional" },
};

static const struct {
	uint8_t octet, mask;
	const char *name;
} gx_flags[] = {
	{ 2, GX_DNS1_QR, "qr" }, { 2, GX_DNS1_AA, "aa" }, { 2, GX_DNS1_TC, "tc" }, { 2, GX_DNS1_RD, "rd" },
	{ 3, GX_DNS2_RA, "ra" }, { 3, GX_DNS2_AD, "ad" }, { 3, GX_DNS2_CD, "cd" },
};

static knot_pkt_t *gx_parse_message(const uint8_t *message, size_t octets)
{
	knot_pkt_t *packet = knot_pkt_new((void *)message, octets, NULL);

	if (packet && knot_pkt_parse(packet, 0) == 0)
		return packet;
	knot_pkt_free(packet);
	return NULL;
}

static const char *gx_rcode_name(const knot_pkt_t *packet)
{
	const knot_lookup_t *entry = knot_lookup_by_id(knot_rcode_names, knot_pkt_ext_rcode(packet));

	return entry ? entry->name : "?";
}

static const char *gx_type_name(uint16_t type, char *buffer, size_t size)
{
	if (knot_rrtype_to_string(type, buffer, size) < 0)
		snprintf(buffer, size, "TYPE%u", type);
	return buffer;
}

/* The client subnet of the reply's OPT as "PREFIX", and its scope. Returns false if it has none. */
static bool gx_find_ecs(const knot_pkt_t *packet, char *text, unsigned int *scope)
{
	const uint8_t *option = knot_pkt_edns_option(packet, KNOT_EDNS_OPTION_CLIENT_SUBNET);
	uint8_t octets[16] = {};
	const uint8_t *data;
	struct gx_prefix prefix;
	uint16_t len;

	if (!option)
		return false;
	len = knot_edns_opt_get_length(option);
	data = option + GX_OPTION_HEADER_OCTETS;
	if (len < GX_ECS_FIXED_OCTETS || len > GX_ECS_FIXED_OCTETS + sizeof(octets))
		return false;
	memcpy(octets, data + GX_ECS_FIXED_OCTETS, len - GX_ECS_FIXED_OCTETS);
	prefix.addr = gx_addr_from_octets(data[1] == GX_ECS_FAMILY_IPV6 ? GX_IPV6 : GX_IPV4, octets);
	prefix.bits = data[2];
	*scope = data[3];
	/* Not gx_show_prefix(): a full-length prefix shows its length too. */
	gx_show_addr(&prefix.addr, text);
	snprintf(text + strlen(text), 8, "/%u", prefix.bits);
	return true;
}

static void gx_print_head(const knot_pkt_t *packet)
{
	const uint8_t *wire = packet->wire;
	char ecs[GX_ADDR_TEXT_OCTETS + 8];
	unsigned int scope;

	printf(";; ->>HEADER<<- opcode: QUERY, status: %s, id: %u\n;; flags:", gx_rcode_name(packet),
	       knot_wire_get_id(wire));
	for (size_t i = 0; i < sizeof(gx_flags) / sizeof(*gx_flags); i++)
		if (wire[gx_flags[i].octet] & gx_flags[i].mask)
			printf(" %s", gx_flags[i].name);
	printf("; QUERY: %u, ANSWER: %u, AUTHORITY: %u, ADDITIONAL: %u\n", knot_wire_get_qdcount(wire),
	       knot_wire_get_ancount(wire), knot_wire_get_nscount(wire), knot_wire_get_arcount(wire));
	if (!packet->opt_rr)
		return;
	printf("\n;; OPT PSEUDOSECTION:\n; EDNS: version: %u, flags:%s; udp: %u\n", knot_edns_get_version(packet->opt_rr),
	       knot_edns_do(packet->opt_rr) ? " do" : "", knot_edns_get_payload(packet->opt_rr));
	if (gx_find_ecs(packet, ecs, &scope))
		printf("; CLIENT-SUBNET: %s/%u\n", ecs, scope);
}

static void gx_print_records(const knot_pktsection_t *section, const char *title)
{
	knot_dump_style_t style = KNOT_DUMP_STYLE_DEFAULT;
	bool first = true;

	style.original_ttl = false;	/* else libknot shows what RRSIGs say of it */
	for (unsigned int i = 0; i < section->count; i++) {
		const knot_rrset_t *rr = knot_pkt_rr(section, i);
		size_t size = 4096;
		char *text;

		if (rr->type == KNOT_RRTYPE_OPT)
			continue;
		if (first)
			printf("\n;; %s SECTION:\n", title);
		first = false;
		text = malloc(size);
		if (knot_rrset_txt_dump(rr, &text, &size, &style) >= 0)
			fputs(text, stdout);
		free(text);
	}
}

int gx_print_records_of(const uint8_t *message, size_t octets)
{
	knot_pkt_t *packet = gx_parse_message(message, octets);

	if (!packet)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(gx_sections) / sizeof(*gx_sections); i++)
		gx_print_records(knot_pkt_section(packet, gx_sections[i].section), gx_sections[i].title);
	knot_pkt_free(packet);
	return 0;
}

int gx_print_message(const uint8_t *message, size_t octets)
{
	knot_pkt_t *packet = gx_parse_message(message, octets);
	char name[KNOT_DNAME_TXT_MAXLEN + 1], type[32];

	if (!packet)
		return -EINVAL;
	gx_print_head(packet);
	knot_dname_to_str(name, knot_pkt_qname(packet), sizeof(name));
	printf("\n;; QUESTION SECTION:\n;%s\t\tIN\t%s\n", name,
	       gx_type_name(knot_pkt_qtype(packet), type, sizeof(type)));
	knot_pkt_free(packet);
	gx_print_records_of(message, octets);
	printf("\n;; MSG SIZE: %zu\n", octets);
	return 0;
}

static json_t *gx_records_json(const knot_pktsection_t *section)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < section->count; i++) {
		const knot_rrset_t *rr = knot_pkt_rr(section, i);
		char name[KNOT_DNAME_TXT_MAXLEN + 1], type[32], data[65536];

		if (rr->type == KNOT_RRTYPE_OPT)
			continue;
		knot_dname_to_str(name, rr->owner, sizeof(name));
		if (knot_rrset_txt_dump_data(rr, 0, data, sizeof(data), &KNOT_DUMP_STYLE_DEFAULT) < 0)
			continue;
		json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:s}", "name", name, "ttl", (int)rr->ttl, "type",
						      gx_type_name(rr->type, type, sizeof(type)), "data", data));
	}
	return list;
}

json_t *gx_message_json(const uint8_t *message, size_t octets)
{
	knot_pkt_t *packet = gx_parse_message(message, octets);
	char ecs[GX_ADDR_TEXT_OCTETS + 8];
	json_t *object, *flags = json_array();
	unsigned int scope;

	if (!packet)
		return NULL;
	for (size_t i = 0; i < sizeof(gx_flags) / sizeof(*gx_flags); i++)
		if (message[gx_flags[i].octet] & gx_flags[i].mask)
			json_array_append_new(flags, json_string(gx_flags[i].name));
	object = json_pack("{s:s, s:o, s:i}", "status", gx_rcode_name(packet), "flags", flags, "octets", (int)octets);
	for (size_t i = 0; i < sizeof(gx_sections) / sizeof(*gx_sections); i++)
		json_object_set_new(object, gx_sections[i].key,
				    gx_records_json(knot_pkt_section(packet, gx_sections[i].section)));
	if (packet->opt_rr)
		json_object_set_new(object, "edns",
				    json_pack("{s:i, s:b, s:i}", "version", knot_edns_get_version(packet->opt_rr), "do",
					      knot_edns_do(packet->opt_rr), "udp",
					      (int)knot_edns_get_payload(packet->opt_rr)));
	if (gx_find_ecs(packet, ecs, &scope))
		json_object_set_new(object, "ecs", json_pack("{s:s, s:i}", "subnet", ecs, "scope", (int)scope));
	knot_pkt_free(packet);
	return object;
}
