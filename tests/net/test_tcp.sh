#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# DNS over TCP: the program's answers, the backend's, limits, and clients that try to be a nuisance (RFC 7766).
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# What the zone of the other tests has, answers larger than UDP takes (of less than 3,072 octets, and of more), and
# names that only the backend has, for a transfer of several messages.
cp -r tests/net/cdn "$work/cdn"
for ((i = 0; i < 400; i++)); do
	[ $i -ge 25 ] || printf 'eu 300 IN TXT "number %03d of the texts that do not fit into a datagram: ....."\n' $i
	printf 'us 300 IN TXT "number %03d of the texts that do not fit into a frame either: ...."\n' $i
done >> "$work/cdn/example.com.zone"
for ((i = 0; i < 5000; i++)); do
	echo "host$i 300 IN A 192.0.2.99"
done >> "$work/cdn/example.com.zone"
zone=$work/cdn/example.com.zone
"$BUILD/geoxdp" import pdns "$work/cdn/pdns.conf" -o "$work/cdn/imported.conf" 2> /dev/null || bail_out 'no import'

config() {	# IDLE CONNECTIONS PER_CLIENT [SITE]: Japanese clients bypass; Americans get another site
	cat > "$work/cdn/geoxdp.conf" <<-END
		server:
		  tcp: {idle: $1, connections: $2, per-client: $3, bypass: [$jp4, "2001:db8:1::/64"]}
	END
	sed "s/      US: us/      US: ${4:-us}/" "$work/cdn/imported.conf" >> "$work/cdn/geoxdp.conf"
	geoxdp up -c "$work/cdn/geoxdp.conf" -i ns0 > "$work/up" 2>&1 || bail_out "$(cat "$work/up")"
}

nsd_stop() {	# until it is gone: it removes its files last
	local pid try

	pid=$(cat "$work/nsd/nsd.pid")
	kill "$pid"
	for ((try = 0; try < 200; try++)); do
		kill -0 "$pid" 2> /dev/null || return
		sleep 0.02
	done
	bail_out 'NSD does not end'
}
nsd_again() {	# [SERVER_LINE]...: the same zone
	local line

	nsd_stop
	for line in "$@"; do
		sed -i "s|^  identity:.*|&\n  $line|" "$work/nsd/nsd.conf"
	done
	in_server nsd -d -c "$work/nsd/nsd.conf" &
	nsd_wait
}
nsd_wait() {
	local try

	for ((try = 0; try < 100; try++)); do
		in_server dig +tcp +short +tries=1 +time=1 @$server4 SOA example.com | grep -q '^ns1' && return
		sleep 0.05
	done
	bail_out "NSD does not answer: $(tail -n 5 "$work/nsd/log")"
}

node=
node_start() {	# begin to answer TCP
	local try

	: > "$work/node"
	# Not in_server: the process of the function would get the signals.
	nsenter --net=/run/netns/server "$BUILD/net/tcp_node" ns0 > "$work/node" 2>&1 &
	node=$!
	for ((try = 0; try < 100; try++)); do
		! grep -q '^ready$' "$work/node" || return
		kill -0 $node 2> /dev/null || break
		sleep 0.05
	done
	bail_out "tcp_node: $(cat "$work/node")"
}
node_stop() {	# [SIGNAL]
	kill -"${1:-TERM}" $node
	wait $node 2> /dev/null
}
node_line() {	# SIGNAL: what the node prints on it
	local lines try

	lines=$(wc -l < "$work/node")
	kill -"$1" $node
	for ((try = 0; try < 100 && $(wc -l < "$work/node") == lines; try++)); do
		sleep 0.02
	done
	tail -n 1 "$work/node"
}
tcp_count() {	# NAME
	node_line USR1 | tr ' ' '\n' | grep -A 1 -x "$1" | tail -n 1
}
# A command, and by how much counters moved.
moves() {	# NAMES COMMAND...
	local names=$1 name before='' after=''

	shift
	for name in $names; do before="$before $(tcp_count "$name")"; done
	"$@" > /dev/null
	for name in $names; do after="$after $(tcp_count "$name")"; done
	paste -d ' ' <(printf '%s\n' $names) <(printf '%s\n' $before) <(printf '%s\n' $after) |
		awk '{ print $1 "+" $3 - $2 }' | paste -sd ' '
}

client() {	# SCENARIO...: from the American client, over IPv4
	in_client timeout -k 1 90 "$BUILD/net/tcp_client" $server4 $us4 "$@"
}
client6() {
	in_client timeout -k 1 90 "$BUILD/net/tcp_client" $server6 $us6 "$@"
}
short() {	# DIG_ARGUMENT...
	dig_server "$@" | digest
}
same() {	# NAME DIG_ARGUMENT...: over TCP as over UDP
	local name=$1

	shift
	is "$name" "$(short +tcp "$@")" "$(short +notcp "$@")"
}
site() {	# DIG_ARGUMENT...: where www leads over TCP. The backend sends everybody to eu
	short +tcp "$@" www.example.com | sed -n 's/^an geo 60 CNAME //p'
}

network_start
nsd_start "$zone"
cat >> "$work/nsd/nsd.conf" <<-END
	  provide-xfr: $server4 NOKEY
	  provide-xfr: $server6 NOKEY
	  provide-xfr: $jp4 NOKEY
END
nsd_again
config 3s 40 20

# --- who answers whom --------------------------------------------------------------------------

is 'without the service the backend answers' "$(site -b $us4) $(site -b $us6)" 'eu eu'
node_start
is 'the service answers' "$(site -b $us4) $(site -b $us6)" 'us us'
is 'it has a word with nobody' "$(cat "$work/node")" ready
is 'clients that bypass it reach the backend' "$(site -b $jp4) $(site -b $jp6)" 'eu eu'
is 'so do clients on the node itself' "$(in_server dig +tcp +short @$server4 www.example.com | sed -n 2p
	in_server dig +tcp +short @$server6 www.example.com | sed -n 2p
	in_server dig +tcp +short -b 127.0.0.1 @$server4 www.example.com | sed -n 2p)" 'eu.example.com.
eu.example.com.
eu.example.com.'
fails 'a second service says who is there' 1 \
	'^tcp_node: another geoxdp steers TCP connections in this network namespace: Device or resource busy \(.*\)$' \
	in_server timeout 5 "$BUILD/net/tcp_node" ns0

for from in $us4 $jp4 $gb4 $nowhere4 $us6 $jp6 $gb6 $nowhere6; do
	case $from in
	"$jp4" | "$jp6") continue ;;
	esac
	same "as over UDP: $from" -b "$from" www.example.com
	same "as over UDP, client subnet: $from" -b "$from" +subnet=10.1.5.0/24 www.example.com
	same "as over UDP, IPv6 client subnet: $from" -b "$from" +subnet=2001:db8:a::/48 geo.example.com AAAA
	same "as over UDP, what the backend has: $from" -b "$from" mail.example.com
done
same 'as over UDP: DO' -b $us4 +dnssec www.example.com
same 'as over UDP: no EDNS' -b $us4 +noedns www.example.com
same 'as over UDP: malformed client subnet' -b $us4 +ednsopt=8:0003200a050001 www.example.com
same 'as over UDP: EDNS version 1' -b $us4 +edns=1 +noednsneg www.example.com
same 'as over UDP: NODATA' -b $us4 www.example.com MX
same 'as over UDP: mixed case' -b $us4 wWw.ExAmPlE.CoM
same 'as over UDP: a name that does not exist' -b $us4 nothing.example.com
same 'as over UDP: a zone of nobody' -b $us4 example.org
same 'as over UDP: CHAOS' -b $us4 id.server CH TXT
same 'as over UDP: TSIG' -b $us4 -y "hmac-sha256:key:$(printf '%032d' 0 | base64)" www.example.com
is 'client port 53' "$(site -b "$us4#53")" us

is 'a large answer comes from the program' "$(moves 'answered passed' short +tcp -b $us4 eu.example.com TXT)" \
	'answered+1 passed+0'
is 'and is whole' "$(dig_server +tcp -b $us4 eu.example.com TXT | grep -c '^eu.*TXT')" 25
is 'over UDP it is cut, and dig asks again' "$(dig_server -b $us4 eu.example.com TXT | grep -c '^eu.*TXT')" 25
is 'one that no frame holds comes from the backend' \
	"$(moves 'answered passed' short +tcp -b $us4 us.example.com TXT)" 'answered+0 passed+1'
is 'and is whole as well' "$(dig_server +tcp -b $us4 us.example.com TXT | grep -c '^us.*TXT')" 400
is 'a query larger than a frame' "$(moves 'answered passed' short +tcp -b $us4 "+ednsopt=65001:$(printf '%05000d' 0)" \
	www.example.com)" \
	'answered+0 passed+1'

is 'query --tcp shows the large answer' "$(geoxdp query --tcp eu.example.com TXT | grep -c '^eu.*TXT')" 25
like 'query without it shows TC' "$(geoxdp query eu.example.com TXT)" '^;; flags: qr aa tc;'
like 'query --tcp passes the larger one' "$(geoxdp query --tcp us.example.com TXT)" '^passed: '
is 'query --tcp counts nothing' "$(moves 'answered passed' geoxdp query --tcp www.example.com)" 'answered+0 passed+0'

# --- what only the backend does ----------------------------------------------------------------

transfer() {	# AT FROM
	in_client dig +tries=1 +time=5 +onesoa +noidnout -b "$2" "@$1" example.com AXFR | grep -v '^;' | sort | sha256sum
}
whole=$(in_server dig +tries=1 +time=5 +onesoa @$server4 example.com AXFR | grep -v '^;' | sort | sha256sum)
is 'a transfer goes through: IPv4' "$(transfer $server4 $us4)" "$whole"
is 'a transfer goes through: IPv6' "$(transfer $server6 $us6)" "$whole"
is 'a transfer around the service' "$(transfer $server4 $jp4)" "$whole"
records=$(in_server dig +tries=1 +time=5 @$server4 example.com AXFR | grep -vc -e '^;' -e '^$')
is 'a transfer after a half-close' "$(client transfer)" "$records records in several messages"
is 'a refused one' "$(in_client dig +tries=1 -b $jp6 @$server6 example.com AXFR | grep -c 'Transfer failed')" 1
is 'several queries on one connection' "$(moves 'accepted answered' in_client dig +tcp +keepopen -b $us4 @$server4 \
	www.example.com @$server4 geo.example.com @$server4 eu.example.com)" 'accepted+1 answered+3'

# --- pipelining and nuisance -------------------------------------------------------------------

# Two thirds of these queries are the backend's, so answers come in another order.
like '1,000 queries in one write' "$(client pipeline 1000)" '^1000 of 1000 answered(, out of order)?, open$'
like '1,000 queries in one write, IPv6' "$(client6 pipeline 1000)" '^1000 of 1000 answered(, out of order)?, open$'
like '300 queries octet by octet' "$(client pipeline 300 1)" '^300 of 300 answered(, out of order)?, open$'
like '30,000 queries in pieces of 1,000 octets' "$(client pipeline 30000 1000)" \
	'^30000 of 30000 answered(, out of order)?, open$'
is 'answers after a half-close' "$(client half-close 300)" '300 of 300 answered, closed'
is 'answers after a half-close, IPv6' "$(client6 half-close 300)" '300 of 300 answered, closed'
for kind in zero short response zeros; do
	is "no query: $kind" "$(client garbage $kind)" '3 of 3 answered, closed'
done
is 'each was counted' "$(moves malformed client garbage zero)" 'malformed+1'
is 'a slow reader is waited for, and gets all' "$(client slow 60000)" \
	'was stopped, 60000 of 60000 answered, open'
# Window probes bring him a little now and then, as long as his kernel has room. A backend would be waited for 30 s.
like 'a reader that is stuck is not' "$(client stuck 60000)" '^stuck for [3-9] s$'
is 'idle time' "$(client idle)" 'closed after 3 s'
is 'idle time after queries' "$(client idle 30)" 'closed after 3 s'
is 'a query octet by octet does not prolong it' "$(client trickle)" 'closed after 3 s'

files() { ls "/proc/$node/fd" | wc -l; }
before=$(files)
is 'resets in the middle' "$(client resets 100)" '100 reset'
sleep 0.5
is 'leave no descriptor and no connection' "$(files) $(tcp_count connections)" "$before 0"

# --- limits ------------------------------------------------------------------------------------

is 'as many connections of a client as it may have' "$(client many 20)" '20 of 20 open'
is 'for one more the one idle longest goes' "$(client many 21)" '20 of 21 open, closed from number 1 on'
config 30s 7 5
is 'follow' "$(node_line HUP)" followed
is 'new limits: as many' "$(client many 5)" '5 of 5 open'
is 'new limits: one more' "$(moves 'evicted refused' client many 6)" 'evicted+1 refused+0'
is 'where all are in use the new one is refused' "$(client busy 6)" '5 of 6 open, closed from number 6 on'
client many 5 > /dev/null &
sleep 0.2
config 30s 7 20
node_line HUP > /dev/null
is 'limit of all: as many' "$(client many 7)" '7 of 7 open'
is 'limit of all: one more' "$(client many 8)" '7 of 8 open, closed from number 1 on'
wait $!

# --- generations -------------------------------------------------------------------------------

old=0
for ((i = 0; i < 5; i++)); do
	config 10s 1000 50 ap
	[ "$(site -b $us4)" = ap ] || old=$((old + 1))
	config 10s 1000 50 us
	[ "$(site -b $us4)" = us ] || old=$((old + 1))
done
is 'after a swap no answer is of the old generation' $old 0
in_server ip addr add 192.0.2.60/24 dev ns0
in_client ip route add 192.0.2.60 dev net0
client idle > /dev/null &
sleep 0.2
is 'a client is connected' "$(in_server ss -Htn state established "sport = :53 and dst $us4" | wc -l)" 1
nsd_again 'ip-address: 192.0.2.60'
is 'and still is after a restart of the backend, which bound the same port' \
	"$(in_server ss -Htn state established "sport = :53 and dst $us4" | wc -l)" 1
is 'an address that the generation does not have is the backend'"'"'s' "$(site -b $us4 @192.0.2.60)" eu
config 10s 1000 50
is 'follow a new address' "$(node_line HUP)" followed
is 'a new address' "$(site -b $us4 @192.0.2.60)" us
sed -i 's/^  tcp: .*/  tcp: no/' "$work/cdn/geoxdp.conf"
geoxdp up -q -c "$work/cdn/geoxdp.conf" -i ns0 > /dev/null 2>&1
node_line HUP > /dev/null
is 'tcp: no' "$(site -b $us4)" eu
config 10s 1000 50
node_line HUP > /dev/null
is 'tcp: yes again' "$(site -b $us4)" us

# --- the backend fails -------------------------------------------------------------------------

established() {	# FILTER: connections on the node
	in_server ss -Htn state established "$1" | wc -l
}
client6 idle 3 > /dev/null &
sleep 0.4
is 'a connection to the backend' "$(established "dport = :53 and dst [$server6]")" 1
sleep 1.5
is 'is closed when nobody needs it, and the client'"'"'s stays' \
	"$(established "dport = :53 and dst [$server6]") $(established "sport = :53 and dst [$us6]")" '0 1'
nsd_again 'tcp-query-count: 7'
like 'a backend that closes after seven queries' "$(client pipeline 300)" \
	'^300 of 300 answered(, out of order)?, open$'
nsd_stop
is 'no backend: the program answers' "$(site -b $us4)" us
is 'no backend: SERVFAIL for the rest' "$(short +tcp -b $us4 mail.example.com)" 'SERVFAIL qr rd
edns 0 1232'
is 'no backend: SERVFAIL without EDNS' "$(short +tcp +noedns -b $us4 mail.example.com)" 'SERVFAIL qr rd'
is 'each was counted' "$(moves 'passed failed' short +tcp -b $us4 mail.example.com)" 'passed+1 failed+1'

# Sockets on all addresses, for a change.
sed -i '/^  ip-address:/d; s/^server:/&\n  ip-address: 0.0.0.0\n  ip-address: ::0/' "$work/nsd/nsd.conf"
in_server nsd -d -c "$work/nsd/nsd.conf" &
nsd_wait
same 'the backend is back, on all addresses' -b $us4 mail.example.com
is 'the service is before its sockets' "$(site -b $us4) $(site -b $us6)" 'us us'
is 'not before other addresses' "$(in_server dig +tcp +short @127.0.0.1 www.example.com | sed -n 2p)" eu.example.com.

# --- giving it back ----------------------------------------------------------------------------

node_stop
is 'the service stops: the backend answers' "$(site -b $us4) $(site -b $us6)" 'eu eu'
node_start
is 'and again' "$(site -b $us4) $(site -b $us6)" 'us us'
node_stop KILL
is 'kill -9: the backend answers' "$(site -b $us4) $(site -b $us6)" 'eu eu'
geoxdp down -q
fails 'nothing serves' 1 '^tcp_node: ns0: nothing is serving \(`geoxdp up` starts\)$' \
	in_server timeout 5 "$BUILD/net/tcp_node" ns0

# --- the real command --------------------------------------------------------------------------

config 10s 1000 50
run_start() {	# until it answers TCP
	local try

	nsenter --net=/run/netns/server "$BUILD/geoxdp" run -c "$work/cdn/geoxdp.conf" -i ns0 > "$work/run" 2>&1 &
	node=$!
	for ((try = 0; try < 200; try++)); do
		[ "$(site -b $us4)" != us ] || return
		sleep 0.05
	done
}
run_start
is 'geoxdp run answers TCP' "$(site -b $us4) $(site -b $us6) $(site -b $jp4)" 'us us eu'
node_stop KILL
is 'kill -9 of geoxdp run: the backend answers' "$(site -b $us4) $(site -b $us6)" 'eu eu'
run_start
is 'geoxdp run again' "$(site -b $us4) $(site -b $us6)" 'us us'
node_stop
is 'geoxdp run ends: the backend answers' "$(site -b $us4) $(site -b $us6)" 'eu eu'
is 'and the program goes on over UDP' "$(short +notcp -b $us4 geo.example.com | grep CNAME)" 'an geo 60 CNAME us'

done_testing
