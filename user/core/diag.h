/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings in what the operator wrote: collected, so that one run shows all of them. */
#ifndef GEOXDP_CORE_DIAG_H
#define GEOXDP_CORE_DIAG_H

#include <stddef.h>
#include <stdint.h>

#include "user/core/mem.h"

/* A place in an input file. line and column count from 1; 0: the file as a whole, the line as a whole. */
struct gx_where {
	const char *file;
	uint32_t line;
	uint32_t column;
};

enum gx_severity {
	GX_ERROR,	/* the configuration is refused */
	GX_WARNING,	/* it is used, but the operator should know */
};

struct gx_finding {
	enum gx_severity severity;
	struct gx_where where;
	const char *text;	/* "what is wrong: what would be right" */
};

/* Zero-initialise before use; texts and file names are copied into the arena. */
struct gx_diag {
	struct gx_arena arena;
	struct gx_finding *findings;
	size_t count;
	size_t capacity;
	size_t errors;
};

/**
 * gx_error, gx_warn - add a finding
 * @diag: where to
 * @where: place; copied
 * @format: "what is wrong: what would be right", without a newline
 *
 * More than GX_FINDINGS_PER_FILE findings of one file are counted, not kept: a binary file given as a text
 * file must not fill the memory. Errors and warnings have a bound each.
 */
void gx_error(struct gx_diag *diag, const struct gx_where *where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void gx_warn(struct gx_diag *diag, const struct gx_where *where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define GX_FINDINGS_PER_FILE 50

#define GX_QUOTE_OCTETS 96	/* holds the longest line of a tor source */

/**
 * gx_quote - text of the operator's in the form in which a finding shows it: 'text'
 * @text: not NUL-terminated
 * @len: octets
 * @buffer: of GX_QUOTE_OCTETS
 *
 * What is not printable ASCII becomes \xNN, and what is too long is cut and ends in "...".
 *
 * Returns the buffer.
 */
char *gx_quote(const char *text, size_t len, char *buffer);

/* Order by file as first seen, then line, column, and order of arrival. */
void gx_diag_sort(struct gx_diag *diag);
void gx_diag_free(struct gx_diag *diag);

#endif
