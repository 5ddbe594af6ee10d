/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signer: RRSIGs of RRsets that no zone file has (RFC 4034 3). */
#include "user/core/signer.h"

#include <stdlib.h>
#include <string.h>

#include <libdnssec/error.h>
#include <libdnssec/sign.h>
#include <libknot/descriptor.h>
#include <libknot/wire.h>

#include "user/core/intmap.h"
#include "user/core/pool.h"

/* RRSIG rdata in front of the signer's name and the signature (RFC 4034 3.1). */
#define RRSIG_FIXED_OCTETS 18
/* Type, class, original TTL and RDLENGTH (RFC 4034 3.1.8.1). */
#define RR_FIXED_OCTETS 10

/* Octets that grow; used again and again. */
struct octets {
	uint8_t *data;
	size_t len;
	size_t capacity;
};

struct gx_signer {
	uint64_t now_s;
	struct gx_arena arena;
	struct octets text;		/* the RRset in canonical form: what is signed, but for the RRSIG's own rdata */
	struct octets out;		/* RRSIGs */
	const knot_rdata_t **order;
	struct gx_pool texts;		/* of RRsets that were signed, */
	struct gx_intmap found;		/* and by the place of their texts which of the sets is theirs */
	knot_rdataset_t **sets;
	size_t n_sets, sets_capacity;
};

struct gx_signer_times gx_signer_times(uint32_t validity_s, uint64_t now_s)
{
	const uint32_t turn_s = validity_s / GX_SIGNER_TURNS;
	const uint64_t begin_s = now_s - now_s % turn_s;

	return (struct gx_signer_times){
		.inception_s = begin_s > GX_SIGNER_SLACK_S ? begin_s - GX_SIGNER_SLACK_S : 0,
		.expiration_s = begin_s + validity_s,
		.renew_s = begin_s + turn_s,
	};
}

struct gx_signer *gx_signer_new(uint64_t now_s)
{
	struct gx_signer *signer = gx_calloc(1, sizeof(*signer));

	signer->now_s = now_s;
	return signer;
}

void gx_signer_free(struct gx_signer *signer)
{
	if (!signer)
		return;
	gx_arena_free(&signer->arena);
	gx_pool_free(&signer->texts);
	gx_intmap_free(&signer->found);
	free(signer->text.data);
	free(signer->out.data);
	free(signer->order);
	free(signer->sets);
	free(signer);
}

size_t gx_signer_count(const struct gx_signer *signer)
{
	return signer->n_sets;
}

static uint8_t *append(struct octets *to, size_t len)
{
	if (to->len + len > to->capacity) {
		to->capacity = 2 * (to->len + len);
		to->data = gx_realloc(to->data, to->capacity);
	}
	to->len += len;
	return to->data + to->len - len;
}

/* RFC 4034 6.3: as octet strings, a shorter one first where it is the beginning of the other. */
static int compare_rdata(const void *left, const void *right)
{
	const knot_rdata_t *a = *(const knot_rdata_t *const *)left, *b = *(const knot_rdata_t *const *)right;
	int order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);

	return order ? order : (int)a->len - (int)b->len;
}

/* RFC 4034 3.1.8.1 and 6: the RRs one behind the other, in canonical form and order. */
static void write_text(struct gx_signer *signer, const knot_dname_t *owner, uint16_t type, uint32_t ttl_s,
		       const knot_rdataset_t *rdata)
{
	const size_t owner_octets = knot_dname_size(owner);
	knot_rdata_t *at = rdata->rdata;

	signer->text.len = 0;
	signer->order = gx_realloc(signer->order, rdata->count * sizeof(*signer->order));
	for (uint16_t i = 0; i < rdata->count; i++, at = knot_rdataset_next(at))
		signer->order[i] = at;
	qsort(signer->order, rdata->count, sizeof(*signer->order), compare_rdata);
	for (uint16_t i = 0; i < rdata->count; i++) {
		const knot_rdata_t *one = signer->order[i];
		uint8_t *to = append(&signer->text, owner_octets + RR_FIXED_OCTETS + one->len);

		memcpy(to, owner, owner_octets);
		to += owner_octets;
		knot_wire_write_u16(to, type);
		knot_wire_write_u16(to + 2, KNOT_CLASS_IN);
		knot_wire_write_u32(to + 4, ttl_s);
		knot_wire_write_u16(to + 8, one->len);
		memcpy(to + RR_FIXED_OCTETS, one->data, one->len);
	}
}

/* Neither the root nor a wildcard's asterisk counts (RFC 4034 3.1.3). */
static uint8_t count_labels(const knot_dname_t *owner)
{
	return (uint8_t)(knot_dname_labels(owner, NULL) - knot_dname_is_wildcard(owner));
}

/* RRSIG rdata without the signature. Returns its octets. */
static size_t write_head(const struct gx_signer *signer, const struct gx_zone *zone, const dnssec_key_t *key,
			 uint8_t *to)
{
	const struct gx_signer_times times = gx_signer_times(zone->keys->validity_s, signer->now_s);
	const size_t apex_octets = knot_dname_size(zone->apex);
	const knot_dname_t *owner = signer->text.data;
	const uint8_t *fixed = owner + knot_dname_size(owner);

	memcpy(to, fixed, sizeof(uint16_t));	/* the type */
	to[2] = dnssec_key_get_algorithm(key);
	to[3] = count_labels(owner);
	memcpy(to + 4, fixed + 4, sizeof(uint32_t));	/* the TTL */
	/* Of 32 bits, in serial number arithmetic (RFC 4034 3.1.5). */
	knot_wire_write_u32(to + 8, (uint32_t)times.expiration_s);
	knot_wire_write_u32(to + 12, (uint32_t)times.inception_s);
	knot_wire_write_u16(to + 16, dnssec_key_get_keytag(key));
	memcpy(to + RRSIG_FIXED_OCTETS, zone->apex, apex_octets);
	return RRSIG_FIXED_OCTETS + apex_octets;
}

/* Sign what text has, and append the RRSIG. */
static bool add_rrsig(struct gx_signer *signer, const struct gx_zone *zone, const dnssec_key_t *key)
{
	uint8_t head[RRSIG_FIXED_OCTETS + KNOT_DNAME_MAXLEN];
	const dnssec_binary_t parts[] = {
		{ .size = write_head(signer, zone, key, head), .data = head },
		{ .size = signer->text.len, .data = signer->text.data },
	};
	dnssec_binary_t signature = {0};
	dnssec_sign_ctx_t *sign = NULL;
	knot_rdata_t *to;
	bool good;

	/* Reproducible: the same RRset has the same signature (RFC 6979), so that generations share tables. */
	good = dnssec_sign_new(&sign, key) == DNSSEC_EOK && dnssec_sign_add(sign, &parts[0]) == DNSSEC_EOK &&
	       dnssec_sign_add(sign, &parts[1]) == DNSSEC_EOK &&
	       dnssec_sign_write(sign, DNSSEC_SIGN_REPRODUCIBLE, &signature) == DNSSEC_EOK;
	dnssec_sign_free(sign);
	if (!good)
		return false;
	to = (knot_rdata_t *)append(&signer->out, knot_rdata_size((uint16_t)(parts[0].size + signature.size)));
	to->len = (uint16_t)(parts[0].size + signature.size);
	memcpy(to->data, head, parts[0].size);
	memcpy(to->data + parts[0].size, signature.data, signature.size);
	if (knot_rdata_size(to->len) > sizeof(uint16_t) + to->len)
		to->data[to->len] = 0;	/* padding */
	dnssec_binary_free(&signature);
	return true;
}

const knot_rdataset_t *gx_signer_sign(struct gx_signer *signer, const struct gx_zone *zone, const knot_dname_t *owner,
				      uint16_t type, uint32_t ttl_s, const knot_rdataset_t *rdata)
{
	knot_rdataset_t *set;
	uint32_t place, at;

	write_text(signer, owner, type, ttl_s, rdata);
	/* Of one zone all, since the owner says which. */
	place = gx_pool_put(&signer->texts, signer->text.data, signer->text.len, 1, NULL);
	if (gx_intmap_find(&signer->found, place, &at))
		return signer->sets[at];
	signer->out.len = 0;
	for (size_t i = 0; i < zone->keys->n; i++)
		if (!add_rrsig(signer, zone, zone->keys->list[i]))
			return NULL;
	set = gx_arena_alloc(&signer->arena, sizeof(*set));
	*set = (knot_rdataset_t){ .count = (uint16_t)zone->keys->n, .size = (uint32_t)signer->out.len };
	set->rdata = gx_arena_alloc(&signer->arena, set->size);
	memcpy(set->rdata, signer->out.data, set->size);
	gx_intmap_put(&signer->found, place, (uint32_t)signer->n_sets);
	gx_grow(&signer->sets, signer->n_sets, signer->sets_capacity);
	signer->sets[signer->n_sets++] = set;
	return set;
}
