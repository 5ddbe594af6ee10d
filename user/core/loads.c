/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: which names are loaded, and what the chains from them can end in. */
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/rrtype/rdname.h>

#include "user/core/image_impl.h"
#include "user/core/name.h"

/* --- names ------------------------------------------------------------------------------------- */

static struct gx_zone_part *part_of(struct gx_builder *builder, const struct gx_zone *zone)
{
	return &builder->zone_parts[zone - builder->config->zones];
}

/* Returns its number + 1. */
static uint32_t add_load(struct gx_builder *builder, const struct gx_load *load)
{
	gx_grow(&builder->loads, builder->n_loads, builder->loads_capacity);
	builder->loads[builder->n_loads++] = *load;
	return (uint32_t)builder->n_loads;
}

static const knot_dname_t *target_of(const struct gx_rrset *cname)
{
	return knot_cname_name(cname->rdata.rdata);
}

/* Which zones have another below them. */
static void mark_outer(struct gx_builder *builder)
{
	const struct gx_config *config = builder->config;

	for (size_t i = 0; i < config->n_zones; i++) {
		const knot_dname_t *apex = config->zones[i].apex;
		const struct gx_zone *outer = *apex ? gx_config_find_zone(config, apex + 1 + *apex) : NULL;

		if (outer)
			part_of(builder, outer)->is_outer = true;
	}
}

/* The deepest zone that holds a name of this one. */
static const struct gx_zone *deepest(struct gx_builder *builder, const struct gx_zone *zone, const knot_dname_t *name)
{
	return part_of(builder, zone)->is_outer ? gx_config_find_zone(builder->config, name) : zone;
}

/* What exists in a zone. What is below a cut, the cut speaks for; a deeper zone that is loaded has its own nodes. */
static void collect_nodes(struct gx_builder *builder, const struct gx_zone *zone)
{
	struct gx_zone_part *part = part_of(builder, zone);

	part->load_of_node = gx_calloc(zone->n_nodes, sizeof(*part->load_of_node));
	for (size_t i = 0; i < zone->n_nodes; i++) {
		const struct gx_node *node = &zone->nodes[i];

		part->has_cuts |= node->delegation || gx_node_find(node, KNOT_RRTYPE_DNAME);
		if (!node->below_cut && deepest(builder, zone, node->owner) == zone)
			part->load_of_node[i] = add_load(builder, &(struct gx_load){
				.name = node->owner, .zone = zone, .node = node });
	}
}

static void collect_geo(struct gx_builder *builder, const struct gx_geo *geo)
{
	const struct gx_zone *zone = deepest(builder, &builder->config->zones[geo->zone], geo->owner);
	struct gx_load load = { .name = geo->owner, .zone = zone, .node = gx_zone_find(zone, geo->owner), .geo = geo };
	uint32_t *of_node = load.node ? &part_of(builder, zone)->load_of_node[load.node - zone->nodes] : NULL, number;

	number = of_node && *of_node ? *of_node : add_load(builder, &load);
	builder->loads[number - 1].geo = geo;
	builder->load_of_geo[geo - builder->config->geos] = number;
	if (of_node)
		*of_node = number;
}

/* The target of each site, and behind these that of the last resort. NULL: none. */
static const knot_dname_t *target_at(const struct gx_config *config, const struct gx_geo *geo, size_t i)
{
	if (i < config->maps[geo->map].n_sites)
		return geo->sites[i].target;
	return geo->last_resort ? geo->last_resort->target : NULL;
}

/* Names that exist only because a geo name is below them: no backend knows of these. */
static void collect_above(struct gx_builder *builder, const struct gx_geo *geo)
{
	const struct gx_zone *zone = &builder->config->zones[geo->zone];
	int labels = knot_dname_in_bailiwick(geo->owner, zone->apex);
	const knot_dname_t *name = geo->owner;

	for (; labels > 1; labels--) {
		name += *name + 1;
		/* Once a name is there, so are those above it. */
		if (gx_zone_find(zone, name) || gx_dict_find(&builder->loads_above, name, NULL))
			return;
		if (gx_dict_find(&builder->lookup->geos, name, NULL))
			continue;
		gx_dict_put(&builder->loads_above, name, add_load(builder, &(struct gx_load){
			.name = name, .zone = deepest(builder, zone, name) }));
	}
}

uint32_t gx_image_find_load(struct gx_builder *builder, const knot_dname_t *name)
{
	const struct gx_zone *zone = gx_config_find_zone(builder->config, name);
	const struct gx_node *node = zone ? gx_zone_find(zone, name) : NULL;
	uint32_t at = node ? part_of(builder, zone)->load_of_node[node - zone->nodes] : 0;

	if (at)
		return at;
	if (gx_dict_find(&builder->lookup->geos, name, &at))
		return builder->load_of_geo[at];
	gx_dict_find(&builder->loads_above, name, &at);
	return at;
}

/* Mark the names that a wildcard stands in front of. They exist, since the wildcard does (RFC 4592 2.2.2). */
static void mark_wildcards(struct gx_builder *builder)
{
	for (size_t i = 0; i < builder->n_loads; i++) {
		const knot_dname_t *name = builder->loads[i].name;
		uint32_t parent;

		gx_ask_ahead(builder->loads, i, builder->n_loads, name);
		if (!knot_dname_is_wildcard(name) || !gx_name_within(name + 2, builder->loads[i].zone->apex))
			continue;
		parent = gx_image_find_load(builder, name + 2);
		if (parent) {
			builder->loads[parent - 1].flags |= GX_NAME_WILDCARD;
			builder->loads[parent - 1].wildcard = i;
		}
	}
}

/*
 * A zone that begins at a wildcard of another one hides it: what that synthesises is not in the table, and its referral
 * means nothing (RFC 4592 4.2).
 */
static void mark_hidden_wildcards(struct gx_builder *builder)
{
	for (size_t i = 0; i < builder->config->n_zones; i++) {
		const knot_dname_t *apex = builder->config->zones[i].apex;
		const struct gx_zone *zone = knot_dname_is_wildcard(apex) ?
						     gx_config_find_zone(builder->config, apex + 2) : NULL;
		uint32_t parent = zone && gx_zone_find(zone, apex) ? gx_image_find_load(builder, apex + 2) : 0;

		if (parent)
			builder->loads[parent - 1].is_mute = true;
	}
}

/* The names above a zone, up to one that is loaded, or to as many labels as the highest zone has. */
static void collect_between(struct gx_builder *builder, const struct gx_zone *zone)
{
	const knot_dname_t *above[GX_NAME_MAX_LABELS], *name = zone->apex;
	size_t labels = knot_dname_labels(name, NULL), n = 0;

	while (labels-- > builder->image->label_min) {
		name += *name + 1;
		if (gx_image_find_load(builder, name))
			break;
		above[n++] = name;
	}
	while (n) {
		name = above[--n];
		gx_dict_put(&builder->loads_above, name, add_load(builder, &(struct gx_load){
			.name = name, .flags = GX_NAME_BETWEEN }));
	}
}

static size_t find_label_min(const struct gx_config *config)
{
	size_t min = config->n_zones ? GX_NAME_MAX_LABELS : 0;

	for (size_t i = 0; i < config->n_zones; i++) {
		size_t labels = knot_dname_labels(config->zones[i].apex, NULL);

		min = labels < min ? labels : min;
	}
	return min;
}

void gx_image_collect(struct gx_builder *builder)
{
	const struct gx_config *config = builder->config;

	builder->loads_capacity = config->n_geos;
	for (size_t i = 0; i < config->n_zones; i++)
		builder->loads_capacity += config->zones[i].n_nodes;
	builder->loads_capacity += builder->loads_capacity / 8 + 16;	/* and some above these */
	builder->loads = gx_alloc(builder->loads_capacity, sizeof(*builder->loads));
	builder->load_of_geo = gx_calloc(config->n_geos, sizeof(*builder->load_of_geo));
	mark_outer(builder);
	for (size_t i = 0; i < config->n_zones; i++)
		collect_nodes(builder, &config->zones[i]);
	for (size_t i = 0; i < config->n_geos; i++) {
		gx_ask_ahead(config->geos, i, config->n_geos, owner);
		collect_geo(builder, &config->geos[i]);
		collect_above(builder, &config->geos[i]);
	}
	mark_wildcards(builder);
	mark_hidden_wildcards(builder);
	builder->image->label_min = find_label_min(config);
	for (size_t i = 0; i < config->n_zones; i++)
		collect_between(builder, &config->zones[i]);
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
 * Follow the CNAMEs and DNAMEs of zone files from a name, and add what they end in. Returns the geo name that they
 * lead to instead, or NULL.
 */
static const struct gx_geo *walk(struct gx_builder *builder, const knot_dname_t *name,
				 struct gx_ends *ends)
{
	knot_dname_storage_t made[2];

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
		if (cname) {
			name = target_of(cname);
		} else if (owner.kind == GX_OWNER_OUT && gx_lookup_dname(builder->lookup, name, made[hops & 1])) {
			name = made[hops & 1];
		} else {
			if (owner.kind == GX_OWNER_DATA)
				add_node_types(ends, owner.node);
			return NULL;
		}
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
	uint32_t *queue = NULL;
	size_t head = 0, tail = 0, capacity = 0;

	builder->stamp++;
	gx_grow(&queue, tail, capacity);
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
				gx_grow(&queue, tail, capacity);
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
