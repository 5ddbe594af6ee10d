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
	GX_FORMAT_MMDB,
	GX_FORMAT_CSV,
	GX_FORMAT_RIR,
	GX_FORMAT_NETS,
};

struct gx_source {
	const char *file;		/* path as it is opened and printed */
	enum gx_source_format format;	/* GX_FORMAT_DETECT: replaced by what was found */
	const char *companion;		/* GeoLite2's file of locations; NULL: looked for beside a file of blocks */
	struct gx_where where;		/* the configuration line that names it */
	size_t lines;			/* that spoke, in an mmdb the records; set by gx_source_read */
	size_t entries[GX_FAMILIES];	/* prefixes that spoke; set by gx_source_read */
};

const char *gx_source_format_name(enum gx_source_format format);

/**
 * gx_find_source_format - by name
 * @name: such as "mmdb", without regard to case
 * @format: written on success
 * @suggestion: written where there is no such format: the name that was meant, or NULL
 *
 * Returns 0 or -EINVAL.
 */
int gx_find_source_format(const char *name, enum gx_source_format *format, const char **suggestion);

/**
 * gx_source_read - read a whole source
 * @source: which; format, lines and entries are set
 * @locations: receives what is not a country alone; maps have said what they want (gx_locations_want())
 * @entries: entries[GX_IPV4] and entries[GX_IPV6] receive what it says
 * @diag: receives a finding with file and line for whatever cannot be read; a file without any entry is an
 *	error (a source that is empty by accident would send everyone to the default), and so is one that can be
 *	seen to be cut short
 *
 * Returns 0, or -EINVAL if an error was found.
 */
int gx_source_read(struct gx_source *source, struct gx_locations *locations, struct gx_entries entries[GX_FAMILIES],
		   struct gx_diag *diag);

/**
 * gx_source_network - the network of the record that an mmdb has for an address
 * @source: read before, of format GX_FORMAT_MMDB: a file without lines
 * @addr: of either family
 * @out: written on success
 *
 * Opens the file again. Returns 0, -ENOENT (no record), -EINVAL (the file cannot be read, or is no mmdb).
 */
int gx_source_network(const struct gx_source *source, const struct gx_addr *addr, struct gx_prefix *out);

/* Sources below this many entries are written by hand, and may lose any part of them. */
#define GX_SHRUNK_MIN_ENTRIES 100

/**
 * gx_source_shrunk - whether a source became suspiciously smaller
 * @old_entries: of the generation that serves, of one family
 * @new_entries: as read now
 *
 * Returns true where less than half is left: more likely a broken download than news of the world.
 */
bool gx_source_shrunk(size_t old_entries, size_t new_entries);

#endif
