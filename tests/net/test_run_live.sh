#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# geoxdp run: health checks take sites out of the answers, drains end, TCP is answered; also by one that was killed.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/run.sh"

network_start
mkdir -p "$work/conf" "$work/flags" "$work/state"
cp tests/net/cdn/example.com.zone "$work/conf"
printf '10.0.0.0/8 US\n' > "$work/conf/nets.txt"
conf=$work/conf/geoxdp.conf
cat > "$conf" <<-END
	server: {interfaces: [ns0]}
	sources: [{file: nets.txt, format: nets}]
	checks:
	  flag: {file: "$work/flags/{site}", interval: 100ms, up: 1, down: 2}
	sites:
	  us: {check: flag}
	  ap: {check: flag}
	maps:
	  world: {default: [eu], countries: {US: [us, ap, eu]}}
	zones:
	  - name: example.com
	    file: example.com.zone
	    geo:
	      - {name: geo, map: world, ttl: 60, cname: {eu: eu, us: us, ap: ap}}
END
flag() { echo "$2" > "$work/flags/$1.new" && mv "$work/flags/$1.new" "$work/flags/$1"; }
flag us up
flag ap up
over_tcp() { dig_server -b $us4 +tcp +time=1 geo.example.com | digest | sed -n 's/^an geo 60 CNAME //p'; }
answers_tcp() { [ "$(over_tcp)" = "$1" ]; }
refuses_tcp() { dig_server -b $us4 +tcp +time=1 geo.example.com | grep -q 'connection refused'; }

# --- checks ----------------------------------------------------------------------------------------

run_start -c "$conf"
eventually 'ready' is_told READY=1
eventually 'it serves' serves us
flag us down
eventually 'a site whose check fails leaves the answers' serves ap
eventually 'the log tells the site, and why' says "^geoxdp run: site us is down: flag $work/flags/us: "
eventually 'and how many answers changed' says '^geoxdp run: 1 flip changed [1-9][0-9]* answers?$'
flag ap down
eventually 'the next one too' serves eu
flag us up
eventually 'and back' serves us
eventually 'the log tells that' says '^geoxdp run: site us is up: '
flag us down
eventually 'down again' serves eu
is 'a swap' "$(geoxdp reload > /dev/null; echo $?)" 0
is 'keeps down what is down' "$(site_of_us)" eu

# The lock is held by another command for a while: what checks found waits, and the loop does not.
exec 9< "$work/state"
flock -x 9
flag us up
sleep 1
is 'while another command holds the lock, nothing changes' "$(site_of_us)" eu
is 'and the service reads requests' "$(timeout 5 "$BUILD/geoxdp" reload < /dev/null > /dev/null & sleep 0.3; grep -c 'building: reload' "$log")" 2
exec 9<&-
eventually 'then it is done' serves us

# --- kill -9 ---------------------------------------------------------------------------------------

flag us down
eventually 'down' serves eu
run_end KILL
flag us up
is 'a killed service leaves all as it was' "$(site_of_us)" eu
echo 'zones: [' >> "$conf"
run_start -c "$conf"
eventually 'one that starts goes on from there, whatever the files say' serves us
eventually 'and says what is wrong with them' says 'the configuration is not taken; what served before serves on'
sed -i '$d' "$conf"
eventually 'mended' says 'swapped in'

# --- what ends by itself ---------------------------------------------------------------------------

until=$(($(date +%s) + 3))
printf '{"version": 1, "drains": [{"site": "us", "since": 1, "until": %d}], "nets": []}\n' $until > "$GEOXDP_STATE.new"
mv "$GEOXDP_STATE.new" "$GEOXDP_STATE"
geoxdp reload > /dev/null
is 'a drained site is out' "$(site_of_us)" eu
eventually 'until its time has come' serves us
like 'not before' "$(date +%s)" "^($until|$((until + 1)))\$"
is 'the log tells' "$(grep -c 'the drain of us has ended' "$log")" 1
is 'and the state file' "$(json drains < "$GEOXDP_STATE")" 0

# --- TCP -------------------------------------------------------------------------------------------

eventually 'TCP is answered as UDP is' answers_tcp us
sed -i 's/^server: .*/server: {interfaces: [ns0], tcp: no}/' "$conf"
eventually 'a configuration without TCP leaves it to the backend' refuses_tcp
sed -i 's/^server: .*/server: {interfaces: [ns0]}/' "$conf"
eventually 'and with it, not' answers_tcp us
flag us down
eventually 'TCP follows what checks find' answers_tcp eu
flag us up
run_end
eventually 'when the service ends, the backend has it' refuses_tcp
is 'and UDP goes on' "$(site_of_us | grep -Ec '^(eu|us)$')" 1
run_start -c "$conf" --no-tcp
soon is_told READY=1
eventually '--no-tcp' refuses_tcp
run_end

# --- a configuration behind symbolic links, as Kubernetes mounts it --------------------------------

geoxdp down -q
mkdir -p "$work/mount/..1" "$work/mount/..2"
cp "$work"/conf/* "$work/mount/..1"
ln -s ..1 "$work/mount/..data"
for file in "$work"/conf/*; do ln -s "..data/${file##*/}" "$work/mount/${file##*/}"; done
flag us up
run_start -c "$work/mount/geoxdp.conf"
eventually 'a configuration behind links serves' serves us
soon is_told READY=1
cp "$work"/conf/* "$work/mount/..2"
sed -i 's/US: \[us, ap, eu\]/US: [ap, us, eu]/' "$work/mount/..2/geoxdp.conf"
ln -s ..2 "$work/mount/..next"
mv -T "$work/mount/..next" "$work/mount/..data"
rm -r "$work/mount/..1"
flag ap up
eventually 'the links are turned' serves ap
flag ap down
eventually 'and it follows' serves us
run_end

# --- no more rights than the unit gives it ---------------------------------------------------------

geoxdp down -q
capabilities=-all$(sed -n 's/^CapabilityBoundingSet=//p' examples/systemd/geoxdp.service |
	tr 'A-Z' 'a-z' | sed 's/cap_/,+/g; s/ //g')
as=(setpriv --no-new-privs --bounding-set "$capabilities" --inh-caps "$capabilities")
run_start -c "$conf"
eventually 'with the capabilities of the systemd unit it starts' is_told READY=1
is 'and has no others' "$(awk '/^CapEff/ { print $2 }' /proc/$run/status)" 000000c000001404
eventually 'it serves' serves us
flag us down
eventually 'checks work' serves eu
eventually 'TCP works' answers_tcp eu
is 'reload works' "$(geoxdp reload > /dev/null; echo $?)" 0
run_end
is 'and it ends well' $ended 0
geoxdp down -q
done_testing
