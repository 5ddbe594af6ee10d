/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: what covers the names of a signed zone that are not there, in the gaps between those that are. */
#ifndef GEOXDP_CORE_GAPS_H
#define GEOXDP_CORE_GAPS_H

#include "user/core/denial.h"
#include "user/core/image_impl.h"

/* Zero or malloc family; what is known of one zone. */
struct gx_gaps;

/**
 * gx_gaps_spare - note what must not be sent, since it denies names that exist only here
 *
 * Geo names that the zone file does not have, and what is above these. After the names were collected.
 */
void gx_gaps_spare(struct gx_builder *builder);

/**
 * gx_gaps_tail - a NSEC or NSEC3 RRset with its RRSIGs, as an answer to be put behind another one
 *
 * Returns the cell; 0: there is none, it has no RRSIG, is too large, or must not be sent.
 */
uint32_t gx_gaps_tail(struct gx_builder *builder, const struct gx_zone *zone, struct gx_denial denial);

/**
 * gx_gaps_list - the gaps below a closest encloser of a signed zone
 * @load: a name of the zone's own, that is neither a delegation nor has a DNAME
 * @denies: the list goes with NXDOMAIN: it has as well what says that there is no wildcard, and what the encloser is
 *
 * Returns the number of the list; 0: there is none, and such queries are passed.
 */
uint32_t gx_gaps_list(struct gx_builder *builder, const struct gx_load *load, bool denies);

void gx_gaps_free(struct gx_gaps *gaps);

#endif
