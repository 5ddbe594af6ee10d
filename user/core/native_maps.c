/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: maps, from locations to sites in order of preference. */
#include "user/core/native_impl.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/core/director.h"
#include "user/core/iso3166.h"
#include "user/core/text.h"

/* A map while it is read. */
struct reader {
	struct gx_native *native;
	struct gx_map *map;
	const char *what; /* "map world" */
	size_t rules_capacity;
	size_t sites_capacity;
	struct gx_rule *rules; /* malloc family, until the map is read */
	const char **sites;    /* same */
};

/* --- sites ------------------------------------------------------------------------------------- */

static uint32_t find_or_add_site(struct reader *reader, const char *name)
{
	struct gx_map *map = reader->map;

	for (size_t i = 0; i < map->n_sites; i++)
		if (strcmp(reader->sites[i], name) == 0)
			return (uint32_t)i;
	gx_grow(&reader->sites, map->n_sites, reader->sites_capacity);
	reader->sites[map->n_sites] = name;
	return (uint32_t)map->n_sites++;
}

static bool has_site(const struct gx_rule *rule, uint32_t site)
{
	for (size_t i = 0; i < rule->n_sites; i++)
		if (rule->sites[i] == site)
			return true;
	return false;
}

/* A site, or a list of sites. Returns false where there is none: a finding was added. */
static bool read_sites(struct reader *reader, const struct gx_yaml *node, struct gx_rule *rule)
{
	struct gx_native *native = reader->native;
	struct gx_native_list list;

	if (!gx_native_list(native, node, "sites", "a site, or a list of sites in order of preference,", &list))
		return false;
	if (!list.n)
		gx_error(native->diag, &node->where,
			 "a list without a site: a site, or a list of sites in order of "
			 "preference, would be right");
	rule->sites = gx_arena_alloc(&native->config->arena, list.n * sizeof(*rule->sites));
	for (size_t i = 0; i < list.n; i++) {
		const struct gx_yaml *item = gx_native_item(&list, i);
		const char *name = gx_native_word(native, item, "site");
		uint32_t site;

		if (!name)
			continue;
		site = find_or_add_site(reader, name);
		if (has_site(rule, site))
			gx_error(native->diag, &item->where, "site %s is in the list already: once would be right",
				 name);
		else
			rule->sites[rule->n_sites++] = site;
	}
	return rule->n_sites > 0;
}

/* --- rules ------------------------------------------------------------------------------------- */

/* What stands before the sites. Returns false where it cannot be read: a finding was added. */
static bool read_key(struct reader *reader, const struct gx_yaml *key, struct gx_rule *rule)
{
	struct gx_native *native = reader->native;
	const struct gx_country *country;
	const struct gx_group *group;

	rule->key = "";
	switch (rule->kind) {
	case GX_RULE_OWN:
		rule->key = gx_native_own(native, key);
		break;
	case GX_RULE_ASN:
		rule->key = gx_native_asn(native, key);
		break;
	case GX_RULE_CITY:
		rule->key = gx_native_city(native, key);
		break;
	case GX_RULE_REGION:
		rule->key = gx_native_region(native, key);
		break;
	case GX_RULE_COUNTRY:
		if (!gx_native_country(native, key, &rule->country))
			return false;
		country = gx_find_country(rule->country);
		rule->key = country ? country->alpha2 : gx_arena_printf(&native->config->arena, "%u", rule->country);
		break;
	case GX_RULE_GROUP:
		group = gx_native_find_group(native, key);
		rule->key = group ? group->name : NULL;
		rule->group = group ? (uint32_t)(group - native->config->groups) : 0;
		break;
	case GX_RULE_CONTINENT:
		rule->key = gx_native_continent(native, key);
		break;
	case GX_RULE_DEFAULT:
		break;
	}
	return rule->key;
}

static void add_rule(struct reader *reader, enum gx_rule_kind kind, const struct gx_yaml *key,
		     const struct gx_yaml *sites)
{
	struct gx_rule rule = { .kind = kind, .where = key->where };
	bool has_key = read_key(reader, key, &rule);

	/* The sites are looked at in any case: they may have mistakes of their own, and are known from then on. */
	if (!read_sites(reader, sites, &rule) || !has_key)
		return;
	gx_grow(&reader->rules, reader->map->n_rules, reader->rules_capacity);
	reader->rules[reader->map->n_rules++] = rule;
}

static void add_rules(struct reader *reader, enum gx_rule_kind kind, const char *name, const struct gx_yaml *node)
{
	if (!gx_native_is_mapping(reader->native, node, name, "a mapping of locations to sites, such as {KEY: SITE},"))
		return;
	for (size_t i = 0; i < node->n; i++)
		add_rule(reader, kind, node->keys[i], node->items[i]);
}

/* Keys that differ in writing, such as GB and 826, may be the same place. */
static void report_repeated(struct reader *reader)
{
	const struct gx_map *map = reader->map;

	for (size_t i = 1; i < map->n_rules; i++) {
		const struct gx_rule *a = &map->rules[i - 1], *b = &map->rules[i];

		if (a->kind != b->kind || a->kind == GX_RULE_OWN || strcasecmp(a->key, b->key) != 0)
			continue;
		if (a->where.line > b->where.line ||
		    (a->where.line == b->where.line && a->where.column > b->where.column)) {
			a = b;
			b = &map->rules[i - 1];
		}
		gx_error(reader->native->diag, &b->where, "%s is given twice, first in line %u: once would be right",
			 gx_native_quote(reader->native, b->key), a->where.line);
	}
}

/* --- maps -------------------------------------------------------------------------------------- */

static void read_rules(struct reader *reader, const struct gx_native_values *values, const struct gx_where *where)
{
	static const struct {
		enum gx_native_id id;
		enum gx_rule_kind kind;
	} rule_keys[] = {
		{ GX_KEY_MAP_CONTINENTS, GX_RULE_CONTINENT }, { GX_KEY_MAP_GROUPS, GX_RULE_GROUP },
		{ GX_KEY_MAP_COUNTRIES, GX_RULE_COUNTRY },    { GX_KEY_MAP_REGIONS, GX_RULE_REGION },
		{ GX_KEY_MAP_CITIES, GX_RULE_CITY },	      { GX_KEY_MAP_ASNS, GX_RULE_ASN },
		{ GX_KEY_MAP_LOCATIONS, GX_RULE_OWN },
	};
	const struct gx_yaml *fallback = values->of[GX_KEY_MAP_DEFAULT];

	if (!fallback)
		gx_error(reader->native->diag, where,
			 "%s has no default: 'default: SITE' for all locations that it does not name would be right",
			 reader->what);
	else
		add_rule(reader, GX_RULE_DEFAULT, fallback, fallback);
	for (size_t i = 0; i < sizeof(rule_keys) / sizeof(rule_keys[0]); i++)
		if (values->of[rule_keys[i].id])
			add_rules(reader, rule_keys[i].kind, gx_native_keys[rule_keys[i].id].name,
				  values->of[rule_keys[i].id]);
}

static void settle(struct reader *reader)
{
	struct gx_arena *arena = &reader->native->config->arena;
	struct gx_map *map = reader->map;

	map->rules = gx_arena_alloc(arena, map->n_rules * sizeof(*map->rules));
	map->sites = gx_arena_alloc(arena, map->n_sites * sizeof(*map->sites));
	if (map->n_rules)
		memcpy(map->rules, reader->rules, map->n_rules * sizeof(*map->rules));
	if (map->n_sites)
		memcpy(map->sites, reader->sites, map->n_sites * sizeof(*map->sites));
	free(reader->rules);
	free(reader->sites);
	gx_map_sort(map);
	report_repeated(reader);
}

/* A director map file: its targets are the sites. */
static void read_file(struct reader *reader, const struct gx_yaml *node, const struct gx_native_values *values)
{
	struct gx_native *native = reader->native;
	const char *file = gx_native_text(native, node, "file", "the path of a director map file");
	struct gx_native_map *known = &native->maps[reader->map - native->config->maps];
	struct gx_director director;

	for (enum gx_native_id id = GX_KEY_MAP_DEFAULT; id < GX_KEY_MAP_FILE; id++)
		if (values->of[id])
			gx_error(native->diag, &values->of[id]->where,
				 "%s has a file, which has all rules: either file or %s would be right", reader->what,
				 gx_native_keys[id].name);
	if (!file)
		return;
	file = gx_text_path(&native->config->arena, native->directory, file);
	gx_config_show_step(native->progress, "reading map", file);
	gx_director_read_map(&director, &native->config->arena, file, &node->where, native->diag);
	director.map.name = reader->map->name;
	director.map.where = reader->map->where;
	*reader->map = director.map;
	known->targets = director.sites;
}

/* --- what is answered when ----------------------------------------------------------------------- */

bool gx_native_read_by(struct gx_native *native, const struct gx_yaml *node, enum gx_by *by)
{
	static const char *const list[] = { [GX_BY_CLIENT] = "client", [GX_BY_QUERY] = "query" };
	static const struct gx_native_words words = { list, 2, "client or query" };
	size_t found;

	if (!gx_native_choice(native, node, "by", &words, &found))
		return false;
	*by = (enum gx_by)found;
	return true;
}

static void read_all_down(struct reader *reader, const struct gx_yaml *node)
{
	static const char *const list[] = {
		[GX_ALL_DOWN_ALL] = "all",
		[GX_ALL_DOWN_NONE] = "none",
		[GX_ALL_DOWN_LAST] = "last",
	};
	static const struct gx_native_words words = { list, 3, "all, none or last" };
	size_t found;

	if (gx_native_choice(reader->native, node, "all-down", &words, &found))
		reader->map->all_down = (enum gx_all_down)found;
}

/* complete: all sites of the map are known */
static void read_weights(struct reader *reader, const struct gx_yaml *node, bool complete)
{
	struct gx_native *native = reader->native;
	struct gx_map *map = reader->map;

	if (!gx_native_is_mapping(native, node, "weight", "a mapping of sites to weights, such as {eu: 3, us: 1},"))
		return;
	map->weights = gx_arena_alloc(&native->config->arena, map->n_sites * sizeof(*map->weights));
	for (size_t i = 0; i < node->n; i++) {
		const char *name = node->keys[i]->text;
		uint32_t weight;
		size_t site = 0;

		while (site < map->n_sites && strcmp(map->sites[site], name) != 0)
			site++;
		if (site == map->n_sites && complete)
			gx_error(native->diag, &node->keys[i]->where, "%s does not lead to site %s: %s", reader->what,
				 gx_native_quote(native, name),
				 gx_native_hint(native, name, map->sites, map->n_sites,
						gx_arena_printf(&native->config->arena, "it has %s",
								gx_native_join(native, map->sites, map->n_sites))));
		if (gx_native_number(native, node->items[i], "weight", 0, GX_WEIGHT_MAX, &weight) &&
		    site < map->n_sites)
			map->weights[site] = weight;
	}
}

static void read_map(struct gx_native *native, size_t index, const struct gx_yaml *node)
{
	struct reader reader = { .native = native, .map = &native->config->maps[index] };
	size_t errors = native->diag->errors;
	struct gx_native_values values;

	reader.what = gx_arena_printf(&native->config->arena, "map %s", reader.map->name);
	if (!gx_native_is_mapping(native, node, reader.what,
				  "a mapping such as {default: SITE, countries: {US: SITE}}"))
		return;
	gx_native_take(native, node, GX_SECTION_MAP, reader.what, &values);
	if (values.of[GX_KEY_MAP_FILE]) {
		native->maps[index].from_file = true;
		read_file(&reader, values.of[GX_KEY_MAP_FILE], &values);
	} else {
		read_rules(&reader, &values, &reader.map->where);
		settle(&reader);
	}
	native->maps[index].complete = native->diag->errors == errors;
	gx_native_read_by(native, values.of[GX_KEY_MAP_BY], &reader.map->by);
	read_all_down(&reader, values.of[GX_KEY_MAP_ALL_DOWN]);
	if (values.of[GX_KEY_MAP_WEIGHT])
		read_weights(&reader, values.of[GX_KEY_MAP_WEIGHT], native->maps[index].complete);
}

void gx_native_read_maps(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;

	if (!node || !gx_native_is_mapping(native, node, "maps", "a mapping of names to maps"))
		return;
	config->maps = gx_arena_alloc(&config->arena, node->n * sizeof(*config->maps));
	config->n_maps = node->n;
	native->maps = gx_arena_alloc(&config->arena, node->n * sizeof(*native->maps));
	native->map_names = gx_arena_alloc(&config->arena, node->n * sizeof(*native->map_names));
	for (size_t i = 0; i < node->n; i++) {
		gx_native_word(native, node->keys[i], "map");
		config->maps[i] = (struct gx_map){ .name = node->keys[i]->text, .where = node->keys[i]->where };
		native->map_names[i] = config->maps[i].name;
		read_map(native, i, node->items[i]);
	}
}
