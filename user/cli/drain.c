/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp drain, undrain: take a site out of every answer, and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/cli/change.h"
#include "user/core/mem.h"
#include "user/core/text.h"

/* The sites of all that serves, each once; free the list. */
static const char **gx_list_sites(const struct gx_change *change, size_t *count)
{
	const char **names = NULL;
	size_t capacity = 0;

	*count = 0;
	for (size_t i = 0; i < change->count; i++) {
		const struct gx_live *live = &change->list[i].live;

		for (size_t j = 1; j < live->n_units; j++) {
			bool is_there = !(live->units[j].flags & GX_UNIT_SITE);

			for (size_t k = 0; k < *count && !is_there; k++)
				is_there = !strcmp(names[k], live->units[j].name);
			if (is_there)
				continue;
			gx_grow(&names, *count, capacity);
			names[(*count)++] = live->units[j].name;
		}
	}
	return names;
}

/* Whether something that serves has the site; if not, a complaint lists those that there are. */
static bool gx_check_site(const struct gx_command *command, const struct gx_change *change, const char *site)
{
	size_t count, used = 0;
	const char **names = gx_list_sites(change, &count), *near;
	char list[512] = "none";
	bool is_there = false;

	for (size_t i = 0; i < count; i++) {
		is_there = is_there || !strcmp(names[i], site);
		if (used < sizeof(list))
			used += snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "", names[i]);
	}
	if (!is_there) {
		near = gx_text_suggest(site, names, count, 2);
		gx_complain(command, "%s: no such site%s%s%s; sites: %s%s", site, near ? ", did you mean " : "",
			    near ? near : "", near ? "?" : "", list, used >= sizeof(list) ? " ..." : "");
	}
	free(names);
	return is_there;
}

/* Choices that name a drained site. Interfaces that went up together have one generation. */
static size_t gx_count_stuck(const struct gx_change *change)
{
	size_t stuck = 0;

	for (size_t i = 0; i < change->count; i++) {
		uint32_t prog_id = change->list[i].serving.attachment.prog_id;
		bool is_first = true;

		for (size_t j = 0; j < i; j++)
			is_first = is_first && change->list[j].serving.attachment.prog_id != prog_id;
		if (is_first)
			stuck += gx_select_count(&change->list[i].live.selection, GX_UNIT_DRAINED);
	}
	return stuck;
}

static json_t *gx_drains_json(const struct gx_state *state)
{
	json_t *list = json_array();

	for (size_t i = 0; i < state->n_drains; i++) {
		const struct gx_drain *drain = &state->drains[i];

		json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "site", drain->site, "since",
						      (json_int_t)drain->since_s, "until",
						      drain->until_s ? json_integer(drain->until_s) : json_null()));
	}
	return list;
}

static void gx_print_drains(const struct gx_state *state)
{
	printf("drained:");
	for (size_t i = 0; i < state->n_drains; i++) {
		const struct gx_drain *drain = &state->drains[i];
		char time[32];

		printf("%s %s", i ? "," : "", drain->site);
		if (drain->until_s)
			printf(" until %s", gx_show_time(drain->until_s, time));
	}
	printf("%s\n", state->n_drains ? "" : " none");
}

static void gx_report_drains(const struct gx_command *command, const struct gx_options *options,
			     const struct gx_change *change, const char *site, bool drained)
{
	size_t stuck = gx_count_stuck(change);

	if (options->json) {
		gx_print_json(json_pack("{s:s, s:I, s:I, s:b, s:o}", "site", site, "changed",
					(json_int_t)change->changed, "left", (json_int_t)stuck, "serving",
					change->count != 0, "drained", gx_drains_json(&change->state)));
	} else if (!options->quiet) {
		printf("%s: %s, %zu answer%s changed\n", site, drained ? "drained" : "back", change->changed,
		       change->changed == 1 ? "" : "s");
		gx_print_drains(&change->state);
	}
	if (stuck)
		gx_complain(command, "%zu answer%s a drained site all the same, since nothing else is left", stuck,
			    stuck == 1 ? " names" : "s name");
	gx_change_remarks(options, change);
}

int gx_cmd_drain(const struct gx_command *command, const struct gx_options *options)
{
	const char *site = options->operands[0];
	uint64_t now_s = time(NULL);
	struct gx_drain drain = { site, now_s, options->for_s ? now_s + options->for_s : 0 };
	int result = GX_EXIT_FAILED;
	struct gx_change change;

	if (gx_change_begin(command, &change))
		goto out;
	if (change.count && !gx_check_site(command, &change, site))
		goto out;
	gx_state_put_drain(&change.state, &drain);
	if (gx_change_commit(command, &change))
		goto out;
	gx_report_drains(command, options, &change, site, true);
	result = GX_EXIT_DONE;
out:
	gx_change_end(&change);
	return result;
}

int gx_cmd_undrain(const struct gx_command *command, const struct gx_options *options)
{
	const char *site = options->operands[0];
	int result = GX_EXIT_FAILED;
	struct gx_change change;

	if (gx_change_begin(command, &change))
		goto out;
	/* A drained site may be in no map any more. */
	if (!gx_state_take_drain(&change.state, site) && change.count && !gx_check_site(command, &change, site))
		goto out;
	if (gx_change_commit(command, &change))
		goto out;
	gx_report_drains(command, options, &change, site, false);
	result = GX_EXIT_DONE;
out:
	gx_change_end(&change);
	return result;
}
