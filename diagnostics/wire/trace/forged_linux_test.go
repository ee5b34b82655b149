package trace

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// TestForgedErrors offers errors from the queue that are not about this trace's probes.
func TestForgedErrors(t *testing.T) {
	const seq, id = 4711, 77
	tok := newToken()
	good := notice{isError: true, typ: exceeded4, from: hop4}
	local, refused, nobody := good, good, good
	local.isError, local.local = false, true
	refused.typ, refused.code = unreachable4, codePort4
	nobody.from = netip.Addr{}
	datagram, other := tok.body(seq, 0, false), newToken().body(seq, 0, false)
	echo := tok.echo(seq, id, 0, false)
	tests := []struct {
		name string
		way  string
		b    []byte
		to   netip.Addr
		m    notice
		ok   bool
		kind kind
	}{
		{"datagram", methodUDP, datagram, target4, good, true, exceeded},
		{"another trace's datagram", methodUDP, other, target4, good, false, 0},
		{"a datagram to somebody else", methodUDP, datagram, hop4, good, false, 0},
		{"this computer's own error", methodUDP, datagram, target4, local, false, 0},
		{"from nobody", methodUDP, datagram, target4, nobody, false, 0},
		{"a router's refusal of the port", methodUDP, datagram, target4, refused, true, unreachable},
		{"echo", methodPing, echo, target4, good, true, exceeded},
		{"the least quote of an echo", methodPing, echo[:8], target4, good, true, exceeded},
		{"another trace's echo", methodPing, newToken().echo(seq, id, 0, false), target4, good, false, 0},
		{"raw echo", methodRaw, echo, target4, good, true, exceeded},
		{"another program's echo", methodRaw, tok.echo(seq, id+1, 0, false), target4, good, false, 0},
	}
	for _, x := range tests {
		c := &packets{target: target4, way: x.way, token: tok, socks: []packetSocket{{-1, id}}}
		a, ok := c.quoted(0, x.b, x.to, portUDP, x.m)
		if ok != x.ok || ok && (a.seq != seq || a.kind != x.kind || a.nameless) {
			t.Errorf("%s: %+v, %v", x.name, a, ok)
		}
	}
	c := &packets{target: target4, way: methodUDP, token: tok, socks: []packetSocket{{-1, id}}}
	if a, ok := c.quoted(0, nil, target4, portUDP+3, good); !ok || !a.nameless || a.port != portUDP+3 {
		t.Errorf("nothing quoted but the header: %+v, %v", a, ok)
	}
	m := good
	m.from = target4
	m.typ, m.code = unreachable4, codePort4
	if a, ok := c.quoted(0, datagram, target4, portUDP, m); !ok || a.kind != reached {
		t.Errorf("the target's refusal of the port: %+v, %v", a, ok)
	}
}

func TestForgedReplies(t *testing.T) {
	const seq, id = 4711, 77
	tok := newToken()
	echo := tok.echo(seq, id, 0, false)
	echo[0] = echoReply4
	c := &packets{target: target4, way: methodPing, token: tok, socks: []packetSocket{{-1, id}}}
	if a, ok := c.direct(0, echo, target4, notice{}); !ok || a.seq != seq || a.kind != reached {
		t.Errorf("%+v, %v", a, ok)
	}
	if _, ok := c.direct(0, echo, hop4, notice{}); ok {
		t.Error("somebody else answers for the target")
	}
	if _, ok := c.direct(0, echo[:8], target4, notice{}); ok {
		t.Error("a reply without its body")
	}
	c.way = methodRaw
	if _, ok := c.direct(0, echo, target4, notice{}); ok {
		t.Error("an echo in place of an IP header")
	}
	if a, ok := c.direct(0, ipPacket(target4, echo), target4, notice{}); !ok || a.seq != seq {
		t.Errorf("raw: %+v, %v", a, ok)
	}
}

// FuzzQuoted feeds the reader of quoted packets.
func FuzzQuoted(f *testing.F) {
	tok := token(0x12345678)
	f.Add(tok.body(1, 0, false), true, byte(11), byte(0))
	f.Add(tok.echo(1, 2, 0, false), false, byte(3), byte(1))
	f.Fuzz(func(t *testing.T, b []byte, udp bool, typ, code byte) {
		c := &packets{target: target4, way: methodRaw, token: tok, socks: []packetSocket{{-1, 2}}}
		if udp {
			c.way = methodUDP
		}
		m := notice{isError: true, typ: int(typ), code: int(code), from: hop4, offset: int(code)}
		if a, ok := c.quoted(0, b, target4, portUDP, m); ok && a.kind == reached {
			t.Errorf("% x: a router passes for the target: %+v", b, a)
		}
		if _, ok := c.direct(0, b, hop4, m); ok {
			t.Errorf("% x: somebody else's reply was believed", b)
		}
	})
}

func TestPacketLife(t *testing.T) {
	for _, six := range []bool{false, true} {
		messages, err := unix.ParseSocketControlMessage(lifeMessage(7, six))
		if err != nil || len(messages) != 1 || messages[0].Data[0]+messages[0].Data[3] != 7 {
			t.Errorf("%+v, %v", messages, err)
		}
	}
}
