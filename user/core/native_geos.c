/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: geo names, and what they have for each site of their map. */
#include "user/core/native_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>

#include "user/core/name.h"
#include "user/core/text.h"

#define GX_TTL_MIN_S 1

/* A geo name while it is read. */
struct reader {
	struct gx_native *native;
	const knot_dname_t *apex; /* of the zone that lists it */
	struct gx_geo geo;
	const char *what; /* "geo name www" */
	const struct gx_map *map;
	const struct gx_native_map *known; /* of the map */
};

/* --- TTLs -------------------------------------------------------------------------------------- */

/* Seconds of a unit, as in BIND's zone files; 0: no unit. */
static uint32_t seconds_of(char unit)
{
	switch (unit) {
	case 's':
	case 'S':
		return 1;
	case 'm':
	case 'M':
		return 60;
	case 'h':
	case 'H':
		return 60 * 60;
	case 'd':
	case 'D':
		return 24 * 60 * 60;
	case 'w':
	case 'W':
		return 7 * 24 * 60 * 60;
	default:
		return 0;
	}
}

/* 300, 5m, 1h30m. Returns 0 or -EINVAL; what is too large becomes GX_TTL_MAX_S + 1. */
static int parse_ttl(const char *text, uint64_t *out)
{
	const char *at = text;
	uint64_t total = 0;

	do {
		size_t digits = strspn(at, "0123456789");
		uint64_t number = 0;
		uint32_t unit = seconds_of(at[digits]);

		/* A number without a unit, of seconds, stands alone. */
		if (at == text && digits && !at[digits])
			unit = 1;
		if (!digits || !unit)
			return -EINVAL;
		for (size_t i = 0; i < digits && number <= GX_TTL_MAX_S; i++)
			number = number * 10 + (uint64_t)(at[i] - '0');
		total += number * unit;
		if (total > GX_TTL_MAX_S)
			total = (uint64_t)GX_TTL_MAX_S + 1;
		at += digits + (at[digits] != '\0');
	} while (*at);
	*out = total;
	return 0;
}

static void read_ttl(struct reader *reader, const struct gx_yaml *node)
{
	const char *text = gx_native_text(reader->native, node, "ttl", "a number of seconds");
	uint64_t ttl_s;

	if (!text)
		return;
	if (parse_ttl(text, &ttl_s) < 0)
		gx_error(reader->native->diag, &node->where,
			 "ttl %s is no time: a number of seconds such as 300, or 5m, 1h, 1d, would be right",
			 gx_native_quote(reader->native, text));
	else if (ttl_s < GX_TTL_MIN_S || ttl_s > GX_TTL_MAX_S)
		gx_error(reader->native->diag, &node->where, "ttl %s is out of range: %d to %d seconds would be right",
			 gx_native_quote(reader->native, text), GX_TTL_MIN_S, GX_TTL_MAX_S);
	else
		reader->geo.ttl_s = (uint32_t)ttl_s;
}

/* --- names ------------------------------------------------------------------------------------- */

/* A name relative to the zone; "@" is the zone itself. NULL: a finding was added. */
static knot_dname_t *read_name(struct reader *reader, const char *what, const struct gx_yaml *node)
{
	struct gx_native *native = reader->native;
	const char *text = gx_native_text(native, node, what, "a name, relative to the zone or with a dot at its end,");

	if (!text)
		return NULL;
	if (strcmp(text, "@") == 0)
		return gx_name_lower(&native->config->arena, reader->apex);
	return gx_read_name(&native->config->arena, what, text, reader->apex, &node->where, native->diag);
}

/* A relative name that says the zone once more has most often lost its last dot. */
static void warn_doubled_zone(struct reader *reader, const struct gx_yaml *node, const knot_dname_t *name)
{
	knot_dname_txt_storage_t shown;
	knot_dname_storage_t absolute;

	if (node->text[strlen(node->text) - 1] == '.' || gx_parse_name(node->text, NULL, absolute, NULL) < 0)
		return;
	knot_dname_to_lower(absolute);
	if (*reader->apex && gx_name_within(absolute, reader->apex))
		gx_warn(reader->native->diag, &node->where,
			"%s has no dot at its end and means %s: a name relative to the zone, or '%s.', would be right",
			gx_native_quote(reader->native, node->text), gx_show_name(name, shown), node->text);
}

/* The owner, and the zone that holds it. Returns false: a finding was added. */
static bool read_owner(struct reader *reader, const struct gx_yaml *node)
{
	struct gx_native *native = reader->native;
	struct gx_config *config = native->config;
	knot_dname_txt_storage_t shown, apex;
	const struct gx_zone *zone;

	reader->geo.where = node->where;
	reader->geo.owner = read_name(reader, "name", node);
	if (!reader->geo.owner)
		return false;
	zone = gx_config_find_zone(config, reader->geo.owner);
	if (!gx_name_within(reader->geo.owner, reader->apex)) {
		gx_error(native->diag, &node->where,
			 "geo name %s lies outside of zone %s: a name within it, or relative to it, would be right",
			 gx_native_quote(native, node->text), gx_show_name(reader->apex, apex));
		return false;
	}
	if (!knot_dname_is_equal(zone->apex, reader->apex)) {
		gx_error(native->diag, &node->where, "geo name %s lies in zone %s: it belongs there",
			 gx_show_name(reader->geo.owner, shown), gx_show_name(zone->apex, apex));
		return false;
	}
	reader->geo.zone = (size_t)(zone - config->zones);
	warn_doubled_zone(reader, node, reader->geo.owner);
	return true;
}

static bool read_map(struct reader *reader, const struct gx_yaml *node)
{
	struct gx_native *native = reader->native;
	const char *text = gx_native_text(native, node, "map", "the name of a map");
	const struct gx_config *config = native->config;

	if (!text)
		return false;
	for (size_t i = 0; i < config->n_maps; i++) {
		if (strcmp(config->maps[i].name, text) != 0)
			continue;
		native->maps[i].used = true;
		reader->geo.map = i;
		reader->map = &config->maps[i];
		reader->known = &native->maps[i];
		return true;
	}
	gx_error(native->diag, &node->where, "unknown map %s: %s", gx_native_quote(native, text),
		 gx_native_hint(native, text, native->map_names, config->n_maps,
				gx_arena_printf(&native->config->arena, "maps has %s",
						gx_native_join(native, native->map_names, config->n_maps))));
	return false;
}

/* --- addresses --------------------------------------------------------------------------------- */

/* Digits and dots alone, or a colon: meant as an address, though most would do as names too. */
static bool is_meant_as_address(const char *text)
{
	return strchr(text, ':') || text[strspn(text, "0123456789./")] == '\0';
}

static void add_address(struct reader *reader, struct gx_geo_site *site, const struct gx_addr *address,
			size_t *capacity, const struct gx_where *where)
{
	char shown[GX_ADDR_TEXT_OCTETS];

	for (size_t i = 0; i < site->n_addresses; i++) {
		if (site->addresses[i].family != address->family || site->addresses[i].value != address->value)
			continue;
		gx_error(reader->native->diag, where, "address %s is there already: once would be right",
			 gx_show_addr(address, shown));
		return;
	}
	gx_grow(&site->addresses, site->n_addresses, *capacity);
	site->addresses[site->n_addresses++] = *address;
}

static size_t add_records(struct reader *reader, struct gx_geo_site *site, const struct gx_node *node, uint16_t type,
			  size_t *capacity, const struct gx_where *where)
{
	enum gx_family family = type == KNOT_RRTYPE_A ? GX_IPV4 : GX_IPV6;
	const struct gx_rrset *rrset = gx_node_find(node, type);
	const knot_rdata_t *rdata = rrset ? rrset->rdata.rdata : NULL;
	size_t count = rrset ? rrset->rdata.count : 0;

	for (size_t i = 0; i < count; i++, rdata = knot_rdataset_next((knot_rdata_t *)rdata)) {
		struct gx_addr address = gx_addr_from_octets(family, rdata->data);

		if (rdata->len * 8u == gx_family_bits(family))
			add_address(reader, site, &address, capacity, where);
	}
	return count;
}

static void report_no_address(struct reader *reader, const struct gx_yaml *node, const knot_dname_t *name,
			      const struct gx_zone *zone, const struct gx_match *match)
{
	struct gx_diag *diag = reader->native->diag;
	const struct gx_rrset *cname =
		match->kind == GX_MATCH_NODE ? gx_node_find(match->node, KNOT_RRTYPE_CNAME) : NULL;
	knot_dname_txt_storage_t shown, other;

	gx_show_name(name, shown);
	if (cname && cname->rdata.count)
		gx_error(diag, &node->where, "%s has no address, but a CNAME to %s: that name would be right", shown,
			 gx_show_name(cname->rdata.rdata->data, other));
	else if (match->kind == GX_MATCH_NODE)
		gx_error(diag, &node->where, "%s has no address in zone %s: an A or AAAA in %s would be right", shown,
			 gx_show_name(zone->apex, other), zone->file);
	else
		gx_error(diag, &node->where, "%s does not exist in zone %s: add it to %s, or write an address", shown,
			 gx_show_name(zone->apex, other), zone->file);
}

/* The addresses that a loaded zone has for a name. */
static void add_addresses_of(struct reader *reader, struct gx_geo_site *site, const struct gx_yaml *node,
			     size_t *capacity)
{
	const struct gx_config *config = reader->native->config;
	knot_dname_t *name = read_name(reader, "address", node);
	const struct gx_zone *zone = name ? gx_config_find_zone(config, name) : NULL;
	knot_dname_txt_storage_t shown;
	struct gx_match match;
	size_t count = 0;

	if (!name)
		return;
	if (!zone) {
		gx_error(
			reader->native->diag, &node->where,
			"%s lies in none of the zones, where its address could be looked up: an address would be right",
			gx_show_name(name, shown));
		return;
	}
	/* Of a zone that could not be read, nothing is known. */
	if (!gx_zone_has_data(zone))
		return;
	match = gx_zone_match(zone, name);
	if (match.kind == GX_MATCH_NODE && !match.node->below_cut) {
		count += add_records(reader, site, match.node, KNOT_RRTYPE_A, capacity, &node->where);
		count += add_records(reader, site, match.node, KNOT_RRTYPE_AAAA, capacity, &node->where);
	}
	if (!count)
		report_no_address(reader, node, name, zone, &match);
}

static void read_addresses(struct reader *reader, struct gx_geo_site *site, const struct gx_yaml *node)
{
	struct gx_native *native = reader->native;
	struct gx_geo_site found = { .where = site->where };
	struct gx_native_list list;
	struct gx_addr address;
	size_t capacity = 0;

	if (!gx_native_list(native, node, "address", "an address, or a list of addresses and names,", &list))
		return;
	if (!list.n)
		gx_error(native->diag, &node->where, "a site without an address: one at least would be right");
	for (size_t i = 0; i < list.n; i++) {
		const struct gx_yaml *item = gx_native_item(&list, i);
		const char *text = gx_native_text(native, item, "address", "an address, or a name of a zone here,");

		if (!text)
			continue;
		if (gx_parse_addr(text, &address) == 0)
			add_address(reader, &found, &address, &capacity, &item->where);
		else if (is_meant_as_address(text))
			gx_error(native->diag, &item->where,
				 "%s is no address: such as 192.0.2.1 or 2001:db8::1 would be right",
				 gx_native_quote(native, text));
		else
			add_addresses_of(reader, &found, item, &capacity);
	}
	site->n_addresses = found.n_addresses;
	site->addresses = gx_arena_alloc(&native->config->arena, found.n_addresses * sizeof(*site->addresses));
	if (found.n_addresses)
		memcpy(site->addresses, found.addresses, found.n_addresses * sizeof(*site->addresses));
	free(found.addresses);
}

/* --- sites ------------------------------------------------------------------------------------- */

static size_t find_site(const struct gx_map *map, const char *name)
{
	size_t i = 0;

	while (i < map->n_sites && strcmp(map->sites[i], name) != 0)
		i++;
	return i;
}

static void report_missing_sites(struct reader *reader, const struct gx_yaml *node, const char *key)
{
	const struct gx_map *map = reader->map;

	/* With a director map file that is wrong, it is not certain what its sites should be. */
	if (reader->known->from_file && !reader->known->complete)
		return;
	for (size_t i = 0; i < map->n_sites; i++)
		if (!reader->geo.sites[i].where.line)
			gx_error(reader->native->diag, &node->where,
				 "%s has no %s for site %s, to which map %s leads: '%s: %s' would be right",
				 reader->what, key, map->sites[i], map->name, map->sites[i],
				 reader->geo.kind == GX_GEO_CNAME ? "TARGET" : "ADDRESS");
}

/* What cname or address has for each site. */
static void read_sites(struct reader *reader, const struct gx_yaml *node, const char *key)
{
	struct gx_native *native = reader->native;
	const struct gx_map *map = reader->map;

	if (!gx_native_is_mapping(native, node, key, "a mapping of sites, such as {eu: eu, us: us},"))
		return;
	for (size_t i = 0; i < node->n; i++) {
		struct gx_geo_site unused, *site = &unused;
		size_t index = find_site(map, node->keys[i]->text);

		if (index < map->n_sites)
			site = &reader->geo.sites[index];
		else if (reader->known->complete)
			gx_warn(native->diag, &node->keys[i]->where, "map %s does not lead to site %s: %s", map->name,
				gx_native_quote(native, node->keys[i]->text),
				gx_native_hint(native, node->keys[i]->text, map->sites, map->n_sites,
					       gx_arena_printf(&native->config->arena, "it has %s",
							       gx_native_join(native, map->sites, map->n_sites))));
		*site = (struct gx_geo_site){ .where = node->items[i]->where };
		if (reader->geo.kind == GX_GEO_CNAME)
			site->target = read_name(reader, "cname", node->items[i]);
		else
			read_addresses(reader, site, node->items[i]);
	}
	report_missing_sites(reader, node, key);
}

static void read_answers(struct reader *reader, const struct gx_native_values *values)
{
	const struct gx_yaml *cname = values->of[GX_KEY_GEO_CNAME], *address = values->of[GX_KEY_GEO_ADDRESS];
	struct gx_diag *diag = reader->native->diag;
	const struct gx_map *map = reader->map;

	reader->geo.sites = gx_arena_alloc(&reader->native->config->arena, map->n_sites * sizeof(*reader->geo.sites));
	if (cname && address) {
		gx_error(diag, &address->where,
			 "%s has both cname and address, but a CNAME stands alone (RFC 1034 3.6.2): one of them would "
			 "be right",
			 reader->what);
	} else if (cname) {
		reader->geo.kind = GX_GEO_CNAME;
		read_sites(reader, cname, "cname");
	} else if (address) {
		reader->geo.kind = GX_GEO_ADDRESS;
		read_sites(reader, address, "address");
	} else if (reader->known->from_file) {
		reader->geo.kind = GX_GEO_CNAME;
		if (map->n_sites)
			memcpy(reader->geo.sites, reader->known->targets, map->n_sites * sizeof(*reader->geo.sites));
	} else {
		gx_error(diag, &reader->geo.where, "%s has neither cname nor address: one of them would be right",
			 reader->what);
	}
}

/* --- all --------------------------------------------------------------------------------------- */

static void read_geo(struct gx_native *native, const knot_dname_t *apex, const struct gx_yaml *node)
{
	struct reader reader = { .native = native, .apex = apex };
	struct gx_config *config = native->config;
	size_t errors = native->diag->errors;
	struct gx_native_values values;

	if (!gx_native_is_mapping(native, node, "a geo name", "a mapping such as {name: www, map: MAP, cname: {...}}"))
		return;
	if (!gx_native_take(native, node, GX_SECTION_GEO, "a geo name", &values))
		return;
	reader.what = "the geo name";
	if (values.of[GX_KEY_GEO_NAME]->kind == GX_YAML_TEXT)
		reader.what = gx_arena_printf(&config->arena, "geo name %s", values.of[GX_KEY_GEO_NAME]->text);
	read_ttl(&reader, values.of[GX_KEY_GEO_TTL]);
	if (!read_owner(&reader, values.of[GX_KEY_GEO_NAME]) || !read_map(&reader, values.of[GX_KEY_GEO_MAP]))
		return;
	read_answers(&reader, &values);
	if (native->diag->errors == errors && reader.known->complete)
		config->geos[config->n_geos++] = reader.geo;
}

void gx_native_read_geos(struct gx_native *native, const knot_dname_t *apex, const struct gx_yaml *node)
{
	if (node->kind == GX_YAML_LIST) {
		for (size_t i = 0; i < node->n; i++)
			read_geo(native, apex, node->items[i]);
		return;
	}
	if (node->kind != GX_YAML_BROKEN)
		gx_error(native->diag, &node->where, "geo is %s: a list of {name: NAME, map: MAP, ...} would be right",
			 gx_yaml_kind_name(node));
}
