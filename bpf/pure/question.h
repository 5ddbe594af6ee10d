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

/* All ones but for the top bit of each octet that is 0. */
gx_inline __u64 gx_not_zero(__u64 octets)
{
	return ((octets & GX_OCTETS_OF(0x7f)) + GX_OCTETS_OF(0x7f)) | octets | GX_OCTETS_OF(0x7f);
}

/**
 * gx_check_header - is this a query that may be answered here?
 * @dns: the message, with at least GX_DNS_HEADER_OCTETS
 *
 * One question, no answer or authority records (RFC 9619, RFC 8906 3.1); QR, opcode, AA and TC zero.
 *
 * Return: GX_GO_ON, or the reason to pass.
 */
gx_inline int gx_check_header(const __u8 *dns)
{
	if (dns[2] & GX_DNS1_QR)
		return GX_PASSED_RESPONSE;
	if (dns[2] & (GX_DNS1_OPCODE | GX_DNS1_AA | GX_DNS1_TC))
		return GX_PASSED_OPCODE;
	if (GX_LOAD(__u32, dns + 4) != bpf_htonl(1u << 16) || gx_load16(dns + 8) != 0 ||
	    gx_load16(dns + 10) > GX_QUERY_MAX_RRS)
		return GX_PASSED_COUNTS;
	return GX_GO_ON;
}

/**
 * gx_measure_name - length of an uncompressed wire name, root label included
 * @name: its first octet
 * @end: bound of what may be read
 * @room: octets that the message has left for it
 * @labels: receives on success, an octet each: in the lowest one how many there are, the root not counted; then
 *	where the
 *	last seven of them begin, the last one first
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
 * @len: 1 to 255, as gx_measure_name() says, and no multiple of 8
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
 * @len: 1 to 255, as gx_measure_name() says
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

	for (i = 0; i < GX_NAME_FULL_WORDS; i++) {
		const __u8 *from = name + i * 8;

		if (i * 8 + 8 > len)
			break;
		if ((const void *)(from + 8) > end)
			return -1;
		word = gx_fold_word(GX_LOAD(__u64, from), &hash, &sum);
		if (i < GX_NAME_INLINE_WORDS)
			folded->words[i] = word;
	}
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

/*
 * Eight octets of a name, if there are as many and none of them is 0. others: all ones but for the top bit of each
 * octet that is 0; or 0, where less than eight are left. Return: 1; 0: the name ends here.
 */
gx_inline int gx_read_word(const __u8 *from, const void *end, __u64 *word, __u64 *others)
{
	*others = 0;
	if ((const void *)(from + 8) > end)
		return 0;
	*word = GX_LOAD(__u64, from);
	*others = gx_not_zero(*word);
	return *others == ~0ull;
}

/**
 * gx_read_name - fold and hash a name up to and with the first octet 0
 * @name: its first octet
 * @end: bound of what may be read
 * @tail: the last 8 octets in front of it, as loaded
 * @room: octets from the name to the end
 * @seed: the generation's
 * @folded: zeroed; filled
 *
 * Labels are not looked at one by one, which would take longer than all else. No valid name begins with another, so
 * what is equal to a loaded name is that name. What is not may have a label with an octet 0 in it, or be no name:
 * gx_measure_name() knows.
 *
 * Return: octets, 1 to GX_NAME_MAX_OCTETS; 0: there is no octet 0 within them and the room.
 */
gx_inline __u32 gx_read_name(const __u8 *name, const void *end, __u64 tail, __u32 room, __u64 seed,
			     struct gx_folded *folded)
{
	__u64 hash = seed, sum = 0, word = 0, others, mask;
	__u32 i, len;

	/* Most names end in here. */
#pragma GCC unroll 8
	for (i = 0; i < GX_NAME_INLINE_WORDS; i++) {
		if (!gx_read_word(name + i * 8, end, &word, &others))
			goto last;
		folded->words[i] = gx_fold_word(word, &hash, &sum);
	}
	for (; i < GX_NAME_MAX_WORDS; i++) {
		if (!gx_read_word(name + i * 8, end, &word, &others))
			goto last;
		gx_fold_word(word, &hash, &sum);
	}
	return 0;
last:
	if (!others) {
		if (i * 8 >= room)
			return 0;
		word = gx_le64(gx_le64(tail) >> (64 - (room & 7) * 8));
		others = gx_not_zero(word);
	}
	others = ~gx_le64(others);
	mask = others ^ (others - 1); /* up to and with the first one */
	word &= gx_le64(mask);
	len = i * 8 + ((mask & GX_OCTETS_OF(0x01)) * GX_OCTETS_OF(0x01) >> 56);
	if (len > room || len > GX_NAME_MAX_OCTETS)
		return 0;
	word = gx_fold_word(word, &hash, &sum);
	if (i < GX_NAME_INLINE_WORDS)
		folded->words[i] = word;
	folded->hash = gx_hash_end(hash, len);
	folded->sum = sum;
	return len;
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
