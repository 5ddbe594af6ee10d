/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp explain without a configuration: what serves now, with its drains, its health and its overrides. */
#include <stdlib.h>
#include <string.h>

#include "user/cli/explain.h"
#include "user/core/choice.h"
#include "user/core/digest.h"
#include "user/core/mem.h"
#include "user/core/overrides.h"
#include "user/sys/trie.h"

int gx_now_open(const struct gx_command *command, const struct gx_options *options, struct gx_now *now)
{
	struct gx_failure failure;
	const char **interfaces;
	int error = -1;

	if (!gx_serving_interfaces(options, &interfaces)) {
		gx_complain(command, "%s; which configuration? -c CONF or --pdns PDNS_CONF", gx_nothing_serves());
		return GX_EXIT_USAGE;
	}
	/* It may be unpinned while its tables are opened: then another one serves. */
	for (int look = 0; look < GX_LOOKS && error; look++) {
		error = gx_serving_open(&now->serving, interfaces[0], &failure);
		if (error)
			break;
		error = gx_live_open(&now->live, now->serving.folder, &failure);
		if (error)
			gx_serving_close(&now->serving);
	}
	if (!error)
		return GX_EXIT_DONE;
	gx_complain(command, "%s", failure.text);
	return GX_EXIT_FAILED;
}

void gx_now_close(struct gx_now *now)
{
	gx_live_close(&now->live);
	gx_serving_close(&now->serving);
}

/* Apart from which units are up, and what follows from it, is it the same? */
static bool is_what_serves(const struct gx_now *now, const struct gx_image *image)
{
	const struct gx_selection *live = &now->live.selection;
	struct gx_digest digests[GX_DIGESTS_MAX];

	gx_image_digest(image, digests);
	if (memcmp(digests, now->serving.meta.digests, sizeof(digests)) || image->n_choices != live->n_choices ||
	    image->n_units != now->live.n_units)
		return false;
	for (size_t i = 0; i < image->n_choices; i++)
		if (image->choices[i].option != live->choices[i].option ||
		    (!image->choices[i].option && !gx_choice_answers_alike(&image->choices[i], &live->choices[i])))
			return false;
	for (size_t i = 0; i < image->n_units; i++)
		if (strcmp(image->units[i].name, now->live.units[i].name))
			return false;
	return true;
}

bool gx_now_take(const struct gx_command *command, const struct gx_now *now, struct gx_image *image)
{
	const struct gx_meta *meta = &now->serving.meta;

	if (!is_what_serves(now, image)) {
		gx_complain(command, "%s says something else than generation %u was built from: below is what it says, "
			    "without drains, health and overrides; `geoxdp query` asks what serves", meta->config,
			    meta->generation);
		return false;
	}
	memcpy(image->units, now->live.units, image->n_units * sizeof(*image->units));
	memcpy(image->choices, now->live.selection.choices, image->n_choices * sizeof(*image->choices));
	return true;
}

static bool holds(const struct gx_prefix *prefix, const struct gx_addr *addr)
{
	gx_u128 differ = prefix->addr.value ^ addr->value;

	return prefix->addr.family == addr->family &&
	       (!prefix->bits || !(differ >> (gx_family_bits(addr->family) - prefix->bits)));
}

/* The longest override of the state file that holds the address. */
static void find_override(struct gx_place *place)
{
	char error[GX_STATE_ERROR_OCTETS];
	struct gx_state state = {};

	if (gx_state_read(&state, gx_live_state_file(), error))
		return;		/* that it acts is known all the same */
	for (size_t i = 0; i < state.n_nets; i++) {
		struct gx_prefix prefix = gx_override_prefix(&state.nets[i].prefix);

		if (holds(&prefix, &place->addr) && prefix.bits >= place->override.bits)
			place->override = prefix;
	}
	gx_state_free(&state);
}

void gx_now_place(const struct gx_now *now, struct gx_place *place)
{
	struct gx_leaf leaf;

	if (!gx_trie_find(now->live.nets_fd[place->addr.family], &place->addr, &leaf))
		return;
	if (leaf.class_id == GX_CLASS_NONE) {
		/* Next to an override: what it leaves over may be narrower. */
		if (leaf.class_bits > place->class_bits)
			place->class_bits = leaf.class_bits;
		if (leaf.location_bits > place->location_bits)
			place->location_bits = leaf.location_bits;
		return;
	}
	place->location = leaf.location;
	place->class_bits = leaf.class_bits;
	place->location_bits = leaf.location_bits;
	place->is_override = true;
	find_override(place);
}
