/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses and prefixes: text forms, numbers and what they have in common. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "user/core/addr.h"

#define assert_value(value, high, low)                                                             \
	do {                                                                                       \
		assert_int_equal((uint64_t)((value) >> 64), (uint64_t)(high));                     \
		assert_int_equal((uint64_t)(value), (uint64_t)(low));                              \
	} while (0)

static struct gx_addr addr(const char *text)
{
	struct gx_addr parsed;

	assert_int_equal(gx_parse_addr(text, &parsed), 0);
	return parsed;
}

static void an_ipv4_address_is_a_number_below_2_to_the_32(void **state)
{
	assert_int_equal(addr("192.0.2.1").family, GX_IPV4);
	assert_value(addr("192.0.2.1").value, 0, 0xc0000201);
	assert_value(addr("0.0.0.0").value, 0, 0);
	assert_value(addr("255.255.255.255").value, 0, 0xffffffff);
}

static void an_ipv6_address_is_a_128_bit_number(void **state)
{
	assert_int_equal(addr("2001:db8::1").family, GX_IPV6);
	assert_value(addr("2001:db8::1").value, 0x20010db800000000, 1);
	assert_value(addr("::").value, 0, 0);
	assert_value(addr("::ffff:192.0.2.1").value, 0, 0x0000ffffc0000201);
	assert_value(addr("FFFF:ffff:ffff:ffff:ffff:ffff:ffff:FFFF").value, UINT64_MAX, UINT64_MAX);
}

static void what_is_no_address_is_refused_and_leaves_the_result_alone(void **state)
{
	static const char *const wrong[] = {
		"", " ", "10", "10.1", "10.1.2", "10.1.2.3.4", "256.1.2.3", "1.2.3.", "1.2.3.-4",
		"0x10.1.2.3", " 10.1.2.3", "10.1.2.3 ", "10.1.2.3/32", "2001:db8", "2001:db8::1::2",
		"1:2:3:4:5:6:7:8:9", "12345::", "::g", "fe80::1%eth0", "[::1]", "example.com",
	};
	struct gx_addr out = { .family = GX_IPV6, .value = 42 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (gx_parse_addr(wrong[i], &out) != -EINVAL)
			fail_msg("'%s' was read as an address", wrong[i]);
	}
	assert_int_equal(out.family, GX_IPV6);
	assert_value(out.value, 0, 42);
}

static void a_prefix_loses_its_host_bits(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "10.1.2.3/8", "10.0.0.0/8" },
		{ "10.1.2.3", "10.1.2.3/32" },
		{ "10.1.2.3/32", "10.1.2.3/32" },
		{ "255.255.255.255/0", "0.0.0.0/0" },
		{ "255.255.255.255/1", "128.0.0.0/1" },
		{ "2001:db8:1:2::5/33", "2001:db8::/33" },
		{ "2001:db8::5", "2001:db8::5/128" },
		{ "ffff::/0", "::/0" },
		{ "2001:DB8::/032", "2001:db8::/32" },
	};
	char text[GX_ADDR_TEXT_OCTETS];
	struct gx_prefix prefix;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(gx_parse_prefix(cases[i].text, &prefix), 0);
		assert_string_equal(gx_show_prefix(&prefix, text), cases[i].shown);
	}
}

static void a_prefix_length_beyond_the_family_is_out_of_range(void **state)
{
	struct gx_prefix prefix;

	assert_int_equal(gx_parse_prefix("10.0.0.0/33", &prefix), -ERANGE);
	assert_int_equal(gx_parse_prefix("::/129", &prefix), -ERANGE);
	assert_int_equal(gx_parse_prefix("10.0.0.0/4294967304", &prefix), -ERANGE);
	assert_int_equal(gx_parse_prefix("10.0.0.0/99999999999999999999999", &prefix), -ERANGE);
}

static void what_is_no_prefix_is_refused(void **state)
{
	static const char *const wrong[] = {
		"10.0.0.0/", "10.0.0.0/ 8", "10.0.0.0/-8", "10.0.0.0/8x", "10.0.0.0/8/8", "/8", "10/8",
		"10.0.0.0/0x8", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/8",
	};
	struct gx_prefix prefix;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (gx_parse_prefix(wrong[i], &prefix) != -EINVAL)
			fail_msg("'%s' was read as a prefix", wrong[i]);
	}
}

static void the_longest_texts_fit_their_buffer(void **state)
{
	struct gx_addr longest = addr("1111:2222:3333:4444:5555:6666:7777:8888");
	struct gx_prefix prefix = { .addr = longest, .bits = 128 };
	char text[GX_ADDR_TEXT_OCTETS];

	assert_string_equal(gx_show_addr(&longest, text), "1111:2222:3333:4444:5555:6666:7777:8888");
	assert_string_equal(gx_show_prefix(&prefix, text),
			    "1111:2222:3333:4444:5555:6666:7777:8888/128");
}

static void octets_are_in_network_order_and_come_back(void **state)
{
	static const uint8_t four[4] = { 192, 0, 2, 1 };
	static const uint8_t sixteen[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x7f };
	struct gx_addr ipv4 = addr("192.0.2.1"), ipv6 = addr("2001:db8::7f");
	uint8_t octets[16] = {0};

	gx_addr_to_octets(&ipv4, octets);
	assert_memory_equal(octets, four, 4);
	assert_int_equal(octets[4], 0);
	gx_addr_to_octets(&ipv6, octets);
	assert_memory_equal(octets, sixteen, 16);
	assert_value(gx_addr_from_octets(GX_IPV4, four).value, 0, 0xc0000201);
	assert_value(gx_addr_from_octets(GX_IPV6, sixteen).value, 0x20010db800000000, 0x7f);
}

static void the_last_address_of_a_prefix_has_all_host_bits_set(void **state)
{
	struct gx_prefix prefix = gx_prefix_around(GX_IPV4, 0x0a010203, 12);

	assert_value(prefix.addr.value, 0, 0x0a000000);
	assert_value(gx_prefix_last(&prefix), 0, 0x0a0fffff);
	prefix = gx_prefix_around(GX_IPV4, 0x0a010203, 0);
	assert_value(gx_prefix_last(&prefix), 0, 0xffffffff);
	prefix = gx_prefix_around(GX_IPV6, 1, 0);
	assert_value(prefix.addr.value, 0, 0);
	assert_value(gx_prefix_last(&prefix), UINT64_MAX, UINT64_MAX);
	prefix = gx_prefix_around(GX_IPV6, 5, 128);
	assert_value(gx_prefix_last(&prefix), 0, 5);
}

static void common_bits_are_counted_in_the_width_of_the_family(void **state)
{
	gx_u128 high = (gx_u128)1 << 127;

	assert_int_equal(gx_common_bits(GX_IPV4, 0x0a050000, 0x0a050000), 32);
	assert_int_equal(gx_common_bits(GX_IPV4, 0x0a050000, 0x0a01ffff), 13);
	assert_int_equal(gx_common_bits(GX_IPV4, 0, 0x80000000), 0);
	assert_int_equal(gx_common_bits(GX_IPV4, 2, 3), 31);
	assert_int_equal(gx_common_bits(GX_IPV6, high, high), 128);
	assert_int_equal(gx_common_bits(GX_IPV6, 0, high), 0);
	assert_int_equal(gx_common_bits(GX_IPV6, 0, (gx_u128)1 << 64), 63);
	assert_int_equal(gx_common_bits(GX_IPV6, 0, (gx_u128)1 << 63), 64);
	assert_int_equal(gx_common_bits(GX_IPV6, 2, 3), 127);
}

static void the_largest_block_is_bound_by_alignment_and_by_the_end(void **state)
{
	assert_int_equal(gx_fit_bits(GX_IPV4, 0, UINT32_MAX), 0);
	assert_int_equal(gx_fit_bits(GX_IPV4, 0, UINT32_MAX - 1), 1);
	assert_int_equal(gx_fit_bits(GX_IPV4, 0x0a000000, UINT32_MAX), 7);
	assert_int_equal(gx_fit_bits(GX_IPV4, 0x0a000000, 0x0a0000fe), 25);
	assert_int_equal(gx_fit_bits(GX_IPV4, 0x0a000001, 0x0a0000ff), 32);
	assert_int_equal(gx_fit_bits(GX_IPV4, UINT32_MAX, UINT32_MAX), 32);
	assert_int_equal(gx_fit_bits(GX_IPV6, 0, ~(gx_u128)0), 0);
	assert_int_equal(gx_fit_bits(GX_IPV6, 1, ~(gx_u128)0), 128);
	assert_int_equal(gx_fit_bits(GX_IPV6, (gx_u128)1 << 64, ~(gx_u128)0), 64);
	assert_int_equal(gx_fit_bits(GX_IPV6, (gx_u128)1 << 127, ~(gx_u128)0), 1);
}

/* Taken one behind the other, as gx_fit_bits() has them. */
static unsigned int count_blocks(enum gx_family family, gx_u128 first, gx_u128 last)
{
	unsigned int count = 0;

	for (;; count++) {
		struct gx_prefix block = gx_prefix_around(family, first, gx_fit_bits(family, first, last));

		if (gx_prefix_last(&block) == last)
			return count + 1;
		first = gx_prefix_last(&block) + 1;
	}
}

static void blocks_are_counted_as_they_are_taken(void **state)
{
	const gx_u128 end = ~(gx_u128)0, half = (gx_u128)1 << 127;

	for (gx_u128 first = 0; first < 70; first++)
		for (gx_u128 last = first; last < 140; last++) {
			assert_int_equal(gx_count_prefixes(first, last), count_blocks(GX_IPV4, first, last));
			assert_int_equal(gx_count_prefixes(end - last, end - first), count_blocks(GX_IPV6, end - last, end - first));
			/* And around borders of many bits. */
			assert_int_equal(gx_count_prefixes(half - first, half + last), count_blocks(GX_IPV6, half - first, half + last));
		}
	assert_int_equal(gx_count_prefixes(0, end), 1);
	assert_int_equal(gx_count_prefixes(0, end - 1), 128);
	assert_int_equal(gx_count_prefixes(1, end - 1), 254);
	assert_int_equal(gx_count_prefixes(0, UINT32_MAX), 1);
	assert_int_equal(gx_count_prefixes(half, end), 1);
}

static void ipv6_forms_of_an_ipv4_address_give_it_and_their_offset(void **state)
{
	static const struct {
		const char *ipv6;
		unsigned int offset_bits;
	} cases[] = {
		{ "::ffff:192.0.2.1", 96 },			/* RFC 4291 2.5.5.2 */
		{ "64:ff9b::192.0.2.1", 96 },			/* RFC 6052 2.1 */
		{ "2002:c000:0201:1:2:3:4:5", 16 },		/* RFC 3056 2 */
		{ "2001:0:4136:e378:8000:63bf:3fff:fdfe", 96 },	/* RFC 4380 4 */
	};
	struct gx_addr ipv6, ipv4;
	unsigned int offset;
	char text[GX_ADDR_TEXT_OCTETS];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ipv6 = addr(cases[i].ipv6);
		offset = 0;
		if (!gx_embedded_ipv4(&ipv6, &ipv4, &offset))
			fail_msg("%s gave no IPv4 address", cases[i].ipv6);
		assert_int_equal(ipv4.family, GX_IPV4);
		assert_string_equal(gx_show_addr(&ipv4, text), "192.0.2.1");
		assert_int_equal(offset, cases[i].offset_bits);
	}
}

static void neighbours_of_those_forms_carry_nothing(void **state)
{
	static const char *const plain[] = {
		"::fffe:ffff:ffff", "::1:0:0:0", "::192.0.2.1", "64:ff9a:ffff::1", "64:ff9b::1:0:0",
		"64:ff9b:1::1", "2001:1::", "2000:ffff::", "2003::", "2001:db8::1", "192.0.2.1",
	};
	struct gx_addr out = { .family = GX_IPV6 };
	unsigned int offset = 7;

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		struct gx_addr in = addr(plain[i]);

		if (gx_embedded_ipv4(&in, &out, &offset))
			fail_msg("%s gave an IPv4 address", plain[i]);
	}
	assert_int_equal(out.family, GX_IPV6);
	assert_int_equal(offset, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_address_is_a_number_below_2_to_the_32),
		cmocka_unit_test(an_ipv6_address_is_a_128_bit_number),
		cmocka_unit_test(what_is_no_address_is_refused_and_leaves_the_result_alone),
		cmocka_unit_test(a_prefix_loses_its_host_bits),
		cmocka_unit_test(a_prefix_length_beyond_the_family_is_out_of_range),
		cmocka_unit_test(what_is_no_prefix_is_refused),
		cmocka_unit_test(the_longest_texts_fit_their_buffer),
		cmocka_unit_test(octets_are_in_network_order_and_come_back),
		cmocka_unit_test(the_last_address_of_a_prefix_has_all_host_bits_set),
		cmocka_unit_test(common_bits_are_counted_in_the_width_of_the_family),
		cmocka_unit_test(the_largest_block_is_bound_by_alignment_and_by_the_end),
		cmocka_unit_test(blocks_are_counted_as_they_are_taken),
		cmocka_unit_test(ipv6_forms_of_an_ipv4_address_give_it_and_their_offset),
		cmocka_unit_test(neighbours_of_those_forms_carry_nothing),
	};

	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
