#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Do the benchmarks measure what they say? No timing: every reply in them is that of the program alone.
"${BUILD:-build}/bench/packets" --check
