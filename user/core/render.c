/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The renderer: the octets that answer a question from a location (RFC 1034 4.3.2, with geo names). */
#include "user/core/render.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/packet/pkt.h>
#include <libknot/rrtype/rdname.h>
#include <libknot/rrtype/soa.h>

#include "geoxdp/dns.h"
#include "geoxdp/limits.h"
#include "user/core/name.h"
#include "user/core/pointers.h"

/* A pointer to the question's name, right behind the header (RFC 1035 4.1.4). */
#define POINTER_TO_QNAME (0xc000 | KNOT_WIRE_HEADER_SIZE)

struct gx_renderer {
	struct gx_lookup lookup;
	knot_pkt_t *packet;
	uint8_t *rdata;		/* RRset of a geo name, as long as it is put */
};

/* An answer being made. */
struct chain {
	struct gx_renderer *renderer;
	const knot_dname_t *qname;
	uint16_t qtype;
	const struct gx_location *location;
	unsigned int rotation;
	bool is_flat;		/* without compression, but for the question's own name */
	struct gx_rendered *out;
	const knot_dname_t *names[GX_CHAIN_MAX + 1];	/* owners so far, the last one in question */
	size_t n_names;
	knot_dname_storage_t made[GX_CHAIN_MAX + 1];	/* of these, what DNAMEs made */
	size_t n_qname;		/* records of the question's name, whose owners are pointers to it */
	size_t core_octets;	/* of the message so far, without what may be left away; 0: nothing may */
};

struct gx_renderer *gx_renderer_new(const struct gx_config *config)
{
	struct gx_renderer *renderer = gx_calloc(1, sizeof(*renderer));

	gx_lookup_init(&renderer->lookup, config);
	renderer->packet = knot_pkt_new(NULL, KNOT_WIRE_MAX_PKTSIZE, NULL);
	if (!renderer->packet)
		gx_realloc(NULL, SIZE_MAX);	/* says so and exits */
	return renderer;
}

void gx_renderer_free(struct gx_renderer *renderer)
{
	if (!renderer)
		return;
	gx_lookup_free(&renderer->lookup);
	knot_pkt_free(renderer->packet);
	free(renderer->rdata);
	free(renderer);
}

const struct gx_lookup *gx_renderer_lookup(const struct gx_renderer *renderer)
{
	return &renderer->lookup;
}

static const knot_dname_t *last_name(const struct chain *chain)
{
	return chain->names[chain->n_names - 1];
}

/* One record without compression, at the end of the packet. */
static int put_flat_record(knot_pkt_t *packet, const knot_rrset_t *rrset, bool is_qname, const knot_rdata_t *rdata)
{
	size_t owner = is_qname ? sizeof(uint16_t) : knot_dname_size(rrset->owner);
	uint8_t *to = packet->wire + packet->size;

	if (packet->size + owner + KNOT_WIRE_RR_MIN_SIZE - 1 + rdata->len > packet->max_size)
		return -EMSGSIZE;
	if (is_qname)
		knot_wire_write_u16(to, POINTER_TO_QNAME);
	else
		memcpy(to, rrset->owner, owner);
	to += owner;
	knot_wire_write_u16(to, rrset->type);
	knot_wire_write_u16(to + 2, rrset->rclass);
	knot_wire_write_u32(to + 4, rrset->ttl);
	knot_wire_write_u16(to + 8, rdata->len);
	memcpy(to + 10, rdata->data, rdata->len);
	packet->size += owner + 10 + rdata->len;
	return 0;
}

static int put_flat(const struct chain *chain, const knot_rrset_t *rrset, uint16_t rotate)
{
	knot_pkt_t *packet = chain->renderer->packet;
	uint16_t count = rrset->rrs.count;

	for (uint16_t i = 0; i < count; i++) {
		const knot_rdata_t *rdata = knot_rdataset_at(&rrset->rrs, (i + rotate) % count);
		int err = put_flat_record(packet, rrset, rrset->owner == chain->qname, rdata);

		if (err)
			return err;
	}
	if (packet->current == KNOT_AUTHORITY)
		knot_wire_add_nscount(packet->wire, count);
	else if (packet->current == KNOT_ADDITIONAL)
		knot_wire_add_arcount(packet->wire, count);
	else
		knot_wire_add_ancount(packet->wire, count);
	return 0;
}

/* Put an RRset. rdata: put_rdata() and RRsets of zones. Addresses come in the order that is asked for. */
static int put(struct chain *chain, const knot_dname_t *owner, uint16_t type, uint32_t ttl_s,
	       const knot_rdataset_t *rdata)
{
	/* Owner and suffix are found by libknot; the question's own name needs no search. */
	uint16_t hint = owner == chain->qname ? KNOT_COMPR_HINT_QNAME : KNOT_COMPR_HINT_NONE;
	uint32_t rotations = 1, rotate = 0;
	knot_rrset_t rrset;

	if (type == KNOT_RRTYPE_A || type == KNOT_RRTYPE_AAAA) {
		rotations = rdata->count < GX_ANSWER_VARIANTS_MAX ? rdata->count : GX_ANSWER_VARIANTS_MAX;
		rotate = chain->rotation % rotations * rdata->count / rotations;
		chain->out->rotations = rotations;
	}
	knot_rrset_init(&rrset, (knot_dname_t *)owner, type, KNOT_CLASS_IN, ttl_s);
	rrset.rrs = *rdata;
	chain->n_qname += owner == chain->qname ? rdata->count : 0;
	if (chain->is_flat)
		return put_flat(chain, &rrset, rotate);
	return knot_pkt_put_rotate(chain->renderer->packet, hint, &rrset, rotate, KNOT_PF_NOTRUNC) ? -EMSGSIZE : 0;
}

/* Put an RRset of one record with the last name as its owner. */
static int put_rdata(struct chain *chain, uint16_t type, uint32_t ttl_s, const uint8_t *octets,
		     uint16_t len)
{
	_Alignas(knot_rdata_t) uint8_t buffer[sizeof(knot_rdata_t) + KNOT_DNAME_MAXLEN + 1];
	knot_rdataset_t rdata = { .count = 1, .size = knot_rdata_size(len) };

	rdata.rdata = (knot_rdata_t *)buffer;
	knot_rdata_init(rdata.rdata, len, octets);
	return put(chain, last_name(chain), type, ttl_s, &rdata);
}

static bool is_repeated(const struct gx_geo_site *site, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (site->addresses[i].family == site->addresses[index].family &&
		    site->addresses[i].value == site->addresses[index].value)
			return true;
	}
	return false;
}

/* Put a site's addresses of a family, in the order written; an RRset has no record twice (RFC 2181 5). */
static int put_addresses(struct chain *chain, const struct gx_geo *geo, const struct gx_geo_site *site,
			 enum gx_family family)
{
	struct gx_renderer *renderer = chain->renderer;
	uint16_t len = gx_family_bits(family) / 8;
	knot_rdataset_t rdata = {0};

	renderer->rdata = gx_realloc(renderer->rdata, site->n_addresses * knot_rdata_size(len));
	rdata.rdata = (knot_rdata_t *)renderer->rdata;
	for (size_t i = 0; i < site->n_addresses; i++) {
		uint8_t octets[16];

		if (site->addresses[i].family != family || is_repeated(site, i))
			continue;
		gx_addr_to_octets(&site->addresses[i], octets);
		knot_rdata_init((knot_rdata_t *)(renderer->rdata + rdata.size), len, octets);
		rdata.size += knot_rdata_size(len);
		rdata.count++;
	}
	return put(chain, last_name(chain), family == GX_IPV4 ? KNOT_RRTYPE_A : KNOT_RRTYPE_AAAA, geo->ttl_s,
		   &rdata);
}

/* Who has the addresses of a name that an RRset leads to, as far as its zone knows: it, or a wildcard. */
static const struct gx_node *find_additional(const struct chain *chain, const struct gx_zone *zone,
					     const knot_dname_t *name, const knot_dname_t *cut)
{
	struct gx_match match;

	if (!gx_name_within(name, zone->apex) || gx_dict_find(&chain->renderer->lookup.geos, name, NULL))
		return NULL;
	match = gx_zone_match(zone, name);
	if (match.kind == GX_MATCH_DELEGATION)
		return cut ? gx_zone_find(zone, name) : NULL;
	return match.kind == GX_MATCH_NODE || match.kind == GX_MATCH_WILDCARD ? match.node : NULL;
}

/* Does a record before this one lead to the same name? */
static bool is_met(const struct gx_rrset *rrset, uint32_t index)
{
	const knot_dname_t *name = knot_rdata_name(knot_rdataset_at(&rrset->rdata, index), rrset->type);

	for (uint32_t i = 0; i < index; i++) {
		if (knot_dname_is_equal(knot_rdata_name(knot_rdataset_at(&rrset->rdata, i), rrset->type), name))
			return true;
	}
	return false;
}

/*
 * Addresses of the names that an RRset of MX, NS or SRV leads to (RFC 1034 4.3.2, 6). Those of a geo name depend on the
 * client, and are left to their own question. Knot and NSD add them for the same types.
 */
static int put_addresses_of(struct chain *chain, const struct gx_zone *zone, const struct gx_rrset *rrset,
			    const knot_dname_t *cut, bool below_cut)
{
	static const uint16_t types[] = { KNOT_RRTYPE_A, KNOT_RRTYPE_AAAA };
	knot_pkt_t *packet = chain->renderer->packet;

	for (uint32_t i = 0; i < 2u * rrset->rdata.count; i++) {
		const knot_rdata_t *rdata = knot_rdataset_at(&rrset->rdata, i / 2);
		const knot_dname_t *name = knot_rdata_name(rdata, rrset->type);
		const struct gx_node *node = find_additional(chain, zone, name, cut);
		const struct gx_rrset *address = gx_node_find(node, types[i % 2]);
		knot_rrset_t put;

		if (!address || (cut && gx_name_within(name, cut)) != below_cut || is_met(rrset, i / 2))
			continue;
		if (packet->current != KNOT_ADDITIONAL)
			knot_pkt_begin(packet, KNOT_ADDITIONAL);
		knot_rrset_init(&put, (knot_dname_t *)name, address->type, KNOT_CLASS_IN, address->ttl_s);
		put.rrs = address->rdata;
		if (chain->is_flat ? put_flat(chain, &put, 0) :
				     knot_pkt_put(packet, KNOT_COMPR_HINT_NONE, &put, KNOT_PF_NOTRUNC))
			return -EMSGSIZE;
	}
	return 0;
}

/*
 * Of a delegation, addresses below it come first: without them its servers cannot be reached, so they are not left away
 * (RFC 9471 3). cut: its owner, or NULL.
 */
static int put_additional(struct chain *chain, const struct gx_zone *zone, const struct gx_rrset *rrset,
			  const knot_dname_t *cut)
{
	knot_pkt_t *packet = chain->renderer->packet;
	int err = 0;

	if (!knot_rrtype_additional_needed(rrset->type))
		return 0;
	if (cut)
		err = put_addresses_of(chain, zone, rrset, cut, true);
	chain->core_octets = packet->size;
	chain->out->core_arcount = knot_wire_get_arcount(packet->wire);
	return err ? err : put_addresses_of(chain, zone, rrset, cut, false);
}

static int put_soa(struct chain *chain, const struct gx_zone *zone)
{
	const struct gx_rrset *soa = gx_node_find(&zone->nodes[0], KNOT_RRTYPE_SOA);
	uint32_t minimum;

	if (!soa)
		return -ENOENT;
	minimum = knot_soa_minimum(soa->rdata.rdata);
	chain->out->negative = zone;
	knot_pkt_begin(chain->renderer->packet, KNOT_AUTHORITY);
	return put(chain, zone->apex, KNOT_RRTYPE_SOA, soa->ttl_s < minimum ? soa->ttl_s : minimum,
		   &soa->rdata);
}

static int end_nodata(struct chain *chain, const struct gx_zone *zone)
{
	chain->out->is_nodata = true;
	return put_soa(chain, zone);
}

/* The chain goes on at this name. Returns 1, or -errno. */
static int go_on(struct chain *chain, const knot_dname_t *target)
{
	for (size_t i = 0; i < chain->n_names; i++) {
		if (knot_dname_is_equal(chain->names[i], target))
			return -ELOOP;
	}
	if (chain->n_names > GX_CHAIN_MAX)
		return -E2BIG;
	chain->names[chain->n_names++] = target;
	return 1;
}

/* Does the CNAME at an owner lead on, or is it the answer itself? */
static bool follows_cname(uint16_t qtype)
{
	return qtype != KNOT_RRTYPE_CNAME && qtype != KNOT_RRTYPE_ANY;
}

/* One RRset for ANY: the CNAME, or the first type that is not about DNSSEC (RFC 8482 4.1). */
static const struct gx_rrset *choose_any(const struct gx_node *node)
{
	const struct gx_rrset *first = gx_node_find(node, KNOT_RRTYPE_CNAME);

	for (uint16_t i = 0; !first && node && i < node->n_rrsets; i++) {
		if (!knot_rrtype_is_dnssec(node->rrsets[i].type))
			first = &node->rrsets[i];
	}
	return first || !node || !node->n_rrsets ? first : &node->rrsets[0];
}

/* The RRsets of a zone. Returns 1: the chain goes on; 0: it is complete; -errno. */
static int step_data(struct chain *chain, const struct gx_owner *owner)
{
	bool is_any = chain->qtype == KNOT_RRTYPE_ANY;
	const struct gx_rrset *rrset = is_any ? choose_any(owner->node) :
						gx_node_find(owner->node, chain->qtype);
	int err;

	if (rrset) {
		err = put(chain, last_name(chain), rrset->type, rrset->ttl_s, &rrset->rdata);
		return err ? err : put_additional(chain, owner->zone, rrset, NULL);
	}
	rrset = gx_node_find(owner->node, KNOT_RRTYPE_CNAME);
	if (!rrset || gx_type_beside_cname(chain->qtype))
		return end_nodata(chain, owner->zone);
	err = put(chain, last_name(chain), rrset->type, rrset->ttl_s, &rrset->rdata);
	return err ? err : go_on(chain, knot_cname_name(rrset->rdata.rdata));
}

/* `localhost.<geo-zone>`: where the client is. */
static int step_location(struct chain *chain, const struct gx_owner *owner)
{
	uint16_t country = chain->location->country;
	const uint8_t address[4] = { 127, 0, country >> 8, country & 0xff };

	if (chain->qtype != KNOT_RRTYPE_A && chain->qtype != KNOT_RRTYPE_ANY)
		return end_nodata(chain, owner->zone);
	chain->out->by_location = true;
	return put_rdata(chain, KNOT_RRTYPE_A, owner->geo->ttl_s, address, sizeof(address));
}

/* The site whose addresses answer; GX_SITE_NONE: the name has none of the family, wherever one asks. */
static uint32_t pick_site(struct chain *chain, const struct gx_geo *geo, const struct gx_rule *rule,
			  enum gx_family family)
{
	const struct gx_map *map = &chain->renderer->lookup.config->maps[geo->map];
	uint32_t site = gx_geo_find_site(geo, map, rule, family);

	if (site != GX_SITE_NONE)
		chain->out->picks[chain->out->n_picks++] = (struct gx_pick){ geo, rule, site, family };
	return site;
}

/* A geo name with addresses: all other types are what the zone file says. */
static int step_addresses(struct chain *chain, const struct gx_owner *owner, const struct gx_rule *rule)
{
	bool is_any = chain->qtype == KNOT_RRTYPE_ANY;
	enum gx_family family = chain->qtype == KNOT_RRTYPE_AAAA ? GX_IPV6 : GX_IPV4;
	const struct gx_geo *geo = owner->geo;
	const struct gx_rrset *rrset;
	uint32_t site;
	int err;

	if (!is_any && chain->qtype != KNOT_RRTYPE_A && chain->qtype != KNOT_RRTYPE_AAAA) {
		rrset = gx_node_find(owner->node, chain->qtype);
		if (!rrset)
			return end_nodata(chain, owner->zone);
		err = put(chain, last_name(chain), rrset->type, rrset->ttl_s, &rrset->rdata);
		return err ? err : put_additional(chain, owner->zone, rrset, NULL);
	}
	site = pick_site(chain, geo, rule, family);
	if (site == GX_SITE_NONE && is_any) {
		family = GX_IPV6;
		site = pick_site(chain, geo, rule, family);
	}
	if (site == GX_SITE_NONE)
		return end_nodata(chain, owner->zone);
	return put_addresses(chain, geo, &geo->sites[site], family);
}

static int step_geo(struct chain *chain, const struct gx_owner *owner)
{
	const struct gx_config *config = chain->renderer->lookup.config;
	const struct gx_geo *geo = owner->geo;
	const struct gx_rule *rule;
	const knot_dname_t *target;
	int err;

	if (geo->kind == GX_GEO_LOCATION)
		return step_location(chain, owner);
	rule = gx_map_find(&config->maps[geo->map], config->groups, chain->location);
	if (!rule)
		return -ENOENT;	/* a map without a default, which is no configuration to serve */
	if (geo->kind == GX_GEO_ADDRESS)
		return step_addresses(chain, owner, rule);
	if (gx_type_beside_cname(chain->qtype))
		return end_nodata(chain, owner->zone);
	target = geo->sites[rule->sites[0]].target;
	chain->out->picks[chain->out->n_picks++] = (struct gx_pick){ geo, rule, rule->sites[0], GX_IPV4 };
	err = put_rdata(chain, KNOT_RRTYPE_CNAME, geo->ttl_s, target, knot_dname_size(target));
	if (err)
		return err;
	return follows_cname(chain->qtype) ? go_on(chain, target) : 0;
}

/* The servers of the zone below, and their addresses as far as this zone has them (RFC 1034 4.3.2, 3b). */
static int put_referral(struct chain *chain, const struct gx_zone *zone, const struct gx_node *node)
{
	const struct gx_rrset *ns = gx_node_find(node, KNOT_RRTYPE_NS);
	int err;

	knot_pkt_begin(chain->renderer->packet, KNOT_AUTHORITY);
	err = put(chain, node->owner, KNOT_RRTYPE_NS, ns->ttl_s, &ns->rdata);
	return err ? err : put_additional(chain, zone, ns, node->owner);
}

/* The CNAME that a DNAME makes (RFC 6672 3.1). One that would be too long is YXDOMAIN, which is the backend's. */
static int step_dname(struct chain *chain)
{
	uint8_t *made = chain->made[chain->n_names - 1];
	const struct gx_node *node = gx_lookup_dname(&chain->renderer->lookup, last_name(chain), made);
	const struct gx_rrset *dname = gx_node_find(node, KNOT_RRTYPE_DNAME);
	int err;

	if (!dname)
		return -ENOENT;
	err = put(chain, node->owner, KNOT_RRTYPE_DNAME, dname->ttl_s, &dname->rdata);
	err = err ? err : put_rdata(chain, KNOT_RRTYPE_CNAME, dname->ttl_s, made, knot_dname_size(made));
	return err ? err : go_on(chain, made);
}

/*
 * The last name is at or below a delegation: the chain ends with the referral; below a DNAME, it goes on (RFC 1034 4.3.2,
 * 3b and RFC 6672 3.2). Of others' names nothing is said. Returns as step().
 */
static int step_out(struct chain *chain)
{
	const struct gx_zone *zone = gx_config_find_zone(chain->renderer->lookup.config, last_name(chain));
	struct gx_match match;

	if (chain->n_names == 1)
		return -ENOENT;
	if (!zone)
		return 0;
	match = gx_zone_match(zone, last_name(chain));
	if (match.kind == GX_MATCH_DELEGATION)
		return put_referral(chain, zone, match.node);
	return match.kind == GX_MATCH_DNAME ? step_dname(chain) : -ENOENT;
}

/* What the last name of the chain adds. Returns 1: the chain goes on; 0: it is complete; -errno. */
static int step(struct chain *chain)
{
	struct gx_owner owner = gx_lookup_find(&chain->renderer->lookup, last_name(chain),
					       chain->qtype == KNOT_RRTYPE_DS);

	switch (owner.kind) {
	case GX_OWNER_OUT:
		return step_out(chain);
	case GX_OWNER_NONE:
		chain->out->rcode = KNOT_RCODE_NXDOMAIN;
		return put_soa(chain, owner.zone);
	case GX_OWNER_DATA:
		return step_data(chain, &owner);
	case GX_OWNER_GEO:
		return step_geo(chain, &owner);
	}
	return -ENOENT;
}

static int begin(struct chain *chain)
{
	knot_pkt_t *packet = chain->renderer->packet;

	memset(chain->out, 0, offsetof(struct gx_rendered, picks));
	chain->out->rotations = 1;
	chain->names[0] = chain->qname;
	chain->n_names = 1;
	chain->n_qname = 0;
	chain->core_octets = 0;
	knot_pkt_clear(packet);
	return knot_pkt_put_question(packet, chain->qname, KNOT_CLASS_IN, chain->qtype) ? -EMSGSIZE : 0;
}

/* What is in the packet is the answer. */
static void finish(const struct chain *chain)
{
	size_t question = KNOT_WIRE_HEADER_SIZE + knot_dname_size(chain->qname) + 2 * sizeof(uint16_t);
	const knot_pkt_t *packet = chain->renderer->packet;
	struct gx_rendered *out = chain->out;

	out->octets = packet->wire + question;
	out->question_octets = question;
	out->len_octets = packet->size - question;
	out->ancount = knot_wire_get_ancount(packet->wire);
	out->nscount = knot_wire_get_nscount(packet->wire);
	out->arcount = knot_wire_get_arcount(packet->wire);
	out->core_octets = chain->core_octets ? chain->core_octets - question : out->len_octets;
	out->flags1 = GX_DNS1_AA;
}

int gx_render(struct gx_renderer *renderer, const knot_dname_t *qname, uint16_t qtype, uint32_t location,
	      struct gx_rendered *out)
{
	return gx_render_rotated(renderer, qname, qtype, location, 0, out);
}

int gx_rendered_pointers(const struct gx_rendered *answer, uint16_t *offsets, size_t max)
{
	return gx_pointers_find(answer->octets - answer->question_octets, answer->question_octets,
				answer->question_octets + answer->len_octets,
				answer->keeps_qname ? KNOT_WIRE_HEADER_SIZE : 0, offsets, max);
}

/*
 * Can the pointers of a wildcard's answer be moved? Not where data has the wildcard's own name: its pointer would mean the
 * name in question.
 */
static bool can_move(const struct chain *chain)
{
	struct gx_rendered *out = chain->out;
	int all = gx_rendered_pointers(out, NULL, 0), moving;

	out->keeps_qname = true;
	moving = gx_rendered_pointers(out, NULL, 0);
	return all - moving == (int)chain->n_qname && moving <= GX_SHIFT_POINTERS;
}

static int render_chain(struct chain *chain)
{
	int err = begin(chain);

	while (!err && (err = step(chain)) > 0)
		err = 0;
	if (!err)
		finish(chain);
	return err;
}

int gx_render_rotated(struct gx_renderer *renderer, const knot_dname_t *qname, uint16_t qtype, uint32_t location,
		      unsigned int rotation, struct gx_rendered *out)
{
	struct chain chain = {
		.renderer = renderer,
		.qname = qname,
		.qtype = qtype,
		.location = gx_locations_get(renderer->lookup.config->locations, location),
		.rotation = rotation,
		.out = out,
	};
	int err = render_chain(&chain);

	if (err || !knot_dname_is_wildcard(qname))
		return err;
	if (can_move(&chain)) {
		out->base_octets = knot_dname_size(qname);
		return 0;
	}
	chain.is_flat = true;
	return render_chain(&chain);
}

static int render_referral(struct gx_renderer *renderer, const struct gx_zone *zone, const struct gx_node *node,
			   struct gx_rendered *out)
{
	struct chain chain = { .renderer = renderer, .qname = node->owner, .qtype = KNOT_RRTYPE_A, .out = out };
	int err = begin(&chain);

	err = err ? err : put_referral(&chain, zone, node);
	if (err)
		return err;
	finish(&chain);
	out->is_referral = true;
	out->flags1 = 0;
	out->base_octets = knot_dname_size(chain.qname);
	return 0;
}

/* All names of a zone share it, so it is made for the shortest of them. */
static int render_negative(struct gx_renderer *renderer, const struct gx_zone *zone, uint8_t rcode,
			   struct gx_rendered *out)
{
	struct chain chain = { .renderer = renderer, .qname = zone->apex, .qtype = KNOT_RRTYPE_A, .out = out };
	int err = begin(&chain);

	err = err ? err : put_soa(&chain, zone);
	if (err)
		return err;
	finish(&chain);
	out->is_nodata = rcode == KNOT_RCODE_NOERROR;
	out->rcode = rcode;
	out->base_octets = knot_dname_size(chain.qname);
	return 0;
}

int gx_render_nodata(struct gx_renderer *renderer, const struct gx_zone *zone, struct gx_rendered *out)
{
	return render_negative(renderer, zone, KNOT_RCODE_NOERROR, out);
}

int gx_render_below(struct gx_renderer *renderer, const knot_dname_t *encloser, struct gx_rendered *out)
{
	const struct gx_zone *zone = gx_config_find_zone(renderer->lookup.config, encloser);
	struct gx_match match;

	if (!zone)
		return -ENOENT;
	match = gx_zone_match(zone, encloser);
	if (match.kind == GX_MATCH_DELEGATION)
		return render_referral(renderer, zone, match.node, out);
	if (match.kind == GX_MATCH_DNAME || (match.kind == GX_MATCH_NODE && gx_node_find(match.node, KNOT_RRTYPE_DNAME)))
		return -ENOENT;
	return render_negative(renderer, zone, KNOT_RCODE_NXDOMAIN, out);
}
