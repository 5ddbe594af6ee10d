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
	const struct gx_name *slot;
	uint64_t hash;

	gx_pad_name(&padded, name);
	hash = gx_padded_hash(&padded, image->name_seed, image->hash_exact);
	slot = &image->names[gx_hash_slot(hash, image->pilots[gx_hash_bucket(hash, image->n_buckets - 1)], image->n_name_slots)];
	return gx_slot_holds(image, slot, &padded) ? slot : NULL;
}

static uint32_t gx_find_ref(const struct gx_image *image, const struct gx_name *slot, uint16_t type)
{
	if (type == GX_TYPE_A)
		return slot->ref_a;
	if (type == GX_TYPE_AAAA)
		return slot->ref_aaaa;
	for (uint32_t i = 1; i <= slot->n_types; i++)
		if (image->types[slot->types + i].type == type)
			return image->types[slot->types + i].ref;
	return image->types[slot->types].ref;
}

/*
 * The closest encloser of a name that is not loaded; NULL: it is in no loaded zone. See gx_find_encloser() of the
 * program.
 */
static const struct gx_name *gx_find_encloser(const struct gx_image *image, const knot_dname_t *name)
{
	const knot_dname_t *above[GX_NAME_MAX_LABELS];	/* by labels */
	size_t labels = knot_dname_labels(name, NULL), known = image->label_min;
	size_t longest = labels <= image->label_max ? labels : image->label_max + 1;
	const struct gx_name *encloser = NULL;

	while (labels) {
		name += *name + 1;
		above[--labels] = name;
	}
	while (known < longest) {
		size_t tried = known + (longest - known + 1) / 2;
		const struct gx_name *slot = gx_find_slot(image, above[tried - 1]);

		if (slot) {
			known = tried;
			encloser = slot;
		} else {
			longest = tried - 1;
		}
	}
	return encloser;
}

/* What the closest encloser says of a name that is not loaded (RFC 4592 3.3.1). */
static uint32_t gx_find_by_encloser(const struct gx_image *image, const knot_dname_t *name, uint16_t type)
{
	const struct gx_name *encloser = gx_find_encloser(image, name);
	uint32_t below;

	if (!encloser || !(encloser->flags & (GX_NAME_BELOW | GX_NAME_WILDCARD)))
		return GX_REF_NONE;
	below = image->types[encloser->types + encloser->n_types + 1].ref;
	return encloser->flags & GX_NAME_BELOW ? below : gx_find_ref(image, &image->names[below], type);
}

uint32_t gx_image_find(const struct gx_image *image, const knot_dname_t *name, uint16_t type)
{
	const struct gx_name *slot = gx_find_slot(image, name);

	return slot ? gx_find_ref(image, slot, type) : gx_find_by_encloser(image, name, type);
}

struct gx_shift gx_image_shift(const struct gx_answer *first)
{
	const struct gx_answer *behind = first + 1 + (first->len_octets - 1) / GX_CELL_OCTETS;
	struct gx_shift shift;

	for (size_t i = 0; i < GX_SHIFT_CELLS; i++)
		memcpy((uint8_t *)&shift + i * GX_CELL_OCTETS, behind[i].octets, GX_CELL_OCTETS);
	return shift;
}
