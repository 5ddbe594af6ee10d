/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp map: a map as a picture of the world. */
#include <stdlib.h>
#include <string.h>

#include "user/cli/cli.h"
#include "user/cli/output.h"
#include "user/core/mem.h"
#include "user/core/text.h"
#include "user/core/world.h"

#define GX_SUGGEST_EDITS 3

static const struct gx_map *gx_find_map(const struct gx_command *command, const struct gx_config *config,
					const char *name)
{
	const char *names[64], *meant;
	size_t count = 0;

	for (size_t i = 0; i < config->n_maps; i++) {
		const char *slash = strrchr(config->maps[i].name, '/');

		/* A director map is named after its file. */
		if (!strcmp(config->maps[i].name, name) || (slash && !strcmp(slash + 1, name)))
			return &config->maps[i];
		if (count < sizeof(names) / sizeof(*names))
			names[count++] = slash ? slash + 1 : config->maps[i].name;
	}
	meant = gx_text_suggest(name, names, count, GX_SUGGEST_EDITS);
	if (!meant && count)
		meant = names[0];
	if (meant)
		gx_complain(command, "%s: %s has no map of this name: %s would be one", name, config->file, meant);
	else
		gx_complain(command, "%s: %s has no map at all", name, config->file);
	return NULL;
}

static void gx_print_shares_json(const struct gx_config *config, const struct gx_map *map)
{
	struct gx_site_share *shares = gx_calloc(map->n_sites, sizeof(*shares));
	double nowhere = gx_map_shares(config, map, shares);
	json_t *sites = json_array();

	for (size_t i = 0; i < map->n_sites; i++)
		json_array_append_new(sites, json_pack("{s:s, s:i, s:f}", "site", map->sites[i], "countries",
						       (int)shares[i].countries, "ipv4_share", shares[i].ipv4));
	gx_print_json(json_pack("{s:s, s:o, s:f}", "map", map->name, "sites", sites, "unknown_ipv4_share", nowhere));
	free(shares);
}

static int gx_write_map(const struct gx_command *command, const struct gx_config *config, const struct gx_map *map,
			const char *path)
{
	struct gx_output output;

	if (gx_output_open(command, &output, path))
		return GX_EXIT_FAILED;
	gx_world_render(output.file, config, map);
	return gx_output_close(command, &output);
}

int gx_cmd_map(const struct gx_command *command, const struct gx_options *options)
{
	struct gx_input input = {};
	const struct gx_map *map;
	int result;

	if (!options->svg && !options->json) {
		gx_complain(command, "where to? --svg FILE, or --svg - for standard output");
		return GX_EXIT_USAGE;
	}
	result = gx_input_read_given(command, &input, options);
	if (result == GX_EXIT_DONE) {
		map = gx_find_map(command, &input.config, options->operands[0]);
		if (!map)
			result = GX_EXIT_FAILED;
		else if (options->svg)
			result = gx_write_map(command, &input.config, map, options->svg);
		if (map && options->json)
			gx_print_shares_json(&input.config, map);
	}
	gx_input_free(&input);
	return result;
}
