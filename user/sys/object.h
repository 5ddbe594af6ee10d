/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A generation in the kernel: the program with its tables. */
#ifndef GEOXDP_SYS_OBJECT_H
#define GEOXDP_SYS_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geoxdp/abi.h"
#include "geoxdp/reason.h"
#include "user/core/addr.h"
#include "user/core/image.h"
#include "user/sys/failure.h"

struct gx_object;

/* Service addresses; at most GX_SERVICE_MAX. */
struct gx_services {
	struct gx_addr *list;
	size_t count;
	uint64_t macs[GX_MACS_MAX];	/* Ethernet addresses of the interfaces, by gx_pack_mac() */
	size_t n_macs;			/* 0: frames to any are answered */
	const struct gx_prefix *bypass;	/* clients whose TCP goes to the backend; at most GX_BYPASS_MAX */
	size_t n_bypass;
};

/* An Ethernet address as the program compares it: its first four octets and its last two, in native order. */
uint64_t gx_pack_mac(const uint8_t octets[6]);

/**
 * gx_object_load - load program and tables of an image; nothing is attached or pinned
 * @out: written on success; free with gx_object_free()
 * @image: what the tables hold
 * @services: addresses that are answered
 * @meta: what `status` will say
 * @before: folder of a pinned generation of this version to go on counting in, or NULL. Tables whose digests are
 *	the same are shared with it
 * @failure: receives what went wrong
 *
 * Returns 0 or -errno; then nothing of it is left in the kernel.
 */
int gx_object_load(struct gx_object **out, const struct gx_image *image, const struct gx_services *services,
		   const struct gx_meta *meta, const char *before, struct gx_failure *failure);

/**
 * gx_object_load_pinned - load a second program over the pinned tables of a generation
 * @folder: the generation's
 *
 * It counts into a `stats` map of its own: asking it leaves the counters of the serving program alone.
 */
int gx_object_load_pinned(struct gx_object **out, const char *folder, struct gx_failure *failure);

void gx_object_free(struct gx_object *object);

int gx_object_prog_fd(const struct gx_object *object);

/* Pin program and maps into a folder that exists and is empty. */
int gx_object_pin(const struct gx_object *object, const char *folder, struct gx_failure *failure);

/* A reply over TCP with its headers, and more than any frame that BPF_PROG_RUN takes in one buffer. */
#define GX_OUTCOME_OCTETS 4096

/* The outcome of a packet that was given to the program. */
struct gx_outcome {
	uint32_t action;	/* XDP_PASS, XDP_TX, ... */
	enum gx_reason reason;
	uint8_t frame[GX_OUTCOME_OCTETS];
	size_t octets;
};

/**
 * gx_object_run - give a frame to the program (BPF_PROG_RUN)
 * @frame: from its Ethernet header on
 * @octets: 14 to 2048
 * @out: written on success
 */
int gx_object_run(const struct gx_object *object, const uint8_t *frame, size_t octets, struct gx_outcome *out,
		  struct gx_failure *failure);

/* The same as a query that came over TCP: the reply may have GX_TCP_MAX_OCTETS. */
int gx_object_run_tcp(const struct gx_object *object, const uint8_t *frame, size_t octets, struct gx_outcome *out,
		      struct gx_failure *failure);

/* Give a frame to any of our programs. The reason in @out is not written. */
int gx_program_run(int prog_fd, const uint8_t *frame, size_t octets, bool over_tcp, struct gx_outcome *out,
		   struct gx_failure *failure);

/* Any service address of this family. Returns 0, or -1: it has none. */
int gx_object_service(const struct gx_object *object, enum gx_family family, struct gx_addr *out,
		      struct gx_failure *failure);

/* Counters by reason, summed over the CPUs, of a `stats` map. */
int gx_stats_read(int map_fd, uint64_t counts[GX_REASON_COUNT], struct gx_failure *failure);

int gx_object_stats_fd(const struct gx_object *object);

/* Set how much libbpf says: errors of the kernel's verifier are of use to developers only. */
void gx_object_set_verbose(bool verbose);

#endif
