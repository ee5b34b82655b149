package verdict

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// computerRules look at this computer alone. All but the first are asked only when nothing is
// reached over either family: a computer that is online cannot be offline.
var computerRules = []Rule{
	{"computer.sockets-exhausted", (*Case).socketsExhausted},
	{"vpn.kill-switch", offlineOnly((*Case).killSwitch)},
	{"link.off", offlineOnly((*Case).linkOff)},
	{"wifi.not-joined", offlineOnly((*Case).notJoined)},
	{"link.no-carrier", offlineOnly((*Case).noCarrier)},
	{"ip.self-assigned", offlineOnly((*Case).selfAssigned)},
	{"ip.no-address", offlineOnly((*Case).noAddress)},
	{"ip.no-gateway", offlineOnly((*Case).noGateway)},
	{"ip.wrong-interface", (*Case).wrongInterface},
	{"firewall.rejects", offlineOnly((*Case).rejectsAll)},
}

// offlineOnly asks a rule only when it was measured that nothing is reached, and the target is not
// reached either (it may be on this computer).
func offlineOnly(judge func(*Case) (Finding, bool)) func(*Case) (Finding, bool) {
	return func(c *Case) (Finding, bool) {
		if !c.offline() || c.site.fine() || c.site.spoke() || c.proxyAnswers() || c.local() && (c.site.Measured || c.loopback()) {
			return Finding{}, false
		}
		return judge(c)
	}
}

func (c *Case) socketsExhausted() (Finding, bool) {
	n, all := 0, 0
	look := func(f *wire.Failure, local netip.Addr) {
		all++
		// Without any IPv6 address the same error means that the family is not there.
		if f.Is(wire.NoFiles) || f.Is(wire.NoPort) {
			n++
		}
	}
	for _, a := range c.v4.Report.Anchors {
		look(a.Attempt.Connect.Fail, a.Attempt.Connect.Local)
	}
	for _, r := range c.site.Rows {
		if diagnostics.IPv4.Allows(r.Addr.Addr()) {
			for _, a := range r.Attempts {
				look(a.Connect.Fail, a.Connect.Local)
			}
		}
	}
	if n == 0 || all == 0 || !c.hasV4() {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.92,
		Evidence:   []Evidence{{Check: "provider.anchors4", Key: "no-free-port", Values: vals("count", strconv.Itoa(n))}},
		Explains:   c.failed(diagnostics.Stations[:]...),
	}, true
}

func (c *Case) hasV4() bool {
	for _, a := range c.own {
		if a.Is4() && !a.IsLoopback() {
			return true
		}
	}
	return false
}

// killSwitch: routes that drop everything, or a firewall that forbids every packet.
func (c *Case) killSwitch() (Finding, bool) {
	f := Finding{Confidence: 0.93, Explains: c.failed(diagnostics.Stations[:]...)}
	fails := c.fails()
	for _, r := range c.routes.Routes {
		if r.Kind == platform.Unicast || r.Dst.Bits() > 1 || !c.preferred(r) {
			continue
		}
		f.Evidence = append(f.Evidence, Evidence{Check: "computer.routes", Key: "blocking-route", Values: vals("kind", string(r.Kind), "route", r.Dst.String())})
	}
	switch {
	case all(fails, wire.Denied, wire.Invalid, wire.Blocked, wire.NetUnreachable, wire.NoFamily, wire.NoPort, wire.HostUnreachable) && count(fails, wire.Denied, wire.Invalid, wire.Blocked) > 0:
		f.Evidence = append(f.Evidence, Evidence{Check: "provider.anchors4", Key: "blocked-here"})
	case c.blockedHere():
		f.Evidence = append(f.Evidence, Evidence{Check: "computer.firewall", Key: "firewall-proof"})
	}
	return f, len(f.Evidence) > 0
}

// preferred reports whether no unicast default route of the family has a better metric.
func (c *Case) preferred(r platform.Route) bool {
	fam := diagnostics.IPv4
	if r.Dst.Addr().Is6() {
		fam = diagnostics.IPv6
	}
	if fam == diagnostics.IPv6 && !c.hasGlobal(fam) {
		return false // the kernel's own "unreachable default" of a computer without IPv6
	}
	best, ok := c.routes.Default(fam)
	return !ok || r.Dst.Bits() > 0 || r.Metric <= best.Metric
}

// blockedHere reports whether a datagram was refused by this computer itself.
func (c *Case) blockedHere() bool {
	e, _ := checks.Firewall.From(c.Facts)
	return e.State() == diagnostics.Failed
}

func (c *Case) linkOff() (Finding, bool) {
	links := c.realLinks()
	names := []string{}
	for _, l := range links {
		if l.Up && (l.Wireless == nil || !l.Wireless.RadioOff) {
			return Finding{}, false
		}
		names = append(names, l.Name)
	}
	if len(c.links.Links) == 0 {
		return Finding{}, false // not measured
	}
	return Finding{
		Confidence: 0.96,
		Values:     vals("link", strings.Join(names, ", ")),
		Evidence:   []Evidence{{Check: "computer.links", Key: "links-off", Values: vals("links", strings.Join(names, ", "))}},
		Explains:   c.failed(diagnostics.Stations[:]...),
	}, true
}

func (c *Case) notJoined() (Finding, bool) {
	for _, l := range c.realLinks() {
		if l.Up && l.Carrier == platform.CarrierYes {
			return Finding{}, false
		}
	}
	for _, l := range c.realLinks() {
		if l.Up && l.Wireless != nil && !l.Wireless.Joined {
			return Finding{
				Confidence: 0.93, Values: vals("link", l.Name),
				Evidence: []Evidence{{Check: "computer.links", Key: "wifi-not-joined", Values: vals("link", l.Name)}},
				Explains: c.failed(diagnostics.Stations[:]...),
			}, true
		}
	}
	return Finding{}, false
}

func (c *Case) noCarrier() (Finding, bool) {
	var without string
	for _, l := range c.realLinks() {
		if !l.Up {
			continue
		}
		if l.Carrier != platform.CarrierNo {
			return Finding{}, false
		}
		without = l.Name
	}
	if without == "" {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.95, Values: vals("link", without),
		Evidence: []Evidence{{Check: "computer.links", Key: "no-carrier", Values: vals("link", without)}},
		Explains: c.failed(diagnostics.Stations[:]...),
	}, true
}

// joined are the links that are up and may carry packets.
func (c *Case) joined() (list []platform.Link) {
	for _, l := range c.realLinks() {
		if l.Up && l.Carrier != platform.CarrierNo {
			list = append(list, l)
		}
	}
	return list
}

func (c *Case) selfAssigned() (Finding, bool) {
	var own string
	for _, l := range c.joined() {
		for _, p := range l.Addrs {
			switch a := p.Addr().Unmap(); {
			case a.Is4() && a.IsLinkLocalUnicast():
				own = a.String()
			case a.Is4():
				return Finding{}, false
			}
		}
	}
	if own == "" {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.95, Values: vals("address", own),
		Evidence: []Evidence{{Check: "computer.links", Key: "self-assigned", Values: vals("address", own)}},
		Explains: c.failed(diagnostics.Stations[:]...),
	}, true
}

func (c *Case) noAddress() (Finding, bool) {
	links := c.joined()
	for _, l := range links {
		for _, p := range l.Addrs {
			if a := p.Addr().Unmap(); a.Is4() || a.IsGlobalUnicast() && !a.IsPrivate() {
				return Finding{}, false
			}
		}
	}
	if len(links) == 0 {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.93, Values: vals("link", links[0].Name),
		Evidence: []Evidence{{Check: "computer.links", Key: "no-address", Values: vals("link", links[0].Name)}},
		Explains: c.failed(diagnostics.Stations[:]...),
	}, true
}

func (c *Case) noGateway() (Finding, bool) {
	if _, ok := c.routes.Default(diagnostics.IPv4); ok || !c.hasV4() && !c.hasGlobal(diagnostics.IPv6) {
		return Finding{}, false
	}
	if _, ok := c.routes.Default(diagnostics.IPv6); ok && c.v6.Reach != Absent {
		return Finding{}, false
	}
	if _, measured := checks.Routes.From(c.Facts); !measured {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.95,
		Evidence:   []Evidence{{Check: "computer.routes", Key: "no-default-route"}},
		Explains:   c.failed(diagnostics.Stations[:]...),
	}, true
}

// wrongInterface: the preferred way out is dead and another one works.
func (c *Case) wrongInterface() (Finding, bool) {
	if c.v4.Up() || c.v4.Total == 0 && c.v6.Up() || c.site.fine() {
		return Finding{}, false
	}
	o, _ := checks.OtherLinks.From(c.Facts)
	for _, l := range o.Links {
		for _, x := range l.Connects {
			if !x.OK {
				continue
			}
			best, _ := c.routes.Default(diagnostics.IPv4)
			return Finding{
				Confidence: 0.93, Values: vals("link", best.Link, "other", l.Link),
				Evidence: []Evidence{{Check: "computer.other-links", Key: "other-link-works", Values: vals("link", best.Link, "other", l.Link)}},
				Explains: c.failed(diagnostics.Stations[:]...),
			}, true
		}
	}
	return Finding{}, false
}

// rejectsAll: this computer's own firewall answers for the world.
func (c *Case) rejectsAll() (Finding, bool) {
	fails := c.fails()
	f, ok := offender(fails, c.isOwn)
	if nearest(c.hops) == 1 && all(c.v4.Fails, wire.Refused) && len(c.gateways) > 0 {
		// Refused although the packets could not have passed the first router.
		return Finding{
			Confidence: 0.88, Explains: c.failed(diagnostics.Stations[:]...),
			Evidence: []Evidence{{Check: "provider.hops", Key: "refused-before-router"}},
		}, true
	}
	if !ok || !f.Is(wire.Refused) {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.92, Values: vals("address", f.Offender.String()),
		Evidence: []Evidence{{Check: "provider.anchors4", Key: "own-reject", Values: vals("address", f.Offender.String())}},
		Explains: c.failed(diagnostics.Stations[:]...),
	}, true
}

// vals makes a map of its pairs, leaving out empty values.
func vals(pairs ...string) map[string]string {
	m := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			m[pairs[i]] = pairs[i+1]
		}
	}
	return m
}
