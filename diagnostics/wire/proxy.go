package wire

import (
	"bufio"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ProxyOptions say how to reach a proxy and how to judge one that speaks TLS; the zero value uses
// the system's routes, authorities and clock.
type ProxyOptions struct {
	Dial  DialOptions
	Roots *x509.CertPool
	Now   time.Time
	Limit time.Duration // for everything together; 0: none besides the context's
}

// DialProxy opens a tunnel to target ("example.com:443") through an HTTP, HTTPS or SOCKS5 proxy at
// proxyAddr, using the credentials in its URL. The attempt's exchange is the proxy's answer with
// its header and body. The connection is nil unless the tunnel is open: then Attempt.Fail says
// why, or Attempt.Exchange holds the refusal. A proxy whose certificate is not trusted is not used.
//
// An empty target only connects to the proxy, for requests with Request.Absolute.
func DialProxy(ctx context.Context, proxy *url.URL, proxyAddr netip.AddrPort, target string, o ProxyOptions) (net.Conn, Attempt) {
	ctx, cancel := WithLimit(ctx, o.Limit)
	defer cancel()
	a := Attempt{Addr: proxyAddr}
	var conn net.Conn
	if conn, a.Connect = Dial(ctx, proxyAddr, o.Dial); conn == nil {
		return nil, a
	}
	if proxy.Scheme == "https" {
		tc, h := StartTLS(ctx, conn, TLSOptions{ServerName: proxy.Hostname(), Roots: o.Roots, Now: o.Now, ALPN: []string{"http/1.1"}})
		a.Handshake = &h
		if tc == nil {
			return nil, a
		}
		if !h.Trusted() {
			hangUp(tc)
			return nil, a
		}
		conn = tc
	}
	if target == "" {
		return conn, a
	}
	e := &exchange{
		Exchange: Exchange{Method: http.MethodConnect, URL: target, Addr: proxyAddr, Declared: -1},
		req:      Request{Method: http.MethodConnect, MaxRead: MaxBody, Now: o.Now},
		conn:     conn, start: time.Now(),
	}
	if e.req.Now.IsZero() {
		e.req.Now = e.start
	}
	open := false
	switch proxy.Scheme {
	case "http", "https":
		conn, open = e.connect(ctx, target, proxy)
	case "socks5", "socks5h":
		e.Method = "SOCKS5"
		open = e.socks(ctx, target, proxy.User)
	default:
		e.Fail = &Failure{Kind: Unsupported, Phase: "proxy", Text: Printable("proxies of the kind "+proxy.Scheme, maxText)}
	}
	x := e.result()
	a.Exchange = &x
	if !open {
		hangUp(e.conn)
		return nil, a
	}
	return conn, a
}

// ProxyAuthorization is the value of the header field Proxy-Authorization for the credentials in
// a proxy's URL, "" when it has none.
func ProxyAuthorization(proxy *url.URL) string {
	if proxy.User == nil {
		return ""
	}
	password, _ := proxy.User.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(proxy.User.Username()+":"+password))
}

// connect asks an HTTP proxy for a tunnel (RFC 9110 section 9.3.6).
func (e *exchange) connect(ctx context.Context, target string, proxy *url.URL) (net.Conn, bool) {
	stop := interrupt(ctx, e.conn)
	defer stop()
	header := "CONNECT " + oneLine(target) + " HTTP/1.1\r\nHost: " + oneLine(target) + "\r\n" +
		"User-Agent: " + BrowserHeader().Get("User-Agent") + "\r\nProxy-Connection: keep-alive\r\n"
	if auth := ProxyAuthorization(proxy); auth != "" {
		header += "Proxy-Authorization: " + auth + "\r\n"
	}
	if _, err := e.conn.Write([]byte(header + "\r\n")); err != nil {
		e.Fail = failed(ctx, "proxy", err)
		return nil, false
	}
	e.note(&e.sent)
	br := bufio.NewReader(&firstByte{e.conn, e})
	h, err := e.finalHead(br)
	if err != nil {
		e.fail(ctx, "proxy", err)
		return nil, false
	}
	e.answered(h.proto, h.status, h.header)
	if h.status == http.StatusSwitchingProtocols {
		e.Fail = &Failure{Kind: BadHTTP, Phase: "proxy", Text: "the proxy switches to another protocol"}
		return nil, false
	}
	if h.status > 299 {
		e.body(ctx, h, br)
		return nil, false
	}
	e.Declared, e.Complete = -1, true
	if !stop() { // ctx ended meanwhile and has spoilt the connection's deadlines
		e.Fail = ended(ctx, "proxy")
		return nil, false
	}
	if br.Buffered() > 0 {
		return &bufferedConn{e.conn, br}, true
	}
	return e.conn, true
}

// bufferedConn is a connection of which some bytes have been read already.
type bufferedConn struct {
	net.Conn
	br *bufio.Reader
}

func (c *bufferedConn) Read(b []byte) (int, error) { return c.br.Read(b) }

// ParseProxy reads a proxy as settings give it ("http://a:1") and as scripts do ("PROXY a:1").
func ParseProxy(s string) (*url.URL, bool) {
	kind, rest, found := strings.Cut(strings.TrimSpace(s), " ")
	if found {
		scheme, known := map[string]string{"PROXY": "http", "HTTP": "http", "HTTPS": "https", "SOCKS": "socks5", "SOCKS5": "socks5"}[strings.ToUpper(kind)]
		if !known {
			return nil, false
		}
		s = scheme + "://" + strings.TrimSpace(rest)
	}
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Hostname() == "" {
		return nil, false
	}
	if _, err := netip.ParseAddr(u.Hostname()); strings.Contains(u.Hostname(), ":") && err != nil {
		return nil, false
	}
	usual, known := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	if !known {
		return nil, false
	}
	port := cmp.Or(u.Port(), usual)
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return nil, false
	}
	return &url.URL{Scheme: u.Scheme, Host: net.JoinHostPort(u.Hostname(), port)}, true
}
