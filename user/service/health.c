/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health checks: when attempts begin and end, what their results make of a check, and its checks of a unit. */
#include "user/service/health.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "user/core/mem.h"
#include "user/service/health_impl.h"

#define GX_WHY_OCTETS	1024
/* Of the process beside its checks: the loop, the maps, the log. */
#define GX_FDS_OTHER	256

bool gx_errno_is_ours(int error)
{
	switch (error) {
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS:
	case EAGAIN:
	case EADDRNOTAVAIL:	/* no local port is left, or no local address of the family */
	case EADDRINUSE:
	case EAFNOSUPPORT:
	case EPERM:		/* the node's own packet filter */
	case EINVAL:		/* a link-local address without its interface */
		return true;
	default:
		return false;
	}
}

static uint64_t gx_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

const char *gx_probe_object(const struct gx_check *check, char *text, size_t size)
{
	if (check->kind == GX_CHECK_TCP && strchr(check->address, ':'))
		snprintf(text, size, "[%s]:%u", check->address, check->port);
	else if (check->kind == GX_CHECK_TCP)
		snprintf(text, size, "%s:%u", check->address, check->port);
	else if (check->kind == GX_CHECK_HTTP && check->address[0])
		snprintf(text, size, "%s at %s", check->target, check->address);
	else
		snprintf(text, size, "%s", check->target);
	return text;
}

/* --- units ------------------------------------------------------------------------------------- */

/* Add what a check says to its unit, or take it away. */
static void gx_unit_add(const struct gx_probe *probe, int by)
{
	struct gx_health_unit *unit = &probe->health->units[probe->unit];

	unit->checks += by;
	if (probe->down)
		unit->down += by;
	if (probe->down && probe->run)
		unit->rising += by;
	if (!probe->down && probe->run)
		unit->falling += by;
}

/* Down with any check. Up only with the last that is down, so that is pending when all of these have begun to rise. */
static uint32_t gx_unit_flags(const struct gx_health_unit *unit)
{
	if (unit->down)
		return GX_UNIT_DOWN | (unit->rising == unit->down ? GX_UNIT_PENDING : 0);
	return unit->falling ? GX_UNIT_PENDING : 0;
}

static void gx_unit_report(struct gx_health *health, uint32_t index, const char *why)
{
	struct gx_health_unit *unit = &health->units[index];
	uint32_t flags = gx_unit_flags(unit);

	if (flags == unit->flags)
		return;
	if ((flags ^ unit->flags) & GX_UNIT_DOWN)
		health->counts.flips++;
	unit->flags = flags;
	health->report(health->context, index, flags, why);
}

/* --- attempts ---------------------------------------------------------------------------------- */

/*
 * Have the timer fire at a time, or at once where it has passed. Without the update, libevent would count from the
 * begin of this round of the loop.
 */
static void gx_probe_arm(struct gx_probe *probe, uint64_t at_ms)
{
	uint64_t now = gx_now_ms();
	uint64_t wait = at_ms > now ? at_ms - now : 0;
	struct timeval delay = { .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };

	probe->due_ms = at_ms;
	event_base_update_cache_time(probe->health->base);
	event_add(&probe->timer, &delay);
}

/* The interval, longer or shorter by up to its jitter. */
static uint64_t gx_probe_interval(const struct gx_check *check)
{
	uint64_t most = (uint64_t)check->interval_ms * check->jitter_percent / 100;
	uint64_t random;

	if (!most)
		return check->interval_ms;
	evutil_secure_rng_get_bytes(&random, sizeof(random));
	return check->interval_ms - most + random % (2 * most + 1);
}

/* A result that agrees ends the run of those that contradict; enough of these in a row turn the check over. */
static void gx_probe_judge(struct gx_probe *probe, bool success, const char *why)
{
	const struct gx_check *check = &probe->key.check;

	gx_unit_add(probe, -1);
	if (success == !probe->down) {
		probe->run = 0;
	} else if (++probe->run >= (probe->down ? check->up : check->down)) {
		probe->run = 0;
		probe->down = !probe->down;
	}
	gx_unit_add(probe, 1);
	gx_unit_report(probe->health, probe->unit, why);
}

void gx_probe_end(struct gx_probe *probe, enum gx_verdict verdict, const char *format, ...)
{
	struct gx_health *health = probe->health;
	struct gx_health_counts *counts = &health->counts;
	char object[640], result[256], why[GX_WHY_OCTETS];
	va_list args;

	va_start(args, format);
	vsnprintf(result, sizeof(result), format, args);
	va_end(args);
	if (verdict == GX_VERDICT_DOWN && probe->fault) {
		verdict = GX_VERDICT_NONE;
		snprintf(result, sizeof(result), "%s", probe->fault);
	}
	snprintf(why, sizeof(why), "%s %s: %s", probe->key.check.name,
		 gx_probe_object(&probe->key.check, object, sizeof(object)), result);

	probe->running = false;
	counts->attempts++;
	counts->failures += verdict == GX_VERDICT_DOWN;
	counts->undecided += verdict == GX_VERDICT_NONE;
	if (verdict == GX_VERDICT_NONE)
		snprintf(counts->trouble, sizeof(counts->trouble), "%.*s", (int)sizeof(counts->trouble) - 1, why);
	gx_probe_arm(probe, probe->began_ms + gx_probe_interval(&probe->key.check));
	if (verdict != GX_VERDICT_NONE)
		gx_probe_judge(probe, verdict == GX_VERDICT_UP, why);
}

void gx_probe_postpone(struct gx_probe *probe)
{
	probe->running = false;
	gx_probe_arm(probe, gx_now_ms() + GX_HEALTH_AGAIN_MS);
}

/* An attempt begins, or has taken too long. */
static void gx_probe_tick(evutil_socket_t fd, short what, void *context)
{
	struct gx_probe *probe = context;
	uint32_t timeout_ms = probe->key.check.timeout_ms;
	uint64_t now = gx_now_ms();

	if (!probe->running) {
		probe->running = true;
		probe->fault = NULL;
		probe->began_ms = now;
		gx_probe_arm(probe, now + timeout_ms);
		probe->kind->start(probe);
		return;
	}
	probe->kind->stop(probe);
	if (now > probe->due_ms + GX_HEALTH_LATE_MS)
		gx_probe_end(probe, GX_VERDICT_NONE, "this process stood still for %llu ms",
			     (unsigned long long)(now - probe->due_ms));
	else
		gx_probe_end(probe, GX_VERDICT_DOWN, "timed out after %u ms", timeout_ms);
}

/* --- the set of checks ------------------------------------------------------------------------- */

/* Tables are memory of the kernel that others can write: nothing in them is trusted to end, or to be in its range. */
static void gx_text_end(char *text, size_t size)
{
	size_t octets = strnlen(text, size - 1);

	memset(text + octets, 0, size - octets);
}

static void gx_check_normalise(struct gx_check *check)
{
	uint16_t arguments = 0;
	size_t octets = 0;

	check->unit = check->zero = 0;
	gx_text_end(check->name, sizeof(check->name));
	gx_text_end(check->address, sizeof(check->address));
	gx_text_end(check->match, sizeof(check->match));
	check->target[sizeof(check->target) - 1] = '\0';
	if (check->kind != GX_CHECK_EXEC)
		gx_text_end(check->target, sizeof(check->target));
	for (; octets < sizeof(check->target) && arguments < check->n_arguments; octets++)
		arguments += !check->target[octets];
	check->n_arguments = arguments;
	if (check->kind == GX_CHECK_EXEC)
		memset(check->target + octets, 0, sizeof(check->target) - octets);
	if (!check->up)
		check->up = 1;
	if (!check->down)
		check->down = 1;
	if (check->jitter_percent > 50)
		check->jitter_percent = 50;
	if (check->interval_ms < 100)
		check->interval_ms = 100;
	if (!check->timeout_ms || check->timeout_ms > check->interval_ms)
		check->timeout_ms = check->interval_ms;
}

static const struct gx_check_kind *gx_find_kind(const struct gx_check *check)
{
	switch (check->kind) {
	case GX_CHECK_TCP:
		return gx_tcp_is_numeric(check) ? &gx_check_tcp : &gx_check_http;
	case GX_CHECK_HTTP:
		return &gx_check_http;
	case GX_CHECK_EXEC:
		return &gx_check_exec;
	case GX_CHECK_FILE:
		return &gx_check_file;
	default:
		return NULL;
	}
}

/* Returns NULL where the entry is not one that this version knows. */
static struct gx_probe *gx_probe_new(struct gx_health *health, const struct gx_check *check,
				     const struct gx_unit *units, size_t n_units)
{
	struct gx_probe *probe;

	if (!check->unit || check->unit >= n_units)
		return NULL;
	probe = gx_calloc(1, sizeof(*probe));
	probe->health = health;
	probe->unit = check->unit;
	probe->is_new = true;
	probe->down = units[probe->unit].flags & GX_UNIT_DOWN;
	probe->key.check = *check;
	gx_check_normalise(&probe->key.check);
	memcpy(probe->key.unit, units[probe->unit].name, sizeof(probe->key.unit));
	gx_text_end(probe->key.unit, sizeof(probe->key.unit));
	probe->kind = gx_find_kind(&probe->key.check);
	event_assign(&probe->timer, health->base, -1, 0, gx_probe_tick, probe);
	if (probe->kind)
		return probe;
	free(probe);
	return NULL;
}

static void gx_probe_free(struct gx_probe *probe)
{
	event_del(&probe->timer);
	if (probe->running)
		probe->kind->stop(probe);
	probe->kind->free(probe);
	free(probe);
}

static int gx_probe_compare(const void *a, const void *b)
{
	const struct gx_probe *const *left = a, *const *right = b;

	return memcmp(&(*left)->key, &(*right)->key, sizeof((*left)->key));
}

/* Of each check that both sets have, keep the old probe. Both are ordered. */
static void gx_health_keep(struct gx_health *health, struct gx_probe **probes, size_t n_probes)
{
	size_t old = 0;

	for (size_t i = 0; i < n_probes; i++) {
		struct gx_probe *fresh = probes[i];

		while (old < health->n_probes && gx_probe_compare(&health->probes[old], &fresh) < 0)
			gx_probe_free(health->probes[old++]);
		if (old == health->n_probes || gx_probe_compare(&health->probes[old], &fresh))
			continue;
		probes[i] = health->probes[old++];
		probes[i]->unit = fresh->unit;
		gx_probe_free(fresh);
	}
	while (old < health->n_probes)
		gx_probe_free(health->probes[old++]);
	free(health->probes);
	health->probes = probes;
	health->n_probes = n_probes;
}

/* Run what is new at once, but not all in the same moment. */
static void gx_health_spread(struct gx_health *health)
{
	uint64_t now = gx_now_ms();
	size_t n_new = 0, nth = 0;

	for (size_t i = 0; i < health->n_probes; i++)
		n_new += health->probes[i]->is_new;
	for (size_t i = 0; i < health->n_probes; i++) {
		struct gx_probe *probe = health->probes[i];
		uint64_t span = probe->key.check.interval_ms;

		if (!probe->is_new)
			continue;
		probe->is_new = false;
		if (span > GX_HEALTH_SPREAD_MS)
			span = GX_HEALTH_SPREAD_MS;
		gx_probe_arm(probe, now + span * nth++ / n_new);
	}
}

static void gx_health_units(struct gx_health *health, const struct gx_unit *units, size_t n_units)
{
	free(health->units);
	health->units = gx_calloc(n_units ? n_units : 1, sizeof(*health->units));
	health->n_units = n_units;
	for (size_t i = 1; i < n_units; i++)
		health->units[i].flags = units[i].flags & (GX_UNIT_DOWN | GX_UNIT_PENDING);
	for (size_t i = 0; i < health->n_probes; i++)
		gx_unit_add(health->probes[i], 1);
	for (size_t i = 1; i < n_units; i++)
		gx_unit_report(health, i, health->units[i].checks ? "its checks changed" : "it has no check any more");
}

/* Each running attempt has one open file, and a program one beside it for the moment in which it is started. */
static void gx_health_complain(struct gx_health *health)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || health->n_probes + GX_FDS_OTHER <= limit.rlim_cur)
		return;
	snprintf(health->counts.trouble, sizeof(health->counts.trouble),
		 "%zu checks may need %zu open files, the limit is %llu (LimitNOFILE= of the unit, ulimit -n)",
		 health->n_probes, health->n_probes + GX_FDS_OTHER, (unsigned long long)limit.rlim_cur);
}

void gx_health_set(struct gx_health *health, const struct gx_check *checks, size_t n_checks,
		   const struct gx_unit *units, size_t n_units)
{
	struct gx_probe **probes = gx_calloc(n_checks ? n_checks : 1, sizeof(struct gx_probe *));
	size_t n_probes = 0;

	for (size_t i = 1; i < n_checks; i++) {
		struct gx_probe *probe = gx_probe_new(health, &checks[i], units, n_units);

		if (probe)
			probes[n_probes++] = probe;
	}
	qsort(probes, n_probes, sizeof(struct gx_probe *), gx_probe_compare);
	gx_health_keep(health, probes, n_probes);
	gx_health_spread(health);
	gx_health_units(health, units, n_units);
	gx_health_complain(health);
}

void gx_health_counts(const struct gx_health *health, struct gx_health_counts *counts)
{
	*counts = health->counts;
	counts->checks = health->n_probes;
}

/* Where it fails, the limit stays as it is: gx_health_complain() compares. */
static void gx_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int gx_health_new(struct gx_health **out, struct event_base *base, gx_health_report *report, void *context,
		  struct gx_failure *failure)
{
	struct gx_health *health = gx_calloc(1, sizeof(*health));
	int error;

	health->base = base;
	health->report = report;
	health->context = context;
	error = gx_http_new(health, failure);
	if (error) {
		free(health);
		return error;
	}
	gx_raise_limit();
	/* A peer that closes while OpenSSL writes. */
	signal(SIGPIPE, SIG_IGN);
	*out = health;
	return 0;
}

void gx_health_free(struct gx_health *health)
{
	if (!health)
		return;
	for (size_t i = 0; i < health->n_probes; i++)
		gx_probe_free(health->probes[i]);
	gx_exec_free(health);
	gx_http_free(health);
	free(health->probes);
	free(health->units);
	free(health);
}
