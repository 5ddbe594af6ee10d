/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A geoxdp command as a child of the service: a bug in a parser ends the child, and nothing else. */
#ifndef GEOXDP_SERVICE_SUPERVISE_H
#define GEOXDP_SERVICE_SUPERVISE_H

#include <event2/buffer.h>
#include <event2/event.h>
#include <stdbool.h>

#include "user/sys/failure.h"

struct gx_child;

/* The file name by which a child finds its second pipe. */
#define GX_CHILD_LIST "/dev/fd/3"

/* What a child tells whoever started it. */
struct gx_child_watcher {
	/* It printed a line, on stdout or stderr. */
	void (*line)(void *context, const char *line);
	/*
	 * It ended. status: its exit status, or -1: a signal, which how tells of. list: what it wrote to
	 * GX_CHILD_LIST, complete unless a signal ended it. The child is freed after the call.
	 */
	void (*done)(void *context, int status, const char *how, struct evbuffer *list);
	void *context;
};

/**
 * gx_child_start - run a command of this very executable
 * @out: written on success; the child frees itself when it has ended
 * @arguments: from the command's name on, ends with NULL
 *
 * The file of the executable may have been replaced meanwhile: the child is still of the same version as its parent.
 * One that does not end within ten minutes is ended.
 *
 * Returns 0 or -errno.
 */
int gx_child_start(struct gx_child **out, struct event_base *base, const char *const *arguments,
		   const struct gx_child_watcher *watcher, struct gx_failure *failure);

/* Ask it to end; after five seconds, end it. done() is called as ever. */
void gx_child_end(struct gx_child *child);

#endif
