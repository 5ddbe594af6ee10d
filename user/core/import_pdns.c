/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Importing a PowerDNS set-up with the geo backend: the configuration that it is read into, written down. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/rrset-dump.h>
#include <libknot/rrset.h>

#include "user/core/import_impl.h"
#include "user/core/iso3166.h"
#include "user/core/name.h"

/* Relative to the zone where it lies in it, "@" for the zone itself; else absolute, with or without its dot. */
static const char *show_name(struct gx_import *import, const knot_dname_t *name, const knot_dname_t *apex, bool dot)
{
	size_t apex_len = knot_dname_size(apex), len = knot_dname_size(name);
	knot_dname_txt_storage_t text, apex_text;
	size_t octets;

	gx_show_name(name, text);
	octets = strlen(text);
	if (knot_dname_is_equal(name, apex))
		return "@";
	if (!gx_name_within(name, apex) || apex_len == 1 || len <= apex_len)
		return gx_arena_strndup(&import->arena, text, octets - !dot);
	gx_show_name(apex, apex_text);
	return gx_arena_strndup(&import->arena, text, octets - strlen(apex_text) - 1);
}

/* A zone's name, without its last dot. */
static const char *zone_name(struct gx_import *import, const knot_dname_t *apex)
{
	knot_dname_txt_storage_t text;

	gx_show_name(apex, text);
	return gx_arena_strndup(&import->arena, text, strlen(text) > 1 ? strlen(text) - 1 : 1);
}

/* --- maps -------------------------------------------------------------------------------------- */

/* A word for each site, by the target: `eu` for eu.example.com in zone example.com. Each is another. */
static void name_sites(struct gx_import *import, const struct gx_geo *geo, const struct gx_map *map,
		       const knot_dname_t *apex, struct gx_texts *names)
{
	for (size_t i = 0; i < map->n_sites; i++) {
		const char *shown = show_name(import, geo->sites[i].target, apex, false);
		const char *word = gx_import_word(import, strcmp(shown, "@") ? shown : zone_name(import, apex));

		for (size_t number = 2; gx_texts_has(names, word); number++)
			word = gx_arena_printf(&import->arena, "%.50s-%zu", gx_import_word(import, shown), number);
		gx_texts_add(names, word);
	}
}

static const char *map_name(struct gx_import *import, const struct gx_map *map)
{
	const char *slash = strrchr(map->name, '/'), *name = slash ? slash + 1 : map->name;
	const char *dot = strrchr(name, '.');

	return dot > name ? gx_arena_strndup(&import->arena, name, (size_t)(dot - name)) : name;
}

static const char *add_map(struct gx_import *import, const struct gx_map *from, const struct gx_texts *names)
{
	struct gx_import_map *map = gx_import_add_map(import, map_name(import, from), &from->where);

	for (size_t i = 0; i < from->n_rules; i++) {
		const struct gx_rule *rule = &from->rules[i];
		const struct gx_country *country = gx_find_country(rule->country);
		const char *key = country ? country->alpha2 : gx_arena_printf(&import->arena, "%u", rule->country);
		struct gx_import_rule *new = gx_import_add_rule(map, rule->kind, key, &rule->where);

		for (size_t j = 0; j < rule->n_sites; j++)
			gx_texts_add(&new->sites, names->list[rule->sites[j]]);
	}
	return map->name;
}

/* --- zones ------------------------------------------------------------------------------------- */

static void add_geo(struct gx_import *import, struct gx_import_zone *zone, const struct gx_config *config,
		    const struct gx_geo *from)
{
	const knot_dname_t *apex = config->zones[from->zone].apex;
	const struct gx_map *map = &config->maps[from->map];
	struct gx_texts names = { 0 };
	struct gx_import_geo *geo;

	name_sites(import, from, map, apex, &names);
	geo = gx_import_add_geo(zone, show_name(import, from->owner, apex, true), &from->where);
	geo->map = add_map(import, map, &names);
	geo->ttl_s = from->ttl_s;
	geo->kind = GX_GEO_CNAME;
	for (size_t i = 0; i < map->n_sites; i++)
		gx_texts_add(&gx_import_find_or_add_site(geo, names.list[i])->values,
			     show_name(import, from->sites[i].target, apex, true));
	free(names.list);
}

/* What geo-soa-values and geo-ns-records say, as a zone file. */
static const char *dump_zone(struct gx_import *import, const struct gx_zone *zone)
{
	knot_dname_txt_storage_t owner;
	char type[32], data[4096], *text, *kept;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	for (size_t i = 0; i < zone->n_nodes; i++) {
		for (size_t j = 0; j < zone->nodes[i].n_rrsets; j++) {
			const struct gx_rrset *from = &zone->nodes[i].rrsets[j];
			knot_rrset_t rrset = { .owner = zone->nodes[i].owner,
					       .ttl = from->ttl_s,
					       .type = from->type,
					       .rclass = KNOT_CLASS_IN,
					       .rrs = from->rdata };

			knot_rrtype_to_string(from->type, type, sizeof(type));
			for (size_t k = 0; k < from->rdata.count; k++)
				if (knot_rrset_txt_dump_data(&rrset, k, data, sizeof(data), &KNOT_DUMP_STYLE_DEFAULT) >=
				    0)
					fprintf(out, "%s %u IN %s %s\n", gx_show_name(rrset.owner, owner), rrset.ttl,
						type, data);
		}
	}
	fclose(out);
	kept = gx_arena_strdup(&import->arena, text);
	free(text);
	return kept;
}

static void add_zone(struct gx_import *import, const struct gx_config *config, size_t index, struct gx_diag *diag)
{
	const struct gx_zone *from = &config->zones[index];
	struct gx_import_zone *zone;
	const char *name = zone_name(import, from->apex);

	zone = gx_import_add_zone(import, name, &from->where);
	zone->file = from->file ? from->file : gx_arena_printf(&import->arena, "%s.zone", name);
	if (!from->file) {
		gx_warn(diag, &from->where,
			"zone %s is made from geo-soa-values and geo-ns-records; a native zone has a file: %s says the "
			"same",
			name, zone->file);
		gx_import_add_file(import, zone->file, dump_zone(import, from));
	}
	for (size_t i = 0; i < config->n_geos; i++) {
		const struct gx_geo *geo = &config->geos[i];

		if (geo->zone != index)
			continue;
		if (geo->kind == GX_GEO_LOCATION)
			gx_warn(diag, &geo->where,
				"%s.%s, the client's country as an address, has no counterpart: `geoxdp explain ADDR` "
				"tells it",
				show_name(import, geo->owner, from->apex, false), name);
		else
			add_geo(import, zone, config, geo);
	}
}

int gx_import_pdns(struct gx_import *import, const char *file, struct gx_diag *diag)
{
	struct gx_config *config = &import->config;

	import->kind = "pdns";
	import->file = file;
	if (gx_config_read_pdns(config, file, diag, NULL) < 0)
		return -EINVAL;
	for (size_t i = 0; i < config->n_sources; i++)
		gx_import_add_source(import, config->sources[i].file, "rbldnsd", &config->sources[i].where);
	for (size_t i = 0; i < config->n_zones; i++)
		add_zone(import, config, i, diag);
	return 0;
}
