/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the client's address to its leaf in the partition of the address space. */
#ifndef GEOXDP_KERN_GEO_H
#define GEOXDP_KERN_GEO_H

#include "bpf/pure/client.h"
#include "maps/geo.maps.h"

/* The operator's overrides first, then the sources. Return: 0 and *out, or -1: no leaf, so nothing is known. */
gx_inline int gx_merge_leaves(const struct gx_leaf *net, const struct gx_leaf *country, struct gx_leaf *out)
{
	if (net && net->class_id != GX_CLASS_NONE) {
		*out = *net;
		return 0;
	}
	if (!country)
		return -1;
	*out = *country;
	if (net) { /* next to an override: what it leaves over may be narrower than the leaf */
		if (net->class_bits > out->class_bits)
			out->class_bits = net->class_bits;
		if (net->location_bits > out->location_bits)
			out->location_bits = net->location_bits;
	}
	return 0;
}

gx_inline int gx_find_leaf(const struct gx_client *client, struct gx_leaf *out)
{
	struct gx_lpm6_key key;

	if (client->is_ipv6) {
		key.prefix_bits = 128;
		__builtin_memcpy(key.address, client->address, sizeof(key.address));
		return gx_merge_leaves(bpf_map_lookup_elem(&nets6, &key), bpf_map_lookup_elem(&countries6, &key), out);
	}
	/* The head of the longer key has the form of the shorter. */
	key.prefix_bits = 32;
	__builtin_memcpy(key.address, client->address, 4);
	return gx_merge_leaves(bpf_map_lookup_elem(&nets4, &key), bpf_map_lookup_elem(&countries4, &key), out);
}

#endif
