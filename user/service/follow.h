/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Following what serves: health checks, TCP and expiry go by the pinned tables, whoever has put them there. */
#ifndef GEOXDP_SERVICE_FOLLOW_H
#define GEOXDP_SERVICE_FOLLOW_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "user/sys/failure.h"
#include "user/sys/serving.h"

struct gx_follow;

struct gx_follow_options {
	const char *const *interfaces;
	size_t n_interfaces;	/* 0: those that serve what was built from the configuration */
	const char *config;	/* absolute path */
	bool no_tcp;
	bool quiet;		/* log no more than what went wrong, and flips */
	/*
	 * Another generation serves, or none does. gone: 0, or -errno as gx_serving_open() returned it, -ENODEV for one
	 * whose interface was removed.
	 */
	void (*changed)(void *context, int gone);
	void *context;
};

/**
 * gx_follow_new - follow what serves, now and every 250 ms
 * @out: written on success; free with gx_follow_free()
 * @options: texts are not copied
 *
 * That nothing serves is no failure.
 */
int gx_follow_new(struct gx_follow **out, struct event_base *base, const struct gx_follow_options *options,
		  struct gx_failure *failure);

/* Look at all interfaces now: a build ended, and the newest generation may serve on another one. */
void gx_follow_look(struct gx_follow *follow);

/* What serves, or NULL. Valid until the loop turns. */
const struct gx_serving *gx_follow_serving(const struct gx_follow *follow);

/* The interfaces that are served, malloc family, each name as well. Returns the number. */
size_t gx_follow_interfaces(const struct gx_follow *follow, char ***names);

/* What serves goes on; TCP is given back to the backend. */
void gx_follow_free(struct gx_follow *follow);

#endif
