/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources as MaxMind DBs: schemas, both families, and files that are damaged. */
#include "tests/unit/mmdb_file.h"

#define US 840u
#define AU 36u
#define JP 392u
#define DE 276u
#define UNKNOWN GX_LOCATION_UNKNOWN

#define WANTED(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Frees the database. */
static struct reading *read_db(struct mmdb *db, const char *const *wanted)
{
	struct reading *reading;

	mmdb_finish(db);
	reading = read_wanted(GX_FORMAT_DETECT, (const char *)db->octets, db->len, wanted);
	assert_int_equal(reading->format, GX_FORMAT_MMDB);
	free(db);
	return reading;
}

static void assert_fine(const struct reading *reading)
{
	assert_string_equal(reading->findings, "");
	assert_int_equal(reading->err, 0);
}

/* --- trees -------------------------------------------------------------------------------------- */

static void records_of_every_width_are_read(void **state)
{
	static const unsigned int widths[] = { 24, 28, 32 };

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct mmdb *db = mmdb_new(6, widths[i]);
		struct reading *reading;

		mmdb_insert(db, "1.0.0.0/24", mmdb_country(db, "AU"));
		mmdb_insert(db, "2001:200::/32", mmdb_country(db, "JP"));
		reading = read_db(db, NULL);
		assert_fine(reading);
		assert_int_equal(reading->lines, 2);
		assert_block(reading, "1.0.0.0", "1.0.0.255", AU);
		assert_block(reading, "2001:200::", "2001:200:ffff:ffff:ffff:ffff:ffff:ffff", JP);
		assert_int_equal(range_at(reading, "1.0.0.0")->line, GX_LINE_RECORD);
		forget(reading);
	}
}

static void a_tree_of_ipv4_alone_is_read(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	struct reading *reading;

	mmdb_insert(db, "0.0.0.0/1", mmdb_country(db, "US"));
	mmdb_insert(db, "255.255.255.255/32", mmdb_country(db, "JP"));
	reading = read_db(db, NULL);
	assert_fine(reading);
	assert_block(reading, "0.0.0.0", "127.255.255.255", US);
	assert_location(reading, "255.255.255.255", JP);
	assert_location(reading, "255.255.255.254", UNKNOWN);
	assert_location(reading, "::1", UNKNOWN);
	forget(reading);
}

static void other_ways_to_ipv4_are_read_once(void **state)
{
	struct mmdb *db = mmdb_new(6, 28);
	struct reading *reading;

	mmdb_insert(db, "1.0.0.0/24", mmdb_country(db, "AU"));
	mmdb_alias(db, "::ffff:0:0/96", "::/96");
	mmdb_alias(db, "2001::/32", "::/96");
	mmdb_alias(db, "2002::/16", "::/96");
	mmdb_alias(db, "64:ff9b::/96", "::/96");
	mmdb_alias(db, "5f00::/16", "::/96");
	reading = read_db(db, NULL);
	assert_fine(reading);
	assert_int_equal(reading->lines, 1);
	assert_int_equal(reading->counts[GX_IPV4], 1);
	assert_int_equal(reading->counts[GX_IPV6], 0);
	assert_location(reading, "::ffff:1.0.0.1", GX_LOCATION_IPV4);
	assert_location(reading, "5f00:100::", UNKNOWN);
	forget(reading);
}

static void a_record_as_wide_as_all_of_ipv4_is_that_of_ipv4(void **state)
{
	struct mmdb *db = mmdb_new(6, 24);
	struct reading *reading;

	mmdb_insert(db, "::/64", mmdb_country(db, "US"));
	reading = read_db(db, NULL);
	assert_fine(reading);
	assert_block(reading, "0.0.0.0", "255.255.255.255", US);
	assert_location(reading, "::1:0:0:1", US);
	assert_location(reading, "0:0:0:1::", UNKNOWN);
	forget(reading);
	db = mmdb_new(6, 24);
	mmdb_insert(db, "::/96", mmdb_country(db, "US"));
	reading = read_db(db, NULL);
	assert_block(reading, "0.0.0.0", "255.255.255.255", US);
	assert_location(reading, "::1", UNKNOWN);
	forget(reading);
}

static void neighbours_of_one_location_are_one_range(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	uint32_t one = mmdb_country(db, "US"), other = mmdb_country(db, "US");
	struct reading *reading;

	mmdb_insert(db, "10.0.0.0/24", one);
	mmdb_insert(db, "10.0.1.0/24", other);
	mmdb_insert(db, "10.0.2.0/23", one);
	mmdb_insert(db, "10.0.5.0/24", one);
	reading = read_db(db, NULL);
	assert_int_equal(reading->lines, 4);
	assert_int_equal(reading->counts[GX_IPV4], 2);
	assert_block(reading, "10.0.0.0", "10.0.3.255", US);
	assert_location(reading, "10.0.4.0", UNKNOWN);
	forget(reading);
}

/* --- schemas ------------------------------------------------------------------------------------ */

static void the_registered_country_stands_for_one_that_is_missing(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	uint32_t both = mmdb_map(db, 3), registered, represented;
	struct reading *reading;

	mmdb_nested(db, "registered_country", "iso_code", "US");
	mmdb_nested(db, "country", "iso_code", "DE");
	mmdb_nested(db, "represented_country", "iso_code", "JP");
	registered = mmdb_map(db, 1);
	mmdb_nested(db, "registered_country", "iso_code", "US");
	represented = mmdb_map(db, 1);
	mmdb_nested(db, "represented_country", "iso_code", "JP");
	mmdb_insert(db, "10.0.0.0/24", both);
	mmdb_insert(db, "10.0.1.0/24", registered);
	mmdb_insert(db, "10.0.2.0/24", represented);
	reading = read_db(db, NULL);
	assert_fine(reading);
	assert_location(reading, "10.0.0.0", DE);
	assert_location(reading, "10.0.1.0", US);
	assert_int_equal(range_at(reading, "10.0.2.0")->line, 0);
	forget(reading);
}

static void regions_and_cities_are_told_apart_where_they_are_wanted(void **state)
{
	static const struct {
		const char *wanted[3];
		const char *shown;
	} cases[] = {
		{ { NULL }, "US" },
		{ { "us/ca" }, "US/CA" },
		{ { "US/CA/los angeles" }, "US/CA/Los Angeles" },
		{ { "US//Los Angeles" }, "US//Los Angeles" },
		{ { "US/XX", "US//Los Angeles (de)" }, "US" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mmdb *db = mmdb_new(4, 24);
		struct reading *reading;

		mmdb_insert(db, "10.0.0.0/24", mmdb_los_angeles(db));
		reading = read_db(db, cases[i].wanted);
		assert_fine(reading);
		assert_shown(reading, "10.0.0.0", cases[i].shown);
		forget(reading);
	}
}

static void a_continent_alone_is_a_location(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	uint32_t offset = mmdb_map(db, 1);
	struct reading *reading;

	mmdb_nested(db, "continent", "code", "EU");
	mmdb_insert(db, "10.0.0.0/24", offset);
	reading = read_db(db, NULL);
	assert_fine(reading);
	assert_shown(reading, "10.0.0.0", "continent EU");
	forget(reading);
}

static void as_numbers_are_read_in_every_schema(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	uint32_t maxmind = mmdb_map(db, 1), ipinfo, flat;
	struct reading *reading;

	mmdb_text(db, "autonomous_system_number");
	mmdb_number(db, MMDB_UINT32, 64500);
	ipinfo = mmdb_map(db, 4);
	mmdb_pair(db, "asn", "AS64500");
	mmdb_pair(db, "continent_code", "EU");
	mmdb_pair(db, "country", "Germany");
	mmdb_pair(db, "country_code", "DE");
	flat = mmdb_map(db, 2);
	mmdb_pair(db, "asn", "AS64501");
	mmdb_pair(db, "country", "JP");
	mmdb_insert(db, "10.0.0.0/24", maxmind);
	mmdb_insert(db, "10.0.1.0/24", ipinfo);
	mmdb_insert(db, "10.0.2.0/24", flat);
	reading = read_db(db, WANTED("AS64500"));
	assert_fine(reading);
	assert_shown(reading, "10.0.0.0", "AS64500");
	assert_shown(reading, "10.0.1.0", "DE AS64500");
	assert_shown(reading, "10.0.2.0", "JP");
	forget(reading);
}

static void a_record_of_other_things_says_nothing(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	uint32_t offset = mmdb_map(db, 1), country = mmdb_country(db, "US");
	struct reading *reading;

	(void)country;
	db->data_len = 0;
	mmdb_map(db, 1);
	mmdb_pair(db, "type", "hosting");
	mmdb_insert(db, "10.0.0.0/24", offset);
	reading = read_db(db, NULL);
	assert_int_not_equal(reading->err, 0);
	assert_string_equal(reading->findings, "0: error: no record gives a location: an empty source would send "
					       "everyone to the default\n");
	forget(reading);
}

static void pointers_within_the_data_are_followed(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	uint32_t shared = mmdb_map(db, 1), offset;
	struct reading *reading;

	mmdb_pair(db, "iso_code", "US");
	offset = mmdb_map(db, 1);
	mmdb_text(db, "country");
	mmdb_pointer(db, shared);
	mmdb_insert(db, "10.0.0.0/24", offset);
	reading = read_db(db, NULL);
	assert_fine(reading);
	assert_location(reading, "10.0.0.0", US);
	forget(reading);
}

static void odd_codes_are_a_warning_and_names_an_error(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	uint32_t name;
	struct reading *reading;

	mmdb_insert(db, "10.0.0.0/24", mmdb_country(db, "XX"));
	mmdb_insert(db, "10.0.2.0/24", mmdb_country(db, "ZZ"));
	mmdb_insert(db, "10.0.4.0/24", mmdb_country(db, ""));
	name = mmdb_map(db, 1);
	mmdb_pair(db, "country", "Germany");
	mmdb_insert(db, "10.0.6.0/24", name);
	mmdb_insert(db, "10.0.8.0/24", name);
	reading = read_db(db, NULL);
	assert_string_equal(reading->findings,
			    "0: warning: unknown country code 'XX', read as location unknown: an ISO 3166-1 code would "
			    "be right\n"
			    "0: error: the record of 10.0.6.0/24 has the country 'Germany': a code of two letters "
			    "would be right\n");
	assert_int_equal(range_at(reading, "10.0.4.0")->line, GX_LINE_RECORD);
	forget(reading);
}

/* --- one address -------------------------------------------------------------------------------- */

static void assert_network(const struct gx_source *source, const char *text, const char *expected)
{
	char shown[GX_ADDR_TEXT_OCTETS] = "none";
	struct gx_prefix prefix;
	struct gx_addr addr;

	assert_int_equal(gx_parse_addr(text, &addr), 0);
	if (gx_source_network(source, &addr, &prefix) == 0)
		gx_show_prefix(&prefix, shown);
	assert_string_equal(shown, expected);
}

static void the_network_of_an_address_is_found(void **state)
{
	char file[] = "/tmp/geoxdp-source-XXXXXX";
	struct gx_source source = { .file = file };
	struct mmdb *db = mmdb_new(6, 28);
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	close(fd);
	mmdb_insert(db, "1.0.0.0/24", mmdb_country(db, "AU"));
	mmdb_insert(db, "1.0.1.0/24", mmdb_country(db, "AU"));
	mmdb_insert(db, "2001:200::/32", mmdb_country(db, "JP"));
	mmdb_finish(db);
	write_file(file, (const char *)db->octets, db->len);
	assert_network(&source, "1.0.1.7", "1.0.1.0/24");
	assert_network(&source, "2001:200:1::", "2001:200::/32");
	assert_network(&source, "9.9.9.9", "none");
	write_file(file, (const char *)db->octets, db->len / 2);
	assert_network(&source, "1.0.1.7", "none");
	unlink(file);
	assert_network(&source, "1.0.1.7", "none");
	free(db);
}

/* --- what is refused ---------------------------------------------------------------------------- */

static void a_file_without_metadata_is_refused(void **state)
{
	struct mmdb *db = mmdb_small_city_database(24);
	struct reading *reading = read_octets(GX_FORMAT_MMDB, (const char *)db->octets, db->len - 300);

	assert_string_equal(reading->findings,
			    "0: error: no metadata at the end of the file, which is cut short or is no MaxMind DB: the "
			    "whole file would be right\n");
	forget(reading);
	free(db);
}

static void a_tree_that_runs_in_circles_is_refused(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	struct reading *reading;

	mmdb_insert(db, "10.0.0.0/24", mmdb_country(db, "US"));
	*mmdb_side(db, "128.0.0.0/1") = 0;
	reading = read_db(db, NULL);
	assert_int_not_equal(reading->err, 0);
	assert_non_null(strstr(reading->findings, "0: error: the search tree is broken at "));
	assert_non_null(strstr(reading->findings, ": the file is damaged, and a new copy would be right\n"));
	forget(reading);
}

static void a_record_beyond_the_data_is_refused(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	struct reading *reading;

	mmdb_country(db, "US");
	mmdb_insert(db, "10.0.0.0/8", 60000);
	reading = read_db(db, NULL);
	assert_string_equal(reading->findings, "0: error: the search tree is broken at 10.0.0.0/8: the file is "
					       "damaged, "
					       "and a new copy would be right\n");
	forget(reading);
}

static void a_record_that_ends_too_early_is_refused_with_its_network(void **state)
{
	struct mmdb *db = mmdb_new(4, 24);
	uint32_t offset = mmdb_map(db, 9);
	struct reading *reading;

	mmdb_insert(db, "10.0.0.0/8", offset);
	reading = read_db(db, NULL);
	assert_int_not_equal(reading->err, 0);
	assert_non_null(strstr(reading->findings, "0: error: the record of 10.0.0.0/8 cannot be read ("));
	forget(reading);
}

static void a_file_of_another_form_is_refused(void **state)
{
	struct mmdb *db = mmdb_small_city_database(24);
	struct reading *reading = read_octets(GX_FORMAT_CSV, (const char *)db->octets, db->len);

	assert_string_equal(reading->findings,
			    "0: error: the file is of the form mmdb: a file of the form csv would be right\n");
	forget(reading);
	free(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_every_width_are_read),
		cmocka_unit_test(a_tree_of_ipv4_alone_is_read),
		cmocka_unit_test(other_ways_to_ipv4_are_read_once),
		cmocka_unit_test(a_record_as_wide_as_all_of_ipv4_is_that_of_ipv4),
		cmocka_unit_test(neighbours_of_one_location_are_one_range),
		cmocka_unit_test(the_registered_country_stands_for_one_that_is_missing),
		cmocka_unit_test(regions_and_cities_are_told_apart_where_they_are_wanted),
		cmocka_unit_test(a_continent_alone_is_a_location),
		cmocka_unit_test(as_numbers_are_read_in_every_schema),
		cmocka_unit_test(a_record_of_other_things_says_nothing),
		cmocka_unit_test(pointers_within_the_data_are_followed),
		cmocka_unit_test(odd_codes_are_a_warning_and_names_an_error),
		cmocka_unit_test(the_network_of_an_address_is_found),
		cmocka_unit_test(a_file_without_metadata_is_refused),
		cmocka_unit_test(a_tree_that_runs_in_circles_is_refused),
		cmocka_unit_test(a_record_beyond_the_data_is_refused),
		cmocka_unit_test(a_record_that_ends_too_early_is_refused_with_its_network),
		cmocka_unit_test(a_file_of_another_form_is_refused),
	};

	return cmocka_run_group_tests_name("source_mmdb", tests, NULL, NULL);
}
