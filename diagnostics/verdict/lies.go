package verdict

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// The rules of this file compare answers. Two different answers are normal: large sites give
// everybody another address. An answer is bad only when what stands at its address does not prove
// to be the site while what stands at another's does.

// proven reports whether an outsider's address proved to be the site.
func (c *Case) proven() (netip.Addr, bool) {
	for _, r := range c.site.Others {
		if !slices.Contains(c.names.Good, r.Addr.Addr()) {
			continue
		}
		for _, a := range r.Attempts {
			if a.Handshake != nil && a.Handshake.Trusted() {
				return r.Addr.Addr(), true
			}
		}
		if c.Target.Scheme == "http" && r.Best >= stepStatus {
			return r.Addr.Addr(), true
		}
	}
	return netip.Addr{}, false
}

// disproven reports whether none of this computer's addresses proved to be the site.
func (c *Case) disproven() bool {
	for _, r := range c.site.Rows {
		for _, a := range r.Attempts {
			if a.Handshake != nil && a.Handshake.Trusted() {
				return false
			}
		}
		if c.Target.Scheme == "http" && r.Fine() {
			return false
		}
	}
	return true
}

// worse reports whether this computer's answer is bad by its rcode or address while outsiders give
// a real address.
func (c *Case) worse() (key string, ok bool) {
	if c.names.Outside.Addrs == 0 || allBogon(c.names.Good) {
		return "", false
	}
	given := c.names.given()
	in := opinionOf(c.names.Configured)
	switch {
	case len(given) > 0 && allBogon(given) && c.names.differs():
		return "bogus-address", true
	case len(given) > 0:
		return "", false
	case in.Missing > 0:
		return "denied-name", true
	case in.Refused > 0 && !c.names.controlFails():
		return "refused-name", true
	case in.Empty > 0 && in.Addrs == 0:
		return "emptied-name", true
	case in.ServFail > 0 && c.filteredByServer():
		return "refused-name", true
	}
	return "", false
}

// filteredByServer reports whether a configured server says itself that it filters (RFC 8914).
func (c *Case) filteredByServer() bool {
	for _, s := range c.names.Configured {
		if hasEDE(s.A, edeFiltered) || hasEDE(s.AAAA, edeFiltered) {
			return true
		}
	}
	return false
}

// sameLie reports whether public servers, asked in plain DNS, give this computer's bad answer
// rather than the one they give over HTTPS: then it is forged on the way.
func (c *Case) sameLie() bool {
	secure := union(c.names.Secure)
	if len(secure) == 0 {
		return false
	}
	lies, honest := 0, 0
	for _, s := range c.names.Public {
		switch {
		case !s.Answered():
		case slices.ContainsFunc(s.Addrs(), func(a netip.Addr) bool { return slices.Contains(secure, a) }):
			honest++
		default:
			lies++
		}
		if s.A.Forged > 0 {
			lies++
		}
	}
	return lies >= 2 && lies > honest
}

// bad reports whether this computer's answer for the name is wrong, and how that shows.
func (c *Case) bad() (key string, ok bool) {
	if key, ok := c.worse(); ok {
		return key, true
	}
	if !c.names.differs() || !c.disproven() || !c.site.Measured {
		return "", false
	}
	if _, ok := c.proven(); !ok {
		return "", false
	}
	return "unproven-address", true
}

func (c *Case) lieValues() map[string]string {
	server := ""
	if len(c.names.Configured) > 0 {
		server = c.names.Configured[0].Addr.Addr().String()
	}
	return c.nameValues("server", server, "address", join(c.names.given()), "real", join(c.names.Good))
}

func (c *Case) lie(key string, confidence float64) Finding {
	f := Finding{Confidence: confidence, Values: c.lieValues(), Explains: c.failed(diagnostics.DNS, diagnostics.Website)}
	f.Evidence = append(f.Evidence, Evidence{Check: "dns.configured", Key: key, Values: f.Values})
	if a, ok := c.proven(); ok {
		f.Evidence = append(f.Evidence, Evidence{Check: "site.other-addresses", Key: "real-address-proven", Values: c.nameValues("address", a.String())})
	} else if len(c.names.Good) > 0 {
		f.Evidence = append(f.Evidence, Evidence{Check: "dns.https", Key: "outsiders-know", Values: c.nameValues("address", join(c.names.Good))})
	}
	return f
}

// injected: forged answers come from the way itself.
func (c *Case) injected() (Finding, bool) {
	key, ok := c.bad()
	if !ok || !c.sameLie() {
		return Finding{}, false
	}
	f := c.lie(key, 0.86)
	if c.names.Intercept.Answers {
		f.Confidence = 0.94
		f.Evidence = append(f.Evidence, Evidence{Check: "dns.interception", Key: "silent-address-answered"})
	}
	f.Evidence = append(f.Evidence, Evidence{Check: "dns.public", Key: "public-servers-forged"})
	return f, true
}

// blockedName: the configured server lies about this one name.
func (c *Case) blockedName() (Finding, bool) {
	key, ok := c.bad()
	if !ok || c.stale() {
		return Finding{}, false
	}
	f := c.lie(key, 0.93)
	if key == "unproven-address" {
		f.Confidence = 0.78
		if c.plainOnly() {
			f.Confidence = 0.72
		} else if !c.answersAnything() {
			return Finding{}, false // a dead address is rather an old one
		}
	}
	if c.filteredByServer() {
		f.Confidence = 0.97
	}
	return f, true
}

// otherMachine: a plain page came from an address that nobody else gives for the name; the address
// that everybody gives can prove to be the site, and this one cannot.
func (c *Case) otherMachine() (Finding, bool) {
	if len(c.site.Proofs) != 2 || !c.names.differs() || len(c.names.Hosts.Entries) > 0 || !c.site.fine() {
		return Finding{}, false
	}
	given, elsewhere := c.site.Proofs[0], c.site.Proofs[1]
	if elsewhere.Handshake == nil || !elsewhere.Handshake.Trusted() || given.Handshake != nil && given.Handshake.Trusted() || given.Fail() != nil && !given.Fail().Real() {
		return Finding{}, false
	}
	f := c.lie("unproven-address", 0.76)
	return f, true
}

// answersAnything reports whether something stands at this computer's addresses, though it is not
// the site.
func (c *Case) answersAnything() bool {
	return slices.ContainsFunc(c.site.Rows, func(r rowView) bool { return r.Best >= stepTrust })
}

// plainOnly reports whether the given address refuses encrypted connections and serves plain pages,
// as machines that show block pages do.
func (c *Case) plainOnly() bool {
	if c.Target.Scheme != "https" || !c.site.allAt(stepConnect) {
		return false
	}
	return slices.ContainsFunc(c.site.Ports.Other, func(x wire.Connect) bool { return x.OK && x.Addr.Port() == 80 })
}

// stale reports whether the configured servers' answer looks like one that was right before: its
// time to live counts down from the authority's, or what stands there still proves to be the site.
func (c *Case) stale() bool {
	if allBogon(c.names.given()) || len(c.names.given()) == 0 {
		return false
	}
	authority := c.authorityTTL()
	for _, s := range c.names.Configured {
		if len(s.A.Addrs) == 0 || authority == 0 {
			continue
		}
		if s.A.TTL < authority && !slices.Contains(roundTTLs, s.A.TTL) {
			return true
		}
	}
	return false
}

// roundTTLs are times to live that people choose for made-up answers.
var roundTTLs = []uint32{0, 1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400}

func (c *Case) authorityTTL() (ttl uint32) {
	for _, s := range c.names.Authority.Servers {
		ttl = max(ttl, s.A.TTL)
	}
	return ttl
}

// oldAnswer reports whether this computer's answer differs from everybody's, does not bring the
// page, and the others' would.
func (c *Case) oldAnswer() bool {
	if !c.names.differs() || !c.site.Measured || len(c.names.Hosts.Entries) > 0 {
		return false
	}
	for _, r := range c.site.Others {
		if r.Best == stepFine {
			return true
		}
	}
	return false
}

func (c *Case) staleValues() map[string]string {
	v := c.lieValues()
	for _, s := range c.names.Configured {
		if s.A.TTL > 0 && len(s.A.Addrs) > 0 {
			v["seconds"] = strconv.Itoa(int(s.A.TTL))
			break
		}
	}
	return v
}

// staleHere: a cache on this computer still has the old address: the configured server on the wire,
// or everybody else when that server is this computer itself, has the new one.
func (c *Case) staleHere() (Finding, bool) {
	if !c.oldAnswer() {
		return Finding{}, false
	}
	wireHasNew, onThisComputer := false, false
	for _, s := range c.names.Configured {
		if slices.ContainsFunc(s.Addrs(), func(a netip.Addr) bool { return slices.Contains(c.names.Good, a) }) {
			wireHasNew = true
		}
		if s.Addr.Addr().IsLoopback() || s.Resolver != nil && s.Resolver.Stub {
			onThisComputer = true
		}
	}
	if !wireHasNew && !onThisComputer {
		return Finding{}, false
	}
	f := Finding{Confidence: 0.86, Values: c.staleValues(), Explains: c.failed(diagnostics.Website)}
	f.Evidence = []Evidence{{Check: "dns.system", Key: "old-address-here", Values: f.Values}, {Check: "dns.https", Key: "outsiders-know", Values: c.nameValues("address", join(c.names.Good))}}
	return f, true
}

func (c *Case) staleAtResolver() (Finding, bool) {
	if !c.oldAnswer() {
		return Finding{}, false
	}
	f := Finding{Confidence: 0.74, Values: c.staleValues(), Explains: c.failed(diagnostics.Website)}
	if c.stale() {
		f.Confidence = 0.9
	}
	f.Evidence = []Evidence{{Check: "dns.configured", Key: "old-address", Values: f.Values}, {Check: "dns.https", Key: "outsiders-know", Values: c.nameValues("address", join(c.names.Good))}}
	return f, true
}

// notPropagated: the domain's own servers disagree, and not just in the order of addresses.
func (c *Case) notPropagated() (Finding, bool) {
	type view struct {
		serial uint32
		addrs  []netip.Addr
	}
	var seen []view
	for _, s := range c.names.Authority.Servers {
		if s.A.Answered() && s.SOA.Answered() && s.SOA.Serial != 0 {
			seen = append(seen, view{s.SOA.Serial, s.A.Addrs})
		}
	}
	for i, a := range seen {
		for _, b := range seen[:i] {
			disjoint := !slices.ContainsFunc(a.addrs, func(x netip.Addr) bool { return slices.Contains(b.addrs, x) })
			if a.serial != b.serial && disjoint && len(a.addrs)+len(b.addrs) > 0 {
				v := c.nameValues("zone", c.names.Authority.Zone, "serials", strconv.Itoa(int(a.serial))+", "+strconv.Itoa(int(b.serial)))
				return Finding{
					Confidence: 0.9, Values: v, Explains: c.failed(diagnostics.Website),
					Evidence: []Evidence{{Check: "dns.authority", Key: "authorities-disagree", Values: v}},
				}, true
			}
		}
	}
	return Finding{}, false
}

// splitHorizon: one of the configured servers knows the name and those that are asked first, or the
// public, do not; typical of a company's names.
func (c *Case) splitHorizon() (Finding, bool) {
	if len(c.names.System.Addrs) > 0 || c.names.Outside.Addrs > 0 {
		return Finding{}, false
	}
	knows, denies := "", false
	for _, s := range c.names.Configured {
		switch {
		case len(s.Addrs()) > 0:
			knows = s.Addr.Addr().String()
		case s.Answered():
			denies = true
		}
	}
	if knows != "" && denies {
		v := c.nameValues("server", knows)
		return Finding{
			Confidence: 0.85, Values: v, Explains: c.failed(diagnostics.DNS, diagnostics.Website),
			Evidence: []Evidence{{Check: "dns.configured", Key: "one-server-knows", Values: v}},
		}, true
	}
	if len(c.Target.Host) > 0 && !slices.Contains([]byte(c.Target.Host), '.') && c.names.Outside.Missing > 0 && c.hasTunnel() {
		return Finding{
			Confidence: 0.65, Values: c.nameValues(), Decide: "vpn", Explains: c.failed(diagnostics.DNS, diagnostics.Website),
			Evidence: []Evidence{{Check: "dns.configured", Key: "short-name", Values: c.nameValues()}},
		}, true
	}
	return Finding{}, false
}

func (c *Case) hasTunnel() bool {
	return slices.ContainsFunc(c.links.Links, func(l platform.Link) bool { return l.Kind == platform.Tunnel })
}
