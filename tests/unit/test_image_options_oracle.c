/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options against an oracle: whatever is down, the answer selected is the one that is rendered from a configuration in
 * which what is down was never written.
 */
#include <stdlib.h>

#include "tests/unit/options_text.h"

#define SITES	4	/* with two addresses each: no more options than there may be */
#define SCENES	60
#define ROUNDS	25

static const char *const names[SITES] = { "s0", "s1", "s2", "s3" };
static struct gx_check_plan plans[] = { { .name = "one", .kind = GX_CHECK_TCP }, { .name = "two", .kind = GX_CHECK_TCP } };
static size_t both[] = { 0, 1 };

/* --- scenes ------------------------------------------------------------------------------------ */

static size_t below(unsigned int *seed, size_t bound)
{
	return (size_t)rand_r(seed) % bound;
}

/* Some of the names in random order, separated by blanks. */
static const char *random_list(struct scene *scene, unsigned int *seed, size_t least)
{
	size_t order[SITES] = { 0, 1, 2, 3 }, n = least + below(seed, SITES + 1 - least);
	const char *text = "";

	for (size_t i = 0; i < n; i++) {
		size_t j = i + below(seed, SITES - i), swap = order[i];

		order[i] = order[j];
		order[j] = swap;
		text = gx_arena_printf(&scene->config.arena, "%s%s%s", text, i ? " " : "", names[order[i]]);
	}
	return text;
}

static struct gx_map *random_map(struct scene *scene, unsigned int *seed)
{
	static const char *const countries[] = { "56", "392", "826", "840" };
	struct gx_map *map = &scene->config.maps[scene->config.n_maps++];

	scene_rule(scene, map, GX_RULE_DEFAULT, "0", random_list(scene, seed, 1));
	for (size_t i = 0; i < NUMBER(countries); i++)
		if (below(seed, 3))
			scene_rule(scene, map, GX_RULE_COUNTRY, countries[i], random_list(scene, seed, 1));
	gx_map_sort(map);
	return map;
}

static void give_checks(struct gx_geo *geo, unsigned int *seed)
{
	geo->n_checks = below(seed, 3);
	geo->checks = both;
}

/* geo.example.com: CNAMEs to static names or to inner.example.com, which has addresses by a map of its own. */
static void make(struct scene *scene, unsigned int *seed)
{
	struct gx_map *outer = random_map(scene, seed), *inner = random_map(scene, seed);
	struct gx_geo *geo;
	const char *addresses[SITES];
	char *zone = strdup("www CNAME geo\n");

	for (size_t i = 0; i < SITES; i++)
		scene_append(&zone, "t%zu A 192.0.2.%zu\nt%zu AAAA 2001:db8::%zu\n", i, i, i, i);
	scene_zone(scene, "example.com.", zone);
	free(zone);
	scene->targets[0] = gx_arena_alloc(&scene->config.arena, SITES * sizeof(**scene->targets));
	for (size_t i = 0; i < outer->n_sites; i++)
		scene->targets[0][i].target =
			scene_name(scene, below(seed, 2) ? "inner.example.com." :
				   gx_arena_printf(&scene->config.arena, "t%zu.example.com.", i));
	for (size_t i = 0; i < inner->n_sites; i++) {
		addresses[i] = "";
		for (size_t j = below(seed, 3); j; j--)
			addresses[i] = gx_arena_printf(&scene->config.arena, "%s%s%s%zu%zu", addresses[i],
						       *addresses[i] ? " " : "",
						       below(seed, 3) ? "198.51.100." : "2001:db8:1::", i + 1, j);
	}
	scene->config.plans = plans;
	scene->config.n_plans = NUMBER(plans);
	geo = scene_geo(scene, "geo.example.com.", 0, 0);
	give_checks(geo, seed);
	geo = scene_addresses(scene, "inner.example.com.", 0, 1, addresses);
	give_checks(geo, seed);
}

/* --- oracle ------------------------------------------------------------------------------------ */

/* Is the site of this name up, and, of a geo name with checks, this target? target NULL: the site alone. */
static bool is_up(struct gx_image *image, const struct gx_geo *geo, const char *site, const char *target)
{
	bool up = !unit_of(image, site)->flags;

	for (size_t i = 0; target && i < geo->n_checks; i++) {
		char name[GX_UNIT_NAME_OCTETS];

		snprintf(name, sizeof(name), "%s %s", plans[geo->checks[i]].name, target);
		up &= !unit_of(image, name)->flags;
	}
	return up;
}

/* All sites in the order of a location, as the manual has it: the rule's list, the default's, the map's. */
static size_t order_of(struct scene *scene, const struct gx_map *map, uint32_t location, uint32_t *order)
{
	const struct gx_rule *lists[] = {
		gx_map_find(map, NULL, gx_locations_get(scene->config.locations, location)),
		gx_map_find(map, NULL, gx_locations_get(scene->config.locations, 0)),
	};
	bool taken[SITES] = {0};
	size_t n = 0;

	for (size_t i = 0; i < NUMBER(lists); i++)
		for (size_t j = 0; j < lists[i]->n_sites; j++) {
			if (!taken[lists[i]->sites[j]])
				order[n++] = lists[i]->sites[j];
			taken[lists[i]->sites[j]] = true;
		}
	for (uint32_t i = 0; i < map->n_sites; i++)
		if (!taken[i])
			order[n++] = i;
	return n;
}

/* What a rule was, while it says something else. */
struct kept {
	uint32_t *sites;
	size_t n_sites;
};

/* Make every rule of a map name one site. */
static void send_all_to(struct gx_map *map, uint32_t *site, struct kept *kept)
{
	for (size_t i = 0; i < map->n_rules; i++) {
		kept[i] = (struct kept){ map->rules[i].sites, map->rules[i].n_sites };
		map->rules[i].sites = site;
		map->rules[i].n_sites = 1;
	}
}

static void send_back(struct gx_map *map, const struct kept *kept)
{
	for (size_t i = 0; i < map->n_rules; i++) {
		map->rules[i].sites = kept[i].sites;
		map->rules[i].n_sites = kept[i].n_sites;
	}
}

/* The addresses of a family that are up; all where none is looked at. Returns how many. */
static size_t keep_addresses(struct gx_image *image, const struct gx_geo *geo, const char *name,
			     const struct gx_geo_site *site, enum gx_family family, struct gx_addr *out)
{
	size_t n = 0;

	for (size_t i = 0; i < site->n_addresses; i++) {
		char text[GX_ADDR_TEXT_OCTETS];

		if (site->addresses[i].family == family &&
		    is_up(image, geo, name, gx_show_addr(&site->addresses[i], text)))
			out[n++] = site->addresses[i];
	}
	return n;
}

static char *render_text(struct scene *scene, const char *name, uint16_t type, uint32_t location)
{
	return strdup(scene_ask(scene, name, type, location));
}

/* The answer through the second geo name with what is down taken out; NULL: all of it is. */
static char *ask_inner(struct fixture *fixture, const char *name, uint16_t type, uint32_t location)
{
	struct scene *scene = &fixture->scene;
	struct gx_geo *geo = &scene->config.geos[1];
	struct gx_map *map = &scene->config.maps[1];
	enum gx_family family = type == GX_TYPE_A ? GX_IPV4 : GX_IPV6;
	uint32_t order[SITES];
	size_t n = order_of(scene, map, location, order);
	bool has_family = false;

	for (size_t i = 0; i < n; i++) {
		struct gx_geo_site *site = &geo->sites[order[i]], before = *site;
		struct gx_addr addresses[8];
		struct kept kept[8];
		char *text = NULL;

		for (size_t j = 0; j < site->n_addresses; j++)
			has_family |= site->addresses[j].family == family;
		site->n_addresses = keep_addresses(&fixture->image, geo, map->sites[order[i]], &before, family, addresses);
		site->addresses = addresses;
		if (site->n_addresses) {
			send_all_to(map, &order[i], kept);
			text = render_text(scene, name, type, location);
			send_back(map, kept);
		}
		n = site->n_addresses ? 0 : n;
		*site = before;
		if (!n)
			return text;
	}
	/* No site has the family: so it is, whatever is up. */
	return has_family ? NULL : render_text(scene, name, type, location);
}

/* What must be answered; NULL: all is down. */
static char *ask_oracle(struct fixture *fixture, const char *name, uint16_t type, uint32_t location)
{
	struct scene *scene = &fixture->scene;
	struct gx_geo *geo = &scene->config.geos[0];
	struct gx_map *map = &scene->config.maps[0];
	uint32_t order[SITES];
	size_t n = order_of(scene, map, location, order);

	if (!strcmp(name, "inner.example.com."))
		return ask_inner(fixture, name, type, location);
	for (size_t i = 0; i < n; i++) {
		knot_dname_txt_storage_t target;
		struct kept kept[8];
		char *text = NULL;

		gx_show_name(geo->sites[order[i]].target, target);
		if (!is_up(&fixture->image, geo, map->sites[order[i]], target))
			continue;
		send_all_to(map, &order[i], kept);
		text = strcmp(target, "inner.example.com.") ? render_text(scene, name, type, location) :
							      ask_inner(fixture, name, type, location);
		send_back(map, kept);
		if (text)
			return text;
	}
	return NULL;
}

/* --- comparison -------------------------------------------------------------------------------- */

static void compare(struct fixture *fixture, const char *name, uint16_t type, uint32_t location, unsigned int *compared)
{
	uint8_t octets[GX_TCP_MAX_OCTETS + GX_CELL_OCTETS];
	uint32_t cell = selected_cell(fixture, choice_of(fixture, name, type, location));
	struct gx_rendered answer = answer_at(&fixture->image, cell, knot_dname_size(scene_name(&fixture->scene, name)), octets);
	char *text = scene_text(scene_name(&fixture->scene, name), type, &answer);
	char *expected = ask_oracle(fixture, name, type, location);

	*compared += expected != NULL;
	if (!expected)	/* as if all were up */
		expected = render_text(&fixture->scene, name, type, location);
	assert_string_equal(text, expected);
	free(text);
	free(expected);
}

static void selected_answers_are_those_of_a_configuration_without_what_is_down(void **state)
{
	static const char *const asked[] = { "geo.example.com.", "www.example.com.", "inner.example.com." };
	static const uint16_t types[] = { GX_TYPE_A, GX_TYPE_AAAA };
	unsigned int compared = 0, asked_in_all = 0;

	for (unsigned int seed = 1; seed <= SCENES; seed++) {
		struct fixture *fixture = *state;
		unsigned int random = seed;

		make(&fixture->scene, &random);
		build(fixture);
		for (unsigned int round = 0; round < ROUNDS; round++) {
			for (size_t i = 1; i < fixture->image.n_units; i++)
				fixture->image.units[i].flags &= GX_UNIT_SITE;
			for (size_t i = 1; i < fixture->image.n_units; i++)
				if (below(&random, ROUNDS) < round)
					fixture->image.units[i].flags |= GX_UNIT_DOWN;
			for (size_t i = 1; i < fixture->image.n_units; i++)
				fixture->image.units[i].flags &= ~(__u32)GX_UNIT_SITE;
			for (size_t i = 0; i < NUMBER(asked) * NUMBER(types) * NUMBER(locations); i++) {
				compare(fixture, asked[i % NUMBER(asked)], types[i / NUMBER(asked) % NUMBER(types)],
					locations[i / NUMBER(asked) / NUMBER(types)], &compared);
				asked_in_all++;
			}
		}
		assert_int_equal(fixture->scene.diag.count, 0);
		teardown(state);
		setup(state);
	}
	/* All was down in some, and not in most. */
	assert_in_range(compared, asked_in_all / 2, asked_in_all - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(selected_answers_are_those_of_a_configuration_without_what_is_down, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("image options oracle", tests, NULL, NULL);
}
