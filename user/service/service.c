/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `geoxdp run`: when to build, and what follows from how a build ended. */
#include "user/service/service.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/service/control.h"
#include "user/service/follow.h"
#include "user/service/links.h"
#include "user/service/log.h"
#include "user/service/notify.h"
#include "user/service/permit.h"
#include "user/service/supervise.h"
#include "user/service/watch.h"

/* Exit statuses of `geoxdp up`. */
#define GX_STATUS_FAILED	1

/* Wait between attempts to build that failed for another reason than the configuration: doubled each time. */
#define GX_RETRY_FIRST_S	1
#define GX_RETRY_LAST_S		60

/* The clock may be set: the time of the next renewal is looked at again after so long. */
#define GX_RENEW_LOOK_S		60

/* Words of a child's command line beside two for each interface. */
#define GX_UP_WORDS		12

enum { GX_SIGNALS = 3 };

struct gx_daemon {
	const struct gx_service_options *options;
	char *config;			/* absolute */
	struct event_base *base;
	struct event *signals[GX_SIGNALS];
	struct event *watchdog;
	struct event *retry;
	struct event *renew;		/* signatures will be to be made anew */
	uint32_t not_renewed;		/* the generation that the log said this of */
	struct gx_follow *follow;
	struct gx_watch *watch;
	struct gx_links *links;
	struct gx_control *control;
	struct gx_stamps stamps;
	struct gx_permit permit;
	struct gx_child *child;		/* NULL: none runs */
	bool queued;			/* another build was asked for while one runs */
	int retry_s;
	bool built;			/* the first build has ended, well or not */
	bool ready;			/* systemd knows */
	bool stopping;
	int last_status;		/* of the last build */
	int lock;
};

static void gx_service_build(struct gx_daemon *service, const char *why);

/* --- what systemd is told -------------------------------------------------------------------------- */

static void gx_service_tell(struct gx_daemon *service)
{
	const struct gx_serving *serving = gx_follow_serving(service->follow);
	const char *trouble = service->last_status == 0 ? "" :
			      service->last_status == GX_STATUS_FAILED || service->last_status < 0 ?
			      "; the last build failed, and is tried again: see the log" :
			      "; the configuration has mistakes, and waits to be changed: see the log";

	if (service->stopping)
		return;
	if (service->child)
		gx_notify_status("%s", serving ? "serving, and building anew" : "building");
	else if (serving)
		gx_notify_status("generation %u serves on %s%s", serving->meta.generation, serving->interface, trouble);
	else
		gx_notify_status("nothing serves%s", trouble);
	if (service->child || !service->built || (!serving && !service->ready))
		return;
	service->ready = true;
	gx_notify_ready();
}

/* --- building ---------------------------------------------------------------------------------- */

static void gx_service_retry(struct gx_daemon *service)
{
	const struct timeval wait = { .tv_sec = service->retry_s };

	gx_log(GX_LOG_NOTICE, "trying again in %d s, or when a file changes", service->retry_s);
	event_add(service->retry, &wait);
	service->retry_s = service->retry_s * 2 > GX_RETRY_LAST_S ? GX_RETRY_LAST_S : service->retry_s * 2;
}

static void gx_service_on_retry(evutil_socket_t fd, short what, void *context)
{
	gx_service_build(context, "another attempt");
}

static void gx_child_on_line(void *context, const char *line)
{
	struct gx_daemon *service = context;

	gx_log_line(GX_LOG_NOTICE, line);
	gx_control_line(service->control, line);
}

/* Files of one list that the other does not have, and that are there. */
static void gx_tell_difference(struct gx_daemon *service, const struct gx_stamps *list, const struct gx_stamps *other,
			       const char *what)
{
	char line[4200];

	for (size_t i = 0; i < list->count; i++) {
		if (!list->list[i].stamp.inode || gx_stamps_find(other, list->list[i].path))
			continue;
		snprintf(line, sizeof(line), "%s: %s", list->list[i].path, what);
		gx_control_line(service->control, line);
	}
}

/* The files of the next build are the ones that this one read, or looked for. */
static void gx_service_take_list(struct gx_daemon *service, struct evbuffer *list)
{
	struct gx_stamps before = {};

	gx_stamps_copy(&before, &service->stamps);
	gx_stamps_follow(&service->stamps, list);
	if (gx_control_wants_files(service->control)) {
		gx_tell_difference(service, &service->stamps, &before, "read for the first time");
		gx_tell_difference(service, &before, &service->stamps, "not read any more");
	}
	gx_stamps_free(&before);
}

/* Those of the build that has ended: which ones it takes, the configuration said. */
static void gx_service_note_links(struct gx_daemon *service)
{
	char **names;
	size_t count = gx_follow_candidates(service->follow, &names);

	gx_links_note(service->links, names, count);
	gx_pins_free_names(names, count);
}

static void gx_service_stop_now(struct gx_daemon *service);

/* status: as gx_child_watcher has it. */
static void gx_service_judge(struct gx_daemon *service, int status, const char *how)
{
	const bool serves = gx_follow_serving(service->follow);
	const char *kept = serves ? "what served before serves on" : "nothing serves";

	service->last_status = status;
	if (status == 0) {
		service->retry_s = GX_RETRY_FIRST_S;
		if (!serves)
			gx_log(GX_LOG_NOTICE, "nothing serves: `geoxdp down` came before the end of the build; "
			       "`geoxdp reload` brings it up again");
	} else if (status == GX_STATUS_FAILED || status < 0) {
		gx_log(GX_LOG_ERROR, "the build failed%s%s; %s", *how ? ": " : "", how, kept);
		gx_service_retry(service);
	} else {
		gx_log(GX_LOG_ERROR, "the configuration is not taken; %s, until a file changes", kept);
	}
}

static void gx_child_on_done(void *context, int status, const char *how, struct evbuffer *list)
{
	struct gx_daemon *service = context;

	service->child = NULL;
	service->built = true;
	gx_permit_end(&service->permit, status == 0);
	if (service->stopping) {
		gx_service_stop_now(service);
		return;
	}
	if (status >= 0)
		gx_service_take_list(service, list);
	gx_watch_set(service->watch, &service->stamps);
	gx_service_note_links(service);
	gx_follow_look(service->follow);
	gx_service_judge(service, status, how);
	if (*how)
		gx_control_line(service->control, how);
	gx_control_end(service->control, status < 0 ? GX_STATUS_FAILED : status);
	gx_service_tell(service);
	if (service->queued)
		gx_service_build(service, "asked for meanwhile");
	else if (gx_stamps_changed(&service->stamps))
		gx_watch_stir(service->watch);
	else
		gx_permit_calm(&service->permit, false);
}

static int gx_service_start(struct gx_daemon *service, struct gx_failure *failure)
{
	const struct gx_service_options *options = service->options;
	const struct gx_child_watcher watcher = { gx_child_on_line, gx_child_on_done, service };
	char *const *permit;
	const size_t n_permit = gx_permit_begin(&service->permit, &permit);
	const char **words = gx_calloc(GX_UP_WORDS + 2 * options->n_interfaces + n_permit, sizeof(*words));
	size_t count = 0;
	int error;

	words[count++] = "up";
	words[count++] = options->config ? "-c" : "-p";
	words[count++] = service->config;
	words[count++] = "--files";
	words[count++] = GX_CHILD_LIST;
	if (options->mode) {
		words[count++] = "-m";
		words[count++] = options->mode;
	}
	if (options->force)
		words[count++] = "-F";
	if (options->quiet)
		words[count++] = "-q";
	for (size_t i = 0; i < options->n_interfaces; i++) {
		words[count++] = "-i";
		words[count++] = options->interfaces[i];
	}
	for (size_t i = 0; i < n_permit; i++)
		words[count++] = permit[i];
	error = gx_child_start(&service->child, service->base, words, &watcher, failure);
	free(words);
	return error;
}

/* Build now; or once more after the one that runs. */
static void gx_service_build(struct gx_daemon *service, const char *why)
{
	struct gx_failure failure;

	if (service->stopping)
		return;
	service->queued = service->child;
	if (service->child)
		return;
	if (!service->options->quiet)
		gx_log(GX_LOG_INFO, "%s: building: %s", service->config, why);
	event_del(service->retry);
	gx_control_begin(service->control);
	gx_stamps_renew(&service->stamps);
	gx_links_renew(service->links);
	if (service->ready)
		gx_notify_reloading();
	if (gx_service_start(service, &failure)) {
		gx_permit_end(&service->permit, false);
		service->last_status = GX_STATUS_FAILED;
		gx_log(GX_LOG_ERROR, "%s", failure.text);
		gx_control_line(service->control, failure.text);
		gx_control_end(service->control, GX_STATUS_FAILED);
		gx_service_retry(service);
	}
	gx_service_tell(service);
}

/* As gx_service_build(): somebody wants it, so that it may attach, too. */
static void gx_service_ask(struct gx_daemon *service, const char *why)
{
	gx_permit_ask(&service->permit);
	gx_service_build(service, why);
}

static void gx_service_on_stir(void *context)
{
	struct gx_daemon *service = context;

	gx_permit_stir(&service->permit);
}

static void gx_service_on_calm(void *context)
{
	struct gx_daemon *service = context;
	const char *path;
	char why[4200];

	gx_watch_set(service->watch, &service->stamps);
	path = gx_stamps_changed(&service->stamps);
	/* The end of a build looks as well. */
	if (service->child)
		return;
	gx_permit_calm(&service->permit, path);
	if (!path)
		return;
	snprintf(why, sizeof(why), "%s changed", path);
	gx_service_build(service, why);
}

static void gx_service_on_links(void *context)
{
	struct gx_daemon *service = context;
	const char *name = gx_links_changed(service->links);
	char why[64];

	/* After a `geoxdp down`, nothing is to come up by itself. */
	if (!name || (!gx_follow_serving(service->follow) && !event_pending(service->retry, EV_TIMEOUT, NULL)))
		return;
	snprintf(why, sizeof(why), "%s changed", name);
	gx_service_build(service, why);
}

static void gx_service_on_asked(void *context, enum gx_request request)
{
	gx_service_ask(context, gx_request_name(request));
}

/* --- renewing signatures ----------------------------------------------------------------------- */

/* Is a newer generation kept than the one that serves? */
static bool gx_is_rolled_back(const struct gx_serving *serving)
{
	uint32_t *numbers;
	size_t count = gx_pins_generations(serving->interface, &numbers);
	bool is_newer = count && numbers[count - 1] > serving->meta.generation;

	free(numbers);
	return is_newer;
}

/*
 * Signatures of geo names are made anew long before they run out. Not where somebody went back to this generation:
 * a build would undo that.
 */
static void gx_service_renew(struct gx_daemon *service)
{
	const struct gx_serving *serving = gx_follow_serving(service->follow);
	const uint64_t now = (uint64_t)time(NULL);
	struct timeval wait = { .tv_sec = GX_RENEW_LOOK_S };
	bool rolled_back;

	event_del(service->renew);
	if (!serving || !serving->meta.renew_s || service->stopping)
		return;
	if (now < serving->meta.renew_s) {
		if (serving->meta.renew_s - now < GX_RENEW_LOOK_S)
			wait.tv_sec = (time_t)(serving->meta.renew_s - now);
		event_add(service->renew, &wait);
		return;
	}
	event_add(service->renew, &wait);
	rolled_back = gx_is_rolled_back(serving);
	/* What the last build found wrong is waited for already. */
	if (!rolled_back && !service->child && service->last_status == 0)
		gx_service_build(service, "signatures are to be renewed");
	if (!rolled_back || service->not_renewed == serving->meta.generation)
		return;
	service->not_renewed = serving->meta.generation;
	gx_log(GX_LOG_WARNING, "%s: signatures of generation %u are not renewed, since a newer one was rolled back; "
	       "`geoxdp reload` builds anew", serving->interface, serving->meta.generation);
}

static void gx_service_on_renew(evutil_socket_t fd, short what, void *context)
{
	gx_service_renew(context);
}

static void gx_service_on_changed(void *context, int gone)
{
	struct gx_daemon *service = context;

	/* An interface that was removed may come back; a `geoxdp down` was meant. */
	if (gone == -ENODEV && !service->child && !service->stopping)
		gx_service_retry(service);
	gx_permit_look(&service->permit);
	gx_service_renew(service);
	gx_service_tell(service);
}

/* --- signals and the end ----------------------------------------------------------------------- */

static void gx_down_on_done(void *context, int status, const char *how, struct evbuffer *list)
{
	struct gx_daemon *service = context;

	service->child = NULL;
	if (status)
		gx_log(GX_LOG_ERROR, "`geoxdp down` failed%s%s", *how ? ": " : "", how);
	event_base_loopbreak(service->base);
}

/* No child runs any more. */
static void gx_service_stop_now(struct gx_daemon *service)
{
	const struct gx_child_watcher watcher = { gx_child_on_line, gx_down_on_done, service };
	struct gx_failure failure;
	const char **words;
	char **interfaces;
	size_t count;

	if (!service->options->detach) {
		event_base_loopbreak(service->base);
		return;
	}
	count = gx_follow_interfaces(service->follow, &interfaces);
	words = gx_calloc(2 * count + 2, sizeof(*words));
	words[0] = "down";
	for (size_t i = 0; i < count; i++) {
		words[1 + 2 * i] = "-i";
		words[2 + 2 * i] = interfaces[i];
	}
	if (!count) {
		event_base_loopbreak(service->base);
	} else if (gx_child_start(&service->child, service->base, words, &watcher, &failure)) {
		gx_log(GX_LOG_ERROR, "%s", failure.text);
		event_base_loopbreak(service->base);
	}
	gx_pins_free_names(interfaces, count);
	free(words);
}

static void gx_service_on_stop(evutil_socket_t number, short what, void *context)
{
	struct gx_daemon *service = context;

	if (service->stopping)
		return;
	service->stopping = true;
	gx_log(GX_LOG_NOTICE, "%s: stopping%s", strsignal((int)number),
	       service->options->detach ? "" : gx_follow_serving(service->follow) ? "; what serves goes on" : "");
	gx_notify_stopping();
	event_del(service->retry);
	event_del(service->renew);
	if (service->child)
		gx_child_end(service->child);
	else
		gx_service_stop_now(service);
}

static void gx_service_on_hangup(evutil_socket_t number, short what, void *context)
{
	gx_service_ask(context, "SIGHUP");
}

/* --- the begin --------------------------------------------------------------------------------- */

/* One service for each state file: the lock lives as long as the process. */
static int gx_service_lock(struct gx_failure *failure)
{
	char folder[PATH_MAX], path[PATH_MAX], pid[32] = "";
	int error = gx_control_path("", folder, sizeof(folder), failure), fd;

	if (error)
		return error;
	if (mkdir(folder, 0755) && errno != EEXIST)
		return gx_fail(failure, errno, errno == EACCES ? "needs root" : NULL, "%s: make folder", folder);
	error = gx_control_path("run.lock", path, sizeof(path), failure);
	if (error)
		return error;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return gx_fail(failure, errno, errno == EACCES ? "needs root" : NULL, "%s: open", path);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		error = errno;
		if (error == EWOULDBLOCK && read(fd, pid, sizeof(pid) - 1) > 0)
			gx_fail(failure, 0, "another GEOXDP_STATE keeps them apart", "a service runs already: pid %d",
				atoi(pid));
		else
			gx_fail(failure, error, NULL, "%s: lock", path);
		close(fd);
		return -error;
	}
	snprintf(pid, sizeof(pid), "%d\n", getpid());
	/* For the message above alone: where the disk is full, the lock holds as well. */
	if (ftruncate(fd, 0) || write(fd, pid, strlen(pid)) < 0)
		gx_log(GX_LOG_WARNING, "%s: write: %s", path, strerror(errno));
	return fd;
}

static void gx_service_signal(struct gx_daemon *service, size_t i, int number, event_callback_fn call)
{
	service->signals[i] = evsignal_new(service->base, number, call, service);
	event_add(service->signals[i], NULL);
}

static int gx_service_open(struct gx_daemon *service, struct gx_failure *failure)
{
	const struct gx_service_options *options = service->options;
	const struct gx_follow_options follow = {
		.interfaces = options->interfaces, .n_interfaces = options->n_interfaces, .config = service->config,
		.no_tcp = options->no_tcp, .quiet = options->quiet, .changed = gx_service_on_changed, .context = service,
	};
	int error;

	service->lock = gx_service_lock(failure);
	if (service->lock < 0)
		return service->lock;
	service->base = event_base_new();
	if (!service->base)
		return gx_fail(failure, ENOMEM, NULL, "event loop: start");
	signal(SIGPIPE, SIG_IGN);
	gx_service_signal(service, 0, SIGHUP, gx_service_on_hangup);
	gx_service_signal(service, 1, SIGTERM, gx_service_on_stop);
	gx_service_signal(service, 2, SIGINT, gx_service_on_stop);
	service->retry = event_new(service->base, -1, 0, gx_service_on_retry, service);
	service->renew = event_new(service->base, -1, 0, gx_service_on_renew, service);
	error = gx_watch_new(&service->watch, service->base, gx_service_on_stir, gx_service_on_calm, service,
			     failure);
	if (!error)
		error = gx_links_new(&service->links, service->base, gx_service_on_links, service, failure);
	if (!error)
		error = gx_control_new(&service->control, service->base, gx_service_on_asked, service, failure);
	if (!error)
		error = gx_follow_new(&service->follow, service->base, &follow, failure);
	return error;
}

static void gx_service_close(struct gx_daemon *service)
{
	gx_control_free(service->control, "the service stops");
	gx_follow_free(service->follow);
	gx_watch_free(service->watch);
	gx_links_free(service->links);
	gx_stamps_free(&service->stamps);
	gx_permit_free(&service->permit);
	for (size_t i = 0; i < GX_SIGNALS; i++)
		if (service->signals[i])
			event_free(service->signals[i]);
	if (service->retry)
		event_free(service->retry);
	if (service->renew)
		event_free(service->renew);
	if (service->watchdog)
		event_free(service->watchdog);
	if (service->base)
		event_base_free(service->base);
	if (service->lock >= 0)
		close(service->lock);
	free(service->config);
}

int gx_service_run(const struct gx_service_options *options)
{
	struct gx_daemon service = { .options = options, .config = gx_absolute_path(options->config ? options->config : options->pdns),
				     .retry_s = GX_RETRY_FIRST_S, .lock = -1 };
	struct gx_failure failure;
	int status = 0;

	if (gx_service_open(&service, &failure)) {
		gx_log(GX_LOG_ERROR, "%s", failure.text);
		status = GX_STATUS_FAILED;
	} else {
		/* What serves from before is taken care of at once; the build goes on beside it. */
		gx_follow_look(service.follow);
		service.watchdog = gx_notify_watchdog(service.base);
		gx_stamps_of_one(&service.stamps, service.config);
		gx_watch_set(service.watch, &service.stamps);
		gx_service_note_links(&service);
		gx_service_ask(&service, "start");
		event_base_dispatch(service.base);
	}
	gx_service_close(&service);
	return status;
}
