// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A client's TCP connection: framing, limits, and the answers of the program.
 *
 *   client ── input ── a query ──┬── program ──────────────────┬── output ── client
 *                                └── backend (tcp_backend.c) ──┘
 *
 * Each answer goes out as soon as it is there (RFC 7766 7), all that are there together in one write. Nothing is
 * read while too much is unread or unanswered, so what a client can take up is bounded.
 */
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/service/tcp_impl.h"

int gx_next_message(struct evbuffer *buffer)
{
	uint8_t length[GX_LENGTH_OCTETS];
	int octets;

	if (evbuffer_copyout(buffer, length, sizeof(length)) < (ev_ssize_t)sizeof(length))
		return 0;
	octets = length[0] << 8 | length[1];
	if (octets < GX_DNS_HEADER_OCTETS)
		return -1;
	return evbuffer_get_length(buffer) < (size_t)(GX_LENGTH_OCTETS + octets) ? 0 : octets;
}

bool gx_connection_has_room(const struct gx_connection *connection)
{
	return evbuffer_get_length(bufferevent_get_output(connection->client)) < GX_UNREAD_OCTETS;
}

void gx_connection_send(struct gx_connection *connection, const uint8_t *message, size_t octets)
{
	const uint8_t length[GX_LENGTH_OCTETS] = { octets >> 8, octets };
	struct evbuffer *output = bufferevent_get_output(connection->client);

	evbuffer_add(output, length, sizeof(length));
	evbuffer_add(output, message, octets);
}

void gx_connection_touch(struct gx_connection *connection)
{
	clock_gettime(CLOCK_MONOTONIC, &connection->active);
	TAILQ_REMOVE(&connection->tcp->connections, connection, by_activity);
	TAILQ_INSERT_TAIL(&connection->tcp->connections, connection, by_activity);
}

bool gx_connection_is_idle(const struct gx_connection *connection)
{
	return !connection->n_waiting && !evbuffer_get_length(bufferevent_get_output(connection->client));
}

/*
 * Let the program answer. False: the query is the backend's: the program passed it, or its answer is larger than what
 * a frame holds, which it says by TC=1.
 */
static bool gx_answer_query(struct gx_connection *connection, const uint8_t *message, size_t octets)
{
	struct gx_tcp *tcp = connection->tcp;
	const struct gx_outcome *outcome = &tcp->outcome;
	struct gx_failure failure;
	size_t offset;

	if (!tcp->serves || octets > GX_FRAME_MESSAGE_OCTETS)
		return false;
	octets = gx_frame_wrap(&connection->ends, message, octets, tcp->frame);
	if (gx_serving_run(&tcp->serving, tcp->frame, octets, true, &tcp->outcome, &failure) ||
	    outcome->action != XDP_TX)
		return false;
	offset = gx_frame_message(outcome->frame, outcome->octets);
	if (!offset || outcome->frame[offset + 2] & GX_DNS1_TC)
		return false;
	gx_connection_send(connection, outcome->frame + offset, outcome->octets - offset);
	tcp->counts.answered++;
	return true;
}

static bool gx_may_take(const struct gx_connection *connection)
{
	return gx_connection_has_room(connection) && connection->n_waiting < GX_WAITING_MAX &&
	       connection->waiting_octets < GX_WAITING_OCTETS;
}

/*
 * Answer or hand on what has come, up to a batch. The serving generation is looked for before: all queries here were
 * sent before that, so none that was sent after a swap returned gets an answer of the old generation.
 */
static void gx_take_queries(struct gx_connection *connection)
{
	struct evbuffer *input = bufferevent_get_input(connection->client);
	struct gx_tcp *tcp = connection->tcp;
	int octets = 0, taken;

	for (taken = 0; taken < GX_BATCH_QUERIES && gx_may_take(connection); taken++) {
		const uint8_t *message;

		octets = gx_next_message(input);
		if (octets <= 0)
			break;
		if (!taken)
			gx_tcp_refresh(tcp);
		message = evbuffer_pullup(input, GX_LENGTH_OCTETS + octets) + GX_LENGTH_OCTETS;
		if (message[2] & GX_DNS1_QR) {
			octets = -1;
			break;
		}
		gx_connection_touch(connection);
		if (!gx_answer_query(connection, message, octets))
			gx_backend_ask(connection, message, octets);
		evbuffer_drain(input, GX_LENGTH_OCTETS + octets);
	}
	if (octets < 0) {
		/* There is no way to find the next query. What was asked before is answered. */
		tcp->counts.malformed++;
		connection->last = true;
		evbuffer_drain(input, evbuffer_get_length(input));
	} else if (taken == GX_BATCH_QUERIES) {
		event_add(connection->turn, &(struct timeval){});
	}
}

/* Something is still to be done for a client that sends no more. */
static bool gx_is_owed(struct gx_connection *connection)
{
	struct evbuffer *input = bufferevent_get_input(connection->client);

	return !gx_connection_is_idle(connection) || gx_next_message(input) > 0 ||
	       (connection->transfer && connection->backend);
}

static void gx_let_read(struct bufferevent *from, bool read)
{
	if (read == !!(bufferevent_get_enabled(from) & EV_READ))
		return;
	if (read)
		bufferevent_enable(from, EV_READ);
	else
		bufferevent_disable(from, EV_READ);
}

void gx_connection_work(struct gx_connection *connection)
{
	gx_backend_relay(connection);
	gx_take_queries(connection);
	if (connection->over || (connection->last && !gx_is_owed(connection))) {
		gx_connection_free(connection);
		return;
	}
	gx_let_read(connection->client, !connection->last && gx_may_take(connection));
	if (connection->backend && !connection->backend_gone)
		gx_let_read(connection->backend, gx_connection_has_room(connection));
}

static void gx_on_client(struct bufferevent *client, void *argument)
{
	gx_connection_work(argument);
}

static void gx_on_turn(evutil_socket_t fd, short what, void *argument)
{
	gx_connection_work(argument);
}

/*
 * End of what the client sends, or a reset. Answers still go out after the former: the client may have closed its
 * half only.
 */
static void gx_on_client_event(struct bufferevent *client, short what, void *argument)
{
	struct gx_connection *connection = argument;

	if (what & BEV_EVENT_ERROR || what & BEV_EVENT_WRITING)
		connection->over = true;
	connection->last = true;
	gx_connection_work(connection);
}

/* Milliseconds until the connection has been without use for too long. The backend is waited for longer. */
static int64_t gx_left_ms(const struct gx_connection *connection)
{
	bool all_read = !evbuffer_get_length(bufferevent_get_output(connection->client));
	unsigned int idle_s = connection->tcp->idle_s;
	struct timespec now;

	if (all_read && (connection->n_waiting || connection->transfer) && idle_s < GX_BACKEND_S)
		idle_s = GX_BACKEND_S;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)idle_s * 1000 - (int64_t)(now.tv_sec - connection->active.tv_sec) * 1000 -
	       (now.tv_nsec - connection->active.tv_nsec) / 1000000;
}

static void gx_set_deadline(struct gx_connection *connection)
{
	int64_t left_ms = gx_left_ms(connection);

	if (left_ms < 1)
		left_ms = 1;
	event_add(connection->deadline, &(struct timeval){ left_ms / 1000, left_ms % 1000 * 1000 });
}

/*
 * Use does not move the timer: it finds out that it is early, and is set anew. A query in pieces is no use before it is
 * complete, nor is an answer that the client does not read.
 */
static void gx_on_deadline(evutil_socket_t fd, short what, void *argument)
{
	struct gx_connection *connection = argument;

	if (gx_left_ms(connection) <= 0) {
		bool all_read = !evbuffer_get_length(bufferevent_get_output(connection->client));

		if (!connection->n_waiting || !all_read) {
			connection->tcp->counts.expired++;
			connection->over = true;
			gx_connection_work(connection);
			return;
		}
		connection->backend_spoke = false; /* asking again would not help */
		gx_backend_lose(connection);
		gx_connection_touch(connection);
	}
	gx_set_deadline(connection);
	gx_connection_work(connection);
}

struct gx_connection *gx_connection_new(struct gx_tcp *tcp, int fd, const struct gx_ends *ends,
					const struct sockaddr_storage *local, socklen_t local_octets)
{
	struct gx_connection *connection = gx_calloc(1, sizeof(*connection));
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connection->tcp = tcp;
	connection->ends = *ends;
	connection->local = *local;
	connection->local_octets = local_octets;
	TAILQ_INIT(&connection->waiting);
	connection->client = bufferevent_socket_new(tcp->base, fd, BEV_OPT_CLOSE_ON_FREE);
	connection->turn = evtimer_new(tcp->base, gx_on_turn, connection);
	connection->deadline = evtimer_new(tcp->base, gx_on_deadline, connection);
	bufferevent_setcb(connection->client, gx_on_client, gx_on_client, gx_on_client_event, connection);
	bufferevent_setwatermark(connection->client, EV_READ, 0, GX_READ_OCTETS);
	bufferevent_setwatermark(connection->client, EV_WRITE, GX_UNREAD_OCTETS / 2, 0);
	TAILQ_INSERT_TAIL(&tcp->connections, connection, by_activity);
	gx_connection_touch(connection);
	gx_set_deadline(connection);
	bufferevent_enable(connection->client, EV_READ | EV_WRITE);
	return connection;
}

void gx_connection_free(struct gx_connection *connection)
{
	TAILQ_REMOVE(&connection->tcp->connections, connection, by_activity);
	LIST_REMOVE(connection, by_client);
	connection->tcp->counts.connections--;
	gx_backend_free(connection);
	gx_waiting_free(connection);
	bufferevent_free(connection->client);
	event_free(connection->turn);
	event_free(connection->deadline);
	free(connection);
}
