/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the reader of the native configuration share; nobody else includes this. */
#ifndef GEOXDP_CORE_NATIVE_IMPL_H
#define GEOXDP_CORE_NATIVE_IMPL_H

#include "user/core/config_impl.h"
#include "user/core/native_keys.h"
#include "user/core/yaml.h"

/* What the reader knows of a map beside the map itself; by index of the map. */
struct gx_native_map {
	bool complete;		/* false: parts are missing because of errors */
	bool used;
	bool from_file;		/* a director map file */
	const struct gx_geo_site *targets;	/* of one: the CNAME targets that its sites are named after */
};

/* What the reader knows of a check beside the check itself; by index of the plan. */
struct gx_native_check {
	bool used;
	bool needs_address;	/* tcp, or {address} occurs */
};

struct gx_native {
	struct gx_config *config;
	struct gx_diag *diag;
	struct gx_progress *progress;
	const char *directory;		/* of the configuration; what relative paths are relative to */
	const char **group_names;	/* by index of the group, for suggestions */
	bool *groups_used;
	const char **check_names;
	struct gx_native_check *checks;
	bool checks_complete;		/* false: parts of checks or sites are missing because of errors */
	const char **map_names;
	struct gx_native_map *maps;
};

/* --- native_keys.c: nodes as what they should be ------------------------------------------------ */

/* The values of a mapping's keys; NULL: not given, and there is no default. */
struct gx_native_values {
	const struct gx_yaml *of[GX_KEYS];
	bool given[GX_KEYS];	/* false: of is the default, or NULL */
};

/**
 * gx_native_take - sort a mapping by the keys that it may have
 * @mapping: GX_YAML_MAPPING, or NULL: not given, all keys have their defaults
 * @what: names the mapping in findings, as "server" or "map world"
 *
 * Returns false where a key that must be given is missing; unknown keys are findings, too.
 */
bool gx_native_take(struct gx_native *native, const struct gx_yaml *mapping, enum gx_native_section section,
		    const char *what, struct gx_native_values *values);

/*
 * A node as text, as a list, as a mapping. what names the node, wanted what would be right in its place: a finding
 * is added where it is another kind of node. GX_YAML_BROKEN has its finding already.
 */
const char *gx_native_text(struct gx_native *native, const struct gx_yaml *node, const char *what,
			   const char *wanted);
bool gx_native_is_mapping(struct gx_native *native, const struct gx_yaml *node, const char *what,
			  const char *wanted);

/* Text is a list of one. */
struct gx_native_list {
	const struct gx_yaml *node;
	size_t n;
};

bool gx_native_list(struct gx_native *native, const struct gx_yaml *node, const char *what, const char *wanted,
		    struct gx_native_list *list);
const struct gx_yaml *gx_native_item(const struct gx_native_list *list, size_t i);

/* A name that the operator gives a site, a map, a group: letters, digits, '-', '_' and '.'. NULL: a finding. */
const char *gx_native_word(struct gx_native *native, const struct gx_yaml *node, const char *what);

/* Text of the file in quotes, for findings; in the arena. */
const char *gx_native_quote(struct gx_native *native, const char *text);

/* "did you mean 'NEAREST'?" where one of the names is near, else the fallback. */
const char *gx_native_hint(struct gx_native *native, const char *word, const char *const *names, size_t n,
			   const char *fallback);
/* "eu, us and as", of many only the first. */
const char *gx_native_join(struct gx_native *native, const char *const *names, size_t n);

/* --- native_values.c: numbers, times and choices ---------------------------------------------------- */

/*
 * A number, seconds, or milliseconds, from min to max; times may have units, and are seconds without. Written on
 * success. Return false: a finding was added.
 */
bool gx_native_number(struct gx_native *native, const struct gx_yaml *node, const char *what, uint32_t min,
		      uint32_t max, uint32_t *out);
bool gx_native_seconds(struct gx_native *native, const struct gx_yaml *node, const char *what, uint32_t min_s,
		       uint32_t max_s, uint32_t *out_s);
bool gx_native_milliseconds(struct gx_native *native, const struct gx_yaml *node, const char *what, uint32_t min_ms,
			    uint32_t max_ms, uint32_t *out_ms);

/* Words of which one is wanted. */
struct gx_native_words {
	const char *const *list;
	size_t n;
	const char *wanted;	/* "native, generic or auto" */
};

/* The index of a word. Returns false: a finding was added. */
bool gx_native_choice(struct gx_native *native, const struct gx_yaml *node, const char *what,
		      const struct gx_native_words *words, size_t *out);

/* --- native_places.c: countries and what is finer and coarser -------------------------------------- */

/**
 * gx_native_country - an ISO 3166-1 code in one of its three forms, or a number of 900 to 999
 * @out: numeric, written on success
 *
 * Returns false: a finding was added.
 */
bool gx_native_country(struct gx_native *native, const struct gx_yaml *node, uint16_t *out);

/* The code of a continent, in upper case. NULL: a finding was added. */
const char *gx_native_continent(struct gx_native *native, const struct gx_yaml *node);

/* The form in which keys are kept, such as "US/CA", "US/CA/Los Angeles", "AS64500". NULL: a finding was added. */
const char *gx_native_region(struct gx_native *native, const struct gx_yaml *node);
const char *gx_native_city(struct gx_native *native, const struct gx_yaml *node);
const char *gx_native_asn(struct gx_native *native, const struct gx_yaml *node);
/* A name of the operator's own, as nets sources have them. NULL: a finding was added. */
const char *gx_native_own(struct gx_native *native, const struct gx_yaml *node);

/* --- the sections of the file, in the order in which they are read --------------------------------- */

/* groups; NULL: not given. */
void gx_native_read_groups(struct gx_native *native, const struct gx_yaml *node);
/* The group of this name, or NULL: a finding was added. */
const struct gx_group *gx_native_find_group(struct gx_native *native, const struct gx_yaml *node);

/* tcp of the server section; NULL: not given, all of it has its defaults. */
void gx_native_read_tcp(struct gx_native *native, const struct gx_yaml *node);

/* Longest name that a check can stand for: of a site, or of a target as it is written, in place of an address. */
#define GX_CHECKED_NAME_OCTETS 63

/* checks, then sites; NULL: not given. */
void gx_native_read_checks(struct gx_native *native, const struct gx_yaml *node);
void gx_native_read_sites(struct gx_native *native, const struct gx_yaml *node);
/* The checks of this name or these names, each once; *n is 0 before. What cannot be found is a finding. */
void gx_native_find_checks(struct gx_native *native, const struct gx_yaml *node, size_t **checks, size_t *n);

#define GX_WEIGHT_MAX 1000000

/* How weighted choices are drawn. Returns false: a finding was added. */
bool gx_native_read_by(struct gx_native *native, const struct gx_yaml *node, enum gx_by *by);

/* maps; NULL: not given. */
void gx_native_read_maps(struct gx_native *native, const struct gx_yaml *node);

/* zones, which are loaded, and their geo names; NULL: not given. */
void gx_native_read_zones(struct gx_native *native, const struct gx_yaml *node);

/* The geo names of a zone that is loaded. The configuration's array of geo names has room for them. */
void gx_native_read_geos(struct gx_native *native, const knot_dname_t *apex, const struct gx_yaml *node);

/* --- native_check.c: what shows only when all is read ----------------------------------------------- */

/* Maps, groups and checks that nobody uses, sites that no map has. */
void gx_native_check_used(struct gx_native *native);
/* Keys of maps that no source has, names of nets sources that no map has. The sources are read. */
void gx_native_check_places(struct gx_native *native);

#endif
