/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two configurations tell clients differently. */
#include "user/core/diff.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/intmap.h"
#include "user/core/iso3166.h"
#include "user/core/name.h"

#define GX_NO_MOVE   UINT32_MAX
#define GX_NOT_ASKED UINT32_MAX

/* 2000::/3. */
#define GX_UNICAST_FIRST ((gx_u128)1 << 125)
#define GX_UNICAST_LAST	 (((gx_u128)1 << 126) - 1)

/* Addresses that both configurations have at one place each, all of them together. */
struct pair {
	uint32_t from, to; /* locations */
	uint16_t country;
	double share[GX_FAMILIES];
};

/* Where another pair begins; it ends before the next. */
struct border {
	gx_u128 first;
	uint32_t pair;
};

struct sweep {
	struct pair *pairs;
	size_t n_pairs, pairs_capacity;
	struct gx_intmap numbers; /* from << 32 | to -> pair */
	struct border *borders[GX_FAMILIES];
	size_t n_borders[GX_FAMILIES];
};

/* Answers at one geo name, each once. */
struct answers {
	struct gx_diff_told *list;
	size_t count, capacity;
};

/* Comparing one geo name. */
struct comparison {
	struct gx_arena *arena;
	const struct sweep *sweep;
	struct gx_diff_geo *geo;
	struct answers answers;
	uint32_t *answer_of[2]; /* of old and new locations; GX_NOT_ASKED */
	uint32_t *move_of;	/* of pairs; GX_NO_MOVE */
	size_t moves_capacity;
};

/* --- the sweep --------------------------------------------------------------------------------- */

static double share_of(enum gx_family family, gx_u128 first, gx_u128 last)
{
	if (family == GX_IPV4)
		return ldexp((double)(last - first + 1), -32);
	first = first < GX_UNICAST_FIRST ? GX_UNICAST_FIRST : first;
	last = last > GX_UNICAST_LAST ? GX_UNICAST_LAST : last;
	return first > last ? 0 : ldexp((double)(last - first + 1), -125);
}

static uint16_t country_of(const struct gx_config *config, uint32_t location)
{
	return location == GX_LOCATION_IPV4 ? 0 : gx_locations_get(config->locations, location)->country;
}

static uint32_t find_or_add_pair(struct sweep *sweep, const struct gx_config *configs[2], uint32_t from, uint32_t to)
{
	uint64_t key = (uint64_t)from << 32 | to;
	uint32_t number;

	if (gx_intmap_find(&sweep->numbers, key, &number))
		return number;
	gx_grow(&sweep->pairs, sweep->n_pairs, sweep->pairs_capacity);
	number = (uint32_t)sweep->n_pairs++;
	sweep->pairs[number] = (struct pair){ .from = from, .to = to, .country = country_of(configs[1], to) };
	if (!sweep->pairs[number].country)
		sweep->pairs[number].country = country_of(configs[0], from);
	gx_intmap_put(&sweep->numbers, key, number);
	return number;
}

/* Walk both partitions of a family at once. */
static void sweep_family(struct sweep *sweep, const struct gx_config *configs[2], enum gx_family family)
{
	const struct gx_partition *from = &configs[0]->partition[family], *to = &configs[1]->partition[family];
	size_t i = 0, j = 0, count = 0;
	gx_u128 first = 0, from_last, to_last, last;
	struct border *borders;

	borders = gx_calloc(from->count + to->count, sizeof(*borders));
	for (;;) {
		uint32_t pair = find_or_add_pair(sweep, configs, from->ranges[i].location, to->ranges[j].location);

		from_last = gx_range_last(from, &from->ranges[i]);
		to_last = gx_range_last(to, &to->ranges[j]);
		last = from_last < to_last ? from_last : to_last;
		sweep->pairs[pair].share[family] += share_of(family, first, last);
		if (!count || borders[count - 1].pair != pair)
			borders[count++] = (struct border){ first, pair };
		if (last == gx_family_last(family))
			break;
		i += last == from_last;
		j += last == to_last;
		first = last + 1;
	}
	sweep->borders[family] = borders;
	sweep->n_borders[family] = count;
}

static void free_sweep(struct sweep *sweep)
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		free(sweep->borders[family]);
	gx_intmap_free(&sweep->numbers);
	free(sweep->pairs);
}

/* --- answers ----------------------------------------------------------------------------------- */

static uint32_t find_or_add_answer(struct comparison *comparison, const char *site, const char *answer)
{
	struct answers *answers = &comparison->answers;

	for (size_t i = 0; i < answers->count; i++)
		if (!strcmp(answers->list[i].answer, answer) && !strcmp(answers->list[i].site, site))
			return (uint32_t)i;
	gx_grow(&answers->list, answers->count, answers->capacity);
	answers->list[answers->count] = (struct gx_diff_told){
		.site = gx_arena_strdup(comparison->arena, site),
		.answer = gx_arena_strdup(comparison->arena, answer),
	};
	return (uint32_t)answers->count++;
}

static int compare_addresses(const void *left, const void *right)
{
	const struct gx_addr *a = left, *b = right;

	return a->value < b->value ? -1 : a->value > b->value;
}

/* In order of their numbers: the order in which they are written is not that of answers, which rotate. */
static void put_addresses(FILE *out, const struct gx_geo_site *site, enum gx_family family)
{
	struct gx_addr *sorted = gx_calloc(site->n_addresses, sizeof(*sorted));
	char text[GX_ADDR_TEXT_OCTETS];
	size_t count = 0;

	for (size_t i = 0; i < site->n_addresses; i++)
		if (site->addresses[i].family == family)
			sorted[count++] = site->addresses[i];
	qsort(sorted, count, sizeof(*sorted), compare_addresses);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s", i || family == GX_IPV6 ? " " : "", gx_show_addr(&sorted[i], text));
	free(sorted);
}

static uint32_t tell_addresses(struct comparison *comparison, const struct gx_geo *geo, const struct gx_map *map,
			       const struct gx_rule *rule)
{
	const char *names[GX_FAMILIES] = { NULL, NULL }, *site;
	size_t octets;
	char *answer;
	FILE *out = open_memstream(&answer, &octets);
	uint32_t number;

	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		uint32_t found = gx_geo_find_site(geo, map, rule, family);

		if (found == GX_SITE_NONE)
			continue;
		names[family] = map->sites[found];
		put_addresses(out, &geo->sites[found], family);
	}
	fclose(out);
	site = names[GX_IPV4] ? names[GX_IPV4] : names[GX_IPV6] ? names[GX_IPV6] : "";
	if (names[GX_IPV6] && names[GX_IPV6] != site)
		site = gx_arena_printf(comparison->arena, "%s, %s", site, names[GX_IPV6]);
	number = find_or_add_answer(comparison, site, answer + (*answer == ' '));
	free(answer);
	return number;
}

/* Is one of several sites drawn by weight? */
static bool is_drawn(const struct gx_map *map, const struct gx_rule *rule)
{
	size_t count = 0;

	for (size_t i = 0; map->weights && i < rule->n_sites; i++)
		count += map->weights[rule->sites[i]] > 0;
	return count > 1;
}

/* All sites that are drawn from, with their weights, and what each of them answers. */
static uint32_t tell_drawn(struct comparison *comparison, const struct gx_geo *geo, const struct gx_map *map,
			   const struct gx_rule *rule)
{
	char *site, *answer;
	size_t site_octets, answer_octets;
	FILE *sites = open_memstream(&site, &site_octets), *answers = open_memstream(&answer, &answer_octets);
	knot_dname_txt_storage_t name;
	bool is_first = true;
	uint32_t number;

	for (size_t i = 0; i < rule->n_sites; i++) {
		const struct gx_geo_site *of = &geo->sites[rule->sites[i]];

		if (!map->weights[rule->sites[i]])
			continue;
		fprintf(sites, "%s%s*%u", is_first ? "" : " or ", map->sites[rule->sites[i]],
			map->weights[rule->sites[i]]);
		fputs(is_first ? "" : " or ", answers);
		if (of->target)
			fputs(gx_show_name(of->target, name), answers);
		put_addresses(answers, of, GX_IPV4);
		put_addresses(answers, of, GX_IPV6);
		is_first = false;
	}
	fclose(sites);
	fclose(answers);
	number = find_or_add_answer(comparison, gx_arena_strdup(comparison->arena, site), answer);
	free(site);
	free(answer);
	return number;
}

/* What a geo name tells a client at this location. */
static uint32_t tell(struct comparison *comparison, const struct gx_config *config, const struct gx_geo *geo,
		     uint32_t number)
{
	const struct gx_location *location = gx_locations_get(config->locations, number);
	const struct gx_country *country = gx_find_country(location->country);
	knot_dname_txt_storage_t name;
	const struct gx_rule *rule;
	const struct gx_map *map;
	char text[32];

	if (geo->kind == GX_GEO_LOCATION) {
		snprintf(text, sizeof(text), "127.0.%d.%d", location->country >> 8, location->country & 0xff);
		return find_or_add_answer(comparison, country ? country->alpha2 : "unknown", text);
	}
	map = &config->maps[geo->map];
	rule = gx_map_find(map, config->groups, location);
	if (geo->kind == GX_GEO_ADDRESS && !is_drawn(map, rule))
		return tell_addresses(comparison, geo, map, rule);
	if (is_drawn(map, rule))
		return tell_drawn(comparison, geo, map, rule);
	return find_or_add_answer(comparison, map->sites[rule->sites[0]],
				  gx_show_name(geo->sites[rule->sites[0]].target, name));
}

static uint32_t find_answer(struct comparison *comparison, const struct gx_config *configs[2], unsigned int side,
			    uint32_t location)
{
	const struct gx_geo *geo = side ? comparison->geo->to : comparison->geo->from;
	uint32_t *known = &comparison->answer_of[side][location];

	if (*known == GX_NOT_ASKED)
		*known = tell(comparison, configs[side], geo, location);
	return *known;
}

/* --- moves ------------------------------------------------------------------------------------- */

static uint32_t find_or_add_move(struct comparison *comparison, const struct gx_diff_told *from,
				 const struct gx_diff_told *to)
{
	struct gx_diff_geo *geo = comparison->geo;

	/* An answer is in the list once, and so are its texts. */
	for (size_t i = 0; i < geo->n_moves; i++)
		if (geo->moves[i].from.answer == from->answer && geo->moves[i].to.answer == to->answer)
			return (uint32_t)i;
	gx_grow(&geo->moves, geo->n_moves, comparison->moves_capacity);
	geo->moves[geo->n_moves] = (struct gx_diff_move){ .from = *from, .to = *to };
	return (uint32_t)geo->n_moves++;
}

static int compare_shares(const double a[GX_FAMILIES], const double b[GX_FAMILIES])
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		if (a[family] != b[family])
			return a[family] > b[family] ? -1 : 1;
	return 0;
}

static int compare_countries(const void *left, const void *right)
{
	const struct gx_diff_country *a = left, *b = right;
	int order = compare_shares(a->share, b->share);

	return order ? order : a->country < b->country ? -1 : a->country > b->country;
}

static int compare_moves(const void *left, const void *right)
{
	const struct gx_diff_move *a = left, *b = right;
	int order = compare_shares(a->share, b->share);

	if (order == 0)
		order = strcmp(a->from.answer, b->from.answer);
	return order ? order : strcmp(a->to.answer, b->to.answer);
}

static void add_shares(double to[GX_FAMILIES], const double share[GX_FAMILIES])
{
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		to[family] += share[family];
}

/* Countries of a move: by number first, then only those that occur. */
static void collect_countries(struct comparison *comparison, uint32_t number)
{
	struct gx_diff_country *all = gx_calloc(GX_LOCATION_ISO_MAX + 1, sizeof(*all));
	struct gx_diff_move *move = &comparison->geo->moves[number];
	bool seen[GX_LOCATION_ISO_MAX + 1] = { false };
	size_t count = 0;

	for (size_t i = 0; i < comparison->sweep->n_pairs; i++) {
		const struct pair *pair = &comparison->sweep->pairs[i];

		if (comparison->move_of[i] != number)
			continue;
		seen[pair->country] = true;
		add_shares(all[pair->country].share, pair->share);
	}
	for (unsigned int i = 0; i <= GX_LOCATION_ISO_MAX; i++) {
		if (!seen[i])
			continue;
		all[i].country = (uint16_t)i;
		all[count++] = all[i];
	}
	qsort(all, count, sizeof(*all), compare_countries);
	move->countries = gx_arena_alloc(comparison->arena, count * sizeof(*all));
	memcpy(move->countries, all, count * sizeof(*all));
	move->n_countries = count;
	free(all);
}

/* Which pairs of locations are told something else. */
static void find_moves(struct comparison *comparison, const struct gx_config *configs[2])
{
	const struct sweep *sweep = comparison->sweep;
	struct gx_diff_geo *geo = comparison->geo;

	for (size_t i = 0; i < sweep->n_pairs; i++) {
		const struct pair *pair = &sweep->pairs[i];
		struct gx_diff_told from, to;
		uint32_t old, new;

		comparison->move_of[i] = GX_NO_MOVE;
		/* Who is there is looked up as IPv4. */
		if (pair->from == GX_LOCATION_IPV4 || pair->to == GX_LOCATION_IPV4)
			continue;
		old = find_answer(comparison, configs, 0, pair->from);
		new = find_answer(comparison, configs, 1, pair->to);
		from = comparison->answers.list[old];
		to = comparison->answers.list[new];
		if (!strcmp(from.answer, to.answer))
			continue;
		comparison->move_of[i] = find_or_add_move(comparison, &from, &to);
		add_shares(geo->moves[comparison->move_of[i]].share, pair->share);
		add_shares(geo->share, pair->share);
	}
}

/* --- prefixes ---------------------------------------------------------------------------------- */

/* Prefixes of one length and shorter are kept; of that length, so many. */
struct choice {
	uint64_t count[129]; /* by length */
	unsigned int bits;
	uint64_t left;
	struct gx_diff_prefix *out; /* NULL: only count */
	size_t n;
};

static void take_prefix(struct choice *choice, const struct gx_prefix *prefix, uint32_t move)
{
	if (!choice->out) {
		choice->count[prefix->bits]++;
		return;
	}
	if (prefix->bits > choice->bits || (prefix->bits == choice->bits && !choice->left))
		return;
	choice->left -= prefix->bits == choice->bits;
	choice->out[choice->n++] = (struct gx_diff_prefix){ *prefix, move };
}

/* Neighbours that move alike are cut as one. */
static void walk_prefixes(const struct comparison *comparison, enum gx_family family, struct choice *choice)
{
	const struct border *borders = comparison->sweep->borders[family];
	size_t count = comparison->sweep->n_borders[family], next;

	for (size_t i = 0; i < count; i = next) {
		uint32_t move = comparison->move_of[borders[i].pair];
		gx_u128 first = borders[i].first, last;

		for (next = i + 1; next < count && comparison->move_of[borders[next].pair] == move; next++)
			;
		if (move == GX_NO_MOVE)
			continue;
		last = next < count ? borders[next].first - 1 : gx_family_last(family);
		for (;;) {
			struct gx_prefix prefix = gx_prefix_around(family, first, gx_fit_bits(family, first, last));

			take_prefix(choice, &prefix, move);
			if (gx_prefix_last(&prefix) == last)
				break;
			first = gx_prefix_last(&prefix) + 1;
		}
	}
}

static int compare_prefixes(const void *left, const void *right)
{
	const struct gx_diff_prefix *a = left, *b = right;

	if (a->prefix.bits != b->prefix.bits)
		return a->prefix.bits < b->prefix.bits ? -1 : 1;
	return a->prefix.addr.value < b->prefix.addr.value ? -1 : a->prefix.addr.value > b->prefix.addr.value;
}

/* Count first, so that the list never needs room for more than is kept. */
static void choose_prefixes(struct comparison *comparison, enum gx_family family, size_t max)
{
	struct gx_diff_geo *geo = comparison->geo;
	struct choice choice = { .left = max };
	size_t room;

	walk_prefixes(comparison, family, &choice);
	for (unsigned int bits = 0; bits <= 128; bits++)
		geo->all_prefixes[family] += choice.count[bits];
	while (choice.bits < 128 && choice.count[choice.bits] <= choice.left)
		choice.left -= choice.count[choice.bits++];
	room = geo->all_prefixes[family] < max ? (size_t)geo->all_prefixes[family] : max;
	choice.out = gx_arena_alloc(comparison->arena, room * sizeof(*choice.out));
	walk_prefixes(comparison, family, &choice);
	qsort(choice.out, choice.n, sizeof(*choice.out), compare_prefixes);
	geo->prefixes[family] = choice.out;
	geo->n_prefixes[family] = choice.n;
}

/* --- all --------------------------------------------------------------------------------------- */

/* Put the moves in order; what refers to them by number follows. */
static void sort_moves(struct comparison *comparison)
{
	struct gx_diff_geo *geo = comparison->geo;
	struct gx_diff_move *sorted = gx_arena_alloc(comparison->arena, geo->n_moves * sizeof(*sorted));
	uint32_t *place = gx_calloc(geo->n_moves, sizeof(*place));

	if (geo->n_moves)
		memcpy(sorted, geo->moves, geo->n_moves * sizeof(*sorted));
	qsort(sorted, geo->n_moves, sizeof(*sorted), compare_moves);
	for (size_t i = 0; i < geo->n_moves; i++)
		for (size_t j = 0; j < geo->n_moves; j++)
			if (sorted[i].from.answer == geo->moves[j].from.answer &&
			    sorted[i].to.answer == geo->moves[j].to.answer)
				place[j] = (uint32_t)i;
	for (size_t i = 0; i < comparison->sweep->n_pairs; i++)
		if (comparison->move_of[i] != GX_NO_MOVE)
			comparison->move_of[i] = place[comparison->move_of[i]];
	free(geo->moves);
	free(place);
	geo->moves = sorted;
}

static void compare_geo(struct gx_diff *diff, const struct sweep *sweep, const struct gx_config *configs[2],
			struct gx_diff_geo *geo, size_t max_prefixes)
{
	struct comparison comparison = { .arena = &diff->arena, .sweep = sweep, .geo = geo };

	for (unsigned int side = 0; side < 2; side++) {
		size_t octets = gx_locations_count(configs[side]->locations) * sizeof(uint32_t);

		comparison.answer_of[side] = gx_realloc(NULL, octets);
		memset(comparison.answer_of[side], 0xff, octets);
	}
	comparison.move_of = gx_calloc(sweep->n_pairs, sizeof(*comparison.move_of));
	find_moves(&comparison, configs);
	sort_moves(&comparison);
	for (uint32_t i = 0; i < geo->n_moves; i++)
		collect_countries(&comparison, i);
	for (enum gx_family family = 0; geo->n_moves && family < GX_FAMILIES; family++)
		choose_prefixes(&comparison, family, max_prefixes);
	free(comparison.answers.list);
	free(comparison.answer_of[0]);
	free(comparison.answer_of[1]);
	free(comparison.move_of);
}

void gx_diff_configs(struct gx_diff *diff, const struct gx_config *from, const struct gx_config *to,
		     size_t max_prefixes)
{
	const struct gx_config *configs[2] = { from, to };
	struct sweep sweep = { 0 };
	size_t i = 0, j = 0;

	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		sweep_family(&sweep, configs, family);
	diff->geos = gx_arena_alloc(&diff->arena, (from->n_geos + to->n_geos) * sizeof(*diff->geos));
	while (i < from->n_geos || j < to->n_geos) {
		struct gx_diff_geo *geo = &diff->geos[diff->n_geos++];
		int order = i == from->n_geos ? 1
			    : j == to->n_geos ? -1
					      : knot_dname_cmp(from->geos[i].owner, to->geos[j].owner);

		geo->from = order <= 0 ? &from->geos[i++] : NULL;
		geo->to = order >= 0 ? &to->geos[j++] : NULL;
		if (geo->from && geo->to)
			compare_geo(diff, &sweep, configs, geo, max_prefixes);
	}
	free_sweep(&sweep);
}

void gx_diff_free(struct gx_diff *diff)
{
	gx_arena_free(&diff->arena);
	*diff = (struct gx_diff){ 0 };
}
