#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzzers with libFuzzer, ASan and UBSan: tests/fuzz/test_fuzz.sh [SECONDS [TARGET...]]
#
# Without arguments each target gets all its seeds and a fixed number of inputs made from them, the same each time. With
# SECONDS (`make fuzz`) each is fuzzed that long, from another seed each time, and what it finds worth keeping stays in
# build/fuzz/corpus. An input that breaks something is kept in build/fuzz/broken; to repeat: the command that is printed.
set -u

cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
seconds=${1:-}
[ $# -eq 0 ] || shift
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' HUP INT TERM
broken=$BUILD/fuzz/broken
mkdir -p "$broken"

# What files that are fuzzed may name, and what is valid.
seeds() {
	case $1 in
	pure) cp "$BUILD"/fuzz/valid/packet-* "$2" ;;
	zone) cp_all "$2" examples/*/*.zone tests/data/good*/*/*.zone ;;
	key) key_seeds "$2" ;;
	native) cp_all "$2" examples/*/geoxdp.conf tests/data/*-native/*/geoxdp.conf ;;
	pdns) cp_all "$2" examples/*/pdns.conf tests/data/good/*/pdns.conf tests/data/bad/*/pdns.conf ;;
	named) cp_all "$2" examples/*/named.conf tests/data/good/*/named.conf tests/data/bad/*/named.conf ;;
	gdnsd) cp_all "$2" examples/import-gdnsd/config ;;
	pdns-geoip) cp_all "$2" examples/import-pdns-geoip/geo.yaml ;;
	director) cp_all "$2" examples/*/*.map examples/*/maps/* tests/data/good*/*/maps/* tests/data/bad/*/maps/* ;;
	rbldnsd) cp_all "$2" examples/multi-zone/countries.rbldnsd tests/data/*/*/countries.rbldnsd ;;
	tor) head -n 20 /usr/share/tor/geoip > "$2/ipv4"; head -n 20 /usr/share/tor/geoip6 > "$2/ipv6" ;;
	mmdb) cp "$BUILD"/fuzz/valid/mmdb-* "$2" ;;
	csv) cp_all "$2" examples/*/*.csv tests/data/*/*/*.csv ;;
	rir) cp_all "$2" examples/nets-asn/delegated.txt ;;
	nets) cp_all "$2" examples/*/nets.txt examples/import-gdnsd/geoip/nets tests/data/*/*/nets.txt ;;
	detected) cp_all "$2" examples/nets-asn/*.txt examples/*/*.csv tests/data/*/*/countries.* ;;
	esac
}

# The key of all zeros in each form, which is nobody's, and no key.
key_seeds() {
	printf 'Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\nPrivateKey: %s=\nCreated: 20260101000000\n' \
		AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA > "$1/bind"
	printf -- '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n' \
		> "$1/pem"
	printf 'Private-key-format: v1.3\nAlgorithm: 8 (RSASHA256)\n' > "$1/rsa"
	for field in Modulus PublicExponent PrivateExponent Prime1 Prime2 Exponent1 Exponent2 Coefficient; do
		echo "$field: AQAB"
	done >> "$1/rsa"
}

# cp_all FOLDER FILE...: files of equal names beside each other
cp_all() {
	to=$1
	shift
	n=0
	for file in "$@"; do
		[ -f "$file" ] || continue
		n=$((n + 1))
		cp "$file" "$to/$n"
	done
}

fuzz() {
	target=$1
	program=$BUILD/fuzz/reader runs=3000
	if [ "$target" = pure ]; then
		program=$BUILD/fuzz/pure runs=300000
	elif [ "$target" = key ]; then
		runs=500	# with public-key arithmetic in each
	fi
	mkdir -p "$folder/$target/seeds" "$folder/$target/files"
	cp -r tests/data/good-native/plain/. tests/data/good/plain/. examples/import-gdnsd/geoip examples/import-gdnsd/zones \
		"$folder/$target/files/"
	seeds "$target" "$folder/$target/seeds"
	n_seeds=$(find "$folder/$target/seeds" -type f | wc -l)
	if [ -n "$seconds" ]; then
		mkdir -p "$BUILD/fuzz/corpus/$target"
		"$program" "--reader=$target" "--folder=$folder/$target/files" -max_total_time="$seconds" -timeout=20 \
			-rss_limit_mb=2048 -artifact_prefix="$broken/$target-" \
			"$BUILD/fuzz/corpus/$target" "$folder/$target/seeds"
	else
		"$program" "--reader=$target" "--folder=$folder/$target/files" -runs="$runs" -seed=1 -timeout=20 \
			-rss_limit_mb=2048 -artifact_prefix="$broken/$target-" "$folder/$target/seeds"
	fi > "$folder/log" 2>&1
	status=$?
	done_runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$folder/log")
	count=$((count + 1))
	if [ "$status" -eq 0 ] && [ "$n_seeds" -gt 0 ] && [ "${done_runs:-0}" -ge "$n_seeds" ]; then
		echo "ok $count - $target: $n_seeds seeds, $done_runs inputs"
		return
	fi
	echo "not ok $count - $target: $n_seeds seeds, ${done_runs:-0} inputs"
	grep -v '^#[0-9]' "$folder/log" | tail -n 45 >&2
	echo "to repeat: mkdir -p /tmp/f && $program --reader=$target --folder=/tmp/f $broken/$target-..." >&2
	failed=1
}

count=0 failed=0
[ $# -gt 0 ] || set -- pure zone key native pdns named gdnsd pdns-geoip director rbldnsd tor mmdb csv rir nets detected
echo "1..$#"
for target in "$@"; do
	fuzz "$target"
done
exit "$failed"
