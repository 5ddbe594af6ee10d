/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text inputs: whole files, their lines and words, and hints for what was misspelt. */
#include "user/core/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define GX_TEXT_CHUNK_OCTETS	65536
#define GX_TEXT_EXPECTED_MAX	((size_t)1 << 30)	/* what a file says of itself need not be so */

/* Read from fd to its end. expected: octets, most likely. Returns 0 or -errno. */
static int read_all(int fd, size_t expected, char **data, size_t *len)
{
	size_t capacity = (expected < GX_TEXT_EXPECTED_MAX ? expected : GX_TEXT_EXPECTED_MAX) + GX_TEXT_CHUNK_OCTETS;
	size_t used = 0;
	char *octets = gx_alloc(1, capacity);

	for (;;) {
		ssize_t got = read(fd, octets + used, capacity - used - 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int error = errno;

			free(octets);
			return -error;
		}
		if (got == 0)
			break;
		used += (size_t)got;
		if (capacity - used < GX_TEXT_CHUNK_OCTETS / 2) {
			capacity *= 2;
			octets = gx_realloc(octets, capacity);
		}
	}
	octets[used] = '\0';
	*data = octets;
	*len = used;
	return 0;
}

static int read_file(const char *file, char **data, size_t *len)
{
	struct stat status;
	int fd, ret;

	/* Without O_NONBLOCK, opening a FIFO that nobody writes to would wait. */
	fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0)
		ret = -errno;
	else if (S_ISDIR(status.st_mode))
		ret = -EISDIR;
	else if (fcntl(fd, F_SETFL, 0))
		ret = -errno;
	else
		ret = read_all(fd, (size_t)status.st_size, data, len);
	close(fd);
	if (!ret && !*len && S_ISFIFO(status.st_mode)) {
		free(*data);
		ret = -ENODATA;
	}
	return ret;
}

static const char *remedy(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return "write the path of an existing file";
	case EACCES:
		return "give yourself the right to read it";
	case EISDIR:
		return "name a file in it";
	default:
		return "see that it is a readable file";
	}
}

static void report_unreadable(const char *file, const struct gx_where *named, int error, struct gx_diag *diag)
{
	if (named)
		gx_error(diag, named, "%s cannot be read (%s): %s", file, strerror(error), remedy(error));
	else
		gx_error(diag, &(struct gx_where){ .file = file }, "cannot be read (%s): %s", strerror(error),
			 remedy(error));
}

/* The line that holds the octet at this offset. */
static uint32_t line_at(const char *data, size_t offset)
{
	uint32_t line = 1;

	for (size_t i = 0; i < offset; i++)
		line += data[i] == '\n';
	return line;
}

int gx_text_read_octets(struct gx_text *text, const char *file, const struct gx_where *named, struct gx_diag *diag)
{
	char *data = NULL;
	size_t len = 0;
	int ret;

	gx_diag_note_file(diag, file);
	ret = read_file(file, &data, &len);
	if (ret < 0) {
		report_unreadable(file, named, -ret, diag);
		return ret;
	}
	*text = (struct gx_text){ .file = file, .data = data, .len = len };
	return 0;
}

int gx_text_check(struct gx_text *text, struct gx_diag *diag)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	const char *nul = memchr(text->data, '\0', text->len);

	if (nul) {
		struct gx_where where = { .file = text->file,
					  .line = line_at(text->data, (size_t)(nul - text->data)) };

		gx_error(diag, &where, "a NUL octet: a plain text file would be right, not a "
			 "binary or UTF-16 one");
		return -EINVAL;
	}
	if (strncmp(text->data, byte_order_mark, sizeof(byte_order_mark) - 1) == 0)
		text->next = sizeof(byte_order_mark) - 1;
	return 0;
}

int gx_text_read(struct gx_text *text, const char *file, const struct gx_where *named,
		 struct gx_diag *diag)
{
	struct gx_text read;
	int ret;

	ret = gx_text_read_octets(&read, file, named, diag);
	if (ret < 0)
		return ret;
	ret = gx_text_check(&read, diag);
	if (ret < 0) {
		gx_text_free(&read);
		return ret;
	}
	*text = read;
	return 0;
}

void gx_text_free(struct gx_text *text)
{
	free(text->data);
	*text = (struct gx_text){ 0 };
}

char *gx_text_line(struct gx_text *text)
{
	char *line = text->data + text->next;
	char *end;

	if (text->next >= text->len)
		return NULL;
	end = memchr(line, '\n', text->len - text->next);
	if (end) {
		text->next = (size_t)(end - text->data) + 1;
	} else {
		end = text->data + text->len;
		text->next = text->len;
	}
	*end = '\0';
	if (end > line && end[-1] == '\r')
		end[-1] = '\0';
	text->line++;
	return line;
}

struct gx_where gx_text_where(const struct gx_text *text)
{
	return (struct gx_where){ .file = text->file, .line = text->line };
}

char *gx_text_word(char **cursor, const char *separators)
{
	char *word = *cursor + strspn(*cursor, separators);
	size_t len = strcspn(word, separators);

	*cursor = word + len;
	if (len == 0)
		return NULL;
	if (**cursor)
		*(*cursor)++ = '\0';
	return word;
}

char *gx_text_trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		text[--len] = '\0';
	return text;
}

int gx_text_number(const char *text, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	for (const char *at = text; *at; at++) {
		if (*at < '0' || *at > '9')
			return -EINVAL;
		/* Beyond 32 bits the value only has to stay too large. */
		if (value <= UINT32_MAX)
			value = value * 10 + (uint64_t)(*at - '0');
	}
	if (value > max)
		return -ERANGE;
	*out = (uint32_t)value;
	return 0;
}

#define GX_SUGGEST_MAX_OCTETS 32

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/* Edits from one word to the other (optimal string alignment distance), without regard to case. */
static unsigned int count_edits(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int edits[GX_SUGGEST_MAX_OCTETS + 1][GX_SUGGEST_MAX_OCTETS + 1];

	for (size_t i = 0; i <= a_len; i++) {
		for (size_t j = 0; j <= b_len; j++) {
			bool same;

			if (i == 0 || j == 0) {
				edits[i][j] = (unsigned int)(i + j);
				continue;
			}
			same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
			edits[i][j] = min3(edits[i - 1][j] + 1, edits[i][j - 1] + 1, edits[i - 1][j - 1] + !same);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				edits[i][j] = min3(edits[i][j], edits[i - 2][j - 2] + 1, UINT32_MAX);
		}
	}
	return edits[a_len][b_len];
}

const char *gx_text_suggest(const char *word, const char *const *candidates, size_t count, unsigned int max_edits)
{
	const char *nearest = NULL;
	size_t len = strlen(word);

	if (len > GX_SUGGEST_MAX_OCTETS)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t other_len = strlen(candidates[i]);
		unsigned int edits;

		if (other_len > GX_SUGGEST_MAX_OCTETS)
			continue;
		edits = count_edits(word, len, candidates[i], other_len);
		if (edits > max_edits || (nearest && edits == max_edits))
			continue;
		nearest = candidates[i];
		max_edits = edits;
	}
	return nearest;
}

char *gx_text_path(struct gx_arena *arena, const char *directory, const char *path)
{
	if (!directory || !*directory || *path == '/')
		return gx_arena_strdup(arena, path);
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	return gx_arena_printf(arena, "%s%s%s", directory, directory[strlen(directory) - 1] == '/' ? "" : "/", path);
}

char *gx_text_directory(struct gx_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return gx_arena_strdup(arena, "");
	return gx_arena_strndup(arena, path, slash == path ? 1 : (size_t)(slash - path));
}
