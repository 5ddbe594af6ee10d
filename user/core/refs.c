/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: what a loaded name says of each type. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>

#include "geoxdp/dns.h"
#include "user/core/gaps.h"

/* A type for which no name has data, to render the answer of all such types: private use (RFC 6895 3.1). */
#define ABSENT_TYPE 65534

static bool is_cut(const struct gx_builder *builder, const knot_dname_t *name)
{
	const struct gx_zone *zone = gx_config_find_zone(builder->config, name);

	return zone && gx_zone_match(zone, name).kind == GX_MATCH_DELEGATION;
}

struct entries {
	struct gx_type list[1 + GX_TYPES_PER_NAME + 1];	/* the default, then types, then what names below get */
	size_t count;
	bool overflow;
};

static void add_entry(struct entries *entries, struct gx_type entry)
{
	if (entry.ref == entries->list[0].ref && entry.ref_signed == entries->list[0].ref_signed &&
	    entry.ref_partial == entries->list[0].ref_partial)
		return;		/* as the default says */
	if (entries->count == 1 + GX_TYPES_PER_NAME) {
		entries->overflow = true;
		return;
	}
	entries->list[entries->count++] = entry;
}

/* What a name says of a type, without DO and with it. */
static struct gx_type refer(struct gx_builder *builder, const struct gx_load *load, uint16_t type)
{
	struct gx_type entry = { .type = type, .ref = gx_image_refer(builder, load->name, type, GX_ASKED_PLAIN) };

	if (load->flags & GX_NAME_SIGNED)
		entry.ref_signed = gx_image_refer(builder, load->name, type, GX_ASKED_SIGNED);
	if (load->flags & GX_NAME_PROOF)
		entry.ref_partial = gx_image_refer(builder, load->name, type, GX_ASKED_PARTIAL);
	return entry;
}

/* What names below a name say, for one of a zone below, or itself. */
static struct gx_type refer_below(struct gx_builder *builder, const struct gx_load *load, const knot_dname_t *above)
{
	bool is_signed = load->flags & GX_NAME_SIGNED;

	return (struct gx_type){
		.ref = gx_image_below(builder, above, false),
		.ref_signed = is_signed ? gx_image_below(builder, above, true) : GX_REF_NONE,
	};
}

/* Addresses: without DO the slot itself says it. */
static void add_addresses(struct gx_builder *builder, struct gx_load *load, struct entries *entries)
{
	struct gx_type a = refer(builder, load, KNOT_RRTYPE_A), aaaa = refer(builder, load, KNOT_RRTYPE_AAAA);

	load->ref_a = a.ref;
	load->ref_aaaa = aaaa.ref;
	if (!(load->flags & GX_NAME_SIGNED))
		return;
	add_entry(entries, a);
	add_entry(entries, aaaa);
}

/* Types that may stand beside a CNAME (RFC 2181 10.1, RFC 4035 2.5), as far as they differ from where it leads. */
static void add_beside_cname(struct gx_builder *builder, const struct gx_load *load,
			     const struct gx_owner *owner, struct entries *entries)
{
	static const uint16_t beside[] = { KNOT_RRTYPE_SIG, KNOT_RRTYPE_KEY, KNOT_RRTYPE_NXT,
					   KNOT_RRTYPE_RRSIG, KNOT_RRTYPE_NSEC };

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		if (gx_node_find(owner->node, beside[i]) || gx_type_beside_cname(beside[i]))
			add_entry(entries, refer(builder, load, beside[i]));
	}
}

/* DS is asked of the zone above (RFC 4035 3.1.4.1), for which a name nearer to its apex may be a delegation. */
static const knot_dname_t *cut_above(const struct gx_builder *builder, const knot_dname_t *name)
{
	return *name && is_cut(builder, name + *name + 1) ? name + *name + 1 : NULL;
}

static struct gx_type refer_ds(struct gx_builder *builder, const struct gx_load *load)
{
	const knot_dname_t *cut = cut_above(builder, load->name);
	struct gx_type ds = refer(builder, load, KNOT_RRTYPE_DS);

	if (ds.ref == GX_REF_NONE && cut) {
		ds = refer_below(builder, load, cut);
		ds.type = KNOT_RRTYPE_DS;
	}
	return ds;
}

/* Types that the chains end in. */
static void add_ends(struct gx_builder *builder, const struct gx_load *load, const struct gx_owner *owner,
		     bool has_cname, const struct gx_type_set *types, struct entries *entries)
{
	for (size_t i = 0; i < types->count; i++) {
		uint16_t type = types->types[i];

		if (type == KNOT_RRTYPE_A || type == KNOT_RRTYPE_AAAA)
			continue;
		if (has_cname && (type == KNOT_RRTYPE_CNAME || gx_type_beside_cname(type) ||
				  gx_node_find(owner->node, type)))
			continue;
		add_entry(entries, type == KNOT_RRTYPE_DS ? refer_ds(builder, load) : refer(builder, load, type));
	}
}

/* The answer for every type that no chain from here can end in. */
static struct gx_type render_default(struct gx_builder *builder, const struct gx_load *load,
				     const struct gx_ends *ends)
{
	struct gx_type entry;
	uint16_t absent = ABSENT_TYPE;

	for (size_t i = ends->types.count; i && ends->types.types[i - 1] >= absent; i--) {
		if (ends->types.types[i - 1] == absent)
			absent--;
	}
	entry = refer(builder, load, absent);
	entry.type = 0;
	return entry;
}

static void store_entries(struct gx_builder *builder, struct gx_load *load, const struct entries *entries)
{
	struct gx_image *image = builder->image;

	if (!image->n_types)
		image->n_types = 1;
	while (builder->types_capacity < image->n_types + entries->count) {
		builder->types_capacity = builder->types_capacity ? builder->types_capacity * 2 : 64;
		image->types = gx_realloc(image->types, builder->types_capacity * sizeof(*image->types));
	}
	image->types[0] = (struct gx_type){0};
	memcpy(&image->types[image->n_types], entries->list, entries->count * sizeof(entries->list[0]));
	load->types = image->n_types;
	load->n_types = entries->count - 1 - (load->flags & (GX_NAME_BELOW | GX_NAME_WILDCARD) ? 1 : 0);
	image->n_types += entries->count;
}

static void put_below(struct gx_load *load, struct entries *entries, struct gx_type below)
{
	if (below.ref == GX_REF_NONE)
		return;
	load->flags |= GX_NAME_BELOW;
	entries->list[entries->count++] = below;
}

/* For DO=1, in a signed zone. */
static void deny_below(struct gx_builder *builder, const struct gx_load *load, struct gx_type *below)
{
	below->ref_partial = gx_gaps_list(builder, load, true);
	if (below->ref_partial)
		below->ref_signed = gx_image_nxdomain(builder, load->zone);
}

/* What names below get that do not exist. The slot of a wildcard is not known before all names have theirs. */
static void add_below(struct gx_builder *builder, struct gx_load *load, struct entries *entries)
{
	struct gx_type below = {0};

	if (load->flags & GX_NAME_WILDCARD) {
		below.ref_partial = gx_gaps_list(builder, load, false);
		entries->list[entries->count++] = below;
	} else if (!load->is_mute) {
		below = refer_below(builder, load, load->name);
		if (below.ref != GX_REF_NONE && below.ref_signed == GX_REF_NONE)
			deny_below(builder, load, &below);
		put_below(load, entries, below);
	}
}

/* A delegation: its parent side speaks for DS alone (RFC 4035 3.1.4.1), all else is the referral. */
static void render_cut(struct gx_builder *builder, struct gx_load *load, struct entries *entries)
{
	entries->list[0] = refer_below(builder, load, load->name);
	load->ref_a = load->ref_aaaa = entries->list[0].ref;
	add_entry(entries, refer(builder, load, KNOT_RRTYPE_DS));
	add_below(builder, load, entries);
	store_entries(builder, load, entries);
}

/* What a wildcard delegation or DNAME means is not defined (RFC 4592 4.2, RFC 6672 3.3). */
static bool is_undefined(const struct gx_builder *builder, const knot_dname_t *name)
{
	const struct gx_zone *zone = gx_config_find_zone(builder->config, name);
	const struct gx_node *node = zone && knot_dname_is_wildcard(name) ? gx_zone_find(zone, name) : NULL;

	return node && (node->delegation || gx_node_find(node, KNOT_RRTYPE_DNAME));
}

void gx_image_render(struct gx_builder *builder, struct gx_load *load)
{
	struct gx_owner owner = gx_lookup_find(builder->lookup, load->name, false);
	bool has_cname = gx_owner_cname(&owner) ||
			 (owner.kind == GX_OWNER_GEO && owner.geo->kind == GX_GEO_CNAME);
	struct entries entries = { .count = 1 };
	struct gx_ends ends = {0};
	const knot_dname_t *cut;

	gx_image_ends(builder, load->name, &ends);
	cut = cut_above(builder, load->name);
	if (ends.is_signed || (cut && gx_config_find_zone(builder->config, cut)->is_signed))
		load->flags |= GX_NAME_SIGNED;
	if (owner.zone && owner.zone->is_signed && knot_dname_is_wildcard(load->name))
		load->flags |= GX_NAME_PROOF;
	if (is_undefined(builder, load->name) || is_cut(builder, load->name)) {
		if (is_undefined(builder, load->name))
			store_entries(builder, load, &entries);	/* all is passed, and nothing is below it */
		else
			render_cut(builder, load, &entries);
		free(ends.types.types);
		return;
	}
	entries.list[0] = render_default(builder, load, &ends);
	add_addresses(builder, load, &entries);
	if (has_cname) {
		/* ANY is answered by the CNAME alone. */
		struct gx_type cname = refer(builder, load, KNOT_RRTYPE_CNAME);

		add_entry(&entries, cname);
		cname.type = KNOT_RRTYPE_ANY;
		add_entry(&entries, cname);
		add_beside_cname(builder, load, &owner, &entries);
	} else {
		add_entry(&entries, refer(builder, load, KNOT_RRTYPE_ANY));
	}
	add_ends(builder, load, &owner, has_cname, &ends.types, &entries);
	if (entries.overflow)
		entries.list[0] = (struct gx_type){0};	/* types that found no place are passed */
	free(ends.types.types);
	add_below(builder, load, &entries);
	store_entries(builder, load, &entries);
}

void gx_image_between(struct gx_builder *builder, struct gx_load *load)
{
	struct entries entries = { .count = 1 };
	const struct gx_load *above, *wildcard;
	uint32_t number = gx_image_find_load(builder, load->name + *load->name + 1);

	if (!number)
		return;		/* in no zone */
	above = &builder->loads[number - 1];
	if (above->flags & GX_NAME_WILDCARD) {
		wildcard = &builder->loads[above->wildcard];
		load->flags |= GX_NAME_WILDCARD | (wildcard->flags & (GX_NAME_SIGNED | GX_NAME_PROOF));
		load->wildcard = above->wildcard;
		load->ref_a = wildcard->ref_a;
		load->ref_aaaa = wildcard->ref_aaaa;
		entries.count = 1 + wildcard->n_types;
		memcpy(entries.list, &builder->image->types[wildcard->types], entries.count * sizeof(entries.list[0]));
		add_below(builder, load, &entries);
	} else if (above->flags & GX_NAME_BELOW) {
		struct gx_type below = builder->image->types[above->types + above->n_types + 1];

		if (below.ref_partial)
			below.ref_partial = below.ref_signed = GX_REF_NONE;
		load->flags |= above->flags & GX_NAME_SIGNED;
		entries.list[0] = below;
		load->ref_a = load->ref_aaaa = below.ref;
		put_below(load, &entries, below);
	}
	store_entries(builder, load, &entries);
}
