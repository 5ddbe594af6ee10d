/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources in Tor's form, and what holds for the files of all forms. */
#include "tests/unit/source_file.h"

#define US 840u
#define AU 36u
#define JP 392u

static struct reading *read_text(const char *text)
{
	return read_octets(GX_FORMAT_TOR, text, strlen(text));
}

static void assert_findings(const char *text, const char *findings)
{
	struct reading *reading = read_text(text);
	bool has_errors = strstr(findings, ": error: ") != NULL;

	assert_string_equal(reading->findings, findings);
	assert_int_equal(reading->err != 0, has_errors);
	forget(reading);
}

/* --- the form ---------------------------------------------------------------------------------- */

static void ipv4_ranges_are_integers_with_both_ends_included(void **state)
{
	struct reading *reading = read_text("16777216,16777471,AU\n");

	assert_int_equal(reading->err, 0);
	assert_int_equal(reading->lines, 1);
	assert_block(reading, "1.0.0.0", "1.0.0.255", AU);
	forget(reading);
}

static void ipv6_ranges_are_text_with_both_ends_included(void **state)
{
	struct reading *reading =
		read_text("2001:200::,2001:200:134:ffff:ffff:ffff:ffff:ffff,JP\n");

	assert_int_equal(reading->err, 0);
	assert_block(reading, "2001:200::", "2001:200:134:ffff:ffff:ffff:ffff:ffff", JP);
	forget(reading);
}

static void a_range_need_not_be_a_prefix_and_may_be_the_whole_space(void **state)
{
	struct reading *reading = read_text("16777217,16777222,AU\n");

	assert_block(reading, "1.0.0.1", "1.0.0.6", AU);
	forget(reading);
	reading = read_text("0,4294967295,US\n"
			    "::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,JP\n");
	assert_int_equal(reading->err, 0);
	assert_block(reading, "0.0.0.0", "255.255.255.255", US);
	assert_location(reading, "::", JP);
	assert_location(reading, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", JP);
	forget(reading);
}

static void both_families_may_stand_in_one_file(void **state)
{
	struct reading *reading = read_text("2001:200::,2001:200::ff,JP\n16777216,16777471,AU\n");

	assert_int_equal(reading->err, 0);
	assert_location(reading, "1.0.0.0", AU);
	assert_location(reading, "2001:200::", JP);
	forget(reading);
}

static void the_line_of_a_range_is_kept(void **state)
{
	struct reading *reading = read_text("# head\n\n16777216,16777471,AU\n16777472,16777727,AU\n");

	assert_int_equal(range_at(reading, "1.0.0.0")->line, 3);
	assert_int_equal(range_at(reading, "1.0.1.0")->line, 4);
	forget(reading);
}

static void codes_may_be_in_lower_case_and_uk_is_gb(void **state)
{
	struct reading *reading = read_text("16777216,16777471,au\n33554432,33554687,UK\n");

	assert_string_equal(reading->findings, "");
	assert_location(reading, "1.0.0.0", AU);
	assert_location(reading, "2.0.0.0", 826);
	forget(reading);
}

static void question_marks_and_regions_are_location_unknown_without_a_word(void **state)
{
	struct reading *reading = read_text("16777216,16777471,??\n16777472,16777727,EU\n"
					    "16777728,16777983,AP\n16777984,16778239,eu\n");

	assert_string_equal(reading->findings, "");
	assert_int_equal(reading->lines, 4);
	assert_location(reading, "1.0.0.0", GX_LOCATION_UNKNOWN);
	assert_int_equal(range_at(reading, "1.0.0.0")->line, 1);
	assert_location(reading, "1.0.1.0", GX_LOCATION_UNKNOWN);
	assert_int_equal(range_at(reading, "1.0.1.0")->line, 2);
	assert_location(reading, "1.0.2.0", GX_LOCATION_UNKNOWN);
	forget(reading);
}

static void withdrawn_codes_in_the_data_are_kept(void **state)
{
	struct reading *reading = read_text("1052871936,1052871959,CS\n3281359072,3281359103,AN\n");

	assert_string_equal(reading->findings, "");
	assert_location(reading, "62.193.141.0", 891);
	assert_location(reading, "195.149.144.224", 530);
	forget(reading);
}

static void comments_blanks_and_empty_lines_are_skipped(void **state)
{
	struct reading *reading =
		read_text("# 1,2,AU\n   # 3,4,AU\n\n \t \n\t16777216,16777471,AU \t\n");

	assert_string_equal(reading->findings, "");
	assert_int_equal(reading->lines, 1);
	assert_location(reading, "1.0.0.0", AU);
	forget(reading);
}

/* --- what is refused ---------------------------------------------------------------------------- */

static void an_unknown_code_is_a_warning_once_and_location_unknown(void **state)
{
	struct reading *reading = read_text("16777216,16777471,ZZ\n16777472,16777727,ZZ\n"
					    "16777728,16777983,XX\n");

	assert_int_equal(reading->err, 0);
	assert_string_equal(reading->findings,
			    "1: warning: unknown country code 'ZZ', read as location unknown: "
			    "an ISO 3166-1 code would be right\n"
			    "3: warning: unknown country code 'XX', read as location unknown: "
			    "an ISO 3166-1 code would be right\n");
	assert_location(reading, "1.0.0.0", GX_LOCATION_UNKNOWN);
	assert_int_equal(range_at(reading, "1.0.1.0")->line, 2);
	forget(reading);
}

static void a_line_that_is_no_range_is_refused(void **state)
{
	assert_findings("16777216,16777471,AU\n16777472,16777727\nfoo\n",
			"2: error: '16777472,16777727' is no range: "
			"a line such as '16777216,16777471,AU' would be right\n"
			"3: error: 'foo' is no range: "
			"a line such as '16777216,16777471,AU' would be right\n");
}

static void an_end_that_is_no_integer_is_refused(void **state)
{
	assert_findings("1.0.0.0,1.0.0.255,AU\n16777216,x,AU\n16777216,,AU\n-1,2,AU\n",
			"1: error: '1.0.0.0' is no IPv4 address as an integer: "
			"one such as 16777216 would be right\n"
			"2: error: 'x' is no IPv4 address as an integer: "
			"one such as 16777216 would be right\n"
			"3: error: '' is no IPv4 address as an integer: "
			"one such as 16777216 would be right\n"
			"4: error: '-1' is no IPv4 address as an integer: "
			"one such as 16777216 would be right\n");
}

static void an_integer_beyond_the_last_address_is_refused(void **state)
{
	assert_findings("16777216,4294967296,AU\n",
			"1: error: '4294967296' is over 4294967295, the last IPv4 address: "
			"0 to 4294967295 would be right\n");
}

static void an_end_of_the_other_family_is_refused(void **state)
{
	assert_findings("2001:200::,16777216,AU\n16777216,2001:200::,AU\n2001:200::,2001:200::g,AU\n",
			"1: error: '16777216' is no IPv6 address: one such as 2001:200:: would be right\n"
			"2: error: '2001:200::' is no IPv4 address as an integer: "
			"one such as 16777216 would be right\n"
			"3: error: '2001:200::g' is no IPv6 address: "
			"one such as 2001:200:: would be right\n");
}

static void a_code_that_is_not_two_letters_is_refused(void **state)
{
	assert_findings("16777216,16777471,AUS\n1,2,\n3,4,A\n5,6,36\n7,8,AU,AU\n9,10,?\n",
			"1: error: 'AUS' is no country code: "
			"two letters, or ?? for unknown, would be right\n"
			"2: error: '' is no country code: two letters, or ?? for unknown, would be right\n"
			"3: error: 'A' is no country code: two letters, or ?? for unknown, would be right\n"
			"4: error: '36' is no country code: two letters, or ?? for unknown, would be right\n"
			"5: error: 'AU,AU' is no country code: "
			"two letters, or ?? for unknown, would be right\n"
			"6: error: '?' is no country code: two letters, or ?? for unknown, would be right\n");
}

static void an_inverted_range_is_refused_and_the_rest_is_read(void **state)
{
	struct reading *reading = read_text("16777471,16777216,AU\n16777472,16777727,JP\n");

	assert_int_not_equal(reading->err, 0);
	assert_string_equal(reading->findings,
			    "1: error: the range '16777471,16777216,AU' ends before it begins: "
			    "the lower address first would be right\n");
	assert_location(reading, "1.0.1.0", JP);
	forget(reading);
}

static void overlapping_ranges_are_refused_wherever_they_stand(void **state)
{
	/* Across a border, the later inside the earlier, around it, and the same again. */
	assert_findings("16777216,16777471,AU\n16777471,16777727,JP\n",
			"2: error: overlaps the range of line 1: "
			"an address in one range only would be right\n");
	assert_findings("16777216,16777471,AU\n33554432,33554687,US\n16777220,16777230,AU\n",
			"3: error: overlaps the range of line 1: "
			"an address in one range only would be right\n");
	assert_findings("16777220,16777230,AU\n16777216,16777471,AU\n",
			"2: error: overlaps the range of line 1: "
			"an address in one range only would be right\n");
	assert_findings("2001:200::,2001:200::ff,JP\n2001:200::,2001:200::ff,JP\n",
			"2: error: overlaps the range of line 1: "
			"an address in one range only would be right\n");
}

static void a_finding_quotes_what_is_printable_and_not_too_much_of_it(void **state)
{
	char line[256] = "16777216,16777471,AU\n\x1b\xff";
	char expected[512];
	size_t len = strlen(line);

	memset(line + len, 'x', 200);
	/* Two octets as four characters each, and what fits beside quotes, dots and NUL. */
	snprintf(expected, sizeof(expected),
		 "2: error: '\\x1b\\xff%.*s...' is no range: "
		 "a line such as '16777216,16777471,AU' would be right\n",
		 GX_QUOTE_OCTETS - 17, line + len);
	assert_findings(line, expected);
}

/* --- files of any form -------------------------------------------------------------------------- */

static void a_file_may_have_a_byte_order_mark_cr_lf_and_no_last_newline(void **state)
{
	struct reading *reading = read_text("\xef\xbb\xbf" "16777216,16777471,AU\r\n16777472,16777727,JP");

	assert_string_equal(reading->findings, "");
	assert_location(reading, "1.0.0.0", AU);
	assert_location(reading, "1.0.1.0", JP);
	forget(reading);
}

static void a_nul_octet_is_refused_with_its_line(void **state)
{
	static const char octets[] = "16777216,16777471,AU\n16777472,167\0" "77727,JP\n";
	struct reading *reading = read_octets(GX_FORMAT_TOR, octets, sizeof(octets) - 1);

	assert_int_not_equal(reading->err, 0);
	assert_memory_equal(reading->findings, "2: error: a NUL octet: ", strlen("2: error: a NUL octet: "));
	forget(reading);
}

static void a_huge_line_is_refused_and_the_rest_is_read(void **state)
{
	size_t huge = 1 << 20;
	char *text = malloc(huge + 64);
	struct reading *reading;

	assert_non_null(text);
	memset(text, '1', huge);
	strcpy(text + huge, "\n16777216,16777471,AU\n");
	reading = read_text(text);
	assert_string_equal(reading->findings, "1: error: a line of 1048576 octets: at most 4096 would be right\n");
	assert_location(reading, "1.0.0.0", AU);
	forget(reading);
	free(text);
}

static void a_file_without_any_range_is_refused(void **state)
{
	assert_findings("", "0: error: no line gives a location: "
			"an empty source would send everyone to the default\n");
	assert_findings("# head\n\n", "0: error: no line gives a location: "
			"an empty source would send everyone to the default\n");
}

static void a_file_of_another_form_is_refused_with_one_finding(void **state)
{
	assert_findings("10.0.0.0/8 :127.0.3.72:us\n11.0.0.0/8 :127.0.3.72:us\n",
			"0: error: the lines are of the form rbldnsd: a file of the form tor would be right\n");
}

static enum gx_source_format detect(const char *text, int *err)
{
	struct reading *reading = read_octets(GX_FORMAT_DETECT, text, strlen(text));
	enum gx_source_format format = reading->format;

	*err = reading->err;
	forget(reading);
	return format;
}

static void the_form_is_found_by_the_first_line_that_looks_like_one(void **state)
{
	static const struct {
		const char *text;
		enum gx_source_format format;
	} cases[] = {
		{ "16777216,16777471,AU\n", GX_FORMAT_TOR },
		{ "# head\n\n2001::,2001:0:ffff:ffff:ffff:ffff:ffff:ffff,??\n", GX_FORMAT_TOR },
		{ "2001:200::,2001:200::ff,JP\n", GX_FORMAT_TOR },
		{ "10.0.0.0/8 :127.0.3.72:us\n", GX_FORMAT_RBLDNSD },
		{ "10/8:127.0.3.72:us\n", GX_FORMAT_RBLDNSD },
		{ "; head\n\t2001:db8::/32\t:127.0.3.72:us\n", GX_FORMAT_RBLDNSD },
		{ ":127.0.3.72:us, and more\n10.1-3\n", GX_FORMAT_RBLDNSD },
		{ "!10.1.0.0/16\n", GX_FORMAT_RBLDNSD },
		{ "$SOA 86400 ns.example.com. root.example.com. 0 600 300 86400 300\n"
		  "10.0.0.0/8 :127.0.3.72:us\n", GX_FORMAT_RBLDNSD },
		{ "::1 :127.0.3.72:us\n", GX_FORMAT_RBLDNSD },
	};
	int err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (detect(cases[i].text, &err) != cases[i].format)
			fail_msg("'%s' was taken for something else", cases[i].text);
		assert_int_equal(err, 0);
	}
	assert_string_equal(gx_source_format_name(GX_FORMAT_TOR), "tor");
	assert_string_equal(gx_source_format_name(GX_FORMAT_RBLDNSD), "rbldnsd");
}

static void a_broken_first_line_does_not_hide_the_form(void **state)
{
	int err;

	assert_int_equal(detect("what, is this?\n16777216,16777471,AU\n", &err), GX_FORMAT_TOR);
	assert_int_not_equal(err, 0);
}

static void a_file_of_no_known_form_is_refused(void **state)
{
	static const char text[] = "<html>\n<body>404, not found</body>\n";
	struct reading *reading = read_octets(GX_FORMAT_DETECT, text, strlen(text));

	assert_int_not_equal(reading->err, 0);
	assert_string_equal(reading->findings,
			    "0: error: no line with an address: lines such as "
			    "'193.109.172.0/22 :127.0.3.72:us' (rbldnsd) or "
			    "'16777216,16777471,AU' (tor) would be right, or a file of the form mmdb, csv, "
			    "rir or nets\n");
	forget(reading);
}

/* The one finding of a file that cannot be read, "FILE:LINE: TEXT". */
static void assert_unreadable(const char *file, struct gx_where named, const char *expected)
{
	struct gx_source source = { .file = file, .format = GX_FORMAT_DETECT, .where = named };
	struct gx_entries entries[GX_FAMILIES] = {0};
	struct gx_diag diag = {0};
	char text[1024];

	assert_int_not_equal(gx_source_read(&source, NULL, entries, &diag), 0);
	assert_int_equal(diag.count, 1);
	snprintf(text, sizeof(text), "%s:%u: %s", diag.findings[0].where.file,
		 diag.findings[0].where.line, diag.findings[0].text);
	assert_memory_equal(text, expected, strlen(expected));
	gx_diag_free(&diag);
}

static void a_file_that_cannot_be_read_is_reported_where_it_is_named(void **state)
{
	char directory[] = "/tmp/geoxdp-source-XXXXXX";
	char expected[256];
	const struct gx_where named = { .file = "pdns.conf", .line = 7 };

	assert_unreadable("/nonexistent/countries", named,
			  "pdns.conf:7: /nonexistent/countries cannot be read "
			  "(No such file or directory): ");
	assert_unreadable("/nonexistent/countries", (struct gx_where){0},
			  "/nonexistent/countries:0: cannot be read (No such file or directory): ");
	assert_non_null(mkdtemp(directory));
	snprintf(expected, sizeof(expected), "pdns.conf:7: %s cannot be read (Is a directory): ",
		 directory);
	assert_unreadable(directory, named, expected);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_ranges_are_integers_with_both_ends_included),
		cmocka_unit_test(ipv6_ranges_are_text_with_both_ends_included),
		cmocka_unit_test(a_range_need_not_be_a_prefix_and_may_be_the_whole_space),
		cmocka_unit_test(both_families_may_stand_in_one_file),
		cmocka_unit_test(the_line_of_a_range_is_kept),
		cmocka_unit_test(codes_may_be_in_lower_case_and_uk_is_gb),
		cmocka_unit_test(question_marks_and_regions_are_location_unknown_without_a_word),
		cmocka_unit_test(withdrawn_codes_in_the_data_are_kept),
		cmocka_unit_test(comments_blanks_and_empty_lines_are_skipped),
		cmocka_unit_test(an_unknown_code_is_a_warning_once_and_location_unknown),
		cmocka_unit_test(a_line_that_is_no_range_is_refused),
		cmocka_unit_test(an_end_that_is_no_integer_is_refused),
		cmocka_unit_test(an_integer_beyond_the_last_address_is_refused),
		cmocka_unit_test(an_end_of_the_other_family_is_refused),
		cmocka_unit_test(a_code_that_is_not_two_letters_is_refused),
		cmocka_unit_test(an_inverted_range_is_refused_and_the_rest_is_read),
		cmocka_unit_test(overlapping_ranges_are_refused_wherever_they_stand),
		cmocka_unit_test(a_finding_quotes_what_is_printable_and_not_too_much_of_it),
		cmocka_unit_test(a_file_may_have_a_byte_order_mark_cr_lf_and_no_last_newline),
		cmocka_unit_test(a_nul_octet_is_refused_with_its_line),
		cmocka_unit_test(a_huge_line_is_refused_and_the_rest_is_read),
		cmocka_unit_test(a_file_without_any_range_is_refused),
		cmocka_unit_test(a_file_of_another_form_is_refused_with_one_finding),
		cmocka_unit_test(the_form_is_found_by_the_first_line_that_looks_like_one),
		cmocka_unit_test(a_broken_first_line_does_not_hide_the_form),
		cmocka_unit_test(a_file_of_no_known_form_is_refused),
		cmocka_unit_test(a_file_that_cannot_be_read_is_reported_where_it_is_named),
	};

	return cmocka_run_group_tests_name("source_tor", tests, NULL, NULL);
}
