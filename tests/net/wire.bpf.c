// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a cable and a NIC do and a veth pair does not: stubs for the far end of the name server's veth.
 *
 * pass: a reply by XDP_TX arrives at the far end of a veth pair only where an XDP program stands.
 *
 * room: a NIC receives each frame into a buffer of 2 KiB or more, so there is room behind it to grow into. Since
 * Linux 6.8 veth copies a frame into a buffer that just holds it (skb_pp_cow_data), unless the frame is large. So
 * frames are filled up behind the end of the IP packet, as Ethernet does with short ones.
 *
 * tag, untag: an 802.1Q tag onto each frame and off again, where the kernel has no VLAN interfaces.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define FULL_OCTETS 1514
#define VLAN_ID 7

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("tc/room")
int room(struct __sk_buff *skb)
{
	if (skb->len < FULL_OCTETS)
		bpf_skb_change_tail(skb, FULL_OCTETS, 0);
	return TC_ACT_OK;
}

SEC("tc/tag")
int tag(struct __sk_buff *skb)
{
	room(skb);
	return bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), VLAN_ID) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc/untag")
int untag(struct __sk_buff *skb)
{
	if (skb->vlan_present && (skb->vlan_tci & 0xfff) == VLAN_ID) {
		bpf_skb_vlan_pop(skb);
		return TC_ACT_OK;
	}
	/* What comes without the tag came over the wrong VLAN: it must not look like an answer. */
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
