#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# geoxdp down while geoxdp run builds, or is about to: what was asked for before the down does not attach anew.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/run.sh"

network_start
mkdir -p "$work/conf"
cp tests/net/cdn/example.com.zone "$work/conf"
# Many prefixes, so that a build reads for a while before it takes the lock: it is caught there.
{
	echo '10.0.0.0/8 US'
	awk 'BEGIN { for (i = 0; i < 200000; i++) printf "172.%d.%d.%d/32 JP\n", 16 + i / 65536, i / 256 % 256, i % 256 }'
} > "$work/conf/nets.txt"
conf=$work/conf/geoxdp.conf
cat > "$conf" <<-END
	server: {interfaces: [ns0]}
	sources: [{file: nets.txt, format: nets}]
	maps:
	  world: {default: [eu], countries: {US: [us, eu]}}
	zones:
	  - name: example.com
	    file: example.com.zone
	    geo:
	      - {name: geo, map: world, ttl: 60, cname: {eu: eu, us: us}}
END

changes() { echo '# changed' >> "$conf"; }
heard() { ask $'dance\n' > /dev/null; }	# what happened before this, the service has noticed
lets_go() { kill -CONT "$child"; }
is_over() { [ ! -d "/proc/$child" ]; }
catch() {	# a build that has not the lock yet; one that was on its way already may have it
	local try

	for ((try = 0; try < 10; try++)); do
		: > "$log"
		catch_build
		flock -n $pins true && return
		lets_go
		soon is_over
	done
	bail_out 'builds are caught too late'
}
left() { [ "$(grep -c "^geoxdp up: $1: was taken down, and is left so$" "$log")" -ge "$2" ]; }
stays_down() {	# NAME [TIMES]: so many builds have left it alone, and nothing serves
	eventually "$1: attaches nothing" left ns0 "${2:-1}"
	eventually "$1: the log says so" says '^geoxdp run: nothing serves: `geoxdp down` came before the end of the build'
	is "$1: nothing serves" "$(geoxdp status)" 'nothing is serving'
	is "$1: nothing is left" "$(ls -d $pins 2> /dev/null)" ''
}
comes_up() {	# NAME
	is "$1: reload brings it up" "$(geoxdp reload > /dev/null; echo $?)" 0
	eventually "$1: and it serves" serves us
}

run_start -c "$conf"
eventually 'at the start, where nothing serves, it attaches' serves us
soon is_told READY=1

# --- while it builds ---------------------------------------------------------------------------------

catch
geoxdp down -q
lets_go
stays_down 'a build that ends behind a down'
eventually 'systemd is told' is_told '^STATUS=nothing serves *$'
comes_up 'a build that ends behind a down'

catch
geoxdp down -q
is 'an up by hand after the down attaches' "$(geoxdp up -c "$conf" | grep -o 'generation 1 attached')" 'generation 1 attached'
lets_go
eventually 'and the build swaps' says '^ns0: generation [2-9] swapped in'
is 'that serves' "$(site_of_us)" us

# --- when more is to be built ------------------------------------------------------------------------

catch
kill -HUP $run
heard
geoxdp down -q
lets_go
eventually 'asked for before the down, while it built: builds' says 'building: asked for meanwhile'
stays_down 'asked for before the down, while it built' 2
comes_up 'asked for before the down, while it built'

catch
geoxdp down -q
kill -HUP $run
heard
lets_go
eventually 'asked for after the down, while it built: attaches' says '^ns0: generation 1 attached'
eventually 'and it serves' serves us

catch
changes
heard
geoxdp down -q
lets_go
eventually 'a file that changed before the down, while it built: builds' says 'geoxdp.conf changed$'
stays_down 'a file that changed before the down, while it built' 2
comes_up 'a file that changed before the down, while it built'

catch
geoxdp down -q
changes
heard
lets_go
eventually 'a file that changed after the down, while it built: attaches' says '^ns0: generation 1 attached'
eventually 'and it serves' serves us

: > "$log"
changes
heard
geoxdp down -q
eventually 'a file that changed just before the down: builds' says 'geoxdp.conf changed$'
stays_down 'a file that changed just before the down'
changes
eventually 'a file that changes after a down: serves' serves us

catch
kill -SEGV "$child"
lets_go
soon says 'trying again in 1 s'
geoxdp down -q
eventually 'a build that failed before the down is tried again' says 'building: another attempt'
stays_down 'a build that failed before the down'
comes_up 'a build that failed before the down'

: > "$log"
in_server ip link del ns0
soon says 'building: another attempt'
geoxdp down -q
server_link
stays_down 'an interface that was removed, taken down, and is there again'
comes_up 'an interface that was removed, taken down, and is there again'
run_end
geoxdp down -q

# --- one of two --------------------------------------------------------------------------------------

in_server ip link add other0 type veth peer name other1
in_server ip addr add 198.18.0.1/24 dev other0
in_server ip link set other0 up
run_start -c "$conf" -i ns0 -i other0
eventually 'two interfaces are attached to' says '^other0: generation 1 attached'
soon is_told READY=1
serving() { geoxdp status | grep -Eo '^(ns|other)0' | paste -sd ' '; }
catch
geoxdp down -q -i other0
lets_go
eventually 'a down of one, while both are built: that one is left alone' left other0 1
eventually 'the other swaps' says '^ns0: generation [0-9]+ swapped in'
is 'it serves' "$(site_of_us)" us
is 'alone' "$(serving)" ns0
: > "$log"
in_server ip addr add 192.0.2.54/24 dev ns0
eventually 'what is built since an address changed' says '^ns0: generation [0-9]+ swapped in.* 4 addresses'
is 'leaves it alone, too' "$(serving)" ns0
is 'reload brings it up' "$(geoxdp reload > /dev/null; echo $?)" 0
is 'beside the other' "$(serving)" 'ns0 other0'
run_end
geoxdp down -q
done_testing
