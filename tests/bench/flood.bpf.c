// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Both ends of a flood over veth. At the client's: live frames (BPF_F_TEST_XDP_LIVE_FRAMES) that leave as queries,
 * and a counter of the replies, which go no further. At the server's, in place of a name server: `grow` of
 * feed.bpf.c.
 */
#include "tests/bench/feed.bpf.c"

const volatile __u32 out_ifindex;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} flood_counts SEC(".maps");	/* FLOOD_SENT, FLOOD_ANSWERED, FLOOD_OTHER */

gx_inline void flood_count(__u32 what)
{
	__u64 *count = bpf_map_lookup_elem(&flood_counts, &what);

	if (count)
		(*count)++;
}

SEC("xdp")
int flood_send(struct xdp_md *ctx)
{
	if (feed(ctx))
		return XDP_ABORTED;
	flood_count(FLOOD_SENT);
	return bpf_redirect(out_ifindex, 0);
}

/* A reply to a query over IPv4: QR, RCODE 0, at least one answer. With `grow`, whatever came from port 53. */
SEC("xdp")
int flood_receive(struct xdp_md *ctx)
{
	const __u8 *frame = (const __u8 *)(long)ctx->data, *dns = frame + 14 + 20 + 8;

	if ((const void *)(dns + 12) > (const void *)(long)ctx->data_end || gx_load16(frame + 12) != 0x0800 ||
	    frame[23] != 17)
		return XDP_PASS;
	flood_count(dns[2] & 0x80 && (dns[3] & 0xf) == 0 && gx_load16(dns + 6) ? FLOOD_ANSWERED : FLOOD_OTHER);
	return XDP_DROP;
}
