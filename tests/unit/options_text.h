/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of a choice as text. */
#ifndef GEOXDP_TESTS_UNIT_OPTIONS_TEXT_H
#define GEOXDP_TESTS_UNIT_OPTIONS_TEXT_H

#include "tests/unit/image_tables.h"
#include "user/core/select.h"

/* The answer in cells, as the renderer gives it; octets: of GX_TCP_MAX_OCTETS. */
/* name_octets: of the question. */
static inline UNUSED struct gx_rendered answer_at(const struct gx_image *image, uint32_t cell, size_t name_octets,
						  uint8_t *octets)
{
	const struct gx_answer *first = &image->answers[cell];

	assert_true(cell > 0 && cell < image->n_cells && first->len_octets);
	read_cells(image, cell, name_octets, octets);
	return (struct gx_rendered){
		.octets = octets,
		.len_octets = first->len_octets,
		.ancount = first->ancount,
		.nscount = first->nscount,
		.arcount = first->arcount,
		.flags1 = first->flags & GX_DNS1_AA,
		.rcode = first->rcode,
		.is_nodata = first->flags & GX_ANSWER_NODATA,
	};
}

/* Data of each record with the TTL of the first: "60 eu.example.com. 192.0.2.1"; "nodata" for a SOA. Free it. */
static inline UNUSED char *cell_text(struct fixture *fixture, const char *name, uint16_t type, uint32_t cell)
{
	uint8_t octets[GX_TCP_MAX_OCTETS + GX_CELL_OCTETS];
	struct gx_rendered answer = answer_at(&fixture->image, cell, knot_dname_size(scene_name(&fixture->scene, name)), octets);
	char *whole = scene_text(scene_name(&fixture->scene, name), type, &answer), *text = strdup("");
	char *cursor = strchr(whole, '\n') + 1, *line;

	while ((line = strsep(&cursor, "\n")) && *line) {
		char *ttl = strchr(line, ' ') + 1;

		if (*line == ';')
			scene_append(&text, "%snodata", *text ? " " : "");
		else if (*text)
			scene_append(&text, " %s", strrchr(line, ' ') + 1);
		else
			scene_append(&text, "%d %s", atoi(ttl), strrchr(line, ' ') + 1);
	}
	free(whole);
	return text;
}

/* A line for each option: "[units] answer", with "/TTL" where the clamped answer has another, and "keep". Free it. */
static inline UNUSED char *options_text(struct fixture *fixture, const char *name, uint16_t type,
					const struct gx_choice *choice)
{
	const struct gx_image *image = &fixture->image;
	char *text = strdup("");

	for (size_t i = choice->option; choice->option && i < image->n_options; i++) {
		const struct gx_option *option = &image->options[i];
		char *answer = cell_text(fixture, name, type, cell_at(image, option->answer, option->address));
		char *clamped = cell_text(fixture, name, type, cell_at(image, option->clamped, option->address));

		scene_append(&text, "[");
		for (size_t j = 0; j < option->n_units; j++)
			scene_append(&text, "%s%s", j ? ", " : "",
				     image->units[image->option_units[option->units + j].unit].name);
		scene_append(&text, "] ");
		if (strcmp(answer, clamped))
			scene_append(&text, "%d/", atoi(clamped));
		scene_append(&text, "%s%s\n", answer, option->flags & GX_OPTION_KEEP ? " keep" : "");
		free(answer);
		free(clamped);
		if (option->flags & GX_OPTION_LAST)
			return text;
	}
	assert_int_equal(choice->option, 0);
	return text;
}

/* The tables, to select by. */
static inline UNUSED struct gx_selection selection_of(struct gx_image *image)
{
	return (struct gx_selection){
		.choices = image->choices,
		.n_choices = image->n_choices,
		.options = image->options,
		.n_options = image->n_options,
		.option_units = image->option_units,
		.n_option_units = image->n_option_units,
		.units = image->units,
		.n_units = image->n_units,
	};
}

/* The cell of what a choice answers once its options were looked at. */
static inline UNUSED uint32_t selected_cell(struct fixture *fixture, struct gx_choice choice)
{
	struct gx_selection selection = selection_of(&fixture->image);

	if (choice.option)
		choice = gx_select_choice(&selection, choice);
	return cell_at(&fixture->image, choice.answer, choice.address);
}

/* The choice of a name for a location; a fixed one has no options. */
static inline UNUSED struct gx_choice choice_of(struct fixture *fixture, const char *name, uint16_t type,
						uint32_t location)
{
	const struct gx_image *image = &fixture->image;
	uint32_t ref = ref_of(fixture, name, type), at = ref & GX_REF_INDEX;

	if ((ref & GX_REF_KIND) == GX_REF_FIXED)
		return (struct gx_choice){ .answer = at };
	if ((ref & GX_REF_KIND) == GX_REF_CLASS)
		return image->choices[at + image->class_of[location]];
	assert_int_equal(ref & GX_REF_KIND, GX_REF_LOCATION);
	return image->choices[at + location];
}

static inline UNUSED void assert_options(struct fixture *fixture, const char *name, uint16_t type, uint32_t location,
					 const char *expected)
{
	struct gx_choice choice = choice_of(fixture, name, type, location);
	char *text = options_text(fixture, name, type, &choice);

	assert_string_equal(text, expected);
	free(text);
}

/* The unit of this name; NULL: there is none. */
static inline UNUSED struct gx_unit *unit_of(struct gx_image *image, const char *name)
{
	for (size_t i = 1; i < image->n_units; i++)
		if (!strcmp(image->units[i].name, name))
			return &image->units[i];
	return NULL;
}

#endif
