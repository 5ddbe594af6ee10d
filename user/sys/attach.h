/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interfaces: their addresses, and the link that ties a program to one. */
#ifndef GEOXDP_SYS_ATTACH_H
#define GEOXDP_SYS_ATTACH_H

#include <stdint.h>

#include "user/sys/failure.h"
#include "user/sys/object.h"

enum gx_mode {
	GX_MODE_AUTO,		/* native, or else generic */
	GX_MODE_NATIVE,		/* in the driver */
	GX_MODE_GENERIC,	/* in the stack, behind the driver: works everywhere, and is slower */
};

const char *gx_mode_name(enum gx_mode mode);

/**
 * gx_interface_addresses - all IP addresses and the Ethernet address of an interface
 * @services: zero-initialised; list is of the malloc family
 *
 * Returns 0 or -errno: no such interface, or it has no address.
 */
int gx_interface_addresses(const char *interface, struct gx_services *services, struct gx_failure *failure);

/* What is attached through the pinned link. */
struct gx_attachment {
	uint32_t ifindex;	/* 0: the interface is gone */
	uint32_t prog_id;
	enum gx_mode mode;
};

/**
 * gx_attachment_find - look at the interface's pinned link
 *
 * Returns 0; -ENOENT: there is none, nothing serves; or another -errno.
 */
int gx_attachment_find(const char *interface, struct gx_attachment *out, struct gx_failure *failure);

/**
 * gx_attach - attach the program to the interface, and pin the link
 * @mode: wanted; receives what it became
 * @why: receives why it is generic when auto was wanted, else an empty text
 */
int gx_attach(const char *interface, const struct gx_object *object, enum gx_mode *mode, struct gx_failure *why,
	      struct gx_failure *failure);

/**
 * gx_swap - replace the program on the interface's pinned link in one call
 * @prog_fd: the new one
 *
 * Every packet sees the old program or the new one.
 */
int gx_swap(const char *interface, int prog_fd, struct gx_failure *failure);

/* Detach, and leave the pinned link as that of an interface that is gone. */
int gx_release(const char *interface, struct gx_failure *failure);

/* Detach and unpin the link. */
int gx_detach(const char *interface, struct gx_failure *failure);

#endif
