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

/* A source as it was read. Findings are lines of the form "LINE: error: TEXT". */
struct reading {
	int err;
	size_t lines;
	enum gx_source_format format;
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

		assert_string_equal(finding->where.file, file);
		used += (size_t)snprintf(reading->findings + used, sizeof(reading->findings) - used,
					 "%u: %s: %s\n", finding->where.line,
					 finding->severity == GX_ERROR ? "error" : "warning",
					 finding->text);
		assert_true(used < sizeof(reading->findings));
	}
}

/* Free with forget(). */
static inline struct reading *read_octets(enum gx_source_format format, const char *octets, size_t len)
{
	char file[] = "/tmp/geoxdp-source-XXXXXX";
	struct reading *reading = calloc(1, sizeof(*reading));
	struct gx_source source = { .file = file, .format = format };
	struct gx_diag diag = {0};
	int fd = mkstemp(file);

	assert_non_null(reading);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), (ssize_t)len);
	close(fd);
	reading->err = gx_source_read(&source, reading->entries, &diag);
	reading->lines = source.lines;
	reading->format = source.format;
	keep_findings(reading, &diag, file);
	gx_diag_free(&diag);
	unlink(file);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		gx_partition_init(&reading->partition[family], family);
		gx_partition_overlay(&reading->partition[family], &reading->entries[family], 0);
	}
	return reading;
}

static inline void forget(struct reading *reading)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		gx_entries_free(&reading->entries[family]);
		gx_partition_free(&reading->partition[family]);
	}
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
