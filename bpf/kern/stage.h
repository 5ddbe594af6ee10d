/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of a stage, and what it found. Nothing in the product; builds of tests/bench/stages.bpf.c end there, each at
 * another one, to see what the stages cost.
 */
#ifndef GEOXDP_KERN_STAGE_H
#define GEOXDP_KERN_STAGE_H

#ifndef GX_STAGE
#define GX_STAGE(stage, result)
#endif

#endif
