/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The partition of the address space: who speaks where, its leaves and their depths (RFC 7871 7.2.1). */
#include <string.h>

#include "tests/unit/partition_leaves.h"

static gx_u128 value(const char *text)
{
	struct gx_addr addr;

	assert_int_equal(gx_parse_addr(text, &addr), 0);
	return addr.value;
}

/* A source with one line per prefix. */
struct line {
	const char *prefix;
	uint32_t location;
};

static void overlay(struct gx_partition *partition, uint16_t source, const struct line *lines,
		    size_t count)
{
	struct gx_entries entries = {0};

	for (size_t i = 0; i < count; i++) {
		struct gx_prefix prefix;

		assert_int_equal(gx_parse_prefix(lines[i].prefix, &prefix), 0);
		assert_int_equal(prefix.addr.family, partition->family);
		gx_entries_add(&entries, partition->family, prefix.addr.value, prefix.bits,
			       lines[i].location, (uint32_t)i + 1);
	}
	gx_partition_overlay(partition, NULL, &entries, source);
	gx_entries_free(&entries);
}

#define OVERLAY(partition, source, ...)                                                            \
	do {                                                                                       \
		const struct line lines_[] = { __VA_ARGS__ };                                      \
		overlay(partition, source, lines_, sizeof(lines_) / sizeof(lines_[0]));            \
	} while (0)

static uint32_t location_at(const struct gx_partition *partition, const char *addr)
{
	return gx_partition_find(partition, value(addr))->location;
}

static uint32_t line_at(const struct gx_partition *partition, const char *addr)
{
	return gx_partition_find(partition, value(addr))->line;
}

static unsigned int scope_at(const struct gx_partition *partition, const char *addr)
{
	return gx_partition_depth(partition, class_of, LOCATIONS, value(addr));
}

static void at_first_everything_is_unknown_and_one_leaf_of_depth_0(void **state)
{
	struct gx_partition partition;
	struct gx_leaves leaves;

	gx_partition_init(&partition, GX_IPV4);
	assert_int_equal(partition.count, 1);
	assert_int_equal(location_at(&partition, "255.255.255.255"), GX_LOCATION_UNKNOWN);
	assert_int_equal(line_at(&partition, "0.0.0.0"), 0);
	assert_int_equal(scope_at(&partition, "192.0.2.1"), 0);
	gx_partition_leaves(&partition, class_of, LOCATIONS, &leaves);
	assert_int_equal(leaves.count, 1);
	assert_int_equal(leaves.keys4[0].prefix_bits, 0);
	assert_int_equal(leaves.values[0].class_id, 0);
	assert_int_equal(leaves.values[0].class_bits, 0);
	assert_int_equal(leaves.values[0].location_bits, 0);
	gx_leaves_free(&leaves);
	gx_partition_free(&partition);
}

/* RULES, EDNS Client Subnet, 4: 10/8 -> a, 10.1/16 -> b, else d. */
static void the_scope_is_the_depth_of_the_leaf_and_not_the_matched_prefix(void **state)
{
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "10.0.0.0/8", 1 }, { "10.1.0.0/16", 2 });
	assert_int_equal(scope_at(&partition, "10.5.0.0"), 14);
	assert_int_equal(scope_at(&partition, "10.1.5.0"), 16);
	assert_int_equal(scope_at(&partition, "203.0.113.0"), 1);
	gx_partition_free(&partition);
}

static void the_scope_follows_the_same_rule_in_ipv6(void **state)
{
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV6);
	OVERLAY(&partition, 0, { "2001:db8::/32", 1 }, { "2001:db8:1::/48", 2 });
	assert_int_equal(scope_at(&partition, "2001:db8:5::"), 46);
	assert_int_equal(scope_at(&partition, "2001:db8:1:5::"), 48);
	assert_int_equal(scope_at(&partition, "a000::"), 1);
	gx_partition_free(&partition);
}

static void a_border_at_the_end_of_the_space_does_not_count(void **state)
{
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "128.0.0.0/1", 1 });
	assert_int_equal(scope_at(&partition, "0.0.0.0"), 1);
	assert_int_equal(scope_at(&partition, "255.255.255.255"), 1);
	OVERLAY(&partition, 1, { "0.0.0.0/0", 1 });
	assert_int_equal(scope_at(&partition, "0.0.0.0"), 0);
	gx_partition_free(&partition);
}

static void neighbours_of_one_class_share_a_scope_but_not_a_location(void **state)
{
	struct gx_partition partition;
	struct gx_prefix prefix;
	struct gx_leaves leaves;
	const struct gx_leaf *leaf;

	gx_partition_init(&partition, GX_IPV4);
	/* Locations 1 and 3 are of one class. */
	OVERLAY(&partition, 0, { "10.0.0.0/9", 1 }, { "10.128.0.0/9", 3 });
	gx_partition_leaves(&partition, class_of, LOCATIONS, &leaves);
	leaf = &leaves.values[leaf_at(&leaves, value("10.1.0.0"), &prefix)];
	assert_int_equal(prefix.bits, 9);
	assert_int_equal(leaf->location, 1);
	assert_int_equal(leaf->class_id, 1);
	assert_int_equal(leaf->class_bits, 8);
	assert_int_equal(leaf->location_bits, 9);
	assert_int_equal(scope_at(&partition, "10.1.0.0"), 8);
	assert_int_equal(gx_partition_depth(&partition, NULL, 0, value("10.1.0.0")), 9);
	gx_leaves_free(&leaves);
	gx_partition_free(&partition);
}

static void locations_beyond_the_classes_count_as_unknown(void **state)
{
	struct gx_partition partition;
	struct gx_prefix prefix;
	struct gx_leaves leaves;
	const struct gx_leaf *leaf;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "10.0.0.0/8", LOCATIONS });
	gx_partition_leaves(&partition, class_of, LOCATIONS, &leaves);
	leaf = &leaves.values[leaf_at(&leaves, value("10.0.0.0"), &prefix)];
	assert_int_equal(leaf->location, LOCATIONS);
	assert_int_equal(leaf->class_id, 0);
	assert_int_equal(leaf->class_bits, 0);
	assert_int_equal(leaf->location_bits, 8);
	gx_leaves_free(&leaves);
	gx_partition_free(&partition);
}

static void adjacent_ranges_of_one_location_make_the_fewest_leaves_and_keep_their_lines(void **state)
{
	struct gx_partition partition;
	struct gx_leaves leaves;
	struct gx_prefix prefix;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "10.0.0.0/9", 1 }, { "10.128.0.0/10", 1 }, { "10.192.0.0/10", 1 });
	assert_int_equal(line_at(&partition, "10.127.255.255"), 1);
	assert_int_equal(line_at(&partition, "10.128.0.0"), 2);
	assert_int_equal(line_at(&partition, "10.255.255.255"), 3);
	gx_partition_leaves(&partition, class_of, LOCATIONS, &leaves);
	leaf_at(&leaves, value("10.130.0.0"), &prefix);
	assert_int_equal(prefix.bits, 8);
	gx_leaves_free(&leaves);
	gx_partition_free(&partition);
}

/* More runs than are hashed at once; of each /24 from 10.0.0.0 on, the locations in turn. */
static void sum(size_t n, uint32_t odd_location, const uint16_t *classes, struct gx_leaves_sum *out)
{
	struct gx_partition partition;
	struct gx_entries entries = {0};

	gx_partition_init(&partition, GX_IPV4);
	for (size_t i = 0; i < n; i++)
		gx_entries_add(&entries, GX_IPV4, 0x0a000000 + (i << 8), 24, i == 300 ? odd_location : 1 + i % 2, 1);
	gx_partition_overlay(&partition, NULL, &entries, 0);
	gx_partition_sum_leaves(&partition, classes, LOCATIONS, out);
	gx_entries_free(&entries);
	gx_partition_free(&partition);
}

static void leaves_are_summed_up_by_all_that_they_depend_on(void **state)
{
	uint16_t other[LOCATIONS];
	struct gx_leaves_sum one, two;

	memcpy(other, class_of, sizeof(other));
	other[2] = 5;
	sum(500, 1, class_of, &one);
	sum(500, 1, class_of, &two);
	assert_memory_equal(&one, &two, sizeof(one));
	sum(500, 3, class_of, &two);	/* of one class with 1 */
	assert_int_equal(one.count, two.count);
	assert_memory_not_equal(one.digest, two.digest, sizeof(one.digest));
	sum(501, 1, class_of, &two);
	assert_memory_not_equal(one.digest, two.digest, sizeof(one.digest));
	sum(500, 1, other, &two);
	assert_int_equal(one.count, two.count);
	assert_memory_not_equal(one.digest, two.digest, sizeof(one.digest));
}

static void the_longest_prefix_wins_in_whatever_order_it_is_written(void **state)
{
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "10.1.2.0/24", 3 }, { "10.0.0.0/8", 1 }, { "10.1.0.0/16", 2 });
	assert_int_equal(location_at(&partition, "10.1.2.255"), 3);
	assert_int_equal(location_at(&partition, "10.1.3.0"), 2);
	assert_int_equal(location_at(&partition, "10.2.0.0"), 1);
	assert_int_equal(location_at(&partition, "11.0.0.0"), GX_LOCATION_UNKNOWN);
	gx_partition_free(&partition);
}

static void of_equal_prefixes_the_later_wins(void **state)
{
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "10.0.0.0/8", 1 }, { "9.0.0.0/8", 4 }, { "10.0.0.0/8", 2 },
		{ "10.0.0.0/8", 3 });
	assert_int_equal(location_at(&partition, "10.0.0.0"), 3);
	assert_int_equal(line_at(&partition, "10.0.0.0"), 4);
	gx_partition_free(&partition);
}

static void unknown_in_a_source_hides_what_covers_it(void **state)
{
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "10.0.0.0/8", 1 }, { "10.1.0.0/16", GX_LOCATION_UNKNOWN });
	assert_int_equal(location_at(&partition, "10.1.0.0"), GX_LOCATION_UNKNOWN);
	assert_int_equal(line_at(&partition, "10.1.0.0"), 2);
	assert_int_equal(location_at(&partition, "10.2.0.0"), 1);
	gx_partition_free(&partition);
}

static void no_data_lets_the_covering_prefix_speak_and_undoes_an_equal_one(void **state)
{
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "10.0.0.0/8", 1 }, { "10.1.0.0/16", 2 },
		{ "10.1.0.0/16", GX_LOCATION_COVERING });
	assert_int_equal(location_at(&partition, "10.1.0.0"), 1);
	assert_int_equal(line_at(&partition, "10.1.0.0"), 1);
	gx_partition_free(&partition);
}

static void silence_in_a_source_leaves_what_earlier_sources_said(void **state)
{
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "10.0.0.0/8", 1 });
	OVERLAY(&partition, 1, { "0.0.0.0/0", 2 }, { "10.1.0.0/16", GX_LOCATION_SILENT });
	assert_int_equal(location_at(&partition, "10.1.0.0"), 1);
	assert_int_equal(gx_partition_find(&partition, value("10.1.0.0"))->source, 0);
	assert_int_equal(location_at(&partition, "10.2.0.0"), 2);
	assert_int_equal(gx_partition_find(&partition, value("10.2.0.0"))->source, 1);
	gx_partition_free(&partition);
}

static void a_later_source_speaks_over_longer_prefixes_of_an_earlier_one(void **state)
{
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "10.1.0.0/16", 1 }, { "11.0.0.0/8", 3 });
	OVERLAY(&partition, 1, { "10.0.0.0/8", 2 });
	assert_int_equal(location_at(&partition, "10.1.0.0"), 2);
	assert_int_equal(location_at(&partition, "11.0.0.0"), 3);
	gx_partition_free(&partition);
}

static void an_empty_source_changes_nothing(void **state)
{
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV4);
	OVERLAY(&partition, 0, { "10.0.0.0/8", 1 });
	overlay(&partition, 1, NULL, 0);
	assert_int_equal(partition.count, 3);
	assert_int_equal(location_at(&partition, "10.0.0.0"), 1);
	gx_partition_free(&partition);
}

static void ipv6_forms_of_ipv4_addresses_stay_apart_whatever_is_laid_over_them(void **state)
{
	static const struct {
		const char *first, *last;
		unsigned int bits;
	} blocks[] = {
		{ "::ffff:0:0", "::ffff:ffff:ffff", 96 },
		{ "64:ff9b::", "64:ff9b::ffff:ffff", 96 },
		{ "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", 32 },
		{ "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 16 },
	};
	struct gx_partition partition;
	struct gx_leaves leaves;

	gx_partition_init(&partition, GX_IPV6);
	OVERLAY(&partition, 0, { "::/0", 1 }, { "2002::/16", 2 }, { "2001:0:1::/48", 3 },
		{ "::ffff:10.0.0.0/104", 4 });
	gx_partition_leaves(&partition, class_of, LOCATIONS, &leaves);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		const struct gx_range *range = gx_partition_find(&partition, value(blocks[i].first));
		gx_u128 last = value(blocks[i].last);
		const struct gx_leaf *leaf;
		struct gx_prefix prefix;

		assert_int_equal(range->location, GX_LOCATION_IPV4);
		assert_true(range->first == value(blocks[i].first));
		assert_true(gx_range_last(&partition, range) == last);
		assert_int_equal(gx_partition_find(&partition, last + 1)->location, 1);
		leaf = &leaves.values[leaf_at(&leaves, last, &prefix)];
		assert_int_equal(prefix.bits, blocks[i].bits);
		assert_int_equal(leaf->location, GX_LOCATION_UNKNOWN);
		assert_int_equal(leaf->class_id, GX_CLASS_NONE);
		assert_int_equal(leaf->class_bits, blocks[i].bits);
		assert_int_equal(leaf->location_bits, blocks[i].bits);
	}
	gx_leaves_free(&leaves);
	gx_partition_free(&partition);
}

static void a_range_is_cut_into_the_fewest_prefixes(void **state)
{
	static const struct {
		gx_u128 first;
		unsigned int bits;
	} expected[] = {
		{ 0x0a000001, 32 }, { 0x0a000002, 31 }, { 0x0a000004, 31 }, { 0x0a000006, 32 },
	};
	struct gx_entries entries = {0};

	gx_entries_add_range(&entries, GX_IPV4, 0x0a000001, 0x0a000006, 7, 3);
	assert_int_equal(entries.count, 4);
	for (size_t i = 0; i < entries.count; i++) {
		assert_true(entries.list[i].first == expected[i].first);
		assert_int_equal(entries.list[i].bits, expected[i].bits);
		assert_int_equal(entries.list[i].location, 7);
		assert_int_equal(entries.list[i].line, 3);
	}
	gx_entries_free(&entries);
}

static void a_range_may_be_the_whole_space_or_its_last_address(void **state)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		struct gx_entries entries = {0};
		gx_u128 last = gx_family_last(family);

		gx_entries_add_range(&entries, family, 0, last, 1, 1);
		gx_entries_add_range(&entries, family, last, last, 1, 2);
		assert_int_equal(entries.count, 2);
		assert_int_equal(entries.list[0].bits, 0);
		assert_int_equal(entries.list[1].bits, gx_family_bits(family));
		gx_entries_free(&entries);
	}
}

static void entries_lose_their_host_bits(void **state)
{
	struct gx_entries entries = {0};

	gx_entries_add(&entries, GX_IPV4, 0x0a010203, 8, 1, 1);
	gx_entries_add(&entries, GX_IPV6, 1, 0, 1, 1);
	assert_true(entries.list[0].first == 0x0a000000);
	assert_true(entries.list[1].first == 0);
	gx_entries_free(&entries);
}

static void sorting_keeps_the_order_of_equal_prefixes(void **state)
{
	struct gx_entries entries = {0};

	/* Descending, so that every run is moved; each prefix three times. */
	for (uint32_t i = 0; i < 99; i++)
		gx_entries_add(&entries, GX_IPV4, 100 - i % 33, 32, i, i);
	gx_entries_sort(&entries);
	assert_int_equal(entries.count, 99);
	for (size_t i = 0; i < entries.count; i++) {
		assert_true(entries.list[i].first == 68 + i / 3);
		if (i % 3)
			assert_true(entries.list[i - 1].line < entries.list[i].line);
	}
	/* The list still grows as it should. */
	for (uint32_t i = 0; i < 99; i++)
		gx_entries_add(&entries, GX_IPV4, i, 32, i, i);
	assert_int_equal(entries.count, 198);
	gx_entries_free(&entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_first_everything_is_unknown_and_one_leaf_of_depth_0),
		cmocka_unit_test(the_scope_is_the_depth_of_the_leaf_and_not_the_matched_prefix),
		cmocka_unit_test(the_scope_follows_the_same_rule_in_ipv6),
		cmocka_unit_test(a_border_at_the_end_of_the_space_does_not_count),
		cmocka_unit_test(neighbours_of_one_class_share_a_scope_but_not_a_location),
		cmocka_unit_test(locations_beyond_the_classes_count_as_unknown),
		cmocka_unit_test(adjacent_ranges_of_one_location_make_the_fewest_leaves_and_keep_their_lines),
		cmocka_unit_test(leaves_are_summed_up_by_all_that_they_depend_on),
		cmocka_unit_test(the_longest_prefix_wins_in_whatever_order_it_is_written),
		cmocka_unit_test(of_equal_prefixes_the_later_wins),
		cmocka_unit_test(unknown_in_a_source_hides_what_covers_it),
		cmocka_unit_test(no_data_lets_the_covering_prefix_speak_and_undoes_an_equal_one),
		cmocka_unit_test(silence_in_a_source_leaves_what_earlier_sources_said),
		cmocka_unit_test(a_later_source_speaks_over_longer_prefixes_of_an_earlier_one),
		cmocka_unit_test(an_empty_source_changes_nothing),
		cmocka_unit_test(ipv6_forms_of_ipv4_addresses_stay_apart_whatever_is_laid_over_them),
		cmocka_unit_test(a_range_is_cut_into_the_fewest_prefixes),
		cmocka_unit_test(a_range_may_be_the_whole_space_or_its_last_address),
		cmocka_unit_test(entries_lose_their_host_bits),
		cmocka_unit_test(sorting_keeps_the_order_of_equal_prefixes),
	};

	return cmocka_run_group_tests_name("partition", tests, NULL, NULL);
}
