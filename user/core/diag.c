/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings in what the operator wrote, and the files that were looked at: one run shows all of them. */
#include "user/core/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GX_FINDING_TEXT_OCTETS	1024	/* of one finding; longer ones are cut */

static int same_file(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return a == b || strcmp(a, b) == 0;
}

/* Findings already kept of one file and severity; *known: the arena's copy of its name. */
static size_t count_of_file(const struct gx_diag *diag, const char *file,
			    enum gx_severity severity, const char **known)
{
	size_t count = 0;

	for (size_t i = 0; i < diag->count; i++) {
		if (!same_file(diag->findings[i].where.file, file))
			continue;
		*known = diag->findings[i].where.file;
		if (diag->findings[i].severity == severity)
			count++;
	}
	return count;
}

static void __attribute__((format(printf, 4, 0))) add(struct gx_diag *diag,
						      enum gx_severity severity,
						      const struct gx_where *where,
						      const char *format, va_list args)
{
	char text[GX_FINDING_TEXT_OCTETS];
	struct gx_finding *finding;
	const char *known = NULL;

	if (severity == GX_ERROR)
		diag->errors++;
	/* Each severity has its own bound: warnings must not hide the error that refuses the file. */
	if (count_of_file(diag, where->file, severity, &known) >= GX_FINDINGS_PER_FILE)
		return;
	vsnprintf(text, sizeof(text), format, args);
	gx_grow(&diag->findings, diag->count, diag->capacity);
	finding = &diag->findings[diag->count++];
	finding->severity = severity;
	finding->where = *where;
	if (where->file)
		finding->where.file = known ? known : gx_arena_strdup(&diag->arena, where->file);
	finding->text = gx_arena_strdup(&diag->arena, text);
}

void gx_error(struct gx_diag *diag, const struct gx_where *where, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(diag, GX_ERROR, where, format, args);
	va_end(args);
}

void gx_warn(struct gx_diag *diag, const struct gx_where *where, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(diag, GX_WARNING, where, format, args);
	va_end(args);
}

static void note(struct gx_diag *diag, const char *file)
{
	gx_grow(&diag->files, diag->n_files, diag->files_capacity);
	diag->files[diag->n_files++] = file;
}

void gx_diag_note_file(struct gx_diag *diag, const char *file)
{
	note(diag, gx_arena_strdup(&diag->arena, file));
}

void gx_diag_note_folder(struct gx_diag *diag, const char *folder)
{
	size_t len = strlen(folder);
	const char *slash = len && folder[len - 1] == '/' ? "" : "/";

	/* The empty path is the current folder. */
	note(diag, gx_arena_printf(&diag->arena, "%s%s", len ? folder : ".", slash));
}

char *gx_quote(const char *text, size_t len, char *buffer)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0;

	buffer[used++] = '\'';
	for (size_t i = 0; i < len; i++) {
		unsigned char octet = (unsigned char)text[i];

		/* Room for this octet as \xNN, and for "...'" with its NUL if it is not the last. */
		if (used + 4 + 5 > GX_QUOTE_OCTETS) {
			memcpy(buffer + used, "...", 3);
			used += 3;
			break;
		}
		if (octet >= 0x20 && octet < 0x7f) {
			buffer[used++] = (char)octet;
		} else {
			buffer[used++] = '\\';
			buffer[used++] = 'x';
			buffer[used++] = hex[octet >> 4];
			buffer[used++] = hex[octet & 15];
		}
	}
	buffer[used++] = '\'';
	buffer[used] = '\0';
	return buffer;
}

/* A finding with what it is ordered by. */
struct sort_key {
	size_t file;		/* index of the file's first finding */
	size_t arrival;
	struct gx_finding finding;
};

static int compare_keys(const void *left, const void *right)
{
	const struct sort_key *a = left, *b = right;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->finding.where.line != b->finding.where.line)
		return a->finding.where.line < b->finding.where.line ? -1 : 1;
	if (a->finding.where.column != b->finding.where.column)
		return a->finding.where.column < b->finding.where.column ? -1 : 1;
	return a->arrival < b->arrival ? -1 : a->arrival > b->arrival;
}

void gx_diag_sort(struct gx_diag *diag)
{
	struct sort_key *keys = gx_calloc(diag->count, sizeof(*keys));

	for (size_t i = 0; i < diag->count; i++) {
		size_t first = 0;

		while (!same_file(diag->findings[first].where.file, diag->findings[i].where.file))
			first++;
		keys[i] = (struct sort_key){
			.file = first,
			.arrival = i,
			.finding = diag->findings[i],
		};
	}
	if (diag->count)
		qsort(keys, diag->count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < diag->count; i++)
		diag->findings[i] = keys[i].finding;
	free(keys);
}

void gx_diag_free(struct gx_diag *diag)
{
	free(diag->findings);
	free(diag->files);
	gx_arena_free(&diag->arena);
	*diag = (struct gx_diag){0};
}
