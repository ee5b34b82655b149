package verdict

import (
	"strconv"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
)

// The rules of this file judge the DNS servers that this computer is told to ask, whatever the name.

// portBlocked: no server at all answers on port 53, although some of the same machines answer over
// HTTPS: something on the way takes the port away.
func (c *Case) portBlocked() (Finding, bool) {
	alive, asked := c.names.alive()
	if alive > 0 || asked == 0 || c.plainPublicAnswers() > 0 || !c.publicPortSilent() {
		return Finding{}, false
	}
	for _, s := range c.names.Configured {
		if a := s.Addr.Addr(); a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || s.A.Fail.Is(wire.Refused) {
			return Finding{}, false
		}
	}
	f, ok := c.portBlockedAnyway()
	f.Confidence = 0.76 // the one configured server may be dead besides
	f.Explains = c.failed(diagnostics.DNS, diagnostics.Website)
	return f, ok
}

// portBlockedAnyway is the same, told when the configured servers still work.
func (c *Case) portBlockedAnyway() (Finding, bool) {
	if !c.publicPortSilent() {
		return Finding{}, false
	}
	n := 0
	for _, s := range c.names.Secure {
		if s.Answered() {
			n++
		}
	}
	if n < 2 {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.86,
		Evidence: []Evidence{
			{Check: "dns.public", Key: "port-53-silent", Values: vals("count", strconv.Itoa(len(c.names.Public)))},
			{Check: "dns.https", Key: "https-dns-works", Values: vals("count", strconv.Itoa(n)), Clears: true},
		},
		Explains: []diagnostics.ID{"dns.public"},
	}, true
}

func (c *Case) plainPublicAnswers() (n int) {
	for _, s := range c.names.Public {
		if s.Answered() {
			n++
		}
	}
	return n
}

// publicPortSilent reports whether at least three public servers were asked in plain DNS and none
// said anything.
func (c *Case) publicPortSilent() bool {
	silent := 0
	for _, s := range c.names.Public {
		if s.Answered() {
			return false
		}
		if s.A.Fail.Is(wire.Timeout) { // one that refuses is reached, and merely serves no plain DNS
			silent++
		}
	}
	return silent >= 3
}

// serversDown: none of the configured servers says anything at all, while the internet is there.
func (c *Case) serversDown() (Finding, bool) {
	if f, ok := c.noServer(); ok {
		return f, true
	}
	alive, asked := c.names.alive()
	if alive > 0 || asked == 0 || !c.online() || c.fine() {
		return Finding{}, false
	}
	first := c.names.Configured[0]
	v := c.nameValues("server", first.Addr.Addr().String(), "count", strconv.Itoa(asked))
	f := Finding{Confidence: 0.94, Values: v, Explains: c.failed(diagnostics.DNS, diagnostics.Website)}
	key := "server-silent"
	if first.A.Fail.Is(wire.Refused) {
		key = "server-closed"
	}
	f.Evidence = append(f.Evidence, Evidence{Check: "dns.configured", Key: key, Values: v})
	f.Evidence = append(f.Evidence, c.onlineEvidence()...)
	return f, true
}

// noServer: this computer was told no name server at all.
func (c *Case) noServer() (Finding, bool) {
	l, ok := checks.Resolvers.From(c.Facts)
	if !ok || len(l.Resolvers) > 0 || !c.online() || c.fine() || c.Target.None() || !c.names.SystemDone || len(c.names.System.Addrs) > 0 {
		return Finding{}, false
	}
	if _, ip := c.Target.IP(); ip {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.85, Values: c.nameValues(), Explains: c.failed(diagnostics.DNS, diagnostics.Website),
		Evidence: append([]Evidence{{Check: "computer.resolvers", Key: "no-name-server"}}, c.onlineEvidence()...),
	}, true
}

// serversRefuse: the configured servers answer, but with nothing, even for names that surely exist;
// or they fail for this name and the outsiders do not.
func (c *Case) serversRefuse() (Finding, bool) {
	alive, _ := c.names.alive()
	if alive == 0 || !c.online() || c.fine() {
		return Finding{}, false
	}
	o := opinionOf(c.names.Configured)
	v := c.nameValues("server", c.names.Configured[0].Addr.Addr().String(), "rcode", c.names.Configured[0].RCode())
	if c.names.controlFails() && o.Addrs == 0 {
		if !c.Target.None() && c.names.Outside.Addrs == 0 {
			v = vals("server", v["server"], "rcode", v["rcode"])
		}
		f := Finding{Confidence: 0.93, Values: v, Explains: c.failed(diagnostics.DNS, diagnostics.Website)}
		f.Evidence = []Evidence{{Check: "dns.configured", Key: "server-refuses", Values: v}}
		f.Evidence = append(f.Evidence, c.onlineEvidence()...)
		return f, true
	}
	if c.Target.None() || o.Addrs > 0 || o.ServFail == 0 && o.Answered > 0 || c.names.Outside.Addrs == 0 {
		return Finding{}, false
	}
	for _, s := range c.names.Configured {
		if hasEDE(s.A, edeFiltered) {
			return Finding{}, false
		}
	}
	confidence := 0.78
	if o.Answered == 0 {
		confidence = 0.62 // silence for one name may be a filter's way
	}
	return Finding{
		Confidence: confidence, Values: v, Explains: c.failed(diagnostics.DNS, diagnostics.Website),
		Evidence: []Evidence{
			{Check: "dns.configured", Key: "server-fails-here", Values: v},
			{Check: "dns.https", Key: "outsiders-know", Values: c.nameValues("address", join(c.names.Good)), Clears: true},
		},
	}, true
}
