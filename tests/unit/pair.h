/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key pairs that a test makes, in the forms in which operators have them. */
#ifndef GEOXDP_TESTS_UNIT_PAIR_H
#define GEOXDP_TESTS_UNIT_PAIR_H

#include <gnutls/x509.h>
#include <libdnssec/error.h>
#include <libdnssec/key.h>

#include "tests/unit/folder.h"

#define PAIR_ZSK 256
#define PAIR_KSK 257

struct pair_keys {
	uint8_t algorithm;
	uint16_t flags;
	const char *bind;	/* as dnssec-keygen writes it */
	const char *pem;	/* PKCS#8 */
	const char *dnskey;	/* a line of a zone file */
};

static inline FOLDER_UNUSED char *pair_base64(struct folder *folder, const uint8_t *octets, size_t len)
{
	const gnutls_datum_t in = { (uint8_t *)octets, (unsigned int)len };
	gnutls_datum_t out;
	char *text;

	assert_int_equal(gnutls_base64_encode2(&in, &out), 0);
	text = gx_arena_strndup(&folder->arena, (char *)out.data, out.size);
	gnutls_free(out.data);
	return text;
}

static inline const char *pair_field(struct folder *folder, const char *name, gnutls_datum_t *value)
{
	const char *line = gx_arena_printf(&folder->arena, "%s: %s\n", name,
					   pair_base64(folder, value->data, value->size));

	gnutls_free(value->data);
	return line;
}

static inline const char *pair_bind_rsa(struct folder *folder, gnutls_x509_privkey_t key)
{
	gnutls_datum_t m, e, d, p, q, u, e1, e2;

	assert_int_equal(gnutls_x509_privkey_export_rsa_raw2(key, &m, &e, &d, &p, &q, &u, &e1, &e2), 0);
	return gx_arena_printf(&folder->arena, "%s%s%s%s%s%s%s%s", pair_field(folder, "Modulus", &m),
			       pair_field(folder, "PublicExponent", &e), pair_field(folder, "PrivateExponent", &d),
			       pair_field(folder, "Prime1", &p), pair_field(folder, "Prime2", &q),
			       pair_field(folder, "Exponent1", &e1), pair_field(folder, "Exponent2", &e2),
			       pair_field(folder, "Coefficient", &u));
}

static inline const char *pair_bind_curve(struct folder *folder, gnutls_x509_privkey_t key)
{
	gnutls_datum_t x = {0}, y = {0}, k;
	gnutls_ecc_curve_t curve;

	assert_int_equal(gnutls_x509_privkey_export_ecc_raw(key, &curve, &x, &y, &k), 0);
	gnutls_free(x.data);
	gnutls_free(y.data);
	return pair_field(folder, "PrivateKey", &k);
}

static inline void pair_generate(gnutls_x509_privkey_t key, uint8_t algorithm)
{
	switch (algorithm) {
	case DNSSEC_KEY_ALGORITHM_ECDSA_P256_SHA256:
		assert_int_equal(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
							      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), 0);
		break;
	case DNSSEC_KEY_ALGORITHM_ECDSA_P384_SHA384:
		assert_int_equal(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
							      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1), 0), 0);
		break;
	case DNSSEC_KEY_ALGORITHM_ED25519:
		assert_int_equal(gnutls_x509_privkey_generate(key, GNUTLS_PK_EDDSA_ED25519,
							      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519), 0), 0);
		break;
	default:
		assert_int_equal(gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, 1024, 0), 0);
	}
}

/* A new pair. */
static inline FOLDER_UNUSED struct pair_keys pair_make(struct folder *folder, uint8_t algorithm, uint16_t flags)
{
	struct pair_keys pair = { .algorithm = algorithm, .flags = flags };
	gnutls_x509_privkey_t key;
	gnutls_datum_t pem;
	dnssec_binary_t binary;
	dnssec_key_t *dnskey;

	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	pair_generate(key, algorithm);
	assert_int_equal(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem), 0);
	pair.pem = gx_arena_strndup(&folder->arena, (char *)pem.data, pem.size);
	gnutls_free(pem.data);
	pair.bind = gx_arena_printf(&folder->arena, "Private-key-format: v1.3\nAlgorithm: %u (NAME)\n%s"
				    "Created: 20260101000000\nActivate: 20260101000000\n", algorithm,
				    algorithm < DNSSEC_KEY_ALGORITHM_ECDSA_P256_SHA256 ? pair_bind_rsa(folder, key) :
											 pair_bind_curve(folder, key));
	gnutls_x509_privkey_deinit(key);

	assert_int_equal(dnssec_key_new(&dnskey), DNSSEC_EOK);
	assert_int_equal(dnssec_key_set_algorithm(dnskey, algorithm), DNSSEC_EOK);
	binary = (dnssec_binary_t){ .size = strlen(pair.pem), .data = (uint8_t *)pair.pem };
	assert_int_equal(dnssec_key_load_pkcs8(dnskey, &binary), DNSSEC_EOK);
	assert_int_equal(dnssec_key_get_pubkey(dnskey, &binary), DNSSEC_EOK);
	pair.dnskey = gx_arena_printf(&folder->arena, "@ IN DNSKEY %u 3 %u %s\n", flags, algorithm,
				      pair_base64(folder, binary.data, binary.size));
	dnssec_key_free(dnskey);
	return pair;
}

#endif
