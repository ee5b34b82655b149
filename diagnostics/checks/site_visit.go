package checks

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// headLimit is how long an answer's first byte and head are waited for: slow programs need
	// some seconds, and gateways give up later than any examination lasts.
	headLimit = 8 * second
	// bodyLimit is how long a body is read: enough to see whether it ends as it should, or drips.
	bodyLimit = 2500 * ms
)

// visit is one way to go to one address of a site; the zero options are a browser's.
type visit struct {
	addr     netip.AddrPort
	url      *url.URL
	dial     wire.DialOptions
	tls      wire.TLSOptions
	header   http.Header
	headOnly bool
	limit    time.Duration // for everything together, 0: the single steps' limits only

	// ask is called when the request could be sent, and decides whether it is; nil means no.
	ask func() bool
	// Optional observers of the steps.
	connected func(wire.Connect)
	secured   func(wire.Handshake)
	progress  *atomic.Int64
}

// always asks without further ado.
func always() bool { return true }

// request describes the GET of a target's URL at one address, with nothing sent yet.
func request(addr netip.Addr, u *url.URL) visit {
	return visit{addr: netip.AddrPortFrom(addr.Unmap(), urlPort(u)), url: u}
}

// urlPort is the port of a URL, or its scheme's.
func urlPort(u *url.URL) uint16 {
	if p, err := netip.ParseAddrPort("0.0.0.0:" + u.Port()); err == nil {
		return p.Port()
	}
	if u.Scheme == "https" {
		return 443
	}
	return 80
}

// try goes there on a fresh connection, as far as it gets. Without a trusted certificate nothing
// is asked for: the request is for the website alone.
func (v visit) try(ctx context.Context, env *diagnostics.Env, began time.Time) wire.Attempt {
	ctx, cancel := wire.WithLimit(ctx, v.limit)
	defer cancel()
	a := wire.Attempt{Addr: v.addr, StartMs: wire.Since(began)}
	if v.dial.Limit == 0 {
		v.dial.Limit = connectLimit
	}
	conn, c := wire.Dial(ctx, v.addr, v.dial)
	a.Connect = c
	if v.connected != nil {
		v.connected(c)
	}
	if conn == nil {
		return a
	}
	defer func() { _ = conn.Close() }()
	if v.url.Scheme == "https" {
		tc, h := v.secure(ctx, env, conn)
		a.Handshake = &h
		if v.secured != nil {
			v.secured(h)
		}
		if tc == nil || !h.Trusted() {
			return a
		}
		conn = tc
	}
	if v.ask == nil || !v.ask() {
		return a
	}
	x := wire.Do(ctx, conn, v.exchange(env))
	a.Exchange = &x
	return a
}

func (v visit) secure(ctx context.Context, env *diagnostics.Env, conn net.Conn) (*tls.Conn, wire.Handshake) {
	o := v.tls
	if o.ServerName == "" {
		o.ServerName = v.url.Hostname()
	}
	if o.ALPN == nil {
		o.ALPN = []string{"h2", "http/1.1"}
	}
	if o.Limit == 0 {
		o.Limit = handshakeLimit
	}
	o.Roots, o.Now = roots(env), now(env)
	return wire.StartTLS(ctx, conn, o)
}

func (v visit) exchange(env *diagnostics.Env) wire.Request {
	h := wire.BrowserHeader()
	for name, values := range v.header {
		h[name] = values
	}
	return wire.Request{
		URL: v.url.String(), Header: h, StopAfterHeaders: v.headOnly,
		Limit: headLimit + bodyLimit, BodyLimit: bodyLimit, Now: now(env), Progress: v.progress,
	}
}

// spent is how long an attempt took in all.
func spent(a wire.Attempt) time.Duration {
	t := a.Connect.Took
	if a.Handshake != nil {
		t += a.Handshake.Took
	}
	if a.Exchange != nil {
		t += a.Exchange.Took
	}
	return t.Duration()
}

// bad reports whether an attempt failed or was answered with a server's error.
func bad(a wire.Attempt) bool {
	return a.Fail().Real() || a.Exchange != nil && a.Exchange.Status >= 500
}

// redirects reports whether an attempt was answered with a redirect that browsers follow.
func redirects(a wire.Attempt) bool {
	if a.Exchange == nil {
		return false
	}
	return redirectStatus(a.Exchange.Status) && strings.TrimSpace(a.Exchange.Header.Get("Location")) != ""
}

func redirectStatus(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// targetURL is the URL that is examined.
func targetURL(env *diagnostics.Env) (*url.URL, error) {
	if env.Target.None() {
		return nil, notApplicable("no particular address is examined")
	}
	return url.Parse(env.Target.URL)
}
