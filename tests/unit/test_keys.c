/* SPDX-License-Identifier: GPL-3.0-or-later */
/* user/core/keys.h: which private keys of which files sign for a zone. */
#include "tests/unit/pair.h"

#include <libknot/descriptor.h>

#include "user/core/keys.h"
#include "user/core/name.h"

#define RSASHA256	DNSSEC_KEY_ALGORITHM_RSA_SHA256
#define RSASHA512	DNSSEC_KEY_ALGORITHM_RSA_SHA512
#define ECDSAP256	DNSSEC_KEY_ALGORITHM_ECDSA_P256_SHA256
#define ECDSAP384	DNSSEC_KEY_ALGORITHM_ECDSA_P384_SHA384
#define ED25519		DNSSEC_KEY_ALGORITHM_ED25519
#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const uint8_t algorithms[] = { RSASHA256, RSASHA512, ECDSAP256, ECDSAP384, ED25519 };

/* Write a file that only its owner can read. */
static const char *put_secret(struct folder *folder, const char *name, const char *text)
{
	char *path = folder_put(folder, name, text);

	assert_int_equal(chmod(path, 0600), 0);
	return path;
}

/* example.com with these DNSKEYs. */
static void read_zone(struct folder *folder, struct gx_zone *zone, const char *dnskeys)
{
	const char *text = gx_arena_printf(&folder->arena, "@ 3600 SOA ns1 hostmaster 1 2 3 4 5\n@ NS ns1\n"
					   "ns1 A 192.0.2.1\n%s", dnskeys);

	*zone = (struct gx_zone){ .apex = (knot_dname_t *)"\7example\3com", .where = { .file = "conf", .line = 1 } };
	zone->file = folder_put(folder, "example.com.zone", text);
	assert_int_equal(gx_zone_read(zone, &folder->diag), 0);
}

/*
 * The keys of a zone with these DNSKEYs, as "flags/algorithm ...", or the findings. paths: in the folder, separated by
 * blanks; named by the lines of a file "conf" from 10 on.
 */
static const char *read_keys(struct folder *folder, const char *dnskeys, const char *paths)
{
	char *words = gx_arena_strdup(&folder->arena, paths), *word, *text = gx_arena_strdup(&folder->arena, "");
	struct gx_key_path list[8];
	struct gx_keys *keys;
	struct gx_zone zone;
	size_t n = 0;

	read_zone(folder, &zone, dnskeys);
	while ((word = strsep(&words, " "))) {
		list[n].path = folder_path(folder, word);
		list[n].where = (struct gx_where){ .file = "conf", .line = (uint32_t)(10 + n) };
		n++;
	}
	keys = gx_keys_read(&zone, list, n, 86400, &folder->diag);
	for (size_t i = 0; keys && i < keys->n; i++)
		text = gx_arena_printf(&folder->arena, "%s%s%u/%u", text, i ? " " : "", dnssec_key_get_flags(keys->list[i]),
				       dnssec_key_get_algorithm(keys->list[i]));
	gx_keys_free(keys);
	gx_zone_free(&zone);
	return gx_arena_printf(&folder->arena, "%s%s", text, folder_findings(folder));
}

/* DNSKEYs of pairs, as text of a zone file. */
static const char *join(struct folder *folder, const struct pair_keys *pairs, size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = gx_arena_printf(&folder->arena, "%s%s", text, pairs[i].dnskey);
	return text;
}

static void keys_of_each_algorithm_are_read_in_both_forms(void **state)
{
	struct folder *folder = *state;

	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct pair_keys pair = pair_make(folder, algorithms[i], PAIR_ZSK);
		const char *wanted = gx_arena_printf(&folder->arena, "256/%u", algorithms[i]);

		put_secret(folder, "Kexample.com.+000+00001.private", pair.bind);
		put_secret(folder, "key.pem", pair.pem);
		assert_string_equal(read_keys(folder, pair.dnskey, "Kexample.com.+000+00001.private"), wanted);
		assert_string_equal(read_keys(folder, pair.dnskey, "key.pem"), wanted);
		/* One key in two files is one key. */
		assert_string_equal(read_keys(folder, pair.dnskey, "key.pem Kexample.com.+000+00001.private"), wanted);
	}
}

/* As ldns-keygen writes it. */
static void format_1_2_is_read(void **state)
{
	struct folder *folder = *state;
	struct pair_keys pair = pair_make(folder, ECDSAP256, PAIR_ZSK);
	char *text = gx_arena_strdup(&folder->arena, pair.bind);

	memcpy(strstr(text, "v1.3"), "v1.2", 4);
	put_secret(folder, "k.private", text);
	assert_string_equal(read_keys(folder, pair.dnskey, "k.private"), "256/13");
	memcpy(strstr(text, "v1.2"), "v2.0", 4);
	put_secret(folder, "k.private", text);
	assert_string_equal(read_keys(folder, pair.dnskey, "k.private"),
			    "F/k.private:1: a private key in another format: v1.2 or v1.3 would be right\n");
}

static void keys_without_sep_sign_and_with_it_where_there_are_no_others(void **state)
{
	struct folder *folder = *state;
	struct pair_keys pairs[] = {
		pair_make(folder, ECDSAP256, PAIR_KSK), pair_make(folder, ECDSAP256, PAIR_ZSK),
		pair_make(folder, ED25519, PAIR_KSK),
	};

	put_secret(folder, "k0.private", pairs[0].bind);
	put_secret(folder, "k1.private", pairs[1].bind);
	put_secret(folder, "k2.private", pairs[2].bind);
	assert_string_equal(read_keys(folder, join(folder, pairs, 1), "k0.private"), "257/13");
	assert_string_equal(read_keys(folder, join(folder, pairs, 2), "k0.private k1.private"), "256/13");
	assert_string_equal(read_keys(folder, join(folder, pairs, 2), "k0.private"), "257/13");
	assert_string_equal(read_keys(folder, join(folder, pairs, 3), "k0.private k1.private k2.private"),
			    "256/13 257/15");
}

/* Both sign during a rollover: a resolver may know either DNSKEY. */
static void two_keys_of_one_algorithm_sign_both(void **state)
{
	struct folder *folder = *state;
	struct pair_keys pairs[] = { pair_make(folder, ED25519, PAIR_ZSK), pair_make(folder, ED25519, PAIR_ZSK) };

	put_secret(folder, "k0.private", pairs[0].bind);
	put_secret(folder, "k1.private", pairs[1].bind);
	assert_string_equal(read_keys(folder, join(folder, pairs, 2), "k0.private k1.private"), "256/15 256/15");
}

static void of_a_folder_the_keys_of_the_zone_are_taken(void **state)
{
	struct folder *folder = *state;
	struct pair_keys used[] = { pair_make(folder, ECDSAP256, PAIR_ZSK), pair_make(folder, ED25519, PAIR_KSK) };
	struct pair_keys other = pair_make(folder, ECDSAP256, PAIR_ZSK);

	put_secret(folder, "keys/Kexample.com.+013+00001.private", used[0].bind);
	put_secret(folder, "keys/4f2b.pem", used[1].pem);
	put_secret(folder, "keys/Kexample.com.+013+00002.private", other.bind);
	put_secret(folder, "keys/other.pem", other.pem);
	put_secret(folder, "keys/Kexample.org.+013+00003.private", "not looked at");
	put_secret(folder, "keys/Kexample.com.+013+00001.key", used[0].dnskey);
	put_secret(folder, "keys/Kexample.com.+013+00001.state", "not looked at");
	assert_string_equal(read_keys(folder, join(folder, used, 2), "keys"), "256/13 257/15");
	assert_string_equal(read_keys(folder, pair_make(folder, ED25519, PAIR_ZSK).dnskey, "keys"),
			    "conf:10: keys folder F/keys has no private key of a DNSKEY of example.com.: "
			    "Kexample.com.+ALG+TAG.private, or PKCS#8 in a file that ends in .pem, would be right\n");
}

static void keys_and_folders_are_watched(void **state)
{
	struct folder *folder = *state;
	struct pair_keys pair = pair_make(folder, ED25519, PAIR_ZSK);
	struct gx_key_path paths[] = { { .path = folder_path(folder, "keys") }, { .path = folder_path(folder, "none") } };
	struct gx_zone zone;

	put_secret(folder, "keys/Kexample.com.+015+00001.private", pair.bind);
	read_zone(folder, &zone, pair.dnskey);
	folder->diag.n_files = 0;
	assert_null(gx_keys_read(&zone, paths, 2, 86400, &folder->diag));
	assert_string_equal(folder_files(folder, folder->diag.files, folder->diag.n_files),
			    "F/keys/\nF/keys/Kexample.com.+015+00001.private\nF/none\n");
	gx_zone_free(&zone);
}

static void a_key_without_its_dnskey_is_refused(void **state)
{
	struct folder *folder = *state;

	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct pair_keys pair = pair_make(folder, algorithms[i], PAIR_ZSK);
		struct pair_keys other = pair_make(folder, algorithms[i], PAIR_ZSK);

		put_secret(folder, "k.private", other.bind);
		assert_string_equal(read_keys(folder, pair.dnskey, "k.private"),
				    "conf:10: key F/k.private belongs to no DNSKEY of example.com., so that no validator would "
				    "accept what it signs: the key of a DNSKEY in F/example.com.zone would be right\n");
		put_secret(folder, "k.pem", other.pem);
		assert_string_equal(read_keys(folder, pair.dnskey, "k.pem"),
				    "conf:10: key F/k.pem belongs to no DNSKEY of example.com., so that no validator would "
				    "accept what it signs: the key of a DNSKEY in F/example.com.zone would be right\n");
	}
	assert_string_equal(read_keys(folder, "", "k.pem"),
			    "conf:10: keys for example.com., which has no DNSKEY: a zone file that is signed would be right\n");
}

/* RFC 5011 2.1, RFC 4034 2.1.1. */
static void revoked_and_other_keys_are_refused(void **state)
{
	struct folder *folder = *state;
	struct pair_keys revoked = pair_make(folder, ED25519, PAIR_KSK | 128), host = pair_make(folder, ED25519, 1);

	put_secret(folder, "r.private", revoked.bind);
	put_secret(folder, "h.private", host.bind);
	assert_string_equal(read_keys(folder, gx_arena_printf(&folder->arena, "%s%s", revoked.dnskey, host.dnskey),
				      "r.private h.private"),
			    "conf:10: key F/r.private: its DNSKEY in example.com. is revoked: a key whose DNSKEY is not (RFC 5011 "
			    "2.1) would be right\n"
			    "conf:11: key F/h.private: its DNSKEY in example.com. is no zone key: one with the flags 256 or 257 "
			    "(RFC 4034 2.1.1) would be right\n");
}

/* RFC 4035 2.2. */
static void each_algorithm_of_the_zone_needs_a_key(void **state)
{
	struct folder *folder = *state;
	struct pair_keys pairs[] = {
		pair_make(folder, ED25519, PAIR_ZSK), pair_make(folder, ECDSAP256, PAIR_KSK),
		pair_make(folder, ECDSAP256, PAIR_ZSK), pair_make(folder, ECDSAP384, PAIR_KSK | 128),
	};

	put_secret(folder, "k.private", pairs[0].bind);
	assert_string_equal(read_keys(folder, join(folder, pairs, 4), "k.private"),
			    "conf:10: example.com. has a DNSKEY of algorithm 13 (ECDSAP256SHA256), and no key of it is given: one "
			    "key at least of each algorithm of the zone (RFC 4035 2.2) would be right\n");
}

static void a_key_that_others_can_read_is_warned_of(void **state)
{
	struct folder *folder = *state;
	struct pair_keys pair = pair_make(folder, ED25519, PAIR_ZSK);

	assert_int_equal(chmod(folder_put(folder, "k.private", pair.bind), 0644), 0);
	assert_string_equal(read_keys(folder, pair.dnskey, "k.private"),
			    "256/15F/k.private:0: warning: mode 0644, others can read or write this private key: 0600 or 0640 "
			    "would be right\n");
}

/* --- files ------------------------------------------------------------------------------------- */

/* Of the secret, nothing is shown. */
static void files_that_are_wrong_say_where(void **state)
{
	static const struct {
		const char *text, *findings;
	} files[] = {
		{ "example.com. IN DNSKEY 256 3 15 abcd\n",
		  "0: no private key: a file such as Kexample.com.+013+12345.private, or PKCS#8 in PEM, would be right\n" },
		{ "-----BEGIN RSA PRIVATE KEY-----\nMIIC\n-----END RSA PRIVATE KEY-----\n",
		  "0: a private key in PKCS#1: PKCS#8 without one, as `openssl pkcs8 -topk8 -nocrypt` writes, would be right\n" },
		{ "Private-key-format: v1.3\nAlgorithm: 5 (RSASHA1)\nModulus: AQAB\n",
		  "2: algorithm '5 (RSASHA1)' is not for signing here: RSASHA256, RSASHA512, ECDSAP256SHA256, ECDSAP384SHA384 or "
		  "ED25519 would be right\n" },
		{ "Private-key-format: v1.3\nAlgorithm: 16 (ED448)\nPrivateKey: AQAB\n",
		  "2: algorithm '16 (ED448)' is not for signing here: RSASHA256, RSASHA512, ECDSAP256SHA256, ECDSAP384SHA384 or "
		  "ED25519 would be right\n" },
		{ "Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\nPrivateKey: se!cret\n",
		  "3: PrivateKey is no base64: the octets of a key would be right\n" },
		{ "Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\nsecret\n",
		  "3: no field of a private key: 'Field: value' would be right\n" },
		{ "Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\n",
		  "0: PrivateKey is missing: a whole private key of ED25519 would be right\n" },
		{ "Private-key-format: v1.3\nPrivateKey: AQAB\n",
		  "0: a private key without its algorithm: 'Algorithm: 13 (ECDSAP256SHA256)' or such would be right\n" },
		{ "Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nEngine: cGtjczExAA==\nLabel: aA==\n",
		  "3: the key is in a hardware module: one in a file would be right\n"
		  "F/k:4: the key is in a hardware module: one in a file would be right\n" },
	};
	struct folder *folder = *state;
	struct pair_keys pair = pair_make(folder, ED25519, PAIR_ZSK);

	for (size_t i = 0; i < COUNT(files); i++) {
		put_secret(folder, "k", files[i].text);
		assert_string_equal(read_keys(folder, pair.dnskey, "k"),
				    gx_arena_printf(&folder->arena, "F/k:%s", files[i].findings));
	}
	assert_string_equal(read_keys(folder, pair.dnskey, "none"),
			    "conf:10: F/none cannot be read (No such file or directory): write the path of an existing file\n");
}

/* A file that was cut short, or whose octets are those of no key. */
static void damaged_keys_belong_to_nothing(void **state)
{
	static const char refused[] = "conf:10: key F/k belongs to no DNSKEY of example.com., so that no validator would accept "
				      "what it signs: the key of a DNSKEY in F/example.com.zone would be right\n";
	struct folder *folder = *state;

	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct pair_keys pair = pair_make(folder, algorithms[i], PAIR_ZSK);
		char *pem = gx_arena_strdup(&folder->arena, pair.pem);

		memset(strchr(pem, '\n') + 20, 'A', 10);
		put_secret(folder, "k", pem);
		assert_string_equal(read_keys(folder, pair.dnskey, "k"), refused);
	}
	put_secret(folder, "k", "Private-key-format: v1.3\nAlgorithm: 13\nPrivateKey: AQAB\n");
	assert_string_equal(read_keys(folder, pair_make(folder, ECDSAP256, PAIR_ZSK).dnskey, "k"), refused);
	assert_string_equal(read_keys(folder, "@ DNSKEY 256 3 13 AQAB\n", "k"), refused);
	assert_string_equal(read_keys(folder, "@ DNSKEY 256 3 13 AQ==\n", "k"), refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(keys_of_each_algorithm_are_read_in_both_forms),
		folder_test(format_1_2_is_read),
		folder_test(keys_without_sep_sign_and_with_it_where_there_are_no_others),
		folder_test(two_keys_of_one_algorithm_sign_both),
		folder_test(of_a_folder_the_keys_of_the_zone_are_taken),
		folder_test(keys_and_folders_are_watched),
		folder_test(a_key_without_its_dnskey_is_refused),
		folder_test(revoked_and_other_keys_are_refused),
		folder_test(each_algorithm_of_the_zone_needs_a_key),
		folder_test(a_key_that_others_can_read_is_warned_of),
		folder_test(files_that_are_wrong_say_where),
		folder_test(damaged_keys_belong_to_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
