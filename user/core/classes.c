/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: classes of locations, what the maps tell apart. */
#include <errno.h>
#include <stdlib.h>

#include "user/core/image_impl.h"

/* A location that a map does not send to its default. */
struct move {
	uint32_t class_id;		/* before this map */
	uint32_t site;
	uint32_t location;
};

static int compare_moves(const void *left, const void *right)
{
	const struct move *a = left, *b = right;

	if (a->class_id != b->class_id)
		return a->class_id < b->class_id ? -1 : 1;
	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	return a->location < b->location ? -1 : a->location > b->location;
}

/*
 * Split the classes by one map: of each class, those that go to another site than the map's default become
 * a class of their own, one for each site. Numbers are only kept apart here, not yet in order.
 */
static void split_by_map(const struct gx_map *map, uint32_t *class_of, uint32_t *next_class)
{
	uint32_t default_site = gx_map_find(map, GX_LOCATION_UNKNOWN)->site;
	struct move *moves = gx_calloc(map->n_entries, sizeof(*moves));
	size_t count = 0;

	for (size_t i = 0; i < map->n_entries; i++) {
		const struct gx_map_entry *entry = &map->entries[i];

		if (entry->site != default_site)
			moves[count++] = (struct move){ class_of[entry->location], entry->site,
							entry->location };
	}
	qsort(moves, count, sizeof(*moves), compare_moves);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || moves[i].class_id != moves[i - 1].class_id || moves[i].site != moves[i - 1].site)
			(*next_class)++;
		class_of[moves[i].location] = *next_class;
	}
	free(moves);
}

/* Locations that occur, and all ISO numbers: one more than the largest. */
static size_t count_locations(const struct gx_config *config)
{
	uint32_t last = GX_LOCATION_ISO_MAX;

	for (size_t i = 0; i < config->n_maps; i++) {
		const struct gx_map *map = &config->maps[i];

		for (size_t j = 0; j < map->n_entries; j++) {
			if (map->entries[j].location > last)
				last = map->entries[j].location;
		}
	}
	for (int family = 0; family < GX_FAMILIES; family++) {
		const struct gx_partition *partition = &config->partition[family];

		for (size_t i = 0; i < partition->count; i++) {
			uint32_t location = partition->ranges[i].location;

			if (location > last && location != GX_LOCATION_SILENT &&
			    location != GX_LOCATION_IPV4)
				last = location;
		}
	}
	return (size_t)last + 1;
}

static void fill_site_of(struct gx_builder *builder)
{
	const struct gx_config *config = builder->config;
	size_t n_classes = builder->image->n_classes;

	builder->site_of = gx_calloc(config->n_maps * n_classes, sizeof(*builder->site_of));
	for (size_t map = 0; map < config->n_maps; map++) {
		for (size_t class_id = 0; class_id < n_classes; class_id++) {
			uint32_t location = builder->location_of[class_id];

			builder->site_of[map * n_classes + class_id] =
				gx_map_find(&config->maps[map], location)->site;
		}
	}
}

int gx_image_classes(struct gx_builder *builder)
{
	struct gx_where where = { .file = builder->config->file };
	struct gx_image *image = builder->image;
	size_t n_locations = count_locations(builder->config);
	uint32_t *split = gx_calloc(n_locations, sizeof(*split)), *number, n_split = 0;
	size_t n_classes = 0;

	for (size_t i = 0; i < builder->config->n_maps; i++)
		split_by_map(&builder->config->maps[i], split, &n_split);

	number = gx_calloc(n_split + 1, sizeof(*number));	/* 0: none yet, else class + 1 */
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
	fill_site_of(builder);
	return 0;
}
