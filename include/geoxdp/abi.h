/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every struct that crosses the border between the loader and the XDP program. */
#ifndef GEOXDP_ABI_H
#define GEOXDP_ABI_H

#include <linux/types.h>
#include <stddef.h>

#include "geoxdp/limits.h"

/* Counts up with every change of a struct, a map or the order of the reasons. */
#define GX_ABI_VERSION	12

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

/*
 * The one value of `index4` and of `index6`: the compact index over the classes, in words of 8 octets. It is a trie
 * over numbers of 64 bits (an IPv4 address in the upper half, or the upper half of an IPv6 address) that ends, as
 * soon as few borders are left, in a fragment: the sorted borders of a block and the classes between them. An entry
 * is
 *
 *   GX_INDEX_LEAF   | depth << 16 | class   no border within the block
 *   GX_INDEX_NARROW | groups - 1 << 28 | w  fragment at word w: 4 borders a word, then 4 classes a word, as many words
 *   GX_INDEX_WIDE   | groups - 1 << 28 | w  fragment at word w: a border a word, then 4 classes a word
 *   GX_INDEX_TABLE  | stride << 25 | w      2^stride entries from word w on, two a word, by the address's next bits
 *
 * A border is kept as the last address of the range before it; the last one of a fragment is padding, all ones. That
 * of a narrow fragment is the upper 15 bits of its place in the block, and the top bit set.
 * In a word, what comes first has the lower bits.
 *
 * An IPv6 /64 with borders within is of class GX_CLASS_NONE. A list of such blocks, two words each, in ascending
 * order, says how the lower half goes on: the upper half, then an entry.
 */
#define GX_INDEX_KIND	0xc0000000u
#define GX_INDEX_LEAF	0x00000000u
#define GX_INDEX_NARROW	0x40000000u
#define GX_INDEX_WIDE	0x80000000u
#define GX_INDEX_TABLE	0xc0000000u

/* Where an index begins. */
struct gx_index_root {
	__u32	entry;
	__u32	deep_word;	/* the list of IPv6 /64 with borders within */
	__u32	deep_count;
	__u32	words;		/* of the whole index */
};

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
 * Value of `names`, a flat table: one cache line a slot, and one slot for a name to be in, see gx_hash_slot(). The
 * folded wire name, zero-padded, stands in octets and, beyond GX_NAME_INLINE_OCTETS, in names_long[rest]. A hash is
 * not a name: all octets are compared.
 */
struct gx_name {
	__u16	sum;		/* one's complement sum of the octets, as if at an even offset, native order */
	__u16	zero;
	__u8	len_octets;	/* root label included; 0: empty slot */
	__u8	n_types;	/* entries in types[] behind the default */
	__u16	flags;		/* GX_NAME_* */
	__u32	ref_a;
	__u32	ref_aaaa;
	__u32	types;		/* types[types] is the default for types not listed, then n_types entries, then that of
				 * GX_NAME_WILDCARD or GX_NAME_BELOW */
	__u32	rest;		/* index into names_long, where len_octets > GX_NAME_INLINE_OCTETS */
	__u64	octets[GX_NAME_INLINE_OCTETS / 8];
};

/*
 * An answer is, in whole or in part, of a signed zone: for DO=1 ref_signed in types[] speaks, which lists A and
 * AAAA as well. GX_REF_NONE there: a signature or a proof is missing, and the query is passed.
 */
#define GX_NAME_SIGNED	0x0001
/*
 * Of a zone that is loaded, all names that exist are in the table, so the nearest name above one that is not there
 * is its closest encloser (RFC 4592 3.3.1). It says what names below it get that do not exist, by the last of its
 * entries in types[]: with GX_NAME_WILDCARD what the slot of that number says, with GX_NAME_BELOW the reference:
 * NXDOMAIN, or at a delegation the referral; with neither they are passed.
 *
 * With a name, all names above it are in the table that have as many labels as the highest zone, or more.
 * GX_NAME_BETWEEN is one that is only there for that: it does not exist, though a loaded zone is below it, and says
 * of itself and of those below it what the name above it says of such; above all zones nothing.
 */
#define GX_NAME_WILDCARD 0x0002
#define GX_NAME_BELOW	0x0004
#define GX_NAME_BETWEEN	0x0008
/*
 * A wildcard of a signed zone: what it synthesises needs the proof that no closer name exists (RFC 4035 3.1.3.3).
 * For names that are not there, ref_partial speaks in place of ref_signed.
 */
#define GX_NAME_PROOF	0x0010

/* Value of `names_long`: the octets of a name from GX_NAME_INLINE_OCTETS on, zero-padded. */
struct gx_name_rest {
	__u64	octets[GX_NAME_REST_OCTETS / 8];
};

/* Value of `types`. */
struct gx_type {
	__u16	type;		/* RR type, host order; 0 in the default entry */
	__u16	zero;
	__u32	ref;
	__u32	ref_signed;	/* for DO=1, where the name has GX_NAME_SIGNED */
	/*
	 * Of a wildcard: the same for names that it synthesises, without what covers these. In the entry for names
	 * below: a number of `gap_lists`, where what covers them is found; 0: none, and ref_signed is the whole
	 * answer.
	 */
	__u32	ref_partial;
};

/*
 * Value of `gap_lists`: what says that a name below a closest encloser is not there (RFC 4035 3.1.3.2, RFC 5155
 * 7.2.2). The answer that is referred to goes without; behind it come `tails`, and that of the gap that the next
 * closer name falls into, each once. All of these end the authority section.
 */
struct gx_gap_list {
	__u32 first;		/* in `gaps` */
	__u32 count;		/* GX_GAPS_HASHED, and how many, at least one */
	__u32 tails[2];		/* cells of answers; 0: none */
};

/*
 * Keys are of NSEC3 hashes, not of labels. In front of the first gap are the salt in place of a key, and its octets
 * as cell.
 */
#define GX_GAPS_HASHED	0x80000000u

/*
 * Value of `gaps`: where the names that are not there begin to be covered by a NSEC or NSEC3. Lists ascend, and
 * begin with the key 0. Keys are the first 16 octets of the label below the closest encloser, folded and
 * zero-padded, which is the canonical order (RFC 4034 6.1) as far as they differ; or of the hash of the next closer
 * name.
 *
 * A key that is equal to that of a gap does not tell on which side the name is: passed.
 */
struct gx_gap {
	__u64 key[2];		/* the octets as numbers, the first ones in the upper bits of key[0] */
	__u32 cell;		/* of the NSEC or NSEC3 with its RRSIGs, as an answer; 0: pass */
	__u32 zero;
};

/*
 * Value of `choices`: the mutable table. Drains, health and policies act by writing `answer` and `address`, both in
 * one store of 64 bits; what they can become is in `options`.
 *
 * An answer that is one A record of the name in question, which most answers to a geo name are, is the choice itself:
 * GX_CHOICE_ADDRESS and the TTL, and the address. All others are cells.
 *
 * Where sites or addresses are weighted, answer is GX_CHOICE_BY_CLIENT or GX_CHOICE_BY_QUERY and the first of
 * GX_SPREAD_SLOTS choices, of which one is drawn: by the client's prefix, always the same, or at random.
 */
struct gx_choice {
	__u32 answer;		/* first cell; 0: pass */
	__be32 address;		/* with GX_CHOICE_ADDRESS; else 0 */
	__u32 option;		/* first of its options; 0: it never changes */
	__u32 zero;
};

#define GX_CHOICE_KIND		0xc0000000u
#define GX_CHOICE_NUMBER	0x3fffffffu	/* a cell, a choice, or a TTL in seconds */
#define GX_CHOICE_CELL		0x00000000u
#define GX_CHOICE_BY_CLIENT	0x40000000u
#define GX_CHOICE_BY_QUERY	0x80000000u
#define GX_CHOICE_ADDRESS	0xc0000000u

/*
 * Value of `options`: an answer that a choice can have. A choice has a list of them, in order of preference, the last
 * one marked. The first whose units are all up is taken; where none is, GX_OPTION_KEEP says that the choice
 * stays as it is, else the first that is not drained, or else the first is taken. The program does not read it.
 */
struct gx_option {
	__u32 answer;		/* as of a choice, but no spread */
	__u32 clamped;		/* the same with the lower TTL, while a flip is pending or a site is drained */
	__be32 address;		/* of both */
	__u32 units;		/* first of n_units in `option_units` that must be up */
	__u16 n_units;		/* 0: always up */
	__u16 flags;		/* GX_OPTION_* */
	__u32 zero;
};

#define GX_OPTION_LAST	0x0001	/* the list ends here */
#define GX_OPTION_KEEP	0x0002	/* in the last: when none is up, nothing changes */

/* Value of `option_units`: a unit that an option needs. */
struct gx_unit_ref {
	__u32 unit;
	__u32 zero;
};

/* Value of `units`: what can be up or down: a site, or a target (an address or a name) of a geo name's site. */
struct gx_unit {
	__u32 flags;		/* GX_UNIT_* */
	__u32 flips;		/* how often checks took it down or up */
	__u64 since_s;		/* of the last flip or drain, seconds since 1970; 0: none */
	__u64 fell;		/* when it went down last: what fell later has a higher number; 0: never */
	char name[GX_UNIT_NAME_OCTETS];	/* "eu", "web 192.0.2.1"; NUL-terminated */
};

#define GX_UNIT_SITE	0x0001	/* a site: `geoxdp drain` takes its name; else a target */
#define GX_UNIT_DRAINED	0x0002
#define GX_UNIT_DOWN	0x0004	/* its checks say so */
#define GX_UNIT_PENDING	0x0008	/* a check differs, and has not reached its threshold */

/* Value of `checks`: how a unit is looked at. `geoxdp run` does it; a unit is down when any of its checks is. */
struct gx_check {
	__u32 unit;
	__u8 kind;		/* GX_CHECK_* */
	__u8 up;		/* successes in a row that take it up */
	__u8 down;		/* failures in a row that take it down */
	__u8 jitter_percent;	/* of the interval, in either direction */
	__u32 interval_ms;
	__u32 timeout_ms;
	__u16 port;		/* TCP: of address; HTTP: of url */
	__u16 status_min;	/* HTTP: of the reply, both included */
	__u16 status_max;
	__u16 n_arguments;	/* EXEC: NUL-terminated texts in target */
	__u32 zero;
	char name[64];		/* as in the configuration */
	char address[64];	/* TCP: to connect to; HTTP: to connect to in place of url's host, or empty */
	char target[512];	/* HTTP: url; EXEC: arguments; FILE: path */
	char match[260];	/* HTTP: extended regular expression that the body must match, or empty */
};

#define GX_CHECK_TCP	1	/* a connection is accepted */
#define GX_CHECK_HTTP	2	/* http: or https: */
#define GX_CHECK_EXEC	3	/* exit status 0 */
#define GX_CHECK_FILE	4	/* its first word is not "down" */

/* Value of `locations`: by location number, what `geoxdp net` and people call it, and its class. */
struct gx_location_name {
	__u16 class_id;
	char name[62];		/* ISO 3166-1 two letters, or the operator's own; empty: none that can be given */
};

/*
 * Value of `answers`: a cell. An answer begins at the cell of its number and goes on in the cells behind it;
 * octets are what follows the question: answer, authority and additional section, without OPT. Compression
 * pointers into the question count from the start of the message, so an answer belongs to one question
 * length. Cell 0 is never used.
 *
 * An answer with base_octets holds for longer names as well: the closest encloser's NXDOMAIN, NODATA or referral,
 * and what a wildcard synthesises. It was rendered for a question of a name of so many octets; in a longer
 * question, its pointers move by the difference. Which ones say the GX_SHIFT_CELLS behind it, a struct gx_shift. A
 * wildcard's pointers to the name in question stay. What gaps and their lists refer to is of this form, all of its
 * pointers lead into the question, and it takes at most GX_TAIL_MAX_OCTETS.
 *
 * An answer that ends with several addresses is stored once for each order that they come in, one behind the
 * other, all of as many cells: 1 + (len_octets - 1) / GX_CELL_OCTETS, and GX_SHIFT_CELLS with base_octets.
 * References and choices mean the first; which of them is sent is drawn for each query.
 */
struct gx_answer {
	/* Of the whole answer; GX_TCP_MAX_OCTETS: it is too long, and not stored; 0: a continuation cell. */
	__u16 len_octets;
	__u16 core_octets;	/* without those of the additional section that are left away where all does not fit */
	__u16 sum;		/* one's complement sum of all octets, as if at an even offset */
	__u16 core_sum;
	__u8 ancount;
	__u8 nscount;
	__u8 arcount;		/* without OPT */
	__u8 variants;		/* orders that begin here, 1 to GX_ANSWER_VARIANTS_MAX; 1 in those behind the first */
	__u8 core_arcount;	/* as core_octets */
	__u8 rcode;
	__u8 flags;		/* GX_ANSWER_*, and GX_DNS1_AA */
	__u8 base_octets;	/* of the name that it was rendered for; 0: it is for that length alone */
	__u8 octets[GX_CELL_OCTETS];
};

#define GX_ANSWER_NODATA	0x01	/* no RR of the type asked for: counted apart */
#define GX_ANSWER_REFERRAL	0x02	/* to the servers of a zone below: the same */
#define GX_ANSWER_EXPIRES	0x08	/* has signatures that the loader made: passed when they have run out */
/* One of the above, an RCODE, or base_octets: else none of these is looked at. Who changes one sets it. */
#define GX_ANSWER_SPECIAL	0x80

/* In place of the octets of the cells behind an answer with base_octets: its compression pointers. */
struct gx_shift {
	__u8 even;		/* pointers at an even offset in the answer, and at an odd one */
	__u8 odd;
	__u8 core_even;		/* and those within core_octets */
	__u8 core_odd;
	union {
		__u16 offsets[GX_SHIFT_POINTERS];	/* in the answer, ascending, even + odd of them */
		struct {
			__u16 few[GX_SHIFT_FEW_POINTERS];
			/* Of what goes with a list of gaps: cells of what comes behind it, as in gaps; 0: none. */
			__u32 tails[GX_SHIFT_TAILS];
		};
	};
};

/*
 * Metadata in front of a frame that user space gives to the program (BPF_PROG_RUN): the question came over TCP, the
 * reply may have GX_TCP_MAX_OCTETS. No frame from the wire has metadata, unless another local program puts it there.
 */
#define GX_TCP_MARK	0x67656f7864707463ull

/*
 * Value of `cookies`: the secrets of DNS cookies, shared with the backend and the other nodes (RFC 9018 5). The
 * first is the active one, with which cookies are signed, the second the staging one: the next, or the one before.
 */
struct gx_cookie_secrets {
	__u64 secrets[GX_COOKIE_SECRETS][2];	/* 16 octets each, as they are written */
	__u32 count;				/* 0: cookies are not answered */
	__s32 tai_ahead_s;			/* of CLOCK_TAI to CLOCK_REALTIME */
	char file[GX_COOKIE_FILE_OCTETS];	/* where they are from, NUL-terminated; empty: none is configured */
};

/* Value of `bypass`: clients whose TCP connections go to the backend. IPv4 as ::ffff:a.b.c.d, bits + 96. */
struct gx_bypass {
	__u8 address[16];
	__u32 prefix_bits;
	__u32 zero;
};

#define GX_META_NO_TCP	0x0001	/* `geoxdp run` leaves TCP to the backend */

/* What a table held when it was built: tables of equal digests are shared between generations. XXH128. */
struct gx_digest {
	char table[16];
	__u64 digest[2];
};

/* Value of `meta`: what `geoxdp status` says of a generation. */
struct gx_meta {
	__u32 abi_version;
	__u32 generation;
	__u64 built_s;	/* seconds since 1970 */
	__u32 names;
	__u32 answers;
	__u32 leaves4;
	__u32 leaves6;
	__u32 classes;
	__u32 units;
	__u32 checks;
	__u32 flags;		/* GX_META_* */
	__u32 tcp_idle_s;	/* TCP connections without a query are closed after it */
	__u32 tcp_connections;	/* at most, in all */
	__u32 tcp_per_client;	/* and from one client address */
	__u32 bypass;		/* entries in use of the map of this name */
	__u64 signed_until_s;	/* when the first signature of the loader's runs out, since 1970; 0: it made none */
	__u64 renew_s;		/* when they should be made anew */
	struct gx_digest digests[GX_DIGESTS_MAX];
	char config[256];	/* path of the configuration, NUL-terminated */
};

#define GX_ASSERT_SIZE(type, octets) _Static_assert(sizeof(struct type) == (octets), #type)
/* Values of arrays lie side by side in memory, without room between them: the kernel rounds up to eight octets. */
#define GX_ASSERT_VALUE(type, octets)                                                              \
	GX_ASSERT_SIZE(type, octets);                                                              \
	_Static_assert((octets) % 8 == 0, #type)
GX_ASSERT_SIZE(gx_lpm4_key, 8);
GX_ASSERT_SIZE(gx_lpm6_key, 20);
GX_ASSERT_VALUE(gx_leaf, 8);
GX_ASSERT_VALUE(gx_index_root, 16);
GX_ASSERT_VALUE(gx_service, 16);
GX_ASSERT_VALUE(gx_name, 64);
GX_ASSERT_VALUE(gx_name_rest, 216);
GX_ASSERT_VALUE(gx_type, 16);
GX_ASSERT_VALUE(gx_gap_list, 16);
GX_ASSERT_VALUE(gx_gap, 24);
GX_ASSERT_VALUE(gx_choice, 16);
GX_ASSERT_VALUE(gx_answer, 64);
GX_ASSERT_SIZE(gx_shift, GX_SHIFT_CELLS * GX_CELL_OCTETS);
GX_ASSERT_VALUE(gx_option, 24);
GX_ASSERT_VALUE(gx_unit, 136);
GX_ASSERT_VALUE(gx_unit_ref, 8);
GX_ASSERT_VALUE(gx_check, 928);
GX_ASSERT_VALUE(gx_location_name, 64);
GX_ASSERT_SIZE(gx_digest, 32);
GX_ASSERT_VALUE(gx_cookie_secrets, 40 + GX_COOKIE_FILE_OCTETS);
GX_ASSERT_VALUE(gx_bypass, 24);
GX_ASSERT_VALUE(gx_meta, 80 + 32 * GX_DIGESTS_MAX + 256);
_Static_assert(offsetof(struct gx_choice, address) == 4, "answer and address are one word");
_Static_assert(offsetof(struct gx_name, octets) == 24, "octets are read in aligned words");
_Static_assert(offsetof(struct gx_answer, octets) == 16, "cells are copied in words");

#endif
