/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Worlds of any size, by a seeded generator, as the product's own readers would have read them. */
#ifndef GEOXDP_TESTS_BENCH_WORLD_H
#define GEOXDP_TESTS_BENCH_WORLD_H

#include <stdio.h>

#include "geoxdp/reason.h"
#include "tests/bench/feed.h"
#include "user/core/config.h"
#include "user/core/image.h"
#include "user/sys/object.h"

#define WORLD_SITES	8
#define WORLD_NAME_TEXT	300

#define WORLD_SERVICE4	"192.0.2.53"
#define WORLD_SERVICE6	"2001:db8::53"

/* Names that every world has, beside its many geo names. */
#define WORLD_APEX	"bench.test."
#define WORLD_STATIC	"s0.bench.test."	/* A and AAAA of its own */
#define WORLD_CHAIN	"www.bench.test."	/* CNAME to cdn, CNAME to a geo name, CNAME to a site */
#define WORLD_GEO_CNAME	"geo.bench.test."
#define WORLD_WILD	"wild.bench.test."	/* with a wildcard below it, which is a geo name with addresses */

/* Signed zones, see signed_zone_write(). */
#define WORLD_NSEC	"nsec.test."
#define WORLD_NSEC3	"nsec3.test."
#define WORLD_NSEC_HOST	"h500.nsec.test."

struct world_plan {
	size_t names;		/* geo names with an address for each site */
	size_t sets;		/* of addresses, that names share; 0: each name has its own */
	size_t prefixes;	/* of both families together; 0: the real country data */
	size_t maps;		/* in each, every country has a site by chance */
	bool no_tries;		/* which nothing looks at, and which take minutes when they are large */
};

struct world {
	struct world_plan plan;
	struct gx_config config;
	struct gx_image image;
	struct gx_leaves leaves[GX_FAMILIES];	/* by world_cut() */
	struct gx_object *object;	/* loaded, or NULL */
	double image_s, load_s;		/* what building the image and loading it took */
};

/* The parsed form. */
void world_make(struct world *world, const struct world_plan *plan);
/* From the parsed form to the image. */
void world_build(struct world *world);
/* From the image to tables in the kernel. */
void world_load(struct world *world);
/* The same, sharing tables with a pinned generation as gx_object_load() does. Free with gx_object_free(). */
struct gx_object *world_load_object(const struct world *world, const struct gx_meta *meta, const char *before);
/* The prefixes that clients are drawn from. */
void world_cut(struct world *world);
/* A line: how much of what there is. */
void world_say(const struct world *world, FILE *file);
/* Free what only user space needs: configuration and image, once the streams are made. */
void world_shrink(struct world *world);
void world_free(struct world *world);

/* A table of the loaded program by its name: a file descriptor for the caller to close; negative: there is none. */
int world_map(const struct world *world, const char *name);

/* Text of the geo name of this number. Returns text, of WORLD_NAME_TEXT. */
char *world_name_text(size_t number, char *text);
/* The geo name of 255 octets. */
const char *world_long_name(void);

/* An address out of a prefix of the world, each prefix with the same chance; one that may be answered. */
struct gx_addr world_client(const struct world *world, enum gx_family family, uint64_t *random);

#endif
