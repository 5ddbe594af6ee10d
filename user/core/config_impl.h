/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of reading a configuration share; nobody else includes this. */
#ifndef GEOXDP_CORE_CONFIG_IMPL_H
#define GEOXDP_CORE_CONFIG_IMPL_H

#include "user/core/config.h"
#include "user/core/pdns_conf.h"

/* Put config->zones and config->geos into the orders that look-ups need. */
void gx_config_sort_zones(struct gx_config *config);
void gx_config_sort_geos(struct gx_config *config);

/* Show a step of the work; progress may be NULL. */
void gx_config_show_step(struct gx_progress *progress, const char *step, const char *object);

/* Take over the files that were noted, each once. */
void gx_config_take_files(struct gx_config *config, struct gx_diag *diag);

/* Read all of config->zones, whose apex, file and where are set, and put them into order. */
void gx_config_load_zones(struct gx_config *config, struct gx_diag *diag, struct gx_progress *progress);

/**
 * gx_config_load_sources - read config->sources into the partitions
 * @config: with all its maps: only the regions, cities and networks that these name are told apart
 *
 * A later source speaks over the earlier ones. Of each, the memory is needed only until the next.
 */
void gx_config_load_sources(struct gx_config *config, struct gx_diag *diag, struct gx_progress *progress);

/* What `geoxdp run` does with TCP where nothing says so: the defaults of the native configuration. */
void gx_config_default_tcp(struct gx_config *config, struct gx_diag *diag);

/* Whether the zone's file could be read at all: else nothing is known of what it lacks. */
bool gx_zone_has_data(const struct gx_zone *zone);

/**
 * gx_geo_zone_place - find or make the zone of the geo names
 * @config: with all zones, and room for one more in its array
 * @conf: pdns.conf
 * @zones_complete: false: zones are missing because of errors, so that nothing can be said of their lack
 * @diag: geo-zone not set or no name, no zone and no geo-soa-values, wrong names; settings that a zone file
 *	overrules, as warnings
 *
 * Returns the geo-zone in lower case, or NULL: not known.
 */
const knot_dname_t *gx_geo_zone_place(struct gx_config *config, const struct gx_pdns_conf *conf,
				      bool zones_complete, struct gx_diag *diag);

/**
 * gx_config_check - what shows only when zones and maps are seen together
 * @config: zones and geo names in order
 * @geos_complete: false: geo names are missing because of errors, so that a CNAME of a zone file may well lead
 *	to one of these
 * @diag: geo names where a zone has other data, delegations or its apex; targets that do not exist; CNAME
 *	chains that loop or are too long
 */
void gx_config_check(const struct gx_config *config, bool geos_complete, struct gx_diag *diag);

/**
 * gx_config_check_signed - which geo names of zones with keys are answered for DO=1
 * @config: zones and geo names in order; is_signed of each geo name is set
 * @diag: for each that is not, why
 *
 * NODATA is proven by the NSEC or NSEC3 that the zone file has of this very name, so it must have a placeholder there
 * of the types that the geo name answers, and no others of these; it is the backend's answer as well.
 */
void gx_config_check_signed(struct gx_config *config, struct gx_diag *diag);

#endif
