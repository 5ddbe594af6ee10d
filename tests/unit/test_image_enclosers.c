/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The image: names that do not exist, in zones at random, are found to get what the renderer says. */
#include "tests/unit/image_tables.h"

#include "user/core/config_impl.h"

#define WORLDS		150
#define DEPTH		5	/* labels of the names that are asked */
#define RECORD_DEPTH	4
#define TEXT		64

static unsigned int seed = 4592;

static size_t any(size_t bound)
{
	return (size_t)rand_r(&seed) % bound;
}

static char *any_name(size_t labels, char *text)
{
	static const char letters[] = { 'a', 'b', '*' };
	char *to = text;

	for (; labels; labels--) {
		*to++ = letters[any(any(2) ? 3 : 2)];
		*to++ = '.';
	}
	strcpy(to, text == to ? "." : "");
	return text;
}

/* Each name once: what stands beside what is for other tests. */
static bool is_new(char (*seen)[TEXT], size_t *n, const char *name)
{
	for (size_t i = 0; i < *n; i++) {
		if (!strcmp(seen[i], name))
			return false;
	}
	strcpy(seen[(*n)++], name);
	return true;
}

/* The first zone begins near the root, the others anywhere: below it, or below none. */
static void add_zones(struct scene *scene)
{
	static const char *const records[] = { "A 192.0.2.1", "A 192.0.2.2", "TXT t", "CNAME ns1", "NS out.", "DNAME out.",
					       "NS ns.a.", "MX 10 a.b." };
	char apexes[4][TEXT], apex[TEXT], owners[16][TEXT], owner[2 * TEXT];
	size_t n_apexes = 0, n_zones = 1 + any(3);

	for (size_t i = 0; i < n_zones; i++) {
		size_t n_owners = 0;
		char *text;

		if (!is_new(apexes, &n_apexes, any_name(i ? any(4) : any(2), apex)))
			continue;
		text = strdup("");
		for (size_t j = any(8); j; j--) {
			any_name(1 + any(RECORD_DEPTH - 1), owner);
			sprintf(owner + strlen(owner), "%s", strcmp(apex, ".") ? apex : "");
			if (strlen(owner) <= 2 * (RECORD_DEPTH + 1) && is_new(owners, &n_owners, owner))
				scene_append(&text, "%s %s\n", owner, records[any(NUMBER(records))]);
		}
		scene_zone(scene, apex, text);
		free(text);
	}
	gx_config_sort_zones(&scene->config);
}

/* One that the configuration would allow. */
static void add_geo(struct scene *scene)
{
	char target[2 * TEXT], absent[3 * TEXT], apex[TEXT];
	const struct pair pairs[] = { { 0, target }, { US, absent }, { 0 } };
	const struct gx_zone *zone;
	struct gx_match match;
	const knot_dname_t *owner;
	char name[TEXT];

	owner = scene_name(scene, any_name(1 + any(RECORD_DEPTH), name));
	zone = gx_config_find_zone(&scene->config, owner);
	if (!zone || knot_dname_is_equal(owner, zone->apex))
		return;
	match = gx_zone_match(zone, owner);
	if (match.kind == GX_MATCH_NODE || match.kind == GX_MATCH_DELEGATION || match.kind == GX_MATCH_DNAME)
		return;
	/* That exist, or do not, whatever else there is: no chain comes back. */
	knot_dname_to_str(apex, zone->apex, sizeof(apex));
	sprintf(target, "ns1.%s", strcmp(apex, ".") ? apex : "");
	sprintf(absent, "no.%s", target);
	scene_geo(scene, name, zone - scene->config.zones, scene_map(scene, pairs));
}

/*
 * Passed: what a wildcard delegation or DNAME may mean (RFC 4592 4.2, RFC 6672 3.3), and what a wildcard synthesises at
 * which a loaded zone begins.
 */
static bool is_undefined(const struct gx_config *config, const knot_dname_t *name)
{
	const struct gx_zone *zone = gx_config_find_zone(config, name);
	struct gx_match match = gx_zone_match(zone, name);

	return knot_dname_is_wildcard(match.node->owner) &&
	       (match.node->delegation || gx_node_find(match.node, KNOT_RRTYPE_DNAME) ||
		gx_config_find_zone(config, match.node->owner) != zone);
}

/* Returns whether it is answered. */
static bool assert_found(struct fixture *fixture, const knot_dname_t *name, uint16_t type, uint32_t location)
{
	const struct gx_zone *zone = gx_config_find_zone(&fixture->scene.config, name);
	uint32_t cell = find_cell(&fixture->image, gx_image_find(&fixture->image, name, type), location);
	struct gx_rendered answer, stored;
	uint8_t octets[GX_TCP_MAX_OCTETS + GX_CELL_OCTETS];
	const knot_dname_t *asked = name;
	struct gx_match match = {0};
	char *found, *expected;
	int err;

	if (zone && type == KNOT_RRTYPE_DS && *name && knot_dname_is_equal(name, zone->apex))
		zone = gx_config_find_zone(&fixture->scene.config, name + *name + 1);
	if (zone)
		match = gx_zone_match(zone, name);
	err = gx_render(fixture->scene.renderer, name, type, location, &answer);
	if (err == -ENOENT && match.kind == GX_MATCH_DELEGATION) {
		asked = match.node->owner;
		err = gx_render_below(fixture->scene.renderer, asked, false, &answer);
	}
	if (!cell) {
		assert_true(err == -ENOENT || is_undefined(&fixture->scene.config, name));
		return false;
	}
	assert_int_equal(err, 0);
	stored = answer;
	stored.octets = octets;
	stored.len_octets = read_cells(&fixture->image, cell, knot_dname_size(name), octets);
	stored.rcode = fixture->image.answers[cell].rcode;
	stored.ancount = fixture->image.answers[cell].ancount;
	stored.nscount = fixture->image.answers[cell].nscount;
	stored.arcount = fixture->image.answers[cell].arcount;
	stored.flags1 = fixture->image.answers[cell].flags & GX_DNS1_AA;
	found = scene_text(name, type, &stored);
	expected = scene_text(asked, type, &answer);
	assert_string_equal(found, expected);
	free(found);
	free(expected);
	return true;
}

/* All names of up to so many more labels in front of this one. Returns how many questions are answered. */
static size_t assert_all_found(struct fixture *fixture, const char *name, size_t more)
{
	static const char *const letters[] = { "a.", "b.", "*.", "c." };
	static const uint16_t types[] = { KNOT_RRTYPE_A, KNOT_RRTYPE_TXT, KNOT_RRTYPE_DS };
	knot_dname_storage_t owner;
	size_t answered = 0;
	char longer[TEXT];

	assert_non_null(knot_dname_from_str(owner, *name ? name : ".", sizeof(owner)));
	for (size_t i = 0; i < NUMBER(types); i++)
		answered += assert_found(fixture, owner, types[i], any(2) ? US : 0);
	for (size_t i = 0; more && i < NUMBER(letters); i++) {
		sprintf(longer, "%s%s", letters[i], name);
		answered += assert_all_found(fixture, longer, more - 1);
	}
	return answered;
}

static void names_of_zones_at_random_are_found_as_they_are_rendered(void **state)
{
	size_t answered = 0, between = 0;

	for (size_t i = 0; i < WORLDS; i++) {
		struct fixture fixture = {0};

		scene_init(&fixture.scene);
		add_zones(&fixture.scene);
		for (size_t j = any(3); j; j--)
			add_geo(&fixture.scene);
		build(&fixture);
		answered += assert_all_found(&fixture, "", i % 10 ? DEPTH - 1 : DEPTH);
		for (size_t j = 0; j < fixture.image.n_name_slots; j++)
			between += (fixture.image.names[j].flags & GX_NAME_BETWEEN) != 0;
		gx_image_free(&fixture.image);
		scene_free(&fixture.scene);
	}
	/* Enough of what this is about. */
	assert_true(answered > WORLDS * 100);
	assert_true(between > WORLDS / 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_zones_at_random_are_found_as_they_are_rendered),
	};

	return cmocka_run_group_tests_name("image_enclosers", tests, NULL, NULL);
}
