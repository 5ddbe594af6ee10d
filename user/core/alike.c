/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image: names that say the same get the same answers, which are rendered for the first of them alone. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>
#include <xxhash.h>

#include "geoxdp/hash.h"
#include "user/core/image_impl.h"
#include "user/core/name.h"

#define MIN_SLOTS 64
/* So many names at a time are handed on to who renders. */
#define PART 1024

/* In place of the first name that says the same: the answers are its own. */
#define OWN UINT32_MAX
/* Beside its number. */
#define HAS_NAMES 0x80000000u

struct alike;

/* Which loads say the same. */
struct gx_alikes {
	const struct gx_builder *builder;
	uint32_t *first_of;	/* of each load, the first that says the same; OWN */

	struct gx_dict spoken;	/* names that answers to other names may hold; empty: not collected yet */
	bool has_dname;		/* then any other name as well */

	struct alike *list;	/* names that say different things, each the first that says it */
	size_t count, capacity;
	uint32_t *slots;	/* by hash: number + 1 */
	size_t n_slots;

	pthread_mutex_t mutex;
	pthread_cond_t more;
	size_t done;		/* loads that are looked at; with the mutex */
	size_t seen;		/* the same as who renders knows it */
};

/* --- names that are spoken of ------------------------------------------------------------------ */

/* A name and all above it, once each. */
static void speak_of(struct gx_dict *spoken, const knot_dname_t *name)
{
	while (gx_dict_put(spoken, name, 0) && *name)
		name += *name + 1;
}

/* The names in a record's data. */
static void speak_of_rdata(struct gx_dict *spoken, uint16_t type, const knot_rdata_t *rdata)
{
	const int *block = knot_get_rdata_descriptor(type)->block_types;
	const uint8_t *at = rdata->data, *end = at + rdata->len;

	for (; *block != KNOT_RDATA_WF_END && at < end; block++) {
		if (*block > 0) {
			at += *block;
		} else if (*block == KNOT_RDATA_WF_NAPTR_HEADER) {
			at += 4;	/* order, preference, and three texts */
			for (int i = 0; i < 3; i++)
				at += 1 + *at;
		} else if (*block == KNOT_RDATA_WF_REMAINDER) {
			return;
		} else {
			speak_of(spoken, at);
			at += knot_dname_size(at);
		}
	}
}

static void speak_of_zone(struct gx_alikes *alikes, const struct gx_zone *zone)
{
	for (size_t i = 0; i < zone->n_nodes; i++) {
		for (uint16_t j = 0; j < zone->nodes[i].n_rrsets; j++) {
			const struct gx_rrset *rrset = &zone->nodes[i].rrsets[j];
			const knot_rdata_t *rdata = rrset->rdata.rdata;

			alikes->has_dname |= rrset->type == KNOT_RRTYPE_DNAME;
			for (uint16_t k = 0; k < rrset->rdata.count; k++, rdata = knot_rdataset_next((knot_rdata_t *)rdata))
				speak_of_rdata(&alikes->spoken, rrset->type, rdata);
		}
	}
}

static void speak_of_targets(struct gx_alikes *alikes, const struct gx_geo *geo)
{
	for (size_t i = 0; geo->kind == GX_GEO_CNAME && i < alikes->builder->config->maps[geo->map].n_sites; i++)
		if (geo->sites[i].target)
			speak_of(&alikes->spoken, geo->sites[i].target);
	if (geo->last_resort && geo->last_resort->target)
		speak_of(&alikes->spoken, geo->last_resort->target);
}

/*
 * Can the name be in an answer to another name, or be the end of one that is? All names in answers are in the data of
 * records, targets of geo names, or above one of these; but for those that a DNAME makes.
 */
static bool is_spoken_of(struct gx_alikes *alikes, const knot_dname_t *name)
{
	const struct gx_config *config = alikes->builder->config;

	if (!alikes->spoken.count) {
		for (size_t i = 0; i < config->n_zones; i++)
			speak_of_zone(alikes, &config->zones[i]);
		for (size_t i = 0; i < config->n_geos; i++)
			speak_of_targets(alikes, &config->geos[i]);
	}
	return alikes->has_dname || gx_dict_find(&alikes->spoken, name, NULL);
}

/* --- what is compared -------------------------------------------------------------------------- */

/* What a name's answers are made of. They are the same for all names that have the same of it. */
struct content {
	const knot_dname_t *name;
	const struct gx_zone *zone;
	const struct gx_node *node;	/* NULL: none */
	const struct gx_geo *geo;	/* NULL: none */
	/*
	 * Some of its answers hold names, which are compressed to the question's where they end alike. Where no
	 * name in an answer is the question's or below it, that is the same for all names with the same parent and
	 * as many octets.
	 */
	bool has_names;
};

/* Of a name without a node. */
static bool is_below_cut(const struct gx_builder *builder, const struct gx_load *load)
{
	enum gx_match_kind kind;

	if (!builder->zone_parts[load->zone - builder->config->zones].has_cuts)
		return false;
	kind = gx_zone_match(load->zone, load->name).kind;
	return kind == GX_MATCH_DELEGATION || kind == GX_MATCH_DNAME;
}

/*
 * Can the name's answers be those of another name? Not at an apex, which others know of; not of a wildcard, which
 * answers in place of names of any length; not in a signed zone, where proofs are about the name itself.
 */
static bool read_content(struct gx_alikes *alikes, const struct gx_load *load, struct content *out)
{
	const struct gx_config *config = alikes->builder->config;
	const struct gx_geo *geo = load->geo;

	*out = (struct content){ .name = load->name, .zone = load->zone, .node = load->node, .geo = geo };
	/* With a wildcard below, it has an entry for that. */
	if (load->flags & (GX_NAME_WILDCARD | GX_NAME_BETWEEN) || load->is_mute)
		return false;
	if (load->zone->is_signed || knot_dname_is_wildcard(load->name) || knot_dname_is_equal(load->name, load->zone->apex))
		return false;
	if (geo && (geo->kind == GX_GEO_LOCATION || &config->zones[geo->zone] != load->zone))
		return false;
	if (load->node ? load->node->below_cut : is_below_cut(alikes->builder, load))
		return false;
	/* Behind a pick, NODATA is a zone's SOA, compressed like other names. */
	if (geo)
		out->has_names = geo->kind == GX_GEO_CNAME || geo->last_resort ||
				 config->maps[geo->map].all_down == GX_ALL_DOWN_NONE;
	for (uint16_t i = 0; out->node && i < out->node->n_rrsets; i++)
		out->has_names |= gx_type_has_names(out->node->rrsets[i].type);
	return !out->has_names || !is_spoken_of(alikes, load->name);
}

static uint64_t hash_octets(uint64_t hash, const void *octets, size_t count)
{
	return gx_hash_word(hash, XXH3_64bits(octets, count));
}

static uint64_t hash_site(uint64_t hash, const struct gx_geo_site *site)
{
	if (site->target)
		hash = hash_octets(hash, site->target, knot_dname_size(site->target));
	for (size_t i = 0; i < site->n_addresses; i++) {
		hash = gx_hash_word(hash, (uint64_t)site->addresses[i].value);
		hash = gx_hash_word(hash, (uint64_t)(site->addresses[i].value >> 64) ^ site->addresses[i].family);
	}
	return hash;
}

static uint64_t hash_content(const struct gx_builder *builder, const struct content *content)
{
	const knot_dname_t *parent = content->name + 1 + *content->name;
	const struct gx_geo *geo = content->geo;
	uint64_t hash = (uintptr_t)content->zone;

	if (content->has_names)
		hash = hash_octets(gx_hash_word(hash, *content->name), parent, knot_dname_size(parent));
	for (uint16_t i = 0; content->node && i < content->node->n_rrsets; i++) {
		const struct gx_rrset *rrset = &content->node->rrsets[i];

		hash = gx_hash_word(hash, (uint64_t)rrset->ttl_s << 16 | rrset->type);
		hash = hash_octets(hash, rrset->rdata.rdata, rrset->rdata.size);
	}
	if (!geo)
		return hash;
	hash = gx_hash_word(hash, geo->map ^ (uint64_t)geo->ttl_s << 32);
	for (size_t i = 0; i < builder->config->maps[geo->map].n_sites; i++)
		hash = hash_site(hash, &geo->sites[i]);
	return hash;
}

static bool is_same_site(const struct gx_geo_site *a, const struct gx_geo_site *b)
{
	if (!a != !b)
		return false;
	if (a == b)
		return true;
	if (!a->target != !b->target || (a->target && !knot_dname_is_equal(a->target, b->target)))
		return false;
	if (a->n_addresses != b->n_addresses || !a->weights != !b->weights)
		return false;
	for (size_t i = 0; i < a->n_addresses; i++) {
		if (a->addresses[i].family != b->addresses[i].family || a->addresses[i].value != b->addresses[i].value ||
		    (a->weights && a->weights[i] != b->weights[i]))
			return false;
	}
	return true;
}

static bool is_same_geo(const struct gx_builder *builder, const struct gx_geo *a, const struct gx_geo *b)
{
	if (!a != !b)
		return false;
	if (a == b)
		return true;
	if (a->kind != b->kind || a->map != b->map || a->ttl_s != b->ttl_s || a->ttl_min_s != b->ttl_min_s || a->by != b->by ||
	    a->n_checks != b->n_checks || (a->n_checks && memcmp(a->checks, b->checks, a->n_checks * sizeof(*a->checks))))
		return false;
	for (size_t i = 0; i < builder->config->maps[a->map].n_sites; i++)
		if (!is_same_site(&a->sites[i], &b->sites[i]))
			return false;
	return is_same_site(a->last_resort, b->last_resort);
}

static bool is_same_node(const struct gx_node *a, const struct gx_node *b)
{
	/* An empty non-terminal may be a node, or not. */
	uint16_t n_a = a ? a->n_rrsets : 0, n_b = b ? b->n_rrsets : 0;

	if (n_a != n_b)
		return false;
	for (uint16_t i = 0; i < n_a; i++) {
		const struct gx_rrset *left = &a->rrsets[i], *right = &b->rrsets[i];

		if (left->type != right->type || left->ttl_s != right->ttl_s || left->rdata.size != right->rdata.size ||
		    memcmp(left->rdata.rdata, right->rdata.rdata, left->rdata.size))
			return false;
	}
	return true;
}

static bool is_same_content(const struct gx_builder *builder, const struct content *a, const struct content *b)
{
	if (a->zone != b->zone || a->has_names != b->has_names)
		return false;
	if (a->has_names && (*a->name != *b->name || !knot_dname_is_equal(a->name + 1 + *a->name, b->name + 1 + *b->name)))
		return false;
	return is_same_node(a->node, b->node) && is_same_geo(builder, a->geo, b->geo);
}

/* --- who is alike ------------------------------------------------------------------------------ */

/* The first name of its kind. */
struct alike {
	struct content content;
	uint64_t hash;
	uint32_t load;
};

static void grow_slots(struct gx_alikes *alikes)
{
	size_t n_slots = alikes->n_slots ? alikes->n_slots * 2 : MIN_SLOTS;

	if (alikes->count * 2 < alikes->n_slots)
		return;
	free(alikes->slots);
	alikes->slots = gx_calloc(n_slots, sizeof(*alikes->slots));
	alikes->n_slots = n_slots;
	for (size_t i = 0; i < alikes->count; i++) {
		size_t at = alikes->list[i].hash & (n_slots - 1);

		while (alikes->slots[at])
			at = (at + 1) & (n_slots - 1);
		alikes->slots[at] = (uint32_t)i + 1;
	}
}

/* The first name that says this, which may be this one. */
static uint32_t find_first(struct gx_alikes *alikes, const struct content *content, uint32_t load)
{
	uint64_t hash = hash_content(alikes->builder, content);
	size_t at;

	grow_slots(alikes);
	for (at = hash & (alikes->n_slots - 1); alikes->slots[at]; at = (at + 1) & (alikes->n_slots - 1)) {
		const struct alike *alike = &alikes->list[alikes->slots[at] - 1];

		if (alike->hash == hash && is_same_content(alikes->builder, &alike->content, content))
			return alike->load;
	}
	gx_grow(&alikes->list, alikes->count, alikes->capacity);
	alikes->list[alikes->count++] = (struct alike){ .content = *content, .hash = hash, .load = load };
	alikes->slots[at] = (uint32_t)alikes->count;
	return load;
}

static void find_part(struct gx_alikes *alikes, size_t begin, size_t end)
{
	const struct gx_builder *builder = alikes->builder;

	for (size_t i = begin; i < end; i++) {
		struct content content;

		gx_ask_ahead(builder->loads, i, builder->n_loads, name);
		alikes->first_of[i] = OWN;
		if (read_content(alikes, &builder->loads[i], &content))
			alikes->first_of[i] = find_first(alikes, &content, (uint32_t)i) | (content.has_names ? HAS_NAMES : 0);
	}
}

struct gx_alikes *gx_image_begin_alikes(const struct gx_builder *builder)
{
	struct gx_alikes *alikes = gx_calloc(1, sizeof(*alikes));

	*alikes = (struct gx_alikes){ .builder = builder, .mutex = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER };
	alikes->first_of = gx_alloc(builder->n_loads, sizeof(*alikes->first_of));
	return alikes;
}

void gx_image_find_alikes(struct gx_alikes *alikes)
{
	for (size_t i = 0; i < alikes->builder->n_loads; i += PART) {
		size_t end = alikes->builder->n_loads - i > PART ? i + PART : alikes->builder->n_loads;

		find_part(alikes, i, end);
		pthread_mutex_lock(&alikes->mutex);
		alikes->done = end;
		pthread_cond_signal(&alikes->more);
		pthread_mutex_unlock(&alikes->mutex);
	}
}

/* Waits until it is known. */
static uint32_t first_of(struct gx_alikes *alikes, size_t load)
{
	if (load >= alikes->seen) {
		pthread_mutex_lock(&alikes->mutex);
		while (load >= alikes->done)
			pthread_cond_wait(&alikes->more, &alikes->mutex);
		alikes->seen = alikes->done;
		pthread_mutex_unlock(&alikes->mutex);
	}
	return alikes->first_of[load];
}

void gx_image_free_alikes(struct gx_alikes *alikes)
{
	gx_dict_free(&alikes->spoken);
	free(alikes->list);
	free(alikes->slots);
	free(alikes->first_of);
	free(alikes);
}

/* --- what they get ----------------------------------------------------------------------------- */

static void take(struct gx_load *load, const struct gx_load *from)
{
	load->ref_a = from->ref_a;
	load->ref_aaaa = from->ref_aaaa;
	load->types = from->types;
	load->n_types = from->n_types;
	load->flags |= from->flags & (GX_NAME_SIGNED | GX_NAME_BELOW);
}

/* known: of the first names that say something, number + 1 of a name whose answers may be taken. */
static void render(struct gx_builder *builder, size_t number, uint32_t first, uint32_t *known)
{
	struct gx_load *load = &builder->loads[number];
	uint32_t *from = first == OWN ? NULL : &known[first & ~HAS_NAMES];

	if (from && *from) {
		take(load, &builder->loads[*from - 1]);
		return;
	}
	builder->told = false;
	builder->largest_octets = 0;
	gx_image_render(builder, load);
	/*
	 * What there is to say of one is to be said of each. And without names in it, an answer is the same for
	 * names of any length, unless it is so large that the length decides how it is stored.
	 */
	if (from && !builder->told &&
	    (first & HAS_NAMES || !gx_answer_is_oversize(builder->largest_octets, GX_NAME_MAX_OCTETS)))
		*from = (uint32_t)number + 1;
}

void gx_image_render_all(struct gx_builder *builder, struct gx_alikes *alikes)
{
	uint32_t *known = gx_calloc(builder->n_loads, sizeof(*known));

	for (size_t i = 0; i < builder->n_loads; i++) {
		uint32_t first = first_of(alikes, i);

		if (!(builder->loads[i].flags & GX_NAME_BETWEEN))
			render(builder, i, first, known);
	}
	for (size_t i = 0; i < builder->n_loads; i++)
		if (builder->loads[i].flags & GX_NAME_BETWEEN)
			gx_image_between(builder, &builder->loads[i]);
	free(known);
}
