package verdict

import (
	"slices"
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

// trustRules come before every verdict about a certificate: a wrong clock and an intercepting box
// make good certificates look bad.
var trustRules = []Rule{
	{"clock.wrong", (*Case).clockStops},
	{"filter.tls-interception", (*Case).interceptionStops},
}

// clockStops: certificates fail only for their dates, and they would not at the others' time.
func (c *Case) clockStops() (Finding, bool) {
	if !c.skew.Wrong() && !(c.skew.Samples > 0 && abs(c.skew.By) > 24*time.Hour) {
		return Finding{}, false
	}
	timed, cured := 0, 0
	look := func(h *wire.Handshake) {
		if h == nil || !h.OK || !h.TrustedButForTime || !h.Has(wire.Expired) && !h.Has(wire.NotYetValid) {
			return
		}
		timed++
		if c.validThen(h) {
			cured++
		}
	}
	for _, i := range []Internet{c.v4, c.v6} {
		for _, a := range i.Report.Anchors {
			look(a.Attempt.Handshake)
		}
	}
	for _, r := range c.site.Rows {
		for _, a := range r.Attempts {
			look(a.Handshake)
		}
	}
	if timed == 0 || cured == 0 {
		return Finding{}, false
	}
	if c.siteFailsOtherwise() {
		return Finding{}, false
	}
	f := c.clockFinding()
	if c.v4.Trusted+c.v6.Trusted > 0 && cured < timed {
		return Finding{}, false // some certificates are fine with this clock: those that fail are expired
	}
	f.Explains = c.failed(diagnostics.Provider, diagnostics.DNS, diagnostics.Website)
	return f, true
}

// siteFailsOtherwise reports whether the site fails for a reason that no clock accounts for: it is
// not connected to, or its certificate has another fault besides.
func (c *Case) siteFailsOtherwise() bool {
	if !c.site.Measured || len(c.site.Rows) == 0 {
		return false
	}
	for _, r := range c.site.Rows {
		if r.Best != stepTrust {
			if r.Best == stepFine {
				return false
			}
			continue
		}
		if a, _ := r.at(stepTrust); a.Handshake.TrustedButForTime {
			return false
		}
	}
	return true
}

// validThen reports whether a chain is within its dates at the others' time.
func (c *Case) validThen(h *wire.Handshake) bool {
	for _, cert := range h.Chain {
		ahead := c.skew.By
		now := c.judgedAt()
		if now.IsZero() {
			return false
		}
		then := now.Add(-ahead)
		if then.Before(cert.NotBefore) || then.After(cert.NotAfter) {
			return false
		}
	}
	return len(h.Chain) > 0
}

// judgedAt is when, by this computer's clock, the examination took place.
func (c *Case) judgedAt() time.Time {
	for _, f := range c.Facts.All() {
		if !f.Start.IsZero() {
			return f.Start
		}
	}
	return time.Time{}
}

func (c *Case) clockFinding() Finding {
	f := Finding{Confidence: 0.94, Values: vals("by", spell(abs(c.skew.By)))}
	key := "clock-ahead"
	if c.skew.By < 0 {
		key = "clock-behind"
	}
	f.Evidence = []Evidence{{Check: "provider.sign-in", Key: key, Values: vals("by", spell(abs(c.skew.By)))}}
	if c.skew.Samples < 3 {
		f.Confidence = 0.82
	}
	return f
}

func abs(d time.Duration) time.Duration { return max(d, -d) }

// untrustedIssuer returns who signed a chain that does not lead to a trusted root although it is in
// order otherwise.
func untrustedIssuer(h *wire.Handshake) (string, bool) {
	if h == nil || !h.OK || len(h.Chain) == 0 || h.Chain[0].SelfSigned || !h.Has(wire.UnknownAuthority) && !h.Has(wire.SelfSigned) && !h.Has(wire.IncompleteChain) {
		return "", false
	}
	return h.Chain[0].Issuer, true
}

// interceptors returns the issuer that vouches for unrelated operators' names without being
// trusted, and whether it also does so for the site.
func (c *Case) interceptor() (issuer string, anchors int, site bool) {
	by := map[string]int{}
	for _, i := range []Internet{c.v4, c.v6} {
		seen := map[string]bool{}
		for _, a := range i.Report.Anchors {
			if who, ok := untrustedIssuer(a.Attempt.Handshake); ok && !seen[a.Operator] {
				seen[a.Operator] = true
				by[who]++
			}
		}
	}
	for who, n := range by {
		if n > anchors {
			issuer, anchors = who, n
		}
	}
	for _, r := range c.site.Rows {
		for _, a := range r.Attempts {
			who, ok := untrustedIssuer(a.Handshake)
			if ok && (who == issuer || issuer == "" && product(a.Handshake) != "") {
				site = true
				if issuer == "" {
					issuer = who
				}
			}
		}
	}
	return issuer, anchors, site
}

// interceptionStops: the box in the middle is not trusted by this computer, so nothing opens.
func (c *Case) interceptionStops() (Finding, bool) {
	if c.site.fine() {
		return Finding{}, false
	}
	issuer, anchors, site := c.interceptor()
	if anchors < 2 && c.names.differs() {
		return Finding{}, false // another machine altogether
	}
	if anchors < 2 && !site || c.Target.None() && anchors < 2 || !c.Target.None() && !site {
		return Finding{}, false
	}
	f := Finding{Confidence: 0.93, Values: vals("issuer", commonName(issuer)), Explains: c.failed(diagnostics.Provider, diagnostics.DNS, diagnostics.Website)}
	if anchors < 2 {
		f.Confidence = 0.82
	}
	f.Evidence = []Evidence{{Check: "provider.anchors4", Key: "same-issuer", Values: vals("issuer", commonName(issuer))}}
	if anchors < 2 {
		f.Evidence = []Evidence{{Check: "site.addresses", Key: "product-issuer", Values: vals("issuer", commonName(issuer))}}
	}
	return f, true
}

// products are words in the names of issuers that filters, antivirus programs and debugging
// proxies use for the certificates they make on the fly.
var products = []string{
	"kaspersky", "eset ssl", "avast", "avg technologies", "bitdefender", "zscaler", "fortinet", "fortigate", "netskope", "sophos",
	"umbrella", "blue coat", "bluecoat", "palo alto", "watchguard", "adguard", "mitmproxy", "do_not_trust_fiddler", "charles proxy",
	"portswigger", "web shield", "sonicwall", "smoothwall", "securly", "lightspeed", "check point", "checkpoint", "forcepoint",
	"websense", "mcafee web gateway", "skyhigh", "iboss", "contentwatch", "net nanny", "qustodio", "dr.web", "untangle", "pfsense",
	"barracuda", "cyberoam", "trend micro", "symantec web", "menlo security", "cloudflare for teams", "gateway ca - cloudflare",
}

// product returns the issuer when its name is that of an intercepting product.
func product(h *wire.Handshake) string {
	if h == nil {
		return ""
	}
	for _, cert := range h.Chain {
		low := strings.ToLower(cert.Issuer)
		if slices.ContainsFunc(products, func(p string) bool { return strings.Contains(low, p) }) {
			return cert.Issuer
		}
	}
	return ""
}

// intercepted: encrypted traffic is opened by a product whose certificates this computer trusts.
// That is worth knowing even when everything works.
func (c *Case) intercepted() (Finding, bool) {
	issuer, anchors, _ := c.interceptor()
	if anchors < 2 {
		issuer = ""
		n := 0
		for _, i := range []Internet{c.v4, c.v6} {
			for _, a := range i.Report.Anchors {
				if who := product(a.Attempt.Handshake); who != "" {
					issuer = who
					n++
				}
			}
		}
		if n < 2 {
			return Finding{}, false
		}
	}
	return Finding{
		Confidence: 0.85, Values: vals("issuer", commonName(issuer)),
		Evidence: []Evidence{{Check: "provider.anchors4", Key: "same-issuer", Values: vals("issuer", commonName(issuer))}},
	}, true
}

// clockOff: the clock is off, though nothing fails for it.
func (c *Case) clockOff() (Finding, bool) {
	if !c.skew.Wrong() {
		return Finding{}, false
	}
	f := c.clockFinding()
	f.aside = c.anchorsTrusted() && abs(c.skew.By) < 24*time.Hour // certificates still verify
	return f, true
}

// anchorsTrusted reports whether some reference proved its identity: certificates, clock and roots
// of this computer are in order.
func (c *Case) anchorsTrusted() bool { return c.v4.Trusted+c.v6.Trusted > 0 }
