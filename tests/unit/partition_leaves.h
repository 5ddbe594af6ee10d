/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the partition share: classes, and looking up leaves one by one. */
#ifndef GEOXDP_TESTS_PARTITION_LEAVES_H
#define GEOXDP_TESTS_PARTITION_LEAVES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "user/core/partition.h"

/* Locations 1 to 9; maps tell odd from even, and the unknown location is of a class of its own. */
#define LOCATIONS 10
static const uint16_t class_of[LOCATIONS] = { 0, 1, 2, 1, 2, 1, 2, 1, 2, 1 };

static inline struct gx_prefix leaf_key(const struct gx_leaves *leaves, size_t i)
{
	const bool is_ipv4 = leaves->family == GX_IPV4;
	const uint8_t *octets = is_ipv4 ? leaves->keys4[i].address : leaves->keys6[i].address;

	return (struct gx_prefix){
		.addr = gx_addr_from_octets(leaves->family, octets),
		.bits = is_ipv4 ? leaves->keys4[i].prefix_bits : leaves->keys6[i].prefix_bits,
	};
}

/* The leaf that holds the address; fails unless there is exactly one. */
static inline size_t leaf_at(const struct gx_leaves *leaves, gx_u128 address, struct gx_prefix *prefix)
{
	size_t found = leaves->count;

	for (size_t i = 0; i < leaves->count; i++) {
		struct gx_prefix key = leaf_key(leaves, i);

		if (address < key.addr.value || address > gx_prefix_last(&key))
			continue;
		assert_int_equal(found, leaves->count);
		found = i;
		*prefix = key;
	}
	assert_true(found < leaves->count);
	return found;
}

#endif
