#!/bin/sh
# Makes the pictures in docs/screenshots anew: every page of the real window, light and dark, in a world
# of the laboratory, with recorded answers, a fixed home, language, time zone and size.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
	echo "screenshots: skipped: the laboratory makes network namespaces and needs root"
	exit 0
fi
for program in Xvfb openbox dbus-daemon xdotool import xclip; do
	command -v $program >/dev/null 2>&1 || {
		echo "screenshots: skipped: $program is not installed; see tools/install.sh window"
		exit 0
	}
done
mkdir -p docs/screenshots
WINDOW_SCREENSHOTS="$PWD/docs/screenshots" WINDOW_BINARY="${WINDOW_BINARY:-}" \
	go test -tags lab ./lab/window -count=1 -timeout 10m -run 'TestScreenshots'
ls -l docs/screenshots
