#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every test that docs/conformance.md names for a rule is there.
cd "$(dirname "$0")/../.." || exit 1

tests=0 failed=0
for name in $(sed -n '/^## Rules and their tests/,$p' docs/conformance.md | sed '1,/^|---/d' | grep -o '`[a-z0-9_]*`' | tr -d '`'); do
	tests=$((tests + 1))
	# As a row of a table, as a function that is listed, or as a script.
	if grep -rEqs "(SERVED|PASSED)\(\"$name\"|(cmocka_unit_test|folder_test|TEST)[a-z_]*\(${name}[,)]" tests || [ -e "tests/net/$name.sh" ]; then
		echo "ok $tests - $name"
	else
		failed=$((failed + 1))
		echo "not ok $tests - $name is named in docs/conformance.md, and no test"
	fi
done
echo "1..$tests"
[ "$failed" -eq 0 ] && [ "$tests" -gt 50 ]
