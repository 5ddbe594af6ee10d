/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state file: what operators changed while serving, and what must survive swaps, rollbacks and restarts. */
#ifndef GEOXDP_CORE_STATE_H
#define GEOXDP_CORE_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "user/core/addr.h"
#include "user/core/mem.h"

/* A site that is out of every answer. */
struct gx_drain {
	const char *site;
	uint64_t since_s;	/* seconds since 1970 */
	uint64_t until_s;	/* 0: until `geoxdp undrain` */
};

/* A live override of where a prefix is. */
struct gx_net {
	struct gx_prefix prefix;
	const char *location;	/* ISO 3166-1 two letters, or a name of the operator's own, as it was given */
	uint64_t since_s;
	uint64_t until_s;	/* 0: until `geoxdp net del` */
};

/* Zero-initialise before use; free with gx_state_free(). */
struct gx_state {
	struct gx_arena arena;
	struct gx_drain *drains;	/* by site, each once */
	size_t n_drains;
	struct gx_net *nets;		/* by family, address, length; each prefix once */
	size_t n_nets;
};

/**
 * gx_state_read - read the state file
 * @state: zero-initialised
 * @file: path; one that does not exist is an empty state
 * @error: receives what is wrong, where, and what to do; GX_STATE_ERROR_OCTETS
 *
 * Returns 0 or -errno; -EINVAL: not a state file.
 */
int gx_state_read(struct gx_state *state, const char *file, char *error);

/**
 * gx_state_write - replace the state file in one step (write beside it, sync, rename, sync the folder)
 *
 * Returns 0 or -errno: then the old one is as it was.
 */
int gx_state_write(const struct gx_state *state, const char *file, char *error);

#define GX_STATE_ERROR_OCTETS 512

/* Put in, replacing the one of the same site or prefix; take out. Return whether there was one. */
bool gx_state_put_drain(struct gx_state *state, const struct gx_drain *drain);
bool gx_state_take_drain(struct gx_state *state, const char *site);
bool gx_state_put_net(struct gx_state *state, const struct gx_net *net);
bool gx_state_take_net(struct gx_state *state, const struct gx_prefix *prefix);

/* Take out what has ended. Returns how many; *next_s: when the next one ends, 0: none does. */
size_t gx_state_expire(struct gx_state *state, uint64_t now_s, uint64_t *next_s);

void gx_state_free(struct gx_state *state);

#endif
