/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vscf: the language of gdnsd's configuration files, gdnsd.config(5). */
#ifndef GEOXDP_CORE_VSCF_H
#define GEOXDP_CORE_VSCF_H

#include "user/core/yaml.h"

#define GX_VSCF_DEPTH_MAX	32	/* of nested hashes, arrays and files: one that includes itself ends here */

/**
 * gx_vscf_read - read a file and what it includes
 * @arena: holds the tree
 * @file: path
 * @diag: what cannot be read; syntax errors, of which the first ends a file; keys that are repeated; includes
 *	that name no file, or where a value is wanted several
 *
 * The tree is that of the YAML reader: hashes are mappings, arrays are lists, and every node knows its file and line.
 * `$include{path}` is resolved: a glob, or a folder of which all files are meant, relative to the including file.
 *
 * Returns the root, a mapping or a list, or NULL: a finding was added.
 */
struct gx_yaml *gx_vscf_read(struct gx_arena *arena, const char *file, struct gx_diag *diag);

/* The value of a key of a mapping, or NULL: not there, or no mapping. node may be NULL. */
struct gx_yaml *gx_tree_find(const struct gx_yaml *node, const char *key);

#endif
