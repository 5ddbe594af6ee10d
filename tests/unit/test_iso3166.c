/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of countries, against Debian's iso-codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "user/core/iso3166.h"

#define ISO_CODES "/usr/share/iso-codes/json/"

/* The array of one standard; NULL where iso-codes is not installed. */
static json_t *load(const char *file, const char *standard)
{
	json_error_t error;
	json_t *root = json_load_file(file, 0, &error);
	json_t *list;

	if (!root) {
		print_message("SKIP: %s: %s (package iso-codes)\n", file, error.text);
		return NULL;
	}
	list = json_incref(json_object_get(root, standard));
	json_decref(root);
	assert_true(json_array_size(list) > 0);
	return list;
}

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return text;
}

static const struct gx_country *by_code(const char *code)
{
	return gx_find_country_code(code, strlen(code));
}

static void every_country_of_iso_codes_is_in_the_table_with_the_same_codes(void **state)
{
	json_t *list = load(ISO_CODES "iso_3166-1.json", "3166-1");
	json_t *entry;
	size_t i;

	if (!list)
		skip();
	json_array_foreach(list, i, entry) {
		const char *alpha2 = text_of(entry, "alpha_2");
		const struct gx_country *country = by_code(alpha2);

		if (!country)
			fail_msg("%s is missing", alpha2);
		assert_string_equal(country->alpha2, alpha2);
		assert_string_equal(country->alpha3, text_of(entry, "alpha_3"));
		assert_int_equal(country->numeric, atoi(text_of(entry, "numeric")));
	}
	json_decref(list);
}

static void what_iso_codes_has_not_is_withdrawn_or_kosovo(void **state)
{
	json_t *list = load(ISO_CODES "iso_3166-1.json", "3166-1");
	const struct gx_country *countries;
	size_t count;

	if (!list)
		skip();
	countries = gx_countries(&count);
	assert_int_equal(count, json_array_size(list) + 3);
	for (size_t i = 0; i < count; i++) {
		const char *alpha2 = countries[i].alpha2;
		bool is_listed = false;
		json_t *entry;
		size_t j;

		json_array_foreach(list, j, entry)
			is_listed |= strcmp(text_of(entry, "alpha_2"), alpha2) == 0;
		if (!is_listed && !strstr("AN CS XK", alpha2))
			fail_msg("%s is in no list", alpha2);
	}
	json_decref(list);
}

static void withdrawn_codes_are_those_of_iso_3166_3(void **state)
{
	json_t *list = load(ISO_CODES "iso_3166-3.json", "3166-3");
	unsigned int seen = 0;
	json_t *entry;
	size_t i;

	if (!list)
		skip();
	json_array_foreach(list, i, entry) {
		const struct gx_country *country = by_code(text_of(entry, "alpha_3"));

		if (!country || !strstr("ANT SCG", country->alpha3))
			continue;
		assert_string_equal(country->alpha2, text_of(entry, "alpha_2"));
		assert_int_equal(country->numeric, atoi(text_of(entry, "numeric")));
		seen++;
	}
	assert_int_equal(seen, 2);
	json_decref(list);
}

static void the_table_ascends_by_number_and_no_code_comes_twice(void **state)
{
	size_t count;
	const struct gx_country *countries = gx_countries(&count);

	for (size_t i = 0; i < count; i++) {
		assert_in_range(countries[i].numeric, 1, 999);
		if (i)
			assert_true(countries[i - 1].numeric < countries[i].numeric);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(countries[i].alpha2, countries[j].alpha2);
			assert_string_not_equal(countries[i].alpha3, countries[j].alpha3);
		}
	}
}

static void every_entry_is_found_by_each_of_its_codes(void **state)
{
	size_t count;
	const struct gx_country *countries = gx_countries(&count);

	for (size_t i = 0; i < count; i++) {
		char digits[8];

		snprintf(digits, sizeof(digits), "%03u", countries[i].numeric);
		assert_ptr_equal(gx_find_country(countries[i].numeric), &countries[i]);
		assert_ptr_equal(by_code(countries[i].alpha2), &countries[i]);
		assert_ptr_equal(by_code(countries[i].alpha3), &countries[i]);
		assert_ptr_equal(by_code(digits), &countries[i]);
		assert_true(strlen(countries[i].name) > 2);
	}
}

static void codes_are_found_in_any_case_and_only_as_far_as_told(void **state)
{
	assert_int_equal(by_code("us")->numeric, 840);
	assert_int_equal(by_code("uSa")->numeric, 840);
	assert_int_equal(gx_find_country_code("USAGE", 2)->numeric, 840);
	assert_int_equal(gx_find_country_code("USAGE", 3)->numeric, 840);
	assert_int_equal(by_code("56")->numeric, 56);
	assert_int_equal(by_code("0056")->numeric, 56);
}

static void uk_is_the_united_kingdom(void **state)
{
	assert_string_equal(by_code("UK")->alpha2, "GB");
	assert_string_equal(by_code("uk")->alpha2, "GB");
	assert_int_equal(by_code("uk")->numeric, 826);
}

static void regions_and_unknown_codes_are_no_countries(void **state)
{
	static const char *const wrong[] = {
		"", "U", "EU", "AP", "eu", "ap", "ZZ", "XX", "USAX", "0", "000", "1000", "65596", "84O",
		"8 40", "4294968136", "??", "A1",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (by_code(wrong[i]))
			fail_msg("'%s' was found", wrong[i]);
	}
	assert_null(gx_find_country(0));
	assert_null(gx_find_country(999));
	assert_null(gx_find_country(65536 + 840));
}

static void kosovo_has_the_user_assigned_codes(void **state)
{
	assert_int_equal(by_code("XK")->numeric, 983);
	assert_string_equal(gx_find_country(983)->alpha3, "XKX");
}

static void continents_follow_geonames(void **state)
{
	static const struct {
		const char *continent, *countries;
	} cases[] = {
		{ "EU", "RU CY XK CS GB IS AX GI" },
		{ "AS", "TR GE AM AZ KZ IL CC CX IO" },
		{ "NA", "US GL PA TT AN BQ CW SX BM" },
		{ "SA", "BR FK GF GY" },
		{ "OC", "AU TL UM GU PF" },
		{ "AF", "EG EH SS RE SH" },
		{ "AN", "AQ TF GS HM BV" },
	};
	size_t count;
	const struct gx_country *countries = gx_countries(&count);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (const char *code = cases[i].countries; *code; code += code[2] ? 3 : 2)
			assert_string_equal(gx_find_country_code(code, 2)->continent,
					    cases[i].continent);
	}
	for (size_t i = 0; i < count; i++) {
		bool is_known = false;

		for (size_t j = 0; j < sizeof(cases) / sizeof(cases[0]); j++)
			is_known |= strcmp(countries[i].continent, cases[j].continent) == 0;
		assert_true(is_known);
	}
}

static const struct gx_country *suggest(const char *code)
{
	return gx_suggest_country(code, strlen(code));
}

static void a_hint_is_given_only_where_one_country_is_meant(void **state)
{
	assert_string_equal(suggest("DUE")->alpha2, "DE");	/* neighbours exchanged: DEU */
	assert_string_equal(suggest("USAA")->alpha2, "US");	/* a letter too many */
	assert_string_equal(suggest("FRX")->alpha2, "FR");	/* FRX without its last letter */
	assert_null(suggest("ZZ"));	/* ZA, ZM, ZW, CZ, ... are equally near */
	assert_null(suggest("CHZ"));	/* CH, CZ */
	assert_null(suggest("QQQ"));
	assert_null(suggest(""));
	assert_null(suggest("Germany"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_country_of_iso_codes_is_in_the_table_with_the_same_codes),
		cmocka_unit_test(what_iso_codes_has_not_is_withdrawn_or_kosovo),
		cmocka_unit_test(withdrawn_codes_are_those_of_iso_3166_3),
		cmocka_unit_test(the_table_ascends_by_number_and_no_code_comes_twice),
		cmocka_unit_test(every_entry_is_found_by_each_of_its_codes),
		cmocka_unit_test(codes_are_found_in_any_case_and_only_as_far_as_told),
		cmocka_unit_test(uk_is_the_united_kingdom),
		cmocka_unit_test(regions_and_unknown_codes_are_no_countries),
		cmocka_unit_test(kosovo_has_the_user_assigned_codes),
		cmocka_unit_test(continents_follow_geonames),
		cmocka_unit_test(a_hint_is_given_only_where_one_country_is_meant),
	};

	return cmocka_run_group_tests_name("iso3166", tests, NULL, NULL);
}
