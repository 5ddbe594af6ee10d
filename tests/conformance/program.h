/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program with a configuration's tables, not attached: it is given frames by BPF_PROG_RUN. */
#ifndef GEOXDP_TESTS_CONFORMANCE_PROGRAM_H
#define GEOXDP_TESTS_CONFORMANCE_PROGRAM_H

#include "user/core/config.h"
#include "user/sys/object.h"

typedef int program_read(struct gx_config *config, const char *file, struct gx_diag *diag,
			 struct gx_progress *progress);

/**
 * program_load - read a configuration and load the program over its tables
 * @read: of the configuration's form
 * @config: keeps what was read, for gx_config_free(); NULL: not wanted
 *
 * The service addresses are 192.0.2.53 and 2001:db8::53.
 *
 * Returns the program, for gx_object_free(); NULL after it was printed what is wrong.
 */
struct gx_object *program_load(program_read *read, const char *file, struct gx_config *config);

/**
 * program_run - gx_object_run(), with three calls into the kernel instead of two for each counter
 * @object: of program_load()
 * @frame: from its Ethernet header on
 * @octets: 14 to 2048
 * @out: written on success
 * @failure: written on error
 *
 * Returns 0 or a negative error.
 */
int program_run(const struct gx_object *object, const uint8_t *frame, size_t octets, struct gx_outcome *out,
		struct gx_failure *failure);

#endif
