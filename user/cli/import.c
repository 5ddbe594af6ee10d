/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp import: an existing set-up as a native configuration. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "user/cli/cli.h"
#include "user/cli/output.h"
#include "user/core/import.h"
#include "user/core/text.h"

static const struct {
	const char *name;
	int (*read)(struct gx_import *import, const char *file, struct gx_diag *diag);
} gx_importers[] = {
	{ "pdns", gx_import_pdns },
	{ "gdnsd", gx_import_gdnsd },
	{ "pdns-geoip", gx_import_pdns_geoip },
};

#define GX_N_IMPORTERS (sizeof(gx_importers) / sizeof(*gx_importers))

/* An import must not cost anyone a file: neither one that was edited since, nor one that it reads. */
static bool gx_would_replace(const struct gx_command *command, struct gx_import *import, const char *path,
			     const char *directory)
{
	bool found = false;

	for (size_t i = 0; i <= import->n_files; i++) {
		const char *target = i == import->n_files ? path : gx_text_path(&import->arena, directory,
										import->files[i].name);
		struct stat status;

		if (stat(target, &status) || !S_ISREG(status.st_mode))
			continue;
		gx_complain(command, "%s: is there already, and nothing was written (--force replaces it)", target);
		found = true;
	}
	return found;
}

/* The configuration, and before it the files that it names: it is complete from the moment it is there. */
static int gx_write_import(const struct gx_command *command, struct gx_import *import, const char *path,
			   bool force, const struct gx_diag *diag)
{
	bool is_stdout = !strcmp(path, "-");
	const char *directory = gx_text_directory(&import->arena, path);
	struct gx_output output;

	if (!is_stdout && !force && gx_would_replace(command, import, path, directory))
		return GX_EXIT_FAILED;

	for (size_t i = 0; i < import->n_files && !is_stdout; i++) {
		const struct gx_import_file *file = &import->files[i];

		if (gx_output_open(command, &output, gx_text_path(&import->arena, directory, file->name)))
			return GX_EXIT_FAILED;
		fputs(file->text, output.file);
		if (gx_output_close(command, &output))
			return GX_EXIT_FAILED;
	}
	if (gx_output_open(command, &output, path))
		return GX_EXIT_FAILED;
	gx_import_write(import, output.file, directory, diag, is_stdout);
	return gx_output_close(command, &output);
}

int gx_cmd_import(const struct gx_command *command, const struct gx_options *options)
{
	const char *kind = options->operands[0], *file = options->operands[1];
	struct gx_import import = {};
	struct gx_diag diag = {};
	size_t i = 0;
	int result;

	while (i < GX_N_IMPORTERS && strcmp(gx_importers[i].name, kind))
		i++;
	if (i == GX_N_IMPORTERS) {
		gx_complain(command, "%s: not a kind of set-up: pdns, gdnsd or pdns-geoip", kind);
		return GX_EXIT_USAGE;
	}
	result = gx_importers[i].read(&import, file, &diag) ? GX_EXIT_INVALID : GX_EXIT_DONE;
	gx_diag_sort(&diag);
	gx_print_findings(&diag, true);
	if (result == GX_EXIT_DONE)
		result = gx_write_import(command, &import, options->output ? options->output : "-", options->force, &diag);
	else
		gx_complain(command, "%s: %zu error%s, nothing was written", file, diag.errors,
			    diag.errors == 1 ? "" : "s");
	gx_import_free(&import);
	gx_diag_free(&diag);
	return result;
}
