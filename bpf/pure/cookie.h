/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* DNS cookies (RFC 7873), in the form that all servers of an anycast set can check (RFC 9018). */
#ifndef GEOXDP_PURE_COOKIE_H
#define GEOXDP_PURE_COOKIE_H

#include "bpf/pure/siphash.h"
#include "geoxdp/abi.h"
#include "geoxdp/dns.h"

/* A client's cookie, and the server's behind it, in words as they stand in the message. Drawn in geoxdp/dns.h. */
struct gx_cookie {
	__u64 client;
	__u64 head;	/* version, reserved, timestamp */
	__u64 hash;
};

/* Whose cookie it is: the source address, IPv4 in four octets. */
struct gx_cookie_owner {
	__u64 words[2];	/* of an IPv6 address, as read */
	__u32 ipv4;	/* as read */
	__u32 is_ipv6;
};

gx_inline __u64 gx_cookie_head(__u32 time_s)
{
	return bpf_cpu_to_be64((__u64)GX_COOKIE_VERSION << 56 | time_s);
}

gx_inline __u32 gx_cookie_time_s(const struct gx_cookie *cookie)
{
	return (__u32)bpf_be64_to_cpu(cookie->head);
}

/* RFC 9018 4.4: SipHash-2-4 of client cookie, version, reserved, timestamp, client address. */
gx_inline __u64 gx_cookie_hash(const __u64 secret[2], const struct gx_cookie *cookie,
			       const struct gx_cookie_owner *owner)
{
	const __u64 key[2] = { gx_le64(secret[0]), gx_le64(secret[1]) };
	__u64 words[4] = { gx_le64(cookie->client), gx_le64(cookie->head) };

	if (!owner->is_ipv6)
		return gx_le64(gx_siphash(key, words, 2, gx_le32(owner->ipv4) | 20ull << 56));
	words[2] = gx_le64(owner->words[0]);
	words[3] = gx_le64(owner->words[1]);
	return gx_le64(gx_siphash(key, words, 4, 32ull << 56));
}

/**
 * gx_cookie_renew - the server cookie that a reply carries
 * @secrets: at least one; the first is signed with, all are accepted (RFC 9018 5)
 * @cookie: of the query; hash and head are of a server cookie only with has_server
 * @now_s: seconds since 1970, modulo 2^32
 *
 * A valid one that is not older than half an hour comes back as it is; after that, or if it is not valid, a new one is made
 * (RFC 9018 4.3).
 */
gx_inline void gx_cookie_renew(const struct gx_cookie_secrets *secrets, struct gx_cookie *cookie, int has_server,
			       const struct gx_cookie_owner *owner, __u32 now_s)
{
	/* RFC 9018 4.3: serial number arithmetic (RFC 1982). */
	__s32 age_s = (__s32)(now_s - gx_cookie_time_s(cookie));

	if (has_server && bpf_be64_to_cpu(cookie->head) >> 32 == (__u64)GX_COOKIE_VERSION << 24 &&
	    age_s <= GX_COOKIE_FRESH_S && age_s >= -GX_COOKIE_FUTURE_S) {
		for (__u32 i = 0; i < GX_COOKIE_SECRETS; i++) {
			if (i < secrets->count && gx_cookie_hash(secrets->secrets[i], cookie, owner) == cookie->hash)
				return;
		}
	}
	cookie->head = gx_cookie_head(now_s);
	cookie->hash = gx_cookie_hash(secrets->secrets[0], cookie, owner);
}

#endif
