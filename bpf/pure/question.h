/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The header and the question of a query. */
#ifndef GEOXDP_PURE_QUESTION_H
#define GEOXDP_PURE_QUESTION_H

#include "bpf/pure/csum.h"
#include "bpf/pure/load.h"
#include "geoxdp/dns.h"
#include "geoxdp/hash.h"
#include "geoxdp/limits.h"
#include "geoxdp/reason.h"

#define GX_OCTETS_OF(octet) (0x0101010101010101ull * (octet))

/* RFC 1035 4.1.2: behind the name, QTYPE and QCLASS. */
#define GX_QUESTION_TAIL_OCTETS 4

/**
 * gx_fold64 - eight octets of a wire name with A to Z made a to z (RFC 4343 3)
 *
 * Label lengths pass through unchanged: 63 is below 'A'.
 */
gx_inline __u64 gx_fold64(__u64 octets)
{
	__u64 low = octets & GX_OCTETS_OF(0x7f);
	/* The top bit of each octet of from_a says >= 'A', of beyond_z says > 'Z', both for 7-bit octets. */
	__u64 from_a = low + GX_OCTETS_OF(0x80 - 'A');
	__u64 beyond_z = low + GX_OCTETS_OF(0x7f - 'Z');
	__u64 upper = ~octets & (from_a ^ beyond_z) & GX_OCTETS_OF(0x80);

	return octets | upper >> 2; /* 0x80 >> 2 is 0x20, the difference of the cases */
}

/**
 * gx_check_header - is this a query that may be answered here?
 * @dns: the message, with at least GX_DNS_HEADER_OCTETS
 * @arcount: receives how many additional records follow, at most GX_QUERY_MAX_RRS; written on success
 *
 * One question, no answer or authority records (RFC 9619, RFC 8906 3.1); QR, opcode, AA and TC zero.
 *
 * Return: GX_GO_ON, or the reason to pass.
 */
gx_inline int gx_check_header(const __u8 *dns, __u32 *arcount)
{
	/* QDCOUNT, ANCOUNT, NSCOUNT and ARCOUNT as one number: less the one question, ARCOUNT is left. */
	__u64 others = bpf_be64_to_cpu(GX_LOAD(__u64, dns + 4)) - (1ull << 48);

	if (dns[2] & (GX_DNS1_QR | GX_DNS1_OPCODE | GX_DNS1_AA | GX_DNS1_TC))
		return gx_leave(dns[2] & GX_DNS1_QR ? GX_PASSED_RESPONSE : GX_PASSED_OPCODE);
	if (others > GX_QUERY_MAX_RRS)
		return gx_leave(GX_PASSED_COUNTS);
	*arcount = others;
	return GX_GO_ON;
}

/**
 * gx_measure_name - length of an uncompressed wire name, root label included
 * @name: its first octet
 * @end: bound of what may be read
 * @room: octets that the message has left for it
 * @labels: receives on success, an octet each: in the lowest one how many there are, the root not counted; then where
 *	the last seven of them begin, the last one first
 *
 * Return: 1 to 255; 0: it does not end within the room or 255 octets, or a label is no plain one.
 */
gx_inline __u32 gx_measure_name(const __u8 *name, const void *end, __u32 room, __u64 *labels)
{
	__u32 offset = 0;
	__u64 begins = 0;

	for (int i = 0; i < GX_NAME_MAX_LABELS; i++) {
		const __u8 *label = name + offset;
		__u8 len;

		if (offset >= GX_NAME_MAX_OCTETS || offset >= room || (const void *)(label + 1) > end)
			return 0;
		len = *label;
		if (len == 0) {
			*labels = begins << 8 | i;
			return offset + 1;
		}
		if (len > 63)
			return 0;
		begins = begins << 8 | offset;
		offset += len + 1;
	}
	return 0;
}

/* RFC 6891 6.1.2: the root, the type, and four octets and a length of 0 behind. */
gx_inline int gx_is_bare_opt(const __u8 *rr)
{
	return (GX_LOAD(__u32, rr) & bpf_htonl(0xffffff00)) == bpf_htonl(GX_TYPE_OPT << 8) &&
	       GX_LOAD(__u16, rr + GX_OPT_OCTETS - 2) == 0;
}

/**
 * gx_guess_name - length of the name in question, by what is left of the message without what comes behind it
 * @dns: the message
 * @end: bound of what may be read
 * @octets: of the message, at most 0x3fff
 * @arcount: additional records: none, or an OPT without options, is what most queries have
 *
 * Labels are not looked at, which takes as long as all else that is done with a name. What is equal to a loaded name
 * in this length is that name; of all others gx_measure_name() must say how long they are, or that they are no names.
 *
 * Return: 1 to GX_NAME_MAX_OCTETS; 0: this does not tell.
 */
gx_inline __u32 gx_guess_name(const __u8 *dns, const void *end, __u32 octets, __u32 arcount)
{
	__u32 len = octets - GX_DNS_HEADER_OCTETS - GX_QUESTION_TAIL_OCTETS;

	if (arcount) {
		const __u8 *rr = dns + ((octets - GX_OPT_OCTETS) & 0x3fff);

		if (arcount != 1 || (const void *)(rr + GX_OPT_OCTETS) > end || !gx_is_bare_opt(rr))
			return 0;
		len -= GX_OPT_OCTETS;
	}
	return len <= GX_NAME_MAX_OCTETS ? len : 0;
}

#define GX_NAME_INLINE_WORDS (GX_NAME_INLINE_OCTETS / 8)
/* Words that a name can fill. One more turn of a loop, and Linux 6.1 takes a way that has 256 octets of 255. */
#define GX_NAME_FULL_WORDS (GX_NAME_MAX_OCTETS / 8)

/* A name, hashed. */
struct gx_hashed {
	__u64 words[GX_NAME_INLINE_WORDS];	/* its beginning, as it came, zero-padded */
	__u64 hash;
};

/* A name is the one that it is compared with; in the lower bits is the sum of its octets. */
#define GX_SAME_NAME (1ull << 63)

/**
 * gx_load_name_tail - the last octets of a name that fill no word, as one in native order, zero-padded
 * @name: its first octet, with at least 8 octets of the message in front of it
 * @end: bound of what may be read
 * @len: 1 to 255, and no multiple of 8
 * @word: receives it
 *
 * It is read backwards, over octets that were read before, so as not to read beyond the message. Those who call it
 * do so in front of their loops or behind: inside, Linux 6.1 verifies 400,000 instructions more.
 *
 * Return: 0; -1: a bound that cannot fail did.
 */
gx_inline int gx_load_name_tail(const __u8 *name, const void *end, __u32 len, __u64 *word)
{
	const __u8 *behind = name + (len & 0xff);

	if ((const void *)behind > end)
		return -1;
	*word = GX_LOAD_TAIL(behind, len & 7);
	return 0;
}

/* One more word of a name. */
gx_inline __u64 gx_hash_octets(__u64 hash, __u64 word, int exact)
{
	return gx_hash_word(hash, exact ? gx_fold64(word) : word | GX_CASE_BITS);
}

/*
 * The word of number i, a constant, into words and hash. tail: what a name has there that ends in this word. Return:
 * 0: it goes on; 1: it ends here; -1: a bound that cannot fail did.
 */
gx_inline int gx_hash_inline_word(const __u8 *name, const void *end, __u32 len, __u64 tail, int exact, __u32 i,
				  __u64 *words, __u64 *hash)
{
	if (i * 8 + 8 > len) {
		words[i] = tail;
		__builtin_memset(words + i + 1, 0, (GX_NAME_INLINE_WORDS - 1 - i) * 8);
		/* Or clang makes one store of those for each word, and all names compute its place. */
		GX_OPAQUE(tail);
		return 1;
	}
	if ((const void *)(name + i * 8 + 8) > end)
		return -1;
	words[i] = GX_LOAD(__u64, name + i * 8);
	*hash = gx_hash_octets(*hash, words[i], exact);
	return 0;
}

/**
 * gx_hash_name - hash a name of known length, and keep its beginning
 * @name: its first octet, with at least 8 octets of the message in front of it
 * @end: bound of what may be read
 * @len: 1 to 255
 * @seed: the generation's
 * @exact: which of the two forms of hash.h
 * @hashed: filled
 *
 * Return: 0; -1: a bound that cannot fail did.
 */
gx_inline int gx_hash_name(const __u8 *name, const void *end, __u32 len, __u64 seed, int exact,
			   struct gx_hashed *hashed)
{
	__u64 hash = seed, tail = 0;
	int ends;

	if (len & 7 && gx_load_name_tail(name, end, len, &tail))
		return -1;
	/* Most names end in here. */
	_Static_assert(GX_NAME_INLINE_WORDS == 5, "each of them");
	ends = gx_hash_inline_word(name, end, len, tail, exact, 0, hashed->words, &hash);
	ends = ends ? : gx_hash_inline_word(name, end, len, tail, exact, 1, hashed->words, &hash);
	ends = ends ? : gx_hash_inline_word(name, end, len, tail, exact, 2, hashed->words, &hash);
	ends = ends ? : gx_hash_inline_word(name, end, len, tail, exact, 3, hashed->words, &hash);
	ends = ends ? : gx_hash_inline_word(name, end, len, tail, exact, 4, hashed->words, &hash);
	if (ends < 0)
		return -1;
	if (!ends)
		for (__u32 i = GX_NAME_INLINE_WORDS; i < GX_NAME_FULL_WORDS; i++) {
			const __u8 *from = name + i * 8;

			if (i * 8 + 8 > len)
				break;
			if ((const void *)(from + 8) > end)
				return -1;
			hash = gx_hash_octets(hash, GX_LOAD(__u64, from), exact);
		}
	if (len & 7)
		hash = gx_hash_octets(hash, tail, exact);
	hashed->hash = gx_hash_end(hash, len);
	return 0;
}

/**
 * gx_differs - do eight octets differ from others by more than the case of letters (RFC 4343 3)?
 * @octets: as they came
 * @stored: folded
 *
 * Return: 0: they do not.
 */
gx_inline __u64 gx_differs(__u64 octets, __u64 stored)
{
	__u64 low = stored & GX_OCTETS_OF(0x7f);
	/* The top bit of each octet says that it is < 'a', that it is > 'z', or that it has that bit. */
	__u64 others = (GX_OCTETS_OF(0x80 + 'a' - 1) - low) | (low + GX_OCTETS_OF(0x7f - 'z')) | stored;

	return (octets ^ stored) & (others >> 2 | ~GX_CASE_BITS);
}

/**
 * gx_compare_begin - compare the beginning of a name with a stored one, without regard to case
 * @hashed: of the name
 * @len: 1 to 255
 * @stored: folded and zero-padded, GX_NAME_INLINE_OCTETS
 *
 * Return: GX_SAME_NAME and the sum of the octets as they came, native order; 0: it is another name.
 */
gx_inline __u64 gx_compare_begin(const struct gx_hashed *hashed, __u32 len, const __u64 *stored)
{
	__u64 differs = 0, sum = 0;

#pragma GCC unroll 8
	for (__u32 i = 0; i < GX_NAME_INLINE_WORDS; i++) {
		if (i * 8 >= len)
			break;
		sum = gx_csum_add64(sum, hashed->words[i]);
		differs |= gx_differs(hashed->words[i], stored[i]);
	}
	return differs ? 0 : GX_SAME_NAME | sum;
}

/**
 * gx_compare_rest - the same of what is beyond GX_NAME_INLINE_OCTETS
 * @name: its first octet
 * @end: bound of what may be read
 * @len: more than GX_NAME_INLINE_OCTETS, up to 255
 * @rest: folded and zero-padded, GX_NAME_REST_OCTETS
 *
 * Return: as above.
 */
gx_inline __u64 gx_compare_rest(const __u8 *name, const void *end, __u32 len, const __u64 *rest)
{
	__u64 differs = 0, sum = 0, word;
	__u32 i;

	for (i = GX_NAME_INLINE_WORDS; i < GX_NAME_FULL_WORDS; i++) {
		const __u8 *from = name + i * 8;

		if (i * 8 + 8 > len)
			break;
		GX_OPAQUE(from);
		if ((const void *)(from + 8) > end)
			return 0;
		word = GX_LOAD(__u64, from);
		sum = gx_csum_add64(sum, word);
		differs |= gx_differs(word, rest[i - GX_NAME_INLINE_WORDS]);
	}
	if (len & 7) {
		if (gx_load_name_tail(name, end, len, &word))
			return 0;
		sum = gx_csum_add64(sum, word);
		differs |= gx_differs(word, rest[i - GX_NAME_INLINE_WORDS]);
	}
	return differs ? 0 : GX_SAME_NAME | sum;
}

/**
 * gx_sum_name - one's complement sum of a name's octets, native order
 *
 * As gx_hash_name(); 0 where a bound that cannot fail did.
 */
gx_inline __u64 gx_sum_name(const __u8 *name, const void *end, __u32 len)
{
	__u64 sum = 0, word;

	for (__u32 i = 0; i < GX_NAME_FULL_WORDS; i++) {
		const __u8 *from = name + i * 8;

		if (i * 8 + 8 > len)
			break;
		GX_OPAQUE(from);
		if ((const void *)(from + 8) > end)
			return 0;
		sum = gx_csum_add64(sum, GX_LOAD(__u64, from));
	}
	if (len & 7) {
		if (gx_load_name_tail(name, end, len, &word))
			return 0;
		sum = gx_csum_add64(sum, word);
	}
	return sum;
}

#endif
