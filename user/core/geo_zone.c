/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The zone of the geo backend: one that is loaded, or one made from geo-soa-values and geo-ns-records. */
#include "user/core/config_impl.h"

#include <string.h>

#include <libknot/descriptor.h>
#include <libknot/wire.h>

#include "user/core/name.h"
#include "user/core/text.h"

#define GX_LIST_SEPARATORS " \t,"

/* The SOA that the original made up. */
#define GX_GEO_SOA_TTL_S 3600
static const uint32_t geo_soa_numbers[] = {
	1,	/* serial */
	86400,	/* refresh */
	172800, /* retry */
	604800, /* expire */
	3600,	/* minimum */
};

#define GX_SOA_NUMBERS (sizeof(geo_soa_numbers) / sizeof(geo_soa_numbers[0]))

/* A mail address as a name (RFC 1035 8): what stands before the '@' is one label, dots included. */
static const char *hostmaster_name(struct gx_arena *arena, const char *text)
{
	const char *at = strchr(text, '@');
	char *name, *to;

	if (!at)
		return text;
	to = name = gx_arena_alloc(arena, 2 * strlen(text) + 1);
	for (; text < at; text++) {
		if (*text == '.')
			*to++ = '\\';
		*to++ = *text;
	}
	*to++ = '.';
	strcpy(to, at + 1);
	return name;
}

static void add_soa(struct gx_config *config, struct gx_zone *zone, const struct gx_setting *values,
		    struct gx_diag *diag)
{
	char *cursor = gx_arena_strdup(&config->arena, values->value);
	uint8_t rdata[2 * KNOT_DNAME_MAXLEN + GX_SOA_NUMBERS * sizeof(uint32_t)];
	const char *mname_text = gx_text_word(&cursor, GX_LIST_SEPARATORS);
	const char *hostmaster_text = gx_text_word(&cursor, GX_LIST_SEPARATORS);
	const knot_dname_t *mname, *hostmaster;
	uint8_t *to = rdata;

	if (!hostmaster_text || gx_text_word(&cursor, GX_LIST_SEPARATORS)) {
		gx_error(diag, &values->where,
			 "geo-soa-values must have two values: geo-soa-values=MNAME,HOSTMASTER would be right");
		return;
	}
	hostmaster_text = hostmaster_name(&config->arena, hostmaster_text);
	mname = gx_read_name(&config->arena, "the MNAME of geo-soa-values", mname_text, NULL, &values->where, diag);
	hostmaster = gx_read_name(&config->arena, "the hostmaster of geo-soa-values", hostmaster_text, NULL,
				  &values->where, diag);
	if (!mname || !hostmaster)
		return;
	to += knot_dname_to_wire(to, mname, KNOT_DNAME_MAXLEN);
	to += knot_dname_to_wire(to, hostmaster, KNOT_DNAME_MAXLEN);
	for (size_t i = 0; i < GX_SOA_NUMBERS; i++, to += sizeof(uint32_t))
		knot_wire_write_u32(to, geo_soa_numbers[i]);
	gx_zone_add(zone, zone->apex, KNOT_RRTYPE_SOA, GX_GEO_SOA_TTL_S, rdata, (uint16_t)(to - rdata), &values->where);
}

static void add_ns(struct gx_config *config, struct gx_zone *zone, const struct gx_setting *records, uint32_t ttl_s,
		   struct gx_diag *diag)
{
	char *cursor, *text;

	if (!records->value)
		return;
	cursor = gx_arena_strdup(&config->arena, records->value);
	while ((text = gx_text_word(&cursor, GX_LIST_SEPARATORS))) {
		const knot_dname_t *name =
			gx_read_name(&config->arena, "geo-ns-records", text, NULL, &records->where, diag);

		if (name)
			gx_zone_add(zone, zone->apex, KNOT_RRTYPE_NS, ttl_s, name, (uint16_t)knot_dname_size(name),
				    &records->where);
	}
}

static void make_zone(struct gx_config *config, knot_dname_t *apex, const struct gx_pdns_conf *conf,
		      struct gx_diag *diag)
{
	struct gx_zone *zone = &config->zones[config->n_zones++];

	*zone = (struct gx_zone){ .apex = apex, .where = conf->geo_zone.where };
	add_soa(config, zone, &conf->soa_values, diag);
	add_ns(config, zone, &conf->ns_records, conf->ns_ttl_s, diag);
	gx_zone_finish(zone, diag);
	gx_config_sort_zones(config);
}

static void warn_overruled(const struct gx_zone *zone, const char *key, const struct gx_setting *setting,
			   const char *type, struct gx_diag *diag)
{
	knot_dname_txt_storage_t apex;

	if (setting->value)
		gx_warn(diag, &setting->where, "%s is not used: the %s of zone %s, %s, is served; remove the setting",
			key, type, gx_show_name(zone->apex, apex), zone->file);
}

const knot_dname_t *gx_geo_zone_place(struct gx_config *config, const struct gx_pdns_conf *conf, bool zones_complete,
				      struct gx_diag *diag)
{
	knot_dname_txt_storage_t shown;
	const struct gx_zone *zone;
	knot_dname_t *name;

	if (!conf->geo_zone.value) {
		gx_error(diag, &(struct gx_where){ .file = conf->file },
			 "geo-zone is not set: geo-zone=ZONE, the zone of the geo names, would be right");
		return NULL;
	}
	name = gx_read_name(&config->arena, "geo-zone", conf->geo_zone.value, NULL, &conf->geo_zone.where, diag);
	if (!name)
		return NULL;
	zone = gx_config_find_zone(config, name);
	if (zone && (knot_dname_is_equal(zone->apex, name) || !conf->soa_values.value)) {
		warn_overruled(zone, "geo-soa-values", &conf->soa_values, "SOA", diag);
		warn_overruled(zone, "geo-ns-records", &conf->ns_records, "NS", diag);
	} else if (conf->soa_values.value) {
		make_zone(config, name, conf, diag);
	} else if (zones_complete) {
		gx_error(diag, &conf->geo_zone.where,
			 "geo-zone %s lies in no zone of bind-config: a zone there, or "
			 "geo-soa-values=MNAME,HOSTMASTER, would be right",
			 gx_show_name(name, shown));
	}
	return name;
}
