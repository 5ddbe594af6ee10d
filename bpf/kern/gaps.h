/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What covers a name that is not there in a signed zone: the NSEC or NSEC3 of the gap that it falls into. */
#ifndef GEOXDP_KERN_GAPS_H
#define GEOXDP_KERN_GAPS_H

#include "bpf/kern/answer.h"
#include "bpf/kern/encloser.h"
#include "bpf/kern/signed.h"
#include "bpf/pure/sha1.h"

/* Where a name stands among the gaps: the key of struct gx_gap. */
struct gx_gap_key {
	__u64 high;
	__u64 low;
};

#define GX_LABEL_KEY_OCTETS 16

/* The first label of a name, folded: offset as in gx_question_name(). Return: 0; -1: a bound that cannot fail did. */
__attribute__((noinline)) int gx_key_label(struct xdp_md *ctx, __u32 offset, struct gx_gap_key *key)
{
	const __u8 *label = gx_question_name(ctx, offset);
	const void *end = gx_data_end(ctx);
	__u64 high = 0, low = 0;
	__u32 len;

	if (!key || (const void *)(label + 1) > end)
		return -1;
	len = *label;
	for (__u32 i = 1; i <= GX_LABEL_KEY_OCTETS; i++) {
		const __u8 *octet = label + i;

		if (i > len)
			break;
		if ((const void *)(octet + 1) > end)
			return -1;
		if (i <= GX_LABEL_KEY_OCTETS / 2)
			high |= (__u64)*octet << (64 - 8 * i);
		else
			low |= (__u64)*octet << (128 - 8 * i);
	}
	key->high = gx_fold64(high);
	key->low = gx_fold64(low);
	return 0;
}

/*
 * Four octets of what is hashed, from one on, as a number: the name, folded, then the salt, then padding (RFC 5155 5).
 * salt: its number in `gaps`.
 */
__attribute__((noinline)) __u32 gx_hashed_word(struct xdp_md *ctx, __u32 offset, __u32 octets, __u32 salt, __u32 at)
{
	const __u8 *name = gx_question_name(ctx, offset);
	const void *end = gx_data_end(ctx);
	struct gx_gap *salted;
	__u32 word = 0, behind;

	at &= 0x1ff;
	if (at + 4 <= octets) {
		const __u8 *from = name + at;

		if ((const void *)(from + 4) > end)
			return 0;
		return bpf_ntohl((__u32)gx_fold64(GX_LOAD(__u32, from)));
	}
	salted = bpf_map_lookup_elem(&gaps, &salt);
	if (!salted)
		return 0;
	behind = octets + salted->cell;
	for (__u32 i = 0; i < 4; i++, at++) {
		const __u8 *from = name + (at & 0x1ff);
		__u32 octet = 0;

		if (at < octets) {
			if ((const void *)(from + 1) > end)
				return 0;
			octet = gx_fold64(*from);
		} else if (at < behind) {
			__u32 i_salt = (at - octets) & (GX_SALT_MAX_OCTETS - 1);

			octet = salted->key[i_salt / 8] >> (56 - 8 * (i_salt & 7)) & 0xff;
		} else if (at == behind) {
			octet = 0x80;
		}
		word = word << 8 | octet;
	}
	return word;
}

__attribute__((noinline)) int gx_hash_block(struct gx_sha1 *sha1)
{
	if (!sha1)
		return -1;
	gx_sha1_block(sha1);
	return 0;
}

/* Blocks of a name with its salt. */
#define GX_HASH_BLOCKS                                                                                   \
	((GX_NAME_MAX_OCTETS + GX_SALT_MAX_OCTETS + GX_SHA1_PADDING_OCTETS + GX_SHA1_BLOCK_OCTETS - 1) / \
	 GX_SHA1_BLOCK_OCTETS)

/* The NSEC3 hash of a name of so many octets, without iterations. Return: 0; -1: a bound that cannot fail did. */
__attribute__((noinline)) int gx_key_hash(struct xdp_md *ctx, __u32 offset, __u32 octets, __u32 salt,
					  struct gx_gap_key *key)
{
	struct gx_gap *salted = bpf_map_lookup_elem(&gaps, &salt);
	struct gx_sha1 sha1;
	__u32 hashed;

	if (!key || !salted)
		return -1;
	hashed = octets + salted->cell;
	gx_sha1_begin(&sha1);
	for (__u32 block = 0; block < GX_HASH_BLOCKS; block++) {
		__u32 begin = block * GX_SHA1_BLOCK_OCTETS;
		__u32 is_last = hashed + GX_SHA1_PADDING_OCTETS <= begin + GX_SHA1_BLOCK_OCTETS;

		for (__u32 i = 0; i < GX_SHA1_BLOCK_WORDS; i++)
			sha1.words[i] = gx_hashed_word(ctx, offset, octets, salt, begin + 4 * i);
		if (is_last)
			sha1.words[GX_SHA1_BLOCK_WORDS - 1] = 8 * hashed;
		gx_hash_block(&sha1);
		if (is_last) {
			key->high = (__u64)sha1.state[0] << 32 | sha1.state[1];
			key->low = (__u64)sha1.state[2] << 32 | sha1.state[3];
			return 0;
		}
	}
	return -1;
}

/**
 * gx_find_gap - find what covers the next closer name
 * @offset: of it, as in gx_question_name()
 * @octets: of it
 * @number: of the list
 *
 * Return: the cell; 0: pass.
 */
__attribute__((noinline)) __u32 gx_find_gap(struct xdp_md *ctx, __u32 offset, __u32 octets, __u32 number)
{
	struct gx_gap_list *list = bpf_map_lookup_elem(&gap_lists, &number);
	struct gx_gap_key key = {};
	__u32 first, count;
	struct gx_gap *gap;

	if (!list)
		return 0;
	first = list->first;
	count = list->count & ~GX_GAPS_HASHED;
	if (list->count & GX_GAPS_HASHED ? gx_key_hash(ctx, offset, octets, first - 1, &key) :
					   gx_key_label(ctx, offset, &key))
		return 0;
	/* One key for all look-ups: on the way to the hash the stack has no room for more (Linux 6.1). */
	for (int i = 0; i < GX_GAP_STEPS; i++) {
		__u32 half = count / 2;

		if (half == 0)
			break;
		number = first + half;
		gap = bpf_map_lookup_elem(&gaps, &number);
		if (!gap)
			return 0;
		if (gap->key[0] < key.high || (gap->key[0] == key.high && gap->key[1] <= key.low)) {
			first = number;
			count -= half;
		} else {
			count = half;
		}
	}
	number = first;
	gap = bpf_map_lookup_elem(&gaps, &number);
	if (!gap || count > 1 || (gap->key[0] == key.high && gap->key[1] == key.low))
		return 0;
	return gap->cell;
}

/* As gx_find_signed(). plan: receives the gap and its list, where there is one. */
gx_inline __u32 gx_find_proven(struct xdp_md *ctx, __u32 dns_offset, const struct gx_question *question,
			       const struct gx_encloser *encloser, struct gx_plan *plan)
{
	__u64 found = gx_find_signed(question->slot, encloser->slot, question->type);

	plan->gap_list = found >> 32;
	if (!plan->gap_list || (__u32)found == GX_REF_NONE)
		return found;
	plan->gap = gx_find_gap(ctx, dns_offset + encloser->next,
				question->octets - GX_QUESTION_TAIL_OCTETS - encloser->next, plan->gap_list);
	return plan->gap ? (__u32)found : GX_REF_NONE;
}

/* One more answer behind what is planned. Return: GX_GO_ON, or the reason to pass. */
__attribute__((noinline)) int gx_plan_tail(struct gx_plan *plan, __u32 cell, __u32 name_octets)
{
	struct gx_answer *answer = bpf_map_lookup_elem(&answers, &cell), *behind;
	const struct gx_shift *shift;
	__u32 octets, by, sum;

	if (!plan || !answer || answer->len_octets == 0 || answer->len_octets > GX_TAIL_MAX_OCTETS)
		return GX_PASSED_DNSSEC;
	by = name_octets - answer->base_octets;
	if (by > GX_NAME_MAX_OCTETS)
		return GX_PASSED_DNSSEC;
	octets = answer->len_octets;
	sum = answer->sum;
	plan->nscount += answer->nscount;
	cell += gx_count_cells(octets);
	behind = bpf_map_lookup_elem(&answers, &cell);
	if (!behind)
		return GX_PASSED_DNSSEC;
	shift = (const struct gx_shift *)behind->octets;
	sum = gx_csum_fold(sum + shift->even * by + shift->odd * (by << 8));
	plan->sum = gx_csum_fold(gx_csum_part(plan->sum, sum, plan->octets));
	plan->octets += octets;
	plan->tails_octets += octets;
	return GX_GO_ON;
}

/**
 * gx_plan_tails - add to an answer what covers the name in question
 * @plan: the answer alone, as gx_plan_answer() leaves it; with the gap and its list
 * @name_octets: of the question
 *
 * Return: GX_GO_ON, or the reason to pass.
 */
__attribute__((noinline)) int gx_plan_tails(struct gx_plan *plan, __u32 name_octets)
{
	struct gx_answer *answer;
	struct gx_gap_list *list;
	__u32 number, cell, gap;
	int reason = GX_GO_ON;

	if (!plan)
		return GX_PASSED_DNSSEC;
	number = plan->gap_list;
	cell = plan->cell;
	gap = plan->gap;
	list = bpf_map_lookup_elem(&gap_lists, &number);
	answer = bpf_map_lookup_elem(&answers, &cell);
	if (!list || !answer)
		return GX_PASSED_DNSSEC;
	if (answer->base_octets) {
		const __u32 *tails;

		plan->pointers = cell + gx_count_cells(plan->octets);
		tails = gx_find_tails(plan->pointers);
		if (!tails)
			return GX_PASSED_DNSSEC;
		for (int i = 0; i < GX_SHIFT_TAILS; i++)
			if (reason == GX_GO_ON && tails[i]) {
				gap = gap == tails[i] ? 0 : gap;
				reason = gx_plan_tail(plan, tails[i], name_octets);
			}
	}
	for (int i = 0; i < 2; i++)
		if (reason == GX_GO_ON && list->tails[i]) {
			gap = gap == list->tails[i] ? 0 : gap;
			reason = gx_plan_tail(plan, list->tails[i], name_octets);
		}
	if (reason == GX_GO_ON && gap)
		reason = gx_plan_tail(plan, gap, name_octets);
	plan->gap = gap;
	plan->core_octets = plan->octets;
	plan->core_sum = plan->sum;
	plan->core_arcount = plan->arcount;
	return reason;
}

#endif
