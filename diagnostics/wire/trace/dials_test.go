package trace

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"
)

// TestDials connects to a listener and to a port that nobody listens on: both answer.
func TestDials(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Skip("no loopback here: ", err)
	}
	open := l.Addr().(*net.TCPAddr).AddrPort()
	shut, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := shut.Addr().(*net.TCPAddr).AddrPort()
	_ = shut.Close()
	defer l.Close()
	for _, to := range []netip.AddrPort{open, closed} {
		c := newDials(Options{Target: to.Addr()})
		if _, err := c.send(probe{ttl: 1, seq: 7, port: to.Port()}); err != nil {
			t.Fatal(err)
		}
		var got []answer
		for end := time.Now().Add(5 * time.Second); len(got) == 0 && time.Now().Before(end); {
			if err := c.receive(context.Background(), end, func(a answer) { got = append(got, a) }); err != nil {
				t.Fatal(err)
			}
		}
		if len(got) != 1 || got[0].seq != 7 || got[0].kind != reached || got[0].from != to.Addr() || got[0].rtt <= 0 {
			t.Errorf("%s: %+v", to, got)
		}
		c.close()
	}
}
