/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names that are not there in signed zones, with DO=1 (RFC 4035 3.1.3, RFC 5155 7.2): by NSEC, and by NSEC3 with
 * and without salt and opt-out.
 *
 * The zones are made and chained here, with signatures of no key. What must be answered, the renderer says, which
 * looks for the proof of each name by itself; which names cannot be told apart by the first octets of a label, the
 * list of names says.
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
#include <libknot/packet/wire.h>

#include "geoxdp/dns.h"
#include "tests/lib/chained.h"
#include "tests/lib/native.h"
#include "user/core/render.h"
#include "user/sys/object.h"

#define NUMBER(array) (sizeof(array) / sizeof((array)[0]))

#define QUESTIONS	12000	/* of each zone */
#define FLOOD		10000

#define LONG_SALT "000102030405060708090a0b0c0d0e0f"

static const struct chain chains[] = {
	{ .apex = "nsec.test." },
	{ .apex = "bare.test.", .nsec3 = true, .salt = "-" },
	{ .apex = "salt.test.", .nsec3 = true, .salt = LONG_SALT,
	  .salt_octets = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }, .n_salt = 16 },
	{ .apex = "optout.test.", .nsec3 = true, .optout = true, .salt = "AABBCC", .salt_octets = { 0xaa, 0xbb, 0xcc }, .n_salt = 3 },
	/* These two are passed: iterations, and more salt than there is room for. */
	{ .apex = "iterated.test.", .nsec3 = true, .iterations = 1, .salt = "-" },
	{ .apex = "salted.test.", .nsec3 = true, .salt = LONG_SALT "10", .n_salt = 17,
	  .salt_octets = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } },
};

#define ANSWERED 4	/* of these zones */

static struct chained_zone zones[NUMBER(chains)];
static struct gx_object *object;
static struct gx_config config;
static struct gx_renderer *renderer;

/* --- asking ------------------------------------------------------------------------------------ */

struct told {
	bool is_passed;
	uint8_t rcode;
	struct reply reply;
};

static void ask(const knot_dname_t *name, uint16_t type, uint16_t size, struct told *out)
{
	const struct packet packet = PACKET(.qname_wire = (const char *)name, .qname_wire_octets = knot_dname_size(name),
					    .qtype = type, .opt_flags = PACKET_DO, .opt_size = size,
					    .family = type & 1 ? AF_INET : AF_INET6, .vlans = size & 1);
	const char *wrong = native_ask(object, &packet, &out->is_passed, &out->reply);

	if (wrong)
		fail_msg("%s", wrong);
}

static int compare_lines(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The lines of a reply, sorted, without the additional section. */
static char *sorted(char *text)
{
	char *lines[256], *out = calloc(1, strlen(text) + 1);
	size_t n = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, ";;", 2))
			lines[n++] = line;
	qsort(lines, n, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < n; i++)
		strcat(strcat(out, lines[i]), "\n");
	return out;
}

/* What the renderer says, which knows the name. Returns false: it has no complete answer either. */
static bool render(const knot_dname_t *name, uint16_t type, char *text)
{
	const struct gx_forcing forcing = { .dnssec = true };
	static uint8_t wire[KNOT_WIRE_MAX_PKTSIZE];
	struct gx_rendered answer;
	size_t octets = knot_dname_size(name), question = KNOT_WIRE_HEADER_SIZE + octets + 4;

	if (gx_render_forced(renderer, name, type, GX_LOCATION_UNKNOWN, &forcing, &answer))
		return false;
	memset(wire, 0, KNOT_WIRE_HEADER_SIZE);
	wire[2] = GX_DNS1_QR | answer.flags1;
	wire[3] = answer.rcode;
	knot_wire_set_qdcount(wire, 1);
	knot_wire_set_ancount(wire, answer.ancount);
	knot_wire_set_nscount(wire, answer.nscount);
	knot_wire_set_arcount(wire, answer.arcount);
	memcpy(wire + KNOT_WIRE_HEADER_SIZE, name, octets);
	knot_wire_write_u16(wire + question - 4, type);
	knot_wire_write_u16(wire + question - 2, KNOT_CLASS_IN);
	memcpy(wire + question, answer.octets, answer.len_octets);
	assert_null(reply_text(wire, question + answer.len_octets, text));
	return true;
}

/* The closest encloser that the list of names has. */
static const knot_dname_t *encloser_of(struct chained_zone *zone, const knot_dname_t *name, const knot_dname_t **next)
{
	for (;; name += 1 + *name) {
		if (chained_find(zone, name))
			return name;
		*next = name;
	}
}

/* By NSEC: does a name that exists begin with the same sixteen octets as the next closer one? */
static bool is_tied(struct chained_zone *zone, const knot_dname_t *encloser, const knot_dname_t *next)
{
	uint8_t key[16] = {0}, zero[16] = {0};

	memcpy(key, next + 1, *next < 16 ? *next : 16);
	if (!memcmp(key, zero, 16))
		return true;
	for (size_t i = 0; i < zone->n_owners; i++) {
		const knot_dname_t *other = zone->owners[i].name;
		uint8_t label[16] = {0};

		if (knot_dname_in_bailiwick(other, encloser) != 1)
			continue;
		memcpy(label, other + 1, *other < 16 ? *other : 16);
		if (!memcmp(label, key, 16))
			return true;
	}
	return false;
}

static const uint16_t types[] = { KNOT_RRTYPE_A, KNOT_RRTYPE_TXT, KNOT_RRTYPE_AAAA, KNOT_RRTYPE_MX, KNOT_RRTYPE_CNAME,
				  KNOT_RRTYPE_DS, KNOT_RRTYPE_ANY, KNOT_RRTYPE_NSEC, 65000 };

struct tally {
	size_t nxdomain, wildcards, tied, unproven, others, truncated;
};

static void show(const char *what, const knot_dname_t *name, uint16_t type)
{
	char text[KNOT_DNAME_TXT_MAXLEN + 1];

	print_message("# %s: %s type %u\n", what, knot_dname_to_str(text, name, sizeof(text)), type);
}

/* Is the first record, of the name in question, a NSEC? */
static bool is_made(const char *text)
{
	const char *record = strchr(text, '\n') + 1;

	return *record != ';' && !strncmp(record + strcspn(record, " "), " 300 NSEC ", 10);
}

/* The program and the renderer agree on a name that is not there. name: in lower case; asked: the same in any case. */
static void check(struct chained_zone *zone, const knot_dname_t *name, const knot_dname_t *asked, uint16_t type, struct tally *tally)
{
	static struct told told;
	static char text[REPLY_TEXT_OCTETS];
	const knot_dname_t *next = NULL, *encloser = encloser_of(zone, name, &next);
	char *expected, *found;

	assert_non_null(next);
	ask(asked, type, 1232 - (type & 1), &told);
	if (!render(name, type, text)) {
		tally->others += told.is_passed;
		/* Below a delegation is the referral, which is not this test's. */
		return;
	}
	if (told.is_passed) {
		const struct owner *at = chained_find(zone, encloser);
		bool tied = !zone->chain->nsec3 && is_tied(zone, encloser, next);
		/*
		 * An encloser that opt-out leaves without a NSEC3; RRsets of DNSSEC, which no wildcard makes; and a
		 * chain that ends in a referral.
		 */
		bool unproven = (zone->chain->optout && !at->is_chained) || (type == KNOT_RRTYPE_NSEC && is_made(text)) ||
				strstr(text, "\n; secure.");

		if (!tied && !unproven) {
			show("passed", name, type);
			fail_msg("passed, though the answer is\n%s", text);
		}
		tally->tied += tied;
		tally->unproven += !tied;
		return;
	}
	if (told.reply.is_truncated) {
		tally->truncated++;
		return;
	}
	tally->nxdomain += told.reply.rcode == KNOT_RCODE_NXDOMAIN;
	tally->wildcards += told.reply.rcode == KNOT_RCODE_NOERROR;
	expected = sorted(text);
	found = sorted(told.reply.text);
	if (strcmp(expected, found)) {
		show("differs", name, type);
		fail_msg("%sinstead of\n%s", found, expected);
	}
	free(expected);
	free(found);
}

/* Some letters of a name in upper case. */
static void in_any_case(knot_dname_storage_t out, const knot_dname_t *name, uint64_t random)
{
	memcpy(out, name, knot_dname_size(name));
	for (uint8_t *at = out; *at; at += 1 + *at)
		for (size_t i = 1; i <= *at; i++)
			if (at[i] >= 'a' && at[i] <= 'z' && chained_mix(random++) & 1)
				at[i] -= 'a' - 'A';
}

/* A label beside one that exists, or any. */
static size_t label_near(const struct chained_zone *zone, uint64_t random, uint8_t *label)
{
	const knot_dname_t *other = zone->owners[random / 8 % zone->n_owners].name;
	size_t octets = 1 + *other;

	if (random % 8 == 0 || octets < 2)
		return chained_label(chained_mix(random), label);
	memcpy(label, other, octets);
	switch (random % 8) {
	case 1:		/* it and one octet more */
		if (octets < 64) {
			label[octets++] = random >> 20 & 1 ? 0 : chained_mix(random) % 'A';
			label[0]++;
		}
		break;
	case 2:		/* without its last octet */
		if (octets > 2) {
			octets--;
			label[0]--;
		}
		break;
	case 3:		/* one octet up or down */
	case 4:
		label[1 + (random >> 20) % (octets - 1)] += random % 8 == 3 ? 1 : -1;
		break;
	default:	/* as it is, for another parent */
		break;
	}
	for (size_t i = 1; i < octets; i++)
		if (label[i] >= 'A' && label[i] <= 'Z')
			label[i] += 'a' - 'A';
	return octets;
}

/* The parent of a wildcard, of any name, or the apex. */
static const knot_dname_t *random_parent(const struct chained_zone *zone, uint64_t random)
{
	size_t at = random / 4 % zone->n_owners;

	if (random % 4 < 2)
		return random % 4 ? zone->owners[at].name : zone->apex;
	for (; !knot_dname_is_wildcard(zone->owners[at].name); at = (at + 1) % zone->n_owners)
		;
	return zone->owners[at].name + 2;
}

static bool random_absent(struct chained_zone *zone, uint64_t random, knot_dname_storage_t out)
{
	uint8_t labels[256];
	size_t octets = label_near(zone, chained_mix(random), labels), depth = random % 5 ? 1 : 1 + random / 5 % 120;
	const knot_dname_t *parent = random_parent(zone, chained_mix(random + 1));

	if (octets + knot_dname_size(parent) > KNOT_DNAME_MAXLEN)
		return false;
	/* The name nearest to the parent is the last one that is put in front. */
	while (--depth) {
		uint8_t more[64];
		size_t n = depth > 10 ? 2 : chained_label(chained_mix(random + depth), more);

		if (depth > 10)
			memcpy(more, "\1a", 2);
		if (n + octets + knot_dname_size(parent) > KNOT_DNAME_MAXLEN)
			break;
		memmove(labels + n, labels, octets);
		memcpy(labels, more, n);
		octets += n;
	}
	chained_below(out, labels, octets, parent);
	return !chained_find(zone, out);
}

/* On an emulated machine a part of them: the kernel is what is tested there. */
static size_t part_of(size_t count)
{
	return getenv("GEOXDP_TEST_NAMES") ? count / 8 : count;
}

static void names_at_random_are_denied_as_the_renderer_does(void **state)
{
	size_t questions = part_of(QUESTIONS);

	for (size_t i = 0; i < ANSWERED; i++) {
		struct tally tally = {0};

		for (size_t j = 0; j < questions; j++) {
			uint64_t random = chained_mix(j * NUMBER(chains) + i);
			knot_dname_storage_t name, asked;

			if (!random_absent(&zones[i], random, name))
				continue;
			in_any_case(asked, name, random);
			check(&zones[i], name, asked, types[chained_mix(random) % NUMBER(types)], &tally);
		}
		print_message("# NOTE %s: %zu NXDOMAIN, %zu of wildcards; passed: %zu tied, %zu unproven, %zu others; %zu cut\n",
			      chains[i].apex, tally.nxdomain, tally.wildcards, tally.tied, tally.unproven, tally.others, tally.truncated);
		assert_in_range(tally.nxdomain, questions / 3, questions);
		assert_in_range(tally.wildcards, questions / 10, questions);
		assert_in_range(tally.tied, chains[i].nsec3 ? 0 : 1, chains[i].nsec3 ? 0 : questions / 10);
		assert_in_range(tally.unproven, 1, questions / 10);
	}
}

/*
 * Each octet as the only one of a label, and each length of a name up to the longest, below everything that is
 * there.
 */
static void labels_of_every_octet_and_names_of_every_length_are_denied(void **state)
{
	size_t every = 8 / part_of(8);

	for (size_t i = 0; i < ANSWERED; i++) {
		struct chained_zone *zone = &zones[i];
		struct tally tally = {0};
		knot_dname_storage_t name;

		for (size_t j = 0; j < zone->n_owners; j += every) {
			const knot_dname_t *parent = zone->owners[j].name;
			size_t room = KNOT_DNAME_MAXLEN - knot_dname_size(parent), step = j ? 17 : 1;

			for (unsigned int octet = 0; j % 8 == 0 && octet < 256 && room >= 2; octet++) {
				uint8_t label[2] = { 1, octet >= 'A' && octet <= 'Z' ? octet + 32 : octet };

				chained_below(name, label, 2, parent);
				if (!chained_find(zone, name))
					check(zone, name, name, KNOT_RRTYPE_A, &tally);
			}
			for (size_t octets = 2; octets <= room; octets += octets + step > room && octets < room ? room - octets : step) {
				uint8_t labels[256];
				size_t left = octets, at = 0;

				while (left) {
					size_t n = left > 64 ? 64 : left;

					if (left - n == 1)
						n--;
					labels[at] = n - 1;
					memset(labels + at + 1, 'q', n - 1);
					at += n;
					left -= n;
				}
				chained_below(name, labels, octets, parent);
				if (!chained_find(zone, name))
					check(zone, name, name, KNOT_RRTYPE_A, &tally);
			}
		}
		print_message("# NOTE %s: %zu NXDOMAIN, %zu of wildcards, %zu tied, %zu cut\n", chains[i].apex, tally.nxdomain,
			      tally.wildcards, tally.tied, tally.truncated);
		assert_in_range(tally.nxdomain, part_of(5000), 1000000);
	}
}

/* What does not fit is cut whole, the proofs counted (RFC 2181 9). */
static void what_does_not_fit_is_cut(void **state)
{
	static struct told told, small;

	for (size_t i = 0; i < ANSWERED; i++) {
		size_t cut = 0;

		for (size_t j = 0; j < 200; j++) {
			knot_dname_storage_t name;
			size_t octets;

			if (!random_absent(&zones[i], chained_mix(j), name))
				continue;
			ask(name, KNOT_RRTYPE_A, 1232, &told);
			if (told.is_passed || told.reply.is_truncated)
				continue;
			octets = told.reply.message_octets;
			if (octets <= 513)
				continue;
			ask(name, KNOT_RRTYPE_A, octets - 1, &small);
			assert_false(small.is_passed);
			assert_true(small.reply.is_truncated);
			ask(name, KNOT_RRTYPE_A, octets, &small);
			assert_false(small.reply.is_truncated);
			assert_int_equal(small.reply.message_octets, octets);
			cut++;
		}
		assert_true(cut > 0);
	}
}

static void zones_whose_hashes_are_not_computed_are_passed(void **state)
{
	static struct told told;

	for (size_t i = ANSWERED; i < NUMBER(chains); i++) {
		for (size_t j = 0; j < 100; j++) {
			knot_dname_storage_t name;
			static char text[REPLY_TEXT_OCTETS];

			if (!random_absent(&zones[i], chained_mix(j), name) || !render(name, KNOT_RRTYPE_A, text))
				continue;
			ask(name, KNOT_RRTYPE_A, 1232, &told);
			assert_true(told.is_passed);
		}
	}
}

/* Random names with DO=1, right below an apex: the name server behind sees none of them. */
static void a_flood_of_random_names_is_all_answered(void **state)
{
	static uint64_t before[GX_REASON_COUNT], after[GX_REASON_COUNT];
	static struct told told;
	struct gx_failure failure;
	size_t sent = 0, flood = part_of(FLOOD);

	assert_int_equal(gx_stats_read(gx_object_stats_fd(object), before, &failure), 0);
	for (size_t i = 0; i < flood; i++) {
		const struct chained_zone *zone = &zones[i % ANSWERED];
		uint8_t label[32] = { 12 };
		knot_dname_storage_t name;

		for (size_t j = 0; j < 12; j++)
			label[1 + j] = "abcdefghijklmnopqrstuvwxyz012345"[chained_mix(i) >> 5 * j & 31];
		chained_below(name, label, 13, zone->apex);
		ask(name, KNOT_RRTYPE_A, 1232, &told);
		sent++;
	}
	assert_int_equal(gx_stats_read(gx_object_stats_fd(object), after, &failure), 0);
	for (size_t i = 0; i < GX_REASON_COUNT; i++)
		assert_int_equal(after[i] - before[i], i == GX_SERVED_NXDOMAIN ? sent : 0);
}

/* --- the set-up -------------------------------------------------------------------------------- */

static int set_up(void)
{
	char folder[] = P_tmpdir "/geoxdp-test-XXXXXX", path[64], conf[64];
	FILE *file;
	int error = 0;

	if (!mkdtemp(folder))
		return -errno;
	sprintf(conf, "%s/geoxdp.conf", folder);
	file = fopen(conf, "w");
	if (!file)
		return -errno;
	fputs("zones:\n", file);
	for (size_t i = 0; !error && i < NUMBER(chains); i++) {
		zones[i].chain = &chains[i];
		sprintf(path, "%s/%s", folder, chains[i].apex);
		error = chained_write(&zones[i], path);
		fprintf(file, "  - {name: %s, file: %s}\n", chains[i].apex, chains[i].apex);
	}
	if (fclose(file))
		error = -EIO;
	error = error ? error : native_load(conf, &config, &object);
	if (!error)
		renderer = gx_renderer_new(&config);
	for (size_t i = 0; i < NUMBER(chains); i++) {
		sprintf(path, "%s/%s", folder, chains[i].apex);
		unlink(path);
	}
	unlink(conf);
	rmdir(folder);
	return error;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_at_random_are_denied_as_the_renderer_does),
		cmocka_unit_test(labels_of_every_octet_and_names_of_every_length_are_denied),
		cmocka_unit_test(what_does_not_fit_is_cut),
		cmocka_unit_test(zones_whose_hashes_are_not_computed_are_passed),
		cmocka_unit_test(a_flood_of_random_names_is_all_answered),
	};
	int error = set_up();

	if (error == -EPERM) {
		printf("1..1\nok 1 - denial # SKIP needs root: BPF_PROG_RUN\n");
		return 0;
	}
	if (error) {
		printf("1..1\nnot ok 1 - the zones are loaded: %s\n", strerror(-error));
		return 1;
	}
	error = cmocka_run_group_tests_name("denial", tests, NULL, NULL);
	gx_renderer_free(renderer);
	gx_config_free(&config);
	gx_object_free(object);
	return error;
}
