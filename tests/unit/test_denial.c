/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What denies existence in signed zones: NSEC (RFC 4035), NSEC3 with the hashes of RFC 5155 appendix A. */
#include "tests/unit/scene.h"

#include <libknot/descriptor.h>
#include <libknot/rrtype/rrsig.h>

#include "user/core/denial.h"

static int setup(void **state)
{
	struct scene *scene = gx_calloc(1, sizeof(*scene));

	scene_init(scene);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	scene_free(*state);
	free(*state);
	return 0;
}

#define RRSIG(type)	"RRSIG " type " 13 2 300 20300101000000 20200101000000 7 example. c2lnbmVk\n"

/* apex, ai, ns1 and *.w of the appendix: in the order of their hashes. */
#define H_APEX	"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"
#define H_NS1	"2t7b4g4vsa5smi47k61mv5bv1a22bojr"
#define H_AI	"gjeqe526plbf1g8mklp59enfd789njgi"
#define H_STAR	"r53bq7cc2uvmubfu5ocmm6pers9tk9en"

static const char hashed[] =
	"@ NSEC3PARAM 1 0 12 AABBCCDD\n"
	H_APEX " NSEC3 1 1 12 AABBCCDD " H_NS1 " SOA NSEC3PARAM RRSIG\n" H_APEX " " RRSIG("NSEC3")
	H_NS1 " NSEC3 1 0 12 AABBCCDD " H_AI " A RRSIG\n" H_NS1 " " RRSIG("NSEC3")
	H_AI " NSEC3 1 0 12 AABBCCDD " H_STAR " A RRSIG\n"
	H_STAR " NSEC3 1 0 12 AABBCCDD " H_APEX " MX RRSIG\n"
	"*.w MX 1 ai\nai A 192.0.2.9\n";

static void assert_owner(struct scene *scene, struct gx_denial denial, const char *owner)
{
	if (!owner) {
		assert_null(denial.rrset);
		return;
	}
	assert_non_null(denial.rrset);
	assert_true(knot_dname_is_equal(denial.owner, scene_name(scene, owner)));
}

static void hashes_are_those_of_rfc5155_appendix_a(void **state)
{
	static const char *const names[][2] = {
		{ "example.", H_APEX ".example." }, { "ns1.example.", H_NS1 ".example." }, { "ai.example.", H_AI ".example." },
		{ "*.w.example.", H_STAR ".example." },
	};
	struct gx_zone *zone = scene_zone(*state, "example.", hashed);

	assert_true(gx_zone_uses_nsec3(zone));
	assert_int_equal(zone->n_nsec3s, 4);
	for (size_t i = 0; i < NUMBER(names); i++) {
		assert_owner(*state, gx_denial_match(zone, scene_name(*state, names[i][0])), names[i][1]);
		assert_owner(*state, gx_denial_cover(zone, scene_name(*state, names[i][0])), NULL);
	}
	assert_owner(*state, gx_denial_match(zone, scene_name(*state, "a.example.")), NULL);
}

static void a_hash_is_covered_by_the_one_before_it(void **state)
{
	/* b4um... and k8ud... in appendix A */
	struct gx_zone *zone = scene_zone(*state, "example.", hashed);
	struct gx_denial denial = gx_denial_cover(zone, scene_name(*state, "x.w.example."));

	assert_owner(*state, denial, H_NS1 ".example.");
	assert_false(gx_denial_is_optout(&denial));
	assert_owner(*state, gx_denial_cover(zone, scene_name(*state, "w.example.")), H_AI ".example.");
	/* t644...: behind the last */
	assert_owner(*state, gx_denial_cover(zone, scene_name(*state, "xx.example.")), H_STAR ".example.");
	/* 04sknapca5al7qos3km2l9tl3p5okq4c: before the first */
	assert_owner(*state, gx_denial_cover(zone, scene_name(*state, "c.x.w.example.")), H_APEX ".example.");
}

static void owners_of_nsec3_do_not_exist_rfc5155_7_2_8(void **state)
{
	struct gx_zone *zone = scene_zone(*state, "example.", hashed);

	assert_null(gx_zone_find(zone, scene_name(*state, H_AI ".example.")));
	assert_string_equal(scene_ask(*state, H_AI ".example.", KNOT_RRTYPE_NSEC3, 0),
			    "NXDOMAIN aa\n; example. 600 SOA ns1.example. hostmaster.example. 1 86400 7200 604800 600\n");
}

static void nsec3_of_another_chain_is_none(void **state)
{
	struct gx_zone *zone = scene_zone(*state, "example.", "@ NSEC3PARAM 1 0 12 AABBCCDE\n"
								H_APEX " NSEC3 1 0 12 AABBCCDD " H_APEX " SOA\n"
								H_AI " NSEC3 \\# 3 010000\n");

	for (size_t i = 0; i < 3; i++) {
		static const char *const names[] = { "example.", "ai.example.", "any.example." };

		assert_null(gx_denial_match(zone, scene_name(*state, names[i])).rrset);
		assert_null(gx_denial_cover(zone, scene_name(*state, names[i])).rrset);
	}
}

static const char chained[] = "@ NSEC A SOA NSEC\na A 192.0.2.1\na NSEC b.ENT A NSEC\nb.ent A 192.0.2.2\nb.ent NSEC ns1 A NSEC\n"
			      "cut NS ns.cut\nns.cut A 192.0.2.3\nns1 NSEC @ A NSEC\n";

static void a_name_is_covered_by_the_nsec_before_it(void **state)
{
	struct gx_zone *zone = scene_zone(*state, "example.", chained);
	struct gx_denial denial = gx_denial_cover(zone, scene_name(*state, "x.a.example."));

	assert_owner(*state, denial, "a.example.");
	assert_false(gx_denial_is_empty(&denial, scene_name(*state, "x.a.example.")));
	denial = gx_denial_cover(zone, scene_name(*state, "ent.example."));
	assert_owner(*state, denial, "a.example.");
	assert_true(gx_denial_is_empty(&denial, scene_name(*state, "ent.example.")));
	assert_owner(*state, gx_denial_cover(zone, scene_name(*state, "zz.example.")), "ns1.example.");
	assert_owner(*state, gx_denial_match(zone, scene_name(*state, "a.example.")), "a.example.");
	assert_owner(*state, gx_denial_match(zone, scene_name(*state, "ent.example.")), NULL);
	assert_owner(*state, gx_denial_cover(zone, scene_name(*state, "a.example.")), NULL);
}

static void labels_with_nul_octets_are_in_canonical_order_rfc4034_6_1(void **state)
{
	static const char *const names[] = { "example.", "m.example.", "\\215.m.example.", "m\\000.example.", "a.m\\000.example.",
					     "m\\000\\000.example.", "m\\001.example.", "ma.example." };
	struct gx_zone *zone = scene_zone(*state, "example.", "@ NSEC m SOA NSEC\nm NSEC \\215.m A NSEC\n\\215.m NSEC m\\000 A NSEC\n"
								"m\\000 NSEC m\\000\\000x A NSEC\nm\\000\\000x NSEC @ A NSEC\n");

	for (size_t i = 0; i < NUMBER(names); i++)
		for (size_t j = 0; j < NUMBER(names); j++) {
			int order = gx_name_compare(scene_name(*state, names[i]), scene_name(*state, names[j]));

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	assert_owner(*state, gx_denial_cover(zone, scene_name(*state, "a.m\\000.example.")), "m\\000.example.");
	assert_owner(*state, gx_denial_cover(zone, scene_name(*state, "\\001.m.example.")), "m.example.");
	assert_owner(*state, gx_denial_cover(zone, scene_name(*state, "m\\000\\000.example.")), "m\\000.example.");
}

static void a_chain_with_a_gap_proves_nothing_there(void **state)
{
	struct gx_zone *zone = scene_zone(*state, "example.", "@ NSEC a SOA NSEC\na NSEC b A NSEC\nd NSEC @ A NSEC\n");

	assert_owner(*state, gx_denial_cover(zone, scene_name(*state, "aa.example.")), "a.example.");
	assert_owner(*state, gx_denial_cover(zone, scene_name(*state, "c.example.")), NULL);
}

static void rrsigs_are_found_by_what_they_cover(void **state)
{
	struct gx_zone *zone = scene_zone(*state, "example.", "a " RRSIG("TXT") "a A 192.0.2.1\na " RRSIG("A") "a TXT x\n"
				"a RRSIG A 13 2 300 20300101000000 20200101000000 8 example. c2lnbmVk\na AAAA 2001:db8::1\n");
	const struct gx_node *node = gx_zone_find(zone, scene_name(*state, "a.example."));
	const struct gx_rrset *a = gx_node_find(node, KNOT_RRTYPE_A);

	assert_int_equal(a->rrsigs.count, 2);
	for (uint16_t i = 0; i < 2; i++)
		assert_int_equal(knot_rrsig_type_covered(knot_rdataset_at(&a->rrsigs, i)), KNOT_RRTYPE_A);
	assert_int_equal(gx_node_find(node, KNOT_RRTYPE_TXT)->rrsigs.count, 1);
	assert_int_equal(gx_node_find(node, KNOT_RRTYPE_AAAA)->rrsigs.count, 0);
	assert_int_equal(gx_node_find(node, KNOT_RRTYPE_RRSIG)->rdata.count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(hashes_are_those_of_rfc5155_appendix_a),
		TEST(a_hash_is_covered_by_the_one_before_it),
		TEST(owners_of_nsec3_do_not_exist_rfc5155_7_2_8),
		TEST(nsec3_of_another_chain_is_none),
		TEST(a_name_is_covered_by_the_nsec_before_it),
		TEST(labels_with_nul_octets_are_in_canonical_order_rfc4034_6_1),
		TEST(a_chain_with_a_gap_proves_nothing_there),
		TEST(rrsigs_are_found_by_what_they_cover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
