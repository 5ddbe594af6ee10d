/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Countries: ISO 3166-1 codes in their three forms, and continents. */
#ifndef GEOXDP_CORE_ISO3166_H
#define GEOXDP_CORE_ISO3166_H

#include <stddef.h>
#include <stdint.h>

struct gx_country {
	uint16_t numeric;	/* 1 to 999 */
	char alpha2[3];
	char alpha3[4];
	char continent[3];	/* AF AN AS EU NA OC SA */
	const char *name;	/* short English name */
};

/**
 * gx_find_country - by numeric code
 *
 * Returns the entry, or NULL: no such country. Withdrawn codes that data still carries (AN, CS) are found.
 */
const struct gx_country *gx_find_country(unsigned int numeric);

/**
 * gx_find_country_code - by alpha-2, alpha-3 or decimal numeric text, without regard to case
 * @code: text, not NUL-terminated
 * @len: octets
 *
 * Returns the entry, or NULL. `UK` is GB: registries and operators write it so (ISO reserves it for that).
 */
const struct gx_country *gx_find_country_code(const char *code, size_t len);

/* The country whose code is most like the text (one edit away), or NULL; for hints. */
const struct gx_country *gx_suggest_country(const char *code, size_t len);

/* The whole table, ordered by numeric code. */
const struct gx_country *gx_countries(size_t *count);

#endif
