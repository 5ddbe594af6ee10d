/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a patient reader of the set-up's files would answer. */
#include "tests/lib/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/packet/pkt.h>
#include <libknot/rrtype/soa.h>
#include <libzscanner/scanner.h>

#include "geoxdp/hash.h"
#include "tests/lib/edns.h"
#include "tests/lib/reply.h"
#include "tests/lib/wire.h"
#include "tests/lib/world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- locations --------------------------------------------------------------------------------- */

/* Blocks that are no locations of their own: their addresses count as IPv4 addresses. */
enum { MAPPED, NAT64, SIX_TO_FOUR, TEREDO };
static const char *const carriers[] = {
	[MAPPED] = "::ffff:0:0/96",
	[NAT64] = "64:ff9b::/96",
	[SIX_TO_FOUR] = "2002::/16",
	[TEREDO] = "2001::/32",
};

#define NOWHERE	0xffff0000u	/* and the carrier's number: uniform with nothing else */

static struct gx_prefix read_prefix(const char *text)
{
	struct gx_prefix prefix;

	if (gx_parse_prefix(text, &prefix))
		abort();
	return prefix;
}

static bool is_in(const struct gx_addr *addr, const struct gx_prefix *prefix)
{
	return addr->family == prefix->addr.family && addr->value >= prefix->addr.value &&
	       addr->value <= gx_prefix_last(prefix);
}

/* The carrier of an address; -1: none. */
static int find_carrier(const struct gx_addr *addr)
{
	for (int i = 0; i < (int)COUNT(carriers); i++) {
		struct gx_prefix prefix = read_prefix(carriers[i]);

		if (is_in(addr, &prefix))
			return i;
	}
	return -1;
}

/* The IPv4 address that decides for an address of a carrier. Returns its scope's offset, or 0: none. */
static unsigned int carried(const struct gx_addr *addr, struct gx_addr *out)
{
	int carrier = find_carrier(addr);

	if (carrier < 0)
		return 0;
	out->family = GX_IPV4;
	if (carrier == SIX_TO_FOUR)
		out->value = (uint32_t)(addr->value >> 80);
	else
		out->value = (uint32_t)(carrier == TEREDO ? ~addr->value : addr->value);
	return carrier == SIX_TO_FOUR ? 16 : 96;
}

static uint32_t find_location(const struct gx_addr *addr)
{
	int carrier = find_carrier(addr);
	uint32_t location = 0;
	unsigned int bits = 0;

	if (carrier >= 0)
		return NOWHERE + (uint32_t)carrier;
	for (size_t i = 0; i < WORLD_PREFIXES; i++) {
		struct gx_prefix prefix = read_prefix(world_prefixes[i].text);

		if (is_in(addr, &prefix) && prefix.bits > bits) {
			bits = prefix.bits;
			location = world_prefixes[i].location;
		}
	}
	return location;
}

uint32_t oracle_location(const struct gx_addr *addr)
{
	struct gx_addr ipv4;

	return carried(addr, &ipv4) ? find_location(&ipv4) : find_location(addr);
}

/* What all addresses of a uniform prefix have in common. */
static uint32_t kind_of(const struct gx_addr *addr, bool by_location)
{
	uint32_t location = find_location(addr);

	if (by_location || location >= NOWHERE)
		return location;
	for (size_t i = 0; i < WORLD_GEOS; i++) {
		for (size_t j = 0; world_geos[i].targets[j].target; j++) {
			if (world_geos[i].targets[j].location == location)
				return location;
		}
	}
	return 0;	/* the maps' default */
}

/* Is another kind found anywhere in the prefix? It can only begin where a listed prefix begins or ends. */
static bool is_uniform(const struct gx_prefix *block, bool by_location)
{
	uint32_t kind = kind_of(&block->addr, by_location);

	for (size_t i = 0; i < WORLD_PREFIXES + COUNT(carriers); i++) {
		struct gx_prefix prefix = read_prefix(i < WORLD_PREFIXES ? world_prefixes[i].text :
							      carriers[i - WORLD_PREFIXES]);
		struct gx_addr borders[2] = { prefix.addr, prefix.addr };

		borders[1].value = gx_prefix_last(&prefix) + 1;
		for (size_t j = 0; j < 2; j++) {
			if (is_in(&borders[j], block) && kind_of(&borders[j], by_location) != kind)
				return false;
		}
	}
	return true;
}

unsigned int oracle_scope(const struct gx_addr *addr, bool by_location)
{
	struct gx_addr ipv4;
	unsigned int offset = carried(addr, &ipv4);

	if (offset)
		return offset + oracle_scope(&ipv4, by_location);
	for (unsigned int bits = 0; bits < gx_family_bits(addr->family); bits++) {
		struct gx_prefix block = gx_prefix_around(addr->family, addr->value, bits);

		if (is_uniform(&block, by_location))
			return bits;
	}
	return gx_family_bits(addr->family);
}

struct gx_addr oracle_client(const struct query *query)
{
	bool is_ipv6 = query->is_ipv6;
	uint8_t octets[16] = {0};

	if (query_ecs_source(query)) {
		is_ipv6 = wire_get16(query->ecs) == 2;
		memcpy(octets, query->ecs + 4, query->ecs_octets - 4);
	} else {
		memcpy(octets, query->source, is_ipv6 ? 16 : 4);
	}
	return gx_addr_from_octets(is_ipv6 ? GX_IPV6 : GX_IPV4, octets);
}

/* --- records ----------------------------------------------------------------------------------- */

struct record {
	struct record *next;
	const char *zone;	/* apex of that which has it */
	uint16_t type;
	uint32_t ttl_s;
	uint16_t octets;
	uint8_t owner[KNOT_DNAME_MAXLEN];
	uint8_t rdata[];
};

static struct record *records, **last_record = &records;
static const char *reading;	/* apex */

static void keep_record(zs_scanner_t *scanner)
{
	struct record *record = calloc(1, sizeof(*record) + scanner->r_data_length);

	if (!record)
		abort();
	record->zone = reading;
	record->type = scanner->r_type;
	record->ttl_s = scanner->r_ttl;
	record->octets = (uint16_t)scanner->r_data_length;
	memcpy(record->owner, scanner->r_owner, scanner->r_owner_length);
	knot_dname_to_lower(record->owner);
	memcpy(record->rdata, scanner->r_data, scanner->r_data_length);
	*last_record = record;
	last_record = &record->next;
}

static void read_records(void)
{
	const struct world_zone *zones = world_zones();

	for (size_t i = 0; i < WORLD_ZONES; i++) {
		zs_scanner_t scanner;

		reading = zones[i].apex;
		if (zs_init(&scanner, reading, KNOT_CLASS_IN, 3600) ||
		    zs_set_input_string(&scanner, zones[i].text, strlen(zones[i].text)) ||
		    zs_set_processing(&scanner, keep_record, NULL, NULL) || zs_parse_all(&scanner))
			abort();
		zs_deinit(&scanner);
	}
}

/* The first record of a type, or of any type, at or behind one. */
static const struct record *find_record(const struct record *from, const knot_dname_t *owner, uint16_t type)
{
	for (; from; from = from->next) {
		if ((type == KNOT_RRTYPE_ANY || from->type == type) && knot_dname_is_equal(from->owner, owner))
			return from;
	}
	return NULL;
}

static const struct world_geo *find_geo(const knot_dname_t *owner)
{
	knot_dname_txt_storage_t text;

	knot_dname_to_str(text, owner, sizeof(text));
	for (size_t i = 0; i < WORLD_GEOS; i++) {
		if (!strcmp(world_geos[i].name, text))
			return &world_geos[i];
	}
	return NULL;
}

static bool is_name(const knot_dname_t *name, const char *text)
{
	knot_dname_txt_storage_t shown;

	knot_dname_to_str(shown, name, sizeof(shown));
	return !strcmp(shown, text);
}

/* The SOA of the zone that speaks for a name, the longest; NULL: none is loaded. */
static const struct record *find_soa(const knot_dname_t *name)
{
	const struct record *soa = NULL;

	for (const struct record *record = records; record; record = record->next) {
		if (record->type == KNOT_RRTYPE_SOA && knot_dname_in_bailiwick(name, record->owner) >= 0 &&
		    (!soa || knot_dname_size(record->owner) > knot_dname_size(soa->owner)))
			soa = record;
	}
	return soa;
}

static const knot_dname_t *find_apex(const knot_dname_t *name)
{
	const struct record *soa = find_soa(name);

	return soa ? soa->owner : NULL;
}

/*
 * Is there a name of its zone at or below this one? Then it exists, if only as an empty non-terminal (RFC 4592
 * 2.2.2). Of a zone further down, the one that speaks for it knows nothing.
 */
static bool exists(const knot_dname_t *name)
{
	const struct record *soa = find_soa(name);
	knot_dname_storage_t geo;

	for (const struct record *record = records; record; record = record->next) {
		if (soa && record->zone == soa->zone && knot_dname_in_bailiwick(record->owner, name) >= 0)
			return true;
	}
	for (size_t i = 0; i <= WORLD_GEOS; i++) {
		knot_dname_from_str(geo, i < WORLD_GEOS ? world_geos[i].name : WORLD_LOCALHOST, sizeof(geo));
		if (knot_dname_in_bailiwick(geo, name) >= 0)
			return true;
	}
	return false;
}

/* The delegation at or above a name, within its zone; NULL: there is none. */
static const knot_dname_t *find_cut(const knot_dname_t *name)
{
	const knot_dname_t *apex = find_apex(name), *cut = NULL;

	for (; apex && !knot_dname_is_equal(name, apex); name += *name + 1) {
		const struct record *ns = find_record(records, name, KNOT_RRTYPE_NS);

		cut = ns ? ns->owner : cut;
	}
	return cut;
}

/*
 * The name that has the records of another: itself, or the wildcard at its closest encloser (RFC 4592 3.3.1), in
 * storage. NULL: it does not exist.
 */
static const knot_dname_t *find_source(const knot_dname_t *name, knot_dname_storage_t storage)
{
	if (exists(name))
		return name;
	while (*name && !exists(name))
		name += *name + 1;
	memcpy(storage, "\1*", 2);
	memcpy(storage + 2, name, knot_dname_size(name));
	return exists(storage) ? storage : NULL;
}

/* --- answers ----------------------------------------------------------------------------------- */

struct answer {
	knot_pkt_t *packet;
	size_t core_octets;	/* of the message, without additional records that may be left away; 0: nothing may */
	uint16_t qtype;
	uint32_t location;
	bool by_map;		/* a map chose */
	bool by_location;
};

static void put(struct answer *answer, const knot_dname_t *owner, uint16_t type, uint32_t ttl_s,
		const uint8_t *rdata, uint16_t octets)
{
	knot_rrset_t rrset;

	knot_rrset_init(&rrset, (knot_dname_t *)owner, type, KNOT_CLASS_IN, ttl_s);
	if (knot_rrset_add_rdata(&rrset, rdata, octets, NULL) ||
	    knot_pkt_put(answer->packet, KNOT_COMPR_HINT_NONE, &rrset, KNOT_PF_NOTRUNC))
		abort();
	knot_rdataset_clear(&rrset.rrs, NULL);
}

/* All records of a type that source has, as those of owner. */
static void put_all(struct answer *answer, const knot_dname_t *owner, const knot_dname_t *source, uint16_t type)
{
	const struct record *record = find_record(records, source, type);
	knot_rrset_t rrset;

	if (!record)
		return;
	knot_rrset_init(&rrset, (knot_dname_t *)owner, type, KNOT_CLASS_IN, record->ttl_s);
	for (; record; record = find_record(record->next, source, type)) {
		if (knot_rrset_add_rdata(&rrset, record->rdata, record->octets, NULL))
			abort();
	}
	if (knot_pkt_put(answer->packet, KNOT_COMPR_HINT_NONE, &rrset, KNOT_PF_NOTRUNC))
		abort();
	knot_rdataset_clear(&rrset.rrs, NULL);
}

/* The SOA of the closest zone, its TTL the lesser of its own and MINIMUM (RFC 2308 3). */
static void put_soa(struct answer *answer, const knot_dname_t *name)
{
	const struct record *soa = NULL;
	uint32_t minimum;

	for (; !soa; name += *name + 1)
		soa = find_record(records, name, KNOT_RRTYPE_SOA);
	minimum = (uint32_t)wire_get16(soa->rdata + soa->octets - 4) << 16 |
		  wire_get16(soa->rdata + soa->octets - 2);
	knot_pkt_begin(answer->packet, KNOT_AUTHORITY);
	put(answer, soa->owner, soa->type, soa->ttl_s < minimum ? soa->ttl_s : minimum, soa->rdata, soa->octets);
}

/* RFC 4035 2.5: asked for at the owner of a CNAME, these do not follow it. */
static bool is_beside_cname(uint16_t type)
{
	return type == KNOT_RRTYPE_RRSIG || type == KNOT_RRTYPE_NSEC;
}

static const char *choose_target(const struct world_geo *geo, uint32_t location)
{
	for (size_t i = 0; geo->targets[i].target; i++) {
		if (geo->targets[i].location == location)
			return geo->targets[i].target;
	}
	return geo->targets[0].target;
}

static void put_localhost(struct answer *answer, const knot_dname_t *name)
{
	const uint8_t address[4] = { 127, 0, (uint8_t)(answer->location >> 8), (uint8_t)answer->location };

	if (answer->qtype != KNOT_RRTYPE_A && answer->qtype != KNOT_RRTYPE_ANY) {
		put_soa(answer, name);
		return;
	}
	answer->by_location = true;
	put(answer, name, KNOT_RRTYPE_A, WORLD_GEO_TTL_S, address, sizeof(address));
}

/* The CNAME at a name, from a map or a zone. Returns its target in storage, or NULL: there is none. */
static const knot_dname_t *put_cname(struct answer *answer, const knot_dname_t *name, const knot_dname_t *source,
				     knot_dname_storage_t storage)
{
	const struct world_geo *geo = find_geo(source);
	const struct record *cname = find_record(records, source, KNOT_RRTYPE_CNAME);
	uint32_t ttl_s = WORLD_GEO_TTL_S;

	if (is_beside_cname(answer->qtype) || (!geo && !cname))
		return NULL;
	if (geo) {
		knot_dname_from_str(storage, choose_target(geo, answer->location), KNOT_DNAME_MAXLEN);
		answer->by_map = true;
	} else {
		memcpy(storage, cname->rdata, cname->octets);
		ttl_s = cname->ttl_s;
	}
	put(answer, name, KNOT_RRTYPE_CNAME, ttl_s, storage, (uint16_t)knot_dname_size(storage));
	return storage;
}

/* Addresses of the names that NS or MX records lead to: those at or below the cut, or those elsewhere in the zone. */
static void put_addresses(struct answer *answer, const knot_dname_t *owner, uint16_t type, const knot_dname_t *cut,
			  bool below_cut)
{
	static const uint16_t families[] = { KNOT_RRTYPE_A, KNOT_RRTYPE_AAAA };
	const struct record *record = find_record(records, owner, type);

	knot_pkt_begin(answer->packet, KNOT_ADDITIONAL);
	for (; record; record = find_record(record->next, owner, type)) {
		const knot_dname_t *target = record->rdata + (type == KNOT_RRTYPE_MX ? 2 : 0);
		bool is_below = cut && knot_dname_in_bailiwick(target, cut) >= 0;

		if (is_below != below_cut || find_apex(target) != find_apex(owner) || (!cut && find_cut(target)))
			continue;
		for (size_t i = 0; i < COUNT(families); i++)
			put_all(answer, target, target, families[i]);
	}
}

/* RFC 1034 4.3.2, 3b. What is below the cut must be there (RFC 9471). */
static void put_referral(struct answer *answer, const knot_dname_t *cut)
{
	knot_pkt_begin(answer->packet, KNOT_AUTHORITY);
	put_all(answer, cut, cut, KNOT_RRTYPE_NS);
	put_addresses(answer, cut, KNOT_RRTYPE_NS, cut, true);
	answer->core_octets = answer->packet->size;
	put_addresses(answer, cut, KNOT_RRTYPE_NS, cut, false);
}

/* For ANY the lowest type that is not about DNSSEC (RFC 8482). */
static uint16_t choose_type(const struct answer *answer, const knot_dname_t *source)
{
	const struct record *record = find_record(records, source, KNOT_RRTYPE_ANY);
	uint16_t type = 0;

	if (answer->qtype != KNOT_RRTYPE_ANY)
		return find_record(records, source, answer->qtype) ? answer->qtype : 0;
	for (; record; record = find_record(record->next, source, KNOT_RRTYPE_ANY)) {
		if (!type || record->type < type)
			type = record->type;
	}
	return type;
}

/* RRset, or NODATA. */
static void put_data(struct answer *answer, const knot_dname_t *name, const knot_dname_t *source)
{
	uint16_t type = choose_type(answer, source);

	if (!type) {
		put_soa(answer, name);
		return;
	}
	put_all(answer, name, source, type);
	answer->core_octets = answer->packet->size;
	if (type == KNOT_RRTYPE_NS || type == KNOT_RRTYPE_MX)
		put_addresses(answer, source, type, NULL, false);
}

/*
 * DS at an apex is asked of the zone above (RFC 4035 3.1.4.1). Of the zones here none is delegated, and none is
 * asked that is below a wildcard.
 */
static void put_ds_of_zone(struct answer *answer, const knot_dname_t *above)
{
	const knot_dname_t *cut = find_cut(above);

	if (cut) {
		knot_wire_clear_aa(answer->packet->wire);
		put_referral(answer, cut);
		return;
	}
	knot_wire_set_rcode(answer->packet->wire, KNOT_RCODE_NXDOMAIN);
	put_soa(answer, above);
}

/* Returns 0, or -1: its zone is not loaded. */
static int follow(struct answer *answer, const knot_dname_t *qname)
{
	knot_dname_storage_t storage[2], wildcard;
	const knot_dname_t *name = qname, *source, *target, *cut;

	if (answer->qtype == KNOT_RRTYPE_DS && find_record(records, name, KNOT_RRTYPE_SOA) && *name &&
	    find_soa(name + *name + 1)) {
		put_ds_of_zone(answer, name + *name + 1);
		return 0;
	}
	for (int i = 0;; i ^= 1) {
		if (!find_apex(name))
			return name == qname ? -1 : 0;
		cut = find_cut(name);
		if (cut && !(answer->qtype == KNOT_RRTYPE_DS && knot_dname_is_equal(cut, name))) {
			if (name == qname)
				knot_wire_clear_aa(answer->packet->wire);
			put_referral(answer, cut);
			return 0;
		}
		source = find_source(name, wildcard);
		if (!source) {
			knot_wire_set_rcode(answer->packet->wire, KNOT_RCODE_NXDOMAIN);
			put_soa(answer, name);
			return 0;
		}
		if (is_name(source, WORLD_LOCALHOST)) {
			put_localhost(answer, name);
			return 0;
		}
		target = put_cname(answer, name, source, storage[i]);
		if (!target)
			put_data(answer, name, source);
		if (!target || answer->qtype == KNOT_RRTYPE_CNAME || answer->qtype == KNOT_RRTYPE_ANY)
			return 0;
		name = target;
	}
}

static bool is_within(const knot_dname_t *name, const char *zone)
{
	knot_dname_storage_t apex;

	knot_dname_from_str(apex, zone, sizeof(apex));
	return knot_dname_in_bailiwick(name, apex) >= 0;
}

/* May its answer come from the zone that has no RRSIGs? Then DO=1 is for the backend (RFC 4035 3.1). */
static bool is_unsigned(const knot_dname_t *name, uint16_t type)
{
	if (is_within(name, WORLD_SIGNED))
		return true;
	/* Its own CNAME is in another zone. */
	return is_name(name, "secure.example.com.") && type != KNOT_RRTYPE_CNAME && type != KNOT_RRTYPE_ANY &&
	       type != KNOT_RRTYPE_RRSIG && type != KNOT_RRTYPE_NSEC;
}

/* Leave away what need not be there (RFC 2181 9). */
static void cut_additional(struct answer *answer)
{
	uint16_t count = 0;
	knot_pkt_t *packet = answer->packet;

	for (size_t at = answer->core_octets; at < packet->size; count++) {
		at += (size_t)knot_dname_wire_check(packet->wire + at, packet->wire + packet->size, packet->wire);
		at += 10 + wire_get16(packet->wire + at + 8);
	}
	knot_wire_set_arcount(packet->wire, knot_wire_get_arcount(packet->wire) - count);
	packet->size = answer->core_octets;
}

struct oracle_spread oracle_spread;

/* The location whose answer a spread gives. *bits: how deep that is, where the client decides. */
static uint32_t draw(const struct query *query, const knot_dname_t *name, const struct gx_addr *client, uint32_t location,
		     unsigned int *bits)
{
	struct gx_addr ipv4, own = *client;
	unsigned int offset = carried(client, &ipv4), prefix;

	if (!oracle_spread.is_on || location != WORLD_US_CODE || !is_name(name, "geo.example.com."))
		return location;
	if (query->qtype == KNOT_RRTYPE_AAAA)
		return oracle_spread.by_query;
	if (query->qtype != KNOT_RRTYPE_A)
		return location;
	if (offset)
		own = ipv4;
	prefix = own.family == GX_IPV4 ? GX_SPREAD_BITS4 : GX_SPREAD_BITS6;
	*bits = prefix + offset;
	return oracle_spread.by_client[gx_hash_spread((uint64_t)(own.family == GX_IPV4 ? own.value << 32 : own.value >> 64),
						      prefix)];
}

int oracle_answer(const struct query *query, char *text)
{
	struct gx_addr client = oracle_client(query);
	struct answer answer = { .qtype = query->qtype, .location = oracle_location(&client) };
	size_t opt_octets = query->opts ? WIRE_OPT_OCTETS + edns_options_octets(query) : 0;
	static uint8_t wire[KNOT_WIRE_MAX_PKTSIZE];
	knot_dname_storage_t name;
	unsigned int scope = 0, drawn_bits = 0;
	int result;

	if (query->is_formerr || query->opt_version) {
		strcpy(text, query->is_formerr ? "FORMERR\n" : "BADVERS\n");
		return 0;
	}
	if (!records)
		read_records();
	memcpy(name, query->qname, query->qname_octets);
	knot_dname_to_lower(name);
	if (is_unsigned(name, query->qtype) && query->dnssec_ok)
		return -1;
	if (is_within(name, WORLD_SEALED) && (query->dnssec_ok || query->qtype == KNOT_RRTYPE_RRSIG))
		return 1;
	answer.location = draw(query, name, &client, answer.location, &drawn_bits);
	memset(wire, 0, WIRE_DNS_OCTETS);
	answer.packet = knot_pkt_new(wire, sizeof(wire), NULL);
	knot_pkt_put_question(answer.packet, name, KNOT_CLASS_IN, query->qtype);
	knot_wire_set_qr(wire);
	knot_wire_set_aa(wire);
	knot_pkt_begin(answer.packet, KNOT_ANSWER);
	result = follow(&answer, name);
	if (!result && answer.packet->size + opt_octets > query_reply_limit(query) && answer.core_octets)
		cut_additional(&answer);
	if (!result && answer.packet->size + opt_octets > query_reply_limit(query))
		sprintf(text, "%s%s tc\n", knot_wire_get_rcode(wire) ? "NXDOMAIN" : "NOERROR",
			knot_wire_get_aa(wire) ? " aa" : "");
	else if (!result && reply_text(wire, answer.packet->size, text))
		result = -1;
	knot_pkt_free(answer.packet);
	if (query_ecs_source(query) && (answer.by_map || answer.by_location))
		scope = oracle_scope(&client, answer.by_location);
	if (query_ecs_source(query) && scope < drawn_bits)
		scope = drawn_bits;
	if (!result && query->ecs)
		sprintf(text + strlen(text), "; scope %u\n", scope);
	return result;
}
