/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node with the set-up of world.h in the kernel, not attached: it is given frames by BPF_PROG_RUN. */
#ifndef GEOXDP_TESTS_LIB_NODE_H
#define GEOXDP_TESTS_LIB_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geoxdp/reason.h"
#include "tests/lib/packet.h"
#include "tests/lib/reply.h"
#include "user/core/config.h"
#include "user/sys/object.h"

/**
 * node_up - read the set-up, load program and tables; there is one node in a process
 *
 * Returns 0; -EPERM where the kernel does not let us; another -errno, after it was printed.
 */
int node_up(void);
void node_down(void);

/**
 * node_set_cookies - answer cookies with these secrets
 * @secrets: n of 16 octets each, the active one first; n 0: do not answer cookies
 */
void node_set_cookies(const char *const *secrets, size_t n);

/**
 * node_set_nsid - load the program again, with this name server identifier
 * @nsid: n octets, at most 64; n 0: none
 *
 * The counters begin anew, and cookies are not answered.
 *
 * Returns 0, or -errno, after it was printed.
 */
int node_set_nsid(const void *nsid, size_t n);
/* What was read; it may be changed before node_load(). */
struct gx_config *node_config(void);
/**
 * node_load - load program and tables of the configuration once more
 * @out: written on success; the caller's
 *
 * Returns as node_up().
 */
int node_load(struct gx_object **out);

#define NODE_FRAME_OCTETS 4096	/* a page, of which a frame has the most part */

/* What became of a frame. */
struct node_outcome {
	enum gx_reason reason;
	uint8_t frame[NODE_FRAME_OCTETS];	/* as it came out */
	size_t octets;
	struct query query;			/* where it was answered: what it asked */
	struct reply reply;			/* and what it was told */
};

/**
 * node_send - give a frame to the program and judge what comes out
 * @frame: it, of 14 to PACKET_MAX_OCTETS
 * @out: filled
 *
 * One counter moved, by one. The action belongs to its reason. What was passed is as it was; what was answered
 * is right by reply_check().
 *
 * Returns NULL, or what is wrong.
 */
const char *node_send(const uint8_t *frame, size_t octets, struct node_outcome *out);

/**
 * node_send_marked - the same with metadata in front of the frame
 * @metadata: of 4 to 32 octets; GX_TCP_MARK says that the question came over TCP
 */
const char *node_send_marked(const uint8_t *frame, size_t octets, const uint8_t *metadata, size_t metadata_octets,
			     struct node_outcome *out);

/**
 * node_send_split - the same for a frame of two buffers, the first of which cannot grow
 * @linear_octets: in the first; the second is a full page
 *
 * Returns as above, or "" where this kernel cannot make such a frame (before Linux 6.18).
 */
const char *node_send_split(const uint8_t *frame, size_t linear_octets, struct node_outcome *out);

/**
 * node_check_answer - does a reply give the records, and the scope, that oracle_answer() gives?
 *
 * Returns NULL, or what is wrong.
 */
const char *node_check_answer(const struct node_outcome *out);

/* The first of NODE_SPREADS * GX_SPREAD_SLOTS choices that no name refers to. */
#define NODE_SPREADS 2
uint32_t node_spread(void);

/* The class of an IPv4 address. */
uint16_t node_class(const char *address);
/**
 * node_choice - the choice that a client's answer is taken from
 * @name: of at most GX_NAME_INLINE_OCTETS, whose answer depends on the client's class
 * @type: A or AAAA
 * @address: the client's, IPv4
 */
uint32_t node_choice(const char *name, uint16_t type, const char *address);

/* File descriptor of a map by its name, a literal; it stays the node's. Negative: -errno. */
int node_map(const char *name);
/* Instructions that the kernel's verifier went through. */
uint32_t node_verified_instructions(void);
/* How often a reason was met in this process. */
uint64_t node_hits(enum gx_reason reason);
const char *node_reason_name(enum gx_reason reason);
enum gx_reason_kind node_reason_kind(enum gx_reason reason);

/* Print a frame to stderr, sixteen octets a line. */
void node_show_frame(const char *title, const uint8_t *frame, size_t octets);

#endif
