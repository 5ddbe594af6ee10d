// SPDX-License-Identifier: GPL-3.0-or-later
/* Headers around a DNS message, as the program wants to see them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "user/core/frame.h"

static const uint8_t mac[6] = { 2, 3, 5, 7, 11, 13 };
static uint8_t frame[GX_FRAME_OCTETS];

static unsigned int get16(size_t at)
{
	return frame[at] << 8 | frame[at + 1];
}

/* One's complement sum (RFC 1071) of a part of the frame, not folded. */
static uint32_t sum(size_t at, size_t octets)
{
	uint32_t total = 0;

	for (size_t i = 0; i < octets; i++)
		total += (uint32_t)frame[at + i] << (i & 1 ? 0 : 8);
	return total;
}

static unsigned int fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total;
}

static struct gx_ends ends_of(const char *client, const char *server, uint16_t port)
{
	struct gx_ends ends = { .client_port = port, .mac = mac };

	assert_int_equal(gx_parse_addr(client, &ends.client), 0);
	assert_int_equal(gx_parse_addr(server, &ends.server), 0);
	return ends;
}

/* Wrap a message of so many octets, and check all that does not depend on the family. Returns where UDP begins. */
static size_t wrap(const struct gx_ends *ends, size_t octets, size_t ip_octets)
{
	uint8_t message[GX_FRAME_MESSAGE_OCTETS];
	size_t udp = 14 + ip_octets, addresses = ip_octets == 40 ? 32 : 8;

	for (size_t i = 0; i < octets; i++)
		message[i] = i * 7 + 1;
	memset(frame, 0xaa, sizeof(frame)); /* what was there before must not show */
	assert_int_equal(gx_frame_wrap(ends, message, octets, frame), udp + 8 + octets);
	assert_memory_equal(frame, mac, 6);
	assert_int_equal(frame[6] & 1, 0);
	assert_int_equal(get16(udp + 2), 53);
	assert_int_equal(get16(udp + 4), 8 + octets);
	assert_memory_equal(frame + udp + 8, message, octets);
	assert_int_not_equal(get16(udp + 6), 0);
	assert_int_equal(fold(sum(udp - addresses, addresses + 8 + octets) + 17 + 8 + octets), 0xffff);
	assert_int_equal(gx_frame_message(frame, udp + 8 + octets), udp + 8);
	return udp;
}

static void an_ipv4_frame_is_one_that_the_program_takes(void **state)
{
	static const uint8_t addresses[] = { 203, 0, 113, 9, 192, 0, 2, 53 };
	struct gx_ends ends = ends_of("203.0.113.9", "192.0.2.53", 40000);

	assert_int_equal(wrap(&ends, 29, 20), 34);
	assert_int_equal(get16(12), 0x0800);
	assert_int_equal(frame[14], 0x45);
	assert_int_equal(get16(16), 20 + 8 + 29);
	assert_int_equal(get16(20), 0);	/* no fragment */
	assert_int_equal(frame[23], 17);
	assert_int_equal(fold(sum(14, 20)), 0xffff);
	assert_memory_equal(frame + 26, addresses, sizeof(addresses));
	assert_int_equal(get16(34), 40000);
}

static void so_is_an_ipv6_frame(void **state)
{
	struct gx_ends ends = ends_of("2001:db8::9", "2001:db8::53", 40001);

	assert_int_equal(wrap(&ends, 30, 40), 54);
	assert_int_equal(get16(12), 0x86dd);
	assert_int_equal(frame[14] >> 4, 6);
	assert_int_equal(get16(18), 8 + 30);
	assert_int_equal(frame[20], 17);
	assert_int_equal(frame[22 + 15], 0x09);
	assert_int_equal(frame[38 + 15], 0x53);
	assert_int_equal(get16(54), 40001);
}

/* The program answers neither (PASSED_SOURCE); over TCP a client may have port 53. */
static void ports_that_are_not_answered_are_replaced(void **state)
{
	struct gx_ends ends = ends_of("203.0.113.9", "192.0.2.53", 53);
	size_t udp = wrap(&ends, 12, 20);

	assert_int_not_equal(get16(udp), 53);
	assert_int_not_equal(get16(udp), 0);
	ends.client_port = 0;
	udp = wrap(&ends, 12, 20);
	assert_int_not_equal(get16(udp), 53);
	assert_int_not_equal(get16(udp), 0);
}

static void messages_of_all_sizes_are_kept_and_summed(void **state)
{
	struct gx_ends ipv4 = ends_of("203.0.113.9", "192.0.2.53", 1), ipv6 = ends_of("2001:db8::9", "2001:db8::53", 1);

	for (size_t octets = 12; octets <= GX_FRAME_MESSAGE_OCTETS; octets += octets < 60 ? 1 : 47) {
		wrap(&ipv4, octets, 20);
		wrap(&ipv6, octets, 40);
	}
	wrap(&ipv6, GX_FRAME_MESSAGE_OCTETS, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_frame_is_one_that_the_program_takes),
		cmocka_unit_test(so_is_an_ipv6_frame),
		cmocka_unit_test(ports_that_are_not_answered_are_replaced),
		cmocka_unit_test(messages_of_all_sizes_are_kept_and_summed),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
