/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes while a generation serves: checks take units down and up, drains and overrides end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/service/follow_impl.h"
#include "user/service/log.h"

/* Another command holds the lock for milliseconds. */
#define GX_LOCK_RETRY_MS 5

#define GX_UNIT_CHECKED (GX_UNIT_DOWN | GX_UNIT_PENDING)

/* --- checks ------------------------------------------------------------------------------------ */

static void gx_changes_hurry(struct gx_follow *follow, long wait_ms)
{
	const struct timeval wait = { .tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000 };

	if (!event_pending(follow->hurry, EV_TIMEOUT, NULL))
		event_add(follow->hurry, &wait);
}

void gx_changes_report(void *context, uint32_t unit, uint32_t flags, const char *why)
{
	struct gx_follow *follow = context;
	struct gx_report *report = NULL;

	/* While the lock cannot be had, the last word of each unit is kept. */
	for (size_t i = 0; i < follow->n_reports && !report; i++)
		if (follow->reports[i].unit == unit)
			report = &follow->reports[i];
	if (!report) {
		gx_grow(&follow->reports, follow->n_reports, follow->reports_capacity);
		report = &follow->reports[follow->n_reports++];
		report->why = NULL;
	}
	free(report->why);
	*report = (struct gx_report){ .unit = unit, .flags = flags & GX_UNIT_CHECKED, .why = strdup(why) };
	gx_changes_hurry(follow, 0);
}

void gx_changes_forget(struct gx_follow *follow)
{
	for (size_t i = 0; i < follow->n_reports; i++)
		free(follow->reports[i].why);
	follow->n_reports = 0;
}

/* Returns whether the unit went down or came up. */
static bool gx_report_apply(struct gx_follow *follow, const struct gx_report *report)
{
	struct gx_unit *unit = &follow->live.units[report->unit];
	const bool flip = (unit->flags ^ report->flags) & GX_UNIT_DOWN;

	/* One store: the selection of another command may read it. */
	__atomic_store_n(&unit->flags, (unit->flags & ~GX_UNIT_CHECKED) | report->flags, __ATOMIC_RELAXED);
	if (flip) {
		unit->flips++;
		unit->since_s = (uint64_t)time(NULL);
	}
	return flip;
}

static void gx_reports_apply(struct gx_follow *follow)
{
	size_t flips = 0, changed;

	for (size_t i = 0; i < follow->n_reports; i++) {
		struct gx_report *report = &follow->reports[i];

		if (report->unit < follow->live.n_units && gx_report_apply(follow, report)) {
			const struct gx_unit *unit = &follow->live.units[report->unit];

			gx_log(GX_LOG_WARNING, "%s %.*s is %s: %s", unit->flags & GX_UNIT_SITE ? "site" : "target",
			       (int)sizeof(unit->name), unit->name, report->flags & GX_UNIT_DOWN ? "down" : "up",
			       report->why);
			flips++;
		}
	}
	changed = gx_live_select(&follow->live);
	if (flips)
		gx_log(GX_LOG_NOTICE, "%zu flip%s changed %zu answer%s", flips, flips == 1 ? "" : "s", changed,
		       changed == 1 ? "" : "s");
	gx_changes_forget(follow);
}

static void gx_changes_on_hurry(evutil_socket_t fd, short what, void *context)
{
	struct gx_follow *follow = context;
	struct gx_failure failure;
	int lock = gx_live_lock(false, &failure);

	if (lock < 0) {
		if (lock != -EWOULDBLOCK)
			gx_log(GX_LOG_ERROR, "health: %s", failure.text);
		gx_changes_hurry(follow, lock == -EWOULDBLOCK ? GX_LOCK_RETRY_MS : 1000);
		return;
	}
	/* Nobody swaps while the lock is held: what is open afterwards is what serves. */
	if (gx_follow_refresh(follow))
		gx_reports_apply(follow);
	else if (follow->is_open)
		gx_changes_hurry(follow, 1000);
	close(lock);
}

/* --- what ends by itself ----------------------------------------------------------------------- */

static void gx_log_ended(const struct gx_state *state, uint64_t now_s)
{
	char text[GX_ADDR_TEXT_OCTETS];

	for (size_t i = 0; i < state->n_drains; i++)
		if (state->drains[i].until_s && state->drains[i].until_s <= now_s)
			gx_log(GX_LOG_NOTICE, "the drain of %s has ended", state->drains[i].site);
	for (size_t i = 0; i < state->n_nets; i++)
		if (state->nets[i].until_s && state->nets[i].until_s <= now_s)
			gx_log(GX_LOG_NOTICE, "the override of %s has ended",
			       gx_show_prefix(&state->nets[i].prefix, text));
}

/* With the lock held. */
static void gx_state_end(struct gx_follow *follow, uint64_t now_s)
{
	const char *file = gx_live_state_file();
	char error[GX_STATE_ERROR_OCTETS];
	struct gx_state state = {};
	struct gx_failure failure;

	if (gx_state_read(&state, file, error)) {
		gx_log(GX_LOG_ERROR, "%s", error);
		follow->next_s = 0;
		goto out;
	}
	gx_log_ended(&state, now_s);
	if (!gx_state_expire(&state, now_s, &follow->next_s))
		goto out;
	/* Where the disk is full, it ends all the same: the next command finds it ended, too. */
	if (gx_state_write(&state, file, error))
		gx_log(GX_LOG_ERROR, "%s", error);
	if (gx_follow_refresh(follow) && gx_live_apply(&follow->live, &state, NULL, &failure))
		gx_log(GX_LOG_WARNING, "%s", failure.text);
	if (stat(file, &follow->state))
		memset(&follow->state, 0, sizeof(follow->state));
out:
	gx_state_free(&state);
}

/* Another state file: when does the first thing in it end? */
static void gx_state_look(struct gx_follow *follow)
{
	const char *file = gx_live_state_file();
	char error[GX_STATE_ERROR_OCTETS];
	struct gx_state state = {};
	struct stat now;

	if (stat(file, &now))
		memset(&now, 0, sizeof(now));
	if (now.st_ino == follow->state.st_ino && now.st_size == follow->state.st_size &&
	    now.st_mtim.tv_sec == follow->state.st_mtim.tv_sec && now.st_mtim.tv_nsec == follow->state.st_mtim.tv_nsec)
		return;
	follow->state = now;
	if (gx_state_read(&state, file, error)) {
		gx_log(GX_LOG_ERROR, "%s", error);
		follow->next_s = 0;
	} else {
		gx_state_expire(&state, 0, &follow->next_s);
	}
	gx_state_free(&state);
}

void gx_changes_tick(struct gx_follow *follow)
{
	const uint64_t now_s = (uint64_t)time(NULL);
	struct gx_failure failure;
	int lock;

	gx_state_look(follow);
	if (!follow->next_s || now_s < follow->next_s)
		return;
	lock = gx_live_lock(false, &failure);
	if (lock < 0)
		return; /* the next tick comes soon */
	gx_state_end(follow, now_s);
	close(lock);
}

/* --- begin and end ----------------------------------------------------------------------------- */

void gx_changes_begin(struct gx_follow *follow)
{
	follow->hurry = event_new(follow->base, -1, 0, gx_changes_on_hurry, follow);
}

void gx_changes_end(struct gx_follow *follow)
{
	gx_changes_forget(follow);
	free(follow->reports);
	event_free(follow->hurry);
}
