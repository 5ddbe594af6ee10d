/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Director map files of the PowerDNS geo backend: one geo name, and the target of each country. */
#ifndef GEOXDP_CORE_DIRECTOR_H
#define GEOXDP_CORE_DIRECTOR_H

#include <stddef.h>

#include "user/core/config.h"

struct gx_director {
	knot_dname_t *record;		/* lower case; NULL: none that could be read */
	struct gx_where record_where;
	struct gx_map map;		/* named after the file; sites are named after their targets */
	struct gx_geo_site *sites;	/* the targets; n_sites of the map */
};

/**
 * gx_director_read - read a director map file
 * @director: written, also where errors were found: as far as the file could be read
 * @arena: holds names, rules and sites
 * @file: path
 * @named: the place that names the file
 * @geo_zone: lower case; NULL: not known, and a relative $RECORD then is not resolved
 * @diag: lines that cannot be read, $RECORD missing, given twice or outside of the geo-zone, $ORIGIN given
 *	twice, a number that is no country's, no default; as a warning: a number that is repeated
 *
 * Numbers are ISO 3166-1 numeric codes; 900 to 999 are left to the user by ISO and accepted.
 *
 * Returns 0, or -EINVAL if an error was found.
 */
int gx_director_read(struct gx_director *director, struct gx_arena *arena, const char *file,
		     const struct gx_where *named, const knot_dname_t *geo_zone,
		     struct gx_diag *diag);

/**
 * gx_director_read_map - read a director map file as a map alone
 *
 * As gx_director_read(), but $RECORD is neither needed nor looked at: the configuration says which geo names have
 * the map.
 */
int gx_director_read_map(struct gx_director *director, struct gx_arena *arena, const char *file,
			 const struct gx_where *named, struct gx_diag *diag);

/**
 * gx_director_list - the files that geo-maps names
 * @arena: holds the result
 * @directory: what relative paths are relative to
 * @maps: list of files and folders, separated by blanks and commas
 * @where: the setting
 * @diag: what does not exist or cannot be read; as a warning: a folder without a file
 * @count: length of the result
 *
 * Of a folder: every regular file (links to one included), in the order of their names; no dot files, no
 * folders in it.
 *
 * Returns the paths.
 */
const char **gx_director_list(struct gx_arena *arena, const char *directory, const char *maps,
			      const struct gx_where *where, struct gx_diag *diag, size_t *count);

#endif
