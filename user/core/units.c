/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: units, what can be up or down, how they are looked at, and what locations are called. */
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>

#include "user/core/image_impl.h"
#include "user/core/iso3166.h"
#include "user/core/name.h"

/* What a check is told of what it looks at. */
struct subject {
	uint32_t unit;
	const char *site;
	const char *address;	/* NULL: there is none */
	const char *what;	/* for findings */
};

/* --- units ------------------------------------------------------------------------------------- */

/* The unit of a key, with this name if it is a new one. */
static uint32_t put_unit(struct gx_builder *builder, const char *key, const char *name, uint32_t flags, bool *is_new)
{
	struct gx_image *image = builder->image;
	uint32_t place = gx_pool_put(&builder->unit_keys, key, strlen(key) + 1, 1, is_new), unit;

	if (gx_intmap_find(&builder->unit_of, place, &unit))
		return unit;
	if (!image->n_units)
		image->n_units = 1;
	while (builder->units_capacity < image->n_units + 1) {
		builder->units_capacity = builder->units_capacity ? builder->units_capacity * 2 : 64;
		image->units = gx_realloc(image->units, builder->units_capacity * sizeof(*image->units));
	}
	unit = (uint32_t)image->n_units++;
	image->units[0] = (struct gx_unit){0};
	image->units[unit] = (struct gx_unit){ .flags = flags };
	memcpy(image->units[unit].name, name, strnlen(name, sizeof(image->units[unit].name) - 1));
	gx_intmap_put(&builder->unit_of, place, unit);
	return unit;
}

static uint32_t put_site(struct gx_builder *builder, const char *name)
{
	char *key = gx_arena_printf(&builder->arena, "site %s", name);

	return put_unit(builder, key, name, GX_UNIT_SITE, NULL);
}

/* One of a geo name's targets, as text: an address, or a name without its final dot. From the arena. */
static const char *target_text(struct gx_builder *builder, const struct gx_geo_site *site, size_t address, bool dot)
{
	knot_dname_txt_storage_t text;
	char shown[GX_ADDR_TEXT_OCTETS];
	size_t octets;

	if (site->n_addresses)
		return gx_arena_strdup(&builder->arena, gx_show_addr(&site->addresses[address], shown));
	gx_show_name(site->target, text);
	octets = strlen(text);
	if (!dot && octets > 1 && text[octets - 1] == '.')
		octets--;
	return gx_arena_strndup(&builder->arena, text, octets);
}

uint32_t gx_image_target_unit(struct gx_builder *builder, const struct gx_geo *geo, size_t site, size_t address,
			      size_t plan, bool *is_new)
{
	const char *target = target_text(builder, &geo->sites[site], address, true);
	const char *key = gx_arena_printf(&builder->arena, "target %zu %s", plan, target);
	const char *name = gx_arena_printf(&builder->arena, "%s %s", builder->config->plans[plan].name, target);

	return put_unit(builder, key, name, 0, is_new);
}

/* --- checks ------------------------------------------------------------------------------------ */

static char *substitute(struct gx_builder *builder, const char *text, const char *from, const char *to)
{
	char *out = gx_arena_strdup(&builder->arena, text), *at = out;

	while (to && (at = strstr(at, from))) {
		size_t before = (size_t)(at - out);

		*at = '\0';
		out = gx_arena_printf(&builder->arena, "%s%s%s", out, to, at + strlen(from));
		at = out + before + strlen(to);
	}
	return out;
}

/* Put a text into a field, with what stands for parts of it. Returns its octets, NUL included. */
static size_t put_text(struct gx_builder *builder, const struct gx_check_plan *plan, const struct subject *subject,
		       const char *text, const char *field, char *to, size_t room)
{
	const char *whole;
	size_t octets;

	if (!subject->address && strstr(text, "{address}"))
		gx_error(builder->diag, &plan->where, "the %s of check %s has {address}, and %s has none: `address` in "
			 "`sites` would be right", field, plan->name, subject->what);
	whole = substitute(builder, text, "{site}", subject->site);
	whole = substitute(builder, whole, "{address}", subject->address);
	octets = strlen(whole) + 1;
	if (octets > room) {
		gx_error(builder->diag, &plan->where, "the %s of check %s for %s takes %zu octets: a shorter one would "
			 "be right (there is room for %zu)", field, plan->name, subject->what, octets - 1, room - 1);
		return room;
	}
	memcpy(to, whole, octets);
	return octets;
}

static void put_arguments(struct gx_builder *builder, const struct gx_check_plan *plan, const struct subject *subject,
			  struct gx_check *check)
{
	size_t at = 0;

	check->n_arguments = (uint16_t)plan->n_arguments;
	for (size_t i = 0; i < plan->n_arguments; i++)
		at += put_text(builder, plan, subject, plan->arguments[i], "command", check->target + at,
			       sizeof(check->target) - at);
}

static void put_check(struct gx_builder *builder, const struct gx_check_plan *plan, const struct subject *subject)
{
	struct gx_image *image = builder->image;
	struct gx_check *check;

	if (!image->n_checks)
		image->n_checks = 1;
	while (builder->checks_capacity < image->n_checks + 1) {
		builder->checks_capacity = builder->checks_capacity ? builder->checks_capacity * 2 : 64;
		image->checks = gx_realloc(image->checks, builder->checks_capacity * sizeof(*image->checks));
	}
	image->checks[0] = (struct gx_check){0};
	check = &image->checks[image->n_checks++];
	*check = (struct gx_check){
		.unit = subject->unit,
		.kind = plan->kind,
		.up = plan->up,
		.down = plan->down,
		.jitter_percent = plan->jitter_percent,
		.interval_ms = plan->interval_ms,
		.timeout_ms = plan->timeout_ms,
		.port = plan->port,
		.status_min = plan->status_min,
		.status_max = plan->status_max,
	};
	put_text(builder, plan, subject, plan->name, "name", check->name, sizeof(check->name));
	if (plan->kind == GX_CHECK_TCP || (plan->kind == GX_CHECK_HTTP && subject->address))
		put_text(builder, plan, subject, "{address}", "address", check->address, sizeof(check->address));
	if (plan->kind == GX_CHECK_EXEC)
		put_arguments(builder, plan, subject, check);
	else if (plan->text)
		put_text(builder, plan, subject, plan->text, plan->kind == GX_CHECK_FILE ? "path" : "url",
			 check->target, sizeof(check->target));
	if (plan->match)
		put_text(builder, plan, subject, plan->match, "match", check->match, sizeof(check->match));
}

static void add_site_checks(struct gx_builder *builder, const struct gx_site_plan *site)
{
	const struct gx_config *config = builder->config;
	char shown[GX_ADDR_TEXT_OCTETS];
	struct subject subject = {
		.site = site->name,
		.address = site->has_address ? gx_show_addr(&site->address, shown) : NULL,
		.what = gx_arena_printf(&builder->arena, "site %s", site->name),
	};
	bool is_used = false;

	for (size_t i = 0; i < config->n_maps; i++)
		for (size_t j = 0; j < config->maps[i].n_sites; j++)
			is_used |= !strcmp(config->maps[i].sites[j], site->name);
	if (!is_used)
		return;		/* no answer depends on it */
	subject.unit = put_site(builder, site->name);
	for (size_t i = 0; i < site->n_checks; i++)
		put_check(builder, &config->plans[site->checks[i]], &subject);
}

/* A target that several geo names or sites have is looked at once; {site} is the first one's. */
static void add_target(struct gx_builder *builder, const struct gx_geo *geo, size_t site, size_t address)
{
	const struct gx_config *config = builder->config;
	struct subject subject = {
		.site = config->maps[geo->map].sites[site],
		.address = target_text(builder, &geo->sites[site], address, false),
	};

	subject.what = subject.address;
	for (size_t i = 0; i < geo->n_checks; i++) {
		bool is_new;

		subject.unit = gx_image_target_unit(builder, geo, site, address, geo->checks[i], &is_new);
		if (is_new)
			put_check(builder, &config->plans[geo->checks[i]], &subject);
	}
}

static void add_targets(struct gx_builder *builder, const struct gx_geo *geo)
{
	for (size_t i = 0; i < builder->config->maps[geo->map].n_sites; i++) {
		for (size_t j = 0; j < geo->sites[i].n_addresses; j++)
			add_target(builder, geo, i, j);
		if (geo->sites[i].target)
			add_target(builder, geo, i, 0);
	}
}

void gx_image_units(struct gx_builder *builder)
{
	const struct gx_config *config = builder->config;

	builder->site_units = gx_calloc(config->n_maps, sizeof(*builder->site_units));
	for (size_t i = 0; i < config->n_maps; i++) {
		const struct gx_map *map = &config->maps[i];

		builder->site_units[i] = gx_calloc(map->n_sites, sizeof(**builder->site_units));
		for (size_t j = 0; j < map->n_sites; j++)
			builder->site_units[i][j] = put_site(builder, map->sites[j]);
	}
	for (size_t i = 0; i < config->n_site_plans; i++)
		add_site_checks(builder, &config->site_plans[i]);
	for (size_t i = 0; i < config->n_geos; i++)
		if (config->geos[i].n_checks && config->geos[i].kind != GX_GEO_LOCATION)
			add_targets(builder, &config->geos[i]);
}

/* --- locations --------------------------------------------------------------------------------- */

/* Of what is known of a place, only the operator's own name: then that name says it all. */
static bool is_own_alone(const struct gx_location *location)
{
	return location->own && !location->asn && !location->city && !location->region && !location->country &&
	       !location->continent[0];
}

void gx_image_locations(struct gx_builder *builder)
{
	struct gx_image *image = builder->image;

	image->locations = gx_calloc(image->n_locations, sizeof(*image->locations));
	for (uint32_t i = 0; i < image->n_locations; i++) {
		const struct gx_location *location = gx_locations_get(builder->config->locations, i);
		const struct gx_country *country = i <= GX_LOCATION_ISO_MAX ? gx_find_country(i) : NULL;
		const char *name = country ? country->alpha2 : is_own_alone(location) ? location->own : "";
		struct gx_location_name *out = &image->locations[i];

		out->class_id = image->class_of[i];
		if (strlen(name) < sizeof(out->name))
			strcpy(out->name, name);
	}
}
