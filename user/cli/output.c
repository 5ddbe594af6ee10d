/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that commands write: complete, or not at all. */
#include "user/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int gx_output_fail(const struct gx_command *command, const struct gx_output *output, int error)
{
	gx_complain(command, "%s: cannot be written: %s", output->path, strerror(error));
	return -error;
}

/* What is no plain file, a link, /dev/null or a pipe, is written to as it is: a rename would replace it. */
static bool gx_is_special(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

int gx_output_open(const struct gx_command *command, struct gx_output *output, const char *path)
{
	mode_t mask;
	int fd;

	*output = (struct gx_output){ .file = stdout, .path = path };
	if (!strcmp(path, "-"))
		return 0;
	if (gx_is_special(path)) {
		output->file = fopen(path, "we");
		return output->file ? 0 : gx_output_fail(command, output, errno);
	}
	if (snprintf(output->temporary, sizeof(output->temporary), "%s.XXXXXX", path) >= (int)sizeof(output->temporary))
		return gx_output_fail(command, output, ENAMETOOLONG);
	fd = mkostemp(output->temporary, O_CLOEXEC);
	if (fd < 0)
		return gx_output_fail(command, output, errno);
	/* mkostemp() leaves it to its owner; the file is to be as readable as any new one. */
	mask = umask(0);
	umask(mask);
	if (fchmod(fd, 0666 & ~mask) == 0)
		output->file = fdopen(fd, "w");
	else
		output->file = NULL;
	if (output->file)
		return 0;
	gx_output_fail(command, output, errno);
	close(fd);
	unlink(output->temporary);
	return -EIO;
}

int gx_output_close(const struct gx_command *command, struct gx_output *output)
{
	bool failed;
	int error;

	errno = 0;
	failed = fflush(output->file) || ferror(output->file);
	error = errno;
	if (output->file != stdout && fclose(output->file) && !failed) {
		failed = true;
		error = errno;
	}
	if (!failed && *output->temporary && rename(output->temporary, output->path)) {
		failed = true;
		error = errno;
	}
	if (!failed)
		return GX_EXIT_DONE;
	gx_output_fail(command, output, error ? error : EIO);
	if (*output->temporary)
		unlink(output->temporary);
	return GX_EXIT_FAILED;
}
