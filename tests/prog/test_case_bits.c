/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names that differ only in the bit in which letters of the two cases differ, of octets that are no letters: each is
 * answered with its own record, and where but one is loaded, the other is not there. The first is hashed exactly, the
 * second as most names are (include/geoxdp/hash.h).
 */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>
#include <linux/bpf.h>

#include "tests/lib/native.h"
#include "tests/lib/packet.h"
#include "tests/lib/reply.h"

#define ZONE	".pair.test."
#define SOA	"; pair.test. 300 SOA ns.pair.test. hostmaster.pair.test. 1 7200 900 1209600 300\n"
#define LABEL31	"abcdefghijklmnopqrstuvwxyz01234"

/*
 * A '-' and a carriage return; what is next to the letters; letters with their top bit; a label's length, of 1 and of
 * 33; and beyond the octets that stand in the slot.
 */
static const char *const pairs[][2] = {
	{ "a-b", "a\\013b" },
	{ "\\064\\091", "\\096\\123" },
	{ "\\193x\\250", "\\225x\\218" },
	{ "x." LABEL31, "x\\063" LABEL31 },
	{ LABEL31 "abcdefghijklm-q", LABEL31 "abcdefghijklm\\013q" },
};

#define PAIRS (sizeof(pairs) / sizeof(*pairs))

/* Load of each pair the first name, the second, or both: address 192.0.2.0, and its number among them. */
static int load(bool first, bool second, struct gx_object **object)
{
	char folder[] = P_tmpdir "/geoxdp-test-XXXXXX", zone[64], conf[64];
	struct gx_config config = {0};
	FILE *file;
	int error;

	if (!mkdtemp(folder))
		return -errno;
	sprintf(zone, "%s/pair.zone", folder);
	sprintf(conf, "%s/geoxdp.conf", folder);
	file = fopen(zone, "w");
	if (file) {
		fputs("$TTL 300\n@ SOA ns hostmaster 1 7200 900 1209600 300\n@ NS ns\nns A 192.0.2.53\n", file);
		for (size_t i = 0; i < 2 * PAIRS; i++)
			if (i & 1 ? second : first)
				fprintf(file, "%s A 192.0.2.%zu\n", pairs[i / 2][i & 1], i);
		fclose(file);
	}
	file = fopen(conf, "w");
	if (file) {
		fputs("zones:\n  - {name: pair.test., file: pair.zone}\n", file);
		fclose(file);
	}
	error = native_load(conf, &config, object);
	gx_config_free(&config);
	unlink(zone);
	unlink(conf);
	rmdir(folder);
	return error;
}

static void ask(struct gx_object *object, const char *name, unsigned int n_opts, const char *expected)
{
	const struct packet packet = PACKET(.qname = name, .opts = n_opts);
	uint8_t frame[PACKET_MAX_OCTETS];
	size_t octets = packet_build(&packet, frame);
	static uint8_t back[GX_OUTCOME_OCTETS];
	static struct reply reply;
	struct query query;
	const char *wrong;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = octets, .data_out = back,
		    .data_size_out = sizeof(back), .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(gx_object_prog_fd(object), &opts), 0);
	if (opts.retval != XDP_TX)
		fail_msg("%s is passed", name);
	wrong = reply_check(frame, octets, back, opts.data_size_out, false, &query, &reply);
	if (wrong)
		fail_msg("%s: %s", name, wrong);
	if (strcmp(reply.text, expected))
		fail_msg("%s:\n%sinstead of\n%s", name, reply.text, expected);
}

/* In lower case, in upper case, and in both; alone, and with an OPT. */
static void expect(bool first, bool second)
{
	struct gx_object *object = NULL;

	assert_int_equal(load(first, second, &object), 0);
	for (size_t i = 0; i < 2 * PAIRS; i++) {
		for (int form = 0; form < 6; form++) {
			char name[128], owner[128], expected[512] = "NXDOMAIN aa\n" SOA;
			knot_dname_storage_t wire;

			snprintf(name, sizeof(name), "%s" ZONE, pairs[i / 2][i & 1]);
			assert_non_null(knot_dname_from_str(wire, name, sizeof(wire)));
			assert_non_null(knot_dname_to_str(owner, wire, sizeof(owner)));
			for (size_t at = 0; name[at]; at++)
				if (form / 2 == 1 || (form / 2 == 2 && at & 1))
					name[at] = (char)toupper(name[at]);
			if (i & 1 ? second : first)
				snprintf(expected, sizeof(expected), "NOERROR aa\n%s 300 A 192.0.2.%zu\n", owner, i);
			ask(object, name, form & 1, expected);
		}
	}
	gx_object_free(object);
}

static void both_of_each_pair_are_answered_apart(void **state)
{
	expect(true, true);
}

static void second_of_each_pair_is_not_there(void **state)
{
	expect(true, false);
}

static void first_of_each_pair_is_not_there(void **state)
{
	expect(false, true);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_of_each_pair_are_answered_apart),
		cmocka_unit_test(second_of_each_pair_is_not_there),
		cmocka_unit_test(first_of_each_pair_is_not_there),
	};
	struct gx_object *object = NULL;
	int error = load(true, true, &object);

	gx_object_free(object);
	if (error == -EPERM) {
		printf("1..1\nok 1 - case_bits # SKIP needs root: BPF_PROG_RUN\n");
		return 0;
	}
	return cmocka_run_group_tests_name("case_bits", tests, NULL, NULL);
}
