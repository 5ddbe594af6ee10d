/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The renderer: the octets that answer a question from a location (RFC 1034 4.3.2, with geo names). */
#include "user/core/render.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/rrtype/rdname.h>

#include "geoxdp/dns.h"
#include "geoxdp/limits.h"
#include "user/core/pointers.h"
#include "user/core/render_impl.h"

struct gx_renderer *gx_renderer_new(const struct gx_config *config)
{
	struct gx_renderer *renderer = gx_calloc(1, sizeof(*renderer));

	gx_lookup_init(&renderer->lookup, config);
	renderer->signer = gx_signer_new(config->now_s);
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
	gx_signer_free(renderer->signer);
	free(renderer->rdata);
	free(renderer->indices);
	free(renderer);
}

void gx_renderer_signed(const struct gx_renderer *renderer, uint64_t *until_s, uint64_t *renew_s)
{
	const struct gx_config *config = renderer->lookup.config;

	*until_s = *renew_s = 0;
	for (size_t i = 0; gx_signer_count(renderer->signer) && i < config->n_zones; i++) {
		struct gx_signer_times times;

		if (!config->zones[i].keys)
			continue;
		times = gx_signer_times(config->zones[i].keys->validity_s, config->now_s);
		*until_s = *until_s && *until_s < times.expiration_s ? *until_s : times.expiration_s;
		*renew_s = *renew_s && *renew_s < times.renew_s ? *renew_s : times.renew_s;
	}
}

const struct gx_lookup *gx_renderer_lookup(const struct gx_renderer *renderer)
{
	return &renderer->lookup;
}

/* Is the last name the wildcard that is asked for, in place of what it synthesises? */
static bool is_partial(const struct gx_chain *chain)
{
	return chain->n_names == 1 && chain->partial;
}

/* The name exists, but not the type. */
static int end_nodata(struct gx_chain *chain, const struct gx_owner *owner)
{
	const knot_dname_t *name = gx_chain_last(chain);
	int err = gx_chain_put_soa(chain, owner->zone);

	chain->out->is_nodata = true;
	if (!err && is_partial(chain))
		return gx_chain_prove_wildcard_part(chain, owner->zone, name);
	if (err || !owner->is_wildcard)
		return err ? err : gx_chain_prove_nodata(chain, owner->zone, name);
	return gx_chain_prove_wildcard_nodata(chain, owner->zone, name, owner->node ? owner->node->owner : NULL);
}

/* The geo name has the type, but not now, as all is down: the zone's NSEC says otherwise. */
static int end_gone(struct gx_chain *chain, const struct gx_owner *owner)
{
	if (gx_chain_signs(chain, owner->zone))
		return gx_chain_lack(chain, owner->zone, GX_LACK_GEO);
	return end_nodata(chain, owner);
}

static int end_nxdomain(struct gx_chain *chain, const struct gx_zone *zone)
{
	const knot_dname_t *name = gx_chain_last(chain);
	int err = gx_chain_put_soa(chain, zone);

	chain->out->rcode = KNOT_RCODE_NXDOMAIN;
	return err ? err : gx_chain_prove_nxdomain(chain, zone, name, gx_zone_match(zone, name).node->owner);
}

/* The chain goes on at this name. Returns 1, or -errno. */
static int go_on(struct gx_chain *chain, const knot_dname_t *target)
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
	/* Of those, RRSIGs come first by their number, and have none. */
	return first || !node || !node->n_rrsets ? first : &node->rrsets[node->n_rrsets - 1];
}

/* RRSIGs that are asked for: those of one RRset, as with ANY. Returns 0 or -errno. */
static int put_some_rrsigs(struct gx_chain *chain, const struct gx_node *node)
{
	struct gx_rrset rrsigs = *gx_node_find(node, KNOT_RRTYPE_RRSIG);

	for (uint16_t i = 0; i < node->n_rrsets; i++) {
		if (!node->rrsets[i].rrsigs.count)
			continue;
		rrsigs.rdata = node->rrsets[i].rrsigs;
		rrsigs.ttl_s = node->rrsets[i].ttl_s;
		break;
	}
	return gx_chain_put(chain, NULL, gx_chain_last(chain), &rrsigs);
}

/* An RRset of the last name. */
static int put_data(struct gx_chain *chain, const struct gx_owner *owner, const struct gx_rrset *rrset)
{
	int err;

	if (is_partial(chain) && knot_rrtype_is_dnssec(rrset->type))
		return -ENOENT;
	if (rrset->type == KNOT_RRTYPE_RRSIG)
		err = put_some_rrsigs(chain, owner->node);
	else
		err = gx_chain_put(chain, owner->zone, gx_chain_last(chain), rrset);
	if (!err && owner->is_wildcard)
		err = gx_chain_prove_wildcard(chain, owner->zone, gx_chain_last(chain), owner->node->owner);
	return err;
}

/* The RRsets of a zone. Returns 1: the chain goes on; 0: it is complete; -errno. */
static int step_data(struct gx_chain *chain, const struct gx_owner *owner)
{
	bool is_any = chain->qtype == KNOT_RRTYPE_ANY;
	const struct gx_rrset *rrset = is_any ? choose_any(owner->node) :
						gx_node_find(owner->node, chain->qtype);
	int err;

	if (rrset) {
		err = put_data(chain, owner, rrset);
		gx_chain_lead(chain, owner->zone, rrset, NULL);
		return err;
	}
	rrset = gx_node_find(owner->node, KNOT_RRTYPE_CNAME);
	if (!rrset || gx_type_beside_cname(chain->qtype))
		return end_nodata(chain, owner);
	err = put_data(chain, owner, rrset);
	return err ? err : go_on(chain, knot_cname_name(rrset->rdata.rdata));
}

/* `localhost.<geo-zone>`: where the client is. */
static int step_location(struct gx_chain *chain, const struct gx_owner *owner)
{
	uint16_t country = chain->location->country;
	const uint8_t address[4] = { 127, 0, country >> 8, country & 0xff };

	if (chain->qtype != KNOT_RRTYPE_A && chain->qtype != KNOT_RRTYPE_ANY)
		return end_nodata(chain, owner);
	chain->out->by_location = true;
	return gx_chain_put_rdata(chain, owner->zone, KNOT_RRTYPE_A, gx_chain_ttl(chain, owner->geo), address,
				  sizeof(address));
}

/* What this geo name, the next on the way, is forced to; NULL: nothing. */
static const struct gx_force *force_of(const struct gx_chain *chain)
{
	size_t at = chain->out->n_picks;

	return at < chain->forcing->n_forces ? &chain->forcing->forces[at] : NULL;
}

static void add_pick(struct gx_chain *chain, const struct gx_geo *geo, const struct gx_rule *rule, uint32_t site,
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
static int step_addresses(struct gx_chain *chain, const struct gx_owner *owner, const struct gx_rule *rule)
{
	bool is_any = chain->qtype == KNOT_RRTYPE_ANY;
	enum gx_family family = chain->qtype == KNOT_RRTYPE_AAAA ? GX_IPV6 : GX_IPV4;
	const struct gx_geo *geo = owner->geo;
	const struct gx_map *map = &chain->renderer->lookup.config->maps[geo->map];
	const struct gx_force *force = force_of(chain);
	const struct gx_rrset *rrset;
	uint32_t site;
	int err;

	if (!is_any && chain->qtype != KNOT_RRTYPE_A && chain->qtype != KNOT_RRTYPE_AAAA) {
		rrset = gx_node_find(owner->node, chain->qtype);
		if (!rrset)
			return end_nodata(chain, owner);
		err = put_data(chain, owner, rrset);
		gx_chain_lead(chain, owner->zone, rrset, NULL);
		return err;
	}
	site = gx_geo_find_site(geo, map, rule, family);
	if (site == GX_SITE_NONE && is_any) {
		family = GX_IPV6;
		site = gx_geo_find_site(geo, map, rule, family);
	}
	/* The name has none of the family, wherever one asks and whatever is up. */
	if (site == GX_SITE_NONE)
		return end_nodata(chain, owner);
	site = force ? force->site : site;
	add_pick(chain, geo, rule, site, family);
	if (!has_any(site_at(geo, site), family))
		return end_gone(chain, owner);
	return gx_chain_put_addresses(chain, owner->zone, geo, site_at(geo, site), family, force ? force->subset : GX_SUBSET_ALL);
}

/*
 * RRSIGs that the file has of a geo name sign what is not answered here, and NSEC is asked for beside a CNAME:
 * others answer.
 */
static bool is_hidden(const struct gx_owner *owner, uint16_t type)
{
	return (type == KNOT_RRTYPE_RRSIG || (type == KNOT_RRTYPE_NSEC && owner->geo->kind == GX_GEO_CNAME)) &&
	       gx_node_find(gx_zone_find(owner->zone, owner->geo->owner), type);
}

static int step_geo(struct gx_chain *chain, const struct gx_owner *owner)
{
	const struct gx_config *config = chain->renderer->lookup.config;
	const struct gx_geo *geo = owner->geo;
	const struct gx_force *force = force_of(chain);
	const struct gx_rule *rule;
	const struct gx_geo_site *site;
	int err;

	if (gx_chain_signs(chain, owner->zone) && !geo->is_signed)
		return gx_chain_lack(chain, owner->zone, GX_LACK_GEO);
	if (is_hidden(owner, chain->qtype))
		return -ENOENT;
	if (geo->kind == GX_GEO_LOCATION)
		return step_location(chain, owner);
	rule = gx_map_find(&config->maps[geo->map], config->groups, chain->location);
	if (!rule)
		return -ENOENT;	/* a map without a default, which is no configuration to serve */
	if (geo->kind == GX_GEO_ADDRESS)
		return step_addresses(chain, owner, rule);
	if (gx_type_beside_cname(chain->qtype))
		return end_nodata(chain, owner);
	site = site_at(geo, force ? force->site : rule->sites[0]);
	add_pick(chain, geo, rule, force ? force->site : rule->sites[0], GX_IPV4);
	if (!site || !site->target)
		return end_gone(chain, owner);
	err = gx_chain_put_rdata(chain, owner->zone, KNOT_RRTYPE_CNAME, gx_chain_ttl(chain, geo), site->target,
				 knot_dname_size(site->target));
	if (err)
		return err;
	return follows_cname(chain->qtype) ? go_on(chain, site->target) : 0;
}

/*
 * The servers of the zone below, and their addresses as far as this zone has them (RFC 1034 4.3.2, 3b). The NS are
 * the zone below's to sign; this one has its DS, or says that there is none (RFC 4035 3.1.4).
 */
static int put_referral(struct gx_chain *chain, const struct gx_zone *zone, const struct gx_node *node)
{
	const struct gx_rrset *ns = gx_node_find(node, KNOT_RRTYPE_NS), *ds = gx_node_find(node, KNOT_RRTYPE_DS);
	int err;

	knot_pkt_begin(chain->renderer->packet, KNOT_AUTHORITY);
	err = gx_chain_put(chain, NULL, node->owner, ns);
	gx_chain_lead(chain, zone, ns, node->owner);
	if (err || !gx_chain_signs(chain, zone))
		return err;
	return ds ? gx_chain_put(chain, zone, node->owner, ds) : gx_chain_prove_nodata(chain, zone, node->owner);
}

/*
 * The CNAME that a DNAME makes (RFC 6672 3.1), which nobody signs (RFC 6672 5.3.1). One that would be too long is
 * YXDOMAIN, which is the backend's.
 */
static int step_dname(struct gx_chain *chain, const struct gx_zone *zone)
{
	uint8_t *made = chain->made[chain->n_names - 1];
	const struct gx_node *node = gx_lookup_dname(&chain->renderer->lookup, gx_chain_last(chain), made);
	const struct gx_rrset *dname = gx_node_find(node, KNOT_RRTYPE_DNAME);
	int err;

	if (!dname)
		return -ENOENT;
	err = gx_chain_put(chain, zone, node->owner, dname);
	if (!err)
		err = gx_chain_put_rdata(chain, NULL, KNOT_RRTYPE_CNAME, dname->ttl_s, made, knot_dname_size(made));
	return err ? err : go_on(chain, made);
}

/*
 * The last name is at or below a delegation: the chain ends with the referral; below a DNAME, it goes on (RFC 1034
 * 4.3.2, 3b and RFC 6672 3.2). Of others' names nothing is said. Returns as step().
 */
static int step_out(struct gx_chain *chain)
{
	const struct gx_zone *zone = gx_config_find_zone(chain->renderer->lookup.config, gx_chain_last(chain));
	struct gx_match match;

	if (chain->n_names == 1)
		return -ENOENT;
	if (!zone)
		return 0;
	match = gx_zone_match(zone, gx_chain_last(chain));
	if (match.kind == GX_MATCH_DELEGATION)
		return put_referral(chain, zone, match.node);
	return match.kind == GX_MATCH_DNAME ? step_dname(chain, zone) : -ENOENT;
}

/* What the last name of the chain adds. Returns 1: the chain goes on; 0: it is complete; -errno. */
static int step(struct gx_chain *chain)
{
	struct gx_owner owner = gx_lookup_find(&chain->renderer->lookup, gx_chain_last(chain),
					       chain->qtype == KNOT_RRTYPE_DS);

	switch (owner.kind) {
	case GX_OWNER_OUT:
		return step_out(chain);
	case GX_OWNER_NONE:
		return end_nxdomain(chain, owner.zone);
	case GX_OWNER_DATA:
		return step_data(chain, &owner);
	case GX_OWNER_GEO:
		return step_geo(chain, &owner);
	}
	return -ENOENT;
}

static int begin(struct gx_chain *chain)
{
	knot_pkt_t *packet = chain->renderer->packet;

	memset(chain->out, 0, offsetof(struct gx_rendered, picks));
	chain->out->rotations = 1;
	chain->names[0] = chain->qname;
	chain->n_names = 1;
	chain->n_qname = 0;
	chain->core_octets = 0;
	chain->n_proofs = 0;
	chain->leads.rrset = NULL;
	knot_pkt_clear(packet);
	return knot_pkt_put_question(packet, chain->qname, KNOT_CLASS_IN, chain->qtype) ? -EMSGSIZE : 0;
}

/* The rest of the sections; what is in the packet then is the answer. Returns 0 or -errno. */
static int finish(struct gx_chain *chain)
{
	size_t question = KNOT_WIRE_HEADER_SIZE + knot_dname_size(chain->qname) + 2 * sizeof(uint16_t);
	const knot_pkt_t *packet = chain->renderer->packet;
	struct gx_rendered *out = chain->out;
	int err = chain->partial && chain->leads.cut ? -ENOENT : 0;	/* a referral goes with its glue */

	if (!chain->partial)
		err = gx_chain_put_proofs(chain);
	if (!err && !chain->partial)
		err = gx_chain_put_additional(chain);
	if (err)
		return err;
	out->octets = packet->wire + question;
	out->question_octets = question;
	out->len_octets = packet->size - question;
	out->ancount = knot_wire_get_ancount(packet->wire);
	out->nscount = knot_wire_get_nscount(packet->wire);
	out->arcount = knot_wire_get_arcount(packet->wire);
	out->core_octets = chain->core_octets ? chain->core_octets - question : out->len_octets;
	out->flags1 = GX_DNS1_AA;
	out->n_proofs = chain->n_proofs;
	memcpy(out->proofs, chain->proofs,
	       sizeof(*out->proofs) * (chain->n_proofs < GX_SHIFT_TAILS ? chain->n_proofs : GX_SHIFT_TAILS));
	return 0;
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
 * Can the pointers of a wildcard's answer be moved? Not where data has the wildcard's own name: its pointer would
 * mean the name in question.
 */
static bool can_move(const struct gx_chain *chain)
{
	struct gx_rendered *out = chain->out;
	int all = gx_rendered_pointers(out, NULL, 0), moving;

	out->keeps_qname = true;
	moving = gx_rendered_pointers(out, NULL, 0);
	return all - moving == (int)chain->n_qname && moving <= GX_SHIFT_POINTERS;
}

static int render_chain(struct gx_chain *chain)
{
	int err = begin(chain);

	while (!err && (err = step(chain)) > 0)
		err = 0;
	return err ? err : finish(chain);
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
	struct gx_chain chain = {
		.renderer = renderer,
		.qname = qname,
		.qtype = qtype,
		.location = gx_locations_get(renderer->lookup.config->locations, location),
		.forcing = forcing,
		.dnssec = forcing->dnssec,
		.partial = forcing->partial,
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
			   bool dnssec, struct gx_rendered *out)
{
	struct gx_chain chain = { .renderer = renderer, .qname = node->owner, .qtype = KNOT_RRTYPE_A, .dnssec = dnssec,
				  .out = out };
	int err = begin(&chain);

	err = err ? err : put_referral(&chain, zone, node);
	err = err ? err : finish(&chain);
	if (err)
		return err;
	out->is_referral = true;
	out->flags1 = 0;
	out->base_octets = knot_dname_size(chain.qname);
	return 0;
}

/* All names of a zone share it, so it is made for the shortest of them. */
static int render_negative(struct gx_renderer *renderer, const struct gx_zone *zone, uint8_t rcode, bool dnssec,
			   struct gx_rendered *out)
{
	struct gx_chain chain = { .renderer = renderer, .qname = zone->apex, .qtype = KNOT_RRTYPE_A, .dnssec = dnssec,
				  .out = out };
	int err = begin(&chain);

	err = err ? err : gx_chain_put_soa(&chain, zone);
	err = err ? err : finish(&chain);
	if (err)
		return err;
	out->is_nodata = rcode == KNOT_RCODE_NOERROR;
	out->rcode = rcode;
	out->base_octets = knot_dname_size(chain.qname);
	return 0;
}

int gx_render_nodata(struct gx_renderer *renderer, const struct gx_zone *zone, bool dnssec, struct gx_rendered *out)
{
	return render_negative(renderer, zone, KNOT_RCODE_NOERROR, dnssec, out);
}

int gx_render_below(struct gx_renderer *renderer, const knot_dname_t *encloser, bool dnssec, struct gx_rendered *out)
{
	const struct gx_zone *zone = gx_config_find_zone(renderer->lookup.config, encloser);
	struct gx_match match;

	if (!zone)
		return -ENOENT;
	match = gx_zone_match(zone, encloser);
	if (match.kind == GX_MATCH_DELEGATION)
		return render_referral(renderer, zone, match.node, dnssec, out);
	if (match.kind == GX_MATCH_DNAME || (match.kind == GX_MATCH_NODE && gx_node_find(match.node, KNOT_RRTYPE_DNAME)))
		return -ENOENT;
	return render_negative(renderer, zone, KNOT_RCODE_NXDOMAIN, dnssec, out);
}
