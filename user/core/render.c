/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The renderer: the octets that answer a question from a location (RFC 1034 4.3.2, with geo names). */
#include "user/core/render.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/packet/pkt.h>
#include <libknot/rrtype/rdname.h>
#include <libknot/rrtype/soa.h>

#include "geoxdp/dns.h"
#include "geoxdp/limits.h"

/* A pointer to the question's name, right behind the header (RFC 1035 4.1.4). */
#define POINTER_TO_QNAME (0xc000 | KNOT_WIRE_HEADER_SIZE)

struct gx_renderer {
	struct gx_lookup lookup;
	knot_pkt_t *packet;
	uint8_t *rdata;		/* RRset of a geo name, as long as it is put */
	uint32_t *indices;	/* of the addresses in it */
};

/* An answer being made. */
struct chain {
	struct gx_renderer *renderer;
	const knot_dname_t *qname;
	uint16_t qtype;
	const struct gx_location *location;
	const struct gx_forcing *forcing;
	bool is_flat;		/* the question is of a wildcard: no compression */
	struct gx_rendered *out;
	const knot_dname_t *names[GX_CHAIN_MAX + 1];	/* owners so far, the last one in question */
	size_t n_names;
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
	free(renderer->indices);
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
	else
		knot_wire_add_ancount(packet->wire, count);
	return 0;
}

/* Put an RRset. rdata: put_rdata() and RRsets of zones. Addresses come in the order that is asked for. */
static int put(const struct chain *chain, const knot_dname_t *owner, uint16_t type, uint32_t ttl_s,
	       const knot_rdataset_t *rdata)
{
	/* Owner and suffix are found by libknot; the question's own name needs no search. */
	uint16_t hint = owner == chain->qname ? KNOT_COMPR_HINT_QNAME : KNOT_COMPR_HINT_NONE;
	uint32_t rotations = 1, rotate = 0;
	knot_rrset_t rrset;

	if (type == KNOT_RRTYPE_A || type == KNOT_RRTYPE_AAAA) {
		rotations = rdata->count < GX_ANSWER_VARIANTS_MAX ? rdata->count : GX_ANSWER_VARIANTS_MAX;
		rotate = chain->forcing->rotation % rotations * rdata->count / rotations;
		chain->out->rotations = rotations;
	}
	knot_rrset_init(&rrset, (knot_dname_t *)owner, type, KNOT_CLASS_IN, ttl_s);
	rrset.rrs = *rdata;
	if (chain->is_flat)
		return put_flat(chain, &rrset, rotate);
	return knot_pkt_put_rotate(chain->renderer->packet, hint, &rrset, rotate, KNOT_PF_NOTRUNC) ? -EMSGSIZE : 0;
}

/* Put an RRset of one record with the last name as its owner. */
static int put_rdata(const struct chain *chain, uint16_t type, uint32_t ttl_s, const uint8_t *octets,
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

size_t gx_site_addresses(const struct gx_geo_site *site, enum gx_family family, uint32_t *out)
{
	size_t count = 0;

	for (size_t i = 0; i < site->n_addresses; i++)
		if (site->addresses[i].family == family && !is_repeated(site, i))
			out[count++] = (uint32_t)i;
	return count;
}

bool gx_subset_has(uint32_t subset, size_t index, size_t count)
{
	if (subset == GX_SUBSET_ALL)
		return true;
	if (subset & GX_SUBSET_MASK)
		return subset >> index & 1;
	return (index + count - (subset & 0xffff)) % count < subset >> 16;
}

static uint32_t ttl_of(const struct chain *chain, const struct gx_geo *geo)
{
	return chain->forcing->clamped && geo->ttl_min_s && geo->ttl_min_s < geo->ttl_s ? geo->ttl_min_s : geo->ttl_s;
}

/* Put a site's addresses of a family, in the order written. */
static int put_addresses(const struct chain *chain, const struct gx_geo *geo, const struct gx_geo_site *site,
			 enum gx_family family, uint32_t subset)
{
	struct gx_renderer *renderer = chain->renderer;
	uint16_t len = gx_family_bits(family) / 8;
	knot_rdataset_t rdata = {0};
	size_t count;

	renderer->rdata = gx_realloc(renderer->rdata, site->n_addresses * knot_rdata_size(len));
	renderer->indices = gx_realloc(renderer->indices, site->n_addresses * sizeof(*renderer->indices));
	rdata.rdata = (knot_rdata_t *)renderer->rdata;
	count = gx_site_addresses(site, family, renderer->indices);
	for (size_t i = 0; i < count; i++) {
		uint8_t octets[16];

		if (!gx_subset_has(subset, i, count))
			continue;
		gx_addr_to_octets(&site->addresses[renderer->indices[i]], octets);
		knot_rdata_init((knot_rdata_t *)(renderer->rdata + rdata.size), len, octets);
		rdata.size += knot_rdata_size(len);
		rdata.count++;
	}
	return put(chain, last_name(chain), family == GX_IPV4 ? KNOT_RRTYPE_A : KNOT_RRTYPE_AAAA, ttl_of(chain, geo),
		   &rdata);
}

static int put_soa(const struct chain *chain, const struct gx_zone *zone)
{
	const struct gx_rrset *soa = gx_node_find(&zone->nodes[0], KNOT_RRTYPE_SOA);
	uint32_t minimum;

	if (!soa)
		return -ENOENT;
	minimum = knot_soa_minimum(soa->rdata.rdata);
	knot_pkt_begin(chain->renderer->packet, KNOT_AUTHORITY);
	return put(chain, zone->apex, KNOT_RRTYPE_SOA, soa->ttl_s < minimum ? soa->ttl_s : minimum,
		   &soa->rdata);
}

static int end_nodata(const struct chain *chain, const struct gx_zone *zone)
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

	if (rrset)
		return put(chain, last_name(chain), rrset->type, rrset->ttl_s, &rrset->rdata);
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
	return put_rdata(chain, KNOT_RRTYPE_A, ttl_of(chain, owner->geo), address, sizeof(address));
}

/* What this geo name, the next on the way, is forced to; NULL: nothing. */
static const struct gx_force *force_of(const struct chain *chain)
{
	size_t at = chain->out->n_picks;

	return at < chain->forcing->n_forces ? &chain->forcing->forces[at] : NULL;
}

static void add_pick(struct chain *chain, const struct gx_geo *geo, const struct gx_rule *rule, uint32_t site,
		     enum gx_family family)
{
	chain->out->picks[chain->out->n_picks++] = (struct gx_pick){ geo, rule, site, family };
}

/* NULL: no address is to be given. */
static const struct gx_geo_site *site_at(const struct gx_geo *geo, uint32_t site)
{
	if (site == GX_SITE_LAST_RESORT)
		return geo->last_resort;
	return site == GX_SITE_NONE ? NULL : &geo->sites[site];
}

static bool has_any(const struct gx_geo_site *site, enum gx_family family)
{
	for (size_t i = 0; site && i < site->n_addresses; i++)
		if (site->addresses[i].family == family)
			return true;
	return false;
}

/* A geo name with addresses: all other types are what the zone file says. */
static int step_addresses(struct chain *chain, const struct gx_owner *owner, const struct gx_rule *rule)
{
	bool is_any = chain->qtype == KNOT_RRTYPE_ANY;
	enum gx_family family = chain->qtype == KNOT_RRTYPE_AAAA ? GX_IPV6 : GX_IPV4;
	const struct gx_geo *geo = owner->geo;
	const struct gx_map *map = &chain->renderer->lookup.config->maps[geo->map];
	const struct gx_force *force = force_of(chain);
	const struct gx_rrset *rrset;
	uint32_t site;

	if (!is_any && chain->qtype != KNOT_RRTYPE_A && chain->qtype != KNOT_RRTYPE_AAAA) {
		rrset = gx_node_find(owner->node, chain->qtype);
		if (!rrset)
			return end_nodata(chain, owner->zone);
		return put(chain, last_name(chain), rrset->type, rrset->ttl_s, &rrset->rdata);
	}
	site = gx_geo_find_site(geo, map, rule, family);
	if (site == GX_SITE_NONE && is_any) {
		family = GX_IPV6;
		site = gx_geo_find_site(geo, map, rule, family);
	}
	/* The name has none of the family, wherever one asks and whatever is up. */
	if (site == GX_SITE_NONE)
		return end_nodata(chain, owner->zone);
	site = force ? force->site : site;
	add_pick(chain, geo, rule, site, family);
	if (!has_any(site_at(geo, site), family))
		return end_nodata(chain, owner->zone);
	return put_addresses(chain, geo, site_at(geo, site), family, force ? force->subset : GX_SUBSET_ALL);
}

static int step_geo(struct chain *chain, const struct gx_owner *owner)
{
	const struct gx_config *config = chain->renderer->lookup.config;
	const struct gx_geo *geo = owner->geo;
	const struct gx_force *force = force_of(chain);
	const struct gx_rule *rule;
	const struct gx_geo_site *site;
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
	site = site_at(geo, force ? force->site : rule->sites[0]);
	add_pick(chain, geo, rule, force ? force->site : rule->sites[0], GX_IPV4);
	if (!site || !site->target)
		return end_nodata(chain, owner->zone);
	err = put_rdata(chain, KNOT_RRTYPE_CNAME, ttl_of(chain, geo), site->target, knot_dname_size(site->target));
	if (err)
		return err;
	return follows_cname(chain->qtype) ? go_on(chain, site->target) : 0;
}

/* What the last name of the chain adds. Returns 1: the chain goes on; 0: it is complete; -errno. */
static int step(struct chain *chain)
{
	struct gx_owner owner = gx_lookup_find(&chain->renderer->lookup, last_name(chain),
					       chain->qtype == KNOT_RRTYPE_DS);

	switch (owner.kind) {
	case GX_OWNER_OUT:
		return chain->n_names == 1 ? -ENOENT : 0;
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

int gx_render(struct gx_renderer *renderer, const knot_dname_t *qname, uint16_t qtype, uint32_t location,
	      struct gx_rendered *out)
{
	return gx_render_rotated(renderer, qname, qtype, location, 0, out);
}

int gx_render_rotated(struct gx_renderer *renderer, const knot_dname_t *qname, uint16_t qtype, uint32_t location,
		      unsigned int rotation, struct gx_rendered *out)
{
	const struct gx_forcing forcing = { .rotation = rotation };

	return gx_render_forced(renderer, qname, qtype, location, &forcing, out);
}

int gx_render_forced(struct gx_renderer *renderer, const knot_dname_t *qname, uint16_t qtype, uint32_t location,
		     const struct gx_forcing *forcing, struct gx_rendered *out)
{
	knot_pkt_t *packet = renderer->packet;
	size_t question = KNOT_WIRE_HEADER_SIZE + knot_dname_size(qname) + 2 * sizeof(uint16_t);
	struct chain chain = {
		.renderer = renderer,
		.qname = qname,
		.qtype = qtype,
		.location = gx_locations_get(renderer->lookup.config->locations, location),
		.forcing = forcing,
		.is_flat = knot_dname_is_wildcard(qname),
		.out = out,
		.names = { qname },
		.n_names = 1,
	};
	int err;

	memset(out, 0, offsetof(struct gx_rendered, picks));
	out->rotations = 1;
	knot_pkt_clear(packet);
	if (knot_pkt_put_question(packet, qname, KNOT_CLASS_IN, qtype))
		return -EMSGSIZE;
	do {
		err = step(&chain);
	} while (err > 0);
	if (err)
		return err;
	out->octets = packet->wire + question;
	out->len_octets = packet->size - question;
	out->ancount = knot_wire_get_ancount(packet->wire);
	out->nscount = knot_wire_get_nscount(packet->wire);
	out->arcount = knot_wire_get_arcount(packet->wire);
	out->flags1 = GX_DNS1_AA;
	return 0;
}
