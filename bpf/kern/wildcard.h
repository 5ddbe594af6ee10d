/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a name that is not loaded to the wildcard that synthesises it (RFC 4592). */
#ifndef GEOXDP_KERN_WILDCARD_H
#define GEOXDP_KERN_WILDCARD_H

#include "bpf/kern/find.h"

/* No slot has this number. */
#define GX_NO_SLOT (~0u)

/**
 * gx_fold_ending - fold a name that ends the one in question
 * @offset: of the message, and the octets of the question's name in front of this one
 * @len: of this name
 * @star: its first two octets count as the label "*"
 * @folded: filled
 *
 * Return: 0; -1: a bound that cannot fail did.
 */
__attribute__((noinline)) int gx_fold_ending(struct xdp_md *ctx, __u32 offset, __u32 len, __u32 star,
					     struct gx_folded *folded)
{
	len &= 0xff;
	if (!folded || len == 0)
		return -1;
	__builtin_memset(folded, 0, sizeof(*folded));
	return gx_fold_name(gx_question_name(ctx, offset), gx_data_end(ctx), len, name_seed, star, folded);
}

/* As gx_find_folded(). Return: the slot, or GX_NO_SLOT. */
__attribute__((noinline)) __u32 gx_find_ending(struct xdp_md *ctx, __u32 offset, __u32 len,
					       const struct gx_folded *folded)
{
	__u32 slot;

	return folded && gx_find_folded(ctx, offset, len, folded, &slot) ? slot : GX_NO_SLOT;
}

/* Octets of the label at an offset, its length octet included; 0: the root, or none. */
gx_inline __u32 gx_label_octets(const struct xdp_md *ctx, __u32 offset)
{
	const __u8 *label = gx_question_name(ctx, offset);

	if ((const void *)(label + 1) > gx_data_end(ctx) || *label == 0)
		return 0;
	return (*label & 63) + 1;
}

/**
 * gx_find_wildcard_slot - find the wildcard that synthesises a name which is not loaded
 * @offset: of the message
 * @len: of the name in question
 *
 * What is loaded tells the closest encloser, see GX_NAME_WILDCARD: from the left, the first name that is loaded.
 * The two octets in front of it belong to a label that was left away; that is where its wildcard's label stands.
 *
 * Return: the slot of the wildcard, or GX_NO_SLOT.
 */
__attribute__((noinline)) __u32 gx_find_wildcard_slot(struct xdp_md *ctx, __u32 offset, __u32 len)
{
	struct gx_folded folded;
	__u32 label, slot, star = 0;
	struct gx_name *name;

	for (__u32 i = 0; i <= GX_WILDCARD_LABELS; i++) {
		if (!star) {
			label = gx_label_octets(ctx, offset);
			if (i == GX_WILDCARD_LABELS || label == 0 || label >= len)
				return GX_NO_SLOT;
			offset += label;
			len -= label;
		}
		if (gx_fold_ending(ctx, offset, len, star, &folded))
			return GX_NO_SLOT;
		slot = gx_find_ending(ctx, offset, len, &folded);
		if (star)
			return slot;
		name = bpf_map_lookup_elem(&names, &slot);
		if (!name)
			continue;
		if (!(name->flags & GX_NAME_WILDCARD))
			return GX_NO_SLOT;
		star = 1;
		offset -= 2;
		len += 2;
	}
	return GX_NO_SLOT;
}

/* The slot of the wildcard that synthesises the name in question; NULL: none that is loaded. */
gx_inline struct gx_name *gx_find_wildcard(struct xdp_md *ctx, __u32 dns_offset, const struct gx_question *question)
{
	__u32 slot = gx_find_wildcard_slot(ctx, dns_offset, question->octets - GX_QUESTION_TAIL_OCTETS);

	return bpf_map_lookup_elem(&names, &slot);
}

#endif
