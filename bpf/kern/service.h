/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Is this address served here? */
#ifndef GEOXDP_KERN_SERVICE_H
#define GEOXDP_KERN_SERVICE_H

#include "geoxdp/hash.h"
#include "maps/node.maps.h"

static __always_inline int gx_is_service(const __u64 address[2])
{
	__u32 home = gx_hash_service(address[0], address[1]);

	if (address[0] == 0 && address[1] == 0)
		return 0; /* what an empty slot holds */
	for (__u32 i = 0; i < GX_SERVICE_PROBES; i++) {
		__u32 index = (home + i) % GX_SERVICE_SLOTS;
		struct gx_service *service = bpf_map_lookup_elem(&services, &index);
		const __u64 *words;

		if (!service)
			return 0;
		words = (const __u64 *)service->address;
		if (words[0] == address[0] && words[1] == address[1])
			return 1;
		if (words[0] == 0 && words[1] == 0)
			return 0;
	}
	return 0;
}

#endif
