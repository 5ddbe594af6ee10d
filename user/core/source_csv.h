/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comma-separated values as sources have them; for the files source_csv*.c alone. */
#ifndef GEOXDP_CORE_SOURCE_CSV_H
#define GEOXDP_CORE_SOURCE_CSV_H

#include "user/core/intmap.h"
#include "user/core/source_format.h"

#define GX_CSV_MAX_FIELDS	64

struct gx_csv_field {
	char *text;		/* NUL-terminated, without its quotes; "" where nothing stands */
	uint32_t column;	/* where it begins in the line, from 1 */
};

/* What a field is about. */
enum gx_csv_column {
	GX_CSV_NETWORK,		/* a prefix */
	GX_CSV_FIRST,		/* of a range, both ends included */
	GX_CSV_LAST,
	GX_CSV_COUNTRY,		/* ISO 3166-1 alpha-2 */
	GX_CSV_CONTINENT,	/* of two letters */
	GX_CSV_REGION,		/* ISO 3166-2 code, or name */
	GX_CSV_CITY,
	GX_CSV_ASN,
	GX_CSV_GEONAME,		/* place, by its id in GeoLite2's file of locations */
	GX_CSV_REGISTERED,	/* country in which the holder is registered, by id */
	GX_CSV_COLUMNS,
};

/* Which field is about what. */
struct gx_csv_layout {
	int at[GX_CSV_COLUMNS];	/* index of the field; -1: there is none */
	size_t fields;		/* of every line */
};

/* Where a file is read. */
struct gx_csv_reader {
	const struct gx_source_job *job;
	struct gx_text *text;
	struct gx_where where;
	struct gx_csv_layout layout;
	struct gx_csv_field fields[GX_CSV_MAX_FIELDS];
	size_t count;			/* of the current line */
	struct gx_source_codes codes;
	size_t lines;
};

/* A finding about a field. */
#define gx_csv_report(reader, field, ...)                                                                             \
	do {                                                                                                          \
		(reader)->where.column = (field)->column;                                                             \
		gx_error((reader)->job->diag, &(reader)->where, __VA_ARGS__);                                         \
	} while (0)

/**
 * gx_csv_next - the next line that is neither empty nor a comment, as fields
 *
 * Fields may stand in quotes, and a quote in these is written twice (RFC 4180 2); a line ends a field, though.
 * A line that cannot be cut into fields has a finding and is passed over.
 *
 * Returns false at the end of the file.
 */
bool gx_csv_next(struct gx_csv_reader *reader);

/* Whether the line has as many fields as the first; a finding where not. */
bool gx_csv_check_count(struct gx_csv_reader *reader);

/* The column that a head names so; GX_CSV_COLUMNS: none that is of use. rank: may be NULL; higher is better. */
enum gx_csv_column gx_csv_find_column(const char *name, unsigned int *rank);

/* Take the current line as the head. Returns false where it names no column that is of use. */
bool gx_csv_take_head(struct gx_csv_reader *reader);

/* The field of a column in the current line; NULL: there is no such column. */
const struct gx_csv_field *gx_csv_field(const struct gx_csv_reader *reader, enum gx_csv_column column);

/* The place that the columns country, continent, region and city say. Returns false with a finding. */
bool gx_csv_parse_place(struct gx_csv_reader *reader, struct gx_location *location);

/**
 * gx_csv_read_places - GeoLite2's file of locations
 * @job: source->companion is read, or what stands beside source->file under the usual name
 * @numbers: receives the number of each id's location, which speaks of the place
 *
 * Returns false where there is none or it cannot be read at all; findings go to diag.
 */
bool gx_csv_read_places(const struct gx_source_job *job, struct gx_intmap *numbers);

#endif
