/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interfaces that go from one generation to another together: all of them, or none. */
#ifndef GEOXDP_SYS_GROUP_H
#define GEOXDP_SYS_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/sys/attach.h"
#include "user/sys/object.h"

/* An interface on its way from the old generation to the new one. */
struct gx_target {
	const char *interface;
	uint32_t old_generation;	/* 0: nothing serves yet */
	uint32_t generation;
	bool linked;			/* has a pinned link, also of an interface that is gone */
	bool pinned;			/* by us: to be undone when a later step fails */
	bool switched;
	enum gx_mode mode;		/* wanted; receives what it is */
	struct gx_failure why_generic;
};

/**
 * gx_group_look - what serves on the interfaces now, and which number the next generation has
 * @targets: with interface and mode
 *
 * A link whose interface is gone counts as nothing. The number is the same on all interfaces.
 */
int gx_group_look(struct gx_target *targets, size_t count, struct gx_failure *failure);

/**
 * gx_group_before - folder of the generation that serves on the first interface
 * @folder: GX_PATH_OCTETS
 *
 * Returns false: nothing serves, or it is of another version of geoxdp.
 */
bool gx_group_before(const struct gx_target *targets, char *folder, struct gx_meta *meta);

/**
 * gx_group_switch - pin a new generation, make it what the state file says, and let it serve
 * @targets: looked at
 * @left_away: receives what of the state file this generation cannot do, else an empty text
 *
 * Called with gx_pins_lock() held. Signals are kept off meanwhile: it takes milliseconds.
 */
int gx_group_switch(struct gx_target *targets, size_t count, const struct gx_object *object,
		    struct gx_failure *left_away, struct gx_failure *failure);

/**
 * gx_group_return - let generations serve again that are pinned
 * @targets: interface, old_generation and generation of each
 *
 * As gx_group_switch().
 */
int gx_group_return(struct gx_target *targets, size_t count, struct gx_failure *left_away,
		    struct gx_failure *failure);

#endif
