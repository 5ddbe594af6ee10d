/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: what the server says of itself by EDNS: its identifier, and cookies. */
#include "user/core/native_impl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/core/cookies.h"
#include "user/core/text.h"

/* 0x and pairs of hexadecimal digits. Returns the octets, 0: it is none, or too long. */
static size_t parse_hex(const char *digits, uint8_t octets[GX_NSID_MAX_OCTETS])
{
	size_t n = strlen(digits);

	if (n % 2 || n / 2 > GX_NSID_MAX_OCTETS || strspn(digits, "0123456789abcdefABCDEF") != n)
		return 0;
	for (size_t i = 0; i < n / 2; i++) {
		const char pair[] = { digits[2 * i], digits[2 * i + 1], '\0' };

		octets[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n / 2;
}

void gx_native_read_nsid(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;
	const char *text;

	if (!node)
		return;
	text = gx_native_text(native, node, "nsid", "a text, or octets such as 0x6e7331,");
	if (!text)
		return;
	if (strncmp(text, "0x", 2) == 0) {
		config->nsid_octets = parse_hex(text + 2, config->nsid);
	} else if (strlen(text) <= GX_NSID_MAX_OCTETS) {
		config->nsid_octets = strlen(text);
		memcpy(config->nsid, text, config->nsid_octets);
	}
	if (!config->nsid_octets)
		gx_error(native->diag, &node->where,
			 "nsid %s is no identifier: 1 to %d octets of text, or 0x and as many pairs of hexadecimal digits, "
			 "would be right",
			 gx_native_quote(native, text), GX_NSID_MAX_OCTETS);
}

void gx_native_read_cookies(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;
	const char *path;

	if (!node)
		return;
	path = gx_native_text(native, node, "cookie-secret-file", "the path of a file with one or two secrets");
	if (!path)
		return;
	path = gx_text_path(&config->arena, native->directory, path);
	gx_cookies_read(&config->cookies, path, &node->where, native->diag);
}
