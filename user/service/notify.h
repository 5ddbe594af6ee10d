/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `geoxdp run` tells systemd: sd_notify(3). Without systemd, nothing. */
#ifndef GEOXDP_SERVICE_NOTIFY_H
#define GEOXDP_SERVICE_NOTIFY_H

#include <event2/event.h>

/* One line that `systemctl status` shows. */
void gx_notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Started, or done with reloading. */
void gx_notify_ready(void);
void gx_notify_reloading(void);
void gx_notify_stopping(void);

/**
 * gx_notify_watchdog - say "alive" as often as systemd wants it, while the loop turns
 *
 * Returns the timer, for event_free(); or NULL: no watchdog is wanted.
 */
struct event *gx_notify_watchdog(struct event_base *base);

#endif
