/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: numbers, times and words of a choice. */
#include "user/core/native_impl.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "user/core/text.h"

#define GX_NUMBER_MAX	   INT32_MAX /* of the digits before a unit: what is larger is out of range with any unit */
#define GX_MS_PER_S	   1000u
#define GX_TIME_TOO_LONG_MS ((uint64_t)GX_NUMBER_MAX * GX_MS_PER_S + 1)

/* Units as in BIND's zone files, and milliseconds, in either case; "ms" before "m", which it begins with. */
static const struct {
	const char *name;
	uint32_t ms;
} units[] = {
	{ "ms", 1 },
	{ "s", GX_MS_PER_S },
	{ "m", 60 * GX_MS_PER_S },
	{ "h", 60 * 60 * GX_MS_PER_S },
	{ "d", 24 * 60 * 60 * GX_MS_PER_S },
	{ "w", 7 * 24 * 60 * 60 * GX_MS_PER_S },
};

/* The unit that the text begins with, its octets in *len. Returns its milliseconds, 0: no unit. */
static uint32_t find_unit(const char *text, size_t *len)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		*len = strlen(units[i].name);
		if (strncasecmp(text, units[i].name, *len) == 0)
			return units[i].ms;
	}
	*len = 0;
	return 0;
}

/* 300, 5m, 1h30m. Returns 0 or -EINVAL; what is too long becomes GX_TIME_TOO_LONG_MS. */
static int parse_time(const char *text, uint64_t *out_ms)
{
	const char *at = text;
	uint64_t total = 0;

	do {
		size_t digits = strspn(at, "0123456789"), unit_len;
		uint32_t unit = find_unit(at + digits, &unit_len);
		uint64_t number = 0;

		/* A number without a unit, of seconds, stands alone. */
		if (at == text && digits && !at[digits])
			unit = GX_MS_PER_S;
		if (!digits || !unit)
			return -EINVAL;
		for (size_t i = 0; i < digits && number <= GX_NUMBER_MAX; i++)
			number = number * 10 + (uint64_t)(at[i] - '0');
		total += number * unit;
		if (total > GX_TIME_TOO_LONG_MS)
			total = GX_TIME_TOO_LONG_MS;
		at += digits + unit_len;
	} while (*at);
	*out_ms = total;
	return 0;
}

bool gx_native_seconds(struct gx_native *native, const struct gx_yaml *node, const char *what, uint32_t min_s,
		       uint32_t max_s, uint32_t *out_s)
{
	const char *text = gx_native_text(native, node, what, "a number of seconds");
	uint64_t ms;

	if (!text)
		return false;
	if (parse_time(text, &ms) < 0 || (ms % GX_MS_PER_S && ms < GX_TIME_TOO_LONG_MS)) {
		gx_error(native->diag, &node->where,
			 "%s %s is no time: a number of seconds such as 300, or 5m, 1h, 1d, would be right", what,
			 gx_native_quote(native, text));
		return false;
	}
	if (ms / GX_MS_PER_S < min_s || ms > (uint64_t)max_s * GX_MS_PER_S) {
		gx_error(native->diag, &node->where, "%s %s is out of range: %u to %u seconds would be right", what,
			 gx_native_quote(native, text), min_s, max_s);
		return false;
	}
	*out_s = (uint32_t)(ms / GX_MS_PER_S);
	return true;
}

bool gx_native_milliseconds(struct gx_native *native, const struct gx_yaml *node, const char *what, uint32_t min_ms,
			    uint32_t max_ms, uint32_t *out_ms)
{
	const char *text = gx_native_text(native, node, what, "a time such as 500ms or 2s");
	uint64_t ms;

	if (!text)
		return false;
	if (parse_time(text, &ms) < 0) {
		gx_error(native->diag, &node->where,
			 "%s %s is no time: a number of seconds such as 2, or 500ms, 5m, 1h, would be right", what,
			 gx_native_quote(native, text));
		return false;
	}
	if (ms < min_ms || ms > max_ms) {
		gx_error(native->diag, &node->where, "%s %s is out of range: %ums to %ums would be right", what,
			 gx_native_quote(native, text), min_ms, max_ms);
		return false;
	}
	*out_ms = (uint32_t)ms;
	return true;
}

bool gx_native_number(struct gx_native *native, const struct gx_yaml *node, const char *what, uint32_t min,
		      uint32_t max, uint32_t *out)
{
	const char *text = gx_native_text(native, node, what, "a number");
	uint32_t number;
	int ret;

	if (!text)
		return false;
	ret = gx_text_number(text, max, &number);
	if (ret == 0 && number >= min) {
		*out = number;
		return true;
	}
	gx_error(native->diag, &node->where, "%s %s is %s: %u to %u would be right", what,
		 gx_native_quote(native, text), ret == -EINVAL ? "no number" : "out of range", min, max);
	return false;
}

bool gx_native_choice(struct gx_native *native, const struct gx_yaml *node, const char *what,
		      const struct gx_native_words *words, size_t *out)
{
	const char *text = gx_native_text(native, node, what, words->wanted);

	if (!text)
		return false;
	for (size_t i = 0; i < words->n; i++) {
		if (strcmp(text, words->list[i]) != 0)
			continue;
		*out = i;
		return true;
	}
	/* Of the shortest words, one that is near may be the opposite: on, no. */
	gx_error(native->diag, &node->where, "unknown %s %s: %s", what, gx_native_quote(native, text),
		 gx_native_hint(native, text, words->list, strlen(text) > strlen("yes") ? words->n : 0,
				gx_arena_printf(&native->config->arena, "%s would be right", words->wanted)));
	return false;
}
