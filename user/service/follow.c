/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Following what serves. */
#include "user/service/follow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/mem.h"
#include "user/service/follow_impl.h"
#include "user/service/log.h"

#define GX_FOLLOW_TICK_MS	250
#define GX_FOLLOW_TCP_TICKS	20	/* until TCP is tried again */
#define GX_FOLLOW_TROUBLE_TICKS	240	/* between two complaints about checks */

/* A failure is told once, not at each tick. */
static void gx_follow_say(struct gx_follow *follow, const struct gx_failure *failure)
{
	if (!strcmp(follow->said.text, failure->text))
		return;
	follow->said = *failure;
	gx_log(GX_LOG_WARNING, "%s", failure->text);
}

static void gx_follow_end_tcp(struct gx_follow *follow)
{
	follow->tcp_failed = false;
	if (follow->tcp)
		gx_tcp_free(follow->tcp);
	follow->tcp = NULL;
}

/* Begin, follow or leave TCP, as what serves wants it. What fails is tried again now and then, and told once. */
static void gx_follow_tcp(struct gx_follow *follow)
{
	const bool wanted = follow->is_open && !follow->options.no_tcp && !(follow->serving.meta.flags & GX_META_NO_TCP);
	struct gx_failure failure = {};
	const char *note = NULL;
	int error;

	follow->tcp_wait = GX_FOLLOW_TCP_TICKS;
	if (!wanted) {
		gx_follow_end_tcp(follow);
		return;
	}
	error = follow->tcp ? gx_tcp_follow(follow->tcp, &failure) :
			      gx_tcp_new(&follow->tcp, follow->base, follow->serving.interface, &failure);
	follow->tcp_failed = error;
	if (!error)
		note = gx_tcp_note(follow->tcp);
	if (note)
		snprintf(failure.text, sizeof(failure.text), "%s", note);
	if (failure.text[0] && strcmp(failure.text, follow->tcp_said.text))
		gx_log(GX_LOG_WARNING, "TCP: %s", failure.text);
	follow->tcp_said = failure;
}

static void gx_follow_close(struct gx_follow *follow)
{
	if (!follow->is_open)
		return;
	gx_changes_forget(follow);
	gx_health_set(follow->health, NULL, 0, NULL, 0);
	gx_follow_end_tcp(follow);
	gx_live_close(&follow->live);
	gx_serving_close(&follow->serving);
	follow->is_open = false;
}

/* Take over what was found, unless its tables cannot be opened. */
static bool gx_follow_take(struct gx_follow *follow, struct gx_serving *found)
{
	const bool moved = !follow->is_open || strcmp(follow->serving.interface, found->interface);
	struct gx_failure failure;
	struct gx_live live;

	if (gx_live_open(&live, found->folder, &failure)) {
		gx_serving_close(found);
		gx_follow_say(follow, &failure);
		return false;
	}
	gx_changes_forget(follow);
	if (follow->is_open) {
		gx_live_close(&follow->live);
		gx_serving_close(&follow->serving);
	}
	follow->serving = *found;
	follow->live = live;
	follow->is_open = true;
	follow->said.text[0] = 0;
	if (moved)
		gx_follow_end_tcp(follow);
	if (!follow->options.quiet)
		gx_log(GX_LOG_INFO, "%s: following generation %u: %u units, %u checks", found->interface,
		       found->meta.generation, found->meta.units, found->meta.checks);
	gx_health_set(follow->health, live.checks, live.n_checks, live.units, live.n_units);
	gx_follow_tcp(follow);
	follow->options.changed(follow->options.context, 0);
	return true;
}

bool gx_follow_refresh(struct gx_follow *follow)
{
	struct gx_serving found = follow->serving;
	struct gx_failure failure;
	int changed;

	if (!follow->is_open)
		return false;
	changed = gx_serving_refresh(&found, &failure);
	if (!changed)
		return true;
	follow->serving.link_fd = follow->serving.prog_fd = -1; /* closed by gx_serving_refresh() */
	if (changed > 0)
		return gx_follow_take(follow, &found);
	if (changed != -ENOENT && changed != -ENODEV && changed != -EPROTO) {
		/* In the middle of a swap, or short of memory: what was known holds until the next look. */
		gx_follow_say(follow, &failure);
		return false;
	}
	gx_follow_close(follow);
	if (changed == -ENOENT)
		gx_log(GX_LOG_NOTICE, "%s: nothing serves any more; `geoxdp reload` brings it up again",
		       follow->serving.interface);
	else
		gx_follow_say(follow, &failure);
	follow->options.changed(follow->options.context, changed);
	return false;
}

/* Whether a generation was built from our configuration: by the same path, or another to the same file. */
static bool gx_is_ours(const struct gx_follow *follow, const struct gx_meta *meta)
{
	struct stat ours, other;

	return follow->options.n_interfaces || !strncmp(meta->config, follow->options.config, sizeof(meta->config) - 1) ||
	       (!stat(meta->config, &other) && !stat(follow->options.config, &ours) && ours.st_dev == other.st_dev &&
		ours.st_ino == other.st_ino);
}

/* Open what serves on an interface, if it is ours. */
static int gx_follow_try(struct gx_follow *follow, const char *interface, struct gx_serving *found)
{
	struct gx_failure failure;
	int error = gx_serving_open(found, interface, &failure);

	if (error) {
		if (error != -ENOENT && follow->options.n_interfaces)
			gx_follow_say(follow, &failure);
		return error;
	}
	if (gx_is_ours(follow, &found->meta))
		return 0;
	gx_serving_close(found);
	return -ENOENT;
}

/* Interfaces that may be ours: free each name and the list. */
static size_t gx_follow_candidates(const struct gx_follow *follow, char ***names)
{
	if (!follow->options.n_interfaces)
		return gx_pins_interfaces(names);
	*names = gx_calloc(follow->options.n_interfaces, sizeof(**names));
	for (size_t i = 0; i < follow->options.n_interfaces; i++)
		(*names)[i] = strdup(follow->options.interfaces[i]);
	return follow->options.n_interfaces;
}

static void gx_free_list(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* Interfaces that are swapped together share their tables: one of them is followed, that with the newest. */
void gx_follow_look(struct gx_follow *follow)
{
	struct gx_serving best = { .link_fd = -1, .prog_fd = -1 }, found;
	bool any = false;
	char **names;
	size_t count;

	gx_follow_refresh(follow);
	count = gx_follow_candidates(follow, &names);
	for (size_t i = 0; i < count; i++) {
		if (gx_follow_try(follow, names[i], &found))
			continue;
		if (any && found.meta.built_s <= best.meta.built_s) {
			gx_serving_close(&found);
			continue;
		}
		gx_serving_close(&best);
		best = found;
		any = true;
	}
	gx_free_list(names, count);
	if (!any)
		return;
	if (follow->is_open && best.meta.built_s <= follow->serving.meta.built_s)
		gx_serving_close(&best);
	else
		gx_follow_take(follow, &best);
}

/* Checks that say nothing, for a fault of this node: told each minute while it goes on. */
static void gx_follow_trouble(struct gx_follow *follow)
{
	struct gx_health_counts counts;

	if (follow->trouble_wait && follow->trouble_wait--)
		return;
	gx_health_counts(follow->health, &counts);
	if (!counts.trouble[0] || (counts.undecided == follow->undecided && follow->undecided))
		return;
	gx_log(GX_LOG_WARNING, "health: %llu attempts said nothing of their targets: %s",
	       (unsigned long long)(counts.undecided - follow->undecided), counts.trouble);
	follow->undecided = counts.undecided;
	follow->trouble_wait = GX_FOLLOW_TROUBLE_TICKS;
}

static void gx_follow_on_tick(evutil_socket_t fd, short what, void *context)
{
	struct gx_follow *follow = context;

	if (follow->is_open)
		gx_follow_refresh(follow);
	else
		gx_follow_look(follow);
	if (follow->tcp_failed && !--follow->tcp_wait)
		gx_follow_tcp(follow);
	gx_follow_trouble(follow);
	gx_changes_tick(follow);
}

const struct gx_serving *gx_follow_serving(const struct gx_follow *follow)
{
	return follow->is_open ? &follow->serving : NULL;
}

size_t gx_follow_interfaces(const struct gx_follow *follow, char ***names)
{
	size_t count = gx_follow_candidates(follow, names), kept = 0;
	struct gx_failure failure;
	struct gx_serving found;

	for (size_t i = 0; i < count; i++) {
		bool ours = !gx_serving_open(&found, (*names)[i], &failure);

		if (ours) {
			ours = gx_is_ours(follow, &found.meta);
			gx_serving_close(&found);
		}
		if (ours)
			(*names)[kept++] = (*names)[i];
		else
			free((*names)[i]);
	}
	return kept;
}

int gx_follow_new(struct gx_follow **out, struct event_base *base, const struct gx_follow_options *options,
		  struct gx_failure *failure)
{
	const struct timeval period = { .tv_usec = GX_FOLLOW_TICK_MS * 1000 };
	struct gx_follow *follow = gx_calloc(1, sizeof(*follow));
	int error;

	follow->options = *options;
	follow->base = base;
	gx_changes_begin(follow);
	error = gx_health_new(&follow->health, base, gx_changes_report, follow, failure);
	if (error) {
		gx_changes_end(follow);
		free(follow);
		return error;
	}
	follow->tick = event_new(base, -1, EV_PERSIST, gx_follow_on_tick, follow);
	event_add(follow->tick, &period);
	*out = follow;
	return 0;
}

void gx_follow_free(struct gx_follow *follow)
{
	if (!follow)
		return;
	event_free(follow->tick);
	gx_follow_close(follow);
	gx_health_free(follow->health);
	gx_changes_end(follow);
	free(follow);
}
