/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp down: stop answering and leave nothing behind. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/sys/pins.h"

static int gx_down_one(const struct gx_command *command, const struct gx_options *options, const char *interface)
{
	struct gx_failure failure;
	int error = gx_detach(interface, &failure);

	if (error && error != -ENOENT) {
		gx_complain(command, "%s", failure.text);
		return GX_EXIT_FAILED;
	}
	gx_pins_remove_interface(interface);
	if (!options->quiet && !options->json)
		printf("%s: %s\n", interface, error ? "nothing was attached" : "detached");
	return GX_EXIT_DONE;
}

int gx_cmd_down(const struct gx_command *command, const struct gx_options *options)
{
	struct gx_failure failure;
	const char **interfaces;
	int result = GX_EXIT_DONE, lock;
	size_t count;

	if (access(GX_PIN_ROOT, F_OK)) {
		if (errno == EACCES) {
			gx_complain(command, "%s: look at: %s", GX_PIN_ROOT, "permission denied (needs root)");
			return GX_EXIT_FAILED;
		}
		if (options->json)
			gx_print_json(json_array());
		else if (!options->quiet)
			printf("nothing is serving\n");
		return GX_EXIT_DONE;
	}
	lock = gx_pins_lock(&failure);
	if (lock < 0) {
		gx_complain(command, "%s", failure.text);
		return GX_EXIT_FAILED;
	}
	count = gx_serving_interfaces(options, &interfaces);
	for (size_t i = 0; i < count; i++)
		if (gx_down_one(command, options, interfaces[i]))
			result = GX_EXIT_FAILED;
	if (options->json) {
		json_t *list = json_array();

		for (size_t i = 0; i < count; i++)
			json_array_append_new(list, json_string(interfaces[i]));
		gx_print_json(list);
	}
	gx_pins_unlock(lock);
	return result;
}
