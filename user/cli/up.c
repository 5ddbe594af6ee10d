/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp up: build a generation and attach it, or swap it in where one is serving. */
#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/core/cookies.h"
#include "user/core/mem.h"
#include "user/sys/pins.h"

/* An interface on its way from the old generation to the new one. */
struct gx_target {
	const char *interface;
	uint32_t old_generation;	/* 0: nothing serves yet */
	uint32_t generation;
	bool pinned;
	bool switched;
	enum gx_mode mode;
	struct gx_failure why_generic;
};

/* What serves on the interface now. A link whose interface is gone counts as nothing. */
static int gx_target_look(struct gx_target *target, struct gx_failure *failure)
{
	struct gx_attachment attachment;
	char folder[GX_PATH_OCTETS];
	int error = gx_attachment_find(target->interface, &attachment, failure);

	target->generation = gx_pins_last(target->interface) + 1;
	if (error == -ENOENT)
		return 0;
	if (error)
		return error;
	if (attachment.ifindex)
		target->old_generation = gx_pins_find(target->interface, attachment.prog_id, folder);
	if (attachment.ifindex && !target->old_generation)
		return gx_fail(failure, 0, "`geoxdp down` removes it",
			       "%s: the pinned link holds a program of no generation", target->interface);
	if (target->old_generation)
		target->mode = attachment.mode;
	return 0;
}

static int gx_target_switch(struct gx_target *target, const struct gx_object *object, struct gx_failure *failure)
{
	int error = gx_pins_add(target->interface, target->generation, object, failure);

	if (error)
		return error;
	target->pinned = true;
	if (target->old_generation)
		error = gx_swap(target->interface, gx_object_prog_fd(object), failure);
	else
		error = gx_attach(target->interface, object, &target->mode, &target->why_generic, failure);
	target->switched = !error;
	return error;
}

/* Back to what served before. */
static void gx_target_undo(struct gx_target *target)
{
	char path[GX_PATH_OCTETS + 8], folder[GX_PATH_OCTETS];
	struct gx_failure failure;
	int fd;

	if (target->switched && target->old_generation) {
		snprintf(path, sizeof(path), "%s/prog",
			 gx_pins_folder(target->interface, target->old_generation, folder));
		fd = bpf_obj_get(path);
		if (fd >= 0) {
			gx_swap(target->interface, fd, &failure);
			close(fd);
		}
	} else if (target->switched) {
		gx_detach(target->interface, &failure);
	}
	if (!target->pinned)
		return;
	if (target->old_generation)
		gx_pins_remove(target->interface, target->old_generation);
	else
		gx_pins_remove_interface(target->interface);
}

/* All interfaces or none. */
static int gx_switch_all(struct gx_target *targets, size_t count, const struct gx_object *object,
			 struct gx_failure *failure)
{
	sigset_t all, before;
	int error = 0;

	/* Half a switch must not be left behind by an impatient operator. It takes milliseconds. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	for (size_t i = 0; i < count && !error; i++)
		error = gx_target_switch(&targets[i], object, failure);
	for (size_t i = 0; i < count; i++) {
		if (error)
			gx_target_undo(&targets[i]);
		else
			gx_pins_remove(targets[i].interface, targets[i].generation);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void gx_fill_meta(struct gx_meta *meta, const char *config, const struct gx_image *image, uint32_t generation)
{
	char path[PATH_MAX];

	memset(meta, 0, sizeof(*meta));
	meta->abi_version = GX_ABI_VERSION;
	meta->generation = generation;
	meta->built_s = time(NULL);
	meta->names = image->n_names;
	meta->answers = image->n_answers;
	meta->leaves4 = image->leaves[GX_IPV4].count;
	meta->leaves6 = image->leaves[GX_IPV6].count;
	meta->classes = image->n_classes;
	snprintf(meta->config, sizeof(meta->config), "%.255s", realpath(config, path) ? path : config);
}

/* Counting goes on in the map of the generation before, unless its reasons were others. */
static const char *gx_stats_pin(const struct gx_target *target, char *path)
{
	struct gx_failure failure;
	struct gx_meta meta;
	char folder[GX_PATH_OCTETS];

	if (!target->old_generation ||
	    gx_pins_meta(gx_pins_folder(target->interface, target->old_generation, folder), &meta, &failure))
		return NULL;
	snprintf(path, GX_PATH_OCTETS + 8, "%s/stats", folder);
	return path;
}

/*
 * A source that is suddenly far smaller sends most clients to the default: more often a broken download than a
 * wish. Measured by the prefixes of the tables, which every source ends in.
 */
static int gx_refuse_shrunk(const struct gx_target *target, const struct gx_image *image, struct gx_failure *failure)
{
	const size_t now4 = image->leaves[GX_IPV4].count, now6 = image->leaves[GX_IPV6].count;
	struct gx_failure ignored;
	char folder[GX_PATH_OCTETS];
	struct gx_meta meta;

	if (!target->old_generation ||
	    gx_pins_meta(gx_pins_folder(target->interface, target->old_generation, folder), &meta, &ignored) ||
	    (!gx_source_shrunk(meta.leaves4, now4) && !gx_source_shrunk(meta.leaves6, now6)))
		return 0;
	return gx_fail(failure, 0, "--force takes them all the same",
		       "sources: %zu IPv4 and %zu IPv6 prefixes, where the serving generation has %u and %u", now4,
		       now6, meta.leaves4, meta.leaves6);
}

static void gx_report(const struct gx_options *options, const struct gx_target *targets, size_t count,
		      const struct gx_services *services, const struct gx_image *image)
{
	json_t *list = options->json ? json_array() : NULL;

	for (size_t i = 0; i < count; i++) {
		const struct gx_target *target = &targets[i];

		if (list) {
			json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:b}", "interface", target->interface,
							      "generation", (int)target->generation, "mode",
							      gx_mode_name(target->mode), "swapped",
							      target->old_generation != 0));
			continue;
		}
		if (target->why_generic.text[0])
			fprintf(stderr, "geoxdp up: %s: %s; attached in generic mode, which works and is slower\n",
				target->interface, target->why_generic.text);
		if (!options->quiet)
			printf("%s: generation %u %s in %s mode: %zu names on %zu addresses\n", target->interface,
			       target->generation, target->old_generation ? "swapped in" : "attached",
			       gx_mode_name(target->mode), image->n_names, services->count);
	}
	if (list)
		gx_print_json(list);
}

/* The interfaces, the mode and the addresses: the options speak before the configuration. */
struct gx_wish {
	const char **interfaces;
	size_t n_interfaces;
	enum gx_mode mode;
};

static int gx_find_wish(const struct gx_command *command, const struct gx_options *options,
			const struct gx_config *config, struct gx_wish *wish)
{
	wish->interfaces = options->n_interfaces ? options->interfaces : config->interfaces;
	wish->n_interfaces = options->n_interfaces ? options->n_interfaces : config->n_interfaces;
	wish->mode = options->mode;
	if (!options->mode_given && config->mode)
		for (enum gx_mode mode = GX_MODE_AUTO; mode <= GX_MODE_GENERIC; mode++)
			if (!strcmp(config->mode, gx_mode_name(mode)))
				wish->mode = mode;
	if (wish->n_interfaces)
		return GX_EXIT_DONE;
	gx_complain(command, "which interface? -i IFACE (`ip link` lists them)%s",
		    options->config ? ", or server: interfaces: [IFACE] in the configuration" : "");
	return GX_EXIT_USAGE;
}

/* Where to, what is there, and which addresses to answer on. */
static int gx_look_at_targets(const struct gx_wish *wish, const struct gx_config *config, struct gx_target *targets,
			      struct gx_services *services, struct gx_failure *failure)
{
	int error = 0;

	for (size_t i = 0; i < wish->n_interfaces && !error; i++) {
		targets[i].interface = wish->interfaces[i];
		targets[i].mode = wish->mode;
		error = gx_interface_addresses(wish->interfaces[i], services, failure);
		if (!error)
			error = gx_target_look(&targets[i], failure);
	}
	services->nsid = config->nsid;
	services->n_nsid = config->nsid_octets;
	if (!error && config->n_addresses) {
		services->list = gx_realloc(services->list, config->n_addresses * sizeof(*services->list));
		memcpy(services->list, config->addresses, config->n_addresses * sizeof(*services->list));
		services->count = config->n_addresses;
	}
	return error;
}

/* Secrets may have been rolled since the configuration was read. From here on, `geoxdp cookie-secret` waits. */
static void gx_read_cookies_again(struct gx_cookie_secrets *cookies)
{
	struct gx_diag diag = {};

	if (cookies->file[0])
		gx_cookies_read(cookies, cookies->file, NULL, &diag); /* as they were, where the file is broken by now */
	gx_diag_free(&diag);
}

static int gx_up(const struct gx_options *options, const struct gx_wish *wish, const struct gx_input *input,
		 struct gx_failure *failure)
{
	struct gx_target *targets = gx_calloc(wish->n_interfaces, sizeof(*targets));
	struct gx_cookie_secrets cookies = input->config.cookies;
	struct gx_services services = {};
	struct gx_object *object = NULL;
	char stats[GX_PATH_OCTETS + 8];
	struct gx_meta meta;
	int error, lock;

	error = gx_pins_prepare(failure);
	lock = error ? -1 : gx_pins_lock(failure);
	if (lock < 0) {
		free(targets);
		return -1;
	}
	gx_read_cookies_again(&cookies);
	services.cookies = &cookies;
	error = gx_look_at_targets(wish, &input->config, targets, &services, failure);
	if (!error && !options->force)
		error = gx_refuse_shrunk(&targets[0], &input->image, failure);
	if (!error) {
		if (!options->quiet)
			gx_show_progress("loading", "tables");
		gx_fill_meta(&meta, gx_given_path(options), &input->image, targets[0].generation);
		error = gx_object_load(&object, &input->image, &services, &meta, gx_stats_pin(&targets[0], stats),
				       failure);
		gx_show_progress("", "");
	}
	if (!error)
		error = gx_switch_all(targets, wish->n_interfaces, object, failure);
	if (!error)
		gx_report(options, targets, wish->n_interfaces, &services, &input->image);
	gx_object_free(object);
	free(services.list);
	free(targets);
	close(lock);
	rmdir(GX_PIN_ROOT); /* stays unless nothing serves */
	return error;
}

int gx_cmd_up(const struct gx_command *command, const struct gx_options *options)
{
	struct gx_input input = {};
	struct gx_failure failure;
	struct gx_wish wish;
	int result;

	if (options->pdns && !options->config && !options->n_interfaces)
		return gx_find_wish(command, options, &input.config, &wish);
	result = gx_input_read_given(command, &input, options);
	if (result == GX_EXIT_DONE)
		result = gx_find_wish(command, options, &input.config, &wish);
	if (result == GX_EXIT_DONE && gx_up(options, &wish, &input, &failure)) {
		gx_complain(command, "%s", failure.text);
		result = GX_EXIT_FAILED;
	}
	gx_input_free(&input);
	return result;
}
