/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions for the comparison: every name and type there is, and names that are not. */
#include "tests/conformance/reference_question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/packet.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Ethernet, IPv4 and UDP in front of the message. */
#define HEADERS_OCTETS (14 + 20 + 8)
/* That are put in front of a name, at most, and rarely. */
#define LABELS_MORE 12
#define LABELS_MANY 127

/* Asked of every name. */
static const uint16_t common[] = { KNOT_RRTYPE_A, KNOT_RRTYPE_AAAA, KNOT_RRTYPE_CNAME, KNOT_RRTYPE_MX,
				   KNOT_RRTYPE_TXT, KNOT_RRTYPE_HTTPS, KNOT_RRTYPE_ANY, KNOT_RRTYPE_DS };

static uint32_t any(struct question_source *source, uint32_t below)
{
	return ((uint32_t)rand_r(&source->seed) << 16 ^ (uint32_t)rand_r(&source->seed)) % below;
}

/* --- names ------------------------------------------------------------------------------------- */

static void strip_label(uint8_t *name)
{
	if (*name)
		memmove(name, name + *name + 1, knot_dname_size(name + *name + 1));
}

/* Put a label in front, where there is room. */
static void add_label(uint8_t *name, const uint8_t *label, size_t octets)
{
	size_t size = knot_dname_size(name);

	if (size + octets + 1 > KNOT_DNAME_MAXLEN)
		return;
	memmove(name + octets + 1, name, size);
	name[0] = (uint8_t)octets;
	memcpy(name + 1, label, octets);
}

static void add_any_label(struct question_source *source, uint8_t *name)
{
	static const char *const words[] = { "*", "www", "a", "b", "ns1", "_tcp", "x-y", "x", "\001" };
	uint8_t label[KNOT_DNAME_MAXLABELLEN];
	size_t octets = 1 + any(source, any(source, 8) ? 8 : sizeof(label));
	uint32_t kind = any(source, 4);

	if (kind < 2) {
		const char *word = words[any(source, COUNT(words))];

		add_label(name, (const uint8_t *)word, strlen(word));
		return;
	}
	for (size_t i = 0; i < octets; i++)
		label[i] = kind == 2 ? 'a' + any(source, 26) : any(source, 256);
	add_label(name, label, octets);
}

static const struct gx_node *any_node(struct question_source *source)
{
	const struct gx_config *config = source->config;
	const struct gx_zone *zone = &config->zones[any(source, config->n_zones)];

	return &zone->nodes[any(source, zone->n_nodes)];
}

/* A name near an existing one: below it, beside it, above it, or another one's label in front. */
static void make_name(struct question_source *source, uint8_t *name)
{
	const struct gx_node *node = any_node(source);
	uint32_t labels;

	memcpy(name, node->owner, knot_dname_size(node->owner));
	switch (any(source, 8)) {
	case 0:	/* as it is */
		break;
	case 1:	/* above, and perhaps an empty non-terminal */
		strip_label(name);
		break;
	case 2:	/* beside */
		strip_label(name);
		add_any_label(source, name);
		break;
	case 3:	/* far below */
		for (labels = any(source, any(source, 8) ? LABELS_MORE : LABELS_MANY); labels; labels--)
			add_any_label(source, name);
		break;
	case 4:	/* another octet, or the same in another case */
		if (*name)
			name[1 + any(source, *name)] ^= 1 << any(source, 8);
		break;
	case 5:	/* below a name beside */
		strip_label(name);
		add_any_label(source, name);
		add_any_label(source, name);
		break;
	default:
		add_any_label(source, name);
	}
	if (any(source, 1000) == 0)
		name[0] = 0;
}

/* Resolvers do so (0x20), and servers must not care (RFC 4343). */
static void mix_case(struct question_source *source, uint8_t *name)
{
	if (any(source, 2))
		return;
	for (uint8_t *label = name; *label; label += *label + 1) {
		for (uint8_t i = 1; i <= *label; i++) {
			if ((label[i] | 0x20) >= 'a' && (label[i] | 0x20) <= 'z' && any(source, 2))
				label[i] ^= 0x20;
		}
	}
}

/* --- messages ---------------------------------------------------------------------------------- */

static const struct packet_option unknown[] = { { .code = 100, .data = "unknown", .data_octets = 7 },
						{ .code = 65001 } };

/* Returns what it is, for people. */
static const char *choose_edns(struct question_source *source, struct packet *packet)
{
	packet->opts = 1;
	packet->opt_size = 1232;
	switch (any(source, 10)) {
	case 0:
	case 1:
		packet->opts = 0;
		return "no EDNS";
	case 2:
		packet->opt_size = 512;
		return "EDNS 512";
	case 3:
		packet->opt_size = 4096;
		return "EDNS 4096";
	case 4:
		packet->opt_size = any(source, 1500) & ~1u;	/* one octet is no size for Knot: FORMERR */
		return "EDNS of any size";
	case 5:
		packet->opt_flags = PACKET_DO;
		return "EDNS DO";
	case 6:
		packet->options = unknown;
		packet->n_options = COUNT(unknown);
		return "EDNS with options 100 and 65001";
	case 7:
		if (any(source, 4) == 0) {
			packet->opt_version = 1;
			return "EDNS version 1";
		}
		packet->opt_flags = (uint16_t)(any(source, 65536) & ~PACKET_DO);
		return "EDNS with unknown flags";
	default:
		return "EDNS 1232";
	}
}

static bool has_signed_zone(const struct gx_config *config)
{
	for (size_t i = 0; i < config->n_zones; i++) {
		if (config->zones[i].is_signed)
			return true;
	}
	return false;
}

static void build(struct question_source *source, uint16_t id, uint8_t *name, uint16_t type, struct question *out)
{
	struct packet packet = PACKET(.id = id, .pad_to = 0, .qtype = type);
	knot_dname_txt_storage_t shown;
	char type_text[16] = "";
	const char *edns;

	mix_case(source, name);
	packet.qname_wire = (const char *)name;
	packet.qname_wire_octets = knot_dname_size(name);
	edns = choose_edns(source, &packet);
	if (has_signed_zone(source->config) && packet.opts && !packet.opt_version && any(source, 2))
		packet.opt_flags |= PACKET_DO;
	packet.flags1 = any(source, 2) ? PACKET_RD : 0;
	packet.flags2 = any(source, 4) ? 0 : PACKET_CD | PACKET_AD;
	out->octets = packet_build(&packet, out->frame);
	out->message = out->frame + HEADERS_OCTETS;
	out->message_octets = out->octets - HEADERS_OCTETS;
	out->type = type;
	out->edns_octets = packet.opts ? packet.opt_size : 0;
	out->dnssec_ok = packet.opts && packet.opt_flags & PACKET_DO;
	knot_dname_to_str(shown, name, sizeof(shown));
	knot_rrtype_to_string(type, type_text, sizeof(type_text));
	snprintf(out->text, sizeof(out->text), "%s %s, %s %u%s", shown, type_text, edns, out->edns_octets,
		 out->dnssec_ok ? " DO" : "");
}

static bool is_common(uint16_t type)
{
	for (size_t i = 0; i < COUNT(common); i++) {
		if (common[i] == type)
			return true;
	}
	return false;
}

/* The next of all names and types. Returns NULL: that was the last. */
static const struct gx_node *next_pair(struct question_source *source, uint16_t *type)
{
	const struct gx_config *config = source->config;

	for (; source->zone < config->n_zones; source->zone++, source->node = 0) {
		const struct gx_zone *zone = &config->zones[source->zone];

		for (; source->node < zone->n_nodes; source->node++, source->type = 0) {
			const struct gx_node *node = &zone->nodes[source->node];

			while (source->type < COUNT(common) + node->n_rrsets) {
				size_t at = source->type++;

				*type = at < COUNT(common) ? common[at] : node->rrsets[at - COUNT(common)].type;
				if (at < COUNT(common) || !is_common(*type))
					return node;
			}
		}
	}
	return NULL;
}

bool question_next(struct question_source *source, uint16_t id, struct question *out)
{
	knot_dname_storage_t name;
	const struct gx_node *node;
	uint16_t type;

	node = next_pair(source, &type);
	if (node) {
		memcpy(name, node->owner, knot_dname_size(node->owner));
	} else {
		if (!source->random_left)
			return false;
		source->random_left--;
		make_name(source, name);
		node = any_node(source);
		type = any(source, 3) || !node->n_rrsets ? common[any(source, COUNT(common))] : node->rrsets[0].type;
		if (any(source, 50) == 0)
			type = 1 + any(source, 127);
	}
	build(source, id, name, type, out);
	return true;
}
