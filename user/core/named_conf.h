/* SPDX-License-Identifier: GPL-3.0-or-later */
/* named.conf: the zones that PowerDNS's bind backend, or BIND, serves from files. */
#ifndef GEOXDP_CORE_NAMED_CONF_H
#define GEOXDP_CORE_NAMED_CONF_H

#include <stddef.h>

#include <libknot/dname.h>

#include "user/core/diag.h"

struct gx_named_zone {
	knot_dname_t *name;	/* lower case */
	const char *file;	/* as it is opened */
	struct gx_where where;	/* of the word `zone` */
};

/* Zero-initialise before use. */
struct gx_named_conf {
	struct gx_named_zone *zones;	/* in the order of the file; each name once */
	size_t n_zones;
	size_t capacity;
};

#define GX_NAMED_INCLUDE_DEPTH	10	/* as in PowerDNS's bindlexer.l */

/**
 * gx_named_conf_read - find the zones of a named.conf
 * @conf: zero-initialised; zones with errors are left out; free with gx_named_conf_free()
 * @arena: holds names and paths
 * @file: path of named.conf
 * @named: the place that names it
 * @diag: syntax errors, zones without a file, zones given twice, unknown types; as warnings: zones of a type
 *	or class that is not served from a file of the operator, and views, whose zones are not read
 *
 * Reads `zone "name" [class] { type master|primary|native; file "..."; };`, `options { directory "..."; };`
 * and `include "file";`, and skips every other statement with its blocks. A zone without a type counts as
 * native, as in PowerDNS. A relative file is relative to `directory`, wherever that stands; an included file
 * is relative to what `directory` was by then; `directory` itself, and both where it is not given, to the
 * directory of @file.
 *
 * Returns 0, or -EINVAL if an error was found.
 */
int gx_named_conf_read(struct gx_named_conf *conf, struct gx_arena *arena, const char *file,
		       const struct gx_where *named, struct gx_diag *diag);
void gx_named_conf_free(struct gx_named_conf *conf);

#endif
