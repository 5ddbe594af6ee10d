#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# up, swap, down: what serves, what is left, and what happens when a step cannot be taken.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start

us='NOERROR qr aa rd
edns 0 1232
an geo 60 CNAME us
an us 300 A 192.0.2.20'
ap=${us//us/ap} ap=${ap/2.20/2.30}

serves_us() { expect_dig "$1" SERVED_GEO "$us" -b $us4 geo.example.com; }
attached() { in_server ip -o link show dev "${1:-ns0}" | grep -Eo 'xdp[a-z]*'; }
generations() { ls "$pins/${1:-ns0}" 2> /dev/null | paste -sd ' '; }
nothing_left() {
	is "$1: no pins" "$(ls -d $pins 2> /dev/null)" ''
	is "$1: no program" "$(attached ns0)" ''
}
stub() { in_server ip link set "$2" "$1" obj "$BUILD/net/wire.bpf.o" sec xdp; }

# The same set-up, but Americans go to ap.
cp -r tests/net/cdn "$work/other"
sed -i 's/^840 us/840 ap/' "$work/other/maps/geo.map"
other=$work/other/pdns.conf

# --- what stops up ---------------------------------------------------------------------------------

fails 'no such interface' 1 '^geoxdp up: nosuch0: look up: No such device \(`ip link` lists the interfaces\)$' \
	geoxdp up --pdns $cdn -i nosuch0
in_server ip link add bare0 type veth peer name bare1
fails 'an interface without an address' 1 '^geoxdp up: bare0: has no address to serve on: .*\(.*ip addr add .*\)$' \
	geoxdp up --pdns $cdn -i bare0
in_server ip link del bare0
stub xdp ns0
fails 'another XDP program is attached' 1 \
	'^geoxdp up: ns0: attach native XDP: .*\(another XDP program is attached: .*detach it first\)$' \
	geoxdp up --pdns $cdn -i ns0
is 'and it still is' "$(in_server ip -o link show dev ns0 | grep -c 'xdp.* id ')" 1
in_server ip link set ns0 xdp off
stub xdpgeneric ns0
fails 'another generic XDP program is attached' 1 '^geoxdp up: ns0: attach native XDP: .*another XDP program' \
	geoxdp up --pdns $cdn -i ns0
in_server ip link set ns0 xdpgeneric off
fails 'a broken configuration' 3 '^tests/data/bad/everything-wrong/' \
	geoxdp up --pdns tests/data/bad/everything-wrong/pdns.conf -i ns0
nothing_left 'after all these'

# --- up, and up again ------------------------------------------------------------------------------

is 'up' "$(geoxdp up --pdns $cdn -i ns0 2>&1)" 'ns0: generation 1 attached in native mode: 9 names on 3 addresses'
is 'no process is left to serve' "$(grep -l geoxdp /proc/[0-9]*/comm)" ''
serves_us 'it serves'
is 'the program and its maps are pinned' \
	"$(cd $pins/ns0/gen-1 && ls -d answers choices countries[46] meta names nets[46] prog services stats types |
		paste -sd ' ')" \
	'answers choices countries4 countries6 meta names nets4 nets6 prog services stats types'
like 'status' "$(geoxdp status)" '^ns0: native XDP, generation 1, [0-9]+ s old$'
is 'up again' "$(geoxdp up --pdns $cdn -i ns0 2>&1)" \
	'ns0: generation 2 swapped in in native mode: 9 names on 3 addresses'
is 'the generation before stays pinned' "$(generations)" 'gen-1 gen-2 link'
serves_us 'the new generation serves'
is 'and goes on counting where the one before was' "$(counts | grep SERVED_GEO)" 'SERVED_GEO=2'
geoxdp up -q --pdns "$other" -i ns0
expect_dig 'a changed map acts' SERVED_GEO "$ap" -b $us4 geo.example.com
geoxdp up -q --pdns $cdn -i ns0
serves_us 'and back'

fails 'a broken configuration is refused' 3 '^tests/data/bad/everything-wrong/' \
	geoxdp up --pdns tests/data/bad/everything-wrong/pdns.conf -i ns0
fails 'a configuration that is not there is refused' 3 '^tests/nowhere/pdns.conf: ' \
	geoxdp up --pdns tests/nowhere/pdns.conf -i ns0
is 'and leaves the generations alone' "$(generations)" 'gen-2 gen-3 gen-4 link'
serves_us 'which serves on'

# An address that came later is served from the next up on; this one with a label in place of the interface's name.
in_server ip addr add 192.0.2.55/32 dev ns0 label ns0:later
in_client ip route add 192.0.2.55 dev net0
nsd_start
expect_dig 'a new address is not known yet' PASSED_SERVICE 'none
none' -b $us4 +time=1 @192.0.2.55 geo.example.com
geoxdp up -q --pdns $cdn -i ns0
expect_dig 'after up it is' SERVED_GEO "$us" -b $us4 @192.0.2.55 geo.example.com

# --- a swap loses nothing --------------------------------------------------------------------------

# Both configurations send Britons to eu; Americans to us or ap. No third answer, and none missing.
for _ in {1..500}; do
	echo "@$server4 +short geo.example.com"
done > "$work/questions"
while [ ! -e "$work/enough" ]; do
	in_client timeout -k 1 60 dig +tries=1 +time=2 -b $us4 -f "$work/questions"
done > "$work/replies" 2>&1 &
asking=$!
while [ ! -e "$work/enough" ]; do
	geoxdp status && geoxdp stats
done > /dev/null 2> "$work/looks" &
looking=$!
for ((i = 1; i <= 20; i++)); do
	geoxdp up -q --pdns "$([ $((i % 2)) -eq 1 ] && echo "$other" || echo $cdn)" -i ns0 || echo "up $i failed"
done > "$work/ups" 2>&1
touch "$work/enough"
wait $asking $looking
is '20 ups one after the other' "$(cat "$work/ups")" ''
like "$(grep -c 192.0.2 "$work/replies") questions meanwhile: none lost, none wrong" \
	"$(awk '{ n[$0]++ } END { for (line in n) if (n[line] < 50) print n[line], line;
		print n["us.example.com."] == n["192.0.2.20"] && n["ap.example.com."] == n["192.0.2.30"] &&
			(n["192.0.2.20"] + n["192.0.2.30"]) % 500 == 0 }' "$work/replies")" '^1$'
is 'status and stats meanwhile: a swap does not confuse them' "$(cat "$work/looks")" ''
is 'three generations are left' "$(generations)" 'gen-23 gen-24 gen-25 link'
serves_us 'it serves as before'

# --- asking what serves ----------------------------------------------------------------------------

before=$(counts)
like 'query asks the serving generation' "$(geoxdp query --from $us4 geo.example.com | tr -s ' \t' ' ')" \
	'^us.example.com. 300 A 192.0.2.20$'
like 'query by IPv6, with client subnet' \
	"$(geoxdp query --from $nowhere6 --ecs 10.1.5.0/24 geo.example.com | tr -s ' \t' ' ')" '10\.1\.5\.0/24/16'
like 'explain reads the configuration that serves' "$(geoxdp explain $jp4 geo.example.com 2>&1)" \
	'countries.rbldnsd:3$'
is 'and the counters do not move' "$(moved "$before" "$(counts)")" ''

# --- two interfaces --------------------------------------------------------------------------------

in_server ip link add ns1 type veth peer name net1
in_server ip addr add 192.0.2.56/32 dev ns1
stub xdp ns1
fails 'all interfaces or none: ns1 is taken' 1 '^geoxdp up: ns1: attach native XDP: .*another XDP program' \
	geoxdp up --pdns "$other" -i ns0 -i ns1
is 'ns0 has its generations' "$(generations)" 'gen-23 gen-24 gen-25 link'
serves_us 'and serves with it'
is 'ns1 has nothing of ours' "$(generations ns1)" ''
in_server ip link set ns1 xdp off
is 'both' "$(geoxdp up --pdns $cdn -i ns0 -i ns1 2>&1)" \
'ns0: generation 26 swapped in in native mode: 9 names on 5 addresses
ns1: generation 26 attached in native mode: 9 names on 5 addresses'
is 'status of both' "$(geoxdp status | grep -c XDP)" 2
is 'down of one' "$(geoxdp down -i ns1)" 'ns1: detached'
is 'has no program' "$(attached ns1)" ''
serves_us 'the other one serves on'
in_server ip link del ns1

# --- the interface goes away -----------------------------------------------------------------------

in_server ip link del ns0
fails 'status says that the interface is gone' 1 \
	'^geoxdp status: ns0: the interface was removed, .*\(`geoxdp up` attaches anew, `geoxdp down` cleans up\)$' \
	geoxdp status
server_link
is 'up attaches anew' "$(geoxdp up --pdns $cdn -i ns0 2>&1)" \
	'ns0: generation 27 attached in native mode: 9 names on 3 addresses'
is 'with the generations of before' "$(generations)" 'gen-25 gen-26 gen-27 link'
serves_us 'and serves'
in_server ip link del ns0
is 'down without an interface' "$(geoxdp down 2>&1)" 'ns0: detached'
is 'leaves no pins' "$(ls -d $pins 2> /dev/null)" ''
server_link

# --- only swap -------------------------------------------------------------------------------------

ns1() {
	in_server ip link add ns1 type veth peer name net1
	in_server ip addr add 192.0.2.56/32 dev ns1
}
ns1
is '--no-attach leaves alone what does not serve' "$(geoxdp up --no-attach --pdns $cdn -i ns0 2>&1; echo $?)" \
	'geoxdp up: ns0: was taken down, and is left so
0'
is 'and pins nothing' "$(ls -d $pins 2> /dev/null)" ''
is 'with --json' "$(geoxdp up -q --json --no-attach --pdns $cdn -i ns0 2>&1)" '[]'
is 'on one interface: the other is attached to' "$(geoxdp up --no-attach=ns1 --pdns $cdn -i ns0 -i ns1 2>&1)" \
'geoxdp up: ns1: was taken down, and is left so
ns0: generation 1 attached in native mode: 9 names on 3 addresses'
is 'and swaps where one serves' "$(geoxdp up --no-attach --pdns $cdn -i ns1 -i ns0 2>&1)" \
'geoxdp up: ns1: was taken down, and is left so
ns0: generation 2 swapped in in native mode: 9 names on 3 addresses'
geoxdp up -q --pdns $cdn -i ns0 -i ns1
in_server ip link del ns0
in_server ip link del ns1
server_link
ns1
stub xdp ns1
fails 'interfaces that were removed and are there again: one is taken' 1 \
	'^geoxdp up: ns1: attach native XDP: .*another XDP program' geoxdp up --no-attach --pdns $cdn -i ns0 -i ns1
in_server ip link set ns1 xdp off
is 'that does not count as a down of the other' "$(geoxdp up --no-attach --pdns $cdn -i ns0 -i ns1 2>&1)" \
'ns0: generation 4 attached in native mode: 9 names on 4 addresses
ns1: generation 4 attached in native mode: 9 names on 4 addresses'
geoxdp down -q
in_server ip link del ns1

# --- down ------------------------------------------------------------------------------------------

geoxdp up -q --pdns $cdn -i ns0
is 'down' "$(geoxdp down 2>&1)" 'ns0: detached'
nothing_left 'down'
is 'down again is fine' "$(geoxdp down 2>&1; echo $?)" 'nothing is serving
0'
is 'down of an interface that does not serve' "$(geoxdp down -i lo 2>&1; echo $?)" 'nothing is serving
0'
is 'NSD answers all from then on' "$(dig_server -b $us4 +noauthority +noadditional geo.example.com | digest)" \
	'NOERROR qr aa rd
edns 0 1232
an geo 60 CNAME eu
an eu 300 A 192.0.2.10'

# Somebody detached the program by force.
geoxdp up -q --pdns $cdn -i ns0
in_server bpftool link detach pinned $pins/ns0/link
fails 'status says that it was detached' 1 '^geoxdp status: ns0: ' geoxdp status
geoxdp up -q --pdns $cdn -i ns0
serves_us 'up attaches anew'
geoxdp down -q
nothing_left 'down'

done_testing
