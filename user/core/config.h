/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration as read and checked: zones, sources, maps and geo names. */
#ifndef GEOXDP_CORE_CONFIG_H
#define GEOXDP_CORE_CONFIG_H

#include "user/core/diag.h"
#include "user/core/partition.h"
#include "user/core/source.h"
#include "user/core/zone.h"

/* A map's word on one location. */
struct gx_map_entry {
	uint32_t location;	/* GX_LOCATION_UNKNOWN: the default */
	uint32_t site;		/* index into the map's sites */
	struct gx_where where;
};

/* A geo map: location -> site. A director map file is one; its targets are the sites. */
struct gx_map {
	const char *name;
	struct gx_where where;
	struct gx_map_entry *entries;	/* ascending location; the default first; each location once */
	size_t n_entries;
	knot_dname_t **sites;		/* CNAME target of each site, lower case */
	size_t n_sites;
};

enum gx_geo_kind {
	GX_GEO_CNAME,		/* a CNAME to the target of the map's site */
	GX_GEO_LOCATION,	/* `localhost.<geo-zone>`: A 127.0.x.y of the client's country */
};

/* A name whose answer depends on the client. */
struct gx_geo {
	knot_dname_t *owner;	/* lower case */
	size_t zone;		/* index of the zone that holds it */
	enum gx_geo_kind kind;
	size_t map;		/* GX_GEO_CNAME: index of the map */
	uint32_t ttl_s;
	struct gx_where where;
};

/* Zero-initialise before use. Strings and small arrays live in the arena. */
struct gx_config {
	struct gx_arena arena;
	const char *file;
	struct gx_source *sources;
	size_t n_sources;
	struct gx_zone *zones;		/* shorter apexes first, of equal length by their octets; each once */
	size_t n_zones;
	struct gx_map *maps;
	size_t n_maps;
	struct gx_geo *geos;		/* canonical order of owners (RFC 4034 6.1); each once */
	size_t n_geos;
	struct gx_partition partition[GX_FAMILIES];
};

/*
 * What gx_config_read shows while it works; NULL: nothing. step is a phrase such as "reading zone", object the
 * file or name it works on.
 */
struct gx_progress {
	void (*step)(struct gx_progress *progress, const char *step, const char *object);
};

/**
 * gx_config_read_pdns - read a PowerDNS set-up with the geo backend, and all files it names
 * @config: zero-initialised; free with gx_config_free() also on error
 * @file: path of pdns.conf
 * @diag: all findings, in order; a file that is broken does not keep the others from being looked at
 * @progress: may be NULL
 *
 * Reads pdns.conf and its include-dir, named.conf, the zones, the country file and the director maps; checks
 * that every target exists and no chain of CNAMEs loops; builds the partitions.
 *
 * The geo names live in the loaded zone that has geo-zone as its apex, or, without geo-soa-values, in the one
 * that encloses it: there the zone file's SOA and NS speak. Else a zone is made from geo-soa-values and
 * geo-ns-records. `localhost.<geo-zone>` is added, unless a director map or the zone file has that name.
 *
 * Returns 0 or -EINVAL: errors were found.
 */
int gx_config_read_pdns(struct gx_config *config, const char *file, struct gx_diag *diag,
			struct gx_progress *progress);

void gx_config_free(struct gx_config *config);

/**
 * gx_config_find_zone - the zone that holds a name
 * @name: any case
 *
 * Returns the zone with the longest apex at or above the name, or NULL; its index is zone - config->zones.
 */
const struct gx_zone *gx_config_find_zone(const struct gx_config *config, const knot_dname_t *name);

/**
 * gx_config_find_geo - the geo name of this very name
 * @name: lower case
 *
 * Returns it, or NULL.
 */
const struct gx_geo *gx_config_find_geo(const struct gx_config *config, const knot_dname_t *name);

/**
 * gx_map_find - the entry that decides for a location: its own, or the default
 *
 * Returns NULL where the map has neither, which gx_config_read_pdns() refuses.
 */
const struct gx_map_entry *gx_map_find(const struct gx_map *map, uint32_t location);

#endif
