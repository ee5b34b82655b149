package verdict

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
)

// connectRules are for addresses of the site that cannot be connected to. Who sent an error counts
// more than the error.
var connectRules = []Rule{
	{"firewall.drops", siteFails((*Case).droppedHere)},
	{"firewall.rejects", siteFails((*Case).rejectedHere)},
	{"path.no-route-to-site", siteFails((*Case).noRouteTold)},
	{"filter.rejects", siteFails((*Case).rejectedOnWay)},
	{"filter.port-blocked", siteFails((*Case).portShut)},
	{"path.ipv6-broken", siteFails((*Case).onlyIPv6)},
	{"site.refuses-connections", siteFails((*Case).refused)},
	{"path.no-route-to-site", siteFails((*Case).diesEarly)},
	{"site.no-answer", siteFails((*Case).silent)},
}

// siteFails asks a rule only when the site was tried and does not come.
func siteFails(judge func(*Case) (Finding, bool)) func(*Case) (Finding, bool) {
	return func(c *Case) (Finding, bool) {
		if c.Target.None() || !c.site.Measured || c.fine() || !c.online() && !c.local() && !c.site.spoke() {
			return Finding{}, false
		}
		return judge(c)
	}
}

// spoke reports whether anything at all came back from the site.
func (s siteView) spoke() bool {
	return slices.ContainsFunc(s.Rows, func(r rowView) bool {
		return r.Best > stepConnect || r.fail().Is(wire.Refused, wire.Reset)
	})
}

// unconnected returns the failures of all rows when none could be connected to.
func (c *Case) unconnected() ([]*wire.Failure, bool) {
	if !c.site.allAt(stepConnect) {
		return nil, false
	}
	var fails []*wire.Failure
	for _, r := range c.site.Rows {
		// An IPv6 address is no concern of a computer without IPv6.
		if !r.Addr.Addr().Is4() && c.v6.Reach == Absent && len(c.site.Rows) > 1 {
			continue
		}
		for _, a := range r.Attempts {
			if f := a.Connect.Fail; f.Real() {
				fails = append(fails, f)
			}
		}
	}
	return fails, len(fails) > 0
}

func (c *Case) addrValues(more ...string) map[string]string {
	list := []netip.Addr{}
	for _, r := range c.site.Rows {
		list = append(list, r.Addr.Addr())
	}
	return c.nameValues(append([]string{"address", join(list), "port", strconv.Itoa(c.Target.Port)}, more...)...)
}

func (c *Case) siteFinding(confidence float64, key string, values map[string]string) Finding {
	return Finding{
		Confidence: confidence, Values: values,
		Evidence: append([]Evidence{{Check: "site.addresses", Key: key, Values: values}}, c.onlineEvidence()...),
		Explains: c.failed(diagnostics.Website),
	}
}

// droppedHere: a datagram to the same port was forbidden by this computer itself, or a packet with
// a life of one hop never came as far as the router while one to another port did.
func (c *Case) droppedHere() (Finding, bool) {
	fails, ok := c.unconnected()
	if !ok || count(fails, wire.Timeout, wire.Blocked) == 0 {
		return Finding{}, false
	}
	if c.site.Ports.UDP.Is(wire.Blocked) || c.blockedHere() || count(fails, wire.Blocked) > 0 {
		return c.siteFinding(0.95, "blocked-by-firewall-here", c.addrValues()), true
	}
	stuck := len(c.site.Ports.Hops) > 0 && checks.Farthest(c.site.Ports.Hops) == 0
	if stuck && checks.Farthest(c.hops) > 0 && c.otherPortAnswers() && !c.portDeadEverywhere() {
		return c.siteFinding(0.68, "never-left", c.addrValues()), true
	}
	if stuck && c.portDeadEverywhere() && c.otherPortLeaves() {
		return c.siteFinding(0.82, "never-left", c.addrValues()), true
	}
	return Finding{}, false
}

// otherPortLeaves reports whether packets to other ports do leave this computer.
func (c *Case) otherPortLeaves() bool {
	for _, x := range c.site.Ports.Other {
		if x.OK || x.Fail.Is(wire.Refused) {
			return true
		}
	}
	return c.Target.Port != 80 && c.sign.State() == diagnostics.OK
}

// portDeadEverywhere reports whether the target's port is silent at machines that surely listen on it.
func (c *Case) portDeadEverywhere() bool {
	silent := 0
	for _, x := range c.site.Ports.Reference {
		if x.OK {
			return false
		}
		if x.Fail.Real() {
			silent++
		}
	}
	if c.Target.Port == 443 && c.v4.Connected+c.v6.Connected > 0 {
		return false
	}
	return silent >= 2 || c.Target.Port == 443 && c.v4.Done && c.v4.Total > 0
}

func (c *Case) rejectedHere() (Finding, bool) {
	fails, ok := c.unconnected()
	if !ok {
		return Finding{}, false
	}
	if f, own := offender(fails, c.isOwn); own && !c.local() {
		return c.siteFinding(0.93, "rejected-by-firewall-here", c.addrValues("offender", f.Offender.String())), true
	}
	// A refusal that came back although the packets could not pass the first router was made here.
	if all(fails, wire.Refused) && nearest(c.site.Ports.Hops) == 1 && !c.local() && len(c.gateways) > 0 {
		return c.siteFinding(0.88, "refused-before-router", c.addrValues()), true
	}
	if all(fails, wire.Denied, wire.Invalid) || all(fails, wire.HostUnreachable) && fails[0].Offender == (netip.Addr{}) && c.instant() {
		return c.siteFinding(0.85, "rejected-by-route-here", c.addrValues()), true
	}
	return Finding{}, false
}

// instant reports whether the first failure came without a packet's journey.
func (c *Case) instant() bool {
	for _, r := range c.site.Rows {
		for _, a := range r.Attempts {
			if a.Connect.Fail.Real() {
				return a.Connect.Took < 1.5
			}
		}
	}
	return false
}

// ICMP destination-unreachable codes (RFC 792, RFC 1812 section 5.2.7.1; RFC 4443 section 3.1 for
// IPv6) that mean "forbidden" and "no way there".
func prohibited(f *wire.Failure) bool {
	switch f.ICMPType {
	case 3:
		return slices.Contains([]int{2, 3, 9, 10, 13}, f.ICMPCode)
	case 1:
		return slices.Contains([]int{1, 4, 5, 6}, f.ICMPCode)
	}
	return false
}

func noWay(f *wire.Failure) bool {
	return f.ICMPType == 3 && slices.Contains([]int{0, 1}, f.ICMPCode) || f.ICMPType == 1 && slices.Contains([]int{0, 3}, f.ICMPCode)
}

// stranger reports whether an address is neither this computer's nor the site's.
func (c *Case) stranger(a netip.Addr) bool {
	if c.isOwn(a) {
		return false
	}
	return !slices.ContainsFunc(c.site.Rows, func(r rowView) bool { return r.Addr.Addr() == a.Unmap() })
}

// told returns an ICMP error about the site's addresses from a stranger.
func (c *Case) told() (*wire.Failure, bool) {
	fails, ok := c.unconnected()
	if !ok {
		return nil, false
	}
	for _, x := range c.site.Ports.Again {
		if x.Fail.Real() {
			fails = append(fails, x.Fail)
		}
	}
	return offender(fails, c.stranger)
}

// noRouteTold: a router of the provider or beyond says that it knows no way, or that the site's
// machine does not answer it.
func (c *Case) noRouteTold() (Finding, bool) {
	f, ok := c.told()
	if !ok || !noWay(f) || c.isGateway(f.Offender) {
		return Finding{}, false
	}
	v := c.addrValues("offender", f.Offender.String())
	if (f.ICMPType == 3 && f.ICMPCode == 1 || f.ICMPType == 1 && f.ICMPCode == 3) && !c.atOnce(f) {
		// The last router before the machine asked for it in vain, which takes it about three
		// seconds (RFC 4861 section 10): the machine is off. A router that answers at once knows no
		// way.
		found := c.siteFinding(0.8, "host-unreachable", v)
		found.Fault = "site.no-answer"
		return found, true
	}
	return c.siteFinding(0.84, "network-unreachable", v), true
}

// atOnce reports whether an ICMP error came sooner than a router can have looked for a neighbour.
// An error that came after one or two seconds answered a repeated packet, the first answers having
// been rationed.
func (c *Case) atOnce(f *wire.Failure) bool {
	for _, r := range c.site.Rows {
		for _, a := range r.Attempts {
			if x := a.Connect; x.Fail.Real() && x.Fail.Offender == f.Offender && x.Took < 2900 {
				return true
			}
		}
	}
	return false
}

func (c *Case) rejectedOnWay() (Finding, bool) {
	if f, ok := c.told(); ok && (prohibited(f) || noWay(f)) {
		confidence := 0.92
		if noWay(f) {
			confidence = 0.82
		}
		found := c.siteFinding(confidence, "rejected-on-way", c.addrValues("offender", f.Offender.String()))
		if c.isGateway(f.Offender) {
			found.Station = diagnostics.Router
		}
		return found, true
	}
	// A refusal that comes back faster than the site can answer was made nearer.
	fails, ok := c.unconnected()
	if !ok || !all(fails, wire.Refused) {
		return Finding{}, false
	}
	if _, named := offender(fails, func(netip.Addr) bool { return true }); named {
		return Finding{}, false
	}
	if d, far := nearest(c.site.Ports.Hops), nearest(c.hops); d > 1 && far >= d+2 {
		return c.siteFinding(0.75, "refused-near", c.addrValues("hops", strconv.Itoa(d), "expected", strconv.Itoa(far))), true
	}
	for _, x := range c.site.Ports.Other {
		if x.OK && x.Took > 20 && c.refusedIn() > 0 && c.refusedIn() < x.Took/4 {
			return c.siteFinding(0.75, "refused-too-fast", c.addrValues("took", spellMs(c.refusedIn()), "rtt", spellMs(x.Took))), true
		}
	}
	return Finding{}, false
}

// nearest returns at how many hops the far end answered, or one more than the farthest router that
// was seen; 0 when nobody was.
func nearest(hops []checks.Hop) (distance int) {
	for _, h := range hops {
		if h.Reached {
			return h.TTL
		}
		if h.From.IsValid() {
			distance = h.TTL + 1
		}
	}
	return distance
}

func (c *Case) refusedIn() wire.Ms {
	for _, r := range c.site.Rows {
		for _, a := range r.Attempts {
			if a.Connect.Fail.Is(wire.Refused) {
				return a.Connect.Took
			}
		}
	}
	return 0
}

// portShut: the port is dead towards everybody, or the site answers on other ports and not on an
// unusual one.
func (c *Case) portShut() (Finding, bool) {
	fails, ok := c.unconnected()
	if !ok || !all(fails, wire.Timeout, wire.Refused, wire.Reset) {
		return Finding{}, false
	}
	v := c.addrValues()
	alike := count(fails, wire.Timeout) > 0 && count(c.v4.Fails, wire.Timeout) >= 2 || count(fails, wire.Refused, wire.Reset) > 0 && count(c.v4.Fails, wire.Refused, wire.Reset) >= 2
	if c.portDeadEverywhere() && alike && !c.nearOpen() && (c.Target.Port == 443 || c.Target.Port == 80) && (c.otherPortLeaves() || c.v4.Echoed > 1) {
		f := c.siteFinding(0.9, "port-dead-everywhere", v)
		if !c.otherPortAnswers() || count(fails, wire.Timeout) == 0 && nearest(c.site.Ports.Hops) > 2 {
			f.Confidence = 0.62 // the machine may be off as well
		}
		f.Explains = append(f.Explains, c.failed(diagnostics.Provider)...)
		return f, true
	}
	if c.Target.Port == 443 || c.Target.Port == 80 || count(fails, wire.Timeout) == 0 {
		return Finding{}, false
	}
	for _, x := range c.site.Ports.Other {
		if x.OK || x.Fail.Is(wire.Refused) {
			f := c.siteFinding(0.68, "other-port-answers", c.addrValues("other", strconv.Itoa(int(x.Addr.Port()))))
			f.Decide = "hotspot"
			return f, true
		}
	}
	return Finding{}, false
}

// onlyIPv6: the site has only IPv6 addresses, and IPv6 is broken here.
func (c *Case) onlyIPv6() (Finding, bool) {
	four, six := c.site.split()
	if len(four) > 0 || len(six) == 0 || !c.v6.Down() {
		return Finding{}, false
	}
	return c.ipv6Broken()
}

func (c *Case) refused() (Finding, bool) {
	fails, ok := c.unconnected()
	if !ok || count(fails, wire.Refused) == 0 || count(fails, wire.Refused) < count(fails, wire.Timeout) {
		return Finding{}, false
	}
	return c.siteFinding(0.9, "refused", c.addrValues()), true
}

// diesEarly: packets to the site do not get as far as packets to the references do on the same way.
func (c *Case) diesEarly() (Finding, bool) {
	fails, ok := c.unconnected()
	if !ok || count(fails, wire.Timeout) == 0 || len(c.hops) == 0 || len(c.site.Ports.Hops) == 0 {
		return Finding{}, false
	}
	here, there := 0, checks.Farthest(c.site.Ports.Hops)
	for _, h := range c.hops {
		if h.From.IsValid() {
			here = max(here, h.TTL)
		}
	}
	if there >= here || here == 0 || c.nearAnswers() || c.otherPortAnswers() {
		return Finding{}, false
	}
	f := c.siteFinding(0.72, "dies-early", c.addrValues("hops", strconv.Itoa(there), "expected", strconv.Itoa(here)))
	f.Decide = "hotspot"
	f.Evidence = append(f.Evidence, wayEvidence(checks.Ports.ID, c.siteWay(), brokenWay...)...)
	return f, true
}

// nearAnswers reports whether machines beside the site answer.
func (c *Case) nearAnswers() bool {
	return slices.ContainsFunc(c.site.Ports.Near, func(x wire.Connect) bool { return x.OK || x.Fail.Is(wire.Refused) })
}

// otherPortAnswers reports whether the site's machine answers on another port.
func (c *Case) otherPortAnswers() bool {
	return slices.ContainsFunc(c.site.Ports.Other, func(x wire.Connect) bool { return x.OK || x.Fail.Is(wire.Refused) })
}

// nearOpen reports whether a machine beside the site takes connections on the site's port.
func (c *Case) nearOpen() bool {
	return slices.ContainsFunc(c.site.Ports.Near, func(x wire.Connect) bool { return x.OK && int(x.Addr.Port()) == c.Target.Port })
}

// silent: nothing comes back from the site, and from here it cannot be told why.
func (c *Case) silent() (Finding, bool) {
	fails, ok := c.unconnected()
	if !ok || count(fails, wire.Timeout, wire.HostUnreachable, wire.NetUnreachable, wire.Reset) == 0 {
		return Finding{}, false
	}
	f := c.siteFinding(0.7, "silent", c.addrValues())
	f.Decide = "hotspot"
	if c.nearAnswers() || c.otherPortAnswers() {
		f.Confidence = 0.78
	}
	f.Evidence = append(f.Evidence, wayEvidence(checks.Ports.ID, c.siteWay(), brokenWay...)...)
	return f, true
}
