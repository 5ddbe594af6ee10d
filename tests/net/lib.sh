# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the namespace tests share: TAP, a name server and its clients in namespaces, NSD, dig, counters.
#
# A test sources this first. It is then run again by tests/net/isolate, in namespaces that vanish with it, from the
# root of the repository; $work is a folder for its files.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
if [ -z "${GX_ISOLATED:-}" ]; then
	if [ "$(id -u)" -ne 0 ]; then
		printf '1..1\nok 1 - %s # SKIP needs root\n' "${0##*/}"
		exit 0
	fi
	exec tests/net/isolate bash "$0" "$@"
fi
BUILD=${BUILD:-build}
work=$TMPDIR
# shellcheck disable=SC2034
pins=/sys/fs/bpf/geoxdp
# shellcheck disable=SC2034
cdn=tests/net/cdn/pdns.conf

# --- TAP ---------------------------------------------------------------------------------------

tests=0 failures=0

ok() {		# NAME
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

not_ok() {	# NAME [WHAT]
	tests=$((tests + 1)) failures=$((failures + 1))
	echo "not ok $tests - $1"
	[ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/#   /'
}

is() {		# NAME GOT WANT
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got:
$2
want:
$3"
	fi
}

like() {	# NAME GOT EXTENDED_REGEX
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		ok "$1"
	else
		not_ok "$1" "got:
$2
want a match of:
$3"
	fi
}

# Run a command; its status, and the first line of its stderr as a regular expression.
fails() {	# NAME STATUS REGEX COMMAND...
	local name=$1 want=$2 regex=$3 text status

	shift 3
	text=$("$@" 2>&1 > /dev/null)
	status=$?
	if [ "$status" -eq "$want" ]; then
		like "$name" "$text" "$regex"
	else
		not_ok "$name" "exit status $status, not $want: $text"
	fi
}

done_testing() {
	echo "1..$tests"
	[ "$failures" -eq 0 ]
	exit
}

bail_out() {	# WHY
	echo "Bail out! $1"
	echo "${0##*/}: $1" >&2
	exit 1
}

# --- the network -------------------------------------------------------------------------------
#
#   server: ns0 192.0.2.53, 2001:db8::53 ---- client: net0, with an address for each kind of client
#
# tests/net/wire.bpf.c says what the programs at the client's end are for. The countries of the clients are those
# of tests/net/cdn/countries.rbldnsd.

server4=192.0.2.53 server6=2001:db8::53
us4=10.5.0.9 jp4=10.1.5.9 gb4=198.51.100.9 nowhere4=203.0.113.9
us6=2001:db8:a::9 jp6=2001:db8:1::9 gb6=2001:db8:b::9 nowhere6=2001:db8:f::9

# Not `ip netns exec`: it hides /sys/fs/bpf.
in_server() { nsenter --net=/run/netns/server "$@"; }
in_client() { nsenter --net=/run/netns/client "$@"; }
geoxdp() { in_server "$BUILD/geoxdp" "$@"; }

server_link() {	# makes ns0 and net0
	local addr

	ip link add ns0 netns server address 02:00:00:00:00:01 type veth \
		peer name net0 netns client address 02:00:00:00:00:02 || bail_out 'no veth pair'
	in_server ip addr add $server4/24 dev ns0
	in_server ip addr add $server6/64 dev ns0 nodad
	in_server ip link set ns0 up
	in_client ip link set net0 up
	for addr in $us4 $jp4 $gb4 $nowhere4; do
		in_client ip addr add $addr/32 dev net0
	done
	for addr in $us6 $jp6 $gb6 $nowhere6; do
		in_client ip addr add $addr/128 dev net0 nodad
	done
	in_client ip route add $server4 dev net0
	in_client ip route add $server6 dev net0
	in_server ip route add default dev ns0
	in_server ip -6 route add default dev ns0
	in_client ip link set net0 xdp obj "$BUILD/net/wire.bpf.o" sec xdp || bail_out 'no native XDP on veth'
	in_client tc qdisc add dev net0 clsact
	wire room
}

wire() {	# room | bare | tag: what happens to the frames of the client
	in_client tc filter del dev net0 egress 2> /dev/null
	in_client tc filter del dev net0 ingress 2> /dev/null
	case $1 in
	room) in_client tc filter add dev net0 egress bpf da obj "$BUILD/net/wire.bpf.o" sec tc/room ;;
	tag)
		in_client ethtool -K net0 txvlan off > /dev/null
		in_client tc filter add dev net0 egress bpf da obj "$BUILD/net/wire.bpf.o" sec tc/tag
		in_client tc filter add dev net0 ingress bpf da obj "$BUILD/net/wire.bpf.o" sec tc/untag
		;;
	esac
}

network_start() {
	{ ip netns add server && ip netns add client; } || bail_out 'no network namespaces'
	in_server ip link set lo up
	in_client ip link set lo up
	server_link
}

# --- NSD ---------------------------------------------------------------------------------------

# All is in $work; NSD ends with the namespaces.
nsd_start() {	# [ZONE_FILE]
	local zone=${1:-$PWD/tests/net/cdn/example.com.zone} try

	mkdir -p "$work/nsd"
	[ "${zone#/}" != "$zone" ] || zone=$PWD/$zone
	cat > "$work/nsd/nsd.conf" <<-END
		server:
		  ip-address: $server4
		  ip-address: $server6
		  username: ""
		  chroot: ""
		  database: ""
		  zonesdir: ""
		  zonelistfile: "$work/nsd/zone.list"
		  pidfile: "$work/nsd/nsd.pid"
		  xfrdfile: "$work/nsd/xfrd.state"
		  xfrdir: "$work/nsd"
		  logfile: "$work/nsd/log"
		  identity: "nsd"
		remote-control:
		  control-enable: no
		zone:
		  name: example.com
		  zonefile: "$zone"
	END
	in_server nsd -d -c "$work/nsd/nsd.conf" &
	for ((try = 0; try < 100; try++)); do
		in_server dig +short +tries=1 +time=1 @$server4 SOA example.com | grep -q . && return
		sleep 0.05
	done
	bail_out "NSD does not answer: $(cat "$work/nsd/log")"
}

# --- asking ------------------------------------------------------------------------------------

# A reply of dig in short, one line each: status and flags, EDNS, client subnet, then the records with the section
# in front (an: answer, au: authority, ad: additional). Names lose their .example.com., and example.com. is @.
digest() {
	awk '
		/^;; ->>HEADER<<-/ { status = $6; sub(/,/, "", status) }
		/^;; flags:/ { flags = $0; sub(/^;; flags: ?/, "", flags); mbz = flags; sub(/;.*/, "", flags)
			print status " " flags (mbz ~ /MBZ/ ? " mbz" : "") }
		/^; EDNS:/ { line = $0; sub(/^; EDNS: version: /, "", line); sub(/, flags:/, "", line)
			sub(/; udp: /, " ", line); sub(/; MBZ:.*, udp:/, " mbz", line); print "edns " line }
		/^; CLIENT-SUBNET:/ { print "ecs " $3 }
		/^; COOKIE:/ { print "cookie" }
		/^; NSID:/ { print "nsid" }
		/^; OPT=/ { print "option " $0 }
		/^;; ANSWER SECTION/ { section = "an" }
		/^;; AUTHORITY SECTION/ { section = "au" }
		/^;; ADDITIONAL SECTION/ { section = "ad" }
		/^;; (QUESTION |[A-Z]+ PSEUDO)SECTION/ { section = "" }
		/^;[^; ]/ && !/^; / { question = $1 " " $2 " " $3 }
		/^[^;]/ && NF > 3 && section { $1 = $1; sub(/ IN /, " "); print section " " $0 }
		/^;; (communications error|connection timed out|no servers)/ { print "none" }
		/Warning|WARNING: .*(malformed|extra)/ && !/recursion/ { print "malformed" }
		END { if (show_question) print "qd " question }
	' show_question="${show_question:-}" | sed 's/^\(a[nud]\) example\.com\. /\1 @ /; s/\.example\.com\./ /g; s/  */ /g; s/ $//'
}

dig_server() {	# DIG_ARGUMENT...: ask the server; @ADDR is added unless one is there
	local argument at=@$server4

	for argument in "$@"; do
		case $argument in
		@*) at= ;;
		2001:*) at=@$server6 ;;
		esac
	done
	# shellcheck disable=SC2086
	in_client timeout -k 1 20 dig +tries=1 +time=3 $at "$@" 2>&1
}

counts() {	# the counters of DNS packets, NAME=COUNT each
	geoxdp stats --json | awk -F '[":, ]+' '/_/ { print $2 "=" $3 }' |
		grep -Ev '^PASSED_(FRAME|ETHERTYPE|PROTOCOL|PORT|IP_HEADER)='
}

moved() {	# BEFORE AFTER: what was counted between, without the counts of 1
	diff <(printf '%s\n' "$1") <(printf '%s\n' "$2") |
		awk -F '[=<> ]+' '/^</ { was[$2] = $3 } /^>/ { n = $3 - was[$2]; print $2 (n == 1 ? "" : "*" n) }' | paste -sd ' '
}

# One dig, with the reason that was counted and the reply in short.
expect_dig() {	# NAME REASON REPLY DIG_ARGUMENT...
	local name=$1 reason=$2 reply=$3 before after got

	shift 3
	before=$(counts)
	got=$(dig_server "$@" | digest)
	after=$(counts)
	is "$name" "$(moved "$before" "$after")
$got" "$reason
$reply"
}

# --- JSON --------------------------------------------------------------------------------------

# The value at a path of a JSON document on stdin: `json 0 counts SERVED_GEO`. Lists print their length. Fails where
# the document does not parse or has no such value.
json() {	# KEY...
	perl -MJSON::PP -e '
		local $/;
		my $value = eval { JSON::PP->new->decode(scalar <STDIN>) };
		die "no JSON: $@" unless defined $value;
		for my $key (@ARGV) {
			$value = ref $value eq "ARRAY" ? $value->[$key] : $value->{$key};
			die "no such value: @ARGV\n" unless defined $value;
		}
		print ref $value eq "ARRAY" ? scalar @$value : ref $value eq "HASH" ? "object" : $value, "\n"' "$@" 2>&1
}
