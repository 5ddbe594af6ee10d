/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ask PDNS_CONF NAME ecs|source: ask the program for many clients.
 *
 * Reads an address a line and prints "ADDR SITE SCOPE": the first label of the CNAME target at NAME, and the ECS
 * scope. With `ecs` the address comes by client subnet at its full length; with `source` it is the query's source,
 * and the scope is "-". What the program does not answer is printed as "ADDR REASON -".
 */
#include <libknot/libknot.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geoxdp/dns.h"
#include "tests/conformance/program.h"
#include "user/core/frame.h"

#define REASON_NAME(name, kind, text) #name,
static const char *const reasons[] = { GX_REASONS(REASON_NAME) };

/* Prints " SITE SCOPE" of a reply. Returns 0, or -1: it is no such reply. */
static int show_reply(uint8_t *message, size_t octets, bool ecs)
{
	knot_pkt_t *packet = knot_pkt_new(message, octets, NULL);
	knot_edns_client_subnet_t subnet = {0};
	const uint8_t *target, *option;
	int error = -1;

	if (knot_pkt_parse(packet, 0) || knot_pkt_section(packet, KNOT_ANSWER)->count == 0)
		goto out;
	target = knot_cname_name(knot_pkt_rr(knot_pkt_section(packet, KNOT_ANSWER), 0)->rrs.rdata);
	printf(" %.*s", target[0], target + 1);
	if (!ecs) {
		printf(" -\n");
		error = 0;
		goto out;
	}
	option = knot_pkt_edns_option(packet, KNOT_EDNS_OPTION_CLIENT_SUBNET);
	if (!option || knot_edns_client_subnet_parse(&subnet, knot_edns_opt_get_data((uint8_t *)option),
						     knot_edns_opt_get_length((uint8_t *)option)))
		goto out;
	printf(" %u\n", subnet.scope_len);
	error = 0;
out:
	knot_pkt_free(packet);
	return error;
}

static int ask(struct gx_object *object, const knot_dname_t *name, const struct gx_addr *addr, bool ecs)
{
	struct gx_query query = { .name = name, .type = GX_TYPE_CNAME, .edns = true, .has_ecs = ecs };
	struct gx_outcome outcome;
	struct gx_failure failure;
	uint8_t frame[GX_FRAME_OCTETS];
	size_t offset;

	query.client = *addr;
	if (ecs) {
		/* By IPv4, whatever the family of the subnet. */
		gx_parse_addr("192.0.2.1", &query.client);
		query.ecs = gx_prefix_around(addr->family, addr->value, gx_family_bits(addr->family));
	}
	if (gx_object_service(object, query.client.family, &query.server, &failure) ||
	    program_run(object, frame, gx_frame_query(&query, frame), &outcome, &failure)) {
		fprintf(stderr, "ask: %s\n", failure.text);
		return -1;
	}
	offset = outcome.action == XDP_TX ? gx_frame_message(outcome.frame, outcome.octets) : 0;
	if (offset && !show_reply(outcome.frame + offset, outcome.octets - offset, ecs))
		return 0;
	printf(" %s -\n", reasons[outcome.reason]);
	return 0;
}

int main(int argc, char **argv)
{
	knot_dname_t name[KNOT_DNAME_MAXLEN];
	struct gx_object *object;
	char line[128];
	int error = 0;

	if (argc != 4 || !knot_dname_from_str(name, argv[2], sizeof(name))) {
		fputs("usage: ask PDNS_CONF NAME ecs|source\n", stderr);
		return 2;
	}
	object = program_load(gx_config_read_pdns, argv[1], NULL);
	if (!object)
		return 1;
	while (!error && fgets(line, sizeof(line), stdin)) {
		struct gx_addr addr;

		line[strcspn(line, "\n")] = 0;
		printf("%s", line);
		if (gx_parse_addr(line, &addr))
			printf(" no-address -\n");
		else
			error = ask(object, name, &addr, !strcmp(argv[3], "ecs"));
	}
	gx_object_free(object);
	return error || fflush(stdout) || ferror(stdout);
}
