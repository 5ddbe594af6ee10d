/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comma-separated values: lines, fields, and what a head says about them. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "user/core/source_csv.h"

/* --- lines -------------------------------------------------------------------------------------- */

/* at: behind the opening quote. Returns what follows the closing one, or NULL: there is none. */
static char *unquote(char *at)
{
	char *to = at;

	for (;; at++) {
		if (!*at)
			return NULL;
		if (*at == '"' && *++at != '"')
			break;
		*to++ = *at;
	}
	*to = '\0';
	return at;
}

/* Cut the line up. Returns false, with a finding, where that cannot be done. */
static bool split(struct gx_csv_reader *reader, char *line)
{
	char quoted[GX_QUOTE_OCTETS];
	char *at = line, *end;

	for (reader->count = 0;; at = end + 1) {
		struct gx_csv_field field = { .text = at, .column = (uint32_t)(at - line) + 1 };

		if (reader->count == GX_CSV_MAX_FIELDS) {
			gx_csv_report(reader, &field, "more than %d fields: at most so many would be right",
				      GX_CSV_MAX_FIELDS);
			return false;
		}
		if (*at == '"') {
			field.text = at + 1;
			end = unquote(at + 1);
			if (!end) {
				gx_csv_report(reader, &field, "a quote that does not end in this line: a closing "
					      "quote would be right");
				return false;
			}
			if (*end && *end != ',') {
				field.column = (uint32_t)(end - line) + 1;
				gx_csv_report(reader, &field, "%s behind a closing quote: a comma would be right",
					      gx_quote(end, strcspn(end, ","), quoted));
				return false;
			}
		} else {
			end = at + strcspn(at, ",");
		}
		reader->fields[reader->count++] = field;
		if (!*end)
			return true;
		*end = '\0';
	}
}

bool gx_csv_next(struct gx_csv_reader *reader)
{
	char *line;

	while ((line = gx_text_line(reader->text))) {
		reader->where.line = reader->text->line;
		reader->where.column = 0;
		line = gx_text_trim(line);
		if (!*line || *line == '#')
			continue;
		if (gx_source_check_length(line, &reader->where, reader->job->diag) && split(reader, line))
			return true;
	}
	return false;
}

/* The last line of a file that does not end with a line's end. */
static bool is_cut_line(const struct gx_text *text)
{
	return text->next >= text->len && text->data[text->len - 1] != '\0';
}

bool gx_csv_check_count(struct gx_csv_reader *reader)
{
	size_t fields = reader->layout.fields, last = reader->count - 1;

	if (reader->count == fields)
		return true;
	if (reader->count < fields && is_cut_line(reader->text))
		gx_csv_report(reader, &reader->fields[last], "the last line has %zu fields of %zu: the file is cut "
			      "short, and the whole file would be right", reader->count, fields);
	else
		gx_csv_report(reader, &reader->fields[last < fields ? last : fields],
			      "a line of %zu fields: %zu, as in the first line, would be right", reader->count,
			      fields);
	return false;
}

/* --- heads -------------------------------------------------------------------------------------- */

/*
 * Names in the heads of GeoLite2 (Blocks and Locations), IPinfo and DB-IP. Where two name the same column, IPinfo's
 * country and country_code for example, the code is taken and not the name.
 */
static const struct {
	const char *name;
	enum gx_csv_column column;
	unsigned int rank;
} heads[] = {
	{ "network", GX_CSV_NETWORK, 1 },
	{ "start_ip", GX_CSV_FIRST, 1 },
	{ "ip_start", GX_CSV_FIRST, 1 },
	{ "ip_from", GX_CSV_FIRST, 1 },
	{ "end_ip", GX_CSV_LAST, 1 },
	{ "ip_end", GX_CSV_LAST, 1 },
	{ "ip_to", GX_CSV_LAST, 1 },
	{ "country", GX_CSV_COUNTRY, 1 },
	{ "country_code", GX_CSV_COUNTRY, 2 },
	{ "country_iso_code", GX_CSV_COUNTRY, 2 },
	{ "continent", GX_CSV_CONTINENT, 1 },
	{ "continent_code", GX_CSV_CONTINENT, 2 },
	{ "stateprov", GX_CSV_REGION, 1 },
	{ "region", GX_CSV_REGION, 1 },
	{ "region_name", GX_CSV_REGION, 1 },
	{ "region_code", GX_CSV_REGION, 2 },
	{ "subdivision_1_iso_code", GX_CSV_REGION, 2 },
	{ "city", GX_CSV_CITY, 1 },
	{ "city_name", GX_CSV_CITY, 1 },
	{ "asn", GX_CSV_ASN, 1 },
	{ "as_number", GX_CSV_ASN, 1 },
	{ "autonomous_system_number", GX_CSV_ASN, 1 },
	{ "geoname_id", GX_CSV_GEONAME, 1 },
	{ "registered_country_geoname_id", GX_CSV_REGISTERED, 1 },
};

enum gx_csv_column gx_csv_find_column(const char *name, unsigned int *rank)
{
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (strcasecmp(name, heads[i].name) != 0)
			continue;
		if (rank)
			*rank = heads[i].rank;
		return heads[i].column;
	}
	return GX_CSV_COLUMNS;
}

bool gx_csv_take_head(struct gx_csv_reader *reader)
{
	struct gx_csv_layout *layout = &reader->layout;
	unsigned int ranks[GX_CSV_COLUMNS] = {0};
	bool found = false;

	layout->fields = reader->count;
	for (enum gx_csv_column column = 0; column < GX_CSV_COLUMNS; column++)
		layout->at[column] = -1;
	for (size_t i = 0; i < reader->count; i++) {
		unsigned int rank = 0;
		enum gx_csv_column column = gx_csv_find_column(reader->fields[i].text, &rank);

		if (column == GX_CSV_COLUMNS || rank <= ranks[column])
			continue;
		ranks[column] = rank;
		layout->at[column] = (int)i;
		found = true;
	}
	return found;
}

/* --- fields ------------------------------------------------------------------------------------- */

const struct gx_csv_field *gx_csv_field(const struct gx_csv_reader *reader, enum gx_csv_column column)
{
	int at = reader->layout.at[column];

	return at < 0 ? NULL : &reader->fields[at];
}

/* Text of a field, NULL where nothing is known: empty, and - as IP2Location writes it. */
static const char *known_text(const struct gx_csv_field *field)
{
	return field && *field->text && strcmp(field->text, "-") != 0 ? field->text : NULL;
}

bool gx_csv_parse_place(struct gx_csv_reader *reader, struct gx_location *location)
{
	const struct gx_csv_field *field = gx_csv_field(reader, GX_CSV_COUNTRY);
	const char *code = known_text(field);
	const char *continent = known_text(gx_csv_field(reader, GX_CSV_CONTINENT));
	char quoted[GX_QUOTE_OCTETS];
	int country = GX_LOCATION_UNKNOWN;

	if (code && strcmp(code, "??") != 0) {
		reader->where.column = field->column;
		country = gx_source_country(&reader->codes, code, &reader->where, reader->job->diag);
	}
	if (country < 0) {
		gx_csv_report(reader, field, "%s is no country code: two letters, or none for unknown, would be right",
			      gx_quote(code, strlen(code), quoted));
		return false;
	}
	*location = (struct gx_location){
		.country = (uint16_t)country,
		.region = known_text(gx_csv_field(reader, GX_CSV_REGION)),
		.city = known_text(gx_csv_field(reader, GX_CSV_CITY)),
	};
	gx_source_continent(continent ? continent : "", location->continent);
	return true;
}
