/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program with a configuration's tables, not attached. */
#include "tests/conformance/program.h"

#include <stdio.h>

#include "user/core/image.h"

struct gx_object *program_load(program_read *read, const char *file, struct gx_config *config)
{
	struct gx_config own = {0};
	struct gx_image image = {0};
	struct gx_diag diag = {0};
	struct gx_addr asked[GX_FAMILIES];
	struct gx_services services = { .list = asked, .count = GX_FAMILIES };
	struct gx_meta meta = { .abi_version = GX_ABI_VERSION };
	struct gx_failure failure;
	struct gx_object *object = NULL;

	gx_parse_addr("192.0.2.53", &asked[GX_IPV4]);
	gx_parse_addr("2001:db8::53", &asked[GX_IPV6]);
	if (read(config ? config : &own, file, &diag, NULL) ||
	    gx_image_build(&image, config ? config : &own, &diag)) {
		for (size_t i = 0; i < diag.count; i++)
			fprintf(stderr, "%s:%u: %s\n", diag.findings[i].where.file, diag.findings[i].where.line,
				diag.findings[i].text);
	} else if (gx_object_load(&object, &image, &services, &meta, NULL, &failure)) {
		fprintf(stderr, "%s\n", failure.text);
	}
	gx_image_free(&image);
	gx_config_free(&own);
	gx_diag_free(&diag);
	return object;
}
