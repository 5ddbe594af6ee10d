/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: the zones, which are loaded before the geo names in them are read. */
#include "user/core/native_impl.h"

#include <stdlib.h>

#include "user/core/keys.h"
#include "user/core/name.h"
#include "user/core/text.h"

/* Of signatures. A number that lacks its unit is below the least; above the most, they outlive a key that was lost. */
#define GX_VALIDITY_MIN_S 20
#define GX_VALIDITY_MAX_S (365 * 24 * 60 * 60)

/* A zone of the file. */
struct entry {
	const knot_dname_t *apex;  /* NULL: none that could be read */
	const struct gx_yaml *geo; /* NULL: no geo names */
	const struct gx_yaml *keys; /* NULL: no keys */
	uint32_t validity_s;	   /* of signatures */
};

/* The place where the zone is named first; NULL: nowhere yet. */
static const struct gx_where *find_earlier(const struct gx_config *config, const knot_dname_t *apex)
{
	for (size_t i = 0; i < config->n_zones; i++)
		if (knot_dname_is_equal(config->zones[i].apex, apex))
			return &config->zones[i].where;
	return NULL;
}

/* The path of a file that the configuration names; NULL: a finding was added. */
static const char *read_path(struct gx_native *native, const struct gx_yaml *node)
{
	const char *file = gx_native_text(native, node, "file", "the path of a zone file");

	return file ? gx_text_path(&native->config->arena, native->directory, file) : NULL;
}

static void read_zone(struct gx_native *native, const struct gx_yaml *node, struct entry *entry)
{
	struct gx_config *config = native->config;
	struct gx_native_values values;
	const struct gx_where *earlier;
	const char *text, *file;
	knot_dname_t *apex;

	*entry = (struct entry){ 0 };
	if (!gx_native_is_mapping(native, node, "a zone",
				  "a mapping such as {name: example.com, file: example.com.zone}"))
		return;
	if (!gx_native_take(native, node, GX_SECTION_ZONE, "a zone", &values))
		return;
	text = gx_native_text(native, values.of[GX_KEY_ZONE_NAME], "name", "the name of a zone");
	file = read_path(native, values.of[GX_KEY_ZONE_FILE]);
	if (!text || !file)
		return;
	apex = gx_read_name(&config->arena, "zone", text, NULL, &values.of[GX_KEY_ZONE_NAME]->where, native->diag);
	if (!apex)
		return;
	earlier = find_earlier(config, apex);
	if (earlier) {
		gx_error(native->diag, &values.of[GX_KEY_ZONE_NAME]->where,
			 "zone %s is given twice, first in line %u: one entry with all its geo names would be right",
			 gx_native_quote(native, text), earlier->line);
		return;
	}
	config->zones[config->n_zones++] = (struct gx_zone){
		.apex = apex,
		.file = file,
		.where = values.of[GX_KEY_ZONE_FILE]->where,
	};
	entry->apex = apex;
	entry->geo = values.of[GX_KEY_ZONE_GEO];
	if (gx_native_seconds(native, values.of[GX_KEY_ZONE_VALIDITY], "signature-validity", GX_VALIDITY_MIN_S,
			      GX_VALIDITY_MAX_S, &entry->validity_s))
		entry->keys = values.of[GX_KEY_ZONE_KEYS];
}

/* The zone is loaded: its DNSKEYs say what the keys are. */
static void read_keys(struct gx_native *native, const struct entry *entry)
{
	struct gx_arena *arena = &native->config->arena;
	struct gx_key_path *paths;
	struct gx_native_list list;
	struct gx_zone *zone;
	size_t n = 0;

	if (!gx_native_list(native, entry->keys, "keys", "a folder, or a list of files", &list))
		return;
	if (!list.n)
		gx_error(native->diag, &entry->keys->where, "no keys: a folder, or a list of files, would be right");
	paths = gx_arena_alloc(arena, list.n * sizeof(*paths));
	for (size_t i = 0; i < list.n; i++) {
		const struct gx_yaml *item = gx_native_item(&list, i);
		const char *path = gx_native_text(native, item, "keys", "the path of a folder or file");

		if (path)
			paths[n++] = (struct gx_key_path){ gx_text_path(arena, native->directory, path), item->where };
	}
	zone = (struct gx_zone *)gx_config_find_zone(native->config, entry->apex);
	/* Of a file that could not be read, that is said already. */
	if (n && n == list.n && gx_zone_has_data(zone))
		zone->keys = gx_keys_read(zone, paths, n, entry->validity_s, native->diag);
}

/* Room for all geo names: the array does not move while they are added. */
static void make_room(struct gx_native *native, const struct entry *entries, size_t n)
{
	struct gx_config *config = native->config;
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += entries[i].geo ? entries[i].geo->n : 0;
	config->geos = gx_arena_alloc(&config->arena, count * sizeof(*config->geos));
}

static void drop_repeated_geos(struct gx_native *native)
{
	struct gx_config *config = native->config;
	knot_dname_txt_storage_t shown;
	size_t kept = 0, count = config->n_geos;

	gx_config_sort_geos(config);
	for (size_t i = 0; i < count; i++) {
		struct gx_geo *geo = &config->geos[i], *last = kept ? &config->geos[kept - 1] : NULL;
		struct gx_geo later = *geo;

		if (!last || !knot_dname_is_equal(last->owner, geo->owner)) {
			config->geos[kept++] = *geo;
			continue;
		}
		if (last->where.line > geo->where.line) {
			later = *last;
			*last = *geo;
		}
		gx_error(native->diag, &later.where,
			 "geo name %s is given twice, first in line %u: once would be right",
			 gx_show_name(later.owner, shown), last->where.line);
	}
	config->n_geos = kept;
}

void gx_native_read_zones(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;
	struct gx_native_list list;
	struct entry *entries;

	if (!node || !gx_native_list(native, node, "zones", "a list of {name: NAME, file: PATH}", &list))
		return;
	if (!list.n)
		gx_error(native->diag, &node->where, "no zone: a list of {name: NAME, file: PATH} would be right");
	entries = gx_calloc(list.n, sizeof(*entries));
	config->zones = gx_calloc(list.n, sizeof(*config->zones));
	for (size_t i = 0; i < list.n; i++)
		read_zone(native, gx_native_item(&list, i), &entries[i]);
	gx_config_load_zones(config, native->diag, native->progress);
	for (size_t i = 0; i < list.n; i++)
		if (entries[i].keys)
			read_keys(native, &entries[i]);
	make_room(native, entries, list.n);
	for (size_t i = 0; i < list.n; i++)
		if (entries[i].geo)
			gx_native_read_geos(native, entries[i].apex, entries[i].geo);
	free(entries);
	drop_repeated_geos(native);
}
