#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What dig gets at a geo name from the driver, and what NSD behind gets and answers.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start
nsd_start
geoxdp up --pdns $cdn -i ns0 > "$work/up" 2>&1 || bail_out "$(cat "$work/up")"
is 'up chooses native mode' "$(cat "$work/up")" \
	'ns0: generation 1 attached in native mode: 9 names on 3 addresses'

eu='an www 120 CNAME geo
an geo 60 CNAME eu
an eu 300 A 192.0.2.10'
us=${eu//eu/us} us=${us/2.10/2.20}
ap=${eu//eu/ap} ap=${ap/2.10/2.30}
eu6='an www 120 CNAME geo
an geo 60 CNAME eu
an eu 300 AAAA 2001:db8::10'
us6_reply=${eu6//eu/us} us6_reply=${us6_reply/::10/::20}
edns='edns 0 1232'
aa="NOERROR qr aa rd
$edns"

# By source address: A by IPv4, A and AAAA by IPv6.
expect_dig 'an American IPv4 source gets us' SERVED_GEO "$aa
$us" -b $us4 www.example.com
expect_dig 'a Japanese IPv4 source gets ap' SERVED_GEO "$aa
$ap" -b $jp4 www.example.com
expect_dig 'a British IPv4 source gets the default' SERVED_GEO "$aa
$eu" -b $gb4 www.example.com
expect_dig 'an unknown IPv4 source gets the default' SERVED_GEO "$aa
$eu" -b $nowhere4 www.example.com
expect_dig 'an American IPv6 source gets us' SERVED_GEO "$aa
$us6_reply" -b $us6 www.example.com AAAA
expect_dig 'an American IPv6 source gets us by A as well' SERVED_GEO "$aa
$us" -b $us6 www.example.com
expect_dig 'a Japanese IPv6 source gets ap' SERVED_GEO "$aa
$ap" -b $jp6 www.example.com
expect_dig 'a British IPv6 source gets the default' SERVED_GEO "$aa
$eu6" -b $gb6 www.example.com AAAA
expect_dig 'an unknown IPv6 source gets the default' SERVED_GEO "$aa
$eu" -b $nowhere6 www.example.com
expect_dig 'the geo name itself' SERVED_GEO "$aa
an geo 60 CNAME us
an us 300 A 192.0.2.20" -b $us4 geo.example.com
expect_dig 'type CNAME ends at the CNAME' SERVED_GEO "$aa
an geo 60 CNAME us" -b $us4 geo.example.com CNAME
expect_dig 'where am I: 840' SERVED_GEO "$aa
an localhost 60 A 127.0.3.72" -b $us4 localhost.example.com
expect_dig 'where am I: nobody knows' SERVED_GEO "$aa
an localhost 60 A 127.0.0.0" -b $nowhere6 localhost.example.com

# By client subnet (RFC 7871). The scopes are those of RULES: 10/8, 10.1/16, and the default around them.
ecs() {		# NAME SUBNET SCOPE RECORDS [FROM]
	expect_dig "$1" SERVED_GEO "$aa
ecs $2/$3
$4" -b "${5:-$nowhere4}" +subnet="$2" www.example.com
}
ecs 'ECS 10.5.0.0/24 is American, scope 14' 10.5.0.0/24 14 "$us"
ecs 'ECS 10.1.5.0/24 is Japanese, scope 16' 10.1.5.0/24 16 "$ap"
ecs 'ECS 203.0.113.0/24 is nowhere, scope 1' 203.0.113.0/24 1 "$eu"
ecs 'ECS 10.1.5.9/32 by IPv6' 10.1.5.9/32 16 "$ap" $us6
ecs 'ECS beats the source address' 203.0.113.0/24 1 "$eu" $us4
ecs 'the scope exceeds the source: 10.0.0.0/8' 10.0.0.0/8 16 "$us"
ecs 'IPv6 subnet' 2001:db8:a::/48 48 "$us" $nowhere6
ecs 'IPv6 subnet over IPv4' 2001:db8:a::/56 48 "$us"
ecs 'IPv6 subnet of one bit' 8000::/1 1 "$eu"
ecs '6to4 counts as IPv4: scope 16 + 14' 2002:a05::/48 30 "$us"
expect_dig 'ECS 0.0.0.0/0: the source address speaks, scope 0' SERVED_GEO "$aa
ecs 0.0.0.0/0/0
$us" -b $us4 +subnet=0.0.0.0/0 www.example.com
expect_dig 'a static answer has scope 0' SERVED_STATIC "$aa
ecs 10.5.0.0/24/0
an eu 300 A 192.0.2.10" -b $us4 +subnet=10.5.0.0/24 eu.example.com
expect_dig 'ECS of a family that does not exist is a FORMERR' SERVED_FORMERR "FORMERR qr rd
$edns" -b $us4 +ednsopt=8:0003200a050001 www.example.com
expect_dig 'ECS with bits behind the prefix is a FORMERR' SERVED_FORMERR "FORMERR qr rd
$edns" -b $us4 +ednsopt=8:0001140a050fff www.example.com

# Case comes back as it was asked (0x20), and compares without regard to it.
show_question=yes
expect_dig 'mixed case' SERVED_GEO "$aa
an wWw.ExAmPlE.CoM. 120 CNAME geo.ExAmPlE.CoM.
an geo.ExAmPlE.CoM. 60 CNAME us.ExAmPlE.CoM.
an us.ExAmPlE.CoM. 300 A 192.0.2.20
qd ;wWw.ExAmPlE.CoM. IN A" -b $us4 wWw.ExAmPlE.CoM
expect_dig 'upper case' SERVED_GEO "$aa
an GEO.EXAMPLE.COM. 60 CNAME us.EXAMPLE.COM.
an us.EXAMPLE.COM. 300 AAAA 2001:db8::20
qd ;GEO.EXAMPLE.COM. IN AAAA" -b $us6 GEO.EXAMPLE.COM AAAA
show_question=

# EDNS.
expect_dig 'no EDNS, none in the reply' SERVED_GEO "NOERROR qr aa rd
$us" -b $us4 +noedns www.example.com
expect_dig 'a client that takes 512 octets' SERVED_GEO "$aa
$us" -b $us4 +bufsize=512 www.example.com
expect_dig 'a client that says 0 octets takes 512' SERVED_GEO "$aa
$us" -b $us4 +bufsize=0 www.example.com
expect_dig 'a client that takes 4096 octets' SERVED_GEO "$aa
$us" -b $us4 +bufsize=4096 www.example.com
expect_dig 'DO=1 comes back' SERVED_GEO "NOERROR qr aa rd
edns 0 do 1232
$us" -b $us4 +dnssec www.example.com
expect_dig 'CD and AD do not come back, nor does RD=0 become 1' SERVED_GEO "NOERROR qr aa
$edns
$us" -b $us4 +norec +cd +ad www.example.com
expect_dig 'padding, NSID and EXPIRE are ignored' SERVED_GEO "$aa
$us" -b $us4 +padding=128 +nsid +expire www.example.com

# A geo name exists for every type: NODATA with SOA, never NXDOMAIN (RFC 2308).
soa='au @ 300 SOA ns1 hostmaster 2024060101 86400 7200 604800 300'
for type in TXT MX HTTPS SOA NS DNSKEY TYPE1000; do
	expect_dig "$type at a name that leads to a geo name is NODATA with SOA" SERVED_NODATA "$aa
an www 120 CNAME geo
an geo 60 CNAME us
$soa" -b $us4 www.example.com $type
done
expect_dig 'TXT at a target is NODATA with SOA' SERVED_NODATA "$aa
$soa" -b $us4 eu.example.com TXT
expect_dig 'NODATA by IPv6, with client subnet' SERVED_NODATA "$aa
ecs 10.5.0.0/24/14
an geo 60 CNAME us
$soa" -b $nowhere6 +subnet=10.5.0.0/24 geo.example.com HTTPS

# What is passed: NSD answers, and would be seen to answer a geo name.
nsd='NOERROR qr aa rd
edns 0 1232'
expect_dig 'MX of the zone' SERVED_STATIC "$nsd
an @ 3600 MX 10 mail" -b $us4 +noauthority +noadditional example.com MX
expect_dig 'MX of the zone, IPv6' SERVED_STATIC "$nsd
an @ 3600 MX 10 mail" -b $us6 +noauthority +noadditional example.com MX
expect_dig 'a name that does not exist' SERVED_NXDOMAIN "NXDOMAIN qr aa rd
$edns
$soa" -b $us4 nothing.example.com
expect_dig 'a zone that nobody serves here' PASSED_NAME "REFUSED qr rd
$edns" -b $us4 nobody.example
expect_dig 'class CHAOS' PASSED_QCLASS "NOERROR qr rd
$edns
an id.server. 0 CH TXT \"nsd\"" -b $us4 id.server CH TXT
expect_dig 'IXFR by UDP' PASSED_COUNTS '' -b $us4 +notcp +ignore -t ixfr=1 www.example.com
expect_dig 'TSIG' PASSED_SIGNED_QUERY "NOTAUTH qr rd
$edns" -b $us4 -y "hmac-sha256:key:$(printf '%032d' 0 | base64)" www.example.com
expect_dig 'NOTIFY' PASSED_OPCODE "REFUSED qr" -b $us4 +opcode=NOTIFY +norec example.com SOA
expect_dig 'TCP goes to NSD' '' "$nsd
$eu" -b $us4 +tcp +noauthority +noadditional www.example.com
expect_dig 'TCP goes to NSD, IPv6' '' "$nsd
$eu" -b $us6 +tcp +noauthority +noadditional www.example.com

is 'nothing was dropped, no bug was met' "$(geoxdp stats --json | grep -E 'DROPPED|BUG' | grep -v ': 0')" ''

done_testing
