/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Geo names in signed zones: whether the zone proves what they do not answer. */
#include <string.h>

#include <libdnssec/nsec.h>
#include <libknot/descriptor.h>
#include <libknot/rrtype/nsec.h>
#include <libknot/rrtype/nsec3.h>

#include "user/core/config_impl.h"
#include "user/core/denial.h"
#include "user/core/keys.h"
#include "user/core/name.h"

/* Does the NSEC or NSEC3 of a name say that it has the type? */
static bool has_type(const struct gx_zone *zone, const struct gx_denial *denial, uint16_t type)
{
	const knot_rdata_t *rdata = denial->rrset->rdata.rdata;

	if (gx_zone_uses_nsec3(zone))
		return dnssec_nsec_bitmap_contains(knot_nsec3_bitmap(rdata), knot_nsec3_bitmap_len(rdata), type);
	return dnssec_nsec_bitmap_contains(knot_nsec_bitmap(rdata), knot_nsec_bitmap_len(rdata), type);
}

/* Does a geo name have the type, wherever one asks and whatever is up? */
static bool answers_type(const struct gx_config *config, const struct gx_geo *geo, uint16_t type)
{
	const struct gx_map *map = &config->maps[geo->map];

	if (geo->kind == GX_GEO_CNAME)
		return type == KNOT_RRTYPE_CNAME;
	if (type == KNOT_RRTYPE_CNAME)
		return false;
	return gx_geo_find_site(geo, map, &map->rules[map->n_rules - 1], type == KNOT_RRTYPE_A ? GX_IPV4 : GX_IPV6) !=
	       GX_SITE_NONE;
}

/* While everything is down, is a type missing that the name has otherwise? */
static bool goes_away(const struct gx_config *config, const struct gx_geo *geo)
{
	const struct gx_geo_site *last = geo->last_resort;
	bool has[GX_FAMILIES] = {0};

	if (!last)
		return config->maps[geo->map].all_down == GX_ALL_DOWN_NONE;
	for (size_t i = 0; i < last->n_addresses; i++)
		has[last->addresses[i].family] = true;
	return geo->kind == GX_GEO_ADDRESS && ((answers_type(config, geo, KNOT_RRTYPE_A) && !has[GX_IPV4]) ||
					       (answers_type(config, geo, KNOT_RRTYPE_AAAA) && !has[GX_IPV6]));
}

#define PASSED "queries with DO=1 are passed"

/* What the zone file must say of a geo name, and does not. Returns whether it is in order. */
static bool check_types(const struct gx_config *config, const struct gx_geo *geo, const struct gx_denial *denial,
			struct gx_diag *diag)
{
	static const uint16_t types[] = { KNOT_RRTYPE_A, KNOT_RRTYPE_AAAA, KNOT_RRTYPE_CNAME };
	const struct gx_zone *zone = &config->zones[geo->zone];
	knot_dname_txt_storage_t owner;
	char text[16];

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		bool answers = answers_type(config, geo, types[i]);

		if (answers == has_type(zone, denial, types[i]))
			continue;
		knot_rrtype_to_string(types[i], text, sizeof(text));
		gx_warn(diag, &geo->where,
			"geo name %s answers %s%s, and %s, which is signed, says that it %s %s: " PASSED ": %s there, before the zone "
			"is signed, would be right",
			gx_show_name(geo->owner, owner), answers ? "" : "no ", text, zone->file,
			answers ? "has no" : "has", text, answers ? "one" : "none");
		return false;
	}
	return true;
}

static bool check_geo(const struct gx_config *config, const struct gx_geo *geo, struct gx_diag *diag)
{
	const struct gx_zone *zone = &config->zones[geo->zone];
	const struct gx_denial denial = gx_denial_match(zone, geo->owner);
	knot_dname_txt_storage_t owner;

	gx_show_name(geo->owner, owner);
	if (knot_dname_is_wildcard(geo->owner)) {
		gx_warn(diag, &geo->where, "geo name %s is a wildcard of a signed zone: " PASSED ", since each answer would need a "
			"proof of its own: names without an asterisk would be right", owner);
		return false;
	}
	if (!denial.rrset || !denial.rrset->rrsigs.count) {
		gx_warn(diag, &geo->where,
			"geo name %s has no signed NSEC or NSEC3 in %s: " PASSED ", and the name server behind denies the name: %s "
			"there as a placeholder, before the zone is signed, would be right", owner, zone->file,
			geo->kind == GX_GEO_CNAME ? "a CNAME" : "its A and AAAA");
		return false;
	}
	if (!check_types(config, geo, &denial, diag))
		return false;
	if (!goes_away(config, geo))
		return true;
	gx_warn(diag, &geo->where,
		"geo name %s has no answer while all is down, and no signature of %s says so: " PASSED ": %s would be right", owner,
		zone->file, geo->last_resort ? "a last-resort with an address of each family" : "all-down: all or last");
	return false;
}

void gx_config_check_signed(struct gx_config *config, struct gx_diag *diag)
{
	for (size_t i = 0; i < config->n_geos; i++) {
		struct gx_geo *geo = &config->geos[i];

		if (geo->kind != GX_GEO_LOCATION && config->zones[geo->zone].keys)
			geo->is_signed = check_geo(config, geo, diag);
	}
}
