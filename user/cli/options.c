/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of all commands, in one table. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/core/mem.h"

struct gx_switch {
	char letter;
	const char *name;
	const char *argument;	/* NULL: takes none; "[X]": optional */
	const char *text;
};

static const struct gx_switch gx_switch_table[] = {
	{ 'c', "config", "CONF", "native configuration, see geoxdp.conf(5)" },
	{ 'p', "pdns", "PDNS_CONF", "an existing PowerDNS set-up with the geo backend" },
	{ 'i', "interface", "IFACE", "network interface; may be given again" },
	{ 'm', "mode", "MODE", "native, generic or auto (the default: native where the driver can)" },
	{ 'f', "from", "ADDR", "the client's address (default 192.0.2.1)" },
	{ 'e', "ecs", "NET", "EDNS client subnet, such as 198.51.100.0/24" },
	{ 'd', "dnssec", NULL, "set DO=1" },
	{ 'n', "noedns", NULL, "send no OPT" },
	{ 't', "tcp", NULL, "ask as over TCP: large answers come whole" },
	{ 'w', "watch", "[SECONDS]", "show again each second, or after so many" },
	{ 'u', "for", "TIME", "until then only: 90s, 15m, 1h, 2d, 1w" },
	{ 's', "svg", "FILE", "write the picture there; - is standard output" },
	{ 'o', "output", "FILE", "write there instead of to standard output" },
	{ 'L', "files", "FILE", "list the files that were read or looked for there, one a line" },
	{ 'k', "file", "FILE", "the file of the secrets, where nothing serves that has one" },
	{ 'S', "secrets", NULL, "print the secrets themselves" },
	{ 'F', "force", NULL, "up: take sources that became far smaller; import: replace files" },
	{ 'N', "no-attach", "[IFACE]", "only swap: leave alone what was taken down, there or anywhere; may be given again" },
	{ 'D', "detach", NULL, "stop answering when the service ends" },
	{ 'T', "no-tcp", NULL, "leave TCP to the DNS server behind" },
	{ 'q', "quiet", NULL, "no progress, no summary" },
	{ 'j', "json", NULL, "print JSON" },
	{ 'h', "help", NULL, "this help" },
};

#define GX_FOR_MAX_S (3650ull * 86400)
#define GX_N_OPTIONS (sizeof(gx_switch_table) / sizeof(*gx_switch_table))

static bool gx_takes(const struct gx_command *command, char letter)
{
	return letter == 'h' || strchr(command->options, letter);
}

void gx_print_options(const struct gx_command *command)
{
	for (size_t i = 0; i < GX_N_OPTIONS; i++) {
		const struct gx_switch *option = &gx_switch_table[i];
		char left[64];

		if (!gx_takes(command, option->letter))
			continue;
		snprintf(left, sizeof(left), "-%c, --%s%s%s", option->letter, option->name,
			 option->argument ? (*option->argument == '[' ? "" : " ") : "",
			 option->argument ? option->argument : "");
		printf("  %-26s %s\n", left, option->text);
	}
}

static int gx_parse_mode(const struct gx_command *command, const char *text, enum gx_mode *mode)
{
	for (enum gx_mode each = GX_MODE_AUTO; each <= GX_MODE_GENERIC; each++) {
		if (!strcmp(text, gx_mode_name(each))) {
			*mode = each;
			return 0;
		}
	}
	gx_complain(command, "--mode %s: native, generic or auto", text);
	return -1;
}

static int gx_parse_for(const struct gx_command *command, const char *text, uint64_t *seconds)
{
	static const struct {
		char letter;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	size_t digits = strspn(text, "0123456789");
	unsigned long number = digits && digits <= 9 ? strtoul(text, NULL, 10) : 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (text[digits] != units[i].letter || text[digits + 1] || !number)
			continue;
		*seconds = (uint64_t)number * units[i].seconds;
		if (*seconds <= GX_FOR_MAX_S)
			return 0;
	}
	gx_complain(command, "--for %s: 90s, 15m, 1h, 2d or 1w; at most ten years", text);
	return -1;
}

static void gx_take_no_attach(struct gx_options *out)
{
	if (!optarg) {
		out->attach_nowhere = true;
		return;
	}
	out->no_attach = gx_realloc(out->no_attach, (out->n_no_attach + 1) * sizeof(*out->no_attach));
	out->no_attach[out->n_no_attach++] = optarg;
}

static int gx_take_option(const struct gx_command *command, int letter, struct gx_options *out)
{
	switch (letter) {
	case 'c':
		out->config = optarg;
		return 0;
	case 'p':
		out->pdns = optarg;
		return 0;
	case 'i':
		out->interfaces = gx_realloc(out->interfaces, (out->n_interfaces + 1) * sizeof(*out->interfaces));
		out->interfaces[out->n_interfaces++] = optarg;
		if (*optarg && !strchr(optarg, '/') && strcmp(optarg, ".") && strcmp(optarg, ".."))
			return 0;
		gx_complain(command, "--interface %s: not the name of an interface", optarg);
		return -1;
	case 'm':
		out->mode_given = true;
		return gx_parse_mode(command, optarg, &out->mode);
	case 'f':
		out->from = optarg;
		return 0;
	case 'e':
		out->ecs = optarg;
		return 0;
	case 'w':
		out->watch = optarg ? optarg : "";
		return 0;
	case 'u':
		return gx_parse_for(command, optarg, &out->for_s);
	case 's':
		out->svg = optarg;
		return 0;
	case 'o':
		out->output = optarg;
		return 0;
	case 'L':
		out->files = optarg;
		return 0;
	case 'k':
		out->file = optarg;
		return 0;
	case 'S':
		out->secrets = true;
		return 0;
	case 'F':
		out->force = true;
		return 0;
	case 'N':
		gx_take_no_attach(out);
		return 0;
	case 'D':
		out->detach = true;
		return 0;
	case 'T':
		out->no_tcp = true;
		return 0;
	case 'd':
		out->dnssec = true;
		return 0;
	case 'n':
		out->no_edns = true;
		return 0;
	case 't':
		out->tcp = true;
		return 0;
	case 'q':
		out->quiet = true;
		return 0;
	case 'j':
		out->json = true;
		return 0;
	default:
		return -1;
	}
}

int gx_parse_options(const struct gx_command *command, int argc, char **argv, struct gx_options *out)
{
	struct option longs[GX_N_OPTIONS + 1] = {};
	char shorts[3 * GX_N_OPTIONS + 2] = ":", *next = shorts + 1;
	size_t count = 0;
	int letter;

	for (size_t i = 0; i < GX_N_OPTIONS; i++) {
		const struct gx_switch *option = &gx_switch_table[i];
		int has = !option->argument ? no_argument :
			  *option->argument == '[' ? optional_argument : required_argument;

		if (!gx_takes(command, option->letter))
			continue;
		longs[count++] = (struct option){ option->name, has, NULL, option->letter };
		*next++ = option->letter;
		for (int colon = 0; colon < has; colon++)
			*next++ = ':';
	}
	opterr = 0;
	while ((letter = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (letter == 'h')
			return 1;
		if (letter == '?' || letter == ':') {
			gx_complain(command, "%s: %s (`geoxdp help %s` lists the options)", argv[optind - 1],
				    letter == ':' ? "needs an argument" : "no such option", command->name);
			return -1;
		}
		if (gx_take_option(command, letter, out))
			return -1;
	}
	out->operands = argv + optind;
	out->n_operands = argc - optind;
	if (out->n_operands >= command->min_operands && out->n_operands <= command->max_operands)
		return 0;
	gx_complain(command, "%s; usage: geoxdp %s [options] %s",
		    out->n_operands < command->min_operands ? "something is missing" : "too many arguments",
		    command->name, command->operands);
	return -1;
}

void gx_complain(const struct gx_command *command, const char *format, ...)
{
	va_list args;

	gx_show_progress("", "");
	fprintf(stderr, "geoxdp %s: ", command->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

const char *gx_colour(int fd, const char *code)
{
	return isatty(fd) && !getenv("NO_COLOR") ? code : "";
}
