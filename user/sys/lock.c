/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks between commands, on folders. */
#include "user/sys/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define GX_LOCK_LOOK_MS 2

/* Whether a folder still has its name, after its lock was waited for. */
static bool gx_is_named(int fd, const char *folder)
{
	struct stat locked, named;

	return !fstat(fd, &locked) && !stat(folder, &named) && locked.st_dev == named.st_dev &&
	       locked.st_ino == named.st_ino;
}

int gx_lock_folder(const char *folder, int wait_ms, struct gx_failure *failure)
{
	const struct timespec pause = { .tv_nsec = GX_LOCK_LOOK_MS * 1000 * 1000 };

	for (int waited_ms = 0;; waited_ms += GX_LOCK_LOOK_MS) {
		int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;

		if (fd < 0)
			return gx_fail(failure, errno, NULL, "%s: open", folder);
		if (flock(fd, LOCK_EX | LOCK_NB))
			error = errno;
		else if (gx_is_named(fd, folder))
			return fd;
		close(fd);
		if (error && error != EWOULDBLOCK && error != EINTR)
			return gx_fail(failure, error, NULL, "%s: lock", folder);
		if (waited_ms >= wait_ms)
			return gx_fail(failure, EWOULDBLOCK, "another geoxdp command is at work", "%s: lock", folder);
		nanosleep(&pause, NULL);
	}
}
