#!/bin/sh
# Runs the linters that were built; see install.sh.
set -u
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
bad=0
if [ -x dist/tools/staticcheck ]; then
	for os in linux windows; do
		GOOS=$os dist/tools/staticcheck -tags ci ./... || bad=1
	done
	# Fyne needs cgo there; its part of the program is vetted with the copy that darwin.sh makes.
	GOOS=darwin dist/tools/staticcheck $(GOOS=darwin go list -e ./... | grep -v '/app/gui') || bad=1
	GOOS=linux dist/tools/staticcheck -tags lab ./lab/... ./bench/... || bad=1
fi
if [ -x dist/tools/golangci-lint ]; then
	dist/tools/golangci-lint run --build-tags ci ./... || bad=1
	dist/tools/golangci-lint run --build-tags lab ./lab/... ./bench/... || bad=1
fi
exit $bad
