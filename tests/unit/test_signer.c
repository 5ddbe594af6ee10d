/* SPDX-License-Identifier: GPL-3.0-or-later */
/* user/core/signer.h: RRSIGs, held to RFC 4034 by a reader of their own and to libdnssec's verification. */
#include "tests/unit/verify.h"

#include <libknot/libknot.h>

#include "user/core/signer.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define DAY_S		86400u
#define NOW_S		(20000ull * DAY_S + 5000)

static const uint8_t algorithms[] = {
	DNSSEC_KEY_ALGORITHM_RSA_SHA256, DNSSEC_KEY_ALGORITHM_RSA_SHA512, DNSSEC_KEY_ALGORITHM_ECDSA_P256_SHA256,
	DNSSEC_KEY_ALGORITHM_ECDSA_P384_SHA384, DNSSEC_KEY_ALGORITHM_ED25519,
};

/* A zone with keys that sign for 14 days. */
struct signed_zone {
	struct folder *folder;
	struct gx_zone zone;
};

static void open_zone(struct signed_zone *out, struct folder *folder, const uint8_t *list, size_t n)
{
	const char *text = "@ 3600 SOA ns1 hostmaster 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.1\n";
	struct gx_key_path paths[8];

	assert_true(n <= COUNT(paths));
	for (size_t i = 0; i < n; i++) {
		struct pair_keys pair = pair_make(folder, list[i], PAIR_ZSK);
		char *path = folder_put(folder, gx_arena_printf(&folder->arena, "k%zu", i), pair.bind);

		assert_int_equal(chmod(path, 0600), 0);
		paths[i] = (struct gx_key_path){ .path = path, .where = { .file = "conf", .line = 1 } };
		text = gx_arena_printf(&folder->arena, "%s%s", text, pair.dnskey);
	}
	*out = (struct signed_zone){ .folder = folder };
	out->zone = (struct gx_zone){ .apex = (knot_dname_t *)"\7example\3com", .where = { .file = "conf", .line = 1 } };
	out->zone.file = folder_put(folder, "example.com.zone", text);
	assert_int_equal(gx_zone_read(&out->zone, &folder->diag), 0);
	out->zone.keys = gx_keys_read(&out->zone, paths, n, 14 * DAY_S, &folder->diag);
	assert_string_equal(folder_findings(folder), "");
	assert_non_null(out->zone.keys);
}

static void close_zone(struct signed_zone *zone)
{
	gx_keys_free(zone->zone.keys);
	gx_zone_free(&zone->zone);
}

/* Records of these octets, each of the same length, in the order given. */
static knot_rdataset_t make_set(struct folder *folder, const char *const *records, size_t n, uint16_t len)
{
	knot_rdataset_t set = { .count = (uint16_t)n, .size = (uint32_t)(n * knot_rdata_size(len)) };
	knot_rdata_t *at;

	set.rdata = at = gx_arena_alloc(&folder->arena, set.size);
	for (size_t i = 0; i < n; i++, at = knot_rdataset_next(at))
		knot_rdata_init(at, len, (const uint8_t *)records[i]);
	return set;
}

static const char *const addresses[] = { "\xc0\x00\x02\x0a", "\xc6\x33\x64\x01", "\x0a\x00\x00\x01" };
static const knot_dname_t *const www = (const knot_dname_t *)"\3www\7example\3com";
static const knot_dname_t *const wildcard = (const knot_dname_t *)"\1*\3geo\7example\3com";

static void signatures_of_each_algorithm_verify(void **state)
{
	struct folder *folder = *state;

	for (size_t i = 0; i < COUNT(algorithms); i++) {
		knot_rdataset_t set = make_set(folder, addresses, 3, 4), other = make_set(folder, addresses, 2, 4);
		struct gx_signer *signer = gx_signer_new(NOW_S);
		const knot_rdataset_t *rrsigs;
		struct signed_zone zone;

		open_zone(&zone, folder, &algorithms[i], 1);
		rrsigs = gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_A, 300, &set);
		assert_non_null(rrsigs);
		assert_int_equal(rrsigs->count, 1);
		assert_true(verifies(&zone.zone, rrsigs->rdata, www, KNOT_RRTYPE_A, &set));
		assert_false(verifies(&zone.zone, rrsigs->rdata, www, KNOT_RRTYPE_A, &other));
		assert_false(verifies(&zone.zone, rrsigs->rdata, www, KNOT_RRTYPE_AAAA, &set));
		gx_signer_free(signer);
		close_zone(&zone);
	}
}

/* RFC 4034 3.1. */
static void fields_of_rrsig(void **state)
{
	const uint8_t algorithm = DNSSEC_KEY_ALGORITHM_ED25519;
	struct gx_signer *signer = gx_signer_new(NOW_S);
	knot_rdataset_t set = make_set(*state, addresses, 1, 4);
	const uint32_t turn_s = 14 * DAY_S / 4;
	struct signed_zone zone;
	const knot_rdata_t *rrsig;

	open_zone(&zone, *state, &algorithm, 1);
	rrsig = gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_A, 60, &set)->rdata;
	assert_int_equal(knot_rrsig_type_covered(rrsig), KNOT_RRTYPE_A);
	assert_int_equal(knot_rrsig_alg(rrsig), algorithm);
	assert_int_equal(knot_rrsig_labels(rrsig), 3);
	assert_int_equal(knot_rrsig_original_ttl(rrsig), 60);
	assert_int_equal(knot_rrsig_sig_inception(rrsig), NOW_S - NOW_S % turn_s - 3600);
	assert_int_equal(knot_rrsig_sig_expiration(rrsig), NOW_S - NOW_S % turn_s + 14 * DAY_S);
	assert_int_equal(knot_rrsig_key_tag(rrsig), dnssec_key_get_keytag(zone.zone.keys->list[0]));
	assert_true(knot_dname_is_equal(knot_rrsig_signer_name(rrsig), zone.zone.apex));
	assert_int_equal(rrsig->len, 18 + 13 + 64);
	gx_signer_free(signer);
	close_zone(&zone);
}

/* The asterisk does not count, so that a validator finds the wildcard from any name (RFC 4034 3.1.3). */
static void wildcards_sign_for_all_their_names(void **state)
{
	const uint8_t algorithm = DNSSEC_KEY_ALGORITHM_ECDSA_P256_SHA256;
	struct gx_signer *signer = gx_signer_new(NOW_S);
	knot_rdataset_t set = make_set(*state, addresses, 2, 4);
	struct signed_zone zone;
	const knot_rdata_t *rrsig;

	open_zone(&zone, *state, &algorithm, 1);
	rrsig = gx_signer_sign(signer, &zone.zone, wildcard, KNOT_RRTYPE_A, 300, &set)->rdata;
	assert_int_equal(knot_rrsig_labels(rrsig), 3);
	assert_true(verifies(&zone.zone, rrsig, (knot_dname_t *)"\1a\1b\3geo\7example\3com", KNOT_RRTYPE_A, &set));
	assert_true(verifies(&zone.zone, rrsig, wildcard, KNOT_RRTYPE_A, &set));
	assert_false(verifies(&zone.zone, rrsig, (knot_dname_t *)"\3www\7example\3com", KNOT_RRTYPE_A, &set));
	gx_signer_free(signer);
	close_zone(&zone);
}

/* RFC 4034 6.3: as octets, whatever order the configuration has. */
static void addresses_are_signed_in_canonical_order(void **state)
{
	static const char *const turned[] = { "\x0a\x00\x00\x01", "\xc0\x00\x02\x0a", "\xc6\x33\x64\x01" };
	const uint8_t algorithm = DNSSEC_KEY_ALGORITHM_ED25519;
	struct gx_signer *signer = gx_signer_new(NOW_S);
	knot_rdataset_t set = make_set(*state, addresses, 3, 4), other = make_set(*state, turned, 3, 4);
	const knot_rdataset_t *rrsigs;
	struct signed_zone zone;

	open_zone(&zone, *state, &algorithm, 1);
	rrsigs = gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_A, 300, &set);
	assert_ptr_equal(gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_A, 300, &other), rrsigs);
	assert_int_equal(gx_signer_count(signer), 1);
	gx_signer_free(signer);
	close_zone(&zone);
}

static void each_different_rrset_is_signed_once(void **state)
{
	struct gx_signer *signer = gx_signer_new(NOW_S);
	knot_rdataset_t three = make_set(*state, addresses, 3, 4), one = make_set(*state, addresses, 1, 4);
	const uint8_t algorithm = DNSSEC_KEY_ALGORITHM_ED25519;
	const knot_rdataset_t *first;
	struct signed_zone zone;

	open_zone(&zone, *state, &algorithm, 1);
	first = gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_A, 300, &three);
	for (int round = 0; round < 2; round++) {
		assert_ptr_equal(gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_A, 300, &three), first);
		assert_ptr_not_equal(gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_A, 60, &three), first);
		assert_ptr_not_equal(gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_A, 300, &one), first);
		assert_ptr_not_equal(gx_signer_sign(signer, &zone.zone, wildcard, KNOT_RRTYPE_A, 300, &three), first);
		assert_int_equal(gx_signer_count(signer), 4);
	}
	gx_signer_free(signer);
	close_zone(&zone);
}

static void all_keys_sign(void **state)
{
	struct gx_signer *signer = gx_signer_new(NOW_S);
	knot_rdataset_t set = make_set(*state, addresses, 3, 4);
	const knot_rdataset_t *rrsigs;
	struct signed_zone zone;

	open_zone(&zone, *state, algorithms, COUNT(algorithms));
	rrsigs = gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_A, 300, &set);
	assert_int_equal(rrsigs->count, COUNT(algorithms));
	for (uint16_t i = 0; i < rrsigs->count; i++) {
		const knot_rdata_t *rrsig = knot_rdataset_at(rrsigs, i);

		assert_true(verifies(&zone.zone, rrsig, www, KNOT_RRTYPE_A, &set));
		for (uint16_t j = 0; j < i; j++)
			assert_int_not_equal(knot_rrsig_key_tag(rrsig), knot_rrsig_key_tag(knot_rdataset_at(rrsigs, j)));
	}
	gx_signer_free(signer);
	close_zone(&zone);
}

/* Names in canonical rdata are in lower case already. */
static void cnames_are_signed(void **state)
{
	static const char *const target[] = { "\2eu\7example\3com" };
	const uint8_t algorithm = DNSSEC_KEY_ALGORITHM_RSA_SHA256;
	struct gx_signer *signer = gx_signer_new(NOW_S);
	knot_rdataset_t set = make_set(*state, target, 1, 16);
	const knot_rdataset_t *rrsigs;
	struct signed_zone zone;

	open_zone(&zone, *state, &algorithm, 1);
	rrsigs = gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_CNAME, 300, &set);
	assert_true(verifies(&zone.zone, rrsigs->rdata, www, KNOT_RRTYPE_CNAME, &set));
	gx_signer_free(signer);
	close_zone(&zone);
}

/* Between two turns, the same; after a turn, another, and the old one holds for three turns more. */
static void signatures_are_the_same_until_the_turn(void **state)
{
	const uint32_t turn_s = 14 * DAY_S / 4;
	const uint64_t begin_s = NOW_S - NOW_S % turn_s;
	const uint64_t at_s[] = { begin_s, begin_s + 1, begin_s + turn_s - 1, begin_s + turn_s };
	struct folder *folder = *state;
	struct signed_zone zone;

	open_zone(&zone, folder, algorithms, COUNT(algorithms));
	for (size_t i = 0; i < COUNT(at_s); i++) {
		struct gx_signer_times times = gx_signer_times(14 * DAY_S, at_s[i]);
		knot_rdataset_t set = make_set(folder, addresses, 3, 4);
		struct gx_signer *first = gx_signer_new(begin_s), *signer = gx_signer_new(at_s[i]);
		const knot_rdataset_t *wanted = gx_signer_sign(first, &zone.zone, www, KNOT_RRTYPE_A, 300, &set);
		const knot_rdataset_t *rrsigs = gx_signer_sign(signer, &zone.zone, www, KNOT_RRTYPE_A, 300, &set);

		assert_int_equal(wanted->size, rrsigs->size);
		assert_int_equal(!memcmp(wanted->rdata, rrsigs->rdata, wanted->size), i < 3);
		assert_int_equal(times.renew_s, begin_s + (i < 3 ? 1 : 2) * turn_s);
		assert_true(times.inception_s + 3600 <= at_s[i]);
		assert_true(times.expiration_s > at_s[i] + 3 * turn_s);
		assert_true(times.expiration_s >= times.renew_s + 3 * turn_s);
		gx_signer_free(first);
		gx_signer_free(signer);
	}
	close_zone(&zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(signatures_of_each_algorithm_verify),
		folder_test(fields_of_rrsig),
		folder_test(wildcards_sign_for_all_their_names),
		folder_test(addresses_are_signed_in_canonical_order),
		folder_test(each_different_rrset_is_signed_once),
		folder_test(all_keys_sign),
		folder_test(cnames_are_signed),
		folder_test(signatures_are_the_same_until_the_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
