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

/* A name hashed, and summed for the checksum of the reply. */
struct gx_folded {
	__u64 words[GX_NAME_INLINE_WORDS];	/* its beginning, folded, zero-padded */
	__u64 hash;
	__u64 sum;				/* of the octets as they came, native order */
};

/**
 * gx_load_name_tail - the last octets of a name that fill no word, as one in native order, zero-padded
 * @name: its first octet, with at least 8 octets of the message in front of it
 * @end: bound of what may be read
 * @len: 1 to 255, and no multiple of 8
 * @word: receives it
 *
 * It is read backwards, over octets that were read before, so as not to read beyond the message. Those who call it
 * do so behind their loops: inside, Linux 6.1 verifies 400,000 instructions more.
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

/* One more word of a name into the hash and the sum. Return: the word, folded. */
gx_inline __u64 gx_fold_word(__u64 word, __u64 *hash, __u64 *sum)
{
	*sum = gx_csum_add64(*sum, word);
	word = gx_fold64(word);
	*hash = gx_hash_word(*hash, word);
	return word;
}

/**
 * gx_fold_name - fold and hash a name of known length
 * @name: its first octet, with at least 8 octets of the message in front of it
 * @end: bound of what may be read
 * @len: 1 to 255
 * @seed: the generation's
 * @folded: zeroed; filled
 *
 * Return: 0; -1: a bound that cannot fail did.
 */
gx_inline int gx_fold_name(const __u8 *name, const void *end, __u32 len, __u64 seed,
			   struct gx_folded *folded)
{
	__u64 hash = seed, sum = 0, word;
	__u32 i;

	/* Most names end in here. */
#pragma GCC unroll 8
	for (i = 0; i < GX_NAME_INLINE_WORDS; i++) {
		const __u8 *from = name + i * 8;

		if (i * 8 + 8 > len)
			goto last;
		if ((const void *)(from + 8) > end)
			return -1;
		folded->words[i] = gx_fold_word(GX_LOAD(__u64, from), &hash, &sum);
	}
	for (; i < GX_NAME_FULL_WORDS; i++) {
		const __u8 *from = name + i * 8;

		if (i * 8 + 8 > len)
			break;
		if ((const void *)(from + 8) > end)
			return -1;
		gx_fold_word(GX_LOAD(__u64, from), &hash, &sum);
	}
last:
	if (len & 7) {
		if (gx_load_name_tail(name, end, len, &word))
			return -1;
		word = gx_fold_word(word, &hash, &sum);
		if (i < GX_NAME_INLINE_WORDS)
			folded->words[i] = word;
	}
	folded->hash = gx_hash_end(hash, len);
	folded->sum = sum;
	return 0;
}

/**
 * gx_name_rest_differs - compare a name from GX_NAME_INLINE_OCTETS on with a stored one
 * @len: more than GX_NAME_INLINE_OCTETS
 * @rest: folded and zero-padded, GX_NAME_REST_OCTETS
 *
 * The others as above.
 */
gx_inline int gx_name_rest_differs(const __u8 *name, const void *end, __u32 len, const __u64 *rest)
{
	__u64 difference = 0, word;
	__u32 i;

	for (i = GX_NAME_INLINE_WORDS; i < GX_NAME_FULL_WORDS; i++) {
		const __u8 *from = name + i * 8;

		if (i * 8 + 8 > len)
			break;
		GX_OPAQUE(from);
		if ((const void *)(from + 8) > end)
			return 1;
		difference |= rest[i - GX_NAME_INLINE_WORDS] ^ gx_fold64(GX_LOAD(__u64, from));
	}
	if (len & 7) {
		if (gx_load_name_tail(name, end, len, &word))
			return 1;
		difference |= rest[i - GX_NAME_INLINE_WORDS] ^ gx_fold64(word);
	}
	return difference != 0;
}

#endif
