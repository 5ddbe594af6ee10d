/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of units: what stands in the table for names that are longer than it has room for. */
#include "user/core/unit_name.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#define DIGEST_OCTETS 17	/* "~" and 16 digits */

char *gx_unit_name(const char *name, char out[GX_UNIT_NAME_OCTETS])
{
	size_t octets = strlen(name), kept = GX_UNIT_NAME_OCTETS - 1 - DIGEST_OCTETS;

	if (octets < GX_UNIT_NAME_OCTETS) {
		memcpy(out, name, octets + 1);
		return out;
	}
	/* Not in the middle of a character of UTF-8. */
	while (kept && (name[kept] & 0xc0) == 0x80)
		kept--;
	memcpy(out, name, kept);
	snprintf(out + kept, GX_UNIT_NAME_OCTETS - kept, "~%016llx", (unsigned long long)XXH3_64bits(name, octets));
	return out;
}
