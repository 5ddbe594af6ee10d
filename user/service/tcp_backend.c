// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The backend's side of a client's TCP connection: queries go on as they are and replies come back as they are, so
 * transfers, updates and TSIG work. One connection to the backend for each of a client's, made when it is needed.
 */
#include <errno.h>
#include <libknot/libknot.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "geoxdp/limits.h"
#include "user/core/mem.h"
#include "user/service/tcp_impl.h"

#define GX_QUESTION_FIXED_OCTETS 4
#define GX_SERVFAIL_OCTETS (GX_DNS_HEADER_OCTETS + GX_NAME_MAX_OCTETS + GX_QUESTION_FIXED_OCTETS + GX_OPT_OCTETS)

/* Octets of the only question of a message, 0: it has none, several, or a malformed one. */
static size_t gx_question_octets(const uint8_t *message, size_t octets)
{
	size_t at = GX_DNS_HEADER_OCTETS;

	if (knot_wire_get_qdcount(message) != 1)
		return 0;
	while (at < octets && message[at]) {
		if (message[at] > KNOT_DNAME_MAXLABELLEN)
			return 0;
		at += 1 + message[at];
	}
	at += 1 + GX_QUESTION_FIXED_OCTETS;
	return at <= octets ? at - GX_DNS_HEADER_OCTETS : 0;
}

static bool gx_is_transfer(const struct gx_waiting *query)
{
	size_t octets = gx_question_octets(query->message, query->octets);
	uint16_t type = octets ? knot_wire_read_u16(query->message + GX_DNS_HEADER_OCTETS + octets -
						    GX_QUESTION_FIXED_OCTETS) : 0;

	return type == KNOT_RRTYPE_AXFR || type == KNOT_RRTYPE_IXFR;
}

/* A reply without a question is taken by its ID: the second message of a transfer, or an error. */
static bool gx_belongs_to(const uint8_t *reply, size_t octets, const struct gx_waiting *query)
{
	size_t question = gx_question_octets(reply, octets);

	if (memcmp(reply, query->message, 2))
		return false;
	return !question || (question == gx_question_octets(query->message, query->octets) &&
			     !memcmp(reply + GX_DNS_HEADER_OCTETS, query->message + GX_DNS_HEADER_OCTETS, question));
}

static void gx_forget_waiting(struct gx_connection *connection, struct gx_waiting *query)
{
	TAILQ_REMOVE(&connection->waiting, query, list);
	connection->n_waiting--;
	connection->waiting_octets -= query->octets;
	free(query);
}

void gx_waiting_free(struct gx_connection *connection)
{
	while (!TAILQ_EMPTY(&connection->waiting))
		gx_forget_waiting(connection, TAILQ_FIRST(&connection->waiting));
}

/*
 * Note that a query was answered. A transfer may go on in more messages; where it ends is not looked for, since that
 * takes parsing of all of them (RFC 5936 2.2, RFC 1995 4).
 */
static void gx_note_reply(struct gx_connection *connection, const uint8_t *reply, size_t octets)
{
	struct gx_waiting *query = TAILQ_FIRST(&connection->waiting);

	while (query && !gx_belongs_to(reply, octets, query))
		query = TAILQ_NEXT(query, list);
	if (!query)
		return;
	if (gx_is_transfer(query) && !knot_wire_get_rcode(reply) && knot_wire_get_ancount(reply))
		connection->transfer = true;
	gx_forget_waiting(connection, query);
}

/* SERVFAIL with the question, and with OPT where the query had one (RFC 6891 7). Returns its octets. */
static size_t gx_render_servfail(const struct gx_waiting *query, uint8_t out[GX_SERVFAIL_OCTETS])
{
	knot_pkt_t *asked = knot_pkt_new((void *)query->message, query->octets, NULL);
	knot_pkt_t *reply = knot_pkt_new(out, GX_SERVFAIL_OCTETS, NULL);
	knot_rrset_t opt;
	size_t octets;

	knot_pkt_parse(asked, 0); /* as far as it goes */
	if (knot_pkt_init_response(reply, asked)) {
		memcpy(out, query->message, GX_DNS_HEADER_OCTETS);
		memset(out + 4, 0, GX_DNS_HEADER_OCTETS - 4);
		out[2] |= GX_DNS1_QR;
		out[3] = 0;
		reply->size = GX_DNS_HEADER_OCTETS;
	}
	knot_wire_set_rcode(out, KNOT_RCODE_SERVFAIL);
	if (asked->opt_rr) {
		knot_edns_init(&opt, GX_REPLY_MAX_OCTETS, 0, GX_OPT_VERSION, NULL);
		knot_pkt_begin(reply, KNOT_ADDITIONAL);
		knot_pkt_put(reply, KNOT_COMPR_HINT_NONE, &opt, KNOT_PF_FREE);
	}
	octets = reply->size;
	knot_pkt_free(reply);
	knot_pkt_free(asked);
	return octets;
}

static void gx_fail_waiting(struct gx_connection *connection, struct gx_waiting *query)
{
	uint8_t reply[GX_SERVFAIL_OCTETS];

	gx_connection_send(connection, reply, gx_render_servfail(query, reply));
	connection->tcp->counts.failed++;
	gx_forget_waiting(connection, query);
}

static void gx_on_backend(struct bufferevent *backend, void *argument)
{
	gx_connection_work(argument);
}

static void gx_on_backend_event(struct bufferevent *backend, short what, void *argument)
{
	struct gx_connection *connection = argument;

	if (what & BEV_EVENT_CONNECTED)
		return;
	if (!(what & BEV_EVENT_TIMEOUT))
		connection->backend_gone = true;
	else if (!connection->n_waiting && !connection->transfer)
		gx_backend_free(connection);
	/* After a time-out reading is off: what goes on turns it on again. */
	gx_connection_work(connection);
}

/*
 * A connection to the name server's own socket at the address that the client asked. It comes from that address as
 * well, by which the sk_lookup program knows it, and does not bring it back here.
 */
static int gx_connect_backend(struct gx_connection *connection)
{
	struct sockaddr_storage from = connection->local;
	int family = from.ss_family, fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1;

	if (fd < 0)
		return -errno;
	if (family == AF_INET6)
		((struct sockaddr_in6 *)&from)->sin6_port = 0;
	else
		((struct sockaddr_in *)&from)->sin_port = 0;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&from, connection->local_octets)) {
		int error = errno;

		close(fd);
		return -error;
	}
	/* Deferred: a connect that fails at once must not call back from within this call. */
	connection->backend = bufferevent_socket_new(connection->tcp->base, fd, BEV_OPT_CLOSE_ON_FREE |
						     BEV_OPT_DEFER_CALLBACKS);
	connection->backend_spoke = connection->backend_gone = false;
	bufferevent_setcb(connection->backend, gx_on_backend, NULL, gx_on_backend_event, connection);
	bufferevent_setwatermark(connection->backend, EV_READ, 0, GX_READ_OCTETS);
	bufferevent_set_timeouts(connection->backend, &(struct timeval){ .tv_sec = GX_BACKEND_IDLE_S }, NULL);
	bufferevent_socket_connect(connection->backend, (const struct sockaddr *)&connection->local,
				   connection->local_octets);
	bufferevent_enable(connection->backend, EV_READ | EV_WRITE);
	return 0;
}

/* Write to the backend, or say that it cannot be reached. */
static bool gx_write_backend(struct gx_connection *connection, const struct gx_waiting *query)
{
	const uint8_t length[GX_LENGTH_OCTETS] = { query->octets >> 8, query->octets };

	if (!connection->backend && gx_connect_backend(connection))
		return false;
	bufferevent_write(connection->backend, length, sizeof(length));
	bufferevent_write(connection->backend, query->message, query->octets);
	return true;
}

void gx_backend_ask(struct gx_connection *connection, const uint8_t *message, size_t octets)
{
	struct gx_waiting *query = gx_calloc(1, sizeof(*query) + octets);

	query->octets = octets;
	memcpy(query->message, message, octets);
	TAILQ_INSERT_TAIL(&connection->waiting, query, list);
	connection->n_waiting++;
	connection->waiting_octets += octets;
	connection->tcp->counts.passed++;
	if (!gx_write_backend(connection, query))
		gx_fail_waiting(connection, query);
}

/*
 * A name server may close a connection that it found idle just when the next query is on its way, or after so many
 * queries. So they are asked again where the connection had been of use: each time at least one is answered. Where it
 * was not, all get SERVFAIL, as does what is no plain query: an update must not be made twice. A transfer that
 * broke off can only be told by closing.
 */
void gx_backend_lose(struct gx_connection *connection)
{
	bool again = connection->backend_spoke;
	struct gx_waiting *query, *next;

	gx_backend_free(connection);
	if (connection->transfer) {
		connection->transfer = false;
		connection->last = true;
		gx_waiting_free(connection);
		evbuffer_drain(bufferevent_get_input(connection->client), SIZE_MAX);
		return;
	}
	for (query = TAILQ_FIRST(&connection->waiting); query; query = next) {
		next = TAILQ_NEXT(query, list);
		if (!again || knot_wire_get_opcode(query->message) != KNOT_OPCODE_QUERY ||
		    !gx_write_backend(connection, query))
			gx_fail_waiting(connection, query);
	}
}

/* The client has sent its last query: tell the backend, which then closes behind its last answer. */
static void gx_end_backend(struct gx_connection *connection)
{
	struct evbuffer *output = bufferevent_get_output(connection->backend);

	if (connection->last && connection->transfer && !connection->backend_gone && !evbuffer_get_length(output) &&
	    gx_next_message(bufferevent_get_input(connection->client)) <= 0)
		shutdown(bufferevent_getfd(connection->backend), SHUT_WR);
}

void gx_backend_relay(struct gx_connection *connection)
{
	struct evbuffer *output = bufferevent_get_output(connection->client), *input;
	int octets = 0;

	if (!connection->backend)
		return;
	input = bufferevent_get_input(connection->backend);
	while (gx_connection_has_room(connection) && (octets = gx_next_message(input)) > 0) {
		gx_note_reply(connection, evbuffer_pullup(input, GX_LENGTH_OCTETS + octets) + GX_LENGTH_OCTETS,
			      octets);
		evbuffer_remove_buffer(input, output, GX_LENGTH_OCTETS + octets);
		connection->backend_spoke = true;
		gx_connection_touch(connection);
	}
	if (octets < 0 || (connection->backend_gone && octets == 0 && gx_connection_has_room(connection)))
		gx_backend_lose(connection);
	else
		gx_end_backend(connection);
}

void gx_backend_free(struct gx_connection *connection)
{
	if (connection->backend)
		bufferevent_free(connection->backend);
	connection->backend = NULL;
}
