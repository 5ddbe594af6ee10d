/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The image: the content of every table of a generation, before anything is loaded into the kernel. */
#include "user/core/image.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "user/core/gaps.h"

/* A BPF map cannot be empty, and 0 means none: entry 0 is there, and zero. */
#define HAVE_ONE(table, count)                                                                     \
	do {                                                                                       \
		if (!(count)) {                                                                    \
			free(table);                                                               \
			(table) = gx_calloc(1, sizeof(*(table)));                                  \
			(count) = 1;                                                               \
		}                                                                                  \
	} while (0)

static void free_builder(struct gx_builder *builder)
{
	for (size_t i = 0; i < builder->config->n_geos; i++) {
		free(builder->geo_ends[i].types.types);
		free(builder->geo_ends[i].maps);
	}
	free(builder->geo_ends);
	for (size_t i = 0; builder->site_units && i < builder->config->n_maps; i++)
		free(builder->site_units[i]);
	free(builder->site_units);
	gx_pool_free(&builder->draws);
	gx_intmap_free(&builder->drawn_of);
	free(builder->drawn);
	gx_pool_free(&builder->unit_keys);
	gx_intmap_free(&builder->unit_of);
	gx_pool_free_index(&builder->choices);
	gx_pool_free_index(&builder->options);
	gx_pool_free_index(&builder->option_units);
	gx_pool_free(&builder->records);
	gx_image_drop_shapes(builder);
	gx_pool_free(&builder->outlines);
	free(builder->shapes);
	free(builder->told_options);
	gx_arena_free(&builder->arena);
	free(builder->seen);
	for (size_t i = 0; i < builder->config->n_zones; i++) {
		free(builder->zone_parts[i].load_of_node);
		gx_gaps_free(builder->zone_parts[i].gaps);
	}
	free(builder->zone_parts);
	free(builder->location_of);
	free(builder->rule_of);
	free(builder->list_of);
	free(builder->loads);
	free(builder->cell_index);
	free(builder->load_of_geo);
	gx_dict_free(&builder->loads_above);
	gx_renderer_free(builder->renderer);
}

/* References hold table indices of 30 bits. */
static int check_sizes(const struct gx_image *image, const struct gx_config *config, struct gx_diag *diag)
{
	struct gx_where where = { .file = config->file };

	if (image->n_cells <= GX_REF_INDEX && image->n_choices <= GX_REF_INDEX && image->n_options <= UINT32_MAX)
		return 0;
	gx_error(diag, &where, "%zu cells of answers and %zu choices: at most %u of each would be right, with "
		 "fewer names or fewer sites",
		 image->n_cells, image->n_choices, GX_REF_INDEX);
	return -EINVAL;
}

/* What was put into pools becomes the image's. */
static void take_tables(struct gx_builder *builder)
{
	struct gx_image *image = builder->image;

	image->choices = builder->choices.items;
	image->n_choices = builder->choices.count;
	image->options = builder->options.items;
	image->n_options = builder->options.count;
	image->option_units = builder->option_units.items;
	image->n_option_units = builder->option_units.count;
}

/* Work beside what follows; it is done at once where there is no thread to be had. */
struct beside {
	pthread_t thread;
	bool is_running;
};

static struct beside begin_beside(void *(*work)(void *), void *argument)
{
	struct beside beside;

	beside.is_running = !pthread_create(&beside.thread, NULL, work, argument);
	if (!beside.is_running)
		work(argument);
	return beside;
}

static void end_beside(const struct beside *beside)
{
	if (beside->is_running)
		pthread_join(beside->thread, NULL);
}

/* Indexes come from the partition and the classes alone: they are built beside the answers. */
struct ranges_job {
	struct gx_image *image;
	const struct gx_config *config;
	int errors[GX_FAMILIES];
};

static void *build_ranges(void *argument)
{
	struct ranges_job *job = argument;
	struct gx_image *image = job->image;

	for (int family = 0; family < GX_FAMILIES; family++) {
		const struct gx_partition *partition = &job->config->partition[family];

		gx_partition_sum_leaves(partition, image->class_of, image->n_locations, &image->leaves[family]);
		job->errors[family] = gx_index_build(&image->index[family], partition, image->class_of, image->n_locations);
	}
	return NULL;
}

static int check_indexes(const struct ranges_job *job, struct gx_diag *diag)
{
	struct gx_where where = { .file = job->config->file };

	for (int family = 0; family < GX_FAMILIES; family++) {
		if (!job->errors[family])
			continue;
		gx_error(diag, &where, "%zu ranges of addresses are more than the index of 256 MiB can hold: fewer or "
			 "coarser sources would be right", job->image->index[family].n_runs);
		return -EINVAL;
	}
	return 0;
}

/* What takes the names alone is done beside the rendering. */
static void *find_alikes(void *alikes)
{
	gx_image_find_alikes(alikes);
	return NULL;
}

static void *place_names(void *placing)
{
	gx_image_place_names(placing);
	return NULL;
}

static int build_answers(struct gx_builder *builder)
{
	struct gx_image *image = builder->image;
	struct beside finding, placement;
	struct gx_alikes *alikes;
	struct gx_placing *placing;
	int err;

	builder->renderer = gx_renderer_new(builder->config);
	builder->lookup = gx_renderer_lookup(builder->renderer);
	gx_image_units(builder);
	gx_image_locations(builder);
	gx_image_collect(builder);
	alikes = gx_image_begin_alikes(builder);
	placing = gx_image_begin_names(builder);
	finding = begin_beside(find_alikes, alikes);
	placement = begin_beside(place_names, placing);
	gx_gaps_spare(builder);
	gx_image_render_all(builder, alikes);
	gx_image_tell_lacks(builder);
	gx_renderer_signed(builder->renderer, &image->signed_until_s, &image->renew_s);
	take_tables(builder);
	end_beside(&finding);
	gx_image_free_alikes(alikes);
	end_beside(&placement);
	err = gx_image_end_names(builder, placing);
	return check_sizes(image, builder->config, builder->diag) || err ? -EINVAL : 0;
}

int gx_image_build(struct gx_image *image, const struct gx_config *config, struct gx_diag *diag)
{
	struct gx_builder builder = { .image = image, .config = config, .diag = diag };
	struct ranges_job ranges = { .image = image, .config = config };
	size_t errors = diag->errors;
	struct beside indexes;
	int err;

	builder.geo_ends = gx_calloc(config->n_geos, sizeof(*builder.geo_ends));
	builder.seen = gx_calloc(config->n_geos, sizeof(*builder.seen));
	builder.told_options = gx_calloc(config->n_geos, sizeof(*builder.told_options));
	builder.zone_parts = gx_calloc(config->n_zones, sizeof(*builder.zone_parts));
	if (gx_image_classes(&builder))
		goto out;
	image->lookup_lpm = config->lookup_lpm;
	image->partition = config->partition;
	indexes = begin_beside(build_ranges, &ranges);
	err = build_answers(&builder);
	end_beside(&indexes);
	if (check_indexes(&ranges, diag) || err)
		goto out;
	HAVE_ONE(image->names_long, image->n_names_long);
	HAVE_ONE(image->types, image->n_types);
	HAVE_ONE(image->gap_lists, image->n_gap_lists);
	HAVE_ONE(image->gaps, image->n_gaps);
	HAVE_ONE(image->choices, image->n_choices);
	HAVE_ONE(image->answers, image->n_cells);
	HAVE_ONE(image->options, image->n_options);
	HAVE_ONE(image->option_units, image->n_option_units);
	HAVE_ONE(image->units, image->n_units);
	HAVE_ONE(image->checks, image->n_checks);
out:
	free_builder(&builder);
	return diag->errors > errors ? -EINVAL : 0;
}

void gx_image_leaves(const struct gx_image *image, enum gx_family family, struct gx_leaves *out)
{
	gx_partition_leaves(&image->partition[family], image->class_of, image->n_locations, out);
}

void gx_image_free(struct gx_image *image)
{
	for (int family = 0; family < GX_FAMILIES; family++)
		gx_index_free(&image->index[family]);
	free(image->class_of);
	free(image->names);
	free(image->pilots);
	free(image->names_long);
	free(image->types);
	free(image->gap_lists);
	free(image->gaps);
	free(image->choices);
	free(image->answers);
	free(image->options);
	free(image->option_units);
	free(image->units);
	free(image->checks);
	free(image->locations);
	*image = (struct gx_image){0};
}
