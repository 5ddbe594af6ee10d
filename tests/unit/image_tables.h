/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the image share: its tables, read the way the program reads them. */
#ifndef GEOXDP_TESTS_UNIT_IMAGE_TABLES_H
#define GEOXDP_TESTS_UNIT_IMAGE_TABLES_H

#include "tests/unit/scene.h"

#include <errno.h>
#include <libknot/descriptor.h>

#include "geoxdp/hash.h"
#include "user/core/image.h"

#define ABSENT	65534
#define BELGIUM	56
#define JP	392
#define UK	826
#define US	840

static const uint32_t locations[] = { 0, 1, BELGIUM, JP, UK, US, 999 };

struct fixture {
	struct scene scene;
	struct gx_image image;
};

static inline UNUSED int setup(void **state)
{
	struct fixture *fixture = gx_calloc(1, sizeof(*fixture));

	scene_init(&fixture->scene);
	*state = fixture;
	return 0;
}

static inline UNUSED int teardown(void **state)
{
	struct fixture *fixture = *state;

	gx_image_free(&fixture->image);
	scene_free(&fixture->scene);
	free(fixture);
	return 0;
}

/* Build again, of what the scene is now. */
static inline UNUSED void build(struct fixture *fixture)
{
	gx_image_free(&fixture->image);
	gx_diag_free(&fixture->scene.diag);
	assert_int_equal(gx_image_build(&fixture->image, &fixture->scene.config, &fixture->scene.diag), 0);
	gx_renderer_free(fixture->scene.renderer);
	fixture->scene.renderer = gx_renderer_new(&fixture->scene.config);
}

static inline UNUSED void assert_findings(struct fixture *fixture, const char *expected)
{
	char *text = scene_findings(&fixture->scene);

	assert_string_equal(text, expected);
	free(text);
}

/* --- the program's way ------------------------------------------------------------------------- */

static inline UNUSED const struct gx_name *find_name(const struct gx_image *image, const knot_dname_t *name)
{
	uint8_t octets[256] = {0};
	uint64_t hash = image->name_seed;
	size_t len = knot_dname_size(name);
	const struct gx_name *slot;

	memcpy(octets, name, len);
	for (size_t i = 0; i < len; i += 8) {
		uint64_t word;

		memcpy(&word, octets + i, 8);
		hash = gx_hash_word(hash, image->hash_exact ? word : word | 0x2020202020202020);
	}
	hash = gx_hash_end(hash, len);
	slot = &image->names[gx_hash_slot(hash, image->pilots[gx_hash_bucket(hash, image->n_buckets - 1)], image->n_name_slots)];
	if (slot->len_octets == len && !memcmp(slot->octets, octets, GX_NAME_INLINE_OCTETS) &&
	    (len <= GX_NAME_INLINE_OCTETS ||
	     !memcmp(image->names_long[slot->rest].octets, octets + GX_NAME_INLINE_OCTETS, GX_NAME_REST_OCTETS)))
		return slot;
	return NULL;
}

static inline UNUSED uint32_t find_ref(const struct gx_image *image, const struct gx_name *name, uint16_t type)
{
	if (type == GX_TYPE_A)
		return name->ref_a;
	if (type == GX_TYPE_AAAA)
		return name->ref_aaaa;
	assert_true(name->types + name->n_types < image->n_types);
	assert_true(name->n_types <= GX_TYPES_PER_NAME);
	for (uint32_t i = 1; i <= name->n_types; i++) {
		if (image->types[name->types + i].type == type)
			return image->types[name->types + i].ref;
	}
	return image->types[name->types].ref;
}

/* The same for DO=1, of a name with GX_NAME_SIGNED. */
static inline UNUSED uint32_t find_signed_ref(const struct gx_image *image, const struct gx_name *name, uint16_t type)
{
	for (uint32_t i = 1; i <= name->n_types; i++) {
		if (image->types[name->types + i].type == type)
			return image->types[name->types + i].ref_signed;
	}
	return image->types[name->types].ref_signed;
}

/* RFC 1071 as its section 4.1 writes it. */
static inline UNUSED uint16_t sum(const uint8_t *octets, size_t len)
{
	uint32_t total = 0;

	for (; len > 1; len -= 2, octets += 2)
		total += octets[0] * 256 + octets[1];
	if (len)
		total += octets[0] * 256;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total;
}

/*
 * The cell of what a choice or an option answers. What it says by itself gets one here, behind those of the image, in
 * the form that all other answers have; so all are looked at in the same way.
 */
static inline UNUSED uint32_t cell_at(const struct gx_image *image, uint32_t answer, __be32 address)
{
	struct gx_image *mine = (struct gx_image *)image;
	struct gx_answer cell = { .len_octets = 16, .core_octets = 16, .ancount = 1, .variants = 1, .flags = GX_DNS1_AA };
	uint8_t *octets = cell.octets;

	if (answer < GX_CHOICE_ADDRESS)
		return answer;
	memcpy(octets, "\xc0\x0c\0\1\0\1", 6);
	knot_wire_write_u32(octets + 6, answer - GX_CHOICE_ADDRESS);
	knot_wire_write_u16(octets + 10, 4);
	memcpy(octets + 12, &address, 4);
	cell.sum = cell.core_sum = sum(octets, 16);
	for (uint32_t i = 1; i < image->n_cells; i++)
		if (!memcmp(&image->answers[i], &cell, sizeof(cell)))
			return i;
	mine->answers = gx_realloc(mine->answers, (mine->n_cells + 1) * sizeof(cell));
	mine->answers[mine->n_cells] = cell;
	return mine->n_cells++;
}

/* The answer's first cell; 0: passed. */
static inline UNUSED uint32_t find_cell(const struct gx_image *image, uint32_t ref, uint32_t location)
{
	uint32_t index = ref & GX_REF_INDEX;

	switch (ref & GX_REF_KIND) {
	case GX_REF_FIXED:
		assert_true(index > 0);
		return index;
	case GX_REF_CLASS:
		assert_true(index > 0 && index + image->n_classes <= image->n_choices);
		index += image->class_of[location];
		break;
	case GX_REF_LOCATION:
		assert_true(index > 0 && index + image->n_locations <= image->n_choices);
		index += location;
		break;
	default:
		assert_int_equal(ref, 0);
		return 0;
	}
	return cell_at(image, image->choices[index].answer, image->choices[index].address);
}

static inline UNUSED uint32_t ref_of(struct fixture *fixture, const char *name, uint16_t type)
{
	const struct gx_name *slot = find_name(&fixture->image, scene_name(&fixture->scene, name));

	assert_non_null(slot);
	return find_ref(&fixture->image, slot, type);
}

static inline UNUSED uint32_t cell_of(struct fixture *fixture, const char *name, uint16_t type, uint32_t location)
{
	return find_cell(&fixture->image, ref_of(fixture, name, type), location);
}

/* And the answer there; it stays until the next one is asked for. */
static inline UNUSED const struct gx_answer *answer_of(struct fixture *fixture, const char *name, uint16_t type,
						       uint32_t location)
{
	uint32_t cell = cell_of(fixture, name, type, location);

	return &fixture->image.answers[cell];
}

/*
 * What stands in the cells, its pointers moved for a question of a longer name. Returns its octets; they sum up as
 * stored.
 */
static inline UNUSED size_t read_cells(const struct gx_image *image, uint32_t cell, size_t name_octets, uint8_t *octets)
{
	const struct gx_answer *first = &image->answers[cell];
	size_t len = first->len_octets, cells = 1 + (len - 1) / GX_CELL_OCTETS;
	size_t by = first->base_octets ? name_octets - first->base_octets : 0;
	uint32_t total = first->sum, core = first->core_sum;

	assert_true(cell > 0 && cell + cells + (first->base_octets ? GX_SHIFT_CELLS : 0) <= image->n_cells);
	assert_true(len <= GX_ANSWER_MAX_OCTETS && first->core_octets <= len);
	for (size_t i = 0; i < cells; i++) {
		if (i)
			assert_int_equal(first[i].len_octets, 0);
		memcpy(octets + i * GX_CELL_OCTETS, first[i].octets, GX_CELL_OCTETS);
	}
	if (by) {
		const struct gx_shift shift = gx_image_shift(first);

		for (int i = 0; i < shift.even + shift.odd; i++) {
			uint8_t *pointer = octets + shift.offsets[i];

			assert_true(shift.offsets[i] + 2u <= len && pointer[0] >= 0xc0);
			knot_wire_write_u16(pointer, knot_wire_read_u16(pointer) + by);
		}
		total += shift.even * by + shift.odd * (by << 8);
		core += shift.core_even * by + shift.core_odd * (by << 8);
	}
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	while (core >> 16)
		core = (core & 0xffff) + (core >> 16);
	assert_int_equal(total, sum(octets, len));
	assert_int_equal(core, sum(octets, first->core_octets));
	return len;
}

/* The cells hold this answer: to the octet; where longer names share it, as a client reads it. */
static inline UNUSED void assert_cells(const struct gx_image *image, uint32_t cell, uint16_t variants,
				       const knot_dname_t *name, uint16_t type, const struct gx_rendered *answer)
{
	const struct gx_answer *first = &image->answers[cell];
	uint8_t octets[GX_TCP_MAX_OCTETS + GX_CELL_OCTETS];
	struct gx_rendered stored = *answer;
	char *found, *expected;

	assert_int_equal(first->ancount, answer->ancount);
	assert_int_equal(first->nscount, answer->nscount);
	assert_int_equal(first->arcount, answer->arcount);
	assert_int_equal(first->rcode, answer->rcode);
	assert_int_equal(first->flags & ~GX_ANSWER_SPECIAL,
			 answer->flags1 | (answer->is_nodata ? GX_ANSWER_NODATA : 0) |
				 (answer->is_referral ? GX_ANSWER_REFERRAL : 0));
	assert_int_equal(!!(first->flags & GX_ANSWER_SPECIAL),
			 first->flags & (GX_ANSWER_NODATA | GX_ANSWER_REFERRAL) || first->rcode || first->base_octets);
	assert_int_equal(first->variants, variants);
	stored.octets = octets;
	stored.len_octets = read_cells(image, cell, knot_dname_size(name), octets);
	if (!first->base_octets) {
		assert_int_equal(stored.len_octets, answer->len_octets);
		assert_memory_equal(octets, answer->octets, answer->len_octets);
		return;
	}
	found = scene_text(name, type, &stored);
	expected = scene_text(name, type, answer);
	assert_string_equal(found, expected);
	free(found);
	free(expected);
}

/* Ask the tables and the renderer the same; what is passed is not wrong. Returns whether it is answered. */
static inline UNUSED bool assert_agrees(struct fixture *fixture, const knot_dname_t *name, uint16_t type,
			  uint32_t location)
{
	const struct gx_name *slot = find_name(&fixture->image, name);
	struct gx_rendered answer;
	uint32_t cell;
	int err;

	assert_non_null(slot);
	cell = find_cell(&fixture->image, find_ref(&fixture->image, slot, type), location);
	err = gx_render(fixture->scene.renderer, name, type, location, &answer);
	if (!cell)
		return false;
	/* At a delegation the answer is the referral. */
	if (err == -ENOENT)
		err = gx_render_below(fixture->scene.renderer, name, false, &answer);
	assert_int_equal(err, 0);
	assert_cells(&fixture->image, cell, answer.rotations, name, type, &answer);
	for (unsigned int i = 1, rotations = answer.rotations; i < rotations; i++) {
		cell += 1 + (answer.len_octets - 1) / GX_CELL_OCTETS + (answer.base_octets ? GX_SHIFT_CELLS : 0);
		assert_int_equal(gx_render_rotated(fixture->scene.renderer, name, type, location, i, &answer), 0);
		assert_cells(&fixture->image, cell, 1, name, type, &answer);
	}
	return true;
}

/* That assert_all_agree() asks of a name. */
#define QUESTIONS ((300 - (GX_TYPE_META_MAX - GX_TYPE_META_MIN) + 1) * NUMBER(locations))

/* Every loaded name and every type, for clients everywhere. Returns the questions that are passed. */
static inline UNUSED size_t assert_all_agree(struct fixture *fixture)
{
	const struct gx_image *image = &fixture->image;
	size_t names = 0, passed = 0;

	for (size_t i = 0; i < image->n_name_slots; i++) {
		const struct gx_name *slot = &image->names[i];
		uint8_t name[256] = {0};

		if (!slot->len_octets)
			continue;
		names++;
		memcpy(name, slot->octets, GX_NAME_INLINE_OCTETS);
		if (slot->len_octets > GX_NAME_INLINE_OCTETS)
			memcpy(name + GX_NAME_INLINE_OCTETS, image->names_long[slot->rest].octets,
			       GX_NAME_REST_OCTETS);
		for (uint32_t type = 1; type <= 300; type++) {
			if (type >= GX_TYPE_META_MIN && type < GX_TYPE_META_MAX)
				continue;
			for (size_t j = 0; j < NUMBER(locations); j++)
				passed += !assert_agrees(fixture, name, type, locations[j]);
		}
		for (size_t j = 0; j < NUMBER(locations); j++)
			passed += !assert_agrees(fixture, name, ABSENT, locations[j]);
	}
	assert_int_equal(names, image->n_names);
	return passed;
}

/* The names in the table, in order of text, each ended by a blank. */
static inline UNUSED int compare_texts(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static inline UNUSED void assert_loaded(struct fixture *fixture, const char *expected)
{
	const struct gx_image *image = &fixture->image;
	char **names = gx_calloc(image->n_names, sizeof(*names)), *text = strdup("");
	size_t count = 0;

	for (size_t i = 0; i < image->n_name_slots; i++) {
		knot_dname_txt_storage_t name;

		if (image->names[i].len_octets)
			names[count++] = strdup(gx_show_name((uint8_t *)image->names[i].octets, name));
	}
	qsort(names, count, sizeof(*names), compare_texts);
	for (size_t i = 0; i < count; i++) {
		scene_append(&text, "%s ", names[i]);
		free(names[i]);
	}
	assert_string_equal(text, expected);
	free(names);
	free(text);
}

#endif
