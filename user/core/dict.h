/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From domain names to numbers: the index by which nodes, zones and geo names are found. */
#ifndef GEOXDP_CORE_DICT_H
#define GEOXDP_CORE_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libknot/dname.h>

#include "geoxdp/limits.h"

/* A name in lower case, zero-padded to whole words: as names are stored. */
struct gx_padded_name {
	uint64_t words[GX_NAME_MAX_WORDS];
	size_t len_octets;	/* root label included */
};

void gx_pad_name(struct gx_padded_name *out, const knot_dname_t *name);
/* exact: which of the two forms of geoxdp/hash.h. */
uint64_t gx_padded_hash(const struct gx_padded_name *padded, uint64_t seed, bool exact);
/* The same of a name in any case of letters. */
uint64_t gx_name_hash(const knot_dname_t *name, uint64_t seed, bool exact);

struct gx_dict_slot {
	const knot_dname_t *name;	/* NULL: empty */
	uint32_t hash;
	uint32_t value;
};

/* Zero-initialise before use. Names are referenced, not copied. */
struct gx_dict {
	struct gx_dict_slot *slots;
	size_t n_slots;		/* a power of two, or 0 */
	size_t count;
};

/**
 * gx_dict_put - add a name
 * @name: in lower case; must live as long as the dictionary
 *
 * Returns true, or false if the name is there already; its number is then unchanged.
 */
bool gx_dict_put(struct gx_dict *dict, const knot_dname_t *name, uint32_t value);

/**
 * gx_dict_put_all - add the names of many items, with their places in the list as numbers
 * @items: each begins with a pointer to its name, as for gx_dict_put()
 * @octets: from one item to the next
 */
void gx_dict_put_all(struct gx_dict *dict, const void *items, size_t count, size_t octets);

/**
 * gx_dict_find - look a name up, in any case of letters
 * @value: written on success; may be NULL
 */
bool gx_dict_find(const struct gx_dict *dict, const knot_dname_t *name, uint32_t *value);

/* Make room for so many names at once. */
void gx_dict_reserve(struct gx_dict *dict, size_t count);
void gx_dict_free(struct gx_dict *dict);

#endif
