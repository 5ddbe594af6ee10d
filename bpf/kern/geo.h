/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the client's address to its leaf in the partition of the address space. */
#ifndef GEOXDP_KERN_GEO_H
#define GEOXDP_KERN_GEO_H

#include "bpf/kern/geo_index.h"
#include "bpf/pure/client.h"
#include "maps/geo.maps.h"

/*
 * The kernel's own count of a trie's prefixes, read where it is (Linux 5.9 on; needs the kernel's BTF). Two loads of a
 * line that no packet writes in place of a look-up; and since the kernel keeps it, whoever adds a prefix, bpftool too,
 * is seen at once: it counts before it links a new prefix, and what is counted but not yet linked is not found.
 */
struct lpm_trie {
	unsigned long n_entries;
} __attribute__((preserve_access_index));

#define GX_TRIE_IS_EMPTY(map) (((const struct lpm_trie *)(map))->n_entries == 0)

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

/* As a key of either family: the head of the longer has the form of the shorter. */
gx_inline void gx_client_key(const struct gx_client *client, struct gx_lpm6_key *key)
{
	key->prefix_bits = client->is_ipv6 ? 128 : 32;
	__builtin_memcpy(key->address, client->address, sizeof(key->address));
}

gx_inline int gx_has_nets(__u32 is_ipv6)
{
	return is_ipv6 ? !GX_TRIE_IS_EMPTY(&nets6) : !GX_TRIE_IS_EMPTY(&nets4);
}

/* What the overrides say of a client; NULL: nothing. */
gx_inline const struct gx_leaf *gx_find_net(__u32 is_ipv6, const struct gx_lpm6_key *key)
{
	if (!gx_has_nets(is_ipv6))
		return NULL;
	if (is_ipv6)
		return bpf_map_lookup_elem(&nets6, key);
	return bpf_map_lookup_elem(&nets4, key);
}

/**
 * gx_find_leaf - location, class and both depths of a client, from the tries
 *
 * A global function, as gx_find_class() is: the verifier takes each once. Return: 0, or -1: nothing is known.
 */
__attribute__((noinline)) int gx_find_leaf(const struct gx_client *client, struct gx_leaf *out)
{
	const struct gx_leaf *net, *country;
	struct gx_lpm6_key key;

	if (!client || !out)
		return -1;
	gx_client_key(client, &key);
	net = gx_find_net(client->is_ipv6, &key);
	if (client->is_ipv6)
		country = bpf_map_lookup_elem(&countries6, &key);
	else
		country = bpf_map_lookup_elem(&countries4, &key);
	return gx_merge_leaves(net, country, out);
}

/*
 * What the overrides make of what the index says: class in the lower half, depth in the upper. An address is in
 * network order.
 */
__attribute__((noinline)) __u32 gx_override_class(__u64 high, __u64 low, __u32 is_ipv6, __u32 found)
{
	struct gx_leaf country = { .class_id = GX_INDEX_CLASS(found), .class_bits = GX_INDEX_DEPTH(found) }, leaf;
	struct gx_lpm6_key key = { .prefix_bits = is_ipv6 ? 128 : 32 };

	__builtin_memcpy(key.address, &high, sizeof(high));
	__builtin_memcpy(key.address + sizeof(high), &low, sizeof(low));
	if (gx_merge_leaves(gx_find_net(is_ipv6, &key), &country, &leaf))
		return GX_CLASS_NONE;
	return (__u32)leaf.class_bits << 16 | leaf.class_id;
}

/**
 * gx_find_class - class of a client and its depth, from the overrides and the index
 * @high: of the client's address, in network order; an IPv4 address in the first four octets
 * @low: of it
 * @is_ipv6: which of the two it is
 * @scoped: the depth is wanted
 *
 * Values in and out: a struct would go over the stack and back.
 *
 * Return: the class in the lower half, its depth in the upper. GX_CLASS_NONE: nothing is known.
 */
__attribute__((noinline)) __u32 gx_find_class(__u64 high, __u64 low, __u32 is_ipv6, __u32 scoped)
{
	__u64 number = bpf_be64_to_cpu(high);
	__u32 found;

	/*
	 * Each trie is asked in a way of its own: "pointer arithmetic on map_ptr prohibited", where clang makes one
	 * of both.
	 */
	if (is_ipv6) {
		found = gx_index_find6(number, bpf_be64_to_cpu(low), scoped);
		if (GX_TRIE_IS_EMPTY(&nets6))
			return found;
	} else {
		found = gx_index_find4(number >> 32, scoped);
		if (GX_TRIE_IS_EMPTY(&nets4))
			return found;
	}
	return gx_override_class(high, low, is_ipv6, found);
}

#endif
