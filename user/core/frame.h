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

/* The largest message that fits into a frame behind Ethernet, IPv6 and UDP headers. */
#define GX_FRAME_MESSAGE_OCTETS (GX_FRAME_OCTETS - 14 - 40 - 8)

/* Between whom a message is. */
struct gx_ends {
	struct gx_addr client;
	struct gx_addr server;		/* of the client's family */
	uint16_t client_port;		/* another is put for those that the program does not answer */
	const uint8_t *mac;		/* six octets: the server's Ethernet address */
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

/**
 * gx_frame_wrap - put Ethernet, IP and UDP headers around a DNS message
 * @message: as it came
 * @message_octets: up to GX_FRAME_MESSAGE_OCTETS
 * @frame: GX_FRAME_OCTETS
 *
 * Returns the frame's octets.
 */
size_t gx_frame_wrap(const struct gx_ends *ends, const uint8_t *message, size_t message_octets, uint8_t *frame);

#endif
