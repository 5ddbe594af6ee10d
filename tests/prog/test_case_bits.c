/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of names that differ only in case bits of octets that are no letters, each is answered with its own record, and where
 * but one is loaded, the other is not there. The former are hashed exactly, the latter as most names are
 * (include/geoxdp/hash.h).
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

#include <cmocka.h>

#include "tests/lib/case_bits.h"
#include "tests/lib/native.h"

#define ZONE	".pair.test."
#define SOA	"; pair.test. 300 SOA ns.pair.test. hostmaster.pair.test. 1 7200 900 1209600 300\n"

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
		for (size_t i = 0; i < 2 * CASE_BITS_PAIRS; i++)
			if (i & 1 ? second : first)
				fprintf(file, "%s A 192.0.2.%zu\n", case_bits[i / 2][i & 1], i);
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
	static struct reply reply;
	bool is_passed;
	const char *wrong = native_ask(object, &packet, &is_passed, &reply);

	if (wrong)
		fail_msg("%s: %s", name, wrong);
	if (is_passed)
		fail_msg("%s is passed", name);
	if (strcmp(reply.text, expected))
		fail_msg("%s:\n%sinstead of\n%s", name, reply.text, expected);
}

/* In lower case, in upper case, and in both; alone, and with an OPT. */
static void expect(bool first, bool second)
{
	struct gx_object *object = NULL;

	assert_int_equal(load(first, second, &object), 0);
	for (size_t i = 0; i < 2 * CASE_BITS_PAIRS; i++) {
		for (int form = 0; form < 6; form++) {
			char name[128], owner[128], expected[512] = "NXDOMAIN aa\n" SOA;
			knot_dname_storage_t wire;

			snprintf(name, sizeof(name), "%s" ZONE, case_bits[i / 2][i & 1]);
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
