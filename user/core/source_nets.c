/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources written by hand: a prefix and where it is.
 *
 *   203.0.113.0/24 us		an ISO 3166-1 code of two or three letters, or a number
 *   2001:db8::/32 office	the operator's own name: letters, digits, - and _; case matters
 *   192.0.2.1 office		no length: this address alone
 *   # ...			comments, also behind a line
 *
 * A country overrides all that earlier sources say, an AS number and an own name included. An own name stands beside
 * the country that they say, so that a map without that name still knows the way. Of equal prefixes the later wins.
 * A word that is an ISO code is never a name: UK and gb are the country 826.
 */
#include "user/core/source_format.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "user/core/iso3166.h"

#define BLANKS		" \t"
#define DIGITS		"0123456789"
#define NAME_OCTETS	DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"

struct reader {
	const struct gx_source_job *job;
	struct gx_where where;
	const char *line;	/* begin of the current one, for columns */
	size_t lines;
};

/* A finding about a part of the current line. */
#define report(reader, at, ...)                                                                                       \
	do {                                                                                                          \
		(reader)->where.column = (uint32_t)((at) - (reader)->line) + 1;                                       \
		gx_error((reader)->job->diag, &(reader)->where, __VA_ARGS__);                                         \
	} while (0)

bool gx_nets_recognises(const char *line, size_t len)
{
	char text[GX_ADDR_TEXT_OCTETS];
	size_t prefix_len = strcspn(line, BLANKS "#\r\n"), rest, word;
	struct gx_prefix prefix;

	if (prefix_len >= sizeof(text) || prefix_len >= len)
		return false;
	memcpy(text, line, prefix_len);
	text[prefix_len] = '\0';
	if (gx_parse_prefix(text, &prefix))
		return false;
	rest = prefix_len + strspn(line + prefix_len, BLANKS);
	word = strspn(line + rest, NAME_OCTETS);
	rest += word;
	rest += strspn(line + rest, BLANKS);
	return word > 0 && (rest >= len || line[rest] == '#');
}

bool gx_nets_allows(const char *line, size_t len)
{
	size_t prefix_len = strspn(line, "0123456789abcdefABCDEF.:/");
	size_t rest = prefix_len + strspn(line + prefix_len, BLANKS);

	/* A value behind a colon is rbldnsd's. */
	return strcspn(line, ".:/") < prefix_len && (rest > prefix_len || rest >= len) && line[rest] != ':';
}

/* Returns false, with a finding, where the text is no prefix. */
static bool parse_prefix(struct reader *reader, const char *text, struct gx_prefix *prefix)
{
	char quoted[GX_QUOTE_OCTETS], shown[GX_ADDR_TEXT_OCTETS], host[GX_ADDR_TEXT_OCTETS];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct gx_addr addr;
	int err = gx_parse_prefix(text, prefix);

	gx_quote(text, strlen(text), quoted);
	if (err == -ERANGE) {
		report(reader, slash + 1, "%s has a length over %d: 0 to %d would be right", quoted,
		       strchr(text, ':') ? 128 : 32, strchr(text, ':') ? 128 : 32);
		return false;
	}
	if (err) {
		report(reader, text, "%s is no address or prefix: a line such as '203.0.113.0/24 us' would be right",
		       quoted);
		return false;
	}
	reader->where.column = (uint32_t)(text - reader->line) + 1;
	memcpy(host, text, len);
	host[len] = '\0';
	if (gx_parse_addr(host, &addr) == 0 && addr.value != prefix->addr.value)
		gx_warn(reader->job->diag, &reader->where, "%s has host bits, read as %s: that would be right", quoted,
			gx_show_prefix(prefix, shown));
	if (gx_prefix_carries_ipv4(prefix))
		gx_warn(reader->job->diag, &reader->where,
			"%s has no effect, since these forms count as the IPv4 addresses that they carry: "
			"an IPv4 prefix would be right", quoted);
	return true;
}

static bool parse_number(struct reader *reader, const char *word, uint16_t *country)
{
	char quoted[GX_QUOTE_OCTETS];
	uint32_t number;

	if (gx_text_number(word, GX_LOCATION_ISO_MAX, &number) == 0 &&
	    (gx_find_country(number) || number >= GX_USER_ASSIGNED_MIN)) {
		*country = (uint16_t)number;
		return true;
	}
	report(reader, word, "%s is the number of no country: an ISO 3166-1 number, or a private one of 900 to 999, "
	       "would be right", gx_quote(word, strlen(word), quoted));
	return false;
}

static bool is_asn(const char *word)
{
	return strncasecmp(word, "AS", 2) == 0 && word[2] && word[2 + strspn(word + 2, DIGITS)] == '\0';
}

/* Returns false, with a finding, where the word is no location. */
static bool parse_location(struct reader *reader, char *word, uint32_t *number)
{
	const struct gx_country *country = gx_find_country_code(word, strlen(word));
	struct gx_location location = {0};
	char quoted[GX_QUOTE_OCTETS];
	size_t len = strlen(word);

	gx_quote(word, len, quoted);
	if (country) {
		location.country = country->numeric;
	} else if (word[strspn(word, DIGITS)] == '\0') {
		if (!parse_number(reader, word, &location.country))
			return false;
	} else if (word[strspn(word, NAME_OCTETS)]) {
		report(reader, word, "%s is no location: an ISO 3166-1 code, or a name of letters, digits, - and _, "
		       "would be right", quoted);
		return false;
	} else if (is_asn(word)) {
		report(reader, word, "%s is an AS number, which a map names and a source such as GeoLite2-ASN finds: "
		       "a country or a name of your own would be right", quoted);
		return false;
	} else if (len > GX_OWN_NAME_MAX_OCTETS) {
		report(reader, word, "%s is a name of %zu octets: at most %d would be right", quoted, len,
		       GX_OWN_NAME_MAX_OCTETS);
		return false;
	} else {
		location.own = word;
	}
	*number = gx_locations_number(reader->job->locations, &location,
				      location.own ? GX_SPEAKS_OWN : GX_SPEAKS_ALL);
	return true;
}

static void parse_line(struct reader *reader, char *line)
{
	char quoted[GX_QUOTE_OCTETS];
	char *rest = line, *text, *word, *more;
	struct gx_prefix prefix;
	uint32_t number;

	reader->line = line;
	reader->where.column = 0;
	if (!gx_source_check_length(line, &reader->where, reader->job->diag))
		return;
	line[strcspn(line, "#")] = '\0';
	text = gx_text_word(&rest, BLANKS);
	if (!text)
		return;
	word = gx_text_word(&rest, BLANKS);
	more = gx_text_word(&rest, BLANKS);
	if (!parse_prefix(reader, text, &prefix))
		return;
	if (!word) {
		report(reader, text, "%s has no location: a line such as '203.0.113.0/24 us' would be right",
		       gx_quote(text, strlen(text), quoted));
		return;
	}
	if (more) {
		report(reader, more, "%s is more than a prefix and a location: a # before comments would be right",
		       gx_quote(more, strlen(more), quoted));
		return;
	}
	if (!parse_location(reader, word, &number))
		return;
	gx_entries_add(&reader->job->entries[prefix.addr.family], prefix.addr.family, prefix.addr.value, prefix.bits,
		       number, reader->where.line);
	reader->lines++;
}

size_t gx_nets_read(const struct gx_source_job *job, struct gx_text *text)
{
	struct reader reader = { .job = job, .where = { .file = text->file } };
	char *line;

	while ((line = gx_text_line(text))) {
		reader.where.line = text->line;
		parse_line(&reader, line);
	}
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_source_find_duplicates(&job->entries[family], family, text->file, job->diag);
	return reader.lines;
}
