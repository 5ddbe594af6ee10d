/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything known of an interface that serves. */
#ifndef GEOXDP_CLI_STATUS_H
#define GEOXDP_CLI_STATUS_H

#include "user/sys/backend.h"
#include "user/sys/pins.h"
#include "user/sys/serving.h"

#define GX_TABLES_MAX 48

struct gx_generation {
	uint32_t number;
	bool usable;		/* by rollback: of this version */
	struct gx_meta meta;
	struct gx_table tables[GX_TABLES_MAX];
	size_t n_tables;
};

struct gx_status {
	struct gx_serving serving;
	struct gx_generation serves;
	struct gx_generation *kept;	/* the other ones, ascending */
	size_t n_kept;
	uint64_t memory_octets;		/* of the one that serves */
	uint64_t kept_octets;		/* of the others, without what it shares with them */
	struct gx_unit *units;		/* not up: drained, down or pending */
	size_t n_units;
	size_t n_overrides;
	struct gx_listener *listeners;
	size_t n_listeners;
	struct gx_failure remark;	/* what could not be read beside, or an empty text */
};

/**
 * gx_status_read - look at an interface
 * @status: zero-initialised; free with gx_status_free()
 *
 * A swap may take the generation away while it is looked at: then another one is.
 */
int gx_status_read(struct gx_status *status, const char *interface, struct gx_failure *failure);
void gx_status_free(struct gx_status *status);

#endif
