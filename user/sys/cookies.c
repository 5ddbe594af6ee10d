/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The secrets of DNS cookies in the kernel: map `cookies` of each generation. */
#include "user/sys/cookies.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/sys/pins.h"
#include "user/sys/serving.h"

/* The same path from every folder; the file itself need not exist, and may be a symbolic link. */
static void gx_resolve(char file[GX_COOKIE_FILE_OCTETS])
{
	const char *slash = strrchr(file, '/');
	char folder[GX_COOKIE_FILE_OCTETS], resolved[PATH_MAX], whole[PATH_MAX + GX_COOKIE_FILE_OCTETS];

	if (!*file)
		return;
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - file) + 1 : 1, slash ? file : ".");
	if (!realpath(folder, resolved))
		return;
	snprintf(whole, sizeof(whole), "%s/%s", strcmp(resolved, "/") ? resolved : "", slash ? slash + 1 : file);
	if (strlen(whole) < GX_COOKIE_FILE_OCTETS)
		strcpy(file, whole);
}

__s32 gx_tai_ahead_s(void)
{
	struct timespec tai, real;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_TAI, &tai);
	/* A whole number of seconds, and the little that passed between the two. */
	return (__s32)(tai.tv_sec - real.tv_sec - (tai.tv_nsec < real.tv_nsec));
}

int gx_cookies_fill(int map_fd, const struct gx_cookie_secrets *secrets, struct gx_failure *failure)
{
	struct gx_cookie_secrets value = *secrets;
	__u32 zero = 0;
	int error = 0;

	value.tai_ahead_s = gx_tai_ahead_s();
	gx_resolve(value.file);
	if (bpf_map_update_elem(map_fd, &zero, &value, BPF_ANY))
		error = gx_fail(failure, errno, NULL, "map cookies: fill");
	explicit_bzero(&value, sizeof(value));
	return error;
}

static int gx_cookies_read_pin(const char *path, struct gx_cookie_secrets *out, struct gx_failure *failure)
{
	int fd = bpf_obj_get(path), error = 0;
	__u32 zero = 0;

	if (fd < 0 || bpf_map_lookup_elem(fd, &zero, out))
		error = gx_fail(failure, errno, gx_rights_hint(errno), "%s: read", path);
	if (fd >= 0)
		close(fd);
	return error;
}

int gx_cookies_serving(const char *interface, struct gx_cookie_secrets *out, struct gx_failure *failure)
{
	char path[GX_PATH_OCTETS + 16];
	struct gx_serving serving;
	int error = gx_serving_open(&serving, interface, failure);

	if (error)
		return error;
	snprintf(path, sizeof(path), "%s/cookies", serving.folder);
	gx_serving_close(&serving);
	return gx_cookies_read_pin(path, out, failure);
}

static int gx_cookies_update_pin(const char *path, const struct gx_cookie_secrets *secrets, size_t *count,
				 struct gx_failure *failure)
{
	struct gx_cookie_secrets before;
	int fd, error = gx_cookies_read_pin(path, &before, failure);

	if (error || strcmp(before.file, secrets->file))
		return error == -ENOENT ? 0 : error; /* unpinned meanwhile */
	fd = bpf_obj_get(path);
	if (fd < 0)
		return errno == ENOENT ? 0 : gx_fail(failure, errno, NULL, "%s: open", path);
	error = gx_cookies_fill(fd, secrets, failure);
	close(fd);
	*count += !error;
	return error;
}

int gx_cookies_update(const char *interface, const struct gx_cookie_secrets *secrets, size_t *count,
		      struct gx_failure *failure)
{
	struct gx_cookie_secrets resolved = *secrets;
	char folder[GX_PATH_OCTETS], path[GX_PATH_OCTETS + 16];
	uint32_t *numbers;
	size_t n_generations = gx_pins_generations(interface, &numbers);
	int error = 0;

	gx_resolve(resolved.file);
	for (size_t i = 0; i < n_generations && !error; i++) {
		snprintf(path, sizeof(path), "%s/cookies", gx_pins_folder(interface, numbers[i], folder));
		error = gx_cookies_update_pin(path, &resolved, count, failure);
	}
	free(numbers);
	explicit_bzero(&resolved, sizeof(resolved));
	return error;
}
