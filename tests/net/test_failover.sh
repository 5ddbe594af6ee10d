#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# examples/failover as it is, run by `geoxdp run`: its checks look at machines that come and go, and clients follow.
# Changed are only the interface, the folder of the flags, and the times, which are shorter.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/run.sh"

network_start
mkdir -p "$work/conf" "$work/flags" "$work/state" "$work/www"
cp examples/failover/* "$work/conf"
conf=$work/conf/geoxdp.conf
sed -i "s/eth0/ns0/; s#/var/lib/geoxdp/{site}#$work/flags/{site}#; s/interval: 5s/interval: 200ms/; s/down: 2/down: 2, interval: 500ms/" "$conf"
is 'nothing else was changed' "$(diff "$conf" examples/failover/geoxdp.conf | grep -c '^<')" 4

# --- the machines of the sites -----------------------------------------------------------------------

machines='198.51.100.1 198.51.100.2 203.0.113.1 203.0.113.2 203.0.113.129'
borders='198.51.100.254 203.0.113.126'
for address in $machines $borders; do
	in_server ip addr add "$address/32" dev lo
done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key" -out "$work/cert" -days 2 \
	-subj /CN=www.example.com -addext subjectAltName=DNS:www.example.com 2> /dev/null || bail_out 'openssl: no certificate'
export SSL_CERT_FILE=$work/cert
printf 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nok\n' > "$work/www/health"

declare -A pids
machine_up() {	# ADDRESS
	(cd "$work/www" && exec nsenter --net=/run/netns/server openssl s_server -quiet -accept "$1:443" -HTTP \
		-cert "$work/cert" -key "$work/key" > /dev/null 2>&1) &
	pids[$1]=$!
}
border_up() {	# ADDRESS
	nsenter --net=/run/netns/server perl -MIO::Socket::INET -e '
		my $socket = IO::Socket::INET->new(LocalAddr => shift, LocalPort => 179, Listen => 9, ReuseAddr => 1) or die;
		1 while $socket->accept' "$1" &
	pids[$1]=$!
}
gone() {	# ADDRESS
	kill "${pids[$1]}"
	wait "${pids[$1]}" 2> /dev/null
}
for address in $machines; do machine_up "$address"; done
for address in $borders; do border_up "$address"; done
flag() { echo "$2" > "$work/flags/$1.new" && mv "$work/flags/$1.new" "$work/flags/$1.state"; }
listening() { [ "$(in_server ss -Htln 'sport = :443 or sport = :179' | wc -l)" -eq 7 ]; }
soon listening || bail_out 'the machines do not listen'

# What a client in Germany gets; the sources of the example say where clients are.
asked() { dig_server -b $nowhere4 +subnet="${2:-192.0.2.10}" "$1.example.com" | digest | sed -n 's/^an [a-z]* //p' | sort | paste -sd ' '; }
gets() { [ "$(asked "$1")" = "$2" ]; }
becomes() {	# NAME OWNER ANSWER
	soon gets "$2" "$3"
	is "$1" "$(asked "$2")" "$3"
}

# --- up ----------------------------------------------------------------------------------------------

run_start -c "$conf"
eventually 'ready' is_told READY=1
both='300 A 198.51.100.1 300 A 198.51.100.2'
becomes 'all is up' www "$both"
sleep 1.5
is 'and stays so: every check succeeds' "$(asked www) $(geoxdp status --json | json 0 units)" "$both 0"
like 'status tells who looks' "$(geoxdp status)" '^  service        `geoxdp run`$'

# --- a machine, a site, both sites, all ----------------------------------------------------------------

gone 198.51.100.1
becomes 'a machine that is gone is left away' www '300 A 198.51.100.2'
eventually 'the log tells why' says 'target web 198\.51\.100\.1 is down: web https://www\.example\.com/health at 198\.51\.100\.1: '
like 'and explain' "$(geoxdp explain 192.0.2.10 www.example.com)" '^not up: web 198\.51\.100\.1 \(down\)$'
printf 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nbroken\n' > "$work/www/health"
becomes 'pages that are wrong everywhere: the last resort' www '300 A 192.0.2.200'
printf 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nok\n' > "$work/www/health"
machine_up 198.51.100.1
becomes 'all is up again' www "$both"
gone 198.51.100.254
becomes 'the border of a site: its clients go to the next one' www '300 A 203.0.113.1 300 A 203.0.113.2'
flag us down
becomes 'people write down into a flag: the reserve' www '300 A 203.0.113.129'
flag reserve down
becomes 'all: the last resort' www '300 A 192.0.2.200'
becomes 'with CNAMEs too' geo '300 CNAME sorry 3600 A 192.0.2.200'
rm "$work/flags/us.state"
becomes 'a flag is removed' www '300 A 203.0.113.1 300 A 203.0.113.2'
border_up 198.51.100.254
flag reserve up
becomes 'all is back' www "$both"

# --- weights ---------------------------------------------------------------------------------------

spread() { for i in {1..40}; do asked images "10.9.$i.0/24"; done | sort | uniq -c | awk '{ n[$4] = $1 } END { print n["198.51.100.1"] + 0, n["198.51.100.2"] + 0, n["203.0.113.1"] + 0 }'; }
read -r first second third < <(spread)
like "images is spread by weights: $first, $second, $third of 40" \
	"$((first + second + third)) $((first > second && second > 0 && third > 0))" '^40 1$'
is 'the same client gets the same' "$(for i in {1..9}; do asked images 10.9.1.0/24; done | sort -u | wc -l)" 1
geoxdp drain -q eu 2> /dev/null
read -r first second third < <(spread)
is 'drained, all go to the other site' "$first $second $third" '0 0 40'
is 'meanwhile answers have the lower TTL' "$(asked www)" '10 A 203.0.113.1 10 A 203.0.113.2'
geoxdp undrain -q eu

run_end
is 'it ends well' $ended 0
done_testing
