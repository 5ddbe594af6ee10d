/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Geo maps: which rule decides for a location, and which site answers. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/core/config.h"
#include "user/core/iso3166.h"

bool gx_group_has(const struct gx_group *group, uint16_t country)
{
	return country <= GX_LOCATION_ISO_MAX && group->members[country / 8] >> (country & 7) & 1;
}

static int compare_rules(const void *left, const void *right)
{
	const struct gx_rule *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == GX_RULE_COUNTRY)
		return a->country < b->country ? -1 : a->country > b->country;
	if (a->kind == GX_RULE_GROUP)	/* of one file: in its order */
		return a->where.line != b->where.line ? (a->where.line < b->where.line ? -1 : 1) :
		       a->where.column < b->where.column ? -1 : a->where.column > b->where.column;
	return strcasecmp(a->key, b->key);
}

void gx_map_sort(struct gx_map *map)
{
	if (map->n_rules)
		qsort(map->rules, map->n_rules, sizeof(*map->rules), compare_rules);
}

/* --- rules ------------------------------------------------------------------------------------- */

static bool is_same(const char *key, const char *text)
{
	return text && *text && !strcasecmp(key, text);
}

/* What stands behind the country of "US/CA" or "US/CA/Los Angeles"; NULL: it is another country's. */
static const char *behind_country(const char *key, uint16_t country)
{
	const char *slash = strchr(key, '/');
	const struct gx_country *named;

	if (!slash || !country)
		return NULL;
	named = gx_find_country_code(key, (size_t)(slash - key));
	return named && named->numeric == country ? slash + 1 : NULL;
}

static bool is_region(const char *key, const struct gx_location *location)
{
	const char *region = location->region ? behind_country(key, location->country) : NULL;

	return region && is_same(region, location->region);
}

/* "US//Los Angeles" is the city in any region. */
static bool is_city(const char *key, const struct gx_location *location)
{
	const char *region = location->city ? behind_country(key, location->country) : NULL;
	const char *city = region ? strchr(region, '/') : NULL;
	size_t octets;

	if (!city || !is_same(city + 1, location->city))
		return false;
	octets = (size_t)(city - region);
	return octets == 0 || (location->region && strlen(location->region) == octets &&
			       !strncasecmp(region, location->region, octets));
}

/* "AS64500", in any case. */
static bool is_asn(const char *key, uint32_t asn)
{
	char *end;

	if (!asn || strncasecmp(key, "AS", 2))
		return false;
	return strtoul(key + 2, &end, 10) == asn && !*end;
}

static bool holds(const struct gx_rule *rule, const struct gx_group *groups, const struct gx_location *location)
{
	switch (rule->kind) {
	case GX_RULE_OWN:
		return location->own && !strcmp(rule->key, location->own);
	case GX_RULE_ASN:
		return is_asn(rule->key, location->asn);
	case GX_RULE_CITY:
		return is_city(rule->key, location);
	case GX_RULE_REGION:
		return is_region(rule->key, location);
	case GX_RULE_COUNTRY:
		return location->country && rule->country == location->country;
	case GX_RULE_GROUP:
		return location->country && gx_group_has(&groups[rule->group], location->country);
	case GX_RULE_CONTINENT:
		return is_same(rule->key, location->continent);
	case GX_RULE_DEFAULT:
		return true;
	}
	return false;
}

/* The first rule of this kind or of a later one. */
static size_t first_of(const struct gx_map *map, enum gx_rule_kind kind)
{
	size_t low = 0, high = map->n_rules;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->rules[middle].kind < kind)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Most maps are lists of countries, and are asked for every one of these. */
static const struct gx_rule *find_country(const struct gx_map *map, size_t low, size_t high, uint16_t country)
{
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->rules[middle].country == country)
			return &map->rules[middle];
		if (map->rules[middle].country < country)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct gx_rule *gx_map_find(const struct gx_map *map, const struct gx_group *groups,
				  const struct gx_location *location)
{
	size_t countries = first_of(map, GX_RULE_COUNTRY), behind = first_of(map, GX_RULE_GROUP);
	const struct gx_rule *rule = NULL;

	for (size_t i = 0; i < countries; i++)
		if (holds(&map->rules[i], groups, location))
			return &map->rules[i];
	if (location->country)
		rule = find_country(map, countries, behind, location->country);
	for (size_t i = behind; !rule && i < map->n_rules; i++)
		if (holds(&map->rules[i], groups, location))
			rule = &map->rules[i];
	return rule;
}

/* --- sites ------------------------------------------------------------------------------------- */

static bool has_family(const struct gx_geo_site *site, enum gx_family family)
{
	for (size_t i = 0; i < site->n_addresses; i++)
		if (site->addresses[i].family == family)
			return true;
	return false;
}

/* Does a site count, and is it not in the order yet? */
static bool is_next(const struct gx_geo *geo, enum gx_family family, uint32_t site, const uint32_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (order[i] == site)
			return false;
	return !geo || has_family(&geo->sites[site], family);
}

size_t gx_map_order(const struct gx_map *map, const struct gx_rule *rule, const struct gx_geo *geo,
		    enum gx_family family, uint32_t *order, size_t *listed)
{
	const struct gx_rule *last = &map->rules[map->n_rules - 1];
	size_t n = 0, most;

	for (size_t i = 0; i < rule->n_sites; i++)
		if (is_next(geo, family, rule->sites[i], order, n))
			order[n++] = rule->sites[i];
	if (listed)
		*listed = n;
	most = n > GX_ORDER_MAX ? n : GX_ORDER_MAX;
	for (size_t i = 0; last->kind == GX_RULE_DEFAULT && i < last->n_sites && n < most; i++)
		if (is_next(geo, family, last->sites[i], order, n))
			order[n++] = last->sites[i];
	for (uint32_t i = 0; i < map->n_sites && n < most; i++)
		if (is_next(geo, family, i, order, n))
			order[n++] = i;
	return n;
}

/* The first of a list that has the family. */
static uint32_t first_with(const struct gx_geo *geo, enum gx_family family, const struct gx_rule *rule)
{
	for (size_t i = 0; i < rule->n_sites; i++)
		if (has_family(&geo->sites[rule->sites[i]], family))
			return rule->sites[i];
	return GX_SITE_NONE;
}

uint32_t gx_geo_find_site(const struct gx_geo *geo, const struct gx_map *map, const struct gx_rule *rule,
			  enum gx_family family)
{
	const struct gx_rule *last = &map->rules[map->n_rules - 1];
	uint32_t site = first_with(geo, family, rule);

	if (site == GX_SITE_NONE && last->kind == GX_RULE_DEFAULT)
		site = first_with(geo, family, last);
	for (uint32_t i = 0; site == GX_SITE_NONE && i < map->n_sites; i++)
		if (has_family(&geo->sites[i], family))
			site = i;
	return site;
}
