/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EDNS Client Subnet (RFC 7871): what is refused, whose location decides, and how far an answer holds. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/cases.h"
#include "tests/lib/oracle.h"

#define FORMERR		"FORMERR\n"
#define PLAIN_DATA(octets) \
	{ .code = KNOT_EDNS_OPTION_CLIENT_SUBNET, .data = (octets), .data_octets = sizeof(octets) - 1 }
#define ECS(family_, source, scope, address_, more) \
	PACKET_OPTIONS({ .code = KNOT_EDNS_OPTION_CLIENT_SUBNET, .family = (family_), .source_bits = (source), \
			 .scope_bits = (scope), .address = (address_), .address_octets_more = (more) })
#define ECS4(address_, source)	PACKET_OPTIONS(PACKET_ECS4(address_, source))
#define ECS6(address_, source)	PACKET_OPTIONS(PACKET_ECS6(address_, source))
#define NODATA_GEO_US		"NOERROR aa\ngeo.example.com. 60 CNAME us.example.com.\n" WORLD_SOA
#define LOCALHOST(address)	"NOERROR aa\nlocalhost.example.com. 60 A " address "\n"

static const struct packet_case cases[] = {
	/* RFC 7871 6 and 7.1.2: what is refused */
	SERVED("ecs_family_0_is_formerr", FORMERR, FORMERR, ECS(0, 24, 0, "10.5.0.0", 0)),
	SERVED("ecs_family_0_with_source_0_is_formerr", FORMERR, FORMERR, ECS(0, 0, 0, NULL, 0)),
	SERVED("ecs_family_3_is_formerr", FORMERR, FORMERR, ECS(3, 24, 0, "10.5.0.0", 0)),
	SERVED("ecs_family_256_is_formerr", FORMERR, FORMERR, ECS(256, 24, 0, "10.5.0.0", 0)),
	SERVED("ecs_family_257_is_formerr", FORMERR, FORMERR, ECS(257, 24, 0, "10.5.0.0", 0)),
	SERVED("ecs_source_33_of_ipv4_is_formerr", FORMERR, FORMERR, ECS(1, 33, 0, "10.5.0.7", 0)),
	SERVED("ecs_source_33_of_ipv4_with_four_octets_is_formerr", FORMERR, FORMERR, ECS(1, 33, 0, "10.5.0.7", -1)),
	SERVED("ecs_source_255_of_ipv4_is_formerr", FORMERR, FORMERR, ECS(1, 255, 0, "10.5.0.7", -28)),
	SERVED("ecs_source_129_of_ipv6_is_formerr", FORMERR, FORMERR, ECS(2, 129, 0, "2001:db8:5::7", 0)),
	SERVED("ecs_source_129_of_ipv6_with_16_octets_is_formerr", FORMERR, FORMERR,
	       ECS(2, 129, 0, "2001:db8:5::7", -1)),
	SERVED("ecs_source_255_of_ipv6_is_formerr", FORMERR, FORMERR, ECS(2, 255, 0, "2001:db8:5::7", 0)),
	SERVED("ecs_scope_not_0_is_formerr_rfc7871_6", FORMERR, FORMERR, ECS(1, 24, 24, "10.5.0.0", 0)),
	SERVED("ecs_scope_1_with_source_0_is_formerr", FORMERR, FORMERR, ECS(1, 0, 1, NULL, 0)),
	SERVED("ecs_scope_128_is_formerr_ipv6", FORMERR, FORMERR, ECS(2, 56, 128, "2001:db8:5::", 0)),
	SERVED("ecs_address_one_octet_short_is_formerr", FORMERR, FORMERR, ECS(1, 24, 0, "10.5.0.0", -1)),
	SERVED("ecs_address_one_octet_long_is_formerr_rfc7871_6", FORMERR, FORMERR, ECS(1, 24, 0, "10.5.0.0", 1)),
	SERVED("ecs_full_address_for_a_short_source_is_formerr", FORMERR, FORMERR, ECS(1, 8, 0, "10.0.0.0", 3)),
	SERVED("ecs_address_missing_is_formerr", FORMERR, FORMERR, ECS(1, 32, 0, "10.5.0.7", -4)),
	SERVED("ecs_address_with_source_0_is_formerr", FORMERR, FORMERR, ECS(1, 0, 0, "0.0.0.0", 1)),
	SERVED("ecs_address_one_octet_short_is_formerr_ipv6", FORMERR, FORMERR, ECS(2, 56, 0, "2001:db8:5::", -1)),
	SERVED("ecs_address_one_octet_long_is_formerr_ipv6", FORMERR, FORMERR, ECS(2, 56, 0, "2001:db8:5::", 1)),
	SERVED("ecs_address_longer_than_ipv6_is_formerr", FORMERR, FORMERR, ECS(2, 128, 0, "2001:db8:5::", 1)),
	SERVED("ecs_without_data_is_formerr", FORMERR, FORMERR, PACKET_OPTIONS(PLAIN_DATA(""))),
	SERVED("ecs_of_1_octet_is_formerr", FORMERR, FORMERR, PACKET_OPTIONS(PLAIN_DATA("\0"))),
	SERVED("ecs_of_2_octets_is_formerr", FORMERR, FORMERR, PACKET_OPTIONS(PLAIN_DATA("\0\1"))),
	SERVED("ecs_of_3_octets_is_formerr", FORMERR, FORMERR, PACKET_OPTIONS(PLAIN_DATA("\0\1\0"))),
	SERVED("ecs_twice_is_formerr", FORMERR, FORMERR,
	       PACKET_OPTIONS(PACKET_ECS4("10.5.0.0", 24), PACKET_ECS4("10.5.0.0", 24))),
	SERVED("ecs_of_either_family_is_formerr", FORMERR, FORMERR,
	       PACKET_OPTIONS(PACKET_ECS4("10.5.0.0", 24), PACKET_ECS6("2001:db8:5::", 48))),
	SERVED("ecs_valid_and_malformed_is_formerr", FORMERR, FORMERR,
	       PACKET_OPTIONS(PACKET_ECS4("10.5.0.0", 24), PLAIN_DATA("\0\1"))),
	SERVED("ecs_at_a_static_name_is_checked_as_well", FORMERR, FORMERR, .qname = "us.example.com.",
	       ECS(1, 33, 0, "10.5.0.7", 0)),
	SERVED("ecs_malformed_ipv6_transport_is_formerr", FORMERR, FORMERR, ECS(3, 24, 0, "10.5.0.0", 0), PACKET_IPV6),

	/* The example of RULES.md: 10/8 is one thing, 10.1/16 another, the rest a third */
	SERVED("scope_is_the_depth_of_the_leaf_14", GEO, WORLD_WWW_US "; scope 14\n", ECS4("10.5.0.0", 24)),
	SERVED("scope_is_the_depth_of_the_leaf_16", GEO, WORLD_WWW_JP "; scope 16\n", ECS4("10.1.5.0", 24)),
	SERVED("scope_is_the_depth_of_the_leaf_1", GEO, WORLD_WWW_EU "; scope 1\n", ECS4("203.0.113.0", 24)),
	SERVED("scope_exceeds_source_where_the_answer_does_not_hold_for_all_of_it", GEO, WORLD_WWW_US "; scope 16\n",
	       ECS4("10.0.0.0", 8)),
	SERVED("scope_merges_what_no_map_tells_apart", GEO, WORLD_WWW_EU "; scope 2\n", ECS4("64.1.2.0", 24)),
	SERVED("scope_of_the_localhost_probe_is_the_location's", GEO, LOCALHOST("127.0.3.58") "; scope 4\n",
	       .qname = WORLD_LOCALHOST, ECS4("64.1.2.0", 24)),
	SERVED("scope_of_the_first_address", GEO, WORLD_WWW_EU "; scope 5\n", ECS4("0.0.0.0", 32)),
	SERVED("scope_of_the_last_address", GEO, WORLD_WWW_EU "; scope 1\n", ECS4("255.255.255.255", 32)),
	SERVED("scope_of_the_last_address_before_another_leaf", GEO, WORLD_WWW_US "; scope 16\n",
	       ECS4("10.0.255.255", 32)),
	SERVED("scope_of_a_leaf_in_ipv6_46", GEO, WORLD_WWW_US "; scope 46\n", ECS6("2001:db8:5::", 48), PACKET_IPV6),
	SERVED("scope_of_a_leaf_in_ipv6_48", GEO, WORLD_WWW_JP "; scope 48\n", ECS6("2001:db8:1::", 56), PACKET_IPV6),

	/* Whose location decides (RFC 7871 7.1.2, 7.2.1) */
	SERVED("ecs_decides_not_the_source_address", GEO, WORLD_WWW_JP "; scope 16\n", ECS4("10.1.5.0", 24),
	       .source = "10.5.0.7"),
	SERVED("ecs_of_ipv4_over_ipv6", GEO, WORLD_WWW_JP "; scope 16\n", ECS4("10.1.5.0", 24), PACKET_IPV6),
	SERVED("ecs_of_ipv6_over_ipv4", GEO, WORLD_WWW_JP "; scope 48\n", ECS6("2001:db8:1::", 48)),
	SERVED("ecs_source_0_means_the_source_address_scope_0_rfc7871_7_1_2", GEO, WORLD_WWW_US "; scope 0\n",
	       ECS4(NULL, 0)),
	SERVED("ecs_source_0_means_the_source_address_ipv6", GEO, WORLD_WWW_JP "; scope 0\n", ECS6(NULL, 0),
	       .source = "2001:db8:1::7", PACKET_IPV6),
	SERVED("ecs_source_0_of_the_other_family_means_the_source_address", GEO, WORLD_WWW_JP "; scope 0\n",
	       ECS6(NULL, 0), .source = "10.1.0.7"),
	SERVED("ecs_behind_other_options_is_found", GEO, WORLD_WWW_JP "; scope 16\n",
	       PACKET_OPTIONS({ .code = KNOT_EDNS_OPTION_COOKIE, .data = "8octets.", .data_octets = 8 },
			      PACKET_ECS4("10.1.5.0", 24), { .code = KNOT_EDNS_OPTION_NSID })),
	SERVED("ecs_with_do_is_answered", GEO, WORLD_WWW_JP "; scope 16\n", .opt_flags = PACKET_DO,
	       ECS4("10.1.5.0", 24)),

	/* Rule 6: what does not depend on the client has scope 0 */
	SERVED("scope_of_a_static_answer_is_0", STATIC, "NOERROR aa\nus.example.com. 300 A 192.0.2.2\n; scope 0\n",
	       .qname = "us.example.com.", ECS4("10.1.5.0", 24)),
	SERVED("scope_of_static_nodata_is_0_rfc7871_7_4", NODATA, "NOERROR aa\n" WORLD_SOA "; scope 0\n",
	       .qname = "us.example.com.", .qtype = KNOT_RRTYPE_MX, ECS4("10.1.5.0", 24)),
	SERVED("scope_of_nodata_at_the_localhost_probe_is_0", NODATA, "NOERROR aa\n" WORLD_SOA "; scope 0\n",
	       .qname = WORLD_LOCALHOST, .qtype = KNOT_RRTYPE_AAAA, ECS4("10.1.5.0", 24)),
	SERVED("scope_of_nodata_behind_a_cname_by_location_is_the_cname's", NODATA, NODATA_GEO_US "; scope 14\n",
	       .qname = "geo.example.com.", .qtype = KNOT_RRTYPE_MX, ECS4("10.5.0.0", 24)),
	SERVED("scope_of_the_cname_of_an_alias_is_0", STATIC, "NOERROR aa\n" WORLD_WWW "; scope 0\n",
	       .qtype = KNOT_RRTYPE_CNAME, ECS4("10.5.0.0", 24)),

	/* IPv6 forms that carry an IPv4 address count as that address */
	SERVED("ecs_mapped_counts_as_ipv4_rfc4291_2_5_5_2", GEO, WORLD_WWW_US "; scope 110\n",
	       ECS6("::ffff:10.5.0.7", 128)),
	SERVED("ecs_64_ff9b_counts_as_ipv4_rfc6052", GEO, WORLD_WWW_JP "; scope 112\n", ECS6("64:ff9b::10.1.5.7", 128)),
	SERVED("ecs_6to4_counts_as_ipv4_rfc3056", GEO, WORLD_WWW_US "; scope 30\n", ECS6("2002:a05:7::", 48)),
	SERVED("ecs_6to4_with_a_subnet_counts_as_ipv4", GEO, WORLD_WWW_JP "; scope 32\n",
	       ECS6("2002:a01:507:1::9", 128)),
	SERVED("ecs_teredo_counts_as_the_inverted_ipv4_rfc4380_4", GEO, WORLD_WWW_US "; scope 110\n",
	       ECS6("2001:0:c000:235:0:d1b0:f5fa:fff8", 128)),
	SERVED("ecs_64_ff9b_1_carries_no_address_rfc8215", GEO, WORLD_WWW_EU "; scope 48\n",
	       ECS6("64:ff9b:1::10.1.5.7", 128)),
	SERVED("ecs_compatible_form_carries_no_address", GEO, WORLD_WWW_EU "; scope 81\n", ECS6("::10.1.5.7", 128)),
	SERVED("ecs_next_to_teredo_carries_no_address", GEO, WORLD_WWW_EU "; scope 32\n",
	       ECS6("2001:1::f5fa:fff8", 128)),
	SERVED("source_64_ff9b_counts_as_ipv4", GEO, WORLD_WWW_JP, .source = "64:ff9b::10.1.5.7", PACKET_IPV6),
	SERVED("source_6to4_counts_as_ipv4", GEO, WORLD_WWW_JP, .source = "2002:a01:507::1", PACKET_IPV6),
	SERVED("source_teredo_counts_as_the_inverted_ipv4", GEO, WORLD_WWW_US,
	       .source = "2001:0:c000:235:0:d1b0:f5fa:fff8", PACKET_IPV6),
	SERVED("source_6to4_at_the_localhost_probe", GEO, LOCALHOST("127.0.1.136"), .qname = WORLD_LOCALHOST,
	       .source = "2002:a01:507::1", PACKET_IPV6),
};

/* The first `bits` bits of an address, as text. */
static const char *mask(int family, const char *text, unsigned int bits, char *masked)
{
	uint8_t octets[16] = {0};

	inet_pton(family, text, octets);
	for (unsigned int bit = bits; bit < 128; bit++)
		octets[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
	inet_ntop(family, octets, masked, INET6_ADDRSTRLEN);
	return masked;
}

/* Every length of a family, around addresses in every kind of place: the oracle knows answer and scope. */
static void check_every_source(int family, const char *const *addresses, size_t count)
{
	unsigned int all = family == AF_INET ? 32 : 128;

	for (size_t i = 0; i < count; i++) {
		for (unsigned int bits = 0; bits <= all; bits++) {
			char masked[INET6_ADDRSTRLEN];
			const struct packet_option option = {
				.code = KNOT_EDNS_OPTION_CLIENT_SUBNET,
				.family = family == AF_INET ? 1 : 2,
				.source_bits = (uint8_t)bits,
				.address = mask(family, addresses[i], bits, masked),
			};
			struct packet packet = PACKET(.options = &option, .n_options = 1);

			expect_packet(&packet, GX_SERVED_GEO, NULL);
			packet.qname = WORLD_LOCALHOST;
			packet.family = AF_INET6;
			expect_packet(&packet, GX_SERVED_GEO, NULL);
		}
	}
}

static void ecs_of_every_source_length_has_the_exact_scope_ipv4(void **state)
{
	static const char *const addresses[] = {
		"10.5.0.7", "10.1.5.7", "10.0.255.255", "10.2.0.0", "9.255.255.255", "11.0.0.0", "203.0.113.77",
		"64.1.2.3", "79.255.255.255", "80.0.0.0", "0.0.0.0", "255.255.255.255", "127.0.0.1",
	};

	check_every_source(AF_INET, addresses, NUMBER(addresses));
}

static void ecs_of_every_source_length_has_the_exact_scope_ipv6(void **state)
{
	static const char *const addresses[] = {
		"2001:db8:5::7", "2001:db8:1:ffff::1", "2001:db7:ffff::", "2001:db9::", "2400::1", "240f:ffff::",
		"2410::", "::", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::1", "::ffff:10.1.5.7",
		"::fffe:ffff:ffff", "::1:0:0:0", "64:ff9b::10.5.0.7", "64:ff9b::1:0:0", "2002:a01:507::1",
		"2001:ffff::", "2003::", "2001:0:c000:235:0:d1b0:f5fa:fff8", "2001:1::",
	};

	check_every_source(AF_INET6, addresses, NUMBER(addresses));
}

/* RFC 7871 6: every bit behind the prefix is zero. One that is not is refused, wherever it stands. */
static void ecs_trailing_bits_nonzero_is_formerr_rfc7871_6(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < NUMBER(families); i++) {
		unsigned int all = families[i] == AF_INET ? 32 : 128;

		for (unsigned int bits = 1; bits < all; bits++) {
			for (unsigned int bit = bits; bit < (bits + 7) / 8 * 8; bit++) {
				uint8_t octets[16] = {0};
				char text[INET6_ADDRSTRLEN];
				const struct packet_option option = {
					.code = KNOT_EDNS_OPTION_CLIENT_SUBNET,
					.family = families[i] == AF_INET ? 1 : 2,
					.source_bits = (uint8_t)bits,
					.address = text,
				};
				const struct packet packet = PACKET(.options = &option, .n_options = 1);

				octets[bit / 8] = (uint8_t)(0x80 >> bit % 8);
				inet_ntop(families[i], octets, text, sizeof(text));
				expect_packet(&packet, GX_SERVED_FORMERR, FORMERR);
			}
		}
	}
}

/* Every address in the scope of an answer gets this answer: random addresses, and random ones in their scope. */
static void scope_covers_only_addresses_with_the_same_answer(void **state)
{
	unsigned int seed = 7871;

	for (int i = 0; i < 2000; i++) {
		uint32_t address = (uint32_t)rand_r(&seed) << 16 ^ (uint32_t)rand_r(&seed);
		uint32_t other = (uint32_t)rand_r(&seed) << 16 ^ (uint32_t)rand_r(&seed);
		char text[INET6_ADDRSTRLEN], first[REPLY_TEXT_OCTETS];
		const struct packet_option option = PACKET_ECS4(text, 32);
		const struct packet packet = PACKET(.options = &option, .n_options = 1);
		const struct node_outcome *out;
		uint32_t behind;

		if (i & 1)
			address = 10u << 24 | (address & 0xffffff);
		inet_ntop(AF_INET, &(struct in_addr){ htonl(address) }, text, sizeof(text));
		out = expect_packet(&packet, GX_SERVED_GEO, NULL);
		strcpy(first, out->reply.text);
		behind = (uint32_t)(0xffffffffull >> out->reply.scope_bits);
		other = (address & ~behind) | (other & behind);
		inet_ntop(AF_INET, &(struct in_addr){ htonl(other) }, text, sizeof(text));
		out = expect_packet(&packet, GX_SERVED_GEO, NULL);
		assert_string_equal(out->reply.text, first);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ecs_of_every_source_length_has_the_exact_scope_ipv4),
		cmocka_unit_test(ecs_of_every_source_length_has_the_exact_scope_ipv6),
		cmocka_unit_test(ecs_trailing_bits_nonzero_is_formerr_rfc7871_6),
		cmocka_unit_test(scope_covers_only_addresses_with_the_same_answer),
	};

	return cases_main("client subnet", cases, NUMBER(cases), tests, NUMBER(tests));
}
