package verdict

import (
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// proxyRules ask whether a configured proxy is what keeps the page away.
var proxyRules = []Rule{
	{"proxy.script-broken", (*Case).scriptBroken},
	{"proxy.needs-sign-in", (*Case).proxyWantsLogin},
	{"proxy.no-answer", (*Case).proxySilent},
	{"proxy.error", (*Case).proxyRefuses},
	{"proxy.differs-from-browser", (*Case).proxyForSomeOnly},
}

// throughProxy reports whether the page came through a configured proxy: then the direct way may be
// shut on purpose.
func (c *Case) throughProxy() bool {
	for _, p := range c.proxies {
		if t := p.Through; t != nil && reached(*t) == stepFine {
			return true
		}
	}
	return false
}

// proxyAnswers reports whether a configured proxy speaks: then it is the way out, and the direct one
// may be shut on purpose.
func (c *Case) proxyAnswers() bool {
	for _, p := range c.proxies {
		if e := p.Tunnel.Exchange; e != nil && e.Status > 0 {
			return true
		}
		if t := p.Through; t != nil && t.Exchange != nil && t.Exchange.Status > 0 {
			return true
		}
		if c.Target.None() && p.Tunnel.Connect.OK {
			return true
		}
	}
	return false
}

// onlyProxyDown: the direct way is shut, and the proxy, which is meant to be the way, refuses.
func (c *Case) onlyProxyDown() (Finding, bool) {
	p, ok := c.failing(func(p checks.ProxyReport) bool { return p.Tunnel.Connect.Fail.Is(wire.Refused, wire.Reset) })
	if !ok || !c.routerAlive() {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.84, Values: proxyValues(p), Explains: c.failed(diagnostics.Stations[:]...),
		Evidence: []Evidence{{Check: "site.via-proxy", Key: "proxy-silent", Values: proxyValues(p)}, c.routerAnswers()},
	}, true
}

func (c *Case) settings() []platform.Proxy {
	l, _ := checks.Proxies.From(c.Facts)
	return l.Proxies
}

func (c *Case) scriptBroken() (Finding, bool) {
	for _, s := range c.settings() {
		if s.Script == "" || s.Err == "" {
			continue
		}
		f := Finding{
			Confidence: 0.85, Values: vals("script", s.Script, "source", s.Source),
			Evidence: []Evidence{{Check: "computer.proxy", Key: "script-broken", Values: vals("script", s.Script, "error", s.Err)}},
			Explains: []diagnostics.ID{"computer.proxy"},
		}
		return f, true
	}
	return Finding{}, false
}

// failing returns the first proxy whose way failed, by a test of its report. When another proxy
// brought the page, the failing one is a note at most.
func (c *Case) failing(test func(checks.ProxyReport) bool) (checks.ProxyReport, bool) {
	for _, p := range c.proxies {
		if test(p) {
			return p, true
		}
	}
	return checks.ProxyReport{}, false
}

func proxyValues(p checks.ProxyReport) map[string]string {
	return vals("proxy", p.Proxy, "source", p.Source)
}

func (c *Case) proxySilent() (Finding, bool) {
	p, ok := c.failing(func(p checks.ProxyReport) bool {
		noName := len(p.Lookup.Addrs) == 0 && !p.Lookup.Literal && (p.Lookup.NotFound || p.Lookup.Err != "")
		return p.Tunnel.Connect.Fail.Real() || noName || p.Tunnel.Exchange != nil && p.Tunnel.Exchange.Fail.Real()
	})
	if !ok {
		return Finding{}, false
	}
	f := Finding{Confidence: 0.94, Values: proxyValues(p), Explains: []diagnostics.ID{"site.via-proxy"}}
	if c.site.fine() && !c.forBrowsers(p) {
		f.Fault, f.Confidence = "proxy.differs-from-browser", 0.9
	}
	f.Evidence = append(f.Evidence, Evidence{Check: "site.via-proxy", Key: "proxy-silent", Values: proxyValues(p)})
	f.Evidence = append(f.Evidence, c.directWorks()...)
	return f, true
}

// forBrowsers reports whether browsers follow a setting that names the proxy.
func (c *Case) forBrowsers(p checks.ProxyReport) bool {
	for _, s := range c.settings() {
		if s.Browsers && (s.URL == p.Proxy || len(s.Chain) > 0) {
			return true
		}
	}
	return false
}

func (c *Case) directWorks() []Evidence {
	if !c.site.fine() {
		return nil
	}
	return []Evidence{{Check: "site.addresses", Key: "direct-works", Clears: true}}
}

func (c *Case) proxyWantsLogin() (Finding, bool) {
	p, ok := c.failing(func(p checks.ProxyReport) bool { return proxyStatus(p) == 407 })
	if !ok {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.96, Values: proxyValues(p), Explains: []diagnostics.ID{"site.via-proxy"},
		Evidence: append([]Evidence{{Check: "site.via-proxy", Key: "proxy-login", Values: proxyValues(p)}}, c.directWorks()...),
	}, true
}

// proxyStatus is what the proxy itself answered: to CONNECT, or in the site's stead to a plain
// request when it says so.
func proxyStatus(p checks.ProxyReport) int {
	if e := p.Tunnel.Exchange; e != nil && e.Status >= 300 {
		return e.Status
	}
	if t := p.Through; t != nil && t.Exchange != nil && t.Exchange.Status == 407 {
		return 407
	}
	return 0
}

func (c *Case) proxyRefuses() (Finding, bool) {
	p, ok := c.failing(func(p checks.ProxyReport) bool { return proxyStatus(p) >= 300 })
	if !ok {
		// A plain request's error comes with the proxy's own marks.
		if p, ok = c.failing(c.ownError); !ok {
			return Finding{}, false
		}
	}
	status := proxyStatus(p)
	if status == 0 {
		status = p.Through.Exchange.Status
	}
	v := proxyValues(p)
	v["status"] = statusText(status)
	f := Finding{Confidence: 0.93, Values: v, Explains: []diagnostics.ID{"site.via-proxy"}}
	f.Evidence = append([]Evidence{{Check: "site.via-proxy", Key: "proxy-error", Values: v}}, c.directWorks()...)
	if !c.site.fine() {
		f.Confidence = 0.7 // the site may be down for the proxy as it is for us
		if c.online() && (status == 502 || status == 503 || status == 504) {
			return Finding{}, false
		}
	}
	return f, true
}

// ownError reports whether the proxy answered a plain request with an error while the direct way
// brings the page.
func (c *Case) ownError(p checks.ProxyReport) bool {
	t := p.Through
	return t != nil && t.Exchange != nil && t.Exchange.Status >= 400 && c.site.fine()
}

// proxyForSomeOnly: the direct way fails, a proxy that only some programs use brings the page.
func (c *Case) proxyForSomeOnly() (Finding, bool) {
	if c.site.fine() || !c.throughProxy() {
		return Finding{}, false
	}
	for _, s := range c.settings() {
		if s.Browsers && (s.URL != "" || len(s.Chain) > 0) {
			return Finding{}, false
		}
	}
	for _, s := range c.settings() {
		if s.URL != "" && !s.Browsers {
			return Finding{
				Confidence: 0.8, Values: vals("proxy", s.URL, "source", s.Source),
				Evidence: []Evidence{{Check: "site.via-proxy", Key: "only-through-proxy", Values: vals("proxy", s.URL, "source", s.Source)}},
				Explains: []diagnostics.ID{"site.addresses"},
			}, true
		}
	}
	return Finding{}, false
}
