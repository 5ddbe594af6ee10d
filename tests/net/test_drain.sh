#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# drain and undrain: out of every answer and back, over swaps, rollbacks and restarts; the state file and its disk.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start

# Two sites with addresses of their own, and a third that no other can stand in for.
mkdir -p "$work/set"
cp tests/net/cdn/countries.rbldnsd tests/net/cdn/example.com.zone "$work/set/"
cat > "$work/set/geoxdp.conf" <<'END'
server: {mode: native}
sources:
  - {file: countries.rbldnsd, format: rbldnsd}
maps:
  world:
    default: [eu, us]
    countries: {US: [us, eu], JP: [asia]}
zones:
  - name: example.com
    file: example.com.zone
    geo:
      - name: pop
        map: world
        ttl: 300
        address: {eu: [192.0.2.10], us: [192.0.2.20], asia: [192.0.2.30]}
END
conf=$work/set/geoxdp.conf
state=$GEOXDP_STATE

answers() {	# NAME RECORD DIG_ARGUMENT...
	local name=$1 record=$2

	shift 2
	expect_dig "$name" SERVED_GEO "NOERROR qr aa rd
edns 0 1232
an pop $record" "$@" pop.example.com
}
from_us() { answers "$1" "$2" -b $us4; }
from_gb() { answers "$1" "$2" -b $gb4; }
from_jp() { answers "$1" "$2" -b $jp4; }
eu='300 A 192.0.2.10' us='300 A 192.0.2.20' asia='300 A 192.0.2.30'

# --- while nothing serves --------------------------------------------------------------------------

like 'drain before up: the state alone' "$(geoxdp drain us 2>&1)" \
	'^nothing is serving: the next `geoxdp up` puts it into effect$'
geoxdp up -q -c "$conf" -i ns0
from_us 'up puts it into effect' "$eu"
like 'status shows it' "$(geoxdp status)" '^  drained +us since 20'
is 'undrain' "$(geoxdp undrain us)" 'us: back, 1 answer changed
drained: none'
from_us 'it is back' "$us"

# --- out and back ----------------------------------------------------------------------------------

is 'drain' "$(geoxdp drain eu)" 'eu: drained, 1 answer changed
drained: eu'
from_gb 'its clients get the next site' "$us"
from_us 'others are not touched' "$us"
is 'drain again is fine' "$(geoxdp drain eu)" 'eu: drained, 0 answers changed
drained: eu'
is 'both of a list' "$(geoxdp drain us)" 'us: drained, 2 answers changed
drained: eu, us'
from_gb 'then any other site of the map' "$asia"
like 'all: nothing else is left, and drain says so' "$(geoxdp drain asia 2>&1)" \
	'^geoxdp drain: 3 answers name a drained site all the same, since nothing else is left$'
from_gb 'the first of the list is answered' "$eu"
from_jp 'whichever it is' "$asia"
is 'JSON' "$(geoxdp drain asia --json 2> /dev/null | json drained)" 3
is 'JSON: what is left' "$(geoxdp drain asia --json 2> /dev/null | json left)" 3
geoxdp undrain -q us
from_gb 'what comes back is taken' "$us"
fails 'an unknown site' 1 '^geoxdp drain: ue: no such site, did you mean eu\?; sites: ' geoxdp drain ue
fails 'undrain of an unknown site' 1 '^geoxdp undrain: nowhere: no such site; sites: .*asia' geoxdp undrain nowhere
fails 'drain of nothing' 2 '^geoxdp drain: something is missing' geoxdp drain
fails 'a time that is none' 2 '^geoxdp drain: --for 1y: 90s, 15m, 1h, 2d or 1w' geoxdp drain eu --for 1y
fails 'no time at all' 2 '^geoxdp drain: --for 0s: ' geoxdp drain eu --for 0s
geoxdp undrain -q asia

# --- it survives -----------------------------------------------------------------------------------

geoxdp up -q -c "$conf" -i ns0
from_gb 'a swap' "$us"
geoxdp undrain -q eu
geoxdp up -q -c "$conf" -i ns0
from_gb 'undrained: a swap as well' "$eu"
geoxdp drain -q eu
geoxdp rollback -q
from_gb 'a rollback' "$us"
geoxdp down -q
geoxdp up -q -c "$conf" -i ns0
from_gb 'down and up' "$us"
geoxdp undrain -q eu

# --- for a while -----------------------------------------------------------------------------------

like 'for a while: someone must end it' "$(geoxdp drain us --for 1s 2>&1 > /dev/null)" '^no `geoxdp run` is there to end it in time'
exec 8> "${state%/*}/run.lock"
flock -n 8
is 'a service does' "$(geoxdp drain us --for 1s 2>&1 > /dev/null)" ''
exec 8>&-
from_us 'drained' "$eu"
sleep 1.1
geoxdp undrain -q eu
from_us 'the next command ends it' "$us"
is 'and takes it out of the file' "$(grep -c site "$state")" 0
geoxdp drain -q us --for 1s
sleep 1.1
geoxdp up -q -c "$conf" -i ns0
from_us 'and so does up' "$us"

# --- the state file --------------------------------------------------------------------------------

geoxdp drain -q eu
mkdir "$work/tiny"
mount -t tmpfs -o size=4k tmpfs "$work/tiny" || bail_out 'no tmpfs'
cp "$state" "$work/tiny/state.json"
before=$(cat "$state")
fails 'a full disk: nothing is changed' 1 '^geoxdp drain: .*/tiny/state.json: write: No space left on device; nothing was changed$' \
	env GEOXDP_STATE="$work/tiny/state.json" "$BUILD/geoxdp" drain us
is 'the old file stands' "$(cat "$work/tiny/state.json")" "$before"
is 'with nothing beside it' "$(ls "$work/tiny")" state.json
from_us 'and the answers are as before' "$us"
cp "$state" "$work/state.good"
echo '{' > "$state"
fails 'a damaged file: nothing is changed' 1 '^geoxdp drain: .*state.json:[0-9]+: not a state file: .*remove it' geoxdp drain us
fails 'and up does not forget drains' 1 '^geoxdp up: .*state.json:[0-9]+: not a state file: ' geoxdp up -q -c "$conf" -i ns0
is 'up left nothing behind' "$(ls -d $pins/ns0/gen-*-new 2> /dev/null)" ''
from_gb 'what served serves' "$us"
cp "$work/state.good" "$state"
geoxdp undrain -q eu

# Two at once: both are done, one after the other.
for _ in {1..20}; do
	geoxdp drain -q eu &
	geoxdp drain -q asia 2> /dev/null &
	geoxdp up -q -c "$conf" -i ns0 &
	wait
	[ "$(grep -c site "$state")" -eq 2 ] || echo "lost one of two"
	[ "$(dig_server -b $gb4 +short pop.example.com)" = 192.0.2.20 ] || echo "a swap lost a drain"
	geoxdp undrain -q eu &
	geoxdp undrain -q asia &
	wait
	[ "$(grep -c site "$state")" -eq 0 ] || echo "lost one of two undrains"
done > "$work/races" 2>&1
is 'commands at once: none is lost' "$(cat "$work/races")" ''
from_gb 'all is back' "$eu"

# --- two interfaces --------------------------------------------------------------------------------

in_server ip link add ns1 type veth peer name net1
in_server ip addr add 192.0.2.56/32 dev ns1
geoxdp up -q -c "$conf" -i ns0 -i ns1
is 'one object on two interfaces: answers are counted once' "$(geoxdp drain eu --json | json changed)" 1
geoxdp down -q -i ns1
geoxdp up -q -c "$conf" -i ns1
is 'two objects: both change' "$(geoxdp undrain eu --json | json changed)" 2

done_testing
