/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the benchmark of geo look-ups and its programs share. */
#ifndef GEOXDP_TESTS_BENCH_GEO_H
#define GEOXDP_TESTS_BENCH_GEO_H

#include <linux/types.h>

#define BENCH_PAGE_WORDS 512

/* Value of all tables of the benchmark's own: memory, in pages. */
struct bench_page {
	__u64 words[BENCH_PAGE_WORDS];
};

#endif
