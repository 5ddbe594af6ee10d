/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two configurations tell clients differently: how much of the address space, which countries, which prefixes. */
#ifndef GEOXDP_CORE_DIFF_H
#define GEOXDP_CORE_DIFF_H

#include "user/core/config.h"

/*
 * Shares are from 0 to 1: of all IPv4 addresses, and of 2000::/3, the part of IPv6 that is given out at all
 * (RFC 4291 2.4); addresses elsewhere have their prefixes listed, but no share.
 */
struct gx_diff_country {
	uint16_t country;	/* where the new configuration, or else the old, has the client; 0: not known */
	double share[GX_FAMILIES];
};

/* What is told at a geo name: a CNAME, or addresses. */
struct gx_diff_told {
	const char *site;	/* "eu"; "eu, us" where A and AAAA come from two */
	const char *answer;	/* "eu.example.com.", "192.0.2.1 2001:db8::1" */
};

/* Clients of one old answer that get one new answer. */
struct gx_diff_move {
	struct gx_diff_told from, to;
	double share[GX_FAMILIES];
	struct gx_diff_country *countries;	/* the largest share first */
	size_t n_countries;
};

struct gx_diff_prefix {
	struct gx_prefix prefix;
	uint32_t move;
};

struct gx_diff_geo {
	const struct gx_geo *from, *to;		/* NULL: only the other configuration has it */
	double share[GX_FAMILIES];		/* that is told something else */
	struct gx_diff_move *moves;		/* the largest share first, of IPv4, then of IPv6 */
	size_t n_moves;
	struct gx_diff_prefix *prefixes[GX_FAMILIES];	/* the largest, and of these the first; largest first */
	size_t n_prefixes[GX_FAMILIES];
	uint64_t all_prefixes[GX_FAMILIES];	/* how many there are in all */
};

/* Zero-initialise before use. */
struct gx_diff {
	struct gx_arena arena;
	struct gx_diff_geo *geos;		/* of both, in canonical order of owners */
	size_t n_geos;
};

/**
 * gx_diff_configs - compare two configurations
 * @diff: zero-initialised; free with gx_diff_free()
 * @from, @to: without errors; must live as long as the result
 * @max_prefixes: of each geo name and family that are kept
 *
 * Compared is what is told, not what it is called: a site of another name with the same addresses is no change, one of
 * the same name with other addresses is. TTLs are not looked at. Both partitions are walked once, border by border.
 */
void gx_diff_configs(struct gx_diff *diff, const struct gx_config *from, const struct gx_config *to,
		     size_t max_prefixes);
void gx_diff_free(struct gx_diff *diff);

#endif
