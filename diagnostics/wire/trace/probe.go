package trace

import (
	"encoding/binary"
	"math/rand/v2"
)

// The body of a probe: a number that only this trace knows, the probe's own number, and its
// complement, which keeps the checksum of all probes of a flow the same. Echoes have their number in the
// header, so their body has a constant in its place.
const (
	bodySize = 8
	echoMark = 0x574d
)

// token marks the probes of one trace; whoever forges an answer has to guess it.
type token uint32

func newToken() token { return token(rand.Uint32() | 1) }

// Header lengths.
const (
	ip4Header = 20
	ip6Header = 40
	udpHeader = 8 // also that of an ICMP echo
)

// body makes what follows the UDP or ICMP echo header of a probe that is size bytes long with its IP
// header.
func (t token) body(seq uint16, size int, six bool) []byte {
	header := ip4Header + udpHeader
	if six {
		header = ip6Header + udpHeader
	}
	b := make([]byte, max(bodySize, size-header))
	binary.BigEndian.PutUint32(b, uint32(t))
	binary.BigEndian.PutUint16(b[4:], seq)
	binary.BigEndian.PutUint16(b[6:], ^seq)
	return b
}

// Types of ICMP messages (RFC 792, RFC 4443).
const (
	echoReply4, echoRequest4         = 0, 8
	unreachable4, exceeded4          = 3, 11
	echoReply6, echoRequest6         = 129, 128
	unreachable6, tooBig6, exceeded6 = 1, 2, 3
	codePort4, codeFragment4         = 3, 4
	codePort6                        = 4
	echoHeader                       = 8
)

// echo makes an ICMP echo request. The kernel fills the identifier of ping sockets, and the checksum
// of all but raw IPv4 ones, which is also made here.
func (t token) echo(seq, id uint16, size int, six bool) []byte {
	body := t.body(seq, size, six)
	binary.BigEndian.PutUint16(body[4:], echoMark)
	b := make([]byte, echoHeader, echoHeader+len(body))
	if b[0] = echoRequest4; six {
		b[0] = echoRequest6
	}
	binary.BigEndian.PutUint16(b[4:], id)
	binary.BigEndian.PutUint16(b[6:], seq)
	b = append(b, body...)
	if !six {
		binary.BigEndian.PutUint16(b[2:], checksum(b))
	}
	return b
}

// readEcho finds a probe's number in an echo, its reply, or what was quoted of it. The identifier
// counts only where the kernel has not looked at it.
func (t token) readEcho(b []byte, typ byte, id uint16, checkID bool) (seq uint16, ok bool) {
	if len(b) < echoHeader || b[0] != typ || b[1] != 0 || checkID && binary.BigEndian.Uint16(b[4:]) != id {
		return 0, false
	}
	seq = binary.BigEndian.Uint16(b[6:])
	if len(b) < echoHeader+bodySize { // routers need not quote more than the header (RFC 792)
		return seq, len(b) == echoHeader
	}
	body := b[echoHeader:]
	return seq, binary.BigEndian.Uint32(body) == uint32(t) && binary.BigEndian.Uint16(body[4:]) == echoMark && binary.BigEndian.Uint16(body[6:]) == ^seq
}

// checksum is the internet checksum (RFC 1071).
func checksum(b []byte) uint16 {
	var sum uint32
	for len(b) > 1 {
		sum += uint32(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
