#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Generations: what they share, how many are kept, going back to one, and those of another version.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start

us='NOERROR qr aa rd
edns 0 1232
an geo 60 CNAME us
an us 300 A 192.0.2.20'
ap=${us//us/ap} ap=${ap/2.20/2.30}

serves_us() { expect_dig "$1" SERVED_GEO "$us" -b $us4 geo.example.com; }
serves_ap() { expect_dig "$1" SERVED_GEO "$ap" -b $us4 geo.example.com; }
generations() { ls "$pins/ns0" 2> /dev/null | paste -sd ' '; }
map_id() {	# GENERATION TABLE [IFACE]
	bpftool map show pinned "$pins/${3:-ns0}/gen-$1/$2" | sed -n '1s/:.*//p'
}
shares() {	# GENERATION GENERATION: the tables that both have
	local table

	for table in answers checks choices countries4 countries6 bypass gap_lists gaps index4 index6 locations meta names names_long nets4 nets6 options option_units pilots \
		services stats types units; do
		[ "$(map_id "$1" $table)" = "$(map_id "$2" $table)" ] && echo $table
	done | paste -sd ' '
}
serving() { bpftool link show pinned "$pins/${1:-ns0}/link" | sed -n 's/.* prog \([0-9]*\).*/\1/p'; }
program() { bpftool prog show pinned "$pins/${2:-ns0}/gen-$1/prog" | sed -n '1s/:.*//p'; }

# The same set-up, but Americans go to ap.
cp -r tests/net/cdn "$work/other"
sed -i 's/^840 us/840 ap/' "$work/other/maps/geo.map"
other=$work/other/pdns.conf
cp -r tests/net/cdn "$work/moved"
up() { geoxdp up -q --pdns "$1" -i "${2:-ns0}"; }

# --- what is shared --------------------------------------------------------------------------------

up $cdn
up $cdn
is 'the same again: all that nothing changes is shared' "$(shares 1 2)" \
	'answers checks countries4 countries6 gap_lists gaps index4 index6 locations names names_long options option_units pilots stats types'
serves_us 'and it serves'
sed -i 's/192\.0\.2\.20$/192.0.2.21/' "$work/moved/example.com.zone"
up "$work/moved/pdns.conf"
is 'another address: the tries and the names are shared' "$(shares 2 3)" \
	'checks countries4 countries6 gap_lists gaps index4 index6 locations names names_long options option_units pilots stats types'
expect_dig 'and the new one is answered' SERVED_GEO "${us/2.20/2.21}" -b $us4 geo.example.com
sed -i 's|^10.1.0.0/16|10.1.0.0/17|' "$work/moved/countries.rbldnsd"
up "$work/moved/pdns.conf"
is 'another prefix: the IPv4 trie is new' "$(shares 3 4)" \
	'answers checks countries6 gap_lists gaps index6 locations names names_long options option_units pilots stats types'
expect_dig 'and is looked into' SERVED_GEO "NOERROR qr aa rd
edns 0 1232
ecs 10.1.128.0/17/17
$(printf '%s' "${us/2.20/2.21}" | tail -2)" -b $us4 +subnet=10.1.128.0/17 geo.example.com
status=$(geoxdp status --json)
is 'status: tables that are shared' "$(printf '%s' "$status" | perl -MJSON::PP -e 'local $/;
	print join " ", sort map { $_->{name} } grep { $_->{shared} } @{decode_json(<STDIN>)->[0]{tables}}')" \
	"$(shares 3 4 | tr ' ' '\n' | LC_ALL=C sort | paste -sd ' ')"
like 'status: digests' "$(printf '%s' "$status" | perl -MJSON::PP -e 'local $/;
	print join " ", map { length $_->{digest} } grep { $_->{name} =~ /^(names|answers|countries4)$/ } @{decode_json(<STDIN>)->[0]{tables}}')" \
	'^32 32 32$'

like 'status: no backend' "$(geoxdp status)" '^  backend        none on UDP port 53: queries that are passed get no answer$'
nsd_start
like 'status: the backend' "$(geoxdp status)" "^  backend        nsd[^(]* \\([0-9]+\\) on UDP $server4\$"
like 'over TCP as well' "$(geoxdp status)" "^  backend        nsd[^(]* \\([0-9]+\\) on TCP $server6\$"
is 'as JSON' "$(geoxdp status --json | json 0 backend)" 4

# --- how many are kept, and going back -------------------------------------------------------------

geoxdp down -q
up $cdn
up $cdn
up "$other"
up "$other"
is 'three generations are kept' "$(generations)" 'gen-2 gen-3 gen-4 link'
like 'status lists them' "$(geoxdp status)" '^  rollback to    3, '
geoxdp net add -q 203.0.113.0/24 us
like 'rollback: to the one before' "$(geoxdp rollback 2>&1)" '^ns0: generation 3 serves, instead of 4: [0-9]+ s old, of /'
is 'its program is attached' "$(serving)" "$(program 3)"
serves_ap 'it serves'
expect_dig 'with the overrides that were made since' SERVED_GEO "$ap" -b $nowhere4 geo.example.com
is 'it counts where the others did' "$(map_id 3 stats)" "$(map_id 4 stats)"
like 'rollback again: further back' "$(geoxdp rollback --json 2>&1 | paste -sd ' ')" '"generation": 2.*"before": 3'
serves_us 'it serves'
fails 'rollback beyond the first' 1 '^geoxdp rollback: ns0: there is no generation before 2; others: 3, 4$' geoxdp rollback
fails 'rollback to one that is gone' 1 '^geoxdp rollback: ns0: there is no generation 1; others: 3, 4$' geoxdp rollback 1
fails 'rollback to the one that serves' 1 '^geoxdp rollback: ns0: generation 2 serves already$' geoxdp rollback 2
fails 'rollback to no number' 2 '^geoxdp rollback: x: no number of a generation' geoxdp rollback x
is 'nothing was touched' "$(serving) $(generations)" "$(program 2) gen-2 gen-3 gen-4 link"
like 'rollback forward' "$(geoxdp rollback 4)" '^ns0: generation 4 serves, instead of 2'
like 'and back to 3' "$(geoxdp rollback)" '^ns0: generation 3 serves, instead of 4'
up $cdn
is 'up makes the next, and lets go of what was rolled back' "$(generations)" 'gen-2 gen-3 gen-5 link'
serves_us 'it serves'
geoxdp rollback -q
is 'rollback goes to what served before' "$(serving)" "$(program 3)"
geoxdp net del -q 203.0.113.0/24

# --- of another version ----------------------------------------------------------------------------

# The first word of meta is the version.
age() {	# GENERATION
	local value

	value=$(bpftool map lookup pinned "$pins/ns0/gen-$1/meta" key 0 0 0 0 -j |
		perl -MJSON::PP -e 'local $/; print join " ", @{decode_json(<STDIN>)->{value}}')
	[ -n "$value" ] || bail_out 'bpftool shows no meta'
	# shellcheck disable=SC2086
	bpftool map update pinned "$pins/ns0/gen-$1/meta" key 0 0 0 0 value 99 0 0 0 ${value#* * * * }
}
age 2
fails 'no way back to another version' 1 '^geoxdp rollback: .*/gen-2: of another version of geoxdp' geoxdp rollback 2
age 3
fails 'status says so' 1 '^geoxdp status: .*/gen-3: of another version of geoxdp' geoxdp status
fails 'drain does not write into it' 1 '^geoxdp drain: .*another version' geoxdp drain us
serves_was=$(serving)
link_was=$(bpftool link show pinned $pins/ns0/link | sed -n '1s/:.*//p')
up $cdn
is 'up replaces it on the same link' "$(bpftool link show pinned $pins/ns0/link | sed -n '1s/:.*//p')" "$link_was"
[ "$(serving)" != "$serves_was" ] && ok 'with a new program' || not_ok 'with a new program'
is 'that shares nothing' "$(shares 3 "$(generations | grep -Eo '[0-9]+ link' | cut -d' ' -f1)")" ''
serves_us 'it serves'
geoxdp down -q

# --- two interfaces --------------------------------------------------------------------------------

in_server ip link add ns1 type veth peer name net1
in_server ip addr add 192.0.2.56/32 dev ns1
for conf in $cdn "$other" $cdn; do
	geoxdp up -q --pdns "$conf" -i ns0 -i ns1
done
is 'both serve the same object' "$(program 3 ns0)" "$(program 3 ns1)"
is 'rollback of both' "$(geoxdp rollback | sed 's/: [0-9]* s old.*//')" \
'ns0: generation 2 serves, instead of 3
ns1: generation 2 serves, instead of 3'
is 'and both do' "$(serving ns0) $(serving ns1)" "$(program 2) $(program 2)"
for table in "$pins"/ns1/gen-1/*; do
	rm "$table"
done
rmdir "$pins/ns1/gen-1"
fails 'all or none' 1 '^geoxdp rollback: ns1: there is no generation before 2' geoxdp rollback
is 'none' "$(serving ns0) $(serving ns1)" "$(program 2) $(program 2)"
like 'one of them' "$(geoxdp rollback -i ns0)" '^ns0: generation 1 serves, instead of 2'
rm "$pins/ns1/gen-3/prog"
fails 'a step fails in the middle' 1 '^geoxdp rollback: .*/ns1/gen-3/prog: open' geoxdp rollback 3
is 'and both are where they were' "$(serving ns0) $(serving ns1)" "$(program 1) $(program 2)"
geoxdp down -q
is 'down leaves nothing' "$(ls -d $pins 2> /dev/null)" ''
fails 'rollback of nothing' 1 '^geoxdp rollback: nothing is serving$' geoxdp rollback

done_testing
