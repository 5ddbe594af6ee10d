/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signed zones for benchmarks: each record that DNSSEC asks for is there, with signatures that nobody validates. */
#ifndef GEOXDP_TESTS_BENCH_SIGNED_ZONE_H
#define GEOXDP_TESTS_BENCH_SIGNED_ZONE_H

#include <stdbool.h>
#include <stdio.h>

#define SIGNED_HOSTS	1000

/**
 * signed_zone_write - a zone file with hosts h000 to h999, of an A each
 * @apex: with its dot
 * @nsec3: deny by NSEC3 (no salt, no further iterations: RFC 9276), else by NSEC
 *
 * Signatures have the size of ECDSA P-256's.
 */
void signed_zone_write(FILE *file, const char *apex, bool nsec3);

#endif
