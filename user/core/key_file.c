/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of private keys: BIND's and ldns's own form, and PKCS#8. */
#include "user/core/key_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <gnutls/x509.h>
#include <libdnssec/error.h>
#include <libdnssec/key.h>
#include <libdnssec/pem.h>

#include "user/core/text.h"

/* RFC 8624 3.1: what signers may use, without ED448, which few validators know. */
static const struct algorithm {
	uint8_t number;
	const char *name;
	gnutls_ecc_curve_t curve;	/* GNUTLS_ECC_CURVE_INVALID: RSA */
} algorithms[] = {
	{ DNSSEC_KEY_ALGORITHM_RSA_SHA256, "RSASHA256", GNUTLS_ECC_CURVE_INVALID },
	{ DNSSEC_KEY_ALGORITHM_RSA_SHA512, "RSASHA512", GNUTLS_ECC_CURVE_INVALID },
	{ DNSSEC_KEY_ALGORITHM_ECDSA_P256_SHA256, "ECDSAP256SHA256", GNUTLS_ECC_CURVE_SECP256R1 },
	{ DNSSEC_KEY_ALGORITHM_ECDSA_P384_SHA384, "ECDSAP384SHA384", GNUTLS_ECC_CURVE_SECP384R1 },
	{ DNSSEC_KEY_ALGORITHM_ED25519, "ED25519", GNUTLS_ECC_CURVE_ED25519 },
};

#define ALGORITHMS_TEXT "RSASHA256, RSASHA512, ECDSAP256SHA256, ECDSAP384SHA384 or ED25519"

static const char *const part_names[GX_KEY_PARTS] = {
	[GX_KEY_MODULUS] = "Modulus",
	[GX_KEY_PUBLIC_EXPONENT] = "PublicExponent",
	[GX_KEY_PRIVATE_EXPONENT] = "PrivateExponent",
	[GX_KEY_PRIME1] = "Prime1",
	[GX_KEY_PRIME2] = "Prime2",
	[GX_KEY_EXPONENT1] = "Exponent1",
	[GX_KEY_EXPONENT2] = "Exponent2",
	[GX_KEY_COEFFICIENT] = "Coefficient",
	[GX_KEY_PRIVATE] = "PrivateKey",
};

static const struct algorithm *find_algorithm(uint8_t number)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (algorithms[i].number == number)
			return &algorithms[i];
	return NULL;
}

const char *gx_key_algorithm_name(uint8_t number)
{
	const struct algorithm *algorithm = find_algorithm(number);

	return algorithm ? algorithm->name : NULL;
}

static void forget(gnutls_datum_t *datum)
{
	if (datum->data)
		explicit_bzero(datum->data, datum->size);
	gnutls_free(datum->data);
	*datum = (gnutls_datum_t){0};
}

void gx_key_forget(dnssec_binary_t *pem)
{
	if (pem->data)
		explicit_bzero(pem->data, pem->size);
	dnssec_binary_free(pem);
}

void gx_key_file_free(struct gx_key_file *key)
{
	forget(&key->pem);
	for (size_t i = 0; i < GX_KEY_PARTS; i++)
		forget(&key->parts[i]);
}

/* --- BIND's form ------------------------------------------------------------------------------- */

/* A line being read: "Field: value". What it says is not shown: it may be the secret. */
struct line {
	struct gx_key_file *key;
	const char *field;
	const char *value;
	struct gx_where where;
	struct gx_diag *diag;
};

static void read_format(const struct line *line)
{
	/* v1.2 is what ldns writes; v1.3 added times, which are not heeded. */
	if (strncmp(line->value, "v1.", 3) != 0)
		gx_error(line->diag, &line->where, "a private key in another format: v1.2 or v1.3 would be right");
}

static void read_algorithm(const struct line *line)
{
	size_t digits = strspn(line->value, "0123456789");
	unsigned long number = strtoul(line->value, NULL, 10);
	char quoted[GX_QUOTE_OCTETS];

	if (digits && number <= UINT8_MAX && find_algorithm((uint8_t)number))
		line->key->algorithm = (uint8_t)number;
	else
		gx_error(line->diag, &line->where, "algorithm %s is not for signing here: " ALGORITHMS_TEXT " would be right",
			 gx_quote(line->value, strlen(line->value), quoted));
}

static void read_part(const struct line *line, enum gx_key_part part)
{
	const gnutls_datum_t base64 = { (unsigned char *)line->value, (unsigned int)strlen(line->value) };
	gnutls_datum_t octets;

	if (gnutls_base64_decode2(&base64, &octets) < 0 || !octets.size) {
		gx_error(line->diag, &line->where, "%s is no base64: the octets of a key would be right", line->field);
		return;
	}
	forget(&line->key->parts[part]);
	line->key->parts[part] = octets;
}

static void read_field(const struct line *line)
{
	if (strcmp(line->field, "Private-key-format") == 0)
		read_format(line);
	else if (strcmp(line->field, "Algorithm") == 0)
		read_algorithm(line);
	else if (strcmp(line->field, "Engine") == 0 || strcmp(line->field, "Label") == 0)
		gx_error(line->diag, &line->where, "the key is in a hardware module: one in a file would be right");
	for (enum gx_key_part part = 0; part < GX_KEY_PARTS; part++)
		if (strcmp(line->field, part_names[part]) == 0)
			read_part(line, part);
}

/* Parts without which there is no key. */
static void check_parts(const struct gx_key_file *key, const char *file, struct gx_diag *diag)
{
	const struct algorithm *algorithm = find_algorithm(key->algorithm);
	const bool is_rsa = algorithm && algorithm->curve == GNUTLS_ECC_CURVE_INVALID;
	const enum gx_key_part first = is_rsa ? GX_KEY_MODULUS : GX_KEY_PRIVATE;
	const enum gx_key_part last = is_rsa ? GX_KEY_COEFFICIENT : GX_KEY_PRIVATE;
	const struct gx_where where = { .file = file };

	if (!algorithm) {
		gx_error(diag, &where, "a private key without its algorithm: 'Algorithm: 13 (ECDSAP256SHA256)' or such would "
			 "be right");
		return;
	}
	for (enum gx_key_part part = first; part <= last; part++)
		if (!key->parts[part].size)
			gx_error(diag, &where, "%s is missing: a whole private key of %s would be right", part_names[part],
				 algorithm->name);
}

static void read_lines(struct gx_key_file *key, struct gx_text *text, struct gx_diag *diag)
{
	size_t errors = diag->errors;
	char *at;

	while ((at = gx_text_line(text))) {
		struct line line = { .key = key, .where = gx_text_where(text), .diag = diag };
		char *colon = strchr(at, ':');

		if (!colon) {
			if (*gx_text_trim(at))
				gx_error(diag, &line.where, "no field of a private key: 'Field: value' would be right");
			continue;
		}
		*colon = '\0';
		line.field = gx_text_trim(at);
		line.value = gx_text_trim(colon + 1);
		read_field(&line);
	}
	if (diag->errors == errors)
		check_parts(key, text->file, diag);
}

/* --- PKCS#8 ------------------------------------------------------------------------------------ */

/* What openssl and others write into PEM files, and what to do with what is not the right form. */
static const struct {
	const char *begin;
	const char *what;	/* NULL: the right form */
} pem_forms[] = {
	{ "-----BEGIN PRIVATE KEY-----", NULL },
	{ "-----BEGIN ENCRYPTED PRIVATE KEY-----", "a private key behind a passphrase" },
	{ "-----BEGIN RSA PRIVATE KEY-----", "a private key in PKCS#1" },
	{ "-----BEGIN EC PRIVATE KEY-----", "a private key in SEC 1" },
};

/* Returns 0; -ENOENT: no PEM of a private key; -EINVAL: of another form, which is a finding. */
static int read_pem(struct gx_key_file *key, const struct gx_text *text, struct gx_diag *diag)
{
	const struct gx_where where = { .file = text->file };

	for (size_t i = 0; i < sizeof(pem_forms) / sizeof(pem_forms[0]); i++) {
		if (!strstr(text->data, pem_forms[i].begin))
			continue;
		if (pem_forms[i].what) {
			gx_error(diag, &where, "%s: PKCS#8 without one, as `openssl pkcs8 -topk8 -nocrypt` writes, would be "
				 "right", pem_forms[i].what);
			return -EINVAL;
		}
		key->pem.data = gnutls_malloc(text->len + 1);
		key->pem.size = (unsigned int)text->len;
		memcpy(key->pem.data, text->data, text->len);
		return 0;
	}
	return -ENOENT;
}

/* --- all --------------------------------------------------------------------------------------- */

static void read_text(struct gx_key_file *key, struct gx_text *text, struct gx_diag *diag)
{
	const struct gx_where where = { .file = text->file };

	if (read_pem(key, text, diag) != -ENOENT)
		return;
	if (strstr(text->data, "Private-key-format:"))
		read_lines(key, text, diag);
	else
		gx_error(diag, &where, "no private key: a file such as Kexample.com.+013+12345.private, or PKCS#8 in PEM, would "
			 "be right");
}

int gx_key_file_read(struct gx_key_file *out, const char *file, const struct gx_where *named, struct gx_diag *diag)
{
	const struct gx_where whole = { .file = file };
	struct gx_key_file key = {0};
	size_t errors = diag->errors;
	struct gx_text text;
	struct stat status;

	if (gx_text_read(&text, file, named, diag) < 0)
		return -EINVAL;
	read_text(&key, &text, diag);
	explicit_bzero(text.data, text.len);
	gx_text_free(&text);
	if (diag->errors > errors) {
		gx_key_file_free(&key);
		return -EINVAL;
	}
	if (!stat(file, &status) && status.st_mode & S_IRWXO)
		gx_warn(diag, &whole, "mode %04o, others can read or write this private key: 0600 or 0640 would be right",
			(unsigned int)status.st_mode & 07777);
	*out = key;
	return 0;
}

static int import_rsa(gnutls_x509_privkey_t out, const struct gx_key_file *key)
{
	const gnutls_datum_t *parts = key->parts;

	return gnutls_x509_privkey_import_rsa_raw2(out, &parts[GX_KEY_MODULUS], &parts[GX_KEY_PUBLIC_EXPONENT],
						   &parts[GX_KEY_PRIVATE_EXPONENT], &parts[GX_KEY_PRIME1],
						   &parts[GX_KEY_PRIME2], &parts[GX_KEY_COEFFICIENT],
						   &parts[GX_KEY_EXPONENT1], &parts[GX_KEY_EXPONENT2]);
}

/* The public key of a curve in the DNSKEY: x and y (RFC 6605 4), or of Ed25519 its octets (RFC 8080 3). */
static int import_curve(gnutls_x509_privkey_t out, const struct gx_key_file *key, gnutls_ecc_curve_t curve,
			const dnssec_binary_t *public_key)
{
	const unsigned int half = (unsigned int)public_key->size / 2;
	const bool is_eddsa = curve == GNUTLS_ECC_CURVE_ED25519;
	const gnutls_datum_t x = { public_key->data, is_eddsa ? (unsigned int)public_key->size : half };
	const gnutls_datum_t y = { public_key->data + half, half };

	return gnutls_x509_privkey_import_ecc_raw(out, curve, &x, is_eddsa ? NULL : &y, &key->parts[GX_KEY_PRIVATE]);
}

int gx_key_file_pem(const struct gx_key_file *key, uint8_t number, const dnssec_binary_t *public_key,
		    dnssec_binary_t *out)
{
	const struct algorithm *algorithm = find_algorithm(number);
	gnutls_x509_privkey_t private_key;
	dnssec_binary_t pem = {0};
	int err;

	if (!algorithm || (key->algorithm && key->algorithm != number))
		return -EINVAL;
	if (!key->algorithm) {
		pem = (dnssec_binary_t){ .data = key->pem.data, .size = key->pem.size };
		return dnssec_binary_dup(&pem, out) == DNSSEC_EOK ? 0 : -EINVAL;
	}
	if (gnutls_x509_privkey_init(&private_key) < 0)
		return -EINVAL;
	if (algorithm->curve == GNUTLS_ECC_CURVE_INVALID)
		err = import_rsa(private_key, key);
	else
		err = import_curve(private_key, key, algorithm->curve, public_key);
	/* The public half of a curve's key was put beside it: do they belong together? */
	if (err >= 0)
		err = gnutls_x509_privkey_verify_params(private_key);
	if (err >= 0)
		err = dnssec_pem_from_x509(private_key, &pem) == DNSSEC_EOK ? 0 : -EINVAL;
	gnutls_x509_privkey_deinit(private_key);
	if (err < 0)
		return -EINVAL;
	*out = pem;
	return 0;
}
