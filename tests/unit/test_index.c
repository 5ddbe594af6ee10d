/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compact geo index, looked up with the program's own code, against the partition that it was built from. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/pure/index.h"
#include "tests/lib/runs.h"
#include "tests/unit/partition_leaves.h"
#include "user/core/index.h"
#include "user/core/source.h"

#define RANDOM_ADDRESSES 1000000

/* Deterministic (xorshift), so that a failure can be looked at again. */
static uint64_t next_random(void)
{
	static uint64_t seed = 88172645463325252ull;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static gx_u128 random_address(enum gx_family family)
{
	uint64_t high = next_random();

	return family == GX_IPV4 ? (uint32_t)(high >> 20) : (gx_u128)high << 64 | next_random();
}

/* --- what is compared -------------------------------------------------------------------------- */

struct scene {
	struct gx_partition partition;
	const uint16_t *class_of;
	size_t locations;
	struct gx_class_run *runs;
	size_t n_runs;
	struct gx_index index;
};

/* The look-up as bpf/kern/geo_index.h puts it together. */
static uint32_t look_up(const struct gx_index *index, enum gx_family family, gx_u128 address, uint32_t want_depth)
{
	uint64_t high = family == GX_IPV4 ? (uint64_t)address << 32 : (uint64_t)(address >> 64);
	const struct gx_index_root *root = &index->root;
	uint32_t found = gx_index_find(index->words, root, root->entry, high, want_depth), entry;

	if (GX_INDEX_CLASS(found) != GX_CLASS_NONE || !root->deep_count)
		return found;
	entry = gx_index_find_deep(index->words, root, high);
	if (!entry)
		return found;
	return gx_index_find(index->words, root, entry, (uint64_t)address, want_depth) + (64 << 16);
}

/* The run that holds an address. */
static size_t run_at(const struct scene *scene, gx_u128 address)
{
	size_t low = 0, high = scene->n_runs;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (scene->runs[middle].first <= address)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static gx_u128 run_last(const struct scene *scene, size_t i)
{
	return i + 1 < scene->n_runs ? scene->runs[i + 1].first - 1 : gx_family_last(scene->partition.family);
}

static void check_address(const struct scene *scene, size_t i, gx_u128 address)
{
	enum gx_family family = scene->partition.family;
	uint32_t found = look_up(&scene->index, family, address, 1);
	unsigned int depth = 0;

	/* Addresses that carry an IPv4 address are looked up in the IPv4 index: only the class tells so. */
	assert_int_equal(GX_INDEX_CLASS(found), scene->runs[i].class_id);
	assert_int_equal(GX_INDEX_CLASS(look_up(&scene->index, family, address, 0)), scene->runs[i].class_id);
	if (scene->runs[i].class_id == GX_CLASS_NONE)
		return;
	if (i)
		depth = 1 + gx_common_bits(family, address, scene->runs[i].first - 1);
	if (i + 1 < scene->n_runs) {
		unsigned int behind = 1 + gx_common_bits(family, address, scene->runs[i + 1].first);

		depth = behind > depth ? behind : depth;
	}
	assert_int_equal(GX_INDEX_DEPTH(found), depth);
}

/* First and last address of every run, those beside them, and one in the middle. */
static void check_borders(const struct scene *scene)
{
	for (size_t i = 0; i < scene->n_runs; i++) {
		gx_u128 first = scene->runs[i].first, last = run_last(scene, i);

		check_address(scene, i, first);
		check_address(scene, i, last);
		check_address(scene, i, first + (last - first) / 2);
		if (i)
			check_address(scene, i - 1, first - 1);
		if (i + 1 < scene->n_runs)
			check_address(scene, i + 1, last + 1);
	}
}

static void check_random(const struct scene *scene, size_t count)
{
	enum gx_family family = scene->partition.family;

	for (size_t i = 0; i < count; i++) {
		size_t run = next_random() % scene->n_runs;
		gx_u128 address = random_address(family), first = scene->runs[run].first;
		gx_u128 octets = run_last(scene, run) - first + 1;

		check_address(scene, run_at(scene, address), address);
		if (octets)
			address = first + random_address(family) % octets;
		check_address(scene, run, address);
	}
}

static void scene_build(struct scene *scene)
{
	scene->n_runs = list_runs(&scene->partition, scene->class_of, scene->locations, &scene->runs);
	assert_int_equal(gx_index_build(&scene->index, &scene->partition, scene->class_of, scene->locations), 0);
	assert_int_equal(scene->index.n_runs, scene->n_runs);
}

static void scene_free(struct scene *scene)
{
	gx_index_free(&scene->index);
	free(scene->runs);
	gx_partition_free(&scene->partition);
}

static void check_scene(struct scene *scene, size_t n_random)
{
	scene_build(scene);
	check_borders(scene);
	check_random(scene, n_random);
	scene_free(scene);
}

/* --- partitions -------------------------------------------------------------------------------- */

static void add_range(struct gx_partition *partition, gx_u128 first, uint32_t location)
{
	gx_grow(&partition->ranges, partition->count, partition->capacity);
	partition->ranges[partition->count++] = (struct gx_range){ .first = first, .location = location };
}

static int compare(const void *left, const void *right)
{
	gx_u128 a = *(const gx_u128 *)left, b = *(const gx_u128 *)right;

	return a < b ? -1 : a > b;
}

/* Ranges that begin at 0 and at these addresses, in any order and with repetitions; neighbours differ. */
static void put_borders(struct gx_partition *partition, enum gx_family family, gx_u128 *firsts, size_t count,
			uint32_t locations)
{
	*partition = (struct gx_partition){ .family = family };
	if (count)
		qsort(firsts, count, sizeof(*firsts), compare);
	add_range(partition, 0, 0);
	for (size_t i = 0; i < count; i++)
		if (firsts[i] != partition->ranges[partition->count - 1].first)
			add_range(partition, firsts[i], (uint32_t)(partition->count % locations));
}

/* class_of each number is the number. */
static const uint16_t *identity(void)
{
	static uint16_t numbers[GX_CLASSES_MAX];

	for (size_t i = 0; i < GX_CLASSES_MAX; i++)
		numbers[i] = (uint16_t)i;
	return numbers;
}

static void check_firsts(enum gx_family family, gx_u128 *firsts, size_t count, uint32_t locations, size_t n_random)
{
	struct scene scene = { .class_of = identity(), .locations = GX_CLASSES_MAX };

	put_borders(&scene.partition, family, firsts, count, locations);
	check_scene(&scene, n_random);
}

static gx_u128 address_of(const char *text)
{
	struct gx_addr addr;

	assert_int_equal(gx_parse_addr(text, &addr), 0);
	return addr.value;
}

/* --- tests ------------------------------------------------------------------------------------- */

static void one_range_has_depth_0(void **state)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		struct scene scene = { .class_of = identity(), .locations = GX_CLASSES_MAX };

		put_borders(&scene.partition, family, NULL, 0, 1);
		scene_build(&scene);
		assert_int_equal(look_up(&scene.index, family, 0, 1), 0);
		assert_int_equal(look_up(&scene.index, family, gx_family_last(family), 1), 0);
		check_random(&scene, 100);
		scene_free(&scene);
	}
}

/* Single addresses at both ends of the space, and beside what the upper half of an address can tell apart. */
static void ends_of_the_space_and_single_addresses(void **state)
{
	static const char *const singles[] = {
		"::", "::1", "::2", "0:0:0:1::", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::", "2001:db8:0:1::1",
		"2001:db8:0:2:8000::", "ffff:ffff:ffff:ffff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	gx_u128 firsts[2 * sizeof(singles) / sizeof(*singles)];
	const size_t count = sizeof(singles) / sizeof(*singles);

	for (size_t alone = 0; alone <= count; alone++) {
		size_t n = 0;

		for (size_t i = 0; i < count; i++) {
			if (alone < count && i != alone)
				continue;
			firsts[n++] = address_of(singles[i]);
			firsts[n++] = address_of(singles[i]) + 1; /* behind the last: 0 once more */
		}
		check_firsts(GX_IPV6, firsts, n, 3, 1000);
	}
	for (uint32_t i = 0; i < 32; i++) {
		gx_u128 borders[] = { 1ull << i, (1ull << i) + 1, 0xffffffff, 0xffffffff - (1ull << i) };

		check_firsts(GX_IPV4, borders, 4, 3, 1000);
	}
}

/* Every border once, alone: each depth that there is. */
static void border_at_every_bit(void **state)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		for (unsigned int bit = 0; bit < gx_family_bits(family); bit++) {
			gx_u128 alone = (gx_u128)1 << bit, all[128];

			check_firsts(family, &alone, 1, 2, 100);
			for (unsigned int i = 0; i <= bit; i++)
				all[i] = gx_family_last(family) << i & gx_family_last(family);
			check_firsts(family, all, bit + 1, 7, 100);
		}
	}
}

static void adjacent_single_addresses(void **state)
{
	static const char *const begins[] = { "::", "2001:db8::fff0", "2001:db8::ffff:ffff:ffff:ff00",
					      "ffff:ffff:ffff:ffff:ffff:ffff:fffe:0" };
	const size_t count = 100000;
	gx_u128 *firsts = gx_calloc(count, sizeof(*firsts));

	for (size_t begin = 0; begin < 4; begin++) {
		for (size_t i = 0; i < count; i++)
			firsts[i] = address_of(begins[begin]) + i;
		check_firsts(GX_IPV6, firsts, begin == 3 ? 0x10000 + 0x8000 : count, 50, 10000);
	}
	for (size_t i = 0; i < count; i++)
		firsts[i] = 0x0a00ff00 + i;
	check_firsts(GX_IPV4, firsts, count, 50, 10000);
	free(firsts);
}

/* Clusters of few borders far down, in as many places as there are: what makes the most tables. */
static void deep_clusters(void **state)
{
	const size_t clusters = 3000;
	gx_u128 *firsts = gx_calloc(clusters * 32, sizeof(*firsts));

	for (unsigned int bits = 0; bits < 120; bits += 7) {
		size_t count = 0;

		for (size_t i = 0; i < clusters; i++) {
			gx_u128 where = random_address(GX_IPV6) >> bits << bits;

			for (size_t j = 1 + next_random() % 32; j > 0; j--)
				firsts[count++] = where + ((gx_u128)(next_random() % 1000) << bits);
		}
		check_firsts(GX_IPV6, firsts, count, 9, 10000);
	}
	free(firsts);
}

static void a_million_random_ranges(void **state)
{
	const size_t count = 1000000;
	gx_u128 *firsts = gx_calloc(count, sizeof(*firsts));

	for (int form = 0; form < 3; form++) {
		enum gx_family family = form ? GX_IPV6 : GX_IPV4;

		for (size_t i = 0; i < count; i++)
			firsts[i] = form == 2 ? (gx_u128)0x20010db8 << 96 | random_address(family) >> 64 << 40 :
						random_address(family);
		check_firsts(family, firsts, count, 250, RANDOM_ADDRESSES / 4);
	}
	free(firsts);
}

static void as_many_classes_as_there_can_be(void **state)
{
	const size_t count = 3 * GX_CLASSES_MAX;
	gx_u128 *firsts = gx_calloc(count, sizeof(*firsts));

	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		for (size_t i = 0; i < count; i++)
			firsts[i] = random_address(family);
		check_firsts(family, firsts, count, GX_CLASSES_MAX, 10000);
	}
	free(firsts);
}

/* The blocks that carry IPv4 addresses are ranges of their own, and end their neighbours. */
static void blocks_that_carry_ipv4_end_their_neighbours(void **state)
{
	struct scene scene = { .class_of = class_of, .locations = LOCATIONS };

	gx_partition_init(&scene.partition, GX_IPV6);
	scene_build(&scene);
	assert_int_equal(GX_INDEX_CLASS(look_up(&scene.index, GX_IPV6, address_of("2002:a05::"), 1)), GX_CLASS_NONE);
	assert_int_equal(GX_INDEX_DEPTH(look_up(&scene.index, GX_IPV6, address_of("2003::"), 1)), 16);
	assert_int_equal(GX_INDEX_DEPTH(look_up(&scene.index, GX_IPV6, address_of("::fffe:ffff:ffff"), 1)), 96);
	assert_int_equal(GX_INDEX_DEPTH(look_up(&scene.index, GX_IPV6, address_of("::1:0:0:0"), 1)), 80);
	check_borders(&scene);
	check_random(&scene, 10000);
	scene_free(&scene);
}

/* The depth that the tries have, which is what the index is to agree with. */
static void agrees_with_the_leaves(void **state)
{
	for (int round = 0; round < 50; round++) {
		enum gx_family family = round % 2;
		struct scene scene = { .class_of = class_of, .locations = LOCATIONS };
		struct gx_entries entries = {0};
		struct gx_leaves leaves;

		gx_partition_init(&scene.partition, family);
		for (int i = 0; i < 40; i++)
			gx_entries_add(&entries, family, random_address(family),
				       (unsigned int)(next_random() % gx_family_bits(family)) + 1,
				       (uint32_t)(next_random() % LOCATIONS), 1);
		gx_partition_overlay(&scene.partition, NULL, &entries, 0);
		gx_entries_free(&entries);
		scene_build(&scene);
		gx_partition_leaves(&scene.partition, class_of, LOCATIONS, &leaves);
		for (size_t i = 0; i < leaves.count; i++) {
			struct gx_prefix key = leaf_key(&leaves, i);
			uint32_t found = look_up(&scene.index, family, key.addr.value, 1);

			assert_int_equal(GX_INDEX_CLASS(found), leaves.values[i].class_id);
			if (leaves.values[i].class_id != GX_CLASS_NONE)
				assert_int_equal(GX_INDEX_DEPTH(found), leaves.values[i].class_bits);
			assert_int_equal(look_up(&scene.index, family, gx_prefix_last(&key), 1), found);
		}
		gx_leaves_free(&leaves);
		check_borders(&scene);
		scene_free(&scene);
	}
}

/* Debian's tor-geoipdb: every country a class of its own, and all countries in four classes. */
static void real_data(void **state)
{
	static const char *const files[GX_FAMILIES] = { "/usr/share/tor/geoip", "/usr/share/tor/geoip6" };
	uint16_t four[GX_LOCATION_ISO_MAX + 1];

	for (size_t i = 0; i <= GX_LOCATION_ISO_MAX; i++)
		four[i] = (uint16_t)(i % 4);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		struct gx_source source = { .file = files[family] };
		struct gx_entries entries[GX_FAMILIES] = {0};
		struct gx_locations *locations = gx_locations_new();
		struct gx_diag diag = {0};

		if (access(files[family], R_OK))
			skip();
		assert_int_equal(gx_source_read(&source, locations, entries, &diag), 0);
		for (int form = 0; form < 2; form++) {
			struct scene scene = { .class_of = form ? four : identity(),
					       .locations = GX_LOCATION_ISO_MAX + 1 };

			gx_partition_init(&scene.partition, family);
			gx_partition_overlay(&scene.partition, locations, &entries[family], 0);
			scene_build(&scene);
			if (!form) /* goal: at most 12 octets a range */
				assert_true(scene.index.n_words * sizeof(uint64_t) <=
					    12 * scene.n_runs);
			check_borders(&scene);
			check_random(&scene, RANDOM_ADDRESSES);
			scene_free(&scene);
		}
		for (int i = 0; i < GX_FAMILIES; i++)
			gx_entries_free(&entries[i]);
		gx_locations_free(locations);
		gx_diag_free(&diag);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_range_has_depth_0),
		cmocka_unit_test(ends_of_the_space_and_single_addresses),
		cmocka_unit_test(border_at_every_bit),
		cmocka_unit_test(adjacent_single_addresses),
		cmocka_unit_test(deep_clusters),
		cmocka_unit_test(a_million_random_ranges),
		cmocka_unit_test(as_many_classes_as_there_can_be),
		cmocka_unit_test(blocks_that_carry_ipv4_end_their_neighbours),
		cmocka_unit_test(agrees_with_the_leaves),
		cmocka_unit_test(real_data),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
