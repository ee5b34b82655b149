package trace

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
)

var (
	target4 = netip.MustParseAddr("203.0.113.1")
	target6 = netip.MustParseAddr("2001:db8::1")
	hop4    = netip.MustParseAddr("10.0.0.2")
	hop6    = netip.MustParseAddr("fd00::2")
)

// ipPacket puts an IP header before an ICMP message from here to an address.
func ipPacket(to netip.Addr, body []byte) []byte {
	if to.Is6() {
		b := make([]byte, ip6Header)
		b[0], b[6] = 0x60, 58
		a := to.As16()
		copy(b[24:], a[:])
		return append(b, body...)
	}
	b := make([]byte, ip4Header)
	b[0], b[9] = 0x45, 1
	a := to.As4()
	copy(b[16:], a[:])
	return append(b, body...)
}

// icmpError is an error about a packet.
func icmpError(typ, code byte, quoted []byte) []byte {
	return append([]byte{typ, code, 0, 0, 0, 0, 0, 0}, quoted...)
}

func TestMessage(t *testing.T) {
	const id, seq = 77, 4711
	tok := newToken()
	echo4, echo6 := tok.echo(seq, id, 0, false), tok.echo(seq, id, 0, true)
	reply4, reply6 := slices.Clone(echo4), slices.Clone(echo6)
	reply4[0], reply6[0] = echoReply4, echoReply6
	change := func(b []byte, at int) []byte {
		b = slices.Clone(b)
		b[at] ^= 1
		return b
	}
	tests := []struct {
		name   string
		b      []byte
		from   netip.Addr
		target netip.Addr
		want   kind
		ok     bool
	}{
		{"reply", reply4, target4, target4, reached, true},
		{"reply 6", reply6, target6, target6, reached, true},
		{"reply of somebody else", reply4, hop4, target4, reached, false},
		{"reply with a wrong token", change(reply4, 9), target4, target4, reached, false},
		{"reply with a wrong number", change(reply4, 7), target4, target4, reached, false},
		{"reply with a wrong identifier", change(reply4, 5), target4, target4, reached, false},
		{"reply without its body", reply4[:8], target4, target4, reached, false},
		{"time exceeded", icmpError(11, 0, ipPacket(target4, echo4)), hop4, target4, exceeded, true},
		{"time exceeded 6", icmpError(3, 0, ipPacket(target6, echo6)), hop6, target6, exceeded, true},
		{"the least quote", icmpError(11, 0, ipPacket(target4, echo4[:8])), hop4, target4, exceeded, true},
		{"the least quote, padded", icmpError(11, 0, append(ipPacket(target4, echo4[:8]), make([]byte, 100)...)), hop4, target4, exceeded, true},
		{"reassembly", icmpError(11, 1, ipPacket(target4, echo4)), hop4, target4, exceeded, false},
		{"about another target", icmpError(11, 0, ipPacket(hop4, echo4)), hop4, target4, exceeded, false},
		{"forged token", icmpError(11, 0, ipPacket(target4, change(echo4, 10))), hop4, target4, exceeded, false},
		{"forged identifier", icmpError(11, 0, ipPacket(target4, change(echo4[:8], 4))), hop4, target4, exceeded, false},
		{"about a reply", icmpError(11, 0, ipPacket(target4, reply4)), hop4, target4, exceeded, false},
		{"prohibited", icmpError(3, 13, ipPacket(target4, echo4)), hop4, target4, unreachable, true},
		{"no route 6", icmpError(1, 0, ipPacket(target6, echo6)), hop6, target6, unreachable, true},
		{"too big", icmpError(3, 4, ipPacket(target4, echo4)), hop4, target4, tooBig, true},
		{"too big 6", icmpError(2, 0, ipPacket(target6, echo6)), hop6, target6, tooBig, true},
		{"redirect", icmpError(5, 0, ipPacket(target4, echo4)), hop4, target4, 0, false},
		{"nothing", nil, hop4, target4, 0, false},
		{"cut short", icmpError(11, 0, ipPacket(target4, echo4))[:30], hop4, target4, exceeded, false},
	}
	for _, x := range tests {
		a, ok := tok.message(x.b, x.from, x.target, id)
		if ok != x.ok || ok && (a.kind != x.want || a.seq != seq || a.from != x.from) {
			t.Errorf("%s: %+v, %v", x.name, a, ok)
		}
	}
}

func TestProbesOfAFlowLookAlike(t *testing.T) {
	tok := newToken()
	first := tok.echo(1, 9, 0, false)
	for _, seq := range []uint16{2, 255, 256, 65535, 0} {
		b := tok.echo(seq, 9, 0, false)
		if binary.BigEndian.Uint16(b[2:]) != binary.BigEndian.Uint16(first[2:]) || checksum(b) != 0 {
			t.Errorf("number %d: % x, first % x", seq, b, first)
		}
	}
	for _, six := range []bool{false, true} {
		header := ip4Header
		if six {
			header = ip6Header
		}
		if got := len(tok.echo(1, 9, 1280, six)) + header; got != 1280 {
			t.Errorf("IPv6 %v: a probe of 1280 bytes has %d", six, got)
		}
	}
}

func TestReadLabels(t *testing.T) {
	stack := []byte{0x20, 0, 0, 0, 0, 12, classMPLS, typeIncoming, 0x00, 0x06, 0x40, 0x01, 0xff, 0xff, 0xff, 0xfe}
	binary.BigEndian.PutUint16(stack[2:], checksum(stack))
	got := readLabels(stack)
	want := []Label{{Label: 100, TTL: 1}, {Label: 0xfffff, Class: 7, Last: true, TTL: 254}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	wrong := slices.Clone(stack)
	wrong[9] ^= 1
	version := slices.Clone(stack)
	version[0] = 0x10
	long := slices.Clone(stack)
	long[5], long[2], long[3] = 200, 0, 0
	for name, b := range map[string][]byte{"checksum": wrong, "version": version, "length": long, "empty": nil, "short": stack[:3]} {
		if got := readLabels(b); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestLabelsBehindTheQuote(t *testing.T) {
	tok := newToken()
	quoted := append(ipPacket(target4, tok.echo(5, 6, 0, false)), make([]byte, 128)...)[:128]
	b := icmpError(11, 0, quoted)
	b[5] = 128 / 4
	b = append(b, 0x20, 0, 0, 0, 0, 8, classMPLS, typeIncoming, 0, 1, 0x01, 5)
	a, ok := tok.message(b, hop4, target4, 6)
	if !ok || a.seq != 5 || !slices.Equal(a.labels, []Label{{Label: 16, Last: true, TTL: 5}}) {
		t.Errorf("%+v, %v", a, ok)
	}
}

func TestReadReply(t *testing.T) {
	reply4 := func(from netip.Addr, status uint32) []byte {
		b := make([]byte, 60)
		a := from.As4()
		copy(b, a[:])
		binary.NativeEndian.PutUint32(b[4:], status)
		return b
	}
	reply6 := func(from netip.Addr, status uint32) []byte {
		b := make([]byte, 60)
		a := from.As16()
		copy(b[6:], a[:])
		binary.NativeEndian.PutUint32(b[28:], status)
		return b
	}
	tests := []struct {
		b      []byte
		target netip.Addr
		want   answer
		ok     bool
	}{
		{reply4(target4, 0), target4, answer{kind: reached, from: target4}, true},
		{reply4(hop4, 0), target4, answer{}, false},
		{reply4(hop4, 11013), target4, answer{kind: exceeded, from: hop4}, true},
		{reply4(hop4, 11003), target4, answer{kind: unreachable, code: HostUnreachable, from: hop4}, true},
		{reply4(hop4, 11010), target4, answer{}, false},
		{reply4(netip.IPv4Unspecified(), 11013), target4, answer{}, false},
		{reply6(target6, 0), target6, answer{kind: reached, from: target6}, true},
		{reply6(hop6, 11013), target6, answer{kind: exceeded, from: hop6}, true},
		{reply6(hop6, 11004), target6, answer{kind: unreachable, code: Prohibited, from: hop6}, true},
		{reply4(hop4, 11009), target4, answer{kind: tooBig, from: hop4}, true},
		{nil, target4, answer{}, false},
	}
	for i, x := range tests {
		a, ok := readReply(x.b, x.target.Is6(), x.target)
		if ok != x.ok || ok && (a.kind != x.want.kind || a.code != x.want.code || a.from != x.want.from) {
			t.Errorf("%d: %+v, %v", i, a, ok)
		}
	}
}

func FuzzMessage(f *testing.F) {
	tok := token(0x12345678)
	f.Add(tok.echo(1, 2, 0, false), false)
	f.Add(icmpError(11, 0, ipPacket(target4, tok.echo(1, 2, 0, false))), false)
	f.Add(icmpError(3, 0, ipPacket(target6, tok.echo(1, 2, 0, true))), true)
	f.Fuzz(func(t *testing.T, b []byte, six bool) {
		from, target := hop4, target4
		if six {
			from, target = hop6, target6
		}
		a, ok := tok.message(b, from, target, 2)
		if ok && (a.from != from || a.kind == reached || len(a.labels) > maxLabels) {
			t.Errorf("% x: %+v", b, a)
		}
		if a, ok := tok.message(b, target, target, 2); ok && a.kind == reached && len(b) < echoHeader+bodySize && b[0] != unreachable4 && b[0] != unreachable6 {
			t.Errorf("% x: %+v", b, a)
		}
	})
}

func FuzzReadLabels(f *testing.F) {
	f.Add([]byte{0x20, 0, 0, 0, 0, 12, 1, 1, 0, 6, 0x40, 1, 0xff, 0xff, 0xff, 0xfe})
	f.Fuzz(func(t *testing.T, b []byte) {
		if list := readLabels(b); len(list)*4 > len(b) {
			t.Errorf("% x: %+v", b, list)
		}
	})
}

func FuzzReadReply(f *testing.F) {
	f.Add(make([]byte, 60), true)
	f.Fuzz(func(t *testing.T, b []byte, six bool) {
		target := target4
		if six {
			target = target6
		}
		if a, ok := readReply(b, six, target); ok && (!a.from.IsValid() || a.kind == reached && !sameAddr(a.from, target)) {
			t.Errorf("% x: %+v", b, a)
		}
	})
}
