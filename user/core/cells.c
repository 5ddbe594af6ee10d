/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: rendered answers in cells, each different one once. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/pure/csum.h"
#include "geoxdp/hash.h"
#include "geoxdp/limits.h"
#include "user/core/choice.h"
#include "user/core/image_impl.h"

/* Header, and type and class of the question. */
#define TCP_OVERHEAD_OCTETS (12 + 4)
/* And the bare OPT that a reply above 512 octets has over UDP. */
#define REPLY_OVERHEAD_OCTETS (TCP_OVERHEAD_OCTETS + 11)

/* Cell 0 is never used: 0 is no answer. */
#define FIRST_CELL 1
#define CELLS_PER_NAME		4
#define CELLS_LIKELY_MAX	((size_t)1 << 20)	/* 64 MiB */

bool gx_answer_is_oversize(size_t len_octets, size_t qname_octets)
{
	return len_octets + qname_octets + REPLY_OVERHEAD_OCTETS > GX_REPLY_MAX_OCTETS;
}

bool gx_answer_is_unsendable(size_t len_octets, size_t qname_octets)
{
	return len_octets + qname_octets + TCP_OVERHEAD_OCTETS > GX_TCP_MAX_OCTETS;
}

/* RFC 1071: the sum of the octets as big-endian 16-bit words, an odd last one padded with zero. */
static uint16_t sum_octets(const uint8_t *octets, size_t len)
{
	uint64_t sum = 0, word;

	for (size_t i = 0; i < len; i += sizeof(word)) {
		word = 0;
		memcpy(&word, octets + i, len - i < sizeof(word) ? len - i : sizeof(word));
		sum = gx_csum_add64(sum, word);
	}
	return ntohs(gx_csum_fold(sum));	/* in either order of octets it is the same sum (2.B) */
}

/* Octets that are stored, behind the header of the first cell and in the cells after it. */
static size_t stored_octets(const struct gx_rendered *answer, size_t qname_octets)
{
	return gx_answer_is_unsendable(answer->len_octets, qname_octets) ? 0 : answer->len_octets;
}

/* Of the order that stands at octets; variants: as in abi.h. */
static struct gx_answer make_header(const struct gx_rendered *answer, const uint8_t *octets, size_t stored,
				    uint16_t variants)
{
	size_t core = answer->core_octets < stored ? answer->core_octets : stored;
	struct gx_answer header = {
		.len_octets = answer->len_octets,
		.core_octets = answer->core_octets,
		.ancount = answer->ancount,
		.nscount = answer->nscount,
		.arcount = answer->arcount,
		.sum = sum_octets(octets, stored),
		.core_sum = sum_octets(octets, core),
		.core_arcount = answer->core_octets < answer->len_octets ? answer->core_arcount : answer->arcount,
		.rcode = answer->rcode,
		.flags = answer->flags1 | (answer->expires ? GX_ANSWER_EXPIRES : 0) |
			 (answer->is_nodata ? GX_ANSWER_NODATA : answer->is_referral ? GX_ANSWER_REFERRAL : 0),
		.variants = variants,
		.base_octets = stored ? answer->base_octets : 0,	/* TC=1 has no pointers */
	};

	if (header.flags & (GX_ANSWER_EXPIRES | GX_ANSWER_NODATA | GX_ANSWER_REFERRAL) || header.rcode ||
	    header.base_octets)
		header.flags |= GX_ANSWER_SPECIAL;
	return header;
}

static uint32_t hash_answer(const struct gx_answer *header, const struct gx_rendered *answer, size_t stored)
{
	const uint8_t *octets = answer->octets;
	uint64_t hash = 0, word;

	for (size_t i = 0; i < GX_SHIFT_TAILS && answer->tails[i]; i++)
		hash = gx_hash_word(hash, answer->tails[i]);
	for (size_t i = 0; i < offsetof(struct gx_answer, octets); i += sizeof(word)) {
		memcpy(&word, (const uint8_t *)header + i, sizeof(word));
		hash = gx_hash_word(hash, word);
	}
	for (size_t i = 0; i < stored; i += sizeof(word)) {
		word = 0;
		memcpy(&word, octets + i, stored - i < sizeof(word) ? stored - i : sizeof(word));
		hash = gx_hash_word(hash, word);
	}
	return (uint32_t)gx_hash_end(hash, stored);
}

/* Whether the cells from one on hold these octets; *cell: behind them. */
static bool holds_octets(const struct gx_image *image, uint32_t *cell, const uint8_t *octets, size_t stored)
{
	for (size_t i = 0; i == 0 || i < stored; i += GX_CELL_OCTETS) {
		size_t part = stored - i < GX_CELL_OCTETS ? stored - i : GX_CELL_OCTETS;

		if (memcmp(image->answers[(*cell)++].octets, octets + i, part))
			return false;
	}
	return true;
}

/*
 * The cells behind an answer that is for more than one length of name. All orders have their pointers in the same
 * places.
 */
static struct gx_shift make_shift(const struct gx_rendered *answer)
{
	struct gx_shift shift = {0};
	int count = gx_rendered_pointers(answer, shift.offsets, GX_SHIFT_POINTERS);

	for (int i = 0; i < count; i++) {
		bool is_core = shift.offsets[i] < answer->core_octets;

		if (shift.offsets[i] & 1) {
			shift.odd++;
			shift.core_odd += is_core;
		} else {
			shift.even++;
			shift.core_even += is_core;
		}
	}
	if (answer->tails[0])
		memcpy(shift.tails, answer->tails, sizeof(shift.tails));
	return shift;
}

/* All orders: answers that begin alike may go on in other ones. */
static bool is_same(const struct gx_image *image, uint32_t cell, const struct gx_answer *header,
		    const struct gx_rendered *answer, size_t stored)
{
	struct gx_shift shift;

	/*
	 * An answer beyond TCP has a length and no octets; its zeros cannot be taken for a stored answer, which
	 * begins with an owner name and is never all zero, sum included.
	 */
	if (memcmp(&image->answers[cell], header, offsetof(struct gx_answer, octets)))
		return false;
	if (header->base_octets)
		shift = make_shift(answer);
	for (size_t i = 0; i < header->variants; i++) {
		if (!holds_octets(image, &cell, answer->octets + i * stored, stored))
			return false;
		if (header->base_octets && !holds_octets(image, &cell, (const uint8_t *)&shift, sizeof(shift)))
			return false;
	}
	return true;
}

static void grow_index(struct gx_builder *builder)
{
	struct gx_cell_slot *old = builder->cell_index;
	size_t n_old = builder->n_cell_slots, n_slots = n_old ? n_old * 2 : 64;

	if ((builder->image->n_answers + 1) * 2 <= n_old)
		return;
	builder->cell_index = gx_calloc(n_slots, sizeof(*builder->cell_index));
	builder->n_cell_slots = n_slots;
	for (size_t i = 0; i < n_old; i++) {
		size_t to = old[i].hash & (n_slots - 1);

		if (!old[i].cell)
			continue;
		while (builder->cell_index[to].cell)
			to = (to + 1) & (n_slots - 1);
		builder->cell_index[to] = old[i];
	}
	free(old);
}

static void append(struct gx_builder *builder, const struct gx_answer *header, const uint8_t *octets, size_t stored)
{
	struct gx_image *image = builder->image;

	for (size_t i = 0; i == 0 || i < stored; i += GX_CELL_OCTETS) {
		size_t part = stored - i < GX_CELL_OCTETS ? stored - i : GX_CELL_OCTETS;
		struct gx_answer *cell;

		gx_grow(&image->answers, image->n_cells, builder->cells_capacity);
		cell = &image->answers[image->n_cells++];
		*cell = i == 0 ? *header : (struct gx_answer){0};
		memcpy(cell->octets, octets + i, part);
	}
}

/* Room for what so many names most likely say, of which memory takes what is written: what grows is touched anew. */
static void begin_cells(struct gx_builder *builder)
{
	size_t likely = CELLS_PER_NAME * builder->n_loads;

	builder->cells_capacity = (likely < CELLS_LIKELY_MAX ? likely : CELLS_LIKELY_MAX) + FIRST_CELL;
	builder->image->answers = gx_alloc(builder->cells_capacity, sizeof(*builder->image->answers));
	memset(builder->image->answers, 0, FIRST_CELL * sizeof(*builder->image->answers));
	builder->image->n_cells = FIRST_CELL;
}

static uint32_t append_all(struct gx_builder *builder, const struct gx_rendered *answer, size_t stored)
{
	struct gx_image *image = builder->image;
	const struct gx_answer none = {0};
	struct gx_shift shift;
	uint32_t first;

	if (!image->n_cells)
		begin_cells(builder);
	first = image->n_cells;
	for (size_t i = 0; i < answer->rotations; i++) {
		const uint8_t *octets = answer->octets + i * stored;
		struct gx_answer header = make_header(answer, octets, stored, i ? 1 : answer->rotations);

		append(builder, &header, octets, stored);
		if (!header.base_octets)
			continue;
		shift = make_shift(answer);
		append(builder, &none, (const uint8_t *)&shift, sizeof(shift));
	}
	image->n_answers++;
	return first;
}

/* What may be left away is, where the reply over TCP has no room for it. */
static struct gx_rendered fit(const struct gx_rendered *answer, size_t qname_octets)
{
	struct gx_rendered out = *answer;

	if (!gx_answer_is_unsendable(answer->len_octets, qname_octets))
		return out;
	if (gx_answer_is_unsendable(answer->core_octets, qname_octets)) {
		/* No octets are stored: only that it is too long counts, and is told once tails are added, too. */
		out.core_octets = out.len_octets = GX_TCP_MAX_OCTETS;
	} else {
		out.len_octets = answer->core_octets;
		out.arcount = answer->core_arcount;
	}
	return out;
}

uint32_t gx_image_store(struct gx_builder *builder, const struct gx_rendered *rendered, size_t qname_octets)
{
	const struct gx_rendered answer = fit(rendered, qname_octets);
	size_t stored = stored_octets(&answer, qname_octets);
	struct gx_answer header = make_header(&answer, answer.octets, stored, answer.rotations);
	uint32_t hash = hash_answer(&header, &answer, stored * answer.rotations);
	struct gx_cell_slot *slot;
	size_t mask;

	grow_index(builder);
	mask = builder->n_cell_slots - 1;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		slot = &builder->cell_index[i];
		if (!slot->cell)
			break;
		if (slot->hash == hash &&
		    is_same(builder->image, slot->cell, &header, &answer, stored))
			return slot->cell;
	}
	slot->hash = hash;
	slot->cell = append_all(builder, &answer, stored);
	return slot->cell;
}

uint32_t gx_image_cell_of(struct gx_builder *builder, const struct gx_choice *choice)
{
	uint8_t octets[GX_CHOICE_RECORD_OCTETS];
	struct gx_rendered answer = {0};

	if (!gx_choice_render(choice, octets, &answer))
		return choice->answer;
	return gx_image_store(builder, &answer, 0);
}
