#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# End to end over veth: a flood that is faster than any responder, and who answers how much of it, in one run.
#
#	tests/bench/flood.sh [--rounds N] [--quick] [--check] [--json FILE]
#
# All serve the same names of the same zone. GeoXDP, gdnsd and PowerDNS have the same country data and the same map, and
# must give the same answers to clients all over the world, or nothing is timed. NSD and Knot know no countries: to them
# every client is the same. --check: only that.
# shellcheck source-path=SCRIPTDIR/../net
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

rounds=15 seconds=1 json=$BUILD/bench/flood.json check='' quick=false
while [ $# -gt 0 ]; do
	case $1 in
	--rounds) rounds=$2 && shift ;;
	--json) json=$2 && shift ;;
	--quick) rounds=1 quick=true ;;
	--check) check=yes ;;
	*) echo "usage: flood.sh [--rounds N] [--quick] [--check] [--json FILE]" >&2; exit 2 ;;
	esac
	shift
done
names=1000 asked=100
tor='/usr/share/tor/geoip /usr/share/tor/geoip6'
zone=$work/example.com.zone
# Clients there are sent to us, all others to eu.
countries='US CA MX BR AR CL CO PE'
eu=192.0.2.1 us=192.0.2.2

# --- what each of them serves ------------------------------------------------------------------

zone_head() { printf '$TTL 60\n@ SOA ns1 hostmaster 1 86400 7200 604800 600\n@ NS ns1\nns1 A %s\n' $server4; }
numbers() { seq 0 $((names - 1)); }

make_files() {
	{ zone_head; numbers | sed "s/.*/n& A $eu/"; } > "$zone"
	zone_head > "$work/geo.zone"
	{
		printf 'sources: [%s]\nmaps:\n  world:\n    default: [eu]\n    countries: {' "${tor// /, }"
		printf '%s: [us], ' $countries | sed 's/, $//'
		printf '}\nzones:\n  - name: example.com\n    file: geo.zone\n    geo:\n'
		numbers | sed "s/.*/      - {name: n&, map: world, ttl: 60, address: {eu: [$eu], us: [$us]}}/"
	} > "$work/geoxdp.conf"
	# shellcheck disable=SC2086
	"$BUILD/tools/tor2rbldnsd" $tor > "$work/countries" 2> /dev/null
	make_gdnsd && make_pdns
}

# Without a MaxMind DB, gdnsd takes networks with their sites.
make_gdnsd() {
	local folder=$work/gdnsd/etc

	mkdir -p "$folder/zones" "$folder/geoip" "$work/gdnsd/run" "$work/gdnsd/state"
	awk -v countries=" ${countries,,} " '/^[0-9a-f]/ { split($2, value, ":")
		print $1 " => [ " (index(countries, " " value[3] " ") ? "us" : "eu") " ]" }' \
		"$work/countries" > "$folder/geoip/nets"
	{
		printf 'options => { listen => %s, run_dir => %s, state_dir => %s, udp_threads => %s }\n' \
			$server4 "$work/gdnsd/run" "$work/gdnsd/state" "$(nproc)"
		printf 'plugins => { geoip => { maps => { world => { nets => nets, datacenters => [ eu, us ] } }\n'
		printf '  resources => { www => { map => world, dcmap => { eu => %s, us => %s } } } } }\n' $eu $us
	} > "$folder/config"
	{ zone_head; numbers | sed 's/.*/n& DYNA geoip!www/'; } > "$folder/zones/example.com"
}

# The backend reads a MaxMind DB; what a country is mapped to, or else "unknown", names a record of the zone.
make_pdns() {
	local country

	mkdir -p "$work/pdns"
	"$BUILD/bench/country_mmdb" < "$work/countries" > "$work/pdns/countries.mmdb" || return
	{
		printf 'mapping_lookup_formats: ["%%cc"]\ncustom_mapping:\n'
		for country in $countries; do echo "  ${country,,}: us"; done
		printf 'domains:\n- domain: example.com\n  ttl: 60\n  records:\n    example.com:\n'
		printf '      - soa: ns1.example.com hostmaster.example.com 1 86400 7200 604800 600\n      - ns: ns1.example.com\n'
		printf '    ns1.example.com:\n      - a: %s\n    us.site.example.com:\n      - a: %s\n' $server4 $us
		printf '    unknown.site.example.com:\n      - a: %s\n  services:\n' $eu
		numbers | sed 's/.*/    n&.example.com: ["%mp.site.example.com"]/'
	} > "$work/pdns/zones.yaml"
	cat > "$work/pdns/pdns.conf" <<-END
		launch=geoip
		geoip-zones-file=$work/pdns/zones.yaml
		geoip-database-files=mmdb:$work/pdns/countries.mmdb
		local-address=$server4
		socket-dir=$work/pdns
		receiver-threads=$(nproc)
		distributor-threads=1
		reuseport=yes
		edns-subnet-processing=yes
		security-poll-suffix=
		daemon=no
		guardian=no
		loglevel=4
	END
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
	for ((try = 0; try < 60; try++)); do
		in_client dig +short +tries=1 +time=1 @$server4 n1.example.com | grep -q '^192\.0\.2\.' && return
		[ -z "$server" ] || kill -0 "$server" 2> /dev/null || break
		sleep 0.05
	done
	echo "flood: $1 does not answer: $(tail -n 3 "$work/$1.log" 2> /dev/null)" >&2
	return 1
}

# --- who takes part ----------------------------------------------------------------------------

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

knot_conf() {	# LISTEN XDP WHO
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
	in_server gdnsd -c "$work/gdnsd/etc" start > "$work/gdnsd.log" 2>&1 &
	server=$!
}

start_pdns() {
	in_server pdns_server --config-dir="$work/pdns" > "$work/pdns.log" 2>&1 &
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

# --- do they give the same answers? ------------------------------------------------------------

# Clients out of ranges all over the country data, in client subnet options, one query a line.
make_sample() {
	awk -F , -v wanted=$asked '
		/^[0-9]/ && $1 / 16777216 >= 1 && $1 < 3758096384 && int($1 / 16777216) != 127 { first[n++] = int(($1 + $2) / 2) }
		END { for (i = 0; i < wanted; i++) {
			a = first[int(i * n / wanted)]
			printf "n%d.example.com +subnet=%d.%d.%d.%d/32\n", i, a / 16777216 % 256, a / 65536 % 256, a / 256 % 256, a % 256
		} }' /usr/share/tor/geoip > "$work/sample"
}

ask_sample() {	# WHO
	local try

	in_client ip link set net0 xdp obj "$BUILD/net/wire.bpf.o" sec xdp || bail_out 'no native XDP on veth'
	start_"$1"
	wait_for_answer "$1" || bail_out "$1 does not serve"
	# A server that has just begun may leave some waiting: then dig says so, in lines of its own.
	for ((try = 0; try < 3; try++)); do
		in_client dig @$server4 +short +tries=3 +time=2 -f "$work/sample" > "$work/$1.answers"
		[ "$(wc -l < "$work/$1.answers")" -eq $asked ] && break
	done
	stop "$1"
	in_client ip link set net0 xdp off
}

check_answers() {
	local who

	make_sample
	for who in geoxdp gdnsd pdns; do
		ask_sample $who
		[ "$(wc -l < "$work/$who.answers")" -eq $asked ] || bail_out "$who: not one answer to each of $asked clients"
		cmp -s "$work/geoxdp.answers" "$work/$who.answers" ||
			bail_out "$who answers other than geoxdp: $(diff "$work/geoxdp.answers" "$work/$who.answers" | grep -c '^>') of $asked"
	done
	grep -qx $eu "$work/geoxdp.answers" && grep -qx $us "$work/geoxdp.answers" || bail_out 'clients of one site only'
	echo "geoxdp, gdnsd and pdns give $asked clients the same answers: $(grep -cx $us "$work/geoxdp.answers") of them us"
}

# --- rounds ------------------------------------------------------------------------------------

median() { sort -n | awk '{ a[NR] = $1 } END { print NR ? (NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2) : 0 }'; }
ticks() { awk '/^cpu / { for (i = 2; i <= 9; i++) all += $i; print $9, all }' /proc/stat; }

# Queries that never left, until now: the queue of the veth pair was full, as the other end had no time. No server has seen them.
refused() { in_client ethtool -S net0 | awk '/xdp_xmit_errors:/ { n += $2 } END { print n + 0 }'; }

# To WHO.now: queries, answers and other replies a second; then how many queries came to nothing, and how many never left.
flood() {	# WHO
	local before

	before=$(refused)
	in_client "$BUILD/bench/flood" net0 "$seconds" $names /usr/share/tor/geoip > "$work/flood.counts" || return
	awk -v refused=$(($(refused) - before)) '{
		sent = $1 - refused
		printf "%.0f %.0f %.0f %d %d\n", sent / $4, $2 / $4, $3 / $4, sent - $2 - $3, refused
	}' "$work/flood.counts" > "$work/$1.now"
}

# All in turn. Fails, and counts for nothing, where the host took more than 2 % of the processors away.
one_round() {
	local who steal all steal_after all_after

	read -r steal all <<< "$(ticks)"
	rm -f "$work"/*.now
	for who in "${contestants[@]}"; do
		start_"$who"
		# Programs are there at once; and replies that XDP sends need a program at the client's end to arrive.
		if [ "$who" = reflect ] || [ "$who" = geoxdp ] || wait_for_answer "$who"; then
			flood "$who" || echo "flood: $who: the flood failed" >&2
		fi
		stop "$who"
	done
	read -r steal_after all_after <<< "$(ticks)"
	[ $(((steal_after - steal) * 100)) -le $((2 * (all_after - all))) ] || return
	for who in "${contestants[@]}"; do
		[ ! -s "$work/$who.now" ] || cat "$work/$who.now" >> "$work/$who.rates"
	done
}

run_rounds() {
	local kept=0

	while [ "$kept" -lt "$rounds" ]; do
		if one_round; then
			kept=$((kept + 1))
		else
			thrown=$((thrown + 1))
			[ "$thrown" -lt 50 ] || bail_out '50 rounds with more than 2 % steal: a quieter machine is needed'
		fi
	done
}

goal() {	# WHAT UNIT GOAL MEASURED
	awk -v what="$1" -v unit="$2" -v goal="$3" -v measured="$4" 'BEGIN {
		printf "{\"what\": \"%s\", \"unit\": \"%s\", \"bound\": \"at least\", \"goal\": %s, \"stretch\": 0, ", what, unit, goal
		printf "\"measured\": %.4f, \"verdict\": \"%s\"}", measured, (measured + 0.0005 >= goal ? "met" : "not met") }'
}

show() {
	local who sent answered best reference comma='' machine

	machine="$(uname -srm), $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
	reference=$(awk '{ print $3 }' "$work/reflect.rates" | median)
	best=$(for who in "${contestants[@]}"; do
		case $who in geoxdp | reflect) ;; *) awk '{ print $2 }' "$work/$who.rates" 2> /dev/null | median ;; esac
	done | sort -n | tail -n 1)
	printf '%s\na flood over veth, medians of %s rounds of %s s, %s thrown away; NSD without its response rate limit\n\n' \
		"$machine" "$rounds" "$seconds" "$thrown"
	printf '%-10s %12s %12s %12s %14s %14s\n' '' 'x best' 'share' 'of reflect' 'queries/s' 'answers/s'
	{
		printf '{"benchmark": "flood", "machine": "%s", "rounds": %s, "thrown_away": %s, "quick": %s, "flood": [' \
			"$machine" "$rounds" "$thrown" $quick
		for who in "${contestants[@]}"; do
			[ -s "$work/$who.rates" ] || continue
			sent=$(awk '{ print $1 }' "$work/$who.rates" | median)
			answered=$(awk -v reflect="$([ "$who" = reflect ] && echo 1)" '{ print reflect ? $3 : $2 }' "$work/$who.rates" | median)
			awk -v who="$who" -v s="$sent" -v a="$answered" -v b="$best" -v r="$reference" 'BEGIN {
				printf "%-10s %11.1fx %11.1f%% %11.1f%% %14d %14d\n", who, (b ? a / b : 0), (s ? 100 * a / s : 0), (r ? 100 * a / r : 0), s, a }' >&3
			printf '%s{"server": "%s", "sent_per_s": %s, "answered_per_s": %s}' "$comma" "$who" "$sent" "$answered"
			comma=', '
		done
		read -r sent answered <<< "$(awk '{ print $1, $2 }' "$work/geoxdp.rates" | awk '{ s += $1; a += $2 } END { print s, a }')"
		printf '], "goals": [%s, ' "$(goal 'flood over veth: share answered' % 100 "$(awk "BEGIN { print 100 * $answered / $sent }")")"
		awk '{ lost += $4; refused += $5 } END {
			printf "\ngeoxdp: %d queries without an answer; %d never left, since the queue of the veth pair was full\n", lost, refused
			}' "$work/geoxdp.rates" >&3
		answered=$(awk '{ print $2 }' "$work/geoxdp.rates" | median)
		printf '%s]}\n' "$(goal 'flood over veth: against the best of the others' x 5 "$(awk "BEGIN { print $answered / $best }")")"
	} 3>&1 > "$json"
}

make_files || bail_out 'files of the servers: make'
make_network
server='' thrown=0
check_answers
[ -z "$check" ] || exit 0
contestants=(reflect geoxdp nsd knot knot_xdp gdnsd pdns)
run_rounds
show
