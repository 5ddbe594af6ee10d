/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Geo names in a signed zone: which are answered for DO=1, and that whatever is answered then is signed. */
#include "tests/unit/verify.h"

#include "geoxdp/dns.h"
#include "user/core/image.h"
#include "user/core/name.h"
#include "user/core/native.h"
#include "user/core/render.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define NOW_S		1767225600ull	/* 2026-01-01 */
/* Fits any type here: nobody verifies what the file has. */
#define RRSIG(type)	" RRSIG " type " 15 3 300 20300101000000 20200101000000 1 example.com. AAAA\n"

static const char head[] =
	"sources: [nets.txt]\n"
	"maps:\n"
	"  world: {default: [eu, us], countries: {US: [us, eu]}}\n"
	"  none: {default: [eu, us], all-down: none}\n"
	"checks: {web: {tcp: 80}}\n";

struct case_ {
	const char *geo;	/* the geo name in the configuration */
	const char *zone;	/* what the zone has of it */
	const char *findings;
	bool is_signed;
};

/* Read a configuration with one zone and a key. nsec3: NSEC3PARAM and such are in the zone's text. */
static void read_conf(struct folder *folder, struct gx_config *config, const struct case_ *one, const struct pair_keys *pair)
{
	char *key = folder_put(folder, "zone.private", pair->bind), *path;

	assert_int_equal(chmod(key, 0600), 0);
	folder_put(folder, "nets.txt", "192.0.2.0/24 de\n203.0.113.0/24 us\n");
	folder_put(folder, "example.com.zone", gx_arena_printf(&folder->arena,
		   "$TTL 300\n@ SOA ns1 hostmaster 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.1\neu A 192.0.2.10\nus A 192.0.2.20\n%s"
		   "%s%s", pair->dnskey, "@" RRSIG("SOA"), one->zone));
	path = folder_put(folder, "geoxdp.conf", gx_arena_printf(&folder->arena,
			  "%szones:\n  - name: example.com\n    file: example.com.zone\n    keys: zone.private\n    geo:\n"
			  "      - %s\n", head, one->geo));
	*config = (struct gx_config){ .now_s = NOW_S };
	gx_config_read_native(config, path, &folder->diag, NULL);
}

/* --- which are answered ------------------------------------------------------------------------ */

static void check_case(struct folder *folder, const struct case_ *one)
{
	struct pair_keys pair = pair_make(folder, DNSSEC_KEY_ALGORITHM_ED25519, PAIR_ZSK);
	struct gx_config config;
	const char *findings, *unused;

	read_conf(folder, &config, one, &pair);
	findings = folder_findings(folder);
	/* Not all that the head has is used by each. */
	while ((unused = strstr(findings, "warning: no geo name has the map")) || (unused = strstr(findings, "warning: no site"))) {
		unused -= strlen("F/geoxdp.conf:N: ");
		findings = gx_arena_printf(&folder->arena, "%.*s%s", (int)(unused - findings), findings, strchr(unused, '\n') + 1);
	}
	assert_string_equal(findings, one->findings);
	assert_int_equal(config.n_geos, 1);
	assert_int_equal(config.geos[0].is_signed, one->is_signed);
	gx_config_free(&config);
}

#define WWW	"{name: www, map: world, address: {eu: [192.0.2.10, \"2001:db8::1\"], us: [192.0.2.20, \"2001:db8::2\"]}}"
#define WWW4	"{name: www, map: world, address: {eu: 192.0.2.10, us: 192.0.2.20}}"
#define SHOP	"{name: shop, map: world, cname: {eu: eu, us: us}}"
#define CANNOT	"queries with DO=1 are passed"

static void the_zone_says_what_the_geo_name_does(void **state)
{
	static const struct case_ cases[] = {
		{ WWW, "www A 192.0.2.10\nwww AAAA 2001:db8::1\nwww NSEC @ A AAAA RRSIG NSEC\nwww" RRSIG("NSEC"), "", true },
		{ WWW4, "www A 192.0.2.10\nwww TXT a\nwww NSEC @ A TXT RRSIG NSEC\nwww" RRSIG("NSEC"), "", true },
		{ SHOP, "shop CNAME eu\nshop NSEC @ CNAME RRSIG NSEC\nshop" RRSIG("NSEC"), "", true },
		{ WWW4, "www A 192.0.2.10\nwww NSEC @ A RRSIG NSEC\n",
		  "F/geoxdp.conf:11: warning: geo name www.example.com. has no signed NSEC or NSEC3 in F/example.com.zone: " CANNOT ", and "
		  "the name server behind denies the name: its A and AAAA there as a placeholder, before the zone is signed, would be "
		  "right\n", false },
		{ WWW4, "",
		  "F/geoxdp.conf:11: warning: geo name www.example.com. has no signed NSEC or NSEC3 in F/example.com.zone: " CANNOT ", and "
		  "the name server behind denies the name: its A and AAAA there as a placeholder, before the zone is signed, would be "
		  "right\n", false },
		{ SHOP, "",
		  "F/geoxdp.conf:11: warning: geo name shop.example.com. has no signed NSEC or NSEC3 in F/example.com.zone: " CANNOT ", and "
		  "the name server behind denies the name: a CNAME there as a placeholder, before the zone is signed, would be "
		  "right\n", false },
		{ WWW, "www A 192.0.2.10\nwww NSEC @ A RRSIG NSEC\nwww" RRSIG("NSEC"),
		  "F/geoxdp.conf:11: warning: geo name www.example.com. answers AAAA, and F/example.com.zone, which is signed, says that "
		  "it has no AAAA: " CANNOT ": one there, before the zone is signed, would be right\n", false },
		{ WWW4, "www A 192.0.2.10\nwww AAAA ::1\nwww NSEC @ A AAAA RRSIG NSEC\nwww" RRSIG("NSEC"),
		  "F/geoxdp.conf:11: warning: geo name www.example.com. answers no AAAA, and F/example.com.zone, which is signed, says "
		  "that it has AAAA: " CANNOT ": none there, before the zone is signed, would be right\n", false },
		{ SHOP, "shop NSEC @ RRSIG NSEC\nshop" RRSIG("NSEC"),
		  "F/geoxdp.conf:11: warning: geo name shop.example.com. answers CNAME, and F/example.com.zone, which is signed, says "
		  "that it has no CNAME: " CANNOT ": one there, before the zone is signed, would be right\n", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_case(*state, &cases[i]);
}

static void wildcards_need_a_proof_for_each_name(void **state)
{
	static const struct case_ one = {
		"{name: \"*.w\", map: world, address: {eu: 192.0.2.10, us: 192.0.2.20}}",
		"*.w A 192.0.2.10\n*.w NSEC @ A RRSIG NSEC\n*.w" RRSIG("NSEC"),
		"F/geoxdp.conf:11: warning: geo name *.w.example.com. is a wildcard of a signed zone: " CANNOT ", since each answer would "
		"need a proof of its own: names without an asterisk would be right\n", false
	};

	check_case(*state, &one);
}

static void what_goes_away_cannot_be_denied(void **state)
{
	static const char zone[] = "www A 192.0.2.10\nwww AAAA 2001:db8::1\nwww NSEC @ A AAAA RRSIG NSEC\nwww" RRSIG("NSEC");
#define ADDRESSES "address: {eu: [192.0.2.10, \"2001:db8::1\"], us: [192.0.2.20, \"2001:db8::2\"]}"
	static const struct case_ cases[] = {
		{ "{name: www, map: none, " ADDRESSES "}", zone,
		  "F/geoxdp.conf:11: warning: geo name www.example.com. has no answer while all is down, and no signature of "
		  "F/example.com.zone says so: " CANNOT ": all-down: all or last would be right\n", false },
		{ "{name: www, map: none, last-resort: {address: 192.0.2.1}, " ADDRESSES "}", zone,
		  "F/geoxdp.conf:11: warning: geo name www.example.com. has no answer while all is down, and no signature of "
		  "F/example.com.zone says so: " CANNOT ": a last-resort with an address of each family would be right\n", false },
		{ "{name: www, map: none, last-resort: {address: [192.0.2.1, \"::1\"]}, " ADDRESSES "}", zone, "", true },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_case(*state, &cases[i]);
}

/* --- that it is signed ------------------------------------------------------------------------- */

/* The RRset of a type in the answer section; owner is its. */
static knot_rdataset_t find_set(const knot_pkt_t *packet, uint16_t type, uint32_t *ttl_s)
{
	const knot_pktsection_t *answer = knot_pkt_section(packet, KNOT_ANSWER);
	knot_rdataset_t set = {0};

	for (uint16_t i = 0; i < answer->count; i++) {
		const knot_rrset_t *rrset = knot_pkt_rr(answer, i);

		if (rrset->type != type)
			continue;
		*ttl_s = rrset->ttl;
		for (uint16_t j = 0; j < rrset->rrs.count; j++)
			assert_int_equal(knot_rdataset_add(&set, knot_rdataset_at(&rrset->rrs, j), NULL), KNOT_EOK);
	}
	return set;
}

/* Every answer in the image that has signatures of the loader's: they verify, and TTLs agree. Returns how many. */
static size_t verify_all(const struct gx_config *config, const struct gx_image *image, const knot_dname_t *name, uint16_t type)
{
	size_t count = 0, cells;

	for (size_t at = 1; at < image->n_cells; at += cells) {
		const struct gx_answer *answer = &image->answers[at];
		knot_pkt_t *packet = knot_pkt_new(NULL, 4096, NULL);
		knot_rdataset_t set, rrsigs;
		uint32_t ttl_s, rrsig_ttl_s;

		cells = 1 + (answer->len_octets - 1u) / GX_CELL_OCTETS + (answer->base_octets ? GX_SHIFT_CELLS : 0);
		assert_true(answer->len_octets);
		if (!(answer->flags & GX_ANSWER_EXPIRES)) {
			knot_pkt_free(packet);
			continue;
		}
		assert_int_equal(knot_pkt_put_question(packet, name, KNOT_CLASS_IN, type), KNOT_EOK);
		for (size_t i = 0; i < answer->len_octets; i++)
			packet->wire[packet->size + i] = image->answers[at + i / GX_CELL_OCTETS].octets[i % GX_CELL_OCTETS];
		packet->size += answer->len_octets;
		knot_wire_set_ancount(packet->wire, answer->ancount);
		knot_wire_set_nscount(packet->wire, answer->nscount);
		knot_wire_set_arcount(packet->wire, answer->arcount);
		knot_wire_set_qr(packet->wire);
		packet->parsed = 0;
		assert_int_equal(knot_pkt_parse(packet, 0), KNOT_EOK);
		set = find_set(packet, type, &ttl_s);
		rrsigs = find_set(packet, KNOT_RRTYPE_RRSIG, &rrsig_ttl_s);
		if (set.count) {
			assert_int_equal(rrsigs.count, 1);
			assert_int_equal(ttl_s, rrsig_ttl_s);
			assert_int_equal(ttl_s, knot_rrsig_original_ttl(rrsigs.rdata));
			assert_true(verifies(&config->zones[0], rrsigs.rdata, name, type, &set));
			count++;
		}
		knot_rdataset_clear(&set, NULL);
		knot_rdataset_clear(&rrsigs, NULL);
		knot_pkt_free(packet);
	}
	return count;
}

static void build(struct folder *folder, struct gx_config *config, struct gx_image *image)
{
	*image = (struct gx_image){0};
	assert_int_equal(gx_image_build(image, config, &folder->diag), 0);
}

/*
 * Sites, subsets of addresses that are up, the last resort; each with both TTLs, and in all orders: for each a
 * signature of its own, but for the orders, which share one.
 */
static void every_variant_is_signed(void **state)
{
	static const struct case_ one = {
		"{name: www, map: world, ttl: {min: 10, max: 300}, check: web, last-resort: {address: 192.0.2.1}, address: {eu: "
		"[192.0.2.12, 192.0.2.10], us: [192.0.2.20, 192.0.2.22, 192.0.2.21]}}",
		"www A 192.0.2.10\nwww NSEC @ A RRSIG NSEC\nwww" RRSIG("NSEC"), "", true
	};
	struct folder *folder = *state;
	struct pair_keys pair = pair_make(folder, DNSSEC_KEY_ALGORITHM_ECDSA_P256_SHA256, PAIR_ZSK);
	struct gx_config config;
	struct gx_image image;

	read_conf(folder, &config, &one, &pair);
	assert_true(config.geos[0].is_signed);
	build(folder, &config, &image);
	/* Of eu 3 subsets in 4 orders, of us 7 in 12, the last resort: with two TTLs each. */
	assert_int_equal(verify_all(&config, &image, (knot_dname_t *)"\3www\7example\3com", KNOT_RRTYPE_A), 2 * (4 + 12 + 1));
	assert_true(image.signed_until_s > NOW_S + 10 * 86400 && image.signed_until_s <= NOW_S + 14 * 86400);
	assert_true(image.renew_s > NOW_S && image.renew_s < image.signed_until_s - 10 * 86400);
	gx_image_free(&image);
	gx_config_free(&config);
}

static void cnames_are_signed(void **state)
{
	static const struct case_ one = { SHOP, "shop CNAME eu\nshop NSEC @ CNAME RRSIG NSEC\nshop" RRSIG("NSEC"), "", true };
	struct folder *folder = *state;
	struct pair_keys pair = pair_make(folder, DNSSEC_KEY_ALGORITHM_ED25519, PAIR_KSK);
	struct gx_config config;
	struct gx_image image;

	read_conf(folder, &config, &one, &pair);
	build(folder, &config, &image);
	/* What it leads to has no RRSIG in this zone, so that the chain is passed. */
	assert_int_equal(verify_all(&config, &image, (knot_dname_t *)"\4shop\7example\3com", KNOT_RRTYPE_CNAME), 2);
	gx_image_free(&image);
	gx_config_free(&config);
}

/* Until the turn, generations share all tables. */
static void images_of_one_turn_are_the_same(void **state)
{
	static const struct case_ one = { WWW4, "www A 192.0.2.10\nwww NSEC @ A RRSIG NSEC\nwww" RRSIG("NSEC"), "", true };
	struct folder *folder = *state;
	struct pair_keys pair = pair_make(folder, DNSSEC_KEY_ALGORITHM_ECDSA_P256_SHA256, PAIR_ZSK);
	struct gx_image first, again, later;
	struct gx_config config;

	read_conf(folder, &config, &one, &pair);
	build(folder, &config, &first);
	config.now_s = first.renew_s - 1;
	build(folder, &config, &again);
	config.now_s = first.renew_s;
	build(folder, &config, &later);
	assert_int_equal(first.n_cells, again.n_cells);
	assert_memory_equal(first.answers, again.answers, first.n_cells * sizeof(*first.answers));
	assert_int_equal(first.n_cells, later.n_cells);
	assert_memory_not_equal(first.answers, later.answers, first.n_cells * sizeof(*first.answers));
	gx_image_free(&first);
	gx_image_free(&again);
	gx_image_free(&later);
	gx_config_free(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(the_zone_says_what_the_geo_name_does),
		folder_test(wildcards_need_a_proof_for_each_name),
		folder_test(what_goes_away_cannot_be_denied),
		folder_test(every_variant_is_signed),
		folder_test(cnames_are_signed),
		folder_test(images_of_one_turn_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
