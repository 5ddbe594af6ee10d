/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map drawn as the world: which country gets which site. */
#ifndef GEOXDP_CORE_WORLD_H
#define GEOXDP_CORE_WORLD_H

#include <stdio.h>

#include "user/core/config.h"

#define GX_WORLD_WIDTH	2000
#define GX_WORLD_HEIGHT	1040

/* A country: closed rings as an SVG path, "Mx yl" and relative steps, "z". Holes are rings too (evenodd). */
struct gx_outline {
	uint16_t country;	/* ISO 3166-1 numeric; 983 for Kosovo, as in gx_countries() */
	const char *path;
};

/* A country too small to be outlined. */
struct gx_outline_point {
	uint16_t country;
	uint16_t x, y;
};

extern const struct gx_outline gx_world[];
extern const size_t gx_n_world;
extern const struct gx_outline_point gx_world_points[];
extern const size_t gx_n_world_points;
/* The edge of the map, and meridians and parallels each 30 degrees. */
extern const char gx_world_sphere[];
extern const char gx_world_graticule[];

/* What a map makes of the countries and of the addresses. */
struct gx_site_share {
	size_t countries;	/* that go to the site first; withdrawn codes are not counted */
	double ipv4;		/* of all IPv4 addresses, 0 to 1, those that are located */
};

/**
 * gx_map_shares - what each site of a map gets
 * @shares: n_sites of the map; overwritten
 *
 * Everything that the sources tell apart counts: regions, networks and operator's own names too.
 *
 * Returns the share of IPv4 addresses that no source locates: the default's.
 */
double gx_map_shares(const struct gx_config *config, const struct gx_map *map, struct gx_site_share *shares);

/**
 * gx_world_render - draw a map as SVG
 * @file: receives it; whether it could be written is for the caller to ask
 * @map: of @config
 *
 * Each site has a colour and a hatching of its own: Okabe and Ito's colours, which the colour-blind tell apart, and
 * hatchings for print without colour. What goes to a site by the map's default is paler.
 */
void gx_world_render(FILE *file, const struct gx_config *config, const struct gx_map *map);

#endif
