#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Names of interfaces as they come: with the dot of a VLAN, which the BPF file system refuses, and with what stands for it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/run.sh"

network_start

vlan=eth0.100
in_server ip link set ns0 down
in_server ip link set ns0 name $vlan || bail_out 'no such name'
in_server ip link set $vlan up
in_server ip route add default dev $vlan

us='NOERROR qr aa rd
edns 0 1232
an geo 60 CNAME us
an us 300 A 192.0.2.20'
serves_us() { expect_dig "$1" SERVED_GEO "$us" -b $us4 geo.example.com; }
pinned() { ls $pins 2> /dev/null | paste -sd ' '; }

# --- a dot -----------------------------------------------------------------------------------------

is 'status before' "$(geoxdp status -i $vlan 2>&1)" "geoxdp status: $vlan: nothing is serving (\`geoxdp up\` starts)"
is 'up' "$(geoxdp up --pdns $cdn -i $vlan 2>&1)" \
	"$vlan: generation 1 attached in native mode: 9 names on 2 addresses"
is 'its pins' "$(pinned)" 'eth0%2e100'
like 'status has its name' "$(geoxdp status)" "^eth0\.100: native XDP, generation 1, [0-9]+ s old$"
is 'status --json too' "$(geoxdp status --json | json 0 interface)" $vlan
like 'status of it alone' "$(geoxdp status -i $vlan)" "^eth0\.100: native XDP, generation 1,"
serves_us 'it serves'
is 'a swap' "$(geoxdp up --pdns $cdn -i $vlan 2>&1)" \
	"$vlan: generation 2 swapped in in native mode: 9 names on 2 addresses"
serves_us 'the next generation serves'
like 'stats' "$(geoxdp stats)" 'eth0\.100'
is 'the counters went on' "$(counts | grep SERVED_GEO)" 'SERVED_GEO=2'
like 'query' "$(geoxdp query --from $us4 geo.example.com | tr -s ' \t' ' ')" '^us.example.com. 300 A 192.0.2.20$'
is 'drain' "$(geoxdp drain us.example.com. > "$work/drain" 2>&1; echo $?)" 0
is 'undrain' "$(geoxdp undrain us.example.com. > "$work/drain" 2>&1; echo $?)" 0
like 'rollback' "$(geoxdp rollback 2>&1)" '^eth0\.100: generation 1 '
serves_us 'the generation before serves'
is 'rollback --json' "$(geoxdp rollback --json 2 2> /dev/null | json 0 interface)" $vlan

# --- two of them -----------------------------------------------------------------------------------

other=eth0.200
in_server ip link add $other type veth peer name other1 || bail_out 'no such name'
in_server ip addr add 192.0.2.56/32 dev $other
is 'up on both' "$(geoxdp up --pdns $cdn -i $vlan -i $other 2>&1)" \
"$vlan: generation 3 swapped in in native mode: 9 names on 3 addresses
$other: generation 3 attached in native mode: 9 names on 3 addresses"
is 'their pins' "$(pinned)" 'eth0%2e100 eth0%2e200'
is 'status of both' "$(geoxdp status | sed -n 's/: native XDP.*//p' | paste -sd ' ')" "$vlan $other"
is 'down of one' "$(geoxdp down -i $other)" "$other: detached"
is 'has no pins left' "$(pinned)" 'eth0%2e100'
serves_us 'the other one serves on'
in_server ip link del $other

# --- the service -----------------------------------------------------------------------------------

mkdir -p "$work/state"
geoxdp import pdns $cdn -o "$work/geoxdp.conf" 2> "$work/import" || bail_out "import: $(cat "$work/import")"
printf 'server: {interfaces: [%s]}\n' $vlan >> "$work/geoxdp.conf"
at() { [ "$(generation)" = "$1" ]; }
run_start -c "$work/geoxdp.conf"
eventually 'run swaps' at 4
eventually 'and says where' says '^geoxdp run: .*eth0\.100'
is 'reload' "$(geoxdp reload > /dev/null 2>&1; echo $?)" 0
eventually 'swaps again' at 5
in_server ip addr add 192.0.2.57/32 dev $vlan
eventually 'so does an address that comes' at 6
serves_us 'it serves'
geoxdp down -q
fails 'down while it runs' 1 'nothing is serving' geoxdp status -i $vlan
run_end
is 'it ends' "$ended" 0
geoxdp up -q -c "$work/geoxdp.conf"
serves_us 'up attaches anew'

# --- what is said when it goes wrong ---------------------------------------------------------------

# Pins of another user's, without the right to open them all the same.
chown 65534 "$pins/eth0%2e100/link"
chmod 600 "$pins/eth0%2e100/link"
fails 'root is not told to be root' 1 \
	'^geoxdp status: eth0\.100: /.*/eth0%2e100/link: open: Permission denied \(root lacks a capability here, ' \
	in_server setpriv --bounding-set -all "$BUILD/geoxdp" status -i $vlan
is 'the folder of another is none of ours' "$(mkdir "$pins/a%b" && geoxdp status --json | json)" 1
rmdir "$pins/a%b"
in_server ip link del $vlan
fails 'the interface is gone' 1 '^geoxdp status: eth0\.100: the interface was removed' geoxdp status

# --- down ------------------------------------------------------------------------------------------

is 'down' "$(geoxdp down 2>&1)" "$vlan: detached"
is 'leaves no pins' "$(pinned)" ''

done_testing
