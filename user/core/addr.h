/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses and prefixes as numbers, so that one piece of code serves both families. */
#ifndef GEOXDP_CORE_ADDR_H
#define GEOXDP_CORE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 gx_u128;

enum gx_family {
	GX_IPV4,
	GX_IPV6,
	GX_FAMILIES,
};

/* 32 or 128. */
unsigned int gx_family_bits(enum gx_family family);
/* The last address of the family's space, as a number. */
gx_u128 gx_family_last(enum gx_family family);

/* value: the address as a number; an IPv4 address is below 2^32. */
struct gx_addr {
	enum gx_family family;
	gx_u128 value;
};

/* Host bits of addr are zero. */
struct gx_prefix {
	struct gx_addr addr;
	unsigned int bits;
};

#define GX_ADDR_TEXT_OCTETS 64	/* longest prefix text with its NUL */

/**
 * gx_parse_addr - an address in the usual text form (RFC 4291 2.2; dotted quad with four decimal octets)
 * @text: NUL-terminated
 * @out: written on success
 *
 * Returns 0 or -EINVAL.
 */
int gx_parse_addr(const char *text, struct gx_addr *out);

/**
 * gx_parse_prefix - "ADDR/BITS", or "ADDR" for a prefix of full length; host bits are cleared
 *
 * Returns 0, -EINVAL (no address), -ERANGE (length above the family's bits).
 */
int gx_parse_prefix(const char *text, struct gx_prefix *out);

/* The prefix of this length around an address: host bits are cleared. */
struct gx_prefix gx_prefix_around(enum gx_family family, gx_u128 address, unsigned int bits);

/* Text forms; buffer of GX_ADDR_TEXT_OCTETS. Return the buffer. */
char *gx_show_addr(const struct gx_addr *addr, char *buffer);
char *gx_show_prefix(const struct gx_prefix *prefix, char *buffer);

/* Network-order octets: 4 or 16. */
void gx_addr_to_octets(const struct gx_addr *addr, uint8_t *octets);
struct gx_addr gx_addr_from_octets(enum gx_family family, const uint8_t *octets);

/* Last address of a prefix as a number; the first is its addr. */
gx_u128 gx_prefix_last(const struct gx_prefix *prefix);

/* Leading bits that a and b have in common, counted in the family's width: 0 to 32 or 128. */
unsigned int gx_common_bits(enum gx_family family, gx_u128 a, gx_u128 b);

/**
 * gx_fit_bits - the largest block that begins at an address and does not reach beyond another
 * @first: where the block begins
 * @last: last address that it may hold, not below first
 *
 * Returns its prefix length. Blocks taken so, one behind the other, are the fewest that make up a range.
 */
unsigned int gx_fit_bits(enum gx_family family, gx_u128 first, gx_u128 last);
/* How many these are, for first..last: 1 to 254. */
unsigned int gx_count_prefixes(gx_u128 first, gx_u128 last);

/**
 * gx_embedded_ipv4 - the IPv4 address that an IPv6 address carries
 * @addr: IPv6 address
 * @out: written if it carries one
 * @offset_bits: scope of the IPv6 form minus scope of the IPv4 address: 96, or 16 for 6to4
 *
 * v4-mapped ::ffff:0:0/96 (RFC 4291 2.5.5.2), 64:ff9b::/96 (RFC 6052), 6to4 2002::/16 (RFC 3056),
 * Teredo 2001::/32 (RFC 4380: the client's address inverted in the last 32 bits).
 */
bool gx_embedded_ipv4(const struct gx_addr *addr, struct gx_addr *out, unsigned int *offset_bits);

#endif
