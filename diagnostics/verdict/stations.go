package verdict

import (
	"slices"
	"strconv"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
)

// stations shows the verdict on the way: the station at fault, what is proven to be in order, and
// nothing more. What lies behind a fault and could not be seen is unknown.
func (c *Case) stations(v Verdict) []StationView {
	behind := v.Station == diagnostics.CDN && v.Fault != OK
	views := []StationView{c.browserView(), c.computerView(), c.routerView(), c.providerView(), c.dnsView(), c.cdnView(), c.websiteView()}
	for i := range views {
		s := &views[i]
		if behind && s.ID == diagnostics.Website {
			*s = unseen(s.ID)
		}
		for _, f := range v.Also {
			if f.Station == s.ID && s.State != diagnostics.Fault {
				s.State, s.Key, s.Values = diagnostics.Warning, "also", vals("fault", string(f.Fault))
			}
		}
		if v.Station == s.ID && v.Fault != OK && v.Blame != Nobody && v.Blame != Address {
			s.State, s.Key, s.Values = diagnostics.Fault, "fault", vals("fault", string(v.Fault))
		}
	}
	return views
}

func unseen(id diagnostics.Station) StationView {
	return StationView{ID: id, State: diagnostics.Unknown, Key: "unseen"}
}

func (c *Case) browserView() StationView {
	if said, ok := c.complaint(); ok {
		return StationView{ID: diagnostics.Browser, State: diagnostics.Warning, Key: "browser.said", Values: saidValues(said)}
	}
	b, ok := checks.Browsers.From(c.Facts)
	if !ok || len(b.Profiles) == 0 {
		return StationView{ID: diagnostics.Browser, State: diagnostics.Skipped, Key: "browser.not-examined"}
	}
	return StationView{ID: diagnostics.Browser, State: diagnostics.OK, Key: "browser.profiles", Values: vals("count", strconv.Itoa(len(b.Profiles)))}
}

// passed reports whether packets went out to the world and came back.
func (c *Case) passed() bool { return c.online() || c.site.spoke() && !c.local() }

func (c *Case) computerView() StationView {
	s := unseen(diagnostics.Computer)
	links := c.joined()
	if len(links) == 0 && !c.passed() && !(c.local() && c.site.spoke()) {
		return s
	}
	s.State, s.Key = diagnostics.OK, "computer.ready"
	for _, l := range links {
		if best, ok := c.routes.Default(diagnostics.Both); ok && l.Name != best.Link {
			continue
		}
		addr := ""
		for _, a := range l.Addrs {
			if a.Addr().Is4() {
				addr = a.Addr().String()
			}
		}
		s.Key, s.Values = "computer.link", vals("link", l.Name, "address", addr)
		break
	}
	return s
}

func (c *Case) routerView() StationView {
	s := unseen(diagnostics.Router)
	for _, g := range c.gateways {
		if !g.Alive {
			continue
		}
		s.State, s.Key, s.Values = diagnostics.OK, "router.alive", vals("address", g.Addr.String())
		if l := fastest(g.Echo.RTT); l > 0 {
			s.Key, s.Latency, s.Values["rtt"] = "router.answers", l, spell(l)
		}
		return s
	}
	switch {
	case c.passed():
		s.State, s.Key = diagnostics.OK, "router.passes"
	case c.local():
		s.State, s.Key = diagnostics.Skipped, "not-on-the-way"
	}
	return s
}

func (c *Case) providerView() StationView {
	s := unseen(diagnostics.Provider)
	switch {
	case c.local():
		s.State, s.Key = diagnostics.Skipped, "not-on-the-way"
	case c.passed():
		s.State, s.Key = diagnostics.OK, "provider.passes"
		s.Values = vals("count", strconv.Itoa(c.v4.Connected+c.v6.Connected), "total", strconv.Itoa(c.v4.Total+c.v6.Total))
		best, _ := c.rtts()
		if len(best) > 0 {
			slices.Sort(best)
			s.Latency = best[len(best)/2].Duration()
			s.Key, s.Values["rtt"] = "provider.answers", spell(s.Latency)
		}
	}
	return s
}

func (c *Case) dnsView() StationView {
	s := unseen(diagnostics.DNS)
	if _, ip := c.Target.IP(); ip {
		s.State, s.Key = diagnostics.Skipped, "dns.not-needed"
		return s
	}
	alive, _ := c.names.alive()
	for _, l := range c.configured() {
		if l.Answered() && l.A.Answered() {
			s.Latency = l.A.Last.Duration()
			break
		}
	}
	switch {
	case len(c.names.System.Addrs) > 0:
		s.State, s.Key, s.Values = diagnostics.OK, "dns.answers", vals("address", join(c.names.System.Addrs), "took", spellMs(c.names.System.Took))
		if s.Latency == 0 {
			s.Latency = c.names.System.Took.Duration()
		}
	case alive > 0 && !c.names.controlFails():
		s.State, s.Key = diagnostics.OK, "dns.works"
	}
	return s
}

func (c *Case) cdnView() StationView {
	s := StationView{ID: diagnostics.CDN, State: diagnostics.Skipped, Key: "cdn.none"}
	switch {
	case c.site.OnCDN && c.site.Network.Delivers():
		s.State, s.Key = diagnostics.OK, "cdn.seen"
		s.Values = vals("network", c.site.Network.Name, "place", c.site.Network.Location)
	case c.Target.None():
		s.Key = "not-asked"
	case !c.site.spoke():
		s.State, s.Key = diagnostics.Unknown, "unseen"
	}
	return s
}

func (c *Case) websiteView() StationView {
	s := unseen(diagnostics.Website)
	if c.Target.None() {
		s.State, s.Key = diagnostics.Skipped, "not-asked"
		return s
	}
	if !c.site.fine() && !c.throughProxy() {
		if c.site.spoke() && c.site.Answer != nil {
			s.State, s.Key, s.Values = diagnostics.OK, "website.answers", c.answerValues()
		}
		return s
	}
	s.State, s.Key, s.Values = diagnostics.OK, "website.answers", c.answerValues()
	if a, ok := c.site.first(stepFine); ok {
		s.Latency = a.Connect.Took.Duration()
	}
	return s
}

func fastest(rtts []wire.Ms) time.Duration {
	if len(rtts) == 0 {
		return 0
	}
	return slices.Min(rtts).Duration()
}
