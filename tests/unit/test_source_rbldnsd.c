/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources in rbldnsd's form: each rule of its grammar. */
#include "tests/unit/source_file.h"

#define US 840u
#define GB 826u
#define BE 56u
#define UNKNOWN GX_LOCATION_UNKNOWN

static struct reading *read_text(const char *text)
{
	return read_octets(GX_FORMAT_RBLDNSD, text, strlen(text));
}

/* A text without findings. */
static struct reading *read_clean(const char *text)
{
	struct reading *reading = read_text(text);

	assert_string_equal(reading->findings, "");
	assert_int_equal(reading->err, 0);
	return reading;
}

static void assert_findings(const char *text, const char *findings)
{
	struct reading *reading = read_text(text);

	assert_string_equal(reading->findings, findings);
	assert_int_equal(reading->err != 0, strstr(findings, ": error: ") != NULL);
	forget(reading);
}

/* One line with the value of the United States gives exactly this block. */
static void assert_line_block(const char *block, const char *first, const char *last)
{
	struct reading *reading;
	char text[256];

	snprintf(text, sizeof(text), "%s :127.0.3.72:us\n", block);
	reading = read_clean(text);
	assert_int_equal(reading->lines, 1);
	assert_block(reading, first, last, US);
	forget(reading);
}

/* --- blocks ------------------------------------------------------------------------------------- */

static void a_prefix_covers_its_addresses(void **state)
{
	assert_line_block("193.109.172.0/22", "193.109.172.0", "193.109.175.255");
	assert_line_block("192.0.2.1/32", "192.0.2.1", "192.0.2.1");
	assert_line_block("128.0.0.0/1", "128.0.0.0", "255.255.255.255");
	assert_line_block("0.0.0.0/0", "0.0.0.0", "255.255.255.255");
}

static void an_address_without_a_length_stands_alone(void **state)
{
	assert_line_block("192.0.2.1", "192.0.2.1", "192.0.2.1");
}

static void host_bits_are_ignored(void **state)
{
	assert_line_block("193.109.173.77/22", "193.109.172.0", "193.109.175.255");
	assert_line_block("255.255.255.255/0", "0.0.0.0", "255.255.255.255");
	assert_line_block("2001:db8::77/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
}

static void octets_may_be_left_out_at_the_end(void **state)
{
	assert_line_block("10/8", "10.0.0.0", "10.255.255.255");
	assert_line_block("10.1/16", "10.1.0.0", "10.1.255.255");
	assert_line_block("10.1.2/24", "10.1.2.0", "10.1.2.255");
	assert_line_block("10.1/12", "10.0.0.0", "10.15.255.255");
	assert_line_block("10/24", "10.0.0.0", "10.0.0.255");
	assert_line_block("0/0", "0.0.0.0", "255.255.255.255");
	assert_line_block("10.1", "10.1.0.0", "10.1.255.255");
	assert_line_block("10.1.2", "10.1.2.0", "10.1.2.255");
}

/* The examples of rbldnsd(8). */
static void ranges_are_completed_with_0_and_255(void **state)
{
	static const char *const loopback[] = {
		"127.0.0.0/24", "127.0.0", "127/24", "127.0.0.0-127.0.0.255", "127.0.0.0-255",
		"127.0.0-127.0.0",
	};
	static const char *const sixteen[] = {
		"127.16.0.0-127.31.255.255", "127.16.0-127.31.255", "127.16-127.31", "127.16-31",
		"127.16.0.0/12", "127.16.0/12", "127.16/12",
	};

	for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++)
		assert_line_block(loopback[i], "127.0.0.0", "127.0.0.255");
	for (size_t i = 0; i < sizeof(sixteen) / sizeof(sixteen[0]); i++)
		assert_line_block(sixteen[i], "127.16.0.0", "127.31.255.255");
	assert_line_block("127.0.0.1-255", "127.0.0.1", "127.0.0.255");
	assert_line_block("127.16.0-31", "127.16.0.0", "127.16.31.255");
	assert_line_block("10-12", "10.0.0.0", "12.255.255.255");
	assert_line_block("0-255", "0.0.0.0", "255.255.255.255");
	assert_line_block("10.0.0.1-10.0.0.6", "10.0.0.1", "10.0.0.6");
}

static void ipv6_prefixes_may_leave_out_groups_at_the_end(void **state)
{
	assert_line_block("2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
	assert_line_block("2001:21ab:c000/36", "2001:21ab:c000::",
			  "2001:21ab:cfff:ffff:ffff:ffff:ffff:ffff");
	assert_line_block("2001:21ab:def7:4242", "2001:21ab:def7:4242::",
			  "2001:21ab:def7:4242:ffff:ffff:ffff:ffff");
	assert_line_block("1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:ffff");
	assert_line_block("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8");
	assert_line_block("2605:6001:42::/52", "2605:6001:42::", "2605:6001:42:fff:ffff:ffff:ffff:ffff");
	assert_line_block("2001:DB8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
	assert_line_block("::1", "::1", "::1");
	assert_line_block("2001:db8::", "2001:db8::", "2001:db8::");
}

static void blanks_and_tabs_separate_and_may_stand_around(void **state)
{
	struct reading *reading = read_clean("  \t10/8 \t :127.0.3.72:us \t\n11/8\t:127.0.3.58:gb\n");

	assert_location(reading, "10.0.0.0", US);
	assert_location(reading, "11.0.0.0", GB);
	forget(reading);
}

static void the_value_may_follow_without_a_blank(void **state)
{
	struct reading *reading = read_clean("10.0.0.0/8:127.0.3.72:us\n2001:db8::/32:127.0.3.58:gb\n"
					     "11.0.0.1:56:\n");

	assert_location(reading, "10.0.0.0", US);
	assert_location(reading, "2001:db8::", GB);
	assert_block(reading, "11.0.0.1", "11.0.0.1", BE);
	forget(reading);
}

/* --- values ------------------------------------------------------------------------------------- */

static void the_country_is_in_the_last_two_octets(void **state)
{
	struct reading *reading = read_clean("10/8 :127.0.3.72:us\n11/8 :127.0.3.58:gb\n"
					     "12/8 :127.0.0.56:be\n");

	assert_location(reading, "10.0.0.0", US);
	assert_location(reading, "11.0.0.0", GB);
	assert_location(reading, "12.0.0.0", BE);
	forget(reading);
}

/* 0x8348 & 0x7fff = 840. */
static void only_15_bits_of_a_value_count(void **state)
{
	struct reading *reading = read_clean("10/8 :127.0.131.72:us\n");

	assert_location(reading, "10.0.0.0", US);
	forget(reading);
}

static void a_number_alone_is_the_last_octet_of_127_0_0(void **state)
{
	struct reading *reading = read_clean("10/8 :56:be\n11/8 :56\n12/8 :008:al\n");

	assert_location(reading, "10.0.0.0", BE);
	assert_location(reading, "11.0.0.0", BE);
	assert_location(reading, "12.0.0.0", 8);
	forget(reading);
}

static void what_follows_the_value_is_comment(void **state)
{
	struct reading *reading = read_clean("10/8 :127.0.3.72:us, with 10.0.0.0/9 :127.0.3.58:gb # !\n"
					     "11/8 :127.0.3.72\n"
					     "12/8 :127.0.3.72 # us\n"
					     "13/8 :127.0.3.72; us\n"
					     "14/8 :127.0.3.72 :us\n");

	assert_int_equal(reading->lines, 5);
	for (unsigned int octet = 10; octet < 15; octet++) {
		char addr[32];

		snprintf(addr, sizeof(addr), "%u.0.0.0", octet);
		assert_location(reading, addr, US);
	}
	forget(reading);
}

/* The Geo backend split at blanks and colons alike. */
static void a_value_may_stand_without_its_first_colon(void **state)
{
	struct reading *reading = read_clean("10/8 127.0.3.72\n11/8 127.0.3.58:gb\n");

	assert_location(reading, "10.0.0.0", US);
	assert_location(reading, "11.0.0.0", GB);
	forget(reading);
}

static void user_assigned_and_withdrawn_numbers_are_taken(void **state)
{
	struct reading *reading = read_clean("10/8 :127.0.3.132:\n11/8 :127.0.3.231:\n"
					     "12/8 :127.0.2.18:an\n13/8 :127.0.3.123:cs\n"
					     "14/8 :127.0.3.215:xk\n");

	assert_location(reading, "10.0.0.0", 900);
	assert_location(reading, "11.0.0.0", 999);
	assert_location(reading, "12.0.0.0", 530);
	assert_location(reading, "13.0.0.0", 891);
	assert_location(reading, "14.0.0.0", 983);
	forget(reading);
}

static void the_default_value_holds_for_the_lines_after_it(void **state)
{
	struct reading *reading = read_clean(":127.0.3.72:us, as default\n"
					     "10/8\n11/8 # a comment\n12/8 a text for people\n"
					     "13/8;a comment\n14/8 :127.0.3.58:gb\n"
					     ":56:\n15/8\n");

	assert_location(reading, "10.0.0.0", US);
	assert_location(reading, "11.0.0.0", US);
	assert_location(reading, "12.0.0.0", US);
	assert_location(reading, "13.0.0.0", US);
	assert_location(reading, "14.0.0.0", GB);
	assert_location(reading, "15.0.0.0", BE);
	assert_int_equal(reading->lines, 6);
	forget(reading);
}

static void the_default_value_may_be_no_data(void **state)
{
	struct reading *reading = read_clean("10/8 :127.0.3.72:us\n:127.0.0.0:\n10.1/16\n");

	assert_location(reading, "10.1.0.0", US);
	assert_int_equal(reading->lines, 1);
	forget(reading);
}

static void a_line_with_two_colons_in_front_is_an_ipv6_prefix_and_no_default(void **state)
{
	struct reading *reading = read_clean("::5/128 :127.0.3.72:us\n");

	assert_location(reading, "::5", US);
	forget(reading);
}

/* --- which line speaks -------------------------------------------------------------------------- */

static void the_longest_prefix_wins(void **state)
{
	struct reading *reading = read_clean("10.1.2.0/24 :56:be\n10/8 :127.0.3.72:us\n"
					     "10.1/16 :127.0.3.58:gb\n");

	assert_location(reading, "10.1.2.3", BE);
	assert_location(reading, "10.1.3.0", GB);
	assert_location(reading, "10.2.0.0", US);
	assert_location(reading, "11.0.0.0", UNKNOWN);
	assert_int_equal(range_at(reading, "11.0.0.0")->line, 0);
	forget(reading);
}

static void of_equal_prefixes_the_later_wins_with_a_warning(void **state)
{
	struct reading *reading = read_text("10/8 :127.0.3.72:us\n11/8 :56:be\n"
					    "10.0.0.0/8 :127.0.3.58:gb\n");

	assert_int_equal(reading->err, 0);
	assert_string_equal(reading->findings,
			    "3: warning: 10.0.0.0/8 has another value in line 1, this later one wins: "
			    "one line would be right\n");
	assert_location(reading, "10.0.0.0", GB);
	assert_int_equal(range_at(reading, "10.0.0.0")->line, 3);
	forget(reading);
}

static void equal_prefixes_of_the_same_value_need_no_warning(void **state)
{
	forget(read_clean("10/8 :127.0.3.72:us\n10/8 :127.0.3.72:again\n"));
}

static void a_range_that_is_given_twice_gives_one_warning(void **state)
{
	assert_findings("10.0.0.1-6 :127.0.3.72:us\n10.0.0.1-6 :127.0.3.58:gb\n",
			"2: warning: 10.0.0.1/32 has another value in line 1, this later one wins: "
			"one line would be right\n");
}

static void no_data_lets_the_covering_prefix_speak(void **state)
{
	struct reading *reading = read_clean("10/8 :127.0.3.72:us\n10.1/16 :127.0.0.0:\n"
					     "12/8 :127.0.128.0:\n");

	assert_location(reading, "10.1.0.0", US);
	assert_location(reading, "12.0.0.0", UNKNOWN);
	assert_int_equal(reading->lines, 1);
	forget(reading);
}

static void later_no_data_undoes_an_equal_prefix(void **state)
{
	struct reading *reading = read_text("10/8 :127.0.3.72:us\n10.1/16 :127.0.3.58:gb\n"
					    "10.1/16 :127.0.0.0:\n");

	assert_string_equal(reading->findings,
			    "3: warning: 10.1.0.0/16 has another value in line 2, this later one wins: "
			    "one line would be right\n");
	assert_location(reading, "10.1.0.0", US);
	forget(reading);
}

static void an_exclusion_is_unknown_also_where_a_covering_prefix_speaks(void **state)
{
	struct reading *reading = read_clean("10/8 :127.0.3.72:us\n!10.1/16\n10.1.2/24 :56:be\n"
					     "! 10.2.0.0/16 :127.0.3.58:ignored\n!10.4-5\n"
					     "2001:db8::/32 :56:\n!2001:db8::bead\n");

	assert_location(reading, "10.0.0.0", US);
	assert_block(reading, "10.4.0.0", "10.5.255.255", UNKNOWN);
	assert_location(reading, "10.1.0.0", UNKNOWN);
	assert_int_equal(range_at(reading, "10.1.0.0")->line, 2);
	assert_location(reading, "10.1.2.0", BE);
	assert_location(reading, "10.2.0.0", UNKNOWN);
	assert_block(reading, "2001:db8::bead", "2001:db8::bead", UNKNOWN);
	assert_int_equal(reading->lines, 7);
	forget(reading);
}

/* --- lines for others --------------------------------------------------------------------------- */

static void comments_and_directives_in_all_spellings_are_skipped(void **state)
{
	struct reading *reading = read_clean(
		"# 11/8 :56:\n; 11/8 :56:\n   # 11/8 :56:\n\n \t\n"
		"$SOA 86400 ns.example.com. root.example.com. 0 600 300 86400 300\n"
		"#$SOA 86400 ns.example.com. root.example.com. 0 600 300 86400 300\n"
		":$SOA 86400 ns.example.com. root.example.com. 0 600 300 86400 300\n"
		";$SOA 86400\n$soa 86400\n$NS 86400 ns.example.com\n#$NS 1\n:$NS 1\n"
		"$NAMESERVER 1 ns.example.com\n$TTL 3600\n#$TTL 3600\n:$TTL 3600\n"
		"$TIMESTAMP 2010:01:02\n#$TIMESTAMP 0\n:$TIMESTAMP 0\n$MAXRANGE4 /8\n"
		"$1 a text\n$= another\n#$whatever it is\n  $TTL\t1\n"
		"10/8 :127.0.3.72:us\n");

	assert_int_equal(reading->lines, 1);
	assert_location(reading, "10.0.0.0", US);
	assert_location(reading, "11.0.0.0", UNKNOWN);
	forget(reading);
}

static void an_unknown_directive_is_a_warning(void **state)
{
	assert_findings("$TLL 3600\n:$SOB 1\n10/8 :127.0.3.72:us\n",
			"1: warning: unknown directive '$TLL', skipped: "
			"$SOA, $NS, $TTL or $TIMESTAMP would be right\n"
			"2: warning: unknown directive ':$SOB', skipped: "
			"$SOA, $NS, $TTL or $TIMESTAMP would be right\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_covers_its_addresses),
		cmocka_unit_test(an_address_without_a_length_stands_alone),
		cmocka_unit_test(host_bits_are_ignored),
		cmocka_unit_test(octets_may_be_left_out_at_the_end),
		cmocka_unit_test(ranges_are_completed_with_0_and_255),
		cmocka_unit_test(ipv6_prefixes_may_leave_out_groups_at_the_end),
		cmocka_unit_test(blanks_and_tabs_separate_and_may_stand_around),
		cmocka_unit_test(the_value_may_follow_without_a_blank),
		cmocka_unit_test(the_country_is_in_the_last_two_octets),
		cmocka_unit_test(only_15_bits_of_a_value_count),
		cmocka_unit_test(a_number_alone_is_the_last_octet_of_127_0_0),
		cmocka_unit_test(what_follows_the_value_is_comment),
		cmocka_unit_test(a_value_may_stand_without_its_first_colon),
		cmocka_unit_test(user_assigned_and_withdrawn_numbers_are_taken),
		cmocka_unit_test(the_default_value_holds_for_the_lines_after_it),
		cmocka_unit_test(the_default_value_may_be_no_data),
		cmocka_unit_test(a_line_with_two_colons_in_front_is_an_ipv6_prefix_and_no_default),
		cmocka_unit_test(the_longest_prefix_wins),
		cmocka_unit_test(of_equal_prefixes_the_later_wins_with_a_warning),
		cmocka_unit_test(equal_prefixes_of_the_same_value_need_no_warning),
		cmocka_unit_test(a_range_that_is_given_twice_gives_one_warning),
		cmocka_unit_test(no_data_lets_the_covering_prefix_speak),
		cmocka_unit_test(later_no_data_undoes_an_equal_prefix),
		cmocka_unit_test(an_exclusion_is_unknown_also_where_a_covering_prefix_speaks),
		cmocka_unit_test(comments_and_directives_in_all_spellings_are_skipped),
		cmocka_unit_test(an_unknown_directive_is_a_warning),
	};

	return cmocka_run_group_tests_name("source_rbldnsd", tests, NULL, NULL);
}
