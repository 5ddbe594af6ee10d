/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bpf/pure/frame.h: from the frame to the message, for frames of every length and with any octet changed. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpf/pure/frame.h"

#define ROUNDS		100000
#define FRAME_MAX	256
#define MESSAGE_OCTETS	33	/* of the valid frames; what is in it does not matter here */
#define MAC_OCTETS	12

/* A frame, built octet by octet. */
struct frame {
	uint8_t octets[FRAME_MAX];
	size_t ip;	/* offsets */
	size_t udp;
	size_t count;
};

static void put16(uint8_t *to, size_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static unsigned int get16(const uint8_t *from)
{
	return (unsigned int)from[0] << 8 | from[1];
}

static struct frame new_frame(bool ipv6, int vlans)
{
	static const uint8_t macs[MAC_OCTETS] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	struct frame frame = { .ip = (size_t)(14 + 4 * vlans) };
	uint8_t *ip = frame.octets + frame.ip, *udp;

	memcpy(frame.octets, macs, sizeof(macs));
	for (int i = 0; i < vlans; i++)
		put16(frame.octets + MAC_OCTETS + 4 * i, i ? ETH_P_8021Q : ETH_P_8021AD);
	put16(ip - 2, ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	frame.udp = frame.ip + (ipv6 ? 40 : 20);
	udp = frame.octets + frame.udp;
	put16(udp, 53053);
	put16(udp + 2, 53);
	put16(udp + 4, 8 + MESSAGE_OCTETS);
	put16(udp + 6, 1);
	frame.count = frame.udp + 8 + MESSAGE_OCTETS;
	if (ipv6) {
		ip[0] = 0x60;
		put16(ip + 4, 8 + MESSAGE_OCTETS);
		ip[6] = IPPROTO_UDP;
		inet_pton(AF_INET6, "2001:db8:5::7", ip + 8);
		inet_pton(AF_INET6, "2001:db8::53", ip + 24);
	} else {
		ip[0] = 0x45;
		put16(ip + 2, 20 + 8 + MESSAGE_OCTETS);
		ip[9] = IPPROTO_UDP;
		inet_pton(AF_INET, "10.5.0.7", ip + 12);
		inet_pton(AF_INET, "192.0.2.53", ip + 16);
	}
	return frame;
}

/* Parse a copy of this very size, so that reading beyond it is seen. */
static int parse(const uint8_t *octets, size_t count, struct gx_packet *packet)
{
	uint8_t *copy = malloc(count ? count : 1);
	int reason;

	assert_non_null(copy);
	if (count)
		memcpy(copy, octets, count);
	memset(packet, 0, sizeof(*packet));
	reason = gx_parse_frame(copy, copy + count, packet);
	free(copy);
	return reason;
}

static void valid_frames_are_taken_apart(void **state)
{
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		for (int vlans = 0; vlans <= GX_VLAN_MAX; vlans++) {
			struct frame frame = new_frame(ipv6, vlans);
			const uint8_t *ip = frame.octets + frame.ip;
			uint8_t source[16] = { [10] = 0xff, [11] = 0xff };
			uint8_t destination[16] = { [10] = 0xff, [11] = 0xff };
			struct gx_packet packet;

			memcpy(source + (ipv6 ? 0 : 12), ip + (ipv6 ? 8 : 12), ipv6 ? 16 : 4);
			memcpy(destination + (ipv6 ? 0 : 12), ip + (ipv6 ? 24 : 16), ipv6 ? 16 : 4);
			assert_int_equal(parse(frame.octets, frame.count, &packet), GX_GO_ON);
			assert_int_equal(packet.ip_offset, frame.ip);
			assert_int_equal(packet.dns_offset, frame.udp + 8);
			assert_int_equal(packet.dns_octets, MESSAGE_OCTETS);
			assert_int_equal(packet.is_ipv6, ipv6);
			assert_memory_equal(packet.source, source, 16);
			assert_memory_equal(packet.destination, destination, 16);
			/* Padding is not of the message. */
			assert_int_equal(parse(frame.octets, FRAME_MAX, &packet), GX_GO_ON);
			assert_int_equal(packet.dns_octets, MESSAGE_OCTETS);
		}
	}
}

static int reason_of_cut(const struct frame *frame, bool ipv6, size_t count)
{
	if (count < 14 || (frame->ip > 14 && count < frame->ip))
		return GX_PASSED_FRAME;
	if (count < frame->ip + (ipv6 ? 40u : 20u))
		return GX_PASSED_IP_HEADER;
	return count < frame->count ? GX_PASSED_UDP_LENGTH : GX_GO_ON;
}

static void frame_cut_at_every_length_has_its_reason(void **state)
{
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		for (int vlans = 0; vlans <= GX_VLAN_MAX; vlans++) {
			struct frame frame = new_frame(ipv6, vlans);
			struct gx_packet packet;

			for (size_t count = 0; count <= frame.count; count++)
				assert_int_equal(parse(frame.octets, count, &packet),
						 reason_of_cut(&frame, ipv6, count));
		}
	}
}

/* --- judged as by hand ------------------------------------------------------------------------- */

static bool is_unfit(bool ipv6, const uint8_t *source, const uint8_t *destination)
{
	static const uint8_t zero[16], one[16] = { [15] = 1 }, mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!memcmp(source, destination, ipv6 ? 16 : 4))
		return true;
	if (!ipv6)
		return source[0] == 0 || source[0] == 127 || source[0] >= 224;
	return source[0] == 0xff || !memcmp(source, zero, 16) || !memcmp(source, one, 16) ||
	       !memcmp(source, mapped, 12);
}

static int naive_udp(const uint8_t *ip, size_t left, bool ipv6, size_t header)
{
	const uint8_t *udp = ip + header;
	size_t ip_octets = ipv6 ? 40 + get16(ip + 4) : get16(ip + 2), octets;

	if (left < header + 8)
		return GX_PASSED_UDP_LENGTH;
	if (get16(udp + 2) != 53)
		return GX_PASSED_PORT;
	octets = get16(udp + 4);
	if (octets < 8 || ip_octets != header + octets || left < ip_octets)
		return GX_PASSED_UDP_LENGTH;
	if (ipv6 && get16(udp + 6) == 0)
		return GX_PASSED_CHECKSUM;
	if (get16(udp) == 0 || get16(udp) == 53 || is_unfit(ipv6, ip + (ipv6 ? 8 : 12), ip + (ipv6 ? 24 : 16)))
		return GX_PASSED_SOURCE;
	return GX_GO_ON;
}

static int naive_ip(const uint8_t *ip, size_t left, bool ipv6)
{
	static const uint8_t extensions[] = { IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_DSTOPTS };

	if (left < (ipv6 ? 40u : 20u))
		return GX_PASSED_IP_HEADER;
	if (ipv6 ? ip[0] >> 4 != 6 : ip[0] != 0x45)
		return GX_PASSED_IP_HEADER;
	if (ipv6 && memchr(extensions, ip[6], sizeof(extensions)))
		return GX_PASSED_IP_HEADER;
	if (!ipv6 && (ip[6] & 0x3f || ip[7]))
		return GX_PASSED_FRAGMENT;
	if (ip[ipv6 ? 6 : 9] != IPPROTO_UDP)
		return GX_PASSED_PROTOCOL;
	return naive_udp(ip, left, ipv6, ipv6 ? 40 : 20);
}

static int naive_frame(const uint8_t *octets, size_t count)
{
	size_t type = MAC_OCTETS;

	if (count < 14 || octets[0] & 1 || octets[6] & 1)
		return GX_PASSED_FRAME;
	while (get16(octets + type) == ETH_P_8021Q || get16(octets + type) == ETH_P_8021AD) {
		if (type == MAC_OCTETS + 4 * GX_VLAN_MAX)
			return GX_PASSED_ETHERTYPE;
		type += 4;
		if (count < type + 2)
			return GX_PASSED_FRAME;
	}
	if (get16(octets + type) != ETH_P_IP && get16(octets + type) != ETH_P_IPV6)
		return GX_PASSED_ETHERTYPE;
	return naive_ip(octets + type + 2, count - type - 2, get16(octets + type) == ETH_P_IPV6);
}

static void every_value_of_every_octet_of_the_headers_is_judged_as_by_hand(void **state)
{
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		for (int vlans = 0; vlans <= GX_VLAN_MAX; vlans++) {
			struct frame frame = new_frame(ipv6, vlans);

			for (size_t at = 0; at < frame.udp + 8; at++) {
				uint8_t kept = frame.octets[at];

				for (int octet = 0; octet < 256; octet++) {
					struct gx_packet packet;

					frame.octets[at] = (uint8_t)octet;
					assert_int_equal(parse(frame.octets, frame.count, &packet),
							 naive_frame(frame.octets, frame.count));
				}
				frame.octets[at] = kept;
			}
		}
	}
}

static void random_frames_are_judged_as_by_hand(void **state)
{
	unsigned int seed = 1, answered = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct frame frame = new_frame(rand_r(&seed) & 1, rand_r(&seed) % (GX_VLAN_MAX + 2));
		size_t count = rand_r(&seed) % 4 ? frame.count : (size_t)rand_r(&seed) % FRAME_MAX;
		struct gx_packet packet;
		int reason;

		for (int changes = rand_r(&seed) % 4; changes; changes--)
			frame.octets[(size_t)rand_r(&seed) % (frame.udp + 8)] = (uint8_t)rand_r(&seed);
		reason = parse(frame.octets, count, &packet);
		assert_int_equal(reason, naive_frame(frame.octets, count));
		if (reason == GX_GO_ON) {
			assert_in_range(packet.dns_offset + packet.dns_octets, 1, count);
			answered++;
		}
	}
	assert_in_range(answered, ROUNDS / 8, ROUNDS / 2);
}

/* Source addresses at the borders of what must not be answered. */
static void sources_that_must_not_be_answered(void **state)
{
	static const struct {
		const char *text;
		int reason;
	} sources[] = {
		{ "0.0.0.0", GX_PASSED_SOURCE },	{ "0.255.255.255", GX_PASSED_SOURCE },
		{ "1.0.0.0", GX_GO_ON },		{ "126.255.255.255", GX_GO_ON },
		{ "127.0.0.1", GX_PASSED_SOURCE },	{ "127.255.255.255", GX_PASSED_SOURCE },
		{ "128.0.0.0", GX_GO_ON },		{ "223.255.255.255", GX_GO_ON },
		{ "224.0.0.0", GX_PASSED_SOURCE },	{ "255.255.255.255", GX_PASSED_SOURCE },
		{ "192.0.2.53", GX_PASSED_SOURCE },	{ "192.0.2.52", GX_GO_ON },
		{ "::", GX_PASSED_SOURCE },		{ "::1", GX_PASSED_SOURCE },
		{ "::2", GX_GO_ON },			{ "::fffe:ffff:ffff", GX_GO_ON },
		{ "::ffff:0.0.0.0", GX_PASSED_SOURCE },	{ "::ffff:10.5.0.7", GX_PASSED_SOURCE },
		{ "::1:0:0:0", GX_GO_ON },		{ "0:0:0:1::1", GX_GO_ON },
		{ "ff02::1", GX_PASSED_SOURCE },	{ "ff00::", GX_PASSED_SOURCE },
		{ "feff:ffff::", GX_GO_ON },		{ "2001:db8::53", GX_PASSED_SOURCE },
		{ "2001:db8::52", GX_GO_ON },
	};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		bool ipv6 = strchr(sources[i].text, ':');
		struct frame frame = new_frame(ipv6, 0);
		struct gx_packet packet;

		inet_pton(ipv6 ? AF_INET6 : AF_INET, sources[i].text, frame.octets + frame.ip + (ipv6 ? 8 : 12));
		assert_int_equal(parse(frame.octets, frame.count, &packet), sources[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_frames_are_taken_apart),
		cmocka_unit_test(frame_cut_at_every_length_has_its_reason),
		cmocka_unit_test(every_value_of_every_octet_of_the_headers_is_judged_as_by_hand),
		cmocka_unit_test(random_frames_are_judged_as_by_hand),
		cmocka_unit_test(sources_that_must_not_be_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
