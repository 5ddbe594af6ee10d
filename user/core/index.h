/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compact geo index: the classes of a partition in the form that the program looks them up in. */
#ifndef GEOXDP_CORE_INDEX_H
#define GEOXDP_CORE_INDEX_H

#include "user/core/partition.h"

/* Zero-initialise before use. */
struct gx_index {
	__u64 *words;
	size_t n_words;			/* of which the last GX_INDEX_END_WORDS are zero */
	size_t n_words_allocated;
	struct gx_index_root root;
	size_t n_runs;			/* ranges, merged by class */
};

/**
 * gx_index_build - index the classes of a partition
 * @index: zero-initialised; free with gx_index_free() also on error
 * @partition: complete
 * @class_of, @locations: as for gx_partition_leaves()
 *
 * The same partition gives the same index. For every address that is looked up in the tables of this family,
 * gx_index_find() gives the class and the class_bits of the leaf that gx_partition_leaves() has for it.
 *
 * Returns 0, or -E2BIG: more than GX_INDEX_WORDS_MAX words.
 */
int gx_index_build(struct gx_index *index, const struct gx_partition *partition, const uint16_t *class_of,
		   size_t locations);
void gx_index_free(struct gx_index *index);

#endif
