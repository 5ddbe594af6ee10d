#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# NSD and Knot are the references for whole zones: the same zone files, every name and type, and names that are not there.
#
# Where both agree, the program agrees or passes for a reason that docs/conformance.md lists; where they differ, it is like one
# of them, and the kind of difference is listed there. The program is asked by BPF_PROG_RUN; a sample then goes over the wire.
# shellcheck source-path=SCRIPTDIR/../net
. "$(dirname "$0")/../net/lib.sh"

nsd_port=5401 knot_port=5402
seed=1

write_configurations() {	# FOLDER
	local dir=$1 apex file

	{
		echo 'zones:'
		while read -r apex file; do
			echo "  - {name: \"$apex\", file: \"$file\"}"
		done < "$dir/zones"
	} > "$dir/geoxdp.conf"
	{
		cat <<-END
			server:
			  ip-address: 127.0.0.1@$nsd_port
			  username: ""
			  chroot: ""
			  database: ""
			  zonesdir: ""
			  zonelistfile: "$dir/zone.list"
			  pidfile: "$dir/nsd.pid"
			  xfrdfile: "$dir/xfrd.state"
			  xfrdir: "$dir"
			  logfile: "$dir/nsd.log"
			  rrl-ratelimit: 0
			remote-control:
			  control-enable: no
		END
		while read -r apex file; do
			printf 'zone:\n  name: "%s"\n  zonefile: "%s"\n' "$apex" "$file"
		done < "$dir/zones"
	} > "$dir/nsd.conf"
	{
		cat <<-END
			server:
			    rundir: "$dir/run"
			    listen: 127.0.0.1@$knot_port
			    user: root:root
			database:
			    storage: "$dir/db"
			template:
			  - id: default
			    zonefile-sync: -1
			    journal-content: none
			zone:
		END
		while read -r apex file; do
			printf '  - domain: "%s"\n    file: "%s"\n' "$apex" "$file"
		done < "$dir/zones"
	} > "$dir/knot.conf"
	mkdir -p "$dir/run" "$dir/db"
}

# Sign all zones of a folder but one, which chains lead into and out of. BIND's signer refuses wildcards with NS; how it writes odd
# names and rare types, NSD and Knot do not read.
sign_zones() {	# FOLDER ARGUMENT...
	local dir=$1 apex file key
	shift

	sed -i '/^odd\.test\. /d; /^types\.test\. /d' "$dir/zones"
	case " $* " in *' -3 '*) sed -i '/^d\. /d' "$dir/zones" ;; esac	# names too long for "*." in front of them
	while read -r apex file; do
		[ "$apex" != cross.test. ] || continue
		sed -i '/^\*\.star-cut/d' "$file"
		key=$(dnssec-keygen -q -a ECDSAP256SHA256 -f KSK -K "$dir" "$apex") || return
		cat "$dir/$key.key" >> "$file"
		dnssec-signzone -q -z -O full -K "$dir" -d "$dir" "$@" -o "$apex" -f "$file" "$file" > "$file.log" 2>&1 || {
			cat "$file.log"
			return 1
		}
	done < "$dir/zones"
}

wait_for() {	# PORT FOLDER: until every zone is served
	local apex file try

	while read -r apex file; do
		for ((try = 0; try < 200; try++)); do
			kdig +short +retry=0 +timeout=1 -p "$1" @127.0.0.1 "$apex" SOA 2> /dev/null | grep -q '^[^;]' && break
			sleep 0.05
		done
		[ $try -lt 200 ] || bail_out "no server at port $1 answers for $apex: $(tail -n 5 "$2"/*.log)"
	done < "$2/zones"
}

# The names of a table of docs/conformance.md: the first column of the rows, which stand in backquotes.
listed() {	# HEADING
	awk -v heading="## $1" '/^## / { on = $0 == heading } on' docs/conformance.md | sed -n 's/^| `\([^`]*\)` |.*/\1/p'
}

lines() {	# VERDICT FILE: "KIND" of each
	awk -F '\t' -v verdict="$1" '$1 == verdict { print $2 }' "$2" | sort
}

compare() {	# NAME SET RANDOM LEAST SIGNING...: signing are arguments of the signer; without, nothing is signed
	local dir=$work/$1 name=$1 set=$2 random=$3 least=$4 nsd knot n unlisted
	shift 4

	mkdir -p "$dir"
	tests/conformance/zones $seed "$set" "$dir" || bail_out zones
	[ $# -eq 0 ] || sign_zones "$dir" "$@" || bail_out "sign $dir"
	write_configurations "$dir"
	nsd -d -c "$dir/nsd.conf" & nsd=$!
	knotd -c "$dir/knot.conf" > "$dir/knot.log" 2>&1 & knot=$!
	wait_for $nsd_port "$dir"
	wait_for $knot_port "$dir"
	"$BUILD/conformance/reference" "$dir/geoxdp.conf" $nsd_port $knot_port "$random" $seed > "$dir/out" ||
		bail_out "reference: $(cat "$dir/out")"
	kill $nsd $knot
	wait $nsd $knot
	n=$(awk -F '\t' '$1 == "compared" { print $2 }' "$dir/out")
	if [ "${n:-0}" -ge "$least" ]; then
		ok "$name: $n questions compared, seed $seed"
	else
		not_ok "$name: questions" "only ${n:-0}, not $least"
	fi
	is "$name: where NSD and Knot agree so does the program, else it is like one of them" \
		"$(grep '^wrong' "$dir/out" | head -n 20)" ''
	unlisted=$(lines choice "$dir/out" | grep -Fvxf <(listed 'Where NSD and Knot differ'))
	is "$name: every kind of difference is listed in docs/conformance.md" "$unlisted" ''
	unlisted=$(lines passed "$dir/out" | grep -Fvxf <(listed 'What is passed'))
	is "$name: every reason to pass is listed there" "$unlisted" ''
	grep -E '^(choice|passed)' "$dir/out" | awk -F '\t' '{ printf "# %s: %s: %d\n", $1, $2, $3 }'
}

compare tree tree 20000 250000
compare forest forest 150000 150000
# By NSEC; by NSEC3 with salt, and with iterations; by NSEC3 with opt-out, at a root and a TLD.
compare nsec forest 20000 30000 -N keep
compare nsec3 forest 20000 25000 -3 AABBCCDD -H 0
compare optout tree 8000 250000 -3 - -H 0 -A

# A row that nothing shows is a row too many.
unmet=$(listed 'Where NSD and Knot differ' | grep -Fvxf <(for out in "$work"/*/out; do lines choice "$out"; done))
is 'every listed kind of difference was met' "$unmet" ''
unmet=$(listed 'What is passed' | grep -Fvxf <(for out in "$work"/*/out; do lines passed "$out"; done))
is 'every listed reason to pass was met' "$unmet" ''

# --- over the wire -----------------------------------------------------------------------------

# No backend: what is answered, the program answers.
network_start
geoxdp up -q -c "$work/forest/geoxdp.conf" -i ns0 || bail_out up
awk '$2 ~ /^(A|MX|TXT|CNAME)$/ { print $1, $2 } $2 == "NS" { print "below." $1, "A" }' \
	"$work/forest/chain.test.zone" "$work/forest/add.test.zone" "$work/forest/example.zone" |
	grep -Ev 'star-|^\*|(glue|cname|wild)\.add' | sort -u > "$work/sample"
mkdir -p "$work/nsd"
sed "s/127.0.0.1@$nsd_port/$server4/" "$work/forest/nsd.conf" > "$work/nsd/nsd.conf"
sample() {	# prints the replies to the sample, without what NSD adds to positive answers
	sed 's/^/+tries=2 +time=2 +norec +bufsize=1232 +noall +answer +comments /' "$work/sample" |
		in_client timeout -k 1 60 dig @$server4 -b $us4 -f - | sed -n 's/^;; ->>HEADER<<-.*status: \([A-Z]*\),.*/\1/p; /^[^;]/p' |
		tr '\t' ' ' | tr -s ' ' | tr A-Z a-z
}
sample > "$work/program"
n=$(wc -l < "$work/sample")
is "$n questions over the wire are all answered here" \
	"$(counts | awk -F = '/^SERVED_/ { n += $2 } END { print n }')" "$n"
geoxdp down -q -i ns0 || bail_out down
in_server nsd -d -c "$work/nsd/nsd.conf" &
for ((try = 0; try < 100; try++)); do
	in_client dig +short +tries=1 +time=1 -b $us4 @$server4 chain.test SOA 2> /dev/null | grep -q . && break
	sleep 0.05
done
sample > "$work/references"
is 'with the rcodes and answers that NSD gives' \
	"$(diff <(sort "$work/program") <(sort "$work/references") | head -n 20)" ''

done_testing
