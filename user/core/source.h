/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources: files that say where addresses are. */
#ifndef GEOXDP_CORE_SOURCE_H
#define GEOXDP_CORE_SOURCE_H

#include "user/core/diag.h"
#include "user/core/partition.h"

enum gx_source_format {
	GX_FORMAT_DETECT,
	GX_FORMAT_RBLDNSD,
	GX_FORMAT_TOR,
};

struct gx_source {
	const char *file;		/* path as it is opened and printed */
	enum gx_source_format format;	/* GX_FORMAT_DETECT: replaced by what was found */
	struct gx_where where;		/* the configuration line that names it */
	size_t lines;			/* that spoke; set by gx_source_read */
};

const char *gx_source_format_name(enum gx_source_format format);

/**
 * gx_source_read - read a whole source
 * @source: which; format and lines are set
 * @entries: entries[GX_IPV4] and entries[GX_IPV6] receive what it says
 * @diag: receives a finding with file and line for whatever cannot be read; a file without any entry is an
 *	error (a source that is empty by accident would send everyone to the default)
 *
 * Returns 0, or -EINVAL if an error was found.
 */
int gx_source_read(struct gx_source *source, struct gx_entries entries[GX_FAMILIES], struct gx_diag *diag);

#endif
