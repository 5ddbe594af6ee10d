/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the renderer share; nobody else includes this. */
#ifndef GEOXDP_CORE_RENDER_IMPL_H
#define GEOXDP_CORE_RENDER_IMPL_H

#include <errno.h>

#include <libknot/packet/pkt.h>

#include "user/core/denial.h"
#include "user/core/render.h"
#include "user/core/signer.h"

struct gx_renderer {
	struct gx_lookup lookup;
	knot_pkt_t *packet;
	struct gx_signer *signer;	/* of geo names */
	uint8_t *rdata;		/* RRset of a geo name, as long as it is put */
	uint32_t *indices;	/* of the addresses in it */
};

/* NSEC and NSEC3 RRsets of one answer: three for each name that is not there (RFC 5155 7.2.2). */
#define GX_PROOFS_MAX (3 * (GX_CHAIN_MAX + 1))

/* An answer being made. */
struct gx_chain {
	struct gx_renderer *renderer;
	const knot_dname_t *qname;
	uint16_t qtype;
	const struct gx_location *location;
	const struct gx_forcing *forcing;
	bool is_flat;		/* without compression, but for the question's own name */
	struct gx_rendered *out;
	const knot_dname_t *names[GX_CHAIN_MAX + 1];	/* owners so far, the last one in question */
	size_t n_names;
	knot_dname_storage_t made[GX_CHAIN_MAX + 1];	/* of these, what DNAMEs made */
	size_t n_qname;		/* records of the question's name, whose owners are pointers to it */
	size_t core_octets;	/* of the message so far, without what may be left away; 0: nothing may */
	bool dnssec;		/* as in struct gx_forcing */
	bool partial;
	struct gx_proof proofs[GX_PROOFS_MAX];	/* each once */
	size_t n_proofs;
	uint16_t put_as;	/* the last RRset that was put, among those in the packet */
	/* The RRset whose names' addresses go into the additional section, and gx_chain_put_additional()'s others. */
	struct {
		const struct gx_zone *zone;
		const struct gx_rrset *rrset;	/* NULL: none */
		const knot_dname_t *cut;
		uint16_t put_as;
	} leads;
};

static inline const knot_dname_t *gx_chain_last(const struct gx_chain *chain)
{
	return chain->names[chain->n_names - 1];
}

/* Do RRsets of this zone come with their RRSIGs? zone NULL: they are of none, or not its own, as NS of a delegation. */
static inline bool gx_chain_signs(const struct gx_chain *chain, const struct gx_zone *zone)
{
	return chain->dnssec && zone && zone->is_signed;
}

/* There is no complete signed answer. */
static inline int gx_chain_lack(struct gx_chain *chain, const struct gx_zone *zone, enum gx_lack lack)
{
	chain->out->lacking = zone;
	chain->out->lack = lack;
	return -ENOKEY;
}

static inline uint32_t gx_chain_ttl(const struct gx_chain *chain, const struct gx_geo *geo)
{
	return chain->forcing->clamped && geo->ttl_min_s && geo->ttl_min_s < geo->ttl_s ? geo->ttl_min_s : geo->ttl_s;
}

/* --- render_put.c: RRsets at the end of the packet. All return 0 or -errno. ---------------------- */

/*
 * Put an RRset, and behind it its RRSIGs where its zone signs it; -ENOKEY: it has none. Addresses come in the order
 * that is asked for.
 */
int gx_chain_put(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *owner,
	       const struct gx_rrset *rrset);

/* Put an RRset of one record with the last name as its owner. */
int gx_chain_put_rdata(struct gx_chain *chain, const struct gx_zone *zone, uint16_t type, uint32_t ttl_s,
		     const uint8_t *octets, uint16_t len);

/* Put a site's addresses of a family, in the order written. */
int gx_chain_put_addresses(struct gx_chain *chain, const struct gx_zone *zone, const struct gx_geo *geo,
			 const struct gx_geo_site *site, enum gx_family family, uint32_t subset);

/*
 * The RRset that has just been put leads to names whose addresses are to be in the additional section. cut: the
 * owner of the delegation that it makes, or NULL.
 */
void gx_chain_lead(struct gx_chain *chain, const struct gx_zone *zone, const struct gx_rrset *rrset,
		 const knot_dname_t *cut);

/*
 * The additional section, the last to be put. Owners are compressed to the names of the RRset.
 *
 * Of a delegation, addresses below it come first: without them its servers cannot be reached, so they are not left away
 * (RFC 9471 3).
 */
int gx_chain_put_additional(struct gx_chain *chain);

int gx_chain_put_soa(struct gx_chain *chain, const struct gx_zone *zone);

/*
 * --- render_prove.c: that something is not there (RFC 4035 3.1.3, RFC 5155 7.2). Nothing where the zone does not sign. All
 * return 0, or -ENOKEY: the zone has no such proof.
 */

/* A name that exists, or an empty non-terminal, does not have the type. At a delegation: it has no DS. */
int gx_chain_prove_nodata(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *name);

/* A name is answered by the wildcard, as no closer one exists. */
int gx_chain_prove_wildcard(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *name,
			  const knot_dname_t *wildcard);

/* The same, and the wildcard does not have the type. */
int gx_chain_prove_wildcard_nodata(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *name,
				 const knot_dname_t *wildcard);

/* The part of that which does not depend on the name. */
int gx_chain_prove_wildcard_part(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *wildcard);

/* A name does not exist, nor a wildcard that would answer it. */
int gx_chain_prove_nxdomain(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *name,
			  const knot_dname_t *encloser);

/* Put all of it into the authority section. */
int gx_chain_put_proofs(struct gx_chain *chain);

#endif
