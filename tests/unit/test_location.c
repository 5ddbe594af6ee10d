/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locations: numbers, what is wanted, and what a later source makes of an earlier one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "geoxdp/limits.h"
#include "user/core/location.h"
#include "user/core/partition.h"

#define US 840u
#define DE 276u

static int setup(void **state)
{
	*state = gx_locations_new();
	return 0;
}

static int teardown(void **state)
{
	gx_locations_free(*state);
	return 0;
}

static uint32_t number(struct gx_locations *locations, struct gx_location location, unsigned int speaks)
{
	return gx_locations_number(locations, &location, speaks);
}

#define PLACE(locations, ...) number(locations, (struct gx_location){ __VA_ARGS__ }, GX_SPEAKS_PLACE)
#define ASN(locations, n) number(locations, (struct gx_location){ .asn = (n) }, GX_SPEAKS_ASN)
#define OWN(locations, name) number(locations, (struct gx_location){ .own = (name) }, GX_SPEAKS_OWN)
#define ALL(locations, ...) number(locations, (struct gx_location){ __VA_ARGS__ }, GX_SPEAKS_ALL)

static void assert_shown(const struct gx_locations *locations, uint32_t location, const char *expected)
{
	char buffer[GX_LOCATION_TEXT_OCTETS];

	assert_string_equal(gx_locations_show(locations, location, buffer), expected);
}

/* --- numbers ------------------------------------------------------------------------------------ */

static void countries_alone_have_their_own_numbers(void **state)
{
	struct gx_locations *locations = *state;

	assert_int_equal(gx_locations_count(locations), 1000);
	assert_int_equal(PLACE(locations, .country = US), US);
	assert_int_equal(PLACE(locations, .country = US, .continent = "EU"), US);
	assert_int_equal(PLACE(locations, .country = 950), 950);
	assert_int_equal(PLACE(locations, 0), GX_LOCATION_UNKNOWN);
	assert_int_equal(gx_locations_count(locations), 1000);
	assert_int_equal(gx_locations_get(locations, US)->country, US);
	assert_string_equal(gx_locations_get(locations, US)->continent, "NA");
	assert_string_equal(gx_locations_get(locations, 950)->continent, "");
	assert_int_equal(gx_locations_speaks(locations, US), GX_SPEAKS_PLACE);
	assert_null(gx_locations_get(locations, 1000));
}

static void equal_locations_have_one_number_and_others_another(void **state)
{
	struct gx_locations *locations = *state;
	char office[] = "office";
	uint32_t first = OWN(locations, office);

	assert_int_equal(first, 1000);
	office[0] = 'O';
	assert_int_equal(OWN(locations, office), 1001);
	assert_int_equal(OWN(locations, "office"), first);
	assert_int_equal(PLACE(locations, .continent = "EU"), 1002);
	assert_int_equal(PLACE(locations, .continent = "NA"), 1003);
	assert_int_equal(ALL(locations, .country = US), 1004);
	assert_int_equal(ALL(locations, .country = US), 1004);
	assert_string_equal(gx_locations_get(locations, first)->own, "office");
	assert_int_equal(gx_locations_speaks(locations, 1004), GX_SPEAKS_ALL);
}

static void what_a_location_does_not_speak_of_is_left_out(void **state)
{
	struct gx_locations *locations = *state;
	struct gx_location location = { .own = "office", .asn = 64500, .country = US };

	gx_locations_want(locations, "AS64500");
	assert_int_equal(gx_locations_number(locations, &location, GX_SPEAKS_PLACE), US);
	assert_int_equal(gx_locations_number(locations, &location, GX_SPEAKS_ASN), ASN(locations, 64500));
	assert_int_equal(gx_locations_number(locations, &location, GX_SPEAKS_OWN), OWN(locations, "office"));
}

static void only_what_is_wanted_is_told_apart(void **state)
{
	struct gx_locations *locations = *state;

	gx_locations_want(locations, "us/ca");
	gx_locations_want(locations, "US/NY/New York");
	gx_locations_want(locations, "840//Springfield");
	gx_locations_want(locations, "as64500");
	gx_locations_want(locations, "office");		/* always told apart */
	gx_locations_want(locations, "XX/CA");
	gx_locations_want(locations, "DE/");
	gx_locations_want(locations, "DE//");
	gx_locations_want(locations, "AS");
	gx_locations_want(locations, "AS99999999999");
	assert_shown(locations, PLACE(locations, .country = US, .region = "CA"), "US/CA");
	assert_shown(locations, PLACE(locations, .country = US, .region = "ca", .city = "Fresno"), "US/CA");
	assert_shown(locations, PLACE(locations, .country = US, .region = "NY"), "US");
	assert_shown(locations, PLACE(locations, .country = US, .region = "NY", .city = "new york"), "US/NY/new york");
	assert_shown(locations, PLACE(locations, .country = US, .region = "NY", .city = "New York"), "US/NY/new york");
	assert_shown(locations, PLACE(locations, .country = US, .region = "TX", .city = "New York"), "US");
	assert_shown(locations, PLACE(locations, .country = US, .region = "IL", .city = "Springfield"),
		     "US//Springfield");
	assert_shown(locations, PLACE(locations, .country = US, .region = "CA", .city = "Springfield"),
		     "US/CA/Springfield");
	assert_shown(locations, PLACE(locations, .country = DE, .region = "CA", .city = "Springfield"), "DE");
	assert_shown(locations, PLACE(locations, .region = "CA"), "unknown");
	assert_shown(locations, PLACE(locations, .country = DE, .region = ""), "DE");
	assert_shown(locations, ASN(locations, 64500), "AS64500");
	assert_shown(locations, ASN(locations, 64501), "unknown");
	assert_int_equal(ASN(locations, 64501), ASN(locations, 0));
}

static void names_of_any_length_do_no_harm(void **state)
{
	struct gx_locations *locations = *state;
	char name[1000], key[1010], shown[GX_LOCATION_TEXT_OCTETS];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	snprintf(key, sizeof(key), "US//%s", name);
	gx_locations_want(locations, key);
	assert_int_equal(PLACE(locations, .country = US, .city = name), US);

	/* Cut between characters, not within one. */
	for (size_t i = 0; i + 2 < 300; i += 2)
		memcpy(name + i, "\xc3\xbc", 2);
	name[300] = '\0';
	assert_non_null(gx_locations_show(locations, OWN(locations, name), shown));
	assert_true(strlen(shown) < GX_LOCATION_TEXT_OCTETS);
	assert_int_equal(strlen(shown) % 2, 1);
	assert_shown(locations, OWN(locations, "a\nb\x7f"), "(a?b?)");
}

/* --- one over the other ------------------------------------------------------------------------- */

static void a_source_replaces_what_it_speaks_of(void **state)
{
	struct gx_locations *locations = *state;
	uint32_t asn, office, all;

	gx_locations_want(locations, "AS64500");
	asn = ASN(locations, 64500);
	office = OWN(locations, "office");
	all = gx_locations_combine(locations, gx_locations_combine(locations, US, asn), office);
	assert_shown(locations, all, "US AS64500 (office)");
	assert_shown(locations, gx_locations_combine(locations, all, DE), "DE AS64500 (office)");
	assert_shown(locations, gx_locations_combine(locations, all, GX_LOCATION_UNKNOWN), "AS64500 (office)");
	assert_shown(locations, gx_locations_combine(locations, all, ASN(locations, 1)), "US (office)");
	assert_int_equal(gx_locations_combine(locations, all, ALL(locations, .country = DE)), DE);
	assert_int_equal(gx_locations_combine(locations, all, ALL(locations, 0)), GX_LOCATION_UNKNOWN);
}

static void a_country_over_a_country_is_the_later_one(void **state)
{
	struct gx_locations *locations = *state;

	assert_int_equal(gx_locations_combine(locations, US, DE), DE);
	assert_int_equal(gx_locations_combine(locations, US, GX_LOCATION_UNKNOWN), GX_LOCATION_UNKNOWN);
	assert_int_equal(gx_locations_combine(locations, GX_LOCATION_UNKNOWN, 950), 950);
}

static void what_is_known_has_one_number_however_it_came_about(void **state)
{
	struct gx_locations *locations = *state;
	uint32_t asn, office, one, other;

	gx_locations_want(locations, "AS64500");
	asn = ASN(locations, 64500);
	office = OWN(locations, "office");
	one = gx_locations_combine(locations, gx_locations_combine(locations, US, asn), office);
	other = gx_locations_combine(locations, gx_locations_combine(locations, office, US), asn);
	assert_int_equal(one, other);
	assert_int_equal(gx_locations_combine(locations, GX_LOCATION_UNKNOWN, ALL(locations, .country = US)), US);
	assert_int_equal(gx_locations_combine(locations, one, one), one);
}

/* --- in a partition ----------------------------------------------------------------------------- */

static void overlay(struct gx_locations *locations, struct gx_partition *partition, uint16_t source,
		    const char *prefix_text, uint32_t location, uint32_t line)
{
	struct gx_entries entries = {0};
	struct gx_prefix prefix;

	assert_int_equal(gx_parse_prefix(prefix_text, &prefix), 0);
	gx_entries_add(&entries, GX_IPV4, prefix.addr.value, prefix.bits, location, line);
	gx_partition_overlay(partition, locations, &entries, source);
	gx_entries_free(&entries);
}

static const struct gx_range *range_at(const struct gx_partition *partition, const char *text)
{
	struct gx_addr addr;

	assert_int_equal(gx_parse_addr(text, &addr), 0);
	return gx_partition_find(partition, addr.value);
}

static void sources_of_different_things_add_up(void **state)
{
	struct gx_locations *locations = *state;
	struct gx_partition partition;
	const struct gx_range *range;

	gx_locations_want(locations, "AS64500");
	gx_partition_init(&partition, GX_IPV4);
	overlay(locations, &partition, 0, "10.0.0.0/8", US, 7);
	overlay(locations, &partition, 1, "10.1.0.0/16", ASN(locations, 64500), 8);
	overlay(locations, &partition, 2, "10.1.2.0/24", OWN(locations, "office"), 9);
	range = range_at(&partition, "10.1.2.3");
	assert_shown(locations, range->location, "US AS64500 (office)");
	assert_int_equal(range->source, 2);
	assert_int_equal(range->line, 9);
	assert_int_equal(range->place_source, 0);
	assert_int_equal(range->place_line, 7);
	range = range_at(&partition, "10.1.3.0");
	assert_shown(locations, range->location, "US AS64500");
	assert_int_equal(range->line, 8);
	overlay(locations, &partition, 3, "10.1.2.0/25", DE, 10);
	range = range_at(&partition, "10.1.2.3");
	assert_shown(locations, range->location, "DE AS64500 (office)");
	assert_int_equal(range->place_source, 3);
	assert_int_equal(range->place_line, 10);
	overlay(locations, &partition, 4, "10.1.2.0/25", GX_LOCATION_SILENT, 11);
	assert_int_equal(range_at(&partition, "10.1.2.3")->source, 3);
	overlay(locations, &partition, 5, "10.1.2.0/25", GX_LOCATION_UNKNOWN, 12);
	assert_shown(locations, range_at(&partition, "10.1.2.3")->location, "AS64500 (office)");
	gx_partition_free(&partition);
}

static void an_as_number_that_no_map_names_splits_nothing(void **state)
{
	struct gx_locations *locations = *state;
	struct gx_partition partition;

	gx_partition_init(&partition, GX_IPV4);
	overlay(locations, &partition, 0, "10.0.0.0/8", US, 7);
	overlay(locations, &partition, 1, "10.1.0.0/16", ASN(locations, 64500), 8);
	overlay(locations, &partition, 1, "11.1.0.0/16", ASN(locations, 64500), 9);
	assert_int_equal(partition.count, 3);
	assert_int_equal(range_at(&partition, "10.1.0.0")->line, 7);
	assert_int_equal(range_at(&partition, "11.1.0.0")->line, 0);
	gx_partition_free(&partition);
}

static void the_longest_prefix_of_a_source_speaks_alone(void **state)
{
	struct gx_locations *locations = *state;
	struct gx_partition partition;
	struct gx_entries entries = {0};

	gx_partition_init(&partition, GX_IPV4);
	overlay(locations, &partition, 0, "10.0.0.0/8", US, 1);
	gx_entries_add(&entries, GX_IPV4, (gx_u128)10 << 24, 8, ALL(locations, .country = DE), 1);
	gx_entries_add(&entries, GX_IPV4, (gx_u128)10 << 24, 16, OWN(locations, "office"), 2);
	gx_partition_overlay(&partition, locations, &entries, 1);
	gx_entries_free(&entries);
	assert_shown(locations, range_at(&partition, "10.0.0.1")->location, "US (office)");
	assert_shown(locations, range_at(&partition, "10.1.0.1")->location, "DE");
	gx_partition_free(&partition);
}

/* --- many --------------------------------------------------------------------------------------- */

static void a_million_calls_give_stable_numbers(void **state)
{
	struct gx_locations *locations = *state;
	char name[32];

	for (unsigned int round = 0; round < 10; round++) {
		for (unsigned int i = 0; i < 100000; i++) {
			uint32_t office;

			snprintf(name, sizeof(name), "office-%u", i);
			office = OWN(locations, name);
			assert_int_equal(office, 1000 + i);
			if (i % 1000 == 0)
				assert_string_equal(gx_locations_get(locations, office)->own, name);
		}
	}
	assert_int_equal(gx_locations_count(locations), 101000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(countries_alone_have_their_own_numbers),
		TEST(equal_locations_have_one_number_and_others_another),
		TEST(what_a_location_does_not_speak_of_is_left_out),
		TEST(only_what_is_wanted_is_told_apart),
		TEST(names_of_any_length_do_no_harm),
		TEST(a_source_replaces_what_it_speaks_of),
		TEST(a_country_over_a_country_is_the_later_one),
		TEST(what_is_known_has_one_number_however_it_came_about),
		TEST(sources_of_different_things_add_up),
		TEST(an_as_number_that_no_map_names_splits_nothing),
		TEST(the_longest_prefix_of_a_source_speaks_alone),
		TEST(a_million_calls_give_stable_numbers),
	};

	return cmocka_run_group_tests_name("location", tests, NULL, NULL);
}
