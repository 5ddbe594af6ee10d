/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp explain: why an address gets the answer it gets. */
#include <libknot/libknot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geoxdp/dns.h"
#include "geoxdp/hash.h"
#include "user/cli/cli.h"
#include "user/cli/message.h"
#include "user/core/iso3166.h"
#include "user/core/location.h"
#include "user/core/render.h"
#include "user/sys/serving.h"

/* Where an address is, and who says so. */
struct gx_place {
	struct gx_addr asked;
	struct gx_addr addr;		/* the IPv4 address that an IPv6 address carries, or the same */
	unsigned int scope_offset;
	const struct gx_range *range;
	uint32_t location;
	unsigned int class_bits;
	unsigned int location_bits;
	struct gx_prefix leaf;
};

static void gx_find_place(const struct gx_input *input, struct gx_place *place)
{
	const struct gx_partition *partition;
	const struct gx_image *image = &input->image;

	place->addr = place->asked;
	if (place->asked.family == GX_IPV6)
		gx_embedded_ipv4(&place->asked, &place->addr, &place->scope_offset);
	partition = &input->config.partition[place->addr.family];
	place->range = gx_partition_find(partition, place->addr.value);
	place->location = place->range->location;
	place->class_bits = gx_partition_depth(partition, image->class_of, image->n_locations, place->addr.value);
	place->location_bits = gx_partition_depth(partition, NULL, 0, place->addr.value);
	place->leaf.bits = place->location_bits;
	place->leaf.addr.family = place->addr.family;
	if (place->leaf.bits)
		place->leaf.addr.value = place->addr.value >> (gx_family_bits(place->addr.family) - place->leaf.bits)
							   << (gx_family_bits(place->addr.family) - place->leaf.bits);
}

/* Which line of a source, or which record of a database, speaks. Returns the buffer, of GX_SAYS_OCTETS. */
#define GX_SAYS_OCTETS 1024
static char *gx_show_says(const struct gx_source *source, uint32_t line, const struct gx_addr *addr, char *buffer)
{
	char text[GX_ADDR_TEXT_OCTETS];
	struct gx_prefix record;

	if (!line)
		snprintf(buffer, GX_SAYS_OCTETS, "no source");
	else if (line != GX_LINE_RECORD)
		snprintf(buffer, GX_SAYS_OCTETS, "%s:%u", source->file, line);
	else if (!gx_source_network(source, addr, &record))
		snprintf(buffer, GX_SAYS_OCTETS, "%s, record %s", source->file, gx_show_prefix(&record, text));
	else
		snprintf(buffer, GX_SAYS_OCTETS, "%s", source->file);
	return buffer;
}

static json_t *gx_place_json(const struct gx_input *input, const struct gx_place *place)
{
	const struct gx_location *location = gx_locations_get(input->config.locations, place->location);
	const struct gx_country *country = gx_find_country(location->country);
	const struct gx_source *source = &input->config.sources[place->range->source];
	char asked[GX_ADDR_TEXT_OCTETS], leaf[GX_ADDR_TEXT_OCTETS], says[GX_SAYS_OCTETS];
	char more[GX_LOCATION_TEXT_OCTETS];
	json_t *object = json_pack("{s:s, s:i, s:s, s:i}", "address", gx_show_addr(&place->asked, asked), "location",
				   (int)place->location, "prefix", gx_show_prefix(&place->leaf, leaf), "class_bits",
				   (int)place->class_bits);

	if (place->addr.family != place->asked.family)
		json_object_set_new(object, "carries", json_string(gx_show_addr(&place->addr, asked)));
	if (country) {
		json_object_set_new(object, "country", json_string(country->alpha2));
		json_object_set_new(object, "continent", json_string(country->continent));
	}
	json_object_set_new(object, "place", json_string(gx_locations_show(input->config.locations, place->location,
									  more)));
	if (location->region)
		json_object_set_new(object, "region", json_string(location->region));
	if (location->city)
		json_object_set_new(object, "city", json_string(location->city));
	if (location->asn)
		json_object_set_new(object, "asn", json_integer(location->asn));
	if (location->own)
		json_object_set_new(object, "own", json_string(location->own));
	if (place->range->line)
		json_object_set_new(object, "source", json_string(source->file));
	if (place->range->line && place->range->line != GX_LINE_RECORD)
		json_object_set_new(object, "line", json_integer(place->range->line));
	if (place->range->line)
		json_object_set_new(object, "says",
				    json_string(gx_show_says(source, place->range->line, &place->addr, says)));
	return object;
}

static void gx_print_place(const struct gx_input *input, const struct gx_place *place)
{
	const struct gx_location *location = gx_locations_get(input->config.locations, place->location);
	const struct gx_country *country = gx_find_country(location->country);
	const struct gx_source *source = &input->config.sources[place->range->source];
	char text[GX_ADDR_TEXT_OCTETS], more[GX_LOCATION_TEXT_OCTETS], says[GX_SAYS_OCTETS];

	printf("%s", gx_show_addr(&place->asked, text));
	if (place->addr.family != place->asked.family)
		printf(", which carries %s,", gx_show_addr(&place->addr, text));
	if (country)
		printf(" is in %s (%s), continent %s: location %u\n", country->name, country->alpha2,
		       country->continent, place->location);
	else if (place->location)
		printf(" is at location %u\n", place->location);
	else
		printf(" is nowhere that the sources know: location 0, the default\n");
	if (place->location > GX_LOCATION_ISO_MAX)
		printf("  is      %s\n", gx_locations_show(input->config.locations, place->location, more));
	printf("  says    %s\n", gx_show_says(source, place->range->line, &place->addr, says));
	if (place->range->place_line && (place->range->place_line != place->range->line ||
					 place->range->place_source != place->range->source))
		printf("  place   %s\n", gx_show_says(&input->config.sources[place->range->place_source],
							place->range->place_line, &place->addr, says));
	printf("  within  %s, all of one location\n", gx_show_prefix(&place->leaf, text));
}

/* What a reference says to the client, as the program finds it; of what is drawn by query, one. */
struct gx_told {
	uint32_t cell;			/* 0: passed */
	unsigned int scope_bits;	/* that a reply would carry, had the address come by client subnet */
};

static struct gx_told gx_find_told(const struct gx_image *image, const struct gx_place *place, uint32_t ref)
{
	bool is_ipv6 = place->addr.family == GX_IPV6;
	uint32_t at = ref & GX_REF_INDEX, bits = is_ipv6 ? GX_SPREAD_BITS6 : GX_SPREAD_BITS4;
	uint64_t high = (uint64_t)(is_ipv6 ? place->addr.value >> 64 : place->addr.value << 32);
	struct gx_told told = { .cell = at };

	if (ref == GX_REF_NONE || (ref & GX_REF_KIND) == GX_REF_FIXED)
		return told;
	if ((ref & GX_REF_KIND) == GX_REF_CLASS) {
		told.scope_bits = place->class_bits;
		at += place->location < image->n_locations ? image->class_of[place->location] : 0;
	} else {
		told.scope_bits = place->location_bits;
		at += place->location;
	}
	told.cell = image->choices[at].answer;
	if (told.cell & GX_CHOICE_BY_CLIENT && told.scope_bits < bits)
		told.scope_bits = bits;
	if (told.cell & GX_CHOICE_SPREAD)
		told.cell = image->choices[(told.cell & GX_REF_INDEX) + gx_hash_spread(high, bits)].answer;
	told.scope_bits += place->scope_offset;
	return told;
}

/* The answer that is stored; octets: of GX_ANSWER_MAX_OCTETS, up to a cell. */
static void gx_take_answer(const struct gx_image *image, uint32_t cell, uint8_t *octets, struct gx_rendered *out)
{
	const struct gx_answer *first = &image->answers[cell];

	for (size_t i = 0; i < first->len_octets && i < GX_ANSWER_MAX_OCTETS; i += GX_CELL_OCTETS)
		memcpy(octets + i, first[i / GX_CELL_OCTETS].octets, GX_CELL_OCTETS);
	out->octets = octets;
	out->len_octets = first->len_octets;
	out->ancount = first->ancount;
	out->nscount = first->nscount;
	out->arcount = first->arcount;
	out->flags1 = first->flags1;
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

static const char *gx_show_by(enum gx_by by)
{
	return by == GX_BY_QUERY ? "anew for each query" : "always alike for a client's /24 (IPv6: /56)";
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

static void gx_print_site(const struct gx_map *map, const struct gx_pick *pick)
{
	uint32_t *sites = gx_calloc(map->n_sites, sizeof(*sites));
	uint64_t total;
	size_t count = gx_find_drawn(map, pick, sites, &total);

	if (count < 2)
		printf("\n  site    %s\n", map->sites[pick->site]);
	else
		printf("\n  site    drawn from");
	for (size_t i = 0; count > 1 && i < count; i++)
		printf("%s %s (%.3g %%)", i ? "," : "", map->sites[sites[i]], 100.0 * map->weights[sites[i]] / (double)total);
	if (count > 1)
		printf(", %s\n", gx_show_by(map->by));
	if (pick->geo->kind == GX_GEO_ADDRESS && pick->geo->sites[pick->site].weights)
		printf("  address one of the site's, drawn by weight, %s\n", gx_show_by(pick->geo->by));
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

static json_t *gx_picks_json(const struct gx_input *input, const struct gx_rendered *rendered)
{
	char owner[KNOT_DNAME_TXT_MAXLEN + 1], rule[GX_RULE_TEXT_OCTETS];
	json_t *list = json_array();

	for (size_t i = 0; i < rendered->n_picks; i++) {
		const struct gx_pick *pick = &rendered->picks[i];
		const struct gx_map *map;
		json_t *sites;

		if (pick->geo->kind == GX_GEO_LOCATION)
			continue;
		map = &input->config.maps[pick->geo->map];
		sites = json_array();
		for (size_t site = 0; site < pick->rule->n_sites; site++)
			json_array_append_new(sites, json_string(map->sites[pick->rule->sites[site]]));
		knot_dname_to_str(owner, pick->geo->owner, sizeof(owner));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:o, s:s, s:o}", "name", owner, "map", map->name,
						      "file", pick->rule->where.file, "line",
						      (int)pick->rule->where.line, "rule",
						      gx_show_rule(pick->rule, rule), "kind",
						      gx_rule_kinds[pick->rule->kind], "key", pick->rule->key,
						      "sites", sites, "site",
						      map->sites[pick->site], "weights",
						      gx_drawn_json(map, pick)));
	}
	return list;
}

static void gx_print_picks(const struct gx_input *input, const struct gx_rendered *rendered)
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
		gx_print_site(map, pick);
	}
}

/* What the name says of the type. Returns the exit code. */
static int gx_explain_name(const struct gx_command *command, const struct gx_input *input,
			   const struct gx_place *place, const knot_dname_t *name, uint16_t type, json_t *json)
{
	struct gx_renderer *renderer = gx_renderer_new(&input->config);
	uint32_t ref = gx_image_find(&input->image, name, type);
	struct gx_rendered rendered = {};
	uint8_t *message = malloc(KNOT_WIRE_MAX_PKTSIZE + KNOT_DNAME_MAXLEN + 16);
	int error = gx_render(renderer, name, type, place->location, &rendered);
	struct gx_told told = gx_find_told(&input->image, place, ref);
	uint8_t stored[GX_ANSWER_MAX_OCTETS + GX_CELL_OCTETS];
	size_t octets;

	if (json)
		json_object_set_new(json, "passed", json_boolean(ref == GX_REF_NONE || error));
	if (ref == GX_REF_NONE || error) {
		if (!json)
			printf("passed: %s\n", ref == GX_REF_NONE ? gx_reason_text(GX_PASSED_NAME) : strerror(-error));
		goto out;
	}
	/* What is drawn is in the tables alone. What is too large for them is not. */
	if (told.cell && input->image.answers[told.cell].sum)
		gx_take_answer(&input->image, told.cell, stored, &rendered);
	octets = gx_complete(&rendered, name, type, message);
	if (json) {
		json_object_set_new(json, "maps", gx_picks_json(input, &rendered));
		json_object_set_new(json, "scope", json_integer(told.scope_bits));
		json_object_set_new(json, "orders", json_integer(rendered.rotations));
		json_object_set_new(json, "answer", gx_message_json(message, octets));
		goto out;
	}
	gx_print_picks(input, &rendered);
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

/* The configuration that the serving generation was built from. */
static const char *gx_serving_config(const struct gx_command *command, const struct gx_options *options,
				     struct gx_meta *meta)
{
	struct gx_serving serving;
	struct gx_failure failure;
	const char **interfaces;

	if (!gx_serving_interfaces(options, &interfaces)) {
		gx_complain(command, "%s; which configuration? -c CONF or --pdns PDNS_CONF", gx_nothing_serves());
		return NULL;
	}
	if (gx_serving_open(&serving, interfaces[0], &failure)) {
		gx_complain(command, "%s", failure.text);
		return NULL;
	}
	*meta = serving.meta;
	gx_serving_close(&serving);
	return meta->config;
}

int gx_cmd_explain(const struct gx_command *command, const struct gx_options *options)
{
	knot_dname_t name[KNOT_DNAME_MAXLEN];
	struct gx_input input = {};
	struct gx_place place = {};
	uint16_t type = GX_TYPE_A;
	struct gx_meta meta;
	json_t *json = NULL;
	int result;

	if (gx_parse_addr(options->operands[0], &place.asked)) {
		gx_complain(command, "%s: no IPv4 or IPv6 address", options->operands[0]);
		return GX_EXIT_USAGE;
	}
	if (options->n_operands > 1 && !knot_dname_from_str(name, options->operands[1], sizeof(name))) {
		gx_complain(command, "%s: no domain name", options->operands[1]);
		return GX_EXIT_USAGE;
	}
	if (options->n_operands > 2 && knot_rrtype_from_string(options->operands[2], &type)) {
		gx_complain(command, "%s: no RR type: A, AAAA, MX, TYPE65, ...", options->operands[2]);
		return GX_EXIT_USAGE;
	}
	if (gx_given_path(options))
		result = gx_input_read_given(command, &input, options);
	else if (gx_serving_config(command, options, &meta))
		result = gx_input_read(command, &input, meta.config, options);
	else
		return GX_EXIT_USAGE;
	if (result == GX_EXIT_DONE) {
		gx_find_place(&input, &place);
		if (options->json)
			json = gx_place_json(&input, &place);
		else
			gx_print_place(&input, &place);
		if (options->n_operands > 1) {
			knot_dname_to_lower(name);
			result = gx_explain_name(command, &input, &place, name, type, json);
		}
		if (json)
			gx_print_json(json);
	}
	gx_input_free(&input);
	return result;
}
