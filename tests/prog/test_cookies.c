/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS cookies (RFC 7873, 9018) and NSID (RFC 5001), judged with libknot's cookies: see tests/lib/edns.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/lib/cases.h"
#include "tests/lib/edns.h"
#include "tests/lib/wire.h"

#define ACTIVE		"active secret..."
#define STAGING		"the staging one!"
#define CLIENT		"8octets."
#define TC		"NOERROR aa tc\n"
#define COOKIE(data_, octets_) { .code = KNOT_EDNS_OPTION_COOKIE, .data = (data_), .data_octets = (octets_) }
#define NSID		{ .code = KNOT_EDNS_OPTION_NSID }
#define FORTY		"8octets.and thirty-two that are a server"

static const char *const secrets[] = { ACTIVE, STAGING };

static void cookies_on(void)
{
	node_set_cookies(secrets, 2);
}

/* Without secrets, the option is as an unknown one. The table comes before the tests that turn cookies on. */
static const struct packet_case cases[] = {
	SERVED("cookie_is_ignored_without_secrets", GEO, WORLD_WWW_US, PACKET_OPTIONS(COOKIE(CLIENT, 8))),
	SERVED("cookie_of_no_octet_is_ignored_without_secrets", GEO, WORLD_WWW_US, PACKET_OPTIONS(COOKIE("", 0))),
	SERVED("cookie_of_7_octets_is_ignored_without_secrets", GEO, WORLD_WWW_US, PACKET_OPTIONS(COOKIE(CLIENT, 7))),
	SERVED("cookie_of_9_octets_is_ignored_without_secrets", GEO, WORLD_WWW_US, PACKET_OPTIONS(COOKIE(FORTY, 9))),
	SERVED("cookie_of_41_octets_is_ignored_without_secrets", GEO, WORLD_WWW_US,
	       PACKET_OPTIONS(COOKIE(FORTY "+", 41))),
	SERVED("nsid_is_ignored_without_one", GEO, WORLD_WWW_US, PACKET_OPTIONS(NSID)),
};

/* --- the server's cookie ----------------------------------------------------------------------- */

/* A query with this cookie; the reply's is copied. reply_check() judges it. */
static void ask(struct packet *packet, const uint8_t *cookie, size_t octets, uint8_t *told)
{
	const struct packet_option options[] = { COOKIE((const char *)cookie, octets) };
	const struct node_outcome *out;

	packet->options = options;
	packet->n_options = 1;
	out = expect_packet(packet, GX_SERVED_GEO, NULL);
	assert_non_null(out->reply.cookie);
	memcpy(told, out->reply.cookie, EDNS_COOKIE_OCTETS);
	packet->options = NULL;
	packet->n_options = 0;
}

static uint32_t time_of(const uint8_t *cookie)
{
	return (uint32_t)wire_get16(cookie + 12) << 16 | wire_get16(cookie + 14);
}

/* A cookie that libknot made for the sender of a packet. */
static void make(const struct packet *packet, const char *secret, uint32_t time_s, uint8_t *cookie)
{
	uint8_t frame[PACKET_MAX_OCTETS];
	struct query query;

	assert_null(query_read(frame, packet_build(packet, frame), &query));
	edns_cookie_make(&query, (const uint8_t *)CLIENT, (const uint8_t *)secret, time_s, cookie);
	assert_int_equal(time_of(cookie), time_s);
}

static struct packet families[] = { PACKET(.vlans = 1), PACKET(PACKET_IPV6) };

static void client_cookie_alone_gets_a_server_cookie_rfc7873_5_2_3(void **state)
{
	cookies_on();
	for (size_t i = 0; i < NUMBER(families); i++) {
		uint8_t told[EDNS_COOKIE_OCTETS], again[EDNS_COOKIE_OCTETS];

		ask(&families[i], (const uint8_t *)CLIENT, 8, told);
		assert_in_range(time_of(told), time(NULL) - 2, time(NULL) + 1);
		ask(&families[i], told, sizeof(told), again);
		assert_memory_equal(told, again, sizeof(told));
	}
}

/* The two ends of each span, with some seconds for the test itself. */
static void cookie_is_renewed_by_its_age_rfc9018_4_3(void **state)
{
	static const struct {
		int age_s;
		bool stays;
	} ages[] = { { 0, true }, { 1795, true }, { 1801, false }, { 3595, false }, { 3601, false }, { 1000000, false },
		     { -295, true }, { -310, false }, { -1000000, false }, { INT32_MIN, false } };

	cookies_on();
	for (size_t i = 0; i < NUMBER(families); i++) {
		for (size_t j = 0; j < NUMBER(ages); j++) {
			uint8_t cookie[EDNS_COOKIE_OCTETS], told[EDNS_COOKIE_OCTETS];

			make(&families[i], ACTIVE, (uint32_t)time(NULL) - (uint32_t)ages[j].age_s, cookie);
			ask(&families[i], cookie, sizeof(cookie), told);
			assert_int_equal(!memcmp(cookie, told, sizeof(told)), ages[j].stays);
		}
	}
}

/* Any bit of the server's part, version and reserved octets included; the client's own is not its business. */
static void cookie_with_any_bit_wrong_is_renewed(void **state)
{
	uint8_t cookie[EDNS_COOKIE_OCTETS], told[EDNS_COOKIE_OCTETS];

	cookies_on();
	make(&families[0], ACTIVE, (uint32_t)time(NULL), cookie);
	for (size_t bit = 0; bit < 8 * sizeof(cookie); bit++) {
		cookie[bit / 8] ^= 0x80 >> bit % 8;
		ask(&families[0], cookie, sizeof(cookie), told);
		assert_memory_not_equal(cookie, told, sizeof(told));
		cookie[bit / 8] ^= 0x80 >> bit % 8;
	}
}

static void cookie_of_another_address_is_renewed(void **state)
{
	struct packet elsewhere = PACKET(.source = "10.5.0.8");
	uint8_t cookie[EDNS_COOKIE_OCTETS], told[EDNS_COOKIE_OCTETS];

	cookies_on();
	make(&elsewhere, ACTIVE, (uint32_t)time(NULL), cookie);
	ask(&families[0], cookie, sizeof(cookie), told);
	assert_memory_not_equal(cookie, told, sizeof(told));
	ask(&elsewhere, cookie, sizeof(cookie), told);
	assert_memory_equal(cookie, told, sizeof(told));
}

static void cookie_of_the_staging_secret_is_accepted_and_signed_with_the_active_one_rfc9018_a_4(void **state)
{
	static const char *const swapped[] = { STAGING, ACTIVE };
	uint8_t cookie[EDNS_COOKIE_OCTETS], told[EDNS_COOKIE_OCTETS], again[EDNS_COOKIE_OCTETS];

	cookies_on();
	make(&families[1], STAGING, (uint32_t)time(NULL) - 60, cookie);
	ask(&families[1], cookie, sizeof(cookie), told);
	assert_memory_not_equal(cookie, told, sizeof(told));
	node_set_cookies(swapped, 2);
	ask(&families[1], cookie, sizeof(cookie), again);
	assert_memory_equal(cookie, again, sizeof(again));
}

/* Server cookies of lengths that RFC 7873 allows and RFC 9018 does not make: as if there were none. */
static void server_cookies_of_other_lengths_are_renewed(void **state)
{
	uint8_t told[EDNS_COOKIE_OCTETS];

	cookies_on();
	for (size_t octets = 16; octets <= 40; octets++)
		ask(&families[octets % 2], (const uint8_t *)FORTY, octets, told);
}

static void cookies_of_other_lengths_are_formerr_rfc7873_5_2_2(void **state)
{
	static const char octets[] = FORTY " and more than that, up to what an option can have in a query";

	for (size_t n = 0; n < sizeof(octets); n++) {
		const struct packet packet = PACKET(PACKET_OPTIONS(COOKIE(octets, n)));
		bool malformed = n != 8 && (n < 16 || n > 40);

		node_set_cookies(NULL, 0);
		expect_packet(&packet, GX_SERVED_GEO, WORLD_WWW_US);
		cookies_on();
		expect_packet(&packet, malformed ? GX_SERVED_FORMERR : GX_SERVED_GEO, NULL);
	}
}

static void first_of_several_cookies_counts_rfc7873_5_2(void **state)
{
	const struct packet two = PACKET(PACKET_OPTIONS(COOKIE(CLIENT, 8), COOKIE("another.", 8)));
	const struct packet second_bad = PACKET(PACKET_OPTIONS(COOKIE(CLIENT, 8), COOKIE("bad", 3)));
	const struct packet first_bad = PACKET(PACKET_OPTIONS(COOKIE("bad", 3), COOKIE(CLIENT, 8)));

	cookies_on();
	assert_memory_equal(expect_packet(&two, GX_SERVED_GEO, WORLD_WWW_US)->reply.cookie, CLIENT, 8);
	assert_memory_equal(expect_packet(&second_bad, GX_SERVED_GEO, WORLD_WWW_US)->reply.cookie, CLIENT, 8);
	expect_packet(&first_bad, GX_SERVED_FORMERR, "FORMERR\n");
}

/* What is no answer has no options; another version's options are not looked at (RFC 6891 6.1.3). */
static void errors_carry_no_cookie(void **state)
{
	const struct packet badvers = PACKET(.opt_version = 1, PACKET_OPTIONS(COOKIE(CLIENT, 8), NSID));
	const struct packet bad_twice = PACKET(.opt_version = 1, PACKET_OPTIONS(COOKIE(CLIENT, 7)));
	const struct packet bad_subnet = PACKET(PACKET_OPTIONS(COOKIE(CLIENT, 8), PACKET_ECS4("10.5.0.0", 33)));

	cookies_on();
	assert_null(expect_packet(&badvers, GX_SERVED_BADVERS, "BADVERS\n")->reply.cookie);
	assert_null(expect_packet(&bad_twice, GX_SERVED_BADVERS, "BADVERS\n")->reply.cookie);
	assert_null(expect_packet(&bad_subnet, GX_SERVED_FORMERR, "FORMERR\n")->reply.cookie);
}

/* --- together with other options ------------------------------------------------------------------ */

static const struct packet_option combined[] = {
	PACKET_ECS4("10.1.5.0", 24),
	COOKIE(CLIENT, 8),
	NSID,
	{ .code = 100, .data = "unknown", .data_octets = 7 },
};

/* Every set of options, in this order and the other way round, over IPv4 and IPv6, at odd and even offsets, with DO. */
static void ask_all_sets(void)
{
	static const char *const names[] = { "www.example.com.", "bigg.example.com.", "big.example.com.", "us.example.com.",
					     "WwW.eXamPle.com." };

	for (unsigned int set = 0; set < 1u << NUMBER(combined); set++) {
		struct packet_option options[2][NUMBER(combined)];
		size_t n = 0;

		for (size_t i = 0; i < NUMBER(combined); i++)
			if (set & 1u << i)
				options[0][n++] = combined[i];
		for (size_t i = 0; i < n; i++)
			options[1][i] = options[0][n - 1 - i];
		for (size_t i = 0; i < 4 * NUMBER(names); i++) {
			struct packet packet = PACKET(.options = options[i & 1], .n_options = n, .qname = names[i / 4],
						      .family = i & 2 ? AF_INET6 : AF_INET,
						      .opt_flags = i & 1 ? PACKET_DO : 0);

			expect_packet(&packet, i / 4 == 3 ? GX_SERVED_STATIC : GX_SERVED_GEO, NULL);
			if (i / 4 != 1 && i / 4 != 2)
				continue;
			packet.opt_size = 512;
			expect_packet(&packet, GX_SERVED_TRUNCATED, set & 1 ? TC "; scope 16\n" : TC);
		}
	}
}

static void options_of_every_set_are_answered_at_any_nsid_length(void **state)
{
	/* Each length is a program of its own to load, which takes an emulated machine (tests/kernels/init) seconds. */
	size_t step = getenv("GEOXDP_TEST_NAMES") ? 9 : 1;
	uint8_t nsid[EDNS_NSID_MAX];

	for (size_t i = 0; i < sizeof(nsid); i++)
		nsid[i] = (uint8_t)(i * 37 + 1);
	for (size_t n = 0; n <= sizeof(nsid); n += step) {
		assert_int_equal(node_set_nsid(nsid, n), 0);
		if (n % 8 < 2)
			ask_all_sets();
		cookies_on();
		ask_all_sets();
	}
}

static void nsid_with_data_and_nsid_twice_are_answered_once_rfc5001(void **state)
{
	const struct packet with_data = PACKET(
		PACKET_OPTIONS({ .code = KNOT_EDNS_OPTION_NSID, .data = "data", .data_octets = 4 }));
	const struct packet twice = PACKET(PACKET_OPTIONS(NSID, NSID));

	assert_int_equal(node_set_nsid("ns1.example", 11), 0);
	expect_packet(&with_data, GX_SERVED_GEO, WORLD_WWW_US);
	expect_packet(&twice, GX_SERVED_GEO, WORLD_WWW_US);
}

/* The border is exact with the options counted: the reply's own size fits, one octet less does not. */
static void options_count_towards_the_size(void **state)
{
	static const char *const names[] = { "big.example.com.", "bigg.example.com." };

	assert_int_equal(node_set_nsid("ns1", 3), 0);
	cookies_on();
	for (size_t i = 0; i < NUMBER(names); i++) {
		struct packet packet = PACKET(.qname = names[i], .options = combined, .n_options = NUMBER(combined));
		size_t octets = expect_packet(&packet, GX_SERVED_GEO, NULL)->reply.message_octets;

		packet.opt_size = (uint16_t)octets;
		expect_packet(&packet, GX_SERVED_GEO, NULL);
		packet.opt_size = (uint16_t)(octets - 1);
		assert_non_null(expect_packet(&packet, GX_SERVED_TRUNCATED, TC "; scope 16\n")->reply.cookie);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_cookie_alone_gets_a_server_cookie_rfc7873_5_2_3),
		cmocka_unit_test(cookie_is_renewed_by_its_age_rfc9018_4_3),
		cmocka_unit_test(cookie_with_any_bit_wrong_is_renewed),
		cmocka_unit_test(cookie_of_another_address_is_renewed),
		cmocka_unit_test(cookie_of_the_staging_secret_is_accepted_and_signed_with_the_active_one_rfc9018_a_4),
		cmocka_unit_test(server_cookies_of_other_lengths_are_renewed),
		cmocka_unit_test(cookies_of_other_lengths_are_formerr_rfc7873_5_2_2),
		cmocka_unit_test(first_of_several_cookies_counts_rfc7873_5_2),
		cmocka_unit_test(errors_carry_no_cookie),
		cmocka_unit_test(options_of_every_set_are_answered_at_any_nsid_length),
		cmocka_unit_test(nsid_with_data_and_nsid_twice_are_answered_once_rfc5001),
		cmocka_unit_test(options_count_towards_the_size),
	};

	return cases_main("cookies", cases, NUMBER(cases), tests, NUMBER(tests));
}
