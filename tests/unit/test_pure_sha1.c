/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-1 of the program, by the vectors of FIPS 180 and beside libdnssec's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libdnssec/binary.h>
#include <libdnssec/nsec.h>

#include "bpf/pure/sha1.h"

#define OCTETS_MAX 300
#define HASH_OCTETS 20

/* As the program puts blocks together: the message, 0x80, zeros, and the length in bits (RFC 3174 4). */
static void hash(const uint8_t *octets, size_t len, uint8_t out[HASH_OCTETS])
{
	uint8_t padded[OCTETS_MAX + 2 * GX_SHA1_BLOCK_OCTETS] = {0};
	size_t blocks = (len + GX_SHA1_PADDING_OCTETS + GX_SHA1_BLOCK_OCTETS - 1) / GX_SHA1_BLOCK_OCTETS;
	struct gx_sha1 sha1;

	memcpy(padded, octets, len);
	padded[len] = 0x80;
	gx_sha1_begin(&sha1);
	for (size_t block = 0; block < blocks; block++) {
		for (size_t i = 0; i < GX_SHA1_BLOCK_WORDS; i++) {
			const uint8_t *from = padded + block * GX_SHA1_BLOCK_OCTETS + 4 * i;

			sha1.words[i] = (uint32_t)from[0] << 24 | from[1] << 16 | from[2] << 8 | from[3];
		}
		if (block == blocks - 1)
			sha1.words[GX_SHA1_BLOCK_WORDS - 1] = 8 * len;
		gx_sha1_block(&sha1);
	}
	for (size_t i = 0; i < HASH_OCTETS; i++)
		out[i] = sha1.state[i / 4] >> (24 - 8 * (i % 4));
}

static void vectors_of_fips_180(void **state)
{
	static const struct {
		const char *message;
		const uint8_t hash[HASH_OCTETS];
	} vectors[] = {
		{ "abc", { 0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0,
			   0xd8, 0x9d } },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  { 0x84, 0x98, 0x3e, 0x44, 0x1c, 0x3b, 0xd2, 0x6e, 0xba, 0xae, 0x4a, 0xa1, 0xf9, 0x51, 0x29, 0xe5, 0xe5, 0x46, 0x70,
		    0xf1 } },
		{ "", { 0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8,
			0x07, 0x09 } },
	};
	uint8_t out[HASH_OCTETS];

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		hash((const uint8_t *)vectors[i].message, strlen(vectors[i].message), out);
		assert_memory_equal(out, vectors[i].hash, HASH_OCTETS);
	}
}

static void messages_of_every_length_hash_as_libdnssec_says(void **state)
{
	const dnssec_nsec3_params_t params = { .algorithm = DNSSEC_NSEC3_ALGORITHM_SHA1 };
	uint8_t octets[OCTETS_MAX], out[HASH_OCTETS];

	for (size_t len = 1; len <= OCTETS_MAX; len++) {
		dnssec_binary_t data = { .size = len, .data = octets }, expected = {0};

		octets[len - 1] = len * 167 >> 3;
		assert_int_equal(dnssec_nsec3_hash(&data, &params, &expected), 0);
		hash(octets, len, out);
		assert_int_equal(expected.size, HASH_OCTETS);
		assert_memory_equal(out, expected.data, HASH_OCTETS);
		dnssec_binary_free(&expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_fips_180),
		cmocka_unit_test(messages_of_every_length_hash_as_libdnssec_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
