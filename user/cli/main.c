/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geoxdp: the table of commands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/cli/cli.h"

static const struct gx_command gx_commands[] = {
	{ "check", "", "validate a configuration and every file it names", "cpLqj", 0, 0,
	  "Prints each finding as FILE:LINE: what is wrong: what would be right.\n"
	  "Exit status 3 if there is an error; warnings alone leave it 0.\n\n"
	  "  geoxdp check --pdns /etc/powerdns/pdns.conf\n",
	  gx_cmd_check },
	{ "query", "NAME [TYPE]", "ask the real program, without touching an interface", "cpfedntiqj", 1, 2,
	  "Builds the query, gives it to the XDP program in the kernel, and prints the reply as dig does, or\n"
	  "`passed: REASON` where the DNS server behind it would get the query. Without -c or --pdns, asks the\n"
	  "generation that is serving; its counters do not move. --tcp shows what `geoxdp run` answers over TCP.\n\n"
	  "  geoxdp query --pdns examples/own-cdn/pdns.conf --from 8.8.8.8 www.example.com\n"
	  "  geoxdp query --ecs 193.0.0.0/21 www.example.com AAAA\n",
	  gx_cmd_query },
	{ "explain", "ADDR [NAME [TYPE]]", "why an address gets the answer it gets", "cpiqj", 1, 3,
	  "Names the source line that says where the address is, the map entry and the target it leads to, the\n"
	  "answer, and the ECS scope. Without -c or --pdns: what serves now, with drains, health and overrides.\n\n"
	  "  geoxdp explain --pdns examples/own-cdn/pdns.conf 8.8.8.8 www.example.com\n",
	  gx_cmd_explain },
	{ "up", "", "build a generation and attach it, or swap it in where one is serving", "cpimLFNqj", 0, 0,
	  "Answers on all addresses of the interface. The program serves on after the command has ended, and\n"
	  "until `geoxdp down`. A mistake in the configuration changes nothing. From a timer, --no-attach lets what was\n"
	  "taken down stay down.\n\n"
	  "  geoxdp up --pdns /etc/powerdns/pdns.conf -i eth0\n",
	  gx_cmd_up },
	{ "down", "", "stop answering and leave nothing behind", "iqj", 0, 0,
	  "Without -i, on all interfaces. The DNS server behind gets all queries from then on.\n\n"
	  "  geoxdp down\n",
	  gx_cmd_down },
	{ "rollback", "[N]", "let an earlier generation serve again", "iqj", 0, 1,
	  "Without N, the generation before the one that serves. All interfaces change, or none. Generations that were\n"
	  "rolled back stay, and N can name one of them, until the next `geoxdp up`. Drains, overrides and what health\n"
	  "checks found are kept.\n\n"
	  "  geoxdp rollback\n"
	  "  geoxdp rollback 7\n",
	  gx_cmd_rollback },
	{ "drain", "SITE", "take a site out of every answer at once", "uqj", 1, 1,
	  "Its clients get the next site of their map. In effect in milliseconds, on all interfaces; kept over swaps,\n"
	  "rollbacks and restarts, until `geoxdp undrain`, or until the time given is over.\n\n"
	  "  geoxdp drain eu\n"
	  "  geoxdp drain eu --for 1h\n",
	  gx_cmd_drain },
	{ "undrain", "SITE", "let a drained site be answered again", "qj", 1, 1,
	  "  geoxdp undrain eu\n",
	  gx_cmd_undrain },
	{ "net", "add|del|list ...", "override where prefixes are", "uqj", 1, 3,
	  "net add PREFIX LOCATION, net del PREFIX, net list. LOCATION is an ISO 3166-1 code, or a name of your own that a\n"
	  "nets source of the serving generation gives. In effect at once, with exact ECS scopes, also next to the prefix;\n"
	  "kept over swaps, rollbacks and restarts.\n\n"
	  "  geoxdp net add 203.0.113.0/24 DE\n"
	  "  geoxdp net add 2001:db8::/32 office --for 1h\n"
	  "  geoxdp net del 203.0.113.0/24\n"
	  "  geoxdp net list --json\n",
	  gx_cmd_net },
	{ "status", "", "what is serving, and since when", "ij", 0, 0,
	  "Exit status 1 if nothing is serving.\n\n"
	  "  geoxdp status --json\n",
	  gx_cmd_status },
	{ "run", "", "a service: serve, reload what changes, check health, answer TCP", "cpimFDTq", 0, 0,
	  "Stays in the foreground, for systemd (Type=notify) or a terminal. Watches all files that the configuration\n"
	  "is read from; a mistake in one changes nothing, and is logged. SIGHUP and `geoxdp reload` read all of them\n"
	  "again. When it ends, or is killed, what serves goes on serving, unless --detach is given.\n\n"
	  "  geoxdp run -c /etc/geoxdp/geoxdp.conf\n",
	  gx_cmd_run },
	{ "reload", "", "have the running service read everything again", "", 0, 0,
	  "Prints what the build says, and exits with its status. Exit status 1 if no service runs.\n\n"
	  "  geoxdp reload\n",
	  gx_cmd_ask },
	{ "rediscover", "", "the same, and say which files came and went", "", 0, 0,
	  "As `pdns_control rediscover` looks for new zones: all is read again, and the files that were not read\n"
	  "before, or are not any more, are printed.\n\n"
	  "  geoxdp rediscover\n",
	  gx_cmd_ask },
	{ "diff", "CONF1 CONF2", "which clients a change of the configuration would tell something else", "qj", 2, 2,
	  "Per geo name: the share of the IPv4 and IPv6 space, the countries and the prefixes that move. Both kinds of\n"
	  "configuration are taken. Exit status 0 whether anything moves or not.\n\n"
	  "  geoxdp diff old.conf new.conf\n",
	  gx_cmd_diff },
	{ "map", "NAME --svg FILE", "draw a map: the world, coloured by the site each country gets", "cpsqj", 1, 1,
	  "NAME is a map of the configuration; a director map has the name of its file. With --json, the countries\n"
	  "and the share of the IPv4 space that each site gets are printed.\n\n"
	  "  geoxdp map world -c /etc/geoxdp/geoxdp.conf --svg world.svg\n"
	  "  geoxdp map geo.map --pdns examples/own-cdn/pdns.conf --svg geo.svg\n",
	  gx_cmd_map },
	{ "import", "KIND FILE", "write the native configuration of an existing set-up", "oF", 2, 2,
	  "KIND and FILE: pdns and the pdns.conf of a set-up with the geo backend; gdnsd and its file `config`, with\n"
	  "the folders geoip and zones beside it; pdns-geoip and the YAML file of PowerDNS's geoip backend, or the\n"
	  "pdns.conf that names it. What has no counterpart is listed with FILE:LINE on standard error, and at the\n"
	  "head of what is written. Files that go with the configuration, such as zones and networks, are written\n"
	  "beside it with -o, and as comments at its end without.\n\n"
	  "  geoxdp import pdns /etc/powerdns/pdns.conf -o /etc/geoxdp/geoxdp.conf\n"
	  "  geoxdp import gdnsd /etc/gdnsd/config\n",
	  gx_cmd_import },
	{ "cookie-secret", "ACTION [SECRET]", "the secrets of DNS cookies, shared with other servers", "kSqj", 1, 2,
	  "ACTION: show; add SECRET (- reads it from standard input), which becomes the staging one, or the active one\n"
	  "where there is none; generate, which adds a random one; activate, which swaps the two; drop, which removes the\n"
	  "staging one; load, which takes over what another program wrote. The file is that of server:\n"
	  "cookie-secret-file, and what serves changes with it at once. Secrets are printed with --secrets only.\n\n"
	  "  geoxdp cookie-secret show\n"
	  "  geoxdp cookie-secret generate --file /etc/geoxdp/cookie-secrets\n",
	  gx_cmd_cookie_secret },
	{ "stats", "", "how many packets were answered, or passed and why", "iwj", 0, 0,
	  "  geoxdp stats --watch\n",
	  gx_cmd_stats },
};

#define GX_N_COMMANDS (sizeof(gx_commands) / sizeof(*gx_commands))

static const struct gx_command *gx_find_command(const char *name)
{
	for (size_t i = 0; i < GX_N_COMMANDS; i++)
		if (!strcmp(gx_commands[i].name, name))
			return &gx_commands[i];
	return NULL;
}

static int gx_print_help(FILE *file)
{
	fprintf(file, "geoxdp - GeoDNS answers in the network driver\n\n"
		      "usage: geoxdp COMMAND [options] [operands]\n\n");
	for (size_t i = 0; i < GX_N_COMMANDS; i++)
		fprintf(file, "  %-13s %-20s %s\n", gx_commands[i].name, gx_commands[i].operands,
			gx_commands[i].summary);
	fprintf(file, "\n`geoxdp help COMMAND` says more. Exit status: 0 done, 1 failed, 2 usage,\n"
		      "3 invalid configuration.\n");
	return file == stdout ? GX_EXIT_DONE : GX_EXIT_USAGE;
}

static int gx_print_command_help(const struct gx_command *command)
{
	printf("usage: geoxdp %s [options]%s%s\n\n%s\n\n", command->name, *command->operands ? " " : "",
	       command->operands, command->summary);
	gx_print_options(command);
	printf("\n%s", command->help);
	return GX_EXIT_DONE;
}

int main(int argc, char **argv)
{
	struct gx_options options = {};
	const struct gx_command *command;
	const char *name = argc > 1 ? argv[1] : "";
	int result;

	setlinebuf(stdout);
	gx_object_set_verbose(getenv("GEOXDP_VERBOSE") != NULL);
	if (!strcmp(name, "--version") || !strcmp(name, "version")) {
		printf("geoxdp %s (ABI %d)\n", GX_VERSION, GX_ABI_VERSION);
		return GX_EXIT_DONE;
	}
	if (!strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h")) {
		command = argc > 2 ? gx_find_command(argv[2]) : NULL;
		return command ? gx_print_command_help(command) : gx_print_help(argc > 2 ? stderr : stdout);
	}
	command = gx_find_command(name);
	if (!command) {
		if (*name)
			fprintf(stderr, "geoxdp: %s: no such command\n\n", name);
		return gx_print_help(stderr);
	}
	result = gx_parse_options(command, argc - 1, argv + 1, &options);
	if (result == 0)
		result = command->run(command, &options);
	else
		result = result > 0 ? gx_print_command_help(command) : GX_EXIT_USAGE;
	free(options.interfaces);
	free(options.no_attach);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "geoxdp %s: standard output: cannot be written\n", command->name);
		return GX_EXIT_FAILED;
	}
	return result;
}
