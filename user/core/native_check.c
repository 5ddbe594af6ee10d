/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: what nobody uses, and what no source or map has. */
#include "user/core/native_impl.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/core/iso3166.h"

static bool is_site(const struct gx_config *config, const char *name)
{
	for (size_t i = 0; i < config->n_maps; i++)
		for (size_t j = 0; j < config->maps[i].n_sites; j++)
			if (strcmp(config->maps[i].sites[j], name) == 0)
				return true;
	return false;
}

/* Sites that no map leads to are looked at for nothing. */
static void check_sites(struct gx_native *native)
{
	const struct gx_config *config = native->config;
	size_t n_names = 0, at = 0;
	const char **names;

	for (size_t i = 0; i < config->n_maps; i++)
		n_names += config->maps[i].n_sites;
	names = gx_calloc(n_names, sizeof(*names));
	for (size_t i = 0; i < config->n_maps; i++)
		for (size_t j = 0; j < config->maps[i].n_sites; j++)
			names[at++] = config->maps[i].sites[j];
	for (size_t i = 0; i < config->n_site_plans; i++) {
		const struct gx_site_plan *plan = &config->site_plans[i];

		if (!is_site(config, plan->name))
			gx_warn(native->diag, &plan->where, "no map leads to site %s: %s",
				gx_native_quote(native, plan->name),
				gx_native_hint(native, plan->name, names, n_names, "name it in a map, or remove it here"));
	}
	free(names);
}

void gx_native_check_used(struct gx_native *native)
{
	const struct gx_config *config = native->config;

	for (size_t i = 0; i < config->n_maps; i++)
		if (!native->maps[i].used)
			gx_warn(native->diag, &config->maps[i].where,
				"no geo name has the map %s: 'map: %s' at one, or removing it here, would be right",
				config->maps[i].name, config->maps[i].name);
	for (size_t i = 0; i < config->n_groups; i++)
		if (!native->groups_used[i])
			gx_warn(native->diag, &config->groups[i].where,
				"no map and no other group has the group %s: remove it here, or use it",
				config->groups[i].name);
	for (size_t i = 0; native->checks_complete && i < config->n_plans; i++)
		if (!native->checks[i].used)
			gx_warn(native->diag, &config->plans[i].where,
				"no site and no geo name has the check %s: 'check: %s' at one, or removing it here, "
				"would be right",
				config->plans[i].name, config->plans[i].name);
	if (native->checks_complete)
		check_sites(native);
}

/* --- places ------------------------------------------------------------------------------------ */

/* A place that sources speak of, in the form of a rule's key. */
struct place {
	enum gx_rule_kind kind;
	const char *key;
	const struct gx_range *range; /* one that has it */
};

struct places {
	struct gx_native *native;
	struct place *list; /* sorted; malloc family */
	size_t count;
	size_t capacity;
	const char **names; /* those of GX_RULE_OWN */
	size_t n_names;
};

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->kind == GX_RULE_OWN ? strcmp(a->key, b->key) : strcasecmp(a->key, b->key);
}

static void add_place(struct places *places, enum gx_rule_kind kind, const char *key, const struct gx_range *range)
{
	gx_grow(&places->list, places->count, places->capacity);
	places->list[places->count++] = (struct place){ .kind = kind, .key = key, .range = range };
}

static void add_location(struct places *places, const struct gx_location *location, const struct gx_range *range)
{
	struct gx_arena *arena = &places->native->config->arena;
	const struct gx_country *country = gx_find_country(location->country);

	if (location->own)
		add_place(places, GX_RULE_OWN, location->own, range);
	if (location->asn)
		add_place(places, GX_RULE_ASN, gx_arena_printf(arena, "AS%u", location->asn), range);
	if (country && location->region)
		add_place(places, GX_RULE_REGION, gx_arena_printf(arena, "%s/%s", country->alpha2, location->region),
			  range);
	if (country && location->city) {
		add_place(places, GX_RULE_CITY, gx_arena_printf(arena, "%s//%s", country->alpha2, location->city),
			  range);
		if (location->region)
			add_place(places, GX_RULE_CITY,
				  gx_arena_printf(arena, "%s/%s/%s", country->alpha2, location->region, location->city),
				  range);
	}
}

static void collect_places(struct places *places)
{
	const struct gx_config *config = places->native->config;
	size_t n_locations = gx_locations_count(config->locations), kept = 0;
	bool *seen = gx_calloc(n_locations, sizeof(*seen));

	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		for (size_t i = 0; i < config->partition[family].count; i++) {
			const struct gx_range *range = &config->partition[family].ranges[i];

			/* Numbers beyond the table are no locations. */
			if (range->location >= n_locations || seen[range->location])
				continue;
			seen[range->location] = true;
			add_location(places, gx_locations_get(config->locations, range->location), range);
		}
	}
	free(seen);
	if (places->count)
		qsort(places->list, places->count, sizeof(*places->list), compare_places);
	for (size_t i = 0; i < places->count; i++)
		if (!kept || compare_places(&places->list[kept - 1], &places->list[i]) != 0)
			places->list[kept++] = places->list[i];
	places->count = kept;
	places->names = gx_calloc(kept, sizeof(*places->names));
	for (size_t i = 0; i < kept; i++)
		if (places->list[i].kind == GX_RULE_OWN)
			places->names[places->n_names++] = places->list[i].key;
}

static const char *kind_name(enum gx_rule_kind kind)
{
	static const char *const names[] = {
		[GX_RULE_OWN] = "location",
		[GX_RULE_ASN] = "network",
		[GX_RULE_CITY] = "city",
		[GX_RULE_REGION] = "region",
	};

	return names[kind];
}

/* Keys of maps that no source has: misspelt, or of sources that know no such places. */
static void check_rules(struct places *places, const struct gx_map *map)
{
	struct gx_native *native = places->native;

	for (size_t i = 0; i < map->n_rules && map->rules[i].kind < GX_RULE_COUNTRY; i++) {
		const struct gx_rule *rule = &map->rules[i];
		struct place wanted = { .kind = rule->kind, .key = rule->key };

		if (places->count && bsearch(&wanted, places->list, places->count, sizeof(wanted), compare_places))
			continue;
		gx_warn(native->diag, &rule->where, "no source has the %s %s: %s", kind_name(rule->kind),
			gx_native_quote(native, rule->key),
			gx_native_hint(native, rule->key, places->names,
				       rule->kind == GX_RULE_OWN ? places->n_names : 0,
				       rule->kind == GX_RULE_OWN ? "a nets source with this name would be right"
								 : "a source that knows it, or its other name, would "
								   "be right"));
	}
}

static bool is_named(const struct gx_config *config, const char *own)
{
	for (size_t i = 0; i < config->n_maps; i++) {
		const struct gx_map *map = &config->maps[i];

		for (size_t j = 0; j < map->n_rules && map->rules[j].kind == GX_RULE_OWN; j++)
			if (strcmp(map->rules[j].key, own) == 0)
				return true;
	}
	return false;
}

/* Names of nets sources that no map has: their clients go where their country does. */
static void check_names(struct places *places)
{
	struct gx_native *native = places->native;
	const struct gx_config *config = native->config;

	for (size_t i = 0; i < places->count && places->list[i].kind == GX_RULE_OWN; i++) {
		const struct place *place = &places->list[i];
		struct gx_where where = { config->sources[place->range->source].file, place->range->line, 0 };

		if (!is_named(config, place->key))
			gx_warn(native->diag, &where,
				"no map has the location %s: add it to locations of a map, or remove it",
				gx_native_quote(native, place->key));
	}
}

void gx_native_check_places(struct gx_native *native)
{
	const struct gx_config *config = native->config;
	struct places places = { .native = native };

	collect_places(&places);
	for (size_t i = 0; i < config->n_maps; i++)
		check_rules(&places, &config->maps[i]);
	if (config->n_maps)
		check_names(&places);
	free(places.list);
	free(places.names);
}
