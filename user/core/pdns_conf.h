/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pdns.conf: what GeoXDP takes from the settings of PowerDNS and its geo backend. */
#ifndef GEOXDP_CORE_PDNS_CONF_H
#define GEOXDP_CORE_PDNS_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "user/core/diag.h"

/* A setting as text. value NULL: not set, or set to nothing; where is then the file as a whole. */
struct gx_setting {
	const char *value;
	struct gx_where where;
};

/*
 * Paths are as written: gx_pdns_conf_path() resolves them. For a backend that is launched as an instance,
 * `launch=bind:first`, the setting `bind-first-config` counts, and `bind-config` where that is not set.
 */
struct gx_pdns_conf {
	const char *file;
	const char *directory;		/* of file; what relative paths are relative to */
	bool readable;			/* false: nothing below says anything */
	bool launch_valid;		/* false: launch is wrong, and what it names not certain */
	bool launches_geo;
	bool launches_bind;
	struct gx_setting bind_config;
	struct gx_setting geo_zone;
	struct gx_setting soa_values;
	struct gx_setting ns_records;
	struct gx_setting country_file;	/* never NULL: has a default */
	struct gx_setting maps;
	uint32_t geo_ttl_s;
	uint32_t ns_ttl_s;
};

#define GX_PDNS_COUNTRY_FILE	"zz.countries.nerd.dk.rbldnsd"
#define GX_PDNS_GEO_TTL_S	3600
#define GX_PDNS_NS_TTL_S	86400
#define GX_TTL_MAX_S		2147483647	/* RFC 2181 8 */

/**
 * gx_pdns_conf_read - read pdns.conf and the *.conf files of its include-dir
 * @conf: written, also where errors were found: as far as the files could be read
 * @arena: holds the strings
 * @file: path of pdns.conf
 * @diag: unreadable files, lines without '=', misspelt settings of ours, TTLs out of range, launch without
 *	geo; a warning where a setting is set twice
 *
 * The grammar is that of PowerDNS's arguments.cc: KEY=VALUE, KEY+=VALUE (appended as a list), `#` at the
 * head of a line or behind a blank begins a comment, a backslash at the end joins the next line, of equal keys
 * the last counts. The files of include-dir are read after the main file, in the order of their names. All
 * settings but those above are PowerDNS's own and are not looked at.
 *
 * Returns 0, or -EINVAL if an error was found.
 */
int gx_pdns_conf_read(struct gx_pdns_conf *conf, struct gx_arena *arena, const char *file,
		      struct gx_diag *diag);

/* A path of a setting: relative to the directory of pdns.conf, also where an included file names it. */
char *gx_pdns_conf_path(const struct gx_pdns_conf *conf, struct gx_arena *arena, const char *path);

#endif
