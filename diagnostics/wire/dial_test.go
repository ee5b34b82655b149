package wire

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"
)

// listen opens a TCP port on loopback and serves every connection by f.
func listen(t testing.TB, f func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				f(c)
			}()
		}
	}()
	return addrPort(l.Addr())
}

// dial connects to a listener of the test.
func dial(t testing.TB, a netip.AddrPort) net.Conn {
	t.Helper()
	conn, c := Dial(context.Background(), a, DialOptions{})
	if conn == nil {
		t.Fatalf("%+v", c.Fail)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// reset makes the end of a connection an RST.
func reset(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }

func closedPort(t testing.TB) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return addrPort(l.Addr())
}

func TestDial(t *testing.T) {
	a := listen(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) })
	conn, c := Dial(context.Background(), a, DialOptions{MSS: 1200, Link: "lo"})
	if conn == nil || !c.OK || c.Local != netip.MustParseAddr("127.0.0.1") || c.MSS != 1200 || c.Took <= 0 {
		t.Fatalf("%+v %+v", c, c.Fail)
	}
	conn.Close()
	if conn, c := Dial(context.Background(), closedPort(t), DialOptions{}); conn != nil || c.OK || !c.Fail.Is(Refused) || c.Fail.Phase != "connect" || c.Fail.Offender.IsValid() {
		t.Errorf("closed port: %+v %+v", c, c.Fail)
	}
	if _, c := Dial(context.Background(), netip.AddrPort{}, DialOptions{}); !c.Fail.Is(Invalid) {
		t.Errorf("no address: %+v", c.Fail)
	}
	if _, c := Dial(context.Background(), a, DialOptions{Link: "no-such-link"}); c.Fail == nil {
		t.Error("a link that does not exist was used")
	}
}

// TestContextEnds holds for every step: its own limit is a timeout, any other end is not.
func TestContextEnds(t *testing.T) {
	silent := listen(t, func(c net.Conn) { time.Sleep(time.Minute) })
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	steps := map[string]func(context.Context) *Failure{
		"handshake": func(ctx context.Context) *Failure {
			_, h := StartTLS(ctx, dial(t, silent), TLSOptions{ServerName: "example.com"})
			return h.Fail
		},
		"http": func(ctx context.Context) *Failure {
			return Do(ctx, dial(t, silent), Request{URL: "http://example.com/"}).Fail
		},
		"dns udp": func(ctx context.Context) *Failure {
			return Query(ctx, addrPort(udp.LocalAddr()), UDP, Question{Name: "example.com", Type: "A"}, QueryOptions{Limit: time.Minute}).Fail
		},
		"dns tcp": func(ctx context.Context) *Failure {
			return Query(ctx, silent, TCP, Question{Name: "example.com", Type: "A"}, QueryOptions{Limit: time.Minute}).Fail
		},
		"proxy": func(ctx context.Context) *Failure {
			_, a := DialProxy(ctx, mustURL("http://proxy"), silent, "example.com:443", ProxyOptions{})
			return a.Fail()
		},
		"socks": func(ctx context.Context) *Failure {
			_, a := DialProxy(ctx, mustURL("socks5://proxy"), silent, "example.com:443", ProxyOptions{})
			return a.Fail()
		},
	}
	for name, step := range steps {
		for want, limited := range map[Kind]func() (context.Context, context.CancelFunc){
			Timeout: func() (context.Context, context.CancelFunc) {
				return WithLimit(context.Background(), 30*time.Millisecond)
			},
			Cancelled: func() (context.Context, context.CancelFunc) {
				return context.WithTimeout(context.Background(), 30*time.Millisecond)
			},
		} {
			ctx, cancel := limited()
			if f := step(ctx); !f.Is(want) {
				t.Errorf("%s: %+v, want %s", name, f, want)
			}
			cancel()
		}
	}
}
