/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signed zones for benchmarks: each record that DNSSEC asks for is there, with signatures that nobody validates. */
#include "tests/bench/signed_zone.h"

#include <stdlib.h>
#include <string.h>

#include <libdnssec/nsec.h>
#include <libknot/dname.h>

#include "tests/bench/harness.h"

#define HASH_OCTETS	20
#define OWNERS		(SIGNED_HOSTS + 2)	/* the apex and its server */
#define TEXT		64

struct owner {
	char name[TEXT];
	const char *types;
	uint8_t hash[HASH_OCTETS];
};

/* An RRset of one record, and its RRSIG. */
static void put(FILE *file, const char *owner, const char *type, const char *data, const char *apex)
{
	unsigned int labels = 0;
	char signature[88];

	for (const char *at = owner; *at; at++)
		labels += *at == '.';
	for (size_t i = 0; i < 86; i++)
		signature[i] = (char)('A' + bench_mix(i + (uintptr_t)owner[0]) % 26);
	signature[85] = 'A';	/* the last of 64 octets leaves four bits over */
	strcpy(signature + 86, "=");
	fprintf(file, "%s 300 %s %s\n%s 300 RRSIG %s 13 %u 300 20300101000000 20200101000000 7 %s %s=\n", owner, type, data, owner, type,
		labels, apex, signature);
}

static void hash_name(const char *name, uint8_t hash[HASH_OCTETS])
{
	dnssec_nsec3_params_t params = { .algorithm = DNSSEC_NSEC3_ALGORITHM_SHA1 };
	dnssec_binary_t input, output = {0};
	knot_dname_storage_t wire;

	if (!knot_dname_from_str(wire, name, sizeof(wire)))
		bench_fail("%s: no name", name);
	input = (dnssec_binary_t){ .data = wire, .size = knot_dname_size(wire) };
	if (dnssec_nsec3_hash(&input, &params, &output) || output.size != HASH_OCTETS)
		bench_fail("%s: hash", name);
	memcpy(hash, output.data, HASH_OCTETS);
	dnssec_binary_free(&output);
}

/* Base32 with the extended hex alphabet (RFC 4648 7): 20 octets are 32 digits. */
static const char *show_hash(const uint8_t hash[HASH_OCTETS], char *text)
{
	for (unsigned int i = 0; i < HASH_OCTETS * 8 / 5; i++) {
		unsigned int at = i * 5 / 8, pair = hash[at] << 8 | (at + 1 < HASH_OCTETS ? hash[at + 1] : 0);

		text[i] = "0123456789abcdefghijklmnopqrstuv"[pair >> (11 - i * 5 % 8) & 31];
	}
	text[HASH_OCTETS * 8 / 5] = 0;
	return text;
}

static int compare_hashes(const void *left, const void *right)
{
	return memcmp(((const struct owner *)left)->hash, ((const struct owner *)right)->hash, HASH_OCTETS);
}

/* Each leads to the next one, the last one to the first. owners: in order. */
static void put_denials(FILE *file, struct owner *owners, const char *apex, bool nsec3)
{
	for (size_t i = 0; i < OWNERS; i++) {
		const struct owner *owner = &owners[i], *next = &owners[(i + 1) % OWNERS];
		char data[2 * TEXT + 32], name[2 * TEXT], hash[TEXT];

		if (nsec3) {
			snprintf(data, sizeof(data), "1 0 0 - %s %s", show_hash(next->hash, hash), owner->types);
			snprintf(name, sizeof(name), "%s.%s", show_hash(owner->hash, hash), apex);
		} else {
			snprintf(data, sizeof(data), "%s %s NSEC", next->name, owner->types);
			snprintf(name, sizeof(name), "%.63s", owner->name);
		}
		put(file, name, nsec3 ? "NSEC3" : "NSEC", data, apex);
	}
}

void signed_zone_write(FILE *file, const char *apex, bool nsec3)
{
	static struct owner owners[OWNERS];
	char data[TEXT];

	fprintf(file, "$TTL 300\n");
	snprintf(owners[0].name, TEXT, "%s", apex);
	owners[0].types = nsec3 ? "NS SOA RRSIG NSEC3PARAM" : "NS SOA RRSIG";
	put(file, apex, "SOA", "ns1 hostmaster 1 86400 7200 604800 300", apex);
	put(file, apex, "NS", "ns1", apex);
	if (nsec3)
		put(file, apex, "NSEC3PARAM", "1 0 0 -", apex);
	for (size_t i = 1; i < OWNERS; i++) {
		/* In canonical order. */
		if (i <= SIGNED_HOSTS)
			snprintf(owners[i].name, TEXT, "h%03zu.%s", i - 1, apex);
		else
			snprintf(owners[i].name, TEXT, "ns1.%s", apex);
		owners[i].types = "A RRSIG";
		snprintf(data, sizeof(data), "198.51.100.%zu", i % 254 + 1);
		put(file, owners[i].name, "A", data, apex);
	}
	if (nsec3) {
		for (size_t i = 0; i < OWNERS; i++)
			hash_name(owners[i].name, owners[i].hash);
		qsort(owners, OWNERS, sizeof(*owners), compare_hashes);
	}
	put_denials(file, owners, apex, nsec3);
}
