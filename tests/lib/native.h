/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program over a configuration file of a test's own, for the service addresses of PACKET(). */
#ifndef GEOXDP_TESTS_LIB_NATIVE_H
#define GEOXDP_TESTS_LIB_NATIVE_H

#include <stdbool.h>

#include "tests/lib/packet.h"
#include "tests/lib/reply.h"
#include "user/core/config.h"
#include "user/sys/object.h"

/**
 * native_load - read, build and load
 * @file: in the native form
 * @config: zero-initialised; filled; free with gx_config_free() also on error
 * @object: receives the loaded program
 *
 * Findings go to stderr.
 *
 * Returns 0 or a negative error; -EPERM: the program may not be loaded.
 */
int native_load(const char *file, struct gx_config *config, struct gx_object **object);

/**
 * native_ask - one query through the program
 * @is_passed: receives whether it was handed on: then there is no reply
 * @reply: receives what reply_check() finds
 *
 * Returns NULL, or what is wrong.
 */
const char *native_ask(const struct gx_object *object, const struct packet *packet, bool *is_passed,
		       struct reply *reply);

#endif
