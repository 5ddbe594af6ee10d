#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What `geoxdp check` says of whole set-ups: the findings in tests/data/*/*/expect to the letter, and nothing else.
# Bad ones are refused with status 3, good ones may get warnings. As the operator sees it; the same findings are
# looked at inside the program by tests/unit/test_bad_input.c, under the sanitizers.
set -u

cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
tests=0 failures=0

check_case() {	# FOLDER STATUS OPTION FILE
	local folder=${1%/} want=$2 option=$3 file=$4 status summary

	"$BUILD/geoxdp" check "$option" "$folder/$file" > "$work/out" 2> "$work/err"
	status=$?
	cp "$folder/expect" "$work/want"
	# What follows the findings: one line that says how many there are.
	if [ "$want" -eq 3 ]; then
		summary=$(tail -n 1 "$work/err")
		sed -i '$d' "$work/err"
		[ -s "$work/out" ] && echo 'stdout is not empty' >> "$work/err"
		case $summary in
		"geoxdp check: $folder/$file: "[1-9]*" error"*", nothing was changed") ;;
		*) echo "unexpected last line: $summary" >> "$work/err" ;;
		esac
	fi
	[ "$status" -eq "$want" ] || echo "exit status $status, not $want" >> "$work/err"
	tests=$((tests + 1))
	if diff -u "$work/want" "$work/err" > "$work/diff"; then
		echo "ok $tests - ${folder#tests/data/}"
	else
		echo "not ok $tests - ${folder#tests/data/}"
		sed 's/^/#   /' "$work/diff"
		failures=$((failures + 1))
	fi
}

for folder in tests/data/bad/*/; do
	check_case "$folder" 3 --pdns pdns.conf
done
for folder in tests/data/good/*/; do
	check_case "$folder" 0 --pdns pdns.conf
done
for folder in tests/data/bad-native/*/; do
	check_case "$folder" 3 -c geoxdp.conf
done
for folder in tests/data/good-native/*/; do
	check_case "$folder" 0 -c geoxdp.conf
done
# An empty folder must not pass for a test.
[ "$tests" -ge 150 ] || echo "not ok $((tests += 1)) - there are set-ups to check"
echo "1..$tests"
[ "$failures" -eq 0 ]
