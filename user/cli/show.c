/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Printing: JSON, sizes, times, reasons. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "geoxdp/reason.h"
#include "user/cli/cli.h"
#include "user/sys/pins.h"

int gx_print_json(json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(value);
	return GX_EXIT_DONE;
}

char *gx_show_octets(uint64_t octets, char *buffer)
{
	if (octets < 10 * 1024)
		snprintf(buffer, 32, "%llu octets", (unsigned long long)octets);
	else if (octets < 10 * 1024 * 1024)
		snprintf(buffer, 32, "%.1f KiB", octets / 1024.0);
	else
		snprintf(buffer, 32, "%.1f MiB", octets / 1024.0 / 1024.0);
	return buffer;
}

char *gx_show_age(uint64_t seconds, char *buffer)
{
	if (seconds < 120)
		snprintf(buffer, 32, "%llu s", (unsigned long long)seconds);
	else if (seconds < 2 * 3600)
		snprintf(buffer, 32, "%llu min", (unsigned long long)seconds / 60);
	else if (seconds < 48 * 3600)
		snprintf(buffer, 32, "%llu h", (unsigned long long)seconds / 3600);
	else
		snprintf(buffer, 32, "%llu days", (unsigned long long)seconds / 86400);
	return buffer;
}

char *gx_show_time(uint64_t time_s, char *buffer)
{
	time_t seconds = time_s;
	struct tm local;

	if (!localtime_r(&seconds, &local) || !strftime(buffer, 32, "%Y-%m-%d %H:%M:%S", &local))
		snprintf(buffer, 32, "%llu", (unsigned long long)time_s);
	return buffer;
}

size_t gx_serving_interfaces(const struct gx_options *options, const char ***names)
{
	if (options->n_interfaces) {
		*names = options->interfaces;
		return options->n_interfaces;
	}
	return gx_pins_interfaces((char ***)names);
}

const char *gx_nothing_serves(void)
{
	return access(GX_PIN_ROOT, R_OK | X_OK) && errno == EACCES ? "what is serving only root can see" :
								     "nothing is serving";
}

static const struct {
	const char *name;
	const char *kind;
	const char *text;
} gx_reasons[] = {
#define GX_REASON_ROW(name, kind, text) { #name, #kind, text },
	GX_REASONS(GX_REASON_ROW)
#undef GX_REASON_ROW
};

const char *gx_reason_name(unsigned int reason)
{
	return gx_reasons[reason].name;
}

const char *gx_reason_text(unsigned int reason)
{
	return gx_reasons[reason].text;
}

const char *gx_reason_kind_name(unsigned int reason)
{
	return gx_reasons[reason].kind;
}
