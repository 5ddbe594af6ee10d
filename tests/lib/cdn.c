/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The set-up of tests/net/cdn, read and built. */
#include "tests/lib/cdn.h"

int cdn_build(struct gx_config *config, struct gx_image *image)
{
	struct gx_diag diag = {0};
	int error = gx_config_read_pdns(config, "tests/net/cdn/pdns.conf", &diag, NULL) || gx_image_build(image, config, &diag);

	gx_diag_free(&diag);
	return error;
}
