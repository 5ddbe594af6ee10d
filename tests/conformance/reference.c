/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reference CONF NSD_PORT KNOT_PORT RANDOM SEED: compare the program with NSD and Knot.
 *
 * Both serve the zones of CONF at 127.0.0.1. Prints, separated by tabs:
 *	compared N
 *	passed REASON N QUESTION		what the program passed, and the first such question
 *	choice KIND N QUESTION			NSD and Knot differ, and the program is like one of them
 *	wrong KIND N QUESTION			it is not; or they agree, and it does not
 * KIND is "FIELD: WHAT NSD SAYS / WHAT KNOT SAYS / WHAT THE PROGRAM SAYS".
 */
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libknot/descriptor.h>
#include <libknot/packet/wire.h>

#include "tests/conformance/program.h"
#include "tests/conformance/reference_question.h"
#include "tests/conformance/reference_reply.h"
#include "user/core/frame.h"
#include "user/core/native.h"

#define BATCH		128	/* questions that are under way at a time */
#define WAIT_MS		3000
#define KINDS_MAX	512
#define KIND_OCTETS	160

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

static void compare_field(const struct reply *replies, enum reply_field field, const struct question *question)
{
	int like_nsd = !reply_differs(&replies[NSD], &replies[PROGRAM], field);
	int like_knot = !reply_differs(&replies[KNOT], &replies[PROGRAM], field);
	char text[KIND_OCTETS], shown[SERVERS][64];

	if (like_nsd && like_knot)
		return;
	snprintf(text, sizeof(text), "%s%s: %s / %s / %s", question->type == KNOT_RRTYPE_ANY ? "ANY " : "",
		 reply_field_name(field), reply_show(&replies[NSD], field, shown[NSD]),
		 reply_show(&replies[KNOT], field, shown[KNOT]), reply_show(&replies[PROGRAM], field, shown[PROGRAM]));
	count(like_nsd || like_knot ? choice : wrong, text, question->text);
}

static void compare(const struct reply *replies, const struct question *question)
{
	for (int i = 0; i < SERVERS; i++) {
		char text[KIND_OCTETS];

		if (!replies[i].fault)
			continue;
		snprintf(text, sizeof(text), "%s: %s", servers[i], replies[i].fault);
		count(wrong, text, question->text);
		return;
	}
	for (int field = 0; field < REPLY_FIELD_COUNT; field++)
		compare_field(replies, field, question);
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

/* Returns whether the program answered. */
static bool ask_program(const struct gx_object *object, const struct question *question, struct reply *reply)
{
	struct gx_outcome outcome;
	struct gx_failure failure;
	size_t offset;

	reply->octets = 0;
	if (gx_object_run(object, question->frame, question->octets, &outcome, &failure)) {
		fprintf(stderr, "reference: %s\n", failure.text);
		exit(1);
	}
	if (outcome.action == XDP_PASS) {
		count(passed, reasons[outcome.reason], question->text);
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
			if (!ask_program(object, &questions[i], &replies[i][PROGRAM]))
				continue;
			for (int server = 0; server < SERVERS; server++)
				reply_read(&replies[i][server]);
			compare(replies[i], &questions[i]);
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
