/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `geoxdp run`: keeps what serves in step with the files, with what checks find, and answers TCP. */
#ifndef GEOXDP_SERVICE_SERVICE_H
#define GEOXDP_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

struct gx_service_options {
	const char *config;	/* path of a native configuration, or else */
	const char *pdns;	/* of a PowerDNS set-up */
	const char *const *interfaces;
	size_t n_interfaces;
	const char *mode;	/* NULL: not given */
	bool force;
	bool detach;		/* when it ends, what serves ends as well */
	bool no_tcp;
	bool quiet;
};

/**
 * gx_service_run - serve until SIGTERM or SIGINT
 *
 * The service reads no configuration: each build is a child of this executable, `geoxdp up`. What it needs to know
 * is in the pinned tables of the generation that serves; so one that was killed goes on at once where it was.
 *
 * Returns the exit status: 0 after a signal, 1 where it could not start.
 */
int gx_service_run(const struct gx_service_options *options);

#endif
