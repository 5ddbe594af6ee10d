/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The complete, disjoint partition of an address space into ranges of one location each. */
#ifndef GEOXDP_CORE_PARTITION_H
#define GEOXDP_CORE_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geoxdp/abi.h"
#include "user/core/addr.h"
#include "user/core/location.h"
#include "user/core/mem.h"

/* Locations that only occur in entries and in the partition. */
#define GX_LOCATION_SILENT	0xffffffffu	/* this source says nothing here */
#define GX_LOCATION_IPV4	0xfffffffeu	/* IPv6 form of an IPv4 address: the IPv4 tables speak */
#define GX_LOCATION_COVERING	0xfffffffdu	/* no data: the covering prefix of the same source speaks */

/* Line of what a source without lines says, such as an mmdb: gx_source_network() finds its record. */
#define GX_LINE_RECORD		0xffffffffu

/* What a source line says of a block of addresses, in the order of reading. */
struct gx_entry {
	gx_u128 first;
	uint32_t location;
	uint32_t line;
	uint8_t bits;		/* prefix length in the family's width */
};

/* A growing list of entries of one family and one source; zero-initialise before use. */
struct gx_entries {
	struct gx_entry *list;
	size_t count;
	size_t capacity;
};

/* Add one prefix: host bits of first are cleared. line counts from 1. */
void gx_entries_add(struct gx_entries *entries, enum gx_family family, gx_u128 first, unsigned int bits,
		    uint32_t location, uint32_t line);
/* Add first..last, both included and not inverted, as the fewest prefixes that make it up. */
void gx_entries_add_range(struct gx_entries *entries, enum gx_family family, gx_u128 first, gx_u128 last,
			  uint32_t location, uint32_t line);
/* Room for so many at first; of an empty list. */
void gx_entries_reserve(struct gx_entries *entries, size_t count);
/* Order by address, shorter prefixes first; of equal prefixes the order of reading stays. */
void gx_entries_sort(struct gx_entries *entries);
void gx_entries_free(struct gx_entries *entries);

/*
 * A range begins at first and ends before the next range, or at the end of the space. Sources may speak of
 * different things, the country and the AS number for example: the last one that changed anything is kept, and
 * the one that the place is from.
 */
struct gx_range {
	gx_u128 first;
	uint32_t location;
	uint32_t line;		/* of the source line that decided last; 0: none did */
	uint32_t place_line;	/* of the line that the country and what is finer came from; 0: none said */
	uint16_t source;	/* index of the source that decided last */
	uint16_t place_source;
};

/* Ranges in ascending order; the first begins at 0. Zero-initialised, it is empty and not yet complete. */
struct gx_partition {
	enum gx_family family;
	struct gx_range *ranges;
	size_t count;
	size_t capacity;
};

/**
 * gx_partition_init - everything unknown; in IPv6, the blocks that carry IPv4 addresses set apart
 */
void gx_partition_init(struct gx_partition *partition, enum gx_family family);

/* Whether all addresses of a prefix are IPv6 forms of IPv4 addresses, so that the IPv4 tables speak for them. */
bool gx_prefix_carries_ipv4(const struct gx_prefix *prefix);

/**
 * gx_partition_overlay - let a source speak over what earlier sources said
 * @partition: initialised; replaced
 * @locations: table of the numbers in the entries and in the partition; NULL: a number is only a number, and
 *	the source's replaces the earlier one
 * @entries: longest prefix wins, of equal prefixes the later; sorted in place
 * @source: index kept in each range
 *
 * Where an entry speaks of some attributes only, what earlier sources said of the others stays
 * (gx_locations_combine()). Among the prefixes of one source, the longest speaks alone.
 *
 * GX_LOCATION_SILENT in an entry takes a block out of the source: what earlier sources said stays. An entry
 * of GX_LOCATION_UNKNOWN says that the location is not known. GX_LOCATION_COVERING only undoes earlier entries
 * of the very same prefix. Blocks of GX_LOCATION_IPV4 stay.
 * An AS number that changes nothing, since no map names it, leaves the range to the line that decided before.
 *
 * Neighbouring ranges are merged where the same line of the same source decided them, and not otherwise, so
 * that each address still knows its line.
 */
void gx_partition_overlay(struct gx_partition *partition, struct gx_locations *locations, struct gx_entries *entries,
			  uint16_t source);

/* The range that holds the address; never NULL on an initialised partition. */
const struct gx_range *gx_partition_find(const struct gx_partition *partition, gx_u128 address);
/* Last address of the range. */
gx_u128 gx_range_last(const struct gx_partition *partition, const struct gx_range *range);

/* Leaves of the tries, keys and values in two arrays as the batch call wants them. */
struct gx_leaves {
	enum gx_family family;
	union {
		struct gx_lpm4_key *keys4;
		struct gx_lpm6_key *keys6;
	};
	struct gx_leaf *values;
	size_t count;
	size_t capacity;
};

/**
 * gx_partition_leaves - cut the ranges into prefixes and compute both depths of each
 * @partition: complete
 * @class_of: class of each location number; NULL with locations 0: all are of class 0
 * @locations: length of class_of; larger locations are of class 0
 * @out: filled; free with gx_leaves_free
 *
 * Neighbours of equal location are cut as one range, into the fewest prefixes. Blocks of GX_LOCATION_IPV4 are
 * merged with nothing; their leaves are of class GX_CLASS_NONE and of unknown location.
 *
 * Depth of an address in a merged range [s, e]: 1 + max(common bits with s - 1, common bits with e + 1), a
 * border that is the end of the space left out; 0 where the range is the whole space. It is the same for all
 * addresses of a prefix that was cut from the range (RFC 7871 7.2.1: a scope covers one answer only).
 */
void gx_partition_leaves(const struct gx_partition *partition, const uint16_t *class_of,
			 size_t locations, struct gx_leaves *out);
void gx_leaves_free(struct gx_leaves *leaves);

/* What gx_partition_leaves() would cut: how many, and a digest (XXH128) that says whether they are the same as others. */
struct gx_leaves_sum {
	size_t count;
	uint64_t digest[2];
};

/* As gx_partition_leaves(), but none is made. */
void gx_partition_sum_leaves(const struct gx_partition *partition, const uint16_t *class_of, size_t locations,
			     struct gx_leaves_sum *out);

/* Neighbouring ranges of one class as one; it ends before the next run, or at the end of the space. */
struct gx_class_run {
	gx_u128 first;
	uint16_t class_id;	/* GX_CLASS_NONE: a block of GX_LOCATION_IPV4 */
};

/**
 * gx_partition_next_run - the ranges, merged by class, one after the other
 * @partition, @class_of, @locations: as above
 * @at: a range that a run begins with, 0 at first; then that of the next one, or partition->count: there is none
 */
struct gx_class_run gx_partition_next_run(const struct gx_partition *partition, const uint16_t *class_of,
					  size_t locations, size_t *at);

/**
 * gx_partition_depth - depth of one address, for `explain`
 * @class_of: as above; NULL: by location
 */
unsigned int gx_partition_depth(const struct gx_partition *partition, const uint16_t *class_of,
				size_t locations, gx_u128 address);

void gx_partition_free(struct gx_partition *partition);

#endif
