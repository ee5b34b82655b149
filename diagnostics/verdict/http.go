package verdict

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/edge"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// httpRules are for sites that are reached and do not give the page.
var httpRules = []Rule{
	{"site.redirect-loop", siteFails((*Case).redirectLoop)},
	{"site.bad-redirect", siteFails((*Case).badRedirect)},
	{"site.http2-broken", siteFails((*Case).http2Broken)},
	{"site.bad-encoding", siteFails((*Case).badEncoding)},
	{"", siteFails((*Case).badExchange)},
	{"browser.cookies-too-large", siteFails((*Case).earlyRefusal)},
	{"cdn.cached-error", siteFails((*Case).cachedError)},
	{"", siteFails((*Case).statusAnswer)},
}

func statusText(status int) string {
	if t := http.StatusText(status); t != "" {
		return strconv.Itoa(status) + " " + t
	}
	return strconv.Itoa(status)
}

// answerValues describe the answer that ends the way.
func (c *Case) answerValues() map[string]string {
	v := c.nameValues()
	a, w := c.site.Answer, c.site.Writer
	if a == nil {
		return v
	}
	v["status"] = statusText(a.Status)
	v["address"] = a.Addr.Addr().String()
	v["took"] = spellMs(a.First)
	for key, text := range map[string]string{"server": w.Vendor, "request": w.RequestID, "place": w.Location, "network": c.site.Network.Name} {
		if text != "" {
			v[key] = text
		}
	}
	if w.RetryAfter > 0 {
		v["retry"] = spell(w.RetryAfter)
	}
	if w.Age > 0 {
		v["age"] = spell(w.Age)
	}
	return v
}

func (c *Case) redirectLoop() (Finding, bool) {
	r := c.site.Redirect
	if !r.Loop && r.Bad != "too-many" {
		return Finding{}, false
	}
	v := c.nameValues("count", strconv.Itoa(len(r.Steps)))
	if n := len(r.Steps); n > 0 {
		v["url"] = r.Steps[n-1].URL
	}
	f := c.siteFinding(0.95, "redirect-loop", v)
	f.Evidence[0].Check = "site.redirects"
	return f, true
}

// badRedirect: the site sends the visitor to an address that cannot work.
func (c *Case) badRedirect() (Finding, bool) {
	r := c.site.Redirect
	v := c.nameValues("location", r.Location)
	if r.Bad != "" && r.Bad != "too-many" {
		f := c.siteFinding(0.95, "redirect-nowhere", v)
		f.Evidence[0].Check = "site.redirects"
		return f, true
	}
	n := len(r.Steps)
	if n == 0 {
		return Finding{}, false
	}
	last := r.Steps[n-1]
	v["location"] = last.URL
	noName := len(last.Lookup.Addrs) == 0 && !last.Lookup.Literal && (last.Lookup.NotFound || last.Lookup.Err != "")
	if !noName && !last.Attempt.Connect.Fail.Real() {
		return Finding{}, false
	}
	f := c.siteFinding(0.9, "redirect-dead-end", v)
	f.Evidence[0].Check = "site.redirects"
	if len(last.Hosts) > 0 && !ownName(last.Hosts[0].Name) {
		// The site is right; a line of this computer's hosts file leads the next step astray.
		e := last.Hosts[0]
		v["host"], v["address"], v["file"], v["line"] = e.Name, e.Addr.String(), e.File, strconv.Itoa(e.Line)
		f.Fault, f.Confidence = "hosts.override", 0.85
		f.Evidence = append(f.Evidence, Evidence{Check: "site.redirects", Key: "hosts-entry", Values: v})
	}
	return f, true
}

func (c *Case) http2Broken() (Finding, bool) {
	h := c.site.HTTP.HTTP1
	a, ok := c.site.first(stepExchange)
	if !ok || h == nil || reached(*h) != stepFine || !a.Exchange.Fail.Is(wire.HTTP2, wire.Reset, wire.EOF, wire.BadHTTP, wire.Timeout) {
		return Finding{}, false
	}
	return c.siteFinding(0.93, "http2-fails", c.addrValues("reason", a.Exchange.Fail.Text)), true
}

func (c *Case) badEncoding() (Finding, bool) {
	f, ok := c.exchangeFail()
	if !ok || !f.Is(wire.BadEncoding) {
		return Finding{}, false
	}
	return c.siteFinding(0.94, "bad-encoding", c.addrValues()), true
}

// exchangeFail returns the failure of the exchange when that is what stops every address.
func (c *Case) exchangeFail() (*wire.Failure, bool) {
	if n := len(c.site.Redirect.Steps); n > 0 {
		if e := c.site.Redirect.Steps[n-1].Attempt.Exchange; e != nil && e.Fail.Real() {
			return e.Fail, true
		}
	}
	best := stepNone
	for _, r := range c.site.Rows {
		best = max(best, r.Best)
	}
	if best != stepExchange {
		return nil, false
	}
	a, ok := c.site.first(stepExchange)
	return a.Exchange.Fail, ok
}

// badExchange: the connection is good, the answer is not one.
func (c *Case) badExchange() (Finding, bool) {
	f, ok := c.exchangeFail()
	if !ok {
		return Finding{}, false
	}
	v := c.addrValues("reason", f.Text)
	var found Finding
	switch f.Kind {
	case wire.EOF:
		found = c.siteFinding(0.92, "empty-reply", v)
		found.Fault = "site.empty-reply"
	case wire.Reset:
		found = c.siteFinding(0.86, "reset", v)
		found.Fault = "site.resets"
	case wire.Truncated:
		found = c.siteFinding(0.93, "truncated", v)
		found.Fault = "site.truncated"
	case wire.NotHTTP, wire.BadHTTP, wire.EndlessInterim, wire.TooBig:
		found = c.siteFinding(0.92, "not-http", v)
		found.Fault = "site.not-http"
	case wire.HTTP2:
		found = c.siteFinding(0.8, "http2-fails", v)
		found.Fault = "site.http2-broken"
	case wire.BadEncoding:
		found = c.siteFinding(0.92, "bad-encoding", v)
		found.Fault = "site.bad-encoding"
	case wire.Timeout:
		found = c.siteFinding(0.78, "accepts-and-waits", v)
		found.Fault = "site.slow-answer"
	default:
		found = c.siteFinding(0.6, "reset", v)
		found.Fault = "site.resets"
	}
	if c.lossy() {
		found.Confidence = 0.55
	}
	if c.Target.Scheme == "http" && found.Fault == "site.resets" {
		found.Confidence = 0.7 // without encryption anything on the way can cut it
		found.Decide = "hotspot"
	}
	return found, true
}

// earlyRefusal: the plain request is fine and the same with this browser's cookies is not.
func (c *Case) earlyRefusal() (Finding, bool) { return c.cookiesRefused() }

func (c *Case) cookiesRefused() (Finding, bool) {
	b := c.site.HTTP.BigCookie
	if b == nil || !slices.ContainsFunc(c.site.Rows, rowView.Fine) {
		return Finding{}, false
	}
	e := b.Exchange
	refused := e != nil && (e.Status == 400 || e.Status == 431 || e.Status == 413 || e.Status == 494 || e.Fail.Is(wire.Reset, wire.EOF, wire.HTTP2))
	if !refused {
		return Finding{}, false
	}
	v := c.nameValues("bytes", strconv.Itoa(c.site.HTTP.CookieLen))
	if e.Status > 0 {
		v["status"] = statusText(e.Status)
	}
	return Finding{
		Confidence: 0.88, Values: v,
		Evidence: []Evidence{
			{Check: "site.http-variants", Key: "cookies-refused", Values: v},
			{Check: "site.addresses", Key: "answered-well", Values: c.answerValues(), Clears: true},
		},
		Explains: []diagnostics.ID{"site.http-variants"},
	}, true
}

// cachedError: a cache hands out an error that the site itself no longer makes.
func (c *Case) cachedError() (Finding, bool) {
	a := c.site.Answer
	if a == nil || a.Status < 400 || !c.site.Writer.Cached && c.site.Writer.Age == 0 {
		return Finding{}, false
	}
	f := c.site.HTTP.Fresh
	if f == nil || reached(*f) != stepFine {
		return Finding{}, false
	}
	found := c.siteFinding(0.92, "cached-error", c.answerValues())
	return found, true
}

// byStatus are the faults that a bare status stands for when nothing in the answer says more.
var byStatus = map[int]FaultID{
	400: "site.rejects-request", 401: "site.needs-sign-in", 402: "site.needs-sign-in", 403: "site.needs-sign-in", 404: "site.page-not-found",
	405: "site.rejects-request", 406: "site.rejects-request", 408: "site.slow-answer", 410: "site.page-not-found", 411: "site.rejects-request",
	413: "site.rejects-request", 414: "site.rejects-request", 415: "site.rejects-request", 417: "site.rejects-request", 421: "site.rejects-request",
	425: "site.rejects-request", 426: "site.rejects-request", 429: "site.rate-limited", 431: "site.rejects-request", 444: "site.empty-reply", 451: "site.legal-block",
	500: "site.internal-error", 501: "site.internal-error", 502: "site.bad-gateway", 503: "site.unavailable", 504: "site.gateway-timeout",
	505: "site.internal-error", 507: "site.internal-error", 508: "site.internal-error", 509: "site.unavailable",
}

// statusAnswer: the site answers with an error. Who wrote it decides whose it is; inside TLS that
// proved the name it clears everything before the site.
func (c *Case) statusAnswer() (Finding, bool) {
	a, w := c.site.Answer, c.site.Writer
	if a == nil || a.Status < 400 && !harmfulPage(w) {
		return Finding{}, false
	}
	fault := FaultID(w.Fault)
	if fault == "" || fault == OK {
		fault = byStatus[a.Status]
	}
	if fault == "" && a.Status >= 400 {
		fault = "site.internal-error"
		if a.Status < 500 {
			fault = "site.rejects-request"
		}
	}
	if a.Status == 511 || w.Means == edge.SignIn {
		fault = "portal.sign-in"
	}
	v := c.answerValues()
	f := Finding{Fault: fault, Confidence: 0.9, Values: v, Explains: c.failed(diagnostics.Website, diagnostics.CDN)}
	if k, ok := resources.FaultByID(string(fault)); ok && w.Blame != "" && w.Blame != k.Blame {
		f.Confidence = 0.8 // the page names another party than this kind of fault usually has
	}
	if c.site.Trusted {
		f.Confidence = 0.94
	} else if c.Target.Scheme == "http" && c.onProxyStage(w) {
		f.Fault, f.Confidence = "proxy.error", 0.72
	}
	key := "answered-error"
	if w.Vendor != "" {
		key = "answered-error-by"
	}
	f.Evidence = append(f.Evidence, Evidence{Check: "site.addresses", Key: key, Values: v})
	if n := c.repeats(a.Status); n > 1 {
		f.Evidence = append(f.Evidence, Evidence{Check: "site.addresses", Key: "repeated", Values: vals("count", strconv.Itoa(n), "status", statusText(a.Status))})
	}
	if c.site.Trusted {
		f.Evidence = append(f.Evidence, Evidence{Check: "site.addresses", Key: "tls-alibi", Values: v, Clears: true})
	}
	f.Evidence = append(f.Evidence, c.onlineEvidence()...)
	f.Decide = c.doubt(fault)
	return f, true
}

// onProxyStage reports whether a plain answer carries a forward proxy's marks although the site is
// asked directly: an intercepting proxy on the way.
func (c *Case) onProxyStage(w edge.Writer) bool {
	return w.Party == edge.PartyForwardProxy && w.Blame == "filter"
}

// doubt names the test that would decide a fault that only this visitor may have.
func (c *Case) doubt(fault FaultID) string {
	switch fault {
	case "site.blocks-you", "site.rate-limited", "site.needs-sign-in":
		return "hotspot"
	}
	return ""
}

// harmfulPage reports whether a page came that is not the site's although its status is good.
func harmfulPage(w edge.Writer) bool {
	switch w.Means {
	case edge.DefaultPage, edge.Parked, edge.Suspended, edge.BlockPage, edge.SignIn, edge.Challenge, edge.BlocksYou:
		return w.Fault != "" && w.Fault != string(OK)
	}
	return false
}

// repeats counts the attempts that were answered with the status.
func (c *Case) repeats(status int) (n int) {
	for _, r := range c.site.Rows {
		for _, a := range r.Attempts {
			if a.Exchange != nil && a.Exchange.Status == status {
				n++
			}
		}
	}
	return n
}

// lossy reports whether packets are lost to a degree that breaks connections.
func (c *Case) lossy() bool {
	share, sent := c.loss.Share()
	return sent >= 20 && share > 0.15
}

// slowFirst is from when on a first byte counts as slow: visitors give up at about three seconds.
const slowFirst = 2500 * time.Millisecond
