/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a configuration for a command: findings and progress on stderr. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/core/native.h"

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

void gx_print_findings(const struct gx_diag *diag, bool warnings)
{
	const char *red = gx_colour(STDERR_FILENO, GX_RED), *yellow = gx_colour(STDERR_FILENO, GX_YELLOW);
	const char *plain = gx_colour(STDERR_FILENO, GX_PLAIN);

	for (size_t i = 0; i < diag->count; i++) {
		const struct gx_finding *finding = &diag->findings[i];
		bool warning = finding->severity == GX_WARNING;

		if (warning && !warnings)
			continue;
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
		if (finding->where.column)
			json_object_set_new(object, "column", json_integer(finding->where.column));
		json_array_append_new(list, object);
	}
	return list;
}

/* For those who wait for a change of any of them: also, and above all, when the configuration is invalid. */
static int gx_list_files(const struct gx_command *command, const struct gx_config *config, const char *path)
{
	FILE *stream = fopen(path, "we");
	int error = stream ? 0 : errno;

	for (size_t i = 0; stream && i < config->n_files; i++)
		fprintf(stream, "%s\n", config->files[i]);
	if (stream && ferror(stream))
		error = errno;
	if (stream && fclose(stream))
		error = errno;
	if (error)
		gx_complain(command, "--files %s: %s", path, strerror(error));
	return error;
}

typedef int gx_reader(struct gx_config *config, const char *file, struct gx_diag *diag, struct gx_progress *progress);

static int gx_input_read_by(const struct gx_command *command, struct gx_input *input, const char *file,
			    gx_reader *reader, const struct gx_options *options)
{
	struct gx_progress progress = { .step = gx_input_step };
	bool unlisted;
	int error;

	error = reader(&input->config, file, &input->diag, options->quiet ? NULL : &progress);
	unlisted = options->files && gx_list_files(command, &input->config, options->files);
	input->config.now_s = (uint64_t)time(NULL);
	if (!error) {
		if (!options->quiet)
			gx_show_progress("compiling", file);
		error = gx_image_build(&input->image, &input->config, &input->diag);
	}
	gx_show_progress("", "");
	gx_diag_sort(&input->diag);
	/* Warnings are for those who asked to check; who serves is told that there are some. */
	gx_print_findings(&input->diag, command->run == gx_cmd_check);
	if (command->run == gx_cmd_up && input->diag.count > input->diag.errors)
		gx_complain(command, "%s: %zu warnings, which `geoxdp check` lists", file,
			    input->diag.count - input->diag.errors);
	if (!error && !input->diag.errors)
		return unlisted ? GX_EXIT_FAILED : GX_EXIT_DONE;
	gx_complain(command, "%s: %zu error%s, nothing was changed", file, input->diag.errors,
		    input->diag.errors == 1 ? "" : "s");
	return GX_EXIT_INVALID;
}

int gx_input_read(const struct gx_command *command, struct gx_input *input, const char *file,
		  const struct gx_options *options)
{
	return gx_input_read_by(command, input, file, gx_config_read, options);
}

const char *gx_given_path(const struct gx_options *options)
{
	return options->config ? options->config : options->pdns;
}

int gx_input_read_given(const struct gx_command *command, struct gx_input *input, const struct gx_options *options)
{
	if (!gx_given_path(options) || (options->config && options->pdns)) {
		gx_complain(command, "which configuration? %s-c CONF or --pdns PDNS_CONF", options->config ? "either " : "");
		return GX_EXIT_USAGE;
	}
	return gx_input_read_by(command, input, gx_given_path(options),
				options->config ? gx_config_read_native : gx_config_read_pdns, options);
}

void gx_input_free(struct gx_input *input)
{
	gx_image_free(&input->image);
	gx_config_free(&input->config);
	gx_diag_free(&input->diag);
}
