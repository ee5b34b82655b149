#!/bin/sh
# Prints the -modfile with which the window can be type-checked for macOS on another system. There,
# Fyne has two functions in cgo only; a copy of it gets empty ones, which no program is linked with.
set -eu
cd "$(dirname "$0")/.."
out=dist/darwin
source=$(go list -m -f '{{.Dir}}' fyne.io/fyne/v2)
if [ ! -e $out/darwin.mod ] || [ go.mod -nt $out/darwin.mod ] || [ "$(cat $out/source 2>/dev/null)" != "$source" ]; then
	rm -rf $out
	mkdir -p $out
	cp -r "$source" $out/fyne
	chmod -R u+w $out/fyne
	printf '//go:build darwin && !cgo\n\npackage widget\n\nfunc isScrollerPageOnTap() bool { return false }\n' \
		>$out/fyne/internal/widget/scroller_darwin_nocgo.go
	printf '//go:build darwin && !cgo\n\npackage app\n\nimport "fyne.io/fyne/v2"\n\nfunc DefaultVariant() fyne.ThemeVariant { return 0 }\n\nfunc WatchTheme(func()) {}\n' \
		>$out/fyne/internal/app/theme_darwin_nocgo.go
	cp go.sum $out/darwin.sum
	cp go.mod $out/darwin.mod
	go mod edit -replace "fyne.io/fyne/v2=$PWD/$out/fyne" $out/darwin.mod
	echo "$source" >$out/source
fi
echo "$PWD/$out/darwin.mod"
