/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources as comma-separated values: DB-IP, IP2Location, IPinfo. */
#include "tests/unit/source_file.h"

#define US 840u
#define AU 36u
#define CN 156u
#define JP 392u
#define UNKNOWN GX_LOCATION_UNKNOWN

#define WANTED(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct reading *read_text(const char *text)
{
	return read_octets(GX_FORMAT_CSV, text, strlen(text));
}

static void assert_findings(const char *text, const char *findings)
{
	struct reading *reading = read_text(text);

	assert_string_equal(reading->findings, findings);
	assert_int_equal(reading->err != 0, strstr(findings, "error: ") != NULL);
	forget(reading);
}

/* Free with forget(). */
static struct reading *read_fine(const char *text, const char *const *wanted)
{
	struct reading *reading = read_wanted(GX_FORMAT_DETECT, text, strlen(text), wanted);

	assert_string_equal(reading->findings, "");
	assert_int_equal(reading->err, 0);
	assert_int_equal(reading->format, GX_FORMAT_CSV);
	return reading;
}

/* --- forms -------------------------------------------------------------------------------------- */

static void db_ip_country_is_read(void **state)
{
	struct reading *reading = read_fine("0.0.0.0,0.255.255.255,ZZ\n1.0.0.0,1.0.0.255,AU\n1.0.1.0,1.0.3.255,CN\n"
					    "2001:200::,2001:200:ffff:ffff:ffff:ffff:ffff:ffff,JP\n", NULL);

	assert_int_equal(reading->lines, 4);
	assert_location(reading, "0.0.0.1", UNKNOWN);
	assert_int_equal(range_at(reading, "0.0.0.1")->line, 1);
	assert_block(reading, "1.0.0.0", "1.0.0.255", AU);
	assert_block(reading, "1.0.1.0", "1.0.3.255", CN);
	assert_block(reading, "2001:200::", "2001:200:ffff:ffff:ffff:ffff:ffff:ffff", JP);
	assert_int_equal(range_at(reading, "2001:200::")->line, 4);
	forget(reading);
}

static void db_ip_city_is_read(void **state)
{
	static const char text[] =
		"1.0.0.0,1.0.0.255,OC,AU,Queensland,\"South Brisbane\",-27.4767,153.017\n"
		"1.0.1.0,1.0.1.255,NA,US,\"California\",\"Los Angeles\",34.05,-118.24\n"
		"1.0.2.0,1.0.2.255,EU,ZZ,,,0,0\n";
	struct reading *reading = read_fine(text, WANTED("AU//South Brisbane", "US/California"));

	assert_shown(reading, "1.0.0.0", "AU//South Brisbane");
	assert_shown(reading, "1.0.1.0", "US/California");
	assert_shown(reading, "1.0.2.0", "continent EU");
	forget(reading);
}

static void db_ip_asn_is_read(void **state)
{
	struct reading *reading = read_fine("1.0.0.0,1.0.0.255,13335,\"Cloudflare, Inc.\"\n1.0.1.0,1.0.1.255,64500,x\n",
					    WANTED("AS13335"));

	assert_shown(reading, "1.0.0.0", "AS13335");
	assert_shown(reading, "1.0.1.0", "unknown");
	assert_int_equal(gx_locations_speaks(reading->locations, reading->entries[GX_IPV4].list[0].location),
			 GX_SPEAKS_ASN);
	forget(reading);
}

static void ip2location_is_read(void **state)
{
	static const char text[] = "\"0\",\"16777215\",\"-\",\"-\"\r\n"
				   "\"16777216\",\"16777471\",\"US\",\"United States of America\"\r\n"
				   "\"4294967040\",\"4294967295\",\"JP\",\"Japan\"\r\n";
	struct reading *reading = read_fine(text, NULL);

	assert_int_equal(reading->lines, 3);
	assert_location(reading, "0.0.0.0", UNKNOWN);
	assert_int_equal(range_at(reading, "0.0.0.0")->line, 1);
	assert_block(reading, "1.0.0.0", "1.0.0.255", US);
	assert_block(reading, "255.255.255.0", "255.255.255.255", JP);
	forget(reading);
}

static void ip2location_cities_and_as_numbers_are_read(void **state)
{
	struct reading *reading = read_fine("\"16777216\",\"16777471\",\"US\",\"United States\",\"California\",\"San "
					    "Jose\"\n", WANTED("US/California/San Jose"));

	assert_shown(reading, "1.0.0.0", "US/California/San Jose");
	forget(reading);
	reading = read_fine("\"16777216\",\"16777471\",\"1.0.0.0/24\",\"13335\",\"CloudFlare Inc\"\n"
			    "\"16777472\",\"16777727\",\"1.0.1.0/24\",\"-\",\"-\"\n", WANTED("AS13335"));
	assert_shown(reading, "1.0.0.0", "AS13335");
	assert_shown(reading, "1.0.1.0", "unknown");
	forget(reading);
}

static void ip2location_ipv6_integers_reach_to_the_last_address(void **state)
{
	static const char text[] =
		"\"0\",\"281470681743359\",\"-\",\"-\"\n"
		"\"281470698520576\",\"281470698520831\",\"AU\",\"Australia\"\n"
		"\"42540528726795050063891204319802818560\","
		"\"42540528806023212578155541913346768895\",\"JP\",\"Japan\"\n"
		"\"340282366920938463463374607431768211455\","
		"\"340282366920938463463374607431768211455\",\"US\",\"x\"\n";
	struct reading *reading = read_fine(text, NULL);

	/* ::ffff:1.0.0.0 to ::ffff:1.0.0.255 */
	assert_block(reading, "1.0.0.0", "1.0.0.255", AU);
	assert_block(reading, "2001:200::", "2001:200:ffff:ffff:ffff:ffff:ffff:ffff", JP);
	assert_location(reading, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", US);
	assert_int_equal(range_at(reading, "::1")->line, 1);
	forget(reading);
}

static void ipinfo_is_read_by_its_head(void **state)
{
	struct reading *reading = read_fine("network,country,country_code,continent,continent_code,asn,as_name,"
					    "as_domain\n"
					    "1.0.0.0/24,Australia,AU,Oceania,OC,AS13335,\"Cloudflare, Inc.\",x\n"
					    "2001:200::/32,Japan,JP,Asia,AS,AS2500,WIDE,y\n", WANTED("AS13335"));

	assert_shown(reading, "1.0.0.0", "AU AS13335");
	assert_shown(reading, "2001:200::", "JP");
	assert_int_equal(range_at(reading, "1.0.0.0")->line, 2);
	forget(reading);
	reading = read_fine("start_ip,end_ip,country,country_name,continent,continent_name,asn,as_name,as_domain\n"
			    "1.0.0.0,1.0.0.255,AU,Australia,OC,Oceania,AS13335,x,y\n"
			    "1.0.1.0,1.0.1.255,,,AS,Asia,,,\n", NULL);
	assert_shown(reading, "1.0.0.0", "AU");
	assert_shown(reading, "1.0.1.0", "continent AS");
	forget(reading);
}

static void as_blocks_of_geolite2_are_read(void **state)
{
	struct reading *reading = read_fine("network,autonomous_system_number,autonomous_system_organization\n"
					    "1.0.0.0/24,13335,CLOUDFLARENET\n", WANTED("AS13335"));

	assert_shown(reading, "1.0.0.0", "AS13335");
	forget(reading);
}

/* --- fields ------------------------------------------------------------------------------------- */

static void quotes_marks_cr_lf_comments_and_no_last_newline_are_no_trouble(void **state)
{
	struct reading *reading = read_fine("\xef\xbb\xbf# head\r\n\r\n"
					    "\"16777216\",\"16777471\",\"AU\",\"the \"\"big\"\", island\"\r\n"
					    "16777472,16777727,CN,\"\"", NULL);

	assert_location(reading, "1.0.0.0", AU);
	assert_location(reading, "1.0.1.0", CN);
	assert_int_equal(range_at(reading, "1.0.1.0")->line, 4);
	forget(reading);
}

static void quotes_that_do_not_fit_are_refused(void **state)
{
	assert_findings("1.0.0.0,1.0.0.255,\"AU\n1.0.1.0,1.0.1.255,CN\n",
			"1:19: error: a quote that does not end in this line: a closing quote would be right\n");
	assert_findings("1.0.1.0,1.0.1.255,CN\n1.0.0.0,\"1.0.0.255\"x,AU\n",
			"2:20: error: 'x' behind a closing quote: a comma would be right\n");
}

static void lines_of_other_lengths_are_refused(void **state)
{
	assert_findings("1.0.0.0,1.0.0.255,AU\n1.0.1.0,1.0.1.255\n1.0.2.0,1.0.2.255,AU,x\n1.0.3.0,1.0.3.255,AU\n",
			"2:9: error: a line of 2 fields: 3, as in the first line, would be right\n"
			"3:22: error: a line of 4 fields: 3, as in the first line, would be right\n");
}

static void a_last_line_that_is_cut_short_is_refused(void **state)
{
	assert_findings("1.0.0.0,1.0.0.255,AU\n1.0.1.0,1.0.1",
			"2:9: error: the last line has 2 fields of 3: the file is cut short, and the whole file would "
			"be "
			"right\n");
	assert_findings("1.0.0.0,1.0.0.255,AU\n1.0.1.0,1.0.1.255,C",
			"2:19: error: 'C' is no country code: two letters, or none for unknown, would be right\n");
}

static void a_line_of_too_many_fields_is_refused(void **state)
{
	char text[512] = "1.0.0.0,1.0.0.255,AU\n1.0.1.0,1.0.1.255,CN";

	for (unsigned int i = 0; i < 64; i++)
		strcat(text, ",");
	assert_findings(text, "2:83: error: more than 64 fields: at most so many would be right\n");
}

static void addresses_that_are_none_are_refused(void **state)
{
	assert_findings("1.0.0.0,1.0.0.255,AU\n1.0.1.256,1.0.1.255,AU\n1.0.2.0,,AU\n",
			"2:1: error: '1.0.1.256' is no address: one such as 1.0.0.0, 2001:200:: or 16777216 would be "
			"right\n"
			"3:9: error: '' is no address: one such as 1.0.0.0, 2001:200:: or 16777216 would be right\n");
	assert_findings("1.0.0.0,1.0.0.255,AU\n1.0.1.0,2001::,AU\n1.0.3.0,1.0.2.255,AU\n",
			"2:9: error: the range ends in the other family: two IPv4 or two IPv6 addresses would be "
			"right\n"
			"3:9: error: the range ends before it begins: the lower address first would be right\n");
	assert_findings("\"1\",\"2\",\"AU\",\"Australia\"\n"
			"\"3\",\"340282366920938463463374607431768211456\",\"AU\",\"Australia\"\n",
			"2:5: error: '340282366920938463463374607431768211456' is over 2^128 - 1, the last IPv6 "
			"address: "
			"less would be right\n");
	assert_findings("network,country_code\n1.0.0.0/33,AU\n1.0.0/24,AU\n1.0.0.0/24,AU\n",
			"2:1: error: '1.0.0.0/33' has a length that is too long: 0 to 32, or in IPv6 to 128, would be "
			"right\n"
			"3:1: error: '1.0.0/24' is no prefix: one such as 1.0.0.0/24 would be right\n");
}

static void locations_that_are_none_are_refused(void **state)
{
	assert_findings("1.0.0.0,1.0.0.255,AUS\n1.0.1.0,1.0.1.255,XX\n1.0.2.0,1.0.2.255,XX\n1.0.3.0,1.0.3.255,EU\n",
			"1:19: error: 'AUS' is no country code: two letters, or none for unknown, would be right\n"
			"2:19: warning: unknown country code 'XX', read as location unknown: an ISO 3166-1 code would "
			"be "
			"right\n");
	assert_findings("1.0.0.0,1.0.0.255,AS1,x\n1.0.1.0,1.0.1.255,4294967296,x\n1.0.2.0,1.0.2.255,x,x\n",
			"2:19: error: '4294967296' is no AS number: one such as 64500 or AS64500 would be right\n"
			"3:19: error: 'x' is no AS number: one such as 64500 or AS64500 would be right\n");
}

static void overlapping_ranges_are_refused_and_equal_networks_are_a_warning(void **state)
{
	assert_findings("1.0.0.0,1.0.0.255,AU\n1.0.0.128,1.0.1.255,CN\n",
			"2: error: overlaps the range of line 1: an address in one range only would be right\n");
	assert_findings("network,country_code\n1.0.0.0/8,AU\n1.0.0.0/24,CN\n1.0.0.0/24,JP\n",
			"4: warning: 1.0.0.0/24 has another value in line 3, this later one wins: one line would be "
			"right\n");
}

/* --- heads -------------------------------------------------------------------------------------- */

static void heads_that_say_too_little_are_refused(void **state)
{
	assert_findings("country_code,asn,x\nAU,1,2\n",
			"1: error: the head names no addresses: a column network, or start_ip and end_ip, would be "
			"right\n");
	assert_findings("start_ip,country_code,x\n1.0.0.0,AU,2\n",
			"1: error: the head names no addresses: a column network, or start_ip and end_ip, would be "
			"right\n");
	assert_findings("network,postal_code,city\n1.0.0.0/24,2,3\n",
			"1: error: the head names no location: a column country_code, geoname_id or asn would be "
			"right\n");
	assert_findings("x,b,c,d,e,f,g\n",
			"1: error: a first line of 7 fields that names no columns: a head, such as "
			"'network,country_code', or lines such as '1.0.0.0,1.0.0.255,AU' would be right\n");
	assert_findings("network,country_code\n",
			"0: error: no line gives a location: an empty source would send everyone to the default\n");
}

static void files_that_might_be_tors_are_csv_where_that_is_asked_for(void **state)
{
	static const char text[] = "16777216,16777471,AU\n2001:200::,2001:200::ff,JP\n";
	struct reading *reading = read_octets(GX_FORMAT_DETECT, text, strlen(text));

	assert_int_equal(reading->format, GX_FORMAT_TOR);
	forget(reading);
	reading = read_text(text);
	assert_int_equal(reading->err, 0);
	assert_location(reading, "1.0.0.0", AU);
	assert_location(reading, "2001:200::", JP);
	forget(reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(db_ip_country_is_read),
		cmocka_unit_test(db_ip_city_is_read),
		cmocka_unit_test(db_ip_asn_is_read),
		cmocka_unit_test(ip2location_is_read),
		cmocka_unit_test(ip2location_cities_and_as_numbers_are_read),
		cmocka_unit_test(ip2location_ipv6_integers_reach_to_the_last_address),
		cmocka_unit_test(ipinfo_is_read_by_its_head),
		cmocka_unit_test(as_blocks_of_geolite2_are_read),
		cmocka_unit_test(quotes_marks_cr_lf_comments_and_no_last_newline_are_no_trouble),
		cmocka_unit_test(quotes_that_do_not_fit_are_refused),
		cmocka_unit_test(lines_of_other_lengths_are_refused),
		cmocka_unit_test(a_last_line_that_is_cut_short_is_refused),
		cmocka_unit_test(a_line_of_too_many_fields_is_refused),
		cmocka_unit_test(addresses_that_are_none_are_refused),
		cmocka_unit_test(locations_that_are_none_are_refused),
		cmocka_unit_test(overlapping_ranges_are_refused_and_equal_networks_are_a_warning),
		cmocka_unit_test(heads_that_say_too_little_are_refused),
		cmocka_unit_test(files_that_might_be_tors_are_csv_where_that_is_asked_for),
	};

	return cmocka_run_group_tests_name("source_csv", tests, NULL, NULL);
}
