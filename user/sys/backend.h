/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backend: which processes listen on port 53 of the service addresses. */
#ifndef GEOXDP_SYS_BACKEND_H
#define GEOXDP_SYS_BACKEND_H

#include <stdbool.h>
#include <stddef.h>

#include "geoxdp/abi.h"
#include "user/core/addr.h"

struct gx_listener {
	bool tcp;
	struct gx_addr address;		/* all zero: any */
	unsigned long inode;
	int pid;			/* 0: not to be found, for want of privilege */
	char process[16];
};

/**
 * gx_backend_find - sockets on port 53 that get queries to a service address
 * @services, @n_services: these
 * @list: receives them, malloc family; a socket that several processes share is named with the first
 *
 * Of the caller's network namespace. Returns how many.
 */
size_t gx_backend_find(const struct gx_service *services, size_t n_services, struct gx_listener **list);

#endif
