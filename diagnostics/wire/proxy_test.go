package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// proxyAnswers are answers to CONNECT; they seed the fuzzing.
var proxyAnswers = []struct {
	name   string
	answer string
	open   bool
	status int
	kind   Kind
	body   string
}{
	{"open", "HTTP/1.1 200 Connection established\r\n\r\n", true, 200, "", ""},
	{"open, with the first bytes", "HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\n", true, 200, "", ""},
	{"interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 OK\r\n\r\n", true, 204, "", ""},
	{"sign in", "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 5\r\n\r\nlogin", false, 407, "", "login"},
	{"cannot connect", "HTTP/1.1 502 Bad Gateway\r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\n\r\n<h1>no</h1>", false, 502, "", "<h1>no</h1>"},
	{"redirect", "HTTP/1.1 302 Found\r\nLocation: http://portal/\r\nContent-Length: 0\r\n\r\n", false, 302, "", ""},
	{"another protocol", "HTTP/1.1 101 Switching Protocols\r\n\r\n", false, 101, BadHTTP, ""},
	{"nothing", "", false, 0, EOF, ""},
	{"not a proxy", "220 mail.example ESMTP\r\n", false, 0, NotHTTP, ""},
	{"endless interim", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 50), false, 0, EndlessInterim, ""},
	{"long header", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", MaxHeader) + "\r\n\r\n", false, 0, TooBig, ""},
}

func TestConnect(t *testing.T) {
	for _, c := range proxyAnswers {
		t.Run(c.name, func(t *testing.T) {
			asked := make(chan *http.Request, 1)
			a := listen(t, func(conn net.Conn) {
				br := bufio.NewReader(conn)
				if r, err := http.ReadRequest(br); err == nil {
					asked <- r
				}
				_, _ = io.WriteString(conn, c.answer+map[bool]string{true: "hello"}[c.open])
			})
			conn, at := DialProxy(context.Background(), mustURL("http://user:pass@proxy.example:3128"), a, "example.com:443", ProxyOptions{Limit: 5 * time.Second})
			if r := <-asked; r.Method != "CONNECT" || r.RequestURI != "example.com:443" || r.Header.Get("Proxy-Authorization") != "Basic dXNlcjpwYXNz" {
				t.Errorf("%+v", r)
			}
			x := at.Exchange
			if x == nil || (conn != nil) != c.open || x.Status != c.status || (x.Fail != nil) != (c.kind != "") || c.kind != "" && !at.Fail().Is(c.kind) || string(x.Body) != c.body {
				t.Fatalf("%v %+v %+v", conn, x, at.Fail())
			}
			if conn != nil {
				if b, _ := io.ReadAll(conn); string(b) != "hello" {
					t.Errorf("through the tunnel: %q", b)
				}
				conn.Close()
			}
		})
	}
}

func TestProxyItself(t *testing.T) {
	ctx := context.Background()
	if conn, a := DialProxy(ctx, mustURL("http://p"), closedPort(t), "example.com:443", ProxyOptions{}); conn != nil || !a.Fail().Is(Refused) || a.Exchange != nil {
		t.Errorf("dead: %+v", a)
	}
	if conn, a := DialProxy(ctx, mustURL("http://p"), listen(t, func(c net.Conn) { time.Sleep(time.Second) }), "", ProxyOptions{}); conn == nil || a.Exchange != nil {
		t.Errorf("only connected: %+v", a)
	} else {
		conn.Close()
	}
	if conn, a := DialProxy(ctx, mustURL("ftp://p"), listen(t, func(c net.Conn) {}), "example.com:443", ProxyOptions{}); conn != nil || !a.Fail().Is(Unsupported) {
		t.Errorf("unknown kind: %+v", a)
	}
	secured := listen(t, tlsServer(&tls.Config{}, func(c *tls.Conn) { readRequest(c); _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n") }))
	if conn, a := DialProxy(ctx, mustURL("https://example.com"), secured, "site.example:443", ProxyOptions{Roots: testPKI().pool, Now: noon}); conn == nil || !a.Handshake.Trusted() {
		t.Errorf("over TLS: %+v %+v", a, a.Handshake)
	} else {
		conn.Close()
	}
	if conn, a := DialProxy(ctx, mustURL("https://other.example"), secured, "site.example:443", ProxyOptions{Roots: testPKI().pool, Now: noon}); conn != nil || !a.Handshake.Has(WrongName) || a.Exchange != nil {
		t.Errorf("over TLS, wrong name: %+v %+v", a, a.Handshake)
	}
}

// socksServer speaks a script: what it expects and what it answers, in turns.
func socksServer(script ...string) func(net.Conn) {
	return func(c net.Conn) {
		for i := 0; i+1 < len(script); i += 2 {
			b := make([]byte, len(script[i]))
			if _, err := io.ReadFull(c, b); err != nil || string(b) != script[i] {
				_, _ = fmt.Fprintf(c, "unexpected %q", b)
				return
			}
			_, _ = io.WriteString(c, script[i+1])
		}
	}
}

func TestSocks(t *testing.T) {
	const ask = "\x05\x01\x00\x03\x0bexample.com\x01\xbb"
	const ok = "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"
	cases := []struct {
		name   string
		proxy  string
		target string
		script []string
		open   bool
		kind   Kind
	}{
		{"open", "socks5://p", "example.com:443", []string{"\x05\x01\x00", "\x05\x00", ask, ok}, true, ""},
		{"IPv6 target, name in the answer", "socks5://p", "[2001:db8::1]:80", []string{"\x05\x01\x00", "\x05\x00", "\x05\x01\x00\x04\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x50", "\x05\x00\x00\x03\x02hi\x00\x50"}, true, ""},
		{"IPv4 target", "socks5h://p", "192.0.2.1:80", []string{"\x05\x01\x00", "\x05\x00", "\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x50", ok}, true, ""},
		{"password", "socks5://u:pw@p", "example.com:443", []string{"\x05\x02\x00\x02", "\x05\x02", "\x01\x01u\x02pw", "\x01\x00", ask, ok}, true, ""},
		{"wrong password", "socks5://u:pw@p", "example.com:443", []string{"\x05\x02\x00\x02", "\x05\x02", "\x01\x01u\x02pw", "\x01\x01"}, false, Denied},
		{"wants a password", "socks5://p", "example.com:443", []string{"\x05\x01\x00", "\x05\xff"}, false, Denied},
		{"refused", "socks5://p", "example.com:443", []string{"\x05\x01\x00", "\x05\x00", ask, "\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"}, false, Refused},
		{"unknown error", "socks5://p", "example.com:443", []string{"\x05\x01\x00", "\x05\x00", ask, "\x05\x63\x00\x01"}, false, Other},
		{"closed", "socks5://p", "example.com:443", []string{"\x05\x01\x00", "\x05"}, false, EOF},
		{"not SOCKS", "socks5://p", "example.com:443", []string{"\x05\x01\x00", "HTTP/1.1 400"}, false, Other},
		{"no port", "socks5://p", "example.com", []string{"\x05\x01\x00", "\x05\x00"}, false, Invalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			conn, a := DialProxy(context.Background(), mustURL(c.proxy), listen(t, socksServer(c.script...)), c.target, ProxyOptions{Limit: 5 * time.Second})
			if (conn != nil) != c.open || c.kind != "" && (!a.Fail().Is(c.kind) || a.Fail().Phase != "proxy") {
				t.Errorf("%+v %+v", a.Exchange, a.Fail())
			}
			if conn != nil {
				conn.Close()
			}
		})
	}
}

func TestDoH(t *testing.T) {
	answer := func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", dnsMessage)
		_, _ = w.Write(answerFor(b))
	}
	cases := []struct {
		name string
		alpn string
		h    http.HandlerFunc
		kind Kind
	}{
		{"HTTP/2", "h2", answer, ""},
		{"HTTP/1.1", "http/1.1", answer, ""},
		{"error", "h2", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }, Other},
		{"page", "h2", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>") }, BadDNS},
		{"garbage", "http/1.1", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", dnsMessage)
			fmt.Fprint(w, "\x00\x00garbage, and enough of it")
		}, BadDNS},
		{"silent", "h2", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, Timeout},
		{"reset", "h2", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }, HTTP2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			serve := h2Server(t, c.h)
			if c.alpn != "h2" {
				serve = tlsServer(&tls.Config{}, func(tc *tls.Conn) { serveOnce(tc, c.h) })
			}
			ctx, cancel := WithLimit(context.Background(), 300*time.Millisecond)
			defer cancel()
			d, a := OpenDoH(ctx, "https://example.com/dns-query", listen(t, serve), testPKI().pool, noon)
			if d == nil {
				t.Fatalf("%+v %+v", a, a.Fail())
			}
			defer d.Close()
			answers := make(chan Answer, 2)
			for _, typ := range []string{"A", "AAAA"} {
				go func() { answers <- d.Ask(ctx, Question{Name: "site.example", Type: typ}) }()
			}
			for range 2 {
				x := <-answers
				if c.kind != "" {
					if !x.Fail.Is(c.kind) {
						t.Errorf("%+v %+v", x, x.Fail)
					}
				} else if !x.Answered() || len(x.Addrs) != 1 || x.Transport != HTTPS || x.Tries != 1 {
					t.Errorf("%+v %+v", x, x.Fail)
				}
			}
		})
	}
}

func TestDoHNotTrusted(t *testing.T) {
	a := listen(t, tlsServer(&tls.Config{}, nil))
	for name, c := range map[string]struct {
		url string
		now time.Time
	}{
		"wrong name": {"https://other.example/dns-query", noon},
		"wrong time": {"https://example.com/dns-query", noon.AddDate(1, 0, 0)},
		"plain":      {"http://example.com/dns-query", noon},
	} {
		if d, at := OpenDoH(context.Background(), c.url, a, testPKI().pool, c.now); d != nil || at.Handshake != nil && at.Handshake.Trusted() {
			t.Errorf("%s: %+v", name, at)
		}
	}
	if _, at := OpenDoH(context.Background(), "https://example.com/", netip.MustParseAddrPort(closedPort(t).String()), nil, noon); !at.Fail().Is(Refused) {
		t.Errorf("%+v", at)
	}
}

func TestProxyAuthorization(t *testing.T) {
	got := []string{ProxyAuthorization(mustURL("http://p")), ProxyAuthorization(mustURL("http://a@p")), ProxyAuthorization(mustURL("http://a:b@p"))}
	if !slices.Equal(got, []string{"", "Basic YTo=", "Basic YTpi"}) {
		t.Errorf("%q", got)
	}
}
