/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a name that does not exist to its closest encloser, and what that says of it (RFC 4592 3.3.1). */
#ifndef GEOXDP_KERN_ENCLOSER_H
#define GEOXDP_KERN_ENCLOSER_H

#include "bpf/kern/find.h"

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

/* Labels of the name at an offset. */
__attribute__((noinline)) __u32 gx_count_labels(struct xdp_md *ctx, __u32 offset)
{
	__u32 labels = 0;

	for (int i = 0; i < GX_NAME_MAX_LABELS; i++) {
		__u32 label = gx_label_octets(ctx, offset);

		if (label == 0)
			break;
		offset += label;
		labels++;
	}
	return labels;
}

/* Octets of the first labels of the name at an offset. */
__attribute__((noinline)) __u32 gx_measure_labels(struct xdp_md *ctx, __u32 offset, __u32 labels)
{
	__u32 begin = offset;

	for (__u32 i = 0; i < GX_NAME_MAX_LABELS; i++) {
		if (i >= labels)
			break;
		offset += gx_label_octets(ctx, offset);
	}
	return offset - begin;
}

/*
 * Octets of the labels that make a name deeper than every loaded one, but for the last of them: no name with those is
 * loaded, so they need not be looked for.
 */
gx_inline __u32 gx_measure_excess(struct xdp_md *ctx, __u32 offset)
{
	__u32 labels = gx_count_labels(ctx, offset);

	return labels <= label_max + 1 ? 0 : gx_measure_labels(ctx, offset, labels - label_max - 1);
}

/* Set in what gx_find_encloser() returns: the slot is the encloser's own. */
#define GX_IS_ENCLOSER 0x80000000u

/**
 * gx_find_encloser - find what speaks for a name that is not loaded
 * @offset: of the message
 * @len: of the name in question
 *
 * From the left, the first name above it that is loaded is its closest encloser, see GX_NAME_WILDCARD. The two octets
 * in front of it belong to a label that was left away; that is where its wildcard's label stands.
 *
 * Return: the slot of the wildcard; or of the encloser, with GX_IS_ENCLOSER; or GX_NO_SLOT.
 */
__attribute__((noinline)) __u32 gx_find_encloser(struct xdp_md *ctx, __u32 offset, __u32 len)
{
	__u32 label, slot, star = 0, excess = gx_measure_excess(ctx, offset) & 0xff;
	struct gx_folded folded;
	struct gx_name *name;

	if (excess >= len)
		return GX_NO_SLOT;
	offset += excess;
	len -= excess;
	for (__u32 i = 0; i <= GX_ENCLOSER_LABELS; i++) {
		if (!star) {
			label = gx_label_octets(ctx, offset);
			if (i == GX_ENCLOSER_LABELS || label == 0 || label >= len)
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
			return slot | GX_IS_ENCLOSER;
		star = 1;
		offset -= 2;
		len += 2;
	}
	return GX_NO_SLOT;
}

/* What a name says of names below it that do not exist: a reference as in abi.h. */
gx_inline __u32 gx_find_below(const struct gx_name *name)
{
	__u32 index = name->types + name->n_types + 1;
	struct gx_type *type;

	if (!(name->flags & GX_NAME_BELOW))
		return GX_REF_NONE;
	type = bpf_map_lookup_elem(&types, &index);
	return type ? type->ref : GX_REF_NONE;
}

/*
 * The name that speaks for the one in question, which is not loaded, and what it says of it. NULL: its zone is not loaded,
 * or it is too deep.
 */
gx_inline struct gx_name *gx_find_by_encloser(struct xdp_md *ctx, __u32 dns_offset,
					      struct gx_question *question, __u32 *ref)
{
	__u32 slot = gx_find_encloser(ctx, dns_offset, question->octets - GX_QUESTION_TAIL_OCTETS), index;
	struct gx_name *name;

	if (slot == GX_NO_SLOT)
		return NULL;
	index = slot & ~GX_IS_ENCLOSER;
	question->below = slot & GX_IS_ENCLOSER ? 1 : 0;
	name = bpf_map_lookup_elem(&names, &index);
	if (!name)
		return NULL;
	*ref = slot & GX_IS_ENCLOSER ? gx_find_below(name) : gx_find_ref(name, question->type);
	return name;
}

#endif
