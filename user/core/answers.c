/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: the answers to one question, the choices among them, and what these can become. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>

#include "geoxdp/dns.h"
#include "user/core/choice.h"
#include "user/core/gaps.h"
#include "user/core/name.h"
#include "user/core/shapes.h"

#define TYPE_TEXT_OCTETS 16

/* An answer that was rendered: with the usual TTL, and with the lower one. */
struct outcome {
	uint32_t answer;	/* as of a choice; 0: it cannot be */
	uint32_t clamped;
	__be32 address;		/* of both */
};

/* What there is to say of an answer. */
struct remark {
	int err;
	size_t len_octets;
};

/* One question while its answers are rendered. */
struct question {
	struct gx_builder *builder;
	const knot_dname_t *name;
	size_t name_octets;
	uint16_t type;
	enum gx_asked asked;
	struct outcome *outcomes;	/* of each variant */
	struct remark *remarks;
	bool told;	/* a finding about it was added, or none is to be */
	bool lacks;	/* a complete signed answer */
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
	question->builder->told = true;
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

static void tell_oversize(struct question *question, size_t len, bool is_geo)
{
	struct gx_where where = where_of(question);
	knot_dname_txt_storage_t name;
	char type[TYPE_TEXT_OCTETS];

	/* ANY is told of as the type that answers it. */
	if (question->told || question->type == KNOT_RRTYPE_ANY)
		return;
	question->told = question->builder->told = true;
	if (knot_rrtype_to_string(question->type, type, sizeof(type)) < 0)
		type[0] = '\0';
	if (gx_answer_is_unsendable(len, question->name_octets)) {
		gx_warn(question->builder->diag, &where,
			"the answer to %s %s takes %zu octets, and cannot be given%s: a reply of at most %d octets in "
			"all would be right, and of %d over UDP",
			gx_show_name(question->name, name), type, len,
			is_geo ? ", not even over TCP, since no backend knows of it" :
						   " but by the backend, over TCP",
			GX_TCP_MAX_OCTETS, GX_REPLY_MAX_OCTETS);
		return;
	}
	gx_warn(question->builder->diag, &where,
		"the answer to %s %s takes %zu octets, so that every client must ask again over TCP: a reply "
		"of at most %d octets in all would be right",
		gx_show_name(question->name, name), type, len,
		GX_REPLY_MAX_OCTETS);
}

/* Of what is answered when all is up. */
static void tell(struct question *question, const struct remark *remark, bool is_geo)
{
	if (remark->err)
		tell_error(question, remark->err);
	else if (gx_answer_is_oversize(remark->len_octets, question->name_octets))
		tell_oversize(question, remark->len_octets, is_geo);
}

/* --- one answer -------------------------------------------------------------------------------- */

/* The orders that the addresses can come in, one behind the other; of the malloc family. */
static uint8_t *render_rotations(const struct question *question, uint32_t location, struct gx_forcing forcing,
				 const struct gx_rendered *answer)
{
	size_t len = answer->len_octets, count = answer->rotations;
	uint8_t *octets = gx_calloc(count, len);

	memcpy(octets, answer->octets, len);
	for (size_t i = 1; i < count; i++) {
		struct gx_rendered rotated;

		forcing.rotation = (unsigned int)i;
		/* What one order could do, all can: they differ in nothing but that. */
		if (!gx_render_forced(question->builder->renderer, question->name, question->type, location, &forcing,
				      &rotated))
			memcpy(octets + i * len, rotated.octets, len);
	}
	return octets;
}

static struct gx_forcing forcing_of(enum gx_asked asked)
{
	return (struct gx_forcing){ .dnssec = asked != GX_ASKED_PLAIN, .partial = asked == GX_ASKED_PARTIAL };
}

/*
 * What comes behind what a wildcard synthesises. Returns false: there is no place for it, or it is of a zone that
 * the name in question is not in, to whose end its owner is compressed.
 */
static bool note_tails(const struct question *question, struct gx_rendered *answer)
{
	if (answer->n_proofs > GX_SHIFT_TAILS || (answer->n_proofs && !answer->base_octets))
		return false;
	if (answer->base_octets && gx_rendered_pointers(answer, NULL, 0) > GX_SHIFT_FEW_POINTERS)
		return false;
	for (size_t i = 0; i < answer->n_proofs; i++) {
		const struct gx_proof *proof = &answer->proofs[i];

		if (gx_name_within(question->name, proof->zone->apex))
			answer->tails[i] = gx_gaps_tail(question->builder, proof->zone, proof->denial);
		if (!answer->tails[i])
			return false;
	}
	return true;
}

/* NODATA for which only the zone counts. */
static bool is_shared_nodata(const struct gx_rendered *answer)
{
	return answer->is_nodata && !answer->ancount && !answer->by_location && !answer->n_picks;
}

/* Returns false: it cannot be rendered, or not for us. */
static bool render(struct question *question, uint32_t location, const struct gx_forcing *forcing,
		   struct gx_rendered *answer, struct remark *remark)
{
	struct gx_builder *builder = question->builder;

	remark->err = gx_render_forced(builder->renderer, question->name, question->type, location, forcing, answer);
	if (remark->err == -ENOKEY)
		gx_image_note_lack(builder, answer);
	question->lacks |= remark->err == -ENOKEY;
	if (remark->err)
		return false;
	remark->len_octets = answer->len_octets;
	if (answer->len_octets > builder->largest_octets)
		builder->largest_octets = answer->len_octets;
	if (question->asked == GX_ASKED_PARTIAL && !note_tails(question, answer)) {
		question->lacks = true;
		return false;
	}
	return true;
}

/* Returns the cell of what was rendered. */
static uint32_t store(const struct question *question, uint32_t location, const struct gx_forcing *forcing,
		      struct gx_rendered *answer)
{
	struct gx_builder *builder = question->builder;
	uint8_t *octets = NULL;
	uint32_t cell;

	if (!(question->asked && answer->negative && answer->negative->is_signed) && is_shared_nodata(answer))
		return gx_image_nodata(builder, answer->negative);
	/* Few clients ask for it over TCP: for them one order will do. */
	if (gx_answer_is_oversize(answer->len_octets, question->name_octets))
		answer->rotations = 1;
	if (answer->rotations > 1)
		answer->octets = octets = render_rotations(question, location, *forcing, answer);
	cell = gx_image_store(builder, answer, question->name_octets);
	free(octets);
	return cell;
}

static uint32_t render_cell(struct question *question, uint32_t location, const struct gx_forcing *forcing,
			    struct gx_rendered *answer, struct remark *remark)
{
	return render(question, location, forcing, answer, remark) ? store(question, location, forcing, answer) : 0;
}

static struct outcome render_choice(struct question *question, uint32_t location, const struct gx_forcing *forcing,
				    struct gx_rendered *answer, struct remark *remark)
{
	struct gx_builder *builder = question->builder;
	struct gx_choice choice = {0};
	bool is_new;

	if (!render(question, location, forcing, answer, remark))
		return (struct outcome){0};
	if (gx_choice_from_rendered(answer, &choice.answer, &choice.address)) {
		gx_pool_put(&builder->records, &choice, 1, sizeof(choice), &is_new);
		builder->image->n_answers += is_new;
	} else {
		choice.answer = store(question, location, forcing, answer);
	}
	return (struct outcome){ .answer = choice.answer, .clamped = choice.answer, .address = choice.address };
}

static bool has_lower_ttl(const struct gx_rendered *answer)
{
	for (size_t i = 0; i < answer->n_picks; i++)
		if (answer->picks[i].geo->ttl_min_s)
			return true;
	return false;
}

static void render_variant(struct question *question, const struct gx_shape *shape, uint32_t variant,
			   uint32_t location)
{
	struct outcome *outcome = &question->outcomes[variant];
	struct gx_force forces[GX_CHAIN_MAX + 1];
	struct gx_forcing forcing = forcing_of(question->asked);
	struct gx_rendered answer;
	struct remark remark;

	forcing.forces = forces;
	forcing.n_forces = gx_shape_forces(shape, variant, forces);
	question->remarks[variant] = (struct remark){0};
	*outcome = render_choice(question, location, &forcing, &answer, &question->remarks[variant]);
	if (!outcome->answer || !has_lower_ttl(&answer))
		return;
	forcing.clamped = true;
	/* In the same form: a lower TTL fits where the usual one did, and the address is of both or of none. */
	if (outcome->answer >= GX_CHOICE_ADDRESS)
		outcome->clamped = render_choice(question, location, &forcing, &answer, &remark).answer;
	else
		outcome->clamped = render_cell(question, location, &forcing, &answer, &remark);
}

/* --- choices ----------------------------------------------------------------------------------- */

/* Can anything about it ever change? */
static bool is_settled(const struct gx_option *options, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (options[i].answer != options[0].answer || options[i].clamped != options[0].answer ||
		    options[i].address != options[0].address)
			return false;
	return true;
}

static struct gx_option make_option(const struct question *question, const struct gx_shape_option *option)
{
	const struct outcome *outcome = &question->outcomes[option->variant];

	return (struct gx_option){
		.answer = outcome->answer,
		.clamped = outcome->clamped,
		.address = outcome->address,
		.units = option->units,
		.n_units = option->n_units,
	};
}

static struct gx_choice choose_group(const struct question *question, const struct gx_shape *shape,
				     const struct gx_shape_group *group)
{
	const struct gx_shape_option *from = &shape->options[group->first];
	struct gx_option options[GX_OPTIONS_MAX] = { make_option(question, from) };
	struct gx_choice choice = { .answer = options[0].answer, .address = options[0].address };
	size_t n = 1;

	if (!options[0].answer)
		return choice;	/* what is answered when all is up cannot be: others know */
	for (size_t i = 1; i < group->count; i++)
		if (question->outcomes[from[i].variant].answer)
			options[n++] = make_option(question, &from[i]);
	options[n - 1].flags = GX_OPTION_LAST | from[group->count - 1].flags;
	if (!is_settled(options, n))
		choice.option = gx_pool_put(&question->builder->options, options, n, sizeof(*options), NULL);
	return choice;
}

static bool all_same(const struct gx_choice *choices, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (!gx_choice_answers_alike(&choices[i], &choices[0]) || choices[i].option != choices[0].option)
			return false;
	return true;
}

static struct gx_choice choose_list(const struct question *question, const struct gx_shape *shape,
				    const struct gx_shape_list *list)
{
	struct gx_choice slots[GX_SPREAD_SLOTS], groups[GX_SPREAD_SLOTS];

	for (size_t i = 0; i < list->n_groups; i++)
		groups[i] = choose_group(question, shape, &shape->groups[list->first_group + i]);
	if (all_same(groups, list->n_groups))
		return groups[0];
	for (size_t i = 0; i < GX_SPREAD_SLOTS; i++)
		slots[i] = groups[shape->slots[list->slots + i]];
	return (struct gx_choice){
		.answer = list->spread | gx_pool_put(&question->builder->choices, slots, GX_SPREAD_SLOTS,
						     sizeof(*slots), NULL),
	};
}

/* A reference to these choices, one for each class or location; fixed where nothing about them can ever differ. */
static uint32_t make_ref(struct gx_builder *builder, uint32_t kind, const struct gx_choice *choices, size_t count)
{
	if (!all_same(choices, count) || choices[0].option || gx_choice_is_spread(&choices[0]))
		return kind | gx_pool_put(&builder->choices, choices, count, sizeof(*choices), NULL);
	if (!choices[0].answer)
		return GX_REF_NONE;
	return GX_REF_FIXED | gx_image_cell_of(builder, &choices[0]);
}

/* --- one question ------------------------------------------------------------------------------ */

/* Say what there is to say of the first answer of each class. */
static void tell_of_classes(struct question *question, const struct gx_shape *shape)
{
	for (size_t i = 0; !question->told && i < question->builder->image->n_classes; i++) {
		const struct gx_shape_list *list = &shape->lists[shape->list_of[i]];

		for (size_t j = 0; j < list->n_groups; j++) {
			const struct gx_shape_group *group = &shape->groups[list->first_group + j];

			tell(question, &question->remarks[shape->options[group->first].variant], true);
		}
	}
}

/* The answers are the same for all locations of a class: each is rendered once. */
static uint32_t refer_by_class(struct question *question, struct gx_shape *shape)
{
	struct gx_builder *builder = question->builder;
	size_t n_classes = builder->image->n_classes;
	struct gx_choice *lists, *choices;
	uint32_t place, ref;

	for (uint32_t i = 0; i < shape->n_variants; i++)
		render_variant(question, shape, i, GX_LOCATION_UNKNOWN);
	tell_of_classes(question, shape);
	if (question->lacks)
		return GX_REF_NONE;
	place = gx_pool_put(&shape->answers, question->outcomes, shape->n_variants, sizeof(*question->outcomes), NULL);
	if (gx_intmap_find(&shape->ref_of, place, &ref))
		return ref;	/* another name of the same length has the same answers */
	lists = gx_calloc(shape->n_lists, sizeof(*lists));
	choices = gx_calloc(n_classes, sizeof(*choices));
	for (size_t i = 0; i < shape->n_lists; i++)
		lists[i] = choose_list(question, shape, &shape->lists[i]);
	for (size_t i = 0; i < n_classes; i++)
		choices[i] = lists[shape->list_of[i]];
	ref = make_ref(builder, GX_REF_CLASS, choices, n_classes);
	gx_intmap_put(&shape->ref_of, place, ref);
	free(choices);
	free(lists);
	return ref;
}

static void render_list(struct question *question, const struct gx_shape *shape, const struct gx_shape_list *list,
			uint32_t location)
{
	for (size_t i = 0; i < list->n_groups; i++) {
		const struct gx_shape_group *group = &shape->groups[list->first_group + i];

		for (size_t j = 0; j < group->count; j++)
			render_variant(question, shape, shape->options[group->first + j].variant, location);
	}
}

/* A chain that ends at `localhost.<geo-zone>`: each location has answers of its own. */
static uint32_t refer_by_location(struct question *question, const struct gx_shape *shape)
{
	const struct gx_image *image = question->builder->image;
	struct gx_choice *choices = gx_calloc(image->n_locations, sizeof(*choices));
	uint32_t ref;

	for (uint32_t i = 0; i < image->n_locations; i++) {
		const struct gx_shape_list *list = &shape->lists[shape->list_of[image->class_of[i]]];

		render_list(question, shape, list, i);
		choices[i] = choose_list(question, shape, list);
	}
	tell_of_classes(question, shape);
	ref = question->lacks ? GX_REF_NONE :
				make_ref(question->builder, GX_REF_LOCATION, choices, image->n_locations);
	free(choices);
	return ref;
}

/* No map is on the way; is the location? */
static uint32_t refer_without_maps(struct question *question, uint32_t cell, bool by_location)
{
	const struct gx_forcing forcing = forcing_of(question->asked);
	struct gx_image *image = question->builder->image;
	struct gx_choice *choices;
	uint32_t ref;

	if (!by_location)
		return cell ? GX_REF_FIXED | cell : GX_REF_NONE;
	choices = gx_calloc(image->n_locations, sizeof(*choices));
	for (uint32_t i = 0; i < image->n_locations; i++) {
		struct gx_rendered answer;
		struct remark remark = {0};

		choices[i].answer = render_cell(question, i, &forcing, &answer, &remark);
		tell(question, &remark, false);
	}
	ref = make_ref(question->builder, GX_REF_LOCATION, choices, image->n_locations);
	free(choices);
	return ref;
}

uint32_t gx_image_refer(struct gx_builder *builder, const knot_dname_t *name, uint16_t type, enum gx_asked asked)
{
	const struct gx_forcing forcing = forcing_of(asked);
	struct question question = {
		.builder = builder,
		.name = name,
		.name_octets = knot_dname_size(name),
		.type = type,
		.asked = asked,
		.told = asked != GX_ASKED_PLAIN,	/* what there is to say of it was said without */
	};
	struct gx_rendered answer;
	struct remark remark = {0};
	struct gx_shape *shape;
	uint32_t cell, ref;

	gx_render_forced(builder->renderer, name, type, GX_LOCATION_UNKNOWN, &forcing, &answer);
	if (!answer.n_picks) {
		cell = render_cell(&question, GX_LOCATION_UNKNOWN, &forcing, &answer, &remark);
		tell(&question, &remark, false);
		return refer_without_maps(&question, cell, answer.by_location);
	}
	shape = gx_image_shape(builder, answer.picks[0].geo, type);
	question.outcomes = gx_calloc(shape->n_variants, sizeof(*question.outcomes));
	question.remarks = gx_calloc(shape->n_variants, sizeof(*question.remarks));
	ref = shape->by_location ? refer_by_location(&question, shape) : refer_by_class(&question, shape);
	free(question.outcomes);
	free(question.remarks);
	return ref;
}
