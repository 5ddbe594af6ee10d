/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state file: what operators changed while serving, and what must survive swaps, rollbacks and restarts. */
#include "user/core/state.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the form of the file. */
#define STATE_VERSION 1

static int complain(char *error, int number, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The text, and the cause behind it where number is not 0. Returns -number, or -EINVAL. */
static int complain(char *error, int number, const char *format, ...)
{
	va_list args;
	size_t used;

	va_start(args, format);
	vsnprintf(error, GX_STATE_ERROR_OCTETS, format, args);
	va_end(args);
	used = strlen(error);
	if (number)
		snprintf(error + used, GX_STATE_ERROR_OCTETS - used, ": %s", strerror(number));
	return number ? -number : -EINVAL;
}

/* --- the lists --------------------------------------------------------------------------------- */

static int compare_prefixes(const struct gx_prefix *a, const struct gx_prefix *b)
{
	if (a->addr.family != b->addr.family)
		return a->addr.family < b->addr.family ? -1 : 1;
	if (a->addr.value != b->addr.value)
		return a->addr.value < b->addr.value ? -1 : 1;
	return a->bits < b->bits ? -1 : a->bits > b->bits;
}

static int compare_drain(const struct gx_state *state, size_t i, const void *site)
{
	return strcmp(state->drains[i].site, site);
}

static int compare_net(const struct gx_state *state, size_t i, const void *prefix)
{
	return compare_prefixes(&state->nets[i].prefix, prefix);
}

/* Index of the first entry that is not before the key; *found: whether it is the key's. */
static size_t find_place(const struct gx_state *state, size_t count,
			 int (*compare)(const struct gx_state *, size_t, const void *), const void *key, bool *found)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(state, middle, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = low < count && !compare(state, low, key);
	return low;
}

bool gx_state_put_drain(struct gx_state *state, const struct gx_drain *drain)
{
	struct gx_drain copy = *drain;
	bool found;
	size_t i = find_place(state, state->n_drains, compare_drain, drain->site, &found);

	if (!found) {
		state->drains = gx_realloc(state->drains, (state->n_drains + 1) * sizeof(*state->drains));
		memmove(state->drains + i + 1, state->drains + i, (state->n_drains++ - i) * sizeof(*state->drains));
	}
	copy.site = gx_arena_strdup(&state->arena, drain->site);
	state->drains[i] = copy;
	return found;
}

bool gx_state_take_drain(struct gx_state *state, const char *site)
{
	bool found;
	size_t i = find_place(state, state->n_drains, compare_drain, site, &found);

	if (found)
		memmove(state->drains + i, state->drains + i + 1, (--state->n_drains - i) * sizeof(*state->drains));
	return found;
}

bool gx_state_put_net(struct gx_state *state, const struct gx_net *net)
{
	struct gx_net copy = *net;
	bool found;
	size_t i = find_place(state, state->n_nets, compare_net, &net->prefix, &found);

	if (!found) {
		state->nets = gx_realloc(state->nets, (state->n_nets + 1) * sizeof(*state->nets));
		memmove(state->nets + i + 1, state->nets + i, (state->n_nets++ - i) * sizeof(*state->nets));
	}
	copy.location = gx_arena_strdup(&state->arena, net->location);
	state->nets[i] = copy;
	return found;
}

bool gx_state_take_net(struct gx_state *state, const struct gx_prefix *prefix)
{
	bool found;
	size_t i = find_place(state, state->n_nets, compare_net, prefix, &found);

	if (found)
		memmove(state->nets + i, state->nets + i + 1, (--state->n_nets - i) * sizeof(*state->nets));
	return found;
}

/* Whether something has ended; if not, it may be what ends next. */
static bool has_ended(uint64_t until_s, uint64_t now_s, uint64_t *next_s)
{
	if (until_s && until_s <= now_s)
		return true;
	if (until_s && (!*next_s || until_s < *next_s))
		*next_s = until_s;
	return false;
}

size_t gx_state_expire(struct gx_state *state, uint64_t now_s, uint64_t *next_s)
{
	size_t drains = 0, nets = 0, ended;

	*next_s = 0;
	for (size_t i = 0; i < state->n_drains; i++)
		if (!has_ended(state->drains[i].until_s, now_s, next_s))
			state->drains[drains++] = state->drains[i];
	for (size_t i = 0; i < state->n_nets; i++)
		if (!has_ended(state->nets[i].until_s, now_s, next_s))
			state->nets[nets++] = state->nets[i];
	ended = state->n_drains - drains + state->n_nets - nets;
	state->n_drains = drains;
	state->n_nets = nets;
	return ended;
}

void gx_state_free(struct gx_state *state)
{
	free(state->drains);
	free(state->nets);
	gx_arena_free(&state->arena);
	*state = (struct gx_state){0};
}

/* --- reading ----------------------------------------------------------------------------------- */

/* What every entry has beside its own: since when, and until when. Returns 0, or -1: it is none. */
static int read_times(const json_t *entry, uint64_t *since_s, uint64_t *until_s)
{
	const json_t *since = json_object_get(entry, "since"), *until = json_object_get(entry, "until");

	if (!json_is_integer(since) || json_integer_value(since) < 0)
		return -1;
	if (until && (!json_is_integer(until) || json_integer_value(until) <= 0))
		return -1;
	*since_s = (uint64_t)json_integer_value(since);
	*until_s = until ? (uint64_t)json_integer_value(until) : 0;
	return 0;
}

static int read_drain(struct gx_state *state, const json_t *entry)
{
	struct gx_drain drain = { .site = json_string_value(json_object_get(entry, "site")) };

	if (!drain.site || !*drain.site || read_times(entry, &drain.since_s, &drain.until_s))
		return -1;
	gx_state_put_drain(state, &drain);
	return 0;
}

static int read_net(struct gx_state *state, const json_t *entry)
{
	struct gx_net net = { .location = json_string_value(json_object_get(entry, "location")) };
	const char *prefix = json_string_value(json_object_get(entry, "prefix"));

	if (!prefix || gx_parse_prefix(prefix, &net.prefix) || !net.location || !*net.location ||
	    read_times(entry, &net.since_s, &net.until_s))
		return -1;
	gx_state_put_net(state, &net);
	return 0;
}

#define REMEDY "mend it, or remove it to begin without drains and overrides"

static int read_list(struct gx_state *state, const char *file, const json_t *root, const char *key,
		     int (*read)(struct gx_state *, const json_t *), char *error)
{
	const json_t *list = json_object_get(root, key), *entry;
	size_t i;

	if (!json_is_array(list))
		return complain(error, 0, "%s: no list \"%s\" (" REMEDY ")", file, key);
	json_array_foreach(list, i, entry)
		if (read(state, entry))
			return complain(error, 0, "%s: entry %zu of \"%s\" is not understood (" REMEDY ")", file,
					i + 1, key);
	return 0;
}

int gx_state_read(struct gx_state *state, const char *file, char *error)
{
	FILE *stream = fopen(file, "re");
	json_error_t why;
	json_t *root;
	int result = 0;

	if (!stream)
		return errno == ENOENT ? 0 : complain(error, errno, "%s: open", file);
	root = json_loadf(stream, JSON_REJECT_DUPLICATES, &why);
	if (ferror(stream))
		result = complain(error, EIO, "%s: read", file);
	else if (!root)
		result = complain(error, 0, "%s:%d: not a state file: %s (" REMEDY ")", file, why.line, why.text);
	else if (json_integer_value(json_object_get(root, "version")) != STATE_VERSION)
		result = complain(error, 0, "%s: not a state file of version %d (" REMEDY ")", file, STATE_VERSION);
	if (!result)
		result = read_list(state, file, root, "drains", read_drain, error);
	if (!result)
		result = read_list(state, file, root, "nets", read_net, error);
	json_decref(root);
	fclose(stream);
	if (result)
		gx_state_free(state);
	return result;
}

/* --- writing ----------------------------------------------------------------------------------- */

static json_t *with_times(json_t *entry, uint64_t since_s, uint64_t until_s)
{
	json_object_set_new(entry, "since", json_integer((json_int_t)since_s));
	if (until_s)
		json_object_set_new(entry, "until", json_integer((json_int_t)until_s));
	return entry;
}

static json_t *state_json(const struct gx_state *state)
{
	json_t *drains = json_array(), *nets = json_array();
	char prefix[GX_ADDR_TEXT_OCTETS];

	for (size_t i = 0; i < state->n_drains; i++) {
		const struct gx_drain *drain = &state->drains[i];

		json_array_append_new(drains, with_times(json_pack("{s:s}", "site", drain->site), drain->since_s,
							 drain->until_s));
	}
	for (size_t i = 0; i < state->n_nets; i++) {
		const struct gx_net *net = &state->nets[i];

		json_array_append_new(nets, with_times(json_pack("{s:s, s:s}", "prefix",
								 gx_show_prefix(&net->prefix, prefix), "location",
								 net->location), net->since_s, net->until_s));
	}
	return json_pack("{s:i, s:o, s:o}", "version", STATE_VERSION, "drains", drains, "nets", nets);
}

/* Write text and see it on the disk. Returns 0 or a positive errno. */
static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644), error = 0;
	size_t left = strlen(text);

	if (fd < 0)
		return errno;
	while (left && !error) {
		ssize_t written = write(fd, text, left);

		if (written < 0) {
			error = errno == EINTR ? 0 : errno;
		} else {
			text += written;
			left -= (size_t)written;
		}
	}
	if (!error && fsync(fd))
		error = errno;
	if (close(fd) && !error)
		error = errno;
	return error;
}

/* Open the folder of a file. Returns a descriptor, or -1 and errno. */
static int open_folder(const char *file)
{
	const char *slash = strrchr(file, '/');
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - file) + 1 : 1, slash ? file : ".");
	return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Returns 0 or a positive errno: then the file is as it was. */
static int replace_file(const char *file, const char *path, const char *text)
{
	int folder = open_folder(file), error;

	if (folder < 0)
		return errno;
	error = write_file(path, text);
	if (!error && rename(path, file))
		error = errno;
	if (error)
		unlink(path);
	else
		fsync(folder); /* were it to fail, a crash would bring the old file back, whole */
	close(folder);
	return error;
}

int gx_state_write(const struct gx_state *state, const char *file, char *error)
{
	char path[PATH_MAX];
	json_t *root;
	char *text;
	int number;

	/* Always the same name: what a crash left behind is written over. Writers hold a lock. */
	if (snprintf(path, sizeof(path), "%s.new", file) >= (int)sizeof(path))
		return complain(error, ENAMETOOLONG, "%s: write", file);
	root = state_json(state);
	text = json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	if (!text)
		return complain(error, EILSEQ, "%s: write", file);
	number = replace_file(file, path, text);
	free(text);
	return number ? complain(error, number, "%s: write", file) : 0;
}
