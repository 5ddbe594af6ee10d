/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket, the end of those who ask. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "user/service/control.h"
#include "user/service/control_impl.h"
#include "user/sys/live.h"

const char *gx_request_name(enum gx_request request)
{
	return request == GX_REQUEST_REDISCOVER ? "rediscover" : "reload";
}

int gx_control_path(const char *name, char *path, size_t octets, struct gx_failure *failure)
{
	const char *state = gx_live_state_file(), *slash = strrchr(state, '/');
	const int folder = slash ? (int)(slash - state) : 1;

	if (snprintf(path, octets, "%.*s/%s", folder, slash ? state : ".", name) < (int)octets)
		return 0;
	return gx_fail(failure, ENAMETOOLONG, "GEOXDP_STATE names a shorter path", "%.*s: the service's files", folder,
		       state);
}

static int gx_control_connect(struct gx_failure *failure)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[GX_CONTROL_PATH_OCTETS];
	int error = gx_control_path("control", path, sizeof(path), failure), fd;

	if (error)
		return error;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return gx_fail(failure, errno, NULL, "%s: make socket", path);
	strcpy(address.sun_path, path);
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	error = errno;
	close(fd);
	if (error == ENOENT || error == ECONNREFUSED) {
		gx_fail(failure, 0, "`geoxdp run` is one; without it, `geoxdp up` builds anew", "no service runs");
		return -error;
	}
	return gx_fail(failure, error, error == EACCES ? "needs root" : NULL, "%s: connect", path);
}

/* The last line is the exit status: each line is told when the next one is there. */
static int gx_control_read(FILE *stream, void (*line)(const char *text), struct gx_failure *failure)
{
	char *text = NULL, *before = NULL, *end;
	size_t capacity = 0;
	ssize_t octets;
	long status;

	while ((octets = getline(&text, &capacity, stream)) > 0) {
		if (before)
			line(before);
		free(before);
		if (text[octets - 1] == '\n')
			text[octets - 1] = 0;
		before = text;
		text = NULL;
		capacity = 0;
	}
	free(text);
	status = before ? strtol(before, &end, 10) : -1;
	if (!before || !*before || *end || status < 0 || status > 255)
		status = gx_fail(failure, EPIPE, "its log may say why; `geoxdp status` shows what serves",
				 "the service ended before its reply was complete");
	free(before);
	return (int)status;
}

int gx_control_ask(enum gx_request request, void (*line)(const char *text), struct gx_failure *failure)
{
	int fd = gx_control_connect(failure), status;
	FILE *stream;

	if (fd < 0)
		return fd;
	stream = fdopen(fd, "r+");
	if (!stream) {
		close(fd);
		return gx_fail(failure, errno, NULL, "control socket: open");
	}
	fprintf(stream, "%s\n", gx_request_name(request));
	if (fflush(stream))
		status = gx_fail(failure, errno, NULL, "control socket: write");
	else
		status = gx_control_read(stream, line, failure);
	fclose(stream);
	return status;
}
