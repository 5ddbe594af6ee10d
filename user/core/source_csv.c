/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources as comma-separated values.
 *
 * With a head that names the columns:
 *   network,geoname_id,registered_country_geoname_id,...	GeoLite2-Country and -City Blocks, with Locations
 *   network,autonomous_system_number,...				GeoLite2-ASN Blocks
 *   network,country,country_code,...; start_ip,end_ip,country,...	IPinfo
 *
 * Without one, both ends of a range included:
 *   1.0.0.0,1.0.0.255,AU					DB-IP lite, country
 *   1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."		DB-IP lite, ASN
 *   1.0.0.0,1.0.0.255,OC,AU,Queensland,"South Brisbane",-27.4767,153.017	DB-IP lite, city
 *   "16777216","16777471","US","United States of America"	IP2Location DB1, addresses as integers
 *   "16777216","16777471","US","United States of America","California","Los Angeles",...	DB3 and finer
 *   "16777216","16777471","1.0.0.0/24","13335","CloudFlare Inc"	IP2Location ASN
 *
 * Where GeoLite2 knows no place of a block, the country in which its holder is registered stands for it, as in its
 * mmdb form. The country that it represents (an army's bases abroad) does not: answers go where the users are.
 * DB-IP and IP2Location name regions in words and not by code: "US/California" is then the key of a map. Ranges of
 * v4-mapped IPv6 addresses, which IP2Location's IPv6 files hold, are the IPv4 addresses.
 */
#include <errno.h>
#include <string.h>

#include "user/core/source_csv.h"

#define DIGITS		"0123456789"
#define MAPPED_HIGH	0xffffu		/* ::ffff:0:0/96, shifted right by 32 */

struct block {
	enum gx_family family;
	gx_u128 first, last;
};

struct reader {
	struct gx_csv_reader csv;
	struct gx_intmap places;	/* geoname_id -> location number */
	unsigned int speaks;
};

#define NONE -1

/* Lines without a head. */
static const struct shape {
	bool integers;			/* addresses are */
	size_t min_fields, max_fields;
	int at[GX_CSV_COLUMNS];
} shapes[] = {
	/*		      NETWORK FIRST LAST COUNTRY CONT. REGION CITY ASN GEON. REG. */
	{ false, 3, 3,	    { NONE, 0, 1, 2, NONE, NONE, NONE, NONE, NONE, NONE } },
	{ false, 4, 4,	    { NONE, 0, 1, NONE, NONE, NONE, NONE, 2, NONE, NONE } },
	{ false, 8, 8,	    { NONE, 0, 1, 3, 2, 4, 5, NONE, NONE, NONE } },
	{ true, 3, 4,	    { NONE, 0, 1, 2, NONE, NONE, NONE, NONE, NONE, NONE } },
	{ true, 5, 5,	    { NONE, 0, 1, NONE, NONE, NONE, NONE, 3, NONE, NONE } },
	{ true, 6, GX_CSV_MAX_FIELDS, { NONE, 0, 1, 2, NONE, 4, 5, NONE, NONE, NONE } },
};

static bool is_integer(const char *text)
{
	return *text && !text[strspn(text, DIGITS)];
}

bool gx_csv_recognises(const char *line, size_t len)
{
	size_t first = strcspn(line, ",\r\n");
	char text[GX_ADDR_TEXT_OCTETS] = "";
	struct gx_addr addr;
	size_t commas = 0;

	for (size_t i = 0; i < len; i++)
		commas += line[i] == ',';
	if (*line == '"' || commas < 2)
		return *line == '"' && commas >= 2;
	if (first >= sizeof(text))
		return false;
	memcpy(text, line, first);
	if (gx_csv_find_column(text, NULL) != GX_CSV_COLUMNS)
		return true;
	/* Three fields of integers or IPv6 addresses are Tor's. */
	if (is_integer(text))
		return commas > 2;
	return gx_parse_addr(text, &addr) == 0 && (addr.family == GX_IPV4 || commas > 2);
}

bool gx_csv_allows(const char *line, size_t len)
{
	return memchr(line, ',', len) != NULL;
}

/* --- blocks of addresses ------------------------------------------------------------------------ */

/* Decimal digits, as IP2Location writes addresses of both families. Returns false: 2^128 or more. */
static bool parse_integer(const char *text, gx_u128 *value)
{
	gx_u128 number = 0, last = ~(gx_u128)0;

	for (; *text; text++) {
		unsigned int digit = (unsigned int)(*text - '0');

		if (number > (last - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*value = number;
	return true;
}

/* Returns false, with a finding. */
static bool parse_end(struct gx_csv_reader *csv, enum gx_csv_column column, struct gx_addr *addr)
{
	const struct gx_csv_field *field = gx_csv_field(csv, column);
	char quoted[GX_QUOTE_OCTETS];

	if (is_integer(field->text)) {
		if (parse_integer(field->text, &addr->value)) {
			addr->family = addr->value > UINT32_MAX ? GX_IPV6 : GX_IPV4;
			return true;
		}
		gx_csv_report(csv, field, "%s is over 2^128 - 1, the last IPv6 address: less would be right",
			      gx_quote(field->text, strlen(field->text), quoted));
		return false;
	}
	if (gx_parse_addr(field->text, addr) == 0)
		return true;
	gx_csv_report(csv, field, "%s is no address: one such as 1.0.0.0, 2001:200:: or 16777216 would be right",
		      gx_quote(field->text, strlen(field->text), quoted));
	return false;
}

static bool parse_range(struct gx_csv_reader *csv, struct block *block)
{
	const struct gx_csv_field *last_field = gx_csv_field(csv, GX_CSV_LAST);
	bool integers = is_integer(gx_csv_field(csv, GX_CSV_FIRST)->text) && is_integer(last_field->text);
	struct gx_addr first, last;

	if (!parse_end(csv, GX_CSV_FIRST, &first) || !parse_end(csv, GX_CSV_LAST, &last))
		return false;
	/* The IPv6 file begins with a range from 0 on. */
	if (integers)
		first.family = last.family;
	if (first.family != last.family) {
		gx_csv_report(csv, last_field, "the range ends in the other family: two IPv4 or two IPv6 addresses "
			      "would be right");
		return false;
	}
	if (last.value < first.value) {
		gx_csv_report(csv, last_field, "the range ends before it begins: the lower address first would be "
			      "right");
		return false;
	}
	*block = (struct block){ first.family, first.value, last.value };
	if (block->family == GX_IPV6 && first.value >> 32 == MAPPED_HIGH && last.value >> 32 == MAPPED_HIGH)
		*block = (struct block){ GX_IPV4, (uint32_t)first.value, (uint32_t)last.value };
	return true;
}

static bool parse_block(struct gx_csv_reader *csv, struct block *block)
{
	const struct gx_csv_field *field = gx_csv_field(csv, GX_CSV_NETWORK);
	char quoted[GX_QUOTE_OCTETS];
	struct gx_prefix prefix;
	int err;

	if (!field)
		return parse_range(csv, block);
	err = gx_parse_prefix(field->text, &prefix);
	if (err) {
		gx_quote(field->text, strlen(field->text), quoted);
		gx_csv_report(csv, field, err == -ERANGE ?
			      "%s has a length that is too long: 0 to 32, or in IPv6 to 128, would be right" :
			      "%s is no prefix: one such as 1.0.0.0/24 would be right", quoted);
		return false;
	}
	*block = (struct block){ prefix.addr.family, prefix.addr.value, gx_prefix_last(&prefix) };
	return true;
}

/* --- locations ---------------------------------------------------------------------------------- */

/* Returns false, with a finding. */
static bool parse_asn(struct gx_csv_reader *csv, uint32_t *asn)
{
	const struct gx_csv_field *field = gx_csv_field(csv, GX_CSV_ASN);
	const char *text = field->text;
	char quoted[GX_QUOTE_OCTETS];

	*asn = 0;
	if (!*text || strcmp(text, "-") == 0)
		return true;
	if ((text[0] == 'A' || text[0] == 'a') && (text[1] == 'S' || text[1] == 's'))
		text += 2;
	if (gx_text_number(text, UINT32_MAX, asn) == 0)
		return true;
	gx_csv_report(csv, field, "%s is no AS number: one such as 64500 or AS64500 would be right",
		      gx_quote(field->text, strlen(field->text), quoted));
	return false;
}

/* The place of a block of GeoLite2. Returns false, with a finding. */
static bool find_place(struct reader *reader, uint32_t *number)
{
	const struct gx_csv_field *field = gx_csv_field(&reader->csv, GX_CSV_GEONAME);
	char quoted[GX_QUOTE_OCTETS];
	uint32_t id;

	if (!field || !*field->text)
		field = gx_csv_field(&reader->csv, GX_CSV_REGISTERED);
	if (!field || !*field->text) {
		*number = GX_LOCATION_UNKNOWN;
		return true;
	}
	if (gx_text_number(field->text, UINT32_MAX, &id)) {
		gx_csv_report(&reader->csv, field, "%s is no geoname_id: digits would be right",
			      gx_quote(field->text, strlen(field->text), quoted));
		return false;
	}
	if (gx_intmap_find(&reader->places, id, number))
		return true;
	gx_csv_report(&reader->csv, field, "geoname_id %u is not in the file of locations: blocks and locations of "
		      "one release would be right", id);
	/* Once is enough. */
	gx_intmap_put(&reader->places, id, GX_LOCATION_UNKNOWN);
	return false;
}

static bool find_location(struct reader *reader, uint32_t *number)
{
	struct gx_location location = {0};

	if (reader->csv.layout.at[GX_CSV_GEONAME] >= 0)
		return find_place(reader, number);
	if (reader->speaks & GX_SPEAKS_PLACE && !gx_csv_parse_place(&reader->csv, &location))
		return false;
	if (reader->speaks & GX_SPEAKS_ASN && !parse_asn(&reader->csv, &location.asn))
		return false;
	*number = gx_locations_number(reader->csv.job->locations, &location, reader->speaks);
	return true;
}

/* --- the file ----------------------------------------------------------------------------------- */

static void read_line(struct reader *reader)
{
	struct gx_csv_reader *csv = &reader->csv;
	struct block block;
	uint32_t number;

	if (!gx_csv_check_count(csv) || !parse_block(csv, &block) || !find_location(reader, &number))
		return;
	gx_entries_add_range(&csv->job->entries[block.family], block.family, block.first, block.last, number,
			     csv->where.line);
	csv->lines++;
}

/* What the columns are about where no head says it. Returns false: no such file is known. */
static bool guess_layout(struct gx_csv_reader *csv)
{
	bool integers = is_integer(csv->fields[0].text);

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (shapes[i].integers != integers || csv->count < shapes[i].min_fields ||
		    csv->count > shapes[i].max_fields)
			continue;
		csv->layout.fields = csv->count;
		memcpy(csv->layout.at, shapes[i].at, sizeof(csv->layout.at));
		return true;
	}
	return false;
}

static bool has_columns(const struct gx_csv_layout *layout)
{
	return layout->at[GX_CSV_NETWORK] >= 0 || (layout->at[GX_CSV_FIRST] >= 0 && layout->at[GX_CSV_LAST] >= 0);
}

/* Settle what the columns are about from the first line. Returns false, with a finding, where that is unclear. */
static bool settle_layout(struct reader *reader, bool *is_head)
{
	struct gx_csv_reader *csv = &reader->csv;
	const int *at = csv->layout.at;

	*is_head = gx_csv_take_head(csv);
	if (!*is_head && !guess_layout(csv)) {
		gx_error(csv->job->diag, &csv->where, "a first line of %zu fields that names no columns: a head, such "
			 "as "
			 "'network,country_code', or lines such as '1.0.0.0,1.0.0.255,AU' would be right", csv->count);
		return false;
	}
	if (at[GX_CSV_GEONAME] >= 0 && at[GX_CSV_COUNTRY] >= 0) {
		gx_error(csv->job->diag, &csv->where, "is the file of locations: the file of blocks, "
			 "*-Blocks-IPv4.csv or *-Blocks-IPv6.csv, would be right");
		return false;
	}
	if (!has_columns(&csv->layout)) {
		gx_error(csv->job->diag, &csv->where, "the head names no addresses: a column network, or start_ip and "
			 "end_ip, would be right");
		return false;
	}
	if (at[GX_CSV_COUNTRY] >= 0 || at[GX_CSV_CONTINENT] >= 0 || at[GX_CSV_GEONAME] >= 0)
		reader->speaks |= GX_SPEAKS_PLACE;
	if (at[GX_CSV_ASN] >= 0)
		reader->speaks |= GX_SPEAKS_ASN;
	if (!reader->speaks) {
		gx_error(csv->job->diag, &csv->where, "the head names no location: a column country_code, geoname_id "
			 "or asn would be right");
		return false;
	}
	return at[GX_CSV_GEONAME] < 0 || gx_csv_read_places(csv->job, &reader->places);
}

size_t gx_csv_read(const struct gx_source_job *job, struct gx_text *text)
{
	struct reader reader = {
		.csv = {
			.job = job,
			.text = text,
			.where = { .file = text->file },
			.codes = { .zz_is_unknown = true },
		},
	};
	bool more = gx_csv_next(&reader.csv), is_head = false;

	if (more && settle_layout(&reader, &is_head)) {
		for (more = !is_head || gx_csv_next(&reader.csv); more; more = gx_csv_next(&reader.csv))
			read_line(&reader);
		for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
			/* Networks may lie in one another, and the longest speaks; for ranges there is no rule. */
			if (reader.csv.layout.at[GX_CSV_NETWORK] >= 0)
				gx_source_find_duplicates(&job->entries[family], family, text->file, job->diag);
			else
				gx_source_find_overlaps(&job->entries[family], family, text->file, job->diag);
		}
	}
	gx_intmap_free(&reader.places);
	return reader.csv.lines;
}
