/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The renderer: RRsets of zones and of geo names, into the packet. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/rrtype/rdname.h>
#include <libknot/rrtype/soa.h>

#include "geoxdp/limits.h"
#include "user/core/name.h"
#include "user/core/render_impl.h"

/* A pointer to the question's name, right behind the header (RFC 1035 4.1.4). */
#define POINTER_TO_QNAME (0xc000 | KNOT_WIRE_HEADER_SIZE)

/* One record without compression, at the end of the packet. */
static int put_flat_record(knot_pkt_t *packet, const knot_rrset_t *rrset, bool is_qname, const knot_rdata_t *rdata)
{
	size_t owner = is_qname ? sizeof(uint16_t) : knot_dname_size(rrset->owner);
	uint8_t *to = packet->wire + packet->size;

	if (packet->size + owner + KNOT_WIRE_RR_MIN_SIZE - 1 + rdata->len > packet->max_size)
		return -EMSGSIZE;
	if (is_qname)
		knot_wire_write_u16(to, POINTER_TO_QNAME);
	else
		memcpy(to, rrset->owner, owner);
	to += owner;
	knot_wire_write_u16(to, rrset->type);
	knot_wire_write_u16(to + 2, rrset->rclass);
	knot_wire_write_u32(to + 4, rrset->ttl);
	knot_wire_write_u16(to + 8, rdata->len);
	memcpy(to + 10, rdata->data, rdata->len);
	packet->size += owner + 10 + rdata->len;
	return 0;
}

static int put_flat(const struct gx_chain *chain, const knot_rrset_t *rrset, uint16_t rotate)
{
	knot_pkt_t *packet = chain->renderer->packet;
	uint16_t count = rrset->rrs.count;

	for (uint16_t i = 0; i < count; i++) {
		const knot_rdata_t *rdata = knot_rdataset_at(&rrset->rrs, (i + rotate) % count);
		int err = put_flat_record(packet, rrset, rrset->owner == chain->qname, rdata);

		if (err)
			return err;
	}
	if (packet->current == KNOT_AUTHORITY)
		knot_wire_add_nscount(packet->wire, count);
	else if (packet->current == KNOT_ADDITIONAL)
		knot_wire_add_arcount(packet->wire, count);
	else
		knot_wire_add_ancount(packet->wire, count);
	return 0;
}

/* Records of one owner and type. hint: where libknot finds the owner. */
static int put_records(struct gx_chain *chain, uint16_t hint, const knot_dname_t *owner, const struct gx_rrset *records,
		       uint16_t rotate)
{
	knot_rrset_t rrset;

	knot_rrset_init(&rrset, (knot_dname_t *)owner, records->type, KNOT_CLASS_IN, records->ttl_s);
	rrset.rrs = records->rdata;
	chain->n_qname += owner == chain->qname ? rrset.rrs.count : 0;
	if (chain->is_flat)
		return put_flat(chain, &rrset, rotate);
	return knot_pkt_put_rotate(chain->renderer->packet, hint, &rrset, rotate, KNOT_PF_NOTRUNC) ? -EMSGSIZE : 0;
}

/* An RRset, and the RRSIGs that its zone has of it: that is all that signs. */
static int put_signed(struct gx_chain *chain, const struct gx_zone *zone, uint16_t hint, const knot_dname_t *owner,
		      const struct gx_rrset *rrset, uint16_t rotate)
{
	struct gx_rrset rrsigs = { .type = KNOT_RRTYPE_RRSIG, .ttl_s = rrset->ttl_s, .rdata = rrset->rrsigs };
	int err = put_records(chain, hint, owner, rrset, rotate);

	chain->put_as = chain->renderer->packet->rrset_count - 1;
	if (err || !gx_chain_signs(chain, zone))
		return err;
	if (!rrsigs.rdata.count)
		return gx_chain_lack(chain, zone, GX_LACK_RRSIG);
	return put_records(chain, hint, owner, &rrsigs, 0);
}

int gx_chain_put(struct gx_chain *chain, const struct gx_zone *zone, const knot_dname_t *owner,
	       const struct gx_rrset *rrset)
{
	/* Owner and suffix are found by libknot; the question's own name needs no search. */
	uint16_t hint = owner == chain->qname ? KNOT_COMPR_HINT_QNAME : KNOT_COMPR_HINT_NONE;
	uint32_t count = rrset->rdata.count, rotations = 1, rotate = 0;

	if (rrset->type == KNOT_RRTYPE_A || rrset->type == KNOT_RRTYPE_AAAA) {
		rotations = count < GX_ANSWER_VARIANTS_MAX ? count : GX_ANSWER_VARIANTS_MAX;
		rotate = chain->forcing->rotation % rotations * count / rotations;
		chain->out->rotations = rotations;
	}
	return put_signed(chain, zone, hint, owner, rrset, rotate);
}

/* An RRset of a geo name or of a DNAME's making, with the last name as its owner. zone NULL: nobody signs it. */
static int put_made(struct gx_chain *chain, const struct gx_zone *zone, struct gx_rrset *rrset)
{
	const knot_dname_t *owner = gx_chain_last(chain);
	const knot_rdataset_t *rrsigs;

	if (gx_chain_signs(chain, zone)) {
		rrsigs = gx_signer_sign(chain->renderer->signer, zone, owner, rrset->type, rrset->ttl_s, &rrset->rdata);
		if (!rrsigs)
			return gx_chain_lack(chain, zone, GX_LACK_GEO);
		rrset->rrsigs = *rrsigs;
		chain->out->expires = true;
	}
	return gx_chain_put(chain, zone, owner, rrset);
}

int gx_chain_put_rdata(struct gx_chain *chain, const struct gx_zone *zone, uint16_t type, uint32_t ttl_s,
		     const uint8_t *octets, uint16_t len)
{
	_Alignas(knot_rdata_t) uint8_t buffer[sizeof(knot_rdata_t) + KNOT_DNAME_MAXLEN + 1];
	struct gx_rrset rrset = { .type = type, .ttl_s = ttl_s, .rdata = { .count = 1, .size = knot_rdata_size(len) } };

	rrset.rdata.rdata = (knot_rdata_t *)buffer;
	knot_rdata_init(rrset.rdata.rdata, len, octets);
	return put_made(chain, zone, &rrset);
}

static bool is_repeated(const struct gx_geo_site *site, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (site->addresses[i].family == site->addresses[index].family &&
		    site->addresses[i].value == site->addresses[index].value)
			return true;
	}
	return false;
}

size_t gx_site_addresses(const struct gx_geo_site *site, enum gx_family family, uint32_t *out)
{
	size_t count = 0;

	for (size_t i = 0; i < site->n_addresses; i++)
		if (site->addresses[i].family == family && !is_repeated(site, i))
			out[count++] = (uint32_t)i;
	return count;
}

bool gx_subset_has(uint32_t subset, size_t index, size_t count)
{
	if (subset == GX_SUBSET_ALL)
		return true;
	if (subset & GX_SUBSET_MASK)
		return subset >> index & 1;
	return (index + count - (subset & 0xffff)) % count < subset >> 16;
}

int gx_chain_put_addresses(struct gx_chain *chain, const struct gx_zone *zone, const struct gx_geo *geo,
			 const struct gx_geo_site *site, enum gx_family family, uint32_t subset)
{
	struct gx_renderer *renderer = chain->renderer;
	uint16_t len = gx_family_bits(family) / 8;
	struct gx_rrset rrset = {
		.type = family == GX_IPV4 ? KNOT_RRTYPE_A : KNOT_RRTYPE_AAAA,
		.ttl_s = gx_chain_ttl(chain, geo),
	};
	knot_rdataset_t *rdata = &rrset.rdata;
	size_t count;

	renderer->rdata = gx_realloc(renderer->rdata, site->n_addresses * knot_rdata_size(len));
	renderer->indices = gx_realloc(renderer->indices, site->n_addresses * sizeof(*renderer->indices));
	rdata->rdata = (knot_rdata_t *)renderer->rdata;
	count = gx_site_addresses(site, family, renderer->indices);
	for (size_t i = 0; i < count; i++) {
		uint8_t octets[16];

		if (!gx_subset_has(subset, i, count))
			continue;
		gx_addr_to_octets(&site->addresses[renderer->indices[i]], octets);
		knot_rdata_init((knot_rdata_t *)(renderer->rdata + rdata->size), len, octets);
		rdata->size += knot_rdata_size(len);
		rdata->count++;
	}
	return put_made(chain, zone, &rrset);
}

/* Who has the addresses of a name that an RRset leads to, as far as its zone knows: it, or a wildcard. */
static const struct gx_node *find_additional(const struct gx_chain *chain, const struct gx_zone *zone,
					     const knot_dname_t *name, const knot_dname_t *cut)
{
	struct gx_match match;

	if (!gx_name_within(name, zone->apex) || gx_dict_find(&chain->renderer->lookup.geos, name, NULL))
		return NULL;
	match = gx_zone_match(zone, name);
	if (match.kind == GX_MATCH_DELEGATION)
		return cut ? gx_zone_find(zone, name) : NULL;
	return match.kind == GX_MATCH_NODE || match.kind == GX_MATCH_WILDCARD ? match.node : NULL;
}

/* Does a record before this one lead to the same name? */
static bool is_met(const struct gx_rrset *rrset, uint32_t index)
{
	const knot_dname_t *name = knot_rdata_name(knot_rdataset_at(&rrset->rdata, index), rrset->type);

	for (uint32_t i = 0; i < index; i++) {
		if (knot_dname_is_equal(knot_rdata_name(knot_rdataset_at(&rrset->rdata, i), rrset->type), name))
			return true;
	}
	return false;
}

/*
 * Addresses of the names that an RRset of MX, NS or SRV leads to (RFC 1034 4.3.2, 6). Those of a geo name depend on the
 * client, and are left to their own question. Knot and NSD add them for the same types. Glue is the zone below's to
 * sign.
 */
static int put_addresses_of(struct gx_chain *chain, bool below_cut)
{
	static const uint16_t types[] = { KNOT_RRTYPE_A, KNOT_RRTYPE_AAAA };
	const struct gx_rrset *rrset = chain->leads.rrset;
	const knot_dname_t *cut = chain->leads.cut;
	knot_pkt_t *packet = chain->renderer->packet;

	for (uint32_t i = 0; i < 2u * rrset->rdata.count; i++) {
		const knot_rdata_t *rdata = knot_rdataset_at(&rrset->rdata, i / 2);
		const knot_dname_t *name = knot_rdata_name(rdata, rrset->type);
		const struct gx_node *node = find_additional(chain, chain->leads.zone, name, cut);
		const struct gx_rrset *address = gx_node_find(node, types[i % 2]);
		bool is_glue = node && (node->below_cut || node->delegation);
		uint16_t hint = KNOT_COMPR_HINT_NONE;
		int err;

		if (!address || (cut && gx_name_within(name, cut)) != below_cut || is_met(rrset, i / 2))
			continue;
		if (packet->current != KNOT_ADDITIONAL)
			knot_pkt_begin(packet, KNOT_ADDITIONAL);
		if (!chain->is_flat)
			hint = knot_compr_hint(&packet->rr_info[chain->leads.put_as], KNOT_COMPR_HINT_RDATA + i / 2);
		err = put_signed(chain, is_glue ? NULL : chain->leads.zone, hint, name, address, 0);
		if (err)
			return err;
	}
	return 0;
}

void gx_chain_lead(struct gx_chain *chain, const struct gx_zone *zone, const struct gx_rrset *rrset,
		 const knot_dname_t *cut)
{
	if (!knot_rrtype_additional_needed(rrset->type))
		return;
	chain->leads.zone = zone;
	chain->leads.rrset = rrset;
	chain->leads.cut = cut;
	chain->leads.put_as = chain->put_as;
}

int gx_chain_put_additional(struct gx_chain *chain)
{
	knot_pkt_t *packet = chain->renderer->packet;
	int err = 0;

	if (!chain->leads.rrset)
		return 0;
	if (chain->leads.cut)
		err = put_addresses_of(chain, true);
	chain->core_octets = packet->size;
	chain->out->core_arcount = knot_wire_get_arcount(packet->wire);
	return err ? err : put_addresses_of(chain, false);
}

int gx_chain_put_soa(struct gx_chain *chain, const struct gx_zone *zone)
{
	const struct gx_rrset *soa = gx_node_find(&zone->nodes[0], KNOT_RRTYPE_SOA);
	struct gx_rrset lower;
	uint32_t minimum;

	if (!soa)
		return -ENOENT;
	minimum = knot_soa_minimum(soa->rdata.rdata);
	lower = *soa;
	lower.ttl_s = soa->ttl_s < minimum ? soa->ttl_s : minimum;
	chain->out->negative = zone;
	knot_pkt_begin(chain->renderer->packet, KNOT_AUTHORITY);
	return gx_chain_put(chain, zone, zone->apex, &lower);
}
