#!/bin/sh
# Makes the file system of the booted system that the tests here start: Debian with systemd, its
# resolver, network and time services, NetworkManager, polkit and nscd. Once, a minute; needs root.
set -eu
dir=${1:-$(dirname "$0")/../../dist/system}
[ -d "$dir/usr/bin" ] && [ -e "$dir/etc/lab-is-ready" ] && exit 0
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
: >"$dir/etc/lab-is-ready"
