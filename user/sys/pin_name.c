/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of interfaces as names of pins. */
#include "user/sys/pin_name.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
	char octet;
	char text[4];
} gx_escapes[] = { { '.', "%2e" }, { '%', "%25" } };

#define GX_ESCAPES (sizeof(gx_escapes) / sizeof(*gx_escapes))

char *gx_pin_escape(const char *interface, char pin[GX_PIN_NAME_OCTETS])
{
	size_t used = 0;

	pin[0] = '\0';
	for (; *interface && used < GX_PIN_NAME_OCTETS - 1; interface++) {
		char text[sizeof(gx_escapes[0].text)] = { *interface };

		for (size_t i = 0; i < GX_ESCAPES; i++)
			if (*interface == gx_escapes[i].octet)
				memcpy(text, gx_escapes[i].text, sizeof(text));
		used += snprintf(pin + used, GX_PIN_NAME_OCTETS - used, "%s", text);
	}
	return pin;
}

/* The octet that a text begins with, and how many octets of text say it. */
static char gx_unescape_octet(const char *text, size_t *octets)
{
	for (size_t i = 0; i < GX_ESCAPES; i++) {
		*octets = strlen(gx_escapes[i].text);
		if (!strncmp(text, gx_escapes[i].text, *octets))
			return gx_escapes[i].octet;
	}
	*octets = 1;
	return *text;
}

bool gx_pin_unescape(const char *pin, char interface[IF_NAMESIZE])
{
	char name[IF_NAMESIZE] = {}, again[GX_PIN_NAME_OCTETS];
	const char *rest = pin;
	size_t octets;

	for (size_t used = 0; *rest && used < sizeof(name) - 1; rest += octets)
		name[used++] = gx_unescape_octet(rest, &octets);
	/* What is too long, or has a '%' that is no escape, does not come back as it was. */
	if (!*pin || strcmp(gx_pin_escape(name, again), pin))
		return false;
	memcpy(interface, name, sizeof(name));
	return true;
}
