/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tries of overrides, changed while packets look into them. */
#include "user/sys/trie.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/mem.h"

#define GX_BATCH_ENTRIES 4096

static size_t gx_key_octets(enum gx_family family)
{
	return family == GX_IPV4 ? sizeof(struct gx_lpm4_key) : sizeof(struct gx_lpm6_key);
}

/* The key of either trie: that of IPv4 is the head of that of IPv6. */
static struct gx_lpm6_key gx_make_key(const struct gx_prefix *prefix)
{
	struct gx_lpm6_key key = { .prefix_bits = prefix->bits };

	gx_addr_to_octets(&prefix->addr, key.address);
	return key;
}

static void gx_add_entry(struct gx_overrides *entries, enum gx_family family, const char *key,
			 const struct gx_leaf *leaf)
{
	struct gx_lpm6_key whole = {};
	struct gx_prefix prefix;

	memcpy(&whole, key, gx_key_octets(family));
	prefix = (struct gx_prefix){ gx_addr_from_octets(family, whole.address), whole.prefix_bits };
	gx_overrides_add(entries, &prefix, leaf);
}

int gx_trie_read(int map_fd, enum gx_family family, struct gx_overrides *entries, struct gx_failure *failure)
{
	const size_t key_octets = gx_key_octets(family);
	struct gx_leaf *leaves = gx_calloc(GX_BATCH_ENTRIES, sizeof(*leaves));
	char *keys = gx_calloc(GX_BATCH_ENTRIES, key_octets);
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	struct gx_lpm6_key next;
	bool first = true;
	int error = 0;

	while (!error) {
		__u32 count = GX_BATCH_ENTRIES;

		/* ENOENT: these were the last. */
		if (bpf_map_lookup_batch(map_fd, first ? NULL : &next, &next, keys, leaves, &count, &opts))
			error = errno;
		if (error && error != ENOENT)
			break;
		for (__u32 i = 0; i < count; i++)
			gx_add_entry(entries, family, keys + i * key_octets, &leaves[i]);
		first = false;
	}
	free(keys);
	free(leaves);
	return error == ENOENT ? 0 : gx_fail(failure, error, NULL, "overrides: read");
}

int gx_trie_update(int map_fd, enum gx_family family, const struct gx_overrides *wanted, struct gx_failure *failure)
{
	struct gx_override_steps steps = {};
	struct gx_overrides now = {};
	int error = gx_trie_read(map_fd, family, &now, failure);

	if (!error)
		gx_overrides_plan(family, &now, wanted, &steps);
	for (size_t i = 0; i < steps.count && !error; i++) {
		const struct gx_override *entry = &steps.list[i].entry;
		struct gx_lpm6_key key = gx_make_key(&entry->prefix);
		char text[GX_ADDR_TEXT_OCTETS];

		error = steps.list[i].remove ? bpf_map_delete_elem(map_fd, &key) :
					       bpf_map_update_elem(map_fd, &key, &entry->leaf, BPF_ANY);
		if (error)
			error = gx_fail(failure, errno, errno == ENOSPC ? "too many overrides" : NULL,
					"override %s: %s", gx_show_prefix(&entry->prefix, text),
					steps.list[i].remove ? "remove" : "put");
	}
	free(steps.list);
	free(now.list);
	return error;
}
