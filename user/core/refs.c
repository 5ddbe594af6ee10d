/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: what a loaded name says of each type, for each class of locations. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>

#include "geoxdp/dns.h"
#include "user/core/image_impl.h"
#include "user/core/name.h"

#define TYPE_TEXT_OCTETS 16
/* A type for which no name has data, to render the answer of all such types: private use (RFC 6895 3.1). */
#define ABSENT_TYPE 65534
#define OUTCOMES_MAX 16		/* different answers to one question that are remembered */

/* An answer to one question, and the sites for which it holds. */
struct outcome {
	uint32_t cell;
	size_t n_picks;
	struct gx_pick picks[GX_CHAIN_MAX + 1];
};

/* One question while its answers are rendered. */
struct question {
	struct gx_builder *builder;
	const knot_dname_t *name;
	size_t name_octets;
	uint16_t type;
	struct gx_rendered answer;
	struct outcome outcomes[OUTCOMES_MAX];
	size_t n_outcomes;
	bool told;	/* a finding about it was added */
};

/* --- findings ---------------------------------------------------------------------------------- */

/* Where the configuration says that this name is what it is. */
static struct gx_where where_of(const struct question *question)
{
	struct gx_owner owner = gx_lookup_find(question->builder->lookup, question->name, false);
	const struct gx_rrset *rrset = gx_node_find(owner.node, question->type);

	if (owner.kind == GX_OWNER_GEO)
		return owner.geo->where;
	if (!rrset)
		rrset = gx_owner_cname(&owner);
	if (rrset)
		return (struct gx_where){ .file = rrset->file, .line = rrset->line };
	if (owner.zone)
		return (struct gx_where){ .file = owner.zone->file };
	return (struct gx_where){ .file = question->builder->config->file };
}

static void tell_error(struct question *question, int err)
{
	struct gx_diag *diag = question->builder->diag;
	struct gx_where where = where_of(question);
	knot_dname_txt_storage_t name;
	char type[TYPE_TEXT_OCTETS];

	if (question->told)
		return;
	gx_show_name(question->name, name);
	if (knot_rrtype_to_string(question->type, type, sizeof(type)) < 0)
		type[0] = '\0';
	question->told = true;
	if (err == -ELOOP)
		gx_error(diag, &where, "the CNAMEs from %s lead back to where they were: a chain that ends "
			 "would be right", name);
	else if (err == -E2BIG)
		gx_warn(diag, &where, "more than %d CNAMEs follow from %s, which is passed to the backend: "
			"fewer would be right", GX_CHAIN_MAX, name);
	else if (err == -EMSGSIZE)
		gx_warn(diag, &where, "no DNS message can hold the answer to %s %s, which is passed to the "
			"backend: fewer records would be right", name, type);
}

static void tell_oversize(struct question *question)
{
	struct gx_where where = where_of(question);
	knot_dname_txt_storage_t name;
	char type[TYPE_TEXT_OCTETS];

	/* ANY is told of as the type that answers it. */
	if (question->told || question->type == KNOT_RRTYPE_ANY ||
	    !gx_answer_is_oversize(question->answer.len_octets, question->name_octets))
		return;
	question->told = true;
	if (knot_rrtype_to_string(question->type, type, sizeof(type)) < 0)
		type[0] = '\0';
	if (gx_answer_is_unsendable(question->answer.len_octets, question->name_octets)) {
		gx_warn(question->builder->diag, &where,
			"the answer to %s %s takes %zu octets, and cannot be given%s: a reply of at most %d octets in "
			"all would be right, and of %d over UDP",
			gx_show_name(question->name, name), type, question->answer.len_octets,
			question->answer.n_picks ? ", not even over TCP, since no backend knows of it" :
						   " but by the backend, over TCP",
			GX_TCP_MAX_OCTETS, GX_REPLY_MAX_OCTETS);
		return;
	}
	gx_warn(question->builder->diag, &where,
		"the answer to %s %s takes %zu octets, so that every client must ask again over TCP: a reply "
		"of at most %d octets in all would be right",
		gx_show_name(question->name, name), type, question->answer.len_octets,
		GX_REPLY_MAX_OCTETS);
}

/* --- one answer -------------------------------------------------------------------------------- */

/* The orders that the addresses can come in, one behind the other; of the malloc family. */
static uint8_t *render_rotations(struct question *question, uint32_t location)
{
	size_t len = question->answer.len_octets, count = question->answer.rotations;
	uint8_t *octets = gx_calloc(count, len);

	memcpy(octets, question->answer.octets, len);
	for (size_t i = 1; i < count; i++) {
		struct gx_rendered rotated;

		/* What one order could do, all can: they differ in nothing but that. */
		if (!gx_render_rotated(question->builder->renderer, question->name, question->type, location, i,
				       &rotated))
			memcpy(octets + i * len, rotated.octets, len);
	}
	return octets;
}

static bool is_cut(const struct gx_builder *builder, const knot_dname_t *name)
{
	const struct gx_zone *zone = gx_config_find_zone(builder->config, name);

	return zone && gx_zone_match(zone, name).kind == GX_MATCH_DELEGATION;
}

/* Do its pointers fit into the cell behind it? */
static bool can_shift(const struct gx_rendered *answer)
{
	int count = gx_rendered_pointers(answer, NULL, 0);

	return count >= 0 && count <= GX_SHIFT_POINTERS;
}

/* Store what longer names get as well. Returns the cell; 0: its pointers cannot be moved. */
static uint32_t store_shared(struct gx_builder *builder, struct gx_rendered *answer)
{
	if (!can_shift(answer)) {
		if (!gx_answer_is_oversize(answer->core_octets, answer->base_octets))
			return 0;
		answer->core_octets = answer->len_octets = GX_TCP_MAX_OCTETS;	/* TC=1, and nothing over TCP */
	}
	return gx_image_store(builder, answer, answer->base_octets);
}

/* What names below a name get that do not exist. */
static uint32_t render_below(struct gx_builder *builder, const knot_dname_t *encloser)
{
	const struct gx_zone *zone = gx_config_find_zone(builder->config, encloser);
	struct gx_match match = zone ? gx_zone_match(zone, encloser) : (struct gx_match){0};
	uint32_t own = 0, *cell = &own;
	struct gx_rendered answer;

	if (!zone)
		return GX_REF_NONE;
	/* All get the same NXDOMAIN, but for those below a delegation or a DNAME. */
	if (match.kind != GX_MATCH_DELEGATION && match.kind != GX_MATCH_DNAME &&
	    !gx_node_find(match.node, KNOT_RRTYPE_DNAME))
		cell = &builder->zone_cells[zone - builder->config->zones].nxdomain;
	if (!*cell && !gx_render_below(builder->renderer, encloser, &answer))
		*cell = store_shared(builder, &answer);
	return *cell ? GX_REF_FIXED | *cell : GX_REF_NONE;
}

/* NODATA for which only the zone counts. */
static bool is_shared_nodata(const struct gx_rendered *answer)
{
	return answer->is_nodata && !answer->ancount && !answer->by_location && !answer->n_picks;
}

/* Of all names of a zone. Returns the cell; 0: it has no place. The renderer is used. */
static uint32_t render_nodata(struct gx_builder *builder, const struct gx_zone *zone)
{
	uint32_t *cell = &builder->zone_cells[zone - builder->config->zones].nodata;
	struct gx_rendered answer;

	if (!*cell && !gx_render_nodata(builder->renderer, zone, &answer))
		*cell = store_shared(builder, &answer);
	return *cell;
}

/* Returns the cell; 0: pass. question->answer tells what it depends on. */
static uint32_t render(struct question *question, uint32_t location)
{
	struct gx_builder *builder = question->builder;
	int err = gx_render(builder->renderer, question->name, question->type, location,
			    &question->answer);
	uint8_t *octets = NULL;
	uint32_t cell;

	if (err) {
		tell_error(question, err);
		return 0;
	}
	tell_oversize(question);
	if (is_shared_nodata(&question->answer))
		return render_nodata(builder, question->answer.negative);
	if (gx_answer_is_oversize(question->answer.len_octets, question->name_octets))
		question->answer.rotations = 1;
	if (question->answer.rotations > 1)
		question->answer.octets = octets = render_rotations(question, location);
	cell = gx_image_store(builder, &question->answer, question->name_octets);
	free(octets);
	return cell;
}

/* The site that answers a class of locations where this pick was made for another. */
static uint32_t site_of(const struct gx_builder *builder, const struct gx_pick *pick, size_t class_id)
{
	const struct gx_geo *geo = pick->geo;
	const struct gx_rule *rule = builder->rule_of[geo->map * builder->image->n_classes + class_id];

	if (geo->kind == GX_GEO_CNAME)
		return rule->sites[0];
	return gx_geo_find_site(geo, &builder->config->maps[geo->map], rule, pick->family);
}

static bool holds_for(const struct gx_builder *builder, const struct outcome *outcome, size_t class_id)
{
	for (size_t i = 0; i < outcome->n_picks; i++) {
		if (site_of(builder, &outcome->picks[i], class_id) != outcome->picks[i].site)
			return false;
	}
	return true;
}

/* The cell for a class of locations; rendered unless the same sites were met before. */
static uint32_t render_class(struct question *question, size_t class_id)
{
	struct gx_builder *builder = question->builder;
	struct outcome *outcome;
	uint32_t cell;

	for (size_t i = 0; i < question->n_outcomes; i++) {
		if (holds_for(builder, &question->outcomes[i], class_id))
			return question->outcomes[i].cell;
	}
	cell = render(question, builder->location_of[class_id]);
	if (question->n_outcomes == OUTCOMES_MAX)
		return cell;	/* a map of many sites: rendered again for each class, which is only slower */
	outcome = &question->outcomes[question->n_outcomes++];
	outcome->cell = cell;
	outcome->n_picks = question->answer.n_picks;
	memcpy(outcome->picks, question->answer.picks, outcome->n_picks * sizeof(outcome->picks[0]));
	return cell;
}

/* --- one type ---------------------------------------------------------------------------------- */

static struct gx_choice *add_choices(struct gx_builder *builder, size_t count)
{
	struct gx_image *image = builder->image;

	if (!image->n_choices)
		image->n_choices = 1;
	while (builder->choices_capacity < image->n_choices + count) {
		builder->choices_capacity = builder->choices_capacity ? builder->choices_capacity * 2 : 64;
		image->choices = gx_realloc(image->choices,
					    builder->choices_capacity * sizeof(*image->choices));
	}
	image->choices[0] = (struct gx_choice){0};
	image->n_choices += count;
	return &image->choices[image->n_choices - count];
}

/* A reference to these cells, one for each class or location. Owns cells. */
static uint32_t make_ref(struct gx_builder *builder, uint32_t kind, uint32_t *cells, size_t count)
{
	struct gx_choice *choices;
	size_t same = 1;

	while (same < count && cells[same] == cells[0])
		same++;
	if (same == count) {
		uint32_t cell = cells[0];

		free(cells);
		return cell ? GX_REF_FIXED | cell : GX_REF_NONE;
	}
	choices = add_choices(builder, count);
	for (size_t i = 0; i < count; i++)
		choices[i] = (struct gx_choice){ .answer = cells[i] };
	free(cells);
	return kind | (uint32_t)(choices - builder->image->choices);
}

/* The reference for one question. */
static uint32_t render_type(struct gx_builder *builder, const knot_dname_t *name, uint16_t type)
{
	const struct gx_image *image = builder->image;
	struct question question = {
		.builder = builder,
		.name = name,
		.name_octets = knot_dname_size(name),
		.type = type,
	};
	uint32_t *cells, cell = render_class(&question, 0);
	bool by_location = question.answer.by_location;

	if (!by_location && !question.answer.n_picks)
		return cell ? GX_REF_FIXED | cell : GX_REF_NONE;
	cells = gx_calloc(image->n_classes, sizeof(*cells));
	cells[0] = cell;
	for (size_t class_id = 1; class_id < image->n_classes; class_id++) {
		cells[class_id] = render_class(&question, class_id);
		by_location |= question.answer.by_location;
	}
	if (!by_location)
		return make_ref(builder, GX_REF_CLASS, cells, image->n_classes);
	cells = gx_realloc(cells, image->n_locations * sizeof(*cells));
	for (size_t location = 0; location < image->n_locations; location++)
		cells[location] = render(&question, location);
	return make_ref(builder, GX_REF_LOCATION, cells, image->n_locations);
}

/* --- one name ---------------------------------------------------------------------------------- */

/* DNSSEC's own types: of a signed zone, the backend answers for them. */
static const uint16_t dnssec_types[] = { KNOT_RRTYPE_DS, KNOT_RRTYPE_RRSIG, KNOT_RRTYPE_NSEC,
					 KNOT_RRTYPE_DNSKEY, KNOT_RRTYPE_NSEC3 };

static bool is_dnssec_type(uint16_t type)
{
	for (size_t i = 0; i < sizeof(dnssec_types) / sizeof(dnssec_types[0]); i++) {
		if (dnssec_types[i] == type)
			return true;
	}
	return false;
}

struct entries {
	struct gx_type list[1 + GX_TYPES_PER_NAME + 1];	/* the default, then types, then names below */
	size_t count;
	bool overflow;
};

static void add_entry(struct entries *entries, uint16_t type, uint32_t ref)
{
	if (ref == entries->list[0].ref)
		return;		/* as the default says */
	if (entries->count == 1 + GX_TYPES_PER_NAME) {
		entries->overflow = true;
		return;
	}
	entries->list[entries->count++] = (struct gx_type){ .type = type, .ref = ref };
}

/* Types that may stand beside a CNAME (RFC 2181 10.1, RFC 4035 2.5), as far as they differ from where it leads. */
static void add_beside_cname(struct gx_builder *builder, const struct gx_load *load,
			     const struct gx_owner *owner, struct entries *entries)
{
	static const uint16_t beside[] = { KNOT_RRTYPE_SIG, KNOT_RRTYPE_KEY, KNOT_RRTYPE_NXT,
					   KNOT_RRTYPE_RRSIG, KNOT_RRTYPE_NSEC };

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		if (load->flags & GX_NAME_SIGNED && is_dnssec_type(beside[i]))
			continue;
		if (gx_node_find(owner->node, beside[i]) || gx_type_beside_cname(beside[i]))
			add_entry(entries, beside[i], render_type(builder, load->name, beside[i]));
	}
}

/* Types that the chains end in. */
static void add_ends(struct gx_builder *builder, const struct gx_load *load, const struct gx_owner *owner,
		     bool has_cname, const struct gx_type_set *types, struct entries *entries)
{
	for (size_t i = 0; i < types->count; i++) {
		uint16_t type = types->types[i];

		if (type == KNOT_RRTYPE_A || type == KNOT_RRTYPE_AAAA)
			continue;
		if (load->flags & GX_NAME_SIGNED && is_dnssec_type(type))
			continue;
		if (has_cname && (type == KNOT_RRTYPE_CNAME || gx_type_beside_cname(type) ||
				  gx_node_find(owner->node, type)))
			continue;
		add_entry(entries, type, render_type(builder, load->name, type));
	}
}

/* The answer for every type that no chain from here can end in. */
static uint32_t render_default(struct gx_builder *builder, const knot_dname_t *name,
			       const struct gx_ends *ends)
{
	uint16_t absent = ABSENT_TYPE;

	for (size_t i = ends->types.count; i && ends->types.types[i - 1] >= absent; i--) {
		if (ends->types.types[i - 1] == absent)
			absent--;
	}
	return render_type(builder, name, absent);
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
	load->n_types = entries->count - 1 - (load->flags & GX_NAME_BELOW ? 1 : 0);
	image->n_types += entries->count;
}

/* What names below get that do not exist. */
static void add_below(struct gx_builder *builder, struct gx_load *load, struct entries *entries)
{
	uint32_t ref = render_below(builder, load->name);

	if (ref == GX_REF_NONE)
		return;
	load->flags |= GX_NAME_BELOW;
	entries->list[entries->count++] = (struct gx_type){ .ref = ref };
}

/* A delegation: its parent side speaks for DS alone (RFC 4035 3.1.4.1), all else is the referral. */
static void render_cut(struct gx_builder *builder, struct gx_load *load, struct entries *entries, bool is_signed)
{
	uint32_t referral = render_below(builder, load->name);

	load->ref_a = load->ref_aaaa = entries->list[0].ref = referral;
	for (size_t i = 0; is_signed && i < sizeof(dnssec_types) / sizeof(dnssec_types[0]); i++)
		add_entry(entries, dnssec_types[i], GX_REF_NONE);
	if (!is_signed)
		add_entry(entries, KNOT_RRTYPE_DS, render_type(builder, load->name, KNOT_RRTYPE_DS));
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

	gx_image_ends(builder, load->name, &ends);
	load->flags |= ends.is_signed ? GX_NAME_SIGNED : 0;
	if (is_undefined(builder, load->name) || is_cut(builder, load->name)) {
		if (is_undefined(builder, load->name))
			store_entries(builder, load, &entries);	/* all is passed */
		else
			render_cut(builder, load, &entries, ends.is_signed);
		free(ends.types.types);
		return;
	}
	load->ref_a = render_type(builder, load->name, KNOT_RRTYPE_A);
	load->ref_aaaa = render_type(builder, load->name, KNOT_RRTYPE_AAAA);
	entries.list[0].ref = render_default(builder, load->name, &ends);
	if (has_cname) {
		/* ANY is answered by the CNAME alone. */
		uint32_t cname = render_type(builder, load->name, KNOT_RRTYPE_CNAME);

		add_entry(&entries, KNOT_RRTYPE_CNAME, cname);
		add_entry(&entries, KNOT_RRTYPE_ANY, cname);
		add_beside_cname(builder, load, &owner, &entries);
	} else {
		add_entry(&entries, KNOT_RRTYPE_ANY,
			  render_type(builder, load->name, KNOT_RRTYPE_ANY));
	}
	for (size_t i = 0; ends.is_signed && i < sizeof(dnssec_types) / sizeof(dnssec_types[0]); i++)
		add_entry(&entries, dnssec_types[i], GX_REF_NONE);
	add_ends(builder, load, &owner, has_cname, &ends.types, &entries);
	if (entries.overflow)
		entries.list[0].ref = GX_REF_NONE;	/* types that found no place are passed */
	free(ends.types.types);
	add_below(builder, load, &entries);
	store_entries(builder, load, &entries);
}
