/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's counters, by one call into the kernel: the tests read them with every packet. */
#include "tests/lib/counters.h"

#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

int counters_read(const struct gx_object *object, uint64_t counts[GX_REASON_COUNT])
{
	static uint64_t *values;
	static int n_cpus;
	uint32_t keys[GX_REASON_COUNT], next, n = GX_REASON_COUNT;
	int error;

	if (!values) {
		n_cpus = libbpf_num_possible_cpus();
		values = n_cpus > 0 ? calloc((size_t)n_cpus * GX_REASON_COUNT, sizeof(*values)) : NULL;
		if (!values)
			return -ENOMEM;
	}
	/* ENOENT: there is nothing behind what was read. */
	error = bpf_map_lookup_batch(gx_object_stats_fd(object), NULL, &next, keys, values, &n, NULL);
	if (error && error != -ENOENT)
		return error;
	if (n != GX_REASON_COUNT)
		return -EIO;
	for (uint32_t i = 0; i < n; i++) {
		counts[keys[i]] = 0;
		for (int cpu = 0; cpu < n_cpus; cpu++)
			counts[keys[i]] += values[(size_t)i * n_cpus + cpu];
	}
	return 0;
}
