/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every bound that both the XDP program and the loader must agree on, with its derivation. */
#ifndef GEOXDP_LIMITS_H
#define GEOXDP_LIMITS_H

/* The geo index: borders of a fragment, one of its places is padding. */
#define GX_INDEX_GROUPS_MAX	4
#define GX_INDEX_BORDERS_MAX	(4 * GX_INDEX_GROUPS_MAX - 1)
/*
 * Words that the larger form of a fragment may take: nothing begins closer to the end, so one check is for all of
 * them.
 */
#define GX_INDEX_END_WORDS	(5 * GX_INDEX_GROUPS_MAX)
/* Bits that a table takes; tables on the way to any address, and bits that each takes should the worst come. */
#define GX_INDEX_STRIDE_MAX	16
#define GX_INDEX_LEVELS		12
#define GX_INDEX_LEVEL_BITS	6
/* Words that the entry of a table can point to: 256 MiB. */
#define GX_INDEX_WORDS_MAX	(1u << 25)
/* Steps of a search in the list of deep blocks: 2^24 of them fill all words. */
#define GX_INDEX_DEEP_STEPS	25

/* A name in wire form, the root label included (RFC 1035 2.3.4). */
#define GX_NAME_MAX_OCTETS	255
/* Labels of one octet each, and the root: (255 - 1) / 2 + 1. */
#define GX_NAME_MAX_LABELS	128
/* A folded name in 8-octet words: ceil(255 / 8). */
#define GX_NAME_MAX_WORDS	32

/* DNS flag day 2020: no UDP answer is larger, whatever the client offers. */
#define GX_REPLY_MAX_OCTETS	1232
/* Without EDNS, and the least that an OPT can offer (RFC 1035 2.3.4, RFC 6891 6.2.3). */
#define GX_REPLY_MIN_OCTETS	512

/* Over TCP: what a frame for BPF_PROG_RUN, one page less its headroom and tailroom, has room for beside its headers. */
#define GX_TCP_MAX_OCTETS	3072

/* Octets of a name that fit into its slot, a cache line; the rest goes to `names_long`. */
#define GX_NAME_INLINE_OCTETS	40
#define GX_NAME_REST_OCTETS	216	/* 255 - 40, up to a multiple of 8 */
/* Words of the filter of names' ends, see gx_hash_end_of_name(). */
#define GX_END_FILTER_WORDS	8
/* Values of a pilot, see gx_hash_slot(). */
#define GX_PILOTS		256

/*
 * An answer is stored in cells, a cache line each with their header: that of a geo name with one address is one
 * line.
 */
#define GX_CELL_OCTETS		48
/* A stored answer leaves room for header (12) and shortest question (5); over TCP there may be no OPT. */
#define GX_ANSWER_MAX_OCTETS	(GX_TCP_MAX_OCTETS - 12 - 5)
#define GX_ANSWER_MAX_CELLS	((GX_ANSWER_MAX_OCTETS + GX_CELL_OCTETS - 1) / GX_CELL_OCTETS)

/* Compression pointers of an answer for more than one length of name: what fits into so many cells. 13 servers with
 * glue of both families have 52. */
#define GX_SHIFT_CELLS		3
#define GX_SHIFT_POINTERS	((GX_SHIFT_CELLS * GX_CELL_OCTETS - 4) / 2)
/*
 * NSEC and NSEC3 RRsets of what a wildcard synthesises, beside what covers the name: more, and it is passed; and
 * what they leave.
 */
#define GX_SHIFT_TAILS		4
#define GX_SHIFT_FEW_POINTERS	(GX_SHIFT_POINTERS - 2 * GX_SHIFT_TAILS)

/* A NSEC or NSEC3 RRset with its RRSIGs, one of RSA with 4096 bits and a full type bitmap: more is passed. */
#define GX_TAIL_MAX_CELLS	24
#define GX_TAIL_MAX_OCTETS	(GX_TAIL_MAX_CELLS * GX_CELL_OCTETS)
/* Halvings that find one of 2^26 gaps: there are no more names than that. */
#define GX_GAP_STEPS		26
/* A NSEC3 salt; RFC 9276 3.1 wants none. Iterations of more than the one hash are passed as well. */
#define GX_SALT_MAX_OCTETS	16

/* Orders in which an answer's addresses are stored: few have more addresses that fit into 512 octets. */
#define GX_ANSWER_VARIANTS_MAX	32

/* Choices of a spread, so that weights are met to 1 / 256; a power of two. */
#define GX_SPREAD_SLOTS		256
/* Prefixes whose clients a spread keeps together: what routing and ECS tell apart. */
#define GX_SPREAD_BITS4		24
#define GX_SPREAD_BITS6		56

/* Answers that one choice can have: what comes after is left away, with a warning. */
#define GX_OPTIONS_MAX		64
/*
 * "web 2001:db8:...", a site's name, or a check's name and a domain name; what is longer ends in a digest of the
 * whole.
 */
#define GX_UNIT_NAME_OCTETS	112

/* Generations that stay pinned: the one that serves, and those that `geoxdp rollback` can go to. */
#define GX_GENERATIONS_KEPT	3

/* Tables of a generation whose content is summed. */
#define GX_DIGESTS_MAX		16

/* Halvings that find the closest encloser among the 127 names above the longest one, or that there is none. */
#define GX_ENCLOSER_STEPS	7

/* Types that one name can have beside A and AAAA before its other queries are passed. */
#define GX_TYPES_PER_NAME	32

/* Additional records of a query that are looked at: OPT, TSIG and SIG(0) come alone or in pairs. */
#define GX_QUERY_MAX_RRS	4
/* EDNS options of a query that are looked at; resolvers send up to five. */
#define GX_QUERY_MAX_OPTIONS	16

/* Cookie secrets: the one that is signed with, and the next or the one before it. */
#define GX_COOKIE_SECRETS	2
#define GX_COOKIE_SECRET_OCTETS	16	/* RFC 9018 4.4: a key of SipHash */
/* Path of the file that they are from, with its end. */
#define GX_COOKIE_FILE_OCTETS	256

/* A name server identifier: of any length in RFC 5001, here of a host name's first label. */
#define GX_NSID_MAX_OCTETS	64

/*
 * Service addresses, and bits of the number of slots in which the most of them find one each: of 2^14, one hash in
 * seven does (e^(-256^2 / 2^15)).
 */
#define GX_SERVICE_MAX		256
#define GX_SERVICE_BITS_MAX	14

/* Prefixes of clients whose TCP connections go to the backend. */
#define GX_BYPASS_MAX		256

/* Prefixes in each of nets4 and nets6; memory is taken as they come. */
#define GX_NETS_MAX		(1 << 20)

/* Ethernet addresses of the interfaces that one program is attached to. */
#define GX_MACS_MAX		16

/* VLAN tags: one 802.1ad around one 802.1Q. */
#define GX_VLAN_MAX		2

/* Location numbers: 1 to 999 are ISO 3166-1 numeric codes, larger ones come from the generation's own
 * list. FORMATS: a rbldnsd value carries 15 bits. */
#define GX_LOCATION_UNKNOWN	0
#define GX_LOCATION_ISO_MAX	999
#define GX_USER_ASSIGNED_MIN	900	/* ISO 3166-1: 900 to 999 are the user's own */

/* Classes of location that the maps tell apart; class 0 is the unknown location's. */
#define GX_CLASSES_MAX		65535

#endif
