/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources in rbldnsd's form: each line that is refused, with its finding. */
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

/* One line is refused with this text. A good line follows, and is read. */
static void assert_refused(const char *line, const char *finding)
{
	char text[512], expected[512];
	struct reading *reading;

	snprintf(text, sizeof(text), "# head\n%s\n192.0.2.0/24 :127.0.3.58:gb\n", line);
	snprintf(expected, sizeof(expected), "2: error: %s\n", finding);
	reading = read_text(text);
	assert_string_equal(reading->findings, expected);
	assert_int_not_equal(reading->err, 0);
	assert_int_equal(reading->lines, 1);
	assert_location(reading, "192.0.2.0", GB);
	forget(reading);
}

static void octets_over_255_are_refused(void **state)
{
	assert_refused("10.1.2.256 :127.0.3.72:us",
		       "'10.1.2.256' has an octet over 255: 0 to 255 would be right");
	assert_refused("300/8 :127.0.3.72:us", "'300/8' has an octet over 255: 0 to 255 would be right");
	assert_refused("10.0.0.0-10.0.0.999 :127.0.3.72:us",
		       "'10.0.0.0-10.0.0.999' has an octet over 255: 0 to 255 would be right");
	assert_refused("10.1-4294967297 :127.0.3.72:us",
		       "'10.1-4294967297' has an octet over 255: 0 to 255 would be right");
	assert_refused("10/8 :127.0.3.256:us",
		       "'127.0.3.256' has an octet over 255: 0 to 255 would be right");
	assert_refused("10/8 :127.0.999.1:us",
		       "'127.0.999.1' has an octet over 255: 0 to 255 would be right");
	assert_refused("2001/16 :127.0.3.72:us",
		       "'2001/16' has an octet over 255: 0 to 255 would be right");
}

static void lengths_beyond_the_family_are_refused(void **state)
{
	assert_refused("10.0.0.0/33 :127.0.3.72:us",
		       "'10.0.0.0/33' has a length over 32: 0 to 32 would be right");
	assert_refused("10/99999999999 :127.0.3.72:us",
		       "'10/99999999999' has a length over 32: 0 to 32 would be right");
	assert_refused("2001:db8::/129 :127.0.3.72:us",
		       "'2001:db8::/129' has a length over 128: 0 to 128 would be right");
	assert_refused("10.0.0.0/ :127.0.3.72:us",
		       "'10.0.0.0/' has no length behind the slash: 0 to 32 would be right");
	assert_refused("2001:db8::/x :127.0.3.72:us",
		       "'2001:db8::/x' has no length behind the slash: 0 to 128 would be right");
	assert_refused("10.0.0.0/-8 :127.0.3.72:us",
		       "'10.0.0.0/-8' has no length behind the slash: 0 to 32 would be right");
}

static void an_octet_alone_is_refused(void **state)
{
	assert_refused("10 :127.0.3.72:us",
		       "'10' is an octet alone: 10/8 would be right for the network");
}

static void what_is_no_address_is_refused(void **state)
{
	static const char right[] = "is no address or prefix: "
				    "a line such as '193.109.172.0/22 :127.0.3.72:us' would be right";
	static const char *const wrong[] = {
		"foo", "10.1.2.3.4", "10.", "10.1.", ".10", "10..1", "10.1.2.3x", "-10", "10/8/8", "10+8",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char line[64], finding[256];

		snprintf(line, sizeof(line), "%s :127.0.3.72:us", wrong[i]);
		if (strcmp(wrong[i], "10/8/8") == 0)
			snprintf(finding, sizeof(finding),
				 "'10/8/8' has no length behind the slash: 0 to 32 would be right");
		else
			snprintf(finding, sizeof(finding), "'%s' %s", wrong[i], right);
		assert_refused(line, finding);
	}
	assert_refused("!",
		       "'' is no address or prefix: "
		       "a line such as '193.109.172.0/22 :127.0.3.72:us' would be right");
}

static void what_is_no_ipv6_prefix_is_refused(void **state)
{
	assert_refused("2001:db8::g/32 :127.0.3.72:us",
		       "'2001:db8::g/32' is no IPv6 prefix: one such as 2001:db8::/32 would be right");
	assert_refused("2001:db8:/32 :127.0.3.72:us",
		       "'2001:db8:/32' is no IPv6 prefix: one such as 2001:db8::/32 would be right");
	assert_refused("1:2:3:4:5:6:7:8:9 :127.0.3.72:us",
		       "'1:2:3:4:5:6:7:8:9' is no IPv6 prefix: one such as 2001:db8::/32 would be right");
	assert_refused("2001:db8::-2001:db8::5 :127.0.3.72:us",
		       "'2001:db8::-2001:db8::5' is no IPv6 prefix: one such as 2001:db8::/32 would be right");
}

static void malformed_ranges_are_refused(void **state)
{
	assert_refused("10.2-10.1 :127.0.3.72:us",
		       "'10.2-10.1' ends before it begins: the lower address first would be right");
	assert_refused("10.0.0.5-4 :127.0.3.72:us",
		       "'10.0.0.5-4' ends before it begins: the lower address first would be right");
	assert_refused("1.2-1.2.3.4 :127.0.3.72:us",
		       "'1.2-1.2.3.4' has ends of different lengths: as many octets in both would be right");
	assert_refused("10.1- :127.0.3.72:us",
		       "'10.1-' is no range: one such as 10.1.0.0-10.3.255.255 would be right");
	assert_refused("10.1-10.2/16 :127.0.3.72:us",
		       "'10.1-10.2/16' is no range: one such as 10.1.0.0-10.3.255.255 would be right");
}

static void a_value_that_is_no_127_0_x_y_is_refused(void **state)
{
	static const char *const wrong[] = {
		"127.1.3.72", "128.0.3.72", "127.0.72", "127.72", "3.72", "127.0.3.72.1", "127.0.3.72x",
		"us", "-1", "127.0.3.", "56x", "99999",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char line[64], finding[256];

		snprintf(line, sizeof(line), "10/8 :%s:us", wrong[i]);
		snprintf(finding, sizeof(finding),
			 "'%s' is no 127.0.x.y: :127.0.3.72:us would be right for the country 840", wrong[i]);
		assert_refused(line, finding);
	}
	assert_refused("10/8 :",
		       "'' is no 127.0.x.y: :127.0.3.72:us would be right for the country 840");
	assert_refused("10/8 127.0.3", "'127.0.3' is no 127.0.x.y: "
		       ":127.0.3.72:us would be right for the country 840");
}

/* Of the two originals, one read 0-led octets as decimal and the other as octal. */
static void an_octet_of_a_value_with_a_leading_zero_is_refused(void **state)
{
	assert_refused("10/8 :127.0.03.072:us",
		       "'127.0.03.072' has an octet with a leading zero: "
		       "decimal numbers without would be right");
}

static void a_country_number_in_one_piece_is_refused_with_the_value_it_should_be(void **state)
{
	assert_refused("10/8 :840:us", "'840' is over 255: 127.0.3.72 would be right for the number 840");
}

static void an_unknown_country_number_is_refused(void **state)
{
	assert_refused("10/8 :127.0.0.2:",
		       "'127.0.0.2' is the unknown country number 2: an ISO 3166-1 number, "
		       "or a private one of 900 to 999, would be right");
	assert_refused("10/8 :2:", "'2' is the unknown country number 2: an ISO 3166-1 number, "
		       "or a private one of 900 to 999, would be right");
	assert_refused("10/8 :127.0.3.131:",
		       "'127.0.3.131' is the unknown country number 899: an ISO 3166-1 number, "
		       "or a private one of 900 to 999, would be right");
	assert_refused("10/8 :127.0.3.232:",
		       "'127.0.3.232' is the unknown country number 1000: an ISO 3166-1 number, "
		       "or a private one of 900 to 999, would be right");
}

static void a_block_without_any_value_is_refused(void **state)
{
	assert_refused("10/8", "'10/8' has no value, and no default value stands before it: "
		       "a value such as :127.0.3.72:us would be right");
	assert_refused("10/8 us # text", "'10/8 us # text' has no value, and no default value stands "
		       "before it: a value such as :127.0.3.72:us would be right");
}

static void a_broken_default_is_reported_once_and_not_at_the_lines_that_want_it(void **state)
{
	struct reading *reading = read_text(":128.0.0.1:x\n10/8\n11/8\n12/8 :127.0.3.72:us\n");

	assert_string_equal(reading->findings,
			    "1: error: '128.0.0.1' is no 127.0.x.y: "
			    ":127.0.3.72:us would be right for the country 840\n");
	assert_location(reading, "10.0.0.0", UNKNOWN);
	assert_location(reading, "12.0.0.0", US);
	forget(reading);
}

static void a_refused_line_never_speaks(void **state)
{
	struct reading *reading = read_text("10/8 :127.0.3.72:us\n10.1/16 :128.0.3.58:gb\n");

	assert_location(reading, "10.1.0.0", US);
	assert_int_equal(range_at(reading, "10.1.0.0")->line, 1);
	forget(reading);
}

static void all_broken_lines_show_at_once_with_their_numbers(void **state)
{
	assert_findings("10.0.0.0/33 :127.0.3.72:us\n\n# x\n11/8 :127.0.3.72:us\n12/8 :127.9.0.0:\n",
			"1: error: '10.0.0.0/33' has a length over 32: 0 to 32 would be right\n"
			"5: error: '127.9.0.0' is no 127.0.x.y: "
			":127.0.3.72:us would be right for the country 840\n");
}

static void a_huge_line_is_refused_unless_it_is_a_comment(void **state)
{
	size_t huge = 1 << 20;
	char *text = malloc(2 * huge);

	assert_non_null(text);
	memset(text, '1', huge);
	strcpy(text + huge, "\n10/8 :127.0.3.72:us\n");
	assert_findings(text, "1: error: a line of 1048576 octets: at most 4096 would be right\n");
	text[0] = '#';
	forget(read_clean(text));
	free(text);
}

static void cr_lf_a_byte_order_mark_and_a_missing_newline_are_normal(void **state)
{
	struct reading *reading = read_clean("\xef\xbb\xbf" "10/8 :127.0.3.72:us\r\n:56:\r\n11/8\r\n12/8");

	assert_location(reading, "10.0.0.0", US);
	assert_location(reading, "11.0.0.0", BE);
	assert_location(reading, "12.0.0.0", BE);
	forget(reading);
}

static void a_file_that_says_nothing_is_refused(void **state)
{
	static const char finding[] = "0: error: no line gives a location: "
				      "an empty source would send everyone to the default\n";

	assert_findings("", finding);
	assert_findings("# head\n:127.0.3.72:us\n", finding);
	assert_findings("10/8 :127.0.0.0:\n", finding);
}

static void a_tor_file_is_refused_with_one_finding(void **state)
{
	assert_findings("16777216,16777471,AU\n16777472,16777727,CN\n",
			"0: error: the lines are of the form tor: a file of the form rbldnsd would be right\n");
}

static void a_combined_data_set_is_refused(void **state)
{
	assert_refused("$DATASET ip4set:proxy proxies @",
		       "'$DATASET' begins a part of a combined data set: "
		       "one file for each data set would be right");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_over_255_are_refused),
		cmocka_unit_test(lengths_beyond_the_family_are_refused),
		cmocka_unit_test(an_octet_alone_is_refused),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(what_is_no_ipv6_prefix_is_refused),
		cmocka_unit_test(malformed_ranges_are_refused),
		cmocka_unit_test(a_value_that_is_no_127_0_x_y_is_refused),
		cmocka_unit_test(an_octet_of_a_value_with_a_leading_zero_is_refused),
		cmocka_unit_test(a_country_number_in_one_piece_is_refused_with_the_value_it_should_be),
		cmocka_unit_test(an_unknown_country_number_is_refused),
		cmocka_unit_test(a_block_without_any_value_is_refused),
		cmocka_unit_test(a_broken_default_is_reported_once_and_not_at_the_lines_that_want_it),
		cmocka_unit_test(a_refused_line_never_speaks),
		cmocka_unit_test(all_broken_lines_show_at_once_with_their_numbers),
		cmocka_unit_test(a_huge_line_is_refused_unless_it_is_a_comment),
		cmocka_unit_test(cr_lf_a_byte_order_mark_and_a_missing_newline_are_normal),
		cmocka_unit_test(a_file_that_says_nothing_is_refused),
		cmocka_unit_test(a_tor_file_is_refused_with_one_finding),
		cmocka_unit_test(a_combined_data_set_is_refused),
	};

	return cmocka_run_group_tests_name("source_rbldnsd_refused", tests, NULL, NULL);
}
