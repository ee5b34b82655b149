package platform

import (
	"encoding/binary"
	"net"
	"net/netip"
)

// Fields of an ARP packet for IPv4 over Ethernet (RFC 826).
const (
	arpSize    = 28
	arpIPv4    = 0x0800
	arpAsk     = 1
	arpReplies = 2
)

// arpRequest asks who holds target.
func arpRequest(mac net.HardwareAddr, own, target netip.Addr) []byte {
	b := make([]byte, arpSize)
	binary.BigEndian.PutUint16(b, 1) // Ethernet
	binary.BigEndian.PutUint16(b[2:], arpIPv4)
	b[4], b[5] = 6, 4
	binary.BigEndian.PutUint16(b[6:], arpAsk)
	copy(b[8:], mac)
	copy(b[14:], own.AsSlice())
	copy(b[24:], target.AsSlice())
	return b
}

// parseARPReply returns who says that it holds addr.
func parseARPReply(b []byte, addr netip.Addr) (mac string, ok bool) {
	if len(b) < arpSize || binary.BigEndian.Uint16(b[2:]) != arpIPv4 || b[4] != 6 || b[5] != 4 || binary.BigEndian.Uint16(b[6:]) != arpReplies {
		return "", false
	}
	if from, _ := netip.AddrFromSlice(b[14:18]); from != addr {
		return "", false
	}
	return net.HardwareAddr(b[8:14]).String(), true
}
