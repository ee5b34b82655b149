package wire

import (
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

func setMSS(fd uintptr, mss int) error {
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, mss)
}

func setTTL(fd uintptr, ttl int, to netip.Addr) error {
	if to.Is4() {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TTL, ttl)
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, ttl)
}

func bindToLink(fd uintptr, link string, to netip.Addr) error {
	i, err := net.InterfaceByName(link)
	if err != nil {
		return err
	}
	if to.Is4() {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BOUND_IF, i.Index)
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_BOUND_IF, i.Index)
}
