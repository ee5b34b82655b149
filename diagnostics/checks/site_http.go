package checks

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// bigCookies is where the header limits of common servers begin.
	bigCookies = 4 << 10
	// maxCookies is more than any browser sends.
	maxCookies = 256 << 10
	// oddLimit bounds one differently made request.
	oddLimit = 5 * second
)

func runHTTPVariants(ctx context.Context, env *diagnostics.Env) (v HTTPReport, err error) {
	u, err := targetURL(env)
	if err != nil {
		return v, err
	}
	site, _ := Site.From(env.Facts)
	odd, ok := oddAnswer(site)
	if !ok {
		return v, notApplicable("the site was not reached")
	}
	o := oddities{ctx: ctx, env: env, began: time.Now(), like: odd, url: u}
	if h := odd.Handshake; h != nil && h.ALPN == "h2" && odd.Exchange.Fail.Real() && !odd.Exchange.Fail.Is(wire.BadEncoding) {
		o.try(&v.HTTP1, func(r *visit) { r.tls.ALPN = []string{"http/1.1"} })
	}
	if odd.Exchange.Fail.Is(wire.BadEncoding) {
		o.try(&v.Identity, func(r *visit) { r.header = http.Header{"Accept-Encoding": {"identity"}} })
	}
	if odd.Exchange.Status >= 400 && fromCache(odd.Exchange.Header) {
		o.try(&v.Fresh, func(r *visit) { r.url = unheard(u) })
	}
	if n := fullestJar(env); n > bigCookies {
		v.CookieLen = n
		o.try(&v.BigCookie, func(r *visit) { r.header = http.Header{"Cookie": {cookies(n)}} })
	}
	if elsewhere(odd.Exchange.Status) && (u.Path != "/" || u.RawQuery != "") {
		o.try(&v.Root, func(r *visit) { r.url = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"} })
	}
	o.all.Wait()
	return v, nil
}

// oddAnswer is the first attempt whose exchange failed or brought an error, else the first with one.
func oddAnswer(r SiteReport) (odd wire.Attempt, ok bool) {
	for _, row := range r.Rows {
		for _, a := range row.Attempts {
			x := a.Exchange
			switch {
			case x == nil:
			case x.Fail.Real() || x.Status >= 400:
				return a, true
			case !ok && x.Fail == nil:
				odd, ok = a, true
			}
		}
	}
	return odd, ok
}

// elsewhere reports whether an error may be the page's alone.
func elsewhere(status int) bool {
	switch status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return true
	}
	return status >= 500
}

// fromCache reports whether an answer says that it was kept (RFC 9111 section 5.1, and what content
// networks add).
func fromCache(h http.Header) bool {
	if n, err := strconv.Atoi(h.Get("Age")); err == nil && n > 0 {
		return true
	}
	for _, name := range []string{"X-Cache", "Cf-Cache-Status", "X-Cache-Status", "X-Proxy-Cache", "Cache-Status"} {
		if strings.Contains(strings.ToLower(strings.Join(h.Values(name), ",")), "hit") {
			return true
		}
	}
	return false
}

// unheard is the address with a query that no cache knows.
func unheard(u *url.URL) *url.URL {
	fresh := *u
	q := fresh.Query()
	q.Set("waymend", rand.Text()[:12])
	fresh.RawQuery = q.Encode()
	return &fresh
}

// fullestJar is the largest Cookie header that a browser here would send.
func fullestJar(env *diagnostics.Env) (n int) {
	l, _ := Browsers.From(env.Facts)
	for _, p := range l.Profiles {
		n = max(n, p.CookieBytes)
	}
	return min(n, maxCookies)
}

// cookies is a Cookie header of n bytes; no single cookie is longer than browsers keep (4096 bytes).
func cookies(n int) string {
	const each = 2000
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "waymend%d=", i)
		b.WriteString(strings.Repeat("x", max(1, min(each, n-b.Len()))))
	}
	return b.String()
}

// oddities are differently made requests to the address of one attempt, at the same time.
type oddities struct {
	ctx   context.Context
	env   *diagnostics.Env
	began time.Time
	like  wire.Attempt
	url   *url.URL
	all   sync.WaitGroup
}

// try makes one request that differs from the usual one by change, when there is one left.
func (o *oddities) try(into **wire.Attempt, change func(*visit)) {
	if !o.env.Asks.Take(o.env.Target.Host) {
		return
	}
	r := visit{addr: o.like.Addr, url: o.url, ask: always, limit: oddLimit}
	change(&r)
	o.all.Go(func() {
		a := r.try(o.ctx, o.env, o.began)
		*into = &a
	})
}

// hostWithPort is the host part of a URL.
func hostWithPort(host string, port uint16) string {
	if port == 80 {
		if strings.Contains(host, ":") {
			return "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}
