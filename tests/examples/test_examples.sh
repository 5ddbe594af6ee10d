#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The native set-ups below examples/: each is free of errors, and its file `queries` says what the program answers.
#
# A line of `queries`: CLIENT NAME TYPE ANSWER, where ANSWER is the data of the records of that type, sorted, with
# commas between them; NODATA or another status; or passed: the query is left to the name server behind.
set -u

cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
tests=0 failures=0

report() {	# NAME GOT WANT
	tests=$((tests + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $tests - $1"
	else
		echo "not ok $tests - $1"
		printf 'got:\n%s\nwant:\n%s\n' "$2" "$3" | sed 's/^/#   /'
		failures=$((failures + 1))
	fi
}

# The answer of `geoxdp query --json` in the form of `queries`.
# shellcheck disable=SC2016
summary='
	my $reply = decode_json(join "", <STDIN>);
	my $type = uc shift;
	if ($reply->{action} eq "passed") {
		print "passed";
	} else {
		my @data = sort map { $_->{data} } grep { $_->{type} eq $type } @{$reply->{answer}};
		print @data ? join(",", @data) : $reply->{status} eq "NOERROR" ? "NODATA" : $reply->{status};
	}'

ask() {	# CONF CLIENT NAME TYPE
	if "$BUILD/geoxdp" query --quiet --json -c "$1" --from "$2" "$3" "$4" > "$work/out" 2> "$work/err"; then
		perl -MJSON::PP -e "$summary" "$4" < "$work/out"
	else
		echo "exit status $?: $(cat "$work/err")"
	fi
}

# All addresses of a site come to stand first, one time or another.
takes_turns() {	# CONF CLIENT NAME ADDRESS...
	local conf=$1 client=$2 name=$3 seen='' i address
	shift 3
	for i in {1..60}; do
		"$BUILD/geoxdp" query --quiet --json -c "$conf" --from "$client" "$name" A > "$work/out" 2> "$work/err"
		seen="$seen $(perl -MJSON::PP -e 'print decode_json(join "", <STDIN>)->{answer}[0]{data}' < "$work/out")"
		for address in "$@"; do
			[[ "$seen " == *" $address "* ]] || continue 2
		done
		break
	done
	report "$conf: the addresses of $name take turns" "$([ "$i" -lt 60 ] && echo yes || echo "$seen")" yes
}

if [ "$(id -u)" -ne 0 ]; then
	printf '1..1\nok 1 - examples # SKIP asking the program needs root\n'
	exit 0
fi

found=0
for queries in examples/*/queries; do
	conf=${queries%/queries}/geoxdp.conf
	found=$((found + 1))
	if [ -x "${queries%/queries}/sign" ]; then
		report "$conf: its zone can be signed" "$("${queries%/queries}/sign" 2>&1)" ''
	fi
	"$BUILD/geoxdp" check --quiet -c "$conf" > "$work/out" 2> "$work/err"
	report "$conf: free of errors" "$? $(grep -v ' warning: ' "$work/err")" "0 "
	while read -r client name type answer; do
		case $client in
		'' | '#'*) continue ;;
		esac
		report "$conf: $client asks $name $type" "$(ask "$conf" "$client" "$name" "$type")" "$answer"
	done < "$queries"
done
takes_turns examples/continents/geoxdp.conf 192.0.2.10 example.com 198.51.100.1 198.51.100.2
# No example must not pass for a test.
report 'there are examples' "$([ "$found" -ge 3 ] && echo yes || echo "$found")" yes
echo "1..$tests"
[ "$failures" -eq 0 ]
