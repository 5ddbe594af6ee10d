/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings in what the operator wrote, and the files that were looked at: one run shows all of them. */
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
	const char **files;	/* in the order in which they were looked for; the same one may come again */
	size_t n_files;
	size_t files_capacity;
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

/**
 * gx_diag_note_file - a file that is about to be read, whether it exists or not
 * @file: path as it is opened; copied
 *
 * Where it is missing or broken, somebody may wait for it to change: gx_config_read_*() hand the list on.
 */
void gx_diag_note_file(struct gx_diag *diag, const char *file);

/* The same for a folder whose entries are read: noted with a slash at its end. */
void gx_diag_note_folder(struct gx_diag *diag, const char *folder);

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
