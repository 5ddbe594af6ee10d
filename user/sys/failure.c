/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A failed step of work on the kernel, in words. */
#include "user/sys/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int gx_fail(struct gx_failure *failure, int error, const char *hint, const char *format, ...)
{
	size_t size = sizeof(failure->text), used;
	va_list args;

	va_start(args, format);
	vsnprintf(failure->text, size, format, args);
	va_end(args);
	used = strlen(failure->text);
	if (error)
		used += snprintf(failure->text + used, size - used, ": %s", strerror(error));
	if (hint && used < size)
		snprintf(failure->text + used, size - used, " (%s)", hint);
	return error ? -error : -1;
}

const char *gx_rights_hint(int error)
{
	if (error != EPERM && error != EACCES)
		return NULL;
	return geteuid() ? "needs root" : "root lacks a capability here, or a security module is in the way";
}
