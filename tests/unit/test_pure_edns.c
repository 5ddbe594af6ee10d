/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bpf/pure/edns.h: OPT and client subnet, against parsers that go octet by octet and bit by bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpf/pure/edns.h"

#define ROUNDS		50000
#define COPY_MAX	16	/* octets that gx_copy_octets() copies are fewer */
#define OPT_OWNER_ROOT	1	/* octets of it */

/* A copy of this very size, so that reading beyond it is seen. Freed by the caller. */
static uint8_t *exactly(const void *octets, size_t count)
{
	uint8_t *copy = malloc(count ? count : 1);

	assert_non_null(copy);
	if (count)
		memcpy(copy, octets, count);
	return copy;
}

static void fill(uint8_t *octets, size_t count, unsigned int *seed)
{
	for (size_t i = 0; i < count; i++)
		octets[i] = (uint8_t)rand_r(seed);
}

/* --- copies ------------------------------------------------------------------------------------ */

static void copy_of_every_length_is_whole_and_within_both_bounds(void **state)
{
	unsigned int seed = 1;

	for (uint32_t n = 0; n < COPY_MAX; n++) {
		uint8_t pattern[COPY_MAX], *from, *to = exactly("................", n);

		fill(pattern, sizeof(pattern), &seed);
		from = exactly(pattern, n);
		assert_int_equal(gx_copy_octets(to, to + n, from, from + n, n), 0);
		assert_memory_equal(to, pattern, n);
		if (n) {
			assert_int_equal(gx_copy_octets(to, to + n - 1, from, from + n, n), -1);
			assert_int_equal(gx_copy_octets(to, to + n, from, from + n - 1, n), -1);
		}
		free(from);
		free(to);
	}
}

static void padded_load_of_every_length_is_whole_and_within_its_bound(void **state)
{
	unsigned int seed = 2;

	for (uint32_t n = 0; n <= 16; n++) {
		uint8_t pattern[16], padded[16] = {0}, *from;
		__u64 words[2] = { ~0ull, ~0ull };

		fill(pattern, sizeof(pattern), &seed);
		memcpy(padded, pattern, n);
		from = exactly(pattern, n);
		assert_int_equal(gx_load_padded(from, from + n, n, words), 0);
		assert_memory_equal(words, padded, sizeof(words));
		if (n)
			assert_int_equal(gx_load_padded(from, from + n - 1, n, words), -1);
		free(from);
	}
}

/* --- client subnet ----------------------------------------------------------------------------- */

static bool naive_bits_beyond(const uint8_t *octets, unsigned int bits)
{
	for (unsigned int bit = bits; bit < 128; bit++) {
		if (octets[bit / 8] & 0x80 >> bit % 8)
			return true;
	}
	return false;
}

static void bits_beyond_the_prefix_are_found_one_by_one_rfc7871_6(void **state)
{
	for (unsigned int bits = 0; bits <= 128; bits++) {
		for (unsigned int bit = 0; bit < 128; bit++) {
			uint8_t octets[16] = {0};
			__u64 words[2];

			octets[bit / 8] = (uint8_t)(0x80 >> bit % 8);
			memcpy(words, octets, sizeof(words));
			assert_int_equal(gx_ecs_bits_beyond(words, bits), naive_bits_beyond(octets, bits));
		}
	}
}

/* RFC 7871 6, rule by rule. */
static bool naive_ecs_is_valid(const uint8_t *data, size_t octets)
{
	uint8_t address[16] = {0};
	unsigned int family, bits;

	if (octets < 4)
		return false;
	family = (unsigned int)data[0] << 8 | data[1];
	bits = data[2];
	if (family != 1 && family != 2)
		return false;
	if (bits > (family == 1 ? 32u : 128u) || data[3] != 0)
		return false;
	if (octets - 4 != (bits + 7) / 8)
		return false;
	memcpy(address, data + 4, octets - 4);
	return !naive_bits_beyond(address, bits);
}

static void check_ecs(const uint8_t *data, size_t octets)
{
	uint8_t *copy = exactly(data, octets), address[16] = {0};
	bool valid = naive_ecs_is_valid(data, octets);
	struct gx_edns edns = {0};

	assert_int_equal(gx_parse_ecs(copy, copy + octets, (__u32)octets, &edns), valid ? GX_GO_ON : GX_SERVED_FORMERR);
	assert_int_equal(edns.has_ecs, valid);
	if (valid) {
		memcpy(address, data + 4, octets - 4);
		assert_int_equal(edns.ecs_family, data[1]);
		assert_int_equal(edns.ecs_source_bits, data[2]);
		assert_memory_equal(edns.ecs_address, address, sizeof(address));
	}
	free(copy);
}

static void client_subnet_of_every_form_is_judged_as_by_hand(void **state)
{
	for (unsigned int family = 0; family < 4; family++) {
		for (unsigned int bits = 0; bits < 256; bits++) {
			for (size_t octets = 0; octets <= 4 + 17; octets++) {
				uint8_t data[4 + 17] = { 0, (uint8_t)family, (uint8_t)bits };

				check_ecs(data, octets);
				data[3] = 1;
				check_ecs(data, octets);
				data[3] = 0;
				memset(data + 4, 0xff, 17);
				check_ecs(data, octets);
				data[0] = 1;
				check_ecs(data, octets);
			}
		}
	}
}

static void random_client_subnets_are_judged_as_by_hand(void **state)
{
	unsigned int seed = 3, valid = 0;

	for (int i = 0; i < ROUNDS; i++) {
		uint8_t data[32] = { 0, (uint8_t)(1 + (rand_r(&seed) & 1)) };
		unsigned int bits = (unsigned int)rand_r(&seed) % (data[1] == 1 ? 33 : 129);
		size_t octets = 4 + (bits + 7) / 8;

		data[2] = (uint8_t)bits;
		for (unsigned int bit = 0; bit < bits; bit++)
			data[4 + bit / 8] |= (uint8_t)((rand_r(&seed) & 1) << (7 - bit % 8));
		if (rand_r(&seed) % 4 == 0)
			data[(size_t)rand_r(&seed) % octets] ^= (uint8_t)(1 << rand_r(&seed) % 8);
		valid += naive_ecs_is_valid(data, octets);
		check_ecs(data, octets);
	}
	assert_in_range(valid, ROUNDS / 2, ROUNDS - 1);
}

/* --- records ----------------------------------------------------------------------------------- */

/* What a message says behind an offset, read one octet at a time. */
struct naive {
	int reason;
	size_t behind;		/* 0: not found */
	struct gx_edns edns;
};

static unsigned int get16(const uint8_t *from)
{
	return (unsigned int)from[0] << 8 | from[1];
}

/* Returns the offset behind the owner, 0: malformed. */
static size_t naive_owner(const uint8_t *dns, size_t offset, size_t octets)
{
	while (offset < octets) {
		uint8_t label = dns[offset];

		if (label >= 0xc0)
			return offset + 2;
		if (label > 63)
			return 0;
		offset += label + 1u;
		if (!label)
			return offset;
	}
	return 0;
}

/* at: of the options in the message. */
static int naive_options(const uint8_t *options, size_t octets, size_t at, struct gx_edns *edns)
{
	bool ecs_is_valid = true;

	for (int count = 0; octets; count++) {
		size_t data;

		if (count == GX_QUERY_MAX_OPTIONS)
			return GX_PASSED_OPTIONS;
		if (octets < 4 || octets - 4 < get16(options + 2))
			return GX_SERVED_FORMERR;
		data = get16(options + 2);
		if (get16(options) == 8) {
			if (edns->ecs_at)
				return GX_SERVED_FORMERR;
			edns->ecs_at = (uint16_t)at;
			ecs_is_valid = naive_ecs_is_valid(options + 4, data);
			if (ecs_is_valid) {
				edns->has_ecs = 1;
				edns->ecs_family = get16(options + 4);
				edns->ecs_source_bits = options[6];
				memcpy(edns->ecs_address, options + 8, data - 4);
			}
		}
		if (get16(options) == 3)
			edns->wants_nsid = 1;
		/* Of several cookies the first counts (RFC 7873 5.2). */
		if (get16(options) == 10 && !edns->cookie_at) {
			edns->cookie_at = (uint16_t)at;
			if (data < 8 || (data > 8 && data < 16) || data > 40)
				edns->bad_cookie = 1;
			else
				edns->cookie_octets = (uint8_t)data;
			if (edns->cookie_octets)
				memcpy(&edns->cookie, options + 4, data == 24 ? 24 : 8);
		}
		options += 4 + data;
		octets -= 4 + data;
		at += 4 + data;
	}
	return ecs_is_valid ? GX_GO_ON : GX_SERVED_FORMERR;
}

static void naive_record(const uint8_t *dns, size_t offset, size_t octets, struct naive *out)
{
	size_t fixed = naive_owner(dns, offset, octets), data;
	const uint8_t *rr = dns + fixed;
	bool again = out->edns.present;

	out->reason = GX_PASSED_ADDITIONAL;
	if (!fixed || fixed + 10 > octets || fixed + 10 + get16(rr + 8) > octets)
		return;
	data = get16(rr + 8);
	out->behind = fixed + 10 + data;
	if (get16(rr) == 250 || get16(rr) == 24)
		out->reason = GX_PASSED_SIGNED_QUERY;
	if (get16(rr) != 41)
		return;
	out->edns.present = 1;
	out->reason = GX_SERVED_FORMERR;
	if (again || fixed != offset + OPT_OWNER_ROOT)
		return;
	out->edns.udp_octets = (uint16_t)get16(rr + 2);
	out->edns.version = rr[5];
	out->edns.flags1 = rr[6] & 0x80;
	out->reason = rr[5] ? GX_GO_ON : naive_options(rr + 10, data, fixed + 10, &out->edns);
}

static void check_record(const uint8_t *dns, size_t offset, size_t octets, bool had_opt)
{
	uint8_t *copy = exactly(dns, octets);
	struct naive naive = { .edns.present = had_opt };
	struct gx_edns edns = { .present = had_opt };
	__u32 behind = 0;
	int reason = gx_parse_record(copy, copy + octets, (__u32)offset, (__u32)octets, &edns, &behind);

	naive_record(dns, offset, octets, &naive);
	assert_int_equal(reason, naive.reason);
	if (reason == GX_GO_ON || reason == GX_SERVED_FORMERR) {
		assert_int_equal(behind, naive.behind);
		assert_int_equal(edns.present, 1);
	}
	if (reason == GX_GO_ON)
		assert_memory_equal(&edns, &naive.edns, sizeof(edns));
	free(copy);
}

/* An OPT with this many random options, at an offset. Returns the offset behind it. */
static size_t put_opt(uint8_t *dns, size_t offset, int options, unsigned int *seed)
{
	uint8_t *fixed = dns + offset + OPT_OWNER_ROOT, *to = fixed + 10;
	bool may_have_ecs = true;

	memset(dns + offset, 0, OPT_OWNER_ROOT + 10);
	fixed[1] = 41;
	fixed[2] = (uint8_t)rand_r(seed);
	fixed[3] = (uint8_t)rand_r(seed);
	fixed[5] = rand_r(seed) % 8 == 0;
	fixed[6] = (uint8_t)rand_r(seed);
	for (; options; options--) {
		uint8_t data = (uint8_t)(rand_r(seed) % 12);

		to[0] = 0;
		to[1] = (uint8_t)(rand_r(seed) % 12);
		to[2] = 0;
		to[3] = data;
		if (to[1] == 10 && rand_r(seed) % 2)
			data = to[3] = (uint8_t[]){ 8, 15, 16, 24, 40, 41 }[rand_r(seed) % 6];
		fill(to + 4, data, seed);
		if (to[1] == 8 && may_have_ecs) {
			memcpy(to + 3, "\7\0\1\30\0\12\5\0", 8);	/* 10.5.0.0/24 */
			may_have_ecs = false;
		}
		to += 4 + to[3];
	}
	fixed[8] = (uint8_t)((to - fixed - 10) >> 8);
	fixed[9] = (uint8_t)(to - fixed - 10);
	return (size_t)(to - dns);
}

static void opt_of_every_form_is_read_as_by_hand(void **state)
{
	unsigned int seed = 4;

	for (int i = 0; i < ROUNDS; i++) {
		uint8_t dns[1024];
		size_t offset = (size_t)rand_r(&seed) % 64, octets;

		fill(dns, offset, &seed);
		octets = put_opt(dns, offset, rand_r(&seed) % (GX_QUERY_MAX_OPTIONS + 3), &seed);
		for (int changes = rand_r(&seed) % 3; changes; changes--)
			dns[offset + (size_t)rand_r(&seed) % (octets - offset)] = (uint8_t)rand_r(&seed);
		check_record(dns, offset, octets, rand_r(&seed) % 8 == 0);
	}
}

static void opt_cut_at_every_length_is_read_as_by_hand(void **state)
{
	unsigned int seed = 5;

	for (int i = 0; i < 200; i++) {
		uint8_t dns[1024] = {0};
		size_t octets = put_opt(dns, 20, rand_r(&seed) % 6, &seed);

		for (size_t cut = 20; cut <= octets; cut++)
			check_record(dns, 20, cut, false);
	}
}

static void random_octets_are_read_as_by_hand(void **state)
{
	unsigned int seed = 6;

	for (int i = 0; i < ROUNDS; i++) {
		uint8_t dns[128];
		size_t octets = (size_t)rand_r(&seed) % sizeof(dns);
		size_t offset = octets ? (size_t)rand_r(&seed) % octets : 0;

		for (size_t at = 0; at < octets; at++)
			dns[at] = (uint8_t)(rand_r(&seed) % 3 ? rand_r(&seed) % 16 : rand_r(&seed));
		check_record(dns, offset, octets, false);
	}
}

/* The owner of a record may be as deep as a name may be, and no deeper. */
static void owner_of_128_labels_is_malformed(void **state)
{
	uint8_t dns[512] = {0};

	for (size_t i = 0; i < 256; i += 2)
		memcpy(dns + i, "\1l", 2);
	dns[254] = 0;
	assert_int_equal(gx_skip_owner(dns, dns + sizeof(dns), 0, sizeof(dns)), 255);
	dns[254] = 1;
	assert_int_equal(gx_skip_owner(dns, dns + sizeof(dns), 0, sizeof(dns)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copy_of_every_length_is_whole_and_within_both_bounds),
		cmocka_unit_test(padded_load_of_every_length_is_whole_and_within_its_bound),
		cmocka_unit_test(bits_beyond_the_prefix_are_found_one_by_one_rfc7871_6),
		cmocka_unit_test(client_subnet_of_every_form_is_judged_as_by_hand),
		cmocka_unit_test(random_client_subnets_are_judged_as_by_hand),
		cmocka_unit_test(opt_of_every_form_is_read_as_by_hand),
		cmocka_unit_test(opt_cut_at_every_length_is_read_as_by_hand),
		cmocka_unit_test(random_octets_are_read_as_by_hand),
		cmocka_unit_test(owner_of_128_labels_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
