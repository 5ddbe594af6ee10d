/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vscf: the language of gdnsd's configuration files. */
#include "user/core/vscf.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "user/core/text.h"

#define GX_VSCF_BLANKS " \t\r\n"
/* What ends a string that is not quoted, or may not stand in one. */
#define GX_VSCF_SPECIAL "][}{;#,\"=" GX_VSCF_BLANKS

#define GX_VSCF_TEXT_MAX_OCTETS 4095

static const char include_word[] = "$include{";

struct reader {
	struct gx_arena *arena;
	struct gx_diag *diag;
	const char *at;
	const char *line_start;
	struct gx_where where; /* file and line of at */
	unsigned int depth;
};

static struct gx_yaml *read_value(struct reader *reader);
static struct gx_yaml *read_file(struct gx_arena *arena, const char *file, const struct gx_where *named,
				 unsigned int depth, struct gx_diag *diag);

static struct gx_where here(const struct reader *reader)
{
	struct gx_where where = reader->where;

	where.column = (uint32_t)(reader->at - reader->line_start) + 1;
	return where;
}

static void *complain(struct reader *reader, const char *text)
{
	struct gx_where where = here(reader);
	char quote[GX_QUOTE_OCTETS];
	size_t len = strcspn(reader->at, "\r\n");

	if (len)
		gx_error(reader->diag, &where, "%s instead of %s", text,
			 gx_quote(reader->at, len < 20 ? len : 20, quote));
	else
		gx_error(reader->diag, &where, "%s, but the %s ends here", text, *reader->at ? "line" : "file");
	return NULL;
}

static void step(struct reader *reader)
{
	if (*reader->at++ == '\n') {
		reader->where.line++;
		reader->line_start = reader->at;
	}
}

/* Over blanks and comments. */
static void skip(struct reader *reader)
{
	for (;;) {
		if (*reader->at == '#' || *reader->at == ';')
			while (*reader->at && *reader->at != '\n')
				reader->at++;
		if (!*reader->at || !strchr(GX_VSCF_BLANKS, *reader->at))
			return;
		step(reader);
	}
}

/* Whether this is what comes next; it is then passed. */
static bool take(struct reader *reader, const char *word)
{
	skip(reader);
	if (strncmp(reader->at, word, strlen(word)))
		return false;
	reader->at += strlen(word);
	return true;
}

static struct gx_yaml *new_node(struct reader *reader, enum gx_yaml_kind kind)
{
	struct gx_yaml *node = gx_arena_alloc(reader->arena, sizeof(*node));

	node->kind = kind;
	node->where = here(reader);
	node->text = "";
	return node;
}

/* --- strings ----------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What stands behind a backslash: three digits, or the octet itself. Returns the octet, or -1. */
static int read_escape(struct reader *reader)
{
	const char *at = reader->at;
	int octet;

	if (!*at)
		return -1;
	if (!is_digit(*at)) {
		step(reader);
		return (unsigned char)*at;
	}
	if (!is_digit(at[1]) || !is_digit(at[2]))
		return -1;
	octet = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
	if (octet == 0 || octet > 255)
		return -1;
	reader->at += 3;
	return octet;
}

/* Key or value, quoted or not. */
static struct gx_yaml *read_string(struct reader *reader, const char *wanted)
{
	bool quoted = take(reader, "\"");
	struct gx_yaml *node = new_node(reader, GX_YAML_TEXT);
	char text[GX_VSCF_TEXT_MAX_OCTETS + 1];
	bool first_is_dollar = *reader->at == '$';
	size_t len = 0;

	while (*reader->at && (quoted ? *reader->at != '"' : !strchr(GX_VSCF_SPECIAL, *reader->at))) {
		int octet = (unsigned char)*reader->at;

		step(reader);
		if (octet == '\\')
			octet = read_escape(reader);
		if (octet < 0)
			return complain(
				reader,
				"a character, or three digits from 001 to 255, would be right behind a backslash");
		if (len == GX_VSCF_TEXT_MAX_OCTETS)
			return complain(reader, "a text of 4095 octets at most would be right");
		text[len++] = (char)octet;
	}
	if (quoted && !take(reader, "\""))
		return complain(reader, "a closing '\"' would be right");
	if (!quoted && (len == 0 || first_is_dollar))
		return complain(reader, wanted);
	node->text = gx_arena_strndup(reader->arena, text, len);
	return node;
}

/* --- includes ---------------------------------------------------------------------------------- */

/* The paths behind `$include{`, up to and with the closing brace. Returns false: a finding was added. */
static bool read_include(struct reader *reader, glob_t *found, struct gx_where *named)
{
	struct gx_yaml *path = read_string(reader, "a path would be right");
	bool folder = false;
	struct stat status;
	const char *full;

	if (!path || !take(reader, "}")) {
		if (path)
			complain(reader, "'}' would be right");
		return false;
	}
	*named = path->where;
	full = gx_text_path(reader->arena, gx_text_directory(reader->arena, reader->where.file), path->text);
	if (stat(full, &status) == 0 && S_ISDIR(status.st_mode)) {
		full = gx_arena_printf(reader->arena, "%s/*", full);
		folder = true;
	}
	if (glob(full, 0, NULL, found) == 0 || folder)
		return true;
	gx_error(reader->diag, named, "%s cannot be read: the path of an existing file would be right", full);
	return false;
}

static struct gx_yaml *read_included_value(struct reader *reader)
{
	struct gx_yaml *node = NULL;
	struct gx_where named;
	glob_t found = { 0 };

	if (read_include(reader, &found, &named)) {
		if (found.gl_pathc == 1)
			node = read_file(reader->arena, found.gl_pathv[0], &named, reader->depth + 1, reader->diag);
		else
			gx_error(reader->diag, &named,
				 "%zu files where one value is wanted: the path of one file would "
				 "be right",
				 (size_t)found.gl_pathc);
	}
	globfree(&found);
	return node;
}

/* --- hashes and arrays ------------------------------------------------------------------------- */

/* An item of a list, or with a key of a mapping. Of a repeated key the first stays. */
static void add_item(struct reader *reader, struct gx_yaml *node, struct gx_yaml *key, struct gx_yaml *item)
{
	const struct gx_yaml *first = NULL;

	for (size_t i = 0; key && i < node->n && !first; i++)
		if (!strcmp(node->keys[i]->text, key->text))
			first = node->keys[i];
	if (first) {
		gx_error(reader->diag, &key->where, "'%s' is given twice, first at %s:%u: one of them would be right",
			 key->text, first->where.file, first->where.line);
		return;
	}
	/* The arena cannot grow what it gave: room is doubled, and what was is left behind. */
	if ((node->n & (node->n - 1)) == 0) {
		size_t room = node->n ? 2 * node->n : 1, octets = node->n * sizeof(void *);
		struct gx_yaml **items = gx_arena_alloc(reader->arena, room * sizeof(*items));
		struct gx_yaml **keys = gx_arena_alloc(reader->arena, room * sizeof(*keys));

		if (node->n)
			memcpy(items, node->items, octets);
		if (node->n && key)
			memcpy(keys, node->keys, octets);
		node->items = items;
		node->keys = key ? keys : NULL;
	}
	if (key)
		node->keys[node->n] = key;
	node->items[node->n++] = item;
}

static bool merge_includes(struct reader *reader, struct gx_yaml *node)
{
	struct gx_where named;
	glob_t found = { 0 };
	bool valid = read_include(reader, &found, &named);

	for (size_t i = 0; valid && i < found.gl_pathc; i++) {
		struct gx_yaml *file =
			read_file(reader->arena, found.gl_pathv[i], &named, reader->depth + 1, reader->diag);

		valid = file && file->kind == GX_YAML_MAPPING;
		if (file && !valid)
			gx_error(reader->diag, &named, "%s is an array where keys are wanted: a hash would be right",
				 found.gl_pathv[i]);
		for (size_t j = 0; valid && j < file->n; j++)
			add_item(reader, node, file->keys[j], file->items[j]);
	}
	globfree(&found);
	return valid;
}

/* Up to the closing octet, which is passed; '\0': the end of the file. */
static struct gx_yaml *read_hash(struct reader *reader, char close)
{
	struct gx_yaml *node = new_node(reader, GX_YAML_MAPPING), *key, *value;

	for (;; take(reader, ",")) {
		skip(reader);
		if (*reader->at == close) {
			reader->at += close != '\0';
			return node;
		}
		if (take(reader, include_word)) {
			if (!merge_includes(reader, node))
				return NULL;
			continue;
		}
		key = read_string(reader, close ? "a key or '}' would be right" : "a key would be right");
		if (!key)
			return NULL;
		if (!take(reader, "=>") && !take(reader, "="))
			return complain(reader, "'=>' would be right");
		value = read_value(reader);
		if (!value)
			return NULL;
		add_item(reader, node, key, value);
	}
}

static struct gx_yaml *read_array(struct reader *reader)
{
	struct gx_yaml *node = new_node(reader, GX_YAML_LIST), *value;

	for (; !take(reader, "]"); take(reader, ",")) {
		value = read_value(reader);
		if (!value)
			return NULL;
		add_item(reader, node, NULL, value);
	}
	return node;
}

static struct gx_yaml *read_value(struct reader *reader)
{
	struct gx_yaml *node;

	if (++reader->depth > GX_VSCF_DEPTH_MAX)
		return complain(reader, "not so many nested hashes, arrays and files would be right");
	if (take(reader, "{"))
		node = read_hash(reader, '}');
	else if (take(reader, "["))
		node = read_array(reader);
	else if (take(reader, include_word))
		node = read_included_value(reader);
	else
		node = read_string(reader, "a value would be right");
	reader->depth--;
	return node;
}

static struct gx_yaml *read_file(struct gx_arena *arena, const char *file, const struct gx_where *named,
				 unsigned int depth, struct gx_diag *diag)
{
	struct reader reader = { .arena = arena, .diag = diag, .depth = depth };
	struct gx_yaml *root;
	struct gx_text text;

	if (depth > GX_VSCF_DEPTH_MAX) {
		gx_error(diag, named, "%s: files include each other too deeply: an end of it would be right", file);
		return NULL;
	}
	reader.where = (struct gx_where){ .file = gx_arena_strdup(arena, file), .line = 1 };
	if (gx_text_read(&text, reader.where.file, named, diag) < 0)
		return NULL;
	reader.at = reader.line_start = text.data + text.next;
	if (take(&reader, "[")) {
		root = read_array(&reader);
		skip(&reader);
		if (root && *reader.at)
			root = complain(&reader, "nothing behind the array would be right");
	} else {
		root = read_hash(&reader, '\0');
	}
	gx_text_free(&text);
	return root;
}

struct gx_yaml *gx_vscf_read(struct gx_arena *arena, const char *file, struct gx_diag *diag)
{
	return read_file(arena, file, NULL, 0, diag);
}

struct gx_yaml *gx_tree_find(const struct gx_yaml *node, const char *key)
{
	if (!node || node->kind != GX_YAML_MAPPING)
		return NULL;
	for (size_t i = 0; i < node->n; i++)
		if (!strcmp(node->keys[i]->text, key))
			return node->items[i];
	return NULL;
}
