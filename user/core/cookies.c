/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The secrets of DNS cookies, and the file that they share with the DNS server behind and with other nodes. */
#include "user/core/cookies.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/core/text.h"

/* --- secrets ----------------------------------------------------------------------------------- */

static int digit_value(char digit)
{
	return isdigit((unsigned char)digit) ? digit - '0' : tolower((unsigned char)digit) - 'a' + 10;
}

int gx_cookies_parse(const char *text, __u64 secret[2])
{
	uint8_t octets[GX_COOKIE_SECRET_OCTETS];

	if (strlen(text) != 2 * sizeof(octets) || strspn(text, "0123456789abcdefABCDEF") != 2 * sizeof(octets))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(digit_value(text[2 * i]) << 4 | digit_value(text[2 * i + 1]));
	memcpy(secret, octets, sizeof(octets));
	return 0;
}

char *gx_cookies_show(const __u64 secret[2], char text[GX_COOKIE_TEXT_OCTETS])
{
	const uint8_t *octets = (const uint8_t *)secret;

	for (size_t i = 0; i < GX_COOKIE_SECRET_OCTETS; i++)
		snprintf(text + 2 * i, 3, "%02x", octets[i]);
	return text;
}

void gx_cookies_add(struct gx_cookie_secrets *secrets, const __u64 secret[2])
{
	size_t i = secrets->count ? 1 : 0;

	memcpy(secrets->secrets[i], secret, sizeof(secrets->secrets[i]));
	secrets->count = i + 1;
}

int gx_cookies_activate(struct gx_cookie_secrets *secrets)
{
	__u64 active[2];

	if (secrets->count < 2)
		return -ENOENT;
	memcpy(active, secrets->secrets[0], sizeof(active));
	memcpy(secrets->secrets[0], secrets->secrets[1], sizeof(active));
	memcpy(secrets->secrets[1], active, sizeof(active));
	return 0;
}

int gx_cookies_drop(struct gx_cookie_secrets *secrets)
{
	if (secrets->count < 2)
		return -ENOENT;
	memset(secrets->secrets[1], 0, sizeof(secrets->secrets[1]));
	secrets->count = 1;
	return 0;
}

int gx_cookies_equal(const struct gx_cookie_secrets *a, const struct gx_cookie_secrets *b)
{
	return a->count == b->count && !memcmp(a->secrets, b->secrets, a->count * sizeof(a->secrets[0]));
}

/* --- the file ---------------------------------------------------------------------------------- */

static void read_lines(struct gx_text *text, struct gx_cookie_secrets *out, struct gx_diag *diag)
{
	char *line;

	while ((line = gx_text_line(text))) {
		struct gx_where where = gx_text_where(text);

		/* What the line says is not shown: it may be a secret with a slip of the pen. */
		if (out->count == GX_COOKIE_SECRETS)
			gx_error(diag, &where, "a third secret: one, or two during a rollover, would be right");
		else if (gx_cookies_parse(line, out->secrets[out->count]) < 0)
			gx_error(diag, &where, "no secret: 32 hexadecimal digits would be right");
		else
			out->count++;
	}
}

int gx_cookies_read(struct gx_cookie_secrets *out, const char *file, const struct gx_where *named, struct gx_diag *diag)
{
	struct gx_cookie_secrets secrets = {0};
	struct gx_where whole = { .file = file };
	size_t errors = diag->errors;
	struct gx_text text;
	struct stat status;

	if (strlen(file) >= sizeof(secrets.file)) {
		gx_error(diag, named ? named : &whole, "a path of more than %zu octets: a shorter one would be right",
			 sizeof(secrets.file) - 1);
		return -EINVAL;
	}
	strcpy(secrets.file, file);
	if (stat(file, &status) && errno == ENOENT) {
		gx_diag_note_file(diag, file);
		gx_warn(diag, named ? named : &whole,
			"%s does not exist, cookies are not answered: `geoxdp cookie-secret generate` would make it", file);
		*out = secrets;
		return 0;
	}
	if (gx_text_read(&text, file, named, diag) < 0)
		return -EINVAL;
	if (status.st_mode & S_IRWXO)
		gx_warn(diag, &whole, "mode %04o, others can read or write it: 0600 or 0640 would be right",
			(unsigned int)status.st_mode & 07777);
	read_lines(&text, &secrets, diag);
	explicit_bzero(text.data, text.len);
	gx_text_free(&text);
	if (diag->errors == errors)
		*out = secrets;
	explicit_bzero(&secrets, sizeof(secrets));
	return diag->errors == errors ? 0 : -EINVAL;
}

/* Write and see it on the disk. Returns 0 or a positive errno. */
static int write_lines(int fd, const struct gx_cookie_secrets *secrets)
{
	for (uint32_t i = 0; i < secrets->count; i++) {
		char line[GX_COOKIE_TEXT_OCTETS];
		ssize_t written;

		gx_cookies_show(secrets->secrets[i], line);
		line[sizeof(line) - 1] = '\n';
		written = write(fd, line, sizeof(line));
		explicit_bzero(line, sizeof(line));
		if (written != sizeof(line))
			return written < 0 ? errno : ENOSPC;
	}
	return fsync(fd) ? errno : 0;
}

/* A new file beside the old one, of the same owner and mode. Returns a descriptor, or -1 and errno. */
static int create_beside(const char *file, const char *path)
{
	mode_t mode = S_IRUSR | S_IWUSR;
	struct stat status;
	int fd, error;

	unlink(path); /* left behind by a crash */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -1;
	if (stat(file, &status)) /* the file is a new one */
		return fd;
	if (!fchown(fd, status.st_uid, status.st_gid) && !fchmod(fd, status.st_mode & 07777))
		return fd;
	error = errno;
	close(fd);
	unlink(path);
	errno = error;
	return -1;
}

int gx_cookies_write(const struct gx_cookie_secrets *secrets, char *error)
{
	char file[PATH_MAX], path[PATH_MAX + 8];
	int fd, number;

	/* Where the path is a symbolic link, the file behind it is meant. */
	if (!realpath(secrets->file, file))
		snprintf(file, sizeof(file), "%s", secrets->file);
	snprintf(path, sizeof(path), "%s.new", file);
	fd = create_beside(file, path);
	number = fd < 0 ? errno : write_lines(fd, secrets);
	if (fd >= 0 && close(fd) && !number)
		number = errno;
	if (!number && rename(path, file))
		number = errno;
	if (!number)
		return 0;
	if (fd >= 0)
		unlink(path);
	snprintf(error, GX_COOKIE_ERROR_OCTETS, "%s: write: %s", secrets->file, strerror(number));
	return -number;
}
