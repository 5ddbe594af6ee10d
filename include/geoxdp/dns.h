/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* DNS protocol numbers and octet masks, each with its source. */
#ifndef GEOXDP_DNS_H
#define GEOXDP_DNS_H

#include <linux/types.h>

/*
 * RFC 1035 4.1.1, RFC 4035 3.1.6 (AD, CD):
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-+-------+-+-+-+-+-+-+-+-------+
 *  |              ID               |Q|Opcode |A|T|R|R|Z|A|C| RCODE |
 *  |                               |R|       |A|C|D|A| |D|D|       |
 *  +-------------------------------+-+-------+-+-+-+-+-+-+-+-------+
 *  |            QDCOUNT            |            ANCOUNT            |
 *  +-------------------------------+-------------------------------+
 *  |            NSCOUNT            |            ARCOUNT            |
 *  +-------------------------------+-------------------------------+
 */
struct gx_dns_header {
	__be16	id;
	__u8	flags1;
	__u8	flags2;
	__be16	qdcount;
	__be16	ancount;
	__be16	nscount;
	__be16	arcount;
};

#define GX_DNS_HEADER_OCTETS	12

#define GX_DNS1_QR		0x80
#define GX_DNS1_OPCODE		0x78
#define GX_DNS1_AA		0x04
#define GX_DNS1_TC		0x02
#define GX_DNS1_RD		0x01
#define GX_DNS2_RA		0x80
#define GX_DNS2_Z		0x40
#define GX_DNS2_AD		0x20
#define GX_DNS2_CD		0x10
#define GX_DNS2_RCODE		0x0f

#define GX_PORT_DNS		53

#define GX_CLASS_IN		1

/* RR types (IANA registry "DNS Parameters"). */
#define GX_TYPE_A		1	/* RFC 1035 */
#define GX_TYPE_NS		2	/* RFC 1035 */
#define GX_TYPE_CNAME		5	/* RFC 1035 */
#define GX_TYPE_SOA		6	/* RFC 1035 */
#define GX_TYPE_SIG		24	/* RFC 2931 */
#define GX_TYPE_KEY		25	/* RFC 2535 */
#define GX_TYPE_AAAA		28	/* RFC 3596 */
#define GX_TYPE_NXT		30	/* RFC 2535 */
#define GX_TYPE_DNAME		39	/* RFC 6672 */
#define GX_TYPE_OPT		41	/* RFC 6891 */
#define GX_TYPE_DS		43	/* RFC 4034 */
#define GX_TYPE_RRSIG		46	/* RFC 4034 */
#define GX_TYPE_NSEC		47	/* RFC 4034 */
#define GX_TYPE_DNSKEY		48	/* RFC 4034 */
#define GX_TYPE_META_MIN	128	/* RFC 6895 3.1: 128 to 255 are QTYPEs and meta-TYPEs */
#define GX_TYPE_META_MAX	255
#define GX_TYPE_TSIG		250	/* RFC 8945 */
#define GX_TYPE_ANY		255	/* RFC 8482 */

#define GX_RCODE_NOERROR	0
#define GX_RCODE_FORMERR	1
#define GX_RCODE_NXDOMAIN	3
#define GX_RCODE_BADVERS	16	/* RFC 6891 9 */

/*
 * OPT pseudo-RR, owner root (RFC 6891 6.1.2):
 *
 *  +----+---------+---------+---------+---------+---------+---------+--------
 *  | 00 | TYPE 41 | UDP size|  ext. RCODE, VERSION | DO, Z   | RDLEN   | options
 *  +----+---------+---------+---------+---------+---------+---------+--------
 */
#define GX_OPT_OCTETS		11
#define GX_OPT_VERSION		0
#define GX_OPT1_DO		0x80	/* first octet of the flags (RFC 3225) */

/*
 * EDNS Client Subnet (RFC 7871 6):
 *
 *  +---------+---------+---------+----+----+-------------------
 *  | CODE 8  | LENGTH  | FAMILY  | SRC| SCO| ADDRESS, ceil(SRC / 8)
 *  +---------+---------+---------+----+----+-------------------
 */
#define GX_OPTION_ECS		8
#define GX_OPTION_HEADER_OCTETS	4
#define GX_ECS_FIXED_OCTETS	4	/* FAMILY, SOURCE, SCOPE */
#define GX_ECS_FAMILY_IPV4	1	/* IANA "Address Family Numbers" */
#define GX_ECS_FAMILY_IPV6	2

/* Name server identifier (RFC 5001): empty in queries. */
#define GX_OPTION_NSID		3

/*
 * Cookie (RFC 7873 4, RFC 9018 4):
 *
 *  +---------+---------+---------------+----+----------+-----------+---------------+
 *  | CODE 10 | LENGTH  | CLIENT, 8     | V 1| RESERVED | TIMESTAMP | HASH, 8       |
 *  +---------+---------+---------------+----+----------+-----------+---------------+
 *
 * The server's part, from V on, may have 8 to 32 octets; ours has 16.
 */
#define GX_OPTION_COOKIE	10
#define GX_COOKIE_CLIENT_OCTETS	8
#define GX_COOKIE_OCTETS	24
#define GX_COOKIE_MIN_OCTETS	16	/* with a server's part */
#define GX_COOKIE_MAX_OCTETS	40
#define GX_COOKIE_VERSION	1
#define GX_COOKIE_FRESH_S	1800	/* RFC 9018 4.3: older ones are made anew */
#define GX_COOKIE_OLD_S		3600	/* and no longer valid beyond this */
#define GX_COOKIE_FUTURE_S	300

#endif
