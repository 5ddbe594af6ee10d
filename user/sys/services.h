/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table `services`: each address in the one slot where the program looks for it. */
#ifndef GEOXDP_SYS_SERVICES_H
#define GEOXDP_SYS_SERVICES_H

#include <stddef.h>
#include <stdint.h>

#include "geoxdp/abi.h"
#include "user/core/addr.h"
#include "user/sys/failure.h"

/* Placed addresses. Free with gx_services_free(). */
struct gx_service_table {
	struct gx_service *slots;
	uint32_t n_slots;	/* a power of two, up to 2^GX_SERVICE_BITS_MAX */
	__u64 factors[2];	/* gx_hash_service() of these and shift is the slot of each */
	uint32_t shift;
};

/**
 * gx_services_place - find a hash by which no two addresses come to one slot
 * @list, @count: addresses, of which some may be equal
 * @table: written on success
 * @failure: receives what went wrong
 *
 * The table is the smallest for which one of GX_SERVICE_TRIES hashes will do: a few slots for a few addresses, some
 * thousands for GX_SERVICE_MAX. The same addresses give the same table.
 *
 * Returns 0; -E2BIG: more than GX_SERVICE_MAX; -EINVAL: 2^GX_SERVICE_BITS_MAX slots did not do.
 */
int gx_services_place(const struct gx_addr *list, size_t count, struct gx_service_table *table,
		      struct gx_failure *failure);

void gx_services_free(struct gx_service_table *table);

/**
 * gx_services_read - the addresses of a map `services`
 * @map_fd: of any version
 * @list: receives them
 * @count: receives how many; written on success
 *
 * Returns 0 or -errno.
 */
int gx_services_read(int map_fd, struct gx_service list[GX_SERVICE_MAX], size_t *count);

#endif
