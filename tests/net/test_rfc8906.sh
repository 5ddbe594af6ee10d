#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The EDNS compliance list of RFC 8906 section 8 at a geo name, answered in the driver, and at its zone, answered by
# NSD behind it: the two must look like one server.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start
nsd_start
geoxdp up -q --pdns $cdn -i ns0 || bail_out 'up'

# The list has the SOA of a zone. A geo name has no SOA: the right answer is its CNAME, and the zone's SOA beside.
geo_soa='an geo 60 CNAME us
au @ 300 SOA ns1 hostmaster 2024060101 86400 7200 604800 300'
zone_soa='an @ 3600 SOA ns1 hostmaster 2024060101 86400 7200 604800 300'
opt='
edns 0 1232'

at_geo() {	# REASON REPLY DIG_ARGUMENT...
	local reason=$1 reply=$2

	shift 2
	expect_dig "geo name: dig $*" "$reason" "$reply" -b $us4 +norec "$@"
}
at_zone() {	# REASON REPLY DIG_ARGUMENT...
	local reason=$1 reply=$2

	shift 2
	expect_dig "zone: dig $*" "$reason" "$reply" -b $us4 +norec +noauthority +noadditional "$@"
}
both_soa() {	# FLAGS OPT DIG_ARGUMENT...
	local flags=$1 edns=$2

	shift 2
	at_geo SERVED_NODATA "NOERROR qr aa$flags$edns
$geo_soa" "$@" soa geo.example.com
	at_zone SERVED_STATIC "NOERROR qr aa$flags$edns
$zone_soa" "$@" soa example.com
}

both_soa '' '' +noedns +noad
at_geo SERVED_NODATA "NOERROR qr aa
$geo_soa" +noedns +noad type1000 geo.example.com
at_zone SERVED_NODATA 'NOERROR qr aa' +noedns +noad type1000 example.com
both_soa '' '' +noedns +noad +cd
both_soa '' '' +noedns +ad
both_soa '' '' +noedns +noad +zflag
both_soa ' rd' '' +noedns +noad +rec
expect_dig 'opcode 15, header only' PASSED_OPCODE 'NOTIMP qr' -b $us4 +norec +noedns +noad +opcode=15 +header-only
expect_dig 'zone: dig +tcp' '' "NOERROR qr aa
$zone_soa" -b $us4 +norec +noauthority +noadditional +noedns +noad +tcp soa example.com
expect_dig 'geo name: dig +tcp' '' 'NOERROR qr aa
an geo 60 CNAME eu
au @ 300 SOA ns1 hostmaster 2024060101 86400 7200 604800 300' -b $us4 +norec +noedns +noad +tcp soa geo.example.com
both_soa '' "$opt" +edns=0 +nocookie +noad
both_soa '' "$opt" +edns=0 +ednsopt=100
both_soa '' "$opt" +edns=0 +nocookie +ednsflags=0x40
at_geo SERVED_NODATA "NOERROR qr aa$opt
ecs 0.0.0.0/0/0
$geo_soa" +edns=0 +cookie +nsid +expire +subnet=0.0.0.0/0 soa geo.example.com
at_zone SERVED_STATIC "NOERROR qr aa$opt
ecs 0.0.0.0/0/0
$zone_soa" +edns=0 +cookie +nsid +expire +subnet=0.0.0.0/0 soa example.com

show_question=yes
for options in '' +ednsflags=0x40 +ednsopt=100; do
	# shellcheck disable=SC2086
	at_geo SERVED_BADVERS "BADVERS qr$opt
qd ;geo IN SOA" +edns=1 +noednsneg +nocookie $options soa geo.example.com
	# shellcheck disable=SC2086
	at_zone SERVED_BADVERS "BADVERS qr$opt
qd ;example.com. IN SOA" +edns=1 +noednsneg +nocookie $options soa example.com
done
show_question=

at_geo SERVED_NODATA "NOERROR qr aa
edns 0 do 1232
$geo_soa" +dnssec +bufsize=512 +ignore dnskey geo.example.com
at_zone SERVED_NODATA 'NOERROR qr aa
edns 0 do 1232' +dnssec +bufsize=512 +ignore dnskey example.com

done_testing
