/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys that sign the geo names of a zone. */
#ifndef GEOXDP_CORE_KEYS_H
#define GEOXDP_CORE_KEYS_H

#include <libdnssec/key.h>

#include "user/core/zone.h"

/* A file of a private key, or a folder of them. */
struct gx_key_path {
	const char *path;
	struct gx_where where;	/* the line of the configuration that names it */
};

struct gx_keys {
	dnssec_key_t **list;	/* each signs every RRset; in the order of their DNSKEYs */
	size_t n;
	uint32_t validity_s;	/* of signatures */
};

/**
 * gx_keys_read - the keys of a zone
 * @zone: read
 * @paths: n of them
 * @validity_s: of signatures
 * @diag: files that cannot be read or hold no key; private keys that none of the zone's DNSKEYs belongs to, or one that
 *	does not sign: revoked (RFC 5011 2.1), no zone key (RFC 4034 2.1.1); an algorithm of the zone without a
 *	key (RFC 4035 2.2)
 *
 * A private key belongs to a DNSKEY by its public key, whatever its file is called. Of a folder, the files
 * K*.private of this zone and *.pem are looked at, and those that do not belong to a DNSKEY that signs are left
 * alone: a folder has keys of other zones, keys to come and keys that have gone. Keys without the SEP flag sign;
 * where of an algorithm none is given, those with it do.
 *
 * Returns the keys, free with gx_keys_free(); NULL: a finding was added.
 */
struct gx_keys *gx_keys_read(const struct gx_zone *zone, const struct gx_key_path *paths, size_t n, uint32_t validity_s,
			     struct gx_diag *diag);
void gx_keys_free(struct gx_keys *keys);

#endif
