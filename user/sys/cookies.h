/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The secrets of DNS cookies in the kernel: map `cookies` of each generation. */
#ifndef GEOXDP_SYS_COOKIES_H
#define GEOXDP_SYS_COOKIES_H

#include <stddef.h>

#include "geoxdp/abi.h"
#include "user/sys/failure.h"

/* Write secrets into a map `cookies`, with what TAI is ahead now, and their file's path made absolute. */
int gx_cookies_fill(int map_fd, const struct gx_cookie_secrets *secrets, struct gx_failure *failure);

/* How many seconds CLOCK_TAI is ahead of CLOCK_REALTIME now. */
__s32 gx_tai_ahead_s(void);

/* What the generation that serves on an interface has. Returns 0; -ENOENT: nothing serves; or another -errno. */
int gx_cookies_serving(const char *interface, struct gx_cookie_secrets *out, struct gx_failure *failure);

/**
 * gx_cookies_update - bring all pinned generations of an interface up to date whose secrets are from this file
 * @secrets: with their file's path
 * @count: counted up for each of them
 *
 * Those that do not serve as well: a rollback must not bring old secrets back.
 */
int gx_cookies_update(const char *interface, const struct gx_cookie_secrets *secrets, size_t *count,
		      struct gx_failure *failure);

#endif
