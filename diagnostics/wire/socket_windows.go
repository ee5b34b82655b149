package wire

import (
	"math/bits"
	"net"
	"net/netip"

	"golang.org/x/sys/windows"
)

// Socket options that select the outgoing interface (ws2ipdef.h).
const (
	ipUnicastIf   = 31
	ipv6UnicastIf = 31
)

// setMSS fails: Windows lets TCP_MAXSEG only be read.
func setMSS(uintptr, int) error {
	return &stepError{Unsupported, "Windows cannot limit the segment size of a connection"}
}

func setTTL(fd uintptr, ttl int, to netip.Addr) error {
	if to.Is4() {
		return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IP, windows.IP_TTL, ttl)
	}
	return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IPV6, windows.IPV6_UNICAST_HOPS, ttl)
}

// bindToLink takes the index in network byte order for IPv4 and in the host's for IPv6
// (learn.microsoft.com, IPPROTO_IP and IPPROTO_IPV6 socket options).
func bindToLink(fd uintptr, link string, to netip.Addr) error {
	i, err := net.InterfaceByName(link)
	if err != nil {
		return err
	}
	if to.Is4() {
		return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IP, ipUnicastIf, int(bits.ReverseBytes32(uint32(i.Index))))
	}
	return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IPV6, ipv6UnicastIf, i.Index)
}
