/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: classes of locations, what the maps tell apart. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/image_impl.h"

/* A location, its class before a map is looked at, and the first rule of the map with its list of sites. */
struct split {
	uint32_t class_id;
	uint32_t list;
	uint32_t location;
};

static int compare_splits(const void *left, const void *right)
{
	const struct split *a = left, *b = right;

	if (a->class_id != b->class_id)
		return a->class_id < b->class_id ? -1 : 1;
	if (a->list != b->list)
		return a->list < b->list ? -1 : 1;
	return a->location < b->location ? -1 : a->location > b->location;
}

static int compare_lists(const void *left, const void *right)
{
	const struct gx_rule *a = *(const struct gx_rule *const *)left, *b = *(const struct gx_rule *const *)right;
	int order;

	if (a->n_sites != b->n_sites)
		return a->n_sites < b->n_sites ? -1 : 1;
	order = memcmp(a->sites, b->sites, a->n_sites * sizeof(*a->sites));
	if (order)
		return order;
	return a < b ? -1 : a > b;
}

static bool is_same_list(const struct gx_rule *a, const struct gx_rule *b)
{
	return a->n_sites == b->n_sites && !memcmp(a->sites, b->sites, a->n_sites * sizeof(*a->sites));
}

/* For each rule of a map, the first rule with the same sites in the same order. */
static uint32_t *number_lists(const struct gx_map *map)
{
	const struct gx_rule **sorted = gx_calloc(map->n_rules, sizeof(*sorted));
	uint32_t *lists = gx_calloc(map->n_rules, sizeof(*lists)), first = 0;

	for (size_t i = 0; i < map->n_rules; i++)
		sorted[i] = &map->rules[i];
	qsort(sorted, map->n_rules, sizeof(*sorted), compare_lists);
	for (size_t i = 0; i < map->n_rules; i++) {
		if (i == 0 || !is_same_list(sorted[i], sorted[i - 1]))
			first = (uint32_t)(sorted[i] - map->rules);
		lists[sorted[i] - map->rules] = first;
	}
	free(sorted);
	return lists;
}

/*
 * Split the classes by one map: locations of one class that the map gives different lists of sites become
 * different classes. Numbers are only kept apart here, not yet in order. Returns the number of classes.
 */
static uint32_t split_by_map(const struct gx_config *config, const struct gx_map *map, uint32_t *class_of,
			     size_t n_locations)
{
	uint32_t *lists = number_lists(map), next = 0;
	struct split *splits = gx_calloc(n_locations, sizeof(*splits));

	for (size_t i = 0; i < n_locations; i++) {
		const struct gx_rule *rule =
			gx_map_find(map, config->groups, gx_locations_get(config->locations, (uint32_t)i));

		splits[i] = (struct split){ class_of[i], lists[rule - map->rules], (uint32_t)i };
	}
	qsort(splits, n_locations, sizeof(*splits), compare_splits);
	for (size_t i = 0; i < n_locations; i++) {
		if (i && (splits[i].class_id != splits[i - 1].class_id || splits[i].list != splits[i - 1].list))
			next++;
		class_of[splits[i].location] = next;
	}
	free(splits);
	free(lists);
	return next + 1;
}

static void fill_rule_of(struct gx_builder *builder)
{
	const struct gx_config *config = builder->config;
	size_t n_classes = builder->image->n_classes;

	builder->rule_of = gx_calloc(config->n_maps * n_classes, sizeof(*builder->rule_of));
	builder->list_of = gx_calloc(config->n_maps * n_classes, sizeof(*builder->list_of));
	for (size_t map = 0; map < config->n_maps; map++) {
		uint32_t *lists = number_lists(&config->maps[map]);

		for (size_t class_id = 0; class_id < n_classes; class_id++) {
			uint32_t location = builder->location_of[class_id];

			const struct gx_rule *rule = gx_map_find(&config->maps[map], config->groups,
								 gx_locations_get(config->locations, location));

			builder->rule_of[map * n_classes + class_id] = rule;
			builder->list_of[map * n_classes + class_id] = lists[rule - config->maps[map].rules];
		}
		free(lists);
	}
}

int gx_image_classes(struct gx_builder *builder)
{
	const struct gx_config *config = builder->config;
	struct gx_where where = { .file = config->file };
	struct gx_image *image = builder->image;
	size_t n_locations = gx_locations_count(config->locations);
	uint32_t *split = gx_calloc(n_locations, sizeof(*split)), *number, n_split = 1;
	size_t n_classes = 0;

	for (size_t i = 0; i < config->n_maps; i++)
		n_split = split_by_map(config, &config->maps[i], split, n_locations);

	number = gx_calloc(n_split, sizeof(*number));	/* 0: none yet, else class + 1 */
	image->class_of = gx_calloc(n_locations, sizeof(*image->class_of));
	builder->location_of = gx_calloc(n_locations, sizeof(*builder->location_of));
	image->n_locations = n_locations;
	for (size_t i = 0; i < n_locations; i++) {
		if (!number[split[i]]) {
			builder->location_of[n_classes] = i;
			number[split[i]] = ++n_classes;
		}
		image->class_of[i] = number[split[i]] - 1;
	}
	free(number);
	free(split);
	image->n_classes = n_classes;
	if (n_classes > GX_CLASSES_MAX) {
		gx_error(builder->diag, &where,
			 "the maps tell %zu classes of locations apart: at most %d would be right",
			 n_classes, GX_CLASSES_MAX);
		return -EINVAL;
	}
	fill_rule_of(builder);
	return 0;
}
