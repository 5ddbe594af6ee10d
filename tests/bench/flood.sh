#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# End to end over veth: a flood that is faster than any responder, and who answers how much of it, in one run.
#
#	tests/bench/flood.sh [ROUNDS] [SECONDS] [JSON_FILE]
#
# All serve the same names of the same zone. Those that know of countries have the same country data; to the others
# every client is the same.
# shellcheck source-path=SCRIPTDIR/../net
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

rounds=${1:-5} seconds=${2:-2} json=${3:-$BUILD/bench/flood.json}
names=1000
zone=$work/example.com.zone

make_files() {
	{
		printf '$TTL 60\n@ SOA ns1 hostmaster 1 86400 7200 604800 600\n@ NS ns1\nns1 A %s\n' $server4
		for ((i = 0; i < names; i++)); do echo "n$i A 192.0.2.1"; done
	} > "$zone"
	{
		printf '$TTL 60\n@ SOA ns1 hostmaster 1 86400 7200 604800 600\n@ NS ns1\nns1 A %s\n' $server4
	} > "$work/geo.zone"
	{
		printf 'sources: [/usr/share/tor/geoip, /usr/share/tor/geoip6]\nmaps:\n  world:\n    default: [eu, us]\n'
		printf '    continents: {NA: [us, eu], SA: [us, eu]}\n'
		printf 'zones:\n  - name: example.com\n    file: geo.zone\n    geo:\n'
		for ((i = 0; i < names; i++)); do
			echo "      - {name: n$i, map: world, ttl: 60, address: {eu: [192.0.2.1], us: [192.0.2.2]}}"
		done
	} > "$work/geoxdp.conf"
}

# Clients are behind one router, whose link address is known. An interface without a program takes frames from
# XDP only with GRO on.
make_network() {
	ip netns add server && ip netns add client || bail_out 'no network namespaces'
	in_server ip link set lo up
	ip link add ns0 netns server address 02:00:00:00:00:01 type veth peer name net0 netns client \
		address 02:00:00:00:00:02 || bail_out 'no veth pair'
	in_server ip addr add $server4/24 dev ns0
	in_server ip link set ns0 up
	in_client ip addr add 192.0.2.1/24 dev net0
	in_client ip link set net0 up
	in_server ip neigh replace 192.0.2.1 lladdr 02:00:00:00:00:02 nud permanent dev ns0
	in_server ip route add default via 192.0.2.1
	in_server sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.ns0.rp_filter=0
	in_server ethtool -K ns0 gro on
	in_client ethtool -K net0 gro on
}

wait_for_answer() {	# WHO
	for ((try = 0; try < 100; try++)); do
		in_client dig +short +tries=1 +time=1 @$server4 n1.example.com | grep -q '^192\.0\.2\.' && return
		sleep 0.05
	done
	echo "flood: $1 does not answer: $(tail -n 3 "$work/$1.log" 2> /dev/null)" >&2
	return 1
}

# Each takes the server's place with start_WHO, and leaves it with stop.
start_geoxdp() { in_server "$BUILD/geoxdp" up -c "$work/geoxdp.conf" -i ns0 > "$work/geoxdp.log" 2>&1; }
start_reflect() { in_server "$BUILD/bench/flood" --reflect ns0; }

start_nsd() {
	mkdir -p "$work/nsd"
	cat > "$work/nsd/nsd.conf" <<-END
		server:
		  ip-address: $server4
		  username: ""
		  chroot: ""
		  database: ""
		  zonesdir: ""
		  zonelistfile: "$work/nsd/zone.list"
		  pidfile: "$work/nsd/nsd.pid"
		  xfrdfile: "$work/nsd/xfrd.state"
		  xfrdir: "$work/nsd"
		  server-count: $(nproc)
		  reuseport: yes
		  rrl-ratelimit: 0
		  rrl-whitelist-ratelimit: 0
		remote-control:
		  control-enable: no
		zone:
		  name: example.com
		  zonefile: "$zone"
	END
	in_server nsd -d -c "$work/nsd/nsd.conf" 2> "$work/nsd.log" &
	server=$!
}

knot_conf() {	# LISTEN...
	mkdir -p "$work/knot"
	cat > "$work/knot/knot.conf" <<-END
		server:
		    rundir: "$work/knot"
		    udp-workers: $(nproc)
		    $1
		$2
		database:
		    storage: "$work/knot"
		zone:
		  - domain: example.com
		    file: "$zone"
		    zonefile-sync: -1
		    journal-content: none
	END
	in_server knotd -c "$work/knot/knot.conf" > "$work/$3.log" 2>&1 &
	server=$!
}
start_knot() { knot_conf "listen: $server4" "" knot; }
start_knot_xdp() { knot_conf "listen: 127.0.0.1" $'xdp:\n    listen: ns0\n' knot_xdp; }

start_gdnsd() {
	mkdir -p "$work/gdnsd/etc/zones" "$work/gdnsd/etc/geoip" "$work/gdnsd/run" "$work/gdnsd/state"
	# The countries as gdnsd reads them: a table of networks.
	"$BUILD/tools/tor2rbldnsd" /usr/share/tor/geoip | awk '
		/^[0-9]/ { split($2, value, ":"); print $1 " => [ XX, c" value[length(value)] " ]" }' \
		> "$work/gdnsd/etc/geoip/nets" 2> /dev/null
	{
		printf 'options => { listen => %s, run_dir => %s, state_dir => %s, udp_threads => %s }\n' \
			$server4 "$work/gdnsd/run" "$work/gdnsd/state" "$(nproc)"
		printf 'plugins => { geoip => { maps => { world => { nets => nets, datacenters => [ eu, us ],\n'
		printf '  map => { XX => { c840 => [ us, eu ], c124 => [ us, eu ], c76 => [ us, eu ] }, default => [ eu, us ] } } }\n'
		printf '  resources => { www => { map => world, dcmap => { eu => 192.0.2.1, us => 192.0.2.2 } } } } }\n'
	} > "$work/gdnsd/etc/config"
	{
		printf '$TTL 60\n@ SOA ns1 hostmaster 1 86400 7200 604800 600\n@ NS ns1\nns1 A %s\n' $server4
		for ((i = 0; i < names; i++)); do echo "n$i DYNA geoip!www"; done
	} > "$work/gdnsd/etc/zones/example.com"
	in_server gdnsd -c "$work/gdnsd/etc" start > "$work/gdnsd.log" 2>&1 &
	server=$!
}

stop() {	# WHO
	case $1 in
	geoxdp) in_server "$BUILD/geoxdp" down -i ns0 > "$work/geoxdp.log" 2>&1 ;;
	reflect) in_server ip link set ns0 xdp off ;;
	*)
		kill "$server" 2> /dev/null
		wait "$server" 2> /dev/null
		;;
	esac
	server=
}

median() { sort -n | awk '{ a[NR] = $1 } END { print NR ? (NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2) : 0 }'; }

one_round() {
	local who

	for who in "${contestants[@]}"; do
		start_"$who"
		# Programs are there at once; and replies that XDP sends need a program at the client's end to arrive.
		if [ "$who" = reflect ] || [ "$who" = geoxdp ] || wait_for_answer "$who"; then
			in_client "$BUILD/bench/flood" net0 "$seconds" $names /usr/share/tor/geoip >> "$work/$who.rates" ||
				echo "flood: $who: the flood failed" >&2
		fi
		stop "$who"
	done
}

show() {
	local who sent answered best reference comma=

	reference=$(awk '{ print $3 }' "$work/reflect.rates" | median)
	best=$(for who in "${contestants[@]}"; do
		case $who in geoxdp | reflect) ;; *) awk '{ print $2 }' "$work/$who.rates" 2> /dev/null | median ;; esac
	done | sort -n | tail -n 1)
	printf '%s, %s processors, medians of %s rounds of %s s\n\n' "$(uname -srm)" "$(nproc)" "$rounds" "$seconds"
	printf '%-10s %12s %12s %12s %14s %14s\n' '' 'x best' 'share' 'of reflect' 'queries/s' 'answers/s'
	{
		printf '{"benchmark": "flood", "machine": "%s", "rounds": %s, "flood": [' "$(uname -srm)" "$rounds"
		for who in "${contestants[@]}"; do
			[ -s "$work/$who.rates" ] || continue
			sent=$(awk '{ print $1 }' "$work/$who.rates" | median)
			answered=$(awk -v reflect="$([ "$who" = reflect ] && echo 1)" '{ print reflect ? $3 : $2 }' "$work/$who.rates" | median)
			awk -v who="$who" -v s="$sent" -v a="$answered" -v b="$best" -v r="$reference" 'BEGIN {
				printf "%-10s %11.1fx %11.1f%% %11.1f%% %14d %14d\n", who, (b ? a / b : 0), (s ? 100 * a / s : 0), (r ? 100 * a / r : 0), s, a }' >&3
			printf '%s{"server": "%s", "sent_per_s": %s, "answered_per_s": %s}' "$comma" "$who" "$sent" "$answered"
			comma=', '
		done
		echo ']}'
	} 3>&1 > "$json"
}

make_files
make_network
server=
contestants=(reflect geoxdp nsd knot knot_xdp gdnsd)
for ((round = 0; round < rounds; round++)); do
	one_round
done
show
