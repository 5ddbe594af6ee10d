// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What one would write in an afternoon, correct for the queries of the benchmark: an LPM trie for the client, a kernel
 * hash with a key of 64 octets for the name, helpers that copy and sum. Client tries, choices and answers are the
 * very tables of the product; cell 0 of these is no answer.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include <linux/in.h>

#include "bpf/pure/frame.h"
#include "geoxdp/abi.h"
#include "maps/geo.maps.h"
#include "tests/bench/feed.h"

#define NAIVE_OPT_OCTETS	11
#define NAIVE_ECS_MAX_OCTETS	24	/* option header, fixed part, IPv6 address */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct naive_key);
	__type(value, struct naive_name);
} naive_names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gx_choice);
} choices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gx_answer);
} answers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} naive_stats SEC(".maps");

struct naive {
	__u32 ip_offset, dns_offset, is_ipv6;
	__u32 name_octets, question_octets, qtype;
	__u32 has_opt, ecs_octets;	/* option header included; 0: none */
	__u8 ecs[NAIVE_ECS_MAX_OCTETS];	/* as it came */
	__u32 scope_bits, has_scope;
	struct gx_lpm6_key client;
	struct naive_key key;
	struct gx_answer one;	/* made of a choice that is an address */
};

gx_inline void *naive_data(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data;
}

gx_inline void *naive_end(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data_end;
}

/* The name, octet by octet. */
gx_inline int naive_read_name(struct xdp_md *ctx, struct naive *naive)
{
	const __u8 *name = naive_data(ctx) + naive->dns_offset + GX_DNS_HEADER_OCTETS;
	const void *end = naive_end(ctx);
	__u32 left = 0, i;

	for (i = 0; i < NAIVE_KEY_OCTETS; i++) {
		__u8 octet;

		if ((const void *)(name + i + 1) > end)
			return -1;
		octet = name[i];
		if (left == 0) {
			if (octet == 0)
				break;
			left = octet;
		} else {
			left--;
			if (octet >= 'A' && octet <= 'Z')
				octet |= 0x20;
		}
		naive->key.name[i] = octet;
	}
	if (i == NAIVE_KEY_OCTETS || (const void *)(name + i + 5) > end)
		return -1;
	naive->name_octets = i + 1;
	naive->question_octets = i + 5;
	naive->qtype = gx_load16(name + i + 1);
	return gx_load16(name + i + 3) == GX_CLASS_IN ? 0 : -1;
}

/* The OPT, if it is there, and the client subnet, if it is its only option. */
gx_inline int naive_read_opt(struct xdp_md *ctx, struct naive *naive)
{
	__u32 offset = naive->dns_offset + GX_DNS_HEADER_OCTETS + naive->question_octets, octets;
	__u8 opt[NAIVE_OPT_OCTETS + 1];	/* from its second octet on: half words are aligned there */

	if (!naive->has_opt)
		return 0;
	if (bpf_xdp_load_bytes(ctx, offset, opt + 1, NAIVE_OPT_OCTETS) || opt[1] || gx_load16(opt + 2) != GX_TYPE_OPT)
		return -1;
	octets = gx_load16(opt + 10);
	if (octets == 0)
		return 0;
	if (octets < 8 || octets > NAIVE_ECS_MAX_OCTETS)
		return -1;
	if (bpf_xdp_load_bytes(ctx, offset + NAIVE_OPT_OCTETS, naive->ecs, octets) || gx_load16(naive->ecs) != GX_OPTION_ECS)
		return -1;
	naive->ecs_octets = octets;
	naive->client.prefix_bits = naive->ecs[5] == 1 ? 32 : 128;
	__builtin_memset(naive->client.address, 0, sizeof(naive->client.address));
	__builtin_memcpy(naive->client.address, naive->ecs + 8, sizeof(naive->client.address));
	return 0;
}

/* An answer of one A record. */
gx_inline const struct gx_answer *naive_make_answer(struct naive *naive, __u32 ttl, __be32 address)
{
	const __be32 record[4] = { bpf_htonl(0xc00c0001), bpf_htonl(1 << 16 | ttl >> 16), bpf_htonl(ttl << 16 | 4), address };

	naive->one.len_octets = sizeof(record);
	naive->one.ancount = 1;
	naive->one.flags = GX_DNS1_AA;
	__builtin_memcpy(naive->one.octets, record, sizeof(record));
	return &naive->one;
}

/* NULL: none. */
gx_inline const struct gx_answer *naive_find(struct naive *naive)
{
	const struct naive_name *name = bpf_map_lookup_elem(&naive_names, &naive->key);
	const struct gx_choice *choice;
	const struct gx_leaf *leaf;
	__u32 ref, index;

	if (!name)
		return NULL;
	ref = naive->qtype == GX_TYPE_A ? name->ref_a : name->ref_aaaa;
	index = ref & GX_REF_INDEX;
	if ((ref & GX_REF_KIND) == GX_REF_FIXED)
		return bpf_map_lookup_elem(&answers, &index);
	if (naive->client.prefix_bits == 32)
		leaf = bpf_map_lookup_elem(&countries4, &naive->client);
	else
		leaf = bpf_map_lookup_elem(&countries6, &naive->client);
	if (!leaf)
		return NULL;
	naive->scope_bits = leaf->class_bits;
	index += leaf->class_id;
	choice = bpf_map_lookup_elem(&choices, &index);
	if (!choice)
		return NULL;
	if (choice->answer >= GX_CHOICE_ADDRESS)
		return naive_make_answer(naive, choice->answer & GX_CHOICE_NUMBER, choice->address);
	index = choice->answer;
	return bpf_map_lookup_elem(&answers, &index);
}

/* The sum of all from an offset on, up to a multiple of four octets. */
gx_inline __u32 naive_sum(struct xdp_md *ctx, __u32 offset, __u32 sum)
{
	__u8 *from = naive_data(ctx) + (offset & 0xff);
	void *end = naive_end(ctx);

	for (int i = 0; i < 8; i++) {
		if ((void *)(from + 64) > end)
			break;
		sum = bpf_csum_diff(NULL, 0, (__be32 *)from, 64, sum);
		from += 64;
	}
	for (int i = 0; i < 16; i++) {
		if ((void *)(from + 4) > end)
			break;
		sum = bpf_csum_diff(NULL, 0, (__be32 *)from, 4, sum);
		from += 4;
	}
	return sum;
}

gx_inline __u16 naive_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Turn the addresses around, and the sum of the pseudo-header. NULL: out of bounds. */
gx_inline __u8 *naive_write_ip(struct xdp_md *ctx, const struct naive *naive, __u32 udp_octets, __u32 *sum)
{
	__u8 *frame = naive_data(ctx), *ip = frame + (naive->ip_offset & 0x1f), mac[6], address[16];
	const __be32 tail[2] = { bpf_htonl(udp_octets), bpf_htonl(IPPROTO_UDP) };

	if ((void *)(frame + ETH_HLEN) > naive_end(ctx) ||
	    (void *)(ip + GX_IPV6_OCTETS + GX_UDP_OCTETS + GX_DNS_HEADER_OCTETS) > naive_end(ctx))
		return NULL;
	__builtin_memcpy(mac, frame, 6);
	__builtin_memcpy(frame, frame + 6, 6);
	__builtin_memcpy(frame + 6, mac, 6);
	*sum = bpf_csum_diff(NULL, 0, (__be32 *)tail, sizeof(tail), 0);
	if (naive->is_ipv6) {
		*(__be32 *)ip = bpf_htonl(6u << 28);
		*(__be32 *)(ip + 4) = bpf_htonl(udp_octets << 16 | IPPROTO_UDP << 8 | 64);
		__builtin_memcpy(address, ip + 8, 16);
		__builtin_memcpy(ip + 8, ip + 24, 16);
		__builtin_memcpy(ip + 24, address, 16);
		*sum = bpf_csum_diff(NULL, 0, (__be32 *)(ip + 8), 32, *sum);
		return ip + GX_IPV6_OCTETS;
	}
	*(__be32 *)ip = bpf_htonl(0x45u << 24 | (GX_IPV4_OCTETS + udp_octets));
	*(__be32 *)(ip + 4) = bpf_htonl(0x4000);
	*(__be32 *)(ip + 8) = bpf_htonl(64u << 24 | IPPROTO_UDP << 16);
	__builtin_memcpy(address, ip + 12, 4);
	__builtin_memcpy(ip + 12, ip + 16, 4);
	__builtin_memcpy(ip + 16, address, 4);
	*(__u16 *)(ip + 10) = naive_fold(bpf_csum_diff(NULL, 0, (__be32 *)ip, GX_IPV4_OCTETS, 0));
	*sum = bpf_csum_diff(NULL, 0, (__be32 *)(ip + 12), 8, *sum);
	return ip + GX_IPV4_OCTETS;
}

gx_inline int naive_write_opt(struct xdp_md *ctx, const struct naive *naive, __u32 offset)
{
	__u8 opt[NAIVE_OPT_OCTETS + NAIVE_ECS_MAX_OCTETS] = { 0, 0, GX_TYPE_OPT, GX_REPLY_MAX_OCTETS >> 8,
							       GX_REPLY_MAX_OCTETS & 0xff };
	__u32 octets = NAIVE_OPT_OCTETS + naive->ecs_octets;

	opt[10] = naive->ecs_octets;
	__builtin_memcpy(opt + NAIVE_OPT_OCTETS, naive->ecs, NAIVE_ECS_MAX_OCTETS);
	if (naive->ecs_octets)
		opt[NAIVE_OPT_OCTETS + 7] = naive->scope_bits;
	GX_OPAQUE(octets);
	if (octets == 0 || octets > sizeof(opt))
		return -1;
	return bpf_xdp_store_bytes(ctx, offset, opt, octets);
}

gx_inline int naive_reply(struct xdp_md *ctx, struct naive *naive, const struct gx_answer *answer)
{
	__u32 offset = naive->dns_offset + GX_DNS_HEADER_OCTETS + naive->question_octets, octets, udp_octets, pad, sum;
	__u32 arcount = answer->arcount + naive->has_opt, answer_octets = answer->len_octets;
	__u64 now = naive_end(ctx) - naive_data(ctx);
	__u8 *udp, *dns;
	__be16 port;

	GX_OPAQUE(now);
	if (answer_octets == 0 || answer_octets > GX_CELL_OCTETS)
		return -1;
	octets = offset + answer_octets + (naive->has_opt ? NAIVE_OPT_OCTETS + naive->ecs_octets : 0);
	udp_octets = octets - naive->dns_offset + GX_UDP_OCTETS;
	pad = -udp_octets & 3;
	if (bpf_xdp_adjust_tail(ctx, (int)(octets + pad - (__u32)now)))
		return -1;
	if (bpf_xdp_store_bytes(ctx, offset, (void *)answer->octets, answer_octets))
		return -1;
	if (naive->has_opt && naive_write_opt(ctx, naive, offset + answer_octets))
		return -1;
	udp = naive_write_ip(ctx, naive, udp_octets, &sum);
	if (!udp)
		return -1;
	dns = udp + GX_UDP_OCTETS;
	if ((void *)(dns + GX_DNS_HEADER_OCTETS) > naive_end(ctx))
		return -1;
	port = *(__be16 *)udp;
	*(__be16 *)udp = *(__be16 *)(udp + 2);
	*(__be16 *)(udp + 2) = port;
	*(__be16 *)(udp + 4) = bpf_htons(udp_octets);
	*(__be16 *)(udp + 6) = 0;
	dns[2] = (dns[2] & GX_DNS1_RD) | GX_DNS1_QR | (answer->flags & GX_DNS1_AA);
	dns[3] = answer->rcode;
	*(__be16 *)(dns + 6) = bpf_htons(answer->ancount);
	*(__be16 *)(dns + 8) = bpf_htons(answer->nscount);
	*(__be16 *)(dns + 10) = bpf_htons(arcount);
	sum = naive_fold(naive_sum(ctx, naive->dns_offset - GX_UDP_OCTETS, sum));
	udp = naive_data(ctx) + ((naive->dns_offset - GX_UDP_OCTETS) & 0xff);
	if ((void *)(udp + GX_UDP_OCTETS) > naive_end(ctx))
		return -1;
	*(__u16 *)(udp + 6) = sum ? sum : 0xffff;
	return pad ? bpf_xdp_adjust_tail(ctx, -(int)pad) : 0;
}

gx_inline int naive_answer(struct xdp_md *ctx)
{
	struct gx_packet packet = {};
	struct naive naive = {};
	const struct gx_answer *answer;
	const __u8 *dns;

	if (gx_parse_frame(naive_data(ctx), naive_end(ctx), &packet) != GX_GO_ON)
		return -1;
	naive.ip_offset = packet.ip_offset;
	naive.dns_offset = packet.dns_offset & 0xff;
	naive.is_ipv6 = packet.is_ipv6;
	dns = naive_data(ctx) + naive.dns_offset;
	if ((const void *)(dns + GX_DNS_HEADER_OCTETS) > naive_end(ctx))
		return -1;
	if (dns[2] & 0xfe || gx_load16(dns + 4) != 1 || gx_load16(dns + 6) || gx_load16(dns + 8) || gx_load16(dns + 10) > 1)
		return -1;
	naive.has_opt = gx_load16(dns + 10);
	naive.client.prefix_bits = packet.is_ipv6 ? 128 : 32;
	if (packet.is_ipv6)
		__builtin_memcpy(naive.client.address, packet.source, 16);
	else
		*(__u32 *)naive.client.address = packet.source[1] >> 32;
	if (naive_read_name(ctx, &naive) || naive_read_opt(ctx, &naive))
		return -1;
	answer = naive_find(&naive);
	return answer ? naive_reply(ctx, &naive, answer) : -1;
}

SEC("xdp")
int naive(struct xdp_md *ctx)
{
	__u32 answered = naive_answer(ctx) == 0;
	__u64 *counter = bpf_map_lookup_elem(&naive_stats, &answered);

	if (counter)
		(*counter)++;
	return answered ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
