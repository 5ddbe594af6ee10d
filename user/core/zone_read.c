/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones: master files, by libzscanner (RFC 1035 5). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <libzscanner/scanner.h>

#include "user/core/name.h"
#include "user/core/text.h"
#include "user/core/zone_impl.h"

/* TTL of records before any $TTL, as NSD and Knot have it. */
#define DEFAULT_TTL_S	3600
/* Files within files; enough for any zone, and an end to those that include each other. */
#define MAX_INCLUDES	10
/* RFC 2181 8. */
#define TTL_MAX_S	0x7fffffffu

struct reader {
	struct gx_zone *zone;
	struct gx_diag *diag;
	const char *file;
	const struct reader *outer;	/* whose $INCLUDE this is; NULL: the zone's own file */
};

static const char *what_is_right(int code)
{
	switch (code) {
	case ZS_BAD_IPV4:
	case ZS_BAD_ADDRESS_CHAR:
		return "an address such as 192.0.2.1 for A, 2001:db8::1 for AAAA";
	case ZS_BAD_IPV6:
		return "an address such as 2001:db8::1";
	case ZS_UNSUPPORTED_TYPE:
		return "an RR type such as A, or TYPE65280 (RFC 3597); of classes, IN alone";
	case ZS_BAD_PREVIOUS_OWNER:
		return "a line that begins with a blank goes on with the owner above it";
	case ZS_LABEL_OVERFLOW:
		return "labels of at most 63 octets (RFC 1035 2.3.4)";
	case ZS_DNAME_OVERFLOW:
		return "names of at most 255 octets in wire form (RFC 1035 2.3.4)";
	case ZS_UNCLOSED_MULTILINE:
		return "a ')' for every '('";
	case ZS_BAD_TTL:
		return "$TTL and a number of seconds, or a time such as 1h30m";
	case ZS_BAD_ORIGIN:
		return "$ORIGIN and an absolute name, with its last dot";
	case ZS_BAD_INCLUDE_ORIGIN:
		return "$INCLUDE, a file, and no origin or an absolute one, with its last dot";
	case ZS_BAD_DIRECTIVE:
		return "$TTL, $ORIGIN or $INCLUDE";
	case ZS_BAD_NUMBER:
		/* Also what the scanner says of a word that begins like no type. */
		return "digits, or an RR type such as A where one belongs";
	case ZS_BAD_TIME:
	case ZS_BAD_TIME_UNIT:
		return "seconds, or a time such as 1h30m";
	default:
		return "a record as in RFC 1035 5.1";
	}
}

static void add_record(const struct reader *reader, const zs_scanner_t *scanner)
{
	struct gx_where where = { .file = reader->file, .line = scanner->line_counter };

	if (scanner->r_ttl > TTL_MAX_S) {
		gx_error(reader->diag, &where, "TTL %u: at most %u (RFC 2181 8)", scanner->r_ttl, TTL_MAX_S);
		return;
	}
	gx_zone_add(reader->zone, scanner->r_owner, scanner->r_type, scanner->r_ttl, scanner->r_data,
		    scanner->r_data_length, &where);
}

static int read_input(const struct reader *reader, const struct gx_where *named, const char *origin,
		      uint32_t ttl_s);

/* What is wrong with including this file here; NULL: nothing. */
static const char *refuse_include(const struct reader *outer, const char *file)
{
	int depth = 0;

	for (; outer; outer = outer->outer) {
		if (strcmp(outer->file, file) == 0)
			return "a file that does not include itself";
		if (++depth > MAX_INCLUDES)
			return "files nested at most 10 deep";
	}
	return NULL;
}

static void include(const struct reader *outer, zs_scanner_t *scanner)
{
	struct gx_where where = { .file = outer->file, .line = scanner->line_counter };
	const char *name = scanner->include_filename, *refusal;
	struct reader inner = *outer;

	/* The scanner writes "./x" where the including file was named without a folder. */
	name += strncmp(name, "./", 2) ? 0 : 2;
	inner.file = gx_arena_strdup(&gx_zone_impl(outer->zone)->arena, name);
	inner.outer = outer;
	refusal = refuse_include(outer, inner.file);
	if (refusal)
		gx_error(outer->diag, &where, "$INCLUDE %s: %s", inner.file, refusal);
	else
		read_input(&inner, &where, (const char *)scanner->buffer, scanner->default_ttl);
	/*
	 * libzscanner marks every error inside a directive as fatal, and leaves the mark when it hands an
	 * $INCLUDE to its caller: the next bad record would end the reading.
	 */
	scanner->error.fatal = false;
}

static void scan(const struct reader *reader, zs_scanner_t *scanner)
{
	while (zs_parse_record(scanner) == 0) {
		struct gx_where where = { .file = reader->file, .line = scanner->line_counter };

		switch (scanner->state) {
		case ZS_STATE_DATA:
			add_record(reader, scanner);
			break;
		case ZS_STATE_INCLUDE:
			include(reader, scanner);
			break;
		case ZS_STATE_ERROR:
			gx_error(reader->diag, &where, "%s: %s", zs_strerror(scanner->error.code),
				 what_is_right(scanner->error.code));
			if (scanner->error.fatal)
				return;
			break;
		default:
			return;
		}
	}
}

/* Cut the CR of CRLF line ends off, which the scanner refuses. */
static void drop_carriage_returns(struct gx_text *text)
{
	const char *end = text->data + text->len;
	char *to = memchr(text->data, '\r', text->len);

	if (!to)
		return;
	for (const char *from = to; from < end; from++) {
		if (from[0] != '\r' || from + 1 == end || from[1] != '\n')
			*to++ = *from;
	}
	text->len = to - text->data;
}

/*
 * The scanner could open files itself, by mmap(): a file that becomes shorter meanwhile would end the
 * process with SIGBUS. It would also refuse a byte-order mark and CRLF, and stop at the first included file
 * with an error. So it is given text, and hands each $INCLUDE back.
 */
static int read_input(const struct reader *reader, const struct gx_where *named, const char *origin,
		      uint32_t ttl_s)
{
	struct gx_zone_impl *impl = gx_zone_impl(reader->zone);
	zs_scanner_t *scanner;
	struct gx_text text;
	const char *folder;
	int err;

	err = gx_text_read(&text, reader->file, named, reader->diag);
	if (err)
		return err;
	drop_carriage_returns(&text);
	scanner = gx_calloc(1, sizeof(*scanner));
	if (zs_init(scanner, origin, KNOT_CLASS_IN, ttl_s) == 0 &&
	    zs_set_input_string(scanner, text.data + text.next, text.len - text.next) == 0) {
		/* $INCLUDE is relative to the file that has it. */
		folder = gx_text_directory(&impl->arena, reader->file);
		free(scanner->path);
		scanner->path = strdup(*folder || reader->file[0] == '/' ? folder : ".");
		scan(reader, scanner);
	} else {
		gx_error(reader->diag, named, "%s: %s", reader->file, zs_strerror(scanner->error.code));
	}
	zs_deinit(scanner);
	free(scanner);
	gx_text_free(&text);
	return 0;
}

int gx_zone_read(struct gx_zone *zone, struct gx_diag *diag)
{
	struct reader reader = { .zone = zone, .diag = diag, .file = zone->file };
	size_t errors = diag->errors;
	knot_dname_txt_storage_t apex;

	gx_zone_impl(zone)->unreadable = read_input(&reader, &zone->where,
						    gx_show_name(zone->apex, apex), DEFAULT_TTL_S);
	gx_zone_finish(zone, diag);
	return diag->errors > errors ? -EINVAL : 0;
}
