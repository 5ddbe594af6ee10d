/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A failed step of work on the kernel, in words; printed once, by the command. */
#ifndef GEOXDP_SYS_FAILURE_H
#define GEOXDP_SYS_FAILURE_H

/* text: "object: step: cause (hint)". */
struct gx_failure {
	char text[512];
};

/**
 * gx_fail - describe a failure
 * @failure: receives the text
 * @error: positive errno, or 0 if the format says all
 * @hint: what the operator can do, or NULL
 * @format: object and step
 *
 * Returns -error, or -1 where error is 0.
 */
int gx_fail(struct gx_failure *failure, int error, const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The hint for a step that EPERM or EACCES refused: root is needed, or is not enough here. NULL for any other error. */
const char *gx_rights_hint(int error);

#endif
