/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The secrets of DNS cookies, and the file that they share with the DNS server behind and with other nodes. */
#ifndef GEOXDP_CORE_COOKIES_H
#define GEOXDP_CORE_COOKIES_H

#include "geoxdp/abi.h"
#include "user/core/diag.h"

/* 32 hexadecimal digits and the end. */
#define GX_COOKIE_TEXT_OCTETS (2 * GX_COOKIE_SECRET_OCTETS + 1)
#define GX_COOKIE_ERROR_OCTETS 512

/**
 * gx_cookies_read - read a file of secrets, as NSD's cookie-secret-file
 * @out: written on success, file included; tai_ahead_s is 0
 * @file: path; one secret of 32 hexadecimal digits a line, the first is the active one, the second the staging one
 * @named: the place that names the file, or NULL
 * @diag: receives findings, warnings also where the file does not exist (then there is no secret) or others can read it
 *
 * Returns 0 or -EINVAL: errors were found.
 */
int gx_cookies_read(struct gx_cookie_secrets *out, const char *file, const struct gx_where *named, struct gx_diag *diag);

/**
 * gx_cookies_write - write the file anew
 * @error: receives what went wrong; GX_COOKIE_ERROR_OCTETS
 *
 * It is replaced in whole, and keeps its owner and mode, so that the DNS server can still read it; a new one has
 * mode 0600.
 *
 * Returns 0 or -errno: then the file is as it was.
 */
int gx_cookies_write(const struct gx_cookie_secrets *secrets, char *error);

/* A secret as text. Returns 0 or -EINVAL: not 32 hexadecimal digits. */
int gx_cookies_parse(const char *text, __u64 secret[2]);
char *gx_cookies_show(const __u64 secret[2], char text[GX_COOKIE_TEXT_OCTETS]);

/* As `nsd-control add_cookie_secret`: the first becomes active, the next staging, in place of a staging one. */
void gx_cookies_add(struct gx_cookie_secrets *secrets, const __u64 secret[2]);
/* The staging secret becomes active, and the other way round. Returns 0 or -ENOENT: there is no staging one. */
int gx_cookies_activate(struct gx_cookie_secrets *secrets);
/* Remove the staging secret. Returns 0 or -ENOENT. */
int gx_cookies_drop(struct gx_cookie_secrets *secrets);

/* Do both have the same secrets in the same order? */
int gx_cookies_equal(const struct gx_cookie_secrets *a, const struct gx_cookie_secrets *b);

#endif
