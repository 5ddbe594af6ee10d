/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp status: what is serving, and since when. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/sys/pins.h"

#define GX_TABLES_MAX 32

/* Everything known of one interface. */
struct gx_state {
	const char *interface;
	struct gx_attachment attachment;
	struct gx_meta meta;
	char folder[GX_PATH_OCTETS];
	struct gx_table tables[GX_TABLES_MAX];
	size_t n_tables;
	uint64_t memory_octets;
};

static int gx_state_look(struct gx_state *state, struct gx_failure *failure)
{
	int error = gx_attachment_find(state->interface, &state->attachment, failure);

	if (error)
		return error;
	if (!state->attachment.ifindex)
		return gx_fail(failure, 0, "`geoxdp up` attaches anew, `geoxdp down` cleans up",
			       "%s: the interface was removed, and with it the attachment", state->interface);
	if (!gx_pins_find(state->interface, state->attachment.prog_id, state->folder))
		return gx_fail(failure, 0, "`geoxdp up` pins one", "%s: the serving program is of no pinned generation",
			       state->interface);
	error = gx_pins_meta(state->folder, &state->meta, failure);
	if (error)
		return error;
	state->n_tables = gx_pins_tables(state->folder, state->tables, GX_TABLES_MAX);
	for (size_t i = 0; i < state->n_tables; i++)
		state->memory_octets += state->tables[i].memory_octets;
	return 0;
}

static int gx_state_read(struct gx_state *state, struct gx_failure *failure)
{
	const char *interface = state->interface;
	int error = -1;

	for (int look = 0; look < GX_LOOKS && error; look++) {
		*state = (struct gx_state){ .interface = interface };
		error = gx_state_look(state, failure);
	}
	return error;
}

static json_t *gx_state_json(const struct gx_state *state)
{
	const struct gx_meta *meta = &state->meta;
	json_t *tables = json_array();

	for (size_t i = 0; i < state->n_tables; i++)
		json_array_append_new(tables, json_pack("{s:s, s:s, s:I, s:I}", "name", state->tables[i].name, "type",
							libbpf_bpf_map_type_str(state->tables[i].type), "entries_max",
							(json_int_t)state->tables[i].max_entries, "octets",
							(json_int_t)state->tables[i].memory_octets));
	return json_pack("{s:s, s:s, s:i, s:s, s:I, s:i, s:i, s:i, s:i, s:i, s:I, s:s, s:o}", "interface",
			 state->interface, "mode", gx_mode_name(state->attachment.mode), "generation",
			 (int)meta->generation, "config", meta->config, "built", (json_int_t)meta->built_s, "names",
			 (int)meta->names, "answers", (int)meta->answers, "prefixes4", (int)meta->leaves4, "prefixes6",
			 (int)meta->leaves6, "classes", (int)meta->classes, "octets", (json_int_t)state->memory_octets,
			 "pins", state->folder, "tables", tables);
}

static void gx_state_print(const struct gx_state *state)
{
	const struct gx_meta *meta = &state->meta;
	uint64_t now = time(NULL);
	char age[32], octets[32];

	printf("%s: %s XDP, generation %u, %s old\n", state->interface, gx_mode_name(state->attachment.mode),
	       meta->generation, gx_show_age(now > meta->built_s ? now - meta->built_s : 0, age));
	printf("  configuration  %s\n", meta->config);
	printf("  names          %u, with %u answers\n", meta->names, meta->answers);
	printf("  prefixes       %u IPv4, %u IPv6, in %u classes\n", meta->leaves4, meta->leaves6, meta->classes);
	printf("  memory         %s\n", gx_show_octets(state->memory_octets, octets));
	printf("  pins           %s\n", state->folder);
	for (size_t i = 0; i < state->n_tables; i++)
		printf("    %-12s %-13s %9u entries at most  %s\n", state->tables[i].name,
		       libbpf_bpf_map_type_str(state->tables[i].type), state->tables[i].max_entries,
		       gx_show_octets(state->tables[i].memory_octets, octets));
}

int gx_cmd_status(const struct gx_command *command, const struct gx_options *options)
{
	json_t *list = options->json ? json_array() : NULL;
	int result = GX_EXIT_DONE;
	const char **interfaces;
	size_t count, serving = 0;

	count = gx_serving_interfaces(options, &interfaces);
	for (size_t i = 0; i < count; i++) {
		struct gx_state state = { .interface = interfaces[i] };
		struct gx_failure failure;

		if (gx_state_read(&state, &failure)) {
			gx_complain(command, "%s", failure.text);
			result = GX_EXIT_FAILED;
			continue;
		}
		serving++;
		if (list)
			json_array_append_new(list, gx_state_json(&state));
		else
			gx_state_print(&state);
	}
	if (list)
		gx_print_json(list);
	else if (!count)
		printf("%s\n", gx_nothing_serves());
	return serving ? result : GX_EXIT_FAILED;
}
