/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bpf/pure/siphash.h and cookie.h: server cookies as RFC 9018 makes them.
 *
 * The vectors are those of RFC 9018 appendix A. Each of their hashes, and those of the octets 00 01 02 ... below, was
 * also computed by OpenSSL 3.0: `openssl mac -macopt hexkey:KEY -macopt size:8 -in FILE SIPHASH`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "bpf/pure/cookie.h"

#define SECRET		"\xe5\xe9\x73\xe5\xa6\xb2\xa4\x3f\x48\xe7\xdc\x84\x9e\x37\xbf\xcf"
#define SECRET_OLD	"\xdd\x3b\xdf\x93\x44\xb6\x78\xb1\x85\xa6\xf5\xcb\x60\xfc\xa7\x15"
#define SECRET_NEW	"\x44\x55\x36\xbc\xd2\x51\x32\x98\x07\x5a\x5d\x37\x96\x63\xc9\x62"

/* The cookie of A.1, and its time. */
#define LEARNT		"\x24\x64\xc4\xab\xcf\x10\xc9\x57\x01\x00\x00\x00\x5c\xf7\x9f\x11\x1f\x81\x30\xc3\xee\xe2\x94\x80"
#define LEARNT_S	1559731985u
#define LEARNT_BY	"198.51.100.100"

static struct gx_cookie cookie_of(const char octets[GX_COOKIE_OCTETS])
{
	struct gx_cookie cookie;

	_Static_assert(sizeof(cookie) == GX_COOKIE_OCTETS, "words as they stand in the message");
	memcpy(&cookie, octets, sizeof(cookie));
	return cookie;
}

static struct gx_cookie_owner owner_of(const char *text)
{
	struct gx_cookie_owner owner = { .is_ipv6 = strchr(text, ':') != NULL };

	assert_int_equal(inet_pton(owner.is_ipv6 ? AF_INET6 : AF_INET, text,
				   owner.is_ipv6 ? (void *)owner.words : (void *)&owner.ipv4), 1);
	return owner;
}

/* second may be NULL. */
static struct gx_cookie_secrets secrets_of(const char *first, const char *second)
{
	struct gx_cookie_secrets secrets = { .count = second ? 2 : 1 };

	memcpy(secrets.secrets[0], first, GX_COOKIE_SECRET_OCTETS);
	if (second)
		memcpy(secrets.secrets[1], second, GX_COOKIE_SECRET_OCTETS);
	return secrets;
}

/* --- SipHash ----------------------------------------------------------------------------------- */

static void siphash_is_that_of_another_implementation(void **state)
{
	static const uint8_t hashes[3][8] = {
		{ 0x31, 0x0e, 0x0e, 0xdd, 0x47, 0xdb, 0x6f, 0x72 },	/* of no octet; in the paper, too */
		{ 0x98, 0xee, 0xa2, 0x1a, 0xf2, 0x5c, 0xd6, 0xbe },	/* of 20 octets: over IPv4 */
		{ 0xce, 0x7c, 0xf2, 0x72, 0x2f, 0x51, 0x27, 0x71 },	/* of 32 octets: over IPv6 */
	};
	static const __u64 key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };	/* 00 01 02 ... 0f */
	static const size_t lengths[3] = { 0, 20, 32 };

	for (size_t i = 0; i < 3; i++) {
		uint8_t octets[40] = {0};
		__u64 words[5], hash;
		size_t n = lengths[i];

		for (size_t j = 0; j < 32; j++)
			octets[j] = (uint8_t)j;
		memset(octets + n, 0, sizeof(octets) - n);
		octets[n / 8 * 8 + 7] = (uint8_t)n;
		for (size_t j = 0; j < 5; j++) {
			memcpy(&words[j], octets + 8 * j, 8);
			words[j] = gx_le64(words[j]);
		}
		hash = gx_le64(gx_siphash(key, words, (uint32_t)(n / 8), words[n / 8]));
		assert_memory_equal(&hash, hashes[i], 8);
	}
}

/* --- RFC 9018 appendix A ----------------------------------------------------------------------- */

static const struct vector {
	const char *secrets[2];		/* active, staging or NULL */
	const char *client;		/* address */
	const char *asked;		/* the cookie of the query */
	int has_server;
	enum gx_cookie_worth worth;
	uint32_t now_s;
	const char *told;		/* and of the reply */
} vectors[] = {
	/* A.1: learning a new server cookie */
	{ { SECRET }, LEARNT_BY, "\x24\x64\xc4\xab\xcf\x10\xc9\x57", 0, 0, LEARNT_S, LEARNT },
	/* A.2: the same client learning a renewed (fresh) server cookie, 40 minutes later */
	{ { SECRET }, LEARNT_BY, LEARNT, 1, GX_COOKIE_VALID, 1559734385,
	  "\x24\x64\xc4\xab\xcf\x10\xc9\x57\x01\x00\x00\x00\x5c\xf7\xa8\x71\xd4\xa5\x64\xa1\x44\x2a\xca\x77" },
	/*
	 * A.3: another client learning a renewed server cookie; the reserved octets are set. It is older than an
	 * hour.
	 */
	{ { SECRET }, "203.0.113.203",
	  "\xfc\x93\xfc\x62\x80\x7d\xdb\x86\x01\xab\xcd\xef\x5c\xf7\x8f\x71\xa3\x14\x22\x7b\x66\x79\xeb\xf5", 1,
	  GX_COOKIE_INVALID, 1559734700,
	  "\xfc\x93\xfc\x62\x80\x7d\xdb\x86\x01\x00\x00\x00\x5c\xf7\xa9\xac\xf7\x3a\x78\x10\xac\xa2\x38\x1e" },
	/* A.4: IPv6 query with rolled over secret */
	{ { SECRET_NEW, SECRET_OLD }, "2001:db8:220:1:59de:d0f4:8769:82b8",
	  "\x22\x68\x1a\xb9\x7d\x52\xc2\x98\x01\x00\x00\x00\x5c\xf7\xc5\x79\x26\x55\x6b\xd0\x93\x4c\x72\xf8", 1,
	  GX_COOKIE_VALID, 1559741961,
	  "\x22\x68\x1a\xb9\x7d\x52\xc2\x98\x01\x00\x00\x00\x5c\xf7\xc6\x09\xa6\xbb\x79\xd1\x66\x25\x50\x7a" },
};

static void vectors_of_rfc9018_appendix_a(void **state)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		const struct vector *vector = &vectors[i];
		struct gx_cookie_secrets secrets = secrets_of(vector->secrets[0], vector->secrets[1]);
		struct gx_cookie_owner owner = owner_of(vector->client);
		struct gx_cookie cookie = {0};

		memcpy(&cookie, vector->asked, vector->has_server ? GX_COOKIE_OCTETS : GX_COOKIE_CLIENT_OCTETS);
		if (vector->has_server)
			assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, vector->now_s), vector->worth);
		gx_cookie_renew(&secrets, &cookie, vector->has_server, &owner, vector->now_s);
		assert_memory_equal(&cookie, vector->told, GX_COOKIE_OCTETS);
	}
}

/* A.3 again, while it is young: reserved octets do not make a cookie invalid, and are not sent back. */
static void reserved_octets_are_covered_by_the_hash_and_renewed(void **state)
{
	struct gx_cookie_secrets secrets = secrets_of(SECRET, NULL);
	struct gx_cookie_owner owner = owner_of(vectors[2].client);
	struct gx_cookie cookie = cookie_of(vectors[2].asked);

	assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, 1559727985), GX_COOKIE_VALID);
	cookie.head ^= bpf_cpu_to_be64(1ull << 32);
	assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, 1559727985), GX_COOKIE_INVALID);
	cookie = cookie_of(vectors[2].asked);
	gx_cookie_renew(&secrets, &cookie, 1, &owner, 1559727985);
	assert_int_equal(cookie.head, bpf_cpu_to_be64(1ull << 56 | 1559727985));
}

/* --- what the vectors leave out ---------------------------------------------------------------- */

static enum gx_cookie_worth worth_at(uint32_t now_s)
{
	struct gx_cookie_secrets secrets = secrets_of(SECRET, SECRET_OLD);
	struct gx_cookie_owner owner = owner_of(LEARNT_BY);
	struct gx_cookie cookie = cookie_of(LEARNT), renewed = cookie;
	enum gx_cookie_worth worth = gx_cookie_check(&secrets, &cookie, &owner, now_s);

	gx_cookie_renew(&secrets, &renewed, 1, &owner, now_s);
	assert_int_equal(worth == GX_COOKIE_FRESH, gx_cookie_time_s(&renewed) == LEARNT_S);
	return worth;
}

static void cookie_is_fresh_for_half_an_hour_and_valid_for_one_rfc9018_4_3(void **state)
{
	assert_int_equal(worth_at(LEARNT_S), GX_COOKIE_FRESH);
	assert_int_equal(worth_at(LEARNT_S + 1800), GX_COOKIE_FRESH);
	assert_int_equal(worth_at(LEARNT_S + 1801), GX_COOKIE_VALID);
	assert_int_equal(worth_at(LEARNT_S + 3600), GX_COOKIE_VALID);
	assert_int_equal(worth_at(LEARNT_S + 3601), GX_COOKIE_INVALID);
	assert_int_equal(worth_at(LEARNT_S - 300), GX_COOKIE_FRESH);
	assert_int_equal(worth_at(LEARNT_S - 301), GX_COOKIE_INVALID);
	assert_int_equal(worth_at(LEARNT_S + (1u << 31)), GX_COOKIE_INVALID);
}

/* 2106: time stamps wrap (RFC 1982). */
static void ages_are_counted_across_the_end_of_32_bits(void **state)
{
	struct gx_cookie_secrets secrets = secrets_of(SECRET, NULL);
	struct gx_cookie_owner owner = owner_of(LEARNT_BY);
	struct gx_cookie cookie = cookie_of(LEARNT);

	gx_cookie_renew(&secrets, &cookie, 0, &owner, UINT32_MAX - 9);
	assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, 1790), GX_COOKIE_FRESH);
	assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, 1791), GX_COOKIE_VALID);
	assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, 3591), GX_COOKIE_INVALID);
}

static void every_bit_of_cookie_address_and_secret_counts(void **state)
{
	struct gx_cookie_owner owner = owner_of(vectors[3].client), other = owner;
	struct gx_cookie_secrets secrets = secrets_of(SECRET_OLD, NULL);
	struct gx_cookie cookie = cookie_of(vectors[3].asked);

	assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, 1559741961), GX_COOKIE_FRESH);
	for (size_t bit = 0; bit < 8 * GX_COOKIE_OCTETS; bit++) {
		((uint8_t *)&cookie)[bit / 8] ^= 0x80 >> bit % 8;
		assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, 1559741961), GX_COOKIE_INVALID);
		((uint8_t *)&cookie)[bit / 8] ^= 0x80 >> bit % 8;
	}
	for (size_t bit = 0; bit < 128; bit++) {
		((uint8_t *)other.words)[bit / 8] ^= 0x80 >> bit % 8;
		assert_int_equal(gx_cookie_check(&secrets, &cookie, &other, 1559741961), GX_COOKIE_INVALID);
		((uint8_t *)other.words)[bit / 8] ^= 0x80 >> bit % 8;
		((uint8_t *)secrets.secrets)[bit / 8] ^= 0x80 >> bit % 8;
		assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, 1559741961), GX_COOKIE_INVALID);
		((uint8_t *)secrets.secrets)[bit / 8] ^= 0x80 >> bit % 8;
	}
}

static void secret_beyond_the_count_is_not_looked_at(void **state)
{
	struct gx_cookie_secrets secrets = secrets_of(SECRET_NEW, SECRET);
	struct gx_cookie_owner owner = owner_of(LEARNT_BY);
	struct gx_cookie cookie = cookie_of(LEARNT);

	assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, LEARNT_S), GX_COOKIE_VALID);
	secrets.count = 1;
	assert_int_equal(gx_cookie_check(&secrets, &cookie, &owner, LEARNT_S), GX_COOKIE_INVALID);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_is_that_of_another_implementation),
		cmocka_unit_test(vectors_of_rfc9018_appendix_a),
		cmocka_unit_test(reserved_octets_are_covered_by_the_hash_and_renewed),
		cmocka_unit_test(cookie_is_fresh_for_half_an_hour_and_valid_for_one_rfc9018_4_3),
		cmocka_unit_test(ages_are_counted_across_the_end_of_32_bits),
		cmocka_unit_test(every_bit_of_cookie_address_and_secret_counts),
		cmocka_unit_test(secret_beyond_the_count_is_not_looked_at),
	};

	return cmocka_run_group_tests_name("pure_cookie", tests, NULL, NULL);
}
