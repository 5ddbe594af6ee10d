// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Geo look-ups alone. Each program looks up the addresses of an array, one after the other: each address is combined
 * with what was found for the one before, times zero, so that no look-up begins before the last has ended. What the
 * array and the loop cost is what `empty` takes.
 */
#include "bpf/kern/geo_index.h"
#include "tests/bench/geo.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_page);
} addresses SEC(".maps"), flat SEC(".maps"), ranges4 SEC(".maps"), chunks4 SEC(".maps");

__u64 sum;	/* so that what was found is of use */

struct work {
	__u64 first;	/* of the addresses */
	__u64 mask;	/* how many of them, a power of two, less one */
	__u64 next;
	__u64 previous;	/* what was found */
};

gx_inline void *bench_word(void *map, __u32 word)
{
	__u32 number = word / BENCH_PAGE_WORDS;
	struct bench_page *page = bpf_map_lookup_elem(map, &number);

	return page ? &page->words[word % BENCH_PAGE_WORDS] : NULL;
}

/* The next address, once the last look-up has ended. */
gx_inline int bench_next(struct work *work, __u64 address[2])
{
	__u64 *words = bench_word(&addresses, 2 * (work->first + (work->next++ & work->mask))), nothing = work->previous;

	if (!words)
		return -1;
	/* 0 for any class and depth; the compiler and the processor do not know. */
	nothing >>= 40;
	address[0] = words[0] ^ nothing;
	address[1] = words[1];
	return 0;
}

#define BENCH(name, look_up)                                                                       \
	static long name##_step(__u32 index, void *context)                                        \
	{                                                                                          \
		struct work *work = context;                                                       \
		__u64 address[2];                                                                  \
                                                                                                   \
		if (bench_next(work, address))                                                     \
			return 1;                                                                  \
		work->previous = look_up(address[0], address[1]);                                  \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SEC("raw_tp")                                                                              \
	int bench_##name(struct bpf_raw_tracepoint_args *run)                                      \
	{                                                                                          \
		struct work work = { run->args[0], run->args[1], run->args[2], 0 };                \
                                                                                                   \
		bpf_loop(run->args[3], name##_step, &work, 0);                                     \
		sum = work.previous;                                                               \
		return 0;                                                                          \
	}

/* --- what is measured -------------------------------------------------------------------------- */

gx_inline __u64 look_up_nothing(__u64 high, __u64 low)
{
	return high & 0xffff;
}

gx_inline __u64 look_up_lpm4(__u64 high, __u64 low)
{
	struct gx_lpm4_key key = { .prefix_bits = 32 };
	const struct gx_leaf *leaf;

	*(__u32 *)key.address = bpf_htonl(high >> 32);
	leaf = bpf_map_lookup_elem(&countries4, &key);
	return leaf ? leaf->class_id | leaf->class_bits << 16 : 0;
}

gx_inline __u64 look_up_lpm6(__u64 high, __u64 low)
{
	struct gx_lpm6_key key = { .prefix_bits = 128 };
	__u64 halves[2] = { bpf_cpu_to_be64(high), bpf_cpu_to_be64(low) };
	const struct gx_leaf *leaf;

	__builtin_memcpy(key.address, halves, sizeof(halves));
	leaf = bpf_map_lookup_elem(&countries6, &key);
	return leaf ? leaf->class_id | leaf->class_bits << 16 : 0;
}

gx_inline __u64 look_up_index4(__u64 high, __u64 low)
{
	return GX_INDEX_CLASS(gx_index_find4(high >> 32, 0));
}

gx_inline __u64 look_up_index4_depth(__u64 high, __u64 low)
{
	return gx_index_find4(high >> 32, 1);
}

gx_inline __u64 look_up_index6(__u64 high, __u64 low)
{
	return GX_INDEX_CLASS(gx_index_find6(high, low, 0));
}

gx_inline __u64 look_up_index6_depth(__u64 high, __u64 low)
{
	return gx_index_find6(high, low, 1);
}

/* A class for each /24: what no exact table can be faster than. */
gx_inline __u64 look_up_flat(__u64 high, __u64 low)
{
	__u64 *word = bench_word(&flat, high >> 42);

	return word ? *word >> 16 * (high >> 40 & 3) & 0xffff : 0;
}

/*
 * Refused: sorted ranges behind a root of 2^16 (DXR). A root word is the number of the first range << 32 and of those
 * that begin within; a range is a half word: its first 16 bits' place and its class. Binary search.
 */
gx_inline __u64 look_up_ranges(__u64 high, __u64 low)
{
	__u64 *root = bench_word(&ranges4, high >> 48), *word;
	__u32 first, count, place = high >> 32 & 0xffff;

	if (!root)
		return 0;
	first = *root >> 32;
	count = *root;
	for (__u32 step = 0; step < 17 && count > 1; step++) {
		__u32 half = count >> 1, middle = first + half;

		word = bench_word(&ranges4, middle >> 1);
		if (!word)
			return 0;
		first += half * (1 - gx_index_above(*word >> 32 * (middle & 1) & 0xffff, place));
		count -= half;
	}
	word = bench_word(&ranges4, first >> 1);
	return word ? *word >> (32 * (first & 1) + 16) & 0xffff : 0;
}

/* Refused: 16-8-8, chunks shared. An entry of 32 bits is a chunk's number with the top bit, or depth << 16 | class. */
gx_inline __u32 bench_entry(__u32 number)
{
	__u64 *word = bench_word(&chunks4, number >> 1);

	return word ? *word >> 32 * (number & 1) : 0;
}

gx_inline __u64 look_up_chunks(__u64 high, __u64 low)
{
	__u32 entry = bench_entry(high >> 48);

	if (entry & 0x80000000)
		entry = bench_entry((entry & 0x7fffffff) << 8 | (high >> 40 & 0xff));
	if (entry & 0x80000000)
		entry = bench_entry((entry & 0x7fffffff) << 8 | (high >> 32 & 0xff));
	return entry;
}

/* Arguments of each: where the addresses begin, their number less one, the one to begin with, how many look-ups. */
BENCH(empty, look_up_nothing)
BENCH(lpm4, look_up_lpm4)
BENCH(lpm6, look_up_lpm6)
BENCH(index4, look_up_index4)
BENCH(index4_depth, look_up_index4_depth)
BENCH(index6, look_up_index6)
BENCH(index6_depth, look_up_index6_depth)
BENCH(flat24, look_up_flat)
BENCH(ranges, look_up_ranges)
BENCH(chunks, look_up_chunks)

char _license[] SEC("license") = "Dual BSD/GPL";
