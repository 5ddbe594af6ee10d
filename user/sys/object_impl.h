/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What only the object modules see: a generation that is being loaded. */
#ifndef GEOXDP_SYS_OBJECT_IMPL_H
#define GEOXDP_SYS_OBJECT_IMPL_H

#include "user/sys/object.h"
#include "user/sys/services.h"

#include "geoxdp.skel.h"	/* needs abi.h */

struct gx_object {
	struct geoxdp_bpf *skel;
	const struct bpf_map *shared[GX_DIGESTS_MAX];	/* with the generation before: filled already */
	size_t n_shared;
	struct gx_service_table services;
};

/* Fill the tables that are not shared. Returns 0 or -errno, with what went wrong. */
int gx_object_fill(const struct gx_object *object, const struct gx_image *image, const struct gx_services *services,
		   const struct gx_meta *meta, struct gx_failure *failure);

#endif
