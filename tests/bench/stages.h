/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The stages of the program, in their order: numbers that the preprocessor compares. */
#ifndef GEOXDP_TESTS_BENCH_STAGES_H
#define GEOXDP_TESTS_BENCH_STAGES_H

#define STAGE_BEGIN	0
#define STAGE_FRAME	1
#define STAGE_QUESTION	2
#define STAGE_NAME	3
#define STAGE_EDNS	4
#define STAGE_CLIENT	5
#define STAGE_LOCATION	6
#define STAGE_ANSWER	7

#endif
