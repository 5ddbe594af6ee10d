/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp cookie-secret: the secrets of DNS cookies, in their file and in what serves. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/core/cookies.h"
#include "user/sys/cookies.h"
#include "user/sys/pins.h"

static const char *const gx_states[GX_COOKIE_SECRETS] = { "active", "staging" };

/* What serves on an interface. */
struct gx_holder {
	const char *interface;
	struct gx_cookie_secrets secrets;
};

struct gx_jar {
	struct gx_cookie_secrets secrets;	/* of the file */
	struct gx_holder *holders;
	size_t n_holders;
	size_t updated;				/* generations */
};

/* --- which file -------------------------------------------------------------------------------- */

/* What serves with secrets of a file. */
static int gx_find_holders(const struct gx_command *command, const struct gx_options *options, struct gx_jar *jar)
{
	const char **interfaces;
	size_t count = gx_serving_interfaces(options, &interfaces);

	jar->holders = calloc(count + 1, sizeof(*jar->holders));
	for (size_t i = 0; i < count && jar->holders; i++) {
		struct gx_holder *holder = &jar->holders[jar->n_holders];
		struct gx_failure failure;
		int error = gx_cookies_serving(interfaces[i], &holder->secrets, &failure);

		holder->interface = interfaces[i];
		if (!error && holder->secrets.file[0])
			jar->n_holders++;
		if (error && error != -ENOENT && error != -ENODEV) {
			gx_complain(command, "%s", failure.text);
			return GX_EXIT_FAILED;
		}
	}
	return GX_EXIT_DONE;
}

static const char *gx_find_file(const struct gx_command *command, const struct gx_options *options,
				const struct gx_jar *jar)
{
	if (options->file)
		return options->file;
	if (!jar->n_holders) {
		gx_complain(command, "which file? nothing serves with a cookie-secret-file; --file FILE names one");
		return NULL;
	}
	for (size_t i = 1; i < jar->n_holders; i++) {
		if (strcmp(jar->holders[i].secrets.file, jar->holders[0].secrets.file) == 0)
			continue;
		gx_complain(command, "which file? %s serves with %s, %s with %s; --file FILE names one",
			    jar->holders[0].interface, jar->holders[0].secrets.file, jar->holders[i].interface,
			    jar->holders[i].secrets.file);
		return NULL;
	}
	return jar->holders[0].secrets.file;
}

/* Keep other commands from changing the file: its folder is locked, as the file is replaced. Returns a descriptor. */
static int gx_lock_folder(const struct gx_command *command, const char *file)
{
	const char *slash = strrchr(file, '/');
	char folder[PATH_MAX];
	int fd;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - file) + 1 : 1, slash ? file : ".");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX)) {
		gx_complain(command, "%s: lock: %s", folder, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/* Keep `up` from reading old secrets, and pinning them when the others have been changed. */
static int gx_lock_pins(const struct gx_command *command, int *lock)
{
	struct gx_failure failure;

	*lock = access(GX_PIN_ROOT, F_OK) ? -1 : gx_pins_lock(&failure);
	if (*lock >= 0 || access(GX_PIN_ROOT, F_OK))
		return GX_EXIT_DONE;
	gx_complain(command, "%s", failure.text);
	return GX_EXIT_FAILED;
}

/* --- what to do -------------------------------------------------------------------------------- */

/* The secret of `add`: the operand, or with "-" a line of standard input, which `ps` does not show. */
static int gx_take_secret(const struct gx_command *command, const char *text, __u64 secret[2])
{
	char line[GX_COOKIE_TEXT_OCTETS + 1] = "";
	int error;

	if (text && strcmp(text, "-") == 0)
		text = fgets(line, sizeof(line), stdin) ? line : "";
	line[strcspn(line, "\r\n")] = '\0';
	error = text ? gx_cookies_parse(text, secret) : -EINVAL;
	explicit_bzero(line, sizeof(line));
	if (error)
		gx_complain(command, "add: a secret of 32 hexadecimal digits, or - to read one from standard input");
	return error ? GX_EXIT_USAGE : GX_EXIT_DONE;
}

static int gx_add(const struct gx_command *command, const struct gx_options *options, struct gx_jar *jar)
{
	__u64 secret[2];
	int result = gx_take_secret(command, options->n_operands > 1 ? options->operands[1] : NULL, secret);

	if (result == GX_EXIT_DONE)
		gx_cookies_add(&jar->secrets, secret);
	explicit_bzero(secret, sizeof(secret));
	return result;
}

static int gx_generate(const struct gx_command *command, const struct gx_options *options, struct gx_jar *jar)
{
	__u64 secret[2];

	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret)) {
		gx_complain(command, "random octets: %s", strerror(errno));
		return GX_EXIT_FAILED;
	}
	gx_cookies_add(&jar->secrets, secret);
	explicit_bzero(secret, sizeof(secret));
	return GX_EXIT_DONE;
}

static int gx_no_staging(const struct gx_command *command, const struct gx_jar *jar)
{
	gx_complain(command, "%s: there is no staging secret (`geoxdp cookie-secret add SECRET` adds one)",
		    jar->secrets.file);
	return GX_EXIT_FAILED;
}

static int gx_activate(const struct gx_command *command, const struct gx_options *options, struct gx_jar *jar)
{
	return gx_cookies_activate(&jar->secrets) ? gx_no_staging(command, jar) : GX_EXIT_DONE;
}

static int gx_drop(const struct gx_command *command, const struct gx_options *options, struct gx_jar *jar)
{
	return gx_cookies_drop(&jar->secrets) ? gx_no_staging(command, jar) : GX_EXIT_DONE;
}

static const struct gx_action {
	const char *name;
	/* Changes the secrets; NULL: they stay. Complains, and returns GX_EXIT_*. */
	int (*change)(const struct gx_command *command, const struct gx_options *options, struct gx_jar *jar);
	bool updates;		/* what serves */
} gx_actions[] = {
	{ "show", NULL, false },
	{ "add", gx_add, true },
	{ "generate", gx_generate, true },
	{ "activate", gx_activate, true },
	{ "drop", gx_drop, true },
	{ "load", NULL, true },
};

static const struct gx_action *gx_find_action(const char *name)
{
	for (size_t i = 0; i < sizeof(gx_actions) / sizeof(*gx_actions); i++)
		if (strcmp(gx_actions[i].name, name) == 0)
			return &gx_actions[i];
	return NULL;
}

static int gx_update(const struct gx_command *command, const struct gx_options *options, struct gx_jar *jar)
{
	char **interfaces;
	size_t count = gx_pins_interfaces(&interfaces);
	int result = GX_EXIT_DONE;

	for (size_t i = 0; i < count; i++) {
		struct gx_failure failure;

		if (gx_cookies_update(interfaces[i], &jar->secrets, &jar->updated, &failure)) {
			gx_complain(command, "%s: %s", interfaces[i], failure.text);
			result = GX_EXIT_FAILED;
		}
		free(interfaces[i]);
	}
	free(interfaces);
	free(jar->holders);
	jar->holders = NULL;
	jar->n_holders = 0;
	return result == GX_EXIT_DONE ? gx_find_holders(command, options, jar) : result;
}

/* --- what is said ------------------------------------------------------------------------------ */

static int gx_report_json(const struct gx_options *options, const struct gx_jar *jar)
{
	json_t *secrets = json_array(), *interfaces = json_array();
	char text[GX_COOKIE_TEXT_OCTETS];

	for (uint32_t i = 0; i < jar->secrets.count; i++) {
		json_t *secret = json_pack("{s:s}", "state", gx_states[i]);

		if (options->secrets)
			json_object_set_new(secret, "secret", json_string(gx_cookies_show(jar->secrets.secrets[i], text)));
		json_array_append_new(secrets, secret);
	}
	for (size_t i = 0; i < jar->n_holders; i++)
		json_array_append_new(interfaces,
				      json_pack("{s:s, s:s, s:b}", "interface", jar->holders[i].interface, "file",
						jar->holders[i].secrets.file, "same",
						gx_cookies_equal(&jar->holders[i].secrets, &jar->secrets)));
	return gx_print_json(json_pack("{s:s, s:o, s:o, s:i}", "file", jar->secrets.file, "secrets", secrets,
				       "interfaces", interfaces, "updated", (int)jar->updated));
}

static void gx_report(const struct gx_options *options, const struct gx_jar *jar)
{
	char text[GX_COOKIE_TEXT_OCTETS];

	printf("%s:%s\n", jar->secrets.file, jar->secrets.count ? "" : " no secret, cookies are not answered");
	for (uint32_t i = 0; i < jar->secrets.count; i++)
		printf("  %s%s%s\n", gx_states[i], options->secrets ? " " : "",
		       options->secrets ? gx_cookies_show(jar->secrets.secrets[i], text) : "");
	explicit_bzero(text, sizeof(text));
	for (size_t i = 0; i < jar->n_holders; i++)
		printf("%s: %s\n", jar->holders[i].interface,
		       gx_cookies_equal(&jar->holders[i].secrets, &jar->secrets) ?
			       "serves with these" :
			       "serves with others (`geoxdp cookie-secret load` takes over those of the file)");
}

/* --- all --------------------------------------------------------------------------------------- */

static int gx_change(const struct gx_command *command, const struct gx_options *options,
		     const struct gx_action *action, struct gx_jar *jar)
{
	char error[GX_COOKIE_ERROR_OCTETS];
	int result = GX_EXIT_DONE;

	if (action->change)
		result = action->change(command, options, jar);
	if (result == GX_EXIT_DONE && action->change && gx_cookies_write(&jar->secrets, error)) {
		gx_complain(command, "%s; nothing was changed", error);
		result = GX_EXIT_FAILED;
	}
	if (result == GX_EXIT_DONE && action->updates)
		result = gx_update(command, options, jar);
	return result;
}

static int gx_read_file(const char *file, struct gx_cookie_secrets *secrets)
{
	struct gx_diag diag = {0};
	int error = gx_cookies_read(secrets, file, NULL, &diag);

	gx_print_findings(&diag, access(file, F_OK) == 0); /* of one that is about to be made, none is needed */
	gx_diag_free(&diag);
	return error ? GX_EXIT_INVALID : GX_EXIT_DONE;
}

/* With the file found and all locked. */
static int gx_work(const struct gx_command *command, const struct gx_options *options, const struct gx_action *action,
		   struct gx_jar *jar)
{
	const char *file = gx_find_file(command, options, jar);
	int result, lock, pins;

	if (!file)
		return GX_EXIT_USAGE;
	lock = gx_lock_folder(command, file);
	if (lock < 0)
		return GX_EXIT_FAILED;
	result = gx_lock_pins(command, &pins);
	if (result == GX_EXIT_DONE)
		result = gx_read_file(file, &jar->secrets);
	if (result == GX_EXIT_DONE)
		result = gx_change(command, options, action, jar);
	if (pins >= 0)
		close(pins);
	close(lock);
	return result;
}

int gx_cmd_cookie_secret(const struct gx_command *command, const struct gx_options *options)
{
	const struct gx_action *action = gx_find_action(options->operands[0]);
	struct gx_jar jar = {0};
	int result;

	if (!action || (options->n_operands > 1 && action->change != gx_add)) {
		gx_complain(command, "%s; usage: geoxdp %s [options] %s",
			    action ? "too many arguments" : "no such action", command->name, command->operands);
		return GX_EXIT_USAGE;
	}
	result = gx_find_holders(command, options, &jar);
	if (result == GX_EXIT_DONE)
		result = gx_work(command, options, action, &jar);
	if (result == GX_EXIT_DONE && options->json)
		gx_report_json(options, &jar);
	else if (result == GX_EXIT_DONE && !options->quiet)
		gx_report(options, &jar);
	if (jar.holders)
		explicit_bzero(jar.holders, jar.n_holders * sizeof(*jar.holders));
	free(jar.holders);
	explicit_bzero(&jar, sizeof(jar));
	return result;
}
