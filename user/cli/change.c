/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change of the state file that is put into effect wherever something serves: drain, undrain, net. */
#include "user/cli/change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/sys/pins.h"

/* Open what serves on an interface. Returns 0 also where nothing does. */
static int gx_change_add(struct gx_change *change, const char *interface, struct gx_failure *failure)
{
	struct gx_changed *entry = &change->list[change->count];
	int error = gx_serving_open(&entry->serving, interface, failure);

	/* ENODEV: the interface is gone, and its link with it. */
	if (error)
		return error == -ENOENT || error == -ENODEV ? 0 : error;
	error = gx_live_open(&entry->live, entry->serving.folder, failure);
	if (error)
		gx_serving_close(&entry->serving);
	else
		change->count++;
	return error;
}

int gx_change_begin(const struct gx_command *command, struct gx_change *change)
{
	char text[GX_STATE_ERROR_OCTETS];
	struct gx_failure failure;
	char **interfaces;
	uint64_t next_s;
	size_t count;
	int error = 0;

	*change = (struct gx_change){ .lock = gx_live_lock(true, &failure) };
	if (change->lock < 0) {
		gx_complain(command, "%s", failure.text);
		return -1;
	}
	if (gx_state_read(&change->state, gx_live_state_file(), text)) {
		gx_complain(command, "%s", text);
		return -1;
	}
	gx_state_expire(&change->state, time(NULL), &next_s);
	count = gx_pins_interfaces(&interfaces);
	change->list = gx_calloc(count + 1, sizeof(*change->list));
	for (size_t i = 0; i < count; i++) {
		if (!error)
			error = gx_change_add(change, interfaces[i], &failure);
		free(interfaces[i]);
	}
	free(interfaces);
	if (error)
		gx_complain(command, "%s", failure.text);
	return error ? -1 : 0;
}

int gx_change_commit(const struct gx_command *command, struct gx_change *change)
{
	char text[GX_STATE_ERROR_OCTETS];
	int result = 0;

	if (gx_state_write(&change->state, gx_live_state_file(), text)) {
		gx_complain(command, "%s; nothing was changed", text);
		return -1;
	}
	for (size_t i = 0; i < change->count; i++) {
		struct gx_failure failure;
		size_t changed = 0;
		int error = gx_live_apply(&change->list[i].live, &change->state, &changed, &failure);

		change->changed += changed;
		if (!error)
			continue;
		gx_complain(command, "%s: %s%s", change->list[i].serving.interface, failure.text,
			    error == -ENOENT ? "; left away" : "");
		if (error != -ENOENT)
			result = -1;
	}
	return result;
}

void gx_change_end(struct gx_change *change)
{
	for (size_t i = 0; i < change->count; i++) {
		gx_live_close(&change->list[i].live);
		gx_serving_close(&change->list[i].serving);
	}
	free(change->list);
	gx_state_free(&change->state);
	if (change->lock >= 0)
		close(change->lock);
}

void gx_change_remarks(const struct gx_options *options, const struct gx_change *change)
{
	if (options->quiet)
		return;
	if (!change->count)
		fprintf(stderr, "%s: the next `geoxdp up` puts it into effect\n", gx_nothing_serves());
	if (options->for_s && !gx_live_is_run())
		fprintf(stderr, "no `geoxdp run` is there to end it in time: "
				"the next command that changes something does\n");
}
