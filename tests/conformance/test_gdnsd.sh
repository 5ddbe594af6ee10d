#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# gdnsd is the oracle for site and ECS scope: random nested prefixes, written for both, and many addresses.
#
# First gdnsd's own test program against ours, for every border of every prefix; then dig against gdnsd and, with
# the same questions, against GeoXDP put in front of it.
# shellcheck source-path=SCRIPTDIR/../net
. "$(dirname "$0")/../net/lib.sh"

set_up() {	# SEED: both configurations in $work/SEED
	local dir=$work/$1

	mkdir -p "$dir/maps" "$dir/gdnsd/geoip" "$dir/gdnsd/zones"
	"$BUILD/conformance/random_set" "$1" "$dir" || bail_out 'random_set'
	cp tests/net/cdn/pdns.conf tests/net/cdn/named.conf "$dir"
	cat > "$dir/example.com.zone" <<-END
		\$TTL 60
		@	SOA ns1 hostmaster 1 86400 7200 604800 60
		@	NS ns1
		ns1	A $server4
		d	A 192.0.2.1
		a	A 192.0.2.2
		b	A 192.0.2.3
		c	A 192.0.2.4
		e	A 192.0.2.5
		f	A 192.0.2.6
	END
	cp "$dir/example.com.zone" "$dir/gdnsd/zones/example.com"
	echo 'geo 60 DYNA geoip!geo' >> "$dir/gdnsd/zones/example.com"
	mv "$dir/nets" "$dir/gdnsd/geoip/nets"
	cat > "$dir/gdnsd/config" <<-END
		options => { listen => [ $server4, $server6 ], run_dir => $dir/run, state_dir => $dir/state }
		plugins => { geoip => {
			maps => { m => { datacenters => [d, a, b, c, e, f], nets => nets } },
			resources => { geo => { map => m, dcmap => {
				d => 192.0.2.1, a => 192.0.2.2, b => 192.0.2.3, c => 192.0.2.4, e => 192.0.2.5,
				f => 192.0.2.6 } } } } }
	END
}

# --- gdnsd_geoip_test ------------------------------------------------------------------------------

compare() {	# SEED
	local dir=$work/$1 n differ

	set_up "$1"
	n=$(wc -l < "$dir/addresses")
	# "m => ADDR/SCOPE => SITE, ..." as "SITE SCOPE"
	sed 's/^/m /' "$dir/addresses" | gdnsd_geoip_test -c "$dir/gdnsd" 2> "$dir/log" |
		awk 'NF { sub(/.*\//, "", $3); sub(/,/, "", $5); print $5, $3 }' > "$dir/oracle"
	paste -d ' ' "$dir/addresses" "$dir/oracle" > "$dir/want"
	"$BUILD/conformance/ask" "$dir/pdns.conf" geo.example.com ecs < "$dir/addresses" > "$dir/got"
	is "seed $1: gdnsd took the prefixes, none twice" "$(grep -ci 'duplicate\|error\|fatal' "$dir/log")" 0
	is "seed $1: gdnsd answered for all addresses" "$(wc -l < "$dir/oracle")" "$n"
	differ=$(diff "$dir/want" "$dir/got" | grep '^[<>]' | sort -k 2 | head -n 20)
	is "seed $1: $(wc -l < "$dir/gdnsd/geoip/nets") prefixes, $n addresses: same site, same scope" "$differ" ''

	# By source address: every fifth, where it is one that is answered.
	awk 'NR % 5 == 1' "$dir/addresses" | "$BUILD/conformance/ask" "$dir/pdns.conf" geo.example.com source |
		grep -v ' PASSED_SOURCE ' > "$dir/got"
	n=$(wc -l < "$dir/got")
	sed 's/ [0-9]*$/ -/' "$dir/want" > "$dir/sites"
	differ=$(grep -Fvxf "$dir/sites" "$dir/got" | head -n 20)
	if [ "$n" -ge 3000 ]; then
		is "seed $1: $n source addresses: same site" "$differ" ''
	else
		not_ok "seed $1: source addresses" "only $n were answered"
	fi
}
for seed in 1 2 3; do
	compare $seed
done

# --- gdnsd on the wire -----------------------------------------------------------------------------

network_start
in_server gdnsd -c "$work/1/gdnsd" start > "$work/gdnsd.log" 2>&1 &
for ((try = 0; try < 100; try++)); do
	in_client dig +short +tries=1 +time=1 -b $us4 @$server4 geo.example.com 2> /dev/null | grep -q '^192' && break
	sleep 0.05
done
[ $try -lt 100 ] || bail_out "gdnsd does not answer: $(cat "$work/gdnsd.log")"

# Every 60th address, with subnets of all lengths, by both transports. Not in ::/3: gdnsd takes ::/96 for IPv4 too.
awk -v s4=$server4 -v s6=$server6 'NR % 60 == 1 && !/^(::|64:)/ {
	bits = /:/ ? 16 + (NR * 7) % 113 : 8 + (NR * 7) % 25
	print "@" s4 " +subnet=" $1 "/" bits " geo.example.com" > F "4"
	print "@" s6 " +subnet=" $1 "/" bits " geo.example.com" > F "6"
}' F="$work/questions" "$work/1/addresses"
n=$(wc -l < "$work/questions4")

replies() {	# prints "SUBNET/SOURCE/SCOPE ADDRESS" of each
	local family from

	for family in 4 6; do
		from=us$family
		in_client timeout -k 1 60 dig +tries=2 +time=2 -b "${!from}" -f "$work/questions$family" |
			awk '/^; CLIENT-SUBNET/ { subnet = $3 } $4 == "A" { print subnet, $5; subnet = "none" }'
	done
}
replies > "$work/gdnsd"
is "gdnsd answers $n questions by IPv4 and IPv6" "$(wc -l < "$work/gdnsd")" $((2 * n))
geoxdp up -q --pdns "$work/1/pdns.conf" -i ns0 || bail_out up
replies > "$work/geoxdp"
is 'GeoXDP in front of it answers all of them' "$(counts | grep SERVED_GEO)" "SERVED_GEO=$((2 * n))"
is 'with the same addresses and the same scopes' "$(diff "$work/gdnsd" "$work/geoxdp" | head -n 20)" ''

done_testing
