/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tries of overrides, changed while packets look into them. */
#include "user/sys/trie.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

/* The key of either trie: that of IPv4 is the head of that of IPv6. */
static struct gx_lpm6_key gx_make_key(const struct gx_prefix *prefix)
{
	struct gx_lpm6_key key = { .prefix_bits = prefix->bits };

	gx_addr_to_octets(&prefix->addr, key.address);
	return key;
}

int gx_trie_read(int map_fd, enum gx_family family, struct gx_overrides *entries, struct gx_failure *failure)
{
	struct gx_lpm6_key key, *before = NULL;

	while (!bpf_map_get_next_key(map_fd, before, &key)) {
		struct gx_addr addr = gx_addr_from_octets(family, key.address);
		struct gx_prefix prefix = { addr, key.prefix_bits };
		struct gx_leaf leaf;
		struct gx_lpm6_key exact = key;

		/* A look-up gives the longest prefix that covers the key: here the key itself. */
		if (bpf_map_lookup_elem(map_fd, &exact, &leaf))
			return gx_fail(failure, errno, NULL, "overrides: read");
		gx_overrides_add(entries, &prefix, &leaf);
		before = &key;
	}
	return errno == ENOENT ? 0 : gx_fail(failure, errno, NULL, "overrides: read");
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
