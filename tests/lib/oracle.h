/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a patient reader of the set-up's files would answer: slow, plain, and sharing nothing with the loader. */
#ifndef GEOXDP_TESTS_LIB_ORACLE_H
#define GEOXDP_TESTS_LIB_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#include "geoxdp/limits.h"
#include "tests/lib/query.h"
#include "user/core/addr.h"

/* The location of an address, by the longest of the few prefixes. */
uint32_t oracle_location(const struct gx_addr *addr);

/**
 * oracle_scope - the shortest prefix around an address that is uniform
 * @by_location: every address in it has the same location; otherwise the maps send all to the same targets
 */
unsigned int oracle_scope(const struct gx_addr *addr, bool by_location);

/* The address that decides: the client subnet, padded with zeros, or the source (RFC 7871 7.2.1). */
struct gx_addr oracle_client(const struct query *query);

/**
 * oracle_answer - what a query must be answered
 * @query: as query_read() found it to be one that may be answered
 * @text: of REPLY_TEXT_OCTETS; as in struct reply
 *
 * Returns 0; -1: it is not for this set-up to answer; 1: it is not known here what the answer is, as it has RRSIGs.
 */
int oracle_answer(const struct query *query, char *text);

/*
 * Two spreads: what geo.example.com says to the US is drawn, for A by the client, for AAAA by the query. The locations
 * whose answers these are: 0, WORLD_US_CODE or WORLD_JP_CODE.
 */
struct oracle_spread {
	bool is_on;
	uint32_t by_client[GX_SPREAD_SLOTS];
	uint32_t by_query;	/* drawn, as far as the oracle is to know */
};

extern struct oracle_spread oracle_spread;

#endif
