/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text inputs: whole files, their lines and words, and hints for what was misspelt. */
#ifndef GEOXDP_CORE_TEXT_H
#define GEOXDP_CORE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "user/core/diag.h"

/*
 * A text file in memory. A byte-order mark is skipped; lines end with LF, CRLF or the end of the file. The
 * file is read once, to the end, so that one that is being replaced meanwhile is seen as it was or as it
 * will be where the writer renames it into place.
 */
struct gx_text {
	const char *file;	/* as it was given: the caller keeps it alive */
	char *data;		/* malloc family; NUL-terminated at len */
	size_t len;
	size_t next;		/* offset of the next line */
	uint32_t line;		/* number of the line that gx_text_line() returned last, from 1 */
};

/**
 * gx_text_read - read a whole file
 * @text: written on success; free with gx_text_free()
 * @file: path, opened as it is
 * @named: the place that names the file, for the finding; NULL: the finding is about the file itself
 * @diag: receives a finding where the file cannot be opened or read, is a directory, or holds a NUL octet
 *	(a binary or UTF-16 file); notes the file in any case
 *
 * Returns 0 or -errno (-EISDIR, -EINVAL for a NUL octet, what open() and read() say).
 */
int gx_text_read(struct gx_text *text, const char *file, const struct gx_where *named,
		 struct gx_diag *diag);
void gx_text_free(struct gx_text *text);

/* The two halves of gx_text_read(): whatever the octets of the file are, and what makes them a text. */
int gx_text_read_octets(struct gx_text *text, const char *file, const struct gx_where *named, struct gx_diag *diag);
/* Returns -EINVAL, with a finding, where there is a NUL octet; the octets stay. */
int gx_text_check(struct gx_text *text, struct gx_diag *diag);

/**
 * gx_text_line - the next line, its end cut off
 * @text: read; text->line is set to the line's number
 *
 * Returns the line, NUL-terminated in place and free to be cut up by the caller; NULL at the end.
 */
char *gx_text_line(struct gx_text *text);

/* Where text->line is, to be handed to gx_error(). */
struct gx_where gx_text_where(const struct gx_text *text);

/**
 * gx_text_word - the next word of a line
 * @cursor: rest of the line, advanced; the word is NUL-terminated in place
 * @separators: octets between words, such as " \t" or " \t,"
 *
 * Returns the word, never empty; NULL: no more words.
 */
char *gx_text_word(char **cursor, const char *separators);

/* Cut blanks and tabs off both ends, in place. */
char *gx_text_trim(char *text);

/**
 * gx_text_number - a decimal number of digits only, leading zeros allowed
 * @max: largest value that is accepted
 * @out: written on success
 *
 * Returns 0, -EINVAL (not only digits, or none), -ERANGE (above max).
 */
int gx_text_number(const char *text, uint32_t max, uint32_t *out);

/**
 * gx_text_suggest - the candidate that was meant, for hints
 * @word: as written
 * @candidates: count words
 * @max_edits: insertions, deletions, substitutions and swaps of neighbours that are forgiven
 *
 * Returns the nearest candidate without regard to case, the first of equally near ones; NULL: none is near.
 */
const char *gx_text_suggest(const char *word, const char *const *candidates, size_t count,
			    unsigned int max_edits);

/**
 * gx_text_path - a path relative to a directory
 * @arena: holds the result
 * @directory: "" or NULL: the current directory
 * @path: absolute paths are returned as they are
 *
 * "./" at the head of path is left away where a directory stands before it.
 */
char *gx_text_path(struct gx_arena *arena, const char *directory, const char *path);

/* The directory part of a path, without the last slash; "" where there is none. */
char *gx_text_directory(struct gx_arena *arena, const char *path);

#endif
