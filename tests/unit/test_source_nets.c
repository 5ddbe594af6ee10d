/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources written by hand: prefixes with countries and the operator's own names. */
#include "tests/unit/source_file.h"

#define US 840u
#define DE 276u
#define GB 826u

static struct reading *read_text(const char *text)
{
	return read_octets(GX_FORMAT_NETS, text, strlen(text));
}

static void assert_findings(const char *text, const char *findings)
{
	struct reading *reading = read_text(text);

	assert_string_equal(reading->findings, findings);
	assert_int_equal(reading->err != 0, strstr(findings, ": error: ") != NULL);
	forget(reading);
}

static void a_line_is_a_prefix_and_a_country(void **state)
{
	struct reading *reading = read_text("203.0.113.0/24 us\n"
					    "198.51.100.0/24\tDEU # comment\n"
					    "  192.0.2.1  826\n"
					    "192.0.2.2 UK\n"
					    "2001:db8::/32 950\n");

	assert_string_equal(reading->findings, "");
	assert_int_equal(reading->err, 0);
	assert_int_equal(reading->lines, 5);
	assert_int_equal(reading->counts[GX_IPV4], 4);
	assert_int_equal(reading->counts[GX_IPV6], 1);
	assert_block(reading, "203.0.113.0", "203.0.113.255", US);
	assert_block(reading, "198.51.100.0", "198.51.100.255", DE);
	assert_block(reading, "192.0.2.1", "192.0.2.2", GB);
	assert_location(reading, "2001:db8::1", 950);
	assert_int_equal(range_at(reading, "192.0.2.2")->line, 4);
	forget(reading);
}

static void other_words_are_the_operators_own_names(void **state)
{
	struct reading *reading = read_text("203.0.113.0/25 office\n203.0.113.128/25 Office\n192.0.2.0/24 dc-1_a\n"
					    "10.0.0.0/8 asia\n");

	assert_string_equal(reading->findings, "");
	assert_shown(reading, "203.0.113.1", "(office)");
	assert_shown(reading, "203.0.113.129", "(Office)");
	assert_shown(reading, "192.0.2.1", "(dc-1_a)");
	assert_shown(reading, "10.0.0.1", "(asia)");
	forget(reading);
}

static void a_country_overrides_all_and_a_name_stands_beside_it(void **state)
{
	struct reading *reading = read_text("203.0.113.0/24 us\n192.0.2.0/24 office\n");
	uint32_t country, name;
	struct gx_location place = { .country = US, .own = "before" };
	uint32_t before = gx_locations_number(reading->locations, &place, GX_SPEAKS_ALL);

	country = reading->entries[GX_IPV4].list[1].location;
	name = reading->entries[GX_IPV4].list[0].location;
	assert_int_equal(gx_locations_speaks(reading->locations, country), GX_SPEAKS_ALL);
	assert_int_equal(gx_locations_speaks(reading->locations, name), GX_SPEAKS_OWN);
	assert_int_equal(gx_locations_combine(reading->locations, before, country), US);
	assert_int_equal(gx_locations_get(reading->locations,
					  gx_locations_combine(reading->locations, before, name))->country, US);
	forget(reading);
}

static void comments_empty_lines_cr_lf_and_a_mark_are_no_trouble(void **state)
{
	struct reading *reading = read_text("\xef\xbb\xbf# head\r\n\r\n   \t\r\n203.0.113.0/24 us#x\r\n192.0.2.0/24 "
		"de");

	assert_string_equal(reading->findings, "");
	assert_location(reading, "203.0.113.0", US);
	assert_location(reading, "192.0.2.0", DE);
	assert_int_equal(range_at(reading, "192.0.2.0")->line, 5);
	forget(reading);
}

static void a_line_that_is_no_prefix_is_refused(void **state)
{
	assert_findings("us 203.0.113.0/24\n  10.0.0.256 us\n10.0.0.0/ us\n",
			"1:1: error: 'us' is no address or prefix: a line such as '203.0.113.0/24 us' would be right\n"
			"2:3: error: '10.0.0.256' is no address or prefix: a line such as '203.0.113.0/24 us' would be "
			"right\n"
			"3:1: error: '10.0.0.0/' is no address or prefix: a line such as '203.0.113.0/24 us' would be "
			"right\n");
	assert_findings("10.0.0.0/33 us\n2001:db8::/129 us\n",
			"1:10: error: '10.0.0.0/33' has a length over 32: 0 to 32 would be right\n"
			"2:12: error: '2001:db8::/129' has a length over 128: 0 to 128 would be right\n");
}

static void a_prefix_without_a_location_is_refused(void **state)
{
	assert_findings("10.0.0.0/8\n11.0.0.0/8 # us\n",
			"1:1: error: '10.0.0.0/8' has no location: a line such as '203.0.113.0/24 us' would be right\n"
			"2:1: error: '11.0.0.0/8' has no location: a line such as '203.0.113.0/24 us' would be "
			"right\n");
}

static void a_word_too_many_is_refused(void **state)
{
	assert_findings("10.0.0.0/8 us office\n",
			"1:15: error: 'office' is more than a prefix and a location: a # before comments would be "
			"right\n");
}

static void what_can_be_no_location_is_refused(void **state)
{
	assert_findings("10.0.0.0/8 us/ca\n11.0.0.0/8 M\xc3\xbcnchen\n",
			"1:12: error: 'us/ca' is no location: an ISO 3166-1 code, or a name of letters, digits, - and "
			"_, would be right\n"
			"2:12: error: 'M\\xc3\\xbcnchen' is no location: an ISO 3166-1 code, or a name of letters, "
			"digits, - and _, would be right\n");
	assert_findings("10.0.0.0/8 841\n11.0.0.0/8 0\n12.0.0.0/8 1000\n",
			"1:12: error: '841' is the number of no country: an ISO 3166-1 number, or a private one of 900 "
			"to 999, would be right\n"
			"2:12: error: '0' is the number of no country: an ISO 3166-1 number, or a private one of 900 "
			"to "
			"999, would be right\n"
			"3:12: error: '1000' is the number of no country: an ISO 3166-1 number, or a private one of "
			"900 "
			"to 999, would be right\n");
	assert_findings("10.0.0.0/8 AS64500\n",
			"1:12: error: 'AS64500' is an AS number, which a map names and a source such as GeoLite2-ASN "
			"finds: a country or a name of your own would be right\n");
	assert_findings("10.0.0.0/8 aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg\n",
			"1:12: error: 'aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg' is a name of "
			"64 octets: at most 63 would be right\n");
}

static void an_equal_prefix_with_another_value_is_a_warning_and_the_later_wins(void **state)
{
	struct reading *reading = read_text("10.0.0.0/8 us\n10.0.0.0/8 de\n11.0.0.0/8 us\n11.0.0.0/8 US\n");

	assert_int_equal(reading->err, 0);
	assert_string_equal(reading->findings, "2: warning: 10.0.0.0/8 has another value in line 1, this later one "
					       "wins: "
					       "one line would be right\n");
	assert_location(reading, "10.0.0.0", DE);
	forget(reading);
}

static void host_bits_and_carried_addresses_are_warnings(void **state)
{
	struct reading *reading = read_text("10.0.0.1/8 us\n::ffff:192.0.2.0/120 us\n2002:c000:200::/40 us\n");

	assert_int_equal(reading->err, 0);
	assert_string_equal(reading->findings,
			    "1:1: warning: '10.0.0.1/8' has host bits, read as 10.0.0.0/8: that would be right\n"
			    "2:1: warning: '::ffff:192.0.2.0/120' has no effect, since these forms count as the IPv4 "
			    "addresses that they carry: an IPv4 prefix would be right\n"
			    "3:1: warning: '2002:c000:200::/40' has no effect, since these forms count as the IPv4 "
			    "addresses that they carry: an IPv4 prefix would be right\n");
	assert_location(reading, "10.255.0.0", US);
	forget(reading);
}

static void an_empty_file_is_refused(void **state)
{
	assert_findings("# nothing\n", "0: error: no line gives a location: an empty source would send everyone to the "
				       "default\n");
}

static void the_form_is_found(void **state)
{
	static const char *const texts[] = {
		"203.0.113.0/24 us\n",
		"# head\n\n\t2001:db8::/32   office # comment\n",
		"what is this?\n192.0.2.1 826\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct reading *reading = read_octets(GX_FORMAT_DETECT, texts[i], strlen(texts[i]));

		assert_int_equal(reading->format, GX_FORMAT_NETS);
		forget(reading);
	}
}

static void formats_are_found_by_name(void **state)
{
	static const char *const names[] = { "rbldnsd", "tor", "mmdb", "csv", "rir", "nets" };
	enum gx_source_format format;
	const char *suggestion;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(gx_find_source_format(names[i], &format, &suggestion), 0);
		assert_string_equal(gx_source_format_name(format), names[i]);
	}
	assert_int_equal(gx_find_source_format("MMDB", &format, &suggestion), 0);
	assert_int_equal(format, GX_FORMAT_MMDB);
	assert_int_not_equal(gx_find_source_format("mmbd", &format, &suggestion), 0);
	assert_string_equal(suggestion, "mmdb");
	assert_int_not_equal(gx_find_source_format("net", &format, &suggestion), 0);
	assert_string_equal(suggestion, "nets");
	assert_int_not_equal(gx_find_source_format("parquet", &format, &suggestion), 0);
	assert_null(suggestion);
}

static void a_source_of_less_than_half_is_suspicious(void **state)
{
	assert_false(gx_source_shrunk(0, 0));
	assert_false(gx_source_shrunk(0, 1000));
	assert_false(gx_source_shrunk(99, 0));
	assert_true(gx_source_shrunk(100, 49));
	assert_false(gx_source_shrunk(100, 50));
	assert_true(gx_source_shrunk(101, 50));
	assert_false(gx_source_shrunk(101, 51));
	assert_true(gx_source_shrunk(385602, 0));
	assert_false(gx_source_shrunk(385602, 385602));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_a_prefix_and_a_country),
		cmocka_unit_test(other_words_are_the_operators_own_names),
		cmocka_unit_test(a_country_overrides_all_and_a_name_stands_beside_it),
		cmocka_unit_test(comments_empty_lines_cr_lf_and_a_mark_are_no_trouble),
		cmocka_unit_test(a_line_that_is_no_prefix_is_refused),
		cmocka_unit_test(a_prefix_without_a_location_is_refused),
		cmocka_unit_test(a_word_too_many_is_refused),
		cmocka_unit_test(what_can_be_no_location_is_refused),
		cmocka_unit_test(an_equal_prefix_with_another_value_is_a_warning_and_the_later_wins),
		cmocka_unit_test(host_bits_and_carried_addresses_are_warnings),
		cmocka_unit_test(an_empty_file_is_refused),
		cmocka_unit_test(the_form_is_found),
		cmocka_unit_test(formats_are_found_by_name),
		cmocka_unit_test(a_source_of_less_than_half_is_suspicious),
	};

	return cmocka_run_group_tests_name("source_nets", tests, NULL, NULL);
}
