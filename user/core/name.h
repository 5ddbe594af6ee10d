/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Domain names as operators write them. */
#ifndef GEOXDP_CORE_NAME_H
#define GEOXDP_CORE_NAME_H

#include <libknot/dname.h>

#include "user/core/diag.h"

/**
 * gx_parse_name - a domain name in text form (RFC 1035 5.1, with its backslash escapes)
 * @text: NUL-terminated; absolute with a trailing dot
 * @origin: what a relative name is relative to; NULL: the root
 * @out: the name in wire form, case kept; written on success
 * @rule: set on failure to the rule that is broken, as the second half of a finding: "a label may have 63
 *	octets at most"; NULL: not wanted
 *
 * Returns 0 or -EINVAL.
 */
int gx_parse_name(const char *text, const knot_dname_t *origin, knot_dname_storage_t out,
		  const char **rule);

/**
 * gx_read_name - gx_parse_name() with a finding
 * @what: what the name is, to begin the finding with: "geo-zone"
 * @arena: holds the result
 *
 * Returns the name in lower case, or NULL: a finding was added.
 */
knot_dname_t *gx_read_name(struct gx_arena *arena, const char *what, const char *text,
			   const knot_dname_t *origin, const struct gx_where *where,
			   struct gx_diag *diag);

/* A copy in lower case. */
knot_dname_t *gx_name_lower(struct gx_arena *arena, const knot_dname_t *name);

/* Whether name is zone or lies below it; both in lower case. */
bool gx_name_within(const knot_dname_t *name, const knot_dname_t *zone);

/*
 * Canonical order of names in lower case (RFC 4034 6.1): below, at or above 0 as memcmp(). knot_dname_cmp() takes a
 * NUL in a label for its end.
 */
int gx_name_compare(const knot_dname_t *a, const knot_dname_t *b);

/* The absolute text form. Returns the buffer. */
char *gx_show_name(const knot_dname_t *name, knot_dname_txt_storage_t buffer);

#endif
