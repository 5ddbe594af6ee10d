/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Is this address served here? */
#ifndef GEOXDP_KERN_SERVICE_H
#define GEOXDP_KERN_SERVICE_H

#include "bpf/kern/settings.h"
#include "bpf/pure/frame.h"
#include "geoxdp/hash.h"
#include "maps/node.maps.h"

/*
 * Is the frame for this node? A switch that floods, a bridge or a promiscuous interface brings frames for others,
 * which the stack does not answer either (PACKET_OTHERHOST). frame: at least an Ethernet header.
 */
static __always_inline int gx_is_own_mac(const __u8 *frame)
{
	__u64 address;

	if (!mac_count)
		return 1;
	address = (__u64)GX_LOAD(__u16, frame + 4) << 32 | GX_LOAD(__u32, frame);
	for (__u32 i = 0; i < GX_MACS_MAX; i++) {
		if (i >= mac_count)
			break;
		if (macs[i] == address)
			return 1;
	}
	return 0;
}

/* Is the packet to a service address? An IPv4 one has the mapped form in the table, but not on the wire. */
static __always_inline int gx_is_service(const struct gx_packet *packet)
{
	const __u64 *address = packet->destination;
	__u32 slot = gx_hash_service(address[0], address[1], service_factors, service_shift);
	const struct gx_service *service = bpf_map_lookup_elem(&services, &slot);
	const __u64 *words;

	if (!service)
		return 0;
	words = (const __u64 *)service->address;
	if (words[0] != address[0] || words[1] != address[1])
		return 0;
	/* The unspecified address is what an empty slot holds. */
	return !packet->is_ipv6 || address[0] != 0 || (address[1] != 0 && !gx_is_mapped(address[1]));
}

#endif
