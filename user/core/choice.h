/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices: what they answer, and those that are an answer by themselves. */
#ifndef GEOXDP_CORE_CHOICE_H
#define GEOXDP_CORE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "geoxdp/abi.h"
#include "user/core/render.h"

/* Of an answer that is one A record of the name in question. */
#define GX_CHOICE_RECORD_OCTETS 16

/* Do two choices give the same answer now? */
bool gx_choice_answers_alike(const struct gx_choice *a, const struct gx_choice *b);

/* Can the answer that a choice has now be of this option? */
bool gx_choice_is_option(const struct gx_choice *choice, const struct gx_option *option);

/* Is its answer drawn out of others? */
bool gx_choice_is_spread(const struct gx_choice *choice);

/**
 * gx_choice_from_rendered - is an answer one A record of the name in question, which a choice says by itself?
 * @answer: receives what the choice has as answer,
 * @address: and as address; both only if it is
 */
bool gx_choice_from_rendered(const struct gx_rendered *rendered, uint32_t *answer, __be32 *address);

/**
 * gx_choice_render - and back: the answer that a choice says by itself
 * @octets: receives the record; out->octets points there
 * @out: receives where and how long it is, counts, flags, rcode and rotations; the rest stays
 *
 * Returns false: it does not, and nothing is written.
 */
bool gx_choice_render(const struct gx_choice *choice, uint8_t octets[GX_CHOICE_RECORD_OCTETS],
		      struct gx_rendered *out);

#endif
