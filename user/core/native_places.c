/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: continents, countries, regions, cities, networks and the operator's own locations. */
#include "user/core/native_impl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "geoxdp/limits.h"
#include "user/core/iso3166.h"
#include "user/core/text.h"

#define GX_ISO_USER_MIN	      900 /* ISO 3166-1: 900 to 999 are user-assigned */
#define GX_PLACE_MAX_OCTETS   200 /* of a region's or a city's key */
#define GX_REGION_CODE_OCTETS 3	  /* ISO 3166-2, without the country */

static const struct {
	const char *code;
	const char *name;
} continents[] = {
	{ "AF", "Africa" },	   { "AN", "Antarctica" }, { "AS", "Asia" },	      { "EU", "Europe" },
	{ "NA", "North America" }, { "OC", "Oceania" },	   { "SA", "South America" },
};

#define GX_CONTINENTS (sizeof(continents) / sizeof(continents[0]))

static const char *find_continent(const char *text)
{
	for (size_t i = 0; i < GX_CONTINENTS; i++)
		if (strcasecmp(text, continents[i].code) == 0)
			return continents[i].code;
	return NULL;
}

/* The code of the continent that is written by name, or nearly so. */
static const char *suggest_continent(const char *text)
{
	const char *names[GX_CONTINENTS], *meant;

	for (size_t i = 0; i < GX_CONTINENTS; i++)
		names[i] = continents[i].name;
	meant = strlen(text) > GX_REGION_CODE_OCTETS ? gx_text_suggest(text, names, GX_CONTINENTS, 2) : NULL;
	for (size_t i = 0; meant && i < GX_CONTINENTS; i++)
		if (meant == names[i])
			return continents[i].code;
	return NULL;
}

const char *gx_native_continent(struct gx_native *native, const struct gx_yaml *node)
{
	const char *text = gx_native_text(native, node, "a continent", "the code of a continent");
	const char *code = text ? find_continent(text) : NULL;
	const char *meant;

	if (!text || code)
		return code;
	meant = suggest_continent(text);
	if (meant)
		gx_error(native->diag, &node->where, "unknown continent %s: did you mean '%s'?",
			 gx_native_quote(native, text), meant);
	else if (gx_find_country_code(text, strlen(text)))
		gx_error(native->diag, &node->where, "%s is a country: it belongs under countries",
			 gx_native_quote(native, text));
	else
		gx_error(native->diag, &node->where,
			 "unknown continent %s: AF, AN, AS, EU, NA, OC or SA would be right",
			 gx_native_quote(native, text));
	return NULL;
}

/* --- countries --------------------------------------------------------------------------------- */

static const struct gx_country *find_by_name(const char *text)
{
	size_t count;
	const struct gx_country *all = gx_countries(&count);

	for (size_t i = 0; i < count; i++)
		if (strcasecmp(all[i].name, text) == 0)
			return &all[i];
	return NULL;
}

static void report_country(struct gx_native *native, const struct gx_yaml *node, const char *text)
{
	const struct gx_country *meant = find_by_name(text);

	if (!meant)
		meant = gx_suggest_country(text, strlen(text));
	if (find_continent(text))
		gx_error(native->diag, &node->where, "%s is a continent: it belongs under continents",
			 gx_native_quote(native, text));
	else if (meant)
		gx_error(native->diag, &node->where, "unknown country %s: did you mean '%s' (%s)?",
			 gx_native_quote(native, text), meant->alpha2, meant->name);
	else
		gx_error(native->diag, &node->where,
			 "unknown country %s: an ISO 3166-1 code, such as US, USA or 840, would be right",
			 gx_native_quote(native, text));
}

bool gx_native_country(struct gx_native *native, const struct gx_yaml *node, uint16_t *out)
{
	const char *text = gx_native_text(native, node, "a country", "an ISO 3166-1 code");
	const struct gx_country *country;
	uint32_t number;

	if (!text)
		return false;
	country = gx_find_country_code(text, strlen(text));
	if (country) {
		*out = country->numeric;
		return true;
	}
	if (gx_text_number(text, GX_LOCATION_ISO_MAX, &number) == 0 && number >= GX_ISO_USER_MIN) {
		*out = (uint16_t)number;
		return true;
	}
	report_country(native, node, text);
	return false;
}

/* --- what is finer ----------------------------------------------------------------------------- */

static bool is_too_long(struct gx_native *native, const struct gx_yaml *node, const char *what)
{
	size_t len = strlen(node->text);

	if (len <= GX_PLACE_MAX_OCTETS)
		return false;
	gx_error(native->diag, &node->where, "%s of %zu octets: at most %d would be right", what, len,
		 GX_PLACE_MAX_OCTETS);
	return true;
}

/* The country before the first slash; NULL: a finding was added. */
static const struct gx_country *country_before(struct gx_native *native, const struct gx_yaml *node, const char *slash)
{
	size_t len = (size_t)(slash - node->text);
	const struct gx_country *country = gx_find_country_code(node->text, len);
	char *code;

	if (country)
		return country;
	code = gx_arena_strndup(&native->config->arena, node->text, len);
	report_country(native, node, code);
	return NULL;
}

/* Codes in upper case, as ISO 3166-2 has them; names as they are written. */
static char *normal_region(struct gx_native *native, const char *text, size_t len)
{
	char *region = gx_arena_strndup(&native->config->arena, text, len);

	for (size_t i = 0; len <= GX_REGION_CODE_OCTETS && i < len; i++)
		region[i] = (char)toupper((unsigned char)region[i]);
	return region;
}

const char *gx_native_region(struct gx_native *native, const struct gx_yaml *node)
{
	const char *text = gx_native_text(native, node, "a region", "COUNTRY/REGION, such as US/CA,");
	const struct gx_country *country;
	const char *slash, *dash;

	if (!text || is_too_long(native, node, "a region"))
		return NULL;
	slash = strchr(text, '/');
	dash = strchr(text, '-');
	if (!slash && dash && dash[1] && gx_find_country_code(text, (size_t)(dash - text))) {
		gx_error(native->diag, &node->where,
			 "region %s is not of the form COUNTRY/REGION: did you mean '%.*s/%s'?",
			 gx_native_quote(native, text), (int)(dash - text), text, dash + 1);
		return NULL;
	}
	if (!slash || !slash[1] || strchr(slash + 1, '/')) {
		gx_error(
			native->diag, &node->where,
			"region %s is not of the form COUNTRY/REGION: ISO 3166-2 with a slash, such as US/CA, would be "
			"right",
			gx_native_quote(native, text));
		return NULL;
	}
	country = country_before(native, node, slash);
	if (!country)
		return NULL;
	return gx_arena_printf(&native->config->arena, "%s/%s", country->alpha2,
			       normal_region(native, slash + 1, strlen(slash + 1)));
}

const char *gx_native_city(struct gx_native *native, const struct gx_yaml *node)
{
	const char *text = gx_native_text(native, node, "a city", "COUNTRY/REGION/CITY, such as US/CA/Los Angeles,");
	const struct gx_country *country;
	const char *slash, *city;

	if (!text || is_too_long(native, node, "a city"))
		return NULL;
	slash = strchr(text, '/');
	city = slash ? strchr(slash + 1, '/') : NULL;
	if (slash && !city && slash[1] && gx_find_country_code(text, (size_t)(slash - text))) {
		gx_error(native->diag, &node->where,
			 "city %s is not of the form COUNTRY/REGION/CITY: did you mean '%.*s//%s', in any region?",
			 gx_native_quote(native, text), (int)(slash - text), text, slash + 1);
		return NULL;
	}
	if (!city || !city[1] || strchr(city + 1, '/')) {
		gx_error(native->diag, &node->where,
			 "city %s is not of the form COUNTRY/REGION/CITY: US/CA/Los Angeles, or US//Los Angeles in any "
			 "region, would be right",
			 gx_native_quote(native, text));
		return NULL;
	}
	country = country_before(native, node, slash);
	if (!country)
		return NULL;
	return gx_arena_printf(&native->config->arena, "%s/%s/%s", country->alpha2,
			       normal_region(native, slash + 1, (size_t)(city - slash - 1)), city + 1);
}

const char *gx_native_asn(struct gx_native *native, const struct gx_yaml *node)
{
	const char *text = gx_native_text(native, node, "an AS number", "AS64500");
	uint32_t number;

	if (!text)
		return NULL;
	if (gx_text_number(strncasecmp(text, "AS", 2) == 0 ? text + 2 : text, UINT32_MAX, &number) == 0 && number)
		return gx_arena_printf(&native->config->arena, "AS%u", number);
	gx_error(native->diag, &node->where, "%s is no AS number: AS1 to AS4294967295 would be right",
		 gx_native_quote(native, text));
	return NULL;
}

const char *gx_native_own(struct gx_native *native, const struct gx_yaml *node)
{
	const char *text = gx_native_text(native, node, "a location", "a name that a nets source has");
	size_t len;

	if (!text)
		return NULL;
	len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
	if (text[len] || len > GX_OWN_NAME_MAX_OCTETS) {
		gx_error(native->diag, &node->where,
			 "location %s is no name of a nets source: at most %d letters, digits, hyphens and underscores "
			 "would be right",
			 gx_native_quote(native, text), GX_OWN_NAME_MAX_OCTETS);
		return NULL;
	}
	if (gx_find_country_code(text, len) || strspn(text, "0123456789") == len) {
		gx_error(native->diag, &node->where,
			 "location %s is a country, in a nets source too: it belongs under countries",
			 gx_native_quote(native, text));
		return NULL;
	}
	return text;
}
