/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program over a configuration file of a test's own, for the service addresses of PACKET(). */
#include "tests/lib/native.h"

#include <errno.h>
#include <stdio.h>

#include "tests/lib/packet.h"
#include "user/core/image.h"
#include "user/core/native.h"

int native_load(const char *file, struct gx_config *config, struct gx_object **object)
{
	struct gx_addr addrs[2];
	struct gx_services services = { .list = addrs, .count = 2 };
	struct gx_meta meta = { .abi_version = GX_ABI_VERSION };
	struct gx_failure failure = {0};
	struct gx_image image = {0};
	struct gx_diag diag = {0};
	int error;

	gx_parse_addr(PACKET_SERVICE4, &addrs[0]);
	gx_parse_addr(PACKET_SERVICE6, &addrs[1]);
	error = gx_config_read_native(config, file, &diag, NULL);
	error = error ? error : gx_image_build(&image, config, &diag);
	for (size_t i = 0; i < diag.count; i++)
		fprintf(stderr, "# %s:%u: %s\n", diag.findings[i].where.file, diag.findings[i].where.line, diag.findings[i].text);
	if (!error)
		error = gx_object_load(object, &image, &services, &meta, NULL, &failure);
	if (error && error != -EPERM)
		fprintf(stderr, "%s\n", failure.text);
	gx_image_free(&image);
	gx_diag_free(&diag);
	return error;
}
