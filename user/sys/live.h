/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes while a generation serves: drains, health and overrides, in choices, units and nets alone. */
#ifndef GEOXDP_SYS_LIVE_H
#define GEOXDP_SYS_LIVE_H

#include "user/core/select.h"
#include "user/core/state.h"
#include "user/sys/failure.h"

/*
 * The tables of a pinned generation through mmap. Whoever changes them holds gx_live_lock().
 *
 * units may be written: gx_live_select() then brings the choices up to date.
 */
struct gx_live {
	struct gx_selection selection;	/* units, options and choices */
	struct gx_unit *units;
	size_t n_units;			/* entry 0 is not used */
	const struct gx_check *checks;
	size_t n_checks;		/* entry 0 is not used */
	const struct gx_location_name *locations;
	size_t n_locations;
	int nets_fd[2];			/* by enum gx_family */
	void *impl;
};

/**
 * gx_live_open - map a generation's tables
 * @live: written on success; close with gx_live_close()
 * @folder: of its pins
 */
int gx_live_open(struct gx_live *live, const char *folder, struct gx_failure *failure);
void gx_live_close(struct gx_live *live);

/**
 * gx_live_lock - keep others from changing state file and live tables
 *
 * Held for milliseconds; `up` loads and fills without it. Returns a descriptor that holds the lock until it is closed,
 * or -errno. wait false: -EWOULDBLOCK where another holds it.
 */
int gx_live_lock(bool wait, struct gx_failure *failure);

/* Whether a `geoxdp run` looks after what ends, by its lock beside the state file. */
bool gx_live_is_run(void);

/* Path of the state file: GEOXDP_STATE, or /var/lib/geoxdp/state.json. */
const char *gx_live_state_file(void);

/**
 * gx_live_apply - make a generation what the state says: drains, and overrides with exact scopes
 * @changed: receives the number of choices that changed; may be NULL
 * @failure: also of overrides whose location the generation does not know, which are left away: then -ENOENT, and all
 *	else is applied
 */
int gx_live_apply(struct gx_live *live, const struct gx_state *state, size_t *changed, struct gx_failure *failure);

/**
 * gx_live_find_location - what the generation takes a name for
 * @name: code of a country in any form that a nets source takes, a private number, or the operator's own name
 * @leaf: location and class are written
 *
 * Returns false: no source of it knows the name.
 */
bool gx_live_find_location(const struct gx_live *live, const char *name, struct gx_leaf *leaf);

/* Take over what checks found: flags, flips and times of units of the same name. */
void gx_live_carry(struct gx_live *to, const struct gx_live *from);

/* Unit of a site, or NULL. */
struct gx_unit *gx_live_find_site(struct gx_live *live, const char *site);

/* Bring the choices up to date with the units. Returns how many changed. */
size_t gx_live_select(struct gx_live *live);

#endif
