/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of sources share: a file with given content, read into partitions and findings. */
#ifndef GEOXDP_TESTS_SOURCE_FILE_H
#define GEOXDP_TESTS_SOURCE_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/core/source.h"

/*
 * A source as it was read. Findings are lines "LINE: error: TEXT" or "LINE:COLUMN: error: TEXT", with
 * "NAME:" before those of another file.
 */
struct reading {
	int err;
	size_t lines;
	enum gx_source_format format;
	size_t counts[GX_FAMILIES];	/* of entries, as the source has them */
	struct gx_locations *locations;
	struct gx_entries entries[GX_FAMILIES];
	struct gx_partition partition[GX_FAMILIES];
	char findings[16384];
};

static inline void keep_findings(struct reading *reading, struct gx_diag *diag, const char *file)
{
	size_t used = 0;

	gx_diag_sort(diag);
	for (size_t i = 0; i < diag->count; i++) {
		const struct gx_finding *finding = &diag->findings[i];

		if (strcmp(finding->where.file, file) != 0)
			used += (size_t)snprintf(reading->findings + used, sizeof(reading->findings) - used, "%s:",
						 strrchr(finding->where.file, '/') + 1);
		used += (size_t)snprintf(reading->findings + used, sizeof(reading->findings) - used, "%u",
					 finding->where.line);
		if (finding->where.column)
			used += (size_t)snprintf(reading->findings + used, sizeof(reading->findings) - used, ":%u",
						 finding->where.column);
		used += (size_t)snprintf(reading->findings + used, sizeof(reading->findings) - used, ": %s: %s\n",
					 finding->severity == GX_ERROR ? "error" : "warning", finding->text);
		assert_true(used < sizeof(reading->findings));
	}
}

/* Read a file that is there. wanted: keys that maps name, ended by NULL; may be NULL. Free with forget(). */
static inline struct reading *read_source(struct gx_source *source, const char *const *wanted)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct gx_diag diag = {0};

	assert_non_null(reading);
	reading->locations = gx_locations_new();
	for (; wanted && *wanted; wanted++)
		gx_locations_want(reading->locations, *wanted);
	reading->err = gx_source_read(source, reading->locations, reading->entries, &diag);
	reading->lines = source->lines;
	reading->format = source->format;
	memcpy(reading->counts, source->entries, sizeof(reading->counts));
	keep_findings(reading, &diag, source->file);
	gx_diag_free(&diag);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		gx_partition_init(&reading->partition[family], family);
		gx_partition_overlay(&reading->partition[family], reading->locations, &reading->entries[family], 0);
	}
	return reading;
}

static inline void write_file(const char *file, const char *octets, size_t len)
{
	FILE *stream = fopen(file, "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(octets, 1, len, stream), len);
	assert_int_equal(fclose(stream), 0);
}

static inline struct reading *read_wanted(enum gx_source_format format, const char *octets, size_t len,
					  const char *const *wanted)
{
	char file[] = P_tmpdir "/geoxdp-source-XXXXXX";
	struct gx_source source = { .file = file, .format = format };
	struct reading *reading;
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	close(fd);
	write_file(file, octets, len);
	reading = read_source(&source, wanted);
	unlink(file);
	return reading;
}

static inline struct reading *read_octets(enum gx_source_format format, const char *octets, size_t len)
{
	return read_wanted(format, octets, len, NULL);
}

static inline void forget(struct reading *reading)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		gx_entries_free(&reading->entries[family]);
		gx_partition_free(&reading->partition[family]);
	}
	gx_locations_free(reading->locations);
	free(reading);
}

static inline const struct gx_range *range_at(const struct reading *reading, const char *text)
{
	struct gx_addr addr;

	assert_int_equal(gx_parse_addr(text, &addr), 0);
	return gx_partition_find(&reading->partition[addr.family], addr.value);
}

#define assert_location(reading, text, number)                                                     \
	do {                                                                                       \
		uint32_t location_ = range_at(reading, text)->location;                            \
		if (location_ != (number))                                                         \
			fail_msg("%s is at %u instead of %u", text, location_, (unsigned int)(number)); \
	} while (0)

/* What is known in the end, as people see it. */
#define assert_shown(reading, text, expected)                                                                         \
	do {                                                                                                          \
		char shown_[GX_LOCATION_TEXT_OCTETS];                                                                 \
		assert_string_equal(gx_locations_show((reading)->locations, range_at(reading, text)->location,        \
						      shown_),                                                        \
				    expected);                                                                        \
	} while (0)

/* The block of one location, whatever the lines that made it. */
#define assert_block(reading, first, last, number)                                                 \
	do {                                                                                       \
		assert_location(reading, first, number);                                           \
		assert_location(reading, last, number);                                            \
		assert_true(differs_outside(reading, first, last, number));                        \
	} while (0)

static inline bool differs_outside(const struct reading *reading, const char *first, const char *last,
				   uint32_t location)
{
	struct gx_addr from, to;
	const struct gx_partition *partition;

	assert_int_equal(gx_parse_addr(first, &from), 0);
	assert_int_equal(gx_parse_addr(last, &to), 0);
	partition = &reading->partition[from.family];
	if (from.value && gx_partition_find(partition, from.value - 1)->location == location)
		return false;
	return to.value == gx_family_last(to.family) ||
	       gx_partition_find(partition, to.value + 1)->location != location;
}

#endif
