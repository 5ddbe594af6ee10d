/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watching the files of a configuration: inotify on the folders that they are in, or would be in. */
#ifndef GEOXDP_SERVICE_WATCH_H
#define GEOXDP_SERVICE_WATCH_H

#include <event2/event.h>

#include "user/service/stamps.h"
#include "user/sys/failure.h"

struct gx_watch;

/* Something happened to a name that matters: called each time, and at once. */
typedef void gx_watch_stirred(void *context);

/*
 * Something happened to a name that matters, and then nothing for 300 ms; or it goes on for 5 s. Whether a file really
 * changed is for gx_stamps_changed() to say.
 */
typedef void gx_watch_calm(void *context);

/**
 * gx_watch_new - start watching; nothing yet
 * @out: written on success; free with gx_watch_free()
 */
int gx_watch_new(struct gx_watch **out, struct event_base *base, gx_watch_stirred *stirred, gx_watch_calm *calm,
		 void *context, struct gx_failure *failure);

/**
 * gx_watch_set - watch these files
 *
 * Each name on the way is watched where a symbolic link on it could be turned elsewhere, and, of a folder that does
 * not exist, the nearest one above it. Call it again when something happened: links may lead elsewhere.
 *
 * Where the kernel refuses a watch, the log says so once, and calm is called every 5 s.
 */
void gx_watch_set(struct gx_watch *watch, const struct gx_stamps *stamps);

/* Look again soon, as if something had happened. */
void gx_watch_stir(struct gx_watch *watch);

void gx_watch_free(struct gx_watch *watch);

#endif
