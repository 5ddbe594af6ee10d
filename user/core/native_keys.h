/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every key of the native configuration, with its default: the one table that the reader goes by. */
#ifndef GEOXDP_CORE_NATIVE_KEYS_H
#define GEOXDP_CORE_NATIVE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* The mappings that have keys of their own. */
enum gx_native_section {
	GX_SECTION_FILE,	/* the file as a whole */
	GX_SECTION_SERVER,
	GX_SECTION_SOURCE,	/* an item of sources */
	GX_SECTION_GROUP,	/* a group of groups */
	GX_SECTION_MAP,		/* a map of maps */
	GX_SECTION_ZONE,	/* an item of zones */
	GX_SECTION_GEO,		/* an item of a zone's geo */
	GX_SECTIONS,
};

/*
 * X(id, section, key, must it be given, default). A default is written as in the file, and read by the same code;
 * NULL: where the key is not given, there is nothing. docs/man/geoxdp.conf.5 lists the same.
 */
#define GX_NATIVE_KEYS(X)                                                                                             \
	X(SERVER, FILE, "server", false, NULL)                                                                        \
	X(SOURCES, FILE, "sources", false, NULL) /* must be given where there are maps */                             \
	X(GROUPS, FILE, "groups", false, NULL)                                                                        \
	X(MAPS, FILE, "maps", false, NULL)                                                                            \
	X(ZONES, FILE, "zones", true, NULL)                                                                           \
	X(INTERFACES, SERVER, "interfaces", false, NULL)                                                              \
	X(MODE, SERVER, "mode", false, "auto")                                                                        \
	X(ADDRESSES, SERVER, "addresses", false, NULL) /* all of the interfaces */                                    \
	X(SOURCE_FILE, SOURCE, "file", true, NULL)                                                                    \
	X(SOURCE_FORMAT, SOURCE, "format", false, "detect")                                                           \
	X(SOURCE_LOCATIONS, SOURCE, "locations", false, NULL) /* looked for beside the file */                        \
	X(GROUP_CONTINENTS, GROUP, "continents", false, NULL)                                                         \
	X(GROUP_COUNTRIES, GROUP, "countries", false, NULL)                                                           \
	X(GROUP_GROUPS, GROUP, "groups", false, NULL)                                                                 \
	X(GROUP_EXCEPT, GROUP, "except", false, NULL)                                                                 \
	X(MAP_DEFAULT, MAP, "default", false, NULL) /* must be given where there is no file */                        \
	X(MAP_CONTINENTS, MAP, "continents", false, NULL)                                                             \
	X(MAP_GROUPS, MAP, "groups", false, NULL)                                                                     \
	X(MAP_COUNTRIES, MAP, "countries", false, NULL)                                                               \
	X(MAP_REGIONS, MAP, "regions", false, NULL)                                                                   \
	X(MAP_CITIES, MAP, "cities", false, NULL)                                                                     \
	X(MAP_ASNS, MAP, "asns", false, NULL)                                                                         \
	X(MAP_LOCATIONS, MAP, "locations", false, NULL)                                                               \
	X(MAP_FILE, MAP, "file", false, NULL)                                                                         \
	X(ZONE_NAME, ZONE, "name", true, NULL)                                                                        \
	X(ZONE_FILE, ZONE, "file", true, NULL)                                                                        \
	X(ZONE_GEO, ZONE, "geo", false, NULL)                                                                         \
	X(GEO_NAME, GEO, "name", true, NULL)                                                                          \
	X(GEO_MAP, GEO, "map", true, NULL)                                                                            \
	X(GEO_TTL, GEO, "ttl", false, "300")                                                                          \
	X(GEO_CNAME, GEO, "cname", false, NULL)                                                                       \
	X(GEO_ADDRESS, GEO, "address", false, NULL)

enum gx_native_id {
#define GX_NATIVE_ID(id, section, key, required, fallback) GX_KEY_##id,
	GX_NATIVE_KEYS(GX_NATIVE_ID)
#undef GX_NATIVE_ID
	GX_KEYS,
};

struct gx_native_key {
	enum gx_native_section section;
	const char *name;
	bool required;
	const char *fallback;	/* the default */
};

/* By enum gx_native_id. */
extern const struct gx_native_key gx_native_keys[GX_KEYS];

#endif
