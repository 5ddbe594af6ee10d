/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp explain: the answer, and which map, site and weights lead to it. */
#include <libknot/libknot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geoxdp/dns.h"
#include "geoxdp/hash.h"
#include "user/cli/explain.h"
#include "user/cli/message.h"
#include "user/core/choice.h"
#include "user/core/iso3166.h"
#include "user/core/render.h"
#include "user/core/unit_name.h"

/* What a reference says to the client, as the program finds it; of what is drawn by query, one. */
struct gx_told {
	struct gx_choice choice;	/* with the answer, which is no spread; 0: passed */
	unsigned int scope_bits;	/* that a reply would carry, had the address come by client subnet */
	bool by_query;			/* drawn anew each time */
	const struct gx_option *taken;	/* of that list; NULL: none */
};

/* Is it what is answered when nothing is up: last resort or NODATA? It needs nothing. */
static bool gx_is_all_down(const struct gx_told *told)
{
	return told->taken && !told->taken->n_units;
}

/* The option whose answer is given: where several have the same, the first that is all up, or else the first. */
static const struct gx_option *gx_find_taken(const struct gx_image *image, const struct gx_told *told)
{
	const struct gx_option *taken = NULL;

	for (size_t i = told->choice.option; i && i < image->n_options; i++) {
		const struct gx_option *option = &image->options[i];
		uint32_t flags = 0;

		for (size_t j = 0; j < option->n_units; j++)
			flags |= image->units[image->option_units[option->units + j].unit].flags;
		flags &= GX_UNIT_DOWN | GX_UNIT_DRAINED;
		if (gx_choice_is_option(&told->choice, option) && (!taken || !flags))
			taken = option;
		if ((taken && !flags) || option->flags & GX_OPTION_LAST)
			break;
	}
	return taken;
}

static struct gx_told gx_find_told(const struct gx_image *image, const struct gx_place *place, uint32_t ref)
{
	bool is_ipv6 = place->addr.family == GX_IPV6;
	uint32_t at = ref & GX_REF_INDEX, bits = is_ipv6 ? GX_SPREAD_BITS6 : GX_SPREAD_BITS4;
	uint64_t high = (uint64_t)(is_ipv6 ? place->addr.value >> 64 : place->addr.value << 32);
	struct gx_told told = { .choice.answer = at };
	struct gx_choice choice;

	if (ref == GX_REF_NONE || (ref & GX_REF_KIND) == GX_REF_FIXED)
		return told;
	if ((ref & GX_REF_KIND) == GX_REF_CLASS) {
		told.scope_bits = place->class_bits;
		at += place->location < image->n_locations ? image->class_of[place->location] : 0;
	} else {
		told.scope_bits = place->location_bits;
		at += place->location;
	}
	choice = image->choices[at];
	if (gx_choice_is_spread(&choice)) {
		told.by_query = (choice.answer & GX_CHOICE_KIND) == GX_CHOICE_BY_QUERY;
		if (!told.by_query && told.scope_bits < bits)
			told.scope_bits = bits;
		choice = image->choices[(choice.answer & GX_CHOICE_NUMBER) + gx_hash_spread(high, bits)];
	}
	told.scope_bits += place->scope_offset;
	told.choice = choice;
	told.taken = gx_find_taken(image, &told);
	return told;
}

/* As the program does where the question is longer than the one that the answer was made for. */
static void gx_move_pointers(const struct gx_answer *first, size_t by, uint8_t *octets)
{
	const struct gx_shift shift = gx_image_shift(first);

	for (int i = 0; i < shift.even + shift.odd; i++) {
		uint8_t *pointer = octets + shift.offsets[i];

		knot_wire_write_u16(pointer, knot_wire_read_u16(pointer) + by);
	}
}

/* The answer that a choice gives, unless it is too large for the tables. octets: of GX_ANSWER_MAX_OCTETS, up to a cell. */
static void gx_take_answer(const struct gx_image *image, const struct gx_choice *choice, size_t name_octets,
			   uint8_t *octets, struct gx_rendered *out)
{
	const struct gx_answer *first;

	if (gx_choice_render(choice, octets, out))
		return;
	first = &image->answers[choice->answer];
	if (!first->sum)
		return;
	for (size_t i = 0; i < first->len_octets && i < GX_ANSWER_MAX_OCTETS; i += GX_CELL_OCTETS)
		memcpy(octets + i, first[i / GX_CELL_OCTETS].octets, GX_CELL_OCTETS);
	if (first->base_octets)
		gx_move_pointers(first, name_octets - first->base_octets, octets);
	out->octets = octets;
	out->len_octets = first->len_octets;
	out->ancount = first->ancount;
	out->nscount = first->nscount;
	out->arcount = first->arcount;
	out->flags1 = first->flags & GX_DNS1_AA;
	out->rcode = first->rcode;
	out->rotations = first->variants;
}

/* Rendered octets as a message: header and question put in front. Returns its octets. */
static size_t gx_complete(const struct gx_rendered *rendered, const knot_dname_t *name, uint16_t type, uint8_t *message)
{
	size_t len = knot_dname_size(name), octets = GX_DNS_HEADER_OCTETS + len + 4;

	memset(message, 0, GX_DNS_HEADER_OCTETS);
	knot_wire_set_qr(message);
	message[2] |= rendered->flags1;
	message[3] |= rendered->rcode;
	knot_wire_set_qdcount(message, 1);
	knot_wire_set_ancount(message, rendered->ancount);
	knot_wire_set_nscount(message, rendered->nscount);
	knot_wire_set_arcount(message, rendered->arcount);
	memcpy(message + GX_DNS_HEADER_OCTETS, name, len);
	knot_wire_write_u16(message + GX_DNS_HEADER_OCTETS + len, type);
	knot_wire_write_u16(message + GX_DNS_HEADER_OCTETS + len + 2, KNOT_CLASS_IN);
	memcpy(message + octets, rendered->octets, rendered->len_octets);
	return octets + rendered->len_octets;
}

static const char *const gx_rule_kinds[] = {
	[GX_RULE_OWN] = "location", [GX_RULE_ASN] = "ASN",	       [GX_RULE_CITY] = "city",
	[GX_RULE_REGION] = "region", [GX_RULE_COUNTRY] = "country",    [GX_RULE_GROUP] = "group",
	[GX_RULE_DEFAULT] = "default", [GX_RULE_CONTINENT] = "continent",
};

/* What a rule of a map goes by, in words. Returns the buffer, of GX_RULE_TEXT_OCTETS. */
#define GX_RULE_TEXT_OCTETS 128
static char *gx_show_rule(const struct gx_rule *rule, char *buffer)
{
	const struct gx_country *country = gx_find_country(rule->country);

	if (rule->kind == GX_RULE_DEFAULT)
		snprintf(buffer, GX_RULE_TEXT_OCTETS, "the default");
	else if (rule->kind != GX_RULE_COUNTRY)
		snprintf(buffer, GX_RULE_TEXT_OCTETS, "%s %s", gx_rule_kinds[rule->kind], rule->key);
	else if (country)
		snprintf(buffer, GX_RULE_TEXT_OCTETS, "country %s (%u)", country->alpha2, rule->country);
	else
		snprintf(buffer, GX_RULE_TEXT_OCTETS, "country %u", rule->country);
	return buffer;
}

/* Where one draw on the way is by query, all are. */
static const char *gx_show_by(const struct gx_told *told)
{
	return told->by_query ? "anew for each query" : "always alike for a client's /24 (IPv6: /56)";
}

/* The sites that are drawn from, with their shares. Returns how many; fewer than two: nothing is drawn. */
static size_t gx_find_drawn(const struct gx_map *map, const struct gx_pick *pick, uint32_t *sites, uint64_t *total)
{
	const struct gx_geo *geo = pick->geo->kind == GX_GEO_ADDRESS ? pick->geo : NULL;
	size_t listed, count = 0;

	*total = 0;
	gx_map_order(map, pick->rule, geo, pick->family, sites, &listed);
	for (size_t i = 0; map->weights && i < listed; i++) {
		if (!map->weights[sites[i]])
			continue;
		*total += map->weights[sites[i]];
		sites[count++] = sites[i];
	}
	return count;
}

/* The site that answers; NULL: none is up. */
static const char *gx_site_name(const struct gx_input *input, const struct gx_told *told, const struct gx_pick *pick)
{
	return gx_is_all_down(told) ? NULL : input->config.maps[pick->geo->map].sites[pick->site];
}

/* What keeps a site from being answered; "": nothing. */
static const char *gx_site_state(const struct gx_image *image, const char *site)
{
	char name[GX_UNIT_NAME_OCTETS];

	gx_unit_name(site, name);
	for (size_t i = 1; i < image->n_units; i++)
		if (image->units[i].flags & GX_UNIT_SITE && !strcmp(image->units[i].name, name))
			return gx_unit_state(&image->units[i]);
	return "";
}

static void gx_print_site(const struct gx_input *input, const struct gx_told *told, const struct gx_pick *pick)
{
	const struct gx_map *map = &input->config.maps[pick->geo->map];
	uint32_t *sites = gx_calloc(map->n_sites, sizeof(*sites));
	const char *site = gx_site_name(input, told, pick);
	uint64_t total;
	size_t count = gx_find_drawn(map, pick, sites, &total);

	printf("\n  site    %s", !site ? "none is up" : count > 1 && told->by_query ? "another one each time" : site);
	for (size_t i = 0; count > 1 && i < count; i++) {
		const char *name = map->sites[sites[i]], *state = gx_site_state(&input->image, name);

		printf("%s %s (%.3g %%%s%s)", i ? "," : ", drawn from", name,
		       100.0 * map->weights[sites[i]] / (double)total, *state ? ", " : "", state);
	}
	if (count > 1)
		printf(", %s", gx_show_by(told));
	putchar('\n');
	if (site && pick->geo->kind == GX_GEO_ADDRESS && pick->geo->sites[pick->site].weights)
		printf("  address one of the site's, drawn by weight, %s\n", gx_show_by(told));
	free(sites);
}

/* Names and weights; empty: nothing is drawn. */
static json_t *gx_drawn_json(const struct gx_map *map, const struct gx_pick *pick)
{
	uint32_t *sites = gx_calloc(map->n_sites, sizeof(*sites));
	json_t *object = json_object();
	uint64_t total;
	size_t count = gx_find_drawn(map, pick, sites, &total);

	for (size_t i = 0; count > 1 && i < count; i++)
		json_object_set_new(object, map->sites[sites[i]], json_integer(map->weights[sites[i]]));
	free(sites);
	return object;
}

static json_t *gx_pick_json(const struct gx_input *input, const struct gx_told *told, const struct gx_pick *pick)
{
	const struct gx_map *map = &input->config.maps[pick->geo->map];
	char owner[KNOT_DNAME_TXT_MAXLEN + 1], rule[GX_RULE_TEXT_OCTETS];
	json_t *sites = json_array(), *drawn = gx_drawn_json(map, pick);
	const char *site = gx_site_name(input, told, pick);

	if (told->by_query && json_object_size(drawn))
		site = NULL;
	for (size_t i = 0; i < pick->rule->n_sites; i++)
		json_array_append_new(sites, json_string(map->sites[pick->rule->sites[i]]));
	knot_dname_to_str(owner, pick->geo->owner, sizeof(owner));
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:o, s:o, s:o}", "name", owner, "map", map->name, "file",
			 pick->rule->where.file, "line", (int)pick->rule->where.line, "rule",
			 gx_show_rule(pick->rule, rule), "kind", gx_rule_kinds[pick->rule->kind], "key", pick->rule->key,
			 "sites", sites, "site", site ? json_string(site) : json_null(), "weights", drawn);
}

static json_t *gx_picks_json(const struct gx_input *input, const struct gx_told *told, const struct gx_rendered *rendered)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rendered->n_picks; i++)
		if (rendered->picks[i].geo->kind != GX_GEO_LOCATION)
			json_array_append_new(list, gx_pick_json(input, told, &rendered->picks[i]));
	return list;
}

static void gx_print_picks(const struct gx_input *input, const struct gx_told *told, const struct gx_rendered *rendered)
{
	char owner[KNOT_DNAME_TXT_MAXLEN + 1], rule[GX_RULE_TEXT_OCTETS];

	for (size_t i = 0; i < rendered->n_picks; i++) {
		const struct gx_pick *pick = &rendered->picks[i];
		const struct gx_map *map;

		if (pick->geo->kind == GX_GEO_LOCATION)
			continue;
		map = &input->config.maps[pick->geo->map];
		knot_dname_to_str(owner, pick->geo->owner, sizeof(owner));
		printf("%s\n  map     %s:%u: %s goes to", owner, pick->rule->where.file, pick->rule->where.line,
		       gx_show_rule(pick->rule, rule));
		for (size_t site = 0; site < pick->rule->n_sites; site++)
			printf("%s %s", site ? "," : "", map->sites[pick->rule->sites[site]]);
		gx_print_site(input, told, pick);
	}
}

/* --- what is not up ---------------------------------------------------------------------------- */

/* Sites and targets that are not up and stand in the way of the answer, or of one before it; indices, each once. */
static size_t gx_find_not_up(const struct gx_image *image, const struct gx_told *told, uint32_t *units)
{
	size_t count = 0;

	for (size_t i = told->choice.option; i && i < image->n_options; i++) {
		const struct gx_option *option = &image->options[i];

		for (size_t j = 0; j < option->n_units; j++) {
			uint32_t unit = image->option_units[option->units + j].unit;
			bool is_new = *gx_unit_state(&image->units[unit]);

			for (size_t k = 0; k < count; k++)
				is_new = is_new && units[k] != unit;
			if (is_new)
				units[count++] = unit;
		}
		if (option == told->taken || option->flags & GX_OPTION_LAST)
			break;
	}
	return count;
}

static void gx_print_not_up(const struct gx_image *image, const struct gx_told *told)
{
	uint32_t *units = gx_calloc(image->n_units, sizeof(*units));
	size_t count = gx_find_not_up(image, told, units);

	for (size_t i = 0; i < count; i++)
		printf("%s %s (%s)", i ? "," : "not up:", image->units[units[i]].name,
		       gx_unit_state(&image->units[units[i]]));
	if (count)
		printf("\n");
	free(units);
}

static json_t *gx_not_up_json(const struct gx_image *image, const struct gx_told *told)
{
	uint32_t *units = gx_calloc(image->n_units, sizeof(*units));
	size_t count = gx_find_not_up(image, told, units);
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++)
		json_object_set_new(object, image->units[units[i]].name,
				    json_string(gx_unit_state(&image->units[units[i]])));
	free(units);
	return object;
}

/* --- the answer -------------------------------------------------------------------------------- */

/* The site of a geo name that an answer needs. */
static uint32_t gx_taken_site(const struct gx_input *input, const struct gx_told *told, const struct gx_pick *pick)
{
	const struct gx_image *image = &input->image;
	const struct gx_map *map = &input->config.maps[pick->geo->map];
	char name[GX_UNIT_NAME_OCTETS];

	for (size_t i = 0; i < told->taken->n_units; i++) {
		const struct gx_unit *unit = &image->units[image->option_units[told->taken->units + i].unit];

		for (uint32_t site = 0; unit->flags & GX_UNIT_SITE && site < map->n_sites; site++)
			if (!strcmp(gx_unit_name(map->sites[site], name), unit->name))
				return site;
	}
	return pick->site;
}

/* The way to the answer that is given, which need not be the one that the maps say first. */
static int gx_render_told(struct gx_renderer *renderer, const struct gx_input *input, const struct gx_place *place,
			  const knot_dname_t *name, uint16_t type, const struct gx_told *told, struct gx_rendered *out)
{
	struct gx_force forces[GX_CHAIN_MAX + 1] = {};
	struct gx_forcing forcing = { .forces = forces };
	int error = gx_render_forced(renderer, name, type, place->location, &forcing, out);

	if (!told->taken || gx_is_all_down(told))
		return error;
	while (!error && out->n_picks > forcing.n_forces) {
		forces[forcing.n_forces].site = gx_taken_site(input, told, &out->picks[forcing.n_forces]);
		forcing.n_forces++;
		error = gx_render_forced(renderer, name, type, place->location, &forcing, out);
	}
	return error;
}

int gx_explain_name(const struct gx_command *command, const struct gx_input *input, const struct gx_place *place,
		    const knot_dname_t *name, uint16_t type, json_t *json)
{
	struct gx_renderer *renderer = gx_renderer_new(&input->config);
	const struct gx_image *image = &input->image;
	uint32_t ref = gx_image_find(image, name, type);
	struct gx_told told = gx_find_told(image, place, ref);
	struct gx_rendered rendered = {};
	uint8_t *message = gx_calloc(1, KNOT_WIRE_MAX_PKTSIZE + KNOT_DNAME_MAXLEN + 16);
	int error = gx_render_told(renderer, input, place, name, type, &told, &rendered);
	uint8_t stored[GX_ANSWER_MAX_OCTETS + GX_CELL_OCTETS];
	bool is_passed = ref == GX_REF_NONE || !told.choice.answer || error;
	size_t octets;

	if (json)
		json_object_set_new(json, "passed", json_boolean(is_passed));
	if (is_passed) {
		if (!json)
			printf("passed: %s\n", error && ref != GX_REF_NONE ? strerror(-error) :
							   gx_reason_text(GX_PASSED_NAME));
		goto out;
	}
	/* What is drawn is in the tables alone. */
	gx_take_answer(image, &told.choice, knot_dname_size(name), stored, &rendered);
	octets = gx_complete(&rendered, name, type, message);
	if (json) {
		json_object_set_new(json, "maps", gx_picks_json(input, &told, &rendered));
		json_object_set_new(json, "not_up", gx_not_up_json(image, &told));
		json_object_set_new(json, "scope", json_integer(told.scope_bits));
		json_object_set_new(json, "orders", json_integer(rendered.rotations));
		json_object_set_new(json, "answer", gx_message_json(message, octets));
		goto out;
	}
	gx_print_picks(input, &told, &rendered);
	gx_print_not_up(image, &told);
	printf("ECS scope %u%s\n", told.scope_bits,
	       (ref & GX_REF_KIND) == GX_REF_FIXED ? ": every client gets this answer" : "");
	gx_print_records_of(message, octets);
	if (rendered.rotations > 1)
		printf(";; in %u orders, drawn for each query\n", rendered.rotations);
out:
	free(message);
	gx_renderer_free(renderer);
	return GX_EXIT_DONE;
}
