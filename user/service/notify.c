/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `geoxdp run` tells systemd. */
#include "user/service/notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <time.h>

void gx_notify_status(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sd_notifyf(0, "STATUS=%s", text);
}

void gx_notify_ready(void)
{
	sd_notify(0, "READY=1");
}

void gx_notify_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		   (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

void gx_notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

static void gx_ping(evutil_socket_t fd, short what, void *context)
{
	sd_notify(0, "WATCHDOG=1");
}

struct event *gx_notify_watchdog(struct event_base *base)
{
	struct timeval half;
	struct event *timer;
	uint64_t usec;

	if (sd_watchdog_enabled(0, &usec) <= 0)
		return NULL;
	half.tv_sec = (time_t)(usec / 2 / 1000000);
	half.tv_usec = (suseconds_t)(usec / 2 % 1000000);
	timer = event_new(base, -1, EV_PERSIST, gx_ping, NULL);
	if (timer)
		event_add(timer, &half);
	gx_ping(-1, 0, NULL);
	return timer;
}
