/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp query: ask the real program, without touching an interface. */
#include <libknot/libknot.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "geoxdp/dns.h"
#include "user/cli/cli.h"
#include "user/cli/message.h"
#include "user/core/frame.h"
#include "user/sys/kernel_types.h"
#include "user/sys/serving.h"

/* Where a program that serves nobody is asked. */
#define GX_ASKED_IPV4 "192.0.2.53"
#define GX_ASKED_IPV6 "2001:db8::53"

static int gx_parse_type(const struct gx_command *command, const char *text, uint16_t *type)
{
	if (!knot_rrtype_from_string(text, type))
		return 0;
	gx_complain(command, "%s: no RR type: A, AAAA, MX, TYPE65, ...", text);
	return -1;
}

/* The client and its subnet option. A client subnet alone comes from a resolver of unknown place. */
static int gx_parse_client(const struct gx_command *command, const struct gx_options *options, struct gx_query *query)
{
	const char *from = options->from ? options->from : "192.0.2.1";

	if (gx_parse_addr(from, &query->client)) {
		gx_complain(command, "--from %s: no IPv4 or IPv6 address", from);
		return -1;
	}
	if (!options->ecs)
		return 0;
	if (options->no_edns) {
		gx_complain(command, "--ecs goes into an OPT, and --noedns sends none");
		return -1;
	}
	if (gx_parse_prefix(options->ecs, &query->ecs)) {
		gx_complain(command, "--ecs %s: no prefix: 198.51.100.0/24, 2001:db8::/48", options->ecs);
		return -1;
	}
	query->has_ecs = true;
	return 0;
}

/* Load the configuration into a program of its own. */
static int gx_load_config(const struct gx_command *command, const struct gx_options *options, struct gx_object **object)
{
	struct gx_input input = {};
	struct gx_addr asked[GX_FAMILIES];
	struct gx_services services = { .list = asked, .count = GX_FAMILIES };
	struct gx_meta meta = { .abi_version = GX_ABI_VERSION };
	struct gx_failure failure;
	int result;

	gx_parse_addr(GX_ASKED_IPV4, &asked[GX_IPV4]);
	gx_parse_addr(GX_ASKED_IPV6, &asked[GX_IPV6]);
	gx_kernel_types_begin();
	result = gx_input_read_given(command, &input, options);
	if (result == GX_EXIT_DONE) {
		if (!options->quiet)
			gx_show_progress("loading", "tables");
		services.cookies = &input.config.cookies;
		services.nsid = input.config.nsid;
		services.n_nsid = input.config.nsid_octets;
		if (gx_object_load(object, &input.image, &services, &meta, NULL, &failure)) {
			gx_complain(command, "%s", failure.text);
			result = GX_EXIT_FAILED;
		}
		gx_show_progress("", "");
	}
	gx_input_free(&input);
	return result;
}

/* Load a program over the tables of the generation that is serving, with counters of its own. */
static int gx_load_serving(const struct gx_command *command, const struct gx_options *options,
			   struct gx_object **object)
{
	struct gx_serving serving;
	struct gx_failure failure;
	const char **interfaces;
	int error;

	if (!gx_serving_interfaces(options, &interfaces)) {
		gx_complain(command, "%s; which configuration? -c CONF or --pdns PDNS_CONF", gx_nothing_serves());
		return GX_EXIT_USAGE;
	}
	/* It may be unpinned while its tables are opened one by one: then another one serves. */
	for (int look = 0; look < GX_LOOKS; look++) {
		error = gx_serving_open(&serving, interfaces[0], &failure);
		if (error)
			break;
		error = gx_object_load_pinned(object, serving.folder, &failure);
		gx_serving_close(&serving);
		if (!error)
			return GX_EXIT_DONE;
	}
	gx_complain(command, "%s", failure.text);
	return GX_EXIT_FAILED;
}

static int gx_show_outcome(const struct gx_command *command, const struct gx_options *options,
			   const struct gx_outcome *outcome)
{
	size_t offset = outcome->action == XDP_TX ? gx_frame_message(outcome->frame, outcome->octets) : 0;
	json_t *message;

	if (outcome->action == XDP_PASS) {
		if (options->json)
			return gx_print_json(json_pack("{s:s, s:s, s:s}", "action", "passed", "reason",
						       gx_reason_name(outcome->reason), "text",
						       gx_reason_text(outcome->reason)));
		printf("passed: %s\n", gx_reason_text(outcome->reason));
		return GX_EXIT_DONE;
	}
	if (!offset) {
		gx_complain(command, "program: %s: %s", gx_reason_name(outcome->reason),
			    gx_reason_text(outcome->reason));
		return GX_EXIT_FAILED;
	}
	if (!options->json && !gx_print_message(outcome->frame + offset, outcome->octets - offset))
		return GX_EXIT_DONE;
	message = options->json ? gx_message_json(outcome->frame + offset, outcome->octets - offset) : NULL;
	if (!message) {
		gx_complain(command, "the reply cannot be parsed: please report this");
		return GX_EXIT_FAILED;
	}
	json_object_set_new(message, "action", json_string("served"));
	json_object_set_new(message, "reason", json_string(gx_reason_name(outcome->reason)));
	return gx_print_json(message);
}

int gx_cmd_query(const struct gx_command *command, const struct gx_options *options)
{
	knot_dname_t name[KNOT_DNAME_MAXLEN];
	struct gx_query query = { .name = name, .type = GX_TYPE_A, .edns = !options->no_edns,
				  .dnssec = options->dnssec };
	struct gx_object *object = NULL;
	struct gx_outcome outcome;
	struct gx_failure failure;
	uint8_t frame[GX_FRAME_OCTETS];
	int result;

	if (!knot_dname_from_str(name, options->operands[0], sizeof(name))) {
		gx_complain(command, "%s: no domain name", options->operands[0]);
		return GX_EXIT_USAGE;
	}
	if ((options->n_operands > 1 && gx_parse_type(command, options->operands[1], &query.type)) ||
	    gx_parse_client(command, options, &query))
		return GX_EXIT_USAGE;

	result = gx_given_path(options) ? gx_load_config(command, options, &object) :
				 gx_load_serving(command, options, &object);
	if (result != GX_EXIT_DONE)
		return result;
	if (gx_object_service(object, query.client.family, &query.server, &failure) ||
	    (options->tcp ? gx_object_run_tcp : gx_object_run)(object, frame, gx_frame_query(&query, frame), &outcome,
							       &failure)) {
		gx_complain(command, "%s", failure.text);
		result = GX_EXIT_FAILED;
	} else {
		result = gx_show_outcome(command, options, &outcome);
	}
	gx_object_free(object);
	return result;
}
