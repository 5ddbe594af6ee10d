/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS messages for people and for programs. */
#ifndef GEOXDP_CLI_MESSAGE_H
#define GEOXDP_CLI_MESSAGE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/**
 * gx_print_message - print a DNS message in the form of dig
 * @message: from its header on
 *
 * Returns 0, or -EINVAL: it cannot be parsed.
 */
int gx_print_message(const uint8_t *message, size_t octets);

/* Only the records of its answer, authority and additional sections. */
int gx_print_records_of(const uint8_t *message, size_t octets);

/* The message as JSON, or NULL: it cannot be parsed. */
json_t *gx_message_json(const uint8_t *message, size_t octets);

#endif
