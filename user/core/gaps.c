/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: what covers the names of a signed zone that are not there, in the gaps between those that are. */
#include "user/core/gaps.h"

#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/rrtype/nsec.h>
#include <libknot/packet/wire.h>

#include "geoxdp/dns.h"
#include "user/core/name.h"

/* Octets of a label or a hash that a key has. */
#define KEY_OCTETS 16
/* Of the records of a tail, behind the owner: type, class, TTL, length of the data. */
#define RECORD_OCTETS 10

struct gx_gaps {
	/*
	 * NSEC: of each node, behind the last one below it; and number + 1 of the last one up to it that has a
	 * NSEC, 0: none.
	 */
	uint32_t *ends;
	uint32_t *nsecs;
	/* NSEC3: of the whole zone. count 0: none. */
	uint32_t first;
	uint32_t count;
	struct gx_intmap tails;		/* cells, by the address of the RRset; 0: it is not sent */
};

/* --- tails ------------------------------------------------------------------------------------- */

static uint64_t key_of(const struct gx_rrset *rrset)
{
	return (uintptr_t)rrset;
}

static struct gx_zone_part *part_of(struct gx_builder *builder, const struct gx_zone *zone)
{
	return &builder->zone_parts[zone - builder->config->zones];
}

static struct gx_gaps *gaps_of(struct gx_builder *builder, const struct gx_zone *zone)
{
	struct gx_zone_part *part = part_of(builder, zone);

	if (!part->gaps)
		part->gaps = gx_calloc(1, sizeof(*part->gaps));
	return part->gaps;
}

/*
 * The records of one type at the end of a tail, if there is still room: the owner's labels, and a pointer to the
 * apex, which ends the question. Returns the end; NULL: there is no room.
 */
static uint8_t *put_records(uint8_t *to, const uint8_t *end, const struct gx_zone *zone, const knot_dname_t *owner,
			    uint16_t type, uint32_t ttl_s, const knot_rdataset_t *rdata)
{
	size_t labels = knot_dname_size(owner) - knot_dname_size(zone->apex);

	if (!to)
		return NULL;
	for (uint16_t i = 0; i < rdata->count; i++) {
		const knot_rdata_t *record = knot_rdataset_at(rdata, i);

		if ((size_t)(end - to) < labels + 2 + RECORD_OCTETS + record->len)
			return NULL;
		memcpy(to, owner, labels);
		to += labels;
		if (*zone->apex) {
			knot_wire_write_u16(to, 0xc000 | KNOT_WIRE_HEADER_SIZE);
			to += 2;
		} else {
			*to++ = 0;
		}
		knot_wire_write_u16(to, type);
		knot_wire_write_u16(to + 2, KNOT_CLASS_IN);
		knot_wire_write_u32(to + 4, ttl_s);
		knot_wire_write_u16(to + 8, record->len);
		memcpy(to + RECORD_OCTETS, record->data, record->len);
		to += RECORD_OCTETS + record->len;
	}
	return to;
}

static uint32_t store_tail(struct gx_builder *builder, const struct gx_zone *zone, struct gx_denial denial)
{
	const struct gx_rrset *rrset = denial.rrset;
	size_t apex = knot_dname_size(zone->apex), question = KNOT_WIRE_HEADER_SIZE + apex + 2 * sizeof(uint16_t);
	uint8_t wire[KNOT_WIRE_HEADER_SIZE + KNOT_DNAME_MAXLEN + 4 + GX_TAIL_MAX_OCTETS], *at = wire + question;
	const uint8_t *end = at + GX_TAIL_MAX_OCTETS;
	struct gx_rendered tail = {
		.octets = at,
		.question_octets = question,
		.nscount = rrset->rdata.count + rrset->rrsigs.count,
		.base_octets = apex,
		.rotations = 1,
	};

	at = put_records(at, end, zone, denial.owner, rrset->type, rrset->ttl_s, &rrset->rdata);
	at = put_records(at, end, zone, denial.owner, KNOT_RRTYPE_RRSIG, rrset->ttl_s, &rrset->rrsigs);
	if (!at || rrset->rdata.count + rrset->rrsigs.count > GX_SHIFT_POINTERS)
		return 0;
	tail.len_octets = tail.core_octets = at - tail.octets;
	return gx_image_store(builder, &tail, apex);
}

uint32_t gx_gaps_tail(struct gx_builder *builder, const struct gx_zone *zone, struct gx_denial denial)
{
	struct gx_gaps *gaps = gaps_of(builder, zone);
	uint32_t cell = 0;

	if (denial.rrset && gx_intmap_find(&gaps->tails, key_of(denial.rrset), &cell))
		return cell;
	if (denial.rrset && denial.rrset->rrsigs.count)
		cell = store_tail(builder, zone, denial);
	else
		part_of(builder, zone)->lacks |= 1u << (denial.rrset ? GX_LACK_RRSIG : GX_LACK_PROOF);
	if (denial.rrset)
		gx_intmap_put(&gaps->tails, key_of(denial.rrset), cell);
	return cell;
}

/* --- what exists only here --------------------------------------------------------------------- */

static void spare(struct gx_builder *builder, const struct gx_zone *zone, const knot_dname_t *name)
{
	struct gx_denial denial;

	if (!zone->is_signed || gx_denial_match(zone, name).rrset)
		return;
	denial = gx_denial_cover(zone, name);
	if (denial.rrset)
		gx_intmap_put(&gaps_of(builder, zone)->tails, key_of(denial.rrset), 0);
}

void gx_gaps_spare(struct gx_builder *builder)
{
	for (size_t i = 0; i < builder->n_loads; i++) {
		const struct gx_load *load = &builder->loads[i];

		if (load->zone && (load->geo || !load->node))
			spare(builder, load->zone, load->name);
	}
}

/* --- gaps -------------------------------------------------------------------------------------- */

/* Octets as the two numbers of a key, zero-padded. */
static void set_key(struct gx_gap *gap, const uint8_t *octets, size_t len)
{
	uint8_t padded[KEY_OCTETS] = {0};

	memcpy(padded, octets, len < KEY_OCTETS ? len : KEY_OCTETS);
	gap->key[0] = knot_wire_read_u64(padded);
	gap->key[1] = knot_wire_read_u64(padded + 8);
}

static struct gx_gap *add_gap(struct gx_builder *builder)
{
	struct gx_image *image = builder->image;

	if (!image->n_gaps) {
		gx_grow(&image->gaps, image->n_gaps, builder->gaps_capacity);
		image->gaps[image->n_gaps++] = (struct gx_gap){0};
	}
	gx_grow(&image->gaps, image->n_gaps, builder->gaps_capacity);
	image->gaps[image->n_gaps] = (struct gx_gap){0};
	return &image->gaps[image->n_gaps++];
}

/*
 * The next gap of a list that begins at first. One of the same key takes the place: what is between the two is
 * passed.
 */
static void put_gap(struct gx_builder *builder, uint32_t first, const uint8_t *octets, size_t len, uint32_t cell)
{
	struct gx_image *image = builder->image;
	struct gx_gap gap = { .cell = cell }, *last = &image->gaps[image->n_gaps - 1];

	set_key(&gap, octets, len);
	if (image->n_gaps > first && last->key[0] == gap.key[0] && last->key[1] == gap.key[1])
		*last = gap;
	else
		*add_gap(builder) = gap;
}

static uint32_t add_list(struct gx_builder *builder, struct gx_gap_list list)
{
	struct gx_image *image = builder->image;

	if (!image->n_gap_lists) {
		gx_grow(&image->gap_lists, image->n_gap_lists, builder->gap_lists_capacity);
		image->gap_lists[image->n_gap_lists++] = (struct gx_gap_list){0};
	}
	gx_grow(&image->gap_lists, image->n_gap_lists, builder->gap_lists_capacity);
	image->gap_lists[image->n_gap_lists] = list;
	return image->n_gap_lists++;
}

/* --- NSEC -------------------------------------------------------------------------------------- */

/* In canonical order, what is below a node comes right behind it. */
static void number_nodes(struct gx_gaps *gaps, const struct gx_zone *zone)
{
	uint32_t *above = gx_calloc(GX_NAME_MAX_LABELS, sizeof(*above)), last = 0;
	size_t n_above = 0;

	gaps->ends = gx_calloc(zone->n_nodes, sizeof(*gaps->ends));
	gaps->nsecs = gx_calloc(zone->n_nodes, sizeof(*gaps->nsecs));
	for (uint32_t i = 0; i < zone->n_nodes; i++) {
		const struct gx_node *node = &zone->nodes[i];

		while (n_above && knot_dname_in_bailiwick(node->owner, zone->nodes[above[n_above - 1]].owner) < 0)
			gaps->ends[above[--n_above]] = i;
		above[n_above++] = i;
		if (!node->below_cut && gx_node_find(node, KNOT_RRTYPE_NSEC))
			last = i + 1;
		gaps->nsecs[i] = last;
	}
	while (n_above)
		gaps->ends[above[--n_above]] = zone->n_nodes;
	free(above);
}

/*
 * What covers all names below an encloser that come behind one node, which is it or below it, and before the next
 * one that is a child of it, if there is one.
 */
static struct gx_denial cover_between(const struct gx_gaps *gaps, const struct gx_zone *zone, uint32_t encloser, uint32_t node,
				      uint32_t child)
{
	const struct gx_node *from;
	struct gx_denial denial;
	knot_dname_storage_t next;

	if (!gaps->nsecs[node])
		return (struct gx_denial){0};
	from = &zone->nodes[gaps->nsecs[node] - 1];
	denial = (struct gx_denial){ .owner = from->owner, .rrset = gx_node_find(from, KNOT_RRTYPE_NSEC) };
	knot_dname_copy_lower(next, knot_nsec_next(denial.rrset->rdata.rdata));
	if (child ? knot_dname_in_bailiwick(next, zone->nodes[child].owner) >= 0 :
		    knot_dname_is_equal(next, zone->apex) ||
		    (knot_dname_in_bailiwick(next, zone->nodes[encloser].owner) < 0 &&
		     gx_name_compare(next, zone->nodes[encloser].owner) > 0))
		return denial;
	return (struct gx_denial){0};
}

static void list_nsecs(struct gx_builder *builder, const struct gx_zone *zone, uint32_t encloser, struct gx_gap_list *list)
{
	struct gx_gaps *gaps = gaps_of(builder, zone);
	uint32_t end, child, behind;

	if (!gaps->ends)
		number_nodes(gaps, zone);
	end = gaps->ends[encloser];
	child = encloser + 1;
	list->first = builder->image->n_gaps ? builder->image->n_gaps : 1;
	*add_gap(builder) = (struct gx_gap){
		.cell = gx_gaps_tail(builder, zone, cover_between(gaps, zone, encloser, encloser, child < end ? child : 0)),
	};
	for (; child < end; child = behind) {
		const knot_dname_t *label = zone->nodes[child].owner;

		behind = gaps->ends[child];
		put_gap(builder, list->first, label + 1, *label,
			gx_gaps_tail(builder, zone, cover_between(gaps, zone, encloser, behind - 1, behind < end ? behind : 0)));
	}
	list->count = builder->image->n_gaps - list->first;
}

/* --- NSEC3 ------------------------------------------------------------------------------------- */

static void list_nsec3s(struct gx_builder *builder, const struct gx_zone *zone, struct gx_gap_list *list)
{
	struct gx_gaps *gaps = gaps_of(builder, zone);
	const uint8_t *salt;
	int octets = gx_zone_salt(zone, &salt);
	struct gx_gap *gap;

	if (octets < 0 || octets > GX_SALT_MAX_OCTETS)
		part_of(builder, zone)->lacks |= 1u << GX_LACK_HASH;
	if (octets < 0 || octets > GX_SALT_MAX_OCTETS || !zone->n_nsec3s)
		return;
	if (!gaps->count) {
		gap = add_gap(builder);
		set_key(gap, salt, octets);
		gap->cell = octets;
		gaps->first = builder->image->n_gaps;
		/* What comes before the first hash, the last one covers. */
		add_gap(builder)->cell = gx_gaps_tail(builder, zone, gx_denial_behind(zone, zone->n_nsec3s - 1));
		for (size_t i = 0; i < zone->n_nsec3s; i++)
			put_gap(builder, gaps->first, zone->nsec3s[i].hash, GX_NSEC3_HASH_OCTETS,
				gx_gaps_tail(builder, zone, gx_denial_behind(zone, i)));
		gaps->count = builder->image->n_gaps - gaps->first;
	}
	list->first = gaps->first;
	list->count = GX_GAPS_HASHED | gaps->count;
}

/* --- either ------------------------------------------------------------------------------------ */

/* What goes with NXDOMAIN whatever the name: RFC 4035 3.1.3.2, RFC 5155 7.2.2. Returns false: it is not there. */
static bool add_tails(struct gx_builder *builder, const struct gx_zone *zone, const knot_dname_t *encloser,
		      struct gx_gap_list *list)
{
	size_t len = knot_dname_size(encloser), n = 0;
	knot_dname_storage_t wildcard;

	if (len + 2 > KNOT_DNAME_MAXLEN)
		return false;	/* below it is no name */
	memcpy(wildcard, "\1*", 2);
	memcpy(wildcard + 2, encloser, len);
	if (gx_zone_uses_nsec3(zone)) {
		struct gx_denial denial = gx_denial_match(zone, encloser);

		/* It exists by an insecure delegation alone, which opt-out leaves without (RFC 5155 6). */
		if (!denial.rrset)
			return false;
		list->tails[n++] = gx_gaps_tail(builder, zone, denial);
	} else if (!gx_denial_shows(zone, encloser)) {
		part_of(builder, zone)->lacks |= 1u << GX_LACK_PROOF;
		return false;
	}
	list->tails[n++] = gx_gaps_tail(builder, zone, gx_denial_cover(zone, wildcard));
	if (!list->tails[0] || !list->tails[n - 1])
		return false;
	if (list->tails[1] == list->tails[0])
		list->tails[1] = 0;
	return true;
}

uint32_t gx_gaps_list(struct gx_builder *builder, const struct gx_load *load, bool denies)
{
	const struct gx_zone *zone = load->zone;
	struct gx_gap_list list = {0};

	if (!zone || !zone->is_signed || !load->node || load->node->below_cut || load->node->delegation ||
	    gx_node_find(load->node, KNOT_RRTYPE_DNAME))
		return 0;
	if (gx_zone_uses_nsec3(zone)) {
		list_nsec3s(builder, zone, &list);
		if (!list.count)
			return 0;	/* nor are names hashed for tails */
	}
	if (denies && !add_tails(builder, zone, load->name, &list))
		return 0;
	if (!gx_zone_uses_nsec3(zone))
		list_nsecs(builder, zone, load->node - zone->nodes, &list);
	return list.count ? add_list(builder, list) : 0;
}

void gx_gaps_free(struct gx_gaps *gaps)
{
	if (!gaps)
		return;
	free(gaps->ends);
	free(gaps->nsecs);
	gx_intmap_free(&gaps->tails);
	free(gaps);
}
