package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"
)

// DoH is a connection to one DNS-over-HTTPS server (RFC 8484) at one address. It is safe for
// concurrent use.
type DoH struct {
	addr  netip.AddrPort
	url   *url.URL
	roots *x509.CertPool
	now   func() time.Time
	conn  *tls.Conn
	h2    *h2Conn     // nil when the server lacks HTTP/2
	used  atomic.Bool // conn has served, without HTTP/2, its one question
}

// OpenDoH connects to a server at the given address and verifies it against roots (nil: the
// system's) at the time now (zero: the computer's). The DoH is nil when that failed or when the
// server could not prove its name; the attempt says why.
func OpenDoH(ctx context.Context, address string, addr netip.AddrPort, roots *x509.CertPool, now time.Time) (*DoH, Attempt) {
	a := Attempt{Addr: addr}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		a.Connect = Connect{Addr: addr, Fail: &Failure{Kind: Invalid, Phase: "connect", Text: "not the address of a DNS-over-HTTPS server"}}
		return nil, a
	}
	d := &DoH{addr: addr, url: u, roots: roots, now: clockFrom(now)}
	d.conn, a = d.open(ctx, "h2", "http/1.1")
	if d.conn == nil {
		return nil, a
	}
	if a.Handshake.ALPN != "h2" {
		return d, a
	}
	stop := interrupt(ctx, d.conn)
	d.h2, err = newH2Conn(d.conn)
	if err == nil && !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		d.Close()
		a.Exchange = &Exchange{Method: http.MethodPost, URL: address, Addr: addr, Fail: failed(ctx, "write", err)}
		return nil, a
	}
	return d, a
}

// open makes a connection to the server; it is nil unless the server is the one it should be.
func (d *DoH) open(ctx context.Context, alpn ...string) (*tls.Conn, Attempt) {
	a := Attempt{Addr: d.addr}
	var conn net.Conn
	if conn, a.Connect = Dial(ctx, d.addr, DialOptions{}); conn == nil {
		return nil, a
	}
	tc, h := StartTLS(ctx, conn, TLSOptions{ServerName: d.url.Hostname(), Roots: d.roots, Now: d.now(), ALPN: alpn, Curves: cheapCurves})
	a.Handshake = &h
	if tc != nil && !h.Trusted() {
		hangUp(tc)
		tc = nil
	}
	return tc, a
}

// cheapCurves cost a fraction of the post-quantum exchange; nothing secret is asked here.
var cheapCurves = []tls.CurveID{tls.X25519, tls.CurveP256}

// clockFrom is a clock that showed now at this moment.
func clockFrom(now time.Time) func() time.Time {
	start := time.Now()
	if now.IsZero() {
		now = start
	}
	return func() time.Time { return now.Add(time.Since(start)) }
}

// Close ends the connection; questions under way fail.
func (d *DoH) Close() { hangUp(d.conn) }

// Ask asks one question; its only time limit is the context's. Without
// HTTP/2 every question after the first takes a connection of its own.
func (d *DoH) Ask(ctx context.Context, q Question) Answer {
	e := &inquiry{
		Answer: Answer{Server: d.addr, Transport: HTTPS, Name: Printable(q.Name, 255), Type: q.Type, CD: q.CD, Tries: 1},
		q:      q, start: time.Now(),
	}
	msg, err := q.message(0, true) // identifier 0, for caches (RFC 8484 section 4.1)
	if err == nil {
		var b []byte
		if b, err = msg.Pack(); err == nil {
			e.sent = map[uint16]time.Time{0: e.start}
			b, err = d.exchange(ctx, b, &e.Answer)
		}
		if err == nil {
			err = e.unpack(b)
		}
	}
	if err != nil {
		e.fail(failed(ctx, "read", err))
	}
	return e.Answer
}

func (e *inquiry) unpack(b []byte) error {
	m, ok := e.match(b)
	if !ok && e.Fail == nil {
		return &stepError{BadDNS, "the message answers something else"}
	}
	if !ok {
		return &stepError{BadDNS, e.Fail.Text}
	}
	e.take(m)
	return nil
}

const dnsMessage = "application/dns-message"

// exchange posts one message and returns the answer's body.
func (d *DoH) exchange(ctx context.Context, msg []byte, a *Answer) ([]byte, error) {
	trip := d.roundTrip
	if d.h2 == nil {
		trip = d.roundTrip1
	}
	status, h, body, err := trip(ctx, msg)
	if err != nil {
		return nil, err
	}
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		a.Date, a.At = t.UTC(), d.now()
	}
	if status != http.StatusOK {
		return nil, &stepError{Other, fmt.Sprintf("the server answered %d", status)}
	}
	if h.Get("Content-Type") != dnsMessage {
		return nil, &stepError{BadDNS, fmt.Sprintf("the answer is %q, not a DNS message", Printable(h.Get("Content-Type"), 60))}
	}
	return body, nil
}

var dohHeader = http.Header{"Accept": {dnsMessage}, "Content-Type": {dnsMessage}, "User-Agent": {product}}

// roundTrip uses the one HTTP/2 connection.
func (d *DoH) roundTrip(ctx context.Context, msg []byte) (int, http.Header, []byte, error) {
	e := &exchange{req: Request{Method: http.MethodPost, Host: d.url.Host, Header: dohHeader, Body: msg}, start: time.Now()}
	req, err := e.request(e.traced(ctx), d.url)
	if err != nil {
		return 0, nil, nil, err
	}
	resp, err := d.h2.RoundTrip(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, dns.MaxMsgSize))
	return resp.StatusCode, resp.Header, b, err
}

// roundTrip1 uses the open connection once and then a fresh one each time.
func (d *DoH) roundTrip1(ctx context.Context, msg []byte) (int, http.Header, []byte, error) {
	conn := d.conn
	if d.used.Swap(true) {
		var a Attempt
		if conn, a = d.open(ctx, "http/1.1"); conn == nil {
			if f := a.Fail(); f != nil {
				return 0, nil, nil, &stepError{f.Kind, f.Text}
			}
			return 0, nil, nil, &stepError{BadTLS, "the server cannot prove its name any more"}
		}
	}
	x := Do(ctx, conn, Request{Method: http.MethodPost, URL: d.url.String(), Header: dohHeader, Body: msg})
	if x.Fail != nil {
		return 0, nil, nil, &stepError{x.Fail.Kind, x.Fail.Text}
	}
	return x.Status, x.Header, x.Body, nil
}
