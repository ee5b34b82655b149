package verdict

import (
	"net/netip"
	"strconv"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

var routerRules = []Rule{
	{"ip.conflict", offlineOnly((*Case).addressConflict)},
	{"router.no-answer", offlineOnly((*Case).routerSilent)},
}

var portalRules = []Rule{
	{"portal.sign-in", (*Case).signIn},
	{"portal.sign-in", offlineOnly((*Case).walledGarden)},
}

var uplinkRules = []Rule{
	{"proxy.no-answer", offlineOnly((*Case).onlyProxyDown)},
	{"provider.no-uplink", offlineOnly((*Case).uplinkRefused)},
	{"router.not-forwarding", offlineOnly((*Case).notForwarding)},
	{"provider.no-uplink", offlineOnly((*Case).uplinkSilent)},
	{"path.ipv4-broken", (*Case).ipv4Stops},
	{"path.mtu-black-hole", (*Case).bigPacketsVanish},
}

// addressConflict: more than one device answers to the gateway's address. Now one of them gets the
// packets, now the other.
func (c *Case) addressConflict() (Finding, bool) {
	for _, g := range c.gateways {
		if len(g.Claims) > 1 {
			v := vals("address", g.Addr.String(), "mac", g.Claims[0], "other", g.Claims[1])
			return Finding{Confidence: 0.88, Values: v, Evidence: []Evidence{{Check: "router.echo", Key: "two-claims", Values: v}}}, true
		}
	}
	return c.macChanged()
}

// macChanged: the gateway's hardware address changed while we looked. A router that was just
// exchanged looks the same, but then things work.
func (c *Case) macChanged() (Finding, bool) {
	for _, g := range c.gateways {
		for _, n := range c.routes.Neighbours {
			fresh := n.State == platform.NeighbourReachable || n.State == platform.NeighbourStale
			if n.Addr.WithZone("") == g.Addr.WithZone("") && fresh && n.MAC != "" && g.MAC != "" && n.MAC != g.MAC {
				return Finding{
					Confidence: 0.7, Values: vals("address", g.Addr.String(), "mac", n.MAC, "other", g.MAC),
					Evidence: []Evidence{{Check: "router.echo", Key: "mac-changed", Values: vals("address", g.Addr.String(), "mac", n.MAC, "other", g.MAC)}},
				}, true
			}
		}
	}
	return Finding{}, false
}

// routerSilent needs proof: a neighbour entry that failed, or this computer saying itself that the
// next hop does not answer. A ping without answer proves nothing.
func (c *Case) routerSilent() (Finding, bool) {
	own, fromHere := offender(c.fails(), c.isOwn)
	fromHere = fromHere && own.Is(wire.HostUnreachable)
	if !c.routerDead() && !(fromHere && !c.routerAlive()) {
		return Finding{}, false
	}
	f := Finding{Confidence: 0.94, Values: vals("address", c.gateway()), Explains: c.failed(diagnostics.Stations[:]...)}
	f.Evidence = append(f.Evidence, Evidence{Check: "router.echo", Key: "router-silent", Values: vals("address", c.gateway())})
	if fromHere {
		f.Evidence = append(f.Evidence, Evidence{Check: "provider.anchors4", Key: "next-hop-silent"})
	}
	return f, true
}

// signIn: a page came instead of an answer that is known.
func (c *Case) signIn() (Finding, bool) {
	portal, good := 0, 0
	var seen checks.SignInProbe
	for _, p := range c.sign.Probes {
		switch p.Answer {
		case "portal":
			if portal == 0 || seen.Location == "" {
				seen = p
			}
			portal++
		case "as-expected", "empty":
			good++
		}
	}
	if portal == 0 || c.site.fine() && c.site.Trusted && good > 0 {
		return Finding{}, false
	}
	f := Finding{Confidence: 0.95, Values: vals("location", seen.Location), Explains: c.failed(diagnostics.Provider, diagnostics.DNS, diagnostics.Website)}
	if good > 0 || c.v4.Trusted+c.v6.Trusted >= 2 {
		f.Confidence = 0.72 // some of the ways out are open: it may be a box that only meddles with plain HTTP
	}
	f.Evidence = append(f.Evidence, Evidence{Check: "provider.sign-in", Key: "portal", Values: vals("url", seen.URL, "location", seen.Location, "count", strconv.Itoa(portal))})
	return f, true
}

// walledGarden: names are answered by servers beyond the router, and nothing else passes.
func (c *Case) walledGarden() (Finding, bool) {
	passed := false
	for _, s := range c.publicAnswers() {
		passed = passed || s.Answered() && !c.names.Intercept.Answers
	}
	for _, a := range c.names.Missing.Public {
		passed = passed || a.Answered()
	}
	for _, s := range c.configured() {
		beyond := !s.Addr.Addr().IsPrivate() && !s.Addr.Addr().IsLoopback() && !c.isGateway(s.Addr.Addr())
		passed = passed || beyond && s.Alive()
	}
	if !passed {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.75,
		Evidence:   []Evidence{{Check: "dns.control", Key: "only-dns-passes"}},
		Explains:   c.failed(diagnostics.Provider, diagnostics.Website),
		Decide:     "portal-page",
	}, true
}

// publicAnswers are what the anchors said over plain DNS.
func (c *Case) publicAnswers() []checks.Server { return c.names.Public }

// configured are the configured servers, from whichever check asked them.
func (c *Case) configured() []checks.Server {
	if len(c.names.Configured) > 0 {
		return c.names.Configured
	}
	l, _ := checks.ControlNames.From(c.Facts)
	return l.Servers
}

// uplinkRefused: a router says that it has no way on.
func (c *Case) uplinkRefused() (Finding, bool) {
	f, ok := offender(c.errands(), func(a netip.Addr) bool { return !c.isOwn(a) })
	if !ok {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.94, Values: vals("address", f.Offender.String()),
		Evidence: []Evidence{{Check: "provider.anchors4", Key: "router-says-unreachable", Values: vals("address", f.Offender.String())}, c.routerAnswers()},
		Explains: c.failed(diagnostics.Provider, diagnostics.DNS, diagnostics.Website),
	}, true
}

// routerAnswers clears the router.
func (c *Case) routerAnswers() Evidence {
	for _, g := range c.gateways {
		if g.Alive {
			return Evidence{Check: "router.echo", Key: "router-alive", Values: vals("address", g.Addr.String()), Clears: true}
		}
	}
	return Evidence{Check: "router.echo", Key: "router-not-seen"}
}

// notForwarding: the router lives, yet it does not even say so when a packet's life ends at it. A
// router that forwards must (RFC 1812 section 4.3.3); one whose own name service works has a way out
// that it does not share.
func (c *Case) notForwarding() (Finding, bool) {
	if !c.routerAlive() || len(c.hops) == 0 || checks.Farthest(c.hops) > 0 {
		return Finding{}, false
	}
	f := Finding{Confidence: 0.66, Values: vals("address", c.gateway()), Decide: "router-page", Explains: c.failed(diagnostics.Provider, diagnostics.DNS, diagnostics.Website)}
	alive := c.routerAnswers()
	alive.Clears = false
	f.Evidence = []Evidence{{Check: "provider.hops", Key: "router-does-not-forward", Values: vals("address", c.gateway())}, alive}
	for _, s := range c.configured() {
		if c.isGateway(s.Addr.Addr()) && s.Alive() && !c.names.controlFails() {
			f.Confidence = 0.78
			f.Evidence = append(f.Evidence, Evidence{Check: "dns.control", Key: "router-resolves", Values: vals("address", c.gateway())})
		}
	}
	return f, true
}

// uplinkSilent is what is left when this computer and the router are in order.
func (c *Case) uplinkSilent() (Finding, bool) {
	if _, routed := c.routes.Default(diagnostics.IPv4); !routed {
		if _, routed = c.routes.Default(diagnostics.IPv6); !routed {
			return Finding{}, false
		}
	}
	f := Finding{Confidence: 0.55, Decide: "hotspot", Values: vals("address", c.gateway()), Explains: c.failed(diagnostics.Provider, diagnostics.DNS, diagnostics.Website)}
	f.Evidence = append(f.Evidence, Evidence{Check: "provider.anchors4", Key: "nothing-beyond-router"})
	if c.routerAlive() {
		f.Confidence = 0.75
		f.Evidence = append(f.Evidence, c.routerAnswers())
	}
	if n := checks.Farthest(c.hops); n > 0 && !c.resolves() {
		f.Confidence = 0.88
		f.Evidence = append(f.Evidence, Evidence{Check: "provider.hops", Key: "last-hop", Values: vals("hops", strconv.Itoa(n), "address", c.lastHop())})
	}
	f.Evidence = append(f.Evidence, wayEvidence(checks.Hops.ID, c.way, route.Loops, route.Refused)...)
	return f, true
}

// resolves reports whether a configured server still answers for names of the world: then something
// is let through, be it to the router alone.
func (c *Case) resolves() bool {
	alive, _ := c.names.alive()
	return alive > 0 && !c.names.controlFails()
}

func (c *Case) lastHop() (addr string) {
	for _, h := range c.hops {
		if h.From.IsValid() {
			addr = h.From.String()
		}
	}
	return addr
}

// ipv4Stops: IPv4 is dead, IPv6 works, and the page does not come.
func (c *Case) ipv4Stops() (Finding, bool) {
	if !c.v4.Down() || !c.v6.Up() || c.Target.None() || c.site.fine() || c.throughProxy() || c.local() {
		return Finding{}, false
	}
	return c.ipv4Broken()
}

func (c *Case) ipv4Broken() (Finding, bool) {
	if !c.v4.Down() || !c.v6.Up() {
		return Finding{}, false
	}
	if f, ok := offender(c.v4.Fails, c.isOwn); ok && f.Is(wire.HostUnreachable) && c.routerDead() {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.9,
		Evidence: []Evidence{
			{Check: "provider.anchors4", Key: "ipv4-silent", Values: vals("total", strconv.Itoa(c.v4.Total))},
			{Check: "provider.anchors6", Key: "ipv6-works", Values: vals("count", strconv.Itoa(c.v6.Connected)), Clears: true},
		},
		Explains: append(c.failed(diagnostics.DNS, diagnostics.Website), "provider.anchors4"),
	}, true
}

// bigPacketsVanish: anchors connect, but their handshakes, whose certificates fill whole packets,
// never complete; or the site's does with small segments only.
func (c *Case) bigPacketsVanish() (Finding, bool) {
	small := c.site.TLS.SmallMSS
	if small == nil || c.site.fine() || !c.stalls() {
		return Finding{}, false
	}
	worked := small.Handshake != nil && small.Handshake.OK || small.Handshake == nil && small.Exchange != nil && small.Exchange.Fail == nil && small.Exchange.Status > 0
	if e := small.Exchange; worked && e != nil && e.Fail != nil {
		worked = false
	}
	again := c.site.TLS.Again
	if !worked || again != nil && again.Fail() == nil && again.Handshake != nil && again.Handshake.OK {
		return Finding{}, false
	}
	if v := c.site.TLS.OtherName; v != nil && v.Handshake != nil && v.Handshake.OK {
		return Finding{}, false // not the size: another name passes at full size
	}
	f := Finding{Confidence: 0.93, Values: vals("mss", strconv.Itoa(small.Connect.MSS)), Explains: c.failed(diagnostics.Provider, diagnostics.Website)}
	f.Evidence = append(f.Evidence, Evidence{Check: "site.tls-variants", Key: "small-packets-pass", Values: vals("mss", strconv.Itoa(small.Connect.MSS))})
	if c.v4.Connected >= 2 && c.v4.Trusted == 0 {
		f.Confidence = 0.96
		f.Evidence = append(f.Evidence, Evidence{Check: "provider.anchors4", Key: "handshakes-hang"})
	}
	return f, true
}

// stalls reports whether every address of the site opened and then fell silent.
func (c *Case) stalls() bool {
	for _, r := range c.site.Rows {
		if r.Best != stepHandshake && r.Best != stepExchange || !r.fail().Is(wire.Timeout) {
			return false
		}
	}
	return len(c.site.Rows) > 0
}

// onlineEvidence clears the ways that work.
func (c *Case) onlineEvidence() (list []Evidence) {
	if c.v4.Up() {
		list = append(list, Evidence{Check: "provider.anchors4", Key: "ipv4-works", Values: vals("count", strconv.Itoa(c.v4.Connected), "total", strconv.Itoa(c.v4.Total)), Clears: true})
	}
	if c.v6.Up() {
		list = append(list, Evidence{Check: "provider.anchors6", Key: "ipv6-works", Values: vals("count", strconv.Itoa(c.v6.Connected), "total", strconv.Itoa(c.v6.Total)), Clears: true})
	}
	return list
}
