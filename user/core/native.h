/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The native configuration: one YAML file that names sources, maps, zones and geo names. */
#ifndef GEOXDP_CORE_NATIVE_H
#define GEOXDP_CORE_NATIVE_H

#include "user/core/config.h"

/**
 * gx_config_read_native - read a native configuration, and all files it names
 * @config: zero-initialised; free with gx_config_free() also on error
 * @file: path; other paths are relative to its folder
 * @diag: all findings, in order: syntax; unknown, repeated and missing keys; values of the wrong kind or out of
 *	range; names that nothing has; then what zones, maps and sources have, alone and together
 * @progress: may be NULL
 *
 * docs/man/geoxdp.conf.5 says what the keys mean; native_keys.h lists them with their defaults.
 *
 * Returns 0 or -EINVAL: errors were found.
 */
int gx_config_read_native(struct gx_config *config, const char *file, struct gx_diag *diag,
			  struct gx_progress *progress);

/**
 * gx_config_read - read a configuration of either kind
 *
 * As gx_config_read_pdns() where the first line that says anything is SETTING=VALUE, else as
 * gx_config_read_native(). For files whose kind nobody says, as those that a generation was built from.
 */
int gx_config_read(struct gx_config *config, const char *file, struct gx_diag *diag, struct gx_progress *progress);

#endif
