#!/bin/sh
# Runs every native fuzz target in turn for the time given, 20 s by default.
set -u
cd "$(dirname "$0")/.."
time=${1:-20s}
bad=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for file in $(grep -rl --include='*_test.go' '^func Fuzz' app diagnostics platform resources); do
	package=./$(dirname "$file")
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file"); do
		echo "fuzz: $package $target for $time"
		CGO_ENABLED=0 go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "$time" >"$out" 2>&1 || {
			# Go sometimes reports the end of the time itself as a failure (golang/go#75804).
			if grep -q 'Failing input\|panic' "$out" || ! grep -q 'context deadline exceeded' "$out"; then
				bad=1
			fi
		}
		tail -n 20 "$out"
	done
done
exit $bad
