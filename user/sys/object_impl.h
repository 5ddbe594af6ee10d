/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What only the object modules see: a generation that is being loaded. */
#ifndef GEOXDP_SYS_OBJECT_IMPL_H
#define GEOXDP_SYS_OBJECT_IMPL_H

#include <pthread.h>

#include "user/sys/object.h"
#include "user/sys/services.h"

#include "geoxdp.skel.h"	/* needs abi.h */

struct gx_object {
	struct geoxdp_bpf *skel;
	const struct bpf_map *shared[GX_DIGESTS_MAX];	/* with the generation before: filled already */
	size_t n_shared;
	struct gx_service_table services;
};

/* Filling the tables of an object. */
struct gx_filling {
	const struct gx_object *object;
	const struct gx_image *image;
	const struct gx_services *services;
	const struct gx_meta *meta;
	struct gx_failure *failure;
	pthread_t thread;
	bool is_begun;		/* by that thread */
	int error;
};

/* Fill the tables, which have been made, by a thread: it takes about as long as the kernel's verifier. */
void gx_begin_filling(struct gx_filling *filling);

/* Wait until they are filled; fill them, if that was not begun. Returns 0 or -errno, with what went wrong. */
int gx_end_filling(struct gx_filling *filling);

#endif
