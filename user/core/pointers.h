/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compression pointers of a rendered message (RFC 1035 4.1.4), so that they can be moved. */
#ifndef GEOXDP_CORE_POINTERS_H
#define GEOXDP_CORE_POINTERS_H

#include <stddef.h>
#include <stdint.h>

/**
 * gx_pointers_find - where records have their pointers
 * @wire: of a message
 * @from, @end: offsets of its records, without the question
 * @except: those that lead to this offset are left out; 0: none
 * @offsets: receives their offsets from @from on, ascending
 * @max: of these
 *
 * Each name has at most one, at its end. Only names in owners and in the rdata of types that RFC 1035 defines are
 * compressed (RFC 3597 4).
 *
 * Returns how many there are, which may be more than max; or -EINVAL: not whole records.
 */
int gx_pointers_find(const uint8_t *wire, size_t from, size_t end, size_t except, uint16_t *offsets, size_t max);

#endif
