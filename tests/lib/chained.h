/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones at random that are signed in whole, by NSEC or by NSEC3, with signatures of no key. */
#ifndef GEOXDP_TESTS_LIB_CHAINED_H
#define GEOXDP_TESTS_LIB_CHAINED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libknot/dname.h>

#define CHAINED_OWNERS_MAX	2048
#define CHAINED_RECORDS_MAX	3
#define CHAINED_HASH_OCTETS	20
#define CHAINED_SALT_MAX	20

/* How a zone denies names. */
struct chain {
	const char *apex;	/* text */
	bool nsec3;
	bool optout;
	unsigned int iterations;
	const char *salt;	/* as in a zone file */
	uint8_t salt_octets[CHAINED_SALT_MAX];
	size_t n_salt;
};

/* A name of a zone: with records, or an empty non-terminal. */
struct owner {
	knot_dname_storage_t name;
	struct {
		const char *type, *rdata;
	} records[CHAINED_RECORDS_MAX];
	size_t n_records;
	bool is_cut, has_ds;
	bool is_chained;	/* has a NSEC or NSEC3 */
	uint8_t hash[CHAINED_HASH_OCTETS];
};

struct chained_zone {
	const struct chain *chain;
	knot_dname_storage_t apex;
	struct owner owners[CHAINED_OWNERS_MAX];	/* in canonical order, empty non-terminals included */
	size_t n_owners;
};

/* SplitMix64. */
uint64_t chained_mix(uint64_t number);

/*
 * A label of any octets in lower case, of which many occur more than once. Returns its octets, that of the length
 * included.
 */
size_t chained_label(uint64_t random, uint8_t out[64]);

/* Labels in front of a name. */
void chained_below(knot_dname_storage_t out, const knot_dname_t *labels, size_t octets, const knot_dname_t *name);

/* The owner of a name in lower case; NULL: it does not exist. */
struct owner *chained_find(struct chained_zone *zone, const knot_dname_t *name);

/**
 * chained_write - make a zone and write its file
 * @zone: chain is set; the rest is filled
 *
 * It has wildcards of all kinds, names that begin alike or have odd octets, delegations, and names at random.
 *
 * Returns 0, or -errno.
 */
int chained_write(struct chained_zone *zone, const char *path);

#endif
