/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program over a configuration file of a test's own, for the service addresses of PACKET(). */
#include "tests/lib/native.h"

#include <errno.h>
#include <stdio.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

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

const char *native_ask(const struct gx_object *object, const struct packet *packet, bool *is_passed,
		       struct reply *reply)
{
	uint8_t frame[PACKET_MAX_OCTETS];
	size_t octets = packet_build(packet, frame);
	static uint8_t back[GX_OUTCOME_OCTETS];
	struct query query;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = octets, .data_out = back,
		    .data_size_out = sizeof(back), .repeat = 1);

	if (bpf_prog_test_run_opts(gx_object_prog_fd(object), &opts))
		return "BPF_PROG_RUN failed";
	*is_passed = opts.retval == XDP_PASS;
	if (*is_passed)
		return NULL;
	if (opts.retval != XDP_TX)
		return "neither answered nor passed";
	return reply_check(frame, octets, back, opts.data_size_out, false, &query, reply);
}
