/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: the walk through a shape that brings the answers of one class into their order. */
#include "user/core/walk.h"

#include <stdlib.h>
#include <string.h>

#include "user/core/spread.h"

/* Up to here all subsets of the addresses of a site are answers; beyond, only neighbours stay together. */
#define SUBSETS_MAX_ADDRESSES 4

/* What a geo name can answer: a site, or addresses of it. */
struct alternative {
	struct gx_force force;
	struct gx_lot lot;
};

struct alternatives {
	struct alternative *list;
	size_t n;
	size_t n_drawn;		/* the first of them are drawn by weight, the others follow in order */
	bool by_query;
	bool of_sites;		/* else of the addresses of one */
	bool only_first;	/* the others need the same units */
};

static void visit(struct gx_walk *walk, uint32_t node, size_t group, size_t limit);
static void advance(struct gx_walk *walk, uint32_t node, struct alternatives set, size_t group, size_t limit);

const struct gx_rule *gx_walk_rule(const struct gx_walk *walk, const struct gx_geo *geo)
{
	const struct gx_builder *builder = walk->builder;

	return builder->rule_of[geo->map * builder->image->n_classes + walk->class_id];
}

/* --- addresses --------------------------------------------------------------------------------- */

static uint32_t window(size_t first, size_t count)
{
	return (uint32_t)(count << 16 | first);
}

static void add_subset(struct alternatives *set, uint32_t site, uint32_t subset)
{
	set->list[set->n++] = (struct alternative){ .force = { site, subset } };
}

/* All, then subsets by falling size. */
static void add_masks(struct alternatives *set, uint32_t site, size_t count)
{
	for (size_t size = count - 1; size > 0; size--) {
		for (uint32_t mask = 1; mask < 1u << count; mask++) {
			if ((size_t)__builtin_popcount(mask) == size)
				add_subset(set, site, GX_SUBSET_MASK | mask);
		}
	}
}

/* Neighbours of one size, each beginning with another address, as far as there is room. */
static void add_windows(struct alternatives *set, uint32_t site, size_t count, size_t size, size_t room)
{
	for (size_t first = 0; first < count && set->n < room; first++)
		add_subset(set, site, window(first, size));
}

/*
 * The addresses that are up, whichever these are: all subsets while they are few, else neighbours. Where even
 * these are more than there is room for: all, halves, and single ones.
 */
static struct alternatives address_subsets(struct gx_walk *walk, uint32_t site, size_t count, size_t room)
{
	size_t whole = count <= SUBSETS_MAX_ADDRESSES ? ((size_t)1 << count) - 1 : count * (count - 1) + 1;
	struct alternatives set = { .list = gx_calloc(whole < room ? whole : room, sizeof(*set.list)) };

	add_subset(&set, site, GX_SUBSET_ALL);
	if (whole > room) {
		walk->is_cut = true;
		if (2 * count + 1 <= room)
			add_windows(&set, site, count, (count + 1) / 2, room);
		add_windows(&set, site, count, 1, room);
	} else if (count <= SUBSETS_MAX_ADDRESSES) {
		add_masks(&set, site, count);
	} else {
		for (size_t size = count - 1; size > 0; size--)
			add_windows(&set, site, count, size, room);
	}
	return set;
}

/* One of the addresses, drawn. */
static struct alternatives drawn_addresses(const struct gx_geo *geo, uint32_t site, const uint32_t *indices, size_t count)
{
	const struct gx_geo_site *of = &geo->sites[site];
	struct alternatives set = {
		.list = gx_calloc(count, sizeof(*set.list)),
		.n = count,
		.n_drawn = count,
		.by_query = geo->by == GX_BY_QUERY,
		.only_first = !geo->n_checks,
	};

	for (size_t i = 0; i < count; i++) {
		uint8_t octets[17] = { (uint8_t)of->addresses[indices[i]].family };

		gx_addr_to_octets(&of->addresses[indices[i]], octets + 1);
		set.list[i] = (struct alternative){
			.force = { site, window(i, 1) },
			.lot = { gx_lot_name(octets, sizeof(octets)), of->weights[indices[i]] },
		};
	}
	return set;
}

static void visit_site(struct gx_walk *walk, uint32_t node, uint32_t site, size_t group, size_t limit)
{
	const struct gx_geo *geo = walk->shape->nodes[node].next;
	const struct gx_force all = { site, GX_SUBSET_ALL };
	struct alternatives set = {0};
	uint32_t *indices;
	size_t count;

	if (geo->kind == GX_GEO_CNAME) {
		visit(walk, gx_shape_child(walk, node, &all), group, limit);
		return;
	}
	indices = gx_calloc(geo->sites[site].n_addresses, sizeof(*indices));
	count = gx_site_addresses(&geo->sites[site], walk->shape->nodes[node].family, indices);
	if (count > 1 && geo->sites[site].weights)
		set = drawn_addresses(geo, site, indices, count);
	else if (count > 1 && geo->n_checks)
		set = address_subsets(walk, site, count, limit - walk->groups[group].n);
	free(indices);
	if (set.n)
		advance(walk, node, set, group, limit);
	else
		visit(walk, gx_shape_child(walk, node, &all), group, limit);
	free(set.list);
}

/* --- alternatives ------------------------------------------------------------------------------ */

/* Try one alternative, then the others, for this group and for those it was split into. */
static void try_first(struct gx_walk *walk, uint32_t node, const struct alternative *first, struct alternatives rest,
		      size_t group, size_t limit)
{
	size_t have = walk->groups[group].n, share = (limit - have) / (rest.n + 1), before = walk->n_groups, behind;

	if (!share)
		share = 1;
	if (rest.of_sites)
		visit_site(walk, node, first->force.site, group, have + share);
	else
		visit(walk, gx_shape_child(walk, node, &first->force), group, have + share);
	behind = walk->n_groups;
	if (rest.only_first)
		return;
	advance(walk, node, rest, group, limit);
	for (size_t i = before; i < behind; i++)
		advance(walk, node, rest, i, limit);
}

/* What draws may take before all are forgotten, to be made again if needed. */
#define DRAWS_MAX_OCTETS (64u << 20)

/*
 * gx_spread_assign(), remembered: geo names of one map draw from the same sites, for every type. Returns the lots
 * of the slots, which stay until the next call.
 */
static const uint32_t *assign(struct gx_builder *builder, const struct gx_lot *lots, size_t n_lots,
			      const struct gx_walk_group *group)
{
	size_t lots_octets = n_lots * sizeof(*lots), octets = lots_octets + group->n_slots;
	uint8_t *key = gx_calloc(1, octets);
	uint32_t place, at;

	if (builder->draws.count > DRAWS_MAX_OCTETS) {
		gx_pool_free(&builder->draws);
		gx_intmap_free(&builder->drawn_of);
		builder->n_drawn = 0;
	}
	memcpy(key, lots, lots_octets);
	memcpy(key + lots_octets, group->slots, group->n_slots);
	/* How many of the octets are lots is told by n_lots beside the place. */
	place = gx_pool_put(&builder->draws, key, octets, 1, NULL);
	free(key);
	if (gx_intmap_find(&builder->drawn_of, (uint64_t)n_lots << 32 | place, &at))
		return &builder->drawn[at];
	at = (uint32_t)builder->n_drawn;
	while (builder->drawn_capacity < builder->n_drawn + group->n_slots) {
		builder->drawn_capacity = builder->drawn_capacity ? builder->drawn_capacity * 2 : 4096;
		builder->drawn = gx_realloc(builder->drawn, builder->drawn_capacity * sizeof(*builder->drawn));
	}
	gx_spread_assign(lots, n_lots, group->slots, group->n_slots, &builder->drawn[at]);
	builder->n_drawn += group->n_slots;
	gx_intmap_put(&builder->drawn_of, (uint64_t)n_lots << 32 | place, at);
	return &builder->drawn[at];
}

/* Give the slots of a group to what is drawn. Returns the group of each alternative; SIZE_MAX: it has none. */
static size_t *split(struct gx_walk *walk, const struct alternatives *set, size_t group)
{
	size_t *group_of = gx_calloc(set->n_drawn, sizeof(*group_of));
	struct gx_lot *lots = gx_calloc(set->n_drawn, sizeof(*lots));
	struct gx_walk_group from = walk->groups[group];
	const uint32_t *lot_of;
	bool is_taken = false;

	for (size_t i = 0; i < set->n_drawn; i++) {
		lots[i].name = set->list[i].lot.name;	/* by field: the padding stays zero, and can be compared */
		lots[i].weight = set->list[i].lot.weight;
		group_of[i] = SIZE_MAX;
	}
	lot_of = assign(walk->builder, lots, set->n_drawn, &from);
	for (size_t i = 0; i < from.n_slots; i++) {
		size_t *to = &group_of[lot_of[i]];

		if (*to == SIZE_MAX) {
			*to = is_taken ? walk->n_groups++ : group;
			is_taken = true;
			walk->groups[*to] = from;
			walk->groups[*to].n_slots = 0;
		}
		walk->groups[*to].slots[walk->groups[*to].n_slots++] = from.slots[i];
	}
	free(lots);
	return group_of;
}

static void draw(struct gx_walk *walk, uint32_t node, struct alternatives set, size_t group, size_t limit)
{
	size_t *group_of = split(walk, &set, group);
	struct alternatives rest = set;

	walk->by_query |= set.by_query;
	rest.list = gx_calloc(set.n, sizeof(*rest.list));
	rest.n--;
	rest.n_drawn--;
	for (size_t i = 0; i < set.n_drawn; i++) {
		if (group_of[i] == SIZE_MAX)
			continue;
		memcpy(rest.list, set.list, i * sizeof(*rest.list));
		memcpy(rest.list + i, set.list + i + 1, (set.n - i - 1) * sizeof(*rest.list));
		try_first(walk, node, &set.list[i], rest, group_of[i], limit);
	}
	free(rest.list);
	free(group_of);
}

static void advance(struct gx_walk *walk, uint32_t node, struct alternatives set, size_t group, size_t limit)
{
	struct alternatives rest = set;

	if (!set.n)
		return;
	if (walk->groups[group].n >= limit) {
		walk->is_cut = true;
		return;
	}
	if (set.n_drawn > 1) {
		draw(walk, node, set, group, limit);
		return;
	}
	rest.list++;
	rest.n--;
	rest.n_drawn = 0;
	try_first(walk, node, set.list, rest, group, limit);
}

/* --- nodes ------------------------------------------------------------------------------------- */

/* The sites for the class: those with weights first. */
static struct alternatives site_alternatives(const struct gx_walk *walk, const struct gx_shape_node *node)
{
	const struct gx_geo *geo = node->next;
	const struct gx_map *map = &walk->builder->config->maps[geo->map];
	uint32_t *order = gx_calloc(map->n_sites, sizeof(*order));
	struct alternatives set = { .of_sites = true, .by_query = map->by == GX_BY_QUERY };
	size_t listed, n = gx_map_order(map, gx_walk_rule(walk, geo), geo->kind == GX_GEO_ADDRESS ? geo : NULL,
					node->family, order, &listed);

	set.list = gx_calloc(n, sizeof(*set.list));
	for (size_t i = 0; map->weights && i < listed; i++) {
		const char *name = map->sites[order[i]];

		if (map->weights[order[i]])
			set.list[set.n_drawn++] = (struct alternative){
				.force = { order[i], GX_SUBSET_ALL },
				.lot = { gx_lot_name(name, strlen(name)), map->weights[order[i]] },
			};
	}
	set.n = set.n_drawn;
	for (size_t i = 0; i < n; i++)
		if (i >= listed || !map->weights || !map->weights[order[i]])
			add_subset(&set, order[i], GX_SUBSET_ALL);
	free(order);
	return set;
}

/* Does a leaf need all units that another one needs? Both are in ascending order. */
static bool needs_all(const struct gx_walk *walk, const struct gx_shape_node *leaf, const struct gx_shape_node *other)
{
	const struct gx_unit_ref *units = walk->builder->option_units.items;
	size_t at = 0;

	for (size_t i = 0; i < leaf->n_units && at < other->n_units; i++)
		at += units[leaf->units + i].unit == units[other->units + at].unit;
	return at == other->n_units;
}

static void add_leaf(struct gx_walk *walk, uint32_t node, struct gx_walk_group *group)
{
	const struct gx_shape_node *nodes = walk->shape->nodes;

	/* Of what cannot be rendered only the first is kept: it is what is answered when all is up, and reported. */
	if (nodes[node].err && group->n)
		return;
	for (size_t i = 0; i < group->n; i++)
		if (needs_all(walk, &nodes[node], &nodes[group->leaves[i]]))
			return;
	group->leaves[group->n++] = node;
}

static void visit(struct gx_walk *walk, uint32_t node, size_t group, size_t limit)
{
	struct alternatives set;

	if (!walk->shape->nodes[node].next) {
		add_leaf(walk, node, &walk->groups[group]);
		return;
	}
	set = site_alternatives(walk, &walk->shape->nodes[node]);
	advance(walk, node, set, group, limit);
	free(set.list);
}

void gx_walk(struct gx_walk *walk)
{
	struct gx_walk_group *first = &walk->groups[0];

	first->n = 0;
	first->n_slots = GX_SPREAD_SLOTS;
	for (size_t i = 0; i < GX_SPREAD_SLOTS; i++)
		first->slots[i] = (uint8_t)i;
	walk->n_groups = 1;
	walk->by_query = false;
	/* One is left for what is answered when all are down. */
	visit(walk, 0, 0, GX_OPTIONS_MAX - 1);
}
