/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A zone of a million names, as a registry has it, through the program: names that exist and that do not, at random.
 *
 * Each name is made from its number, and so is what must be answered: no reader of zones has a part in that.
 * GEOXDP_TEST_NAMES: other than a million.
 */
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
#include <libknot/descriptor.h>

#include "tests/lib/native.h"
#include "user/sys/object.h"

#define NAMES		1000000
#define QUESTIONS	100000
#define HOSTS		1000
#define GROUPS		64	/* names two labels down are in these */
#define NAME_TEXT	96
#define SOA		"; tld. 900 SOA ns0.host.tld. hostmaster.tld. 1 7200 900 1209600 900\n"
#define DIGEST		"00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"

static size_t n_names;
static struct gx_object *object;

/* --- the names --------------------------------------------------------------------------------- */

enum kind { DELEGATED, GLUED, HOST, GROUPED, ALIAS, WILD };

struct entry {
	enum kind kind;
	unsigned int host, group;
	bool has_ds, has_aaaa;
	char label[32];
	char owner[NAME_TEXT];
};

/* SplitMix64. */
static uint64_t mix(uint64_t number)
{
	number += 0x9e3779b97f4a7c15ull;
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ull;
	number = (number ^ number >> 27) * 0x94d049bb133111ebull;
	return number ^ number >> 31;
}

static struct entry entry_of(size_t number)
{
	static const uint8_t shares[] = { [DELEGATED] = 70, [GLUED] = 15, [HOST] = 6, [GROUPED] = 3, [ALIAS] = 3, [WILD] = 3 };
	uint64_t random = mix(number), more = mix(random);
	unsigned int share = random % 100;
	struct entry entry = { .host = (random >> 8) % HOSTS, .group = (random >> 20) % GROUPS,
			       .has_ds = random >> 32 & 1, .has_aaaa = random >> 33 & 1 };
	size_t letters = (random >> 34) % 12;

	while (share >= shares[entry.kind])
		share -= shares[entry.kind++];
	/* Letters that are no hexadecimal digits, then the number. */
	for (size_t i = 0; i < letters; i++)
		entry.label[i] = (char)('g' + (more >> 5 * i & 31) % 20);
	sprintf(entry.label + letters, "%zx", number);
	if (entry.kind == GROUPED)
		sprintf(entry.owner, "%s.co%u.tld.", entry.label, entry.group);
	else
		sprintf(entry.owner, "%s.tld.", entry.label);
	return entry;
}

static void put_entry(FILE *file, size_t number)
{
	struct entry entry = entry_of(number);

	switch (entry.kind) {
	case DELEGATED:
		fprintf(file, "%s NS a.ns.example.\n%s NS ns%u.host.tld.\n", entry.owner, entry.owner, entry.host);
		break;
	case GLUED:
		fprintf(file, "%s NS ns.%s\nns.%s A 192.0.2.7\n", entry.owner, entry.owner, entry.owner);
		break;
	case HOST:
	case GROUPED:
		fprintf(file, "%s A 192.0.2.%u\n", entry.owner, entry.host % 256);
		if (entry.has_aaaa)
			fprintf(file, "%s AAAA 2001:db8::%x\n", entry.owner, entry.host + 1);
		break;
	case ALIAS:
		fprintf(file, "%s CNAME ns%u.host.tld.\n", entry.owner, entry.host);
		break;
	case WILD:
		fprintf(file, "*.%s TXT \"%zu\"\n", entry.owner, number);
		break;
	}
	if (entry.kind <= GLUED && entry.has_ds)
		fprintf(file, "%s DS %u 13 2 " DIGEST "\n", entry.owner, entry.host);
}

static int write_zone(const char *path)
{
	FILE *file = fopen(path, "w");
	int failed;

	if (!file)
		return -errno;
	fputs("$TTL 300\n@ 3600 SOA ns0.host.tld. hostmaster 1 7200 900 1209600 900\n@ NS ns0.host\n", file);
	for (unsigned int i = 0; i < HOSTS; i++)
		fprintf(file, "ns%u.host A 198.51.100.%u\n", i, i % 256);
	for (size_t i = 0; i < n_names; i++)
		put_entry(file, i);
	failed = ferror(file);
	return fclose(file) || failed ? -EIO : 0;
}

/* --- what must be answered --------------------------------------------------------------------- */

struct question {
	char name[2 * NAME_TEXT];
	uint16_t type;
	char expected[1024];	/* empty: passed */
};

static void ask(struct question *out, const char *in_front, const char *name, uint16_t type)
{
	snprintf(out->name, sizeof(out->name), "%s%s", in_front, name);
	out->type = type;
}

static void expect_referral(struct question *out, const struct entry *entry)
{
	if (entry->kind == GLUED)
		sprintf(out->expected, "NOERROR\n; %s 300 NS ns.%s\n;; ns.%s 300 A 192.0.2.7\n", entry->owner, entry->owner,
			entry->owner);
	else
		sprintf(out->expected, "NOERROR\n; %s 300 NS a.ns.example.\n; %s 300 NS ns%u.host.tld.\n"
			";; ns%u.host.tld. 300 A 198.51.100.%u\n", entry->owner, entry->owner, entry->host, entry->host,
			entry->host % 256);
}

static void expect_negative(struct question *out, const char *rcode)
{
	sprintf(out->expected, "%s aa\n" SOA, rcode);
}

/* A name that is there, one below or beside it, and a type that it has or has not. */
static void ask_delegation(struct question *out, const struct entry *entry, uint64_t random)
{
	static const char *const in_front[] = { "", "", "ns.", "www.", "a.b.c.d.e.f.g.h.i.j.k." };

	if (random % 4 == 0) {
		ask(out, "", entry->owner, KNOT_RRTYPE_DS);
		if (entry->has_ds)
			sprintf(out->expected, "NOERROR aa\n%s 300 DS %u 13 2 " DIGEST "\n", entry->owner, entry->host);
		else
			expect_negative(out, "NOERROR");
		return;
	}
	ask(out, in_front[random / 4 % 5], entry->owner, random & 32 ? KNOT_RRTYPE_A : KNOT_RRTYPE_MX);
	expect_referral(out, entry);
}

static void ask_host(struct question *out, const struct entry *entry, uint64_t random)
{
	char group[NAME_TEXT];

	sprintf(group, "co%u.tld.", entry->group);
	switch (random % 5) {
	case 0:
		ask(out, "", entry->owner, KNOT_RRTYPE_A);
		sprintf(out->expected, "NOERROR aa\n%s 300 A 192.0.2.%u\n", entry->owner, entry->host % 256);
		break;
	case 1:
		ask(out, "", entry->owner, KNOT_RRTYPE_AAAA);
		expect_negative(out, "NOERROR");
		if (entry->has_aaaa)
			sprintf(out->expected, "NOERROR aa\n%s 300 AAAA 2001:db8::%x\n", entry->owner, entry->host + 1);
		break;
	case 2:
		ask(out, "www.", entry->owner, KNOT_RRTYPE_A);
		expect_negative(out, "NXDOMAIN");
		break;
	case 3:	/* an empty non-terminal, whoever is below it */
		ask(out, "", entry->kind == GROUPED ? group : entry->owner, KNOT_RRTYPE_TXT);
		expect_negative(out, "NOERROR");
		break;
	default:
		ask(out, "no-such-", entry->owner, KNOT_RRTYPE_A);
		expect_negative(out, "NXDOMAIN");
		break;
	}
}

static void ask_alias(struct question *out, const struct entry *entry, uint64_t random)
{
	bool has = random & 1;

	ask(out, "", entry->owner, has ? KNOT_RRTYPE_A : KNOT_RRTYPE_TXT);
	sprintf(out->expected, "NOERROR aa\n%s 300 CNAME ns%u.host.tld.\n", entry->owner, entry->host);
	if (has)
		sprintf(out->expected + strlen(out->expected), "ns%u.host.tld. 300 A 198.51.100.%u\n", entry->host,
			entry->host % 256);
	else
		strcat(out->expected, SOA);
}

static void ask_wildcard(struct question *out, const struct entry *entry, size_t number, uint64_t random)
{
	static const char *const in_front[] = { "*.", "any.", "a.b.c.", "1.2.3.4.5.6.7.8.9.a.b.c.d." };

	if (random % 4 == 0) {
		ask(out, "", entry->owner, KNOT_RRTYPE_TXT);
		expect_negative(out, "NOERROR");
		return;
	}
	ask(out, in_front[random / 4 % 4], entry->owner, random & 16 ? KNOT_RRTYPE_TXT : KNOT_RRTYPE_A);
	if (out->type == KNOT_RRTYPE_TXT)
		sprintf(out->expected, "NOERROR aa\n%s 300 TXT \"%zu\"\n", out->name, number);
	else
		expect_negative(out, "NOERROR");
}

/* Numbers that are not there make names of the same shape. */
static void ask_absent(struct question *out, size_t number, uint64_t random)
{
	static const char *const in_front[] = { "", "", "www.", "a.b.c.d.e.f.g.h.i.j.k.l." };
	struct entry entry = entry_of(n_names + number);

	ask(out, in_front[random % 4], entry.owner, random & 4 ? KNOT_RRTYPE_A : KNOT_RRTYPE_NS);
	if (random >> 3 & 7)
		expect_negative(out, "NXDOMAIN");
	else
		strcpy(strstr(out->name, ".tld."), ".test.");	/* of no zone */
}

static void any_question(struct question *out, uint64_t random)
{
	size_t number = mix(random) % n_names;
	struct entry entry = entry_of(number);

	out->expected[0] = '\0';
	if (random % 3 == 0)
		ask_absent(out, number, random >> 8);
	else if (entry.kind <= GLUED)
		ask_delegation(out, &entry, random >> 8);
	else if (entry.kind == ALIAS)
		ask_alias(out, &entry, random >> 8);
	else if (entry.kind == WILD)
		ask_wildcard(out, &entry, number, random >> 8);
	else
		ask_host(out, &entry, random >> 8);
}

/* --- asking ------------------------------------------------------------------------------------ */

/* Returns whether it was answered. */
static bool expect_answer(const struct question *question, uint64_t random)
{
	const struct packet packet = PACKET(.qname = question->name, .qtype = question->type, .id = (uint16_t)random,
					    .opts = random >> 16 & 1, .family = random >> 17 & 1 ? AF_INET : AF_INET6);
	static struct reply reply;
	bool is_passed;
	const char *wrong = native_ask(object, &packet, &is_passed, &reply);

	if (wrong)
		fail_msg("%s: %s", question->name, wrong);
	if (!*question->expected) {
		if (!is_passed)
			fail_msg("%s of no zone is not passed", question->name);
		return false;
	}
	if (is_passed)
		fail_msg("%s is passed", question->name);
	if (strcmp(reply.text, question->expected))
		fail_msg("%s type %u:\n%sinstead of\n%s", question->name, question->type, reply.text, question->expected);
	return true;
}

static void names_at_random_of_a_zone_of_a_million_are_answered_right(void **state)
{
	struct question question;
	size_t answered = 0;

	for (size_t i = 0; i < QUESTIONS; i++) {
		uint64_t random = mix(~(uint64_t)i);

		any_question(&question, random);
		answered += expect_answer(&question, mix(random));
	}
	assert_in_range(answered, QUESTIONS * 9 / 10, QUESTIONS - 1);
	print_message("# NOTE %zu names, %d questions\n", n_names, QUESTIONS);
}

/* --- the set-up -------------------------------------------------------------------------------- */

static int set_up(void)
{
	char folder[] = P_tmpdir "/geoxdp-test-XXXXXX", zone[64], conf[64];
	struct gx_config config = {0};
	FILE *file;
	int error;

	if (!mkdtemp(folder))
		return -errno;
	sprintf(zone, "%s/tld.zone", folder);
	sprintf(conf, "%s/geoxdp.conf", folder);
	error = write_zone(zone);
	file = error ? NULL : fopen(conf, "w");
	if (file) {
		fputs("zones:\n  - {name: tld., file: tld.zone}\n", file);
		error = fclose(file) ? -EIO : native_load(conf, &config, &object);
	}
	gx_config_free(&config);
	unlink(zone);
	unlink(conf);
	rmdir(folder);
	return error;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_at_random_of_a_zone_of_a_million_are_answered_right),
	};
	const char *wanted = getenv("GEOXDP_TEST_NAMES");
	int error;

	n_names = wanted ? strtoul(wanted, NULL, 10) : NAMES;
	error = n_names ? set_up() : -EINVAL;
	if (error == -EPERM) {
		printf("1..1\nok 1 - many_names # SKIP needs root: BPF_PROG_RUN\n");
		return 0;
	}
	if (error) {
		printf("1..1\nnot ok 1 - the zone is loaded: %s\n", strerror(-error));
		return 1;
	}
	error = cmocka_run_group_tests_name("many_names", tests, NULL, NULL);
	gx_object_free(object);
	return error;
}
