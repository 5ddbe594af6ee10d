// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The product's program, ended behind a stage: built once for each, with GX_STOP_AT. It returns a reason to pass
 * that no query of the benchmark has otherwise; what the stage found must have been found by then.
 */
#include "tests/bench/stages.h"

#define GX_STAGE(stage, result)                                                                    \
	do {                                                                                       \
		if (STAGE_##stage == GX_STOP_AT) {                                                 \
			asm volatile("" : : "r"(result) : "memory");                               \
			return GX_PASSED_NO_ROOM;                                                  \
		}                                                                                  \
	} while (0)

#include "bpf/geoxdp.bpf.c"
