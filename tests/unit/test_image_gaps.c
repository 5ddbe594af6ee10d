/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The image: the gaps of signed zones, and what covers the names in them. */
#include "tests/unit/image_tables.h"

#include <libdnssec/binary.h>
#include <libdnssec/nsec.h>

#include "user/core/denial.h"

#define RRSIG(type)	" RRSIG " type " 13 2 300 20300101000000 20200101000000 7 example. c2lnbmVk\n"
#define NSEC(owner, next) owner " NSEC " next " A RRSIG NSEC\n" owner RRSIG("NSEC")
#define SIGNED(owner, next) owner " A 192.0.2.1\n" owner RRSIG("A") NSEC(owner, next)
#define APEX(next)	"@" RRSIG("SOA") "@" RRSIG("NS") NSEC("@", next)
#define PASSED_DO(what) "0: warning: example.: " what ": queries with DO=1 for these are passed to the backend: a zone signed in whole would " \
			"be right\n"
#define NO_PROOF	PASSED_DO("no NSEC or NSEC3 for some names or types that do not exist")
#define NO_RRSIG	PASSED_DO("RRsets without RRSIG")

/* --- the tables as text ------------------------------------------------------------------------ */

/* The owner of a tail, without what the question ends in; "-": such names are passed. */
static void append_owner(char **text, const struct gx_image *image, uint32_t cell)
{
	const uint8_t *at = image->answers[cell].octets;

	if (!cell) {
		scene_append(text, "-");
		return;
	}
	if (*at >= 0xc0 || !*at)
		scene_append(text, "@");
	for (; *at && *at < 0xc0; at += 1 + *at) {
		for (size_t i = 1; i <= *at; i++)
			scene_append(text, at[i] > ' ' && at[i] < 0x7f ? "%c" : "\\%03u", at[i]);
		scene_append(text, at[1 + *at] && at[1 + *at] < 0xc0 ? "." : "");
	}
}

static const struct gx_type *entry_below(struct fixture *fixture, const char *name)
{
	const struct gx_name *slot = find_name(&fixture->image, scene_name(&fixture->scene, name));

	assert_non_null(slot);
	assert_true(slot->flags & (GX_NAME_BELOW | GX_NAME_WILDCARD));
	return &fixture->image.types[slot->types + slot->n_types + 1];
}

/* What is below an encloser: the owners of its tails, and for each gap its key and the owner of what covers it. */
static void assert_gaps(struct fixture *fixture, const char *encloser, const char *expected)
{
	const struct gx_image *image = &fixture->image;
	const struct gx_gap_list *list = &image->gap_lists[entry_below(fixture, encloser)->ref_partial];
	uint32_t count = list->count & ~GX_GAPS_HASHED;
	char *text = strdup("");

	for (size_t i = 0; i < NUMBER(list->tails); i++) {
		if (!list->tails[i])
			continue;
		append_owner(&text, image, list->tails[i]);
		scene_append(&text, " ");
	}
	scene_append(&text, "|");
	for (uint32_t i = 0; i < count; i++) {
		const struct gx_gap *gap = &image->gaps[list->first + i];
		size_t octets = 16;

		if (i)
			assert_true(gap[-1].key[0] < gap->key[0] || (gap[-1].key[0] == gap->key[0] && gap[-1].key[1] < gap->key[1]));
		scene_append(&text, " ");
		while (octets && !(gap->key[(octets - 1) / 8] >> (56 - 8 * ((octets - 1) % 8)) & 0xff))
			octets--;
		for (size_t j = 0; j < octets; j++) {
			unsigned int octet = gap->key[j / 8] >> (56 - 8 * (j % 8)) & 0xff;

			scene_append(&text, octet > ' ' && octet < 0x7f ? "%c" : "\\%03u", octet);
		}
		scene_append(&text, "=");
		append_owner(&text, image, gap->cell);
	}
	assert_string_equal(text, expected);
	free(text);
}

/* --- NSEC -------------------------------------------------------------------------------------- */

static void gaps_begin_in_front_of_the_first_name_and_behind_each(void **state)
{
	struct fixture *fixture = *state;

	scene_zone(&fixture->scene, "example.", APEX("a") SIGNED("a", "b.ent") SIGNED("b.ent", "ns1") "ns1" RRSIG("A")
		   NSEC("ns1", "sub") "sub NS ns.elsewhere.\nns.sub A 192.0.2.2\n" NSEC("sub", "@"));
	build(fixture);
	assert_findings(fixture, "");
	assert_gaps(fixture, "example.", "@ | =@ a=a ent=b.ent ns1=ns1 sub=sub");
	assert_gaps(fixture, "a.example.", "a | =a");
	assert_gaps(fixture, "ent.example.", "a | =a b=b.ent");
	assert_gaps(fixture, "b.ent.example.", "b.ent | =b.ent");
	/* Below a delegation is the referral. */
	assert_int_equal(entry_below(fixture, "sub.example.")->ref_partial, 0);
}

static void gaps_are_in_canonical_order_of_octets_rfc4034_6_1(void **state)
{
	struct fixture *fixture = *state;

	scene_zone(&fixture->scene, "example.", APEX("\\000") SIGNED("\\000", "m") SIGNED("m", "m\\000\\001") SIGNED("m\\000\\001", "ma")
		   SIGNED("ma", "ns1") "ns1" RRSIG("A") NSEC("ns1", "\\200") SIGNED("\\200", "\\255\\255") SIGNED("\\255\\255", "@"));
	build(fixture);
	assert_findings(fixture, "");
	/*
	 * The first label has no octet but zeros: what agrees with that is passed, and the gap in front of it is
	 * not asked for.
	 */
	assert_gaps(fixture, "example.", "\\000 | =\\000 m=m m\\000\\001=m\\000\\001 ma=ma ns1=ns1 \\200=\\200 \\255\\255=\\255\\255");
}

static void names_that_agree_in_sixteen_octets_are_one_gap(void **state)
{
	struct fixture *fixture = *state;

	scene_zone(&fixture->scene, "example.", APEX("abcdefghijklmno") SIGNED("abcdefghijklmno", "abcdefghijklmnop")
		   SIGNED("abcdefghijklmnop", "abcdefghijklmnopa") SIGNED("abcdefghijklmnopa", "abcdefghijklmnopb")
		   SIGNED("abcdefghijklmnopb", "ns1") "ns1" RRSIG("A") NSEC("ns1", "@"));
	build(fixture);
	assert_findings(fixture, "");
	assert_gaps(fixture, "example.", "@ | =@ abcdefghijklmno=abcdefghijklmno abcdefghijklmnop=abcdefghijklmnopb ns1=ns1");
}

static void gaps_that_no_nsec_covers_whole_are_passed(void **state)
{
	struct fixture *fixture = *state;

	scene_zone(&fixture->scene, "example.", APEX("a") SIGNED("a", "b") "c A 192.0.2.1\nc" RRSIG("A") NSEC("c", "ns1") "ns1" RRSIG("A")
		   "ns1 NSEC @ A RRSIG NSEC\n");
	build(fixture);
	assert_findings(fixture, NO_RRSIG NO_PROOF);
	assert_gaps(fixture, "example.", "@ | =@ a=- c=c ns1=-");
	assert_int_equal(entry_below(fixture, "ns1.example.")->ref_partial, 0);
	assert_int_equal(entry_below(fixture, "ns1.example.")->ref_signed, GX_REF_NONE);
}

static void wildcards_have_gaps_and_no_tails(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_name *wildcard;
	const struct gx_answer *nodata;
	struct gx_shift shift;
	uint32_t cell;
	char *text;

	scene_zone(&fixture->scene, "example.", APEX("ns1") "ns1" RRSIG("A") NSEC("ns1", "*.w") SIGNED("*.w", "z.w") SIGNED("z.w", "@"));
	build(fixture);
	assert_findings(fixture, "");
	assert_gaps(fixture, "w.example.", "| =ns1 *=*.w z=z.w");
	/* What it does not have comes with its own NSEC behind it. */
	wildcard = find_name(&fixture->image, scene_name(&fixture->scene, "*.w.example."));
	cell = fixture->image.types[wildcard->types].ref_partial & GX_REF_INDEX;
	assert_int_not_equal(cell, fixture->image.types[wildcard->types].ref_signed & GX_REF_INDEX);
	nodata = &fixture->image.answers[cell];
	assert_int_equal(nodata->nscount, 2);
	shift = gx_image_shift(nodata);
	text = strdup("");
	append_owner(&text, &fixture->image, shift.tails[0]);
	assert_string_equal(text, "*.w");
	assert_int_equal(shift.tails[1], 0);
	free(text);
}

/*
 * To a validator, the NSEC that leads over a name says that it is not there: below it is another closest encloser
 * than here.
 */
static void below_what_the_chain_leads_over_is_passed(void **state)
{
	struct fixture *fixture = *state;

	scene_zone(&fixture->scene, "example.", APEX("a") SIGNED("a", "x.ent") "b A 192.0.2.1\nb" RRSIG("A") SIGNED("x.ent", "ns1")
		   "ns1" RRSIG("A") NSEC("ns1", "@"));
	build(fixture);
	assert_findings(fixture, NO_PROOF);
	assert_int_equal(entry_below(fixture, "b.example.")->ref_partial, 0);
	assert_int_equal(entry_below(fixture, "b.example.")->ref_signed, GX_REF_NONE);
	assert_int_not_equal(entry_below(fixture, "ent.example.")->ref_partial, 0);
	assert_int_not_equal(entry_below(fixture, "a.example.")->ref_partial, 0);
}

/* --- what exists only here --------------------------------------------------------------------- */

static void gaps_that_deny_a_geo_name_are_passed(void **state)
{
	static const struct pair pairs[] = { { 0, "ns1.example." }, { 0 } };
	struct fixture *fixture = *state;

	scene_zone(&fixture->scene, "example.", APEX("a") SIGNED("a", "m") SIGNED("m", "ns1") "ns1" RRSIG("A") NSEC("ns1", "@"));
	scene_geo(&fixture->scene, "geo.example.", 0, scene_map(&fixture->scene, pairs));
	scene_geo(&fixture->scene, "x.deep.m.example.", 0, scene_map(&fixture->scene, pairs));
	build(fixture);
	/* a leads to m, and so denies geo; m leads to ns1, and denies deep.m and x.deep.m. */
	assert_gaps(fixture, "example.", "@ | =@ a=- m=- ns1=ns1");
	assert_int_equal(entry_below(fixture, "m.example.")->ref_partial, 0);
	assert_int_equal(entry_below(fixture, "a.example.")->ref_partial, 0);
	assert_int_equal(entry_below(fixture, "geo.example.")->ref_partial, 0);
	assert_int_equal(entry_below(fixture, "geo.example.")->ref_signed, GX_REF_NONE);
}

static void names_between_zones_have_no_gaps(void **state)
{
	struct fixture *fixture = *state;
	const struct gx_name *between;

	scene_zone(&fixture->scene, "example.", APEX("a") SIGNED("a", "m") SIGNED("m", "ns1") "ns1" RRSIG("A") NSEC("ns1", "@"));
	scene_zone(&fixture->scene, "zone.b.example.", "");
	build(fixture);
	assert_gaps(fixture, "example.", "@ | =@ a=a m=m ns1=ns1");
	/* It says of itself what the zone above says of it, and knows nothing of gaps. */
	between = find_name(&fixture->image, scene_name(&fixture->scene, "b.example."));
	assert_true(between->flags & GX_NAME_BETWEEN);
	assert_int_equal(find_signed_ref(&fixture->image, between, GX_TYPE_A), GX_REF_NONE);
	assert_int_equal(entry_below(fixture, "b.example.")->ref_partial, 0);
	assert_int_equal(entry_below(fixture, "b.example.")->ref_signed, GX_REF_NONE);
}

/* --- NSEC3 ------------------------------------------------------------------------------------- */

/* apex, ns1, ai and *.w of RFC 5155 appendix A have other hashes without iterations; these are made here. */
static void hash_label(const char *name, const uint8_t *salt, size_t n_salt, char label[33])
{
	static uint8_t hash[GX_NSEC3_HASH_OCTETS];
	dnssec_nsec3_params_t params = { .algorithm = DNSSEC_NSEC3_ALGORITHM_SHA1,
					 .salt = { .size = n_salt, .data = (uint8_t *)salt } };
	knot_dname_storage_t wire;
	dnssec_binary_t data = { .data = wire }, out = {0};

	knot_dname_from_str(wire, name, sizeof(wire));
	data.size = knot_dname_size(wire);
	assert_int_equal(dnssec_nsec3_hash(&data, &params, &out), 0);
	memcpy(hash, out.data, sizeof(hash));
	dnssec_binary_free(&out);
	for (size_t i = 0; i < 32; i++) {
		unsigned int two = hash[i * 5 / 8] << 8 | (i * 5 / 8 + 1 < sizeof(hash) ? hash[i * 5 / 8 + 1] : 0);

		label[i] = "0123456789abcdefghijklmnopqrstuv"[two >> (11 - i * 5 % 8) & 31];
	}
	label[32] = '\0';
}

static int compare_labels(const void *left, const void *right)
{
	return strcmp(left, right);
}

static void gaps_of_nsec3_are_of_the_whole_zone_with_the_salt_in_front(void **state)
{
	static const uint8_t salt[] = { 0xab, 0xcd, 0xef };
	static const char *const names[] = { "example.", "ns1.example.", "a.example." };
	struct fixture *fixture = *state;
	const struct gx_image *image = &fixture->image;
	const struct gx_gap_list *list, *other;
	const struct gx_gap *gap;
	char labels[3][33], *text = strdup("@ NSEC3PARAM 1 0 0 ABCDEF\n@" RRSIG("NSEC3PARAM") "@" RRSIG("SOA") "@" RRSIG("NS") "a A 192.0.2.1\na"
					   RRSIG("A") "ns1" RRSIG("A"));

	for (size_t i = 0; i < 3; i++)
		hash_label(names[i], salt, sizeof(salt), labels[i]);
	qsort(labels, 3, sizeof(labels[0]), compare_labels);
	for (size_t i = 0; i < 3; i++)
		scene_append(&text, "%s NSEC3 1 0 0 ABCDEF %s A RRSIG\n%s" RRSIG("NSEC3"), labels[i], labels[(i + 1) % 3], labels[i]);
	scene_zone(&fixture->scene, "example.", text);
	free(text);
	build(fixture);
	assert_findings(fixture, "");
	list = &image->gap_lists[entry_below(fixture, "example.")->ref_partial];
	other = &image->gap_lists[entry_below(fixture, "a.example.")->ref_partial];
	assert_int_equal(list->count, GX_GAPS_HASHED | 4);
	assert_int_equal(other->first, list->first);
	assert_int_equal(other->count, list->count);
	gap = &image->gaps[list->first];
	assert_int_equal(gap[-1].key[0] >> 40, 0xabcdef);
	assert_int_equal(gap[-1].cell, sizeof(salt));
	/* What comes before the first hash, the last one covers. */
	assert_int_equal(gap[0].key[0] | gap[0].key[1], 0);
	assert_int_equal(gap[0].cell, gap[3].cell);
	for (size_t i = 0; i < 3; i++) {
		char *owner = strdup("");

		append_owner(&owner, image, gap[1 + i].cell);
		assert_string_equal(owner, labels[i]);
		assert_int_not_equal(gap[1 + i].cell, 0);
		free(owner);
		if (i)
			assert_true(gap[i].key[0] < gap[1 + i].key[0]);
	}
}

static void hashes_with_iterations_are_passed_and_it_is_said(void **state)
{
	struct fixture *fixture = *state;

	scene_zone(&fixture->scene, "example.", "@ NSEC3PARAM 1 0 1 -\n@" RRSIG("NSEC3PARAM") "@" RRSIG("SOA") "@" RRSIG("NS") "ns1" RRSIG("A")
		   "p6dgr3iuig14rr9lfoi6blhi6jhthmht NSEC3 1 0 1 - p6dgr3iuig14rr9lfoi6blhi6jhthmht A RRSIG\n"
		   "p6dgr3iuig14rr9lfoi6blhi6jhthmht" RRSIG("NSEC3"));
	build(fixture);
	assert_int_equal(entry_below(fixture, "ns1.example.")->ref_partial, 0);
	assert_int_equal(entry_below(fixture, "ns1.example.")->ref_signed, GX_REF_NONE);
	assert_int_equal(fixture->image.n_gap_lists, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(gaps_begin_in_front_of_the_first_name_and_behind_each),
		TEST(gaps_are_in_canonical_order_of_octets_rfc4034_6_1),
		TEST(names_that_agree_in_sixteen_octets_are_one_gap),
		TEST(gaps_that_no_nsec_covers_whole_are_passed),
		TEST(wildcards_have_gaps_and_no_tails),
		TEST(below_what_the_chain_leads_over_is_passed),
		TEST(gaps_that_deny_a_geo_name_are_passed),
		TEST(names_between_zones_have_no_gaps),
		TEST(gaps_of_nsec3_are_of_the_whole_zone_with_the_salt_in_front),
		TEST(hashes_with_iterations_are_passed_and_it_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
