/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: shapes, which answers a geo name and type have, and in which order they are preferred. */
#include "user/core/shapes.h"

#include <stdlib.h>
#include <string.h>

#include "geoxdp/hash.h"
#include "user/core/name.h"
#include "user/core/walk.h"

/* What shapes may take before all are thrown away, to be built again if needed. */
#define SHAPES_MAX_OCTETS (64u << 20)

/* Geo names whose shapes are shared: bits for their sites, and a key that no number of a geo name makes. */
#define OUTLINE_SITES_MAX	64
#define OUTLINE_ADDRESSES_MAX	256
#define OUTLINE_KEY		(1ull << 63)

/* Make room for so many more. */
#define HAVE_ROOM(array, count, capacity, more)                                                    \
	do {                                                                                       \
		while ((capacity) < (count) + (more)) {                                            \
			(capacity) = (capacity) ? (capacity) * 2 : 16;                             \
			(array) = gx_realloc(array, (capacity) * sizeof(*(array)));                \
		}                                                                                  \
	} while (0)

/* --- nodes ------------------------------------------------------------------------------------- */

static size_t forces_of(const struct gx_shape *shape, uint32_t node, struct gx_force *forces)
{
	size_t n = shape->nodes[node].depth;

	for (size_t i = n; i; i--, node = shape->nodes[node].parent)
		forces[i - 1] = shape->nodes[node].force;
	return n;
}

size_t gx_shape_forces(const struct gx_shape *shape, uint32_t variant, struct gx_force forces[GX_CHAIN_MAX + 1])
{
	return forces_of(shape, shape->variants[variant], forces);
}

static int compare_units(const void *left, const void *right)
{
	const struct gx_unit_ref *a = left, *b = right;

	return a->unit < b->unit ? -1 : a->unit > b->unit;
}

/* Sites and targets that an answer of this geo name needs. */
static void add_units(struct gx_builder *builder, const struct gx_shape_node *parent, const struct gx_force *force,
		      struct gx_pool *units)
{
	const struct gx_geo *geo = parent->next;
	const struct gx_geo_site *site = &geo->sites[force->site];
	uint32_t *indices = gx_calloc(site->n_addresses + 1, sizeof(*indices));
	size_t count = 1;
	struct gx_unit_ref unit = { .unit = builder->site_units[geo->map][force->site] };

	gx_pool_put(units, &unit, 1, sizeof(unit), NULL);
	if (geo->kind == GX_GEO_ADDRESS)
		count = gx_site_addresses(site, parent->family, indices);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < geo->n_checks && gx_subset_has(force->subset, i, count); j++) {
			unit.unit = gx_image_target_unit(builder, geo, force->site, indices[i], geo->checks[j], NULL);
			gx_pool_put(units, &unit, 1, sizeof(unit), NULL);
		}
	}
	free(indices);
}

/* All that a leaf needs, each once, in ascending order. What is answered when all are down needs nothing. */
static void find_units(struct gx_builder *builder, struct gx_shape *shape, struct gx_shape_node *leaf)
{
	struct gx_pool units = {0};
	const struct gx_shape_node *node = leaf;

	for (size_t i = leaf->depth; i; i--, node = &shape->nodes[node->parent]) {
		if (node->force.site >= GX_SITE_LAST_RESORT) {
			gx_pool_free(&units);
			return;
		}
		add_units(builder, &shape->nodes[node->parent], &node->force, &units);
	}
	if (!units.count)
		return;
	leaf->n_units = (uint32_t)(units.count - 1);
	qsort((struct gx_unit_ref *)units.items + 1, leaf->n_units, sizeof(struct gx_unit_ref), compare_units);
	leaf->units = gx_pool_put(&builder->option_units, (struct gx_unit_ref *)units.items + 1, leaf->n_units,
				  sizeof(struct gx_unit_ref), NULL);
	gx_pool_free(&units);
}

/* What comes behind a node. As the question serves the geo name's own: from other names it is further to go. */
static void look_behind(struct gx_walk *walk, uint32_t number)
{
	struct gx_builder *builder = walk->builder;
	struct gx_shape *shape = walk->shape;
	struct gx_shape_node *node = &shape->nodes[number];
	struct gx_force forces[GX_CHAIN_MAX + 1];
	const struct gx_forcing forcing = { .forces = forces, .n_forces = forces_of(shape, number, forces) };
	struct gx_rendered answer;
	int err = gx_render_forced(builder->renderer, shape->geo->owner, shape->type,
				   builder->location_of[walk->class_id], &forcing, &answer);

	shape->by_location |= answer.by_location;
	node->variant = UINT32_MAX;
	if (answer.n_picks > node->depth) {
		node->next = answer.picks[node->depth].geo;
		node->family = answer.picks[node->depth].family;
		return;
	}
	node->err = err;
	find_units(builder, shape, node);
}

static uint32_t add_node(struct gx_walk *walk, struct gx_shape_node node)
{
	struct gx_shape *shape = walk->shape;

	HAVE_ROOM(shape->nodes, shape->n_nodes, shape->nodes_capacity, 1);
	shape->nodes[shape->n_nodes++] = node;
	look_behind(walk, (uint32_t)shape->n_nodes - 1);
	return (uint32_t)shape->n_nodes - 1;
}

uint32_t gx_shape_child(struct gx_walk *walk, uint32_t parent, const struct gx_force *force)
{
	struct gx_shape *shape = walk->shape;
	uint64_t key = gx_hash_word(gx_hash_word(parent, force->site), force->subset);
	uint32_t child;

	for (; gx_intmap_find(&shape->children, key, &child); key++) {
		const struct gx_shape_node *node = &shape->nodes[child];

		if (node->parent == parent && node->force.site == force->site && node->force.subset == force->subset)
			return child;
	}
	child = add_node(walk, (struct gx_shape_node){
		.parent = parent,
		.depth = shape->nodes[parent].depth + 1,
		.force = *force,
	});
	gx_intmap_put(&shape->children, key, child);
	return child;
}

/* --- lists ------------------------------------------------------------------------------------- */

static void add_option(struct gx_shape *shape, uint32_t leaf)
{
	struct gx_shape_node *node = &shape->nodes[leaf];

	if (node->variant == UINT32_MAX) {
		HAVE_ROOM(shape->variants, shape->n_variants, shape->variants_capacity, 1);
		node->variant = (uint32_t)shape->n_variants;
		shape->variants[shape->n_variants++] = leaf;
	}
	HAVE_ROOM(shape->options, shape->n_options, shape->options_capacity, 1);
	shape->options[shape->n_options++] = (struct gx_shape_option){
		.variant = node->variant,
		.units = node->units,
		.n_units = (uint16_t)node->n_units,
	};
}

/* The leaf below a node where every geo name answers what its map says first. */
static uint32_t first_leaf(struct gx_walk *walk, uint32_t node)
{
	const struct gx_config *config = walk->builder->config;

	while (walk->shape->nodes[node].next) {
		const struct gx_shape_node *at = &walk->shape->nodes[node];
		const struct gx_rule *rule = gx_walk_rule(walk, at->next);
		struct gx_force force = { .site = rule->sites[0] };

		if (at->next->kind == GX_GEO_ADDRESS)
			force.site = gx_geo_find_site(at->next, &config->maps[at->next->map], rule, at->family);
		node = gx_shape_child(walk, node, &force);
	}
	return node;
}

/*
 * What is answered when all is down. Of several geo names on the way, the last one's policy speaks: it is the one
 * that the client is led to, and whose sites serve; those before it only choose the way.
 */
static void add_all_down(struct gx_walk *walk, const struct gx_walk_group *group)
{
	struct gx_shape *shape = walk->shape;
	uint32_t parent = shape->nodes[group->leaves[0]].parent, leaf;
	const struct gx_geo *geo = shape->nodes[parent].next;
	enum gx_all_down policy;
	struct gx_force force;

	if (!geo || shape->nodes[group->leaves[0]].err)
		return;
	policy = walk->builder->config->maps[geo->map].all_down;
	force = (struct gx_force){ .site = geo->last_resort ? GX_SITE_LAST_RESORT : GX_SITE_NONE };
	if (!geo->last_resort && policy == GX_ALL_DOWN_LAST)
		shape->options[shape->n_options - 1].flags |= GX_OPTION_KEEP;
	if (!geo->last_resort && policy != GX_ALL_DOWN_NONE)
		return;
	leaf = first_leaf(walk, gx_shape_child(walk, parent, &force));
	if (shape->nodes[leaf].err)
		return;
	add_option(shape, leaf);
	shape->options[shape->n_options - 1].units = 0;
	shape->options[shape->n_options - 1].n_units = 0;
}

static uint32_t add_list(struct gx_walk *walk)
{
	struct gx_shape *shape = walk->shape;
	struct gx_shape_list list = { .first_group = (uint32_t)shape->n_groups };

	gx_walk(walk);
	list.n_groups = (uint32_t)walk->n_groups;
	/*
	 * If one is drawn by query and one by client, the answer holds for no client: by query, with the leaf's
	 * scope.
	 */
	if (walk->n_groups > 1)
		list.spread = walk->by_query ? GX_CHOICE_BY_QUERY : GX_CHOICE_BY_CLIENT;
	list.slots = (uint32_t)shape->n_slots;
	if (walk->n_groups > 1) {
		HAVE_ROOM(shape->slots, shape->n_slots, shape->slots_capacity, GX_SPREAD_SLOTS);
		shape->n_slots += GX_SPREAD_SLOTS;
	}
	for (size_t i = 0; i < walk->n_groups; i++) {
		const struct gx_walk_group *group = &walk->groups[i];
		uint32_t first = (uint32_t)shape->n_options;

		for (size_t j = 0; j < group->n; j++)
			add_option(shape, group->leaves[j]);
		add_all_down(walk, group);
		HAVE_ROOM(shape->groups, shape->n_groups, shape->groups_capacity, 1);
		shape->groups[shape->n_groups++] =
			(struct gx_shape_group){ first, (uint32_t)shape->n_options - first };
		for (size_t j = 0; walk->n_groups > 1 && j < group->n_slots; j++)
			shape->slots[list.slots + group->slots[j]] = (uint8_t)i;
	}
	HAVE_ROOM(shape->lists, shape->n_lists, shape->lists_capacity, 1);
	shape->lists[shape->n_lists++] = list;
	return (uint32_t)shape->n_lists - 1;
}

/* Classes for which all maps on the way have the same lists of sites share what is found for the first of them. */
static void add_lists(struct gx_walk *walk)
{
	struct gx_builder *builder = walk->builder;
	const struct gx_ends *ends = gx_image_geo_ends(builder, walk->shape->geo);
	size_t n_classes = builder->image->n_classes;
	uint32_t *key = gx_calloc(ends->n_maps, sizeof(*key));
	struct gx_pool keys = {0};
	struct gx_intmap lists = {0};

	for (walk->class_id = 0; walk->class_id < n_classes; walk->class_id++) {
		uint32_t place, *list = &walk->shape->list_of[walk->class_id];

		for (size_t i = 0; i < ends->n_maps; i++)
			key[i] = builder->list_of[ends->maps[i] * n_classes + walk->class_id];
		place = gx_pool_put(&keys, key, ends->n_maps, sizeof(*key), NULL);
		if (gx_intmap_find(&lists, place, list))
			continue;
		*list = add_list(walk);
		gx_intmap_put(&lists, place, *list);
	}
	gx_intmap_free(&lists);
	gx_pool_free(&keys);
	free(key);
}

/* --- shapes ------------------------------------------------------------------------------------ */

void gx_shape_free(struct gx_shape *shape)
{
	free(shape->nodes);
	gx_intmap_free(&shape->children);
	free(shape->variants);
	free(shape->options);
	free(shape->groups);
	free(shape->lists);
	free(shape->slots);
	free(shape->list_of);
	gx_pool_free(&shape->answers);
	gx_intmap_free(&shape->ref_of);
	free(shape);
}

static size_t octets_of(const struct gx_builder *builder, const struct gx_shape *shape)
{
	return sizeof(*shape) + shape->nodes_capacity * (sizeof(*shape->nodes) + 2 * sizeof(*shape->children.slots)) +
	       shape->options_capacity * sizeof(*shape->options) + shape->groups_capacity * sizeof(*shape->groups) +
	       shape->lists_capacity * sizeof(*shape->lists) + shape->slots_capacity +
	       builder->image->n_classes * sizeof(*shape->list_of);
}

static void tell_cut(struct gx_builder *builder, const struct gx_geo *geo)
{
	bool *told = &builder->told_options[geo - builder->config->geos];
	knot_dname_txt_storage_t name;

	if (!*told)
		gx_warn(builder->diag, &geo->where, "%s has more than %d answers for when sites and addresses are down: "
			"the last ones are left away; fewer sites in a list, or fewer addresses that are checked, would be "
			"right", gx_show_name(geo->owner, name), GX_OPTIONS_MAX);
	*told = builder->told = true;
}

/* All that decides of the shape of a geo name with addresses, but for the numbers of units. */
struct outline {
	uint64_t sites[GX_FAMILIES];	/* bit of each site that has addresses of the family */
	uint32_t map;
	uint32_t type;
};

/*
 * Of geo names with addresses that are neither checked nor weighted, the shape does not go by which addresses these
 * are, but by which sites have some. Nor may an answer be NODATA, since it can depend on the zone, or be too large
 * for a message.
 */
static bool has_outline(const struct gx_builder *builder, const struct gx_geo *geo)
{
	const struct gx_map *map = &builder->config->maps[geo->map];

	if (geo->kind != GX_GEO_ADDRESS || geo->n_checks || geo->last_resort || map->all_down == GX_ALL_DOWN_NONE ||
	    map->n_sites > OUTLINE_SITES_MAX)
		return false;
	for (size_t i = 0; i < map->n_sites; i++)
		if (geo->sites[i].weights || geo->sites[i].n_addresses > OUTLINE_ADDRESSES_MAX)
			return false;
	return true;
}

static uint64_t own_key(const struct gx_builder *builder, const struct gx_geo *geo, uint16_t type)
{
	return (uint64_t)(geo - builder->config->geos) << 16 | type;
}

/* By which a shape is found. */
static uint64_t make_key(struct gx_builder *builder, const struct gx_geo *geo, uint16_t type)
{
	struct outline outline = { .map = (uint32_t)geo->map, .type = type };

	if (!has_outline(builder, geo))
		return own_key(builder, geo, type);
	for (size_t i = 0; i < builder->config->maps[geo->map].n_sites; i++)
		for (size_t j = 0; j < geo->sites[i].n_addresses; j++)
			outline.sites[geo->sites[i].addresses[j].family] |= 1ull << i;
	return OUTLINE_KEY | gx_pool_put(&builder->outlines, &outline, 1, sizeof(outline), NULL);
}

struct gx_shape *gx_image_shape(struct gx_builder *builder, const struct gx_geo *geo, uint16_t type)
{
	uint64_t key = make_key(builder, geo, type);
	struct gx_walk walk = { .builder = builder };
	uint32_t at;

	if (gx_intmap_find(&builder->shape_of, key, &at))
		return builder->shapes[at];
	if (builder->shapes_octets > SHAPES_MAX_OCTETS)
		gx_image_drop_shapes(builder);
	walk.shape = gx_calloc(1, sizeof(*walk.shape));
	walk.shape->geo = geo;
	walk.shape->type = type;
	walk.shape->list_of = gx_calloc(builder->image->n_classes, sizeof(*walk.shape->list_of));
	walk.groups = gx_calloc(GX_SPREAD_SLOTS, sizeof(*walk.groups));
	add_node(&walk, (struct gx_shape_node){0});
	add_lists(&walk);
	free(walk.groups);
	if (walk.is_cut) {
		tell_cut(builder, geo);
		key = own_key(builder, geo, type);	/* the next one is to be told of as well */
	}
	builder->shapes_octets += octets_of(builder, walk.shape);
	gx_intmap_put(&builder->shape_of, key, (uint32_t)builder->n_shapes);
	gx_grow(&builder->shapes, builder->n_shapes, builder->shapes_capacity);
	builder->shapes[builder->n_shapes++] = walk.shape;
	return walk.shape;
}

void gx_image_drop_shapes(struct gx_builder *builder)
{
	for (size_t i = 0; i < builder->n_shapes; i++)
		gx_shape_free(builder->shapes[i]);
	builder->n_shapes = 0;
	builder->shapes_octets = 0;
	gx_intmap_free(&builder->shape_of);
}
