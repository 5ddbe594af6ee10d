/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies of three servers to one query, field by field. */
#include "tests/conformance/reference_reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/codes.h>
#include <libknot/errcode.h>
#include <libknot/packet/pkt.h>

/* --- records ----------------------------------------------------------------------------------- */

struct record {
	const uint8_t *octets;
	size_t count;
};

static int compare_records(const void *left, const void *right)
{
	const struct record *a = left, *b = right;
	size_t count = a->count < b->count ? a->count : b->count;
	int order = memcmp(a->octets, b->octets, count);

	return order ? order : (a->count > b->count) - (a->count < b->count);
}

/* Owner, type, class, TTL, data. Returns the octets, or 0: they do not fit. */
static size_t put_record(uint8_t *to, const uint8_t *end, const knot_rrset_t *rr)
{
	size_t owner = knot_dname_size(rr->owner), octets = owner + 10 + rr->rrs.rdata->len;

	if (to + octets > end)
		return 0;
	memcpy(to, rr->owner, owner);
	knot_dname_to_lower(to);
	knot_wire_write_u16(to + owner, rr->type);
	knot_wire_write_u16(to + owner + 2, rr->rclass);
	knot_wire_write_u32(to + owner + 4, rr->ttl);
	knot_wire_write_u16(to + owner + 8, rr->rrs.rdata->len);
	memcpy(to + owner + 10, rr->rrs.rdata->data, rr->rrs.rdata->len);
	return octets;
}

/* Types in ascending order, each once; those that no difference turns on are one. */
static void shape_section(const knot_pktsection_t *section, char *shape, size_t size)
{
	static const struct {
		uint16_t type;
		const char *text;
	} known[] = { { KNOT_RRTYPE_SOA, "SOA" }, { KNOT_RRTYPE_NS, "NS" }, { KNOT_RRTYPE_CNAME, "CNAME" },
		      { KNOT_RRTYPE_DNAME, "DNAME" }, { KNOT_RRTYPE_HINFO, "HINFO" }, { 0, "data" } };
	const size_t count = sizeof(known) / sizeof(known[0]);
	unsigned int met = 0;

	for (uint16_t i = 0; i < section->count; i++) {
		uint16_t type = knot_pkt_rr(section, i)->type;
		size_t at = 0;

		while (known[at].type && known[at].type != type)
			at++;
		if (type != KNOT_RRTYPE_OPT)
			met |= 1u << at;
	}
	shape[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (met & 1u << i)
			snprintf(shape + strlen(shape), size - strlen(shape), "%s%s", *shape ? " " : "", known[i].text);
	}
	if (!*shape)
		strcpy(shape, "-");
}

static size_t form_section(struct reply *reply, size_t at, const knot_pktsection_t *section)
{
	static uint8_t scratch[sizeof(reply->form)];
	struct record records[REPLY_RECORDS];
	size_t count = 0, used = 0;

	for (uint16_t i = 0; i < section->count && count < REPLY_RECORDS; i++) {
		const knot_rrset_t *rr = knot_pkt_rr(section, i);

		if (rr->type == KNOT_RRTYPE_OPT)
			continue;
		records[count].octets = scratch + used;
		records[count].count = put_record(scratch + used, scratch + sizeof(scratch), rr);
		if (!records[count].count || at + used + records[count].count > sizeof(reply->form)) {
			reply->fault = "more records than are compared";
			return at;
		}
		used += records[count++].count;
	}
	qsort(records, count, sizeof(records[0]), compare_records);
	for (size_t i = 0; i < count; i++) {
		memcpy(reply->form + at, records[i].octets, records[i].count);
		at += records[i].count;
	}
	return at;
}

/* --- the rest ---------------------------------------------------------------------------------- */

/* How many, and of the one: size, version, flags, codes of options. */
static size_t form_opt(struct reply *reply, size_t at, const knot_pkt_t *packet)
{
	const knot_pktsection_t *section = knot_pkt_section(packet, KNOT_ADDITIONAL);
	uint8_t *to = reply->form + at, *count = to++;

	*count = 0;
	for (uint16_t i = 0; i < section->count; i++) {
		const knot_rrset_t *rr = knot_pkt_rr(section, i);

		if (rr->type != KNOT_RRTYPE_OPT)
			continue;
		++*count;
		knot_wire_write_u16(to, rr->rclass);
		knot_wire_write_u32(to + 2, rr->ttl & 0x00ffffff);	/* the upper octet is RCODE's */
		to += 6;
		for (size_t option = 0; option + 4 <= rr->rrs.rdata->len;) {
			memcpy(to, rr->rrs.rdata->data + option, 2);
			to += 2;
			option += 4 + knot_wire_read_u16(rr->rrs.rdata->data + option + 2);
		}
	}
	return (size_t)(to - reply->form);
}

/* The forms of the fields in front of the sections. */
static size_t form_header(struct reply *reply, const knot_pkt_t *packet)
{
	const uint8_t *wire = reply->wire;
	size_t question = knot_pkt_question_size(packet), at = 0;

	reply->begin[REPLY_QUESTION] = at;
	memcpy(reply->form, wire + KNOT_WIRE_HEADER_SIZE, question);
	at += question;
	reply->begin[REPLY_RCODE] = at;
	knot_wire_write_u16(reply->form + at, knot_pkt_ext_rcode(packet));
	at += 2;
	reply->begin[REPLY_AA] = at;
	reply->form[at++] = knot_wire_get_aa(wire) != 0;
	reply->begin[REPLY_TC] = at;
	reply->form[at++] = knot_wire_get_tc(wire) != 0;
	reply->begin[REPLY_FLAGS] = at;
	reply->form[at++] = wire[2] & ~0x06;
	reply->form[at++] = wire[3] & ~0x0f;
	reply->begin[REPLY_OPT] = at;
	return form_opt(reply, at, packet);
}

void reply_read(struct reply *reply)
{
	static uint8_t copy[REPLY_OCTETS];
	knot_pkt_t *packet;
	size_t at;

	reply->fault = reply->octets ? "libknot cannot read it" : "no reply";
	reply->minimised = 0;
	memset(reply->begin, 0, sizeof(reply->begin));
	memcpy(copy, reply->wire, reply->octets);
	packet = knot_pkt_new(copy, reply->octets, NULL);
	if (!reply->octets || !packet || knot_pkt_parse(packet, 0) != KNOT_EOK) {
		knot_pkt_free(packet);
		return;
	}
	reply->fault = NULL;
	at = form_header(reply, packet);
	for (int section = KNOT_ANSWER; section <= KNOT_ADDITIONAL; section++) {
		reply->begin[REPLY_ANSWER + section] = at;
		at = form_section(reply, at, knot_pkt_section(packet, section));
		shape_section(knot_pkt_section(packet, section), reply->shape[section], sizeof(reply->shape[0]));
	}
	reply->begin[REPLY_FIELD_COUNT] = at;
	knot_pkt_free(packet);
}

/* --- sets of records --------------------------------------------------------------------------- */

static size_t record_octets(const uint8_t *form)
{
	size_t owner = knot_dname_size(form);

	return owner + 10 + knot_wire_read_u16(form + owner + 8);
}

static int has_record(const struct reply *reply, enum reply_field section, const uint8_t *record, size_t octets)
{
	const uint8_t *at = reply->form + reply->begin[section], *end = reply->form + reply->begin[section + 1];

	for (; at < end; at += record_octets(at)) {
		if (record_octets(at) == octets && !memcmp(at, record, octets))
			return 1;
	}
	return 0;
}

int reply_is_subset(const struct reply *part, const struct reply *whole, enum reply_field section)
{
	const uint8_t *at = part->form + part->begin[section], *end = part->form + part->begin[section + 1];

	for (; at < end; at += record_octets(at)) {
		if (!has_record(whole, section, at, record_octets(at)))
			return 0;
	}
	return 1;
}

/* Type of a record, and of RRSIG what it covers. */
static uint16_t type_of(const uint8_t *record)
{
	const uint8_t *type = record + knot_dname_size(record);

	return knot_wire_read_u16(type) == KNOT_RRTYPE_RRSIG ? knot_wire_read_u16(type + 10) : knot_wire_read_u16(type);
}

/* Is a record the address of a server that the authority section names, or its RRSIG? */
static int is_server(const struct reply *reply, const uint8_t *record)
{
	const uint8_t *at = reply->form + reply->begin[REPLY_AUTHORITY];
	const uint8_t *end = reply->form + reply->begin[REPLY_AUTHORITY + 1];

	for (; at < end; at += record_octets(at)) {
		const uint8_t *type = at + knot_dname_size(at);

		if (knot_wire_read_u16(type) == KNOT_RRTYPE_NS && knot_dname_is_case_equal(type + 10, record))
			return 1;
	}
	return 0;
}

/* Leave records of a section away. Those behind it move. */
static void filter(struct reply *reply, enum reply_field section, const struct reply *like)
{
	uint8_t *to = reply->form + reply->begin[section], *at = to;
	uint8_t *end = reply->form + reply->begin[section + 1];
	size_t behind = reply->begin[REPLY_FIELD_COUNT] - reply->begin[section + 1];

	while (at < end) {
		size_t octets = record_octets(at);
		int goes = section == REPLY_AUTHORITY ? type_of(at) == KNOT_RRTYPE_NS :
							is_server(reply, at) && !has_record(like, section, at, octets);

		if (!goes) {
			memmove(to, at, octets);
			to += octets;
		}
		at += octets;
	}
	memmove(to, end, behind);
	for (int field = section + 1; field <= REPLY_FIELD_COUNT; field++)
		reply->begin[field] -= (size_t)(end - to);
}

int reply_minimise(struct reply *reply, const struct reply *like)
{
	char *shape = reply->shape[KNOT_AUTHORITY];

	if (strncmp(shape, "NS", 2) || !strcmp(reply->shape[KNOT_ANSWER], "-") ||
	    !strncmp(like->shape[KNOT_AUTHORITY], "NS", 2))
		return 0;
	filter(reply, REPLY_ADDITIONAL, like);
	filter(reply, REPLY_AUTHORITY, like);
	strcpy(shape, reply->begin[REPLY_AUTHORITY] == reply->begin[REPLY_ADDITIONAL] ? "-" : "data");
	reply->minimised = 1;
	if (reply->begin[REPLY_ADDITIONAL] == reply->begin[REPLY_ADDITIONAL + 1])
		strcpy(reply->shape[KNOT_ADDITIONAL], "-");
	return 1;
}

int reply_differs(const struct reply *a, const struct reply *b, enum reply_field field)
{
	size_t octets = a->begin[field + 1] - a->begin[field];

	return octets != b->begin[field + 1] - b->begin[field] ||
	       memcmp(a->form + a->begin[field], b->form + b->begin[field], octets) != 0;
}

const char *reply_field_name(enum reply_field field)
{
#define REPLY_NAME(name, text) text,
	static const char *const names[] = { REPLY_FIELDS(REPLY_NAME) };

	return names[field];
}

const char *reply_show(const struct reply *reply, enum reply_field field, char *text)
{
	const uint8_t *form = reply->form + reply->begin[field];
	size_t octets = reply->begin[field + 1] - reply->begin[field];
	const knot_lookup_t *rcode;

	if (field >= REPLY_ANSWER)
		return reply->shape[field - REPLY_ANSWER];
	if (field == REPLY_RCODE) {
		rcode = knot_lookup_by_id(knot_rcode_names, knot_wire_read_u16(form));
		return rcode ? rcode->name : "?";
	}
	if (field == REPLY_FLAGS) {	/* the octet that is not the query's */
		form++;
		octets--;
	}
	text[0] = '\0';
	for (size_t i = 0; i < octets && i < 24; i++)
		sprintf(text + 2 * i, "%02x", form[i]);
	return field == REPLY_AA || field == REPLY_TC ? text + 1 : text;
}
