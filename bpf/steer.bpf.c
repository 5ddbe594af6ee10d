// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * GeoXDP: TCP connections to port 53 of a service address go to the listening socket of `geoxdp run`, whatever
 * socket the name server has there.
 *
 * Runs once for each new connection, before the kernel looks for a listening socket. In doubt, and for all else, that
 * look-up goes on, and finds the name server's.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "geoxdp/dns.h"
#include "maps/steer.maps.h"

/* linux/socket.h is not for programs. */
#define GX_AF_INET	2
#define GX_AF_INET6	10
/* The loopback interface of every network namespace (net/core/dev.c: LOOPBACK_IFINDEX). */
#define GX_LOOPBACK_IFINDEX 1

/*
 * "dereference of modified ctx ptr" (Linux 6.18, clang 14): the loads of two branches became one, from an address that
 * one of them had computed. What passes through here in one branch alone is not merged.
 */
#define GX_OPAQUE(value) asm volatile("" : "+r"(value))

/* IPv4 as ::ffff:a.b.c.d. */
#define GX_READ_ADDRESS(ctx, which, to)                                                            \
	do {                                                                                       \
		__u32 *words = (__u32 *)(to);                                                      \
		if ((ctx)->family == GX_AF_INET) {                                                 \
			__u32 ipv4 = (ctx)->which##_ip4;                                           \
			GX_OPAQUE(ipv4);                                                           \
			words[0] = words[1] = 0;                                                   \
			words[2] = bpf_htonl(0xffff);                                              \
			words[3] = ipv4;                                                           \
		} else {                                                                           \
			words[0] = (ctx)->which##_ip6[0];                                          \
			words[1] = (ctx)->which##_ip6[1];                                          \
			words[2] = (ctx)->which##_ip6[2];                                          \
			words[3] = (ctx)->which##_ip6[3];                                          \
		}                                                                                  \
	} while (0)

SEC("sk_lookup")
int geoxdp_steer(struct bpf_sk_lookup *ctx)
{
	struct gx_service local, remote;
	struct gx_lpm6_key client = { .prefix_bits = 128 };
	struct bpf_sock *socket;
	__u32 index;

	if (ctx->protocol != IPPROTO_TCP || ctx->local_port != GX_PORT_DNS ||
	    (ctx->family != GX_AF_INET && ctx->family != GX_AF_INET6))
		return SK_PASS;
	/*
	 * What comes from this node is for the name server: the service's own connections to it above all. IPv6 does
	 * not say that a packet came over loopback: it counts as come in by the interface that has the address
	 * (net/ipv6/ip6_input.c), but then it comes from a service address.
	 */
	if (ctx->ingress_ifindex == GX_LOOPBACK_IFINDEX)
		return SK_PASS;
	GX_READ_ADDRESS(ctx, local, local.address);
	GX_READ_ADDRESS(ctx, remote, remote.address);
	if (!bpf_map_lookup_elem(&steer_services, &local) || bpf_map_lookup_elem(&steer_services, &remote))
		return SK_PASS;
	__builtin_memcpy(client.address, remote.address, sizeof(client.address));
	if (bpf_map_lookup_elem(&steer_bypass, &client))
		return SK_PASS;

	index = ctx->family == GX_AF_INET6;
	socket = bpf_map_lookup_elem(&steer_sockets, &index);
	if (!socket)
		return SK_PASS;
	/* -EEXIST: another program chose a socket before; it stays. */
	bpf_sk_assign(ctx, socket, 0);
	bpf_sk_release(socket);
	return SK_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
