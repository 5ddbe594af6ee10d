/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding in an image what the program finds in the tables. */
#include <string.h>

#include "geoxdp/dns.h"
#include "geoxdp/hash.h"
#include "user/core/dict.h"
#include "user/core/image.h"

static bool gx_slot_holds(const struct gx_image *image, const struct gx_name *slot, const struct gx_padded_name *name)
{
	const uint64_t *rest = name->words + GX_NAME_INLINE_OCTETS / 8;

	if (slot->len_octets != name->len_octets || memcmp(slot->octets, name->words, GX_NAME_INLINE_OCTETS))
		return false;
	return name->len_octets <= GX_NAME_INLINE_OCTETS ||
	       !memcmp(&image->names_long[slot->rest], rest, name->len_octets - GX_NAME_INLINE_OCTETS);
}

static const struct gx_name *gx_find_slot(const struct gx_image *image, const knot_dname_t *name)
{
	struct gx_padded_name padded;
	uint64_t hash;

	gx_pad_name(&padded, name);
	hash = gx_padded_hash(&padded, image->name_seed);
	for (uint32_t i = 0; i < GX_NAME_PROBES; i++) {
		const struct gx_name *slot = &image->names[gx_hash_slot(hash + i, image->n_name_slots - 1)];

		if (slot->tag == gx_hash_tag(hash) && gx_slot_holds(image, slot, &padded))
			return slot;
	}
	return NULL;
}

/* The wildcard that synthesises a name: next to its closest encloser, whatever else is loaded (RFC 4592 3.3.1). */
static const struct gx_name *gx_find_wildcard(const struct gx_image *image, const knot_dname_t *name)
{
	knot_dname_storage_t wildcard = { 1, '*' };

	for (int i = 0; i < GX_WILDCARD_LABELS && *name; i++) {
		const struct gx_name *encloser;

		name += *name + 1;
		encloser = gx_find_slot(image, name);
		if (!encloser)
			continue;
		if (!(encloser->flags & GX_NAME_WILDCARD))
			return NULL;
		memcpy(wildcard + 2, name, knot_dname_size(name));
		return gx_find_slot(image, wildcard);
	}
	return NULL;
}

uint32_t gx_image_find(const struct gx_image *image, const knot_dname_t *name, uint16_t type)
{
	const struct gx_name *slot = gx_find_slot(image, name);

	if (!slot)
		slot = gx_find_wildcard(image, name);
	if (!slot)
		return GX_REF_NONE;
	if (type == GX_TYPE_A)
		return slot->ref_a;
	if (type == GX_TYPE_AAAA)
		return slot->ref_aaaa;
	for (uint32_t i = 1; i <= slot->n_types; i++)
		if (image->types[slot->types + i].type == type)
			return image->types[slot->types + i].ref;
	return image->types[slot->types].ref;
}
