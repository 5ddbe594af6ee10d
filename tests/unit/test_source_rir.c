/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources as the registries' statistics of what they delegated. */
#include "tests/unit/source_file.h"

#define NL 528u
#define FR 250u
#define UNKNOWN GX_LOCATION_UNKNOWN

#define HEAD	"2|ripencc|1717192799|4|19830705|20240531|+0200\n"
#define SUMS	"ripencc|*|asn|*|1|summary\nripencc|*|ipv4|*|2|summary\nripencc|*|ipv6|*|1|summary\n"
#define ASN	"ripencc|FR|asn|7|1|19930901|allocated\n"
#define NL4	"ripencc|NL|ipv4|193.0.0.0|2048|19930901|allocated\n"
#define FR4	"ripencc|FR|ipv4|2.0.0.0|1048576|20100712|assigned|opaque-1|e-stats\n"
#define NL6	"ripencc|NL|ipv6|2001:610::|32|19990819|allocated\n"

static struct reading *read_text(const char *text)
{
	return read_octets(GX_FORMAT_RIR, text, strlen(text));
}

static void assert_findings(const char *text, const char *findings)
{
	struct reading *reading = read_text(text);

	assert_string_equal(reading->findings, findings);
	assert_int_equal(reading->err != 0, strstr(findings, "error: ") != NULL);
	forget(reading);
}

static void a_file_as_the_registries_write_it_is_read(void **state)
{
	static const char text[] = "# comment\n" HEAD SUMS ASN NL4 FR4 NL6;
	struct reading *reading = read_octets(GX_FORMAT_DETECT, text, strlen(text));

	assert_int_equal(reading->format, GX_FORMAT_RIR);
	assert_string_equal(reading->findings, "");
	assert_int_equal(reading->err, 0);
	assert_int_equal(reading->lines, 3);
	assert_block(reading, "193.0.0.0", "193.0.7.255", NL);
	assert_block(reading, "2.0.0.0", "2.15.255.255", FR);
	assert_block(reading, "2001:610::", "2001:610:ffff:ffff:ffff:ffff:ffff:ffff", NL);
	assert_int_equal(range_at(reading, "193.0.0.0")->line, 7);
	forget(reading);
}

static void a_count_need_not_be_a_power_of_two(void **state)
{
	struct reading *reading = read_text("ripencc|NL|ipv4|193.0.0.0|768|19930901|allocated\n"
					    "ripencc|FR|ipv4|255.255.255.255|1|19930901|allocated\n"
					    "ripencc|NL|ipv4|10.0.0.1|3|19930901|allocated\n");

	assert_string_equal(reading->findings, "");
	assert_block(reading, "193.0.0.0", "193.0.2.255", NL);
	assert_block(reading, "255.255.255.255", "255.255.255.255", FR);
	assert_block(reading, "10.0.0.1", "10.0.0.3", NL);
	forget(reading);
}

static void what_nobody_holds_is_skipped(void **state)
{
	struct reading *reading = read_text(NL4 "ripencc||ipv4|5.44.0.0|4096||available\n"
					    "ripencc||ipv4|5.45.0.0|256||reserved|\n"
					    "ripencc|NL|ipv4|5.46.0.0|256||RESERVED\n");

	assert_string_equal(reading->findings, "");
	assert_int_equal(reading->lines, 1);
	assert_int_equal(range_at(reading, "5.44.0.0")->line, 0);
	forget(reading);
}

static void a_country_that_is_not_known_is_location_unknown(void **state)
{
	struct reading *reading = read_text("ripencc|EU|ipv4|10.0.0.0|256|20000101|allocated\n"
					    "apnic|AP|ipv4|10.0.1.0|256|20000101|allocated\n"
					    "ripencc||ipv4|10.0.2.0|256|20000101|allocated\n"
					    "ripencc|*|ipv4|10.0.3.0|256|20000101|allocated\n"
					    "nro|ZZ|ipv4|10.0.4.0|256|20000101|assigned\n"
					    "ripencc|nl|ipv4|10.0.5.0|256|20000101|assigned\n"
					    "ripencc|XX|ipv4|10.0.6.0|256|20000101|assigned\n"
					    "ripencc|XX|ipv4|10.0.7.0|256|20000101|assigned\n");

	assert_string_equal(reading->findings, "7:9: warning: unknown country code 'XX', read as location unknown: an "
					       "ISO "
					       "3166-1 code would be right\n");
	assert_int_equal(reading->err, 0);
	for (unsigned int i = 0; i < 8; i++) {
		char addr[32];

		snprintf(addr, sizeof(addr), "10.0.%u.0", i);
		assert_location(reading, addr, i == 5 ? NL : UNKNOWN);
		assert_int_equal(range_at(reading, addr)->line, i + 1);
	}
	forget(reading);
}

static void a_status_that_is_not_known_is_skipped_with_one_warning(void **state)
{
	struct reading *reading = read_text(NL4 "iana|ZZ|ipv4|10.0.0.0|256||ietf|iana\n"
					    "iana|ZZ|ipv4|11.0.0.0|256||ietf\n");

	assert_string_equal(reading->findings,
			    "2:28: warning: unknown status 'ietf', skipped as all that are not allocated or assigned: "
			    "allocated, assigned, available or reserved would be right\n");
	assert_int_equal(reading->lines, 1);
	forget(reading);
}

static void a_file_that_is_cut_short_is_refused(void **state)
{
	assert_findings(HEAD SUMS ASN NL4, "3: error: 2 ipv4 records are promised here, and 1 follow: the whole file "
					   "would "
					   "be right\n"
					   "4: error: 1 ipv6 records are promised here, and 0 follow: the whole file "
					   "would "
					   "be right\n");
	assert_findings(HEAD ASN NL4, "1: error: 4 records are promised here, and 2 follow: the whole file would be "
				      "right\n");
	/* The octets of a download that stopped. */
	assert_findings(HEAD SUMS ASN NL4 FR4 "ripencc|NL|ipv6|2001:6",
			"4: error: 1 ipv6 records are promised here, and 0 follow: the whole file would be right\n"
			"8:1: error: 'ripencc|NL|ipv6|2001:6' is no record: a line such as "
			"'ripencc|NL|ipv4|193.0.0.0|2048|19930901|allocated' would be right\n");
}

static void more_records_than_promised_are_welcome(void **state)
{
	assert_findings(HEAD SUMS ASN ASN NL4 FR4 NL6, "");
	assert_findings(NL4, "");
}

static void several_registries_may_stand_in_one_file(void **state)
{
	static const char other[] = HEAD SUMS ASN NL4 FR4 NL6
		"2.3|apnic|20240601|1|19830613|20240531|+1000\n"
		"apnic|*|ipv4|*|1|summary\n"
		"apnic|JP|ipv4|1.0.16.0|4096|20110412|allocated|A92D9378\n";

	assert_findings(other, "");
	assert_findings(HEAD SUMS ASN NL4 FR4 "2.3|apnic|20240601|1|19830613|20240531|+1000\n"
			"apnic|JP|ipv4|1.0.16.0|4096|20110412|allocated\n",
			"4: error: 1 ipv6 records are promised here, and 0 follow: the whole file would be right\n");
}

static void a_line_that_is_no_record_is_refused(void **state)
{
	assert_findings(NL4 "ripencc|NL|ipv4\n",
			"2:1: error: 'ripencc|NL|ipv4' is no record: a line such as "
			"'ripencc|NL|ipv4|193.0.0.0|2048|19930901|allocated' would be right\n");
	assert_findings(NL4 "ripencc|NL|ipv4|193.0.8.0|256|19930901\n",
			"2:1: error: a record of 6 fields: registry|country|type|start|value|date|status would be "
			"right\n");
	assert_findings(NL4 "ripencc|NL|ipv5|193.0.8.0|256|19930901|allocated\n",
			"2:12: error: 'ipv5' is no type of record: asn, ipv4 or ipv6 would be right\n");
}

static void fields_that_are_wrong_are_refused(void **state)
{
	assert_findings("ripencc|NL|ipv4|193.0.8|256|19930901|allocated\n"
			"ripencc|NL|ipv6|193.0.8.0|32|19930901|allocated\n",
			"1:17: error: '193.0.8' is no IPv4 address: one such as 193.0.0.0 would be right\n"
			"2:17: error: '193.0.8.0' is no IPv6 address: one such as 2001:610:: would be right\n");
	assert_findings("ripencc|NL|ipv4|193.0.8.0|0|19930901|allocated\n"
			"ripencc|NL|ipv4|193.0.8.0|x|19930901|allocated\n"
			"ripencc|NL|ipv4|255.255.255.0|257|19930901|allocated\n"
			"ripencc|NL|ipv6|2001:610::|129|19930901|allocated\n",
			"1:27: error: '0' is no number of addresses: 1 to 4294967295 would be right\n"
			"2:27: error: 'x' is no number of addresses: 1 to 4294967295 would be right\n"
			"3:31: error: '257' addresses reach beyond 255.255.255.255: fewer would be right\n"
			"4:28: error: '129' is no prefix length: 0 to 128 would be right\n");
	assert_findings("ripencc|NLD|ipv4|193.0.8.0|256|19930901|allocated\n",
			"1:9: error: 'NLD' is no country code: two letters, or none for unknown, would be right\n");
	assert_findings("2|ripencc|1717192799|many|19830705|20240531|+0200\n" NL4,
			"1:22: error: 'many' is no number of records: digits would be right\n");
}

static void cr_lf_and_no_last_newline_are_no_trouble(void **state)
{
	struct reading *reading = read_text("\xef\xbb\xbf" "2|x|1|1|||\r\nripencc|NL|ipv4|193.0.0.0|256|1|allocated");

	assert_string_equal(reading->findings, "");
	assert_location(reading, "193.0.0.0", NL);
	forget(reading);
}

static void equal_blocks_of_two_countries_are_a_warning(void **state)
{
	assert_findings(NL4 "ripencc|FR|ipv4|193.0.0.0|2048|19930901|allocated\n",
			"2: warning: 193.0.0.0/21 has another value in line 1, this later one wins: one line would be "
			"right\n");
}

static void a_file_without_blocks_is_refused(void **state)
{
	assert_findings(ASN, "0: error: no line gives a location: an empty source would send everyone to the "
		"default\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_as_the_registries_write_it_is_read),
		cmocka_unit_test(a_count_need_not_be_a_power_of_two),
		cmocka_unit_test(what_nobody_holds_is_skipped),
		cmocka_unit_test(a_country_that_is_not_known_is_location_unknown),
		cmocka_unit_test(a_status_that_is_not_known_is_skipped_with_one_warning),
		cmocka_unit_test(a_file_that_is_cut_short_is_refused),
		cmocka_unit_test(more_records_than_promised_are_welcome),
		cmocka_unit_test(several_registries_may_stand_in_one_file),
		cmocka_unit_test(a_line_that_is_no_record_is_refused),
		cmocka_unit_test(fields_that_are_wrong_are_refused),
		cmocka_unit_test(cr_lf_and_no_last_newline_are_no_trouble),
		cmocka_unit_test(equal_blocks_of_two_countries_are_a_warning),
		cmocka_unit_test(a_file_without_blocks_is_refused),
	};

	return cmocka_run_group_tests_name("source_rir", tests, NULL, NULL);
}
