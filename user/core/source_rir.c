/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources in the form of the registries' statistics: delegated-<registry>-latest and -extended-latest.
 *
 *   2|ripencc|1717192799|247463|19830705|20240531|+0200	head: version, registry, serial, records, dates
 *   ripencc|*|ipv4|*|84000|summary				how many records of a type there are
 *   ripencc|NL|ipv4|193.0.0.0|2048|19930901|allocated		2048 addresses, not always a power of two
 *   ripencc|NL|ipv6|2001:610::|32|19990819|allocated|opaque-id	a prefix length; more fields may follow
 *   ripencc|FR|asn|7|1|19930901|allocated			AS numbers: of no use here
 *   ripencc||ipv4|5.44.0.0|4096||available			nobody's: available and reserved are skipped
 *
 * The country is that of the holder, which need not be where the network is. Without one (empty, * or ZZ), and with
 * EU and AP, the location is unknown. Several registries' files may stand one behind the other.
 *
 * Form: "RIR statistics exchange format", as published by the registries, versions 2 and 2.3 (extended).
 */
#include "user/core/source_format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define GX_RIR_MAX_FIELDS	16	/* more are of no interest */
#define GX_RIR_FIELDS		7	/* of a record: registry to status */

enum field {
	FIELD_REGISTRY,
	FIELD_COUNTRY,
	FIELD_TYPE,
	FIELD_START,
	FIELD_VALUE,
	FIELD_DATE,
	FIELD_STATUS,
	FIELD_SUMMARY = 5,		/* in a summary: the word */
	FIELD_HEAD_RECORDS = 3,		/* in a head */
};

enum type {
	TYPE_ASN,
	TYPE_IPV4,
	TYPE_IPV6,
	TYPES,
};

static const char *const type_names[TYPES] = { "asn", "ipv4", "ipv6" };

/* What was promised, and what came. */
struct tally {
	uint32_t line;		/* of the promise; 0: none */
	uint64_t promised;
	uint64_t seen;
};

struct reader {
	const struct gx_source_job *job;
	struct gx_where where;
	const char *line;	/* begin of the current one, for columns */
	size_t lines;
	struct tally all, types[TYPES];	/* of the current registry's file */
	struct gx_source_codes codes;
	bool knows_odd_status;	/* reported once */
};

/* A finding about a field of the current line. */
#define report(reader, field, ...)                                                                                    \
	do {                                                                                                          \
		(reader)->where.column = (uint32_t)((field) - (reader)->line) + 1;                                    \
		gx_error((reader)->job->diag, &(reader)->where, __VA_ARGS__);                                         \
	} while (0)

bool gx_rir_recognises(const char *line, size_t len)
{
	size_t bars = 0;

	for (size_t i = 0; i < len; i++)
		bars += line[i] == '|';
	return bars >= FIELD_SUMMARY;
}

static size_t split(char *line, char *fields[GX_RIR_MAX_FIELDS])
{
	size_t count = 0;

	while (line && count < GX_RIR_MAX_FIELDS)
		fields[count++] = strsep(&line, "|");
	return count;
}

static void check_tally(struct reader *reader, const struct tally *tally, const char *what)
{
	struct gx_where where = { .file = reader->where.file, .line = tally->line };

	if (tally->seen < tally->promised)
		gx_error(reader->job->diag, &where, "%llu %s are promised here, and %llu follow: the whole file "
			 "would be right", (unsigned long long)tally->promised, what,
			 (unsigned long long)tally->seen);
}

/* At the end of a registry's file. */
static void finish_registry(struct reader *reader)
{
	size_t errors = reader->job->diag->errors;

	for (enum type type = 0; type < TYPES; type++) {
		char what[32];

		snprintf(what, sizeof(what), "%s records", type_names[type]);
		check_tally(reader, &reader->types[type], what);
	}
	/* The head counts what the summaries count: one finding is enough. */
	if (reader->job->diag->errors == errors)
		check_tally(reader, &reader->all, "records");
	reader->all = (struct tally){0};
	memset(reader->types, 0, sizeof(reader->types));
}

static void promise(struct reader *reader, struct tally *tally, const char *field)
{
	char quoted[GX_QUOTE_OCTETS];
	uint32_t number;

	if (gx_text_number(field, UINT32_MAX, &number)) {
		report(reader, field, "%s is no number of records: digits would be right",
		       gx_quote(field, strlen(field), quoted));
		return;
	}
	tally->line = reader->where.line;
	tally->promised += number;
}

static enum type find_type(const char *text)
{
	enum type type = 0;

	while (type < TYPES && strcasecmp(text, type_names[type]) != 0)
		type++;
	return type;
}

/* Returns false, with a finding, where the fields are no block of addresses. */
static bool parse_block(struct reader *reader, enum gx_family family, const char *start, const char *value,
			gx_u128 *first, gx_u128 *last)
{
	char quoted[GX_QUOTE_OCTETS];
	struct gx_prefix prefix;
	struct gx_addr addr;
	uint32_t number;

	if (gx_parse_addr(start, &addr) || addr.family != family) {
		report(reader, start, "%s is no %s address: one such as %s would be right",
		       gx_quote(start, strlen(start), quoted), family == GX_IPV4 ? "IPv4" : "IPv6",
		       family == GX_IPV4 ? "193.0.0.0" : "2001:610::");
		return false;
	}
	*first = addr.value;
	gx_quote(value, strlen(value), quoted);
	if (family == GX_IPV6) {
		if (gx_text_number(value, 128, &number)) {
			report(reader, value, "%s is no prefix length: 0 to 128 would be right", quoted);
			return false;
		}
		prefix = gx_prefix_around(family, addr.value, number);
		*first = prefix.addr.value;
		*last = gx_prefix_last(&prefix);
		return true;
	}
	if (gx_text_number(value, UINT32_MAX, &number) || number == 0) {
		report(reader, value, "%s is no number of addresses: 1 to 4294967295 would be right", quoted);
		return false;
	}
	*last = *first + number - 1;
	if (*last > gx_family_last(family)) {
		report(reader, value, "%s addresses reach beyond 255.255.255.255: fewer would be right", quoted);
		return false;
	}
	return true;
}

/* Whether somebody has the block. */
static bool is_held(struct reader *reader, const char *status)
{
	char quoted[GX_QUOTE_OCTETS];

	if (strcasecmp(status, "allocated") == 0 || strcasecmp(status, "assigned") == 0)
		return true;
	if (strcasecmp(status, "available") == 0 || strcasecmp(status, "reserved") == 0 || reader->knows_odd_status)
		return false;
	reader->knows_odd_status = true;
	reader->where.column = (uint32_t)(status - reader->line) + 1;
	gx_warn(reader->job->diag, &reader->where, "unknown status %s, skipped as all that are not allocated or "
		"assigned: "
		"allocated, assigned, available or reserved would be right", gx_quote(status, strlen(status), quoted));
	return false;
}

/* Returns a number, or -EINVAL with a finding. */
static int parse_country(struct reader *reader, const char *field)
{
	char quoted[GX_QUOTE_OCTETS];
	int country;

	if (!*field || strcmp(field, "*") == 0)
		return GX_LOCATION_UNKNOWN;
	reader->where.column = (uint32_t)(field - reader->line) + 1;
	country = gx_source_country(&reader->codes, field, &reader->where, reader->job->diag);
	if (country < 0)
		report(reader, field, "%s is no country code: two letters, or none for unknown, would be right",
		       gx_quote(field, strlen(field), quoted));
	return country;
}

static void parse_record(struct reader *reader, char *fields[GX_RIR_MAX_FIELDS], size_t count)
{
	enum type type = find_type(fields[FIELD_TYPE]);
	enum gx_family family = type == TYPE_IPV4 ? GX_IPV4 : GX_IPV6;
	char quoted[GX_QUOTE_OCTETS];
	gx_u128 first, last;
	int country;

	reader->all.seen++;
	if (type == TYPES) {
		report(reader, fields[FIELD_TYPE], "%s is no type of record: asn, ipv4 or ipv6 would be right",
		       gx_quote(fields[FIELD_TYPE], strlen(fields[FIELD_TYPE]), quoted));
		return;
	}
	reader->types[type].seen++;
	if (count < GX_RIR_FIELDS) {
		report(reader, fields[0], "a record of %zu fields: registry|country|type|start|value|date|status would "
		       "be right", count);
		return;
	}
	if (type == TYPE_ASN || !is_held(reader, fields[FIELD_STATUS]))
		return;
	if (!parse_block(reader, family, fields[FIELD_START], fields[FIELD_VALUE], &first, &last))
		return;
	country = parse_country(reader, fields[FIELD_COUNTRY]);
	if (country < 0)
		return;
	gx_entries_add_range(&reader->job->entries[family], family, first, last, (uint32_t)country,
			     reader->where.line);
	reader->lines++;
}

static void parse_line(struct reader *reader, char *line)
{
	char *fields[GX_RIR_MAX_FIELDS], quoted[GX_QUOTE_OCTETS];
	size_t count;

	reader->line = line;
	reader->where.column = 0;
	if (!gx_source_check_length(line, &reader->where, reader->job->diag))
		return;
	gx_quote(line, strlen(line), quoted);
	count = split(line, fields);
	if (count <= FIELD_SUMMARY) {
		report(reader, line, "%s is no record: a line such as "
		       "'ripencc|NL|ipv4|193.0.0.0|2048|19930901|allocated' would be right", quoted);
		reader->all.seen++;
		return;
	}
	if (*fields[0] >= '0' && *fields[0] <= '9') {
		finish_registry(reader);
		promise(reader, &reader->all, fields[FIELD_HEAD_RECORDS]);
	} else if (strcasecmp(fields[FIELD_SUMMARY], "summary") == 0) {
		enum type type = find_type(fields[FIELD_TYPE]);

		if (type < TYPES)
			promise(reader, &reader->types[type], fields[FIELD_VALUE]);
	} else {
		parse_record(reader, fields, count);
	}
}

size_t gx_rir_read(const struct gx_source_job *job, struct gx_text *text)
{
	struct reader reader = {
		.job = job,
		.where = { .file = text->file },
		.codes = { .zz_is_unknown = true },
	};
	char *line;

	while ((line = gx_text_line(text))) {
		reader.where.line = text->line;
		line = gx_text_trim(line);
		if (*line && *line != '#')
			parse_line(&reader, line);
	}
	finish_registry(&reader);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_source_find_duplicates(&job->entries[family], family, text->file, job->diag);
	return reader.lines;
}
