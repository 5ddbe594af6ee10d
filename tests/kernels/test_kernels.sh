#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The BPF_PROG_RUN tests on Linux 6.1, the oldest kernel that the program is made for, and on 6.12, at the same time: an
# emulated machine keeps one core busy.
set -u

boot=$(dirname "$0")/boot
fetch=$(dirname "$0")/fetch
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
trap 'exit 130' INT TERM
status=0

# One after the other: they share the state of apt. Where it fails, boot says so.
for series in 6.1 6.12; do
	"$fetch" $series > /dev/null 2>&1
done
"$boot" 6.1 > "$out/6.1" 2> "$out/6.1.err" &
first=$!
"$boot" 6.12 > "$out/6.12" 2> "$out/6.12.err" || status=1
wait "$first" || status=1
cat "$out/6.1" "$out/6.12"
cat "$out/6.1.err" "$out/6.12.err" >&2
exit "$status"
