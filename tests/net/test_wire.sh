#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Below DNS: checksums, frames without room, generic mode, interfaces on top of others, VLAN tags.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start
nsd_start

us='NOERROR qr aa rd
edns 0 1232
an www 120 CNAME geo
an geo 60 CNAME us
an us 300 A 192.0.2.20'

up() {		# NAME WANT UP_ARGUMENT...
	local name=$1 want=$2

	shift 2
	is "$name" "$(geoxdp up --pdns $cdn "$@" 2>&1)" "$want"
}
# The same three questions wherever they have to work.
asks() {	# WHERE
	expect_dig "$1: IPv4" SERVED_GEO "$us" -b $us4 www.example.com
	expect_dig "$1: IPv6" SERVED_GEO "$us" -b $us6 www.example.com
	expect_dig "$1: what NSD answers" PASSED_QCLASS 'NOERROR qr rd
edns 0 1232
an id.server. 0 CH TXT "nsd"' -b $us4 id.server CH TXT
}
# Many questions in one dig of an address, for speed. Prints how many replies came with NOERROR and an address.
ask_many() {	# FROM QUESTIONS
	printf '%s\n' "$2" > "$work/questions"
	in_client timeout -k 1 60 dig +tries=1 +time=2 +noall +comments +answer -b "$1" -f "$work/questions" |
		awk '/status: NOERROR/ { good++ } $3 == "IN" && $4 ~ /^A/ { addresses++ } END { print good + 0, addresses + 0 }'
}
checksum_errors() {
	in_client cat /proc/net/snmp | awk '/^Udp:/ { n = $8 } END { print "IPv4", n }'
	in_client awk '/^Udp6InCsumErrors/ { print "IPv6", $2 }' /proc/net/snmp6
}

# --- checksums: the client's kernel takes only right ones, and is told nothing by the veth --------

# Option and question lengths of all kinds, odd and even.
questions4=$(
	for ((bits = 0; bits <= 32; bits++)); do
		echo "@$server4 +subnet=10.0.0.0/$bits www.example.com"
		echo "@$server4 +subnet=10.0.0.0/$bits localhost.example.com"
	done
	for ((bits = 0; bits <= 128; bits += 3)); do
		echo "@$server4 +subnet=2001:db8:a::/$bits geo.example.com"
	done
)
questions6=${questions4//$server4/$server6}
n=$(printf '%s\n' "$questions4" | wc -l)

up 'native' 'ns0: generation 1 attached in native mode: 9 names on 3 addresses' -i ns0
[ $failures -eq 0 ] || bail_out 'nothing serves'
for tx in on off; do
	in_client ethtool -K net0 rx off tx $tx > /dev/null
	is "$n replies without offload, queries with offload $tx: IPv4" "$(ask_many $us4 "$questions4")" "$n $n"
	is "$n replies without offload, queries with offload $tx: IPv6" "$(ask_many $us6 "$questions6")" "$n $n"
	asks "offload for queries $tx"
done
is 'no checksum was wrong' "$(checksum_errors)" 'IPv4 0
IPv6 0'

# --- frames that cannot grow -----------------------------------------------------------------------

# Where the driver leaves no room the query is passed, untouched: here NSD sends everyone to eu, so each client of
# eu gets the right answer from either.
wire bare
before=$(counts)
is 'no room behind the frame: the backend answers' \
	"$(ask_many $gb4 "$(for _ in {1..50}; do echo "@$server4 www.example.com"; done)")" '50 50'
like 'each was answered or passed for want of room' "$(moved "$before" "$(counts)")" \
	'^(SERVED_GEO[*0-9]* ?)?(PASSED_NO_ROOM[*0-9]*)?$'
wire room
geoxdp down -q

# --- generic mode ----------------------------------------------------------------------------------

up 'generic' 'ns0: generation 1 attached in generic mode: 9 names on 3 addresses' --mode generic -i ns0
like 'status says generic' "$(geoxdp status)" '^ns0: generic XDP, generation 1, '
for tx in on off; do
	in_client ethtool -K net0 rx off tx $tx > /dev/null
	is "generic, offload $tx: $n replies, IPv4" "$(ask_many $us4 "$questions4")" "$n $n"
	is "generic, offload $tx: $n replies, IPv6" "$(ask_many $us6 "$questions6")" "$n $n"
	asks "generic, offload $tx"
done
up 'a swap keeps the mode' 'ns0: generation 2 swapped in in generic mode: 9 names on 3 addresses' -i ns0
is 'no checksum was wrong in generic mode' "$(checksum_errors)" 'IPv4 0
IPv6 0'
geoxdp down -q

# --- interfaces on top of others: the driver has no XDP -------------------------------------------

sub_interface() {	# KIND: sub0 has an address
	in_server ip link set sub0 address 02:00:00:00:00:03
	in_server ip addr add 192.0.2.54/32 dev sub0
	in_server ip link set sub0 up
	in_client ip route replace 192.0.2.54 dev net0
	# Or else ns0 would say that it has the address.
	in_client ip neigh replace 192.0.2.54 lladdr 02:00:00:00:00:03 dev net0
	up "$1: up falls back to generic mode and says so" \
'geoxdp up: sub0: native XDP: Operation not supported; attached in generic mode, which works and is slower
sub0: generation 1 attached in generic mode: 9 names on 2 addresses' -i sub0
	expect_dig "$1: an answer" SERVED_GEO "$us" -b $us4 @192.0.2.54 www.example.com
	geoxdp down -q
	fails "$1: --mode native fails" 1 \
		'^geoxdp up: sub0: attach native XDP: Operation not supported \(.*mode: generic\)$' \
		geoxdp up --pdns $cdn -i sub0 --mode native
	in_server ip link del sub0
}

in_server ip link add link ns0 name sub0 type macvlan mode bridge || bail_out 'no macvlan'
sub_interface macvlan

# --- frames for others -----------------------------------------------------------------------------

up 'frames for others' 'ns0: generation 1 attached in native mode: 9 names on 3 addresses' -i ns0
in_client ip neigh replace $server4 lladdr 02:00:00:00:00:77 dev net0
before=$(geoxdp stats --json | json 0 counts PASSED_FRAME)
dig_server +timeout=1 -b $us4 www.example.com > "$work/other"
is 'a frame for another host is not answered' "$(grep -c 'status: NOERROR' "$work/other")" 0
is 'and is counted as passed' "$(($(geoxdp stats --json | json 0 counts PASSED_FRAME) > before))" 1
in_client ip neigh del $server4 dev net0
expect_dig 'one for this host is' SERVED_GEO "$us" -b $us4 www.example.com
geoxdp down -q

# --- VLAN tags -------------------------------------------------------------------------------------

wire tag
up 'VLAN' 'ns0: generation 1 attached in native mode: 9 names on 3 addresses' -i ns0
expect_dig 'a tagged query gets a tagged reply: IPv4' SERVED_GEO "$us" -b $us4 www.example.com
expect_dig 'a tagged query gets a tagged reply: IPv6' SERVED_GEO "$us" -b $us6 www.example.com
geoxdp down -q
up 'VLAN, generic' 'ns0: generation 1 attached in generic mode: 9 names on 3 addresses' --mode generic -i ns0
expect_dig 'a tagged query gets a tagged reply in generic mode' SERVED_GEO "$us" -b $us4 www.example.com
geoxdp down -q
# Not every kernel has VLAN interfaces; what they do differently from macvlan is to take the tag off.
if in_server ip link add link ns0 name sub0 type vlan id 7 2> /dev/null; then
	sub_interface VLAN
else
	echo '# this kernel has no 802.1Q interfaces (CONFIG_VLAN_8021Q): up -i on one was not tested'
fi

is 'down left nothing' "$(ls -d $pins 2> /dev/null)" ''
done_testing
