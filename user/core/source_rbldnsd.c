/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources in the form of rbldnsd's ip4set, ip4trie and ip6trie, as countries.nerd.dk published them.
 *
 *   193.109.172.0/22 :127.0.3.72:us	a block and its value: country 3 * 256 + 72 = 840
 *   10/8  10.1/16  10.1.2		missing octets are 0; no length: all octets that stand there
 *   10.1-10.3  10.1-3  10.1.0.0-10.3.255.255	ranges: missing octets at the end are 255
 *   2001:db8::/32  2001:db8/32		IPv6
 *   :127.0.3.72:us			the value of the lines that follow with none of their own
 *   :56:				short for :127.0.0.56:
 *   !10.1.2.0/24			location unknown, also where a covering block has a value
 *   $SOA ...  #$SOA ...  :$SOA ...	for rbldnsd as a name server; of no meaning here
 *   # ...  ; ...			comments
 *
 * Grammar: rbldnsd(8), and ip4parse.c and ip6addr.c of rbldnsd 1.0. Beyond it, what PowerDNS's Geo backend
 * read: a value without its first colon, and the 15 bits it took from a value, of which 0 is no data.
 * EU and AP, which other sources carry for regions, have no numbers and so do not occur here.
 */
#include "user/core/source_format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "user/core/iso3166.h"

#define GX_VALUE_MASK		0x7fff
#define GX_OCTET_CLAMP		100000	/* larger numbers are all equally wrong */

#define BLANKS		" \t"
#define WORD_END	" \t#;"		/* blank or comment */

struct block {
	enum gx_family family;
	gx_u128 first, last;
};

enum default_state {
	DEFAULT_NONE,
	DEFAULT_SET,
	DEFAULT_BROKEN,		/* reported where it stands, and not again at each line that wants it */
};

struct reader {
	struct gx_where where;
	struct gx_entries *entries;
	struct gx_diag *diag;
	size_t lines;
	enum default_state default_state;
	uint32_t default_location;
};

#define report(reader, ...) gx_error((reader)->diag, &(reader)->where, __VA_ARGS__)

bool gx_rbldnsd_recognises(const char *line, size_t len)
{
	size_t block = strspn(line, "0123456789abcdefABCDEF:./-");

	if (strchr("$:!", *line))
		return true;
	if (block == 0 || strcspn(line, ":./-") >= block)
		return false;
	/* The value may follow without a blank: 10/8:127.0.3.72:us. */
	return block == len || strchr(WORD_END, line[block]) || (line[block - 1] == ':' && line[block] != ',');
}

/*
 * Decimal octets with dots between them, up to four. A leading zero does not make them octal.
 * Returns how many, 0: not of this form; numbers over 255 are for the caller to refuse.
 */
static unsigned int parse_octets(const char **cursor, unsigned int octets[4])
{
	const char *at = *cursor;
	unsigned int count = 0;

	for (;;) {
		unsigned int octet = 0;

		if (*at < '0' || *at > '9')
			return 0;
		for (; *at >= '0' && *at <= '9'; at++) {
			if (octet < GX_OCTET_CLAMP)
				octet = octet * 10 + (unsigned int)(*at - '0');
		}
		octets[count++] = octet;
		if (count == 4 || *at != '.')
			break;
		at++;
	}
	*cursor = at;
	return count;
}

static bool has_octet_over_255(const unsigned int octets[4], unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (octets[i] > 255)
			return true;
	}
	return false;
}

/* Missing octets are filled in. */
static uint32_t join_octets(const unsigned int octets[4], unsigned int count, unsigned int fill)
{
	uint32_t joined = 0;

	for (unsigned int i = 0; i < 4; i++)
		joined = joined << 8 | (i < count ? octets[i] : fill);
	return joined;
}

static bool parse_bits(struct reader *reader, const char *text, const char *quoted, uint32_t max,
		       unsigned int *bits)
{
	uint32_t number;
	int err = gx_text_number(text, max, &number);

	if (err == -ERANGE)
		report(reader, "%s has a length over %u: 0 to %u would be right", quoted, max, max);
	else if (err)
		report(reader, "%s has no length behind the slash: 0 to %u would be right", quoted, max);
	else
		*bits = number;
	return err == 0;
}

/* A block of IPv4 addresses as octets, those that stand there. */
struct octets {
	unsigned int value[4];
	unsigned int count;
};

static bool parse_ipv4_range(struct reader *reader, const struct octets *first, const char *text,
			     const char *quoted, struct block *block)
{
	struct octets last;

	last.count = parse_octets(&text, last.value);
	if (last.count == 0 || *text) {
		report(reader, "%s is no range: one such as 10.1.0.0-10.3.255.255 would be right", quoted);
		return false;
	}
	if (last.count == 1) {
		/* An octet alone is the last one that stands in first: 10.1-3 is 10.1-10.3. */
		unsigned int octet = last.value[0];

		last = *first;
		last.value[last.count - 1] = octet;
	}
	if (has_octet_over_255(last.value, last.count)) {
		report(reader, "%s has an octet over 255: 0 to 255 would be right", quoted);
		return false;
	}
	if (last.count != first->count) {
		report(reader, "%s has ends of different lengths: as many octets in both would be right",
		       quoted);
		return false;
	}
	block->first = join_octets(first->value, first->count, 0);
	block->last = join_octets(last.value, last.count, 255);
	if (block->last < block->first) {
		report(reader, "%s ends before it begins: the lower address first would be right", quoted);
		return false;
	}
	return true;
}

/* The parse_ functions return false, with a finding, where the text is not what it should be. */
static bool parse_ipv4(struct reader *reader, const char *text, const char *quoted, struct block *block)
{
	struct octets octets;
	struct gx_prefix prefix;
	unsigned int bits;

	octets.count = parse_octets(&text, octets.value);
	if (octets.count == 0 || (*text && *text != '/' && *text != '-')) {
		report(reader, "%s is no address or prefix: a line such as "
		       "'193.109.172.0/22 :127.0.3.72:us' would be right", quoted);
		return false;
	}
	if (has_octet_over_255(octets.value, octets.count)) {
		report(reader, "%s has an octet over 255: 0 to 255 would be right", quoted);
		return false;
	}
	block->family = GX_IPV4;
	if (*text == '-')
		return parse_ipv4_range(reader, &octets, text + 1, quoted, block);
	bits = octets.count * 8;
	if (*text == '/') {
		if (!parse_bits(reader, text + 1, quoted, 32, &bits))
			return false;
	} else if (octets.count == 1) {
		report(reader, "%s is an octet alone: %u/8 would be right for the network", quoted,
		       octets.value[0]);
		return false;
	}
	prefix = gx_prefix_around(GX_IPV4, join_octets(octets.value, octets.count, 0), bits);
	block->first = prefix.addr.value;
	block->last = gx_prefix_last(&prefix);
	return true;
}

static bool parse_ipv6(struct reader *reader, char *text, const char *quoted, struct block *block)
{
	char full[2 * GX_ADDR_TEXT_OCTETS];
	char *length = strchr(text, '/');
	unsigned int bits = 128, colons = 0;
	struct gx_prefix prefix;
	struct gx_addr addr;

	if (length)
		*length++ = '\0';
	for (const char *at = text; *at; at++)
		colons += *at == ':';
	snprintf(full, sizeof(full), "%s", text);
	if (colons < 7 && !strstr(text, "::") && !strchr(text, '.')) {
		/* Groups at the end may be left out: 2001:db8 is 2001:db8::/32. */
		snprintf(full, sizeof(full), "%s::", text);
		bits = (colons + 1) * 16;
	}
	if (gx_parse_addr(full, &addr) < 0 || addr.family != GX_IPV6) {
		report(reader, "%s is no IPv6 prefix: one such as 2001:db8::/32 would be right", quoted);
		return false;
	}
	if (length && !parse_bits(reader, length, quoted, 128, &bits))
		return false;
	prefix = gx_prefix_around(GX_IPV6, addr.value, bits);
	*block = (struct block){
		.family = GX_IPV6,
		.first = prefix.addr.value,
		.last = gx_prefix_last(&prefix),
	};
	return true;
}

/* cursor: advanced to what follows the block. */
static bool parse_block(struct reader *reader, char **cursor, struct block *block)
{
	char text[GX_ADDR_TEXT_OCTETS], quoted[GX_QUOTE_OCTETS];
	char *at = *cursor;
	size_t head = strspn(at, "0123456789abcdefABCDEF");
	bool is_ipv6 = at[head] == ':';
	size_t len = strcspn(at, is_ipv6 ? WORD_END "/" : WORD_END ":");

	/* A value may follow without a blank; in IPv6, only a length tells it from the address. */
	if (is_ipv6 && at[len] == '/')
		len += strcspn(at + len, WORD_END ":");
	gx_quote(at, len, quoted);
	if (len >= sizeof(text)) {
		report(reader, "%s is no address or prefix: a line such as "
		       "'193.109.172.0/22 :127.0.3.72:us' would be right", quoted);
		return false;
	}
	memcpy(text, at, len);
	text[len] = '\0';
	*cursor = at + len;
	return is_ipv6 ? parse_ipv6(reader, text, quoted, block) :
			 parse_ipv4(reader, text, quoted, block);
}

/* text: begins with octets and dots. */
static bool has_leading_zero(const char *text)
{
	for (const char *at = text; (*at >= '0' && *at <= '9') || *at == '.'; at++) {
		if (at[0] == '0' && at[1] >= '0' && at[1] <= '9' && (at == text || at[-1] == '.'))
			return true;
	}
	return false;
}

/* octets: of 127.0.x.y. */
static bool find_location(struct reader *reader, const unsigned int octets[4], const char *quoted,
			  uint32_t *location)
{
	unsigned int number = (octets[2] << 8 | octets[3]) & GX_VALUE_MASK;

	if (number == 0) {
		*location = GX_LOCATION_COVERING;
		return true;
	}
	if (!gx_find_country(number) &&
	    (number < GX_USER_ASSIGNED_MIN || number > GX_LOCATION_ISO_MAX)) {
		report(reader, "%s is the unknown country number %u: an ISO 3166-1 number, or a private one "
		       "of 900 to 999, would be right", quoted, number);
		return false;
	}
	*location = number;
	return true;
}

/* text: behind the colon. What follows the value is text for people. */
static bool parse_value(struct reader *reader, const char *text, uint32_t *location)
{
	unsigned int octets[4];
	const char *end = text;
	char quoted[GX_QUOTE_OCTETS];
	unsigned int count = parse_octets(&end, octets);

	gx_quote(text, strcspn(text, WORD_END ":"), quoted);
	if (count == 1 && octets[0] <= 255) {
		octets[3] = octets[0];
		octets[0] = 127;
		octets[1] = octets[2] = 0;
	} else if (count == 1 && octets[0] <= GX_VALUE_MASK && strchr(WORD_END ":", *end)) {
		report(reader, "%s is over 255: 127.0.%u.%u would be right for the number %u", quoted,
		       octets[0] >> 8, octets[0] & 255, octets[0]);
		return false;
	}
	if ((count != 4 && count != 1) || octets[0] != 127 || octets[1] != 0 ||
	    !strchr(WORD_END ":", *end)) {
		report(reader, "%s is no 127.0.x.y: :127.0.3.72:us would be right for the country 840",
		       quoted);
		return false;
	}
	if (has_octet_over_255(octets, 4)) {
		report(reader, "%s has an octet over 255: 0 to 255 would be right", quoted);
		return false;
	}
	/* Decimal to rbldnsd, octal to the Geo backend. */
	if (count == 4 && has_leading_zero(text)) {
		report(reader, "%s has an octet with a leading zero: decimal numbers without would be right",
		       quoted);
		return false;
	}
	return find_location(reader, octets, quoted, location);
}

/* text: behind the block. */
static bool parse_value_or_default(struct reader *reader, const char *text, const char *line,
				   uint32_t *location)
{
	char quoted[GX_QUOTE_OCTETS];

	text += strspn(text, BLANKS);
	if (*text == ':')
		return parse_value(reader, text + 1, location);
	/* To rbldnsd a text; the Geo backend read it as the value that it looks like. */
	if (strncmp(text, "127.0.", strlen("127.0.")) == 0)
		return parse_value(reader, text, location);
	if (reader->default_state == DEFAULT_NONE) {
		report(reader, "%s has no value, and no default value stands before it: "
		       "a value such as :127.0.3.72:us would be right",
		       gx_quote(line, strlen(line), quoted));
		return false;
	}
	*location = reader->default_location;
	return reader->default_state == DEFAULT_SET;
}

/* Whether the line is empty, a comment, or for rbldnsd as a name server. */
static bool is_for_others(struct reader *reader, const char *line)
{
	static const char *const known[] = {
		"SOA", "NS", "NAMESERVER", "TTL", "TIMESTAMP", "MAXRANGE4", "=",
		"0", "1", "2", "3", "4", "5", "6", "7", "8", "9",
	};
	bool is_comment = !*line || *line == '#' || *line == ';';
	const char *word = *line == '$' ? line + 1 : *line && line[1] == '$' ? line + 2 : NULL;
	char quoted[GX_QUOTE_OCTETS];
	size_t len;

	if (!word || !strchr("$#;:", *line))
		return is_comment;
	len = strcspn(word, BLANKS);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i]) == len && strncasecmp(word, known[i], len) == 0)
			return true;
	}
	gx_quote(line, (size_t)(word - line) + len, quoted);
	if (len == strlen("DATASET") && strncasecmp(word, "DATASET", len) == 0)
		report(reader, "%s begins a part of a combined data set: one file for each data set "
		       "would be right", quoted);
	else if (!is_comment)
		gx_warn(reader->diag, &reader->where,
			"unknown directive %s, skipped: $SOA, $NS, $TTL or $TIMESTAMP would be right",
			quoted);
	return true;
}

static void parse_line(struct reader *reader, char *line)
{
	char *at = line;
	uint32_t location = GX_LOCATION_UNKNOWN;
	bool is_exclusion = *line == '!';
	struct block block;

	if (!gx_source_check_length(line, &reader->where, reader->diag))
		return;
	if (line[0] == ':' && line[1] != ':') {
		reader->default_state = DEFAULT_BROKEN;
		if (parse_value(reader, line + 1, &reader->default_location))
			reader->default_state = DEFAULT_SET;
		return;
	}
	if (is_exclusion)
		at += 1 + strspn(at + 1, BLANKS);
	if (!parse_block(reader, &at, &block))
		return;
	if (!is_exclusion && !parse_value_or_default(reader, at, line, &location))
		return;
	gx_entries_add_range(&reader->entries[block.family], block.family, block.first, block.last,
			     location, reader->where.line);
	reader->lines += location != GX_LOCATION_COVERING;
}

size_t gx_rbldnsd_read(const struct gx_source_job *job, struct gx_text *text)
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
		if (!is_for_others(&reader, line))
			parse_line(&reader, line);
	}
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_source_find_duplicates(&reader.entries[family], family, text->file, reader.diag);
	return reader.lines;
}
