/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp run, and what asks a running one: reload, rediscover. */
#include <stdio.h>
#include <string.h>

#include "user/cli/cli.h"
#include "user/service/control.h"
#include "user/service/service.h"

int gx_cmd_run(const struct gx_command *command, const struct gx_options *options)
{
	const struct gx_service_options service = {
		.config = options->config,
		.pdns = options->pdns,
		.interfaces = options->interfaces,
		.n_interfaces = options->n_interfaces,
		.mode = options->mode_given ? gx_mode_name(options->mode) : NULL,
		.force = options->force,
		.detach = options->detach,
		.no_tcp = options->no_tcp,
		.quiet = options->quiet,
	};

	if (!options->config == !options->pdns) {
		gx_complain(command, "which configuration? -c CONF or --pdns PDNS_CONF, one of them");
		return GX_EXIT_USAGE;
	}
	if (options->pdns && !options->n_interfaces) {
		gx_complain(command, "which interface? -i IFACE (`ip link` lists them)");
		return GX_EXIT_USAGE;
	}
	return gx_service_run(&service);
}

static void gx_print_line(const char *text)
{
	puts(text);
}

int gx_cmd_ask(const struct gx_command *command, const struct gx_options *options)
{
	const bool reload = !strcmp(command->name, gx_request_name(GX_REQUEST_RELOAD));
	struct gx_failure failure;
	int status;

	status = gx_control_ask(reload ? GX_REQUEST_RELOAD : GX_REQUEST_REDISCOVER, gx_print_line, &failure);
	if (status >= 0)
		return status;
	gx_complain(command, "%s", failure.text);
	return GX_EXIT_FAILED;
}
