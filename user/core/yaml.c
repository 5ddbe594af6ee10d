/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML documents as trees of which every node knows where it stands; a thin and strict layer over libyaml. */
#include "user/core/yaml.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "user/core/text.h"

struct builder {
	yaml_parser_t parser;
	struct gx_arena *arena;
	struct gx_diag *diag;
	const char *file;
	const struct gx_text *text;
	bool failed; /* the parser cannot go on, and it has been said why */
};

/* Nodes on their way into a list or a mapping. */
struct children {
	struct gx_yaml **keys; /* malloc family, as long as items; NULL in a list */
	struct gx_yaml **items;
	size_t count;
	size_t capacity;
};

static struct gx_where where_of(const struct builder *builder, const yaml_mark_t *mark)
{
	return (struct gx_where){
		.file = builder->file,
		.line = (uint32_t)mark->line + 1,
		.column = (uint32_t)mark->column + 1,
	};
}

/* --- syntax errors ----------------------------------------------------------------------------- */

/* What libyaml says, and what has most often happened then. The first that fits counts. */
static const struct {
	const char *context; /* NULL: any */
	const char *problem; /* NULL: any */
	char octet;	     /* that stands there; 0: any */
	const char *remedy;
} remedies[] = {
	{ NULL, "found character that cannot start any token", '\t', "indent with blanks, not with tabs" },
	{ NULL, "found character that cannot start any token", 0,
	  "put quotes around text that begins so, such as \"@\"" },
	{ "while scanning an alias", NULL, 0, "put quotes around text that begins with '*', such as \"*.www\"" },
	{ "while scanning an anchor", NULL, 0, "put quotes around text that begins with '&'" },
	{ NULL, "mapping values are not allowed in this context", 0,
	  "see that the line is indented like its neighbours, and put quotes around text with ': ' in it" },
	{ "while scanning a simple key", "could not find expected ':'", 0,
	  "KEY: VALUE, with a blank behind the colon" },
	{ "while parsing a flow mapping", NULL, 0, "close the mapping with '}', with commas between its keys" },
	{ "while parsing a flow sequence", NULL, 0, "close the list with ']', with commas between its items" },
	{ "while parsing a flow node", NULL, 0, "put quotes around text that begins with ':', such as \"::1\"" },
	{ "while scanning a quoted scalar", NULL, 0, "close the quotes" },
	{ "while parsing a quoted scalar", NULL, 0, "single quotes, in which a backslash is a backslash" },
	{ NULL, "found incompatible YAML document", 0, "YAML 1.1 or 1.2" },
	{ NULL, "did not find expected <document start>", 0,
	  "one mapping, with all its keys indented alike and nothing behind it" },
	{ "while parsing a block mapping", NULL, 0, "indent all keys of a mapping alike" },
	{ "while parsing a block collection", NULL, 0, "indent all items of a list alike, each with '- ' before it" },
};

static const char *find_remedy(const yaml_parser_t *parser, char octet)
{
	const char *context = parser->context ? parser->context : "";
	const char *problem = parser->problem ? parser->problem : "";

	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		if ((!remedies[i].context || strcmp(remedies[i].context, context) == 0) &&
		    (!remedies[i].problem || strcmp(remedies[i].problem, problem) == 0) &&
		    (!remedies[i].octet || remedies[i].octet == octet))
			return remedies[i].remedy;
	}
	return "a YAML document would be right";
}

/* Line and column of an octet: libyaml's reader counts octets alone. */
static struct gx_where where_of_octet(const struct builder *builder, size_t offset)
{
	struct gx_where where = { .file = builder->file, .line = 1, .column = 1 };
	const char *data = builder->text->data + builder->text->next;
	size_t len = builder->text->len - builder->text->next;

	for (size_t i = 0; i < offset && i < len; i++) {
		if (data[i] == '\n') {
			where.line++;
			where.column = 1;
		} else if (((unsigned char)data[i] & 0xc0) != 0x80) { /* not within a UTF-8 sequence */
			where.column++;
		}
	}
	return where;
}

static void report_syntax(struct builder *builder)
{
	const yaml_parser_t *parser = &builder->parser;
	const char *problem = parser->problem ? parser->problem : "unknown problem";
	struct gx_where where;
	char octet = '\0';

	builder->failed = true;
	if (parser->error == YAML_READER_ERROR) {
		where = where_of_octet(builder, parser->problem_offset);
		gx_error(builder->diag, &where, "not YAML: %s: plain text in UTF-8 would be right", problem);
		return;
	}
	where = where_of(builder, &parser->problem_mark);
	if (parser->problem_mark.index < builder->text->len - builder->text->next)
		octet = builder->text->data[builder->text->next + parser->problem_mark.index];
	if (parser->context && parser->context_mark.line != parser->problem_mark.line)
		gx_error(builder->diag, &where, "not YAML: %s %s that begins in line %zu: %s", problem, parser->context,
			 parser->context_mark.line + 1, find_remedy(parser, octet));
	else
		gx_error(builder->diag, &where, "not YAML: %s%s%s: %s", problem, parser->context ? " " : "",
			 parser->context ? parser->context : "", find_remedy(parser, octet));
}

/* --- the tree ---------------------------------------------------------------------------------- */

/* The next event; delete it. Returns false where there is none: a finding was added. */
static bool next_event(struct builder *builder, yaml_event_t *event)
{
	if (yaml_parser_parse(&builder->parser, event))
		return true;
	report_syntax(builder);
	return false;
}

static struct gx_yaml *new_node(struct builder *builder, enum gx_yaml_kind kind, const yaml_event_t *event)
{
	struct gx_yaml *node = gx_arena_alloc(builder->arena, sizeof(*node));

	node->kind = kind;
	node->where = where_of(builder, &event->start_mark);
	node->text = "";
	return node;
}

static void refuse_properties(struct builder *builder, const yaml_char_t *anchor, const yaml_char_t *tag,
			      const struct gx_where *where)
{
	if (anchor)
		gx_error(
			builder->diag, where,
			"anchor '&%.40s': write out what it stands for, or put quotes around text that begins with '&'",
			(const char *)anchor);
	if (tag)
		gx_error(builder->diag, where, "tag '%.40s': remove it, or put quotes around text that begins with '!'",
			 (const char *)tag);
}

static struct gx_yaml *build_scalar(struct builder *builder, const yaml_event_t *event)
{
	struct gx_yaml *node = new_node(builder, GX_YAML_TEXT, event);
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	refuse_properties(builder, event->data.scalar.anchor, event->data.scalar.tag, &node->where);
	if (memchr(text, '\0', len)) {
		gx_error(builder->diag, &node->where, "text with a NUL character: text without '\\0' would be right");
		node->kind = GX_YAML_BROKEN;
	} else if (plain && (len == 0 || strcmp(text, "~") == 0 || strcmp(text, "null") == 0)) {
		node->kind = GX_YAML_NOTHING;
	} else {
		node->text = gx_arena_strndup(builder->arena, text, len);
	}
	return node;
}

static struct gx_yaml *build_alias(struct builder *builder, const yaml_event_t *event)
{
	struct gx_yaml *node = new_node(builder, GX_YAML_BROKEN, event);

	gx_error(builder->diag, &node->where,
		 "alias '*%.40s': write out what it stands for, or put quotes around text that begins with '*'",
		 (const char *)event->data.alias.anchor);
	return node;
}

static struct gx_yaml *build_node(struct builder *builder, yaml_event_t *event, unsigned int depth);

static void add_child(struct children *children, struct gx_yaml *key, struct gx_yaml *item)
{
	size_t capacity = children->capacity;

	gx_grow(&children->items, children->count, children->capacity);
	if (key && capacity != children->capacity)
		children->keys = gx_realloc(children->keys, children->capacity * sizeof(*children->keys));
	if (key)
		children->keys[children->count] = key;
	children->items[children->count++] = item;
}

/* Move them from the heap into the tree. */
static void settle_children(struct builder *builder, struct gx_yaml *node, struct children *children)
{
	size_t octets = children->count * sizeof(*children->items);

	node->n = children->count;
	node->items = gx_arena_alloc(builder->arena, octets);
	node->keys = gx_arena_alloc(builder->arena, children->keys ? octets : 0);
	if (children->count)
		memcpy(node->items, children->items, octets);
	if (children->keys)
		memcpy(node->keys, children->keys, octets);
	free(children->items);
	free(children->keys);
}

static void build_list(struct builder *builder, struct gx_yaml *node, unsigned int depth)
{
	struct children children = { 0 };
	yaml_event_t event;

	while (!builder->failed && next_event(builder, &event)) {
		bool end = event.type == YAML_SEQUENCE_END_EVENT;

		if (!end)
			add_child(&children, NULL, build_node(builder, &event, depth));
		yaml_event_delete(&event);
		if (end)
			break;
	}
	settle_children(builder, node, &children);
}

/* By text; of equal ones the first of the file first. */
static int compare_keys(const void *left, const void *right)
{
	const struct gx_yaml *a = *(struct gx_yaml *const *)left, *b = *(struct gx_yaml *const *)right;
	int order = strcmp(a->text, b->text);

	if (order)
		return order;
	if (a->where.line != b->where.line)
		return a->where.line < b->where.line ? -1 : 1;
	return a->where.column < b->where.column ? -1 : a->where.column > b->where.column;
}

/* Repeated keys are reported, and left out; as are keys that are no text, which have their finding. */
static void drop_wrong_keys(struct builder *builder, struct children *children)
{
	struct gx_yaml **sorted = gx_calloc(children->count, sizeof(*sorted));
	char quoted[GX_QUOTE_OCTETS];
	size_t kept = 0;

	if (children->count)
		memcpy(sorted, children->keys, children->count * sizeof(*sorted));
	qsort(sorted, children->count, sizeof(*sorted), compare_keys);
	for (size_t i = 0, first = 0; i < children->count; i++) {
		if (sorted[i]->kind != GX_YAML_TEXT || strcmp(sorted[i]->text, sorted[first]->text) != 0 ||
		    sorted[first]->kind != GX_YAML_TEXT) {
			first = i;
			continue;
		}
		if (first == i)
			continue;
		gx_error(builder->diag, &sorted[i]->where,
			 "key %s is given twice, first in line %u: once would be right",
			 gx_quote(sorted[i]->text, strlen(sorted[i]->text), quoted), sorted[first]->where.line);
		sorted[i]->kind = GX_YAML_BROKEN;
	}
	free(sorted);
	for (size_t i = 0; i < children->count; i++) {
		if (children->keys[i]->kind != GX_YAML_TEXT)
			continue;
		children->keys[kept] = children->keys[i];
		children->items[kept++] = children->items[i];
	}
	children->count = kept;
}

static struct gx_yaml *build_key(struct builder *builder, yaml_event_t *event, unsigned int depth)
{
	struct gx_yaml *key = build_node(builder, event, depth);

	if (!builder->failed && key->kind != GX_YAML_TEXT && key->kind != GX_YAML_BROKEN) {
		gx_error(builder->diag, &key->where, "%s as a key: a word would be right", gx_yaml_kind_name(key));
		key->kind = GX_YAML_BROKEN;
	}
	return key;
}

static void build_mapping(struct builder *builder, struct gx_yaml *node, unsigned int depth)
{
	struct children children = { 0 };
	yaml_event_t event;

	while (!builder->failed && next_event(builder, &event)) {
		bool end = event.type == YAML_MAPPING_END_EVENT;
		struct gx_yaml *key = end ? NULL : build_key(builder, &event, depth);

		yaml_event_delete(&event);
		if (end || builder->failed || !next_event(builder, &event))
			break;
		add_child(&children, key, build_node(builder, &event, depth));
		yaml_event_delete(&event);
	}
	if (!builder->failed && children.count)
		drop_wrong_keys(builder, &children);
	settle_children(builder, node, &children);
}

/* The node that an event begins. The caller deletes the event. */
static struct gx_yaml *build_node(struct builder *builder, yaml_event_t *event, unsigned int depth)
{
	struct gx_yaml *node;
	bool list = event->type == YAML_SEQUENCE_START_EVENT;

	if (event->type == YAML_SCALAR_EVENT)
		return build_scalar(builder, event);
	if (event->type == YAML_ALIAS_EVENT)
		return build_alias(builder, event);
	node = new_node(builder, list ? GX_YAML_LIST : GX_YAML_MAPPING, event);
	if (depth == GX_YAML_DEPTH_MAX) {
		gx_error(builder->diag, &node->where,
			 "lists and mappings nested more than %d deep: fewer levels would be right", GX_YAML_DEPTH_MAX);
		builder->failed = true;
		return node;
	}
	if (list) {
		refuse_properties(builder, event->data.sequence_start.anchor, event->data.sequence_start.tag,
				  &node->where);
		build_list(builder, node, depth + 1);
	} else {
		refuse_properties(builder, event->data.mapping_start.anchor, event->data.mapping_start.tag,
				  &node->where);
		build_mapping(builder, node, depth + 1);
	}
	return node;
}

/* --- documents --------------------------------------------------------------------------------- */

/* All events of the file. */
static struct gx_yaml *build_document(struct builder *builder)
{
	struct gx_yaml *root = NULL;
	unsigned int documents = 0;
	yaml_event_type_t type;
	yaml_event_t event;

	do {
		if (!next_event(builder, &event))
			return NULL;
		type = event.type;
		if (type == YAML_DOCUMENT_START_EVENT && ++documents == 2) {
			struct gx_where where = where_of(builder, &event.start_mark);

			gx_error(builder->diag, &where,
				 "a second document begins here: one document, without a line '---' between its parts, "
				 "would be right");
			builder->failed = true;
		} else if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
			   type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT) {
			root = build_node(builder, &event, 0);
		}
		yaml_event_delete(&event);
	} while (type != YAML_STREAM_END_EVENT && !builder->failed);
	if (builder->failed)
		return NULL;
	if (!root)
		gx_error(builder->diag, &(struct gx_where){ .file = builder->file },
			 "the file is empty: a YAML document would be right");
	return root;
}

struct gx_yaml *gx_yaml_read(struct gx_arena *arena, const char *file, struct gx_diag *diag)
{
	struct builder builder = { .arena = arena, .diag = diag, .file = file };
	struct gx_yaml *root = NULL;
	struct gx_text text;

	if (gx_text_read(&text, file, NULL, diag) < 0)
		return NULL;
	builder.text = &text;
	if (!yaml_parser_initialize(&builder.parser)) {
		gx_error(diag, &(struct gx_where){ .file = file }, "cannot be parsed (out of memory): try again");
	} else {
		/* Without this, libyaml would take a file for UTF-16 by its first octets. */
		yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&builder.parser, (const unsigned char *)text.data + text.next,
					     text.len - text.next);
		root = build_document(&builder);
		yaml_parser_delete(&builder.parser);
	}
	gx_text_free(&text);
	return root;
}

const char *gx_yaml_kind_name(const struct gx_yaml *node)
{
	static const char *const names[] = {
		[GX_YAML_NOTHING] = "nothing",
		[GX_YAML_TEXT] = "text",
		[GX_YAML_LIST] = "a list",
		[GX_YAML_MAPPING] = "a mapping",
		[GX_YAML_BROKEN] = "nothing that is known",
	};

	return names[node->kind];
}
