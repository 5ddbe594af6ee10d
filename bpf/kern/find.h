/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the question to the slot of its name and what the name says of the type. */
#ifndef GEOXDP_KERN_FIND_H
#define GEOXDP_KERN_FIND_H

#include "bpf/kern/parse.h"
#include "bpf/kern/settings.h"
#include "maps/names.maps.h"

struct gx_question {
	__u64 sum;		/* one's complement sum of name, type and class, native order; a name that is not loaded
				 * is added by gx_find_by_encloser() */
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

/* Is this the name in a slot, which is as long? Return: as gx_compare_begin(). */
__attribute__((noinline)) __u64 gx_compare_name(struct xdp_md *ctx, __u32 dns_offset, __u32 len,
						const struct gx_hashed *hashed, const struct gx_name *name)
{
	struct gx_name_rest *rest;
	__u64 begin, behind;
	__u32 number;

	if (!hashed || !name)
		return 0;
	begin = gx_compare_begin(hashed, len, name->octets);
	if (!begin || len <= GX_NAME_INLINE_OCTETS)
		return begin;
	number = name->rest;
	rest = bpf_map_lookup_elem(&names_long, &number);
	if (!rest)
		return 0;
	behind = gx_compare_rest(gx_question_name(ctx, dns_offset), gx_data_end(ctx), len & 0xff, rest->octets);
	return behind ? (behind & ~GX_SAME_NAME) + begin : 0;
}

/* Is this the name that was hashed? sum: receives that of its octets. */
gx_inline int gx_is_name(struct xdp_md *ctx, __u32 dns_offset, const struct gx_name *name, __u32 len,
			 const struct gx_hashed *hashed, __u64 *sum)
{
	__u64 difference = 0, same;

	if (name->len_octets != len)
		return 0;
	for (__u32 word = 0; word < GX_NAME_INLINE_WORDS; word++)
		difference |= name->octets[word] ^ hashed->words[word];
	if (difference == 0 && len <= GX_NAME_INLINE_OCTETS) {
		*sum = name->sum;
		return 1;
	}
	if (difference & ~GX_CASE_BITS)
		return 0;
	same = gx_compare_name(ctx, dns_offset, len, hashed, name);
	*sum = same & ~GX_SAME_NAME;
	return same != 0;
}

/* Is a name loaded that was hashed? slot, sum: receive where it is, and the sum of its octets. */
gx_inline int gx_find_hashed(struct xdp_md *ctx, __u32 dns_offset, __u32 len, const struct gx_hashed *hashed,
			     __u32 *slot, __u64 *sum)
{
	__u32 zero = 0;
	const __u8 *of_buckets = bpf_map_lookup_elem(&pilots, &zero);
	const struct gx_name *name;

	if (!of_buckets)
		return 0;
	*slot = gx_hash_slot(hashed->hash, of_buckets[gx_hash_bucket(hashed->hash, bucket_mask)], slot_count);
	name = bpf_map_lookup_elem(&names, slot);
	return name && gx_is_name(ctx, dns_offset, name, len, hashed, sum);
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

/* A type, of class IN, as it stands behind a name. */
#define GX_TAIL(type) bpf_htonl((__u32)(type) << 16 | GX_CLASS_IN)

/*
 * Type and class of a question, 4 octets behind its name of len octets. sum: receives theirs. Return: GX_GO_ON, or the
 * reason to pass.
 */
gx_inline int gx_read_tail(const __u8 *tail, __u32 len, struct gx_question *question, __u64 *sum)
{
	__u32 tail_word = GX_LOAD(__u32, tail);
	__u16 qtype = bpf_ntohl(tail_word) >> 16;

	/* Nearly all queries are for these. */
	if (tail_word != GX_TAIL(GX_TYPE_A) && tail_word != GX_TAIL(GX_TYPE_AAAA)) {
		if ((bpf_ntohl(tail_word) & 0xffff) != GX_CLASS_IN)
			return gx_leave(GX_PASSED_QCLASS);
		if (qtype == 0 || qtype == GX_TYPE_OPT ||
		    (qtype >= GX_TYPE_META_MIN && qtype <= GX_TYPE_META_MAX && qtype != GX_TYPE_ANY))
			return gx_leave(GX_PASSED_QTYPE);
	}
	question->type = qtype;
	question->octets = len + GX_QUESTION_TAIL_OCTETS;
	*sum = gx_csum_part(0, tail_word, len);
	return gx_ends_in_zone(tail) ? GX_GO_ON : GX_PASSED_NAME;
}

/* Hash a name as those that are loaded. */
gx_inline int gx_hash_at(struct xdp_md *ctx, __u32 offset, __u32 len, struct gx_hashed *hashed)
{
	const __u8 *name = gx_question_name(ctx, offset);
	const void *end = gx_data_end(ctx);

	return hash_exact ? gx_hash_name(name, end, len, name_seed, 1, hashed) :
			    gx_hash_name(name, end, len, name_seed, 0, hashed);
}

/*
 * Hash a name that ends the one in question: offset as in gx_question_name(). Return: 0; -1: a bound that cannot
 * fail did.
 */
__attribute__((noinline)) int gx_hash_ending(struct xdp_md *ctx, __u32 offset, __u32 len, struct gx_hashed *hashed)
{
	len &= 0xff;
	return hashed && len ? gx_hash_at(ctx, offset, len, hashed) : -1;
}

/* Neither GX_GO_ON nor a reason: a question that may be answered, whose name is not loaded. */
#define GX_NOT_LOADED (-2)

/*
 * The rest of the question behind a name that was hashed, and the name's slot. Return: GX_GO_ON, GX_NOT_LOADED, or the
 * reason to pass.
 */
gx_inline int gx_find_read(struct xdp_md *ctx, __u32 dns_offset, __u32 room, __u32 len, const struct gx_hashed *hashed,
			   struct gx_question *question)
{
	const __u8 *tail = gx_question_name(ctx, dns_offset) + len;
	__u32 slot;
	__u64 sum, of_name = 0;
	int reason;

	if (len + GX_QUESTION_TAIL_OCTETS > room || (const void *)(tail + GX_QUESTION_TAIL_OCTETS) > gx_data_end(ctx))
		return gx_leave(GX_PASSED_DNS_SHORT);
	reason = gx_read_tail(tail, len, question, &sum);
	if (reason != GX_GO_ON)
		return reason;
	/* Not &question->slot: on Linux 6.1 the key of a map stands on the stack ("R2 type=mem expected=fp"). */
	if (gx_find_hashed(ctx, dns_offset, len, hashed, &slot, &of_name)) {
		question->slot = slot;
		question->sum = sum + of_name;
		return GX_GO_ON;
	}
	question->sum = sum;
	return GX_NOT_LOADED;
}

/* Neither GX_GO_ON nor a reason: the name is not as long as it seemed. */
#define GX_FIND_AGAIN (-3)

/**
 * gx_find_guessed - parse the question of a query, and find its name
 * @question: its slot is GX_NO_SLOT; filled
 *
 * A name that is loaded is found by its octets, without a look at its labels. Only where none is found, they are looked
 * at.
 *
 * Return: GX_GO_ON, GX_FIND_AGAIN, with the length of the name as @question->octets, or the reason to pass.
 */
__attribute__((noinline)) int gx_find_guessed(struct xdp_md *ctx, const struct gx_packet *packet,
					      struct gx_question *question)
{
	__u32 dns_offset, room, len, measured = 0;
	struct gx_hashed hashed;
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
	if (!len || gx_hash_at(ctx, dns_offset, len, &hashed))
		return gx_leave(GX_PASSED_QNAME);
	reason = gx_find_read(ctx, dns_offset, room, len, &hashed, question);
	if (reason == GX_GO_ON)
		return GX_GO_ON;
	if (!measured)
		measured = gx_measure_question(ctx, dns_offset, room, question);
	if (measured != len) {
		question->octets = measured;
		return GX_FIND_AGAIN;
	}
	return reason == GX_NOT_LOADED ? GX_GO_ON : reason;
}

/* The same in a length that is known, question->octets: rare, and not verified behind each way out of the first try. */
__attribute__((noinline)) int gx_find_again(struct xdp_md *ctx, const struct gx_packet *packet,
					    struct gx_question *question)
{
	struct gx_hashed hashed;
	__u32 len;
	int reason;

	if (!packet || !question)
		return gx_leave(GX_PASSED_QNAME);
	len = question->octets & 0xff;
	if (gx_hash_ending(ctx, packet->dns_offset, len, &hashed))
		return gx_leave(GX_PASSED_QNAME);
	reason = gx_find_read(ctx, packet->dns_offset, packet->dns_octets - GX_DNS_HEADER_OCTETS, len, &hashed,
			      question);
	return reason == GX_NOT_LOADED ? GX_GO_ON : reason;
}

/* See gx_find_guessed(). Return: GX_GO_ON, or the reason to pass. */
gx_inline int gx_find_question(struct xdp_md *ctx, const struct gx_packet *packet, struct gx_question *question)
{
	int reason = gx_find_guessed(ctx, packet, question);

	return reason == GX_FIND_AGAIN ? gx_find_again(ctx, packet, question) : reason;
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
