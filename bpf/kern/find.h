/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the question to the slot of its name and what the name says of the type. */
#ifndef GEOXDP_KERN_FIND_H
#define GEOXDP_KERN_FIND_H

#include "bpf/kern/parse.h"
#include "bpf/kern/settings.h"
#include "maps/names.maps.h"

struct gx_question {
	__u64 sum;		/* one's complement sum of name, type and class, native order */
	__u64 labels;		/* of a name that is not loaded: see gx_measure_name() */
	__u32 slot;		/* of the name, or GX_NO_SLOT: it is not loaded */
	__u16 octets;		/* of name, type and class */
	__u16 type;
};

/* No slot has this number. */
#define GX_NO_SLOT (~0u)

/* dns_offset: of the message, or, for a name that ends the one in question, that many octets further. */
gx_inline const __u8 *gx_question_name(const struct xdp_md *ctx, __u32 dns_offset)
{
	return gx_data(ctx) + (dns_offset & 0x1ff) + GX_DNS_HEADER_OCTETS;
}

/*
 * See gx_measure_name(). room: octets of the message behind the header; question: receives what is found of the labels.
 *
 * Return: as that.
 */
__attribute__((noinline)) __u32 gx_measure_question(struct xdp_md *ctx, __u32 dns_offset, __u32 room,
						    struct gx_question *question)
{
	__u64 labels = 0;
	__u32 len;

	if (!question)
		return 0;
	len = gx_measure_name(gx_question_name(ctx, dns_offset), gx_data_end(ctx), room, &labels);
	question->labels = labels;
	return len;
}

/* Does a name of more than GX_NAME_INLINE_OCTETS differ from names_long[rest]? */
__attribute__((noinline)) int gx_rest_differs(struct xdp_md *ctx, __u32 dns_offset, __u32 len, __u32 rest)
{
	const __u8 *name = gx_question_name(ctx, dns_offset);
	struct gx_name_rest *stored = bpf_map_lookup_elem(&names_long, &rest);

	return !stored || gx_name_rest_differs(name, gx_data_end(ctx), len & 0xff, stored->octets);
}

/* Is this the name that was folded? */
gx_inline int gx_is_name(struct xdp_md *ctx, __u32 dns_offset, const struct gx_name *name, __u32 len,
			 const struct gx_folded *folded)
{
	__u64 difference = 0;

	if (name->tag != gx_hash_tag(folded->hash) || name->len_octets != len)
		return 0;
	for (__u32 word = 0; word < GX_NAME_INLINE_WORDS; word++)
		difference |= name->octets[word] ^ folded->words[word];
	if (difference)
		return 0;
	return len <= GX_NAME_INLINE_OCTETS || !gx_rest_differs(ctx, dns_offset, len, name->rest);
}

/* The slot of a folded name, and its number; NULL: it is not loaded. */
gx_inline struct gx_name *gx_find_folded(struct xdp_md *ctx, __u32 dns_offset, __u32 len,
					 const struct gx_folded *folded, __u32 *index)
{
	__u32 zero = 0;
	const __u8 *of_buckets = bpf_map_lookup_elem(&pilots, &zero);
	struct gx_name *name;

	if (!of_buckets)
		return NULL;
	*index = gx_hash_slot(folded->hash, of_buckets[gx_hash_bucket(folded->hash, bucket_mask)], slot_count);
	name = bpf_map_lookup_elem(&names, index);
	return name && gx_is_name(ctx, dns_offset, name, len, folded) ? name : NULL;
}

/*
 * Does a name end as an apex does? behind: its last octet is in front of it. A name of less than eight octets is
 * taken with what the message has before it, as no apex ends like this unless all ends are in the filter.
 */
gx_inline int gx_ends_in_zone(const __u8 *behind)
{
	__u32 bit = gx_hash_end_of_name(GX_LOAD(__u64, behind - 8));

	return end_filter[bit / 64] >> (bit & 63) & 1;
}

/* Type and class of a question, 4 octets behind its name of len octets. Return: GX_GO_ON, or the reason to pass. */
gx_inline int gx_read_tail(const __u8 *tail, __u32 len, struct gx_question *question)
{
	__u32 tail_word = GX_LOAD(__u32, tail);
	__u16 qtype = bpf_ntohl(tail_word) >> 16;

	if ((bpf_ntohl(tail_word) & 0xffff) != GX_CLASS_IN)
		return gx_leave(GX_PASSED_QCLASS);
	if (qtype == 0 || qtype == GX_TYPE_OPT ||
	    (qtype >= GX_TYPE_META_MIN && qtype <= GX_TYPE_META_MAX && qtype != GX_TYPE_ANY))
		return gx_leave(GX_PASSED_QTYPE);
	question->type = qtype;
	question->octets = len + GX_QUESTION_TAIL_OCTETS;
	question->sum = gx_csum_part(0, tail_word, len);
	return gx_ends_in_zone(tail) ? GX_GO_ON : GX_PASSED_NAME;
}

/*
 * Fold a name that ends the one in question: offset as in gx_question_name(). Return: 0; -1: a bound that cannot
 * fail did.
 */
__attribute__((noinline)) int gx_fold_ending(struct xdp_md *ctx, __u32 offset, __u32 len, struct gx_folded *folded)
{
	len &= 0xff;
	if (!folded || len == 0)
		return -1;
	__builtin_memset(folded, 0, sizeof(*folded));
	return gx_fold_name(gx_question_name(ctx, offset), gx_data_end(ctx), len, name_seed, folded);
}

/*
 * The rest of the question behind a name that was folded, and the name's slot. Return: GX_GO_ON, or the reason to
 * pass.
 */
gx_inline int gx_find_read(struct xdp_md *ctx, __u32 dns_offset, __u32 room, __u32 len, const struct gx_folded *folded,
			   struct gx_question *question)
{
	const __u8 *tail = gx_question_name(ctx, dns_offset) + len;
	__u32 slot;
	int reason;

	question->slot = GX_NO_SLOT;
	if (len + GX_QUESTION_TAIL_OCTETS > room || (const void *)(tail + GX_QUESTION_TAIL_OCTETS) > gx_data_end(ctx))
		return gx_leave(GX_PASSED_DNS_SHORT);
	reason = gx_read_tail(tail, len, question);
	if (reason != GX_GO_ON)
		return reason;
	question->sum += folded->sum;
	/* Not &question->slot: on Linux 6.1 the key of a map stands on the stack ("R2 type=mem expected=fp"). */
	if (gx_find_folded(ctx, dns_offset, len, folded, &slot))
		question->slot = slot;
	return GX_GO_ON;
}

/**
 * gx_find_question - parse the question of a query, and find its name
 * @question: zeroed; filled
 *
 * A name that is loaded is found by its octets, without a look at its labels. Only where none is found, they are looked
 * at, and if the name is not as long as it seemed, it is read once more.
 *
 * Return: GX_GO_ON, or the reason to pass.
 */
__attribute__((noinline)) int gx_find_question(struct xdp_md *ctx, const struct gx_packet *packet,
					       struct gx_question *question)
{
	__u32 dns_offset, room, len, measured = 0;
	struct gx_folded folded = {};
	int reason;

	if (!packet || !question || packet->dns_octets < GX_DNS_HEADER_OCTETS)
		return gx_leave(GX_PASSED_DNS_SHORT);
	dns_offset = packet->dns_offset;
	room = packet->dns_octets - GX_DNS_HEADER_OCTETS;
	len = gx_guess_name(gx_data(ctx) + (dns_offset & 0xff), gx_data_end(ctx), packet->dns_octets, packet->arcount);
	if (!len)
		len = measured = gx_measure_question(ctx, dns_offset, room, question);
	/* "R9 offset is outside of the packet" (Linux 6.12, clang 14): gx_guess_name() bounds it, so the mask went. */
	GX_OPAQUE(len);
	len &= 0xff;
	if (!len || gx_fold_name(gx_question_name(ctx, dns_offset), gx_data_end(ctx), len, name_seed, &folded))
		return gx_leave(GX_PASSED_QNAME);
	reason = gx_find_read(ctx, dns_offset, room, len, &folded, question);
	if (reason == GX_GO_ON && question->slot != GX_NO_SLOT)
		return GX_GO_ON;
	if (!measured)
		measured = gx_measure_question(ctx, dns_offset, room, question);
	if (measured == len)
		return reason;
	if (gx_fold_ending(ctx, dns_offset, measured, &folded))
		return gx_leave(GX_PASSED_QNAME);
	return gx_find_read(ctx, dns_offset, room, measured & 0xff, &folded, question);
}

/* What a name says of a type, or of those that it does not list. NULL: a bound that cannot fail did. */
gx_inline const struct gx_type *gx_find_type(const struct gx_name *name, __u16 qtype)
{
	__u32 index = name->types;
	const struct gx_type *others = bpf_map_lookup_elem(&types, &index), *type;

	for (__u32 i = 0; i < GX_TYPES_PER_NAME; i++) {
		if (i >= name->n_types)
			break;
		index++;
		type = bpf_map_lookup_elem(&types, &index);
		if (!type || type->type == qtype)
			return type;
	}
	return others;
}

/* The same as a reference, without DO. */
gx_inline __u32 gx_find_ref(const struct gx_name *name, __u16 qtype)
{
	const struct gx_type *type;

	if (qtype == GX_TYPE_A)
		return name->ref_a;
	if (qtype == GX_TYPE_AAAA)
		return name->ref_aaaa;
	type = gx_find_type(name, qtype);
	return type ? type->ref : GX_REF_NONE;
}

#endif
