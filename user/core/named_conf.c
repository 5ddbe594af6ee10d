/* SPDX-License-Identifier: GPL-3.0-or-later */
/* named.conf: the zones that PowerDNS's bind backend, or BIND, serves from files. */
#include "user/core/named_conf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/core/name.h"
#include "user/core/text.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_STRING, /* in quotes */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_SEMICOLON,
};

struct token {
	enum token_kind kind;
	const char *text; /* WORD and STRING: in the arena; else as printed in findings */
	uint32_t line;
};

/* One file being read. */
struct lexer {
	const char *file;
	const char *at;
	uint32_t line;
	struct token next;	   /* the token that is looked at */
	const struct lexer *outer; /* of the file that includes this one */
};

struct reader {
	struct gx_named_conf *conf;
	struct gx_arena *arena;
	struct gx_diag *diag;
	struct lexer *lexer;
	const char *base;      /* directory of the first file */
	const char *directory; /* of options, resolved; NULL: none yet */
};

static struct gx_where where_of(const struct reader *reader, uint32_t line)
{
	return (struct gx_where){ .file = reader->lexer->file, .line = line };
}

/* --- tokens ------------------------------------------------------------------------------------ */

static void skip_block_comment(struct reader *reader)
{
	struct lexer *lexer = reader->lexer;
	struct gx_where where = where_of(reader, lexer->line);

	for (lexer->at += 2; *lexer->at; lexer->at++) {
		if (lexer->at[0] == '*' && lexer->at[1] == '/') {
			lexer->at += 2;
			return;
		}
		lexer->line += *lexer->at == '\n';
	}
	gx_error(reader->diag, &where, "this comment has no end: close it with */");
}

/* Blanks, line ends and the three kinds of comment. */
static void skip_space(struct reader *reader)
{
	struct lexer *lexer = reader->lexer;

	for (;;) {
		if (*lexer->at == '\n') {
			lexer->line++;
			lexer->at++;
		} else if (*lexer->at && strchr(" \t\r\f\v", *lexer->at)) {
			lexer->at++;
		} else if (*lexer->at == '#' || strncmp(lexer->at, "//", 2) == 0) {
			lexer->at += strcspn(lexer->at, "\n");
		} else if (strncmp(lexer->at, "/*", 2) == 0) {
			skip_block_comment(reader);
		} else {
			return;
		}
	}
}

/* A string ends in its line: a quote that was forgotten must not swallow the rest of the file. */
static void read_string(struct reader *reader)
{
	struct lexer *lexer = reader->lexer;
	char *text = gx_arena_alloc(reader->arena, strcspn(lexer->at, "\n") + 1);
	size_t len = 0;

	lexer->next.kind = TOKEN_STRING;
	lexer->next.text = text;
	for (lexer->at++; *lexer->at && *lexer->at != '\n'; lexer->at++) {
		if (*lexer->at == '"') {
			lexer->at++;
			return;
		}
		if (lexer->at[0] == '\\' && (lexer->at[1] == '"' || lexer->at[1] == '\\'))
			lexer->at++;
		if (*lexer->at != '\r')
			text[len++] = *lexer->at;
	}
	/* The quote is missing before the ';', most often. */
	while (len && strchr(" \t;", text[len - 1])) {
		lexer->at -= text[len - 1] == ';';
		text[--len] = '\0';
	}
	gx_error(reader->diag, &(struct gx_where){ .file = lexer->file, .line = lexer->next.line },
		 "this string has no end: close it with a quote in the same line");
}

/* Whether a word ends here; a comment may follow without a blank. */
static bool ends_word(const char *at)
{
	return !*at || strchr(" \t\r\n\f\v{};\"", *at) || strncmp(at, "//", 2) == 0 || strncmp(at, "/*", 2) == 0;
}

static void next_token(struct reader *reader)
{
	struct lexer *lexer = reader->lexer;
	size_t len = 1;

	skip_space(reader);
	lexer->next = (struct token){ .line = lexer->line };
	switch (*lexer->at) {
	case '\0':
		lexer->next.text = "the end of the file";
		return;
	case '{':
		lexer->next.kind = TOKEN_OPEN;
		break;
	case '}':
		lexer->next.kind = TOKEN_CLOSE;
		break;
	case ';':
		lexer->next.kind = TOKEN_SEMICOLON;
		break;
	case '"':
		read_string(reader);
		return;
	default:
		lexer->next.kind = TOKEN_WORD;
		while (!ends_word(lexer->at + len))
			len++;
	}
	lexer->next.text = gx_arena_strndup(reader->arena, lexer->at, len);
	lexer->at += len;
}

/* Keywords are compared without regard to case, as BIND does. */
static bool is_word(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && strcasecmp(token->text, word) == 0;
}

static bool is_any_word(const struct token *token, const char *const *words)
{
	for (; *words; words++)
		if (is_word(token, *words))
			return true;
	return false;
}

static bool is_text(const struct token *token)
{
	return token->kind == TOKEN_WORD || token->kind == TOKEN_STRING;
}

/* --- statements -------------------------------------------------------------------------------- */

static void expect_semicolon(struct reader *reader, const char *behind)
{
	struct token *next = &reader->lexer->next;

	if (next->kind == TOKEN_SEMICOLON) {
		next_token(reader);
		return;
	}
	gx_error(reader->diag, &(struct gx_where){ reader->lexer->file, next->line, 0 },
		 "'%.40s' where a ';' must stand behind %s: write it there", next->text, behind);
}

/* Blocks within the statement are skipped with it. Stops at the '}' that ends the block around it. */
static void skip_statement(struct reader *reader)
{
	static const char *const beginnings[] = { "zone",    "options",	 "include", "view", "acl",
						  "logging", "controls", "key",	    NULL };
	struct token *next = &reader->lexer->next;
	struct token first = *next, open = { 0 };
	unsigned int depth = 0;

	if (next->kind == TOKEN_END)
		return;
	for (;;) {
		bool closed = next->kind == TOKEN_CLOSE;

		if (next->kind == TOKEN_END || (closed && depth == 0))
			break;
		if (next->kind == TOKEN_SEMICOLON && depth == 0) {
			next_token(reader);
			return;
		}
		if (next->kind == TOKEN_OPEN && depth++ == 0)
			open = *next;
		if (closed)
			depth--;
		next_token(reader);
		/* A forgotten ';' must not make the zone that follows vanish. */
		if (closed && depth == 0 && is_any_word(next, beginnings))
			break;
	}
	if (depth) {
		struct gx_where where = where_of(reader, open.line);

		gx_error(reader->diag, &where, "the block that begins here has no end: close it with '};'");
		return;
	}
	expect_semicolon(reader, gx_arena_printf(reader->arena, "the statement '%.40s'", first.text));
}

/* `KEYWORD value;` Returns the value, or NULL: a finding was added. */
static const char *read_value(struct reader *reader, const char *keyword)
{
	struct token *next = &reader->lexer->next;
	struct gx_where where = where_of(reader, next->line);
	const char *value;

	next_token(reader);
	if (!is_text(next)) {
		gx_error(reader->diag, &where, "%s has no value: %s \"...\"; would be right", keyword, keyword);
		skip_statement(reader);
		return NULL;
	}
	value = next->text;
	next_token(reader);
	expect_semicolon(reader, keyword);
	return value;
}

struct zone_statement {
	struct gx_where where;
	const char *name;
	const char *class_name;
	const char *type;
	const char *file;
	bool broken; /* a part of it: has been said */
};

static bool check_zone_type(struct reader *reader, const struct zone_statement *zone)
{
	static const char *const others[] = {
		"slave",  "secondary",	     "hint",	"forward",  "stub",	"static-stub", "redirect",
		"mirror", "delegation-only", "in-view", "producer", "consumer", "superslave",
	};
	static const char *const ours[] = { "master", "primary", "native" };
	const char *meant;

	if (!zone->type)
		return true;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcasecmp(zone->type, ours[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcasecmp(zone->type, others[i]) != 0)
			continue;
		gx_warn(reader->diag, &zone->where,
			"zone %s is of type %s and is not read: master, primary or native would be", zone->name,
			zone->type);
		return false;
	}
	meant = gx_text_suggest(zone->type, ours, sizeof(ours) / sizeof(ours[0]), 2);
	gx_error(reader->diag, &zone->where, "zone %s has the unknown type '%s': %s would be right", zone->name,
		 zone->type, meant ? meant : "master, primary or native");
	return false;
}

static void add_zone(struct reader *reader, const struct zone_statement *statement)
{
	struct gx_named_conf *conf = reader->conf;
	knot_dname_t *name;

	name = gx_read_name(reader->arena, "zone", statement->name, NULL, &statement->where, reader->diag);
	if (!name)
		return;
	if (statement->class_name && strcasecmp(statement->class_name, "IN") != 0) {
		gx_warn(reader->diag, &statement->where, "zone %s is of class %s and is not read: class IN would be",
			statement->name, statement->class_name);
		return;
	}
	if (!check_zone_type(reader, statement))
		return;
	if (!statement->file) {
		gx_error(reader->diag, &statement->where, "zone %s has no file: add file \"...\";", statement->name);
		return;
	}
	for (size_t i = 0; i < conf->n_zones; i++) {
		if (!knot_dname_is_equal(conf->zones[i].name, name))
			continue;
		gx_error(reader->diag, &statement->where, "zone %s is given twice, first at %s:%u: remove one of them",
			 statement->name, conf->zones[i].where.file, conf->zones[i].where.line);
		return;
	}
	gx_grow(&conf->zones, conf->n_zones, conf->capacity);
	conf->zones[conf->n_zones++] = (struct gx_named_zone){
		.name = name,
		.file = statement->file,
		.where = statement->where,
	};
}

/* Behind '{'. Returns false where the file ended before the block. */
static bool read_zone_block(struct reader *reader, struct zone_statement *zone)
{
	struct token *next = &reader->lexer->next;

	while (next->kind != TOKEN_CLOSE) {
		if (next->kind == TOKEN_END) {
			gx_error(reader->diag, &zone->where, "the block of zone %s has no end: close it with '};'",
				 zone->name);
			return false;
		}
		if (is_word(next, "type"))
			zone->broken |= !(zone->type = read_value(reader, "type"));
		else if (is_word(next, "file"))
			zone->broken |= !(zone->file = read_value(reader, "file"));
		else
			skip_statement(reader);
	}
	next_token(reader);
	return true;
}

static void read_zone(struct reader *reader)
{
	struct token *next = &reader->lexer->next;
	struct zone_statement zone = { .where = where_of(reader, next->line) };

	next_token(reader);
	if (!is_text(next)) {
		gx_error(reader->diag, &zone.where, "zone has no name: zone \"example.com\" { ... }; would be right");
		skip_statement(reader);
		return;
	}
	zone.name = next->text;
	next_token(reader);
	if (is_text(next)) {
		zone.class_name = next->text;
		next_token(reader);
	}
	if (next->kind != TOKEN_OPEN) {
		gx_error(reader->diag, &zone.where,
			 "'%.40s' where the '{' of zone %s must stand: zone \"%s\" { type master; file \"...\"; }; "
			 "would be right",
			 next->text, zone.name, zone.name);
		skip_statement(reader);
		return;
	}
	next_token(reader);
	if (!read_zone_block(reader, &zone))
		return;
	expect_semicolon(reader, gx_arena_printf(reader->arena, "the block of zone %s", zone.name));
	if (!zone.broken)
		add_zone(reader, &zone);
}

static void read_options(struct reader *reader)
{
	struct token *next = &reader->lexer->next;
	struct gx_where where = where_of(reader, next->line);

	next_token(reader);
	if (next->kind != TOKEN_OPEN) {
		gx_error(reader->diag, &where,
			 "'%.40s' where the '{' of options must stand: options { ... }; would be right", next->text);
		skip_statement(reader);
		return;
	}
	next_token(reader);
	while (next->kind != TOKEN_CLOSE) {
		const char *value;

		if (next->kind == TOKEN_END) {
			gx_error(reader->diag, &where, "the block of options has no end: close it with '};'");
			return;
		}
		if (!is_word(next, "directory")) {
			skip_statement(reader);
			continue;
		}
		value = read_value(reader, "directory");
		if (value)
			reader->directory = gx_text_path(reader->arena, reader->base, value);
	}
	next_token(reader);
	expect_semicolon(reader, "the block of options");
}

static void read_named_file(struct reader *reader, const char *file, const struct gx_where *named);

static void read_include(struct reader *reader)
{
	struct gx_where where = where_of(reader, reader->lexer->next.line);
	const char *file = read_value(reader, "include");
	const char *what = NULL;
	unsigned int depth = 0;

	if (!file)
		return;
	file = gx_text_path(reader->arena, reader->directory ? reader->directory : reader->base, file);
	for (const struct lexer *outer = reader->lexer; outer; outer = outer->outer) {
		if (strcmp(outer->file, file) == 0)
			what = "a file that does not include itself";
		else if (++depth >= GX_NAMED_INCLUDE_DEPTH)
			what = "files nested at most 10 deep";
	}
	if (what)
		gx_error(reader->diag, &where, "include %s: %s would be right", file, what);
	else
		read_named_file(reader, file, &where);
}

static void read_statement(struct reader *reader)
{
	struct token *next = &reader->lexer->next;
	struct gx_where where = where_of(reader, next->line);

	if (is_word(next, "zone")) {
		read_zone(reader);
	} else if (is_word(next, "options")) {
		read_options(reader);
	} else if (is_word(next, "include")) {
		read_include(reader);
	} else if (next->kind == TOKEN_SEMICOLON) {
		next_token(reader);
	} else if (next->kind == TOKEN_CLOSE) {
		gx_error(reader->diag, &where, "a '}' too many: remove it, or open its block");
		next_token(reader);
		if (next->kind == TOKEN_SEMICOLON)
			next_token(reader);
	} else {
		if (is_word(next, "view"))
			gx_warn(reader->diag, &where,
				"the zones of a view are not read: write those that are to be answered outside of "
				"views");
		skip_statement(reader);
	}
}

static void read_named_file(struct reader *reader, const char *file, const struct gx_where *named)
{
	struct lexer *outer = reader->lexer;
	struct lexer lexer = { .file = file, .line = 1, .outer = outer };
	struct gx_text text;

	if (gx_text_read(&text, file, named, reader->diag) < 0)
		return;
	lexer.at = text.data + text.next;
	reader->lexer = &lexer;
	next_token(reader);
	while (lexer.next.kind != TOKEN_END)
		read_statement(reader);
	reader->lexer = outer;
	gx_text_free(&text);
}

int gx_named_conf_read(struct gx_named_conf *conf, struct gx_arena *arena, const char *file,
		       const struct gx_where *named, struct gx_diag *diag)
{
	struct reader reader = { .conf = conf, .arena = arena, .diag = diag };
	size_t errors = diag->errors;
	const char *directory;

	reader.base = gx_text_directory(arena, file);
	read_named_file(&reader, gx_arena_strdup(arena, file), named);
	directory = reader.directory ? reader.directory : reader.base;
	for (size_t i = 0; i < conf->n_zones; i++)
		conf->zones[i].file = gx_text_path(arena, directory, conf->zones[i].file);
	return diag->errors == errors ? 0 : -EINVAL;
}

void gx_named_conf_free(struct gx_named_conf *conf)
{
	free(conf->zones);
	*conf = (struct gx_named_conf){ 0 };
}
