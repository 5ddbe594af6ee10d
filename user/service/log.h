/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of `geoxdp run`: lines on stderr. */
#ifndef GEOXDP_SERVICE_LOG_H
#define GEOXDP_SERVICE_LOG_H

/* As syslog(3) numbers them: sd-daemon(3) prefixes lines so. */
enum gx_level {
	GX_LOG_ERROR = 3,
	GX_LOG_WARNING = 4,
	GX_LOG_NOTICE = 5,
	GX_LOG_INFO = 6,
};

/**
 * gx_log - write one line
 *
 * To the journal with its priority in front, as JOURNAL_STREAM tells (systemd.exec(5)); else with the command's name.
 */
void gx_log(enum gx_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line that a geoxdp command printed, which names itself. */
void gx_log_line(enum gx_level level, const char *line);

#endif
