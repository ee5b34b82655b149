package verdict

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/platform"
)

// What a browser showed is evidence about that browser; what was measured is evidence about this
// computer. Where both saw the same, the one bears out the other. Where the page comes from here,
// the difference lies in the browser, or it has passed: which of the two, the kind of error says.

// complaint is what the browser said about the examined address, if anything.
func (c *Case) complaint() (diagnostics.Complaint, bool) {
	said, ok := checks.Said.From(c.Facts)
	if !ok || said.Kind == "" {
		return said, false
	}
	if said.Address != "" && !c.Target.None() {
		t, err := diagnostics.ParseTarget(said.Address)
		bare := func(host string) string { return strings.TrimPrefix(host, "www.") }
		if err != nil || bare(t.Host) != bare(c.Target.Host) {
			return said, false // it is about another website
		}
	}
	return said, true
}

func saidValues(said diagnostics.Complaint) map[string]string {
	status := ""
	if said.Status > 0 {
		status = statusText(said.Status)
	}
	return vals("code", said.Code, "status", status, "server", said.Server)
}

// hear weighs what the browser said against what was found. Without a complaint nothing changes.
func (v *Verdict) hear(c *Case, stopped bool) {
	said, ok := c.complaint()
	if !ok {
		return
	}
	if !stopped {
		v.prefer(said)
	}
	switch {
	case fits(said, v.Fault):
		v.Evidence = append(v.Evidence, Evidence{Check: "browser.said", Key: "said-too", Values: saidValues(said)})
		v.Explains = append(v.Explains, checks.Said.ID)
	case v.Fault == Unclear:
		v.Evidence = append(v.Evidence, saidEvidence(said))
	case !stopped:
		v.blameBrowser(said, c.inBrowserOnly(said))
	}
}

// prefer makes that harm the answer which the browser complained of.
func (v *Verdict) prefer(said diagnostics.Complaint) {
	if fits(said, v.Fault) {
		return
	}
	for i, h := range v.Also {
		told := h.aside || slices.Contains(asides, h.Fault) && h.Fault != "filter.tls-interception"
		if told || !fits(said, h.Fault) {
			continue
		}
		v.Also = slices.Delete(slices.Clone(v.Also), i, i+1)
		if v.Fault != OK {
			v.Also = append(v.Also, v.Finding)
		}
		v.Finding, v.Also = h, without(v.Also, h.Fault)
		return
	}
}

// blameBrowser takes the finding as the answer. A harm that was measured gives way only to more than
// a guess, and one of the website itself only to an error that no website causes.
func (v *Verdict) blameBrowser(said diagnostics.Complaint, f Finding) {
	const guess = 0.6
	ofSite := strings.HasPrefix(string(v.Fault), "site.") || strings.HasPrefix(string(v.Fault), "cdn.")
	innate := said.Kind == diagnostics.SaidBlocked || said.Kind == diagnostics.SaidProxy
	switch {
	case v.Fault == OK:
		v.Finding = f
	case f.Fault != OK && f.Confidence > guess && (innate || !ofSite):
		v.Finding, v.Also = f, append([]Finding{v.Finding}, v.Also...)
	}
}

func saidEvidence(said diagnostics.Complaint) Evidence {
	return Evidence{Check: "browser.said", Key: "said", Values: saidValues(said)}
}

// inBrowserOnly is what a complaint means when the page comes from here.
func (c *Case) inBrowserOnly(said diagnostics.Complaint) Finding {
	f := c.browserFault(said)
	if f.Fault == "" {
		f.Fault, f.Decide = OK, "reload"
		if c.Target.None() {
			f.Confidence, f.Decide = 0.8, "name-address"
		}
		f.Values = c.healthy().Values
	}
	f.Evidence = append([]Evidence{saidEvidence(said)}, f.Evidence...)
	for _, e := range c.healthy().Evidence {
		e.Clears = true
		f.Evidence = append(f.Evidence, e)
	}
	if f.Fault != OK {
		f.Explains = []diagnostics.ID{checks.Said.ID}
	}
	return f
}

// browserFault chooses by the kind of error. A fault of "" means that the error has most likely
// passed: nothing in a browser makes up a server's answer or a line that is down.
func (c *Case) browserFault(said diagnostics.Complaint) Finding {
	if c.Target.None() {
		return Finding{} // which website it was is not known
	}
	switch said.Kind {
	case diagnostics.SaidBlocked: // nothing else makes a browser say so
		return Finding{Fault: "browser.extension", Confidence: 0.92}
	case diagnostics.SaidProxy:
		return c.ownProxy(said)
	case diagnostics.SaidTLS:
		if c.Target.Scheme == "http" && !c.site.Trusted {
			return Finding{Fault: "browser.hsts", Confidence: 0.75, Decide: "private-window", Values: c.nameValues()}
		}
		return c.ownWay("browser.own-proxy")
	case diagnostics.SaidDNS, diagnostics.SaidRefused:
		switch said.Code {
		case "ERR_NETWORK_ACCESS_DENIED": // the system let us and not the browser
			return Finding{Fault: "firewall.blocks-app", Confidence: 0.85, Decide: "private-window"}
		case "DNS_PROBE_FINISHED_BAD_SECURE_CONFIG", "ERR_DNS_SECURE_RESOLVER_HOSTNAME_RESOLUTION_FAILED":
			return Finding{Fault: "browser.own-dns", Confidence: 0.92, Values: c.nameValues()}
		}
		return c.ownWay("browser.own-dns")
	case diagnostics.SaidReset, diagnostics.SaidEmpty:
		if f, ok := c.manyCookies(0.7); ok {
			return f
		}
		return c.ownWay("browser.own-proxy")
	case diagnostics.SaidTimeout:
		return c.ownWay("browser.own-proxy")
	case diagnostics.SaidRedirects: // sent round in circles by what the browser has stored: we have nothing stored
		return Finding{Fault: "browser.session-broken", Confidence: 0.85, Decide: "private-window", Values: c.nameValues()}
	case diagnostics.SaidGateway:
		f := Finding{Confidence: 0.75}
		n := c.fineAnswers()
		if n >= 5 {
			f.Confidence = 0.85
		}
		f.Evidence = []Evidence{{Check: "site.addresses", Key: "said-passed", Values: vals("count", strconv.Itoa(n))}}
		return f
	}
	if said.Status == 431 || said.Code == diagnostics.CookiesTooLarge {
		f, _ := c.manyCookies(0.92)
		return f
	}
	return Finding{Confidence: 0.8}
}

// fineAnswers counts the requests that were answered well.
func (c *Case) fineAnswers() (n int) {
	for _, r := range c.site.Rows {
		for i, a := range r.Attempts {
			if r.Steps[i] == stepFine && a.Exchange != nil {
				n++
			}
		}
	}
	return n
}

// manyCookies says whether the browsers here send the site more cookies than servers commonly take,
// and what follows from that.
func (c *Case) manyCookies(confidence float64) (Finding, bool) {
	const many = 8 << 10 // the default limit of nginx, Apache and others
	f := Finding{Fault: "browser.cookies-too-large", Confidence: confidence, Decide: "private-window", Values: c.nameValues()}
	for _, p := range c.profiles() {
		if p.CookieBytes >= many {
			f.Values["bytes"] = strconv.Itoa(p.CookieBytes)
			return f, true
		}
	}
	return f, false
}

func (c *Case) profiles() []platform.BrowserProfile {
	b, _ := checks.Browsers.From(c.Facts)
	return b.Profiles
}

// ownProxy: the browser complains of a proxy while the page comes from here.
func (c *Case) ownProxy(said diagnostics.Complaint) Finding {
	if f := c.ownWay("browser.own-proxy"); f.Values["proxy"] != "" {
		f.Confidence = 0.93
		return f
	}
	f := Finding{Fault: "browser.own-proxy", Confidence: 0.6, Decide: "private-window", Values: c.nameValues()}
	if _, known := checks.Proxies.From(c.Facts); known && !c.proxied() {
		f.Confidence = 0.85
		f.Evidence = []Evidence{{Check: "computer.proxy", Key: "no-proxy-here"}}
	}
	return f
}

// ownWay: the browser does not reach what this computer reaches, so it goes another way: by a proxy
// of its own, or to an address that it was told by a DNS service of its own. Which of them is known
// when a browser's settings say so; else it is a guess.
func (c *Case) ownWay(guess FaultID) Finding {
	f := Finding{Fault: guess, Confidence: 0.5, Decide: "private-window", Values: c.nameValues()}
	if c.throughProxy() {
		return f
	}
	for _, p := range c.profiles() {
		if p.Proxy != "" && (p.ProxyMode == "fixed" || p.ProxyMode == "script") {
			f.Fault, f.Confidence = "browser.own-proxy", 0.7
			f.Values["proxy"] = p.Proxy
			f.Evidence = []Evidence{{Check: "browser.settings", Key: "own-proxy-set", Values: vals("browser", p.Browser, "proxy", p.Proxy)}}
			return f
		}
	}
	if guess != "browser.own-dns" {
		return f
	}
	for _, p := range c.profiles() {
		if p.DoHURL != "" && (p.DoHMode == "secure" || p.DoHMode == "automatic") {
			f.Confidence = 0.75
			f.Values["server"] = hostOf(p.DoHURL)
			f.Evidence = []Evidence{{Check: "browser.settings", Key: "own-dns-set", Values: vals("browser", p.Browser, "server", hostOf(p.DoHURL))}}
			return f
		}
	}
	return f
}

func hostOf(template string) string {
	if u, err := url.Parse(template); err == nil && u.Host != "" {
		return u.Hostname()
	}
	return template
}

// fits reports whether a browser that meets the fault would show such an error.
func fits(said diagnostics.Complaint, fault FaultID) bool {
	if fault == OK || fault == Unclear {
		return false
	}
	if byStatus[said.Status] == fault {
		return true
	}
	return slices.ContainsFunc(shows[said.Kind], func(prefix string) bool { return strings.HasPrefix(string(fault), prefix) })
}

// shows lists, for each kind of error, the beginnings of the faults that make browsers show it.
var shows = func() map[diagnostics.ComplaintKind][]string {
	cut := []string{"link.", "wifi.", "ip.", "router.", "vpn.", "provider.", "portal.", "path.no-route", "path.ipv", "computer."}
	return map[diagnostics.ComplaintKind][]string{
		diagnostics.SaidDNS:       append([]string{"dns.", "domain.", "filter.dns", "path."}, cut...),
		diagnostics.SaidOffline:   cut,
		diagnostics.SaidTimeout:   append([]string{"site.no-answer", "site.slow", "site.one-address", "site.ipv6", "site.gateway-timeout", "tls.hangs", "filter.", "firewall.", "dns.", "hosts.", "cdn.one-edge", "proxy.", "path."}, cut...),
		diagnostics.SaidRefused:   append([]string{"site.refuses", "site.one-address", "site.ipv6", "filter.", "firewall.", "hosts.", "dns.stale"}, cut...),
		diagnostics.SaidReset:     {"site.resets", "site.empty", "site.truncated", "site.intermittent", "site.one-address", "tls.", "filter.", "firewall.", "path.", "router.", "ip.conflict", "browser.cookies", "portal."},
		diagnostics.SaidEmpty:     {"site.empty", "site.resets", "site.truncated", "site.intermittent", "site.one-address", "tls.server-resets", "path.", "browser.cookies"},
		diagnostics.SaidTLS:       {"tls.", "clock.", "filter.tls", "filter.dns", "filter.block", "portal.", "hosts.", "dns.stale", "site.not-http", "site.one-address"},
		diagnostics.SaidProxy:     {"proxy."},
		diagnostics.SaidRedirects: {"site.redirect-loop", "site.bad-redirect"},
		diagnostics.SaidGateway:   {"site.bad-gateway", "site.unavailable", "site.gateway-timeout", "site.internal-error", "site.intermittent", "site.one-address", "cdn.", "proxy.error"},
	}
}()
