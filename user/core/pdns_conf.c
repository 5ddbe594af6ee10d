/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pdns.conf: what GeoXDP takes from the settings of PowerDNS and its geo backend. */
#include "user/core/pdns_conf.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "user/core/text.h"

#define GX_LIST_SEPARATORS " \t,"

/* Settings that GeoXDP reads; all others are PowerDNS's own. */
static const char *const known_keys[] = {
	"launch",  "include-dir", "bind-config",	 "geo-zone", "geo-soa-values", "geo-ns-records",
	"geo-ttl", "geo-ns-ttl",  "geo-ip-map-zonefile", "geo-maps",
};

#define GX_KNOWN_KEYS (sizeof(known_keys) / sizeof(known_keys[0]))

struct assignment {
	const char *key;
	const char *value;
	struct gx_where where;
	bool known; /* was asked for */
};

struct reader {
	struct gx_arena *arena;
	struct gx_diag *diag;
	struct gx_pdns_conf *conf;
	struct assignment *list;
	size_t count;
	size_t capacity;
	const char *bind_instance; /* "first" of launch=bind:first, or NULL */
	const char *geo_instance;
};

static bool is_known_key(const char *key)
{
	for (size_t i = 0; i < GX_KNOWN_KEYS; i++)
		if (strcmp(key, known_keys[i]) == 0)
			return true;
	return false;
}

static struct assignment *find_assignment(struct reader *reader, const char *key)
{
	for (size_t i = 0; i < reader->count; i++)
		if (strcmp(reader->list[i].key, key) == 0)
			return &reader->list[i];
	return NULL;
}

static void assign(struct reader *reader, const char *key, const char *value, bool append, const struct gx_where *where)
{
	struct assignment *old = find_assignment(reader, key);

	if (!old) {
		gx_grow(&reader->list, reader->count, reader->capacity);
		reader->list[reader->count++] = (struct assignment){
			.key = gx_arena_strdup(reader->arena, key),
			.value = gx_arena_strdup(reader->arena, value),
			.where = *where,
		};
		return;
	}
	if (append && *old->value) {
		old->value = gx_arena_printf(reader->arena, "%s, %s", old->value, value);
	} else {
		/* Debian's pdns.conf says `launch=`, to be filled by an included file. */
		if (*old->value && strcmp(old->value, value) != 0 && is_known_key(key))
			gx_warn(reader->diag, where,
				"%s is set twice, first at %s:%u: the last one counts, remove the other", key,
				old->where.file, old->where.line);
		old->value = gx_arena_strdup(reader->arena, value);
	}
	old->where = *where;
}

/* A line that is not empty, comments and blanks at its ends cut off. */
static void parse_line(struct reader *reader, char *line, const struct gx_where *where)
{
	char *equals = strchr(line, '=');
	bool append;
	char *key;

	if (!equals) {
		/* A single word is a switch of PowerDNS: `daemon` is `daemon=`. */
		if (strpbrk(line, " \t"))
			gx_error(reader->diag, where, "no '=' in '%.60s': KEY=VALUE would be right", line);
		else if (is_known_key(line))
			gx_error(reader->diag, where, "%s has no value: %s=VALUE would be right", line, line);
		else
			assign(reader, line, "", false, where);
		return;
	}
	append = equals > line && equals[-1] == '+';
	equals[append ? -1 : 0] = '\0';
	key = gx_text_trim(line);
	if (!*key || strpbrk(key, " \t")) {
		gx_error(reader->diag, where,
			 "'%.60s' before the '=' is not the name of a setting: KEY=VALUE would be right", key);
		return;
	}
	assign(reader, key, gx_text_trim(equals + 1), append, where);
}

/* Cut off the comment: '#' at the head of the line or behind a blank. */
static void cut_comment(char *line)
{
	char *hash = line;

	while ((hash = strchr(hash, '#'))) {
		if (hash == line || hash[-1] == ' ' || hash[-1] == '\t') {
			*hash = '\0';
			return;
		}
		hash++;
	}
}

static char *trim_right(char *line)
{
	size_t len = strlen(line);

	while (len && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		line[--len] = '\0';
	return line;
}

/* Reads on where a line ends with a backslash. Returns 0 or -errno. */
static int read_conf_file(struct reader *reader, const char *file, const struct gx_where *named)
{
	struct gx_text text;
	char *line;
	int ret;

	ret = gx_text_read(&text, file, named, reader->diag);
	if (ret < 0)
		return ret;
	text.file = gx_arena_strdup(reader->arena, file);
	while ((line = gx_text_line(&text))) {
		struct gx_where where = gx_text_where(&text);
		size_t len;

		line = trim_right(line);
		while ((len = strlen(line)) && line[len - 1] == '\\') {
			char *next;

			line[len - 1] = '\0';
			next = gx_text_line(&text);
			if (!next)
				break;
			line = gx_arena_printf(reader->arena, "%s%s", line, trim_right(next));
		}
		cut_comment(line);
		line = gx_text_trim(line);
		if (*line)
			parse_line(reader, line, &where);
	}
	gx_text_free(&text);
	return 0;
}

/* Regular files named *.conf, no dot files, as PowerDNS gathers them. */
static bool is_included(const char *path, const char *name)
{
	size_t len = strlen(name);
	struct stat status;

	return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".conf") == 0 && stat(path, &status) == 0 &&
	       S_ISREG(status.st_mode);
}

static void read_include_dir(struct reader *reader)
{
	const struct assignment *setting = find_assignment(reader, "include-dir");
	const struct gx_where *where;
	struct dirent **entries;
	char *directory;
	int count;

	if (!setting || !*setting->value)
		return;
	/* Copied, since the list may move when more is read. */
	where = &(struct gx_where){ .file = setting->where.file, .line = setting->where.line };
	directory = gx_pdns_conf_path(reader->conf, reader->arena, setting->value);
	gx_diag_note_folder(reader->diag, directory);
	count = scandir(directory, &entries, NULL, alphasort);
	if (count < 0) {
		gx_error(reader->diag, where,
			 "include-dir %s cannot be read (%s): name an existing folder, or remove the line", directory,
			 strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		char *path = gx_text_path(reader->arena, directory, entries[i]->d_name);

		if (is_included(path, entries[i]->d_name))
			read_conf_file(reader, path, where);
		free(entries[i]);
	}
	free(entries);
}

/* The setting `bind-first-config` of an instance, else `bind-config`. */
static struct gx_setting take(struct reader *reader, const char *backend, const char *instance, const char *key)
{
	struct gx_setting setting = { .where.file = reader->conf->file };
	struct assignment *found = NULL;
	char *name;

	if (instance) {
		name = gx_arena_printf(reader->arena, "%s-%s-%s", backend, instance, key);
		found = find_assignment(reader, name);
	}
	if (!found) {
		name = gx_arena_printf(reader->arena, "%s-%s", backend, key);
		found = find_assignment(reader, name);
	}
	if (!found)
		return setting;
	found->known = true;
	setting.where = found->where;
	if (*found->value)
		setting.value = found->value;
	return setting;
}

static uint32_t take_ttl(struct reader *reader, const char *key, uint32_t default_s)
{
	struct gx_setting setting = take(reader, "geo", reader->geo_instance, key);
	uint32_t ttl_s = default_s;

	if (setting.where.line == 0)
		return default_s;
	if (gx_text_number(setting.value ? setting.value : "", GX_TTL_MAX_S, &ttl_s) < 0)
		gx_error(reader->diag, &setting.where,
			 "geo-%s=%s is not a TTL: a number of seconds from 0 to %d would be right", key,
			 setting.value ? setting.value : "", GX_TTL_MAX_S);
	return ttl_s;
}

/* The backends of `launch`, a list of NAME or NAME:INSTANCE. */
static void take_launch(struct reader *reader)
{
	static const char *const backends[] = { "geo", "bind" };
	struct assignment *launch = find_assignment(reader, "launch");
	size_t errors = reader->diag->errors;
	const char *meant;
	char *cursor, *name;

	if (!launch || !*launch->value) {
		gx_error(reader->diag, &(struct gx_where){ .file = reader->conf->file },
			 "launch is not set: launch=bind,geo would be right");
		return;
	}
	cursor = gx_arena_strdup(reader->arena, launch->value);
	while ((name = gx_text_word(&cursor, GX_LIST_SEPARATORS))) {
		char *instance = strchr(name, ':');

		if (instance)
			*instance++ = '\0';
		if (strcmp(name, "geo") == 0) {
			reader->conf->launches_geo = true;
			reader->geo_instance = instance;
		} else if (strcmp(name, "bind") == 0) {
			reader->conf->launches_bind = true;
			reader->bind_instance = instance;
		} else if ((meant = gx_text_suggest(name, backends, 2, 1))) {
			gx_error(reader->diag, &launch->where, "unknown backend '%s' in launch: '%s' would be right",
				 name, meant);
		}
	}
	if (!reader->conf->launches_geo && reader->diag->errors == errors)
		gx_error(reader->diag, &launch->where,
			 "launch does not name the geo backend: launch=%s,geo would be right", launch->value);
	reader->conf->launch_valid = reader->diag->errors == errors;
}

/* Settings that look like ours but are not: what PowerDNS would have refused. */
static void report_misspelt(struct reader *reader)
{
	for (size_t i = 0; i < reader->count; i++) {
		const struct assignment *set = &reader->list[i];
		bool geo = strncmp(set->key, "geo-", 4) == 0 || strncmp(set->key, "geo_", 4) == 0;
		unsigned int max_edits = geo || strlen(set->key) >= 8 ? 2 : 1;
		const char *meant;

		if (set->known || is_known_key(set->key))
			continue;
		meant = gx_text_suggest(set->key, known_keys, GX_KNOWN_KEYS, max_edits);
		if (meant)
			gx_error(reader->diag, &set->where, "unknown setting '%s': '%s' would be right", set->key,
				 meant);
		else if (geo)
			gx_error(reader->diag, &set->where,
				 "unknown setting '%s': the geo backend has geo-zone, geo-soa-values, geo-ns-records, "
				 "geo-ttl, geo-ns-ttl, geo-ip-map-zonefile and geo-maps",
				 set->key);
	}
}

static void take_settings(struct reader *reader)
{
	struct gx_pdns_conf *conf = reader->conf;
	const char *geo;

	take_launch(reader);
	geo = reader->geo_instance;
	conf->bind_config = take(reader, "bind", reader->bind_instance, "config");
	conf->geo_zone = take(reader, "geo", geo, "zone");
	conf->soa_values = take(reader, "geo", geo, "soa-values");
	conf->ns_records = take(reader, "geo", geo, "ns-records");
	conf->country_file = take(reader, "geo", geo, "ip-map-zonefile");
	conf->maps = take(reader, "geo", geo, "maps");
	conf->geo_ttl_s = take_ttl(reader, "ttl", GX_PDNS_GEO_TTL_S);
	conf->ns_ttl_s = take_ttl(reader, "ns-ttl", GX_PDNS_NS_TTL_S);
	if (!conf->country_file.value)
		conf->country_file.value = GX_PDNS_COUNTRY_FILE;
	report_misspelt(reader);
}

int gx_pdns_conf_read(struct gx_pdns_conf *conf, struct gx_arena *arena, const char *file, struct gx_diag *diag)
{
	struct reader reader = { .arena = arena, .diag = diag, .conf = conf };
	size_t errors = diag->errors;

	*conf = (struct gx_pdns_conf){
		.file = gx_arena_strdup(arena, file),
		.directory = gx_text_directory(arena, file),
		.country_file = { .value = GX_PDNS_COUNTRY_FILE, .where.file = file },
		.geo_ttl_s = GX_PDNS_GEO_TTL_S,
		.ns_ttl_s = GX_PDNS_NS_TTL_S,
	};
	conf->readable = read_conf_file(&reader, conf->file, NULL) == 0;
	if (conf->readable) {
		read_include_dir(&reader);
		take_settings(&reader);
	}
	free(reader.list);
	return diag->errors == errors ? 0 : -EINVAL;
}

char *gx_pdns_conf_path(const struct gx_pdns_conf *conf, struct gx_arena *arena, const char *path)
{
	return gx_text_path(arena, conf->directory, path);
}
