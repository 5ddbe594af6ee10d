/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bpf/pure/client.h: whose address decides, against the loader's own reading of IPv6 forms of IPv4 addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpf/pure/client.h"
#include "user/core/addr.h"

#define ROUNDS 50000

static struct gx_addr addr_of(const char *text)
{
	struct gx_addr addr;

	assert_int_equal(gx_parse_addr(text, &addr), 0);
	return addr;
}

/* A query's client subnet with this address at full length, or SOURCE 0. */
static struct gx_edns edns_of(const struct gx_addr *addr, uint8_t source_bits)
{
	struct gx_edns edns = { .present = 1, .has_ecs = 1, .ecs_source_bits = source_bits };

	edns.ecs_family = addr->family == GX_IPV6 ? GX_ECS_FAMILY_IPV6 : GX_ECS_FAMILY_IPV4;
	gx_addr_to_octets(addr, (uint8_t *)edns.ecs_address);
	return edns;
}

/* A packet from this address; IPv4 as gx_parse_frame() leaves it. */
static struct gx_packet packet_of(const struct gx_addr *addr)
{
	uint8_t octets[16] = { [10] = 0xff, [11] = 0xff };
	struct gx_packet packet = { .is_ipv6 = addr->family == GX_IPV6 };

	if (addr->family == GX_IPV6)
		memset(octets, 0, sizeof(octets));
	gx_addr_to_octets(addr, octets + (addr->family == GX_IPV6 ? 0 : 12));
	memcpy(packet.source, octets, sizeof(octets));
	return packet;
}

/* An address or the IPv4 address that it carries, as the client. */
static void assert_client(const struct gx_client *client, const struct gx_addr *addr, int scoped)
{
	struct gx_addr expected = *addr;
	uint8_t octets[16] = {0};
	unsigned int offset = 0;

	if (addr->family == GX_IPV6)
		gx_embedded_ipv4(addr, &expected, &offset);
	gx_addr_to_octets(&expected, octets);
	assert_int_equal(client->is_ipv6, expected.family == GX_IPV6);
	assert_int_equal(client->scope_offset, offset);
	assert_int_equal(client->scoped, scoped);
	assert_memory_equal(client->address, octets, expected.family == GX_IPV6 ? 16 : 4);
}

static void check(const struct gx_addr *addr)
{
	const struct gx_addr other = addr_of("192.0.2.200"), other6 = addr_of("2001:db8::200");
	const struct gx_packet from_addr = packet_of(addr);
	const struct gx_packet from_other = packet_of(&other), from_other6 = packet_of(&other6);
	const struct gx_edns full = edns_of(addr, addr->family == GX_IPV6 ? 128 : 32), none = {0};
	const struct gx_edns zero = edns_of(&(struct gx_addr){ .family = addr->family }, 0);
	struct gx_client client;

	memset(&client, 0xff, sizeof(client));
	gx_find_client(&from_addr, &none, &client);
	assert_client(&client, addr, 0);
	memset(&client, 0xff, sizeof(client));
	gx_find_client(&from_addr, &zero, &client);
	assert_client(&client, addr, 0);
	memset(&client, 0xff, sizeof(client));
	gx_find_client(&from_other, &full, &client);
	assert_client(&client, addr, 1);
	memset(&client, 0xff, sizeof(client));
	gx_find_client(&from_other6, &full, &client);
	assert_client(&client, addr, 1);
}

static void client_of_addresses_at_the_borders_of_each_form(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0", "10.5.0.7", "255.255.255.255", "::", "::1", "::10.5.0.7", "::ffff:0.0.0.0",
		"::ffff:10.5.0.7", "::ffff:255.255.255.255", "::fffe:ffff:ffff", "::1:0:0:0", "0:0:0:1:0:ffff:a05:7",
		"64:ff9b::", "64:ff9b::10.5.0.7", "64:ff9b::255.255.255.255", "64:ff9b::1:0:0", "64:ff9b:1::10.5.0.7",
		"64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:a05:7::", "2002:ffff:ffff:ffff::1",
		"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::", "2001::", "2001:0:c000:235:0:d1b0:f5fa:fff8",
		"2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1::", "2000:ffff::", "2001:db8::1", "fe80::1",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct gx_addr addr = addr_of(texts[i]);

		check(&addr);
	}
}

/* What the forms are, said once more in words: that both sides agree is not enough. */
static void carried_addresses_are_where_the_rfcs_put_them(void **state)
{
	static const struct {
		const char *text, *ipv4;
		unsigned int offset;
	} forms[] = {
		{ "::ffff:10.5.0.7", "10.5.0.7", 96 },				/* RFC 4291 2.5.5.2 */
		{ "64:ff9b::10.5.0.7", "10.5.0.7", 96 },			/* RFC 6052 2.2 */
		{ "2002:a05:7:1234::1", "10.5.0.7", 16 },			/* RFC 3056 2 */
		{ "2001:0:c000:235:0:d1b0:f5fa:fff8", "10.5.0.7", 96 },		/* RFC 4380 4 */
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct gx_addr addr = addr_of(forms[i].text), ipv4 = addr_of(forms[i].ipv4);
		const struct gx_packet packet = packet_of(&addr);
		const struct gx_edns none = {0};
		struct gx_client client;
		uint8_t octets[4];

		gx_addr_to_octets(&ipv4, octets);
		gx_find_client(&packet, &none, &client);
		assert_int_equal(client.is_ipv6, 0);
		assert_int_equal(client.scope_offset, forms[i].offset);
		assert_memory_equal(client.address, octets, sizeof(octets));
	}
}

static void client_of_random_addresses(void **state)
{
	static const char *const forms[] = { "::", "::ffff:0:0", "64:ff9b::", "2002::", "2001::", "2001:db8::" };
	unsigned int seed = 1;

	for (int i = 0; i < ROUNDS; i++) {
		struct gx_addr addr = addr_of(forms[(size_t)rand_r(&seed) % (sizeof(forms) / sizeof(forms[0]))]);
		gx_u128 noise = 0;

		for (int octet = 0; octet < 16; octet++)
			noise = noise << 8 | (rand_r(&seed) & 0xff);
		addr.value ^= noise >> ((unsigned int)rand_r(&seed) % 128);
		check(&addr);
		addr.family = GX_IPV4;
		addr.value = (uint32_t)noise;
		check(&addr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_of_addresses_at_the_borders_of_each_form),
		cmocka_unit_test(carried_addresses_are_where_the_rfcs_put_them),
		cmocka_unit_test(client_of_random_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
