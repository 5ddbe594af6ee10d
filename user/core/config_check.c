/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What shows only when zones and maps are seen together: places of geo names, targets, chains of CNAMEs. */
#include "user/core/config_impl.h"

#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>

#include "geoxdp/limits.h"
#include "user/core/iso3166.h"
#include "user/core/lookup.h"
#include "user/core/name.h"
#include "user/core/render.h"

#define GX_TYPE_TEXT_OCTETS 16 /* "TYPE65535" and more */

struct check {
	const struct gx_config *config;
	struct gx_diag *diag;
	struct gx_lookup lookup;
	bool geos_complete;
	struct gx_arena arena; /* texts of loops and locations */
	struct gx_location *locations; /* of all rules, and all countries; the unknown one first */
	size_t n_locations;
	uint8_t *geo_cnames;	   /* by geo name: CNAMEs of its longest chain */
	struct gx_where *reported; /* places whose target is an error */
	size_t n_reported;
	size_t reported_capacity;
	const char **loops;
	size_t n_loops;
	size_t loops_capacity;
};

/* What a chain comes to at a name. */
enum step_kind {
	STEP_CNAME,	 /* goes on at target */
	STEP_ADDRESS,	 /* ends well */
	STEP_ELSEWHERE,	 /* in no loaded zone, delegated, renamed by a DNAME, or in an unreadable zone */
	STEP_NO_DATA,	 /* the name exists, and has nothing: an empty non-terminal */
	STEP_NO_ADDRESS, /* has data, but no address */
	STEP_MISSING,	 /* NXDOMAIN */
};

struct step {
	enum step_kind kind;
	const struct gx_zone *zone; /* that says so; NULL: none */
	const struct gx_geo *geo;   /* STEP_CNAME of a geo name, or NULL */
	const knot_dname_t *target;
	struct gx_where where; /* of the CNAME */
};

/* A chain as it is followed: owners of CNAMEs, and where each of these stands. */
struct chain {
	const knot_dname_t *names[GX_CHAIN_MAX];
	struct gx_where places[GX_CHAIN_MAX];
	size_t count;
	const struct gx_geo *start; /* NULL: begins with a CNAME of a zone file */
	const struct gx_geo_site *start_site; /* what start has; NULL: as the location says */
	const struct gx_rule *start_rule;     /* that has the site */
	bool crosses_geo;	    /* another geo name than start lies on it */
};

static struct gx_where where_of(const struct gx_zone *zone, const struct gx_rrset *rrset)
{
	return (struct gx_where){ rrset->file ? rrset->file : zone->file, rrset->line, 0 };
}

/* What to do about a name that lacks something: "add WHAT to FILE, or name another". */
static const char *remedy(struct check *check, const char *what, const struct gx_zone *zone)
{
	if (!zone->file)
		return "name another, since that zone is made from geo-soa-values and has geo names alone";
	return gx_arena_printf(&check->arena, "add %s to %s, or name another", what, zone->file);
}

/* --- places of geo names ----------------------------------------------------------------------- */

static void check_other_data(struct check *check, const struct gx_geo *geo, const struct gx_node *node)
{
	const struct gx_zone *zone = &check->config->zones[geo->zone];
	knot_dname_txt_storage_t owner;
	char type[GX_TYPE_TEXT_OCTETS];

	for (size_t i = 0; i < node->n_rrsets; i++) {
		struct gx_where data = where_of(zone, &node->rrsets[i]);

		if (node->rrsets[i].type == KNOT_RRTYPE_CNAME || gx_type_beside_cname(node->rrsets[i].type))
			continue;
		knot_rrtype_to_string(node->rrsets[i].type, type, sizeof(type));
		gx_error(check->diag, &geo->where,
			 "geo name %s has %s data at %s:%u, but a CNAME stands alone (RFC 1034 3.6.2): remove it "
			 "there, or choose another name",
			 gx_show_name(geo->owner, owner), type, data.file, data.line);
		return;
	}
}

/* Addresses hide those of the zone file, and stand beside all else that it has there but a CNAME. */
static void check_other_cname(struct check *check, const struct gx_geo *geo, const struct gx_node *node)
{
	const struct gx_zone *zone = &check->config->zones[geo->zone];
	const struct gx_rrset *cname = gx_node_find(node, KNOT_RRTYPE_CNAME);
	knot_dname_txt_storage_t owner;
	struct gx_where data;

	if (!cname)
		return;
	data = where_of(zone, cname);
	gx_error(check->diag, &geo->where,
		 "geo name %s has a CNAME at %s:%u, which cannot stand beside addresses (RFC 1034 3.6.2): remove it "
		 "there, or choose another name",
		 gx_show_name(geo->owner, owner), data.file, data.line);
}

static void check_place(struct check *check, const struct gx_geo *geo)
{
	const struct gx_zone *zone = &check->config->zones[geo->zone];
	knot_dname_txt_storage_t owner, other;
	struct gx_match match;

	if (geo->kind == GX_GEO_CNAME && knot_dname_is_equal(geo->owner, zone->apex)) {
		gx_error(check->diag, &geo->where,
			 "geo name %s is the apex of its zone, where a CNAME cannot stand beside SOA and NS (RFC 1034 "
			 "3.6.2): a name below it would be right",
			 gx_show_name(geo->owner, owner));
		return;
	}
	if (!gx_zone_has_data(zone))
		return;
	match = gx_zone_match(zone, geo->owner);
	if (match.kind == GX_MATCH_DELEGATION || match.kind == GX_MATCH_DNAME)
		gx_error(check->diag, &geo->where,
			 "geo name %s lies where %s %s, in %s: a name elsewhere would be right",
			 gx_show_name(geo->owner, owner), gx_show_name(match.node->owner, other),
			 match.kind == GX_MATCH_DNAME ? "has a DNAME" : "is delegated", zone->file);
	else if (match.kind == GX_MATCH_NODE && geo->kind == GX_GEO_CNAME)
		check_other_data(check, geo, match.node);
	else if (match.kind == GX_MATCH_NODE)
		check_other_cname(check, geo, match.node);
}

/* --- addresses of geo names -------------------------------------------------------------------- */

static bool rule_has_site(const struct gx_rule *rule, uint32_t site)
{
	for (size_t i = 0; i < rule->n_sites; i++)
		if (rule->sites[i] == site)
			return true;
	return false;
}

/* Whom a map sends to sites without an address of the family, the first site that has one answers. */
static void warn_missing_family(struct check *check, const struct gx_geo *geo, enum gx_family family)
{
	const struct gx_map *map = &check->config->maps[geo->map];
	knot_dname_txt_storage_t owner;

	for (size_t i = 0; i < map->n_rules; i++) {
		const struct gx_rule *rule = &map->rules[i];
		uint32_t site = gx_geo_find_site(geo, map, rule, family);

		if (site == GX_SITE_NONE)
			return;
		if (rule_has_site(rule, site))
			continue;
		gx_warn(check->diag, &geo->where,
			"geo name %s has no IPv%d address for the clients that %s:%u sends to site %s, so that they "
			"get that of site %s: an address of %s would be right, or a list of sites that goes on",
			gx_show_name(geo->owner, owner), family == GX_IPV4 ? 4 : 6, rule->where.file, rule->where.line,
			map->sites[rule->sites[0]], map->sites[site], map->sites[rule->sites[0]]);
		return;
	}
}

/* --- one step of a chain ----------------------------------------------------------------------- */

/* What a zone file has at a name. */
static struct step step_from_data(const struct gx_owner *owner)
{
	const struct gx_rrset *cname = gx_owner_cname(owner);
	struct step step = { .kind = STEP_NO_ADDRESS, .zone = owner->zone };

	if (cname && cname->rdata.count) {
		step.kind = STEP_CNAME;
		step.target = cname->rdata.rdata->data;
		step.where = where_of(owner->zone, cname);
	} else if (gx_node_find(owner->node, KNOT_RRTYPE_A) || gx_node_find(owner->node, KNOT_RRTYPE_AAAA)) {
		step.kind = STEP_ADDRESS;
	} else if (!owner->node || !owner->node->n_rrsets) {
		step.kind = STEP_NO_DATA;
	}
	return step;
}

static struct step step_from_geo(const struct check *check, const struct chain *chain, const struct gx_geo *geo,
				 const struct gx_location *location)
{
	const struct gx_config *config = check->config;
	const struct gx_rule *rule = NULL;
	const struct gx_geo_site *site;

	if (geo->kind != GX_GEO_CNAME)
		return (struct step){ .kind = STEP_ADDRESS };
	if (geo == chain->start && chain->start_site) {
		rule = chain->start_rule;
		site = chain->start_site;
	} else {
		rule = gx_map_find(&config->maps[geo->map], config->groups, location);
		if (!rule)
			return (struct step){ .kind = STEP_ELSEWHERE }; /* no default: has been said */
		site = &geo->sites[rule->sites[0]];
	}
	if (!site->target)
		return (struct step){ .kind = STEP_ELSEWHERE }; /* none that could be read: has been said */
	return (struct step){ .kind = STEP_CNAME,
			      .geo = geo,
			      .target = site->target,
			      .where = site->where.line ? site->where : rule->where };
}

static struct step take_step(const struct check *check, const struct chain *chain, const knot_dname_t *name,
			     const struct gx_location *location)
{
	struct gx_owner owner = gx_lookup_find(&check->lookup, name, false);
	struct step step = { .kind = STEP_ELSEWHERE };

	if (owner.kind == GX_OWNER_GEO)
		return step_from_geo(check, chain, owner.geo, location);
	if (owner.kind == GX_OWNER_OUT || !gx_zone_has_data(owner.zone))
		return step;
	if (owner.kind == GX_OWNER_DATA)
		return step_from_data(&owner);
	step.kind = STEP_MISSING;
	step.zone = owner.zone;
	return step;
}

/* --- findings ---------------------------------------------------------------------------------- */

static bool is_reported(const struct check *check, const struct gx_where *where)
{
	for (size_t i = 0; i < check->n_reported; i++)
		if (check->reported[i].line == where->line && check->reported[i].column == where->column &&
		    strcmp(check->reported[i].file, where->file) == 0)
			return true;
	return false;
}

/* A loop is one finding, wherever one enters it: it is written from its first name in canonical order. */
static void report_loop(struct check *check, const struct chain *chain, size_t from)
{
	size_t length = chain->count - from, first = from;
	knot_dname_txt_storage_t shown;
	char *text;

	for (size_t i = from + 1; i < chain->count; i++)
		if (knot_dname_cmp(chain->names[i], chain->names[first]) < 0)
			first = i;
	text = gx_arena_strdup(&check->arena, gx_show_name(chain->names[first], shown));
	for (size_t i = 1; i <= length; i++) {
		const knot_dname_t *name = chain->names[from + (first - from + i) % length];

		text = gx_arena_printf(&check->arena, "%s -> %s", text, gx_show_name(name, shown));
	}
	for (size_t i = 0; i < check->n_loops; i++)
		if (strcmp(check->loops[i], text) == 0)
			return;
	gx_grow(&check->loops, check->n_loops, check->loops_capacity);
	check->loops[check->n_loops++] = text;
	gx_error(check->diag, &chain->places[first], "CNAME loop %s: a target with an address would be right", text);
}

static void report_too_long(struct check *check, const struct chain *chain)
{
	knot_dname_txt_storage_t shown;

	if (is_reported(check, &chain->places[0]))
		return;
	gx_grow(&check->reported, check->n_reported, check->reported_capacity);
	check->reported[check->n_reported++] = chain->places[0];
	gx_error(check->diag, &chain->places[0],
		 "the chain from %s has more than %d CNAMEs: a target nearer to its address would be right",
		 gx_show_name(chain->names[0], shown), GX_CHAIN_MAX);
}

/* The end of a chain that a geo name begins. */
static void report_end(struct check *check, const struct chain *chain, const knot_dname_t *name, const struct step *end)
{
	const struct gx_where *where = &chain->places[chain->count - 1];
	knot_dname_txt_storage_t shown, geo, zone;

	if (end->kind == STEP_ADDRESS || end->kind == STEP_ELSEWHERE || is_reported(check, where))
		return;
	gx_grow(&check->reported, check->n_reported, check->reported_capacity);
	check->reported[check->n_reported++] = *where;
	gx_show_name(name, shown);
	gx_show_name(chain->start->owner, geo);
	gx_show_name(end->zone->apex, zone);
	if (end->kind == STEP_MISSING)
		gx_error(check->diag, where, "target %s of geo name %s does not exist in zone %s: %s", shown, geo, zone,
			 remedy(check, "it", end->zone));
	else if (end->kind == STEP_NO_DATA)
		gx_error(check->diag, where, "target %s of geo name %s has no address in zone %s: %s", shown, geo, zone,
			 remedy(check, "an A or AAAA", end->zone));
	else
		gx_warn(check->diag, where, "target %s of geo name %s has data, but no address in zone %s: %s", shown,
			geo, zone, remedy(check, "an A or AAAA", end->zone));
}

/* --- locations --------------------------------------------------------------------------------- */

static struct gx_location location_of_country(uint16_t numeric)
{
	const struct gx_country *country = gx_find_country(numeric);
	struct gx_location location = { .country = numeric };

	if (country)
		memcpy(location.continent, country->continent, sizeof(location.continent));
	return location;
}

static uint16_t first_member(const struct gx_group *group)
{
	for (uint16_t country = 1; country <= GX_LOCATION_ISO_MAX; country++)
		if (gx_group_has(group, country))
			return country;
	return GX_LOCATION_UNKNOWN;
}

/* "US/CA", "US/CA/Los Angeles", "US//Los Angeles" */
static struct gx_location location_of_place(struct check *check, const struct gx_rule *rule)
{
	char *text = gx_arena_strdup(&check->arena, rule->key), *region, *city;
	const struct gx_country *country;
	struct gx_location location;

	region = strchr(text, '/');
	if (!region)
		return (struct gx_location){ 0 };
	country = gx_find_country_code(text, (size_t)(region - text));
	location = location_of_country(country ? country->numeric : GX_LOCATION_UNKNOWN);
	city = rule->kind == GX_RULE_CITY ? strchr(++region, '/') : NULL;
	if (city) {
		*city = '\0';
		location.city = city + 1;
	} else if (rule->kind == GX_RULE_REGION) {
		region++;
	}
	location.region = *region ? region : NULL;
	return location;
}

/* One for which the rule holds, unless a more specific one does. */
static struct gx_location location_of(struct check *check, const struct gx_rule *rule)
{
	struct gx_location location = { 0 };

	switch (rule->kind) {
	case GX_RULE_OWN:
		location.own = rule->key;
		break;
	case GX_RULE_ASN:
		location.asn = (uint32_t)strtoul(rule->key + strlen("AS"), NULL, 10);
		break;
	case GX_RULE_CITY:
	case GX_RULE_REGION:
		return location_of_place(check, rule);
	case GX_RULE_COUNTRY:
		return location_of_country(rule->country);
	case GX_RULE_GROUP:
		return location_of_country(first_member(&check->config->groups[rule->group]));
	case GX_RULE_CONTINENT:
		strncpy(location.continent, rule->key, sizeof(location.continent) - 1);
		break;
	case GX_RULE_DEFAULT:
		break;
	}
	return location;
}

/* --- chains ------------------------------------------------------------------------------------ */

/*
 * Follow the chain from a name. Returns false where it loops, is too long, or, begun with a CNAME of a zone
 * file, comes to a geo name (*geo): from there it has been followed already.
 */
static bool follow(struct check *check, struct chain *chain, const knot_dname_t *name,
		   const struct gx_location *location, const struct gx_geo **geo)
{
	for (;;) {
		struct step step = take_step(check, chain, name, location);

		if (step.kind != STEP_CNAME) {
			if (chain->start)
				report_end(check, chain, name, &step);
			return true;
		}
		if (step.geo && !chain->start) {
			*geo = step.geo;
			return false;
		}
		if (step.geo && step.geo != chain->start)
			chain->crosses_geo = true;
		for (size_t i = 0; i < chain->count; i++) {
			if (!knot_dname_is_equal(chain->names[i], name))
				continue;
			report_loop(check, chain, i);
			return false;
		}
		if (chain->count == GX_CHAIN_MAX) {
			report_too_long(check, chain);
			return false;
		}
		chain->names[chain->count] = name;
		chain->places[chain->count++] = step.where;
		name = step.target;
	}
}

/* rule: one that has the site; site NULL: the location decides. Returns whether the chain comes to another geo name. */
static bool check_site(struct check *check, const struct gx_geo *geo, const struct gx_rule *rule,
		       const struct gx_geo_site *site, const struct gx_location *location)
{
	struct chain chain = { .start = geo, .start_rule = rule, .start_site = site };
	uint8_t *longest = &check->geo_cnames[geo - check->config->geos];
	const struct gx_geo *unused;

	if (follow(check, &chain, geo->owner, location, &unused) && chain.count > *longest)
		*longest = (uint8_t)chain.count;
	return chain.crosses_geo;
}

static void check_last_resort(struct check *check, const struct gx_geo *geo)
{
	const struct gx_rule *rule = &check->config->maps[geo->map].rules[0];
	bool crosses_geo = check_site(check, geo, rule, geo->last_resort, &check->locations[0]);

	for (size_t i = 1; crosses_geo && i < check->n_locations; i++)
		check_site(check, geo, rule, geo->last_resort, &check->locations[i]);
}

/* All sites that the map can choose, the first of its lists or not: which is up is not known here. */
static void check_geo_chains(struct check *check, const struct gx_geo *geo)
{
	const struct gx_map *map = &check->config->maps[geo->map];
	bool *site_done = gx_calloc(map->n_sites, sizeof(*site_done));
	bool crosses_geo = false;

	for (size_t i = 0; i < map->n_rules; i++) {
		struct gx_location location = location_of(check, &map->rules[i]);

		for (size_t j = 0; j < map->rules[i].n_sites; j++) {
			uint32_t site = map->rules[i].sites[j];

			/* Without other geo names the chain depends on the site alone. */
			if (site_done[site])
				continue;
			if (check_site(check, geo, &map->rules[i], &geo->sites[site], &location))
				crosses_geo = true;
			else
				site_done[site] = true;
		}
	}
	free(site_done);
	/* What is default here may be told apart by the maps further on. */
	for (size_t i = 0; crosses_geo && i < check->n_locations; i++)
		check_site(check, geo, NULL, NULL, &check->locations[i]);
	if (geo->last_resort)
		check_last_resort(check, geo);
}

static void check_static_chain(struct check *check, const struct gx_zone *zone, const struct gx_node *node,
			       const struct gx_rrset *cname)
{
	const knot_dname_t *target = cname->rdata.rdata->data;
	struct gx_where where = where_of(zone, cname);
	struct chain chain = { 0 };
	const struct gx_geo *geo = NULL;
	knot_dname_txt_storage_t owner, shown, apex;
	struct step first;

	follow(check, &chain, node->owner, &check->locations[0], &geo);
	if (geo && chain.count + check->geo_cnames[geo - check->config->geos] > GX_CHAIN_MAX)
		report_too_long(check, &chain);
	first = take_step(check, &chain, target, &check->locations[0]);
	if (first.kind == STEP_MISSING && check->geos_complete && !is_reported(check, &where))
		gx_warn(check->diag, &where, "target %s of CNAME %s does not exist in zone %s: %s",
			gx_show_name(target, shown), gx_show_name(node->owner, owner),
			gx_show_name(first.zone->apex, apex), remedy(check, "it", first.zone));
}

static void check_static_chains(struct check *check, const struct gx_zone *zone)
{
	for (size_t i = 0; i < zone->n_nodes; i++) {
		const struct gx_node *node = &zone->nodes[i];
		const struct gx_rrset *cname = gx_node_find(node, KNOT_RRTYPE_CNAME);

		/* At a geo name it is the backend's default, which is not answered from here. */
		if (cname && cname->rdata.count && !node->below_cut && !gx_config_find_geo(check->config, node->owner))
			check_static_chain(check, zone, node, cname);
	}
}

/* --- all --------------------------------------------------------------------------------------- */

/* What the maps can tell apart by one key. Combinations, such as a country and an ASN, show in the image. */
static void collect_locations(struct check *check)
{
	const struct gx_config *config = check->config;
	size_t n_countries, count = 1;
	const struct gx_country *countries = gx_countries(&n_countries);

	for (size_t i = 0; i < config->n_maps; i++)
		count += config->maps[i].n_rules;
	check->locations = gx_calloc(count + n_countries, sizeof(*check->locations));
	check->n_locations = 1;
	for (size_t i = 0; i < n_countries; i++)
		check->locations[check->n_locations++] = location_of_country(countries[i].numeric);
	for (size_t i = 0; i < config->n_maps; i++) {
		for (size_t j = 0; j < config->maps[i].n_rules; j++) {
			const struct gx_rule *rule = &config->maps[i].rules[j];

			/* The countries are there, but for those of the user's own. */
			if (rule->kind < GX_RULE_COUNTRY ||
			    (rule->kind == GX_RULE_COUNTRY && !gx_find_country(rule->country)))
				check->locations[check->n_locations++] = location_of(check, rule);
		}
	}
}

void gx_config_check(const struct gx_config *config, bool geos_complete, struct gx_diag *diag)
{
	struct check check = { .config = config, .diag = diag, .geos_complete = geos_complete };

	gx_lookup_init(&check.lookup, config);
	collect_locations(&check);
	check.geo_cnames = gx_calloc(config->n_geos, sizeof(*check.geo_cnames));
	for (size_t i = 0; i < config->n_geos; i++) {
		const struct gx_geo *geo = &config->geos[i];

		if (geo->kind == GX_GEO_LOCATION)
			continue;
		check_place(&check, geo);
		if (geo->kind == GX_GEO_CNAME) {
			check_geo_chains(&check, geo);
		} else {
			warn_missing_family(&check, geo, GX_IPV4);
			warn_missing_family(&check, geo, GX_IPV6);
		}
	}
	for (size_t i = 0; i < config->n_zones; i++)
		check_static_chains(&check, &config->zones[i]);
	gx_lookup_free(&check.lookup);
	free(check.locations);
	free(check.geo_cnames);
	free(check.reported);
	free(check.loops);
	gx_arena_free(&check.arena);
}
