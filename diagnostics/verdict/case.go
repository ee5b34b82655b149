package verdict

import (
	"net/netip"
	"slices"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// Case is the facts together with what several rules read from them.
type Case struct {
	Facts  diagnostics.Facts
	Target diagnostics.Target

	links    checks.LinkList
	routes   checks.RouteList
	gateways []checks.Gateway
	own      []netip.Addr // this computer's addresses

	v4, v6  Internet
	sign    checks.SignInReport
	loss    checks.LossReport
	hops    []checks.Hop
	way     *route.Reading // to a reference; nil when it was not looked for
	site    siteView
	names   namesView
	proxies []checks.ProxyReport
	skew    skewView
}

// Reach is how well the internet is reached over one family.
type Reach int

// Degrees of reach. Absent means that this computer has no way of that family at all, which is
// normal for IPv6; None means that there is a way and nothing comes back.
const (
	Unmeasured Reach = iota
	Absent
	None
	Partly // one operator only
	Reached
)

// Internet is one family's connection to the world, by the quorum of the references.
type Internet struct {
	Reach     Reach
	Connected int // anchors reached over TCP 443
	Trusted   int // of those, proved to be who they should be
	Total     int
	Echoed    int // anchors that answered echoes
	Fails     []*wire.Failure
	Report    checks.AnchorReport
	Done      bool
}

// Up reports whether the family carries traffic to the world.
func (i Internet) Up() bool { return i.Reach == Reached || i.Reach == Partly }

// Down reports whether it was measured that nothing comes back.
func (i Internet) Down() bool { return i.Reach == None }

func newCase(f diagnostics.Facts) *Case {
	c := &Case{Facts: f, Target: f.Target}
	c.links, _ = checks.Links.From(f)
	c.routes, _ = checks.Routes.From(f)
	r, _ := checks.RouterEcho.From(f)
	c.gateways = r.Gateways
	c.sign, _ = checks.SignIn.From(f)
	c.loss, _ = checks.Loss.From(f)
	h, _ := checks.Hops.From(f)
	c.hops, c.way = h.Hops, readWay(h.Route)
	p, _ := checks.ViaProxy.From(f)
	c.proxies = p.Proxies
	for _, l := range c.links.Links {
		for _, a := range l.Addrs {
			c.own = append(c.own, a.Addr().Unmap())
		}
	}
	c.v4 = c.internet(diagnostics.IPv4)
	c.v6 = c.internet(diagnostics.IPv6)
	c.skew = c.clockSkew()
	c.names = c.viewNames()
	c.site = c.viewSite()
	return c
}

// internet sums up one family. Echoes and sign-in probes count beside TCP 443, so that a network
// that only blocks that port is not taken for one without a connection.
func (c *Case) internet(fam diagnostics.Family) Internet {
	check := checks.Anchors4
	if fam == diagnostics.IPv6 {
		check = checks.Anchors6
	}
	r, ok := check.From(c.Facts)
	i := Internet{Report: r, Total: len(r.Anchors)}
	if !ok || i.Total == 0 {
		return i
	}
	i.Connected, i.Trusted = r.Count()
	real, absent := 0, 0
	for _, a := range r.Anchors {
		f := a.Attempt.Connect.Fail
		if f.Real() {
			real++
			i.Fails = append(i.Fails, f)
		}
		if f.Is(wire.NetUnreachable, wire.NoFamily, wire.NoPort) && !f.Offender.IsValid() {
			absent++
		}
	}
	i.Done = i.Connected+real == i.Total
	for _, e := range c.loss.Anchors {
		if fam.Allows(e.Addr) && e.Received > 0 {
			i.Echoed++
		}
	}
	answered := 0
	for _, p := range c.sign.Probes {
		if fam.Allows(p.Attempt.Addr.Addr()) && (p.Answer == "as-expected" || p.Answer == "empty") {
			answered++
		}
	}
	echoed := i.Echoed
	if c.loss.Method == "dns" {
		echoed = 0 // a network that passes only DNS is not the internet
	}
	_, routed := c.routes.Default(fam)
	switch {
	case i.Connected >= 2 || answered >= 1 || echoed >= 2:
		i.Reach = Reached
	case i.Connected == 1 || echoed == 1:
		i.Reach = Partly
	case absent == i.Total && !routed, fam == diagnostics.IPv6 && !c.hasGlobal(fam) && i.Done:
		i.Reach = Absent
	case i.Done:
		i.Reach = None
	}
	return i
}

// hasGlobal reports whether this computer has an address of the family that can be used beyond its
// own link. Unique local IPv6 addresses alone promise no internet.
func (c *Case) hasGlobal(fam diagnostics.Family) bool {
	for _, a := range c.own {
		if fam.Allows(a) && a.IsGlobalUnicast() && !a.IsLinkLocalUnicast() && (a.Is4() || !a.IsPrivate()) {
			return true
		}
	}
	return false
}

// online reports whether the internet is reached over any family.
func (c *Case) online() bool { return c.v4.Up() || c.v6.Up() }

// offline reports whether it was measured, over both families, that it is not.
func (c *Case) offline() bool {
	dark := func(i Internet) bool { return i.Reach == None || i.Reach == Absent }
	if c.v4.Total == 0 { // -6 was asked for
		return dark(c.v6)
	}
	if c.v6.Total == 0 {
		return dark(c.v4)
	}
	return dark(c.v4) && dark(c.v6)
}

// fails lists the failures of all anchors.
func (c *Case) fails() []*wire.Failure { return append(slices.Clone(c.v4.Fails), c.v6.Fails...) }

// errands lists the failures of all that was sent to the world: routers ration their errors, so any
// packet may be the one that is told why.
func (c *Case) errands() []*wire.Failure {
	list := c.fails()
	for _, s := range c.names.Public {
		list = append(list, s.A.Fail, s.AAAA.Fail)
		if s.TCP != nil {
			list = append(list, s.TCP.Fail)
		}
	}
	// Nobody has a way to the address that Interception asks; only the own router's word counts.
	if f := c.names.Intercept.Silent.Fail; f != nil && c.isGateway(f.Offender) {
		list = append(list, f)
	}
	e, _ := checks.Firewall.From(c.Facts)
	for _, p := range e.Probes {
		list = append(list, p.Fail)
	}
	for _, p := range c.sign.Probes {
		list = append(list, p.Attempt.Connect.Fail)
	}
	return list
}

// all reports whether every failure is of one of the kinds (and there is one).
func all(fails []*wire.Failure, kinds ...wire.Kind) bool {
	for _, f := range fails {
		if !f.Is(kinds...) {
			return false
		}
	}
	return len(fails) > 0
}

// count returns how many failures are of one of the kinds.
func count(fails []*wire.Failure, kinds ...wire.Kind) (n int) {
	for _, f := range fails {
		if f.Is(kinds...) {
			n++
		}
	}
	return n
}

// isOwn reports whether an address is this computer's.
func (c *Case) isOwn(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return a.IsLoopback() || slices.ContainsFunc(c.own, func(o netip.Addr) bool { return o.WithZone("") == a })
}

// isGateway reports whether an address is a default gateway of this computer.
func (c *Case) isGateway(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, r := range c.routes.Routes {
		if r.Default() && r.Gateway.IsValid() && r.Gateway.Unmap().WithZone("") == a {
			return true
		}
	}
	return false
}

// offender returns the first named sender of ICMP errors among failures that passes ok.
func offender(fails []*wire.Failure, ok func(netip.Addr) bool) (*wire.Failure, bool) {
	for _, f := range fails {
		if f != nil && f.Offender.IsValid() && ok(f.Offender) {
			return f, true
		}
	}
	return nil, false
}

// routerAlive and routerDead sum up the gateways.
func (c *Case) routerAlive() bool {
	return slices.ContainsFunc(c.gateways, func(g checks.Gateway) bool { return g.Alive })
}

func (c *Case) routerDead() bool {
	dead := false
	for _, g := range c.gateways {
		if g.Alive {
			return false
		}
		dead = dead || g.Dead
	}
	return dead
}

// gateway returns the address of the first gateway, for texts.
func (c *Case) gateway() string {
	for _, g := range c.gateways {
		return g.Addr.String()
	}
	for _, r := range c.routes.Routes {
		if r.Default() && r.Gateway.IsValid() {
			return r.Gateway.String()
		}
	}
	return ""
}

// local reports whether the target lies on this computer or in its own network, where the internet
// plays no part.
func (c *Case) local() bool {
	addrs := c.targetAddrs()
	for _, a := range addrs {
		if !a.IsLoopback() && !c.onLink(a) {
			return false
		}
	}
	return len(addrs) > 0
}

// loopback reports whether the target is this computer itself.
func (c *Case) loopback() bool {
	return only(c.targetAddrs(), netip.Addr.IsLoopback)
}

// onLink reports whether an address lies in a network that this computer is joined to.
func (c *Case) onLink(a netip.Addr) bool {
	for _, l := range c.links.Links {
		for _, p := range l.Addrs {
			if p.Masked().Contains(a.Unmap().WithZone("")) && p.Bits() < a.Unmap().BitLen() {
				return true
			}
		}
	}
	return false
}

func (c *Case) targetAddrs() []netip.Addr {
	if a, ok := c.Target.IP(); ok {
		return []netip.Addr{a.Unmap()}
	}
	l, _ := checks.SystemLookup.From(c.Facts)
	return l.Addrs
}

// realLinks are the links that could lead out.
func (c *Case) realLinks() (list []platform.Link) {
	for _, l := range c.links.Links {
		if l.Kind != platform.Loopback && !l.Virtual {
			list = append(list, l)
		}
	}
	return list
}

// failed lists the checks of a station (or several) that failed, for Explains.
func (c *Case) failed(stations ...diagnostics.Station) (ids []diagnostics.ID) {
	for _, f := range c.Facts.All() {
		if f.State == diagnostics.Failed && slices.Contains(stations, f.Station) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// skewView is the computer's clock against others'.
type skewView struct {
	By      time.Duration // how much this computer's clock is ahead
	Samples int
}

// Wrong reports whether the clock is off by more than browsers and certificates forgive: five
// minutes, by three clocks at least.
func (s skewView) Wrong() bool { return s.Samples >= 3 && (s.By > maxSkew || s.By < -maxSkew) }

const maxSkew = 5 * time.Minute

// clockSkew compares the Date of every answer with the moment it came; the median of all servers.
func (c *Case) clockSkew() skewView {
	byServer := map[netip.Addr]time.Duration{}
	add := func(a netip.Addr, date, at time.Time) {
		if !date.IsZero() && !at.IsZero() {
			byServer[a] = at.Sub(date)
		}
	}
	exchange := func(a wire.Attempt) {
		// Cached answers carry the date of their making (RFC 9111 section 5.1).
		if e := a.Exchange; e != nil && e.Header.Get("Age") == "" {
			add(a.Addr.Addr(), e.Date, e.At)
		}
	}
	for _, p := range c.sign.Probes {
		exchange(p.Attempt)
	}
	if l, ok := checks.SecureServers.From(c.Facts); ok {
		for _, s := range l.Servers {
			add(s.Addr.Addr(), s.A.Date, s.A.At)
		}
	}
	if r, ok := checks.Site.From(c.Facts); ok {
		for _, row := range r.Rows {
			for _, a := range row.Attempts {
				exchange(a)
			}
		}
	}
	var all []time.Duration
	for _, d := range byServer {
		all = append(all, d)
	}
	if len(all) == 0 {
		return skewView{}
	}
	slices.Sort(all)
	return skewView{By: all[len(all)/2], Samples: len(all)}
}
