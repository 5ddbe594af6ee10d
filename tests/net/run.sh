# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of `geoxdp run` share: a service in the server's namespace, its log, and a listener in systemd's place.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export GEOXDP_STATE=$work/state/state.json
control=$work/state/control
log=$work/log told=$work/told

as=()	# what the service is started by, such as setpriv

run_start() {	# OPTION...: with an empty log, and nothing told yet
	: > "$told"
	: > "$log"
	nsenter --net=/run/netns/server "${as[@]}" "$BUILD/geoxdp" run "$@" 2>> "$log" &
	run=$!
}

run_end() {	# [SIGNAL]; ended is its exit status
	kill -"${1:-TERM}" $run
	wait $run 2> /dev/null
	# shellcheck disable=SC2034
	ended=$?
}

soon() {	# COMMAND...: until it succeeds, at most ten seconds
	local try

	for ((try = 0; try < 200; try++)); do
		"$@" > /dev/null 2>&1 && return
		sleep 0.05
	done
	return 1
}

says() { grep -Eq -- "$1" "$log"; }		# the log
is_told() { grep -Eq -- "$1" "$told"; }		# systemd
site_of_us() { dig_server -b $us4 +time=1 geo.example.com | digest | sed -n 's/^an geo 60 CNAME //p'; }
serves() { [ "$(site_of_us)" = "$1" ]; }
generation() { geoxdp status --json 2> /dev/null | json 0 generation; }

# Send an octet string to the control socket: the reply, or after SECONDS without reading one.
ask() {	# OCTETS [SECONDS]
	in_server perl -MSocket -e '
	socket(my $socket, AF_UNIX, SOCK_STREAM, 0);
	connect($socket, sockaddr_un($ARGV[0])) or die "connect: $!";
	syswrite($socket, $ARGV[1]); $ARGV[2] ? sleep $ARGV[2] : print(<$socket>)' "$control" "$@"
}

# A build, caught at its beginning, once it runs on its own: it stands still until it is let go, or ended.
catch_build() {
	local name verb=

	kill -HUP $run
	while [ "$verb" != up ]; do
		read -r child < "/proc/$run/task/$run/children"
		[ -n "$child" ] && { read -r -d '' name; read -r -d '' verb; } < "/proc/$child/cmdline"
	done 2> /dev/null
	kill -STOP "$child"
}

eventually() {	# NAME COMMAND...
	local name=$1

	shift
	if soon "$@"; then
		ok "$name"
	else
		not_ok "$name" "$* is not so; US gets $(site_of_us); the log ends:
$(tail -n 12 "$log")"
	fi
}

# What systemd would be told, a line for each message.
export NOTIFY_SOCKET=$work/notify
perl -MSocket -e '
	socket(my $socket, AF_UNIX, SOCK_DGRAM, 0);
	bind($socket, sockaddr_un($ARGV[0])) or die "notify: $!";
	$| = 1;
	while (defined recv($socket, my $text, 4096, 0)) { $text =~ tr/\n/ /; print "$text\n" }' \
	"$NOTIFY_SOCKET" >> "$told" &
soon test -S "$NOTIFY_SOCKET" || bail_out 'no socket to be told on'
