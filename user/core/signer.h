/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signer: RRSIGs of RRsets that no zone file has (RFC 4034 3). */
#ifndef GEOXDP_CORE_SIGNER_H
#define GEOXDP_CORE_SIGNER_H

#include "user/core/keys.h"

/*
 * Signatures are made anew GX_SIGNER_TURNS times within their validity. Between two turns the same RRset has the same
 * signature, on every node: the time that counts is that of the last turn.
 */
#define GX_SIGNER_TURNS	4
/* Validators' clocks may be behind by so much. */
#define GX_SIGNER_SLACK_S 3600

struct gx_signer_times {
	uint64_t inception_s;	/* since 1970, as the others; not below 0 */
	uint64_t expiration_s;
	uint64_t renew_s;	/* the next turn */
};

/**
 * gx_signer_times - when signatures of a validity hold
 * @validity_s: at least GX_SIGNER_TURNS
 * @now_s: since 1970
 */
struct gx_signer_times gx_signer_times(uint32_t validity_s, uint64_t now_s);

struct gx_signer;

/* now_s: when signatures are made, since 1970. Returns the signer; free with gx_signer_free(). */
struct gx_signer *gx_signer_new(uint64_t now_s);
void gx_signer_free(struct gx_signer *signer);

/**
 * gx_signer_sign - the RRSIGs of an RRset
 * @zone: with keys
 * @owner: in lower case; of a wildcard's RRset, the wildcard
 * @ttl_s: of the RRset, and so of its RRSIGs
 * @rdata: canonical (RFC 4034 6.2), each record once, in any order
 *
 * Each different RRset is signed once in the life of the signer, with each of the zone's keys.
 *
 * Returns an RRset of RRSIGs, which belongs to the signer; NULL: signing failed.
 */
const knot_rdataset_t *gx_signer_sign(struct gx_signer *signer, const struct gx_zone *zone, const knot_dname_t *owner,
				      uint16_t type, uint32_t ttl_s, const knot_rdataset_t *rdata);

/* RRsets signed so far. */
size_t gx_signer_count(const struct gx_signer *signer);

#endif
