/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program with a configuration's tables, not attached. */
#include "tests/conformance/program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/counters.h"
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

int program_run(const struct gx_object *object, const uint8_t *frame, size_t octets, struct gx_outcome *out,
		struct gx_failure *failure)
{
	uint64_t before[GX_REASON_COUNT], after[GX_REASON_COUNT];
	int error = counters_read(object, before);

	if (!error && gx_program_run(gx_object_prog_fd(object), frame, octets, false, out, failure))
		return -EIO;
	error = error ? error : counters_read(object, after);
	if (error) {
		snprintf(failure->text, sizeof(failure->text), "counters: read: %s", strerror(-error));
		return error;
	}
	for (uint32_t i = 0; i < GX_REASON_COUNT; i++)
		if (after[i] != before[i])
			out->reason = i;
	return 0;
}
