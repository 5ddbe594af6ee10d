/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Denial of existence: which NSEC or NSEC3 of a signed zone says that a name or a type is not there (RFC 4035, RFC
 * 5155).
 */
#include "user/core/denial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libdnssec/binary.h>
#include <libdnssec/nsec.h>
#include <libknot/descriptor.h>
#include <libknot/rrtype/nsec.h>
#include <libknot/rrtype/nsec3.h>
#include <libknot/rrtype/rrsig.h>

#include "user/core/name.h"
#include "user/core/zone_impl.h"

/* A hash in base32hex without padding, as the first label of an owner (RFC 5155 3). */
#define HASH_LABEL_OCTETS (GX_NSEC3_HASH_OCTETS * 8 / 5)
/*
 * Algorithm, flags, iterations, length of salt; in NSEC3, behind the salt: length of the next hash (RFC 5155 3.2,
 * 4.2).
 */
#define PARAMETER_OCTETS 5

/* --- the NSEC3 records of a zone --------------------------------------------------------------- */

static bool is_of_nsec3(const struct gx_record *record)
{
	return record->type == KNOT_RRTYPE_NSEC3 ||
	       (record->type == KNOT_RRTYPE_RRSIG && knot_rrsig_type_covered(record->rdata) == KNOT_RRTYPE_NSEC3);
}

/* Returns false: it is no such label. */
static bool decode_label(const knot_dname_t *label, uint8_t hash[GX_NSEC3_HASH_OCTETS])
{
	uint64_t bits = 0;

	if (label[0] != HASH_LABEL_OCTETS)
		return false;
	for (size_t i = 0; i < HASH_LABEL_OCTETS; i++) {
		uint8_t letter = label[1 + i];

		if (letter >= '0' && letter <= '9')
			bits = bits << 5 | (letter - '0');
		else if (letter >= 'a' && letter <= 'v')
			bits = bits << 5 | (letter - 'a' + 10);
		else
			return false;
		for (size_t j = 0; i % 8 == 7 && j < 5; j++)
			hash[i / 8 * 5 + j] = bits >> (32 - 8 * j) & 0xff;
	}
	return true;
}

/* The salt of NSEC3PARAM and NSEC3. Returns its octets; -EINVAL: the record is cut. */
static int salt_of(const knot_rdata_t *rdata, const uint8_t **salt)
{
	if (rdata->len < PARAMETER_OCTETS || rdata->len < PARAMETER_OCTETS + knot_nsec3_salt_len(rdata))
		return -EINVAL;
	*salt = knot_nsec3_salt(rdata);
	return knot_nsec3_salt_len(rdata);
}

static const knot_rdata_t *parameters_of(const struct gx_zone *zone)
{
	const struct gx_rrset *param = zone->n_nodes ? gx_node_find(&zone->nodes[0], KNOT_RRTYPE_NSEC3PARAM) : NULL;

	return param ? param->rdata.rdata : NULL;
}

/* Is it of the chain that NSEC3PARAM names (RFC 5155 7.2)? And is it whole? */
static bool is_of_chain(const struct gx_zone *zone, const struct gx_rrset *nsec3)
{
	const knot_rdata_t *rdata = nsec3->rdata.rdata, *param = parameters_of(zone);
	const uint8_t *salt, *other;
	int octets = salt_of(rdata, &salt);

	if (octets < 0 || rdata->len < PARAMETER_OCTETS + octets + 1 + GX_NSEC3_HASH_OCTETS ||
	    knot_nsec3_next_len(rdata) != GX_NSEC3_HASH_OCTETS)
		return false;
	return param && salt_of(param, &other) == octets && !memcmp(salt, other, octets) &&
	       knot_nsec3_alg(rdata) == knot_nsec3_alg(param) && knot_nsec3_iters(rdata) == knot_nsec3_iters(param);
}

/* records: all of one owner, RRSIGs first. */
static void add_nsec3(struct gx_zone *zone, struct gx_record *records, size_t count, struct gx_diag *diag)
{
	struct gx_nsec3 *nsec3 = &zone->nsec3s[zone->n_nsec3s];
	struct gx_rrset rrsigs = {0};
	size_t n_rrsigs = 0;

	while (n_rrsigs < count && records[n_rrsigs].type == KNOT_RRTYPE_RRSIG)
		n_rrsigs++;
	if (n_rrsigs == count || knot_dname_in_bailiwick(records[0].owner, zone->apex) != 1 ||
	    !decode_label(records[0].owner, nsec3->hash))
		return;
	nsec3->owner = records[0].owner;
	gx_zone_make_rrset(zone->impl, &nsec3->rrset, records + n_rrsigs, count - n_rrsigs, diag);
	if (n_rrsigs)
		gx_zone_make_rrset(zone->impl, &rrsigs, records, n_rrsigs, diag);
	gx_zone_sign_rrset(&nsec3->rrset, &rrsigs);
	zone->n_nsec3s++;
}

void gx_zone_take_nsec3s(struct gx_zone *zone, struct gx_diag *diag)
{
	struct gx_zone_impl *impl = zone->impl;
	struct gx_record *taken = gx_calloc(impl->n_records + 1, sizeof(*taken));
	size_t kept = 0, n_taken = 0;

	for (size_t i = 0; i < impl->n_records; i++) {
		if (is_of_nsec3(&impl->records[i]))
			taken[n_taken++] = impl->records[i];
		else
			impl->records[kept++] = impl->records[i];
	}
	impl->n_records = kept;
	zone->is_signed |= n_taken > 0;
	zone->nsec3s = gx_calloc(n_taken + 1, sizeof(*zone->nsec3s));
	/* In canonical order of owners, which is that of the hashes (RFC 5155 1.3). */
	for (size_t i = 0, n; i < n_taken; i += n) {
		for (n = 1; i + n < n_taken && gx_zone_compare_owners(&taken[i], &taken[i + n]) == 0; n++)
			;
		add_nsec3(zone, taken + i, n, diag);
	}
	free(taken);
}

/* --- NSEC3 ------------------------------------------------------------------------------------- */

bool gx_zone_uses_nsec3(const struct gx_zone *zone)
{
	return parameters_of(zone) != NULL;
}

int gx_zone_hash(const struct gx_zone *zone, const knot_dname_t *name, uint8_t hash[GX_NSEC3_HASH_OCTETS])
{
	const knot_rdata_t *param = parameters_of(zone);
	dnssec_nsec3_params_t params = {0};
	dnssec_binary_t data = { .size = knot_dname_size(name), .data = (uint8_t *)name };
	dnssec_binary_t out = {0};
	const uint8_t *salt;
	int octets, err;

	if (!param || knot_nsec3_alg(param) != DNSSEC_NSEC3_ALGORITHM_SHA1)
		return -ENOENT;
	octets = salt_of(param, &salt);
	if (octets < 0)
		return -ENOENT;
	params.algorithm = DNSSEC_NSEC3_ALGORITHM_SHA1;
	params.iterations = knot_nsec3_iters(param);
	params.salt = (dnssec_binary_t){ .size = octets, .data = (uint8_t *)salt };
	err = dnssec_nsec3_hash(&data, &params, &out);
	if (!err)
		memcpy(hash, out.data, GX_NSEC3_HASH_OCTETS);
	dnssec_binary_free(&out);
	return err ? -ENOENT : 0;
}

int gx_zone_salt(const struct gx_zone *zone, const uint8_t **salt)
{
	const knot_rdata_t *param = parameters_of(zone);
	int octets = param ? salt_of(param, salt) : -ENOENT;

	if (octets < 0 || knot_nsec3_alg(param) != DNSSEC_NSEC3_ALGORITHM_SHA1 || knot_nsec3_iters(param) != 0)
		return -ENOENT;
	return octets;
}

static struct gx_denial denial_of(const struct gx_zone *zone, const struct gx_nsec3 *nsec3)
{
	if (!nsec3 || !is_of_chain(zone, &nsec3->rrset))
		return (struct gx_denial){0};
	return (struct gx_denial){ .owner = nsec3->owner, .rrset = &nsec3->rrset };
}

/* The last one at or before a hash; before the first one, the last of all. */
static const struct gx_nsec3 *find_nsec3(const struct gx_zone *zone, const uint8_t *hash)
{
	size_t low = 0, high = zone->n_nsec3s;

	if (!high)
		return NULL;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memcmp(zone->nsec3s[middle].hash, hash, GX_NSEC3_HASH_OCTETS) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return &zone->nsec3s[low ? low - 1 : zone->n_nsec3s - 1];
}

static struct gx_denial match_nsec3(const struct gx_zone *zone, const knot_dname_t *name)
{
	uint8_t hash[GX_NSEC3_HASH_OCTETS];
	const struct gx_nsec3 *nsec3;

	if (gx_zone_hash(zone, name, hash))
		return (struct gx_denial){0};
	nsec3 = find_nsec3(zone, hash);
	return denial_of(zone, nsec3 && !memcmp(nsec3->hash, hash, sizeof(hash)) ? nsec3 : NULL);
}

static struct gx_denial cover_nsec3(const struct gx_zone *zone, const knot_dname_t *name)
{
	uint8_t hash[GX_NSEC3_HASH_OCTETS];
	const struct gx_nsec3 *nsec3;
	struct gx_denial denial;
	const uint8_t *next;
	int order;
	bool is_last;

	if (gx_zone_hash(zone, name, hash))
		return (struct gx_denial){0};
	nsec3 = find_nsec3(zone, hash);
	denial = denial_of(zone, nsec3);
	if (!denial.rrset)
		return denial;
	next = knot_nsec3_next(denial.rrset->rdata.rdata);
	is_last = memcmp(next, zone->nsec3s[0].hash, sizeof(hash)) == 0;
	order = memcmp(nsec3->hash, hash, sizeof(hash));
	/* Positive: the name comes before all, and the last one covers it as the names behind itself. */
	if (order && (is_last || (order < 0 && memcmp(hash, next, sizeof(hash)) < 0)))
		return denial;
	return (struct gx_denial){0};
}

struct gx_denial gx_denial_behind(const struct gx_zone *zone, size_t nsec3)
{
	struct gx_denial denial = denial_of(zone, &zone->nsec3s[nsec3]);
	const uint8_t *next = zone->nsec3s[(nsec3 + 1) % zone->n_nsec3s].hash;

	if (denial.rrset && memcmp(knot_nsec3_next(denial.rrset->rdata.rdata), next, GX_NSEC3_HASH_OCTETS))
		return (struct gx_denial){0};
	return denial;
}

bool gx_denial_is_optout(const struct gx_denial *nsec3)
{
	return knot_nsec3_flags(nsec3->rrset->rdata.rdata) & KNOT_NSEC3_FLAG_OPT_OUT;
}

/* --- NSEC -------------------------------------------------------------------------------------- */

/* The last node at or before a name that has NSEC, in canonical order. */
static struct gx_denial find_nsec(const struct gx_zone *zone, const knot_dname_t *name)
{
	size_t low = 0, high = zone->n_nodes;

	if (!zone->has_nsecs)
		return (struct gx_denial){0};	/* not after all nodes before it were looked at, for each name */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (gx_name_compare(zone->nodes[middle].owner, name) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low--) {
		const struct gx_node *node = &zone->nodes[low];
		const struct gx_rrset *nsec = node->below_cut ? NULL : gx_node_find(node, KNOT_RRTYPE_NSEC);

		if (nsec)
			return (struct gx_denial){ .owner = node->owner, .rrset = nsec };
	}
	return (struct gx_denial){0};
}

static struct gx_denial cover_nsec(const struct gx_zone *zone, const knot_dname_t *name)
{
	struct gx_denial denial = find_nsec(zone, name);
	knot_dname_storage_t next;

	if (!denial.rrset || knot_dname_is_equal(denial.owner, name))
		return (struct gx_denial){0};
	/* In any case of letters (RFC 6840 5.1). */
	knot_dname_copy_lower(next, knot_nsec_next(denial.rrset->rdata.rdata));
	if (!knot_dname_is_equal(next, zone->apex) && gx_name_compare(next, name) <= 0)
		return (struct gx_denial){0};
	return denial;
}

bool gx_denial_is_empty(const struct gx_denial *nsec, const knot_dname_t *name)
{
	const knot_dname_t *next = knot_nsec_next(nsec->rrset->rdata.rdata);
	knot_dname_storage_t lower;

	knot_dname_copy_lower(lower, next);
	return knot_dname_in_bailiwick(lower, name) > 0;
}

bool gx_denial_shows(const struct gx_zone *zone, const knot_dname_t *name)
{
	struct gx_denial denial = find_nsec(zone, name);

	return denial.rrset && (knot_dname_is_equal(denial.owner, name) || gx_denial_is_empty(&denial, name));
}

/* --- either ------------------------------------------------------------------------------------ */

struct gx_denial gx_denial_match(const struct gx_zone *zone, const knot_dname_t *name)
{
	struct gx_denial denial;

	if (gx_zone_uses_nsec3(zone))
		return match_nsec3(zone, name);
	denial = find_nsec(zone, name);
	return denial.rrset && knot_dname_is_equal(denial.owner, name) ? denial : (struct gx_denial){0};
}

struct gx_denial gx_denial_cover(const struct gx_zone *zone, const knot_dname_t *name)
{
	return gx_zone_uses_nsec3(zone) ? cover_nsec3(zone, name) : cover_nsec(zone, name);
}
