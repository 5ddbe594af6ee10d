/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The image's table of names: each has a slot of its own, and is told from all others. */
#include "tests/unit/image_tables.h"

#include <arpa/inet.h>
#include <errno.h>

#include "tests/lib/case_bits.h"
#include "user/core/dict.h"
#include "user/core/image_impl.h"

/* --- names ------------------------------------------------------------------------------------- */

static void many_names_and_long_ones_are_found(void **state)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { 0 } };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	char *long_name = gx_calloc(1, 512), *text = gx_calloc(1, 1 << 20), *to = text;
	size_t count = 3000;

	for (size_t i = 0; i < count; i++)
		to += sprintf(to, "host%zu CNAME geo\n", i);
	/* Lengths around what a slot holds, and the longest. */
	for (int i = 0; i < 20; i++)
		to += sprintf(to, "%0*d CNAME geo\n", 20 + i, 7);
	for (int i = 0; i < 3; i++)
		sprintf(long_name + strlen(long_name), "%063d.", i);
	sprintf(long_name + strlen(long_name), "%049d", 0);
	to += sprintf(to, "%s CNAME geo\n", long_name);
	to += sprintf(to, "eu A 192.0.2.1\n");
	scene_zone(scene, "example.com.", text);
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs));
	build(fixture);
	/* And eu, geo, the apex, its server, three empty non-terminals. */
	assert_int_equal(fixture->image.n_names, count + 20 + 1 + 7);
	for (size_t i = 0; i < scene->config.zones[0].n_nodes; i++) {
		const struct gx_node *node = &scene->config.zones[0].nodes[i];

		if (gx_node_find(node, KNOT_RRTYPE_CNAME))
			assert_true(assert_agrees(fixture, node->owner, GX_TYPE_A, 0));
	}
	assert_null(find_name(&fixture->image, scene_name(scene, "host3000.example.com.")));
	free(long_name);
	free(text);
}

static int place_and_fill(struct gx_builder *builder)
{
	struct gx_placing *placing = gx_image_begin_names(builder);

	gx_image_place_names(placing);
	return gx_image_end_names(builder, placing);
}

/* Nine of ten slots are taken, and no name is looked for in a second one. */
static void each_name_of_many_has_the_slot_that_its_pilot_says(void **state)
{
	struct fixture *fixture = *state;
	struct gx_builder builder = {
		.image = &fixture->image,
		.config = &fixture->scene.config,
		.diag = &fixture->scene.diag,
		.n_loads = 1 << 16,
	};

	builder.loads = gx_calloc(builder.n_loads, sizeof(*builder.loads));
	for (uint32_t i = 0; i < builder.n_loads; i++) {
		uint8_t *name = gx_arena_alloc(&fixture->scene.config.arena, 6);

		name[0] = 4;
		for (int digit = 0; digit < 4; digit++)
			name[1 + digit] = 'a' + (i >> 4 * digit & 15);
		builder.loads[i] = (struct gx_load){ .name = name, .types = i };
	}
	assert_int_equal(place_and_fill(&builder), 0);
	assert_true(fixture->image.n_name_slots <= builder.n_loads / 9 * 10 + 10);
	assert_true(fixture->image.n_buckets <= builder.n_loads);
	for (uint32_t i = 0; i < builder.n_loads; i++) {
		const struct gx_name *name = find_name(&fixture->image, builder.loads[i].name);

		assert_non_null(name);
		assert_int_equal(name->types, i);
	}
	free(builder.loads);
}

static void put_alike(struct fixture *fixture, bool first, bool second)
{
	char *text = strdup("");

	for (size_t i = 0; i < CASE_BITS_PAIRS; i++) {
		if (first)
			scene_append(&text, "%s A 192.0.2.1\n", case_bits[i][0]);
		if (second)
			scene_append(&text, "%s A 192.0.2.2\n", case_bits[i][1]);
	}
	scene_zone(&fixture->scene, "example.com.", text);
	free(text);
	build(fixture);
}

static void expect_alike(struct fixture *fixture, bool first, bool second)
{
	for (size_t i = 0; i < CASE_BITS_PAIRS * 2; i++) {
		char text[256];
		const knot_dname_t *name;

		snprintf(text, sizeof(text), "%s.example.com.", case_bits[i / 2][i & 1]);
		name = scene_name(&fixture->scene, text);
		if (i & 1 ? second : first) {
			assert_true(assert_agrees(fixture, name, GX_TYPE_A, 0));
			assert_true(gx_image_find(&fixture->image, name, GX_TYPE_A) ==
				    find_name(&fixture->image, name)->ref_a);
		} else {
			assert_null(find_name(&fixture->image, name));
			assert_true(gx_image_find(&fixture->image, name, GX_TYPE_A) ==
				    gx_image_find(&fixture->image, scene_name(&fixture->scene, "nothing.example.com."), GX_TYPE_A));
		}
	}
}

static void names_that_differ_in_case_bits_alone_are_hashed_exactly(void **state)
{
	struct fixture *fixture = *state;

	put_alike(fixture, true, true);
	assert_true(fixture->image.hash_exact);
	assert_int_equal(fixture->image.name_seed, 0);
	expect_alike(fixture, true, true);
	assert_int_equal(find_name(&fixture->image, scene_name(&fixture->scene, "example.com."))->sum,
			 htons(sum((const uint8_t *)"\7example\3com", 13)));
}

static void one_name_of_those_that_differ_in_case_bits_is_not_taken_for_the_other(void **state)
{
	struct fixture *fixture = *state;

	put_alike(fixture, true, false);
	assert_false(fixture->image.hash_exact);
	expect_alike(fixture, true, false);
	teardown(state);
	setup(state);
	fixture = *state;
	put_alike(fixture, false, true);
	assert_false(fixture->image.hash_exact);
	expect_alike(fixture, false, true);
}

static void a_name_that_is_there_twice_has_no_slot_of_its_own(void **state)
{
	struct fixture *fixture = *state;
	struct gx_load loads[] = { { .name = scene_name(&fixture->scene, "a.") }, { .name = scene_name(&fixture->scene, "a.") } };
	struct gx_builder builder = { .image = &fixture->image, .config = &fixture->scene.config,
				      .diag = &fixture->scene.diag, .loads = loads, .n_loads = NUMBER(loads) };

	assert_int_equal(place_and_fill(&builder), -EINVAL);
	assert_findings(fixture, "0: 2 names to be loaded: none of 64 seeds gives each a slot of its own; is a name there twice?\n");
}

/* As the program looks at it. */
static bool ends_in_zone(const struct gx_image *image, const knot_dname_t *name)
{
	uint64_t end;
	uint32_t bit;

	memcpy(&end, name + knot_dname_size(name) - sizeof(end), sizeof(end));
	bit = gx_hash_end_of_name(end);
	return image->end_filter[bit / 64] >> bit % 64 & 1;
}

static void names_that_end_as_no_apex_does_are_filtered_out(void **state)
{
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	static const char zone[] = "www A 192.0.2.1\n";
	size_t taken_for_ours = 0;
	char text[32];

	scene_zone(scene, "example.com.", zone);
	scene_zone(scene, "an-odd.name.", zone);
	build(fixture);
	assert_true(ends_in_zone(&fixture->image, scene_name(scene, "example.com.")));
	assert_true(ends_in_zone(&fixture->image, scene_name(scene, "a.b.example.com.")));
	assert_true(ends_in_zone(&fixture->image, scene_name(scene, "x.an-odd.name.")));
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "www.elsewhere%d.", i);
		taken_for_ours += ends_in_zone(&fixture->image, scene_name(scene, text));
	}
	assert_true(taken_for_ours < 20);	/* 2 of 512 bits */

	/* Eight octets of a name below say nothing of an apex that is shorter. */
	scene_zone(scene, "org.", zone);
	build(fixture);
	assert_true(ends_in_zone(&fixture->image, scene_name(scene, "www.elsewhere.")));
	assert_true(ends_in_zone(&fixture->image, scene_name(scene, "a.org.")));
}

/*
 * The hash is written down: a program and a loader of different builds must agree on it. Of "\003www\007example\003com",
 * with the case bits set, or folded.
 */
static void the_hash_of_a_name_is_as_documented(void **state)
{
	static const char octets[2][24] = { "#www'example#com        ", "\003www\007example\003com" };
	struct gx_padded_name name;

	(void)state;
	gx_pad_name(&name, (const uint8_t *)"\003WwW\007example\003com");
	assert_int_equal(name.len_octets, 17);
	for (int exact = 0; exact < 2; exact++) {
		uint64_t hash = 5;

		for (int i = 0; i < 3; i++) {
			uint64_t word;

			memcpy(&word, octets[exact] + 8 * i, 8);
			hash = __builtin_bswap64((hash ^ word) * 0x9E3779B97F4A7C15ull);
		}
		hash = __builtin_bswap64((hash ^ 17) * 0x9E3779B97F4A7C15ull);
		assert_true(gx_padded_hash(&name, 5, exact) == hash);
		assert_true(gx_name_hash((const uint8_t *)"\003WWW\007example\003com", 5, exact) == hash);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(many_names_and_long_ones_are_found),
		TEST(each_name_of_many_has_the_slot_that_its_pilot_says),
		TEST(names_that_differ_in_case_bits_alone_are_hashed_exactly),
		TEST(one_name_of_those_that_differ_in_case_bits_is_not_taken_for_the_other),
		TEST(a_name_that_is_there_twice_has_no_slot_of_its_own),
		TEST(names_that_end_as_no_apex_does_are_filtered_out),
		TEST(the_hash_of_a_name_is_as_documented),
	};

	return cmocka_run_group_tests_name("image names", tests, NULL, NULL);
}
