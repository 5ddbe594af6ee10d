/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The client's address: from the client subnet option or the source address. */
#ifndef GEOXDP_PURE_CLIENT_H
#define GEOXDP_PURE_CLIENT_H

#include "bpf/pure/edns.h"
#include "bpf/pure/frame.h"

struct gx_client {
	__u64 address[2];	/* network order; an IPv4 address in the first four octets */
	__u8 is_ipv6;
	__u8 scope_offset;	/* scope in the query's family minus depth in the table's */
	__u8 scoped;		/* the scope is the leaf's, not 0 */
	__u8 zero[5];
};

/*
 * An IPv6 address that carries an IPv4 address counts as that one: v4-mapped (RFC 4291 2.5.5.2), 64:ff9b::/96
 * (RFC 6052), 6to4 2002::/16 (RFC 3056), Teredo 2001::/32 (RFC 4380 4: inverted).
 */
gx_inline void gx_unwrap_ipv4(struct gx_client *client)
{
	__u64 high = bpf_be64_to_cpu(client->address[0]);
	__u64 low = bpf_be64_to_cpu(client->address[1]);
	__u32 carried;
	__u8 offset = 96;

	if ((high == 0 && low >> 32 == 0xffff) || (high == 0x0064ff9b00000000ull && low >> 32 == 0)) {
		carried = low;
	} else if (high >> 48 == 0x2002) {
		carried = high >> 16;
		offset = 16;
	} else if (high >> 32 == 0x20010000) {
		carried = ~low;
	} else {
		return;
	}
	client->address[0] = bpf_cpu_to_be64((__u64)carried << 32);
	client->address[1] = 0;
	client->is_ipv6 = 0;
	client->scope_offset = offset;
}

/**
 * gx_find_client - whose location decides?
 * @packet: for its source address
 * @edns: for its client subnet, or NULL; SOURCE 0 asks not to use it: the source address then, with scope 0 (RFC 7871
 *	7.1.2, 7.2.1)
 * @client: filled
 */
gx_inline void gx_find_client(const struct gx_packet *packet, const struct gx_edns *edns, struct gx_client *client)
{
	client->scope_offset = 0;
	client->scoped = edns && edns->has_ecs && edns->ecs_source_bits != 0;
	if (client->scoped) {
		client->address[0] = edns->ecs_address[0];
		client->address[1] = edns->ecs_address[1];
		client->is_ipv6 = edns->ecs_family == GX_ECS_FAMILY_IPV6;
	} else if (packet->is_ipv6) {
		client->address[0] = packet->source[0];
		client->address[1] = packet->source[1];
		client->is_ipv6 = 1;
	} else {
		client->address[0] = bpf_cpu_to_be64(bpf_be64_to_cpu(packet->source[1]) << 32);
		client->address[1] = 0;
		client->is_ipv6 = 0;
	}
	if (client->is_ipv6)
		gx_unwrap_ipv4(client);
}

#endif
