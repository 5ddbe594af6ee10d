/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket, by which `geoxdp reload` and `rediscover` ask a running service; see docs/operations.md. */
#ifndef GEOXDP_SERVICE_CONTROL_H
#define GEOXDP_SERVICE_CONTROL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "user/sys/failure.h"

enum gx_request {
	GX_REQUEST_RELOAD,
	GX_REQUEST_REDISCOVER,
};

const char *gx_request_name(enum gx_request request);

/* Path of a file of the service, beside the state file: "control", "run.lock". octets: of path. */
int gx_control_path(const char *name, char *path, size_t octets, struct gx_failure *failure);

struct gx_control;

/* Someone asks. The reply goes to those who wait, when the next build ends. */
typedef void gx_control_asked(void *context, enum gx_request request);

/**
 * gx_control_new - listen
 * @out: written on success; free with gx_control_free()
 */
int gx_control_new(struct gx_control **out, struct event_base *base, gx_control_asked *asked, void *context,
		   struct gx_failure *failure);

/* A build begins: it is the one that all who asked before wait for. */
void gx_control_begin(struct gx_control *control);

/* Whether one of those who wait for the build under way wants to know which files came and went. */
bool gx_control_wants_files(const struct gx_control *control);

/* Tell those who wait for the build under way a line of its output. */
void gx_control_line(struct gx_control *control, const char *line);

/* It ended: tell them how. */
void gx_control_end(struct gx_control *control, int status);

/* The service stops: tell everyone, and remove the socket. What cannot be sent at once is not. */
void gx_control_free(struct gx_control *control, const char *why);

/**
 * gx_control_ask - ask a running service
 * @line: called for each line of the reply
 *
 * Waits as long as the build takes.
 *
 * Returns the exit status that it replied, or -errno; -ENOENT and -ECONNREFUSED: no service runs.
 */
int gx_control_ask(enum gx_request request, void (*line)(const char *text), struct gx_failure *failure);

#endif
