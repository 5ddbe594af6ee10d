/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp status: what is serving, and since when. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/cli/status.h"

/* A renewal that is late by so much has failed: a build takes seconds. */
#define GX_RENEW_GRACE_S 120

/* Whether a generation that is kept has this very table too. */
static bool gx_is_shared_table(const struct gx_status *status, uint32_t id)
{
	for (size_t i = 0; i < status->n_kept; i++)
		for (size_t j = 0; j < status->kept[i].n_tables; j++)
			if (status->kept[i].tables[j].id == id)
				return true;
	return false;
}

static const struct gx_digest *gx_find_digest(const struct gx_meta *meta, const char *table)
{
	for (size_t i = 0; i < GX_DIGESTS_MAX; i++)
		if (!strcmp(meta->digests[i].table, table))
			return &meta->digests[i];
	return NULL;
}

/* --- JSON -------------------------------------------------------------------------------------- */

static json_t *gx_tables_json(const struct gx_status *status)
{
	json_t *tables = json_array();

	for (size_t i = 0; i < status->serves.n_tables; i++) {
		const struct gx_table *table = &status->serves.tables[i];
		const struct gx_digest *digest = gx_find_digest(&status->serving.meta, table->name);
		char hex[33] = "";

		if (digest)
			snprintf(hex, sizeof(hex), "%016llx%016llx", (unsigned long long)digest->digest[0],
				 (unsigned long long)digest->digest[1]);
		json_array_append_new(tables, json_pack("{s:s, s:s, s:i, s:I, s:I, s:b, s:o}", "name", table->name,
							"type", libbpf_bpf_map_type_str(table->type), "id",
							(int)table->id, "entries_max",
							(json_int_t)table->max_entries, "octets",
							(json_int_t)table->memory_octets, "shared",
							gx_is_shared_table(status, table->id), "digest",
							digest ? json_string(hex) : json_null()));
	}
	return tables;
}

static json_t *gx_units_json(const struct gx_status *status)
{
	json_t *units = json_array();

	for (size_t i = 0; i < status->n_units; i++) {
		const struct gx_unit *unit = &status->units[i];

		json_array_append_new(units, json_pack("{s:s, s:b, s:b, s:b, s:b, s:I, s:i}", "name", unit->name,
						       "site", !!(unit->flags & GX_UNIT_SITE), "drained",
						       !!(unit->flags & GX_UNIT_DRAINED), "down",
						       !!(unit->flags & GX_UNIT_DOWN), "pending",
						       !!(unit->flags & GX_UNIT_PENDING), "since",
						       (json_int_t)unit->since_s, "flips", (int)unit->flips));
	}
	return units;
}

static json_t *gx_backend_json(const struct gx_status *status)
{
	json_t *list = json_array();
	char address[GX_ADDR_TEXT_OCTETS];

	for (size_t i = 0; i < status->n_listeners; i++) {
		const struct gx_listener *listener = &status->listeners[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:i}", "protocol", listener->tcp ? "tcp" : "udp",
						      "address", gx_show_addr(&listener->address, address), "process",
						      listener->process, "pid", listener->pid));
	}
	return list;
}

static json_t *gx_kept_json(const struct gx_status *status)
{
	json_t *list = json_array();

	for (size_t i = 0; i < status->n_kept; i++)
		json_array_append_new(list, json_pack("{s:i, s:b, s:I, s:s}", "generation",
						      (int)status->kept[i].number, "usable", status->kept[i].usable,
						      "built", (json_int_t)status->kept[i].meta.built_s, "config",
						      status->kept[i].meta.config));
	return list;
}

static json_t *gx_signatures_json(const struct gx_meta *meta)
{
	if (!meta->signed_until_s)
		return json_null();
	return json_pack("{s:I, s:I, s:b}", "until", (json_int_t)meta->signed_until_s, "renew", (json_int_t)meta->renew_s,
			 "expired", (uint64_t)time(NULL) > meta->signed_until_s);
}

static json_t *gx_status_json(const struct gx_status *status)
{
	const struct gx_meta *meta = &status->serving.meta;

	return json_pack("{s:s, s:s, s:i, s:s, s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:s, s:I, s:b, s:o, s:o, s:o, s:o, s:o}",
			 "interface", status->serving.interface, "mode", gx_mode_name(status->serving.attachment.mode),
			 "generation", (int)status->serves.number, "config", meta->config, "built",
			 (json_int_t)meta->built_s, "program", (int)status->serving.attachment.prog_id, "names",
			 (int)meta->names, "answers", (int)meta->answers, "prefixes4", (int)meta->leaves4, "prefixes6",
			 (int)meta->leaves6, "classes", (int)meta->classes, "octets",
			 (json_int_t)status->memory_octets, "octets_kept", (json_int_t)status->kept_octets, "pins",
			 status->serving.folder, "overrides", (json_int_t)status->n_overrides, "service", status->is_run, "tables",
			 gx_tables_json(status), "kept", gx_kept_json(status), "units", gx_units_json(status),
			 "backend", gx_backend_json(status), "signatures", gx_signatures_json(meta));
}

/* --- text -------------------------------------------------------------------------------------- */

static void gx_print_units(const struct gx_status *status)
{
	char time[32];

	for (size_t i = 0; i < status->n_units; i++) {
		const struct gx_unit *unit = &status->units[i];

		printf("  %-14s %s%s%s\n", gx_unit_state(unit), unit->name, unit->since_s ? " since " : "",
		       unit->since_s ? gx_show_time(unit->since_s, time) : "");
	}
	if (status->n_overrides)
		printf("  overrides      %zu (`geoxdp net list` lists them)\n", status->n_overrides);
}

/* Until when the signatures of geo names hold, and who makes new ones. */
static void gx_print_signatures(const struct gx_status *status)
{
	const struct gx_meta *meta = &status->serving.meta;
	const uint64_t now = time(NULL);
	char until[32], renew[32];

	if (!meta->signed_until_s)
		return;
	gx_show_time(meta->signed_until_s, until);
	gx_show_time(meta->renew_s, renew);
	if (now > meta->signed_until_s)
		printf("  signatures     RAN OUT at %s: DO=1 at geo names is passed; `geoxdp up` signs anew\n", until);
	else if (now > meta->renew_s + GX_RENEW_GRACE_S)
		printf("  signatures     until %s, NOT RENEWED since %s: `geoxdp up` signs anew\n", until, renew);
	else
		printf("  signatures     until %s, to be renewed from %s on%s\n", until, renew,
		       status->is_run ? "" : ", which nobody does: `geoxdp run` would");
}

/* Who looks at what is to be checked, and takes TCP. */
static void gx_print_service(const struct gx_status *status)
{
	if (status->is_run)
		printf("  service        `geoxdp run`\n");
	else if (status->serving.meta.checks)
		printf("  service        none: nobody looks at the %u checks, and TCP is the backend's\n",
		       status->serving.meta.checks);
	else
		printf("  service        none: TCP is the backend's\n");
}

static void gx_print_backend(const struct gx_status *status)
{
	char address[GX_ADDR_TEXT_OCTETS];
	bool udp = false, tcp = false;

	for (size_t i = 0; i < status->n_listeners; i++) {
		const struct gx_listener *listener = &status->listeners[i];

		printf("  backend        %s (%d) on %s %s\n", listener->pid ? listener->process : "?", listener->pid,
		       listener->tcp ? "TCP" : "UDP", gx_show_addr(&listener->address, address));
		udp = udp || !listener->tcp;
		tcp = tcp || listener->tcp;
	}
	if (!udp)
		printf("  backend        none on UDP port 53: queries that are passed get no answer\n");
	if (!tcp)
		printf("  backend        none on TCP port 53\n");
}

static void gx_print_kept(const struct gx_status *status)
{
	uint64_t now = time(NULL);
	char age[32];

	for (size_t i = 0; i < status->n_kept; i++) {
		const struct gx_generation *kept = &status->kept[i];

		if (kept->usable)
			printf("  rollback to    %u, %s old\n", kept->number,
			       gx_show_age(now > kept->meta.built_s ? now - kept->meta.built_s : 0, age));
		else
			printf("  kept           %u, of another version of geoxdp\n", kept->number);
	}
}

static void gx_print_tables(const struct gx_status *status)
{
	char octets[32];

	for (size_t i = 0; i < status->serves.n_tables; i++) {
		const struct gx_table *table = &status->serves.tables[i];
		const struct gx_digest *digest = gx_find_digest(&status->serving.meta, table->name);

		printf("    %-12s %-13s %9u entries at most  %-12s", table->name, libbpf_bpf_map_type_str(table->type),
		       table->max_entries, gx_show_octets(table->memory_octets, octets));
		if (digest)
			printf(" %016llx", (unsigned long long)digest->digest[0]);
		printf("%s\n", gx_is_shared_table(status, table->id) ? " shared" : "");
	}
}

static void gx_status_print(const struct gx_status *status)
{
	const struct gx_meta *meta = &status->serving.meta;
	uint64_t now = time(NULL);
	char age[32], octets[32];

	printf("%s: %s XDP, generation %u, %s old\n", status->serving.interface,
	       gx_mode_name(status->serving.attachment.mode), status->serves.number,
	       gx_show_age(now > meta->built_s ? now - meta->built_s : 0, age));
	printf("  configuration  %s\n", meta->config);
	printf("  names          %u, with %u answers\n", meta->names, meta->answers);
	printf("  prefixes       %u IPv4, %u IPv6, in %u classes\n", meta->leaves4, meta->leaves6, meta->classes);
	gx_print_units(status);
	gx_print_service(status);
	gx_print_signatures(status);
	gx_print_backend(status);
	gx_print_kept(status);
	printf("  memory         %s", gx_show_octets(status->memory_octets, octets));
	printf(", and %s of generations that are kept\n", gx_show_octets(status->kept_octets, octets));
	printf("  pins           %s\n", status->serving.folder);
	gx_print_tables(status);
}

int gx_cmd_status(const struct gx_command *command, const struct gx_options *options)
{
	json_t *list = options->json ? json_array() : NULL;
	int result = GX_EXIT_DONE;
	const char **interfaces;
	size_t count, serving = 0;

	count = gx_serving_interfaces(options, &interfaces);
	for (size_t i = 0; i < count; i++) {
		struct gx_status status = {};
		struct gx_failure failure;

		if (gx_status_read(&status, interfaces[i], &failure)) {
			gx_complain(command, "%s", failure.text);
			result = GX_EXIT_FAILED;
			continue;
		}
		serving++;
		if (status.remark.text[0])
			gx_complain(command, "%s", status.remark.text);
		if (list)
			json_array_append_new(list, gx_status_json(&status));
		else
			gx_status_print(&status);
		gx_status_free(&status);
	}
	if (list)
		gx_print_json(list);
	else if (!count)
		printf("%s\n", gx_nothing_serves());
	return serving ? result : GX_EXIT_FAILED;
}
