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
# Who waits for a file to appear must know its name, above all when the configuration is invalid.
check_files() {	# NAME STATUS WANTED CONFIG [OPTION...]
	local name=$1 want=$2 wanted=$3 config=$4 status found
	shift 4
	"$BUILD/geoxdp" check --quiet -c "$config" "$@" > "$work/out" 2> /dev/null
	status=$?
	found=$(tr '\n' ' ' < "$work/files")
	tests=$((tests + 1))
	if [ "$status" -eq "$want" ] && [ "$found" = "$wanted" ]; then
		echo "ok $tests - $name"
	else
		echo "not ok $tests - $name"
		echo "#   exit status $status, not $want; files: $found"
		failures=$((failures + 1))
	fi
}

folder=tests/data/bad-native/zone-file-missing
check_files 'all files are listed, missing ones too' 3 \
	"$folder/../../good-native/plain/countries.txt $folder/geoxdp.conf $folder/nowhere.zone " \
	"$folder/geoxdp.conf" --files "$work/files"
folder=tests/data/good-native/plain
exec 5> "$work/files"
check_files 'a descriptor takes the list' 0 \
	"$folder/countries.txt $folder/example.com.zone $folder/geoxdp.conf " "$folder/geoxdp.conf" -L /dev/fd/5
exec 5>&-
: > "$work/files"
check_files 'a list that cannot be written is a failure' 1 '' "$folder/geoxdp.conf" --files "$work/nowhere/files"
# An empty folder must not pass for a test.
[ "$tests" -ge 150 ] || echo "not ok $((tests += 1)) - there are set-ups to check"
echo "1..$tests"
[ "$failures" -eq 0 ]
