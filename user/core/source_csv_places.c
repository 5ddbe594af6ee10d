/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GeoLite2's file of locations, which the blocks refer to by id:
 *
 *   geoname_id,locale_code,continent_code,continent_name,country_iso_code,country_name,subdivision_1_iso_code,...
 *   5368361,en,NA,"North America",US,"United States",CA,California,,,"Los Angeles",803,America/Los_Angeles,0
 */
#include <string.h>
#include <strings.h>

#include "user/core/source_csv.h"

/*
 * GeoLite2-City-Blocks-IPv4.csv: GeoLite2-City-Locations-en.csv beside it. Returns NULL where the file has another
 * name.
 */
static char *usual_companion(struct gx_arena *arena, const char *file)
{
	static const char *const endings[] = { "-Blocks-IPv4.csv", "-Blocks-IPv6.csv" };
	size_t len = strlen(file);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i]);

		if (len > ending && strcasecmp(file + len - ending, endings[i]) == 0)
			return gx_arena_printf(arena, "%.*s-Locations-en.csv", (int)(len - ending), file);
	}
	return NULL;
}

static void read_place(struct gx_csv_reader *reader, struct gx_intmap *numbers)
{
	const struct gx_csv_field *id = gx_csv_field(reader, GX_CSV_GEONAME);
	char quoted[GX_QUOTE_OCTETS];
	struct gx_location location;
	uint32_t number;

	if (!gx_csv_check_count(reader))
		return;
	if (gx_text_number(id->text, UINT32_MAX, &number)) {
		gx_csv_report(reader, id, "%s is no geoname_id: digits would be right",
			      gx_quote(id->text, strlen(id->text), quoted));
		return;
	}
	if (gx_csv_parse_place(reader, &location))
		gx_intmap_put(numbers, number,
			      gx_locations_number(reader->job->locations, &location, GX_SPEAKS_PLACE));
}

static bool read_places(struct gx_csv_reader *reader, struct gx_intmap *numbers)
{
	if (!gx_csv_next(reader) || !gx_csv_take_head(reader) || !gx_csv_field(reader, GX_CSV_GEONAME) ||
	    !gx_csv_field(reader, GX_CSV_COUNTRY)) {
		gx_error(reader->job->diag, &reader->where, "is no GeoLite2 file of locations: a head that names "
			 "geoname_id and country_iso_code would be right");
		return false;
	}
	while (gx_csv_next(reader))
		read_place(reader, numbers);
	return true;
}

bool gx_csv_read_places(const struct gx_source_job *job, struct gx_intmap *numbers)
{
	const struct gx_source *source = job->source;
	const struct gx_where head = { .file = source->file, .line = 1 };
	const struct gx_where *named = source->companion && source->where.file ? &source->where : &head;
	struct gx_arena arena = {0};
	const char *file = source->companion ? source->companion : usual_companion(&arena, source->file);
	struct gx_csv_reader reader = { .job = job, .where = { .file = file } };
	struct gx_text text;
	bool read = false;

	if (!file) {
		gx_error(job->diag, &head, "names places by geoname_id, and the file that lists them is not known: "
			 "a file named *-Blocks-IPv4.csv or *-Blocks-IPv6.csv with *-Locations-en.csv beside it, or "
			 "`locations: FILE` with this source, would be right");
	} else if (gx_text_read(&text, file, named, job->diag) == 0) {
		reader.text = &text;
		read = read_places(&reader, numbers);
		gx_text_free(&text);
	}
	gx_arena_free(&arena);
	return read;
}
