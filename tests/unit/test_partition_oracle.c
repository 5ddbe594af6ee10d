/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The partition against a naive oracle: random nested prefixes of several sources in a small window. */
#include "tests/unit/partition_leaves.h"

#define WINDOW		256	/* addresses, a block of width - 8 bits */
#define ROUNDS		40
#define LINES_MAX	24

/* What an address is, by the book: every prefix of every source is looked at for every address. */
struct oracle {
	enum gx_family family;
	gx_u128 first;
	struct gx_range at[WINDOW];
};

/* Deterministic (xorshift), so that a failure can be looked at again. */
static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static bool carries_ipv4(enum gx_family family, gx_u128 address)
{
	struct gx_addr addr = { .family = family, .value = address }, ipv4;
	unsigned int offset;

	return gx_embedded_ipv4(&addr, &ipv4, &offset);
}

static void oracle_init(struct oracle *oracle, const char *window)
{
	struct gx_addr addr;

	*oracle = (struct oracle){0};
	assert_int_equal(gx_parse_addr(window, &addr), 0);
	oracle->family = addr.family;
	oracle->first = addr.value;
	for (unsigned int i = 0; i < WINDOW; i++) {
		if (carries_ipv4(addr.family, addr.value + i))
			oracle->at[i].location = GX_LOCATION_IPV4;
	}
}

/* The last entry of the longest prefix length that has data for the address. */
static const struct gx_entry *speaker(const struct gx_entries *entries, enum gx_family family,
				      gx_u128 address)
{
	for (unsigned int bits = gx_family_bits(family) + 1; bits-- > 0;) {
		const struct gx_entry *last = NULL;

		for (size_t i = 0; i < entries->count; i++) {
			if (entries->list[i].bits == bits &&
			    gx_prefix_around(family, address, bits).addr.value == entries->list[i].first)
				last = &entries->list[i];
		}
		if (last && last->location != GX_LOCATION_COVERING)
			return last;
	}
	return NULL;
}

static void oracle_overlay(struct oracle *oracle, const struct gx_entries *entries, uint16_t source)
{
	for (unsigned int i = 0; i < WINDOW; i++) {
		const struct gx_entry *entry = speaker(entries, oracle->family, oracle->first + i);

		if (!entry || entry->location == GX_LOCATION_SILENT ||
		    oracle->at[i].location == GX_LOCATION_IPV4)
			continue;
		oracle->at[i].location = entry->location;
		oracle->at[i].line = entry->line;
		oracle->at[i].source = source;
	}
}

/* Class or location as a number of which IPv4 forms have their own. */
static uint32_t kind_of(uint32_t location, bool by_class)
{
	if (location == GX_LOCATION_IPV4 || !by_class)
		return location;
	return class_of[location];
}

/* Whether all addresses of the block are of one kind. Outside the window, all are unknown or IPv4 forms. */
static bool is_uniform(const struct oracle *oracle, const struct gx_prefix *block, uint32_t kind,
		       bool by_class)
{
	static const char *const ipv4_blocks[] = {
		"::ffff:0:0/96", "64:ff9b::/96", "2001::/32", "2002::/16",
	};
	gx_u128 last = gx_prefix_last(block);

	for (unsigned int i = 0; i < WINDOW; i++) {
		gx_u128 address = oracle->first + i;

		if (address >= block->addr.value && address <= last &&
		    kind_of(oracle->at[i].location, by_class) != kind)
			return false;
	}
	if (block->bits >= gx_family_bits(oracle->family) - 8)
		return true;
	if (kind == GX_LOCATION_IPV4)
		return carries_ipv4(oracle->family, block->addr.value) &&
		       carries_ipv4(oracle->family, last);
	if (kind != kind_of(GX_LOCATION_UNKNOWN, by_class))
		return false;
	for (size_t i = 0; oracle->family == GX_IPV6 && i < 4; i++) {
		struct gx_prefix ipv4;

		assert_int_equal(gx_parse_prefix(ipv4_blocks[i], &ipv4), 0);
		if (ipv4.addr.value <= last && gx_prefix_last(&ipv4) >= block->addr.value)
			return false;
	}
	return true;
}

static unsigned int oracle_depth(const struct oracle *oracle, unsigned int i, bool by_class)
{
	uint32_t kind = kind_of(oracle->at[i].location, by_class);
	unsigned int bits = 0;

	for (;; bits++) {
		struct gx_prefix block = gx_prefix_around(oracle->family, oracle->first + i, bits);

		if (is_uniform(oracle, &block, kind, by_class))
			return bits;
	}
}

static void add_random_lines(struct gx_entries *entries, const struct oracle *oracle, uint32_t *seed)
{
	static const uint32_t special[] = {
		GX_LOCATION_UNKNOWN, GX_LOCATION_SILENT, GX_LOCATION_COVERING,
	};
	unsigned int width = gx_family_bits(oracle->family);
	unsigned int lines = next_random(seed) % LINES_MAX;

	for (uint32_t line = 1; line <= lines; line++) {
		uint32_t location = next_random(seed) % 4 ? 1 + next_random(seed) % 4 :
							    special[next_random(seed) % 3];
		gx_u128 first = oracle->first + next_random(seed) % WINDOW;
		gx_u128 last = oracle->first + next_random(seed) % WINDOW;

		if (next_random(seed) % 4 || last < first)
			gx_entries_add(entries, oracle->family, first, width - next_random(seed) % 9,
				       location, line);
		else
			gx_entries_add_range(entries, oracle->family, first, last, location, line);
	}
}

static void check_ranges(const struct gx_partition *partition, const struct oracle *oracle)
{
	assert_true(partition->ranges[0].first == 0);
	for (size_t i = 1; i < partition->count; i++)
		assert_true(partition->ranges[i - 1].first < partition->ranges[i].first);
	for (unsigned int i = 0; i < WINDOW; i++) {
		const struct gx_range *range = gx_partition_find(partition, oracle->first + i);

		assert_true(range->first <= oracle->first + i);
		assert_true(gx_range_last(partition, range) >= oracle->first + i);
		assert_int_equal(range->location, oracle->at[i].location);
		assert_int_equal(range->line, oracle->at[i].line);
		assert_int_equal(range->source, oracle->at[i].source);
	}
}

/* Leaves follow each other without a gap, and no two of them are halves of one. */
static void check_cover(const struct gx_leaves *leaves)
{
	struct gx_prefix before = {0};
	gx_u128 next = 0;

	for (size_t i = 0; i < leaves->count; i++) {
		struct gx_prefix leaf = leaf_key(leaves, i);
		bool is_half = i && leaf.bits == before.bits &&
			       gx_common_bits(leaves->family, leaf.addr.value, before.addr.value) ==
				       leaf.bits - 1;

		assert_true(leaf.addr.value == next);
		if (is_half)
			assert_true(leaves->values[i].location != leaves->values[i - 1].location ||
				    leaves->values[i].class_id != leaves->values[i - 1].class_id);
		next = gx_prefix_last(&leaf) + 1;
		before = leaf;
	}
	assert_true(next == gx_family_last(leaves->family) + 1);
}

static void check_leaves(const struct gx_partition *partition, const struct oracle *oracle,
			 uint32_t *seed)
{
	struct gx_leaves leaves;
	struct gx_leaves_sum sum;

	gx_partition_leaves(partition, class_of, LOCATIONS, &leaves);
	gx_partition_sum_leaves(partition, class_of, LOCATIONS, &sum);
	assert_int_equal(sum.count, leaves.count);
	check_cover(&leaves);
	for (unsigned int n = 0; n < 12; n++) {
		unsigned int i = next_random(seed) % WINDOW;
		uint32_t location = oracle->at[i].location;
		unsigned int class_bits = oracle_depth(oracle, i, true);
		unsigned int location_bits = oracle_depth(oracle, i, false);
		gx_u128 address = oracle->first + i;
		struct gx_prefix prefix;
		const struct gx_leaf *leaf = &leaves.values[leaf_at(&leaves, address, &prefix)];

		if (location == GX_LOCATION_IPV4) {
			assert_int_equal(leaf->location, GX_LOCATION_UNKNOWN);
			assert_int_equal(leaf->class_id, GX_CLASS_NONE);
		} else {
			assert_int_equal(leaf->location, location);
			assert_int_equal(leaf->class_id, class_of[location]);
		}
		assert_int_equal(leaf->class_bits, class_bits);
		assert_int_equal(leaf->location_bits, location_bits);
		assert_true(prefix.bits >= location_bits && location_bits >= class_bits);
		assert_int_equal(gx_partition_depth(partition, class_of, LOCATIONS, address), class_bits);
		assert_int_equal(gx_partition_depth(partition, NULL, 0, address), location_bits);
	}
	gx_leaves_free(&leaves);
}

static void random_sources_give_what_a_naive_reading_gives(void **state)
{
	/* In the middle, at both ends of the space, inside and beside the IPv6 forms of IPv4. */
	static const char *const windows[] = {
		"10.0.0.0", "0.0.0.0", "255.255.255.0", "2001:db8::", "::",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00", "2001:0:ffff:ffff:ffff:ffff:ffff:ff00",
		"::fffe:ffff:ff00", "::1:0:0:0", "2003::",
	};
	uint32_t seed = 20260625;

	for (size_t w = 0; w < sizeof(windows) / sizeof(windows[0]); w++) {
		for (unsigned int round = 0; round < ROUNDS; round++) {
			struct gx_partition partition;
			struct oracle oracle;

			oracle_init(&oracle, windows[w]);
			gx_partition_init(&partition, oracle.family);
			for (uint16_t source = 0; source < 3; source++) {
				struct gx_entries entries = {0};

				add_random_lines(&entries, &oracle, &seed);
				oracle_overlay(&oracle, &entries, source);
				gx_partition_overlay(&partition, NULL, &entries, source);
				gx_entries_free(&entries);
			}
			check_ranges(&partition, &oracle);
			check_leaves(&partition, &oracle, &seed);
			gx_partition_free(&partition);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_sources_give_what_a_naive_reading_gives),
	};

	return cmocka_run_group_tests_name("partition_oracle", tests, NULL, NULL);
}
