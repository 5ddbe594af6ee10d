/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The renderer: that something is not there (RFC 4035 3.1.3, RFC 5155 7.2). */
#include <errno.h>
#include <string.h>

#include <libknot/descriptor.h>

#include "user/core/render_impl.h"

static int add_proof(struct gx_chain *chain, const struct gx_zone *zone, struct gx_denial denial)
{
	if (!denial.rrset)
		return gx_chain_lack(chain, zone, GX_LACK_PROOF);
	/* One may say several things, and is put once. */
	for (size_t i = 0; i < chain->n_proofs; i++) {
		if (chain->proofs[i].denial.rrset == denial.rrset)
			return 0;
	}
	if (chain->n_proofs == GX_PROOFS_MAX)
		return gx_chain_lack(chain, zone, GX_LACK_PROOF);
	chain->proofs[chain->n_proofs++] = (struct gx_proof){ .zone = zone, .denial = denial };
	return 0;
}

/* The name of one label more than an encloser that a name is below (RFC 5155 1.3). */
static const knot_dname_t *next_closer(const knot_dname_t *name, const knot_dname_t *encloser)
{
	for (int below = knot_dname_in_bailiwick(name, encloser); below > 1; below--)
		name += *name + 1;
	return name;
}

/* "*." before a name; -ENOKEY: there is no such name, as it would be too long. */
static int wildcard_of(const knot_dname_t *name, knot_dname_storage_t wildcard)
{
	size_t len = knot_dname_size(name);

	if (len + 2 > KNOT_DNAME_MAXLEN)
		return -ENOKEY;
	memcpy(wildcard, "\1*", 2);
	memcpy(wildcard + 2, name, len);
	return 0;
}

/*
 * The closest encloser of a name that has a NSEC3, and that there is none for the next closer name (RFC 5155 7.2.1). An
 * insecure delegation, and what exists by one alone, may have none; then what covers it must say so (RFC 5155 6).
 *
 * from: the closest that may be taken. optout: even if that is taken. found: receives what was taken.
 */
static int prove_encloser(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *name,
			  const knot_dname_t *from, bool optout, const knot_dname_t **found)
{
	const knot_dname_t *at = from;
	struct gx_denial encloser = gx_denial_match(zone, at), cover;
	int err;

	for (; !encloser.rrset && !knot_dname_is_equal(at, zone->apex); encloser = gx_denial_match(zone, at))
		at += *at + 1;
	cover = gx_denial_cover(zone, next_closer(name, at));
	if (cover.rrset && (optout || at != from) && !gx_denial_is_optout(&cover))
		return gx_chain_lack(chain, zone, GX_LACK_PROOF);
	err = add_proof(chain, zone, encloser);
	*found = at;
	return err ? err : add_proof(chain, zone, cover);
}

int gx_chain_prove_nodata(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *name)
{
	struct gx_denial denial;
	const knot_dname_t *found;

	if (!gx_chain_signs(chain, zone))
		return 0;
	denial = gx_denial_match(zone, name);
	if (denial.rrset)
		return add_proof(chain, zone, denial);
	/* No NSEC3: of an insecure delegation (RFC 5155 7.2.4, 7.2.7), or of what exists by one alone. */
	if (gx_zone_uses_nsec3(zone)) {
		if (knot_dname_is_equal(name, zone->apex))
			return gx_chain_lack(chain, zone, GX_LACK_PROOF);
		return prove_encloser(chain, zone, name, name + *name + 1, true, &found);
	}
	/* An empty non-terminal has no NSEC; the one before it leads to a name below it. */
	denial = gx_denial_cover(zone, name);
	return denial.rrset && gx_denial_is_empty(&denial, name) ? add_proof(chain, zone, denial) :
								   gx_chain_lack(chain, zone, GX_LACK_PROOF);
}

int gx_chain_prove_wildcard(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *name,
			  const knot_dname_t *wildcard)
{
	if (!gx_chain_signs(chain, zone))
		return 0;
	if (gx_zone_uses_nsec3(zone))
		name = next_closer(name, wildcard + 2);	/* the encloser is what is behind its "*" (RFC 5155 7.2.6) */
	return add_proof(chain, zone, gx_denial_cover(zone, name));
}

int gx_chain_prove_wildcard_nodata(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *name,
				 const knot_dname_t *wildcard)
{
	const knot_dname_t *found;
	int err;

	if (!gx_chain_signs(chain, zone))
		return 0;
	if (!wildcard)
		return gx_chain_lack(chain, zone, GX_LACK_PROOF);	/* it exists by a geo name alone */
	if (!gx_zone_uses_nsec3(zone)) {
		err = add_proof(chain, zone, gx_denial_cover(zone, name));
		return err ? err : gx_chain_prove_nodata(chain, zone, wildcard);
	}
	err = prove_encloser(chain, zone, name, wildcard + 2, false, &found);
	if (err || found != wildcard + 2)
		return gx_chain_lack(chain, zone, GX_LACK_PROOF);
	return add_proof(chain, zone, gx_denial_match(zone, wildcard));
}

int gx_chain_prove_wildcard_part(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *wildcard)
{
	int err;

	if (!gx_chain_signs(chain, zone))
		return 0;
	if (!gx_zone_uses_nsec3(zone))
		return gx_chain_prove_nodata(chain, zone, wildcard);
	err = add_proof(chain, zone, gx_denial_match(zone, wildcard + 2));
	return err ? err : add_proof(chain, zone, gx_denial_match(zone, wildcard));
}

int gx_chain_prove_nxdomain(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *name,
			  const knot_dname_t *encloser)
{
	knot_dname_storage_t wildcard;
	int err = 0;

	if (!gx_chain_signs(chain, zone))
		return 0;
	if (gx_zone_uses_nsec3(zone))
		err = prove_encloser(chain, zone, name, encloser, false, &encloser);
	else if (gx_denial_shows(zone, encloser))
		err = add_proof(chain, zone, gx_denial_cover(zone, name));
	else
		err = -ENOKEY;
	if (err || wildcard_of(encloser, wildcard))
		return gx_chain_lack(chain, zone, GX_LACK_PROOF);
	return add_proof(chain, zone, gx_denial_cover(zone, wildcard));
}

int gx_chain_put_proofs(struct gx_chain *chain)
{
	knot_pkt_t *packet = chain->renderer->packet;

	if (chain->n_proofs && packet->current != KNOT_AUTHORITY)
		knot_pkt_begin(packet, KNOT_AUTHORITY);
	for (size_t i = 0; i < chain->n_proofs; i++) {
		const struct gx_proof *proof = &chain->proofs[i];
		int err = gx_chain_put(chain, proof->zone, proof->denial.owner, proof->denial.rrset);

		if (err)
			return err;
	}
	return 0;
}
