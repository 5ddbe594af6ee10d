#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# DNS cookies shared with NSD, and rolled: what one of the two makes, the other accepts. NSID. And the EDNS compliance
# list of RFC 8906 section 8 with both of them on.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

secrets=$work/cookie-secrets
first=e5e973e5a6b2a43f48e7dc849e37bfcf second=445536bcd2513298075a5d379663c962 third=dd3bdf9344b678b185a6f5cb60fca715
echo $first > "$secrets"
chmod 600 "$secrets"

network_start
nsd_options="answer-cookie: yes
		  cookie-secret-file: \"$secrets\""
nsd_start
geoxdp import pdns $cdn -o "$work/geoxdp.conf" 2> "$work/import" || bail_out "import: $(cat "$work/import")"
cat >> "$work/geoxdp.conf" <<-END
	server:
	  interfaces: [ns0]
	  nsid: ns0.example
	  cookie-secret-file: cookie-secrets
END
geoxdp up -q -c "$work/geoxdp.conf" || bail_out 'up'

# --- one answers what the other made ---------------------------------------------------------------

# The cookie of a reply, in hexadecimal digits. Over UDP GeoXDP makes it, over TCP NSD: nothing else answers there.
cookie_of() {	# DIG_ARGUMENT...
	dig_server -b "${client:-$us4}" +norec "$@" | awk '/^; COOKIE:/ { print $3 }'
}
from_geoxdp() { cookie_of +cookie="$1" A geo.example.com ${server:+@$server}; }
from_nsd() { cookie_of +cookie="$1" +tcp A geo.example.com ${server:+@$server}; }
client_part=0102030405060708
by_client() { printf '%s%s' $client_part "${1:16}"; }	# with the client's part that was sent
tampered() { printf '%s%s' "${1:0:47}" "$(tr 0-9a-f 1-9a-f0 <<< "${1:47:1}")"; }

# Made at different times: what is not accepted is made anew, and differs.
accept_each_other() {	# TITLE
	local mine his

	mine=$(from_geoxdp $client_part)
	like "$1: GeoXDP makes a cookie" "$mine" "^${client_part}01000000[0-9a-f]{24}$"
	sleep 1.1
	his=$(from_nsd $client_part)
	like "$1: NSD makes a cookie" "$his" "^${client_part}01000000[0-9a-f]{24}$"
	sleep 1.1
	is "$1: NSD accepts the one of GeoXDP" "$(from_nsd "$mine")" "$mine"
	is "$1: GeoXDP accepts the one of NSD" "$(from_geoxdp "$his")" "$his"
	mine=$(tampered "$mine")
	[ "$(from_nsd "$mine")" != "$mine" ] && ok "$1: NSD does not accept what was tampered with" ||
		not_ok "$1: NSD does not accept what was tampered with"
	[ "$(from_geoxdp "$mine")" != "$mine" ] && ok "$1: nor does GeoXDP" || not_ok "$1: nor does GeoXDP"
}
accept_each_other 'IPv4'
client=$us6 server=$server6 accept_each_other 'IPv6'

answer='edns 0 1232
cookie
nsid
an geo 60 CNAME us'
expect_dig 'cookie and NSID in a reply' SERVED_GEO "NOERROR qr aa
$answer
an us 300 A 192.0.2.20" -b $us4 +norec +noauthority +noadditional +cookie +nsid A geo.example.com
like 'NSID is as configured' "$(dig_server -b $us4 +nsid A geo.example.com)" '^; NSID: .*\("?ns0\.example"?\)'
expect_dig 'a cookie of three octets is FORMERR' SERVED_FORMERR 'FORMERR qr
edns 0 1232' -b $us4 +norec +nocookie +ednsopt=10:010203 A geo.example.com
expect_dig 'a query for nothing but a cookie is for NSD (RFC 7873 5.4)' PASSED_COUNTS "NOERROR qr
edns 0 1232
cookie" \
	-b $us4 +norec +header-only +cookie

# --- a roll, by NSD in the file that both share ----------------------------------------------------

states() { geoxdp cookie-secret show --secrets --json | json secrets "$1" "${2:-secret}"; }
same() { geoxdp cookie-secret show --json | json interfaces 0 same; }
cookie_secret() { geoxdp cookie-secret "$@" > /dev/null; }

old=$(from_geoxdp $client_part)
nsd_control add_cookie_secret $second > /dev/null || bail_out 'nsd-control'
is 'NSD wrote the file' "$(cat "$secrets")" "$first
$second"
is 'show tells that what serves is older' "$(same)" 0
cookie_secret load
is 'load takes over the file' "$(same)" 1
accept_each_other 'while a secret is staging'
is 'the active secret signs on' "$(from_geoxdp "$old")" "$old"
nsd_control activate_cookie_secret > /dev/null
cookie_secret load
is 'activated: the other way round' "$(states 0) $(states 1)" "$second $first"
accept_each_other 'after the roll'
new=$(from_geoxdp "$old")
[ "$new" != "$old" ] && ok 'a cookie of the secret before is renewed' || not_ok 'a cookie of the secret before is renewed'
is 'and NSD accepts the new one' "$(from_nsd "$new")" "$new"
nsd_control drop_cookie_secret > /dev/null
cookie_secret load
is 'dropped' "$(cat "$secrets") $(states 1 2>&1)" "$second no such value: secrets 1 secret"
is 'the mode is as it was' "$(stat -c %a "$secrets")" 600

# --- the commands ----------------------------------------------------------------------------------

is 'show prints no secret' "$(geoxdp cookie-secret show | grep -Ec '[0-9a-f]{32}')" 0
like 'show' "$(geoxdp cookie-secret show)" '^  active$'
is 'show --secrets does' "$(geoxdp cookie-secret show --secrets | grep active)" "  active $second"
fails 'activate without a staging secret' 1 'no staging secret' geoxdp cookie-secret activate
fails 'drop without a staging secret' 1 'no staging secret' geoxdp cookie-secret drop
fails 'add of what is no secret' 2 '^geoxdp cookie-secret: add: a secret of 32 hexadecimal digits' \
	geoxdp cookie-secret add ${third}0
fails 'an unknown action' 2 'no such action' geoxdp cookie-secret roll
fails 'drop takes no secret' 2 'too many arguments' geoxdp cookie-secret drop $third
printf '%s\n' $third | cookie_secret add -
is 'add from standard input' "$(states 0) $(states 1) $(same)" "$second $third 1"
cookie_secret activate
is 'activate' "$(cat "$secrets") $(same)" "$third
$second 1"
geoxdp up -q -c "$work/geoxdp.conf"
is 'up reads the file' "$(states 0) $(states 1) $(same)" "$third $second 1"
cookie_secret drop
is 'drop' "$(cat "$secrets") $(same)" "$third 1"
echo nonsense > "$secrets"
fails 'a broken file changes nothing' 3 "$secrets:1: no secret" geoxdp cookie-secret load
fails 'and up refuses it' 3 'cookie-secrets:1: no secret' geoxdp up -q -c "$work/geoxdp.conf"
like 'what serves goes on' "$(from_geoxdp $client_part)" "^${client_part}01000000[0-9a-f]{24}$"
: > "$secrets"
cookie_secret load
is 'without a secret, cookies are not answered' "$(from_geoxdp $client_part)" ''
expect_dig 'and one of three octets is an unknown option' SERVED_GEO "NOERROR qr aa
edns 0 1232
an geo 60 CNAME us
an us 300 A 192.0.2.20" -b $us4 +norec +noauthority +noadditional +nocookie +ednsopt=10:010203 A geo.example.com
cookie_secret generate
like 'generate makes the first active' "$(cat "$secrets") $(same)" '^[0-9a-f]{32} 1$'
like 'and cookies are answered at once' "$(from_geoxdp $client_part)" "^${client_part}01000000[0-9a-f]{24}$"
cookie_secret generate
is 'generate makes the second staging' "$(sort -u "$secrets" | wc -l)" 2
fails 'a file that cannot be written' 1 'nosuch/: lock: No such file' \
	geoxdp cookie-secret generate --file "$work/nosuch/secrets"

# --- RFC 8906 section 8 ----------------------------------------------------------------------------

# At the geo name and at the apex: the question comes back, status, flags, OPT and options are the same.
list() {	# STATUS_AND_FLAGS OPTIONS DIG_ARGUMENT... TYPE
	local want=$1${2:+
$2} name type=${*: -1}

	shift 2
	for name in geo.example.com example.com; do
		is "$name: dig $*" "$(dig_server -b $us4 +norec "$@" $name | show_question=yes digest |
			grep -v '^a[nud] ' | sed 's/^qd ;geo /qd ;geo.example.com /')" "$want
qd ;${name/#example.com/example.com.} IN ${type^^}"
	done
}
opt='edns 0 1232'
list 'NOERROR qr aa' '' +noedns +noad soa
list 'NOERROR qr aa' '' +noedns +noad type1000
list 'NOERROR qr aa' '' +noedns +noad +cd soa
list 'NOERROR qr aa' '' +noedns +ad soa
list 'NOERROR qr aa' '' +noedns +noad +zflag soa
list 'NOERROR qr aa rd' '' +noedns +noad +rec soa
list 'NOERROR qr aa' '' +noedns +noad +tcp soa
list 'NOERROR qr aa' "$opt" +edns=0 +nocookie +noad soa
list 'NOERROR qr aa' "$opt" +edns=0 +nocookie +noad +ednsopt=100 soa
list 'NOERROR qr aa' "$opt" +edns=0 +nocookie +noad +ednsflags=0x40 soa
list 'NOERROR qr aa' "$opt
cookie" +edns=0 +cookie +noad +ednsopt=100 soa
list 'NOERROR qr aa' "edns 0 do 1232
cookie" +edns=0 +cookie +noad +dnssec +bufsize=512 +ignore dnskey
list 'NOERROR qr aa' "$opt
ecs 0.0.0.0/0/0
cookie
nsid" +edns=0 +cookie +nsid +expire +subnet=0.0.0.0/0 soa
for options in '' +cookie '+cookie +nsid' +ednsflags=0x40 +ednsopt=100; do
	# shellcheck disable=SC2086
	list 'BADVERS qr' "$opt" +edns=1 +noednsneg +nocookie $options soa
done

done_testing
