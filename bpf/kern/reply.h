/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The reply: size first, then every octet. From the first write on the packet is never passed. */
#ifndef GEOXDP_KERN_REPLY_H
#define GEOXDP_KERN_REPLY_H

#include "bpf/kern/answer.h"
#include "bpf/kern/find.h"

#define GX_REPLY_TTL	64	/* as the stack's default (net.ipv4.ip_default_ttl, hop_limit) */
#define GX_IPV4_DF	0x4000	/* ID 0 is right for what is never fragmented (RFC 6864 4.1) */

/* The reply's OPT: in network order, zero-padded, up to the client subnet; then the cookie, then the NSID. */
struct gx_opt {
	__u64 words[5];
	__u64 cookie[4];
	__u32 octets;		/* of words */
	__u32 cookie_octets;
	__u32 nsid_octets;
	__u32 is_bare;		/* without options: of words, only the first is set, and those behind it are zero */
};

#define GX_COOKIE_OPTION_OCTETS (GX_OPTION_HEADER_OCTETS + GX_COOKIE_OCTETS)

gx_inline __u8 *gx_writable(const struct xdp_md *ctx)
{
	return (__u8 *)(long)ctx->data;
}

/* The client subnet if the query had a valid one (RFC 7871 7.2.1: FAMILY, SOURCE and ADDRESS as they came). */
gx_inline void gx_render_ecs(const struct gx_edns *edns, const struct gx_plan *plan, struct gx_opt *opt)
{
	__u64 high = bpf_be64_to_cpu(edns->ecs_address[0]), low = bpf_be64_to_cpu(edns->ecs_address[1]);
	__u64 octets = GX_ECS_FIXED_OCTETS + gx_ecs_address_octets(edns->ecs_source_bits);

	opt->octets += GX_OPTION_HEADER_OCTETS + octets;
	opt->words[1] = bpf_cpu_to_be64((__u64)GX_OPTION_ECS << 24 | octets << 8);
	opt->words[2] = bpf_cpu_to_be64((__u64)edns->ecs_family << 56 | (__u64)edns->ecs_source_bits << 48 |
					(__u64)plan->scope_bits << 40 | high >> 24);
	opt->words[3] = bpf_cpu_to_be64(high << 40 | low >> 24);
	opt->words[4] = bpf_cpu_to_be64(low << 40);
}

/* The cookie in one option (RFC 7873 5.2). */
gx_inline void gx_render_cookie(const struct gx_cookie *cookie, struct gx_opt *opt)
{
	__u64 client = bpf_be64_to_cpu(cookie->client), head = bpf_be64_to_cpu(cookie->head);
	__u64 hash = bpf_be64_to_cpu(cookie->hash);

	opt->cookie_octets = GX_COOKIE_OPTION_OCTETS;
	opt->cookie[0] = bpf_cpu_to_be64((__u64)GX_OPTION_COOKIE << 48 | (__u64)GX_COOKIE_OCTETS << 32 | client >> 32);
	opt->cookie[1] = bpf_cpu_to_be64(client << 32 | head >> 32);
	opt->cookie[2] = bpf_cpu_to_be64(head << 32 | hash >> 32);
	opt->cookie[3] = bpf_cpu_to_be64(hash << 32);
}

/*
 * The OPT of a query that had one (RFC 6891 6.1.1), with the options that the query had and that are answered. Drawn in
 * include/geoxdp/dns.h.
 */
gx_inline void gx_render_opt(const struct gx_edns *edns, const struct gx_plan *plan, struct gx_opt *opt)
{
	__u64 data;

	opt->words[0] = bpf_cpu_to_be64((__u64)GX_TYPE_OPT << 40 | (__u64)GX_REPLY_MAX_OCTETS << 24 |
					(__u64)(plan->rcode >> 4) << 16 | GX_OPT_VERSION << 8 | edns->flags1);
	opt->octets = GX_OPT_OCTETS;
	opt->cookie_octets = 0;
	opt->nsid_octets = 0;
	opt->is_bare = !plan->with_options || !(edns->has_ecs | plan->with_cookie | edns->wants_nsid);
	if (opt->is_bare)
		return;
	__builtin_memset(opt->words + 1, 0, sizeof(opt->words) - sizeof(*opt->words));
	__builtin_memset(opt->cookie, 0, sizeof(opt->cookie));
	if (edns->has_ecs)
		gx_render_ecs(edns, plan, opt);
	if (plan->with_cookie)
		gx_render_cookie(&edns->cookie, opt);
	if (edns->wants_nsid && nsid_octets)
		opt->nsid_octets = GX_OPTION_HEADER_OCTETS + nsid_octets;
	data = opt->octets - GX_OPT_OCTETS + opt->cookie_octets + opt->nsid_octets;
	opt->words[1] |= bpf_cpu_to_be64(data << 40);
}

gx_inline __u32 gx_opt_octets(const struct gx_opt *opt)
{
	return opt->octets + opt->cookie_octets + opt->nsid_octets;
}

#define GX_COPY_WORDS(count)                                                                       \
	do {                                                                                       \
		if ((const void *)(to + (count) * 8) > end)                                        \
			return -1;                                                                 \
		for (int word = 0; word < (count); word++)                                         \
			((__u64 *)to)[word] = ((const __u64 *)from)[word];                         \
	} while (0)

/*
 * The last n < GX_CELL_OCTETS octets of an answer: the last eight, where they are no whole word, and whole words, which
 * may be copied twice in part.
 */
gx_inline int gx_copy_cell_part(__u8 *to, const void *end, const struct gx_answer *cell, __u32 n)
{
	const __u8 *from = cell->octets;

	if (n < 8)
		return gx_copy_octets(to, end, from, (const void *)~0ul, n);
	if (n & 7) {
		__u8 *last = to + (n - 8);

		if ((const void *)(last + 8) > end)
			return -1;
		GX_STORE(__u64, last, GX_LOAD(__u64, from + (n - 8)));
	}
	if (n >= 32) {
		GX_COPY_WORDS(4);
		to += 32;
		from += 32;
	} else if (n & 16) {
		GX_COPY_WORDS(2);
		to += 16;
		from += 16;
	}
	if (n & 8)
		GX_COPY_WORDS(1);
	return 0;
}

/**
 * gx_copy_answer - copy an answer from its cells into the packet
 * @offset: in the frame
 * @cell: the first
 * @octets: of the whole answer
 * @cells_max: of it
 *
 * Return: 0, or -1: a bound failed.
 */
gx_inline int gx_copy_answer(struct xdp_md *ctx, __u32 offset, __u32 cell, __u32 octets, int cells_max)
{
	const void *end = gx_data_end(ctx);
	__u8 *data = gx_writable(ctx);

	for (int i = 0; i < cells_max; i++) {
		__u8 *to = data + (offset & GX_OFFSET_MASK);
		struct gx_answer *answer = bpf_map_lookup_elem(&answers, &cell);
		const __u8 *from;

		if (!answer)
			return -1;
		GX_OPAQUE(octets);
		if (octets < GX_CELL_OCTETS)
			return gx_copy_cell_part(to, end, answer, octets);
		from = answer->octets;
		GX_COPY_WORDS(GX_CELL_OCTETS / 8);
		offset += GX_CELL_OCTETS;
		octets -= GX_CELL_OCTETS;
		if (octets == 0)
			return 0;
		cell++;
	}
	return -1;
}

/* Write an answer of one A record. Return: 0, or -1: a bound failed. */
gx_inline int gx_write_address(__u8 *to, const void *end, const struct gx_plan *plan)
{
	if ((const void *)(to + GX_A_OCTETS) > end)
		return -1;
	GX_STORE(__u32, to, bpf_htonl((__u32)GX_A_OWNER << 16 | GX_TYPE_A));
	GX_STORE(__u16, to + 4, bpf_htons(GX_CLASS_IN));
	GX_STORE(__u32, to + GX_A_TTL, plan->ttl);
	GX_STORE(__u16, to + GX_A_LENGTH, bpf_htons(4));
	GX_STORE(__u32, to + GX_A_ADDRESS, plan->address);
	return 0;
}

/**
 * gx_move_pointers - move the compression pointers of an answer that was copied into a longer question
 * @offset: of the answer in the frame
 * @octets: of it that were copied
 * @cell: where its struct gx_shift is
 * @by: octets that the question is longer
 *
 * Return: 0, or -1: a bound failed.
 */
__attribute__((noinline)) int gx_move_pointers(struct xdp_md *ctx, __u32 offset, __u32 octets, __u32 cell, __u32 by)
{
	const __u32 in_cell = GX_CELL_OCTETS / sizeof(__u16),
		    first = offsetof(struct gx_shift, offsets) / sizeof(__u16);
	const void *end = gx_data_end(ctx);
	__u8 *answer = gx_writable(ctx) + (offset & GX_OFFSET_MASK);
	__u32 behind = 0;

	for (__u32 i = 0; i < GX_SHIFT_CELLS; i++, cell++) {
		struct gx_answer *part = bpf_map_lookup_elem(&answers, &cell);

		if (!part)
			return -1;
		if (i == 0)
			behind = first + ((const struct gx_shift *)part->octets)->even +
				 ((const struct gx_shift *)part->octets)->odd;
		for (__u32 j = i ? 0 : first; j < in_cell; j++) {
			__u32 at = ((const __u16 *)part->octets)[j];
			__u8 *pointer = answer + (at & 0xfff);

			if (i * in_cell + j >= behind || at >= octets)
				return 0;
			if ((const void *)(pointer + 2) > end)
				return -1;
			GX_STORE(__u16, pointer, bpf_htons(bpf_ntohs(GX_LOAD(__u16, pointer)) + by));
		}
	}
	return 0;
}

gx_inline int gx_copy_opt_words(__u8 *to, const void *end, const struct gx_opt *opt)
{
	const __u8 *from = (const __u8 *)opt->words;

	if (opt->octets & 32) {
		GX_COPY_WORDS(4);
		return gx_copy_octets(to + 32, end, from + 32, from + 40, opt->octets & 3);
	}
	if (opt->octets & 16) {
		GX_COPY_WORDS(2);
		to += 16;
		from += 16;
	}
	return gx_copy_octets(to, end, from, (const __u8 *)opt->words + 40, opt->octets & 15);
}

gx_inline int gx_copy_cookie(__u8 *to, const void *end, const struct gx_opt *opt)
{
	const __u8 *from = (const __u8 *)opt->cookie;

	GX_COPY_WORDS(3);
	return gx_copy_octets(to + 24, end, from + 24, from + 32, 4);
}

gx_inline int gx_copy_nsid(__u8 *to, const void *end)
{
	if ((const void *)(to + GX_OPTION_HEADER_OCTETS) > end)
		return -1;
	GX_STORE(__u32, to, bpf_htonl((__u32)GX_OPTION_NSID << 16 | nsid_octets));
	to += GX_OPTION_HEADER_OCTETS;
	for (__u32 i = 0; i < GX_NSID_MAX_OCTETS; i++) {
		if (i >= nsid_octets)
			break;
		if ((const void *)(to + i + 1) > end)
			return -1;
		to[i] = ((const volatile __u8 *)nsid)[i];
	}
	return 0;
}

/* Write the OPT at an offset of the frame. Return: 0, or -1: a bound failed. */
gx_inline int gx_copy_opt(struct xdp_md *ctx, __u32 offset, const struct gx_opt *opt)
{
	const void *end = gx_data_end(ctx);
	__u8 *to = gx_writable(ctx) + (offset & GX_OFFSET_MASK);

	if (opt->is_bare) {
		if ((const void *)(to + GX_OPT_OCTETS) > end)
			return -1;
		GX_STORE(__u64, to, opt->words[0]);
		GX_STORE(__u16, to + 8, 0);
		GX_STORE(__u8, to + 10, 0);
		return 0;
	}
	if (gx_copy_opt_words(to, end, opt))
		return -1;
	to += opt->octets & 63;
	if (opt->cookie_octets && gx_copy_cookie(to, end, opt))
		return -1;
	return opt->nsid_octets ? gx_copy_nsid(to + (opt->cookie_octets & 31), end) : 0;
}

/* Ethernet, VLAN tags kept: back to where it came from. */
gx_inline void gx_turn_ethernet(__u8 *frame)
{
	__u32 high = GX_LOAD(__u32, frame);
	__u16 low = GX_LOAD(__u16, frame + 4);

	GX_STORE(__u32, frame, GX_LOAD(__u32, frame + 6));
	GX_STORE(__u16, frame + 4, GX_LOAD(__u16, frame + 10));
	GX_STORE(__u32, frame + 6, high);
	GX_STORE(__u16, frame + 10, low);
}

/* A new datagram, not the query's with changes: DSCP 0, not ECN-capable, own TTL. Return: sum of the addresses. */
gx_inline __u64 gx_write_ipv4(__u8 *ip, __u32 udp_octets)
{
	__u32 source = GX_LOAD(__u32, ip + 12), destination = GX_LOAD(__u32, ip + 16);
	__u32 length = bpf_htonl(0x45u << 24 | (GX_IPV4_OCTETS + udp_octets));
	__u32 protocol = bpf_htonl((__u32)GX_REPLY_TTL << 24 | IPPROTO_UDP << 16);
	__u64 addresses = (__u64)source + destination;

	GX_STORE(__u32, ip, length);
	GX_STORE(__u32, ip + 4, bpf_htonl(GX_IPV4_DF));
	GX_STORE(__u32, ip + 8, protocol);
	GX_STORE(__u32, ip + 12, destination);
	GX_STORE(__u32, ip + 16, source);
	GX_STORE(__u16, ip + 10, ~gx_csum_fold(addresses + length + bpf_htonl(GX_IPV4_DF) + protocol));
	return addresses;
}

/* The same. */
gx_inline __u64 gx_write_ipv6(__u8 *ip, const struct gx_packet *packet, __u32 udp_octets)
{
	__u64 sum = gx_csum_add64(0, packet->source[0]);

	GX_STORE(__u32, ip, bpf_htonl(6u << 28));
	GX_STORE(__u32, ip + 4, bpf_htonl(udp_octets << 16 | IPPROTO_UDP << 8 | GX_REPLY_TTL));
	GX_STORE(__u64, ip + 8, packet->destination[0]);
	GX_STORE(__u64, ip + 16, packet->destination[1]);
	GX_STORE(__u64, ip + 24, packet->source[0]);
	GX_STORE(__u64, ip + 32, packet->source[1]);
	sum = gx_csum_add64(sum, packet->source[1]);
	sum = gx_csum_add64(sum, packet->destination[0]);
	return gx_csum_add64(sum, packet->destination[1]);
}

/*
 * Header of the message: ID and RD as they came, the rest ours. CD is cleared (RFC 4035 3.1.6), as NSD, Knot and
 * gdnsd do. Its sum is returned. Nothing is read again that was just written: a load of two stores waits for both.
 */
gx_inline __u64 gx_write_header(__u8 *dns, const struct gx_plan *plan, int has_opt)
{
	__u32 flags1 = (dns[2] & GX_DNS1_RD) | (plan->flags & GX_DNS1_AA) | plan->flags1 | GX_DNS1_QR;
	__u32 flags = flags1 << 8 | (plan->rcode & GX_DNS2_RCODE);
	__u32 answers = bpf_htonl(1u << 16 | plan->ancount);
	__u32 others = bpf_htonl((__u32)plan->nscount << 16 | (plan->arcount + has_opt));
	__u64 sum = (__u64)GX_LOAD(__u16, dns) + bpf_htons(flags) + answers + others;

	GX_STORE(__u16, dns + 2, bpf_htons(flags));
	GX_STORE(__u32, dns + 4, answers);
	GX_STORE(__u32, dns + 8, others);
	return sum;
}

gx_inline __u64 gx_sum_opt(const struct gx_opt *opt, __u32 offset)
{
	__u64 sum = gx_csum_add64(0, opt->words[0]), part = 0, all;

	if (opt->is_bare)
		return gx_csum_part(0, sum, offset);
	for (int i = 1; i < 5; i++)
		sum = gx_csum_add64(sum, opt->words[i]);
	all = gx_csum_part(0, sum, offset);
	if (opt->cookie_octets) {
		for (int i = 0; i < 4; i++)
			part = gx_csum_add64(part, opt->cookie[i]);
		all = gx_csum_part(all, part, offset + opt->octets);
	}
	if (opt->nsid_octets) {
		part = (__u64)bpf_htons(GX_OPTION_NSID) + bpf_htons(nsid_octets);
		for (__u32 i = 0; i < GX_NSID_MAX_OCTETS / 8; i++)
			part = gx_csum_add64(part, nsid[i]);
		all = gx_csum_part(all, part, offset + opt->octets + opt->cookie_octets);
	}
	return all;
}

/* Write the reply into the resized packet. Return: 0, or -1: a bound failed. */
gx_inline int gx_write_reply(struct xdp_md *ctx, const struct gx_packet *packet, const struct gx_question *question,
			     const struct gx_edns *edns, const struct gx_plan *plan, const struct gx_opt *opt,
			     __u32 dns_octets)
{
	__u32 udp_octets = GX_UDP_OCTETS + dns_octets;
	__u32 answer_offset = GX_DNS_HEADER_OCTETS + question->octets;
	__u32 opt_offset = answer_offset + plan->octets;
	const void *end = gx_data_end(ctx);
	__u8 *frame = gx_writable(ctx), *ip = frame + (packet->ip_offset & 0x1f), *udp, *dns;
	__u32 ports;
	__u64 sum;

	if ((const void *)(frame + ETH_HLEN) > end)
		return -1;
	if (packet->is_ipv6) {
		udp = ip + GX_IPV6_OCTETS;
		dns = udp + GX_UDP_OCTETS;
		if ((const void *)(dns + GX_DNS_HEADER_OCTETS) > end)
			return -1;
		sum = gx_write_ipv6(ip, packet, udp_octets);
	} else {
		udp = ip + GX_IPV4_OCTETS;
		dns = udp + GX_UDP_OCTETS;
		if ((const void *)(dns + GX_DNS_HEADER_OCTETS) > end)
			return -1;
		sum = gx_write_ipv4(ip, udp_octets);
	}
	gx_turn_ethernet(frame);

	/* The UDP checksum from parts: pseudo-header, UDP header, message header, question, answer, OPT. */
	ports = GX_LOAD(__u32, udp);
	sum += ports + 2ull * bpf_htons(udp_octets) + bpf_htons(IPPROTO_UDP);
	GX_STORE(__u32, udp, ports << 16 | ports >> 16);
	GX_STORE(__u16, udp + 4, bpf_htons(udp_octets));
	sum += gx_write_header(dns, plan, edns != NULL) + question->sum;
	sum = gx_csum_part(sum, (__u64)bpf_htons(plan->sum) + plan->ttl + plan->address, answer_offset);
	if (edns)
		sum += gx_sum_opt(opt, opt_offset);
	GX_STORE(__u16, udp + 6, gx_csum_udp(sum));

	if (edns && gx_copy_opt(ctx, packet->dns_offset + opt_offset, opt))
		return -1;
	if (!plan->octets)
		return 0;
	if (!plan->cell)
		return gx_write_address(dns + (answer_offset & GX_OFFSET_MASK), end, plan);
	if (gx_copy_answer(ctx, packet->dns_offset + answer_offset, plan->cell, plan->octets - plan->tails_octets,
			   GX_ANSWER_MAX_CELLS))
		return -1;
	if (plan->shift)
		return gx_move_pointers(ctx, packet->dns_offset + answer_offset, plan->octets - plan->tails_octets,
					plan->pointers, plan->shift);
	return 0;
}

/* Octets in front of the answer: Ethernet, two tags, IPv6, UDP, header, question. In words. */
#define GX_FRONT_WORDS ((14 + 2 * GX_VLAN_OCTETS + GX_IPV6_OCTETS + GX_UDP_OCTETS + GX_DNS_HEADER_OCTETS + 259 + 7) / 8)

/**
 * gx_move_front - move the first octets of the frame to its new start
 * @by: how far they are from it
 * @octets: how many; at least a header's
 *
 * In words, and the last eight octets once more, as they were read before they could be overwritten.
 *
 * Return: 0, or -1: a bound failed.
 */
__attribute__((noinline)) int gx_move_front(struct xdp_md *ctx, __u32 by, __u32 octets)
{
	const void *end = gx_data_end(ctx);
	__u8 *to = gx_writable(ctx), *last = to + ((octets - 8) & 0x1ff);
	const __u8 *from = to + (by & 0xff);
	__u64 tail;

	if ((const void *)(last + (by & 0xff) + 8) > end || (const void *)(last + 8) > end)
		return -1;
	tail = GX_LOAD(__u64, last + (by & 0xff));
	for (__u32 i = 0; i < GX_FRONT_WORDS * 8; i += 8) {
		if (i + 8 > octets)
			break;
		if ((const void *)(from + i + 8) > end || (const void *)(to + i + 8) > end)
			return -1;
		GX_STORE(__u64, to + i, GX_LOAD(__u64, from + i));
	}
	GX_STORE(__u64, last, tail);
	return 0;
}

/*
 * Resize the packet to hold the reply. Where the driver leaves no room behind the packet (veth since Linux 6.8), there
 * is room in front of it: then the front moves there. Return: 0; -1: no room, nothing was changed; -2: a bound failed.
 */
gx_inline int gx_resize(struct xdp_md *ctx, __u32 front_octets, __u32 octets)
{
	int by = (int)(octets - gx_frame_octets(ctx));

	if (bpf_xdp_adjust_tail(ctx, by) == 0)
		return 0;
	if (by <= 0 || by > 0xff || bpf_xdp_adjust_head(ctx, -by))
		return -1;
	return gx_move_front(ctx, by, front_octets) ? -2 : 0;
}

/* Did user space say that the question came over TCP? Exactly the mark in front of the frame, and nothing else. */
__attribute__((noinline)) int gx_came_by_tcp(struct xdp_md *ctx)
{
	const __u8 *mark = (const __u8 *)(long)ctx->data_meta;
	const void *data = (const void *)(long)ctx->data;

	if ((const void *)(mark + 8) > data)
		return 0;
	GX_OPAQUE(data); /* else clang makes one != of the two comparisons, which proves nothing */
	if ((const void *)(mark + 8) < data)
		return 0;
	return *(const __u64 *)mark == GX_TCP_MARK;
}

/* Copy one answer of a gap behind the reply so far. Return: its octets, or -1: a bound failed. */
__attribute__((noinline)) int gx_copy_tail(struct xdp_md *ctx, __u32 offset, __u32 cell, __u32 name_octets)
{
	struct gx_answer *answer = bpf_map_lookup_elem(&answers, &cell);
	__u32 octets, by;

	if (!answer || answer->len_octets == 0)
		return -1;
	octets = answer->len_octets;
	by = name_octets - answer->base_octets;
	if (gx_copy_answer(ctx, offset, cell, octets, GX_TAIL_MAX_CELLS) ||
	    gx_move_pointers(ctx, offset, octets, cell + gx_count_cells(octets), by))
		return -1;
	return octets;
}

/* Copy what gx_plan_tails() has added, in the same order. offset: in the frame. Return: 0, or -1: a bound failed. */
__attribute__((noinline)) int gx_copy_tails(struct xdp_md *ctx, __u32 offset, const struct gx_plan *plan,
					    __u32 name_octets)
{
	struct gx_gap_list *list;
	const __u32 *tails;
	__u32 number;
	int octets;

	if (!plan)
		return -1;
	number = plan->gap_list;
	list = bpf_map_lookup_elem(&gap_lists, &number);
	tails = gx_find_tails(plan->pointers);
	if (!list || !tails)
		return -1;
	for (int i = 0; plan->pointers && i < GX_SHIFT_TAILS; i++) {
		octets = tails[i] ? gx_copy_tail(ctx, offset, tails[i], name_octets) : 0;
		if (octets < 0)
			return -1;
		offset += octets;
	}
	for (int i = 0; i < 2; i++) {
		octets = list->tails[i] ? gx_copy_tail(ctx, offset, list->tails[i], name_octets) : 0;
		if (octets < 0)
			return -1;
		offset += octets;
	}
	return plan->gap && gx_copy_tail(ctx, offset, plan->gap, name_octets) < 0 ? -1 : 0;
}

/**
 * gx_send_reply - make the reply out of the query
 * @edns: of the query; NULL: it has none
 *
 * What is too large for UDP is cut to TC=1, so that the client asks again over TCP (RFC 7766 5); over TCP there is no
 * such way out, and the backend answers. What plan->tails_octets count has its place, and is not written.
 *
 * Return: the outcome.
 */
__attribute__((noinline)) int gx_send_reply(struct xdp_md *ctx, const struct gx_packet *packet,
					    const struct gx_question *question, const struct gx_edns *edns,
					    struct gx_plan *plan)
{
	__u32 limit = GX_REPLY_MIN_OCTETS, fixed, dns_octets;
	struct gx_opt opt;
	int resized;

	if (!packet || !question || !plan)
		return gx_leave(GX_BUG_WRITE);
	if (edns && !edns->present)
		edns = NULL;
	fixed = GX_DNS_HEADER_OCTETS + question->octets;
	if (edns) {
		gx_render_opt(edns, plan, &opt);
		fixed += gx_opt_octets(&opt);
		if (edns->udp_octets > limit)
			limit = edns->udp_octets < GX_REPLY_MAX_OCTETS ? edns->udp_octets : GX_REPLY_MAX_OCTETS;
	}
	if (fixed + plan->octets > limit) {
		if (gx_came_by_tcp(ctx)) {
			if (fixed + plan->octets > GX_TCP_MAX_OCTETS)
				return gx_leave(GX_PASSED_NO_ROOM);
		} else {
			gx_plan_fit(plan, limit - fixed);
		}
	}
	dns_octets = fixed + plan->octets;

	resized = gx_resize(ctx, packet->dns_offset + GX_DNS_HEADER_OCTETS + question->octets,
			    packet->dns_offset + dns_octets);
	if (resized == -1)
		return gx_leave(GX_PASSED_NO_ROOM);
	if (resized || gx_write_reply(ctx, packet, question, edns, plan, &opt, dns_octets))
		return gx_leave(GX_BUG_WRITE);
	return plan->reason;
}

/**
 * gx_send_tails - complete what gx_send_reply() has left open
 *
 * Called beside that and not by it: on the way there the stack has no room.
 *
 * Return: the outcome.
 */
gx_inline int gx_send_tails(struct xdp_md *ctx, const struct gx_packet *packet, const struct gx_question *question,
			    const struct gx_plan *plan)
{
	__u32 offset = packet->dns_offset + GX_DNS_HEADER_OCTETS + question->octets + plan->octets - plan->tails_octets;

	if (gx_copy_tails(ctx, offset, plan, question->octets - GX_QUESTION_TAIL_OCTETS))
		return gx_leave(GX_BUG_WRITE);
	return plan->reason;
}

#endif
