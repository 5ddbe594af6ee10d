#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The commands as scripts see them: exit status, what goes to stdout and stderr, JSON, privileges.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start
bad=tests/data/bad/everything-wrong/pdns.conf

# A command with its exit status and stdout; stderr is left out.
run() { "$@" 2> /dev/null; echo "status $?"; }

# --- usage: status 2, nothing on stdout ------------------------------------------------------------

like 'help' "$(run geoxdp help)" '^status 0$'
for command in check query explain up down status stats cookie-secret; do
	like "help $command" "$(run geoxdp help $command)" "^usage: geoxdp $command "
	is "$command: an unknown option" "$(run geoxdp $command --nosuch)" 'status 2'
done
like 'version' "$(geoxdp --version)" '^geoxdp [0-9.]+ \(ABI [0-9]+\)$'
is 'no command' "$(run geoxdp)" 'status 2'
is 'an unknown command' "$(run geoxdp nosuch)" 'status 2'
fails 'check without a configuration' 2 '^geoxdp check: which configuration\?' geoxdp check
fails 'up without a configuration' 2 '^geoxdp up: which configuration\?' geoxdp up -i ns0
fails 'up without an interface' 2 '^geoxdp up: which interface\?' geoxdp up --pdns $cdn
fails 'an interface that is a path' 2 '^geoxdp up: --interface \.\./ns0: not the name' \
	geoxdp up --pdns $cdn -i ../ns0
fails 'a mode that does not exist' 2 '^geoxdp up: --mode fast: native, generic or auto$' \
	geoxdp up --pdns $cdn -i ns0 --mode fast
fails 'query without a name' 2 '^geoxdp query: something is missing' geoxdp query --pdns $cdn
fails 'query of what is no name' 2 '^geoxdp query: a\.\.b: no domain name$' geoxdp query --pdns $cdn a..b
fails 'query of what is no type' 2 '^geoxdp query: NOSUCH: no RR type' geoxdp query --pdns $cdn example.com NOSUCH
fails 'query from what is no address' 2 '^geoxdp query: --from 10\.0\.0: no IPv4 or IPv6 address$' \
	geoxdp query --pdns $cdn --from 10.0.0 example.com
fails 'query with what is no prefix' 2 '^geoxdp query: --ecs 10\.0\.0\.0/33: no prefix' \
	geoxdp query --pdns $cdn --ecs 10.0.0.0/33 example.com
fails 'query with a client subnet and no EDNS' 2 '^geoxdp query: --ecs goes into an OPT' \
	geoxdp query --pdns $cdn --ecs 10.0.0.0/8 --noedns example.com
fails 'explain of what is no address' 2 '^geoxdp explain: nowhere: no IPv4 or IPv6 address$' \
	geoxdp explain --pdns $cdn nowhere
fails 'too many arguments' 2 '^geoxdp status: too many arguments' geoxdp status now

# --- invalid configurations: status 3 --------------------------------------------------------------

for command in check "up -i ns0" "query geo.example.com" "explain $us4"; do
	# shellcheck disable=SC2086
	is "$command: an invalid configuration" "$(run geoxdp $command --pdns $bad)" 'status 3'
done

# --- nothing serves --------------------------------------------------------------------------------

is 'status' "$(run geoxdp status)" 'nothing is serving
status 1'
is 'status --json' "$(run geoxdp status --json)" '[]
status 1'
fails 'stats' 1 '^geoxdp stats: nothing is serving' geoxdp stats
fails 'stats of an interface' 1 '^geoxdp stats: ns0: nothing is serving|/ns0/link: open: No such file' \
	geoxdp stats -i ns0
fails 'query' 2 '^geoxdp query: nothing is serving; which configuration\?' geoxdp query geo.example.com
fails 'explain' 2 '^geoxdp explain: nothing is serving; which configuration\?' geoxdp explain $us4
is 'down' "$(run geoxdp down)" 'nothing is serving
status 0'
is 'down --json' "$(run geoxdp down --json)" '[]
status 0'

# --- JSON ------------------------------------------------------------------------------------------

is 'check --json: valid' "$(geoxdp check --json --pdns $cdn | json valid)" 1
is 'check --json: counts' "$(geoxdp check --json --pdns $cdn | json names)" 9
is 'check --json: invalid' "$(geoxdp check --json --pdns $bad 2> /dev/null | json valid)" 0
like 'check --json: a finding' "$(geoxdp check --json --pdns $bad 2> /dev/null | json findings 0 file)" \
	'^tests/data/bad/everything-wrong/'
is 'query --json: answered' "$(geoxdp query --json --pdns $cdn --from $us4 geo.example.com | json answer 1 data)" \
	192.0.2.20
is 'query --json: by whom' "$(geoxdp query --json --pdns $cdn geo.example.com | json reason)" SERVED_GEO
is 'query --json: passed' "$(geoxdp query --json --pdns $cdn example.org MX | json action)" passed
is 'explain --json: where' "$(geoxdp explain --json --pdns $cdn $us4 | json country)" US
is 'explain --json: the line' "$(geoxdp explain --json --pdns $cdn $us4 | json line)" 2
is 'explain --json: nowhere' "$(geoxdp explain --json --pdns $cdn $nowhere4 | json location)" 0
is 'explain --json: the scope of a name' \
	"$(geoxdp explain --json --pdns $cdn $us4 geo.example.com | json scope)" 14
is 'up --json' "$(geoxdp up --json --pdns $cdn -i ns0 | json 0 mode)" native
is 'up --json: a swap' "$(geoxdp up --json --pdns $cdn -i ns0 | json 0 generation)" 2
is 'status --json' "$(geoxdp status --json | json 0 generation)" 2
like 'status --json: the configuration' "$(geoxdp status --json | json 0 config)" "^/.*/$cdn\$"
dig_server -b $us4 geo.example.com > /dev/null
is 'stats --json' "$(geoxdp stats --json | json 0 counts SERVED_GEO)" 1
is 'query --json of the serving generation' "$(geoxdp query --json --from $us4 geo.example.com | json answer 1 data)" \
	192.0.2.20

# --- output ----------------------------------------------------------------------------------------

is 'stdout that cannot be written' "$(geoxdp status 2>&1 > /dev/full; echo "status $?")" \
	'geoxdp status: standard output: cannot be written
status 1'
is 'stdout that is closed' "$(geoxdp query --pdns $cdn --from $us4 geo.example.com 2>&1 >&-; echo "status $?")" \
	'geoxdp query: standard output: cannot be written
status 1'
is 'no colours and no progress in a pipe' "$(geoxdp check --pdns $bad 2>&1 | grep -c "$(printf '[\033\r]')")" 0
is '-q is quiet' "$(geoxdp up -q --pdns $cdn -i ns0 2>&1)" ''
nsenter --net=/run/netns/server env --default-signal=INT "$BUILD/geoxdp" stats --watch=0.1 > "$work/watch" 2>&1 &
watch=$!
for ((try = 0; try < 200; try++)); do
	[ "$(grep -s '^ns0' "$work/watch" | wc -l)" -lt 2 ] || break
	sleep 0.05
done
kill -INT $watch
wait $watch
is 'stats --watch ends well when interrupted' $? 0
like 'and had printed some' "$(grep -c '^ns0' "$work/watch")" '^([2-9]|[1-9][0-9]+)$'

# --- completion --------------------------------------------------------------------------------------

completes() {	# NAME WANT WORD...: what the last word becomes
	local name=$1 want=$2

	shift 2
	# shellcheck disable=SC2016
	is "completion: $name" "$(in_server env PATH="$(realpath "$BUILD"):$PATH" bash -c '
		. user/cli/completion.bash
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		_geoxdp
		echo "${COMPREPLY[*]}"' bash geoxdp "$@")" "$want"
}
completes 'commands' 'drain' dr
completes 'options of a command' '--for' drain --f
completes 'net' 'add del list' net ''
completes 'kinds of set-ups' 'pdns pdns-geoip' import p
completes 'files' 'README.md' diff READ
completes 'files of options' 'Makefile' run -c Makef
geoxdp drain -q us.example.com. 2> /dev/null
completes 'sites that are drained' 'us.example.com.' undrain ''
geoxdp undrain -q us.example.com.
completes 'generations to go back to' "$(geoxdp status --json | json 0 kept 0 generation)" rollback 1
geoxdp net add -q 10.5.0.0/24 US
completes 'overrides' '10.5.0.0/24' net del 10
geoxdp net del -q 10.5.0.0/24

# --- privileges ------------------------------------------------------------------------------------

# The repository may be where nobody can read it.
cp -r "$BUILD/geoxdp" tests/net/cdn "$work"
chmod -R a+rX "$work"
as_nobody() { in_server setpriv --reuid 65534 --regid 65534 --clear-groups "$work/geoxdp" "$@"; }
copy=$work/cdn/pdns.conf
is 'check needs no root' "$(run as_nobody check -q --pdns "$copy")" 'status 0'
is 'explain needs no root' "$(as_nobody explain --json --pdns "$copy" $us4 | json country)" US
for command in "query --pdns $copy geo.example.com" "up --pdns $copy -i ns0" 'status -i ns0' 'stats -i ns0' 'down -i ns0'; do
	# shellcheck disable=SC2086
	fails "nobody: ${command%% *}" 1 '([Pp]ermission denied|not permitted).*needs root' as_nobody $command
done
is 'and it still serves' "$(geoxdp status --json | json 0 generation)" 3

is 'down --json' "$(geoxdp down --json | json 0)" ns0
done_testing
