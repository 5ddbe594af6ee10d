/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watching the files of a configuration. */
#include "user/service/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/service/log.h"

#define GX_WATCH_QUIET_MS	300
#define GX_WATCH_UNREST_MS	5000
#define GX_WATCH_POLL_S		5
#define GX_WATCH_LINKS_MAX	40	/* as the kernel, which calls it ELOOP */

/* Of a folder on the way, and of one with files. */
#define GX_WATCH_WAY (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)
#define GX_WATCH_FILES (GX_WATCH_WAY | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)

/* A name in a watched folder that matters; "": all do. */
struct gx_interest {
	int wd;
	char *name;
};

struct gx_watch {
	struct event_base *base;
	gx_watch_stirred *stirred;
	gx_watch_calm *calm;
	void *context;
	int fd;
	struct event *readable;
	struct event *quiet;
	struct event *poll;
	bool unrest;
	struct timeval unrest_since;
	bool refused;
	struct gx_interest *interests;	/* by wd and name, each once */
	size_t n_interests, capacity;
};

static int gx_compare_interests(const void *left, const void *right)
{
	const struct gx_interest *a = left, *b = right;

	return a->wd != b->wd ? (a->wd < b->wd ? -1 : 1) : strcmp(a->name, b->name);
}

static bool gx_matters(const struct gx_watch *watch, int wd, const char *name)
{
	const struct gx_interest one = { .wd = wd, .name = (char *)name }, all = { .wd = wd, .name = "" };

	return watch->n_interests &&
	       (bsearch(&one, watch->interests, watch->n_interests, sizeof(one), gx_compare_interests) ||
		bsearch(&all, watch->interests, watch->n_interests, sizeof(all), gx_compare_interests));
}

void gx_watch_stir(struct gx_watch *watch)
{
	struct timeval now, wait = { .tv_usec = GX_WATCH_QUIET_MS * 1000 };
	long unrest_ms;

	watch->stirred(watch->context);
	event_base_gettimeofday_cached(watch->base, &now);
	if (!watch->unrest)
		watch->unrest_since = now;
	watch->unrest = true;
	unrest_ms = (now.tv_sec - watch->unrest_since.tv_sec) * 1000 +
		    (now.tv_usec - watch->unrest_since.tv_usec) / 1000;
	if (unrest_ms < 0 || unrest_ms + GX_WATCH_QUIET_MS <= GX_WATCH_UNREST_MS)
		event_add(watch->quiet, &wait);
}

static void gx_watch_on_quiet(evutil_socket_t fd, short what, void *context)
{
	struct gx_watch *watch = context;

	watch->unrest = false;
	watch->calm(watch->context);
}

static void gx_watch_on_poll(evutil_socket_t fd, short what, void *context)
{
	struct gx_watch *watch = context;

	watch->calm(watch->context);
}

static void gx_watch_on_events(evutil_socket_t fd, short what, void *context)
{
	char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	struct gx_watch *watch = context;
	ssize_t octets = read(watch->fd, buffer, sizeof(buffer));
	bool matters = false;

	for (ssize_t at = 0; at < octets;) {
		const struct inotify_event *event = (const struct inotify_event *)(buffer + at);

		at += (ssize_t)(sizeof(*event) + event->len);
		if (event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT))
			matters = true;
		else if (event->len && gx_matters(watch, event->wd, event->name))
			matters = true;
	}
	if (matters)
		gx_watch_stir(watch);
}

/*
 * A name in a folder matters. The folder was there a moment ago; if it is not any more, the one above it will tell.
 *
 * @events: IN_MASK_ADD, for a folder may be both on the way to a file, and the one that the file is in
 */
static void gx_watch_name(struct gx_watch *watch, const char *folder, const char *name, size_t octets, uint32_t events)
{
	int wd = inotify_add_watch(watch->fd, *folder ? folder : "/", events | IN_ONLYDIR | IN_MASK_ADD);

	if (wd >= 0) {
		gx_grow(&watch->interests, watch->n_interests, watch->capacity);
		watch->interests[watch->n_interests++] =
			(struct gx_interest){ .wd = wd, .name = strndup(name, octets) };
		return;
	}
	if (errno == ENOENT || errno == ENOTDIR || watch->refused)
		return;
	gx_log(GX_LOG_WARNING, "%s: watch: %s%s; files are looked at every %d s instead", *folder ? folder : "/",
	       strerror(errno), errno == ENOSPC ? " (sysctl fs.inotify.max_user_watches allows more)" : "",
	       GX_WATCH_POLL_S);
	watch->refused = true;
}

/* A way through the file system, and what of it is still to go. */
struct gx_way {
	char real[PATH_MAX];	/* no links, no '/' at its end */
	char rest[2 * PATH_MAX];
	int links;
};

/* A symbolic link: what it says goes in front of the rest. */
static bool gx_way_turn(struct gx_way *way, const char *link, size_t folder_octets, const char *next)
{
	char target[PATH_MAX], rest[sizeof(way->rest)];
	ssize_t octets = readlink(link, target, sizeof(target) - 1);

	if (octets <= 0 || ++way->links > GX_WATCH_LINKS_MAX)
		return false;
	target[octets] = 0;
	if (snprintf(rest, sizeof(rest), "%s/%s", target, next) >= (int)sizeof(rest))
		return false;
	strcpy(way->rest, rest);
	way->real[*target == '/' ? 0 : folder_octets] = 0;
	return true;
}

/*
 * Go along a path as the kernel does, name by name, and watch each name in the folder where it stands: any of them
 * may appear, vanish, or be turned elsewhere.
 *
 * @way: real is the folder to start in, and receives where the path leads
 * @events: for the last name
 *
 * Returns whether all of it is there.
 */
static bool gx_watch_along(struct gx_watch *watch, struct gx_way *way, const char *path, uint32_t events)
{
	char *next = way->rest;

	way->links = 0;
	if (snprintf(way->rest, sizeof(way->rest), "%s", path) >= (int)sizeof(way->rest))
		return false;
	while (*(next += strspn(next, "/"))) {
		const size_t folder_octets = strlen(way->real), octets = strcspn(next, "/");
		char *after = next + octets + strspn(next + octets, "/"), link[PATH_MAX];
		struct stat status;

		if (folder_octets + octets + 2 > sizeof(way->real))
			return false;
		if (octets == 2 && !strncmp(next, "..", 2)) {
			char *slash = strrchr(way->real, '/');

			if (slash)
				*slash = 0;
		} else if (octets > 1 || *next != '.') {
			gx_watch_name(watch, way->real, next, octets, *after ? GX_WATCH_WAY : events);
			sprintf(way->real + folder_octets, "/%.*s", (int)octets, next);
			if (lstat(way->real, &status))
				return false;
			if (S_ISLNK(status.st_mode)) {
				strcpy(link, way->real);
				if (!gx_way_turn(way, link, folder_octets, after))
					return false;
				after = way->rest;
			}
		}
		next = after;
	}
	return true;
}

/* A file, or a folder whose name ends with '/'; the way to the folder it is in is gone once for all its files. */
static void gx_watch_path(struct gx_watch *watch, const char *path, struct gx_way *folder, const char **gone,
			  bool *there)
{
	const char *slash = strrchr(path, '/');
	const size_t octets = (size_t)(slash - path) + 1;
	struct gx_way way;

	if (!*gone || strncmp(*gone, path, octets) || strchr(*gone + octets, '/')) {
		char *name = strndup(path, octets);

		folder->real[0] = 0;
		*there = gx_watch_along(watch, folder, name, GX_WATCH_WAY);
		*gone = path;
		free(name);
	}
	if (!*there)
		return;
	if (!slash[1]) {
		gx_watch_name(watch, folder->real, "", 0, GX_WATCH_FILES);
		return;
	}
	strcpy(way.real, folder->real);
	gx_watch_along(watch, &way, slash + 1, GX_WATCH_FILES);
}

static void gx_free_interests(struct gx_interest *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i].name);
	free(list);
}

/* Watches of before that nobody is interested in any more. Both lists are by wd. */
static void gx_watch_leave(struct gx_watch *watch, const struct gx_interest *before, size_t count)
{
	size_t j = 0;

	for (size_t i = 0; i < count; i++) {
		if (i && before[i].wd == before[i - 1].wd)
			continue;
		while (j < watch->n_interests && watch->interests[j].wd < before[i].wd)
			j++;
		if (j == watch->n_interests || watch->interests[j].wd != before[i].wd)
			inotify_rm_watch(watch->fd, before[i].wd);
	}
}

void gx_watch_set(struct gx_watch *watch, const struct gx_stamps *stamps)
{
	const struct timeval poll = { .tv_sec = GX_WATCH_POLL_S };
	struct gx_interest *before = watch->interests;
	const size_t n_before = watch->n_interests;
	const char *gone = NULL;
	struct gx_way folder;
	bool there = false;

	watch->interests = NULL;
	watch->n_interests = watch->capacity = 0;
	for (size_t i = 0; i < stamps->count; i++)
		gx_watch_path(watch, stamps->list[i].path, &folder, &gone, &there);
	if (watch->n_interests)
		qsort(watch->interests, watch->n_interests, sizeof(*watch->interests), gx_compare_interests);
	gx_watch_leave(watch, before, n_before);
	gx_free_interests(before, n_before);
	if (watch->refused && !event_pending(watch->poll, EV_TIMEOUT, NULL))
		event_add(watch->poll, &poll);
}

int gx_watch_new(struct gx_watch **out, struct event_base *base, gx_watch_stirred *stirred, gx_watch_calm *calm,
		 void *context, struct gx_failure *failure)
{
	struct gx_watch *watch = gx_calloc(1, sizeof(*watch));

	*watch = (struct gx_watch){ .base = base, .stirred = stirred, .calm = calm, .context = context };
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd < 0) {
		int error = gx_fail(failure, errno, "sysctl fs.inotify.max_user_instances allows more", "inotify: start");

		free(watch);
		return error;
	}
	watch->readable = event_new(base, watch->fd, EV_READ | EV_PERSIST, gx_watch_on_events, watch);
	watch->quiet = event_new(base, -1, 0, gx_watch_on_quiet, watch);
	watch->poll = event_new(base, -1, EV_PERSIST, gx_watch_on_poll, watch);
	event_add(watch->readable, NULL);
	*out = watch;
	return 0;
}

void gx_watch_free(struct gx_watch *watch)
{
	if (!watch)
		return;
	event_free(watch->readable);
	event_free(watch->quiet);
	event_free(watch->poll);
	close(watch->fd);
	gx_free_interests(watch->interests, watch->n_interests);
	free(watch);
}
