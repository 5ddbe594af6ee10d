/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each format of a source offers to user/core/source.c; nobody else includes this. */
#ifndef GEOXDP_CORE_SOURCE_FORMAT_H
#define GEOXDP_CORE_SOURCE_FORMAT_H

#include <stdbool.h>

#include "user/core/source.h"
#include "user/core/text.h"

/* Longer lines are no line of any format, but the sign of a file that is something else. */
#define GX_SOURCE_LINE_OCTETS	4096

/* Returns false, with a finding, where the line is longer. */
bool gx_source_check_length(const char *line, const struct gx_where *where, struct gx_diag *diag);

/* Whether a line that is no comment looks like this format, whatever may be wrong with it. */
bool gx_rbldnsd_recognises(const char *line, size_t len);
bool gx_tor_recognises(const char *line, size_t len);

/* Read all lines; findings go to diag. Returns the number of lines that spoke. */
size_t gx_rbldnsd_read(struct gx_text *text, struct gx_entries entries[GX_FAMILIES], struct gx_diag *diag);
size_t gx_tor_read(struct gx_text *text, struct gx_entries entries[GX_FAMILIES], struct gx_diag *diag);

#endif
