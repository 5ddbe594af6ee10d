/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bpf/pure/question.h: names measured, folded, hashed, summed and compared, against one octet at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpf/pure/question.h"

#define ROUNDS		20000
#define SEED		0x0123456789abcdefull
#define HEADER_OCTETS	12	/* of the message; stands in front of every name */

/* A message of this very size: a header of 0xff, and what the test puts behind it. */
struct message {
	uint8_t *octets;
	uint8_t *name;
	const uint8_t *end;
};

static struct message new_message(size_t octets)
{
	struct message message = { .octets = malloc(HEADER_OCTETS + octets) };

	assert_non_null(message.octets);
	memset(message.octets, 0xff, HEADER_OCTETS);
	message.name = message.octets + HEADER_OCTETS;
	message.end = message.name + octets;
	return message;
}

/* RFC 4343 3, one octet at a time. */
static uint8_t naive_fold(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
}

static uint32_t naive_measure(const uint8_t *name, size_t room)
{
	size_t offset = 0;

	while (offset < room && offset < 255) {
		if (name[offset] == 0)
			return (uint32_t)offset + 1;
		if (name[offset] > 63)
			return 0;
		offset += name[offset] + 1u;
	}
	return 0;
}

/* A name of this length, labels of random lengths, any octets in them. */
static void put_name(uint8_t *name, size_t octets, unsigned int *seed)
{
	size_t left = octets - 1;

	while (left) {
		size_t label = 1 + (size_t)rand_r(seed) % 63;

		if (label + 1 > left)
			label = left - 1;
		if (left - label - 1 == 1)	/* one octet would be left, which is no label */
			label = label > 1 ? label - 1 : label + 1;
		*name++ = (uint8_t)label;
		for (size_t i = 0; i < label; i++)
			*name++ = (uint8_t)rand_r(seed);
		left -= label + 1;
	}
	*name = 0;
}

/* --- folding ----------------------------------------------------------------------------------- */

static void every_octet_is_folded_in_every_place_rfc4343(void **state)
{
	unsigned int seed = 1;

	for (int octet = 0; octet < 256; octet++) {
		for (int place = 0; place < 8; place++) {
			uint8_t octets[8], folded[8];
			uint64_t word;

			for (int i = 0; i < 8; i++)
				octets[i] = (uint8_t)rand_r(&seed);
			octets[place] = (uint8_t)octet;
			memcpy(&word, octets, sizeof(word));
			word = gx_fold64(word);
			memcpy(folded, &word, sizeof(folded));
			for (int i = 0; i < 8; i++)
				assert_int_equal(folded[i], naive_fold(octets[i]));
		}
	}
}

/* Each octet that a stored one can be, against each that can come, among others that are the same. */
static void every_two_octets_differ_but_for_case_as_folded_ones_do(void **state)
{
	unsigned int seed = 8;

	for (int pair = 0; pair < 256 * 256; pair++) {
		uint8_t came[8], kept[8];
		uint64_t octets, stored;
		int place = rand_r(&seed) % 8;

		for (int i = 0; i < 8; i++) {
			came[i] = (uint8_t)rand_r(&seed);
			kept[i] = naive_fold(came[i]);
		}
		came[place] = (uint8_t)(pair & 0xff);
		kept[place] = naive_fold((uint8_t)(pair >> 8));
		memcpy(&octets, came, sizeof(octets));
		memcpy(&stored, kept, sizeof(stored));
		assert_int_equal(gx_differs(octets, stored) != 0, naive_fold(came[place]) != kept[place]);
	}
}

/* --- measuring --------------------------------------------------------------------------------- */

static __u64 labels;	/* of the name that was measured last */

static __u64 naive_labels(const uint8_t *name)
{
	uint8_t begins[GX_NAME_MAX_LABELS];
	__u64 count = 0, packed;

	for (size_t at = 0; name[at]; at += name[at] + 1u)
		begins[count++] = (uint8_t)at;
	packed = count;
	for (__u64 i = 0; i < count && i < 7; i++)
		packed |= (__u64)begins[count - 1 - i] << 8 * (i + 1);
	return packed;
}

static void name_of_every_length_is_measured(void **state)
{
	unsigned int seed = 2;

	for (size_t octets = 1; octets <= 255; octets++) {
		struct message message = new_message(octets);

		if (octets == 2) {	/* there is none */
			free(message.octets);
			continue;
		}
		put_name(message.name, octets, &seed);
		assert_int_equal(gx_measure_name(message.name, message.end, (__u32)octets, &labels), octets);
		assert_true(labels == naive_labels(message.name));
		/* One octet less of room, or of what may be read, and it does not end. */
		assert_int_equal(gx_measure_name(message.name, message.end, (__u32)octets - 1, &labels), 0);
		assert_int_equal(gx_measure_name(message.name, message.end - 1, (__u32)octets, &labels), 0);
		free(message.octets);
	}
}

static void name_of_256_octets_is_refused_rfc1035_2_3_4(void **state)
{
	struct message message = new_message(300);
	unsigned int seed = 3;

	put_name(message.name, 256, &seed);
	assert_int_equal(gx_measure_name(message.name, message.end, 300, &labels), 0);
	free(message.octets);
}

static void name_of_127_labels_is_measured_and_of_128_refused(void **state)
{
	struct message message = new_message(257);

	for (size_t i = 0; i < 256; i += 2)
		memcpy(message.name + i, "\1l", 2);
	message.name[254] = 0;
	assert_int_equal(gx_measure_name(message.name, message.end, 257, &labels), 255);
	assert_true(labels == naive_labels(message.name));
	assert_int_equal(labels & 0xff, 127);
	message.name[254] = 1;
	message.name[256] = 0;
	assert_int_equal(gx_measure_name(message.name, message.end, 257, &labels), 0);
	free(message.octets);
}

static void label_of_64_and_pointers_are_refused_rfc1035_4_1_4(void **state)
{
	for (int octet = 64; octet < 256; octet++) {
		struct message message = new_message(300);

		memset(message.name, 0, 300);
		message.name[0] = (uint8_t)octet;
		assert_int_equal(gx_measure_name(message.name, message.end, 300, &labels), 0);
		memcpy(message.name, "\3www", 4);
		message.name[4] = (uint8_t)octet;
		assert_int_equal(gx_measure_name(message.name, message.end, 300, &labels), 0);
		free(message.octets);
	}
}

/* Any octets in a buffer that ends anywhere: the same as one octet at a time, and nothing beyond is read. */
static void random_octets_are_measured_as_by_hand(void **state)
{
	unsigned int seed = 4;

	for (int i = 0; i < ROUNDS; i++) {
		size_t octets = (size_t)rand_r(&seed) % 320, room = (size_t)rand_r(&seed) % 320;
		struct message message = new_message(octets);

		for (size_t at = 0; at < octets; at++)
			message.name[at] = (uint8_t)(rand_r(&seed) % (rand_r(&seed) % 8 ? 12 : 70));
		assert_int_equal(gx_measure_name(message.name, message.end, (__u32)room, &labels),
				 naive_measure(message.name, room < octets ? room : octets));
		free(message.octets);
	}
}

/* --- hashing ----------------------------------------------------------------------------------- */

/* A folded copy, padded with zeros. */
static void naive_pad(const uint8_t *name, size_t octets, __u64 words[GX_NAME_MAX_WORDS])
{
	uint8_t padded[GX_NAME_MAX_WORDS * 8] = {0};

	for (size_t i = 0; i < octets; i++)
		padded[i] = naive_fold(name[i]);
	memcpy(words, padded, sizeof(padded));
}

/* In the two forms of hash.h: of all octets of a word the case bit set, or folded. */
static uint64_t naive_hash(const uint8_t *name, size_t octets, bool exact)
{
	uint64_t hash = SEED;

	for (size_t at = 0; at < octets; at += 8) {
		uint8_t padded[8];
		uint64_t word;

		for (size_t i = 0; i < 8; i++) {
			uint8_t octet = at + i < octets ? name[at + i] : 0;

			padded[i] = exact ? naive_fold(octet) : octet | 0x20;
		}
		memcpy(&word, padded, sizeof(word));
		hash = gx_hash_word(hash, word);
	}
	return gx_hash_end(hash, (__u32)octets);
}

static uint16_t naive_sum(const uint8_t *octets, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		sum += i & 1 ? octets[i] : (uint32_t)octets[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

/* The name ends where what may be read ends: its last word must not be read beyond it. */
static void name_of_every_length_is_hashed_and_summed_as_by_hand(void **state)
{
	unsigned int seed = 5;

	for (size_t octets = 1; octets <= 255; octets++) {
		for (int i = 0; i < 20; i++) {
			struct message message = new_message(octets);
			uint8_t begin[GX_NAME_INLINE_OCTETS] = {0};

			for (size_t at = 0; at < octets; at++)
				message.name[at] = (uint8_t)rand_r(&seed);
			memcpy(begin, message.name, octets < sizeof(begin) ? octets : sizeof(begin));
			for (int exact = 0; exact < 2; exact++) {
				struct gx_hashed hashed;

				memset(&hashed, 0xff, sizeof(hashed));
				assert_int_equal(gx_hash_name(message.name, message.end, (__u32)octets, SEED, exact,
							      &hashed), 0);
				assert_true(hashed.hash == naive_hash(message.name, octets, exact));
				assert_memory_equal(hashed.words, begin, sizeof(begin));
			}
			assert_int_equal(bpf_ntohs(gx_csum_fold(gx_sum_name(message.name, message.end, (__u32)octets))),
					 naive_sum(message.name, octets));
			free(message.octets);
		}
	}
}

static void name_beyond_what_may_be_read_is_refused(void **state)
{
	for (size_t octets = 1; octets <= 255; octets++) {
		struct message message = new_message(octets);
		struct gx_hashed hashed;

		memset(message.name, 'a', octets);
		for (int exact = 0; exact < 2; exact++)
			assert_int_equal(gx_hash_name(message.name, message.end - 1, (__u32)octets, SEED, exact, &hashed), -1);
		assert_int_equal(gx_sum_name(message.name, message.end - 1, (__u32)octets), 0);
		free(message.octets);
	}
}

/* --- guessing ---------------------------------------------------------------------------------- */

/* A message with a name of so many octets and its type and class, and behind them an OPT, unless it is NULL. */
static struct message new_query(size_t octets, const uint8_t opt[GX_OPT_OCTETS])
{
	struct message message = new_message(octets + GX_QUESTION_TAIL_OCTETS + (opt ? GX_OPT_OCTETS : 0));

	memset(message.name, 'a', octets + GX_QUESTION_TAIL_OCTETS);
	if (opt)
		memcpy(message.name + octets + GX_QUESTION_TAIL_OCTETS, opt, GX_OPT_OCTETS);
	return message;
}

static uint32_t guess(const struct message *message, uint32_t arcount)
{
	return gx_guess_name(message->octets, message->end, (__u32)(message->end - message->octets), arcount);
}

static void length_of_a_name_is_what_question_and_bare_opt_leave_over(void **state)
{
	unsigned int seed = 7;

	for (size_t octets = 0; octets <= 300; octets++) {
		uint8_t opt[GX_OPT_OCTETS] = { 0, 0, GX_TYPE_OPT };
		struct message message = new_query(octets, NULL);

		assert_int_equal(guess(&message, 0), octets <= 255 ? octets : 0);
		free(message.octets);
		for (int at = 3; at < 9; at++)
			opt[at] = (uint8_t)rand_r(&seed);
		message = new_query(octets, opt);
		assert_int_equal(guess(&message, 1), octets <= 255 ? octets : 0);
		free(message.octets);
	}
}

/* Nor is anything read in front of the message. */
static void length_of_a_name_is_not_guessed_where_anything_else_is_behind(void **state)
{
	for (size_t octets = 0; octets <= 255; octets++) {
		for (int at = 0; at < GX_OPT_OCTETS; at++) {
			uint8_t opt[GX_OPT_OCTETS] = { 0, 0, GX_TYPE_OPT };
			struct message message;

			opt[at] ^= 1;
			message = new_query(octets, opt);
			assert_int_equal(guess(&message, 1), at < 3 || at > 8 ? 0 : octets);
			assert_int_equal(guess(&message, 2), 0);
			free(message.octets);
		}
	}
	for (uint32_t octets = HEADER_OCTETS; octets < HEADER_OCTETS + GX_OPT_OCTETS; octets++) {
		struct message message = new_message(octets - HEADER_OCTETS);

		memset(message.name, 0, octets - HEADER_OCTETS);
		assert_int_equal(guess(&message, 1), 0);
		free(message.octets);
	}
}

/* --- comparing --------------------------------------------------------------------------------- */

/* Both parts of a name as the program compares them, with the sum of both. */
static void expect_compared(const struct message *message, size_t octets, const __u64 words[GX_NAME_MAX_WORDS], bool same)
{
	size_t begin = octets < GX_NAME_INLINE_OCTETS ? octets : GX_NAME_INLINE_OCTETS;
	struct gx_hashed hashed;
	__u64 found, rest[GX_NAME_REST_OCTETS / 8];

	assert_int_equal(gx_hash_name(message->name, message->end, (__u32)octets, SEED, 0, &hashed), 0);
	found = gx_compare_begin(&hashed, (__u32)octets, words);
	if (found)
		assert_int_equal(bpf_ntohs(gx_csum_fold(found & ~GX_SAME_NAME)), naive_sum(message->name, begin));
	if (found && octets > GX_NAME_INLINE_OCTETS) {
		memcpy(rest, words + GX_NAME_INLINE_WORDS, sizeof(rest));
		found = gx_compare_rest(message->name, message->end, (__u32)octets, rest);
		if (found)
			assert_int_equal(bpf_ntohs(gx_csum_fold(found & ~GX_SAME_NAME)),
					 naive_sum(message->name + begin, octets - begin));
		assert_int_equal(gx_compare_rest(message->name, message->end - 1, (__u32)octets, rest), 0);
	}
	assert_int_equal(found != 0, same);
}

/* Equal but for case, and different in any one octet: by a bit, or by the one in which cases differ. */
static void name_of_every_length_is_compared_to_the_last_octet(void **state)
{
	unsigned int seed = 6;

	for (size_t octets = 1; octets <= 255; octets++) {
		struct message message = new_message(octets);
		__u64 words[GX_NAME_MAX_WORDS];

		for (size_t at = 0; at < octets; at++)
			message.name[at] = (uint8_t)rand_r(&seed);
		naive_pad(message.name, octets, words);
		expect_compared(&message, octets, words, true);
		for (size_t at = 0; at < octets; at++) {
			uint8_t kept = message.name[at];

			for (int bit = 0; bit < 8; bit++) {
				message.name[at] = kept ^ (uint8_t)(1 << bit);
				expect_compared(&message, octets, words, naive_fold(kept) == naive_fold(message.name[at]));
			}
			message.name[at] = kept;
		}
		free(message.octets);
	}
}

/* --- header ------------------------------------------------------------------------------------ */

static int naive_header(const uint8_t *dns)
{
	if (dns[2] & 0x80)
		return GX_PASSED_RESPONSE;
	if (dns[2] & 0x7e)
		return GX_PASSED_OPCODE;
	if (dns[4] || dns[5] != 1 || dns[6] || dns[7] || dns[8] || dns[9] || dns[10] || dns[11] > GX_QUERY_MAX_RRS)
		return GX_PASSED_COUNTS;
	return GX_GO_ON;
}

static void header_is_checked_as_by_hand(void **state)
{
	for (int place = 0; place < HEADER_OCTETS; place++) {
		for (int octet = 0; octet < 256; octet++) {
			uint8_t *dns = calloc(1, HEADER_OCTETS);
			__u32 arcount = 99;

			assert_non_null(dns);
			dns[5] = 1;
			assert_int_equal(gx_check_header(dns, &arcount), GX_GO_ON);
			assert_int_equal(arcount, 0);
			arcount = 99;
			dns[place] = (uint8_t)octet;
			assert_int_equal(gx_check_header(dns, &arcount), naive_header(dns));
			assert_int_equal(arcount, naive_header(dns) == GX_GO_ON ? dns[11] : 99);
			free(dns);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_octet_is_folded_in_every_place_rfc4343),
		cmocka_unit_test(every_two_octets_differ_but_for_case_as_folded_ones_do),
		cmocka_unit_test(name_of_every_length_is_measured),
		cmocka_unit_test(name_of_256_octets_is_refused_rfc1035_2_3_4),
		cmocka_unit_test(name_of_127_labels_is_measured_and_of_128_refused),
		cmocka_unit_test(label_of_64_and_pointers_are_refused_rfc1035_4_1_4),
		cmocka_unit_test(random_octets_are_measured_as_by_hand),
		cmocka_unit_test(name_of_every_length_is_hashed_and_summed_as_by_hand),
		cmocka_unit_test(name_beyond_what_may_be_read_is_refused),
		cmocka_unit_test(length_of_a_name_is_what_question_and_bare_opt_leave_over),
		cmocka_unit_test(length_of_a_name_is_not_guessed_where_anything_else_is_behind),
		cmocka_unit_test(name_of_every_length_is_compared_to_the_last_octet),
		cmocka_unit_test(header_is_checked_as_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
