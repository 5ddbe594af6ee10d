/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources: files that say where addresses are. */
#include "user/core/source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "user/core/source_format.h"

/* Lines looked at before a file counts as unknown: some may be broken. */
#define GX_DETECT_LINES	100

static const struct {
	const char *name;
	bool (*recognises)(const char *line, size_t len);
	size_t (*read)(struct gx_text *text, struct gx_entries entries[GX_FAMILIES],
		       struct gx_diag *diag);
} formats[] = {
	[GX_FORMAT_DETECT] = { "detect", NULL, NULL },
	[GX_FORMAT_RBLDNSD] = { "rbldnsd", gx_rbldnsd_recognises, gx_rbldnsd_read },
	[GX_FORMAT_TOR] = { "tor", gx_tor_recognises, gx_tor_read },
};

#define GX_FORMATS (sizeof(formats) / sizeof(formats[0]))

const char *gx_source_format_name(enum gx_source_format format)
{
	return formats[format].name;
}

bool gx_source_check_length(const char *line, const struct gx_where *where, struct gx_diag *diag)
{
	size_t len = strlen(line);

	if (len <= GX_SOURCE_LINE_OCTETS)
		return true;
	gx_error(diag, where, "a line of %zu octets: at most %d would be right", len,
		 GX_SOURCE_LINE_OCTETS);
	return false;
}

/* The format of the first line that has the look of one. */
static enum gx_source_format detect(const struct gx_text *text)
{
	const char *at = text->data + text->next;

	for (unsigned int lines = 0; *at && lines < GX_DETECT_LINES;) {
		size_t len;

		at += strspn(at, " \t\r\n");
		len = strcspn(at, "\r\n");
		if (len && *at != '#' && *at != ';') {
			for (size_t i = GX_FORMAT_DETECT + 1; i < GX_FORMATS; i++) {
				if (formats[i].recognises(at, len))
					return (enum gx_source_format)i;
			}
			lines++;
		}
		at += len;
	}
	return GX_FORMAT_DETECT;
}

/* Settle the format. Returns false where the file cannot be of the one that was asked for. */
static bool settle_format(struct gx_source *source, const struct gx_text *text, struct gx_diag *diag)
{
	const struct gx_where where = { .file = source->file };
	enum gx_source_format found = detect(text);

	if (found == GX_FORMAT_DETECT && source->format == GX_FORMAT_DETECT) {
		gx_error(diag, &where, "no line with an address: lines such as "
			 "'193.109.172.0/22 :127.0.3.72:us' (rbldnsd) or "
			 "'16777216,16777471,AU' (tor) would be right");
		return false;
	}
	if (source->format == GX_FORMAT_DETECT)
		source->format = found;
	/* A file that looks like nothing is read as what it should be: the findings then name lines. */
	if (found != GX_FORMAT_DETECT && found != source->format) {
		gx_error(diag, &where, "the lines are of the form %s: a file of the form %s would be right",
			 formats[found].name, formats[source->format].name);
		return false;
	}
	return true;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Read the file. Half of a file that is just being written may be free of errors, and yet wrong. */
static int read_text(const struct gx_source *source, struct gx_text *text, struct gx_diag *diag)
{
	const struct gx_where *named = source->where.file ? &source->where : NULL;
	struct stat before, after;
	bool known = stat(source->file, &before) == 0;

	if (gx_text_read(text, source->file, named, diag) < 0)
		return -EINVAL;
	if (!known || stat(source->file, &after) < 0 || is_same_file(&before, &after))
		return 0;
	gx_error(diag, &(struct gx_where){ .file = source->file },
		 "changed while it was read: write to another file and rename that into place");
	gx_text_free(text);
	return -EINVAL;
}

int gx_source_read(struct gx_source *source, struct gx_entries entries[GX_FAMILIES], struct gx_diag *diag)
{
	size_t errors = diag->errors;
	struct gx_text text;
	size_t lines;

	if (read_text(source, &text, diag) < 0)
		return -EINVAL;
	if (settle_format(source, &text, diag)) {
		lines = formats[source->format].read(&text, entries, diag);
		if (lines == 0 && diag->errors == errors)
			gx_error(diag, &(struct gx_where){ .file = source->file },
				 "no line gives a location: an empty source would send everyone to the default");
		source->lines = lines;
	}
	gx_text_free(&text);
	return diag->errors == errors ? 0 : -EINVAL;
}
