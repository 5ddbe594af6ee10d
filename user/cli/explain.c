/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp explain: why an address gets the answer it gets. */
#include <libknot/libknot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geoxdp/dns.h"
#include "user/cli/explain.h"
#include "user/core/iso3166.h"
#include "user/core/location.h"

static void gx_find_place(const struct gx_input *input, const struct gx_now *now, struct gx_place *place)
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
	if (now)
		gx_now_place(now, place);
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
	if (place->is_override) {
		json_object_set_new(object, "override", json_string(gx_show_prefix(&place->override, leaf)));
		return object;
	}
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
	if (place->is_override)
		printf("  says    the override of %s (`geoxdp net list`); else %s\n",
		       gx_show_prefix(&place->override, text), gx_show_says(source, place->range->line, &place->addr, says));
	else
		printf("  says    %s\n", gx_show_says(source, place->range->line, &place->addr, says));
	if (!place->is_override && place->range->place_line && (place->range->place_line != place->range->line ||
					 place->range->place_source != place->range->source))
		printf("  place   %s\n", gx_show_says(&input->config.sources[place->range->place_source],
							place->range->place_line, &place->addr, says));
	printf("  within  %s, all of one location\n", gx_show_prefix(&place->leaf, text));
}

/* Where the address is, and what the name says of it. now: what serves, or NULL. */
static int gx_explain(const struct gx_command *command, const struct gx_options *options, const struct gx_input *input,
		      const struct gx_now *now, struct gx_place *place, knot_dname_t *name, uint16_t type)
{
	json_t *json = NULL;
	int result = GX_EXIT_DONE;

	gx_find_place(input, now, place);
	if (options->json)
		json = gx_place_json(input, place);
	else
		gx_print_place(input, place);
	if (options->n_operands > 1) {
		knot_dname_to_lower(name);
		result = gx_explain_name(command, input, place, name, type, json);
	}
	if (json)
		gx_print_json(json);
	return result;
}

int gx_cmd_explain(const struct gx_command *command, const struct gx_options *options)
{
	knot_dname_t name[KNOT_DNAME_MAXLEN];
	struct gx_input input = {};
	struct gx_place place = {};
	uint16_t type = GX_TYPE_A;
	struct gx_now now;
	bool is_now = false;
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
	if (gx_given_path(options)) {
		result = gx_input_read_given(command, &input, options);
	} else {
		result = gx_now_open(command, options, &now);
		if (result != GX_EXIT_DONE)
			return result;
		result = gx_input_read(command, &input, now.serving.meta.config, options);
		is_now = result == GX_EXIT_DONE && gx_now_take(command, &now, &input.image);
	}
	if (result == GX_EXIT_DONE)
		result = gx_explain(command, options, &input, is_now ? &now : NULL, &place, name, type);
	gx_input_free(&input);
	if (!gx_given_path(options))
		gx_now_close(&now);
	return result;
}
