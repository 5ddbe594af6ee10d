/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a build may attach, or only swap: what was taken down since the build was asked for must not come up by
 * it.
 */
#ifndef GEOXDP_SERVICE_PERMIT_H
#define GEOXDP_SERVICE_PERMIT_H

#include <stdbool.h>
#include <stddef.h>

struct gx_permit_list {
	char **list;		/* interfaces with a pinned link */
	size_t count, capacity;
};

/*
 * A request (the start, `reload`, SIGHUP, a changed file) lets builds attach until one has succeeded. From then on they
 * only swap: an attempt for another reason is for what serves, or for an interface that was removed and is there again,
 * which still has its link.
 *
 * Nor do they attach where a link was seen since the request and is none when the build has the lock: in between,
 * somebody called `geoxdp down`, which alone takes links away.
 */
struct gx_permit {
	bool attach;			/* a request is there that no build has done */
	bool building;			/* the build that runs began with such a request */
	struct gx_permit_list seen;	/* since the request */
	bool stirred;			/* files are changing */
	struct gx_permit_list before;	/* when they began to */
	char **words;			/* of the build that runs */
	size_t n_words;
};

/* A request is there. */
void gx_permit_ask(struct gx_permit *permit);

/* Something happened to files: if they turn out to differ, the request is as old as the first of it. */
void gx_permit_stir(struct gx_permit *permit);

/* It is calm again. changed: a file differs, and is to be built. */
void gx_permit_calm(struct gx_permit *permit, bool changed);

/* Another generation serves, somewhere. */
void gx_permit_look(struct gx_permit *permit);

/**
 * gx_permit_begin - a build begins, with all that files say now
 * @words: receives what to add to the command line; valid until the next one begins
 *
 * Returns the number of words.
 */
size_t gx_permit_begin(struct gx_permit *permit, char *const **words);

/* It ended. */
void gx_permit_end(struct gx_permit *permit, bool success);

void gx_permit_free(struct gx_permit *permit);

#endif
