/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locations: what sources can say of an address, as numbers that the tables carry. */
#include "user/core/location.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "geoxdp/hash.h"
#include "geoxdp/limits.h"
#include "user/core/intmap.h"
#include "user/core/iso3166.h"
#include "user/core/text.h"

#define GX_ISO_NUMBERS		(GX_LOCATION_ISO_MAX + 1)
#define GX_TABLE_MIN_SLOTS	256
/* Longest key of a region or city; longer names of a source are wanted by no map. */
#define GX_KEY_OCTETS		256

struct item {
	struct gx_location location;
	unsigned int speaks;
	uint64_t hash;
};

/* Texts, each once: equal texts are then equal pointers. */
struct texts {
	const char **slots;
	size_t n_slots;		/* a power of two, or 0 */
	size_t count;
	bool fold;		/* ASCII letters compare without regard to case; the first spelling is kept */
};

struct gx_locations {
	struct gx_arena arena;
	struct item **items;	/* apart, so that they stay where they are */
	size_t count;
	size_t capacity;
	uint32_t *slots;	/* by hash of the content: number, 0: empty */
	size_t n_slots;
	struct texts names;	/* of regions and cities */
	struct texts own;
	struct texts wanted;	/* keys of regions and cities, the country as its number: "840/CA" */
	struct gx_intmap wanted_asns;
	struct gx_intmap combined;	/* earlier << 32 | later */
};

/* --- texts ------------------------------------------------------------------------------------- */

/* ASCII only: keys must not depend on the locale. */
static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_same_text(const struct texts *texts, const char *a, const char *b)
{
	if (!texts->fold)
		return strcmp(a, b) == 0;
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

static uint64_t hash_text(const struct texts *texts, const char *text)
{
	uint64_t hash = 0;

	for (; *text; text++)
		hash = gx_hash_word(hash, texts->fold ? lower(*text) : (unsigned char)*text);
	return hash;
}

/* The slot of the text, or the empty one where it would stand. */
static const char **slot_of_text(const struct texts *texts, const char *text)
{
	size_t mask = texts->n_slots - 1;
	size_t i = (size_t)(hash_text(texts, text) >> 16) & mask;

	while (texts->slots[i] && !is_same_text(texts, texts->slots[i], text))
		i = (i + 1) & mask;
	return &texts->slots[i];
}

static void grow_texts(struct texts *texts)
{
	struct texts larger = *texts;

	larger.n_slots = texts->n_slots ? texts->n_slots * 2 : GX_TABLE_MIN_SLOTS;
	larger.slots = gx_calloc(larger.n_slots, sizeof(*larger.slots));
	for (size_t i = 0; i < texts->n_slots; i++) {
		if (texts->slots[i])
			*slot_of_text(&larger, texts->slots[i]) = texts->slots[i];
	}
	free(texts->slots);
	*texts = larger;
}

static const char *intern(struct gx_locations *locations, struct texts *texts, const char *text)
{
	const char **slot;

	if (texts->count * 2 >= texts->n_slots)
		grow_texts(texts);
	slot = slot_of_text(texts, text);
	if (!*slot) {
		*slot = gx_arena_strdup(&locations->arena, text);
		texts->count++;
	}
	return *slot;
}

/* --- wanted keys -------------------------------------------------------------------------------- */

/* "840/CA" or "840/CA/Los Angeles". Returns false where it is too long to be wanted. */
static bool make_key(char *key, uint16_t country, const char *region, const char *city)
{
	int len = snprintf(key, GX_KEY_OCTETS, "%u/%s%s%s", country, region ? region : "", city ? "/" : "",
			   city ? city : "");

	return len < GX_KEY_OCTETS;
}

static bool is_wanted(const struct gx_locations *locations, uint16_t country, const char *region, const char *city)
{
	char key[GX_KEY_OCTETS];

	return locations->wanted.n_slots && make_key(key, country, region, city) &&
	       *slot_of_text(&locations->wanted, key);
}

void gx_locations_want(struct gx_locations *locations, const char *key)
{
	const char *slash = strchr(key, '/'), *city;
	const struct gx_country *country;
	char text[GX_KEY_OCTETS];
	uint32_t asn;

	if (!slash) {
		if (strncasecmp(key, "AS", 2) == 0 && gx_text_number(key + 2, UINT32_MAX, &asn) == 0 && asn)
			gx_intmap_put(&locations->wanted_asns, asn, 1);
		return;
	}
	country = gx_find_country_code(key, (size_t)(slash - key));
	if (!country || !make_key(text, country->numeric, slash + 1, NULL))
		return;
	city = strchr(slash + 1, '/');
	if (slash[1] == '\0' || (city && city[1] == '\0'))
		return;
	intern(locations, &locations->wanted, text);
}

/* --- the table ---------------------------------------------------------------------------------- */

/* Texts are interned: their addresses stand for them. */
static uint64_t hash_item(const struct item *item)
{
	const struct gx_location *location = &item->location;
	uint64_t hash = gx_hash_word(0, (uint64_t)item->speaks << 32 | location->asn);

	hash = gx_hash_word(hash, (uint64_t)(uintptr_t)location->own);
	hash = gx_hash_word(hash, (uint64_t)(uintptr_t)location->city);
	hash = gx_hash_word(hash, (uint64_t)(uintptr_t)location->region);
	return gx_hash_word(hash, (uint64_t)location->country << 16 | (uint64_t)(uint8_t)location->continent[0] << 8 |
					  (uint8_t)location->continent[1]);
}

static bool is_same_item(const struct item *a, const struct item *b)
{
	return a->hash == b->hash && a->speaks == b->speaks && a->location.own == b->location.own &&
	       a->location.asn == b->location.asn && a->location.city == b->location.city &&
	       a->location.region == b->location.region && a->location.country == b->location.country &&
	       strcmp(a->location.continent, b->location.continent) == 0;
}

/* The slot of an equal item, or the empty one where it would stand. */
static uint32_t *slot_of_item(const struct gx_locations *locations, const struct item *item)
{
	size_t mask = locations->n_slots - 1;
	size_t i = (size_t)(item->hash >> 16) & mask;

	while (locations->slots[i] && !is_same_item(locations->items[locations->slots[i]], item))
		i = (i + 1) & mask;
	return &locations->slots[i];
}

static void grow_slots(struct gx_locations *locations)
{
	free(locations->slots);
	locations->n_slots = locations->n_slots ? locations->n_slots * 2 : GX_TABLE_MIN_SLOTS;
	locations->slots = gx_calloc(locations->n_slots, sizeof(*locations->slots));
	for (size_t i = GX_ISO_NUMBERS; i < locations->count; i++)
		*slot_of_item(locations, locations->items[i]) = (uint32_t)i;
}

static uint32_t append_item(struct gx_locations *locations, const struct item *item)
{
	struct item *copy = gx_arena_alloc(&locations->arena, sizeof(*copy));

	*copy = *item;
	gx_grow(&locations->items, locations->count, locations->capacity);
	locations->items[locations->count] = copy;
	return (uint32_t)locations->count++;
}

static uint32_t find_or_add(struct gx_locations *locations, const struct gx_location *location, unsigned int speaks)
{
	struct item item = { .location = *location, .speaks = speaks };
	uint32_t *slot;

	item.hash = hash_item(&item);
	if ((locations->count - GX_ISO_NUMBERS) * 2 >= locations->n_slots)
		grow_slots(locations);
	slot = slot_of_item(locations, &item);
	if (!*slot)
		*slot = append_item(locations, &item);
	return *slot;
}

struct gx_locations *gx_locations_new(void)
{
	struct gx_locations *locations = gx_calloc(1, sizeof(*locations));

	locations->names.fold = true;
	locations->wanted.fold = true;
	for (unsigned int number = 0; number < GX_ISO_NUMBERS; number++) {
		const struct gx_country *country = gx_find_country(number);
		struct item item = { .location = { .country = (uint16_t)number }, .speaks = GX_SPEAKS_PLACE };

		if (country)
			memcpy(item.location.continent, country->continent, sizeof(item.location.continent));
		append_item(locations, &item);
	}
	return locations;
}

void gx_locations_free(struct gx_locations *locations)
{
	if (!locations)
		return;
	free(locations->items);
	free(locations->slots);
	free(locations->names.slots);
	free(locations->own.slots);
	free(locations->wanted.slots);
	gx_intmap_free(&locations->wanted_asns);
	gx_intmap_free(&locations->combined);
	gx_arena_free(&locations->arena);
	free(locations);
}

/* --- numbers ------------------------------------------------------------------------------------ */

/* Region and city as far as a map tells them apart. */
static void keep_wanted(struct gx_locations *locations, struct gx_location *kept, const char *region, const char *city)
{
	bool by_region = city && region && is_wanted(locations, kept->country, region, city);

	if (city && (by_region || is_wanted(locations, kept->country, NULL, city)))
		kept->city = intern(locations, &locations->names, city);
	if (region && (by_region || is_wanted(locations, kept->country, region, NULL)))
		kept->region = intern(locations, &locations->names, region);
}

static void keep_place(struct gx_locations *locations, struct gx_location *kept, const struct gx_location *place)
{
	const char *region = place->region && *place->region ? place->region : NULL;
	const char *city = place->city && *place->city ? place->city : NULL;

	if (place->country == GX_LOCATION_UNKNOWN || place->country > GX_LOCATION_ISO_MAX) {
		memcpy(kept->continent, place->continent, sizeof(kept->continent));
		return;
	}
	*kept = locations->items[place->country]->location;
	keep_wanted(locations, kept, region, city);
}

/* Nothing is known beside the country. */
static bool is_country_alone(const struct gx_location *location)
{
	return !location->own && !location->asn && !location->city && !location->region &&
	       (location->country || !location->continent[0]);
}

uint32_t gx_locations_number(struct gx_locations *locations, const struct gx_location *location, unsigned int speaks)
{
	struct gx_location kept = {0};

	if (speaks & GX_SPEAKS_PLACE)
		keep_place(locations, &kept, location);
	if (speaks & GX_SPEAKS_ASN && gx_intmap_find(&locations->wanted_asns, location->asn, NULL))
		kept.asn = location->asn;
	if (speaks & GX_SPEAKS_OWN && location->own)
		kept.own = intern(locations, &locations->own, location->own);
	if (speaks == GX_SPEAKS_PLACE && is_country_alone(&kept))
		return kept.country;
	return find_or_add(locations, &kept, speaks);
}

static uint32_t combine(struct gx_locations *locations, uint32_t earlier, uint32_t later)
{
	const struct item *said = locations->items[later];
	struct gx_location known = locations->items[earlier]->location;

	if (said->speaks & GX_SPEAKS_PLACE) {
		known.country = said->location.country;
		known.region = said->location.region;
		known.city = said->location.city;
		memcpy(known.continent, said->location.continent, sizeof(known.continent));
	}
	if (said->speaks & GX_SPEAKS_ASN)
		known.asn = said->location.asn;
	if (said->speaks & GX_SPEAKS_OWN)
		known.own = said->location.own;
	return is_country_alone(&known) ? known.country : find_or_add(locations, &known, GX_SPEAKS_ALL);
}

uint32_t gx_locations_combine(struct gx_locations *locations, uint32_t earlier, uint32_t later)
{
	uint64_t pair = (uint64_t)earlier << 32 | later;
	uint32_t number;

	/* Most of all pairs, by far: a country over a country. */
	if (earlier <= GX_LOCATION_ISO_MAX && later <= GX_LOCATION_ISO_MAX)
		return later;
	if (!gx_intmap_find(&locations->combined, pair, &number)) {
		number = combine(locations, earlier, later);
		gx_intmap_put(&locations->combined, pair, number);
	}
	return number;
}

const struct gx_location *gx_locations_get(const struct gx_locations *locations, uint32_t number)
{
	return number < locations->count ? &locations->items[number]->location : NULL;
}

unsigned int gx_locations_speaks(const struct gx_locations *locations, uint32_t number)
{
	return number <= GX_LOCATION_ISO_MAX ? GX_SPEAKS_PLACE : locations->items[number]->speaks;
}

size_t gx_locations_count(const struct gx_locations *locations)
{
	return locations->count;
}

/* --- text for people ---------------------------------------------------------------------------- */

/* Add to the text as much as fits; no octet of UTF-8 is left without those that it goes with. */
static void __attribute__((format(printf, 2, 3))) add_text(char *buffer, const char *format, ...)
{
	size_t used = strlen(buffer), room = GX_LOCATION_TEXT_OCTETS - used;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(buffer + used, room, format, args);
	va_end(args);
	if (len < 0 || (size_t)len < room)
		return;
	for (used = GX_LOCATION_TEXT_OCTETS - 1; used && (buffer[used - 1] & 0xc0) == 0x80;)
		used--;
	if (used && (buffer[used - 1] & 0xc0) == 0xc0)
		used--;
	buffer[used] = '\0';
}

char *gx_locations_show(const struct gx_locations *locations, uint32_t number, char *buffer)
{
	const struct gx_location *location = gx_locations_get(locations, number);
	const struct gx_country *country;

	buffer[0] = '\0';
	if (!location)
		return buffer;
	country = gx_find_country(location->country);
	if (country)
		add_text(buffer, "%s", country->alpha2);
	else if (location->country)
		add_text(buffer, "%u", location->country);
	else if (location->continent[0])
		add_text(buffer, "continent %s", location->continent);
	if (location->region || location->city)
		add_text(buffer, "/%s", location->region ? location->region : "");
	if (location->city)
		add_text(buffer, "/%s", location->city);
	if (location->asn)
		add_text(buffer, "%sAS%u", *buffer ? " " : "", location->asn);
	if (location->own)
		add_text(buffer, "%s(%s)", *buffer ? " " : "", location->own);
	if (!*buffer)
		add_text(buffer, "unknown");
	/* Names come from databases and go to terminals. */
	for (char *at = buffer; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	}
	return buffer;
}
