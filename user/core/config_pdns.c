/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a PowerDNS set-up with the geo backend into a configuration. */
#include "user/core/config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "user/core/config_impl.h"
#include "user/core/director.h"
#include "user/core/name.h"
#include "user/core/named_conf.h"
#include "user/core/pdns_conf.h"

struct reader {
	struct gx_config *config;
	struct gx_diag *diag;
	struct gx_progress *progress;
	struct gx_pdns_conf conf;
	const knot_dname_t *geo_zone; /* NULL: not known */
	bool geos_complete;	      /* false: geo names are missing because of errors */
};

/* --- zones ------------------------------------------------------------------------------------- */

/* Returns false where zones are missing because of errors. */
static bool find_zones(struct reader *reader, struct gx_named_conf *named)
{
	const struct gx_setting *setting = &reader->conf.bind_config;
	const char *path;

	/* Where launch is wrong, bind-config is looked at as if it was meant. */
	if (!reader->conf.launches_bind && (reader->conf.launch_valid || !setting->value)) {
		if (setting->value)
			gx_warn(reader->diag, &setting->where,
				"bind-config is not used: launch=bind,geo would make its zones known");
		return true;
	}
	if (!setting->value) {
		gx_error(reader->diag, &(struct gx_where){ .file = reader->conf.file },
			 "launch names bind, but bind-config is not set: bind-config=named.conf would be right");
		return false;
	}
	path = gx_pdns_conf_path(&reader->conf, &reader->config->arena, setting->value);
	gx_config_show_step(reader->progress, "reading", path);
	return gx_named_conf_read(named, &reader->config->arena, path, &setting->where, reader->diag) == 0;
}

static void read_zones(struct reader *reader, const struct gx_named_conf *named)
{
	struct gx_config *config = reader->config;

	/* One more: the geo backend's own. */
	config->zones = gx_calloc(named->n_zones + 1, sizeof(*config->zones));
	for (size_t i = 0; i < named->n_zones; i++)
		config->zones[config->n_zones++] = (struct gx_zone){
			.apex = named->zones[i].name,
			.file = named->zones[i].file,
			.where = named->zones[i].where,
		};
	gx_config_load_zones(config, reader->diag, reader->progress);
}

/* --- geo names --------------------------------------------------------------------------------- */

static void add_geo(struct reader *reader, knot_dname_t *owner, enum gx_geo_kind kind, size_t map,
		    struct gx_geo_site *sites, const struct gx_where *where)
{
	struct gx_config *config = reader->config;
	const struct gx_zone *zone = gx_config_find_zone(config, owner);

	/* Without a zone, what is wrong with geo-zone has been said. */
	if (!zone)
		return;
	config->geos[config->n_geos++] = (struct gx_geo){
		.owner = owner,
		.zone = (size_t)(zone - config->zones),
		.kind = kind,
		.map = map,
		.sites = sites,
		.ttl_s = reader->conf.geo_ttl_s,
		.where = *where,
	};
}

static void drop_repeated_geos(struct reader *reader)
{
	struct gx_config *config = reader->config;
	size_t kept = 0;

	for (size_t i = 0; i < config->n_geos; i++) {
		const struct gx_geo *geo = &config->geos[i];
		const struct gx_geo *last = kept ? &config->geos[kept - 1] : NULL;
		knot_dname_txt_storage_t owner;

		if (last && knot_dname_is_equal(last->owner, geo->owner))
			gx_error(reader->diag, &geo->where,
				 "$RECORD %s is given twice, first at %s:%u: one director map for each geo name would "
				 "be right",
				 gx_show_name(geo->owner, owner), last->where.file, last->where.line);
		else
			config->geos[kept++] = *geo;
	}
	config->n_geos = kept;
}

/* Whether the zone file leaves the name `localhost` to the geo backend; else what it has is served. */
static bool is_free_for_localhost(struct reader *reader, const knot_dname_t *owner)
{
	const struct gx_zone *zone = gx_config_find_zone(reader->config, owner);
	knot_dname_txt_storage_t shown;
	struct gx_match match;

	if (!zone || !gx_zone_has_data(zone))
		return zone;
	match = gx_zone_match(zone, owner);
	if (match.kind == GX_MATCH_DELEGATION || match.kind == GX_MATCH_DNAME)
		return false;
	if (match.kind != GX_MATCH_NODE || !match.node->n_rrsets)
		return true;
	gx_warn(reader->diag, &(struct gx_where){ match.node->rrsets[0].file, match.node->rrsets[0].line, 0 },
		"%s is served as it stands here, and not as the client's country: remove it to have the geo backend's",
		gx_show_name(owner, shown));
	return false;
}

/* `localhost.<geo-zone>`: A 127.0.x.y of the client's country. */
static void add_localhost(struct reader *reader)
{
	static const uint8_t label[] = "\011localhost";
	size_t zone_len = knot_dname_size(reader->geo_zone);
	knot_dname_t *owner;

	if (sizeof(label) - 1 + zone_len > KNOT_DNAME_MAXLEN)
		return;
	owner = gx_arena_alloc(&reader->config->arena, sizeof(label) - 1 + zone_len);
	memcpy(owner, label, sizeof(label) - 1);
	memcpy(owner + sizeof(label) - 1, reader->geo_zone, zone_len);
	if (gx_config_find_geo(reader->config, owner) || !is_free_for_localhost(reader, owner))
		return;
	add_geo(reader, owner, GX_GEO_LOCATION, 0, NULL, &reader->conf.geo_zone.where);
	gx_config_sort_geos(reader->config);
}

static void read_maps(struct reader *reader)
{
	const struct gx_setting *setting = &reader->conf.maps;
	struct gx_config *config = reader->config;
	size_t errors = reader->diag->errors;
	const char **files = NULL;
	size_t count = 0;

	if (setting->value)
		files = gx_director_list(&config->arena, reader->conf.directory, setting->value, &setting->where,
					 reader->diag, &count);
	else
		gx_warn(reader->diag, &(struct gx_where){ .file = reader->conf.file },
			"geo-maps is not set, so that there is no geo name: geo-maps=FOLDER would be right");
	config->maps = gx_arena_alloc(&config->arena, count * sizeof(*config->maps));
	/* One more: localhost. */
	config->geos = gx_arena_alloc(&config->arena, (count + 1) * sizeof(*config->geos));
	for (size_t i = 0; i < count; i++) {
		struct gx_director director;

		gx_config_show_step(reader->progress, "reading map", files[i]);
		gx_director_read(&director, &config->arena, files[i], &setting->where, reader->geo_zone, reader->diag);
		if (director.record)
			add_geo(reader, director.record, GX_GEO_CNAME, config->n_maps, director.sites,
				&director.record_where);
		config->maps[config->n_maps++] = director.map;
	}
	gx_config_sort_geos(config);
	drop_repeated_geos(reader);
	reader->geos_complete = reader->geo_zone && reader->diag->errors == errors;
	if (reader->geo_zone)
		add_localhost(reader);
}

/* --- countries --------------------------------------------------------------------------------- */

static void read_sources(struct reader *reader)
{
	struct gx_config *config = reader->config;
	struct gx_source *source;

	config->sources = gx_arena_alloc(&config->arena, sizeof(*config->sources));
	source = &config->sources[0];
	source->file = gx_pdns_conf_path(&reader->conf, &config->arena, reader->conf.country_file.value);
	source->where = reader->conf.country_file.where;
	gx_diag_note_file(reader->diag, source->file);
	if (source->where.line == 0 && access(source->file, F_OK) < 0)
		gx_error(reader->diag, &source->where,
			 "geo-ip-map-zonefile is not set, and its default %s does not exist: geo-ip-map-zonefile=FILE "
			 "would be right",
			 source->file);
	else
		config->n_sources = 1;
	gx_config_load_sources(config, reader->diag, reader->progress);
}

/* --- all --------------------------------------------------------------------------------------- */

int gx_config_read_pdns(struct gx_config *config, const char *file, struct gx_diag *diag, struct gx_progress *progress)
{
	struct reader reader = { .config = config, .diag = diag, .progress = progress };
	struct gx_named_conf named = { 0 };
	size_t errors = diag->errors;
	bool zones_complete;

	config->file = gx_arena_strdup(&config->arena, file);
	config->locations = gx_locations_new();
	gx_config_default_tcp(config, diag);
	gx_config_show_step(progress, "reading", config->file);
	gx_pdns_conf_read(&reader.conf, &config->arena, config->file, diag);
	if (reader.conf.readable) {
		zones_complete = find_zones(&reader, &named);
		read_zones(&reader, &named);
		gx_named_conf_free(&named);
		reader.geo_zone = gx_geo_zone_place(config, &reader.conf, zones_complete, diag);
		read_maps(&reader);
		gx_config_show_step(progress, "checking", config->file);
		gx_config_check(config, reader.geos_complete, diag);
		read_sources(&reader);
	}
	gx_config_take_files(config, diag);
	gx_diag_sort(diag);
	return diag->errors == errors ? 0 : -EINVAL;
}
