/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP: a connection is accepted. It is reset at once, so that thousands of checks leave no connections in TIME-WAIT,
 * here or there.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/service/health_impl.h"

struct gx_connect {
	struct sockaddr_storage address;
	socklen_t octets;
	int fd;
	struct event event;
};

/* Numbers only: nothing is asked for, so nothing is waited for. */
static bool gx_tcp_parse(const struct gx_check *check, struct sockaddr_storage *address, socklen_t *octets)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV }, *list;
	char port[8];

	snprintf(port, sizeof(port), "%u", check->port);
	if (getaddrinfo(check->address, port, &hints, &list))
		return false;
	memcpy(address, list->ai_addr, list->ai_addrlen);
	*octets = list->ai_addrlen;
	freeaddrinfo(list);
	return true;
}

bool gx_tcp_is_numeric(const struct gx_check *check)
{
	struct sockaddr_storage address;
	socklen_t octets;

	return check->address[0] && gx_tcp_parse(check, &address, &octets);
}

static void gx_tcp_stop(struct gx_probe *probe)
{
	struct gx_connect *connection = probe->own;

	event_del(&connection->event);
	close(connection->fd);
}

/* What connect() said, at once or later. */
static void gx_tcp_end(struct gx_probe *probe, int error)
{
	if (!error)
		gx_probe_end(probe, GX_VERDICT_UP, "connected");
	else
		gx_probe_end(probe, gx_errno_is_ours(error) ? GX_VERDICT_NONE : GX_VERDICT_DOWN, "connect: %s",
			     strerror(error));
}

static void gx_tcp_ready(evutil_socket_t fd, short what, void *context)
{
	struct gx_probe *probe = context;
	socklen_t octets = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &octets))
		error = errno;
	gx_tcp_stop(probe);
	gx_tcp_end(probe, error);
}

static void gx_tcp_start(struct gx_probe *probe)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct gx_connect *connection = probe->own;
	int fd, error = 0;

	if (!connection) {
		probe->own = connection = gx_calloc(1, sizeof(*connection));
		gx_tcp_parse(&probe->key.check, &connection->address, &connection->octets);
	}
	fd = socket(connection->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (fd < 0) {
		gx_probe_end(probe, GX_VERDICT_NONE, "socket: %s", strerror(errno));
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (connect(fd, (struct sockaddr *)&connection->address, connection->octets))
		error = errno;
	if (error == EINPROGRESS) {
		connection->fd = fd;
		event_assign(&connection->event, probe->health->base, fd, EV_WRITE, gx_tcp_ready, probe);
		if (!event_add(&connection->event, NULL))
			return;
		close(fd);
		gx_probe_end(probe, GX_VERDICT_NONE, "wait: %s", strerror(errno));
		return;
	}
	close(fd);
	gx_tcp_end(probe, error);
}

static void gx_tcp_free(struct gx_probe *probe)
{
	free(probe->own);
}

const struct gx_check_kind gx_check_tcp = {
	.start = gx_tcp_start,
	.stop = gx_tcp_stop,
	.free = gx_tcp_free,
};
