/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: the answers that all names of a zone share, whatever their length. */
#include <errno.h>

#include <libknot/descriptor.h>

#include "user/core/image_impl.h"
#include "user/core/name.h"

/* Do its pointers fit into the cell behind it? */
static bool can_shift(const struct gx_rendered *answer)
{
	int count = gx_rendered_pointers(answer, NULL, 0);

	return count >= 0 && count <= GX_SHIFT_POINTERS;
}

void gx_image_note_lack(struct gx_builder *builder, const struct gx_rendered *answer)
{
	builder->zone_parts[answer->lacking - builder->config->zones].lacks |= 1u << answer->lack;
}

void gx_image_tell_lacks(struct gx_builder *builder)
{
	static const char *const texts[] = {
		[GX_LACK_RRSIG] = "RRsets without RRSIG: queries with DO=1 for these are passed to the backend: a zone signed "
				  "in whole would be right",
		[GX_LACK_PROOF] = "no NSEC or NSEC3 for some names or types that do not exist: queries with DO=1 for these are "
				  "passed to the backend: a zone signed in whole would be right",
		[GX_LACK_HASH] = "NSEC3 with iterations, or with a salt of more than 16 octets: queries with DO=1 for names that do not "
				 "exist are passed to the backend: no iterations and no salt (RFC 9276 3.1) would be right",
		[GX_LACK_GEO] = "the zone is signed, and no keys sign the answers of its geo names: queries with DO=1 for these are "
				"passed to the backend: `keys` in a native configuration would be right",
	};

	for (size_t i = 0; i < builder->config->n_zones; i++) {
		struct gx_where where = { .file = builder->config->zones[i].file };
		knot_dname_txt_storage_t apex;

		/* Of each geo name of a zone with keys, that is said where it is found out. */
		if (builder->config->zones[i].keys)
			builder->zone_parts[i].lacks &= ~(1u << GX_LACK_GEO);
		for (size_t lack = 0; lack < sizeof(texts) / sizeof(texts[0]); lack++)
			if (builder->zone_parts[i].lacks >> lack & 1)
				gx_warn(builder->diag, &where, "%s: %s", gx_show_name(builder->config->zones[i].apex, apex),
					texts[lack]);
	}
}

/* Store what longer names get as well. Returns the cell; 0: its pointers cannot be moved. */
static uint32_t store_shared(struct gx_builder *builder, struct gx_rendered *answer)
{
	/* What need not be there is left away, before nothing is. */
	if (!can_shift(answer) && answer->core_octets < answer->len_octets &&
	    !gx_answer_is_oversize(answer->core_octets, answer->base_octets)) {
		answer->len_octets = answer->core_octets;
		answer->arcount = answer->core_arcount;
	}
	if (!can_shift(answer)) {
		if (!gx_answer_is_oversize(answer->core_octets, answer->base_octets))
			return 0;
		answer->core_octets = answer->len_octets = GX_TCP_MAX_OCTETS;	/* TC=1, and nothing over TCP */
	}
	return gx_image_store(builder, answer, answer->base_octets);
}

uint32_t gx_image_below(struct gx_builder *builder, const knot_dname_t *encloser, bool dnssec)
{
	const struct gx_zone *zone = gx_config_find_zone(builder->config, encloser);
	struct gx_match match = zone ? gx_zone_match(zone, encloser) : (struct gx_match){0};
	uint32_t own = 0, *cell = &own;
	struct gx_rendered answer;
	int err = 0;

	if (!zone)
		return GX_REF_NONE;
	dnssec = dnssec && zone->is_signed;
	if (dnssec && match.kind != GX_MATCH_DELEGATION)
		return GX_REF_NONE;
	/* All get the same NXDOMAIN, but for those below a delegation or a DNAME. */
	if (match.kind != GX_MATCH_DELEGATION && match.kind != GX_MATCH_DNAME &&
	    !gx_node_find(match.node, KNOT_RRTYPE_DNAME))
		cell = &builder->zone_parts[zone - builder->config->zones].nxdomain;
	if (!*cell) {
		err = gx_render_below(builder->renderer, encloser, dnssec, &answer);
		if (err == -ENOKEY)
			gx_image_note_lack(builder, &answer);
		if (!err)
			*cell = store_shared(builder, &answer);
	}
	return *cell ? GX_REF_FIXED | *cell : GX_REF_NONE;
}

uint32_t gx_image_nxdomain(struct gx_builder *builder, const struct gx_zone *zone)
{
	uint32_t *cell = &builder->zone_parts[zone - builder->config->zones].nxdomain_signed;
	struct gx_rendered answer;
	int err = *cell ? 0 : gx_render_below(builder->renderer, zone->apex, true, &answer);

	if (err == -ENOKEY)
		gx_image_note_lack(builder, &answer);
	if (!*cell && !err && gx_rendered_pointers(&answer, NULL, 0) <= GX_SHIFT_FEW_POINTERS)
		*cell = store_shared(builder, &answer);
	return *cell ? GX_REF_FIXED | *cell : GX_REF_NONE;
}

uint32_t gx_image_nodata(struct gx_builder *builder, const struct gx_zone *zone)
{
	uint32_t *cell = &builder->zone_parts[zone - builder->config->zones].nodata;
	struct gx_rendered answer;

	if (!*cell && !gx_render_nodata(builder->renderer, zone, false, &answer))
		*cell = store_shared(builder, &answer);
	return *cell;
}
