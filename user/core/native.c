/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The native configuration: the file as a whole, its server and sources. */
#include "user/core/native.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "user/core/native_impl.h"
#include "user/core/text.h"

#define GX_INTERFACE_MAX_OCTETS 15 /* IFNAMSIZ - 1 */

/* --- server ------------------------------------------------------------------------------------ */

static bool is_interface_name(const char *text)
{
	return strlen(text) <= GX_INTERFACE_MAX_OCTETS && !strpbrk(text, "/ \t\n:") && strcmp(text, ".") != 0 &&
	       strcmp(text, "..") != 0;
}

static void read_interfaces(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;
	struct gx_native_list list;

	if (!gx_native_list(native, node, "interfaces", "a list such as [eth0]", &list))
		return;
	config->interfaces = gx_arena_alloc(&config->arena, list.n * sizeof(*config->interfaces));
	for (size_t i = 0; i < list.n; i++) {
		const struct gx_yaml *item = gx_native_item(&list, i);
		const char *name = gx_native_text(native, item, "an interface", "a name such as eth0");
		bool repeated = false;

		if (!name)
			continue;
		for (size_t j = 0; j < config->n_interfaces; j++)
			repeated = repeated || strcmp(config->interfaces[j], name) == 0;
		if (repeated)
			gx_error(native->diag, &item->where, "interface %s is there already: once would be right",
				 name);
		else if (!is_interface_name(name))
			gx_error(native->diag, &item->where,
				 "%s is not the name of an interface: at most %d octets without blanks, colons and "
				 "slashes, such as eth0, would be right",
				 gx_native_quote(native, name), GX_INTERFACE_MAX_OCTETS);
		else
			config->interfaces[config->n_interfaces++] = name;
	}
}

static void read_mode(struct gx_native *native, const struct gx_yaml *node)
{
	static const char *const modes[] = { "native", "generic", "auto" };
	static const struct gx_native_words words = { modes, 3, "native, generic or auto" };
	size_t mode;

	if (gx_native_choice(native, node, "mode", &words, &mode))
		native->config->mode = modes[mode];
}

/* Where the program looks clients up: in the compact index, or in the tries that it is the same as. */
static void read_lookup(struct gx_native *native, const struct gx_yaml *node)
{
	static const char *const forms[] = { "index", "lpm" };
	static const struct gx_native_words words = { forms, 2, "index or lpm" };
	size_t form;

	if (gx_native_choice(native, node, "lookup", &words, &form))
		native->config->lookup_lpm = form == 1;
}

static bool is_there(const struct gx_config *config, const struct gx_addr *address)
{
	for (size_t i = 0; i < config->n_addresses; i++)
		if (config->addresses[i].family == address->family && config->addresses[i].value == address->value)
			return true;
	return false;
}

static void read_address(struct gx_native *native, const struct gx_yaml *node)
{
	const char *text = gx_native_text(native, node, "an address", "an IPv4 or IPv6 address");
	struct gx_config *config = native->config;
	struct gx_addr address;

	if (!text)
		return;
	if (gx_parse_addr(text, &address) < 0)
		gx_error(native->diag, &node->where,
			 "%s is no address: such as 192.0.2.1 or 2001:db8::1 would be right",
			 gx_native_quote(native, text));
	else if (address.value == 0)
		gx_error(native->diag, &node->where,
			 "%s is not the address of a service: for all addresses of the interfaces, an empty list would "
			 "be right",
			 text);
	else if (is_there(config, &address))
		gx_error(native->diag, &node->where, "address %s is there already: once would be right", text);
	else if (config->n_addresses == GX_SERVICE_MAX)
		gx_error(native->diag, &node->where, "more than %d addresses: fewer would be right", GX_SERVICE_MAX);
	else
		config->addresses[config->n_addresses++] = address;
}

static void read_server(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;
	struct gx_native_values values;
	struct gx_native_list list;

	if (node && !gx_native_is_mapping(native, node, "server", "a mapping of interfaces, mode, lookup, addresses, nsid, "
							     "cookie-secret-file and tcp"))
		return;
	gx_native_take(native, node, GX_SECTION_SERVER, "server", &values);
	if (values.of[GX_KEY_INTERFACES])
		read_interfaces(native, values.of[GX_KEY_INTERFACES]);
	read_mode(native, values.of[GX_KEY_MODE]);
	gx_native_read_nsid(native, values.of[GX_KEY_NSID]);
	gx_native_read_cookies(native, values.of[GX_KEY_COOKIE_SECRET_FILE]);
	read_lookup(native, values.of[GX_KEY_LOOKUP]);
	gx_native_read_tcp(native, values.of[GX_KEY_TCP]);
	if (!values.of[GX_KEY_ADDRESSES] ||
	    !gx_native_list(native, values.of[GX_KEY_ADDRESSES], "addresses", "a list of addresses", &list))
		return;
	config->addresses = gx_arena_alloc(&config->arena, list.n * sizeof(*config->addresses));
	for (size_t i = 0; i < list.n; i++)
		read_address(native, gx_native_item(&list, i));
}

/* --- sources ----------------------------------------------------------------------------------- */

static void read_format(struct gx_native *native, const struct gx_yaml *node, enum gx_source_format *format)
{
	static const char wanted[] = "detect, rbldnsd, tor, mmdb, csv, rir or nets";
	const char *text = gx_native_text(native, node, "format", wanted), *meant = NULL;

	*format = GX_FORMAT_DETECT;
	if (!text || strcmp(text, gx_source_format_name(GX_FORMAT_DETECT)) == 0 ||
	    gx_find_source_format(text, format, &meant) == 0)
		return;
	if (meant)
		gx_error(native->diag, &node->where, "unknown format %s: did you mean '%s'?",
			 gx_native_quote(native, text), meant);
	else
		gx_error(native->diag, &node->where, "unknown format %s: %s would be right",
			 gx_native_quote(native, text), wanted);
}

static void read_source(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;
	struct gx_source source = { .where = node->where };
	const struct gx_yaml *file = node;
	struct gx_native_values values;
	const char *path;

	if (node->kind != GX_YAML_TEXT) {
		if (!gx_native_is_mapping(native, node, "a source",
					  "a path, or a mapping such as {file: PATH, format: nets},"))
			return;
		gx_native_take(native, node, GX_SECTION_SOURCE, "a source", &values);
		read_format(native, values.of[GX_KEY_SOURCE_FORMAT], &source.format);
		if (values.of[GX_KEY_SOURCE_LOCATIONS]) {
			path = gx_native_text(native, values.of[GX_KEY_SOURCE_LOCATIONS], "locations",
					      "the path of GeoLite2's file of locations");
			source.companion = path ? gx_text_path(&config->arena, native->directory, path) : NULL;
		}
		file = values.of[GX_KEY_SOURCE_FILE];
		if (!file)
			return;
		source.where = file->where;
	}
	path = gx_native_text(native, file, "file", "the path of a source");
	if (!path)
		return;
	source.file = gx_text_path(&config->arena, native->directory, path);
	config->sources[config->n_sources++] = source;
}

static void read_sources(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;
	struct gx_native_list list;

	if (!gx_native_list(native, node, "sources", "a list of files", &list))
		return;
	config->sources = gx_arena_alloc(&config->arena, list.n * sizeof(*config->sources));
	for (size_t i = 0; i < list.n; i++)
		read_source(native, gx_native_item(&list, i));
}

/* --- all --------------------------------------------------------------------------------------- */

static void check_sources(struct gx_native *native, const struct gx_yaml *node)
{
	const struct gx_config *config = native->config;

	if (!config->n_maps)
		return;
	if (!node)
		gx_error(native->diag, &(struct gx_where){ .file = config->file },
			 "there are maps, but no sources: 'sources: [FILE]' with files that say where addresses are "
			 "would be right");
	else if (node->kind == GX_YAML_LIST && !node->n)
		gx_error(native->diag, &node->where,
			 "no source: a list of files that say where addresses are would be right");
}

/* errors: before the file was read */
static void read_file(struct gx_native *native, const struct gx_yaml *root, size_t errors)
{
	struct gx_config *config = native->config;
	struct gx_native_values values;
	size_t before, checked;
	bool complete;

	gx_native_take(native, root, GX_SECTION_FILE, "the file", &values);
	before = native->diag->errors;
	read_server(native, values.of[GX_KEY_SERVER]);
	if (values.of[GX_KEY_SOURCES])
		read_sources(native, values.of[GX_KEY_SOURCES]);
	checked = native->diag->errors;
	gx_native_read_checks(native, values.of[GX_KEY_CHECKS]);
	gx_native_read_sites(native, values.of[GX_KEY_SITES]);
	native->checks_complete = native->diag->errors == checked;
	/* Mistakes there leave the rest complete. */
	errors += native->diag->errors - before;
	gx_native_read_groups(native, values.of[GX_KEY_GROUPS]);
	gx_native_read_maps(native, values.of[GX_KEY_MAPS]);
	gx_native_read_zones(native, values.of[GX_KEY_ZONES]);
	complete = native->diag->errors == errors;
	check_sources(native, values.of[GX_KEY_SOURCES]);
	gx_config_show_step(native->progress, "checking", config->file);
	if (complete)
		gx_native_check_used(native);
	gx_config_check(config, complete, native->diag);
	if (complete)
		gx_config_check_signed(config, native->diag);
	before = native->diag->errors;
	gx_config_load_sources(config, native->diag, native->progress);
	if (complete && native->diag->errors == before)
		gx_native_check_places(native);
}

/* Whether the first line that says anything is SETTING=VALUE or SETTING+=VALUE. */
static bool is_pdns_conf(const char *file)
{
	struct stat status;
	/* What can be read once, or is waited for, is left to who reads all of it. */
	FILE *stream = !stat(file, &status) && S_ISREG(status.st_mode) ? fopen(file, "re") : NULL;
	char line[256];
	bool found = false;

	while (stream && !found && fgets(line, sizeof(line), stream)) {
		const char *at = line + strspn(line, " \t\r\n\xef\xbb\xbf");

		if (!*at || *at == '#')
			continue;
		at += strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
		at += strspn(at, " \t+");
		found = *at == '=';
		break;
	}
	if (stream)
		fclose(stream);
	return found;
}

int gx_config_read_native(struct gx_config *config, const char *file, struct gx_diag *diag,
			  struct gx_progress *progress)
{
	struct gx_native native = { .config = config, .diag = diag, .progress = progress };
	size_t errors = diag->errors;
	struct gx_yaml *root;

	config->file = gx_arena_strdup(&config->arena, file);
	config->locations = gx_locations_new();
	gx_diag_note_file(diag, config->file);
	native.directory = gx_text_directory(&config->arena, file);
	gx_config_show_step(progress, "reading", config->file);
	if (is_pdns_conf(config->file)) {
		gx_error(diag, &(struct gx_where){ .file = config->file },
			 "SETTING=VALUE, as in a pdns.conf: a native configuration, or --pdns to read this one, would "
			 "be "
			 "right");
		gx_config_take_files(config, diag);
		return -EINVAL;
	}
	root = gx_yaml_read(&config->arena, config->file, diag);
	if (root && gx_native_is_mapping(&native, root, "the file", "a mapping with sources, maps and zones"))
		read_file(&native, root, errors);
	gx_config_take_files(config, diag);
	gx_diag_sort(diag);
	return diag->errors == errors ? 0 : -EINVAL;
}

int gx_config_read(struct gx_config *config, const char *file, struct gx_diag *diag, struct gx_progress *progress)
{
	return (is_pdns_conf(file) ? gx_config_read_pdns : gx_config_read_native)(config, file, diag, progress);
}
