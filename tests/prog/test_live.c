/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the program that serves, over UDP and as if over TCP; what one generation takes over from another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "tests/lib/cdn.h"
#include "user/core/frame.h"
#include "user/sys/live.h"
#include "user/sys/serving.h"

static struct gx_object *object;

static int set_up(void **state)
{
	struct gx_config config = {0};
	struct gx_image image = {0};
	struct gx_addr asked;
	struct gx_services services = { .list = &asked, .count = 1 };
	struct gx_meta meta = { .abi_version = GX_ABI_VERSION };
	struct gx_failure failure;
	int error;

	gx_parse_addr("192.0.2.53", &asked);
	error = cdn_build(&config, &image) ||
		gx_object_load(&object, &image, &services, &meta, NULL, &failure);
	gx_image_free(&image);
	gx_config_free(&config);
	return error;
}

static int tear_down(void **state)
{
	gx_object_free(object);
	return 0;
}

static size_t make_query(uint8_t *frame)
{
	struct gx_query query = { .name = (const uint8_t *)"\3geo\7example\3com", .type = 1, .edns = true };

	gx_parse_addr("10.5.0.9", &query.client);
	gx_parse_addr("192.0.2.53", &query.server);
	return gx_frame_query(&query, frame);
}

static void test_run(void **state)
{
	const struct gx_serving serving = { .prog_fd = gx_object_prog_fd(object), .link_fd = -1 };
	static struct gx_outcome plain, udp, tcp;
	uint8_t frame[GX_FRAME_OCTETS];
	struct gx_failure failure;
	size_t octets = make_query(frame);

	assert_int_equal(gx_object_run(object, frame, octets, &plain, &failure), 0);
	assert_int_equal(gx_serving_run(&serving, frame, octets, false, &udp, &failure), 0);
	assert_int_equal(gx_serving_run(&serving, frame, octets, true, &tcp, &failure), 0);
	assert_int_equal(plain.action, XDP_TX);
	assert_int_equal(udp.action, XDP_TX);
	assert_int_equal(udp.reason, GX_REASON_COUNT);
	assert_int_equal(udp.octets, plain.octets);
	assert_memory_equal(udp.frame, plain.frame, plain.octets);
	/* The metadata is no part of the frame that comes back; the ID of the IPv4 header is the program's own. */
	assert_int_equal(tcp.action, XDP_TX);
	assert_int_equal(tcp.octets, plain.octets);
	assert_memory_equal(tcp.frame, plain.frame, 14);
	assert_memory_equal(tcp.frame + gx_frame_message(tcp.frame, tcp.octets),
			    plain.frame + gx_frame_message(plain.frame, plain.octets), 12);
}

static void test_run_passes_untouched(void **state)
{
	const struct gx_serving serving = { .prog_fd = gx_object_prog_fd(object), .link_fd = -1 };
	static struct gx_outcome outcome;
	uint8_t frame[GX_FRAME_OCTETS];
	struct gx_failure failure;
	size_t octets = make_query(frame);

	frame[12] = 0x86; /* no EtherType that the program knows */
	for (int over_tcp = 0; over_tcp <= 1; over_tcp++) {
		assert_int_equal(gx_serving_run(&serving, frame, octets, over_tcp, &outcome, &failure), 0);
		assert_int_equal(outcome.action, XDP_PASS);
		assert_int_equal(outcome.octets, octets);
		assert_memory_equal(outcome.frame, frame, octets);
	}
}

static void test_run_of_too_much(void **state)
{
	const struct gx_serving serving = { .prog_fd = gx_object_prog_fd(object), .link_fd = -1 };
	static struct gx_outcome outcome;
	static uint8_t frame[GX_OUTCOME_OCTETS + 1];
	struct gx_failure failure;

	assert_true(gx_serving_run(&serving, frame, sizeof(frame), false, &outcome, &failure) < 0);
	assert_non_null(strstr(failure.text, "4097 octets"));
}

#define SITE(name_, flags_) { .name = name_, .flags = GX_UNIT_SITE | (flags_), .flips = 3, .since_s = 77 }
#define TARGET(name_, flags_) { .name = name_, .flags = (flags_), .flips = 5, .since_s = 88 }

static void test_carry(void **state)
{
	struct gx_unit old[] = { {}, SITE("eu", GX_UNIT_DOWN), SITE("us", GX_UNIT_DRAINED), TARGET("eu", GX_UNIT_PENDING),
				 SITE("gone", GX_UNIT_DOWN), SITE("unchecked", GX_UNIT_DOWN | GX_UNIT_DRAINED) };
	struct gx_unit new[] = { {}, TARGET("eu", 0), SITE("unchecked", 0), SITE("us", 0), SITE("eu", 0),
				 SITE("new", 0) };
	const struct gx_check checks[] = { {}, { .unit = 1 }, { .unit = 3 }, { .unit = 4 }, { .unit = 5 },
					   { .unit = 99 } };
	struct gx_live from = { .units = old, .n_units = 6 };
	struct gx_live to = { .units = new, .n_units = 6, .checks = checks, .n_checks = 6 };

	for (size_t i = 1; i < 6; i++)
		new[i].flips = new[i].since_s = 0;
	gx_live_carry(&to, &from);
	assert_int_equal(new[4].flags, GX_UNIT_SITE | GX_UNIT_DOWN);
	assert_int_equal(new[4].flips, 3);
	assert_int_equal(new[4].since_s, 77);
	assert_int_equal(new[1].flags, GX_UNIT_PENDING);	/* a target of the same name */
	assert_int_equal(new[1].flips, 5);
	assert_int_equal(new[3].flags, GX_UNIT_SITE | GX_UNIT_DRAINED);
	assert_int_equal(new[2].flags, GX_UNIT_SITE | GX_UNIT_DRAINED);	/* nobody would take it up again */
	assert_int_equal(new[5].flags, GX_UNIT_SITE);
	assert_int_equal(new[5].flips, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_run_passes_untouched),
		cmocka_unit_test(test_run_of_too_much),
		cmocka_unit_test(test_carry),
	};

	if (geteuid()) {
		printf("1..1\nok 1 - test_live # SKIP needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
