#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# examples/signed, its answers validated by delv with nothing but the zone's own key to trust; signatures that are renewed by
# `geoxdp run`, and that run out without it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/run.sh"

network_start
mkdir -p "$work/state"

# --- validating ----------------------------------------------------------------------------------------

# The key-signing key of a folder, as delv reads it.
anchor() {	# KEYS
	cat "$1"/Kexample.com.*.key | awk '$4 == 257 {
		printf "trust-anchors { example.com. static-key 257 3 %s \"", $6; for (i = 7; i <= NF; i++) printf "%s", $i; print "\"; };" }'
}

# What delv makes of an answer: its verdict, then the records as digest() has them, the data of RRSIGs left away.
validated() {	# CLIENT NAME TYPE
	local at=@$server4

	[ "${1#*:}" = "$1" ] || at=@$server6
	in_client timeout -k 1 20 delv $at -b "$1" -a "$work/anchor" +root=example.com "$2" "$3" 2>&1 |
		awk '/^; / { sub(/^; /, ""); print; next }
			/^;; resolution failed/ { sub(/^;; /, ""); print; next }
			/^[^;]/ && $4 == "RRSIG" { print $1, $2, "RRSIG", $5; next }
			/^[^;]/ && NF > 3 { $1 = $1; sub(/ IN /, " "); print }' | sed 's/\.example\.com\./ /g; s/  */ /g; s/ $//' | LC_ALL=C sort
}

# And it comes from the program, not from the name server behind. delv asks for DS and DNSKEY as well.
proves() {	# NAME CLIENT OWNER TYPE ANSWER
	local before after got

	before=$(counts)
	got=$(validated "$2" "$3" "$4")
	after=$(counts)
	is "$1" "$(moved "$before" "$after" | grep -o 'PASSED[^ ]*')$got" "$(LC_ALL=C sort <<< "$5")"
}

# --- set up --------------------------------------------------------------------------------------------

# Changed are only the interface and the sources.
set_up() {	# FOLDER [SIGN_OPTION...]
	local folder=$1

	shift
	mkdir -p "$folder"
	cp examples/signed/example.com.zone examples/signed/geoxdp.conf examples/signed/sign "$folder"
	"$folder/sign" "$@" || bail_out 'the zone cannot be signed'
	sed -i "s/eth0/ns0/; s#countries.csv#$PWD/tests/net/cdn/countries.rbldnsd#" "$folder/geoxdp.conf"
}

eu_www='fully validated
www 300 A 198.51.100.1
www 300 A 198.51.100.2
www 300 RRSIG A'
us_www='fully validated
www 300 A 203.0.113.1
www 300 A 203.0.113.2
www 300 A 203.0.113.3
www 300 RRSIG A'

matrix() {	# TITLE DENIAL
	local title=$1

	proves "$title: a client in Britain" $gb4 www.example.com A "$eu_www"
	proves "$title: a client in the US" $us4 www.example.com A "$us_www"
	proves "$title: one whose place is not known" $nowhere4 www.example.com A "$us_www"
	proves "$title: one with IPv6" $gb6 www.example.com AAAA 'fully validated
www 300 AAAA 2001:db8:e::1
www 300 RRSIG AAAA'
	proves "$title: addresses of the other family" $us4 www.example.com AAAA 'fully validated
www 300 AAAA 2001:db8:a::1
www 300 AAAA 2001:db8:a::2
www 300 RRSIG AAAA'
	proves "$title: what the zone file has beside the addresses" $us4 www.example.com TXT 'fully validated
www 3600 RRSIG TXT
www 3600 TXT "beside the addresses"'
	proves "$title: a geo CNAME, and where it leads" $gb4 shop.example.com A 'fully validated
shop 60 CNAME shop-eu
shop 60 RRSIG CNAME
shop-eu 3600 A 198.51.100.10
shop-eu 3600 RRSIG A'
	proves "$title: the same in the US" $us4 shop.example.com A 'fully validated
shop 60 CNAME shop-us
shop 60 RRSIG CNAME
shop-us 3600 A 203.0.113.10
shop-us 3600 RRSIG A'
	proves "$title: the CNAME alone" $jp4 shop.example.com CNAME 'fully validated
shop 60 CNAME shop-us
shop 60 RRSIG CNAME'
	proves "$title: a CNAME of the zone file that leads to a geo name" $gb4 app.example.com A "fully validated
app 3600 CNAME www
app 3600 RRSIG CNAME
${eu_www#*
}"
	like "$title: a type that the geo name does not have" "$(validated $gb4 www.example.com MX)" '^negative response, fully validated$'
	like "$title: one that the target of the CNAME does not have" "$(validated $us4 shop.example.com AAAA)" '^fully validated$'
}

set_up "$work/nsec"
anchor "$work/nsec/keys" > "$work/anchor"
nsd_start "$work/nsec/example.com.zone.signed"
geoxdp check -c "$work/nsec/geoxdp.conf" > "$work/checked" 2>&1 || bail_out "check: $(cat "$work/checked")"
is 'check has nothing to say but that it is good' "$(grep -c . "$work/checked")" 1
like 'up says until when the signatures hold' "$(geoxdp up -c "$work/nsec/geoxdp.conf" 2>&1)" ', signatures until 20[0-9-]{8} [0-9:]{8}$'
matrix NSEC

# Who can tell right from wrong: another key of the same form is trusted, and nothing is.
set_up "$work/nsec3" -3 - -A
anchor "$work/nsec3/keys" > "$work/anchor"
like 'with the key of another zone to trust, nothing is validated' "$(validated $gb4 www.example.com A)" '^resolution failed: '
cp "$work/nsec3/example.com.zone.signed" "$work/nsec/example.com.zone.signed"
nsd_control reload > "$work/reloaded" || bail_out 'NSD does not reload'
geoxdp up -q -c "$work/nsec3/geoxdp.conf" || bail_out 'up with NSEC3'
matrix NSEC3

# --- other variants ------------------------------------------------------------------------------------

is 'a drain' "$(geoxdp drain -q eu 2>&1)" ''
proves 'a drained site: the other one, with the lower TTL and its own signature' $gb4 www.example.com A "$(sed 's/ 300 / 10 /' <<< "$us_www")"
geoxdp drain -q us 2> "$work/drained"
proves 'both drained: the last resort' $gb4 www.example.com A 'fully validated
www 10 A 192.0.2.200
www 10 RRSIG A'
geoxdp undrain -q eu && geoxdp undrain -q us || bail_out 'undrain'
proves 'and back' $gb4 www.example.com A "$eu_www"

orders=$(for _ in {1..40}; do dig_server -b $us4 +dnssec +noall +answer www.example.com | awk '$4 == "A" { print $5; exit }'; done | sort -u)
is 'the addresses take turns in front of their signature' "$orders" '203.0.113.1
203.0.113.2
203.0.113.3'
like 'without DO, nobody gets signatures' "$(dig_server -b $us4 www.example.com | grep -c RRSIG)" '^0$'
expect_dig 'RRSIG at a geo name is left to the name server behind' PASSED_TYPE 'NOERROR qr aa
edns 0 1232' -b $us4 +norec +noall +comments www.example.com RRSIG

# --- renewal -------------------------------------------------------------------------------------------

sed -i 's/signature-validity: 14d/signature-validity: 30s/' "$work/nsec3/geoxdp.conf"
run_start -c "$work/nsec3/geoxdp.conf"
eventually 'a service' is_told READY=1
expiration() { dig_server -b $gb4 +dnssec +noall +answer www.example.com | awk '$5 == "A" && $4 == "RRSIG" { print $9 }'; }
turned() { local now; now=$(expiration); [ -n "$now" ] && [ "$now" != "$first" ]; }
first=$(expiration) began=$(generation)
eventually 'signatures are renewed long before they run out' turned
eventually 'the log says why' says 'building: signatures are to be renewed'
is 'the new ones hold, and no validator keeps an answer longer than these' \
	"$(validated $gb4 www.example.com A | awk '$2 ~ /^[0-9]+$/ { $2 = $2 <= 30 ? "brief" : "long" } { print }')" \
	"$(LC_ALL=C sort <<< "${eu_www// 300 / brief }")"
is 'a generation is kept to go back to' "$([ "$(generation)" -gt "$began" ] && echo newer)" newer
like 'status tells until when' "$(geoxdp status)" '^  signatures     until 20[0-9: -]+, to be renewed from 20[0-9: -]+ on$'

# Going back is not undone by a renewal. Right behind one, so that no other is under way.
first=$(expiration)
eventually 'and once more' turned
geoxdp rollback -q || bail_out 'rollback'
back=$(generation)
eventually 'after a rollback the log says that nothing is renewed' says "signatures of generation $back are not renewed"
is 'and the generation stays' "$(generation)" "$back"
run_end KILL
ran_out() { geoxdp status | grep -q '^  signatures     RAN OUT'; }
for _ in {1..30}; do ran_out && break; sleep 1; done
like 'status tells when they ran out' "$(geoxdp status)" '^  signatures     RAN OUT at 20[0-9: -]+: DO=1 at geo names is passed'
is 'in JSON as well' "$(geoxdp status --json | json 0 signatures expired)" 1
before=$(counts)
like 'what has run out is passed, and the placeholder behind validates' "$(validated $gb4 www.example.com A)" '^fully validated$'
like 'as stats say' "$(moved "$before" "$(counts)")" 'PASSED_EXPIRED'
expect_dig 'without DO the answer goes on' SERVED_GEO 'NOERROR qr aa
edns 0 1232
an www 300 AAAA 2001:db8:e::1' -b $gb4 +norec +noauthority +noadditional www.example.com AAAA

done_testing
