/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses and prefixes as numbers, so that one piece of code serves both families. */
#include "user/core/addr.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const unsigned int family_bits[GX_FAMILIES] = { [GX_IPV4] = 32, [GX_IPV6] = 128 };

unsigned int gx_family_bits(enum gx_family family)
{
	return family_bits[family];
}

gx_u128 gx_family_last(enum gx_family family)
{
	return family == GX_IPV4 ? (gx_u128)UINT32_MAX : ~(gx_u128)0;
}

/* The host part of a prefix, all ones. A shift by 128 is undefined in C, hence /0 apart. */
static gx_u128 host_mask(enum gx_family family, unsigned int bits)
{
	return bits == 0 ? gx_family_last(family) :
			   ((gx_u128)1 << (family_bits[family] - bits)) - 1;
}

struct gx_prefix gx_prefix_around(enum gx_family family, gx_u128 address, unsigned int bits)
{
	return (struct gx_prefix){
		.addr = { .family = family, .value = address & ~host_mask(family, bits) },
		.bits = bits,
	};
}

int gx_parse_addr(const char *text, struct gx_addr *out)
{
	uint8_t octets[16];
	enum gx_family family = strchr(text, ':') ? GX_IPV6 : GX_IPV4;

	if (inet_pton(family == GX_IPV4 ? AF_INET : AF_INET6, text, octets) != 1)
		return -EINVAL;
	*out = gx_addr_from_octets(family, octets);
	return 0;
}

/* Decimal digits only. More digits than any length has are out of range, not a wrap-around. */
static int parse_bits(const char *text, enum gx_family family, unsigned int *out)
{
	unsigned int bits = 0;

	if (!*text)
		return -EINVAL;
	for (const char *c = text; *c; c++) {
		if (*c < '0' || *c > '9')
			return -EINVAL;
		if (bits <= family_bits[family])
			bits = bits * 10 + (unsigned int)(*c - '0');
	}
	if (bits > family_bits[family])
		return -ERANGE;
	*out = bits;
	return 0;
}

int gx_parse_prefix(const char *text, struct gx_prefix *out)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char addr_text[INET6_ADDRSTRLEN];
	struct gx_addr addr;
	unsigned int bits;
	int err;

	if (len >= sizeof(addr_text))
		return -EINVAL;
	memcpy(addr_text, text, len);
	addr_text[len] = '\0';
	err = gx_parse_addr(addr_text, &addr);
	if (err)
		return err;
	bits = family_bits[addr.family];
	if (slash) {
		err = parse_bits(slash + 1, addr.family, &bits);
		if (err)
			return err;
	}
	*out = gx_prefix_around(addr.family, addr.value, bits);
	return 0;
}

char *gx_show_addr(const struct gx_addr *addr, char *buffer)
{
	uint8_t octets[16];

	gx_addr_to_octets(addr, octets);
	inet_ntop(addr->family == GX_IPV4 ? AF_INET : AF_INET6, octets, buffer, GX_ADDR_TEXT_OCTETS);
	return buffer;
}

char *gx_show_prefix(const struct gx_prefix *prefix, char *buffer)
{
	size_t len;

	gx_show_addr(&prefix->addr, buffer);
	len = strlen(buffer);
	snprintf(buffer + len, GX_ADDR_TEXT_OCTETS - len, "/%u", prefix->bits);
	return buffer;
}

void gx_addr_to_octets(const struct gx_addr *addr, uint8_t *octets)
{
	uint64_t high = htobe64((uint64_t)(addr->value >> 64)), low = htobe64((uint64_t)addr->value);
	uint32_t ipv4 = htobe32((uint32_t)addr->value);

	if (addr->family == GX_IPV4) {
		memcpy(octets, &ipv4, sizeof(ipv4));
		return;
	}
	memcpy(octets, &high, sizeof(high));
	memcpy(octets + sizeof(high), &low, sizeof(low));
}

struct gx_addr gx_addr_from_octets(enum gx_family family, const uint8_t *octets)
{
	struct gx_addr addr = { .family = family };

	for (unsigned int i = 0; i < family_bits[family] / 8; i++)
		addr.value = addr.value << 8 | octets[i];
	return addr;
}

gx_u128 gx_prefix_last(const struct gx_prefix *prefix)
{
	return prefix->addr.value | host_mask(prefix->addr.family, prefix->bits);
}

/* 128 for 0. */
static unsigned int leading_zeros(gx_u128 value)
{
	uint64_t high = (uint64_t)(value >> 64);
	uint64_t low = (uint64_t)value;

	if (high)
		return (unsigned int)__builtin_clzll(high);
	return low ? 64 + (unsigned int)__builtin_clzll(low) : 128;
}

static unsigned int trailing_zeros(gx_u128 value)
{
	uint64_t high = (uint64_t)(value >> 64);
	uint64_t low = (uint64_t)value;

	if (low)
		return (unsigned int)__builtin_ctzll(low);
	return high ? 64 + (unsigned int)__builtin_ctzll(high) : 128;
}

unsigned int gx_common_bits(enum gx_family family, gx_u128 a, gx_u128 b)
{
	return leading_zeros(a ^ b) - (128 - family_bits[family]);
}

static unsigned int count_ones(gx_u128 value)
{
	return (unsigned int)(__builtin_popcountll((uint64_t)(value >> 64)) + __builtin_popcountll((uint64_t)value));
}

unsigned int gx_fit_bits(enum gx_family family, gx_u128 first, gx_u128 last)
{
	gx_u128 count = last - first + 1;	/* 0: all of IPv6 */
	unsigned int room = count ? 127 - leading_zeros(count) : 128;
	unsigned int aligned = trailing_zeros(first);

	return family_bits[family] - (room < aligned ? room : aligned);
}

/*
 * From the middle, the number with the most trailing zeros in the range, they become smaller to both sides: one for
 * each bit that is set in the distance. Two as large as the middle allows are one.
 */
unsigned int gx_count_prefixes(gx_u128 first, gx_u128 last)
{
	unsigned int bits = first == last ? 0 : 128 - leading_zeros(first ^ last);
	gx_u128 middle, before, behind;

	if (!bits)
		return 1;
	middle = last >> (bits - 1) << (bits - 1);
	before = middle - first;
	behind = last - middle + 1;
	if (before == behind && before == (gx_u128)1 << (bits - 1))
		return 1;
	return count_ones(before) + count_ones(behind);
}

#define GX_MAPPED_HIGH96	((gx_u128)0xffff)			/* ::ffff:0:0 */
#define GX_NAT64_HIGH96		((gx_u128)0x0064ff9b << 64)		/* 64:ff9b:: */
#define GX_6TO4_HIGH16		0x2002u
#define GX_TEREDO_HIGH32	0x20010000u

bool gx_embedded_ipv4(const struct gx_addr *addr, struct gx_addr *out, unsigned int *offset_bits)
{
	gx_u128 value = addr->value;
	uint32_t carried;
	unsigned int offset;

	if (addr->family != GX_IPV6)
		return false;
	if (value >> 32 == GX_MAPPED_HIGH96 || value >> 32 == GX_NAT64_HIGH96) {
		carried = (uint32_t)value;
		offset = 96;
	} else if (value >> 112 == GX_6TO4_HIGH16) {
		carried = (uint32_t)(value >> 80);
		offset = 16;
	} else if (value >> 96 == GX_TEREDO_HIGH32) {
		carried = ~(uint32_t)value;
		offset = 96;
	} else {
		return false;
	}
	*out = (struct gx_addr){ .family = GX_IPV4, .value = carried };
	*offset_bits = offset;
	return true;
}
