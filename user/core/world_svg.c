/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map drawn as the world, in SVG. */
#include <stdlib.h>
#include <string.h>

#include "user/core/iso3166.h"
#include "user/core/world.h"

#define GX_MAP_TOP    150 /* room for the title */
#define GX_MAP_LEFT   40
#define GX_ROW_HEIGHT 52
#define GX_NAME_CHARS 24 /* of a site in the legend */
#define GX_N_COLOURS  8
#define GX_N_HATCHES  8

/*
 * Okabe and Ito, Color Universal Design, without black, and a grey; neighbours differ in lightness too. Sky blue
 * comes last: it is near to the first, blue, where that is the default and pale.
 */
static const char *const colours[GX_N_COLOURS] = {
	"#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#f0e442", "#8a8f98", "#56b4e9",
};

/* In a tile of 16 by 16; strokes that meet those of the next tile. */
static const char *const hatches[GX_N_HATCHES] = {
	"",
	"M-4 4l8-8M0 16L16 0M12 20l8-8",
	"M4 8h.1M12 0h.1M12 16h.1",
	"M0 4h16M0 12h16",
	"M-4 12l8 8M0 0l16 16M12-4l8 8",
	"M4 0v16M12 0v16",
	"M0 8h16M8 0v16",
	"M0 16L16 0M0 0l16 16",
};

/* Plain rules, no CSS variables: converters such as librsvg and Inkscape do not know these. */
static const char style[] =
	"text{font-family:system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;font-size:28px;fill:#1c2430}"
	".title{font-size:52px;font-weight:600}.dim{fill:#5b6675}.small{font-size:22px}"
	".end{text-anchor:end;font-variant-numeric:tabular-nums}"
	".paper{fill:#fff}.sea{fill:#e9f0f6;stroke:#c3d1dd;stroke-width:2}"
	".net{fill:none;stroke:#c3d1dd;stroke-opacity:.6}"
	".hatch{fill:none;stroke:#000;stroke-opacity:.3;stroke-width:2.5;stroke-linecap:round}"
	".land{stroke:#fff;stroke-width:1.2;stroke-linejoin:round;fill-rule:evenodd}.pale{fill-opacity:.45}"
	".land:hover{stroke:#1c2430;stroke-width:3}"
	"@media (prefers-color-scheme:dark){text{fill:#e8edf3}.dim{fill:#9aa7b5}.paper,.sea{fill:#12161c}"
	".sea{fill:#1a232d;stroke:#2f3e4d}.net{stroke:#2f3e4d}.land{stroke:#12161c}.land:hover{stroke:#fff}}"
	"@media print{text,.dim{fill:#000}.paper,.sea{fill:#fff}.sea,.net{stroke:#bbb}.land{stroke:#fff}"
	".hatch{stroke-opacity:.7}}";

/* --- shares ------------------------------------------------------------------------------------ */

static const struct gx_rule *find_rule(const struct gx_config *config, const struct gx_map *map, uint32_t location)
{
	return gx_map_find(map, config->groups, gx_locations_get(config->locations, location));
}

static void count_country(const struct gx_config *config, const struct gx_map *map, struct gx_site_share *shares,
			  uint16_t country)
{
	shares[find_rule(config, map, country)->sites[0]].countries++;
}

double gx_map_shares(const struct gx_config *config, const struct gx_map *map, struct gx_site_share *shares)
{
	const struct gx_partition *partition = &config->partition[GX_IPV4];
	size_t n_locations = gx_locations_count(config->locations);
	uint32_t *site_of = gx_calloc(n_locations, sizeof(*site_of)); /* site + 1; 0: not asked yet */
	uint64_t nowhere = 0;

	memset(shares, 0, map->n_sites * sizeof(*shares));
	for (size_t i = 0; i < gx_n_world; i++)
		count_country(config, map, shares, gx_world[i].country);
	for (size_t i = 0; i < gx_n_world_points; i++)
		count_country(config, map, shares, gx_world_points[i].country);
	for (size_t i = 0; i < partition->count; i++) {
		const struct gx_range *range = &partition->ranges[i];
		uint64_t addresses = (uint64_t)(gx_range_last(partition, range) - range->first) + 1;

		if (range->location == GX_LOCATION_UNKNOWN || range->location >= n_locations) {
			nowhere += addresses;
			continue;
		}
		if (!site_of[range->location])
			site_of[range->location] = find_rule(config, map, range->location)->sites[0] + 1;
		shares[site_of[range->location] - 1].ipv4 += (double)addresses / ((uint64_t)1 << 32);
	}
	free(site_of);
	return (double)nowhere / ((uint64_t)1 << 32);
}

/* --- text -------------------------------------------------------------------------------------- */

/* Text of the operator's. Octets that XML cannot carry become U+FFFD; what is no UTF-8 was refused when it was read. */
static void put_text(FILE *file, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", file);
			break;
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		default:
			if ((unsigned char)*text < ' ')
				fputs("\357\277\275", file);
			else
				fputc(*text, file);
		}
	}
}

/* At most so many characters, cut between them. */
static void put_short(FILE *file, const char *text, size_t max)
{
	char cut[4 * GX_NAME_CHARS + 1];
	size_t octets = 0, chars = 0;

	while (text[octets] && (chars < max || ((unsigned char)text[octets] & 0xc0) == 0x80) &&
	       octets < sizeof(cut) - 1) {
		chars += ((unsigned char)text[octets] & 0xc0) != 0x80;
		octets++;
	}
	memcpy(cut, text, octets);
	cut[octets] = '\0';
	put_text(file, cut);
	if (text[octets])
		fputs("\342\200\246", file);
}

/* --- countries --------------------------------------------------------------------------------- */

static void put_reason(FILE *file, const struct gx_rule *rule)
{
	switch (rule->kind) {
	case GX_RULE_COUNTRY:
		fputs("by the map's entry for the country", file);
		break;
	case GX_RULE_GROUP:
		fputs("by the group ", file);
		put_text(file, rule->key);
		break;
	case GX_RULE_CONTINENT:
		fputs("by the continent ", file);
		put_text(file, rule->key);
		break;
	default:
		fputs("by the map's default", file);
	}
}

/* What all countries have: fill, name and site. end: the element. */
static void put_country(FILE *file, const struct gx_config *config, const struct gx_map *map, uint16_t numeric,
			const char *end)
{
	const struct gx_rule *rule = find_rule(config, map, numeric);
	const struct gx_country *country = gx_find_country(numeric);

	fprintf(file, " role=\"graphics-symbol\" class=\"land%s\" fill=\"url(#s%u)\"><title>",
		rule->kind == GX_RULE_DEFAULT ? " pale" : "", rule->sites[0]);
	put_text(file, country->name);
	fprintf(file, " (%s): ", country->alpha2);
	for (size_t i = 0; i < rule->n_sites; i++) {
		fputs(i ? ", then " : "", file);
		put_text(file, map->sites[rule->sites[i]]);
	}
	fputs("</title><desc>", file);
	put_reason(file, rule);
	fprintf(file, "</desc></%s>\n", end);
}

static void put_world(FILE *file, const struct gx_config *config, const struct gx_map *map)
{
	fprintf(file,
		"<g transform=\"translate(%d %d)\">\n<path class=\"sea\" d=\"%s\"/>\n<path class=\"net\" d=\"%s\"/>\n",
		GX_MAP_LEFT, GX_MAP_TOP, gx_world_sphere, gx_world_graticule);
	for (size_t i = 0; i < gx_n_world; i++) {
		fprintf(file, "<path d=\"%s\"", gx_world[i].path);
		put_country(file, config, map, gx_world[i].country, "path");
	}
	for (size_t i = 0; i < gx_n_world_points; i++) {
		const struct gx_outline_point *point = &gx_world_points[i];

		fprintf(file, "<circle cx=\"%u\" cy=\"%u\" r=\"6\"", point->x, point->y);
		put_country(file, config, map, point->country, "circle");
	}
	fputs("</g>\n", file);
}

/* --- around it --------------------------------------------------------------------------------- */

static void put_patterns(FILE *file, const struct gx_map *map)
{
	fputs("<defs>\n", file);
	for (size_t i = 0; i < map->n_sites; i++)
		/* When the colours have all been used, they come again with other hatchings. */
		fprintf(file,
			"<pattern id=\"s%zu\" width=\"16\" height=\"16\" patternUnits=\"userSpaceOnUse\">"
			"<path fill=\"%s\" d=\"M0 0h16v16H0z\"/><path class=\"hatch\" d=\"%s\"/></pattern>\n",
			i, colours[i % GX_N_COLOURS], hatches[(i + i / GX_N_COLOURS) % GX_N_HATCHES]);
	fputs("</defs>\n", file);
}

static void put_row(FILE *file, size_t row, const char *name, const char *fill, const char *class)
{
	unsigned int x = GX_MAP_LEFT + (row & 1) * (GX_WORLD_WIDTH / 2 + 20);
	unsigned int y = GX_MAP_TOP + GX_WORLD_HEIGHT + 70 + (unsigned int)(row / 2) * GX_ROW_HEIGHT;

	fprintf(file,
		"<g transform=\"translate(%u %u)\"><path class=\"land%s\" fill=\"%s\" d=\"M0 0h64v36H0z\"/>"
		"<text x=\"84\" y=\"28\">",
		x, y, class, fill);
	put_short(file, name, GX_NAME_CHARS);
	fputs("</text>", file);
}

static void put_legend(FILE *file, const struct gx_map *map, const struct gx_site_share *shares, double nowhere)
{
	const struct gx_rule *rule = &map->rules[map->n_rules - 1];
	char fill[32];

	for (size_t i = 0; i < map->n_sites; i++) {
		snprintf(fill, sizeof(fill), "url(#s%zu)", i);
		put_row(file, i, map->sites[i], fill, "");
		fprintf(file,
			"<text class=\"end\" x=\"700\" y=\"28\">%zu countr%s</text><text class=\"end\" x=\"960\" "
			"y=\"28\">"
			"%.2f %% of IPv4</text></g>\n",
			shares[i].countries, shares[i].countries == 1 ? "y" : "ies", 100 * shares[i].ipv4);
	}
	snprintf(fill, sizeof(fill), "url(#s%u)", rule->sites[0]);
	put_row(file, map->n_sites, "no location: the default", fill, " pale");
	fprintf(file, "<text class=\"end\" x=\"960\" y=\"28\">%.2f %% of IPv4</text></g>\n", 100 * nowhere);
}

/* What the picture cannot show, since it knows countries only. */
static bool has_finer_rules(const struct gx_map *map)
{
	return map->n_rules && map->rules[0].kind < GX_RULE_COUNTRY;
}

static void put_head(FILE *file, const struct gx_config *config, const struct gx_map *map, unsigned int height)
{
	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\" role=\"graphics-document\" "
		"aria-labelledby=\"title desc\">\n<title id=\"title\">Map ",
		GX_WORLD_WIDTH + 2 * GX_MAP_LEFT, height);
	put_text(file, map->name);
	fputs(": the site that each country gets</title>\n<desc id=\"desc\">A world map, coloured by site, with a "
	      "legend of the sites' shares. From ",
	      file);
	put_text(file, config->file);
	fprintf(file, ".</desc>\n<style>%s</style>\n", style);
	put_patterns(file, map);
	fprintf(file, "<path class=\"paper\" d=\"M0 0h%dv%uH0z\"/>\n<text class=\"title\" x=\"%d\" y=\"76\">",
		GX_WORLD_WIDTH + 2 * GX_MAP_LEFT, height, GX_MAP_LEFT);
	put_text(file, map->name);
	fprintf(file, "</text>\n<text class=\"dim\" x=\"%d\" y=\"120\">the site that each country gets first \302\267 ",
		GX_MAP_LEFT);
	put_text(file, config->file);
	fputs("</text>\n", file);
}

void gx_world_render(FILE *file, const struct gx_config *config, const struct gx_map *map)
{
	struct gx_site_share *shares = gx_calloc(map->n_sites, sizeof(*shares));
	double nowhere = gx_map_shares(config, map, shares);
	unsigned int rows = (unsigned int)(map->n_sites + 2) / 2;
	unsigned int height = GX_MAP_TOP + GX_WORLD_HEIGHT + 70 + rows * GX_ROW_HEIGHT + 90;

	put_head(file, config, map, height);
	put_world(file, config, map);
	put_legend(file, map, shares, nowhere);
	fprintf(file,
		"<text class=\"dim small\" x=\"%d\" y=\"%u\">Pale: by the map's default.%s Outline: "
		"Natural Earth, borders as drawn there.</text>\n</svg>\n",
		GX_MAP_LEFT, height - 40,
		has_finer_rules(map) ? " Regions, cities, networks and named locations count in the shares only." : "");
	free(shares);
}
