package trace

import (
	"encoding/binary"
	"net/netip"
)

// Status values of Windows' echo replies (ipexport.h).
const (
	statusSuccess    = 0
	statusNet        = 11002
	statusHost       = 11003
	statusProtocol   = 11004 // for IPv6: prohibited
	statusPort       = 11005
	statusTooBig     = 11009
	statusTTLExpired = 11013
	statusHopLimit   = 11036
)

// Layout of ICMP_ECHO_REPLY and of ICMPV6_ECHO_REPLY, whose address structure is packed.
const (
	reply6Addr, reply6Status = 6, 28
	reply4Status             = 4
)

// readReply reads what Windows reports of one echo.
func readReply(b []byte, six bool, target netip.Addr) (a answer, ok bool) {
	if len(b) < reply6Status+8 {
		return a, false
	}
	var status uint32
	if six {
		a.from, status = netip.AddrFrom16([16]byte(b[reply6Addr:])), binary.NativeEndian.Uint32(b[reply6Status:])
	} else {
		a.from, status = netip.AddrFrom4([4]byte(b)), binary.NativeEndian.Uint32(b[reply4Status:])
	}
	if a.from.IsUnspecified() {
		return a, false
	}
	switch status {
	case statusSuccess:
		a.kind = reached
		return a, sameAddr(a.from, target)
	case statusTTLExpired, statusHopLimit:
		a.kind = exceeded
	case statusTooBig: // how much would fit is not told
		a.kind = tooBig
	case statusNet:
		a.kind, a.code = unreachable, NetUnreachable
	case statusHost:
		a.kind, a.code = unreachable, HostUnreachable
	case statusProtocol:
		if a.kind, a.code = unreachable, NoProtocol; six {
			a.code = Prohibited
		}
	case statusPort:
		a.kind, a.code = unreachable, PortUnreachable
	default:
		return a, false
	}
	return a, true
}
