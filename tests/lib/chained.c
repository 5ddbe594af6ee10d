/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones at random that are signed in whole, by NSEC or by NSEC3, with signatures of no key. */
#include "tests/lib/chained.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libdnssec/binary.h>
#include <libdnssec/nsec.h>

#define RANDOM_NAMES	300	/* beside the others */
#define TTL		300
#define TEXT_OCTETS	192

#define NUMBER(array) (sizeof(array) / sizeof((array)[0]))

/* Below the apex; the ones that matter, before the random ones. */
static const struct {
	const char *owner, *type, *rdata;
} records[] = {
	{ "ns1", "A", "192.0.2.53" }, { "www", "A", "192.0.2.1" }, { "www", "AAAA", "2001:db8::1" },
	{ "a.b.ent", "A", "192.0.2.2" },
	/* what agrees in sixteen octets, and what is the beginning of another */
	{ "abcdefghijklmnop", "A", "192.0.2.3" }, { "abcdefghijklmnopq", "A", "192.0.2.4" },
	{ "abcdefghijklmnopqr", "TXT", "tie" }, { "abcdefghijklmno", "A", "192.0.2.5" },
	{ "m", "A", "192.0.2.6" }, { "m\\000", "A", "192.0.2.7" }, { "m\\000\\000x", "A", "192.0.2.8" },
	{ "\\000", "A", "192.0.2.9" }, { "\\255\\255", "A", "192.0.2.10" }, { "\\255", "TXT", "last" },
	{ "\\000.sub", "A", "192.0.2.11" }, { "sub", "TXT", "sub" }, { "mm.sub", "A", "192.0.2.12" },
	/* wildcards of all kinds */
	{ "*.wild", "A", "192.0.2.13" }, { "*.wild", "TXT", "wild" }, { "closer.wild", "A", "192.0.2.14" },
	{ "*.alias", "CNAME", "www" }, { "*.to-nothing", "CNAME", "nothing" }, { "*.to-ent", "CNAME", "b.ent" },
	{ "*.to-wild", "CNAME", "any.wild" }, { "*.mail", "MX", "10 www" }, { "a.*.star", "A", "192.0.2.15" },
	{ "*.away", "CNAME", "www.elsewhere.example." }, { "*.to-self", "CNAME", "x.to-nothing" },
	{ "*.to-ds", "CNAME", "x.secure" },
	{ "deep", "A", "192.0.2.16" }, { "*.deep", "TXT", "deep" }, { "a.deep", "A", "192.0.2.17" },
	/* delegations, and what exists by one alone */
	{ "insecure", "NS", "ns.elsewhere.example." }, { "secure", "NS", "ns.elsewhere.example." },
	{ "secure", "DS", "1 13 2 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF" },
	{ "only.insecure2", "NS", "ns.elsewhere.example." }, { "dname", "DNAME", "www" },
};

uint64_t chained_mix(uint64_t number)
{
	number += 0x9e3779b97f4a7c15ull;
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ull;
	number = (number ^ number >> 27) * 0x94d049bb133111ebull;
	return number ^ number >> 31;
}

static size_t split(const knot_dname_t *name, const knot_dname_t **labels)
{
	size_t n = 0;

	for (; *name; name += 1 + *name)
		labels[n++] = name;
	return n;
}

/* RFC 4034 6.1, of names in lower case. Not gx_name_compare(): what is tested by these zones goes by that. */
static int compare_names(const knot_dname_t *left, const knot_dname_t *right)
{
	const knot_dname_t *a[128], *b[128];
	size_t n_a = split(left, a), n_b = split(right, b);

	while (n_a && n_b) {
		const knot_dname_t *x = a[--n_a], *y = b[--n_b];
		int order = memcmp(x + 1, y + 1, *x < *y ? *x : *y);

		if (order || *x != *y)
			return order ? order : *x - *y;
	}
	return (n_a > 0) - (n_b > 0);
}

static int compare_owners(const void *left, const void *right)
{
	return compare_names(((const struct owner *)left)->name, ((const struct owner *)right)->name);
}

static int compare_hashes(const void *left, const void *right)
{
	return memcmp((*(const struct owner *const *)left)->hash, (*(const struct owner *const *)right)->hash, CHAINED_HASH_OCTETS);
}

struct owner *chained_find(struct chained_zone *zone, const knot_dname_t *name)
{
	/* Most differ in the first octet already, and emulated machines are slow. */
	for (size_t i = 0; i < zone->n_owners; i++)
		if (*zone->owners[i].name == *name && knot_dname_is_equal(zone->owners[i].name, name))
			return &zone->owners[i];
	return NULL;
}

static struct owner *add_owner(struct chained_zone *zone, const knot_dname_t *name)
{
	struct owner *owner = chained_find(zone, name);

	if (owner)
		return owner;
	if (zone->n_owners == CHAINED_OWNERS_MAX)
		abort();
	owner = &zone->owners[zone->n_owners++];
	memcpy(owner->name, name, knot_dname_size(name));
	return owner;
}

static void add_record(struct chained_zone *zone, const knot_dname_t *name, const char *type, const char *rdata)
{
	struct owner *owner = add_owner(zone, name);

	if (owner->n_records == CHAINED_RECORDS_MAX)
		abort();
	owner->records[owner->n_records].type = type;
	owner->records[owner->n_records++].rdata = rdata;
	owner->is_cut |= !strcmp(type, "NS");
	owner->has_ds |= !strcmp(type, "DS");
}

void chained_below(knot_dname_storage_t out, const knot_dname_t *labels, size_t octets, const knot_dname_t *name)
{
	memcpy(out, labels, octets);
	memcpy(out + octets, name, knot_dname_size(name));
}

size_t chained_label(uint64_t random, uint8_t out[64])
{
	static const char letters[] = "aabcdefghijklmnopqrstuvwxyz0123456789-_*";
	size_t octets = random % 4 ? 1 + random / 4 % 8 : 1 + random / 4 % 63;
	bool any = random >> 16 & 1;

	out[0] = octets;
	for (size_t i = 1; i <= octets; i++) {
		uint8_t octet = chained_mix(random + i);

		out[i] = any ? octet : letters[octet % (sizeof(letters) - 1)];
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] += 'a' - 'A';
	}
	return 1 + octets;
}

static void put_name(FILE *file, const knot_dname_t *name)
{
	if (!*name)
		fputc('.', file);
	for (; *name; name += 1 + *name) {
		for (size_t i = 1; i <= *name; i++) {
			if (name[i] != '*' && name[i] != '-' && !(name[i] >= 'a' && name[i] <= 'z') && !(name[i] >= '0' && name[i] <= '9'))
				fprintf(file, "\\%03u", name[i]);
			else
				fputc(name[i], file);
		}
		fputc('.', file);
	}
}

static void put_rrsig(FILE *file, const struct chained_zone *zone, const knot_dname_t *owner, const char *type)
{
	size_t labels = knot_dname_labels(owner, NULL) - knot_dname_is_wildcard(owner);

	put_name(file, owner);
	fprintf(file, " %d RRSIG %s 13 %zu %d 20300101000000 20200101000000 7 %s c2lnbmVk\n", TTL, type, labels, TTL, zone->chain->apex);
}

static void put_types(FILE *file, const struct owner *owner, const char *denial)
{
	for (size_t i = 0; i < owner->n_records; i++)
		fprintf(file, " %s", owner->records[i].type);
	if (owner->n_records && (!owner->is_cut || owner->has_ds || *denial))
		fputs(" RRSIG", file);
	fprintf(file, " %s\n", denial);
}

static void put_records(FILE *file, const struct chained_zone *zone, const struct owner *owner)
{
	for (size_t i = 0; i < owner->n_records; i++) {
		const char *type = owner->records[i].type;

		put_name(file, owner->name);
		fprintf(file, " %d %s %s\n", TTL, type, owner->records[i].rdata);
		if (strcmp(type, "NS") || !owner->is_cut)
			put_rrsig(file, zone, owner->name, type);
	}
}

static void put_nsecs(FILE *file, struct chained_zone *zone)
{
	const struct owner *last = NULL;

	for (size_t i = 0; i < zone->n_owners; i++)
		zone->owners[i].is_chained = zone->owners[i].n_records;
	for (size_t i = zone->n_owners; i--;) {
		const struct owner *owner = &zone->owners[i];

		if (!owner->is_chained)
			continue;
		put_name(file, owner->name);
		fprintf(file, " %d NSEC ", TTL);
		put_name(file, last ? last->name : zone->apex);
		put_types(file, owner, "NSEC");
		put_rrsig(file, zone, owner->name, "NSEC");
		last = owner;
	}
}

static void hash_name(const struct chain *chain, const knot_dname_t *name, uint8_t out[CHAINED_HASH_OCTETS])
{
	dnssec_nsec3_params_t params = {
		.algorithm = DNSSEC_NSEC3_ALGORITHM_SHA1,
		.iterations = chain->iterations,
		.salt = { .size = chain->n_salt, .data = (uint8_t *)chain->salt_octets },
	};
	dnssec_binary_t data = { .size = knot_dname_size(name), .data = (uint8_t *)name }, hash = {0};

	if (dnssec_nsec3_hash(&data, &params, &hash) || hash.size != CHAINED_HASH_OCTETS)
		abort();
	memcpy(out, hash.data, CHAINED_HASH_OCTETS);
	dnssec_binary_free(&hash);
}

static void put_hash(FILE *file, const uint8_t hash[CHAINED_HASH_OCTETS])
{
	for (size_t bit = 0; bit < 8 * CHAINED_HASH_OCTETS; bit += 5) {
		unsigned int two = hash[bit / 8] << 8 | (bit / 8 + 1 < CHAINED_HASH_OCTETS ? hash[bit / 8 + 1] : 0);

		fputc("0123456789abcdefghijklmnopqrstuv"[two >> (11 - bit % 8) & 31], file);
	}
}

/* With opt-out, delegations without DS and what exists by them alone have none (RFC 5155 7.1). */
static bool is_hashed(const struct chained_zone *zone, const struct owner *owner)
{
	if (!zone->chain->optout)
		return true;
	if (owner->n_records)
		return !owner->is_cut || owner->has_ds;
	for (size_t i = 0; i < zone->n_owners; i++) {
		const struct owner *other = &zone->owners[i];

		if (other->n_records && is_hashed(zone, other) && knot_dname_in_bailiwick(other->name, owner->name) > 0)
			return true;
	}
	return false;
}

static void put_nsec3s(FILE *file, struct chained_zone *zone)
{
	static struct owner *hashed[CHAINED_OWNERS_MAX];
	const struct chain *chain = zone->chain;
	size_t n = 0;

	for (size_t i = 0; i < zone->n_owners; i++) {
		hash_name(chain, zone->owners[i].name, zone->owners[i].hash);
		zone->owners[i].is_chained = is_hashed(zone, &zone->owners[i]);
		if (zone->owners[i].is_chained)
			hashed[n++] = &zone->owners[i];
	}
	qsort(hashed, n, sizeof(*hashed), compare_hashes);
	fprintf(file, "%s %d NSEC3PARAM 1 0 %u %s\n", chain->apex, TTL, chain->iterations, chain->salt);
	put_rrsig(file, zone, zone->apex, "NSEC3PARAM");
	for (size_t i = 0; i < n; i++) {
		const knot_dname_t *apex = zone->apex;

		put_hash(file, hashed[i]->hash);
		fprintf(file, ".%s %d NSEC3 1 %d %u %s ", chain->apex, TTL, chain->optout, chain->iterations, chain->salt);
		put_hash(file, hashed[(i + 1) % n]->hash);
		put_types(file, hashed[i], "");
		put_hash(file, hashed[i]->hash);
		fprintf(file, ".%s %d RRSIG NSEC3 13 %zu %d 20300101000000 20200101000000 7 %s c2lnbmVk\n", chain->apex, TTL,
			knot_dname_labels(apex, NULL) + 1, TTL, chain->apex);
	}
}

static void add_records(struct chained_zone *zone)
{
	knot_dname_storage_t name;

	knot_dname_from_str(zone->apex, zone->chain->apex, sizeof(zone->apex));
	add_record(zone, zone->apex, "SOA", "ns1 host 1 86400 7200 604800 200");
	add_record(zone, zone->apex, "NS", "ns1");
	zone->owners[0].is_cut = false;
	for (size_t i = 0; i < NUMBER(records); i++) {
		char text[TEXT_OCTETS];

		snprintf(text, sizeof(text), "%s.%s", records[i].owner, zone->chain->apex);
		if (!knot_dname_from_str(name, text, sizeof(name)))
			abort();
		add_record(zone, name, records[i].type, records[i].rdata);
	}
	for (size_t i = 0; i < RANDOM_NAMES; i++) {
		uint64_t random = chained_mix(~(uint64_t)i);
		const struct owner *parent = &zone->owners[random % 3 ? 0 : random / 3 % zone->n_owners];
		uint8_t label[64];
		size_t octets = chained_label(chained_mix(random), label);
		const knot_dname_t *at = parent->name;
		bool occluded = octets + knot_dname_size(at) > KNOT_DNAME_MAXLEN;

		for (; !occluded && *at; at += 1 + *at) {
			const struct owner *above = chained_find(zone, at);

			occluded = above && (above->is_cut || (above->n_records && (!strcmp(above->records[0].type, "DNAME"))));
		}
		if (occluded)
			continue;
		chained_below(name, label, octets, parent->name);
		if (!chained_find(zone, name))
			add_record(zone, name, random >> 40 & 1 ? "A" : "TXT", "192.0.2.99");
	}
	/* Empty non-terminals. */
	for (size_t i = 0, n = zone->n_owners; i < n; i++)
		for (const knot_dname_t *at = zone->owners[i].name; !knot_dname_is_equal(at, zone->apex); at += 1 + *at)
			add_owner(zone, at);
	qsort(zone->owners, zone->n_owners, sizeof(*zone->owners), compare_owners);
}

int chained_write(struct chained_zone *zone, const char *path)
{
	FILE *file = fopen(path, "w");
	int failed;

	if (!file)
		return -errno;
	add_records(zone);
	fprintf(file, "$ORIGIN %s\n", zone->chain->apex);
	for (size_t i = 0; i < zone->n_owners; i++)
		put_records(file, zone, &zone->owners[i]);
	if (zone->chain->nsec3)
		put_nsec3s(file, zone);
	else
		put_nsecs(file, zone);
	failed = ferror(file);
	return fclose(file) || failed ? -EIO : 0;
}
