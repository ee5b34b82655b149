#!/bin/sh
# Runs the laboratory (as root) and keeps its examinations as app/report/testdata/recorded.zip, so
# that the judge is tested against all of them wherever Go runs.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
LAB_KEEP="$dir/kept" LAB_RESULTS="$dir/results.jsonl" go test -tags lab ./lab -run TestScenarios -count=1 -timeout 30m
go run ./lab/cmd/record "$dir" app/report/testdata/recorded.zip
