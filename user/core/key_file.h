/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of private keys: BIND's and ldns's own form, and PKCS#8. */
#ifndef GEOXDP_CORE_KEY_FILE_H
#define GEOXDP_CORE_KEY_FILE_H

#include <gnutls/gnutls.h>
#include <libdnssec/binary.h>

#include "user/core/diag.h"

/* The fields of BIND's form that make a key. */
enum gx_key_part {
	GX_KEY_MODULUS,
	GX_KEY_PUBLIC_EXPONENT,
	GX_KEY_PRIVATE_EXPONENT,
	GX_KEY_PRIME1,
	GX_KEY_PRIME2,
	GX_KEY_EXPONENT1,
	GX_KEY_EXPONENT2,
	GX_KEY_COEFFICIENT,
	GX_KEY_PRIVATE,		/* of elliptic curves */
	GX_KEY_PARTS,
};

struct gx_key_file {
	uint8_t algorithm;	/* a DNSSEC algorithm; 0: PKCS#8, which does not say */
	gnutls_datum_t pem;	/* PKCS#8 */
	gnutls_datum_t parts[GX_KEY_PARTS];
};

/**
 * gx_key_file_read - read a private key
 * @out: written on success; free with gx_key_file_free()
 * @file: path
 * @named: the line of the configuration that names it
 * @diag: what is wrong with the file, at its line; a warning where others can read it
 *
 * Returns 0 or -EINVAL: a finding was added.
 */
int gx_key_file_read(struct gx_key_file *out, const char *file, const struct gx_where *named, struct gx_diag *diag);

/**
 * gx_key_file_pem - the key in PKCS#8, as libdnssec reads it
 * @algorithm: of the DNSKEY that it may belong to
 * @public_key: of this DNSKEY: keys of elliptic curves in BIND's form lack it
 * @out: written on success; free its data with gx_key_forget()
 *
 * Returns 0, or -EINVAL: it is not the private key of this DNSKEY.
 */
int gx_key_file_pem(const struct gx_key_file *key, uint8_t algorithm, const dnssec_binary_t *public_key,
		    dnssec_binary_t *out);

/* The name of an algorithm with which GeoXDP signs; NULL: it does not. */
const char *gx_key_algorithm_name(uint8_t algorithm);

/* Overwrite and free what gx_key_file_pem() gave. */
void gx_key_forget(dnssec_binary_t *pem);

void gx_key_file_free(struct gx_key_file *key);

#endif
