/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reference CONF NSD_PORT KNOT_PORT RANDOM SEED: compare the program with NSD and Knot.
 *
 * Both serve the zones of CONF at 127.0.0.1. Prints, separated by tabs:
 *	compared N
 *	passed WHY N QUESTION			what the program passed, and the first such question
 *	choice KIND N QUESTION			NSD and Knot differ, and the program is like one of them
 *	wrong KIND N QUESTION			it is not; or they agree, and it does not; or it passed for no good reason
 * KIND is a cause that docs/conformance.md explains, or "FIELD: WHAT NSD SAYS / WHAT KNOT SAYS / WHAT THE PROGRAM
 * SAYS".
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libknot/codes.h>
#include <libknot/descriptor.h>
#include <libknot/packet/wire.h>

#include "tests/conformance/program.h"
#include "tests/conformance/reference_question.h"
#include "tests/conformance/reference_reply.h"
#include "user/core/denial.h"
#include "user/core/frame.h"
#include "user/core/native.h"

#define BATCH		128	/* questions that are under way at a time */
#define WAIT_MS		3000
#define KINDS_MAX	512
#define KIND_OCTETS	160
#define KEY_OCTETS	16	/* of a label, that the program compares */
#define RRSIGS_OCTETS	300	/* an RRset of addresses and its RRSIGs */

enum { NSD, KNOT, PROGRAM, SERVERS };

static const char *const servers[] = { "NSD", "Knot", "the program" };

#define REASON_NAME(name, kind, text) #name,
static const char *const reasons[] = { GX_REASONS(REASON_NAME) };

/* --- what was found ---------------------------------------------------------------------------- */

struct kind {
	const char *verdict;
	char text[KIND_OCTETS];
	char *question;		/* the first */
	size_t count;
};

static struct kind kinds[KINDS_MAX];
static size_t n_kinds;

static void count(const char *verdict, const char *text, const char *question)
{
	size_t i = 0;

	while (i < n_kinds && (kinds[i].verdict != verdict || strcmp(kinds[i].text, text)))
		i++;
	if (i == KINDS_MAX) {
		fprintf(stderr, "reference: more than %d kinds of differences\n", KINDS_MAX);
		exit(1);
	}
	if (i == n_kinds) {
		kinds[i].verdict = verdict;
		snprintf(kinds[i].text, sizeof(kinds[i].text), "%s", text);
		kinds[i].question = strdup(question);
		n_kinds++;
	}
	kinds[i].count++;
}

/* --- comparing --------------------------------------------------------------------------------- */

static const char wrong[] = "wrong", choice[] = "choice", passed[] = "passed";

static bool is_truncated(const struct reply *reply)
{
	return knot_wire_get_tc(reply->wire) != 0;
}

/* Octets that the reply may have. */
static size_t limit_of(const struct question *question)
{
	size_t size = question->edns_octets;

	return size <= 512 ? 512 : size < 1232 ? size : 1232;
}

/*
 * With RRSIGs, did NSD or Knot put in what found room, and so perhaps not all? A whole answer may then be more than
 * even a reply over TCP holds, and is not to be measured.
 */
static bool is_full(const struct reply *replies, const struct question *question)
{
	size_t octets = replies[NSD].octets > replies[KNOT].octets ? replies[NSD].octets : replies[KNOT].octets;

	return question->dnssec_ok && octets + RRSIGS_OCTETS > limit_of(question);
}

/* Why a section differs from what NSD and Knot agree on, where that is a choice; NULL: it is none. */
static const char *find_excuse(const struct reply *replies, enum reply_field field, const struct question *question,
			       size_t whole_octets)
{
	const struct reply *program = &replies[PROGRAM], *knot = &replies[KNOT];

	if (field == REPLY_TC && is_truncated(program) && whole_octets > limit_of(question) && question->dnssec_ok)
		return "NSD and Knot cut long chains without it";
	if (field < REPLY_ANSWER)
		return NULL;
	if (is_truncated(program) && program->shape[field - REPLY_ANSWER][0] == '-')
		return "empty with TC=1";
	if (field == REPLY_ADDITIONAL && (whole_octets > limit_of(question) || is_full(replies, question)) &&
	    (reply_is_subset(program, &replies[NSD], field) || reply_is_subset(program, &replies[KNOT], field)))
		return "fewer where not all fit";
	if (field == REPLY_ADDITIONAL && (question->dnssec_ok || !reply_differs(&replies[NSD], program, field)) &&
	    reply_is_subset(program, knot, field) && reply_is_subset(knot, program, field))
		return "Knot repeats addresses of a name that is led to twice";
	if (field == REPLY_ADDITIONAL && question->dnssec_ok && reply_is_subset(program, knot, field) &&
	    (question->type == KNOT_RRTYPE_HTTPS || question->type == KNOT_RRTYPE_SVCB))
		return "Knot adds NSEC of addresses that are not there";
	if (field == REPLY_ADDITIONAL && question->type == KNOT_RRTYPE_ANY &&
	    reply_differs(&replies[NSD], knot, REPLY_ANSWER))
		return "that of another RRset with ANY";
	if (field == REPLY_ADDITIONAL && question->dnssec_ok && question->is_synthesised &&
	    !strcmp(program->shape[KNOT_ADDITIONAL], "-"))
		return "none with DO=1 where a wildcard answers";
	/* NSD's own NS take the place. */
	if (field == REPLY_ADDITIONAL && replies[NSD].minimised && reply_is_subset(&replies[NSD], program, field) &&
	    !reply_differs(&replies[KNOT], program, field))
		return "fewer where not all fit";
	return NULL;
}

/* A difference by what it says. */
static void show_kind(const struct reply *replies, enum reply_field field, const struct question *question, char *text)
{
	char shown[SERVERS][64], type[16] = "";

	if (field == REPLY_ADDITIONAL)
		knot_rrtype_to_string(question->type, type, sizeof(type));
	snprintf(text, KIND_OCTETS, "%s%s%s: %s / %s / %s", reply_field_name(field), *type ? " of " : "", type, reply_show(&replies[NSD], field, shown[NSD]),
		 reply_show(&replies[KNOT], field, shown[KNOT]), reply_show(&replies[PROGRAM], field, shown[PROGRAM]));
}

/* Is a name at or below one that its zone does not have, and below which another zone is loaded? */
static bool is_above_zone(const struct gx_config *config, const struct question *question)
{
	const knot_dname_t *asked = question->message + KNOT_WIRE_HEADER_SIZE;
	const struct gx_zone *zone = gx_config_find_zone(config, asked);
	knot_dname_storage_t lower;
	const knot_dname_t *name = lower;

	memcpy(lower, asked, knot_dname_size(asked));
	knot_dname_to_lower(lower);
	if (question->type == KNOT_RRTYPE_DS && zone && *name && knot_dname_is_equal(name, zone->apex)) {
		name += *name + 1;	/* DS is of the zone above */
		zone = gx_config_find_zone(config, name);
	}
	for (; zone && knot_dname_in_bailiwick(name, zone->apex) > 0; name += *name + 1) {
		for (size_t i = 0; i < config->n_zones && !gx_zone_find(zone, name); i++) {
			if (knot_dname_in_bailiwick(config->zones[i].apex, name) > 0)
				return true;
		}
	}
	return false;
}

/* Differences of NSD and Knot that go through several fields, by their cause; NULL: it is none of them. */
static const char *find_cause(const struct gx_config *config, const struct reply *replies, const struct question *question)
{
	const struct reply *nsd = &replies[NSD], *knot = &replies[KNOT];

	if (is_above_zone(config, question) &&
	    (reply_differs(nsd, knot, REPLY_RCODE) || reply_differs(nsd, knot, REPLY_ANSWER)))
		return "rcode: NSD takes a name for existing because a zone is below it";
	if (question->type == KNOT_RRTYPE_ANY && reply_differs(nsd, knot, REPLY_ANSWER) &&
	    !strstr(nsd->shape[KNOT_ANSWER], "CNAME"))
		return "ANY: which RRset";
	if (strstr(nsd->shape[KNOT_ANSWER], "CNAME") && reply_is_subset(knot, nsd, REPLY_ANSWER) &&
	    (reply_differs(nsd, knot, REPLY_ANSWER) || reply_differs(nsd, knot, REPLY_RCODE) ||
	     reply_differs(nsd, knot, REPLY_AUTHORITY)))
		return "answer: Knot ends chains of CNAMEs where the zone ends";
	if (strcmp(nsd->shape[KNOT_ANSWER], "-") == 0 && knot_wire_get_rcode(nsd->wire) == KNOT_RCODE_NXDOMAIN &&
	    knot_wire_get_rcode(knot->wire) == KNOT_RCODE_NOERROR)
		return "rcode: Knot misses the closest encloser";
	if (reply_differs(nsd, knot, REPLY_TC) && is_truncated(knot))
		return "TC: NSD leaves needed glue away";
	return NULL;
}

/* Is the program in every field as this server is, but for what is a choice? */
static int is_like(const struct reply *replies, int server, const struct question *question, size_t whole_octets)
{
	for (int field = 0; field < REPLY_FIELD_COUNT; field++) {
		if (reply_differs(&replies[server], &replies[PROGRAM], field) &&
		    !find_excuse(replies, field, question, whole_octets))
			return 0;
	}
	return 1;
}

static void compare_field(const struct reply *replies, enum reply_field field, const struct question *question,
			  size_t whole_octets)
{
	int like_nsd = !reply_differs(&replies[NSD], &replies[PROGRAM], field);
	int like_knot = !reply_differs(&replies[KNOT], &replies[PROGRAM], field);
	const char *excuse = find_excuse(replies, field, question, whole_octets);
	char text[KIND_OCTETS];

	if (like_nsd && like_knot)
		return;
	if (excuse)
		snprintf(text, sizeof(text), "%s: %s", reply_field_name(field), excuse);
	else
		show_kind(replies, field, question, text);
	count(excuse || like_nsd || like_knot ? choice : wrong, text, question->text);
}

/* whole_octets: of the program's reply, did it fit. */
static void compare(const struct gx_config *config, struct reply *replies, const struct question *question, size_t whole_octets)
{
	const char *cause;

	for (int i = 0; i < SERVERS; i++) {
		char text[KIND_OCTETS];

		reply_read(&replies[i]);
		if (!replies[i].fault)
			continue;
		snprintf(text, sizeof(text), "%s: %s", servers[i], replies[i].fault);
		count(wrong, text, question->text);
		return;
	}
	if (reply_minimise(&replies[NSD], &replies[PROGRAM]))
		count(choice, "authority: NSD adds the zone's NS to positive answers", question->text);
	cause = find_cause(config, replies, question);
	if (cause && (is_like(replies, NSD, question, whole_octets) || is_like(replies, KNOT, question, whole_octets))) {
		count(choice, cause, question->text);
		return;
	}
	for (int field = 0; field < REPLY_FIELD_COUNT; field++)
		compare_field(replies, field, question, whole_octets);
}

/* --- asking ------------------------------------------------------------------------------------ */

static int open_socket(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 8 << 20;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		perror("reference: socket");
		exit(1);
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return fd;
}

/* Ask a server all of them, and wait for the replies; those that do not come have no octets. */
static void ask_server(int fd, const struct question *questions, size_t n, struct reply (*replies)[SERVERS], int server)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	uint8_t wire[REPLY_OCTETS];
	size_t left = n;

	for (size_t i = 0; i < n; i++) {
		replies[i][server].octets = 0;
		if (send(fd, questions[i].message, questions[i].message_octets, 0) < 0)
			perror("reference: send");
	}
	while (left && poll(&ready, 1, WAIT_MS) > 0) {
		ssize_t octets = recv(fd, wire, sizeof(wire), 0);
		size_t id = octets >= 2 ? knot_wire_get_id(wire) : n;

		if (id >= n || replies[id][server].octets)
			continue;
		memcpy(replies[id][server].wire, wire, (size_t)octets);
		replies[id][server].octets = (size_t)octets;
		left--;
	}
}

/* Octets of the message that a question over TCP would get. */
static size_t measure_whole(const struct gx_object *object, const struct question *question)
{
	const uint64_t mark = GX_TCP_MARK;
	struct xdp_md context = { .data = sizeof(mark), .data_end = sizeof(mark) + question->octets };
	uint8_t in[sizeof(mark) + sizeof(question->frame)], back[GX_OUTCOME_OCTETS];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_size_in = context.data_end, .data_out = back,
		    .data_size_out = sizeof(back), .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = 1);

	memcpy(in, &mark, sizeof(mark));
	memcpy(in + sizeof(mark), question->frame, question->octets);
	if (bpf_prog_test_run_opts(gx_object_prog_fd(object), &opts) || opts.retval != XDP_TX)
		return SIZE_MAX;	/* larger than any */
	return opts.data_size_out - sizeof(mark) - (size_t)(question->message - question->frame);
}

/* By NSEC: does a label agree with that of a name that exists in the octets that are compared? */
static bool is_tied(const struct gx_zone *zone, const knot_dname_t *encloser, const knot_dname_t *name)
{
	static const uint8_t zero[KEY_OCTETS];
	uint8_t key[KEY_OCTETS] = {0};

	while (knot_dname_in_bailiwick(name, encloser) > 1)
		name += 1 + *name;
	memcpy(key, name + 1, *name < KEY_OCTETS ? *name : KEY_OCTETS);
	for (size_t i = 0; i < zone->n_nodes; i++) {
		const knot_dname_t *other = zone->nodes[i].owner;
		uint8_t label[KEY_OCTETS] = {0};

		memcpy(label, other + 1, *other < KEY_OCTETS ? *other : KEY_OCTETS);
		if (knot_dname_in_bailiwick(other, encloser) == 1 && !memcmp(label, key, KEY_OCTETS))
			return true;
	}
	return !memcmp(key, zero, KEY_OCTETS);
}

/* With DO=1, why a name that does not exist is passed. */
static const char *find_pass_unproven(const struct gx_zone *zone, const struct gx_match *match, const knot_dname_t *name,
				      uint16_t type)
{
	bool is_wildcard = match->kind == GX_MATCH_WILDCARD;
	const knot_dname_t *encloser = match->node->owner + (is_wildcard ? 2 : 0);

	if (!gx_zone_uses_nsec3(zone) && is_tied(zone, encloser, name))
		return "DO=1 at a name that begins as another";
	if (is_wildcard && (knot_rrtype_is_dnssec(type) || type == KNOT_RRTYPE_ANY))
		return "DO=1: types of DNSSEC at a wildcard";
	if (is_wildcard && gx_node_find(match->node, KNOT_RRTYPE_CNAME))
		return "DO=1: CNAME of a wildcard to what is proven elsewhere";
	if (gx_zone_uses_nsec3(zone) &&
	    (!gx_denial_match(zone, encloser).rrset || (is_wildcard && !gx_denial_match(zone, match->node->owner).rrset)))
		return "DO=1 below what exists by an insecure delegation alone";
	return NULL;
}

/* Why a question is passed. NULL: for no reason that docs/conformance.md knows. */
static const char *find_pass(const struct gx_config *config, const struct question *question)
{
	knot_dname_storage_t name;
	const struct gx_zone *zone;
	struct gx_match match;

	memcpy(name, question->message + KNOT_WIRE_HEADER_SIZE, knot_dname_size(question->message + KNOT_WIRE_HEADER_SIZE));
	knot_dname_to_lower(name);
	zone = gx_config_find_zone(config, name);
	if (question->type == KNOT_RRTYPE_OPT)
		return "meta type";
	if (!zone)
		return "no loaded zone";
	match = gx_zone_match(zone, name);
	if (match.kind == GX_MATCH_DNAME)
		return "below a DNAME";
	if (knot_dname_is_wildcard(match.node->owner) &&
	    (match.node->delegation || gx_node_find(match.node, KNOT_RRTYPE_DNAME)))
		return "wildcard delegation or DNAME";
	if (question->dnssec_ok && zone->is_signed && is_above_zone(config, question))
		return "DO=1 at or below a name that is there for a zone below";
	if (question->dnssec_ok && zone->is_signed &&
	    (match.kind == GX_MATCH_WILDCARD || match.kind == GX_MATCH_NONE))
		return find_pass_unproven(zone, &match, name, question->type);
	return NULL;
}

static bool is_synthesised(const struct gx_config *config, const struct question *question)
{
	knot_dname_storage_t name;
	const struct gx_zone *zone;

	knot_dname_copy_lower(name, question->message + KNOT_WIRE_HEADER_SIZE);
	zone = gx_config_find_zone(config, name);
	return zone && gx_zone_match(zone, name).kind == GX_MATCH_WILDCARD;
}

/* Returns whether the program answered. */
static bool ask_program(const struct gx_object *object, const struct gx_config *config,
			const struct question *question, struct reply *reply)
{
	const char *why = find_pass(config, question);
	struct gx_outcome outcome;
	struct gx_failure failure;
	size_t offset;

	reply->octets = 0;
	if (program_run(object, question->frame, question->octets, &outcome, &failure)) {
		fprintf(stderr, "reference: %s\n", failure.text);
		exit(1);
	}
	if (outcome.action == XDP_PASS) {
		count(why ? passed : wrong, why ? why : reasons[outcome.reason], question->text);
		return false;
	}
	offset = outcome.action == XDP_TX ? gx_frame_message(outcome.frame, outcome.octets) : 0;
	if (offset && outcome.octets - offset <= sizeof(reply->wire)) {
		reply->octets = outcome.octets - offset;
		memcpy(reply->wire, outcome.frame + offset, reply->octets);
	}
	return true;
}

static size_t compare_all(const struct gx_object *object, struct question_source *source, const int *fds)
{
	static struct question questions[BATCH];
	static struct reply replies[BATCH][SERVERS];
	size_t total = 0, n;

	do {
		for (n = 0; n < BATCH && question_next(source, n, &questions[n]); n++)
			;
		for (int server = NSD; server <= KNOT; server++)
			ask_server(fds[server], questions, n, replies, server);
		for (size_t i = 0; i < n; i++) {
			total++;
			questions[i].is_synthesised = is_synthesised(source->config, &questions[i]);
			if (ask_program(object, source->config, &questions[i], &replies[i][PROGRAM]))
				compare(source->config, replies[i], &questions[i], measure_whole(object, &questions[i]));
		}
	} while (n == BATCH);
	return total;
}

int main(int argc, char **argv)
{
	struct question_source source = {0};
	struct gx_config config = {0};
	struct gx_object *object;
	int fds[2];

	if (argc != 6) {
		fputs("usage: reference CONF NSD_PORT KNOT_PORT RANDOM SEED\n", stderr);
		return 2;
	}
	object = program_load(gx_config_read_native, argv[1], &config);
	if (!object)
		return 1;
	source.config = &config;
	source.random_left = strtoul(argv[4], NULL, 10);
	source.seed = (unsigned int)strtoul(argv[5], NULL, 10);
	fds[NSD] = open_socket(argv[2]);
	fds[KNOT] = open_socket(argv[3]);
	printf("compared\t%zu\n", compare_all(object, &source, fds));
	for (size_t i = 0; i < n_kinds; i++) {
		printf("%s\t%s\t%zu\t%s\n", kinds[i].verdict, kinds[i].text, kinds[i].count, kinds[i].question);
		free(kinds[i].question);
	}
	close(fds[NSD]);
	close(fds[KNOT]);
	gx_object_free(object);
	gx_config_free(&config);
	return fflush(stdout) || ferror(stdout);
}
