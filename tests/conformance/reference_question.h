/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions for the comparison: every name and type there is, and names that are not. */
#ifndef GEOXDP_TESTS_CONFORMANCE_REFERENCE_QUESTION_H
#define GEOXDP_TESTS_CONFORMANCE_REFERENCE_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include <libknot/dname.h>

#include "user/core/config.h"

#define QUESTION_OCTETS 512

struct question {
	uint8_t frame[2048];	/* to the service address, by IPv4 */
	size_t octets;
	const uint8_t *message;	/* in it */
	size_t message_octets;
	uint16_t type;
	uint16_t edns_octets;	/* offered; 0: no EDNS */
	bool dnssec_ok;
	bool is_synthesised;	/* by a wildcard; set by who asks */
	char text[1400];	/* "NAME TYPE, EDNS ..." */
};

/* Where the questions stand. */
struct question_source {
	const struct gx_config *config;
	size_t zone, node, type;
	size_t random_left;
	unsigned int seed;
};

/**
 * question_next - the next question
 * @source: config, seed and random_left are set, the rest is zero
 * @id: of the message
 *
 * First every owner name of the zones with every type that it has and with those that everyone asks, then
 * random_left names near these. Case and EDNS are random; where a zone is signed, DO=1 in half of the questions
 * with EDNS.
 *
 * Returns false: there are no more.
 */
bool question_next(struct question_source *source, uint16_t id, struct question *out);

#endif
