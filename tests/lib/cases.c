/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of packets: each row is a test of its own. */
#include "tests/lib/cases.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct node_outcome *expect_frame(const uint8_t *frame, size_t octets, enum gx_reason reason,
					const char *text)
{
	static struct node_outcome out;
	const char *wrong = node_send(frame, octets, &out);

	if (!wrong && node_reason_kind(out.reason) == GX_KIND_SERVED)
		wrong = node_check_answer(&out);
	if (wrong || out.reason != reason || (text && strcmp(out.reply.text, text))) {
		node_show_frame("query", frame, octets);
		if (!wrong)
			node_show_frame("reply", out.frame, out.octets);
	}
	if (wrong)
		fail_msg("%s", wrong);
	assert_string_equal(node_reason_name(out.reason), node_reason_name(reason));
	if (text)
		assert_string_equal(out.reply.text, text);
	return &out;
}

const struct node_outcome *expect_packet(const struct packet *packet, enum gx_reason reason, const char *text)
{
	uint8_t frame[PACKET_MAX_OCTETS];
	size_t octets = packet_build(packet, frame);

	return expect_frame(frame, octets, reason, text);
}

static void run_case(void **state)
{
	const struct packet_case *row = *state;

	expect_packet(&row->query, row->reason, row->text);
}

int cases_main(const char *group, const struct packet_case *cases, size_t n_cases, const struct CMUnitTest *tests,
	       size_t n_tests)
{
	struct CMUnitTest *all;
	int error = node_up();

	if (error == -EPERM) {
		/* By hand: cmocka 1.1.5 says "not ok" to what it skips. */
		printf("1..1\nok 1 - %s # SKIP needs root: BPF_PROG_RUN\n", group);
		return 0;
	}
	if (error)
		return 1;
	all = calloc(n_cases + n_tests, sizeof(*all));
	if (!all)
		return 1;
	for (size_t i = 0; i < n_cases; i++)
		all[i] = (struct CMUnitTest){
			.name = cases[i].name,
			.test_func = run_case,
			.initial_state = (void *)&cases[i],
		};
	if (n_tests)
		memcpy(all + n_cases, tests, n_tests * sizeof(*tests));
	error = _cmocka_run_group_tests(group, all, n_cases + n_tests, NULL, NULL);
	free(all);
	node_down();
	return error;
}
