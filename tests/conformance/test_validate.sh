#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# An independent validator, Unbound's, over answers of signed zones: by NSEC, by NSEC3, and with opt-out. What is passed NSD answers.
# shellcheck source-path=SCRIPTDIR/../net
. "$(dirname "$0")/../net/lib.sh"

zone() {	# APEX RECORDS: a zone with what all have
	printf '%s\n' "\$ORIGIN $1" '$TTL 300' '@ 3600 SOA ns host 1 7200 900 86400 600' '@ NS ns' "ns A $server4" "$2" > "$work/$1"
	apexes="$apexes $1"
}

sign() {	# APEX ARGUMENT...: and put its DS where the zone above may take it
	local apex=$1 key
	shift

	key=$(dnssec-keygen -q -a ECDSAP256SHA256 -f KSK -K "$work" "$apex") || bail_out "key of $apex"
	cat "$work/$key.key" >> "$work/$apex"
	dnssec-signzone -q -z -K "$work" -d "$work" "$@" -o "$apex" -f "$work/$apex" "$work/$apex" > "$work/log" 2>&1 ||
		bail_out "sign $apex: $(cat "$work/log")"
}

apexes=
for parent in nsec.example. nsec3.example. optout.example.; do
	zone "sec.$parent" 'www A 192.0.2.1'
	sign "sec.$parent"
	zone "ins.$parent" 'www A 192.0.2.2'
	zone "$parent" "www A 192.0.2.3
www A 192.0.2.4
www AAAA 2001:db8::3
mx MX 10 www
alias CNAME www
to-nothing CNAME nothing
to-wild CNAME any.of.wild
to-sec CNAME www.sec
to-ins CNAME www.ins
*.wild TXT wild
*.wild A 192.0.2.5
a.ent A 192.0.2.6
tree DNAME www
to-tree CNAME x.tree
sec NS ns.sec
ns.sec A $server4
ins NS ns.ins
ns.ins A $server4
only.ins2 NS ns.ins
$(cat "$work/dsset-sec.$parent")"
done
sign nsec.example.
sign nsec3.example. -3 ABCD -H 0
sign optout.example. -3 - -H 0 -A
cat "$work"/Knsec.example.*.key "$work"/Knsec3.example.*.key "$work"/Koptout.example.*.key > "$work/anchors"

{
	echo 'zones:'
	for apex in $apexes; do
		echo "  - {name: $apex, file: \"$work/$apex\"}"
	done
} > "$work/geoxdp.conf"
network_start
nsd_start
{
	sed '/^zone:/,$d; /name: example/d; /zonefile:/d' "$work/nsd/nsd.conf"
	for apex in $apexes; do
		printf 'zone:\n  name: "%s"\n  zonefile: "%s"\n' "$apex" "$work/$apex"
	done
} > "$work/nsd.conf"
kill "$(cat "$work/nsd/nsd.pid")"
sleep 1
in_server nsd -d -c "$work/nsd.conf" &
geoxdp up -q -c "$work/geoxdp.conf" -i ns0 || bail_out up

# Types: A, NS, CNAME, SOA, MX, TXT, AAAA, NSEC, DNSKEY. Below an insecure delegation nothing is secure; with opt-out, neither is
# that it has no DS, nor what is proven to be not there (RFC 5155 9.2).
ask() {		# PARENT EXPECTED NAME...
	local parent=$1 expected=$2 name type
	shift 2

	for name in "$@"; do
		for type in 1 2 5 6 15 16 28 47 48; do
			echo "$name$parent $type $expected"
		done
	done
}
{
	printf 'zone %s\n' $apexes
	for parent in nsec.example. nsec3.example. optout.example.; do
		optout=secure
		[ "$parent" != optout.example. ] || optout=insecure
		ask "$parent" secure '' www. mx. alias. '*.wild.' ent. a.ent. tree. sec. www.sec.
		ask "$parent" insecure www.ins.
		ask "$parent" $optout to-nothing. to-wild. | sed 's/ 5 insecure$/ 5 secure/'	# their own CNAMEs
		echo "to-sec.$parent 1 secure" "to-ins.$parent 1 insecure" | xargs -n 3
		echo "sec.$parent 43 secure" "ins.$parent 43 $optout" "only.ins2.$parent 43 $optout" "www.$parent 43 secure" | xargs -n 3
	done
} > "$work/existing"
before=$(counts)
in_client timeout -k 1 100 "$BUILD/conformance/validate" $server4 "$work/anchors" < "$work/existing" > "$work/out" || bail_out validate
is 'names that exist: each answer is secure, or proven to be insecure' "$(grep '^wrong' "$work/out" | head -n 20)" ''
n=$(grep -vc '^zone' "$work/existing")
is "$n answers" "$(tail -n 1 "$work/out")" "right: $n"
moved "$before" "$(counts)" | tr ' ' '\n' > "$work/moved"
echo "# $(tr '\n' ' ' < "$work/moved")"
# Unbound asks again for what CNAMEs lead to. With opt-out, one name exists by an insecure delegation alone.
passed=$(awk -F '*' '/^PASSED_DNSSEC/ { print $2 ? $2 : 1 }' "$work/moved")
served=$(sed -n 's/^SERVED_[A-Z]*\*//p' "$work/moved" | awk '{ n += $1 } END { print n }')
if [ "${passed:-0}" -le 2 ] && [ "${served:-0}" -ge 300 ]; then
	ok "the program answered $served questions, and passed ${passed:-0}"
else
	not_ok 'what the program answered' "$served, and passed $passed"
fi

# Names that do not exist: below the apex, an empty non-terminal, a name that exists, and what wildcards synthesise. What an opt-out
# NSEC3 covers is not secure.
{
	printf 'zone %s\n' $apexes
	for parent in nsec.example. nsec3.example. optout.example.; do
		optout=secure
		[ "$parent" != optout.example. ] || optout=insecure
		for i in $(seq 60); do
			echo "x$((i * 7919 % 1000)).$parent 1 $optout"
			echo "z$((i * 7919 % 1000)).a$((i * 6007 % 1000)).b.c.$parent 28 $optout"
			echo "x$((i * 7919 % 1000)).ent.$parent 1 $optout"
			echo "x$((i * 7919 % 1000)).www.$parent 15 $optout"
			echo "y$((i * 6007 % 1000)).wild.$parent 16 $optout"
			echo "y$((i * 6007 % 1000)).of.wild.$parent 1 $optout"
			echo "y$((i * 6007 % 1000)).of.wild.$parent 28 $optout"
		done
	done
} > "$work/random"
before=$(counts)
in_client timeout -k 1 100 "$BUILD/conformance/validate" $server4 "$work/anchors" < "$work/random" > "$work/out" || bail_out validate
n=$(grep -vc '^zone' "$work/random")
is 'names that do not exist are secure, or proven to be insecure' "$(cat "$work/out")" "right: $n"
moved "$before" "$(counts)" | tr ' ' '\n' > "$work/moved"
echo "# $(tr '\n' ' ' < "$work/moved")"
is 'none of these reached the name server behind' "$(grep -c '^PASSED_DNSSEC' "$work/moved")" 0
served=$(sed -n 's/^SERVED_[A-Z]*\*//p' "$work/moved" | awk '{ n += $1 } END { print n }')
if [ "${served:-0}" -ge "$n" ]; then
	ok "the program answered all of them: $served questions"
else
	not_ok 'what the program answered' "$served of $n"
fi
geoxdp down -q -i ns0 || bail_out down

done_testing
