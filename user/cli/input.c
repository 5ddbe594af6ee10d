/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a configuration for a command: findings and progress on stderr. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/cli/cli.h"

void gx_show_progress(const char *step, const char *object)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (*step)
		fprintf(stderr, "\r\033[K%s %s ...", step, object);
	else
		fprintf(stderr, "\r\033[K");
}

static void gx_input_step(struct gx_progress *progress, const char *step, const char *object)
{
	gx_show_progress(step, object);
}

static void gx_print_findings(const struct gx_diag *diag)
{
	const char *red = gx_colour(STDERR_FILENO, GX_RED), *yellow = gx_colour(STDERR_FILENO, GX_YELLOW);
	const char *plain = gx_colour(STDERR_FILENO, GX_PLAIN);

	for (size_t i = 0; i < diag->count; i++) {
		const struct gx_finding *finding = &diag->findings[i];
		bool warning = finding->severity == GX_WARNING;

		fprintf(stderr, "%s%s", warning ? yellow : red, finding->where.file);
		if (finding->where.line)
			fprintf(stderr, ":%u", finding->where.line);
		if (finding->where.column)
			fprintf(stderr, ":%u", finding->where.column);
		fprintf(stderr, ":%s %s%s\n", plain, warning ? "warning: " : "", finding->text);
	}
}

json_t *gx_findings_json(const struct gx_diag *diag)
{
	json_t *list = json_array();

	for (size_t i = 0; i < diag->count; i++) {
		const struct gx_finding *finding = &diag->findings[i];
		json_t *object = json_pack("{s:s, s:s, s:s}", "severity",
					   finding->severity == GX_WARNING ? "warning" : "error", "file",
					   finding->where.file, "text", finding->text);

		if (!object) /* not UTF-8: quote what the file has */
			object = json_pack("{s:s, s:s}", "severity", "error", "text", "(not UTF-8)");
		if (finding->where.line)
			json_object_set_new(object, "line", json_integer(finding->where.line));
		json_array_append_new(list, object);
	}
	return list;
}

int gx_input_read(struct gx_input *input, const char *file, const struct gx_options *options)
{
	struct gx_progress progress = { .step = gx_input_step };
	int error;

	error = gx_config_read_pdns(&input->config, file, &input->diag, options->quiet ? NULL : &progress);
	if (!error) {
		if (!options->quiet)
			gx_show_progress("compiling", file);
		error = gx_image_build(&input->image, &input->config, &input->diag);
	}
	gx_show_progress("", "");
	gx_diag_sort(&input->diag);
	gx_print_findings(&input->diag);
	return error || input->diag.errors ? GX_EXIT_INVALID : GX_EXIT_DONE;
}

void gx_input_free(struct gx_input *input)
{
	gx_image_free(&input->image);
	gx_config_free(&input->config);
	gx_diag_free(&input->diag);
}
