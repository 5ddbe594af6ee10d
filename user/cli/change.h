/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change of the state file that is put into effect wherever something serves: drain, undrain, net. */
#ifndef GEOXDP_CLI_CHANGE_H
#define GEOXDP_CLI_CHANGE_H

#include "user/cli/cli.h"
#include "user/sys/live.h"
#include "user/sys/serving.h"

/* A generation that serves. */
struct gx_changed {
	struct gx_serving serving;
	struct gx_live live;
};

struct gx_change {
	int lock;
	struct gx_state state;
	struct gx_changed *list;
	size_t count;		/* 0: nothing serves; the state is changed all the same */
	size_t changed;		/* choices that got another answer */
};

/**
 * gx_change_begin - lock, read the state without what has ended, and open all that serves
 * @change: close with gx_change_end() also on error
 *
 * Returns 0, or -1: a complaint was printed.
 */
int gx_change_begin(const struct gx_command *command, struct gx_change *change);

/**
 * gx_change_commit - write the state file, then change what serves
 *
 * Returns 0, or -1: a complaint was printed. Where the file could not be written, nothing was changed.
 */
int gx_change_commit(const struct gx_command *command, struct gx_change *change);

void gx_change_end(struct gx_change *change);

/* Lines on stderr: that nothing serves, and that what is to end needs someone who ends it. */
void gx_change_remarks(const struct gx_options *options, const struct gx_change *change);

#endif
