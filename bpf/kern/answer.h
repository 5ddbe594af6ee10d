/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From what a name says of a type, and the client, to the answer. */
#ifndef GEOXDP_KERN_ANSWER_H
#define GEOXDP_KERN_ANSWER_H

#include "bpf/kern/geo.h"
#include "bpf/kern/settings.h"
#include "bpf/kern/stage.h"
#include "bpf/pure/csum.h"
#include "geoxdp/hash.h"
#include "maps/names.maps.h"

/* What will be sent; complete before the first octet is written. */
struct gx_plan {
	/* The head of the answer, as in struct gx_answer, copied as it is; all zero: none. */
	union {
		__u64 head[2];
		struct {
			__u16 octets;		/* tails included */
			__u16 core_octets;
			__u16 sum;
			__u16 core_sum;
			__u8 ancount;
			__u8 nscount;
			__u8 arcount;		/* without OPT */
			__u8 variants;
			__u8 core_arcount;
			__u8 rcode;		/* upper bits go into the OPT */
			__u8 flags;
			__u8 base_octets;
		};
	};
	__u32 cell;		/* first cell of the answer; 0: none, or it is one A record, with */
	__be32 ttl;
	__be32 address;
	__u32 pointers;		/* its struct gx_shift, where shift or gap_list need it: else 0 */
	__u32 shift;		/* by which its pointers move */
	__u32 gap_list;		/* whose tails come behind it and its own, 0: none, */
	__u32 gap;		/* and then this cell; 0: none */
	__u32 reason;		/* GX_SERVED_* */
	__u16 tails_octets;	/* of octets */
	__u8 flags1;		/* TC, or 0 */
	__u8 scope_bits;
	__u8 with_options;	/* the reply answers the options of the query */
	__u8 with_cookie;	/* and edns has the cookie that it carries */
	__u8 zero[2];
};

#define GX_SAME_OFFSET(field, of_answer) \
	_Static_assert(offsetof(struct gx_plan, field) == offsetof(struct gx_answer, of_answer), #field)
GX_SAME_OFFSET(octets, len_octets);
GX_SAME_OFFSET(core_octets, core_octets);
GX_SAME_OFFSET(sum, sum);
GX_SAME_OFFSET(core_sum, core_sum);
GX_SAME_OFFSET(ancount, ancount);
GX_SAME_OFFSET(nscount, nscount);
GX_SAME_OFFSET(arcount, arcount);
GX_SAME_OFFSET(variants, variants);
GX_SAME_OFFSET(core_arcount, core_arcount);
GX_SAME_OFFSET(rcode, rcode);
GX_SAME_OFFSET(flags, flags);
GX_SAME_OFFSET(base_octets, base_octets);
_Static_assert(sizeof(((struct gx_plan *)0)->head) == offsetof(struct gx_answer, octets), "head");

/* What a choice says, read at once: see struct gx_choice. */
struct gx_chosen {
	__u32 answer;
	__be32 address;
};

/* Return: 0, or -1: there is no choice of this number. */
gx_inline int gx_read_choice(__u32 number, struct gx_chosen *chosen)
{
	const struct gx_choice *choice = bpf_map_lookup_elem(&choices, &number);
	__u64 both;

	if (!choice)
		return -1;
	both = *(const volatile __u64 *)choice;
	chosen->answer = gx_word_first32(both);
	chosen->address = gx_word_last32(both);
	return 0;
}

/*
 * One choice out of a spread. What is drawn by the client's prefix holds for that prefix and no further: so far
 * goes the scope (RFC 7871 7.2.1). What is drawn at random says nothing about clients: the leaf's own depth stays.
 *
 * Return: 0, or -1: there is none.
 */
gx_inline int gx_draw(__u32 spread, const struct gx_client *client, struct gx_chosen *chosen, struct gx_plan *plan)
{
	__u32 index = spread & GX_CHOICE_NUMBER, bits = client->is_ipv6 ? GX_SPREAD_BITS6 : GX_SPREAD_BITS4;

	if (spread & GX_CHOICE_BY_QUERY) {
		index += bpf_get_prandom_u32() & (GX_SPREAD_SLOTS - 1);
	} else {
		index += gx_hash_spread(bpf_be64_to_cpu(client->address[0]), bits);
		if (plan->scope_bits < bits + client->scope_offset)
			plan->scope_bits = bits + client->scope_offset;
	}
	return gx_read_choice(index, chosen);
}

/* The choice for this client. Return: GX_GO_ON or the reason to pass. */
gx_inline int gx_choose(__u32 ref, const struct gx_client *client, struct gx_chosen *chosen, struct gx_plan *plan)
{
	__u32 index = ref & GX_REF_INDEX, number, count = class_count, bits, kind;
	struct gx_leaf leaf = {};

	if (use_index && (ref & GX_REF_KIND) == GX_REF_CLASS) {
		__u32 found = gx_find_class(client->address[0], client->address[1], client->is_ipv6, client->scoped);

		number = GX_INDEX_CLASS(found);
		bits = GX_INDEX_DEPTH(found);
	} else if (gx_find_leaf(client, &leaf)) {
		return gx_leave(GX_PASSED_LOCATION);
	} else if ((ref & GX_REF_KIND) == GX_REF_CLASS) {
		number = leaf.class_id;
		bits = leaf.class_bits;
	} else {
		number = leaf.location;
		count = location_count;
		bits = leaf.location_bits;
	}
	if (number >= count)
		return gx_leave(GX_PASSED_LOCATION);
	plan->scope_bits = bits + client->scope_offset;
	if (gx_read_choice(index + number, chosen))
		return gx_leave(GX_PASSED_LOCATION);
	kind = chosen->answer & GX_CHOICE_KIND;
	if (__builtin_expect(kind == GX_CHOICE_BY_CLIENT || kind == GX_CHOICE_BY_QUERY, 0) &&
	    gx_draw(chosen->answer, client, chosen, plan))
		return gx_leave(GX_PASSED_LOCATION);
	return GX_GO_ON;
}

/* Cells of an answer of so many octets, at least one; what goes with it comes behind them. */
gx_inline __u32 gx_count_cells(__u32 octets)
{
	return 1 + (octets - 1) / GX_CELL_OCTETS;
}

/*
 * The answer at a cell, in one of the orders that its addresses come in. Those behind the first are of the same
 * length. NULL: no answer begins there.
 */
gx_inline struct gx_answer *gx_find_answer(__u32 *cell)
{
	struct gx_answer *answer = bpf_map_lookup_elem(&answers, cell);

	if (!answer || answer->len_octets == 0)
		return NULL;
	if (answer->variants > 1) {
		__u32 cells = gx_count_cells(answer->len_octets) + (answer->base_octets ? GX_SHIFT_CELLS : 0);

		*cell += bpf_get_prandom_u32() % answer->variants * cells;
		answer = bpf_map_lookup_elem(&answers, cell);
	}
	return answer;
}

/* Of a struct gx_shift that begins at a cell: its tails. NULL: there is no such cell. */
gx_inline const __u32 *gx_find_tails(__u32 cell)
{
	const __u32 at = offsetof(struct gx_shift, tails);
	struct gx_answer *part;

	_Static_assert(offsetof(struct gx_shift, tails) / GX_CELL_OCTETS ==
			       (sizeof(struct gx_shift) - 1) / GX_CELL_OCTETS,
		       "all in one cell");
	cell += at / GX_CELL_OCTETS;
	part = bpf_map_lookup_elem(&answers, &cell);
	return part ? (const __u32 *)(part->octets + at % GX_CELL_OCTETS) : NULL;
}

/* The answer is for a shorter name: its pointers move. Return: GX_GO_ON, or the reason to pass. */
gx_inline int gx_plan_shift(struct gx_plan *plan, __u32 by)
{
	const struct gx_shift *shift;
	struct gx_answer *cell;
	__u32 swapped;

	if (by > GX_NAME_MAX_OCTETS)
		return gx_leave(GX_PASSED_LOCATION);
	plan->pointers = plan->cell + gx_count_cells(plan->octets);
	plan->shift = by;
	cell = bpf_map_lookup_elem(&answers, &plan->pointers);
	if (!cell)
		return gx_leave(GX_PASSED_LOCATION);
	shift = (const struct gx_shift *)cell->octets;
	swapped = by << 8;	/* by is one octet: what it adds to a sum at an odd offset (RFC 1071 2(B)) */
	plan->sum = gx_csum_fold(plan->sum + shift->even * by + shift->odd * swapped);
	plan->core_sum = gx_csum_fold(plan->core_sum + shift->core_even * by + shift->core_odd * swapped);
	return GX_GO_ON;
}

/* What only some answers need. Return: GX_GO_ON, or the reason to pass. */
gx_inline int gx_plan_special(const struct gx_answer *answer, __u32 name_octets, struct gx_plan *plan)
{
	/* Nobody has signed anew: an answer that validators call bogus is worse than the backend's. */
	if (answer->flags & GX_ANSWER_EXPIRES && bpf_ktime_get_tai_ns() > signed_until_tai_ns)
		return gx_leave(GX_PASSED_EXPIRED);
	if (answer->flags & GX_ANSWER_NODATA)
		plan->reason = GX_SERVED_NODATA;
	if (answer->flags & GX_ANSWER_REFERRAL)
		plan->reason = GX_SERVED_REFERRAL;
	if (answer->rcode == GX_RCODE_NXDOMAIN)
		plan->reason = GX_SERVED_NXDOMAIN;
	if (answer->base_octets && answer->base_octets != name_octets)
		return gx_plan_shift(plan, name_octets - answer->base_octets);
	return GX_GO_ON;
}

/*
 * An answer of one A record, owned by the name in question (RFC 1035 3.2.1, 4.1.4):
 *
 *  | pointer to offset 12 | A  | IN | TTL | 4 octets | address |
 *    0                      2    4    6     10         12
 */
#define GX_A_OWNER	0xc00c
#define GX_A_TTL	6
#define GX_A_LENGTH	10
#define GX_A_ADDRESS	12
#define GX_A_OCTETS	16
/* Sum of all but TTL and address. */
#define GX_A_SUM	(GX_A_OWNER + GX_TYPE_A + GX_CLASS_IN + 4)

gx_inline void gx_plan_address(const struct gx_chosen *chosen, struct gx_plan *plan)
{
	plan->octets = plan->core_octets = GX_A_OCTETS;
	plan->sum = plan->core_sum = GX_A_SUM;
	plan->ancount = 1;
	plan->flags = GX_DNS1_AA;
	plan->ttl = bpf_htonl(chosen->answer & GX_CHOICE_NUMBER);
	plan->address = chosen->address;
}

/**
 * gx_plan_answer - choose the answer
 * @ref: not GX_REF_NONE
 * @name_octets: of the question
 * @plan: zeroed, but for the cookie and the gap that are known already; filled
 *
 * Return: GX_GO_ON, or the reason to pass.
 */
gx_inline int gx_plan_answer(__u32 ref, __u32 name_octets, const struct gx_packet *packet, const struct gx_edns *edns,
			     struct gx_plan *plan)
{
	struct gx_chosen chosen = { .answer = ref & GX_REF_INDEX };
	struct gx_answer *answer;
	struct gx_client client;
	int reason;

	plan->reason = GX_SERVED_STATIC;
	if ((ref & GX_REF_KIND) != GX_REF_FIXED) {
		gx_find_client(packet, edns, &client);
		GX_STAGE(CLIENT, &client);
		reason = gx_choose(ref, &client, &chosen, plan);
		if (reason != GX_GO_ON)
			return reason;
		GX_STAGE(LOCATION, chosen.answer);
		if (!client.scoped)
			plan->scope_bits = 0;
		plan->reason = GX_SERVED_GEO;
		if (chosen.answer >= GX_CHOICE_ADDRESS) {
			gx_plan_address(&chosen, plan);
			return GX_GO_ON;
		}
	}
	answer = gx_find_answer(&chosen.answer);
	if (!answer)
		return gx_leave(GX_PASSED_LOCATION);
	plan->cell = chosen.answer;
	plan->head[0] = ((const __u64 *)answer)[0];
	plan->head[1] = ((const __u64 *)answer)[1];
	return answer->flags & GX_ANSWER_SPECIAL ? gx_plan_special(answer, name_octets, plan) : GX_GO_ON;
}

/* An error about the query instead of an answer: header, question and OPT. */
gx_inline void gx_plan_error(struct gx_plan *plan, __u32 reason, __u8 rcode)
{
	__builtin_memset(plan, 0, sizeof(*plan));
	plan->reason = reason;
	plan->rcode = rcode;
}

/* TC=1, no partial RRset (RFC 2181 9). */
gx_inline void gx_plan_truncate(struct gx_plan *plan)
{
	plan->cell = 0;
	plan->ttl = 0;
	plan->address = 0;
	plan->octets = 0;
	plan->sum = 0;
	plan->shift = 0;
	plan->tails_octets = 0;
	plan->ancount = 0;
	plan->nscount = 0;
	plan->arcount = 0;
	plan->flags1 |= GX_DNS1_TC;
	plan->reason = GX_SERVED_TRUNCATED;
}

/* Make the reply fit: without additional records that need not be there (RFC 2181 9), or else with TC=1. */
gx_inline void gx_plan_fit(struct gx_plan *plan, __u32 room)
{
	if (plan->core_octets > room) {
		gx_plan_truncate(plan);
		return;
	}
	plan->octets = plan->core_octets;
	plan->sum = plan->core_sum;
	plan->arcount = plan->core_arcount;
}

#endif
