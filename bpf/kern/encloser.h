/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a name that does not exist to its closest encloser, and what that says of it (RFC 4592 3.3.1). */
#ifndef GEOXDP_KERN_ENCLOSER_H
#define GEOXDP_KERN_ENCLOSER_H

#include "bpf/kern/find.h"

/* Where a name that is not loaded would stand. */
struct gx_encloser {
	__u32	slot;		/* of its closest encloser, or GX_NO_SLOT: it is in no loaded zone */
	__u32	next;		/* octets of it in front of the next closer name (RFC 5155 1.3): the encloser and a label */
};

/* Fold a name that ends the one in question: offset as in gx_question_name(). Return: 0; -1: a bound that cannot fail did. */
__attribute__((noinline)) int gx_fold_ending(struct xdp_md *ctx, __u32 offset, __u32 len, struct gx_folded *folded)
{
	len &= 0xff;
	if (!folded || len == 0)
		return -1;
	__builtin_memset(folded, 0, sizeof(*folded));
	return gx_fold_name(gx_question_name(ctx, offset), gx_data_end(ctx), len, name_seed, folded);
}

/* As gx_find_folded(). Return: the slot, or GX_NO_SLOT. Not one with the above: all in one take more stack than there is. */
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

/**
 * gx_find_encloser - find the closest encloser of a name that is not loaded
 * @offset: of the message
 * @len: of the name
 * @labels: of it
 * @encloser: filled
 *
 * With each loaded name, those above it are loaded as well, up to those of label_min labels. So of the names above the
 * one in question, the longer ones are not there and the shorter ones are, and how many is found by halving.
 *
 * Return: 0; -1: without it.
 */
__attribute__((noinline)) int gx_find_encloser(struct xdp_md *ctx, __u32 offset, __u32 len, __u32 labels,
					       struct gx_encloser *encloser)
{
	/* Labels and one more: of the longest name that is known to be there, 0: none; of the longest that can be. */
	__u32 known = label_min, longest = labels, next = 0;
	struct gx_folded folded;

	if (!encloser)
		return -1;
	if (longest > label_max + 1) {
		next = gx_measure_labels(ctx, offset, longest - label_max - 1);
		longest = label_max + 1;
	}
	for (int i = 0; i < GX_ENCLOSER_STEPS; i++) {
		__u32 tried, begin, slot;

		if (known >= longest)
			break;
		tried = known + (longest - known + 1) / 2;
		begin = next + gx_measure_labels(ctx, offset + next, longest + 1 - tried);
		if (begin >= len || gx_fold_ending(ctx, offset + begin, len - begin, &folded))
			return -1;
		slot = gx_find_ending(ctx, offset + begin, len - begin, &folded);
		if (slot == GX_NO_SLOT) {
			longest = tried - 1;
			next = begin;
		} else {
			known = tried;
			encloser->slot = slot;
		}
	}
	encloser->next = next;
	return 0;
}

/**
 * gx_find_by_encloser - find what speaks for a name that is not loaded
 * @encloser: its slot is GX_NO_SLOT; filled
 * @ref: receives what it says, a reference as in abi.h
 *
 * Return: the closest encloser, or the wildcard in front of it; NULL: the name's zone is not loaded.
 */
gx_inline struct gx_name *gx_find_by_encloser(struct xdp_md *ctx, __u32 dns_offset, const struct gx_question *question,
					      struct gx_encloser *encloser, __u32 *ref)
{
	__u32 index;
	struct gx_name *name;
	struct gx_type *below;

	if (gx_find_encloser(ctx, dns_offset, question->octets - GX_QUESTION_TAIL_OCTETS, question->labels, encloser))
		return NULL;
	index = encloser->slot;
	name = bpf_map_lookup_elem(&names, &index);
	if (!name || !(name->flags & (GX_NAME_WILDCARD | GX_NAME_BELOW)))
		return name;
	index = name->types + name->n_types + 1;
	below = bpf_map_lookup_elem(&types, &index);
	if (!below)
		return NULL;
	if (name->flags & GX_NAME_BELOW) {
		*ref = below->ref;
		return name;
	}
	index = below->ref;
	name = bpf_map_lookup_elem(&names, &index);
	if (name)
		*ref = gx_find_ref(name, question->type);
	return name;
}

#endif
