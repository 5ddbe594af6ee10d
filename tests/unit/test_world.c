/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The world map: its outline, the shares, and the SVG that is made of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/iso3166.h"
#include "user/core/world.h"

#define DE 276
#define FR 250
#define SG 702
#define US 840

struct fixture {
	struct gx_config config;
	struct gx_map map;
	struct gx_rule rules[4];
	uint32_t sites[3];
	char *svg;
};

static const char *const site_names[] = { "eu", "us & <co>", "spare" };

static void add_rule(struct fixture *fixture, enum gx_rule_kind kind, uint16_t country, const char *key, uint32_t site)
{
	struct gx_map *map = &fixture->map;

	map->rules[map->n_rules++] = (struct gx_rule){
		.kind = kind, .country = country, .key = key, .n_sites = 1, .sites = &fixture->sites[site]
	};
}

static int setup(void **state)
{
	struct fixture *fixture = gx_calloc(1, sizeof(*fixture));
	struct gx_config *config = &fixture->config;
	struct gx_entries entries = { 0 };

	config->file = "a.yaml";
	config->locations = gx_locations_new();
	gx_partition_init(&config->partition[GX_IPV4], GX_IPV4);
	gx_partition_init(&config->partition[GX_IPV6], GX_IPV6);
	gx_entries_add(&entries, GX_IPV4, 0x00000000, 2, DE, 1);
	gx_entries_add(&entries, GX_IPV4, 0x40000000, 3, US, 2);
	gx_partition_overlay(&config->partition[GX_IPV4], config->locations, &entries, 0);
	gx_entries_free(&entries);
	fixture->map = (struct gx_map){
		.name = "world", .rules = fixture->rules, .n_sites = 3, .sites = (const char **)site_names
	};
	for (uint32_t i = 0; i < 3; i++)
		fixture->sites[i] = i;
	add_rule(fixture, GX_RULE_COUNTRY, US, "US", 1);
	add_rule(fixture, GX_RULE_CONTINENT, 0, "AS", 1);
	add_rule(fixture, GX_RULE_DEFAULT, 0, "", 0);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_partition_free(&fixture->config.partition[family]);
	gx_locations_free(fixture->config.locations);
	free(fixture->svg);
	free(fixture);
	return 0;
}

static const char *render(struct fixture *fixture)
{
	size_t octets;
	FILE *file = open_memstream(&fixture->svg, &octets);

	gx_world_render(file, &fixture->config, &fixture->map);
	fclose(file);
	return fixture->svg;
}

/* --- the outline ------------------------------------------------------------------------------- */

static bool is_drawn(uint16_t country)
{
	for (size_t i = 0; i < gx_n_world; i++)
		if (gx_world[i].country == country)
			return true;
	for (size_t i = 0; i < gx_n_world_points; i++)
		if (gx_world_points[i].country == country)
			return true;
	return false;
}

static void test_each_country_is_known_and_drawn_once(void **state)
{
	unsigned int seen[1000] = { 0 };

	for (size_t i = 0; i < gx_n_world; i++) {
		assert_non_null(gx_find_country(gx_world[i].country));
		assert_int_equal(seen[gx_world[i].country]++, 0);
	}
	for (size_t i = 0; i < gx_n_world_points; i++) {
		assert_non_null(gx_find_country(gx_world_points[i].country));
		assert_int_equal(seen[gx_world_points[i].country]++, 0);
		assert_in_range(gx_world_points[i].x, 0, GX_WORLD_WIDTH);
		assert_in_range(gx_world_points[i].y, 0, GX_WORLD_HEIGHT);
	}
}

static void test_no_country_is_missing(void **state)
{
	size_t count;
	const struct gx_country *countries = gx_countries(&count);

	for (size_t i = 0; i < count; i++)
		/* Withdrawn, and drawn as what became of them. */
		if (strcmp(countries[i].alpha2, "AN") && strcmp(countries[i].alpha2, "CS") &&
		    !is_drawn(countries[i].numeric))
			fail_msg("%s is not drawn", countries[i].alpha2);
}

/* Read "Mx yl" and steps up to "z"; every point lies on the paper. Returns what follows. */
static const char *read_ring(const char *at)
{
	long x, y, n = 0;
	char *end;

	assert_int_equal(*at, 'M');
	x = strtol(at + 1, &end, 10);
	y = strtol(end, &end, 10);
	assert_int_equal(*end, 'l');
	for (end++; *end != 'z'; n++) {
		const char *before = end;

		x += strtol(end, &end, 10);
		y += strtol(end, &end, 10);
		assert_ptr_not_equal(end, before);
		assert_in_range(x, 0, GX_WORLD_WIDTH);
		assert_in_range(y, 0, GX_WORLD_HEIGHT);
	}
	assert_true(n >= 2);
	return end + 1;
}

static void test_rings_are_closed_and_on_the_paper(void **state)
{
	const char *at;

	for (size_t i = 0; i < gx_n_world; i++)
		for (at = gx_world[i].path; *at;)
			/* An island that rounding made a point is a square of one. */
			if (strstr(at, "h1v1h-1z") && strcspn(at, "l") > strcspn(at, "h"))
				at = strstr(at, "z") + 1;
			else
				at = read_ring(at);
	assert_string_equal(read_ring(gx_world_sphere), "");
}

/* --- shares ------------------------------------------------------------------------------------ */

static void test_shares_are_of_the_first_site(void **state)
{
	struct fixture *fixture = *state;
	struct gx_site_share shares[3];
	size_t countries = 0;

	assert_true(gx_map_shares(&fixture->config, &fixture->map, shares) == 0.625);
	assert_true(shares[0].ipv4 == 0.25);
	assert_true(shares[1].ipv4 == 0.125);
	assert_true(shares[2].ipv4 == 0);
	for (size_t i = 0; i < 3; i++)
		countries += shares[i].countries;
	assert_int_equal(countries, gx_n_world + gx_n_world_points);
	assert_true(shares[1].countries > 40);
	assert_int_equal(shares[2].countries, 0);
}

/* --- the picture ------------------------------------------------------------------------------- */

/* Tags balance, attributes are quoted, and no operator's text is markup: a reader of the subset that is written. */
static void assert_well_formed(const char *text)
{
	char open[16][16];
	size_t depth = 0;

	while ((text = strchr(text, '<'))) {
		const char *end = strchr(text, '>');
		size_t len = strcspn(text + 1, " >/");

		assert_non_null(end);
		assert_in_range(len, text[1] == '/' ? 0 : 1, 15);
		if (text[1] == '/') {
			assert_true(depth > 0);
			depth--;
			assert_memory_equal(text + 2, open[depth], strlen(open[depth]));
			assert_int_equal(text[2 + strlen(open[depth])], '>');
		} else if (end[-1] != '/') {
			assert_true(depth < 16);
			memcpy(open[depth], text + 1, len);
			open[depth++][len] = '\0';
		}
		text = end;
	}
	assert_int_equal(depth, 0);
}

static void test_svg_is_well_formed(void **state)
{
	const char *svg = render(*state);

	assert_well_formed(svg);
	assert_int_equal(strncmp(svg, "<svg xmlns=", 11), 0);
	assert_non_null(strstr(svg, "us &amp; &lt;co&gt;</text>"));
	assert_null(strstr(svg, "<co>"));
}

static void test_svg_says_who_goes_where(void **state)
{
	const char *svg = render(*state);

	assert_non_null(strstr(svg, "class=\"land pale\" fill=\"url(#s0)\"><title>Germany (DE): eu</title><desc>by the "
				    "map's default</desc></path>"));
	assert_non_null(strstr(svg, "class=\"land\" fill=\"url(#s1)\"><title>United States (US): us &amp; &lt;co&gt;"
				    "</title><desc>by the map's entry for the country</desc></path>"));
	assert_non_null(strstr(svg, "<title>Singapore (SG): us &amp; &lt;co&gt;</title><desc>by the continent AS</desc>"
				    "</circle>"));
	assert_non_null(strstr(svg, "25.00 % of IPv4"));
	assert_non_null(strstr(svg, "62.50 % of IPv4"));
}

static void test_many_sites_look_different(void **state)
{
	struct fixture *fixture = *state;
	const char *names[64], *svg, *at, *end;
	char *seen[64];
	size_t n = 0;

	for (size_t i = 0; i < 64; i++)
		names[i] = "site";
	fixture->map.sites = names;
	fixture->map.n_sites = 64;
	svg = render(fixture);
	for (at = svg; (at = strstr(at, "<path fill=\"#")); at = end) {
		end = strstr(at, "</pattern>");
		seen[n] = strndup(at, (size_t)(end - at));
		for (size_t i = 0; i < n; i++)
			assert_string_not_equal(seen[i], seen[n]);
		n++;
	}
	assert_int_equal(n, 64);
	while (n)
		free(seen[--n]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_country_is_known_and_drawn_once),
		cmocka_unit_test(test_no_country_is_missing),
		cmocka_unit_test(test_rings_are_closed_and_on_the_paper),
		cmocka_unit_test_setup_teardown(test_shares_are_of_the_first_site, setup, teardown),
		cmocka_unit_test_setup_teardown(test_svg_is_well_formed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_svg_says_who_goes_where, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_sites_look_different, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
