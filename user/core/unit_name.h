/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of units: what stands in the table for names that are longer than it has room for. */
#ifndef GEOXDP_CORE_UNIT_NAME_H
#define GEOXDP_CORE_UNIT_NAME_H

#include "geoxdp/limits.h"

/**
 * gx_unit_name - the name of a unit as it stands in `units`
 * @name: of a site, or of a check and its target
 * @out: receives the name itself; or, where it is too long, its beginning, "~" and a digest of the whole, so that
 *	two names
 *	with the same beginning stay two. What it gives it leaves as it is.
 *
 * Returns out.
 */
char *gx_unit_name(const char *name, char out[GX_UNIT_NAME_OCTETS]);

#endif
