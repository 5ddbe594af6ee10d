/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices: what they answer, and those that are an answer by themselves. */
#include "user/core/choice.h"

#include <string.h>

#include <libknot/wire.h>

#include "geoxdp/dns.h"

/* What such a record has in front of the TTL, and between that and the address (RFC 1035 3.2.1, 4.1.4). */
static const uint8_t owner_type_class[] = { 0xc0, GX_DNS_HEADER_OCTETS, 0, GX_TYPE_A, 0, GX_CLASS_IN };
static const uint8_t rdlength[] = { 0, 4 };

#define TTL_OFFSET	sizeof(owner_type_class)
#define LENGTH_OFFSET	(TTL_OFFSET + 4)
#define ADDRESS_OFFSET	(LENGTH_OFFSET + sizeof(rdlength))

_Static_assert(ADDRESS_OFFSET + 4 == GX_CHOICE_RECORD_OCTETS, "one A record");

bool gx_choice_answers_alike(const struct gx_choice *a, const struct gx_choice *b)
{
	return a->answer == b->answer && a->address == b->address;
}

bool gx_choice_is_option(const struct gx_choice *choice, const struct gx_option *option)
{
	return choice->address == option->address &&
	       (choice->answer == option->answer || choice->answer == option->clamped);
}

bool gx_choice_is_spread(const struct gx_choice *choice)
{
	uint32_t kind = choice->answer & GX_CHOICE_KIND;

	return kind == GX_CHOICE_BY_CLIENT || kind == GX_CHOICE_BY_QUERY;
}

bool gx_choice_from_rendered(const struct gx_rendered *rendered, uint32_t *answer, __be32 *address)
{
	const uint8_t *octets = rendered->octets;
	uint32_t ttl;

	if (rendered->len_octets != GX_CHOICE_RECORD_OCTETS || rendered->core_octets != GX_CHOICE_RECORD_OCTETS ||
	    rendered->ancount != 1 || rendered->rcode || rendered->flags1 != GX_DNS1_AA || rendered->tails[0])
		return false;
	if (memcmp(octets, owner_type_class, sizeof(owner_type_class)) ||
	    memcmp(octets + LENGTH_OFFSET, rdlength, sizeof(rdlength)))
		return false;
	ttl = knot_wire_read_u32(octets + TTL_OFFSET);
	if (ttl > GX_CHOICE_NUMBER)
		return false;
	*answer = GX_CHOICE_ADDRESS | ttl;
	memcpy(address, octets + ADDRESS_OFFSET, sizeof(*address));
	return true;
}

bool gx_choice_render(const struct gx_choice *choice, uint8_t octets[GX_CHOICE_RECORD_OCTETS],
		      struct gx_rendered *out)
{
	if ((choice->answer & GX_CHOICE_KIND) != GX_CHOICE_ADDRESS)
		return false;
	memcpy(octets, owner_type_class, sizeof(owner_type_class));
	knot_wire_write_u32(octets + TTL_OFFSET, choice->answer & GX_CHOICE_NUMBER);
	memcpy(octets + LENGTH_OFFSET, rdlength, sizeof(rdlength));
	memcpy(octets + ADDRESS_OFFSET, &choice->address, sizeof(choice->address));
	out->octets = octets;
	out->len_octets = out->core_octets = GX_CHOICE_RECORD_OCTETS;
	out->ancount = 1;
	out->nscount = out->arcount = out->core_arcount = 0;
	out->flags1 = GX_DNS1_AA;
	out->rcode = 0;
	out->rotations = 1;
	return true;
}
