/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Selection: which of its options a choice takes, given what is up. */
#include "user/core/select.h"

#include <stdbool.h>

/* The flags of all units that an option needs, in one word. Returns false: they lie outside the tables. */
static bool units_of_option(const struct gx_selection *selection, const struct gx_option *option, __u32 *flags)
{
	*flags = 0;
	if ((size_t)option->units + option->n_units > selection->n_option_units)
		return false;
	for (size_t i = 0; i < option->n_units; i++) {
		__u32 unit = selection->option_units[option->units + i].unit;

		if (unit >= selection->n_units)
			return false;
		*flags |= selection->units[unit].flags;
	}
	return true;
}

/* An option on its way to be taken, and whether it may soon be another. */
struct candidate {
	const struct gx_option *option;
	bool unsettled;		/* a unit of it, or of one before it, is pending or drained */
};

__u32 gx_select_answer(const struct gx_selection *selection, __u32 first, __u32 current)
{
	struct candidate fallback = {0}, undrained = {0}, taken = {0};
	bool unsettled = false;

	for (size_t i = first; i < selection->n_options; i++) {
		const struct gx_option *option = &selection->options[i];
		struct candidate candidate;
		__u32 flags;

		if (!units_of_option(selection, option, &flags))
			return current;
		unsettled = unsettled || flags & (GX_UNIT_PENDING | GX_UNIT_DRAINED);
		candidate = (struct candidate){ option, unsettled };
		if (!fallback.option)
			fallback = candidate;
		if (!undrained.option && !(flags & GX_UNIT_DRAINED))
			undrained = candidate;
		if (!(flags & (GX_UNIT_DRAINED | GX_UNIT_DOWN)))
			taken = candidate;
		else if (!(option->flags & GX_OPTION_LAST))
			continue;
		else if (option->flags & GX_OPTION_KEEP)
			return current;
		else
			taken = undrained.option ? undrained : fallback;
		return taken.unsettled ? taken.option->clamped : taken.option->answer;
	}
	return current; /* no such list, or one without an end */
}

size_t gx_select_all(const struct gx_selection *selection)
{
	size_t changed = 0;

	for (size_t i = 0; i < selection->n_choices; i++) {
		struct gx_choice *choice = &selection->choices[i];
		__u32 answer;

		if (!choice->option)
			continue;
		answer = gx_select_answer(selection, choice->option, choice->answer);
		if (answer == choice->answer)
			continue;
		__atomic_store_n(&choice->answer, answer, __ATOMIC_RELAXED);
		changed++;
	}
	return changed;
}

size_t gx_select_count(const struct gx_selection *selection, __u32 flags)
{
	size_t count = 0;

	for (size_t i = 0; i < selection->n_choices; i++) {
		const struct gx_choice *choice = &selection->choices[i];
		bool needs = false, last = !choice->option;

		for (size_t j = choice->option; !last && !needs && j < selection->n_options; j++) {
			const struct gx_option *option = &selection->options[j];
			__u32 of_units;

			last = option->flags & GX_OPTION_LAST;
			needs = (option->answer == choice->answer || option->clamped == choice->answer) &&
				units_of_option(selection, option, &of_units) && of_units & flags;
		}
		count += needs;
	}
	return count;
}
