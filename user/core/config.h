/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration as read and checked: zones, sources, maps and geo names. */
#ifndef GEOXDP_CORE_CONFIG_H
#define GEOXDP_CORE_CONFIG_H

#include "geoxdp/abi.h"
#include "geoxdp/limits.h"
#include "user/core/diag.h"
#include "user/core/location.h"
#include "user/core/partition.h"
#include "user/core/source.h"
#include "user/core/zone.h"

/* What a rule of a map goes by, the most specific first: that order decides. */
enum gx_rule_kind {
	GX_RULE_OWN,		/* an operator's own location, from a nets source */
	GX_RULE_ASN,
	GX_RULE_CITY,
	GX_RULE_REGION,
	GX_RULE_COUNTRY,
	GX_RULE_GROUP,		/* a named group of countries; of several that hold the country the first in the file */
	GX_RULE_CONTINENT,
	GX_RULE_DEFAULT,
};

/* A map's word on some locations. */
struct gx_rule {
	enum gx_rule_kind kind;
	uint16_t country;	/* GX_RULE_COUNTRY: ISO 3166-1 numeric */
	uint32_t group;		/* GX_RULE_GROUP: index into the configuration's groups */
	const char *key;	/* as in struct gx_location; continent code; group name; "" for the default */
	uint32_t *sites;	/* in order of preference; indices into the map's sites */
	size_t n_sites;		/* >= 1 */
	struct gx_where where;
};

/* A named group of countries: continents and countries and other groups, less exceptions; resolved when read. */
struct gx_group {
	const char *name;
	uint8_t members[GX_LOCATION_ISO_MAX / 8 + 1];	/* bit code & 7 of octet code / 8, by ISO numeric code */
	struct gx_where where;
};

/* How a weighted choice is drawn. */
enum gx_by {
	GX_BY_CLIENT,		/* by the client's prefix, always the same */
	GX_BY_QUERY,		/* at random */
};

/* What is answered while every site and target of an answer is down. */
enum gx_all_down {
	GX_ALL_DOWN_ALL,	/* as if all were up */
	GX_ALL_DOWN_NONE,	/* NODATA */
	GX_ALL_DOWN_LAST,	/* what was answered last */
};

/*
 * How something is looked at: an item of `checks`. In text, arguments and match, {address} and {site} stand for those
 * of the site or target that is looked at.
 */
struct gx_check_plan {
	const char *name;
	uint8_t kind;		/* GX_CHECK_* */
	uint8_t up, down;	/* thresholds, 1 to 255 */
	uint8_t jitter_percent;	/* 0 to 50 */
	uint32_t interval_ms;	/* 100 to 86400000 */
	uint32_t timeout_ms;	/* at most interval_ms */
	uint16_t port;		/* TCP */
	uint16_t status_min, status_max;	/* HTTP: 100 to 599 */
	const char *text;	/* HTTP: url; FILE: path */
	const char **arguments;	/* EXEC */
	size_t n_arguments;
	const char *match;	/* HTTP: POSIX extended regular expression; NULL: any body */
	struct gx_where where;
};

/* What `sites` says of a site beside what maps do. Sites of one name are one site, in whichever maps. */
struct gx_site_plan {
	const char *name;
	size_t *checks;		/* indices into plans; all must be up for the site to be up */
	size_t n_checks;
	bool has_address;
	struct gx_addr address;	/* {address} of its checks */
	struct gx_where where;
};

/* A geo map: location -> sites in order of preference. A director map file is one, whose targets name the sites. */
struct gx_map {
	const char *name;
	struct gx_where where;
	struct gx_rule *rules;	/* by kind, then country or key, groups as in the file; each once; the default last */
	size_t n_rules;
	const char **sites;
	size_t n_sites;

	/*
	 * Of each site, or NULL: sites are taken in order. Of a rule's list, those with a weight above 0 are drawn
	 * from; the others follow when none of these is up.
	 */
	uint32_t *weights;	/* 0 to 1000000 */
	enum gx_by by;
	enum gx_all_down all_down;
};

enum gx_geo_kind {
	GX_GEO_CNAME,		/* a CNAME to the site's target */
	GX_GEO_ADDRESS,		/* the site's addresses */
	GX_GEO_LOCATION,	/* `localhost.<geo-zone>`: A 127.0.x.y of the client's country */
};

/* What a geo name has for a site. */
struct gx_geo_site {
	knot_dname_t *target;		/* GX_GEO_CNAME: lower case */
	struct gx_addr *addresses;	/* GX_GEO_ADDRESS: both families, in the order written; rotated in answers */
	size_t n_addresses;
	uint32_t *weights;		/* of each address, 1 to 1000000: one is drawn; NULL: all are answered */
	struct gx_where where;		/* line 0: where the map's rules are, as a director map has its targets there */
};

/* A name whose answer depends on the client. */
struct gx_geo {
	knot_dname_t *owner;		/* lower case; may begin with the wildcard label */
	size_t zone;			/* index of the zone that holds it */
	enum gx_geo_kind kind;
	size_t map;			/* index of the map; not for GX_GEO_LOCATION */
	struct gx_geo_site *sites;	/* n_sites of the map; readers refuse a geo name that lacks one of them */
	uint32_t ttl_s;
	uint32_t ttl_min_s;		/* while a flip is pending or a site is drained; 0: ttl_s then too */
	enum gx_by by;			/* how weighted addresses are drawn */
	size_t *checks;			/* indices into plans: each address or target is looked at by all of them */
	size_t n_checks;
	struct gx_geo_site *last_resort;	/* answered when all sites are down; NULL: the map's all_down speaks */
	bool is_signed;			/* the zone's keys sign what it answers, and its NSEC or NSEC3 says the same */
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
	struct gx_locations *locations;	/* that partition speaks of; by gx_locations_new() */
	struct gx_group *groups;
	size_t n_groups;
	struct gx_partition partition[GX_FAMILIES];
	struct gx_check_plan *plans;
	size_t n_plans;
	struct gx_site_plan *site_plans;
	size_t n_site_plans;

	/* When the signatures of geo names are made, seconds since 1970: whoever builds an image says so. */
	uint64_t now_s;

	/* The server section of the native configuration; a PowerDNS set-up leaves it empty. */
	const char **interfaces;
	size_t n_interfaces;
	const char *mode;		/* "native", "generic", "auto" or NULL */
	struct gx_addr *addresses;	/* service addresses; none: every address of the interfaces */
	size_t n_addresses;
	bool lookup_lpm;		/* the program looks clients up in the tries, not in the index */
	uint8_t nsid[GX_NSID_MAX_OCTETS];	/* name server identifier (RFC 5001) */
	size_t nsid_octets;		/* 0: none */
	struct gx_cookie_secrets cookies;	/* of no file: cookies are not answered */
	bool no_tcp;			/* `geoxdp run` leaves TCP to the backend */
	uint32_t tcp_idle_s;		/* 1 to 3600 */
	uint32_t tcp_connections;	/* 1 to 100000 */
	uint32_t tcp_per_client;	/* 1 to 100000 */
	struct gx_prefix *bypass;	/* clients whose TCP connections go to the backend: zone transfers by address */
	size_t n_bypass;

	/*
	 * Every file that was read or looked for, each once, in order of octets: what `geoxdp run` watches. Folders
	 * whose entries were read end in a slash.
	 */
	const char **files;
	size_t n_files;
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
 * gx_map_find - the rule that decides for a location, the most specific that holds for it
 * @groups: of the configuration
 * @location: where the client is
 *
 * Keys match without regard to the case of letters, but for the operator's own names. Never NULL on a checked map:
 * it has a default.
 */
const struct gx_rule *gx_map_find(const struct gx_map *map, const struct gx_group *groups,
				  const struct gx_location *location);

/* Does the group hold the country of this ISO 3166-1 numeric code? */
bool gx_group_has(const struct gx_group *group, uint16_t country);

/* Put a map's rules into the order that gx_map_find() needs. Groups stay as they are among each other. */
void gx_map_sort(struct gx_map *map);

#define GX_SITE_NONE UINT32_MAX
#define GX_SITE_LAST_RESORT (UINT32_MAX - 1)	/* a geo name's last_resort, which is no site of the map's */

/* Sites that a client can be sent to, one after the other: beyond it the list in the rule counts alone. */
#define GX_ORDER_MAX 8

/**
 * gx_map_order - the sites for a rule's clients, in the order in which they are taken as others go down
 * @geo: a geo name with addresses: only sites that have some of the family count; NULL: all sites do
 * @order: receives indices into the map's sites, each once; room for map->n_sites
 *
 * The rule's own list; then the sites of the map's default rule that are not in it; then the map's other sites as they
 * come. So many that the rule's list is whole, or GX_ORDER_MAX where that is more.
 *
 * Returns how many; *listed, which may be NULL: how many of these are the rule's own.
 */
size_t gx_map_order(const struct gx_map *map, const struct gx_rule *rule, const struct gx_geo *geo,
		    enum gx_family family, uint32_t *order, size_t *listed);

/**
 * gx_geo_find_site - the site whose addresses answer a question at a geo name with addresses
 * @map: the geo name's
 * @rule: that holds for the client
 * @family: asked for
 *
 * The first of gx_map_order() that has an address of the family: whether a type exists must depend neither on the
 * client (RFC 2308 5) nor on what is up.
 *
 * Returns an index into the map's sites, or GX_SITE_NONE: no site has the family.
 */
uint32_t gx_geo_find_site(const struct gx_geo *geo, const struct gx_map *map, const struct gx_rule *rule,
			  enum gx_family family);

#endif
