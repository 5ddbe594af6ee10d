/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locations: what sources can say of an address, as numbers that the tables carry. */
#ifndef GEOXDP_CORE_LOCATION_H
#define GEOXDP_CORE_LOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/mem.h"

/*
 * What is known of a place. Text is interned in the table's arena and compared by content; NULL or 0: not known.
 * Keys are written as maps write them: country "US", region "US/CA" (ISO 3166-2 without the country repeated),
 * city "US/CA/Los Angeles" or "US//Los Angeles", ASN "AS64500", operator's own name "office".
 */
struct gx_location {
	const char *own;	/* from a nets source: the operator's own name */
	uint32_t asn;
	const char *city;
	const char *region;
	uint16_t country;	/* ISO 3166-1 numeric */
	char continent[3];	/* of the country, or of a source that knows no more; "" */
};

/* Which of them an entry of a source speaks of; the rest of what earlier sources said stays. */
#define GX_SPEAKS_PLACE	1u	/* country, region, city, continent: all of them, known or not */
#define GX_SPEAKS_ASN	2u
#define GX_SPEAKS_OWN	4u
#define GX_SPEAKS_ALL	7u	/* a nets source with an ISO code: an override of everything */

struct gx_locations;	/* the table: numbers 0 to 999 are the countries alone, by ISO number; others follow */

struct gx_locations *gx_locations_new(void);
void gx_locations_free(struct gx_locations *locations);

/**
 * gx_locations_want - note that a map names this key
 * @key: region, city or ASN key, in any case of letters
 *
 * Only wanted regions, cities and ASNs are told apart: a city database has more places than any map names, and
 * each would split blocks that get the same answers. Called for all maps before any source is read.
 */
void gx_locations_want(struct gx_locations *locations, const char *key);

/**
 * gx_locations_number - the number of a location
 * @location: text need not be interned; what is not wanted is left out
 * @speaks: GX_SPEAKS_*; a location that speaks of less than everything has a number of its own
 */
uint32_t gx_locations_number(struct gx_locations *locations, const struct gx_location *location, unsigned int speaks);

/* What a later source's entry makes of what earlier sources said; both numbers of this table. */
uint32_t gx_locations_combine(struct gx_locations *locations, uint32_t earlier, uint32_t later);

/* Never NULL for a number of this table. */
const struct gx_location *gx_locations_get(const struct gx_locations *locations, uint32_t number);
size_t gx_locations_count(const struct gx_locations *locations);

/* "US/CA AS64500 (office)": for people. Returns the buffer, of GX_LOCATION_TEXT_OCTETS. */
#define GX_LOCATION_TEXT_OCTETS 256
char *gx_locations_show(const struct gx_locations *locations, uint32_t number, char *buffer);

#endif
