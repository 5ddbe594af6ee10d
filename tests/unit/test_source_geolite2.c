/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GeoLite2 as comma-separated values: blocks, and the locations they refer to. */
#include "tests/unit/folder.h"
#include "tests/unit/source_file.h"

#define WANTED(...) ((const char *const[]){ __VA_ARGS__, NULL })

#define BLOCKS_HEAD                                                                                                   \
	"network,geoname_id,registered_country_geoname_id,represented_country_geoname_id,is_anonymous_proxy,"         \
	"is_satellite_provider,is_anycast\n"
#define COUNTRIES_HEAD                                                                                                \
	"geoname_id,locale_code,continent_code,continent_name,country_iso_code,country_name,is_in_european_union\n"
#define CITIES_HEAD                                                                                                   \
	"geoname_id,locale_code,continent_code,continent_name,country_iso_code,country_name,subdivision_1_iso_code,"  \
	"subdivision_1_name,subdivision_2_iso_code,subdivision_2_name,city_name,metro_code,time_zone,"                \
	"is_in_european_union\n"

#define COUNTRIES                                                                                                     \
	COUNTRIES_HEAD "2077456,en,OC,Oceania,AU,Australia,0\n"                                                       \
		       "6252001,en,NA,\"North America\",US,\"United States\",0\n"                                     \
		       "6255148,en,EU,Europe,,,0\n"

/* Blocks and, unless NULL, locations in files of these names. */
static struct reading *read_pair(struct folder *folder, const char *blocks_name, const char *blocks,
				 const char *places_name, const char *places, const char *const *wanted)
{
	struct gx_source source = { .file = folder_path(folder, blocks_name) };

	write_file(source.file, blocks, strlen(blocks));
	if (places)
		write_file(folder_path(folder, places_name), places, strlen(places));
	return read_source(&source, wanted);
}

static struct reading *read_countries(struct folder *folder, const char *blocks, const char *places)
{
	return read_pair(folder, "GeoLite2-Country-Blocks-IPv4.csv", blocks, "GeoLite2-Country-Locations-en.csv",
			 places, NULL);
}

static void assert_findings(struct folder *folder, const char *blocks, const char *places, const char *findings)
{
	struct reading *reading = read_countries(folder, blocks, places);

	assert_string_equal(reading->findings, findings);
	assert_int_not_equal(reading->err, 0);
	forget(reading);
}

static void blocks_find_their_locations_by_name(void **state)
{
	struct reading *reading = read_countries(*state, BLOCKS_HEAD "1.0.0.0/24,2077456,2077456,,0,0,\n"
						 "1.0.1.0/24,6252001,2077456,6252001,0,0,\n", COUNTRIES);

	assert_string_equal(reading->findings, "");
	assert_int_equal(reading->err, 0);
	assert_int_equal(reading->format, GX_FORMAT_CSV);
	assert_shown(reading, "1.0.0.0", "AU");
	assert_shown(reading, "1.0.1.0", "US");
	assert_int_equal(range_at(reading, "1.0.1.0")->line, 3);
	forget(reading);
}

static void the_registered_country_stands_for_a_place_that_is_missing(void **state)
{
	struct reading *reading = read_countries(*state, BLOCKS_HEAD "1.0.0.0/24,,2077456,,0,0,\n"
						 "1.0.1.0/24,,,6252001,0,0,\n"
						 "1.0.2.0/24,6255148,,,0,0,\n", COUNTRIES);

	assert_string_equal(reading->findings, "");
	assert_shown(reading, "1.0.0.0", "AU");
	assert_shown(reading, "1.0.1.0", "unknown");
	assert_int_equal(range_at(reading, "1.0.1.0")->line, 3);
	assert_shown(reading, "1.0.2.0", "continent EU");
	forget(reading);
}

static void cities_are_told_apart_where_they_are_wanted(void **state)
{
	static const char places[] = CITIES_HEAD
		"5368361,en,NA,\"North America\",US,\"United States\",CA,California,,,\"Los "
		"Angeles\",803,America/Los_Angeles,0\n"
		"5128581,en,NA,\"North America\",US,\"United States\",NY,\"New York\",,,\"New "
		"York\",501,America/New_York,0\n";
	struct reading *reading = read_pair(*state, "GeoLite2-City-Blocks-IPv6.csv",
					    BLOCKS_HEAD "2001:db8::/32,5368361,5368361,,0,0,\n"
							"2001:db9::/32,5128581,5128581,,0,0,\n",
					    "GeoLite2-City-Locations-en.csv", places, WANTED("US/CA/Los Angeles"));

	assert_string_equal(reading->findings, "");
	assert_shown(reading, "2001:db8::", "US/CA/Los Angeles");
	assert_shown(reading, "2001:db9::", "US");
	forget(reading);
}

static void the_file_of_locations_may_be_named(void **state)
{
	static const char blocks[] = BLOCKS_HEAD "1.0.0.0/24,2077456,2077456,,0,0,\n";
	struct gx_source source = {
		.file = folder_path(*state, "blocks"),
		.companion = folder_path(*state, "places"),
		.where = { .file = folder_path(*state, "geoxdp.yaml"), .line = 7 },
	};
	struct reading *reading;

	write_file(source.file, blocks, strlen(blocks));
	write_file(source.companion, COUNTRIES, strlen(COUNTRIES));
	reading = read_source(&source, NULL);
	assert_string_equal(reading->findings, "");
	assert_shown(reading, "1.0.0.0", "AU");
	forget(reading);
	unlink(source.companion);
	reading = read_source(&source, NULL);
	assert_int_not_equal(reading->err, 0);
	assert_non_null(strstr(reading->findings, "geoxdp.yaml:7: error: "));
	assert_non_null(strstr(reading->findings, "/places cannot be read (No such file or directory): write the path "
						  "of "
						  "an existing file\n"));
	forget(reading);
}

static void a_file_of_locations_that_is_missing_is_one_finding(void **state)
{
	static const char blocks[] = BLOCKS_HEAD "1.0.0.0/24,2077456,2077456,,0,0,\n1.0.1.0/24,2,2,,0,0,\n";
	struct reading *reading = read_countries(*state, blocks, NULL);

	assert_int_not_equal(reading->err, 0);
	assert_memory_equal(reading->findings, "1: error: /", 11);
	assert_non_null(strstr(reading->findings, "/GeoLite2-Country-Locations-en.csv cannot be read (No such file or "
						  "directory): write the path of an existing file\n"));
	assert_ptr_equal(strchr(reading->findings, '\n'), strrchr(reading->findings, '\n'));
	forget(reading);
	reading = read_pair(*state, "blocks.csv", blocks, NULL, NULL, NULL);
	assert_string_equal(reading->findings,
			    "1: error: names places by geoname_id, and the file that lists them is not known: a file "
			    "named *-Blocks-IPv4.csv or *-Blocks-IPv6.csv with *-Locations-en.csv beside it, or "
			    "`locations: FILE` with this source, would be right\n");
	forget(reading);
}

static void a_place_that_is_not_listed_is_a_finding_once(void **state)
{
	assert_findings(*state, BLOCKS_HEAD "1.0.0.0/24,2077456,,,0,0,\n1.0.1.0/24,7,,,0,0,\n1.0.2.0/24,7,,,0,0,\n"
			"1.0.3.0/24,x,,,0,0,\n", COUNTRIES,
			"3:12: error: geoname_id 7 is not in the file of locations: blocks and locations of one "
			"release "
			"would be right\n"
			"5:12: error: 'x' is no geoname_id: digits would be right\n");
}

static void broken_lines_of_either_file_are_findings_there(void **state)
{
	assert_findings(*state, BLOCKS_HEAD "1.0.0.0/24,2077456,2077456,,0,0,\n1.0.1.0/24,2077456,20",
			COUNTRIES_HEAD "2077456,en,OC,Oceania,AU,Australia,0\nx,en,OC,Oceania,AU,Australia,0\n"
				       "3,en,OC,Oceania,Australia,Australia,0\n4,en,OC\n",
			"GeoLite2-Country-Locations-en.csv:3:1: error: 'x' is no geoname_id: digits would be right\n"
			"GeoLite2-Country-Locations-en.csv:4:17: error: 'Australia' is no country code: two letters, "
			"or none for "
			"unknown, would be right\n"
			"GeoLite2-Country-Locations-en.csv:5:6: error: a line of 3 fields: 7, as in the first line, "
			"would be "
			"right\n"
			"3:20: error: the last line has 3 fields of 7: the file is cut short, and the whole file "
			"would be "
			"right\n");
}

static void files_in_each_others_place_are_refused(void **state)
{
	static const char blocks[] = BLOCKS_HEAD "1.0.0.0/24,2077456,2077456,,0,0,\n";

	assert_findings(*state, COUNTRIES, COUNTRIES,
			"1: error: is the file of locations: the file of blocks, *-Blocks-IPv4.csv or "
			"*-Blocks-IPv6.csv, "
			"would be right\n");
	assert_findings(*state, blocks, blocks,
			"GeoLite2-Country-Locations-en.csv:1: error: is no GeoLite2 file of locations: a head that "
			"names "
			"geoname_id and country_iso_code would be right\n");
	assert_findings(*state, blocks, "",
			"GeoLite2-Country-Locations-en.csv:0: error: is no GeoLite2 file of locations: a head that "
			"names "
			"geoname_id and country_iso_code would be right\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(blocks_find_their_locations_by_name),
		folder_test(the_registered_country_stands_for_a_place_that_is_missing),
		folder_test(cities_are_told_apart_where_they_are_wanted),
		folder_test(the_file_of_locations_may_be_named),
		folder_test(a_file_of_locations_that_is_missing_is_one_finding),
		folder_test(a_place_that_is_not_listed_is_a_finding_once),
		folder_test(broken_lines_of_either_file_are_findings_there),
		folder_test(files_in_each_others_place_are_refused),
	};

	return cmocka_run_group_tests_name("source_geolite2", tests, NULL, NULL);
}
