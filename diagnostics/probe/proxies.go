package probe

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

const (
	// proxiesKept is how long settings hold: to read them means to ask the desktop and to run scripts.
	proxiesKept = 5 * time.Minute
	// maxProxied bounds the addresses whose proxies are remembered; no schedule has so many.
	maxProxied = 16 << 10
	// maxProxyAddrs is how many addresses of a proxy are tried.
	maxProxyAddrs = 3
)

// proxies remembers which proxy the system's settings give to an address.
type proxies struct {
	mu   sync.Mutex
	read time.Time
	none bool // nothing is set at all, whatever the address
	set  map[string]choice
}

// choice is the way to an address: direct when both are nil.
type choice struct {
	proxy *url.URL
	err   error
}

func (p *proxies) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read = time.Time{}
}

// of returns the proxy that browsers take for the address, nil for none.
func (p *proxies) of(ctx context.Context, host platform.Host, u *url.URL) (*url.URL, error) {
	if host.Proxies == nil {
		return nil, nil
	}
	key := u.Scheme + "://" + u.Host
	p.mu.Lock()
	if time.Since(p.read) > proxiesKept || len(p.set) >= maxProxied {
		p.read, p.none, p.set = time.Now(), false, map[string]choice{}
	}
	c, known := p.set[key]
	known = known || p.none
	p.mu.Unlock()
	if known {
		return c.proxy, c.err
	}
	list, err := host.Proxies(ctx, u)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil {
		c = choose(list)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.none = err == nil && !slices.ContainsFunc(list, set)
	p.set[key] = c
	return c.proxy, c.err
}

// set reports whether a setting could matter to some address.
func set(p platform.Proxy) bool {
	return p.Browsers && (p.URL != "" || p.Script != "" || p.Detect || p.Detail != "" || p.Err != "")
}

// choose takes the first setting that browsers follow. A script that cannot be fetched means a direct
// way to them, too.
func choose(list []platform.Proxy) choice {
	for _, s := range list {
		if !s.Browsers || s.URL == "" && len(s.Chain) == 0 {
			continue
		}
		first := s.URL
		if len(s.Chain) > 0 {
			first = s.Chain[0]
		}
		if strings.EqualFold(strings.TrimSpace(first), "DIRECT") {
			return choice{}
		}
		proxy, ok := wire.ParseProxy(first)
		if !ok {
			return choice{err: &stepError{wire.Unsupported}}
		}
		proxy.User = s.User
		return choice{proxy: proxy}
	}
	return choice{}
}

// through opens the way through a proxy.
func (w *way) through(proxy *url.URL) net.Conn {
	w.Proxy = proxy.Scheme + "://" + proxy.Host
	addrs := w.lookUp(proxy.Hostname())
	if len(addrs) == 0 {
		return nil
	}
	tunnel := net.JoinHostPort(w.target.Host, strconv.Itoa(w.target.Port))
	if w.target.Scheme == "http" && !strings.HasPrefix(proxy.Scheme, "socks") {
		tunnel, w.whole, w.auth = "", true, wire.ProxyAuthorization(proxy)
	}
	port, _ := strconv.ParseUint(proxy.Port(), 10, 16)
	options := wire.ProxyOptions{Now: w.o.Now()}
	if w.o.Roots != nil {
		options.Roots = w.o.Roots()
	}
	start := time.Now()
	defer func() { w.Result.Connect = time.Since(start) }()
	var fail *Result
	for _, a := range addrs[:min(len(addrs), maxProxyAddrs)] {
		at := netip.AddrPortFrom(a, uint16(port))
		conn, attempt := wire.DialProxy(w.ctx, proxy, at, tunnel, options)
		if conn != nil {
			w.Server = at
			return conn
		}
		if fail == nil {
			fail = refused(attempt)
		}
		if attempt.Connect.OK {
			break
		}
	}
	w.Server, w.Status = fail.Server, fail.Status
	w.fail(fail.Ended, fail.Kind)
	return nil
}

// refused is what became of an attempt to go through a proxy.
func refused(a wire.Attempt) *Result {
	r := &Result{Server: a.Addr}
	switch f := a.Fail(); {
	case f != nil && a.Connect.Fail != nil:
		r.fail(Connect, f.Kind)
	case a.Handshake != nil && len(a.Handshake.Problems) > 0:
		r.fail(Connect, wire.Kind(a.Handshake.Problems[0]))
	case f != nil:
		r.fail(Connect, f.Kind)
	default:
		r.fail(Connect, ProxyRefused)
		if a.Exchange != nil {
			r.Status = a.Exchange.Status
		}
	}
	return r
}
