#!/bin/sh
# Makes the file system of the booted system that the tests here start: Debian with systemd, its
# resolver, network and time services, NetworkManager, polkit and nscd. Once, a minute; needs root.
set -eu
dir=${1:-$(dirname "$0")/../../dist/system}

# chrony is only unpacked beside, that of the machine: installed, it would take the place of systemd-timesyncd.
chrony() {
	[ -x "$dir/opt/chrony/usr/sbin/chronyd" ] && return 0
	(cd "$dir/tmp" && apt-get -q download chrony >/dev/null 2>&1 && dpkg -x chrony_*.deb ../opt/chrony && rm -f chrony_*.deb) ||
		echo "chrony could not be downloaded; its test is skipped"
}

if [ -d "$dir/usr/bin" ] && [ -e "$dir/etc/lab-is-ready" ]; then
	chrony
	exit 0
fi
rm -rf "$dir"
mkdir -p "$(dirname "$dir")"
debootstrap --variant=minbase \
	--include=systemd,systemd-sysv,dbus,libpam-systemd,polkitd,pkexec,systemd-resolved,systemd-timesyncd,network-manager,dnsmasq-base,nscd,iproute2,procps,util-linux \
	bookworm "$dir"
echo lab >"$dir/etc/hostname"
printf '127.0.0.1 localhost lab\n::1 localhost\n' >"$dir/etc/hosts"
chroot "$dir" useradd -m -u 1000 -s /bin/sh alice
chroot "$dir" useradd -m -u 1001 -s /bin/sh bob
chroot "$dir" systemctl enable systemd-networkd systemd-resolved
chroot "$dir" systemctl mask systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket \
	systemd-udev-trigger.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
	fstrim.timer console-getty.service systemd-networkd-wait-online.service NetworkManager-wait-online.service
: >"$dir/etc/machine-id"
chrony
: >"$dir/etc/lab-is-ready"
