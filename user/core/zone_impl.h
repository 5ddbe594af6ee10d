/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What only the zone modules see: records on their way into a zone, and what a zone owns. */
#ifndef GEOXDP_CORE_ZONE_IMPL_H
#define GEOXDP_CORE_ZONE_IMPL_H

#include "user/core/dict.h"
#include "user/core/zone.h"

/* A record as it was read, before the zone is put in order. */
struct gx_record {
	const knot_dname_t *owner;	/* lower case */
	/*
	 * What orders owners by memcmp() as RFC 4034 6.1 does: the labels below the apex from the last to the
	 * first, each ended by a 0 octet; 0 and 1 within a label are written 1 1 and 1 2. NULL: outside the zone.
	 */
	const uint8_t *key;
	uint16_t key_octets;
	uint16_t type;
	uint32_t ttl_s;
	uint32_t line;
	uint32_t sequence;		/* order of reading */
	const char *file;
	const knot_rdata_t *rdata;	/* canonical; NULL: malformed */
};

struct gx_zone_impl {
	struct gx_arena arena;		/* owners, RRsets, file names */
	struct gx_arena scratch;	/* keys and rdata, until the zone is in order */
	struct gx_record *records;
	size_t n_records;
	size_t capacity;
	bool unreadable;		/* the file could not be opened: said already, nothing is missed */
	uint8_t *wire;			/* in which rdata is checked */
	const char *last_file;
	struct gx_dict index;		/* from owner to node number */
};

/* The implementation part of a zone, made where there is none yet. */
struct gx_zone_impl *gx_zone_impl(struct gx_zone *zone);

/* records: all of one owner and type, in the order of reading. Returns with them in canonical order. */
void gx_zone_make_rrset(struct gx_zone_impl *impl, struct gx_rrset *rrset, struct gx_record *records, size_t count,
			struct gx_diag *diag);

/* Let an RRset have those RRSIGs of its owner that cover it. */
void gx_zone_sign_rrset(struct gx_rrset *rrset, const struct gx_rrset *rrsigs);

/* Do two records have the same owner? Negative: a's comes first in canonical order. */
int gx_zone_compare_owners(const struct gx_record *a, const struct gx_record *b);

/* Take NSEC3 records and their RRSIGs out of the records, which are in order, and make zone->nsec3s of them. */
void gx_zone_take_nsec3s(struct gx_zone *zone, struct gx_diag *diag);

#endif
