// SPDX-License-Identifier: GPL-3.0-or-later
/* DNS over TCP: listening sockets, limits, and the generation that answers. */
#include "user/service/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/service/tcp_impl.h"

/* Of a generation that says nothing: 10 s as RFC 7766 6.2.3 has it ("a few seconds"), the rest as name servers do. */
#define GX_TCP_IDLE_S 10
#define GX_TCP_CONNECTIONS 1000
#define GX_TCP_PER_CLIENT 50

#define GX_BACKLOG 1024
#define GX_PAUSE_MS 100
/* Descriptors for all that is no connection: maps, pins, watches, health checks. */
#define GX_OTHER_FILES 1024

/* --- who connects ----------------------------------------------------------------------------- */

static struct gx_addr gx_addr_of(const struct sockaddr_storage *socket, uint16_t *port)
{
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)socket;
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)socket;

	if (socket->ss_family == AF_INET6) {
		*port = ntohs(ipv6->sin6_port);
		return gx_addr_from_octets(GX_IPV6, (const uint8_t *)&ipv6->sin6_addr);
	}
	*port = ntohs(ipv4->sin_port);
	return gx_addr_from_octets(GX_IPV4, (const uint8_t *)&ipv4->sin_addr);
}

/* The multiplier is splitmix64's; the seed keeps clients from choosing each other's bucket. */
static struct gx_bucket *gx_bucket_of(struct gx_tcp *tcp, const struct gx_addr *client)
{
	uint64_t hash = (uint64_t)client->value ^ tcp->seed;

	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9ull;
	hash = (hash ^ hash >> 27 ^ (uint64_t)(client->value >> 64)) * 0x94d049bb133111ebull;
	return &tcp->clients[(hash ^ hash >> 31) % GX_TCP_BUCKETS];
}

static bool gx_is_earlier(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/*
 * Make room for one more connection. Above a limit, the connection that has been idle longest goes (RFC 7766 6.2.3),
 * of the same client or of all; where all are in use, the new one is refused.
 */
static bool gx_evict(struct gx_tcp *tcp, struct gx_connection *connection)
{
	if (!connection)
		return false;
	gx_connection_free(connection);
	tcp->counts.evicted++;
	return true;
}

static bool gx_make_room(struct gx_tcp *tcp, struct gx_bucket *bucket, const struct gx_addr *client)
{
	struct gx_connection *each, *idle = NULL;
	size_t count = 0;

	LIST_FOREACH(each, bucket, by_client) {
		if (each->ends.client.family != client->family || each->ends.client.value != client->value)
			continue;
		count++;
		if (gx_connection_is_idle(each) && (!idle || gx_is_earlier(&each->active, &idle->active)))
			idle = each;
	}
	if (count >= tcp->max_per_client)
		return gx_evict(tcp, idle);
	if (tcp->counts.connections < tcp->max_connections)
		return true;
	TAILQ_FOREACH(each, &tcp->connections, by_activity)
		if (gx_connection_is_idle(each))
			break;
	return gx_evict(tcp, each);
}

static void gx_on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int octets,
			 void *argument)
{
	struct gx_tcp *tcp = argument;
	struct gx_ends ends = { .mac = tcp->mac };
	struct sockaddr_storage local = {}, remote = {};
	socklen_t local_octets = sizeof(local);
	struct gx_connection *connection;
	struct gx_bucket *bucket;
	uint16_t port = 0;

	memcpy(&remote, from, octets);
	ends.client = gx_addr_of(&remote, &ends.client_port);
	if (!getsockname(fd, (struct sockaddr *)&local, &local_octets))
		ends.server = gx_addr_of(&local, &port);
	bucket = gx_bucket_of(tcp, &ends.client);
	/* Another port: a local process found the listening socket without being steered to it. */
	if (port != GX_PORT_DNS || !gx_make_room(tcp, bucket, &ends.client)) {
		tcp->counts.refused++;
		close(fd);
		return;
	}
	tcp->counts.accepted++;
	tcp->counts.connections++;
	connection = gx_connection_new(tcp, fd, &ends, &local, local_octets);
	LIST_INSERT_HEAD(bucket, connection, by_client);
}

/* --- listening -------------------------------------------------------------------------------- */

static void gx_let_accept(struct gx_tcp *tcp, bool accept)
{
	for (int family = 0; family < GX_FAMILIES; family++) {
		if (!tcp->listeners[family])
			continue;
		if (accept)
			evconnlistener_enable(tcp->listeners[family]);
		else
			evconnlistener_disable(tcp->listeners[family]);
	}
}

/* No descriptors or no memory: what waits would be reported again at once, and forever. */
static void gx_on_accept_error(struct evconnlistener *listener, void *argument)
{
	struct gx_tcp *tcp = argument;

	gx_let_accept(tcp, false);
	event_add(tcp->pause, &(struct timeval){ .tv_usec = GX_PAUSE_MS * 1000 });
}

static void gx_on_pause_over(evutil_socket_t fd, short what, void *argument)
{
	gx_let_accept(argument, true);
}

/*
 * A socket that listens where nobody is meant to connect: loopback, any port. Connections are steered to it. Bound
 * freely, so that it does not matter whether loopback is up or has an IPv6 address.
 *
 * Returns the descriptor; -EAFNOSUPPORT: the node has no IPv6; or another -errno.
 */
static int gx_listen(enum gx_family family, struct gx_failure *failure)
{
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bool is_ipv6 = family == GX_IPV6;
	int fd = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1;
	int error;

	if (fd < 0)
		return gx_fail(failure, errno, NULL, "make a socket");
	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	/* Accepted sockets have it from here. They hold port 53, and without it no backend could bind it meanwhile. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (is_ipv6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	error = is_ipv6 ? bind(fd, (const struct sockaddr *)&ipv6, sizeof(ipv6)) :
			  bind(fd, (const struct sockaddr *)&ipv4, sizeof(ipv4));
	if (!error)
		error = listen(fd, GX_BACKLOG);
	if (!error)
		return fd;
	error = gx_fail(failure, errno, NULL, "listen on loopback over IPv%d", is_ipv6 ? 6 : 4);
	close(fd);
	return error;
}

static int gx_start(struct gx_tcp *tcp, struct gx_failure *failure)
{
	int fds[GX_FAMILIES];

	for (int family = 0; family < GX_FAMILIES; family++) {
		fds[family] = gx_listen(family, failure);
		if (fds[family] == -EAFNOSUPPORT)
			continue;
		if (fds[family] < 0)
			return fds[family];
		tcp->listeners[family] = evconnlistener_new(tcp->base, gx_on_accept, tcp, LEV_OPT_CLOSE_ON_FREE |
							    LEV_OPT_CLOSE_ON_EXEC, 0, fds[family]);
		evconnlistener_set_error_cb(tcp->listeners[family], gx_on_accept_error);
	}
	return gx_steer_new(&tcp->steer, fds, failure);
}

/* --- the generation --------------------------------------------------------------------------- */

/* Each connection may take two descriptors. Returns how many connections there may be. */
static unsigned int gx_provide_files(unsigned int connections)
{
	struct rlimit limit, wanted;
	rlim_t files = 2 * (rlim_t)connections + GX_OTHER_FILES;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= files)
		return connections;
	wanted = limit;
	wanted.rlim_cur = files;
	if (wanted.rlim_max < files)
		wanted.rlim_max = files; /* takes CAP_SYS_RESOURCE */
	if (!setrlimit(RLIMIT_NOFILE, &wanted))
		return connections;
	wanted.rlim_cur = wanted.rlim_max = limit.rlim_max;
	if (!setrlimit(RLIMIT_NOFILE, &wanted))
		limit = wanted;
	return limit.rlim_cur > 2 * GX_OTHER_FILES ? (limit.rlim_cur - GX_OTHER_FILES) / 2 : limit.rlim_cur / 4;
}

/* Limits of the generation that is open, and what operators should know of them. */
static void gx_take_limits(struct gx_tcp *tcp)
{
	const struct gx_meta *meta = &tcp->serving.meta;
	unsigned int wanted = meta->tcp_connections ? meta->tcp_connections : GX_TCP_CONNECTIONS;

	tcp->idle_s = meta->tcp_idle_s ? meta->tcp_idle_s : GX_TCP_IDLE_S;
	tcp->max_per_client = meta->tcp_per_client ? meta->tcp_per_client : GX_TCP_PER_CLIENT;
	tcp->max_connections = gx_provide_files(wanted);
	tcp->note[0] = 0;
	if (tcp->max_connections < wanted)
		snprintf(tcp->note, sizeof(tcp->note), "room for %u connections, not %u: the limit of open files "
			 "is too low (LimitNOFILE= of the service)", tcp->max_connections, wanted);
	else if (gx_steer_others(tcp->steer))
		snprintf(tcp->note, sizeof(tcp->note), "another sk_lookup program is attached (`bpftool net`): "
			 "connections that it takes do not come here");
}

static int gx_take_plan(struct gx_tcp *tcp, struct gx_failure *failure)
{
	struct gx_tcp_plan *plan = gx_calloc(1, sizeof(*plan));
	int error = gx_tcp_plan_read(tcp->serving.folder, &tcp->serving.meta, plan, failure);

	if (!error && tcp->serving.meta.flags & GX_META_NO_TCP)
		plan->n_services = 0;
	if (!error)
		error = gx_steer_set(tcp->steer, plan, failure);
	if (!error) {
		memcpy(tcp->mac, plan->mac, sizeof(tcp->mac));
		gx_take_limits(tcp);
	}
	free(plan);
	return error;
}

static int gx_look(struct gx_tcp *tcp, struct gx_failure *failure)
{
	int status;

	if (tcp->serves) {
		status = gx_serving_refresh(&tcp->serving, failure);
	} else {
		status = gx_serving_open(&tcp->serving, tcp->interface, failure);
		if (!status)
			status = 1;
	}
	tcp->serves = status >= 0;
	return status;
}

void gx_tcp_refresh(struct gx_tcp *tcp)
{
	struct gx_failure failure;

	/* A failure to read the rest shows again, and is told, when the service follows. */
	if (gx_look(tcp, &failure) == 1)
		gx_take_plan(tcp, &failure);
}

int gx_tcp_follow(struct gx_tcp *tcp, struct gx_failure *failure)
{
	int status = gx_look(tcp, failure);

	return status < 0 ? status : gx_take_plan(tcp, failure);
}

/* --- life ------------------------------------------------------------------------------------- */

int gx_tcp_new(struct gx_tcp **out, struct event_base *base, const char *interface, struct gx_failure *failure)
{
	struct gx_tcp *tcp = gx_calloc(1, sizeof(*tcp));
	int error;

	tcp->base = base;
	snprintf(tcp->interface, sizeof(tcp->interface), "%s", interface);
	tcp->pause = evtimer_new(base, gx_on_pause_over, tcp);
	TAILQ_INIT(&tcp->connections);
	if (getrandom(&tcp->seed, sizeof(tcp->seed), 0) != sizeof(tcp->seed))
		tcp->seed = (uintptr_t)tcp;
	error = gx_start(tcp, failure);
	if (!error)
		error = gx_tcp_follow(tcp, failure);
	if (error) {
		gx_tcp_free(tcp);
		return error;
	}
	*out = tcp;
	return 0;
}

const char *gx_tcp_note(const struct gx_tcp *tcp)
{
	return tcp->note[0] ? tcp->note : NULL;
}

const struct gx_tcp_counts *gx_tcp_counts(const struct gx_tcp *tcp)
{
	return &tcp->counts;
}

void gx_tcp_free(struct gx_tcp *tcp)
{
	if (!tcp)
		return;
	gx_steer_free(tcp->steer); /* first: from now on the backend's sockets take connections */
	while (!TAILQ_EMPTY(&tcp->connections))
		gx_connection_free(TAILQ_FIRST(&tcp->connections));
	for (int family = 0; family < GX_FAMILIES; family++)
		if (tcp->listeners[family])
			evconnlistener_free(tcp->listeners[family]);
	event_free(tcp->pause);
	if (tcp->serves)
		gx_serving_close(&tcp->serving);
	free(tcp);
}
