/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The image: its tables, read the way the program reads them, say what the renderer says. */
#include "tests/unit/image_tables.h"

#include <errno.h>

/* --- set-ups ----------------------------------------------------------------------------------- */

static const char article[] = "eu A 192.0.2.1\neu AAAA 2001:db8::1\n"
			      "us A 192.0.2.2\nus AAAA 2001:db8::2\n"
			      "www CNAME geo\ncdn CNAME geo\n"
			      "mail A 192.0.2.3\n@ MX 10 mail\n";

static void make_article(struct fixture *fixture)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { US, "us.example.com." }, { 0 } };
	struct scene *scene = &fixture->scene;

	scene_zone(scene, "example.com.", article);
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs));
	scene_localhost(scene, "localhost.example.com.", 0);
	build(fixture);
}

/* --- what is loaded ---------------------------------------------------------------------------- */

static void all_names_of_zones_and_geo_names_are_loaded(void **state)
{
	struct fixture *fixture = *state;

	make_article(fixture);
	assert_findings(fixture, "");
	assert_loaded(fixture, "cdn.example.com. eu.example.com. example.com. geo.example.com. localhost.example.com. "
		      "mail.example.com. ns1.example.com. us.example.com. www.example.com. ");
	assert_int_equal(fixture->image.n_names, 9);
	assert_int_equal(assert_all_agree(fixture), 0);
}

/* Everything at once: chains across zones, geo names behind geo names, wildcards, cuts, ends of all kinds. */
static void make_odd(struct fixture *fixture)
{
	static const struct pair near[] = { { 0, "eu.example.com." }, { UK, "a.example.com." },
					    { US, "us.example.com." }, { 0 } };
	static const struct pair far[] = { { 0, "www.example.org." }, { BELGIUM, "x.wild.example.com." },
					   { JP, "host.example.net." }, { UK, "cut.example.com." },
					   { US, "geo.example.com." }, { 0 } };
	static const struct pair back[] = { { 0, "far.example.com." }, { JP, "localhost.example.com." },
					    { US, "ent.example.com." }, { 0 } };
	struct scene *scene = &fixture->scene;

	scene_zone(scene, "example.com.",
		   "eu A 192.0.2.1\neu MX 10 eu\nus AAAA 2001:db8::2\nus TXT us\n"
		   "a CNAME b\nb CNAME c\nc A 192.0.2.3\nc TYPE65534 \\# 1 00\n"
		   "www CNAME geo\ndeep CNAME www\nkeyed CNAME far\nkeyed KEY 0 3 8 AA==\n"
		   "*.wild CNAME eu\n*.alias CNAME geo\nto-alias CNAME x.alias\n"
		   "x.ent A 192.0.2.4\ncut NS ns.cut\nns.cut A 192.0.2.5\ncut DS 1 8 2 00\n"
		   "below.cut CNAME geo\ngeo CNAME hidden\n"
		   "to-localhost CNAME localhost\nto-back CNAME back\nout CNAME host.example.net.\n"
		   "static CNAME c\n");
	scene_zone(scene, "example.org.",
		   "www A 198.51.100.1\nwww HTTPS 1 . alpn=h2\nalias CNAME back.example.com.\n");
	scene_zone(scene, "cut.example.com.", "@ A 203.0.113.1\n");
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, near));
	scene_geo(scene, "far.example.com.", 0, scene_map(scene, far));
	scene_geo(scene, "back.example.com.", 0, scene_map(scene, back));
	scene_localhost(scene, "localhost.example.com.", 0);
}

static void tables_say_what_the_renderer_says(void **state)
{
	struct fixture *fixture = *state;

	make_odd(fixture);
	build(fixture);
	assert_findings(fixture, "");
	assert_loaded(fixture,
		      "*.alias.example.com. *.wild.example.com. a.example.com. alias.example.com. alias.example.org. "
		      "b.example.com. back.example.com. c.example.com. cut.example.com. deep.example.com. "
		      "ent.example.com. eu.example.com. example.com. example.org. far.example.com. geo.example.com. "
		      "keyed.example.com. localhost.example.com. ns1.cut.example.com. ns1.example.com. "
		      "ns1.example.org. out.example.com. static.example.com. to-alias.example.com. to-back.example.com. "
		      "to-localhost.example.com. us.example.com. wild.example.com. www.example.com. www.example.org. "
		      "x.ent.example.com. ");
	assert_int_equal(assert_all_agree(fixture), 0);
}

/* The cut speaks for them, or they do not exist. */
static void names_below_a_cut_and_targets_that_do_not_exist_are_not_loaded(void **state)
{
	struct fixture *fixture = *state;

	make_odd(fixture);
	build(fixture);
	assert_null(find_name(&fixture->image, scene_name(&fixture->scene, "below.cut.example.com.")));
	assert_null(find_name(&fixture->image, scene_name(&fixture->scene, "hidden.example.com.")));
	assert_null(find_name(&fixture->image, scene_name(&fixture->scene, "x.wild.example.com.")));
	assert_null(find_name(&fixture->image, scene_name(&fixture->scene, "ns.cut.example.com.")));
}

/* --- references -------------------------------------------------------------------------------- */

static void assert_kind(struct fixture *fixture, const char *name, uint16_t type, uint32_t kind)
{
	assert_int_equal(ref_of(fixture, name, type) & GX_REF_KIND, kind);
}

static void what_is_the_same_for_every_client_is_fixed(void **state)
{
	struct fixture *fixture = *state;

	make_article(fixture);
	assert_kind(fixture, "geo.example.com.", GX_TYPE_A, GX_REF_CLASS);
	assert_kind(fixture, "geo.example.com.", GX_TYPE_CNAME, GX_REF_CLASS);
	assert_kind(fixture, "geo.example.com.", GX_TYPE_ANY, GX_REF_CLASS);
	assert_kind(fixture, "geo.example.com.", KNOT_RRTYPE_HTTPS, GX_REF_CLASS);
	assert_kind(fixture, "geo.example.com.", KNOT_RRTYPE_NSEC, GX_REF_FIXED);
	assert_kind(fixture, "www.example.com.", GX_TYPE_AAAA, GX_REF_CLASS);
	assert_kind(fixture, "www.example.com.", GX_TYPE_CNAME, GX_REF_FIXED);
	assert_kind(fixture, "www.example.com.", GX_TYPE_ANY, GX_REF_FIXED);
	assert_kind(fixture, "eu.example.com.", GX_TYPE_A, GX_REF_FIXED);
	assert_kind(fixture, "eu.example.com.", GX_TYPE_CNAME, GX_REF_FIXED);
	assert_kind(fixture, "localhost.example.com.", GX_TYPE_A, GX_REF_LOCATION);
	assert_kind(fixture, "localhost.example.com.", GX_TYPE_ANY, GX_REF_LOCATION);
	assert_kind(fixture, "localhost.example.com.", GX_TYPE_AAAA, GX_REF_FIXED);
	assert_kind(fixture, "localhost.example.com.", GX_TYPE_CNAME, GX_REF_FIXED);
}

static void a_map_with_one_site_gives_fixed_answers(void **state)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { US, "eu.example.com." }, { 0 } };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;

	scene_zone(scene, "example.com.", article);
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs));
	build(fixture);
	assert_int_equal(fixture->image.n_classes, 1);
	assert_kind(fixture, "geo.example.com.", GX_TYPE_A, GX_REF_FIXED);
	assert_int_equal(assert_all_agree(fixture), 0);
}

static void every_location_has_its_own_localhost(void **state)
{
	struct fixture *fixture = *state;

	make_article(fixture);
	assert_true(fixture->image.n_locations >= 1000);
	for (uint32_t location = 0; location < fixture->image.n_locations; location++)
		assert_true(assert_agrees(fixture, scene_name(&fixture->scene, "localhost.example.com."),
					  GX_TYPE_A, location));
}

static void identical_answers_and_choices_are_stored_once(void **state)
{
	struct fixture *fixture = *state;

	make_article(fixture);
	/* Labels of the same length: the same octets. */
	for (size_t i = 0; i < NUMBER(locations); i++)
		assert_int_equal(cell_of(fixture, "www.example.com.", GX_TYPE_A, locations[i]),
				 cell_of(fixture, "cdn.example.com.", GX_TYPE_A, locations[i]));
	assert_int_equal(ref_of(fixture, "www.example.com.", GX_TYPE_A), ref_of(fixture, "cdn.example.com.", GX_TYPE_A));
	assert_int_not_equal(ref_of(fixture, "www.example.com.", GX_TYPE_A),
			     ref_of(fixture, "www.example.com.", GX_TYPE_AAAA));
}

/* --- signed zones ------------------------------------------------------------------------------ */

static void chains_through_signed_zones_are_marked(void **state)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { US, "us.example.org." }, { 0 } };
	static const struct pair plain[] = { { 0, "eu.example.com." }, { 0 } };
	static const char *const marked[] = { "geo.example.com.", "www.example.com.", "us.example.org." };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;

	scene_zone(scene, "example.com.", "eu A 192.0.2.1\nwww CNAME geo\n");
	scene_zone(scene, "example.org.", "us A 192.0.2.2\n@ DNSKEY 256 3 13 AAAA\n");
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs));
	scene_geo(scene, "plain.example.com.", 0, scene_map(scene, plain));
	build(fixture);
	for (size_t i = 0; i < NUMBER(marked); i++) {
		const struct gx_name *name =
			find_name(&fixture->image, scene_name(scene, marked[i]));

		assert_true(name->flags & GX_NAME_SIGNED);
		/* None of it has a RRSIG. */
		assert_int_equal(find_signed_ref(&fixture->image, name, GX_TYPE_A), GX_REF_NONE);
		assert_int_equal(find_signed_ref(&fixture->image, name, KNOT_RRTYPE_TXT), GX_REF_NONE);
	}
	assert_int_equal(find_name(&fixture->image, scene_name(scene, "eu.example.com."))->flags, GX_NAME_BELOW);
	assert_int_equal(find_name(&fixture->image, scene_name(scene, "plain.example.com."))->flags, GX_NAME_BELOW);
	assert_int_equal(assert_all_agree(fixture), 0);
	assert_findings(fixture, "0: warning: example.org.: RRsets without RRSIG: queries with DO=1 for these are passed to the "
				 "backend: a zone signed in whole would be right\n"
				 "0: warning: example.org.: no NSEC or NSEC3 for some names or types that do not exist: queries with DO=1 "
				 "for these are passed to the backend: a zone signed in whole would be right\n");
}

/* --- bounds ------------------------------------------------------------------------------------ */

static void types_beyond_the_bound_are_passed_and_so_is_the_default(void **state)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { US, "us.example.com." }, { 0 } };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	char *text = strdup("eu A 192.0.2.1\nus A 192.0.2.2\n");
	size_t passed;

	for (int i = 0; i < GX_TYPES_PER_NAME; i++)
		scene_append(&text, "eu TYPE%d \\# 1 %02x\n", 65280 + i, i);
	scene_zone(scene, "example.com.", text);
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs));
	build(fixture);
	/* 32 of its own and ANY do not fit. */
	assert_int_equal(ref_of(fixture, "eu.example.com.", ABSENT), GX_REF_NONE);
	assert_int_equal(ref_of(fixture, "geo.example.com.", KNOT_RRTYPE_TXT), GX_REF_NONE);
	assert_int_not_equal(ref_of(fixture, "geo.example.com.", GX_TYPE_A), GX_REF_NONE);
	assert_int_not_equal(ref_of(fixture, "geo.example.com.", GX_TYPE_CNAME), GX_REF_NONE);
	assert_int_not_equal(ref_of(fixture, "us.example.com.", ABSENT), GX_REF_NONE);
	passed = assert_all_agree(fixture);
	assert_true(passed > 0);
	free(text);
}

static void answers_beyond_every_reply_keep_their_length_and_counts(void **state)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { US, "us.example.com." }, { 0 } };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	char *text = strdup("us A 192.0.2.2\n");
	struct gx_rendered answer;
	const struct gx_answer *cell;

	for (int i = 0; i < 100; i++)
		scene_append(&text, "eu A 192.0.2.%d\n", i);
	scene_zone(scene, "example.com.", text);
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs));
	build(fixture);
	assert_findings(fixture,
			"6: warning: the answer to eu.example.com. A takes 1600 octets, so that every client "
			"must ask again over TCP: a reply of at most 1232 octets in all would be right\n"
			"1: warning: the answer to geo.example.com. A takes 1617 octets, so that every client "
			"must ask again over TCP: a reply of at most 1232 octets in all would be right\n");
	cell = answer_of(fixture, "eu.example.com.", GX_TYPE_A, 0);
	assert_int_equal(gx_render(scene->renderer, scene_name(scene, "eu.example.com."), GX_TYPE_A, 0,
				   &answer), 0);
	assert_int_equal(cell->len_octets, answer.len_octets);
	assert_int_equal(cell->ancount, 100);
	assert_int_equal(cell->flags, GX_DNS1_AA);
	assert_true(cell_of(fixture, "eu.example.com.", GX_TYPE_A, 0) < fixture->image.n_cells);
	free(text);
}

/* A TXT record whose answer at eu.example.com. has this many octets. */
static void build_txt(struct fixture *fixture, int octets)
{
	static const struct pair pairs[] = { { 0, "eu.example.com." }, { US, "us.example.com." }, { 0 } };
	struct scene *scene = &fixture->scene;
	char *text = strdup("");
	int left = octets - 12;		/* what stands in front of the strings, of which each has a length octet */

	for (; left; left -= left > 256 ? 256 : left)
		scene_append(&text, " %0*d", left > 256 ? 255 : left - 1, 0);
	scene_zone(scene, "example.com.", gx_arena_printf(&scene->config.arena, "eu TXT%s\nus A 192.0.2.1\n", text));
	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, pairs));
	build(fixture);
	free(text);
}

/* One octet less fits, to the octet: header, question, OPT and answer are 1232, without the OPT 3072. */
static void the_largest_reply_is_1232_octets_and_3072_over_tcp(void **state)
{
	static const struct {
		int octets;
		bool is_stored;
		const char *finding;
	} rows[] = {
		{ 1232 - 12 - (16 + 4) - 11, true, NULL },
		{ 1232 - 12 - (16 + 4) - 11 + 1, true, "so that every client must ask again over TCP" },
		{ 3072 - 12 - (16 + 4), true, "so that every client must ask again over TCP" },
		{ 3072 - 12 - (16 + 4) + 1, false, "cannot be given but by the backend, over TCP" },
		{ 60000, false, "cannot be given but by the backend, over TCP" },
	};

	for (size_t i = 0; i < NUMBER(rows); i++) {
		struct fixture *fixture = *state;
		const struct gx_diag *diag = &fixture->scene.diag;
		const struct gx_answer *cell;

		build_txt(fixture, rows[i].octets);
		cell = answer_of(fixture, "eu.example.com.", KNOT_RRTYPE_TXT, 0);
		/* Not how much too long it is: what is added to it for a name must not wrap. */
		assert_int_equal(cell->len_octets, rows[i].is_stored ? rows[i].octets : GX_TCP_MAX_OCTETS);
		assert_int_equal(cell[0].octets[0], rows[i].is_stored ? 0xc0 : 0);
		assert_int_equal(cell[0].sum != 0, rows[i].is_stored);
		/* The one behind it is about the chain from geo.example.com., which is longer. */
		assert_int_equal(diag->count, rows[i].finding ? 2 : 1);
		if (rows[i].finding)
			assert_non_null(strstr(diag->findings[0].text, rows[i].finding));
		teardown(state);
		setup(state);
	}
}

static void loops_are_errors_and_long_chains_are_passed(void **state)
{
	static const struct pair loop[] = { { 0, "eu.example.com." }, { US, "loop.example.com." }, { 0 } };
	static const struct pair chain[] = { { 0, "c0.example.com." }, { 0 } };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;
	char *text = strdup("eu A 192.0.2.1\nloop CNAME geo\n");
	bool told = false;

	for (int i = 0; i < 20; i++)
		scene_append(&text, "c%d CNAME c%d\n", i, i + 1);
	scene_append(&text, "c20 A 192.0.2.1\n");
	scene_zone(scene, "example.com.", text);
	scene_geo(scene, "long.example.com.", 0, scene_map(scene, chain));
	build(fixture);
	assert_int_equal(ref_of(fixture, "long.example.com.", GX_TYPE_A), GX_REF_NONE);
	assert_int_not_equal(ref_of(fixture, "long.example.com.", GX_TYPE_CNAME), GX_REF_NONE);
	/* And of the chain's own names, the first ones. */
	for (size_t i = 0; i < scene->diag.count; i++)
		told |= strstr(scene->diag.findings[i].text, "more than 16 CNAMEs follow from long.example.com.") != NULL;
	assert_true(told);

	scene_geo(scene, "geo.example.com.", 0, scene_map(scene, loop));
	gx_image_free(&fixture->image);
	gx_diag_free(&scene->diag);
	assert_int_equal(gx_image_build(&fixture->image, &scene->config, &scene->diag), -EINVAL);
	free(text);
}

/* --- classes ----------------------------------------------------------------------------------- */

static void assert_classes(struct fixture *fixture, size_t count, const uint16_t *expected)
{
	assert_int_equal(fixture->image.n_classes, count);
	for (size_t i = 0; i < NUMBER(locations); i++)
		assert_int_equal(fixture->image.class_of[locations[i]], expected[i]);
}

/* locations[]: 0, 1, BELGIUM, JP, UK, US, 999 */
static void locations_that_all_maps_treat_alike_are_a_class(void **state)
{
	static const struct pair one[] = { { 0, "eu.example.com." }, { BELGIUM, "eu.example.com." },
					   { JP, "us.example.com." }, { UK, "x.example.com." },
					   { US, "us.example.com." }, { 0 } };
	/* UK and US are of two classes already, and move together. */
	static const struct pair two[] = { { 0, "eu.example.com." }, { UK, "us.example.com." },
					   { US, "us.example.com." }, { 0 } };
	static const uint16_t by_one[] = { 0, 0, 0, 1, 2, 1, 0 }, by_both[] = { 0, 0, 0, 1, 2, 3, 0 };
	struct fixture *fixture = *state;
	struct scene *scene = &fixture->scene;

	scene_zone(scene, "example.com.", "eu A 192.0.2.1\nus A 192.0.2.2\nx A 192.0.2.3\n");
	scene_geo(scene, "one.example.com.", 0, scene_map(scene, one));
	build(fixture);
	assert_classes(fixture, 3, by_one);
	assert_int_equal(assert_all_agree(fixture), 0);

	scene_geo(scene, "two.example.com.", 0, scene_map(scene, two));
	build(fixture);
	assert_classes(fixture, 4, by_both);
	assert_int_equal(assert_all_agree(fixture), 0);
}

static void class_numbers_do_not_depend_on_targets_or_on_the_order_of_maps(void **state)
{
	static const struct pair one[] = { { 0, "a.example.com." }, { BELGIUM, "b.example.com." },
					   { UK, "c.example.com." }, { 0 } };
	static const struct pair renamed[] = { { 0, "c.example.com." }, { BELGIUM, "a.example.com." },
					       { UK, "b.example.com." }, { 0 } };
	static const struct pair two[] = { { 0, "a.example.com." }, { JP, "b.example.com." },
					   { US, "b.example.com." }, { 0 } };
	static const struct pair *const orders[][2] = { { one, two }, { two, one }, { renamed, two } };
	static const uint16_t expected[] = { 0, 0, 1, 2, 3, 2, 0 };

	for (size_t i = 0; i < NUMBER(orders); i++) {
		struct fixture *fixture = *state;
		struct scene *scene = &fixture->scene;

		scene_zone(scene, "example.com.", "a A 192.0.2.1\nb A 192.0.2.2\nc A 192.0.2.3\n");
		scene_geo(scene, "one.example.com.", 0, scene_map(scene, orders[i][0]));
		scene_geo(scene, "two.example.com.", 0, scene_map(scene, orders[i][1]));
		build(fixture);
		assert_classes(fixture, 4, expected);
		teardown(state);
		setup(state);
	}
}

static void leaves_carry_the_classes(void **state)
{
	struct fixture *fixture = *state;
	struct gx_entries entries = {0};
	struct gx_leaves leaves;
	size_t found = 0;

	gx_entries_add(&entries, GX_IPV4, (gx_u128)8 << 24, 8, US, 1);
	gx_partition_overlay(&fixture->scene.config.partition[GX_IPV4], NULL, &entries, 0);
	gx_entries_free(&entries);
	make_article(fixture);
	gx_image_leaves(&fixture->image, GX_IPV4, &leaves);
	assert_int_equal(leaves.count, fixture->image.leaves[GX_IPV4].count);
	for (size_t i = 0; i < leaves.count; i++) {
		if (leaves.values[i].location != US)
			continue;
		found++;
		assert_int_equal(leaves.keys4[i].address[0], 8);
		assert_int_equal(leaves.keys4[i].prefix_bits, 8);
		assert_int_equal(leaves.values[i].class_id, 1);
		assert_int_equal(leaves.values[i].class_bits, 8);
	}
	assert_int_equal(found, 1);
	gx_leaves_free(&leaves);
	assert_true(fixture->image.leaves[GX_IPV6].count > 0);
}

static void the_same_configuration_gives_the_same_image(void **state)
{
	struct fixture *fixture = *state;
	struct gx_image *image = &fixture->image, other = {0};
	struct gx_diag diag = {0};

	make_odd(fixture);
	build(fixture);
	assert_int_equal(gx_image_build(&other, &fixture->scene.config, &diag), 0);
	assert_int_equal(image->name_seed, other.name_seed);
	assert_int_equal(image->n_name_slots, other.n_name_slots);
	assert_int_equal(image->n_choices, other.n_choices);
	assert_int_equal(image->n_cells, other.n_cells);
	assert_int_equal(image->n_types, other.n_types);
	assert_memory_equal(image->names, other.names, image->n_name_slots * sizeof(*image->names));
	assert_memory_equal(image->choices, other.choices, image->n_choices * sizeof(*image->choices));
	assert_memory_equal(image->answers, other.answers, image->n_cells * sizeof(*image->answers));
	assert_memory_equal(image->types, other.types, image->n_types * sizeof(*image->types));
	gx_image_free(&other);
	gx_diag_free(&diag);
}

static void an_empty_configuration_has_tables_all_the_same(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_image *image = &fixture->image;

	build(fixture);
	assert_int_equal(image->n_names, 0);
	assert_int_equal(image->n_classes, 1);
	assert_true(image->n_name_slots >= 1);
	assert_int_equal(image->n_names_long, 1);
	assert_int_equal(image->n_types, 1);
	assert_int_equal(image->n_choices, 1);
	assert_int_equal(image->n_cells, 1);
	assert_int_equal(image->answers[0].len_octets, 0);
	assert_int_equal(image->names_long[0].octets[0], 0);
	assert_int_equal(image->choices[0].answer, 0);
	assert_int_equal(image->types[0].ref, GX_REF_NONE);
	assert_null(find_name(image, scene_name(&fixture->scene, "example.com.")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(all_names_of_zones_and_geo_names_are_loaded),
		TEST(tables_say_what_the_renderer_says),
		TEST(names_below_a_cut_and_targets_that_do_not_exist_are_not_loaded),
		TEST(what_is_the_same_for_every_client_is_fixed),
		TEST(a_map_with_one_site_gives_fixed_answers),
		TEST(every_location_has_its_own_localhost),
		TEST(identical_answers_and_choices_are_stored_once),
		TEST(chains_through_signed_zones_are_marked),
		TEST(types_beyond_the_bound_are_passed_and_so_is_the_default),
		TEST(answers_beyond_every_reply_keep_their_length_and_counts),
		TEST(the_largest_reply_is_1232_octets_and_3072_over_tcp),
		TEST(loops_are_errors_and_long_chains_are_passed),
		TEST(locations_that_all_maps_treat_alike_are_a_class),
		TEST(class_numbers_do_not_depend_on_targets_or_on_the_order_of_maps),
		TEST(leaves_carry_the_classes),
		TEST(the_same_configuration_gives_the_same_image),
		TEST(an_empty_configuration_has_tables_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
