/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's counters, by one call into the kernel: the tests read them with every packet. */
#ifndef GEOXDP_TESTS_LIB_COUNTERS_H
#define GEOXDP_TESTS_LIB_COUNTERS_H

#include <stdint.h>

#include "geoxdp/reason.h"
#include "user/sys/object.h"

/**
 * counters_read - what gx_stats_read() reads, without a call for each counter
 * @object: whose counters
 * @counts: receives the sums over all processors
 *
 * Returns 0 or a negative error.
 */
int counters_read(const struct gx_object *object, uint64_t counts[GX_REASON_COUNT]);

#endif
