/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: named groups of countries, made of continents, countries and groups, less exceptions. */
#include "user/core/native_impl.h"

#include <stdlib.h>
#include <string.h>

#include "user/core/iso3166.h"

#define GX_GROUP_DEPTH_MAX 32 /* of groups in groups */

/* Where the resolution of a group stands. */
enum state {
	STATE_NEW,
	STATE_OPEN, /* its own groups are being resolved: to meet it again is a cycle */
	STATE_DONE,
};

/* Groups while they are resolved. */
struct resolver {
	struct gx_native *native;
	const struct gx_yaml *node; /* the section */
	enum state *states;
	size_t *path; /* groups that are open, the outermost first */
	size_t depth;
};

static void put_country(struct gx_group *group, unsigned int country)
{
	group->members[country / 8] |= (uint8_t)(1u << (country & 7));
}

static void put_continents(struct gx_native *native, struct gx_group *group, const struct gx_yaml *node)
{
	struct gx_native_list list;
	size_t count;
	const struct gx_country *all = gx_countries(&count);

	if (!gx_native_list(native, node, "continents", "a list such as [EU, AF]", &list))
		return;
	for (size_t i = 0; i < list.n; i++) {
		const char *code = gx_native_continent(native, gx_native_item(&list, i));

		for (size_t j = 0; code && j < count; j++)
			if (strcmp(all[j].continent, code) == 0)
				put_country(group, all[j].numeric);
	}
}

static void put_countries(struct gx_native *native, struct gx_group *group, const struct gx_yaml *node)
{
	struct gx_native_list list;
	uint16_t country;

	if (!gx_native_list(native, node, "countries", "a list such as [TR, GB]", &list))
		return;
	for (size_t i = 0; i < list.n; i++)
		if (gx_native_country(native, gx_native_item(&list, i), &country))
			put_country(group, country);
}

static void take_out(struct gx_native *native, struct gx_group *group, const struct gx_yaml *node)
{
	struct gx_native_list list;
	uint16_t country;

	if (!gx_native_list(native, node, "except", "a list of countries such as [RU]", &list))
		return;
	for (size_t i = 0; i < list.n; i++) {
		const struct gx_yaml *item = gx_native_item(&list, i);

		if (!gx_native_country(native, item, &country))
			continue;
		if (!gx_group_has(group, country))
			gx_warn(native->diag, &item->where,
				"%s is not in the group %s, and cannot be taken out of it: remove it here",
				gx_native_quote(native, item->text), group->name);
		group->members[country / 8] &= (uint8_t) ~(1u << (country & 7));
	}
}

static void report_cycle(struct resolver *resolver, size_t index, const struct gx_where *where)
{
	struct gx_native *native = resolver->native;
	const char *text = native->group_names[index];
	size_t first = resolver->depth;

	while (resolver->path[first - 1] != index)
		first--;
	for (size_t i = first; i < resolver->depth; i++)
		text = gx_arena_printf(&native->config->arena, "%s -> %s", text,
				       native->group_names[resolver->path[i]]);
	gx_error(native->diag, where, "groups that hold each other, %s -> %s: remove one of them here", text,
		 native->group_names[index]);
}

static void resolve(struct resolver *resolver, size_t index);

static void put_groups(struct resolver *resolver, struct gx_group *group, const struct gx_yaml *node)
{
	struct gx_native *native = resolver->native;
	struct gx_native_list list;

	if (!gx_native_list(native, node, "groups", "a list of the names of groups", &list))
		return;
	for (size_t i = 0; i < list.n; i++) {
		const struct gx_yaml *item = gx_native_item(&list, i);
		const struct gx_group *other = gx_native_find_group(native, item);
		size_t index;

		if (!other)
			continue;
		index = (size_t)(other - native->config->groups);
		if (resolver->states[index] == STATE_OPEN) {
			report_cycle(resolver, index, &item->where);
			continue;
		}
		if (resolver->depth == GX_GROUP_DEPTH_MAX) {
			gx_error(native->diag, &item->where,
				 "groups nested more than %d deep: fewer levels would be right", GX_GROUP_DEPTH_MAX);
			continue;
		}
		resolve(resolver, index);
		for (size_t j = 0; j < sizeof(group->members); j++)
			group->members[j] |= other->members[j];
	}
}

static void check_empty(struct gx_native *native, const struct gx_group *group)
{
	for (size_t i = 0; i < sizeof(group->members); i++)
		if (group->members[i])
			return;
	gx_error(native->diag, &group->where,
		 "group %s holds no country: continents, countries or groups would be right", group->name);
}

static void resolve(struct resolver *resolver, size_t index)
{
	struct gx_native *native = resolver->native;
	struct gx_group *group = &native->config->groups[index];
	const struct gx_yaml *node = resolver->node->items[index];
	const char *what = gx_arena_printf(&native->config->arena, "group %s", group->name);
	size_t errors = native->diag->errors;
	struct gx_native_values values;

	if (resolver->states[index] != STATE_NEW)
		return;
	resolver->states[index] = STATE_OPEN;
	resolver->path[resolver->depth++] = index;
	if (gx_native_is_mapping(native, node, what, "a mapping such as {continents: [EU], except: [RU]}")) {
		gx_native_take(native, node, GX_SECTION_GROUP, what, &values);
		if (values.of[GX_KEY_GROUP_CONTINENTS])
			put_continents(native, group, values.of[GX_KEY_GROUP_CONTINENTS]);
		if (values.of[GX_KEY_GROUP_COUNTRIES])
			put_countries(native, group, values.of[GX_KEY_GROUP_COUNTRIES]);
		if (values.of[GX_KEY_GROUP_GROUPS])
			put_groups(resolver, group, values.of[GX_KEY_GROUP_GROUPS]);
		if (values.of[GX_KEY_GROUP_EXCEPT])
			take_out(native, group, values.of[GX_KEY_GROUP_EXCEPT]);
		if (native->diag->errors == errors)
			check_empty(native, group);
	}
	resolver->depth--;
	resolver->states[index] = STATE_DONE;
}

void gx_native_read_groups(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;
	struct resolver resolver = { .native = native, .node = node };

	if (!node || !gx_native_is_mapping(native, node, "groups", "a mapping of names to groups"))
		return;
	config->groups = gx_arena_alloc(&config->arena, node->n * sizeof(*config->groups));
	config->n_groups = node->n;
	native->group_names = gx_arena_alloc(&config->arena, node->n * sizeof(*native->group_names));
	native->groups_used = gx_arena_alloc(&config->arena, node->n * sizeof(*native->groups_used));
	for (size_t i = 0; i < node->n; i++) {
		gx_native_word(native, node->keys[i], "group");
		config->groups[i] = (struct gx_group){ .name = node->keys[i]->text, .where = node->keys[i]->where };
		native->group_names[i] = config->groups[i].name;
	}
	resolver.states = gx_calloc(node->n, sizeof(*resolver.states));
	resolver.path = gx_calloc(node->n, sizeof(*resolver.path));
	for (size_t i = 0; i < node->n; i++)
		resolve(&resolver, i);
	free(resolver.states);
	free(resolver.path);
}

const struct gx_group *gx_native_find_group(struct gx_native *native, const struct gx_yaml *node)
{
	const char *text = gx_native_text(native, node, "a group", "the name of a group");
	const struct gx_config *config = native->config;

	if (!text)
		return NULL;
	for (size_t i = 0; i < config->n_groups; i++) {
		if (strcmp(config->groups[i].name, text) != 0)
			continue;
		native->groups_used[i] = true;
		return &config->groups[i];
	}
	gx_error(native->diag, &node->where, "unknown group %s: %s", gx_native_quote(native, text),
		 gx_native_hint(native, text, native->group_names, config->n_groups,
				gx_arena_printf(&native->config->arena, "groups has %s",
						gx_native_join(native, native->group_names, config->n_groups))));
	return NULL;
}
