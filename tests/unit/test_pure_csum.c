/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bpf/pure/csum.h: sums put together from parts, against one that goes octet by octet (RFC 1071). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpf/pure/csum.h"

#define ROUNDS		20000
#define OCTETS_MAX	512

/* The sum as RFC 1071 1 defines it: big-endian 16-bit words, end-around carry, an odd octet padded. */
static uint16_t naive_sum(const uint8_t *octets, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		sum += i & 1 ? octets[i] : (uint32_t)octets[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

/* 0 and 0xffff are the same number in one's complement. */
static void assert_same_sum(uint16_t a, uint16_t b)
{
	assert_int_equal(a == 0xffff ? 0 : a, b == 0xffff ? 0 : b);
}

/* A buffer of this very size, so that reading beyond it is seen. */
static uint8_t *random_octets(size_t count, unsigned int *seed)
{
	uint8_t *octets = malloc(count ? count : 1);

	assert_non_null(octets);
	for (size_t i = 0; i < count; i++)
		octets[i] = rand_r(seed) & 1 ? (uint8_t)rand_r(seed) : rand_r(seed) & 1 ? 0xff : 0;
	return octets;
}

static uint64_t sum_words(const uint8_t *octets, size_t count)
{
	uint64_t sum = 0, word;

	for (size_t i = 0; i < count; i += 8) {
		word = 0;
		memcpy(&word, octets + i, count - i < 8 ? count - i : 8);
		sum = gx_csum_add64(sum, word);
	}
	return sum;
}

static void fold_is_the_sum_of_the_16_bit_words(void **state)
{
	static const uint64_t sums[] = { 0, 1, 0xffff, 0x10000, 0xffffffff, 0x100000000, 0x10000ffff, 0x1ffff, 0xfffffffe0001,
					 0x7fff00007fff, 0x7fff0000ffff, 0x7fff8000ffff, 0x7fffffff0000, 0x7fffffffffff };
	unsigned int seed = 1;

	for (size_t i = 0; i < ROUNDS; i++) {
		uint64_t sum = (uint64_t)rand_r(&seed) << 42 ^ (uint64_t)rand_r(&seed) << 21 ^ (uint64_t)rand_r(&seed);
		uint64_t naive;

		/* The carries of random sums, and of those that are all ones but for some bits. */
		if (i & 1)
			sum |= ~(0xfffull << rand_r(&seed) % 48);
		if (i < sizeof(sums) / sizeof(sums[0]))
			sum = sums[i];
		sum &= (1ull << 47) - 1;
		for (naive = sum; naive >> 16;)
			naive = (naive & 0xffff) + (naive >> 16);
		assert_int_equal(gx_csum_fold(sum), naive);
	}
}

static void words_of_8_octets_sum_to_what_octets_sum_to(void **state)
{
	unsigned int seed = 2;

	for (size_t i = 0; i < ROUNDS; i++) {
		size_t count = (size_t)rand_r(&seed) % OCTETS_MAX;
		uint8_t *octets = random_octets(count, &seed);

		assert_same_sum(bpf_ntohs(gx_csum_fold(sum_words(octets, count))), naive_sum(octets, count));
		free(octets);
	}
}

/* RFC 1071 2(B): a part summed as if at an even offset, put at any offset. */
static void parts_at_odd_and_even_offsets_sum_to_the_whole_rfc1071_2_b(void **state)
{
	unsigned int seed = 3;

	for (size_t i = 0; i < ROUNDS; i++) {
		size_t count = 3 + (size_t)rand_r(&seed) % OCTETS_MAX;
		size_t first = (size_t)rand_r(&seed) % count, second = first + (size_t)rand_r(&seed) % (count - first);
		uint8_t *octets = random_octets(count, &seed);
		uint64_t sum = sum_words(octets, first);

		sum = gx_csum_part(sum, sum_words(octets + first, second - first), (__u32)first);
		sum = gx_csum_part(sum, gx_csum_fold(sum_words(octets + second, count - second)), (__u32)second);
		assert_same_sum(bpf_ntohs(gx_csum_fold(sum)), naive_sum(octets, count));
		free(octets);
	}
}

static void udp_field_is_the_complement_and_never_0_rfc768(void **state)
{
	for (uint32_t sum = 0; sum <= 0xffff; sum++) {
		uint16_t field = gx_csum_udp(sum);

		assert_int_not_equal(field, 0);
		assert_int_equal(field, sum == 0xffff ? 0xffff : (uint16_t)~sum);
	}
	assert_int_equal(gx_csum_udp(0xffffffff), 0xffff);
	assert_int_equal(gx_csum_udp(0x1fffe), 0xffff);
	assert_int_equal(gx_csum_udp(0x10000), 0xfffe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fold_is_the_sum_of_the_16_bit_words),
		cmocka_unit_test(words_of_8_octets_sum_to_what_octets_sum_to),
		cmocka_unit_test(parts_at_odd_and_even_offsets_sum_to_the_whole_rfc1071_2_b),
		cmocka_unit_test(udp_field_is_the_complement_and_never_0_rfc768),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
