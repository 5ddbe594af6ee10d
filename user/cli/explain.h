/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of `geoxdp explain` share: where an address is, and what serves now. */
#ifndef GEOXDP_CLI_EXPLAIN_H
#define GEOXDP_CLI_EXPLAIN_H

#include "user/cli/cli.h"
#include "user/sys/live.h"
#include "user/sys/serving.h"

/* Where an address is, and who says so. */
struct gx_place {
	struct gx_addr asked;
	struct gx_addr addr;		/* the IPv4 address that an IPv6 address carries, or the same */
	unsigned int scope_offset;
	const struct gx_range *range;
	uint32_t location;
	unsigned int class_bits;
	unsigned int location_bits;
	struct gx_prefix leaf;
	bool is_override;		/* of `geoxdp net` */
	struct gx_prefix override;	/* as the state file has it; bits 0: it has none there, it was put in by hand */
};

/* What serves, where no configuration was given. */
struct gx_now {
	struct gx_serving serving;
	struct gx_live live;
};

/**
 * gx_now_open - open what serves, on the first interface
 *
 * Returns GX_EXIT_DONE; close with gx_now_close(). Else a complaint was printed.
 */
int gx_now_open(const struct gx_command *command, const struct gx_options *options, struct gx_now *now);
void gx_now_close(struct gx_now *now);

/**
 * gx_now_take - make the image of the serving configuration what serves: which units are up, and the answers chosen
 *
 * Returns false, with a complaint: the files are not what the generation was built from; the image stays as it is.
 */
bool gx_now_take(const struct gx_command *command, const struct gx_now *now, struct gx_image *image);

/* Look for an override of the place, with the program's eyes. */
void gx_now_place(const struct gx_now *now, struct gx_place *place);

/* What the name says of the type. Returns the exit code. */
int gx_explain_name(const struct gx_command *command, const struct gx_input *input, const struct gx_place *place,
		    const knot_dname_t *name, uint16_t type, json_t *json);

#endif
