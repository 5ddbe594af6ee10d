/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a query frame by the letter of the RFCs: may it be answered here, and what does it ask? */
#ifndef GEOXDP_TESTS_LIB_QUERY_H
#define GEOXDP_TESTS_LIB_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pointers are into the frame. */
struct query {
	const uint8_t *ip, *udp, *dns;
	bool is_ipv6;
	const uint8_t *source;		/* 4 or 16 octets */
	size_t message_octets;

	const uint8_t *qname;
	size_t qname_octets;
	size_t question_octets;
	uint16_t qtype;

	unsigned int opts;
	bool is_formerr;		/* RFC 6891 6.1.1, 6.1.2, RFC 7871 6 */
	uint16_t opt_size;		/* of the first OPT, and so on */
	uint8_t opt_version;
	bool dnssec_ok;

	bool over_tcp;			/* for the caller to say: sizes of UDP do not count */

	const uint8_t *ecs;		/* data of a valid client subnet option; NULL: none */
	size_t ecs_octets;
};

/**
 * query_read - read a frame
 * @query: filled as far as the frame could be read
 *
 * Returns NULL, or why no server may answer this on the fast path. A query that deserves FORMERR or BADVERS may
 * be answered.
 */
const char *query_read(const uint8_t *frame, size_t octets, struct query *query);

/* SOURCE PREFIX-LENGTH of the client subnet; 0: there is none. */
static inline unsigned int query_ecs_source(const struct query *query)
{
	return query->ecs ? query->ecs[2] : 0;
}

/* The most octets that a reply may have (RFC 1035 2.3.4, RFC 6891 6.2.3, DNS flag day 2020; TCP: a page's room). */
size_t query_reply_limit(const struct query *query);

#endif
