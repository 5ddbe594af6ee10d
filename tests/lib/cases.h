/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of packets: each row is a test of its own, named after the rule that it holds the program to. */
#ifndef GEOXDP_TESTS_LIB_CASES_H
#define GEOXDP_TESTS_LIB_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/node.h"
#include "tests/lib/world.h"

/* A packet, and what must become of it. */
struct packet_case {
	const char *name;
	enum gx_reason reason;
	const char *text;	/* of the reply, as in struct reply; NULL: passed untouched */
	struct packet query;
};

#define SERVED(name_, reason_, text_, ...) \
	{ .name = (name_), .reason = GX_SERVED_##reason_, .text = (text_), .query = PACKET(__VA_ARGS__) }
#define PASSED(name_, reason_, ...) \
	{ .name = (name_), .reason = GX_PASSED_##reason_, .query = PACKET(__VA_ARGS__) }

#define NUMBER(array) (sizeof(array) / sizeof((array)[0]))

/**
 * cases_main - run a table, then the tests that need code of their own
 * @group: name of the whole
 *
 * Without the privilege to load a program, all of it is one skipped test.
 *
 * Returns the exit status.
 */
int cases_main(const char *group, const struct packet_case *cases, size_t n_cases, const struct CMUnitTest *tests,
	       size_t n_tests);

/*
 * Send a packet; fail unless it ends with this reason, and, where it is answered, with this text. text NULL: what
 * the oracle says, and that alone. The outcome is kept until the next packet.
 */
const struct node_outcome *expect_packet(const struct packet *packet, enum gx_reason reason, const char *text);
/* The same for a frame. */
const struct node_outcome *expect_frame(const uint8_t *frame, size_t octets, enum gx_reason reason,
					const char *text);

#endif
