/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp net: overrides of where prefixes are, in effect at once. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "user/cli/change.h"
#include "user/core/iso3166.h"
#include "user/core/overrides.h"
#include "user/core/partition.h"

/* A prefix as it must be written: no host bits, and IPv4 as such. */
static int gx_parse_override(const struct gx_command *command, const char *text, struct gx_prefix *prefix)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char head[GX_ADDR_TEXT_OCTETS], right[GX_ADDR_TEXT_OCTETS];
	struct gx_prefix looked_up;
	struct gx_addr addr;

	if (gx_parse_prefix(text, prefix) || len >= sizeof(head)) {
		gx_complain(command, "%s: no prefix: 198.51.100.0/24, 2001:db8::/48", text);
		return -1;
	}
	memcpy(head, text, len);
	head[len] = 0;
	if (gx_parse_addr(head, &addr) || addr.value != prefix->addr.value) {
		gx_complain(command, "%s: has host bits: %s would be right", text, gx_show_prefix(prefix, right));
		return -1;
	}
	looked_up = gx_override_prefix(prefix);
	if (looked_up.addr.family != prefix->addr.family) {
		gx_complain(command, "%s: counts as the IPv4 addresses that it carries: %s would be right", text,
			    gx_show_prefix(&looked_up, right));
		return -1;
	}
	return 0;
}

/* Whether a location means something where it is to be used. */
static bool gx_check_location(const struct gx_command *command, const struct gx_change *change, const char *name)
{
	const struct gx_country *near;
	struct gx_leaf leaf;

	if (!*name || strlen(name) > GX_OWN_NAME_MAX_OCTETS) {
		gx_complain(command, "%s: no location: an ISO 3166-1 code such as DE, or a name of your own", name);
		return false;
	}
	for (size_t i = 0; i < change->count; i++)
		if (gx_live_find_location(&change->list[i].live, name, &leaf))
			return true;
	if (!change->count)
		return true;
	near = gx_suggest_country(name, strlen(name));
	gx_complain(command, "%s: no location that the serving generation knows%s%s: an ISO 3166-1 code, or a name "
		    "that a nets source gives", name, near ? ", did you mean " : "", near ? near->alpha2 : "");
	return false;
}

static void gx_report_net(const struct gx_options *options, const struct gx_change *change, const char *prefix,
			  const char *location)
{
	if (options->json)
		gx_print_json(json_pack("{s:s, s:o, s:b, s:I}", "prefix", prefix, "location",
					location ? json_string(location) : json_null(), "serving", change->count != 0,
					"overrides", (json_int_t)change->state.n_nets));
	else if (!options->quiet)
		printf("%s: %s%s\n", prefix, location ? "is " : "is where the sources say", location ? location : "");
	gx_change_remarks(options, change);
}

static int gx_net_add(const struct gx_command *command, const struct gx_options *options, struct gx_change *change)
{
	const uint64_t now_s = time(NULL);
	struct gx_net net = { .location = options->operands[2], .since_s = now_s };
	char text[GX_ADDR_TEXT_OCTETS];

	net.until_s = options->for_s ? now_s + options->for_s : 0;
	if (gx_parse_override(command, options->operands[1], &net.prefix))
		return GX_EXIT_USAGE;
	if (gx_change_begin(command, change) || !gx_check_location(command, change, net.location))
		return GX_EXIT_FAILED;
	gx_state_put_net(&change->state, &net);
	if (gx_change_commit(command, change))
		return GX_EXIT_FAILED;
	gx_report_net(options, change, gx_show_prefix(&net.prefix, text), net.location);
	return GX_EXIT_DONE;
}

static int gx_net_del(const struct gx_command *command, const struct gx_options *options, struct gx_change *change)
{
	char text[GX_ADDR_TEXT_OCTETS];
	struct gx_prefix prefix;

	if (gx_parse_override(command, options->operands[1], &prefix))
		return GX_EXIT_USAGE;
	if (gx_change_begin(command, change))
		return GX_EXIT_FAILED;
	if (!gx_state_take_net(&change->state, &prefix)) {
		gx_complain(command, "%s: no such override (`geoxdp net list` lists them)",
			    gx_show_prefix(&prefix, text));
		return GX_EXIT_FAILED;
	}
	if (gx_change_commit(command, change))
		return GX_EXIT_FAILED;
	gx_report_net(options, change, gx_show_prefix(&prefix, text), NULL);
	return GX_EXIT_DONE;
}

/* The file is replaced in one step: reading it takes no lock. */
static int gx_net_list(const struct gx_command *command, const struct gx_options *options)
{
	json_t *list = options->json ? json_array() : NULL;
	char error[GX_STATE_ERROR_OCTETS], text[GX_ADDR_TEXT_OCTETS], when[32];
	struct gx_state state = {};
	uint64_t next_s;

	if (gx_state_read(&state, gx_live_state_file(), error)) {
		gx_complain(command, "%s", error);
		json_decref(list);
		return GX_EXIT_FAILED;
	}
	gx_state_expire(&state, time(NULL), &next_s);
	for (size_t i = 0; i < state.n_nets; i++) {
		const struct gx_net *net = &state.nets[i];

		gx_show_prefix(&net->prefix, text);
		if (list) {
			json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:o}", "prefix", text, "location",
							      net->location, "since", (json_int_t)net->since_s,
							      "until", net->until_s ? json_integer(net->until_s) :
										     json_null()));
			continue;
		}
		printf("%-20s %-16s since %s", text, net->location, gx_show_time(net->since_s, when));
		if (net->until_s)
			printf(" until %s", gx_show_time(net->until_s, when));
		putchar('\n');
	}
	if (list)
		gx_print_json(list);
	gx_state_free(&state);
	return GX_EXIT_DONE;
}

int gx_cmd_net(const struct gx_command *command, const struct gx_options *options)
{
	static const struct {
		const char *name;
		int n_operands;
		int (*run)(const struct gx_command *, const struct gx_options *, struct gx_change *);
	} verbs[] = { { "add", 3, gx_net_add }, { "del", 2, gx_net_del } };
	struct gx_change change = { .lock = -1 };
	int result;

	if (!strcmp(options->operands[0], "list") && options->n_operands == 1)
		return gx_net_list(command, options);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (strcmp(options->operands[0], verbs[i].name) || options->n_operands != verbs[i].n_operands)
			continue;
		result = verbs[i].run(command, options, &change);
		gx_change_end(&change);
		return result;
	}
	gx_complain(command, "usage: geoxdp net add PREFIX LOCATION, net del PREFIX, net list");
	return GX_EXIT_USAGE;
}
