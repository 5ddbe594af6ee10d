/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: its keys, and nodes as what they should be. */
#include "user/core/native_impl.h"

#include <string.h>

#include "user/core/text.h"

#define GX_WORD_MAX_OCTETS   63
#define GX_JOINED_NAMES_MAX  12
#define GX_SHORT_WORD_OCTETS 3

const struct gx_native_key gx_native_keys[GX_KEYS] = {
#define GX_NATIVE_ROW(id, section, key, required, fallback) \
	[GX_KEY_##id] = { GX_SECTION_##section, key, required, fallback },
	GX_NATIVE_KEYS(GX_NATIVE_ROW)
#undef GX_NATIVE_ROW
};

/* --- words of findings ------------------------------------------------------------------------- */

const char *gx_native_quote(struct gx_native *native, const char *text)
{
	char quoted[GX_QUOTE_OCTETS];

	return gx_arena_strdup(&native->config->arena, gx_quote(text, strlen(text), quoted));
}

const char *gx_native_hint(struct gx_native *native, const char *word, const char *const *names, size_t n,
			   const char *fallback)
{
	/* Of a word of two letters, two edits leave nothing. */
	unsigned int max_edits = strlen(word) <= GX_SHORT_WORD_OCTETS ? 1 : 2;
	const char *meant = gx_text_suggest(word, names, n, max_edits);

	return meant ? gx_arena_printf(&native->config->arena, "did you mean '%s'?", meant) : fallback;
}

const char *gx_native_join(struct gx_native *native, const char *const *names, size_t n)
{
	struct gx_arena *arena = &native->config->arena;
	size_t shown = n > GX_JOINED_NAMES_MAX ? GX_JOINED_NAMES_MAX : n;
	const char *text = n ? names[0] : "none";

	for (size_t i = 1; i < shown; i++)
		text = gx_arena_printf(arena, "%s%s%s", text, i + 1 == n ? " and " : ", ", names[i]);
	return shown < n ? gx_arena_printf(arena, "%s and %zu more", text, n - shown) : text;
}

/* --- kinds of nodes ---------------------------------------------------------------------------- */

/* A node of another kind than is wanted. */
static void refuse(struct gx_native *native, const struct gx_yaml *node, const char *what, const char *wanted)
{
	if (node->kind == GX_YAML_BROKEN)
		return;
	if (node->kind == GX_YAML_NOTHING)
		gx_error(native->diag, &node->where, "%s has no value: %s would be right", what, wanted);
	else
		gx_error(native->diag, &node->where, "%s is %s: %s would be right", what, gx_yaml_kind_name(node),
			 wanted);
}

const char *gx_native_text(struct gx_native *native, const struct gx_yaml *node, const char *what, const char *wanted)
{
	if (node->kind == GX_YAML_TEXT && *node->text)
		return node->text;
	if (node->kind == GX_YAML_TEXT)
		gx_error(native->diag, &node->where, "%s is empty: %s would be right", what, wanted);
	else
		refuse(native, node, what, wanted);
	return NULL;
}

bool gx_native_is_mapping(struct gx_native *native, const struct gx_yaml *node, const char *what, const char *wanted)
{
	if (node->kind == GX_YAML_MAPPING)
		return true;
	refuse(native, node, what, wanted);
	return false;
}

bool gx_native_list(struct gx_native *native, const struct gx_yaml *node, const char *what, const char *wanted,
		    struct gx_native_list *list)
{
	if (node->kind != GX_YAML_LIST && node->kind != GX_YAML_TEXT) {
		refuse(native, node, what, wanted);
		return false;
	}
	*list = (struct gx_native_list){ .node = node, .n = node->kind == GX_YAML_LIST ? node->n : 1 };
	return true;
}

const struct gx_yaml *gx_native_item(const struct gx_native_list *list, size_t i)
{
	return list->node->kind == GX_YAML_LIST ? list->node->items[i] : list->node;
}

const char *gx_native_word(struct gx_native *native, const struct gx_yaml *node, const char *what)
{
	const char *text = gx_native_text(native, node, what, "a word");
	size_t len;

	if (!text)
		return NULL;
	len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
	if (!text[len] && len <= GX_WORD_MAX_OCTETS)
		return text;
	gx_error(native->diag, &node->where,
		 "%s %s is no word: at most %d letters, digits, hyphens, underscores and dots would be right", what,
		 gx_native_quote(native, text), GX_WORD_MAX_OCTETS);
	return NULL;
}

/* --- keys of a mapping ------------------------------------------------------------------------- */

static enum gx_native_id find_key(enum gx_native_section section, const char *name)
{
	for (enum gx_native_id id = 0; id < GX_KEYS; id++)
		if (gx_native_keys[id].section == section && strcmp(gx_native_keys[id].name, name) == 0)
			return id;
	return GX_KEYS;
}

static void report_unknown(struct gx_native *native, const struct gx_yaml *key, enum gx_native_section section,
			   const char *what)
{
	struct gx_arena *arena = &native->config->arena;
	const char *names[GX_KEYS];
	size_t n = 0;

	for (enum gx_native_id id = 0; id < GX_KEYS; id++)
		if (gx_native_keys[id].section == section)
			names[n++] = gx_native_keys[id].name;
	gx_error(native->diag, &key->where, "unknown key %s: %s", gx_native_quote(native, key->text),
		 gx_native_hint(native, key->text, names, n,
				gx_arena_printf(arena, "%s may have %s", what, gx_native_join(native, names, n))));
}

/* What is read in place of a key that is not given. */
static const struct gx_yaml *make_default(struct gx_native *native, const char *text, const struct gx_where *where)
{
	struct gx_yaml *node = gx_arena_alloc(&native->config->arena, sizeof(*node));

	*node = (struct gx_yaml){ .kind = GX_YAML_TEXT, .where = *where, .text = text };
	return node;
}

bool gx_native_take(struct gx_native *native, const struct gx_yaml *mapping, enum gx_native_section section,
		    const char *what, struct gx_native_values *values)
{
	struct gx_where where = mapping ? mapping->where : (struct gx_where){ .file = native->config->file };
	bool complete = true;

	*values = (struct gx_native_values){ 0 };
	for (size_t i = 0; mapping && i < mapping->n; i++) {
		enum gx_native_id id = find_key(section, mapping->keys[i]->text);

		if (id == GX_KEYS)
			report_unknown(native, mapping->keys[i], section, what);
		else
			values->of[id] = mapping->items[i];
		if (id != GX_KEYS)
			values->given[id] = true;
	}
	for (enum gx_native_id id = 0; id < GX_KEYS; id++) {
		const struct gx_native_key *key = &gx_native_keys[id];

		if (key->section != section || values->of[id])
			continue;
		if (key->fallback) {
			values->of[id] = make_default(native, key->fallback, &where);
		} else if (key->required) {
			gx_error(native->diag, &where, "%s has no key '%s': it must be given", what, key->name);
			complete = false;
		}
	}
	return complete;
}
