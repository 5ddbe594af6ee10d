/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EXEC: a program exits with status 0. It runs in a process group of its own, which ends with it: what it has
 * started and left is killed too. A pidfd tells when it has ended, so no SIGCHLD is needed, and no other child is
 * touched.
 *
 * A program that cannot be started, or is killed by somebody else (the kernel, when memory is out), says nothing of
 * the unit.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/service/health_impl.h"

/* How long gx_exec_free() waits for all that it has killed. */
#define GX_EXEC_LAST_MS	500
/* A killed program ends within a millisecond, or it sleeps in the kernel: after so many looks that is told. */
#define GX_EXEC_LOOKS	50

/* A program that was started and has not been waited for. probe->own while its check exists, running or killed. */
struct gx_child {
	struct gx_probe *probe;		/* NULL: the check is no more */
	struct gx_child *next;		/* of health->children then */
	struct gx_health *health;
	pid_t pid;
	int pidfd;			/* -1: none could be had; it is killed */
	uint32_t looks;			/* how often the next attempt has found it still there */
	struct event event;
};

/*
 * Returns false while it lives. The group goes first: as long as the leader is not waited for, its number is not used
 * anew.
 */
static bool gx_child_reap(struct gx_child *child, siginfo_t *info)
{
	info->si_pid = 0;
	if (!waitid(P_PID, child->pid, info, WEXITED | WNOHANG | WNOWAIT) && !info->si_pid)
		return false;
	/* Else it has ended, or somebody else has waited for it (ECHILD): then the number may be another's. */
	if (info->si_pid) {
		kill(-child->pid, SIGKILL);
		waitid(P_PID, child->pid, info, WEXITED | WNOHANG);
	}
	return true;
}

static void gx_child_free(struct gx_child *child)
{
	if (child->pidfd >= 0) {
		event_del(&child->event);
		close(child->pidfd);
	}
	free(child);
}

static void gx_exec_judge(struct gx_probe *probe, const siginfo_t *info)
{
	if (!info->si_pid)
		gx_probe_end(probe, GX_VERDICT_NONE, "something else waited for it");
	else if (info->si_code == CLD_EXITED)
		gx_probe_end(probe, info->si_status ? GX_VERDICT_DOWN : GX_VERDICT_UP, "exit status %d",
			     info->si_status);
	else if (info->si_status == SIGKILL)
		gx_probe_end(probe, GX_VERDICT_NONE, "killed from outside (is memory out?)");
	else
		gx_probe_end(probe, GX_VERDICT_DOWN, "ended by signal %d (%s)", info->si_status,
			     strsignal(info->si_status));
}

static void gx_exec_ended(evutil_socket_t fd, short what, void *context)
{
	struct gx_child *child = context;
	struct gx_probe *probe = child->probe;
	struct gx_child **link = &child->health->children;
	siginfo_t info;

	if (!gx_child_reap(child, &info))
		return;
	if (!probe) {
		while (*link != child)
			link = &(*link)->next;
		*link = child->next;
	} else {
		probe->own = NULL;
	}
	gx_child_free(child);
	if (probe && probe->running)
		gx_exec_judge(probe, &info);
}

/* Returns 0 or an errno. What is open here stays here: at the limit of open files, too, since the first step closes. */
static int gx_exec_spawn(char *const *arguments, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	error = posix_spawn_file_actions_addclosefrom_np(&actions, 0);
	for (int fd = 0; fd <= 2 && !error; fd++)
		error = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (!error)
		error = posix_spawn(pid, arguments[0], &actions, &attributes, arguments, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Wait for the end of a program. Returns 0, or an errno: then it is killed, and looked for at the next attempt. */
static int gx_exec_wait(struct gx_probe *probe, pid_t pid)
{
	struct gx_child *child = gx_calloc(1, sizeof(*child));
	int error = 0;

	child->probe = probe;
	child->health = probe->health;
	child->pid = pid;
	probe->own = child;
	child->pidfd = pidfd_open(pid, 0);
	if (child->pidfd >= 0) {
		event_assign(&child->event, probe->health->base, child->pidfd, EV_READ | EV_PERSIST, gx_exec_ended,
			     child);
		if (!event_add(&child->event, NULL))
			return 0;
	}
	error = errno;
	if (child->pidfd >= 0)
		close(child->pidfd);
	child->pidfd = -1;
	kill(-pid, SIGKILL);
	return error;
}

/* Has the program of the last attempt, which was killed, ended? If not, this attempt is put off, or says so. */
static bool gx_exec_is_gone(struct gx_probe *probe)
{
	struct gx_child *child = probe->own;
	siginfo_t info;

	if (!child)
		return true;
	if (gx_child_reap(child, &info)) {
		gx_child_free(child);
		probe->own = NULL;
		return true;
	}
	if (++child->looks % GX_EXEC_LOOKS)
		gx_probe_postpone(probe);
	else
		gx_probe_end(probe, GX_VERDICT_NONE, "process %d was killed and is still there", child->pid);
	return false;
}

static void gx_exec_start(struct gx_probe *probe)
{
	struct gx_check *check = &probe->key.check;
	char *arguments[sizeof(check->target) + 1], *text = check->target;
	pid_t pid;
	int error;

	if (!gx_exec_is_gone(probe))
		return;
	for (size_t i = 0; i < check->n_arguments; i++, text += strlen(text) + 1)
		arguments[i] = text;
	arguments[check->n_arguments] = NULL;
	error = check->n_arguments ? gx_exec_spawn(arguments, &pid) : EINVAL;
	if (!error)
		error = gx_exec_wait(probe, pid);
	if (error)
		gx_probe_end(probe, GX_VERDICT_NONE, "start: %s", strerror(error));
}

/* The program is dead, and remains until the loop has seen it. */
static void gx_exec_stop(struct gx_probe *probe)
{
	struct gx_child *child = probe->own;

	kill(-child->pid, SIGKILL);
}

static void gx_exec_forget(struct gx_probe *probe)
{
	struct gx_child *child = probe->own;

	if (!child)
		return;
	child->probe = NULL;
	child->next = probe->health->children;
	probe->health->children = child;
}

/* One that sleeps in the kernel and cannot die is left to init. */
void gx_exec_free(struct gx_health *health)
{
	int rest_ms = GX_EXEC_LAST_MS;
	siginfo_t info;

	while (health->children) {
		struct gx_child *child = health->children;

		health->children = child->next;
		while (!gx_child_reap(child, &info) && rest_ms-- > 0)
			poll(NULL, 0, 1);
		gx_child_free(child);
	}
}

const struct gx_check_kind gx_check_exec = {
	.start = gx_exec_start,
	.stop = gx_exec_stop,
	.free = gx_exec_forget,
};
