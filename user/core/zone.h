/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones: what a master file says (RFC 1035 5), ordered for the questions of RFC 1034 4.3.2. */
#ifndef GEOXDP_CORE_ZONE_H
#define GEOXDP_CORE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libknot/dname.h>
#include <libknot/rdataset.h>

#include "user/core/diag.h"

/* SHA-1, the only algorithm that there is (RFC 5155 11). */
#define GX_NSEC3_HASH_OCTETS 20

struct gx_keys;

struct gx_rrset {
	uint16_t type;
	uint32_t ttl_s;
	uint32_t line;		/* of its first record */
	const char *file;	/* differs from the zone's where $INCLUDE brought it */
	knot_rdataset_t rdata;
	knot_rdataset_t rrsigs;	/* that cover it (RFC 4034 3), with its TTL; of a RRSIG RRset: none */
};

/* A NSEC3 RRset. Its owner is no name that exists (RFC 5155 7.2.8), and so no node. */
struct gx_nsec3 {
	uint8_t hash[GX_NSEC3_HASH_OCTETS];	/* that its owner is named by */
	const knot_dname_t *owner;
	struct gx_rrset rrset;
};

struct gx_node {
	knot_dname_t *owner;	/* lower case */
	struct gx_rrset *rrsets;	/* by ascending type; none: empty non-terminal */
	uint16_t n_rrsets;
	bool delegation;	/* NS here, and not the apex */
	bool below_cut;		/* occluded: below a delegation or a DNAME */
};

struct gx_zone {
	knot_dname_t *apex;	/* lower case */
	const char *file;	/* NULL: made from a configuration, as the geo backend's own zone */
	struct gx_where where;	/* the configuration line that names it */
	struct gx_node *nodes;	/* apex first, canonical order (RFC 4034 6.1), empty non-terminals included */
	size_t n_nodes;
	struct gx_nsec3 *nsec3s;	/* by ascending hash */
	size_t n_nsec3s;
	bool is_signed;		/* DNSKEY at the apex, any RRSIG or NSEC3 */
	bool has_nsecs;
	struct gx_keys *keys;	/* that sign its geo names (keys.h); NULL: none */
	void *impl;		/* index and storage */
};

/**
 * gx_zone_read - read a master file and what it includes
 * @zone: apex, file and where are set; the rest is filled
 * @diag: syntax errors as libzscanner reports them, with the file (of the $INCLUDE) and line; a file that cannot
 *	be read (at the line that names it); what gx_zone_finish() finds
 *
 * A byte-order mark, CRLF and a missing last newline are taken as they come. $INCLUDE is relative to the file
 * that has it. TTL without $TTL: 3600.
 *
 * Returns 0, or -EINVAL if an error was found; the zone is then as far as it could be read.
 */
int gx_zone_read(struct gx_zone *zone, struct gx_diag *diag);

/**
 * gx_zone_add - add a record to a zone that is being made without a file
 * @zone: apex is set
 * @owner: within the zone, any case
 * @rdata: wire form, uncompressed; names in it are put in lower case (RFC 4034 6.2)
 * @where: the line that says so; copied
 *
 * What is wrong with it is found by gx_zone_finish(), which puts the zone in order after the last record;
 * gx_zone_read() calls both itself.
 */
void gx_zone_add(struct gx_zone *zone, const knot_dname_t *owner, uint16_t type, uint32_t ttl_s,
		 const uint8_t *rdata, uint16_t len, const struct gx_where *where);

/**
 * gx_zone_finish - put a zone in order and check it
 * @diag: malformed rdata, data outside the zone, CNAME beside other data, more than one CNAME, DNAME or SOA of
 *	an owner, SOA elsewhere than at the apex, differing TTLs in one RRset (a warning; the lowest is used:
 *	RFC 2181 5.2); with zone->file also: no SOA, no NS at the apex. A zone without a file may have neither:
 *	whoever makes it knows what its configuration lacks
 *
 * Returns 0, or -EINVAL if an error was found; the zone can be asked in either case.
 */
int gx_zone_finish(struct gx_zone *zone, struct gx_diag *diag);

/* The node of this very name, in any case of letters; NULL: none, not even an empty non-terminal. Nodes below
 * a cut are found as well. */
const struct gx_node *gx_zone_find(const struct gx_zone *zone, const knot_dname_t *name);
/* The RRset of this type at a node, or NULL. node may be NULL. */
const struct gx_rrset *gx_node_find(const struct gx_node *node, uint16_t type);

/* How a zone speaks of a name (RFC 1034 4.3.2, RFC 4592). */
enum gx_match_kind {
	GX_MATCH_NODE,		/* node: the name itself; without RRsets: empty non-terminal */
	GX_MATCH_WILDCARD,	/* node: the wildcard that synthesises it */
	GX_MATCH_DELEGATION,	/* node: the delegation at or above it */
	GX_MATCH_DNAME,		/* node: the DNAME above it */
	GX_MATCH_NONE,		/* NXDOMAIN; node: the closest encloser */
};

struct gx_match {
	enum gx_match_kind kind;
	const struct gx_node *node;
};

/**
 * gx_zone_match - what a zone says of a name
 * @zone: in order
 * @name: at or below its apex, any case
 *
 * A delegation or DNAME hides all below it, data of the zone file included. At a DNAME itself, and at the
 * apex, the answer is GX_MATCH_NODE. A wildcard node may be a delegation: ask node->delegation.
 */
struct gx_match gx_zone_match(const struct gx_zone *zone, const knot_dname_t *name);

void gx_zone_free(struct gx_zone *zone);

#endif
