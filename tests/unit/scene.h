/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration made by a test: zones from text, maps from pairs, and answers as text again. */
#ifndef GEOXDP_TESTS_UNIT_SCENE_H
#define GEOXDP_TESTS_UNIT_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libknot/codes.h>
#include <libknot/packet/pkt.h>
#include <libknot/rrset-dump.h>

#include "geoxdp/dns.h"
#include "user/core/config.h"
#include "user/core/name.h"
#include "user/core/render.h"

#define SCENE_MAX 4096
#define NUMBER(array) (sizeof(array) / sizeof((array)[0]))
#define UNUSED __attribute__((unused))

struct scene {
	struct gx_config config;
	struct gx_diag diag;
	struct gx_geo_site *targets[SCENE_MAX];	/* of each map of scene_map() */
	struct gx_renderer *renderer;
	char *text;		/* the last answer */
};

/* NULL ends a list of findings. */
struct pair {
	uint32_t location;
	const char *target;
};

static inline UNUSED knot_dname_t *scene_name(struct scene *scene, const char *text)
{
	knot_dname_storage_t name;

	assert_int_equal(gx_parse_name(text, NULL, name, NULL), 0);
	return gx_name_lower(&scene->config.arena, name);
}

static inline UNUSED void scene_init(struct scene *scene)
{
	struct gx_config *config = &scene->config;

	*scene = (struct scene){0};
	config->file = "scene";
	config->locations = gx_locations_new();
	config->zones = gx_arena_alloc(&config->arena, 16 * sizeof(*config->zones));
	config->maps = gx_arena_alloc(&config->arena, SCENE_MAX * sizeof(*config->maps));
	config->geos = gx_arena_alloc(&config->arena, SCENE_MAX * sizeof(*config->geos));
	for (int family = 0; family < GX_FAMILIES; family++)
		gx_partition_init(&config->partition[family], family);
}

/* Write text to a new file. Returns its path, from the arena. */
static inline UNUSED char *scene_file(struct scene *scene, const char *text, size_t octets)
{
	char *path = gx_arena_strdup(&scene->config.arena, P_tmpdir "/geoxdp-test-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, octets), octets);
	close(fd);
	return path;
}

/* A zone with SOA and NS, and what text adds. Its file is named FILE in the findings. */
static inline UNUSED struct gx_zone *scene_zone(struct scene *scene, const char *apex, const char *text)
{
	struct gx_zone *zone = &scene->config.zones[scene->config.n_zones++];
	char *whole = gx_arena_printf(&scene->config.arena,
				      "$TTL 300\n@ 3600 SOA ns1 hostmaster 1 86400 7200 604800 600\n"
				      "@ 86400 NS ns1\nns1 A 192.0.2.53\n%s", text);

	zone->apex = scene_name(scene, apex);
	zone->file = scene_file(scene, whole, strlen(whole));
	zone->where = (struct gx_where){ .file = "scene", .line = 1 };
	gx_zone_read(zone, &scene->diag);
	unlink(zone->file);
	return zone;
}

/* Put a rule at the end of a map. sites: separated by blanks, new ones are added to the map. */
static inline UNUSED struct gx_rule *scene_rule(struct scene *scene, struct gx_map *map, enum gx_rule_kind kind,
						const char *key, const char *sites)
{
	struct gx_arena *arena = &scene->config.arena;
	char *cursor = gx_arena_strdup(arena, sites), *site;
	struct gx_rule *rule;

	if (!map->rules) {
		map->rules = gx_arena_alloc(arena, 64 * sizeof(*map->rules));
		map->sites = gx_arena_alloc(arena, 64 * sizeof(*map->sites));
	}
	rule = &map->rules[map->n_rules++];
	*rule = (struct gx_rule){
		.kind = kind,
		.country = kind == GX_RULE_COUNTRY ? atoi(key) : 0,
		.group = kind == GX_RULE_GROUP ? atoi(key) : 0,
		.key = key,
		.sites = gx_arena_alloc(arena, 16 * sizeof(*rule->sites)),
		.where = { .file = "map", .line = map->n_rules },
	};
	while ((site = strsep(&cursor, " "))) {
		size_t index = 0;

		while (index < map->n_sites && strcmp(map->sites[index], site))
			index++;
		if (index == map->n_sites)
			map->sites[map->n_sites++] = site;
		rule->sites[rule->n_sites++] = index;
	}
	assert_true(map->n_rules <= 64 && map->n_sites <= 64);
	return rule;
}

/* A map of countries. pairs: ends with a target of NULL; begins with location 0; ascending. Returns its index. */
static inline UNUSED size_t scene_map(struct scene *scene, const struct pair *pairs)
{
	struct gx_config *config = &scene->config;
	struct gx_map *map = &config->maps[config->n_maps];
	struct gx_geo_site *targets = gx_arena_alloc(&config->arena, 64 * sizeof(*targets));

	map->name = "map";
	for (size_t i = 0; pairs[i].target; i++) {
		struct gx_rule *rule =
			scene_rule(scene, map, i ? GX_RULE_COUNTRY : GX_RULE_DEFAULT,
				   gx_arena_printf(&config->arena, "%u", pairs[i].location), pairs[i].target);

		assert_true(i == 0 ? pairs[i].location == 0 : pairs[i].location > pairs[i - 1].location);
		targets[rule->sites[0]].target = scene_name(scene, pairs[i].target);
	}
	gx_map_sort(map);
	scene->targets[config->n_maps] = targets;
	return config->n_maps++;
}

static inline UNUSED struct gx_geo *scene_geo(struct scene *scene, const char *owner, size_t zone,
					      size_t map)
{
	struct gx_geo *geo = &scene->config.geos[scene->config.n_geos++];

	*geo = (struct gx_geo){
		.owner = scene_name(scene, owner),
		.zone = zone,
		.kind = GX_GEO_CNAME,
		.map = map,
		.sites = scene->targets[map],
		.ttl_s = 60,
		.where = { .file = "map", .line = 1 },
	};
	return geo;
}

/* A geo name with addresses. addresses: of each site of the map in its order, separated by blanks. */
static inline UNUSED struct gx_geo *scene_addresses(struct scene *scene, const char *owner, size_t zone, size_t map,
						    const char *const *addresses)
{
	struct gx_arena *arena = &scene->config.arena;
	struct gx_geo *geo = scene_geo(scene, owner, zone, map);
	size_t n_sites = scene->config.maps[map].n_sites;

	geo->kind = GX_GEO_ADDRESS;
	geo->sites = gx_arena_alloc(arena, n_sites * sizeof(*geo->sites));
	for (size_t i = 0; i < n_sites; i++) {
		struct gx_geo_site *site = &geo->sites[i];
		char *cursor = gx_arena_strdup(arena, addresses[i]), *text;

		site->addresses = gx_arena_alloc(arena, strlen(cursor) * sizeof(*site->addresses));
		while ((text = strsep(&cursor, " ")) && *text)
			assert_int_equal(gx_parse_addr(text, &site->addresses[site->n_addresses++]), 0);
	}
	return geo;
}

static inline UNUSED void scene_localhost(struct scene *scene, const char *owner, size_t zone)
{
	scene_geo(scene, owner, zone, 0)->kind = GX_GEO_LOCATION;
}

static inline UNUSED void scene_free(struct scene *scene)
{
	gx_renderer_free(scene->renderer);
	for (size_t i = 0; i < scene->config.n_zones; i++)
		gx_zone_free(&scene->config.zones[i]);
	for (int family = 0; family < GX_FAMILIES; family++)
		gx_partition_free(&scene->config.partition[family]);
	gx_locations_free(scene->config.locations);
	gx_arena_free(&scene->config.arena);
	gx_diag_free(&scene->diag);
	free(scene->text);
}

/* --- answers as text --------------------------------------------------------------------------- */

static inline void scene_append(char **text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static inline UNUSED void scene_append(char **text, const char *format, ...)
{
	va_list args;
	char *whole, *more;

	va_start(args, format);
	assert_true(vasprintf(&more, format, args) >= 0);
	va_end(args);
	assert_true(asprintf(&whole, "%s%s", *text, more) >= 0);
	free(more);
	free(*text);
	*text = whole;
}

static inline void scene_append_section(char **text, const knot_pkt_t *packet, knot_section_t id,
					const char *title)
{
	const knot_pktsection_t *section = knot_pkt_section(packet, id);
	char owner[KNOT_DNAME_TXT_MAXLEN + 1], type[16], data[4096];

	for (uint16_t i = 0; i < section->count; i++) {
		const knot_rrset_t *rr = knot_pkt_rr(section, i);

		assert_int_equal(rr->rrs.count, 1);
		assert_int_equal(rr->rclass, KNOT_CLASS_IN);
		assert_non_null(knot_dname_to_str(owner, rr->owner, sizeof(owner)));
		assert_true(knot_rrtype_to_string(rr->type, type, sizeof(type)) > 0);
		assert_true(knot_rrset_txt_dump_data(rr, 0, data, sizeof(data),
						     &KNOT_DUMP_STYLE_DEFAULT) >= 0);
		scene_append(text, "%s%s %u %s %s\n", title, owner, rr->ttl, type, data);
	}
}

/*
 * An answer as a client sees it, parsed from the wire by libknot: rcode, then a line for each record; those
 * of the authority section begin with "; ".
 */
static inline UNUSED char *scene_text(const knot_dname_t *qname, uint16_t qtype,
				      const struct gx_rendered *answer)
{
	size_t qname_octets = knot_dname_size(qname), question = 12 + qname_octets + 4;
	uint8_t *wire = gx_calloc(1, question + answer->len_octets);
	const knot_lookup_t *rcode = knot_lookup_by_id(knot_rcode_names, answer->rcode);
	knot_pkt_t *packet;
	char *text;

	wire[2] = GX_DNS1_QR | answer->flags1;
	wire[3] = answer->rcode;
	knot_wire_set_qdcount(wire, 1);
	knot_wire_set_ancount(wire, answer->ancount);
	knot_wire_set_nscount(wire, answer->nscount);
	knot_wire_set_arcount(wire, answer->arcount);
	memcpy(wire + 12, qname, qname_octets);
	knot_wire_write_u16(wire + 12 + qname_octets, qtype);
	knot_wire_write_u16(wire + 12 + qname_octets + 2, KNOT_CLASS_IN);
	memcpy(wire + question, answer->octets, answer->len_octets);

	packet = knot_pkt_new(wire, question + answer->len_octets, NULL);
	assert_non_null(packet);
	assert_int_equal(knot_pkt_parse(packet, KNOT_PF_NOCANON), KNOT_EOK);
	text = strdup("");
	scene_append(&text, "%s%s%s\n", rcode->name, answer->flags1 & GX_DNS1_AA ? " aa" : "",
		     answer->is_nodata ? " nodata" : "");
	scene_append_section(&text, packet, KNOT_ANSWER, "");
	scene_append_section(&text, packet, KNOT_AUTHORITY, "; ");
	scene_append_section(&text, packet, KNOT_ADDITIONAL, ";; ");
	knot_pkt_free(packet);
	free(wire);
	return text;
}

/* Render and return the text, which the scene keeps until the next question. */
static inline UNUSED const char *scene_ask(struct scene *scene, const char *name, uint16_t qtype,
					   uint32_t location)
{
	knot_dname_t *qname = scene_name(scene, name);
	struct gx_rendered answer;

	if (!scene->renderer)
		scene->renderer = gx_renderer_new(&scene->config);
	assert_int_equal(gx_render(scene->renderer, qname, qtype, location, &answer), 0);
	free(scene->text);
	scene->text = scene_text(qname, qtype, &answer);
	return scene->text;
}

static inline UNUSED int scene_ask_error(struct scene *scene, const char *name, uint16_t qtype,
					 uint32_t location)
{
	struct gx_rendered answer;

	if (!scene->renderer)
		scene->renderer = gx_renderer_new(&scene->config);
	return gx_render(scene->renderer, scene_name(scene, name), qtype, location, &answer);
}

/* All findings: "LINE: text\n" each, in order; warnings begin with "warning: ". */
static inline UNUSED char *scene_findings(struct scene *scene)
{
	char *text = strdup("");

	for (size_t i = 0; i < scene->diag.count; i++) {
		const struct gx_finding *finding = &scene->diag.findings[i];

		scene_append(&text, "%u: %s%s\n", finding->where.line,
			     finding->severity == GX_WARNING ? "warning: " : "", finding->text);
	}
	return text;
}

#endif
