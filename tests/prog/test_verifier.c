/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the program costs the kernel's verifier: of a million instructions that it would look at. */
#include <sys/utsname.h>

#include "tests/lib/cases.h"

#define INSTRUCTIONS_MAX 500000

static void program_with_wildcards_takes_the_verifier_at_most_half_a_million_instructions(void **state)
{
	struct utsname kernel;

	assert_int_equal(uname(&kernel), 0);
	print_message("# NOTE Linux %s: the verifier went through %u instructions\n", kernel.release,
		      node_verified_instructions());
	assert_in_range(node_verified_instructions(), 1, INSTRUCTIONS_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_with_wildcards_takes_the_verifier_at_most_half_a_million_instructions),
	};

	return cases_main("verifier", NULL, 0, tests, NUMBER(tests));
}
