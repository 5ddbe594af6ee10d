/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follow.c and changes.c share. */
#ifndef GEOXDP_SERVICE_FOLLOW_IMPL_H
#define GEOXDP_SERVICE_FOLLOW_IMPL_H

#include <stdint.h>
#include <sys/stat.h>

#include "user/service/follow.h"
#include "user/service/health.h"
#include "user/service/tcp.h"
#include "user/sys/live.h"

/* What a check found, on its way into the live tables. */
struct gx_report {
	uint32_t unit;
	uint32_t flags;
	char *why;
};

struct gx_follow {
	struct gx_follow_options options;
	struct event_base *base;
	struct event *tick;
	struct gx_serving serving;
	struct gx_live live;
	bool is_open;			/* both */
	struct gx_failure said;		/* why nothing could be opened; told once */
	struct gx_health *health;
	uint64_t undecided;		/* attempts, when the log told of them last */
	int trouble_wait;		/* ticks until it may again */
	struct gx_tcp *tcp;		/* NULL: the backend answers */
	bool tcp_failed;		/* to begin, or to follow */
	int tcp_wait;			/* ticks until it is tried again */
	struct gx_failure tcp_said;
	/* changes.c */
	struct event *hurry;		/* reports wait */
	struct gx_report *reports;
	size_t n_reports, reports_capacity;
	struct stat state;		/* of the state file that next_s is from */
	uint64_t next_s;		/* when something in it ends; 0: nothing does */
};

/* One more look at the interface that is followed. Returns whether what serves is open. */
bool gx_follow_refresh(struct gx_follow *follow);

/* Prepare, and free; a gx_health_report; and what is to be done at each tick. */
void gx_changes_begin(struct gx_follow *follow);
void gx_changes_end(struct gx_follow *follow);
void gx_changes_report(void *context, uint32_t unit, uint32_t flags, const char *why);
void gx_changes_tick(struct gx_follow *follow);

/* Reports about units of another generation: the checks tell anew. */
void gx_changes_forget(struct gx_follow *follow);

#endif
