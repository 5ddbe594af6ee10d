#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# explain: what serves now, with drains, health and overrides; weights, in explain and in diff.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

network_start

mkdir -p "$work/set"
cp tests/net/cdn/countries.rbldnsd tests/net/cdn/example.com.zone "$work/set/"
cat > "$work/set/geoxdp.conf" <<'END'
server: {mode: native}
sources:
  - {file: countries.rbldnsd, format: rbldnsd}
maps:
  world:
    default: [eu, us]
    countries: {US: [us, eu]}
  spread:
    default: [eu, us]
    weight: {eu: 3, us: 1}
  inner:
    default: [one, two]
zones:
  - name: example.com
    file: example.com.zone
    geo:
      - {name: pop, map: world, ttl: {min: 7, max: 300}, address: {eu: 192.0.2.10, us: 192.0.2.20}, last-resort: {address: 192.0.2.99}}
      - {name: weighed, map: spread, ttl: 300, address: {eu: 192.0.2.10, us: 192.0.2.20}}
      - {name: drawn, map: spread, by: query, ttl: 300, address: {eu: [{address: 192.0.2.10, weight: 2}, 192.0.2.11], us: 192.0.2.20}}
      - {name: chain, map: world, ttl: 300, cname: {eu: behind, us: www}}
      - {name: behind, map: inner, ttl: 300, address: {one: 192.0.2.1, two: 192.0.2.2}}
END
conf=$work/set/geoxdp.conf

explain() { geoxdp explain "$@" 2>&1; }
# What explain says of the site, and of what is not up.
sites() { explain "$@" | sed -n 's/^  site    //p; s/^not up: /not up: /p' | paste -sd '|'; }
# The records, without their spaces.
records() { sed -n '/SECTION/d; s/\t/ /g; s/  */ /g; /example\.com\. [0-9]* /p' | sort | paste -sd '|'; }
same_as_query() {	# NAME ADDR QUESTION...
	local name=$1 from=$2

	shift 2
	is "$name: explain answers as query does" "$(explain "$from" "$@" | records)" \
		"$(geoxdp query --from "$from" "$@" | records)"
}

# --- weights, without anything that serves -----------------------------------------------------------

like 'by client: the site of this client, and the shares' "$(sites -c "$conf" $us4 weighed.example.com)" \
	"^(eu|us), drawn from eu \\(75 %\\), us \\(25 %\\), always alike for a client's /24 \\(IPv6: /56\\)\$"
is 'its scope is no wider' "$(explain --json -c "$conf" $us4 weighed.example.com | json scope)" 24
like 'by query: no site of its own' "$(sites -c "$conf" $us4 drawn.example.com)" \
	'^another one each time, drawn from eu \(75 %\), us \(25 %\), anew for each query$'
like 'the draw of an address by query makes all by query' "$(explain -c "$conf" $us4 drawn.example.com)" \
	'^ECS scope (0|1?[0-9])$'
is '--json: weights' "$(explain --json -c "$conf" $us4 weighed.example.com | json maps 0 weights eu)" 3
for client in {1..40}; do
	explain --json -c "$conf" "10.7.$client.1" weighed.example.com | json maps 0 site
done | sort | uniq -c > "$work/sites"
like 'clients are shared out' "$(awk '{ n[$2] = $1 } END { print (n["eu"] > 20 && n["us"] > 3) }' "$work/sites")" '^1$'

# The names that diff says are told something else.
moved_names() { geoxdp diff "$conf" "$work/set/other.conf" 2>&1 | sed -n 's/\.example\.com\. .*told something else$//p' | sort | paste -sd ' '; }
other() { sed "$1" "$conf" > "$work/set/other.conf"; }
other 's/weight: {eu: 3, us: 1}/weight: {eu: 1, us: 1}/'
is 'diff: weights of sites' "$(moved_names)" 'drawn weighed'
like 'diff: weights of sites, in words' "$(geoxdp diff "$conf" "$work/set/other.conf")" 'eu\*3 or us\*1 -> eu\*1 or us\*1'
other 's/weight: {eu: 3, us: 1}/weight: {eu: 6, us: 2}/'
is 'diff: the same shares are the same' "$(moved_names)" ''
other '/spread:/,/weight/s/\[eu, us\]/[us, eu]/'
is 'diff: the order of what is drawn is none' "$(moved_names)" ''
other 's/weight: 2}/weight: 3}/'
is 'diff: weights of addresses' "$(moved_names)" drawn
other 's/weight: {eu: 3, us: 1}/weight: {eu: 3, us: 1}\n    by: query/'
is 'diff: how it is drawn' "$(moved_names)" weighed
other '/weight: {eu: 3/d'
is 'diff: no weights any more' "$(moved_names)" 'drawn weighed'

# --- what serves now -------------------------------------------------------------------------------

geoxdp up -q -c "$conf" -i ns0
is 'all is up' "$(sites $us4 pop.example.com)" us
same_as_query 'all is up' $us4 pop.example.com
geoxdp drain -q us 2> /dev/null
is 'a drain: the next site, and why' "$(sites $us4 pop.example.com)" 'eu|not up: us (drained)'
is 'a drain: --json' "$(explain --json $us4 pop.example.com | json not_up us)" drained
same_as_query 'a drain, with the lower TTL' $us4 pop.example.com
is 'with -c, the configuration speaks alone' "$(sites -c "$conf" $us4 pop.example.com)" us
like 'a drain among weighted sites' "$(sites $us4 weighed.example.com)" \
	'^eu, drawn from eu \(75 %\), us \(25 %, drained\), always alike'
same_as_query 'a drain among weighted sites' $us4 weighed.example.com
is 'a drain leads into another geo name' "$(sites $us4 chain.example.com)" 'eu|one|not up: us (drained)'
same_as_query 'a drain leads into another geo name' $us4 chain.example.com
geoxdp drain -q one
is 'both of a chain' "$(sites $us4 chain.example.com)" 'eu|two|not up: us (drained), one (drained)'
same_as_query 'both of a chain' $us4 chain.example.com
geoxdp drain -q eu 2> /dev/null
is 'all is drained: the last resort' "$(sites $us4 pop.example.com)" 'none is up|not up: us (drained), eu (drained)'
same_as_query 'all is drained' $us4 pop.example.com
for site in eu us one; do geoxdp undrain -q $site; done
is 'all is back' "$(sites $us4 chain.example.com)" us

geoxdp net add -q 10.5.0.0/25 GB
like 'an override' "$(explain $us4 pop.example.com)" '^  says    the override of 10\.5\.0\.0/25 \(`geoxdp net list`\); else '
is 'an override decides' "$(sites $us4 pop.example.com)" eu
is 'its scope' "$(explain --json $us4 pop.example.com | json scope)" 25
is 'the scope beside it' "$(explain --json 10.5.0.129 pop.example.com | json scope)" 25
is 'an override: --json' "$(explain --json $us4 | json override)" 10.5.0.0/25
same_as_query 'an override' $us4 pop.example.com
geoxdp net del -q 10.5.0.0/25
is 'gone' "$(sites $us4 pop.example.com)" us

# --- files that say something else -------------------------------------------------------------------

geoxdp drain -q eu
sed -i 's/countries: {US: \[us, eu\]}/countries: {US: eu}/' "$conf"
like 'files that changed: explain says so' "$(explain $us4 pop.example.com)" \
	'^geoxdp explain: .*/set/geoxdp.conf says something else than generation 1 was built from: '
is 'and goes by the files' "$(sites $us4 pop.example.com)" eu
geoxdp up -q -c "$conf" -i ns0 2> /dev/null
is 'until they serve' "$(sites $us4 pop.example.com)" 'us|not up: eu (drained)'
like 'status: nobody looks after it' "$(geoxdp status)" "^  service        none: TCP is the backend's\$"

done_testing
