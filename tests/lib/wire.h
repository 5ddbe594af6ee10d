/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Octets on the wire, one at a time: plain on purpose, and shared with nothing that is under test. */
#ifndef GEOXDP_TESTS_LIB_WIRE_H
#define GEOXDP_TESTS_LIB_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_MAC_OCTETS		6
#define WIRE_ETHERNET_OCTETS	14
#define WIRE_ETHERNET_MIN	60	/* what a network card pads to, without the FCS */
#define WIRE_VLAN_OCTETS	4
#define WIRE_IPV4_OCTETS	20
#define WIRE_IPV6_OCTETS	40
#define WIRE_UDP_OCTETS		8
#define WIRE_DNS_OCTETS		12
#define WIRE_OPT_OCTETS		11	/* an OPT without options, its owner included */

static inline uint16_t wire_get16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static inline void wire_put16(uint8_t *to, unsigned int value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static inline void wire_put32(uint8_t *to, uint32_t value)
{
	wire_put16(to, value >> 16);
	wire_put16(to + 2, value & 0xffff);
}

/* Add octets to a one's complement sum (RFC 1071), an odd last one padded with zero. */
static inline uint32_t wire_sum(uint32_t sum, const uint8_t *octets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sum += i & 1 ? octets[i] : (uint32_t)octets[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static inline uint16_t wire_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

#endif
