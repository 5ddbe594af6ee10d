#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Do the benchmarks measure what they say? No timing: every reply in them is that of the program alone, and all forms of
# the geo look-up find the same.
status=0
for name in packets geo growth stages; do
	"${BUILD:-build}/bench/$name" --check || status=1
done
exit $status
