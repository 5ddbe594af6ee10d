/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the renderer share; nobody else includes this. */
#ifndef GEOXDP_CORE_RENDER_IMPL_H
#define GEOXDP_CORE_RENDER_IMPL_H

#include <libknot/packet/pkt.h>

#include "user/core/render.h"

struct gx_renderer {
	struct gx_lookup lookup;
	knot_pkt_t *packet;
	uint8_t *rdata;		/* RRset of a geo name, as long as it is put */
	uint32_t *indices;	/* of the addresses in it */
};

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
};

static inline const knot_dname_t *gx_chain_last(const struct gx_chain *chain)
{
	return chain->names[chain->n_names - 1];
}

static inline uint32_t gx_chain_ttl(const struct gx_chain *chain, const struct gx_geo *geo)
{
	return chain->forcing->clamped && geo->ttl_min_s && geo->ttl_min_s < geo->ttl_s ? geo->ttl_min_s : geo->ttl_s;
}

/* --- render_put.c: RRsets at the end of the packet. All return 0 or -errno. ---------------------- */

/* Put an RRset. rdata: gx_chain_put_rdata() and RRsets of zones. Addresses come in the order that is asked for. */
int gx_chain_put(struct gx_chain *chain, const knot_dname_t *owner, uint16_t type, uint32_t ttl_s,
	       const knot_rdataset_t *rdata);

/* Put an RRset of one record with the last name as its owner. */
int gx_chain_put_rdata(struct gx_chain *chain, uint16_t type, uint32_t ttl_s, const uint8_t *octets,
		     uint16_t len);

/* Put a site's addresses of a family, in the order written. */
int gx_chain_put_addresses(struct gx_chain *chain, const struct gx_geo *geo, const struct gx_geo_site *site,
			 enum gx_family family, uint32_t subset);

/*
 * Behind the RRset, which has just been put: its names are what owners are compressed to.
 *
 * Of a delegation, addresses below it come first: without them its servers cannot be reached, so they are not left away
 * (RFC 9471 3). cut: its owner, or NULL.
 */
int gx_chain_put_additional(struct gx_chain *chain, const struct gx_zone *zone, const struct gx_rrset *rrset,
			  const knot_dname_t *cut);

int gx_chain_put_soa(struct gx_chain *chain, const struct gx_zone *zone);

#endif
