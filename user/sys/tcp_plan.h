/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a pinned generation says to who answers TCP: its addresses, and the clients that are left to the backend. */
#ifndef GEOXDP_SYS_TCP_PLAN_H
#define GEOXDP_SYS_TCP_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "geoxdp/abi.h"
#include "user/sys/failure.h"

struct gx_tcp_plan {
	struct gx_service services[GX_SERVICE_MAX];
	size_t n_services;
	struct gx_bypass bypass[GX_BYPASS_MAX];
	size_t n_bypass;
	uint8_t mac[6];		/* an Ethernet address that the program takes frames for */
};

/**
 * gx_tcp_plan_read - read it from a generation's pins
 * @folder: of the pins
 * @meta: of the same generation
 * @plan: written on success
 */
int gx_tcp_plan_read(const char *folder, const struct gx_meta *meta, struct gx_tcp_plan *plan, struct gx_failure *failure);

#endif
