/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health checks: looking at the units of a generation, again and again, in an event loop that is never blocked. */
#ifndef GEOXDP_SERVICE_HEALTH_H
#define GEOXDP_SERVICE_HEALTH_H

#include <stddef.h>
#include <stdint.h>

#include "geoxdp/abi.h"
#include "user/sys/failure.h"

struct event_base;
struct gx_health;

/* An attempt that says nothing of its target, since the fault is on this side, is neither a success nor a failure. */
struct gx_health_counts {
	uint64_t attempts;	/* ended, whatever their result */
	uint64_t failures;
	uint64_t undecided;
	uint64_t flips;		/* units taken down or up */
	uint32_t checks;	/* that are run now */
	char trouble[256];	/* why the last undecided attempt was one, or what will make some; empty: nothing yet */
};

/**
 * gx_health_report - told of a unit whose flags change
 * @context: as given to gx_health_new()
 * @unit: index into the units that gx_health_set() was called with
 * @flags: GX_UNIT_DOWN, GX_UNIT_PENDING, both or 0
 * @why: "CHECK OBJECT: RESULT", as in "web https://www.example.com/ at 192.0.2.1: HTTP status 503"
 *
 * Must not call gx_health_set() nor gx_health_free().
 */
typedef void gx_health_report(void *context, uint32_t unit, uint32_t flags, const char *why);

/**
 * gx_health_new - a health checker without checks
 * @out: written on success; free with gx_health_free()
 * @base: the loop that everything happens in
 * @report: called from the loop, and from gx_health_set()
 *
 * Raises the process's limit of open files as far as it goes, and ignores SIGPIPE. Children are waited for one by one:
 * the process must neither ignore SIGCHLD nor wait for any child. The certificates that HTTPS trusts are those of the
 * file in the environment's SSL_CERT_FILE, or else those of the system.
 *
 * Returns 0 or -errno.
 */
int gx_health_new(struct gx_health **out, struct event_base *base, gx_health_report *report, void *context,
		  struct gx_failure *failure);

/**
 * gx_health_set - look at these units from now on
 * @checks: entry 0 is not used; copied
 * @units: entry 0 is not used; their flags are where new checks begin, and what the caller believes
 *
 * A check that was there before, the same in all but the unit's number, goes on as if nothing had happened. New ones
 * are run at once, spread over their interval or GX_HEALTH_SPREAD_MS. Units whose flags are not what their checks
 * say now are reported before this returns: those that lost a failing check, or all of theirs.
 */
void gx_health_set(struct gx_health *health, const struct gx_check *checks, size_t n_checks,
		   const struct gx_unit *units, size_t n_units);

/* What has been counted since gx_health_new(). */
void gx_health_counts(const struct gx_health *health, struct gx_health_counts *counts);

/* End all checks, and the programs they run. NULL: nothing. */
void gx_health_free(struct gx_health *health);

/* The first attempts of checks with long intervals do not wait longer than that. */
#define GX_HEALTH_SPREAD_MS	5000

#endif
