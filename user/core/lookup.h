/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lookup: what all loaded zones and geo names together say of a name (RFC 1034 4.3.2). */
#ifndef GEOXDP_CORE_LOOKUP_H
#define GEOXDP_CORE_LOOKUP_H

#include "user/core/config.h"
#include "user/core/dict.h"

/* Indices over a configuration, which must outlive them. */
struct gx_lookup {
	const struct gx_config *config;
	struct gx_dict zones;		/* apex -> zone */
	struct gx_dict geos;		/* owner -> geo name */
	struct gx_dict above_geos;	/* names that exist because a geo name is below them */
};

void gx_lookup_init(struct gx_lookup *lookup, const struct gx_config *config);
void gx_lookup_free(struct gx_lookup *lookup);

enum gx_owner_kind {
	GX_OWNER_OUT,	/* in no loaded zone, or at or below a delegation, or below a DNAME: others know */
	GX_OWNER_NONE,	/* in a loaded zone, and does not exist: NXDOMAIN */
	GX_OWNER_DATA,	/* exists: RRsets at node; no node or no RRsets: an empty non-terminal */
	GX_OWNER_GEO,	/* a geo name, which hides what the zone file has there; addresses hide only addresses */
};

struct gx_owner {
	enum gx_owner_kind kind;
	bool is_wildcard;		/* synthesised (RFC 4592): node or geo is the wildcard's */
	const struct gx_zone *zone;	/* that speaks; NULL: GX_OWNER_OUT */
	const struct gx_node *node;	/* GX_OWNER_GEO: only beside GX_GEO_ADDRESS */
	const struct gx_geo *geo;	/* GX_OWNER_GEO */
};

/**
 * gx_lookup_find - what is known of a name
 * @name: any case
 * @parent_side: the question is for DS, which the zone above a cut answers (RFC 4035 3.1.4.1)
 */
struct gx_owner gx_lookup_find(const struct gx_lookup *lookup, const knot_dname_t *name, bool parent_side);

/**
 * gx_lookup_dname - the DNAME that a name is below
 * @made: receives the name that it makes of it (RFC 6672 2.2)
 *
 * Returns its node; NULL: there is none, or what it makes is too long for a name.
 */
const struct gx_node *gx_lookup_dname(const struct gx_lookup *lookup, const knot_dname_t *name,
				      knot_dname_storage_t made);

/**
 * gx_owner_cname - the CNAME of an owner that has one in its zone file
 *
 * Returns the RRset, or NULL: no CNAME there, or a geo name.
 */
const struct gx_rrset *gx_owner_cname(const struct gx_owner *owner);

/* Types that are asked of the owner of a CNAME, whether or not it has them, instead of following it (RFC 4035 2.5). */
bool gx_type_beside_cname(uint16_t type);

/* Does the data of such a record hold a name, or bring other records with it? */
bool gx_type_has_names(uint16_t type);

#endif
