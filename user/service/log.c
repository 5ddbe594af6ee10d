/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of `geoxdp run`. */
#include "user/service/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool gx_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && !fstat(fileno(stderr), &status) &&
	       status.st_dev == device && status.st_ino == inode;
}

void gx_log_line(enum gx_level level, const char *line)
{
	if (gx_is_journal())
		fprintf(stderr, "<%d>%s\n", level, line);
	else
		fprintf(stderr, "%s\n", line);
}

void gx_log(enum gx_level level, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (gx_is_journal())
		fprintf(stderr, "<%d>%s\n", level, text);
	else
		fprintf(stderr, "geoxdp run: %s\n", text);
}
