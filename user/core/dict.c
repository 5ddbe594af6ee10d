/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From domain names to numbers: the index by which nodes, zones and geo names are found. */
#include "user/core/dict.h"

#include <stdlib.h>
#include <string.h>

#include "bpf/pure/question.h"
#include "geoxdp/hash.h"
#include "user/core/mem.h"

#define GX_DICT_MIN_SLOTS 16

/* As gx_pad_name(), but for the words behind the name's last one. */
static inline void fold_name(struct gx_padded_name *out, const knot_dname_t *name)
{
	size_t len = 0, words;

	while (name[len])
		len += 1u + name[len];
	out->len_octets = ++len;
	words = (len + 7) / 8;
	out->words[words - 1] = 0;
	memcpy(out->words, name, len);
	for (size_t i = 0; i < words; i++)
		out->words[i] = gx_fold64(out->words[i]);
}

void gx_pad_name(struct gx_padded_name *out, const knot_dname_t *name)
{
	memset(out->words, 0, sizeof(out->words));
	fold_name(out, name);
}

uint64_t gx_padded_hash(const struct gx_padded_name *padded, uint64_t seed, bool exact)
{
	size_t words = (padded->len_octets + 7) / 8;
	uint64_t hash = seed;

	for (size_t i = 0; i < words; i++)
		hash = gx_hash_word(hash, exact ? padded->words[i] : padded->words[i] | GX_CASE_BITS);
	return gx_hash_end(hash, padded->len_octets);
}

uint64_t gx_name_hash(const knot_dname_t *name, uint64_t seed, bool exact)
{
	struct gx_padded_name padded;

	fold_name(&padded, name);
	return gx_padded_hash(&padded, seed, exact);
}

/* Is it the name that is padded? Label by label, so that nothing behind its own end is read. */
static bool is_name(const knot_dname_t *name, const struct gx_padded_name *padded)
{
	const uint8_t *other = (const uint8_t *)padded->words;

	while (*name && *name == *other && !memcmp(name, other, 1u + *name)) {
		other += 1u + *name;
		name += 1u + *name;
	}
	return !*name && !*other;
}

/* The slot of the name, or the empty one where it belongs. */
static struct gx_dict_slot *find_slot(const struct gx_dict *dict, const struct gx_padded_name *padded,
				      uint32_t hash)
{
	size_t mask = dict->n_slots - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct gx_dict_slot *slot = &dict->slots[i];

		if (!slot->name)
			return slot;
		if (slot->hash == hash && is_name(slot->name, padded))
			return slot;
	}
}

static void resize(struct gx_dict *dict, size_t n_slots)
{
	struct gx_dict_slot *old = dict->slots;
	size_t n_old = dict->n_slots, mask = n_slots - 1;

	dict->slots = gx_calloc(n_slots, sizeof(*dict->slots));
	dict->n_slots = n_slots;
	for (size_t i = 0; i < n_old; i++) {
		size_t to;

		if (!old[i].name)
			continue;
		to = old[i].hash & mask;
		while (dict->slots[to].name)
			to = (to + 1) & mask;
		dict->slots[to] = old[i];
	}
	free(old);
}

void gx_dict_reserve(struct gx_dict *dict, size_t count)
{
	size_t n_slots = dict->n_slots ? dict->n_slots : GX_DICT_MIN_SLOTS;

	while (n_slots / 2 < count)
		n_slots *= 2;
	if (n_slots != dict->n_slots)
		resize(dict, n_slots);
}

/* The first member of an item. */
static const knot_dname_t *name_of(const void *item)
{
	return *(knot_dname_t *const *)item;
}

static bool put(struct gx_dict *dict, const struct gx_padded_name *padded, uint32_t hash, const knot_dname_t *name,
		uint32_t value)
{
	struct gx_dict_slot *slot = find_slot(dict, padded, hash);

	if (slot->name)
		return false;
	*slot = (struct gx_dict_slot){ .name = name, .hash = hash, .value = value };
	dict->count++;
	return true;
}

bool gx_dict_put(struct gx_dict *dict, const knot_dname_t *name, uint32_t value)
{
	struct gx_padded_name padded;

	gx_dict_reserve(dict, dict->count + 1);
	fold_name(&padded, name);
	return put(dict, &padded, (uint32_t)gx_padded_hash(&padded, 0, true), name, value);
}

void gx_dict_put_all(struct gx_dict *dict, const void *items, size_t count, size_t octets)
{
	/* A slot is asked for when its name has come, and written when it has come itself. */
	struct {
		struct gx_padded_name padded;
		uint32_t hash;
	} ahead[GX_AHEAD];
	const char *item = items;

	gx_dict_reserve(dict, dict->count + count);
	for (size_t i = 0; i < count + GX_AHEAD; i++) {
		size_t at = i % GX_AHEAD;

		if (i >= GX_AHEAD)
			put(dict, &ahead[at].padded, ahead[at].hash, name_of(item + (i - GX_AHEAD) * octets),
			    (uint32_t)(i - GX_AHEAD));
		if (i + GX_AHEAD < count)
			__builtin_prefetch(name_of(item + (i + GX_AHEAD) * octets));
		if (i >= count)
			continue;
		fold_name(&ahead[at].padded, name_of(item + i * octets));
		ahead[at].hash = (uint32_t)gx_padded_hash(&ahead[at].padded, 0, true);
		__builtin_prefetch(&dict->slots[ahead[at].hash & (dict->n_slots - 1)]);
	}
}

bool gx_dict_find(const struct gx_dict *dict, const knot_dname_t *name, uint32_t *value)
{
	const struct gx_dict_slot *slot;
	struct gx_padded_name padded;

	if (!dict->count)
		return false;
	fold_name(&padded, name);
	slot = find_slot(dict, &padded, (uint32_t)gx_padded_hash(&padded, 0, true));
	if (!slot->name)
		return false;
	if (value)
		*value = slot->value;
	return true;
}

void gx_dict_free(struct gx_dict *dict)
{
	free(dict->slots);
	*dict = (struct gx_dict){0};
}
