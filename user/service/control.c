/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket, the service's end. */
#include "user/service/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/service/control_impl.h"
#include "user/service/log.h"
#include "user/sys/live.h"

#define GX_CLIENTS_MAX		16
#define GX_CLIENT_UNREAD_MAX	(1u << 20)
#define GX_CLIENT_ASK_S		5	/* to send its request */
#define GX_CLIENT_READ_S	30	/* to take some of the reply */

enum gx_client_state {
	GX_CLIENT_ASKS,
	GX_CLIENT_WAITS,	/* for the next build to begin */
	GX_CLIENT_FOLLOWS,	/* the build under way */
	GX_CLIENT_LEAVES,	/* when it has read the reply */
};

struct gx_client {
	struct gx_control *control;
	struct gx_client *next;
	struct bufferevent *stream;
	enum gx_client_state state;
	enum gx_request request;
};

struct gx_control {
	struct event_base *base;
	gx_control_asked *asked;
	void *context;
	int fd;
	struct event *acceptable;
	struct event *pause;
	struct gx_client *clients;
	size_t n_clients;
	char path[GX_CONTROL_PATH_OCTETS];
};

static void gx_client_free(struct gx_client *client)
{
	struct gx_client **at = &client->control->clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	client->control->n_clients--;
	bufferevent_free(client->stream);
	free(client);
}

/* False: the client is gone, for it does not read what it asked for. */
static bool gx_client_say(struct gx_client *client, const char *line)
{
	struct evbuffer *out = bufferevent_get_output(client->stream);

	if (evbuffer_get_length(out) > GX_CLIENT_UNREAD_MAX) {
		gx_client_free(client);
		return false;
	}
	evbuffer_add_printf(out, "%s\n", line);
	return true;
}

static void gx_client_leave(struct gx_client *client, int status)
{
	char last[16];

	snprintf(last, sizeof(last), "%d", status);
	if (!gx_client_say(client, last))
		return;
	client->state = GX_CLIENT_LEAVES;
}

static void gx_client_on_written(struct bufferevent *stream, void *context)
{
	struct gx_client *client = context;

	if (client->state == GX_CLIENT_LEAVES)
		gx_client_free(client);
}

static void gx_client_on_event(struct bufferevent *stream, short what, void *context)
{
	gx_client_free(context);
}

static void gx_client_on_line(struct bufferevent *stream, void *context)
{
	struct gx_client *client = context;
	struct evbuffer *in = bufferevent_get_input(stream);
	char *line;

	if (client->state != GX_CLIENT_ASKS) {
		evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF);
	if (!line) {
		if (evbuffer_get_length(in) > GX_CONTROL_REQUEST_OCTETS)
			gx_client_free(client);
		return;
	}
	for (enum gx_request each = GX_REQUEST_RELOAD; each <= GX_REQUEST_REDISCOVER; each++) {
		if (strcmp(line, gx_request_name(each)))
			continue;
		client->state = GX_CLIENT_WAITS;
		client->request = each;
		bufferevent_set_timeouts(stream, NULL, &(struct timeval){ .tv_sec = GX_CLIENT_READ_S });
		free(line);
		client->control->asked(client->control->context, each);
		return;
	}
	free(line);
	if (gx_client_say(client, "no such request: reload or rediscover"))
		gx_client_leave(client, 2);
}

/* The socket's mode keeps others out; this does as well where a file system does not look at it. */
static bool gx_may_ask(int fd)
{
	struct ucred peer;
	socklen_t octets = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &octets) && (!peer.uid || peer.uid == geteuid());
}

static void gx_control_on_client(evutil_socket_t fd, short what, void *context)
{
	struct gx_control *control = context;
	int stream = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct gx_client *client;

	if (stream < 0) {
		/* Without descriptors, the socket would be readable again and again. */
		event_del(control->acceptable);
		event_add(control->pause, &(struct timeval){ .tv_sec = 1 });
		return;
	}
	if (control->n_clients >= GX_CLIENTS_MAX || !gx_may_ask(stream)) {
		close(stream);
		return;
	}
	client = gx_calloc(1, sizeof(*client));
	client->control = control;
	client->stream = bufferevent_socket_new(control->base, stream, BEV_OPT_CLOSE_ON_FREE);
	if (!client->stream) {
		close(stream);
		free(client);
		return;
	}
	client->next = control->clients;
	control->clients = client;
	control->n_clients++;
	bufferevent_setcb(client->stream, gx_client_on_line, gx_client_on_written, gx_client_on_event, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, 4 * GX_CONTROL_REQUEST_OCTETS);
	bufferevent_set_timeouts(client->stream, &(struct timeval){ .tv_sec = GX_CLIENT_ASK_S },
				 &(struct timeval){ .tv_sec = GX_CLIENT_READ_S });
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

static void gx_control_on_pause(evutil_socket_t fd, short what, void *context)
{
	struct gx_control *control = context;

	event_add(control->acceptable, NULL);
}

void gx_control_begin(struct gx_control *control)
{
	for (struct gx_client *client = control->clients; client; client = client->next)
		if (client->state == GX_CLIENT_WAITS)
			client->state = GX_CLIENT_FOLLOWS;
}

bool gx_control_wants_files(const struct gx_control *control)
{
	for (const struct gx_client *client = control->clients; client; client = client->next)
		if (client->state == GX_CLIENT_FOLLOWS && client->request == GX_REQUEST_REDISCOVER)
			return true;
	return false;
}

void gx_control_line(struct gx_control *control, const char *line)
{
	for (struct gx_client *client = control->clients, *next; client; client = next) {
		next = client->next;
		if (client->state == GX_CLIENT_FOLLOWS)
			gx_client_say(client, line);
	}
}

void gx_control_end(struct gx_control *control, int status)
{
	for (struct gx_client *client = control->clients, *next; client; client = next) {
		next = client->next;
		if (client->state == GX_CLIENT_FOLLOWS)
			gx_client_leave(client, status);
	}
}

static int gx_control_listen(const char *path, struct gx_failure *failure)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	mode_t mask;
	int failed;

	if (fd < 0)
		return gx_fail(failure, errno, NULL, "%s: make socket", path);
	strcpy(address.sun_path, path);
	unlink(path); /* of a service that was killed: the lock says that none runs */
	mask = umask(0177);
	failed = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (failed || listen(fd, GX_CLIENTS_MAX)) {
		int error = gx_fail(failure, errno, NULL, "%s: listen", path);

		close(fd);
		return error;
	}
	return fd;
}

int gx_control_new(struct gx_control **out, struct event_base *base, gx_control_asked *asked, void *context,
		   struct gx_failure *failure)
{
	struct gx_control *control = gx_calloc(1, sizeof(*control));
	int error;

	*control = (struct gx_control){ .base = base, .asked = asked, .context = context };
	error = gx_control_path("control", control->path, sizeof(control->path), failure);
	if (!error) {
		control->fd = gx_control_listen(control->path, failure);
		error = control->fd < 0 ? control->fd : 0;
	}
	if (error) {
		free(control);
		return error;
	}
	control->acceptable = event_new(base, control->fd, EV_READ | EV_PERSIST, gx_control_on_client, control);
	control->pause = event_new(base, -1, 0, gx_control_on_pause, control);
	event_add(control->acceptable, NULL);
	*out = control;
	return 0;
}

void gx_control_free(struct gx_control *control, const char *why)
{
	if (!control)
		return;
	event_free(control->acceptable);
	event_free(control->pause);
	close(control->fd);
	unlink(control->path);
	while (control->clients) {
		struct gx_client *client = control->clients;
		struct evbuffer *out = bufferevent_get_output(client->stream);

		evbuffer_add_printf(out, "%s\n1\n", why);
		evbuffer_unfreeze(out, 1);
		evbuffer_write(out, bufferevent_getfd(client->stream));
		gx_client_free(client);
	}
	free(control);
}
