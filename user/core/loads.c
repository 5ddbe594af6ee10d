/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: which names are loaded, and what the chains from them can end in. */
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/rrtype/rdname.h>

#include "user/core/image_impl.h"
#include "user/core/name.h"

/* --- names ------------------------------------------------------------------------------------- */

static void add_load(struct gx_builder *builder, const knot_dname_t *name)
{
	if (!gx_dict_put(&builder->loaded, name, builder->n_loads))
		return;
	gx_grow(&builder->loads, builder->n_loads, builder->loads_capacity);
	builder->loads[builder->n_loads++] = (struct gx_load){ .name = name };
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

static void warn_wildcard(const struct gx_builder *builder, const struct gx_node *node,
			  const struct gx_rrset *cname, const struct gx_geo *geo)
{
	struct gx_where where = { .file = cname->file, .line = cname->line };
	knot_dname_txt_storage_t wildcard, name;

	gx_warn(builder->diag, &where,
		"the wildcard %s leads to the geo name %s and is passed to the backend, which does not know "
		"that name: the names themselves with a CNAME each would be right",
		gx_show_name(node->owner, wildcard), gx_show_name(geo->owner, name));
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
		if (owner.kind != GX_OWNER_DATA || owner.node != node)
			continue;
		if (knot_dname_is_wildcard(node->owner))
			warn_wildcard(builder, node, cname, geo);
		else
			add_load(builder, node->owner);
	}
}

/* Names that a geo name's targets lead to: nodes of loaded zones, each answered like a name of its own. */
static void collect_targets(struct gx_builder *builder, const struct gx_map *map)
{
	for (size_t i = 0; i < map->n_sites; i++) {
		const knot_dname_t *name = map->sites[i];

		for (int hops = 0; name && hops <= GX_CHAIN_MAX; hops++) {
			struct gx_owner owner = gx_lookup_find(builder->lookup, name, false);
			const struct gx_rrset *cname = gx_owner_cname(&owner);

			if (owner.kind == GX_OWNER_DATA && owner.node && !owner.is_wildcard)
				add_load(builder, owner.node->owner);
			name = cname ? target_of(cname) : NULL;
		}
	}
}

void gx_image_collect(struct gx_builder *builder)
{
	const struct gx_config *config = builder->config;
	bool *map_is_used = gx_calloc(config->n_maps, sizeof(*map_is_used));

	for (size_t i = 0; i < config->n_geos; i++) {
		add_load(builder, config->geos[i].owner);
		if (config->geos[i].kind == GX_GEO_CNAME)
			map_is_used[config->geos[i].map] = true;
	}
	for (size_t i = 0; i < config->n_zones; i++)
		collect_aliases(builder, &config->zones[i]);
	for (size_t i = 0; i < config->n_maps; i++) {
		if (map_is_used[i])
			collect_targets(builder, &config->maps[i]);
	}
	free(map_is_used);
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
		if (owner.kind == GX_OWNER_GEO)
			return owner.geo;
		if (!is_same_owner(&owner, &above))
			add_type(&ends->types, KNOT_RRTYPE_DS);
		if (!cname) {
			if (owner.kind == GX_OWNER_DATA)
				add_node_types(ends, owner.node);
			return NULL;
		}
		name = target_of(cname);
	}
	return NULL;	/* too long or a loop: rendering says so */
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
		const struct gx_map *map = &config->maps[geo->map];

		ends->is_signed |= config->zones[geo->zone].is_signed;
		if (geo->kind == GX_GEO_LOCATION) {
			add_type(&ends->types, KNOT_RRTYPE_A);
			continue;
		}
		for (size_t i = 0; i < map->n_sites; i++) {
			const struct gx_geo *next = walk(builder, map->sites[i], ends);

			if (next && builder->seen[next - config->geos] != builder->stamp) {
				builder->seen[next - config->geos] = builder->stamp;
				queue[tail++] = next - config->geos;
			}
		}
	}
	free(queue);
	ends->known = true;
}

void gx_image_ends(struct gx_builder *builder, const knot_dname_t *name, struct gx_ends *ends)
{
	const struct gx_geo *geo = walk(builder, name, ends);
	struct gx_ends *behind;

	if (!geo)
		return;
	behind = &builder->geo_ends[geo - builder->config->geos];
	if (!behind->known)
		explore_geo(builder, geo, behind);
	ends->is_signed |= behind->is_signed;
	for (size_t i = 0; i < behind->types.count; i++)
		add_type(&ends->types, behind->types.types[i]);
}
