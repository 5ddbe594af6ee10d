/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interfaces that go from one generation to another together: all of them, or none. */
#include "user/sys/group.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "user/sys/live.h"
#include "user/sys/pins.h"

static int gx_target_look(struct gx_target *target, struct gx_failure *failure)
{
	struct gx_attachment attachment;
	char folder[GX_PATH_OCTETS];
	int error = gx_attachment_find(target->interface, &attachment, failure);

	if (error == -ENOENT)
		return 0;
	if (error)
		return error;
	target->linked = true;
	if (attachment.ifindex)
		target->old_generation = gx_pins_find(target->interface, attachment.prog_id, folder);
	if (attachment.ifindex && !target->old_generation)
		return gx_fail(failure, 0, "`geoxdp down` removes it",
			       "%s: the pinned link holds a program of no generation", target->interface);
	if (target->old_generation)
		target->mode = attachment.mode;
	return 0;
}

int gx_group_look(struct gx_target *targets, size_t count, struct gx_failure *failure)
{
	uint32_t last = 0;
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		uint32_t number = gx_pins_last(targets[i].interface);

		last = number > last ? number : last;
		error = gx_target_look(&targets[i], failure);
	}
	for (size_t i = 0; i < count; i++)
		targets[i].generation = last + 1;
	return error;
}

bool gx_group_before(const struct gx_target *targets, char *folder, struct gx_meta *meta)
{
	struct gx_failure ignored;

	return targets[0].old_generation &&
	       !gx_pins_meta(gx_pins_folder(targets[0].interface, targets[0].old_generation, folder), meta, &ignored);
}

/* --- the state that serving has come to -------------------------------------------------------- */

/* A generation that nobody sees yet becomes what serving is now: what checks found, drains and overrides. */
static int gx_target_prepare(const struct gx_target *target, const struct gx_state *state,
			     struct gx_failure *left_away, struct gx_failure *failure)
{
	struct gx_live live, serving;
	char folder[GX_PATH_OCTETS];
	struct gx_meta meta;
	int error = gx_live_open(&live, gx_pins_folder(target->interface, target->generation, folder), failure);

	if (error)
		return error;
	if (gx_group_before(target, folder, &meta)) {
		error = gx_live_open(&serving, folder, failure);
		if (!error) {
			gx_live_carry(&live, &serving);
			gx_live_close(&serving);
		}
	}
	if (!error)
		error = gx_live_apply(&live, state, NULL, failure);
	gx_live_close(&live);
	if (error != -ENOENT)
		return error;
	*left_away = *failure;
	return 0;
}

static int gx_read_state(struct gx_state *state, struct gx_failure *failure)
{
	char error[GX_STATE_ERROR_OCTETS];
	uint64_t next_s;
	int result = gx_state_read(state, gx_live_state_file(), error);

	if (result) {
		gx_fail(failure, 0, NULL, "%s", error);
		return result;
	}
	/* What has ended is not put into effect; the next command that changes something takes it out of the file. */
	gx_state_expire(state, time(NULL), &next_s);
	return 0;
}

/* --- switching --------------------------------------------------------------------------------- */

static int gx_swap_pinned(const char *interface, uint32_t generation, struct gx_failure *failure)
{
	char folder[GX_PATH_OCTETS];
	int fd = gx_pins_open(gx_pins_folder(interface, generation, folder), "prog", failure), error;

	if (fd < 0)
		return fd;
	error = gx_swap(interface, fd, failure);
	close(fd);
	return error;
}

static int gx_target_switch(struct gx_target *target, const struct gx_object *object, struct gx_failure *failure)
{
	int error;

	if (target->old_generation)
		error = gx_swap_pinned(target->interface, target->generation, failure);
	else
		error = gx_attach(target->interface, object, &target->mode, &target->why_generic, failure);
	target->switched = !error;
	return error;
}

/* Back to what served before. */
static void gx_target_undo(struct gx_target *target)
{
	struct gx_failure ignored;

	if (target->switched && target->old_generation)
		gx_swap_pinned(target->interface, target->old_generation, &ignored);
	else if (target->switched && target->linked)
		gx_release(target->interface, &ignored); /* without a link it would count as taken down */
	else if (target->switched)
		gx_detach(target->interface, &ignored);
	if (target->pinned)
		gx_pins_drop(target->interface, target->generation);
}

/* Under the lock of the live tables: whoever changes the state waits, and then finds what serves. */
static int gx_group_prepare_and_switch(struct gx_target *targets, size_t count, const struct gx_object *object,
				       struct gx_failure *left_away, struct gx_failure *failure)
{
	struct gx_state state = {};
	int lock = gx_live_lock(true, failure), error;

	if (lock < 0)
		return lock;
	error = gx_read_state(&state, failure);
	for (size_t i = 0; i < count && !error; i++)
		error = gx_target_prepare(&targets[i], &state, left_away, failure);
	for (size_t i = 0; i < count && !error; i++)
		error = gx_target_switch(&targets[i], object, failure);
	for (size_t i = 0; i < count && error; i++)
		gx_target_undo(&targets[i]);
	gx_state_free(&state);
	close(lock);
	return error;
}

/* Half a switch must not be left behind by an impatient operator. */
static void gx_hold_signals(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, before);
}

int gx_group_switch(struct gx_target *targets, size_t count, const struct gx_object *object,
		    struct gx_failure *left_away, struct gx_failure *failure)
{
	sigset_t before;
	int error = 0;

	left_away->text[0] = 0;
	gx_hold_signals(&before);
	for (size_t i = 0; i < count && !error; i++) {
		error = gx_pins_add(targets[i].interface, targets[i].generation, object, failure);
		targets[i].pinned = !error;
	}
	if (error)
		for (size_t i = 0; i < count; i++)
			gx_target_undo(&targets[i]);
	else
		error = gx_group_prepare_and_switch(targets, count, object, left_away, failure);
	for (size_t i = 0; i < count && !error; i++)
		gx_pins_prune(targets[i].interface, targets[i].generation,
			      targets[i].old_generation ? targets[i].old_generation : targets[i].generation);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return error;
}

int gx_group_return(struct gx_target *targets, size_t count, struct gx_failure *left_away,
		    struct gx_failure *failure)
{
	sigset_t before;
	int error;

	left_away->text[0] = 0;
	gx_hold_signals(&before);
	error = gx_group_prepare_and_switch(targets, count, NULL, left_away, failure);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return error;
}
