#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# geoxdp run: files that change in every way that files do, signals, the control socket, systemd, and kill -9.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/run.sh"

network_start
cp -r tests/net/cdn "$work/cdn"
conf=$work/cdn/pdns.conf map=$work/cdn/maps/geo.map zone=$work/cdn/example.com.zone

to() { sed "s/^840 .*/840 $1/" tests/net/cdn/maps/geo.map; }	# the map, with Americans at a site

# A change arrives: by a command that puts the map of its operand in place.
arrives() {	# NAME SITE COMMAND...
	local name=$1 site=$2

	shift 2
	"$@" "$site"
	eventually "$name" serves "$site"
}

# Nothing is built for a second, during which a build would have begun.
stays() {	# NAME
	local before

	before=$(grep -c ': building' "$log")
	sleep 1
	is "$1" "$(grep -c ': building' "$log")" "$before"
}

# --- what it cannot start with ---------------------------------------------------------------------

fails 'no configuration' 2 '^geoxdp run: which configuration\?' geoxdp run -i ns0
fails 'no interface' 2 '^geoxdp run: which interface\?' geoxdp run --pdns "$conf"
for command in reload rediscover; do
	fails "$command without a service" 1 "^geoxdp $command: no service runs" geoxdp $command
done

# --- start -----------------------------------------------------------------------------------------

run_start --pdns "$conf" -i ns0
eventually 'it serves' serves us
eventually 'systemd is told that it is ready' is_told 'READY=1'
eventually 'and what serves' is_told '^STATUS=generation 1 serves on ns0'
is 'the control socket is its own' "$(stat -c '%a %U' "$control")" '600 root'
fails 'a second service is refused, and told which one runs' 1 \
	"^geoxdp run: a service runs already: pid $run" geoxdp run --pdns "$conf" -i ns0
eventually 'the first is not disturbed' serves us

# --- changes ---------------------------------------------------------------------------------------

by_rename() { to "$1" > "$map.new" && mv "$map.new" "$map"; }
in_place() { to "$1" > "$map"; }
as_rsync() { to "$1" > "$work/cdn/maps/.geo.map.X1y2Z3" && mv "$work/cdn/maps/.geo.map.X1y2Z3" "$map"; }
as_vim() { mv "$map" "$map~" && to "$1" > "$map" && rm "$map~"; }
by_removal() { rm "$map" && sleep 0.6 && to "$1" > "$map"; }
in_pieces() { to "$1" | while IFS= read -r line; do echo "$line"; sleep 0.1; done > "$map"; }
arrives 'written and renamed' ap by_rename
arrives 'written in place' us in_place
arrives 'as rsync does' ap as_rsync
arrives 'as vim does' us as_vim
arrives 'removed, and there again' ap by_removal
builds=$(grep -c ': building' "$log")
arrives 'written slowly' us in_pieces
is 'built once, when it was calm' "$(grep -c ': building' "$log")" $((builds + 1))
cp "$map" "$map.other"
mv "$map.other" "$work/cdn/unrelated"
touch "$work/unrelated"
stays 'other files, and renames beside, build nothing'
cp -r "$work/cdn/maps" "$work/maps.1"
rm -r "$work/cdn/maps"
ln -s "$work/maps.1" "$work/cdn/maps"
soon says 'maps.* changed$'
cp -r "$work/maps.1" "$work/maps.2"
to ap > "$work/maps.2/geo.map"
ln -s "$work/maps.2" "$work/cdn/maps.new"
mv -T "$work/cdn/maps.new" "$work/cdn/maps"
eventually 'a symbolic link is turned' serves ap
to us > "$work/maps.2/geo.map"
eventually 'a file behind a symbolic link' serves us
mv "$work/cdn" "$work/cdn.away"
soon says 'not taken'
mv "$work/cdn.away" "$work/cdn"
to ap > "$work/maps.2/geo.map"
eventually 'the whole folder went and came' serves ap

# --- broken files ----------------------------------------------------------------------------------

before=$(generation)
: > "$log"
head -c 300 "$zone" > "$zone.half" && mv "$zone.half" "$zone"
eventually 'a zone file that ends in the middle is not taken' says '^geoxdp run: the configuration is not taken; what served before serves on'
eventually 'and why is in the log' says '/example.com.zone:[0-9]+: '
is 'what served serves' "$(site_of_us) $(generation)" "ap $before"
eventually 'systemd is told' is_told '^STATUS=generation [0-9]+ serves on ns0; the configuration has mistakes'
is 'reload: its exit status' "$(geoxdp reload > "$work/reply"; echo $?)" 3
like 'reload: its findings' "$(cat "$work/reply")" '/example.com.zone:[0-9]+: '
to us > "$work/maps.2/geo.map"
cp tests/net/cdn/example.com.zone "$zone"
eventually 'whole again' serves us
rm "$work/cdn/countries.rbldnsd"
eventually 'a file is missing' says 'countries.rbldnsd.*No such file'
to ap > "$work/maps.2/geo.map"
cp tests/net/cdn/countries.rbldnsd "$work/cdn/new" && mv "$work/cdn/new" "$work/cdn/countries.rbldnsd"
eventually 'and there' serves ap
mkfifo "$work/cdn/new" && mv "$work/cdn/new" "$map"
eventually 'a FIFO holds up nothing' says 'geo.map.*No data available'
to us > "$map.new" && mv "$map.new" "$map"
eventually 'and a file in its place' serves us
to ap > "$map.new" && mv "$map.new" "$map"
eventually 'which goes on' serves ap

# --- asking ----------------------------------------------------------------------------------------

before=$(generation)
kill -HUP $run
eventually 'SIGHUP builds' is_told "^STATUS=generation $((before + 1)) serves"
like 'systemd is told of the reload' "$(grep -o 'RELOADING=1 MONOTONIC_USEC=[0-9]*' "$told" | tail -n 1)" '=[1-9][0-9]{6,}$'
is 'and of its end' "$(grep -Eo '^(RELOADING|READY)' "$told" | tail -n 1)" READY
is 'reload: exit status' "$(geoxdp reload > "$work/reply"; echo $?)" 0
like 'reload: what was done' "$(cat "$work/reply")" '^ns0: generation [0-9]+ swapped in'
before=$(generation)
for ((i = 0; i < 6; i++)); do geoxdp reload > /dev/null & asking[i]=$!; done
statuses=
for pid in "${asking[@]}"; do
	wait "$pid"
	statuses+=$?
done
is 'six at once are all answered' "$statuses" 000000
like 'with one build more than the one that ran' "$(($(generation) - before))" '^[12]$'
cat > "$work/cdn/named.conf.more" <<-END
	zone "example.net" { type master; file "example.net.zone"; };
END
sed 's/example\.com/example.net/g' tests/net/cdn/example.com.zone > "$work/cdn/example.net.zone"
kill -STOP $run
cat "$work/cdn/named.conf.more" >> "$work/cdn/named.conf"
kill -CONT $run
like 'rediscover names the new file' "$(geoxdp rediscover)" 'example.net.zone: read for the first time$'

is 'an unknown request' "$(ask $'dance\n')" 'no such request: reload or rediscover
2'
is 'a request that does not end' "$(ask "$(printf '%08000d' 0)" 2>&1)" ''
for ((i = 0; i < 20; i++)); do ask 'rel' 20 & stuck[i]=$!; done
sleep 0.5
eventually 'stuck clients do not keep it from serving changes' serves ap
sleep 5.5
is 'and are sent away' "$(geoxdp reload > /dev/null; echo $?)" 0
kill "${stuck[@]}" 2> /dev/null
wait "${stuck[@]}" 2> /dev/null

# --- by hand, beside it ----------------------------------------------------------------------------

geoxdp up -q --pdns tests/net/cdn/pdns.conf -i ns0
eventually 'it follows an up by hand' says "following generation $(generation)"
geoxdp down -q
eventually 'a down by hand is not fought' says 'nothing serves any more; `geoxdp reload` brings it up again'
is 'nothing serves' "$(geoxdp status)" 'nothing is serving'
is 'reload brings it up' "$(geoxdp reload > /dev/null; echo $?)" 0
eventually 'and it serves' serves ap

# --- the end ---------------------------------------------------------------------------------------

run_end TERM
is 'it ends well' $ended 0
eventually 'systemd is told' is_told 'STOPPING=1'
is 'what serves goes on' "$(site_of_us)" ap
is 'the socket is gone' "$(ls "$control" 2> /dev/null)" ''

# --- kill -9 ---------------------------------------------------------------------------------------

run_start --pdns "$conf" -i ns0
soon is_told READY=1
run_end KILL
is 'killed while idle' $ended 137
is 'answers go on' "$(site_of_us)" ap
echo 'broken' > "$work/cdn/named.conf"
run_start --pdns "$conf" -i ns0
eventually 'with a broken file: ready all the same, by what serves from before' is_told 'READY=1'
like 'and it says so' "$(grep STATUS "$told" | tail -n 1)" 'generation [0-9]+ serves on ns0; the configuration has'
is 'answers go on with it' "$(site_of_us)" ap
cp tests/net/cdn/named.conf "$work/cdn/named.conf"
eventually 'mended' says 'generation [0-9]+ swapped in'
for ((i = 0; i < 8; i++)); do
	geoxdp reload > /dev/null 2>&1 &
	sleep "0.0$((RANDOM % 10))"
	run_end KILL
	run_start --pdns "$conf" -i ns0
	[ "$(site_of_us)" = ap ] || break
	soon is_told READY=1 || break
done
is 'killed eight times while it builds: answers go on' $i 8
is 'and what it was killed at leaves nothing' \
	"$(find $pins/ns0 -maxdepth 1 -name 'gen-*' | wc -l | sed 's/^[123]$/few/')" few
is 'reload works after it' "$(geoxdp reload > /dev/null; echo $?)" 0
run_end INT

# --- interfaces ------------------------------------------------------------------------------------

run_start --pdns "$conf" -i ns0
soon is_told READY=1
answers_at() { dig_server "@$1" -b $us4 +time=1 geo.example.com | digest | grep -q '^an geo 60 CNAME'; }
in_client ip route add 192.0.2.54 dev net0
in_server ip addr add 192.0.2.54/24 dev ns0
eventually 'an address is added: it is answered on' answers_at 192.0.2.54
is 'and the log tells why' "$(grep -c 'building: ns0 changed' "$log")" 1
: > "$log"
in_server ip addr del 192.0.2.54/24 dev ns0
eventually 'and removed' says 'names on 3 addresses'
in_server ip link add other0 type veth peer name other1
in_server ip addr add 198.18.0.1/24 dev other0
stays 'other interfaces build nothing'
in_server ip link del ns0
eventually 'the interface is removed' says 'building: another attempt'
sleep 4
server_link
started=$(date +%s%3N)
eventually 'it is there again: at once, and not with the next attempt' serves ap
like 'within two seconds' $(($(date +%s%3N) - started)) '^1?[0-9]{1,3}$'
geoxdp down -q
soon says 'nothing serves any more'
in_server ip addr add 192.0.2.54/24 dev ns0
sleep 1
is 'after a down, nothing comes up by itself' "$(geoxdp status)" 'nothing is serving'
in_server ip addr del 192.0.2.54/24 dev ns0
geoxdp reload > /dev/null
run_end TERM

# --- builds that do not end well -------------------------------------------------------------------

run_start --pdns "$conf" -i ns0
soon is_told READY=1
catch_build
kill -SEGV "$child"
kill -CONT "$child"
eventually 'a build that crashes changes nothing, and the log says so' \
	says '^geoxdp run: the build failed: Segmentation fault; what served before serves on'
eventually 'and is tried again' says '^geoxdp run: trying again in 1 s'
eventually 'it is' says 'building: another attempt'
eventually 'with success' is_told "^STATUS=generation $(generation) serves on ns0 *$"
catch_build
kill -HUP $run
is 'answers go on while a build hangs' "$(site_of_us)" ap
before=$(date +%s)
run_end TERM
is 'the service ends well all the same' $ended 0
like 'within seconds' $(($(date +%s) - before)) '^[4-8]$'
is 'the build with it' "$(ls -d "/proc/$child" 2> /dev/null)" ''
is 'and what serves goes on' "$(site_of_us)" ap

# --- --detach, and nothing to serve ------------------------------------------------------------------

run_start --pdns "$conf" -i ns0 --detach
soon is_told READY=1
run_end INT
is 'with --detach it ends well' $ended 0
is 'and nothing serves' "$(geoxdp status)" 'nothing is serving'
: > "$map"
run_start --pdns "$conf" -i ns0
eventually 'nothing serves, and the configuration is broken' is_told '^STATUS=nothing serves; the configuration has mistakes'
is 'that is not ready' "$(grep -c READY=1 "$told")" 0
to us > "$work/maps.2/geo.map"
eventually 'mended, it is' is_told READY=1
run_end
geoxdp down -q

in_server ip link set ns0 down
in_server ip link set ns0 name away0
run_start --pdns "$conf" -i ns0
eventually 'what is not of the configuration is tried again' says 'trying again in 2 s'
in_server ip link set away0 name ns0
in_server ip link set ns0 up
in_server ip addr replace $server6/64 dev ns0 nodad
in_server ip route replace default dev ns0
in_server ip -6 route replace default dev ns0
eventually 'and comes up when it can' is_told READY=1
run_end

# --- the watchdog ----------------------------------------------------------------------------------

export WATCHDOG_USEC=400000
run_start --pdns "$conf" -i ns0
sleep 1.5
kill -STOP $run
pings=$(grep -c WATCHDOG=1 "$told")
sleep 0.6
like 'the watchdog is told five times a second' "$pings" '^([5-9]|1[0-9])$'
is 'and not by a process that stands still' "$(grep -c WATCHDOG=1 "$told")" "$pings"
kill -CONT $run
run_end
geoxdp down -q
done_testing
