package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// TestProbe goes all the ways on which a probe can end.
func TestProbe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.begin(func(o *Options) { o.Limit = 1500 * time.Millisecond })
	good := w.certificate("up.test", 24*time.Hour)
	old := w.certificate("up.test", -time.Hour)
	elsewhere := w.certificate("other.test", 24*time.Hour)
	stranger := newWorld(t).certificate("up.test", 24*time.Hour)
	ancient := &tls.Config{Certificates: good.Certificates, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	wantsCert := &tls.Config{Certificates: good.Certificates, ClientAuth: tls.RequireAnyClientCert}
	shut := tcp(t, silent)
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil { // a port that is free now
		shut = l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
	}
	drip := func(begin, step string) func(net.Conn) {
		return func(c net.Conn) {
			_, _ = c.Write([]byte(begin))
			for {
				if _, err := c.Write([]byte(step)); err != nil {
					return
				}
				time.Sleep(5 * time.Millisecond)
			}
		}
	}
	flood := func(begin, step string) func(net.Conn) {
		return func(c net.Conn) {
			_, _ = c.Write([]byte(begin))
			for {
				if _, err := c.Write([]byte(step)); err != nil {
					return
				}
			}
		}
	}
	plain := func(serve func(net.Conn)) string { return fmt.Sprintf("http://up.test:%d/", tcp(t, serve)) }
	secure := func(c *tls.Config, serve func(net.Conn)) string {
		return fmt.Sprintf("https://up.test:%d/", tcp(t, over(c, serve)))
	}
	for _, c := range []struct {
		name    string
		address string
		ended   Step
		kind    wire.Kind
		status  int
		bytes   int // of the body; -1: any number
	}{
		{"page", secure(good, says(page)), Done, "", 200, 5},
		{"page without TLS", plain(says(page)), Done, "", 200, 5},
		{"alias", fmt.Sprintf("http://alias.test:%d", tcp(t, says(page))), Done, "", 200, 5},
		{"address", fmt.Sprintf("http://127.0.0.1:%d", tcp(t, says(page))), Done, "", 200, 5},
		{"unknown name", "https://no.test/", Name, NoSuchName, 0, 0},
		{"no address", "https://empty.test/", Name, NoAddress, 0, 0},
		{"failing DNS server", "https://broken.test/", Name, LookupFailed, 0, 0},
		{"silent DNS server", "https://silent.test/", Name, wire.Timeout, 0, 0},
		{"refused", fmt.Sprintf("http://up.test:%d/", shut), Connect, wire.Refused, 0, 0},
		{"silent before TLS", fmt.Sprintf("https://up.test:%d/", tcp(t, silent)), TLS, wire.Timeout, 0, 0},
		{"hangs up before TLS", fmt.Sprintf("https://up.test:%d/", tcp(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1<<12)) })), TLS, wire.EOF, 0, 0},
		{"not TLS", fmt.Sprintf("https://up.test:%d/", tcp(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1<<12)); _, _ = c.Write([]byte(page)) })), TLS, wire.NotTLS, 0, 0},
		{"not TLS and quick", fmt.Sprintf("https://up.test:%d/", tcp(t, func(c net.Conn) { _, _ = c.Write([]byte("220 ready\r\n")); silent(c) })), TLS, wire.NotTLS, 0, 0},
		{"old TLS", secure(ancient, says(page)), TLS, wire.ProtocolVersion, 0, 0},
		{"expired", secure(old, says(page)), TLS, wire.Kind(wire.Expired), 0, 0},
		{"wrong name", secure(elsewhere, says(page)), TLS, wire.Kind(wire.WrongName), 0, 0},
		{"unknown authority", secure(stranger, says(page)), TLS, wire.Kind(wire.UnknownAuthority), 0, 0},
		{"wants a certificate", secure(wantsCert, says(page)), Request, wire.ClientCert, 0, 0},
		{"not HTTP", plain(func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-x\r\n")); silent(c) }), Request, wire.NotHTTP, 0, 0},
		{"no answer", plain(silent), Request, wire.Timeout, 0, 0},
		{"hangs up", plain(func(c net.Conn) { _, _ = c.Read(make([]byte, 1<<12)) }), Request, wire.EOF, 0, 0},
		{"hangs up in the head", plain(says("HTTP/1.1 200 OK\r\nContent-")), Request, wire.EOF, 0, 0},
		{"resets", plain(func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); _ = c.(*net.TCPConn).SetLinger(0) }), Request, wire.Reset, 0, 0},
		{"bad gateway", plain(says("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")), Done, ServerError, 502, 0},
		{"bad gateway that stalls", plain(func(c net.Conn) { says("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 9\r\n\r\n")(c); silent(c) }), Done, ServerError, 502, 0},
		{"not found", plain(says("HTTP/1.1 404 Not Found\r\n\r\n")), Done, "", 404, 0},
		{"redirect", plain(says("HTTP/1.1 301 Moved\r\nLocation: http://no.test/\r\nContent-Length: 0\r\n\r\n")), Done, "", 301, 0},
		{"after interim answers", plain(says("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + page)), Done, "", 200, 5},
		{"endless interim answers", plain(flood("", "HTTP/1.1 103 Early Hints\r\n\r\n")), Request, wire.EndlessInterim, 0, 0},
		{"huge header", plain(flood("HTTP/1.1 200 OK\r\n", "A: "+strings.Repeat("x", 4000)+"\r\n")), Request, wire.TooBig, 0, 0},
		{"huge line", plain(flood("HTTP/1.1 200 OK\r\nA: ", strings.Repeat("x", 4000))), Request, wire.TooBig, 0, 0},
		{"long header", plain(says("HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", 100<<10) + "\r\nContent-Length: 5\r\n\r\nhello")), Done, "", 200, 5},
		{"dripping header", plain(drip("HTTP/1.1 200 OK\r\n", "A: x\r\n")), Request, wire.Timeout, 0, 0},
		{"endless body", plain(flood("HTTP/1.1 200 OK\r\n\r\n", strings.Repeat("x", 4000))), Done, "", 200, maxBody},
		{"dripping body", plain(drip("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "x")), Done, "", 200, -1},
		{"short body", plain(says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")), Request, wire.Truncated, 200, 5},
		{"chunks", plain(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")), Done, "", 200, 5},
		{"broken chunks", plain(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5x\r\nhello")), Request, wire.BadHTTP, 200, 0},
		{"two lengths", plain(says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")), Request, wire.BadHTTP, 0, 0},
		{"no length", plain(says("HTTP/1.0 200 OK\r\n\r\nhello, all")), Done, "", 200, 10},
		{"not modified", plain(says("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")), Done, "", 304, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			due := time.Now().Add(-time.Second)
			x := target(t, "%s", c.address)
			r := p.Probe(t.Context(), x, due)
			if r.Ended != c.ended || r.Kind != c.kind || r.Status != c.status || c.bytes >= 0 && r.Bytes != c.bytes {
				t.Errorf("%+v", r)
			}
			if r.Address != x.Input || r.Due != due || r.At.Before(due) || r.Took <= 0 || r.Took > 3*time.Second {
				t.Errorf("%+v", r)
			}
			if r.Well() != (c.ended == Done && c.kind == "") || r.Void() {
				t.Errorf("well %v, void %v: %+v", r.Well(), r.Void(), r)
			}
		})
	}
}

// TestTimes holds a probe of all steps against what it must have measured.
func TestTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.begin(nil)
	config := w.certificate("up.test", 24*time.Hour)
	port := tcp(t, over(config, func(c net.Conn) { time.Sleep(30 * time.Millisecond); says(page)(c) }))
	r := p.Probe(t.Context(), target(t, "https://up.test:%d/", port), time.Time{})
	if !r.Well() || r.DNS <= 0 || r.Connect <= 0 || r.TLS <= 0 || r.First < 30*time.Millisecond || r.Took < r.DNS+r.Connect+r.TLS+r.First {
		t.Errorf("%+v", r)
	}
	if r.Server.Port() != uint16(port) || r.Version != "1.1" {
		t.Errorf("%+v", r)
	}
	if ends := time.Until(r.CertEnds); ends < 23*time.Hour || ends > 25*time.Hour {
		t.Errorf("the chain ends %v", r.CertEnds)
	}
}

// TestCancelled ends probes at each step: they are void, and soon over.
func TestCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.begin(nil)
	for name, address := range map[string]string{
		"lookup":  "https://silent.test/",
		"TLS":     fmt.Sprintf("https://up.test:%d/", tcp(t, silent)),
		"request": fmt.Sprintf("http://up.test:%d/", tcp(t, silent)),
	} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		if r := p.Probe(ctx, target(t, "%s", address), time.Time{}); !r.Void() || r.Took > time.Second {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestClosed has probes end without harm after the prober was closed, and says nothing of the network.
func TestClosed(t *testing.T) {
	t.Parallel()
	p := newWorld(t).begin(nil)
	p.Close()
	p.Close()
	if r := p.Probe(t.Context(), target(t, "https://up.test/"), time.Time{}); !r.Void() {
		t.Errorf("%+v", r)
	}
}

// TestVerdictAnew has a chain judged again when its time is over, although its verdict is known.
func TestVerdictAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Now()
	p := w.begin(func(o *Options) { o.Now = func() time.Time { return now } })
	address := fmt.Sprintf("https://up.test:%d/", tcp(t, over(w.certificate("up.test", time.Hour), says(page))))
	for _, c := range []struct {
		after time.Duration
		want  wire.Kind
	}{{0, ""}, {time.Minute, ""}, {61 * time.Minute, wire.Kind(wire.Expired)}, {2 * time.Minute, ""}} {
		now = time.Now().Add(c.after)
		if r := p.Probe(t.Context(), target(t, "%s", address), time.Time{}); r.Kind != c.want {
			t.Errorf("after %v: %+v", c.after, r)
		}
	}
	if n := len(p.chains.seen); n != 1 {
		t.Errorf("%d verdicts on one chain", n)
	}
}
