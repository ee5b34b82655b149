package wire

import (
	"net/netip"

	"golang.org/x/sys/windows"
)

// Socket options of ws2ipdef.h.
const (
	ipTTL           = 4
	ipv6UnicastHops = 4
)

// setTTL limits how many hops the socket's packets may pass.
func setTTL(fd uintptr, to netip.Addr, ttl int) error {
	if to.Is4() {
		return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IP, ipTTL, ttl)
	}
	return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IPV6, ipv6UnicastHops, ttl)
}
