/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The EDNS options that the node under test is set to answer, and the judge of what it answered. */
#ifndef GEOXDP_TESTS_LIB_EDNS_H
#define GEOXDP_TESTS_LIB_EDNS_H

#include <stddef.h>
#include <stdint.h>

#include "tests/lib/query.h"
#include "tests/lib/reply.h"

#define EDNS_NSID_MAX		64
#define EDNS_SECRET_OCTETS	16
#define EDNS_COOKIE_OCTETS	24	/* the client's 8 and the server's 16 (RFC 9018 4) */

/* Of the one node of this process; node.h changes it. */
struct edns_server {
	uint8_t nsid[EDNS_NSID_MAX];
	size_t nsid_octets;				/* 0: not answered */
	uint8_t secrets[2][EDNS_SECRET_OCTETS];		/* active, staging */
	size_t n_secrets;				/* 0: cookies are not answered */
};

extern struct edns_server edns_server;

/* Is this a cookie option that must be answered with FORMERR (RFC 7873 5.2.2)? */
bool edns_cookie_is_malformed(size_t octets);

/**
 * edns_cookie_make - a server's cookie by libknot
 * @query: whose; only the source address is read
 * @client: its 8 octets
 * @out: EDNS_COOKIE_OCTETS, client's part included
 */
void edns_cookie_make(const struct query *query, const uint8_t *client, const uint8_t *secret, uint32_t time_s,
		      uint8_t *out);

/* Octets of the options that the query must get. */
size_t edns_options_octets(const struct query *query);

/**
 * edns_check_options - are the options of a reply those that the query must get, each once?
 * @options: RDATA of the OPT
 * @out: scope_bits and cookie are written
 *
 * Client subnet: as it came, but for the scope (RFC 7871 7.2.1). Cookie: the query's, where it is fresh; else one that
 * libknot finds right, made now (RFC 9018 4.3). NSID: as configured.
 *
 * Returns NULL, or what is wrong.
 */
const char *edns_check_options(const struct query *query, const uint8_t *options, size_t octets, struct reply *out);

#endif
