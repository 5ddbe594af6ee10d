/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: geo names, and what they have for each site of their map. */
#include "user/core/native_impl.h"

#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>

#include "user/core/name.h"
#include "user/core/text.h"

#define GX_TTL_MIN_S		   1
#define GX_ADDRESS_WEIGHT_DEFAULT 1

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

/* A number of seconds, or {min: 10, max: 300}. */
static void read_ttl(struct reader *reader, const struct gx_yaml *node)
{
	struct gx_native *native = reader->native;
	struct gx_geo *geo = &reader->geo;
	struct gx_native_values values;

	if (node->kind != GX_YAML_MAPPING) {
		gx_native_seconds(native, node, "ttl", GX_TTL_MIN_S, GX_TTL_MAX_S, &geo->ttl_s);
		return;
	}
	if (!gx_native_take(native, node, GX_SECTION_TTL, "ttl", &values) ||
	    !gx_native_seconds(native, values.of[GX_KEY_TTL_MAX], "max", GX_TTL_MIN_S, GX_TTL_MAX_S, &geo->ttl_s) ||
	    !gx_native_seconds(native, values.of[GX_KEY_TTL_MIN], "min", GX_TTL_MIN_S, GX_TTL_MAX_S, &geo->ttl_min_s))
		return;
	if (geo->ttl_min_s > geo->ttl_s)
		gx_error(native->diag, &values.of[GX_KEY_TTL_MIN]->where,
			 "min %u is more than max %u: %u or less would be right", geo->ttl_min_s, geo->ttl_s,
			 geo->ttl_s);
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

/* Addresses while they are read; malloc family. */
struct addresses {
	struct gx_addr *list;
	size_t capacity;
	uint32_t *weights;
	size_t weights_capacity;
	size_t n;
	bool weighted;	 /* one of them has a weight of its own */
	uint32_t weight; /* of those that are added now */
};

static void add_address(struct reader *reader, struct addresses *addresses, const struct gx_addr *address,
			const struct gx_where *where)
{
	char shown[GX_ADDR_TEXT_OCTETS];

	for (size_t i = 0; i < addresses->n; i++) {
		if (addresses->list[i].family != address->family || addresses->list[i].value != address->value)
			continue;
		gx_error(reader->native->diag, where, "address %s is there already: once would be right",
			 gx_show_addr(address, shown));
		return;
	}
	gx_grow(&addresses->list, addresses->n, addresses->capacity);
	gx_grow(&addresses->weights, addresses->n, addresses->weights_capacity);
	addresses->weights[addresses->n] = addresses->weight;
	addresses->list[addresses->n++] = *address;
}

static size_t add_records(struct reader *reader, struct addresses *addresses, const struct gx_node *node,
			  uint16_t type, const struct gx_where *where)
{
	enum gx_family family = type == KNOT_RRTYPE_A ? GX_IPV4 : GX_IPV6;
	const struct gx_rrset *rrset = gx_node_find(node, type);
	const knot_rdata_t *rdata = rrset ? rrset->rdata.rdata : NULL;
	size_t count = rrset ? rrset->rdata.count : 0;

	for (size_t i = 0; i < count; i++, rdata = knot_rdataset_next((knot_rdata_t *)rdata)) {
		struct gx_addr address = gx_addr_from_octets(family, rdata->data);

		if (rdata->len * 8u == gx_family_bits(family))
			add_address(reader, addresses, &address, where);
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
static void add_addresses_of(struct reader *reader, struct addresses *addresses, const struct gx_yaml *node)
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
		count += add_records(reader, addresses, match.node, KNOT_RRTYPE_A, &node->where);
		count += add_records(reader, addresses, match.node, KNOT_RRTYPE_AAAA, &node->where);
	}
	if (!count)
		report_no_address(reader, node, name, zone, &match);
}

/* An address or a name, or {address: ADDRESS, weight: 3}. */
static void read_address(struct reader *reader, struct addresses *addresses, const struct gx_yaml *node)
{
	struct gx_native *native = reader->native;
	struct gx_native_values values;
	struct gx_addr address;
	const char *text;

	addresses->weight = GX_ADDRESS_WEIGHT_DEFAULT;
	if (node->kind == GX_YAML_MAPPING) {
		if (!gx_native_take(native, node, GX_SECTION_WEIGHTED, "an address", &values))
			return;
		addresses->weighted = addresses->weighted || values.given[GX_KEY_WEIGHTED_WEIGHT];
		gx_native_number(native, values.of[GX_KEY_WEIGHTED_WEIGHT], "weight", 1, GX_WEIGHT_MAX,
				 &addresses->weight);
		node = values.of[GX_KEY_WEIGHTED_ADDRESS];
	}
	text = gx_native_text(native, node, "address", "an address, or a name of a zone here,");
	if (!text)
		return;
	if (gx_parse_addr(text, &address) == 0)
		add_address(reader, addresses, &address, &node->where);
	else if (is_meant_as_address(text))
		gx_error(native->diag, &node->where, "%s is no address: such as 192.0.2.1 or 2001:db8::1 would be right",
			 gx_native_quote(native, text));
	else
		add_addresses_of(reader, addresses, node);
}

static void read_addresses(struct reader *reader, struct gx_geo_site *site, const struct gx_yaml *node)
{
	struct gx_native_list list = { .node = node, .n = 1 };
	struct gx_native *native = reader->native;
	struct addresses found = { 0 };

	/* A mapping is an address with its weight. */
	if (node->kind != GX_YAML_MAPPING &&
	    !gx_native_list(native, node, "address", "an address, or a list of addresses and names,", &list))
		return;
	if (!list.n)
		gx_error(native->diag, &node->where, "a site without an address: one at least would be right");
	for (size_t i = 0; i < list.n; i++)
		read_address(reader, &found, gx_native_item(&list, i));
	site->n_addresses = found.n;
	site->addresses = gx_arena_alloc(&native->config->arena, found.n * sizeof(*site->addresses));
	if (found.n)
		memcpy(site->addresses, found.list, found.n * sizeof(*site->addresses));
	if (found.weighted) {
		site->weights = gx_arena_alloc(&native->config->arena, found.n * sizeof(*site->weights));
		if (found.n)
			memcpy(site->weights, found.weights, found.n * sizeof(*site->weights));
	}
	free(found.list);
	free(found.weights);
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

/* --- last resort ------------------------------------------------------------------------------- */

static bool has_family(const struct gx_geo_site *site, enum gx_family family)
{
	for (size_t i = 0; i < site->n_addresses; i++)
		if (site->addresses[i].family == family)
			return true;
	return false;
}

/* Whether a type exists must not depend on what is up (RFC 2308 5). */
static void check_families(struct reader *reader, const struct gx_yaml *node)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		bool known = !has_family(reader->geo.last_resort, family);

		for (size_t i = 0; i < reader->map->n_sites; i++)
			known = known || has_family(&reader->geo.sites[i], family);
		if (!known)
			gx_error(reader->native->diag, &node->where,
				 "last-resort has an IPv%d address, and no site of %s has one, so that %s would come to "
				 "be when all is down: none here, or one for a site, would be right",
				 family == GX_IPV4 ? 4 : 6, reader->what, family == GX_IPV4 ? "A" : "AAAA");
	}
}

/* {address: [192.0.2.200]} or {cname: fallback}, as the sites have it. */
static void read_last_resort(struct reader *reader, const struct gx_yaml *node, bool sites_known)
{
	const enum gx_native_id keys[] = {
		[GX_GEO_CNAME] = GX_KEY_LAST_CNAME,
		[GX_GEO_ADDRESS] = GX_KEY_LAST_ADDRESS,
	};
	enum gx_geo_kind kind = reader->geo.kind;
	const struct gx_yaml *wanted, *other;
	struct gx_native *native = reader->native;
	struct gx_native_values values;

	if (!gx_native_is_mapping(native, node, "last-resort", "a mapping such as {address: ADDRESS}"))
		return;
	gx_native_take(native, node, GX_SECTION_LAST_RESORT, "last-resort", &values);
	wanted = values.of[keys[kind]];
	other = values.of[keys[kind == GX_GEO_CNAME ? GX_GEO_ADDRESS : GX_GEO_CNAME]];
	if (other || !wanted) {
		gx_error(native->diag, other ? &other->where : &node->where,
			 "%s has a%s %s for each site: last-resort with '%s' would be right", reader->what,
			 kind == GX_GEO_ADDRESS ? "n" : "", gx_native_keys[keys[kind]].name,
			 gx_native_keys[keys[kind]].name);
		return;
	}
	reader->geo.last_resort = gx_arena_alloc(&native->config->arena, sizeof(*reader->geo.last_resort));
	reader->geo.last_resort->where = wanted->where;
	if (kind == GX_GEO_CNAME) {
		reader->geo.last_resort->target = read_name(reader, "cname", wanted);
		return;
	}
	read_addresses(reader, reader->geo.last_resort, wanted);
	if (sites_known)
		check_families(reader, wanted);
}

/* --- checks ------------------------------------------------------------------------------------ */

/* A name takes the place of an address, and that of {site}, if it fits there. */
static void check_names_fit(struct reader *reader, const struct gx_yaml *node)
{
	const struct gx_geo *geo = &reader->geo;
	knot_dname_txt_storage_t shown;

	for (size_t i = 0; i < reader->map->n_sites; i++) {
		const char *name = reader->map->sites[i];

		if (strlen(name) > GX_CHECKED_NAME_OCTETS)
			gx_error(reader->native->diag, &node->where,
				 "site %s is looked at by name, which has more than %d octets: a shorter name would be "
				 "right",
				 name, GX_CHECKED_NAME_OCTETS);
		else if (geo->kind == GX_GEO_CNAME && geo->sites[i].target &&
			 strlen(gx_show_name(geo->sites[i].target, shown)) - 1 > GX_CHECKED_NAME_OCTETS)
			gx_error(reader->native->diag, &node->where,
				 "target %s is looked at by name, which has more than %d octets: a shorter name would "
				 "be right",
				 shown, GX_CHECKED_NAME_OCTETS);
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
	reader.geo.by = reader.map->by;
	if (values.of[GX_KEY_GEO_BY])
		gx_native_read_by(native, values.of[GX_KEY_GEO_BY], &reader.geo.by);
	if (values.of[GX_KEY_GEO_CHECK]) {
		gx_native_find_checks(native, values.of[GX_KEY_GEO_CHECK], &reader.geo.checks, &reader.geo.n_checks);
		check_names_fit(&reader, values.of[GX_KEY_GEO_CHECK]);
	}
	if (values.of[GX_KEY_GEO_LAST_RESORT])
		read_last_resort(&reader, values.of[GX_KEY_GEO_LAST_RESORT], native->diag->errors == errors);
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
