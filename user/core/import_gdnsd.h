/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two parts of importing gdnsd share; nobody else includes this. */
#ifndef GEOXDP_CORE_IMPORT_GDNSD_H
#define GEOXDP_CORE_IMPORT_GDNSD_H

#include "user/core/import_impl.h"

struct gx_gdnsd {
	struct gx_import *import;
	struct gx_diag *diag;
	const char *directory;		/* of the file config */
	const struct gx_yaml *plugins;
	uint32_t ttl_s;			/* of zone files without $TTL */
	unsigned int references;	/* that are being followed, one from the other */
	struct gx_texts read_maps;	/* gdnsd's names of import->maps, by index */
};

/* What a resource, or one datacenter of it, answers with. */
struct gx_gdnsd_answer {
	bool is_cname;
	struct gx_texts values;
};

/**
 * gx_gdnsd_resource - what `plugin!resource[/datacenter]` answers, where that is the same for everyone
 * @reference: without the leading '%'
 *
 * Returns false where it has no counterpart, with a finding, or is a geoip resource as a whole, without one.
 */
bool gx_gdnsd_resource(struct gx_gdnsd *gdnsd, const char *reference, const struct gx_where *where,
		       struct gx_gdnsd_answer *answer);

/**
 * gx_gdnsd_geo - a geo name from a geoip resource
 * @resource: its name
 *
 * Returns false where it is left out: a finding was added.
 */
bool gx_gdnsd_geo(struct gx_gdnsd *gdnsd, struct gx_import_zone *zone, const char *name, const char *resource,
		  uint32_t ttl_s, const struct gx_where *where);

/* The zones of the folder `zones`. */
void gx_gdnsd_zones(struct gx_gdnsd *gdnsd);

#endif
