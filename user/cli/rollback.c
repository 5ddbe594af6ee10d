/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp rollback: let an earlier generation serve again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/core/mem.h"
#include "user/core/text.h"
#include "user/sys/group.h"
#include "user/sys/pins.h"
#include "user/sys/serving.h"

/* The generation to go to: the one that was named, or the one before. Returns 0, with a complaint: there is none. */
static uint32_t gx_pick_generation(const struct gx_command *command, const char *interface, uint32_t serving,
				   uint32_t wanted)
{
	char list[256] = "";
	size_t count, used = 0;
	uint32_t *numbers, picked = 0;

	count = gx_pins_generations(interface, &numbers);
	for (size_t i = 0; i < count; i++) {
		if (numbers[i] == serving)
			continue;
		if (wanted ? numbers[i] == wanted : numbers[i] < serving)
			picked = numbers[i];
		if (used < sizeof(list))
			used += snprintf(list + used, sizeof(list) - used, "%s%u", used ? ", " : "", numbers[i]);
	}
	if (!picked && wanted == serving)
		gx_complain(command, "%s: generation %u serves already", interface, wanted);
	else if (!picked && wanted)
		gx_complain(command, "%s: there is no generation %u; others: %s", interface, wanted,
			    used ? list : "none");
	else if (!picked)
		gx_complain(command, "%s: there is no generation before %u; others: %s", interface, serving,
			    used ? list : "none");
	free(numbers);
	return picked;
}

/* Where to. Returns 0, or -1: a complaint was printed. */
static int gx_choose_target(const struct gx_command *command, const char *interface, uint32_t wanted,
			    struct gx_target *target, struct gx_meta *meta)
{
	char folder[GX_PATH_OCTETS];
	struct gx_attachment attachment;
	struct gx_failure failure;

	if (gx_attachment_find(interface, &attachment, &failure)) {
		gx_complain(command, "%s", failure.text);
		return -1;
	}
	*target = (struct gx_target){ .interface = interface, .mode = attachment.mode };
	target->old_generation = gx_pins_find(interface, attachment.prog_id, folder);
	if (!attachment.ifindex || !target->old_generation) {
		gx_complain(command, "%s: no generation serves (`geoxdp up` starts one)", interface);
		return -1;
	}
	target->generation = gx_pick_generation(command, interface, target->old_generation, wanted);
	if (!target->generation)
		return -1;
	if (gx_pins_meta(gx_pins_folder(interface, target->generation, folder), meta, &failure)) {
		gx_complain(command, "%s", failure.text);
		return -1;
	}
	return 0;
}

static void gx_report_return(const struct gx_options *options, const struct gx_target *targets,
			     const struct gx_meta *metas, size_t count)
{
	json_t *list = options->json ? json_array() : NULL;
	uint64_t now = time(NULL);

	for (size_t i = 0; i < count; i++) {
		const struct gx_meta *meta = &metas[i];
		char age[32];

		if (list)
			json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:I, s:s}", "interface",
							      targets[i].interface, "generation",
							      (int)targets[i].generation, "before",
							      (int)targets[i].old_generation, "built",
							      (json_int_t)meta->built_s, "config", meta->config));
		else if (!options->quiet)
			printf("%s: generation %u serves, instead of %u: %s old, of %s\n", targets[i].interface,
			       targets[i].generation, targets[i].old_generation,
			       gx_show_age(now > meta->built_s ? now - meta->built_s : 0, age), meta->config);
	}
	if (list)
		gx_print_json(list);
}

static int gx_rollback(const struct gx_command *command, const struct gx_options *options, const char **interfaces,
		       size_t count, uint32_t wanted)
{
	struct gx_target *targets = gx_calloc(count, sizeof(*targets));
	struct gx_meta *metas = gx_calloc(count, sizeof(*metas));
	struct gx_failure failure, left_away;
	int error = 0;

	for (size_t i = 0; i < count && !error; i++)
		error = gx_choose_target(command, interfaces[i], wanted, &targets[i], &metas[i]);
	if (!error) {
		error = gx_group_return(targets, count, &left_away, &failure);
		if (error)
			gx_complain(command, "%s", failure.text);
		else if (left_away.text[0])
			gx_complain(command, "%s; left away", left_away.text);
	}
	if (!error)
		gx_report_return(options, targets, metas, count);
	free(targets);
	free(metas);
	return error ? GX_EXIT_FAILED : GX_EXIT_DONE;
}

int gx_cmd_rollback(const struct gx_command *command, const struct gx_options *options)
{
	struct gx_failure failure;
	const char **interfaces;
	uint32_t wanted = 0;
	int result, lock;
	size_t count;

	if (options->n_operands &&
	    (gx_text_number(options->operands[0], UINT32_MAX, &wanted) || !wanted)) {
		gx_complain(command, "%s: no number of a generation (`geoxdp status` shows them)", options->operands[0]);
		return GX_EXIT_USAGE;
	}
	if (access(GX_PIN_ROOT, R_OK | X_OK)) {
		gx_complain(command, "%s", gx_nothing_serves());
		return GX_EXIT_FAILED;
	}
	lock = gx_pins_lock(&failure);
	if (lock < 0) {
		gx_complain(command, "%s", failure.text);
		return GX_EXIT_FAILED;
	}
	count = gx_serving_interfaces(options, &interfaces);
	if (!count)
		gx_complain(command, "%s", gx_nothing_serves());
	result = count ? gx_rollback(command, options, interfaces, count, wanted) : GX_EXIT_FAILED;
	close(lock);
	return result;
}
