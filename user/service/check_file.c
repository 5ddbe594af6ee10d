/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * FILE: a file is the switch that an operator, or a program of theirs, holds in hand: "down" as its first word takes
 * the unit down, in any case, since gdnsd's extfile has it in capitals. A file that is not there gives no such order:
 * /run is empty after a reboot, and that must not take every site down. What cannot be read says nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/service/health_impl.h"

#define GX_BLANKS " \t\r\n"

static void gx_file_judge(struct gx_probe *probe, const char *text)
{
	const char *word = text + strspn(text, GX_BLANKS);
	int octets = strcspn(word, GX_BLANKS);

	if (octets == 4 && !strncasecmp(word, "down", 4))
		gx_probe_end(probe, GX_VERDICT_DOWN, "says %.*s", octets, word);
	else if (octets)
		gx_probe_end(probe, GX_VERDICT_UP, "says %.*s", octets > 32 ? 32 : octets, word);
	else
		gx_probe_end(probe, GX_VERDICT_UP, "is empty");
}

static void gx_file_start(struct gx_probe *probe)
{
	struct stat status;
	char text[256];
	ssize_t octets;
	int error = 0, fd;

	/* Without O_NONBLOCK, opening a FIFO that nobody writes to would wait. */
	fd = open(probe->key.check.target, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		gx_probe_end(probe, GX_VERDICT_UP, "is not there");
		return;
	}
	if (fd < 0 || fstat(fd, &status)) {
		gx_probe_end(probe, GX_VERDICT_NONE, "open: %s", strerror(errno));
		goto out;
	}
	if (!S_ISREG(status.st_mode)) {
		gx_probe_end(probe, GX_VERDICT_NONE, "is no regular file");
		goto out;
	}
	octets = read(fd, text, sizeof(text) - 1);
	if (octets < 0) {
		error = errno;
		gx_probe_end(probe, GX_VERDICT_NONE, "read: %s", strerror(error));
		goto out;
	}
	text[octets] = '\0';
	gx_file_judge(probe, text);
out:
	if (fd >= 0)
		close(fd);
}

/* Attempts end where they begin. */
static void gx_file_nothing(struct gx_probe *probe)
{
}

const struct gx_check_kind gx_check_file = {
	.start = gx_file_start,
	.stop = gx_file_nothing,
	.free = gx_file_nothing,
};
