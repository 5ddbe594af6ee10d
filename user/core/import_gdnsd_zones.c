/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Importing gdnsd: its zone files, of which lines with DYNA and DYNC say which names use which resource. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "user/core/import_gdnsd.h"
#include "user/core/pdns_conf.h"
#include "user/core/text.h"

#define GX_WORDS_MAX 8 /* of a line that are looked at */

/* A zone file while it is read, and written anew without what only gdnsd knows. */
struct rewriter {
	struct gx_gdnsd *gdnsd;
	struct gx_import_zone *zone;
	FILE *out;
	const char *apex;   /* absolute */
	const char *origin; /* of $ORIGIN, absolute; NULL: none yet */
	const char *owner;  /* of the last record */
	uint32_t ttl_s;
	bool has_ttl; /* $TTL came before any record */
	bool has_records;
	bool changed;
	bool owner_is_gone;
	int parentheses;
};

/* --- words ------------------------------------------------------------------------------------- */

/* The words of a line up to a comment; text in quotes is one. */
static size_t split(char *line, char *words[GX_WORDS_MAX])
{
	size_t n = 0;

	while (n < GX_WORDS_MAX) {
		line += strspn(line, " \t()");
		if (!*line || *line == ';')
			break;
		words[n++] = line;
		if (*line == '"')
			line += 1 + strcspn(line + 1, "\"");
		line += strcspn(line, " \t;()");
		if (*line == ';')
			*line = '\0';
		if (*line)
			*line++ = '\0';
	}
	return n;
}

/* How far the line opens parentheses; not those in quotes and comments. */
static int count_parentheses(const char *line)
{
	bool quoted = false;
	int count = 0;

	for (; *line && (quoted || *line != ';'); line++) {
		if (*line == '\\' && line[1])
			line++;
		else if (*line == '"')
			quoted = !quoted;
		else if (!quoted)
			count += (*line == '(') - (*line == ')');
	}
	return count;
}

/* "300", "5m", and of "300/60", which is highest and lowest, the highest. */
static bool parse_ttl(const char *text, uint32_t *out)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	uint64_t total = 0;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	while (isdigit((unsigned char)*text)) {
		uint64_t number = strtoul(text, &end, 10), seconds = 1;

		for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
			if (tolower((unsigned char)*end) == units[i].unit)
				seconds = units[i].seconds;
		end += isalpha((unsigned char)*end) != 0;
		if (number > GX_TTL_MAX_S || total > GX_TTL_MAX_S)
			return false;
		total += number * seconds;
		text = end;
	}
	if (*text && *text != '/')
		return false;
	*out = total > GX_TTL_MAX_S ? GX_TTL_MAX_S : (uint32_t)total;
	return true;
}

/* A name of the file as the configuration has it: relative to the zone, whatever $ORIGIN was. */
static const char *resolve(struct rewriter *rewriter, const char *name)
{
	struct gx_arena *arena = &rewriter->gdnsd->import->arena;

	if (!strcmp(name, "@Z"))
		return "@";
	if (!rewriter->origin || name[strlen(name) - 1] == '.')
		return gx_arena_strdup(arena, name);
	if (!strcmp(name, "@"))
		return rewriter->origin;
	return gx_arena_printf(arena, "%s.%s", name, rewriter->origin);
}

/* --- lines ------------------------------------------------------------------------------------- */

/* A name that is the same for everyone, as records. */
static void put_records(struct rewriter *rewriter, const char *owner, uint32_t ttl_s,
			const struct gx_gdnsd_answer *answer)
{
	struct gx_addr address;

	for (size_t i = 0; i < answer->values.n; i++) {
		const char *value = answer->values.list[i];
		const char *type = answer->is_cname ? "CNAME" : "A";

		if (!answer->is_cname && gx_parse_addr(value, &address) == 0 && address.family == GX_IPV6)
			type = "AAAA";
		fprintf(rewriter->out, "%s %u %s %s\n", owner, ttl_s, type, value);
	}
}

static void read_dynamic(struct rewriter *rewriter, const char *type, const char *resource, uint32_t ttl_s,
			 const struct gx_where *where)
{
	struct gx_gdnsd *gdnsd = rewriter->gdnsd;
	struct gx_gdnsd_answer answer = { 0 };

	rewriter->changed = true;
	rewriter->owner_is_gone = true;
	if (!resource) {
		gx_error(gdnsd->diag, where, "%s without a resource: %s PLUGIN!RESOURCE would be right", type, type);
		return;
	}
	if (!strncmp(resource, "geoip!", 6) && !strchr(resource, '/')) {
		gx_gdnsd_geo(gdnsd, rewriter->zone, rewriter->owner, resource + 6, ttl_s, where);
		return;
	}
	if (gx_gdnsd_resource(gdnsd, resource, where, &answer))
		put_records(rewriter, rewriter->owner, ttl_s, &answer);
	free(answer.values.list);
}

/* $ORIGIN, $TTL and what only gdnsd has. Returns whether the line stays. */
static bool read_directive(struct rewriter *rewriter, char *const words[], size_t n, const struct gx_where *where)
{
	if (n > 1 && !strcasecmp(words[0], "$ORIGIN")) {
		const char *name = resolve(rewriter, words[1]);
		struct gx_arena *arena = &rewriter->gdnsd->import->arena;

		rewriter->origin = !strcmp(name, "@") ? rewriter->apex
				   : name[strlen(name) - 1] == '.'
					   ? name
					   : gx_arena_printf(arena, "%s.%s", name, rewriter->apex);
		/* gdnsd takes a relative one, which others do not. */
		if (words[1][strlen(words[1]) - 1] != '.') {
			fprintf(rewriter->out, "$ORIGIN %s\n", rewriter->origin);
			return false;
		}
	} else if (n > 1 && !strcasecmp(words[0], "$TTL")) {
		parse_ttl(words[1], &rewriter->ttl_s);
		rewriter->has_ttl = rewriter->has_ttl || !rewriter->has_records;
	} else if (strcasecmp(words[0], "$INCLUDE")) {
		gx_warn(rewriter->gdnsd->diag, where, "%s has no counterpart", words[0]);
		return false;
	}
	return true;
}

static void read_line(struct rewriter *rewriter, const char *line, const struct gx_where *where)
{
	char *words[GX_WORDS_MAX], *copy = strdup(line);
	bool inside = rewriter->parentheses > 0, has_owner = !strchr(" \t;", *line) && *line;
	size_t n = split(copy, words), next = has_owner;
	uint32_t ttl_s = rewriter->ttl_s;
	bool keep = true;

	rewriter->parentheses += count_parentheses(line);
	if (n && !inside && *words[0] == '$') {
		keep = read_directive(rewriter, words, n, where);
		rewriter->changed = rewriter->changed || !keep;
	} else if (n && !inside) {
		if (has_owner)
			rewriter->owner = resolve(rewriter, words[0]);
		rewriter->has_records = true;
		while (next < n && (parse_ttl(words[next], &ttl_s) || !strcasecmp(words[next], "IN")))
			next++;
		if (next < n && (!strcasecmp(words[next], "DYNA") || !strcasecmp(words[next], "DYNC"))) {
			read_dynamic(rewriter, words[next], next + 1 < n ? words[next + 1] : NULL, ttl_s, where);
			keep = false;
		}
	}
	for (size_t i = 0; keep && i < n; i++)
		if (!strcmp(words[i], "@F") || !strcmp(words[i], "@Z") || strstr(words[i], ".@Z"))
			gx_warn(rewriter->gdnsd->diag, where,
				"%s has no counterpart in zone files: the name itself would be right", words[i]);
	/* A line without owner has that of the line before it, which may be gone. */
	if (keep && n && !inside && *words[0] != '$') {
		if (rewriter->owner_is_gone && !has_owner)
			fputs(rewriter->owner, rewriter->out);
		rewriter->owner_is_gone = false;
	}
	fprintf(rewriter->out, "%s%s\n", keep ? "" : "; ", line);
	free(copy);
}

/* --- files ------------------------------------------------------------------------------------- */

/* A zone is named by its file. '@' stands for '/' in it. */
static void read_zone(struct gx_gdnsd *gdnsd, const char *folder, const char *file)
{
	struct gx_arena *arena = &gdnsd->import->arena;
	struct rewriter rewriter = { .gdnsd = gdnsd, .ttl_s = gdnsd->ttl_s, .owner = "@" };
	const char *path = gx_text_path(arena, folder, file);
	struct gx_where where = { .file = path };
	char *name = gx_arena_strdup(arena, file), *line, *written;
	struct gx_text text;
	size_t octets;

	for (char *at = name; *at; at++)
		*at = *at == '@' ? '/' : *at;
	rewriter.apex = gx_arena_printf(arena, "%s%s", name, name[strlen(name) - 1] == '.' ? "" : ".");
	if (gx_text_read(&text, path, NULL, gdnsd->diag) < 0)
		return;
	rewriter.zone = gx_import_add_zone(gdnsd->import, name, &where);
	rewriter.zone->file = path;
	rewriter.out = open_memstream(&written, &octets);
	while ((line = gx_text_line(&text))) {
		where = gx_text_where(&text);
		read_line(&rewriter, line, &where);
	}
	fclose(rewriter.out);
	gx_text_free(&text);
	/* Without $TTL, gdnsd's default is another than ours. */
	if (rewriter.changed || !rewriter.has_ttl) {
		rewriter.zone->file = gx_arena_printf(arena, "%s.zone", file);
		gx_import_add_file(gdnsd->import, rewriter.zone->file,
				   rewriter.has_ttl ? gx_arena_strdup(arena, written)
						    : gx_arena_printf(arena, "$TTL %u\n%s", gdnsd->ttl_s, written));
	}
	free(written);
}

void gx_gdnsd_zones(struct gx_gdnsd *gdnsd)
{
	const char *folder = gx_text_path(&gdnsd->import->arena, gdnsd->directory, "zones");
	struct dirent **entries;
	struct stat status;
	int count = scandir(folder, &entries, NULL, alphasort);

	if (count < 0) {
		gx_error(gdnsd->diag, &(struct gx_where){ .file = folder },
			 "cannot be read (%s): the folder of zone files "
			 "beside the configuration would be right",
			 strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		const char *path = gx_text_path(&gdnsd->import->arena, folder, entries[i]->d_name);

		if (entries[i]->d_name[0] != '.' && (stat(path, &status) < 0 || S_ISREG(status.st_mode)))
			read_zone(gdnsd, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}
