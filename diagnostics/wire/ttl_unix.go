//go:build unix

package wire

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// setTTL limits how many hops the socket's packets may pass.
func setTTL(fd uintptr, to netip.Addr, ttl int) error {
	if to.Is4() {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TTL, ttl)
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, ttl)
}
