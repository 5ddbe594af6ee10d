/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: which names are loaded, and what the chains from them can end in. */
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/rrtype/rdname.h>

#include "user/core/image_impl.h"
#include "user/core/name.h"

/* --- names ------------------------------------------------------------------------------------- */

static struct gx_load *add_load(struct gx_builder *builder, const knot_dname_t *name)
{
	uint32_t at = builder->n_loads;

	if (!gx_dict_put(&builder->loaded, name, at)) {
		gx_dict_find(&builder->loaded, name, &at);
		return &builder->loads[at];
	}
	gx_grow(&builder->loads, builder->n_loads, builder->loads_capacity);
	builder->loads[builder->n_loads++] = (struct gx_load){ .name = name };
	return &builder->loads[at];
}

static const knot_dname_t *target_of(const struct gx_rrset *cname)
{
	return knot_cname_name(cname->rdata.rdata);
}

/* The geo name that a CNAME leads to, through other CNAMEs; NULL: none. */
static const struct gx_geo *follow_to_geo(const struct gx_builder *builder, const struct gx_rrset *cname)
{
	for (int i = 0; cname && i < GX_CHAIN_MAX; i++) {
		struct gx_owner owner = gx_lookup_find(builder->lookup, target_of(cname), false);

		if (owner.kind == GX_OWNER_GEO)
			return owner.geo;
		cname = gx_owner_cname(&owner);
	}
	return NULL;
}

/* Names of a zone whose CNAME leads to a geo name. */
static void collect_aliases(struct gx_builder *builder, const struct gx_zone *zone)
{
	for (size_t i = 0; i < zone->n_nodes; i++) {
		const struct gx_node *node = &zone->nodes[i];
		const struct gx_rrset *cname = gx_node_find(node, KNOT_RRTYPE_CNAME);
		const struct gx_geo *geo = cname ? follow_to_geo(builder, cname) : NULL;
		struct gx_owner owner;

		if (!geo)
			continue;
		/* Below a cut, hidden by a geo name, or in another zone that is loaded: not this CNAME. */
		owner = gx_lookup_find(builder->lookup, node->owner, false);
		if (owner.kind == GX_OWNER_DATA && owner.node == node)
			add_load(builder, node->owner);
	}
}

/* The target of each site, and behind these that of the last resort. NULL: none. */
static const knot_dname_t *target_at(const struct gx_config *config, const struct gx_geo *geo, size_t i)
{
	if (i < config->maps[geo->map].n_sites)
		return geo->sites[i].target;
	return geo->last_resort ? geo->last_resort->target : NULL;
}

/* Names that a geo name's targets lead to: nodes of loaded zones, each answered like a name of its own. */
static void collect_targets(struct gx_builder *builder, const struct gx_geo *geo)
{
	for (size_t i = 0; i <= builder->config->maps[geo->map].n_sites; i++) {
		const knot_dname_t *name = target_at(builder->config, geo, i);

		for (int hops = 0; name && hops <= GX_CHAIN_MAX; hops++) {
			struct gx_owner owner = gx_lookup_find(builder->lookup, name, false);
			const struct gx_rrset *cname = gx_owner_cname(&owner);

			if (owner.kind == GX_OWNER_DATA && owner.node && !owner.is_wildcard)
				add_load(builder, owner.node->owner);
			name = cname ? target_of(cname) : NULL;
		}
	}
}

/* Names that exist only because a geo name is below them: no backend knows of these. */
static void collect_above(struct gx_builder *builder, const struct gx_geo *geo)
{
	const struct gx_zone *zone = &builder->config->zones[geo->zone];
	int labels = knot_dname_in_bailiwick(geo->owner, zone->apex);
	const knot_dname_t *name = geo->owner;

	for (; labels > 1; labels--) {
		name += *name + 1;
		if (!gx_zone_find(zone, name))
			add_load(builder, name);
	}
}

/* --- what wildcards must not reach -------------------------------------------------------------- */

/* A name that exists; where it is not loaded anyway, it is passed. */
static struct gx_load *add_block(struct gx_builder *builder, const knot_dname_t *name)
{
	size_t before = builder->n_loads;
	struct gx_load *load = add_load(builder, name);

	if (builder->n_loads > before) {
		load->is_block = true;
		builder->image->n_blocks++;
	}
	return load;
}

static bool is_below(const knot_dname_t *name, const knot_dname_t *parent)
{
	return knot_dname_in_bailiwick(name, parent) > 0;
}

/* All that exists below the name in front of which a wildcard stands, in its zone and at the apexes of others. */
static void block_below(struct gx_builder *builder, const struct gx_zone *zone, const knot_dname_t *parent)
{
	const struct gx_config *config = builder->config;
	const struct gx_node *node = gx_zone_find(zone, parent), *end = zone->nodes + zone->n_nodes;

	/* In canonical order, what is below a node comes right behind it. What is below a cut, the cut keeps. */
	for (node = node ? node + 1 : end; node < end && is_below(node->owner, parent); node++) {
		if (!node->below_cut)
			add_block(builder, node->owner);
	}
	for (size_t i = 0; i < config->n_geos; i++) {
		const knot_dname_t *name = config->geos[i].owner;

		for (; is_below(name, parent); name += *name + 1)
			add_block(builder, name);
	}
	for (size_t i = 0; i < config->n_zones; i++) {
		if (is_below(config->zones[i].apex, parent))
			add_block(builder, config->zones[i].apex);
	}
}

static void collect_blocks(struct gx_builder *builder)
{
	size_t n_loads = builder->n_loads;

	for (size_t i = 0; i < n_loads; i++) {
		const knot_dname_t *name = builder->loads[i].name, *parent = name + 2;
		struct gx_owner owner;

		if (!knot_dname_is_wildcard(name))
			continue;
		owner = gx_lookup_find(builder->lookup, name, false);
		if (!owner.zone || !gx_name_within(parent, owner.zone->apex))
			continue;
		add_block(builder, parent)->flags |= GX_NAME_WILDCARD;
		builder->image->n_wildcards++;
		block_below(builder, owner.zone, parent);
	}
}

void gx_image_collect(struct gx_builder *builder)
{
	const struct gx_config *config = builder->config;

	for (size_t i = 0; i < config->n_geos; i++) {
		add_load(builder, config->geos[i].owner);
		collect_above(builder, &config->geos[i]);
	}
	for (size_t i = 0; i < config->n_zones; i++)
		collect_aliases(builder, &config->zones[i]);
	for (size_t i = 0; i < config->n_geos; i++) {
		if (config->geos[i].kind == GX_GEO_CNAME)
			collect_targets(builder, &config->geos[i]);
	}
	collect_blocks(builder);
}

/* --- ends -------------------------------------------------------------------------------------- */

static void add_type(struct gx_type_set *set, uint16_t type)
{
	size_t at = set->count;

	while (at && set->types[at - 1] >= type) {
		if (set->types[--at] == type)
			return;
	}
	gx_grow(&set->types, set->count, set->capacity);
	memmove(&set->types[at + 1], &set->types[at], (set->count - at) * sizeof(*set->types));
	set->types[at] = type;
	set->count++;
}

static void add_node_types(struct gx_ends *ends, const struct gx_node *node)
{
	for (uint16_t i = 0; node && i < node->n_rrsets; i++)
		add_type(&ends->types, node->rrsets[i].type);
}

static bool is_same_owner(const struct gx_owner *a, const struct gx_owner *b)
{
	return a->kind == b->kind && a->zone == b->zone && a->node == b->node && a->geo == b->geo;
}

/*
 * Follow the CNAMEs of zone files from a name, and add what they end in. Returns the geo name that they
 * lead to instead, or NULL.
 */
static const struct gx_geo *walk(struct gx_builder *builder, const knot_dname_t *name,
				 struct gx_ends *ends)
{
	for (int hops = 0; hops <= GX_CHAIN_MAX; hops++) {
		struct gx_owner owner = gx_lookup_find(builder->lookup, name, false);
		struct gx_owner above = gx_lookup_find(builder->lookup, name, true);
		const struct gx_rrset *cname = gx_owner_cname(&owner);

		ends->is_signed |= (owner.zone && owner.zone->is_signed) ||
				   (above.zone && above.zone->is_signed);
		if (!is_same_owner(&owner, &above))
			add_type(&ends->types, KNOT_RRTYPE_DS);
		if (owner.kind == GX_OWNER_GEO)
			return owner.geo;
		if (!cname) {
			if (owner.kind == GX_OWNER_DATA)
				add_node_types(ends, owner.node);
			return NULL;
		}
		name = target_of(cname);
	}
	return NULL;	/* too long or a loop: rendering says so */
}

/* What a geo name itself can end in. */
static void add_geo_types(const struct gx_config *config, const struct gx_geo *geo, struct gx_ends *ends)
{
	ends->is_signed |= config->zones[geo->zone].is_signed;
	if (geo->kind == GX_GEO_CNAME)
		return;
	add_type(&ends->types, KNOT_RRTYPE_A);
	if (geo->kind == GX_GEO_ADDRESS) {
		add_type(&ends->types, KNOT_RRTYPE_AAAA);
		add_node_types(ends, gx_zone_find(&config->zones[geo->zone], geo->owner));
	}
}

static void add_map(struct gx_ends *ends, const struct gx_geo *geo)
{
	for (size_t i = 0; i < ends->n_maps; i++)
		if (ends->maps[i] == geo->map)
			return;
	if (geo->kind == GX_GEO_LOCATION)
		return;
	ends->maps = gx_realloc(ends->maps, (ends->n_maps + 1) * sizeof(*ends->maps));
	ends->maps[ends->n_maps++] = (uint32_t)geo->map;
}

/*
 * All ends behind a geo name, through every site and the geo names behind these. Not put together from the
 * ends of those: two geo names may lead to each other for different locations, so that neither is complete
 * before the other.
 */
static void explore_geo(struct gx_builder *builder, const struct gx_geo *first, struct gx_ends *ends)
{
	const struct gx_config *config = builder->config;
	uint32_t *queue = gx_calloc(config->n_geos, sizeof(*queue));
	size_t head = 0, tail = 0;

	builder->stamp++;
	queue[tail++] = first - config->geos;
	builder->seen[first - config->geos] = builder->stamp;
	while (head < tail) {
		const struct gx_geo *geo = &config->geos[queue[head++]];

		add_geo_types(config, geo, ends);
		add_map(ends, geo);
		if (geo->kind != GX_GEO_CNAME)
			continue;
		for (size_t i = 0; i <= config->maps[geo->map].n_sites; i++) {
			const knot_dname_t *target = target_at(config, geo, i);
			const struct gx_geo *next = target ? walk(builder, target, ends) : NULL;

			if (next && builder->seen[next - config->geos] != builder->stamp) {
				builder->seen[next - config->geos] = builder->stamp;
				queue[tail++] = next - config->geos;
			}
		}
	}
	free(queue);
	ends->known = true;
}

const struct gx_ends *gx_image_geo_ends(struct gx_builder *builder, const struct gx_geo *geo)
{
	struct gx_ends *ends = &builder->geo_ends[geo - builder->config->geos];

	if (!ends->known)
		explore_geo(builder, geo, ends);
	return ends;
}

void gx_image_ends(struct gx_builder *builder, const knot_dname_t *name, struct gx_ends *ends)
{
	const struct gx_geo *geo = walk(builder, name, ends);
	const struct gx_ends *behind;

	if (!geo)
		return;
	behind = gx_image_geo_ends(builder, geo);
	ends->is_signed |= behind->is_signed;
	for (size_t i = 0; i < behind->types.count; i++)
		add_type(&ends->types, behind->types.types[i]);
}
