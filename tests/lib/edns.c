/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The EDNS options of a reply, judged with libknot's cookies. */
#include "tests/lib/edns.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <libknot/cookies.h>
#include <libknot/errcode.h>

#include "tests/lib/wire.h"

#define CLIENT_OCTETS	8
#define FRESH_S		1800
#define FUTURE_S	300
#define SLACK_S		5	/* between what the program takes for now and what we do */

struct edns_server edns_server;

bool edns_cookie_is_malformed(size_t octets)
{
	return octets < 8 || (octets > 8 && octets < 16) || octets > 40;
}

static void set_source(const struct query *query, struct sockaddr_storage *source)
{
	memset(source, 0, sizeof(*source));
	source->ss_family = query->is_ipv6 ? AF_INET6 : AF_INET;
	if (query->is_ipv6)
		memcpy(&((struct sockaddr_in6 *)source)->sin6_addr, query->source, 16);
	else
		memcpy(&((struct sockaddr_in *)source)->sin_addr, query->source, 4);
}

static void set_params(knot_edns_cookie_params_t *params, const uint8_t *secret, uint32_t time_s,
		       const struct sockaddr_storage *source)
{
	*params = (knot_edns_cookie_params_t){
		.version = KNOT_EDNS_COOKIE_VERSION,
		.timestamp = time_s,
		.lifetime_before = FRESH_S,
		.lifetime_after = FUTURE_S,
		.client_addr = source,
	};
	memcpy(params->secret, secret, sizeof(params->secret));
}

void edns_cookie_make(const struct query *query, const uint8_t *client, const uint8_t *secret, uint32_t time_s,
		      uint8_t *out)
{
	knot_edns_cookie_t theirs = { .len = CLIENT_OCTETS }, ours = {0};
	knot_edns_cookie_params_t params;
	struct sockaddr_storage source;

	set_source(query, &source);
	set_params(&params, secret, time_s, &source);
	memcpy(theirs.data, client, CLIENT_OCTETS);
	memset(out, 0, EDNS_COOKIE_OCTETS);
	if (knot_edns_cookie_server_generate(&ours, &theirs, &params) != KNOT_EOK)
		return;
	memcpy(out, client, CLIENT_OCTETS);
	memcpy(out + CLIENT_OCTETS, ours.data, EDNS_COOKIE_OCTETS - CLIENT_OCTETS);
}

/* Does libknot take it for one of the active secret's, and is it no older than this? */
static bool is_right(const struct query *query, const uint8_t *cookie, uint32_t lifetime_s)
{
	knot_edns_cookie_t theirs = { .len = CLIENT_OCTETS };
	knot_edns_cookie_t ours = { .len = EDNS_COOKIE_OCTETS - CLIENT_OCTETS };
	knot_edns_cookie_params_t params;
	struct sockaddr_storage source;

	set_source(query, &source);
	set_params(&params, edns_server.secrets[0], (uint32_t)time(NULL), &source);
	params.lifetime_before = lifetime_s;
	memcpy(theirs.data, cookie, CLIENT_OCTETS);
	memcpy(ours.data, cookie + CLIENT_OCTETS, ours.len);
	return knot_edns_cookie_server_check(&ours, &theirs, &params) == KNOT_EOK;
}

static const char *check_cookie(const struct query *query, const uint8_t *cookie, size_t octets)
{
	static const uint8_t head[4] = { 1 };

	if (octets != EDNS_COOKIE_OCTETS || memcmp(cookie, query->cookie, CLIENT_OCTETS))
		return "OPT: cookie: not the client's and 16 octets";
	if (memcmp(cookie + CLIENT_OCTETS, head, sizeof(head)))
		return "OPT: cookie: version or reserved octets";
	if (!is_right(query, cookie, FRESH_S + SLACK_S))
		return "OPT: cookie: libknot does not accept it";
	if (query->cookie_octets == EDNS_COOKIE_OCTETS && !memcmp(query->cookie, cookie, octets))
		return NULL;
	/* Just at the border of its time, either is right. */
	if (query->cookie_octets == EDNS_COOKIE_OCTETS && is_right(query, query->cookie, FRESH_S - SLACK_S) &&
	    !memcmp(query->cookie + CLIENT_OCTETS, head, sizeof(head)))
		return "OPT: cookie: fresh, and was made anew";
	return is_right(query, cookie, SLACK_S) ? NULL : "OPT: cookie: a new one, and its time is not now";
}

static const char *check_subnet(const struct query *query, const uint8_t *data, size_t octets, struct reply *out)
{
	if (octets != query->ecs_octets)
		return "OPT: length of the client subnet (RFC 7871 7.2.1)";
	if (memcmp(data, query->ecs, 3) || memcmp(data + 4, query->ecs + 4, octets - 4))
		return "OPT: FAMILY, SOURCE or ADDRESS of the client subnet changed";
	out->scope_bits = data[3];
	return out->scope_bits > (wire_get16(query->ecs) == 1 ? 32 : 128) ? "OPT: scope beyond the address" : NULL;
}

size_t edns_options_octets(const struct query *query)
{
	size_t octets = 0;

	if (query->is_formerr || query->opt_version)
		return 0;
	if (query->ecs)
		octets += 4 + query->ecs_octets;
	if (query->cookie && edns_server.n_secrets)
		octets += 4 + EDNS_COOKIE_OCTETS;
	if (query->wants_nsid && edns_server.nsid_octets)
		octets += 4 + edns_server.nsid_octets;
	return octets;
}

const char *edns_check_options(const struct query *query, const uint8_t *options, size_t octets, struct reply *out)
{
	bool answered = !query->is_formerr && !query->opt_version;
	bool ecs = answered && query->ecs;
	bool cookie = answered && query->cookie && edns_server.n_secrets;
	bool nsid = answered && query->wants_nsid && edns_server.nsid_octets;
	const char *fault = NULL;

	while (octets && !fault) {
		const uint8_t *data = options + 4;
		size_t data_octets;

		if (octets < 4 || octets - 4 < wire_get16(options + 2))
			return "OPT: an option is cut off";
		data_octets = wire_get16(options + 2);
		if (ecs && wire_get16(options) == KNOT_EDNS_OPTION_CLIENT_SUBNET) {
			fault = check_subnet(query, data, data_octets, out);
			ecs = false;
		} else if (cookie && wire_get16(options) == KNOT_EDNS_OPTION_COOKIE) {
			fault = check_cookie(query, data, data_octets);
			out->cookie = data;
			cookie = false;
		} else if (nsid && wire_get16(options) == KNOT_EDNS_OPTION_NSID) {
			if (data_octets != edns_server.nsid_octets || memcmp(data, edns_server.nsid, data_octets))
				fault = "OPT: NSID is not what was configured";
			nsid = false;
		} else {
			fault = "OPT: an option that was not asked for, or one twice";
		}
		options += 4 + data_octets;
		octets -= 4 + data_octets;
	}
	if (!fault && (ecs || cookie || nsid))
		fault = ecs ? "OPT: no client subnet" : cookie ? "OPT: no cookie" : "OPT: no NSID";
	return fault;
}
