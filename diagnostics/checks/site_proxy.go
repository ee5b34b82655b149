package checks

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// maxProxies is how many different proxies are tried.
	maxProxies = 4
	// proxyAddresses is how many addresses of a proxy's name are tried.
	proxyAddresses = 3
	proxyLimit     = 7 * second
)

func runViaProxy(ctx context.Context, env *diagnostics.Env) (v ViaProxyReport, err error) {
	settings, _ := Proxies.From(env.Facts)
	began := time.Now()
	var list []*proxyVisit
	seen := map[string]bool{}
	for _, s := range settings.Proxies {
		for _, address := range append([]string{s.URL}, s.Chain...) {
			u, ok := wire.ParseProxy(address)
			if !ok || seen[u.String()] || len(list) == maxProxies {
				continue
			}
			seen[u.String()] = true
			p := &proxyVisit{env: env, began: began, proxy: u}
			p.Proxy, p.Source = u.String(), s.Source
			p.proxy.User = s.User
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return v, notApplicable("no proxy is set for this address")
	}
	var all sync.WaitGroup
	for _, p := range list {
		all.Go(func() { p.run(ctx) })
	}
	all.Wait()
	for _, p := range list {
		v.Proxies = append(v.Proxies, p.ProxyReport)
	}
	return v, nil
}

// socks reports whether a proxy passes connections on without looking into them.
func socks(proxy *url.URL) bool { return strings.HasPrefix(proxy.Scheme, "socks") }

// proxyVisit is the way through one proxy.
type proxyVisit struct {
	ProxyReport
	env   *diagnostics.Env
	began time.Time
	proxy *url.URL
}

func (p *proxyVisit) run(ctx context.Context) {
	ctx, cancel := wire.WithLimit(ctx, proxyLimit)
	defer cancel()
	p.Lookup = lookUp(ctx, p.env, p.proxy.Hostname(), connectLimit)
	target, err := targetURL(p.env)
	tunnel := ""
	if err == nil && (target.Scheme == "https" || socks(p.proxy)) {
		tunnel = net.JoinHostPort(target.Hostname(), strconv.Itoa(int(urlPort(target))))
	}
	var conn net.Conn
	for _, a := range p.Lookup.Addrs[:min(len(p.Lookup.Addrs), proxyAddresses)] {
		if conn = p.open(ctx, a, tunnel); conn != nil || p.Tunnel.Connect.OK {
			break
		}
	}
	if conn == nil {
		return
	}
	defer func() { _ = conn.Close() }()
	if err != nil { // no target: that the proxy can be reached is all there is to know
		return
	}
	p.through(ctx, conn, target)
}

// open makes the way through the proxy at one of its addresses.
func (p *proxyVisit) open(ctx context.Context, a netip.Addr, tunnel string) net.Conn {
	start := wire.Since(p.began)
	addr := netip.AddrPortFrom(a, urlPort(p.proxy))
	conn, t := wire.DialProxy(ctx, p.proxy, addr, tunnel, wire.ProxyOptions{
		Dial: wire.DialOptions{Limit: connectLimit}, Roots: roots(p.env), Now: now(p.env),
	})
	t.StartMs = start
	p.Tunnel = t
	return conn
}

// through asks for the target's page on the open way.
func (p *proxyVisit) through(ctx context.Context, conn net.Conn, target *url.URL) {
	a := wire.Attempt{Addr: p.Tunnel.Addr, StartMs: wire.Since(p.began), Connect: p.Tunnel.Connect}
	p.Through = &a
	v := visit{url: target}
	if target.Scheme == "https" {
		tc, h := v.secure(ctx, p.env, conn)
		a.Handshake = &h
		if tc == nil || !h.Trusted() {
			return
		}
		defer func() { _ = tc.Close() }()
		conn = tc
	}
	if !p.env.Asks.Take(p.env.Target.Host) {
		return
	}
	r := v.exchange(p.env)
	if target.Scheme == "http" && !socks(p.proxy) {
		r.Absolute = true
		if auth := wire.ProxyAuthorization(p.proxy); auth != "" {
			r.Header = r.Header.Clone()
			r.Header.Set("Proxy-Authorization", auth)
		}
	}
	x := wire.Do(ctx, conn, r)
	a.Exchange = &x
}
