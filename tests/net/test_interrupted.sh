#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# An up that is interrupted at any time, by any signal: what served goes on, and down leaves nothing behind.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start
serves_us() { dig_server -b $us4 +time=1 geo.example.com | digest | grep -q 'an us 300 A 192.0.2.20'; }
left() { ls -R $pins 2> /dev/null; in_server ip -o link show dev ns0 | grep -o 'xdp'; }

# How long an up takes here, in ms: the signals come at random times within it.
start=$(date +%s%3N)
geoxdp up -q --pdns $cdn -i ns0 || bail_out 'up'
whole=$(($(date +%s%3N) - start + 5))

# Interrupt an up; prints the signal and what is wrong afterwards.
interrupt() {
	local signal delay process

	case $((RANDOM % 3)) in
	0) signal=INT ;;
	1) signal=TERM ;;
	2) signal=KILL ;;
	esac
	delay=$((RANDOM % whole))
	# The process of $! itself becomes geoxdp. SIGINT has its default again, which a shell takes from those.
	nsenter --net=/run/netns/server env --default-signal=INT "$BUILD/geoxdp" up -q --pdns $cdn -i ns0 \
		> /dev/null 2>&1 &
	process=$!
	sleep "$(printf '0.%03d' "$delay")"
	kill -$signal $process 2> /dev/null
	wait $process 2> /dev/null
	echo "SIG$signal after $delay ms, status $?"
}

# From a serving generation: it, or the new one, serves.
for ((i = 1; i <= 20; i++)); do
	what=$(interrupt)
	if serves_us && geoxdp status > "$work/status" 2>&1; then
		ok "interrupted swap: $what: serves"
	else
		not_ok "interrupted swap: $what: serves" "$(cat "$work/status"; left)"
	fi
done
is 'up works afterwards' "$(geoxdp up --pdns $cdn -i ns0 2>&1 | grep -o 'swapped in')" 'swapped in'
like 'at most three generations are left' "$(find $pins/ns0 -name 'gen-*' | wc -l)" '^[123]$'
is 'none of them half made' "$(find $pins/ns0 -name 'gen-*-new')" ''
geoxdp down -q
is 'down leaves nothing' "$(left)" ''

# From nothing: down cleans up whatever there is, or up goes on.
for ((i = 1; i <= 20; i++)); do
	what=$(interrupt)
	if [ $((i % 2)) -eq 0 ]; then
		{ geoxdp up -q --pdns $cdn -i ns0 && serves_us; } || not_ok "up after: $what" "$(left)"
	fi
	geoxdp down -q
	is "interrupted first up: $what: down leaves nothing" "$(left)" ''
done

# Several at once wait for each other.
for _ in 1 2 3 4; do
	geoxdp up -q --pdns $cdn -i ns0 2>> "$work/errors" &
done
sleep 0.01
geoxdp up -q --pdns $cdn -i ns0
wait
is 'five ups at once: no error' "$(cat "$work/errors")" ''
is 'five ups at once: five generations, of which three are kept' "$(ls $pins/ns0 | paste -sd ' ')" 'gen-3 gen-4 gen-5 link'
is 'five ups at once: serves' "$(serves_us && echo yes)" yes
geoxdp down -q
is 'down leaves nothing' "$(left)" ''

done_testing
