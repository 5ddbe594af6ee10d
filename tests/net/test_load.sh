#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Everything that changes while clients ask at full speed: nothing is lost, nothing malformed, nothing answered that
# must not be. Times are printed, not judged.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start
wire bare
export GEOXDP_STATE=$work/state/state.json

# --- the set-up ------------------------------------------------------------------------------------
#
# Two configurations, a and b, that have no address in common; the backend has a third one at the same names.

mkdir "$work/zone"
cat > "$work/zone/backend.zone" <<-'END'
	$ORIGIN example.com.
	$TTL 60
	@	SOA ns hostmaster 1 3600 600 86400 60
	@	NS ns
	ns	A 192.0.2.53
	www	A 192.0.2.200
	www	AAAA 2001:db8:c8::1
	shop	CNAME www
END
grep -v ^www "$work/zone/backend.zone" > "$work/zone/example.com.zone"

write_conf() {	# LETTER OCTET
	cat > "$work/zone/$1.conf" <<-END
		sources: [$PWD/tests/net/cdn/countries.rbldnsd]
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
		        address: {eu: [198.51.$2.1, 2001:db8:$2::1], us: [198.51.$2.2, 2001:db8:$2::2]}
	END
}
write_conf a 101
write_conf b 102
is_up() { geoxdp up -q -i ns0 -c "$work/zone/$1.conf"; }

flood_start() {
	coproc FLOOD { in_client "$BUILD/load/flood" $server4 www.example.com. shop.example.com. \
		a-eu=198.51.101.1 a-eu=2001:db8:101::1 a-us=198.51.101.2 a-us=2001:db8:101::2 \
		b-eu=198.51.102.1 b-eu=2001:db8:102::1 b-us=198.51.102.2 b-us=2001:db8:102::2 \
		backend=192.0.2.200 backend=2001:db8:c8::1 "$@"; }
	flood_pid=$FLOOD_PID
}
flood() {	# COMMAND...: its answer
	local answer

	echo "$*" >&"${FLOOD[1]}"
	read -r answer <&"${FLOOD[0]}"
	echo "$answer"
}

nsd_start "$work/zone/backend.zone"
is_up a
flood_start udp=$us4 udp=$jp4 udp=$gb4
flood allow a-eu a-us
sleep 1
flood count
for i in 1 2 3 4 5 6 7 8 9 10; do
	flood allow a-eu a-us b-eu b-us
	is_up b
	flood allow b-eu b-us
	flood allow a-eu a-us b-eu b-us
	is_up a
	flood allow a-eu a-us
done
flood seen b-eu
flood quit
wait "$flood_pid"
echo "status $?"
