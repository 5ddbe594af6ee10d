/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms of the IPv4 look-up that the index is measured against. */
#ifndef GEOXDP_TESTS_BENCH_FORMS_H
#define GEOXDP_TESTS_BENCH_FORMS_H

#include "user/core/partition.h"

/* Words of a table; free words with free(). */
struct bench_form {
	uint64_t *words;
	size_t count;		/* a multiple of 512 */
};

/* A class for each /24: that of its first address. */
struct bench_form bench_flat(const struct gx_class_run *runs, size_t count);
/* Sorted ranges behind a root of 2^16. */
struct bench_form bench_ranges(const struct gx_class_run *runs, size_t count);
/* 16-8-8 with equal chunks shared. */
struct bench_form bench_chunks(const struct gx_class_run *runs, size_t count);

#endif
