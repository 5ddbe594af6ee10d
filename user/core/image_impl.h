/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What only the image modules see: an image being built. */
#ifndef GEOXDP_CORE_IMAGE_IMPL_H
#define GEOXDP_CORE_IMAGE_IMPL_H

#include "user/core/image.h"
#include "user/core/intmap.h"
#include "user/core/pool.h"
#include "user/core/render.h"

/* Finds an answer that is stored already. */
struct gx_cell_slot {
	uint32_t hash;
	uint32_t cell;		/* 0: empty */
};

/* A name that will be loaded. */
struct gx_load {
	const knot_dname_t *name;	/* lower case, in the configuration */
	const struct gx_zone *zone;	/* the deepest that holds it; NULL: GX_NAME_BETWEEN */
	const struct gx_node *node;	/* of this name; NULL: it exists for a geo name alone */
	const struct gx_geo *geo;	/* of this name, or NULL */
	uint32_t ref_a;
	uint32_t ref_aaaa;
	uint32_t types;
	uint32_t wildcard;		/* load of GX_NAME_WILDCARD */
	uint16_t flags;
	uint8_t n_types;
	bool is_mute;			/* passes names below that do not exist */
};

/* RR types, ascending. */
struct gx_type_set {
	uint16_t *types;
	size_t count;
	size_t capacity;
};

/* What may come at the end of any chain that begins at a name. */
struct gx_ends {
	struct gx_type_set types;
	uint32_t *maps;			/* of a geo name: of it and of all geo names behind it, each once */
	size_t n_maps;
	bool is_signed;
	bool known;
};

struct gx_shape;
struct gx_gaps;

/* Which answer: as abi.h has them in struct gx_type. */
enum gx_asked {
	GX_ASKED_PLAIN,
	GX_ASKED_SIGNED,	/* DO=1 */
	GX_ASKED_PARTIAL,	/* DO=1, of a wildcard: for names that it synthesises, without what covers these */
};

struct gx_builder {
	struct gx_image *image;
	const struct gx_config *config;
	struct gx_diag *diag;
	struct gx_renderer *renderer;
	const struct gx_lookup *lookup;

	uint32_t *location_of;		/* of each class, one that stands for it */
	const struct gx_rule **rule_of;	/* [map * n_classes + class] */
	uint32_t *list_of;		/* the same: number of the first rule with the same list of sites */

	struct gx_load *loads;
	size_t n_loads, loads_capacity;
	uint32_t *load_of_geo;		/* number + 1 */
	struct gx_dict loads_above;	/* number + 1 of names that are there for geo names or zones below them alone */

	struct gx_ends *geo_ends;	/* of each geo name */
	uint32_t *seen;			/* stamp of each geo name, when its ends are looked for */
	uint32_t stamp;

	struct gx_arena arena;
	uint32_t **site_units;		/* [map][site] */
	struct gx_pool unit_keys;	/* what a unit is, as text, */
	struct gx_intmap unit_of;	/* and by the place of that text the unit */
	struct gx_pool choices, options, option_units;
	struct gx_pool records;		/* answers that choices say by themselves, as such choices: to count them */
	struct gx_pool draws;		/* lots and slots that were shared out, as octets, */
	struct gx_intmap drawn_of;	/* and by their place what came of it, */
	uint32_t *drawn;		/* in here */
	size_t n_drawn, drawn_capacity;

	struct gx_shape **shapes;
	size_t n_shapes, shapes_capacity;
	struct gx_intmap shape_of;	/* by geo name and type, or by outline */
	struct gx_pool outlines;	/* of geo names whose shapes are the same (shapes.c) */
	size_t shapes_octets;
	bool *told_options;		/* of each geo name */

	bool told;			/* there was something to say of what was rendered */
	size_t largest_octets;		/* and the length of the largest answer in it */

	/* Of each zone. */
	struct gx_zone_part {
		uint32_t *load_of_node;	/* number + 1; 0: not loaded */
		bool is_outer;		/* another loaded zone is below it */
		bool has_cuts;		/* delegations or DNAMEs */
		/* The cells that its names share; 0: not rendered yet. */
		uint32_t nxdomain;
		uint32_t nxdomain_signed;	/* but for what covers the name, and no wildcard */
		uint32_t nodata;
		unsigned int lacks;	/* bits by enum gx_lack: why DO=1 is passed */
		struct gx_gaps *gaps;	/* NULL: not looked at yet (gaps.h) */
	} *zone_parts;

	size_t names_long_capacity, types_capacity, gap_lists_capacity, gaps_capacity, cells_capacity, units_capacity, checks_capacity;
	struct gx_cell_slot *cell_index;
	size_t n_cell_slots;
};

/**
 * gx_image_classes - number the classes: locations that get the same sites in the same order of all maps are one
 *
 * Class 0 is the unknown location's, the others are numbered in the order of their lowest location, so that
 * a map that names other sites keeps the numbers. Fills class_of, n_classes, location_of and rule_of.
 *
 * Returns 0, or -EINVAL: more than GX_CLASSES_MAX, with a finding.
 */
int gx_image_classes(struct gx_builder *builder);

/* The units: all sites, and the targets of geo names with checks; and how they are looked at. */
void gx_image_units(struct gx_builder *builder);

/**
 * gx_image_target_unit - the unit of a geo name's target and one of its checks
 * @address: index of the site's address; not heeded where the target is a name
 * @plan: index of the check plan
 * @is_new: may be NULL
 */
uint32_t gx_image_target_unit(struct gx_builder *builder, const struct gx_geo *geo, size_t site, size_t address,
			      size_t plan, bool *is_new);

/* What locations are called, and their classes. */
void gx_image_locations(struct gx_builder *builder);

/* Collect the names to be loaded. */
void gx_image_collect(struct gx_builder *builder);

/**
 * gx_image_ends - the types that the chains from a name can end in, other than those of the name alone
 * @ends: zero-initialised; free ends->types.types
 */
void gx_image_ends(struct gx_builder *builder, const knot_dname_t *name, struct gx_ends *ends);

/* The same for a geo name itself, with maps. */
const struct gx_ends *gx_image_geo_ends(struct gx_builder *builder, const struct gx_geo *geo);

/* Free all shapes (shapes.h). */
void gx_image_drop_shapes(struct gx_builder *builder);

/**
 * gx_image_refer - the reference for a name and type
 * @asked: with DO=1, GX_REF_NONE also where a signature or a proof is missing in any answer it can have
 *
 * Renders all answers that it can have, and stores them with the choices and options.
 */
uint32_t gx_image_refer(struct gx_builder *builder, const knot_dname_t *name, uint16_t type, enum gx_asked asked);

/*
 * What names below a name get that do not exist, or, at a delegation, it and all below: a reference. dnssec: for DO=1;
 * GX_REF_NONE where that depends on the name in question.
 */
uint32_t gx_image_below(struct gx_builder *builder, const knot_dname_t *encloser, bool dnssec);

/* NXDOMAIN of any name of a signed zone, for DO=1, but without what says so (gaps.h): a reference, or GX_REF_NONE. */
uint32_t gx_image_nxdomain(struct gx_builder *builder, const struct gx_zone *zone);

/* Note why there is no complete signed answer (-ENOKEY), and say it, once for each zone. */
void gx_image_note_lack(struct gx_builder *builder, const struct gx_rendered *answer);
void gx_image_tell_lacks(struct gx_builder *builder);

/* NODATA of all names of a zone. Returns the cell; 0: it has no place. The renderer is used. */
uint32_t gx_image_nodata(struct gx_builder *builder, const struct gx_zone *zone);

/* Render what a name says of each type: refs, types, choices and answers. Not for GX_NAME_BETWEEN. */
void gx_image_render(struct gx_builder *builder, struct gx_load *load);

/* Which of the loads say the same: found by gx_image_find_alikes(), which may run beside all that comes after it. */
struct gx_alikes *gx_image_begin_alikes(const struct gx_builder *builder);
void gx_image_find_alikes(struct gx_alikes *alikes);
void gx_image_free_alikes(struct gx_alikes *alikes);

/*
 * The same for all names, as long as no name before says just what this one says: then it gets what that one got; last,
 * those of GX_NAME_BETWEEN. Waits for what is not found yet of who is alike.
 */
void gx_image_render_all(struct gx_builder *builder, struct gx_alikes *alikes);

/* What a name of GX_NAME_BETWEEN says, after all others, and those above it, were rendered. */
void gx_image_between(struct gx_builder *builder, struct gx_load *load);

/* The number + 1 of a name that is loaded; 0: it is not. */
uint32_t gx_image_find_load(struct gx_builder *builder, const knot_dname_t *name);


/**
 * gx_image_store - the cell of an answer, stored once however often it occurs
 * @rendered: its octets are followed by those of its other orders, rendered->rotations in all
 * @qname_octets: of the question; an answer that exceeds even a reply over TCP keeps its length and counts only,
 *	since all that is ever sent of it is TC=1
 */
uint32_t gx_image_store(struct gx_builder *builder, const struct gx_rendered *rendered, size_t qname_octets);

/* The cell of what a choice answers, which is no spread. */
uint32_t gx_image_cell_of(struct gx_builder *builder, const struct gx_choice *choice);

/* Does an answer to a question of this length exceed even the largest reply over UDP? */
bool gx_answer_is_oversize(size_t len_octets, size_t qname_octets);
/* And the largest over TCP? */
bool gx_answer_is_unsendable(size_t len_octets, size_t qname_octets);

/* A slot for each load: found by gx_image_place_names(), beside what it takes to know what they say. */
struct gx_placing *gx_image_begin_names(const struct gx_builder *builder);
void gx_image_place_names(struct gx_placing *placing);

/* The flat table of all loads. Returns 0, or -EINVAL with a finding: too many names. @placing is freed. */
int gx_image_end_names(struct gx_builder *builder, struct gx_placing *placing);

#endif
