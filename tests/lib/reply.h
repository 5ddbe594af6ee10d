/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judging a reply frame by the query frame that it answers, octet by octet. */
#ifndef GEOXDP_TESTS_LIB_REPLY_H
#define GEOXDP_TESTS_LIB_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/lib/query.h"

#define REPLY_TEXT_OCTETS 16384

struct reply {
	const uint8_t *dns;		/* in the reply frame */
	size_t message_octets;
	uint16_t rcode;			/* with the upper bits from the OPT */
	bool is_truncated;
	const uint8_t *opt;		/* behind its owner; NULL: none */
	unsigned int scope_bits;	/* of the client subnet, if the query had a valid one */

	/*
	 * What a client sees: "NOERROR aa\n", a line for each record, those of the authority section begin with
	 * "; ", names in lower case, the records of an RRset by their data, and at the end "; scope N\n" where the
	 * client subnet came back.
	 */
	char text[REPLY_TEXT_OCTETS];
};

/**
 * reply_check - is this reply right in all that the query alone decides?
 * @frame: the query, @octets long
 * @reply: what came back, @reply_octets long
 * @over_tcp: that is where it came from
 * @query: receives what the query says
 * @out: receives what the reply says
 *
 * Ethernet and VLAN tags, a fresh IP header, ports, lengths, checksums; the DNS header, the question as sent, size,
 * OPT and client subnet; the records can be read and nothing is behind them. Which records they are is left to
 * the caller, who finds them in out->text.
 *
 * Returns NULL, or what is wrong.
 */
const char *reply_check(const uint8_t *frame, size_t octets, const uint8_t *reply, size_t reply_octets,
			bool over_tcp, struct query *query, struct reply *out);

/**
 * reply_text - a message as text
 * @text: REPLY_TEXT_OCTETS
 *
 * Returns NULL, or why libknot cannot read it.
 */
const char *reply_text(const uint8_t *message, size_t octets, char *text);

#endif
