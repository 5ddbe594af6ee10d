/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources in the form of Tor's geoip and geoip6: ranges of addresses with a country code.
 *
 *   16777216,16777471,AU			IPv4 addresses as integers
 *   2001:200::,2001:200:134:ffff:ffff:ffff:ffff:ffff,JP
 *   4026470400,4026470655,??			unknown
 *
 * What the real files hold beside ISO codes: EU and AP, which are regions, and codes that are mistakes in the data
 * of one network (the files of June 2026 have AB, OS, SU, UN and ZZ, once each): see gx_source_country().
 */
#include "user/core/source_format.h"

#include <errno.h>
#include <string.h>

struct reader {
	struct gx_where where;
	struct gx_entries *entries;
	struct gx_diag *diag;
	size_t lines;
	struct gx_source_codes codes;
};

bool gx_tor_recognises(const char *line, size_t len)
{
	size_t first = strspn(line, "0123456789abcdefABCDEF:.");
	size_t commas = 0;

	for (size_t i = 0; i < len; i++)
		commas += line[i] == ',';
	return first > 0 && first < len && line[first] == ',' && commas >= 2;
}

/* Returns false, with a finding, where the text has not the form of a code. */
static bool parse_code(struct reader *reader, const char *code, uint32_t *location)
{
	char quoted[GX_QUOTE_OCTETS];
	int country;

	if (strcmp(code, "??") == 0) {
		*location = GX_LOCATION_UNKNOWN;
		return true;
	}
	country = gx_source_country(&reader->codes, code, &reader->where, reader->diag);
	if (country < 0) {
		gx_error(reader->diag, &reader->where,
			 "%s is no country code: two letters, or ?? for unknown, would be right",
			 gx_quote(code, strlen(code), quoted));
		return false;
	}
	*location = (uint32_t)country;
	return true;
}

/* Returns false, with a finding, where the text is no address of the family. */
static bool parse_end(struct reader *reader, enum gx_family family, const char *text, gx_u128 *value)
{
	char quoted[GX_QUOTE_OCTETS];
	struct gx_addr addr;
	uint32_t integer;
	int err;

	if (family == GX_IPV6) {
		if (gx_parse_addr(text, &addr) == 0 && addr.family == GX_IPV6) {
			*value = addr.value;
			return true;
		}
		gx_error(reader->diag, &reader->where,
			 "%s is no IPv6 address: one such as 2001:200:: would be right",
			 gx_quote(text, strlen(text), quoted));
		return false;
	}
	err = gx_text_number(text, UINT32_MAX, &integer);
	if (err == 0) {
		*value = integer;
		return true;
	}
	gx_quote(text, strlen(text), quoted);
	if (err == -ERANGE)
		gx_error(reader->diag, &reader->where,
			 "%s is over 4294967295, the last IPv4 address: 0 to 4294967295 would be right",
			 quoted);
	else
		gx_error(reader->diag, &reader->where,
			 "%s is no IPv4 address as an integer: one such as 16777216 would be right",
			 quoted);
	return false;
}

static void parse_line(struct reader *reader, char *line)
{
	char quoted[GX_QUOTE_OCTETS];
	char *ends[2], *code, *rest = line;
	enum gx_family family;
	gx_u128 first, last;
	uint32_t location;

	if (!gx_source_check_length(line, &reader->where, reader->diag))
		return;
	gx_quote(line, strlen(line), quoted);
	ends[0] = strsep(&rest, ",");
	ends[1] = strsep(&rest, ",");
	code = rest;
	if (!code) {
		gx_error(reader->diag, &reader->where,
			 "%s is no range: a line such as '16777216,16777471,AU' would be right", quoted);
		return;
	}
	family = strchr(ends[0], ':') ? GX_IPV6 : GX_IPV4;
	if (!parse_end(reader, family, ends[0], &first) ||
	    !parse_end(reader, family, ends[1], &last) || !parse_code(reader, code, &location))
		return;
	if (last < first) {
		gx_error(reader->diag, &reader->where,
			 "the range %s ends before it begins: the lower address first would be right",
			 quoted);
		return;
	}
	gx_entries_add_range(&reader->entries[family], family, first, last, location,
			     reader->where.line);
	reader->lines++;
}

size_t gx_tor_read(const struct gx_source_job *job, struct gx_text *text)
{
	struct reader reader = {
		.where = { .file = text->file },
		.entries = job->entries,
		.diag = job->diag,
	};
	char *line;

	while ((line = gx_text_line(text))) {
		reader.where.line = text->line;
		line = gx_text_trim(line);
		if (*line && *line != '#')
			parse_line(&reader, line);
	}
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_source_find_overlaps(&reader.entries[family], family, text->file, reader.diag);
	return reader.lines;
}
