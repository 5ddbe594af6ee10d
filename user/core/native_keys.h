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
	GX_SECTION_TCP,		/* tcp of server */
	GX_SECTION_SOURCE,	/* an item of sources */
	GX_SECTION_GROUP,	/* a group of groups */
	GX_SECTION_CHECK,	/* a check of checks */
	GX_SECTION_SITE,	/* a site of sites */
	GX_SECTION_MAP,		/* a map of maps */
	GX_SECTION_ZONE,	/* an item of zones */
	GX_SECTION_GEO,		/* an item of a zone's geo */
	GX_SECTION_TTL,		/* ttl of a geo name */
	GX_SECTION_WEIGHTED,	/* an address of a geo name */
	GX_SECTION_LAST_RESORT,	/* last-resort of a geo name */
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
	X(CHECKS, FILE, "checks", false, NULL)									      \
	X(SITES, FILE, "sites", false, NULL)									      \
	X(MAPS, FILE, "maps", false, NULL)                                                                            \
	X(ZONES, FILE, "zones", true, NULL)                                                                           \
	X(INTERFACES, SERVER, "interfaces", false, NULL)                                                              \
	X(MODE, SERVER, "mode", false, "auto")                                                                        \
	X(LOOKUP, SERVER, "lookup", false, "index")                                                                   \
	X(ADDRESSES, SERVER, "addresses", false, NULL) /* all of the interfaces */                                    \
	X(NSID, SERVER, "nsid", false, NULL)									      \
	X(COOKIE_SECRET_FILE, SERVER, "cookie-secret-file", false, NULL)					      \
	X(TCP, SERVER, "tcp", false, "yes")									      \
	X(TCP_IDLE, TCP, "idle", false, "10s")									      \
	X(TCP_CONNECTIONS, TCP, "connections", false, "1000")							      \
	X(TCP_PER_CLIENT, TCP, "per-client", false, "50")							      \
	X(TCP_BYPASS, TCP, "bypass", false, NULL)								      \
	X(SOURCE_FILE, SOURCE, "file", true, NULL)                                                                    \
	X(SOURCE_FORMAT, SOURCE, "format", false, "detect")                                                           \
	X(SOURCE_LOCATIONS, SOURCE, "locations", false, NULL) /* looked for beside the file */                        \
	X(GROUP_CONTINENTS, GROUP, "continents", false, NULL)                                                         \
	X(GROUP_COUNTRIES, GROUP, "countries", false, NULL)                                                           \
	X(GROUP_GROUPS, GROUP, "groups", false, NULL)                                                                 \
	X(GROUP_EXCEPT, GROUP, "except", false, NULL)                                                                 \
	X(CHECK_HTTP, CHECK, "http", false, NULL) /* one of the first four must be given */			      \
	X(CHECK_TCP, CHECK, "tcp", false, NULL)									      \
	X(CHECK_EXEC, CHECK, "exec", false, NULL)								      \
	X(CHECK_FILE, CHECK, "file", false, NULL)								      \
	X(CHECK_STATUS, CHECK, "status", false, "200-299")							      \
	X(CHECK_MATCH, CHECK, "match", false, NULL)								      \
	X(CHECK_INTERVAL, CHECK, "interval", false, "1s")							      \
	X(CHECK_TIMEOUT, CHECK, "timeout", false, NULL) /* 1s, or the interval if that is shorter */		      \
	X(CHECK_UP, CHECK, "up", false, "2")									      \
	X(CHECK_DOWN, CHECK, "down", false, "3")								      \
	X(CHECK_JITTER, CHECK, "jitter", false, "10")								      \
	X(SITE_CHECK, SITE, "check", true, NULL)								      \
	X(SITE_ADDRESS, SITE, "address", false, NULL)								      \
	X(MAP_DEFAULT, MAP, "default", false, NULL) /* must be given where there is no file */                        \
	X(MAP_CONTINENTS, MAP, "continents", false, NULL)                                                             \
	X(MAP_GROUPS, MAP, "groups", false, NULL)                                                                     \
	X(MAP_COUNTRIES, MAP, "countries", false, NULL)                                                               \
	X(MAP_REGIONS, MAP, "regions", false, NULL)                                                                   \
	X(MAP_CITIES, MAP, "cities", false, NULL)                                                                     \
	X(MAP_ASNS, MAP, "asns", false, NULL)                                                                         \
	X(MAP_LOCATIONS, MAP, "locations", false, NULL)                                                               \
	X(MAP_FILE, MAP, "file", false, NULL)                                                                         \
	X(MAP_WEIGHT, MAP, "weight", false, NULL)								      \
	X(MAP_BY, MAP, "by", false, "client")									      \
	X(MAP_ALL_DOWN, MAP, "all-down", false, "all")								      \
	X(ZONE_NAME, ZONE, "name", true, NULL)                                                                        \
	X(ZONE_FILE, ZONE, "file", true, NULL)                                                                        \
	X(ZONE_KEYS, ZONE, "keys", false, NULL)									      \
	X(ZONE_VALIDITY, ZONE, "signature-validity", false, "14d")						      \
	X(ZONE_GEO, ZONE, "geo", false, NULL)                                                                         \
	X(GEO_NAME, GEO, "name", true, NULL)                                                                          \
	X(GEO_MAP, GEO, "map", true, NULL)                                                                            \
	X(GEO_TTL, GEO, "ttl", false, "300")                                                                          \
	X(GEO_CNAME, GEO, "cname", false, NULL)                                                                       \
	X(GEO_ADDRESS, GEO, "address", false, NULL)								      \
	X(GEO_CHECK, GEO, "check", false, NULL)									      \
	X(GEO_BY, GEO, "by", false, NULL) /* the map's */							      \
	X(GEO_LAST_RESORT, GEO, "last-resort", false, NULL)							      \
	X(TTL_MIN, TTL, "min", true, NULL)									      \
	X(TTL_MAX, TTL, "max", true, NULL)									      \
	X(WEIGHTED_ADDRESS, WEIGHTED, "address", true, NULL)							      \
	X(WEIGHTED_WEIGHT, WEIGHTED, "weight", false, "1")							      \
	X(LAST_CNAME, LAST_RESORT, "cname", false, NULL)							      \
	X(LAST_ADDRESS, LAST_RESORT, "address", false, NULL)

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
