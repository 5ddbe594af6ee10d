/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sk_lookup program that brings TCP connections to port 53 of service addresses to a socket of this process. */
#ifndef GEOXDP_SYS_STEER_H
#define GEOXDP_SYS_STEER_H

#include "user/core/addr.h"
#include "user/sys/failure.h"
#include "user/sys/tcp_plan.h"

struct gx_steer;

/**
 * gx_steer_new - load and attach the program to this network namespace; it steers nothing yet
 * @out: written on success; free with gx_steer_free()
 * @listeners: listening sockets by enum gx_family; -1: none
 *
 * The link is not pinned: when the process ends, however it ends, connections go to the name server's sockets again.
 *
 * Returns 0; -EBUSY: another geoxdp steers in this namespace; or another -errno.
 */
int gx_steer_new(struct gx_steer **out, const int listeners[GX_FAMILIES], struct gx_failure *failure);

/**
 * gx_steer_set - steer connections to these addresses, but for those of these clients
 * @plan: its services and bypass
 *
 * What stays is never without an entry. Connections that are established stay where they are.
 */
int gx_steer_set(struct gx_steer *steer, const struct gx_tcp_plan *plan, struct gx_failure *failure);

/* Other programs of the kind in this network namespace: what they choose, they keep. */
size_t gx_steer_others(const struct gx_steer *steer);

void gx_steer_free(struct gx_steer *steer);

#endif
