/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All runs of a partition as one list. */
#ifndef GEOXDP_TESTS_LIB_RUNS_H
#define GEOXDP_TESTS_LIB_RUNS_H

#include "user/core/mem.h"
#include "user/core/partition.h"

/* Returns how many; to be freed by free(). */
static inline size_t list_runs(const struct gx_partition *partition, const uint16_t *class_of, size_t locations,
			       struct gx_class_run **runs)
{
	size_t count = 0;

	*runs = gx_alloc(partition->count, sizeof(**runs));
	for (size_t at = 0; at < partition->count;)
		(*runs)[count++] = gx_partition_next_run(partition, class_of, locations, &at);
	return count;
}

#endif
