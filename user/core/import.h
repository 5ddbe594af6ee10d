/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Existing set-ups as native configurations. */
#ifndef GEOXDP_CORE_IMPORT_H
#define GEOXDP_CORE_IMPORT_H

#include <stdio.h>

#include "user/core/config.h"

/* A list of texts; they live in the arena. Zero-initialise before use. */
struct gx_texts {
	const char **list;
	size_t n, capacity;	/* malloc family */
};

struct gx_import_rule {
	enum gx_rule_kind kind;
	const char *key;	/* as the native configuration writes it */
	struct gx_texts sites;
	struct gx_where where;
};

struct gx_import_map {
	const char *name;
	struct gx_where where;
	struct gx_import_rule *rules;	/* written by kind, the default first, and then in this order */
	size_t n_rules, capacity;
};

struct gx_import_site {
	const char *name;
	struct gx_texts values;	/* one target, or addresses */
};

struct gx_import_geo {
	const char *name;
	const char *map;
	uint32_t ttl_s;
	enum gx_geo_kind kind;
	struct gx_import_site *sites;
	size_t n_sites, capacity;
	struct gx_where where;
};

struct gx_import_zone {
	const char *name;
	const char *file;	/* path, or one of the new files */
	struct gx_import_geo *geos;
	size_t n_geos, capacity;
	struct gx_where where;
};

struct gx_import_source {
	const char *file;
	const char *format;
	struct gx_where where;
};

/* A file that goes with the configuration: a zone, or nets. */
struct gx_import_file {
	const char *name;
	const char *text;
};

/* What was read, in the words of the native configuration. Zero-initialise before use. */
struct gx_import {
	struct gx_arena arena;
	const char *kind;	/* "pdns" */
	const char *file;
	struct gx_config config;	/* what gx_import_pdns() read: texts are its own */
	struct gx_import_source *sources;
	size_t n_sources, sources_capacity;
	struct gx_import_map *maps;
	size_t n_maps, maps_capacity;
	struct gx_import_zone *zones;
	size_t n_zones, zones_capacity;
	struct gx_import_file *files;
	size_t n_files, files_capacity;
};

/**
 * gx_import_pdns, gx_import_gdnsd, gx_import_pdns_geoip - read a set-up
 * @import: zero-initialised; free with gx_import_free() also on error
 * @file: pdns.conf; gdnsd's config, with geoip and zones beside it; the file that geoip-zones-file names
 * @diag: mistakes as errors; as warnings what has no counterpart
 *
 * Returns 0, or -EINVAL: errors were found, and nothing should be made of the rest.
 */
int gx_import_pdns(struct gx_import *import, const char *file, struct gx_diag *diag);
int gx_import_gdnsd(struct gx_import *import, const char *file, struct gx_diag *diag);
int gx_import_pdns_geoip(struct gx_import *import, const char *file, struct gx_diag *diag);

/**
 * gx_import_write - write the native configuration
 * @out: receives it
 * @directory: in which it will be; "" is the current one. Files in it and below get relative paths
 * @diag: the warnings become comments at its head
 * @inline_files: write the files of import as comments too, since nobody else writes them
 */
void gx_import_write(const struct gx_import *import, FILE *out, const char *directory, const struct gx_diag *diag,
		     bool inline_files);
void gx_import_free(struct gx_import *import);

#endif
