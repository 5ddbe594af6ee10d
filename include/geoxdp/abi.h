/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every struct that crosses the border between the loader and the XDP program. */
#ifndef GEOXDP_ABI_H
#define GEOXDP_ABI_H

#include <linux/types.h>
#include <stddef.h>

#include "geoxdp/limits.h"

/* Counts up with every change of a struct, a map or the order of the reasons. */
#define GX_ABI_VERSION	2

/* Key of `countries4` and `nets4`, in the form of struct bpf_lpm_trie_key. */
struct gx_lpm4_key {
	__u32	prefix_bits;
	__u8	address[4];
};

/* Key of `countries6` and `nets6`. */
struct gx_lpm6_key {
	__u32	prefix_bits;
	__u8	address[16];
};

/*
 * Value of the four tries. A block of the address space has two depths, since neighbouring blocks merge
 * differently: class_bits is the shortest prefix around the address in which every address is of the same
 * class (what the maps tell apart: the ECS scope of a geo answer), location_bits the shortest in which
 * every address has the same location (the scope of the `localhost.<geo-zone>` probe). Both are at most
 * the key's prefix_bits.
 *
 * In nets*, class_id GX_CLASS_NONE means that countries* speaks, and the depths say how far that holds.
 */
struct gx_leaf {
	__u32	location;
	__u16	class_id;
	__u8	class_bits;
	__u8	location_bits;
};

#define GX_CLASS_NONE	0xffff

/* Value of `services`: a service address, IPv4 as ::ffff:a.b.c.d; all zero: empty slot. */
struct gx_service {
	__u8	address[16];
};

/*
 * A reference to what a name says of a type:
 *
 *   0                  not loaded: pass
 *   GX_REF_FIXED  | n  the answer at cell n, the same for every client
 *   GX_REF_CLASS  | n  choices[n + class of the client's location]
 *   GX_REF_LOCATION|n  choices[n + location of the client]
 */
#define GX_REF_KIND	0xc0000000u
#define GX_REF_INDEX	0x3fffffffu
#define GX_REF_NONE	0u
#define GX_REF_FIXED	0x40000000u
#define GX_REF_CLASS	0x80000000u
#define GX_REF_LOCATION	0xc0000000u

/*
 * Value of `names`, a flat open-addressed table with linear probing: one cache line a slot. The folded wire
 * name, zero-padded, stands in octets and, beyond GX_NAME_INLINE_OCTETS, in names_long[rest]. A hash is not
 * a name: all octets are compared.
 */
struct gx_name {
	__u32	tag;		/* upper half of the hash, 0 replaced by 1; 0: empty slot */
	__u8	len_octets;	/* root label included */
	__u8	n_types;	/* entries in types[] behind the default */
	__u16	flags;		/* GX_NAME_* */
	__u32	ref_a;
	__u32	ref_aaaa;
	__u32	types;		/* types[types] is the default for types not listed, then n_types entries */
	__u32	rest;		/* index into names_long, where len_octets > GX_NAME_INLINE_OCTETS */
	__u64	octets[GX_NAME_INLINE_OCTETS / 8];
};

#define GX_NAME_SIGNED	0x0001	/* the zone is signed: DO=1 is passed */
/*
 * Names right below that do not exist are the wildcard's (RFC 4592): the slot of "*." and this name answers them.
 * With such a name, all names that exist below it are in the table: those that are not answered from here
 * have references GX_REF_NONE, and keep the wildcard off themselves and what is below them.
 */
#define GX_NAME_WILDCARD 0x0002

/* Value of `names_long`: the octets of a name from GX_NAME_INLINE_OCTETS on, zero-padded. */
struct gx_name_rest {
	__u64	octets[GX_NAME_REST_OCTETS / 8];
};

/* Value of `types`. */
struct gx_type {
	__u16	type;		/* RR type, host order; 0 in the default entry */
	__u16	zero;
	__u32	ref;
};

/* Value of `choices`: the mutable table. */
struct gx_choice {
	__u32	answer;		/* first cell; 0: pass */
	__u32	zero;
};

/*
 * Value of `answers`: a cell. An answer begins at the cell of its number and goes on in the cells behind it;
 * octets are what follows the question: answer, authority and additional section, without OPT. Compression
 * pointers into the question count from the start of the message, so an answer belongs to one question
 * length, but for those of wildcards, which only point at the name in question. Cell 0 is never used.
 *
 * An answer that ends with several addresses is stored once for each order that they come in, one behind the
 * other, all of as many cells: 1 + (len_octets - 1) / GX_CELL_OCTETS. References and choices mean the first; which
 * of them is sent is drawn for each query.
 */
struct gx_answer {
	__u16	len_octets;	/* of the whole answer; 0 in a continuation cell */
	__u16	ancount;
	__u16	nscount;
	__u16	arcount;	/* without OPT */
	__u16	sum;		/* one's complement sum of all octets, as if at an even offset */
	__u8	flags1;		/* GX_DNS1_AA or 0 */
	__u8	rcode;
	__u16	flags;		/* GX_ANSWER_* */
	__u16	variants;	/* orders that begin here, 1 to GX_ANSWER_VARIANTS_MAX; 1 in those behind the first */
	__u8	octets[GX_CELL_OCTETS];
};

#define GX_ANSWER_NODATA	0x0001	/* no RR of the type asked for: counted apart */

/* Value of `meta`: what `geoxdp status` says of a generation. */
struct gx_meta {
	__u32	abi_version;
	__u32	generation;
	__u64	built_s;	/* seconds since 1970 */
	__u32	names;
	__u32	answers;
	__u32	leaves4;
	__u32	leaves6;
	__u32	classes;
	__u32	zero;
	char	config[256];	/* path of the configuration, NUL-terminated */
};

#define GX_ASSERT_SIZE(type, octets) _Static_assert(sizeof(struct type) == (octets), #type)
GX_ASSERT_SIZE(gx_lpm4_key, 8);
GX_ASSERT_SIZE(gx_lpm6_key, 20);
GX_ASSERT_SIZE(gx_leaf, 8);
GX_ASSERT_SIZE(gx_service, 16);
GX_ASSERT_SIZE(gx_name, 64);
GX_ASSERT_SIZE(gx_name_rest, 216);
GX_ASSERT_SIZE(gx_type, 8);
GX_ASSERT_SIZE(gx_choice, 8);
GX_ASSERT_SIZE(gx_answer, 128);
GX_ASSERT_SIZE(gx_meta, 296);
_Static_assert(offsetof(struct gx_name, octets) == 24, "octets are read in aligned words");
_Static_assert(offsetof(struct gx_answer, octets) == 16, "cells are copied in words");

#endif
