/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources: files that say where addresses are. */
#include "user/core/source.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "user/core/source_format.h"

/* Lines looked at before a file counts as unknown: some may be broken. */
#define GX_DETECT_LINES	100
/* A line of the shortest form; where more are said in fewer octets, the lists grow. */
#define GX_SOURCE_ENTRY_OCTETS	16

/* In the order in which a line is tried: the forms that say most about themselves first. */
static const struct {
	enum gx_source_format format;
	const char *name;
	bool (*recognises)(const char *line, size_t len);	/* NULL: not by its lines */
	bool (*allows)(const char *line, size_t len);		/* where this form was asked for */
	size_t (*read)(const struct gx_source_job *job, struct gx_text *text);
} formats[] = {
	{ GX_FORMAT_MMDB, "mmdb", NULL, NULL, gx_mmdb_read },
	{ GX_FORMAT_RIR, "rir", gx_rir_recognises, gx_rir_recognises, gx_rir_read },
	{ GX_FORMAT_CSV, "csv", gx_csv_recognises, gx_csv_allows, gx_csv_read },
	{ GX_FORMAT_TOR, "tor", gx_tor_recognises, gx_tor_recognises, gx_tor_read },
	{ GX_FORMAT_NETS, "nets", gx_nets_recognises, gx_nets_allows, gx_nets_read },
	{ GX_FORMAT_RBLDNSD, "rbldnsd", gx_rbldnsd_recognises, gx_rbldnsd_recognises, gx_rbldnsd_read },
};

#define GX_FORMATS (sizeof(formats) / sizeof(formats[0]))

/* GX_FORMATS: not settled. */
static size_t index_of(enum gx_source_format format)
{
	size_t i = 0;

	while (i < GX_FORMATS && formats[i].format != format)
		i++;
	return i;
}

const char *gx_source_format_name(enum gx_source_format format)
{
	size_t i = index_of(format);

	return i < GX_FORMATS ? formats[i].name : "detect";
}

int gx_find_source_format(const char *name, enum gx_source_format *format, const char **suggestion)
{
	const char *names[GX_FORMATS];

	for (size_t i = 0; i < GX_FORMATS; i++) {
		names[i] = formats[i].name;
		if (strcasecmp(name, names[i]) == 0) {
			*format = formats[i].format;
			return 0;
		}
	}
	*suggestion = gx_text_suggest(name, names, GX_FORMATS, strlen(name) > 3 ? 2 : 1);
	return -EINVAL;
}

bool gx_source_shrunk(size_t old_entries, size_t new_entries)
{
	return old_entries >= GX_SHRUNK_MIN_ENTRIES && new_entries < old_entries - old_entries / 2;
}

static bool has_ending(const char *file, const char *ending)
{
	size_t len = strlen(file), ending_len = strlen(ending);

	return len > ending_len && strcasecmp(file + len - ending_len, ending) == 0;
}

/*
 * The format of the first line that has the look of one. A line may look like several: it is then of the one that
 * was asked for, if that is among them.
 */
static enum gx_source_format detect(const struct gx_text *text, enum gx_source_format asked)
{
	const char *at = text->data + text->next;

	for (unsigned int lines = 0; *at && lines < GX_DETECT_LINES;) {
		enum gx_source_format found = GX_FORMAT_DETECT;
		size_t len;

		at += strspn(at, " \t\r\n");
		len = strcspn(at, "\r\n");
		lines += len && *at != '#' && *at != ';';
		for (size_t i = 0; len && *at != '#' && *at != ';' && i < GX_FORMATS; i++) {
			if (!formats[i].recognises)
				continue;
			if (formats[i].format == asked && formats[i].allows(at, len))
				return asked;
			if (found == GX_FORMAT_DETECT && formats[i].recognises(at, len))
				found = formats[i].format;
		}
		if (found != GX_FORMAT_DETECT)
			return found;
		at += len;
	}
	return GX_FORMAT_DETECT;
}

/* Settle the format. Returns false, with a finding, where the file cannot be of the one that was asked for. */
static bool settle_format(struct gx_source *source, struct gx_text *text, struct gx_diag *diag)
{
	const struct gx_where where = { .file = source->file };
	enum gx_source_format found = GX_FORMAT_MMDB;

	if (!gx_mmdb_recognises(text->data, text->len)) {
		/* One that is cut short has lost its mark, which is at the end. */
		if (source->format == GX_FORMAT_MMDB || has_ending(source->file, ".mmdb")) {
			source->format = GX_FORMAT_MMDB;
			return true;
		}
		if (gx_text_check(text, diag) < 0)
			return false;
		found = detect(text, source->format);
	}
	if (found == GX_FORMAT_DETECT && source->format == GX_FORMAT_DETECT) {
		gx_error(diag, &where, "no line with an address: lines such as '193.109.172.0/22 :127.0.3.72:us' "
			 "(rbldnsd) or '16777216,16777471,AU' (tor) would be right, or a file of the form "
			 "mmdb, csv, rir or nets");
		return false;
	}
	if (source->format == GX_FORMAT_DETECT)
		source->format = found;
	/* A file that looks like nothing is read as what it should be: the findings then name lines. */
	if (found != GX_FORMAT_DETECT && found != source->format) {
		gx_error(diag, &where, "%s of the form %s: a file of the form %s would be right",
			 found == GX_FORMAT_MMDB ? "the file is" : "the lines are", gx_source_format_name(found),
			 gx_source_format_name(source->format));
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
static int read_octets(const struct gx_source *source, struct gx_text *text, struct gx_diag *diag)
{
	const struct gx_where *named = source->where.file ? &source->where : NULL;
	struct stat before, after;
	bool known = stat(source->file, &before) == 0;

	if (gx_text_read_octets(text, source->file, named, diag) < 0)
		return -EINVAL;
	if (!known || stat(source->file, &after) < 0 || is_same_file(&before, &after))
		return 0;
	gx_error(diag, &(struct gx_where){ .file = source->file },
		 "changed while it was read: write to another file and rename that into place");
	gx_text_free(text);
	return -EINVAL;
}

static void read_entries(struct gx_source *source, const struct gx_source_job *job, struct gx_text *text)
{
	size_t errors = job->diag->errors;

	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		source->entries[family] = job->entries[family].count;
		gx_entries_reserve(&job->entries[family], text->len / GX_SOURCE_ENTRY_OCTETS);
	}
	source->lines = formats[index_of(source->format)].read(job, text);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		source->entries[family] = job->entries[family].count - source->entries[family];
	if (source->lines == 0 && job->diag->errors == errors)
		gx_error(job->diag, &(struct gx_where){ .file = source->file },
			 "no %s gives a location: an empty source would send everyone to the default",
			 source->format == GX_FORMAT_MMDB ? "record" : "line");
}

int gx_source_read(struct gx_source *source, struct gx_locations *locations, struct gx_entries entries[GX_FAMILIES],
		   struct gx_diag *diag)
{
	const struct gx_source_job job = {
		.source = source,
		.locations = locations,
		.entries = entries,
		.diag = diag,
	};
	size_t errors = diag->errors;
	struct gx_text text;

	if (read_octets(source, &text, diag) < 0)
		return -EINVAL;
	if (settle_format(source, &text, diag))
		read_entries(source, &job, &text);
	gx_text_free(&text);
	return diag->errors == errors ? 0 : -EINVAL;
}
