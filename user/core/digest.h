/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests of an image's tables: what is the same in two generations is in the kernel once. */
#ifndef GEOXDP_CORE_DIGEST_H
#define GEOXDP_CORE_DIGEST_H

#include "user/core/image.h"

/**
 * gx_image_digest - digest each table that nothing changes while it serves
 * @out: the same table stands at the same place always; names are empty behind the last
 *
 * XXH128: not for adversaries, who have no hand in what an operator loads, but against chance.
 */
void gx_image_digest(const struct gx_image *image, struct gx_digest out[GX_DIGESTS_MAX]);

#endif
