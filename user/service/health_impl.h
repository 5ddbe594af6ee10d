/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health checks from inside: a probe is one check with its state; a kind of check begins and stops attempts. */
#ifndef GEOXDP_SERVICE_HEALTH_IMPL_H
#define GEOXDP_SERVICE_HEALTH_IMPL_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>

#include "user/service/health.h"

/* A timer that fires later than that shows that this process stood still: the time that passed is not the target's. */
#define GX_HEALTH_LATE_MS	200

#define GX_HEALTH_AGAIN_MS	20

/* Body octets that are looked at. */
#define GX_HEALTH_BODY_OCTETS	65536

enum gx_verdict {
	GX_VERDICT_UP,
	GX_VERDICT_DOWN,
	GX_VERDICT_NONE,	/* the fault is on this side */
};

struct gx_probe;

/* Each attempt that start() begins ends with gx_probe_end(), in start() or later; or with stop(). */
struct gx_check_kind {
	void (*start)(struct gx_probe *probe);
	void (*stop)(struct gx_probe *probe);	/* leave the running attempt at once, without a verdict */
	void (*free)(struct gx_probe *probe);	/* what own holds; no attempt is running */
};

/* What makes a check the same in two generations. */
struct gx_probe_key {
	struct gx_check check;		/* unit is 0; texts end, and are zero behind their ends */
	char unit[GX_UNIT_NAME_OCTETS];
};

struct gx_probe {
	struct gx_health *health;
	const struct gx_check_kind *kind;
	struct gx_probe_key key;
	uint32_t unit;
	bool down;
	bool running;
	bool is_new;
	uint8_t run;			/* results in a row that contradict down */
	const char *fault;		/* what this side lacks for this attempt; NULL: nothing. Constant text */
	uint64_t began_ms;		/* of the last attempt */
	uint64_t due_ms;		/* when the timer should fire */
	struct event timer;		/* end of the running attempt, or begin of the next */
	void *own;			/* of the kind */
};

/* The results of a unit's checks, added up. */
struct gx_health_unit {
	uint32_t flags;		/* as reported last */
	uint32_t checks;
	uint32_t down;		/* checks that are down */
	uint32_t rising;	/* of these, with successes */
	uint32_t falling;	/* checks that are up, with failures */
};

struct gx_health {
	struct event_base *base;
	gx_health_report *report;
	void *context;
	struct gx_probe **probes;	/* ordered by key */
	size_t n_probes;
	struct gx_health_unit *units;
	size_t n_units;
	struct gx_health_counts counts;
	struct gx_http *http;
	struct gx_child *children;	/* of checks that are no more: killed, and not yet gone */
};

/**
 * gx_probe_end - the running attempt has a result
 * @verdict: GX_VERDICT_DOWN counts as GX_VERDICT_NONE where probe->fault is set
 * @format: the result in words: "HTTP status 503"
 */
void gx_probe_end(struct gx_probe *probe, enum gx_verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The attempt cannot begin yet: leave it, and try again in GX_HEALTH_AGAIN_MS. */
void gx_probe_postpone(struct gx_probe *probe);

/* Does this errno mean that the node lacks something, whatever the target does? */
bool gx_errno_is_ours(int error);

/* What a check looks at, in words. */
const char *gx_probe_object(const struct gx_check *check, char *text, size_t size);

extern const struct gx_check_kind gx_check_tcp, gx_check_http, gx_check_exec, gx_check_file;

/* Is the address of a TCP check a number, and nothing to be resolved? Others are connected to by gx_check_http. */
bool gx_tcp_is_numeric(const struct gx_check *check);

/* What all HTTP checks share. Returns 0 or -errno. */
int gx_http_new(struct gx_health *health, struct gx_failure *failure);
void gx_http_free(struct gx_health *health);

/* End the programs that are left, and wait for them for a moment. */
void gx_exec_free(struct gx_health *health);

#endif
