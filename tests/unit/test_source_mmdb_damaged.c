/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MaxMind DBs with any octet missing or changed: a finding, or none, and never a crash. */
#include "tests/unit/mmdb_file.h"

const char *__lsan_default_suppressions(void);

/* MMDB_open() of libmaxminddb 1.7.1 does not free all it has where the metadata is damaged. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libmaxminddb.so";
}

static void a_file_that_is_cut_short_anywhere_is_refused(void **state)
{
	struct mmdb *db = mmdb_small_city_database(24);

	for (size_t len = 0; len < db->len; len++) {
		struct reading *reading = read_octets(GX_FORMAT_MMDB, (const char *)db->octets, len);

		if (reading->err == 0)
			fail_msg("%zu of %zu octets were taken for a whole file", len, db->len);
		assert_int_not_equal(reading->findings[0], '\0');
		forget(reading);
	}
	free(db);
}

/* Each octet in turn is replaced: findings or none, but the process lives and no octet beyond is read. */
static void a_file_that_is_damaged_anywhere_does_no_harm(void **state)
{
	static const char *const wanted[] = { "US/CA/Los Angeles", "AS64500", NULL };
	static const uint8_t masks[] = { 0x01, 0x20, 0x80, 0xff };
	struct mmdb *db = mmdb_small_city_database(28);
	size_t refused = 0, other = 0;

	for (size_t i = 0; i < db->len; i++) {
		for (size_t j = 0; j < sizeof(masks); j++) {
			struct reading *reading;

			db->octets[i] ^= masks[j];
			reading = read_wanted(GX_FORMAT_MMDB, (const char *)db->octets, db->len,
					      wanted);
			refused += reading->err != 0;
			other += reading->err == 0;
			forget(reading);
			db->octets[i] ^= masks[j];
		}
	}
	assert_true(refused > 1000);
	assert_true(other > 100);
	free(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_cut_short_anywhere_is_refused),
		cmocka_unit_test(a_file_that_is_damaged_anywhere_does_no_harm),
	};

	return cmocka_run_group_tests_name("source_mmdb_damaged", tests, NULL, NULL);
}
