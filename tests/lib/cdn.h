/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The set-up of tests/net/cdn, read and built: for tests that need any that answers. */
#ifndef GEOXDP_TESTS_LIB_CDN_H
#define GEOXDP_TESTS_LIB_CDN_H

#include "user/core/config.h"
#include "user/core/image.h"

/* Both zero-initialised, and filled; free both also on error. Returns 0, or another number: there are findings. */
int cdn_build(struct gx_config *config, struct gx_image *image);

#endif
