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
 * Keys are written as maps write them: country "US", region "US/CA" (ISO 3166-2 without the country repeated, or
 * the region's name where the source has no code), city "US/CA/Los Angeles" or "US//Los Angeles", ASN "AS64500",
 * operator's own name "office".
 */
struct gx_location {
	const char *own;	/* from a nets source: the operator's own name; case matters */
	uint32_t asn;
	const char *city;	/* ASCII letters compare without regard to case */
	const char *region;	/* as city */
	uint16_t country;	/* ISO 3166-1 numeric, or 900 to 999: the user's own */
	char continent[3];	/* of the country, or of a source that knows no more; "" */
};

/* Which of them an entry of a source speaks of; the rest of what earlier sources said stays. */
#define GX_SPEAKS_PLACE	1u	/* country, region, city, continent: all of them, known or not */
#define GX_SPEAKS_ASN	2u
#define GX_SPEAKS_OWN	4u
#define GX_SPEAKS_ALL	7u	/* a nets source with an ISO code: an override of everything */

/*
 * The table. Numbers 0 to 999 are the countries alone, by ISO number, 0 for unknown; as what a source says, they
 * speak of the place. Others follow, from 1000 on, in the order in which they are first asked for.
 */
struct gx_locations;

struct gx_locations *gx_locations_new(void);
/* locations: may be NULL */
void gx_locations_free(struct gx_locations *locations);

/**
 * gx_locations_want - note that a map names this key
 * @key: region, city or ASN key, in any case of letters; what is none of these is not noted
 *
 * Only wanted regions, cities and ASNs are told apart: a city database has more places than any map names, and
 * each would split blocks that get the same answers. Called for all maps before any source is read.
 *
 * A city "US/CA/Los Angeles" keeps its region CA, one that is wanted as "US//Los Angeles" does not, unless the
 * region is wanted too: towns of that name in several regions are then one location.
 */
void gx_locations_want(struct gx_locations *locations, const char *key);

/**
 * gx_locations_number - the number of a location
 * @location: text need not be interned; what is not wanted is left out, and so is what speaks does not name; the
 *	continent of a country is that of ISO 3166's table here, whatever the source says
 * @speaks: GX_SPEAKS_*; a location that speaks of less than everything has a number of its own
 */
uint32_t gx_locations_number(struct gx_locations *locations, const struct gx_location *location, unsigned int speaks);

/**
 * gx_locations_combine - what a later source's entry makes of what earlier sources said
 * @earlier: GX_LOCATION_UNKNOWN, or what this function returned
 * @later: what gx_locations_number() returned, or 0 to 999
 *
 * Each attribute that later speaks of replaces the earlier one, known or not. What is known in the end has one
 * number, however it came about, and is a country's own number where nothing else is known.
 */
uint32_t gx_locations_combine(struct gx_locations *locations, uint32_t earlier, uint32_t later);

/* Never NULL for a number of this table; stays valid until the table is freed. */
const struct gx_location *gx_locations_get(const struct gx_locations *locations, uint32_t number);
/* GX_SPEAKS_* of a number of this table. */
unsigned int gx_locations_speaks(const struct gx_locations *locations, uint32_t number);
/* One more than the largest number. */
size_t gx_locations_count(const struct gx_locations *locations);

/* Octets of the longest own name, its NUL not counted. */
#define GX_OWN_NAME_MAX_OCTETS 63

/* "US/CA AS64500 (office)", "continent EU", "unknown": for people. Returns the buffer, of GX_LOCATION_TEXT_OCTETS. */
#define GX_LOCATION_TEXT_OCTETS 256
char *gx_locations_show(const struct gx_locations *locations, uint32_t number, char *buffer);

#endif
