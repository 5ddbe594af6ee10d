/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp check: validate a configuration and every file it names. */
#include <stdio.h>
#include <sys/resource.h>

#include "user/cli/cli.h"

static json_t *gx_check_json(const struct gx_input *input, int result)
{
	json_t *files = json_array();

	/* Paths are octets, JSON is UTF-8: what is not is in --files alone. */
	for (size_t i = 0; i < input->config.n_files; i++)
		json_array_append_new(files, json_string(input->config.files[i]));
	return json_pack("{s:b, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:i}", "valid", result != GX_EXIT_INVALID, "findings",
			 gx_findings_json(&input->diag), "files", files, "zones", (int)input->config.n_zones, "geo_names",
			 (int)input->config.n_geos, "names", (int)(input->image.n_names - input->image.n_blocks),
			 "classes", (int)input->image.n_classes, "prefixes4", (int)input->image.leaves[GX_IPV4].count, "prefixes6",
			 (int)input->image.leaves[GX_IPV6].count);
}

static void gx_check_summary(const char *file, const struct gx_input *input)
{
	const struct gx_image *image = &input->image;
	struct rusage usage;
	size_t names = image->n_names - image->n_blocks;

	printf("%s: good: %zu zone%s, %zu name%s answered at the NIC (%zu geo), %zu IPv4 and %zu IPv6 prefixes, "
	       "%zu class%s of location",
	       file, input->config.n_zones, input->config.n_zones == 1 ? "" : "s", names,
	       names == 1 ? "" : "s", input->config.n_geos, image->leaves[GX_IPV4].count,
	       image->leaves[GX_IPV6].count, image->n_classes, image->n_classes == 1 ? "" : "es");
	if (!getrusage(RUSAGE_SELF, &usage))
		printf("; %ld MiB at the peak", usage.ru_maxrss / 1024);
	if (input->diag.count)
		printf("; %zu warning%s", input->diag.count, input->diag.count == 1 ? "" : "s");
	putchar('\n');
}

int gx_cmd_check(const struct gx_command *command, const struct gx_options *options)
{
	struct gx_input input = {};
	int result;

	result = gx_input_read_given(command, &input, options);
	if (options->json && result != GX_EXIT_USAGE)
		gx_print_json(gx_check_json(&input, result));
	else if (result == GX_EXIT_DONE && !options->quiet)
		gx_check_summary(gx_given_path(options), &input);
	gx_input_free(&input);
	return result;
}
