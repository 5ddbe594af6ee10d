/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands share: options, exit codes, reading a configuration, printing. */
#ifndef GEOXDP_CLI_H
#define GEOXDP_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "user/core/config.h"
#include "user/core/image.h"
#include "user/sys/attach.h"
#include "user/sys/failure.h"

enum gx_exit {
	GX_EXIT_DONE = 0,
	GX_EXIT_FAILED = 1,
	GX_EXIT_USAGE = 2,
	GX_EXIT_INVALID = 3,	/* the configuration */
};

/* Options of all commands; each command takes some of them. */
struct gx_options {
	const char *config;	/* native configuration */
	const char *pdns;	/* PowerDNS set-up */
	const char **interfaces;
	size_t n_interfaces;
	enum gx_mode mode;
	bool mode_given;
	const char *from;
	const char *ecs;
	const char *svg;
	const char *output;
	const char *files;	/* where to list the files that were read or looked for */
	uint64_t for_s;		/* 0: not given */
	const char *watch;	/* interval text, "" for the default; NULL: not given */
	const char *file;	/* of cookie secrets */
	bool secrets;
	bool json;
	bool dnssec;
	bool no_edns;
	bool tcp;
	bool quiet;
	bool force;
	bool attach_nowhere;	/* swap only */
	const char **no_attach;	/* swap only, on these interfaces */
	size_t n_no_attach;
	bool detach;
	bool no_tcp;
	char **operands;
	int n_operands;
};

struct gx_command {
	const char *name;
	const char *operands;	/* as in the usage line */
	const char *summary;
	const char *options;	/* letters of gx_switch_table that it takes */
	int min_operands, max_operands;
	const char *help;	/* what else `geoxdp help NAME` says, with examples */
	int (*run)(const struct gx_command *command, const struct gx_options *options);
};

/* The commands, one file each. */
int gx_cmd_check(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_query(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_explain(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_up(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_down(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_status(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_stats(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_diff(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_map(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_cookie_secret(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_import(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_run(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_ask(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_rollback(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_drain(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_undrain(const struct gx_command *command, const struct gx_options *options);
int gx_cmd_net(const struct gx_command *command, const struct gx_options *options);

/**
 * gx_parse_options - read a command's arguments
 * @argc, @argv: from the command's name on
 *
 * Returns 0, or -1: the mistake was printed; exit with GX_EXIT_USAGE.
 */
int gx_parse_options(const struct gx_command *command, int argc, char **argv, struct gx_options *out);
void gx_print_options(const struct gx_command *command);

/* "geoxdp COMMAND: text" on stderr. */
void gx_complain(const struct gx_command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bold, red and so on where stderr or stdout is a terminal and NO_COLOR is not set; else "". */
const char *gx_colour(int fd, const char *code);
#define GX_RED "\033[31m"
#define GX_YELLOW "\033[33m"
#define GX_BOLD "\033[1m"
#define GX_DIM "\033[2m"
#define GX_PLAIN "\033[0m"

/* A configuration with the image compiled from it. */
struct gx_input {
	struct gx_config config;
	struct gx_image image;
	struct gx_diag diag;
};

/**
 * gx_input_read - read and compile a configuration of either kind, which its content tells
 * @input: zero-initialised; free with gx_input_free() in any case
 * @file: path
 *
 * Findings go to stderr, one a line, progress as well if it is a terminal.
 *
 * Returns GX_EXIT_DONE or GX_EXIT_INVALID: a closing line was printed.
 */
int gx_input_read(const struct gx_command *command, struct gx_input *input, const char *file,
		  const struct gx_options *options);

/**
 * gx_input_read_given - the same with the configuration that -c or --pdns names, of the kind that the option says
 *
 * Returns GX_EXIT_USAGE as well: neither was given, or both.
 */
int gx_input_read_given(const struct gx_command *command, struct gx_input *input, const struct gx_options *options);

/* The path that -c or --pdns gave, or NULL. */
const char *gx_given_path(const struct gx_options *options);
void gx_input_free(struct gx_input *input);
/* Findings on stderr, one a line. */
void gx_print_findings(const struct gx_diag *diag, bool warnings);
/* {"file":…, "line":…, "column":…, "severity":…, "text":…} of each finding. */
json_t *gx_findings_json(const struct gx_diag *diag);

/* Progress on a terminal: "geoxdp: STEP OBJECT", replaced by the next; "" clears the line. */
void gx_show_progress(const char *step, const char *object);

/* Print and free a JSON value. */
int gx_print_json(json_t *value);

/* "drained", "down", "pending"; "": it is up. */
const char *gx_unit_state(const struct gx_unit *unit);

/* Seconds, octets and counts in the form people read; buffers of 32. */
char *gx_show_octets(uint64_t octets, char *buffer);
char *gx_show_age(uint64_t seconds, char *buffer);
/* Seconds since 1970 as local date and time. */
char *gx_show_time(uint64_t time_s, char *buffer);

/* Interfaces named by -i, or all that have a folder of pins. Returns the number; 0: none serves. */
size_t gx_serving_interfaces(const struct gx_options *options, const char ***names);

/* "nothing is serving", or that it takes root to tell. */
const char *gx_nothing_serves(void);

/* Name, kind and text of an outcome reason. */
const char *gx_reason_name(unsigned int reason);
const char *gx_reason_text(unsigned int reason);
const char *gx_reason_kind_name(unsigned int reason);

#endif
