/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that commands write: complete, or not at all. */
#ifndef GEOXDP_CLI_OUTPUT_H
#define GEOXDP_CLI_OUTPUT_H

#include <limits.h>
#include <stdio.h>

#include "user/cli/cli.h"

struct gx_output {
	FILE *file;
	const char *path;
	char temporary[PATH_MAX];	/* "": standard output */
};

/**
 * gx_output_open - begin to write
 * @path: "-" is standard output
 *
 * What the path names stays as it is until gx_output_close(): a file beside it is written first.
 *
 * Returns 0, or -errno: a complaint with the path was printed.
 */
int gx_output_open(const struct gx_command *command, struct gx_output *output, const char *path);

/* Put it into place. Returns an exit code; GX_EXIT_FAILED: a complaint was printed, and nothing is left behind. */
int gx_output_close(const struct gx_command *command, struct gx_output *output);

#endif
