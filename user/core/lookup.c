/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lookup: what all loaded zones and geo names together say of a name (RFC 1034 4.3.2). */
#include "user/core/lookup.h"

#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/rrtype/rdname.h>

static const knot_dname_t *parent_of(const struct gx_geo *geo)
{
	return *geo->owner ? geo->owner + 1 + *geo->owner : geo->owner;
}

/* The names between a geo name and its zone's apex. */
static void add_above(struct gx_lookup *lookup, const struct gx_geo *geo)
{
	int labels = knot_dname_in_bailiwick(geo->owner, lookup->config->zones[geo->zone].apex);
	const knot_dname_t *name = parent_of(geo);

	/* Once a name is there, so are those above it. */
	for (; labels > 1 && gx_dict_put(&lookup->above_geos, name, 0); labels--)
		name += *name + 1;
}

void gx_lookup_init(struct gx_lookup *lookup, const struct gx_config *config)
{
	*lookup = (struct gx_lookup){ .config = config };
	for (size_t i = 0; i < config->n_zones; i++)
		gx_dict_put(&lookup->zones, config->zones[i].apex, i);
	_Static_assert(offsetof(struct gx_geo, owner) == 0, "as gx_dict_put_all() wants it");
	gx_dict_put_all(&lookup->geos, config->geos, config->n_geos, sizeof(*config->geos));
	for (size_t i = 0; i < config->n_geos; i++) {
		gx_ask_ahead(config->geos, i, config->n_geos, owner);
		/* Most have the same parent as the one before. */
		if (!i || config->geos[i].zone != config->geos[i - 1].zone ||
		    !knot_dname_is_equal(parent_of(&config->geos[i]), parent_of(&config->geos[i - 1])))
			add_above(lookup, &config->geos[i]);
	}
}

void gx_lookup_free(struct gx_lookup *lookup)
{
	gx_dict_free(&lookup->zones);
	gx_dict_free(&lookup->geos);
	gx_dict_free(&lookup->above_geos);
}

bool gx_type_beside_cname(uint16_t type)
{
	return type == KNOT_RRTYPE_RRSIG || type == KNOT_RRTYPE_NSEC;
}

bool gx_type_has_names(uint16_t type)
{
	const int *block = knot_get_rdata_descriptor(type)->block_types;

	for (; *block != KNOT_RDATA_WF_END; block++)
		if (*block < 0 && *block != KNOT_RDATA_WF_REMAINDER)
			return true;
	return knot_rrtype_additional_needed(type);
}

const struct gx_rrset *gx_owner_cname(const struct gx_owner *owner)
{
	return owner->kind == GX_OWNER_DATA ? gx_node_find(owner->node, KNOT_RRTYPE_CNAME) : NULL;
}

/* The loaded zone with the longest apex at or above the name. */
static const struct gx_zone *find_zone(const struct gx_lookup *lookup, const knot_dname_t *name)
{
	uint32_t zone;

	for (;; name += *name + 1) {
		if (gx_dict_find(&lookup->zones, name, &zone))
			return &lookup->config->zones[zone];
		if (*name == 0)
			return NULL;
	}
}

static struct gx_owner owner_of_node(const struct gx_zone *zone, const struct gx_node *node)
{
	return (struct gx_owner){ .kind = GX_OWNER_DATA, .zone = zone, .node = node };
}

static struct gx_owner owner_of_geo(const struct gx_lookup *lookup, uint32_t index, bool is_wildcard)
{
	const struct gx_geo *geo = &lookup->config->geos[index];
	const struct gx_zone *zone = &lookup->config->zones[geo->zone];

	return (struct gx_owner){
		.kind = GX_OWNER_GEO,
		.is_wildcard = is_wildcard,
		.zone = zone,
		.node = geo->kind == GX_GEO_ADDRESS ? gx_zone_find(zone, geo->owner) : NULL,
		.geo = geo,
	};
}

/* What geo names say of "*.encloser". Returns false: nothing. */
static bool find_geo_wildcard(const struct gx_lookup *lookup, const struct gx_zone *zone,
			      const knot_dname_t *encloser, struct gx_owner *out)
{
	knot_dname_storage_t wildcard = { 1, '*' };
	size_t len = knot_dname_size(encloser);
	uint32_t geo;

	if (len + 2 > sizeof(wildcard))
		return false;
	memcpy(wildcard + 2, encloser, len);
	if (gx_dict_find(&lookup->geos, wildcard, &geo)) {
		*out = owner_of_geo(lookup, geo, true);
		return true;
	}
	/* It exists because of one below it, and has nothing (RFC 4592 4.9). */
	if (!gx_dict_find(&lookup->above_geos, wildcard, NULL) || gx_zone_find(zone, wildcard))
		return false;
	*out = owner_of_node(zone, NULL);
	out->is_wildcard = true;
	return true;
}

/*
 * The zone has no node of this name. Names that exist only because of a geo name come closer than the
 * zone's own closest encloser: they are empty non-terminals, and keep the zone's wildcards off what is
 * below them (RFC 4592 2.2.2 and 3.3.1).
 */
static struct gx_owner find_synthesised(const struct gx_lookup *lookup, const struct gx_zone *zone,
					const knot_dname_t *name, const struct gx_match *match)
{
	const struct gx_owner none = { .kind = GX_OWNER_NONE, .zone = zone };
	const knot_dname_t *encloser = match->node->owner, *at;
	bool closer = false;
	struct gx_owner out;

	if (match->kind == GX_MATCH_WILDCARD)
		encloser += *encloser + 1;
	for (at = name; knot_dname_in_bailiwick(at, encloser) > 0; at += *at + 1) {
		closer = gx_dict_find(&lookup->above_geos, at, NULL) || gx_dict_find(&lookup->geos, at, NULL);
		if (closer)
			break;
	}
	if (closer && at == name)
		return owner_of_node(zone, NULL);
	if (find_geo_wildcard(lookup, zone, at, &out))
		return out;
	if (closer || match->kind != GX_MATCH_WILDCARD)
		return none;
	/* What a wildcard delegation or DNAME means is not defined (RFC 4592 4.2, RFC 6672 3.3). */
	if (match->node->delegation || gx_node_find(match->node, KNOT_RRTYPE_DNAME))
		return (struct gx_owner){ .kind = GX_OWNER_OUT };
	out = owner_of_node(zone, match->node);
	out.is_wildcard = true;
	return out;
}

struct gx_owner gx_lookup_find(const struct gx_lookup *lookup, const knot_dname_t *name, bool parent_side)
{
	const struct gx_owner out = { .kind = GX_OWNER_OUT };
	const struct gx_zone *zone = find_zone(lookup, name), *parent = NULL;
	struct gx_match match;
	uint32_t geo;

	if (parent_side && zone && *name && knot_dname_is_case_equal(name, zone->apex))
		parent = find_zone(lookup, name + *name + 1);
	if (!parent && gx_dict_find(&lookup->geos, name, &geo))
		return owner_of_geo(lookup, geo, false);
	if (!zone)
		return out;
	zone = parent ? parent : zone;
	match = gx_zone_match(zone, name);
	switch (match.kind) {
	case GX_MATCH_NODE:
		return owner_of_node(zone, match.node);
	case GX_MATCH_DELEGATION:
		if (parent_side && knot_dname_is_case_equal(name, match.node->owner))
			return owner_of_node(zone, match.node);
		return out;
	case GX_MATCH_DNAME:
		return out;
	case GX_MATCH_WILDCARD:
	case GX_MATCH_NONE:
		return find_synthesised(lookup, zone, name, &match);
	}
	return out;
}

const struct gx_node *gx_lookup_dname(const struct gx_lookup *lookup, const knot_dname_t *name,
				      knot_dname_storage_t made)
{
	const struct gx_zone *zone = find_zone(lookup, name);
	const knot_dname_t *target;
	struct gx_match match;
	size_t prefix, len;

	if (!zone)
		return NULL;
	match = gx_zone_match(zone, name);
	if (match.kind != GX_MATCH_DNAME)
		return NULL;
	target = knot_dname_target(gx_node_find(match.node, KNOT_RRTYPE_DNAME)->rdata.rdata);
	prefix = knot_dname_size(name) - knot_dname_size(match.node->owner);
	len = knot_dname_size(target);
	if (prefix + len > KNOT_DNAME_MAXLEN)
		return NULL;
	memcpy(made, name, prefix);
	memcpy(made + prefix, target, len);
	return match.node;
}
