/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Overrides against brute force: a space of which all borders are known is looked at address by address, after every
 * single step from one content to another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "user/core/overrides.h"
#include "user/core/partition.h"

/*
 * Overrides lie in the first 64 blocks of 2^SHIFT addresses; beyond, nothing is said, and one address stands for
 * all.
 */
#define BLOCKS 64
#define BLOCK_BITS 6

/* Where the blocks are: 10.0.0.0/8 in pieces of /14, and 2001:da8::/32 in pieces of /38. */
static const struct {
	enum gx_family family;
	const char *base;
} spaces[] = {
	{ GX_IPV4, "10.0.0.0/8" },
	{ GX_IPV4, "0.0.0.0/26" },
	{ GX_IPV4, "0.0.0.0/0" },
	{ GX_IPV4, "255.255.255.0/26" },
	{ GX_IPV6, "2001:da8::/32" },
	{ GX_IPV6, "::/0" },
	{ GX_IPV6, "2000::/8" },
};

static struct gx_prefix space;

static bool is_same_prefix(const struct gx_prefix *a, const struct gx_prefix *b)
{
	return a->addr.value == b->addr.value && a->bits == b->bits;
}

static gx_u128 block_first(size_t block)
{
	unsigned int host = gx_family_bits(space.addr.family) - space.bits - BLOCK_BITS;

	return space.addr.value + ((gx_u128)block << host);
}

/* The trie, as slow as can be. */
static const struct gx_leaf *look_up(const struct gx_overrides *trie, gx_u128 address)
{
	const struct gx_override *found = NULL;

	for (size_t i = 0; i < trie->count; i++) {
		const struct gx_prefix *prefix = &trie->list[i].prefix;

		if (gx_common_bits(prefix->addr.family, prefix->addr.value, address) >= prefix->bits &&
		    (!found || prefix->bits > found->prefix.bits))
			found = &trie->list[i];
	}
	return found ? &found->leaf : NULL;
}

static void apply(struct gx_overrides *trie, const struct gx_override_step *step)
{
	size_t i = 0;

	while (i < trie->count && !is_same_prefix(&trie->list[i].prefix, &step->entry.prefix))
		i++;
	if (step->remove) {
		assert_true(i < trie->count);	/* ENOENT in the kernel */
		trie->list[i] = trie->list[--trie->count];
	} else if (i < trie->count) {
		trie->list[i].leaf = step->entry.leaf;
	} else {
		gx_overrides_add(trie, &step->entry.prefix, &step->entry.leaf);
	}
}

/* Location and class in one; 0: no override. */
static uint64_t said(const struct gx_leaf *leaf)
{
	return !leaf || leaf->class_id == GX_CLASS_NONE ? 0 : (uint64_t)(leaf->class_id + 1) << 32 | leaf->location;
}

/* Addresses that stand for all: both ends of each block, and of what lies around the blocks. */
static size_t find_samples(gx_u128 *samples)
{
	enum gx_family family = space.addr.family;
	size_t count = 0;

	for (size_t i = 0; i < BLOCKS; i++) {
		samples[count++] = block_first(i);
		samples[count++] = (i + 1 < BLOCKS ? block_first(i + 1) : gx_prefix_last(&space) + 1) - 1;
	}
	for (unsigned int bits = 1; bits <= space.bits; bits++) {	/* the sibling of each prefix around the space */
		gx_u128 bit = (gx_u128)1 << (gx_family_bits(family) - bits);

		samples[count++] = (space.addr.value ^ bit) & ~(bit - 1);
	}
	return count;
}

static bool is_looked_up(gx_u128 address)
{
	struct gx_prefix prefix = { { space.addr.family, address }, gx_family_bits(space.addr.family) };

	return !gx_prefix_carries_ipv4(&prefix);
}

struct samples {
	gx_u128 address[2 * BLOCKS + 128];
	size_t count;
	const struct gx_leaf *leaf[2 * BLOCKS + 128];
};

/* Every sample says old or new, and all samples within its scope say the same of class and of location. */
static void check_state(const struct gx_overrides *trie, const uint64_t *old, const uint64_t *new, struct samples *all)
{
	enum gx_family family = space.addr.family;

	for (size_t i = 0; i < all->count; i++)
		all->leaf[i] = look_up(trie, all->address[i]);
	for (size_t i = 0; i < all->count; i++) {
		const struct gx_leaf *leaf = all->leaf[i];
		uint64_t value = said(leaf);
		unsigned int class_bits = leaf ? leaf->class_bits : 0, location_bits = leaf ? leaf->location_bits : 0;

		if (!is_looked_up(all->address[i]))
			continue;
		assert_true(value == old[i] || value == new[i]);
		for (size_t j = 0; j < all->count; j++) {
			unsigned int common = gx_common_bits(family, all->address[i], all->address[j]);
			bool carries = !is_looked_up(all->address[j]);

			if (carries && !value)	/* where no override speaks, countries6 knows of these blocks */
				continue;
			if (common >= class_bits)
				assert_true(!carries && said(all->leaf[j]) >> 32 == value >> 32);
			if (common >= location_bits)
				assert_true(!carries && said(all->leaf[j]) == value);
		}
	}
}

/* Random overrides: nested, side by side, of locations that share classes. */
static void random_overrides(struct gx_overrides *out)
{
	static const struct gx_leaf values[] = {
		{ .location = 276, .class_id = 3 }, { .location = 840, .class_id = 3 },
		{ .location = 826, .class_id = 7 }, { .location = 1001, .class_id = 0 },
	};
	size_t count = (size_t)random() % 6;

	out->count = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned int bits = space.bits + (unsigned int)random() % (BLOCK_BITS + 1);
		struct gx_prefix prefix = gx_prefix_around(space.addr.family, block_first((size_t)random() % BLOCKS),
							   bits);
		bool is_there = false;

		for (size_t j = 0; j < out->count; j++)
			is_there |= is_same_prefix(&out->list[j].prefix, &prefix);
		if (!is_there)
			gx_overrides_add(out, &prefix, &values[random() % 4]);
	}
}

static void find_said(const struct gx_overrides *overrides, const struct samples *all, uint64_t *out)
{
	for (size_t i = 0; i < all->count; i++)
		out[i] = said(look_up(overrides, all->address[i]));
}

static int compare_leaves(const void *a, const void *b)
{
	const struct gx_prefix *left = &((const struct gx_override *)a)->prefix;
	const struct gx_prefix *right = &((const struct gx_override *)b)->prefix;

	if (left->addr.value != right->addr.value)
		return left->addr.value < right->addr.value ? -1 : 1;
	return (int)left->bits - (int)right->bits;
}

static void expect_same(struct gx_overrides *trie, struct gx_overrides *leaves)
{
	assert_int_equal(trie->count, leaves->count);
	if (!trie->count)
		return;
	qsort(trie->list, trie->count, sizeof(*trie->list), compare_leaves);
	qsort(leaves->list, leaves->count, sizeof(*leaves->list), compare_leaves);
	for (size_t i = 0; i < trie->count; i++) {
		assert_true(is_same_prefix(&trie->list[i].prefix, &leaves->list[i].prefix));
		assert_memory_equal(&trie->list[i].leaf, &leaves->list[i].leaf, sizeof(struct gx_leaf));
	}
}

/* The scopes of the end are not only right, but the shortest that are. */
static void check_exact(const struct gx_overrides *trie, struct samples *all)
{
	enum gx_family family = space.addr.family;

	for (size_t i = 0; i < all->count; i++)
		all->leaf[i] = look_up(trie, all->address[i]);
	for (size_t i = 0; i < all->count && trie->count; i++) {
		unsigned int want_class = 0, want_location = 0;

		if (!is_looked_up(all->address[i]))
			continue;
		for (size_t j = 0; j < all->count; j++) {
			unsigned int depth = 1 + gx_common_bits(family, all->address[i], all->address[j]);
			bool carries = !is_looked_up(all->address[j]);

			if ((carries || said(all->leaf[j]) >> 32 != said(all->leaf[i]) >> 32) && depth > want_class)
				want_class = depth;
			if ((carries || said(all->leaf[j]) != said(all->leaf[i])) && depth > want_location)
				want_location = depth;
		}
		if (family == GX_IPV4) {	/* the samples know nothing of the blocks that carry IPv4 addresses */
			assert_int_equal(all->leaf[i]->class_bits, want_class);
			assert_int_equal(all->leaf[i]->location_bits, want_location);
		} else {
			assert_true(all->leaf[i]->class_bits >= want_class);
			assert_true(all->leaf[i]->location_bits >= want_location);
		}
	}
}

static void test_every_step(void **state)
{
	struct gx_overrides trie = {0}, wanted = {0}, leaves = {0};
	static uint64_t old[2 * BLOCKS + 128], new[2 * BLOCKS + 128];
	static struct samples all;
	size_t n_steps = 0;

	srandom(7);
	for (size_t s = 0; s < sizeof(spaces) / sizeof(*spaces); s++) {
		assert_int_equal(gx_parse_prefix(spaces[s].base, &space), 0);
		all.count = find_samples(all.address);
		trie.count = 0;
		memset(old, 0, sizeof(old));
		for (int round = 0; round < 8; round++) {
			struct gx_override_steps steps = {0};

			random_overrides(&wanted);
			find_said(&wanted, &all, new);
			gx_overrides_plan(space.addr.family, &trie, &wanted, &steps);
			for (size_t i = 0; i < steps.count; i++) {
				apply(&trie, &steps.list[i]);
				check_state(&trie, old, new, &all);
			}
			n_steps += steps.count;
			check_state(&trie, new, new, &all);
			check_exact(&trie, &all);
			leaves.count = 0;
			gx_overrides_leaves(space.addr.family, &wanted, &leaves);
			expect_same(&trie, &leaves);
			free(steps.list);
			memcpy(old, new, sizeof(old));
		}
	}
	assert_true(n_steps > 1000);
	free(trie.list);
	free(wanted.list);
	free(leaves.list);
}

/* A command that was killed half-way: the next one goes on from what it finds. */
static void test_interrupted(void **state)
{
	struct gx_overrides trie = {0}, wanted = {0}, leaves = {0};
	static uint64_t before[2 * BLOCKS + 128], after[2 * BLOCKS + 128];
	static struct samples all;

	srandom(11);
	assert_int_equal(gx_parse_prefix("10.0.0.0/8", &space), 0);
	all.count = find_samples(all.address);
	for (int round = 0; round < 30; round++) {
		struct gx_override_steps steps = {0};
		size_t stop;

		random_overrides(&wanted);
		find_said(&trie, &all, before);
		find_said(&wanted, &all, after);
		gx_overrides_plan(GX_IPV4, &trie, &wanted, &steps);
		stop = round % 3 && steps.count ? (size_t)random() % steps.count : steps.count;
		for (size_t i = 0; i < stop; i++) {
			apply(&trie, &steps.list[i]);
			check_state(&trie, before, after, &all);
		}
		if (stop == steps.count) {
			leaves.count = 0;
			gx_overrides_leaves(GX_IPV4, &wanted, &leaves);
			expect_same(&trie, &leaves);
		}
		free(steps.list);
	}
	free(trie.list);
	free(wanted.list);
	free(leaves.list);
}

static void test_nothing_to_do(void **state)
{
	struct gx_overrides trie = {0}, wanted = {0};
	struct gx_override_steps steps = {0};
	struct gx_prefix prefix;

	gx_overrides_plan(GX_IPV4, &trie, &wanted, &steps);
	gx_overrides_plan(GX_IPV6, &trie, &wanted, &steps);
	assert_int_equal(steps.count, 0);
	assert_int_equal(gx_parse_prefix("10.1.0.0/16", &prefix), 0);
	gx_overrides_add(&wanted, &prefix, &(struct gx_leaf){ .location = 276, .class_id = 2 });
	gx_overrides_leaves(GX_IPV4, &wanted, &trie);
	assert_true(trie.count > 1);
	gx_overrides_plan(GX_IPV4, &trie, &wanted, &steps);
	assert_int_equal(steps.count, 0);
	free(trie.list);
	free(wanted.list);
}

/* 10.1.0.0/16 is overridden: it has scope 16, and so has its neighbour 10.0/16; 192.0.2.0/24 has scope 1. */
static void test_scopes_of_neighbours(void **state)
{
	struct gx_overrides trie = {0}, wanted = {0};
	struct gx_prefix prefix;

	assert_int_equal(gx_parse_prefix("10.1.0.0/16", &prefix), 0);
	gx_overrides_add(&wanted, &prefix, &(struct gx_leaf){ .location = 276, .class_id = 2 });
	gx_overrides_leaves(GX_IPV4, &wanted, &trie);
	assert_int_equal(look_up(&trie, 0x0a010203)->class_bits, 16);
	assert_int_equal(look_up(&trie, 0x0a010203)->class_id, 2);
	assert_int_equal(look_up(&trie, 0x0a000203)->class_bits, 16);
	assert_int_equal(look_up(&trie, 0x0a000203)->class_id, GX_CLASS_NONE);
	assert_int_equal(look_up(&trie, 0x0a030203)->class_bits, 15);
	assert_int_equal(look_up(&trie, 0xc0000201)->class_bits, 1);
	free(trie.list);
	free(wanted.list);
}

/* Someone put an entry in by hand, with a depth that is too short: it is replaced, and nothing of it stays. */
static void test_entries_made_by_hand(void **state)
{
	struct gx_overrides trie = {0}, wanted = {0};
	struct gx_override_steps steps = {0};
	struct gx_prefix prefix;

	assert_int_equal(gx_parse_prefix("10.1.0.0/16", &prefix), 0);
	gx_overrides_add(&trie, &prefix, &(struct gx_leaf){ .location = 276, .class_id = 2, .class_bits = 3 });
	assert_int_equal(gx_parse_prefix("10.0.0.0/8", &prefix), 0);
	gx_overrides_add(&trie, &prefix, &(struct gx_leaf){ .location = 276, .class_id = 2 });
	gx_overrides_plan(GX_IPV4, &trie, &wanted, &steps);
	for (size_t i = 0; i < steps.count; i++)
		apply(&trie, &steps.list[i]);
	assert_int_equal(trie.count, 0);
	free(steps.list);
	free(trie.list);
	free(wanted.list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_step),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_nothing_to_do),
		cmocka_unit_test(test_scopes_of_neighbours),
		cmocka_unit_test(test_entries_made_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
