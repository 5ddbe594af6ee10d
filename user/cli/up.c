/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp up: build a generation and attach it, or swap it in where one is serving. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/core/cookies.h"
#include "user/core/digest.h"
#include "user/core/mem.h"
#include "user/sys/group.h"
#include "user/sys/kernel_types.h"
#include "user/sys/pins.h"

static void gx_fill_meta(struct gx_meta *meta, const char *file, const struct gx_input *input, uint32_t generation)
{
	const struct gx_config *config = &input->config;
	const struct gx_image *image = &input->image;
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
	meta->units = image->n_units - 1; /* entry 0 is not used */
	meta->checks = image->n_checks - 1;
	meta->flags = config->no_tcp ? GX_META_NO_TCP : 0;
	meta->tcp_idle_s = config->tcp_idle_s;
	meta->tcp_connections = config->tcp_connections;
	meta->tcp_per_client = config->tcp_per_client;
	meta->bypass = config->n_bypass;
	meta->signed_until_s = image->signed_until_s;
	meta->renew_s = image->renew_s;
	gx_image_digest(image, meta->digests);
	/* Links are not resolved: one that is turned elsewhere tomorrow still names the configuration. */
	if (*file == '/' || !getcwd(path, sizeof(path)))
		snprintf(meta->config, sizeof(meta->config), "%.255s", file);
	else if (snprintf(meta->config, sizeof(meta->config), "%s/%s", path, file) >= (int)sizeof(meta->config))
		meta->config[sizeof(meta->config) - 1] = 0;
}

/*
 * A source that is suddenly far smaller sends most clients to the default: more often a broken download than a
 * wish. Measured by the prefixes of the tables, which every source ends in.
 */
static int gx_refuse_shrunk(const struct gx_meta *before, const struct gx_image *image, struct gx_failure *failure)
{
	const size_t now4 = image->leaves[GX_IPV4].count, now6 = image->leaves[GX_IPV6].count;

	if (!gx_source_shrunk(before->leaves4, now4) && !gx_source_shrunk(before->leaves6, now6))
		return 0;
	return gx_fail(failure, 0, "--force takes them all the same",
		       "sources: %zu IPv4 and %zu IPv6 prefixes, where the serving generation has %u and %u", now4,
		       now6, before->leaves4, before->leaves6);
}

static void gx_report(const struct gx_options *options, const struct gx_target *targets, size_t count,
		      const struct gx_services *services, const struct gx_image *image)
{
	json_t *list = options->json ? json_array() : NULL;
	char time[32];

	for (size_t i = 0; i < count; i++) {
		const struct gx_target *target = &targets[i];

		if (list) {
			json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:b, s:I}", "interface", target->interface,
							      "generation", (int)target->generation, "mode",
							      gx_mode_name(target->mode), "swapped",
							      target->old_generation != 0, "signed_until",
							      (json_int_t)image->signed_until_s));
			continue;
		}
		if (target->why_generic.text[0])
			fprintf(stderr, "geoxdp up: %s: %s; attached in generic mode, which works and is slower\n",
				target->interface, target->why_generic.text);
		if (!options->quiet)
			printf("%s: generation %u %s in %s mode: %zu names on %zu addresses%s%s\n", target->interface,
			       target->generation, target->old_generation ? "swapped in" : "attached",
			       gx_mode_name(target->mode), image->n_names, services->count,
			       image->signed_until_s ? ", signatures until " : "",
			       image->signed_until_s ? gx_show_time(image->signed_until_s, time) : "");
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

/* May it be attached to anew where nothing is attached? */
static bool gx_may_attach(const struct gx_options *options, const char *interface)
{
	for (size_t i = 0; i < options->n_no_attach; i++)
		if (!strcmp(options->no_attach[i], interface))
			return false;
	return !options->attach_nowhere;
}

/* With the lock held: whoever takes an interface down has done it, or waits until this command has ended. */
static struct gx_wish gx_leave_away(const struct gx_command *command, const struct gx_options *options,
				    const struct gx_wish *wish)
{
	struct gx_wish kept = { .mode = wish->mode, .interfaces = gx_calloc(wish->n_interfaces, sizeof(*kept.interfaces)) };

	for (size_t i = 0; i < wish->n_interfaces; i++) {
		const char *interface = wish->interfaces[i];

		if (gx_pins_is_linked(interface) || gx_may_attach(options, interface))
			kept.interfaces[kept.n_interfaces++] = interface;
		else if (!options->quiet)
			gx_complain(command, "%s: was taken down, and is left so", interface);
	}
	return kept;
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
	}
	if (!error)
		error = gx_group_look(targets, wish->n_interfaces, failure);
	services->nsid = config->nsid;
	services->n_nsid = config->nsid_octets;
	if (!error && config->n_addresses) {
		services->list = gx_realloc(services->list, config->n_addresses * sizeof(*services->list));
		memcpy(services->list, config->addresses, config->n_addresses * sizeof(*services->list));
		services->count = config->n_addresses;
	}
	services->bypass = config->bypass;
	services->n_bypass = config->n_bypass;
	return error;
}

/* Load and fill a generation, with what it shares with the one that serves. */
static int gx_build(const struct gx_options *options, const struct gx_input *input, const struct gx_target *targets,
		    const struct gx_services *services, struct gx_object **object, struct gx_failure *failure)
{
	char folder[GX_PATH_OCTETS];
	struct gx_meta meta, serving;
	bool before = gx_group_before(targets, folder, &serving);
	int error = 0;

	if (before && !options->force)
		error = gx_refuse_shrunk(&serving, &input->image, failure);
	if (error)
		return error;
	if (!options->quiet)
		gx_show_progress("loading", "tables");
	gx_fill_meta(&meta, gx_given_path(options), input, targets[0].generation);
	error = gx_object_load(object, &input->image, services, &meta, before ? folder : NULL, failure);
	gx_show_progress("", "");
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

/* With the lock held. */
static int gx_build_and_switch(const struct gx_command *command, const struct gx_options *options,
			       const struct gx_wish *wish, const struct gx_input *input, struct gx_failure *failure)
{
	struct gx_target *targets = gx_calloc(wish->n_interfaces, sizeof(*targets));
	struct gx_cookie_secrets cookies = input->config.cookies;
	struct gx_services services = { .cookies = &cookies };
	struct gx_object *object = NULL;
	struct gx_failure left_away;
	int error;

	gx_read_cookies_again(&cookies);
	error = gx_look_at_targets(wish, &input->config, targets, &services, failure);
	if (!error)
		error = gx_build(options, input, targets, &services, &object, failure);
	if (!error)
		error = gx_group_switch(targets, wish->n_interfaces, object, &left_away, failure);
	if (!error && left_away.text[0])
		gx_complain(command, "%s; left away", left_away.text);
	if (!error)
		gx_report(options, targets, wish->n_interfaces, &services, &input->image);
	gx_object_free(object);
	free(services.list);
	free(targets);
	return error;
}

static int gx_up(const struct gx_command *command, const struct gx_options *options, const struct gx_wish *wish,
		 const struct gx_input *input, struct gx_failure *failure)
{
	int lock = gx_pins_lock(failure), error = 0;
	struct gx_wish kept;

	if (lock < 0)
		return -1;
	kept = gx_leave_away(command, options, wish);
	if (kept.n_interfaces)
		error = gx_build_and_switch(command, options, &kept, input, failure);
	else if (options->json)
		gx_print_json(json_array());
	free(kept.interfaces);
	gx_pins_unlock(lock);
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
	gx_kernel_types_begin();
	result = gx_input_read_given(command, &input, options);
	if (result == GX_EXIT_DONE)
		result = gx_find_wish(command, options, &input.config, &wish);
	if (result == GX_EXIT_DONE && gx_up(command, options, &wish, &input, &failure)) {
		gx_complain(command, "%s", failure.text);
		result = GX_EXIT_FAILED;
	}
	gx_input_free(&input);
	return result;
}
