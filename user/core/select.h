/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Selection: which of its options a choice takes, given what is up. */
#ifndef GEOXDP_CORE_SELECT_H
#define GEOXDP_CORE_SELECT_H

#include <stddef.h>

#include "geoxdp/abi.h"

/* The tables of a generation, in memory: an image's, or a serving generation's through mmap. */
struct gx_selection {
	struct gx_choice *choices;
	size_t n_choices;
	const struct gx_option *options;
	size_t n_options;
	const struct gx_unit_ref *option_units;
	size_t n_option_units;
	const struct gx_unit *units;
	size_t n_units;
};

/**
 * gx_select_choice - what a choice becomes
 * @current: with options; kept where their list says so
 *
 * See struct gx_option for the rule. The clamped form is taken where any unit of the option taken, or of one before it,
 * is pending or drained: then the answer may change soon.
 */
struct gx_choice gx_select_choice(const struct gx_selection *selection, struct gx_choice current);

/**
 * gx_select_all - bring all choices up to date
 *
 * Each choice is written in one store of 64 bits, and only if it changes: a program that reads them meanwhile sees
 * the answer before or after. Indices that lead outside the tables change nothing.
 *
 * Returns the number of choices that changed.
 */
size_t gx_select_all(const struct gx_selection *selection);

/**
 * gx_select_recall - what a generation that has not served would have kept
 *
 * Where nothing is up and GX_OPTION_KEEP speaks, a choice gets the option that was the last to be up. All units have
 * their flags and orders of falling.
 */
void gx_select_recall(const struct gx_selection *selection);

/**
 * gx_select_count - choices that have an answer which needs a unit with any of these flags
 * @flags: GX_UNIT_*
 *
 * GX_UNIT_DRAINED: those that still name a drained site, because nothing else is left.
 */
size_t gx_select_count(const struct gx_selection *selection, __u32 flags);

#endif
