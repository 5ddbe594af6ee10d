/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML documents as trees of which every node knows where it stands; a thin and strict layer over libyaml. */
#ifndef GEOXDP_CORE_YAML_H
#define GEOXDP_CORE_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "user/core/diag.h"

enum gx_yaml_kind {
	GX_YAML_NOTHING,	/* no value at all, as in `key:` */
	GX_YAML_TEXT,
	GX_YAML_LIST,
	GX_YAML_MAPPING,
	GX_YAML_BROKEN,		/* something that is refused, and has its finding: readers pass over it */
};

/*
 * All scalars are text: whether `NO` is a country or 010 a number is for those to say who know the key. The
 * truth values, octal and base-60 numbers of YAML 1.1 do not exist here.
 */
struct gx_yaml {
	enum gx_yaml_kind kind;
	struct gx_where where;
	const char *text;		/* GX_YAML_TEXT: UTF-8, without NUL; else "" */
	struct gx_yaml **keys;		/* GX_YAML_MAPPING: n of them, GX_YAML_TEXT, each text once */
	struct gx_yaml **items;		/* GX_YAML_LIST: n items; GX_YAML_MAPPING: n values */
	size_t n;
};

#define GX_YAML_DEPTH_MAX	16	/* of nested lists and mappings; the configuration needs 8 */

/**
 * gx_yaml_read - read a file of one YAML document
 * @arena: holds the tree
 * @file: path; must live as long as the tree
 * @diag: what gx_text_read() finds; syntax errors in libyaml's words; a second document, anchors, aliases and
 *	tags; keys that are no text or are repeated; NUL characters; nesting deeper than GX_YAML_DEPTH_MAX
 *
 * After a syntax error, nothing behind it can be trusted, and there is no tree. What else is refused becomes
 * GX_YAML_BROKEN or is left out, so that the rest can be looked at.
 *
 * Returns the root, or NULL: a finding was added.
 */
struct gx_yaml *gx_yaml_read(struct gx_arena *arena, const char *file, struct gx_diag *diag);

/* "text", "a list", "a mapping" or "nothing": what a node is, for findings. */
const char *gx_yaml_kind_name(const struct gx_yaml *node);

#endif
