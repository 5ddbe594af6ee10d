/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names that differ only in the bit in which letters of the two cases differ, of octets that are no letters: of a '-', of
 * what is next to the letters, of letters with their top bit, of a label's length, 1 and 33, and beyond the octets that
 * stand in a slot of `names`. Below an apex, as text.
 */
#ifndef GEOXDP_TESTS_LIB_CASE_BITS_H
#define GEOXDP_TESTS_LIB_CASE_BITS_H

#define CASE_BITS_LABEL31 "abcdefghijklmnopqrstuvwxyz01234"

static const char *const case_bits[][2] = {
	{ "a-b", "a\\013b" },
	{ "\\064\\091", "\\096\\123" },
	{ "\\193x\\250", "\\225x\\218" },
	{ "x." CASE_BITS_LABEL31, "x\\063" CASE_BITS_LABEL31 },
	{ CASE_BITS_LABEL31 "abcdefghijklm-q", CASE_BITS_LABEL31 "abcdefghijklm\\013q" },
};

#define CASE_BITS_PAIRS (sizeof(case_bits) / sizeof(*case_bits))

#endif
