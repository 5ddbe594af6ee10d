#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Everything that changes while clients ask at full speed, over UDP and TCP: nothing is lost, nothing malformed, and nothing
# answered that must not be. Times are printed, not judged.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/run.sh"

swaps=${SWAPS:-200} drains=${DRAINS:-1000} rollbacks=${ROLLBACKS:-100} kills=${KILLS:-5}

# It takes as long as all that runs beside it, one command after the other: these go first, its clients last.
renice -n -5 -p $$ > /dev/null

network_start
wire bare
zone=$work/zone
mkdir "$zone"

# --- the set-up ------------------------------------------------------------------------------------
#
# Two configurations, a and b, that have no address in common; the backend has others at the same names.

cat > "$zone/backend.zone" <<-'END'
	$ORIGIN example.com.
	$TTL 60
	@	SOA ns hostmaster 1 3600 600 86400 60
	@	NS ns
	ns	A 192.0.2.53
	www	A 192.0.2.200
	www	AAAA 2001:db8:c8::1
	shop	CNAME www
END
grep -v ^www "$zone/backend.zone" > "$zone/example.com.zone"

# One address a site, and one more for us, whose site has a check of its own.
write_conf() {	# LETTER OCTET SOURCE...
	local letter=$1 octet=$2

	shift 2
	cat > "$zone/$letter.conf" <<-END
		sources: [$(printf '%s, ' "$@" | sed 's/, $//')]
		checks:
		  port: {tcp: 8053, interval: 100ms, timeout: 100ms, down: 2, up: 2}
		sites:
		  us: {check: port, address: 127.0.0.1}
		maps:
		  world:
		    default: [eu, us]
		    continents: {NA: [us, eu]}
		zones:
		  - name: example.com
		    file: example.com.zone
		    geo:
		      - name: www
		        map: world
		        ttl: 60
		        address: {eu: [198.51.$octet.1, 2001:db8:$octet::1], us: [198.51.$octet.2, 2001:db8:$octet::2]}
	END
}
write_conf a 101 "$PWD/tests/net/cdn/countries.rbldnsd"
write_conf b 102 "$PWD/tests/net/cdn/countries.rbldnsd"

# The target whose death is looked for: a process that accepts connections.
target_start() {
	nsenter --net=/run/netns/server perl -MIO::Socket::INET -e '
		my $listener = IO::Socket::INET->new(LocalAddr => "127.0.0.1:8053", Listen => 64, ReuseAddr => 1) or die;
		while (my $client = $listener->accept) { close $client }' &
	target=$!
	soon in_server perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(PeerAddr => "127.0.0.1:8053")'
}

# --- the clients -----------------------------------------------------------------------------------

flood_start() {	# CLIENT...
	coproc FLOOD { exec nice -n 15 nsenter --net=/run/netns/client "$BUILD/load/flood" $server4 www.example.com. shop.example.com. \
		a-eu=198.51.101.1 a-eu=2001:db8:101::1 a-us=198.51.101.2 a-us=2001:db8:101::2 \
		b-eu=198.51.102.1 b-eu=2001:db8:102::1 b-us=198.51.102.2 b-us=2001:db8:102::2 \
		backend=192.0.2.200 backend=2001:db8:c8::1 "$@" 2> "$work/flood.err"; }
	flood_pid=$FLOOD_PID
}

flood() {	# COMMAND...: sets said
	echo "$*" >&"${FLOOD[1]}"
	read -r said <&"${FLOOD[0]}"
}

flood_end() {	# sets said and status
	flood quit
	wait "$flood_pid"
	status=$?
}

moment() { date +%s%N; }
since() { echo $((($(moment) - $1) / 1000000)); }	# milliseconds
note() { echo "# NOTE $*"; }
quantiles() {	# of numbers on stdin
	sort -n | awk '{ v[NR] = $1 } END { print "median " v[int((NR + 1) / 2)] ", highest " v[NR] " ms" }'
}

up() { geoxdp up -q -i ns0 -c "$zone/$1.conf"; }
serves_conf() { geoxdp status --json | json 0 config | grep -q "/$1.conf$"; }

# A checker that cannot fail proves nothing.
nsd_start "$zone/backend.zone"
up a
flood_start udp=$us4
flood allow b-eu b-us
sleep 0.2
flood_end
is 'an answer that must not be is seen' "$status" 1
like 'and counted' "$said" 'lost=0 malformed=0 wrong=[1-9]'

# --- swaps -----------------------------------------------------------------------------------------

target_start
cp "$zone/a.conf" "$zone/live.conf"
run_start -i ns0 -c "$zone/live.conf"
soon is_told READY=1 || bail_out "the service is not ready: $(cat "$log")"
up a
flood_start udp=$us4 udp=$jp4 udp=$gb4 tcp=$us4 tcp=$gb4
flood allow a-eu a-us
sleep 0.5
flood count
like 'UDP and TCP are answered' "$said" '^[1-9][0-9]* [1-9]'

# Of the maps that are pinned, each once; and what the service holds of them.
maps_memory() {
	local map

	for map in "$pins"/ns0/gen-*/*; do
		bpftool map show pinned "$map" -j 2> /dev/null
	done | perl -MJSON::PP -ne 'my $map = decode_json($_); $of{$map->{id}} = $map->{bytes_memlock};
		END { $sum += $_ for values %of; print $sum }'
}
held() { echo "$(ls "/proc/$run/fd" | wc -l) files, $(grep -c bpf-map "/proc/$run/maps") mappings"; }
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$run/status"; }
swap_to() {	# LETTER OTHER
	local begin

	flood allow a-eu a-us b-eu b-us
	begin=$(moment)
	up "$1" || failed=$((failed + 1))
	since "$begin" >> "$work/swap_times"
	flood allow "$1-eu" "$1-us"
}

failed=0
: > "$work/swap_times"
for ((i = 0; i < 4; i++)); do swap_to b; swap_to a; done
sleep 1		# what the kernel still has to release
memory_before=$(maps_memory) held_before=$(held) resident_before=$(resident)
for ((i = 0; i < swaps; i += 2)); do swap_to b; swap_to a; done
is "$swaps swaps" "$failed" 0
sleep 0.5	# until the service has followed
is 'memory of all maps as before' "$(maps_memory)" "$memory_before"
is 'and what the service holds' "$(held)" "$held_before"
grown=$(($(resident) - resident_before))
if [ "$grown" -lt 2048 ]; then ok 'the service has not grown'; else not_ok 'the service has not grown' "$grown KiB"; fi
note "a swap under load: $(quantiles < "$work/swap_times")"

# --- drains ----------------------------------------------------------------------------------------

failed=0
: > "$work/drain_times"
for ((i = 0; i < drains; i++)); do
	begin=$(moment)
	geoxdp drain -q us > /dev/null || failed=$((failed + 1))
	since "$begin" >> "$work/drain_times"
	flood allow a-eu
	flood allow a-eu a-us
	geoxdp undrain -q us > /dev/null || failed=$((failed + 1))
done
flood allow a-eu a-us
is "$drains drains" "$failed" 0
note "a drain under load, the command included: $(quantiles < "$work/drain_times")"

# --- rollbacks -------------------------------------------------------------------------------------

swap_to b
swap_to a
new=$(generation)
failed=0
for ((i = 0; i < rollbacks; i += 2)); do
	flood allow a-eu a-us b-eu b-us
	geoxdp rollback -q > /dev/null || failed=$((failed + 1))
	flood allow b-eu b-us
	flood allow a-eu a-us b-eu b-us
	geoxdp rollback -q "$new" > /dev/null || failed=$((failed + 1))
	flood allow a-eu a-us
done
is "$rollbacks rollbacks" "$failed" 0

# --- a broken file, a full disk --------------------------------------------------------------------

geoxdp reload > /dev/null
head -c 200 "$zone/a.conf" > "$zone/live.conf"
eventually 'a broken file is told' says 'nothing was changed'
sleep 0.3
cp "$zone/a.conf" "$zone/live.conf"
geoxdp reload > /dev/null
is 'and whole again, it is built' "$?" 0

mkdir "$work/full"
mount -t tmpfs -o size=64k none "$work/full"
cp "$GEOXDP_STATE" "$work/full/state.json" 2> /dev/null
dd if=/dev/zero of="$work/full/filler" bs=1k 2> /dev/null
GEOXDP_STATE=$work/full/state.json fails 'a drain on a full disk' 1 'No space left on device' geoxdp drain us
sleep 0.2
flood allow a-eu a-us

# --- kill -9 ---------------------------------------------------------------------------------------
#
# While no service runs, TCP is the backend's, and connections of the service that was killed are reset.

flood refused on
live=a
other_of() { if [ "$1" = a ]; then echo b; else echo a; fi; }
in_the_middle_of() {	# WHAT
	local beside=

	case $1 in
	swap)
		live=$(other_of $live)
		cp "$zone/$live.conf" "$zone/live.new"
		mv "$zone/live.new" "$zone/live.conf"
		;;
	drain) geoxdp drain -q us > /dev/null & beside=$! ;;
	rollback) geoxdp rollback -q > /dev/null & beside=$! ;;
	flip)
		kill $target
		wait $target 2> /dev/null
		;;
	esac
	sleep "0.$((RANDOM % 6))"
	run_end KILL
	[ -z "$beside" ] || wait "$beside"
}
failed=0
for what in swap drain rollback flip; do
	for ((i = 0; i < kills; i++)); do
		flood allow a-eu a-us b-eu b-us backend
		in_the_middle_of $what
		[ $what != flip ] || target_start
		geoxdp undrain -q us > /dev/null
		run_start -i ns0 -c "$zone/live.conf"
		soon is_told READY=1 || failed=$((failed + 1))
		soon serves_conf live || failed=$((failed + 1))
		# The service's build has ended, and TCP is its again: from now on, the one configuration alone.
		soon says 'site us is up|following generation'
		sleep 0.3
		flood reconnect
		flood allow $live-eu $live-us
		sleep 0.1
	done
done
is "$((4 * kills)) times kill -9, and each time it goes on" "$failed" 0
flood refused off

# --- a target dies ---------------------------------------------------------------------------------

up_again() { geoxdp status --json | json 0 units | grep -q .; ! geoxdp status | grep -q '^  down'; }
eventually 'the target is up' up_again
flood allow $live-eu $live-us
sleep 0.5
for ((i = 0; i < 5; i++)); do
	kill $target
	died=$(moment)
	wait $target 2> /dev/null
	eventually "a dead target is noticed ($((i + 1)))" says 'site us is down'
	sleep 0.5
	flood seen $live-us
	echo "$(($(since "$died") - ${said%.*}))" >> "$work/death_times"
	flood allow $live-eu
	sleep 0.1
	flood allow $live-eu $live-us
	: > "$log"
	target_start
	eventually "and its return ($((i + 1)))" says 'site us is up'
done
note "from a target's death to the last answer that names it (checks each 100 ms, down after 2): $(quantiles < "$work/death_times")"

# --- the clients' verdict --------------------------------------------------------------------------

flood_end
is 'nothing lost, nothing malformed, nothing wrong' "$status$(cat "$work/flood.err")" 0
note "$said"
run_end

# --- the whole world -------------------------------------------------------------------------------

write_conf a 101 /usr/share/tor/geoip /usr/share/tor/geoip6
write_conf b 102 /usr/share/tor/geoip /usr/share/tor/geoip6
time_of() {	# COMMAND...: milliseconds
	local begin

	begin=$(moment)
	"$@" > /dev/null 2>&1 || return
	since "$begin"
}
geoxdp down -q > /dev/null
note "up with all real ranges, nothing serving before: $(time_of up a) ms"
flood_start udp=$us4 udp=$gb4
flood allow a-eu a-us
sleep 0.2
flood allow a-eu a-us b-eu b-us
note "a swap with all real ranges, under load, tries shared: $(time_of up b) ms"
flood allow b-eu b-us
sed -i 's/NA: \[us, eu\]/NA: [us, eu], OC: [us, eu]/' "$zone/a.conf"
flood allow a-eu a-us b-eu b-us
note "a swap with all real ranges, under load, tries made anew: $(time_of up a) ms"
flood allow a-eu a-us
flood_end
is 'nothing lost, nothing malformed, nothing wrong, with the whole world loaded' "$status$(cat "$work/flood.err")" 0

done_testing
