/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configurations of both kinds: loading what they name, and finding things in one. */
#include "user/core/config.h"

#include <stdlib.h>
#include <string.h>

#include "user/core/config_impl.h"
#include "user/core/keys.h"

void gx_config_show_step(struct gx_progress *progress, const char *step, const char *object)
{
	if (progress)
		progress->step(progress, step, object);
}

/* --- zones ------------------------------------------------------------------------------------- */

static int compare_octets(const knot_dname_t *a, size_t a_len, const knot_dname_t *b, size_t b_len)
{
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a, b, a_len);
}

static int compare_zones(const void *left, const void *right)
{
	const struct gx_zone *a = left, *b = right;

	return compare_octets(a->apex, knot_dname_size(a->apex), b->apex, knot_dname_size(b->apex));
}

void gx_config_sort_zones(struct gx_config *config)
{
	if (config->n_zones)
		qsort(config->zones, config->n_zones, sizeof(*config->zones), compare_zones);
}

bool gx_zone_has_data(const struct gx_zone *zone)
{
	return !zone->file || zone->n_nodes > 1 || (zone->n_nodes == 1 && zone->nodes[0].n_rrsets);
}

void gx_config_load_zones(struct gx_config *config, struct gx_diag *diag, struct gx_progress *progress)
{
	for (size_t i = 0; i < config->n_zones; i++) {
		gx_config_show_step(progress, "reading zone", config->zones[i].file);
		gx_zone_read(&config->zones[i], diag);
	}
	gx_config_sort_zones(config);
}

/* --- geo names --------------------------------------------------------------------------------- */

/* Of equal owners, the one that was read first. */
static int compare_geos(const void *left, const void *right)
{
	const struct gx_geo *a = left, *b = right;
	int order = knot_dname_cmp(a->owner, b->owner);

	if (order)
		return order;
	return a->map < b->map ? -1 : a->map > b->map;
}

/* Owners side by side in their order: whoever goes through all of them does not wait for each. */
static void gather_owners(struct gx_config *config)
{
	size_t octets = 0;
	uint8_t *to;

	for (size_t i = 0; i < config->n_geos; i++)
		octets += knot_dname_size(config->geos[i].owner);
	to = gx_arena_alloc(&config->arena, octets);
	for (size_t i = 0; i < config->n_geos; i++) {
		size_t len = knot_dname_size(config->geos[i].owner);

		config->geos[i].owner = memcpy(to, config->geos[i].owner, len);
		to += len;
	}
}

void gx_config_sort_geos(struct gx_config *config)
{
	if (!config->n_geos)
		return;
	qsort(config->geos, config->n_geos, sizeof(*config->geos), compare_geos);
	gather_owners(config);
}

/* --- sources ----------------------------------------------------------------------------------- */

/* What maps tell apart beside countries, which all sources tell apart. */
static void want_places(struct gx_config *config)
{
	for (size_t i = 0; i < config->n_maps; i++) {
		const struct gx_map *map = &config->maps[i];

		for (size_t j = 0; j < map->n_rules; j++) {
			enum gx_rule_kind kind = map->rules[j].kind;

			if (kind == GX_RULE_ASN || kind == GX_RULE_CITY || kind == GX_RULE_REGION)
				gx_locations_want(config->locations, map->rules[j].key);
		}
	}
}

void gx_config_load_sources(struct gx_config *config, struct gx_diag *diag, struct gx_progress *progress)
{
	want_places(config);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_partition_init(&config->partition[family], family);
	for (size_t i = 0; i < config->n_sources; i++) {
		struct gx_entries entries[GX_FAMILIES] = { 0 };

		gx_config_show_step(progress, "reading source", config->sources[i].file);
		gx_source_read(&config->sources[i], config->locations, entries, diag);
		for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
			gx_partition_overlay(&config->partition[family], config->locations, &entries[family],
					     (uint16_t)i);
			gx_entries_free(&entries[family]);
		}
	}
}

/* --- files ------------------------------------------------------------------------------------- */

static int compare_files(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void gx_config_take_files(struct gx_config *config, struct gx_diag *diag)
{
	if (diag->n_files)
		qsort(diag->files, diag->n_files, sizeof(*diag->files), compare_files);
	config->files = gx_arena_alloc(&config->arena, diag->n_files * sizeof(*config->files));
	config->n_files = 0;
	for (size_t i = 0; i < diag->n_files; i++)
		if (!i || strcmp(diag->files[i - 1], diag->files[i]) != 0)
			config->files[config->n_files++] = gx_arena_strdup(&config->arena, diag->files[i]);
	diag->n_files = 0;
}

/* --- all --------------------------------------------------------------------------------------- */

void gx_config_free(struct gx_config *config)
{
	for (size_t i = 0; i < config->n_zones; i++) {
		gx_keys_free(config->zones[i].keys);
		gx_zone_free(&config->zones[i]);
	}
	free(config->zones);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_partition_free(&config->partition[family]);
	gx_locations_free(config->locations);
	gx_arena_free(&config->arena);
	*config = (struct gx_config){ 0 };
}

/* --- look-ups ---------------------------------------------------------------------------------- */

static const struct gx_zone *find_apex(const struct gx_config *config, const knot_dname_t *name, size_t len)
{
	size_t low = 0, high = config->n_zones;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct gx_zone *zone = &config->zones[middle];
		int order = compare_octets(name, len, zone->apex, knot_dname_size(zone->apex));

		if (order == 0)
			return zone;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct gx_zone *gx_config_find_zone(const struct gx_config *config, const knot_dname_t *name)
{
	size_t len = knot_dname_size(name);
	knot_dname_storage_t lower;
	const knot_dname_t *at = lower;

	knot_dname_copy_lower(lower, name);
	for (;;) {
		const struct gx_zone *zone = find_apex(config, at, len);

		if (zone || *at == 0)
			return zone;
		len -= 1u + *at;
		at += 1u + *at;
	}
}

const struct gx_geo *gx_config_find_geo(const struct gx_config *config, const knot_dname_t *name)
{
	size_t low = 0, high = config->n_geos;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = knot_dname_cmp(name, config->geos[middle].owner);

		if (order == 0)
			return &config->geos[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
