/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies of three servers to one query, field by field. */
#ifndef GEOXDP_TESTS_CONFORMANCE_REFERENCE_REPLY_H
#define GEOXDP_TESTS_CONFORMANCE_REFERENCE_REPLY_H

#include <stddef.h>
#include <stdint.h>

#define REPLY_OCTETS	4096
#define REPLY_RECORDS	1024

/* The fields that are compared. */
#define REPLY_FIELDS(X) \
	X(QUESTION, "question")		/* octets */ \
	X(RCODE, "rcode")		/* with the OPT's bits */ \
	X(AA, "AA") \
	X(TC, "TC") \
	X(FLAGS, "flags")		/* the other ones, and the opcode */ \
	X(OPT, "OPT")			/* how many, version, flags, size, options */ \
	X(ANSWER, "answer")		/* sets of records: owner, type, class, TTL, data */ \
	X(AUTHORITY, "authority") \
	X(ADDITIONAL, "additional")

#define REPLY_ENUM(name, text) REPLY_##name,
enum reply_field { REPLY_FIELDS(REPLY_ENUM) REPLY_FIELD_COUNT };
#undef REPLY_ENUM

struct reply {
	uint8_t wire[REPLY_OCTETS];
	size_t octets;		/* 0: there is none */

	int minimised;		/* reply_minimise() left something away */
	const char *fault;	/* why it cannot be read; NULL: it can */
	/* Each field in a form that is equal where the field is; records sorted, in lower case. */
	uint8_t form[16 * REPLY_OCTETS];
	size_t begin[REPLY_FIELD_COUNT + 1];
	/* Types of the records of each section, as in "NS A"; "-": none. */
	char shape[3][64];
};

/* Fill the forms from wire and octets. */
void reply_read(struct reply *reply);
/* Are all records of a section in another reply's as well? */
int reply_is_subset(const struct reply *part, const struct reply *whole, enum reply_field section);
/**
 * reply_minimise - leave away what RFC 1034 4.3.2 does not ask for
 *
 * The zone's own NS in the authority section of a positive answer, and the addresses of these servers, but for
 * those that like has as well.
 *
 * Returns whether there was any of it.
 */
int reply_minimise(struct reply *reply, const struct reply *like);
/* Does a field differ? */
int reply_differs(const struct reply *a, const struct reply *b, enum reply_field field);
/* What a field says, short: "NOERROR", "1", "NS A". text: 64 octets. */
const char *reply_show(const struct reply *reply, enum reply_field field, char *text);
const char *reply_field_name(enum reply_field field);

#endif
