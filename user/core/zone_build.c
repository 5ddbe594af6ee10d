/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones: from records in any order to checked nodes in canonical order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/packet/rrset-wire.h>
#include <libknot/rrset.h>
#include <libknot/rrtype/rrsig.h>

#include "user/core/name.h"
#include "user/core/zone_impl.h"

#define TYPE_TEXT_OCTETS 16	/* "TYPE65535" and more */
/* Owner (the root), type, class, TTL and RDLENGTH of a record in wire form. */
#define RR_HEADER_OCTETS 11

static const char *type_text(char *buffer, uint16_t type)
{
	if (knot_rrtype_to_string(type, buffer, TYPE_TEXT_OCTETS) < 0)
		buffer[0] = '\0';
	return buffer;
}

/* --- one record -------------------------------------------------------------------------------- */

static void *scratch_alloc(void *arena, size_t octets)
{
	return gx_arena_alloc(arena, octets);
}

static void scratch_free(void *memory)
{
	(void)memory;
}

/*
 * Rdata in canonical form (RFC 4034 6.2: names in lower case), so that RRs which differ only in case are
 * one, or NULL where it does not have the fields of its type. The scanner lets `\# 3 616263` through for
 * any type (RFC 3597), while libknot's writers trust what they are given.
 */
static const knot_rdata_t *make_rdata(struct gx_zone_impl *impl, uint16_t type, const uint8_t *rdata,
				      uint16_t len)
{
	knot_mm_t mm = { .ctx = &impl->scratch, .alloc = scratch_alloc, .free = scratch_free };
	knot_rrset_t rrset;
	size_t at = 0;

	if (!impl->wire)
		impl->wire = gx_calloc(1, RR_HEADER_OCTETS + KNOT_RDATA_MAXLEN);
	/* Of the types with fields, two may be empty (RFC 1035 3.3.10, RFC 3123 4). */
	if (!len && knot_get_rdata_descriptor(type)->type_name && type != KNOT_RRTYPE_NULL &&
	    type != KNOT_RRTYPE_APL)
		return NULL;
	knot_wire_write_u16(impl->wire + 1, type);
	knot_wire_write_u16(impl->wire + 3, KNOT_CLASS_IN);
	knot_wire_write_u16(impl->wire + 9, len);
	memcpy(impl->wire + RR_HEADER_OCTETS, rdata, len);
	if (knot_rrset_rr_from_wire(impl->wire, &at, RR_HEADER_OCTETS + len, &rrset, &mm, true))
		return NULL;
	/* A compression pointer has been followed: it has no meaning in a zone. */
	if (rrset.rrs.count != 1 || rrset.rrs.rdata->len != len)
		return NULL;
	return rrset.rrs.rdata;
}

static const knot_dname_t *make_owner(struct gx_zone_impl *impl, const knot_dname_t *owner)
{
	size_t len = knot_dname_size(owner);
	knot_dname_storage_t lower;
	knot_dname_t *copy;

	knot_dname_copy_lower(lower, owner);
	if (impl->n_records) {
		/* Records of one owner mostly stand together. */
		const knot_dname_t *last = impl->records[impl->n_records - 1].owner;

		if (knot_dname_is_equal(last, lower))
			return last;
	}
	copy = gx_arena_alloc(&impl->arena, len);
	memcpy(copy, lower, len);
	return copy;
}

/* The key of struct gx_record. labels: of the owner, below the apex. */
static void make_key(struct gx_zone_impl *impl, struct gx_record *record, int labels)
{
	const knot_dname_t *label[GX_NAME_MAX_LABELS], *at = record->owner;
	uint8_t key[2 * KNOT_DNAME_MAXLEN], *to = key, *copy;

	for (int i = 0; i < labels; i++) {
		label[i] = at;
		at += *at + 1;
	}
	for (int i = labels - 1; i >= 0; i--) {
		for (uint8_t j = 1; j <= *label[i]; j++) {
			if (label[i][j] <= 1) {
				*to++ = 1;
				*to++ = label[i][j] + 1;
			} else {
				*to++ = label[i][j];
			}
		}
		*to++ = 0;
	}
	record->key_octets = to - key;
	copy = gx_arena_alloc(&impl->scratch, record->key_octets);
	memcpy(copy, key, record->key_octets);
	record->key = copy;
}

void gx_zone_add(struct gx_zone *zone, const knot_dname_t *owner, uint16_t type, uint32_t ttl_s,
		 const uint8_t *rdata, uint16_t len, const struct gx_where *where)
{
	struct gx_zone_impl *impl = gx_zone_impl(zone);
	struct gx_record record = {
		.owner = make_owner(impl, owner),
		.type = type,
		.ttl_s = ttl_s,
		.line = where->line,
		.sequence = impl->n_records,
		.rdata = make_rdata(impl, type, rdata, len),
	};
	const struct gx_record *last = impl->n_records ? &impl->records[impl->n_records - 1] : NULL;
	int labels;

	if (where->file && (!impl->last_file || strcmp(where->file, impl->last_file)))
		impl->last_file = gx_arena_strdup(&impl->arena, where->file);
	record.file = where->file ? impl->last_file : NULL;
	if (last && last->owner == record.owner) {
		record.key = last->key;
		record.key_octets = last->key_octets;
	} else {
		labels = knot_dname_in_bailiwick(record.owner, zone->apex);
		if (labels >= 0)
			make_key(impl, &record, labels);
	}
	gx_grow(&impl->records, impl->n_records, impl->capacity);
	impl->records[impl->n_records++] = record;
}

/* --- order ------------------------------------------------------------------------------------- */

int gx_zone_compare_owners(const struct gx_record *a, const struct gx_record *b)
{
	size_t common = a->key_octets < b->key_octets ? a->key_octets : b->key_octets;
	int order = memcmp(a->key, b->key, common);

	if (order)
		return order;
	return (int)a->key_octets - (int)b->key_octets;
}

static int compare_records(const void *left, const void *right)
{
	const struct gx_record *a = left, *b = right;
	int order = gx_zone_compare_owners(a, b);

	if (order)
		return order;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return a->sequence < b->sequence ? -1 : 1;
}

static int compare_rdata(const void *left, const void *right)
{
	const struct gx_record *a = left, *b = right;

	return knot_rdata_cmp(a->rdata, b->rdata);
}

static struct gx_where where_of(const struct gx_record *record)
{
	return (struct gx_where){ .file = record->file, .line = record->line };
}

/* Take out what is no part of the zone, with a finding each. */
static void drop_bad_records(struct gx_zone *zone, struct gx_diag *diag)
{
	struct gx_zone_impl *impl = zone->impl;
	knot_dname_txt_storage_t owner, apex;
	char type[TYPE_TEXT_OCTETS];
	size_t kept = 0;

	for (size_t i = 0; i < impl->n_records; i++) {
		const struct gx_record *record = &impl->records[i];
		struct gx_where where = where_of(record);

		if (!record->key)
			gx_error(diag, &where,
				 "%s lies outside the zone: only names at or below %s belong here",
				 gx_show_name(record->owner, owner),
				 gx_show_name(zone->apex, apex));
		else if (!record->rdata)
			gx_error(diag, &where,
				 "%s %s: malformed record data: the fields of its type, complete",
				 gx_show_name(record->owner, owner), type_text(type, record->type));
		else
			impl->records[kept++] = *record;
	}
	impl->n_records = kept;
}

/* --- RRsets ------------------------------------------------------------------------------------ */

void gx_zone_make_rrset(struct gx_zone_impl *impl, struct gx_rrset *rrset, struct gx_record *records, size_t count,
			struct gx_diag *diag)
{
	struct gx_where where = where_of(&records[0]);
	knot_dname_txt_storage_t owner;
	char type[TYPE_TEXT_OCTETS];
	size_t octets = 0, kept = 0;
	bool differ = false;
	knot_rdata_t *to;

	*rrset = (struct gx_rrset){
		.type = records[0].type,
		.ttl_s = records[0].ttl_s,
		.file = records[0].file,
		.line = records[0].line,
	};
	for (size_t i = 1; i < count; i++) {
		/* RRSIGs of several types have the TTLs of these. */
		differ |= records[i].ttl_s != rrset->ttl_s && rrset->type != KNOT_RRTYPE_RRSIG;
		if (records[i].ttl_s < rrset->ttl_s)
			rrset->ttl_s = records[i].ttl_s;
	}
	if (differ)
		gx_warn(diag, &where,
			"%s %s: TTLs differ within the RRset, %u is used for all: one TTL (RFC 2181 5.2)",
			gx_show_name(records[0].owner, owner), type_text(type, rrset->type),
			rrset->ttl_s);
	qsort(records, count, sizeof(*records), compare_rdata);
	for (size_t i = 0; i < count; i++) {
		if (kept && !knot_rdata_cmp(records[kept - 1].rdata, records[i].rdata))
			continue;	/* a duplicate (RFC 2181 5) */
		records[kept++] = records[i];
		octets += knot_rdata_size(records[i].rdata->len);
	}
	if (kept > UINT16_MAX) {
		gx_error(diag, &where, "%s %s: %zu records: at most 65535 in one RRset",
			 gx_show_name(records[0].owner, owner), type_text(type, rrset->type), kept);
		kept = 0;
		octets = 0;
	}
	rrset->rdata.count = kept;
	rrset->rdata.size = octets;
	rrset->rdata.rdata = to = gx_arena_alloc(&impl->arena, octets);
	for (size_t i = 0; i < kept; i++) {
		knot_rdata_init(to, records[i].rdata->len, records[i].rdata->data);
		to = knot_rdataset_next(to);
	}
}

void gx_zone_sign_rrset(struct gx_rrset *rrset, const struct gx_rrset *rrsigs)
{
	knot_rdata_t *rdata = rrsigs ? rrsigs->rdata.rdata : NULL;

	/* RRSIGs begin with the type that they cover, so they are in order of it (RFC 4034 3.1). */
	for (uint16_t i = 0; rrsigs && i < rrsigs->rdata.count; i++, rdata = knot_rdataset_next(rdata)) {
		if (knot_rrsig_type_covered(rdata) != rrset->type)
			continue;
		if (!rrset->rrsigs.count)
			rrset->rrsigs.rdata = rdata;
		rrset->rrsigs.count++;
		rrset->rrsigs.size += knot_rdata_size(rdata->len);
	}
}

/* --- checks ------------------------------------------------------------------------------------ */

/* What may stand beside a CNAME: DNSSEC's own records (RFC 2181 10.1, RFC 4034 3 and 4). */
static bool beside_cname(uint16_t type)
{
	return type == KNOT_RRTYPE_CNAME || type == KNOT_RRTYPE_RRSIG || type == KNOT_RRTYPE_NSEC ||
	       type == KNOT_RRTYPE_KEY || type == KNOT_RRTYPE_SIG || type == KNOT_RRTYPE_NXT;
}

static void check_single(const struct gx_node *node, const struct gx_rrset *rrset, const char *right,
			 struct gx_diag *diag)
{
	struct gx_where where = { .file = rrset->file, .line = rrset->line };
	knot_dname_txt_storage_t owner;
	char type[TYPE_TEXT_OCTETS];

	if (rrset->rdata.count > 1)
		gx_error(diag, &where, "%s has %u %s records: %s", gx_show_name(node->owner, owner),
			 rrset->rdata.count, type_text(type, rrset->type), right);
}

static void check_cname(const struct gx_node *node, const struct gx_rrset *cname, struct gx_diag *diag)
{
	struct gx_where where = { .file = cname->file, .line = cname->line };
	knot_dname_txt_storage_t owner;
	char type[TYPE_TEXT_OCTETS];

	check_single(node, cname, "a name has one CNAME at most (RFC 2181 10.1)", diag);
	for (uint16_t i = 0; i < node->n_rrsets; i++) {
		if (beside_cname(node->rrsets[i].type))
			continue;
		gx_error(diag, &where, "%s has a CNAME and %s: a CNAME stands alone (RFC 1034 3.6.2)",
			 gx_show_name(node->owner, owner),
			 type_text(type, node->rrsets[i].type));
		return;
	}
}

static void check_node(const struct gx_zone *zone, const struct gx_node *node, struct gx_diag *diag)
{
	const struct gx_rrset *cname = gx_node_find(node, KNOT_RRTYPE_CNAME);
	const struct gx_rrset *dname = gx_node_find(node, KNOT_RRTYPE_DNAME);
	const struct gx_rrset *soa = gx_node_find(node, KNOT_RRTYPE_SOA);

	if (cname)
		check_cname(node, cname, diag);
	if (dname)
		check_single(node, dname, "a name has one DNAME at most (RFC 6672 2.4)", diag);
	if (!soa)
		return;
	if (node == &zone->nodes[0]) {
		check_single(node, soa, "a zone has one SOA (RFC 1035 5.2)", diag);
	} else {
		struct gx_where where = { .file = soa->file, .line = soa->line };
		knot_dname_txt_storage_t owner, apex;

		gx_error(diag, &where, "%s has a SOA: only the apex %s has one (RFC 1035 5.2)",
			 gx_show_name(node->owner, owner), gx_show_name(zone->apex, apex));
	}
}

static void check_apex(const struct gx_zone *zone, struct gx_diag *diag)
{
	const struct gx_node *apex = &zone->nodes[0];
	struct gx_where where = { .file = zone->file };
	knot_dname_txt_storage_t name;

	if (!gx_node_find(apex, KNOT_RRTYPE_SOA))
		gx_error(diag, &where, "no SOA at the apex: a record such as "
			 "'%s SOA ns1 hostmaster 1 86400 7200 604800 3600'",
			 gx_show_name(zone->apex, name));
	if (!gx_node_find(apex, KNOT_RRTYPE_NS))
		gx_error(diag, &where, "no NS at the apex: a record such as '%s NS ns1'",
			 gx_show_name(zone->apex, name));
}

/* --- nodes ------------------------------------------------------------------------------------- */

struct builder {
	struct gx_zone *zone;
	struct gx_diag *diag;
	size_t capacity;
	struct gx_rrset *next_rrset;
	const knot_dname_t *cut;	/* the last delegation or DNAME */
};

static struct gx_node *push_node(struct builder *builder, const knot_dname_t *owner)
{
	struct gx_zone *zone = builder->zone;
	struct gx_node *node;

	gx_grow(&zone->nodes, zone->n_nodes, builder->capacity);
	node = &zone->nodes[zone->n_nodes++];
	*node = (struct gx_node){ .owner = (knot_dname_t *)owner };
	node->below_cut = builder->cut && knot_dname_in_bailiwick(owner, builder->cut) > 0;
	return node;
}

/*
 * The empty non-terminals between the last node and this owner. In canonical order an ancestor that has
 * records comes before, and every node since lies below it: so what is not shared with the last node is new.
 * Their names are the ends of the owner's.
 */
static void push_ancestors(struct builder *builder, const knot_dname_t *owner)
{
	const struct gx_zone *zone = builder->zone;
	const knot_dname_t *last = zone->nodes[zone->n_nodes - 1].owner, *suffix[GX_NAME_MAX_LABELS];
	size_t labels = knot_dname_labels(owner, NULL);
	size_t missing = labels - knot_dname_matched_labels(last, owner);

	for (size_t i = 0; i < missing; i++) {
		suffix[i] = owner;
		owner += *owner + 1;
	}
	for (size_t i = missing; i > 1; i--)
		push_node(builder, suffix[i - 1]);
}

/* records: all of one owner. */
static void push_records(struct builder *builder, struct gx_record *records, size_t count)
{
	struct gx_zone *zone = builder->zone;
	bool at_apex = records[0].key_octets == 0;
	struct gx_node *node;

	if (!at_apex)
		push_ancestors(builder, records[0].owner);
	node = at_apex ? &zone->nodes[0] : push_node(builder, records[0].owner);
	node->rrsets = builder->next_rrset;
	for (size_t i = 0, n; i < count; i += n) {
		struct gx_rrset *rrset = builder->next_rrset++;

		for (n = 1; i + n < count && records[i + n].type == records[i].type; n++)
			;
		gx_zone_make_rrset(zone->impl, rrset, records + i, n, builder->diag);
		node->n_rrsets++;
		zone->has_nsecs |= rrset->type == KNOT_RRTYPE_NSEC;
		zone->is_signed |= rrset->type == KNOT_RRTYPE_RRSIG ||
				   (rrset->type == KNOT_RRTYPE_DNSKEY && at_apex);
	}
	for (uint16_t i = 0; i < node->n_rrsets; i++)
		gx_zone_sign_rrset(&node->rrsets[i], gx_node_find(node, KNOT_RRTYPE_RRSIG));
	node->delegation = !at_apex && gx_node_find(node, KNOT_RRTYPE_NS);
	if (!node->below_cut && (node->delegation || gx_node_find(node, KNOT_RRTYPE_DNAME)))
		builder->cut = node->owner;
}

static size_t count_rrsets(const struct gx_zone_impl *impl)
{
	size_t count = 0;

	for (size_t i = 0; i < impl->n_records; i++) {
		const struct gx_record *a = &impl->records[i];

		count += i == 0 || a->type != a[-1].type || gx_zone_compare_owners(a, a - 1);
	}
	return count;
}

static void build_nodes(struct gx_zone *zone, struct gx_diag *diag)
{
	struct gx_zone_impl *impl = zone->impl;
	struct builder builder = { .zone = zone, .diag = diag };

	builder.next_rrset = gx_arena_alloc(&impl->arena,
					    count_rrsets(impl) * sizeof(struct gx_rrset));
	push_node(&builder, zone->apex);
	for (size_t i = 0, n; i < impl->n_records; i += n) {
		for (n = 1; i + n < impl->n_records &&
			    gx_zone_compare_owners(&impl->records[i], &impl->records[i + n]) == 0; n++)
			;
		push_records(&builder, impl->records + i, n);
	}
}

int gx_zone_finish(struct gx_zone *zone, struct gx_diag *diag)
{
	struct gx_zone_impl *impl = gx_zone_impl(zone);
	size_t errors = diag->errors;

	drop_bad_records(zone, diag);
	if (impl->n_records)
		qsort(impl->records, impl->n_records, sizeof(*impl->records), compare_records);
	gx_zone_take_nsec3s(zone, diag);
	build_nodes(zone, diag);
	gx_dict_put_all(&impl->index, zone->nodes, zone->n_nodes, sizeof(*zone->nodes));
	for (size_t i = 0; i < zone->n_nodes; i++)
		check_node(zone, &zone->nodes[i], diag);
	if (zone->file && !impl->unreadable)
		check_apex(zone, diag);

	free(impl->records);
	free(impl->wire);
	impl->records = NULL;
	impl->wire = NULL;
	impl->n_records = impl->capacity = 0;
	gx_arena_free(&impl->scratch);
	return diag->errors > errors ? -EINVAL : 0;
}
