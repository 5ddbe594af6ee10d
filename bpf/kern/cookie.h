/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The server cookie of a reply. */
#ifndef GEOXDP_KERN_COOKIE_H
#define GEOXDP_KERN_COOKIE_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/pure/cookie.h"
#include "bpf/pure/edns.h"
#include "bpf/pure/frame.h"
#include "maps/node.maps.h"

/* The secrets, or NULL: cookies are not answered, and their options are as unknown ones. */
gx_inline const struct gx_cookie_secrets *gx_find_secrets(void)
{
	__u32 zero = 0;
	const struct gx_cookie_secrets *secrets = bpf_map_lookup_elem(&cookies, &zero);

	return secrets && secrets->count ? secrets : NULL;
}

/**
 * gx_renew_cookie - make the cookie of the query that of the reply
 *
 * The clock is TAI, which BPF has since Linux 6.1, less what the loader found it to be ahead. Secrets may be
 * replaced meanwhile: a cookie that was signed with half of each is renewed when it comes back.
 *
 * Return: 1: the reply carries it; 0: cookies are not answered.
 */
__attribute__((noinline)) int gx_renew_cookie(const struct gx_packet *packet, struct gx_edns *edns)
{
	const struct gx_cookie_secrets *secrets = gx_find_secrets();
	struct gx_cookie_owner owner = {};

	if (!packet || !edns || !secrets)
		return 0;
	owner.is_ipv6 = packet->is_ipv6;
	owner.words[0] = packet->source[0];
	owner.words[1] = packet->source[1];
	owner.ipv4 = gx_mapped_ipv4(packet->source[1]);
	gx_cookie_renew(secrets, &edns->cookie, edns->cookie_octets == GX_COOKIE_OCTETS, &owner,
			bpf_ktime_get_tai_ns() / 1000000000 - secrets->tai_ahead_s);
	return 1;
}

#endif
