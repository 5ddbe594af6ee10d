/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Director map files of the PowerDNS geo backend: one geo name, and the target of each country. */
#include "user/core/director.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "geoxdp/limits.h"
#include "user/core/iso3166.h"
#include "user/core/name.h"
#include "user/core/text.h"

#define GX_BLANKS	   " \t"
#define GX_LIST_SEPARATORS " \t,"
#define GX_ISO_USER_MIN	   900 /* ISO 3166-1: 900 to 999 are user-assigned */

/* A line `NUM target`, kept until $ORIGIN is known. */
struct line {
	uint32_t location;
	const char *target;
	uint32_t line;
};

struct reader {
	struct gx_director *director;
	struct gx_arena *arena;
	struct gx_diag *diag;
	const knot_dname_t *geo_zone;
	bool map_only; /* $RECORD is neither needed nor looked at */
	knot_dname_t *origin;
	uint32_t origin_line; /* 0: none yet */
	struct line *lines;   /* ascending location, each once */
	size_t count;
	size_t capacity;
};

/* The name behind $RECORD or $ORIGIN, which must be the only word there; NULL: a finding was added. */
static const char *only_word(struct reader *reader, char *rest, const char *keyword, const struct gx_where *where)
{
	char *word = gx_text_word(&rest, GX_BLANKS);
	char *more = gx_text_word(&rest, GX_BLANKS);

	if (!word)
		gx_error(reader->diag, where, "%s without a name: %s NAME would be right", keyword, keyword);
	else if (more)
		gx_error(reader->diag, where, "'%.40s' behind the name of %s: a name and nothing else would be right",
			 more, keyword);
	return more ? NULL : word;
}

/* A name that says the zone twice has most often lost its trailing dot. */
static void warn_doubled_zone(struct reader *reader, const char *text, const struct gx_where *where)
{
	knot_dname_txt_storage_t shown;
	knot_dname_storage_t absolute;

	if (gx_parse_name(text, NULL, absolute, NULL) < 0)
		return;
	knot_dname_to_lower(absolute);
	if (gx_name_within(absolute, reader->geo_zone))
		gx_warn(reader->diag, where,
			"$RECORD %s has no trailing dot and means %s: '%s.' or a name relative to geo-zone would be "
			"right",
			text, gx_show_name(reader->director->record, shown), text);
}

static void read_record(struct reader *reader, char *rest, const struct gx_where *where)
{
	struct gx_director *director = reader->director;
	const char *text = only_word(reader, rest, "$RECORD", where);
	knot_dname_txt_storage_t zone_shown;
	knot_dname_t *name;
	bool absolute;

	if (reader->map_only)
		return;
	if (director->record_where.line) {
		gx_error(reader->diag, where,
			 "$RECORD is given twice, first in line %u: one file for each geo name would be right",
			 director->record_where.line);
		return;
	}
	director->record_where = *where;
	if (!text)
		return;
	absolute = text[strlen(text) - 1] == '.';
	name = gx_read_name(reader->arena, "$RECORD", text, reader->geo_zone, where, reader->diag);
	if (!name || (!reader->geo_zone && !absolute))
		return;
	if (!reader->geo_zone) {
		director->record = name;
		return;
	}
	if (!gx_name_within(name, reader->geo_zone)) {
		gx_error(reader->diag, where,
			 "$RECORD %s lies outside of geo-zone %s: a name within it, or one relative to it, would be "
			 "right",
			 text, gx_show_name(reader->geo_zone, zone_shown));
		return;
	}
	director->record = name;
	if (!absolute)
		warn_doubled_zone(reader, text, where);
}

/* The original took a name with and without the trailing dot. */
static void read_origin(struct reader *reader, char *rest, const struct gx_where *where)
{
	const char *text = only_word(reader, rest, "$ORIGIN", where);

	if (reader->origin_line) {
		gx_error(reader->diag, where,
			 "$ORIGIN is given twice, first in line %u: one $ORIGIN that holds for all lines of the file "
			 "would be right",
			 reader->origin_line);
		return;
	}
	reader->origin_line = where->line;
	if (text)
		reader->origin = gx_read_name(reader->arena, "$ORIGIN", text, NULL, where, reader->diag);
}

static int read_country(struct reader *reader, const char *text, const struct gx_where *where, uint32_t *location)
{
	const struct gx_country *country;
	int ret;

	ret = gx_text_number(text, GX_LOCATION_ISO_MAX, location);
	if (ret == -EINVAL) {
		country = gx_find_country_code(text, strlen(text));
		if (country)
			gx_error(reader->diag, where, "'%s' is not a country number: %u (%s) would be right", text,
				 country->numeric, country->name);
		else
			gx_error(reader->diag, where,
				 "'%.40s' is not a country number: NUMBER TARGET, $RECORD NAME, $ORIGIN NAME or # "
				 "would be right",
				 text);
		return ret;
	}
	if (ret == 0 &&
	    (*location == GX_LOCATION_UNKNOWN || *location >= GX_ISO_USER_MIN || gx_find_country(*location)))
		return 0;
	gx_error(reader->diag, where,
		 "no country has the number %.40s: an ISO 3166-1 numeric code, such as 840 for the United States, "
		 "would be right",
		 text);
	return -EINVAL;
}

/* Keep the line in ascending order of location. */
static void insert_line(struct reader *reader, const struct line *line)
{
	size_t at;

	gx_grow(&reader->lines, reader->count, reader->capacity);
	for (at = reader->count; at > 0 && reader->lines[at - 1].location > line->location; at--)
		reader->lines[at] = reader->lines[at - 1];
	reader->lines[at] = *line;
	reader->count++;
}

static void read_target(struct reader *reader, char *text, const struct gx_where *where)
{
	struct line line = { .line = where->line };
	char *number = gx_text_word(&text, GX_BLANKS);
	char *target = gx_text_word(&text, GX_BLANKS);

	if (read_country(reader, number, where, &line.location) < 0)
		return;
	if (!target || *target == '#') {
		gx_error(reader->diag, where, "%s has no target: NUMBER TARGET would be right", number);
		return;
	}
	line.target = gx_arena_strdup(reader->arena, target);
	for (size_t i = 0; i < reader->count; i++) {
		if (reader->lines[i].location != line.location)
			continue;
		gx_warn(reader->diag, where, "%s is given twice, first in line %u: this line counts, remove the other",
			number, reader->lines[i].line);
		reader->lines[i] = line;
		return;
	}
	insert_line(reader, &line);
}

/* Whether the line begins with this keyword, as a word; *rest: what follows. */
static bool take_keyword(char *line, const char *keyword, char **rest)
{
	size_t len = strlen(keyword);

	if (strncmp(line, keyword, len) != 0 || (line[len] && !strchr(GX_BLANKS, line[len])))
		return false;
	*rest = line + len;
	return true;
}

static void read_line(struct reader *reader, char *line, const struct gx_where *where)
{
	static const char *const keywords[] = { "$RECORD", "$ORIGIN" };
	const char *meant;
	char *rest;

	line = gx_text_trim(line);
	if (!*line || *line == '#')
		return;
	if (take_keyword(line, "$RECORD", &rest)) {
		read_record(reader, rest, where);
	} else if (take_keyword(line, "$ORIGIN", &rest)) {
		read_origin(reader, rest, where);
	} else if (*line == '$') {
		rest = line;
		line = gx_text_word(&rest, GX_BLANKS);
		meant = gx_text_suggest(line, keywords, 2, 3);
		gx_error(reader->diag, where, "unknown '%.40s': %s would be right", line,
			 meant ? meant : "$RECORD or $ORIGIN");
	} else {
		read_target(reader, line, where);
	}
}

/* Site of a target: equal targets are one site. */
static uint32_t find_or_add_site(struct reader *reader, knot_dname_t *target)
{
	struct gx_director *director = reader->director;
	struct gx_map *map = &director->map;
	knot_dname_txt_storage_t shown;

	for (size_t i = 0; i < map->n_sites; i++)
		if (knot_dname_is_equal(director->sites[i].target, target))
			return (uint32_t)i;
	map->sites[map->n_sites] = gx_arena_strdup(reader->arena, gx_show_name(target, shown));
	director->sites[map->n_sites] = (struct gx_geo_site){ .target = target };
	return (uint32_t)map->n_sites++;
}

static void add_rule(struct reader *reader, uint32_t location, uint32_t site, const struct gx_where *where)
{
	struct gx_map *map = &reader->director->map;
	const struct gx_country *country = gx_find_country(location);
	struct gx_rule *rule = &map->rules[map->n_rules++];

	*rule = (struct gx_rule){
		.kind = location == GX_LOCATION_UNKNOWN ? GX_RULE_DEFAULT : GX_RULE_COUNTRY,
		.country = (uint16_t)location,
		.sites = gx_arena_alloc(reader->arena, sizeof(*rule->sites)),
		.n_sites = 1,
		.where = *where,
	};
	rule->sites[0] = site;
	if (rule->kind == GX_RULE_DEFAULT)
		rule->key = "";
	else
		rule->key = country ? country->alpha2 : gx_arena_printf(reader->arena, "%u", location);
}

/* Without $ORIGIN, `eu` is a name of the root: it has most often been forgotten. */
static void warn_top_level(struct reader *reader, const char *text, const struct gx_where *where)
{
	if (!reader->origin_line && !strchr(text, '.'))
		gx_warn(reader->diag, where,
			"target %s means the top-level name '%s.', since the file has no $ORIGIN: a line '$ORIGIN "
			"ZONE.' would be right",
			text, text);
}

/* Now that $ORIGIN is known: names of the targets, sites, rules. */
static void resolve_targets(struct reader *reader)
{
	struct gx_map *map = &reader->director->map;

	map->rules = gx_arena_alloc(reader->arena, reader->count * sizeof(*map->rules));
	reader->director->sites = gx_arena_alloc(reader->arena, reader->count * sizeof(*reader->director->sites));
	map->sites = gx_arena_alloc(reader->arena, reader->count * sizeof(*map->sites));
	for (size_t i = 0; i < reader->count; i++) {
		const struct line *line = &reader->lines[i];
		struct gx_where where = { .file = map->where.file, .line = line->line };
		knot_dname_t *target;

		target = gx_read_name(reader->arena, "target", line->target, reader->origin, &where, reader->diag);
		/* Without its $ORIGIN a relative target would be looked for at the wrong place. */
		if (!target ||
		    (reader->origin_line && !reader->origin && line->target[strlen(line->target) - 1] != '.'))
			continue;
		warn_top_level(reader, line->target, &where);
		add_rule(reader, line->location, find_or_add_site(reader, target), &where);
	}
	gx_map_sort(map);
}

static void check_complete(struct reader *reader)
{
	const struct gx_director *director = reader->director;

	if (!director->record_where.line && !reader->map_only)
		gx_error(reader->diag, &director->map.where,
			 "no $RECORD: a line '$RECORD NAME' with the geo name would be right");
	if (!reader->count || reader->lines[0].location != GX_LOCATION_UNKNOWN)
		gx_error(reader->diag, &director->map.where,
			 "no default: a line '0 TARGET' for all countries that are not listed would be right");
}

static int read_file(struct reader *reader, const char *file, const struct gx_where *named)
{
	struct gx_director *director = reader->director;
	size_t errors = reader->diag->errors;
	struct gx_text text;
	char *line;

	*director = (struct gx_director){ 0 };
	director->map.name = gx_arena_strdup(reader->arena, file);
	director->map.where.file = director->map.name;
	if (gx_text_read(&text, director->map.name, named, reader->diag) < 0)
		return -EINVAL;
	while ((line = gx_text_line(&text))) {
		struct gx_where where = gx_text_where(&text);

		read_line(reader, line, &where);
	}
	check_complete(reader);
	resolve_targets(reader);
	free(reader->lines);
	gx_text_free(&text);
	return reader->diag->errors == errors ? 0 : -EINVAL;
}

int gx_director_read(struct gx_director *director, struct gx_arena *arena, const char *file,
		     const struct gx_where *named, const knot_dname_t *geo_zone, struct gx_diag *diag)
{
	struct reader reader = { .director = director, .arena = arena, .diag = diag, .geo_zone = geo_zone };

	return read_file(&reader, file, named);
}

int gx_director_read_map(struct gx_director *director, struct gx_arena *arena, const char *file,
			 const struct gx_where *named, struct gx_diag *diag)
{
	struct reader reader = { .director = director, .arena = arena, .diag = diag, .map_only = true };

	return read_file(&reader, file, named);
}

/* --- geo-maps ---------------------------------------------------------------------------------- */

struct file_list {
	const char **files; /* malloc family */
	size_t count;
	size_t capacity;
};

static void add_file(struct file_list *list, const char *file)
{
	gx_grow(&list->files, list->count, list->capacity);
	list->files[list->count++] = file;
}

static void add_folder(struct file_list *list, struct gx_arena *arena, const char *folder, const struct gx_where *where,
		       struct gx_diag *diag)
{
	size_t before = list->count;
	struct dirent **entries;
	struct stat status;
	int count;

	gx_diag_note_folder(diag, folder);
	count = scandir(folder, &entries, NULL, alphasort);
	if (count < 0) {
		gx_error(diag, where, "geo-maps folder %s cannot be read (%s): give yourself the right to read it",
			 folder, strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		char *path = gx_text_path(arena, folder, entries[i]->d_name);

		/* What cannot be looked at is named, and reported when it is opened. */
		if (entries[i]->d_name[0] != '.' && (stat(path, &status) < 0 || S_ISREG(status.st_mode)))
			add_file(list, path);
		free(entries[i]);
	}
	free(entries);
	if (list->count == before)
		gx_warn(diag, where, "geo-maps folder %s holds no file: put the director maps there", folder);
}

const char **gx_director_list(struct gx_arena *arena, const char *directory, const char *maps,
			      const struct gx_where *where, struct gx_diag *diag, size_t *count)
{
	char *cursor = gx_arena_strdup(arena, maps);
	struct file_list list = { 0 };
	const char **files;
	char *word;

	while ((word = gx_text_word(&cursor, GX_LIST_SEPARATORS))) {
		char *path = gx_text_path(arena, directory, word);
		struct stat status;

		if (stat(path, &status) < 0) {
			gx_diag_note_file(diag, path);
			gx_error(diag, where, "geo-maps: %s cannot be read (%s): name an existing file or folder", path,
				 strerror(errno));
		} else if (S_ISDIR(status.st_mode)) {
			add_folder(&list, arena, path, where, diag);
		} else {
			add_file(&list, path);
		}
	}
	files = gx_arena_alloc(arena, list.count * sizeof(*files));
	if (list.count)
		memcpy(files, list.files, list.count * sizeof(*files));
	*count = list.count;
	free(list.files);
	return files;
}
