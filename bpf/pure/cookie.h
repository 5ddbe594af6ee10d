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

/* What a server cookie is worth. */
enum gx_cookie_worth {
	GX_COOKIE_INVALID,
	GX_COOKIE_VALID,	/* signed with either secret, and not older than an hour */
	GX_COOKIE_FRESH,	/* signed with the active one, as we make them, and not older than half an hour */
};

/**
 * gx_cookie_check - what a server cookie is worth (RFC 9018 4.3, 5)
 * @secrets: at least one; the first is the active one
 * @now_s: seconds since 1970, modulo 2^32
 *
 * Reserved octets are covered by the hash, and otherwise not looked at (RFC 9018 appendix A.3); we send zeros.
 */
gx_inline enum gx_cookie_worth gx_cookie_check(const struct gx_cookie_secrets *secrets, const struct gx_cookie *cookie,
					       const struct gx_cookie_owner *owner, __u32 now_s)
{
	/* Serial number arithmetic (RFC 1982). */
	__s32 age_s = (__s32)(now_s - gx_cookie_time_s(cookie));

	if (bpf_be64_to_cpu(cookie->head) >> 56 != GX_COOKIE_VERSION || age_s > GX_COOKIE_OLD_S ||
	    age_s < -GX_COOKIE_FUTURE_S)
		return GX_COOKIE_INVALID;
	if (gx_cookie_hash(secrets->secrets[0], cookie, owner) == cookie->hash) {
		if (age_s > GX_COOKIE_FRESH_S || cookie->head != gx_cookie_head(gx_cookie_time_s(cookie)))
			return GX_COOKIE_VALID;
		return GX_COOKIE_FRESH;
	}
	if (secrets->count > 1 && gx_cookie_hash(secrets->secrets[1], cookie, owner) == cookie->hash)
		return GX_COOKIE_VALID;
	return GX_COOKIE_INVALID;
}

/**
 * gx_cookie_renew - the server cookie that a reply carries
 * @cookie: of the query; hash and head are of a server cookie only with has_server
 *
 * A fresh one comes back as it is, so that it need not be made anew for each reply; in place of any other, and of none,
 * a new one is made. No answer depends on a cookie's being valid: none is refused (RFC 7873 5.2.3, 5.2.4: "process the
 * request"), and so the compiler leaves away the look at the staging secret.
 */
gx_inline void gx_cookie_renew(const struct gx_cookie_secrets *secrets, struct gx_cookie *cookie, int has_server,
			       const struct gx_cookie_owner *owner, __u32 now_s)
{
	if (has_server && gx_cookie_check(secrets, cookie, owner, now_s) == GX_COOKIE_FRESH)
		return;
	cookie->head = gx_cookie_head(now_s);
	cookie->hash = gx_cookie_hash(secrets->secrets[0], cookie, owner);
}

#endif
