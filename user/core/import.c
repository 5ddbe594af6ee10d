/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Imported set-ups: what the importers build, and its form as YAML. */
#include "user/core/import.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/core/import_impl.h"
#include "user/core/text.h"

#define GX_WORD_OCTETS 63 /* of a site, map or location */

/* --- texts ------------------------------------------------------------------------------------- */

void gx_texts_add(struct gx_texts *texts, const char *text)
{
	gx_grow(&texts->list, texts->n, texts->capacity);
	texts->list[texts->n++] = text;
}

bool gx_texts_equal(const struct gx_texts *a, const struct gx_texts *b)
{
	bool equal = a->n == b->n;

	for (size_t i = 0; equal && i < a->n; i++)
		equal = !strcmp(a->list[i], b->list[i]);
	return equal;
}

bool gx_texts_has(const struct gx_texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->n; i++)
		if (!strcmp(texts->list[i], text))
			return true;
	return false;
}

/* --- building ---------------------------------------------------------------------------------- */

const char *gx_import_word(struct gx_import *import, const char *text)
{
	char *word = gx_arena_strndup(&import->arena, text, GX_WORD_OCTETS);

	for (char *at = word; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("-_.", *at))
			*at = '-';
	return *word ? word : "unnamed";
}

struct gx_import_source *gx_import_add_source(struct gx_import *import, const char *file, const char *format,
					      const struct gx_where *where)
{
	gx_grow(&import->sources, import->n_sources, import->sources_capacity);
	import->sources[import->n_sources] = (struct gx_import_source){ file, format, *where };
	return &import->sources[import->n_sources++];
}

struct gx_import_map *gx_import_add_map(struct gx_import *import, const char *name, const struct gx_where *where)
{
	const char *word = gx_import_word(import, name), *unique = word;

	for (size_t i = 0, number = 2; i < import->n_maps; i++)
		if (!strcmp(import->maps[i].name, unique)) {
			unique = gx_arena_printf(&import->arena, "%.50s-%zu", word, number++);
			i = (size_t)-1;
		}
	gx_grow(&import->maps, import->n_maps, import->maps_capacity);
	import->maps[import->n_maps] = (struct gx_import_map){ .name = unique, .where = *where };
	return &import->maps[import->n_maps++];
}

struct gx_import_rule *gx_import_add_rule(struct gx_import_map *map, enum gx_rule_kind kind, const char *key,
					  const struct gx_where *where)
{
	gx_grow(&map->rules, map->n_rules, map->capacity);
	map->rules[map->n_rules] = (struct gx_import_rule){ .kind = kind, .key = key, .where = *where };
	return &map->rules[map->n_rules++];
}

struct gx_import_zone *gx_import_add_zone(struct gx_import *import, const char *name, const struct gx_where *where)
{
	gx_grow(&import->zones, import->n_zones, import->zones_capacity);
	import->zones[import->n_zones] = (struct gx_import_zone){ .name = name, .where = *where };
	return &import->zones[import->n_zones++];
}

struct gx_import_geo *gx_import_add_geo(struct gx_import_zone *zone, const char *name, const struct gx_where *where)
{
	gx_grow(&zone->geos, zone->n_geos, zone->capacity);
	zone->geos[zone->n_geos] = (struct gx_import_geo){ .name = name, .where = *where };
	return &zone->geos[zone->n_geos++];
}

void gx_import_drop_geo(struct gx_import_zone *zone)
{
	struct gx_import_geo *geo = &zone->geos[--zone->n_geos];

	for (size_t i = 0; i < geo->n_sites; i++)
		free(geo->sites[i].values.list);
	free(geo->sites);
}

struct gx_import_site *gx_import_find_or_add_site(struct gx_import_geo *geo, const char *name)
{
	for (size_t i = 0; i < geo->n_sites; i++)
		if (!strcmp(geo->sites[i].name, name))
			return &geo->sites[i];
	gx_grow(&geo->sites, geo->n_sites, geo->capacity);
	geo->sites[geo->n_sites] = (struct gx_import_site){ .name = name };
	return &geo->sites[geo->n_sites++];
}

void gx_import_add_file(struct gx_import *import, const char *name, const char *text)
{
	gx_grow(&import->files, import->n_files, import->files_capacity);
	import->files[import->n_files++] = (struct gx_import_file){ name, text };
}

void gx_import_map_sites(const struct gx_import_map *map, struct gx_texts *sites)
{
	for (size_t i = 0; i < map->n_rules; i++)
		for (size_t j = 0; j < map->rules[i].sites.n; j++)
			if (!gx_texts_has(sites, map->rules[i].sites.list[j]))
				gx_texts_add(sites, map->rules[i].sites.list[j]);
}

/* --- nets -------------------------------------------------------------------------------------- */

/* The rule of the networks that have these sites; one more of it where there is none yet. */
static const char *find_or_add_name(struct gx_import *import, struct gx_import_map *map, struct gx_texts *sites,
				    const struct gx_where *where)
{
	struct gx_import_rule *rule;
	size_t number = 1;

	for (size_t i = 0; i < map->n_rules; i++) {
		rule = &map->rules[i];
		if (rule->kind != GX_RULE_OWN)
			continue;
		if (gx_texts_equal(&rule->sites, sites)) {
			free(sites->list);
			return rule->key;
		}
		number++;
	}
	rule = gx_import_add_rule(map, GX_RULE_OWN, NULL, where);
	rule->key = gx_arena_printf(&import->arena, "%.40s-net%zu", map->name, number);
	/* Names in nets files have no dots. */
	for (char *at = (char *)rule->key; *at; at++)
		*at = *at == '.' ? '-' : *at;
	rule->sites = *sites;
	return rule->key;
}

void gx_import_nets(struct gx_import *import, struct gx_import_map *map, const struct gx_yaml *nets,
		    gx_import_read_sites *read_sites, void *context, struct gx_diag *diag)
{
	const char *name = gx_arena_printf(&import->arena, "%s.nets", map->name);
	char shown[GX_ADDR_TEXT_OCTETS], *text;
	struct gx_prefix prefix;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	fprintf(out, "# Networks of map %s, from %s:%u\n", map->name, nets->where.file, nets->where.line);
	for (size_t i = 0; i < nets->n; i++) {
		struct gx_texts sites = { 0 };

		if (gx_parse_prefix(nets->keys[i]->text, &prefix) < 0)
			gx_error(diag, &nets->keys[i]->where,
				 "%.60s is no network: such as 192.0.2.0/24 would be right", nets->keys[i]->text);
		else if (read_sites(context, nets->items[i], &sites))
			fprintf(out, "%s %s\n", gx_show_prefix(&prefix, shown),
				find_or_add_name(import, map, &sites, &nets->keys[i]->where));
		else
			free(sites.list);
	}
	fclose(out);
	if (nets->n) {
		gx_import_add_file(import, name, gx_arena_strdup(&import->arena, text));
		gx_import_add_source(import, name, "nets", &nets->where);
	}
	free(text);
}

/* --- YAML -------------------------------------------------------------------------------------- */

struct writer {
	FILE *out;
	const struct gx_import *import;
	const char *directory; /* absolute, with a slash at its end; NULL: not known */
};

/* Words that YAML 1.1 takes as truth values or nothing: other tools than GeoXDP read the file too. */
static bool is_yaml_word(const char *text)
{
	static const char *const words[] = { "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcasecmp(text, words[i]))
			return true;
	return false;
}

/* Text of printable ASCII and UTF-8, in quotes where it would not be text without. */
static void put_text(FILE *out, const char *text)
{
	/* A number has at most one dot; an IPv4 address has three. */
	const char *dot = strchr(text, '.');
	bool number = !text[strspn(text, "0123456789.eE_+-")] && (!dot || !strchr(dot + 1, '.'));
	bool plain = (isalnum((unsigned char)text[0]) || (*text && strchr("/._", text[0]))) && !number &&
		     !is_yaml_word(text);

	for (const char *at = text; plain && *at; at++)
		plain = isalnum((unsigned char)*at) || strchr("-_./", *at);
	if (plain) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if ((unsigned char)*text < ' ')
			fprintf(out, "\\x%02x", (unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

/* "a", or "[a, b]". */
static void put_texts(FILE *out, const struct gx_texts *texts)
{
	if (texts->n != 1)
		fputc('[', out);
	for (size_t i = 0; i < texts->n; i++) {
		fputs(i ? ", " : "", out);
		put_text(out, texts->list[i]);
	}
	if (texts->n != 1)
		fputc(']', out);
}

/* The end of a line: where it is from. */
static void put_origin(const struct writer *writer, const struct gx_where *where)
{
	if (where->line)
		fprintf(writer->out, "  # %s:%u\n", where->file, where->line);
	else
		fprintf(writer->out, "  # %s\n", where->file);
}

/* The absolute path, also of a file that does not exist, but whose folder does. */
static bool find_path(const char *path, char full[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX], resolved[PATH_MAX];

	if (realpath(path, full))
		return true;
	/* A name alone is nowhere yet: it will be beside the configuration. */
	if (!slash)
		return false;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path) + 1, path);
	return realpath(folder, resolved) && snprintf(full, PATH_MAX, "%s/%s", resolved, slash + 1) < PATH_MAX;
}

/* A path as the configuration will find it: relative where the file lies in its folder or below. */
static void put_path(const struct writer *writer, const char *path)
{
	char full[PATH_MAX];

	if (writer->directory && find_path(path, full)) {
		size_t len = strlen(writer->directory);

		path = strncmp(full, writer->directory, len) ? full : full + len;
	}
	put_text(writer->out, path);
}

static bool is_new_file(const struct gx_import *import, const char *name)
{
	for (size_t i = 0; i < import->n_files; i++)
		if (!strcmp(import->files[i].name, name))
			return true;
	return false;
}

static void put_sources(const struct writer *writer)
{
	const struct gx_import *import = writer->import;

	if (!import->n_sources)
		return;
	fputs("\nsources:\n", writer->out);
	for (size_t i = 0; i < import->n_sources; i++) {
		const struct gx_import_source *source = &import->sources[i];

		fputs(source->format ? "  - {file: " : "  - ", writer->out);
		/* A new one will be beside the configuration. */
		if (is_new_file(import, source->file))
			put_text(writer->out, source->file);
		else
			put_path(writer, source->file);
		if (source->format)
			fprintf(writer->out, ", format: %s}", source->format);
		put_origin(writer, &source->where);
	}
}

static void put_rules(const struct writer *writer, const struct gx_import_map *map, enum gx_rule_kind kind,
		      const char *name)
{
	bool any = false;

	for (size_t i = 0; i < map->n_rules; i++) {
		const struct gx_import_rule *rule = &map->rules[i];

		if (rule->kind != kind)
			continue;
		if (kind == GX_RULE_DEFAULT) {
			fputs("    default: ", writer->out);
		} else {
			if (!any)
				fprintf(writer->out, "    %s:\n", name);
			fputs("      ", writer->out);
			put_text(writer->out, rule->key);
			fputs(": ", writer->out);
		}
		any = true;
		put_texts(writer->out, &rule->sites);
		put_origin(writer, &rule->where);
	}
}

static void put_maps(const struct writer *writer)
{
	const struct gx_import *import = writer->import;

	if (import->n_maps)
		fputs("\nmaps:\n", writer->out);
	for (size_t i = 0; i < import->n_maps; i++) {
		const struct gx_import_map *map = &import->maps[i];

		fputs("  ", writer->out);
		put_text(writer->out, map->name);
		fputc(':', writer->out);
		put_origin(writer, &map->where);
		put_rules(writer, map, GX_RULE_DEFAULT, "default");
		put_rules(writer, map, GX_RULE_CONTINENT, "continents");
		put_rules(writer, map, GX_RULE_COUNTRY, "countries");
		put_rules(writer, map, GX_RULE_REGION, "regions");
		put_rules(writer, map, GX_RULE_CITY, "cities");
		put_rules(writer, map, GX_RULE_ASN, "asns");
		put_rules(writer, map, GX_RULE_OWN, "locations");
	}
}

static void put_geo(const struct writer *writer, const struct gx_import_geo *geo)
{
	fputs("      - name: ", writer->out);
	put_text(writer->out, geo->name);
	put_origin(writer, &geo->where);
	fputs("        map: ", writer->out);
	put_text(writer->out, geo->map);
	fprintf(writer->out, "\n        ttl: %u\n        %s:\n", geo->ttl_s,
		geo->kind == GX_GEO_CNAME ? "cname" : "address");
	for (size_t i = 0; i < geo->n_sites; i++) {
		fputs("          ", writer->out);
		put_text(writer->out, geo->sites[i].name);
		fputs(": ", writer->out);
		put_texts(writer->out, &geo->sites[i].values);
		fputc('\n', writer->out);
	}
}

static void put_zones(const struct writer *writer)
{
	const struct gx_import *import = writer->import;

	fputs("\nzones:\n", writer->out);
	for (size_t i = 0; i < import->n_zones; i++) {
		const struct gx_import_zone *zone = &import->zones[i];

		fputs("  - name: ", writer->out);
		put_text(writer->out, zone->name);
		put_origin(writer, &zone->where);
		fputs("    file: ", writer->out);
		if (is_new_file(import, zone->file))
			put_text(writer->out, zone->file);
		else
			put_path(writer, zone->file);
		fputc('\n', writer->out);
		if (zone->n_geos)
			fputs("    geo:\n", writer->out);
		for (size_t j = 0; j < zone->n_geos; j++)
			put_geo(writer, &zone->geos[j]);
	}
}

static void put_inline_files(const struct writer *writer)
{
	for (size_t i = 0; i < writer->import->n_files; i++) {
		const struct gx_import_file *file = &writer->import->files[i];
		const char *line = file->text;

		fprintf(writer->out, "\n# --- %s: this file goes with it (`-o FILE` writes both)\n", file->name);
		while (*line) {
			size_t len = strcspn(line, "\n");

			fprintf(writer->out, "#   %.*s\n", (int)len, line);
			line += len + (line[len] == '\n');
		}
	}
}

static void put_head(const struct writer *writer, const struct gx_diag *diag)
{
	const struct gx_import *import = writer->import;

	fprintf(writer->out, "# Imported from %s by `geoxdp import %s`.\n", import->file, import->kind);
	for (size_t i = 0; i < diag->count; i++) {
		const struct gx_finding *finding = &diag->findings[i];

		if (i == 0)
			fputs("#\n# Without counterpart, or in need of a look:\n", writer->out);
		if (finding->where.line)
			fprintf(writer->out, "#   %s:%u: %s\n", finding->where.file, finding->where.line,
				finding->text);
		else
			fprintf(writer->out, "#   %s: %s\n", finding->where.file, finding->text);
	}
}

void gx_import_write(const struct gx_import *import, FILE *out, const char *directory, const struct gx_diag *diag,
		     bool inline_files)
{
	char full[PATH_MAX + 1];
	struct writer writer = { .out = out, .import = import };

	if (realpath(*directory ? directory : ".", full)) {
		if (strcmp(full, "/"))
			strcat(full, "/");
		writer.directory = full;
	}
	put_head(&writer, diag);
	put_sources(&writer);
	put_maps(&writer);
	put_zones(&writer);
	if (inline_files)
		put_inline_files(&writer);
}

/* --- all --------------------------------------------------------------------------------------- */

static void free_zone(struct gx_import_zone *zone)
{
	while (zone->n_geos)
		gx_import_drop_geo(zone);
	free(zone->geos);
}

void gx_import_free(struct gx_import *import)
{
	for (size_t i = 0; i < import->n_maps; i++) {
		for (size_t j = 0; j < import->maps[i].n_rules; j++)
			free(import->maps[i].rules[j].sites.list);
		free(import->maps[i].rules);
	}
	for (size_t i = 0; i < import->n_zones; i++)
		free_zone(&import->zones[i]);
	free(import->sources);
	free(import->maps);
	free(import->zones);
	free(import->files);
	gx_config_free(&import->config);
	gx_arena_free(&import->arena);
	*import = (struct gx_import){ 0 };
}
