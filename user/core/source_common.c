/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources: what the readers of several formats have in common. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "user/core/iso3166.h"
#include "user/core/source_format.h"

bool gx_source_check_length(const char *line, const struct gx_where *where, struct gx_diag *diag)
{
	size_t len = strlen(line);

	if (len <= GX_SOURCE_LINE_OCTETS)
		return true;
	gx_error(diag, where, "a line of %zu octets: at most %d would be right", len, GX_SOURCE_LINE_OCTETS);
	return false;
}

/* 0 to 25; -1: no letter. */
static int letter(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= 'A' && c <= 'Z' ? c - 'A' : -1;
}

static uint16_t find_country(const struct gx_source_codes *codes, const char *code, const struct gx_where *where,
			     struct gx_diag *diag)
{
	const struct gx_country *country = gx_find_country_code(code, 2);
	char quoted[GX_QUOTE_OCTETS];

	if (country)
		return country->numeric;
	if (strcasecmp(code, "EU") != 0 && strcasecmp(code, "AP") != 0 &&
	    !(codes->zz_is_unknown && strcasecmp(code, "ZZ") == 0))
		gx_warn(diag, where,
			"unknown country code %s, read as location unknown: an ISO 3166-1 code would be right",
			gx_quote(code, 2, quoted));
	return GX_LOCATION_UNKNOWN;
}

int gx_source_country(struct gx_source_codes *codes, const char *code, const struct gx_where *where,
		      struct gx_diag *diag)
{
	int first = letter(code[0]);
	int second = first < 0 ? -1 : letter(code[1]);

	if (second < 0 || code[2])
		return -EINVAL;
	if (!codes->of[first][second].seen) {
		codes->of[first][second].country = find_country(codes, code, where, diag);
		codes->of[first][second].seen = true;
	}
	return codes->of[first][second].country;
}

void gx_source_continent(const char *text, char continent[3])
{
	static const char *const codes[] = { "AF", "AN", "AS", "EU", "NA", "OC", "SA" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcasecmp(text, codes[i]) == 0)
			memcpy(continent, codes[i], 3);
	}
}

void gx_source_find_overlaps(struct gx_entries *entries, enum gx_family family, const char *file,
			     struct gx_diag *diag)
{
	const struct gx_entry *around = NULL;	/* reaches furthest so far */
	gx_u128 around_last = 0;
	uint32_t reported = 0;

	gx_entries_sort(entries);
	for (size_t i = 0; i < entries->count; i++) {
		const struct gx_entry *entry = &entries->list[i];
		struct gx_prefix prefix = gx_prefix_around(family, entry->first, entry->bits);

		if (around && entry->first <= around_last) {
			bool is_later = entry->line > around->line;
			uint32_t earlier = is_later ? around->line : entry->line;
			struct gx_where where = { .file = file, .line = is_later ? entry->line : around->line };

			/* A range is many prefixes; one finding is enough. */
			if (where.line != reported)
				gx_error(diag, &where,
					 "overlaps the range of line %u: an address in one range only would be right",
					 earlier);
			reported = where.line;
			continue;
		}
		around = entry;
		around_last = gx_prefix_last(&prefix);
	}
}

void gx_source_find_duplicates(struct gx_entries *entries, enum gx_family family, const char *file,
			       struct gx_diag *diag)
{
	char text[GX_ADDR_TEXT_OCTETS];
	uint32_t reported = 0;

	gx_entries_sort(entries);
	for (size_t i = 1; i < entries->count; i++) {
		const struct gx_entry *entry = &entries->list[i];
		struct gx_prefix prefix = gx_prefix_around(family, entry->first, entry->bits);

		if (entry[-1].first != entry->first || entry[-1].bits != entry->bits ||
		    entry[-1].location == entry->location)
			continue;
		/* A range is many prefixes; one finding is enough. */
		if (entry->line != reported)
			gx_warn(diag, &(struct gx_where){ .file = file, .line = entry->line },
				"%s has another value in line %u, this later one wins: one line would be right",
				gx_show_prefix(&prefix, text), entry[-1].line);
		reported = entry->line;
	}
}
