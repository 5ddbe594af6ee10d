/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Importing PowerDNS's geoip backend: its YAML file of domains, records and services.
 *
 * A service answers with the records of the first name that its formats give and that exists. Here each country's name
 * is looked for ahead of time, and becomes a site; only placeholders of country and continent can be treated so.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/core/import_impl.h"
#include "user/core/iso3166.h"
#include "user/core/text.h"
#include "user/core/vscf.h"

#define GX_N_CONTINENTS 7
#define GX_UNKNOWN	"unknown" /* what placeholders become where nothing is known */
#define GX_SAMPLE_MMDB	"GeoLite2-Country.mmdb"

static const char *const continents[GX_N_CONTINENTS] = { "AF", "AN", "AS", "EU", "NA", "OC", "SA" };

struct reader {
	struct gx_import *import;
	struct gx_diag *diag;
	const struct gx_yaml *root;
	const struct gx_yaml *domain;
	const struct gx_yaml *records;
	const char *name; /* of the domain */
	const char *zone_file;
	uint32_t ttl_s;
};

static const char *text_of(const struct gx_yaml *node)
{
	return node && node->kind == GX_YAML_TEXT ? node->text : "";
}

/* Of the domain, or else of the file. */
static const struct gx_yaml *setting(const struct reader *reader, const char *key)
{
	const struct gx_yaml *node = gx_tree_find(reader->domain, key);

	return node ? node : gx_tree_find(reader->root, key);
}

static size_t count_items(const struct gx_yaml *node)
{
	return node->kind == GX_YAML_LIST ? node->n : node->kind == GX_YAML_TEXT;
}

static const struct gx_yaml *item_of(const struct gx_yaml *node, size_t i)
{
	return node->kind == GX_YAML_LIST ? node->items[i] : node;
}

/* --- formats ----------------------------------------------------------------------------------- */

/* The first placeholder that is not of countries and continents, or NULL. */
static const char *find_other_placeholder(const char *format)
{
	static const char *const known[] = { "%%", "%co", "%cc", "%cn", "%mp" };

	while ((format = strchr(format, '%'))) {
		size_t i = 0;

		while (i < sizeof(known) / sizeof(*known) && strncmp(format, known[i], strlen(known[i])))
			i++;
		if (i == sizeof(known) / sizeof(*known))
			return format;
		format += strlen(known[i]);
	}
	return NULL;
}

static const char *expand(const struct reader *reader, const char *format, const struct gx_country *country);

/* %mp: what custom_mapping has for the first of mapping_lookup_formats that it knows. */
static const char *expand_mapping(const struct reader *reader, const struct gx_country *country)
{
	const struct gx_yaml *formats = setting(reader, "mapping_lookup_formats");
	const struct gx_yaml *mapping = setting(reader, "custom_mapping");

	for (size_t i = 0; formats && i < count_items(formats); i++) {
		const char *format = text_of(item_of(formats, i));
		const struct gx_yaml *found;

		if (strstr(format, "%mp") || find_other_placeholder(format))
			continue;
		found = gx_tree_find(mapping, expand(reader, format, country));
		if (found)
			return text_of(found);
	}
	return "";
}

/* A format for a client in this country; NULL: nowhere. */
static const char *expand(const struct reader *reader, const char *format, const struct gx_country *country)
{
	char *text, *kept;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	for (; *format; format++) {
		if (*format != '%' || !format[1]) {
			fputc(*format, out);
		} else if (*++format == '%') {
			fputc('%', out);
		} else {
			fputs(!strncmp(format, "mp", 2)	  ? expand_mapping(reader, country)
			      : !country		  ? GX_UNKNOWN
			      : !strncmp(format, "co", 2) ? country->alpha3
			      : !strncmp(format, "cc", 2) ? country->alpha2
							  : country->continent,
			      out);
			format++;
		}
	}
	fclose(out);
	for (char *at = text; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	kept = gx_arena_strdup(&reader->import->arena, text);
	free(text);
	return kept;
}

/* --- records ----------------------------------------------------------------------------------- */

/* The records of a name, or NULL. Names are compared without regard to case and the last dot. */
static const struct gx_yaml *find_records(const struct reader *reader, const char *name)
{
	size_t len = strlen(name);

	len -= len && name[len - 1] == '.';
	for (size_t i = 0; reader->records && i < reader->records->n; i++) {
		const char *key = reader->records->keys[i]->text;

		if (!strncasecmp(key, name, len) && (!key[len] || !strcmp(key + len, ".")))
			return reader->records->items[i];
	}
	return NULL;
}

/* A record: its type, and content, TTL and weight where they are given. */
static const char *content_of(const struct gx_yaml *value)
{
	return value->kind == GX_YAML_MAPPING ? text_of(gx_tree_find(value, "content")) : text_of(value);
}

static bool is_answer(const char *type)
{
	return !strcasecmp(type, "a") || !strcasecmp(type, "aaaa") || !strcasecmp(type, "cname");
}

static bool has_answer(const struct gx_yaml *records)
{
	for (size_t i = 0; records && i < records->n; i++)
		for (size_t j = 0; records->items[i]->kind == GX_YAML_MAPPING && j < records->items[i]->n; j++)
			if (is_answer(records->items[i]->keys[j]->text))
				return true;
	return false;
}

static void put_record(const struct reader *reader, FILE *out, const char *owner, const struct gx_yaml *type,
		       const struct gx_yaml *value)
{
	const char *content = content_of(value);
	uint32_t ttl_s = reader->ttl_s;
	bool bare_text = !strcasecmp(type->text, "txt") && *content != '"';

	gx_text_number(text_of(gx_tree_find(value, "ttl")), INT32_MAX, &ttl_s);
	if (gx_tree_find(value, "weight"))
		gx_warn(reader->diag, &value->where, "weight has no counterpart: all records of the name are answered");
	if (!*content || strchr(content, '%') || !strcasecmp(type->text, "lua"))
		gx_warn(reader->diag, &type->where, "%s %s: %s has no counterpart", owner, type->text,
			*content ? content : "an empty record");
	else
		fprintf(out, "%s %u IN %s %s%s%s\n", owner, ttl_s, type->text, bare_text ? "\"" : "", content,
			bare_text ? "\"" : "");
}

/* All records as a zone file. Names in them have no dot at the end, but are absolute. */
static void add_zone_file(struct reader *reader)
{
	const struct gx_yaml *records = reader->records;
	size_t octets;
	char *text;
	FILE *out = open_memstream(&text, &octets);

	fprintf(out, "; %s, from %s\n$ORIGIN .\n$TTL %u\n", reader->name, reader->import->file, reader->ttl_s);
	for (size_t i = 0; records && i < records->n; i++)
		for (size_t j = 0; j < records->items[i]->n; j++) {
			const struct gx_yaml *record = records->items[i]->items[j];

			for (size_t k = 0; record->kind == GX_YAML_MAPPING && k < record->n; k++)
				put_record(reader, out, records->keys[i]->text, record->keys[k], record->items[k]);
		}
	fclose(out);
	gx_import_add_file(reader->import, reader->zone_file, gx_arena_strdup(&reader->import->arena, text));
	free(text);
}

/* --- services ---------------------------------------------------------------------------------- */

/*
 * The names that answer for a client in this country, separated by blanks, or NULL: none. PowerDNS takes the first that
 * has the type of the question; a list of sites says the same.
 */
static const char *choose(const struct reader *reader, const struct gx_yaml *formats, const struct gx_country *country)
{
	const char *names = NULL;

	for (size_t i = 0; i < count_items(formats); i++) {
		const char *format = text_of(item_of(formats, i)), *name;

		if (find_other_placeholder(format))
			continue;
		name = expand(reader, format, country);
		if (has_answer(find_records(reader, name)))
			names = names ? gx_arena_printf(&reader->import->arena, "%s %s", names, name) : name;
	}
	return names;
}

/* A name of the domain as a site: without the domain. */
static const char *site_of(struct reader *reader, const char *name)
{
	size_t len = strlen(name), domain = strlen(reader->name);

	len -= len && name[len - 1] == '.';
	if (len > domain && !strncasecmp(name + len - domain, reader->name, domain) && name[len - domain - 1] == '.')
		len -= domain + 1;
	return gx_import_word(reader->import, gx_arena_strndup(&reader->import->arena, name, len));
}

/* The names that most countries of a continent get, or, where that is NULL, of all; NULL: none gets any. */
static const char *most_common(const char *const *names, const char *continent)
{
	const struct gx_country *all;
	const char *best = NULL;
	size_t count, most = 0;

	all = gx_countries(&count);
	for (size_t i = 0; i < count; i++) {
		size_t same = 0;

		if (!names[i] || (continent && strcmp(all[i].continent, continent)))
			continue;
		for (size_t j = 0; j < count; j++)
			same += names[j] && !strcmp(names[i], names[j]) &&
				(!continent || !strcmp(all[j].continent, continent));
		if (same > most) {
			most = same;
			best = names[i];
		}
	}
	return best;
}

static void add_rule(struct reader *reader, struct gx_import_map *map, enum gx_rule_kind kind, const char *key,
		     const char *names, const struct gx_where *where)
{
	struct gx_texts *sites = &gx_import_add_rule(map, kind, key, where)->sites;
	char *rest = gx_arena_strdup(&reader->import->arena, names), *name;

	while ((name = gx_text_word(&rest, " ")))
		if (!gx_texts_has(sites, site_of(reader, name)))
			gx_texts_add(sites, site_of(reader, name));
}

/* Rules for what the countries get: continents by what most of their countries get, and the countries that differ. */
static bool add_rules(struct reader *reader, struct gx_import_map *map, const struct gx_yaml *formats)
{
	size_t count, missing = 0;
	const struct gx_country *all = gx_countries(&count);
	const char **names = gx_calloc(count, sizeof(*names)), *fallback = choose(reader, formats, NULL), *around;

	for (size_t i = 0; i < count; i++) {
		names[i] = choose(reader, formats, &all[i]);
		missing += !names[i];
	}
	if (!fallback) {
		fallback = most_common(names, NULL);
		if (fallback)
			gx_warn(reader->diag, &formats->where,
				"clients of no known country get no record there: here they get "
				"%s, the most common one",
				fallback);
	}
	if (fallback)
		add_rule(reader, map, GX_RULE_DEFAULT, "", fallback, &formats->where);
	for (size_t c = 0; fallback && c < GX_N_CONTINENTS; c++) {
		around = most_common(names, continents[c]);
		if (around && strcmp(around, fallback))
			add_rule(reader, map, GX_RULE_CONTINENT, continents[c], around, &formats->where);
		for (size_t i = 0; around && i < count; i++)
			if (names[i] && !strcmp(all[i].continent, continents[c]) && strcmp(names[i], around))
				add_rule(reader, map, GX_RULE_COUNTRY, all[i].alpha2, names[i], &formats->where);
	}
	if (fallback && missing)
		gx_warn(reader->diag, &formats->where,
			"%zu countries have no record of their own: they get what the continent, "
			"or else everyone, gets",
			missing);
	free(names);
	return fallback;
}

/* The names of networks: whoever is there, wherever that is. */
static bool read_net(void *context, const struct gx_yaml *formats, struct gx_texts *sites)
{
	struct reader *reader = context;

	for (size_t i = 0; i < count_items(formats); i++) {
		const char *format = text_of(item_of(formats, i));

		if (strchr(format, '%'))
			gx_warn(reader->diag, &formats->where, "%s: placeholders of networks have no counterpart",
				format);
		else if (has_answer(find_records(reader, format))) {
			gx_texts_add(sites, site_of(reader, format));
			return true;
		}
	}
	gx_warn(reader->diag, &formats->where,
		"no name of the records with addresses: the network gets what is around it");
	return false;
}

/* What the site answers: the records of the name that it stands for. */
static void fill_site(struct reader *reader, struct gx_import_geo *geo, const char *site)
{
	const struct gx_yaml *records =
		find_records(reader, gx_arena_printf(&reader->import->arena, "%s.%s", site, reader->name));
	struct gx_import_site *to = gx_import_find_or_add_site(geo, site);
	bool is_cname = false;

	if (!records)
		gx_error(reader->diag, &geo->where, "%s leads to %s, which is no name of domain %s: one would be right",
			 geo->name, site, reader->name);
	for (size_t i = 0; records && i < records->n; i++) {
		const struct gx_yaml *record = records->items[i];

		for (size_t j = 0; record->kind == GX_YAML_MAPPING && j < record->n; j++) {
			const char *type = record->keys[j]->text, *content = content_of(record->items[j]);

			if (!is_answer(type)) {
				gx_warn(reader->diag, &record->keys[j]->where,
					"%s is answered at %s too, and has no "
					"counterpart there",
					type, geo->name);
				continue;
			}
			is_cname = !strcasecmp(type, "cname");
			gx_text_number(text_of(gx_tree_find(record->items[j], "ttl")), INT32_MAX, &geo->ttl_s);
			gx_texts_add(&to->values,
				     !is_cname ? content : gx_arena_printf(&reader->import->arena, "%s.", content));
		}
	}
	if (geo->n_sites > 1 && (geo->kind == GX_GEO_CNAME) != is_cname)
		gx_error(reader->diag, &geo->where,
			 "%s leads to addresses in some places and to CNAMEs in others: either would "
			 "be right",
			 geo->name);
	geo->kind = is_cname ? GX_GEO_CNAME : GX_GEO_ADDRESS;
}

static void warn_placeholders(struct reader *reader, const struct gx_yaml *formats)
{
	for (size_t i = 0; i < count_items(formats); i++) {
		const char *other = find_other_placeholder(text_of(item_of(formats, i)));

		if (other)
			gx_warn(reader->diag, &item_of(formats, i)->where,
				"%.3s in %s has no counterpart: only countries and "
				"continents are looked for ahead of time",
				other, item_of(formats, i)->text);
	}
}

static void read_service(struct reader *reader, size_t zone, const struct gx_yaml *key, const struct gx_yaml *value)
{
	const struct gx_yaml *formats = value->kind == GX_YAML_MAPPING ? gx_tree_find(value, "default") : value;
	struct gx_import *import = reader->import;
	struct gx_texts sites = { 0 };
	struct gx_yaml nets = *value;
	struct gx_import_geo *geo;
	struct gx_import_map *map;

	if (!formats) {
		gx_warn(reader->diag, &key->where, "%s has no default, so that most get no answer: no counterpart",
			key->text);
		return;
	}
	warn_placeholders(reader, formats);
	map = gx_import_add_map(import, site_of(reader, key->text), &key->where);
	if (!add_rules(reader, map, formats)) {
		gx_warn(reader->diag, &key->where, "%s leads to no name that has an address here: no counterpart",
			key->text);
		free(map->rules);
		import->n_maps--;
		return;
	}
	if (value->kind == GX_YAML_MAPPING) {
		nets.keys = gx_arena_alloc(&import->arena, value->n * sizeof(*nets.keys));
		nets.items = gx_arena_alloc(&import->arena, value->n * sizeof(*nets.items));
		nets.n = 0;
		for (size_t i = 0; i < value->n; i++) {
			if (value->items[i] == formats)
				continue;
			nets.keys[nets.n] = value->keys[i];
			nets.items[nets.n++] = value->items[i];
		}
		gx_import_nets(import, map, &nets, read_net, reader, reader->diag);
	}
	geo = gx_import_add_geo(&import->zones[zone], gx_arena_printf(&import->arena, "%s.", key->text), &key->where);
	geo->map = map->name;
	geo->ttl_s = reader->ttl_s;
	gx_import_map_sites(map, &sites);
	for (size_t i = 0; i < sites.n; i++)
		fill_site(reader, geo, sites.list[i]);
	free(sites.list);
}

static void read_domain(struct reader *reader)
{
	const struct gx_yaml *name = gx_tree_find(reader->domain, "domain");
	const struct gx_yaml *services = gx_tree_find(reader->domain, "services");
	struct gx_import_zone *zone;

	if (!*text_of(name)) {
		gx_error(reader->diag, &reader->domain->where,
			 "a domain without a name: `domain: NAME` would be right");
		return;
	}
	reader->name = name->text;
	reader->records = gx_tree_find(reader->domain, "records");
	reader->ttl_s = 60;
	gx_text_number(text_of(gx_tree_find(reader->domain, "ttl")), INT32_MAX, &reader->ttl_s);
	reader->zone_file = gx_arena_printf(&reader->import->arena, "%s.zone", name->text);
	zone = gx_import_add_zone(reader->import, name->text, &name->where);
	zone->file = reader->zone_file;
	add_zone_file(reader);
	for (size_t i = 0; services && services->kind == GX_YAML_MAPPING && i < services->n; i++)
		read_service(reader, reader->import->n_zones - 1, services->keys[i], services->items[i]);
}

/* --- all --------------------------------------------------------------------------------------- */

/* pdns.conf says which file has the domains, and which the places. Returns the former, or NULL: it is no pdns.conf. */
static const char *read_pdns_conf(struct gx_import *import, const char *file, struct gx_diag *diag)
{
	static const char zones_key[] = "geoip-zones-file=", databases_key[] = "geoip-database-files=";
	char *line, *word, *zones = NULL;
	struct gx_text text;

	if (gx_text_read(&text, file, NULL, diag) < 0)
		return NULL;
	while ((line = gx_text_line(&text))) {
		struct gx_where where = { .file = file, .line = text.line };

		if (!strncmp(line, zones_key, strlen(zones_key)))
			zones = gx_arena_strdup(&import->arena, gx_text_trim(line + strlen(zones_key)));
		if (strncmp(line, databases_key, strlen(databases_key)))
			continue;
		line += strlen(databases_key);
		while ((word = gx_text_word(&line, " \t,"))) {
			word += strncmp(word, "mmdb:", 5) ? 0 : 5;
			word[strcspn(word, ";")] = '\0';
			gx_import_add_source(import, gx_arena_strdup(&import->arena, word), NULL, &where);
		}
	}
	gx_text_free(&text);
	return zones;
}

int gx_import_pdns_geoip(struct gx_import *import, const char *file, struct gx_diag *diag)
{
	struct reader reader = { .import = import, .diag = diag };
	const char *zones = read_pdns_conf(import, file, diag);
	const struct gx_yaml *domains;
	size_t errors = diag->errors;

	import->kind = "pdns-geoip";
	import->file = zones ? zones : file;
	if (errors)
		return -EINVAL;
	reader.root = gx_yaml_read(&import->arena, import->file, diag);
	if (!reader.root)
		return -EINVAL;
	domains = gx_tree_find(reader.root, "domains");
	if (!domains || domains->kind != GX_YAML_LIST || !domains->n) {
		gx_error(diag, &reader.root->where,
			 "no domains: `domains: [{domain: ..., records: ..., services: ...}]` would "
			 "be right");
		return -EINVAL;
	}
	if (!import->n_sources) {
		gx_import_add_source(import, GX_SAMPLE_MMDB, NULL, &domains->where);
		gx_warn(diag, &domains->where,
			"the file does not say where places come from: write what geoip-database-files of "
			"pdns.conf names under sources, instead of %s, or import pdns.conf",
			GX_SAMPLE_MMDB);
	}
	for (size_t i = 0; i < domains->n; i++) {
		reader.domain = domains->items[i];
		read_domain(&reader);
	}
	return diag->errors == errors ? 0 : -EINVAL;
}
