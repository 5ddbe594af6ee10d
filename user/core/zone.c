/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones: what is asked of a zone that is in order (RFC 1034 4.3.2). */
#include "user/core/zone.h"

#include <stdlib.h>
#include <string.h>

#include <libknot/descriptor.h>

#include "user/core/zone_impl.h"

struct gx_zone_impl *gx_zone_impl(struct gx_zone *zone)
{
	if (!zone->impl)
		zone->impl = gx_calloc(1, sizeof(struct gx_zone_impl));
	return zone->impl;
}

const struct gx_node *gx_zone_find(const struct gx_zone *zone, const knot_dname_t *name)
{
	const struct gx_zone_impl *impl = zone->impl;
	uint32_t node;

	if (!impl || !gx_dict_find(&impl->index, name, &node))
		return NULL;
	return &zone->nodes[node];
}

const struct gx_rrset *gx_node_find(const struct gx_node *node, uint16_t type)
{
	if (!node)
		return NULL;
	for (uint16_t i = 0; i < node->n_rrsets; i++) {
		if (node->rrsets[i].type == type)
			return &node->rrsets[i];
	}
	return NULL;
}

/* "*." before the name; false: longer than a name can be, so that no such wildcard exists. */
static bool wildcard_of(knot_dname_storage_t out, const knot_dname_t *name)
{
	size_t len = knot_dname_size(name);

	if (len + 2 > KNOT_DNAME_MAXLEN)
		return false;
	out[0] = 1;
	out[1] = '*';
	memcpy(out + 2, name, len);
	return true;
}

/* No node of this name: the wildcard next to the closest encloser, or nothing (RFC 4592 3.3.1). */
static struct gx_match match_wildcard(const struct gx_zone *zone, const struct gx_node *encloser)
{
	const struct gx_node *wildcard = NULL;
	knot_dname_storage_t name;

	if (wildcard_of(name, encloser->owner))
		wildcard = gx_zone_find(zone, name);
	if (wildcard)
		return (struct gx_match){ GX_MATCH_WILDCARD, wildcard };
	return (struct gx_match){ GX_MATCH_NONE, encloser };
}

struct gx_match gx_zone_match(const struct gx_zone *zone, const knot_dname_t *name)
{
	const knot_dname_t *suffix[GX_NAME_MAX_LABELS];
	const struct gx_node *encloser = &zone->nodes[0];
	int below = knot_dname_in_bailiwick(name, zone->apex);

	if (below <= 0)		/* the apex; a DNAME there is for the names below */
		return (struct gx_match){ GX_MATCH_NODE, encloser };
	/* From the top: whatever cuts the zone first decides. */
	for (int i = 0; i < below; i++) {
		suffix[i] = name;
		name += *name + 1;
	}
	for (int i = below - 1; i >= 0; i--) {
		const struct gx_node *node;

		if (gx_node_find(encloser, KNOT_RRTYPE_DNAME))
			return (struct gx_match){ GX_MATCH_DNAME, encloser };
		node = gx_zone_find(zone, suffix[i]);
		if (!node)
			return match_wildcard(zone, encloser);
		if (node->delegation)
			return (struct gx_match){ GX_MATCH_DELEGATION, node };
		encloser = node;
	}
	return (struct gx_match){ GX_MATCH_NODE, encloser };
}

void gx_zone_free(struct gx_zone *zone)
{
	struct gx_zone_impl *impl = zone->impl;

	if (!impl)
		return;
	gx_dict_free(&impl->index);
	gx_arena_free(&impl->arena);
	gx_arena_free(&impl->scratch);
	free(impl->records);
	free(impl->wire);
	free(impl);
	free(zone->nodes);
	free(zone->nsec3s);
	zone->impl = NULL;
	zone->nodes = NULL;
	zone->n_nodes = 0;
	zone->nsec3s = NULL;
	zone->n_nsec3s = 0;
}
