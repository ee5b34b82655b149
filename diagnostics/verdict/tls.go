package verdict

import (
	"slices"
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

// tlsRules are for connections that open and then do not become safe.
var tlsRules = []Rule{
	{"tls.not-tls", siteFails((*Case).notTLS)},
	{"tls.too-old", siteFails((*Case).tooOld)},
	{"tls.needs-client-certificate", siteFails((*Case).wantsClientCert)},
	{"filter.sni-reset", siteFails((*Case).cutByName)},
	{"tls.server-resets", siteFails((*Case).handshakeCut)},
	{"tls.hangs", siteFails((*Case).handshakeHangs)},
	{"tls.server-resets", siteFails((*Case).handshakeFails)},
	{"tls.self-signed", siteFails((*Case).badChain)},
}

// handshake returns the failure of the handshakes when they are what stops every address that
// could be connected to; after a redirect, of the last step's.
func (c *Case) handshakeFail() (*wire.Failure, bool) {
	if h := c.stepHandshake(); h != nil && h.Fail.Real() {
		return h.Fail, true
	}
	best := stepNone
	for _, r := range c.site.Rows {
		best = max(best, r.Best)
	}
	if best != stepHandshake {
		return nil, false
	}
	for _, r := range c.site.Rows {
		if a, ok := r.at(stepHandshake); ok {
			return a.Handshake.Fail, a.Handshake.Fail.Real()
		}
	}
	return nil, false
}

// stepHandshake is the handshake of the last redirect, nil when there was none.
func (c *Case) stepHandshake() *wire.Handshake {
	if n := len(c.site.Redirect.Steps); n > 0 {
		return c.site.Redirect.Steps[n-1].Attempt.Handshake
	}
	return nil
}

func (c *Case) notTLS() (Finding, bool) {
	f, ok := c.handshakeFail()
	if !ok || !f.Is(wire.NotTLS) {
		return Finding{}, false
	}
	v := c.addrValues()
	if a, ok := c.site.first(stepHandshake); ok {
		v["sample"] = a.Handshake.Sample
	}
	return c.siteFinding(0.95, "not-tls", v), true
}

// Alerts of RFC 8446 section 6.2.
const (
	alertHandshakeFailure = 40
	alertProtocolVersion  = 70
)

func (c *Case) tooOld() (Finding, bool) {
	f, ok := c.handshakeFail()
	if !ok {
		return Finding{}, false
	}
	old := c.site.TLS.Old
	speaksOld := old != nil && old.Handshake != nil && old.Handshake.OK && (old.Handshake.Version == "TLS 1.0" || old.Handshake.Version == "TLS 1.1")
	switch {
	case speaksOld:
		return c.siteFinding(0.96, "only-old-tls", c.addrValues("version", old.Handshake.Version)), true
	case f.Is(wire.ProtocolVersion) || f.Is(wire.Alert) && f.Alert == alertProtocolVersion:
		return c.siteFinding(0.9, "only-old-tls", c.addrValues("version", "TLS 1.1")), true
	}
	return Finding{}, false
}

func (c *Case) wantsClientCert() (Finding, bool) {
	if f, ok := c.handshakeFail(); ok && f.Is(wire.ClientCert) {
		return c.siteFinding(0.95, "wants-client-certificate", c.addrValues()), true
	}
	// In TLS 1.3 the refusal comes after the handshake, as an alert in place of the answer.
	if a, ok := c.site.first(stepExchange); ok && a.Handshake != nil && a.Handshake.ClientCertAsked && a.Exchange.Fail.Is(wire.ClientCert, wire.Alert) {
		return c.siteFinding(0.93, "wants-client-certificate", c.addrValues()), true
	}
	return Finding{}, false
}

// spokeTLS reports whether a variant got a TLS answer of any kind: a handshake or an alert.
func spokeTLS(a *wire.Attempt) bool {
	return a != nil && a.Handshake != nil && (a.Handshake.OK || a.Handshake.Fail.Is(wire.Alert, wire.ProtocolVersion, wire.ClientCert))
}

// cutByName: the connection dies when the site's name is spoken, and lives with another name.
func (c *Case) cutByName() (Finding, bool) {
	f, ok := c.handshakeFail()
	if !ok || !f.Is(wire.Reset, wire.EOF, wire.Timeout) {
		return Finding{}, false
	}
	t := c.site.TLS
	if !spokeTLS(t.OtherName) && !spokeTLS(t.NoName) || spokeTLS(t.Again) {
		return Finding{}, false
	}
	if t.SmallMSS != nil && t.SmallMSS.Handshake != nil && t.SmallMSS.Handshake.OK {
		return Finding{}, false
	}
	found := c.siteFinding(0.86, "name-cut", c.addrValues())
	found.Decide = "hotspot"
	if f.Is(wire.Timeout) {
		found.Fault = "filter.sni-drop"
		found.Evidence[0].Key = "name-dropped"
	}
	if spokeTLS(t.OtherName) && spokeTLS(t.NoName) {
		found.Confidence = 0.9
	}
	return found, true
}

func (c *Case) handshakeCut() (Finding, bool) {
	f, ok := c.handshakeFail()
	if !ok || !f.Is(wire.Reset, wire.EOF) {
		return Finding{}, false
	}
	return c.siteFinding(0.86, "handshake-cut", c.addrValues()), true
}

func (c *Case) handshakeHangs() (Finding, bool) {
	f, ok := c.handshakeFail()
	if !ok || !f.Is(wire.Timeout) {
		return Finding{}, false
	}
	return c.siteFinding(0.84, "handshake-hangs", c.addrValues()), true
}

// handshakeFails is any other failure: an alert that no variant explains, or nonsense.
func (c *Case) handshakeFails() (Finding, bool) {
	f, ok := c.handshakeFail()
	if !ok {
		return Finding{}, false
	}
	return c.siteFinding(0.75, "handshake-fails", c.addrValues("reason", f.Text)), true
}

// chain returns the handshake whose certificate stops the page.
func (c *Case) chain() (*wire.Handshake, bool) {
	if h := c.stepHandshake(); h != nil && h.OK && !h.Trusted() {
		return h, true
	}
	best := stepNone
	for _, r := range c.site.Rows {
		best = max(best, r.Best)
	}
	if best != stepTrust {
		return nil, false
	}
	a, ok := c.site.first(stepTrust)
	return a.Handshake, ok
}

// badChain names what is wrong with a certificate, in the order in which browsers complain: who
// vouches for it, for whom, for how long.
func (c *Case) badChain() (Finding, bool) {
	h, ok := c.chain()
	if !ok {
		return Finding{}, false
	}
	return c.chainFinding(h)
}

func (c *Case) chainFinding(h *wire.Handshake) (Finding, bool) {
	if len(h.Chain) == 0 {
		return Finding{}, false
	}
	leaf := h.Chain[0]
	v := c.addrValues("issuer", commonName(leaf.Issuer), "names", strings.Join(leaf.Names[:min(3, len(leaf.Names))], ", "), "until", leaf.NotAfter.UTC().Format(time.DateOnly), "from", leaf.NotBefore.UTC().Format(time.DateOnly))
	if n := len(c.site.Redirect.Steps); n > 0 && h.ServerName != "" {
		v["host"] = h.ServerName
	}
	if !c.skew.Wrong() {
		if d := c.judgedAt().Sub(leaf.NotAfter); d > 0 {
			v["days"] = spell(d)
		}
	}
	f := c.siteFinding(0.95, "", v)
	f.Explains = append(f.Explains, c.failed(diagnostics.CDN)...)
	switch {
	case h.Has(wire.IncompleteChain) && !h.Has(wire.WrongName) && !h.Has(wire.Expired):
		f.Fault, f.Evidence[0].Key = "tls.incomplete-chain", "incomplete-chain"
	case h.Has(wire.SelfSigned), h.Has(wire.UnknownAuthority):
		f.Fault, f.Evidence[0].Key = "tls.self-signed", "unknown-issuer"
	case h.Has(wire.WrongName):
		f.Fault, f.Evidence[0].Key = "tls.wrong-name", "wrong-name"
	case h.Has(wire.Expired):
		f.Fault, f.Evidence[0].Key = "tls.expired", "expired"
	case h.Has(wire.NotYetValid):
		f.Fault, f.Evidence[0].Key = "tls.expired", "not-yet-valid"
	case h.Has(wire.IncompleteChain):
		f.Fault, f.Evidence[0].Key = "tls.incomplete-chain", "incomplete-chain"
	default:
		f.Fault, f.Evidence[0].Key, f.Confidence = "tls.self-signed", "bad-certificate", 0.8
	}
	if c.anchorsTrusted() {
		f.Evidence = append(f.Evidence, Evidence{Check: "provider.anchors4", Key: "others-verify", Clears: true})
	} else if !c.local() {
		f.Confidence = 0.75 // nothing else could be verified: the fault may be nearer
	}
	return f, true
}

// oneBadChain: one of several addresses has a certificate that does not prove the name.
func (c *Case) oneBadChain(r rowView) (Finding, bool) {
	a, ok := r.at(stepTrust)
	if !ok {
		return Finding{}, false
	}
	f, ok := c.chainFinding(a.Handshake)
	f.Confidence = min(f.Confidence, 0.88)
	return f, ok
}

// ipv6Stalls: over IPv6 connections open and then die, over IPv4 all is well; the page may or may
// not come, depending on which the browser takes.
func (c *Case) ipv6Stalls() (Finding, bool) {
	four, six := c.site.split()
	if len(six) == 0 || !slices.ContainsFunc(four, rowView.Fine) {
		return Finding{}, false
	}
	stalled := 0
	for _, r := range six {
		dies := r.Best == stepHandshake || r.Best == stepExchange
		if dies && r.fail().Is(wire.Timeout, wire.Reset, wire.EOF) {
			stalled++
		}
	}
	if stalled != len(six) {
		return Finding{}, false
	}
	f := c.siteFinding(0.8, "ipv6-stalls", c.addrValues())
	if c.v6.Trusted >= 2 && c.Target.Scheme == "https" {
		f.Confidence = 0.62 // other sites' encrypted answers pass
		f.Fault = "site.ipv6-broken"
	}
	small := c.site.TLS.SmallMSS
	passes := small != nil && !small.Addr.Addr().Is4() && small.Handshake != nil && small.Handshake.OK && small.Exchange.Failed() == nil
	if c.v6.Connected >= 2 && c.v6.Trusted == 0 || passes {
		f.Fault, f.Confidence = "path.ipv6-stalls", 0.92
	}
	return f, true
}
