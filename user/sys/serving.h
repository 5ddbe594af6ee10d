/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The generation that serves on an interface, found by its pins. */
#ifndef GEOXDP_SYS_SERVING_H
#define GEOXDP_SYS_SERVING_H

#include <net/if.h>

#include "user/sys/attach.h"
#include "user/sys/object.h"
#include "user/sys/pins.h"

/* How often to look at a generation that cannot be read, since a swap may have replaced it meanwhile. */
#define GX_LOOKS 4

struct gx_serving {
	char interface[IF_NAMESIZE];
	struct gx_attachment attachment;
	struct gx_meta meta;
	char folder[GX_PATH_OCTETS];	/* of the generation's pins */
	int link_fd;
	int prog_fd;
};

/**
 * gx_serving_open - find what serves
 * @serving: written on success; close with gx_serving_close()
 *
 * A swap may replace the generation at any moment, so it is looked for several times.
 *
 * Returns 0; -ENOENT: nothing serves; -EPROTO: a generation of another version of geoxdp; or another -errno.
 */
int gx_serving_open(struct gx_serving *serving, const char *interface, struct gx_failure *failure);

/**
 * gx_serving_refresh - follow a swap
 *
 * One system call where nothing changed.
 *
 * Returns 0: as before; 1: another generation serves and is open now; or -errno as gx_serving_open(), then it is
 * closed.
 */
int gx_serving_refresh(struct gx_serving *serving, struct gx_failure *failure);

/**
 * gx_serving_run - give a frame to the very program that serves (BPF_PROG_RUN); it counts as any other
 * @over_tcp: the reply may have GX_TCP_MAX_OCTETS, whatever the query's EDNS says
 */
int gx_serving_run(const struct gx_serving *serving, const uint8_t *frame, size_t octets, bool over_tcp,
		   struct gx_outcome *out, struct gx_failure *failure);

void gx_serving_close(struct gx_serving *serving);

#endif
