/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Worlds of any size, by a seeded generator, as the product's own readers would have read them. */
#include "tests/bench/world.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libknot/dname.h>
#include <linux/bpf.h>

#include "tests/bench/harness.h"
#include "tests/bench/signed_zone.h"
#include "user/core/config_impl.h"
#include "user/core/digest.h"
#include "user/core/iso3166.h"
#include "user/core/name.h"

#define TTL_S	60

static const char *const tor_files[] = { "/usr/share/tor/geoip", "/usr/share/tor/geoip6" };

char *world_name_text(size_t number, char *text)
{
	/* 8 to 23 letters, as names of customers and services are, then what makes it the only one. */
	uint64_t random = bench_mix(number), more = bench_mix(random);
	size_t letters = 8 + random % 16;

	for (size_t i = 0; i < letters; i++)
		text[i] = (char)('a' + (i < 12 ? random >> 4 * i : more >> 4 * (i - 12)) % 16);
	snprintf(text + letters, WORLD_NAME_TEXT - letters, "%zx." WORLD_APEX, number);
	return text;
}

const char *world_long_name(void)
{
	static char text[WORLD_NAME_TEXT];

	/* Four labels; on the wire 3 * 64 + 51 + 6 + 5 + 1 = 255. */
	if (!text[0]) {
		memset(text, 'n', 3 * 64 + 50);
		text[63] = text[127] = text[191] = '.';
		strcpy(text + 3 * 64 + 50, "." WORLD_APEX);
	}
	return text;
}

/* --- zone and maps ----------------------------------------------------------------------------- */

static void report(const struct gx_diag *diag, const char *step)
{
	for (size_t i = 0; i < diag->count; i++)
		if (diag->findings[i].severity == GX_ERROR)
			fprintf(stderr, "%s: %s:%u: %s\n", step, diag->findings[i].where.file ? : "",
				diag->findings[i].where.line, diag->findings[i].text);
	if (diag->errors)
		bench_fail("%s", step);
}

static knot_dname_t *name_of(struct gx_arena *arena, const char *text)
{
	knot_dname_storage_t name;

	if (gx_parse_name(text, NULL, name, NULL))
		bench_fail("%s: no name", text);
	return gx_name_lower(arena, name);
}

/* The zone of the geo names. */
static void write_zone(FILE *file)
{
	fprintf(file, "$TTL 300\n@ SOA ns1 hostmaster 1 86400 7200 604800 600\n@ NS ns1\nns1 A 192.0.2.53\n"
		"www CNAME cdn\ncdn CNAME geo\n");
	for (int i = 0; i < WORLD_SITES; i++)
		fprintf(file, "s%d A 192.0.2.%d\ns%d AAAA 2001:db8::%d\n", i, i + 1, i, i + 1);
}

static void make_zones(struct gx_config *config)
{
	static const char *const apexes[] = { WORLD_APEX, WORLD_NSEC, WORLD_NSEC3 };
	const size_t count = sizeof(apexes) / sizeof(*apexes);
	struct gx_diag diag = {0};

	config->zones = gx_calloc(count, sizeof(*config->zones));
	config->n_zones = count;
	for (size_t i = 0; i < count; i++) {
		char path[] = P_tmpdir "/geoxdp-bench-XXXXXX";
		int fd = mkstemp(path);
		FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

		if (!file)
			bench_fail("%s: make", path);
		if (i == 0)
			write_zone(file);
		else
			signed_zone_write(file, apexes[i], i == 2);
		fclose(file);
		config->zones[i] = (struct gx_zone){ .apex = name_of(&config->arena, apexes[i]),
						     .file = gx_arena_strdup(&config->arena, path) };
		config->zones[i].where.file = config->file;
	}
	gx_config_load_zones(config, &diag, NULL);
	for (size_t i = 0; i < count; i++)
		unlink(config->zones[i].file);
	report(&diag, "zones");
	gx_diag_free(&diag);
}

static void make_map(struct gx_config *config, struct gx_map *map, size_t number)
{
	size_t n_countries;
	const struct gx_country *countries = gx_countries(&n_countries);
	struct gx_where where = { .file = config->file };

	*map = (struct gx_map){ .name = gx_arena_printf(&config->arena, "m%zu", number), .where = where };
	map->sites = gx_arena_alloc(&config->arena, WORLD_SITES * sizeof(*map->sites));
	map->n_sites = WORLD_SITES;
	for (size_t i = 0; i < WORLD_SITES; i++)
		map->sites[i] = gx_arena_printf(&config->arena, "s%zu", i);
	map->rules = gx_arena_alloc(&config->arena, (n_countries + 1) * sizeof(*map->rules));
	for (size_t i = 0; i <= n_countries; i++) {
		struct gx_rule *rule = &map->rules[map->n_rules++];

		*rule = (struct gx_rule){ .kind = i < n_countries ? GX_RULE_COUNTRY : GX_RULE_DEFAULT, .key = "",
					  .n_sites = 1, .where = where };
		rule->country = i < n_countries ? countries[i].numeric : 0;
		rule->sites = gx_arena_alloc(&config->arena, sizeof(*rule->sites));
		*rule->sites = i < n_countries ? bench_mix(number << 32 | i) % WORLD_SITES : 0;
	}
	gx_map_sort(map);
}

/* --- geo names --------------------------------------------------------------------------------- */

static struct gx_geo *add_geo(struct gx_config *config, const char *owner, size_t map)
{
	struct gx_geo *geo = &config->geos[config->n_geos++];

	*geo = (struct gx_geo){ .owner = name_of(&config->arena, owner), .kind = GX_GEO_ADDRESS, .map = map,
				.ttl_s = TTL_S, .where.file = config->file };
	geo->zone = (size_t)(gx_config_find_zone(config, geo->owner) - config->zones);
	geo->sites = gx_arena_alloc(&config->arena, WORLD_SITES * sizeof(*geo->sites));
	for (size_t i = 0; i < WORLD_SITES; i++)
		geo->sites[i].where = geo->where;
	return geo;
}

/* One address for each site, in 198.18.0.0/15 and further. */
static void add_addresses(struct gx_config *config, const char *owner, size_t map, size_t number)
{
	struct gx_geo *geo = add_geo(config, owner, map);
	struct gx_addr *addresses = gx_arena_alloc(&config->arena, WORLD_SITES * sizeof(*addresses));

	for (size_t i = 0; i < WORLD_SITES; i++) {
		addresses[i] = (struct gx_addr){ GX_IPV4, (0xc6120000u + (uint32_t)(number * WORLD_SITES + i)) };
		geo->sites[i].addresses = &addresses[i];
		geo->sites[i].n_addresses = 1;
	}
}

static void make_geos(struct gx_config *config, const struct world_plan *plan)
{
	char text[WORLD_NAME_TEXT];
	struct gx_geo *geo;

	config->geos = gx_arena_alloc(&config->arena, (plan->names + 3) * sizeof(*config->geos));
	for (size_t i = 0; i < plan->names; i++)
		add_addresses(config, world_name_text(i, text), i % plan->maps, plan->sets ? bench_mix(i) % plan->sets : i);
	add_addresses(config, "*." WORLD_WILD, 0, plan->names);
	add_addresses(config, world_long_name(), 0, plan->names + 1);
	geo = add_geo(config, WORLD_GEO_CNAME, 0);
	geo->kind = GX_GEO_CNAME;
	for (size_t i = 0; i < WORLD_SITES; i++) {
		snprintf(text, sizeof(text), "s%zu." WORLD_APEX, i);
		geo->sites[i].target = name_of(&config->arena, text);
	}
	gx_config_sort_geos(config);
}

/* --- addresses --------------------------------------------------------------------------------- */

static uint32_t any_country(uint64_t *random)
{
	size_t count;
	const struct gx_country *countries = gx_countries(&count);

	return countries[bench_random(random) % count].numeric;
}

static void make_prefixes(struct gx_config *config, size_t count)
{
	uint64_t random = 1;

	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		struct gx_entries entries = {0};

		gx_partition_init(&config->partition[family], family);
		for (size_t i = 0; i < count / 2; i++) {
			uint64_t value = bench_random(&random), more = bench_random(&random);
			unsigned int bits = family == GX_IPV4 ? 16 + more % 9 : 28 + more % 21;
			gx_u128 first = family == GX_IPV4 ? (gx_u128)(uint32_t)value :
							    (gx_u128)(value >> 3 | 1ull << 61) << 64;

			gx_entries_add(&entries, family, first, bits, any_country(&random), 1);
		}
		gx_partition_overlay(&config->partition[family], NULL, &entries, 0);
		gx_entries_free(&entries);
	}
}

static void read_prefixes(struct gx_config *config)
{
	struct gx_diag diag = {0};

	config->n_sources = sizeof(tor_files) / sizeof(*tor_files);
	config->sources = gx_arena_alloc(&config->arena, config->n_sources * sizeof(*config->sources));
	for (size_t i = 0; i < config->n_sources; i++)
		config->sources[i] = (struct gx_source){ .file = tor_files[i], .format = GX_FORMAT_TOR };
	gx_config_load_sources(config, &diag, NULL);
	report(&diag, "country data");
	gx_diag_free(&diag);
}

/* --- all --------------------------------------------------------------------------------------- */

void world_make(struct world *world, const struct world_plan *plan)
{
	struct gx_config *config = &world->config;

	*world = (struct world){ .plan = *plan };
	config->file = "bench";
	config->locations = gx_locations_new();
	make_zones(config);
	config->n_maps = plan->maps;
	config->maps = gx_arena_alloc(&config->arena, plan->maps * sizeof(*config->maps));
	for (size_t i = 0; i < plan->maps; i++)
		make_map(config, &config->maps[i], i);
	make_geos(config, plan);
	if (plan->prefixes)
		make_prefixes(config, plan->prefixes);
	else
		read_prefixes(config);
}

void world_build(struct world *world)
{
	struct gx_diag diag = {0};
	double begin = bench_now_s();

	if (gx_image_build(&world->image, &world->config, &diag))
		report(&diag, "image");
	gx_diag_free(&diag);
	world->image_s = bench_now_s() - begin;
}

struct gx_object *world_load_object(const struct world *world, const struct gx_meta *meta, const char *before)
{
	struct gx_addr addrs[2];
	struct gx_services services = { .list = addrs, .count = 2 };
	struct gx_failure failure = {0};
	struct gx_object *object;

	gx_parse_addr(WORLD_SERVICE4, &addrs[0]);
	gx_parse_addr(WORLD_SERVICE6, &addrs[1]);
	if (gx_object_load(&object, &world->image, &services, meta, before, &failure))
		bench_fail("%s", failure.text);
	return object;
}

void world_load(struct world *world)
{
	struct gx_meta meta = { .abi_version = GX_ABI_VERSION };
	const struct gx_image image = world->image;
	struct gx_partition nothing[GX_FAMILIES] = {0};
	double begin = bench_now_s();

	gx_image_digest(&world->image, meta.digests);
	if (world->plan.no_tries) {
		for (int family = 0; family < GX_FAMILIES; family++)
			gx_partition_init(&nothing[family], family);
		world->image.partition = nothing;
	}
	world->object = world_load_object(world, &meta, NULL);
	world->load_s = bench_now_s() - begin;
	world->image.partition = image.partition;
	for (int family = 0; family < GX_FAMILIES; family++)
		gx_partition_free(&nothing[family]);
}

void world_say(const struct world *world, FILE *file)
{
	const struct gx_image *image = &world->image;

	fprintf(file, "world: %s names, %s maps, %s + %s ranges%s; %.1f s to the image, %.1f s to filled tables\n",
		bench_count_text(world->plan.names), bench_count_text(world->plan.maps),
		bench_count_text(image->index[GX_IPV4].n_runs), bench_count_text(image->index[GX_IPV6].n_runs),
		world->plan.prefixes ? "" : " (real data)", world->image_s, world->load_s);
}

void world_cut(struct world *world)
{
	for (int family = 0; family < GX_FAMILIES; family++)
		if (!world->leaves[family].count)
			gx_image_leaves(&world->image, family, &world->leaves[family]);
}

void world_shrink(struct world *world)
{
	for (int family = 0; family < GX_FAMILIES; family++)
		gx_leaves_free(&world->leaves[family]);
	gx_image_free(&world->image);
	gx_config_free(&world->config);
}

void world_free(struct world *world)
{
	gx_object_free(world->object);
	world->object = NULL;
	world_shrink(world);
}

int world_map(const struct world *world, const char *name)
{
	struct bpf_prog_info info = {};
	__u32 octets = sizeof(info), ids[64];

	info.nr_map_ids = sizeof(ids) / sizeof(*ids);
	info.map_ids = (uintptr_t)ids;
	if (bpf_obj_get_info_by_fd(gx_object_prog_fd(world->object), &info, &octets))
		bench_fail("product: read its tables");
	for (__u32 i = 0; i < info.nr_map_ids; i++) {
		int fd = bpf_map_get_fd_by_id(ids[i]);
		struct bpf_map_info map = {};

		octets = sizeof(map);
		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &map, &octets))
			bench_fail("product: open a table");
		if (!strcmp(map.name, name))
			return fd;
		close(fd);
	}
	errno = 0;
	return -1;
}

/* A source address that a server may answer, and which carries no address of the other family. */
static bool is_fit(enum gx_family family, gx_u128 address)
{
	unsigned int octet = (unsigned int)(address >> 24);

	if (family == GX_IPV6)
		return address >> 125 == 1;
	return octet != 0 && octet != 127 && octet < 224;
}

struct gx_addr world_client(const struct world *world, enum gx_family family, uint64_t *random)
{
	const struct gx_leaves *leaves = &world->leaves[family];

	for (;;) {
		size_t leaf = bench_random(random) % leaves->count;
		gx_u128 host = (gx_u128)bench_random(random) << 64 | bench_random(random), value;
		unsigned int bits = family == GX_IPV4 ? leaves->keys4[leaf].prefix_bits : leaves->keys6[leaf].prefix_bits;
		const uint8_t *octets = family == GX_IPV4 ? leaves->keys4[leaf].address : leaves->keys6[leaf].address;

		value = gx_addr_from_octets(family, octets).value;
		if (bits < gx_family_bits(family))
			value |= host & (gx_family_last(family) >> bits);
		if (leaves->values[leaf].class_id != GX_CLASS_NONE && is_fit(family, value))
			return (struct gx_addr){ family, value };
	}
}
