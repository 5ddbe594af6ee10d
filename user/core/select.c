/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Selection: which of its options a choice takes, given what is up. */
#include "user/core/select.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "user/core/choice.h"

/* In one store: see struct gx_choice. */
static void put_answer(struct gx_choice *to, const struct gx_choice *what)
{
	typedef uint64_t __attribute__((may_alias)) both_words;
	uint64_t both;

	memcpy(&both, what, sizeof(both));
	__atomic_store_n((both_words *)to, both, __ATOMIC_RELAXED);
}

static void take_option(struct gx_choice *choice, const struct gx_option *option, bool clamped)
{
	choice->answer = clamped ? option->clamped : option->answer;
	choice->address = option->address;
}

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

struct gx_choice gx_select_choice(const struct gx_selection *selection, struct gx_choice current)
{
	struct candidate fallback = {0}, undrained = {0}, taken = {0};
	bool unsettled = false;

	for (size_t i = current.option; i < selection->n_options; i++) {
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
		take_option(&current, taken.option, taken.unsettled);
		return current;
	}
	return current; /* no such list, or one without an end */
}

size_t gx_select_all(const struct gx_selection *selection)
{
	size_t changed = 0;

	for (size_t i = 0; i < selection->n_choices; i++) {
		struct gx_choice *choice = &selection->choices[i];
		struct gx_choice selected;

		if (!choice->option)
			continue;
		selected = gx_select_choice(selection, *choice);
		if (gx_choice_answers_alike(&selected, choice))
			continue;
		put_answer(choice, &selected);
		changed++;
	}
	return changed;
}

/* When the first of an option's units fell; 0: it is drained, or lies outside the tables. */
static __u64 fall_of_option(const struct gx_selection *selection, const struct gx_option *option)
{
	__u64 first = UINT64_MAX;
	__u32 flags;

	if (!units_of_option(selection, option, &flags))
		return 0;
	for (size_t i = 0; i < option->n_units; i++) {
		const struct gx_unit *unit = &selection->units[selection->option_units[option->units + i].unit];
		__u64 fell = unit->flags & GX_UNIT_DOWN ? unit->fell : unit->flags & GX_UNIT_DRAINED ? 0 : UINT64_MAX;

		first = fell < first ? fell : first;
	}
	return first;
}

/* Of options that fell together, the first was taken before. Nothing is done where the list has something to take. */
static void recall_choice(const struct gx_selection *selection, struct gx_choice *choice)
{
	const struct gx_option *taken = NULL;
	__u64 latest = 0;

	for (size_t i = choice->option; i < selection->n_options; i++) {
		const struct gx_option *option = &selection->options[i];
		__u64 fell = fall_of_option(selection, option);

		if (fell == UINT64_MAX)
			return;
		if (fell > latest) {
			latest = fell;
			taken = option;
		}
		if (!(option->flags & GX_OPTION_LAST))
			continue;
		if (taken && option->flags & GX_OPTION_KEEP)
			take_option(choice, taken, false);
		return;
	}
}

void gx_select_recall(const struct gx_selection *selection)
{
	for (size_t i = 0; i < selection->n_choices; i++)
		if (selection->choices[i].option)
			recall_choice(selection, &selection->choices[i]);
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
			needs = gx_choice_is_option(choice, option) && units_of_option(selection, option, &of_units) &&
				of_units & flags;
		}
		count += needs;
	}
	return count;
}
