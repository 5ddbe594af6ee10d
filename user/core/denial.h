/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Denial of existence: which NSEC or NSEC3 of a signed zone says that a name or a type is not there (RFC 4035, RFC
 * 5155).
 */
#ifndef GEOXDP_CORE_DENIAL_H
#define GEOXDP_CORE_DENIAL_H

#include "user/core/zone.h"

/* A NSEC or NSEC3 RRset. rrset NULL: there is none. */
struct gx_denial {
	const knot_dname_t *owner;
	const struct gx_rrset *rrset;
};

/* Does a zone deny by NSEC3? It says so at its apex (RFC 5155 4); else by NSEC. */
bool gx_zone_uses_nsec3(const struct gx_zone *zone);

/**
 * gx_zone_hash - the NSEC3 hash of a name, by the NSEC3PARAM of the zone
 * @name: lower case
 *
 * Returns 0; -ENOENT: no NSEC3PARAM that can be used.
 */
int gx_zone_hash(const struct gx_zone *zone, const knot_dname_t *name, uint8_t hash[GX_NSEC3_HASH_OCTETS]);

/**
 * gx_zone_salt - the salt of NSEC3 hashes
 *
 * Returns its octets; -ENOENT: no NSEC3PARAM that can be used, or one with iterations.
 */
int gx_zone_salt(const struct gx_zone *zone, const uint8_t **salt);

/* The NSEC or NSEC3 of a name itself. name: lower case, in the zone. */
struct gx_denial gx_denial_match(const struct gx_zone *zone, const knot_dname_t *name);

/*
 * The NSEC or NSEC3 that covers a name, as one does that says that it is not there; of NSEC, also of empty
 * non-terminals.
 */
struct gx_denial gx_denial_cover(const struct gx_zone *zone, const knot_dname_t *name);

/*
 * The NSEC3 that covers all hashes between that of a number and the next one of the zone; behind the last comes the
 * first.
 */
struct gx_denial gx_denial_behind(const struct gx_zone *zone, size_t nsec3);

/* A NSEC that covers a name: does it say that there are names below this one (an empty non-terminal)? */
bool gx_denial_is_empty(const struct gx_denial *nsec, const knot_dname_t *name);

/*
 * Does the chain of NSECs show that a name exists: by its own, or as an empty non-terminal? Validators take what it
 * shows for the closest encloser (RFC 4035 5.4); it does not show names that were added after the zone was signed.
 */
bool gx_denial_shows(const struct gx_zone *zone, const knot_dname_t *name);

/* A NSEC3 that covers a name: may there be insecure delegations at what it covers (RFC 5155 6)? */
bool gx_denial_is_optout(const struct gx_denial *nsec3);

#endif
