// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A stream of queries out of BPF_PROG_RUN. That restores neither the packet nor its bounds from one repeat to the next:
 * so each repeat begins here, writes the next query over whatever the last one left behind, and goes on into the
 * program that is measured by a tail call. That program is the very one that serves, as the product's own loader
 * loaded it. What all this costs is what the `empty` program takes.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/pure/load.h"
#include "tests/bench/feed.h"

const volatile __u32 slot_octets = 128;

/* Where the stream stands: the number of the next query, and how many there are, a power of two, less one. */
__u64 feed_next, feed_mask;
/*
 * Time is taken from the query of this number on, a multiple of FEED_BATCH, and of whole batches. A clock around
 * the system call would count the RCU periods that the kernel waits for before and after, and what it measures
 * itself is in whole nanoseconds a packet.
 */
__u64 feed_first, feed_spent_ns;
static __u64 batch_begin_ns, touched;
/* Live frames that came to their end. */
__u64 feed_sunk;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct feed_page);
} frames SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, FEED_VARIANTS);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

gx_inline int feed_resize(struct xdp_md *ctx, __u32 octets)
{
	__u64 now = (const void *)(long)ctx->data_end - (const void *)(long)ctx->data;

	GX_OPAQUE(now);
	return bpf_xdp_adjust_tail(ctx, (int)(octets - (__u32)now));
}

#define FEED_COPY(first, behind)                                                                   \
	do {                                                                                       \
		if ((const void *)(to + (behind)) > end)                                           \
			return -1;                                                                 \
		for (int i = (first) / 8; i < (behind) / 8; i++)                                   \
			((__u64 *)to)[i] = from[i];                                                \
	} while (0)

/* Where a query of the stream is; NULL: a bound that cannot fail did. */
gx_inline const __u64 *feed_find(__u64 query)
{
	__u64 offset = (query & feed_mask) * slot_octets;
	__u32 number = offset / FEED_PAGE_OCTETS;
	struct feed_page *page = bpf_map_lookup_elem(&frames, &number);

	offset &= FEED_PAGE_OCTETS - 1;
	return page && offset <= FEED_PAGE_OCTETS - 8 - FEED_ROOM(slot_octets) ? page->words + offset / 8 : NULL;
}

/*
 * Bring a batch of queries into the caches, as a card does with the packets that its driver then polls, and not on
 * the time of the program that is measured.
 */
static __attribute__((noinline)) int feed_batch(__u64 query)
{
	__u64 now = bpf_ktime_get_ns();

	if (query > feed_first)
		feed_spent_ns += now - batch_begin_ns;
	for (__u32 i = 0; i < FEED_BATCH; i++) {
		const __u64 *from = feed_find(query + i);

		for (__u32 word = 0; from && word <= FEED_ROOM(slot_octets) / 8; word += 8)
			touched += from[word];
	}
	batch_begin_ns = bpf_ktime_get_ns();
	return 0;
}

/*
 * The next query into the packet. The same work whatever the program before left: from one length to another, all words
 * that a query can have, and down to the length it has.
 */
gx_inline int feed(struct xdp_md *ctx)
{
	__u64 query = feed_next++, octets;
	const __u64 *from;
	const void *end;
	__u8 *to;

	if ((query & (FEED_BATCH - 1)) == 0)
		feed_batch(query);
	from = feed_find(query);
	if (!from)
		return -1;
	octets = *from++;
	if (feed_resize(ctx, FEED_START_OCTETS) || feed_resize(ctx, FEED_ROOM(slot_octets)))
		return -1;
	to = (__u8 *)(long)ctx->data;
	end = (const void *)(long)ctx->data_end;
	FEED_COPY(0, FEED_ROOM(128));
	if (slot_octets > 128)
		FEED_COPY(FEED_ROOM(128), FEED_ROOM(256));
	if (slot_octets > 256)
		FEED_COPY(FEED_ROOM(256), FEED_ROOM(512));
	return feed_resize(ctx, octets);
}

#define VARIANT(name, slot)                                                                        \
	SEC("xdp")                                                                                 \
	int feed_##name(struct xdp_md *ctx)                                                        \
	{                                                                                          \
		if (!feed(ctx))                                                                    \
			bpf_tail_call(ctx, &programs, slot);                                       \
		return XDP_ABORTED;                                                                \
	}

VARIANT(empty, FEED_EMPTY)
VARIANT(product, FEED_PRODUCT)
VARIANT(naive, FEED_NAIVE)
VARIANT(grow, FEED_GROW)
VARIANT(stage0, FEED_STAGE)
VARIANT(stage1, FEED_STAGE + 1)
VARIANT(stage2, FEED_STAGE + 2)
VARIANT(stage3, FEED_STAGE + 3)
VARIANT(stage4, FEED_STAGE + 4)
VARIANT(stage5, FEED_STAGE + 5)
VARIANT(stage6, FEED_STAGE + 6)
VARIANT(stage7, FEED_STAGE + 7)

SEC("xdp")
int empty(struct xdp_md *ctx)
{
	return XDP_TX;
}

/* What no responder can be faster than: the frame becomes as long as the answer would be, and goes back as it is. */
SEC("xdp")
int grow(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_tail(ctx, FEED_ANSWER_OCTETS) ? XDP_ABORTED : XDP_TX;
}

/* Where live frames end. */

SEC("xdp")
int sink(struct xdp_md *ctx)
{
	const __u8 *frame = (const __u8 *)(long)ctx->data;

	/* Not what the node says on its own, such as neighbour discovery. */
	if ((const void *)(frame + 24) <= (const void *)(long)ctx->data_end && gx_load16(frame + 12) == 0x0800)
		feed_sunk++;
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
