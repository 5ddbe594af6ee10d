/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A DNS query as an Ethernet frame, for asking the program without a network. */
#ifndef GEOXDP_CORE_FRAME_H
#define GEOXDP_CORE_FRAME_H

#include <libknot/dname.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/addr.h"

#define GX_FRAME_OCTETS 2048

struct gx_query {
	const knot_dname_t *name;
	uint16_t type;
	struct gx_addr client;
	struct gx_addr server;		/* of the client's family */
	bool edns;			/* with an OPT of 1232 octets */
	bool dnssec;			/* DO=1 */
	bool has_ecs;
	struct gx_prefix ecs;
};

/* Where the DNS message of a reply begins in the frame; 0: it holds none. */
size_t gx_frame_message(const uint8_t *frame, size_t octets);

/**
 * gx_frame_query - render a query
 * @frame: GX_FRAME_OCTETS
 *
 * Returns its octets.
 */
size_t gx_frame_query(const struct gx_query *query, uint8_t *frame);

#endif
