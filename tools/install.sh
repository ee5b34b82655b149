#!/bin/sh
# Installs what the asked step (run, desktop, lint, lab, window, test) needs on Debian and says what it does.
# Without root or sudo it only says what is missing; the steps that need it are skipped then.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'install: %s\n' "$*"; }

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo -n "$@"
	fi
}

may_install() {
	command -v apt-get >/dev/null 2>&1 &&
		{ [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

# packages installs the Debian packages that are missing. Servers that come with them must not
# start: the laboratory starts its own, in namespaces.
packages() {
	missing=
	for p in "$@"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	if ! may_install; then
		say "missing, and this account may not install:$missing"
		return 0
	fi
	say "apt-get install$missing"
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $policy ]; then
		as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy"
		trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT INT TERM
	fi
	as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null || say "apt-get update failed; trying with the lists that are there"
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >/dev/null ||
		say "apt-get install failed; the steps that need these packages are skipped"
}

# linters are built from the module in tools, so that the program's own go.mod stays small.
linters() {
	[ -x dist/tools/staticcheck ] && [ -x dist/tools/golangci-lint ] &&
		[ dist/tools/staticcheck -nt tools/go.mod ] && return 0
	say "building staticcheck and golangci-lint (once, a minute or two)"
	mkdir -p dist/tools
	CGO_ENABLED=0 go -C tools build -o ../dist/tools/ \
		honnef.co/go/tools/cmd/staticcheck \
		github.com/golangci/golangci-lint/v2/cmd/golangci-lint ||
		say "the linters could not be built; they are skipped"
}

# monitoring is what measurements are handed to in tests: Debian's Prometheus, unpacked but not installed,
# so that nothing starts, and a collector built from the module in tools/collector.
monitoring() {
	mkdir -p dist/tools
	if [ ! -x dist/tools/promtool ] && command -v apt-get >/dev/null 2>&1; then
		say "unpacking Debian's prometheus into dist/tools (20 MB)"
		room=$(mktemp -d)
		(cd "$room" && apt-get download -q prometheus >/dev/null 2>&1 && dpkg -x prometheus_*.deb . &&
			cp usr/bin/prometheus usr/bin/promtool "$OLDPWD/dist/tools/") || say "it cannot be had; its test is skipped"
		rm -rf "$room"
	fi
	if [ ! -x dist/tools/collector ] || [ tools/collector/go.mod -nt dist/tools/collector ]; then
		say "building an OpenTelemetry collector (once, a minute or two)"
		CGO_ENABLED=0 go -C tools/collector build -trimpath -ldflags '-s -w' -o ../../dist/tools/collector . ||
			say "the collector could not be built; its test is skipped"
	fi
}

if ! command -v go >/dev/null 2>&1; then
	say "Go is needed (1.26 or newer): https://go.dev/dl/" >&2
	exit 1
fi

lab_packages='iproute2 iptables nftables curl openssl dnsutils iputils-ping nginx-light
	haproxy apache2 varnish squid-openssl dnsmasq unbound faketime ethtool'

# What Fyne is built with and drawn by, and what its tests drive a real window with.
desktop_packages='gcc libc6-dev pkg-config libgl1-mesa-dev xorg-dev libgl1-mesa-dri'
window_packages="$desktop_packages xvfb openbox xdotool imagemagick dbus x11-utils xclip fonts-noto-cjk"

# The desktop that shows the tray and the notifications.
tray_packages='xfce4-panel xfconf dunst systemd'

# What the tests of mending work on, and the peers of the route.
mending_packages='chromium firefox-esr debootstrap udhcpc isc-dhcp-client dhcpcd-base nscd systemd-container traceroute mtr-tiny'

case "${1:-run}" in
run) say "nothing but Go is needed: $(go version)" ;;
# shellcheck disable=SC2086
desktop) packages $desktop_packages ;;
# shellcheck disable=SC2086
window) packages $lab_packages $window_packages $tray_packages ;;
lint) linters ;;
# shellcheck disable=SC2086
lab) packages $lab_packages ;;
test)
	# shellcheck disable=SC2086
	packages gcc libc6-dev $lab_packages $window_packages $tray_packages $mending_packages
	linters
	monitoring
	;;
*)
	say "unknown step $1" >&2
	exit 2
	;;
esac
