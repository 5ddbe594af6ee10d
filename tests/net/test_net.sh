#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# net: overrides act at once, with the right scopes also beside them; they survive, and they end.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start

mkdir -p "$work/set"
cp tests/net/cdn/countries.rbldnsd tests/net/cdn/example.com.zone "$work/set/"
echo '192.0.2.128/25 office' > "$work/set/nets.txt"
cat > "$work/set/geoxdp.conf" <<'END'
server: {mode: native}
sources:
  - {file: countries.rbldnsd, format: rbldnsd}
  - {file: nets.txt, format: nets}
maps:
  world:
    default: [eu]
    countries: {US: [us], JP: [asia]}
    locations: {office: [asia]}
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

# One line: the client subnet with its scope, and the site.
asked() {	# SUBNET
	dig_server -b $nowhere4 +subnet="$1" pop.example.com | digest |
		sed -n 's/^ecs //p; s/^an pop 300 A 192.0.2.10$/eu/p; s/^an pop 300 A 192.0.2.20$/us/p; s/^an pop 300 A 192.0.2.30$/asia/p' |
		paste -sd ' '
}
# Each "SUBNET/SCOPE SITE"; what is asked is the subnet without the scope.
scopes() {	# NAME "SUBNET/SCOPE SITE"...
	local name=$1 want subnet

	shift
	for want; do
		subnet=${want% *}
		is "$name: $want" "$(asked "${subnet%/*}")" "$want"
	done
}

# --- before up -------------------------------------------------------------------------------------

like 'while nothing serves, the state alone' "$(geoxdp net add 198.18.0.0/15 US 2>&1)" \
	'^nothing is serving: the next `geoxdp up` puts it into effect$'
geoxdp up -q -c "$conf" -i ns0
scopes 'up puts it into effect' '198.18.0.0/24/15 us' '198.20.0.0/24/14 eu'
is 'del' "$(geoxdp net del 198.18.0.0/15)" '198.18.0.0/15: is where the sources say'
entries() { bpftool map dump pinned "$(readlink -f $pins/ns0/gen-*/ | tail -1)/$1" -j | json; }
is 'without overrides the tries are empty' "$(entries nets4) $(entries nets6)" '0 0'

# --- scopes ----------------------------------------------------------------------------------------

# 10/8 is us, 10.1/16 is asia, the rest is eu.
scopes 'before' '10.5.0.0/24/14 us' '10.1.5.0/24/16 asia' '10.0.0.0/24/16 us'
outside=$(asked 203.0.113.0/24)
is 'add' "$(geoxdp net add 10.5.128.0/17 JP)" '10.5.128.0/17: is JP'
scopes 'inside' '10.5.128.0/24/17 asia' '10.5.255.255/32/17 asia'
scopes 'beside' '10.5.0.0/24/17 us' '10.4.0.0/24/16 us' '10.6.0.0/24/15 us' '10.1.5.0/24/16 asia' '10.128.0.0/16/9 us'
is 'far away nothing changes' "$(asked 203.0.113.0/24)" "$outside"
is 'another one inside of it' "$(geoxdp net add 10.5.192.0/24 office)" '10.5.192.0/24: is office'
scopes 'of the same class: by class it is one' '10.5.192.0/24/17 asia'
geoxdp net add -q 10.5.192.0/24 DE
scopes 'a better one' '10.5.192.0/24/24 eu' '10.5.193.0/24/24 asia' '10.5.128.0/24/18 asia'
geoxdp net del -q 10.5.128.0/17
scopes 'the outer one goes' '10.5.192.0/24/24 eu' '10.5.193.0/24/24 us' '10.5.128.0/24/18 us'
geoxdp net del -q 10.5.192.0/24
scopes 'both are gone' '10.5.0.0/24/14 us' '10.5.192.0/24/14 us'
is 'the tries are empty' "$(entries nets4) $(entries nets6)" '0 0'

geoxdp net add -q 2001:db8:f::/48 us
scopes 'IPv6' '2001:db8:f::/48/48 us' '2001:db8:e::/48/48 eu' '2001:db8:c::/48/47 eu'
is 'IPv6 by source address' "$(dig_server -b $nowhere6 +short @$server6 pop.example.com)" 192.0.2.20
geoxdp net del -q 2001:db8:f::/48
is 'and gone' "$(dig_server -b $nowhere6 +short @$server6 pop.example.com)" 192.0.2.10

# --- what is refused -------------------------------------------------------------------------------

fails 'host bits' 2 '^geoxdp net: 203.0.113.77/24: has host bits: 203.0.113.0/24 would be right$' geoxdp net add 203.0.113.77/24 US
fails 'an IPv6 form of IPv4' 2 '^geoxdp net: ::ffff:10.0.0.0/104: counts as .*: 10.0.0.0/8 would be right$' \
	geoxdp net add ::ffff:10.0.0.0/104 US
fails 'no prefix' 2 '^geoxdp net: 10.0.0/8: no prefix' geoxdp net add 10.0.0/8 US
fails 'a length too long' 2 '^geoxdp net: 10.0.0.0/33: no prefix' geoxdp net add 10.0.0.0/33 US
fails 'no location' 1 '^geoxdp net: nirgends: no location that the serving generation knows' geoxdp net add 10.0.0.0/8 nirgends
fails 'del of none' 1 '^geoxdp net: 10.0.0.0/8: no such override' geoxdp net del 10.0.0.0/8
fails 'no verb' 2 '^geoxdp net: usage: ' geoxdp net put 10.0.0.0/8 US
fails 'too few' 2 '^geoxdp net: usage: ' geoxdp net add 10.0.0.0/8
is 'nothing was put in' "$(geoxdp net list)" ''
for code in us USA 840; do
	geoxdp net add -q 203.0.113.0/24 $code
	scopes "$code is a form of US" '203.0.113.0/24/24 us'
	geoxdp net del -q 203.0.113.0/24
done

# --- list, time, survival --------------------------------------------------------------------------

geoxdp net add -q 203.0.113.0/24 office
geoxdp net add -q 198.51.0.0/16 US --for 1h 2> /dev/null
geoxdp net add -q 2001:db8:f::/48 US
like 'list' "$(geoxdp net list)" '^198.51.0.0/16 +US +since 20[0-9: -]+ until 20[0-9: -]+$'
is 'list as JSON' "$(geoxdp net list --json | json 1 prefix) $(geoxdp net list --json | json)" '203.0.113.0/24 3'
like 'status counts them' "$(geoxdp status)" '^  overrides      3 '
geoxdp up -q -c "$conf" -i ns0
scopes 'a swap' '203.0.113.0/24/24 asia'
geoxdp rollback -q
scopes 'a rollback' '203.0.113.0/24/24 asia' '198.51.0.0/24/16 us'
sed -i '/office/d' "$work/set/nets.txt"
echo '192.0.2.128/25 other' > "$work/set/nets.txt"
sed -i 's/office/other/' "$conf"
like 'a generation that does not know a location says so' "$(geoxdp up -q -c "$conf" -i ns0 2>&1)" \
	'^geoxdp up: override 203.0.113.0/24: location office is not known here \(`geoxdp net del` removes it\); left away$'
is 'and takes the others' "$(asked 198.51.0.0/24)" '198.51.0.0/24/16 us'
geoxdp net del -q 203.0.113.0/24
geoxdp net del -q 198.51.0.0/16
geoxdp net add -q 203.0.113.0/24 US --for 1s 2> /dev/null
scopes 'for a while' '203.0.113.0/24/24 us'
sleep 1.1
geoxdp net del -q 2001:db8:f::/48
is 'it ended, and the next command took it out' "$(geoxdp net list; entries nets4)" 0

# An entry made by hand acts, and lasts until the next command.
bpftool map update pinned "$pins/ns0/gen-3/nets4" key 24 0 0 0 203 0 113 0 value 72 3 0 0 "$(bpftool map lookup \
	pinned $pins/ns0/gen-3/countries4 key 32 0 0 0 10 5 0 9 -j | perl -MJSON::PP -e 'local $/; my $v = decode_json(<STDIN>);
	print join " ", map { hex } @{$v->{value}}[4..5]' | cut -d' ' -f1)" 0 24 24 2> /dev/null ||
	not_ok 'bpftool update'
is 'by hand' "$(dig_server -b $nowhere4 +short pop.example.com)" 192.0.2.20
geoxdp net add -q 198.51.0.0/16 JP
is 'until the next command' "$(dig_server -b $nowhere4 +short pop.example.com)" 192.0.2.10

# Questions all the while overrides come and go: each is answered, as before or as after.
for _ in {1..400}; do
	echo "@$server4 +subnet=10.5.128.0/24 pop.example.com"
done > "$work/questions"
while [ ! -e "$work/enough" ]; do
	in_client timeout -k 1 60 dig +tries=1 +time=2 -b $us4 -f "$work/questions" |
		sed -n 's/^; CLIENT-SUBNET: //p; s/^pop.*A[[:space:]]*//p; /timed out/p' | paste -d ' ' - -
done > "$work/replies" 2>&1 &
asking=$!
for _ in {1..40}; do
	geoxdp net add -q 10.5.128.0/17 JP
	geoxdp net add -q 10.5.128.0/24 DE
	geoxdp net del -q 10.5.128.0/17
	geoxdp net del -q 10.5.128.0/24
done
touch "$work/enough"
wait $asking
sites=$(sort "$work/replies" | uniq -c)
like 'questions while overrides change: answered' "$sites" '10\.5\.128\.0/24/14 192\.0\.2\.20'
is 'with no scope that is too short' "$(awk '
	$1 ~ /^10\.5\.128\.0\/24\// { split($1, part, "/"); scope = part[3]
		if ($2 == "192.0.2.20" && scope >= 14 || $2 == "192.0.2.30" && scope >= 17 ||
			$2 == "192.0.2.10" && scope >= 24) next }
	{ print }' "$work/replies")" ''

done_testing
