/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * validate SERVER ANCHORS < questions: what an independent validator (Unbound's) makes of the answers.
 *
 * ANCHORS is a file of DNSKEY or DS records, SERVER the address of a server of all zones at or below their owners,
 * which are given in lines "zone NAME" of standard input. Other lines are "NAME TYPE secure|insecure", with TYPE a
 * number: what the answer must be. Prints each that is something else, and at the end how many were right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unbound.h>

static void must(int error, const char *step)
{
	if (!error)
		return;
	fprintf(stderr, "validate: %s: %s\n", step, ub_strerror(error));
	exit(1);
}

/* Returns whether the answer is what it must be. */
static int ask(struct ub_ctx *context, const char *name, int type, const char *expected)
{
	struct ub_result *result;
	const char *found;
	int right;

	must(ub_resolve(context, name, type, 1, &result), name);
	found = result->bogus ? "bogus" : result->rcode && result->rcode != 3 ? "no answer" :
		result->secure ? "secure" : "insecure";
	right = strcmp(found, expected) == 0;
	if (!right)
		printf("wrong: %s TYPE%d is %s, not %s%s%s\n", name, type, found, expected,
		       result->why_bogus ? ": " : "", result->why_bogus ? result->why_bogus : "");
	ub_resolve_free(result);
	return right;
}

int main(int argc, char **argv)
{
	static char *const options[][2] = {
		{ "do-ip6:", "no" }, { "qname-minimisation:", "no" }, { "aggressive-nsec:", "no" }, { "msg-cache-size:", "0" },
	};
	struct ub_ctx *context = ub_ctx_create();
	char line[1024], name[512], expected[16];
	size_t right = 0;
	int type;

	if (argc != 3 || !context) {
		fputs("usage: validate SERVER ANCHORS < questions\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		must(ub_ctx_set_option(context, options[i][0], options[i][1]), options[i][0]);
	must(ub_ctx_add_ta_file(context, argv[2]), argv[2]);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "zone %511s", name) == 1)
			must(ub_ctx_set_stub(context, name, argv[1], 0), name);
		else if (sscanf(line, "%511s %d %15s", name, &type, expected) == 3)
			right += ask(context, name, type, expected);
	}
	printf("right: %zu\n", right);
	ub_ctx_delete(context);
	return 0;
}
