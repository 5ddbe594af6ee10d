/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a name that does not exist to its closest encloser, and what that says of it (RFC 4592 3.3.1). */
#ifndef GEOXDP_KERN_ENCLOSER_H
#define GEOXDP_KERN_ENCLOSER_H

#include "bpf/kern/find.h"

/* Where a name that is not loaded would stand. */
struct gx_encloser {
	__u32 slot;	/* of its closest encloser, or GX_NO_SLOT: it is in no loaded zone */
	__u32 next;	/* octets of it in front of the next closer name (RFC 5155 1.3): the encloser and a label */
};

/*
 * As gx_find_hashed(). Return: the slot, or GX_NO_SLOT. Not one with the above: all in one take more stack than
 * there is.
 */
__attribute__((noinline)) __u32 gx_find_ending(struct xdp_md *ctx, __u32 offset, __u32 len,
					       const struct gx_hashed *hashed)
{
	__u32 slot;
	__u64 sum;

	return hashed && gx_find_hashed(ctx, offset, len, hashed, &slot, &sum) ? slot : GX_NO_SLOT;
}

/* Octets of the label at an offset, its length octet included; 0: the root, or none. */
gx_inline __u32 gx_label_octets(const struct xdp_md *ctx, __u32 offset)
{
	const __u8 *label = gx_question_name(ctx, offset);

	if ((const void *)(label + 1) > gx_data_end(ctx) || *label == 0)
		return 0;
	return (*label & 63) + 1;
}

/* On the way over labels. */
struct gx_label_walk {
	struct xdp_md *ctx;
	__u32 offset;
};

static long gx_pass_label(__u32 number, struct gx_label_walk *walk)
{
	walk->offset += gx_label_octets(walk->ctx, walk->offset);
	return 0;
}

/*
 * Octets of the first labels of the name at an offset. By bpf_loop(), of which the verifier takes one turn, not 127:
 * only names of more than seven labels need it.
 */
__attribute__((noinline)) __u32 gx_measure_labels(struct xdp_md *ctx, __u32 offset, __u32 labels)
{
	struct gx_label_walk walk = { .ctx = ctx, .offset = offset };

	if (labels > GX_NAME_MAX_LABELS)
		return 0;
	bpf_loop(labels, gx_pass_label, &walk, 0);
	return walk.offset - offset;
}

/* Where the name of so many labels begins that ends the one in question, from its start. */
gx_inline __u32 gx_find_start(struct xdp_md *ctx, __u32 offset, const struct gx_question *question, __u32 labels)
{
	if (labels == 0)
		return question->octets - GX_QUESTION_TAIL_OCTETS - 1;
	if (labels < sizeof(question->labels))
		return question->labels >> 8 * labels & 0xff;
	return gx_measure_labels(ctx, offset, (question->labels & 0xff) - labels);
}

/**
 * gx_find_encloser - find the closest encloser of a name that is not loaded
 * @offset: of the message
 * @question: what was found of the name
 * @encloser: none, with next 0; filled
 *
 * With each loaded name, those above it are loaded as well, up to those of label_min labels. So of the names above the
 * one in question, the longer ones are not there and the shorter ones are, and how many is found by halving.
 *
 * Return: 0; -1: without it.
 */
__attribute__((noinline)) int gx_find_encloser(struct xdp_md *ctx, __u32 offset, const struct gx_question *question,
					       struct gx_encloser *encloser)
{
	/* Labels and one more: of the longest name that is known to be there, 0: none; of the longest that can be. */
	__u32 known = label_min, longest;
	struct gx_hashed hashed;

	if (!question || !encloser)
		return -1;
	longest = question->labels & 0xff;
	if (longest > label_max + 1) {
		longest = label_max + 1;
		encloser->next = gx_find_start(ctx, offset, question, longest);
	}
	for (int i = 0; i < GX_ENCLOSER_STEPS; i++) {
		__u32 tried, begin, len, slot;

		if (known >= longest)
			break;
		tried = known + (longest - known + 1) / 2;
		begin = gx_find_start(ctx, offset, question, tried - 1);
		len = question->octets - GX_QUESTION_TAIL_OCTETS - begin;
		if (gx_hash_ending(ctx, offset + begin, len, &hashed))
			return -1;
		slot = gx_find_ending(ctx, offset + begin, len, &hashed);
		if (slot == GX_NO_SLOT) {
			longest = tried - 1;
			encloser->next = begin;
		} else {
			known = tried;
			encloser->slot = slot;
		}
	}
	return 0;
}

/* See gx_sum_name(). */
__attribute__((noinline)) __u64 gx_sum_question(struct xdp_md *ctx, __u32 dns_offset, __u32 len)
{
	return gx_sum_name(gx_question_name(ctx, dns_offset), gx_data_end(ctx), len & 0xff);
}

/**
 * gx_find_by_encloser - find what speaks for a name that is not loaded
 * @question: what was found of the name; the name is added to its sum
 * @encloser: its slot is GX_NO_SLOT; filled
 * @ref: receives what it says, a reference as in abi.h
 *
 * Return: the closest encloser, or the wildcard in front of it; NULL: the name's zone is not loaded.
 */
gx_inline struct gx_name *gx_find_by_encloser(struct xdp_md *ctx, __u32 dns_offset, struct gx_question *question,
					      struct gx_encloser *encloser, __u32 *ref)
{
	__u32 index;
	struct gx_name *name;
	struct gx_type *below;

	if (gx_find_encloser(ctx, dns_offset, question, encloser))
		return NULL;
	index = encloser->slot;
	name = bpf_map_lookup_elem(&names, &index);
	if (!name || !(name->flags & (GX_NAME_WILDCARD | GX_NAME_BELOW)))
		return name;
	question->sum += gx_sum_question(ctx, dns_offset, question->octets - GX_QUESTION_TAIL_OCTETS);
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
