/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The renderer: the octets that answer a question from a location (RFC 1034 4.3.2, with geo names). */
#ifndef GEOXDP_CORE_RENDER_H
#define GEOXDP_CORE_RENDER_H

#include "geoxdp/limits.h"
#include "user/core/denial.h"
#include "user/core/lookup.h"

/* CNAMEs of one answer. Resolvers give up earlier (BIND at 16 restarts, Unbound at 11). */
#define GX_CHAIN_MAX 16

/* A geo name on the way, what its map says of the client, and the site that answers. */
struct gx_pick {
	const struct gx_geo *geo;
	const struct gx_rule *rule;
	uint32_t site;			/* index into the map's sites, or as it was forced */
	enum gx_family family;		/* GX_GEO_ADDRESS: asked for */
};

/* Why there is no complete signed answer. */
enum gx_lack {
	GX_LACK_RRSIG,		/* an RRset has none */
	GX_LACK_PROOF,		/* no NSEC or NSEC3 says that something is not there */
	GX_LACK_GEO,		/* nobody signs what a geo name answers */
	GX_LACK_HASH,		/* NSEC3 hashes that are not computed for names that are not known */
};

/* What says that something is not there. */
struct gx_proof {
	const struct gx_zone *zone;
	struct gx_denial denial;
};

struct gx_rendered {
	/*
	 * What follows the question: answer, authority and additional section, without OPT. Compression
	 * pointers into the question count from the start of the message, so the octets belong to this
	 * question. They stay until the renderer is used again.
	 */
	const uint8_t *octets;
	size_t question_octets;	/* in front of them: header and question */
	size_t len_octets;
	size_t core_octets;	/* without those of the additional section that may be left away */
	uint16_t ancount;
	uint16_t nscount;
	uint16_t arcount;
	uint16_t core_arcount;
	uint8_t flags1;		/* GX_DNS1_AA */
	uint8_t rcode;		/* of the last name */
	uint8_t base_octets;	/* of qname, where longer names may get it as well, their pointers moved; else 0 */
	bool keeps_qname;	/* of these pointers, those to the question's name stay: a wildcard's */
	bool is_referral;
	bool expires;		/* has signatures of the renderer's own */
	size_t n_proofs;	/* NSEC and NSEC3 RRsets that say that something is not there; of these the first ones */
	struct gx_proof proofs[GX_SHIFT_TAILS];
	uint32_t tails[GX_SHIFT_TAILS];	/* as in struct gx_shift: of a partial answer they are set by the image */
	const struct gx_zone *negative;	/* whose SOA is in it: NODATA or NXDOMAIN */
	bool is_nodata;		/* the last name exists, the type does not: SOA, and none of the type */
	uint16_t rotations;	/* 1 to GX_ANSWER_VARIANTS_MAX: orders that the addresses at the end can come in */

	const struct gx_zone *lacking;	/* on -ENOKEY: the zone, */
	enum gx_lack lack;	/* and what it lacks */

	/* What it depends on; set on errors as well, for as far as the chain was followed. */
	bool by_location;	/* on the location itself (GX_GEO_LOCATION), not only on what maps say of it */
	size_t n_picks;		/* 0: the same for every location */
	struct gx_pick picks[GX_CHAIN_MAX + 1];
};

struct gx_renderer;

/*
 * Addresses of a site, of one family and each once, in the order written: 0: all; GX_SUBSET_MASK and a mask of up
 * to 31; else count << 16 | first: so many from that one on, the first behind the last.
 */
#define GX_SUBSET_ALL	0u
#define GX_SUBSET_MASK	0x80000000u

/* What a geo name on the way is made to answer, instead of what its map says first. */
struct gx_force {
	uint32_t site;		/* index, or GX_SITE_LAST_RESORT, or GX_SITE_NONE: NODATA */
	uint32_t subset;	/* of its addresses */
};

/* For the first geo names on the way; those behind them answer what their maps say first. */
struct gx_forcing {
	const struct gx_force *forces;
	size_t n_forces;
	bool clamped;		/* geo names have ttl_min_s, where they have one */
	bool dnssec;		/* for DO=1: what is of signed zones comes with its RRSIGs and proofs (RFC 4035 3.1) */
	/*
	 * And for what a wildcard, which is asked for, synthesises: without what covers the name that it answers,
	 * and without the proofs, which are given in out->proofs alone: they may be what covers the name. There is
	 * no additional section, and RRsets of DNSSEC itself are not for us to synthesise.
	 */
	bool partial;
	unsigned int rotation;	/* as in gx_render_rotated() */
};

/* config must outlive the renderer. Returns the renderer; free with gx_renderer_free(). */
struct gx_renderer *gx_renderer_new(const struct gx_config *config);
void gx_renderer_free(struct gx_renderer *renderer);
const struct gx_lookup *gx_renderer_lookup(const struct gx_renderer *renderer);

/* When the first of all signatures runs out that were made, and when they should be made anew. 0, 0: none was made. */
void gx_renderer_signed(const struct gx_renderer *renderer, uint64_t *until_s, uint64_t *renew_s);

/**
 * gx_render - render an answer
 * @renderer: by gx_renderer_new()
 * @qname: in lower case
 * @qtype: RR type, host order; GX_TYPE_ANY gives one RRset (RFC 8482); no other meta type
 * @location: of the client, a number of the configuration's locations; GX_LOCATION_UNKNOWN: not known
 * @out: written on success; on error only what it depends on
 *
 * A chain of CNAMEs is followed through all loaded zones. It ends
 *  - with data, or with NODATA or NXDOMAIN and the SOA of the last name's zone, its TTL the lesser of its own
 *    and MINIMUM (RFC 2308 3);
 *  - where the next name is at or below a cut: with the CNAMEs so far, and the referral (RFC 1034 4.3.2, 3b);
 *  - where the next name is in no loaded zone: with the CNAMEs so far, NOERROR.
 * Below a DNAME it goes on with the CNAME that this synthesises (RFC 6672 3.2).
 *
 * The answer of a wildcard (a qname that begins with the label "*") holds for every name that the wildcard
 * synthesises, whatever its length: with out->base_octets its pointers are moved, but for those to the question's
 * name at offset 12; else it has no others.
 *
 * Returns 0;
 *  -ENOENT: not for us to answer: qname is in no loaded zone, at or below a delegation or below a DNAME, or
 *	a zone has no SOA for the negative answer;
 *  -ELOOP: the CNAMEs lead back to a name before them;
 *  -E2BIG: more than GX_CHAIN_MAX CNAMEs;
 *  -ENOKEY: with dnssec, a RRSIG, or a NSEC or NSEC3 that belongs into the answer, is not in the zone;
 *  -EMSGSIZE: no DNS message can hold the answer.
 */
int gx_render(struct gx_renderer *renderer, const knot_dname_t *qname, uint16_t qtype, uint32_t location,
	      struct gx_rendered *out);

/**
 * gx_rendered_pointers - where an answer with base_octets has the pointers that move
 * @offsets: receives their offsets in the answer, ascending
 * @max: of these
 *
 * Returns how many there are, which may be more than max.
 */
int gx_rendered_pointers(const struct gx_rendered *answer, uint16_t *offsets, size_t max);

/**
 * gx_render_below - what names below a name get that do not exist (RFC 4592 3.3.1)
 * @encloser: exists in a loaded zone
 * @dnssec: for DO=1; NXDOMAIN of a signed zone is then without proofs, which depend on the name in question
 *
 * NXDOMAIN with the SOA; at a delegation the referral, for itself and for all below. out->base_octets is set: of
 * all names of a zone, NXDOMAIN is the same.
 *
 * Returns 0; -ENOENT: not for us to answer, as below a DNAME; -ENOKEY; -EMSGSIZE.
 */
int gx_render_below(struct gx_renderer *renderer, const knot_dname_t *encloser, bool dnssec,
		    struct gx_rendered *out);

/* NODATA of any name of a zone, in the same way. Returns as gx_render_below(). */
int gx_render_nodata(struct gx_renderer *renderer, const struct gx_zone *zone, bool dnssec, struct gx_rendered *out);

/**
 * gx_render_rotated - as gx_render(), the A or AAAA RRset at the end of the answer in another order
 * @rotation: below out->rotations of gx_render(): each begins with another address (RFC 1794)
 */
int gx_render_rotated(struct gx_renderer *renderer, const knot_dname_t *qname, uint16_t qtype, uint32_t location,
		      unsigned int rotation, struct gx_rendered *out);

/**
 * gx_render_forced - as gx_render(), with the choices of geo names given
 *
 * out->picks says what was picked; where they are more than forces, the last ones were not forced.
 */
int gx_render_forced(struct gx_renderer *renderer, const knot_dname_t *qname, uint16_t qtype, uint32_t location,
		     const struct gx_forcing *forcing, struct gx_rendered *out);

/**
 * gx_site_addresses - the addresses of a site that an RRset has: of one family, each once (RFC 2181 5)
 * @out: receives indices; room for site->n_addresses
 *
 * Returns how many.
 */
size_t gx_site_addresses(const struct gx_geo_site *site, enum gx_family family, uint32_t *out);

/* Is the address at an index of so many in the subset? */
bool gx_subset_has(uint32_t subset, size_t index, size_t count);

#endif
