/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the importers share: building what will be written; nobody else includes this. */
#ifndef GEOXDP_CORE_IMPORT_IMPL_H
#define GEOXDP_CORE_IMPORT_IMPL_H

#include "user/core/import.h"
#include "user/core/yaml.h"

/* Where one text is enough, a text; lists otherwise. Texts are not copied. */
void gx_texts_add(struct gx_texts *texts, const char *text);
bool gx_texts_equal(const struct gx_texts *a, const struct gx_texts *b);
bool gx_texts_has(const struct gx_texts *texts, const char *text);

struct gx_import_source *gx_import_add_source(struct gx_import *import, const char *file, const char *format,
					      const struct gx_where *where);
/* The name is made a word, and a word that no other map has. */
struct gx_import_map *gx_import_add_map(struct gx_import *import, const char *name, const struct gx_where *where);
struct gx_import_rule *gx_import_add_rule(struct gx_import_map *map, enum gx_rule_kind kind, const char *key,
					  const struct gx_where *where);
struct gx_import_zone *gx_import_add_zone(struct gx_import *import, const char *name, const struct gx_where *where);
struct gx_import_geo *gx_import_add_geo(struct gx_import_zone *zone, const char *name, const struct gx_where *where);
/* The geo name that was added last has no counterpart after all. */
void gx_import_drop_geo(struct gx_import_zone *zone);
struct gx_import_site *gx_import_find_or_add_site(struct gx_import_geo *geo, const char *name);

/* A file that goes with the configuration. */
void gx_import_add_file(struct gx_import *import, const char *name, const char *text);

/* What is no letter, digit, '-', '_' or '.' becomes '-'; what is too long is cut. */
const char *gx_import_word(struct gx_import *import, const char *text);

/* Every site that a map's rules name, each once, in the order in which they are named. */
void gx_import_map_sites(const struct gx_import_map *map, struct gx_texts *sites);

/**
 * gx_import_nets - networks of one map, as a nets file and as rules for its names
 * @nets: prefix -> sites, a mapping
 * @read_sites: reads a value of it into a rule
 *
 * An address has one name of the operator's for all maps: the caller says so where two maps have networks.
 */
typedef bool gx_import_read_sites(void *context, const struct gx_yaml *value, struct gx_texts *sites);
void gx_import_nets(struct gx_import *import, struct gx_import_map *map, const struct gx_yaml *nets,
		    gx_import_read_sites *read_sites, void *context, struct gx_diag *diag);

#endif
