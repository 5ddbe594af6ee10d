/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS over TCP (RFC 7766): what the program answers over UDP it answers over TCP, the rest is the backend's. */
#ifndef GEOXDP_SERVICE_TCP_H
#define GEOXDP_SERVICE_TCP_H

#include <event2/event.h>
#include <stdint.h>

#include "user/sys/failure.h"

struct gx_tcp;

/* Since the service began to answer TCP, but for connections: now. */
struct gx_tcp_counts {
	uint64_t connections;
	uint64_t accepted;
	uint64_t refused;	/* connections above a limit, or for want of descriptors */
	uint64_t evicted;	/* idle connections that were closed for a new one */
	uint64_t expired;	/* connections that were closed after the idle time */
	uint64_t answered;	/* queries, by the program */
	uint64_t passed;	/* queries, to the backend */
	uint64_t failed;	/* queries that got SERVFAIL, since the backend gave no answer */
	uint64_t malformed;	/* connections on which something else than queries came */
};

/**
 * gx_tcp_new - take over TCP port 53 of the service addresses of what serves
 * @out: written on success; free with gx_tcp_free()
 * @base: on which all happens; lives longer
 * @interface: one of those that serve; all of a group have the same addresses
 *
 * Returns 0 or -errno: nothing serves, another geoxdp answers TCP here (-EBUSY), rights are missing, ...
 */
int gx_tcp_new(struct gx_tcp **out, struct event_base *base, const char *interface, struct gx_failure *failure);

/**
 * gx_tcp_follow - take service addresses, bypass list and limits from the generation that serves now
 *
 * Answers follow a swap without this call. With GX_META_NO_TCP, new connections go to the backend.
 *
 * Returns 0 or -errno: all is as before.
 */
int gx_tcp_follow(struct gx_tcp *tcp, struct gx_failure *failure);

/* What the operator should know, or NULL: for the log, after gx_tcp_new() and gx_tcp_follow(). */
const char *gx_tcp_note(const struct gx_tcp *tcp);

const struct gx_tcp_counts *gx_tcp_counts(const struct gx_tcp *tcp);

/* Give the port back to the backend, and close all connections. */
void gx_tcp_free(struct gx_tcp *tcp);

#endif
