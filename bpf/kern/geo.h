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

gx_inline int gx_has_nets(const struct gx_client *client)
{
	return client->is_ipv6 ? !GX_TRIE_IS_EMPTY(&nets6) : !GX_TRIE_IS_EMPTY(&nets4);
}

/* What the overrides say of a client; NULL: nothing. */
gx_inline const struct gx_leaf *gx_find_net(const struct gx_client *client, const struct gx_lpm6_key *key)
{
	if (!gx_has_nets(client))
		return NULL;
	if (client->is_ipv6)
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
	net = gx_find_net(client, &key);
	if (client->is_ipv6)
		country = bpf_map_lookup_elem(&countries6, &key);
	else
		country = bpf_map_lookup_elem(&countries4, &key);
	return gx_merge_leaves(net, country, out);
}

/**
 * gx_find_class - class of a client and its depth, from the overrides and the index
 * @client: whose address
 * @out: class_id; class_bits, where the client's answer has a scope; both depths are the same
 *
 * Return: 0, or -1: nothing is known.
 */
__attribute__((noinline)) int gx_find_class(const struct gx_client *client, struct gx_leaf *out)
{
	struct gx_leaf country = {};
	struct gx_lpm6_key key;
	__u64 high;
	__u32 found;

	if (!client || !out)
		return -1;
	high = bpf_be64_to_cpu(client->address[0]);
	if (client->is_ipv6)
		found = gx_index_find6(high, bpf_be64_to_cpu(client->address[1]), client->scoped);
	else
		found = gx_index_find4(high >> 32, client->scoped);
	country.class_id = GX_INDEX_CLASS(found);
	country.class_bits = GX_INDEX_DEPTH(found);
	if (!gx_has_nets(client)) {
		*out = country;
		return 0;
	}
	gx_client_key(client, &key);
	return gx_merge_leaves(gx_find_net(client, &key), &country, out);
}

#endif
