/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A geoxdp command as a child of the service. */
#include "user/service/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/core/mem.h"

#define GX_CHILD_LIFE_S		600
#define GX_CHILD_GRACE_S	5
#define GX_CHILD_ARGUMENTS_MAX	256
#define GX_CHILD_LINE_MAX	4096
#define GX_CHILD_LIST_MAX	(64u << 20)
/* Read at a time, so that a child that prints without end does not keep the loop from turning. */
#define GX_CHILD_READ_OCTETS	4096
/* What a pipe holds, in such reads: pipe(7). */
#define GX_PIPE_PARTS		16
#define GX_CHILD_LIST_FD	3

enum { GX_PIPE_TEXT, GX_PIPE_LIST, GX_PIPES };

struct gx_child {
	struct gx_child_watcher watcher;
	struct evbuffer *read[GX_PIPES];
	struct event *readable[GX_PIPES];	/* NULL: at its end */
	struct event *exited;
	struct event *overdue;
	int pipes[GX_PIPES];
	int pidfd;
	bool too_late;
	bool told;		/* to end */
};

static void gx_child_free(struct gx_child *child)
{
	for (size_t i = 0; i < GX_PIPES; i++) {
		if (child->readable[i])
			event_free(child->readable[i]);
		if (child->read[i])
			evbuffer_free(child->read[i]);
		if (child->pipes[i] >= 0)
			close(child->pipes[i]);
	}
	if (child->exited)
		event_free(child->exited);
	if (child->overdue)
		event_free(child->overdue);
	if (child->pidfd >= 0)
		close(child->pidfd);
	free(child);
}

/* Hand on the lines that are complete; at the end, what is left as well. */
static void gx_child_lines(struct gx_child *child, bool end)
{
	struct evbuffer *text = child->read[GX_PIPE_TEXT];
	char part[GX_CHILD_LINE_MAX + 1], *line;
	size_t left;

	while ((line = evbuffer_readln(text, NULL, EVBUFFER_EOL_LF))) {
		child->watcher.line(child->watcher.context, line);
		free(line);
	}
	left = evbuffer_get_length(text);
	if (left && (end || left > GX_CHILD_LINE_MAX)) {
		int octets = evbuffer_remove(text, part, GX_CHILD_LINE_MAX);

		part[octets > 0 ? octets : 0] = 0;
		child->watcher.line(child->watcher.context, part);
	}
}

/* Read what is there. Returns the number of octets, 0: at the end, -1: nothing now. */
static int gx_child_read(struct gx_child *child, size_t pipe)
{
	int octets = evbuffer_read(child->read[pipe], child->pipes[pipe], GX_CHILD_READ_OCTETS);

	if (octets < 0)
		return errno == EAGAIN || errno == EINTR ? -1 : 0;
	if (pipe == GX_PIPE_TEXT)
		gx_child_lines(child, false);
	else if (evbuffer_get_length(child->read[pipe]) > GX_CHILD_LIST_MAX)
		return 0;
	return octets;
}

static void gx_child_on_text(evutil_socket_t fd, short what, void *context)
{
	struct gx_child *child = context;

	if (!gx_child_read(child, GX_PIPE_TEXT))
		event_del(child->readable[GX_PIPE_TEXT]);
}

static void gx_child_on_list(evutil_socket_t fd, short what, void *context)
{
	struct gx_child *child = context;

	if (!gx_child_read(child, GX_PIPE_LIST))
		event_del(child->readable[GX_PIPE_LIST]);
}

static void gx_child_on_exit(evutil_socket_t fd, short what, void *context)
{
	struct gx_child *child = context;
	siginfo_t info = {};
	char how[64] = "";
	int status = -1;

	if (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WNOHANG) || !info.si_pid)
		return;
	for (size_t i = 0; i < GX_PIPES; i++)
		for (size_t part = 0; part < GX_PIPE_PARTS && gx_child_read(child, i) > 0; part++)
			;
	gx_child_lines(child, true);
	if (info.si_code == CLD_EXITED)
		status = info.si_status;
	else
		snprintf(how, sizeof(how), "%s%s", child->too_late ? "took too long: " : "",
			 strsignal(info.si_status));
	child->watcher.done(child->watcher.context, status, how, child->read[GX_PIPE_LIST]);
	gx_child_free(child);
}

static void gx_child_signal(struct gx_child *child)
{
	const struct timeval grace = { .tv_sec = GX_CHILD_GRACE_S };

	pidfd_send_signal(child->pidfd, child->told ? SIGKILL : SIGTERM, NULL, 0);
	child->told = true;
	event_add(child->overdue, &grace);
}

static void gx_child_on_overdue(evutil_socket_t fd, short what, void *context)
{
	struct gx_child *child = context;

	child->too_late = !child->told;
	gx_child_signal(child);
}

void gx_child_end(struct gx_child *child)
{
	if (!child->told)
		gx_child_signal(child);
}

/* Start it with nothing to read, both pipes, no other descriptor, and signals as a shell would give them. */
static int gx_child_spawn(const char *const *arguments, const int ends[GX_PIPES], pid_t *pid)
{
	const char *words[GX_CHILD_ARGUMENTS_MAX + 2] = { "geoxdp" };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	size_t count = 1;
	int error;

	while (*arguments && count <= GX_CHILD_ARGUMENTS_MAX)
		words[count++] = *arguments++;
	if (*arguments)
		return E2BIG;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	/* A group of its own: ^C at a terminal is for the service, which ends the child. */
	posix_spawnattr_setpgroup(&attributes, 0);
	error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
							      POSIX_SPAWN_SETPGROUP);
	if (!error)
		error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&files, ends[GX_PIPE_LIST], GX_CHILD_LIST_FD);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&files, ends[GX_PIPE_TEXT], STDOUT_FILENO);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&files, ends[GX_PIPE_TEXT], STDERR_FILENO);
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(&files, GX_CHILD_LIST_FD + 1);
	if (!error)
		error = posix_spawn(pid, "/proc/self/exe", &files, &attributes, (char *const *)words, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* The pipes' other ends go to the child: above the descriptors that it gets them as, so that none is overwritten. */
static int gx_child_pipe(struct gx_child *child, size_t pipe, int *end)
{
	int fds[2], error = 0;

	if (pipe2(fds, O_CLOEXEC))
		return errno;
	child->pipes[pipe] = fds[0];
	*end = fcntl(fds[1], F_DUPFD_CLOEXEC, GX_CHILD_LIST_FD + 1);
	if (*end < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK))
		error = errno;
	close(fds[1]);
	return error;
}

static int gx_child_events(struct gx_child *child, struct event_base *base)
{
	const struct timeval life = { .tv_sec = GX_CHILD_LIFE_S };
	event_callback_fn on_pipe[GX_PIPES] = { gx_child_on_text, gx_child_on_list };

	for (size_t i = 0; i < GX_PIPES; i++) {
		child->read[i] = evbuffer_new();
		child->readable[i] = event_new(base, child->pipes[i], EV_READ | EV_PERSIST, on_pipe[i], child);
		if (!child->read[i] || !child->readable[i] || event_add(child->readable[i], NULL))
			return ENOMEM;
	}
	child->exited = event_new(base, child->pidfd, EV_READ | EV_PERSIST, gx_child_on_exit, child);
	child->overdue = event_new(base, -1, 0, gx_child_on_overdue, child);
	if (!child->exited || !child->overdue || event_add(child->exited, NULL) || event_add(child->overdue, &life))
		return ENOMEM;
	return 0;
}

int gx_child_start(struct gx_child **out, struct event_base *base, const char *const *arguments,
		   const struct gx_child_watcher *watcher, struct gx_failure *failure)
{
	struct gx_child *child = gx_calloc(1, sizeof(*child));
	int ends[GX_PIPES] = { -1, -1 }, error = 0;
	pid_t pid = 0;

	*child = (struct gx_child){ .watcher = *watcher, .pipes = { -1, -1 }, .pidfd = -1 };
	for (size_t i = 0; i < GX_PIPES && !error; i++)
		error = gx_child_pipe(child, i, &ends[i]);
	if (!error)
		error = gx_child_spawn(arguments, ends, &pid);
	for (size_t i = 0; i < GX_PIPES; i++)
		if (ends[i] >= 0)
			close(ends[i]);
	if (!error) {
		child->pidfd = pidfd_open(pid, 0);
		error = child->pidfd < 0 ? errno : gx_child_events(child, base);
		if (error) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
	}
	if (error) {
		gx_child_free(child);
		return gx_fail(failure, error, NULL, "geoxdp %s: start", arguments[0]);
	}
	*out = child;
	return 0;
}
