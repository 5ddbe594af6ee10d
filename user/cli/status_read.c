/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything known of an interface that serves. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/status.h"
#include "user/core/mem.h"
#include "user/sys/live.h"
#include "user/sys/services.h"

static bool gx_has_table(const struct gx_generation *generation, uint32_t id)
{
	for (size_t i = 0; i < generation->n_tables; i++)
		if (generation->tables[i].id == id)
			return true;
	return false;
}

static void gx_generation_read(struct gx_generation *generation, const char *interface, uint32_t number)
{
	struct gx_failure ignored;
	char folder[GX_PATH_OCTETS];

	gx_pins_folder(interface, number, folder);
	generation->number = number;
	generation->usable = !gx_pins_meta(folder, &generation->meta, &ignored);
	generation->n_tables = gx_pins_tables(folder, generation->tables, GX_TABLES_MAX);
}

/* The other generations, and what they take: each table once. */
static void gx_status_read_kept(struct gx_status *status)
{
	const char *interface = status->serving.interface;
	uint32_t *numbers;
	size_t count = gx_pins_generations(interface, &numbers);

	status->kept = gx_calloc(count + 1, sizeof(*status->kept));
	for (size_t i = 0; i < count; i++) {
		struct gx_generation *kept = &status->kept[status->n_kept];

		if (numbers[i] == status->serves.number)
			continue;
		gx_generation_read(kept, interface, numbers[i]);
		for (size_t j = 0; j < kept->n_tables; j++) {
			bool counted = gx_has_table(&status->serves, kept->tables[j].id);

			for (size_t k = 0; k < status->n_kept && !counted; k++)
				counted = gx_has_table(&status->kept[k], kept->tables[j].id);
			status->kept_octets += counted ? 0 : kept->tables[j].memory_octets;
		}
		status->n_kept++;
	}
	free(numbers);
}

static int gx_status_read_units(struct gx_status *status, struct gx_failure *failure)
{
	const __u32 flags = GX_UNIT_DRAINED | GX_UNIT_DOWN | GX_UNIT_PENDING;
	struct gx_live live;
	int error = gx_live_open(&live, status->serving.folder, failure);

	if (error)
		return error;
	status->units = gx_calloc(live.n_units, sizeof(*status->units));
	for (size_t i = 1; i < live.n_units; i++)
		if (live.units[i].flags & flags)
			status->units[status->n_units++] = live.units[i];
	gx_live_close(&live);
	return 0;
}

static int gx_status_read_backend(struct gx_status *status, struct gx_failure *failure)
{
	struct gx_service services[GX_SERVICE_MAX];
	char path[GX_PATH_OCTETS + 16];
	size_t count;
	int fd, error;

	snprintf(path, sizeof(path), "%s/services", status->serving.folder);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return gx_fail(failure, errno, NULL, "%s: open", path);
	error = gx_services_read(fd, services, &count);
	close(fd);
	if (error)
		return gx_fail(failure, -error, NULL, "%s: read", path);
	status->n_listeners = gx_backend_find(services, count, &status->listeners);
	return 0;
}

static void gx_status_count_overrides(struct gx_status *status)
{
	char error[GX_STATE_ERROR_OCTETS];
	struct gx_state state = {};
	uint64_t next_s;

	if (gx_state_read(&state, gx_live_state_file(), error)) {
		gx_fail(&status->remark, 0, NULL, "%s", error);
		return;
	}
	gx_state_expire(&state, time(NULL), &next_s);
	status->n_overrides = state.n_nets;
	gx_state_free(&state);
}

static int gx_status_look(struct gx_status *status, const char *interface, struct gx_failure *failure)
{
	char folder[GX_PATH_OCTETS];
	int error = gx_serving_open(&status->serving, interface, failure);

	if (error) {
		status->serving.link_fd = status->serving.prog_fd = -1;
		return error;
	}
	gx_generation_read(&status->serves, interface,
			   gx_pins_find(interface, status->serving.attachment.prog_id, folder));
	for (size_t i = 0; i < status->serves.n_tables; i++)
		status->memory_octets += status->serves.tables[i].memory_octets;
	error = gx_status_read_units(status, failure);
	if (!error)
		error = gx_status_read_backend(status, failure);
	if (error)
		return error;
	gx_status_read_kept(status);
	gx_status_count_overrides(status);
	status->is_run = gx_live_is_run();
	return 0;
}

int gx_status_read(struct gx_status *status, const char *interface, struct gx_failure *failure)
{
	int error = -1;

	for (int look = 0; look < GX_LOOKS && error; look++) {
		error = gx_status_look(status, interface, failure);
		if (error)
			gx_status_free(status);
	}
	return error;
}

void gx_status_free(struct gx_status *status)
{
	gx_serving_close(&status->serving);
	free(status->kept);
	free(status->units);
	free(status->listeners);
	*status = (struct gx_status){ .serving = { .link_fd = -1, .prog_fd = -1 } };
}
