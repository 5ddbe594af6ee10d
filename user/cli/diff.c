/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp diff: who would be told something else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/core/diff.h"
#include "user/core/iso3166.h"
#include "user/core/name.h"

#define GX_DIFF_TEXT_PREFIXES 10 /* of each geo name and family */
#define GX_DIFF_JSON_PREFIXES 1000
#define GX_DIFF_COUNTRIES     6 /* of each move; the others are counted */
#define GX_SHARE_OCTETS	      32

/* As many digits as say something: "25 %", "0.14 %", "0.0031 %", "0 %". */
static char *gx_show_share(double share, char *buffer)
{
	double percent = 100 * share;

	if (percent == 0)
		snprintf(buffer, GX_SHARE_OCTETS, "0 %%");
	else if (percent < 0.0001)
		snprintf(buffer, GX_SHARE_OCTETS, "<0.0001 %%");
	else
		snprintf(buffer, GX_SHARE_OCTETS, "%.*f %%", percent < 0.01 ? 4 : percent < 10 ? 2 : 1, percent);
	return buffer;
}

static const char *gx_country_code(uint16_t numeric, char *buffer)
{
	const struct gx_country *country = gx_find_country(numeric);

	if (country)
		return country->alpha2;
	snprintf(buffer, 16, numeric ? "%u" : "nowhere", numeric);
	return buffer;
}

/* --- text -------------------------------------------------------------------------------------- */

/* A site's name alone says nothing where both configurations use it for different answers. */
static void gx_print_told(const struct gx_diff_move *move, const struct gx_diff_told *told)
{
	printf("%s", told->site);
	if (!strcmp(move->from.site, move->to.site))
		printf(" (%s)", *told->answer ? told->answer : "no address");
}

static void gx_print_change(const struct gx_diff_move *move)
{
	gx_print_told(move, &move->from);
	printf(" -> ");
	gx_print_told(move, &move->to);
}

static void gx_print_move(const struct gx_diff_move *move)
{
	char ipv4[GX_SHARE_OCTETS], ipv6[GX_SHARE_OCTETS], code[16];

	printf("  ");
	gx_print_change(move);
	printf(": %s of IPv4, %s of IPv6\n    ", gx_show_share(move->share[GX_IPV4], ipv4),
	       gx_show_share(move->share[GX_IPV6], ipv6));
	for (size_t i = 0; i < move->n_countries && i < GX_DIFF_COUNTRIES; i++)
		printf("%s%s %s", i ? ", " : "", gx_country_code(move->countries[i].country, code),
		       gx_show_share(move->countries[i].share[GX_IPV4], ipv4));
	if (move->n_countries > GX_DIFF_COUNTRIES)
		printf(" and %zu more", move->n_countries - GX_DIFF_COUNTRIES);
	putchar('\n');
}

static void gx_print_prefixes(const struct gx_diff_geo *geo, enum gx_family family)
{
	char text[GX_ADDR_TEXT_OCTETS];

	for (size_t i = 0; i < geo->n_prefixes[family]; i++) {
		const struct gx_diff_prefix *prefix = &geo->prefixes[family][i];

		printf("  %-24s ", gx_show_prefix(&prefix->prefix, text));
		gx_print_change(&geo->moves[prefix->move]);
		putchar('\n');
	}
	if (geo->all_prefixes[family] > geo->n_prefixes[family])
		printf("  and %llu smaller %s\n",
		       (unsigned long long)(geo->all_prefixes[family] - geo->n_prefixes[family]),
		       family == GX_IPV4 ? "IPv4 prefixes" : "IPv6 prefixes");
}

static void gx_print_geo(const struct gx_diff_geo *geo)
{
	char ipv4[GX_SHARE_OCTETS], ipv6[GX_SHARE_OCTETS];
	knot_dname_txt_storage_t owner;

	printf("%s%s%s  %s of IPv4, %s of IPv6 told something else\n", gx_colour(STDOUT_FILENO, GX_BOLD),
	       gx_show_name(geo->to->owner, owner), gx_colour(STDOUT_FILENO, GX_PLAIN),
	       gx_show_share(geo->share[GX_IPV4], ipv4), gx_show_share(geo->share[GX_IPV6], ipv6));
	for (size_t i = 0; i < geo->n_moves; i++)
		gx_print_move(&geo->moves[i]);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_print_prefixes(geo, family);
	putchar('\n');
}

static int gx_compare_geos(const void *left, const void *right)
{
	const struct gx_diff_geo *a = left, *b = right;

	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		if (a->share[family] != b->share[family])
			return a->share[family] > b->share[family] ? -1 : 1;
	if (!a->n_moves != !b->n_moves)
		return a->n_moves ? -1 : 1;
	return knot_dname_cmp((a->to ? a->to : a->from)->owner, (b->to ? b->to : b->from)->owner);
}

static void gx_print_diff(const struct gx_diff *diff, const struct gx_options *options)
{
	knot_dname_txt_storage_t owner;
	size_t same = 0;

	for (size_t i = 0; i < diff->n_geos; i++) {
		const struct gx_diff_geo *geo = &diff->geos[i];

		if (!geo->from || !geo->to)
			printf("%s  only in %s\n", gx_show_name((geo->to ? geo->to : geo->from)->owner, owner),
			       options->operands[geo->to ? 1 : 0]);
		else if (geo->n_moves)
			gx_print_geo(geo);
		else
			same++;
	}
	printf("%zu of %zu geo names tell%s everyone the same\n", same, diff->n_geos, same == 1 ? "s" : "");
}

/* --- JSON -------------------------------------------------------------------------------------- */

static json_t *gx_told_json(const struct gx_diff_told *told)
{
	return json_pack("{s:s, s:s}", "site", told->site, "answer", told->answer);
}

static json_t *gx_move_json(const struct gx_diff_move *move)
{
	json_t *countries = json_array();
	char code[16];

	for (size_t i = 0; i < move->n_countries; i++)
		json_array_append_new(countries, json_pack("{s:s, s:i, s:f, s:f}", "country",
							   gx_country_code(move->countries[i].country, code), "numeric",
							   (int)move->countries[i].country, "ipv4_share",
							   move->countries[i].share[GX_IPV4], "ipv6_share",
							   move->countries[i].share[GX_IPV6]));
	return json_pack("{s:o, s:o, s:f, s:f, s:o}", "from", gx_told_json(&move->from), "to", gx_told_json(&move->to),
			 "ipv4_share", move->share[GX_IPV4], "ipv6_share", move->share[GX_IPV6], "countries",
			 countries);
}

/* "prefixes" are the largest; where that is not all of them, "prefixes_complete" is false. */
static void gx_add_prefixes_json(json_t *object, const struct gx_diff_geo *geo)
{
	json_t *list = json_array();
	char text[GX_ADDR_TEXT_OCTETS];
	bool complete = true;

	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		for (size_t i = 0; i < geo->n_prefixes[family]; i++)
			json_array_append_new(list, json_pack("{s:s, s:i}", "prefix",
							      gx_show_prefix(&geo->prefixes[family][i].prefix, text),
							      "move", (int)geo->prefixes[family][i].move));
		complete = complete && geo->all_prefixes[family] == geo->n_prefixes[family];
	}
	json_object_set_new(object, "prefixes", list);
	json_object_set_new(object, "prefixes_complete", json_boolean(complete));
	json_object_set_new(object, "ipv4_prefixes", json_integer((json_int_t)geo->all_prefixes[GX_IPV4]));
	json_object_set_new(object, "ipv6_prefixes", json_integer((json_int_t)geo->all_prefixes[GX_IPV6]));
}

static json_t *gx_geo_json(const struct gx_diff_geo *geo)
{
	knot_dname_txt_storage_t owner;
	json_t *moves, *object;

	object = json_pack("{s:s}", "name", gx_show_name((geo->to ? geo->to : geo->from)->owner, owner));
	if (!geo->from || !geo->to) {
		json_object_set_new(object, "only_in", json_string(geo->to ? "to" : "from"));
		return object;
	}
	moves = json_array();
	for (size_t i = 0; i < geo->n_moves; i++)
		json_array_append_new(moves, gx_move_json(&geo->moves[i]));
	json_object_set_new(object, "ipv4_share", json_real(geo->share[GX_IPV4]));
	json_object_set_new(object, "ipv6_share", json_real(geo->share[GX_IPV6]));
	json_object_set_new(object, "moves", moves);
	gx_add_prefixes_json(object, geo);
	return object;
}

static void gx_print_diff_json(const struct gx_diff *diff, const struct gx_options *options)
{
	json_t *names = json_array();

	for (size_t i = 0; i < diff->n_geos; i++)
		json_array_append_new(names, gx_geo_json(&diff->geos[i]));
	gx_print_json(
		json_pack("{s:s, s:s, s:o}", "from", options->operands[0], "to", options->operands[1], "names", names));
}

int gx_cmd_diff(const struct gx_command *command, const struct gx_options *options)
{
	struct gx_input inputs[2] = {};
	struct gx_diff diff = {};
	int result = GX_EXIT_DONE;

	for (int i = 0; i < 2; i++)
		if (gx_input_read(command, &inputs[i], options->operands[i], options) != GX_EXIT_DONE)
			result = GX_EXIT_INVALID;
	if (result == GX_EXIT_DONE) {
		gx_diff_configs(&diff, &inputs[0].config, &inputs[1].config,
				options->json ? GX_DIFF_JSON_PREFIXES : GX_DIFF_TEXT_PREFIXES);
		if (diff.n_geos)
			qsort(diff.geos, diff.n_geos, sizeof(*diff.geos), gx_compare_geos);
		if (options->json)
			gx_print_diff_json(&diff, options);
		else
			gx_print_diff(&diff, options);
		gx_diff_free(&diff);
	}
	gx_input_free(&inputs[0]);
	gx_input_free(&inputs[1]);
	return result;
}
