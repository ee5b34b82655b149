package trace

import (
	"encoding/binary"
	"net/netip"
)

// message reads one ICMP message, without its IP header, as a socket hands it over that sees them all.
// It believes an error only if the packet that it quotes was an echo of this trace to its target.
func (t token) message(b []byte, from, target netip.Addr, id uint16) (a answer, ok bool) {
	six := target.Is6()
	if len(b) < echoHeader {
		return a, false
	}
	reply, request := byte(echoReply4), byte(echoRequest4)
	if six {
		reply, request = echoReply6, echoRequest6
	}
	a = answer{from: from, kind: reached}
	if b[0] == reply {
		if !sameAddr(from, target) || len(b) < echoHeader+bodySize {
			return a, false
		}
		a.seq, ok = t.readEcho(b, reply, id, true)
		return a, ok
	}
	if a.kind, a.code, ok = classify(int(b[0]), int(b[1]), six, sameAddr(from, target)); !ok {
		return a, false
	}
	if a.kind == tooBig {
		if a.mtu = int(binary.BigEndian.Uint16(b[6:])); six {
			a.mtu = int(min(binary.BigEndian.Uint32(b[4:]), 1<<16))
		}
	}
	quoted, words := b[echoHeader:], int(b[5])*4
	if six {
		words = int(b[4]) * 8
	}
	if a.kind != tooBig && words > 0 && words <= len(quoted) { // RFC 4884: the quote's length, then extensions
		a.labels = readLabels(quoted[words:])
		quoted = quoted[:words]
	}
	echo, ok := quotedEcho(quoted, target)
	if !ok {
		return a, false
	}
	a.seq, ok = t.readEcho(trimPadding(echo), request, id, true)
	return a, ok
}

// quotedEcho finds the ICMP part of a quoted packet to the target.
func quotedEcho(b []byte, target netip.Addr) ([]byte, bool) {
	if target.Is6() {
		if len(b) < ip6Header+echoHeader || b[0]>>4 != 6 || b[6] != 58 || netip.AddrFrom16([16]byte(b[24:40])) != target.WithZone("") {
			return nil, false
		}
		return b[ip6Header:], true
	}
	if len(b) < ip4Header || b[0]>>4 != 4 || b[9] != 1 || netip.AddrFrom4([4]byte(b[16:20])) != target {
		return nil, false
	}
	header := int(b[0]&15) * 4
	if header < ip4Header || len(b) < header+echoHeader {
		return nil, false
	}
	return b[header:], true
}

// trimPadding cuts a quote that holds nothing but zeros behind the header down to the header.
func trimPadding(b []byte) []byte {
	if len(b) > echoHeader && short(b[echoHeader:]) {
		return b[:echoHeader]
	}
	return b
}

// short reports whether a router quoted no more of a datagram than its header (RFC 792), if with
// padding (RFC 4884).
func short(b []byte) bool {
	for _, x := range b[:min(len(b), bodySize)] {
		if x != 0 {
			return false
		}
	}
	return true
}

// sameAddr compares without zones, which error queues leave out.
func sameAddr(a, b netip.Addr) bool { return a.WithZone("") == b.WithZone("") }
