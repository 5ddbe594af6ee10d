/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Service addresses: each finds its slot, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/bpf.h>
#include <unistd.h>

#include "geoxdp/hash.h"
#include "tests/lib/cdn.h"
#include "user/core/frame.h"
#include "user/sys/object.h"
#include "user/sys/services.h"

static struct gx_config config;
static struct gx_image image;

static int set_up(void **state)
{
	return cdn_build(&config, &image);
}

static int tear_down(void **state)
{
	gx_image_free(&image);
	gx_config_free(&config);
	return 0;
}

/* The i-th of as many addresses as there can be: half of either family, in neighbouring networks. */
static struct gx_addr service(unsigned int i)
{
	struct gx_addr addr;
	char text[64];

	if (i % 2)
		snprintf(text, sizeof(text), "2001:db8:0:%x::%x", i / 2 % 16, i / 32 + 1);
	else
		snprintf(text, sizeof(text), "192.0.%u.%u", i / 64, i % 64 + 1);
	assert_int_equal(gx_parse_addr(text, &addr), 0);
	return addr;
}

static void ask(const struct gx_object *object, const struct gx_addr *server, uint32_t action)
{
	struct gx_query query = { .name = (const uint8_t *)"\3geo\7example\3com", .type = 1, .server = *server };
	static struct gx_outcome outcome;
	uint8_t frame[GX_FRAME_OCTETS];
	struct gx_failure failure;

	gx_parse_addr(server->family == GX_IPV4 ? "10.5.0.9" : "2001:db8:ffff::9", &query.client);
	assert_int_equal(gx_object_run(object, frame, gx_frame_query(&query, frame), &outcome, &failure), 0);
	assert_int_equal(outcome.action, action);
	if (action == XDP_PASS)
		assert_int_equal(outcome.reason, GX_PASSED_SERVICE);
}

static void as_many_addresses_as_there_can_be_are_served_and_no_other(void **state)
{
	struct gx_addr list[GX_SERVICE_MAX], other;
	struct gx_services services = { .list = list, .count = GX_SERVICE_MAX };
	struct gx_meta meta = { .abi_version = GX_ABI_VERSION };
	struct gx_object *object;
	struct gx_failure failure;

	for (unsigned int i = 0; i < GX_SERVICE_MAX; i++)
		list[i] = service(i);
	assert_int_equal(gx_object_load(&object, &image, &services, &meta, NULL, &failure), 0);
	for (unsigned int i = 0; i < GX_SERVICE_MAX; i++)
		ask(object, &list[i], XDP_TX);
	for (unsigned int i = GX_SERVICE_MAX; i < 3 * GX_SERVICE_MAX; i++) {
		other = service(i);
		ask(object, &other, XDP_PASS);
	}
	/* What an empty slot holds. */
	gx_parse_addr("::", &other);
	ask(object, &other, XDP_PASS);
	/* An IPv4 one in its mapped form. */
	other = gx_addr_from_octets(GX_IPV6, (const uint8_t[16]){ [10] = 0xff, 0xff, 192, 0, 0, 1 });
	ask(object, &other, XDP_PASS);
	gx_object_free(object);
}

/* What goes wrong once the program is loaded is told all the same. */
static void what_a_table_has_no_room_for_is_told(void **state)
{
	struct gx_prefix bypass[GX_BYPASS_MAX + 1] = {0};
	struct gx_addr address = service(0);
	struct gx_services services = { .list = &address, .count = 1, .bypass = bypass, .n_bypass = GX_BYPASS_MAX + 1 };
	struct gx_meta meta = { .abi_version = GX_ABI_VERSION };
	struct gx_object *object;
	struct gx_failure failure;

	assert_int_equal(gx_object_load(&object, &image, &services, &meta, NULL, &failure), -E2BIG);
	assert_non_null(strstr(failure.text, "bypass: 257 prefixes"));
	services.n_bypass = GX_BYPASS_MAX;
	assert_int_equal(gx_object_load(&object, &image, &services, &meta, NULL, &failure), 0);
	gx_object_free(object);
}

/* Each of these addresses, all different, has the slot where it is looked for. */
static void assert_placed(const struct gx_addr *list, size_t count)
{
	struct gx_service_table table;
	struct gx_failure failure;
	size_t used = 0;

	assert_int_equal(gx_services_place(list, count, &table, &failure), 0);
	for (uint32_t i = 0; i < table.n_slots; i++) {
		uint64_t words[2];

		memcpy(words, &table.slots[i], sizeof(words));
		used += words[0] || words[1];
		if (words[0] || words[1])
			assert_int_equal(gx_hash_service(words[0], words[1], table.factors, table.shift), i);
	}
	assert_int_equal(used, count);
	gx_services_free(&table);
}

/* Addresses that are a grid of two octets, in any two places: networks and hosts. */
static void grids_of_addresses_find_slots(void **state)
{
	static struct gx_addr list[GX_SERVICE_MAX];

	for (int first = 2; first < 16; first++)
		for (int second = first + 1; second < 16; second++)
			for (unsigned int columns = 2; columns <= 128; columns *= 2)
				for (int step = 1; step <= 128; step += 127) {
					unsigned int count = step == 1 ? GX_SERVICE_MAX : 4;

					for (unsigned int i = 0; i < count; i++) {
						unsigned int width = step == 1 ? columns : 2;
						uint8_t octets[16] = { 0x20, 0x01 };

						octets[first] = (uint8_t)(i / width * step);
						octets[second] = (uint8_t)(i % width * step);
						list[i] = gx_addr_from_octets(GX_IPV6, octets);
					}
					assert_placed(list, count);
				}
}

static void any_number_of_addresses_finds_slots(void **state)
{
	struct gx_addr list[GX_SERVICE_MAX + 1];
	struct gx_service_table table;
	struct gx_failure failure;

	for (unsigned int i = 0; i <= GX_SERVICE_MAX; i++)
		list[i] = service(i);
	for (unsigned int count = 0; count <= GX_SERVICE_MAX; count++)
		assert_placed(list, count);
	assert_int_equal(gx_services_place(list, GX_SERVICE_MAX + 1, &table, &failure), -E2BIG);
}

static void one_address_given_twice_takes_one_slot(void **state)
{
	struct gx_addr list[3] = { service(1), service(2), service(1) };
	struct gx_service_table table;
	struct gx_failure failure;
	unsigned int used = 0;

	assert_int_equal(gx_services_place(list, 3, &table, &failure), 0);
	for (uint32_t i = 0; i < table.n_slots; i++)
		used += table.slots[i].address[15] != 0;
	assert_int_equal(used, 2);
	gx_services_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_addresses_as_there_can_be_are_served_and_no_other),
		cmocka_unit_test(what_a_table_has_no_room_for_is_told),
		cmocka_unit_test(any_number_of_addresses_finds_slots),
		cmocka_unit_test(grids_of_addresses_find_slots),
		cmocka_unit_test(one_address_given_twice_takes_one_slot),
	};

	if (geteuid() != 0) {
		printf("1..1\nok 1 - test_services # SKIP needs root\n");
		return 0;
	}
	return cmocka_run_group_tests_name("services", tests, set_up, tear_down);
}
