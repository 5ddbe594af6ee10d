/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files that answer TCP. */
#ifndef GEOXDP_SERVICE_TCP_IMPL_H
#define GEOXDP_SERVICE_TCP_IMPL_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/queue.h>
#include <time.h>

#include "geoxdp/dns.h"
#include "user/core/addr.h"
#include "user/core/frame.h"
#include "user/service/tcp.h"
#include "user/sys/serving.h"
#include "user/sys/steer.h"

/* RFC 1035 4.2.2: two octets of length before each message. */
#define GX_LENGTH_OCTETS 2
#define GX_MESSAGE_MAX_OCTETS 65535
/* What is read before a message is complete: the kernel's window bounds what comes beyond. */
#define GX_READ_OCTETS (GX_LENGTH_OCTETS + GX_MESSAGE_MAX_OCTETS)
/* Answers that a client has not read yet: above it, no more queries are read. One message more may be added. */
#define GX_UNREAD_OCTETS 65536
/* Queries that the backend has not answered yet: as many of one connection are kept, of so many octets. */
#define GX_WAITING_MAX 128
#define GX_WAITING_OCTETS 131072
/* Queries of one connection that are answered before others get their turn. */
#define GX_BATCH_QUERIES 64
/* A backend that says nothing for so long has died: a name server answers in milliseconds; transfers take a start. */
#define GX_BACKEND_S 30
/* A connection to the backend that nobody needs any more is closed: a name server has few of them (NSD: 100). */
#define GX_BACKEND_IDLE_S 1

#define GX_TCP_BUCKETS 1024	/* of clients by address */

/* A query that the backend has and did not answer, as it came. */
struct gx_waiting {
	TAILQ_ENTRY(gx_waiting) list;
	size_t octets;
	uint8_t message[];
};

struct gx_connection {
	struct gx_tcp *tcp;
	TAILQ_ENTRY(gx_connection) by_activity;
	LIST_ENTRY(gx_connection) by_client;
	struct gx_ends ends;
	struct sockaddr_storage local;	/* the service address, port 53 */
	socklen_t local_octets;
	struct bufferevent *client;
	struct event *turn;		/* zero: there is more to do, others come first */
	struct event *deadline;
	struct timespec active;		/* when a query was complete, or the backend answered */
	bool last;			/* the client sends no more, or nothing that would be read */
	bool over;			/* to be closed now */

	struct bufferevent *backend;	/* NULL: not needed yet, or lost */
	bool backend_spoke;		/* it answered on this connection */
	bool backend_gone;		/* it closed; what it said before may be in the buffer */
	bool transfer;			/* it began a zone transfer, whose end nobody looks for */
	TAILQ_HEAD(gx_waiting_list, gx_waiting) waiting;
	size_t n_waiting, waiting_octets;
};

struct gx_tcp {
	struct event_base *base;
	char interface[IF_NAMESIZE];
	struct gx_serving serving;
	bool serves;			/* serving is open */
	struct gx_steer *steer;
	struct evconnlistener *listeners[GX_FAMILIES];
	struct event *pause;		/* after which connections are accepted again */
	uint8_t mac[6];
	unsigned int idle_s, max_connections, max_per_client;
	TAILQ_HEAD(gx_connections, gx_connection) connections;	/* the one idle longest first */
	LIST_HEAD(gx_bucket, gx_connection) clients[GX_TCP_BUCKETS];
	uint64_t seed;
	struct gx_tcp_counts counts;
	char note[256];
	/* Of the query at hand. */
	struct gx_outcome outcome;
	uint8_t frame[GX_FRAME_OCTETS];
};

/**
 * gx_connection_new - begin to read queries
 * @fd: accepted; is closed with the connection
 * @ends: client, its port, and the service address
 *
 * The caller puts it into its bucket.
 */
struct gx_connection *gx_connection_new(struct gx_tcp *tcp, int fd, const struct gx_ends *ends,
					const struct sockaddr_storage *local, socklen_t local_octets);
void gx_connection_free(struct gx_connection *connection);

/* Nothing is owed to the client. It may have sent a part of a query. */
bool gx_connection_is_idle(const struct gx_connection *connection);

/**
 * gx_connection_work - do what can be done now: relay, answer, read on or stop reading
 *
 * The only place where a connection ends by itself: callbacks call it last.
 */
void gx_connection_work(struct gx_connection *connection);

/* The connection was of use: its idle time begins. */
void gx_connection_touch(struct gx_connection *connection);

/* Octets of the complete message at the front of a buffer, without its length; 0: incomplete; -1: too short for DNS. */
int gx_next_message(struct evbuffer *buffer);

/* Room for one more message to the client. */
bool gx_connection_has_room(const struct gx_connection *connection);

/* Send a message to the client. */
void gx_connection_send(struct gx_connection *connection, const uint8_t *message, size_t octets);

/* Hand a query to the backend, as it is. */
void gx_backend_ask(struct gx_connection *connection, const uint8_t *message, size_t octets);

/* Relay what the backend said, as far as there is room; and see to it that a lost backend is noticed. */
void gx_backend_relay(struct gx_connection *connection);

/* The backend fails: ask again where that may help, or else tell the client. */
void gx_backend_lose(struct gx_connection *connection);
void gx_backend_free(struct gx_connection *connection);

/* Forget the queries that wait for the backend. */
void gx_waiting_free(struct gx_connection *connection);

/* Open what serves, or follow a swap. Sets tcp->serves. */
void gx_tcp_refresh(struct gx_tcp *tcp);

#endif
