#!/bin/sh
# Runs everything that can be run here, one step after another; a failed step does not stop the
# others. At the end it lists what failed and what was skipped, and why. All that the tests print is
# in dist/*.log.
set -u
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
failed=
skipped=

step() { # step NAME COMMAND…
	name=$1
	shift
	printf '\n== %s\n' "$name"
	start=$(date +%s)
	if "$@"; then
		printf -- '-- %s: passed in %s s\n' "$name" $(($(date +%s) - start))
	else
		printf -- '-- %s: FAILED after %s s\n' "$name" $(($(date +%s) - start))
		failed="$failed
  $name"
	fi
}

skip() { # skip NAME REASON
	printf '\n== %s: skipped: %s\n' "$1" "$2"
	skipped="$skipped
  $1: $2"
}

format() {
	odd=$(gofmt -l app diagnostics platform resources lab bench ./*.go 2>&1)
	[ -z "$odd" ] || { echo "gofmt would change:"; echo "$odd"; return 1; }
}

# The tag ci gives the window Fyne's driver for tests, which needs neither cgo nor a display.
vet() {
	for os in linux windows; do
		echo "go vet for $os"
		GOOS=$os go vet -tags ci ./... || return 1
	done
	echo "go vet for darwin"
	GOOS=darwin go vet -tags ci -modfile "$(tools/darwin.sh)" ./... || return 1
	echo "go vet for linux, small build, with the laboratory"
	GOOS=linux go vet -tags lab ./...
}

# recorded runs verbose tests, shows what matters of their output and notes what they skipped.
recorded() { # recorded LOG COMMAND…
	log=$1
	shift
	"$@" >"$log" 2>&1
	code=$?
	if [ $code = 0 ]; then
		grep '^ok' "$log"
	else
		# What the failed tests wrote, and what belongs to no test.
		awk '
			NR == FNR { if ($0 ~ /^ *--- FAIL/) bad[$3]; next }
			/^=== / { test = $3; next }
			/^(---|PASS|FAIL|ok|panic: |fatal error: )/ { test = "" }
			/^ *--- (PASS|SKIP)|^PASS|^\? / { next }
			test == "" || test in bad' "$log" "$log"
		echo "everything that was written: $log"
	fi
	# The last line that a test wrote before it was skipped is its reason.
	reasons=$(awk '
		/^=== / { test = $3 }
		/^ *[A-Za-z_0-9]+\.go:[0-9]+: / { sub(/^ *[A-Za-z_0-9]+\.go:[0-9]+: /, ""); said[test] = $0 }
		/^ *--- SKIP/ { why = said[$3]; if (n[why]++ == 0) first[why] = $3 }
		END { for (why in n) print "  " first[why] (n[why] > 1 ? " and " n[why] - 1 " more" : "") ": " why }' "$log" | sort)
	[ -z "$reasons" ] || skipped="$skipped
$reasons"
	return $code
}

# laboratory shows the table also when everything is well.
laboratory() {
	recorded dist/laboratory.log go test -p 1 -tags lab ./lab ./lab/cmd/... ./lab/wire/... -count=1 -v -timeout 30m
	code=$?
	[ $code != 0 ] || awk '/^ *scenario +expected /, /^ *no answer, or a wrong exit code: / { sub(/^ +/, ""); print }' dist/laboratory.log
	return $code
}

size() {
	go build -trimpath -ldflags '-s -w' -o dist/waymend . && ls -l dist/waymend
}

step "format" format
step "vet" vet
mkdir -p dist
step "small build" size

if [ -x dist/tools/staticcheck ] && [ -x dist/tools/golangci-lint ]; then
	step "lint" tools/lint.sh
else
	skip "lint" "staticcheck and golangci-lint could not be built (no module proxy?)"
fi

# The step above has vetted.
step "tests, fuzz seeds and replays" recorded dist/tests.log go test -vet=off -tags ci -v ./...

if command -v gcc >/dev/null 2>&1; then
	step "race" recorded dist/race.log env CGO_ENABLED=1 \
		go test -vet=off -tags ci -v -race -skip "^TestHostile" ./diagnostics/... ./app/...
	skipped="$skipped
  TestHostile… under the race detector: they measure memory and time, which it multiplies"
else
	skip "race" "the race detector needs gcc"
fi

real= # why the parts below cannot be run here
if [ "$(uname -s)" != Linux ]; then
	real="it needs Linux"
elif [ "$(id -u)" != 0 ]; then
	real="it needs root: sudo make test"
elif ! unshare -n true 2>/dev/null; then
	real="network namespaces are not allowed here"
fi

# part NAME PROGRAM COMMAND… runs one that needs namespaces and, besides, a program.
part() {
	name=$1
	program=$2
	shift 2
	if [ -n "$real" ]; then
		skip "$name" "$real"
	elif ! command -v "$program" >/dev/null 2>&1; then
		skip "$name" "$program could not be installed; see the list of packages in tools/install.sh"
	else
		step "$name" "$@"
	fi
}

part "laboratory" nginx laboratory
# The rarest cases need many rounds: all of them are for "make long".
part "routes" traceroute recorded dist/route.log go test -short -tags lab ./lab/route -count=1 -v -timeout 15m
part "window" xdotool recorded dist/window.log env CGO_ENABLED=1 go test -tags lab ./lab/window -count=1 -v -timeout 15m
part "tray" xfce4-panel recorded dist/tray.log go test -tags lab ./lab/tray -count=1 -v -timeout 5m
part "monitoring" ip recorded dist/monitoring.log unshare -n sh -c 'ip link set lo up; exec go test -tags lab ./lab/export -count=1 -v -timeout 5m'
part "booted system" debootstrap lab/remedies/system.sh
part "service" systemd-nspawn recorded dist/service.log go test -tags lab ./lab/service -count=1 -v -timeout 10m
part "remedies" dnsmasq recorded dist/remedies.log go test -tags lab ./lab/remedies -count=1 -v -timeout 15m
part "real browsers" firefox-esr recorded dist/browsers.log env CLEAN_CRASHES=5 \
	go test -tags browsers -run Real ./platform/browser/... ./platform/launch -count=1 -v -timeout 15m

skipped="$skipped
  most rounds of two tests: 38 of 50 random networks and 40 of 60 paths, 15 of 20 killed clearings (make long)"

printf '\n== Summary\n'
[ -z "$skipped" ] || printf 'Skipped:%s\n' "$skipped"
if [ -n "$failed" ]; then
	printf 'FAILED:%s\n' "$failed"
	exit 1
fi
echo "Everything that ran passed."
