/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Importing gdnsd's geoip plugin: its maps and resources, gdnsd-plugin-geoip(8). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/core/import_gdnsd.h"
#include "user/core/iso3166.h"
#include "user/core/text.h"
#include "user/core/vscf.h"

#define GX_GDNSD_TTL_S	      86400 /* gdnsd.config(5), zones_default_ttl */
#define GX_REFERENCES_MAX     8
#define GX_REGION_CODE_OCTETS 3 /* ISO 3166-2, without the country */

/* The items of a list, or the one item that stands in place of a list. */
static size_t count_items(const struct gx_yaml *node)
{
	return node->kind == GX_YAML_LIST ? node->n : 1;
}

static const struct gx_yaml *item_of(const struct gx_yaml *node, size_t i)
{
	return node->kind == GX_YAML_LIST ? node->items[i] : node;
}

static bool is_true(const struct gx_yaml *node)
{
	return node && node->kind == GX_YAML_TEXT && !strcasecmp(node->text, "true");
}

/* --- maps -------------------------------------------------------------------------------------- */

/* Datacenters in order of preference. Returns false: a finding was added. */
static bool read_sites(void *context, const struct gx_yaml *node, struct gx_texts *sites)
{
	struct gx_gdnsd *gdnsd = context;

	if (node->kind == GX_YAML_MAPPING) {
		gx_error(gdnsd->diag, &node->where,
			 "a hash where datacenters are wanted: a list of them would be right");
		return false;
	}
	if (node->kind == GX_YAML_TEXT && !strcmp(node->text, "auto")) {
		gx_warn(gdnsd->diag, &node->where,
			"`auto`, the nearest datacenters by coordinates, has no counterpart: "
			"list them in order of preference");
		return false;
	}
	for (size_t i = 0; i < count_items(node); i++)
		if (item_of(node, i)->kind == GX_YAML_TEXT)
			gx_texts_add(sites, gx_import_word(gdnsd->import, item_of(node, i)->text));
	if (sites->n)
		return true;
	gx_warn(gdnsd->diag, &node->where,
		"an empty list, which is no answer for the clients there, has no counterpart: "
		"they get what the place around it gets");
	return false;
}

static void add_rule(struct gx_gdnsd *gdnsd, struct gx_import_map *map, enum gx_rule_kind kind, const char *key,
		     const struct gx_yaml *sites)
{
	struct gx_texts list = { 0 };

	if (!read_sites(gdnsd, sites, &list)) {
		free(list.list);
		return;
	}
	gx_import_add_rule(map, kind, key, &sites->where)->sites = list;
}

static bool is_region(const char *key)
{
	size_t len = strlen(key);

	return len <= GX_REGION_CODE_OCTETS && strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == len;
}

/* What is below a country: regions, cities, and cities within a region. region: NULL, or its code. */
static void read_places(struct gx_gdnsd *gdnsd, struct gx_import_map *map, const char *country, const char *region,
			const struct gx_yaml *node)
{
	struct gx_arena *arena = &gdnsd->import->arena;
	const struct gx_yaml *city = NULL, *area = NULL;

	for (size_t i = 0; i < node->n; i++) {
		const char *key = node->keys[i]->text;

		if (!strcmp(key, "default")) {
			add_rule(gdnsd, map, region ? GX_RULE_REGION : GX_RULE_COUNTRY,
				 region ? gx_arena_printf(arena, "%s/%s", country, region) : country, node->items[i]);
		} else if (!is_region(key)) {
			city = node->keys[i];
			add_rule(gdnsd, map, GX_RULE_CITY,
				 gx_arena_printf(arena, "%s/%s/%s", country, region ? region : "", key),
				 node->items[i]);
		} else if (region) {
			gx_warn(gdnsd->diag, &node->keys[i]->where,
				"%s, a subdivision within %s, has no counterpart: only "
				"the first level of a country's subdivisions is known",
				key, region);
		} else {
			area = node->keys[i];
			if (node->items[i]->kind == GX_YAML_MAPPING)
				read_places(gdnsd, map, country, key, node->items[i]);
			else
				add_rule(gdnsd, map, GX_RULE_REGION, gx_arena_printf(arena, "%s/%s", country, key),
					 node->items[i]);
		}
	}
	if (city && area)
		gx_warn(gdnsd->diag, &city->where,
			"city %s stands beside subdivision %s: where it lies in it, gdnsd takes "
			"the subdivision, GeoXDP the city",
			city->text, area->text);
}

static void read_continent(struct gx_gdnsd *gdnsd, struct gx_import_map *map, const char *continent,
			   const struct gx_yaml *node)
{
	if (node->kind != GX_YAML_MAPPING) {
		add_rule(gdnsd, map, GX_RULE_CONTINENT, continent, node);
		return;
	}
	for (size_t i = 0; i < node->n; i++) {
		const char *key = node->keys[i]->text;
		const struct gx_country *country = strlen(key) == 2 ? gx_find_country_code(key, 2) : NULL;

		if (!strcmp(key, "default"))
			add_rule(gdnsd, map, GX_RULE_CONTINENT, continent, node->items[i]);
		else if (!country)
			gx_warn(gdnsd->diag, &node->keys[i]->where,
				"%s is no country: an ISO 3166-1 code of two letters "
				"would be right",
				key);
		else if (node->items[i]->kind == GX_YAML_MAPPING)
			read_places(gdnsd, map, country->alpha2, NULL, node->items[i]);
		else
			add_rule(gdnsd, map, GX_RULE_COUNTRY, country->alpha2, node->items[i]);
	}
}

static void read_default(struct gx_gdnsd *gdnsd, struct gx_import_map *map, const struct gx_yaml *node)
{
	const struct gx_yaml *sites = gx_tree_find(gx_tree_find(node, "map"), "default");
	const struct gx_yaml *datacenters = gx_tree_find(node, "datacenters");

	if (!datacenters) {
		gx_error(gdnsd->diag, &node->where, "map %s has no datacenters: `datacenters => [A, B]` would be right",
			 map->name);
		return;
	}
	if (sites)
		add_rule(gdnsd, map, GX_RULE_DEFAULT, "", sites);
	if (!map->n_rules)
		add_rule(gdnsd, map, GX_RULE_DEFAULT, "", datacenters);
}

/* Networks, in the map or in a file of their own. */
static void read_nets(struct gx_gdnsd *gdnsd, struct gx_import_map *map, const struct gx_yaml *node)
{
	const struct gx_yaml *nets = node;

	if (node->kind == GX_YAML_TEXT) {
		char *folder = gx_text_path(&gdnsd->import->arena, gdnsd->directory, "geoip");

		nets = gx_vscf_read(&gdnsd->import->arena, gx_text_path(&gdnsd->import->arena, folder, node->text),
				    gdnsd->diag);
	}
	if (!nets || nets->kind != GX_YAML_MAPPING)
		return;
	for (size_t i = 0; i < gdnsd->import->n_sources; i++)
		if (gdnsd->import->sources[i].format)
			gx_warn(gdnsd->diag, &node->where,
				"another map has nets too, %s: where they overlap, the later one's "
				"count for its map, and the other's for none",
				gdnsd->import->sources[i].file);
	gx_import_nets(gdnsd->import, map, nets, read_sites, gdnsd, gdnsd->diag);
}

static void read_database(struct gx_gdnsd *gdnsd, const struct gx_yaml *node)
{
	struct gx_import *import = gdnsd->import;
	const char *file =
		gx_text_path(&import->arena, gx_text_path(&import->arena, gdnsd->directory, "geoip"), node->text);

	for (size_t i = 0; i < import->n_sources; i++) {
		if (import->sources[i].format)
			continue;
		if (!strcmp(import->sources[i].file, file))
			return;
		gx_warn(gdnsd->diag, &node->where,
			"maps with databases of their own have no counterpart: %s is read as well "
			"as %s, and speaks for all maps where it has more to say",
			file, import->sources[i].file);
	}
	gx_import_add_source(import, file, NULL, &node->where);
}

static void read_map(struct gx_gdnsd *gdnsd, size_t index, const struct gx_yaml *node)
{
	struct gx_import_map *map = &gdnsd->import->maps[index];
	const struct gx_yaml *places = gx_tree_find(node, "map");

	read_default(gdnsd, map, node);
	for (size_t i = 0; places && places->kind == GX_YAML_MAPPING && i < places->n; i++) {
		const struct gx_yaml *key = places->keys[i];
		static const char *const continents[] = { "AF", "AN", "AS", "EU", "NA", "OC", "SA" };
		const char *continent = gx_text_suggest(key->text, continents, 7, 0);

		if (continent)
			read_continent(gdnsd, map, continent, places->items[i]);
		else if (strcmp(key->text, "default"))
			gx_warn(gdnsd->diag, &key->where,
				"%s is no continent, and has no counterpart: AF, AN, AS, EU, NA, OC or "
				"SA would be right",
				key->text);
	}
	for (size_t i = 0; i < node->n; i++) {
		const struct gx_yaml *key = node->keys[i], *value = node->items[i];

		if (!strcmp(key->text, "geoip2_db"))
			read_database(gdnsd, value);
		else if (!strncmp(key->text, "auto_dc_", 8) || (!strcmp(key->text, "ignore_ecs") && is_true(value)))
			gx_warn(gdnsd->diag, &key->where, "%s of map %s has no counterpart", key->text, map->name);
	}
	/* After the databases: nets speak over them. */
	if (gx_tree_find(node, "nets"))
		read_nets(gdnsd, map, gx_tree_find(node, "nets"));
}

/* The map of this name of gdnsd's, read when it is first wanted. Returns its index, or -1: a finding was added. */
static int find_or_read_map(struct gx_gdnsd *gdnsd, const struct gx_yaml *name)
{
	const struct gx_yaml *node =
		gx_tree_find(gx_tree_find(gx_tree_find(gdnsd->plugins, "geoip"), "maps"), name->text);

	for (size_t i = 0; i < gdnsd->read_maps.n; i++)
		if (!strcmp(gdnsd->read_maps.list[i], name->text))
			return (int)i;
	if (!node || node->kind != GX_YAML_MAPPING) {
		gx_error(gdnsd->diag, &name->where, "no map %s: a name of plugins, geoip, maps would be right",
			 name->text);
		return -1;
	}
	gx_import_add_map(gdnsd->import, name->text, &node->where);
	gx_texts_add(&gdnsd->read_maps, name->text);
	read_map(gdnsd, gdnsd->read_maps.n - 1, node);
	return (int)gdnsd->read_maps.n - 1;
}

/* --- resources --------------------------------------------------------------------------------- */

static bool is_address(const char *text)
{
	struct gx_addr unused;

	return gx_parse_addr(text, &unused) == 0;
}

/* Keys of a resource of addresses that are no label of one. */
static bool is_setting(struct gx_gdnsd *gdnsd, const struct gx_yaml *key)
{
	static const char *const settings[] = { "plugin", "up_thresh", "ignore_health", "multi" };

	if (!strcmp(key->text, "service_types")) {
		gx_warn(gdnsd->diag, &key->where,
			"service_types, monitoring, is not translated: 'check' at the geo name, with 'checks' "
			"that do the same, would be its counterpart");
		return true;
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (!strcmp(key->text, settings[i]))
			return true;
	return false;
}

/* An address, addresses in a list or by label, or a CNAME. Returns false: a finding was added. */
static bool read_answer(struct gx_gdnsd *gdnsd, const struct gx_yaml *node, const char *plugin,
			struct gx_gdnsd_answer *answer)
{
	bool valid = true;

	if (node->kind == GX_YAML_TEXT && (*node->text == '%' || *node->text == '!')) {
		const char *text = *node->text == '%'
					   ? node->text + 1
					   : gx_arena_printf(&gdnsd->import->arena, "%s%s", plugin, node->text);

		if (gdnsd->references == GX_REFERENCES_MAX) {
			gx_error(gdnsd->diag, &node->where,
				 "%s: resources refer to each other too deeply: an end would be right", node->text);
			return false;
		}
		gdnsd->references++;
		valid = gx_gdnsd_resource(gdnsd, text, &node->where, answer);
		gdnsd->references--;
		return valid;
	}
	if (node->kind == GX_YAML_TEXT) {
		answer->is_cname = answer->is_cname || !is_address(node->text);
		gx_texts_add(&answer->values, node->text);
		return true;
	}
	for (size_t i = 0; i < node->n; i++) {
		if (node->kind == GX_YAML_MAPPING && is_setting(gdnsd, node->keys[i]))
			continue;
		if (node->kind == GX_YAML_MAPPING && !strcmp(plugin, "simplefo") &&
		    !strcmp(node->keys[i]->text, "secondary"))
			gx_warn(gdnsd->diag, &node->keys[i]->where,
				"secondary, for when primary fails, is not translated: 'last-resort', or a further site, "
				"would be its counterpart");
		else
			valid = read_answer(gdnsd, node->items[i], plugin, answer) && valid;
	}
	return valid;
}

static bool read_plugin_answer(struct gx_gdnsd *gdnsd, const struct gx_yaml *node, const char *plugin,
			       const struct gx_where *where, struct gx_gdnsd_answer *answer)
{
	static const char *const known[] = { "multifo", "static", "simplefo" };

	if (!gx_text_suggest(plugin, known, sizeof(known) / sizeof(*known), 0)) {
		gx_warn(gdnsd->diag, where, "plugin %s has no counterpart", plugin);
		return false;
	}
	return read_answer(gdnsd, node, plugin, answer);
}

/* plugin: in the datacenter's hash, or else the resource's or all resources'. */
static const char *plugin_of(const struct gx_yaml *value, const struct gx_yaml *resource, const struct gx_yaml *geoip)
{
	const struct gx_yaml *nodes[] = { value, resource, geoip };

	for (size_t i = 0; i < 3; i++) {
		const struct gx_yaml *plugin = gx_tree_find(nodes[i], "plugin");

		if (plugin && plugin->kind == GX_YAML_TEXT)
			return plugin->text;
	}
	return "multifo";
}

static bool read_datacenter(struct gx_gdnsd *gdnsd, const struct gx_yaml *resource, const char *datacenter,
			    const struct gx_where *where, struct gx_gdnsd_answer *answer)
{
	const struct gx_yaml *value = gx_tree_find(gx_tree_find(resource, "dcmap"), datacenter);

	if (value)
		return read_plugin_answer(gdnsd, value,
					  value->kind == GX_YAML_LIST || value->kind == GX_YAML_TEXT
						  ? "multifo"
						  : plugin_of(value, resource, gx_tree_find(gdnsd->plugins, "geoip")),
					  &value->where, answer);
	gx_warn(gdnsd->diag, where, "dcmap has no %s: what that site answers would be right", datacenter);
	return false;
}

bool gx_gdnsd_resource(struct gx_gdnsd *gdnsd, const char *reference, const struct gx_where *where,
		       struct gx_gdnsd_answer *answer)
{
	const char *mark = strchr(reference, '!'), *slash = strchr(reference, '/');
	struct gx_arena *arena = &gdnsd->import->arena;
	const struct gx_yaml *node;
	char *plugin, *name;

	if (!mark) {
		gx_error(gdnsd->diag, where, "%s is no resource: PLUGIN!RESOURCE would be right", reference);
		return false;
	}
	plugin = gx_arena_strndup(arena, reference, (size_t)(mark - reference));
	name = gx_arena_strndup(arena, mark + 1, slash ? (size_t)(slash - mark - 1) : strlen(mark + 1));
	node = gx_tree_find(gdnsd->plugins, plugin);
	if (!strcmp(plugin, "geoip") || !strcmp(plugin, "metafo"))
		node = gx_tree_find(node, "resources");
	node = gx_tree_find(node, name);
	if (!node) {
		gx_error(gdnsd->diag, where, "there is no resource %s: one of plugins, %s would be right", reference,
			 plugin);
		return false;
	}
	if (slash && (!strcmp(plugin, "geoip") || !strcmp(plugin, "metafo")))
		return read_datacenter(gdnsd, node, slash + 1, where, answer);
	return read_plugin_answer(gdnsd, node, plugin, where, answer);
}

static bool fill_sites(struct gx_gdnsd *gdnsd, const struct gx_yaml *resource, struct gx_import_geo *geo,
		       const struct gx_texts *sites)
{
	const struct gx_yaml *dcmap = gx_tree_find(resource, "dcmap");
	bool complete = true;
	size_t cnames = 0;

	for (size_t i = 0; i < sites->n; i++) {
		struct gx_gdnsd_answer answer = { 0 };
		const char *datacenter = sites->list[i];

		/* Sites are words, datacenters need not be. */
		for (size_t j = 0; dcmap && j < dcmap->n; j++)
			if (!strcmp(gx_import_word(gdnsd->import, dcmap->keys[j]->text), datacenter))
				datacenter = dcmap->keys[j]->text;
		complete = read_datacenter(gdnsd, resource, datacenter, &resource->where, &answer) && complete;
		cnames += answer.is_cname;
		gx_import_find_or_add_site(geo, sites->list[i])->values = answer.values;
	}
	geo->kind = cnames ? GX_GEO_CNAME : GX_GEO_ADDRESS;
	if (!complete || !cnames || cnames == sites->n)
		return complete;
	gx_warn(gdnsd->diag, &resource->where,
		"addresses for some datacenters and CNAMEs for others have no counterpart: "
		"either for all would be right");
	return false;
}

bool gx_gdnsd_geo(struct gx_gdnsd *gdnsd, struct gx_import_zone *zone, const char *name, const char *resource,
		  uint32_t ttl_s, const struct gx_where *where)
{
	const struct gx_yaml *geoip = gx_tree_find(gdnsd->plugins, "geoip");
	const struct gx_yaml *node = gx_tree_find(gx_tree_find(geoip, "resources"), resource);
	const struct gx_yaml *map_name = gx_tree_find(node, "map");
	struct gx_texts sites = { 0 };
	struct gx_import_geo *geo;
	bool complete;
	int map;

	if (!map_name || map_name->kind != GX_YAML_TEXT) {
		gx_error(gdnsd->diag, node ? &node->where : where,
			 "%s: no resource of plugins, geoip with a map: "
			 "`map => NAME` would be right",
			 resource);
		return false;
	}
	map = find_or_read_map(gdnsd, map_name);
	if (map < 0)
		return false;
	if (is_true(gx_tree_find(node, "skip_first")))
		gx_warn(gdnsd->diag, &node->where,
			"skip_first has no counterpart: a map without the first choices would be one");
	for (size_t i = 0; i < node->n; i++)
		is_setting(gdnsd, node->keys[i]);
	geo = gx_import_add_geo(zone, name, where);
	geo->map = gdnsd->import->maps[map].name;
	geo->ttl_s = ttl_s;
	gx_import_map_sites(&gdnsd->import->maps[map], &sites);
	complete = fill_sites(gdnsd, node, geo, &sites);
	if (!complete) {
		gx_warn(gdnsd->diag, where, "%s is left out: not all sites of its resource %s have a counterpart", name,
			resource);
		gx_import_drop_geo(zone);
	}
	free(sites.list);
	return complete;
}

/* --- all --------------------------------------------------------------------------------------- */

static void read_options(struct gx_gdnsd *gdnsd, const struct gx_yaml *root)
{
	const struct gx_yaml *options = gx_tree_find(root, "options"), *services = gx_tree_find(root, "service_types");
	const struct gx_yaml *ttl = gx_tree_find(options, "zones_default_ttl");

	gdnsd->ttl_s = GX_GDNSD_TTL_S;
	if (ttl)
		gx_text_number(ttl->text, INT32_MAX, &gdnsd->ttl_s);
	for (size_t i = 0; options && options->kind == GX_YAML_MAPPING && i < options->n; i++)
		if (options->items[i] != ttl)
			gx_warn(gdnsd->diag, &options->keys[i]->where, "option %s has no counterpart%s",
				options->keys[i]->text,
				strcmp(options->keys[i]->text, "listen") ? ""
									 : ": `server: {interfaces: [...]}` says where "
									   "GeoXDP answers");
	if (services)
		gx_warn(gdnsd->diag, &services->where,
			"service_types, monitoring, are not translated: 'checks' of http, tcp, exec and file would "
			"be their counterparts");
}

int gx_import_gdnsd(struct gx_import *import, const char *file, struct gx_diag *diag)
{
	struct gx_gdnsd gdnsd = { .import = import, .diag = diag };
	size_t errors = diag->errors;
	struct gx_yaml *root;

	import->kind = "gdnsd";
	import->file = file;
	root = gx_vscf_read(&import->arena, file, diag);
	if (!root)
		return -EINVAL;
	gdnsd.directory = gx_text_directory(&import->arena, file);
	gdnsd.plugins = gx_tree_find(root, "plugins");
	if (!gx_tree_find(gx_tree_find(gdnsd.plugins, "geoip"), "resources")) {
		gx_error(diag, &(struct gx_where){ .file = file },
			 "no resources of the plugin geoip: `plugins => { geoip => "
			 "{ maps => ..., resources => ... } }` would be right");
		return -EINVAL;
	}
	read_options(&gdnsd, root);
	gx_gdnsd_zones(&gdnsd);
	free(gdnsd.read_maps.list);
	return diag->errors == errors ? 0 : -EINVAL;
}
